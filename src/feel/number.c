/*-------------------------------------------------------------------------
 *
 * number.c
 *		FEEL's numbers: the two forms and arithmetic on them.
 *
 * Everything that is exact within 128 bits is computed on integers here and
 * brought into form by number_from_int128().  Intel's decimal library does the
 * rest: sums and products with a large operand, quotients, roots, logarithms.
 *
 * Its header names its parameters by macros; the library that we link is the
 * variant with values passed as such, the rounding as an argument and the flags
 * by a pointer.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <bid_conf.h>
#include <bid_functions.h>

#include "feel/number.h"

#define LARGE_MASK		UINT64CONST(0x7C00000000000000)
#define SIGN_BIT		UINT64CONST(0x8000000000000000)
#define EXPONENT_BIAS	6176
#define EXPONENT_MIN	(-6176)
#define EXPONENT_MAX	6111
#define EXPONENT_SHIFT	49
#define EXPONENT_MASK	0x3FFF
#define DIGITS_HIGH_MASK ((UINT64CONST(1) << EXPONENT_SHIFT) - 1)
#define POWERS_MAX		39		/* 10^0 to 10^38 fit 128 bits */
#define POWER_BITS_MAX	113		/* 2^113 has more than 34 digits */

/* Division rounds to nearest even in all calls. */
#define HALF_EVEN		BID_ROUNDING_TO_NEAREST

static const uint64 powers_10[] = {
	UINT64CONST(1),
	UINT64CONST(10),
	UINT64CONST(100),
	UINT64CONST(1000),
	UINT64CONST(10000),
	UINT64CONST(100000),
	UINT64CONST(1000000),
	UINT64CONST(10000000),
	UINT64CONST(100000000),
	UINT64CONST(1000000000),
	UINT64CONST(10000000000),
	UINT64CONST(100000000000),
	UINT64CONST(1000000000000),
	UINT64CONST(10000000000000),
	UINT64CONST(100000000000000),
	UINT64CONST(1000000000000000),
	UINT64CONST(10000000000000000),
	UINT64CONST(100000000000000000),
	UINT64CONST(1000000000000000000),
	UINT64CONST(10000000000000000000),
};

/*
 * power_10 gives 10^n for n from 0 to 38.
 */
static inline uint128
power_10(int n)
{
	Assert(n >= 0 && n < POWERS_MAX);
	return n < 20 ? powers_10[n] : (uint128) powers_10[19] * powers_10[n - 19];
}

/*
 * magnitude gives |value|, also of the least integer.
 */
static inline uint128
magnitude(int128 value)
{
	return value < 0 ? -(uint128) value : (uint128) value;
}

/*
 * pack makes a decimal128; the caller has seen to the limits.
 */
static inline BID_UINT128
pack(bool negative, uint128 digits, int exponent)
{
	BID_UINT128 packed;

	packed.w[0] = (uint64) digits;
	packed.w[1] = (uint64) (digits >> 64) |
		((uint64) (exponent + EXPONENT_BIAS) << EXPONENT_SHIFT) |
		(negative ? SIGN_BIT : 0);
	return packed;
}

/*
 * to_decimal gives a number of either form as a decimal128.
 */
static inline BID_UINT128
to_decimal(FeelNumber number)
{
	BID_UINT128 packed;

	if (number_is_small(number))
		return pack(number.coefficient < 0, magnitude(number.coefficient),
					-(int) number.form);
	packed.w[0] = number.low;
	packed.w[1] = number.form ^ LARGE_MASK;
	return packed;
}

/*
 * unpack takes a decimal128 apart; false: it is infinite or not a number.
 *
 * A coefficient of more than 34 digits is not canonical and means 0; the library
 * does not give such.
 */
static bool
unpack(BID_UINT128 packed, bool *negative, uint128 *digits, int *exponent)
{
	uint64		high = packed.w[1];

	if ((high & UINT64CONST(0x7800000000000000)) == UINT64CONST(0x7800000000000000))
		return false;
	*negative = (high & SIGN_BIT) != 0;
	*exponent = (int) ((high >> EXPONENT_SHIFT) & EXPONENT_MASK) - EXPONENT_BIAS;
	*digits = ((uint128) (high & DIGITS_HIGH_MASK) << 64) | packed.w[0];
	return true;
}

/*
 * divide_rounded divides by 10^count and rounds what is lost.
 */
static uint128
divide_rounded(bool negative, uint128 digits, int64 count, NumberRounding rounding)
{
	uint128		quotient = 0;
	uint128		rest = digits;
	int			half;			/* of the rest against one half: -1, 0, 1 */
	bool		up;

	if (count < POWERS_MAX)
	{
		uint128		divisor = power_10((int) count);

		quotient = digits / divisor;
		rest = digits % divisor;
		half = (rest > divisor - rest) - (rest < divisor - rest);
	}
	else
		half = -1;
	if (rest == 0)
		return quotient;
	switch (rounding)
	{
		case NUMBER_ROUND_HALF_EVEN:
			up = half > 0 || (half == 0 && (quotient & 1));
			break;
		case NUMBER_ROUND_HALF_UP:
			up = half >= 0;
			break;
		case NUMBER_ROUND_HALF_DOWN:
			up = half > 0;
			break;
		case NUMBER_ROUND_UP:
			up = true;
			break;
		case NUMBER_ROUND_FLOOR:
			up = negative;
			break;
		case NUMBER_ROUND_CEILING:
			up = !negative;
			break;
		default:
			up = false;
	}
	return quotient + up;
}

/*
 * fits_small brings digits x 10^exponent into the small form if that can be.
 */
static bool
fits_small(bool negative, uint128 digits, int exponent, FeelNumber *result)
{
	uint128		limit = (uint128) PG_INT64_MAX + negative;

	if (exponent > 0)
	{
		if (exponent > NUMBER_SMALL_SCALE_MAX || digits > limit ||
			digits * power_10(exponent) > limit)
			return digits == 0 && (*result = number_from_int64(0), true);
		digits *= power_10(exponent);
		exponent = 0;
	}
	while (exponent < 0 && (digits > limit || exponent < -NUMBER_SMALL_SCALE_MAX))
	{
		if (digits == 0)
		{
			exponent = 0;
			break;
		}
		if (digits % 10 != 0)
			return false;
		digits /= 10;
		exponent++;
	}
	if (digits > limit)
		return false;
	result->form = (uint64) -exponent;
	result->coefficient = (int64) (negative ? -digits : digits);
	return true;
}

/*
 * settle makes a number of digits x 10^exponent, rounded to 34 digits, in the
 * form that it belongs to; false: it is too great.
 */
static bool
settle(bool negative, uint128 digits, int64 exponent, FeelNumber *result)
{
	BID_UINT128 packed;
	int			excess = 0;

	if (digits == 0)
	{
		*result = number_from_int64(0);
		return true;
	}
	while (digits >= power_10(NUMBER_DIGITS_MAX + excess) && excess < 5)
		excess++;
	if (exponent + excess < EXPONENT_MIN)
		excess = (int) Min(EXPONENT_MIN - exponent, POWERS_MAX);
	if (excess > 0)
	{
		digits = divide_rounded(negative, digits, excess, NUMBER_ROUND_HALF_EVEN);
		exponent += excess;
		/* 99.9 may have become 100: one digit more, which is a zero */
		if (digits == power_10(NUMBER_DIGITS_MAX))
		{
			digits /= 10;
			exponent++;
		}
		if (digits == 0)
			return settle(false, 0, 0, result);
	}
	while (exponent > EXPONENT_MAX)
	{
		if (digits >= power_10(NUMBER_DIGITS_MAX - 1))
			return false;
		digits *= 10;
		exponent--;
	}
	if (fits_small(negative, digits, (int) exponent, result))
		return true;
	packed = pack(negative, digits, (int) exponent);
	result->low = packed.w[0];
	result->form = packed.w[1] ^ LARGE_MASK;
	return true;
}

/*
 * settle_decimal takes over what the library gave.
 */
static bool
settle_decimal(BID_UINT128 packed, FeelNumber *result)
{
	bool		negative;
	uint128		digits;
	int			exponent;

	return unpack(packed, &negative, &digits, &exponent) &&
		settle(negative, digits, exponent, result);
}

/*
 * number_from_int128 gives coefficient x 10^exponent, rounded to 34 digits.
 */
bool
number_from_int128(int128 coefficient, int exponent, FeelNumber *result)
{
	return settle(coefficient < 0, magnitude(coefficient), exponent, result);
}

/*
 * take_apart gives a number of either form as sign, digits and exponent.
 */
static void
take_apart(FeelNumber number, bool *negative, uint128 *digits, int *exponent)
{
	if (number_is_small(number))
	{
		*negative = number.coefficient < 0;
		*digits = magnitude(number.coefficient);
		*exponent = -(int) number.form;
	}
	else if (!unpack(to_decimal(number), negative, digits, exponent))
		pg_unreachable();		/* neither is ever stored */
}

/*
 * number_to_parts takes a number apart: it is coefficient x 10^exponent, and the
 * coefficient has no more than 34 digits.
 */
bool
number_to_parts(FeelNumber number, int128 *coefficient, int *exponent)
{
	bool		negative;
	uint128		digits;

	take_apart(number, &negative, &digits, exponent);
	*coefficient = negative ? -(int128) digits : (int128) digits;
	return digits != 0;
}

/*
 * align gives two small coefficients at the greater of their scales, which it
 * returns.  19 digits times 10^18 fit 128 bits.
 */
static inline int
align(FeelNumber a, FeelNumber b, int128 *aligned_a, int128 *aligned_b)
{
	int			scale = (int) Max(a.form, b.form);

	*aligned_a = (int128) a.coefficient * powers_10[scale - a.form];
	*aligned_b = (int128) b.coefficient * powers_10[scale - b.form];
	return scale;
}

/*
 * number_add_general adds numbers of different scales or forms.
 */
bool
number_add_general(FeelNumber a, FeelNumber b, FeelNumber *result)
{
	_IDEC_flags flags = 0;

	if (number_is_small(a) && number_is_small(b))
	{
		int128		aligned_a,
					aligned_b;
		int			scale = align(a, b, &aligned_a, &aligned_b);
		int128		sum = aligned_a + aligned_b;

		if (likely(sum == (int64) sum))
		{
			result->form = (uint64) scale;
			result->coefficient = (int64) sum;
			return true;
		}
		return number_from_int128(sum, -scale, result);
	}
	return settle_decimal(bid128_add(to_decimal(a), to_decimal(b), HALF_EVEN, &flags),
						  result);
}

/*
 * number_mul_general multiplies where the product leaves the small form.
 */
bool
number_mul_general(FeelNumber a, FeelNumber b, FeelNumber *result)
{
	_IDEC_flags flags = 0;

	if (number_is_small(a) && number_is_small(b))
		return number_from_int128((int128) a.coefficient * b.coefficient,
								  -(int) (a.form + b.form), result);
	return settle_decimal(bid128_mul(to_decimal(a), to_decimal(b), HALF_EVEN, &flags),
						  result);
}

/*
 * number_div gives a / b; false: b is 0, or the quotient is too great.
 */
bool
number_div(FeelNumber a, FeelNumber b, FeelNumber *result)
{
	_IDEC_flags flags = 0;

	if (number_sign(b) == 0)
		return false;
	if (number_is_small(a) && number_is_small(b) && a.form >= b.form &&
		b.coefficient != -1 && a.coefficient % b.coefficient == 0)
	{
		result->form = a.form - b.form;
		result->coefficient = a.coefficient / b.coefficient;
		return true;
	}
	return settle_decimal(bid128_div(to_decimal(a), to_decimal(b), HALF_EVEN, &flags),
						  result);
}

/*
 * number_compare_general compares numbers of different scales or forms.
 */
int
number_compare_general(FeelNumber a, FeelNumber b)
{
	_IDEC_flags flags = 0;

	if (number_is_small(a) && number_is_small(b))
	{
		int128		aligned_a,
					aligned_b;

		align(a, b, &aligned_a, &aligned_b);
		return (aligned_a > aligned_b) - (aligned_a < aligned_b);
	}
	if (bid128_quiet_less(to_decimal(a), to_decimal(b), &flags))
		return -1;
	return bid128_quiet_greater(to_decimal(a), to_decimal(b), &flags);
}

/*
 * number_neg_general gives -number for a large one and the least integer.
 */
FeelNumber
number_neg_general(FeelNumber number)
{
	bool		negative;
	uint128		digits;
	int			exponent;
	FeelNumber	result = number;

	take_apart(number, &negative, &digits, &exponent);
	(void) settle(!negative, digits, exponent, &result);
	return result;
}

/*
 * number_mod gives a - b x floor(a / b), which has the sign of b; false: b is 0.
 */
bool
number_mod(FeelNumber a, FeelNumber b, FeelNumber *result)
{
	_IDEC_flags flags = 0;
	FeelNumber	rest;

	if (number_sign(b) == 0)
		return false;
	if (number_is_small(a) && number_is_small(b))
	{
		int128		aligned_a,
					aligned_b;
		int			scale = align(a, b, &aligned_a, &aligned_b);
		int128		remainder = aligned_a % aligned_b;

		if (remainder != 0 && (remainder < 0) != (aligned_b < 0))
			remainder += aligned_b;
		return number_from_int128(remainder, -scale, result);
	}
	if (!settle_decimal(bid128_fmod(to_decimal(a), to_decimal(b), &flags), &rest))
		return false;
	if (number_sign(rest) != 0 && number_sign(rest) != number_sign(b))
		return number_add(rest, b, result);
	*result = rest;
	return true;
}

/*
 * power_exact gives base to the power of an exponent from 0 on, by squares, if
 * that is exact; false: it has more than 34 digits.
 */
static bool
power_exact(FeelNumber base, uint64 exponent, FeelNumber *result)
{
	bool		negative;
	uint128		digits;
	uint128		power = 1;
	int			scale;

	take_apart(base, &negative, &digits, &scale);
	while (digits != 0 && digits % 10 == 0)
	{
		digits /= 10;
		scale++;
	}
	if (digits > 1 && exponent > POWER_BITS_MAX)
		return false;
	/* of 0 and 1 only the exponent and the sign change */
	for (uint64 i = 0; i < (digits > 1 ? exponent : Min(exponent, 1)); i++)
		if (__builtin_mul_overflow(power, digits, &power) ||
			power >= power_10(NUMBER_DIGITS_MAX))
			return false;
	return settle(negative && (exponent & 1), power, (int64) scale * (int64) exponent, result);
}

/* An unevaluated sum of two decimals: 68 digits or so. */
typedef struct Pair
{
	BID_UINT128 high;
	BID_UINT128 low;
} Pair;

/*
 * pair_mul multiplies: the product of the high parts with what its rounding lost,
 * and the products with a low part.
 */
static Pair
pair_mul(Pair a, Pair b)
{
	_IDEC_flags flags = 0;
	BID_UINT128 product = bid128_mul(a.high, b.high, HALF_EVEN, &flags);
	BID_UINT128 lost = bid128_fma(a.high, b.high, bid128_negate(product), HALF_EVEN, &flags);
	Pair		result;

	lost = bid128_fma(a.high, b.low, lost, HALF_EVEN, &flags);
	lost = bid128_fma(a.low, b.high, lost, HALF_EVEN, &flags);
	result.high = bid128_add(product, lost, HALF_EVEN, &flags);
	result.low = bid128_sub(lost, bid128_sub(result.high, product, HALF_EVEN, &flags),
							HALF_EVEN, &flags);
	return result;
}

/*
 * pair_reciprocal gives 1 / number.
 */
static Pair
pair_reciprocal(BID_UINT128 number)
{
	_IDEC_flags flags = 0;
	BID_UINT128 one = pack(false, 1, 0);
	Pair		result;

	result.high = bid128_div(one, number, HALF_EVEN, &flags);
	result.low = bid128_div(bid128_fma(bid128_negate(result.high), number, one, HALF_EVEN, &flags),
							number, HALF_EVEN, &flags);
	return result;
}

/*
 * power_rounded multiplies by squares with digits to spare, so that what the many
 * roundings lose is not seen.
 */
static bool
power_rounded(FeelNumber number, int64 exponent, FeelNumber *result)
{
	Pair		base = {to_decimal(number), pack(false, 0, 0)};
	Pair		power = {pack(false, 1, 0), pack(false, 0, 0)};

	if (exponent < 0)
		base = pair_reciprocal(base.high);
	for (uint64 rest = (uint64) (exponent < 0 ? -exponent : exponent);;)
	{
		if (rest & 1)
			power = pair_mul(power, base);
		rest >>= 1;
		if (rest == 0)
			return settle_decimal(power.high, result);
		base = pair_mul(base, base);
	}
}

/*
 * number_pow gives a to the power of b; false: there is no such real number, it
 * is too great, or b is beyond the standard's limit.
 *
 * A power to a whole number is rounded once; another is the library's, which is
 * off by two units of the last digit at most.
 */
bool
number_pow(FeelNumber a, FeelNumber b, FeelNumber *result)
{
	_IDEC_flags flags = 0;
	int64		exponent;

	if (number_compare(number_abs(b), number_from_int64(NUMBER_POWER_MAX)) > 0 ||
		(number_sign(a) == 0 && number_sign(b) < 0))
		return false;
	if (!number_to_int64(b, &exponent))
		return settle_decimal(bid128_pow(to_decimal(a), to_decimal(b), HALF_EVEN, &flags),
							  result);
	return (exponent >= 0 && power_exact(a, (uint64) exponent, result)) ||
		power_rounded(a, exponent, result);
}

/*
 * number_sqrt gives the square root; false: the number is negative.
 */
bool
number_sqrt(FeelNumber number, FeelNumber *result)
{
	_IDEC_flags flags = 0;

	return settle_decimal(bid128_sqrt(to_decimal(number), HALF_EVEN, &flags), result);
}

/*
 * number_log gives the natural logarithm; false: the number is not positive.
 */
bool
number_log(FeelNumber number, FeelNumber *result)
{
	_IDEC_flags flags = 0;

	return number_sign(number) > 0 &&
		settle_decimal(bid128_log(to_decimal(number), HALF_EVEN, &flags), result);
}

/*
 * number_exp gives e to the power of the number; false: it is too great.
 */
bool
number_exp(FeelNumber number, FeelNumber *result)
{
	_IDEC_flags flags = 0;

	return settle_decimal(bid128_exp(to_decimal(number), HALF_EVEN, &flags), result);
}

/*
 * number_round gives the number with no more than scale digits after its point;
 * false: the scale is beyond the standard's limits, or the result is too great.
 */
bool
number_round(FeelNumber number, int64 scale, NumberRounding rounding, FeelNumber *result)
{
	bool		negative;
	uint128		digits;
	int			exponent;

	if (scale < NUMBER_SCALE_MIN || scale > NUMBER_SCALE_MAX)
		return false;
	take_apart(number, &negative, &digits, &exponent);
	if (-exponent <= scale)
	{
		*result = number;
		return true;
	}
	digits = divide_rounded(negative, digits, -exponent - scale, rounding);
	return settle(negative, digits, -scale, result);
}

/*
 * number_to_int64 gives a whole number that fits; false: it is not whole, or it
 * does not fit.
 */
bool
number_to_int64(FeelNumber number, int64 *result)
{
	if (!number_is_small(number) ||
		number.coefficient % (int64) powers_10[number.form] != 0)
		return false;
	*result = number.coefficient / (int64) powers_10[number.form];
	return true;
}

/*
 * number_truncate_int64 gives the whole part if it fits.
 */
bool
number_truncate_int64(FeelNumber number, int64 *result)
{
	FeelNumber	whole;

	return number_round(number, 0, NUMBER_ROUND_DOWN, &whole) &&
		number_to_int64(whole, result);
}

/*
 * number_truncate_int128 gives the whole part if it has no more than 36 digits.
 */
bool
number_truncate_int128(FeelNumber number, int128 *result)
{
	FeelNumber	whole;
	int			exponent;

	if (!number_round(number, 0, NUMBER_ROUND_DOWN, &whole))
		return false;
	if (!number_to_parts(whole, result, &exponent))
		return true;
	/* zeros behind the point, or some that the exponent stands for */
	if (exponent <= 0)
		*result /= (int128) power_10(-exponent);
	else if (exponent > 36 || magnitude(*result) >= power_10(36 - exponent))
		return false;
	else
		*result *= (int128) power_10(exponent);
	return true;
}

/*
 * number_is_integer tells whether nothing stands behind the point.
 */
bool
number_is_integer(FeelNumber number)
{
	FeelNumber	whole;

	return number_round(number, 0, NUMBER_ROUND_DOWN, &whole) &&
		number_equal(whole, number);
}

/*
 * number_is_odd tells whether a whole number is odd.
 */
bool
number_is_odd(FeelNumber number)
{
	FeelNumber	rest;

	return number_is_integer(number) &&
		number_mod(number, number_from_int64(2), &rest) && number_sign(rest) != 0;
}

/*
 * number_hash hashes so that equal numbers have equal hashes, whatever their
 * scale: the digits without zeros at their end, and the exponent.
 */
uint64
number_hash(FeelNumber number)
{
	bool		negative;
	uint128		digits;
	int			exponent;
	uint64		hash;

	take_apart(number, &negative, &digits, &exponent);
	if (digits == 0)
		return 0;
	while (digits % 10 == 0)
	{
		digits /= 10;
		exponent++;
	}
	hash = (uint64) digits ^ (uint64) (digits >> 64) * UINT64CONST(0x9E3779B97F4A7C15) ^
		((uint64) (exponent + EXPONENT_BIAS) << 1 | negative) << 49;
	hash ^= hash >> 33;
	hash *= UINT64CONST(0xFF51AFD7ED558CCD);
	hash ^= hash >> 33;
	hash *= UINT64CONST(0xC4CEB9FE1A85EC53);
	return hash ^ hash >> 33;
}
