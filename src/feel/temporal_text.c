/*-------------------------------------------------------------------------
 *
 * temporal_text.c
 *		FEEL's dates, times and durations as text.
 *
 * The forms are those of XML Schema, and strictly so: years of four digits or
 * more, no sign +, two digits elsewhere.  FEEL adds "@Europe/Paris" in the place
 * of an offset.  24:00:00 is midnight of the next day.  Digits beyond the
 * nanosecond are dropped.
 *
 * The parsers are steps over a cursor; each returns false at what it does not
 * find.  The printers write from a cursor on and return where they stopped.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/temporal.h"

#define TEXT_BYTES_MAX		1000	/* no text of a date is longer */
#define FRACTION_DIGITS		9
#define YEAR_DIGITS_MAX		9
#define COUNT_LIMIT			(PG_INT64_MAX / 10 - 1)

typedef struct Cursor
{
	const char *at;
	const char *end;
} Cursor;

/*
 * is_digit tells whether a digit comes next.
 */
static bool
is_digit(const Cursor *cursor)
{
	return cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9';
}

/*
 * take takes a character if it comes next.
 */
static bool
take(Cursor *cursor, char wanted)
{
	if (cursor->at == cursor->end || *cursor->at != wanted)
		return false;
	cursor->at++;
	return true;
}

/*
 * take_two takes two digits.
 */
static bool
take_two(Cursor *cursor, int64 *value)
{
	*value = 0;
	for (int i = 0; i < 2; i++)
	{
		if (!is_digit(cursor))
			return false;
		*value = *value * 10 + (*cursor->at++ - '0');
	}
	return true;
}

/*
 * take_count takes digits, at least one, that fit.
 */
static bool
take_count(Cursor *cursor, int64 *value)
{
	if (!is_digit(cursor))
		return false;
	*value = 0;
	while (is_digit(cursor))
	{
		if (*value > COUNT_LIMIT)
			return false;
		*value = *value * 10 + (*cursor->at++ - '0');
	}
	return true;
}

/*
 * take_fraction takes the digits behind a point, if any, as nanoseconds.
 */
static void
take_fraction(Cursor *cursor, int64 *nanoseconds)
{
	int			digits = 0;

	*nanoseconds = 0;
	for (; is_digit(cursor); cursor->at++)
		if (digits < FRACTION_DIGITS)
		{
			*nanoseconds = *nanoseconds * 10 + (*cursor->at - '0');
			digits++;
		}
	for (; digits < FRACTION_DIGITS; digits++)
		*nanoseconds *= 10;
}

/*
 * take_date takes -1999-12-31.
 */
static bool
take_date(Cursor *cursor, FeelDate *result)
{
	bool		negative = take(cursor, '-');
	const char *start = cursor->at;
	int64		year,
				month,
				day;
	int			digits;

	if (!take_count(cursor, &year))
		return false;
	digits = (int) (cursor->at - start);
	if (digits < 4 || digits > YEAR_DIGITS_MAX || (digits > 4 && *start == '0'))
		return false;
	return take(cursor, '-') && take_two(cursor, &month) && take(cursor, '-') &&
		take_two(cursor, &day) && date_make(negative ? -year : year, month, day, result);
}

/*
 * take_zone takes Z, +01:00, -01:00:30, @Europe/Paris or nothing.
 */
static bool
take_zone(Cursor *cursor, const FeelZones *zones, FeelZone *zone)
{
	int64		hours,
				minutes,
				seconds = 0;
	bool		west;
	FeelTime	probe = {0};
	int32		offset_seconds;

	memset(zone, 0, sizeof(*zone));
	if (cursor->at == cursor->end)
		return true;
	if (take(cursor, '@'))
	{
		size_t		bytes = (size_t) (cursor->end - cursor->at);

		if (bytes == 0 || bytes > ZONE_NAME_MAX || memchr(cursor->at, '\0', bytes) != NULL)
			return false;
		zone->kind = FEEL_ZONE_NAME;
		zone->name = cursor->at;
		zone->name_bytes = (uint8) bytes;
		cursor->at = cursor->end;
		probe.zone = *zone;
		return time_offset(probe, zones, &offset_seconds);
	}
	zone->kind = FEEL_ZONE_OFFSET;
	if (take(cursor, 'Z'))
		return true;
	west = take(cursor, '-');
	if (!west && !take(cursor, '+'))
		return false;
	if (!take_two(cursor, &hours) || !take(cursor, ':') || !take_two(cursor, &minutes) ||
		(take(cursor, ':') && !take_two(cursor, &seconds)) || minutes > 59 || seconds > 59)
		return false;
	zone->offset_seconds = (int32) ((hours * 60 + minutes) * 60 + seconds);
	if (zone->offset_seconds > ZONE_OFFSET_MAX)
		return false;
	if (west)
		zone->offset_seconds = -zone->offset_seconds;
	return true;
}

/*
 * take_time takes 23:59:59.999 and its zone, to the end of the text; *next_day is
 * set by 24:00:00.
 */
static bool
take_time(Cursor *cursor, const FeelZones *zones, FeelTime *result, bool *next_day)
{
	int64		hour,
				minute,
				second,
				nanoseconds = 0;
	FeelZone	zone;

	if (!take_two(cursor, &hour) || !take(cursor, ':') || !take_two(cursor, &minute) ||
		!take(cursor, ':') || !take_two(cursor, &second))
		return false;
	if (take(cursor, '.'))
	{
		if (!is_digit(cursor))
			return false;
		take_fraction(cursor, &nanoseconds);
	}
	if (!take_zone(cursor, zones, &zone) || cursor->at != cursor->end)
		return false;
	*next_day = hour == 24 && minute == 0 && second == 0 && nanoseconds == 0;
	return time_make(*next_day ? 0 : hour, minute, second, nanoseconds, zone, result);
}

/*
 * cursor_on puts a cursor on a text; one too long is given as none.
 */
static Cursor
cursor_on(const char *text, size_t bytes)
{
	Cursor		cursor = {text, text + (bytes > TEXT_BYTES_MAX ? 0 : bytes)};

	return cursor;
}

/*
 * date_parse reads a date.
 */
bool
date_parse(const char *text, size_t bytes, FeelDate *result)
{
	Cursor		cursor = cursor_on(text, bytes);

	return take_date(&cursor, result) && cursor.at == cursor.end;
}

/*
 * time_parse reads a time of day.
 */
bool
time_parse(const char *text, size_t bytes, const FeelZones *zones, FeelTime *result)
{
	Cursor		cursor = cursor_on(text, bytes);
	bool		next_day;

	return take_time(&cursor, zones, result, &next_day);
}

/*
 * date_time_parse reads a date and time; of a date alone, its midnight without a
 * zone.
 */
bool
date_time_parse(const char *text, size_t bytes, const FeelZones *zones,
				FeelDateTime *result)
{
	Cursor		cursor = cursor_on(text, bytes);
	bool		next_day = false;

	memset(result, 0, sizeof(*result));
	if (!take_date(&cursor, &result->date))
		return false;
	if (cursor.at == cursor.end)
		return true;
	return take(&cursor, 'T') && take_time(&cursor, zones, &result->time, &next_day) &&
		(!next_day || date_from_days(date_to_days(result->date) + 1, &result->date));
}

/*
 * take_part takes a count and its letter, if that is the letter that comes;
 * otherwise the cursor stays.  False: the count is too great.
 */
static bool
take_part(Cursor *cursor, char letter, int64 unit, int128 *sum, bool *any)
{
	Cursor		ahead = *cursor;
	int64		count;

	if (!is_digit(cursor))
		return true;
	if (!take_count(&ahead, &count))
		return false;
	if (take(&ahead, letter))
	{
		*sum += (int128) count * unit;
		*any = true;
		*cursor = ahead;
	}
	return true;
}

/*
 * take_seconds takes 12.5S, or 12.S, in nanoseconds.
 */
static bool
take_seconds(Cursor *cursor, int128 *sum, bool *any)
{
	int64		count,
				nanoseconds = 0;

	if (!is_digit(cursor))
		return true;
	if (!take_count(cursor, &count))
		return false;
	if (take(cursor, '.'))
		take_fraction(cursor, &nanoseconds);
	*sum += (int128) count * NANOSECONDS_PER_SECOND + nanoseconds;
	*any = true;
	return take(cursor, 'S');
}

/*
 * days_parse reads P1DT2H3M4.5S, with a sign - before it or not.
 */
bool
days_parse(const char *text, size_t bytes, FeelDaysDuration *result)
{
	Cursor		cursor = cursor_on(text, bytes);
	bool		negative = take(&cursor, '-');
	int128		sum = 0;
	bool		any = false;

	if (!take(&cursor, 'P') || !take_part(&cursor, 'D', NANOSECONDS_PER_DAY, &sum, &any))
		return false;
	if (take(&cursor, 'T'))
	{
		any = false;
		if (!take_part(&cursor, 'H', SECONDS_PER_HOUR * NANOSECONDS_PER_SECOND, &sum, &any) ||
			!take_part(&cursor, 'M', SECONDS_PER_MINUTE * NANOSECONDS_PER_SECOND, &sum, &any) ||
			!take_seconds(&cursor, &sum, &any))
			return false;
	}
	return any && cursor.at == cursor.end && days_make(negative ? -sum : sum, result);
}

/*
 * months_parse reads P1Y2M, with a sign - before it or not.
 */
bool
months_parse(const char *text, size_t bytes, FeelMonthsDuration *result)
{
	Cursor		cursor = cursor_on(text, bytes);
	bool		negative = take(&cursor, '-');
	int128		sum = 0;
	bool		any = false;

	if (!take(&cursor, 'P') || !take_part(&cursor, 'Y', 12, &sum, &any) ||
		!take_part(&cursor, 'M', 1, &sum, &any) || !any || cursor.at != cursor.end ||
		sum > PG_INT64_MAX)
		return false;
	result->months = (int64) (negative ? -sum : sum);
	return true;
}

/*
 * put_digits writes a number with zeros before it up to a width.
 */
static char *
put_digits(char *at, uint64 value, int width)
{
	char		reversed[24];
	int			count = 0;

	while (value > 0 || count < width)
	{
		reversed[count++] = (char) ('0' + value % 10);
		value /= 10;
	}
	while (count > 0)
		*at++ = reversed[--count];
	return at;
}

/*
 * put_fraction writes a point and the digits of nanoseconds without zeros at the
 * end, or nothing if there are none.
 */
static char *
put_fraction(char *at, int64 nanoseconds)
{
	int			width = FRACTION_DIGITS;

	if (nanoseconds == 0)
		return at;
	for (; nanoseconds % 10 == 0; width--)
		nanoseconds /= 10;
	*at++ = '.';
	return put_digits(at, (uint64) nanoseconds, width);
}

/*
 * put_date writes a date.
 */
static char *
put_date(char *at, FeelDate date)
{
	if (date.year < 0)
		*at++ = '-';
	at = put_digits(at, (uint64) abs(date.year), 4);
	*at++ = '-';
	at = put_digits(at, (uint64) date.month, 2);
	*at++ = '-';
	return put_digits(at, (uint64) date.day, 2);
}

/*
 * put_zone writes a zone.
 */
static char *
put_zone(char *at, FeelZone zone)
{
	int			seconds = abs(zone.offset_seconds);

	if (zone.kind == FEEL_ZONE_NAME)
	{
		*at++ = '@';
		memcpy(at, zone.name, zone.name_bytes);
		return at + zone.name_bytes;
	}
	if (zone.kind == FEEL_ZONE_NONE)
		return at;
	*at++ = seconds == 0 ? 'Z' : zone.offset_seconds < 0 ? '-' : '+';
	if (seconds == 0)
		return at;
	at = put_digits(at, (uint64) (seconds / SECONDS_PER_HOUR), 2);
	*at++ = ':';
	at = put_digits(at, (uint64) (seconds / SECONDS_PER_MINUTE % 60), 2);
	if (seconds % 60 == 0)
		return at;
	*at++ = ':';
	return put_digits(at, (uint64) (seconds % 60), 2);
}

/*
 * put_time writes a time of day and its zone.
 */
static char *
put_time(char *at, FeelTime time)
{
	at = put_digits(at, (uint64) time_hour(time), 2);
	*at++ = ':';
	at = put_digits(at, (uint64) time_minute(time), 2);
	*at++ = ':';
	at = put_digits(at, (uint64) time_second(time), 2);
	at = put_fraction(at, time.nanoseconds % NANOSECONDS_PER_SECOND);
	return put_zone(at, time.zone);
}

/*
 * date_print writes a date and returns how many bytes.
 */
size_t
date_print(FeelDate date, char *text)
{
	return (size_t) (put_date(text, date) - text);
}

/*
 * time_print writes a time of day.
 */
size_t
time_print(FeelTime time, char *text)
{
	return (size_t) (put_time(text, time) - text);
}

/*
 * date_time_print writes a date and time.
 */
size_t
date_time_print(FeelDateTime date_time, char *text)
{
	char	   *at = put_date(text, date_time.date);

	*at++ = 'T';
	return (size_t) (put_time(at, date_time.time) - text);
}

/*
 * put_part writes a count and its letter, or nothing for none.
 */
static char *
put_part(char *at, int64 count, char letter)
{
	if (count == 0)
		return at;
	at = put_digits(at, count < 0 ? -(uint64) count : (uint64) count, 1);
	*at++ = letter;
	return at;
}

/*
 * days_print writes a duration of days, hours, minutes and seconds; PT0S is the
 * one that is none.
 */
size_t
days_print(FeelDaysDuration duration, char *text)
{
	FeelDurationParts parts = days_parts(duration);
	char	   *at = text;

	if (duration.seconds < 0)
		*at++ = '-';
	*at++ = 'P';
	at = put_part(at, parts.days, 'D');
	if (parts.hours != 0 || parts.minutes != 0 || parts.seconds != 0 ||
		parts.nanoseconds != 0 || parts.days == 0)
		*at++ = 'T';
	at = put_part(at, parts.hours, 'H');
	at = put_part(at, parts.minutes, 'M');
	if (parts.seconds != 0 || parts.nanoseconds != 0 || at[-1] == 'T')
	{
		at = put_digits(at, (uint64) llabs(parts.seconds), 1);
		at = put_fraction(at, llabs(parts.nanoseconds));
		*at++ = 'S';
	}
	return (size_t) (at - text);
}

/*
 * months_print writes a duration of years and months; P0M is the one that is
 * none.
 */
size_t
months_print(FeelMonthsDuration duration, char *text)
{
	char	   *at = text;

	if (duration.months < 0)
		*at++ = '-';
	*at++ = 'P';
	at = put_part(at, months_years(duration), 'Y');
	at = put_part(at, months_months(duration), 'M');
	if (at[-1] == 'P')
	{
		*at++ = '0';
		*at++ = 'M';
	}
	return (size_t) (at - text);
}
