/*-------------------------------------------------------------------------
 *
 * memberset_query_sql.c
 *		assure.memberset: operators between sets, and questions to one set.
 *
 * A set of many members is stored out of line and never compressed, so that
 * count() and "@> member" read the header and one container instead of all.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/detoast.h"
#include "fmgr.h"
#include "funcapi.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"

#include "type/memberset.h"

/* A longer value is read in parts; it has more blocks than three, and so offsets. */
#define PARTS_BYTES_MIN		(4 * BLOCK_BYTES)

/* The first part: about what stands in one row of a TOAST table. */
#define PART_BYTES			1900

PG_FUNCTION_INFO_V1(assure_memberset_or);
PG_FUNCTION_INFO_V1(assure_memberset_and);
PG_FUNCTION_INFO_V1(assure_memberset_andnot);
PG_FUNCTION_INFO_V1(assure_memberset_xor);
PG_FUNCTION_INFO_V1(assure_memberset_or_member);
PG_FUNCTION_INFO_V1(assure_memberset_andnot_member);
PG_FUNCTION_INFO_V1(assure_memberset_contains);
PG_FUNCTION_INFO_V1(assure_memberset_contained);
PG_FUNCTION_INFO_V1(assure_memberset_overlaps);
PG_FUNCTION_INFO_V1(assure_memberset_has);
PG_FUNCTION_INFO_V1(assure_memberset_member_of);
PG_FUNCTION_INFO_V1(assure_memberset_count);
PG_FUNCTION_INFO_V1(assure_memberset_is_empty);
PG_FUNCTION_INFO_V1(assure_memberset_union_count);
PG_FUNCTION_INFO_V1(assure_memberset_intersect_count);
PG_FUNCTION_INFO_V1(assure_memberset_first_member);
PG_FUNCTION_INFO_V1(assure_memberset_last_member);
PG_FUNCTION_INFO_V1(assure_memberset_member_rank);
PG_FUNCTION_INFO_V1(assure_memberset_member_at);
PG_FUNCTION_INFO_V1(assure_memberset_slice);
PG_FUNCTION_INFO_V1(assure_memberset_unnest);
PG_FUNCTION_INFO_V1(assure_memberset_unnest_support);

/* A value in memory, or out of line and read in parts. */
typedef struct StoredSet
{
	Datum		value;
	const uint8 *bytes;			/* NULL: out of line */
	size_t		length;
	SetHeader	header;
} StoredSet;

/*
 * stored_broken says that a value on disk is none.
 */
static void
stored_broken(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("a stored memberset is broken: its parts do not fit together")));
}

/*
 * stored_part gives some of a value's bytes.
 */
static const uint8 *
stored_part(const StoredSet *stored, size_t at, size_t length)
{
	MemberSet  *part;

	if (at > stored->length || length > stored->length - at)
		stored_broken();
	if (stored->bytes != NULL)
		return stored->bytes + at;
	part = (MemberSet *) PG_DETOAST_DATUM_SLICE(stored->value, (int32) at, (int32) length);
	if (set_length(part) != length)
		stored_broken();
	return set_bytes(part);
}

/*
 * stored_open reads the header of a value, and no more where it stands out of
 * line and is long.
 */
static void
stored_open(StoredSet *stored, Datum value)
{
	struct varlena *pointer = (struct varlena *) DatumGetPointer(value);
	struct varatt_external external;
	const uint8 *first;
	size_t		length;
	size_t		size;

	stored->value = value;
	stored->bytes = NULL;
	stored->length = 0;
	if (VARATT_IS_EXTERNAL_ONDISK(pointer))
	{
		VARATT_EXTERNAL_GET_POINTER(external, pointer);
		length = (size_t) external.va_rawsize - VARHDRSZ;
		if (VARATT_EXTERNAL_GET_EXTSIZE(external) >= length)	/* it is not compressed */
			stored->length = length;
	}
	if (stored->length < PARTS_BYTES_MIN)
	{
		MemberSet  *set = (MemberSet *) PG_DETOAST_DATUM_PACKED(value);

		stored->bytes = set_bytes(set);
		stored->length = set_length(set);
	}
	length = Min(stored->length, PART_BYTES);
	first = stored_part(stored, 0, length);
	if (!header_size(first, length, &size))
		stored_broken();
	if (size > length)
		first = stored_part(stored, 0, size);
	if (!header_open(&stored->header, first, Max(size, length)))
		stored_broken();
}

/*
 * stored_container reads one container.
 */
static Container
stored_container(const StoredSet *stored, uint32 block)
{
	const SetHeader *header = &stored->header;
	Container	container = {.key = header_key(header, block), .kind = header_kind(header, block),
	.members = header_members(header, block)};
	SetReader	reader;
	size_t		at;
	size_t		end = stored->length;
	size_t		size;

	if (header->offsets_at == 0)	/* few blocks: all of them are in memory */
	{
		if (stored->bytes == NULL || set_open(&reader, stored->bytes, stored->length) != NULL)
			stored_broken();
		while (reader.next <= block)
			(void) reader_next(&reader, &container);
		return container;
	}
	at = load_32(header->bytes + header->offsets_at + (size_t) 4 * block);
	if (block + 1 < header->blocks)
		end = load_32(header->bytes + header->offsets_at + (size_t) 4 * (block + 1));
	if (end < at)
		stored_broken();
	size = end - at;
	container.data = stored_part(stored, at, size);
	if (container.kind == CONTAINER_RUNS && size >= 2)
	{
		container.runs = load_16(container.data);
		container.data += 2;
		if (size == 2 + (size_t) 4 * container.runs)
			return container;
	}
	else if (size == (container.kind == CONTAINER_BITS ? BLOCK_BYTES : (size_t) 2 * container.members))
		return container;
	stored_broken();
	return container;			/* not reached */
}

/* Two operands that are read where they stand. */
typedef struct Pair
{
	SetReader	a;
	SetReader	b;
} Pair;

/*
 * pair_read fetches the operands.
 */
static Pair
pair_read(FunctionCallInfo fcinfo, MemberSet **sets)
{
	Pair		pair;

	for (int i = 0; i < 2; i++)
		sets[i] = PG_GETARG_VARLENA_PP(i);
	set_read(&pair.a, sets[0]);
	set_read(&pair.b, sets[1]);
	return pair;
}

/*
 * pair_free gives copies of toasted operands back: memory that the next call
 * takes again costs less than memory from the system.
 */
static void
pair_free(FunctionCallInfo fcinfo, MemberSet **sets)
{
	PG_FREE_IF_COPY(sets[0], 0);
	PG_FREE_IF_COPY(sets[1], 1);
}

/*
 * combine is what the operators do that take members away.
 */
static Datum
combine(FunctionCallInfo fcinfo, SetAlgebra operation)
{
	MemberSet  *a = PG_GETARG_VARLENA_PP(0);
	MemberSet  *b = PG_GETARG_VARLENA_PP(1);
	MemberSet  *result = roaring_combine(a, b, operation);

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	PG_RETURN_POINTER(result);
}

/*
 * assure_memberset_or gives the members of either set.
 */
PGDLLEXPORT Datum
assure_memberset_or(PG_FUNCTION_ARGS)
{
	MemberSet  *sets[2];
	Pair		pair = pair_read(fcinfo, sets);
	MemberUnion members;
	MemberSet  *result;

	union_begin(&members, memory_max());
	if (!union_add_set(&members, &pair.a) || !union_add_set(&members, &pair.b))
		memory_exceeded(0);
	result = union_write(&members);
	pair_free(fcinfo, sets);
	PG_RETURN_POINTER(result);
}

/*
 * assure_memberset_and gives the members of both sets.
 */
PGDLLEXPORT Datum
assure_memberset_and(PG_FUNCTION_ARGS)
{
	MemberSet  *sets[2];
	Pair		pair = pair_read(fcinfo, sets);
	MemberSet  *result = set_intersect(&pair.a, &pair.b);

	pair_free(fcinfo, sets);
	PG_RETURN_POINTER(result);
}

/*
 * assure_memberset_andnot gives the members of the first set that are not in the second.
 */
PGDLLEXPORT Datum
assure_memberset_andnot(PG_FUNCTION_ARGS)
{
	return combine(fcinfo, ALGEBRA_ANDNOT);
}

/*
 * assure_memberset_xor gives the members of exactly one of the sets.
 */
PGDLLEXPORT Datum
assure_memberset_xor(PG_FUNCTION_ARGS)
{
	return combine(fcinfo, ALGEBRA_XOR);
}

/*
 * assure_memberset_or_member gives a set with a member more.
 */
PGDLLEXPORT Datum
assure_memberset_or_member(PG_FUNCTION_ARGS)
{
	MemberSet  *set = PG_GETARG_VARLENA_PP(0);
	SetReader	reader;
	MemberUnion members;

	set_read(&reader, set);
	union_begin(&members, memory_max());
	if (!union_add_set(&members, &reader) || !union_add_member(&members, member_from_int(PG_GETARG_INT32(1))))
		memory_exceeded(0);
	PG_RETURN_POINTER(union_write(&members));
}

/*
 * assure_memberset_andnot_member gives a set without a member.
 */
PGDLLEXPORT Datum
assure_memberset_andnot_member(PG_FUNCTION_ARGS)
{
	uint32		member = member_from_int(PG_GETARG_INT32(1));
	MemberUnion one;

	union_begin(&one, memory_max());
	(void) union_add_member(&one, member);
	PG_RETURN_POINTER(roaring_combine(PG_GETARG_VARLENA_PP(0), union_write(&one), ALGEBRA_ANDNOT));
}

/*
 * assure_memberset_contains says whether the second set is part of the first.
 */
PGDLLEXPORT Datum
assure_memberset_contains(PG_FUNCTION_ARGS)
{
	MemberSet  *sets[2];
	Pair		pair = pair_read(fcinfo, sets);
	bool		answer = set_contains(&pair.a, &pair.b);

	pair_free(fcinfo, sets);
	PG_RETURN_BOOL(answer);
}

/*
 * assure_memberset_contained says whether the first set is part of the second.
 */
PGDLLEXPORT Datum
assure_memberset_contained(PG_FUNCTION_ARGS)
{
	MemberSet  *sets[2];
	Pair		pair = pair_read(fcinfo, sets);
	bool		answer = set_contains(&pair.b, &pair.a);

	pair_free(fcinfo, sets);
	PG_RETURN_BOOL(answer);
}

/*
 * assure_memberset_overlaps says whether two sets have a member in common.
 */
PGDLLEXPORT Datum
assure_memberset_overlaps(PG_FUNCTION_ARGS)
{
	MemberSet  *sets[2];
	Pair		pair = pair_read(fcinfo, sets);
	bool		answer = set_in_common(&pair.a, &pair.b, 1) > 0;

	pair_free(fcinfo, sets);
	PG_RETURN_BOOL(answer);
}

/*
 * stored_has looks a number up; one that cannot be a member is none.
 */
static bool
stored_has(Datum value, int32 number)
{
	StoredSet	stored;
	Container	container;
	uint32		low = 0;
	uint32		high;

	if (number < 0)
		return false;
	stored_open(&stored, value);
	high = stored.header.blocks;
	while (low < high)
	{
		uint32		middle = (low + high) / 2;

		if (header_key(&stored.header, middle) < (uint32) number >> 16)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == stored.header.blocks || header_key(&stored.header, low) != (uint32) number >> 16)
		return false;
	container = stored_container(&stored, low);
	return container_has(&container, (uint16) number);
}

/*
 * assure_memberset_has says whether a number is a member.
 */
PGDLLEXPORT Datum
assure_memberset_has(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(stored_has(PG_GETARG_DATUM(0), PG_GETARG_INT32(1)));
}

/*
 * assure_memberset_member_of says the same with the arguments the other way.
 */
PGDLLEXPORT Datum
assure_memberset_member_of(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(stored_has(PG_GETARG_DATUM(1), PG_GETARG_INT32(0)));
}

/*
 * set_count counts the members of a value; those of a union in work without
 * writing it.
 */
static int64
set_count(Datum value)
{
	MemberUnion *members = union_if_expanded(value);
	StoredSet	stored;

	if (members != NULL)
		return (int64) union_count(members);
	stored_open(&stored, value);
	return (int64) header_count(&stored.header);
}

/*
 * assure_memberset_count counts the members.  As the final function of an
 * aggregate it is not strict: nothing has no members.
 */
PGDLLEXPORT Datum
assure_memberset_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_ARGISNULL(0) ? 0 : set_count(PG_GETARG_DATUM(0)));
}

/*
 * assure_memberset_is_empty says whether there is no member.
 */
PGDLLEXPORT Datum
assure_memberset_is_empty(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(set_count(PG_GETARG_DATUM(0)) == 0);
}

/*
 * assure_memberset_union_count counts the members of either set.
 */
PGDLLEXPORT Datum
assure_memberset_union_count(PG_FUNCTION_ARGS)
{
	MemberSet  *sets[2];
	Pair		pair = pair_read(fcinfo, sets);
	uint64		count = header_count(&pair.a.header) + header_count(&pair.b.header) -
		set_in_common(&pair.a, &pair.b, PG_UINT64_MAX);

	pair_free(fcinfo, sets);
	PG_RETURN_INT64((int64) count);
}

/*
 * assure_memberset_intersect_count counts the members of both sets.
 */
PGDLLEXPORT Datum
assure_memberset_intersect_count(PG_FUNCTION_ARGS)
{
	MemberSet  *sets[2];
	Pair		pair = pair_read(fcinfo, sets);
	uint64		count = set_in_common(&pair.a, &pair.b, PG_UINT64_MAX);

	pair_free(fcinfo, sets);
	PG_RETURN_INT64((int64) count);
}

/*
 * assure_memberset_first_member gives the smallest member.
 */
PGDLLEXPORT Datum
assure_memberset_first_member(PG_FUNCTION_ARGS)
{
	StoredSet	stored;
	Container	container;
	SpanWalk	walk;
	uint32		first = 0;
	uint32		last;

	stored_open(&stored, PG_GETARG_DATUM(0));
	if (stored.header.blocks == 0)
		PG_RETURN_NULL();
	container = stored_container(&stored, 0);
	span_begin(&walk, &container);
	(void) span_next(&walk, &first, &last);
	PG_RETURN_INT32((int32) (((uint32) container.key << 16) + first));
}

/*
 * assure_memberset_last_member gives the greatest member.
 */
PGDLLEXPORT Datum
assure_memberset_last_member(PG_FUNCTION_ARGS)
{
	StoredSet	stored;
	Container	container;
	SpanWalk	walk;
	uint32		first;
	uint32		last = 0;

	stored_open(&stored, PG_GETARG_DATUM(0));
	if (stored.header.blocks == 0)
		PG_RETURN_NULL();
	container = stored_container(&stored, stored.header.blocks - 1);
	span_begin(&walk, &container);
	while (span_next(&walk, &first, &last))
		 /* to the end */ ;
	PG_RETURN_INT32((int32) (((uint32) container.key << 16) + last));
}

/*
 * assure_memberset_member_rank counts the members up to a number.
 */
PGDLLEXPORT Datum
assure_memberset_member_rank(PG_FUNCTION_ARGS)
{
	uint32		member = member_from_int(PG_GETARG_INT32(1));
	SetReader	reader;

	set_read(&reader, PG_GETARG_VARLENA_PP(0));
	PG_RETURN_INT64((int64) set_rank(&reader, member));
}

/*
 * position_get fetches a number of members to pass or to take.
 */
static uint64
position_get(int64 number, const char *name)
{
	if (number < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be negative, but is " INT64_FORMAT, name, number)));
	return (uint64) number;
}

/*
 * assure_memberset_member_at gives the member before which so many come.
 */
PGDLLEXPORT Datum
assure_memberset_member_at(PG_FUNCTION_ARGS)
{
	uint64		skip = position_get(PG_GETARG_INT64(1), "skip");
	SetReader	reader;
	uint32		member;

	set_read(&reader, PG_GETARG_VARLENA_PP(0));
	if (!set_member_at(&reader, skip, &member))
		PG_RETURN_NULL();
	PG_RETURN_INT32((int32) member);
}

/*
 * assure_memberset_slice gives some members by their position, page by page.
 */
PGDLLEXPORT Datum
assure_memberset_slice(PG_FUNCTION_ARGS)
{
	uint64		skip = position_get(PG_GETARG_INT64(1), "skip");
	uint64		take = position_get(PG_GETARG_INT64(2), "take");
	SetReader	reader;

	set_read(&reader, PG_GETARG_VARLENA_PP(0));
	PG_RETURN_POINTER(set_slice(&reader, skip, take));
}

/* Where assure_memberset_unnest() is. */
typedef struct UnnestState
{
	MemberWalk	walk;
	bool		more;
	uint32		next;
	uint32		last;
} UnnestState;

/*
 * assure_memberset_unnest gives the members as rows, one a call.
 */
PGDLLEXPORT Datum
assure_memberset_unnest(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	UnnestState *state;
	uint32		member;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext before;
		SetReader	reader;

		call = SRF_FIRSTCALL_INIT();
		before = MemoryContextSwitchTo(call->multi_call_memory_ctx);
		state = palloc(sizeof(UnnestState));
		set_read(&reader, PG_GETARG_VARLENA_PP(0));
		member_walk_begin(&state->walk, &reader);
		state->more = member_walk_next(&state->walk, &state->next, &state->last);
		call->user_fctx = state;
		MemoryContextSwitchTo(before);
	}
	call = SRF_PERCALL_SETUP();
	state = call->user_fctx;
	if (!state->more)
		SRF_RETURN_DONE(call);
	member = state->next;
	if (state->next == state->last)
		state->more = member_walk_next(&state->walk, &state->next, &state->last);
	else
		state->next++;
	SRF_RETURN_NEXT(call, Int32GetDatum((int32) member));
}

/*
 * assure_memberset_unnest_support tells the planner how many rows a set that is
 * known has.
 */
PGDLLEXPORT Datum
assure_memberset_unnest_support(PG_FUNCTION_ARGS)
{
	Node	   *raw = (Node *) PG_GETARG_POINTER(0);
	SupportRequestRows *request;
	Node	   *set;

	if (!IsA(raw, SupportRequestRows) || !is_funcclause(((SupportRequestRows *) raw)->node))
		PG_RETURN_POINTER(NULL);
	request = (SupportRequestRows *) raw;
	set = linitial(((FuncExpr *) request->node)->args);
	if (!IsA(set, Const))
		PG_RETURN_POINTER(NULL);
	request->rows = ((Const *) set)->constisnull ? 0 : (double) set_count(((Const *) set)->constvalue);
	PG_RETURN_POINTER(request);
}
