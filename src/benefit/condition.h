/*-------------------------------------------------------------------------
 *
 * condition.h
 *		A claim as FEEL sees it; between condition.c and condition_values.c.
 *
 * Inside the room only.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_BENEFIT_CONDITION_H
#define ASSURE_BENEFIT_CONDITION_H

#include "benefit/benefit.h"
#include "feel/feel.h"

/* The names that a condition may use, by slot. */
typedef enum ConditionSlot
{
	SLOT_MEMBER, SLOT_CLAIM, SLOT_BILL
} ConditionSlot;

#define CONDITION_SLOTS		(SLOT_BILL + 1)

/* condition_values.c */
extern FeelScope *condition_scope(FeelArena *arena);
extern FeelValue value_of_member(FeelState *state, const ClaimMember *member);
extern FeelValue value_of_claim(FeelState *state, const Claim *claim);
extern FeelValue value_of_bill(FeelState *state, const ClaimBill *bill);

#endif							/* ASSURE_BENEFIT_CONDITION_H */
