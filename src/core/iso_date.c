/*-------------------------------------------------------------------------
 *
 * iso_date.c
 *		Days and moments as documents write them: "2024-03-01",
 *		"2024-03-01T08:30:00+08:00".
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "core/json.h"
#include "utils/datetime.h"

/*
 * read_digits reads exactly "count" digits.
 */
static bool
read_digits(const char *text, int count, int *value)
{
	int			i;

	*value = 0;
	for (i = 0; i < count; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return false;
		*value = *value * 10 + (text[i] - '0');
	}
	return true;
}

/*
 * iso_date_parse reads a date that exists in the calendar, ten characters.
 */
bool
iso_date_parse(const char *text, int length, DateADT *date)
{
	int			year,
				month,
				day;

	if (length != JSON_DATE_BYTES - 1 || text[4] != '-' || text[7] != '-' ||
		!read_digits(text, 4, &year) || !read_digits(text + 5, 2, &month) ||
		!read_digits(text + 8, 2, &day))
		return false;
	if (year < JSON_YEAR_MIN || year > JSON_YEAR_MAX || month < 1 ||
		month > 12 || day < 1 || day > day_tab[isleap(year)][month - 1])
		return false;
	*date = date2j(year, month, day) - POSTGRES_EPOCH_JDATE;
	return true;
}

/*
 * iso_date_print writes a date; the buffer holds JSON_DATE_BYTES.
 */
char *
iso_date_print(DateADT date, char *buffer)
{
	int			year,
				month,
				day;

	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	snprintf(buffer, JSON_DATE_BYTES, "%04u-%02u-%02u",
			 (unsigned) year % 10000, (unsigned) month % 100,
			 (unsigned) day % 100);
	return buffer;
}

/*
 * parse_offset reads "Z" or "+08:00", in microseconds.
 */
static bool
parse_offset(const char *text, int length, int64 *offset_usec)
{
	int			hours,
				minutes;

	*offset_usec = 0;
	if (length == 1 && text[0] == 'Z')
		return true;
	if (length != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' ||
		!read_digits(text + 1, 2, &hours) ||
		!read_digits(text + 4, 2, &minutes) || hours > 15 || minutes > 59)
		return false;
	*offset_usec = (hours * 60 + minutes) * USECS_PER_MINUTE;
	if (text[0] == '-')
		*offset_usec = -*offset_usec;
	return true;
}

/*
 * iso_timestamp_parse reads "2024-03-10T09:00:00+08:00", up to six decimals of
 * a second.
 */
bool
iso_timestamp_parse(const char *text, int length, TimestampTz *moment)
{
	DateADT		date;
	int			hour,
				minute,
				second;
	int			at = 19;
	int64		fraction_usec = 0;
	int64		unit_usec = USECS_PER_SEC;
	int64		offset_usec;

	if (length < 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
		!iso_date_parse(text, 10, &date) ||
		!read_digits(text + 11, 2, &hour) ||
		!read_digits(text + 14, 2, &minute) ||
		!read_digits(text + 17, 2, &second) ||
		hour > 23 || minute > 59 || second > 59)
		return false;
	if (text[at] == '.')
	{
		for (at++; at < length && text[at] >= '0' && text[at] <= '9'; at++)
		{
			unit_usec /= 10;
			fraction_usec += (text[at] - '0') * unit_usec;
		}
		if (unit_usec == USECS_PER_SEC || unit_usec == 0)
			return false;
	}
	if (!parse_offset(text + at, length - at, &offset_usec))
		return false;
	*moment = date * USECS_PER_DAY +
		((hour * 60 + minute) * 60 + second) * USECS_PER_SEC +
		fraction_usec - offset_usec;
	return true;
}

/*
 * iso_timestamp_print writes a moment in UTC; the buffer holds
 * JSON_TIMESTAMP_BYTES.
 */
char *
iso_timestamp_print(TimestampTz moment, char *buffer)
{
	int64		days = moment / USECS_PER_DAY;
	int64		rest_usec = moment % USECS_PER_DAY;
	int			seconds;
	int			micros;
	char		date[JSON_DATE_BYTES];

	if (rest_usec < 0)
	{
		rest_usec += USECS_PER_DAY;
		days--;
	}
	seconds = (int) (rest_usec / USECS_PER_SEC);
	micros = (int) (rest_usec % USECS_PER_SEC);
	iso_date_print((DateADT) days, date);
	if (micros == 0)
		snprintf(buffer, JSON_TIMESTAMP_BYTES, "%sT%02d:%02d:%02dZ", date,
				 seconds / 3600, seconds / 60 % 60, seconds % 60);
	else
		snprintf(buffer, JSON_TIMESTAMP_BYTES, "%sT%02d:%02d:%02d.%06dZ", date,
				 seconds / 3600, seconds / 60 % 60, seconds % 60, micros);
	return buffer;
}
