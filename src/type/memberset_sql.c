/*-------------------------------------------------------------------------
 *
 * memberset_sql.c
 *		assure.memberset: input and output, casts, comparison.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "type/compare.h"
#include "type/memberset.h"

/* Of a text that is not understood, a message shows so much. */
#define SHOWN_BYTES_MAX		80

PG_FUNCTION_INFO_V1(assure_memberset_in);
PG_FUNCTION_INFO_V1(assure_memberset_out);
PG_FUNCTION_INFO_V1(assure_memberset_recv);
PG_FUNCTION_INFO_V1(assure_memberset_send);
PG_FUNCTION_INFO_V1(assure_memberset_from_bytes);
PG_FUNCTION_INFO_V1(assure_memberset_from_array);
PG_FUNCTION_INFO_V1(assure_memberset_to_array);

/*
 * shown_text gives the beginning of a text, for a message.
 */
static char *
shown_text(const char *text)
{
	int			length = (int) strnlen(text, SHOWN_BYTES_MAX + 1);

	if (length <= SHOWN_BYTES_MAX)
		return pstrdup(text);
	return psprintf("%.*s...", pg_mbcliplen(text, length, SHOWN_BYTES_MAX), text);
}

/*
 * assure_memberset_in reads a set from text.
 */
PGDLLEXPORT Datum
assure_memberset_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	MemberUnion members;
	size_t		at;

	union_begin(&members, memory_max());
	switch (text_read(text, &members, &at))
	{
		case TEXT_SOUND:
			break;
		case TEXT_SYNTAX:
			ereturn_compat(fcinfo->context, (Datum) 0,
						   (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
							errmsg("invalid input syntax for type assure.memberset: \"%s\"", shown_text(text)),
							text[at] == '\0' ? errdetail("It ends where something is missing.") :
							errdetail("Byte %zu is not as expected.", at + 1),
							errhint("Write members and ranges between braces, such as {1,2,5-9}.")));
		case TEXT_OUT_OF_RANGE:
			ereturn_compat(fcinfo->context, (Datum) 0,
						   (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
							errmsg("member number \"%s\" is out of range", shown_text(pnstrdup(text + at, strspn(text + at, "0123456789")))),
							errdetail("Member numbers go from 0 to %d.", MEMBER_MAX)));
		case TEXT_BACKWARDS:
			ereturn_compat(fcinfo->context, (Datum) 0,
						   (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
							errmsg("a range of members ends before it begins: \"%s\"", shown_text(text + at)),
							errhint("Write the smaller number first.")));
		case TEXT_TOO_BIG:
			memory_exceeded(0);
	}
	PG_RETURN_POINTER(union_write(&members));
}

/*
 * assure_memberset_out writes a set as text.
 */
PGDLLEXPORT Datum
assure_memberset_out(PG_FUNCTION_ARGS)
{
	SetReader	reader;

	set_read(&reader, PG_GETARG_VARLENA_PP(0));
	PG_RETURN_CSTRING(text_write(&reader));
}

/*
 * assure_memberset_recv reads a set from a binary message.
 */
PGDLLEXPORT Datum
assure_memberset_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			length = message->len - message->cursor;

	PG_RETURN_POINTER(set_from_untrusted((const uint8 *) pq_getmsgbytes(message, length), (size_t) length));
}

/*
 * assure_memberset_send writes a set as a binary message.
 */
PGDLLEXPORT Datum
assure_memberset_send(PG_FUNCTION_ARGS)
{
	MemberSet  *set = PG_GETARG_VARLENA_PP(0);
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbytes(&message, (const char *) set_bytes(set), (int) set_length(set));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/*
 * assure_memberset_from_bytes takes a Roaring bitmap of another program's.
 */
PGDLLEXPORT Datum
assure_memberset_from_bytes(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);

	PG_RETURN_POINTER(set_from_untrusted((const uint8 *) VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes)));
}

/*
 * assure_memberset_from_array makes a set of the numbers in a list, in any
 * order and as often as they come.
 */
PGDLLEXPORT Datum
assure_memberset_from_array(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	const int32 *numbers = (const int32 *) ARR_DATA_PTR(array);
	int			count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	MemberUnion members;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("a list of members has one dimension, not %d", ARR_NDIM(array))));
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a list of members holds a null"),
				 errhint("Leave it out with array_remove(list, NULL).")));
	union_begin(&members, memory_max());
	for (int i = 0; i < count; i++)
		if (!union_add_member(&members, member_from_int(numbers[i])))
			memory_exceeded(0);
	PG_RETURN_POINTER(union_write(&members));
}

/*
 * assure_memberset_to_array lists the members in order.
 */
PGDLLEXPORT Datum
assure_memberset_to_array(PG_FUNCTION_ARGS)
{
	SetReader	reader;
	MemberWalk	walk;
	uint64		count;
	ArrayType  *array;
	int32	   *numbers;
	uint32		first;
	uint32		last;
	size_t		size;

	set_read(&reader, PG_GETARG_VARLENA_PP(0));
	count = header_count(&reader.header);
	if (count == 0)
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(INT4OID));
	size = ARR_OVERHEAD_NONULLS(1) + sizeof(int32) * (size_t) count;
	if (!AllocSizeIsValid(size))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a set of " UINT64_FORMAT " members is too big for an array", count),
				 errhint("Use assure.unnest(), or take parts with assure.slice().")));
	array = palloc(size);
	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->dataoffset = 0;
	array->elemtype = INT4OID;
	ARR_DIMS(array)[0] = (int) count;
	ARR_LBOUND(array)[0] = 1;
	numbers = (int32 *) ARR_DATA_PTR(array);
	member_walk_begin(&walk, &reader);
	while (member_walk_next(&walk, &first, &last))
	{
		CHECK_FOR_INTERRUPTS();
		if (last - first >= count)
			ereport(ERROR,
					(errcode(ERRCODE_DATA_CORRUPTED),
					 errmsg("a stored memberset is broken: it has more members than its header says")));
		count -= last - first + 1;
		for (uint32 i = 0; i <= last - first; i++)
			*numbers++ = (int32) (first + i);
	}
	PG_RETURN_ARRAYTYPE_P(array);
}

/* A value to be compared, and the datum that it came from. */
typedef struct ComparedSet
{
	MemberSet  *set;
	Pointer		given;
} ComparedSet;

/*
 * compared_get fetches a value to be compared.
 */
static ComparedSet
compared_get(Datum given)
{
	return (ComparedSet) {(MemberSet *) PG_DETOAST_DATUM_PACKED(given), DatumGetPointer(given)};
}

/*
 * compared_free gives the copy of a toasted value back: a sort or an index
 * compares more often than memory is reset.
 */
static void
compared_free(ComparedSet compared)
{
	if ((Pointer) compared.set != compared.given)
		pfree(compared.set);
}

/*
 * compared_order orders two sets; equal ones have equal bytes.
 */
static int
compared_order(ComparedSet a, ComparedSet b)
{
	int			order = 0;

	if (set_length(a.set) != set_length(b.set) || memcmp(set_bytes(a.set), set_bytes(b.set), set_length(a.set)) != 0)
	{
		SetReader	left;
		SetReader	right;

		set_read(&left, a.set);
		set_read(&right, b.set);
		order = members_compare(&left, &right);
	}
	compared_free(a);
	compared_free(b);
	return order;
}

/*
 * compared_hash hashes a set's bytes.
 */
static Datum
compared_hash(ComparedSet a)
{
	Datum		hash = hash_any(set_bytes(a.set), (int) set_length(a.set));

	compared_free(a);
	return hash;
}

/*
 * compared_hash_extended hashes a set's bytes with a seed.
 */
static Datum
compared_hash_extended(ComparedSet a, uint64 seed)
{
	Datum		hash = hash_any_extended(set_bytes(a.set), (int) set_length(a.set), seed);

	compared_free(a);
	return hash;
}

#define PG_GETARG_COMPARED(n) compared_get(PG_GETARG_DATUM(n))

COMPARISONS_DEFINE(memberset, PG_GETARG_COMPARED, compared_order)
HASHES_DEFINE(memberset, PG_GETARG_COMPARED, compared_hash, compared_hash_extended)
