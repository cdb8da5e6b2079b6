/*-------------------------------------------------------------------------
 *
 * builtin_number.c
 *		Functions of FEEL on single numbers: rounding, remainder, roots, powers.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/builtin.h"

extern const FeelBuiltin builtin_number[];

/*
 * result_or_null gives a number that was computed, or null for none.
 */
static FeelValue
result_or_null(FeelState *state, bool found, FeelNumber number, const char *function)
{
	if (!found)
		return feel_null(state, "%s has no result for this number", function);
	return value_from_number(number);
}

/*
 * round_to rounds the first argument to the scale that is the second, 0 if that
 * is not given.
 */
static FeelValue
round_to(FeelState *state, const FeelValue *args, int count, NumberRounding rounding,
		 const char *function)
{
	FeelNumber	number = {0};
	int64		scale = 0;

	if (count > 1 && !args[1].absent && !number_truncate_int64(args[1].u.number, &scale))
		return feel_null(state, "the scale of %s is out of range", function);
	return result_or_null(state, number_round(args[0].u.number, scale, rounding, &number),
						  number, function);
}

/*
 * builtin_decimal rounds half to even.
 */
static FeelValue
builtin_decimal(FeelState *state, const FeelValue *args, int count)
{
	return round_to(state, args, count, NUMBER_ROUND_HALF_EVEN, "decimal");
}

/*
 * builtin_floor rounds down.
 */
static FeelValue
builtin_floor(FeelState *state, const FeelValue *args, int count)
{
	return round_to(state, args, count, NUMBER_ROUND_FLOOR, "floor");
}

/*
 * builtin_ceiling rounds up.
 */
static FeelValue
builtin_ceiling(FeelState *state, const FeelValue *args, int count)
{
	return round_to(state, args, count, NUMBER_ROUND_CEILING, "ceiling");
}

/*
 * builtin_round_up rounds away from zero.
 */
static FeelValue
builtin_round_up(FeelState *state, const FeelValue *args, int count)
{
	return round_to(state, args, count, NUMBER_ROUND_UP, "round up");
}

/*
 * builtin_round_down rounds towards zero.
 */
static FeelValue
builtin_round_down(FeelState *state, const FeelValue *args, int count)
{
	return round_to(state, args, count, NUMBER_ROUND_DOWN, "round down");
}

/*
 * builtin_round_half_up rounds to the nearest, a half away from zero.
 */
static FeelValue
builtin_round_half_up(FeelState *state, const FeelValue *args, int count)
{
	return round_to(state, args, count, NUMBER_ROUND_HALF_UP, "round half up");
}

/*
 * builtin_round_half_down rounds to the nearest, a half towards zero.
 */
static FeelValue
builtin_round_half_down(FeelState *state, const FeelValue *args, int count)
{
	return round_to(state, args, count, NUMBER_ROUND_HALF_DOWN, "round half down");
}

/*
 * builtin_abs gives the magnitude of a number or a duration.
 */
static FeelValue
builtin_abs(FeelState *state, const FeelValue *args, int count)
{
	if (args[0].kind == FEEL_NUMBER)
		return value_from_number(number_abs(args[0].u.number));
	if (args[0].kind == FEEL_DAYS_DURATION)
	{
		FeelDaysDuration days = value_days(args[0]);

		if (days.seconds < 0 && !days_neg(days, &days))
			return feel_null(state, "the duration is too long");
		return value_from_days(feel_arena(state), days);
	}
	else
	{
		FeelMonthsDuration months = value_months(args[0]);

		if (months.months < 0 && !months_neg(months, &months))
			return feel_null(state, "the duration is too long");
		return value_from_months(months);
	}
}

/*
 * builtin_modulo gives the remainder, which has the divisor's sign.
 */
static FeelValue
builtin_modulo(FeelState *state, const FeelValue *args, int count)
{
	FeelNumber	number = {0};

	return result_or_null(state, number_mod(args[0].u.number, args[1].u.number, &number),
						  number, "modulo");
}

/*
 * builtin_sqrt gives the square root.
 */
static FeelValue
builtin_sqrt(FeelState *state, const FeelValue *args, int count)
{
	FeelNumber	number = {0};

	return result_or_null(state, number_sqrt(args[0].u.number, &number), number, "sqrt");
}

/*
 * builtin_log gives the natural logarithm.
 */
static FeelValue
builtin_log(FeelState *state, const FeelValue *args, int count)
{
	FeelNumber	number = {0};

	return result_or_null(state, number_log(args[0].u.number, &number), number, "log");
}

/*
 * builtin_exp gives e to the power of the number.
 */
static FeelValue
builtin_exp(FeelState *state, const FeelValue *args, int count)
{
	FeelNumber	number = {0};

	return result_or_null(state, number_exp(args[0].u.number, &number), number, "exp");
}

/*
 * builtin_odd tells whether a whole number is odd.
 */
static FeelValue
builtin_odd(FeelState *state, const FeelValue *args, int count)
{
	if (!number_is_integer(args[0].u.number))
		return feel_null(state, "only a whole number is odd or even");
	return value_from_bool(number_is_odd(args[0].u.number));
}

/*
 * builtin_even tells whether a whole number is even.
 */
static FeelValue
builtin_even(FeelState *state, const FeelValue *args, int count)
{
	if (!number_is_integer(args[0].u.number))
		return feel_null(state, "only a whole number is odd or even");
	return value_from_bool(!number_is_odd(args[0].u.number));
}

const FeelBuiltin builtin_number[] = {
	{"decimal", "n: number, scale: number", builtin_decimal},
	{"floor", "n: number, scale?: number", builtin_floor},
	{"ceiling", "n: number, scale?: number", builtin_ceiling},
	{"round up", "n: number, scale: number", builtin_round_up},
	{"round down", "n: number, scale: number", builtin_round_down},
	{"round half up", "n: number, scale: number", builtin_round_half_up},
	{"round half down", "n: number, scale: number", builtin_round_half_down},
	{"abs", "n: number|days|months", builtin_abs},
	{"modulo", "dividend: number, divisor: number", builtin_modulo},
	{"sqrt", "number: number", builtin_sqrt},
	{"log", "number: number", builtin_log},
	{"exp", "number: number", builtin_exp},
	{"odd", "number: number", builtin_odd},
	{"even", "number: number", builtin_even},
	{NULL}
};
