/*-------------------------------------------------------------------------
 *
 * books_sql.c
 *		Entry point: do the books balance?
 *
 * Whether rows are what was written is asked of assure.audit_verify().
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/guc.h"

#include "adjudicate/book_checks.h"
#include "core/call.h"
#include "core/guc.h"
#include "core/result_set.h"
#include "payment/payment.h"
#include "postcheck/postcheck.h"
#include "settlement/settlement.h"
#include "sla/clock_checks.h"

PG_FUNCTION_INFO_V1(assure_check_books);

static const BookChecks *const all_checks[] = {&ledger_checks, &claim_checks, &payment_checks, &settlement_checks, &postcheck_checks, &clock_checks};

/*
 * assure_check_books lists what does not balance.  Its sums are over whole
 * tables, so it may take the memory of maintenance.
 */
PGDLLEXPORT Datum
assure_check_books(PG_FUNCTION_ARGS)
{
	Call		call;

	result_set_open(fcinfo);
	call_begin(&call, SCOPE_AUDITOR | SCOPE_SUPERVISOR | SCOPE_ADMIN, "check_books");
	call_allow_scans(&call);
	pin_setting("work_mem", psprintf("%dkB", Max(work_mem, maintenance_work_mem)));
	for (int list = 0; list < (int) lengthof(all_checks); list++)
		for (int i = 0; i < all_checks[list]->count; i++)
		{
			CHECK_FOR_INTERRUPTS();
			result_set_fill(fcinfo, &all_checks[list]->plans[i], NULL, NULL);
		}
	call_end(&call);
	return (Datum) 0;
}
