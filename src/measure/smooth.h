/*-------------------------------------------------------------------------
 *
 * smooth.h
 *		Values of a few cases, drawn towards the mean of their group.
 *
 * Empirical Bayes: how much workers of a group truly differ is estimated from
 * the group itself (by its moments), and what is left of a worker's own value
 * is luck.  A prior says it in two numbers: the centre, and the strength, which
 * is how many cases it weighs.  So the value of a worker with n cases is
 *
 *		(n * own + strength * centre) / (n + strength)
 *
 * for rates (beta-binomial: the prior is a beta distribution) and for means and
 * quantiles (normal-normal) alike.
 *
 * A prior never weighs less than SMOOTH_STRENGTH_MIN cases, whatever so few
 * workers or cases seem to show: one case moves a value by no more than a fifth
 * of the way, so one lucky case does not make an expert.
 *
 * Pure arithmetic, no memory.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_MEASURE_SMOOTH_H
#define ASSURE_MEASURE_SMOOTH_H

#include "postgres.h"

#define SMOOTH_STRENGTH_MIN			4.0
#define SMOOTH_STRENGTH_MAX			1000000.0	/* workers do not differ beyond chance */
#define SMOOTH_STRENGTH_UNKNOWN		10.0	/* nothing to estimate it from */

/*
 * The sampling variance of a quantile of n normal values, in units of that of
 * their mean: q (1 - q) / density(quantile)^2.
 */
#define SMOOTH_OF_MEAN		1.0
#define SMOOTH_OF_MEDIAN	1.5707963267948966
#define SMOOTH_OF_P90		2.9222394137

/* What is collected of a group, worker by worker. */
typedef struct SmoothGroup
{
	int			workers;		/* with at least one case */
	double		cases;			/* sum of n */
	double		cases_square;	/* sum of n^2 */
	double		sum;			/* sum of n * value */
	double		square;			/* sum of n * value^2 */
	double		within;			/* sum of the squares of deviations from the workers' own means */
} SmoothGroup;

typedef struct SmoothPrior
{
	double		centre;
	double		strength;		/* in cases */
	double		spread;			/* standard deviation between workers, luck left out */
} SmoothPrior;

/* within is not used for rates. */
extern void smooth_add(SmoothGroup *group, double cases, double value, double within);

/* False: the group has no case. */
extern bool smooth_rate(const SmoothGroup *group, SmoothPrior *prior);
extern bool smooth_mean(const SmoothGroup *group, double variance_factor, SmoothPrior *prior);
extern bool smooth_volume(const SmoothGroup *group, SmoothPrior *prior);

/*
 * smooth_value draws a worker's own value towards the centre.
 */
static inline double
smooth_value(const SmoothPrior *prior, double cases, double own)
{
	if (cases <= 0.0)
		return prior->centre;
	return (cases * own + prior->strength * prior->centre) / (cases + prior->strength);
}

#endif							/* ASSURE_MEASURE_SMOOTH_H */
