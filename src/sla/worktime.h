/*-------------------------------------------------------------------------
 *
 * worktime.h
 *		Time that counts: of a calendar, or around the clock.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_SLA_WORKTIME_H
#define ASSURE_SLA_WORKTIME_H

#include "postgres.h"

#include "datatype/timestamp.h"

#include "calendar/calendar_cache.h"

typedef struct WorkTime
{
	CachedCalendar *calendar;	/* NULL: around the clock */
} WorkTime;

/* A length of it: whole working days, then time. */
typedef struct WorkSpan
{
	int64		days;
	int64		usec;
} WorkSpan;

extern TimestampTz worktime_add(const WorkTime *time, TimestampTz start, WorkSpan span);
extern int64 worktime_between(const WorkTime *time, TimestampTz from, TimestampTz to);

#endif							/* ASSURE_SLA_WORKTIME_H */
