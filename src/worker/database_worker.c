/*-------------------------------------------------------------------------
 *
 * database_worker.c
 *		The background worker that runs what is due in one database, and goes.
 *
 * It is connected as assure.worker_role, never as a superuser, and calls
 * assure.run_job() as any session of that role could.  Each job is run at most
 * once; at the end it reports when the next is due.
 *
 * Nothing that happens in a job ends the worker: an error is caught, noted in
 * the job's row, and logged if the run before was well.  SIGTERM ends it at
 * once, wherever it is; SIGINT (pg_cancel_backend) ends the job at hand.
 *
 * Memory: worker_context lives as long as the process, job_context as long as
 * one job, whose statement has to outlive the transactions in it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/dbcommands.h"
#include "executor/spi.h"
#include "libpq/pqsignal.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "storage/proc.h"
#include "tcop/pquery.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/snapmgr.h"

#include "core/compat.h"
#include "core/config.h"
#include "core/errors.h"
#include "worker/job.h"
#include "worker/launcher.h"
#include "worker/shared.h"
#include "worker/timer.h"

/* What a step takes and gives. */
typedef struct Step
{
	/* list */
	JobState	states[JOB_COUNT];
	int			count;
	/* call, note */
	const Job  *job;
	const char *sql;
	const ErrorData *error;
	int			failures;
	bool		was_started;
} Step;

typedef void (*StepFunction) (Step *step);

static MemoryContext worker_context = NULL;
static MemoryContext job_context = NULL;

PGDLLEXPORT void assure_worker_main(Datum argument);

/*
 * step_attempt runs a step in a transaction and returns the error in which it ended,
 * or NULL.
 */
static ErrorData *
step_attempt(StepFunction function, Step *step)
{
	ErrorData  *volatile error = NULL;

	PG_TRY();
	{
		SetCurrentStatementStartTimestamp();
		StartTransactionCommand();
		function(step);
		CommitTransactionCommand();
	}
	PG_CATCH();
	{
		HOLD_INTERRUPTS();
		MemoryContextSwitchTo(worker_context);
		error = CopyErrorData();
		AbortOutOfAnyTransaction();
		FlushErrorState();
		QueryCancelPending = false;
		RESUME_INTERRUPTS();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(worker_context);
	debug_query_string = NULL;
	pgstat_report_stat(true);
	pgstat_report_activity(STATE_IDLE, NULL);
	return error;
}

/*
 * step_list looks whether jobs can run in this database, and when they are due.
 */
static void
step_list(Step *step)
{
	pgstat_report_activity(STATE_RUNNING, "pg_assure: looking for due jobs");
	PushActiveSnapshot(GetTransactionSnapshot());
	extension_lock();
	step->count = job_list(step->states);
	PopActiveSnapshot();
}

/*
 * step_call runs one statement through a portal, as a session does: without
 * one, a procedure could not commit.
 */
static void
step_call(Step *step)
{
	RawStmt    *parsed;
	List	   *plans;
	Portal		portal;

	debug_query_string = step->sql;
	pgstat_report_activity(STATE_RUNNING, step->sql);
	MemoryContextSwitchTo(job_context);
	parsed = linitial_node(RawStmt, pg_parse_query(step->sql));
	PushActiveSnapshot(GetTransactionSnapshot());
	plans = pg_analyze_and_rewrite_fixedparams(parsed, step->sql, NULL, 0, NULL);
	plans = pg_plan_queries(plans, step->sql, 0, NULL);
	PopActiveSnapshot();
	portal = CreatePortal("", true, true);
	portal->visible = false;
	PortalDefineQuery(portal, NULL, step->sql, CMDTAG_CALL, plans, NULL);
	PortalStart(portal, NULL, 0, InvalidSnapshot);
	(void) PortalRun_compat(portal, None_Receiver);
	PortalDrop(portal, false);
}

/*
 * step_note notes why a run ended in its job's row.
 */
static void
step_note(Step *step)
{
	PushActiveSnapshot(GetTransactionSnapshot());
	step->was_started = job_record_failure(step->job, unpack_sql_state(step->error->sqlerrcode),
										   step->error->message, &step->failures);
	PopActiveSnapshot();
}

/*
 * log_error writes an error into the server's log without being one.
 */
static void
log_error(const ErrorData *error, const char *what)
{
	ereport(LOG,
			(errcode(error->sqlerrcode),
			 errmsg("%s: %s", what, error->message),
			 error->detail ? errdetail_internal("%s", error->detail) : 0,
			 error->hint ? errhint("%s", error->hint) : 0,
			 error->context ? errcontext_msg("%s", error->context) : 0));
}

/*
 * complain says why no job can run in this database, once, and puts it off.
 */
static void
complain(const ErrorData *error, const char *database)
{
	TimestampTz retry_at;
	int			failures;

	if (shared_complain(error->message, &failures))
		log_error(error, psprintf("pg_assure runs no jobs in database \"%s\"", database));
	retry_at = timer_after(timer_now(), timer_backoff(RETRY_MS, failures, RETRY_MS_MAX));
	shared_mute_sweep(retry_at);
	shared_report(retry_at);
}

/*
 * run runs a job; false if not even its failure can be noted.
 */
static bool
run(const Job *job, bool force, const char *database)
{
	Step		step = {.job = job};
	ErrorData  *error;
	ErrorData  *unnoted;

	MemoryContextReset(job_context);
	step.sql = MemoryContextStrdup(job_context, psprintf("CALL assure.run_job('%s', %s)",
														 job->name, force ? "true" : "false"));
	error = step_attempt(step_call, &step);
	if (error == NULL)
		return true;
	step.error = error;
	unnoted = step_attempt(step_note, &step);
	if (unnoted == NULL && !step.was_started)
		unnoted = error;
	if (unnoted)
	{
		complain(unnoted, database);
		return false;
	}
	if (step.failures <= 1)
		log_error(error, psprintf("job \"%s\" of pg_assure failed in database \"%s\"", job->name, database));
	return true;
}

/*
 * next_job returns the first job that is due and was not tried yet, or NULL; the
 * sweep goes before others.  *force tells whether it is so only because something
 * arrived, or a deadline came.
 */
static const Job *
next_job(const Step *list, const WorkerArguments *arguments, const bool *tried, bool *force)
{
	TimestampTz now = timer_now();
	const Job  *next = NULL;

	for (int i = 0; i < list->count; i++)
	{
		const JobState *state = &list->states[i];
		bool		is_due = state->next_run_at <= now;
		bool		is_called = (arguments->woken && state->on_arrival) || (arguments->sweep && state->job->on_deadline);

		if (tried[state->job->number] || (!is_due && (!is_called || state->failures > 0)))
			continue;
		if (next != NULL && !state->job->on_deadline)
			continue;
		next = state->job;
		*force = !is_due;
	}
	return next;
}

/*
 * mute has no worker started for deadlines where the sweep is paused, or fails
 * and waits for its own time.
 */
static void
mute(const Step *list)
{
	TimestampTz until = timer_after(timer_now(), LOOK_MS_MAX);

	for (int i = 0; i < list->count; i++)
	{
		const JobState *state = &list->states[i];

		if (state->job->on_deadline)
			until = state->failures > 0 ? state->next_run_at : DT_NOBEGIN;
	}
	shared_mute_sweep(until);
}

/*
 * report says when the next job is due.  One that was tried and is due still is
 * run by somebody else.
 */
static void
report(const Step *list, const bool *tried)
{
	TimestampTz now = timer_now();
	TimestampTz next_due = DT_NOEND;

	for (int i = 0; i < list->count; i++)
	{
		const JobState *state = &list->states[i];
		TimestampTz due = state->next_run_at;

		if (tried[state->job->number] && due <= now)
			due = timer_after(now, state->period_seconds * INT64CONST(1000));
		next_due = Min(next_due, due);
	}
	shared_report(Min(next_due, timer_after(now, LOOK_MS_MAX)));
}

/*
 * run_due runs what is due, each job once, and reports.
 */
static void
run_due(const WorkerArguments *arguments, const char *database)
{
	bool		tried[JOB_COUNT + 1] = {false};
	Step		list = {0};

	for (;;)
	{
		ErrorData  *error = step_attempt(step_list, &list);
		const Job  *job;
		bool		force = false;

		if (error)
		{
			complain(error, database);
			return;
		}
		job = next_job(&list, arguments, tried, &force);
		if (job == NULL)
			break;
		tried[job->number] = true;
		if (!run(job, force, database))
			return;
	}
	shared_fit();
	mute(&list);
	report(&list, tried);
}

/*
 * refuse_superuser complains of a role that has become a superuser since the
 * launcher looked.
 */
static bool
refuse_superuser(const char *database)
{
	ErrorData	error = {
		.sqlerrcode = ERRCODE_INSUFFICIENT_PRIVILEGE,
		.message = "the role of assure.worker_role is a superuser"
	};

	if (!superuser())
		return false;
	complain(&error, database);
	return true;
}

/*
 * connect_database connects, and returns the database's name.
 */
static char *
connect_database(const WorkerArguments *arguments)
{
	char	   *database;

	BackgroundWorkerInitializeConnectionByOid(arguments->database, arguments->role, 0);
	worker_context = AllocSetContextCreate(TopMemoryContext, "pg_assure worker", ALLOCSET_DEFAULT_SIZES);
	job_context = AllocSetContextCreate(worker_context, "pg_assure job", ALLOCSET_DEFAULT_SIZES);
	SetConfigOption("application_name", "pg_assure worker", PGC_USERSET, PGC_S_SESSION);
	SetConfigOption("default_transaction_isolation", "read committed", PGC_USERSET, PGC_S_SESSION);
	StartTransactionCommand();
	database = MemoryContextStrdup(worker_context, get_database_name(MyDatabaseId));
	CommitTransactionCommand();
	MemoryContextSwitchTo(worker_context);
	return database;
}

/*
 * assure_worker_main is the worker.
 */
void
assure_worker_main(Datum argument)
{
	WorkerArguments arguments;
	char	   *database;

	memcpy(&arguments, MyBgworkerEntry->bgw_extra, sizeof(arguments));
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	database = connect_database(&arguments);
	if (!refuse_superuser(database))
		run_due(&arguments, database);
	proc_exit(0);
}
