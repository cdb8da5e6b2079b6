/*-------------------------------------------------------------------------
 *
 * task_sql.c
 *		Entry points: what a person does with a task.
 *
 *		open -> reserved -> accepted -> done, and back; suspended beside
 *
 * Tasks of claims come up, wait for documents and end with the claim: here they
 * are only taken and given back.
 *
 * Locking: the task; to give it to somebody else, that worker first.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "core/digest.h"
#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"
#include "core/request.h"
#include "sla/sla.h"
#include "work/pool.h"
#include "worker/worker.h"

#define TASK_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR)
#define REASON_BYTES_MAX 2000
#define RESULT_BYTES_MAX 100000

PG_FUNCTION_INFO_V1(assure_accept_task);
PG_FUNCTION_INFO_V1(assure_return_task);
PG_FUNCTION_INFO_V1(assure_suspend_task);
PG_FUNCTION_INFO_V1(assure_resume_task);
PG_FUNCTION_INFO_V1(assure_complete_task);
PG_FUNCTION_INFO_V1(assure_cancel_task);
PG_FUNCTION_INFO_V1(assure_assign_task);

/* One of these functions: the task comes first, the request_id last. */
typedef struct TaskFunction
{
	const char *name;
	int			scopes;
	bool		needs_actor;
	int			reason_argument;	/* its place; 0: there is none */
	void		(*work) (Call *call, FunctionCallInfo fcinfo, Task *task, int64 actor_id, const char *reason);
	int			worker_argument;	/* place of a worker who is locked before the task; 0 */
} TaskFunction;

/*
 * arguments_digest writes the arguments but the last as text.
 */
static void
arguments_digest(StringInfo bytes, FunctionCallInfo fcinfo)
{
	for (int i = 0; i < PG_NARGS() - 1; i++)
	{
		Oid			output;
		bool		is_varlena;

		if (PG_ARGISNULL(i))
		{
			digest_null(bytes);
			continue;
		}
		getTypeOutputInfo(get_fn_expr_argtype(fcinfo->flinfo, i), &output, &is_varlena);
		digest_text(bytes, OidOutputFunctionCall(output, PG_GETARG_DATUM(i)));
	}
}

/*
 * reason_argument reads a reason that must say something.
 */
static char *
reason_argument(FunctionCallInfo fcinfo, int argument)
{
	char	   *reason = PG_ARGISNULL(argument) ? pstrdup("") : text_to_cstring(PG_GETARG_TEXT_PP(argument));

	if (reason[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("reason must not be empty"),
				 errhint("Say why; who has the task next reads it in its history.")));
	if (strlen(reason) > REASON_BYTES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_STRING_DATA_RIGHT_TRUNCATION),
				 errmsg("reason has %zu bytes, not at most %d", strlen(reason), REASON_BYTES_MAX)));
	return reason;
}

/*
 * task_call runs such a function once: locks the task, does its work on it.
 */
static Datum
task_call(FunctionCallInfo fcinfo, const TaskFunction *function)
{
	int			last = PG_NARGS() - 1;
	char	   *request_id = PG_ARGISNULL(last) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(last));
	char	   *reason = NULL;
	int64		task_id;
	int64		actor_id;
	StringInfoData arguments;
	Task		task;
	Call		call;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("task_id must not be NULL")));
	task_id = PG_GETARG_INT64(0);
	if (function->worker_argument > 0 && PG_ARGISNULL(function->worker_argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("worker must not be NULL")));
	if (function->reason_argument > 0)
		reason = reason_argument(fcinfo, function->reason_argument);
	call_begin(&call, function->scopes, function->name);
	actor_id = function->needs_actor ? call_actor_required(&call) : call_actor(&call);
	initStringInfo(&arguments);
	arguments_digest(&arguments, fcinfo);
	if (request_begin(&call, request_id, &arguments) == NULL)
	{
		if (function->worker_argument > 0)
			(void) worker_lock(text_to_cstring(PG_GETARG_TEXT_PP(function->worker_argument)));
		if (!task_lock(task_id, &task))
			ereport(ERROR,
					(errcode(ERRCODE_NO_DATA_FOUND), errmsg("task " INT64_FORMAT " does not exist", task_id)));
		function->work(&call, fcinfo, &task, actor_id, reason);
		request_end_int64(request_id, task_id);
	}
	call_end(&call);
	PG_RETURN_VOID();
}

/*
 * require_own_life refuses what a task of a claim gets with its claim only.
 */
static void
require_own_life(const Task *task, const char *function, const char *hint)
{
	if (task->is_of_claim)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("task " INT64_FORMAT " is of a claim, so assure.%s() does not apply", task->task_id, function),
				 errhint("%s", hint)));
}

/*
 * require_no_check refuses to end what ends with a post-check's next stage.
 */
static void
require_no_check(const Task *task, const char *function)
{
	if (task->is_of_check)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("task " INT64_FORMAT " is of a post-check, so assure.%s() does not apply", task->task_id, function),
				 errhint("assure.record_check() ends a check, assure.record_rectification() the mending of defects.")));
}

/*
 * is_in tells whether the task is in one of the two states.
 */
static bool
is_in(const Task *task, const char *state, const char *other_state)
{
	return strcmp(task->state, state) == 0 || strcmp(task->state, other_state) == 0;
}

/*
 * accept begins work on a reserved task.
 */
static void
accept(Call *call, FunctionCallInfo fcinfo, Task *task, int64 actor_id, const char *reason)
{
	task_require_holder(call, task, actor_id, NULL);
	if (strcmp(task->state, "reserved") != 0)
		task_refuse(task, "accept_task");
	task_move(call, task, "accepted", "accepted", task->worker_id, actor_id, NULL);
	clocks_progress(&task->task_id, 1);
}

/*
 * assure_accept_task begins work on a reserved task.
 */
PGDLLEXPORT Datum
assure_accept_task(PG_FUNCTION_ARGS)
{
	static const TaskFunction function = {"accept_task", TASK_SCOPES, true, 0, accept};

	return task_call(fcinfo, &function);
}

/*
 * give_back returns a task to the pool; for a while it is not offered to who had
 * it, unless somebody else took it away.
 */
static void
give_back(Call *call, FunctionCallInfo fcinfo, Task *task, int64 actor_id, const char *reason)
{
	task_require_holder(call, task, actor_id, NULL);
	if (!is_in(task, "reserved", "accepted"))
		task_refuse(task, "return_task");
	tasks_put_back(call, &task->task_id, &task->worker_id, 1, "returned", task->worker_id == actor_id, actor_id, reason);
}

/*
 * assure_return_task gives a task back to the pool, with a reason.
 */
PGDLLEXPORT Datum
assure_return_task(PG_FUNCTION_ARGS)
{
	static const TaskFunction function = {"return_task", TASK_SCOPES, true, 1, give_back};

	return task_call(fcinfo, &function);
}

/*
 * suspend has a task wait, until a moment or until it is resumed.
 */
static void
suspend(Call *call, FunctionCallInfo fcinfo, Task *task, int64 actor_id, const char *reason)
{
	static SqlPlan note = {
		"UPDATE assure.task SET state_until = $2 WHERE task_id = $1", {INT8OID, TIMESTAMPTZOID}
	};
	Datum		values[2] = {Int64GetDatum(task->task_id), PG_GETARG_DATUM(2)};

	task_require_holder(call, task, actor_id, NULL);
	require_own_life(task, "suspend_task", "A claim waits for its customer with assure.request_documents().");
	if (!is_in(task, "reserved", "accepted") && strcmp(task->state, "open") != 0)
		task_refuse(task, "suspend_task");
	if (!PG_ARGISNULL(2) && (TIMESTAMP_NOT_FINITE(PG_GETARG_TIMESTAMPTZ(2)) || PG_GETARG_TIMESTAMPTZ(2) <= GetCurrentTransactionStartTimestamp()))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("until is not a moment to come"),
				 errhint("Leave it out to suspend until assure.resume_task().")));
	task_suspend(call, task, actor_id, reason);
	if (PG_ARGISNULL(2))
		return;
	plan_run(&note, values, NULL);
	worker_sweep_at(PG_GETARG_TIMESTAMPTZ(2));
}

/*
 * assure_suspend_task has a task wait.
 */
PGDLLEXPORT Datum
assure_suspend_task(PG_FUNCTION_ARGS)
{
	static const TaskFunction function = {"suspend_task", TASK_SCOPES, false, 1, suspend};

	return task_call(fcinfo, &function);
}

/*
 * resume ends the wait.
 */
static void
resume(Call *call, FunctionCallInfo fcinfo, Task *task, int64 actor_id, const char *reason)
{
	task_require_holder(call, task, actor_id, NULL);
	require_own_life(task, "resume_task", "It comes back when its documents are there, or taken back with assure.withdraw_documents().");
	if (strcmp(task->state, "suspended") != 0)
		task_refuse(task, "resume_task");
	task_resume(call, task, actor_id, PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1)));
}

/*
 * assure_resume_task brings a suspended task back.
 */
PGDLLEXPORT Datum
assure_resume_task(PG_FUNCTION_ARGS)
{
	static const TaskFunction function = {"resume_task", TASK_SCOPES, false, 0, resume};

	return task_call(fcinfo, &function);
}

/*
 * complete ends a task with its result.
 */
static void
complete(Call *call, FunctionCallInfo fcinfo, Task *task, int64 actor_id, const char *reason)
{
	static SqlPlan note = {
		"UPDATE assure.task SET result = $2 WHERE task_id = $1", {INT8OID, JSONBOID}
	};
	Datum		values[2] = {Int64GetDatum(task->task_id), PG_GETARG_DATUM(1)};

	task_require_holder(call, task, actor_id, NULL);
	require_own_life(task, "complete_task", "assure.decide_claim() ends it, of an appeal also assure.uphold_appeal().");
	require_no_check(task, "complete_task");
	if (strcmp(task->state, "accepted") != 0)
		task_refuse(task, "complete_task");
	task_require_active(task, task->worker_id);
	if (!PG_ARGISNULL(1))
	{
		if (VARSIZE_ANY_EXHDR(PG_GETARG_JSONB_P(1)) > RESULT_BYTES_MAX)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("result has more than %d bytes", RESULT_BYTES_MAX)));
		plan_run(&note, values, NULL);
	}
	task_move(call, task, "done", "done", task->worker_id, actor_id, NULL);
	clocks_stop(&task->task_id, 1);
}

/*
 * assure_complete_task ends a task with its result.
 */
PGDLLEXPORT Datum
assure_complete_task(PG_FUNCTION_ARGS)
{
	static const TaskFunction function = {"complete_task", TASK_SCOPES, true, 0, complete};

	return task_call(fcinfo, &function);
}

/*
 * cancel ends a task that need not be done any more.
 */
static void
cancel(Call *call, FunctionCallInfo fcinfo, Task *task, int64 actor_id, const char *reason)
{
	require_own_life(task, "cancel_task", "assure.decide_claim() ends it, of an appeal also assure.withdraw_appeal().");
	require_no_check(task, "cancel_task");
	if (is_in(task, "done", "cancelled"))
		task_refuse(task, "cancel_task");
	task_move(call, task, "cancelled", "cancelled", task->worker_id, actor_id, reason);
	clocks_stop(&task->task_id, 1);
}

/*
 * assure_cancel_task ends a task that need not be done.
 */
PGDLLEXPORT Datum
assure_cancel_task(PG_FUNCTION_ARGS)
{
	static const TaskFunction function = {"cancel_task", SCOPE_SUPERVISOR | SCOPE_ADMIN, false, 1, cancel};

	return task_call(fcinfo, &function);
}

/*
 * assign reserves a task for a worker by name.  A supervisor's word goes before
 * order and preference, not before skill, authority and four eyes.
 */
static void
assign(Call *call, FunctionCallInfo fcinfo, Task *task, int64 actor_id, const char *reason)
{
	int64		worker_id = worker_lock(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	bool		is_given;

	if (!is_in(task, "open", "reserved"))
		task_refuse(task, "assign_task");
	if (strcmp(task->state, "reserved") == 0)
		tasks_put_back(call, &task->task_id, &task->worker_id, 1, "displaced", false, actor_id, reason);
	worker_require_fit(worker_id, task->task_id);
	if (tasks_reserve(call, &task->task_id, &worker_id, 1, reason, &is_given) == 0)
		elog(ERROR, "task " INT64_FORMAT " could not be reserved", task->task_id);
}

/*
 * assure_assign_task reserves a task for a worker by name.
 */
PGDLLEXPORT Datum
assure_assign_task(PG_FUNCTION_ARGS)
{
	static const TaskFunction function = {"assign_task", SCOPE_SUPERVISOR | SCOPE_ADMIN, false, 2, assign, 1};

	return task_call(fcinfo, &function);
}
