/*-------------------------------------------------------------------------
 *
 * benefit_dates.h
 *		Calendar arithmetic of terms: ages, waiting periods, policy years.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_BENEFIT_BENEFIT_DATES_H
#define ASSURE_BENEFIT_BENEFIT_DATES_H

#include "type/age.h"
#include "utils/date.h"

extern DateADT add_months(DateADT date, int months);
extern DateADT policy_year_start(DateADT policy_start, DateADT at);
extern DateADT calendar_year_start(DateADT at);

#endif							/* ASSURE_BENEFIT_BENEFIT_DATES_H */
