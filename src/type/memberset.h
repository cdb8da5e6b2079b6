/*-------------------------------------------------------------------------
 *
 * memberset.h
 *		The type assure.memberset: a compressed set of member numbers.
 *
 * A member number goes from 0 to 2147483647.  Its upper 16 bits are the key of
 * a block of 65,536 numbers, its lower 16 bits the place in the block.  A value
 * is a varlena around the portable serialized format of Roaring bitmaps: a
 * header with each block's key and number of members, then a container a block,
 * which is one of
 *		array	sorted uint16 places, at most 4096 of them
 *		bits	65,536 bits
 *		runs	pairs (first place, further places)
 * A stored value is canonical: every container is the smallest of the three, in
 * a tie no runs.  So equal sets are equal bytes.
 *
 * Whatever the kind, a container is a stream of spans (first, last) that do not
 * touch; what need not be fast works on these, and knows no kinds.
 *
 * Format, write, pair, intersect, union and text are pure: they take memory from the current context, and
 * report what is wrong instead of raising it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_TYPE_MEMBERSET_H
#define ASSURE_TYPE_MEMBERSET_H

#include "postgres.h"

#include "core/compat.h"

#define MEMBER_MAX			2147483647
#define BLOCK_MEMBERS		65536
#define BLOCK_COUNT_MAX		32768
#define BLOCK_WORDS			1024
#define BLOCK_BYTES			8192
#define ARRAY_MEMBERS_MAX	4096

/* What a header begins with. */
#define COOKIE_PLAIN		12346
#define COOKIE_RUNS			12347	/* there are runs; the upper half has the containers - 1 */
#define OFFSETS_BLOCKS_MIN	4	/* with runs, fewer containers have no offsets */

/* A value, not toasted; its header may be short. */
typedef struct varlena MemberSet;

typedef enum ContainerKind
{
	CONTAINER_ARRAY,
	CONTAINER_BITS,
	CONTAINER_RUNS
} ContainerKind;

/* A container as it stands in a value; the data may lie at any address. */
typedef struct Container
{
	uint16		key;
	ContainerKind kind;
	uint32		members;
	uint32		runs;			/* pairs; kind runs only */
	const uint8 *data;			/* the places, the words or the pairs */
} Container;

/* The part of a value that comes before the containers. */
typedef struct SetHeader
{
	const uint8 *bytes;
	uint32		blocks;
	size_t		run_flags_at;	/* 0: there are no runs */
	size_t		keys_at;
	size_t		offsets_at;		/* 0: there are none */
	size_t		size;
} SetHeader;

/* Reads the containers of a value one after another. */
typedef struct SetReader
{
	SetHeader	header;
	uint32		next;
	size_t		at;
} SetReader;

/* Walks the spans of a container. */
typedef struct SpanWalk
{
	const Container *container;
	uint32		at;
} SpanWalk;

/* Walks the spans of a value, joined where one block goes on in the next. */
typedef struct MemberWalk
{
	SetReader	reader;
	Container	container;
	SpanWalk	spans;
	bool		ahead;			/* the next span has been read already */
	uint32		first;
	uint32		last;
} MemberWalk;

/* Writes a value, one container after another. */
typedef struct SetWriter
{
	uint8	   *value;			/* the varlena that becomes the value */
	size_t		capacity;
	size_t		body_at;
	size_t		at;
	uint32		blocks;
	uint32		blocks_max;
	bool		has_runs;
	struct WrittenBlock *written;
} SetWriter;

typedef enum BlockKind
{
	BLOCK_LIST,					/* places as they came, repeated ones too */
	BLOCK_BITS,
	BLOCK_FULL					/* all of the block; no memory */
} BlockKind;

typedef struct SetBlock
{
	uint16		key;
	uint8		kind;
	bool		is_sorted;		/* the list, and nothing in it is repeated */
	uint32		count;			/* of the list; so is the capacity; of bits the members, 0: not counted */
	uint32		capacity;
	union
	{
		uint16	   *list;
		uint64	   *words;
	};
} SetBlock;

/*
 * A union that grows: blocks in order of their keys.  What is added is neither
 * sorted nor counted until it is asked for, so that a set costs no more than its bytes.
 */
typedef struct MemberUnion
{
	SetBlock   *blocks;
	uint32		count;
	uint32		capacity;
	uint32		last;			/* the block that was found last */
	size_t		bytes;			/* memory that the blocks take */
	size_t		bytes_max;		/* and may take */
} MemberUnion;

/* What is wrong with a text, and where. */
typedef enum TextFault
{
	TEXT_SOUND,
	TEXT_SYNTAX,
	TEXT_OUT_OF_RANGE,
	TEXT_BACKWARDS,
	TEXT_TOO_BIG
} TextFault;

typedef enum SetAlgebra
{
	ALGEBRA_ANDNOT,
	ALGEBRA_XOR
} SetAlgebra;

/* Portable numbers are little-endian and at any address. */
#ifdef WORDS_BIGENDIAN
#error "assure.memberset works on little-endian machines only, as CRoaring does"
#endif

/*
 * load_16, load_32 and load_64 fetch a number.
 */
static inline uint16
load_16(const uint8 *bytes)
{
	uint16		number;

	memcpy(&number, bytes, sizeof(number));
	return number;
}

static inline uint32
load_32(const uint8 *bytes)
{
	uint32		number;

	memcpy(&number, bytes, sizeof(number));
	return number;
}

static inline uint64
load_64(const uint8 *bytes)
{
	uint64		number;

	memcpy(&number, bytes, sizeof(number));
	return number;
}

/*
 * set_bytes and set_length give what a value holds.
 */
static inline const uint8 *
set_bytes(const MemberSet *set)
{
	return (const uint8 *) VARDATA_ANY(set);
}

static inline size_t
set_length(const MemberSet *set)
{
	return VARSIZE_ANY_EXHDR(set);
}

/* memberset_format.c: reading.  Structure is checked when a value is opened, so the reads after it cannot fail. */
extern bool header_size(const uint8 *bytes, size_t length, size_t *size);
extern bool header_open(SetHeader *header, const uint8 *bytes, size_t length);
extern uint16 header_key(const SetHeader *header, uint32 block);
extern uint32 header_members(const SetHeader *header, uint32 block);
extern ContainerKind header_kind(const SetHeader *header, uint32 block);
extern uint64 header_count(const SetHeader *header);
extern const char *set_open(SetReader *reader, const uint8 *bytes, size_t length);
extern bool reader_next(SetReader *reader, Container *container);
extern const char *set_fault(const uint8 *bytes, size_t length, uint32 *block);
extern bool container_has(const Container *container, uint16 place);
extern void span_begin(SpanWalk *walk, const Container *container);
extern bool span_next(SpanWalk *walk, uint32 *first, uint32 *last);
extern void member_walk_begin(MemberWalk *walk, const SetReader *reader);
extern bool member_walk_next(MemberWalk *walk, uint32 *first, uint32 *last);
extern int	members_compare(const SetReader *a, const SetReader *b);

/* memberset_write.c: writing. */
extern void writer_begin(SetWriter *writer, uint32 blocks_max, size_t body_bytes);
extern void writer_put(SetWriter *writer, const Container *container);
extern MemberSet *writer_finish(SetWriter *writer);
extern MemberSet *set_canonical(const SetReader *reader);
extern MemberSet *set_slice(const SetReader *reader, uint64 skip, uint64 take);
extern uint64 set_rank(const SetReader *reader, uint32 member);
extern bool set_member_at(const SetReader *reader, uint64 skip, uint32 *member);

/* memberset_pair.c: what two sets have in common. */
extern uint32 containers_in_common(const Container *a, const Container *b);
extern uint64 set_in_common(const SetReader *a, const SetReader *b, uint64 enough);
extern bool set_contains(const SetReader *a, const SetReader *b);

/* memberset_intersect.c: the set of it. */
extern MemberSet *set_intersect(const SetReader *a, const SetReader *b);

/* memberset_union.c: the union.  What adds returns false where the memory would be more than is allowed. */
extern void union_begin(MemberUnion *members, size_t bytes_max);
extern bool union_add_member(MemberUnion *members, uint32 member);
extern bool union_add_range(MemberUnion *members, uint32 first, uint32 last);
extern bool union_add_set(MemberUnion *members, const SetReader *reader);
extern bool union_remove_set(MemberUnion *members, const SetReader *reader);
extern uint64 union_count(MemberUnion *members);
extern uint64 union_in_common(MemberUnion *a, MemberUnion *b);
extern void union_end(MemberUnion *members);
extern MemberSet *union_write(MemberUnion *members);

/* memberset_text.c: the text form. */
extern TextFault text_read(const char *text, MemberUnion *members, size_t *at);
extern char *text_write(const SetReader *reader);

/* memberset_roaring.c: what libroaring does. */
extern MemberSet *roaring_combine(const MemberSet *a, const MemberSet *b, SetAlgebra operation);

/* memberset_value.c: values between SQL and the engine; these raise errors. */
extern size_t memory_max(void);
extern void memory_exceeded(size_t bytes);
extern void set_read(SetReader *reader, const MemberSet *set);
extern MemberSet *set_from_untrusted(const uint8 *bytes, size_t length);
extern uint32 member_from_int(int32 number);
extern MemberUnion *union_of_state(Datum state, bool isnull, MemoryContext aggregate, Datum *changed);
extern MemberUnion *union_if_expanded(Datum value);

#endif							/* ASSURE_TYPE_MEMBERSET_H */
