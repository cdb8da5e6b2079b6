/*-------------------------------------------------------------------------
 *
 * shared.c
 *		What the launcher, its workers and all sessions share.
 *
 * A slot for each listed database holds the moment at which something is due
 * next.  Only the launcher lists databases; whoever runs a job in a database
 * reports into its slot, and every session may mark it woken.
 *
 * Vocabulary: to report is to say when a database is due next; to wake is to
 * say that something arrived; sweep_at is the earliest moment known at which a
 * deadline may come; a complaint is why no job can run there.
 *
 * sweep_at.  The launcher takes it, leaving none, when it starts a worker for it.
 * Each sweep ends with reading what is due next and reporting it, and whoever
 * writes a deadline reports it after the commit: so it is never later than what
 * is committed, but for a sweep that fails, and then the job's own time counts.
 *
 * Locking: the LWLock guards everything but `woken` and `sweep_at`, which are
 * atomic words, so that a commit that wakes takes no lock.  It is held for a few instructions
 * and never together with another lock.  What is shared lives until the server
 * stops or restarts after a crash.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"

#include "worker/shared.h"
#include "worker/timer.h"
#include "worker/worker.h"

#define SHARED_NAME "pg_assure"

typedef struct Slot
{
	Oid			database;
	TimestampTz next_due;
	uint64		reports;
	uint32		complaint;		/* hash of what keeps jobs from running; 0: nothing */
	int			failures;		/* workers in a row that could run no job */
	TimestampTz mute_until;		/* sweep_at does not count before */
	pg_atomic_uint32 woken;
	pg_atomic_uint64 sweep_at;
} Slot;

typedef struct Shared
{
	LWLock	   *lock;
	Latch	   *launcher;		/* NULL: no launcher runs */
	Slot		slots[DATABASE_MAX];
} Shared;

static Shared *shared = NULL;
static shmem_request_hook_type previous_request_hook = NULL;
static shmem_startup_hook_type previous_startup_hook = NULL;
static bool wake_at_commit = false;
static TimestampTz sweep_at_commit = DT_NOEND;
static bool wake_registered = false;

/*
 * shared_request asks for the memory, after the hook that was there before.
 */
static void
shared_request(void)
{
	if (previous_request_hook)
		previous_request_hook();
	RequestAddinShmemSpace(MAXALIGN(sizeof(Shared)));
	RequestNamedLWLockTranche(SHARED_NAME, 1);
}

/*
 * shared_startup finds or makes the memory, after the hook that was there
 * before.
 */
static void
shared_startup(void)
{
	bool		found;

	if (previous_startup_hook)
		previous_startup_hook();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	shared = ShmemInitStruct(SHARED_NAME, sizeof(Shared), &found);
	if (!found)
	{
		memset(shared, 0, sizeof(Shared));
		shared->lock = &GetNamedLWLockTranche(SHARED_NAME)->lock;
		for (int i = 0; i < DATABASE_MAX; i++)
		{
			pg_atomic_init_u32(&shared->slots[i].woken, 0);
			pg_atomic_init_u64(&shared->slots[i].sweep_at, (uint64) DT_NOEND);
		}
	}
	LWLockRelease(AddinShmemInitLock);
}

/*
 * shared_init hooks into the server's start.
 */
void
shared_init(void)
{
	previous_request_hook = shmem_request_hook;
	shmem_request_hook = shared_request;
	previous_startup_hook = shmem_startup_hook;
	shmem_startup_hook = shared_startup;
}

/*
 * shared_detach_launcher forgets the launcher's latch at its exit.
 */
static void
shared_detach_launcher(int code, Datum argument)
{
	shared->launcher = NULL;
}

/*
 * shared_attach_launcher has everybody set the launcher's latch from now on.
 */
void
shared_attach_launcher(Latch *latch)
{
	shared->launcher = latch;
	on_shmem_exit(shared_detach_launcher, (Datum) 0);
}

/*
 * launcher_notify has the launcher look at the slots.  The latch is that of a
 * process slot: set too late, it wakes somebody else for nothing.
 */
static void
launcher_notify(void)
{
	Latch	   *launcher = shared->launcher;

	if (launcher)
		SetLatch(launcher);
}

/*
 * slot_find returns the slot of a database, or NULL.
 */
static Slot *
slot_find(Oid database)
{
	static int	last_found = 0;

	if (shared == NULL || !OidIsValid(database))
		return NULL;
	if (shared->slots[last_found].database == database)
		return &shared->slots[last_found];
	for (int i = 0; i < DATABASE_MAX; i++)
		if (shared->slots[i].database == database)
		{
			last_found = i;
			return &shared->slots[i];
		}
	return NULL;
}

/*
 * slot_begin makes a free slot that of a database, due now in every way.
 */
static void
slot_begin(Oid database)
{
	for (int i = 0; i < DATABASE_MAX; i++)
	{
		Slot	   *slot = &shared->slots[i];

		if (OidIsValid(slot->database))
			continue;
		slot->next_due = timer_now();
		slot->reports = 0;
		slot->complaint = 0;
		slot->failures = 0;
		slot->mute_until = DT_NOBEGIN;
		pg_atomic_write_u32(&slot->woken, 0);
		pg_atomic_write_u64(&slot->sweep_at, (uint64) slot->next_due);
		slot->database = database;
		return;
	}
}

/*
 * shared_list_databases frees the slots of databases that are no longer listed
 * and gives one to each that is new.
 */
void
shared_list_databases(const Oid *databases, int count)
{
	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	for (int i = 0; i < DATABASE_MAX; i++)
	{
		bool		listed = false;

		for (int j = 0; j < count && !listed; j++)
			listed = shared->slots[i].database == databases[j];
		if (!listed)
			shared->slots[i].database = InvalidOid;
	}
	for (int j = 0; j < count; j++)
		if (slot_find(databases[j]) == NULL)
			slot_begin(databases[j]);
	LWLockRelease(shared->lock);
}

/*
 * shared_slot returns what stands in a slot.
 */
SlotState
shared_slot(int slot)
{
	SlotState	state;
	TimestampTz mute_until;

	LWLockAcquire(shared->lock, LW_SHARED);
	state.database = shared->slots[slot].database;
	state.next_due = shared->slots[slot].next_due;
	state.reports = shared->slots[slot].reports;
	mute_until = shared->slots[slot].mute_until;
	LWLockRelease(shared->lock);
	state.woken = pg_atomic_read_u32(&shared->slots[slot].woken) != 0;
	state.sweep_at = (TimestampTz) pg_atomic_read_u64(&shared->slots[slot].sweep_at);
	state.sweep_at = Max(state.sweep_at, mute_until);
	return state;
}

/*
 * sweep_sooner lowers the moment of a slot, and returns whether it did.
 */
static bool
sweep_sooner(Slot *slot, TimestampTz moment)
{
	uint64		before = pg_atomic_read_u64(&slot->sweep_at);

	while (moment < (TimestampTz) before)
		if (pg_atomic_compare_exchange_u64(&slot->sweep_at, &before, (uint64) moment))
			return true;
	return false;
}

/*
 * shared_slot_take notes that a worker is about to see to the database; *woken
 * and *sweep are what else is on its list.  What commits from here on wakes anew.
 */
void
shared_slot_take(int slot, bool *woken, bool *sweep)
{
	TimestampTz now = timer_now();
	TimestampTz sweep_at = shared_slot(slot).sweep_at;

	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	shared->slots[slot].next_due = DT_NOEND;
	LWLockRelease(shared->lock);
	*woken = pg_atomic_exchange_u32(&shared->slots[slot].woken, 0) != 0;
	*sweep = sweep_at <= now;
	if (*sweep)
		pg_atomic_write_u64(&shared->slots[slot].sweep_at, (uint64) DT_NOEND);
}

/*
 * shared_slot_put_back makes a slot due that no worker saw to, and woken and to
 * be swept if it was.
 */
void
shared_slot_put_back(int slot, bool woken, bool sweep)
{
	if (woken)
		pg_atomic_write_u32(&shared->slots[slot].woken, 1);
	if (sweep)
		(void) sweep_sooner(&shared->slots[slot], timer_now());
	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	shared->slots[slot].next_due = timer_now();
	LWLockRelease(shared->lock);
}

/*
 * shared_all_due makes all databases due now in every way, but those that a worker
 * is seeing to, which report when they are due next.
 */
void
shared_all_due(void)
{
	TimestampTz now = timer_now();

	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	for (int i = 0; i < DATABASE_MAX; i++)
	{
		Slot	   *slot = &shared->slots[i];

		if (!TIMESTAMP_IS_NOEND(slot->next_due))
			slot->next_due = now;
		slot->mute_until = DT_NOBEGIN;
		(void) sweep_sooner(slot, now);
	}
	LWLockRelease(shared->lock);
}

/*
 * shared_report says when this database is due next.
 */
void
shared_report(TimestampTz next_due)
{
	Slot	   *slot;

	if (shared == NULL)
		return;
	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	slot = slot_find(MyDatabaseId);
	if (slot)
	{
		slot->next_due = next_due;
		slot->reports++;
	}
	LWLockRelease(shared->lock);
	if (slot)
		launcher_notify();
}

/*
 * shared_report_woken marks this database woken.  A slot that was given to
 * another database meanwhile has a worker look there for nothing.
 */
void
shared_report_woken(void)
{
	Slot	   *slot = slot_find(MyDatabaseId);

	if (slot && pg_atomic_exchange_u32(&slot->woken, 1) == 0)
		launcher_notify();
}

/*
 * worker_sweep_next has deadlines looked at in this database at a moment.
 */
void
worker_sweep_next(TimestampTz moment)
{
	Slot	   *slot = slot_find(MyDatabaseId);

	if (slot && sweep_sooner(slot, moment))
		launcher_notify();
}

/*
 * shared_mute_sweep has no worker started for deadlines before a moment: the
 * sweep is paused, or fails and waits for its own time.
 */
void
shared_mute_sweep(TimestampTz until)
{
	Slot	   *slot;

	if (shared == NULL)
		return;
	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	slot = slot_find(MyDatabaseId);
	if (slot)
		slot->mute_until = until;
	LWLockRelease(shared->lock);
}

/*
 * shared_complain notes why no job can run in this database and how many times
 * in a row; it returns whether that is news.
 */
bool
shared_complain(const char *message, int *failures)
{
	uint32		complaint = hash_bytes((const unsigned char *) message, strlen(message)) | 1;
	Slot	   *slot;
	bool		is_news = true;

	*failures = 0;
	if (shared == NULL)
		return is_news;
	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	slot = slot_find(MyDatabaseId);
	if (slot)
	{
		is_news = slot->complaint != complaint;
		slot->complaint = complaint;
		*failures = slot->failures++;
	}
	LWLockRelease(shared->lock);
	return is_news;
}

/*
 * shared_fit notes that jobs can run in this database.
 */
void
shared_fit(void)
{
	Slot	   *slot;

	if (shared == NULL)
		return;
	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	slot = slot_find(MyDatabaseId);
	if (slot)
	{
		slot->complaint = 0;
		slot->failures = 0;
	}
	LWLockRelease(shared->lock);
}

/*
 * wake_callback wakes once the transaction has committed, and forgets at any
 * other end.
 */
static void
wake_callback(XactEvent event, void *argument)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
			if (wake_at_commit)
				shared_report_woken();
			if (sweep_at_commit != DT_NOEND)
				worker_sweep_next(sweep_at_commit);
			break;
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			break;
		default:
			return;
	}
	wake_at_commit = false;
	sweep_at_commit = DT_NOEND;
}

/*
 * wake_register has the end of the transaction heard of.
 */
static void
wake_register(void)
{
	if (!wake_registered)
		RegisterXactCallback(wake_callback, NULL);
	wake_registered = true;
}

/*
 * worker_wake has the jobs that run on arrival look at this database after
 * commit.
 */
void
worker_wake(void)
{
	if (shared == NULL || wake_at_commit)
		return;
	wake_register();
	wake_at_commit = true;
}

/*
 * worker_sweep_at has deadlines looked at in this database at a moment, after
 * commit.
 */
void
worker_sweep_at(TimestampTz moment)
{
	if (shared == NULL || moment >= sweep_at_commit)
		return;
	wake_register();
	sweep_at_commit = moment;
}
