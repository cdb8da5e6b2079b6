/*-------------------------------------------------------------------------
 *
 * builtin_temporal.c
 *		Functions of FEEL that make dates, times and durations, and those that
 *		look at them.
 *
 * A date beside times is its midnight of UTC.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/builtin.h"

extern const FeelBuiltin builtin_temporal[];

/*
 * whole gives an argument that has to be a whole number.
 */
static bool
whole(FeelValue argument, int64 *value)
{
	return argument.kind == FEEL_NUMBER && number_to_int64(argument.u.number, value);
}

/*
 * date_of gives the date of a date, or of a date and time.
 */
static FeelDate
date_of(FeelValue value)
{
	return value.kind == FEEL_DATE ? value_date(value) : value_date_time(value).date;
}

/*
 * builtin_date reads a date.
 */
static FeelValue
builtin_date(FeelState *state, const FeelValue *args, int count)
{
	FeelString	text = args[0].u.string;
	FeelDate	date;

	if (!date_parse(text.data, (size_t) text.length, &date))
		return feel_null(state, "no date such as 2024-03-01");
	return value_from_date(date);
}

/*
 * builtin_date_of takes the date of a date and time.
 */
static FeelValue
builtin_date_of(FeelState *state, const FeelValue *args, int count)
{
	return value_from_date(date_of(args[0]));
}

/*
 * builtin_date_make makes a date of year, month and day.
 */
static FeelValue
builtin_date_make(FeelState *state, const FeelValue *args, int count)
{
	int64		year,
				month,
				day;
	FeelDate	date;

	if (!whole(args[0], &year) || !whole(args[1], &month) || !whole(args[2], &day) ||
		!date_make(year, month, day, &date))
		return feel_null(state, "there is no such day");
	return value_from_date(date);
}

/*
 * builtin_date_time reads a date and time.
 */
static FeelValue
builtin_date_time(FeelState *state, const FeelValue *args, int count)
{
	FeelString	text = args[0].u.string;
	FeelDateTime date_time;

	if (!date_time_parse(text.data, (size_t) text.length, feel_zones(state), &date_time))
		return feel_null(state, "no date and time such as 2024-03-01T09:00:00");
	return value_from_date_time(feel_arena(state), date_time);
}

/*
 * builtin_date_time_join puts a date and a time together; the zone is the time's.
 */
static FeelValue
builtin_date_time_join(FeelState *state, const FeelValue *args, int count)
{
	FeelDateTime date_time = {.date = date_of(args[0]), .time = value_time(args[1])};

	return value_from_date_time(feel_arena(state), date_time);
}

/*
 * split_seconds takes seconds with their fraction apart.
 */
static bool
split_seconds(FeelValue argument, int64 *seconds, int64 *nanoseconds)
{
	FeelNumber	scaled;
	int64		total;

	if (argument.kind != FEEL_NUMBER ||
		!number_mul(argument.u.number, number_from_int64(NANOSECONDS_PER_SECOND), &scaled) ||
		!number_truncate_int64(scaled, &total) || total < 0)
		return false;
	*seconds = total / NANOSECONDS_PER_SECOND;
	*nanoseconds = total % NANOSECONDS_PER_SECOND;
	return true;
}

/*
 * get_zone makes a zone of an offset, of a number of hours, or of a name; of null
 * none.
 */
static bool
get_zone(FeelState *state, FeelValue argument, FeelZone *zone)
{
	FeelTime	probe = {0};
	FeelNumber	seconds;
	int64		offset = 0;
	int32		known_offset;

	memset(zone, 0, sizeof(*zone));
	switch ((FeelKind) argument.kind)
	{
		case FEEL_NULL:
			return true;
		case FEEL_DAYS_DURATION:
			offset = value_days(argument).seconds;
			break;
		case FEEL_NUMBER:
			if (!number_mul(argument.u.number, number_from_int64(SECONDS_PER_HOUR), &seconds) ||
				!number_to_int64(seconds, &offset))
				return false;
			break;
		case FEEL_STRING:
			if (argument.u.string.length == 0 || argument.u.string.length > ZONE_NAME_MAX)
				return false;
			zone->kind = FEEL_ZONE_NAME;
			zone->name = argument.u.string.data;
			zone->name_bytes = (uint8) argument.u.string.length;
			probe.zone = *zone;
			return time_offset(probe, feel_zones(state), &known_offset);
		default:
			return false;
	}
	if (offset > ZONE_OFFSET_MAX || offset < -ZONE_OFFSET_MAX)
		return false;
	*zone = zone_from_offset((int32) offset);
	return true;
}

/*
 * get_time makes a time of hour, minute, second and a zone.
 */
static bool
get_time(FeelState *state, const FeelValue *args, FeelValue zone_argument, FeelTime *time)
{
	int64		hour,
				minute,
				second,
				nanoseconds;
	FeelZone	zone;

	return whole(args[0], &hour) && whole(args[1], &minute) &&
		split_seconds(args[2], &second, &nanoseconds) && get_zone(state, zone_argument, &zone) &&
		time_make(hour, minute, second, nanoseconds, zone, time);
}

/*
 * builtin_date_time_make makes a date and time of six numbers and a zone.
 */
static FeelValue
builtin_date_time_make(FeelState *state, const FeelValue *args, int count)
{
	FeelDateTime date_time;
	int64		year,
				month,
				day;

	if (!whole(args[0], &year) || !whole(args[1], &month) || !whole(args[2], &day) ||
		!date_make(year, month, day, &date_time.date) ||
		!get_time(state, args + 3, count > 6 ? args[6] : value_null(), &date_time.time))
		return feel_null(state, "there is no such date and time");
	return value_from_date_time(feel_arena(state), date_time);
}

/*
 * builtin_time reads a time.
 */
static FeelValue
builtin_time(FeelState *state, const FeelValue *args, int count)
{
	FeelString	text = args[0].u.string;
	FeelTime	time;

	if (!time_parse(text.data, (size_t) text.length, feel_zones(state), &time))
		return feel_null(state, "no time such as 09:00:00");
	return value_from_time(feel_arena(state), time);
}

/*
 * builtin_time_of takes the time of a date and time.
 */
static FeelValue
builtin_time_of(FeelState *state, const FeelValue *args, int count)
{
	FeelTime	time = {.zone = zone_from_offset(0)};

	if (args[0].kind == FEEL_TIME)
		return args[0];
	if (args[0].kind == FEEL_DATE_TIME)
		time = value_date_time(args[0]).time;
	return value_from_time(feel_arena(state), time);
}

/*
 * builtin_time_make makes a time of hour, minute, second and an offset.
 */
static FeelValue
builtin_time_make(FeelState *state, const FeelValue *args, int count)
{
	FeelTime	time;

	if ((args[3].kind != FEEL_NULL && args[3].kind != FEEL_DAYS_DURATION) ||
		!get_time(state, args, args[3], &time))
		return feel_null(state, "there is no such time");
	return value_from_time(feel_arena(state), time);
}

/*
 * builtin_duration reads a duration of either kind.
 */
static FeelValue
builtin_duration(FeelState *state, const FeelValue *args, int count)
{
	FeelString	text = args[0].u.string;
	FeelDaysDuration days;
	FeelMonthsDuration months;

	if (days_parse(text.data, (size_t) text.length, &days))
		return value_from_days(feel_arena(state), days);
	if (months_parse(text.data, (size_t) text.length, &months))
		return value_from_months(months);
	return feel_null(state, "no duration such as P1DT2H or P1Y2M");
}

/*
 * builtin_duration_of gives a duration back.
 */
static FeelValue
builtin_duration_of(FeelState *state, const FeelValue *args, int count)
{
	return args[0];
}

/*
 * builtin_months_between gives the whole months between two dates.
 */
static FeelValue
builtin_months_between(FeelState *state, const FeelValue *args, int count)
{
	return value_from_months(months_between(date_of(args[0]), date_of(args[1])));
}

/*
 * here gives the moment as a clock of the host's zone shows it.
 */
static FeelDateTime
here(FeelState *state)
{
	const char *name = feel_zone(state);
	size_t		bytes = name == NULL ? 0 : strlen(name);
	FeelZone	zone = zone_from_offset(0);

	if (bytes > 0 && bytes <= ZONE_NAME_MAX)
	{
		zone.kind = FEEL_ZONE_NAME;
		zone.name = arena_copy(feel_arena(state), name, bytes);
		zone.name_bytes = (uint8) bytes;
	}
	return date_time_from_unix(feel_now_usec(state), zone, feel_zones(state));
}

/*
 * builtin_now gives the present date and time.
 */
static FeelValue
builtin_now(FeelState *state, const FeelValue *args, int count)
{
	return value_from_date_time(feel_arena(state), here(state));
}

/*
 * builtin_today gives the present date.
 */
static FeelValue
builtin_today(FeelState *state, const FeelValue *args, int count)
{
	return value_from_date(here(state).date);
}

/*
 * builtin_day_of_year counts from January 1st.
 */
static FeelValue
builtin_day_of_year(FeelState *state, const FeelValue *args, int count)
{
	return value_from_int64(date_day_of_year(date_of(args[0])));
}

/*
 * builtin_day_of_week names the day.
 */
static FeelValue
builtin_day_of_week(FeelState *state, const FeelValue *args, int count)
{
	static const char *const names[] = {
		"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"
	};
	const char *name = names[date_weekday(date_of(args[0])) - 1];

	return value_from_string(feel_string(name, strlen(name)));
}

/*
 * builtin_month_of_year names the month.
 */
static FeelValue
builtin_month_of_year(FeelState *state, const FeelValue *args, int count)
{
	static const char *const names[] = {
		"January", "February", "March", "April", "May", "June", "July", "August",
		"September", "October", "November", "December"
	};
	const char *name = names[date_of(args[0]).month - 1];

	return value_from_string(feel_string(name, strlen(name)));
}

/*
 * builtin_week_of_year gives the number of the week.
 */
static FeelValue
builtin_week_of_year(FeelState *state, const FeelValue *args, int count)
{
	return value_from_int64(date_week_of_year(date_of(args[0])));
}

#define SIX_NUMBERS \
	"year: number, month: number, day: number, hour: number, minute: number, second: number"

const FeelBuiltin builtin_temporal[] = {
	{"date", "from: string", builtin_date},
	{"date", "from: date|datetime", builtin_date_of},
	{"date", "year: number, month: number, day: number", builtin_date_make},
	{"date and time", "from: string", builtin_date_time},
	{"date and time", "date: date|datetime, time: time", builtin_date_time_join},
	{"date and time", SIX_NUMBERS, builtin_date_time_make},
	{"date and time", SIX_NUMBERS ", offset: days", builtin_date_time_make},
	{"date and time", SIX_NUMBERS ", hour offset: number", builtin_date_time_make},
	{"date and time", SIX_NUMBERS ", timezone: string", builtin_date_time_make},
	{"time", "from: string", builtin_time},
	{"time", "from: time|date|datetime", builtin_time_of},
	{"time", "hour: number, minute: number, second: number, offset?: any", builtin_time_make},
	{"duration", "from: string", builtin_duration},
	{"duration", "from: days|months", builtin_duration_of},
	{"years and months duration", "from: date|datetime, to: date|datetime",
	builtin_months_between},
	{"now", "", builtin_now, true},
	{"today", "", builtin_today, true},
	{"day of year", "date: date|datetime", builtin_day_of_year},
	{"day of week", "date: date|datetime", builtin_day_of_week},
	{"month of year", "date: date|datetime", builtin_month_of_year},
	{"week of year", "date: date|datetime", builtin_week_of_year},
	{NULL}
};
