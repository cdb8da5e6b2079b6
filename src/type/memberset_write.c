/*-------------------------------------------------------------------------
 *
 * memberset_write.c
 *		Writes canonical values, and parts of values.
 *
 * A writer takes containers of any kind, in order of their keys, and writes
 * each as the kind that takes least.  The header's size is known only at the
 * end; the body is written behind the most that the header can be, and then
 * moved down.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "port/pg_bitutils.h"
#include "utils/memutils.h"

#include "type/memberset.h"

typedef struct WrittenBlock
{
	uint16		key;
	uint16		further;		/* members - 1 */
	bool		runs;
	uint32		at;				/* in the body */
} WrittenBlock;

/*
 * store_16 writes a number and gives the place behind it.
 */
static inline uint8 *
store_16(uint8 *bytes, uint16 number)
{
	memcpy(bytes, &number, sizeof(number));
	return bytes + sizeof(number);
}

/*
 * store_32 writes a number and gives the place behind it.
 */
static inline uint8 *
store_32(uint8 *bytes, uint32 number)
{
	memcpy(bytes, &number, sizeof(number));
	return bytes + sizeof(number);
}

/*
 * writer_begin begins a value of at most so many blocks; body_bytes is a guess.
 */
void
writer_begin(SetWriter *writer, uint32 blocks_max, size_t body_bytes)
{
	writer->body_at = VARHDRSZ + 8 + (size_t) 8 * blocks_max + (blocks_max + 7) / 8;
	writer->capacity = writer->body_at + body_bytes;
	writer->value = palloc(writer->capacity);
	writer->at = writer->body_at;
	writer->blocks = 0;
	writer->blocks_max = blocks_max;
	writer->has_runs = false;
	writer->written = palloc(sizeof(WrittenBlock) * Max(blocks_max, 1));
}

/*
 * container_spans counts the spans of a container.
 */
static uint32
container_spans(const Container *container)
{
	uint32		spans = 0;
	uint64		carry = 0;		/* the bit before the word */

	if (container->kind == CONTAINER_RUNS)
		return container->runs;
	if (container->kind == CONTAINER_BITS)
	{
		for (size_t i = 0; i < BLOCK_WORDS; i++)
		{
			uint64		word = load_64(container->data + 8 * i);

			spans += (uint32) pg_popcount64(word & ~(word << 1 | carry));
			carry = word >> 63;
		}
		return spans;
	}
	for (size_t i = 0; i < container->members; i++)
		if (i == 0 || load_16(container->data + 2 * i) != load_16(container->data + 2 * i - 2) + 1)
			spans++;
	return spans;
}

/*
 * kind_size gives the bytes that a container takes as one of the kinds.
 */
static size_t
kind_size(ContainerKind kind, uint32 members, uint32 spans)
{
	switch (kind)
	{
		case CONTAINER_ARRAY:
			return (size_t) 2 * members;
		case CONTAINER_RUNS:
			return 2 + (size_t) 4 * spans;
		default:
			return BLOCK_BYTES;
	}
}

/*
 * bits_write_array writes bits as an array, and perhaps a place more behind it.
 * Four bits a word are taken without asking how many there are: most arrays
 * have fewer, and a branch that cannot be foreseen costs more than a place.
 */
static void
bits_write_array(uint8 *to, const Container *container)
{
	for (uint32 i = 0; i < BLOCK_WORDS; i++)
	{
		uint64		word = load_64(container->data + 8 * (size_t) i);

		for (int k = 0; k < 4; k++)
		{
			(void) store_16(to, (uint16) (i * 64 + (uint32) pg_rightmost_one_pos64(word | UINT64CONST(1) << 63)));
			to += word != 0 ? 2 : 0;
			word &= word - 1;
		}
		for (; word != 0; word &= word - 1)
			to = store_16(to, (uint16) (i * 64 + (uint32) pg_rightmost_one_pos64(word)));
	}
}

/*
 * container_write writes a container's spans as one of the kinds.
 */
static void
container_write(uint8 *to, ContainerKind kind, const Container *container)
{
	SpanWalk	walk;
	uint32		first;
	uint32		last;

	if (kind == CONTAINER_BITS)
		memset(to, 0, BLOCK_BYTES);
	span_begin(&walk, container);
	while (span_next(&walk, &first, &last))
	{
		if (kind == CONTAINER_RUNS)
			to = store_16(store_16(to, (uint16) first), (uint16) (last - first));
		else
			for (uint32 place = first; place <= last; place++)
			{
				if (kind == CONTAINER_ARRAY)
					to = store_16(to, (uint16) place);
				else
					to[place / 8] |= (uint8) (1 << (place % 8));
			}
	}
}

/*
 * writer_put writes a container, whatever its kind, as the smallest one.
 */
void
writer_put(SetWriter *writer, const Container *container)
{
	uint32		spans = container_spans(container);
	ContainerKind kind = container->members <= ARRAY_MEMBERS_MAX ? CONTAINER_ARRAY : CONTAINER_BITS;
	WrittenBlock *block = &writer->written[writer->blocks++];
	size_t		size;
	uint8	   *to;

	Assert(writer->blocks <= writer->blocks_max);
	if (kind_size(CONTAINER_RUNS, 0, spans) < kind_size(kind, container->members, 0))
		kind = CONTAINER_RUNS;
	size = kind_size(kind, container->members, spans);
	while (writer->at + size + sizeof(uint16) > writer->capacity)	/* bits_write_array's place more */
	{
		writer->capacity *= 2;
		writer->value = repalloc_huge(writer->value, writer->capacity);
	}
	block->key = container->key;
	block->further = (uint16) (container->members - 1);
	block->runs = kind == CONTAINER_RUNS;
	block->at = (uint32) (writer->at - writer->body_at);
	writer->has_runs |= block->runs;
	to = writer->value + writer->at;
	writer->at += size;
	if (block->runs)
		to = store_16(to, (uint16) spans);
	if (kind == container->kind)
		memcpy(to, container->data, size - (block->runs ? 2 : 0));
	else if (kind == CONTAINER_ARRAY && container->kind == CONTAINER_BITS)
		bits_write_array(to, container);
	else
		container_write(to, kind, container);
}

/*
 * writer_finish writes the header and gives the value.
 */
MemberSet *
writer_finish(SetWriter *writer)
{
	uint32		blocks = writer->blocks;
	bool		has_offsets = !writer->has_runs || blocks >= OFFSETS_BLOCKS_MIN;
	size_t		flags = writer->has_runs ? (blocks + 7) / 8 : 0;
	size_t		header = (writer->has_runs ? 4 : 8) + flags + (size_t) (has_offsets ? 8 : 4) * blocks;
	size_t		body = writer->at - writer->body_at;
	uint8	   *to = writer->value + VARHDRSZ;

	memmove(to + header, writer->value + writer->body_at, body);
	if (writer->has_runs)
	{
		to = store_32(to, COOKIE_RUNS | (blocks - 1) << 16);
		memset(to, 0, flags);
		for (uint32 i = 0; i < blocks; i++)
			to[i / 8] |= (uint8) ((writer->written[i].runs ? 1 : 0) << (i % 8));
		to += flags;
	}
	else
		to = store_32(store_32(to, COOKIE_PLAIN), blocks);
	for (uint32 i = 0; i < blocks; i++)
		to = store_16(store_16(to, writer->written[i].key), writer->written[i].further);
	for (uint32 i = 0; has_offsets && i < blocks; i++)
		to = store_32(to, (uint32) header + writer->written[i].at);
	SET_VARSIZE(writer->value, VARHDRSZ + header + body);
	pfree(writer->written);
	return (MemberSet *) writer->value;
}

/*
 * set_canonical writes a value anew, from any that is sound.
 */
MemberSet *
set_canonical(const SetReader *reader)
{
	SetReader	from = *reader;
	SetWriter	writer;
	Container	container;
	size_t		bytes = 0;

	/* what it takes at most: no container grows */
	while (reader_next(&from, &container))
		bytes = from.at;
	from = *reader;
	writer_begin(&writer, reader->header.blocks, bytes);
	while (reader_next(&from, &container))
		writer_put(&writer, &container);
	return writer_finish(&writer);
}

/*
 * container_part gives the members of a container between two positions, as
 * runs that stand in pairs.
 */
static Container
container_part(const Container *container, uint32 skip, uint32 take, uint8 *pairs)
{
	Container	part = {.key = container->key, .kind = CONTAINER_RUNS, .members = take, .data = pairs};
	SpanWalk	walk;
	uint32		first;
	uint32		last;

	span_begin(&walk, container);
	while (take > 0 && span_next(&walk, &first, &last))
	{
		uint32		length = last - first + 1;
		uint32		passed = Min(skip, length);
		uint32		taken = Min(take, length - passed);

		skip -= passed;
		take -= taken;
		if (taken == 0)
			continue;
		pairs = store_16(store_16(pairs, (uint16) (first + passed)), (uint16) (taken - 1));
		part.runs++;
	}
	return part;
}

/*
 * set_slice gives the members from one position on, at most so many.
 */
MemberSet *
set_slice(const SetReader *reader, uint64 skip, uint64 take)
{
	SetReader	from = *reader;
	SetWriter	writer;
	Container	container;
	uint8	   *pairs = palloc(4 * (BLOCK_MEMBERS / 2));

	writer_begin(&writer, reader->header.blocks, BLOCK_BYTES);
	while (take > 0 && reader_next(&from, &container))
	{
		uint32		passed = (uint32) Min(skip, container.members);
		uint32		taken = (uint32) Min(take, container.members - passed);

		skip -= passed;
		take -= taken;
		if (taken > 0 && taken < container.members)
			container = container_part(&container, passed, taken, pairs);
		if (taken > 0)
			writer_put(&writer, &container);
	}
	pfree(pairs);
	return writer_finish(&writer);
}

/*
 * set_rank counts the members that are not greater than one.
 */
uint64
set_rank(const SetReader *reader, uint32 member)
{
	SetReader	from = *reader;
	Container	container;
	SpanWalk	walk;
	uint64		count = 0;
	uint32		first;
	uint32		last;

	while (reader_next(&from, &container) && container.key < member >> 16)
		count += container.members;
	if (from.next == 0 || header_key(&from.header, from.next - 1) != member >> 16)
		return count;
	span_begin(&walk, &container);
	while (span_next(&walk, &first, &last) && first <= (member & 0xFFFF))
		count += Min(last, member & 0xFFFF) - first + 1;
	return count;
}

/*
 * set_member_at finds the member before which so many come; false where there is none.
 */
bool
set_member_at(const SetReader *reader, uint64 skip, uint32 *member)
{
	SetReader	from = *reader;
	Container	container;
	SpanWalk	walk;
	uint32		first;
	uint32		last;

	while (reader_next(&from, &container))
	{
		if (skip >= container.members)
		{
			skip -= container.members;
			continue;
		}
		span_begin(&walk, &container);
		while (span_next(&walk, &first, &last))
		{
			if (skip <= last - first)
			{
				*member = ((uint32) container.key << 16) + first + (uint32) skip;
				return true;
			}
			skip -= last - first + 1;
		}
	}
	return false;
}
