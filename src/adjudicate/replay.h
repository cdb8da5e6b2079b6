/*-------------------------------------------------------------------------
 *
 * replay.h
 *		A past decision is calculated again from what it knew.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_ADJUDICATE_REPLAY_H
#define ASSURE_ADJUDICATE_REPLAY_H

#include "adjudicate/chunk.h"

typedef struct Replay
{
	/* recorded */
	ClaimKey	key;
	int64		member_id;
	int32		decision_no;
	const char *verdict;
	const char *engine;
	bool		has_result;
	bool		has_input;
	bool		is_erased;		/* the person was, and the input with him */
	int64		paid_fen;
	int64		submitted_fen;
	Jsonb	   *result_recorded;	/* NULL: nothing was calculated */
	Jsonb	   *reasons_recorded;	/* of the calculation */
	bool		is_settled;

	/* calculated again, where there is an input */
	Claim	   *claim;
	const PlanVersion *plan;
	Used		used;			/* what the decision knew */
	ClaimResult result;
} Replay;

/*
 * Reads the decisions of a claim, one (decision_no) or all (0), in order; an
 * array of *count.
 */
extern Replay *replays_read(ClaimKey key, int32 decision_no, int *count);

/* Reads what a decision knew: claim, terms, used.  It must have an input. */
extern void replay_prepare(Replay *replay);

/* What of the record differs from the calculation; NULL: nothing does. */
extern Jsonb *replay_compare(const Replay *replay);

#endif							/* ASSURE_ADJUDICATE_REPLAY_H */
