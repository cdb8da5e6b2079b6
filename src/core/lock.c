/*-------------------------------------------------------------------------
 *
 * lock.c
 *		Locks of our own, which no SQL statement can take.
 *
 * They are advisory locks of a third class: pg_advisory_lock() reaches the first
 * two only, so nobody who may merely connect can hold up a job or a dispatch.
 * pg_locks shows them with classid LOCK_CLASS and objsubid 3.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "core/compat.h"
#include "core/lock.h"

/* View assure_bi.job_status has both numbers too. */
#define LOCK_CLASS 1634956146
#define LOCK_SUBCLASS 3

/*
 * lock_tag returns what a lock is on.
 */
LOCKTAG
lock_tag(uint32 key)
{
	LOCKTAG		tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, LOCK_CLASS, key, LOCK_SUBCLASS);
	return tag;
}

/*
 * lock_for_transaction waits for a lock and keeps it until the transaction ends.
 */
void
lock_for_transaction(uint32 key)
{
	LOCKTAG		tag = lock_tag(key);

	(void) LockAcquire(&tag, ExclusiveLock, false, false);
}

/*
 * lock_share_for_transaction does so with a lock that many can have at once.
 */
void
lock_share_for_transaction(uint32 key)
{
	LOCKTAG		tag = lock_tag(key);

	(void) LockAcquire(&tag, ShareLock, false, false);
}

/*
 * lock_holders names the transactions that have a lock.  One that is not among
 * them and had it has ended, and what it wrote is in every snapshot from now on.
 */
List *
lock_holders(uint32 key)
{
	LOCKTAG		tag = lock_tag(key);
	VirtualTransactionId *holders = GetLockConflicts(&tag, ExclusiveLock, NULL);
	List	   *names = NIL;

	for (int i = 0; VirtualTransactionIdIsValid(holders[i]); i++)
		names = lappend(names, psprintf("%d/%u", vxid_process_compat(holders[i]), holders[i].localTransactionId));
	return names;
}
