/*-------------------------------------------------------------------------
 *
 * payment_checks.c
 *		Do the books of payments balance?  A part of assure.check_books().
 *
 * Each check is a branch of one statement, read in one snapshot.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "core/result_set.h"
#include "payment/payment.h"

static SqlPlan check_payments = {
	"WITH e AS (SELECT account_id, payment_id, sum(amount_fen) AS all_fen, sum(amount_fen) FILTER (WHERE NOT is_void) AS ordered_fen, "
	"    bool_or(is_void) AS has_void FROM assure.payment_entry WHERE payment_id IS NOT NULL GROUP BY 1, 2), "
	"j AS (SELECT account_id, claim_id, sum(amount_fen) AS paid_fen FROM assure.payment_entry GROUP BY 1, 2), "
	"d AS (SELECT DISTINCT ON (account_id, claim_id) account_id, claim_id, paid_fen FROM assure.decision "
	"    ORDER BY account_id, claim_id, decision_no DESC) "
	"SELECT 'payment_is_sum_of_entries'::text, account_id, format('payment %s', payment_id)::text, "
	"  format('ordered %s fen, entries %s', coalesce(p.amount_fen, 0), coalesce(e.ordered_fen, 0))::text "
	"FROM assure.payment p FULL JOIN e USING (account_id, payment_id) "
	"WHERE p.amount_fen IS DISTINCT FROM e.ordered_fen "
	"UNION ALL "
	"SELECT 'payment_has_its_state', account_id, format('payment %s', payment_id), format('state %s', coalesce(s.state, 'none')) "
	"FROM assure.payment p FULL JOIN assure.payment_state s USING (account_id, payment_id) WHERE p.payment_id IS NULL OR s.payment_id IS NULL "
	"UNION ALL "
	"SELECT 'void_payment_pays_nothing', account_id, format('payment %s', payment_id), format('%s, entries come to %s fen', s.state, e.all_fen) "
	"FROM assure.payment_state s JOIN e USING (account_id, payment_id) "
	"WHERE CASE WHEN s.state IN ('failed', 'cancelled') THEN e.all_fen <> 0 ELSE e.has_void END "
	"UNION ALL "
	"SELECT 'unfinished_payment_is_queued', account_id, format('payment %s', payment_id), format('state %s, queued: %s', coalesce(s.state, 'none'), u.payment_id IS NOT NULL) "
	"FROM assure.payment_state s FULL JOIN assure_internal.payment_unfinished u USING (account_id, payment_id) "
	"WHERE coalesce(s.state IN ('ordered', 'sent'), false) <> (u.payment_id IS NOT NULL) "
	"UNION ALL "
	"SELECT 'open_claim_is_queued', account_id, format('claim %s', claim_id), "
	"  format('owed %s fen, paid %s, queued: %s', coalesce(d.paid_fen, 0), coalesce(j.paid_fen, 0), q.claim_id IS NOT NULL) "
	"FROM d FULL JOIN j USING (account_id, claim_id) FULL JOIN assure_internal.payment_due q USING (account_id, claim_id) "
	"WHERE (coalesce(d.paid_fen, 0) <> coalesce(j.paid_fen, 0)) <> (q.claim_id IS NOT NULL) "
	"UNION ALL "
	"SELECT 'paid_claim_is_decided', account_id, format('claim %s', claim_id), format('paid %s fen, no decision', j.paid_fen) "
	"FROM j LEFT JOIN d USING (account_id, claim_id) WHERE d.claim_id IS NULL "
	"UNION ALL "
	"SELECT 'payment_has_its_audit_row', p.account_id, format('payment %s', p.payment_id), format('audit row %s', p.audit_id) "
	"FROM assure.payment p LEFT JOIN assure.audit_log a USING (audit_id) WHERE a.root_hash IS NULL "
	"UNION ALL "
	"SELECT 'bank_ref_is_of_its_payment', account_id, format('payment %s', payment_id), format('bank_ref %s, routing %s', s.bank_ref, b.bank_ref) "
	"FROM (SELECT account_id, payment_id, bank_ref FROM assure.payment_state WHERE bank_ref IS NOT NULL) s "
	"FULL JOIN assure.payment_bank_ref b USING (account_id, payment_id, bank_ref) WHERE s.payment_id IS NULL OR b.payment_id IS NULL "
	"ORDER BY 1, 2, 3",
	{0}
};

/*
 * payment_checks adds a row for each breach.
 */
void
payment_checks(FunctionCallInfo fcinfo)
{
	result_set_fill(fcinfo, &check_payments, NULL, NULL);
}
