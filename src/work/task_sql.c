/*-------------------------------------------------------------------------
 *
 * task_sql.c
 *		Entry points: a person takes a task, or gives it back.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "core/errors.h"
#include "core/request.h"
#include "core/digest.h"
#include "sla/sla.h"
#include "work/task.h"

#define TASK_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR)

PG_FUNCTION_INFO_V1(assure_accept_task);
PG_FUNCTION_INFO_V1(assure_return_task);

/*
 * task_take locks the task for the worker who has it.
 */
static void
task_take(Call *call, int64 task_id, int64 actor_id, Task *task)
{
	if (!task_lock(task_id, task))
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("task " INT64_FORMAT " does not exist", task_id)));
	if (task->worker_id != actor_id && (call->scopes & SCOPE_SUPERVISOR) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NOT_QUALIFIED),
				 errmsg("task " INT64_FORMAT " is not with worker " INT64_FORMAT, task_id, actor_id)));
}

/*
 * wrong_state refuses a change that the states do not allow, and says which
 * they do.
 */
static void
wrong_state(const Task *task, const char *function, const char *from_states)
{
	ereport(ERROR,
			(errcode(ERRCODE_ASSURE_WRONG_STATE),
			 errmsg("task " INT64_FORMAT " is %s", task->task_id, task->state),
			 errhint("assure.%s() takes a task that is %s.", function, from_states)));
}

/*
 * accept is what assure_accept_task does once.
 */
static void
accept(Call *call, int64 task_id, int64 actor_id)
{
	Task		task;

	task_take(call, task_id, actor_id, &task);
	if (strcmp(task.state, "reserved") != 0)
		wrong_state(&task, "accept_task", "reserved");
	task_move(call, &task, "accepted", "accepted", task.worker_id, actor_id, NULL);
	clocks_progress(&task_id, 1);
}

/*
 * assure_accept_task begins work on a reserved task.
 */
PGDLLEXPORT Datum
assure_accept_task(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	int64		task_id;
	int64		actor_id;
	StringInfoData arguments;
	Call		call;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	task_id = PG_GETARG_INT64(0);
	initStringInfo(&arguments);
	digest_int64(&arguments, task_id);
	call_begin(&call, TASK_SCOPES, "accept_task");
	actor_id = call_actor_required(&call);
	if (request_begin(&call, request_id, &arguments) == NULL)
	{
		accept(&call, task_id, actor_id);
		request_end_int64(request_id, task_id);
	}
	call_end(&call);
	PG_RETURN_VOID();
}

/*
 * give_back is what assure_return_task does once.
 */
static void
give_back(Call *call, int64 task_id, int64 actor_id, const char *reason)
{
	Task		task;

	task_take(call, task_id, actor_id, &task);
	if (strcmp(task.state, "reserved") != 0 && strcmp(task.state, "accepted") != 0)
		wrong_state(&task, "return_task", "reserved or accepted");
	task_move(call, &task, "returned", "open", 0, actor_id, reason);
	clocks_progress(&task_id, 1);
}

/*
 * assure_return_task gives a task back to the pool, with a reason.
 */
PGDLLEXPORT Datum
assure_return_task(PG_FUNCTION_ARGS)
{
	char	   *reason = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	char	   *request_id = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	int64		task_id;
	int64		actor_id;
	StringInfoData arguments;
	Call		call;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (reason == NULL || reason[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("reason must not be empty"),
				 errhint("Say why the task goes back; the next worker reads it.")));
	task_id = PG_GETARG_INT64(0);
	initStringInfo(&arguments);
	digest_int64(&arguments, task_id);
	digest_text(&arguments, reason);
	call_begin(&call, TASK_SCOPES, "return_task");
	actor_id = call_actor_required(&call);
	if (request_begin(&call, request_id, &arguments) == NULL)
	{
		give_back(&call, task_id, actor_id, reason);
		request_end_int64(request_id, task_id);
	}
	call_end(&call);
	PG_RETURN_VOID();
}
