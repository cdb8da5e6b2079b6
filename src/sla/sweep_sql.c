/*-------------------------------------------------------------------------
 *
 * sweep_sql.c
 *		The sweep: raises alerts for what is due, and costs as much as that is.
 *
 * A chunk reads the ids of due clocks from one index, then locks those of them
 * that are due still and that nobody else has in hand: of two sweeps at once
 * each clock is swept by one, and nothing is raised twice.  A sweep that raised
 * anything sends one NOTIFY; it takes a lock over the whole database until
 * commit, so nothing else in the engine sends one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/async.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "audit/audit.h"
#include "core/batch_call.h"
#include "core/errors.h"
#include "core/plan.h"
#include "core/request.h"
#include "sla/policy.h"

#define SWEEP_CHUNK_CLOCKS 1000
#define SWEEP_SCOPES (SCOPE_SUPERVISOR | SCOPE_ADMIN)

PG_FUNCTION_INFO_V1(assure_sla_sweep);
PG_FUNCTION_INFO_V1(assure_acknowledge_alert);

#define ALERT_COLUMNS 7
#define MOVED_COLUMNS 4

/* The columns of the two statements that a chunk ends with. */
typedef struct SweepWriter
{
	TimestampTz now;
	Column		alerts[ALERT_COLUMNS];
	Column		moved[MOVED_COLUMNS];
} SweepWriter;

/*
 * writer_start makes empty columns.
 */
static void
writer_start(SweepWriter *writer)
{
	static const Oid alert_types[ALERT_COLUMNS] = {TEXTOID, INT8OID, INT2OID, BOOLOID, INT8OID, INT8OID, TIMESTAMPTZOID};
	static const Oid moved_types[MOVED_COLUMNS] = {INT8OID, INT2OID, BOOLOID, TIMESTAMPTZOID};

	writer->now = GetCurrentTimestamp();
	for (int i = 0; i < ALERT_COLUMNS; i++)
		column_start(&writer->alerts[i], alert_types[i]);
	for (int i = 0; i < MOVED_COLUMNS; i++)
		column_start(&writer->moved[i], moved_types[i]);
}

/*
 * alert_add adds one alert: step 0 is a stall.
 */
static void
alert_add(SweepWriter *writer, uint64 row, int step, bool at_target, TimestampTz due_at)
{
	column_add_text(&writer->alerts[0], step == 0 ? "stalled" : "overlong");
	column_add_int64(&writer->alerts[1], plan_int64(row, 1, 0));
	column_add(&writer->alerts[2], Int16GetDatum(step));
	column_add(&writer->alerts[3], BoolGetDatum(at_target));
	column_add_int64(&writer->alerts[4], plan_int64(row, 2, 0));
	column_add_int64(&writer->alerts[5], plan_int64(row, 3, 0));
	column_add(&writer->alerts[6], TimestampTzGetDatum(due_at));
}

/*
 * clock_sweep raises all that one clock is due for and moves it on.  Of several
 * steps passed at once only the last is raised: nobody is helped by a warning
 * after the target.
 */
static void
clock_sweep(SweepWriter *writer, uint64 row, const SlaPolicy *policy)
{
	ClockState	state = {plan_int64(row, 5, 0), plan_int64(row, 6, 0), plan_int32(row, 7, 1), plan_bool(row, 8)};
	int			raised_step = 0;
	TimestampTz raised_due = 0;
	TimestampTz stall_at = timing_stall_at(policy, &state);
	TimestampTz next_due;

	for (; timing_step_at(policy, &state) <= writer->now; state.next_step++)
	{
		raised_step = state.next_step;
		raised_due = timing_step_at(policy, &state);
	}
	if (raised_step > 0)
		alert_add(writer, row, raised_step, timing_is_target(policy, raised_step), raised_due);
	if (stall_at <= writer->now)
	{
		alert_add(writer, row, 0, false, stall_at);
		state.stalled = true;
	}
	next_due = timing_next_due(policy, &state);
	column_add_int64(&writer->moved[0], plan_int64(row, 1, 0));
	column_add(&writer->moved[1], Int16GetDatum(state.next_step));
	column_add(&writer->moved[2], BoolGetDatum(state.stalled));
	if (next_due == DT_NOEND)
		column_add_null(&writer->moved[3]);
	else
		column_add(&writer->moved[3], TimestampTzGetDatum(next_due));
}

/*
 * write_alerts writes the alerts that are not open yet, and counts them; returns
 * the highest key, 0 for none.
 */
static int64
write_alerts(const SweepWriter *writer, int64 *alert_count)
{
	static SqlPlan insert = {
		"WITH a AS (INSERT INTO assure.alert (level, clock_id, step, at_target, subject_kind, subject_id, branch_id, due_at) "
		"  SELECT level, clock_id, step, at_target, 'task', subject_id, branch_id, due_at "
		"  FROM unnest($1, $2, $3, $4, $5, $6, $7) AS u (level, clock_id, step, at_target, subject_id, branch_id, due_at) "
		"  ON CONFLICT (clock_id, step) WHERE resolved_at IS NULL DO NOTHING RETURNING alert_id) "
		"SELECT max(alert_id), count(*) FROM a",
		{TEXTARRAYOID, INT8ARRAYOID, INT2ARRAYOID, BOOLARRAYOID, INT8ARRAYOID, INT8ARRAYOID, TIMESTAMPTZARRAYOID}
	};
	Datum		values[ALERT_COLUMNS];

	for (int i = 0; i < ALERT_COLUMNS; i++)
		values[i] = column_array(&writer->alerts[i]);
	plan_run(&insert, values, NULL);
	*alert_count += plan_int64(0, 2, 0);
	return plan_int64(0, 1, 0);
}

/*
 * write_moved moves the swept clocks on.
 */
static void
write_moved(const SweepWriter *writer)
{
	static SqlPlan update = {
		"UPDATE assure.clock c SET next_step = u.next_step, stalled = u.stalled, next_due = u.next_due "
		"FROM unnest($1, $2, $3, $4) AS u (clock_id, next_step, stalled, next_due) WHERE c.clock_id = u.clock_id",
		{INT8ARRAYOID, INT2ARRAYOID, BOOLARRAYOID, TIMESTAMPTZARRAYOID}
	};
	Datum		values[MOVED_COLUMNS];

	for (int i = 0; i < MOVED_COLUMNS; i++)
		values[i] = column_array(&writer->moved[i]);
	plan_run(&update, values, NULL);
}

/*
 * sweep_chunk sweeps up to clock_count_max due clocks; returns how many there
 * were, and the highest alert.
 */
static int
sweep_chunk(int clock_count_max, int64 *alert_count, int64 *alert_id_max)
{
	static SqlPlan find = {
		"SELECT clock_id FROM assure.clock WHERE next_due <= $1 ORDER BY next_due LIMIT $2", {TIMESTAMPTZOID, INT4OID}
	};
	static SqlPlan take = {
		"SELECT clock_id, subject_id, branch_id, sla_policy_id, started_at + paused, progress_at, next_step::int4, stalled "
		"FROM assure.clock WHERE clock_id = ANY ($1) AND next_due <= $2 ORDER BY clock_id FOR UPDATE SKIP LOCKED",
		{INT8ARRAYOID, TIMESTAMPTZOID}
	};
	SweepWriter writer;
	List	   *policies = policies_read();
	Datum		values[2];
	Column		ids;
	uint64		due;
	uint64		taken;
	int64		highest;

	writer_start(&writer);
	values[0] = TimestampTzGetDatum(writer.now);
	values[1] = Int32GetDatum(clock_count_max);
	due = plan_run(&find, values, NULL);
	if (due == 0)
		return 0;
	column_start(&ids, INT8OID);
	for (uint64 i = 0; i < due; i++)
		column_add_int64(&ids, plan_int64(i, 1, 0));
	values[0] = column_array(&ids);
	values[1] = TimestampTzGetDatum(writer.now);
	taken = plan_run(&take, values, NULL);
	for (uint64 i = 0; i < taken; i++)
	{
		CHECK_FOR_INTERRUPTS();
		clock_sweep(&writer, i, policy_by_id(policies, plan_int64(i, 4, 0)));
	}
	highest = write_alerts(&writer, alert_count);
	*alert_id_max = Max(*alert_id_max, highest);
	write_moved(&writer);
	return (int) taken;
}

/*
 * announce sends the one NOTIFY of a sweep, in its last transaction.
 */
static void
announce(int64 alert_id_max)
{
	Async_Notify("assure_alert", psprintf("{\"upto\": " INT64_FORMAT "}", alert_id_max));
}

/*
 * assure_sla_sweep raises what is due, a chunk a transaction.
 */
PGDLLEXPORT Datum
assure_sla_sweep(PG_FUNCTION_ARGS)
{
	int32		left = PG_ARGISNULL(0) ? 10000 : PG_GETARG_INT32(0);
	int64		alert_count = 0;
	int64		alert_id_max = 0;
	int			swept = 1;
	BatchCall	batch;
	Datum		values[1];
	bool		nulls[1] = {false};

	if (left < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("max_clocks is %d, not at least 1", left)));
	batch_call_begin(&batch, fcinfo, SWEEP_SCOPES, "sla_sweep");
	while (swept > 0 && left > 0)
	{
		batch_call_enter(&batch);
		swept = sweep_chunk(Min(left, SWEEP_CHUNK_CLOCKS), &alert_count, &alert_id_max);
		left -= swept;
		if ((swept == 0 || left <= 0) && alert_id_max > 0)
			announce(alert_id_max);
		batch_call_commit(&batch);
	}
	batch_call_end(&batch);
	values[0] = Int64GetDatum(alert_count);
	return batch_call_result(fcinfo, values, nulls);
}

/*
 * acknowledge notes who took notice of an open alert.
 */
static void
acknowledge(Call *call, int64 alert_id)
{
	static SqlPlan find = {
		"SELECT branch_id FROM assure.alert WHERE alert_id = $1", {INT8OID}
	};
	static SqlPlan update = {
		"UPDATE assure.alert SET acknowledged_at = now(), acknowledged_by = $2 "
		"WHERE alert_id = $1 AND acknowledged_at IS NULL", {INT8OID, TEXTOID}
	};
	Datum		values[2] = {Int64GetDatum(alert_id), CStringGetTextDatum(call->session_role)};

	if (plan_run(&find, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("alert " INT64_FORMAT " does not exist", alert_id)));
	call_require_branch(call, plan_int64(0, 1, 0), psprintf("alert " INT64_FORMAT, alert_id));
	if (plan_run(&update, values, NULL) == 1)
		audit_write_one(call, psprintf("alert " INT64_FORMAT, alert_id));
}

/*
 * assure_acknowledge_alert notes that a person took notice; the first one stays.
 */
PGDLLEXPORT Datum
assure_acknowledge_alert(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	int64		alert_id;
	StringInfoData arguments;
	Call		call;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("alert_id must not be NULL")));
	alert_id = PG_GETARG_INT64(0);
	initStringInfo(&arguments);
	digest_int64(&arguments, alert_id);
	call_begin(&call, SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR, "acknowledge_alert");
	if (request_begin(&call, request_id, &arguments) == NULL)
	{
		acknowledge(&call, alert_id);
		request_end_int64(request_id, alert_id);
	}
	call_end(&call);
	PG_RETURN_VOID();
}
