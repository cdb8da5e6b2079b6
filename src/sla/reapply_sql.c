/*-------------------------------------------------------------------------
 *
 * reapply_sql.c
 *		Entry point: clocks that run are put under a policy's current version.
 *
 * In chunks, each a transaction, along the index of open clocks; ended in the
 * middle and called again it does what is left, for a clock that stands as it
 * should is not written.  A version, or a calendar, that is published meanwhile
 * holds from the next chunk on.
 *
 * Locking: the tasks of a chunk, for their deadlines move with their clocks; then
 * the clocks in the order of their keys, as everywhere, then their alerts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "audit/audit.h"
#include "core/batch_call.h"
#include "core/lock.h"
#include "core/plan.h"
#include "sla/clock.h"
#include "sla/policy.h"
#include "work/task.h"

#define REAPPLY_CHUNK 1000
#define MOVED_COLUMNS 5

PG_FUNCTION_INFO_V1(assure_reapply_policy);

/* Values only: it outlives transactions. */
typedef struct Reapply
{
	const char *code;
	int64		after_subject_id;	/* the last chunk ended here */
	int64		moved;
	bool		has_more;
} Reapply;

/*
 * write_moved puts clocks under their new policy.  Their alerts belong to steps
 * of the old one and are closed; the next sweep raises what there is still cause
 * for.
 */
static void
write_moved(Column *columns, int64 sla_policy_id)
{
	static SqlPlan update = {
		"WITH c AS (UPDATE assure.clock c SET sla_policy_id = $6, target_at = u.target_at, left_usec = u.left_usec, next_step = 1, stalled = false, "
		"    next_due = CASE WHEN u.runs AND u.next_due IS NOT NULL THEN greatest(u.next_due, clock_timestamp()) END "
		"  FROM unnest($1, $2, $3, $4, $5) u (clock_id, target_at, next_due, runs, left_usec) WHERE c.clock_id = u.clock_id RETURNING c.clock_id) "
		"UPDATE assure.alert a SET resolved_at = now(), escalate_at = NULL FROM c WHERE a.clock_id = c.clock_id AND a.resolved_at IS NULL",
		{INT8ARRAYOID, TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID, BOOLARRAYOID, INT8ARRAYOID, INT8OID}
	};
	Datum		values[MOVED_COLUMNS + 1];

	for (int i = 0; i < MOVED_COLUMNS; i++)
		values[i] = column_array(&columns[i]);
	values[MOVED_COLUMNS] = Int64GetDatum(sla_policy_id);
	lock_share_for_transaction(LOCK_DEADLINES);
	plan_run(&update, values, NULL);
}

/*
 * clock_move adds a clock to the columns, unless it stands as it should.
 */
static void
clock_move(Column *columns, List *policies, const SlaPolicy *to, ClockRow *clock, bool runs)
{
	TimestampTz target_at = clock->state.target_at;

	timing_move(&policy_by_id(policies, clock->sla_policy_id)->timing, &to->timing, &clock->state);
	if (clock->sla_policy_id == to->sla_policy_id && clock->state.target_at == target_at)
		return;
	clock->state.next_step = 1;
	clock->state.stalled = false;
	column_add_int64(&columns[0], clock->clock_id);
	column_add(&columns[1], TimestampTzGetDatum(clock->state.target_at));
	next_due_add(&columns[2], &to->timing, &clock->state);
	column_add(&columns[3], BoolGetDatum(runs));
	if (clock->state.left_usec == LEFT_IS_ALL)
		column_add_null(&columns[4]);
	else
		column_add_int64(&columns[4], clock->state.left_usec);
}

/*
 * find_clocks finds the next open clocks of a policy's versions, and what they are
 * of; none: false.
 */
static bool
find_clocks(Reapply *reapply, const SlaPolicy *to, Datum *clock_ids, Datum *subject_ids)
{
	static SqlPlan find = {
		"SELECT clock_id, subject_id FROM assure.clock WHERE subject_kind = $1 AND subject_id > $2 AND state <> 'stopped' "
		"AND sla_policy_id = ANY (ARRAY(SELECT sla_policy_id FROM assure.sla_policy WHERE code = $3)) ORDER BY subject_id LIMIT $4",
		{TEXTOID, INT8OID, TEXTOID, INT4OID}
	};
	Datum		values[4] = {CStringGetTextDatum(sla_subject_names[to->subject]), Int64GetDatum(reapply->after_subject_id)};
	Column		ids;
	Column		subjects;
	uint64		rows;

	values[2] = CStringGetTextDatum(to->code);
	values[3] = Int32GetDatum(REAPPLY_CHUNK);
	rows = plan_run(&find, values, NULL);
	reapply->has_more = rows > 0;
	if (rows == 0)
		return false;
	column_start(&ids, INT8OID);
	column_start(&subjects, INT8OID);
	for (uint64 i = 0; i < rows; i++)
	{
		column_add_int64(&ids, plan_int64(i, 1, 0));
		column_add_int64(&subjects, plan_int64(i, 2, 0));
	}
	reapply->after_subject_id = plan_int64(rows - 1, 2, 0);
	*clock_ids = column_array(&ids);
	*subject_ids = column_array(&subjects);
	return true;
}

/*
 * reapply_work moves a chunk of clocks.
 */
static void
reapply_work(Call *call, void *state)
{
	static SqlPlan lock = {
		"SELECT clock_id, " CLOCK_STATE ", state = 'running' FROM assure.clock "
		"WHERE clock_id = ANY ($1) AND state <> 'stopped' ORDER BY clock_id FOR NO KEY UPDATE", {INT8ARRAYOID}
	};
	static const Oid types[MOVED_COLUMNS] = {INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID, BOOLOID, INT8OID};
	Reapply    *reapply = state;
	List	   *policies = policies_get();
	const SlaPolicy *to = policy_current(policies, reapply->code);
	Column		columns[MOVED_COLUMNS];
	Datum		clock_ids;
	Datum		subject_ids;
	uint64		rows;

	if (!find_clocks(reapply, to, &clock_ids, &subject_ids))
		return;
	if (to->subject == SLA_TASK)
		tasks_lock(subject_ids);
	rows = plan_run(&lock, &clock_ids, NULL);
	for (int i = 0; i < MOVED_COLUMNS; i++)
		column_start(&columns[i], types[i]);
	for (uint64 i = 0; i < rows; i++)
	{
		ClockRow	clock;

		CHECK_FOR_INTERRUPTS();
		row_clock(i, &clock);
		clock_move(columns, policies, to, &clock, plan_bool(i, CLOCK_STATE_END + 1));
	}
	if (columns[0].count == 0)
		return;
	reapply->moved += columns[0].count;
	write_moved(columns, to->sla_policy_id);
	if (to->subject == SLA_TASK)
		tasks_note_due(subject_ids);
}

/*
 * reapply_end writes down that it was done.
 */
static void
reapply_end(Call *call, void *state)
{
	const Reapply *reapply = state;
	AuditRow	row = {.row_count = 1};

	row.subject = psprintf("sla_policy %s: " INT64_FORMAT " clocks", reapply->code, reapply->moved);
	audit_write(call, &row);
}

/*
 * assure_reapply_policy puts all open clocks of a policy's versions under its
 * current one, with the calendars of now.
 */
PGDLLEXPORT Datum
assure_reapply_policy(PG_FUNCTION_ARGS)
{
	Reapply		reapply = {.after_subject_id = PG_INT64_MIN};
	BatchCall	batch;
	Datum		values[1];
	bool		nulls[1] = {false};

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("code must not be NULL")));
	reapply.code = text_to_cstring(PG_GETARG_TEXT_PP(0));
	batch_call_begin(&batch, fcinfo, SCOPE_ADMIN, "reapply_policy");
	do
		batch_call_chunk(&batch, reapply_work, &reapply, sizeof(Reapply));
	while (reapply.has_more);
	batch_call_chunk(&batch, reapply_end, &reapply, sizeof(Reapply));
	batch_call_end(&batch);
	values[0] = Int64GetDatum(reapply.moved);
	return batch_call_result(fcinfo, values, nulls);
}
