/*-------------------------------------------------------------------------
 *
 * solver.h
 *		Who does what, at the least cost: exact, with its proof.
 *
 * Tasks are to be done by workers.  An edge says that a worker may do a task,
 * and what that costs; a worker has a capacity; a task may be left out at a
 * price, its outside option.  Sought is the assignment with the least sum of
 * the edges taken and the outside options of the tasks left out.
 *
 * The proof is linear programming's: prices of workers, from which a bound on
 * every assignment follows that can be checked without knowing how they were
 * found.  The solver checks it before it returns, and says so.
 *
 * Knows no SPI, no fmgr, no clock, no settings.  Memory: everything is palloc'd
 * in CurrentMemoryContext.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_MATCH_SOLVER_H
#define ASSURE_MATCH_SOLVER_H

#include "postgres.h"

typedef struct MatchProblem
{
	int32		task_count;
	int32		worker_count;
	const int64 *first_edge;	/* task_count + 1: where a task's edges begin */
	const int32 *edge_worker;	/* no worker twice in one task */
	const int64 *edge_cost;		/* of any sign */
	const int32 *capacity;		/* of each worker, >= 0 */
	const int64 *outside;		/* of each task; NULL: as many tasks as can be,
								 * and among these assignments the cheapest */
} MatchProblem;

typedef struct MatchSolution
{
	int32	   *worker_of;		/* of each task; -1: left out */
	int64	   *cost_of;		/* of the edge taken; of a task left out 0 */
	int32		assigned_count;
	int64		cost;			/* edges taken, and outside options that were given */
	int64		dual_bound;		/* no assignment costs less */
	bool		is_optimal;		/* cost = dual_bound */
	int64	   *price;			/* of each worker's capacity: what one more would save,
								 * rounded down */
} MatchSolution;

/* Bytes that match_solve() takes beside the problem. */
extern Size match_solve_bytes(const MatchProblem *problem);

/* Throws 22003 where the sum of costs leaves int64. */
extern void match_solve(const MatchProblem *problem, MatchSolution *solution);

#endif							/* ASSURE_MATCH_SOLVER_H */
