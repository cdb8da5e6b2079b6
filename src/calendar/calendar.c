/*-------------------------------------------------------------------------
 *
 * calendar.c
 *		Compiles a plan of work, and counts with it.
 *
 * Working time is a function W of UTC that rises within the spans and rests
 * between them.  Time between a and b is W(b) - W(a); adding w to a is the moment
 * at which W is W(a) + w: the first such moment going forward, which is the end
 * of a shift rather than the beginning of the next, and the last going back.
 *
 * Both ways are found without searching: by_time says for each day of 24 hours
 * which span is the first that ends in it or later, by_work the same for equal
 * portions of working time.  From there it is a step or two.
 *
 * The same time of another day is as far from that day's midnight, but where the
 * wall's clock is set anew: there, and only there, the zone is asked.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/int.h"
#include "storage/shmem.h"
#include "utils/timestamp.h"

#include "calendar/calendar.h"

typedef struct Span
{
	TimestampTz from;
	TimestampTz to;
	int64		work_before;	/* microseconds in all spans before */
	DateADT		day;			/* on which its shift begins */
} Span;

struct Calendar
{
	WallClock	wall;
	DateADT		first_day;
	DateADT		last_day;
	TimestampTz known_from;		/* first midnight */
	TimestampTz known_to;		/* last midnight */
	int			span_count;
	Span	   *spans;			/* and one more beyond the last */
	int64		work_total;
	int		   *by_time;		/* for each USECS_PER_DAY since known_from */
	int64		work_portion;
	int		   *by_work;
	int			workday_count;
	DateADT    *workdays;
	int		   *workdays_before;	/* of each known day, and of the one after */
	TimestampTz *midnights;		/* of each known day; CLOCK_CHANGES */
};

/* The wall's clock is set anew on this day, or on one that its shifts may touch. */
#define CLOCK_CHANGES PG_INT64_MIN

/*
 * add_spans adds the spans of a day.  Where the night before reaches into them,
 * its work is not counted twice.
 */
static void
add_spans(Calendar *calendar, DateADT day, const DayShifts *shifts)
{
	for (int i = 0; i < shifts->count; i++)
	{
		const WallClock *wall = &calendar->wall;
		Span	   *span = &calendar->spans[calendar->span_count];
		TimestampTz worked_to = calendar->span_count > 0 ? span[-1].to : PG_INT64_MIN;

		span->from = wall->to_utc(wall->zone, day, shifts->shifts[i].from_minute * USECS_PER_MINUTE);
		span->to = wall->to_utc(wall->zone, day, shifts->shifts[i].to_minute * USECS_PER_MINUTE);
		span->from = Max(span->from, worked_to);
		span->day = day;
		if (span->to <= span->from)
			continue;
		span->work_before = calendar->work_total;
		calendar->work_total += span->to - span->from;
		calendar->span_count++;
	}
}

/*
 * count_shifts counts the shifts of all days.
 */
static Size
count_shifts(const WorkPlan *plan)
{
	Size		count = 0;

	for (DateADT day = plan->first_day; day <= plan->last_day; day++)
		count += plan->shifts_of(plan->data, day)->count;
	return count;
}

/*
 * index_time notes for each 24 hours the first span that ends after they begin.
 */
static void
index_time(Calendar *calendar)
{
	Size		count = (Size) ((calendar->known_to - calendar->known_from) / USECS_PER_DAY) + 2;
	int			span = 0;

	calendar->by_time = palloc(mul_size(sizeof(int), count));
	for (Size i = 0; i < count; i++)
	{
		TimestampTz from = calendar->known_from + (int64) i * USECS_PER_DAY;

		while (span < calendar->span_count && calendar->spans[span].to <= from)
			span++;
		calendar->by_time[i] = span;
	}
}

/*
 * index_work notes for each portion of working time the span that it begins in.
 */
static void
index_work(Calendar *calendar)
{
	Size		count = (Size) calendar->span_count + 2;
	int			span = 0;

	calendar->work_portion = calendar->work_total / Max(calendar->span_count, 1) + 1;
	calendar->by_work = palloc(mul_size(sizeof(int), count));
	for (Size i = 0; i < count; i++)
	{
		while (span < calendar->span_count - 1 && calendar->spans[span + 1].work_before <= (int64) i * calendar->work_portion)
			span++;
		calendar->by_work[i] = span;
	}
}

/*
 * note_midnights notes the midnight of each day on which the wall's clock goes
 * evenly, with a day to spare on both sides of what its shifts may take.
 */
static void
note_midnights(Calendar *calendar)
{
	const WallClock *wall = &calendar->wall;
	TimestampTz change = wall->next_change(wall->zone, calendar->known_from - 2 * USECS_PER_DAY);

	for (DateADT day = calendar->first_day; day <= calendar->last_day; day++)
	{
		TimestampTz midnight = wall->to_utc(wall->zone, day, 0);

		while (change < midnight - USECS_PER_DAY)
			change = wall->next_change(wall->zone, change);
		calendar->midnights[day - calendar->first_day] = change > midnight + 3 * USECS_PER_DAY ? midnight : CLOCK_CHANGES;
	}
}

/*
 * calendar_compile makes the calendar of a plan.
 */
Calendar *
calendar_compile(const WorkPlan *plan)
{
	Calendar   *calendar = palloc0(sizeof(Calendar));
	Size		days = (Size) (plan->last_day - plan->first_day) + 1;

	calendar->wall = plan->wall;
	calendar->first_day = plan->first_day;
	calendar->last_day = plan->last_day;
	calendar->known_from = plan->wall.to_utc(plan->wall.zone, plan->first_day, 0);
	calendar->known_to = plan->wall.to_utc(plan->wall.zone, plan->last_day + 1, 0);
	calendar->spans = palloc(mul_size(sizeof(Span), count_shifts(plan) + 1));
	calendar->workdays = palloc(mul_size(sizeof(DateADT), days));
	calendar->workdays_before = palloc(mul_size(sizeof(int), days + 1));
	calendar->midnights = palloc(mul_size(sizeof(TimestampTz), days));
	for (DateADT day = plan->first_day; day <= plan->last_day; day++)
	{
		const DayShifts *shifts = plan->shifts_of(plan->data, day);

		calendar->workdays_before[day - plan->first_day] = calendar->workday_count;
		if (shifts->count > 0)
			calendar->workdays[calendar->workday_count++] = day;
		add_spans(calendar, day, shifts);
	}
	calendar->workdays_before[days] = calendar->workday_count;

	/* One span beyond all, so that walking on needs no test for the end. */
	calendar->spans[calendar->span_count] = (Span)
	{
		.from = PG_INT64_MAX, .to = PG_INT64_MAX, .work_before = calendar->work_total, .day = plan->last_day + 1
	};
	index_time(calendar);
	index_work(calendar);
	note_midnights(calendar);
	return calendar;
}

/*
 * is_known tells whether a moment lies in the days that are known.
 */
static inline bool
is_known(const Calendar *calendar, TimestampTz moment)
{
	return moment >= calendar->known_from && moment <= calendar->known_to;
}

/*
 * span_at finds the first span that ends after a moment.
 */
static inline const Span *
span_at(const Calendar *calendar, TimestampTz moment)
{
	const Span *span = calendar->spans + calendar->by_time[(moment - calendar->known_from) / USECS_PER_DAY];

	while (span->to <= moment)
		span++;
	return span;
}

/*
 * work_at returns the working time before a moment.
 */
static inline int64
work_at(const Calendar *calendar, TimestampTz moment)
{
	const Span *span = span_at(calendar, moment);

	return span->work_before + (moment > span->from ? moment - span->from : 0);
}

/*
 * moment_of finds a moment before which there is so much working time: the
 * first such moment or, going back, the last.
 */
static inline TimestampTz
moment_of(const Calendar *calendar, int64 work_usec, bool is_back)
{
	const Span *span = calendar->spans + calendar->by_work[work_usec / calendar->work_portion];

	while (span[1].work_before < work_usec || (is_back && span[1].work_before == work_usec && span[1].from < PG_INT64_MAX))
		span++;
	while (!is_back && span->work_before == work_usec && span > calendar->spans)
		span--;
	return span->from + (work_usec - span->work_before);
}

/*
 * add_work moves a moment by working time.
 */
static inline bool
add_work(const Calendar *calendar, TimestampTz *moment, int64 work_usec)
{
	int64		sum;

	if (!is_known(calendar, *moment) || pg_add_s64_overflow(work_at(calendar, *moment), work_usec, &sum))
		return false;
	if (sum < 0 || sum > calendar->work_total)
		return false;
	if (work_usec != 0)
		*moment = moment_of(calendar, sum, work_usec < 0);
	return true;
}

/*
 * span_near finds the span that a moment lies in, its ends included; for one
 * between two spans the later or, going back, the earlier, and moves it there.
 * NULL: there is none.
 */
static const Span *
span_near(const Calendar *calendar, TimestampTz *moment, bool is_back)
{
	const Span *span = span_at(calendar, *moment);
	bool		has_earlier = span > calendar->spans;

	if (*moment >= span->from)
		return span;
	if (has_earlier && (is_back || span[-1].to == *moment))
	{
		*moment = span[-1].to;
		return span - 1;
	}
	if (is_back || span->from == PG_INT64_MAX)
		return NULL;
	*moment = span->from;
	return span;
}

/*
 * same_time moves a moment of one day's shifts to the same time of another day.
 */
static inline TimestampTz
same_time(const Calendar *calendar, TimestampTz moment, DateADT from, DateADT to)
{
	const WallClock *wall = &calendar->wall;
	TimestampTz from_midnight = calendar->midnights[from - calendar->first_day];
	TimestampTz to_midnight = calendar->midnights[to - calendar->first_day];
	DateADT		day;
	int64		usec_of_day;

	if (from_midnight != CLOCK_CHANGES && to_midnight != CLOCK_CHANGES)
		return moment + (to_midnight - from_midnight);
	wall->from_utc(wall->zone, moment, &day, &usec_of_day);
	return wall->to_utc(wall->zone, to, usec_of_day + (day - from) * USECS_PER_DAY);
}

/*
 * add_days moves a moment by whole working days: to the same time of another
 * working day.  A moment at which nobody works counts as the next one at which
 * somebody does, or as the last one when going back; so does where it comes to,
 * if that day's shifts are not the same.
 */
static bool
add_days(const Calendar *calendar, TimestampTz *moment, int64 days)
{
	const Span *span;
	DateADT		target;

	if (!is_known(calendar, *moment))
		return false;
	span = span_near(calendar, moment, days < 0);
	if (span == NULL || !calendar_workday_add(calendar, span->day, days, &target))
		return false;
	*moment = same_time(calendar, *moment, span->day, target);
	return is_known(calendar, *moment) && span_near(calendar, moment, days < 0) != NULL;
}

/*
 * calendar_add moves a moment by working days, then by working time.
 */
bool
calendar_add(const Calendar *calendar, TimestampTz start, int64 days, int64 work_usec, TimestampTz *result)
{
	*result = start;
	if (days != 0 && !add_days(calendar, result, days))
		return false;
	return add_work(calendar, result, work_usec);
}

/*
 * calendar_between returns the working time from one moment to another; negative
 * where the other is the earlier.
 */
bool
calendar_between(const Calendar *calendar, TimestampTz from, TimestampTz to, int64 *work_usec)
{
	if (!is_known(calendar, from) || !is_known(calendar, to))
		return false;
	*work_usec = work_at(calendar, to) - work_at(calendar, from);
	return true;
}

/*
 * calendar_is_workday tells whether a shift begins on a day.
 */
bool
calendar_is_workday(const Calendar *calendar, DateADT day, bool *result)
{
	int			number = day - calendar->first_day;

	if (day < calendar->first_day || day > calendar->last_day)
		return false;
	*result = calendar->workdays_before[number + 1] > calendar->workdays_before[number];
	return true;
}

/*
 * calendar_workday_add finds the working day that comes so many after a day, or
 * before it; 0 is the day itself.
 */
bool
calendar_workday_add(const Calendar *calendar, DateADT day, int64 count, DateADT *result)
{
	int64		rank;

	if (day < calendar->first_day || day > calendar->last_day)
		return false;
	*result = day;
	if (count == 0)
		return true;
	rank = count > 0 ? calendar->workdays_before[day - calendar->first_day + 1] - 1
		: calendar->workdays_before[day - calendar->first_day];
	if (pg_add_s64_overflow(rank, count, &rank) || rank < 0 || rank >= calendar->workday_count)
		return false;
	*result = calendar->workdays[rank];
	return true;
}

/*
 * calendar_bounds returns the first and last day that are known.
 */
void
calendar_bounds(const Calendar *calendar, DateADT *first_day, DateADT *last_day)
{
	*first_day = calendar->first_day;
	*last_day = calendar->last_day;
}
