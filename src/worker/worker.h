/*-------------------------------------------------------------------------
 *
 * worker.h
 *		Background workers: what the rest of the library may ask of them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_WORKER_WORKER_H
#define ASSURE_WORKER_WORKER_H

#include "postgres.h"

#include "datatype/timestamp.h"

/*
 * The most background workers that run jobs at one time, over all databases:
 * setting assure.max_workers.
 */
#define WORKER_COUNT_MAX 64
extern int	worker_count_max;

/* Called from _PG_init while shared_preload_libraries are loaded. */
extern void worker_init(void);

/*
 * worker_wake has the jobs that run on arrival look at this database as soon as
 * the transaction has committed.  It costs nothing worth counting, does nothing
 * in a database without background workers, and may be called any number of
 * times in a transaction.
 */
extern void worker_wake(void);

/*
 * worker_sweep_at has deadlines looked at in this database at a moment, or as
 * soon after it as the transaction has committed.  As cheap, and as harmless, as
 * worker_wake(); of several moments the earliest counts.
 */
extern void worker_sweep_at(TimestampTz moment);

/* The same for one who is about to end, and writes nothing: at once. */
extern void worker_sweep_next(TimestampTz moment);

#endif							/* ASSURE_WORKER_WORKER_H */
