/*-------------------------------------------------------------------------
 *
 * postcheck_checks.c
 *		Do draws, checks, verdicts and tasks agree?
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "postcheck/postcheck.h"

static SqlPlan plans[] = {
	{"SELECT 'draw_has_its_sample'::text, NULL::bigint, format('draw %s', d.check_draw_id)::text, format('drew %s tasks, %s are there', d.sample_count, count(s.check_id))::text "
		"FROM assure.check_draw d LEFT JOIN assure.check_sample s USING (check_draw_id) GROUP BY d.check_draw_id HAVING d.sample_count <> count(s.check_id) ORDER BY 3"},

	/* Work that a long transaction hands in after the draw of its day would escape every check. */
	{"SELECT 'draw_knew_all_work'::text, NULL::bigint, format('draw %s', d.check_draw_id), "
		"  format('drew of %s tasks, %s were finished', d.population_count, n.n) FROM assure.check_draw d "
		"CROSS JOIN LATERAL (SELECT count(*) AS n FROM assure.task t WHERE t.queue_id = d.queue_id AND t.state = 'done' "
		"  AND t.state_since >= lower(d.period)::timestamptz AND t.state_since < upper(d.period)::timestamptz) n "
		"WHERE n.n > d.population_count ORDER BY 3"},

	{"SELECT 'unfinished_check_has_a_task'::text, s.account_id, format('check %s', s.check_id), "
		"  format('stage %s, task %s', coalesce(g.stage, 'none'), coalesce(t.state, 'none')) "
		"FROM assure.check_sample s LEFT JOIN assure.check_stage g USING (check_id) LEFT JOIN assure.task t ON t.task_id = g.task_id "
		"WHERE g.stage IS NULL OR t.state IS NULL OR (g.stage = 'passed') <> (t.state = 'done') OR t.state = 'cancelled' ORDER BY 3"},

	{"SELECT 'check_has_its_verdicts'::text, s.account_id, format('check %s', s.check_id), format('stage %s in round %s, verdicts %s', g.stage, g.round, v.n) "
		"FROM assure.check_sample s JOIN assure.check_stage g USING (check_id) "
		"CROSS JOIN LATERAL (SELECT count(*) AS n, coalesce(bool_or(x.passed), false) AS passed FROM assure.check_verdict x WHERE x.check_id = s.check_id) v "
		"WHERE v.n <> g.round - (g.stage = 'checking')::int OR v.passed <> (g.stage = 'passed') ORDER BY 3"},

	{"SELECT 'verdict_weighs_its_findings'::text, NULL::bigint, format('check %s round %s', v.check_id, v.round), format('weight %s, findings %s', v.weight, f.weight) "
		"FROM assure.check_verdict v CROSS JOIN LATERAL (SELECT coalesce(sum(x.weight), 0) AS weight FROM assure.check_finding x "
		"  WHERE x.check_id = v.check_id AND x.round = v.round) f WHERE v.weight <> f.weight ORDER BY 3"},

	{"SELECT 'closed_draw_is_as_closed'::text, NULL::bigint, format('draw %s', c.check_draw_id), "
		"  format('closed with %s checks, %s passed, weight %s', c.sample_count, c.passed_count, c.weight_sum) FROM assure.check_draw_close c "
		"CROSS JOIN LATERAL (SELECT count(*) AS n, count(*) FILTER (WHERE v.passed) AS passed, coalesce(sum(v.weight), 0) AS weight "
		"  FROM assure.check_sample s JOIN assure.check_verdict v ON v.check_id = s.check_id AND v.round = 1 WHERE s.check_draw_id = c.check_draw_id) r "
		"WHERE (c.sample_count, c.passed_count, c.weight_sum) IS DISTINCT FROM (r.n, r.passed, r.weight) ORDER BY 3"},
};

const BookChecks postcheck_checks = {lengthof(plans), plans};
