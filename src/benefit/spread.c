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
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/claim_engine.h"
#include "core/fixed.h"
#include "miscadmin.h"
#include "storage/shmem.h"

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
 * share_down gives each line its share rounded down and notes the remainders;
 * says how many fen are left over.
 */
static int64
share_down(int64 amount_fen, const int64 *weights, int64 total_weight,
		   int count, int64 *shares_fen, Remainder *remainders)
{
	int64		left_fen = amount_fen;
	int			i;

	for (i = 0; i < count; i++)
	{
		fixed128	product = (fixed128) amount_fen * weights[i];

		shares_fen[i] = (int64) (product / total_weight);
		remainders[i].rest = (int64) (product % total_weight);
		remainders[i].index = i;
		left_fen -= shares_fen[i];
	}
	return left_fen;
}

/*
 * spread splits an amount over the lines in proportion to their weights.
 * Where nothing has a weight, nothing is given: the caller's identity shows it.
 */
void
spread(int64 amount_fen, const int64 *weights, int count, int64 *shares_fen)
{
	int64		total_weight = sum_fen(weights, count);
	Remainder  *remainders;
	int64		left_fen;
	int			i;

	memset(shares_fen, 0, sizeof(int64) * count);
	if (amount_fen == 0 || total_weight == 0)
		return;
	CHECK_FOR_INTERRUPTS();
	remainders = palloc(mul_size(sizeof(Remainder), count));
	left_fen = share_down(amount_fen, weights, total_weight, count, shares_fen,
						  remainders);
	if (left_fen > 0)
		qsort(remainders, count, sizeof(Remainder), compare_remainders);
	for (i = 0; i < left_fen; i++)
		shares_fen[remainders[i].index]++;
	pfree(remainders);
}

/*
 * settle_full takes the lines out that would get more than their bound: they
 * get the bound, and weigh nothing any more.  Says what they got.
 */
static int64
settle_full(const int64 *bounds_fen, int count, int64 *weights,
			const int64 *trial_fen, int64 *shares_fen)
{
	int64		settled_fen = 0;
	int			i;

	for (i = 0; i < count; i++)
		if (weights[i] > 0 && trial_fen[i] > bounds_fen[i])
		{
			shares_fen[i] = bounds_fen[i];
			settled_fen += bounds_fen[i];
			weights[i] = 0;
		}
	return settled_fen;
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
	int64	   *open_weights = palloc(mul_size(sizeof(int64), Max(count, 1)));
	int64	   *trial_fen = palloc(mul_size(sizeof(int64), Max(count, 1)));
	int64		rest_fen = amount_fen;
	bool		is_final = false;
	int			i;

	memset(shares_fen, 0, sizeof(int64) * count);
	memcpy(open_weights, weights, sizeof(int64) * count);
	while (rest_fen > 0 && !is_final)
	{
		int			n_open = 0;

		spread(rest_fen, open_weights, count, trial_fen);
		for (i = 0; i < count; i++)
			n_open += (open_weights[i] > 0);
		rest_fen -= settle_full(bounds_fen, count, open_weights, trial_fen,
								shares_fen);
		for (i = 0; i < count; i++)
			n_open -= (open_weights[i] > 0);
		is_final = (n_open == 0);
	}
	if (is_final)
		for (i = 0; i < count; i++)
			if (open_weights[i] > 0)
				shares_fen[i] = trial_fen[i];
	pfree(open_weights);
	pfree(trial_fen);
}
