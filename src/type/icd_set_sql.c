/*-------------------------------------------------------------------------
 *
 * icd_set_sql.c
 *		What SQL calls of the type assure.icd_set.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "storage/shmem.h"
#include "type/compare.h"
#include "type/icd.h"
#include "type/icd_input.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(assure_icd_set_in);
PG_FUNCTION_INFO_V1(assure_icd_set_out);
PG_FUNCTION_INFO_V1(assure_icd_set_recv);
PG_FUNCTION_INFO_V1(assure_icd_set_send);
PG_FUNCTION_INFO_V1(assure_icd_set_from_range);
PG_FUNCTION_INFO_V1(assure_icd_set_ranges);
PG_FUNCTION_INFO_V1(assure_icd_set_lower);
PG_FUNCTION_INFO_V1(assure_icd_set_upper);
PG_FUNCTION_INFO_V1(assure_icd_set_has);
PG_FUNCTION_INFO_V1(assure_icd_in_set);
PG_FUNCTION_INFO_V1(assure_icd_set_contains);
PG_FUNCTION_INFO_V1(assure_icd_set_contained);
PG_FUNCTION_INFO_V1(assure_icd_set_overlaps);
PG_FUNCTION_INFO_V1(assure_icd_set_union);
PG_FUNCTION_INFO_V1(assure_icd_set_difference);
PG_FUNCTION_INFO_V1(assure_icd_set_intersection);

/* A set as it is stored, and as it is tested. */
typedef struct KeptSet
{
	MemoryContext context;
	Size		bytes;
	void	   *stored;
	IcdSet	   *set;
} KeptSet;

typedef int (*Combine) (const IcdInterval *a, int n_a, const IcdInterval *b, int n_b, IcdInterval *result);

/*
 * set_allocate makes a set with room for intervals.
 */
static IcdSet *
set_allocate(int count)
{
	Size		bytes = add_size(offsetof(IcdSet, intervals), mul_size(count, sizeof(IcdInterval)));
	IcdSet	   *set = palloc(bytes);

	SET_VARSIZE(set, bytes);
	set->flags = 0;
	return set;
}

/*
 * set_shrink gives a set as many intervals as came of an operation, and refuses
 * too many.
 */
static IcdSet *
set_shrink(IcdSet *set, int count)
{
	if (count > ICD_SET_INTERVALS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a set of diagnosis codes has %d ranges, more than %d", count, ICD_SET_INTERVALS_MAX)));
	SET_VARSIZE(set, offsetof(IcdSet, intervals) + count * sizeof(IcdInterval));
	return set;
}

/*
 * set_read makes a set of text.  NULL: the fault says why not.
 */
static IcdSet *
set_read(const char *text, size_t length, InputFault *fault)
{
	IcdInterval *intervals;
	IcdSet	   *set;
	int			count;

	if (!icd_set_parse(text, length, &intervals, &count, fault))
		return NULL;
	set = set_allocate(count);
	if (count > 0)
		memcpy(set->intervals, intervals, count * sizeof(IcdInterval));
	return set;
}

/*
 * assure_icd_set_in reads a set from text.
 */
PGDLLEXPORT Datum
assure_icd_set_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	InputFault	fault;
	IcdSet	   *set = set_read(text, strlen(text), &fault);

	if (set == NULL)
		icd_refuse(fcinfo->context, ERRCODE_INVALID_TEXT_REPRESENTATION, "icd_set",
				   fault.item, fault.item_length, &fault);
	PG_RETURN_POINTER(set);
}

/*
 * assure_icd_set_out writes a set.
 */
PGDLLEXPORT Datum
assure_icd_set_out(PG_FUNCTION_ARGS)
{
	IcdSet	   *set = PG_GETARG_ICD_SET(0);
	StringInfoData text;

	initStringInfo(&text);
	icd_set_print(set->intervals, ICD_SET_COUNT(set), &text);
	PG_RETURN_CSTRING(text.data);
}

/*
 * assure_icd_set_recv reads a set from a binary message, which is its text.
 */
PGDLLEXPORT Datum
assure_icd_set_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			length;
	char	   *text = pq_getmsgtext(message, message->len - message->cursor, &length);
	InputFault	fault;
	IcdSet	   *set = set_read(text, length, &fault);

	if (set == NULL)
		icd_refuse(NULL, ERRCODE_INVALID_BINARY_REPRESENTATION, "icd_set", fault.item, fault.item_length, &fault);
	PG_RETURN_POINTER(set);
}

/*
 * assure_icd_set_send writes a set to a binary message: its text.
 */
PGDLLEXPORT Datum
assure_icd_set_send(PG_FUNCTION_ARGS)
{
	IcdSet	   *set = PG_GETARG_ICD_SET(0);
	StringInfoData message;
	StringInfoData text;

	initStringInfo(&text);
	icd_set_print(set->intervals, ICD_SET_COUNT(set), &text);
	pq_begintypsend(&message);
	pq_sendtext(&message, text.data, text.len);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/*
 * compare_sets orders sets by their intervals, one after another; a set comes
 * before those that go on where it ends.
 */
static int
compare_sets(const IcdSet *left, const IcdSet *right)
{
	int			n_left = ICD_SET_COUNT(left);
	int			n_right = ICD_SET_COUNT(right);

	for (int i = 0; i < n_left && i < n_right; i++)
	{
		const IcdInterval *a = &left->intervals[i];
		const IcdInterval *b = &right->intervals[i];

		if (a->first != b->first)
			return a->first < b->first ? -1 : 1;
		if (a->last != b->last)
			return a->last < b->last ? -1 : 1;
	}
	return n_left < n_right ? -1 : n_left > n_right;
}

/*
 * hash_set hashes a set for hash joins and indexes.
 */
static Datum
hash_set(const IcdSet *set)
{
	return hash_any((const unsigned char *) set->intervals, ICD_SET_COUNT(set) * sizeof(IcdInterval));
}

/*
 * hash_set_extended hashes a set with a seed, for hash partitions.
 */
static Datum
hash_set_extended(const IcdSet *set, uint64 seed)
{
	return hash_any_extended((const unsigned char *) set->intervals, ICD_SET_COUNT(set) * sizeof(IcdInterval), seed);
}

COMPARISONS_DEFINE(icd_set, PG_GETARG_ICD_SET, compare_sets)
HASHES_DEFINE(icd_set, PG_GETARG_ICD_SET, hash_set, hash_set_extended)

/*
 * assure_icd_set_from_range makes a set of one range.
 */
PGDLLEXPORT Datum
assure_icd_set_from_range(PG_FUNCTION_ARGS)
{
	IcdSet	   *set = set_allocate(1);

	set->intervals[0] = *PG_GETARG_ICD_RANGE(0);
	PG_RETURN_POINTER(set);
}

/*
 * assure_icd_set_ranges returns the ranges of a set as an array.
 */
PGDLLEXPORT Datum
assure_icd_set_ranges(PG_FUNCTION_ARGS)
{
	IcdSet	   *set = PG_GETARG_ICD_SET(0);
	int			count = ICD_SET_COUNT(set);
	Oid			range = get_element_type(get_func_rettype(fcinfo->flinfo->fn_oid));
	Datum	   *ranges = palloc(mul_size(Max(count, 1), sizeof(Datum)));

	for (int i = 0; i < count; i++)
		ranges[i] = PointerGetDatum(&set->intervals[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(ranges, count, range, sizeof(IcdInterval), false, TYPALIGN_DOUBLE));
}

/*
 * assure_icd_set_lower returns the first code of a set; the empty set has none.
 */
PGDLLEXPORT Datum
assure_icd_set_lower(PG_FUNCTION_ARGS)
{
	IcdSet	   *set = PG_GETARG_ICD_SET(0);

	if (ICD_SET_COUNT(set) == 0)
		PG_RETURN_NULL();
	PG_RETURN_ICD(set->intervals[0].first);
}

/*
 * assure_icd_set_upper returns the last code of a set; the empty set has none.
 */
PGDLLEXPORT Datum
assure_icd_set_upper(PG_FUNCTION_ARGS)
{
	IcdSet	   *set = PG_GETARG_ICD_SET(0);
	int			count = ICD_SET_COUNT(set);

	if (count == 0)
		PG_RETURN_NULL();
	PG_RETURN_ICD(set->intervals[count - 1].last);
}

/*
 * set_at returns an argument for a membership test.  A set that is compressed or
 * out of line is fetched once and kept at the call site as long as the next one
 * has the same bytes: a plan's set is tested with many claims.  The bytes of one
 * out of line are the key of its place, which no other set gets while the query
 * can see it.
 */
static const IcdSet *
set_at(FunctionCallInfo fcinfo, int argument)
{
	struct varlena *stored = (struct varlena *) PG_GETARG_POINTER(argument);
	FmgrInfo   *site = fcinfo->flinfo;
	KeptSet    *kept;
	MemoryContext context;
	MemoryContext caller;
	Size		bytes;

	if (site == NULL || !(VARATT_IS_EXTERNAL_ONDISK(stored) || VARATT_IS_COMPRESSED(stored)))
		return PG_GETARG_ICD_SET(argument);
	bytes = VARSIZE_ANY(stored);
	kept = site->fn_extra;
	if (kept && kept->bytes == bytes && memcmp(kept->stored, stored, bytes) == 0)
		return kept->set;
	if (kept)
	{
		site->fn_extra = NULL;
		MemoryContextDelete(kept->context);
	}
	context = AllocSetContextCreate(site->fn_mcxt, "set of diagnosis codes", ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(context);
	kept = palloc(sizeof(KeptSet));
	kept->context = context;
	kept->bytes = bytes;
	kept->stored = memcpy(palloc(bytes), stored, bytes);
	kept->set = DatumGetIcdSet(PointerGetDatum(stored));
	MemoryContextSwitchTo(caller);
	site->fn_extra = kept;
	return kept->set;
}

/*
 * assure_icd_set_has is set @> code.
 */
PGDLLEXPORT Datum
assure_icd_set_has(PG_FUNCTION_ARGS)
{
	const IcdSet *set = set_at(fcinfo, 0);

	PG_RETURN_BOOL(intervals_have(set->intervals, ICD_SET_COUNT(set), PG_GETARG_ICD(1)));
}

/*
 * assure_icd_in_set is code <@ set.
 */
PGDLLEXPORT Datum
assure_icd_in_set(PG_FUNCTION_ARGS)
{
	const IcdSet *set = set_at(fcinfo, 1);

	PG_RETURN_BOOL(intervals_have(set->intervals, ICD_SET_COUNT(set), PG_GETARG_ICD(0)));
}

/*
 * assure_icd_set_contains is set @> set.
 */
PGDLLEXPORT Datum
assure_icd_set_contains(PG_FUNCTION_ARGS)
{
	IcdSet	   *outer = PG_GETARG_ICD_SET(0);
	IcdSet	   *inner = PG_GETARG_ICD_SET(1);

	PG_RETURN_BOOL(icd_set_contains(outer->intervals, ICD_SET_COUNT(outer), inner->intervals, ICD_SET_COUNT(inner)));
}

/*
 * assure_icd_set_contained is set <@ set.
 */
PGDLLEXPORT Datum
assure_icd_set_contained(PG_FUNCTION_ARGS)
{
	IcdSet	   *inner = PG_GETARG_ICD_SET(0);
	IcdSet	   *outer = PG_GETARG_ICD_SET(1);

	PG_RETURN_BOOL(icd_set_contains(outer->intervals, ICD_SET_COUNT(outer), inner->intervals, ICD_SET_COUNT(inner)));
}

/*
 * assure_icd_set_overlaps is set && set.
 */
PGDLLEXPORT Datum
assure_icd_set_overlaps(PG_FUNCTION_ARGS)
{
	IcdSet	   *left = PG_GETARG_ICD_SET(0);
	IcdSet	   *right = PG_GETARG_ICD_SET(1);

	PG_RETURN_BOOL(icd_set_overlaps(left->intervals, ICD_SET_COUNT(left), right->intervals, ICD_SET_COUNT(right)));
}

/*
 * combine puts two sets together in one of three ways; each leaves at most as
 * many intervals as both have.
 */
static IcdSet *
combine(const IcdSet *left, const IcdSet *right, Combine how)
{
	int			n_left = ICD_SET_COUNT(left);
	int			n_right = ICD_SET_COUNT(right);
	IcdSet	   *result = set_allocate(n_left + n_right);

	return set_shrink(result, how(left->intervals, n_left, right->intervals, n_right, result->intervals));
}

/*
 * assure_icd_set_union is set + set.
 */
PGDLLEXPORT Datum
assure_icd_set_union(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(combine(PG_GETARG_ICD_SET(0), PG_GETARG_ICD_SET(1), icd_set_union));
}

/*
 * assure_icd_set_difference is set - set.
 */
PGDLLEXPORT Datum
assure_icd_set_difference(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(combine(PG_GETARG_ICD_SET(0), PG_GETARG_ICD_SET(1), icd_set_difference));
}

/*
 * assure_icd_set_intersection is set * set.
 */
PGDLLEXPORT Datum
assure_icd_set_intersection(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(combine(PG_GETARG_ICD_SET(0), PG_GETARG_ICD_SET(1), icd_set_intersection));
}
