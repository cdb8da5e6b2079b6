/*-------------------------------------------------------------------------
 *
 * launcher.c
 *		The background worker that starts workers where something is due.
 *
 * It is connected to no database, so that it holds up no DROP DATABASE, and
 * runs no SQL.  It sleeps until the earliest moment at which a listed database
 * is due, or until its latch says that something changed, and starts one
 * short-lived worker for each database that is due.  A worker says, in shared
 * memory, when the next is due; then it goes.
 *
 *	a slot's way:  due -> taken (next_due: DT_NOEND) -> reported -> due
 *	                        `-> ended without a report -> put off -> due
 *
 * A database may have several workers at a time: one whose job takes long has
 * said when the others are due.  Jobs have locks of their own.
 *
 * Memory: handles of workers are in TopMemoryContext until they are reaped;
 * everything else is reset at each turn.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "libpq/pqsignal.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/wait_event.h"

#include "worker/job.h"
#include "worker/launcher.h"
#include "worker/shared.h"
#include "worker/timer.h"
#include "worker/worker.h"

/* The launcher comes back after so many seconds when it was terminated. */
#define LAUNCHER_RESTART_S 5

/* It looks up names at each turn, at least so often: databases come and go unheard of. */
#define TURN_MS_MAX 10000

/* Two workers of one database start at least so far apart. */
#define START_SPACING_MS 1000

/* Likewise for one that was woken while another is at work there. */
#define WAKE_SPACING_MS 5000

/* Two that start because deadlines come: how late an alert may be. */
#define SWEEP_SPACING_MS 300

typedef struct Started
{
	BackgroundWorkerHandle *handle;
	int			slot;
	Oid			database;
	bool		woken;
	bool		sweep;
	uint64		reports;		/* of the slot, when it was started */
} Started;

/* What the launcher knows of the workers in a slot. */
typedef struct Pace
{
	Oid			database;
	TimestampTz started_at;		/* the last one */
	TimestampTz not_before;		/* after one that ended without a report */
	int			failures;
} Pace;

int			worker_count_max = 4;

static Started started[WORKER_COUNT_MAX];
static int	started_count = 0;
static Pace paces[DATABASE_MAX];
static TimestampTz register_not_before = 0;
static int	register_failures = 0;

PGDLLEXPORT void assure_launcher_main(Datum argument);

/*
 * worker_describe fills in everything that all of our workers have in common.
 */
static void
worker_describe(BackgroundWorker *worker, const char *type, const char *function)
{
	memset(worker, 0, sizeof(*worker));
	worker->bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker->bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker->bgw_restart_time = BGW_NEVER_RESTART;
	strlcpy(worker->bgw_library_name, EXTENSION_NAME, BGW_MAXLEN);
	strlcpy(worker->bgw_function_name, function, BGW_MAXLEN);
	strlcpy(worker->bgw_name, type, BGW_MAXLEN);
	strlcpy(worker->bgw_type, type, BGW_MAXLEN);
}

/*
 * worker_init has the launcher started with the server, once recovery is over:
 * on a standby that is when it is promoted.
 */
void
worker_init(void)
{
	BackgroundWorker launcher;

	if (IsBinaryUpgrade)
		return;
	shared_init();
	worker_describe(&launcher, "pg_assure launcher", "assure_launcher_main");
	launcher.bgw_restart_time = LAUNCHER_RESTART_S;
	RegisterBackgroundWorker(&launcher);
}

/*
 * pace_of returns what is known of a slot's workers; of a database that just
 * got the slot, nothing.
 */
static Pace *
pace_of(int slot, Oid database)
{
	Pace	   *pace = &paces[slot];

	if (pace->database != database)
	{
		memset(pace, 0, sizeof(*pace));
		pace->database = database;
		pace->started_at = DT_NOBEGIN;
		pace->not_before = DT_NOBEGIN;
	}
	return pace;
}

/*
 * pace_failed puts a database off whose worker ended without a report: it could
 * not connect, or was terminated.  Its own words are in the log.
 */
static void
pace_failed(Pace *pace)
{
	if (pace->failures == 0)
		ereport(LOG,
				(errmsg("background worker of pg_assure in database \"%s\" ended before it could run a job",
						databases_name(pace->database)),
				 errdetail("It is started again, later each time.")));
	pace->not_before = timer_after(timer_now(), timer_backoff(RETRY_MS, pace->failures, RETRY_MS_MAX));
	pace->failures++;
}

/*
 * reap forgets the workers that have ended.
 */
static void
reap(void)
{
	int			kept = 0;

	for (int i = 0; i < started_count; i++)
	{
		Started    *worker = &started[i];
		SlotState	slot = shared_slot(worker->slot);
		pid_t		pid;

		if (GetBackgroundWorkerPid(worker->handle, &pid) != BGWH_STOPPED)
		{
			started[kept++] = *worker;
			continue;
		}
		pfree(worker->handle);
		if (slot.database != worker->database)
			continue;
		if (slot.reports == worker->reports)
		{
			shared_slot_put_back(worker->slot, worker->woken, worker->sweep);
			pace_failed(pace_of(worker->slot, slot.database));
		}
		else
			pace_of(worker->slot, slot.database)->failures = 0;
	}
	started_count = kept;
}

/*
 * is_at_work tells whether a worker of that slot runs.
 */
static bool
is_at_work(int slot)
{
	for (int i = 0; i < started_count; i++)
		if (started[i].slot == slot)
			return true;
	return false;
}

/*
 * slot_due returns when the next worker of a slot may start: when it is due, was
 * woken or a deadline comes, but not right after the one before.
 */
static TimestampTz
slot_due(int index)
{
	SlotState	slot = shared_slot(index);
	TimestampTz due = slot.next_due;
	Pace	   *pace;

	if (!OidIsValid(slot.database))
		return DT_NOEND;
	pace = pace_of(index, slot.database);
	if (!TIMESTAMP_IS_NOBEGIN(pace->started_at))
	{
		if (!TIMESTAMP_IS_NOEND(due))
			due = Max(due, timer_after(pace->started_at, START_SPACING_MS));
		if (slot.woken)
			due = Min(due, timer_after(pace->started_at, is_at_work(index) ? WAKE_SPACING_MS : START_SPACING_MS));
		due = Min(due, Max(slot.sweep_at, timer_after(pace->started_at, SWEEP_SPACING_MS)));
	}
	else
		due = slot.woken ? Min(due, timer_now()) : Min(due, slot.sweep_at);
	return Max(due, pace->not_before);
}

/*
 * earliest_slot returns the slot that is due first, and when; -1 if none is.
 */
static int
earliest_slot(TimestampTz *due)
{
	int			earliest = -1;

	*due = DT_NOEND;
	for (int i = 0; i < DATABASE_MAX; i++)
	{
		TimestampTz moment = slot_due(i);

		if (moment < *due)
		{
			*due = moment;
			earliest = i;
		}
	}
	return earliest;
}

/*
 * clock_watch has every database looked at now where the clock was set back: all
 * moments that are noted lie in the future then, who knows how far.
 */
static void
clock_watch(void)
{
	static TimestampTz seen_at = DT_NOBEGIN;
	TimestampTz now = timer_now();

	if (now < seen_at)
	{
		memset(paces, 0, sizeof(paces));
		register_not_before = DT_NOBEGIN;
		shared_all_due();
	}
	seen_at = now;
}

/*
 * register_failed puts all off when the server has no place for a worker.
 */
static void
register_failed(void)
{
	if (register_failures == 0)
		ereport(LOG,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("pg_assure can start no background worker: all places are taken"),
				 errdetail("It is tried again, later each time."),
				 errhint("Raise max_worker_processes.")));
	register_not_before = timer_after(timer_now(), timer_backoff(START_SPACING_MS, register_failures, RETRY_MS_MAX));
	register_failures++;
}

/*
 * start has a worker started in the database of a slot.
 */
static void
start(int slot)
{
	BackgroundWorker worker;
	WorkerArguments arguments = {0};
	SlotState	before = shared_slot(slot);
	Started    *place = &started[started_count];
	MemoryContext context = MemoryContextSwitchTo(TopMemoryContext);

	worker_describe(&worker, "pg_assure worker", "assure_worker_main");
	worker.bgw_notify_pid = MyProcPid;
	arguments.database = before.database;
	arguments.role = databases_role();
	shared_slot_take(slot, &place->woken, &place->sweep);
	arguments.woken = place->woken;
	arguments.sweep = place->sweep;
	StaticAssertStmt(sizeof(arguments) <= BGW_EXTRALEN, "the arguments of a worker do not fit");
	memcpy(worker.bgw_extra, &arguments, sizeof(arguments));
	place->slot = slot;
	place->database = before.database;
	place->reports = before.reports;
	if (RegisterDynamicBackgroundWorker(&worker, &place->handle))
	{
		started_count++;
		register_failures = 0;
		pace_of(slot, before.database)->started_at = timer_now();
	}
	else
	{
		shared_slot_put_back(slot, place->woken, place->sweep);
		register_failed();
	}
	MemoryContextSwitchTo(context);
}

/*
 * start_due starts what is due, and returns when to look again.
 */
static TimestampTz
start_due(void)
{
	for (;;)
	{
		TimestampTz due;
		int			slot = earliest_slot(&due);

		/* With no place left, the end of a worker sets our latch. */
		if (slot < 0 || started_count >= Min(worker_count_max, WORKER_COUNT_MAX))
			return DT_NOEND;
		due = Max(due, register_not_before);
		if (due > timer_now())
			return due;
		start(slot);
	}
}

/*
 * sleep_until waits for a moment, the latch or a signal.
 */
static void
sleep_until(TimestampTz moment)
{
	long		wait_ms = TimestampDifferenceMilliseconds(timer_now(), moment);

	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, wait_ms, PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
}

/*
 * launcher_begin installs the signal handlers and reaches the shared catalogs.
 */
static void
launcher_begin(void)
{
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, SignalHandlerForShutdownRequest);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnection(NULL, NULL, 0);
	shared_attach_launcher(MyLatch);
	shared_list_databases(NULL, 0);
	pgstat_report_appname("pg_assure launcher");
}

/*
 * assure_launcher_main is the launcher.  It ends with 1 when it is terminated,
 * so that the server starts it again: no jobs at all is what assure.databases
 * is for.  Whatever a launcher before has left to run goes on by itself.
 */
void
assure_launcher_main(Datum argument)
{
	MemoryContext turn_context;

	launcher_begin();
	turn_context = AllocSetContextCreate(TopMemoryContext, "pg_assure launcher turn", ALLOCSET_DEFAULT_SIZES);
	while (!ShutdownRequestPending)
	{
		MemoryContextSwitchTo(turn_context);
		MemoryContextReset(turn_context);
		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			ProcessConfigFile(PGC_SIGHUP);
		}
		databases_resolve();
		clock_watch();
		reap();
		sleep_until(Min(start_due(), timer_after(timer_now(), TURN_MS_MAX)));
	}
	proc_exit(1);
}
