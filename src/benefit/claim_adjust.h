/*-------------------------------------------------------------------------
 *
 * claim_adjust.h
 *		What a person changes of a claim before it is calculated.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_BENEFIT_CLAIM_ADJUST_H
#define ASSURE_BENEFIT_CLAIM_ADJUST_H

#include "benefit/benefit.h"

#define ADJUSTMENTS_MAX		1000	/* changes in a list */

/*
 * Makes the changes of the list and normalizes the claim anew.  Throws
 * ERRCODE_ASSURE_INVALID_ADJUSTMENT with the path of what is not as it should be.
 */
extern void claim_adjust(Claim *claim, Jsonb *adjustments);

#endif							/* ASSURE_BENEFIT_CLAIM_ADJUST_H */
