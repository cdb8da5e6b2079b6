-- A pool: 31 branches, 5,000 people on shift of whom one in three has the skill
-- of each of the three queues, 100,000 open tasks of amounts that one in twenty
-- exceeds, one in ten kept to its own branch.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE EXTENSION pg_assure;
CREATE ROLE bench_owner;
SELECT assure.create_schema('bench_owner') \g /dev/null
SELECT setseed(0.5) \g /dev/null

SELECT count(assure.put_branch(jsonb_build_object('code', 'B' || p, 'name', 'x', 'region', p || '0000', 'share_out', 90)))
    FROM unnest(ARRAY[11,12,13,14,15,21,22,23,31,32,33,34,35,36,37,41,42,43,44,45,46,50,51,52,53,54,61,62,63,64,65]) p \g /dev/null
SELECT assure.put_queue(jsonb_build_object('code', 'Q' || i, 'name', 'x', 'skills', jsonb_build_object('s' || i, 1))) FROM generate_series(1, 3) i \g /dev/null
INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen)
    SELECT 'W' || i, 'x', (SELECT branch_id FROM assure.branch ORDER BY branch_id OFFSET i % 31 LIMIT 1), 50,
        (ARRAY[100000, 1000000, 5000000, 100000000])[1 + i % 4] FROM generate_series(1, 5000) i;
INSERT INTO assure.worker_skill SELECT worker_id, 's' || s, 3 FROM assure.worker, generate_series(1, 3) s WHERE (worker_id + s) % 3 = 0 OR worker_id % 5 = 0;

-- As assure.create_task() writes them, at once.
INSERT INTO assure.task (queue_id, subject_kind, subject_ref, branch_id, amount_fen, priority, created_at, due_at, wait_until, kept_branch_id)
    SELECT q.queue_id, 'survey', 'S' || n, b.branch_id, (100000 * exp(2.5 * r))::bigint, 1 + (n::bigint * 7919) % 9, c, c + interval '3 days', c + interval '7 days',
        CASE WHEN (n::bigint * 104729) % 10 = 0 THEN b.branch_id END
    FROM (SELECT n, random() * 2 - 1 + random() AS r, now() - interval '2 days' * random() AS c FROM generate_series(1, 100000) n) n
    JOIN (SELECT queue_id, row_number() OVER (ORDER BY queue_id) - 1 AS i FROM assure.queue WHERE code LIKE 'Q%') q ON q.i = n.n % 3
    JOIN (SELECT branch_id, row_number() OVER (ORDER BY branch_id) - 1 AS i FROM assure.branch) b ON b.i = (n.n::bigint * 31337) % 31;
INSERT INTO assure.task_event (task_id, event, session_role) SELECT task_id, 'created', 'bench' FROM assure.task;
INSERT INTO assure.clock (subject_kind, subject_id, branch_id, sla_policy_id, started_at, target_at, progress_at, next_due)
    SELECT 'task', task_id, branch_id, 1, created_at, due_at, created_at, due_at FROM assure.task;
CREATE TABLE public.one_row (id bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), v int);
CREATE TABLE public.sample (at timestamptz DEFAULT clock_timestamp(), waiting int);
VACUUM ANALYZE;
CHECKPOINT;
