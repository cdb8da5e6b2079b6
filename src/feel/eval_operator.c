/*-------------------------------------------------------------------------
 *
 * eval_operator.c
 *		Arithmetic, comparison and properties of values.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/state.h"

static const char *const operator_names[] = {
	"+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">="
};

/*
 * no_operation gives null: the operator is not for these kinds.
 */
static FeelValue
no_operation(FeelState *state, FeelOperator operator, FeelValue a, FeelValue b)
{
	return feel_null(state, "%s %s %s is not defined", feel_kind_name(a.kind), operator_names[operator],
					 feel_kind_name(b.kind));
}

/*
 * no_result gives null: the result is out of range, or a division by zero.
 */
static FeelValue
no_result(FeelState *state, FeelOperator operator)
{
	return feel_null(state, "%s has no result: out of range, or division by zero", operator_names[operator]);
}

/*
 * number_arithmetic gives a operator b of two numbers.
 */
static FeelValue
number_arithmetic(FeelState *state, FeelOperator operator, FeelNumber a, FeelNumber b)
{
	FeelNumber	n;
	bool		ok = false;

	switch (operator)
	{
		case OPERATOR_ADD:
			ok = number_add(a, b, &n);
			break;
		case OPERATOR_SUBTRACT:
			ok = number_sub(a, b, &n);
			break;
		case OPERATOR_MULTIPLY:
			ok = number_mul(a, b, &n);
			break;
		case OPERATOR_DIVIDE:
			ok = number_div(a, b, &n);
			break;
		case OPERATOR_POWER:
			ok = number_pow(a, b, &n);
			break;
		default:
			break;
	}
	return ok ? value_from_number(n) : no_result(state, operator);
}

/*
 * string_concatenate gives a + b.
 */
static FeelValue
string_concatenate(FeelState *state, FeelString a, FeelString b)
{
	size_t		length = (size_t) a.length + b.length;
	char	   *text;

	if (length > PG_INT32_MAX)
		feel_fail_limit(state, "a string of more than 2 GB");
	text = arena_alloc(state->arena, length);
	memcpy(text, a.data, a.length);
	memcpy(text + a.length, b.data, b.length);
	return value_from_string(feel_string(text, length));
}

/*
 * add_duration gives a moment, moved by a duration; sign -1 moves it back.
 */
static FeelValue
add_duration(FeelState *state, FeelOperator operator, FeelValue moment, FeelValue duration)
{
	FeelMonthsDuration months = {0};
	FeelDaysDuration days = {0};
	bool		by_months = duration.kind == FEEL_MONTHS_DURATION;
	bool		ok = true;
	FeelDate	date;
	FeelDateTime date_time;

	if (by_months)
		months = value_months(duration);
	else
		days = value_days(duration);
	if (operator == OPERATOR_SUBTRACT)
		ok = by_months ? months_neg(months, &months) : days_neg(days, &days);
	if (!ok)
		return no_result(state, operator);
	switch ((FeelKind) moment.kind)
	{
		case FEEL_DATE:
			ok = by_months ? date_add_months(value_date(moment), months, &date) :
				date_add_days(value_date(moment), days, &date);
			return ok ? value_from_date(date) : no_result(state, operator);
		case FEEL_DATE_TIME:
			ok = by_months ? date_time_add_months(value_date_time(moment), months, &date_time) :
				date_time_add_days(value_date_time(moment), days, feel_zones(state), &date_time);
			return ok ? value_from_date_time(state->arena, date_time) : no_result(state, operator);
		default:
			return value_from_time(state->arena, time_add_days(value_time(moment), days));
	}
}

/*
 * moments_subtract gives the duration between two moments.
 */
static FeelValue
moments_subtract(FeelState *state, FeelValue a, FeelValue b)
{
	FeelDaysDuration days;
	FeelZone	utc = zone_from_offset(0);
	FeelDateTime x;
	FeelDateTime y;

	if (a.kind == FEEL_DATE && b.kind == FEEL_DATE)
		return value_from_days(state->arena, date_sub(value_date(a), value_date(b)));
	if (a.kind == FEEL_TIME && b.kind == FEEL_TIME)
		return time_sub(value_time(a), value_time(b), feel_zones(state), &days) ?
			value_from_days(state->arena, days) : feel_null(state, "one time has a zone and the other has not");
	x = a.kind == FEEL_DATE ? date_time_from_date(value_date(a), utc) : value_date_time(a);
	y = b.kind == FEEL_DATE ? date_time_from_date(value_date(b), utc) : value_date_time(b);
	return date_time_sub(x, y, feel_zones(state), &days) ? value_from_days(state->arena, days) :
		feel_null(state, "one date and time has a zone and the other has not, or they are too far apart");
}

/*
 * duration_scale gives a duration times a number, or by it.
 */
static FeelValue
duration_scale(FeelState *state, FeelOperator operator, FeelValue duration, FeelNumber n)
{
	FeelMonthsDuration months;
	FeelDaysDuration days;
	bool		multiply = operator == OPERATOR_MULTIPLY;

	if (duration.kind == FEEL_MONTHS_DURATION)
	{
		bool		ok = multiply ? months_mul(value_months(duration), n, &months) :
			months_div(value_months(duration), n, &months);

		return ok ? value_from_months(months) : no_result(state, operator);
	}
	if (multiply ? days_mul(value_days(duration), n, &days) : days_div(value_days(duration), n, &days))
		return value_from_days(state->arena, days);
	return no_result(state, operator);
}

/*
 * durations_arithmetic gives two durations of a kind, added, subtracted, divided.
 */
static FeelValue
durations_arithmetic(FeelState *state, FeelOperator operator, FeelValue a, FeelValue b)
{
	FeelDaysDuration days;
	FeelMonthsDuration months;
	FeelNumber	ratio;
	bool		of_days = a.kind == FEEL_DAYS_DURATION;
	bool		ok;

	if (operator == OPERATOR_DIVIDE)
	{
		ok = of_days ? days_ratio(value_days(a), value_days(b), &ratio) :
			months_ratio(value_months(a), value_months(b), &ratio);
		return ok ? value_from_number(ratio) : no_result(state, operator);
	}
	if (operator != OPERATOR_ADD && operator != OPERATOR_SUBTRACT)
		return no_operation(state, operator, a, b);
	if (of_days)
	{
		ok = operator == OPERATOR_ADD ? days_add(value_days(a), value_days(b), &days) :
			days_sub(value_days(a), value_days(b), &days);
		return ok ? value_from_days(state->arena, days) : no_result(state, operator);
	}
	ok = operator == OPERATOR_ADD ? months_add(value_months(a), value_months(b), &months) :
		months_sub(value_months(a), value_months(b), &months);
	return ok ? value_from_months(months) : no_result(state, operator);
}

/*
 * is_moment tells what a duration can be added to.
 */
static bool
is_moment(FeelValue v)
{
	return v.kind == FEEL_DATE || v.kind == FEEL_TIME || v.kind == FEEL_DATE_TIME;
}

/*
 * is_duration tells the two kinds of durations.
 */
static bool
is_duration(FeelValue v)
{
	return v.kind == FEEL_DAYS_DURATION || v.kind == FEEL_MONTHS_DURATION;
}

/*
 * moment_takes tells whether the moment can be moved by the duration: a time of
 * day not by months.
 */
static bool
moment_takes(FeelValue moment, FeelValue duration)
{
	return is_moment(moment) && is_duration(duration) &&
		!(moment.kind == FEEL_TIME && duration.kind == FEEL_MONTHS_DURATION);
}

/*
 * temporal_arithmetic gives what operators mean for dates, times, durations.
 */
static FeelValue
temporal_arithmetic(FeelState *state, FeelOperator operator, FeelValue a, FeelValue b)
{
	switch (operator)
	{
		case OPERATOR_ADD:
			if (moment_takes(a, b))
				return add_duration(state, operator, a, b);
			if (moment_takes(b, a))
				return add_duration(state, operator, b, a);
			break;
		case OPERATOR_SUBTRACT:
			if (moment_takes(a, b))
				return add_duration(state, operator, a, b);
			if (is_moment(a) && is_moment(b) && (a.kind == FEEL_TIME) == (b.kind == FEEL_TIME))
				return moments_subtract(state, a, b);
			break;
		case OPERATOR_MULTIPLY:
			if (is_duration(a) && b.kind == FEEL_NUMBER)
				return duration_scale(state, operator, a, b.u.number);
			if (is_duration(b) && a.kind == FEEL_NUMBER)
				return duration_scale(state, operator, b, a.u.number);
			break;
		case OPERATOR_DIVIDE:
			if (is_duration(a) && b.kind == FEEL_NUMBER)
				return duration_scale(state, operator, a, b.u.number);
			break;
		default:
			break;
	}
	if (is_duration(a) && a.kind == b.kind)
		return durations_arithmetic(state, operator, a, b);
	return no_operation(state, operator, a, b);
}

/*
 * eval_arithmetic gives a operator b.
 */
FeelValue
eval_arithmetic(FeelState *state, FeelOperator operator, FeelValue a, FeelValue b)
{
	if (likely(a.kind == FEEL_NUMBER && b.kind == FEEL_NUMBER))
		return number_arithmetic(state, operator, a.u.number, b.u.number);
	if (a.kind == FEEL_STRING && b.kind == FEEL_STRING && operator == OPERATOR_ADD)
		return string_concatenate(state, a.u.string, b.u.string);
	return temporal_arithmetic(state, operator, a, b);
}

/*
 * eval_negate gives -a.
 */
FeelValue
eval_negate(FeelState *state, FeelValue a)
{
	FeelDaysDuration days;
	FeelMonthsDuration months;

	if (a.kind == FEEL_NUMBER)
		return value_from_number(number_neg(a.u.number));
	if (a.kind == FEEL_DAYS_DURATION && days_neg(value_days(a), &days))
		return value_from_days(state->arena, days);
	if (a.kind == FEEL_MONTHS_DURATION && months_neg(value_months(a), &months))
		return value_from_months(months);
	return feel_null(state, "- %s is not defined", feel_kind_name(a.kind));
}

/*
 * order_holds tells whether the order is what the operator asks for.
 */
static bool
order_holds(FeelOperator operator, int order)
{
	switch (operator)
	{
		case OPERATOR_LESS:
			return order < 0;
		case OPERATOR_LESS_EQUAL:
			return order <= 0;
		case OPERATOR_GREATER:
			return order > 0;
		default:
			return order >= 0;
	}
}

/*
 * eval_compare gives a operator b, or null if the two do not go together.
 */
FeelValue
eval_compare(FeelState *state, FeelOperator operator, FeelValue a, FeelValue b)
{
	int			order;

	if (operator == OPERATOR_EQUAL || operator == OPERATOR_UNEQUAL)
	{
		FeelTruth	truth = feel_equal(state, a, b);

		if (truth == FEEL_UNKNOWN)
			return no_operation(state, operator, a, b);
		return value_from_bool((truth == FEEL_TRUE) == (operator == OPERATOR_EQUAL));
	}
	if (likely(a.kind == FEEL_NUMBER && b.kind == FEEL_NUMBER))
		return value_from_bool(order_holds(operator, number_compare(a.u.number, b.u.number)));
	if (!feel_compare(state, a, b, &order))
		return no_operation(state, operator, a, b);
	return value_from_bool(order_holds(operator, order));
}
