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
 * tasks_put_back, give.c (open -> reserved) and task_move are all that moves.
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
#include "work/pool.h"
#include "work/queue_cache.h"
#include "work/task.h"
#include "worker/worker.h"

/*
 * A queue's expression says which authority a task needs; what is no amount from
 * 0 on counts as the task's amount.
 */
#define AUTHORITY_FEN \
	"(SELECT CASE WHEN jsonb_typeof(v) = 'number' THEN CASE WHEN (v #>> '{}')::numeric BETWEEN 0 AND 90000000000000 THEN round((v #>> '{}')::numeric * 100)::bigint END END " \
	" FROM assure.eval(q.authority::assure.feel, jsonb_build_object('amount', round(u.amount_fen / 100.0, 2), 'priority', u.priority, 'attributes', coalesce(u.attributes, '{}'))) v)"

static SqlPlan insert_tasks = {
	"WITH q AS (SELECT * FROM assure.queue WHERE code = $15), "
	"u AS (SELECT nextval('assure.task_id_seq') AS task_id, u.* FROM q, unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) "
	"    WITH ORDINALITY AS u (account_id, subject_id, branch_id, amount_fen, priority, excluded_worker_ids, due_at, skills, "
	"          subject_kind, subject_ref, subject, region, attributes, ref, n)), "
	"t AS (INSERT INTO assure.task (task_id, queue_id, subject_kind, account_id, subject_id, branch_id, amount_fen, priority, excluded_worker_ids, skills, "
	"    subject_ref, subject, region, attributes, task_ref, authority_fen, kept_branch_id, due_at, wait_until) "
	"  SELECT u.task_id, q.queue_id, u.subject_kind, u.account_id, u.subject_id, u.branch_id, u.amount_fen, u.priority, u.excluded_worker_ids::bigint[], "
	"    ARRAY(SELECT DISTINCT jsonb_array_elements_text(u.skills) ORDER BY 1), "
	"    u.subject_ref, u.subject, u.region, coalesce(u.attributes, '{}'), u.ref, "
	"    CASE WHEN q.authority IS NOT NULL THEN " AUTHORITY_FEN " END, " KEPT_BRANCH("u.task_id") ", u.due_at, now() + q.wait_max "
	"  FROM u CROSS JOIN q LEFT JOIN assure.branch b ON b.branch_id = u.branch_id "
	"  ON CONFLICT (task_ref) WHERE task_ref IS NOT NULL DO NOTHING RETURNING task_id), "
	"e AS (INSERT INTO assure.task_event (task_id, event, session_role, actor_worker_id) "
	"  SELECT task_id, 'created', $16, nullif($17, 0) FROM t) "
	"SELECT task_id FROM t JOIN u USING (task_id) ORDER BY u.n",
	{INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT2ARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID, JSONBARRAYOID,
		TEXTARRAYOID, TEXTARRAYOID, JSONBARRAYOID, TEXTARRAYOID, JSONBARRAYOID, TEXTARRAYOID, TEXTOID, TEXTOID, INT8OID}
};

#define TASK_COLUMNS 14

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
 * column_add_jsonb adds a document, or NULL.
 */
static void
column_add_jsonb(Column *column, Jsonb *document_or_null)
{
	if (document_or_null != NULL)
		column_add(column, JsonbPGetDatum(document_or_null));
	else
		column_add_null(column);
}

/*
 * task_params makes the array parameters of insert_tasks.
 */
static void
task_params(const TaskStart *starts, const ClockStart *clocks, int count, Datum *values)
{
	static const Oid types[TASK_COLUMNS] = {INT8OID, INT8OID, INT8OID, INT8OID, INT2OID, TEXTOID, TIMESTAMPTZOID, JSONBOID,
	TEXTOID, TEXTOID, JSONBOID, TEXTOID, JSONBOID, TEXTOID};
	Column		columns[TASK_COLUMNS];

	for (int i = 0; i < TASK_COLUMNS; i++)
		column_start(&columns[i], types[i]);
	for (int i = 0; i < count; i++)
	{
		const TaskStart *start = &starts[i];

		column_add_key(&columns[0], start->account_id);
		column_add_key(&columns[1], start->claim_id);
		column_add_int64(&columns[2], start->branch_id);
		column_add_int64(&columns[3], start->amount_fen);
		column_add(&columns[4], Int16GetDatum(start->priority));
		column_add_text(&columns[5], workers_text(start));
		if (clocks[i].policy != NULL)
			column_add(&columns[6], TimestampTzGetDatum(clocks[i].target_at));
		else
			column_add_null(&columns[6]);
		column_add_jsonb(&columns[7], start->skill_count > 0 ? skills_jsonb(start) : NULL);
		column_add_text(&columns[8], start->subject_kind ? start->subject_kind : SUBJECT_CLAIM);
		column_add_text(&columns[9], start->subject_ref);
		column_add_jsonb(&columns[10], start->subject);
		column_add_text(&columns[11], start->region);
		column_add_jsonb(&columns[12], start->attributes);
		column_add_text(&columns[13], start->ref);
	}
	for (int i = 0; i < TASK_COLUMNS; i++)
		values[i] = column_array(&columns[i]);
}

/*
 * tasks_lock locks tasks, some of which may be gone.
 */
void
tasks_lock(Datum task_ids)
{
	static SqlPlan lock = {
		"SELECT FROM assure.task WHERE task_id = ANY ($1) ORDER BY task_id FOR NO KEY UPDATE", {INT8ARRAYOID}, .generic = true
	};

	plan_run(&lock, &task_ids, NULL);
}

/*
 * tasks_note_due copies the deadlines of tasks from their clocks, which keep them.
 */
void
tasks_note_due(Datum task_ids)
{
	static SqlPlan note = {
		"UPDATE assure.task t SET due_at = c.target_at FROM assure.clock c "
		"WHERE t.task_id = ANY ($1) AND c.subject_kind = 'task' AND c.subject_id = t.task_id AND c.state <> 'stopped' "
		"  AND t.due_at IS DISTINCT FROM c.target_at", {INT8ARRAYOID}, .generic = true
	};

	plan_run(&note, &task_ids, NULL);
}

/*
 * refuse_insert says why tasks could not be opened: there is no such queue, or
 * one of them has a name that somebody else gives to another one right now.
 */
static void
refuse_insert(const char *queue)
{
	static SqlPlan find = {"SELECT 1 FROM assure.queue WHERE code = $1", {TEXTOID}};
	Datum		value = CStringGetTextDatum(queue);

	if (plan_run(&find, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("queue \"%s\" does not exist", queue),
				 errhint("assure.put_queue() makes one.")));
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("ref: a concurrent session opens a task under it"),
			 errhint("Retry the transaction.")));
}

/*
 * clocks_of says what tasks of a queue tell of their clocks before they are there.
 */
static ClockStart *
clocks_of(const char *queue, const TaskStart *starts, int count)
{
	ClockStart *clocks = palloc0(mul_size(sizeof(ClockStart), count));
	const CachedQueue *known = queue_find(queue);

	if (known == NULL)
		refuse_insert(queue);
	for (int i = 0; i < count; i++)
		clocks[i] = (ClockStart) {
			.branch_id = starts[i].branch_id, .sla_code = known->sla_code, .started_at = starts[i].started_at,
			.queue = queue, .priority = starts[i].priority, .amount_fen = starts[i].amount_fen,
			.subject_kind = starts[i].subject_kind ? starts[i].subject_kind : SUBJECT_CLAIM,
			.account_id = starts[i].account_id, .claim_id = starts[i].claim_id
		};
	clocks_plan(clocks, count);
	return clocks;
}

/*
 * tasks_open_in opens tasks in a queue, and fills in their keys.
 */
void
tasks_open_in(Call *call, const char *queue, const TaskStart *starts, int count, int64 *task_ids)
{
	Datum		values[TASK_COLUMNS + 3];
	ClockStart *clocks;

	if (count == 0)
		return;
	clocks = clocks_of(queue, starts, count);
	task_params(starts, clocks, count, values);
	values[TASK_COLUMNS] = CStringGetTextDatum(queue);
	values[TASK_COLUMNS + 1] = CStringGetTextDatum(call->session_role);
	values[TASK_COLUMNS + 2] = Int64GetDatum(call_actor(call));
	if (plan_run(&insert_tasks, values, NULL) != (uint64) count)
		refuse_insert(queue);
	for (int i = 0; i < count; i++)
		task_ids[i] = clocks[i].subject_id = plan_int64(i, 1, 0);
	clocks_start(clocks, count);
}

/*
 * tasks_open opens claim-review tasks.
 */
void
tasks_open(Call *call, const TaskStart *starts, int count)
{
	tasks_open_in(call, CLAIM_REVIEW_QUEUE, starts, count, palloc(mul_size(sizeof(int64), Max(count, 1))));
}

/*
 * task_open opens one task in a queue.
 */
int64
task_open(Call *call, const char *queue, const TaskStart *start)
{
	int64		task_id;

	tasks_open_in(call, queue, start, 1, &task_id);
	return task_id;
}

#define TASK_LOCKED "task_id, state, worker_id, branch_id, amount_fen, subject_kind = 'claim', subject_kind IN ('post_check', 'rectification')"

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
	task->is_of_claim = plan_bool(0, 6);
	task->is_of_check = plan_bool(0, 7);
	return true;
}

/*
 * task_lock_of_claim locks the unfinished task of a claim.
 */
bool
task_lock_of_claim(int64 account_id, int64 claim_id, Task *task)
{
	static SqlPlan lock = {
		"SELECT " TASK_LOCKED " FROM assure.task "
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
		"SELECT " TASK_LOCKED " FROM assure.task WHERE task_id = $1 FOR UPDATE", {INT8OID}
	};
	Datum		value = Int64GetDatum(task_id);

	return task_read(plan_run(&lock, &value, NULL), task);
}

/*
 * task_change brings a locked task into another state, with its event; due_at is
 * its deadline from now on, DT_NOEND: as it is.
 */
static void
task_change(Call *call, Task *task, const char *event, const char *to_state,
			int64 worker_id, TimestampTz due_at, int64 actor_id, const char *reason)
{
	static SqlPlan move = {
		"WITH t AS (UPDATE assure.task t SET state = $2, state_since = now(), worker_id = nullif($3, 0), "
		"    state_until = CASE WHEN $2 = 'reserved' THEN " RESERVED_UNTIL " END, due_at = coalesce($9, t.due_at), "
		"    kept_branch_id = CASE WHEN $2 = 'open' THEN (SELECT " KEPT_BRANCH("t.task_id") " FROM assure.branch b WHERE b.branch_id = t.branch_id) ELSE t.kept_branch_id END "
		"  FROM assure.queue q WHERE t.task_id = $1 AND q.queue_id = t.queue_id RETURNING t.task_id, t.state_until), "
		"e AS (INSERT INTO assure.task_event (task_id, event, worker_id, session_role, actor_worker_id, reason) "
		"  SELECT task_id, $4, nullif($5, 0), $6, nullif($7, 0), $8 FROM t) "
		"SELECT state_until FROM t",
		{INT8OID, TEXTOID, INT8OID, TEXTOID, INT8OID, TEXTOID, INT8OID, TEXTOID, TIMESTAMPTZOID}, NULL, true
	};
	Datum		values[9];
	char		nulls[10] = "         ";

	values[0] = Int64GetDatum(task->task_id);
	values[1] = CStringGetTextDatum(to_state);
	values[2] = Int64GetDatum(worker_id);
	values[3] = CStringGetTextDatum(event);
	values[4] = Int64GetDatum(worker_id != 0 ? worker_id : task->worker_id);
	values[5] = CStringGetTextDatum(call->session_role);
	values[6] = Int64GetDatum(actor_id);
	values[7] = reason ? CStringGetTextDatum(reason) : (Datum) 0;
	nulls[7] = reason ? ' ' : 'n';
	values[8] = TimestampTzGetDatum(due_at);
	nulls[8] = due_at != DT_NOEND ? ' ' : 'n';
	if (plan_run(&move, values, nulls) > 0)
		worker_sweep_at(plan_int64(0, 1, DT_NOEND));
	if (strcmp(to_state, "done") == 0)
		work_finished(call, &task->task_id, 1);
}

/*
 * task_move brings a locked task into another state, with its event.
 */
void
task_move(Call *call, Task *task, const char *event, const char *to_state,
		  int64 worker_id, int64 actor_id, const char *reason)
{
	task_change(call, task, event, to_state, worker_id, DT_NOEND, actor_id, reason);
}

/*
 * tasks_put_back opens locked tasks again.
 */
void
tasks_put_back(Call *call, const int64 *task_ids, const int64 *worker_ids, int count,
			   const char *event, bool is_declined, int64 actor_id, const char *reason)
{
	static SqlPlan put_back = {
		"WITH u AS (SELECT * FROM unnest($1, $2) u (task_id, worker_id)), "
		"t AS (UPDATE assure.task t SET state = 'open', state_since = now(), worker_id = NULL, state_until = NULL, "
		"    kept_branch_id = (SELECT " KEPT_BRANCH("t.task_id") " FROM assure.branch b WHERE b.branch_id = t.branch_id), "
		"    declined_worker_ids = CASE WHEN NOT $4 THEN t.declined_worker_ids WHEN t.declined_until > now() THEN array_append(array_remove(t.declined_worker_ids, u.worker_id), u.worker_id) ELSE ARRAY[u.worker_id] END, "
		"    declined_until = CASE WHEN $4 THEN now() + q.return_pause ELSE t.declined_until END "
		"  FROM u, assure.queue q WHERE t.task_id = u.task_id AND q.queue_id = t.queue_id) "
		"INSERT INTO assure.task_event (task_id, event, worker_id, session_role, actor_worker_id, reason) "
		"SELECT task_id, $3, worker_id, $5, nullif($6, 0), $7 FROM u ORDER BY task_id",
		{INT8ARRAYOID, INT8ARRAYOID, TEXTOID, BOOLOID, TEXTOID, INT8OID, TEXTOID}
	};
	Datum		values[7];

	if (count == 0)
		return;
	values[0] = array_of_int64(task_ids, count);
	values[1] = array_of_int64(worker_ids, count);
	values[2] = CStringGetTextDatum(event);
	values[3] = BoolGetDatum(is_declined);
	values[4] = CStringGetTextDatum(call->session_role);
	values[5] = Int64GetDatum(actor_id);
	values[6] = CStringGetTextDatum(reason);
	plan_run(&put_back, values, NULL);
	clocks_progress(task_ids, count);
}

/*
 * task_refuse refuses a change that the states do not allow, and says which they
 * do: the one place that knows them.
 */
void
task_refuse(const Task *task, const char *function)
{
	static const struct
	{
		const char *state;
		const char *changes;
		const char *changes_of_claim;
	}			allowed[] = {
		{"open", "next_task, assign_task, suspend_task or cancel_task", "next_task or assign_task"},
		{"reserved", "accept_task, return_task, assign_task, suspend_task or cancel_task",
		"decide_claim, accept_task, return_task, assign_task or request_documents"},
		{"accepted", "complete_task, return_task, suspend_task or cancel_task", "decide_claim, return_task or request_documents"},
		{"suspended", "resume_task or cancel_task", "receive_documents or withdraw_documents"},
	};
	const char *changes = NULL;

	for (int i = 0; i < (int) lengthof(allowed); i++)
		if (strcmp(allowed[i].state, task->state) == 0)
			changes = task->is_of_claim ? allowed[i].changes_of_claim : allowed[i].changes;
	ereport(ERROR,
			(errcode(ERRCODE_ASSURE_WRONG_STATE),
			 errmsg("task " INT64_FORMAT " is %s", task->task_id, task->state),
			 errdetail("assure.%s() does not apply to such a task.", function),
			 changes ? errhint("What applies is %s.", changes) : errhint("It is over: nothing applies to it. assure.create_task() opens another one.")));
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
		"SELECT 1 FROM assure.worker w JOIN assure.branch b USING (branch_id) "
		"WHERE w.worker_id = $1 AND w.status = 'on_shift' AND b.status <> 'offline'", {INT8OID}
	};
	Datum		value = Int64GetDatum(task->worker_id);
	bool		is_there = task->worker_id != 0 && plan_run(&find, &value, NULL) > 0;

	task_change(call, task, "resumed", is_there ? "reserved" : "open", is_there ? task->worker_id : 0, clocks_resume(task->task_id), actor_id, note);
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
				 errmsg("worker \"%s\" did an earlier stage of task " INT64_FORMAT, worker_code(worker_id), task->task_id),
				 errhint("Four eyes: another person decides.")));
}

/*
 * task_require_holder refuses who neither has the task nor is a supervisor.
 */
void
task_require_holder(const Call *call, const Task *task, int64 actor_id, const char *ref)
{
	if ((call->scopes & SCOPE_SUPERVISOR) != 0 || (actor_id != 0 && task->worker_id == actor_id))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_ASSURE_NOT_QUALIFIED),
			 ref == NULL ? errmsg("task " INT64_FORMAT " is not with worker \"%s\"", task->task_id, worker_code(actor_id)) :
			 errmsg("task " INT64_FORMAT " of claim \"%s\" is not with worker \"%s\"", task->task_id, ref, worker_code(actor_id)),
			 errhint("Who has the task acts on it, or a supervisor.")));
}

/*
 * worker_code returns the code of a worker: people know it, and not the key.
 */
const char *
worker_code(int64 worker_id)
{
	static SqlPlan find = {"SELECT code FROM assure.worker WHERE worker_id = $1", {INT8OID}};
	Datum		value = Int64GetDatum(worker_id);

	return plan_run(&find, &value, NULL) == 1 ? plan_text(0, 1) : "";
}
