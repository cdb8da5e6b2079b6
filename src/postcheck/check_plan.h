/*-------------------------------------------------------------------------
 *
 * check_plan.h
 *		Plans of post-checks, within the room.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_POSTCHECK_CHECK_PLAN_H
#define ASSURE_POSTCHECK_CHECK_PLAN_H

#include "core/json.h"

#define CHECK_BOUNDS_MAX 20
#define CHECK_LEVELS_MAX 20

/* A level of risk: tasks of which the condition is true, and of none before. */
typedef struct RiskLevel
{
	char	   *name;
	char	   *condition;
	int			rate_micro;
} RiskLevel;

/* What divides the work; each rate is the plan's where a division names none. */
typedef struct CheckPlan
{
	int			rate_micro;
	bool		by_person;
	int			person_rate_micro;
	bool		by_provider;
	int			provider_rate_micro;
	bool		by_amount;
	int			amount_rate_micro;
	int			bound_count;
	int64		bounds_fen[CHECK_BOUNDS_MAX];	/* ascending; a band begins at each */
	bool		by_risk;
	int			level_count;
	RiskLevel	levels[CHECK_LEVELS_MAX];	/* what none holds for is "normal" */
} CheckPlan;

/* Reads the rate (a member of the plan) and the list of strata. */
extern void check_plan_read(const DocNode *rate, const DocNode *strata, CheckPlan *plan);

/* The same of a plan that is stored. */
extern void check_plan_stored(int rate_micro, Jsonb *strata, CheckPlan *plan);

#endif							/* ASSURE_POSTCHECK_CHECK_PLAN_H */
