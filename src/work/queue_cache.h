/*-------------------------------------------------------------------------
 *
 * queue_cache.h
 *		Queues as they are now: what they ask of people.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_WORK_QUEUE_CACHE_H
#define ASSURE_WORK_QUEUE_CACHE_H

#include "postgres.h"

#include "datatype/timestamp.h"

typedef struct QueueNeed
{
	const char *skill;
	int			level;			/* the least */
} QueueNeed;

typedef struct CachedQueue
{
	int64		queue_id;
	const char *code;
	const char *profile;		/* NULL: the built-in one */
	const char *sla_code;		/* NULL: no deadline */
	Interval   *reserve_for;	/* NULL: for ever */
	double		wait_hours;		/* bound on waiting */
	int			need_count;
	QueueNeed  *needs;			/* the first skill first */
} CachedQueue;

/*
 * All queues, by key; they hold until one of these functions is called again.  SPI
 * must be connected.
 */
extern const CachedQueue *queues_get(int *count);

/* One of them, by code; NULL: there is none. */
extern const CachedQueue *queue_find(const char *code);

/* When a task that is reserved now goes back to the pool; DT_NOEND: never. */
extern TimestampTz queue_reserved_until(const CachedQueue *queue);

#endif							/* ASSURE_WORK_QUEUE_CACHE_H */
