/*-------------------------------------------------------------------------
 *
 * icd_sql.c
 *		What SQL calls of the type assure.icd.
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
#include "utils/sortsupport.h"

PG_FUNCTION_INFO_V1(assure_icd_in);
PG_FUNCTION_INFO_V1(assure_icd_out);
PG_FUNCTION_INFO_V1(assure_icd_recv);
PG_FUNCTION_INFO_V1(assure_icd_send);
PG_FUNCTION_INFO_V1(assure_icd_sortsupport);
PG_FUNCTION_INFO_V1(assure_icd_chapter);
PG_FUNCTION_INFO_V1(assure_icd_category);

/*
 * assure_icd_in reads a code from text.
 */
PGDLLEXPORT Datum
assure_icd_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	IcdCode		code;
	InputFault	fault;

	if (!icd_parse(text, strlen(text), &code, &fault))
		icd_refuse(fcinfo->context, ERRCODE_INVALID_TEXT_REPRESENTATION, "icd", text, strlen(text), &fault);
	PG_RETURN_ICD(code);
}

/*
 * assure_icd_out writes a code.
 */
PGDLLEXPORT Datum
assure_icd_out(PG_FUNCTION_ARGS)
{
	char	   *buffer = palloc(ICD_TEXT_BYTES);

	icd_print(PG_GETARG_ICD(0), buffer);
	PG_RETURN_CSTRING(buffer);
}

/*
 * assure_icd_recv reads a code from a binary message, which is its text: so no
 * client has to know the numbers, and one reader checks both.
 */
PGDLLEXPORT Datum
assure_icd_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			length;
	char	   *text = pq_getmsgtext(message, message->len - message->cursor, &length);
	IcdCode		code;
	InputFault	fault;

	if (!icd_parse(text, length, &code, &fault))
		icd_refuse(NULL, ERRCODE_INVALID_BINARY_REPRESENTATION, "icd", text, length, &fault);
	PG_RETURN_ICD(code);
}

/*
 * assure_icd_send writes a code to a binary message: its text.
 */
PGDLLEXPORT Datum
assure_icd_send(PG_FUNCTION_ARGS)
{
	StringInfoData message;
	char		buffer[ICD_TEXT_BYTES];

	icd_print(PG_GETARG_ICD(0), buffer);
	pq_begintypsend(&message);
	pq_sendtext(&message, buffer, strlen(buffer));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/*
 * compare_codes orders codes as the book does.
 */
static inline int
compare_codes(IcdCode left, IcdCode right)
{
	return left < right ? -1 : left > right;
}

/*
 * hash_code hashes a code for hash joins and indexes.
 */
static inline Datum
hash_code(IcdCode code)
{
	return hash_any((unsigned char *) &code, sizeof(code));
}

/*
 * hash_code_extended hashes a code with a seed, for hash partitions.
 */
static inline Datum
hash_code_extended(IcdCode code, uint64 seed)
{
	return hash_any_extended((unsigned char *) &code, sizeof(code), seed);
}

COMPARISONS_DEFINE(icd, PG_GETARG_ICD, compare_codes)
EXTREMES_DEFINE(icd, PG_GETARG_ICD, compare_codes)
HASHES_DEFINE(icd, PG_GETARG_ICD, hash_code, hash_code_extended)

#ifndef USE_FLOAT8_BYVAL
/*
 * compare_datums compares for sorting where eight bytes do not fit a datum.
 */
static int
compare_datums(Datum left, Datum right, SortSupport ssup)
{
	return compare_codes(DatumGetIcd(left), DatumGetIcd(right));
}
#define ssup_datum_unsigned_cmp compare_datums
#endif

/*
 * assure_icd_sortsupport has the server sort codes as numbers.
 */
PGDLLEXPORT Datum
assure_icd_sortsupport(PG_FUNCTION_ARGS)
{
	((SortSupport) PG_GETARG_POINTER(0))->comparator = ssup_datum_unsigned_cmp;
	PG_RETURN_VOID();
}

/*
 * assure_icd_chapter returns the number of a code's chapter.
 */
PGDLLEXPORT Datum
assure_icd_chapter(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(icd_chapter(PG_GETARG_ICD(0)));
}

/*
 * assure_icd_category returns the category that a code is under.
 */
PGDLLEXPORT Datum
assure_icd_category(PG_FUNCTION_ARGS)
{
	PG_RETURN_ICD(icd_category(PG_GETARG_ICD(0)));
}
