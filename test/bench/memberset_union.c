/*-------------------------------------------------------------------------
 *
 * memberset_union.c
 *		Counts the union of many stored sets: by the walk of memberset_union.c
 *		and by libroaring, lazily in place and all at once; in one process, in turn.
 *
 * test/bench/memberset.sh builds and runs it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <roaring/roaring.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "type/memberset.h"

void *
repalloc_huge(void *pointer, Size size)
{
	return repalloc(pointer, size);
}

#define SETS	2000
#define ROUNDS	7

typedef struct Shape
{
	const char *name;
	uint32		size;			/* members a set, as drawn */
	uint32		span;			/* of the numbers that they are drawn from */
	uint32		places;			/* at which the span may begin */
	uint32		run;			/* members in a row */
} Shape;

static const Shape shapes[] = {
	{"500 of 30,000, numbered by residence", 500, 30000, 1, 1},
	{"500 of 10,000,000, as they come", 500, 10000000, 1, 1},
	{"20,000 of 100,000, in 100 places", 20000, 100000, 100, 1},
	{"20,000 of 10,000,000, as they come", 20000, 10000000, 1, 1},
	{"200 runs of 100 in 100,000, in 100 places", 20000, 100000, 100, 100},
};

/*
 * now_ms gives the time.
 */
static double
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

/*
 * union_free gives a union's memory back.
 */
static void
union_free(MemberUnion *members)
{
	for (uint32 i = 0; i < members->count; i++)
		if (members->blocks[i].words != NULL)
			pfree(members->blocks[i].words);
	if (members->blocks != NULL)
		pfree(members->blocks);
}

/*
 * count_by_walk counts with our own reader.
 */
static uint64
count_by_walk(MemberSet **sets)
{
	MemberUnion members;
	SetReader	reader;
	uint64		count;

	union_begin(&members, SIZE_MAX);
	for (int i = 0; i < SETS; i++)
		if (set_open(&reader, set_bytes(sets[i]), set_length(sets[i])) != NULL || !union_add_set(&members, &reader))
			abort();
	count = union_count(&members);
	union_free(&members);
	return count;
}

/*
 * count_by_lazy_or counts with libroaring, one set after another, repaired at the end.
 */
static uint64
count_by_lazy_or(MemberSet **sets)
{
	roaring_bitmap_t *all = roaring_bitmap_create();
	uint64		count;

	for (int i = 0; i < SETS; i++)
	{
		roaring_bitmap_t *one = roaring_bitmap_portable_deserialize((const char *) set_bytes(sets[i]));

		roaring_bitmap_lazy_or_inplace(all, one, false);
		roaring_bitmap_free(one);
	}
	roaring_bitmap_repair_after_lazy(all);
	count = roaring_bitmap_get_cardinality(all);
	roaring_bitmap_free(all);
	return count;
}

/*
 * count_by_or counts with libroaring, one set after another.
 */
static uint64
count_by_or(MemberSet **sets)
{
	roaring_bitmap_t *all = roaring_bitmap_create();
	uint64		count;

	for (int i = 0; i < SETS; i++)
	{
		roaring_bitmap_t *one = roaring_bitmap_portable_deserialize((const char *) set_bytes(sets[i]));

		roaring_bitmap_or_inplace(all, one);
		roaring_bitmap_free(one);
	}
	count = roaring_bitmap_get_cardinality(all);
	roaring_bitmap_free(all);
	return count;
}

/*
 * set_make draws a set.
 */
static MemberSet *
set_make(const Shape *shape)
{
	MemberUnion members;
	uint32		base = (uint32) (random() % shape->places) * shape->span;
	MemberSet  *set;

	union_begin(&members, SIZE_MAX);
	for (uint32 i = 0; i < shape->size / shape->run; i++)
	{
		uint32		first = base + (uint32) (random() % shape->span);

		if (!union_add_range(&members, first, first + shape->run - 1))
			abort();
	}
	set = union_write(&members);
	union_free(&members);
	return set;
}

int
main(void)
{
	static MemberSet *sets[SETS];
	uint64		(*const ways[]) (MemberSet **) = {count_by_walk, count_by_lazy_or, count_by_or};

	srandom(1);
	printf("union of %d sets, ms, least of %d rounds: walk, lazy or, or\n", SETS, ROUNDS);
	for (size_t s = 0; s < lengthof(shapes); s++)
	{
		double		least[3] = {1e9, 1e9, 1e9};
		uint64		count[3];
		size_t		bytes = 0;

		for (int i = 0; i < SETS; i++)
			bytes += VARSIZE(sets[i] = set_make(&shapes[s]));
		for (int round = 0; round < ROUNDS; round++)
			for (int way = 0; way < 3; way++)
			{
				double		begin = now_ms();

				count[way] = ways[way](sets);
				least[way] = Min(least[way], now_ms() - begin);
			}
		if (count[0] != count[1] || count[0] != count[2])
			abort();
		printf("%-45s %7.1f %7.1f %7.1f   %zu kB, %llu members\n", shapes[s].name, least[0], least[1], least[2], bytes / 1024, (unsigned long long) count[0]);
		for (int i = 0; i < SETS; i++)
			pfree(sets[i]);
	}
	return 0;
}
