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
 * It is called more often than anything else here, and what it reads and writes is
 * little: so that is done without statements (core/index_read.h,
 * core/row_write.h), unless something asks for one.
 *
 * Locking: the person's row, then one task; neither is waited for.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/sequence.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "core/digest.h"
#include "core/errors.h"
#include "core/plan.h"
#include "core/relation_names.h"
#include "core/request.h"
#include "core/row_write.h"
#include "match/pull.h"
#include "sla/sla.h"
#include "work/open_tasks.h"
#include "work/person.h"
#include "work/pool.h"
#include "worker/worker.h"

#define NEXT_TASK_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR)

/* The best of all lists that are tried; and if others were faster with all of those. */
#define CANDIDATES_FEW 3
#define CANDIDATES_MANY 64

/* Read of all lists together, at least two of each, where a queue names a matching profile, which ranks them. */
#define CANDIDATES_RANKED 32

/* Columns of assure.task_event. */
enum
{
	EVENT_TASK_ID = 1, EVENT_ID, EVENT_HAPPENED_AT, EVENT_EVENT, EVENT_WORKER_ID, EVENT_SESSION_ROLE, EVENT_ACTOR_WORKER_ID, EVENT_REASON,
	EVENT_COLUMNS = EVENT_REASON
};

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
 * find_best locks the best task that is open and nobody holds, of so many that are
 * best, or where a profile ranks them, of so many of each list; NULL: none is.
 */
static const Candidate *
find_best(OpenTasks *tasks, int few, int ranked_of_each)
{
	if (tasks->keeps_rows)
		open_tasks_read(tasks, ranked_of_each, INT_MAX);
	else
		open_tasks_read(tasks, few, few);
	if (tasks->keeps_rows && tasks->count > 0)
		pull_rank(tasks);
	for (int i = 0; i < tasks->count; i++)
		if (open_tasks_lock(tasks, &tasks->candidates[i]))
			return &tasks->candidates[i];
	return NULL;
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
 * reserve_by_statement gives the locked task to the person, with its event, where
 * something asks for a statement.
 */
static void
reserve_by_statement(const Call *call, const Person *person, int64 actor_id, int64 task_id, TimestampTz until)
{
	static SqlPlan give = {
		"WITH t AS (UPDATE assure.task SET state = 'reserved', state_since = now(), worker_id = $2, state_until = $5 WHERE task_id = $1 RETURNING task_id) "
		"INSERT INTO assure.task_event (task_id, event, worker_id, session_role, actor_worker_id) SELECT task_id, 'reserved', $2, $3, $4 FROM t",
		{INT8OID, INT8OID, TEXTOID, INT8OID, TIMESTAMPTZOID}, NULL, true
	};
	Datum		values[5] = {
		Int64GetDatum(task_id), Int64GetDatum(person->worker_id), CStringGetTextDatum(call->session_role), Int64GetDatum(actor_id),
		TimestampTzGetDatum(until)
	};
	char		nulls[6] = {' ', ' ', ' ', actor_id == 0 ? 'n' : ' ', until == DT_NOEND ? 'n' : ' ', '\0'};

	if (plan_run(&give, values, nulls) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("task " INT64_FORMAT " was opened after this transaction began", task_id),
				 errhint("Retry the transaction.")));
}

/*
 * event_write writes the event of a reservation.
 */
static void
event_write(RowWrite *write, const Call *call, const Person *person, int64 actor_id, int64 task_id)
{
	row_write_empty(write);
	row_write_set(write, EVENT_TASK_ID, Int64GetDatum(task_id));
	row_write_set(write, EVENT_ID, DirectFunctionCall1(nextval_oid, ObjectIdGetDatum(relation_find("task_event_id_seq"))));
	row_write_set(write, EVENT_HAPPENED_AT, TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()));
	row_write_set(write, EVENT_EVENT, CStringGetTextDatum("reserved"));
	row_write_set(write, EVENT_WORKER_ID, Int64GetDatum(person->worker_id));
	row_write_set(write, EVENT_SESSION_ROLE, CStringGetTextDatum(call->session_role));
	if (actor_id != 0)
		row_write_set(write, EVENT_ACTOR_WORKER_ID, Int64GetDatum(actor_id));
	row_write_insert(write);
}

/*
 * reserve_directly gives the locked task, the row at hand, to the person, with its
 * event; false: that has to go through a statement.
 */
static bool
reserve_directly(const Call *call, const Person *person, int64 actor_id, int64 task_id, IndexRead *task, TimestampTz until)
{
	static PreparedTable task_table = {"task"};
	static PreparedTable event_table = {"task_event", EVENT_COLUMNS};
	RowWrite	tasks = {&task_table};
	RowWrite	events = {&event_table};

	if (!row_write_open(&tasks))
		return false;
	if (!row_write_open(&events))
	{
		row_write_close(&tasks);
		return false;
	}
	row_write_from(&tasks, task->slot);
	row_write_set(&tasks, index_read_column(task, "state"), CStringGetTextDatum("reserved"));
	row_write_set(&tasks, index_read_column(task, "state_since"), TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()));
	row_write_set(&tasks, index_read_column(task, "worker_id"), Int64GetDatum(person->worker_id));
	if (until != DT_NOEND)
		row_write_set(&tasks, index_read_column(task, "state_until"), TimestampTzGetDatum(until));
	else
		row_write_null(&tasks, index_read_column(task, "state_until"));
	row_write_update(&tasks, task->slot);
	event_write(&events, call, person, actor_id, task_id);
	row_write_close(&events);
	row_write_close(&tasks);
	return true;
}

/*
 * give_best gives the best open task to a person who has room; 0: there is none.
 */
static int64
give_best(const Call *call, const Person *person, int64 actor_id, Snapshot snapshot)
{
	OpenTasks	tasks;
	const Candidate *best;
	int64		task_id = 0;

	open_tasks_begin(&tasks, person, snapshot);
	best = find_best(&tasks, CANDIDATES_FEW, Max(2, CANDIDATES_RANKED / Max(1, open_tasks_lists(&tasks))));
	if (best == NULL && (tasks.keeps_rows || tasks.count > 0))
		best = find_best(&tasks, CANDIDATES_MANY, CANDIDATES_MANY);
	if (best != NULL)
	{
		TimestampTz until = reserved_until(best->queue);

		task_id = best->task_id;
		if (!reserve_directly(call, person, actor_id, task_id, &tasks.of_all, until))
			reserve_by_statement(call, person, actor_id, task_id, until);
		worker_sweep_at(until);
	}
	open_tasks_end(&tasks);
	return task_id;
}

/*
 * next_task gives the best task there is to a person; 0: there is none.
 */
static int64
next_task(Call *call, const char *code)
{
	int64		actor_id = code == NULL ? call_actor_required(call) : call_actor(call);
	int64		task_id;
	Person		person;
	Snapshot	snapshot;

	if (!person_lock(code, actor_id, &person))
		person_refuse(code, actor_id);
	person_require(call, &person, actor_id);
	snapshot = RegisterSnapshot(fresh_snapshot());
	person_count(&person, snapshot);
	task_id = give_best(call, &person, actor_id, snapshot);
	UnregisterSnapshot(snapshot);
	if (task_id != 0)
		clocks_progress(&task_id, 1);
	return task_id;
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
