/*-------------------------------------------------------------------------
 *
 * calendar.h
 *		What the room "calendar" offers: working time.
 *
 * A plan of work says which shifts are worked on which days.  Compiled, it is a
 * list of spans of UTC with sums of the working time before each, so that adding
 * and subtracting working time is a look-up, however many years lie between.
 *
 * A shift belongs to the day on which it begins, also where it ends on the next;
 * a working day is a day on which a shift begins.  Moments are microseconds since
 * 2000-01-01 UTC (TimestampTz), days DateADT, minutes those that the clock shows
 * on the wall since the day's midnight.
 *
 * Knows no SPI, no settings, no time zones: who compiles says what the wall's
 * clock shows.  Memory: everything in CurrentMemoryContext; a compiled calendar
 * does not change.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CALENDAR_CALENDAR_H
#define ASSURE_CALENDAR_CALENDAR_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/date.h"

#define SHIFTS_A_DAY_MAX	20
#define SHIFT_END_MINUTE_MAX (2 * 24 * 60)	/* a shift ends the next day at the latest */

typedef struct Shift
{
	int16		from_minute;	/* 0 to 1439 */
	int16		to_minute;		/* after from_minute */
} Shift;

typedef struct DayShifts
{
	int			count;			/* 0: no work */
	Shift		shifts[SHIFTS_A_DAY_MAX];	/* in order, apart from each other */
} DayShifts;

/* The wall's clock of a time zone. */
typedef struct WallClock
{
	/* UTC of a minute of a day; minutes beyond the day's end are the next day's */
	TimestampTz (*to_utc) (void *zone, DateADT day, int64 usec_of_day);
	/* and back */
	void		(*from_utc) (void *zone, TimestampTz moment, DateADT *day, int64 *usec_of_day);
	/* the first moment after another at which it may be set anew; DT_NOEND: never */
	TimestampTz (*next_change) (void *zone, TimestampTz after);
	void	   *zone;
} WallClock;

/* A plan of work, as calendar_compile() takes it. */
typedef struct WorkPlan
{
	DateADT		first_day;		/* what is known: from here */
	DateADT		last_day;		/* to here */
	const DayShifts *(*shifts_of) (void *data, DateADT day);
	void	   *data;
	WallClock	wall;
} WorkPlan;

typedef struct Calendar Calendar;

extern Calendar *calendar_compile(const WorkPlan *plan);

/* Each returns false where a day beyond those known would be needed. */
extern bool calendar_add(const Calendar *calendar, TimestampTz start, int64 days, int64 work_usec, TimestampTz *result);
extern bool calendar_between(const Calendar *calendar, TimestampTz from, TimestampTz to, int64 *work_usec);
extern bool calendar_is_workday(const Calendar *calendar, DateADT day, bool *result);
extern bool calendar_workday_add(const Calendar *calendar, DateADT day, int64 count, DateADT *result);

/* The days that are known. */
extern void calendar_bounds(const Calendar *calendar, DateADT *first_day, DateADT *last_day);

#endif							/* ASSURE_CALENDAR_CALENDAR_H */
