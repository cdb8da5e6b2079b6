/*-------------------------------------------------------------------------
 *
 * benefit_dates.c
 *		Calendar arithmetic of terms: waiting periods, policy years.
 *
 * All of it in plain dates; no session setting and no clock has a say.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/benefit_dates.h"
#include "datatype/timestamp.h"
#include "utils/datetime.h"

/*
 * to_date makes a date of a day that may be past its month's end: then it is
 * the month's last day.
 */
static DateADT
to_date(int year, int month, int day)
{
	int			last = day_tab[isleap(year)][month - 1];

	return date2j(year, month, Min(day, last)) - POSTGRES_EPOCH_JDATE;
}

/*
 * add_months goes months ahead, clamped to the month's last day.
 */
DateADT
add_months(DateADT date, int months)
{
	int			year,
				month,
				day;

	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	month += months;
	year += (month - 1) / MONTHS_PER_YEAR;
	month = (month - 1) % MONTHS_PER_YEAR + 1;
	return to_date(year, month, day);
}

/*
 * policy_year_start finds the last anniversary of the policy's start that is
 * not after a date; of 29 February it is the 28th in other years.  Before the
 * policy's start the years go on backwards.
 */
DateADT
policy_year_start(DateADT policy_start, DateADT at)
{
	int			start_year,
				month,
				day;
	int			year,
				at_month,
				at_day;
	DateADT		anniversary;

	j2date(policy_start + POSTGRES_EPOCH_JDATE, &start_year, &month, &day);
	j2date(at + POSTGRES_EPOCH_JDATE, &year, &at_month, &at_day);
	anniversary = to_date(year, month, day);
	return anniversary <= at ? anniversary : to_date(year - 1, month, day);
}

/*
 * calendar_year_start finds 1 January of a date's year.
 */
DateADT
calendar_year_start(DateADT at)
{
	int			year,
				month,
				day;

	j2date(at + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	return to_date(year, 1, 1);
}
