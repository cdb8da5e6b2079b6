/*-------------------------------------------------------------------------
 *
 * memberset_union.c
 *		The union of many sets, read where they stand.
 *
 * A block begins as a list: places are appended as they come, neither sorted
 * nor compared.  When the list would have more than 4096 entries, and so more
 * bytes than 65,536 bits, it becomes bits, and from then on a container costs
 * an OR of its words, or a bit for each member.  Nothing is counted until the
 * end.  That is CRoaring's lazy union without its bitmaps: no memory a
 * container of each input, and nothing of malloc's.
 *
 * Blocks stand in order of their keys, so a set is added by walking both.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "port/pg_bitutils.h"

#include "type/memberset.h"

#define LIST_ENTRIES_MIN	4
#define BLOCKS_MIN			4
#define LIST_SORT_MAX		64

/* All of a block, as runs. */
static const uint8 full_block[] = {0, 0, 0xFF, 0xFF};

/*
 * union_begin begins an empty union in the current memory context.
 */
void
union_begin(MemberUnion *members, size_t bytes_max)
{
	memset(members, 0, sizeof(*members));
	members->bytes_max = bytes_max;
}

/*
 * union_reserve counts memory before it is taken.
 */
static bool
union_reserve(MemberUnion *members, size_t bytes)
{
	if (bytes > members->bytes_max || members->bytes > members->bytes_max - bytes)
		return false;
	members->bytes += bytes;
	return true;
}

/*
 * union_grow makes place for more blocks.  Places and lists grow in the context
 * of the first, which repalloc keeps.
 */
static bool
union_grow(MemberUnion *members, uint32 blocks)
{
	uint32		capacity = Max(members->capacity, BLOCKS_MIN);

	if (blocks <= members->capacity)
		return true;
	while (capacity < blocks)
		capacity *= 2;
	if (!union_reserve(members, sizeof(SetBlock) * (capacity - members->capacity)))
		return false;
	members->blocks = members->blocks == NULL ? palloc(sizeof(SetBlock) * capacity) :
		repalloc(members->blocks, sizeof(SetBlock) * capacity);
	members->capacity = capacity;
	return true;
}

/*
 * block_to_bits turns a list into bits.
 */
static bool
block_to_bits(MemberUnion *members, SetBlock *block)
{
	uint64	   *words;

	if (block->kind == BLOCK_BITS)
		return true;
	if (!union_reserve(members, BLOCK_BYTES))
		return false;
	words = palloc0(BLOCK_BYTES);
	for (uint32 i = 0; i < block->count; i++)
		words[block->list[i] / 64] |= UINT64CONST(1) << (block->list[i] % 64);
	if (block->list != NULL)
	{
		pfree(block->list);
		members->bytes -= sizeof(uint16) * block->capacity;
	}
	block->words = words;
	block->kind = BLOCK_BITS;
	block->count = 0;
	return true;
}

/*
 * block_to_full lets a block be all of its members.
 */
static void
block_to_full(MemberUnion *members, SetBlock *block)
{
	if (block->words != NULL)	/* or the list */
		pfree(block->words);
	members->bytes -= block->kind == BLOCK_BITS ? BLOCK_BYTES : sizeof(uint16) * block->capacity;
	block->kind = BLOCK_FULL;
	block->words = NULL;
	block->capacity = 0;
}

/*
 * list_grow makes place for more entries in a list, or turns it into bits where
 * they are too many.
 */
static bool
list_grow(MemberUnion *members, SetBlock *block, uint32 more)
{
	uint32		capacity = Max(block->capacity, LIST_ENTRIES_MIN);

	if (block->count + more > ARRAY_MEMBERS_MAX)
		return block_to_bits(members, block);
	if (block->count + more <= block->capacity)
		return true;
	while (capacity < block->count + more)
		capacity *= 2;
	if (!union_reserve(members, sizeof(uint16) * (capacity - block->capacity)))
		return false;
	block->list = block->list == NULL ? palloc(sizeof(uint16) * capacity) :
		repalloc(block->list, sizeof(uint16) * capacity);
	block->capacity = capacity;
	return true;
}

/*
 * bits_add_span sets the bits of a span.
 */
static void
bits_add_span(uint64 *words, uint32 first, uint32 last)
{
	uint64		low = ~UINT64CONST(0) << (first % 64);
	uint64		high = ~UINT64CONST(0) >> (63 - last % 64);

	if (first / 64 == last / 64)
	{
		words[first / 64] |= low & high;
		return;
	}
	words[first / 64] |= low;
	for (uint32 i = first / 64 + 1; i < last / 64; i++)
		words[i] = ~UINT64CONST(0);
	words[last / 64] |= high;
}

/*
 * block_add_spans adds a container of any kind to a block.
 */
static void
block_add_spans(SetBlock *block, const Container *container)
{
	SpanWalk	walk;
	uint32		first;
	uint32		last;

	span_begin(&walk, container);
	while (span_next(&walk, &first, &last))
	{
		if (block->kind == BLOCK_BITS)
			bits_add_span(block->words, first, last);
		else
			for (uint32 place = first; place <= last; place++)
				block->list[block->count++] = (uint16) place;
	}
}

/*
 * block_add adds a container to a block.  The hot path: the kinds that stored
 * sets consist of have loops of their own.
 */
static bool
block_add(MemberUnion *members, SetBlock *block, const Container *container)
{
	if (block->kind == BLOCK_FULL)
		return true;
	if (container->members == BLOCK_MEMBERS)
	{
		block_to_full(members, block);
		return true;
	}
	if (block->kind == BLOCK_LIST && !list_grow(members, block, container->members))
		return false;
	block->is_sorted = false;
	if (block->kind == BLOCK_BITS)
		block->count = 0;
	if (block->kind == BLOCK_BITS && container->kind == CONTAINER_BITS)
		for (size_t i = 0; i < BLOCK_WORDS; i++)
			block->words[i] |= load_64(container->data + 8 * i);
	else if (block->kind == BLOCK_BITS && container->kind == CONTAINER_ARRAY)
		for (size_t i = 0; i < container->members; i++)
		{
			uint16		place = load_16(container->data + 2 * i);

			block->words[place / 64] |= UINT64CONST(1) << (place % 64);
		}
	else if (container->kind == CONTAINER_ARRAY)
	{
		memcpy(block->list + block->count, container->data, sizeof(uint16) * container->members);
		block->count += container->members;
	}
	else
		block_add_spans(block, container);
	return true;
}

/*
 * union_position finds where the block of a key stands, or would stand.
 */
static uint32
union_position(const MemberUnion *members, uint16 key)
{
	uint32		low = 0;
	uint32		high = members->count;

	while (low < high)
	{
		uint32		middle = (low + high) / 2;

		if (members->blocks[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * union_block finds the block of a key, or makes it; NULL where there is no
 * memory for it.
 */
static SetBlock *
union_block(MemberUnion *members, uint16 key)
{
	uint32		at = members->last;

	if (at < members->count && members->blocks[at].key == key)
		return &members->blocks[at];
	at = union_position(members, key);
	if (at == members->count || members->blocks[at].key != key)
	{
		if (!union_grow(members, members->count + 1))
			return NULL;
		memmove(&members->blocks[at + 1], &members->blocks[at], sizeof(SetBlock) * (members->count - at));
		memset(&members->blocks[at], 0, sizeof(SetBlock));
		members->blocks[at].key = key;
		members->count++;
	}
	members->last = at;
	return &members->blocks[at];
}

/*
 * union_add_member adds one member.
 */
bool
union_add_member(MemberUnion *members, uint32 member)
{
	SetBlock   *block = union_block(members, (uint16) (member >> 16));
	uint16		place = (uint16) member;

	if (block == NULL)
		return false;
	if (block->kind == BLOCK_LIST && !list_grow(members, block, 1))
		return false;
	if (block->kind == BLOCK_LIST)
	{
		block->list[block->count++] = place;
		block->is_sorted = false;
	}
	else if (block->kind == BLOCK_BITS)
	{
		block->words[place / 64] |= UINT64CONST(1) << (place % 64);
		block->count = 0;
	}
	return true;
}

/*
 * union_add_range adds all members from one to another.
 */
bool
union_add_range(MemberUnion *members, uint32 first, uint32 last)
{
	for (uint32 key = first >> 16; key <= last >> 16; key++)
	{
		uint16		from = key == first >> 16 ? (uint16) first : 0;
		uint16		further = (uint16) ((key == last >> 16 ? (uint16) last : BLOCK_MEMBERS - 1) - from);
		SetBlock   *block = union_block(members, (uint16) key);
		uint8		pair[4];
		Container	container = {(uint16) key, CONTAINER_RUNS, (uint32) further + 1, 1, pair};

		memcpy(pair, &from, 2);
		memcpy(pair + 2, &further, 2);
		if (block == NULL || !block_add(members, block, &container))
			return false;
	}
	return true;
}

/*
 * union_make_blocks makes empty blocks for the keys of a set that have none: it
 * merges the two from behind, in place.
 */
static bool
union_make_blocks(MemberUnion *members, const SetHeader *header)
{
	uint32		at = 0;
	uint32		missing = 0;
	uint32		to;

	for (uint32 i = 0; i < header->blocks; i++)
	{
		while (at < members->count && members->blocks[at].key < header_key(header, i))
			at++;
		if (at == members->count || members->blocks[at].key != header_key(header, i))
			missing++;
	}
	if (missing == 0)
		return true;
	if (!union_grow(members, members->count + missing))
		return false;
	at = members->count;
	to = members->count + missing;
	members->count = to;
	for (uint32 i = header->blocks; i > 0 && to > at; i--)
	{
		uint16		key = header_key(header, i - 1);

		while (at > 0 && members->blocks[at - 1].key > key)
			members->blocks[--to] = members->blocks[--at];
		if (at > 0 && members->blocks[at - 1].key == key)
			continue;
		memset(&members->blocks[--to], 0, sizeof(SetBlock));
		members->blocks[to].key = key;
	}
	return true;
}

/*
 * union_add_set adds a set.
 */
bool
union_add_set(MemberUnion *members, const SetReader *reader)
{
	SetReader	from = *reader;
	Container	container;
	uint32		at;

	if (reader->header.blocks == 0)
		return true;
	if (!union_make_blocks(members, &reader->header))
		return false;
	at = union_position(members, header_key(&reader->header, 0));
	while (reader_next(&from, &container))
	{
		while (members->blocks[at].key < container.key)
			at++;
		if (!block_add(members, &members->blocks[at], &container))
			return false;
	}
	return true;
}

/*
 * list_is_ascending says whether a list is an array as it stands.
 */
static bool
list_is_ascending(const SetBlock *block)
{
	for (uint32 i = 1; i < block->count; i++)
		if (block->list[i - 1] >= block->list[i])
			return false;
	return true;
}

/*
 * list_sort_short sorts a short list and drops what is repeated.
 */
static void
list_sort_short(SetBlock *block)
{
	uint16	   *list = block->list;
	uint32		count = 0;

	for (uint32 i = 0; i < block->count; i++)
	{
		uint16		place = list[i];
		uint32		at = count;

		while (at > 0 && list[at - 1] > place)
			at--;
		if (at > 0 && list[at - 1] == place)
			continue;
		memmove(&list[at + 1], &list[at], sizeof(uint16) * (count - at));
		list[at] = place;
		count++;
	}
	block->count = count;
}

/*
 * list_sort_long does the same through bits.
 */
static void
list_sort_long(SetBlock *block, uint64 *scratch)
{
	uint32		count = 0;

	memset(scratch, 0, BLOCK_BYTES);
	for (uint32 i = 0; i < block->count; i++)
		scratch[block->list[i] / 64] |= UINT64CONST(1) << (block->list[i] % 64);
	for (uint32 i = 0; i < BLOCK_WORDS; i++)
		for (uint64 word = scratch[i]; word != 0; word &= word - 1)
			block->list[count++] = (uint16) (64 * i + pg_rightmost_one_pos64(word));
	block->count = count;
}

/*
 * block_container gives a block as a container, and leaves a list sorted and bits
 * counted, so that the next time takes nothing.
 */
static Container
block_container(SetBlock *block, uint64 *scratch)
{
	if (block->kind == BLOCK_FULL)
		return (Container){block->key, CONTAINER_RUNS, BLOCK_MEMBERS, 1, full_block};
	if (block->kind == BLOCK_BITS)
	{
		if (block->count == 0)
			block->count = (uint32) pg_popcount((const char *) block->words, BLOCK_BYTES);
		return (Container){block->key, CONTAINER_BITS, block->count, 0, (const uint8 *) block->words};
	}
	if (!block->is_sorted && !list_is_ascending(block))
	{
		if (block->count > LIST_SORT_MAX)
			list_sort_long(block, scratch);
		else
			list_sort_short(block);
	}
	block->is_sorted = true;
	return (Container){block->key, CONTAINER_ARRAY, block->count, 0, (const uint8 *) block->list};
}

/*
 * bits_remove_span clears the bits of a span.
 */
static void
bits_remove_span(uint64 *words, uint32 first, uint32 last)
{
	uint64		low = ~UINT64CONST(0) << (first % 64);
	uint64		high = ~UINT64CONST(0) >> (63 - last % 64);

	if (first / 64 == last / 64)
	{
		words[first / 64] &= ~(low & high);
		return;
	}
	words[first / 64] &= ~low;
	for (uint32 i = first / 64 + 1; i < last / 64; i++)
		words[i] = 0;
	words[last / 64] &= ~high;
}

/*
 * block_remove takes the places of a container out of a block, which may be
 * left empty.
 */
static bool
block_remove(MemberUnion *members, SetBlock *block, const Container *container)
{
	SpanWalk	walk;
	uint32		first;
	uint32		last;
	uint32		count = 0;

	if (block->kind == BLOCK_LIST)
	{
		for (uint32 i = 0; i < block->count; i++)
			if (!container_has(container, block->list[i]))
				block->list[count++] = block->list[i];
		block->count = count;
		return true;
	}
	if (block->kind == BLOCK_FULL)
	{
		if (!union_reserve(members, BLOCK_BYTES))
			return false;
		block->words = palloc(BLOCK_BYTES);
		memset(block->words, 0xFF, BLOCK_BYTES);
		block->kind = BLOCK_BITS;
	}
	block->count = 0;
	span_begin(&walk, container);
	while (span_next(&walk, &first, &last))
		bits_remove_span(block->words, first, last);
	return true;
}

/*
 * union_remove_set takes the members of a set out.
 */
bool
union_remove_set(MemberUnion *members, const SetReader *reader)
{
	SetReader	from = *reader;
	Container	container;
	uint32		at = 0;

	while (reader_next(&from, &container))
	{
		while (at < members->count && members->blocks[at].key < container.key)
			at++;
		if (at < members->count && members->blocks[at].key == container.key && !block_remove(members, &members->blocks[at], &container))
			return false;
	}
	return true;
}

/*
 * union_in_common counts the members of both.
 */
uint64
union_in_common(MemberUnion *a, MemberUnion *b)
{
	uint64		scratch[2][BLOCK_WORDS];
	uint64		count = 0;
	uint32		at = 0;

	for (uint32 i = 0; i < a->count; i++)
	{
		Container	container[2];

		while (at < b->count && b->blocks[at].key < a->blocks[i].key)
			at++;
		if (at == b->count || b->blocks[at].key != a->blocks[i].key)
			continue;
		container[0] = block_container(&a->blocks[i], scratch[0]);
		container[1] = block_container(&b->blocks[at], scratch[1]);
		count += containers_in_common(&container[0], &container[1]);
	}
	return count;
}

/*
 * union_end gives the memory back.
 */
void
union_end(MemberUnion *members)
{
	for (uint32 i = 0; i < members->count; i++)
		if (members->blocks[i].words != NULL)	/* or the list */
			pfree(members->blocks[i].words);
	if (members->blocks != NULL)
		pfree(members->blocks);
	union_begin(members, members->bytes_max);
}

/*
 * union_count counts the members.
 */
uint64
union_count(MemberUnion *members)
{
	uint64		scratch[BLOCK_WORDS];
	uint64		count = 0;

	for (uint32 i = 0; i < members->count; i++)
		count += block_container(&members->blocks[i], scratch).members;
	return count;
}

/*
 * union_write writes the union as a value.
 */
MemberSet *
union_write(MemberUnion *members)
{
	uint64		scratch[BLOCK_WORDS];
	SetWriter	writer;

	writer_begin(&writer, members->count, BLOCK_BYTES);
	for (uint32 i = 0; i < members->count; i++)
	{
		Container	container = block_container(&members->blocks[i], scratch);

		if (container.members > 0)
			writer_put(&writer, &container);
	}
	return writer_finish(&writer);
}
