/*-------------------------------------------------------------------------
 *
 * premium_months.c
 *		An amount spread over the months of a period by their days.
 *
 * Each month gets its part rounded down, and what is left goes, a fen each, to
 * the months with the largest remainders.  A negative amount is the mirror of the
 * positive one, so that a counter-entry undoes an entry month by month.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/datetime.h"

#include "premium/premium_months.h"

/*
 * months_list lists the months that the period touches, with their days in it.
 */
static int
months_list(DateADT from, DateADT to, MonthShare *shares)
{
	int			count = 0;

	while (from <= to)
	{
		int			year;
		int			month;
		int			day;
		DateADT		next;

		j2date(from + POSTGRES_EPOCH_JDATE, &year, &month, &day);
		next = date2j(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) - POSTGRES_EPOCH_JDATE;
		shares[count++] = (MonthShare) {.month = from - day + 1, .days = Min(next, to + 1) - from};
		from = next;
	}
	return count;
}

/*
 * premium_spread spreads an amount over the months of a period.
 */
int
premium_spread(int64 amount_fen, DateADT from, DateADT to, MonthShare *shares)
{
	int			count = months_list(from, to, shares);
	int64		days = to - from + 1;
	int64		amount = amount_fen < 0 ? -amount_fen : amount_fen;
	int64		left = amount;

	/* Whole amounts a day first: what remains of them is small. */
	for (int i = 0; i < count; i++)
	{
		int64		rest = (amount % days) * shares[i].days;

		shares[i].amount_fen = (amount / days) * shares[i].days + rest / days;
		shares[i].remainder = rest % days;
		left -= shares[i].amount_fen;
	}
	for (; left > 0; left--)
	{
		int			largest = 0;

		for (int i = 1; i < count; i++)
			if (shares[i].remainder > shares[largest].remainder)
				largest = i;
		shares[largest].amount_fen++;
		shares[largest].remainder = -1;
	}
	for (int i = 0; amount_fen < 0 && i < count; i++)
		shares[i].amount_fen = -shares[i].amount_fen;
	return count;
}
