/*-------------------------------------------------------------------------
 *
 * amount_numeric.c
 *		Between amounts and PostgreSQL's numeric.
 *
 * To a numeric nothing is lost; from one, fen are rounded half away from zero,
 * as a numeric(,2) column rounds.  Neither NaN nor an infinity is money.
 * Results are palloc'd in the current context; temporaries stay in it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "type/amount.h"
#include "utils/fmgrprotos.h"

/* The largest power of ten that int64 holds. */
#define PART_ONE		INT64CONST(1000000000000000000)

/* amount_report_overflow raises the error for a result beyond int64. */
void
amount_report_overflow(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("amount out of range"),
			 errdetail("An amount is from -92233720368547758.08 to 92233720368547758.07.")));
}

/* numeric_call calls one of numeric's own functions on two of them. */
static inline Numeric
numeric_call(PGFunction function, Numeric a, Numeric b)
{
	return DatumGetNumeric(DirectFunctionCall2(function, NumericGetDatum(a),
											   NumericGetDatum(b)));
}

/* numeric_less says whether a comes before b. */
static inline bool
numeric_less(Numeric a, Numeric b)
{
	return DatumGetBool(DirectFunctionCall2(numeric_lt, NumericGetDatum(a),
											NumericGetDatum(b)));
}

/* amount_to_numeric gives yuan with two decimals. */
Numeric
amount_to_numeric(int64 amount_fen)
{
	return int64_div_fast_to_numeric(amount_fen, FIXED_FEN_PLACES);
}

/*
 * amount_from_fen_numeric rounds a number of fen to an amount.  The bounds are
 * tested on the rounded number: what rounds into the range is in it.
 */
int64
amount_from_fen_numeric(Numeric value_fen)
{
	Numeric		rounded;

	if (numeric_is_nan(value_fen) || numeric_is_inf(value_fen))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s is not an amount",
						numeric_is_nan(value_fen) ? "NaN" : "infinity")));
	rounded = DatumGetNumeric(DirectFunctionCall2(numeric_round,
												  NumericGetDatum(value_fen),
												  Int32GetDatum(0)));
	if (numeric_less(rounded, int64_to_numeric(PG_INT64_MIN)) ||
		numeric_less(int64_to_numeric(PG_INT64_MAX), rounded))
		amount_report_overflow();
	return DatumGetInt64(DirectFunctionCall1(numeric_int8,
											 NumericGetDatum(rounded)));
}

/*
 * amount_from_numeric rounds yuan to an amount.  The comparison before the
 * product spares us numeric's own overflow, which would speak of numeric.
 */
int64
amount_from_numeric(Numeric value)
{
	Numeric		most = int64_to_numeric(PG_INT64_MAX);

	if (!numeric_is_nan(value) && !numeric_is_inf(value) &&
		(numeric_less(most, value) ||
		 numeric_less(value, int64_to_numeric(PG_INT64_MIN))))
		amount_report_overflow();
	return amount_from_fen_numeric(numeric_call(numeric_mul, value,
												int64_to_numeric(AMOUNT_FEN_PER_YUAN)));
}

/*
 * amount_fen_sum_to_numeric gives the yuan of a sum of fen that int64 may not
 * hold, with two decimals: three parts of 18 digits cover 128 bits.
 */
Numeric
amount_fen_sum_to_numeric(fixed128 sum_fen)
{
	Numeric		one = int64_to_numeric(PART_ONE);
	Numeric		high;

	if (sum_fen >= PG_INT64_MIN && sum_fen <= PG_INT64_MAX)
		return amount_to_numeric((int64) sum_fen);
	high = numeric_call(numeric_add,
						numeric_call(numeric_mul, one,
									 int64_to_numeric((int64) (sum_fen / PART_ONE / PART_ONE))),
						int64_to_numeric((int64) (sum_fen / PART_ONE % PART_ONE)));
	return numeric_call(numeric_add,
						numeric_call(numeric_mul, high,
									 int64_div_fast_to_numeric(PART_ONE, FIXED_FEN_PLACES)),
						amount_to_numeric((int64) (sum_fen % PART_ONE)));
}
