/*-------------------------------------------------------------------------
 *
 * calculate_limit.c
 *		Limits: at most what is left of an amount in a period, on the whole or
 *		on the lines of some categories; or the first visits of a period.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/calculate.h"
#include "benefit/claim_engine.h"

/* Whose room a limit looks at: the member's, the family's, the smaller. */
typedef struct Room
{
	bool		has_own;
	bool		has_family;
	CounterKey	own;
	CounterKey	family;
	int64		own_fen;		/* the amount of the limit */
	int64		family_fen;
	int64		left_fen;		/* what is left of it */
	int64		binding_fen;	/* the amount that says so */
} Room;

/*
 * limit_reason gives the reason of a limit by amount.
 */
static ReasonCode
limit_reason(PeriodKind per)
{
	switch (per)
	{
		case PERIOD_VISIT:
			return REASON_LIMIT_VISIT;
		case PERIOD_CLAIM:
			return REASON_LIMIT_CLAIM;
		case PERIOD_DAY:
			return REASON_LIMIT_DAY;
		case PERIOD_YEAR:
			return REASON_LIMIT_YEAR;
		default:
			return REASON_LIMIT_LIFETIME;
	}
}

/*
 * find_room says what is left of a limit's amounts.
 */
static void
find_room(const Work *work, const Step *step, Room *room)
{
	room->has_own = !step->is_family;
	room->has_family = step->is_family || step->family_amount_fen >= 0;
	room->own_fen = period_amount(work, step->per, step->amount_fen);
	room->family_fen = step->is_family ? room->own_fen
		: period_amount(work, step->per, step->family_amount_fen);
	room->left_fen = PG_INT64_MAX;
	room->binding_fen = room->own_fen;
	if (room->has_own)
	{
		room->own = counter_key(work, step->counter, false, step->per,
								MEASURE_AMOUNT);
		room->left_fen = room_in(work, &room->own, room->own_fen);
	}
	if (room->has_family)
	{
		int64		left_fen;

		room->family = counter_key(work, step->counter, true, step->per,
								   MEASURE_AMOUNT);
		left_fen = room_in(work, &room->family, room->family_fen);
		if (left_fen < room->left_fen)
		{
			room->left_fen = left_fen;
			room->binding_fen = room->family_fen;
		}
	}
}

/*
 * room_of_line says how much of the amount can have come from a line: no more
 * than what the offsets before left of it, and than an earlier limit kept.
 */
static int64
room_of_line(const Work *work, int i)
{
	const ClaimLine *line = &work->bill->lines[i];
	int64		room_fen = line->net_amount_fen;

	if (work->eligible_fen[i] == 0)
		return 0;
	if (work->offset_payments & (UINT32_C(1) << PAYMENT_SOCIAL))
		room_fen -= line->net_social_fen;
	if (work->offset_payments & (UINT32_C(1) << PAYMENT_OTHER))
		room_fen -= line->net_other_fen;
	if (work->offset_payments & (UINT32_C(1) << PAYMENT_PRIOR))
		room_fen -= work->prior_fen[i];
	return Min(room_fen, work->kept_fen[i]);
}

/*
 * fall_on_lines splits the amount over the lines as a payment is split, within
 * the room of each.  What a maximum out of pocket gave back beyond that falls
 * on all.
 */
static void
fall_on_lines(Work *work, int64 *part_fen)
{
	int			n_lines = work->bill->n_lines;
	int64	   *room_fen = work->scratch_fen;
	int64		within_fen;
	int			i;

	for (i = 0; i < n_lines; i++)
		room_fen[i] = room_of_line(work, i);
	within_fen = Min(work->amount_fen, sum_fen(room_fen, n_lines));
	spread_bounded(within_fen, work->eligible_fen, room_fen, n_lines,
				   part_fen);
	if (within_fen == work->amount_fen)
		return;
	spread(work->amount_fen - within_fen, work->eligible_fen, n_lines,
		   room_fen);
	for (i = 0; i < n_lines; i++)
		part_fen[i] += room_fen[i];
}

/*
 * bound_lines bounds the lines that weigh something by what is left of a
 * limit, split as a payment on them would be: no later split goes past it.
 */
static void
bound_lines(Work *work, const int64 *weights, int64 left_fen)
{
	int			n_lines = work->bill->n_lines;
	int64		open_fen = 0;
	int			i;

	for (i = 0; i < n_lines; i++)
		open_fen += weights[i] > 0 ? work->bounds_fen[i] : 0;
	if (left_fen >= open_fen)
		return;
	spread_bounded(left_fen, weights, work->bounds_fen, n_lines,
				   work->paid_fen);
	for (i = 0; i < n_lines; i++)
		if (weights[i] > 0)
			work->bounds_fen[i] = work->paid_fen[i];
}

/*
 * keep_categories lets at most what is left fall on the lines of some
 * categories; says what was cut.
 */
static int64
keep_categories(Work *work, const TextList *categories, int64 left_fen)
{
	int			n_lines = work->bill->n_lines;
	int64	   *part_fen = work->part_fen;
	int64	   *weights = work->scratch_fen;
	int64		falls_fen = 0;
	int			i;

	open_bounds(work);
	fall_on_lines(work, part_fen);
	for (i = 0; i < n_lines; i++)
	{
		bool		is_in = is_in_categories(work, categories, i);

		weights[i] = is_in ? work->eligible_fen[i] : 0;
		falls_fen += is_in ? part_fen[i] : 0;
	}
	if (left_fen < falls_fen)
	{
		spread_bounded(left_fen, weights, part_fen, n_lines, work->paid_fen);
		for (i = 0; i < n_lines; i++)
			if (weights[i] > 0)
				work->kept_fen[i] = work->paid_fen[i];
	}
	bound_lines(work, weights, left_fen);
	return Max(falls_fen - left_fen, 0);
}

/*
 * run_count_limit lets the first visits of the period through, whole.
 */
static void
run_count_limit(Work *work, const Step *step)
{
	CounterKey	key = counter_key(work, step->counter, step->is_family,
								  step->per, MEASURE_COUNT);
	bool		has_room = counters_get(work->counters, &key) < step->count ||
		counters_has_visit(work->counters, &key, work->bill_index);

	book(work, CATEGORY_OVER_LIMIT, REASON_LIMIT_COUNT,
		 has_room ? 0 : work->amount_fen,
		 work->terms->counters[step->counter], step->count);
	(void) ask(work, PENDING_VISIT, &key, 0, step->count);
}

/*
 * run_limit lets out at most what is left in the period.
 */
void
run_limit(Work *work, const Step *step)
{
	bool		is_partial = step->categories.count > 0;
	PendingKind kind = is_partial ? PENDING_LINES : PENDING_PAID;
	Room		room;
	int64		cut_fen;

	if (step->count >= 0)
	{
		run_count_limit(work, step);
		return;
	}
	find_room(work, step, &room);
	cut_fen = is_partial
		? keep_categories(work, &step->categories, room.left_fen)
		: Max(work->amount_fen - room.left_fen, 0);
	book(work, CATEGORY_OVER_LIMIT, limit_reason(step->per), cut_fen,
		 work->terms->counters[step->counter], room.binding_fen);
	if (room.has_own)
		ask(work, kind, &room.own, 0, room.own_fen)->categories =
			&step->categories;
	if (room.has_family)
		ask(work, kind, &room.family, 0, room.family_fen)->categories =
			&step->categories;
}
