-- 5,000 workers, six queues, eight product lines, 22 chapters; a history of 90
-- days, and 200 classes of open tasks.  Workers' own skill differs.
\set ON_ERROR_STOP true
SET client_min_messages = warning;
CREATE EXTENSION pg_assure;
CREATE ROLE bench_owner NOLOGIN;
SELECT assure.create_schema('bench_owner', 'Asia/Shanghai');
SELECT setseed(0.5);
INSERT INTO assure.branch (code, name, region) SELECT 'B' || n, 'x', n || '0101' FROM generate_series(11, 45) n;
INSERT INTO assure.queue (code, name, skill) SELECT 'bench' || n, 'x', 'skill' || n FROM generate_series(1, 6) n;
INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen)
    SELECT 'W' || n, 'x', (SELECT min(branch_id) FROM assure.branch) + n % 35, 20, 2000000 FROM generate_series(1, :workers) n;
INSERT INTO assure.worker_skill SELECT worker_id, 'skill' || (1 + (worker_id + k) % 6), 1 + worker_id % 5 FROM assure.worker, generate_series(0, 1) k;
CREATE TEMP TABLE q AS SELECT array_agg(queue_id ORDER BY code) AS ids FROM assure.queue WHERE code LIKE 'bench%';
-- Tasks: a task of a worker begins some minutes after the last one ended.
ALTER TABLE assure.task DISABLE TRIGGER classify;
INSERT INTO assure.task (queue_id, subject_kind, branch_id, amount_fen, priority, created_at, state, state_since, worker_id, due_at, product, chapter)
    SELECT (SELECT ids FROM q)[1 + (w.worker_id + (random() < 0.5)::int) % 6], 'case', w.branch_id, 100000 * random(), 1 + 9 * random()::numeric % 8, at - interval '1 day' * random() * 3, 'done', at, w.worker_id,
        CASE WHEN random() < 0.9 THEN at + interval '1 day' * (random() - 0.2) END, 'P' || (1 + floor(random() * 8)), 1 + floor(random() ^ 2 * 22)
    FROM (SELECT w.worker_id, w.branch_id, now() - interval '90 days' * n / :tasks AS at FROM assure.worker w, generate_series(1, :tasks) n) w;
ALTER TABLE assure.task ENABLE TRIGGER classify;
INSERT INTO assure.task_event (task_id, happened_at, event, worker_id, session_role)
    SELECT t.task_id, t.state_since - interval '1 minute' * e.before * (0.5 + (t.worker_id % 17) / 10.0), e.event, CASE WHEN e.event <> 'created' THEN t.worker_id END, 'x'
    FROM assure.task t, (VALUES (1, 200, 'created'), (2, 60, 'reserved'), (3, 30, 'accepted'), (4, 0, 'done')) e (n, before, event) ORDER BY t.task_id, e.n;
INSERT INTO assure.task_event (task_id, happened_at, event, worker_id, session_role)
    SELECT task_id, state_since - interval '1 hour', 'returned', worker_id % :workers + 1, 'x' FROM assure.task WHERE task_id % 10 = 0;
INSERT INTO assure.satisfaction (task_id, worker_id, branch_id, score, recorded_by) SELECT task_id, worker_id, branch_id, 1 + floor(random() * 5), 'x' FROM assure.task WHERE task_id % 7 = 0;
CREATE TABLE public.bench_class AS SELECT (SELECT ids FROM q)[1 + n % 6] AS queue_id, 'bench' || (1 + n % 6) AS queue, 'P' || (1 + n / 6 % 8) AS product, 1 + n * 7 % 22 AS chapter FROM generate_series(0, 199) n;
GRANT SELECT ON public.bench_class TO bench_owner;
-- 30 factors, 22 of them on the worker; the same with two of them in FEEL.
SELECT assure.put_match_profile(jsonb_build_object('code', 'thirty', 'name', 'x', 'factors', (SELECT jsonb_agg(jsonb_build_object('code', code, 'parameter', code, 'weight', 1 + n % 3)) FROM (
    SELECT code, row_number() OVER (ORDER BY kind, md5(code)) AS n FROM (SELECT *, row_number() OVER (PARTITION BY kind ORDER BY md5(code)) AS place FROM assure.match_parameter) p WHERE place <= CASE kind WHEN 'pair' THEN 8 ELSE 22 END) x)));
SELECT assure.put_match_profile(jsonb_set(document || '{"code": "feel"}', '{factors}', (document -> 'factors') ||
    '[{"code": "f1", "expression": "if volume_queue_90 >= 20 then check_pass_rate_queue_90 else check_pass_rate_all_90", "dimension": "quality", "weight": 2, "scale": {"worst": 0, "best": 1}},
      {"code": "f2", "expression": "level >= 3 and sla_rate_all_30 > 0.5", "dimension": "quality", "weight": 1}]')) FROM assure.match_profile WHERE code = 'thirty';
VACUUM ANALYZE;
