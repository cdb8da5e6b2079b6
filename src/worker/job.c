/*-------------------------------------------------------------------------
 *
 * job.c
 *		Jobs: claimed, run, and how it went.
 *
 * Whoever drives a job, a background worker, pg_cron or a person, does it here.
 * A run is three transactions or more:
 *
 *	1. The claim.  Under the job's lock its row is looked at; if it is due, the
 *	   run is noted as started, counted as failed, and its next run put off as
 *	   after a failure.  Committed: a run that takes the server down with it is
 *	   found counted.
 *	2. The work, in as many transactions as it likes.
 *	3. The end: what was counted is taken back and the duration noted; or, by a
 *	   background worker, the error is noted.  A session in which the work fails
 *	   can note nothing, for its procedure ends with the error; the next claim
 *	   finds the run started and not ended, and says so in the row.
 *
 * Locking: a lock of the session (core/lock.h), keyed by the job's number, is held
 * from before the claim to after the end; it is tried, never waited for, and it
 * is what keeps two drivers apart.  The extension is locked in AccessShare mode
 * in the claim and in the first transaction of the work, so that DROP EXTENSION
 * waits for a transaction and not for a job.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_extension.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#include "audit/audit.h"
#include "core/call.h"
#include "core/errors.h"
#include "core/lock.h"
#include "core/plan.h"
#include "worker/job.h"
#include "worker/shared.h"
#include "worker/timer.h"
#include "worker/worker.h"

/* A failing job is tried again after an hour at the latest. */
#define JOB_BACKOFF_MS_MAX (3600 * INT64CONST(1000))

/*
 * So much before its time a job counts as due, at most, and at most a tenth of
 * its period: pg_cron's minutes are not to the millisecond, and a run that came
 * a moment early would otherwise be left out.
 */
#define JOB_EARLY_MS_MAX 5000

/*
 * Who runs a job sees to those that are due next as well, unless it takes
 * longer than this: then another worker may.
 */
#define JOB_ALONE_MS 2000

#define JOB_MESSAGE_BYTES_MAX 500

/*
 * When a job is due: at its time, or now where it last ran in the future.  There
 * the clock was set back since, and what was to come after that run would not come
 * before the clock is where it was.
 */
#define JOB_DUE_AT \
	"CASE WHEN greatest(last_ok_at, CASE WHEN failures > 0 THEN greatest(started_at, last_error_at) END) > clock_timestamp() + interval '1 minute' " \
	"THEN clock_timestamp() ELSE next_run_at END"

static const Job jobs[JOB_COUNT] = {
	{"adjudicate", 1, "CALL assure.adjudicate_batch()"},
	{"dispatch", 2, "CALL assure.dispatch()"},
	{"sweep", 3, "CALL assure.sla_sweep(); SELECT assure.task_sweep()", .on_deadline = true},
	{"housekeep", 4, "SELECT assure.close_overdue_documents(10000), assure.forecast_arrivals(), assure.count_small_cells(), assure.housekeep()"},
	{"check", 5, "SELECT assure.check_health()"},
	{"measure", 6, "CALL assure.refresh_match_measures()"},
	{"seal_audit", 7, "SELECT assure.seal_audit()"},
	{"coverage", 8, "CALL assure.merge_coverage()"},
};

/* A run at hand: values only, for it outlives transactions. */
typedef struct JobRun
{
	const Job  *job;
	TimestampTz started_at;
	int			period_seconds;
	int			failures;		/* in a row, before this run */
} JobRun;

/* The row of a job, locked. */
typedef struct JobRow
{
	bool		paused;
	TimestampTz next_run_at;
	int			period_seconds;
	int			failures;
	TimestampTz started_at;		/* DT_NOBEGIN: no run is noted as started */
	char	   *started_by;
} JobRow;

/*
 * job_at returns a job by its place in the list.
 */
const Job *
job_at(int index)
{
	return &jobs[index];
}

/*
 * job_find returns the job of that name, and refuses a name that none has.
 */
const Job *
job_find(const char *name)
{
	for (int i = 0; i < JOB_COUNT; i++)
		if (strcmp(jobs[i].name, name) == 0)
			return &jobs[i];
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("job \"%s\" is not known", name),
			 errhint("Jobs are adjudicate, dispatch, sweep, housekeep, check, measure, seal_audit and coverage; assure_bi.job_status shows them.")));
	return NULL;				/* not reached */
}

/*
 * job_of_number returns the job with that number, or NULL.
 */
static const Job *
job_of_number(int number)
{
	for (int i = 0; i < JOB_COUNT; i++)
		if (jobs[i].number == number)
			return &jobs[i];
	return NULL;
}

/*
 * extension_lock holds off DROP EXTENSION until the end of the transaction, and
 * fails if the extension is gone.
 */
void
extension_lock(void)
{
	Oid			extension = get_extension_oid(EXTENSION_NAME, true);

	if (OidIsValid(extension))
	{
		LockDatabaseObject(ExtensionRelationId, extension, 0, AccessShareLock);
		if (get_extension_oid(EXTENSION_NAME, true) == extension)
			return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("extension \"%s\" does not exist", EXTENSION_NAME),
			 errhint("Run CREATE EXTENSION pg_assure, or take the database out of assure.databases.")));
}

/*
 * job_unlock lets others run the job.
 */
static void
job_unlock(const Job *job)
{
	LOCKTAG		tag = lock_tag((uint32) job->number);

	(void) LockRelease(&tag, ExclusiveLock, true);
}

/*
 * job_lock tries to become the only one who runs the job.  A session that does
 * already, and calls itself, is refused too.
 */
static bool
job_lock(const Job *job)
{
	LOCKTAG		tag = lock_tag((uint32) job->number);

	switch (LockAcquire(&tag, ExclusiveLock, true, true))
	{
		case LOCKACQUIRE_NOT_AVAIL:
			return false;
		case LOCKACQUIRE_ALREADY_HELD:
			job_unlock(job);
			return false;
		default:
			return true;
	}
}

/*
 * driver_name says what runs jobs in this process.
 */
static const char *
driver_name(void)
{
	if (MyBgworkerEntry)
		return strcmp(MyBgworkerEntry->bgw_library_name, EXTENSION_NAME) == 0 ? "worker" :
			strcmp(MyBgworkerEntry->bgw_library_name, "pg_cron") == 0 ? "pg_cron" : "session";
	return application_name && strcmp(application_name, "pg_cron") == 0 ? "pg_cron" : "session";
}

/*
 * word_level is how loud it is said that a job is not run: to a person, who
 * asked for it; to a driver, that comes again anyway, not.
 */
static int
word_level(void)
{
	return strcmp(driver_name(), "session") == 0 ? NOTICE : DEBUG1;
}

/*
 * retry_at returns when a job is tried again after so many failures in a row.
 */
static TimestampTz
retry_at(int period_seconds, int failures)
{
	return timer_after(timer_now(), timer_backoff(period_seconds * INT64CONST(1000), failures, JOB_BACKOFF_MS_MAX));
}

/*
 * job_row_read locks a job's row and returns what stands in it.
 */
static JobRow
job_row_read(const Job *job)
{
	static SqlPlan find = {
		"SELECT paused, " JOB_DUE_AT ", period_seconds, failures, started_at, started_by "
		"FROM assure_internal.job WHERE name = $1 FOR UPDATE", {TEXTOID}
	};
	Datum		name = CStringGetTextDatum(job->name);
	bool		isnull;
	JobRow		row;

	if (plan_run(&find, &name, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_SCHEMA_VERSION),
				 errmsg("job \"%s\" has no row in assure_internal.job", job->name),
				 errhint("Call assure.upgrade_schema().")));
	row.paused = plan_bool(0, 1);
	row.next_run_at = plan_int64(0, 2, DT_NOEND);
	row.period_seconds = plan_int32(0, 3, 0);
	row.failures = plan_int32(0, 4, 0);
	row.started_at = DatumGetTimestampTz(plan_datum(0, 5, &isnull));
	if (isnull)
		row.started_at = DT_NOBEGIN;
	row.started_by = plan_text(0, 6);
	return row;
}

/*
 * job_is_due tells whether a job may run now; a person who calls hears why not.
 */
static bool
job_is_due(const Job *job, const JobRow *row, bool force)
{
	int64		early_ms = Min(row->period_seconds * INT64CONST(100), JOB_EARLY_MS_MAX);

	if (row->paused)
		ereport(word_level(),
				(errmsg("job \"%s\" is paused", job->name),
				 errhint("Call assure.resume('%s').", job->name)));
	else if (!force && row->next_run_at > timer_after(timer_now(), early_ms))
		ereport(word_level(),
				(errmsg("job \"%s\" is not due before %s", job->name, timestamptz_to_str(row->next_run_at)),
				 errhint("CALL assure.run_job('%s', force => true) runs it all the same.", job->name)));
	else
		return true;
	return false;
}

/*
 * job_note_interrupted keeps in the row that the run before did not end.
 */
static void
job_note_interrupted(const Job *job, const JobRow *row)
{
	static SqlPlan note = {
		"UPDATE assure_internal.job SET last_error_at = started_at, last_error_code = NULL, last_error = $2 "
		"WHERE name = $1", {TEXTOID, TEXTOID}
	};
	Datum		values[2] = {CStringGetTextDatum(job->name)};

	values[1] = CStringGetTextDatum(strcmp(row->started_by, "pg_cron") == 0 ?
									"the run did not end; cron.job_run_details or the server log says why" :
									"the run did not end; the server log says why");
	plan_run(&note, values, NULL);
}

/*
 * job_note_started counts the run as one that failed, until it ends.
 */
static void
job_note_started(const JobRun *run)
{
	static SqlPlan note = {
		"UPDATE assure_internal.job SET started_at = $2, started_by = $3, next_run_at = $4, failures = failures + 1, "
		"total_runs = total_runs + 1, total_failures = total_failures + 1 WHERE name = $1",
		{TEXTOID, TIMESTAMPTZOID, TEXTOID, TIMESTAMPTZOID}
	};
	Datum		values[4] = {
		CStringGetTextDatum(run->job->name),
		TimestampTzGetDatum(run->started_at),
		CStringGetTextDatum(driver_name()),
		TimestampTzGetDatum(retry_at(run->period_seconds, run->failures + 1))
	};

	plan_run(&note, values, NULL);
}

/*
 * job_note_ended takes back what was counted, and notes how long it took.
 */
static void
job_note_ended(const JobRun *run)
{
	static SqlPlan note = {
		"UPDATE assure_internal.job SET started_at = NULL, failures = 0, total_failures = total_failures - 1, "
		"last_ok_at = $2, last_duration_ms = $3, next_run_at = greatest($4, $2) WHERE name = $1",
		{TEXTOID, TIMESTAMPTZOID, INT8OID, TIMESTAMPTZOID}
	};
	TimestampTz now = timer_now();
	TimestampTz started_at = Min(run->started_at, now); /* the clock may have been set back meanwhile */
	Datum		values[4] = {
		CStringGetTextDatum(run->job->name),
		TimestampTzGetDatum(now),
		Int64GetDatum((now - started_at) / 1000),
		TimestampTzGetDatum(timer_after(started_at, run->period_seconds * INT64CONST(1000)))
	};

	plan_run(&note, values, NULL);
}

/*
 * next_due returns when the next job is due.
 */
static TimestampTz
next_due(void)
{
	static SqlPlan find = {"SELECT min(" JOB_DUE_AT ") FROM assure_internal.job WHERE NOT paused", {0}};

	plan_run(&find, NULL, NULL);
	return plan_int64(0, 1, DT_NOEND);
}

/*
 * job_claim notes a run as started if it may run now; *due is when the next job
 * is due after that.
 */
static bool
job_claim(const Job *job, bool force, JobRun *run, TimestampTz *due)
{
	Call		call;
	JobRow		row;
	bool		may_run;

	extension_lock();
	call_begin(&call, JOB_SCOPES, "run_job");
	row = job_row_read(job);
	may_run = job_is_due(job, &row, force);
	if (may_run)
	{
		run->job = job;
		run->period_seconds = row.period_seconds;
		run->failures = row.failures;
		run->started_at = timer_now();
		if (!TIMESTAMP_IS_NOBEGIN(row.started_at))
			job_note_interrupted(job, &row);
		job_note_started(run);
	}
	*due = next_due();
	call_end(&call);
	return may_run;
}

/*
 * job_work runs what the job is, as who calls.
 */
static void
job_work(const Job *job)
{
	SPIExecuteOptions options = {0};
	int			code;

	extension_lock();
	options.allow_nonatomic = true;
	code = SPI_execute_extended(job->command, &options);
	if (code < 0)
		elog(ERROR, "could not run \"%s\": %s", job->command, SPI_result_code_string(code));
}

/*
 * job_end notes that a run came to its end.
 */
static void
job_end(const JobRun *run)
{
	Call		call;
	TimestampTz due;

	call_begin(&call, JOB_SCOPES, "run_job");
	job_note_ended(run);
	due = next_due();
	call_end(&call);
	SPI_commit();
	shared_report(Max(due, timer_after(timer_now(), JOB_ALONE_MS)));
	if (run->failures > 0)
		ereport(LOG,
				(errmsg("job \"%s\" of pg_assure runs again in database \"%s\", after %d failures",
						run->job->name, get_database_name(MyDatabaseId), run->failures)));
}

/*
 * job_run_locked claims, works and notes the end.
 */
static bool
job_run_locked(const Job *job, bool force)
{
	JobRun		run;
	TimestampTz due;

	if (!job_claim(job, force, &run, &due))
		return false;
	SPI_commit();
	shared_report(Max(due, timer_after(run.started_at, JOB_ALONE_MS)));
	job_work(job);
	job_end(&run);
	return true;
}

/*
 * job_run runs a job if it is due, or by force, and nobody else runs it.
 */
bool
job_run(const Job *job, bool force)
{
	volatile bool done = false;

	if (!job_lock(job))
	{
		/* What arrived may be too late for that run; a sweep looks again at its end. */
		if (force && !job->on_deadline)
			shared_report_woken();
		ereport(word_level(), (errmsg("job \"%s\" is running already", job->name)));
		return false;
	}
	PG_TRY();
	{
		done = job_run_locked(job, force);
	}
	PG_FINALLY();
	{
		job_unlock(job);
	}
	PG_END_TRY();
	return done;
}

/*
 * job_record_failure notes why a run ended, and puts off the next.
 */
bool
job_record_failure(const Job *job, const char *sqlstate, const char *message, int *failures)
{
	static SqlPlan note = {
		"UPDATE assure_internal.job SET started_at = NULL, next_run_at = $2, last_error_at = $3, "
		"last_error_code = $4, last_error = $5 WHERE name = $1",
		{TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID, TEXTOID}
	};
	int			length = pg_mbcliplen(message, strlen(message), JOB_MESSAGE_BYTES_MAX);
	Call		call;
	JobRow		row;
	bool		was_started;

	call_begin(&call, JOB_SCOPES, "run_job");
	row = job_row_read(job);
	was_started = !TIMESTAMP_IS_NOBEGIN(row.started_at);
	*failures = row.failures;
	if (was_started)
	{
		Datum		values[5] = {
			CStringGetTextDatum(job->name),
			TimestampTzGetDatum(retry_at(row.period_seconds, row.failures)),
			TimestampTzGetDatum(timer_now()),
			CStringGetTextDatum(sqlstate),
			PointerGetDatum(cstring_to_text_with_len(message, length))
		};

		plan_run(&note, values, NULL);
	}
	call_end(&call);
	return was_started;
}

/*
 * job_list fills in the jobs that are not paused, earliest first.
 */
int
job_list(JobState states[JOB_COUNT])
{
	static SqlPlan list = {
		"SELECT job_no::int, " JOB_DUE_AT " AS due_at, period_seconds, on_arrival, failures - (started_at IS NOT NULL)::int "
		"FROM assure_internal.job "
		"WHERE NOT paused ORDER BY due_at, job_no", {0}
	};
	Call		call;
	uint64		rows;
	int			count = 0;

	call_begin(&call, JOB_SCOPES, "run_job");
	rows = plan_run(&list, NULL, NULL);
	for (uint64 i = 0; i < rows && count < JOB_COUNT; i++)
	{
		JobState   *state = &states[count];

		state->job = job_of_number(plan_int32(i, 1, 0));
		state->next_run_at = plan_int64(i, 2, DT_NOEND);
		state->period_seconds = plan_int32(i, 3, 0);
		state->on_arrival = plan_bool(i, 4);
		state->failures = plan_int32(i, 5, 0);
		if (state->job)
			count++;
	}
	call_end(&call);
	return count;
}

/*
 * job_pause keeps a job from running until it is resumed.  A run at hand goes
 * on to its end.
 */
void
job_pause(const Job *job)
{
	static SqlPlan pause = {
		"UPDATE assure_internal.job SET paused = true, paused_by = $2, paused_at = now() WHERE name = $1 AND NOT paused",
		{TEXTOID, TEXTOID}
	};
	Call		call;
	Datum		values[2];

	call_begin(&call, JOB_SCOPES, "pause");
	values[0] = CStringGetTextDatum(job->name);
	values[1] = CStringGetTextDatum(call.session_role);
	if (plan_run(&pause, values, NULL) == 1)
		audit_write_one(&call, psprintf("job %s", job->name));
	call_end(&call);
}

/*
 * job_resume has a job run again, first of all now.
 */
void
job_resume(const Job *job)
{
	static SqlPlan resume = {
		"UPDATE assure_internal.job SET paused = false, paused_by = NULL, paused_at = NULL, "
		"next_run_at = least(next_run_at, now()) WHERE name = $1 AND paused", {TEXTOID}
	};
	Call		call;
	Datum		name;

	call_begin(&call, JOB_SCOPES, "resume");
	name = CStringGetTextDatum(job->name);
	if (plan_run(&resume, &name, NULL) == 1)
		audit_write_one(&call, psprintf("job %s", job->name));
	call_end(&call);
	worker_wake();
}
