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

#include "access/xact.h"
#include "commands/sequence.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "core/plan.h"
#include "core/relation_names.h"
#include "core/row_write.h"
#include "coverage/coverage.h"
#include "coverage/facts.h"

/* What is recorded of a done order o of member m with branch b, who lived in x.region: DONE_COUNT columns. */
#define DONE_COLUMNS \
	"o.account_id, o.order_id, 'served', o.member_id, o.service_id, o.branch_id, o.insurer, x.region::text, o.finished_at::date, " \
	"m.person_no, " PLACE_OF("x.region") ", assure.province(b.region::assure.region), o.service_region::assure.region "
#define DONE_JOINS \
	"JOIN assure.member m USING (account_id, member_id) JOIN assure.branch b USING (branch_id), " \
	"  LATERAL (SELECT " RESIDENCE_ON("o.finished_at::date") " AS region OFFSET 0) x"
#define DONE_COUNT 13

/* Columns of assure.service_event; those of DONE_COLUMNS in their order. */
enum
{
	EVENT_ACCOUNT_ID = 1, EVENT_ID, EVENT_ORDER_ID, EVENT_EVENT, EVENT_MEMBER_ID, EVENT_SERVICE_ID, EVENT_BRANCH_ID, EVENT_INSURER,
	EVENT_CUSTOMER_REGION, EVENT_SERVED_ON, EVENT_RECORDED_AT, EVENT_PERSON_NO, EVENT_PREFECTURE, EVENT_BRANCH_PROVINCE, EVENT_SERVICE_REGION,
	EVENT_COLUMNS = EVENT_SERVICE_REGION
};
static const AttrNumber done_columns[DONE_COUNT] = {
	EVENT_ACCOUNT_ID, EVENT_ORDER_ID, EVENT_EVENT, EVENT_MEMBER_ID, EVENT_SERVICE_ID, EVENT_BRANCH_ID, EVENT_INSURER,
	EVENT_CUSTOMER_REGION, EVENT_SERVED_ON, EVENT_PERSON_NO, EVENT_PREFECTURE, EVENT_BRANCH_PROVINCE, EVENT_SERVICE_REGION
};

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
		"SELECT " DONE_COLUMNS "FROM unnest($1, $2) AS k (account_id, order_id) JOIN assure.service_order o USING (account_id, order_id) " DONE_JOINS,
		{INT8ARRAYOID, INT8ARRAYOID}, .generic = true
	};
	Datum		values[2] = {account_ids, order_ids};

	plan_run(&insert, values, NULL);
}

/*
 * coverage_served_one is the same of one order: its row is read by a statement and
 * written without one.
 */
void
coverage_served_one(int64 account_id, int64 order_id)
{
	static SqlPlan read = {
		"SELECT " DONE_COLUMNS "FROM assure.service_order o " DONE_JOINS " WHERE o.account_id = $1 AND o.order_id = $2",
		{INT8OID, INT8OID}, .generic = true
	};
	static PreparedTable table = {"service_event", EVENT_COLUMNS};
	Datum		values[2] = {Int64GetDatum(account_id), Int64GetDatum(order_id)};
	RowWrite	write = {&table};

	if (plan_run(&read, values, NULL) == 0)
		return;
	if (!row_write_open(&write))
	{
		coverage_served(array_of_int64(&account_id, 1), array_of_int64(&order_id, 1));
		return;
	}
	row_write_empty(&write);
	for (int i = 0; i < DONE_COUNT; i++)
	{
		bool		isnull;
		Datum		value = plan_datum(0, i + 1, &isnull);

		if (!isnull)
			row_write_set(&write, done_columns[i], value);
	}
	row_write_set(&write, EVENT_ID, DirectFunctionCall1(nextval_oid, ObjectIdGetDatum(relation_find("service_event_id_seq"))));
	row_write_set(&write, EVENT_RECORDED_AT, TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()));
	row_write_insert(&write);
	row_write_close(&write);
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
