/*-------------------------------------------------------------------------
 *
 * feel_compare_sql.c
 *		Which of two expressions, or of two unary tests, comes first: by their texts.
 *
 * Equal means written alike, byte by byte, not of equal meaning: so rules can
 * be grouped, made unique, joined.  Operands from an index are detoasted and
 * freed here, since a whole index build runs in one memory context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "core/compat.h"
#include "type/compare.h"
#include "utils/builtins.h"

/*
 * detoasted_free frees what detoasting a value made.
 */
static inline void
detoasted_free(text *value, Datum original)
{
	if ((Pointer) value != DatumGetPointer(original))
		pfree(value);
}

/*
 * compare_texts compares by bytes, which in UTF-8 is by code point.
 */
static int
compare_texts(Datum left, Datum right)
{
	text	   *a = DatumGetTextPP(left);
	text	   *b = DatumGetTextPP(right);
	size_t		a_length = VARSIZE_ANY_EXHDR(a);
	size_t		b_length = VARSIZE_ANY_EXHDR(b);
	int			order = memcmp(VARDATA_ANY(a), VARDATA_ANY(b), Min(a_length, b_length));

	if (order == 0)
		order = (a_length > b_length) - (a_length < b_length);
	detoasted_free(a, left);
	detoasted_free(b, right);
	return order < 0 ? -1 : order > 0;
}

/*
 * hash_text hashes for hash joins and indexes.
 */
static Datum
hash_text(Datum original)
{
	text	   *value = DatumGetTextPP(original);
	Datum		hash = hash_any((unsigned char *) VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));

	detoasted_free(value, original);
	return hash;
}

/*
 * hash_text_extended hashes with a seed, for hash partitions.
 */
static Datum
hash_text_extended(Datum original, uint64 seed)
{
	text	   *value = DatumGetTextPP(original);
	Datum		hash = hash_any_extended((unsigned char *) VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), seed);

	detoasted_free(value, original);
	return hash;
}

COMPARISONS_DEFINE(feel, PG_GETARG_DATUM, compare_texts)
HASHES_DEFINE(feel, PG_GETARG_DATUM, hash_text, hash_text_extended)
