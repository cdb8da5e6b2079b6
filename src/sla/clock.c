/*-------------------------------------------------------------------------
 *
 * clock.c
 *		Clocks: started, moved on, stopped, set-wise.
 *
 * A clock stores the next moment at which something is due, never earlier than
 * the moment of writing, and whoever writes it has LOCK_DEADLINES, shared, before
 * that moment is taken: sweep_sql.c says why its watermark needs both.
 *
 * Progress does not touch that moment, so that the row stays on its page and no
 * index is written: the sweep comes at the old moment, finds nothing, and puts
 * the clock off.
 *
 * Locking: clocks, then their alerts, in a statement of its own: who had to wait
 * for a clock that a sweep had in hand would not see the alert that it raised.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "access/xact.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/timestamp.h"

#include "core/index_read.h"
#include "core/lock.h"
#include "core/plan.h"
#include "core/row_write.h"
#include "sla/clock.h"
#include "sla/facts.h"
#include "sla/sla.h"
#include "worker/worker.h"

static SqlPlan insert_clocks = {
	"INSERT INTO assure.clock (subject_kind, subject_id, branch_id, sla_policy_id, started_at, target_at, progress_at, next_due) "
	"SELECT $7, u.subject_id, u.branch_id, u.sla_policy_id, u.started_at, u.target_at, now(), greatest(u.next_due, clock_timestamp()) "
	"FROM unnest($1, $2, $3, $4, $5, $6) AS u (subject_id, branch_id, sla_policy_id, started_at, target_at, next_due)",
	{INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID, TEXTOID}, .generic = true
};

#define CLOCK_COLUMNS 6

/*
 * clock_add adds one clock to the columns of insert_clocks, and has the workers
 * know when it is due.
 */
static void
clock_add(Column *columns, const ClockStart *start)
{
	const SlaTiming *timing = &start->policy->timing;
	ClockState	state;
	TimestampTz next_due;

	timing_start(timing, start->started_at, GetCurrentTransactionStartTimestamp(), &state);
	column_add_int64(&columns[0], start->subject_id);
	column_add_int64(&columns[1], start->branch_id);
	column_add_int64(&columns[2], start->policy->sla_policy_id);
	column_add(&columns[3], TimestampTzGetDatum(start->started_at));
	column_add(&columns[4], TimestampTzGetDatum(state.target_at));
	next_due = timing_next_due(timing, &state);
	column_add(&columns[5], TimestampTzGetDatum(next_due));
	worker_sweep_at(next_due);
}

/*
 * plan_clocks finds the policy that holds for each subject, and its deadline.
 */
static void
plan_clocks(SlaSubject subject, ClockStart *starts, int count)
{
	List	   *policies = policies_get();
	const SlaPolicy **chosen = policies_choose(policies, subject, starts, count);

	for (int i = 0; i < count; i++)
	{
		ClockState	state = {.target_at = DT_NOEND};

		starts[i].policy = chosen[i];
		if (chosen[i] == NULL && starts[i].sla_code != NULL)
			starts[i].policy = policy_current(policies, starts[i].sla_code);
		if (starts[i].policy != NULL)
			timing_start(&starts[i].policy->timing, starts[i].started_at, GetCurrentTransactionStartTimestamp(), &state);
		starts[i].target_at = state.target_at;
	}
}

/*
 * start_clocks starts the clocks that were planned.
 */
static void
start_clocks(SlaSubject subject, const ClockStart *starts, int count)
{
	static const Oid types[CLOCK_COLUMNS] = {INT8OID, INT8OID, INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID};
	Column		columns[CLOCK_COLUMNS];
	Datum		values[CLOCK_COLUMNS + 1];

	for (int i = 0; i < CLOCK_COLUMNS; i++)
		column_start(&columns[i], types[i]);
	for (int i = 0; i < count; i++)
		if (starts[i].policy != NULL)
			clock_add(columns, &starts[i]);
	if (columns[0].count == 0)
		return;
	for (int i = 0; i < CLOCK_COLUMNS; i++)
		values[i] = column_array(&columns[i]);
	values[CLOCK_COLUMNS] = CStringGetTextDatum(sla_subject_names[subject]);
	lock_share_for_transaction(LOCK_DEADLINES);
	plan_run(&insert_clocks, values, NULL);
}

/*
 * clocks_plan finds the deadline of each task that a policy's condition holds
 * for, or whose queue has one.
 */
void
clocks_plan(ClockStart *starts, int count)
{
	plan_clocks(SLA_TASK, starts, count);
}

/*
 * clocks_start starts their clocks.
 */
void
clocks_start(const ClockStart *starts, int count)
{
	start_clocks(SLA_TASK, starts, count);
}

/*
 * clocks_of collects the clocks of the last result's first column for which the
 * second is true; none: 0.
 */
static Datum
clocks_of(uint64 rows)
{
	Column		ids;

	column_start(&ids, INT8OID);
	for (uint64 i = 0; i < rows; i++)
		if (plan_bool(i, 2))
			column_add_int64(&ids, plan_int64(i, 1, 0));
	return ids.count == 0 ? 0 : column_array(&ids);
}

/*
 * end_stalls ends the stall of clocks that are locked; of those that run the
 * sweep finds out when they may stall again.
 */
static void
end_stalls(Datum clock_ids)
{
	static SqlPlan end = {
		"WITH c AS (UPDATE assure.clock SET stalled = false, next_due = CASE state WHEN 'running' THEN clock_timestamp() END WHERE clock_id = ANY ($1)) "
		"UPDATE assure.alert SET resolved_at = now(), escalate_at = NULL WHERE clock_id = ANY ($1) AND level = 'stalled' AND resolved_at IS NULL",
		{INT8ARRAYOID}, .generic = true
	};

	lock_share_for_transaction(LOCK_DEADLINES);
	plan_run(&end, &clock_ids, NULL);
	worker_sweep_at(GetCurrentTimestamp());
}

/*
 * progress_clock notes that one subject moved, without a statement; false: this has
 * to go through one.
 */
static bool
progress_clock(SlaSubject subject, int64 subject_id)
{
	static RowWrite write = {"clock"};
	IndexRead	read = {"clock", "clock_subject"};
	Snapshot	snapshot;
	int64		stalled_id = 0;
	bool		isnull;

	if (!row_write_open(&write))
		return false;
	snapshot = RegisterSnapshot(fresh_snapshot());
	index_read_open(&read);
	index_read_key(&read, 1, BTEqualStrategyNumber, F_TEXTEQ, CStringGetTextDatum(sla_subject_names[subject]));
	index_read_key(&read, 2, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(subject_id));
	index_read_start(&read, snapshot);
	if (index_read_next(&read))
	{
		ItemPointerData tid = read.slot->tts_tid;

		if (index_read_lock(&read, &tid, snapshot, LOCK_WAITING) &&
			strcmp(TextDatumGetCString(slot_getattr(read.slot, index_read_column(&read, "state"), &isnull)), "running") == 0)
		{
			row_write_from(&write, read.slot);
			row_write_set(&write, index_read_column(&read, "progress_at"), TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()));
			row_write_update(&write, read.slot);
			if (DatumGetBool(slot_getattr(read.slot, index_read_column(&read, "stalled"), &isnull)))
				stalled_id = DatumGetInt64(slot_getattr(read.slot, index_read_column(&read, "clock_id"), &isnull));
		}
	}
	index_read_close(&read);
	UnregisterSnapshot(snapshot);
	row_write_close(&write);
	if (stalled_id != 0)
		end_stalls(array_of_int64(&stalled_id, 1));
	return true;
}

/*
 * progress_clocks notes that the subjects moved: a stall ends, and the time without
 * progress starts anew.
 */
static void
progress_clocks(SlaSubject subject, const int64 *subject_ids, int count)
{
	static SqlPlan move = {
		"UPDATE assure.clock SET progress_at = now() WHERE subject_kind = $2 AND subject_id = ANY ($1) AND state = 'running' "
		"RETURNING clock_id, stalled", {INT8ARRAYOID, TEXTOID}, .generic = true
	};
	Datum		values[2];
	Datum		stalled;

	if (count == 1 && progress_clock(subject, subject_ids[0]))
		return;
	values[0] = array_of_int64(subject_ids, count);
	values[1] = CStringGetTextDatum(sla_subject_names[subject]);
	stalled = clocks_of(plan_run(&move, values, NULL));
	if (stalled != 0)
		end_stalls(stalled);
}

/*
 * clocks_progress notes that the tasks moved.
 */
void
clocks_progress(const int64 *task_ids, int count)
{
	progress_clocks(SLA_TASK, task_ids, count);
}

/*
 * row_clock reads the columns CLOCK_STATE of a row, the key first.
 */
void
row_clock(uint64 row, ClockRow *clock)
{
	clock->clock_id = plan_int64(row, 1, 0);
	clock->sla_policy_id = plan_int64(row, 2, 0);
	clock->state.started_at = plan_int64(row, 3, 0);
	clock->state.counted_from = plan_int64(row, 4, 0);
	clock->state.target_at = plan_int64(row, 5, 0);
	clock->state.progress_at = plan_int64(row, 6, 0);
	clock->state.next_step = plan_int32(row, 7, 1);
	clock->state.stalled = plan_bool(row, 8);
	clock->paused_at = plan_int64(row, 9, DT_NOEND);
	clock->state.left_usec = plan_int64(row, 10, LEFT_IS_ALL);
}

/*
 * next_due_add adds a clock's next moment to a column, and has the workers know
 * of it; none is NULL.
 */
void
next_due_add(Column *column, const SlaTiming *timing, const ClockState *state)
{
	TimestampTz next_due = timing_next_due(timing, state);

	if (next_due == DT_NOEND)
		column_add_null(column);
	else
	{
		column_add(column, TimestampTzGetDatum(next_due));
		worker_sweep_at(next_due);
	}
}

#define RESUMED_COLUMNS 4

/*
 * write_resumed has the clocks of the columns run again.
 */
static void
write_resumed(Column *columns)
{
	static SqlPlan update = {
		"UPDATE assure.clock c SET state = 'running', resumed_at = greatest(now(), c.paused_at), paused_at = NULL, target_at = u.target_at, left_usec = u.left_usec, "
		"  paused = c.paused + make_interval(secs => greatest(extract(epoch FROM now() - c.paused_at), 0)::float8), "
		"  progress_at = now(), stalled = false, "
		"  next_due = CASE WHEN u.next_due IS NOT NULL THEN greatest(u.next_due, clock_timestamp()) END "
		"FROM unnest($1, $2, $3, $4) u (clock_id, target_at, next_due, left_usec) WHERE c.clock_id = u.clock_id",
		{INT8ARRAYOID, TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID, INT8ARRAYOID}, .generic = true
	};
	Datum		values[RESUMED_COLUMNS];

	for (int i = 0; i < RESUMED_COLUMNS; i++)
		values[i] = column_array(&columns[i]);
	lock_share_for_transaction(LOCK_DEADLINES);
	plan_run(&update, values, NULL);
}

/*
 * resume_clocks has paused clocks run again, and returns the deadline of the last
 * of them; DT_NOEND: none was paused.
 */
static TimestampTz
resume_clocks(SlaSubject subject, const int64 *subject_ids, int count)
{
	static SqlPlan lock = {
		"SELECT clock_id, " CLOCK_STATE " FROM assure.clock "
		"WHERE subject_kind = $2 AND subject_id = ANY ($1) AND state = 'paused' ORDER BY clock_id FOR NO KEY UPDATE",
		{INT8ARRAYOID, TEXTOID}, .generic = true
	};
	static const Oid types[RESUMED_COLUMNS] = {INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID};
	List	   *policies = policies_get();
	Datum		values[2] = {array_of_int64(subject_ids, count)};
	Column		columns[RESUMED_COLUMNS];
	TimestampTz target_at = DT_NOEND;
	uint64		rows;

	values[1] = CStringGetTextDatum(sla_subject_names[subject]);
	rows = plan_run(&lock, values, NULL);
	if (rows == 0)
		return target_at;
	for (int i = 0; i < RESUMED_COLUMNS; i++)
		column_start(&columns[i], types[i]);
	for (uint64 i = 0; i < rows; i++)
	{
		ClockRow	clock;
		const SlaTiming *timing;

		row_clock(i, &clock);
		timing = &policy_by_id(policies, clock.sla_policy_id)->timing;
		timing_resume(timing, clock.paused_at, GetCurrentTransactionStartTimestamp(), &clock.state);
		column_add_int64(&columns[0], clock.clock_id);
		column_add(&columns[1], TimestampTzGetDatum(clock.state.target_at));
		next_due_add(&columns[2], timing, &clock.state);
		column_add_int64(&columns[3], clock.state.left_usec);
		target_at = clock.state.target_at;
	}
	write_resumed(columns);
	return target_at;
}

/*
 * pause_clocks has no time count from now on: a stall ends, since who is waited
 * for is not the worker.  What was overdue before stays so.
 */
static void
pause_clocks(SlaSubject subject, const int64 *subject_ids, int count)
{
	static SqlPlan pause = {
		"UPDATE assure.clock SET state = 'paused', paused_at = now(), next_due = NULL "
		"WHERE subject_kind = $2 AND subject_id = ANY ($1) AND state = 'running' RETURNING clock_id, stalled", {INT8ARRAYOID, TEXTOID}, .generic = true
	};
	Datum		values[2] = {array_of_int64(subject_ids, count)};
	Datum		stalled;

	values[1] = CStringGetTextDatum(sla_subject_names[subject]);
	stalled = clocks_of(plan_run(&pause, values, NULL));
	if (stalled != 0)
		end_stalls(stalled);
}

/*
 * subject_of returns the kind of subject of that name.
 */
static SlaSubject
subject_of(const char *subject_kind)
{
	SlaSubject	subject = SLA_TASK;

	while (sla_subject_names[subject] != NULL && strcmp(sla_subject_names[subject], subject_kind) != 0)
		subject++;
	return subject;
}

/*
 * clock_pause pauses the clock of one subject.
 */
void
clock_pause(const char *subject_kind, int64 subject_id)
{
	pause_clocks(subject_of(subject_kind), &subject_id, 1);
}

/*
 * clock_resume has the clock of one subject run again.
 */
void
clock_resume(const char *subject_kind, int64 subject_id)
{
	(void) resume_clocks(subject_of(subject_kind), &subject_id, 1);
}

/*
 * stop_running stops those of the clocks that run, closes the alerts of those that
 * ever raised one, and returns how many they were.
 */
static int64
stop_running(SlaSubject subject, const int64 *subject_ids, int count)
{
	static SqlPlan stop = {
		"UPDATE assure.clock SET state = 'stopped', stopped_at = greatest(now(), started_at), next_due = NULL "
		"WHERE subject_kind = $2 AND subject_id = ANY ($1) AND state = 'running' RETURNING clock_id, next_step > 1 OR stalled",
		{INT8ARRAYOID, TEXTOID}, .generic = true
	};
	static SqlPlan close = {
		"UPDATE assure.alert SET resolved_at = now(), escalate_at = NULL WHERE clock_id = ANY ($1) AND resolved_at IS NULL", {INT8ARRAYOID}, .generic = true
	};
	Datum		values[2] = {array_of_int64(subject_ids, count)};
	Datum		raised;
	uint64		rows;

	values[1] = CStringGetTextDatum(sla_subject_names[subject]);
	rows = plan_run(&stop, values, NULL);
	raised = clocks_of(rows);
	if (raised != 0)
		plan_run(&close, &raised, NULL);
	return (int64) rows;
}

/*
 * stop_clocks stops the clocks of subjects that are finished.  A paused one runs
 * on first, so that its target moves by the pause.
 */
static void
stop_clocks(SlaSubject subject, const int64 *subject_ids, int count)
{
	if (count == 0 || stop_running(subject, subject_ids, count) == count)
		return;
	(void) resume_clocks(subject, subject_ids, count);
	(void) stop_running(subject, subject_ids, count);
}

/*
 * clocks_stop stops the clocks of finished tasks.
 */
void
clocks_stop(const int64 *task_ids, int count)
{
	stop_clocks(SLA_TASK, task_ids, count);
}

/*
 * policies_hold_ever tells whether there may be clocks of such subjects: whether
 * there ever was a policy for them.
 */
static bool
policies_hold_ever(SlaSubject subject)
{
	ListCell   *cell;

	foreach(cell, policies_get())
		if (((const SlaPolicy *) lfirst(cell))->subject == subject)
			return true;
	return false;
}

/*
 * claims_of_tasks returns the claims that tasks are about.
 */
static int64 *
claims_of_tasks(const int64 *task_ids, int count, int *claim_count)
{
	static SqlPlan find = {
		"SELECT subject_id FROM assure.task WHERE task_id = ANY ($1) AND subject_kind = 'claim'", {INT8ARRAYOID}, .generic = true
	};
	Datum		ids = array_of_int64(task_ids, count);
	uint64		rows = plan_run(&find, &ids, NULL);
	int64	   *claim_ids = palloc(sizeof(int64) * Max(rows, 1));

	for (uint64 i = 0; i < rows; i++)
		claim_ids[i] = plan_int64(i, 1, 0);
	*claim_count = (int) rows;
	return claim_ids;
}

/*
 * clocks_pause pauses the clocks of tasks and of their claims.
 */
void
clocks_pause(const int64 *task_ids, int count)
{
	pause_clocks(SLA_TASK, task_ids, count);
	if (policies_hold_ever(SLA_CLAIM))
	{
		int			claim_count;
		int64	   *claim_ids = claims_of_tasks(task_ids, count, &claim_count);

		pause_clocks(SLA_CLAIM, claim_ids, claim_count);
	}
}

/*
 * clocks_resume has the clocks of a task and of its claim run again.
 */
TimestampTz
clocks_resume(int64 task_id)
{
	TimestampTz target_at = resume_clocks(SLA_TASK, &task_id, 1);

	if (policies_hold_ever(SLA_CLAIM))
	{
		int			claim_count;
		int64	   *claim_ids = claims_of_tasks(&task_id, 1, &claim_count);

		(void) resume_clocks(SLA_CLAIM, claim_ids, claim_count);
	}
	return target_at;
}

/*
 * start_clock starts the clock of one subject that only conditions choose a
 * policy for.
 */
static void
start_clock(SlaSubject subject, int64 subject_id, int64 branch_id, TimestampTz started_at)
{
	ClockStart	start = {.subject_id = subject_id, .branch_id = branch_id, .started_at = started_at};

	if (!policies_have_condition(policies_get(), subject))
		return;
	plan_clocks(subject, &start, 1);
	start_clocks(subject, &start, 1);
}

/*
 * claim_clock_start starts the clock of a claim that was handed in.
 */
void
claim_clock_start(int64 claim_id, int64 branch_id, TimestampTz submitted_at)
{
	start_clock(SLA_CLAIM, claim_id, branch_id, submitted_at);
}

/*
 * claim_clocks_stop stops the clocks of claims that are decided.
 */
void
claim_clocks_stop(const int64 *claim_ids, int count)
{
	if (policies_hold_ever(SLA_CLAIM))
		stop_clocks(SLA_CLAIM, claim_ids, count);
}

/*
 * order_clock_start starts the clock of a service order.
 */
void
order_clock_start(int64 order_id, int64 branch_id, TimestampTz requested_at)
{
	start_clock(SLA_ORDER, order_id, branch_id, requested_at);
}

/*
 * order_clock_progress notes that an order came to its next step.
 */
void
order_clock_progress(int64 order_id)
{
	if (policies_hold_ever(SLA_ORDER))
		progress_clocks(SLA_ORDER, &order_id, 1);
}

/*
 * order_clock_pause has no time count while an order waits for the customer.
 */
void
order_clock_pause(int64 order_id)
{
	if (policies_hold_ever(SLA_ORDER))
		pause_clocks(SLA_ORDER, &order_id, 1);
}

/*
 * order_clock_resume has time count again.
 */
void
order_clock_resume(int64 order_id)
{
	if (policies_hold_ever(SLA_ORDER))
		(void) resume_clocks(SLA_ORDER, &order_id, 1);
}

/*
 * order_clocks_stop stops the clocks of orders that are done or cancelled.
 */
void
order_clocks_stop(const int64 *order_ids, int count)
{
	if (policies_hold_ever(SLA_ORDER))
		stop_clocks(SLA_ORDER, order_ids, count);
}
