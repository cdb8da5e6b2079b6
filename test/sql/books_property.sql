\set ECHO none
-- Claims of a family are handed in, adjudicated, decided, adjusted, appealed against, reversed, calculated again and
-- re-run at random.
-- Whatever the order: the books balance, no row was changed, every decision is calculated again to the byte; and
-- after a re-run from the beginning the claims stand as if each had been evaluated in order of event, with what is
-- used carried along from one to the next.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(15);
SELECT setseed(0.2718);
SELECT t.new_role('one', 'supervisor'), t.new_role('two', 'supervisor'), t.new_role('three', 'supervisor'), t.new_role('app', 'operator') \g /dev/null
INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen) SELECT w.code, 'x', branch_id, 0, 0 FROM assure.branch, unnest('{W-1,W-2,W-3}'::text[]) w (code) WHERE branch.code = 'GD';
SELECT assure.set_worker_login(t.role('one'), 'W-1'), assure.set_worker_login(t.role('two'), 'W-2'), assure.set_worker_login(t.role('three'), 'W-3'), assure.grant_branch(t.role('app'), 'GD') \g /dev/null

-- RICH has counters of every kind, of the member and of the family; from June its limits are others.
CREATE FUNCTION t.rich(from_day text, op text, family text) RETURNS void LANGUAGE sql AS $$
    SELECT assure.publish_plan(jsonb_build_object('code', 'RICH', 'name', 'Rich', 'valid_from', from_day, 'review_above', '800.00', 'second_approval_above', '1200.00',
        'submit_within_days', 60, 'terms', format('{"name": "Rich",
        "shared": {"D": {"deductible": {"per": "year", "amount": "300.00", "family_amount": "700.00"}}, "FAM": {"limit": {"per": "year", "scope": "family", "amount": "%s"}}},
        "benefits": [
          {"code": "OP", "kind": "expense", "care": ["outpatient"], "steps": [{"use": "D"}, {"limit": {"per": "visit", "amount": "900.00"}},
             {"coinsurance": [{"pay": "0.8", "max": "150.00"}]}, {"limit": {"per": "year", "amount": "%s"}}, {"limit": {"per": "year", "count": 9, "code": "n"}}, {"use": "FAM"}]},
          {"code": "IP", "kind": "expense", "care": ["inpatient"], "steps": [{"offset": ["social"]}, {"use": "D"},
             {"coinsurance": [{"bands": [{"upto": "1000.00", "pay": "0.7"}, {"pay": "0.9"}], "band_on": "year"}]},
             {"out_of_pocket_max": {"per": "year", "amount": "500.00"}}, {"limit": {"per": "day", "amount": "400.00"}}, {"use": "FAM"}]},
          {"code": "HI", "kind": "daily", "amount": "50.00", "from_day": 3, "steps": [{"limit": {"per": "year", "days": 25}}]},
          {"code": "CI", "kind": "lump_sum", "amount": "1000.00", "levels": [
             {"code": "mild", "diagnosis": {"include": ["D00-D09", "C44"]}, "pay": "0.3", "max_count": 3, "interval_days": 20},
             {"code": "severe", "diagnosis": {"include": ["C00-C97"]}, "pay": "1", "max_count": 2, "interval_days": 90}]}]}', family, op)::jsonb)) $$;
SELECT t.rich('2024-01-01', '3000.00', '5000.00'), t.rich('2024-06-01', '2500.00', '6500.00') \g /dev/null
SELECT count(assure.enroll('{"policy": "P-GD", "certificate": "R", "name": "x", "birth_date": "1980-05-04", "sex": "F", "region": "440305", "plan": "RICH", "enrolled_on": "2024-01-01"}'::jsonb || m))
FROM jsonb_array_elements('[{"member_ref": "R1", "relationship": "self"}, {"member_ref": "R2", "relationship": "spouse"}, {"member_ref": "R3", "relationship": "child"}]') m \g /dev/null
SELECT account_id AS account FROM assure.member WHERE ref = 'R1' \gset

-- t.one_of(list) is one of them at random; t.up_to(n) a number from 0 to n - 1.
CREATE FUNCTION t.up_to(n int) RETURNS int LANGUAGE sql VOLATILE AS $$ SELECT floor(random() * n)::int $$;
CREATE FUNCTION t.one_of(VARIADIC list text[]) RETURNS text LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN list[1 + t.up_to(cardinality(list))]; END $$;
-- t.random_claim(ref) is a claim of one or two bills; some come late, some show an invoice that others have shown.
CREATE FUNCTION t.random_claim(ref text) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    event date := date '2024-01-05' + t.up_to(300);
    bills jsonb := '[]';
    care text;
BEGIN
    FOR i IN 1 .. 1 + t.up_to(2) LOOP
        care := t.one_of('outpatient', 'outpatient', 'inpatient');
        bills := bills || (jsonb_build_object('no', CASE WHEN t.up_to(12) = 0 THEN 'DUP' ELSE format('%s-%s', ref, i) END, 'care', care,
            'from', event + i, 'to', event + i + CASE care WHEN 'inpatient' THEN 1 + t.up_to(8) ELSE 0 END, 'provider', jsonb_build_object('code', t.one_of('H1', 'H1', 'H1', 'H2', 'H2', 'H?')),
            'social_paid', (t.up_to(40) * 2)::text || '.00', 'items', jsonb_build_array(
                jsonb_build_object('no', 1, 'category', 'drug', 'class', t.one_of('A', 'B', 'C'), 'amount', (80 + t.up_to(130000) / 100.0)::numeric(10, 2)::text),
                jsonb_build_object('no', 2, 'category', 'exam', 'class', 'A', 'amount', (10 + t.up_to(500))::text)))
            || CASE WHEN care = 'inpatient' AND t.up_to(2) = 0 THEN jsonb_build_object('stay', t.one_of('S1', 'S2')) ELSE '{}' END);
    END LOOP;
    RETURN t.claim(ref, t.one_of('R1', 'R2', 'R3'), '1.00', jsonb_build_object('event_date', event, 'bills', bills,
        'submitted_at', to_char(event + 10 + t.up_to(25) * CASE t.up_to(10) WHEN 0 THEN 5 ELSE 1 END, 'YYYY-MM-DD"T09:00:00+08:00"'),
        'diagnoses', jsonb_build_array(t.one_of('J18.9', 'J18.9', 'J18.9', 'D05.1', 'C44.3', 'C50'))));
END $$;
-- t.claim_in(states) is the ref of a claim of the family in one of these states, at random.
CREATE FUNCTION t.claim_in(VARIADIC states text[]) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT c.ref FROM assure.claim c, assure.claim_status(c.ref) s WHERE s.state = ANY (states) ORDER BY hashtext(c.ref || t.up_to(1000000)::text), c.ref LIMIT 1 $$;
-- t.adjustments(ref) changes the first line of the first bill.
CREATE FUNCTION t.adjustments(ref text) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
    SELECT jsonb_build_array(jsonb_build_object('bill', document -> 'bills' -> 0 ->> 'no', 'item', 1, 'reason', 'x') ||
        CASE t.up_to(3) WHEN 0 THEN '{"exclude": true}' WHEN 1 THEN '{"class": "C"}' ELSE '{"allowed": "60.00"}' END::jsonb)
    FROM assure.claim c WHERE c.ref = adjustments.ref AND jsonb_path_query_array(document, '$.bills[*].no') -> 0 IS DISTINCT FROM jsonb_path_query_array(document, '$.bills[*].no') -> 1 $$;

CREATE TEMP TABLE happened (n int PRIMARY KEY, what text, how text);
-- t.act(n) does one thing at random and notes what came of it.
CREATE FUNCTION t.act(n int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    what text := t.one_of('submit', 'submit', 'submit', 'adjudicate', 'adjudicate', 'chunk', 'decide', 'decide', 'decide', 'reverse', 'readjudicate', 'rerun', 'dry', 'enrollment', 'appeal', 'answer', 'answer', 'answer');
    person text := t.one_of('one', 'two', 'three');
    ref text := CASE what WHEN 'adjudicate' THEN t.claim_in('waiting') WHEN 'decide' THEN t.claim_in('in_review')
        WHEN 'reverse' THEN t.claim_in('approved', 'denied', 'in_review') WHEN 'readjudicate' THEN t.claim_in('approved', 'denied', 'in_review', 'reversed', 'reversed') WHEN 'appeal' THEN t.claim_in('approved', 'denied')
        WHEN 'answer' THEN (SELECT c.ref FROM assure.appeal a JOIN assure.claim c USING (account_id, claim_id) WHERE a.state = 'open' ORDER BY hashtext(c.ref || n) LIMIT 1) END;
    call text;
BEGIN
    IF what IN ('adjudicate', 'decide', 'reverse', 'readjudicate', 'appeal', 'answer') AND ref IS NULL THEN
        what := 'submit';
    END IF;
    call := CASE what
        WHEN 'submit' THEN format('SELECT assure.submit_claim(%L::jsonb)', t.random_claim('N' || n))
        WHEN 'adjudicate' THEN format('SELECT assure.adjudicate(%L)', ref)
        WHEN 'chunk' THEN format('SELECT assure.adjudicate_pending(%s)', 1 + t.up_to(4))
        WHEN 'decide' THEN CASE t.up_to(4) WHEN 0 THEN format('SELECT assure.decide_claim(%L, ''deny'')', ref)
            WHEN 1 THEN format('SELECT assure.decide_claim(%L, ''approve'', %L::jsonb)', ref, t.adjustments(ref))
            ELSE format('SELECT assure.decide_claim(%L, ''approve'')', ref) END
        WHEN 'reverse' THEN format('SELECT assure.reverse_claim(%L, ''x'')', ref)
        WHEN 'readjudicate' THEN format('SELECT assure.readjudicate(%L, ''x'', %L)', ref, t.up_to(3) = 0)
        WHEN 'appeal' THEN format('SELECT assure.appeal_claim(%L, ''x'')', ref)
        WHEN 'answer' THEN format(CASE t.up_to(7) WHEN 0 THEN 'SELECT assure.uphold_appeal(%L, ''x'')' WHEN 1 THEN 'SELECT assure.withdraw_appeal(%L, ''x'')'
            WHEN 2 THEN 'SELECT assure.decide_claim(%L, ''deny'')' ELSE 'SELECT assure.decide_claim(%L, ''approve'')' END, ref)
        WHEN 'enrollment' THEN 'SELECT 1'
        ELSE format('SELECT * FROM assure.rerun(''P-GD'', %L, %L, %L)', t.one_of('R1', 'R2', 'R3'), date '2024-01-01' + t.up_to(250), what = 'dry') END;
    IF what = 'enrollment' THEN
        UPDATE assure.enrollment e SET ended_on = CASE WHEN ended_on IS NULL AND t.up_to(3) = 0 THEN date '2024-08-01' + t.up_to(90) END
        FROM assure.member m WHERE m.account_id = e.account_id AND m.member_id = e.member_id AND m.ref = t.one_of('R2', 'R3');
    END IF;
    INSERT INTO happened VALUES (n, concat_ws(' ', what, ref), t.run(CASE what WHEN 'submit' THEN 'app' ELSE person END, call));
END $$;

-- t.replayed(finding) is how many decisions a replay finds so.
CREATE FUNCTION t.replayed(what text) RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM assure.claim c, assure.replay(c.ref) r WHERE r.finding = what $$;
-- t.standing() is how each claim of the family stands, and what it has used.
CREATE FUNCTION t.standing() RETURNS text LANGUAGE sql AS $$
    SELECT md5(string_agg(concat_ws(' ', c.ref, s.state, s.paid), E'\n' ORDER BY c.ref)
        || (SELECT string_agg(b::text, E'\n' ORDER BY member_id, counter COLLATE "C", period COLLATE "C", measure COLLATE "C") FROM assure.balance b WHERE value <> 0))
    FROM assure.claim c, assure.claim_status(c.ref) s $$;

SELECT t.act(n) FROM generate_series(1, 300) n \g /dev/null
SELECT is(t.whole(), '', 'after 300 steps the books balance, and no row was changed');
SELECT t.act(n) FROM generate_series(301, 700) n \g /dev/null
SELECT is(t.whole(), '', 'after 700 too');
SELECT is((SELECT string_agg(DISTINCT left(how, 60), '; ') FROM happened WHERE how ~ '^[0-9A-Z]{5} ' AND how !~ '^AS20[12] (claim|worker)' AND how !~ '^AS106 '), NULL, 'no step failed but where the claim stood otherwise');
SELECT ok((SELECT count(*) FROM happened WHERE how ~ '^[0-9A-Z]{5} ') < 250, 'and not many did');
SELECT is((SELECT string_agg(DISTINCT d.origin || ' ' || d.verdict, ', ' ORDER BY d.origin || ' ' || d.verdict) FROM assure.decision d WHERE origin <> 'submission' AND account_id = :account),
    'appeal approve, appeal deny, appeal pend, person approve, person deny, person pend, readjudication approve, readjudication deny, readjudication pend, rerun approve, rerun deny, rerun pend, reversal reverse', 'every kind of decision was made');
SELECT is((SELECT string_agg(DISTINCT split_part(e.period, ':', 1) || ' ' || e.measure, ', ' ORDER BY split_part(e.period, ':', 1) || ' ' || e.measure) FROM assure.ledger_entry e WHERE account_id = :account),
    'day amount, event count, group count, lifetime amount, lifetime count, lifetime paid, stay days, year amount, year base, year count, year days, year deductible, year member', 'on every kind of counter');
SELECT is(t.replayed('differs'), 0::bigint, 'every decision is calculated again to the byte');
SELECT ok(t.replayed('identical') > 150, 'hundreds of them');
SELECT is((SELECT count(*) FROM (SELECT c.ref, d.paid_fen, coalesce((SELECT sum(x.amount_out) FROM assure.explain_claim(c.ref) x WHERE x.step IN ('paid')), 0) AS out
    FROM assure.claim c JOIN LATERAL (SELECT * FROM assure.decision d WHERE d.account_id = c.account_id AND d.claim_id = c.claim_id ORDER BY decision_no DESC LIMIT 1) d ON true
    WHERE c.account_id = :account AND d.verdict = 'approve') x WHERE paid_fen <> out * 100), 0::bigint, 'an explanation ends with what is paid');

-- Open appeals are withdrawn, unless one person has approved; what waits is adjudicated; a dry run says what a re-run then does.
SELECT t.run('one', format('SELECT assure.withdraw_appeal(%L, ''x'')', c.ref)) FROM assure.appeal a JOIN assure.claim c USING (account_id, claim_id) WHERE a.state = 'open' \g /dev/null
SELECT t.run('one', 'SELECT assure.adjudicate_pending(1000)') \g /dev/null
SELECT t.standing() AS before \gset
SELECT t.run('one', 'SELECT claim_ref, new_verdict, new_paid, is_changed FROM assure.rerun(''P-GD'', ''R1'', ''2024-01-01'')') AS dry \gset
SELECT is(t.standing(), :'before', 'a dry run changes nothing');
SELECT is(t.run('one', 'SELECT claim_ref, new_verdict, new_paid, is_changed FROM assure.rerun(''P-GD'', ''R1'', ''2024-01-01'', false)'), :'dry', 'and a re-run does what it said');
SELECT t.standing() AS before \gset
SELECT is(t.run('one', 'SELECT count(*) FROM assure.rerun(''P-GD'', ''R2'', ''2024-01-01'', false) WHERE is_changed') || t.standing(), '0' || :'before', 'a second one changes nothing');
SELECT is((SELECT string_agg(cause, ', ') FROM assure.rerun_needed() WHERE policy = 'P-GD'), NULL, 'and none is needed');

-- The reference: one after another in order of event, by assure.evaluate().
CREATE FUNCTION t.reference() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    k record;
    answer jsonb;
    family jsonb := '{}';
    own jsonb := '{}';
    seen int := 0;
BEGIN
    FOR k IN
        SELECT c.ref, c.event_date, m.ref AS member_ref, v.terms, d.verdict, d.paid_fen, d.result,
            coalesce((SELECT string_agg(r ->> 'code', ' ' ORDER BY n) FROM jsonb_array_elements(d.reasons) WITH ORDINALITY x (r, n) WHERE NOT r ? 'benefit'), '') AS findings,
            c.event_date > e.ended_on AS has_left, (c.submitted_at AT TIME ZONE 'Asia/Shanghai')::date - c.event_date > 60 AS is_late,
            CASE WHEN d.adjustments IS NULL THEN c.document ELSE assure.adjust_claim(c.document, d.adjustments) END || jsonb_build_object('member', jsonb_build_object('birth_date', m.birth_date, 'sex', m.sex,
                'relationship', e.relationship, 'enrolled_on', e.enrolled_on, 'continuous_since', e.continuous_since, 'policy_start', p.starts_on)) AS document
        FROM assure.claim c JOIN assure.member m USING (account_id, member_id) JOIN assure.policy p ON p.policy_id = c.policy_id JOIN assure.enrollment e USING (account_id, member_id)
        JOIN LATERAL (SELECT * FROM assure.plan_version v WHERE v.plan_id = e.plan_id AND v.valid_from <= c.event_date ORDER BY valid_from DESC LIMIT 1) v ON true
        JOIN LATERAL (SELECT * FROM assure.decision d WHERE d.account_id = c.account_id AND d.claim_id = c.claim_id ORDER BY decision_no DESC LIMIT 1) d ON true
        WHERE p.ref = 'P-GD' AND m.ref LIKE 'R%' AND d.verdict IN ('approve', 'deny') ORDER BY c.event_date, c.claim_id
    LOOP
        CONTINUE WHEN k.findings NOT IN ('', 'not_in_force', 'late_submission');
        answer := NULL;
        IF coalesce(k.has_left, false) OR k.is_late THEN
            IF k.verdict <> 'deny' OR k.result IS NOT NULL THEN
                RETURN NEXT format('%s: %s, but it was late or not in force', k.ref, k.verdict);
            END IF;
            CONTINUE;
        END IF;
        answer := assure.evaluate(k.terms, k.document, family || coalesce(own -> k.member_ref, '{}'));
        seen := seen + 1;
        IF (answer ->> 'paid')::numeric * 100 <> k.paid_fen OR answer -> 'bills' IS DISTINCT FROM k.result -> 'bills' OR answer -> 'fixed' IS DISTINCT FROM k.result -> 'fixed' THEN
            RETURN NEXT format('%s: %s %s, reference %s', k.ref, k.verdict, k.paid_fen, answer ->> 'paid');
        END IF;
        family := (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(answer -> 'used') WHERE key LIKE '%@family');
        own := own || jsonb_build_object(k.member_ref, (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(answer -> 'used') WHERE key NOT LIKE '%@family'));
    END LOOP;
    IF seen < 50 THEN
        RETURN NEXT format('only %s claims were calculated', seen);
    END IF;
    -- What is used in the end, as a quote of nothing shows it.
    FOR k IN SELECT ref FROM assure.member WHERE ref IN ('R1', 'R2', 'R3') ORDER BY 1 LOOP
        answer := assure.quote('P-GD', k.ref, '{"event_date": "2024-02-01", "submitted_at": "2024-02-02T00:00:00+08:00", "diagnoses": ["Z00"]}');
        IF answer -> 'result' -> 'used' IS DISTINCT FROM family || coalesce(own -> k.ref, '{}') THEN
            RETURN NEXT format('%s has used %s, reference %s', k.ref, answer -> 'result' -> 'used', family || coalesce(own -> k.ref, '{}'));
        END IF;
    END LOOP;
END $$;
SELECT is((SELECT string_agg(x, E'\n') FROM t.reference() x), NULL, 'every claim stands as evaluated in order of event');
SELECT is(t.whole() || t.replayed('differs'), '0', 'the books balance, and all can be replayed');
SELECT * FROM finish();
ROLLBACK;
