/*-------------------------------------------------------------------------
 *
 * temporal.h
 *		FEEL's dates, times, dates and times, and the two kinds of durations.
 *
 * The calendar is the Gregorian one without beginning, with a year 0, from year
 * -999,999,999 to 999,999,999.  Time is counted in nanoseconds.
 *
 * A zone is none, an offset from UTC, or the name of a zone of the IANA data
 * base, which is kept.  What has a zone does not compare with what has none.
 * The offset of a named zone at a moment is the host's to say (FeelZones); a
 * time of day in a named zone has no moment, so it takes the zone's standard
 * time of ZONE_REFERENCE_YEAR.
 *
 * The name of a zone points into the text that was parsed: whoever keeps the
 * value keeps the text.  Nothing here allocates or throws.  Functions that may
 * have no result return false.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_FEEL_TEMPORAL_H
#define ASSURE_FEEL_TEMPORAL_H

#include "postgres.h"

#include "feel/number.h"

#define TEMPORAL_YEAR_MAX		999999999
#define TEMPORAL_PRINT_MAX		160 /* bytes that a *_print() may write */
#define ZONE_NAME_MAX			64
#define ZONE_OFFSET_MAX			(18 * SECONDS_PER_HOUR) /* as the TCK has it */
#define ZONE_REFERENCE_YEAR		2024

#define SECONDS_PER_MINUTE		60
#define SECONDS_PER_HOUR		3600
#define SECONDS_PER_DAY			INT64CONST(86400)
#define NANOSECONDS_PER_SECOND	INT64CONST(1000000000)
#define NANOSECONDS_PER_DAY		(SECONDS_PER_DAY * NANOSECONDS_PER_SECOND)

typedef struct FeelDate
{
	int32		year;
	int16		month;			/* from 1 */
	int16		day;			/* from 1 */
} FeelDate;

typedef enum FeelZoneKind
{
	FEEL_ZONE_NONE,
	FEEL_ZONE_OFFSET,
	FEEL_ZONE_NAME
} FeelZoneKind;

typedef struct FeelZone
{
	const char *name;			/* of FEEL_ZONE_NAME; not terminated */
	int32		offset_seconds; /* of FEEL_ZONE_OFFSET, east positive */
	uint8		kind;
	uint8		name_bytes;
} FeelZone;

typedef struct FeelTime
{
	int64		nanoseconds;	/* since midnight, less than a day */
	FeelZone	zone;
} FeelTime;

typedef struct FeelDateTime
{
	FeelDate	date;
	FeelTime	time;
} FeelDateTime;

/* days, hours, minutes, seconds: seconds + nanoseconds, these never negative */
typedef struct FeelDaysDuration
{
	int64		seconds;
	int32		nanoseconds;
} FeelDaysDuration;

/* years and months */
typedef struct FeelMonthsDuration
{
	int64		months;
} FeelMonthsDuration;

/*
 * The zones that the host knows: the offset of one, east positive, at a moment
 * (seconds since 1970, of UTC, or of the zone's own clock if is_local); false: no
 * such zone.
 */
typedef struct FeelZones
{
	bool		(*offset) (void *data, const char *zone, int64 seconds, bool is_local,
						   int32 *offset_seconds);
	void	   *data;
} FeelZones;

/* A duration in the words of its properties; all have its sign. */
typedef struct FeelDurationParts
{
	int64		days;
	int64		hours;
	int64		minutes;
	int64		seconds;
	int64		nanoseconds;
} FeelDurationParts;

/* ---- text (temporal_text.c); no end of string is written ---- */

extern bool date_parse(const char *text, size_t bytes, FeelDate *result);
extern bool time_parse(const char *text, size_t bytes, const FeelZones *zones, FeelTime *result);
extern bool date_time_parse(const char *text, size_t bytes, const FeelZones *zones,
							FeelDateTime *result);
extern bool days_parse(const char *text, size_t bytes, FeelDaysDuration *result);
extern bool months_parse(const char *text, size_t bytes, FeelMonthsDuration *result);

extern size_t date_print(FeelDate date, char *text);
extern size_t time_print(FeelTime time, char *text);
extern size_t date_time_print(FeelDateTime date_time, char *text);
extern size_t days_print(FeelDaysDuration duration, char *text);
extern size_t months_print(FeelMonthsDuration duration, char *text);

/* ---- dates and times (temporal.c) ---- */

extern int64 date_to_days(FeelDate date);	/* since 1970-01-01 */
extern bool date_from_days(int64 days, FeelDate *result);
extern int	month_days(int64 year, int month);
extern bool date_make(int64 year, int64 month, int64 day, FeelDate *result);
extern bool time_make(int64 hour, int64 minute, int64 second, int64 nanoseconds,
					  FeelZone zone, FeelTime *result);
extern FeelZone zone_from_offset(int32 offset_seconds);
extern FeelDateTime date_time_from_date(FeelDate date, FeelZone zone);	/* its midnight */
extern FeelDateTime date_time_from_unix(int64 usec, FeelZone zone, const FeelZones *zones);

extern int	date_weekday(FeelDate date);	/* Monday 1 ... Sunday 7 */
extern int	date_day_of_year(FeelDate date);
extern int	date_week_of_year(FeelDate date);	/* ISO 8601 */
extern bool time_offset(FeelTime time, const FeelZones *zones, int32 *offset_seconds);
extern bool date_time_offset(FeelDateTime date_time, const FeelZones *zones,
							 int32 *offset_seconds);

extern bool date_add_days(FeelDate date, FeelDaysDuration duration, FeelDate *result);
extern bool date_add_months(FeelDate date, FeelMonthsDuration duration, FeelDate *result);
extern FeelTime time_add_days(FeelTime time, FeelDaysDuration duration);
extern bool date_time_add_days(FeelDateTime date_time, FeelDaysDuration duration,
							   const FeelZones *zones, FeelDateTime *result);
extern bool date_time_add_months(FeelDateTime date_time, FeelMonthsDuration duration,
								 FeelDateTime *result);
extern FeelDaysDuration date_sub(FeelDate a, FeelDate b);
extern bool time_sub(FeelTime a, FeelTime b, const FeelZones *zones, FeelDaysDuration *result);
extern bool date_time_sub(FeelDateTime a, FeelDateTime b, const FeelZones *zones,
						  FeelDaysDuration *result);
extern FeelMonthsDuration months_between(FeelDate from, FeelDate to);

/* order < 0, 0, > 0; false: one has a zone and the other has not */
extern int	date_compare(FeelDate a, FeelDate b);
extern bool time_compare(FeelTime a, FeelTime b, const FeelZones *zones, int *order);
extern bool date_time_compare(FeelDateTime a, FeelDateTime b, const FeelZones *zones, int *order);

/*
 * FEEL's = on times looks at hours, minutes and whole seconds, not at fractions,
 * as the TCK has it; comparing does.  False as above.
 */
extern bool time_equal(FeelTime a, FeelTime b, const FeelZones *zones, bool *equal);
extern bool date_time_equal(FeelDateTime a, FeelDateTime b, const FeelZones *zones, bool *equal);

/* is(): the same in every part, zone and fraction included */
extern bool time_identical(FeelTime a, FeelTime b);
extern bool date_time_identical(FeelDateTime a, FeelDateTime b);

/* ---- durations (duration.c) ---- */

extern bool days_make(int128 nanoseconds, FeelDaysDuration *result);
extern int128 days_to_nanoseconds(FeelDaysDuration duration);
extern FeelDurationParts days_parts(FeelDaysDuration duration);
extern int	days_compare(FeelDaysDuration a, FeelDaysDuration b);
extern bool days_add(FeelDaysDuration a, FeelDaysDuration b, FeelDaysDuration *result);
extern bool days_sub(FeelDaysDuration a, FeelDaysDuration b, FeelDaysDuration *result);
extern bool days_neg(FeelDaysDuration duration, FeelDaysDuration *result);
extern bool days_mul(FeelDaysDuration duration, FeelNumber factor, FeelDaysDuration *result);
extern bool days_div(FeelDaysDuration duration, FeelNumber divisor, FeelDaysDuration *result);
extern bool days_ratio(FeelDaysDuration a, FeelDaysDuration b, FeelNumber *result);

extern int	months_compare(FeelMonthsDuration a, FeelMonthsDuration b);
extern bool months_add(FeelMonthsDuration a, FeelMonthsDuration b, FeelMonthsDuration *result);
extern bool months_sub(FeelMonthsDuration a, FeelMonthsDuration b, FeelMonthsDuration *result);
extern bool months_neg(FeelMonthsDuration duration, FeelMonthsDuration *result);
extern bool months_mul(FeelMonthsDuration duration, FeelNumber factor, FeelMonthsDuration *result);
extern bool months_div(FeelMonthsDuration duration, FeelNumber divisor, FeelMonthsDuration *result);
extern bool months_ratio(FeelMonthsDuration a, FeelMonthsDuration b, FeelNumber *result);

/* ---- properties ---- */

static inline int64
time_hour(FeelTime time)
{
	return time.nanoseconds / (SECONDS_PER_HOUR * NANOSECONDS_PER_SECOND);
}

static inline int64
time_minute(FeelTime time)
{
	return time.nanoseconds / (SECONDS_PER_MINUTE * NANOSECONDS_PER_SECOND) % 60;
}

static inline int64
time_second(FeelTime time)
{
	return time.nanoseconds / NANOSECONDS_PER_SECOND % 60;
}

static inline int64
months_years(FeelMonthsDuration duration)
{
	return duration.months / 12;
}

static inline int64
months_months(FeelMonthsDuration duration)
{
	return duration.months % 12;
}

#endif							/* ASSURE_FEEL_TEMPORAL_H */
