/*-------------------------------------------------------------------------
 *
 * memberset.c
 *		Feeds mutated bytes to the pure part of assure.memberset, under the
 *		address and undefined behaviour sanitizers, with libroaring beside it.
 *
 * Bytes lie in memory of exactly their size, so that a read beyond them is
 * seen.  Bytes that set_fault() lets pass must read as one set in every way:
 * spans, counts, canonical bytes, slices, unions; and libroaring must read the
 * same set from them.  test/fuzz/pure builds and runs it.
 *
 *		memberset SEED MUTANTS
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <roaring/roaring.h>
#include <stdio.h>
#include <stdlib.h>

#include "miscadmin.h"

#include "type/memberset.h"

/* What the server would give. */
volatile sig_atomic_t InterruptPending = 0;

void
ProcessInterrupts(void)
{
}

void *
repalloc_huge(void *pointer, Size size)
{
	return repalloc(pointer, size);
}

#define SEED_KINDS		10
#define SEEDS			200
#define SEED_BYTES_MAX	200000

static uint64 state;
static uint64 refused_count = 0;
static uint64 sound_count = 0;

/*
 * random_below gives a number below a bound.
 */
static uint32
random_below(uint32 bound)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32) ((state >> 11) % bound);
}

/*
 * require ends the run where something is not as it must be.
 */
static void
require(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "wrong: %s\n", what);
	abort();
}

/*
 * seed_make makes a set of one of several shapes.
 */
static MemberSet *
seed_make(int kind)
{
	MemberUnion members;
	uint32		base = kind % 2 == 0 ? 0 : random_below(2000000000);
	MemberSet  *set;

	union_begin(&members, SIZE_MAX);
	for (uint32 i = 0, n = random_below(kind < 6 ? 40 : 9000); i < n; i++)
	{
		uint32		at = base + random_below(kind < 3 ? 200 : kind < 8 ? 140000 : 1000000);

		if (kind % 3 == 0)
			require(union_add_range(&members, at, at + random_below(kind == 9 ? 9 : 70000)), "a range is added");
		else
			require(union_add_member(&members, at), "a member is added");
	}
	set = union_write(&members);
	for (uint32 i = 0; i < members.count; i++)
		if (members.blocks[i].words != NULL)
			pfree(members.blocks[i].words);
	if (members.blocks != NULL)
		pfree(members.blocks);
	return set;
}

/*
 * check_roaring compares with what libroaring reads.
 */
static void
check_roaring(const uint8 *bytes, size_t length, const MemberSet *canonical, uint64 count)
{
	roaring_bitmap_t *bitmap = roaring_bitmap_portable_deserialize_safe((const char *) bytes, length);
	roaring_bitmap_t *again;

	require(bitmap != NULL, "libroaring reads it");
	require(roaring_bitmap_get_cardinality(bitmap) == count, "libroaring counts the same");
	again = roaring_bitmap_portable_deserialize_safe((const char *) set_bytes(canonical), set_length(canonical));
	require(again != NULL && roaring_bitmap_equals(bitmap, again), "the canonical bytes are the same set to libroaring");
	roaring_bitmap_free(again);
	roaring_bitmap_free(bitmap);
}

/*
 * check_sound looks at one set in every way.
 */
static void
check_sound(const uint8 *bytes, size_t length)
{
	SetReader	reader;
	SetReader	second;
	MemberWalk	walk;
	MemberUnion members;
	MemberSet  *canonical;
	MemberSet  *other;
	uint64		count = 0;
	uint32		first;
	uint32		last;
	uint32		member;
	uint64		skip;
	uint64		before = 0;

	require(set_open(&reader, bytes, length) == NULL, "what is sound opens");
	union_begin(&members, SIZE_MAX);
	member_walk_begin(&walk, &reader);
	while (member_walk_next(&walk, &first, &last))
	{
		require(first <= last && last <= MEMBER_MAX && (count == 0 || first > before + 1), "spans ascend and do not touch");
		before = last;
		count += (uint64) last - first + 1;
	}
	require(count == header_count(&reader.header), "spans hold as many as the header says");
	canonical = set_canonical(&reader);
	require(set_open(&second, set_bytes(canonical), set_length(canonical)) == NULL, "canonical bytes open");
	require(members_compare(&reader, &second) == 0, "and are the same set");
	other = set_canonical(&second);
	require(VARSIZE(other) == VARSIZE(canonical) && memcmp(other, canonical, VARSIZE(other)) == 0, "canonical bytes stay");
	pfree(other);
	require(union_add_set(&members, &reader) && union_add_set(&members, &second), "unions take both");
	require(union_count(&members) == count, "and count once");
	other = union_write(&members);
	require(VARSIZE(other) == VARSIZE(canonical) && memcmp(other, canonical, VARSIZE(other)) == 0, "a union is canonical");
	pfree(other);
	require(set_in_common(&reader, &second, PG_UINT64_MAX) == count && set_contains(&reader, &second) && set_contains(&second, &reader), "it has all in common with itself");
	skip = count == 0 ? 0 : random_below((uint32) Min(count, UINT32_MAX));
	require(set_member_at(&reader, skip, &member) == (count > 0), "there are as many positions");
	require(count == 0 || set_rank(&reader, member) == skip + 1, "rank and position agree");
	other = set_slice(&reader, skip, random_below(100000));
	require(set_open(&second, set_bytes(other), set_length(other)) == NULL && set_fault(set_bytes(other), set_length(other), &first) == NULL, "slices are sound");
	pfree(other);
	check_roaring(bytes, length, canonical, count);
	pfree(canonical);
	for (uint32 i = 0; i < members.count; i++)
		if (members.blocks[i].words != NULL)
			pfree(members.blocks[i].words);
	if (members.blocks != NULL)
		pfree(members.blocks);
}

/*
 * mutate changes some bytes, mostly at the beginning; gives the new length.
 */
static size_t
mutate(uint8 *bytes, size_t length)
{
	for (uint32 i = 0, n = 1 + random_below(4); i < n && length > 0; i++)
	{
		uint32		reach = (uint32) (random_below(2) == 0 ? Min(length, 64) : length);
		uint32		at = random_below(reach);

		switch (random_below(6))
		{
			case 0:
				bytes[at] ^= (uint8) (1 << random_below(8));
				break;
			case 1:
				bytes[at] = (uint8) random_below(256);
				break;
			case 2:
				bytes[at]++;
				break;
			case 3:
				bytes[at] = random_below(2) == 0 ? 0 : 0xFF;
				break;
			case 4:
				memmove(bytes + at, bytes + random_below((uint32) length - at) , length - at > 4 ? 2 : 0);
				break;
			default:
				if (random_below(4) == 0)
					length = random_below((uint32) length + 1);
		}
	}
	return length;
}

/*
 * try_bytes looks at bytes that may be anything, in memory of exactly their size.
 */
static void
try_bytes(const uint8 *bytes, size_t length)
{
	uint8	   *exact = malloc(length);
	uint32		block;

	memcpy(exact, bytes, length);
	if (set_fault(exact, length, &block) != NULL)
		refused_count++;
	else
	{
		sound_count++;
		check_sound(exact, length);
	}
	free(exact);
}

#ifdef LIBFUZZER

/*
 * LLVMFuzzerTestOneInput tries bytes that libFuzzer made.
 */
int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	state = (size + 1) * UINT64CONST(0x9E3779B97F4A7C15) | 1;
	try_bytes(data, size);
	return 0;
}

#else

int
main(int argc, char **argv)
{
	MemberSet  *seeds[SEEDS];
	uint64		mutants = argc > 2 ? strtoull(argv[2], NULL, 10) : 100000;

	state = (argc > 1 ? strtoull(argv[1], NULL, 10) : 1) * UINT64CONST(0x9E3779B97F4A7C15) | 1;
	for (int i = 0; i < SEEDS; i++)
	{
		seeds[i] = seed_make(i % SEED_KINDS);
		check_sound(set_bytes(seeds[i]), set_length(seeds[i]));
	}
	for (uint64 i = 0; i < mutants; i++)
	{
		const MemberSet *seed = seeds[random_below(8) == 0 ? random_below(SEEDS) : random_below(SEEDS) / SEED_KINDS * SEED_KINDS + random_below(6)];
		uint8	   *work = malloc(set_length(seed) + 1);

		memcpy(work, set_bytes(seed), set_length(seed));
		try_bytes(work, mutate(work, set_length(seed)));
		free(work);
	}
	for (int i = 0; i < SEEDS; i++)
		pfree(seeds[i]);
	printf("%llu refused, %llu sound\n", (unsigned long long) refused_count, (unsigned long long) sound_count);
	return 0;
}

#endif
