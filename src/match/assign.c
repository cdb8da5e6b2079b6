/*-------------------------------------------------------------------------
 *
 * assign.c
 *		Who gets which task; knows no SPI.
 *
 * Each task in turn goes to the eligible worker who has the least work for the
 * capacity; among equals to one of the task's own branch, then of its
 * province, then to the worker with the lowest key.  That is fair and quick,
 * not optimal over all pairs.
 *
 * Who is eligible is a hard condition on every way to a task: skill, authority,
 * four eyes, and whether the work may leave its branch.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "match/assign.h"

/*
 * is_excluded tells whether the worker did an earlier stage of the task.
 */
static bool
is_excluded(const MatchTask *task, const MatchWorker *worker)
{
	for (int i = 0; i < task->excluded_count; i++)
		if (task->excluded_worker_ids[i] == worker->worker_id)
			return true;
	return false;
}

/*
 * is_eligible tells whether the worker may do the task.
 */
static bool
is_eligible(const MatchQueue *queue, const MatchTask *task, const MatchWorker *worker)
{
	bool		at_home = worker->branch_id == task->branch_id;

	return worker->load < worker->capacity &&
		worker->skill_level >= queue->skill_level &&
		worker->authority_fen >= task->amount_fen &&
		!is_excluded(task, worker) &&
		(at_home || (queue->shareable && worker->takes_outside));
}

/*
 * distance ranks how far the work travels: 0 its own branch, 1 its province.
 */
static int
distance(const MatchTask *task, const MatchWorker *worker)
{
	if (task->branch_id == worker->branch_id)
		return 0;
	return task->province == worker->province ? 1 : 2;
}

/*
 * is_better compares two eligible workers for a task.  Loads are compared as
 * fractions of capacity, by cross multiplication.
 */
static bool
is_better(const MatchTask *task, const MatchWorker *a, const MatchWorker *b)
{
	int64		load_a = (int64) a->load * b->capacity;
	int64		load_b = (int64) b->load * a->capacity;

	if (load_a != load_b)
		return load_a < load_b;
	if (distance(task, a) != distance(task, b))
		return distance(task, a) < distance(task, b);
	return a->worker_id < b->worker_id;
}

/*
 * assign gives each task to the best eligible worker.
 */
int
assign(const MatchQueue *queue, const MatchTask *tasks, int task_count,
	   MatchWorker *workers, int worker_count, int *worker_of)
{
	int			assigned = 0;

	for (int t = 0; t < task_count; t++)
	{
		int			best = -1;

		CHECK_FOR_INTERRUPTS();
		for (int w = 0; w < worker_count; w++)
			if (is_eligible(queue, &tasks[t], &workers[w]) &&
				(best < 0 || is_better(&tasks[t], &workers[w], &workers[best])))
				best = w;
		worker_of[t] = best;
		if (best >= 0)
		{
			workers[best].load++;
			assigned++;
		}
	}
	return assigned;
}
