/*-------------------------------------------------------------------------
 *
 * candidates.c
 *		The pairs of a task that come cheapest at the prices of the moment.
 *
 * A row is looked through in blocks, in whole units and rounded so that nothing
 * is missed, by vector code; what may come to less than the limit is looked at
 * exactly.  The limit falls as soon as enough are found.
 *
 * Of pairs that come to the same, but for the slack, the first ones are taken, and
 * each task begins elsewhere: where people are alike, all tasks would else want
 * the same few.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "storage/shmem.h"
#include "utils/memutils.h"

#include "match/candidates.h"
#include "match/vector.h"

/* Where tasks begin to look, one after another: far from each other. */
#define SPREAD			2654435761U

/* Pairs that are looked at at once. */
#define BLOCK			16

/*
 * alloc_array returns room for so many elements, beyond 1 GB too.
 */
static void *
alloc_array(int64 count, Size size)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, mul_size(size, (Size) Max(count, 1)));
}

/*
 * finder_init makes a finder.
 */
void
finder_init(Finder *finder, const WideProblem *problem, void *source, int32 size_max)
{
	memset(finder, 0, sizeof(*finder));
	finder->problem = problem;
	finder->source = source;
	finder->column = alloc_array(problem->row_max, sizeof(int32));
	finder->totals = alloc_array(size_max, sizeof(int64));
	finder->candidates = alloc_array(size_max, sizeof(int32));
}

/*
 * finder_resize makes room for more candidates.
 */
void
finder_resize(Finder *finder, int32 size_max)
{
	pfree(finder->totals);
	pfree(finder->candidates);
	finder->totals = alloc_array(size_max, sizeof(int64));
	finder->candidates = alloc_array(size_max, sizeof(int32));
}

/*
 * finder_free gives back what it has.
 */
void
finder_free(Finder *finder)
{
	pfree(finder->column);
	pfree(finder->totals);
	pfree(finder->candidates);
}

/*
 * finder_stand_still begins a time in which no price changes, or ends it.
 */
void
finder_stand_still(Finder *finder, bool is_still)
{
	finder->is_still = is_still;
	finder->column_of = NULL;
}

/*
 * heap_sink puts a candidate in place of the dearest.
 */
static inline void
heap_sink(Finder *finder, int32 count, int64 total, int32 candidate)
{
	int32		at = 0;

	for (;;)
	{
		int32		child = 2 * at + 1;

		if (child >= count)
			break;
		if (child + 1 < count && finder->totals[child + 1] > finder->totals[child])
			child++;
		if (finder->totals[child] <= total)
			break;
		finder->totals[at] = finder->totals[child];
		finder->candidates[at] = finder->candidates[child];
		at = child;
	}
	finder->totals[at] = total;
	finder->candidates[at] = candidate;
}

/*
 * heap_add adds a candidate to a heap that has room.
 */
static inline void
heap_add(Finder *finder, int32 count, int64 total, int32 candidate)
{
	int32		at = count;

	while (at > 0 && finder->totals[(at - 1) / 2] < total)
	{
		finder->totals[at] = finder->totals[(at - 1) / 2];
		finder->candidates[at] = finder->candidates[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	finder->totals[at] = total;
	finder->candidates[at] = candidate;
}

/* A search through a row. */
typedef struct Finding
{
	FinderPrices prices;
	int32		size;
	int32		found;
	int64		limit;			/* no use for what comes to as much */
	int32		units;			/* the same in units, rounded up */
} Finding;

/*
 * limit_set lowers the limit of a search.  What a column says may be one unit
 * above what is so.
 */
static inline void
limit_set(Finding *finding, int64 limit)
{
	finding->limit = limit;
	finding->units = (int32) Min(limit / finding->prices.scale + 2, WIDE_NEVER);
}

/*
 * consider takes a pair into the heap if it comes to less than the limit.
 */
static inline void
consider(Finder *finder, Finding *finding, int32 i)
{
	int64		total;

	if (finder->costs[i] >= finding->units - finder->column[i])
		return;
	total = finder->costs[i] * finding->prices.scale + finding->prices.price[finder->workers[i]];
	if (total >= finding->limit)
		return;
	finder->least = Min(finder->least, total);
	if (finding->found < finding->size)
		heap_add(finder, finding->found++, total, i);
	else
		heap_sink(finder, finding->size, total, i);
	if (finding->found == finding->size)
		limit_set(finding, Min(finding->limit, finder->totals[0] - finder->slack));
}

/*
 * next_block finds the next block in which a pair may come to less than a limit;
 * where there is none, where the last whole block ends.
 */
VECTOR_BODY int32
next_block(const int32 *cost, const int32 *column, int32 limit, int32 from, int32 to)
{
	for (; from + BLOCK <= to; from += BLOCK)
	{
		int32		below = 0;

		for (int i = 0; i < BLOCK; i++)
			below |= cost[from + i] < limit - column[from + i];
		if (below)
			break;
	}
	return from;
}

/*
 * next_block_plain and next_block_avx2 are the two variants of it.
 */
static int32
next_block_plain(const int32 *cost, const int32 *column, int32 limit, int32 from, int32 to)
{
	return next_block(cost, column, limit, from, to);
}

/*
 * next_block_avx2 is the other one.
 */
AVX2_VARIANT static int32
next_block_avx2(const int32 *cost, const int32 *column, int32 limit, int32 from, int32 to)
{
	return next_block(cost, column, limit, from, to);
}

/*
 * take_column puts the prices of the row's workers in their order, in units.  A
 * product is faster than the division, and at most one unit off.
 */
static void
take_column(Finder *finder, FinderPrices prices, int32 count)
{
	double		per_scale = 1.0 / (double) prices.scale;

	if (finder->is_still && finder->column_of == finder->workers)
		return;
	for (int32 i = 0; i < count; i++)
		finder->column[i] = (int32) Min((double) prices.price[finder->workers[i]] * per_scale, (double) WIDE_NEVER);
	finder->column_of = finder->workers;
}

/*
 * consider_range takes the pairs of a stretch of the row into the heap.
 */
static void
consider_range(Finder *finder, Finding *finding, int32 from, int32 to)
{
	int32		(*next) (const int32 *, const int32 *, int32, int32, int32) = avx2_is_there() ? next_block_avx2 : next_block_plain;

	while ((from = next(finder->costs, finder->column, finding->units, from, to)) + BLOCK <= to)
		for (int32 end = from + BLOCK; from < end; from++)
			consider(finder, finding, from);
	for (; from < to; from++)
		consider(finder, finding, from);
}

/*
 * finder_find finds the cheapest pairs of a task.
 */
int32
finder_find(Finder *finder, FinderPrices prices, int32 task, int32 size, int64 limit)
{
	int32		count = finder->problem->row(finder->source, task, &finder->workers, &finder->costs);
	int32		start = count == 0 ? 0 : (int32) (((uint32) task * SPREAD) % (uint32) count) / BLOCK * BLOCK;
	Finding		finding = {prices, size};

	limit_set(&finding, limit);
	finder->least = limit;
	finder->row_count++;
	take_column(finder, prices, count);
	consider_range(finder, &finding, start, count);
	consider_range(finder, &finding, 0, start);
	finder->beyond = finding.limit;
	return finding.found;
}
