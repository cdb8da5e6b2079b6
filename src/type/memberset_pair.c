/*-------------------------------------------------------------------------
 *
 * memberset_pair.c
 *		What two sets have in common, read where they stand.
 *
 * Counts and answers need no third set, so they need no memory either: both
 * values are walked block by block.  libroaring would first make bitmaps of its
 * own of them, which takes most of the time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "port/pg_bitutils.h"

#include "type/memberset.h"

/*
 * bits_in_span counts the bits of a span.
 */
static uint32
bits_in_span(const Container *bits, uint32 first, uint32 last)
{
	uint32		count = 0;

	for (uint32 i = first / 64; i <= last / 64; i++)
	{
		uint64		word = load_64(bits->data + 8 * (size_t) i);

		if (i == first / 64)
			word &= ~UINT64CONST(0) << (first % 64);
		if (i == last / 64)
			word &= ~UINT64CONST(0) >> (63 - last % 64);
		count += (uint32) pg_popcount64(word);
	}
	return count;
}

/*
 * spans_in_bits counts what runs have in common with bits.
 */
static uint32
spans_in_bits(const Container *container, const Container *bits)
{
	SpanWalk	walk;
	uint32		first;
	uint32		last;
	uint32		count = 0;

	span_begin(&walk, container);
	while (span_next(&walk, &first, &last))
		count += bits_in_span(bits, first, last);
	return count;
}

/*
 * spans_in_spans counts what two containers have in common that are not bits.
 */
static uint32
spans_in_spans(const Container *a, const Container *b)
{
	SpanWalk	walk[2];
	uint32		first[2];
	uint32		last[2];
	uint32		count = 0;
	bool		more;

	span_begin(&walk[0], a);
	span_begin(&walk[1], b);
	more = span_next(&walk[0], &first[0], &last[0]) && span_next(&walk[1], &first[1], &last[1]);
	while (more)
	{
		int			earlier = last[0] < last[1] ? 0 : 1;
		uint32		from = Max(first[0], first[1]);

		if (from <= last[earlier])
			count += last[earlier] - from + 1;
		more = span_next(&walk[earlier], &first[earlier], &last[earlier]);
	}
	return count;
}

/*
 * array_in_bits counts the places of an array that are among bits.
 */
static uint32
array_in_bits(const Container *array, const Container *bits)
{
	uint32		count = 0;

	for (size_t i = 0; i < array->members; i++)
	{
		uint16		place = load_16(array->data + 2 * i);

		count += bits->data[place / 8] >> (place % 8) & 1;
	}
	return count;
}

/*
 * array_in_array counts the places that two arrays have in common.
 */
static uint32
array_in_array(const Container *a, const Container *b)
{
	uint32		count = 0;
	size_t		i = 0;
	size_t		j = 0;

	while (i < a->members && j < b->members)
	{
		uint16		left = load_16(a->data + 2 * i);
		uint16		right = load_16(b->data + 2 * j);

		count += left == right;
		i += left <= right;
		j += right <= left;
	}
	return count;
}

/*
 * containers_in_common counts what two containers have in common.  Arrays and
 * bits, of which most sets consist, have loops of their own.
 */
uint32
containers_in_common(const Container *a, const Container *b)
{
	uint32		count = 0;

	if (b->kind == CONTAINER_BITS && a->kind != CONTAINER_BITS)
		return a->kind == CONTAINER_ARRAY ? array_in_bits(a, b) : spans_in_bits(a, b);
	if (a->kind == CONTAINER_BITS && b->kind != CONTAINER_BITS)
		return containers_in_common(b, a);
	if (a->kind == CONTAINER_ARRAY && b->kind == CONTAINER_ARRAY)
		return array_in_array(a, b);
	if (a->kind != CONTAINER_BITS)
		return spans_in_spans(a, b);
	for (size_t i = 0; i < BLOCK_WORDS; i++)
		count += (uint32) pg_popcount64(load_64(a->data + 8 * i) & load_64(b->data + 8 * i));
	return count;
}

/*
 * set_in_common counts the members of both sets; where they are as many as
 * "enough", it stops.
 */
uint64
set_in_common(const SetReader *a, const SetReader *b, uint64 enough)
{
	SetReader	reader[2] = {*a, *b};
	Container	container[2];
	uint64		count = 0;
	bool		more = reader_next(&reader[0], &container[0]) && reader_next(&reader[1], &container[1]);

	while (more && count < enough)
	{
		bool		same = container[0].key == container[1].key;
		int			earlier = container[0].key < container[1].key ? 0 : 1;

		if (same)
			count += containers_in_common(&container[0], &container[1]);
		more = reader_next(&reader[earlier], &container[earlier]) &&
			(!same || reader_next(&reader[1 - earlier], &container[1 - earlier]));
	}
	return count;
}

/*
 * set_contains says whether all members of the second set are in the first.
 */
bool
set_contains(const SetReader *a, const SetReader *b)
{
	SetReader	reader[2] = {*a, *b};
	Container	container[2];

	while (reader_next(&reader[1], &container[1]))
	{
		do
		{
			if (!reader_next(&reader[0], &container[0]))
				return false;
		} while (container[0].key < container[1].key);
		if (container[0].key != container[1].key || container[0].members < container[1].members ||
			containers_in_common(&container[0], &container[1]) != container[1].members)
			return false;
	}
	return true;
}
