/*-------------------------------------------------------------------------
 *
 * claim_checks.c
 *		Is every claim where it should be, and as it was handed in?
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "adjudicate/book_checks.h"

static SqlPlan plans[] = {
	{"SELECT 'claim_waits_or_is_decided'::text, c.account_id, format('claim %s', c.claim_id), "
		"  format('waits: %s, set aside: %s, decided: %s', q.claim_id IS NOT NULL, f.claim_id IS NOT NULL, d.claim_id IS NOT NULL) "
		"FROM assure.claim c LEFT JOIN assure_internal.claim_queue q USING (account_id, claim_id) "
		"LEFT JOIN assure.failed_claim f USING (account_id, claim_id) "
		"LEFT JOIN (SELECT DISTINCT account_id, claim_id FROM assure.decision) d USING (account_id, claim_id) "
		"WHERE (q.claim_id IS NOT NULL)::int + (f.claim_id IS NOT NULL)::int + (d.claim_id IS NOT NULL)::int <> 1 ORDER BY 2, 3"},

	{"SELECT 'claim_has_its_ref'::text, c.account_id, format('claim %s', c.claim_id), format('ref %s', c.ref) "
		"FROM assure.claim c LEFT JOIN assure.claim_ref r ON r.ref = c.ref AND r.account_id = c.account_id AND r.claim_id = c.claim_id "
		"WHERE r.ref IS NULL ORDER BY 2, 3"},

	{"SELECT 'claim_is_as_handed_in'::text, c.account_id, format('claim %s', c.claim_id), "
		"  'the document is not the one that was handed in' "
		"FROM assure.claim c JOIN assure.claim_ref r USING (ref) "
		"WHERE r.document_hash <> sha256(convert_to(c.document::text, 'UTF8')) ORDER BY 2, 3"},

	{"SELECT 'pended_claim_has_a_task'::text, d.account_id, format('claim %s', d.claim_id), 'no unfinished task' "
		"FROM (SELECT DISTINCT ON (account_id, claim_id) account_id, claim_id, verdict FROM assure.decision "
		"  ORDER BY account_id, claim_id, decision_no DESC) d "
		"LEFT JOIN assure.task t ON t.subject_kind = 'claim' AND t.account_id = d.account_id AND t.subject_id = d.claim_id "
		"  AND t.state NOT IN ('done', 'cancelled') WHERE d.verdict = 'pend' AND t.task_id IS NULL ORDER BY 2, 3"},

	/* An appeal is a task of a claim that is decided. */
	{"SELECT 'task_has_a_pended_claim'::text, t.account_id, format('claim %s', t.subject_id), "
		"  format('task %s is %s, the claim %s', t.task_id, t.state, coalesce(d.verdict, 'not decided')) "
		"FROM assure.task t LEFT JOIN LATERAL (SELECT verdict FROM assure.decision d "
		"  WHERE d.account_id = t.account_id AND d.claim_id = t.subject_id ORDER BY decision_no DESC LIMIT 1) d ON true "
		"WHERE t.subject_kind = 'claim' AND t.state NOT IN ('done', 'cancelled') AND d.verdict IS DISTINCT FROM 'pend' "
		"AND NOT EXISTS (SELECT FROM assure.appeal a WHERE a.account_id = t.account_id AND a.task_id = t.task_id AND a.state = 'open') ORDER BY 2, 3"},

	{"SELECT 'reference_exists'::text, c.account_id, format('claim %s', c.claim_id), format('policy %s, branch %s', c.policy_id, c.branch_id) "
		"FROM assure.claim c LEFT JOIN assure.policy p USING (policy_id) LEFT JOIN assure.branch b ON b.branch_id = c.branch_id "
		"WHERE p.policy_id IS NULL OR b.branch_id IS NULL ORDER BY 2, 3"}
};

const BookChecks claim_checks = {lengthof(plans), plans};
