/*-------------------------------------------------------------------------
 *
 * icd_range_sql.c
 *		What SQL calls of the type assure.icd_range.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "type/compare.h"
#include "type/icd.h"
#include "type/icd_input.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(assure_icd_range_in);
PG_FUNCTION_INFO_V1(assure_icd_range_out);
PG_FUNCTION_INFO_V1(assure_icd_range_recv);
PG_FUNCTION_INFO_V1(assure_icd_range_send);
PG_FUNCTION_INFO_V1(assure_icd_range_from_icd);
PG_FUNCTION_INFO_V1(assure_icd_range_lower);
PG_FUNCTION_INFO_V1(assure_icd_range_upper);
PG_FUNCTION_INFO_V1(assure_icd_range_has);
PG_FUNCTION_INFO_V1(assure_icd_in_range);
PG_FUNCTION_INFO_V1(assure_icd_range_contains);
PG_FUNCTION_INFO_V1(assure_icd_range_contained);
PG_FUNCTION_INFO_V1(assure_icd_range_overlaps);

/*
 * assure_icd_range_in reads a range from text.
 */
PGDLLEXPORT Datum
assure_icd_range_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	IcdInterval *range = palloc(sizeof(IcdInterval));
	InputFault	fault;

	if (!icd_range_parse(text, strlen(text), range, &fault))
		icd_refuse(fcinfo->context, ERRCODE_INVALID_TEXT_REPRESENTATION, "icd_range", text, strlen(text), &fault);
	PG_RETURN_POINTER(range);
}

/*
 * assure_icd_range_out writes a range.
 */
PGDLLEXPORT Datum
assure_icd_range_out(PG_FUNCTION_ARGS)
{
	StringInfoData text;

	initStringInfo(&text);
	icd_range_print(PG_GETARG_ICD_RANGE(0), &text);
	PG_RETURN_CSTRING(text.data);
}

/*
 * assure_icd_range_recv reads a range from a binary message, which is its text.
 */
PGDLLEXPORT Datum
assure_icd_range_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			length;
	char	   *text = pq_getmsgtext(message, message->len - message->cursor, &length);
	IcdInterval *range = palloc(sizeof(IcdInterval));
	InputFault	fault;

	if (!icd_range_parse(text, length, range, &fault))
		icd_refuse(NULL, ERRCODE_INVALID_BINARY_REPRESENTATION, "icd_range", text, length, &fault);
	PG_RETURN_POINTER(range);
}

/*
 * assure_icd_range_send writes a range to a binary message: its text.
 */
PGDLLEXPORT Datum
assure_icd_range_send(PG_FUNCTION_ARGS)
{
	StringInfoData message;
	StringInfoData text;

	initStringInfo(&text);
	icd_range_print(PG_GETARG_ICD_RANGE(0), &text);
	pq_begintypsend(&message);
	pq_sendtext(&message, text.data, text.len);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/*
 * compare_ranges orders ranges by where they begin, then by where they end.
 */
static inline int
compare_ranges(const IcdInterval *left, const IcdInterval *right)
{
	if (left->first != right->first)
		return left->first < right->first ? -1 : 1;
	return left->last < right->last ? -1 : left->last > right->last;
}

/*
 * hash_ends hashes a range for hash joins and indexes.
 */
static inline Datum
hash_ends(const IcdInterval *range)
{
	return hash_any((const unsigned char *) range, sizeof(IcdInterval));
}

/*
 * hash_ends_extended hashes a range with a seed, for hash partitions.
 */
static inline Datum
hash_ends_extended(const IcdInterval *range, uint64 seed)
{
	return hash_any_extended((const unsigned char *) range, sizeof(IcdInterval), seed);
}

COMPARISONS_DEFINE(icd_range, PG_GETARG_ICD_RANGE, compare_ranges)
HASHES_DEFINE(icd_range, PG_GETARG_ICD_RANGE, hash_ends, hash_ends_extended)

/*
 * assure_icd_range_from_icd makes the range of a code and all that is under it.
 */
PGDLLEXPORT Datum
assure_icd_range_from_icd(PG_FUNCTION_ARGS)
{
	IcdInterval *range = palloc(sizeof(IcdInterval));

	range->first = PG_GETARG_ICD(0);
	range->last = icd_last_under(range->first);
	PG_RETURN_POINTER(range);
}

/*
 * assure_icd_range_lower returns the first code of a range.
 */
PGDLLEXPORT Datum
assure_icd_range_lower(PG_FUNCTION_ARGS)
{
	PG_RETURN_ICD(PG_GETARG_ICD_RANGE(0)->first);
}

/*
 * assure_icd_range_upper returns the last code of a range.
 */
PGDLLEXPORT Datum
assure_icd_range_upper(PG_FUNCTION_ARGS)
{
	PG_RETURN_ICD(PG_GETARG_ICD_RANGE(0)->last);
}

/*
 * assure_icd_range_has is range @> code.
 */
PGDLLEXPORT Datum
assure_icd_range_has(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(icd_range_has(PG_GETARG_ICD_RANGE(0), PG_GETARG_ICD(1)));
}

/*
 * assure_icd_in_range is code <@ range.
 */
PGDLLEXPORT Datum
assure_icd_in_range(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(icd_range_has(PG_GETARG_ICD_RANGE(1), PG_GETARG_ICD(0)));
}

/*
 * contains says whether all of one range is in another.
 */
static inline bool
contains(const IcdInterval *outer, const IcdInterval *inner)
{
	return outer->first <= inner->first && inner->last <= outer->last;
}

/*
 * assure_icd_range_contains is range @> range.
 */
PGDLLEXPORT Datum
assure_icd_range_contains(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(contains(PG_GETARG_ICD_RANGE(0), PG_GETARG_ICD_RANGE(1)));
}

/*
 * assure_icd_range_contained is range <@ range.
 */
PGDLLEXPORT Datum
assure_icd_range_contained(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(contains(PG_GETARG_ICD_RANGE(1), PG_GETARG_ICD_RANGE(0)));
}

/*
 * assure_icd_range_overlaps is range && range.
 */
PGDLLEXPORT Datum
assure_icd_range_overlaps(PG_FUNCTION_ARGS)
{
	IcdInterval *left = PG_GETARG_ICD_RANGE(0);
	IcdInterval *right = PG_GETARG_ICD_RANGE(1);

	PG_RETURN_BOOL(left->first <= right->last && right->first <= left->last);
}
