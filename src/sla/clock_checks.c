/*-------------------------------------------------------------------------
 *
 * clock_checks.c
 *		What assure.check_books() asks of clocks and alerts: their subjects are
 *		references without foreign key.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "sla/clock_checks.h"

static SqlPlan plans[] = {
	{"SELECT 'clock_has_an_open_subject'::text, coalesce(t.account_id, r.account_id, 0), format('clock %s', c.clock_id), "
		"  format('%s %s is %s', c.subject_kind, c.subject_id, coalesce(t.state, cl.state, o.state, 'gone')) "
		"FROM assure.clock c LEFT JOIN assure.task t ON c.subject_kind = 'task' AND t.task_id = c.subject_id "
		"LEFT JOIN (SELECT claim_id, 'there' AS state FROM assure.claim) cl ON c.subject_kind = 'claim' AND cl.claim_id = c.subject_id "
		"LEFT JOIN assure.order_ref r ON c.subject_kind = 'service_order' AND r.order_id = c.subject_id "
		"LEFT JOIN assure.service_order o ON o.account_id = r.account_id AND o.order_id = r.order_id "
		"WHERE c.state <> 'stopped' AND coalesce(t.state, cl.state, o.state, 'gone') IN ('done', 'cancelled', 'gone') ORDER BY 3"},

	{"SELECT 'clock_has_its_policy'::text, 0::bigint, format('clock %s', c.clock_id), format('SLA policy %s does not exist', c.sla_policy_id) "
		"FROM assure.clock c LEFT JOIN assure.sla_policy p USING (sla_policy_id) WHERE p.sla_policy_id IS NULL AND c.state <> 'stopped' ORDER BY 3"},

	{"SELECT 'alert_has_an_open_clock'::text, 0::bigint, format('alert %s', a.alert_id), format('clock %s is %s', a.clock_id, coalesce(c.state, 'gone')) "
		"FROM assure.alert a LEFT JOIN assure.clock c USING (clock_id) "
		"WHERE a.resolved_at IS NULL AND a.level <> 'new' AND coalesce(c.state, 'stopped') = 'stopped' ORDER BY 3"}
};

const BookChecks clock_checks = {lengthof(plans), plans};
