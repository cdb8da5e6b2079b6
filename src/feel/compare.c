/*-------------------------------------------------------------------------
 *
 * compare.c
 *		Equality and order of values.
 *
 * Values of different kinds are neither equal nor unequal: unknown, which = turns
 * into null.  Null equals null and nothing else.  A date beside a date and time
 * is taken for the midnight (UTC) that it begins with.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/state.h"

/*
 * as_date_time gives the date and time that a date stands for beside one.
 */
static FeelDateTime
as_date_time(FeelValue value)
{
	if (value.kind == FEEL_DATE)
		return date_time_from_date(value_date(value), zone_from_offset(0));
	return value_date_time(value);
}

/*
 * is_moment tells what has a place on the calendar.
 */
static bool
is_moment(FeelValue value)
{
	return value.kind == FEEL_DATE || value.kind == FEEL_DATE_TIME;
}

/*
 * lists_equal compares item by item; a pair that does not go together makes the
 * lists unequal.
 */
static FeelTruth
lists_equal(FeelState *state, FeelValue a, FeelValue b)
{
	const FeelValue *x;
	const FeelValue *y;
	int32		count = list_count(a);

	if (count != list_count(b))
		return FEEL_FALSE;
	x = list_items(state, a);
	y = list_items(state, b);
	for (int32 i = 0; i < count; i++)
		if (feel_equal(state, x[i], y[i]) != FEEL_TRUE)
			return FEEL_FALSE;
	return FEEL_TRUE;
}

/*
 * contexts_equal compares by key, whatever the order.
 */
static FeelTruth
contexts_equal(FeelState *state, FeelValue a, FeelValue b)
{
	const FeelEntry *entries;
	int32		count = context_count(a);

	if (count != context_count(b))
		return FEEL_FALSE;
	entries = context_entries(state, a);
	for (int32 i = 0; i < count; i++)
	{
		FeelValue	other;

		if (!context_get(state, b, entries[i].key, &other) ||
			feel_equal(state, entries[i].value, other) != FEEL_TRUE)
			return FEEL_FALSE;
	}
	return FEEL_TRUE;
}

/*
 * ranges_equal compares ends and how they are included.
 */
static FeelTruth
ranges_equal(FeelState *state, const FeelRange *a, const FeelRange *b)
{
	if (a->form != b->form || a->low_included != b->low_included || a->high_included != b->high_included)
		return FEEL_FALSE;
	return feel_equal(state, a->low, b->low) == FEEL_TRUE && feel_equal(state, a->high, b->high) == FEEL_TRUE;
}

/*
 * functions_equal compares by identity: what two functions do is not compared.
 */
static FeelTruth
functions_equal(const FeelFunction *a, const FeelFunction *b)
{
	return a == b || (a->kind == FUNCTION_BUILTIN && b->kind == FUNCTION_BUILTIN && a->builtin == b->builtin);
}

/*
 * same_kind_equal compares two values of one kind.
 */
static FeelTruth
same_kind_equal(FeelState *state, FeelValue a, FeelValue b)
{
	bool		equal = false;

	switch ((FeelKind) a.kind)
	{
		case FEEL_NULL:
		case FEEL_UNBOUND:
			return FEEL_TRUE;
		case FEEL_BOOLEAN:
			return a.u.boolean == b.u.boolean;
		case FEEL_NUMBER:
			return number_equal(a.u.number, b.u.number);
		case FEEL_STRING:
			return string_equal(a.u.string, b.u.string);
		case FEEL_DATE:
			return date_compare(value_date(a), value_date(b)) == 0;
		case FEEL_TIME:
			return time_equal(value_time(a), value_time(b), feel_zones(state), &equal) ? (FeelTruth) equal : FEEL_UNKNOWN;
		case FEEL_DATE_TIME:
			return date_time_equal(value_date_time(a), value_date_time(b), feel_zones(state), &equal) ?
				(FeelTruth) equal : FEEL_UNKNOWN;
		case FEEL_DAYS_DURATION:
			return days_compare(value_days(a), value_days(b)) == 0;
		case FEEL_MONTHS_DURATION:
			return months_compare(value_months(a), value_months(b)) == 0;
		case FEEL_LIST:
			return lists_equal(state, a, b);
		case FEEL_CONTEXT:
			return contexts_equal(state, a, b);
		case FEEL_RANGE:
			return ranges_equal(state, a.u.range, b.u.range);
		case FEEL_FUNCTION:
			return functions_equal(a.u.function, b.u.function);
	}
	return FEEL_UNKNOWN;
}

/*
 * nothing_equal tells durations of nothing: P0D and P0Y are the same length.
 */
static FeelTruth
durations_equal(FeelValue a, FeelValue b)
{
	FeelValue	days = a.kind == FEEL_DAYS_DURATION ? a : b;
	FeelValue	months = a.kind == FEEL_DAYS_DURATION ? b : a;

	if (days_to_nanoseconds(value_days(days)) == 0 && value_months(months).months == 0)
		return FEEL_TRUE;
	return FEEL_UNKNOWN;
}

/*
 * feel_equal compares two values; see above for what does not go together.
 */
FeelTruth
feel_equal(FeelState *state, FeelValue a, FeelValue b)
{
	FeelTruth	truth;
	bool		equal;

	if (a.kind != b.kind)
	{
		if (a.kind == FEEL_NULL || b.kind == FEEL_NULL)
			return FEEL_FALSE;
		if (is_moment(a) && is_moment(b))
			return date_time_equal(as_date_time(a), as_date_time(b), feel_zones(state), &equal) ?
				(FeelTruth) equal : FEEL_UNKNOWN;
		if ((a.kind == FEEL_DAYS_DURATION && b.kind == FEEL_MONTHS_DURATION) ||
			(a.kind == FEEL_MONTHS_DURATION && b.kind == FEEL_DAYS_DURATION))
			return durations_equal(a, b);
		return FEEL_UNKNOWN;
	}
	if (a.kind < FEEL_LIST)
		return same_kind_equal(state, a, b);
	state_step(state);
	if (++state->depth > state->limits.depth_max)
		feel_fail_limit(state, "values nested deeper than %d levels", state->limits.depth_max);
	truth = same_kind_equal(state, a, b);
	state->depth--;
	return truth;
}

/*
 * feel_compare orders two values of a kind that has an order.
 */
bool
feel_compare(FeelState *state, FeelValue a, FeelValue b, int *order)
{
	if (a.kind != b.kind)
		return is_moment(a) && is_moment(b) &&
			date_time_compare(as_date_time(a), as_date_time(b), feel_zones(state), order);
	switch ((FeelKind) a.kind)
	{
		case FEEL_NUMBER:
			*order = number_compare(a.u.number, b.u.number);
			return true;
		case FEEL_STRING:
			*order = string_compare(a.u.string, b.u.string);
			return true;
		case FEEL_DATE:
			*order = date_compare(value_date(a), value_date(b));
			return true;
		case FEEL_TIME:
			return time_compare(value_time(a), value_time(b), feel_zones(state), order);
		case FEEL_DATE_TIME:
			return date_time_compare(value_date_time(a), value_date_time(b), feel_zones(state), order);
		case FEEL_DAYS_DURATION:
			*order = days_compare(value_days(a), value_days(b));
			return true;
		case FEEL_MONTHS_DURATION:
			*order = months_compare(value_months(a), value_months(b));
			return true;
		default:
			return false;
	}
}

/*
 * feel_in_range tells whether a value is between the ends.
 */
FeelTruth
feel_in_range(FeelState *state, FeelValue value, const FeelRange *range)
{
	int			order;

	if (range->form == FEEL_RANGE_EQUAL)
		return feel_equal(state, value, range->low);
	if (range->form == FEEL_RANGE_UNEQUAL)
	{
		FeelTruth	equal = feel_equal(state, value, range->high);

		return equal == FEEL_UNKNOWN ? equal : (FeelTruth) (equal == FEEL_FALSE);
	}
	if (range->low.kind != FEEL_NULL)
	{
		if (!feel_compare(state, value, range->low, &order))
			return FEEL_UNKNOWN;
		if (order < 0 || (order == 0 && !range->low_included))
			return FEEL_FALSE;
	}
	else if (range->form == FEEL_RANGE_INTERVAL)
		return FEEL_UNKNOWN;
	if (range->high.kind != FEEL_NULL)
	{
		if (!feel_compare(state, value, range->high, &order))
			return FEEL_UNKNOWN;
		if (order > 0 || (order == 0 && !range->high_included))
			return FEEL_FALSE;
	}
	else if (range->form == FEEL_RANGE_INTERVAL)
		return FEEL_UNKNOWN;
	return FEEL_TRUE;
}
