/*-------------------------------------------------------------------------
 *
 * property.c
 *		value.name: entries of contexts, properties of dates, times, durations
 *		and ranges; of a list, the list of what its items give.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/state.h"

#define IS(name, literal) string_equal(name, FEEL_STRING_LITERAL(literal))

/*
 * date_property sets a property that dates have; false: there is none such.
 */
static bool
date_property(FeelDate date, FeelString name, FeelValue *value)
{
	if (IS(name, "year"))
		*value = value_from_int64(date.year);
	else if (IS(name, "month"))
		*value = value_from_int64(date.month);
	else if (IS(name, "day"))
		*value = value_from_int64(date.day);
	else if (IS(name, "weekday"))
		*value = value_from_int64(date_weekday(date));
	else
		return false;
	return true;
}

/*
 * zone_property sets time offset or timezone, null where there is no zone.
 */
static bool
zone_property(FeelState *state, FeelZone zone, bool has_offset, int32 offset_seconds, FeelString name,
			  FeelValue *value)
{
	*value = value_null();
	if (IS(name, "time offset"))
	{
		FeelDaysDuration offset = {.seconds = offset_seconds};

		if (has_offset)
			*value = value_from_days(state->arena, offset);
		return true;
	}
	if (IS(name, "timezone"))
	{
		if (zone.kind == FEEL_ZONE_NAME)
			*value = value_from_string(feel_string(zone.name, zone.name_bytes));
		return true;
	}
	return false;
}

/*
 * time_property sets a property of the time of day.
 */
static bool
time_property(FeelTime time, FeelString name, FeelValue *value)
{
	if (IS(name, "hour"))
		*value = value_from_int64(time_hour(time));
	else if (IS(name, "minute"))
		*value = value_from_int64(time_minute(time));
	else if (IS(name, "second"))
		*value = value_from_int64(time_second(time));
	else
		return false;
	return true;
}

/*
 * duration_property sets a part of a duration.
 */
static bool
duration_property(FeelValue duration, FeelString name, FeelValue *value)
{
	FeelDurationParts parts;

	if (duration.kind == FEEL_MONTHS_DURATION)
	{
		if (IS(name, "years"))
			*value = value_from_int64(months_years(value_months(duration)));
		else if (IS(name, "months"))
			*value = value_from_int64(months_months(value_months(duration)));
		else
			return false;
		return true;
	}
	parts = days_parts(value_days(duration));
	if (IS(name, "days"))
		*value = value_from_int64(parts.days);
	else if (IS(name, "hours"))
		*value = value_from_int64(parts.hours);
	else if (IS(name, "minutes"))
		*value = value_from_int64(parts.minutes);
	else if (IS(name, "seconds"))
		*value = value_from_int64(parts.seconds);
	else
		return false;
	return true;
}

/*
 * range_property sets an end of a range, or whether it is included.
 */
static bool
range_property(const FeelRange *range, FeelString name, FeelValue *value)
{
	if (IS(name, "start"))
		*value = range->low;
	else if (IS(name, "end"))
		*value = range->form == FEEL_RANGE_UNEQUAL ? value_null() : range->high;
	else if (IS(name, "start included"))
		*value = value_from_bool(range->low_included);
	else if (IS(name, "end included"))
		*value = value_from_bool(range->high_included);
	else
		return false;
	return true;
}

/*
 * temporal_property sets a property of a date, a time, or both.
 */
static bool
temporal_property(FeelState *state, FeelValue v, FeelString name, FeelValue *value)
{
	int32		offset = 0;
	bool		has_offset;

	switch ((FeelKind) v.kind)
	{
		case FEEL_DATE:
			return date_property(value_date(v), name, value);
		case FEEL_TIME:
			has_offset = time_offset(value_time(v), feel_zones(state), &offset);
			return time_property(value_time(v), name, value) ||
				zone_property(state, value_time(v).zone, has_offset, offset, name, value);
		case FEEL_DATE_TIME:
			has_offset = date_time_offset(value_date_time(v), feel_zones(state), &offset);
			return date_property(value_date_time(v).date, name, value) ||
				time_property(value_date_time(v).time, name, value) ||
				zone_property(state, value_date_time(v).time.zone, has_offset, offset, name, value);
		case FEEL_DAYS_DURATION:
		case FEEL_MONTHS_DURATION:
			return duration_property(v, name, value);
		case FEEL_RANGE:
			return range_property(v.u.range, name, value);
		default:
			return false;
	}
}

/*
 * list_member gives the list of what the items give.
 */
static FeelValue
list_member(FeelState *state, FeelValue list, FeelString name)
{
	const FeelValue *items = list_items(state, list);
	int32		count = list_count(list);
	FeelValue  *members;
	FeelValue	result = value_new_list(state->arena, count, &members);

	for (int32 i = 0; i < count; i++)
	{
		state_step(state);
		members[i] = eval_member(state, items[i], name);
	}
	return result;
}

/*
 * eval_member gives value.name.
 */
FeelValue
eval_member(FeelState *state, FeelValue value, FeelString name)
{
	FeelValue	result;

	switch ((FeelKind) value.kind)
	{
		case FEEL_CONTEXT:
			if (context_get(state, value, name, &result))
				return result;
			return feel_null(state, "the context has no entry \"%.*s\"", name.length, name.data);
		case FEEL_LIST:
			if (++state->depth > state->limits.depth_max)
				feel_fail_limit(state, "lists nested deeper than %d levels", state->limits.depth_max);
			result = list_member(state, value, name);
			state->depth--;
			return result;
		case FEEL_NULL:
			return feel_null(state, "null has no entry \"%.*s\"", name.length, name.data);
		default:
			if (temporal_property(state, value, name, &result))
				return result;
			return feel_null(state, "a %s has no property \"%.*s\"", feel_kind_name(value.kind),
							 name.length, name.data);
	}
}
