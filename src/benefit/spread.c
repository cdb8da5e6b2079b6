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

/* As many lines are split with an array on the stack, and compared each with
 * each rather than sorted for the largest remainder. */
#define FEW_LINES		32
#define RANKED_LINES	12

/* A line that weighs something, while an amount is split. */
typedef struct Part
{
	int64		weight;
	int64		bound_fen;
	int64		share_fen;
	int64		rest;			/* of the division, below the sum of weights */
	int			index;
} Part;

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
 * compare_rests orders by largest remainder, then by line.
 */
static int
compare_rests(const void *left, const void *right)
{
	const Part *a = *(const Part *const *) left;
	const Part *b = *(const Part *const *) right;

	if (a->rest != b->rest)
		return a->rest > b->rest ? -1 : 1;
	return a->index < b->index ? -1 : (a->index > b->index);
}

/*
 * share_down gives a line its share rounded down, and the remainder.  "ratio"
 * is the amount by the total: a first guess, which is out by one at most where
 * the share has less digits than a double.
 */
static inline int64
share_down(int64 amount_fen, int64 weight, int64 total_weight, double ratio,
		   int64 *rest)
{
	int64		product;
	int64		share_fen;

	if (unlikely(__builtin_mul_overflow(amount_fen, weight, &product)))
	{
		*rest = (int64) ((fixed128) amount_fen * weight % total_weight);
		return (int64) ((fixed128) amount_fen * weight / total_weight);
	}
	share_fen = (int64) (ratio * (double) weight);
	*rest = product - share_fen * total_weight;
	if (*rest < 0)
	{
		share_fen--;
		*rest += total_weight;
	}
	else if (*rest >= total_weight)
	{
		share_fen++;
		*rest -= total_weight;
	}
	return share_fen;
}

/*
 * raise_sorted gives one fen to each of the largest remainders of many lines.
 */
static void
raise_sorted(Part *parts, int count, int64 left_fen)
{
	Part	  **order = palloc(mul_size(sizeof(Part *), count));
	int			i;

	for (i = 0; i < count; i++)
		order[i] = &parts[i];
	qsort(order, count, sizeof(Part *), compare_rests);
	for (i = 0; i < left_fen; i++)
		order[i]->share_fen++;
	pfree(order);
}

/*
 * raise_largest gives one fen to each of the largest remainders: to a line if
 * fewer lines come before it than there are fen.
 */
static void
raise_largest(Part *parts, int count, int64 left_fen)
{
	int			i;
	int			j;

	if (count > RANKED_LINES)
	{
		raise_sorted(parts, count, left_fen);
		return;
	}
	for (i = 0; i < count; i++)
	{
		int64		rest = parts[i].rest;
		int			n_before = 0;

		for (j = 0; j < i; j++)
			n_before += parts[j].rest >= rest;
		for (j = i + 1; j < count; j++)
			n_before += parts[j].rest > rest;
		parts[i].share_fen += n_before < left_fen;
	}
}

/*
 * share_out splits an amount over lines.
 */
static void
share_out(Part *parts, int count, int64 amount_fen, int64 total_weight)
{
	double		ratio = (double) amount_fen / (double) total_weight;
	int64		left_fen = amount_fen;
	int			i;

	for (i = 0; i < count; i++)
	{
		parts[i].share_fen = share_down(amount_fen, parts[i].weight,
										total_weight, ratio, &parts[i].rest);
		left_fen -= parts[i].share_fen;
	}
	if (left_fen > 0)
		raise_largest(parts, count, left_fen);
}

/*
 * take_full takes the lines out that got more than their bound: they get the
 * bound.  The others move up.  Says how many are left.
 */
static int
take_full(Part *parts, int count, int64 *amount_fen, int64 *total_weight,
		  int64 *shares_fen)
{
	int			n_left = 0;
	int			i;

	for (i = 0; i < count; i++)
	{
		if (parts[i].share_fen <= parts[i].bound_fen)
		{
			if (n_left < i)
				parts[n_left] = parts[i];
			n_left++;
			continue;
		}
		shares_fen[parts[i].index] = parts[i].bound_fen;
		*amount_fen -= parts[i].bound_fen;
		*total_weight -= parts[i].weight;
	}
	return n_left;
}

/*
 * settle splits an amount again and again, until no line gets more than its
 * bound.
 */
static void
settle(Part *parts, int count, int64 amount_fen, int64 total_weight,
	   int64 *shares_fen)
{
	int			i;

	while (count > 0)
	{
		int			n_left;

		CHECK_FOR_INTERRUPTS();
		share_out(parts, count, amount_fen, total_weight);
		n_left = take_full(parts, count, &amount_fen, &total_weight,
						   shares_fen);
		if (n_left == count)
			break;
		count = n_left;
	}
	for (i = 0; i < count; i++)
		shares_fen[parts[i].index] = parts[i].share_fen;
}

/*
 * spread_bounded splits an amount over the lines in proportion to their
 * weights, but no line gets more than its bound: what it would get beyond is
 * split again over the others.  The amount is at most the sum of the bounds of
 * the lines that weigh something.
 */
void
spread_bounded(int64 amount_fen, const int64 *weights,
			   const int64 *bounds_fen, int count, int64 *shares_fen)
{
	Part		few[FEW_LINES];
	Part	   *parts = few;
	int64		total_weight = 0;
	int			n_parts = 0;
	int			i;

	if (count > FEW_LINES)
		parts = palloc(mul_size(sizeof(Part), count));
	for (i = 0; i < count; i++)
	{
		Part	   *part = &parts[n_parts];

		shares_fen[i] = 0;
		part->weight = weights[i];
		part->bound_fen = bounds_fen ? bounds_fen[i] : PG_INT64_MAX;
		part->index = i;
		total_weight += weights[i];
		n_parts += weights[i] > 0;
	}
	if (amount_fen > 0)
		settle(parts, n_parts, amount_fen, total_weight, shares_fen);
	if (parts != few)
		pfree(parts);
}

/*
 * spread splits an amount over the lines in proportion to their weights.
 * Where nothing has a weight, nothing is given: the caller's identity shows it.
 */
void
spread(int64 amount_fen, const int64 *weights, int count, int64 *shares_fen)
{
	spread_bounded(amount_fen, weights, NULL, count, shares_fen);
}
