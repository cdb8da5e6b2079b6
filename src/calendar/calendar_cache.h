/*-------------------------------------------------------------------------
 *
 * calendar_cache.h
 *		Calendars by name, compiled.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CALENDAR_CALENDAR_CACHE_H
#define ASSURE_CALENDAR_CALENDAR_CACHE_H

#include "calendar/calendar.h"

typedef struct CachedCalendar
{
	int64		version_id;		/* key */
	Calendar   *known;
	Calendar   *beyond;			/* by the week alone, years without holidays too;
								 * NULL until it is asked for */
} CachedCalendar;

/* Keys of the calendars that ship with the extension. */
#define CALENDAR_CN		(-1)
#define CALENDAR_CN24	(-2)

/*
 * The version in force of a name, 0 for none; and a version, compiled.  Inside of
 * call_begin.  What calendar_load() returned holds while calendar_epoch() is the
 * same.
 */
extern int64 calendar_version_find(const char *name);
extern CachedCalendar *calendar_load(int64 version_id);
extern const Calendar *calendar_beyond(CachedCalendar *cached);
extern uint64 calendar_epoch(void);

#endif							/* ASSURE_CALENDAR_CALENDAR_CACHE_H */
