/*-------------------------------------------------------------------------
 *
 * standing.h
 *		How claims stand: what was decided of them, and by whom.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_ADJUDICATE_STANDING_H
#define ASSURE_ADJUDICATE_STANDING_H

#include "adjudicate/chunk.h"

/*
 * The current decision of a claim; where that is a reversal, what is said of
 * judgements is that of the one before.
 */
typedef struct Standing
{
	int32		decision_no;	/* 0: not decided */
	Verdict		verdict;		/* NONE: not decided */
	int64		paid_fen;
	bool		is_settled;		/* the calculation was the verdict */
	bool		is_by_person;	/* a person's judgement stands behind it */
	bool		is_denied_by_person;
	Jsonb	   *adjustments;	/* that the person made; NULL: none */
	int64		actor_worker_id;	/* of the current decision; 0: none */
	int64		payable_fen;	/* what the calculation came to; -1: none */
	Jsonb	   *reasons;		/* of the current decision */
	Jsonb	   *result;			/* NULL: nothing was calculated */
	bool		awaits_second;	/* one person approved, a second has to */
} Standing;

extern Standing *standings_load(const ClaimKey *keys, int count);

#endif							/* ASSURE_ADJUDICATE_STANDING_H */
