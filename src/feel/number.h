/*-------------------------------------------------------------------------
 *
 * number.h
 *		FEEL's numbers: decimal, 34 significant digits, never binary.
 *
 * A number has 16 bytes and two forms:
 *
 *	small	coefficient x 10^-scale, the coefficient an int64, the scale 0 to 18.
 *			Money, counts and ages are of this form; adding, comparing and
 *			multiplying them is integer arithmetic, inlined where it is short.
 *	large	IEEE decimal128 for whatever does not fit.
 *
 * The first word says which: a decimal128's first word is stored xor the pattern
 * of NaN, and a NaN is never stored, so that a word below 19 is a scale and means
 * a small number, and sixteen zero bytes are the number 0.
 *
 * What fits the small form is always in it (number_add and its like see to
 * that), so a small number never equals a large one.  Within a form equal values
 * may differ in bytes: 1.10 and 1.1.  Compare by number_compare, hash by
 * number_hash, and print: all of them give equal results for equal numbers.
 *
 * Results are rounded to 34 digits, half to even, as the standard says.
 * Functions that may have no result (overflow beyond 10^6144, division by zero,
 * the root of -1) return false and leave *result alone.
 *
 * Pure: no memory is allocated, nothing throws.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_FEEL_NUMBER_H
#define ASSURE_FEEL_NUMBER_H

#include "postgres.h"

#include "common/int.h"

#define NUMBER_SMALL_SCALE_MAX	18
#define NUMBER_DIGITS_MAX		34
#define NUMBER_PRINT_MAX		160 /* bytes that number_print() may write */
#define NUMBER_SCALE_MIN		(-6111) /* what the standard allows for */
#define NUMBER_SCALE_MAX		6176	/* decimal() and the round functions */
#define NUMBER_POWER_MAX		INT64CONST(999999999)

typedef struct FeelNumber
{
	uint64		form;			/* small: the scale; large: see above */
	union
	{
		int64		coefficient;	/* small */
		uint64		low;		/* large */
	};
} FeelNumber;

typedef enum NumberRounding
{
	NUMBER_ROUND_HALF_EVEN,
	NUMBER_ROUND_HALF_UP,		/* away from zero */
	NUMBER_ROUND_HALF_DOWN,		/* towards zero */
	NUMBER_ROUND_UP,			/* away from zero */
	NUMBER_ROUND_DOWN,			/* towards zero */
	NUMBER_ROUND_FLOOR,
	NUMBER_ROUND_CEILING
} NumberRounding;

/* text; number_print() writes no end of string and returns the bytes written */
extern bool number_parse(const char *text, size_t bytes, FeelNumber *result);
extern size_t number_print(FeelNumber number, char *text);

/* integers */
extern bool number_from_int128(int128 coefficient, int exponent, FeelNumber *result);
extern bool number_is_integer(FeelNumber number);
extern bool number_is_odd(FeelNumber number);
extern bool number_to_int64(FeelNumber number, int64 *result);
extern bool number_truncate_int64(FeelNumber number, int64 *result);
extern bool number_truncate_int128(FeelNumber number, int128 *result);
extern bool number_to_parts(FeelNumber number, int128 *coefficient, int *exponent);

/* arithmetic */
extern bool number_div(FeelNumber a, FeelNumber b, FeelNumber *result);
extern bool number_pow(FeelNumber a, FeelNumber b, FeelNumber *result);
extern bool number_mod(FeelNumber a, FeelNumber b, FeelNumber *result);
extern bool number_sqrt(FeelNumber number, FeelNumber *result);
extern bool number_log(FeelNumber number, FeelNumber *result);
extern bool number_exp(FeelNumber number, FeelNumber *result);
extern bool number_round(FeelNumber number, int64 scale, NumberRounding rounding,
						 FeelNumber *result);
extern uint64 number_hash(FeelNumber number);

/* what the inline functions below cannot do at once */
extern bool number_add_general(FeelNumber a, FeelNumber b, FeelNumber *result);
extern bool number_mul_general(FeelNumber a, FeelNumber b, FeelNumber *result);
extern int	number_compare_general(FeelNumber a, FeelNumber b);
extern FeelNumber number_neg_general(FeelNumber number);

/*
 * number_is_small tells the form.
 */
static inline bool
number_is_small(FeelNumber number)
{
	return number.form <= NUMBER_SMALL_SCALE_MAX;
}

/*
 * number_from_int64 makes a number of an integer.
 */
static inline FeelNumber
number_from_int64(int64 value)
{
	FeelNumber	number = {.form = 0, .coefficient = value};

	return number;
}

/*
 * number_neg gives -number.
 */
static inline FeelNumber
number_neg(FeelNumber number)
{
	if (unlikely(!number_is_small(number) || number.coefficient == PG_INT64_MIN))
		return number_neg_general(number);
	number.coefficient = -number.coefficient;
	return number;
}

/*
 * number_add gives a + b.
 */
static inline bool
number_add(FeelNumber a, FeelNumber b, FeelNumber *result)
{
	int64		sum;

	if (likely(a.form == b.form && number_is_small(a) &&
			   !pg_add_s64_overflow(a.coefficient, b.coefficient, &sum)))
	{
		result->form = a.form;
		result->coefficient = sum;
		return true;
	}
	return number_add_general(a, b, result);
}

/*
 * number_sub gives a - b.
 */
static inline bool
number_sub(FeelNumber a, FeelNumber b, FeelNumber *result)
{
	int64		difference;

	if (likely(a.form == b.form && number_is_small(a) &&
			   !pg_sub_s64_overflow(a.coefficient, b.coefficient, &difference)))
	{
		result->form = a.form;
		result->coefficient = difference;
		return true;
	}
	return number_add_general(a, number_neg(b), result);
}

/*
 * number_mul gives a x b.
 */
static inline bool
number_mul(FeelNumber a, FeelNumber b, FeelNumber *result)
{
	int64		product;

	if (likely(number_is_small(a) && number_is_small(b) &&
			   a.form + b.form <= NUMBER_SMALL_SCALE_MAX &&
			   !pg_mul_s64_overflow(a.coefficient, b.coefficient, &product)))
	{
		result->form = a.form + b.form;
		result->coefficient = product;
		return true;
	}
	return number_mul_general(a, b, result);
}

/*
 * number_compare gives -1, 0 or 1 for a < b, a = b, a > b.
 */
static inline int
number_compare(FeelNumber a, FeelNumber b)
{
	if (likely(a.form == b.form && number_is_small(a)))
		return (a.coefficient > b.coefficient) - (a.coefficient < b.coefficient);
	return number_compare_general(a, b);
}

/*
 * number_equal tells whether a = b.
 */
static inline bool
number_equal(FeelNumber a, FeelNumber b)
{
	return number_compare(a, b) == 0;
}

/*
 * number_sign gives -1, 0 or 1.
 */
static inline int
number_sign(FeelNumber number)
{
	return number_compare(number, number_from_int64(0));
}

/*
 * number_abs gives |number|.
 */
static inline FeelNumber
number_abs(FeelNumber number)
{
	return number_sign(number) < 0 ? number_neg(number) : number;
}

#endif							/* ASSURE_FEEL_NUMBER_H */
