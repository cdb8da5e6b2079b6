/*-------------------------------------------------------------------------
 *
 * profile.h
 *		Matching profiles: what a queue holds to be a good match, compiled.
 *
 * A profile is a list of weighted factors, with what excludes a pair, what a
 * concession costs and what it costs to leave a task for later.  All of it
 * ends in one currency, the unit: MATCH_UNITS (a million) units are what lies
 * between a pair that is best by all factors and one that is worst by all.  So
 * 0.1 in a document is 100,000 units, a tenth of that.
 *
 * A factor has a value for each pair; its scale says which value is worst and
 * which is best (either may be the larger one).  The pair pays
 *
 *		weight * (best - value) / (best - worst)	within 0 and weight,
 *
 * rounded down; the weights of a profile sum up to MATCH_UNITS.  What is not
 * known costs half of the weight.  The cost of a pair is the sum over the
 * factors, and penalties, less the bonus of a preferred worker, so that its
 * lowest is cost_least and its highest cost_most.
 *
 * Factors differ in what their value depends on, and that says who computes
 * it, and how often (docs/measures.md):
 *
 *	- FACTOR_WORKER: the worker and the class of the task (queue, product,
 *	  chapter): measures, and FEEL over them.  measures_load() sums them all up
 *	  for each worker and class; nobody looks at them one by one.
 *	- FACTOR_TASK: the task alone: FEEL over its facts.  It is the same for all
 *	  workers, and so bears on which tasks go first where not all can.
 *	  profile_task_cost() sums them up.
 *	- FACTOR_PAIR: both; one of the features below, computed by the scoring.
 *
 * The compiled profile knows no SPI.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_MATCH_PROFILE_H
#define ASSURE_MATCH_PROFILE_H

#include "postgres.h"

#include "feel/feel.h"
#include "utils/jsonb.h"

#include "measure/measure.h"

#define MATCH_UNITS 1000000		/* units from best to worst */
#define MATCH_PRIORITY_MAX 9
#define PROFILE_FACTORS_MAX 500
#define PROFILE_CONDITIONS_MAX 50

typedef enum MatchDimension
{
	DIMENSION_EFFICIENCY, DIMENSION_QUALITY, DIMENSION_EFFECTIVENESS
} MatchDimension;

extern const char *const match_dimension_names[];	/* ends with NULL */

typedef enum MatchFactorKind
{
	FACTOR_WORKER, FACTOR_TASK, FACTOR_PAIR
} MatchFactorKind;

/*
 * Pair features, as assure.match_parameter lists them; the value in brackets.
 * Shares are from 0 to 1.
 */
typedef enum MatchPairFeature
{
	PAIR_SKILL_MARGIN,			/* [levels, -4..4] the worker's level less the queue's */
	PAIR_SKILL_EXCESS,			/* [levels, 0..4] by how much an expert is too good for it */
	PAIR_AUTHORITY_HEADROOM,	/* [share] of the worker's authority that the amount leaves */
	PAIR_SAME_BRANCH,			/* [0, 1] */
	PAIR_SAME_PREFECTURE,		/* [0, 1] */
	PAIR_SAME_PROVINCE,			/* [0, 1] */
	PAIR_SAME_CUSTOMER,			/* [0, 1] did a task of this account in the last 90 days */
	PAIR_PREFERRED,				/* [0, 1] the task names this worker */
	PAIR_LOAD,					/* [share] of the capacity that is taken */
	PAIR_FREE_SLOTS,			/* [tasks] that the worker still has room for */
	PAIR_SHIFT_FIT,				/* [ratio, 0..10] what is left of the shift to the expected handling time */
	PAIR_SLACK_FIT,				/* [ratio, 0..10] what is left to the deadline to the expected handling time */
	PAIR_CASE_MIX,				/* [share, -1..1] the worker's share of hard cases today, less the group's */
	PAIR_MORE_SKILLS,			/* [levels, 0..5] the worker's mean level in the task's further skills; none asked: 5 */
	PAIR_RETURNED_BEFORE,		/* [0, 1] gave this task back before */
	PAIR_DECLINED_BEFORE,		/* [0, 1] let a reservation of it run out */
	PAIR_FEATURE_COUNT
} MatchPairFeature;

typedef struct MatchFactor
{
	const char *code;
	MatchDimension dimension;
	MatchFactorKind kind;
	int32		weight;			/* units, >= 0 */
	bool		scale_by_group; /* FACTOR_WORKER: worst and best are two standard deviations
								 * from the mean of the group, per measure and key */
	double		worst;
	double		best;			/* never equal to worst */

	/* FACTOR_PAIR */
	MatchPairFeature feature;

	/* FACTOR_WORKER: a measure, or a program over measures and facts of the worker */
	int			parameter;		/* -1: the program */

	/* FACTOR_WORKER and FACTOR_TASK */
	const FeelProgram *program; /* NULL: the measure */
	int			scopes_used;	/* bits by MeasureScope: what of the class its value depends on */
} MatchFactor;

/* What excludes a pair beside what always does (skill, authority, four eyes, conflict, shareable). */
typedef enum MatchConditionKind
{
	CONDITION_WORKER,			/* FEEL over measures and facts of the worker: measures_load() */
	CONDITION_SAME_PROVINCE,
	CONDITION_SAME_BRANCH,
	CONDITION_NOT_RETURNED,		/* never again to who gave it back */
	CONDITION_NOT_DECLINED
} MatchConditionKind;

typedef struct MatchCondition
{
	const char *code;
	MatchConditionKind kind;
	const FeelProgram *program; /* CONDITION_WORKER */
	int			scopes_used;
} MatchCondition;

/*
 * Concessions: each is an edge with a price, not a filter that opens with time.
 * As a task grows older its outside option passes the price, and then it is
 * worth paying.
 */
typedef struct MatchPenalties
{
	int32		other_branch;
	int32		other_province;	/* in place of other_branch */
	int32		level_below;	/* for each level below the queue's */
	int			levels_below_max;	/* 0: never below */
} MatchPenalties;

/* What it costs to leave a task for the next dispatch: profile_outside(). */
typedef struct MatchOutside
{
	int32		base;			/* at priority 1, new */
	int32		per_priority;	/* for each priority above 1 */
	int32		per_hour;		/* of age */
} MatchOutside;

typedef struct MatchProfile
{
	int64		match_profile_id;	/* 0: a draft */
	const char *code;
	const char *name;
	int			version;
	int			factor_count;
	MatchFactor *factors;		/* in the order of the document */
	int			condition_count;
	MatchCondition *conditions;
	MatchPenalties penalties;
	int32		preferred_bonus;
	int32		level_step;		/* the k-th task of a worker, from 1, pays min((k - 1) * level_step, level_most) */
	int32		level_most;
	MatchOutside outside;
	int64		cost_least;		/* of any pair: bonus only */
	int64		cost_most;		/* all factors, all penalties, the last slot */
	uint32		pair_features;	/* bits by MatchPairFeature: which ones it asks for */
	bool		takes_hours;	/* a task also takes its expected time out of the worker's shift */
	bool		has_worker_factors;
	bool		has_worker_conditions;
	bool		has_task_factors;
	bool		needs_returns;	/* one of them asks how often a task came back */
} MatchProfile;

/*
 * factor_cost gives what a factor costs at a value, 0 to its weight; NaN: not
 * known.
 */
static inline int32
factor_cost(int32 weight, double worst, double best, double value)
{
	double		share = (best - value) / (best - worst);

	if (value != value)
		return weight / 2;
	if (!(share > 0.0))
		return 0;
	return share >= 1.0 ? weight : (int32) (share * weight);
}

/* level_cost gives the price of a worker's k-th task, from 1; it never falls with k. */
static inline int32
level_cost(const MatchProfile *profile, int k)
{
	int64		cost = (int64) (k - 1) * profile->level_step;

	return (int32) Min(cost, profile->level_most);
}

/*
 * profile_outside gives what it costs to leave a task open: it grows with
 * priority and age, is finite, and at hours_max, the bound on waiting of its
 * queue, it passes by more than any pair costs whatever a younger task of the
 * profile may weigh: from then on that one gives way.
 */
extern int64 profile_outside(const MatchProfile *profile, int priority, double age_hours, double hours_max);

/* What is known of a task: names of FEEL beside it. */
typedef struct MatchTaskFacts
{
	const char *queue;			/* queue */
	const char *product;		/* product; NULL: none */
	int			chapter;		/* chapter; 0: none */
	int64		amount_fen;		/* amount, yuan */
	int			priority;		/* priority */
	double		age_hours;		/* age */
	double		slack_hours;	/* slack: to its deadline, below 0 past it; NaN: none */
	const char *origin;			/* origin: branch of origin */
	const char *origin_province;	/* origin_province: "310000" */
	int			returns;		/* returns: how often it was given back */
	Jsonb	   *attributes;		/* attributes; NULL: none */
} MatchTaskFacts;

/* The sum of the factors by task; 0 where the profile has none. */
extern int32 profile_task_cost(const MatchProfile *profile, const MatchTaskFacts *facts);

/* One of them, for explanations: value (NaN: not known) and cost. */
extern double profile_task_value(const MatchProfile *profile, const MatchFactor *factor, const MatchTaskFacts *facts);

/*
 * profile_read checks a document and compiles it in the arena; raises AS112
 * with the place, for what is not as it should be.
 */
extern MatchProfile *profile_read(Jsonb *document, FeelArena *arena);

/* ---- profile_cache.c: as they are stored; SPI must be connected ---- */

/*
 * The current version of a code; raises where there is none.  NULL and "" are
 * "default", which is always there.  The profile holds until the end of the
 * transaction; the next one asks again.
 */
extern const MatchProfile *profile_current(const char *code);

/* ---- measures_load.c: factors by worker, for many workers and classes at once ---- */

/* What a worker's measures depend on of a task. */
typedef struct MatchClass
{
	int64		queue_id;
	const char *queue;			/* its code */
	const char *product;		/* NULL: none */
	int			chapter;		/* ICD-10 chapter 1 to 22; 0: none */
	const MatchProfile *profile;	/* of the queue */
} MatchClass;

/* Of a class all workers in a row: [class * worker_count + worker]. */
typedef struct MatchMeasures
{
	int			worker_count;
	int			class_count;
	int32	   *cost;			/* the sum of the factors by worker */
	uint8	   *excluded_by;	/* 0: nobody; else 1 + index of the condition; NULL: no profile has such a condition */
	float4	   *minutes;		/* expected handling time; NaN: not known */
} MatchMeasures;

/*
 * measures_load fills the matrix set-wise, in CurrentMemoryContext.  needed, of
 * the same shape, says which pairs are asked for at all (NULL: all): FEEL is
 * evaluated for no others.  Workers ascending, none twice.
 */
extern MatchMeasures *measures_load(const int64 *worker_ids, int worker_count,
									const MatchClass *classes, int class_count, const bool *needed);

/*
 * measures_explain gives the values of all factors by worker for one class:
 * [factor * worker_count + worker] with the index of the profile's factor;
 * factors of other kinds are left at zero.
 */
typedef struct MatchFactorValue
{
	double		value;			/* NaN: not known */
	double		worst;			/* of the scale */
	double		best;
	int32		cost;
} MatchFactorValue;

extern MatchFactorValue *measures_explain(const int64 *worker_ids, int worker_count, const MatchClass *of_class);

#endif							/* ASSURE_MATCH_PROFILE_H */
