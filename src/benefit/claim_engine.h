/*-------------------------------------------------------------------------
 *
 * claim_engine.h
 *		What happens to a claim between its document and the calculation:
 *		refunds are netted, payments by others fall on lines.
 *
 * Inside the room only.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_BENEFIT_CLAIM_ENGINE_H
#define ASSURE_BENEFIT_CLAIM_ENGINE_H

#include "benefit/benefit.h"
#include "core/fixed.h"

/* What a document may say. */
#define PROVIDER_GRADE_MAX		3
#define DISABILITY_GRADE_MAX	10
#define QUANTITY_MICRO_MAX		(INT64CONST(1000000000) * FIXED_MICRO_ONE)

/* What is wrong with a claim as a whole, and where. */
typedef struct ClaimProblem
{
	bool		is_range;		/* a sum beyond what an amount may be */
	int			bill;			/* -1: the claim */
	int			line;			/* -1: the bill */
	const char *key;			/* NULL: none below that */
	const char *message;		/* NULL: no problem */
} ClaimProblem;

extern void claim_normalize(Claim *claim, ClaimProblem *problem);

/* claim_seal.c: its parts, for a claim whose lists are allocated */
extern void icd_codes_make(IcdCode *codes, char **diagnoses, int count);
extern void bills_order(Claim *claim);

/* spread.c; shares_fen is an array of its own */
extern int64 sum_fen(const int64 *amounts_fen, int count);
extern void spread(int64 amount_fen, const int64 *weights, int count,
				   int64 *shares_fen);
extern void spread_bounded(int64 amount_fen, const int64 *weights,
						   const int64 *bounds_fen, int count,
						   int64 *shares_fen);

#endif							/* ASSURE_BENEFIT_CLAIM_ENGINE_H */
