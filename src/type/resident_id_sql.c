/*-------------------------------------------------------------------------
 *
 * resident_id_sql.c
 *		What SQL calls of the type assure.resident_id.
 *
 * Messages do not hold the number: they go to logs, which are read by others
 * than those who may read the number.  Nor do they hold the check character
 * that would fit, for it would be taken for a correction.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "core/compat.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "type/age.h"
#include "type/compare.h"
#include "type/region.h"
#include "type/resident_id.h"
#include "utils/builtins.h"
#include "utils/sortsupport.h"

/* What mask() shows: the province, and the end that people know by heart. */
#define SHOWN_LEFT_CHARS	2
#define SHOWN_RIGHT_CHARS	4

PG_FUNCTION_INFO_V1(assure_resident_id_in);
PG_FUNCTION_INFO_V1(assure_resident_id_out);
PG_FUNCTION_INFO_V1(assure_resident_id_recv);
PG_FUNCTION_INFO_V1(assure_resident_id_send);
PG_FUNCTION_INFO_V1(assure_resident_id_sortsupport);
PG_FUNCTION_INFO_V1(assure_resident_id_region);
PG_FUNCTION_INFO_V1(assure_resident_id_birth_date);
PG_FUNCTION_INFO_V1(assure_resident_id_sex);
PG_FUNCTION_INFO_V1(assure_resident_id_age_on);
PG_FUNCTION_INFO_V1(assure_resident_id_mask);

/*
 * assure_resident_id_in reads a number from text.
 */
PGDLLEXPORT Datum
assure_resident_id_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	ResidentId	id;
	InputFault	fault;

	if (!resident_id_parse(text, strlen(text), &id, &fault))
		ereturn_compat(fcinfo->context, (Datum) 0,
					   (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
						errmsg("invalid input for type %s", "resident_id"),
						errdetail(fault.detail, fault.number)));
	PG_RETURN_RESIDENT_ID(id);
}

/*
 * assure_resident_id_out writes a number as 18 characters.
 */
PGDLLEXPORT Datum
assure_resident_id_out(PG_FUNCTION_ARGS)
{
	char	   *buffer = palloc(RESIDENT_ID_CHARS + 1);

	resident_id_print(PG_GETARG_RESIDENT_ID(0), buffer);
	PG_RETURN_CSTRING(buffer);
}

/*
 * assure_resident_id_recv reads the first 17 digits from a binary message.
 */
PGDLLEXPORT Datum
assure_resident_id_recv(PG_FUNCTION_ARGS)
{
	int64		number = pq_getmsgint64((StringInfo) PG_GETARG_POINTER(0));
	InputFault	fault;

	if (!resident_id_check(number, &fault))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary value of type %s", "resident_id"),
				 errdetail(fault.detail, fault.number)));
	PG_RETURN_RESIDENT_ID(number);
}

/*
 * assure_resident_id_send writes the first 17 digits to a binary message.
 */
PGDLLEXPORT Datum
assure_resident_id_send(PG_FUNCTION_ARGS)
{
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendint64(&message, PG_GETARG_RESIDENT_ID(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/*
 * compare_ids orders numbers as numbers.
 */
static inline int
compare_ids(ResidentId left, ResidentId right)
{
	return left < right ? -1 : left > right;
}

/*
 * hash_id hashes a number for hash joins and indexes.
 */
static inline Datum
hash_id(ResidentId id)
{
	return hash_any((unsigned char *) &id, sizeof(id));
}

/*
 * hash_id_extended hashes a number with a seed, for hash partitions.
 */
static inline Datum
hash_id_extended(ResidentId id, uint64 seed)
{
	return hash_any_extended((unsigned char *) &id, sizeof(id), seed);
}

COMPARISONS_DEFINE(resident_id, PG_GETARG_RESIDENT_ID, compare_ids)
HASHES_DEFINE(resident_id, PG_GETARG_RESIDENT_ID, hash_id, hash_id_extended)

#ifndef USE_FLOAT8_BYVAL
/*
 * compare_datums compares for sorting where eight bytes do not fit a datum.
 */
static int
compare_datums(Datum left, Datum right, SortSupport ssup)
{
	return compare_ids(DatumGetResidentId(left), DatumGetResidentId(right));
}
#define ssup_datum_signed_cmp compare_datums
#endif

/*
 * assure_resident_id_sortsupport has the server sort numbers as its own.
 */
PGDLLEXPORT Datum
assure_resident_id_sortsupport(PG_FUNCTION_ARGS)
{
	((SortSupport) PG_GETARG_POINTER(0))->comparator = ssup_datum_signed_cmp;
	PG_RETURN_VOID();
}

/*
 * assure_resident_id_region returns the region of first registration.
 */
PGDLLEXPORT Datum
assure_resident_id_region(PG_FUNCTION_ARGS)
{
	PG_RETURN_REGION(resident_id_region(PG_GETARG_RESIDENT_ID(0)));
}

/*
 * assure_resident_id_birth_date returns the day of birth.
 */
PGDLLEXPORT Datum
assure_resident_id_birth_date(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATEADT(resident_id_birth_date(PG_GETARG_RESIDENT_ID(0)));
}

/*
 * assure_resident_id_sex returns the sex, coded as in claim documents.
 */
PGDLLEXPORT Datum
assure_resident_id_sex(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(resident_id_is_male(PG_GETARG_RESIDENT_ID(0)) ? "M" : "F"));
}

/*
 * assure_resident_id_age_on counts completed years on a day; nobody has an age
 * before birth, and a day without an end is none.
 */
PGDLLEXPORT Datum
assure_resident_id_age_on(PG_FUNCTION_ARGS)
{
	DateADT		birth = resident_id_birth_date(PG_GETARG_RESIDENT_ID(0));
	DateADT		day = PG_GETARG_DATEADT(1);

	if (DATE_NOT_FINITE(day))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no age on an infinite date")));
	if (day < birth)
		PG_RETURN_NULL();
	PG_RETURN_INT32(completed_years(birth, day));
}

/*
 * assure_resident_id_mask returns a number with its middle hidden.
 */
PGDLLEXPORT Datum
assure_resident_id_mask(PG_FUNCTION_ARGS)
{
	char		buffer[RESIDENT_ID_CHARS + 1];

	resident_id_print(PG_GETARG_RESIDENT_ID(0), buffer);
	memset(buffer + SHOWN_LEFT_CHARS, '*', RESIDENT_ID_CHARS - SHOWN_LEFT_CHARS - SHOWN_RIGHT_CHARS);
	PG_RETURN_TEXT_P(cstring_to_text(buffer));
}
