/*-------------------------------------------------------------------------
 *
 * score.h
 *		What each pair of a task and a worker costs.
 *
 * Tasks that ask the same of a worker make a class: queue, product, chapter,
 * further skills.  What a worker costs a class is summed up once, its base; what
 * is left is what depends on the single task, and that is little enough to be
 * worked out anew whenever it is asked for: no pair is stored.
 *
 *		cost = base (class, worker)
 *			 + own cost of the task, the same with everybody
 *			 + place: same branch, prefecture, province; the price of going far
 *			 + headroom of authority above the amount
 *			 + slack to the deadline against the handling time
 *			 + patches: few workers of a task, by name (who was there before)
 *
 * Each part is rounded down to a unit of MATCH_UNITS, so a cost is at most one
 * unit a factor too low; nothing else is lost, and sums of costs are exact.
 *
 * score_row() gives all pairs of a task, in vector code.  score_pair() gives one,
 * from what was handed in and not from score_row()'s columns: for proofs and
 * explanations.  Both round alike.
 *
 * Knows no SPI, no fmgr, no clock.  Memory: CurrentMemoryContext.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_MATCH_SCORE_H
#define ASSURE_MATCH_SCORE_H

#include "postgres.h"

#include "match/profile.h"

/* The cost of a pair that is excluded; above any outside option. */
#define SCORE_NEVER			PG_INT32_MAX
#define SCORE_OUTSIDE_MAX	(SCORE_NEVER / 2)

/* Where a branch is; branches have numbers from 0. */
typedef struct ScorePlace
{
	int32		branch;
	int32		prefecture;		/* first four digits of the region */
	int32		province;		/* first two */
} ScorePlace;

typedef struct ScoreWorker
{
	ScorePlace	place;
	int64		authority_fen;
	bool		takes_outside;	/* work of other branches */
} ScoreWorker;

/* A worker whom a task treats apart. */
typedef struct ScorePatch
{
	int32		worker;
	int32		cost;			/* added; SCORE_NEVER: excluded */
} ScorePatch;

typedef struct ScoreTask
{
	int32		class_no;
	ScorePlace	place;
	int32		home;			/* branch whose people need not take outside work for it */
	bool		may_leave;		/* for other branches */
	int64		authority_fen;	/* needed */
	int32		own_cost;
	float4		slack_hours;	/* NaN: no deadline */
	int64		first_patch;	/* they end where the next task's begin */
} ScoreTask;

typedef struct ScoreClass
{
	const MatchProfile *profile;
	int32		count;
	int32	   *worker;			/* ascending */
	int32	   *base;
	float4	   *minutes;		/* expected handling time; NaN: not known */
} ScoreClass;

typedef struct ScoreInput
{
	int32		worker_count;
	const ScoreWorker *workers;
	int32		task_count;
	const ScoreTask *tasks;		/* class by class; one more at the end: where patches end */
	const ScorePatch *patches;
	int32		class_count;
	const ScoreClass *classes;
} ScoreInput;

/* What a pair's parts cost. */
typedef struct ScoreParts
{
	int32		base;
	int32		own;
	int32		place;
	int32		headroom;
	int32		slack;
	int32		patches;
} ScoreParts;

/* Why a pair is excluded. */
typedef enum ScoreExclusion
{
	SCORE_ELIGIBLE, SCORE_NOT_IN_CLASS, SCORE_AUTHORITY, SCORE_NOT_SHARED, SCORE_CONDITION_PLACE, SCORE_NAMED
} ScoreExclusion;

typedef struct Scorer Scorer;

extern Scorer *scorer_create(const ScoreInput *input);

/* Another one of the same, for another thread. */
extern Scorer *scorer_twin(const Scorer *scorer);

/* The most workers that a class has. */
extern int32 scorer_row_max(const Scorer *scorer);

/*
 * score_row gives the workers of a task's class and their costs, SCORE_NEVER
 * among them; what it points to holds until the next call.
 */
extern int32 score_row(Scorer *scorer, int32 task, const int32 **workers, const int32 **costs);

/*
 * score_column gives the tasks that a worker may do and what each costs there,
 * into arrays with room for all tasks; returns how many.
 */
extern int32 score_column(const Scorer *scorer, int32 worker, int32 *tasks, int32 *costs);

/* What a profile asks of single pairs, made once for many of them. */
typedef struct ScoreTerms ScoreTerms;

extern ScoreTerms *score_terms(const MatchProfile *profile);

/*
 * One pair, by the worker's place in the class (-1: not there); of one that is
 * excluded *why says so, and there are no parts.
 */
extern int32 score_pair(const ScoreInput *input, const ScoreTerms *terms, int32 task, int32 at,
						ScoreParts *parts, ScoreExclusion *why);
extern int32 score_find(const ScoreClass *of_class, int32 worker);

/* Values of the features, as they are priced. */
extern double score_headroom(int64 authority_fen, int64 worker_authority_fen);
extern double score_slack_fit(float4 slack_hours, float4 minutes);

#endif							/* ASSURE_MATCH_SCORE_H */
