/*-------------------------------------------------------------------------
 *
 * clock_sql.c
 *		Entry points: a clock is paused, and runs again.
 *
 * For what the engine does not know of; document requests pause clocks by
 * themselves.
 *
 * Locking: the task, if it is one's, whose deadline moves; then its clock.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "storage/shmem.h"
#include "utils/builtins.h"

#include "audit/audit.h"
#include "core/document_call.h"
#include "core/errors.h"
#include "core/plan.h"
#include "sla/clock.h"
#include "work/task.h"

#define CLOCK_SCOPES (SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_ADMIN)

PG_FUNCTION_INFO_V1(assure_pause_clock);
PG_FUNCTION_INFO_V1(assure_resume_clock);

/*
 * move pauses a clock, or has it run again.
 */
static void
move(Call *call, int64 clock_id, bool is_pause)
{
	static SqlPlan find_task = {"SELECT subject_id FROM assure.clock WHERE clock_id = $1 AND subject_kind = 'task'", {INT8OID}};
	static SqlPlan find = {
		"SELECT branch_id, state, subject_kind, subject_id FROM assure.clock WHERE clock_id = $1 FOR NO KEY UPDATE", {INT8OID}
	};
	const char *from_state = is_pause ? "running" : "paused";
	Datum		value = Int64GetDatum(clock_id);
	Datum		task_ids = 0;	/* 0: it is not of a task */
	char	   *state;
	char	   *subject_kind;
	int64		subject_id;

	if (plan_run(&find_task, &value, NULL) > 0)
	{
		subject_id = plan_int64(0, 1, 0);
		task_ids = array_of_int64(&subject_id, 1);
		tasks_lock(task_ids);
	}
	if (plan_run(&find, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("clock " INT64_FORMAT " does not exist", clock_id)));
	state = plan_text(0, 2);
	subject_kind = plan_text(0, 3);
	subject_id = plan_int64(0, 4, 0);
	/* last: of a proxy it asks the table of grants, and the row that was read is gone */
	call_require_branch(call, plan_int64(0, 1, 0), psprintf("clock " INT64_FORMAT, clock_id));
	if (strcmp(state, from_state) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("clock " INT64_FORMAT " is %s", clock_id, state),
				 errhint("assure.%s() takes a clock that is %s.", call->function, from_state)));
	if (is_pause)
		clock_pause(subject_kind, subject_id);
	else
		clock_resume(subject_kind, subject_id);
	if (task_ids != 0)
		tasks_note_due(task_ids);
	audit_write_one(call, psprintf("clock " INT64_FORMAT, clock_id));
}

/*
 * clock_pause_by_key has no time count for a clock.
 */
static void
clock_pause_by_key(Call *call, int64 clock_id)
{
	move(call, clock_id, true);
}

/*
 * clock_resume_by_key has time count again.
 */
static void
clock_resume_by_key(Call *call, int64 clock_id)
{
	move(call, clock_id, false);
}

/*
 * assure_pause_clock has no time count for a clock.
 */
PGDLLEXPORT Datum
assure_pause_clock(PG_FUNCTION_ARGS)
{
	key_call(fcinfo, "clock_id", CLOCK_SCOPES, "pause_clock", clock_pause_by_key);
	PG_RETURN_VOID();
}

/*
 * assure_resume_clock has time count again.
 */
PGDLLEXPORT Datum
assure_resume_clock(PG_FUNCTION_ARGS)
{
	key_call(fcinfo, "clock_id", CLOCK_SCOPES, "resume_clock", clock_resume_by_key);
	PG_RETURN_VOID();
}
