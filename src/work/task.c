/*-------------------------------------------------------------------------
 *
 * task.c
 *		Tasks: opened set-wise, moved one by one.
 *
 *		open -> reserved -> accepted -> done
 *		reserved, accepted -> open			(returned)
 *		open, reserved, accepted -> cancelled
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
#include "sla/sla.h"
#include "work/task.h"

static SqlPlan insert_tasks = {
	"WITH u AS (SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) "
	"    AS u (account_id, claim_id, branch_id, amount_fen, priority, excluded_worker_id, started_at, skills)), "
	"q AS (SELECT queue_id, sla_code FROM assure.queue WHERE code = $9), "
	"t AS (INSERT INTO assure.task (queue_id, subject_kind, account_id, subject_id, branch_id, amount_fen, priority, excluded_worker_id, skills) "
	"  SELECT q.queue_id, 'claim', u.account_id, u.claim_id, u.branch_id, u.amount_fen, u.priority, u.excluded_worker_id, "
	"    ARRAY(SELECT DISTINCT jsonb_array_elements_text(u.skills) ORDER BY 1) FROM u, q "
	"  RETURNING task_id, account_id, subject_id, branch_id), "
	"e AS (INSERT INTO assure.task_event (task_id, event, session_role, actor_worker_id) "
	"  SELECT task_id, 'created', $10, nullif($11, 0) FROM t) "
	"SELECT t.task_id, t.branch_id, q.sla_code, u.started_at FROM t JOIN u ON u.account_id = t.account_id AND u.claim_id = t.subject_id, q",
	{INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT2ARRAYOID, INT8ARRAYOID, TIMESTAMPTZARRAYOID, JSONBARRAYOID,
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
 * task_params makes the array parameters of insert_tasks.
 */
static void
task_params(const TaskStart *starts, int count, Datum *values)
{
	static const Oid types[TASK_COLUMNS] = {INT8OID, INT8OID, INT8OID, INT8OID, INT2OID, INT8OID, TIMESTAMPTZOID, JSONBOID};
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
		column_add_key(&columns[5], starts[i].excluded_worker_id);
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
 * tasks_open opens claim-review tasks.
 */
void
tasks_open(Call *call, const TaskStart *starts, int count)
{
	Datum		values[TASK_COLUMNS + 3];
	ClockStart *clocks = palloc(mul_size(sizeof(ClockStart), Max(count, 1)));

	if (count == 0)
		return;
	task_params(starts, count, values);
	values[TASK_COLUMNS] = CStringGetTextDatum(CLAIM_REVIEW_QUEUE);
	values[TASK_COLUMNS + 1] = CStringGetTextDatum(call->session_role);
	values[TASK_COLUMNS + 2] = Int64GetDatum(call_actor(call));
	if (plan_run(&insert_tasks, values, NULL) != (uint64) count)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("queue \"%s\" does not exist", CLAIM_REVIEW_QUEUE),
				 errhint("INSERT INTO assure.queue the queue that claims to be reviewed go to.")));
	for (int i = 0; i < count; i++)
		clocks[i] = (ClockStart)
	{
		.subject_id = plan_int64(i, 1, 0),
			.branch_id = plan_int64(i, 2, 0),
			.sla_code = plan_text(i, 3),
			.started_at = plan_int64(i, 4, 0)
	};
	clocks_start(clocks, count);
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
}
