/*-------------------------------------------------------------------------
 *
 * months.c
 *		Months, and the spans of months that sets are kept for.
 *
 * A year's set is the union of its months', kept: so a year is read as one set,
 * and any span of months as a few.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/datetime.h"

#include "coverage/months.h"

/*
 * month_of returns the month of a finite day.
 */
int
month_of(DateADT day)
{
	int			year;
	int			month;
	int			of_month;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &of_month);
	return year * 12 + month - 1;
}

/*
 * month_begins says whether a day is the first of a month.
 */
bool
month_begins(DateADT day)
{
	return month_day(month_of(day)) == day;
}

/*
 * month_day returns the first day of a month.
 */
DateADT
month_day(int month)
{
	return date2j(month / 12, month % 12 + 1, 1) - POSTGRES_EPOCH_JDATE;
}

/*
 * span_name returns what tables call a span.
 */
const char *
span_name(Span span)
{
	return span == SPAN_YEAR ? "year" : span == SPAN_QUARTER ? "quarter" : "month";
}

/*
 * span_start returns the first month of the span that a month is in.
 */
int
span_start(Span span, int month)
{
	return month - month % (int) span;
}

/*
 * span_fits says whether a span begins at a month and ends in time.
 */
static bool
span_fits(Span span, int from, int to)
{
	return span_start(span, from) == from && from + (int) span <= to;
}

/*
 * months_split takes the longest span that fits, again and again.
 */
int
months_split(int from, int to, bool has_quarters, MonthSpan *spans)
{
	int			count = 0;

	while (from < to)
	{
		Span		span = span_fits(SPAN_YEAR, from, to) ? SPAN_YEAR :
			has_quarters && span_fits(SPAN_QUARTER, from, to) ? SPAN_QUARTER : SPAN_MONTH;

		spans[count++] = (MonthSpan) {span, from};
		from += (int) span;
	}
	return count;
}
