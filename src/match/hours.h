/*-------------------------------------------------------------------------
 *
 * hours.h
 *		Assignments where tasks also take time out of what is left of a shift.
 *
 * Tasks of different weight against a capacity: the generalised assignment
 * problem, for which no fast method finds the best for sure.  So there is an
 * assignment, which holds all limits, and a bound that is proven: none costs
 * less.  The difference is the gap; where it is 0 the assignment is the best.
 *
 * Memory: CurrentMemoryContext.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_MATCH_HOURS_H
#define ASSURE_MATCH_HOURS_H

#include "match/proof.h"

#define HOURS_UNBOUNDED PG_INT32_MAX

typedef struct HoursProblem
{
	WideProblem *wide;			/* its rows are of the input: bases are changed meanwhile */
	const ScoreInput *input;
	int32		worker_count;
	const int32 *worker_of_node;
	const int32 *room;			/* minutes of each worker, or HOURS_UNBOUNDED */
	int32	  **minutes;		/* [class][place in the class]; 0: takes none */
} HoursProblem;

/*
 * hours_solve finds an assignment that keeps to all rooms, and a bound.  The
 * solution's prices are those of the places alone.
 */
extern void hours_solve(HoursProblem *problem, WideSolution *solution, MatchProof *proof);

#endif							/* ASSURE_MATCH_HOURS_H */
