/*-------------------------------------------------------------------------
 *
 * amount_arithmetic_sql.c
 *		What SQL calls to compute with amounts: operators and casts.
 *
 * Whatever does not fit into int64 is an error; whatever is no whole fen is
 * rounded half away from zero, once, by fixed_div_round() or by numeric.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/int.h"
#include "type/amount.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

PG_FUNCTION_INFO_V1(assure_amount_pl);
PG_FUNCTION_INFO_V1(assure_amount_mi);
PG_FUNCTION_INFO_V1(assure_amount_um);
PG_FUNCTION_INFO_V1(assure_amount_abs);
PG_FUNCTION_INFO_V1(assure_amount_mul);
PG_FUNCTION_INFO_V1(assure_numeric_mul_amount);
PG_FUNCTION_INFO_V1(assure_amount_div);
PG_FUNCTION_INFO_V1(assure_amount_ratio);
PG_FUNCTION_INFO_V1(assure_amount_prorate);
PG_FUNCTION_INFO_V1(assure_amount_from_numeric);
PG_FUNCTION_INFO_V1(assure_amount_from_int8);
PG_FUNCTION_INFO_V1(assure_amount_from_int4);
PG_FUNCTION_INFO_V1(assure_amount_from_int2);
PG_FUNCTION_INFO_V1(assure_amount_to_numeric);
PG_FUNCTION_INFO_V1(assure_amount_to_int8);
PG_FUNCTION_INFO_V1(assure_amount_to_int4);
PG_FUNCTION_INFO_V1(assure_amount_to_int2);
PG_FUNCTION_INFO_V1(assure_amount_to_json);
PG_FUNCTION_INFO_V1(assure_amount_fen);

/* assure_amount_pl adds. */
PGDLLEXPORT Datum
assure_amount_pl(PG_FUNCTION_ARGS)
{
	int64		sum_fen;

	if (pg_add_s64_overflow(PG_GETARG_AMOUNT(0), PG_GETARG_AMOUNT(1), &sum_fen))
		amount_report_overflow();
	PG_RETURN_AMOUNT(sum_fen);
}

/* assure_amount_mi subtracts. */
PGDLLEXPORT Datum
assure_amount_mi(PG_FUNCTION_ARGS)
{
	int64		rest_fen;

	if (pg_sub_s64_overflow(PG_GETARG_AMOUNT(0), PG_GETARG_AMOUNT(1), &rest_fen))
		amount_report_overflow();
	PG_RETURN_AMOUNT(rest_fen);
}

/* negated turns the sign; the least amount has no opposite. */
static inline int64
negated(int64 amount_fen)
{
	if (amount_fen == PG_INT64_MIN)
		amount_report_overflow();
	return -amount_fen;
}

/* assure_amount_um is the unary minus. */
PGDLLEXPORT Datum
assure_amount_um(PG_FUNCTION_ARGS)
{
	PG_RETURN_AMOUNT(negated(PG_GETARG_AMOUNT(0)));
}

/* assure_amount_abs is the magnitude. */
PGDLLEXPORT Datum
assure_amount_abs(PG_FUNCTION_ARGS)
{
	int64		amount_fen = PG_GETARG_AMOUNT(0);

	PG_RETURN_AMOUNT(amount_fen < 0 ? negated(amount_fen) : amount_fen);
}

/* assure_amount_mul multiplies an amount by a number. */
PGDLLEXPORT Datum
assure_amount_mul(PG_FUNCTION_ARGS)
{
	PG_RETURN_AMOUNT(amount_multiply(PG_GETARG_AMOUNT(0), PG_GETARG_DATUM(1)));
}

/* assure_numeric_mul_amount multiplies a number by an amount. */
PGDLLEXPORT Datum
assure_numeric_mul_amount(PG_FUNCTION_ARGS)
{
	PG_RETURN_AMOUNT(amount_multiply(PG_GETARG_AMOUNT(1), PG_GETARG_DATUM(0)));
}

/* assure_amount_div divides an amount by a number. */
PGDLLEXPORT Datum
assure_amount_div(PG_FUNCTION_ARGS)
{
	PG_RETURN_AMOUNT(amount_divide(PG_GETARG_AMOUNT(0), PG_GETARG_DATUM(1)));
}

/*
 * assure_amount_ratio divides an amount by an amount: what numeric makes of the
 * two, with the scale that numeric chooses.
 */
PGDLLEXPORT Datum
assure_amount_ratio(PG_FUNCTION_ARGS)
{
	return DirectFunctionCall2(numeric_div,
							   NumericGetDatum(amount_to_numeric(PG_GETARG_AMOUNT(0))),
							   NumericGetDatum(amount_to_numeric(PG_GETARG_AMOUNT(1))));
}

/*
 * assure_amount_prorate is amount * part / whole, rounded once.  Products and
 * quotients of an amount with integers and with decimal constants come to this
 * (amount_support_sql.c), without a numeric.
 */
PGDLLEXPORT Datum
assure_amount_prorate(PG_FUNCTION_ARGS)
{
	PG_RETURN_AMOUNT(amount_prorate(PG_GETARG_AMOUNT(0), PG_GETARG_INT64(1), PG_GETARG_INT64(2)));
}

/* assure_amount_from_numeric rounds as numeric(,2) does. */
PGDLLEXPORT Datum
assure_amount_from_numeric(PG_FUNCTION_ARGS)
{
	PG_RETURN_AMOUNT(amount_from_numeric(PG_GETARG_DATUM(0)));
}

/* from_yuan makes an amount of whole yuan. */
static inline Datum
from_yuan(int64 yuan)
{
	int64		amount_fen;

	if (pg_mul_s64_overflow(yuan, AMOUNT_FEN_PER_YUAN, &amount_fen))
		amount_report_overflow();
	return AmountGetDatum(amount_fen);
}

/* assure_amount_from_int8 takes an integer as yuan. */
PGDLLEXPORT Datum
assure_amount_from_int8(PG_FUNCTION_ARGS)
{
	return from_yuan(PG_GETARG_INT64(0));
}

/* assure_amount_from_int4 takes an integer as yuan. */
PGDLLEXPORT Datum
assure_amount_from_int4(PG_FUNCTION_ARGS)
{
	return from_yuan(PG_GETARG_INT32(0));
}

/* assure_amount_from_int2 takes an integer as yuan. */
PGDLLEXPORT Datum
assure_amount_from_int2(PG_FUNCTION_ARGS)
{
	return from_yuan(PG_GETARG_INT16(0));
}

/* assure_amount_to_numeric gives yuan with two decimals. */
PGDLLEXPORT Datum
assure_amount_to_numeric(PG_FUNCTION_ARGS)
{
	PG_RETURN_NUMERIC(amount_to_numeric(PG_GETARG_AMOUNT(0)));
}

/* to_yuan rounds to whole yuan. */
static inline int64
to_yuan(int64 amount_fen)
{
	return (int64) fixed_div_round(amount_fen, AMOUNT_FEN_PER_YUAN);
}

/* assure_amount_to_int8 rounds to whole yuan, which always fit. */
PGDLLEXPORT Datum
assure_amount_to_int8(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(to_yuan(PG_GETARG_AMOUNT(0)));
}

/* assure_amount_to_int4 rounds to whole yuan. */
PGDLLEXPORT Datum
assure_amount_to_int4(PG_FUNCTION_ARGS)
{
	return DirectFunctionCall1(int84, Int64GetDatum(to_yuan(PG_GETARG_AMOUNT(0))));
}

/* assure_amount_to_int2 rounds to whole yuan. */
PGDLLEXPORT Datum
assure_amount_to_int2(PG_FUNCTION_ARGS)
{
	return DirectFunctionCall1(int82, Int64GetDatum(to_yuan(PG_GETARG_AMOUNT(0))));
}

/*
 * assure_amount_to_json gives a JSON number.  That there is a cast to json is
 * what makes to_json, to_jsonb and their kin write amounts as numbers.
 */
PGDLLEXPORT Datum
assure_amount_to_json(PG_FUNCTION_ARGS)
{
	char		buffer[FIXED_PRINT_BYTES];

	PG_RETURN_TEXT_P(cstring_to_text(fixed_print_fen(PG_GETARG_AMOUNT(0), buffer)));
}

/*
 * assure_amount_fen gives the number of fen, and takes one as an amount: the
 * same 64 bits, so the function is the same in both directions.
 */
PGDLLEXPORT Datum
assure_amount_fen(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}
