/*-------------------------------------------------------------------------
 *
 * fixed.h
 *		Arithmetic of money and shares: whole numbers with a fixed scale.
 *
 * Money is int64 fen (1/100 yuan), a share or a quantity int64 millionths.
 * Products are formed in 128 bits and rounded once, half away from zero, by
 * fixed_div_round() and nothing else.  An amount that a document states is at
 * most FIXED_FEN_MAX either way, and so are the sums of a bill and of a claim,
 * which is what keeps every sum of the calculation within int64.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CORE_FIXED_H
#define ASSURE_CORE_FIXED_H

#include "postgres.h"

typedef __int128 fixed128;

#define FIXED_FEN_PLACES		2
#define FIXED_MICRO_PLACES		6
#define FIXED_MICRO_ONE			INT64CONST(1000000)
#define FIXED_FEN_MAX			INT64CONST(99999999999999)	/* 999,999,999,999.99 */
#define FIXED_PRINT_BYTES		32	/* sign, digits, point, end */

typedef enum FixedParse
{
	FIXED_OK,
	FIXED_MALFORMED,			/* not digits, with an optional fraction */
	FIXED_TOO_PRECISE,			/* more places than allowed */
	FIXED_OUT_OF_RANGE			/* beyond the given bound */
} FixedParse;

/*
 * fixed_div_round divides and rounds half away from zero.  The divisor is
 * positive.  The only place in the tree where money is rounded.
 */
static inline fixed128
fixed_div_round(fixed128 dividend, fixed128 divisor)
{
	fixed128	quotient = dividend / divisor;
	fixed128	rest = dividend % divisor;

	Assert(divisor > 0);
	if (rest < 0)
		return (-rest >= divisor + rest) ? quotient - 1 : quotient;
	return (rest >= divisor - rest && rest > 0) ? quotient + 1 : quotient;
}

/*
 * fixed_share takes a share of an amount: 0.8 of 100.00.  A share is at most
 * one, so the result is within the amount.
 */
static inline int64
fixed_share(int64 amount_fen, int64 share_micro)
{
	int64		product;

	/* what most amounts are, without 128 bits: none negative, none large */
	if (likely(!__builtin_mul_overflow(amount_fen, share_micro, &product) &&
			   product >= 0 && product < PG_INT64_MAX - FIXED_MICRO_ONE))
		return (product + FIXED_MICRO_ONE / 2) / FIXED_MICRO_ONE;
	return (int64) fixed_div_round((fixed128) amount_fen * share_micro,
								   FIXED_MICRO_ONE);
}

/*
 * fixed_scale shrinks a part as its whole went from "from" to "to", rounded:
 * the allowed amount of a line as the line was refunded in part.
 */
static inline int64
fixed_scale(int64 part_fen, int64 to_fen, int64 from_fen)
{
	Assert(from_fen > 0 && to_fen >= 0 && to_fen <= from_fen);
	return (int64) fixed_div_round((fixed128) part_fen * to_fen, from_fen);
}

/*
 * fixed_clamp brings a product back into int64.  Used for bounds only (a cap
 * times a quantity, a limit times days), where "beyond any amount" is enough.
 */
static inline int64
fixed_clamp(fixed128 value)
{
	const fixed128 most = (fixed128) FIXED_FEN_MAX * 1000;

	return (int64) (value > most ? most : value);
}

/*
 * fixed_parse reads "1234.50" with at most "places" decimals; no exponent, no
 * blank, no plus, no bare point, no leading zero: one text a value but for
 * trailing zeros.
 */
static inline FixedParse
fixed_parse(const char *text, int length, int places, int64 bound,
			int64 *value)
{
	const char *end = text + length;
	bool		is_negative = length > 0 && *text == '-';
	int64		sum = 0;
	int			n_places = -1;	/* -1: before the point */
	const char *first = text + (is_negative ? 1 : 0);
	bool		is_too_large = false;
	bool		is_too_precise = false;

	*value = 0;
	if (first == end || *first < '0' || *first > '9' || end[-1] == '.' ||
		(*first == '0' && first + 1 < end && first[1] != '.'))
		return FIXED_MALFORMED;
	for (; first < end; first++)
	{
		if (*first == '.' && n_places < 0)
		{
			n_places = 0;
			continue;
		}
		if (*first < '0' || *first > '9')
			return FIXED_MALFORMED;
		if (n_places >= 0 && ++n_places > places)
			is_too_precise = true;
		else if (!is_too_large)
			sum = sum * 10 + (*first - '0');
		is_too_large = is_too_large || sum > bound;
	}
	if (is_too_precise)
		return FIXED_TOO_PRECISE;
	for (n_places = Max(n_places, 0); n_places < places && !is_too_large;
		 n_places++)
	{
		sum *= 10;
		is_too_large = sum > bound;
	}
	if (is_too_large)
		return FIXED_OUT_OF_RANGE;
	*value = is_negative ? -sum : sum;
	return FIXED_OK;
}

/*
 * fixed_print writes a value with all its places: 123450 as "1234.50".  The
 * buffer holds FIXED_PRINT_BYTES.
 */
static inline char *
fixed_print(int64 value, int places, char *buffer)
{
	uint64		rest = value < 0 ? -(uint64) value : (uint64) value;
	char	   *at = &buffer[FIXED_PRINT_BYTES - 1];
	int			n_digits = 0;

	*at = '\0';
	while (rest > 0 || n_digits <= places)
	{
		if (n_digits == places && places > 0)
			*--at = '.';
		*--at = (char) ('0' + rest % 10);
		rest /= 10;
		n_digits++;
	}
	if (value < 0)
		*--at = '-';
	return at;
}

/* fixed_print_fen writes money, which is what most callers want. */
static inline char *
fixed_print_fen(int64 value_fen, char *buffer)
{
	return fixed_print(value_fen, FIXED_FEN_PLACES, buffer);
}

#endif							/* ASSURE_CORE_FIXED_H */
