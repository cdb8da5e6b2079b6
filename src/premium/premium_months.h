/*-------------------------------------------------------------------------
 *
 * premium_months.h
 *		An amount spread over the months of a period by their days.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_PREMIUM_PREMIUM_MONTHS_H
#define ASSURE_PREMIUM_PREMIUM_MONTHS_H

#include "postgres.h"

#include "utils/date.h"

#define PREMIUM_DAYS_MAX	3661	/* a little over ten years */
#define PREMIUM_MONTHS_MAX	122		/* which touch so many months */

typedef struct MonthShare
{
	DateADT		month;			/* its first day */
	int			days;			/* of the period in it */
	int64		amount_fen;
	int64		remainder;		/* of the division, while it is spread */
} MonthShare;

/* Fills the shares and returns their number; the period is not empty. */
extern int	premium_spread(int64 amount_fen, DateADT from, DateADT to, MonthShare *shares);

#endif							/* ASSURE_PREMIUM_PREMIUM_MONTHS_H */
