/*-------------------------------------------------------------------------
 *
 * revise.h
 *		Decided claims are decided again: reversed, calculated again, re-run.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_ADJUDICATE_REVISE_H
#define ASSURE_ADJUDICATE_REVISE_H

#include "adjudicate/chunk.h"

/* Undoes what a claim has booked; returns the number of the decision. */
extern int32 claim_reverse(Call *call, const char *ref, ClaimKey key, const char *reason);

/*
 * Calculates a claim again as if it came now.  What a person judged of it stays,
 * unless is_anew.
 */
extern Verdict claim_readjudicate(Call *call, const char *ref, ClaimKey key, bool is_anew, const char *reason);

/* Whose claims are re-run: those members', and the family's where they share. */
typedef struct RerunAsk
{
	int64		account_id;
	int			member_count;
	const int64 *member_ids;
	DateADT		from_date;
	bool		dry_run;
} RerunAsk;

/* What came of one claim. */
typedef struct Rerun
{
	ClaimKey	key;
	int64		member_id;
	DateADT		event_date;
	Verdict		verdict_before;
	Verdict		verdict;
	int64		paid_before_fen;
	int64		paid_fen;
	bool		is_changed;
	int32		decision_no;	/* the current one's, after */
} Rerun;

/*
 * Re-runs claims in order of event.  Unless it is a dry run the account must be
 * locked.  Returns what came of each, *count of them.
 */
extern Rerun *account_rerun(Call *call, const RerunAsk *ask, int *count);

#endif							/* ASSURE_ADJUDICATE_REVISE_H */
