/*-------------------------------------------------------------------------
 *
 * draw.h
 *		What is drawn of finished tasks; knows no tables.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_POSTCHECK_DRAW_H
#define ASSURE_POSTCHECK_DRAW_H

#include "postgres.h"

#define DRAW_RATE_ONE 1000000	/* rates are millionths */

typedef struct DrawTask
{
	int64		task_id;
	int			place;			/* in the list of strata, and of what was drawn */
	uint64		rank;			/* filled by draw_sample */
} DrawTask;

/*
 * draw_sample draws of each stratum its share of tasks, rounded up and at least
 * one: those that come first in an order which is as good as random, and the same
 * for all strata and for ever: that of SHA-256 over seed and task.  So what is
 * drawn depends on nothing else, a task that comes first in one of its strata
 * tends to do so in the others, and a higher rate draws the same tasks and more.
 *
 * The task at a place belongs to the strata_per_task strata that stand from
 * strata[place * strata_per_task] on; rates has the rate of each stratum.  Puts
 * the tasks into that order, sets is_drawn by place, and returns how many.
 */
extern int	draw_sample(const char *seed, DrawTask *tasks, int task_count, const int *strata, int strata_per_task,
						const int *rates_micro, int stratum_count, bool *is_drawn);

#endif							/* ASSURE_POSTCHECK_DRAW_H */
