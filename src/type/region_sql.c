/*-------------------------------------------------------------------------
 *
 * region_sql.c
 *		Entry points of assure.region: input, output, comparison, containment.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/sortsupport.h"

#include "core/compat.h"
#include "type/compare.h"
#include "type/region.h"
#include "type/shown.h"

PG_FUNCTION_INFO_V1(assure_region_in);
PG_FUNCTION_INFO_V1(assure_region_out);
PG_FUNCTION_INFO_V1(assure_region_recv);
PG_FUNCTION_INFO_V1(assure_region_send);
PG_FUNCTION_INFO_V1(assure_region_from_int4);
PG_FUNCTION_INFO_V1(assure_region_to_int4);
PG_FUNCTION_INFO_V1(assure_region_sortsupport);
PG_FUNCTION_INFO_V1(assure_region_contained);
PG_FUNCTION_INFO_V1(assure_region_contains);
PG_FUNCTION_INFO_V1(assure_region_last);
PG_FUNCTION_INFO_V1(assure_region_path);
PG_FUNCTION_INFO_V1(assure_province);
PG_FUNCTION_INFO_V1(assure_prefecture);
PG_FUNCTION_INFO_V1(assure_region_level);

/* Comparison is that of the numbers. */
#define compare_regions(a, b) (((a) > (b)) - ((a) < (b)))
#define hash_region(region) hash_uint32((uint32) (region))
#define hash_region_extended(region, seed) hash_uint32_extended((uint32) (region), seed)

COMPARISONS_DEFINE(region, PG_GETARG_REGION, compare_regions)
EXTREMES_DEFINE(region, PG_GETARG_REGION, compare_regions)
HASHES_DEFINE(region, PG_GETARG_REGION, hash_region, hash_region_extended)

/*
 * assure_region_in reads a code.
 */
PGDLLEXPORT Datum
assure_region_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	int			length = (int) strnlen(text, SHOWN_BYTES_MAX + 1);
	Region		region = 0;

	if (!region_parse(text, length, &region))
		ereturn_compat(fcinfo->context, (Datum) 0,
					   (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
						errmsg("invalid region: \"%s\"", shown(text, length)),
						region == 0 ? errdetail("A region is a GB/T 2260 code of six digits.")
						: errdetail("There is no province %02d.", region / 10000)));
	PG_RETURN_REGION(region);
}

/*
 * assure_region_out writes a code.
 */
PGDLLEXPORT Datum
assure_region_out(PG_FUNCTION_ARGS)
{
	char	   *text = palloc(12);

	pg_ltoa(PG_GETARG_REGION(0), text);
	PG_RETURN_CSTRING(text);
}

/*
 * region_checked refuses a number that is no code.
 */
static Region
region_checked(int32 number, int sqlstate)
{
	if (!region_is_valid(number))
		ereport(ERROR,
				(errcode(sqlstate),
				 errmsg("invalid region: %d", number),
				 errdetail("A region is a GB/T 2260 code: six digits that begin with a province.")));
	return number;
}

/*
 * assure_region_recv reads a code from a binary message: the number.
 */
PGDLLEXPORT Datum
assure_region_recv(PG_FUNCTION_ARGS)
{
	int32		number = (int32) pq_getmsgint((StringInfo) PG_GETARG_POINTER(0), 4);

	PG_RETURN_REGION(region_checked(number, ERRCODE_INVALID_BINARY_REPRESENTATION));
}

/*
 * assure_region_send writes a code as a binary message.
 */
PGDLLEXPORT Datum
assure_region_send(PG_FUNCTION_ARGS)
{
	StringInfoData bytes;

	pq_begintypsend(&bytes);
	pq_sendint32(&bytes, (uint32) PG_GETARG_REGION(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&bytes));
}

/*
 * assure_region_from_int4 takes a number as a code.
 */
PGDLLEXPORT Datum
assure_region_from_int4(PG_FUNCTION_ARGS)
{
	PG_RETURN_REGION(region_checked(PG_GETARG_INT32(0), ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE));
}

/*
 * assure_region_to_int4 returns the code as a number.
 */
PGDLLEXPORT Datum
assure_region_to_int4(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(PG_GETARG_REGION(0));
}

/*
 * assure_region_sortsupport sorts as numbers, by the server's own comparator, for
 * which tuplesort has a specialised sort.
 */
PGDLLEXPORT Datum
assure_region_sortsupport(PG_FUNCTION_ARGS)
{
	((SortSupport) PG_GETARG_POINTER(0))->comparator = ssup_datum_int32_cmp;
	PG_RETURN_VOID();
}

/*
 * assure_region_contained is <@.
 */
PGDLLEXPORT Datum
assure_region_contained(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(region_contains(PG_GETARG_REGION(1), PG_GETARG_REGION(0)));
}

/*
 * assure_region_contains is @>.
 */
PGDLLEXPORT Datum
assure_region_contains(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(region_contains(PG_GETARG_REGION(0), PG_GETARG_REGION(1)));
}

/*
 * assure_region_last returns the highest code within a region.
 */
PGDLLEXPORT Datum
assure_region_last(PG_FUNCTION_ARGS)
{
	PG_RETURN_REGION(region_last(PG_GETARG_REGION(0)));
}

/*
 * assure_region_path returns the codes that contain a region.
 */
PGDLLEXPORT Datum
assure_region_path(PG_FUNCTION_ARGS)
{
	Region		path[REGION_PATH_MAX];
	Datum		values[REGION_PATH_MAX];
	int			count = region_path(PG_GETARG_REGION(0), path);

	for (int i = 0; i < count; i++)
		values[i] = RegionGetDatum(path[i]);
	/* The element type is that of the result, which is this type's array. */
	PG_RETURN_ARRAYTYPE_P(construct_array(values, count, get_element_type(get_func_rettype(fcinfo->flinfo->fn_oid)),
										  sizeof(Region), true, TYPALIGN_INT));
}

/*
 * assure_province returns the province of a region.
 */
PGDLLEXPORT Datum
assure_province(PG_FUNCTION_ARGS)
{
	PG_RETURN_REGION(region_province(PG_GETARG_REGION(0)));
}

/*
 * assure_prefecture returns the group of counties that a region is counted in.
 */
PGDLLEXPORT Datum
assure_prefecture(PG_FUNCTION_ARGS)
{
	Region		prefecture;

	if (!region_prefecture(PG_GETARG_REGION(0), &prefecture))
		PG_RETURN_NULL();
	PG_RETURN_REGION(prefecture);
}

/*
 * assure_region_level says what a code goes down to.
 */
PGDLLEXPORT Datum
assure_region_level(PG_FUNCTION_ARGS)
{
	static const char *const names[] = {"province", "prefecture", "county"};

	PG_RETURN_TEXT_P(cstring_to_text(names[region_level(PG_GETARG_REGION(0))]));
}
