/*-------------------------------------------------------------------------
 *
 * ledger_checks.c
 *		Do entries, balances and decisions agree?
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "adjudicate/book_checks.h"

static SqlPlan plans[] = {
	/* What is used of a counter is what was booked on it. */
	{"SELECT 'balance_is_sum_of_entries'::text, account_id, "
		"  format('%s %s %s of member %s', counter, period, measure, member_id)::text, "
		"  format('balance %s, entries %s', coalesce(b.value, 0), coalesce(e.total, 0))::text "
		"FROM assure.balance b FULL JOIN (SELECT account_id, member_id, counter, period, measure, sum(delta) AS total "
		"  FROM assure.ledger_entry GROUP BY 1, 2, 3, 4, 5) e USING (account_id, member_id, counter, period, measure) "
		"WHERE coalesce(b.value, 0) <> coalesce(e.total, 0) ORDER BY 2, 3"},

	/* What a claim has booked up to a decision is what that decision pays. */
	{"SELECT 'decision_is_sum_of_entries'::text, account_id, format('claim %s decision %s', claim_id, decision_no), "
		"  format('decided %s fen, entries %s', paid_fen, booked) "
		"FROM (SELECT d.account_id, d.claim_id, d.decision_no, d.paid_fen, "
		"    sum(coalesce(e.paid, 0)) OVER (PARTITION BY d.account_id, d.claim_id ORDER BY d.decision_no) AS booked "
		"  FROM assure.decision d LEFT JOIN (SELECT account_id, claim_id, decision_no, sum(delta) AS paid "
		"    FROM assure.ledger_entry WHERE measure = 'paid' GROUP BY 1, 2, 3) e USING (account_id, claim_id, decision_no)) x "
		"WHERE paid_fen <> booked ORDER BY 2, 3"},

	{"SELECT 'limit_exceeded'::text, account_id, format('%s %s %s of member %s', counter, period, measure, member_id), "
		"  format('balance %s, limit %s', value, limit_value) FROM assure.balance WHERE value > limit_value ORDER BY 2, 3"},

	/* A claim that is reversed, or waits for a person, has nothing booked. */
	{"SELECT 'undecided_claim_books_nothing'::text, d.account_id, format('claim %s', d.claim_id), "
		"  format('%s, and %s %s %s of member %s has %s', d.verdict, e.counter, e.period, e.measure, e.member_id, e.total) "
		"FROM (SELECT DISTINCT ON (account_id, claim_id) account_id, claim_id, verdict FROM assure.decision "
		"  ORDER BY account_id, claim_id, decision_no DESC) d "
		"CROSS JOIN LATERAL (SELECT counter, period, measure, member_id, sum(delta) AS total FROM assure.ledger_entry e "
		"  WHERE e.account_id = d.account_id AND e.claim_id = d.claim_id GROUP BY 1, 2, 3, 4 HAVING sum(delta) <> 0) e "
		"WHERE d.verdict IN ('reverse', 'pend') ORDER BY 2, 3, 4"},

	/* A decision could not know what it booked itself. */
	{"SELECT 'horizon_is_below_entries'::text, d.account_id, format('claim %s decision %s', d.claim_id, d.decision_no), "
		"  format('horizon %s, first entry %s', d.ledger_horizon, min(e.entry_id)) "
		"FROM assure.decision d JOIN assure.ledger_entry e USING (account_id, claim_id, decision_no) "
		"GROUP BY d.account_id, d.claim_id, d.decision_no, d.ledger_horizon HAVING min(e.entry_id) < d.ledger_horizon ORDER BY 2, 3"},

	{"SELECT 'decision_has_its_audit_row'::text, d.account_id, format('claim %s decision %s', d.claim_id, d.decision_no), "
		"  format('audit row %s', d.audit_id) "
		"FROM assure.decision d LEFT JOIN assure.audit_log a USING (audit_id) WHERE a.root_hash IS NULL "
		"  AND NOT EXISTS (SELECT FROM assure.audit_drop x WHERE d.audit_id BETWEEN x.from_id AND x.to_id) ORDER BY 2, 3"},

	/* What was calculated can be replayed: all but decisions of 0.1, and of people who were erased. */
	{"SELECT 'calculated_decision_has_input'::text, d.account_id, format('claim %s decision %s', d.claim_id, d.decision_no), "
		"  format('input: %s, horizon: %s', d.input IS NOT NULL, d.ledger_horizon IS NOT NULL) "
		"FROM assure.decision d WHERE d.result IS NOT NULL AND (d.input IS NULL OR d.ledger_horizon IS NULL) "
		"  AND d.engine <> 'pg_assure 0.1' AND NOT EXISTS (SELECT FROM assure.claim c JOIN assure.erasure x USING (account_id, member_id) "
		"  WHERE c.account_id = d.account_id AND c.claim_id = d.claim_id) ORDER BY 2, 3"},

	{"SELECT 'input_unpacks'::text, account_id, format('claim %s decision %s', claim_id, decision_no), "
		"  format('%s bytes are no packed claim', octet_length(input)) "
		"FROM assure.decision WHERE input IS NOT NULL AND NOT assure.is_packed_claim(input) ORDER BY 2, 3"},

	{"SELECT 'decisions_are_numbered'::text, account_id, format('claim %s', claim_id), "
		"  format('%s decisions, the last has number %s', count(*), max(decision_no)) "
		"FROM assure.decision GROUP BY account_id, claim_id HAVING count(*) <> max(decision_no) ORDER BY 2, 3"},

	{"SELECT 'reference_exists'::text, d.account_id, format('claim %s decision %s', d.claim_id, d.decision_no), "
		"  format('plan version %s', d.plan_version_id) "
		"FROM assure.decision d LEFT JOIN assure.plan_version v USING (plan_version_id) "
		"WHERE d.plan_version_id IS NOT NULL AND v.plan_version_id IS NULL ORDER BY 2, 3"},

	{"SELECT 'account_can_be_locked'::text, a.account_id, 'account', 'no row in assure_internal.account_book' "
		"FROM assure.account a LEFT JOIN assure_internal.account_book b USING (account_id) WHERE b.account_id IS NULL ORDER BY 2"}
};

const BookChecks ledger_checks = {lengthof(plans), plans};
