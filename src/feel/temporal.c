/*-------------------------------------------------------------------------
 *
 * temporal.c
 *		FEEL's dates and times: calendar, zones, arithmetic, comparison.
 *
 * All goes through two counts: days since 1970-01-01 for dates, seconds since
 * then, of UTC, and nanoseconds for what has a zone.  Durations of days are
 * added to moments, so that an hour over a change of clocks is an hour;
 * durations of months are added to the date on the calendar, and a day that the
 * month does not have becomes its last.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/temporal.h"

#define DAYS_PER_400_YEARS	146097
#define DAYS_TO_1970		719468	/* from 0000-03-01 */

/* A moment, of UTC; without a zone: of the wall clock. */
typedef struct Moment
{
	int64		seconds;		/* since 1970 */
	int64		nanoseconds;
} Moment;

/*
 * floor_div divides and rounds down.
 */
static inline int64
floor_div(int64 a, int64 b)
{
	return a / b - (a % b < 0);
}

/*
 * date_to_days counts the days since 1970-01-01.
 *
 * Years are counted from March, so that the day of a leap year is the last one,
 * and in cycles of 400 years, all of which are alike.
 */
int64
date_to_days(FeelDate date)
{
	int64		year = (int64) date.year - (date.month <= 2);
	int64		cycle = floor_div(year, 400);
	int64		year_of_cycle = year - cycle * 400;
	int64		month = (date.month + 9) % 12;
	int64		day_of_year = (153 * month + 2) / 5 + date.day - 1;

	return cycle * DAYS_PER_400_YEARS + year_of_cycle * 365 + year_of_cycle / 4 -
		year_of_cycle / 100 + day_of_year - DAYS_TO_1970;
}

/*
 * date_from_days gives the date of a count of days; false: out of range.
 */
bool
date_from_days(int64 days, FeelDate *result)
{
	int64		cycle;
	int64		day;
	int64		year;
	int64		month;

	if (days > INT64CONST(400000000000) || days < -INT64CONST(400000000000))
		return false;
	days += DAYS_TO_1970;
	cycle = floor_div(days, DAYS_PER_400_YEARS);
	day = days - cycle * DAYS_PER_400_YEARS;
	year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= year * 365 + year / 4 - year / 100;
	month = (5 * day + 2) / 153;
	year += cycle * 400 + (month >= 10);
	if (year > TEMPORAL_YEAR_MAX || year < -TEMPORAL_YEAR_MAX)
		return false;
	result->year = (int32) year;
	result->day = (int16) (day - (153 * month + 2) / 5 + 1);
	result->month = (int16) (month < 10 ? month + 3 : month - 9);
	return true;
}

/*
 * month_days gives the number of days of a month.
 */
int
month_days(int64 year, int month)
{
	static const int8 days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool		is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && is_leap);
}

/*
 * date_make makes a date of its parts; false: there is no such day.
 */
bool
date_make(int64 year, int64 month, int64 day, FeelDate *result)
{
	if (year < -TEMPORAL_YEAR_MAX || year > TEMPORAL_YEAR_MAX || month < 1 || month > 12 ||
		day < 1 || day > month_days(year, (int) month))
		return false;
	result->year = (int32) year;
	result->month = (int16) month;
	result->day = (int16) day;
	return true;
}

/*
 * time_make makes a time of its parts; false: the clock shows no such time.
 */
bool
time_make(int64 hour, int64 minute, int64 second, int64 nanoseconds,
		  FeelZone zone, FeelTime *result)
{
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 ||
		nanoseconds < 0 || nanoseconds >= NANOSECONDS_PER_SECOND)
		return false;
	if (zone.kind == FEEL_ZONE_OFFSET &&
		(zone.offset_seconds > ZONE_OFFSET_MAX || zone.offset_seconds < -ZONE_OFFSET_MAX))
		return false;
	result->nanoseconds = ((hour * 60 + minute) * 60 + second) * NANOSECONDS_PER_SECOND +
		nanoseconds;
	result->zone = zone;
	return true;
}

/*
 * zone_from_offset makes a zone of an offset.
 */
FeelZone
zone_from_offset(int32 offset_seconds)
{
	FeelZone	zone = {.kind = FEEL_ZONE_OFFSET, .offset_seconds = offset_seconds};

	return zone;
}

/*
 * date_time_from_date gives midnight of a date.
 */
FeelDateTime
date_time_from_date(FeelDate date, FeelZone zone)
{
	FeelDateTime date_time = {.date = date, .time = {.nanoseconds = 0, .zone = zone}};

	return date_time;
}

/*
 * zone_offset asks for the offset of a zone of any kind but none; seconds as for
 * FeelZones.
 */
static bool
zone_offset(FeelZone zone, const FeelZones *zones, int64 seconds, bool is_local,
			int32 *offset_seconds)
{
	char		name[ZONE_NAME_MAX + 1];

	if (zone.kind == FEEL_ZONE_OFFSET)
	{
		*offset_seconds = zone.offset_seconds;
		return true;
	}
	if (zone.kind == FEEL_ZONE_NONE || zones == NULL || zone.name_bytes > ZONE_NAME_MAX)
		return false;
	memcpy(name, zone.name, zone.name_bytes);
	name[zone.name_bytes] = '\0';
	return zones->offset(zones->data, name, seconds, is_local, offset_seconds);
}

/*
 * time_offset gives the offset of a time's zone; false: it has none.
 *
 * A named zone's is its standard time: the lesser of that in January and that in
 * July.
 */
bool
time_offset(FeelTime time, const FeelZones *zones, int32 *offset_seconds)
{
	FeelDate	january = {ZONE_REFERENCE_YEAR, 1, 1};
	FeelDate	july = {ZONE_REFERENCE_YEAR, 7, 1};
	int32		summer;

	if (!zone_offset(time.zone, zones, date_to_days(january) * SECONDS_PER_DAY, false,
					 offset_seconds) ||
		!zone_offset(time.zone, zones, date_to_days(july) * SECONDS_PER_DAY, false, &summer))
		return false;
	*offset_seconds = Min(*offset_seconds, summer);
	return true;
}

/*
 * wall_seconds gives the seconds since 1970 that the clock on the wall shows.
 */
static int64
wall_seconds(FeelDateTime date_time)
{
	return date_to_days(date_time.date) * SECONDS_PER_DAY +
		date_time.time.nanoseconds / NANOSECONDS_PER_SECOND;
}

/*
 * date_time_offset gives the offset from UTC; false: there is no zone.
 */
bool
date_time_offset(FeelDateTime date_time, const FeelZones *zones, int32 *offset_seconds)
{
	return zone_offset(date_time.time.zone, zones, wall_seconds(date_time), true,
					   offset_seconds);
}

/*
 * to_moment gives the moment of a date and time; false: its zone is not known.
 */
static bool
to_moment(FeelDateTime date_time, const FeelZones *zones, Moment *moment)
{
	int32		offset_seconds = 0;

	if (date_time.time.zone.kind != FEEL_ZONE_NONE &&
		!date_time_offset(date_time, zones, &offset_seconds))
		return false;
	moment->seconds = wall_seconds(date_time) - offset_seconds;
	moment->nanoseconds = date_time.time.nanoseconds % NANOSECONDS_PER_SECOND;
	return true;
}

/*
 * from_moment gives the date and time that a clock of the zone shows.
 */
static bool
from_moment(Moment moment, FeelZone zone, const FeelZones *zones, FeelDateTime *result)
{
	int32		offset_seconds = 0;
	int64		seconds;
	int64		days;

	if (zone.kind != FEEL_ZONE_NONE &&
		!zone_offset(zone, zones, moment.seconds, false, &offset_seconds))
		return false;
	seconds = moment.seconds + offset_seconds;
	days = floor_div(seconds, SECONDS_PER_DAY);
	if (!date_from_days(days, &result->date))
		return false;
	result->time.nanoseconds =
		(seconds - days * SECONDS_PER_DAY) * NANOSECONDS_PER_SECOND + moment.nanoseconds;
	result->time.zone = zone;
	return true;
}

/*
 * date_time_from_unix gives the date and time of a clock that counts microseconds
 * since 1970; UTC if the zone is not known.
 */
FeelDateTime
date_time_from_unix(int64 usec, FeelZone zone, const FeelZones *zones)
{
	FeelDateTime result = {{1970, 1, 1}};
	Moment		moment;

	moment.seconds = floor_div(usec, 1000000);
	moment.nanoseconds = (usec - moment.seconds * 1000000) * 1000;
	if (!from_moment(moment, zone, zones, &result))
		(void) from_moment(moment, zone_from_offset(0), zones, &result);
	return result;
}

/*
 * date_weekday gives 1 for Monday to 7 for Sunday.
 */
int
date_weekday(FeelDate date)
{
	int64		days = date_to_days(date) + 3;	/* 1970-01-01 was a Thursday */

	return (int) (days - floor_div(days, 7) * 7) + 1;
}

/*
 * date_day_of_year gives 1 to 366.
 */
int
date_day_of_year(FeelDate date)
{
	FeelDate	first = {date.year, 1, 1};

	return (int) (date_to_days(date) - date_to_days(first)) + 1;
}

/*
 * date_week_of_year gives the number of the week of ISO 8601: a week belongs to
 * the year that has its Thursday.
 */
int
date_week_of_year(FeelDate date)
{
	int			thursday = date_day_of_year(date) - date_weekday(date) + 4;
	int			year_days = 365 + (month_days(date.year, 2) == 29);

	if (thursday < 1)
		thursday += 365 + (month_days((int64) date.year - 1, 2) == 29);
	else if (thursday > year_days)
		thursday -= year_days;
	return (thursday + 6) / 7;
}

/*
 * moment_add adds a duration to a moment; false: overflow.
 */
static bool
moment_add(Moment *moment, FeelDaysDuration duration)
{
	moment->nanoseconds += duration.nanoseconds;
	if (moment->nanoseconds >= NANOSECONDS_PER_SECOND)
	{
		moment->nanoseconds -= NANOSECONDS_PER_SECOND;
		moment->seconds++;
	}
	return !pg_add_s64_overflow(moment->seconds, duration.seconds, &moment->seconds);
}

/*
 * date_add_days adds to the midnight of a date and gives the date of the result.
 */
bool
date_add_days(FeelDate date, FeelDaysDuration duration, FeelDate *result)
{
	return date_from_days(date_to_days(date) + floor_div(duration.seconds, SECONDS_PER_DAY),
						  result);
}

/*
 * date_add_months adds on the calendar; the 31st of a shorter month is its last
 * day.
 */
bool
date_add_months(FeelDate date, FeelMonthsDuration duration, FeelDate *result)
{
	int64		months;
	int64		year;
	int			month;

	if (pg_add_s64_overflow((int64) date.year * 12 + date.month - 1, duration.months, &months))
		return false;
	year = floor_div(months, 12);
	month = (int) (months - year * 12) + 1;
	if (year < -TEMPORAL_YEAR_MAX || year > TEMPORAL_YEAR_MAX)
		return false;
	return date_make(year, month, Min(date.day, month_days(year, month)), result);
}

/*
 * time_add_days turns the clock by a duration.
 */
FeelTime
time_add_days(FeelTime time, FeelDaysDuration duration)
{
	int64		nanoseconds = time.nanoseconds +
		duration.seconds % SECONDS_PER_DAY * NANOSECONDS_PER_SECOND + duration.nanoseconds;

	time.nanoseconds = nanoseconds -
		floor_div(nanoseconds, NANOSECONDS_PER_DAY) * NANOSECONDS_PER_DAY;
	return time;
}

/*
 * date_time_add_days adds a duration to a moment.
 */
bool
date_time_add_days(FeelDateTime date_time, FeelDaysDuration duration,
				   const FeelZones *zones, FeelDateTime *result)
{
	Moment		moment;

	return to_moment(date_time, zones, &moment) && moment_add(&moment, duration) &&
		from_moment(moment, date_time.time.zone, zones, result);
}

/*
 * date_time_add_months adds on the calendar, the time of day stays.
 */
bool
date_time_add_months(FeelDateTime date_time, FeelMonthsDuration duration,
					 FeelDateTime *result)
{
	FeelDate	date;

	if (!date_add_months(date_time.date, duration, &date))
		return false;
	*result = date_time;
	result->date = date;
	return true;
}

/*
 * moment_sub gives the time from b to a; moments are far from overflow.
 */
static FeelDaysDuration
moment_sub(Moment a, Moment b)
{
	FeelDaysDuration duration;
	int64		nanoseconds = a.nanoseconds - b.nanoseconds;

	duration.seconds = a.seconds - b.seconds - (nanoseconds < 0);
	duration.nanoseconds = (int32) (nanoseconds + (nanoseconds < 0) * NANOSECONDS_PER_SECOND);
	return duration;
}

/*
 * date_sub gives the days from b to a.
 */
FeelDaysDuration
date_sub(FeelDate a, FeelDate b)
{
	FeelDaysDuration duration = {(date_to_days(a) - date_to_days(b)) * SECONDS_PER_DAY, 0};

	return duration;
}

/*
 * both_moments gives the moments of two dates and times; false: only one has a
 * zone.
 */
static bool
both_moments(FeelDateTime a, FeelDateTime b, const FeelZones *zones, Moment *moment_a,
			 Moment *moment_b)
{
	return (a.time.zone.kind == FEEL_ZONE_NONE) == (b.time.zone.kind == FEEL_ZONE_NONE) &&
		to_moment(a, zones, moment_a) && to_moment(b, zones, moment_b);
}

/*
 * on_reference_day gives a time of day as a moment of some one day: with a zone,
 * its offset is the zone's standard one.
 */
static bool
on_reference_day(FeelTime time, const FeelZones *zones, FeelDateTime *result)
{
	FeelDate	day = {ZONE_REFERENCE_YEAR, 1, 1};
	int32		offset_seconds;

	if (time.zone.kind == FEEL_ZONE_NAME)
	{
		if (!time_offset(time, zones, &offset_seconds))
			return false;
		time.zone = zone_from_offset(offset_seconds);
	}
	result->date = day;
	result->time = time;
	return true;
}

/*
 * both_days puts two times of day on the same day.
 */
static bool
both_days(FeelTime a, FeelTime b, const FeelZones *zones, FeelDateTime *date_time_a,
		  FeelDateTime *date_time_b)
{
	return on_reference_day(a, zones, date_time_a) && on_reference_day(b, zones, date_time_b);
}

/*
 * time_sub gives the time from b to a of the same day.
 */
bool
time_sub(FeelTime a, FeelTime b, const FeelZones *zones, FeelDaysDuration *result)
{
	FeelDateTime day_a,
				day_b;

	return both_days(a, b, zones, &day_a, &day_b) &&
		date_time_sub(day_a, day_b, zones, result);
}

/*
 * date_time_sub gives the time from b to a.
 */
bool
date_time_sub(FeelDateTime a, FeelDateTime b, const FeelZones *zones,
			  FeelDaysDuration *result)
{
	Moment		moment_a,
				moment_b;

	if (!both_moments(a, b, zones, &moment_a, &moment_b))
		return false;
	*result = moment_sub(moment_a, moment_b);
	return true;
}

/*
 * months_between counts the whole months from one date to another, negative if
 * that is earlier.
 */
FeelMonthsDuration
months_between(FeelDate from, FeelDate to)
{
	FeelMonthsDuration duration;
	int64		months = ((int64) to.year - from.year) * 12 + to.month - from.month;

	if (months > 0 && to.day < from.day)
		months--;
	else if (months < 0 && to.day > from.day)
		months++;
	duration.months = months;
	return duration;
}

/*
 * date_compare compares by the calendar.
 */
int
date_compare(FeelDate a, FeelDate b)
{
	if (a.year != b.year)
		return a.year < b.year ? -1 : 1;
	if (a.month != b.month)
		return a.month < b.month ? -1 : 1;
	return (a.day > b.day) - (a.day < b.day);
}

/*
 * time_compare compares times of the same day.
 */
bool
time_compare(FeelTime a, FeelTime b, const FeelZones *zones, int *order)
{
	FeelDateTime day_a,
				day_b;

	return both_days(a, b, zones, &day_a, &day_b) &&
		date_time_compare(day_a, day_b, zones, order);
}

/*
 * date_time_compare compares moments.
 */
bool
date_time_compare(FeelDateTime a, FeelDateTime b, const FeelZones *zones, int *order)
{
	Moment		moment_a,
				moment_b;

	if (!both_moments(a, b, zones, &moment_a, &moment_b))
		return false;
	if (moment_a.seconds != moment_b.seconds)
		*order = moment_a.seconds < moment_b.seconds ? -1 : 1;
	else
		*order = (moment_a.nanoseconds > moment_b.nanoseconds) -
			(moment_a.nanoseconds < moment_b.nanoseconds);
	return true;
}

/*
 * time_equal compares times of the same day to the second.
 */
bool
time_equal(FeelTime a, FeelTime b, const FeelZones *zones, bool *equal)
{
	FeelDateTime day_a,
				day_b;

	return both_days(a, b, zones, &day_a, &day_b) &&
		date_time_equal(day_a, day_b, zones, equal);
}

/*
 * date_time_equal compares moments to the second.
 */
bool
date_time_equal(FeelDateTime a, FeelDateTime b, const FeelZones *zones, bool *equal)
{
	Moment		moment_a,
				moment_b;

	if (!both_moments(a, b, zones, &moment_a, &moment_b))
		return false;
	*equal = moment_a.seconds == moment_b.seconds;
	return true;
}

/*
 * time_identical tells whether two times are the same, zone and fraction too.
 */
bool
time_identical(FeelTime a, FeelTime b)
{
	if (a.nanoseconds != b.nanoseconds || a.zone.kind != b.zone.kind)
		return false;
	if (a.zone.kind == FEEL_ZONE_NAME)
		return a.zone.name_bytes == b.zone.name_bytes &&
			memcmp(a.zone.name, b.zone.name, a.zone.name_bytes) == 0;
	return a.zone.kind == FEEL_ZONE_NONE || a.zone.offset_seconds == b.zone.offset_seconds;
}

/*
 * date_time_identical does so for dates and times.
 */
bool
date_time_identical(FeelDateTime a, FeelDateTime b)
{
	return date_compare(a.date, b.date) == 0 && time_identical(a.time, b.time);
}
