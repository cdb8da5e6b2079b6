/*-------------------------------------------------------------------------
 *
 * duration.c
 *		FEEL's two kinds of durations.
 *
 * A product or quotient that is no whole number of nanoseconds or months loses
 * its fraction, towards zero.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/temporal.h"

/*
 * days_make makes a duration of nanoseconds; false: it is too long.
 */
bool
days_make(int128 nanoseconds, FeelDaysDuration *result)
{
	int128		rest = nanoseconds % NANOSECONDS_PER_SECOND;
	int128		seconds = nanoseconds / NANOSECONDS_PER_SECOND;

	if (rest < 0)
	{
		rest += NANOSECONDS_PER_SECOND;
		seconds--;
	}
	if (seconds != (int64) seconds)
		return false;
	result->seconds = (int64) seconds;
	result->nanoseconds = (int32) rest;
	return true;
}

/*
 * days_to_nanoseconds gives a duration as one integer.
 */
int128
days_to_nanoseconds(FeelDaysDuration duration)
{
	return (int128) duration.seconds * NANOSECONDS_PER_SECOND + duration.nanoseconds;
}

/*
 * days_parts takes a duration apart.
 */
FeelDurationParts
days_parts(FeelDaysDuration duration)
{
	FeelDurationParts parts;
	int64		seconds = duration.seconds;

	parts.nanoseconds = duration.nanoseconds;
	if (seconds < 0 && duration.nanoseconds > 0)
	{
		seconds++;
		parts.nanoseconds -= NANOSECONDS_PER_SECOND;
	}
	parts.days = seconds / SECONDS_PER_DAY;
	parts.hours = seconds % SECONDS_PER_DAY / SECONDS_PER_HOUR;
	parts.minutes = seconds % SECONDS_PER_HOUR / SECONDS_PER_MINUTE;
	parts.seconds = seconds % SECONDS_PER_MINUTE;
	return parts;
}

/*
 * days_compare compares lengths.
 */
int
days_compare(FeelDaysDuration a, FeelDaysDuration b)
{
	if (a.seconds != b.seconds)
		return a.seconds < b.seconds ? -1 : 1;
	return (a.nanoseconds > b.nanoseconds) - (a.nanoseconds < b.nanoseconds);
}

/*
 * days_add gives a + b.
 */
bool
days_add(FeelDaysDuration a, FeelDaysDuration b, FeelDaysDuration *result)
{
	return days_make(days_to_nanoseconds(a) + days_to_nanoseconds(b), result);
}

/*
 * days_sub gives a - b.
 */
bool
days_sub(FeelDaysDuration a, FeelDaysDuration b, FeelDaysDuration *result)
{
	return days_make(days_to_nanoseconds(a) - days_to_nanoseconds(b), result);
}

/*
 * days_neg gives -duration.
 */
bool
days_neg(FeelDaysDuration duration, FeelDaysDuration *result)
{
	return days_make(-days_to_nanoseconds(duration), result);
}

/*
 * nanoseconds_number gives a duration as a number; it has 28 digits at most.
 */
static FeelNumber
nanoseconds_number(FeelDaysDuration duration)
{
	FeelNumber	number = {0};

	(void) number_from_int128(days_to_nanoseconds(duration), 0, &number);
	return number;
}

/*
 * days_mul gives duration x factor.
 */
bool
days_mul(FeelDaysDuration duration, FeelNumber factor, FeelDaysDuration *result)
{
	FeelNumber	product;
	int128		nanoseconds;

	return number_mul(nanoseconds_number(duration), factor, &product) &&
		number_truncate_int128(product, &nanoseconds) && days_make(nanoseconds, result);
}

/*
 * days_div gives duration / divisor.
 */
bool
days_div(FeelDaysDuration duration, FeelNumber divisor, FeelDaysDuration *result)
{
	FeelNumber	quotient;
	int128		nanoseconds;

	return number_div(nanoseconds_number(duration), divisor, &quotient) &&
		number_truncate_int128(quotient, &nanoseconds) && days_make(nanoseconds, result);
}

/*
 * days_ratio gives a / b.
 */
bool
days_ratio(FeelDaysDuration a, FeelDaysDuration b, FeelNumber *result)
{
	return number_div(nanoseconds_number(a), nanoseconds_number(b), result);
}

/*
 * months_compare compares lengths.
 */
int
months_compare(FeelMonthsDuration a, FeelMonthsDuration b)
{
	return (a.months > b.months) - (a.months < b.months);
}

/*
 * months_add gives a + b.
 */
bool
months_add(FeelMonthsDuration a, FeelMonthsDuration b, FeelMonthsDuration *result)
{
	return !pg_add_s64_overflow(a.months, b.months, &result->months);
}

/*
 * months_sub gives a - b.
 */
bool
months_sub(FeelMonthsDuration a, FeelMonthsDuration b, FeelMonthsDuration *result)
{
	return !pg_sub_s64_overflow(a.months, b.months, &result->months);
}

/*
 * months_neg gives -duration.
 */
bool
months_neg(FeelMonthsDuration duration, FeelMonthsDuration *result)
{
	return !pg_sub_s64_overflow(0, duration.months, &result->months);
}

/*
 * months_mul gives duration x factor.
 */
bool
months_mul(FeelMonthsDuration duration, FeelNumber factor, FeelMonthsDuration *result)
{
	FeelNumber	product;

	return number_mul(number_from_int64(duration.months), factor, &product) &&
		number_truncate_int64(product, &result->months);
}

/*
 * months_div gives duration / divisor.
 */
bool
months_div(FeelMonthsDuration duration, FeelNumber divisor, FeelMonthsDuration *result)
{
	FeelNumber	quotient;

	return number_div(number_from_int64(duration.months), divisor, &quotient) &&
		number_truncate_int64(quotient, &result->months);
}

/*
 * months_ratio gives a / b.
 */
bool
months_ratio(FeelMonthsDuration a, FeelMonthsDuration b, FeelNumber *result)
{
	return number_div(number_from_int64(a.months), number_from_int64(b.months), result);
}
