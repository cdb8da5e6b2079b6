/*-------------------------------------------------------------------------
 *
 * books_sql.c
 *		Entry points: do the books balance, and are the rows what was written?
 *
 * Each check is a branch of one statement, read in one snapshot.  No row means
 * that everything is whole.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "core/call.h"
#include "core/result_set.h"
#include "payment/payment.h"

PG_FUNCTION_INFO_V1(assure_check_books);

static SqlPlan check_books = {
	"SELECT 'balance_is_sum_of_entries'::text, account_id, "
	"  format('%s %s %s of member %s', counter, period, measure, member_id)::text, "
	"  format('balance %s, entries %s', coalesce(b.value, 0), coalesce(e.total, 0))::text "
	"FROM assure.balance b FULL JOIN (SELECT account_id, member_id, counter, period, measure, sum(delta) AS total "
	"  FROM assure.ledger_entry GROUP BY 1, 2, 3, 4, 5) e USING (account_id, member_id, counter, period, measure) "
	"WHERE coalesce(b.value, 0) <> coalesce(e.total, 0) "
	"UNION ALL "
	"SELECT 'decision_is_sum_of_entries', d.account_id, format('claim %s decision %s', d.claim_id, d.decision_no), "
	"  format('decided %s fen, entries %s', d.paid_fen, coalesce(e.paid, 0)) "
	"FROM assure.decision d LEFT JOIN (SELECT account_id, claim_id, decision_no, sum(delta) AS paid "
	"  FROM assure.ledger_entry WHERE measure = 'paid' GROUP BY 1, 2, 3) e USING (account_id, claim_id, decision_no) "
	"WHERE d.paid_fen <> coalesce(e.paid, 0) "
	"UNION ALL "
	"SELECT 'limit_exceeded', account_id, format('%s %s %s of member %s', counter, period, measure, member_id), "
	"  format('balance %s, limit %s', value, limit_value) FROM assure.balance WHERE value > limit_value "
	"UNION ALL "
	"SELECT 'claim_waits_or_is_decided', c.account_id, format('claim %s', c.claim_id), "
	"  format('waits: %s, set aside: %s, decided: %s', q.claim_id IS NOT NULL, f.claim_id IS NOT NULL, d.claim_id IS NOT NULL) "
	"FROM assure.claim c LEFT JOIN assure_internal.claim_queue q USING (account_id, claim_id) "
	"LEFT JOIN assure.failed_claim f USING (account_id, claim_id) "
	"LEFT JOIN (SELECT DISTINCT account_id, claim_id FROM assure.decision) d USING (account_id, claim_id) "
	"WHERE (q.claim_id IS NOT NULL)::int + (f.claim_id IS NOT NULL)::int + (d.claim_id IS NOT NULL)::int <> 1 "
	"UNION ALL "
	"SELECT 'claim_has_its_ref', c.account_id, format('claim %s', c.claim_id), format('ref %s', c.ref) "
	"FROM assure.claim c LEFT JOIN assure.claim_ref r ON r.ref = c.ref AND r.account_id = c.account_id AND r.claim_id = c.claim_id "
	"WHERE r.ref IS NULL "
	"UNION ALL "
	"SELECT 'claim_is_as_handed_in', c.account_id, format('claim %s', c.claim_id), 'the document is not the one that was handed in' "
	"FROM assure.claim c JOIN assure.claim_ref r USING (ref) WHERE r.document_hash <> sha256(convert_to(c.document::text, 'UTF8')) "
	"UNION ALL "
	"SELECT 'pended_claim_has_a_task', d.account_id, format('claim %s', d.claim_id), 'no unfinished task' "
	"FROM (SELECT DISTINCT ON (account_id, claim_id) * FROM assure.decision ORDER BY account_id, claim_id, decision_no DESC) d "
	"LEFT JOIN assure.task t ON t.subject_kind = 'claim' AND t.account_id = d.account_id AND t.subject_id = d.claim_id "
	"  AND t.state NOT IN ('done', 'cancelled') WHERE d.verdict = 'pend' AND t.task_id IS NULL "
	"UNION ALL "
	"SELECT 'decision_has_its_audit_row', d.account_id, format('claim %s decision %s', d.claim_id, d.decision_no), format('audit row %s', d.audit_id) "
	"FROM assure.decision d LEFT JOIN assure.audit_log a USING (audit_id) WHERE a.root_hash IS NULL "
	"UNION ALL "
	"SELECT 'account_can_be_locked', a.account_id, 'account', 'no row in assure_internal.account_book' "
	"FROM assure.account a LEFT JOIN assure_internal.account_book b USING (account_id) WHERE b.account_id IS NULL "
	"UNION ALL "
	"SELECT 'reference_exists', c.account_id, format('claim %s', c.claim_id), format('policy %s, branch %s', c.policy_id, c.branch_id) "
	"FROM assure.claim c LEFT JOIN assure.policy p USING (policy_id) LEFT JOIN assure.branch b ON b.branch_id = c.branch_id "
	"WHERE p.policy_id IS NULL OR b.branch_id IS NULL "
	"UNION ALL "
	"SELECT 'reference_exists', d.account_id, format('claim %s decision %s', d.claim_id, d.decision_no), format('plan version %s', d.plan_version_id) "
	"FROM assure.decision d LEFT JOIN assure.plan_version v USING (plan_version_id) "
	"WHERE d.plan_version_id IS NOT NULL AND v.plan_version_id IS NULL "
	"ORDER BY 1, 2, 3",
	{0}
};

/*
 * assure_check_books lists what does not balance.
 */
PGDLLEXPORT Datum
assure_check_books(PG_FUNCTION_ARGS)
{
	Call		call;

	result_set_open(fcinfo);
	call_begin(&call, SCOPE_AUDITOR | SCOPE_SUPERVISOR | SCOPE_ADMIN, "check_books");
	call_allow_scans(&call);
	result_set_fill(fcinfo, &check_books, NULL, NULL);
	payment_checks(fcinfo);
	call_end(&call);
	return (Datum) 0;
}
