/*-------------------------------------------------------------------------
 *
 * attempt.c
 *		Work in a subtransaction, tried again when others got in its way.
 *
 * PostgreSQL looks for a deadlock once a wait, after deadlock_timeout; so the one
 * that closes the circle is given up, and that may be somebody at a screen who
 * has a row that a batch has waited for.  All tries but the last wait for half of
 * that time, and give back what they have: who comes later gets it before
 * anybody looks.
 *
 * Memory: each try has a context of its own, deleted after it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/wait_event.h"

#include "core/attempt.h"

#define TRIES_MAX 5
#define FIRST_PAUSE_MS 10L		/* then four times as long each time */

/*
 * wait_of_try returns how many milliseconds a try waits for a lock; 0: as long as
 * the session does, which has the last try, or waits for less.
 */
static int
wait_of_try(int tries)
{
	int			half = Max(DeadlockTimeout / 2, 1);

	return tries == TRIES_MAX - 1 || (LockTimeout > 0 && LockTimeout <= half) ? 0 : half;
}

/*
 * is_transient tells whether the same work may succeed when tried again.
 */
static bool
is_transient(int sqlstate, int wait_ms)
{
	return sqlstate == ERRCODE_T_R_SERIALIZATION_FAILURE || sqlstate == ERRCODE_T_R_DEADLOCK_DETECTED ||
		(sqlstate == ERRCODE_LOCK_NOT_AVAILABLE && wait_ms > 0);
}

/*
 * is_of_the_server tells whether an error comes from the server or the session,
 * rather than from what the work was done on, or a trigger on that.
 */
static bool
is_of_the_server(int sqlstate)
{
	switch (ERRCODE_TO_CATEGORY(sqlstate))
	{
		case ERRCODE_CONNECTION_EXCEPTION:
		case ERRCODE_INVALID_TRANSACTION_STATE:
		case ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION:
		case ERRCODE_TRANSACTION_ROLLBACK:
		case ERRCODE_INSUFFICIENT_RESOURCES:
		case ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE:
		case ERRCODE_TO_CATEGORY(ERRCODE_ADMIN_SHUTDOWN):
		case ERRCODE_SYSTEM_ERROR:
			return true;
		default:
			return sqlstate == ERRCODE_INSUFFICIENT_PRIVILEGE ||
				sqlstate == ERRCODE_DATA_CORRUPTED || sqlstate == ERRCODE_INDEX_CORRUPTED;
	}
}

/*
 * try_once does the work in a subtransaction and returns its error, or NULL.
 */
static ErrorData *
try_once(AttemptWork work, void *data, int wait_ms)
{
	char		wait[16];
	MemoryContext caller_context = CurrentMemoryContext;
	ResourceOwner caller_owner = CurrentResourceOwner;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "pg_assure attempt", ALLOCSET_DEFAULT_SIZES);
	ErrorData  *volatile error = NULL;

	snprintf(wait, sizeof(wait), "%d", wait_ms);
	BeginInternalSubTransaction(NULL);
	if (wait_ms > 0)
		(void) set_config_option("lock_timeout", wait, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		bool		kept;

		PushActiveSnapshot(GetTransactionSnapshot());
		kept = work(data);
		PopActiveSnapshot();
		if (kept)
			ReleaseCurrentSubTransaction();
		else
			RollbackAndReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller_context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller_context);
	CurrentResourceOwner = caller_owner;
	MemoryContextDelete(context);
	return error;
}

/*
 * step_aside waits a little, longer each time, so that whom the work met has the
 * locks before it tries again: it would take them first, being awake already.
 */
static void
step_aside(int tries)
{
	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, FIRST_PAUSE_MS << (2 * tries), PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
}

/*
 * attempt does the work, again while others get in its way.
 */
ErrorData *
attempt(AttemptWork work, void *data)
{
	ErrorData  *error = NULL;

	for (int i = 0; i < TRIES_MAX; i++)
	{
		int			wait_ms = wait_of_try(i);

		if (i > 0)
			step_aside(i - 1);
		error = try_once(work, data, wait_ms);
		if (error == NULL || !is_transient(error->sqlerrcode, wait_ms))
			break;
	}
	if (error != NULL && is_of_the_server(error->sqlerrcode))
		ReThrowError(error);
	return error;
}
