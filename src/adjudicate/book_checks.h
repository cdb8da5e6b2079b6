/*-------------------------------------------------------------------------
 *
 * book_checks.h
 *		What assure.check_books() asks.
 *
 * A check is one statement, so it reads one snapshot, and returns a row for
 * each thing that does not hold: name of the check, account, subject, finding.
 * A room that keeps books of its own has its list in a file of its own, and one
 * line in books_sql.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_ADJUDICATE_BOOK_CHECKS_H
#define ASSURE_ADJUDICATE_BOOK_CHECKS_H

#include "core/plan.h"

typedef struct BookChecks
{
	int			count;
	SqlPlan    *plans;
} BookChecks;

/* ledger_checks.c: entries, balances, decisions; claim_checks.c: claims. */
extern const BookChecks ledger_checks;
extern const BookChecks claim_checks;

#endif							/* ASSURE_ADJUDICATE_BOOK_CHECKS_H */
