/*-------------------------------------------------------------------------
 *
 * service_event.c
 *		What coverage counts, recorded: 'served' when a service is done,
 *		'withdrawn' when its order is cancelled afterwards.
 *
 * A service that is done costs one row: the sets have it when they are brought up.
 * What takes away, or says otherwise, writes the person into coverage_recheck.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "core/plan.h"
#include "coverage/coverage.h"
#include "coverage/facts.h"

/*
 * coverage_served has the orders' customers count as served, where each lived on
 * that day.
 */
void
coverage_served(Datum account_ids, Datum order_ids)
{
	static SqlPlan insert = {
		"INSERT INTO assure.service_event (account_id, order_id, event, member_id, service_id, branch_id, insurer, customer_region, served_on, "
		"  person_no, prefecture, branch_province, service_region) "
		"SELECT o.account_id, o.order_id, 'served', o.member_id, o.service_id, o.branch_id, o.insurer, x.region::text, o.finished_at::date, "
		"  m.person_no, " PLACE_OF("x.region") ", assure.province(b.region::assure.region), o.service_region::assure.region "
		"FROM unnest($1, $2) AS k (account_id, order_id) JOIN assure.service_order o USING (account_id, order_id) "
		"JOIN assure.member m USING (account_id, member_id) JOIN assure.branch b USING (branch_id), "
		"  LATERAL (SELECT " RESIDENCE_ON("o.finished_at::date") " AS region OFFSET 0) x",
		{INT8ARRAYOID, INT8ARRAYOID}, .generic = true
	};
	Datum		values[2] = {account_ids, order_ids};

	plan_run(&insert, values, NULL);
}

/*
 * coverage_withdrawn takes that back.
 */
void
coverage_withdrawn(int64 account_id, int64 order_id)
{
	static SqlPlan insert = {
		"WITH last AS (SELECT * FROM assure.service_event WHERE account_id = $1 AND order_id = $2 ORDER BY event_id DESC LIMIT 1), "
		"written AS (INSERT INTO assure.service_event (account_id, order_id, event, member_id, service_id, branch_id, insurer, customer_region, served_on, "
		"    person_no, prefecture, branch_province, service_region) "
		"  SELECT account_id, order_id, 'withdrawn', member_id, service_id, branch_id, insurer, customer_region, served_on, "
		"    person_no, prefecture, branch_province, service_region FROM last WHERE event = 'served' RETURNING person_no) "
		"INSERT INTO assure_internal.coverage_recheck (kind, person_no) SELECT 'served', person_no FROM written", {INT8OID, INT8OID}, .generic = true
	};
	Datum		values[2] = {Int64GetDatum(account_id), Int64GetDatum(order_id)};

	plan_run(&insert, values, NULL);
}
