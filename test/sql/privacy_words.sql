\set ECHO none
-- Who is erased is erased from the work on tasks, too: from orders' tasks, post-checks, what followed from
-- complaints, authorizations, flags and places; coverage counts the person where it did.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
\i test/sql-common/shared_work.psql
SELECT plan(20);
CREATE FUNCTION t.holding(needle text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE name text; n bigint; result text := '';
BEGIN
    FOR name IN SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname IN ('assure', 'assure_internal') AND relkind IN ('r', 'p') ORDER BY c.oid::regclass::text COLLATE "C" LOOP
        EXECUTE format('SELECT count(*) FROM %s x WHERE x::text ~ %L', name, needle) INTO n;
        result := result || CASE WHEN n > 0 THEN format('%s %s; ', name, n) ELSE '' END;
    END LOOP;
    RETURN result;
END $$;
CREATE FUNCTION t.open() RETURNS text LANGUAGE plpgsql AS $$
DECLARE d text;
BEGIN
    PERFORM assure.erase_person('P-BJ', 'M1', 'letter 4711');
    RETURN 'erased';
EXCEPTION WHEN SQLSTATE 'AS201' THEN
    GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL;
    RETURN d;
END $$;
-- t.covered() is who was insured and served in May, by prefecture.
CREATE FUNCTION t.covered() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', region, insured, served), ', ' ORDER BY region) FROM assure.coverage('[2024-05-01,2024-06-01)', 'prefecture') WHERE insured > 0 $$;

-- What is said of M1 (CANARY) and of M2 (OTHER), everywhere.
SELECT t.run('admin', s) ~ '^\d+$' AS put FROM unnest(ARRAY[$$SELECT assure.put_queue('{"code": "svc", "name": "Services", "skills": {"claim_review": 1}}')$$,
    $$SELECT assure.put_check_plan('{"queue": "claim_review", "rate": "1"}')$$, $$SELECT assure.put_check_plan('{"queue": "svc", "rate": "1"}')$$,
    $$SELECT assure.put_defect('{"code": "UNPAID", "name": "Paid too little", "weight": 20}')$$]) s \g /dev/null
CREATE FUNCTION t.check(word text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE task bigint;
BEGIN
    FOR task IN SELECT task_id FROM assure.task WHERE subject_kind = 'post_check' AND state = 'open' ORDER BY 1 LOOP
        PERFORM t.give(task, 'CHK2');
        PERFORM t.by('CHK2', format('SELECT assure.record_check(%L)', jsonb_build_object('task', task) || CASE WHEN word = 'pass' THEN '{"verdict": "pass", "note": "CANARY OTHER passes"}'
            ELSE '{"verdict": "defects", "note": "CANARY OTHER noted", "defects": [{"code": "UNPAID", "note": "bill of CANARY OTHER"}]}'::jsonb END));
    END LOOP;
    FOR task IN SELECT task_id FROM assure.task WHERE subject_kind = 'rectification' AND state = 'accepted' ORDER BY 1 LOOP
        PERFORM t.by((SELECT code FROM assure.task k JOIN assure.worker USING (worker_id) WHERE k.task_id = task), format('SELECT assure.record_rectification(%s, ''told CANARY OTHER'')', task));
    END LOOP;
END $$;
CREATE FUNCTION t.say(member text, word text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE task bigint;
BEGIN
    PERFORM assure.put_location(jsonb_build_object('policy', 'P-BJ', 'member_ref', member, 'region', '440305', 'valid_from', '2024-02-01', 'source', word || ' said so'));
    PERFORM assure.set_member_flags(jsonb_build_object('policy', 'P-BJ', 'member_ref', member, 'flags', jsonb_build_array(lower(word))));
    PERFORM assure.put_authorization(jsonb_build_object('ref', 'AU-' || member, 'policy', 'P-BJ', 'member_ref', member, 'care', 'inpatient', 'from', '2024-01-01', 'to', '2024-12-31'));
    PERFORM assure.withdraw_authorization('AU-' || member, word || ' moved');
    PERFORM assure.submit_claim(t.claim('C-' || member, member, '9000.00'));
    PERFORM assure.adjudicate('C-' || member);
    PERFORM t.give(t.task_of('C-' || member), 'SH1');
    PERFORM t.by('SH1', format('SELECT assure.decide_claim(%L, ''deny'')', 'C-' || member));
    PERFORM assure.order_service(jsonb_build_object('ref', 'O-' || member, 'policy', 'P-BJ', 'member_ref', member, 'service', 'opinion', 'requested_at', '2024-05-01T00:00:00Z'));
    PERFORM assure.finish_service('O-' || member, '2024-05-02T00:00:00Z');
    task := assure.create_task('svc', jsonb_build_object('kind', 'service_order', 'ref', 'O-' || member, 'words', word), jsonb_build_object('attributes', jsonb_build_object('said', word), 'region', '110105'));
    PERFORM t.give(task, 'BJ1');
    PERFORM t.by('BJ1', format('SELECT assure.suspend_task(%s, ''%s is away'')', task, word));
    PERFORM t.by('BJ1', format('SELECT assure.resume_task(%s, ''%s is back'')', task, word));
    PERFORM t.by('BJ1', format('SELECT assure.accept_task(%s)', task));
    PERFORM t.by('BJ1', format('SELECT assure.complete_task(%s, ''{"said": "%s"}'')', task, word));
    PERFORM assure.record_satisfaction(task, 1, word || ' is not content'), assure.record_complaint(task, 'manner', word || ' wept');
END $$;
SELECT t.say('M1', 'CANARY'), t.say('M2', 'OTHER') \g /dev/null
SELECT assure.put_supplier('{"code": "SUP", "name": "x", "places": [], "contracts": []}') \g /dev/null
SELECT assure.load_statement('{"ref": "ST", "supplier": "SUP", "from": "2024-05-01", "to": "2024-05-31"}', jsonb_agg(r)) FROM (VALUES ('M1', 'CANARY'), ('M2', 'OTHER')) m (member, word),
    LATERAL (VALUES (jsonb_build_object('order', 'O-' || member, 'amount', '1.00', 'patient', word)), (jsonb_build_object('order', 'O-' || member, 'amount', '2.00', 'service', 'for ' || word)),
        (jsonb_build_object('order', 'O-' || member, 'amount', '3.00', 'service', 'opinion'))) x (r) \g /dev/null
SELECT t.run('sup', format('SELECT assure.resolve_complaint(%s, ''founded'', ''%s was right'', ''svc'')', complaint_id, split_part(reason, ' ', 1))) ~ '^\d+$' FROM assure.complaint ORDER BY complaint_id \g /dev/null
SELECT t.give(task_id, 'BJ2'), t.by('BJ2', format('SELECT assure.complete_task(%s, ''{"said": "%s"}'')', task_id, CASE WHEN n = 1 THEN 'CANARY' ELSE 'OTHER' END))
    FROM (SELECT task_id, row_number() OVER (ORDER BY task_id) AS n FROM assure.task WHERE subject_kind = 'task') k ORDER BY n \g /dev/null
UPDATE assure.task SET state_since = now() - interval '1 day' WHERE state = 'done';
SELECT count(*) FROM assure.draw_checks(daterange((now() AT TIME ZONE 'Asia/Shanghai')::date - 1, (now() AT TIME ZONE 'Asia/Shanghai')::date), 's') \g /dev/null
SELECT t.check('defects'), t.check('pass') \g /dev/null
SELECT assure.end_enrollment('P-BJ', 'M1', '2024-11-30', true), assure.refresh_coverage() \g /dev/null
SELECT is(t.whole(), '', 'before, the books are whole');
SELECT is((SELECT count(*) FROM assure.check_coverage()), 0::bigint, 'and coverage');
SELECT is(t.holding('CANARY|canary'), 'assure."authorization" 1; assure.check_finding 6; assure.check_verdict 12; assure.complaint 1; assure.customer_location 1; assure.member_flag 1; assure.satisfaction 1; assure.service_statement_row 2; assure.task 2; assure.task_event 8; ', 'the words are in many places');
SELECT t.covered() AS covered \gset

-- What is not over keeps a person.
SAVEPOINT s;
SELECT assure.create_task('svc', '{"kind": "service_order", "ref": "O-M1"}') AS task \gset
SELECT is(t.open(), 'Open: tasks that are not finished (1).', 'who waits for work on a task is not erased');
SELECT is(t.run('sup', format('SELECT assure.cancel_task(%s, ''not needed'')', :task)), '""', 'once that is over');
SELECT assure.record_complaint(:task, 'manner', 'x') AS complaint \gset
SELECT is(t.open(), 'Open: complaints that are open (1).', 'nor who complains');
ROLLBACK TO s;

-- Erased.
SELECT is(t.open(), 'erased', 'the person is erased');
SELECT is(t.holding('CANARY|canary'), 'assure.check_finding 3; assure.check_verdict 6; assure.task_event 3; ', 'no word of the person is left but where the work was another''s');
SELECT is((SELECT string_agg(concat_ws(' ', n.passed, n.note), ', ' ORDER BY v.check_id, v.round) FROM assure.check_verdict v JOIN assure.check_sample s USING (check_id) JOIN assure.task k ON k.task_id = s.task_id,
    LATERAL (SELECT v.passed, v.note) n WHERE k.subject_kind = 'claim' AND k.subject_id = (SELECT claim_id FROM assure.claim WHERE ref = 'C-M1')), 'f, t', 'verdicts on the work stay, without notes');
SELECT is((SELECT count(*) FROM assure.check_verdict v JOIN assure.check_sample s USING (check_id) JOIN assure.task k ON k.task_id = s.task_id WHERE v.note IS NULL AND k.subject_kind IN ('claim', 'service_order', 'task')), 6::bigint, 'of claims, orders, and what followed');
SELECT is((SELECT string_agg(concat_ws(' ', subject_kind, subject, attributes, region, result), '; ' ORDER BY task_id) FROM assure.task WHERE subject_kind IN ('service_order', 'task') AND attributes = '{}' AND result IS NULL),
    'service_order {"kind": "service_order"} {} 110000; task {} 110000', 'tasks keep what kind they are of, and the province');
SELECT is((SELECT count(*) FROM assure.check_finding WHERE note IS NULL), 3::bigint, 'findings stay, too');
SELECT is(t.holding('OTHER'), 'assure."authorization" 1; assure.check_finding 3; assure.check_verdict 6; assure.complaint 1; assure.customer_location 1; assure.satisfaction 1; assure.service_statement_row 2; assure.task 2; assure.task_event 5; ', 'of others all stays');
SELECT is((SELECT string_agg(flag, ' ') FROM assure.member_flag), 'other', 'flags as well');
SELECT is((SELECT string_agg(concat_ws(' ', source, service_code, amount_fen, problem), '; ' ORDER BY row_no) FROM assure.service_statement_row WHERE source ->> 'order' = 'O-M1'),
    '{"order": "O-M1"} *; {"order": "O-M1", "amount": "2.00", "service": "*"} * 200; {"order": "O-M1", "amount": "3.00", "service": "opinion"} opinion 300', 'what a supplier billed stays');

-- Where the person lived, to the prefecture: coverage counts as it did.
SELECT is((SELECT concat_ws(' ', m.region, l.region, l.source, o.customer_region, e.customer_region) FROM assure.member m JOIN assure.customer_location l USING (account_id, member_id) JOIN assure.service_order o USING (account_id, member_id)
    JOIN assure.service_event e USING (account_id, member_id) WHERE m.ref ~ '^erased'), '110100 440300 * 110100 440300', 'places are prefectures');
SELECT is((SELECT count(*) FROM assure.check_coverage()), 0::bigint, 'coverage is whole');
SELECT is(t.covered(), :'covered', 'and says what it said');
SELECT is(t.whole(), '', 'the books are whole');
SELECT is((SELECT count(*) FROM assure.audit_verify()), 0::bigint, 'and the audit');
SELECT * FROM finish();
ROLLBACK;
