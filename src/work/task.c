/*-------------------------------------------------------------------------
 *
 * task.c
 *		Tasks: opened set-wise, moved one by one.
 *
 *		open -> reserved -> accepted -> done
 *		reserved, accepted -> open			(returned)
 *		open, reserved, accepted -> suspended -> reserved, open
 *		open, reserved, accepted, suspended -> cancelled
 *
 * Locking: a task row is locked before it is moved, after the books of the
 * account where both are needed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"
#include "settlement/settlement.h"
#include "sla/sla.h"
#include "work/task.h"

static SqlPlan insert_tasks = {
	"WITH u AS (SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) "
	"    AS u (account_id, claim_id, branch_id, amount_fen, priority, excluded_worker_ids, started_at, skills)), "
	"q AS (SELECT queue_id, sla_code FROM assure.queue WHERE code = $9), "
	"t AS (INSERT INTO assure.task (queue_id, subject_kind, account_id, subject_id, branch_id, amount_fen, priority, excluded_worker_ids, skills) "
	"  SELECT q.queue_id, 'claim', u.account_id, u.claim_id, u.branch_id, u.amount_fen, u.priority, u.excluded_worker_ids::bigint[], "
	"    ARRAY(SELECT DISTINCT jsonb_array_elements_text(u.skills) ORDER BY 1) FROM u, q "
	"  RETURNING task_id, account_id, subject_id, branch_id), "
	"e AS (INSERT INTO assure.task_event (task_id, event, session_role, actor_worker_id) "
	"  SELECT task_id, 'created', $10, nullif($11, 0) FROM t) "
	"SELECT t.task_id, t.branch_id, q.sla_code, u.started_at FROM t JOIN u ON u.account_id = t.account_id AND u.claim_id = t.subject_id, q",
	{INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT2ARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID, JSONBARRAYOID,
		TEXTOID, TEXTOID, INT8OID}
};

#define TASK_COLUMNS 8

/*
 * skills_jsonb lists the skills of a task: lists of different lengths do not
 * make an array.
 */
static Jsonb *
skills_jsonb(const TaskStart *start)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < start->skill_count; i++)
		doc_push_element_text(&state, start->skills[i]);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, NULL));
}

/*
 * workers_text writes the workers who may not do a task as an array: arrays of
 * several lengths make no array.
 */
static char *
workers_text(const TaskStart *start)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	for (int i = 0; i < start->excluded_count; i++)
		appendStringInfo(&text, "%s" INT64_FORMAT, i > 0 ? "," : "", start->excluded_worker_ids[i]);
	appendStringInfoChar(&text, '}');
	return text.data;
}

/*
 * task_params makes the array parameters of insert_tasks.
 */
static void
task_params(const TaskStart *starts, int count, Datum *values)
{
	static const Oid types[TASK_COLUMNS] = {INT8OID, INT8OID, INT8OID, INT8OID, INT2OID, TEXTOID, TIMESTAMPTZOID, JSONBOID};
	Column		columns[TASK_COLUMNS];

	for (int i = 0; i < TASK_COLUMNS; i++)
		column_start(&columns[i], types[i]);
	for (int i = 0; i < count; i++)
	{
		column_add_int64(&columns[0], starts[i].account_id);
		column_add_int64(&columns[1], starts[i].claim_id);
		column_add_int64(&columns[2], starts[i].branch_id);
		column_add_int64(&columns[3], starts[i].amount_fen);
		column_add(&columns[4], Int16GetDatum(starts[i].priority));
		column_add_text(&columns[5], workers_text(&starts[i]));
		column_add(&columns[6], TimestampTzGetDatum(starts[i].started_at));
		if (starts[i].skill_count > 0)
			column_add(&columns[7], JsonbPGetDatum(skills_jsonb(&starts[i])));
		else
			column_add_null(&columns[7]);
	}
	for (int i = 0; i < TASK_COLUMNS; i++)
		values[i] = column_array(&columns[i]);
}

/*
 * tasks_open_in opens tasks in a queue, and returns the key of the first.
 */
static int64
tasks_open_in(Call *call, const char *queue, const TaskStart *starts, int count)
{
	Datum		values[TASK_COLUMNS + 3];
	ClockStart *clocks = palloc(mul_size(sizeof(ClockStart), Max(count, 1)));

	if (count == 0)
		return 0;
	task_params(starts, count, values);
	values[TASK_COLUMNS] = CStringGetTextDatum(queue);
	values[TASK_COLUMNS + 1] = CStringGetTextDatum(call->session_role);
	values[TASK_COLUMNS + 2] = Int64GetDatum(call_actor(call));
	if (plan_run(&insert_tasks, values, NULL) != (uint64) count)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("queue \"%s\" does not exist", queue),
				 errhint("INSERT INTO assure.queue the queue that such claims go to.")));
	for (int i = 0; i < count; i++)
		clocks[i] = (ClockStart)
	{
		.subject_id = plan_int64(i, 1, 0),
			.branch_id = plan_int64(i, 2, 0),
			.sla_code = plan_text(i, 3),
			.started_at = plan_int64(i, 4, 0)
	};
	clocks_start(clocks, count);
	return clocks[0].subject_id;
}

/*
 * tasks_open opens claim-review tasks.
 */
void
tasks_open(Call *call, const TaskStart *starts, int count)
{
	(void) tasks_open_in(call, CLAIM_REVIEW_QUEUE, starts, count);
}

/*
 * task_open opens one task in a queue.
 */
int64
task_open(Call *call, const char *queue, const TaskStart *start)
{
	return tasks_open_in(call, queue, start, 1);
}

/*
 * task_read fills a task from the row that a locking statement returned.
 */
static bool
task_read(uint64 rows, Task *task)
{
	if (rows == 0)
		return false;
	task->task_id = plan_int64(0, 1, 0);
	task->state = plan_text(0, 2);
	task->worker_id = plan_int64(0, 3, 0);
	task->branch_id = plan_int64(0, 4, 0);
	task->amount_fen = plan_int64(0, 5, 0);
	return true;
}

/*
 * task_lock_of_claim locks the unfinished task of a claim.
 */
bool
task_lock_of_claim(int64 account_id, int64 claim_id, Task *task)
{
	static SqlPlan lock = {
		"SELECT task_id, state, worker_id, branch_id, amount_fen FROM assure.task "
		"WHERE subject_kind = 'claim' AND account_id = $1 AND subject_id = $2 AND state NOT IN ('done', 'cancelled') FOR UPDATE",
		{INT8OID, INT8OID}
	};
	Datum		values[2] = {Int64GetDatum(account_id), Int64GetDatum(claim_id)};

	return task_read(plan_run(&lock, values, NULL), task);
}

/*
 * task_lock locks a task by its key.
 */
bool
task_lock(int64 task_id, Task *task)
{
	static SqlPlan lock = {
		"SELECT task_id, state, worker_id, branch_id, amount_fen FROM assure.task WHERE task_id = $1 FOR UPDATE", {INT8OID}
	};
	Datum		value = Int64GetDatum(task_id);

	return task_read(plan_run(&lock, &value, NULL), task);
}

/*
 * task_move brings a locked task into another state, with its event.
 */
void
task_move(Call *call, Task *task, const char *event, const char *to_state,
		  int64 worker_id, int64 actor_id, const char *reason)
{
	static SqlPlan move = {
		"WITH t AS (UPDATE assure.task SET state = $2, state_since = now(), worker_id = nullif($3, 0) "
		"  WHERE task_id = $1 RETURNING task_id) "
		"INSERT INTO assure.task_event (task_id, event, worker_id, session_role, actor_worker_id, reason) "
		"SELECT task_id, $4, nullif($5, 0), $6, nullif($7, 0), $8 FROM t",
		{INT8OID, TEXTOID, INT8OID, TEXTOID, INT8OID, TEXTOID, INT8OID, TEXTOID}
	};
	Datum		values[8];
	char		nulls[9] = "        ";

	values[0] = Int64GetDatum(task->task_id);
	values[1] = CStringGetTextDatum(to_state);
	values[2] = Int64GetDatum(worker_id);
	values[3] = CStringGetTextDatum(event);
	values[4] = Int64GetDatum(worker_id != 0 ? worker_id : task->worker_id);
	values[5] = CStringGetTextDatum(call->session_role);
	values[6] = Int64GetDatum(actor_id);
	values[7] = reason ? CStringGetTextDatum(reason) : (Datum) 0;
	nulls[7] = reason ? ' ' : 'n';
	plan_run(&move, values, nulls);
	if (strcmp(to_state, "done") == 0)
		work_finished(call, &task->task_id, 1);
}

/*
 * task_suspend has a locked task wait for somebody outside.
 */
void
task_suspend(Call *call, Task *task, int64 actor_id, const char *reason)
{
	task_move(call, task, "suspended", "suspended", task->worker_id, actor_id, reason);
	clocks_pause(&task->task_id, 1);
}

/*
 * task_resume gives a suspended task back to its worker, with a note.
 */
void
task_resume(Call *call, Task *task, int64 actor_id, const char *note)
{
	static SqlPlan find = {
		"SELECT 1 FROM assure.worker WHERE worker_id = $1 AND status = 'on_shift'", {INT8OID}
	};
	Datum		value = Int64GetDatum(task->worker_id);
	bool		is_there = task->worker_id != 0 && plan_run(&find, &value, NULL) > 0;

	task_move(call, task, "resumed", is_there ? "reserved" : "open", is_there ? task->worker_id : 0, actor_id, note);
	clocks_resume(&task->task_id, 1);
}

/*
 * task_note leaves a note on a task without moving it.
 */
void
task_note(Call *call, const Task *task, int64 actor_id, const char *note)
{
	static SqlPlan insert = {
		"INSERT INTO assure.task_event (task_id, event, worker_id, session_role, actor_worker_id, reason) "
		"VALUES ($1, 'noted', nullif($2, 0), $3, nullif($4, 0), $5)", {INT8OID, INT8OID, TEXTOID, INT8OID, TEXTOID}
	};
	Datum		values[5];

	values[0] = Int64GetDatum(task->task_id);
	values[1] = Int64GetDatum(task->worker_id);
	values[2] = CStringGetTextDatum(call->session_role);
	values[3] = Int64GetDatum(actor_id);
	values[4] = CStringGetTextDatum(note);
	plan_run(&insert, values, NULL);
}

/*
 * task_require_active refuses to have a task done while it waits for somebody
 * outside, or by a worker who did an earlier stage of it.
 */
void
task_require_active(const Task *task, int64 worker_id)
{
	static SqlPlan find = {
		"SELECT 1 FROM assure.task WHERE task_id = $1 AND $2 = ANY (excluded_worker_ids)", {INT8OID, INT8OID}
	};
	Datum		values[2] = {Int64GetDatum(task->task_id), Int64GetDatum(worker_id)};

	if (strcmp(task->state, "suspended") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("task " INT64_FORMAT " waits for documents of the customer", task->task_id),
				 errhint("assure.withdraw_documents() takes back what was asked for.")));
	if (plan_run(&find, values, NULL) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NOT_QUALIFIED),
				 errmsg("worker " INT64_FORMAT " did an earlier stage of task " INT64_FORMAT, worker_id, task->task_id),
				 errhint("Four eyes: another person decides.")));
}
