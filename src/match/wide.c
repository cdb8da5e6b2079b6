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
 *					its second best is not surely the second best of all.  (The prices
 *					of the run before are no better start: they save a tenth where
 *					nothing changed, and cost much where the load fell.)
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

#include "match/candidates.h"
#include "match/threads.h"
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

/* What fills a list that is shorter: no pair costs that much. */
#define NO_EDGE			PG_UINT32_MAX

typedef struct Search
{
	const WideProblem *problem;
	int32		list_size;
	Finder	   *finders;		/* of each thread */
	bool		is_reversed;	/* workers know whose lists they are on */

	/* all pairs of the worker at hand: of one who has several places to fill they
	 * are asked for again */
	int32		column_of;		/* -1: nobody's yet */
	int64		column_count;
	int32	   *column_tasks;
	int32	   *column_costs;
	wide_Edge  *column;
} Search;

/* Some of the tasks of a problem: every step-th. */
typedef struct Sample
{
	const WideProblem *problem;
	void	   *source;			/* the problem's, of a member */
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
 * prices_of gives the prices of the moment.
 */
static inline FinderPrices
prices_of(const wide_State *state)
{
	return (FinderPrices) {state->price, state->scale};
}

/*
 * stand_still begins a time in which no price changes, or ends it; of totals no
 * farther apart than the slack one is as good as another.
 */
static void
stand_still(Search *search, bool is_still, int64 slack)
{
	for (int m = 0; m < search->problem->member_count; m++)
	{
		finder_stand_still(&search->finders[m], is_still);
		search->finders[m].slack = slack;
	}
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
 * list_fill makes the list of a task anew, at the prices of now: what comes to
 * more than its outside option too, for prices also fall.
 */
static void
list_fill(wide_State *state, Finder *finder, int32 task)
{
	int32		size = ((Search *) state->source)->list_size;
	wide_Edge  *list = state->edges + state->first_edge[task];
	int32		found = finder_find(finder, prices_of(state), task, size, list_limit(state, task));

	if (state->bound != NULL)
		state->bound[task] = finder->beyond;
	for (int32 i = 0; i < size; i++)
		list[i] = i < found ? (wide_Edge) {finder->workers[finder->candidates[i]], (uint32) finder->costs[finder->candidates[i]]} :
			(wide_Edge) {0, NO_EDGE};
}

/*
 * renew_list makes the list of a bidder anew.
 */
static void
renew_list(wide_State *state, int32 task)
{
	Search	   *search = state->source;

	list_fill(state, &search->finders[0], task);
	search->is_reversed = false;
}

/*
 * fill_some makes the lists of some tasks anew.
 */
static void
fill_some(void *argument, int member, int32 from, int32 to)
{
	wide_State *state = argument;

	for (int32 t = from; t < to; t++)
		list_fill(state, &((Search *) state->source)->finders[member], t);
}

/*
 * renew_lists makes all lists anew, at prices that are found to epsilon.
 */
static void
renew_lists(wide_State *state)
{
	Search	   *search = state->source;

	stand_still(search, true, state->epsilon);
	threads_run(search->problem->member_count, state->task_count, fill_some, state);
	search->is_reversed = false;
	stand_still(search, false, 0);
}

/*
 * take_edge takes a pair into the list of a task, in place of that which comes to
 * most.
 */
static void
take_edge(wide_State *state, int32 task, wide_Edge edge)
{
	wide_Edge  *list = state->edges + state->first_edge[task];
	int32		size = ((Search *) state->source)->list_size;
	int32		worst = 0;
	int64		most = PG_INT64_MIN;

	for (int32 i = 0; i < size; i++)
	{
		int64		total = list[i].cost == NO_EDGE ? PG_INT64_MAX : list[i].cost * state->scale + state->price[list[i].worker];

		if (total > most)
		{
			most = total;
			worst = i;
		}
	}
	list[worst] = edge;
}

/*
 * all_edges gives all pairs of a worker.
 */
static const wide_Edge *
all_edges(wide_State *state, int32 worker, int64 *count)
{
	Search	   *search = state->source;

	if (search->column_of != worker)
	{
		search->column_count = search->problem->column(search->problem->sources[0], worker, search->column_tasks, search->column_costs);
		for (int64 i = 0; i < search->column_count; i++)
			search->column[i] = (wide_Edge) {search->column_tasks[i], (uint32) search->column_costs[i]};
		search->column_of = worker;
	}
	*count = search->column_count;
	return search->column;
}

/*
 * add_candidates takes the pairs just found into the list of a task.
 */
static void
add_candidates(wide_State *state, const Finder *finder, int32 task, int32 found)
{
	for (int32 n = 0; n < found; n++)
		take_edge(state, task, (wide_Edge) {finder->workers[finder->candidates[n]], (uint32) finder->costs[finder->candidates[n]]});
}

/*
 * renew_reverse lists of each worker the tasks that have it as a candidate.  What
 * take_edge() alone changed does not count: the pairs there are pairs still.
 */
static void
renew_reverse(wide_State *state)
{
	Search	   *search = state->source;
	int64	   *first = state->first_reverse;
	int64		edges = state->first_edge[state->task_count];

	if (search->is_reversed)
		return;
	search->is_reversed = true;
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
		for (int m = 0; m < search->problem->member_count; m++)
			finder_resize(&search->finders[m], size);
	}
	state->first_edge = first;
	state->edges = edges;
	state->reverse = alloc_array(first[state->task_count], sizeof(wide_Edge));
	search->list_size = size;
	search->is_reversed = false;
}

/* Pricing out, as threads do it. */
typedef struct PricingOut
{
	wide_State *state;
	int64	   *gain;			/* of each task: what its best pair of all saves */
} PricingOut;

/*
 * price_some looks for pairs that are better by more than epsilon than what some
 * tasks have, and takes them into their lists.
 */
static void
price_some(void *argument, int member, int32 from, int32 to)
{
	PricingOut *pricing = argument;
	wide_State *state = pricing->state;
	Search	   *search = state->source;
	Finder	   *finder = &search->finders[member];

	for (int32 t = from; t < to; t++)
	{
		int64		total = wide_task_total(state, t);
		int32		found = finder_find(finder, prices_of(state), t, Max(search->list_size / 4, 2), total);

		pricing->gain[t] = total - Min(finder->least, state->outside[t]);
		if (pricing->gain[t] > state->epsilon)
			add_candidates(state, finder, t, found);
	}
}

/*
 * price_out looks for pairs that are better than what tasks have by more than
 * epsilon, and takes them into their lists; returns how many tasks have such,
 * and the largest difference.  0 where the prices prove the assignment.
 */
static int32
price_out(wide_State *state, int64 *gain, int32 *released, int64 *largest)
{
	Search	   *search = state->source;
	PricingOut	pricing = {state, gain};
	int128		sum = 0;
	int32		count = 0;

	*largest = 0;
	stand_still(search, true, 0);
	threads_run(search->problem->member_count, state->task_count, price_some, &pricing);
	search->is_reversed = false;
	stand_still(search, false, 0);
	for (int32 t = 0; t < state->task_count; t++)
	{
		sum += wide_task_total(state, t) - gain[t];
		if (gain[t] <= state->epsilon)
			continue;
		*largest = Max(*largest, gain[t]);
		released[count++] = t;
	}
	return wide_total_cost(state) - (sum - wide_places_bound(state)) < state->scale ? 0 : count;
}

/*
 * run_phases lets epsilon fall from phase to phase, to 1 or until the lists alone
 * hold no better assignment.  Above renew_above lists are made anew in between.
 * A phase that does not end soon had steps that were too small for how far prices
 * are off.
 */
static void
run_phases(wide_State *state, int64 epsilon, int64 renew_above, int64 range_out)
{
	int64	   *bound = state->bound;
	int64		epsilon_most = Max(range_out / EPSILON_STEP, 1);
	int128		primal;
	int128		dual;

	for (;;)
	{
		state->epsilon = Min(Max(epsilon, 1), epsilon_most);
		state->bound = state->epsilon > renew_above / EPSILON_STEP ? bound : NULL;
		wide_start_phase(state);
		if (!wide_bid_all(state, state->epsilon == epsilon_most ? PG_INT64_MAX : (int64) state->task_count * CONTEST_BIDS))
		{
			epsilon = state->epsilon * EPSILON_STEP;
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
	int64	   *gain = alloc_array(state->task_count, sizeof(int64));
	int64		largest;
	int32		count;

	state->epsilon = 1;
	for (int round = 1; (count = price_out(state, gain, released, &largest)) > 0; round++)
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
	pfree(gain);
}

/*
 * list_size says how many candidates a task has at first.
 */
static int32
list_size(const WideProblem *problem)
{
	return Max(Min(Max(LIST_SIZE, LISTS_TOTAL / Max(problem->task_count, 1)), problem->row_max), 2);
}

/*
 * state_create makes the auction of a problem.
 */
static wide_State *
state_create(const WideProblem *problem, Search *search, int32 *worker_of, int32 size)
{
	wide_State *state = palloc0(sizeof(wide_State));
	int64	   *place_cost = alloc_array(problem->first_place[problem->worker_count], sizeof(int64));

	state->task_count = problem->task_count;
	state->worker_count = problem->worker_count;
	state->scale = (int64) problem->task_count + 1;
	state->source = search;
	state->renew_list = renew_list;
	state->renew_reverse = renew_reverse;
	state->all_edges = problem->column == NULL ? NULL : all_edges;
	state->take_edge = take_edge;
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
	search->finders = alloc_array(problem->member_count, sizeof(Finder));
	for (int m = 0; m < problem->member_count; m++)
		finder_init(&search->finders[m], problem, problem->sources[m], size);
	search->column_of = -1;
	search->column_tasks = alloc_array(problem->task_count, sizeof(int32));
	search->column_costs = alloc_array(problem->task_count, sizeof(int32));
	search->column = alloc_array(problem->task_count, sizeof(wide_Edge));
	lists_alloc(state, search, size);
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
	for (int m = 0; m < search->problem->member_count; m++)
		finder_free(&search->finders[m]);
	pfree(search->finders);
	pfree(search->column_tasks);
	pfree(search->column_costs);
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

	return sample->problem->row(sample->source, task * sample->step, workers, costs);
}

/*
 * sample_places takes of each worker's places as many as fit the sample: at least
 * one where there is one, and in all as many as it ought to be, lest a sample is
 * in a shortage, or out of one, that all tasks are not.
 */
static void
sample_places(const WideProblem *problem, int32 step, WideProblem *part)
{
	int64	   *first = alloc_array((int64) problem->worker_count + 1, sizeof(int64));
	int32	   *cost = alloc_array(problem->first_place[problem->worker_count], sizeof(int32));
	int64		at = 0;

	for (int32 w = 0; w < problem->worker_count; w++)
	{
		int64		begin = problem->first_place[w];
		int64		count = problem->first_place[w + 1] - begin;
		int64		due = (problem->first_place[w + 1] + step / 2) / step - at;

		first[w] = at;
		due = Min(Max(due, 1), (count + step - 1) / step);
		for (int64 i = 0; i < due; i++)
			cost[at++] = problem->place_cost[begin + Min(i * step, count - 1)];
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
	Sample		sample = {problem, problem->sources[0], step};
	void	   *sources[] = {&sample};
	WideProblem part = *problem;
	Search		search = {0};
	int32	   *outside = alloc_array(problem->task_count / step + 1, sizeof(int32));
	wide_State *state;

	part.task_count = (problem->task_count + step - 1) / step;
	for (int32 t = 0; t < part.task_count; t++)
		outside[t] = problem->outside[t * step];
	part.outside = outside;
	part.row = sample_row;
	part.column = NULL;
	part.member_count = 1;
	part.sources = sources;
	sample_places(problem, step, &part);
	state = state_create(&part, &search, alloc_array(part.task_count, sizeof(int32)), list_size(&part));
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
	*row_count = search.finders[0].row_count;
	state_free(state, &search);
	pfree(state->worker_of);
	pfree(outside);
}

/*
 * take_solution reads the outcome off the auction.
 */
static void
take_solution(const wide_State *state, const Search *search, WideSolution *solution)
{
	solution->scale = state->scale;
	solution->price = state->price;
	for (int m = 0; m < search->problem->member_count; m++)
		solution->row_count += search->finders[m].row_count;
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
	state = state_create(problem, &search, solution->worker_of, list_size(problem));
	for (int32 w = 0; w < problem->worker_count; w++)
		state->price[w] = start_price(state, w, price[w]);
	state->epsilon = range * state->scale / START_EPSILON;
	state->bound = alloc_array(problem->task_count, sizeof(int64));
	renew_lists(state);
	run_phases(state, state->epsilon, range * state->scale / RENEW_EPSILON, range_out * state->scale);
	pfree(state->bound);
	state->bound = NULL;
	finish(state, range * state->scale, range_out * state->scale);
	solution->row_count = sampled_rows;
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
