/*-------------------------------------------------------------------------
 *
 * lock.h
 *		Locks of our own, which no SQL statement can take.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CORE_LOCK_H
#define ASSURE_CORE_LOCK_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "storage/lock.h"

/* Second keys: jobs have their numbers, from 1. */
#define LOCK_DISPATCH	1001	/* who counts and raises workers' loads */
#define LOCK_SCHEMA		1002	/* who changes grants or the data schema */
#define LOCK_OUTBOX		1003	/* who writes notifications: their keys commit in order */
#define LOCK_DEADLINES	1004	/* shared: who writes when something is due; nobody waits for it */
#define LOCK_MEASURE	1020	/* who computes measures of workers */
#define LOCK_SETTLEMENT	0x01000000	/* and the months since 2000: who books in one shares it, who closes it does not */
#define LOCK_COVERAGE	1021	/* who brings the sets of coverage up */
#define LOCK_SAMPLE		1010	/* who draws suppliers or stewards */
#define LOCK_SEAL		1011	/* who seals the audit log, or drops sealed rows */

extern LOCKTAG lock_tag(uint32 key);
extern void lock_for_transaction(uint32 key);
extern void lock_share_for_transaction(uint32 key);

/* The transactions of others that have a lock, as text each. */
extern List *lock_holders(uint32 key);

#endif							/* ASSURE_CORE_LOCK_H */
