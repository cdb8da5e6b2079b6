\set ECHO none
-- Random populations and plans: strata are met, whoever asks; and whoever a check is offered to, it is nobody who had a hand in the work.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
\i test/sql-common/shared_work.psql
SELECT plan(10);
INSERT INTO assure.queue (code, name, skill) VALUES ('thing', 'Things', 'claim_review');
SELECT assure.put_defect('{"code": "BAD", "name": "Bad", "weight": 7}') \g /dev/null
-- Everybody may do and check everything: what keeps them from it is four eyes alone.
INSERT INTO assure.worker_skill SELECT worker_id, s, 5 FROM assure.worker, unnest('{claim_review,post_check}'::text[]) s ON CONFLICT DO NOTHING;
SELECT assure.grant_access(t.role(lower(code)), 'supervisor') FROM assure.worker WHERE code ~ '^(BJ|SH|GD)\d$' \g /dev/null

-- t.history(n) is a day of finished work: some tasks of some persons, with who else had a hand in it.
CREATE FUNCTION t.day(n int) RETURNS date LANGUAGE sql IMMUTABLE AS $$ SELECT date '2024-01-01' + n $$;
CREATE FUNCTION t.history(n int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE id bigint; people bigint[] := ARRAY(SELECT worker_id FROM assure.worker WHERE code ~ '^(BJ|SH|GD)\d$' ORDER BY code);
BEGIN
    FOR i IN 1 .. floor(random() * 60)::int LOOP
        INSERT INTO assure.task (queue_id, subject_kind, subject_ref, branch_id, amount_fen, priority, state, state_since, worker_id, excluded_worker_ids)
            SELECT q.queue_id, 'thing', n || '-' || i, b.branch_id, floor(random() * 20000) * 100, 1 + floor(random() * 9), 'done', t.day(n)::timestamp AT TIME ZONE 'Asia/Shanghai' + random() * interval '86399 seconds',
                people[1 + floor(random() * 5)::int], '{}'
            FROM assure.queue q, assure.branch b WHERE q.code = 'thing' AND b.code = 'BJ' RETURNING task_id INTO id;
        UPDATE assure.task SET excluded_worker_ids = array_remove(ARRAY[people[1 + floor(random() * 5)::int]], worker_id) WHERE task_id = id AND random() < 0.3;
        INSERT INTO assure.task_event (task_id, event, worker_id, session_role, actor_worker_id) SELECT id, 'returned', people[1 + floor(random() * 5)::int], 'x', NULL WHERE random() < 0.3;
        INSERT INTO assure.task_event (task_id, event, worker_id, session_role, actor_worker_id) SELECT id, 'done', worker_id, 'x', people[1 + floor(random() * 5)::int] FROM assure.task WHERE task_id = id;
    END LOOP;
END $$;
-- t.plan(n) is a random plan.
CREATE FUNCTION t.plan(n int) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('queue', 'thing', 'rate', round((random() * 0.4)::numeric, 2)::text, 'strata', (SELECT coalesce(jsonb_agg(s), '[]') FROM (VALUES
        ('{"by": "person"}'::jsonb), (jsonb_build_object('by', 'amount', 'bounds', jsonb_build_array((1 + floor(random() * 9000))::text || '.00', '15000.00'), 'rate', '0.1')),
        ('{"by": "provider"}'), ('{"by": "risk", "levels": [{"name": "urgent", "when": "priority >= 8", "rate": "0.5"}, {"name": "large", "when": "amount > 18000"}]}')) x (s) WHERE random() < 0.7)) $$;
SELECT setseed(0.41) \g /dev/null
SELECT count(t.history(n)) FROM generate_series(1, 40) n \gset h_
CREATE TABLE t.said (n int PRIMARY KEY, plan jsonb, drawn text, again text);
CREATE FUNCTION t.draw(n int) RETURNS text LANGUAGE sql AS $$
    SELECT regexp_replace(t.run('sup', format('SELECT * FROM assure.draw_checks(%L, %L, ''thing'')', daterange(t.day(n), t.day(n) + 1), 'seed ' || n)), '^\d+,thing,', '') $$;
CREATE FUNCTION t.one(n int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE p jsonb := t.plan(n);
BEGIN
    PERFORM assure.put_check_plan(p);
    INSERT INTO t.said VALUES (n, p, t.draw(n), NULL);
END $$;
SELECT count(t.one(n)) FROM generate_series(1, 40) n \gset d_
-- What each day had, with its strata read anew from tasks and plan.
CREATE TABLE t.member AS
    SELECT s.n, k.task_id, k.worker_id, x.stratum, x.rate, c.check_id IS NOT NULL AS drawn FROM t.said s
    JOIN assure.task k ON k.subject_kind = 'thing' AND k.state_since >= t.day(s.n)::timestamp AT TIME ZONE 'Asia/Shanghai' AND k.state_since < t.day(s.n + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
    CROSS JOIN LATERAL (SELECT 'all' AS stratum, (s.plan ->> 'rate')::numeric AS rate
        UNION ALL SELECT CASE e ->> 'by' WHEN 'person' THEN 'person ' || k.worker_id WHEN 'provider' THEN 'provider'
                WHEN 'amount' THEN 'band ' || width_bucket(k.amount_fen / 100.0, ARRAY(SELECT b::numeric FROM jsonb_array_elements_text(e -> 'bounds') b))
                ELSE CASE WHEN k.priority >= 8 THEN 'urgent' WHEN k.amount_fen > 1800000 THEN 'large' ELSE 'normal' END END,
            CASE WHEN e ->> 'by' = 'risk' AND k.priority >= 8 THEN 0.5 ELSE coalesce((e ->> 'rate')::numeric, (s.plan ->> 'rate')::numeric) END
        FROM jsonb_array_elements(s.plan -> 'strata') e) x
    LEFT JOIN assure.check_sample c ON c.task_id = k.task_id;
SELECT is((SELECT string_agg(format('%s: %s, not %s', n, drawn, w), '; ') FROM t.said, LATERAL (SELECT count(DISTINCT task_id) || ',' || count(DISTINCT task_id) FILTER (WHERE m.drawn) AS w FROM t.member m WHERE m.n = said.n) x WHERE said.drawn <> w), NULL, 'forty days are drawn as they were');
SELECT is((SELECT string_agg(format('%s %s: %s of %s', n, stratum, got, members), '; ') FROM (SELECT n, stratum, rate, count(*) AS members, count(*) FILTER (WHERE drawn) AS got FROM t.member GROUP BY 1, 2, 3) x
    WHERE got < greatest(1, ceil(members * rate))), NULL, 'each stratum has its share, and at least one');
SELECT cmp_ok((SELECT count(DISTINCT (n, stratum)) FROM t.member), '>', 250::bigint, 'of which there are many');
SELECT cmp_ok((SELECT count(DISTINCT task_id) FILTER (WHERE drawn) * 2 FROM t.member), '<', (SELECT count(DISTINCT task_id) FROM t.member), 'and not by drawing all there is');
SELECT is((SELECT string_agg(n::text, ' ') FROM t.said WHERE t.draw(n) <> drawn), NULL, 'drawn again: the same');

-- Whoever is offered a check, given it past the functions, or gives the verdict as a supervisor: nobody who had a hand in it.
-- (A verdict makes its task the checker's.)
CREATE TABLE t.try (check_id bigint, round int, worker_id bigint, way text, answer text);
CREATE FUNCTION t.try(id bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    g assure.check_stage := (SELECT s FROM assure.check_stage s WHERE s.check_id = id);
    w assure.worker := (SELECT x FROM assure.worker x WHERE code ~ '^(BJ|SH|GD)\d$' ORDER BY random() LIMIT 1);
    way text := (ARRAY['assign', 'next', 'direct', 'verdict', 'verdict'])[1 + floor(random() * 5)::int];
    said text;
BEGIN
    IF g.stage = 'passed' THEN RETURN; END IF;
    said := CASE way
        WHEN 'assign' THEN t.run('sup', format('SELECT assure.assign_task(%s, %L, ''by chance'')', g.task_id, w.code))
        WHEN 'direct' THEN t.fails(format('UPDATE assure.task SET state = ''accepted'', worker_id = %s, state_until = NULL WHERE task_id = %s', w.worker_id, g.task_id))
        WHEN 'next' THEN t.by(w.code, format('SELECT assure.next_task(%L)', w.code))
        ELSE t.by(w.code, CASE g.stage WHEN 'checking' THEN format('SELECT assure.record_check(%L)', CASE WHEN random() < 0.3 THEN jsonb_build_object('task', g.task_id, 'verdict', 'pass')
                ELSE jsonb_build_object('task', g.task_id, 'verdict', 'defects', 'defects', '[{"code": "BAD"}]'::jsonb) END)
            ELSE format('SELECT assure.record_rectification(%s, ''mended'')', g.task_id) END) END;
    INSERT INTO t.try VALUES (id, g.round, w.worker_id, way, said);
END $$;
SELECT count(t.try(check_id)) FROM generate_series(1, 12) i, (SELECT check_id FROM assure.check_sample ORDER BY check_id LIMIT 60) c \gset t_
SELECT is((SELECT string_agg(format('task %s', k.task_id), '; ') FROM assure.task k JOIN assure.check_sample s ON k.subject_kind = 'post_check' AND s.check_id = k.subject_id JOIN assure.task w ON w.task_id = s.task_id
    WHERE k.worker_id = s.author_worker_id OR k.worker_id = ANY (w.excluded_worker_ids)
        OR EXISTS (SELECT FROM assure.task_event e WHERE e.task_id = s.task_id AND k.worker_id IN (e.worker_id, e.actor_worker_id))
        OR EXISTS (SELECT FROM assure.task m WHERE m.subject_kind = 'rectification' AND m.subject_id = s.check_id AND m.task_id < k.task_id AND m.worker_id = k.worker_id)), NULL, 'no check is with who did, began, decided or mended the work');
SELECT cmp_ok((SELECT count(*) FROM assure.check_verdict), '>', 40::bigint, 'of many verdicts');
SELECT cmp_ok((SELECT max(round) FROM assure.check_verdict), '>', 1, 'in several rounds');
SELECT cmp_ok((SELECT count(*) FROM t.try WHERE answer ~ '^(AS202|23514)'), '>', 60::bigint, 'and many who were refused');
SELECT is((SELECT string_agg(check_name || ' ' || finding, '; ') FROM assure.check_books()), NULL, 'the books hold');
SELECT * FROM finish();
ROLLBACK;
