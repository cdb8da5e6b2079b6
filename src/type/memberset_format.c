/*-------------------------------------------------------------------------
 *
 * memberset_format.c
 *		Reads the portable format of Roaring bitmaps, and says what is wrong
 *		with bytes from outside.
 *
 * The header: a cookie; with runs among the containers, a bit a container;
 * pairs (key, members - 1); where there are no runs or four containers at
 * least, the offset of each container.
 *
 * set_open() checks the structure: that all parts lie within the bytes, that
 * keys ascend, that offsets are what follows from the sizes, that runs lie in
 * their block.  It costs a few loads a container and a run, so every value from
 * disk goes through it, and no read after it leaves the value.  set_fault() looks
 * at all of the contents, and stands before whatever others have written.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "port/pg_bitutils.h"

#include "type/memberset.h"

/*
 * header_size finds how long a value's header is, from its first eight bytes.
 */
bool
header_size(const uint8 *bytes, size_t length, size_t *size)
{
	uint32		cookie;
	uint32		blocks;

	if (length < 8)
		return false;
	cookie = load_32(bytes);
	if (cookie == COOKIE_PLAIN)
	{
		blocks = load_32(bytes + 4);
		*size = 8 + (size_t) 8 * blocks;
	}
	else if ((cookie & 0xFFFF) == COOKIE_RUNS)
	{
		blocks = (cookie >> 16) + 1;
		*size = 4 + (blocks + 7) / 8 + (size_t) (blocks < OFFSETS_BLOCKS_MIN ? 4 : 8) * blocks;
	}
	else
		return false;
	return blocks <= BLOCK_COUNT_MAX;
}

/*
 * header_open finds the parts of a header; false where there is none.
 */
bool
header_open(SetHeader *header, const uint8 *bytes, size_t length)
{
	uint32		cookie;

	if (!header_size(bytes, length, &header->size) || header->size > length)
		return false;
	header->bytes = bytes;
	cookie = load_32(bytes);
	if (cookie == COOKIE_PLAIN)
	{
		header->blocks = load_32(bytes + 4);
		header->run_flags_at = 0;
		header->keys_at = 8;
		header->offsets_at = 8 + (size_t) 4 * header->blocks;
	}
	else
	{
		header->blocks = (cookie >> 16) + 1;
		header->run_flags_at = 4;
		header->keys_at = 4 + (header->blocks + 7) / 8;
		header->offsets_at = header->blocks < OFFSETS_BLOCKS_MIN ? 0 : header->keys_at + (size_t) 4 * header->blocks;
	}
	return true;
}

/*
 * header_key gives the key of a block.
 */
uint16
header_key(const SetHeader *header, uint32 block)
{
	return load_16(header->bytes + header->keys_at + (size_t) 4 * block);
}

/*
 * header_members gives the number of members in a block.
 */
uint32
header_members(const SetHeader *header, uint32 block)
{
	return (uint32) load_16(header->bytes + header->keys_at + (size_t) 4 * block + 2) + 1;
}

/*
 * header_kind gives the kind of a block's container.
 */
ContainerKind
header_kind(const SetHeader *header, uint32 block)
{
	if (header->run_flags_at != 0 && (header->bytes[header->run_flags_at + block / 8] >> (block % 8) & 1) != 0)
		return CONTAINER_RUNS;
	return header_members(header, block) <= ARRAY_MEMBERS_MAX ? CONTAINER_ARRAY : CONTAINER_BITS;
}

/*
 * header_count adds up the members of all blocks.
 */
uint64
header_count(const SetHeader *header)
{
	uint64		count = 0;

	for (uint32 block = 0; block < header->blocks; block++)
		count += header_members(header, block);
	return count;
}

/*
 * reader_next gives the next container; false at the end.
 */
bool
reader_next(SetReader *reader, Container *container)
{
	const SetHeader *header = &reader->header;
	const uint8 *data = header->bytes + reader->at;

	if (reader->next == header->blocks)
		return false;
	container->key = header_key(header, reader->next);
	container->members = header_members(header, reader->next);
	container->kind = header_kind(header, reader->next);
	container->runs = 0;
	container->data = data;
	switch (container->kind)
	{
		case CONTAINER_ARRAY:
			reader->at += (size_t) 2 * container->members;
			break;
		case CONTAINER_BITS:
			reader->at += BLOCK_BYTES;
			break;
		case CONTAINER_RUNS:
			container->runs = load_16(data);
			container->data = data + 2;
			reader->at += 2 + (size_t) 4 * container->runs;
			break;
	}
	reader->next++;
	return true;
}

/*
 * runs_fault says what is wrong with runs, or NULL.  Runs that touch are one
 * run to every writer, and would be two spans here.
 */
static const char *
runs_fault(const Container *container)
{
	uint32		members = 0;
	uint32		next = 0;		/* the least place that the next may begin at */

	for (uint32 i = 0; i < container->runs; i++)
	{
		uint32		first = load_16(container->data + 4 * (size_t) i);
		uint32		last = first + load_16(container->data + 4 * (size_t) i + 2);

		if (first < next)
			return "runs do not ascend, or touch";
		if (last >= BLOCK_MEMBERS)
			return "a run leaves its block";
		members += last - first + 1;
		next = last + 2;
	}
	return members == container->members ? NULL : "the members of runs are not as many as the header says";
}

/*
 * set_open begins to read a value after a look at its structure.  Returns what
 * is wrong with it, or NULL.
 */
const char *
set_open(SetReader *reader, const uint8 *bytes, size_t length)
{
	const SetHeader *header = &reader->header;
	Container	container;
	const char *fault;

	reader->next = 0;
	if (!header_open(&reader->header, bytes, length))
		return "the header is none, or cut off";
	reader->at = header->size;
	while (reader->next < header->blocks)
	{
		uint32		block = reader->next;
		size_t		begin = reader->at;

		if (header_key(header, block) >= BLOCK_COUNT_MAX)
			return "a member number is greater than 2147483647";
		if (block > 0 && header_key(header, block - 1) >= header_key(header, block))
			return "keys do not ascend";
		if (header->offsets_at != 0 && load_32(bytes + header->offsets_at + (size_t) 4 * block) != begin)
			return "an offset is wrong";
		if (header_kind(header, block) == CONTAINER_RUNS && length - begin < 2)
			return "it is cut off";
		(void) reader_next(reader, &container);
		fault = reader->at > length ? "it is cut off" : container.kind == CONTAINER_RUNS ? runs_fault(&container) : NULL;
		if (fault != NULL)
		{
			reader->next = block;
			return fault;
		}
	}
	if (reader->at != length)
		return "more bytes follow";
	reader->next = 0;
	reader->at = header->size;
	return NULL;
}

/*
 * array_fault says what is wrong with the places of an array, or NULL.
 */
static const char *
array_fault(const Container *container)
{
	for (uint32 i = 1; i < container->members; i++)
		if (load_16(container->data + 2 * (size_t) (i - 1)) >= load_16(container->data + 2 * (size_t) i))
			return "the members of an array do not ascend";
	return NULL;
}

/*
 * set_fault says what is wrong with bytes from outside, and in which container,
 * or NULL where they are a value, if not a canonical one.
 */
const char *
set_fault(const uint8 *bytes, size_t length, uint32 *block)
{
	SetReader	reader;
	Container	container;
	const char *fault = set_open(&reader, bytes, length);

	*block = fault == NULL ? 0 : reader.next;
	while (fault == NULL && reader_next(&reader, &container))
	{
		*block = reader.next - 1;
		switch (container.kind)
		{
			case CONTAINER_ARRAY:
				fault = array_fault(&container);
				break;
			case CONTAINER_BITS:
				if (pg_popcount((const char *) container.data, BLOCK_BYTES) != container.members)
					fault = "the bits are not as many as the header says";
				break;
			case CONTAINER_RUNS:	/* was looked at when it was opened */
				break;
		}
	}
	return fault;
}

/*
 * container_has looks a place up.
 */
bool
container_has(const Container *container, uint16 place)
{
	size_t		width = container->kind == CONTAINER_RUNS ? 4 : 2;
	uint32		low = 0;
	uint32		high = container->kind == CONTAINER_RUNS ? container->runs : container->members;

	if (container->kind == CONTAINER_BITS)
		return (container->data[place / 8] >> (place % 8) & 1) != 0;
	while (low < high)			/* how many begin at the place or before it */
	{
		uint32		middle = (low + high) / 2;

		if (load_16(container->data + width * middle) <= place)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return false;
	if (container->kind == CONTAINER_ARRAY)
		return load_16(container->data + width * (low - 1)) == place;
	return place - load_16(container->data + width * (low - 1)) <= load_16(container->data + width * (low - 1) + 2);
}

/*
 * span_begin begins to walk a container.
 */
void
span_begin(SpanWalk *walk, const Container *container)
{
	walk->container = container;
	walk->at = 0;
}

/*
 * bits_next gives the next span of bits.
 */
static bool
bits_next(SpanWalk *walk, uint32 *first, uint32 *last)
{
	const uint8 *data = walk->container->data;
	uint32		index = walk->at / 64;
	uint64		word;

	if (walk->at >= BLOCK_MEMBERS)
		return false;
	word = load_64(data + 8 * (size_t) index) & (~UINT64CONST(0) << (walk->at % 64));
	while (word == 0)
	{
		if (++index == BLOCK_WORDS)
			return false;
		word = load_64(data + 8 * (size_t) index);
	}
	*first = index * 64 + (uint32) pg_rightmost_one_pos64(word);
	word = ~load_64(data + 8 * (size_t) index) & (~UINT64CONST(0) << (*first % 64));
	while (word == 0 && ++index < BLOCK_WORDS)
		word = ~load_64(data + 8 * (size_t) index);
	walk->at = word == 0 ? BLOCK_MEMBERS : index * 64 + (uint32) pg_rightmost_one_pos64(word);
	*last = walk->at - 1;
	return true;
}

/*
 * span_next gives the next span of places; false at the end.
 */
bool
span_next(SpanWalk *walk, uint32 *first, uint32 *last)
{
	const Container *container = walk->container;

	if (container->kind == CONTAINER_BITS)
		return bits_next(walk, first, last);
	if (container->kind == CONTAINER_RUNS)
	{
		if (walk->at == container->runs)
			return false;
		*first = load_16(container->data + 4 * (size_t) walk->at);
		*last = *first + load_16(container->data + 4 * (size_t) walk->at + 2);
		walk->at++;
		return true;
	}
	if (walk->at == container->members)
		return false;
	*first = load_16(container->data + 2 * (size_t) walk->at);
	*last = *first;
	for (walk->at++; walk->at < container->members && load_16(container->data + 2 * (size_t) walk->at) == *last + 1; walk->at++)
		(*last)++;
	return true;
}

/*
 * member_walk_begin begins to walk a value from where its reader stands.
 */
void
member_walk_begin(MemberWalk *walk, const SetReader *reader)
{
	walk->reader = *reader;
	walk->container.kind = CONTAINER_ARRAY;
	walk->container.members = 0;
	walk->ahead = false;
	span_begin(&walk->spans, &walk->container);
}

/*
 * block_span_next gives the next span as the blocks have it.
 */
static bool
block_span_next(MemberWalk *walk, uint32 *first, uint32 *last)
{
	uint32		base;

	while (!span_next(&walk->spans, first, last))
	{
		if (!reader_next(&walk->reader, &walk->container))
			return false;
		span_begin(&walk->spans, &walk->container);
	}
	base = (uint32) walk->container.key << 16;
	*first += base;
	*last += base;
	return true;
}

/*
 * member_walk_next gives the next span of members; false at the end.  The walk
 * must not have been copied since it began: it points into itself.
 */
bool
member_walk_next(MemberWalk *walk, uint32 *first, uint32 *last)
{
	if (!walk->ahead && !block_span_next(walk, &walk->first, &walk->last))
		return false;
	*first = walk->first;
	*last = walk->last;
	while ((walk->ahead = block_span_next(walk, &walk->first, &walk->last)) && walk->first == *last + 1)
		*last = walk->last;
	return true;
}

/*
 * members_compare orders sets as the sorted lists of their members would be:
 * the first difference decides, and what ends first comes first.
 */
int
members_compare(const SetReader *a, const SetReader *b)
{
	MemberWalk	walk[2];
	uint32		first[2];
	uint32		last[2];
	bool		more[2];

	member_walk_begin(&walk[0], a);
	member_walk_begin(&walk[1], b);
	for (;;)
	{
		for (int i = 0; i < 2; i++)
			more[i] = member_walk_next(&walk[i], &first[i], &last[i]);
		if (!more[0] || !more[1])
			return (int) more[0] - (int) more[1];
		if (first[0] != first[1])
			return first[0] < first[1] ? -1 : 1;
		if (last[0] != last[1])
		{
			/* the shorter span ends, or goes on with a greater member than the longer one */
			int			shorter = last[0] < last[1] ? 0 : 1;
			bool		goes_on = member_walk_next(&walk[shorter], &first[0], &last[0]);

			return (shorter == 0) == goes_on ? 1 : -1;
		}
	}
}
