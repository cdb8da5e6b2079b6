/*-------------------------------------------------------------------------
 *
 * notification_sql.c
 *		Entry points: consumers take notifications, acknowledge them, and go.
 *
 * Each consumer has a cursor over the notifications, whose keys become visible in
 * their order (LOCK_OUTBOX), so nothing appears behind it.  What is handed out is
 * noted with a lease; what is not acknowledged when that is over is handed out
 * again: at least once.  Sessions that take under one name share the work.
 *
 * Locking: the consumer's row, to the end of the transaction: take, commit, work,
 * acknowledge.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "audit/audit.h"
#include "core/errors.h"
#include "core/plan.h"
#include "core/result_set.h"

#define CONSUMER_SCOPES (SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define TAKE_MAX 10000
#define CONSUMER_BYTES_MAX 200

PG_FUNCTION_INFO_V1(assure_take_notifications);
PG_FUNCTION_INFO_V1(assure_acknowledge_notifications);
PG_FUNCTION_INFO_V1(assure_forget_consumer);

/*
 * consumer_name checks the name of a consumer.
 */
static Datum
consumer_name(FunctionCallInfo fcinfo)
{
	text	   *name;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("consumer must not be NULL")));
	name = PG_GETARG_TEXT_PP(0);
	if (VARSIZE_ANY_EXHDR(name) == 0 || VARSIZE_ANY_EXHDR(name) > CONSUMER_BYTES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("consumer is empty or longer than %d bytes", CONSUMER_BYTES_MAX)));
	return PointerGetDatum(name);
}

/*
 * consumer_lock locks the consumer's row; a new one begins with what there is.
 */
static void
consumer_lock(Datum consumer)
{
	static SqlPlan make = {
		"INSERT INTO assure_internal.notification_consumer AS c (consumer, cursor_id, taken_at) VALUES ($1, 0, now()) "
		"ON CONFLICT (consumer) DO UPDATE SET taken_at = now()", {TEXTOID}
	};

	plan_run(&make, &consumer, NULL);
}

static SqlPlan take_again = {
	"UPDATE assure_internal.notification_delivery d SET leased_until = now() + $3, times = times + 1 "
	"WHERE consumer = $1 AND notification_id IN (SELECT notification_id FROM assure_internal.notification_delivery "
	"  WHERE consumer = $1 AND leased_until <= now() ORDER BY notification_id LIMIT $2) RETURNING notification_id",
	{TEXTOID, INT4OID, INTERVALOID}
};

static SqlPlan take_next = {
	"WITH n AS (SELECT notification_id FROM assure.notification "
	"  WHERE notification_id > (SELECT cursor_id FROM assure_internal.notification_consumer WHERE consumer = $1) "
	"  ORDER BY notification_id LIMIT $2), "
	"c AS (UPDATE assure_internal.notification_consumer SET cursor_id = (SELECT max(notification_id) FROM n) "
	"  WHERE consumer = $1 AND EXISTS (SELECT FROM n)) "
	"INSERT INTO assure_internal.notification_delivery (consumer, notification_id, leased_until) "
	"SELECT $1, notification_id, now() + $3 FROM n RETURNING notification_id",
	{TEXTOID, INT4OID, INTERVALOID}
};

static SqlPlan show = {
	"SELECT n.notification_id, n.kind, n.role_name, d.times, n.created_at, a.alert_id, a.level, a.at_target, a.subject_kind, a.subject_id, "
	"  b.code, a.due_at, a.resolved_at IS NOT NULL "
	"FROM assure.notification n JOIN assure_internal.notification_delivery d ON d.consumer = $1 AND d.notification_id = n.notification_id "
	"JOIN assure.alert a USING (alert_id) LEFT JOIN assure.branch b ON b.branch_id = a.branch_id "
	"WHERE n.notification_id = ANY ($2) ORDER BY n.notification_id", {TEXTOID, INT8ARRAYOID}
};

/*
 * take runs one of the statements that hand out, and adds the keys.
 */
static int
take(SqlPlan *plan, Datum consumer, int count_max, Datum lease, Column *ids)
{
	Datum		values[3] = {consumer, Int32GetDatum(count_max), lease};
	int			rows = count_max > 0 ? (int) plan_run(plan, values, NULL) : 0;

	for (int i = 0; i < rows; i++)
		column_add_int64(ids, plan_int64(i, 1, 0));
	return rows;
}

/*
 * check_take refuses numbers that make no sense.
 */
static void
check_take(FunctionCallInfo fcinfo)
{
	const Interval *lease;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("max and lease must not be NULL")));
	if (PG_GETARG_INT32(1) < 1 || PG_GETARG_INT32(1) > TAKE_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max is %d, not between 1 and %d", PG_GETARG_INT32(1), TAKE_MAX)));
	lease = PG_GETARG_INTERVAL_P(2);
	if (lease->month != 0 || lease->day < 0 || lease->day > 7 || lease->time < (lease->day > 0 ? 0 : USECS_PER_SEC) || lease->time > USECS_PER_DAY)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("lease is not between a second and a week")));
}

/*
 * assure_take_notifications hands out what a consumer has not seen, and what it
 * was handed out before and has not acknowledged.
 */
PGDLLEXPORT Datum
assure_take_notifications(PG_FUNCTION_ARGS)
{
	Datum		consumer = consumer_name(fcinfo);
	Datum		values[2];
	Column		ids;
	Call		call;
	int			again;

	check_take(fcinfo);
	result_set_open(fcinfo);
	call_begin(&call, CONSUMER_SCOPES, "take_notifications");
	column_start(&ids, INT8OID);
	consumer_lock(consumer);
	again = take(&take_again, consumer, PG_GETARG_INT32(1), PG_GETARG_DATUM(2), &ids);
	(void) take(&take_next, consumer, PG_GETARG_INT32(1) - again, PG_GETARG_DATUM(2), &ids);
	values[0] = consumer;
	values[1] = column_array(&ids);
	result_set_fill(fcinfo, &show, values, NULL);
	call_end(&call);
	return (Datum) 0;
}

/*
 * assure_acknowledge_notifications notes that a consumer is done with some; what
 * was not handed out to it, or is acknowledged already, is left alone.
 */
PGDLLEXPORT Datum
assure_acknowledge_notifications(PG_FUNCTION_ARGS)
{
	static SqlPlan done = {
		"DELETE FROM assure_internal.notification_delivery WHERE consumer = $1 AND notification_id = ANY ($2)", {TEXTOID, INT8ARRAYOID}
	};
	Datum		values[2] = {consumer_name(fcinfo)};
	Call		call;
	uint64		count;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("notification_ids must not be NULL")));
	values[1] = PG_GETARG_DATUM(1);
	call_begin(&call, CONSUMER_SCOPES, "acknowledge_notifications");
	count = plan_run(&done, values, NULL);
	call_end(&call);
	PG_RETURN_INT64((int64) count);
}

/*
 * assure_forget_consumer takes a consumer away that does not come any more, with
 * what it has not acknowledged; false: there is none.
 */
PGDLLEXPORT Datum
assure_forget_consumer(PG_FUNCTION_ARGS)
{
	static SqlPlan forget = {
		"DELETE FROM assure_internal.notification_consumer WHERE consumer = $1", {TEXTOID}
	};
	Datum		consumer = consumer_name(fcinfo);
	Call		call;
	bool		was_there;

	call_begin(&call, SCOPE_SUPERVISOR | SCOPE_ADMIN, "forget_consumer");
	was_there = plan_run(&forget, &consumer, NULL) > 0;
	if (was_there)
		audit_write_one(&call, psprintf("consumer %s", TextDatumGetCString(consumer)));
	call_end(&call);
	PG_RETURN_BOOL(was_there);
}
