/*-------------------------------------------------------------------------
 *
 * months.h
 *		Months, and the spans of months that sets are kept for.
 *
 * A month is a number, twelve a year, so that spans are intervals of numbers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_COVERAGE_MONTHS_H
#define ASSURE_COVERAGE_MONTHS_H

#include "postgres.h"

#include "utils/date.h"

/* Lengths are the values: a span begins at a multiple of its length. */
typedef enum Span
{
	SPAN_MONTH = 1,
	SPAN_QUARTER = 3,
	SPAN_YEAR = 12
} Span;

#define MONTH_MIN	(1900 * 12)
#define MONTH_MAX	(2200 * 12)
#define SPANS_MAX	(MONTH_MAX - MONTH_MIN)

typedef struct MonthSpan
{
	Span		span;
	int			month;			/* the first */
} MonthSpan;

extern int	month_of(DateADT day);
extern bool month_begins(DateADT day);
extern DateADT month_day(int month);
extern const char *span_name(Span span);
extern int	span_start(Span span, int month);

/* months_split gives the fewest spans that make up [from, to), years and months or with quarters too; returns their number. */
extern int	months_split(int from, int to, bool has_quarters, MonthSpan *spans);

#endif							/* ASSURE_COVERAGE_MONTHS_H */
