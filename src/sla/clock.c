/*-------------------------------------------------------------------------
 *
 * clock.c
 *		Clocks of tasks: started, moved on, stopped, set-wise.
 *
 * A clock stores the next moment at which something is due, never earlier than
 * the moment of writing: the index that the sweep reads is never
 * written behind the moment up to which a sweep has read it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "core/plan.h"
#include "sla/policy.h"
#include "sla/sla.h"

static SqlPlan insert_clocks = {
	"INSERT INTO assure.clock (subject_kind, subject_id, branch_id, sla_policy_id, started_at, target_at, progress_at, next_due) "
	"SELECT 'task', u.subject_id, u.branch_id, u.sla_policy_id, u.started_at, u.target_at, now(), greatest(u.next_due, now()) "
	"FROM unnest($1, $2, $3, $4, $5, $6) AS u (subject_id, branch_id, sla_policy_id, started_at, target_at, next_due)",
	{INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID}
};

#define CLOCK_COLUMNS 6

/*
 * clock_add adds one clock to the columns of insert_clocks.  The deadline
 * counts from when the customer asked; a stall, from when the task came up.
 */
static void
clock_add(Column *columns, const ClockStart *start, const SlaPolicy *policy)
{
	ClockState	state = {start->started_at, GetCurrentTimestamp(), 1, false};

	column_add_int64(&columns[0], start->subject_id);
	column_add_int64(&columns[1], start->branch_id);
	column_add_int64(&columns[2], policy->sla_policy_id);
	column_add(&columns[3], TimestampTzGetDatum(start->started_at));
	column_add(&columns[4], TimestampTzGetDatum(start->started_at + policy->target_usec));
	column_add(&columns[5], TimestampTzGetDatum(timing_next_due(policy, &state)));
}

/*
 * clocks_start starts a clock for each task whose queue has a deadline.
 */
void
clocks_start(const ClockStart *starts, int count)
{
	static const Oid types[CLOCK_COLUMNS] = {INT8OID, INT8OID, INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID};
	List	   *policies = policies_read();
	Column		columns[CLOCK_COLUMNS];
	Datum		values[CLOCK_COLUMNS];

	for (int i = 0; i < CLOCK_COLUMNS; i++)
		column_start(&columns[i], types[i]);
	for (int i = 0; i < count; i++)
		if (starts[i].sla_code != NULL)
			clock_add(columns, &starts[i], policy_current(policies, starts[i].sla_code));
	if (columns[0].count == 0)
		return;
	for (int i = 0; i < CLOCK_COLUMNS; i++)
		values[i] = column_array(&columns[i]);
	plan_run(&insert_clocks, values, NULL);
}

/*
 * clocks_progress notes that the tasks moved: a stall ends, and the time
 * without progress starts anew.
 */
void
clocks_progress(const int64 *task_ids, int count)
{
	static SqlPlan move = {
		"WITH c AS (UPDATE assure.clock c SET progress_at = now(), stalled = false, "
		"    next_due = least(c.next_due, now() + p.stall_after) "
		"  FROM assure.sla_policy p WHERE p.sla_policy_id = c.sla_policy_id "
		"  AND c.subject_kind = 'task' AND c.subject_id = ANY ($1) AND c.state = 'running' RETURNING c.clock_id) "
		"UPDATE assure.alert a SET resolved_at = now() FROM c "
		"WHERE a.clock_id = c.clock_id AND a.level = 'stalled' AND a.resolved_at IS NULL",
		{INT8ARRAYOID}
	};
	Datum		ids = array_of_int64(task_ids, count);

	plan_run(&move, &ids, NULL);
}

/*
 * The pause of a clock c so far.  Elapsed time is counted in seconds: a day of an
 * interval would be one of the calendar, with 23 or 25 hours where clocks change.
 */
#define PAUSE "make_interval(secs => extract(epoch FROM now() - c.paused_at)::float8)"

/*
 * clocks_stop stops the clocks of finished tasks and closes their alerts.
 */
void
clocks_stop(const int64 *task_ids, int count)
{
	static SqlPlan stop = {
		"WITH c AS (UPDATE assure.clock c SET state = 'stopped', stopped_at = greatest(now(), c.started_at), next_due = NULL, "
		"    target_at = c.target_at + coalesce(" PAUSE ", '0'), paused = c.paused + coalesce(" PAUSE ", '0'), paused_at = NULL "
		"  WHERE c.subject_kind = 'task' AND c.subject_id = ANY ($1) AND c.state <> 'stopped' RETURNING c.clock_id) "
		"UPDATE assure.alert a SET resolved_at = now() FROM c WHERE a.clock_id = c.clock_id AND a.resolved_at IS NULL",
		{INT8ARRAYOID}
	};
	Datum		ids = array_of_int64(task_ids, count);

	plan_run(&stop, &ids, NULL);
}

/*
 * clocks_pause has no time count from now on: a stall ends, since who is waited
 * for is not the worker.  What was overdue before stays so.
 */
void
clocks_pause(const int64 *task_ids, int count)
{
	static SqlPlan pause = {
		"WITH c AS (UPDATE assure.clock c SET state = 'paused', paused_at = now(), next_due = NULL, stalled = false "
		"  WHERE c.subject_kind = 'task' AND c.subject_id = ANY ($1) AND c.state = 'running' RETURNING c.clock_id) "
		"UPDATE assure.alert a SET resolved_at = now() FROM c "
		"WHERE a.clock_id = c.clock_id AND a.level = 'stalled' AND a.resolved_at IS NULL", {INT8ARRAYOID}
	};
	Datum		ids = array_of_int64(task_ids, count);

	plan_run(&pause, &ids, NULL);
}

/*
 * clocks_resume has time count again.  All that was to come moves by the length
 * of the pause; the next sweep finds out when the clock is due, so that this need
 * not know the policy.
 */
void
clocks_resume(const int64 *task_ids, int count)
{
	static SqlPlan resume = {
		"UPDATE assure.clock c SET state = 'running', paused = c.paused + " PAUSE ", paused_at = NULL, "
		"  target_at = c.target_at + " PAUSE ", progress_at = now(), next_due = now() "
		"WHERE c.subject_kind = 'task' AND c.subject_id = ANY ($1) AND c.state = 'paused'", {INT8ARRAYOID}
	};
	Datum		ids = array_of_int64(task_ids, count);

	plan_run(&resume, &ids, NULL);
}
