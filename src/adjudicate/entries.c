/*-------------------------------------------------------------------------
 *
 * entries.c
 *		What claims have booked so far, and what is to be booked on top of it.
 *
 * A later decision on a claim books the difference: the ledger is append-only,
 * and what a claim has used of a counter is the sum of all its entries.  So a
 * reversal, a second calculation and a re-run are one thing: take off what the
 * claim has booked, calculate or not, book what came out less what was there.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "storage/shmem.h"

#include "adjudicate/entries.h"
#include "adjudicate/load.h"
#include "core/errors.h"
#include "core/plan.h"

static SqlPlan read_entries = {
	"SELECT k.n::int4, e.member_id, e.counter, e.period, e.measure, sum(e.delta)::int8 "
	"FROM unnest($1, $2) WITH ORDINALITY AS k (account_id, claim_id, n) "
	"JOIN assure.ledger_entry e ON e.account_id = k.account_id AND e.claim_id = k.claim_id "
	"GROUP BY k.n, e.member_id, e.counter, e.period, e.measure HAVING sum(e.delta) <> 0 "
	"ORDER BY k.n, min(e.entry_id)",
	{INT8ARRAYOID, INT8ARRAYOID}
};

/*
 * booking_read names the counter that an entry is on.
 */
void
booking_read(uint64 row, Booking *booking)
{
	char	   *period = plan_text(row, 4);
	char	   *measure = plan_text(row, 5);

	booking->is_family = plan_int64(row, 2, 0) == 0;
	booking->counter = plan_text(row, 3);
	booking->is_paid = strcmp(measure, "paid") == 0;
	booking->measure = booking->is_paid ? MEASURE_AMOUNT : measure_parse(measure);
	if (!period_parse(period, &booking->period_kind, &booking->period_start, &booking->name) || booking->measure == MEASURE_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_IDENTITY),
				 errmsg("an entry on counter \"%s\" has period \"%s\" and measure \"%s\", which this version does not know",
						booking->counter, period, measure)));
}

/*
 * booking_text prints a booking.
 */
char *
booking_text(const Booking *booking)
{
	return psprintf("%s%s %s %s " INT64_FORMAT, booking->counter, booking->is_family ? "@family" : "",
					period_name(booking->period_kind, booking->period_start, booking->name),
					booking->is_paid ? "paid" : measure_name(booking->measure), booking->delta);
}

/*
 * is_same_name compares what tells stays and groups apart.
 */
static bool
is_same_name(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/*
 * is_same_counter tells whether two bookings go to the same balance.
 */
static bool
is_same_counter(const Booking *a, const Booking *b)
{
	return a->is_family == b->is_family && a->is_paid == b->is_paid && a->measure == b->measure &&
		a->period_kind == b->period_kind && a->period_start == b->period_start &&
		is_same_name(a->name, b->name) && strcmp(a->counter, b->counter) == 0;
}

/*
 * entries_load reads what each claim has booked, in the order in which it first
 * came up.
 */
ClaimEntries *
entries_load(const ClaimKey *keys, int count)
{
	ClaimEntries *all = palloc0(mul_size(sizeof(ClaimEntries), Max(count, 1)));
	Datum		values[2];
	uint64		rows;

	keys_params(keys, count, values);
	rows = plan_run(&read_entries, values, NULL);
	for (uint64 i = 0; i < rows; i++)
	{
		ClaimEntries *entries = &all[plan_int32(i, 1, 0) - 1];
		Booking    *booking;

		if (entries->bookings == NULL)
			entries->bookings = palloc0(mul_size(sizeof(Booking), rows));
		booking = &entries->bookings[entries->count++];
		booking_read(i, booking);
		booking->delta = plan_int64(i, 6, 0);
		booking->limit = -1;
		if (booking->is_paid)
			entries->paid_fen += booking->delta;
	}
	return all;
}

/*
 * entries_take_off takes what the claim has booked out of the balances.
 */
void
entries_take_off(Chunk *chunk, const Case *item, const ClaimEntries *entries)
{
	for (int i = 0; i < entries->count; i++)
	{
		Booking		back = entries->bookings[i];

		back.delta = -back.delta;
		balance_set_book(chunk->balances, item->key.account_id, item->member_id, &back);
	}
}

/*
 * entries_net makes the case's bookings the difference to what was booked.
 */
void
entries_net(Case *item, const ClaimEntries *entries)
{
	int			own_count = item->is_settled ? item->booking_count : 0;
	Booking    *net = palloc(mul_size(sizeof(Booking), Max(own_count + entries->count, 1)));
	int			count = 0;
	int			kept = 0;

	for (int i = 0; i < own_count; i++)
		net[count++] = item->bookings[i];
	for (int i = 0; i < entries->count; i++)
	{
		const Booking *before = &entries->bookings[i];
		int			same = 0;

		while (same < own_count && !is_same_counter(&net[same], before))
			same++;
		if (same < own_count)
			net[same].delta -= before->delta;
		else
		{
			net[count] = *before;
			net[count++].delta = -before->delta;
		}
	}
	for (int i = 0; i < count; i++)
		if (net[i].delta != 0)
			net[kept++] = net[i];
	item->bookings = net;
	item->booking_count = kept;
	item->paid_before_fen = entries->paid_fen;
}
