/*-------------------------------------------------------------------------
 *
 * wide.c
 *		The best assignment over pairs that are too many to be stored.
 *
 * The auction of auction.h runs over lists: of each task the candidates that come
 * cheapest at the prices of the moment.
 *
 *		sample		Prices are found roughly with some of the tasks and as many of
 *					the places.  They begin at nothing and rise, and as long as
 *					they rise a list is as good as all pairs: it is made anew when
 *					its second best is not surely the second best of all.
 *		phases		All tasks, with lists made at these prices, and made anew after
 *					each of the first phases, as prices settle.
 *		pricing out	The prices price out every pair: each task whose best pair of
 *					all is better than what it has takes such pairs into its list
 *					and bids again, until there is none.
 *
 * Then the prices prove the assignment over all pairs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/memutils.h"

#include "match/wide.h"

#define TASK_OUTSIDE	(-1)
#define TASK_WAITING	(-2)

/* Bids a task has before steps are taken larger, and how fast epsilon falls. */
#define EASY_BIDS		4
#define CONTEST_BIDS	30
#define EPSILON_STEP	8

#define AUCTION(name) wide_##name
#define AUCTION_COST uint32
#define AUCTION_PRICE int64
#include "match/auction.h"

/* Candidates of a task; rounds of pricing out before they are doubled. */
#define LIST_SIZE		32
#define LISTS_TOTAL		1200000	/* in all; of fewer tasks the lists are longer */
#define ROUNDS_MAX		10

/* Places that a worker has in a sample, at the average. */
#define SAMPLE_PLACES	2
#define SAMPLE_TASKS_MIN 1000

/* Of the range of costs: how rough the sample's prices are; the step with which
 * all tasks begin after it; and to which lists are made anew after each phase. */
#define SAMPLE_EPSILON	1000
#define START_EPSILON	256
#define RENEW_EPSILON	30000

/* Where tasks begin to look, one after another: far from each other. */
#define SPREAD			2654435761U

/* Pairs that are looked at at once. */
#define COLUMN_BLOCK	16

/* What fills a list that is shorter: no pair costs that much. */
#define NO_EDGE			PG_UINT32_MAX

typedef struct Search
{
	const WideProblem *problem;
	int32		list_size;
	int64		slack;			/* of totals no farther apart one is as good as the other */
	int64	   *totals;			/* heap of the candidates at hand, dearest first */
	int32	   *candidates;		/* their places in the row */
	int64		row_count;

	/* While no price changes: prices in units, in the order of a row's workers. */
	bool		is_still;
	int32	   *column;
	const int32 *column_of;		/* those workers */
} Search;

/* Some of the tasks of a problem: every step-th. */
typedef struct Sample
{
	const WideProblem *problem;
	int32		step;
} Sample;

/*
 * alloc_array returns room for so many elements, beyond 1 GB too.
 */
static void *
alloc_array(int64 count, Size size)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, mul_size(size, (Size) Max(count, 1)));
}

/*
 * heap_sink puts a candidate in place of the dearest.
 */
static inline void
heap_sink(Search *search, int32 count, int64 total, int32 candidate)
{
	int32		at = 0;

	for (;;)
	{
		int32		child = 2 * at + 1;

		if (child >= count)
			break;
		if (child + 1 < count && search->totals[child + 1] > search->totals[child])
			child++;
		if (search->totals[child] <= total)
			break;
		search->totals[at] = search->totals[child];
		search->candidates[at] = search->candidates[child];
		at = child;
	}
	search->totals[at] = total;
	search->candidates[at] = candidate;
}

/*
 * heap_add adds a candidate to a heap that has room.
 */
static inline void
heap_add(Search *search, int32 count, int64 total, int32 candidate)
{
	int32		at = count;

	while (at > 0 && search->totals[(at - 1) / 2] < total)
	{
		search->totals[at] = search->totals[(at - 1) / 2];
		search->candidates[at] = search->candidates[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	search->totals[at] = total;
	search->candidates[at] = candidate;
}

/* What find_candidates() has in hand. */
typedef struct Finding
{
	const int32 *worker;
	const int32 *cost;
	int32		size;
	int32		found;
	int64		limit;			/* no use for what comes to as much */
	int64		least;
} Finding;

/*
 * consider takes a pair into the heap if it comes to less than the limit.
 */
static inline void
consider(const wide_State *state, Search *search, Finding *finding, int32 i)
{
	int64		total = finding->cost[i] * state->scale + state->price[finding->worker[i]];

	if (total >= finding->limit || finding->cost[i] == WIDE_NEVER)
		return;
	finding->least = Min(finding->least, total);
	if (finding->found < finding->size)
		heap_add(search, finding->found++, total, i);
	else
		heap_sink(search, finding->size, total, i);
	if (finding->found == finding->size)
		finding->limit = Min(finding->limit, search->totals[0] - search->slack);
}

/*
 * any_below tells whether one of some pairs may come to less than a limit; in
 * units, rounded so that none is missed.  The compiler makes vectors of it.
 */
static inline bool
any_below(const int32 *cost, const int32 *column, int32 limit)
{
	int32		below = 0;

	for (int i = 0; i < COLUMN_BLOCK; i++)
		below |= cost[i] < limit - column[i];
	return below != 0;
}

/*
 * limit_in_units rounds a limit up.
 */
static inline int32
limit_in_units(const wide_State *state, int64 limit)
{
	return (int32) Min(limit / state->scale + 1, WIDE_NEVER);
}

/*
 * take_column puts the prices of a row's workers in their order.
 */
static void
take_column(const wide_State *state, Search *search, const int32 *workers, int32 count)
{
	if (search->column_of == workers)
		return;
	for (int32 i = 0; i < count; i++)
		search->column[i] = (int32) (state->price[workers[i]] / state->scale);
	search->column_of = workers;
}

/*
 * consider_range takes the pairs of a stretch of the row into the heap.
 */
static void
consider_range(const wide_State *state, Search *search, Finding *finding, int32 from, int32 to)
{
	int32		i = from;

	if (search->is_still)
		for (; i + COLUMN_BLOCK <= to; i += COLUMN_BLOCK)
			if (any_below(finding->cost + i, search->column + i, limit_in_units(state, finding->limit)))
				for (int32 j = i; j < i + COLUMN_BLOCK; j++)
					consider(state, search, finding, j);
	for (; i < to; i++)
		consider(state, search, finding, i);
}

/*
 * find_candidates finds the cheapest pairs of a task that come to less than a
 * limit, at most size; returns how many.  *beyond is what all others come to at
 * least; *least what the cheapest of all comes to, or the limit.
 *
 * Of pairs that come to the same, but for the slack, the first ones are taken, and
 * each task begins elsewhere: where people are alike, all tasks would else want
 * the same few.
 */
static int32
find_candidates(wide_State *state, int32 task, int32 size, int64 limit, int64 *least, int64 *beyond,
				const int32 **workers, const int32 **costs)
{
	Search	   *search = state->source;
	const WideProblem *problem = search->problem;
	int32		count = problem->row(problem->source, task, workers, costs);
	int32		start = count == 0 ? 0 : (int32) (((uint32) task * SPREAD) % (uint32) count) / COLUMN_BLOCK * COLUMN_BLOCK;
	Finding		finding = {*workers, *costs, size, 0, limit, limit};

	search->row_count++;
	if (search->is_still)
		take_column(state, search, *workers, count);
	consider_range(state, search, &finding, start, count);
	consider_range(state, search, &finding, 0, start);
	*least = finding.least;
	*beyond = finding.limit;
	return finding.found;
}

/*
 * stand_still begins a time in which no price changes, or ends it.
 */
static void
stand_still(Search *search, bool is_still)
{
	search->is_still = is_still;
	search->column_of = NULL;
}

/*
 * list_limit gives what no candidate of the task's next list comes to: as much as
 * the dearest of its full list; PG_INT64_MAX where that is not full.
 */
static int64
list_limit(const wide_State *state, int32 task)
{
	int64		most = 0;

	for (int64 i = state->first_edge[task]; i < state->first_edge[task + 1]; i++)
	{
		if (state->edges[i].cost == NO_EDGE)
			return PG_INT64_MAX;
		most = Max(most, state->edges[i].cost * state->scale + state->price[state->edges[i].worker]);
	}
	return most + 1;
}

/*
 * renew_list makes the list of a task anew, at the prices of now: what comes to
 * more than its outside option too, for prices also fall.
 */
static void
renew_list(wide_State *state, int32 task)
{
	Search	   *search = state->source;
	wide_Edge  *list = state->edges + state->first_edge[task];
	const int32 *workers;
	const int32 *costs;
	int64		least;
	int64		beyond;
	int32		found = find_candidates(state, task, search->list_size, list_limit(state, task), &least, &beyond, &workers, &costs);

	if (state->bound != NULL)
		state->bound[task] = beyond;
	for (int32 i = 0; i < search->list_size; i++)
		list[i] = i < found ? (wide_Edge) {workers[search->candidates[i]], (uint32) costs[search->candidates[i]]} :
			(wide_Edge) {0, NO_EDGE};
}

/*
 * renew_lists makes all lists anew, at prices that are found to epsilon.
 */
static void
renew_lists(wide_State *state)
{
	Search	   *search = state->source;

	search->slack = state->epsilon;
	stand_still(search, true);
	for (int32 t = 0; t < state->task_count; t++)
	{
		if ((t & 255) == 0)
			CHECK_FOR_INTERRUPTS();
		renew_list(state, t);
	}
	stand_still(search, false);
	search->slack = 0;
}

/*
 * add_candidates takes the pairs just found into the list of a task, in place of
 * those that come to most.
 */
static void
add_candidates(wide_State *state, int32 task, int32 found, const int32 *workers, const int32 *costs)
{
	Search	   *search = state->source;
	wide_Edge  *list = state->edges + state->first_edge[task];

	for (int32 n = 0; n < found; n++)
	{
		int32		worst = 0;
		int64		most = PG_INT64_MIN;

		for (int32 i = 0; i < search->list_size; i++)
		{
			int64		total = list[i].cost == NO_EDGE ? PG_INT64_MAX : list[i].cost * state->scale + state->price[list[i].worker];

			if (total > most)
			{
				most = total;
				worst = i;
			}
		}
		list[worst] = (wide_Edge) {workers[search->candidates[n]], (uint32) costs[search->candidates[n]]};
	}
}

/*
 * renew_reverse lists of each worker the tasks that have it as a candidate.
 */
static void
renew_reverse(wide_State *state)
{
	int64	   *first = state->first_reverse;
	int64		edges = state->first_edge[state->task_count];

	memset(first, 0, sizeof(int64) * ((Size) state->worker_count + 2));
	for (int64 i = 0; i < edges; i++)
		if (state->edges[i].cost != NO_EDGE)
			first[state->edges[i].worker + 2]++;
	for (int32 w = 0; w < state->worker_count; w++)
		first[w + 2] += first[w + 1];

	/* first[w + 1] walks from the beginning of w to its end, which is that of w + 1. */
	for (int32 t = 0; t < state->task_count; t++)
		for (int64 i = state->first_edge[t]; i < state->first_edge[t + 1]; i++)
			if (state->edges[i].cost != NO_EDGE)
				state->reverse[first[state->edges[i].worker + 1]++] = (wide_Edge) {t, state->edges[i].cost};
}

/*
 * lists_alloc makes room for lists of a size, and takes over what is in those of
 * a lesser one.
 */
static void
lists_alloc(wide_State *state, Search *search, int32 size)
{
	int64	   *first = alloc_array((int64) state->task_count + 1, sizeof(int64));
	wide_Edge  *edges = alloc_array((int64) state->task_count * size, sizeof(wide_Edge));

	for (int32 t = 0; t <= state->task_count; t++)
		first[t] = (int64) t * size;
	for (int64 i = 0; i < first[state->task_count]; i++)
		edges[i] = i % size < search->list_size && state->edges != NULL ?
			state->edges[i / size * search->list_size + i % size] : (wide_Edge) {0, NO_EDGE};
	if (state->edges != NULL)
	{
		pfree(state->edges);
		pfree(state->reverse);
		pfree(search->totals);
		pfree(search->candidates);
	}
	state->first_edge = first;
	state->edges = edges;
	state->reverse = alloc_array(first[state->task_count], sizeof(wide_Edge));
	search->list_size = size;
	search->totals = alloc_array(size, sizeof(int64));
	search->candidates = alloc_array(size, sizeof(int32));
}

/*
 * price_out looks for pairs that are better than what tasks have by more than
 * epsilon, and takes them into their lists; returns how many tasks have such,
 * and the largest difference.  0 where the prices prove the assignment.
 */
static int32
price_out(wide_State *state, int32 *released, int64 *largest)
{
	Search	   *search = state->source;
	int128		sum = 0;
	int32		count = 0;

	*largest = 0;
	stand_still(search, true);
	for (int32 t = 0; t < state->task_count; t++)
	{
		int64		total = wide_task_total(state, t);
		const int32 *workers;
		const int32 *costs;
		int64		least;
		int64		beyond;
		int32		found;

		if ((t & 255) == 0)
			CHECK_FOR_INTERRUPTS();
		found = find_candidates(state, t, Max(search->list_size / 4, 2), total, &least, &beyond, &workers, &costs);
		sum += Min(least, state->outside[t]);
		if (total - Min(least, state->outside[t]) <= state->epsilon)
			continue;
		*largest = Max(*largest, total - least);
		add_candidates(state, t, found, workers, costs);
		released[count++] = t;
	}
	stand_still(search, false);
	return wide_total_cost(state) - (sum - wide_places_bound(state)) < state->scale ? 0 : count;
}

/*
 * run_phases lets epsilon fall from phase to phase, to 1 or until the lists alone
 * hold no better assignment.  Above renew_above lists are made anew in between.
 */
static void
run_phases(wide_State *state, int64 epsilon, int64 renew_above, int64 range_out)
{
	int64	   *bound = state->bound;
	int64		bids_max = (int64) state->task_count * CONTEST_BIDS;
	int128		primal;
	int128		dual;

	for (;;)
	{
		state->epsilon = Max(epsilon, 1);
		state->bound = state->epsilon > renew_above / EPSILON_STEP ? bound : NULL;
		wide_start_phase(state);
		if (!wide_bid_all(state, bids_max))
		{
			/* Places are short, and being left out is dear. */
			epsilon = range_out / EPSILON_STEP;
			bids_max = PG_INT64_MAX;
			continue;
		}
		wide_undercut_all(state);
		wide_bounds(state, &primal, &dual);
		if (state->epsilon == 1 || primal - dual < state->scale)
			break;
		state->bound = bound;
		if (state->epsilon > renew_above)
			renew_lists(state);
		epsilon = state->epsilon / EPSILON_STEP;
	}
	state->bound = bound;
}

/*
 * finish prices out all pairs, round by round, until the prices prove the
 * assignment.
 */
static void
finish(wide_State *state, int64 range, int64 range_out)
{
	Search	   *search = state->source;
	int32	   *released = alloc_array(state->task_count, sizeof(int32));
	int64		largest;
	int32		count;

	state->epsilon = 1;
	for (int round = 1; (count = price_out(state, released, &largest)) > 0; round++)
	{
		if (round % ROUNDS_MAX == 0 && search->list_size < search->problem->row_max)
			lists_alloc(state, search, Min(search->list_size * 2, search->problem->row_max));
		for (int32 i = 0; i < count; i++)
		{
			if (state->worker_of[released[i]] >= 0)
				wide_leave_place(state, state->worker_of[released[i]], released[i]);
			wide_wait_for_place(state, released[i]);
		}
		if (wide_bid_all(state, (int64) state->task_count * EASY_BIDS))
			wide_undercut_all(state);
		else
			run_phases(state, Min(largest, range / START_EPSILON) / EPSILON_STEP, PG_INT64_MAX, range_out);
		state->epsilon = 1;
	}
	pfree(released);
}

/*
 * state_create makes the auction of a problem.
 */
static wide_State *
state_create(const WideProblem *problem, Search *search, int32 *worker_of)
{
	wide_State *state = palloc0(sizeof(wide_State));
	int64	   *place_cost = alloc_array(problem->first_place[problem->worker_count], sizeof(int64));

	state->task_count = problem->task_count;
	state->worker_count = problem->worker_count;
	state->scale = (int64) problem->task_count + 1;
	state->source = search;
	state->renew_list = renew_list;
	state->renew_reverse = renew_reverse;
	state->first_reverse = alloc_array((int64) problem->worker_count + 2, sizeof(int64));
	state->first_place = (int64 *) problem->first_place;
	for (int64 i = 0; i < problem->first_place[problem->worker_count]; i++)
		place_cost[i] = problem->place_cost[i];
	state->place_cost = place_cost;
	state->places = alloc_array(problem->first_place[problem->worker_count], sizeof(wide_Place));
	state->price = alloc_array(problem->worker_count, sizeof(int64));
	state->outside = alloc_array(problem->task_count, sizeof(int64));
	for (int32 t = 0; t < problem->task_count; t++)
		state->outside[t] = problem->outside[t] * state->scale;
	state->worker_of = worker_of;
	state->paid = alloc_array(problem->task_count, sizeof(int64));
	state->waiting = alloc_array(problem->task_count, sizeof(int32));
	search->problem = problem;
	search->column = alloc_array(problem->row_max, sizeof(int32));
	lists_alloc(state, search, wide_list_size(problem));
	return state;
}

/*
 * state_free gives back what is large.
 */
static void
state_free(wide_State *state, Search *search)
{
	pfree(state->edges);
	pfree(state->reverse);
	pfree(state->places);
	pfree(state->outside);
	pfree(state->paid);
	pfree(state->waiting);
	pfree(search->totals);
	pfree(search->candidates);
	pfree(search->column);
	if (state->bound != NULL)
		pfree(state->bound);
}

/*
 * start_price gives the price that a worker begins with: of one without a place
 * more than anybody would pay.
 */
static int64
start_price(const wide_State *state, int32 worker, int64 price)
{
	return (wide_place_count(state, worker) > 0 ? price : (int64) WIDE_NEVER) * state->scale;
}

/*
 * sample_row gives the pairs of a task of the sample.
 */
static int32
sample_row(void *source, int32 task, const int32 **workers, const int32 **costs)
{
	const Sample *sample = source;

	return sample->problem->row(sample->problem->source, task * sample->step, workers, costs);
}

/*
 * sample_places takes of each worker's places as many as fit the sample, at least
 * one where there is one.
 */
static void
sample_places(const WideProblem *problem, int32 step, WideProblem *part)
{
	int64	   *first = alloc_array((int64) problem->worker_count + 1, sizeof(int64));
	int32	   *cost = alloc_array(problem->first_place[problem->worker_count], sizeof(int32));
	int64		at = 0;

	for (int32 w = 0; w < problem->worker_count; w++)
	{
		first[w] = at;
		for (int64 i = problem->first_place[w]; i < problem->first_place[w + 1]; i += step)
			cost[at++] = problem->place_cost[i];
		if (at - first[w] > 1 && (problem->first_place[w + 1] - problem->first_place[w]) % step > step / 2)
			at--;
	}
	first[problem->worker_count] = at;
	part->first_place = first;
	part->place_cost = cost;
}

/*
 * sample_step says of how many tasks one is in the sample: so many that a worker
 * still has SAMPLE_PLACES there.
 */
static int32
sample_step(const WideProblem *problem)
{
	int64		places = problem->first_place[problem->worker_count] / Max(problem->worker_count, 1);
	int64		step = Min(places / SAMPLE_PLACES, problem->task_count / SAMPLE_TASKS_MIN);

	return (int32) Max(step, 1);
}

/*
 * sample_prices finds prices roughly, in units of cost, from some of the tasks.
 */
static void
sample_prices(const WideProblem *problem, int32 step, int64 range, int64 *price, int64 *row_count)
{
	Sample		sample = {problem, step};
	WideProblem part = *problem;
	Search		search = {0};
	int32	   *outside = alloc_array(problem->task_count / step + 1, sizeof(int32));
	wide_State *state;

	part.task_count = (problem->task_count + step - 1) / step;
	for (int32 t = 0; t < part.task_count; t++)
		outside[t] = problem->outside[t * step];
	part.outside = outside;
	part.row = sample_row;
	part.source = &sample;
	sample_places(problem, step, &part);
	state = state_create(&part, &search, alloc_array(part.task_count, sizeof(int32)));
	state->bound = alloc_array(part.task_count, sizeof(int64));
	for (int32 w = 0; w < problem->worker_count; w++)
		state->price[w] = start_price(state, w, 0);
	for (int64 epsilon = range / EPSILON_STEP; epsilon > range / SAMPLE_EPSILON; epsilon /= EPSILON_STEP)
	{
		for (int32 t = 0; t < part.task_count; t++)
			state->bound[t] = PG_INT64_MIN;
		state->epsilon = epsilon * state->scale;
		wide_start_phase(state);
		wide_bid_all(state, PG_INT64_MAX);
		wide_undercut_all(state);
	}
	for (int32 w = 0; w < problem->worker_count; w++)
		price[w] = state->price[w] / state->scale;
	*row_count = search.row_count;
	state_free(state, &search);
	pfree(state->worker_of);
	pfree(outside);
}

/*
 * wide_list_size says how many candidates a task has at first.
 */
int32
wide_list_size(const WideProblem *problem)
{
	return Max(Min(Max(LIST_SIZE, LISTS_TOTAL / Max(problem->task_count, 1)), problem->row_max), 2);
}

/*
 * wide_solve_bytes counts what wide_solve() takes, with lists of the first size.
 */
Size
wide_solve_bytes(const WideProblem *problem)
{
	Size		bytes = mul_size(2 * sizeof(wide_Edge) * (Size) wide_list_size(problem) + 5 * sizeof(int64), (Size) problem->task_count + 1);

	bytes = add_size(bytes, mul_size(sizeof(wide_Place) + sizeof(int64), (Size) problem->first_place[problem->worker_count]));
	return add_size(bytes, mul_size(2 * sizeof(int64), (Size) problem->worker_count + 2));
}

/*
 * take_solution reads the outcome off the auction.
 */
static void
take_solution(const wide_State *state, const Search *search, WideSolution *solution)
{
	solution->scale = state->scale;
	solution->price = state->price;
	solution->row_count = search->row_count;
	solution->cost = (int64) (wide_total_cost(state) / state->scale);
	for (int32 t = 0; t < state->task_count; t++)
	{
		solution->cost_of[t] = state->worker_of[t] < 0 ? 0 : (int32) (state->paid[t] / state->scale);
		solution->assigned_count += state->worker_of[t] >= 0;
	}
}

/*
 * wide_solve finds the best assignment.
 */
void
wide_solve(const WideProblem *problem, WideSolution *solution)
{
	Search		search = {0};
	int64		range = problem->cost_most;
	int64		range_out = problem->cost_most;
	int64	   *price = alloc_array(problem->worker_count, sizeof(int64));
	int64		sampled_rows;
	wide_State *state;

	memset(solution, 0, sizeof(*solution));
	solution->worker_of = alloc_array(problem->task_count, sizeof(int32));
	solution->cost_of = alloc_array(problem->task_count, sizeof(int32));
	for (int32 t = 0; t < problem->task_count; t++)
		range_out = Max(range_out, problem->outside[t]);
	sample_prices(problem, sample_step(problem), range, price, &sampled_rows);
	state = state_create(problem, &search, solution->worker_of);
	for (int32 w = 0; w < problem->worker_count; w++)
		state->price[w] = start_price(state, w, price[w]);
	state->epsilon = range * state->scale / START_EPSILON;
	state->bound = alloc_array(problem->task_count, sizeof(int64));
	renew_lists(state);
	run_phases(state, state->epsilon, range * state->scale / RENEW_EPSILON, range_out * state->scale);
	pfree(state->bound);
	state->bound = NULL;
	finish(state, range * state->scale, range_out * state->scale);
	search.row_count += sampled_rows;
	take_solution(state, &search, solution);
	state_free(state, &search);
	pfree(price);
}

/*
 * wide_dual sums up what the prices prove.
 */
int64
wide_dual(const WideProblem *problem, const int64 *price, int64 scale, const int64 *least)
{
	int128		sum = 0;

	for (int32 t = 0; t < problem->task_count; t++)
		sum += least[t];
	for (int32 w = 0; w < problem->worker_count; w++)
		for (int64 i = problem->first_place[w]; i < problem->first_place[w + 1]; i++)
			sum -= Max(price[w] - problem->place_cost[i] * scale, 0);

	/* Costs are whole numbers, so a bound may be rounded up to the next one. */
	return (int64) (sum / scale + (sum % scale > 0));
}
