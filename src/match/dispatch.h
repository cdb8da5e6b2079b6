/*-------------------------------------------------------------------------
 *
 * dispatch.h
 *		A dispatch: who is to get what, and what it comes to.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_MATCH_DISPATCH_H
#define ASSURE_MATCH_DISPATCH_H

#include "core/call.h"
#include "match/dispatch_pool.h"
#include "match/proof.h"

/* A task that changes hands. */
typedef struct Assignment
{
	int64		task_id;
	int64		worker_id;		/* 0: nobody */
	int64		holder_id;		/* who has it reserved; 0: it is open */
} Assignment;

typedef struct Dispatch
{
	int64		dispatch_run_id;
	int			open_count;
	int			reserved_count;
	int			worker_count;
	int			count;			/* of tasks that change hands, by worker */
	Assignment *assignments;
	int64		assigned;
	int64		moved;
	int64		unassigned;
	int64		lost;
	int64		cost;			/* units */
	int64		dual_bound;
	bool		is_optimal;
	int64		pair_count;
	double		read_milliseconds;
	double		solve_milliseconds;
	double		proof_milliseconds;
} Dispatch;

/*
 * dispatch_solve reads the pool and solves, in the current transaction; what it
 * returns in the dispatch lives in the given context, all else is gone after it.
 * With a publisher the run and its prices are written, on his call.
 */
extern void dispatch_solve(const PoolScope *scope, MemoryContext context, Dispatch *dispatch, Call *publisher);

/* The problem, and its solution with the proof, in CurrentMemoryContext. */
extern void pool_solve(PoolProblem *problem, WideSolution *solution, MatchProof *proof, double *solve_milliseconds, double *proof_milliseconds);

/* What a chunk does, in a subtransaction of the caller's. */
extern int	dispatch_release(Call *call, Dispatch *dispatch, int from, int chunk_tasks);
extern int	dispatch_reserve(Call *call, Dispatch *dispatch, int from, int chunk_tasks, const char *reason);

#endif							/* ASSURE_MATCH_DISPATCH_H */
