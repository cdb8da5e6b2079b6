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

#include "fmgr.h"
#include "utils/builtins.h"

#include "core/digest.h"
#include "core/errors.h"
#include "core/plan.h"
#include "core/request.h"
#include "match/pull.h"
#include "sla/sla.h"
#include "work/open_tasks.h"
#include "work/person.h"
#include "work/pool.h"
#include "work/reservation.h"
#include "worker/worker.h"

#define NEXT_TASK_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR)

/* The best of all lists that are tried; and if others were faster with all of those. */
#define CANDIDATES_FEW 3
#define CANDIDATES_MANY 64

/* Read of all lists together, at least two of each, where a queue names a matching profile, which ranks them. */
#define CANDIDATES_RANKED 32

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
			 errmsg("worker \"%s\" is being given work by a concurrent session", named != NULL ? named : worker_code(actor_id)),
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
 * give_best gives the best open task to a person who has room; 0: there is none.
 */
static int64
give_best(Call *call, const Person *person, Snapshot snapshot)
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
		Reservation reservation = {best->task_id, person->worker_id, queue_reserved_until(best->queue)};
		ReservationWrite write;

		task_id = best->task_id;
		reservations_begin(&write, &tasks.of_all);
		reservations_add(&write, tasks.of_all.slot, &reservation);
		reservations_end(&write, call, NULL);
		worker_sweep_at(reservation.until);
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
	task_id = give_best(call, &person, snapshot);
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
