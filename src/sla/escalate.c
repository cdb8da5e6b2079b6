/*-------------------------------------------------------------------------
 *
 * escalate.c
 *		A chunk of a sweep: what is done about alerts that nobody noticed.
 *
 * The steps of an alert are those of its clock's policy that belong to its step,
 * in the policy's order; the alert keeps how many were taken and when the next
 * one is.
 *
 * Locking: tasks, then clocks and their alerts (all skip what others have), then
 * LOCK_OUTBOX.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "core/lock.h"
#include "core/plan.h"
#include "sla/policy.h"
#include "sla/sla.h"
#include "sla/sweep.h"
#include "work/task.h"

#define ESCALATE_CHUNK_ALERTS 500

typedef struct DueAlert
{
	int64		alert_id;
	int64		sla_policy_id;
	int			step;
	int			escalations;
	TimestampTz raised_at;
	int64		task_id;		/* 0: not of a task */
} DueAlert;

/* What a chunk does, by kind of action. */
typedef struct Escalations
{
	Column		priority_tasks;
	Column		priority_by;
	Column		returned_tasks;
	Column		alerts;			/* moved on */
	Column		next_at;
	Column		kinds;			/* notifications, one an alert */
	Column		roles;
} Escalations;

/*
 * find_alerts finds alerts that are due to be escalated, from a moment on, and
 * locks the tasks of theirs that nobody has in hand.
 */
static void
find_alerts(TimestampTz from, TimestampTz now, Datum *alert_ids, Datum *task_ids, SweepCount *count)
{
	static SqlPlan find = {
		"SELECT alert_id, escalate_at FROM assure.alert WHERE escalate_at >= $1 AND escalate_at <= $2 ORDER BY escalate_at LIMIT $3",
		{TIMESTAMPTZOID, TIMESTAMPTZOID, INT4OID}
	};
	static SqlPlan lock = {
		"SELECT task_id FROM assure.task WHERE task_id IN (SELECT subject_id FROM assure.alert WHERE alert_id = ANY ($1) AND subject_kind = 'task') "
		"ORDER BY task_id FOR NO KEY UPDATE SKIP LOCKED", {INT8ARRAYOID}
	};
	Datum		values[3] = {TimestampTzGetDatum(from), TimestampTzGetDatum(now), Int32GetDatum(ESCALATE_CHUNK_ALERTS)};
	Column		ids;
	uint64		locked;

	count->taken = 0;
	count->due = (int) plan_run(&find, values, NULL);
	if (count->due == 0)
		return;
	column_start(&ids, INT8OID);
	for (int i = 0; i < count->due; i++)
		column_add_int64(&ids, plan_int64(i, 1, 0));
	count->due_last = plan_int64(count->due - 1, 2, 0);
	*alert_ids = column_array(&ids);
	locked = plan_run(&lock, alert_ids, NULL);
	column_start(&ids, INT8OID);
	for (uint64 i = 0; i < locked; i++)
		column_add_int64(&ids, plan_int64(i, 1, 0));
	*task_ids = column_array(&ids);
}

/*
 * take_alerts locks those alerts that are due still, of which the task is ours.
 */
static int
take_alerts(Datum alert_ids, Datum task_ids, TimestampTz now, DueAlert **alerts)
{
	static SqlPlan take = {
		"SELECT a.alert_id, c.sla_policy_id, a.step::int4, a.escalations::int4, a.raised_at, CASE a.subject_kind WHEN 'task' THEN a.subject_id END "
		"FROM assure.alert a JOIN assure.clock c USING (clock_id) WHERE a.alert_id = ANY ($1) AND a.escalate_at <= $3 "
		"AND (a.subject_kind <> 'task' OR a.subject_id = ANY ($2)) ORDER BY a.alert_id FOR NO KEY UPDATE OF c, a SKIP LOCKED",
		{INT8ARRAYOID, INT8ARRAYOID, TIMESTAMPTZOID}
	};
	Datum		values[3] = {alert_ids, task_ids, TimestampTzGetDatum(now)};
	int			count = (int) plan_run(&take, values, NULL);

	*alerts = palloc(sizeof(DueAlert) * Max(count, 1));
	for (int i = 0; i < count; i++)
		(*alerts)[i] = (DueAlert) {
			.alert_id = plan_int64(i, 1, 0),
			.sla_policy_id = plan_int64(i, 2, 0),
			.step = plan_int32(i, 3, 0),
			.escalations = plan_int32(i, 4, 0),
			.raised_at = plan_int64(i, 5, 0),
			.task_id = plan_int64(i, 6, 0)
		};
	return count;
}

/*
 * nth_escalation returns the n-th escalation of a step, from 0; NULL: there are
 * not so many, or the policy is gone.
 */
static const Escalation *
nth_escalation(const SlaPolicy *policy, int step, int n)
{
	for (int i = 0; policy != NULL && i < policy->escalation_count; i++)
		if (policy->escalations[i].on_step == step && n-- == 0)
			return &policy->escalations[i];
	return NULL;
}

/*
 * alert_escalate adds what is done about one alert.
 */
static void
alert_escalate(Escalations *work, const DueAlert *alert, const SlaPolicy *policy)
{
	static const char *const kinds[] = {"", "raise_priority", "tell", "return"};
	const Escalation *step = nth_escalation(policy, alert->step, alert->escalations);
	const Escalation *next = nth_escalation(policy, alert->step, alert->escalations + 1);

	column_add_int64(&work->alerts, alert->alert_id);
	if (step == NULL || next == NULL)
		column_add_null(&work->next_at);
	else
		column_add(&work->next_at, TimestampTzGetDatum(worktime_add(&policy->timing.time, alert->raised_at, next->after)));
	column_add_text(&work->kinds, step == NULL ? NULL : kinds[step->action]);
	column_add_text(&work->roles, step != NULL && step->action == ESCALATE_TELL ? step->role : NULL);
	if (step == NULL || alert->task_id == 0)
		return;
	if (step->action == ESCALATE_PRIORITY)
	{
		column_add_int64(&work->priority_tasks, alert->task_id);
		column_add_int64(&work->priority_by, step->by);
	}
	else if (step->action == ESCALATE_RETURN)
		column_add_int64(&work->returned_tasks, alert->task_id);
}

/*
 * raise_priorities makes tasks more urgent, with a note.
 */
static void
raise_priorities(Call *call, const Escalations *work)
{
	static SqlPlan raise = {
		"WITH u AS (SELECT task_id, sum(by) AS by FROM unnest($1, $2) u (task_id, by) GROUP BY task_id), "
		"t AS (UPDATE assure.task t SET priority = least(9, t.priority + u.by) FROM u "
		"  WHERE t.task_id = u.task_id AND t.state NOT IN ('done', 'cancelled') RETURNING t.task_id, t.worker_id, t.priority) "
		"INSERT INTO assure.task_event (task_id, event, worker_id, session_role, reason) "
		"SELECT task_id, 'noted', worker_id, $3, 'escalation: priority ' || priority FROM t ORDER BY task_id",
		{INT8ARRAYOID, INT8ARRAYOID, TEXTOID}
	};
	Datum		values[3];

	if (work->priority_tasks.count == 0)
		return;
	values[0] = column_array(&work->priority_tasks);
	values[1] = column_array(&work->priority_by);
	values[2] = CStringGetTextDatum(call->session_role);
	plan_run(&raise, values, NULL);
}

/*
 * return_tasks takes tasks from their workers back to the pool, which for a while
 * offers them to others only.
 */
static void
return_tasks(Call *call, const Escalations *work)
{
	static SqlPlan find = {
		"SELECT task_id, worker_id FROM assure.task WHERE task_id = ANY ($1) AND state IN ('reserved', 'accepted') ORDER BY task_id", {INT8ARRAYOID}
	};
	Datum		value;
	int64	   *task_ids;
	int64	   *worker_ids;
	uint64		rows;

	if (work->returned_tasks.count == 0)
		return;
	value = column_array(&work->returned_tasks);
	rows = plan_run(&find, &value, NULL);
	task_ids = palloc(sizeof(int64) * Max(rows, 1));
	worker_ids = palloc(sizeof(int64) * Max(rows, 1));
	for (uint64 i = 0; i < rows; i++)
	{
		task_ids[i] = plan_int64(i, 1, 0);
		worker_ids[i] = plan_int64(i, 2, 0);
	}
	tasks_put_back(call, task_ids, worker_ids, (int) rows, "returned", true, 0, "escalation");
}

/*
 * write_escalated moves the alerts on and notifies of each.  One that a return
 * has just resolved stays resolved.
 */
static void
write_escalated(const Escalations *work, SweepCount *count)
{
	static SqlPlan update = {
		"WITH u AS (SELECT * FROM unnest($1, $2, $3, $4) u (alert_id, next_at, kind, role_name)), "
		"a AS (UPDATE assure.alert a SET escalations = a.escalations + (u.kind IS NOT NULL)::int, "
		"    escalate_at = CASE WHEN a.resolved_at IS NULL AND u.next_at IS NOT NULL THEN greatest(u.next_at, clock_timestamp()) END "
		"  FROM u WHERE a.alert_id = u.alert_id), "
		"n AS (INSERT INTO assure.notification (alert_id, kind, role_name) "
		"  SELECT alert_id, kind, role_name FROM u WHERE kind IS NOT NULL ORDER BY alert_id) "
		"SELECT max(alert_id) FROM u WHERE kind IS NOT NULL",
		{INT8ARRAYOID, TIMESTAMPTZARRAYOID, TEXTARRAYOID, TEXTARRAYOID}
	};
	Datum		values[4];

	values[0] = column_array(&work->alerts);
	values[1] = column_array(&work->next_at);
	values[2] = column_array(&work->kinds);
	values[3] = column_array(&work->roles);
	lock_share_for_transaction(LOCK_DEADLINES);
	lock_for_transaction(LOCK_OUTBOX);
	plan_run(&update, values, NULL);
	count->alert_id_max = Max(count->alert_id_max, plan_int64(0, 1, 0));
}

/*
 * escalate_chunk escalates some alerts.
 */
void
escalate_chunk(Call *call, TimestampTz from, SweepCount *count)
{
	TimestampTz now = GetCurrentTimestamp();
	List	   *policies = policies_get();
	Escalations work;
	Datum		alert_ids;
	Datum		task_ids;
	DueAlert   *alerts;

	find_alerts(from, now, &alert_ids, &task_ids, count);
	if (count->due == 0)
		return;
	count->taken = take_alerts(alert_ids, task_ids, now, &alerts);
	if (count->taken == 0)
		return;
	column_start(&work.priority_tasks, INT8OID);
	column_start(&work.priority_by, INT8OID);
	column_start(&work.returned_tasks, INT8OID);
	column_start(&work.alerts, INT8OID);
	column_start(&work.next_at, TIMESTAMPTZOID);
	column_start(&work.kinds, TEXTOID);
	column_start(&work.roles, TEXTOID);
	for (int i = 0; i < count->taken; i++)
		alert_escalate(&work, &alerts[i], policy_find(policies, alerts[i].sla_policy_id));
	raise_priorities(call, &work);
	return_tasks(call, &work);
	write_escalated(&work, count);
}
