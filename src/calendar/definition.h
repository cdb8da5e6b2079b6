/*-------------------------------------------------------------------------
 *
 * definition.h
 *		A calendar as it is written, and the plan of work that follows.
 *
 * Inside the room only.  A definition may stand on another (its base): what it
 * does not say, the base says.  For a day the nearest answer counts: its own
 * exception, then the base's and its base's, then the national holidays, then
 * the week of the nearest definition that has one.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CALENDAR_DEFINITION_H
#define ASSURE_CALENDAR_DEFINITION_H

#include "utils/jsonb.h"

#include "calendar/calendar.h"

#define CALENDAR_DAYS_MAX	10000
#define CALENDAR_BASES_MAX	10
#define CALENDAR_YEAR_MIN	1900
#define CALENDAR_YEAR_MAX	2199
#define ZONE_NAME_BYTES_MAX	100

typedef enum NationalHolidays
{
	HOLIDAYS_UNSTATED, HOLIDAYS_NONE, HOLIDAYS_CN
} NationalHolidays;

typedef struct DayException
{
	DateADT		day;
	DayShifts	shifts;
} DayException;

typedef struct Definition
{
	char	   *base;			/* name; NULL: none */
	char	   *time_zone;		/* NULL: the base's */
	bool		has_week;
	DayShifts	week[7];		/* from Monday */
	NationalHolidays holidays;
	int			exception_count;
	DayException *exceptions;	/* by day, no two of one */
	struct Definition *standing_on;	/* the base, once it is found */
} Definition;

/* Throws ERRCODE_ASSURE_INVALID_CALENDAR with the path. */
extern Definition *definition_from_jsonb(Jsonb *document);

/* A national holiday, or a day off that is worked instead. */
typedef struct Holiday
{
	DateADT		day;
	bool		is_worked;
} Holiday;

/* All that shifts are looked up in. */
typedef struct DefinedWork
{
	const Definition *definition;
	const char *time_zone;
	bool		has_holidays;
	int			holiday_count;	/* by day */
	const Holiday *holidays;
	const DayShifts *week;
	const DayShifts *makeup;	/* worked on a make-up day: those of the first day of
								 * the week on which anybody works */
} DefinedWork;

extern void defined_work_set(DefinedWork *work, const Definition *definition, const Holiday *holidays, int holiday_count);
extern const DayShifts *defined_work_shifts(void *work, DateADT day);

#endif							/* ASSURE_CALENDAR_DEFINITION_H */
