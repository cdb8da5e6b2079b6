/*-------------------------------------------------------------------------
 *
 * worktime.c
 *		Time that counts: of a calendar, or around the clock.
 *
 * A deadline has to be some moment, also where a calendar does not know the
 * year: a claim is not refused because next year's holidays are not announced.
 * Then days are counted by the week alone, and beyond all years that a calendar
 * can know, around the clock; assure_bi.health says that a year is missing, and
 * assure.reapply_policy() computes anew once it is loaded.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "sla/worktime.h"

/*
 * worktime_add returns the moment that lies so much time after another.
 */
TimestampTz
worktime_add(const WorkTime *time, TimestampTz start, WorkSpan span)
{
	TimestampTz result;

	if (time->calendar != NULL)
	{
		if (calendar_add(time->calendar->known, start, span.days, span.usec, &result))
			return result;
		if (calendar_add(calendar_beyond(time->calendar), start, span.days, span.usec, &result))
			return result;
	}
	return start + span.days * USECS_PER_DAY + span.usec;
}

/*
 * worktime_between returns the time that counts between two moments; below 0
 * where the second is the earlier one.
 */
int64
worktime_between(const WorkTime *time, TimestampTz from, TimestampTz to)
{
	int64		result;

	if (time->calendar != NULL)
	{
		if (calendar_between(time->calendar->known, from, to, &result))
			return result;
		if (calendar_between(calendar_beyond(time->calendar), from, to, &result))
			return result;
	}
	return to - from;
}
