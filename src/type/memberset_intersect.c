/*-------------------------------------------------------------------------
 *
 * memberset_intersect.c
 *		The set of the members that two sets have, read where they stand.
 *
 * What two sets have in common is no more than the smaller has, so nothing of
 * either is copied but that: of an array and anything else the places of the
 * array that are there too, of bits the bits, of runs the runs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "port/pg_bitutils.h"

#include "type/memberset.h"

/* An array so many times as long is searched, not walked. */
#define SEARCH_RATIO	16

/* Room for what two containers have in common. */
typedef struct CommonRoom
{
	uint64		words[BLOCK_WORDS];
	uint16		places[ARRAY_MEMBERS_MAX];
	uint8		marks[BLOCK_BYTES]; /* a bit a place; none between two uses */
	uint16	   *pairs;			/* of the runs last made; NULL: none */
} CommonRoom;

/*
 * array_search finds the first entry from one on that is not less than a place:
 * by steps that double, then by halves between the last two.
 */
static uint32
array_search(const Container *array, uint32 from, uint16 place)
{
	uint32		low = from;
	uint32		step = 1;
	uint32		high;

	while (low + step < array->members && load_16(array->data + 2 * (size_t) (low + step)) < place)
	{
		low += step;
		step *= 2;
	}
	high = Min(low + step, array->members);
	while (low < high)
	{
		uint32		middle = (low + high) / 2;

		if (load_16(array->data + 2 * (size_t) middle) < place)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * array_in_long_array keeps the places of an array that are in a much longer one.
 */
static uint32
array_in_long_array(const Container *array, const Container *other, uint16 *kept)
{
	uint32		count = 0;
	uint32		at = 0;

	for (size_t i = 0; i < array->members; i++)
	{
		uint16		place = load_16(array->data + 2 * i);

		at = array_search(other, at, place);
		if (at == other->members)
			break;
		if (load_16(other->data + 2 * (size_t) at) == place)
			kept[count++] = place;
	}
	return count;
}

/*
 * array_in_bits keeps the places of an array that are among bits.
 */
static uint32
array_in_bits(const Container *array, const uint8 *bits, uint16 *kept)
{
	uint32		count = 0;

	for (size_t i = 0; i < array->members; i++)
	{
		uint16		place = load_16(array->data + 2 * i);

		kept[count] = place;
		count += bits[place / 8] >> (place % 8) & 1;
	}
	return count;
}

/*
 * array_in_array keeps the places of an array that are in another about as
 * long.  To mark the one and look up the other is faster than to walk both: no
 * step waits for the one before it.
 */
static uint32
array_in_array(const Container *array, const Container *other, CommonRoom *room)
{
	uint32		count;

	for (size_t i = 0; i < array->members; i++)
	{
		uint16		place = load_16(array->data + 2 * i);

		room->marks[place / 8] |= (uint8) (1 << (place % 8));
	}
	count = array_in_bits(other, room->marks, room->places);
	for (size_t i = 0; i < array->members; i++)
		room->marks[load_16(array->data + 2 * i) / 8] = 0;
	return count;
}

/*
 * array_in_runs keeps the places of an array that are in runs.
 */
static uint32
array_in_runs(const Container *array, const Container *runs, uint16 *kept)
{
	SpanWalk	walk;
	uint32		first;
	uint32		last;
	uint32		count = 0;
	size_t		i = 0;

	span_begin(&walk, runs);
	while (i < array->members && span_next(&walk, &first, &last))
	{
		while (i < array->members && load_16(array->data + 2 * i) < first)
			i++;
		while (i < array->members && load_16(array->data + 2 * i) <= last)
			kept[count++] = load_16(array->data + 2 * i++);
	}
	return count;
}

/*
 * places_in_common gives what an array has in common with any container.
 */
static Container
places_in_common(const Container *array, const Container *other, CommonRoom *room)
{
	Container	common = {.key = array->key, .kind = CONTAINER_ARRAY, .data = (const uint8 *) room->places};

	if (other->kind == CONTAINER_BITS)
		common.members = array_in_bits(array, other->data, room->places);
	else if (other->kind == CONTAINER_RUNS)
		common.members = array_in_runs(array, other, room->places);
	else if (array->members > other->members)
		return places_in_common(other, array, room);
	else if (array->members * SEARCH_RATIO < other->members)
		common.members = array_in_long_array(array, other, room->places);
	else
		common.members = array_in_array(array, other, room);
	return common;
}

/*
 * words_clear clears the bits from one up to another, which stays.
 */
static void
words_clear(uint64 *words, uint32 from, uint32 to)
{
	while (from < to)
	{
		uint32		end = Min(to, (from / 64 + 1) * 64);
		uint64		kept = ~(~UINT64CONST(0) << (from % 64));

		if (end % 64 != 0)
			kept |= ~UINT64CONST(0) << (end % 64);
		words[from / 64] &= kept;
		from = end;
	}
}

/*
 * words_keep clears the bits that are not in a container.
 */
static void
words_keep(uint64 *words, const Container *container)
{
	SpanWalk	walk;
	uint32		first;
	uint32		last;
	uint32		passed = 0;

	if (container->kind == CONTAINER_BITS)
	{
		for (size_t i = 0; i < BLOCK_WORDS; i++)
			words[i] &= load_64(container->data + 8 * i);
		return;
	}
	span_begin(&walk, container);
	while (span_next(&walk, &first, &last))
	{
		words_clear(words, passed, first);
		passed = last + 1;
	}
	words_clear(words, passed, BLOCK_MEMBERS);
}

/*
 * bits_in_common gives what bits have in common with bits or runs.
 */
static Container
bits_in_common(const Container *bits, const Container *other, CommonRoom *room)
{
	Container	common = {.key = bits->key, .kind = CONTAINER_BITS, .data = (const uint8 *) room->words};

	memcpy(room->words, bits->data, BLOCK_BYTES);
	words_keep(room->words, other);
	common.members = (uint32) pg_popcount((const char *) room->words, BLOCK_BYTES);
	return common;
}

/*
 * runs_in_common gives what runs have in common.  Each pair that it makes ends
 * one of theirs, so there are no more than they have together.
 */
static Container
runs_in_common(const Container *a, const Container *b, CommonRoom *room)
{
	Container	common = {.key = a->key, .kind = CONTAINER_RUNS};
	SpanWalk	walk[2];
	uint32		first[2];
	uint32		last[2];
	bool		more;

	if (room->pairs != NULL)
		pfree(room->pairs);
	room->pairs = palloc(2 * sizeof(uint16) * (a->runs + b->runs));
	common.data = (const uint8 *) room->pairs;
	span_begin(&walk[0], a);
	span_begin(&walk[1], b);
	more = span_next(&walk[0], &first[0], &last[0]) && span_next(&walk[1], &first[1], &last[1]);
	while (more)
	{
		int			earlier = last[0] < last[1] ? 0 : 1;
		uint32		from = Max(first[0], first[1]);

		if (from <= last[earlier])
		{
			room->pairs[2 * common.runs] = (uint16) from;
			room->pairs[2 * common.runs++ + 1] = (uint16) (last[earlier] - from);
			common.members += last[earlier] - from + 1;
		}
		more = span_next(&walk[earlier], &first[earlier], &last[earlier]);
	}
	return common;
}

/*
 * containers_common gives what two containers have in common.
 */
static Container
containers_common(const Container *a, const Container *b, CommonRoom *room)
{
	if (a->kind == CONTAINER_ARRAY)
		return places_in_common(a, b, room);
	if (b->kind == CONTAINER_ARRAY)
		return places_in_common(b, a, room);
	if (a->kind == CONTAINER_BITS)
		return bits_in_common(a, b, room);
	if (b->kind == CONTAINER_BITS)
		return bits_in_common(b, a, room);
	return runs_in_common(a, b, room);
}

/*
 * set_intersect makes the set of the members of both sets.
 */
MemberSet *
set_intersect(const SetReader *a, const SetReader *b)
{
	SetReader	reader[2] = {*a, *b};
	Container	container[2];
	CommonRoom *room = palloc(sizeof(CommonRoom));
	SetWriter	writer;
	bool		more = reader_next(&reader[0], &container[0]) && reader_next(&reader[1], &container[1]);

	memset(room->marks, 0, sizeof(room->marks));
	room->pairs = NULL;
	writer_begin(&writer, Min(a->header.blocks, b->header.blocks), BLOCK_BYTES);
	while (more)
	{
		bool		same = container[0].key == container[1].key;
		int			earlier = container[0].key < container[1].key ? 0 : 1;

		CHECK_FOR_INTERRUPTS();
		if (same)
		{
			Container	common = containers_common(&container[0], &container[1], room);

			if (common.members > 0)
				writer_put(&writer, &common);
		}
		more = reader_next(&reader[earlier], &container[earlier]) &&
			(!same || reader_next(&reader[1 - earlier], &container[1 - earlier]));
	}
	if (room->pairs != NULL)
		pfree(room->pairs);
	pfree(room);
	return writer_finish(&writer);
}
