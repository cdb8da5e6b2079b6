/*-------------------------------------------------------------------------
 *
 * dispatch_prepare.c
 *		Makes the problem of the engine of the pool of a dispatch.
 *
 * Whatever depends on the worker and the class of the task is summed up here, into
 * the base: measures, levels of skills, load, shift.  Tasks stand class by class
 * afterwards; workers whom a task treats apart become patches.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/memutils.h"

#include "match/dispatch_pool.h"

/* What the features that are looked up by name cost a profile. */
typedef struct NamedCosts
{
	int32		nobody;			/* with whom the task does not name: part of the base */
	int32		known;			/* added */
	int32		preferred;
	int32		declined;		/* or SCORE_NEVER */
} NamedCosts;

/*
 * alloc_array returns room for so many elements, beyond 1 GB too.
 */
static void *
alloc_array(int64 count, Size size)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, mul_size(size, (Size) Max(count, 1)));
}

/*
 * feature_at gives what a profile's factors of a feature cost at a value.
 */
static int32
feature_at(const MatchProfile *profile, MatchPairFeature feature, double value)
{
	int32		cost = 0;

	if ((profile->pair_features & (1 << feature)) == 0)
		return 0;
	for (int i = 0; i < profile->factor_count; i++)
	{
		const MatchFactor *factor = &profile->factors[i];

		if (factor->kind == FACTOR_PAIR && factor->feature == feature)
			cost += factor_cost(factor->weight, factor->worst, factor->best, value);
	}
	return cost;
}

/*
 * named_costs works out what names cost.
 */
static NamedCosts
named_costs(const MatchProfile *profile)
{
	int32		known = feature_at(profile, PAIR_SAME_CUSTOMER, 0);
	int32		preferred = feature_at(profile, PAIR_PREFERRED, 0);
	int32		declined = feature_at(profile, PAIR_RETURNED_BEFORE, 0) + feature_at(profile, PAIR_DECLINED_BEFORE, 0);
	NamedCosts	costs = {known + preferred + declined};

	costs.known = feature_at(profile, PAIR_SAME_CUSTOMER, 1) - known;
	costs.preferred = feature_at(profile, PAIR_PREFERRED, 1) - preferred - profile->preferred_bonus;
	costs.declined = feature_at(profile, PAIR_RETURNED_BEFORE, 1) + feature_at(profile, PAIR_DECLINED_BEFORE, 1) - declined;
	for (int i = 0; i < profile->condition_count; i++)
		if (profile->conditions[i].kind == CONDITION_NOT_RETURNED || profile->conditions[i].kind == CONDITION_NOT_DECLINED)
			costs.declined = SCORE_NEVER;
	return costs;
}

/*
 * level_of returns a worker's level in a skill.
 */
static inline int
level_of(const Pool *pool, int skill, int worker)
{
	return pool->levels[(Size) skill * pool->worker_count + worker];
}

/*
 * pool_missing_skill finds the first need of a class that a worker does not meet,
 * below the level by what its profile allows; -1: none.
 */
int
pool_missing_skill(const Pool *pool, const PoolClass *of_class, int worker)
{
	const MatchProfile *profile = pool->queues[of_class->queue].profile;

	for (int i = 0; i < of_class->need_count; i++)
	{
		int			level = level_of(pool, of_class->needs[i].skill, worker);
		int			below = i == 0 ? profile->penalties.levels_below_max : 0;

		if (level == 0 || level < of_class->needs[i].level - below)
			return i;
	}
	return -1;
}

/* Rooms of a worker. */
typedef struct Rooms
{
	int			open;			/* for any work */
	int			own;			/* for that of the own branch alone */
	bool		takes_outside;
} Rooms;

/*
 * rooms_of counts a worker's free places.
 */
static Rooms
rooms_of(const Pool *pool, const PoolWorker *worker)
{
	const PoolBranch *branch = &pool->branches[worker->branch];
	int			outside = branch->takes_in ? (int) (((int64) worker->capacity * branch->take_in + 99) / 100) : 0;
	int			free = Max(worker->capacity - worker->fixed_home - worker->fixed_outside, 0);
	int			beyond = Max(worker->fixed_home - (worker->capacity - outside), 0);
	Rooms		rooms = {0, 0, outside > 0};

	if (!worker->is_on)
		return rooms;
	rooms.open = Min(Max(outside - worker->fixed_outside - beyond, 0), free);
	rooms.own = free - rooms.open;
	return rooms;
}

/*
 * place_costs sets what places cost, from a worker's k-th task on.
 */
static void
place_costs(const Pool *pool, const PoolWorker *worker, int k, int count, bool with_prices, int32 *costs)
{
	for (int i = 0; i < count; i++)
	{
		costs[i] = with_prices ? worker->price : 0;
		for (int q = 0; q < pool->queue_count; q++)
			costs[i] = Max(costs[i], level_cost(pool->queues[q].profile, k + i));
	}
}

/*
 * make_nodes makes nodes of workers, and their places.
 */
static void
make_nodes(PoolProblem *problem, bool with_prices)
{
	Pool	   *pool = problem->pool;
	ScoreWorker *nodes = alloc_array(2 * (int64) pool->worker_count, sizeof(ScoreWorker));
	int64	   *first_place = alloc_array(2 * (int64) pool->worker_count + 1, sizeof(int64));
	int32	   *place_cost;
	int64		places = 0;
	int32		count = 0;

	for (int w = 0; w < pool->worker_count; w++)
		places += Min(Max(pool->workers[w].capacity, 0), pool->task_count);
	place_cost = alloc_array(places, sizeof(int32));
	places = 0;
	problem->worker_of_node = alloc_array(2 * (int64) pool->worker_count, sizeof(int32));
	problem->first_node = alloc_array((int64) pool->worker_count + 1, sizeof(int32));
	for (int w = 0; w < pool->worker_count; w++)
	{
		const PoolWorker *worker = &pool->workers[w];
		Rooms		rooms = rooms_of(pool, worker);
		int			taken = worker->fixed_home + worker->fixed_outside;
		int			counts[2] = {Min(rooms.open, pool->task_count), Min(rooms.own, pool->task_count)};

		counts[1] = Min(counts[1], pool->task_count - counts[0]);
		problem->first_node[w] = count;
		for (int side = 0; side < 2; side++)
		{
			/* Without room a worker is still one node, which has no place. */
			if (counts[side] == 0 && (side == 1 || rooms.own > 0))
				continue;
			nodes[count] = (ScoreWorker) {pool->branches[worker->branch].place, worker->authority_fen, side == 0 && rooms.takes_outside};
			problem->worker_of_node[count] = w;
			first_place[count++] = places;
			place_costs(pool, worker, taken + 1 + side * counts[0], counts[side], with_prices, &place_cost[places]);
			places += counts[side];
		}
	}
	problem->first_node[pool->worker_count] = count;
	first_place[count] = places;
	problem->node_count = count;
	problem->input.worker_count = problem->wide.worker_count = count;
	problem->input.workers = nodes;
	problem->wide.first_place = first_place;
	problem->wide.place_cost = place_cost;
}

/*
 * load_measures asks for the measures of all workers who have the skills.
 */
static MatchMeasures *
load_measures(const Pool *pool, bool *needed)
{
	int64	   *worker_ids = alloc_array(pool->worker_count, sizeof(int64));
	MatchClass *classes = alloc_array(pool->class_count, sizeof(MatchClass));

	for (int w = 0; w < pool->worker_count; w++)
		worker_ids[w] = pool->workers[w].worker_id;
	for (int c = 0; c < pool->class_count; c++)
	{
		const PoolQueue *queue = &pool->queues[pool->classes[c].queue];

		CHECK_FOR_INTERRUPTS();
		classes[c] = (MatchClass) {queue->queue_id, queue->code, pool->classes[c].product, pool->classes[c].chapter, queue->profile};
		for (int w = 0; w < pool->worker_count; w++)
			needed[(Size) c * pool->worker_count + w] = pool_missing_skill(pool, &pool->classes[c], w) < 0;
	}
	return (pool->measures_of != NULL ? pool->measures_of : measures_load) (worker_ids, pool->worker_count, classes, pool->class_count, needed);
}

/*
 * more_level gives a worker's mean level in the skills that a class needs beside
 * the first; 5 where it needs none.
 */
static double
more_level(const Pool *pool, const PoolClass *of_class, int worker)
{
	double		sum = 0;

	if (of_class->need_count == 1)
		return 5;
	for (int i = 1; i < of_class->need_count; i++)
		sum += level_of(pool, of_class->needs[i].skill, worker);
	return sum / (of_class->need_count - 1);
}

/*
 * pool_feature gives the value of a feature that depends on the class only.
 */
double
pool_feature(const Pool *pool, const PoolClass *of_class, int worker_no, float4 minutes, MatchPairFeature feature)
{
	const PoolWorker *worker = &pool->workers[worker_no];
	int			margin = level_of(pool, of_class->needs[0].skill, worker_no) - of_class->needs[0].level;
	int			taken = worker->fixed_home + worker->fixed_outside;

	switch (feature)
	{
		case PAIR_SKILL_MARGIN:
			return margin;
		case PAIR_SKILL_EXCESS:
			return Max(margin, 0);
		case PAIR_LOAD:
			return worker->capacity > 0 ? Min((double) taken / worker->capacity, 1) : 1;
		case PAIR_FREE_SLOTS:
			return Max(worker->capacity - taken, 0);
		case PAIR_SHIFT_FIT:
			return Min(Max(worker->shift_hours * 60 / minutes, 0), 10);
		case PAIR_CASE_MIX:
			return worker->case_mix;
		case PAIR_MORE_SKILLS:
			return more_level(pool, of_class, worker_no);
		default:
			return 0;
	}
}

/*
 * pool_levels_below gives how many levels a worker is below what a class asks.
 */
int
pool_levels_below(const Pool *pool, const PoolClass *of_class, int worker)
{
	return Max(of_class->needs[0].level - level_of(pool, of_class->needs[0].skill, worker), 0);
}

/*
 * base_of sums up what depends on worker and class.
 */
static int32
base_of(const Pool *pool, const PoolClass *of_class, int worker, int32 measured, float4 minutes)
{
	static const MatchPairFeature features[] = {
		PAIR_SKILL_MARGIN, PAIR_SKILL_EXCESS, PAIR_LOAD, PAIR_FREE_SLOTS, PAIR_SHIFT_FIT, PAIR_CASE_MIX, PAIR_MORE_SKILLS
	};
	const MatchProfile *profile = pool->queues[of_class->queue].profile;
	int32		cost = measured + pool_levels_below(pool, of_class, worker) * profile->penalties.level_below;

	for (int i = 0; i < (int) lengthof(features); i++)
		if (profile->pair_features & (1 << features[i]))
			cost += feature_at(profile, features[i], pool_feature(pool, of_class, worker, minutes, features[i]));
	return cost;
}

/*
 * make_classes makes the classes of the engine: their nodes and bases.
 */
static void
make_classes(PoolProblem *problem)
{
	Pool	   *pool = problem->pool;
	ScoreClass *classes = alloc_array(pool->class_count, sizeof(ScoreClass));
	bool	   *needed = alloc_array((int64) pool->class_count * pool->worker_count, sizeof(bool));
	MatchMeasures *measures = load_measures(pool, needed);

	for (int c = 0; c < pool->class_count; c++)
	{
		const PoolClass *of_class = &pool->classes[c];
		const MatchProfile *profile = pool->queues[of_class->queue].profile;
		int32		nobody = named_costs(profile).nobody;
		Size		row = (Size) c * pool->worker_count;
		int32		count = 0;

		CHECK_FOR_INTERRUPTS();
		for (int w = 0; w < pool->worker_count; w++)
			if (needed[row + w] && (measures->excluded_by == NULL || measures->excluded_by[row + w] == 0))
				count += problem->first_node[w + 1] - problem->first_node[w];
		classes[c] = (ScoreClass) {profile, 0, alloc_array(count, sizeof(int32)), alloc_array(count, sizeof(int32)), alloc_array(count, sizeof(float4))};
		for (int w = 0; w < pool->worker_count; w++)
		{
			int32		base;

			if (!needed[row + w] || (measures->excluded_by != NULL && measures->excluded_by[row + w] != 0))
				continue;
			base = nobody + base_of(pool, of_class, w, measures->cost[row + w], measures->minutes[row + w]);
			for (int32 n = problem->first_node[w]; n < problem->first_node[w + 1]; n++)
			{
				classes[c].worker[classes[c].count] = n;
				classes[c].minutes[classes[c].count] = measures->minutes[row + w];
				classes[c].base[classes[c].count++] = base;
			}
		}
	}
	problem->input.class_count = pool->class_count;
	problem->input.classes = classes;
	problem->measures = measures;
	pfree(needed);
}

/*
 * sort_tasks puts tasks class by class.
 */
static void
sort_tasks(PoolProblem *problem)
{
	Pool	   *pool = problem->pool;
	int32	   *next = alloc_array((int64) pool->class_count + 1, sizeof(int32));

	problem->task_of = alloc_array(pool->task_count, sizeof(int32));
	memset(next, 0, sizeof(int32) * ((Size) pool->class_count + 1));
	for (int32 t = 0; t < pool->task_count; t++)
		next[pool->tasks[t].class_no + 1]++;
	for (int c = 0; c < pool->class_count; c++)
		next[c + 1] += next[c];
	for (int32 t = 0; t < pool->task_count; t++)
		problem->task_of[next[pool->tasks[t].class_no]++] = t;
	pfree(next);
}

/*
 * task_cost gives what a task costs with everybody.
 */
static int32
task_cost(const Pool *pool, const PoolTask *task)
{
	const PoolClass *of_class = &pool->classes[task->class_no];
	const PoolQueue *queue = &pool->queues[of_class->queue];
	MatchTaskFacts facts;

	if (!queue->profile->has_task_factors)
		return 0;
	facts = pool_facts(pool, task);
	return profile_task_cost(queue->profile, &facts);
}

/*
 * pool_facts gives what expressions may ask of a task.
 */
MatchTaskFacts
pool_facts(const Pool *pool, const PoolTask *task)
{
	const PoolClass *of_class = &pool->classes[task->class_no];
	const PoolBranch *branch = &pool->branches[task->branch];

	return (MatchTaskFacts)
	{
		.queue = pool->queues[of_class->queue].code, .product = of_class->product, .chapter = of_class->chapter,
			.amount_fen = task->amount_fen, .priority = task->priority, .age_hours = task->age_hours, .slack_hours = task->slack_hours,
			.origin = branch->code, .origin_province = psprintf("%d0000", branch->place.province), .returns = task->returns,
			.attributes = task->attributes
	};
}

/*
 * name_cost gives what it costs that a task names a worker.
 */
static int32
name_cost(const NamedCosts *costs, PoolNamed named)
{
	switch (named)
	{
		case NAMED_DECLINED:
			return costs->declined;
		case NAMED_KNOWN:
			return costs->known;
		case NAMED_PREFERRED:
			return costs->preferred;
		case NAMED_HOLDER:
			return -POOL_MOVE_UNITS;
		default:
			return SCORE_NEVER;
	}
}

/*
 * pool_worker_number finds a worker by key; -1: not in the pool.
 */
int
pool_worker_number(const Pool *pool, int64 worker_id)
{
	int			low = 0;
	int			high = pool->worker_count - 1;

	while (low <= high)
	{
		int			middle = (low + high) / 2;

		if (pool->workers[middle].worker_id == worker_id)
			return middle;
		if (pool->workers[middle].worker_id < worker_id)
			low = middle + 1;
		else
			high = middle - 1;
	}
	return -1;
}

/*
 * make_patches makes patches of the names, task by task in the engine's order,
 * and tells each task where its own begin.
 */
static void
make_patches(PoolProblem *problem, ScoreTask *tasks)
{
	Pool	   *pool = problem->pool;
	ScorePatch *patches = alloc_array(2 * pool->name_count, sizeof(ScorePatch));
	int32	   *number = alloc_array(pool->task_count, sizeof(int32));
	int64	   *first = alloc_array((int64) pool->task_count + 2, sizeof(int64));
	int64	   *order = alloc_array(pool->name_count, sizeof(int64));
	NamedCosts *costs = alloc_array(pool->queue_count, sizeof(NamedCosts));
	int64		count = 0;

	memset(first, 0, sizeof(int64) * ((Size) pool->task_count + 2));
	for (int q = 0; q < pool->queue_count; q++)
		costs[q] = named_costs(pool->queues[q].profile);
	for (int32 t = 0; t < pool->task_count; t++)
		number[problem->task_of[t]] = t;
	for (int64 i = 0; i < pool->name_count; i++)
		first[number[pool->names[i].task] + 2]++;
	for (int32 t = 0; t < pool->task_count; t++)
		first[t + 2] += first[t + 1];
	for (int64 i = 0; i < pool->name_count; i++)
		order[first[number[pool->names[i].task] + 1]++] = i;
	for (int32 t = 0; t < pool->task_count; t++)
	{
		tasks[t].first_patch = count;
		for (int64 i = first[t]; i < first[t + 1]; i++)
		{
			const PoolName *name = &pool->names[order[i]];
			int			worker = pool_worker_number(pool, name->worker_id);
			int			queue = pool->classes[tasks[t].class_no].queue;

			for (int32 n = worker < 0 ? 0 : problem->first_node[worker]; worker >= 0 && n < problem->first_node[worker + 1]; n++)
				patches[count++] = (ScorePatch) {n, name_cost(&costs[queue], name->named)};
		}
	}
	tasks[pool->task_count].first_patch = count;
	problem->input.patches = patches;
	pfree(number);
	pfree(first);
	pfree(order);
	pfree(costs);
}

/*
 * find_shift finds what has to be added to all costs so that none is below 0, and
 * the most that a pair may cost then.
 */
static void
find_shift(PoolProblem *problem)
{
	Pool	   *pool = problem->pool;
	int64		least = 0;
	int64		most = 0;

	for (int c = 0; c < pool->class_count; c++)
	{
		const MatchProfile *profile = pool->queues[pool->classes[c].queue].profile;

		least = Min(least, profile->cost_least);
		most = Max(most, profile->cost_most);
	}
	for (int32 t = 0; t < pool->task_count; t++)
		if (pool->tasks[t].holder_id != 0)
		{
			least -= POOL_MOVE_UNITS;
			break;
		}
	problem->shift = (int32) -least;
	problem->wide.cost_most = (int32) (most - least);
}

/*
 * make_tasks makes the tasks of the engine and their outside options.
 */
static void
make_tasks(PoolProblem *problem)
{
	Pool	   *pool = problem->pool;
	ScoreTask  *tasks = alloc_array((int64) pool->task_count + 1, sizeof(ScoreTask));
	int32	   *outside = alloc_array(pool->task_count, sizeof(int32));

	find_shift(problem);
	sort_tasks(problem);
	for (int32 t = 0; t < pool->task_count; t++)
	{
		const PoolTask *task = &pool->tasks[problem->task_of[t]];
		const PoolQueue *queue = &pool->queues[pool->classes[task->class_no].queue];
		int64		price = profile_outside(queue->profile, task->priority, task->age_hours, queue->wait_hours) + problem->shift;

		if ((t & 1023) == 0)
			CHECK_FOR_INTERRUPTS();
		tasks[t] = (ScoreTask)
		{
			.class_no = task->class_no, .place = pool->branches[task->branch].place, .home = task->branch, .may_leave = !task->is_kept,
				.authority_fen = task->authority_fen, .own_cost = problem->shift + task_cost(pool, task), .slack_hours = (float4) task->slack_hours
		};
		outside[t] = (int32) Min(price, SCORE_OUTSIDE_MAX);
	}
	make_patches(problem, tasks);
	problem->input.task_count = problem->wide.task_count = pool->task_count;
	problem->input.tasks = tasks;
	problem->wide.outside = outside;
}

/*
 * pool_prepare makes the problem.
 */
void
pool_prepare(Pool *pool, PoolProblem *problem, bool with_prices)
{
	memset(problem, 0, sizeof(*problem));
	problem->pool = pool;
	make_nodes(problem, with_prices);
	make_classes(problem);
	make_tasks(problem);
	if (pool->takes_hours)
		pool_hours(problem);
}
