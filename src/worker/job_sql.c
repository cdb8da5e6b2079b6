/*-------------------------------------------------------------------------
 *
 * job_sql.c
 *		What SQL calls of the jobs: run, pause, resume, schedule.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"

#include "core/call.h"
#include "worker/job.h"
#include "worker/schedule.h"

PG_FUNCTION_INFO_V1(assure_run_job);
PG_FUNCTION_INFO_V1(assure_pause);
PG_FUNCTION_INFO_V1(assure_resume);
PG_FUNCTION_INFO_V1(assure_install_schedules);
PG_FUNCTION_INFO_V1(assure_remove_schedules);

/*
 * argument_job returns the job that the first argument names.
 */
static const Job *
argument_job(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("job must not be NULL")));
	return job_find(text_to_cstring(PG_GETARG_TEXT_PP(0)));
}

/*
 * assure_run_job runs a job if it is due, or by force, and nobody else does.
 */
PGDLLEXPORT Datum
assure_run_job(PG_FUNCTION_ARGS)
{
	const Job  *job = argument_job(fcinfo);
	bool		force = !PG_ARGISNULL(1) && PG_GETARG_BOOL(1);

	if (fcinfo->context == NULL || !IsA(fcinfo->context, CallContext) ||
		castNode(CallContext, fcinfo->context)->atomic)
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("assure.run_job() cannot run inside a transaction block or a function"),
				 errdetail("It commits that the job has started before it runs it."),
				 errhint("CALL it outside of a transaction, or call the job's own procedure.")));
	if (SPI_connect_ext(SPI_OPT_NONATOMIC) != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) job_run(job, force);
	SPI_finish();
	PG_RETURN_VOID();
}

/*
 * assure_pause keeps a job from running until it is resumed.
 */
PGDLLEXPORT Datum
assure_pause(PG_FUNCTION_ARGS)
{
	job_pause(argument_job(fcinfo));
	PG_RETURN_VOID();
}

/*
 * assure_resume has a job run again.
 */
PGDLLEXPORT Datum
assure_resume(PG_FUNCTION_ARGS)
{
	job_resume(argument_job(fcinfo));
	PG_RETURN_VOID();
}

/*
 * text_or_null puts a column of a row that is returned.
 */
static void
text_or_null(const char *value, Datum *datum, bool *isnull)
{
	*isnull = value == NULL;
	*datum = value ? CStringGetTextDatum(value) : (Datum) 0;
}

/*
 * assure_install_schedules registers the jobs with pg_cron and lists them.
 */
PGDLLEXPORT Datum
assure_install_schedules(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Schedule	schedules[SCHEDULE_COUNT] = {0};

	call_require_writable("install_schedules");
	InitMaterializedSRF(fcinfo, 0);
	schedule_install(schedules);
	for (int i = 0; i < SCHEDULE_COUNT; i++)
	{
		Datum		values[5];
		bool		nulls[5] = {0};

		text_or_null(schedules[i].job, &values[0], &nulls[0]);
		text_or_null(schedules[i].schedule, &values[1], &nulls[1]);
		text_or_null(schedules[i].command, &values[2], &nulls[2]);
		values[3] = BoolGetDatum(schedules[i].is_installed);
		text_or_null(schedules[i].note, &values[4], &nulls[4]);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * assure_remove_schedules takes the jobs away from pg_cron.
 */
PGDLLEXPORT Datum
assure_remove_schedules(PG_FUNCTION_ARGS)
{
	call_require_writable("remove_schedules");
	PG_RETURN_INT32(schedule_remove());
}
