/*-------------------------------------------------------------------------
 *
 * credit_code_sql.c
 *		What SQL calls of the type assure.credit_code.
 *
 * Messages do not hold the code, for a sole trader's is a person's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "core/compat.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "type/compare.h"
#include "type/credit_code.h"
#include "type/region.h"
#include "utils/builtins.h"
#include "utils/sortsupport.h"

PG_FUNCTION_INFO_V1(assure_credit_code_in);
PG_FUNCTION_INFO_V1(assure_credit_code_out);
PG_FUNCTION_INFO_V1(assure_credit_code_recv);
PG_FUNCTION_INFO_V1(assure_credit_code_send);
PG_FUNCTION_INFO_V1(assure_credit_code_sortsupport);
PG_FUNCTION_INFO_V1(assure_credit_code_region);

/*
 * assure_credit_code_in reads a code from text.
 */
PGDLLEXPORT Datum
assure_credit_code_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	CreditCode *code = palloc(sizeof(CreditCode));
	InputFault	fault;

	if (!credit_code_parse(text, strlen(text), code, &fault))
		ereturn_compat(fcinfo->context, (Datum) 0,
					   (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
						errmsg("invalid input for type %s", "credit_code"),
						errdetail(fault.detail, fault.number)));
	PG_RETURN_POINTER(code);
}

/*
 * assure_credit_code_out writes a code.
 */
PGDLLEXPORT Datum
assure_credit_code_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(pnstrdup(PG_GETARG_CREDIT_CODE(0)->chars, CREDIT_CODE_CHARS));
}

/*
 * assure_credit_code_recv reads a code from a binary message: its characters.
 */
PGDLLEXPORT Datum
assure_credit_code_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	CreditCode *code = palloc(sizeof(CreditCode));
	InputFault	fault;
	int			length;
	char	   *text = pq_getmsgtext(message, message->len - message->cursor, &length);

	if (!credit_code_parse(text, length, code, &fault))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary value of type %s", "credit_code"),
				 errdetail(fault.detail, fault.number)));
	PG_RETURN_POINTER(code);
}

/*
 * assure_credit_code_send writes a code to a binary message: its characters.
 */
PGDLLEXPORT Datum
assure_credit_code_send(PG_FUNCTION_ARGS)
{
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendtext(&message, PG_GETARG_CREDIT_CODE(0)->chars, CREDIT_CODE_CHARS);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/*
 * compare_codes orders codes by their bytes.
 */
static inline int
compare_codes(const CreditCode *left, const CreditCode *right)
{
	int			order = memcmp(left->chars, right->chars, CREDIT_CODE_CHARS);

	return order < 0 ? -1 : order > 0;
}

/*
 * hash_code hashes a code for hash joins and indexes.
 */
static inline Datum
hash_code(const CreditCode *code)
{
	return hash_any((const unsigned char *) code->chars, CREDIT_CODE_CHARS);
}

/*
 * hash_code_extended hashes a code with a seed, for hash partitions.
 */
static inline Datum
hash_code_extended(const CreditCode *code, uint64 seed)
{
	return hash_any_extended((const unsigned char *) code->chars, CREDIT_CODE_CHARS, seed);
}

COMPARISONS_DEFINE(credit_code, PG_GETARG_CREDIT_CODE, compare_codes)
HASHES_DEFINE(credit_code, PG_GETARG_CREDIT_CODE, hash_code, hash_code_extended)

/*
 * compare_datums compares for sorting.
 */
static int
compare_datums(Datum left, Datum right, SortSupport ssup)
{
	return compare_codes((CreditCode *) DatumGetPointer(left), (CreditCode *) DatumGetPointer(right));
}

/*
 * abbreviate makes the number that most comparisons of a sort need alone.
 */
static Datum
abbreviate(Datum original, SortSupport ssup)
{
	uint64		prefix = credit_code_prefix((CreditCode *) DatumGetPointer(original));

	return (Datum) (prefix >> (64 - BITS_PER_BYTE * SIZEOF_DATUM));
}

/*
 * keep_abbreviating has the sort go on with the numbers: where they are equal,
 * the comparison of 18 bytes costs little more than without them.
 */
static bool
keep_abbreviating(int count, SortSupport ssup)
{
	return false;
}

/*
 * assure_credit_code_sortsupport gives sorting its comparisons.
 */
PGDLLEXPORT Datum
assure_credit_code_sortsupport(PG_FUNCTION_ARGS)
{
	SortSupport ssup = (SortSupport) PG_GETARG_POINTER(0);

	ssup->comparator = compare_datums;
	if (ssup->abbreviate)
	{
		ssup->abbrev_full_comparator = compare_datums;
		ssup->abbrev_converter = abbreviate;
		ssup->abbrev_abort = keep_abbreviating;
		ssup->comparator = ssup_datum_unsigned_cmp;
	}
	PG_RETURN_VOID();
}

/*
 * assure_credit_code_region returns the region of registration; none where the
 * six digits are the whole country or of no province.
 */
PGDLLEXPORT Datum
assure_credit_code_region(PG_FUNCTION_ARGS)
{
	int32		region = credit_code_region(PG_GETARG_CREDIT_CODE(0));

	if (!region_is_valid(region))
		PG_RETURN_NULL();
	PG_RETURN_REGION(region);
}
