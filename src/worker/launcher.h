/*-------------------------------------------------------------------------
 *
 * launcher.h
 *		What the launcher hands to the workers it starts; inside this room.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_WORKER_LAUNCHER_H
#define ASSURE_WORKER_LAUNCHER_H

#include "postgres.h"

/* In bgw_extra. */
typedef struct WorkerArguments
{
	Oid			database;
	Oid			role;
	bool		woken;			/* run also what runs on arrival */
	bool		sweep;			/* run also the sweep */
} WorkerArguments;

/* A database in which no job can run, or no worker can start, is tried again
 * after as long as this, and at the latest after as long as that. */
#define RETRY_MS 5000
#define RETRY_MS_MAX (300 * INT64CONST(1000))

/* However late the next job is due, somebody looks after as long as this: a row
 * that the owner changed by hand is seen. */
#define LOOK_MS_MAX (600 * INT64CONST(1000))

extern void databases_resolve(void);
extern const char *databases_name(Oid database);
extern Oid	databases_role(void);

#endif							/* ASSURE_WORKER_LAUNCHER_H */
