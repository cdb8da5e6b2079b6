-- A company of :workers people and :tasks open tasks, drawn from a seed: 300
-- branches in ten provinces of different size; twenty queues, each of which asks
-- for a skill that a tenth of the people have; measures of all of them in 90
-- groups and windows each; a profile of 30 weighted factors.
SELECT setseed(0.42) \g /dev/null
SET search_path = assure, pg_catalog;
SET client_min_messages = warning;

INSERT INTO branch (code, name, region)
    SELECT 'B' || i, 'x', (ARRAY[11,12,13,14,15,21,22,23,31,32])[1 + floor(10 * power(random(), 2))::int]::text || lpad((1 + i % 12)::text, 2, '0') || '01' FROM generate_series(1, 300) i;
SELECT assure.put_match_profile('{"code": "bench", "name": "Thirty factors", "factors": [
    {"code": "f1", "parameter": "handling_mean_queue_30", "weight": 4}, {"code": "f2", "parameter": "handling_median_queue_90", "weight": 3},
    {"code": "f3", "parameter": "handling_p90_queue_90", "weight": 2}, {"code": "f4", "parameter": "handling_mean_product_90", "weight": 2},
    {"code": "f5", "parameter": "response_mean_all_7", "weight": 1}, {"code": "f6", "parameter": "idle_mean_all_7", "weight": 1},
    {"code": "f7", "parameter": "acceptance_rate_all_30", "weight": 2}, {"code": "f8", "parameter": "return_rate_queue_90", "weight": 2},
    {"code": "f9", "parameter": "cost_per_task_queue_90", "weight": 2}, {"code": "f10", "parameter": "daily_volume_all_30", "weight": 1},
    {"code": "f11", "parameter": "check_pass_rate_queue_90", "weight": 5}, {"code": "f12", "parameter": "defect_rate_all_90", "weight": 4},
    {"code": "f13", "parameter": "rework_rate_product_90", "weight": 2}, {"code": "f14", "parameter": "appeal_rate_chapter_90", "weight": 2},
    {"code": "f15", "parameter": "overturn_rate_chapter_90", "weight": 2}, {"code": "f16", "parameter": "suspend_rate_all_90", "weight": 1},
    {"code": "f17", "parameter": "sla_rate_queue_30", "weight": 4}, {"code": "f18", "parameter": "slack_mean_queue_90", "weight": 2},
    {"code": "f19", "parameter": "complaint_rate_all_90", "weight": 3}, {"code": "f20", "parameter": "satisfaction_all_90", "weight": 3},
    {"code": "f21", "parameter": "unhappy_rate_all_90", "weight": 1}, {"code": "f22", "parameter": "volume_chapter_90", "weight": 2},
    {"code": "f23", "parameter": "urgent_volume_all_30", "weight": 1}, {"code": "f24", "parameter": "skill_excess", "weight": 2},
    {"code": "f25", "parameter": "authority_headroom", "weight": 3}, {"code": "f26", "parameter": "same_branch", "weight": 2},
    {"code": "f27", "parameter": "same_prefecture", "weight": 1}, {"code": "f28", "parameter": "same_province", "weight": 2},
    {"code": "f29", "parameter": "load", "weight": 2}, {"code": "f30", "parameter": "slack_fit", "weight": 4}],
    "penalties": {"other_branch": 0.02, "other_province": 0.08}, "levelling": {"step": 0.002, "most": 0.06},
    "outside": {"base": 1.2, "per_priority": 0.1, "per_hour": 0.01}}') \g /dev/null
INSERT INTO queue (code, name, skill, profile) SELECT 'q' || i, 'x', 's' || i, 'bench' FROM generate_series(1, 20) i;
INSERT INTO worker (code, name, branch_id, capacity, authority_fen)
    SELECT 'W' || i, 'x', (SELECT min(branch_id) FROM branch) + floor(300 * random())::int, 1 + floor(:places * random())::int, 200000 * power(2, floor(6 * random()))::int
    FROM generate_series(1, :workers) i;
INSERT INTO worker_skill SELECT worker_id, 's' || 1 + (worker_id + n * (1 + worker_id % 9)) % 20, 1 + floor(5 * random())::int FROM worker, generate_series(0, 1) n;
INSERT INTO worker_measure (worker_id, scope, key, window_days, cases, days, cases_square, urgent, amount_fen, timed, handling_seconds, handling_square,
        handling_median, handling_p90, responses, response_seconds, response_square, idles, idle_seconds, idle_square, offers, accepted, returned, suspended, targeted, in_time,
        slack_permille, slack_square, checked, passed, defect_weight, defect_square, reworked, appealed, appeals_closed, overturned, complained, scored, score, score_square, unhappy,
        pointed, points, points_square, costed, cost_fen, cost_square)
    SELECT worker_id, g.scope, g.key, d, c, 1 + c / 3, c * 3, c / 10, c * 30000, c, c * m, c::bigint * m * m * 2, m, 3 * m, c, c * 60, c * 7200, c, c * 90, c * 16200, c + c / 8, c, c / 9, c / 12,
        c, (c * q)::int, c * 300, c * 180000, c / 5 + 1, ((c / 5 + 1) * q)::int, c / 9, c / 3, c / 20, c / 15, c / 16, c / 40, c / 50, c / 4 + 1, (c / 4 + 1) * 4, (c / 4 + 1) * 17, c / 60, c, c * 10, c * 200, c, c * 2000, c::bigint * 5000000
    FROM (SELECT worker_id, scope, key, d, 1 + floor(60 * random())::int AS c, 300 + floor(3000 * random())::int AS m, 0.5 + random() / 2 AS q
        FROM worker, (SELECT 'all' AS scope, '' AS key UNION ALL SELECT 'queue', 'q' || i FROM generate_series(1, 2) i UNION ALL SELECT 'product', 'p' || i FROM generate_series(1, 5) i
            UNION ALL SELECT 'chapter', i::text FROM generate_series(1, 22) i) k, unnest('{7,30,90}'::int[]) d) g;
UPDATE worker_measure m SET key = replace(CASE m.key WHEN 'q1' THEN x.a ELSE x.b END, 's', 'of') FROM (SELECT worker_id, min(skill) AS a, max(skill) AS b FROM worker_skill GROUP BY 1) x
    WHERE m.worker_id = x.worker_id AND m.scope = 'queue';
UPDATE worker_measure SET key = replace(key, 'of', 'q') WHERE scope = 'queue';
INSERT INTO measure_prior SELECT scope, key, window_days, c, 5000, centre, 10, spread FROM (SELECT DISTINCT scope, key, window_days FROM worker_measure) g,
    (VALUES ('handling_mean', 1800, 800), ('handling_median', 1800, 800), ('handling_p90', 5400, 2400), ('response_mean', 60, 20), ('idle_mean', 90, 30), ('acceptance_rate', 0.9, 0.05), ('return_rate', 0.1, 0.05),
        ('cost_per_task', 2000, 500), ('check_pass_rate', 0.75, 0.14), ('defect_rate', 0.5, 0.2), ('rework_rate', 0.2, 0.1), ('appeal_rate', 0.07, 0.02), ('overturn_rate', 0.4, 0.1), ('suspend_rate', 0.08, 0.02),
        ('sla_rate', 0.75, 0.14), ('slack_mean', 0.3, 0.1), ('complaint_rate', 0.02, 0.01), ('satisfaction', 4, 0.5), ('unhappy_rate', 0.05, 0.02)) v (c, centre, spread);
INSERT INTO task (queue_id, subject_kind, account_id, subject_id, branch_id, amount_fen, priority, created_at, due_at, wait_until, product, chapter)
    SELECT (SELECT queue_id FROM queue WHERE code = 'q1') + floor(20 * random())::int, 'claim', i, i, (SELECT min(branch_id) FROM branch) + floor(300 * random())::int,
        (20000 * exp(4 * random()))::bigint, 1 + floor(9 * random())::int, now() - random() * interval '3 days', now() + (random() * 72 - 4) * interval '1 hour', now() + interval '4 days',
        'p' || 1 + floor(5 * random())::int, 1 + floor(22 * random())::int
    FROM generate_series(1, :tasks) i;
INSERT INTO clock (subject_kind, subject_id, branch_id, sla_policy_id, started_at, target_at, progress_at, next_due)
    SELECT 'task', task_id, branch_id, (SELECT sla_policy_id FROM sla_policy WHERE code = 'claim_review'), created_at, greatest(due_at, created_at + interval '1 hour'), created_at, now() + interval '1 hour' FROM task;
ANALYZE;
