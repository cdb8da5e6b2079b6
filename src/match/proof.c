/*-------------------------------------------------------------------------
 *
 * proof.c
 *		That an assignment is allowed, costs what is said, and is the best.
 *
 * Linear programming's duality: whatever the prices of the workers are, no
 * assignment costs less than the sum over the tasks of the least that each comes
 * to at these prices, less what the prices of the places are above their costs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "storage/shmem.h"
#include "utils/memutils.h"

#include "match/threads.h"
#include "match/proof.h"

/*
 * least_total finds the least that a task comes to over all pairs, and counts
 * the eligible ones.
 */
static int64
least_total(const ScoreInput *input, const ScoreTerms *terms, int32 task, const int64 *price, int64 scale, int64 outside, int64 *pair_count)
{
	const ScoreClass *of_class = &input->classes[input->tasks[task].class_no];
	int64		least = outside * scale;
	ScoreParts	parts;
	ScoreExclusion why;

	for (int32 i = 0; i < of_class->count; i++)
	{
		int32		cost = score_pair(input, terms, task, i, &parts, &why);

		if (why != SCORE_ELIGIBLE)
			continue;
		++*pair_count;
		least = Min(least, cost * scale + price[of_class->worker[i]]);
	}
	return least;
}

/*
 * cost_of_task works out what a task costs where it is.
 */
static int64
cost_of_task(const ScoreInput *input, const ScoreTerms *terms, int32 task, int32 worker, int32 outside)
{
	ScoreParts	parts;
	ScoreExclusion why;
	int32		cost;

	if (worker < 0)
		return outside;
	cost = score_pair(input, terms, task, score_find(&input->classes[input->tasks[task].class_no], worker), &parts, &why);
	if (why != SCORE_ELIGIBLE)
		elog(ERROR, "task number %d is with a worker who may not do it", task);
	return cost;
}

/*
 * cost_of_places works out what the places taken cost: of each worker the first
 * ones, as they are the cheapest.
 */
static int64
cost_of_places(const WideProblem *problem, const int32 *worker_of)
{
	int64	   *next = MemoryContextAllocHuge(CurrentMemoryContext, mul_size(sizeof(int64), (Size) problem->worker_count + 1));
	int64		cost = 0;

	memcpy(next, problem->first_place, sizeof(int64) * (Size) problem->worker_count);
	for (int32 t = 0; t < problem->task_count; t++)
	{
		int32		worker = worker_of[t];

		if (worker < 0)
			continue;
		if (next[worker] == problem->first_place[worker + 1])
			elog(ERROR, "worker number %d has more tasks than places", worker);
		cost += problem->place_cost[next[worker]++];
	}
	pfree(next);
	return cost;
}

/* What threads work out: the least of each task. */
typedef struct Leasts
{
	const WideProblem *problem;
	const ScoreInput *input;
	const WideSolution *solution;
	ScoreTerms **terms;			/* of each class */
	int64	   *least;			/* of each task */
	int64		pair_counts[THREADS_MAX];
} Leasts;

/*
 * least_of_some finds the least of some tasks.
 */
static void
least_of_some(void *state, int member, int32 from, int32 to)
{
	Leasts	   *leasts = state;

	for (int32 t = from; t < to; t++)
		leasts->least[t] = least_total(leasts->input, leasts->terms[leasts->input->tasks[t].class_no], t, leasts->solution->price,
									   leasts->solution->scale, leasts->problem->outside[t], &leasts->pair_counts[member]);
}

/*
 * match_prove works out cost and bound of a solution.
 */
void
match_prove(const WideProblem *problem, const ScoreInput *input, const WideSolution *solution, MatchProof *proof)
{
	Leasts		leasts = {problem, input, solution};

	memset(proof, 0, sizeof(*proof));
	leasts.least = MemoryContextAllocHuge(CurrentMemoryContext, mul_size(sizeof(int64), (Size) problem->task_count + 1));
	leasts.terms = palloc(mul_size(sizeof(ScoreTerms *), (Size) input->class_count + 1));
	for (int32 c = 0; c < input->class_count; c++)
		leasts.terms[c] = score_terms(input->classes[c].profile);
	threads_run(problem->member_count, problem->task_count, least_of_some, &leasts);
	for (int m = 0; m < THREADS_MAX; m++)
		proof->pair_count += leasts.pair_counts[m];
	for (int32 t = 0; t < problem->task_count; t++)
		proof->cost += cost_of_task(input, leasts.terms[input->tasks[t].class_no], t, solution->worker_of[t], problem->outside[t]);
	proof->cost += cost_of_places(problem, solution->worker_of);
	proof->dual_bound = wide_dual(problem, solution->price, solution->scale, leasts.least);
	proof->is_optimal = proof->cost == proof->dual_bound && proof->cost == solution->cost;
	pfree(leasts.least);
}
