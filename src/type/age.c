/*-------------------------------------------------------------------------
 *
 * age.c
 *		Ages in completed years: one rule for terms and for identity numbers.
 *
 * In plain dates; no session setting and no clock has a say.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "type/age.h"
#include "utils/datetime.h"

/*
 * completed_years counts birthdays; who is born on 29 February has a year
 * completed on 1 March where there is no 29th.
 */
int
completed_years(DateADT birth, DateADT at)
{
	int			birth_year,
				birth_month,
				birth_day;
	int			year,
				month,
				day;

	j2date(birth + POSTGRES_EPOCH_JDATE, &birth_year, &birth_month, &birth_day);
	j2date(at + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	if (month < birth_month || (month == birth_month && day < birth_day))
		year--;
	return year - birth_year;
}
