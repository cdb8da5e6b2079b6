/*-------------------------------------------------------------------------
 *
 * spread.c
 *		Splits an amount over lines in proportion, to the fen.
 *
 * Largest remainder: each line gets its share rounded down, and the fen that
 * are left go to the largest remainders, the earlier line first among equals.
 * So the shares always add up, and a share never exceeds its weight where the
 * amount does not exceed the sum of the weights.
 *
 * Bills of usual length are split without taking memory.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/claim_engine.h"
#include "core/fixed.h"
#include "miscadmin.h"
#include "storage/shmem.h"

/* As many lines are split with an array on the stack, and looked through
 * rather than sorted for the largest remainder. */
#define FEW_LINES		32

typedef struct Remainder
{
	int64		rest;			/* of the division, below the sum of weights */
	int			index;
} Remainder;

/*
 * sum_fen adds amounts up; their total is known to be within an amount.
 */
int64
sum_fen(const int64 *amounts_fen, int count)
{
	int64		total_fen = 0;
	int			i;

	for (i = 0; i < count; i++)
		total_fen += amounts_fen[i];
	return total_fen;
}

/*
 * compare_remainders orders by largest remainder, then by line.
 */
static int
compare_remainders(const void *left, const void *right)
{
	const Remainder *a = left;
	const Remainder *b = right;

	if (a->rest != b->rest)
		return a->rest > b->rest ? -1 : 1;
	return a->index < b->index ? -1 : (a->index > b->index);
}

/*
 * share_down gives a line its share rounded down, and the remainder.
 */
static inline int64
share_down(int64 amount_fen, int64 weight, int64 total_weight, int64 *rest)
{
	int64		product;

	if (likely(!__builtin_mul_overflow(amount_fen, weight, &product)))
	{
		*rest = product % total_weight;
		return product / total_weight;
	}
	*rest = (int64) ((fixed128) amount_fen * weight % total_weight);
	return (int64) ((fixed128) amount_fen * weight / total_weight);
}

/*
 * raise_largest gives one fen to each of the largest remainders.
 */
static void
raise_largest(int64 left_fen, Remainder *remainders, int count,
			  int64 *shares_fen)
{
	int			i;

	if (count > FEW_LINES && left_fen > 1)
	{
		qsort(remainders, count, sizeof(Remainder), compare_remainders);
		for (i = 0; i < left_fen; i++)
			shares_fen[remainders[i].index]++;
		return;
	}
	for (; left_fen > 0; left_fen--)
	{
		Remainder  *largest = &remainders[0];

		for (i = 1; i < count; i++)
			if (remainders[i].rest > largest->rest)
				largest = &remainders[i];
		shares_fen[largest->index]++;
		largest->rest = -1;
	}
}

/*
 * share_out splits an amount over the lines that weigh something; the shares
 * of the others stay as they are.
 */
static void
share_out(int64 amount_fen, const int64 *weights, int64 total_weight,
		  int count, int64 *shares_fen, Remainder *remainders)
{
	int64		left_fen = amount_fen;
	int			n_remainders = 0;
	int			i;

	if (amount_fen == total_weight)
	{
		for (i = 0; i < count; i++)
			if (weights[i] > 0)
				shares_fen[i] = weights[i];
		return;
	}
	for (i = 0; i < count; i++)
	{
		Remainder  *remainder = &remainders[n_remainders];

		if (weights[i] == 0)
			continue;
		shares_fen[i] = share_down(amount_fen, weights[i], total_weight,
								   &remainder->rest);
		left_fen -= shares_fen[i];
		remainder->index = i;
		n_remainders++;
	}
	raise_largest(left_fen, remainders, n_remainders, shares_fen);
}

/*
 * spread splits an amount over the lines in proportion to their weights.
 * Where nothing has a weight, nothing is given: the caller's identity shows it.
 */
void
spread(int64 amount_fen, const int64 *weights, int count, int64 *shares_fen)
{
	int64		total_weight = sum_fen(weights, count);
	Remainder	few[FEW_LINES];
	Remainder  *remainders = few;

	memset(shares_fen, 0, sizeof(int64) * count);
	if (amount_fen == 0 || total_weight == 0)
		return;
	CHECK_FOR_INTERRUPTS();
	if (count > FEW_LINES)
		remainders = palloc(mul_size(sizeof(Remainder), count));
	share_out(amount_fen, weights, total_weight, count, shares_fen,
			  remainders);
	if (remainders != few)
		pfree(remainders);
}

/*
 * settle_full takes the lines out that got more than their bound: they get the
 * bound, and weigh nothing any more.  Says what they got, -1: there are none.
 */
static int64
settle_full(const int64 *bounds_fen, int count, int64 *weights,
			int64 *shares_fen)
{
	int64		settled_fen = 0;
	bool		is_any = false;
	int			i;

	for (i = 0; i < count; i++)
		if (weights[i] > 0 && shares_fen[i] > bounds_fen[i])
		{
			shares_fen[i] = bounds_fen[i];
			settled_fen += bounds_fen[i];
			weights[i] = 0;
			is_any = true;
		}
	return is_any ? settled_fen : -1;
}

/*
 * settle splits an amount again and again, until no line gets more than its
 * bound.  The weights are the caller's to spend.
 */
static void
settle(int64 amount_fen, int64 *weights, const int64 *bounds_fen, int count,
	   int64 *shares_fen, Remainder *remainders)
{
	while (amount_fen > 0)
	{
		int64		total_weight = sum_fen(weights, count);
		int64		settled_fen;

		if (total_weight == 0)
			return;
		CHECK_FOR_INTERRUPTS();
		share_out(amount_fen, weights, total_weight, count, shares_fen,
				  remainders);
		settled_fen = settle_full(bounds_fen, count, weights, shares_fen);
		if (settled_fen < 0)
			return;
		amount_fen -= settled_fen;
	}
}

/*
 * spread_bounded splits an amount as spread() does, but no line gets more than
 * its bound: what it would get beyond is split again over the others.  The
 * amount is at most the sum of the bounds of the lines that weigh something.
 */
void
spread_bounded(int64 amount_fen, const int64 *weights,
			   const int64 *bounds_fen, int count, int64 *shares_fen)
{
	int64		few_weights[FEW_LINES];
	Remainder	few[FEW_LINES];
	int64	   *open_weights = few_weights;
	Remainder  *remainders = few;

	memset(shares_fen, 0, sizeof(int64) * count);
	if (amount_fen == 0)
		return;
	if (count > FEW_LINES)
	{
		open_weights = palloc(mul_size(sizeof(int64), count));
		remainders = palloc(mul_size(sizeof(Remainder), count));
	}
	memcpy(open_weights, weights, sizeof(int64) * count);
	settle(amount_fen, open_weights, bounds_fen, count, shares_fen,
		   remainders);
	if (count > FEW_LINES)
	{
		pfree(open_weights);
		pfree(remainders);
	}
}
