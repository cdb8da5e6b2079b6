/*-------------------------------------------------------------------------
 *
 * amount_sql.c
 *		What SQL calls of the type assure.amount: text and binary form,
 *		comparisons, hashes, support of btree, casts.
 *
 * Everything here is a function of its arguments.  The comparisons of two
 * amounts, and those with a numeric, raise no error on any value: that is what
 * lets them be LEAKPROOF.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "core/compat.h"
#include "libpq/pqformat.h"
#include "type/amount.h"
#include "type/compare.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/sortsupport.h"

PG_FUNCTION_INFO_V1(assure_amount_in);
PG_FUNCTION_INFO_V1(assure_amount_out);
PG_FUNCTION_INFO_V1(assure_amount_recv);
PG_FUNCTION_INFO_V1(assure_amount_send);
PG_FUNCTION_INFO_V1(assure_amount_sortsupport);
PG_FUNCTION_INFO_V1(assure_amount_in_range);
PG_FUNCTION_INFO_V1(assure_amount_in_range_numeric);

/* is_blank says whether a byte is white space around a value. */
static inline bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/*
 * assure_amount_in reads an amount.  Blanks around it are skipped, as
 * PostgreSQL's own numbers have it; those inside are an error.
 */
PGDLLEXPORT Datum
assure_amount_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	const char *first = text;
	int			length;
	int64		amount_fen;

	while (is_blank(*first))
		first++;
	length = (int) strlen(first);
	while (length > 0 && is_blank(first[length - 1]))
		length--;
	switch (amount_parse(first, length, &amount_fen))
	{
		case FIXED_OK:
			PG_RETURN_AMOUNT(amount_fen);
		case FIXED_MALFORMED:
			ereturn_compat(fcinfo->context, (Datum) 0,
						   (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
							errmsg("invalid input syntax for type %s: \"%s\"", "amount", text),
							errdetail("An amount is written like 1234.50 or -0.5.")));
		case FIXED_TOO_PRECISE:
			ereturn_compat(fcinfo->context, (Datum) 0,
						   (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
							errmsg("amount \"%s\" has more than two decimals", text),
							errhint("A numeric is rounded when it is cast to amount.")));
		case FIXED_OUT_OF_RANGE:
			ereturn_compat(fcinfo->context, (Datum) 0,
						   (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
							errmsg("value \"%s\" is out of range for type %s", text, "amount")));
	}
	pg_unreachable();
}

/* assure_amount_out writes an amount, always with two decimals. */
PGDLLEXPORT Datum
assure_amount_out(PG_FUNCTION_ARGS)
{
	char		buffer[FIXED_PRINT_BYTES];

	PG_RETURN_CSTRING(pstrdup(fixed_print_fen(PG_GETARG_AMOUNT(0), buffer)));
}

/*
 * assure_amount_recv reads eight bytes of fen, most significant first, from a
 * client.  Each of their values is an amount; more or fewer bytes are an error
 * of the message.
 */
PGDLLEXPORT Datum
assure_amount_recv(PG_FUNCTION_ARGS)
{
	PG_RETURN_AMOUNT(pq_getmsgint64((StringInfo) PG_GETARG_POINTER(0)));
}

/* assure_amount_send writes eight bytes of fen. */
PGDLLEXPORT Datum
assure_amount_send(PG_FUNCTION_ARGS)
{
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendint64(&message, PG_GETARG_AMOUNT(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* amount_compare orders two amounts. */
static inline int
amount_compare(int64 a_fen, int64 b_fen)
{
	return (a_fen > b_fen) - (a_fen < b_fen);
}

/* amount_hash is the hash of the eight bytes. */
static inline Datum
amount_hash(int64 amount_fen)
{
	return hash_any((unsigned char *) &amount_fen, sizeof(amount_fen));
}

/* amount_hash_extended is the same with 64 bits and a seed. */
static inline Datum
amount_hash_extended(int64 amount_fen, uint64 seed)
{
	return hash_any_extended((unsigned char *) &amount_fen,
							 sizeof(amount_fen), seed);
}

/*
 * amount_numeric_compare orders an amount and a numeric by their value, exactly:
 * 0.01 comes before 0.015.  As among numerics, NaN is last.
 */
static int
amount_numeric_compare(Datum amount, Datum value)
{
	Numeric		as_numeric = amount_to_numeric(DatumGetAmount(amount));
	int			result = DatumGetInt32(DirectFunctionCall2(numeric_cmp,
														   NumericGetDatum(as_numeric),
														   value));

	pfree(as_numeric);
	return result;
}

/* numeric_amount_compare orders them the other way round. */
static int
numeric_amount_compare(Datum value, Datum amount)
{
	return -amount_numeric_compare(amount, value);
}

COMPARISONS_DEFINE(amount, PG_GETARG_AMOUNT, amount_compare)
EXTREMES_DEFINE(amount, PG_GETARG_AMOUNT, amount_compare)
HASHES_DEFINE(amount, PG_GETARG_AMOUNT, amount_hash, amount_hash_extended)
COMPARISONS_DEFINE(amount_numeric, PG_GETARG_DATUM, amount_numeric_compare)
COMPARISONS_DEFINE(numeric_amount, PG_GETARG_DATUM, numeric_amount_compare)

/*
 * assure_amount_sortsupport sorts amounts as the int64 that they are; the
 * server has a quicksort of its own for that comparator.
 */
PGDLLEXPORT Datum
assure_amount_sortsupport(PG_FUNCTION_ARGS)
{
	SortSupport support = (SortSupport) PG_GETARG_POINTER(0);

	support->comparator = ssup_datum_signed_cmp;
	PG_RETURN_VOID();
}

/*
 * assure_amount_in_range says whether a value is within an offset of a base,
 * for window frames by RANGE.  In 128 bits nothing overflows.
 */
PGDLLEXPORT Datum
assure_amount_in_range(PG_FUNCTION_ARGS)
{
	fixed128	value_fen = PG_GETARG_AMOUNT(0);
	fixed128	base_fen = PG_GETARG_AMOUNT(1);
	fixed128	offset_fen = PG_GETARG_AMOUNT(2);
	bool		is_preceding = PG_GETARG_BOOL(3);
	bool		is_less = PG_GETARG_BOOL(4);

	if (offset_fen < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PRECEDING_OR_FOLLOWING_SIZE),
				 errmsg("invalid preceding or following size in window function")));
	base_fen += is_preceding ? -offset_fen : offset_fen;
	PG_RETURN_BOOL(is_less ? value_fen <= base_fen : value_fen >= base_fen);
}

/*
 * assure_amount_in_range_numeric is the same for an offset that is a number:
 * RANGE BETWEEN 100 PRECEDING AND CURRENT ROW.  Numeric's own does it.
 */
PGDLLEXPORT Datum
assure_amount_in_range_numeric(PG_FUNCTION_ARGS)
{
	return DirectFunctionCall5(in_range_numeric_numeric,
							   NumericGetDatum(amount_to_numeric(PG_GETARG_AMOUNT(0))),
							   NumericGetDatum(amount_to_numeric(PG_GETARG_AMOUNT(1))),
							   PG_GETARG_DATUM(2), PG_GETARG_DATUM(3), PG_GETARG_DATUM(4));
}
