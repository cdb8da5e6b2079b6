/*-------------------------------------------------------------------------
 *
 * amount.c
 *		Reads an amount from text.
 *
 * The grammar is that of amounts in documents (core/fixed.h), so that the same
 * text is an amount everywhere; only the bounds are wider, all of int64.
 * Printing is fixed_print_fen().
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/int.h"
#include "type/amount.h"

/* is_digit says whether a byte is a decimal digit, whatever the locale. */
static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * append_digit puts one more digit behind a number that is kept negative,
 * because the least int64 has no positive twin.  False beyond int64.
 */
static inline bool
append_digit(int64 *negative, int digit)
{
	return !pg_mul_s64_overflow(*negative, 10, negative) &&
		!pg_sub_s64_overflow(*negative, digit, negative);
}

/*
 * amount_parse reads "-1234.5": digits without a leading zero, perhaps a point
 * and one or two more.  No plus, no blank, no exponent.  A text that is wrong
 * in its form is reported as that even where its number would also be too large.
 */
FixedParse
amount_parse(const char *text, int length, int64 *amount_fen)
{
	const char *end = text + length;
	bool		is_negative = length > 0 && *text == '-';
	const char *at = text + (is_negative ? 1 : 0);
	int64		negative_fen = 0;
	int			n_places = -1;	/* -1: before the point */
	bool		fits = true;

	*amount_fen = 0;
	if (at == end || !is_digit(*at) || end[-1] == '.' ||
		(*at == '0' && at + 1 < end && at[1] != '.'))
		return FIXED_MALFORMED;
	for (; at < end; at++)
	{
		if (*at == '.' && n_places < 0)
		{
			n_places = 0;
			continue;
		}
		if (!is_digit(*at))
			return FIXED_MALFORMED;
		if (n_places >= 0)
			n_places++;
		if (n_places <= FIXED_FEN_PLACES)
			fits = fits && append_digit(&negative_fen, *at - '0');
	}
	if (n_places > FIXED_FEN_PLACES)
		return FIXED_TOO_PRECISE;
	for (n_places = Max(n_places, 0); n_places < FIXED_FEN_PLACES; n_places++)
		fits = fits && append_digit(&negative_fen, 0);
	if (!fits || (!is_negative && negative_fen == PG_INT64_MIN))
		return FIXED_OUT_OF_RANGE;
	*amount_fen = is_negative ? negative_fen : -negative_fen;
	return FIXED_OK;
}
