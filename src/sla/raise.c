/*-------------------------------------------------------------------------
 *
 * raise.c
 *		A chunk of a sweep: raises alerts for clocks that are due.
 *
 * The ids of due clocks come from one index, from the sweep's watermark on; then
 * those of them are locked that are due still and that nobody else has in hand:
 * of two sweeps at once each clock is swept by one, and nothing is raised twice.
 *
 * Locking: clocks, then LOCK_OUTBOX, then alerts and notifications.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/timestamp.h"

#include "core/lock.h"
#include "core/plan.h"
#include "sla/clock.h"
#include "sla/policy.h"
#include "sla/sweep.h"

#define ALERT_COLUMNS 9
#define MOVED_COLUMNS 4

/* The columns of the two statements that a chunk ends with. */
typedef struct SweepWriter
{
	TimestampTz now;
	Column		alerts[ALERT_COLUMNS];
	Column		moved[MOVED_COLUMNS];
} SweepWriter;

/* What a due clock's row has besides its state. */
typedef struct DueClock
{
	ClockRow	row;
	char	   *subject_kind;
	int64		subject_id;
	int64		branch_id;
} DueClock;

/*
 * writer_start makes empty columns.
 */
static void
writer_start(SweepWriter *writer)
{
	static const Oid alert_types[ALERT_COLUMNS] = {TEXTOID, INT8OID, INT2OID, BOOLOID, TEXTOID, INT8OID, INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID};
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
alert_add(SweepWriter *writer, const DueClock *due, const SlaPolicy *policy, int step, TimestampTz due_at)
{
	const Escalation *first = NULL;

	for (int i = policy->escalation_count - 1; i >= 0; i--)
		if (policy->escalations[i].on_step == step)
			first = &policy->escalations[i];
	column_add_text(&writer->alerts[0], step == 0 ? "stalled" : "overlong");
	column_add_int64(&writer->alerts[1], due->row.clock_id);
	column_add(&writer->alerts[2], Int16GetDatum(step));
	column_add(&writer->alerts[3], BoolGetDatum(step > 0 && timing_is_target(&policy->timing, step)));
	column_add_text(&writer->alerts[4], due->subject_kind);
	column_add_int64(&writer->alerts[5], due->subject_id);
	column_add_int64(&writer->alerts[6], due->branch_id);
	column_add(&writer->alerts[7], TimestampTzGetDatum(due_at));
	if (first == NULL)
		column_add_null(&writer->alerts[8]);
	else
		column_add(&writer->alerts[8], TimestampTzGetDatum(worktime_add(&policy->timing.time, writer->now, first->after)));
}

/*
 * clock_sweep raises all that one clock is due for and moves it on.  Of several
 * steps passed at once only the last is raised: nobody is helped by a warning
 * after the target.
 */
static void
clock_sweep(SweepWriter *writer, DueClock *due, const SlaPolicy *policy)
{
	const SlaTiming *timing = &policy->timing;
	ClockState *state = &due->row.state;
	TimestampTz stall_at = timing_stall_at(timing, state);
	TimestampTz step_at;
	TimestampTz raised_at = 0;
	int			raised_step = 0;

	for (; (step_at = timing_step_at(timing, state)) <= writer->now; state->next_step++)
	{
		raised_step = state->next_step;
		raised_at = step_at;
	}
	if (raised_step > 0)
		alert_add(writer, due, policy, raised_step, raised_at);
	if (stall_at <= writer->now)
	{
		alert_add(writer, due, policy, 0, stall_at);
		state->stalled = true;
	}
	column_add_int64(&writer->moved[0], due->row.clock_id);
	column_add(&writer->moved[1], Int16GetDatum(state->next_step));
	column_add(&writer->moved[2], BoolGetDatum(state->stalled));
	next_due_add(&writer->moved[3], timing, state);
}

/*
 * clock_abandon has a clock never be due again whose policy is not there: one row
 * that somebody wrote by hand stops no sweep.
 */
static void
clock_abandon(SweepWriter *writer, const DueClock *due)
{
	ereport(WARNING,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("clock " INT64_FORMAT " runs under SLA policy " INT64_FORMAT ", which does not exist", due->row.clock_id, due->row.sla_policy_id),
			 errhint("It is not looked at any more; assure.check_books() finds such clocks.")));
	column_add_int64(&writer->moved[0], due->row.clock_id);
	column_add(&writer->moved[1], Int16GetDatum(due->row.state.next_step));
	column_add(&writer->moved[2], BoolGetDatum(due->row.state.stalled));
	column_add_null(&writer->moved[3]);
}

/*
 * write_alerts writes the alerts that are not open yet, with a notification of
 * each.
 */
static void
write_alerts(const SweepWriter *writer, SweepCount *count)
{
	static SqlPlan insert = {
		"WITH a AS (INSERT INTO assure.alert (level, clock_id, step, at_target, subject_kind, subject_id, branch_id, due_at, escalate_at) "
		"  SELECT level, clock_id, step, at_target, subject_kind, subject_id, branch_id, due_at, "
		"    CASE WHEN escalate_at IS NOT NULL THEN greatest(escalate_at, clock_timestamp()) END "
		"  FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) "
		"    AS u (level, clock_id, step, at_target, subject_kind, subject_id, branch_id, due_at, escalate_at) "
		"  ON CONFLICT (clock_id, step) WHERE resolved_at IS NULL DO NOTHING RETURNING alert_id), "
		"n AS (INSERT INTO assure.notification (alert_id, kind) SELECT alert_id, 'raised' FROM a) "
		"SELECT max(alert_id), count(*) FROM a",
		{TEXTARRAYOID, INT8ARRAYOID, INT2ARRAYOID, BOOLARRAYOID, TEXTARRAYOID, INT8ARRAYOID, INT8ARRAYOID, TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID}
	};
	Datum		values[ALERT_COLUMNS];

	if (writer->alerts[0].count == 0)
		return;
	for (int i = 0; i < ALERT_COLUMNS; i++)
		values[i] = column_array(&writer->alerts[i]);
	lock_for_transaction(LOCK_OUTBOX);
	plan_run(&insert, values, NULL);
	count->alert_id_max = Max(count->alert_id_max, plan_int64(0, 1, 0));
	count->alert_count += plan_int64(0, 2, 0);
}

/*
 * write_moved moves the swept clocks on.
 */
static void
write_moved(const SweepWriter *writer)
{
	static SqlPlan update = {
		"UPDATE assure.clock c SET next_step = u.next_step, stalled = u.stalled, "
		"  next_due = CASE WHEN u.next_due IS NOT NULL THEN greatest(u.next_due, clock_timestamp()) END "
		"FROM unnest($1, $2, $3, $4) AS u (clock_id, next_step, stalled, next_due) WHERE c.clock_id = u.clock_id",
		{INT8ARRAYOID, INT2ARRAYOID, BOOLARRAYOID, TIMESTAMPTZARRAYOID}
	};
	Datum		values[MOVED_COLUMNS];

	for (int i = 0; i < MOVED_COLUMNS; i++)
		values[i] = column_array(&writer->moved[i]);
	plan_run(&update, values, NULL);
}

/*
 * find_due returns the keys of the clocks that are due, from a moment on, as an
 * array; none: 0.
 */
static Datum
find_due(TimestampTz from, TimestampTz now, int clock_count_max, SweepCount *count)
{
	static SqlPlan find = {
		"SELECT clock_id, next_due FROM assure.clock WHERE next_due >= $1 AND next_due <= $2 ORDER BY next_due LIMIT $3",
		{TIMESTAMPTZOID, TIMESTAMPTZOID, INT4OID}
	};
	Datum		values[3] = {TimestampTzGetDatum(from), TimestampTzGetDatum(now), Int32GetDatum(clock_count_max)};
	Column		ids;

	count->taken = 0;
	count->due = (int) plan_run(&find, values, NULL);
	if (count->due == 0)
		return 0;
	column_start(&ids, INT8OID);
	for (int i = 0; i < count->due; i++)
		column_add_int64(&ids, plan_int64(i, 1, 0));
	count->due_last = plan_int64(count->due - 1, 2, 0);
	return column_array(&ids);
}

/*
 * take_due locks those of the clocks that are due still and in nobody's hands.
 */
static DueClock *
take_due(Datum ids, TimestampTz now, SweepCount *count)
{
	static SqlPlan take = {
		"SELECT clock_id, " CLOCK_STATE ", subject_kind, subject_id, branch_id "
		"FROM assure.clock WHERE clock_id = ANY ($1) AND next_due <= $2 ORDER BY clock_id FOR NO KEY UPDATE SKIP LOCKED",
		{INT8ARRAYOID, TIMESTAMPTZOID}
	};
	Datum		values[2] = {ids, TimestampTzGetDatum(now)};
	DueClock   *clocks;

	count->taken = (int) plan_run(&take, values, NULL);
	clocks = palloc(sizeof(DueClock) * Max(count->taken, 1));
	for (int i = 0; i < count->taken; i++)
	{
		row_clock(i, &clocks[i].row);
		clocks[i].subject_kind = plan_text(i, CLOCK_STATE_END + 1);
		clocks[i].subject_id = plan_int64(i, CLOCK_STATE_END + 2, 0);
		clocks[i].branch_id = plan_int64(i, CLOCK_STATE_END + 3, 0);
	}
	return clocks;
}

/*
 * raise_chunk sweeps up to clock_count_max due clocks.
 */
void
raise_chunk(TimestampTz from, int clock_count_max, SweepCount *count)
{
	SweepWriter writer;
	List	   *policies = policies_get();
	Datum		ids;
	DueClock   *clocks;

	writer_start(&writer);
	ids = find_due(from, writer.now, clock_count_max, count);
	if (count->due == 0)
		return;
	clocks = take_due(ids, writer.now, count);
	if (count->taken == 0)
		return;
	for (int i = 0; i < count->taken; i++)
	{
		const SlaPolicy *policy = policy_find(policies, clocks[i].row.sla_policy_id);

		CHECK_FOR_INTERRUPTS();
		if (policy == NULL)
			clock_abandon(&writer, &clocks[i]);
		else
			clock_sweep(&writer, &clocks[i], policy);
	}
	lock_share_for_transaction(LOCK_DEADLINES);
	write_alerts(&writer, count);
	write_moved(&writer);
}
