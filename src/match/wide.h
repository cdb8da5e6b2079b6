/*-------------------------------------------------------------------------
 *
 * wide.h
 *		The best assignment over pairs that are too many to be stored.
 *
 * The problem is that of solver.h, with three differences: the pairs of a task
 * are asked for when they are needed, a row at a time; each of a worker's places
 * may have a cost of its own, rising from the first to the last; and every task
 * has an outside option.
 *
 * Costs and outside options are at least 0.  Knows no SPI, no fmgr, no clock, no
 * settings.  Memory: CurrentMemoryContext.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_MATCH_WIDE_H
#define ASSURE_MATCH_WIDE_H

#include "postgres.h"

#define WIDE_NEVER PG_INT32_MAX /* the cost of no pair */

/* All pairs of a task; what it points to holds until the next call with the same
 * source.  Threads call it, each with a source of its own: as threads.h says. */
typedef int32 (*WideRow) (void *source, int32 task, const int32 **workers, const int32 **costs);

/* All pairs of a worker, into what is given; not called by threads. */
typedef int32 (*WideColumn) (void *source, int32 worker, int32 *tasks, int32 *costs);

typedef struct WideProblem
{
	int32		task_count;
	int32		worker_count;
	const int64 *first_place;	/* worker_count + 1: where a worker's places begin */
	const int32 *place_cost;	/* of each, ascending for a worker */
	const int32 *outside;		/* of each task, below WIDE_NEVER */
	int32		cost_most;		/* no pair costs more */
	int32		row_max;		/* no task has more pairs */
	WideRow		row;
	WideColumn	column;			/* NULL: what no list knows need not be exact */
	int			member_count;	/* threads, the caller's included */
	void	  **sources;		/* of rows, of each of them */
} WideProblem;

typedef struct WideSolution
{
	int32	   *worker_of;		/* of each task; -1: left out */
	int32	   *cost_of;		/* of the pair; of a task left out 0 */
	int32		assigned_count;
	int64		cost;			/* pairs, places, and outside options of the tasks left out */
	int64		scale;
	int64	   *price;			/* of each worker, times scale: what the next place there
								 * is worth */
	int64		row_count;		/* how often a row was asked for */
} WideSolution;

/* The solution has no gap; wide_dual() proves it. */
extern void wide_solve(const WideProblem *problem, WideSolution *solution);

/*
 * wide_dual gives the sum below which no assignment comes, by the prices alone,
 * from the least that each task can come to over all of its pairs: least[] is
 * what the caller found that to be, times scale.
 */
extern int64 wide_dual(const WideProblem *problem, const int64 *price, int64 scale, const int64 *least);

#endif							/* ASSURE_MATCH_WIDE_H */
