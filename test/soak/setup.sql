-- The company of the soak, after setup.psql and company.psql: 3,000 people (or as
-- many as the variable people says) in families of two under 20 policies, 60
-- workers, finished work of the last 360 days for post-checks to draw from, and
-- what one client does at a time, a function each. A refusal that the rules make
-- (no task, not that person, a state) is counted; whatever else is raised ends the
-- client, and the soak fails.
\if :{?people} \else
\set people 3000
\endif

CREATE TABLE t.refusal (at timestamptz NOT NULL DEFAULT clock_timestamp(), step text NOT NULL, code text NOT NULL, message text NOT NULL);
CREATE SEQUENCE t.claim_no;
CREATE SEQUENCE t.order_no;
CREATE SEQUENCE t.day_no;
CREATE TABLE t.person (n int PRIMARY KEY, policy text NOT NULL, certificate text NOT NULL, ref text NOT NULL);
INSERT INTO t.person SELECT n, 'SP' || (n / 2) % 20, 'SC' || n / 2, 'SM' || n FROM generate_series(0, :people - 1) n;

-- REV: a person decides on every claim.
SELECT assure.publish_plan('REV', 'Reviewed', '{"name": "Reviewed", "benefits": [{"code": "ALL", "kind": "expense", "steps": []}]}', '2024-01-01', 0) IS NOT NULL AS published \gset
SELECT count(assure.add_policy(jsonb_build_object('ref', 'SP' || i, 'branch', (ARRAY['BJ', 'SH', 'GD'])[1 + i % 3], 'insurer', (ARRAY['Alpha', 'Beta'])[1 + i % 2],
    'holder', 'Holder ' || i, 'starts_on', '2024-01-01'))) AS policies FROM generate_series(0, 19) i \gset
SELECT count(assure.enroll(jsonb_build_object('policy', policy, 'certificate', certificate, 'member_ref', ref, 'name', '张三', 'birth_date', '1980-05-04', 'sex', 'F',
    'region', (ARRAY['110105', '310104', '440305', '320100', '510100'])[1 + n % 5], 'relationship', CASE n % 2 WHEN 0 THEN 'self' ELSE 'spouse' END,
    'plan', (ARRAY['STD', 'FREE', 'STD', 'STD', 'REV'])[1 + (n / 2) % 5], 'enrolled_on', '2024-01-01'))) AS people FROM (SELECT * FROM t.person ORDER BY n) x \gset
SELECT count(assure.put_payee(jsonb_build_object('policy', policy, 'certificate', certificate, 'kind', 'policyholder', 'name', 'Holder', 'bank', 'ICBC', 'bank_account', '6222020200001234')))
    AS payees FROM t.person WHERE n % 2 = 0 AND n % 100 <> 0 \gset

INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen)
    SELECT 'K' || i, '李四', (SELECT branch_id FROM assure.branch WHERE code = (ARRAY['BJ', 'SH', 'GD'])[1 + i % 3]), 20, 1000000000 FROM generate_series(0, 59) i;
SELECT assure.put_queue('{"code": "soak", "name": "Soak", "skills": {"soak": 1}, "sla": "claim_review", "reserve_for": "PT1M", "return_pause": "PT1M"}') AS queue \gset
INSERT INTO assure.worker_skill SELECT worker_id, skill, 3 FROM assure.worker w, (SELECT DISTINCT skill FROM assure.queue) q WHERE w.code ~ '^K';
SELECT assure.put_defect('{"code": "UNPAID", "name": "Paid too little", "weight": 20}') AS defect \gset
SELECT assure.put_check_plan('{"queue": "soak", "rate": "0.2", "strata": [{"by": "person"}, {"by": "amount", "bounds": ["1000.00"]}]}') AS plan \gset
SELECT assure.put_tariff(jsonb_build_object('queue', 'soak', 'from', to_char(now() AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD'), 'amounts', '["20.00", "30.00"]'::jsonb)) AS tariff \gset
SELECT assure.put_point_rule('{"queue": "soak", "base": 10, "speed": [{"within": 50, "points": 3}]}') AS points \gset
INSERT INTO assure.task (queue_id, subject_kind, subject_ref, branch_id, amount_fen, state, state_since, worker_id, subject)
    SELECT q.queue_id, 'thing', 'past' || i, 1 + i % 3, i * 7919::bigint % 300000, 'done', now() - interval '1 day' * (1 + i % 360), (SELECT worker_id FROM assure.worker WHERE code = 'K' || i % 60), '{}'
    FROM generate_series(1, 3600) i, assure.queue q WHERE q.code = 'soak';

-- Who calls: a portal for people of all branches, and whatever runs batches.
SELECT format('CREATE ROLE %I LOGIN', role) FROM unnest('{soak_portal,soak_batch,soak_jobs}'::text[]) role WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) \gexec
SELECT assure.grant_access('soak_portal', scope) FROM unnest('{proxy,operator,supervisor,bi}'::text[]) scope \g /dev/null
SELECT assure.grant_branch('soak_portal', code) FROM assure.branch \g /dev/null
SELECT assure.grant_access('soak_batch', 'admin') \g /dev/null
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA t TO soak_portal, soak_batch;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA t TO soak_portal, soak_batch;
SELECT assure.grant_access('soak_jobs', 'admin') \g /dev/null

-- t.refused(step, code, message) counts a refusal.
CREATE FUNCTION t.refused(step text, code text, message text) RETURNS void LANGUAGE sql AS $$ INSERT INTO t.refusal (step, code, message) VALUES ($1, $2, $3) $$;

-- t.submit(n) hands in a claim of a person; one of eight is adjudicated at once, as a portal does.
CREATE FUNCTION t.submit(n int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE p t.person; ref text; no bigint := nextval('t.claim_no');
BEGIN
    SELECT * INTO p FROM t.person x WHERE x.n = $1;
    ref := 'S' || no;
    PERFORM assure.submit_claim(t.claim(ref, p.ref, (50 + no * 37 % 2000) || '.00', jsonb_build_object('policy', p.policy, 'event_date', (current_date - (no % 300)::int)::text,
        'submitted_at', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'bills', jsonb_build_array(t.bill('B' || ref, (50 + no * 37 % 2000) || '.00', jsonb_build_object('from', (current_date - (no % 300)::int)::text))))));
    IF no % 8 = 0 THEN PERFORM assure.adjudicate(ref); END IF;
END $$;

-- t.serve(n) is an order of a service, from the request to its end; some are cancelled.
CREATE FUNCTION t.serve(n int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE p t.person; ref text; no bigint := nextval('t.order_no'); at timestamptz := date_trunc('minute', now()) - interval '1 hour' * (no % 5000) - interval '1 day';
BEGIN
    SELECT * INTO p FROM t.person x WHERE x.n = $1;
    ref := 'SO' || no;
    PERFORM assure.order_service(jsonb_build_object('ref', ref, 'policy', p.policy, 'member_ref', p.ref, 'service', (ARRAY['opinion', 'escort'])[1 + no % 2],
        'requested_at', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')), 'order ' || no);
    PERFORM assure.accept_order(ref, accepted_at => at + interval '1 hour');
    PERFORM assure.finish_service(ref, at + interval '5 hours');
    IF no % 10 = 0 THEN PERFORM assure.cancel_service(ref); ELSE PERFORM assure.evaluate_service(ref, (1 + no % 5)::int, 'words'); END IF;
END $$;

-- t.task() opens a task of the company's own.
CREATE FUNCTION t.task(n int) RETURNS void LANGUAGE sql AS $$
    SELECT assure.create_task('soak', jsonb_build_object('kind', 'thing', 'ref', 'n' || $1), jsonb_build_object('branch', (ARRAY['BJ', 'SH', 'GD', 'GD', 'GD', 'GD'])[1 + $1 % 6], 'amount', ($1 * 7) || '.00', 'priority', 1 + $1 % 9)) $$;

-- t.finish(task_id, chance) has the person whom the session acts for end a task, as it is of its kind.
CREATE FUNCTION t.finish(task_id bigint, chance int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE kind text; ref text; is_appeal boolean;
BEGIN
    SELECT k.subject_kind, c.ref, q.code = 'claim_appeal' INTO kind, ref, is_appeal FROM assure.task k JOIN assure.queue q USING (queue_id)
        LEFT JOIN assure.claim c ON k.subject_kind = 'claim' AND c.account_id = k.account_id AND c.claim_id = k.subject_id WHERE k.task_id = $1;
    IF kind = 'claim' AND is_appeal AND chance % 2 = 0 THEN PERFORM assure.uphold_appeal(ref, 'soak');
    ELSIF kind = 'claim' AND chance % 20 = 0 AND NOT is_appeal THEN
        PERFORM assure.request_documents(ref, '[{"kind": "invoice", "text": "the invoice itself"}]', 10);
        PERFORM assure.receive_documents(ref, '{invoice}');
    ELSIF kind = 'claim' THEN PERFORM assure.decide_claim(ref, CASE chance % 4 WHEN 0 THEN 'deny' ELSE 'approve' END, 'soak');
    ELSIF kind = 'post_check' AND chance % 5 = 0 THEN PERFORM assure.record_check(jsonb_build_object('task', $1, 'verdict', 'defects', 'defects', '[{"code": "UNPAID"}]'::jsonb));
    ELSIF kind = 'post_check' THEN PERFORM assure.record_check(jsonb_build_object('task', $1, 'verdict', 'pass'));
    ELSIF kind = 'rectification' THEN PERFORM assure.record_rectification($1, 'mended');
    ELSE PERFORM assure.complete_task($1, '{"outcome": "done"}');
    END IF;
END $$;

-- t.work(w, chance) is a person at work: what is in hand is finished, else the best open task is taken; some are given back.
CREATE FUNCTION t.work(w int, chance int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE task record; taken bigint;
BEGIN
    PERFORM assure.act_as('K' || w);
    BEGIN
        FOR task IN SELECT k.task_id, k.state FROM assure.task k JOIN assure.worker x USING (worker_id) WHERE x.code = 'K' || w AND k.state IN ('reserved', 'accepted') ORDER BY k.task_id LIMIT 5 LOOP
            taken := task.task_id;
            IF task.state = 'reserved' THEN PERFORM assure.accept_task(task.task_id); END IF;
            PERFORM t.finish(task.task_id, chance);
        END LOOP;
        IF taken IS NULL THEN
            taken := assure.next_task();
            IF taken IS NOT NULL AND chance % 7 = 0 THEN PERFORM assure.return_task(taken, 'not mine');
            ELSIF taken IS NOT NULL THEN PERFORM assure.accept_task(taken); PERFORM t.finish(taken, chance); END IF;
        END IF;
    EXCEPTION WHEN SQLSTATE 'AS201' OR SQLSTATE 'AS202' OR SQLSTATE '55P03' THEN
        PERFORM t.refused('work', SQLSTATE, SQLERRM);
    END;
END $$;

-- t.again(chance) comes back to a decided claim: an appeal, a correction, a word of the customer.
CREATE FUNCTION t.again(chance int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE no bigint := (SELECT 1 + (random() * (last_value - 200))::bigint FROM t.claim_no);
BEGIN
    IF no < 1 THEN RETURN; END IF;
    IF chance % 3 = 0 THEN PERFORM assure.appeal_claim('S' || no, 'soak');
    ELSIF chance % 3 = 1 THEN PERFORM assure.reverse_claim('S' || no, 'soak');
    ELSE PERFORM assure.record_satisfaction(k.task_id, 1 + chance % 5, 'words') FROM assure.task k JOIN assure.claim c ON k.subject_kind = 'claim' AND c.account_id = k.account_id AND c.claim_id = k.subject_id
        WHERE c.ref = 'S' || no AND k.state = 'done' AND k.task_id = (SELECT min(f.task_id) FROM assure.task f WHERE f.subject_kind = 'claim' AND f.account_id = k.account_id AND f.subject_id = k.subject_id AND f.state = 'done');
    END IF;
EXCEPTION WHEN SQLSTATE 'AS201' OR SQLSTATE 'AS202' OR no_data_found THEN
    PERFORM t.refused('again', SQLSTATE, SQLERRM);
END $$;

-- t.status() asks for one of the claims that came last.
CREATE FUNCTION t.status() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT state FROM assure.claim_status('S' || (SELECT greatest(1, last_value - (random() * 100)::int) FROM t.claim_no)));
EXCEPTION WHEN no_data_found THEN
    RETURN NULL;
END $$;

-- t.move(n) has a person move to Nanjing.
CREATE FUNCTION t.move(n int) RETURNS void LANGUAGE sql AS $$
    SELECT assure.put_location(jsonb_build_object('policy', policy, 'member_ref', ref, 'region', '320100', 'valid_from', current_date::text, 'source', 'letter')) FROM t.person x WHERE x.n = $1 $$;

-- t.bank() is the accounts department: what is ordered is sent, paid, and some comes back.
CREATE FUNCTION t.bank() RETURNS void LANGUAGE plpgsql AS $$
DECLARE handed jsonb;
BEGIN
    SELECT jsonb_agg(jsonb_build_object('payment_id', payment_id)) INTO handed FROM assure.payments_to_send(2000);
    IF handed IS NULL THEN RETURN; END IF;
    PERFORM assure.payment_sent(handed);
    PERFORM assure.payment_paid(coalesce((SELECT jsonb_agg(x) FROM jsonb_array_elements(handed) x WHERE (x ->> 'payment_id')::int % 50 <> 0), '[]'));
    SELECT jsonb_agg(x || '{"reason": "closed"}') INTO handed FROM jsonb_array_elements(handed) x WHERE (x ->> 'payment_id')::int % 50 = 0;
    IF handed IS NOT NULL THEN PERFORM assure.payment_failed(handed); END IF;
END $$;

-- t.draw() draws the finished work of one more day.
CREATE FUNCTION t.draw() RETURNS void LANGUAGE plpgsql AS $$
DECLARE day date := (now() AT TIME ZONE 'Asia/Shanghai')::date - (2 + nextval('t.day_no'))::int;
BEGIN
    IF day < current_date - 350 THEN RETURN; END IF;
    PERFORM assure.draw_checks(daterange(day, day, '[]'), 'soak', 'soak');
END $$;
