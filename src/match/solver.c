/*-------------------------------------------------------------------------
 *
 * solver.c
 *		Prepares a problem for the auction, and its outcome for the caller.
 *
 * Costs are shifted so that the least of them is 0, which moves every assignment
 * of as many tasks alike.  Without outside options a task left out is charged
 * more than all that leaving it out could save along a chain of moves; then the
 * least sum leaves out as few as can be.
 *
 * The auction runs on 64-bit prices where costs times tasks allow it, else on 128
 * bits: the same code, expanded twice.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/memutils.h"

#include "match/solver.h"

/* What stands in worker_of for a task that no worker has. */
#define TASK_OUTSIDE	(-1)
#define TASK_WAITING	(-2)

/* Bids a task has before it is taken for a contest, and then in its first phase
 * before places are taken to be short; and how fast epsilon falls. */
#define EASY_BIDS		4
#define CONTEST_BIDS	30
#define EPSILON_STEP	8

#define AUCTION_RUN
#define AUCTION(name) narrow_##name
#define AUCTION_COST uint32
#define AUCTION_PRICE int64
#include "match/auction.h"
#undef AUCTION
#undef AUCTION_COST
#undef AUCTION_PRICE

#define AUCTION(name) wide_##name
#define AUCTION_COST uint64
#define AUCTION_PRICE int128
#include "match/auction.h"
#undef AUCTION
#undef AUCTION_COST
#undef AUCTION_PRICE

/* A problem as the auction takes it. */
typedef struct Prepared
{
	const MatchProblem *problem;
	int64		least_cost;		/* becomes 0 */
	uint64		range;			/* the largest, shifted */
	int128		left_out;		/* charged for a task left out, where no outside
								 * options are given */
	int128		range_out;		/* the largest of what being left out costs, shifted */
	int64		edge_count;
	int64		place_count;
	bool		is_narrow;
	int64	   *first_edge;		/* edges to workers without capacity are gone */
	int64	   *first_reverse;
	int64	   *first_place;
} Prepared;

/*
 * alloc_array returns room for so many elements, beyond 1 GB too.
 */
static void *
alloc_array(int64 count, Size size)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, mul_size(size, (Size) Max(count, 1)));
}

/*
 * find_range finds the least cost and the largest, outside options included.
 */
static void
find_range(Prepared *prepared)
{
	const MatchProblem *problem = prepared->problem;
	int64		least = PG_INT64_MAX;
	int64		most = PG_INT64_MIN;
	int64		count = problem->first_edge[problem->task_count];

	for (int64 i = 0; i < count; i++)
	{
		least = Min(least, problem->edge_cost[i]);
		most = Max(most, problem->edge_cost[i]);
	}
	for (int32 t = 0; t < problem->task_count && problem->outside != NULL; t++)
	{
		least = Min(least, problem->outside[t]);
		most = Max(most, problem->outside[t]);
	}
	if (least > most)
		least = most = 0;
	prepared->least_cost = least;
	prepared->range = (uint64) most - (uint64) least;
	prepared->left_out = 0;
	prepared->range_out = prepared->range;

	/* A chain of moves visits each worker and each task once at most. */
	if (problem->outside == NULL)
		prepared->left_out = prepared->range_out =
			(int128) prepared->range * (Min(problem->task_count, problem->worker_count) + 1) + 1;
}

/*
 * count_edges finds where each task's and each worker's edges begin, and how
 * many places a worker needs: no more than it has edges.
 */
static void
count_edges(Prepared *prepared)
{
	const MatchProblem *problem = prepared->problem;
	int32		workers = problem->worker_count;
	int64		count = 0;

	prepared->first_edge = alloc_array((int64) problem->task_count + 1, sizeof(int64));
	prepared->first_reverse = alloc_array((int64) workers + 1, sizeof(int64));
	prepared->first_place = alloc_array((int64) workers + 1, sizeof(int64));
	memset(prepared->first_reverse, 0, sizeof(int64) * ((Size) workers + 1));
	for (int32 t = 0; t < problem->task_count; t++)
	{
		prepared->first_edge[t] = count;
		for (int64 i = problem->first_edge[t]; i < problem->first_edge[t + 1]; i++)
			if (problem->capacity[problem->edge_worker[i]] > 0)
			{
				prepared->first_reverse[problem->edge_worker[i] + 1]++;
				count++;
			}
	}
	prepared->first_edge[problem->task_count] = count;
	prepared->edge_count = count;
	prepared->first_place[0] = 0;
	for (int32 w = 0; w < workers; w++)
	{
		int64		edges = prepared->first_reverse[w + 1];

		prepared->first_place[w + 1] = prepared->first_place[w] + Min(edges, problem->capacity[w]);
		prepared->first_reverse[w + 1] += prepared->first_reverse[w];
	}
	prepared->place_count = prepared->first_place[workers];
}

/*
 * prepare looks through the problem.
 */
static void
prepare(Prepared *prepared, const MatchProblem *problem)
{
	memset(prepared, 0, sizeof(*prepared));
	prepared->problem = problem;
	find_range(prepared);
	count_edges(prepared);

	/* Prices stay below the sum of the largest charge and one step. */
	prepared->is_narrow = prepared->range <= PG_UINT32_MAX &&
		prepared->range_out * ((int128) problem->task_count + 1) < ((int128) 1 << 60);
}

/*
 * match_solve_bytes counts what the arrays of the auction take.
 */
Size
match_solve_bytes(const MatchProblem *problem)
{
	int64		edges = problem->first_edge[problem->task_count];
	Size		bytes = mul_size(sizeof(wide_Edge) * 2, (Size) edges);

	bytes = add_size(bytes, mul_size(sizeof(int128) * 3 + sizeof(int64) * 4, (Size) problem->task_count + 1));
	bytes = add_size(bytes, mul_size(sizeof(int128) * 2 + sizeof(int64) * 4, (Size) problem->worker_count + 1));
	for (int32 w = 0; w < problem->worker_count; w++)
		bytes = add_size(bytes, mul_size(sizeof(wide_Place),
										 (Size) Min((int64) problem->capacity[w], edges)));
	return bytes;
}

/*
 * DEFINE_SOLVE expands, for one width, from a prepared problem to the auction's
 * outcome: worker_of, the worker's price in units of cost, and both bounds in
 * scaled units.
 */
#define DEFINE_SOLVE(width, price_type) \
static void \
width##_fill(width##_State *state, const Prepared *prepared) \
{ \
	const MatchProblem *problem = prepared->problem; \
	int64	   *next = alloc_array(problem->worker_count, sizeof(int64)); \
	int64		at = 0; \
\
	memcpy(next, prepared->first_reverse, sizeof(int64) * problem->worker_count); \
	for (int32 t = 0; t < problem->task_count; t++) \
	{ \
		state->outside[t] = state->scale * (problem->outside == NULL ? (price_type) prepared->left_out : \
			(price_type) ((uint64) problem->outside[t] - (uint64) prepared->least_cost)); \
		for (int64 i = problem->first_edge[t]; i < problem->first_edge[t + 1]; i++) \
		{ \
			int32		worker = problem->edge_worker[i]; \
			uint64		cost = (uint64) problem->edge_cost[i] - (uint64) prepared->least_cost; \
\
			if (problem->capacity[worker] <= 0) \
				continue; \
			state->edges[at].worker = worker; \
			state->edges[at++].cost = cost; \
			state->reverse[next[worker]].worker = t; \
			state->reverse[next[worker]++].cost = cost; \
		} \
	} \
	pfree(next); \
} \
\
static void \
width##_solve(const Prepared *prepared, MatchSolution *solution, int128 *primal, int128 *dual) \
{ \
	const MatchProblem *problem = prepared->problem; \
	width##_State state; \
\
	memset(&state, 0, sizeof(state)); \
	state.task_count = problem->task_count; \
	state.worker_count = problem->worker_count; \
	state.scale = (price_type) problem->task_count + 1; \
	state.first_edge = prepared->first_edge; \
	state.first_reverse = prepared->first_reverse; \
	state.first_place = prepared->first_place; \
	state.edges = alloc_array(prepared->edge_count, sizeof(width##_Edge)); \
	state.reverse = alloc_array(prepared->edge_count, sizeof(width##_Edge)); \
	state.outside = alloc_array(problem->task_count, sizeof(price_type)); \
	state.places = alloc_array(prepared->place_count, sizeof(width##_Place)); \
	state.price = alloc_array(problem->worker_count, sizeof(price_type)); \
	memset(state.price, 0, sizeof(price_type) * problem->worker_count); \
	state.worker_of = solution->worker_of; \
	state.paid = alloc_array(problem->task_count, sizeof(price_type)); \
	state.waiting = alloc_array(problem->task_count, sizeof(int32)); \
	width##_fill(&state, prepared); \
	width##_run(&state, (price_type) prepared->range * state.scale, \
				(price_type) prepared->range_out * state.scale); \
	width##_bounds(&state, primal, dual); \
	for (int32 w = 0; w < problem->worker_count; w++) \
		solution->price[w] = clamp_price(state.price[w] / state.scale); \
	pfree(state.edges); \
	pfree(state.reverse); \
	pfree(state.outside); \
	pfree(state.places); \
	pfree(state.price); \
	pfree(state.paid); \
	pfree(state.waiting); \
}

/*
 * clamp_price brings a price into int64: without outside options it can be what
 * leaving a task out is charged.
 */
static int64
clamp_price(int128 price)
{
	return (int64) Min(price, (int128) PG_INT64_MAX);
}

DEFINE_SOLVE(narrow, int64)
DEFINE_SOLVE(wide, int128)

/*
 * find_costs looks up what each task's edge costs.
 */
static void
find_costs(const MatchProblem *problem, MatchSolution *solution)
{
	for (int32 t = 0; t < problem->task_count; t++)
	{
		int64		at = problem->first_edge[t];

		solution->cost_of[t] = 0;
		if (solution->worker_of[t] < 0)
			continue;
		while (problem->edge_worker[at] != solution->worker_of[t])
			at++;
		solution->cost_of[t] = problem->edge_cost[at];
		solution->assigned_count++;
	}
}

/*
 * sum_to_int64 refuses a sum that does not fit.
 */
static int64
sum_to_int64(int128 sum)
{
	if (sum > PG_INT64_MAX || sum < PG_INT64_MIN)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("sum of the costs is out of range for type bigint"),
				 errhint("Divide the costs by a common factor.")));
	return (int64) sum;
}

/*
 * match_solve finds the best assignment.
 */
void
match_solve(const MatchProblem *problem, MatchSolution *solution)
{
	Prepared	prepared;
	int128		primal;
	int128		dual;
	int128		scale = (int128) problem->task_count + 1;
	int128		shift;

	memset(solution, 0, sizeof(*solution));
	solution->worker_of = alloc_array(problem->task_count, sizeof(int32));
	solution->cost_of = alloc_array(problem->task_count, sizeof(int64));
	solution->price = alloc_array(problem->worker_count, sizeof(int64));
	prepare(&prepared, problem);
	if (prepared.is_narrow)
		narrow_solve(&prepared, solution, &primal, &dual);
	else
		wide_solve(&prepared, solution, &primal, &dual);
	find_costs(problem, solution);

	/*
	 * Costs are whole numbers, so a bound may be rounded up to the next one.  Both
	 * sums lose the shift, and the charge for what was left out.
	 */
	shift = (int128) prepared.least_cost *
		(problem->outside == NULL ? solution->assigned_count : problem->task_count) -
		prepared.left_out * (problem->task_count - solution->assigned_count);
	solution->cost = sum_to_int64(primal / scale + shift);
	solution->dual_bound = sum_to_int64(dual / scale + (dual % scale > 0) + shift);
	solution->is_optimal = solution->cost == solution->dual_bound;
	pfree(prepared.first_edge);
	pfree(prepared.first_reverse);
	pfree(prepared.first_place);
}
