/*-------------------------------------------------------------------------
 *
 * settlement_checks.c
 *		Do settlement, points, tasks and post-checks agree?
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "settlement/settlement.h"

static SqlPlan plans[] = {
	/* Over the two sides of each posting, as branches see them. */
	{"SELECT 'settlement_is_zero_over_all_branches'::text, NULL::bigint, format('month %s', month)::text, format('sum %s', sum(amount))::text "
		"FROM assure_bi.settlement_entry GROUP BY month HAVING sum(amount) <> 0 ORDER BY 3"},

	{"SELECT 'closed_month_is_as_closed'::text, NULL::bigint, format('month %s, branch %s for %s', month, debtor_branch_id, creditor_branch_id), "
		"  format('closed with %s fen for %s tasks, postings come to %s for %s', l.amount_fen, l.task_count, p.amount_fen, p.task_count) "
		"FROM assure.settlement_line l FULL JOIN (SELECT x.month, x.debtor_branch_id, x.creditor_branch_id, sum(x.amount_fen) AS amount_fen, sum(x.tasks) AS task_count "
		"  FROM assure.settlement_posting x JOIN assure.settlement_close c USING (month) GROUP BY 1, 2, 3) p USING (month, debtor_branch_id, creditor_branch_id) "
		"WHERE (l.amount_fen, l.task_count) IS DISTINCT FROM (p.amount_fen, p.task_count) ORDER BY 3"},

	{"SELECT 'closed_month_has_its_postings'::text, NULL::bigint, format('month %s', c.month), format('closed with %s postings, %s are there', c.posting_count, n.n) "
		"FROM assure.settlement_close c CROSS JOIN LATERAL (SELECT count(*) AS n FROM assure.settlement_posting p WHERE p.month = c.month) n "
		"WHERE c.posting_count <> n.n ORDER BY 3"},

	{"SELECT 'settled_task_is_done'::text, t.account_id, format('task %s', p.task_id), format('state %s, settled %s fen', coalesce(t.state, 'none'), p.amount_fen) "
		"FROM (SELECT task_id, sum(amount_fen) AS amount_fen FROM assure.settlement_posting GROUP BY 1) p LEFT JOIN assure.task t USING (task_id) "
		"WHERE p.amount_fen < 0 OR (p.amount_fen > 0 AND t.state IS DISTINCT FROM 'done') ORDER BY 3"},

	{"SELECT 'settled_task_counts_once'::text, NULL::bigint, format('task %s', task_id), format('settled %s fen, counted %s times', sum(amount_fen), sum(tasks)) "
		"FROM assure.settlement_posting GROUP BY task_id HAVING sum(tasks) <> (sum(amount_fen) > 0)::int ORDER BY 3"},

	{"SELECT 'points_are_for_done_tasks'::text, t.account_id, format('task %s', e.task_id), format('state %s, counted %s times', coalesce(t.state, 'none'), e.tasks) "
		"FROM (SELECT task_id, sum(tasks) AS tasks FROM assure.point_entry GROUP BY 1) e LEFT JOIN assure.task t USING (task_id) "
		"WHERE e.tasks NOT IN (0, 1) OR (e.tasks = 1 AND t.state IS DISTINCT FROM 'done') ORDER BY 3"},
};

const BookChecks settlement_checks = {lengthof(plans), plans};
