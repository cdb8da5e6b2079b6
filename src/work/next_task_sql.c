/*-------------------------------------------------------------------------
 *
 * next_task_sql.c
 *		Entry point: a person asks for the next task.
 *
 * Open tasks stand in two indexes, by queue and class of authority in order of
 * urgency: those of a branch, and those that all branches share.  The first few
 * of each list that the person is qualified for are the candidates; the best of
 * them that nobody holds is reserved.  So the cost follows the lists, not the
 * tasks that wait, and what a person may not have is not read.
 *
 * It is called more often than anything else here, and what it reads is little:
 * so that is read without statements (core/index_read.h), and what is written
 * goes through one.
 *
 * Locking: the person's row, then one task; neither is waited for.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "core/digest.h"
#include "core/errors.h"
#include "core/plan.h"
#include "core/request.h"
#include "sla/sla.h"
#include "work/open_tasks.h"
#include "work/person.h"
#include "work/pool.h"
#include "worker/worker.h"

#define NEXT_TASK_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR)

/* Read of all lists together, at least two of each; and of each, if others were faster with all of those. */
#define CANDIDATES_FEW 16
#define CANDIDATES_MANY 64

PG_FUNCTION_INFO_V1(assure_next_task);

/*
 * person_refuse says why a person's row was not to be had.
 */
static void
person_refuse(const char *named, int64 actor_id)
{
	static SqlPlan find = {"SELECT 1 FROM assure.worker WHERE code = $1", {TEXTOID}};
	Datum		value;

	if (named != NULL)
	{
		value = CStringGetTextDatum(named);
		if (plan_run(&find, &value, NULL) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_NO_DATA_FOUND), errmsg("worker \"%s\" does not exist", named)));
	}
	ereport(ERROR,
			(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
			 named != NULL ? errmsg("worker \"%s\" is being given work by a concurrent session", named) :
			 errmsg("worker " INT64_FORMAT " is being given work by a concurrent session", actor_id),
			 errhint("Look at what the person has in hand, or call again.")));
}

/*
 * person_require refuses to give work to who is not on shift, and to whom the
 * caller may not give any: who calls gets his own, a supervisor anybody's.
 */
static void
person_require(const Call *call, const Person *person, int64 actor_id)
{
	if (person->worker_id != actor_id && (call->scopes & SCOPE_SUPERVISOR) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("worker \"%s\" is somebody else", person->code),
				 errhint("A supervisor may take tasks for others; leave worker out to take one for the person who calls.")));
	if (strcmp(person->status, "on_shift") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NOT_QUALIFIED), errmsg("worker \"%s\" is not on shift", person->code),
				 errhint("assure.set_worker_status() says when a worker is.")));
	if (!shift_is_on(person->calendar))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NOT_QUALIFIED), errmsg("worker \"%s\" is not on shift", person->code),
				 errdetail("It is no working time in the calendar \"%s\".", person->calendar),
				 errhint("assure.put_worker() sets another calendar.")));
}

/*
 * lock_best locks the best of the candidates that is open and nobody holds; NULL:
 * none is.
 */
static const Candidate *
lock_best(OpenTasks *tasks)
{
	for (int i = 0; i < tasks->count; i++)
		if (open_tasks_lock(tasks, &tasks->candidates[i]))
			return &tasks->candidates[i];
	return NULL;
}

/*
 * find_best locks the best open task for a person.
 */
static const Candidate *
find_best(const Person *person, Snapshot snapshot)
{
	OpenTasks	tasks;
	const Candidate *best;

	open_tasks_begin(&tasks, person, snapshot);
	open_tasks_read(&tasks, Max(2, CANDIDATES_FEW / Max(1, open_tasks_lists(&tasks))));
	best = lock_best(&tasks);
	if (best == NULL && tasks.count > 0)
	{
		open_tasks_read(&tasks, CANDIDATES_MANY);
		best = lock_best(&tasks);
	}
	open_tasks_end(&tasks);
	return best;
}

/*
 * reserved_until returns when a task of a queue that is reserved now goes back to
 * the pool; DT_NOEND: never.
 */
static TimestampTz
reserved_until(const CachedQueue *queue)
{
	if (queue->reserve_for == NULL)
		return DT_NOEND;
	return DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval, TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()),
												   IntervalPGetDatum(queue->reserve_for)));
}

/*
 * reserve gives the locked task to the person, with its event and its clock's
 * progress.
 */
static void
reserve(Call *call, const Person *person, int64 actor_id, const Candidate *task)
{
	static SqlPlan give = {
		"WITH t AS (UPDATE assure.task SET state = 'reserved', state_since = now(), worker_id = $2, state_until = $5 WHERE task_id = $1 RETURNING task_id), "
		"e AS (INSERT INTO assure.task_event (task_id, event, worker_id, session_role, actor_worker_id) SELECT task_id, 'reserved', $2, $3, $4 FROM t), "
		"c AS (" CLOCK_PROGRESS("t") ") "
		"SELECT c.clock_id, c.stalled FROM t LEFT JOIN c ON true",
		{INT8OID, INT8OID, TEXTOID, INT8OID, TIMESTAMPTZOID}, NULL, true
	};
	TimestampTz until = reserved_until(task->queue);
	Datum		values[5] = {
		Int64GetDatum(task->task_id), Int64GetDatum(person->worker_id), CStringGetTextDatum(call->session_role), Int64GetDatum(actor_id),
		TimestampTzGetDatum(until)
	};
	char		nulls[6] = {' ', ' ', ' ', actor_id == 0 ? 'n' : ' ', until == DT_NOEND ? 'n' : ' ', '\0'};

	uint64		rows = plan_run(&give, values, nulls);

	if (rows == 0)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("task " INT64_FORMAT " was opened after this transaction began", task->task_id),
				 errhint("Retry the transaction.")));
	clocks_progressed(rows);
	worker_sweep_at(until);
}

/*
 * next_task gives the best task there is to a person; 0: there is none.
 */
static int64
next_task(Call *call, const char *code)
{
	int64		actor_id = code == NULL ? call_actor_required(call) : call_actor(call);
	Person		person;
	Snapshot	snapshot;
	const Candidate *best;

	if (!person_lock(code, actor_id, &person))
		person_refuse(code, actor_id);
	person_require(call, &person, actor_id);
	snapshot = RegisterSnapshot(fresh_snapshot());
	person_count(&person, snapshot);
	best = find_best(&person, snapshot);
	UnregisterSnapshot(snapshot);
	if (best == NULL)
		return 0;
	reserve(call, &person, actor_id, best);
	return best->task_id;
}

/*
 * assure_next_task reserves the best open task for the person who calls, and
 * returns its key; NULL: there is none.
 */
PGDLLEXPORT Datum
assure_next_task(PG_FUNCTION_ARGS)
{
	char	   *code = PG_ARGISNULL(0) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *request_id = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	StringInfoData arguments;
	int64		task_id;
	Jsonb	   *answer;
	Call		call;

	initStringInfo(&arguments);
	if (code == NULL)
		digest_null(&arguments);
	else
		digest_text(&arguments, code);
	call_begin(&call, NEXT_TASK_SCOPES, "next_task");
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		task_id = request_answer_int64(answer);
	else
	{
		task_id = next_task(&call, code);
		request_end_int64(request_id, task_id);
	}
	call_end(&call);
	if (task_id == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(task_id);
}
