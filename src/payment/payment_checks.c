/*-------------------------------------------------------------------------
 *
 * payment_checks.c
 *		Do payments, their entries and what claims are owed agree?
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "adjudicate/book_checks.h"
#include "payment/payment.h"

static SqlPlan plans[] = {
	/* A payment is the sum of its entries, those apart that undo them. */
	{"SELECT 'payment_is_sum_of_entries'::text, account_id, format('payment %s', payment_id)::text, "
		"  format('ordered %s fen, entries %s', p.amount_fen, e.ordered_fen)::text "
		"FROM assure.payment p FULL JOIN (SELECT account_id, payment_id, sum(amount_fen) AS ordered_fen FROM assure.payment_entry "
		"  WHERE payment_id IS NOT NULL AND NOT is_void GROUP BY 1, 2) e USING (account_id, payment_id) "
		"WHERE p.amount_fen IS DISTINCT FROM e.ordered_fen ORDER BY 2, 3"},

	{"SELECT 'payment_has_its_state'::text, account_id, format('payment %s', payment_id), format('state %s', coalesce(s.state, 'none')) "
		"FROM assure.payment p FULL JOIN assure.payment_state s USING (account_id, payment_id) "
		"WHERE p.payment_id IS NULL OR s.payment_id IS NULL ORDER BY 2, 3"},

	/* What failed or was cancelled is undone to the fen; nothing else is. */
	{"SELECT 'void_payment_pays_nothing'::text, account_id, format('payment %s', payment_id), format('%s, entries come to %s fen', s.state, e.all_fen) "
		"FROM assure.payment_state s JOIN (SELECT account_id, payment_id, sum(amount_fen) AS all_fen, bool_or(is_void) AS has_void "
		"  FROM assure.payment_entry WHERE payment_id IS NOT NULL GROUP BY 1, 2) e USING (account_id, payment_id) "
		"WHERE CASE WHEN s.state IN ('failed', 'cancelled') THEN e.all_fen <> 0 ELSE e.has_void END ORDER BY 2, 3"},

	{"SELECT 'unfinished_payment_is_queued'::text, account_id, format('payment %s', payment_id), "
		"  format('state %s, queued: %s', coalesce(s.state, 'none'), u.payment_id IS NOT NULL) "
		"FROM assure.payment_state s FULL JOIN assure_internal.payment_unfinished u USING (account_id, payment_id) "
		"WHERE coalesce(s.state IN ('ordered', 'sent'), false) <> (u.payment_id IS NOT NULL) ORDER BY 2, 3"},

	/* So nothing is paid beyond what is owed without a recovery that is open. */
	{"SELECT 'open_claim_is_queued'::text, account_id, format('claim %s', claim_id), "
		"  format('owed %s fen, paid %s, queued: %s', coalesce(d.paid_fen, 0), coalesce(j.paid_fen, 0), q.claim_id IS NOT NULL) "
		"FROM (SELECT DISTINCT ON (account_id, claim_id) account_id, claim_id, paid_fen FROM assure.decision "
		"  ORDER BY account_id, claim_id, decision_no DESC) d "
		"FULL JOIN (SELECT account_id, claim_id, sum(amount_fen) AS paid_fen FROM assure.payment_entry GROUP BY 1, 2) j USING (account_id, claim_id) "
		"FULL JOIN assure_internal.payment_due q USING (account_id, claim_id) "
		"WHERE (coalesce(d.paid_fen, 0) <> coalesce(j.paid_fen, 0)) <> (q.claim_id IS NOT NULL) ORDER BY 2, 3"},

	{"SELECT 'bank_ref_is_of_its_payment'::text, account_id, format('payment %s', payment_id), format('bank_ref %s, routing %s', s.bank_ref, b.bank_ref) "
		"FROM (SELECT account_id, payment_id, bank_ref FROM assure.payment_state WHERE bank_ref IS NOT NULL) s "
		"FULL JOIN assure.payment_bank_ref b USING (account_id, payment_id, bank_ref) "
		"WHERE s.payment_id IS NULL OR b.payment_id IS NULL ORDER BY 2, 3"},

	/* A claim's task waits for the customer if and only if something was asked for. */
	{"SELECT 'suspended_task_waits_for_documents'::text, account_id, format('claim %s', claim_id), "
		"  format('task %s, documents asked for: %s', coalesce(t.state, 'none'), r.claim_id IS NOT NULL) "
		"FROM (SELECT account_id, subject_id AS claim_id, state FROM assure.task WHERE state = 'suspended' AND subject_kind = 'claim') t "
		"FULL JOIN (SELECT account_id, claim_id FROM assure.document_request WHERE closed_at IS NULL) r USING (account_id, claim_id) "
		"WHERE t.claim_id IS NULL OR r.claim_id IS NULL ORDER BY 2, 3"},

	{"SELECT 'open_appeal_has_a_task'::text, a.account_id, format('claim %s', a.claim_id), format('task %s is %s', a.task_id, coalesce(t.state, 'missing')) "
		"FROM assure.appeal a LEFT JOIN assure.task t ON t.task_id = a.task_id "
		"WHERE (a.state = 'open') <> (coalesce(t.state, 'done') NOT IN ('done', 'cancelled')) ORDER BY 2, 3"},
};

const BookChecks payment_checks = {lengthof(plans), plans};
