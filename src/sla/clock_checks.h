/*-------------------------------------------------------------------------
 *
 * clock_checks.h
 *		What assure.check_books() asks of clocks and alerts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_SLA_CLOCK_CHECKS_H
#define ASSURE_SLA_CLOCK_CHECKS_H

#include "adjudicate/book_checks.h"

extern const BookChecks clock_checks;

#endif							/* ASSURE_SLA_CLOCK_CHECKS_H */
