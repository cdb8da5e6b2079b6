\set ECHO none
-- Measures of workers against a slow reading of the same random histories: the
-- procedure commits, so nothing is rolled back.
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(22);
INSERT INTO assure.queue (code, name, skill) VALUES ('q1', 'One', 'claim_review'), ('q2', 'Two', 'claim_review');
INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen)
    SELECT 'X' || n, 'x', branch_id, 5, 2000000 FROM assure.branch, generate_series(1, 6) n WHERE branch.code = 'BJ';

-- t.history(n): n tasks with random lives that end in the last 110 days, claims among them, and what is said of them.
CREATE FUNCTION t.history(n int, seed float8) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE i int; w bigint; ws bigint[]; qs bigint[]; task bigint; claim bigint; at timestamptz; state text; moves int; q bigint; ended timestamptz; sample bigint; draw bigint;
    who record; b bigint[]; accepted boolean;
BEGIN
    PERFORM setseed(seed);
    SELECT array_agg(worker_id ORDER BY worker_id) INTO ws FROM assure.worker;
    SELECT array_agg(queue_id ORDER BY code) INTO qs FROM assure.queue WHERE code IN ('q1', 'q2', 'claim_review');
    SELECT array_agg(branch_id ORDER BY code) INTO b FROM assure.branch;
    SELECT m.account_id, m.member_id, a.policy_id INTO who FROM assure.member m JOIN assure.account a USING (account_id) WHERE m.ref = 'M1';
    INSERT INTO assure.check_plan (queue_id, version, rate_micro, check_queue_id, rectify_queue_id) SELECT qs[2], coalesce(max(version), 0) + 1, 0, qs[2], qs[2] FROM assure.check_plan;
    INSERT INTO assure.check_draw (check_plan_id, queue_id, period, seed, population_count, sample_count, drawn_by, audit_id, row_hash)
        SELECT max(check_plan_id), qs[2], '[2024-01-01,2024-02-01)', 's', n, n, 'x', 1, sha256('') FROM assure.check_plan RETURNING check_draw_id INTO draw;
    FOR i IN 1..n LOOP
        at := now() - interval '110 days' * random() ^ 2 - interval '3 days';
        q := qs[1 + floor(random() * 3)];
        claim := NULL;
        IF random() < 0.4 THEN
            INSERT INTO assure.claim (account_id, claim_id, ref, policy_id, member_id, branch_id, cause, event_date, submitted_at, submitted_fen, document, received_by)
                VALUES (who.account_id, nextval('assure.claim_id_seq'), format('R%s-%s', seed, i), who.policy_id, who.member_id, b[1], 'illness', '2024-03-01', at, 100,
                    jsonb_build_object('diagnoses', ARRAY[(ARRAY['J18.9', 'I21', 'S82.6', '???'])[1 + floor(random() * 4)]]), 'x') RETURNING claim_id INTO claim;
            INSERT INTO assure.decision (account_id, claim_id, decision_no, verdict, submitted_fen, paid_fen, plan_version_id, reasons, engine, decided_at, decided_by, audit_id, row_hash)
                SELECT who.account_id, claim, 1, 'pend', 100, 0, (SELECT plan_version_id FROM assure.plan_version v JOIN assure.plan p USING (plan_id) ORDER BY random() LIMIT 1), '[]', 'x', at, 'x', 1, sha256('');
        END IF;
        INSERT INTO assure.task (queue_id, subject_kind, account_id, subject_id, branch_id, amount_fen, priority, created_at, state, due_at, attributes)
            VALUES (q, CASE WHEN claim IS NULL THEN 'case' ELSE 'claim' END, CASE WHEN claim IS NOT NULL THEN who.account_id END, claim, b[1 + floor(random() * 3)],
                floor(random() * 100000), 1 + floor(random() * 9), at, 'open', CASE WHEN random() < 0.8 THEN at + interval '3 days' * random() END,
                CASE WHEN claim IS NULL AND random() < 0.7 THEN jsonb_build_object('product', (ARRAY['LIFE', 'CAR'])[1 + floor(random() * 2)], 'chapter', floor(random() * 30)) ELSE '{}' END)
            RETURNING task_id INTO task;
        INSERT INTO assure.task_event (task_id, happened_at, event, session_role) VALUES (task, at, 'created', 'x');
        state := 'open'; ended := NULL;
        FOR moves IN 1..14 LOOP
            at := at + interval '4 hours' * random();
            EXIT WHEN at >= now();
            IF random() < 0.15 THEN
                INSERT INTO assure.task_event (task_id, happened_at, event, session_role) VALUES (task, at, (ARRAY['noted', 'shared', 'kept'])[1 + floor(random() * 3)], 'x');
                CONTINUE;
            END IF;
            IF state = 'open' THEN w := ws[1 + floor(random() ^ 1.5 * array_length(ws, 1))]; END IF;
            INSERT INTO assure.task_event (task_id, happened_at, event, session_role, worker_id) SELECT task, at, e, 'x', w
                FROM (SELECT CASE state WHEN 'open' THEN 'reserved' WHEN 'suspended' THEN 'resumed'
                    WHEN 'reserved' THEN (ARRAY['accepted', 'accepted', 'accepted', 'accepted', 'expired', 'returned', 'displaced', 'done'])[1 + floor(random() * 8)]
                    ELSE (ARRAY['done', 'done', 'done', 'suspended', 'returned', 'displaced'])[1 + floor(random() * 6)] END AS e) x RETURNING event INTO state;
            IF state = 'done' THEN ended := at; EXIT; END IF;
            state := CASE WHEN state IN ('reserved', 'resumed') THEN 'reserved' WHEN state IN ('accepted', 'suspended') THEN state ELSE 'open' END;
        END LOOP;
        UPDATE assure.task SET state = CASE WHEN ended IS NOT NULL THEN 'done' ELSE t.state END, state_since = at, worker_id = CASE WHEN ended IS NOT NULL OR t.state <> 'open' THEN w END
            FROM (SELECT CASE WHEN ended IS NULL THEN state END AS state) t WHERE task_id = task;
        CONTINUE WHEN ended IS NULL;
        IF random() < 0.3 THEN
            INSERT INTO assure.satisfaction (task_id, worker_id, branch_id, score, recorded_by) VALUES (task, w, b[1], 1 + floor(random() * 5), 'x');
        END IF;
        IF random() < 0.2 THEN
            INSERT INTO assure.complaint (task_id, worker_id, branch_id, kind, reason, recorded_by, state, resolved_at, resolved_by)
                SELECT task, CASE WHEN random() < 0.9 THEN w ELSE ws[1] END, b[1], 'delay', 'x', 'x', s, CASE WHEN s <> 'open' THEN now() END, CASE WHEN s <> 'open' THEN 'x' END
                FROM (SELECT (ARRAY['open', 'founded', 'unfounded'])[1 + floor(random() * 3)] AS s) x;
        END IF;
        IF random() < 0.3 THEN
            INSERT INTO assure.check_sample (check_draw_id, task_id, queue_id, branch_id, author_worker_id, subject_kind, account_id, subject_id, amount_fen, done_at, strata)
                VALUES (draw, task, q, b[1], w, 'claim', who.account_id, 1, 1, ended, '{}') RETURNING check_id INTO sample;
            INSERT INTO assure.check_verdict (check_id, round, queue_id, author_worker_id, checker_worker_id, passed, weight, decided_by)
                SELECT sample, r, q, w, w + 1000, p, CASE WHEN p THEN 0 ELSE 1 + floor(random() * 20)::int END, 'x' FROM generate_series(1, 1 + floor(random() * 2)::int) r, LATERAL (SELECT random() < 0.6 + r * 0 AS p) y;
        END IF;
        FOR moves IN 1..floor(random() * 3) LOOP
            INSERT INTO assure.point_entry (month, worker_id, branch_id, queue_id, task_id, kind, tasks, base, difficulty, speed, quality, point_rule_id)
                VALUES ('2024-01-01', w, b[1], q, task, (ARRAY['done', 'checked'])[moves], 1, floor(random() * 10), floor(random() * 5), floor(random() * 5), floor(random() * 9) - 4, 1);
        END LOOP;
        IF random() < 0.3 THEN
            INSERT INTO assure.settlement_posting (month, task_id, queue_id, kind, debtor_branch_id, creditor_branch_id, worker_id, difficulty, amount_fen, tasks, reason, booked_at, booked_by, audit_id, row_hash)
                SELECT '2024-01-01', task, q, 'work', b[1], b[2], w, 1, 100 + floor(random() * 9000), 1, NULL, now(), 'x', 1, sha256('') FROM generate_series(1, 1 + (random() < 0.2)::int);
        END IF;
        IF claim IS NOT NULL THEN
            INSERT INTO assure.decision (account_id, claim_id, decision_no, verdict, submitted_fen, paid_fen, reasons, engine, decided_at, decided_by, actor_worker_id, audit_id, row_hash, origin)
                VALUES (who.account_id, claim, 2, 'approve', 100, 50, '[]', 'x', ended, 'x', w, 1, sha256(''), 'person');
            IF random() < 0.4 THEN
                INSERT INTO assure.appeal (account_id, claim_id, decision_no, task_id, reason, appealed_by, state, closed_at, closed_by)
                    SELECT who.account_id, claim, 2, task, 'x', 'x', s, CASE WHEN s <> 'open' THEN now() END, CASE WHEN s <> 'open' THEN 'x' END
                    FROM (SELECT (ARRAY['open', 'upheld', 'withdrawn'])[1 + floor(random() * 3)] AS s) x;
            ELSIF random() < 0.4 THEN
                INSERT INTO assure.decision (account_id, claim_id, decision_no, verdict, submitted_fen, paid_fen, reasons, engine, decided_at, decided_by, audit_id, row_hash, origin)
                    SELECT who.account_id, claim, 3, 'approve', 100, 50, '[]', 'x', ended + interval '1 hour', 'x', 1, sha256(''), o FROM (SELECT (ARRAY['reversal', 'readjudication', 'rerun', 'appeal'])[1 + floor(random() * 4)] AS o) x;
                INSERT INTO assure.appeal (account_id, claim_id, decision_no, task_id, reason, appealed_by, state, closed_at, closed_by, outcome_decision_no)
                    SELECT who.account_id, claim, 2, task, 'x', 'x', 'changed', now(), 'x', 3 WHERE random() < 0.5;
            END IF;
        END IF;
    END LOOP;
END $$;

-- The slow reading: the events of a task one by one, in the hands of whom it was and since when; then each number by itself.
CREATE TABLE t.ended (task_id bigint, worker_id bigint, queue text, product text, chapter text, ended_at timestamptz, began_at timestamptz, held_seconds numeric, answer_seconds numeric, waited boolean);
CREATE TABLE t.refused (worker_id bigint, queue text, product text, chapter text, refused_at timestamptz, begun boolean);
CREATE FUNCTION t.read_slowly() RETURNS void LANGUAGE plpgsql AS $$
DECLARE k record; e record; since timestamptz; last text; began jsonb; held jsonb; answered jsonb; waited jsonb; w text;
BEGIN
    TRUNCATE t.ended, t.refused;
    FOR k IN SELECT x.*, q.code FROM assure.task x JOIN assure.queue q USING (queue_id) ORDER BY x.task_id LOOP
        began := '{}'; held := '{}'; answered := '{}'; waited := '{}'; last := ''; since := NULL;
        FOR e IN SELECT * FROM assure.task_event v WHERE v.task_id = k.task_id AND v.event NOT IN ('noted', 'shared', 'kept') ORDER BY v.event_id LOOP
            w := e.worker_id::text;
            IF last = 'reserved' AND e.event = 'accepted' AND NOT answered ? w THEN answered := answered || jsonb_build_object(w, extract(epoch FROM e.happened_at - since)); END IF;
            IF e.event = 'accepted' AND NOT began ? w THEN began := began || jsonb_build_object(w, e.happened_at); END IF;
            IF last = 'accepted' THEN held := held || jsonb_build_object(w, coalesce((held ->> w)::numeric, 0) + extract(epoch FROM e.happened_at - since)); END IF;
            IF e.event = 'suspended' THEN waited := waited || jsonb_build_object(w, true); END IF;
            IF e.event IN ('returned', 'expired') THEN
                INSERT INTO t.refused VALUES (e.worker_id, k.code, k.product, k.chapter, e.happened_at, e.event = 'returned' AND last = 'accepted');
            END IF;
            last := e.event; since := e.happened_at;
        END LOOP;
        IF k.state = 'done' THEN
            w := k.worker_id::text;
            INSERT INTO t.ended VALUES (k.task_id, k.worker_id, k.code, k.product, k.chapter, k.state_since, (began ->> w)::timestamptz, round((held ->> w)::numeric), round((answered ->> w)::numeric), waited ? w);
        END IF;
    END LOOP;
END $$;
CREATE VIEW t.slow AS
WITH s AS (SELECT worker_id, 'all' AS scope, '' AS key FROM assure.worker
        UNION SELECT worker_id, 'queue', queue FROM t.ended UNION SELECT worker_id, 'product', product FROM t.ended WHERE product IS NOT NULL UNION SELECT worker_id, 'chapter', chapter FROM t.ended WHERE chapter IS NOT NULL
        UNION SELECT worker_id, 'queue', queue FROM t.refused UNION SELECT worker_id, 'product', product FROM t.refused WHERE product IS NOT NULL UNION SELECT worker_id, 'chapter', chapter FROM t.refused WHERE chapter IS NOT NULL),
e AS (SELECT d.*, t.amount_fen, t.priority, t.due_at, t.created_at, t.account_id, t.subject_id, t.subject_kind,
        (SELECT max(o.ended_at) FROM t.ended o WHERE o.worker_id = d.worker_id AND (o.began_at, o.task_id) < (d.began_at, d.task_id) AND o.ended_at >= current_date - 89) AS free_at
    FROM t.ended d JOIN assure.task t USING (task_id)),
c AS (SELECT s.scope, s.key, w.days, e.*, CASE WHEN free_at::date = began_at::date THEN round(greatest(0, extract(epoch FROM began_at - free_at))) END AS idle,
        (SELECT v.weight FROM assure.check_sample x JOIN assure.check_verdict v USING (check_id) WHERE x.task_id = e.task_id AND v.round = 1) AS defects,
        (SELECT a.state FROM assure.appeal a WHERE a.account_id = e.account_id AND a.claim_id = e.subject_id) AS appeal,
        EXISTS (SELECT FROM assure.decision d WHERE d.account_id = e.account_id AND d.claim_id = e.subject_id AND d.decision_no > 2 AND d.origin IN ('reversal', 'readjudication')) AS again,
        EXISTS (SELECT FROM assure.complaint x WHERE x.task_id = e.task_id AND x.worker_id = e.worker_id AND x.state = 'founded') AS blamed,
        (SELECT score FROM assure.satisfaction x WHERE x.task_id = e.task_id) AS score,
        (SELECT sum(base + difficulty + speed + quality) FROM assure.point_entry x WHERE x.task_id = e.task_id) AS points,
        (SELECT sum(amount_fen) FROM assure.settlement_posting x WHERE x.task_id = e.task_id) AS cost
    FROM s CROSS JOIN (VALUES (7), (30), (90)) w (days) JOIN e ON e.worker_id = s.worker_id AND s.key = CASE s.scope WHEN 'all' THEN '' WHEN 'queue' THEN e.queue WHEN 'product' THEN e.product ELSE e.chapter END
        AND e.ended_at::date BETWEEN current_date - w.days + 1 AND current_date),
d AS (SELECT worker_id, scope, key, days, count(*) AS n FROM c GROUP BY worker_id, scope, key, days, ended_at::date)
SELECT s.worker_id, s.scope, s.key, w.days, x.*, y.*, z.*
FROM s CROSS JOIN (VALUES (7), (30), (90)) w (days)
CROSS JOIN LATERAL (SELECT count(*) AS cases FROM c WHERE (c.worker_id, c.scope, c.key, c.days) = (s.worker_id, s.scope, s.key, w.days)) x
CROSS JOIN LATERAL (SELECT count(*) AS days_worked, coalesce(sum(n * n), 0) AS cases_square FROM d WHERE (d.worker_id, d.scope, d.key, d.days) = (s.worker_id, s.scope, s.key, w.days)) y
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE priority >= 8) AS urgent, coalesce(sum(amount_fen), 0) AS amount_fen, count(held_seconds) AS timed, coalesce(sum(held_seconds), 0) AS held, coalesce(sum(held_seconds ^ 2), 0) AS held_square,
        coalesce((array_agg(held_seconds ORDER BY held_seconds) FILTER (WHERE held_seconds IS NOT NULL))[ceil(count(held_seconds) * 0.5)], 0) AS median,
        coalesce((array_agg(held_seconds ORDER BY held_seconds) FILTER (WHERE held_seconds IS NOT NULL))[ceil(count(held_seconds) * 0.9)], 0) AS p90,
        count(answer_seconds) AS answers, coalesce(sum(answer_seconds), 0) AS answer, coalesce(sum(answer_seconds ^ 2), 0) AS answer_square, count(idle) AS idles, coalesce(sum(idle), 0) AS idle, coalesce(sum(idle ^ 2), 0) AS idle_square,
        count(began_at) + (SELECT count(*) FROM t.refused r WHERE r.worker_id = s.worker_id AND s.key = CASE s.scope WHEN 'all' THEN '' WHEN 'queue' THEN r.queue WHEN 'product' THEN r.product ELSE r.chapter END AND r.refused_at::date > current_date - w.days) AS offers,
        count(began_at) + (SELECT count(*) FROM t.refused r WHERE r.begun AND r.worker_id = s.worker_id AND s.key = CASE s.scope WHEN 'all' THEN '' WHEN 'queue' THEN r.queue WHEN 'product' THEN r.product ELSE r.chapter END AND r.refused_at::date > current_date - w.days) AS accepted,
        (SELECT count(*) FROM t.refused r WHERE r.begun AND r.worker_id = s.worker_id AND s.key = CASE s.scope WHEN 'all' THEN '' WHEN 'queue' THEN r.queue WHEN 'product' THEN r.product ELSE r.chapter END AND r.refused_at::date > current_date - w.days) AS returned,
        count(*) FILTER (WHERE waited) AS waited, count(due_at) AS targeted, count(*) FILTER (WHERE ended_at <= due_at) AS in_time,
        coalesce(sum(greatest(-1000, least(1000, round(1000 * extract(epoch FROM due_at - ended_at) / extract(epoch FROM due_at - created_at))))) FILTER (WHERE due_at IS NOT NULL), 0) AS slack,
        coalesce(sum(greatest(-1000, least(1000, round(1000 * extract(epoch FROM due_at - ended_at) / extract(epoch FROM due_at - created_at)))) ^ 2) FILTER (WHERE due_at IS NOT NULL), 0) AS slack_square
    FROM c WHERE (c.worker_id, c.scope, c.key, c.days) = (s.worker_id, s.scope, s.key, w.days)) z0
CROSS JOIN LATERAL (SELECT z0.*, count(defects) AS checked, count(*) FILTER (WHERE defects = 0) AS passed, coalesce(sum(defects), 0) AS defects, coalesce(sum(defects ^ 2), 0) AS defects_square,
        count(*) FILTER (WHERE again) AS again, count(appeal) AS appealed, count(*) FILTER (WHERE appeal IN ('upheld', 'changed')) AS closed, count(*) FILTER (WHERE appeal = 'changed') AS overturned,
        count(*) FILTER (WHERE blamed) AS blamed, count(score) AS scored, coalesce(sum(score), 0) AS score, coalesce(sum(score ^ 2), 0) AS score_square, count(*) FILTER (WHERE score < 3) AS unhappy,
        count(points) AS pointed, coalesce(sum(points), 0) AS points, coalesce(sum(points ^ 2), 0) AS points_square, count(cost) AS costed, coalesce(sum(cost), 0) AS cost, coalesce(sum(cost ^ 2), 0) AS cost_square
    FROM c WHERE (c.worker_id, c.scope, c.key, c.days) = (s.worker_id, s.scope, s.key, w.days)) z
WHERE x.cases > 0 OR z.offers > 0;
-- t.differs() is where the two readings differ: none is ''.
CREATE FUNCTION t.differs() RETURNS text LANGUAGE sql SET timezone = 'Asia/Shanghai' AS $$
    WITH fast AS (SELECT replace(m::text, ',"",', ',,') AS line FROM assure.worker_measure m), slow AS (SELECT regexp_replace(replace(m::text, ',"",', ',,'), '\.0+(?=[,)])', '', 'g') AS line FROM t.slow m)
    SELECT coalesce(string_agg(side || ' ' || line, E'\n' ORDER BY line, side), '')
    FROM (SELECT * FROM (SELECT 'fast' AS side, line FROM fast EXCEPT SELECT 'fast', line FROM slow UNION ALL (SELECT 'slow', line FROM slow EXCEPT SELECT 'slow', line FROM fast)) y ORDER BY line, side LIMIT 6) x $$;

-- No history: no rows.
CALL assure.refresh_match_measures() \g /dev/null
SELECT is((SELECT count(*) FROM assure.worker_measure), 0::bigint, 'without a history there are no measures');
SELECT is((SELECT count(*) FROM assure.measure_prior), 0::bigint, 'nor anything expected');

SELECT t.history(250, 0.1), t.read_slowly() \g /dev/null
CALL assure.refresh_match_measures() \gset
SELECT is(t.differs(), '', 'a random history, measured');
SELECT cmp_ok(:changed, '>', 150, 'is many rows');
SELECT is((SELECT string_agg(x, ' ' ORDER BY x) FROM (SELECT DISTINCT scope AS x FROM assure.worker_measure) y), 'all chapter product queue', 'in all scopes');
SELECT is((SELECT bool_and(n > 0) FROM (SELECT unnest(ARRAY[sum(timed), sum(responses), sum(idle_seconds), sum(returned), sum(offers - accepted), sum(suspended), sum(in_time), sum(targeted - in_time), sum(checked - passed), sum(reworked), sum(appealed), sum(overturned), sum(complained), sum(unhappy), sum(points), sum(costed), sum(urgent)]) AS n FROM assure.worker_measure) x),
    true, 'and nothing that is measured stays 0');
SELECT is((SELECT array_agg(DISTINCT measure ORDER BY measure)::text FROM assure.measure_prior), (SELECT array_agg(DISTINCT measure ORDER BY measure)::text FROM assure.match_parameter WHERE kind = 'measure'),
    'each measure has its priors');

-- Only what changed is written.
SELECT array_agg(m.ctid || ' ' || m.xmin) AS before FROM assure.worker_measure m \gset
SELECT array_agg(p.ctid || ' ' || p.xmin) AS priors FROM assure.measure_prior p \gset
CALL assure.refresh_match_measures() \gset
SELECT is(:changed, 0, 'a second refresh changes nothing');
SELECT is((SELECT array_agg(m.ctid || ' ' || m.xmin)::text FROM assure.worker_measure m), :'before', 'and touches no row');
SELECT is((SELECT array_agg(p.ctid || ' ' || p.xmin)::text FROM assure.measure_prior p), :'priors', 'no prior either');
SELECT task_id AS scored, worker_id AS scorer FROM assure.task k WHERE state = 'done' AND state_since > now() - interval '80 days' AND NOT EXISTS (SELECT FROM assure.satisfaction s WHERE s.task_id = k.task_id) ORDER BY task_id LIMIT 1 \gset
INSERT INTO assure.satisfaction (task_id, worker_id, branch_id, score, recorded_by) VALUES (:scored, :scorer, 1, 1, 'x');
CALL assure.refresh_match_measures() \gset
SELECT is(t.differs(), '', 'a score that comes later is measured');
SELECT cmp_ok(:changed, '<=', 12, 'in the rows of its worker, scope by scope');

-- More of it, and what goes.
SELECT t.history(150, 0.7), t.read_slowly() \g /dev/null
CALL assure.refresh_match_measures() \g /dev/null
SELECT is(t.differs(), '', 'more history');
UPDATE assure.task SET state_since = state_since - interval '30 days', due_at = due_at - interval '30 days', created_at = created_at - interval '30 days';
ALTER TABLE assure.task_event DISABLE TRIGGER append_only;
UPDATE assure.task_event SET happened_at = happened_at - interval '30 days';
ALTER TABLE assure.task_event ENABLE TRIGGER append_only;
ALTER TABLE assure.decision DISABLE TRIGGER append_only;
UPDATE assure.decision SET decided_at = decided_at - interval '30 days';
ALTER TABLE assure.decision ENABLE TRIGGER append_only;
SELECT t.read_slowly() \g /dev/null
CALL assure.refresh_match_measures() \g /dev/null
SELECT is(t.differs(), '', 'as time goes on, rows change');
SELECT is((SELECT count(*) FROM assure.worker_measure WHERE window_days < 30 AND cases > 0), 0::bigint, 'and go');

-- What is shown is what matching takes: drawn to the centre.
SELECT is((SELECT count(*) FROM assure_bi.worker_measure), (SELECT count(*) FROM assure.worker_measure), 'BI sees each row');
SELECT is((SELECT count(*) FROM assure_bi.worker_measure v JOIN assure.worker w ON w.code = v.worker JOIN assure.worker_measure m USING (worker_id, scope, key, window_days)
    JOIN assure.measure_prior p USING (scope, key, window_days) WHERE p.measure = 'sla_rate' AND m.targeted > 0
    AND v.sla_rate NOT BETWEEN least(m.in_time::numeric / m.targeted, p.centre::numeric) - 0.001 AND greatest(m.in_time::numeric / m.targeted, p.centre::numeric) + 0.001), 0::bigint, 'between what is their own and the centre');
SELECT is((SELECT count(*) FROM assure_bi.worker_measure v WHERE v.sla_rate NOT BETWEEN 0 AND 1 OR v.satisfaction NOT BETWEEN 1 AND 5 OR v.slack_mean NOT BETWEEN -1 AND 1), 0::bigint, 'within their bounds');

-- Refused.
SELECT t.new_role('op', 'operator'), t.new_role('sup', 'supervisor') \g /dev/null
SELECT matches(t.run('op', 'CALL assure.refresh_match_measures()'), '^42501 ', 'an operator does not refresh measures');
SELECT matches(t.run('sup', 'CALL assure.refresh_match_measures()'), '^25001 assure.refresh_match_measures\(\) commits as it goes', 'nor anybody inside of a transaction');
SELECT matches(t.run('sup', 'UPDATE assure.worker_measure SET cases = 1'), '^42501 ', 'nobody types measures in');
SELECT matches(t.run('sup', 'INSERT INTO assure.match_parameter SELECT * FROM assure.match_parameter'), '^42501 ', 'nor parameters');
SELECT * FROM finish();
