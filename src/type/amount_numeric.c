/*-------------------------------------------------------------------------
 *
 * amount_numeric.c
 *		Between amounts and PostgreSQL's numeric.
 *
 * To a numeric nothing is lost; from one, fen are rounded half away from zero,
 * as a numeric(,2) column rounds.  Neither NaN nor an infinity is money.
 * A numeric of few digits is a fraction of integers, and then computed with as
 * such; any other by numeric's own functions, to the same fen.
 * Results are palloc'd in the current context; temporaries stay in it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "type/amount.h"
#include "type/fraction.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

/* The largest power of ten that int64 holds. */
#define PART_ONE		INT64CONST(1000000000000000000)

/* Numbers of fen between these two round to an int64.  Made once a backend. */
static Numeric fen_above = NULL;
static Numeric fen_below = NULL;

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

/* numeric_constant makes a number that lives as long as the backend. */
static Numeric
numeric_constant(const char *text)
{
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
	Datum		value = DirectFunctionCall3(numeric_in, CStringGetDatum(text),
											ObjectIdGetDatum(InvalidOid),
											Int32GetDatum(-1));

	MemoryContextSwitchTo(old);
	return DatumGetNumeric(value);
}

/* amount_to_numeric gives yuan with two decimals. */
Numeric
amount_to_numeric(int64 amount_fen)
{
	return int64_div_fast_to_numeric(amount_fen, FIXED_FEN_PLACES);
}

/*
 * amount_from_fen_numeric rounds a number of fen to an amount.  What rounds
 * into the range is in it, hence the bounds with a half.
 */
int64
amount_from_fen_numeric(Numeric value_fen)
{
	if (fen_above == NULL)
	{
		fen_below = numeric_constant("-9223372036854775808.5");
		fen_above = numeric_constant("9223372036854775807.5");
	}
	if (numeric_is_nan(value_fen) || numeric_is_inf(value_fen))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s is not an amount",
						numeric_is_nan(value_fen) ? "NaN" : "infinity")));
	if (!numeric_less(fen_below, value_fen) ||
		!numeric_less(value_fen, fen_above))
		amount_report_overflow();
	return DatumGetInt64(DirectFunctionCall1(numeric_int8,
											 NumericGetDatum(value_fen)));
}

/*
 * amount_prorate gives amount * part / whole, rounded once.
 */
int64
amount_prorate(int64 amount_fen, int64 part, int64 whole)
{
	fixed128	divisor = whole;
	fixed128	result_fen = (fixed128) amount_fen * part;

	if (whole == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DIVISION_BY_ZERO),
				 errmsg("division by zero")));
	if (divisor < 0)
	{
		divisor = -divisor;
		result_fen = -result_fen;
	}
	if (divisor != 1)
		result_fen = fixed_div_round(result_fen, divisor);
	if (result_fen < PG_INT64_MIN || result_fen > PG_INT64_MAX)
		amount_report_overflow();
	return (int64) result_fen;
}

/*
 * amount_multiply takes an amount a number of times.  numeric's product is
 * exact, so what is rounded here is rounded once.
 */
int64
amount_multiply(int64 amount_fen, Datum factor)
{
	struct varlena *number = PG_DETOAST_DATUM_PACKED(factor);
	Fraction	fraction;

	if (fraction_of_numeric(number, &fraction))
		return amount_prorate(amount_fen, fraction.part, fraction.whole);
	return amount_from_fen_numeric(numeric_call(numeric_mul,
												int64_to_numeric(amount_fen),
												DatumGetNumeric(PointerGetDatum(number))));
}

/* amount_from_numeric rounds yuan to an amount. */
int64
amount_from_numeric(Datum value)
{
	return amount_multiply(AMOUNT_FEN_PER_YUAN, value);
}

/*
 * divide_numeric divides an amount by any number.  numeric's quotient is already
 * rounded at some digit, and to round it again could be off by a fen; so it is
 * floor((2a + d) / 2d) of the two magnitudes, which is exact.
 */
static int64
divide_numeric(int64 amount_fen, Numeric divisor)
{
	Numeric		fen = int64_to_numeric(amount_fen);
	Numeric		zero = int64_to_numeric(0);
	Numeric		quotient;
	bool		is_negative = numeric_less(divisor, zero) != (amount_fen < 0);

	if (numeric_is_nan(divisor) || numeric_is_inf(divisor))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("cannot divide an amount by %s",
						numeric_is_nan(divisor) ? "NaN" : "infinity")));
	fen = DatumGetNumeric(DirectFunctionCall1(numeric_abs,
											  NumericGetDatum(fen)));
	divisor = DatumGetNumeric(DirectFunctionCall1(numeric_abs,
												  NumericGetDatum(divisor)));
	quotient = numeric_call(numeric_div_trunc,
							numeric_call(numeric_add, numeric_call(numeric_add, fen, fen), divisor),
							numeric_call(numeric_add, divisor, divisor));
	return amount_from_fen_numeric(is_negative ?
								   numeric_call(numeric_sub, zero, quotient) : quotient);
}

/* amount_divide divides an amount by a number, exactly until it is rounded. */
int64
amount_divide(int64 amount_fen, Datum divisor)
{
	struct varlena *number = PG_DETOAST_DATUM_PACKED(divisor);
	Fraction	fraction;

	if (fraction_of_numeric(number, &fraction))
		return amount_prorate(amount_fen, fraction.whole, fraction.part);
	return divide_numeric(amount_fen, DatumGetNumeric(PointerGetDatum(number)));
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
