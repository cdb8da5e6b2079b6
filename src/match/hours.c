/*-------------------------------------------------------------------------
 *
 * hours.c
 *		Assignments where tasks also take time out of what is left of a shift.
 *
 * Lagrange: a minute of a worker gets a price, and the rooms are forgotten.  What
 * is left is the problem of wide.h with other costs, solved and proven as ever; its
 * bound, less what the rooms are worth at these prices, is a bound for the problem
 * with rooms, whatever the prices are.  They are whole units, so the bound is exact.
 * The first round has no prices; the second has what a minute of the tasks was worth
 * that had to be given up.  Then minutes of those who have too much to do become
 * dearer, and of those who have room cheaper (Held, Wolfe and Crowder, 1974).
 *
 * Each round's assignment is mended: who is over the room gives up what is worth
 * least a minute; what is left open goes to the cheapest who has room, the dearest
 * to leave open first; and whoever may move to a cheaper place with room does.  The
 * best of all rounds is taken, and checked by the proof, which knows nothing of
 * all this, and minute by minute here.
 *
 * Minutes of a pair depend on the class of the task and the worker; so a price of
 * minutes is a change of the class's bases.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/memutils.h"

#include "match/hours.h"

/* Rounds: fewer of more tasks. */
#define ROUNDS_MIN		4
#define ROUNDS_MAX		24
#define ROUNDS_TASKS	120000
#define MEND_PASSES		3

/* Rounds without a better bound before steps are halved. */
#define PATIENCE		3

/* Where cost and bound are no farther apart, in thousandths, it is good enough. */
#define GAP_PERMILLE	1

/* What minutes may add to the cost of a pair: the sum stays an int32. */
#define PRICE_ROOM		(SCORE_OUTSIDE_MAX / 2)

/* An assignment at work. */
typedef struct Mending
{
	const HoursProblem *problem;
	int32	   *worker_of;		/* node of each task, or -1 */
	int32	   *cost_of;		/* of the pair */
	int32	   *taken;			/* places of each node */
	int64	   *used;			/* minutes of each worker */
	int32	   *order;			/* tasks, the dearest to leave open first */
	ScoreTerms **terms;			/* of each class */
	double	   *margin;			/* of each worker: what a minute of the last task given up is worth */
} Mending;

/*
 * alloc_array returns room for so many elements, beyond 1 GB too.
 */
static void *
alloc_array(int64 count, Size size)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, mul_size(size, (Size) Max(count, 1)));
}

/*
 * minutes_of gives how long a task takes at a node.
 */
static int32
minutes_of(const HoursProblem *problem, int32 task, int32 node)
{
	int32		class_no = problem->input->tasks[task].class_no;
	int32		at = score_find(&problem->input->classes[class_no], node);

	return at < 0 ? 0 : problem->minutes[class_no][at];
}

/*
 * price_minutes sets the bases of all classes to what they were and the minutes
 * at their prices; price NULL: as they were.
 */
static void
price_minutes(const HoursProblem *problem, int32 *const *bases, const int64 *price)
{
	for (int32 c = 0; c < problem->input->class_count; c++)
	{
		const ScoreClass *of_class = &problem->input->classes[c];

		for (int32 i = 0; i < of_class->count; i++)
			of_class->base[i] = bases[c][i] +
				(price == NULL ? 0 : (int32) (price[problem->worker_of_node[of_class->worker[i]]] * problem->minutes[c][i]));
	}
}

/*
 * place_cost gives what one more task at a node costs, by its places.
 */
static int32
place_cost(const Mending *mending, int32 node)
{
	const WideProblem *wide = mending->problem->wide;

	return wide->place_cost[wide->first_place[node] + mending->taken[node]];
}

/*
 * has_room tells whether a node has a place and so many minutes.
 */
static bool
has_room(const Mending *mending, int32 node, int32 minutes, int32 minutes_back)
{
	const WideProblem *wide = mending->problem->wide;
	int32		worker = mending->problem->worker_of_node[node];
	int32		room = mending->problem->room[worker];

	return mending->taken[node] < wide->first_place[node + 1] - wide->first_place[node] &&
		(room == HOURS_UNBOUNDED || mending->used[worker] + minutes - minutes_back <= room);
}

/*
 * put gives a task to a node; take takes it away.
 */
static void
put(Mending *mending, int32 task, int32 node, int32 cost)
{
	mending->worker_of[task] = node;
	mending->cost_of[task] = cost;
	mending->taken[node]++;
	mending->used[mending->problem->worker_of_node[node]] += minutes_of(mending->problem, task, node);
}

/*
 * take takes a task away from who has it.
 */
static void
take(Mending *mending, int32 task)
{
	int32		node = mending->worker_of[task];

	mending->taken[node]--;
	mending->used[mending->problem->worker_of_node[node]] -= minutes_of(mending->problem, task, node);
	mending->worker_of[task] = -1;
	mending->cost_of[task] = 0;
}

/* A task, and what it is worth a minute where it is. */
typedef struct Worth
{
	int32		task;
	double		worth;
} Worth;

/*
 * compare_worth orders by worth, the least first.
 */
static int
compare_worth(const void *a, const void *b)
{
	const Worth *x = a;
	const Worth *y = b;

	if (x->worth != y->worth)
		return x->worth < y->worth ? -1 : 1;
	return (x->task > y->task) - (x->task < y->task);
}

/*
 * give_up takes from those over their room what is worth least a minute.
 */
static void
give_up(Mending *mending)
{
	const HoursProblem *problem = mending->problem;
	Worth	   *worths = alloc_array(problem->wide->task_count, sizeof(Worth));
	int32		count = 0;

	for (int32 t = 0; t < problem->wide->task_count; t++)
	{
		int32		node = mending->worker_of[t];
		int32		minutes = node < 0 ? 0 : minutes_of(problem, t, node);

		if (minutes > 0)
			worths[count++] = (Worth) {t, (double) (problem->wide->outside[t] - mending->cost_of[t]) / minutes};
	}
	qsort(worths, count, sizeof(Worth), compare_worth);
	for (int32 i = 0; i < count; i++)
	{
		int32		worker = problem->worker_of_node[mending->worker_of[worths[i].task]];

		if (problem->room[worker] == HOURS_UNBOUNDED || mending->used[worker] <= problem->room[worker])
			continue;
		take(mending, worths[i].task);
		mending->margin[worker] = Max(worths[i].worth, 0);
	}
	pfree(worths);
}

/*
 * improve puts a task where it comes cheapest and there is room, if that is
 * cheaper than where it is or than to leave it open; true: it moved.
 */
static bool
improve(Mending *mending, int32 task)
{
	const WideProblem *wide = mending->problem->wide;
	int32		node = mending->worker_of[task];
	int32		worker = node < 0 ? -1 : mending->problem->worker_of_node[node];
	int32		back = node < 0 ? 0 : minutes_of(mending->problem, task, node);
	const int32 *nodes;
	const int32 *costs;
	int32		count = wide->row(wide->sources[0], task, &nodes, &costs);
	int64		least = wide->outside[task];
	int32		best = -1;
	const int32 *minutes = mending->problem->minutes[mending->problem->input->tasks[task].class_no];

	if (node >= 0)
		least = (int64) mending->cost_of[task] + wide->place_cost[wide->first_place[node] + mending->taken[node] - 1];
	for (int32 i = 0; i < count; i++)
	{
		int32		other = mending->problem->worker_of_node[nodes[i]];

		if (costs[i] >= least || nodes[i] == node || !has_room(mending, nodes[i], minutes[i], other == worker ? back : 0) ||
			(int64) costs[i] + place_cost(mending, nodes[i]) >= least)
			continue;
		least = (int64) costs[i] + place_cost(mending, nodes[i]);
		best = i;
	}
	if (best < 0 && (node < 0 || least <= wide->outside[task]))
		return false;
	if (node >= 0)
		take(mending, task);
	if (best >= 0)
		put(mending, task, nodes[best], costs[best]);
	return true;
}

/*
 * mend makes an assignment keep to the rooms, and then cheaper; returns its cost.
 */
static int64
mend(Mending *mending, const WideSolution *from)
{
	const HoursProblem *problem = mending->problem;
	const WideProblem *wide = problem->wide;
	int64		cost = 0;

	memset(mending->taken, 0, sizeof(int32) * (Size) wide->worker_count);
	memset(mending->used, 0, sizeof(int64) * (Size) problem->worker_count);
	for (int32 t = 0; t < wide->task_count; t++)
	{
		int32		node = from->worker_of[t];
		ScoreParts	parts;
		ScoreExclusion why;
		int32		class_no = problem->input->tasks[t].class_no;

		mending->worker_of[t] = -1;
		mending->cost_of[t] = 0;
		if (node >= 0)
			put(mending, t, node, score_pair(problem->input, mending->terms[class_no], t,
											 score_find(&problem->input->classes[class_no], node), &parts, &why));
	}
	give_up(mending);
	for (int pass = 0; pass < MEND_PASSES; pass++)
	{
		bool		moved = false;

		for (int32 i = 0; i < wide->task_count; i++)
		{
			if ((i & 255) == 0)
				CHECK_FOR_INTERRUPTS();
			moved = improve(mending, mending->order[i]) || moved;
		}
		if (!moved)
			break;
	}
	for (int32 t = 0; t < wide->task_count; t++)
		cost += mending->worker_of[t] < 0 ? wide->outside[t] : mending->cost_of[t];
	for (int32 n = 0; n < wide->worker_count; n++)
		for (int32 k = 0; k < mending->taken[n]; k++)
			cost += wide->place_cost[wide->first_place[n] + k];
	return cost;
}

/* The search for prices. */
typedef struct Search
{
	HoursProblem *problem;
	int32	  **bases;
	int64	   *price;			/* of a minute of each worker */
	int64	   *price_most;		/* what it may be */
	double		step;
	int			without;		/* rounds without a better bound */
	int64		bound;			/* the best */
	int64		cost;
	Mending		mending;
} Search;

/*
 * order_tasks puts the tasks first that are the dearest to leave open.
 */
static int32 *
order_tasks(const WideProblem *wide)
{
	Worth	   *worths = alloc_array(wide->task_count, sizeof(Worth));
	int32	   *order = alloc_array(wide->task_count, sizeof(int32));

	for (int32 t = 0; t < wide->task_count; t++)
		worths[t] = (Worth) {t, -(double) wide->outside[t]};
	qsort(worths, wide->task_count, sizeof(Worth), compare_worth);
	for (int32 t = 0; t < wide->task_count; t++)
		order[t] = worths[t].task;
	pfree(worths);
	return order;
}

/*
 * search_start has minutes cost nothing.
 */
static void
search_start(Search *search, HoursProblem *problem)
{
	const ScoreInput *input = problem->input;
	const WideProblem *wide = problem->wide;

	*search = (Search) {.problem = problem, .step = 1, .bound = PG_INT64_MIN, .cost = PG_INT64_MAX, .mending.problem = problem};
	search->bases = alloc_array(input->class_count, sizeof(int32 *));
	search->price = alloc_array(problem->worker_count, sizeof(int64));
	search->price_most = alloc_array(problem->worker_count, sizeof(int64));
	search->mending.margin = alloc_array(problem->worker_count, sizeof(double));
	for (int32 w = 0; w < problem->worker_count; w++)
	{
		search->price[w] = 0;
		search->price_most[w] = PRICE_ROOM;
		search->mending.margin[w] = 0;
	}
	search->mending.terms = alloc_array(input->class_count, sizeof(ScoreTerms *));
	for (int32 c = 0; c < input->class_count; c++)
	{
		const ScoreClass *of_class = &input->classes[c];

		search->mending.terms[c] = score_terms(of_class->profile);
		search->bases[c] = alloc_array(of_class->count, sizeof(int32));
		memcpy(search->bases[c], of_class->base, sizeof(int32) * (Size) of_class->count);
		for (int32 i = 0; i < of_class->count; i++)
		{
			int64	   *most = &search->price_most[problem->worker_of_node[of_class->worker[i]]];

			*most = Min(*most, PRICE_ROOM / Max(problem->minutes[c][i], 1));
		}
	}
	search->mending.worker_of = alloc_array(wide->task_count, sizeof(int32));
	search->mending.cost_of = alloc_array(wide->task_count, sizeof(int32));
	search->mending.taken = alloc_array(wide->worker_count, sizeof(int32));
	search->mending.used = alloc_array(problem->worker_count, sizeof(int64));
	search->mending.order = order_tasks(wide);
}

/*
 * rooms_worth gives what all rooms are worth at the prices of minutes.
 */
static int64
rooms_worth(const Search *search)
{
	int64		worth = 0;

	for (int32 w = 0; w < search->problem->worker_count; w++)
		if (search->problem->room[w] != HOURS_UNBOUNDED)
			worth += search->price[w] * search->problem->room[w];
	return worth;
}

/*
 * first_prices begins with what a minute of the tasks that were given up was
 * worth; false: nobody had too much to do.
 */
static bool
first_prices(Search *search)
{
	bool		moved = false;

	for (int32 w = 0; w < search->problem->worker_count; w++)
	{
		search->price[w] = (int64) Min(search->mending.margin[w], (double) search->price_most[w]);
		moved = moved || search->price[w] > 0;
	}
	return moved;
}

/*
 * move_prices makes minutes dearer where more are used than there are, cheaper
 * where fewer; the step is as long as what lies between bound and cost says.
 * False: no price moves.
 */
static bool
move_prices(Search *search, const WideSolution *solution, int64 bound)
{
	const HoursProblem *problem = search->problem;
	double	   *excess = alloc_array(problem->worker_count, sizeof(double));
	double		norm = 0;
	bool		moved = false;

	for (int32 w = 0; w < problem->worker_count; w++)
		excess[w] = problem->room[w] == HOURS_UNBOUNDED ? 0 : -(double) problem->room[w];
	for (int32 t = 0; t < problem->wide->task_count; t++)
	{
		int32		node = solution->worker_of[t];

		if (node >= 0 && problem->room[problem->worker_of_node[node]] != HOURS_UNBOUNDED)
			excess[problem->worker_of_node[node]] += minutes_of(problem, t, node);
	}
	for (int32 w = 0; w < problem->worker_count; w++)
		if (excess[w] > 0 || search->price[w] > 0)
			norm += excess[w] * excess[w];
	for (int32 w = 0; w < problem->worker_count && norm > 0; w++)
	{
		double		wanted = (double) search->price[w] + search->step * (double) (search->cost - bound) / norm * excess[w];
		int64		price = (int64) Max(0.0, Min(rint(wanted), (double) search->price_most[w]));

		moved = moved || price != search->price[w];
		search->price[w] = price;
	}
	pfree(excess);
	return moved;
}

/*
 * keep keeps an assignment that is the cheapest so far.
 */
static void
keep(const Search *search, WideSolution *best)
{
	const WideProblem *wide = search->problem->wide;

	memcpy(best->worker_of, search->mending.worker_of, sizeof(int32) * (Size) wide->task_count);
	memcpy(best->cost_of, search->mending.cost_of, sizeof(int32) * (Size) wide->task_count);
	best->cost = search->cost;
	best->assigned_count = 0;
	for (int32 t = 0; t < wide->task_count; t++)
		best->assigned_count += best->worker_of[t] >= 0;
}

/*
 * run_round solves at the prices of minutes of now, mends, and moves the prices;
 * false: there is nothing more to gain.
 */
static bool
run_round(Search *search, WideSolution *best, bool is_first)
{
	HoursProblem *problem = search->problem;
	WideProblem wide = *problem->wide;
	WideSolution solution;
	MatchProof	proof;
	int64		bound;
	int64		cost;

	if (rooms_worth(search) > 0)
		wide.cost_most += PRICE_ROOM;
	price_minutes(problem, search->bases, search->price);
	wide_solve(&wide, &solution);
	match_prove(&wide, problem->input, &solution, &proof);
	price_minutes(problem, search->bases, NULL);
	bound = proof.dual_bound - rooms_worth(search);
	cost = mend(&search->mending, &solution);
	if (cost < search->cost)
	{
		search->cost = cost;
		keep(search, best);
	}
	if (bound > search->bound)
	{
		search->bound = bound;
		search->without = 0;
		memcpy(best->price, solution.price, sizeof(int64) * (Size) wide.worker_count);
	}
	else if (++search->without % PATIENCE == 0)
		search->step /= 2;
	best->scale = solution.scale;
	best->row_count += solution.row_count;
	return search->cost > search->bound && search->cost - search->bound > llabs(search->cost) / 1000 * GAP_PERMILLE &&
		((is_first && first_prices(search)) || move_prices(search, &solution, bound));
}

/*
 * check_rooms raises what cannot be: a worker beyond the room.
 */
static void
check_rooms(const HoursProblem *problem, const WideSolution *solution)
{
	int64	   *used = alloc_array(problem->worker_count, sizeof(int64));

	memset(used, 0, sizeof(int64) * (Size) problem->worker_count);
	for (int32 t = 0; t < problem->wide->task_count; t++)
		if (solution->worker_of[t] >= 0)
			used[problem->worker_of_node[solution->worker_of[t]]] += minutes_of(problem, t, solution->worker_of[t]);
	for (int32 w = 0; w < problem->worker_count; w++)
		if (problem->room[w] != HOURS_UNBOUNDED && used[w] > problem->room[w])
			elog(ERROR, "worker number %d has more to do than there is time for", w);
	pfree(used);
}

/*
 * hours_solve finds an assignment that keeps to all rooms, and a bound.
 */
void
hours_solve(HoursProblem *problem, WideSolution *solution, MatchProof *proof)
{
	MemoryContext round = AllocSetContextCreate(CurrentMemoryContext, "pg_assure hours round", ALLOCSET_DEFAULT_SIZES);
	int			rounds = Max(ROUNDS_MIN, Min(ROUNDS_MAX, ROUNDS_TASKS / Max(problem->wide->task_count, 1)));
	Search		search;
	bool		goes_on = true;

	memset(solution, 0, sizeof(*solution));
	solution->worker_of = alloc_array(problem->wide->task_count, sizeof(int32));
	solution->cost_of = alloc_array(problem->wide->task_count, sizeof(int32));
	solution->price = alloc_array(problem->wide->worker_count, sizeof(int64));
	search_start(&search, problem);
	for (int i = 0; i < rounds && goes_on; i++)
	{
		MemoryContext before = MemoryContextSwitchTo(round);

		goes_on = run_round(&search, solution, i == 0);
		MemoryContextSwitchTo(before);
		MemoryContextReset(round);
	}
	MemoryContextDelete(round);
	check_rooms(problem, solution);
	match_prove(problem->wide, problem->input, solution, proof);
	if (proof->cost != solution->cost)
		elog(ERROR, "an assignment costs " INT64_FORMAT ", not " INT64_FORMAT, proof->cost, solution->cost);
	proof->dual_bound = Max(search.bound, proof->dual_bound);
	proof->is_optimal = proof->cost == proof->dual_bound;
}
