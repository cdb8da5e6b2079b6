/*-------------------------------------------------------------------------
 *
 * proof.h
 *		That an assignment is allowed, costs what is said, and is the best.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_MATCH_PROOF_H
#define ASSURE_MATCH_PROOF_H

#include "match/score.h"
#include "match/wide.h"

typedef struct MatchProof
{
	int64		cost;			/* pairs, places and outside options, summed up anew */
	int64		dual_bound;		/* no assignment costs less */
	bool		is_optimal;		/* cost = dual_bound */
	int64		pair_count;		/* eligible pairs that were looked at */
} MatchProof;

/*
 * match_prove knows nothing of how a solution was found: it works out every pair
 * by score_pair(), and takes the assignment and the prices only.  Raises what
 * cannot be: a pair that is excluded, a worker beyond the places.
 */
extern void match_prove(const WideProblem *problem, const ScoreInput *input, const WideSolution *solution, MatchProof *proof);

#endif							/* ASSURE_MATCH_PROOF_H */
