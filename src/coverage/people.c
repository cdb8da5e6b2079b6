/*-------------------------------------------------------------------------
 *
 * people.c
 *		People who change: their numbers, their events, their place in the queue.
 *
 * The number of a person is the same for all certificates with one resident_id.
 * A resident_id that is stated later, or corrected, can make one person of two or
 * two of one; then members get another number, and what they were served counts
 * for that.  So does a place that is stated later for days gone by.  Events are
 * append-only: what says otherwise takes the last one back and states it anew, so
 * an order that has no 'withdrawn' has one event.
 *
 * Locks: the member FOR UPDATE, which waits for orders that are being made and
 * holds off new ones; then the member's orders, in order of their keys, so that
 * none is finished or cancelled meanwhile.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "core/plan.h"
#include "coverage/coverage.h"
#include "coverage/facts.h"
#include "coverage/people.h"

/*
 * people_queue puts people into the queue of what is to be looked at again.
 */
static void
people_queue(Datum account_ids, Datum member_ids)
{
	static SqlPlan insert = {
		"INSERT INTO assure_internal.coverage_recheck (kind, person_no) SELECT DISTINCT 'insured', m.person_no "
		"FROM unnest($1, $2) AS k (account_id, member_id) JOIN assure.member m USING (account_id, member_id)", {INT8ARRAYOID, INT8ARRAYOID}
	};
	Datum		values[2] = {account_ids, member_ids};

	plan_run(&insert, values, NULL);
}

/*
 * members_lock locks members and their orders.
 */
static void
members_lock(Datum account_ids, Datum member_ids)
{
	static SqlPlan lock_members = {
		"SELECT 1 FROM assure.member m WHERE (m.account_id, m.member_id) IN (SELECT * FROM unnest($1, $2)) ORDER BY m.account_id, m.member_id FOR UPDATE",
		{INT8ARRAYOID, INT8ARRAYOID}
	};
	static SqlPlan lock_orders = {
		"SELECT 1 FROM assure.service_order o WHERE (o.account_id, o.member_id) IN (SELECT * FROM unnest($1, $2)) "
		"ORDER BY o.account_id, o.order_id FOR NO KEY UPDATE", {INT8ARRAYOID, INT8ARRAYOID}
	};
	Datum		values[2] = {account_ids, member_ids};

	plan_run(&lock_members, values, NULL);
	plan_run(&lock_orders, values, NULL);
}

/*
 * events_restate writes what was served anew where it counts for another person
 * or another place than was recorded.
 */
static void
events_restate(Datum account_ids, Datum member_ids)
{
	static SqlPlan restate = {
		"WITH stale AS (SELECT e.*, m.person_no AS number_now, x.region AS region_now FROM unnest($1, $2) AS k (account_id, member_id) "
		"  JOIN assure.member m USING (account_id, member_id), "
		"  LATERAL (SELECT DISTINCT ON (e.order_id) e.* FROM assure.service_event e WHERE e.account_id = m.account_id AND e.member_id = m.member_id "
		"    ORDER BY e.order_id, e.event_id DESC) e, LATERAL (SELECT " RESIDENCE_ON("e.served_on") " AS region OFFSET 0) x "
		"  WHERE e.event = 'served' AND (e.person_no <> m.person_no OR e.customer_region <> x.region::text)), "
		"written AS (INSERT INTO assure.service_event (account_id, order_id, event, member_id, service_id, branch_id, insurer, customer_region, served_on, "
		"    person_no, prefecture, branch_province, service_region) "
		"  SELECT account_id, order_id, n.event, member_id, service_id, branch_id, insurer, n.region, served_on, n.person_no, n.place, branch_province, service_region "
		"  FROM stale s, LATERAL (VALUES (1, 'withdrawn', s.customer_region, s.person_no, s.prefecture), "
		"    (2, 'served', s.region_now::text, s.number_now, " PLACE_OF("s.region_now") ")) AS n (n, event, region, person_no, place) "
		"  ORDER BY account_id, order_id, n.n) "
		"INSERT INTO assure_internal.coverage_recheck (kind, person_no) "
		"SELECT DISTINCT 'served', p FROM stale, LATERAL (VALUES (person_no), (number_now)) AS v (p)", {INT8ARRAYOID, INT8ARRAYOID}
	};
	Datum		values[2] = {account_ids, member_ids};

	plan_run(&restate, values, NULL);
}

/*
 * person_settle gives all members with a resident_id one number that no other
 * person has.
 */
static void
person_settle(const char *resident_id, const char *region)
{
	static SqlPlan find = {
		"SELECT min(m.person_no) FROM assure.member m WHERE m.resident_id = $1 "
		"AND NOT EXISTS (SELECT 1 FROM assure.member x WHERE x.person_no = m.person_no AND x.resident_id <> $1)", {TEXTOID}
	};
	static SqlPlan update = {
		"WITH old AS (SELECT account_id, member_id, person_no FROM assure.member WHERE resident_id = $1 AND person_no <> $2 ORDER BY account_id, member_id FOR UPDATE), "
		"changed AS (UPDATE assure.member m SET person_no = $2 FROM old WHERE m.account_id = old.account_id AND m.member_id = old.member_id "
		"  RETURNING m.account_id, m.member_id, old.person_no), "
		"queued AS (INSERT INTO assure_internal.coverage_recheck (kind, person_no) SELECT DISTINCT 'insured', p FROM changed, "
		"  LATERAL (VALUES (person_no), ($2)) AS v (p)) "
		"SELECT array_agg(account_id), array_agg(member_id) FROM changed HAVING count(*) > 0", {TEXTOID, INT4OID}
	};
	Datum		values[2] = {CStringGetTextDatum(resident_id)};
	int32		number;
	bool		isnull;

	plan_run(&find, values, NULL);
	number = plan_int32(0, 1, -1);
	if (number < 0)
	{
		const char *unknown = NULL;

		person_numbers(&region, &unknown, 1, &number);
	}
	values[1] = Int32GetDatum(number);
	if (plan_run(&update, values, NULL) == 1)
	{
		Datum		account_ids = plan_datum(0, 1, &isnull);
		Datum		member_ids = plan_datum(0, 2, &isnull);

		members_lock(account_ids, member_ids);
		events_restate(account_ids, member_ids);
	}
}

/*
 * people_settle looks at the people with some numbers: one resident_id must have
 * one number, and a number one resident_id.  Two sessions that enroll somebody at
 * the same moment give two numbers; that is found here, too.
 */
void
people_settle(Datum person_nos)
{
	static SqlPlan find = {
		"SELECT m.resident_id, min(m.region) FROM assure.member m WHERE m.person_no = ANY ($1) AND m.resident_id IS NOT NULL "
		"AND (EXISTS (SELECT 1 FROM assure.member x WHERE x.resident_id = m.resident_id AND x.person_no <> m.person_no) "
		"  OR EXISTS (SELECT 1 FROM assure.member x WHERE x.person_no = m.person_no AND x.resident_id <> m.resident_id)) "
		"GROUP BY m.resident_id ORDER BY m.resident_id", {INT4ARRAYOID}
	};
	uint64		n = plan_run(&find, &person_nos, NULL);
	char	  **resident_ids = palloc(sizeof(char *) * (n + 1));
	char	  **regions = palloc(sizeof(char *) * (n + 1));

	for (uint64 i = 0; i < n; i++)
	{
		resident_ids[i] = plan_text(i, 1);
		regions[i] = plan_text(i, 2);
	}
	for (uint64 i = 0; i < n; i++)
		person_settle(resident_ids[i], regions[i]);
}

/*
 * members_settle looks at the people that members are.
 */
static void
members_settle(Datum account_ids, Datum member_ids)
{
	static SqlPlan find = {
		"SELECT array_agg(DISTINCT m.person_no) FROM unnest($1, $2) AS k (account_id, member_id) JOIN assure.member m USING (account_id, member_id) "
		"HAVING count(*) > 0", {INT8ARRAYOID, INT8ARRAYOID}
	};
	Datum		values[2] = {account_ids, member_ids};
	bool		isnull;

	if (plan_run(&find, values, NULL) == 1)
		people_settle(plan_datum(0, 1, &isnull));
}

/*
 * coverage_people_changed sees to members that were written.
 */
void
coverage_people_changed(Datum account_ids, Datum member_ids, bool particulars)
{
	people_queue(account_ids, member_ids);
	if (particulars)
	{
		members_lock(account_ids, member_ids);
		members_settle(account_ids, member_ids);
		events_restate(account_ids, member_ids);
	}
}
