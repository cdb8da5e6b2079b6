/*-------------------------------------------------------------------------
 *
 * service_event.c
 *		What coverage counts, recorded: 'served' when a service is done,
 *		'withdrawn' when its order is cancelled afterwards.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "core/plan.h"
#include "coverage/coverage.h"

/*
 * record writes an event of the order, with what the order says of itself.
 */
static void
record(int64 account_id, int64 order_id, const char *event)
{
	static SqlPlan insert = {
		"INSERT INTO assure.service_event (account_id, order_id, event, member_id, service_id, branch_id, insurer, customer_region, served_on) "
		"SELECT account_id, order_id, $3, member_id, service_id, branch_id, insurer, customer_region, finished_at::date "
		"FROM assure.service_order WHERE account_id = $1 AND order_id = $2", {INT8OID, INT8OID, TEXTOID}
	};
	Datum		values[3];

	values[0] = Int64GetDatum(account_id);
	values[1] = Int64GetDatum(order_id);
	values[2] = CStringGetTextDatum(event);
	plan_run(&insert, values, NULL);
}

/*
 * coverage_served has the order's customer count as served.
 */
void
coverage_served(int64 account_id, int64 order_id)
{
	record(account_id, order_id, "served");
}

/*
 * coverage_withdrawn takes that back.
 */
void
coverage_withdrawn(int64 account_id, int64 order_id)
{
	record(account_id, order_id, "withdrawn");
}
