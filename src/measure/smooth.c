/*-------------------------------------------------------------------------
 *
 * smooth.c
 *		The prior of a group, by its moments.
 *
 * Of K workers with n_i cases each (N in all) and own values x_i, whose mean
 * weighted by cases is m, the sum of squares between them
 *
 *		B = sum n_i (x_i - m)^2
 *
 * is expected to be (K - 1) v + (N - sum n_i^2 / N) t, where v is the variance
 * of one case and t that of workers: the analysis of variance of unbalanced
 * groups.  It gives t, and the strength v / t.  For rates v depends on t, since
 * a case is 0 or 1: v + t = m (1 - m), so that the same equation reads
 *
 *		B = m (1 - m) ((K - 1) + r (N - sum n_i^2 / N - (K - 1)))
 *
 * with the share r = t / (v + t), and the strength is 1 / r - 1, the sum of the
 * two parameters of the beta distribution.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "measure/smooth.h"

/* Below this share of the cases the equation says nothing of the workers. */
#define FREEDOM_LEAST 1e-9

/*
 * smooth_add adds a worker to a group; without cases there is nothing to add.
 */
void
smooth_add(SmoothGroup *group, double cases, double value, double within)
{
	if (cases <= 0.0)
		return;
	group->workers++;
	group->cases += cases;
	group->cases_square += cases * cases;
	group->sum += cases * value;
	group->square += cases * value * value;
	group->within += Max(within, 0.0);
}

/*
 * between gives the sum of squares between workers; what rounding makes
 * negative is none.
 */
static double
between(const SmoothGroup *group, double centre)
{
	double		sum = group->square - group->cases * centre * centre;

	return Max(sum, 0.0);
}

/*
 * bounded keeps a strength within its bounds.
 */
static double
bounded(double strength)
{
	return Min(Max(strength, SMOOTH_STRENGTH_MIN), SMOOTH_STRENGTH_MAX);
}

/*
 * smooth_rate fits a beta distribution to the rates of a group.
 */
bool
smooth_rate(const SmoothGroup *group, SmoothPrior *prior)
{
	double		variance;
	double		freedom;
	double		share;

	if (group->workers == 0)
		return false;
	prior->centre = Min(Max(group->sum / group->cases, 0.0), 1.0);
	variance = prior->centre * (1.0 - prior->centre);
	freedom = group->cases - group->cases_square / group->cases - (group->workers - 1);
	if (variance <= 0.0 || freedom <= FREEDOM_LEAST * group->cases)
		prior->strength = SMOOTH_STRENGTH_UNKNOWN;
	else
	{
		share = (between(group, prior->centre) / variance - (group->workers - 1)) / freedom;
		prior->strength = share <= 0.0 ? SMOOTH_STRENGTH_MAX : bounded(1.0 / share - 1.0);
	}
	prior->spread = prior->strength >= SMOOTH_STRENGTH_MAX ? 0.0 : sqrt(variance / (prior->strength + 1.0));
	return true;
}

/*
 * smooth_mean fits a normal distribution to the means of a group, or to another
 * statistic whose sampling variance is variance_factor times that of a mean.
 */
bool
smooth_mean(const SmoothGroup *group, double variance_factor, SmoothPrior *prior)
{
	double		within_freedom = group->cases - group->workers;
	double		between_freedom;
	double		case_variance;
	double		worker_variance;

	if (group->workers == 0)
		return false;
	prior->centre = group->sum / group->cases;
	between_freedom = group->cases - group->cases_square / group->cases;
	if (within_freedom <= 0.0 || between_freedom <= FREEDOM_LEAST * group->cases)
	{
		/* one case each, or one worker: nobody can tell luck from skill */
		double		total = group->workers > 1 ? between(group, prior->centre) / (group->workers - 1) : 0.0;

		prior->strength = SMOOTH_STRENGTH_UNKNOWN;
		prior->spread = sqrt(total / (1.0 + SMOOTH_STRENGTH_UNKNOWN));
		return true;
	}
	case_variance = variance_factor * group->within / within_freedom;
	worker_variance = (between(group, prior->centre) - (group->workers - 1) * case_variance) / between_freedom;
	prior->strength = worker_variance <= 0.0 ? SMOOTH_STRENGTH_MAX : bounded(case_variance / worker_variance);
	prior->spread = worker_variance <= 0.0 ? 0.0 : sqrt(worker_variance);
	return true;
}

/*
 * smooth_volume describes a group of counts, one a worker: none is drawn to the
 * mean, for there is nothing uncertain about a count.
 */
bool
smooth_volume(const SmoothGroup *group, SmoothPrior *prior)
{
	if (group->workers == 0)
		return false;
	prior->centre = group->sum / group->cases;
	prior->strength = 0.0;
	prior->spread = group->workers > 1 ? sqrt(between(group, prior->centre) / (group->workers - 1)) : 0.0;
	return true;
}
