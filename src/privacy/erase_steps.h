/*-------------------------------------------------------------------------
 *
 * erase_steps.h
 *		What stands in the way of erasing a person, and what is erased.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_PRIVACY_ERASE_STEPS_H
#define ASSURE_PRIVACY_ERASE_STEPS_H

#include "core/plan.h"

/* All have the parameters account_id, member_id. */
typedef struct Obligation
{
	SqlPlan		count;
	const char *what;
} Obligation;

extern Obligation obligations[];
extern const int obligation_count;

extern SqlPlan erase_steps[];
extern const int erase_step_count;

#endif							/* ASSURE_PRIVACY_ERASE_STEPS_H */
