/*-------------------------------------------------------------------------
 *
 * auction.h
 *		An auction of workers' places among tasks: a template.
 *
 * The includer defines
 *		AUCTION(name)	the name with a prefix of its own
 *		AUCTION_COST	unsigned integer that holds an edge's cost
 *		AUCTION_PRICE	signed integer that holds sums of scaled costs
 *		AUCTION_RUN		to have the whole of it; else its moves only
 *
 * Every place of a worker has a price, which is never below the place's own cost,
 * its base; the worker's price is the least of them.  A task pays its cost at a
 * worker and that worker's price.  Two moves keep all tasks within epsilon of the
 * best that they could have (epsilon-complementary slackness):
 *
 *		bid			A task without a place takes the cheapest place of its best
 *					worker and raises that place's price as far as it can without
 *					regret: to what its second best would cost it, and epsilon
 *					more.  Who held the place is without one.
 *		undercut	A place that nobody holds lowers its price until some task
 *					gains epsilon by moving there; or to its base, where it may
 *					stay empty.
 *
 * Bids only raise prices and undercuts only lower those of empty places, so
 * both come to an end.  Epsilon falls from phase to phase: the first phases find
 * prices roughly, in steps as large as the costs, the last ones to the unit.
 * Costs are multiplied by task_count + 1, so that epsilon = 1 is less than one
 * unit of cost over all tasks: then the assignment is the best.
 *
 * The lists of edges may be the best of many.  Then each task has a bound: no edge
 * beyond its list comes to less, as long as prices only rise.  A task whose second
 * best exceeds it has its list made anew.  And where nobody on the lists wants an
 * empty place, all tasks of its worker are asked.
 *
 * Bertsekas and Castanon, 1989 and 1992 (forward and reverse auction); the
 * places of a worker are their "similar objects".
 *
 *-------------------------------------------------------------------------
 */

typedef struct AUCTION(Edge)
{
	int32		worker;
	AUCTION_COST cost;
} AUCTION(Edge);

typedef struct AUCTION(Place)
{
	AUCTION_PRICE price;
	AUCTION_PRICE base;			/* scaled; the price of a place that stays empty */
	int32		task;			/* -1: nobody holds it */
} AUCTION(Place);

typedef struct AUCTION(State)
{
	int32		task_count;
	int32		worker_count;
	AUCTION_PRICE scale;
	AUCTION_PRICE epsilon;

	/* edges by task, and by worker: there the other end is the task */
	const int64 *first_edge;
	AUCTION(Edge) *edges;
	int64	   *first_reverse;
	AUCTION(Edge) *reverse;
	AUCTION_PRICE *outside;		/* scaled, of each task */

	/* lists that are the best of more edges; bound is NULL where they are all */
	AUCTION_PRICE *bound;
	void		(*renew_list) (struct AUCTION(State) *state, int32 task);
	void		(*renew_reverse) (struct AUCTION(State) *state);
	const AUCTION(Edge) *(*all_edges) (struct AUCTION(State) *state, int32 worker, int64 *count);
	void		(*take_edge) (struct AUCTION(State) *state, int32 task, AUCTION(Edge) edge);
	void	   *source;

	/* places: of a worker a heap, cheapest first */
	int64	   *first_place;
	AUCTION(Place) *places;
	const int64 *place_cost;	/* ascending for each worker; NULL: nothing */
	AUCTION_PRICE *price;		/* of each worker: its cheapest place's */

	/* tasks */
	int32	   *worker_of;
	AUCTION_PRICE *paid;		/* scaled cost of the edge taken */
	int32	   *waiting;		/* ring of tasks without a place */
	int64		waiting_first;
	int64		waiting_count;
} AUCTION(State);

/*
 * place_count returns how many places a worker has.
 */
static inline int64
AUCTION(place_count) (const AUCTION(State) *state, int32 worker)
{
	return state->first_place[worker + 1] - state->first_place[worker];
}

/*
 * wait_for_place puts a task at the end of those that have to bid.
 */
static inline void
AUCTION(wait_for_place) (AUCTION(State) *state, int32 task)
{
	int64		at = state->waiting_first + state->waiting_count++;

	state->waiting[at < state->task_count ? at : at - state->task_count] = task;
	state->worker_of[task] = TASK_WAITING;
}

/*
 * is_before orders places: the cheapest first, of equals the one with the lower
 * base, so that what stays empty is the dearest by base.
 */
static inline bool
AUCTION(is_before) (const AUCTION(Place) *a, const AUCTION(Place) *b)
{
	return a->price < b->price || (a->price == b->price && a->base < b->base);
}

/*
 * place_sink moves a worker's first place down to where its price belongs.
 */
static inline void
AUCTION(place_sink) (AUCTION(State) *state, int32 worker)
{
	AUCTION(Place) *places = state->places + state->first_place[worker];
	AUCTION(Place) moved = places[0];
	int64		count = AUCTION(place_count) (state, worker);
	int64		at = 0;

	for (;;)
	{
		int64		child = 2 * at + 1;

		if (child >= count)
			break;
		if (child + 1 < count && AUCTION(is_before) (&places[child + 1], &places[child]))
			child++;
		if (!AUCTION(is_before) (&places[child], &moved))
			break;
		places[at] = places[child];
		at = child;
	}
	places[at] = moved;
	state->price[worker] = places[0].price;
}

/*
 * place_rise moves a place up after its price fell.
 */
static void
AUCTION(place_rise) (AUCTION(State) *state, int32 worker, int64 at)
{
	AUCTION(Place) *places = state->places + state->first_place[worker];
	AUCTION(Place) moved = places[at];

	while (at > 0 && AUCTION(is_before) (&moved, &places[(at - 1) / 2]))
	{
		places[at] = places[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	places[at] = moved;
	state->price[worker] = places[0].price;
}

/* What a task finds when it looks through its list. */
typedef struct AUCTION(Choice)
{
	AUCTION_PRICE best;
	AUCTION_PRICE second;
	AUCTION_PRICE paid;
	int32		worker;
} AUCTION(Choice);

/*
 * choose finds a task's best and second best, being left out included.
 */
static inline AUCTION(Choice)
AUCTION(choose) (const AUCTION(State) *state, int32 task)
{
	AUCTION(Choice) choice = {state->outside[task], state->outside[task], 0, TASK_OUTSIDE};

	for (int64 i = state->first_edge[task]; i < state->first_edge[task + 1]; i++)
	{
		AUCTION_PRICE cost = (AUCTION_PRICE) state->edges[i].cost * state->scale;
		AUCTION_PRICE total = cost + state->price[state->edges[i].worker];

		if (total < choice.best)
			choice = (AUCTION(Choice)) {total, choice.best, cost, state->edges[i].worker};
		else if (total < choice.second)
			choice.second = total;
	}
	return choice;
}

/*
 * bid lets a task take a place, or leaves it out where that is the cheapest.
 */
static inline void
AUCTION(bid) (AUCTION(State) *state, int32 task)
{
	AUCTION(Choice) choice = AUCTION(choose) (state, task);
	AUCTION(Place) *place;
	int32		loser;

	if (state->bound != NULL && choice.second > state->bound[task])
	{
		state->renew_list(state, task);
		choice = AUCTION(choose) (state, task);
	}
	state->worker_of[task] = choice.worker;
	state->paid[task] = choice.paid;
	if (choice.worker == TASK_OUTSIDE)
		return;
	place = state->places + state->first_place[choice.worker];
	loser = place->task;
	place->price += choice.second - choice.best + state->epsilon;
	place->task = task;
	AUCTION(place_sink) (state, choice.worker);
	if (loser >= 0)
		AUCTION(wait_for_place) (state, loser);
}

/*
 * bid_all lets waiting tasks bid, one after another, until none waits or as many
 * bids as allowed were made; false: some still wait.
 */
static bool
AUCTION(bid_all) (AUCTION(State) *state, int64 bids_max)
{
	while (state->waiting_count > 0)
	{
		int32		task = state->waiting[state->waiting_first];

		if (bids_max-- == 0)
			return false;
		if ((bids_max & 1023) == 0)
			CHECK_FOR_INTERRUPTS();
		state->waiting_first++;
		if (state->waiting_first == state->task_count)
			state->waiting_first = 0;
		state->waiting_count--;
		AUCTION(bid) (state, task);
	}
	return true;
}

/*
 * task_total returns what a task pays now.
 */
static inline AUCTION_PRICE
AUCTION(task_total) (const AUCTION(State) *state, int32 task)
{
	int32		worker = state->worker_of[task];

	return worker == TASK_OUTSIDE ? state->outside[task] : state->paid[task] + state->price[worker];
}

/*
 * empty_place finds the cheapest place of a worker that nobody holds and that
 * costs more than its base; -1 for none.
 */
static int64
AUCTION(empty_place) (const AUCTION(State) *state, int32 worker)
{
	const AUCTION(Place) *places = state->places + state->first_place[worker];
	int64		count = AUCTION(place_count) (state, worker);
	int64		found = -1;

	for (int64 i = 0; i < count; i++)
		if (places[i].task < 0 && places[i].price > places[i].base &&
			(found < 0 || places[i].price < places[found].price))
			found = i;
	return found;
}

/*
 * leave_place empties a place at a worker whom a task leaves.  That is the
 * dearest by its base, whose holder moves into the task's own: else one would
 * hold a dear place beside a cheap one that is free.
 */
static void
AUCTION(leave_place) (AUCTION(State) *state, int32 worker, int32 task)
{
	AUCTION(Place) *own = state->places + state->first_place[worker];
	AUCTION(Place) *dearest;
	AUCTION(Place) *end = state->places + state->first_place[worker + 1];

	while (own->task != task)
		own++;
	dearest = own;
	for (AUCTION(Place) *place = end - AUCTION(place_count) (state, worker); place < end; place++)
		if (place->task >= 0 && place->base > dearest->base)
			dearest = place;
	own->task = dearest->task;
	dearest->task = -1;
}

/* Who gains most from an empty place. */
typedef struct AUCTION(Taker)
{
	AUCTION_PRICE saved;		/* what the task saves there, price apart */
	AUCTION_PRICE second;		/* what the next one would */
	AUCTION_COST cost;
	int32		task;			/* -1: nobody saves anything */
} AUCTION(Taker);

/*
 * find_taker finds out of some edges of a worker the task that gains most.
 */
static AUCTION(Taker)
AUCTION(find_taker) (const AUCTION(State) *state, int32 worker, const AUCTION(Edge) *edges, int64 count)
{
	AUCTION(Taker) taker = {0, 0, 0, -1};

	for (int64 i = 0; i < count; i++)
	{
		int32		task = edges[i].worker;
		AUCTION_PRICE saved;

		if (state->worker_of[task] == worker)
			continue;
		saved = AUCTION(task_total) (state, task) - (AUCTION_PRICE) edges[i].cost * state->scale;
		if (saved > taker.saved)
			taker = (AUCTION(Taker)) {saved, taker.saved, edges[i].cost, task};
		else if (saved > taker.second)
			taker.second = saved;
	}
	return taker;
}

/*
 * undercut lowers the price of a place that nobody holds, as far as the task
 * that gains most, and moves it there if it gains epsilon; returns the worker
 * whose place became empty by that, or -1.
 */
static int32
AUCTION(undercut) (AUCTION(State) *state, int32 worker, int64 place)
{
	AUCTION(Place) *empty = state->places + state->first_place[worker] + place;
	int64		count = state->first_reverse[worker + 1] - state->first_reverse[worker];
	AUCTION(Taker) taker = AUCTION(find_taker) (state, worker, state->reverse + state->first_reverse[worker], count);
	int32		left = -1;

	/* Below epsilon nobody moves. */
	if (taker.saved <= empty->base + state->epsilon && state->all_edges != NULL)
	{
		const AUCTION(Edge) *edges = state->all_edges(state, worker, &count);

		taker = AUCTION(find_taker) (state, worker, edges, count);
		if (taker.saved > empty->base + state->epsilon)
			state->take_edge(state, taker.task, (AUCTION(Edge)) {worker, taker.cost});
	}
	if (taker.saved <= empty->base + state->epsilon)
		empty->price = empty->base;
	else
	{
		empty->price = Min(empty->price, Max(taker.second - state->epsilon, empty->base));
		left = state->worker_of[taker.task];
		if (left >= 0)
			AUCTION(leave_place) (state, left, taker.task);
		state->worker_of[taker.task] = worker;
		state->paid[taker.task] = (AUCTION_PRICE) taker.cost * state->scale;
		empty->task = taker.task;
	}
	AUCTION(place_rise) (state, worker, place);
	return left;
}

/*
 * undercut_all makes sure that a place that nobody holds costs its base.
 */
static void
AUCTION(undercut_all) (AUCTION(State) *state)
{
	int32	   *stack = palloc(sizeof(int32) * Max(state->worker_count, 1));
	bool	   *is_stacked = palloc(sizeof(bool) * Max(state->worker_count, 1));
	int32		stacked_count = state->worker_count;

	if (state->renew_reverse != NULL)
		state->renew_reverse(state);
	for (int32 i = 0; i < state->worker_count; i++)
	{
		stack[i] = i;
		is_stacked[i] = true;
	}
	while (stacked_count > 0)
	{
		int32		worker = stack[--stacked_count];
		int64		place;

		is_stacked[worker] = false;
		while ((place = AUCTION(empty_place) (state, worker)) >= 0)
		{
			int32		left = AUCTION(undercut) (state, worker, place);

			CHECK_FOR_INTERRUPTS();
			if (left >= 0 && !is_stacked[left])
			{
				is_stacked[left] = true;
				stack[stacked_count++] = left;
			}
		}
	}
	pfree(stack);
	pfree(is_stacked);
}

/*
 * start_phase takes all places back, at their workers' prices of now or at what
 * they cost themselves.
 */
static void
AUCTION(start_phase) (AUCTION(State) *state)
{
	for (int32 w = 0; w < state->worker_count; w++)
	{
		for (int64 i = state->first_place[w]; i < state->first_place[w + 1]; i++)
		{
			AUCTION_PRICE base = state->place_cost == NULL ? 0 : (AUCTION_PRICE) state->place_cost[i] * state->scale;

			state->places[i] = (AUCTION(Place)) {Max(state->price[w], base), base, -1};
		}
		if (AUCTION(place_count) (state, w) > 0)
			state->price[w] = state->places[state->first_place[w]].price;
	}
	state->waiting_first = 0;
	state->waiting_count = 0;
	for (int32 t = 0; t < state->task_count; t++)
		AUCTION(wait_for_place) (state, t);
}

/*
 * places_bound sums up what the prices of workers keep of a bound: of each place
 * what the price is above its base.
 */
static int128
AUCTION(places_bound) (const AUCTION(State) *state)
{
	int128		sum = 0;

	for (int32 w = 0; w < state->worker_count; w++)
		for (int64 i = state->first_place[w]; i < state->first_place[w + 1]; i++)
		{
			AUCTION_PRICE base = state->place_cost == NULL ? 0 : (AUCTION_PRICE) state->place_cost[i] * state->scale;

			if (base >= state->price[w])
				break;
			sum += state->price[w] - base;
		}
	return sum;
}

/*
 * total_cost sums up what the assignment costs: edges, places and what is left
 * out.
 */
static int128
AUCTION(total_cost) (const AUCTION(State) *state)
{
	int128		sum = 0;

	for (int32 t = 0; t < state->task_count; t++)
		sum += state->worker_of[t] == TASK_OUTSIDE ? state->outside[t] : state->paid[t];
	for (int64 i = 0; i < state->first_place[state->worker_count]; i++)
		if (state->places[i].task >= 0)
			sum += state->places[i].base;
	return sum;
}

/*
 * bounds sums up what the assignment costs and what the prices prove that any
 * must cost, both scaled.  It reads the problem and the prices, nothing else of
 * how the auction came there.
 */
static void
AUCTION(bounds) (const AUCTION(State) *state, int128 *primal, int128 *dual)
{
	*primal = AUCTION(total_cost) (state);
	*dual = -AUCTION(places_bound) (state);
	for (int32 t = 0; t < state->task_count; t++)
		*dual += AUCTION(choose) (state, t).best;
}

#ifdef AUCTION_RUN

/*
 * scale_down settles a contest: from steps as large as epsilon down to 1, or
 * until the proof holds.  False: the first phase did not end within as many bids
 * as allowed.
 */
static bool
AUCTION(scale_down) (AUCTION(State) *state, AUCTION_PRICE epsilon, int64 bids_max)
{
	int128		primal;
	int128		dual;

	for (;;)
	{
		state->epsilon = Max(epsilon, 1);
		AUCTION(start_phase) (state);
		if (!AUCTION(bid_all) (state, bids_max))
			return false;
		AUCTION(undercut_all) (state);
		AUCTION(bounds) (state, &primal, &dual);
		if (primal - dual < state->scale || state->epsilon == 1)
			return true;
		epsilon = state->epsilon / EPSILON_STEP;
		bids_max = PG_INT64_MAX;
	}
}

/*
 * run finds the assignment.  Where there is room for most, bidding at the least
 * epsilon from prices of 0 ends soon.  A contest begins with steps in the order
 * of the costs; only where places are short and being left out is charged far
 * more than any cost does it take steps of that order, or prices would climb for
 * ever.
 */
static void
AUCTION(run) (AUCTION(State) *state, AUCTION_PRICE range, AUCTION_PRICE range_out)
{
	int64		tasks = state->task_count;

	state->epsilon = 1;
	AUCTION(start_phase) (state);
	if (AUCTION(bid_all) (state, tasks * EASY_BIDS))
		return;
	if (!AUCTION(scale_down) (state, range / EPSILON_STEP, tasks * CONTEST_BIDS))
		(void) AUCTION(scale_down) (state, range_out / EPSILON_STEP, PG_INT64_MAX);
}

#endif							/* AUCTION_RUN */
