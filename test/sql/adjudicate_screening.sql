\set ECHO none
-- Screening of calculated claims by the decision model of the plan.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(81);
\set fast_lane `cat data/fast_lane.dmn`
SELECT (assure.deploy_model(:'fast_lane')).version AS deployed \gset

-- t.model(name, expression): a model of one decision, S, over all that it is handed.
CREATE FUNCTION t.model(name text, expression text) RETURNS int LANGUAGE sql AS $$
    SELECT (assure.deploy_model(format('<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="%s" namespace="urn:test:%s">', name, name)
        || (SELECT string_agg(format('<inputData id="i_%s" name="%s"><variable name="%s"/></inputData>', i, i, i), '') FROM unnest('{claim,result,member,policy,history,flags}'::text[]) i)
        || '<decision id="s" name="S"><variable name="S"/>'
        || (SELECT string_agg(format('<informationRequirement><requiredInput href="#i_%s"/></informationRequirement>', i), '') FROM unnest('{claim,result,member,policy,history,flags}'::text[]) i)
        || '<literalExpression><text>' || replace(replace(expression, '&', '&amp;'), '<', '&lt;') || '</text></literalExpression></decision></definitions>')).version $$;
-- t.enroll(plan): a person of a family of their own under a plan.
CREATE FUNCTION t.enroll(plan text, member text) RETURNS void LANGUAGE sql AS $$
    SELECT assure.enroll(jsonb_build_object('policy', 'P-GD', 'certificate', member, 'member_ref', member, 'name', 'x', 'birth_date', '1980-05-04', 'sex', 'F', 'region', '440305',
        'plan', plan, 'relationship', 'self', 'enrolled_on', '2024-01-01')) $$;
-- t.plan(code, model): pays 80 %, reviewed above 3,000, screened by the model's S.
CREATE FUNCTION t.plan(code text, model text, decision text DEFAULT 'S') RETURNS void LANGUAGE sql AS $$
    SELECT assure.publish_plan(jsonb_build_object('code', code, 'name', code, 'valid_from', '2024-01-01', 'review_above', '3000.00', 'screening', jsonb_build_object('model', model, 'decision', decision),
        'terms', '{"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": [{"coinsurance": [{"pay": "0.8"}]}, {"limit": {"per": "year", "amount": "100000.00"}}]}]}'::jsonb)) $$;
CREATE FUNCTION t.goes(ref text, member text, amount text, more jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
    SELECT t.verdict(t.claim(ref, member, amount, '{"policy": "P-GD"}'::jsonb || more)) $$;
CREATE FUNCTION t.said(ref text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT d.screening - 'model_version_id' FROM assure.decision d JOIN assure.claim c USING (account_id, claim_id) WHERE c.ref = $1 ORDER BY decision_no DESC LIMIT 1 $$;
CREATE FUNCTION t.task(ref text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT format('%s %s', priority, skills) FROM assure.task k JOIN assure.claim c ON c.claim_id = k.subject_id WHERE c.ref = $1 $$;

-- Publishing: the model and decision must be there, settings are checked key by key.
CREATE FUNCTION t.publish(settings text) RETURNS text LANGUAGE sql AS $$
    SELECT t.fails(format('SELECT assure.publish_plan(%L)', '{"code": "Z", "name": "x", "terms": {"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}, "valid_from": "2024-01-01"}'::jsonb || settings::jsonb)) $$;
SELECT is(t.publish('{"screening": {"model": "None", "decision": "S"}}'), 'P0002 decision model "None" does not exist', 'a model that is not there');
SELECT is(t.publish('{"screening": {"model": "Fast lane of claims", "decision": "S"}}'), 'P0002 plan: screening.decision: model "Fast lane of claims" has no decision "S"', 'a decision that it does not have');
SELECT alike(t.publish('{"screening": {"model": "Fast lane of claims"}}'), '22023 plan: screening.decision: missing%', 'half a setting');
SELECT alike(t.publish('{"screening": {"model": "Fast lane of claims", "decision": "Screen", "version": 1}}'), '22023 plan: screening.version: %', 'a key that is not known');
SELECT alike(t.publish('{"screaning": {}}'), '22023 plan: screaning: %', 'nor on top');
SELECT alike(t.fails('SELECT assure.publish_plan(''[1]''::jsonb)'), '22023 plan: %', 'no object');
SELECT alike(t.publish('{"second_approval_above": "-1.00"}'), '22023 plan: second_approval_above: %', 'a negative amount');
SELECT alike(t.publish('{"second_approval_above": 1}'), '22023 plan: second_approval_above: %', 'an amount is a text');
SELECT alike(t.publish('{"authorization": {}}'), '22023 plan: authorization.care: missing%', 'authorization of nothing');
SELECT alike(t.publish('{"authorization": {"care": []}}'), '22023 plan: authorization.care: %', 'of an empty list');
SELECT alike(t.publish('{"authorization": {"care": ["surgery"]}}'), '22023 plan: authorization.care[0]: %', 'of a care that is not known');
SELECT alike(t.publish('{"authorization": {"care": ["inpatient"], "missing": "ignore"}}'), '22023 plan: authorization.missing: %', 'and a way that is none');
SELECT is(t.publish('{"second_approval_above": "100.00", "screening": {"model": "Fast lane of claims", "decision": "Screen"}, "authorization": {"care": ["inpatient", "dental"], "missing": "deny"}}'), 'none', 'all that is known is taken');
SELECT is((SELECT ROW(second_approval_above_fen, screening_model, screening_decision, authorize_care, authorization_missing)::text FROM assure.plan_version ORDER BY plan_version_id DESC LIMIT 1),
    '(10000,"Fast lane of claims",Screen,"{inpatient,dental}",deny)', 'and stored');
SELECT is((SELECT ROW(second_approval_above_fen, screening_model, authorize_care, authorization_missing)::text FROM assure.plan_version ORDER BY plan_version_id LIMIT 1), '(,,,pend)', 'without settings there are none');

-- The example: an accident under 5,000.00, complete and without flags, is approved at once.
SELECT t.plan('FAST', 'Fast lane of claims', 'Screen') \gset
SELECT count(t.enroll('FAST', 'L' || n)) FROM generate_series(1, 3) n \gset
SELECT is(t.goes('L1', 'L1', '3000.00', '{"cause": "accident"}'), 'approved 2400.00 coinsurance B-L1', 'an accident');
SELECT is(t.said('L1'), '{"model": "Fast lane of claims", "decision": "Screen", "version": 1, "verdict": "approve"}', 'what the model said stands in the decision');
SELECT is(t.goes('L2', 'L1', '4999.99', '{"cause": "accident"}'), 'in_review 0.00 amount_review, screening, coinsurance B-L2', 'the model does not lift what an earlier check found');
SELECT is(t.said('L2') ->> 'verdict', 'pend', 'it was told of it');
SELECT is(t.task('L2'), '7 {investigation}', 'the task has what it asked for');
SELECT is(t.goes('L3', 'L1', '10.00'), 'approved 8.00 coinsurance B-L3', 'a small illness');
SELECT is(t.goes('L4', 'L1', '10.00', '{"cause": "accident", "diagnoses": []}'), 'in_review 0.00 screening, coinsurance B-L4', 'an accident without diagnosis is not complete');
SELECT is(t.goes('L5', 'L1', '10.00', jsonb_build_object('cause', 'accident', 'bills', jsonb_build_array(t.bill('L5', '10.00', '{"provider": {}}')))), 'in_review 0.00 screening, coinsurance L5', 'nor without provider');
SELECT is(t.task('L5'), '4 {}', 'with its own priority');
SELECT is((SELECT reasons -> 0 FROM assure.claim_status('L5')), '{"code": "screening", "text": "diagnosis, bill or provider missing"}', 'the reason in the words of the model');
SELECT is(t.goes('L6', 'L1', '10.00'), 'in_review 0.00 screening, coinsurance B-L6', 'the sixth claim in 30 days');
SELECT is(t.task('L6'), '6 {investigation}', 'is looked into');
SELECT is(t.goes('L7', 'L2', '60000.00', '{"cause": "accident"}'), 'in_review 0.00 amount_review, screening, coinsurance B-L7', 'a large one is reviewed');
SELECT assure.publish_plan('{"code": "FAST2", "name": "x", "valid_from": "2024-01-01", "screening": {"model": "Fast lane of claims", "decision": "Screen"}, "terms": {"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}}'),
    t.enroll('FAST2', 'L4') \gset
SELECT is(t.goes('M1', 'L4', '5000.00', '{"cause": "accident"}'), 'in_review 0.00 screening', '5,000.00 and more');
SELECT is(t.task('M1'), '5 {medical}', 'for a physician');
SELECT is(t.goes('M2', 'L4', '50000.00'), 'in_review 0.00 screening', '50,000.00 and more');
SELECT is(t.task('M2'), '8 {large_claims,medical}', 'with two skills');
SELECT is((assure.deploy_model(replace(:'fast_lane', '"&gt;= 50000', '"&gt;= 40000') || ' ')).version, 2, 'a new version of the model');
SELECT is(t.goes('L8', 'L3', '30.00', '{"cause": "accident"}'), 'approved 24.00 coinsurance B-L8', 'is asked from now on');
SELECT is(t.said('L8') ->> 'version', '2', 'as the decision tells');
SELECT is((SELECT model_version_id FROM assure.rule_model_version JOIN assure.rule_model USING (rule_model_id) WHERE name = 'Fast lane of claims' AND version = 2),
    (SELECT (screening ->> 'model_version_id')::bigint FROM assure.decision JOIN assure.claim USING (account_id, claim_id) WHERE ref = 'L8'), 'by its key too');

-- Every answer that is none pends the claim: nothing is paid unseen.
CREATE TEMP TABLE answer (n serial, expression text, wanted text, error text);
INSERT INTO answer (expression, wanted, error) VALUES
    ('{verdict: "approve"}', 'approved 80.00 coinsurance', NULL),
    ('{}', 'approved 80.00 coinsurance', NULL),
    ('{verdict: "approve", reasons: "seen"}', 'approved 80.00 screening, coinsurance', NULL),
    ('{verdict: "deny", reasons: ["a", "b"]}', 'denied 0.00 screening, screening, coinsurance', NULL),
    ('{verdict: "deny"}', 'denied 0.00 coinsurance', NULL),
    ('{verdict: "pend"}', 'in_review 0.00 coinsurance', NULL),
    ('{verdict: "pend", reasons: null, skills: null, priority: null}', 'in_review 0.00 coinsurance', NULL),
    ('{verdict: "Approve"}', 'in_review 0.00 screening_failed, coinsurance', 'verdict is none of approve, deny and pend'),
    ('{verdict: null}', 'in_review 0.00 screening_failed, coinsurance', 'verdict is a null, not approve, deny or pend'),
    ('{verdict: 1}', 'in_review 0.00 screening_failed, coinsurance', 'verdict is a number, not approve, deny or pend'),
    ('null', 'in_review 0.00 screening_failed, coinsurance', 'the decision gave a null, not a context'),
    ('"approve"', 'in_review 0.00 screening_failed, coinsurance', 'the decision gave a string, not a context'),
    ('[{verdict: "approve"}]', 'in_review 0.00 screening_failed, coinsurance', 'the decision gave a list, not a context'),
    ('{verdict: "approve", why: 1}', 'in_review 0.00 screening_failed, coinsurance', 'the decision gave a key other than verdict, reasons, skills and priority'),
    ('{verdict: "approve", reasons: [1]}', 'in_review 0.00 screening_failed, coinsurance', 'reasons[0] is not a text of 1 to 500 bytes'),
    ('{verdict: "approve", skills: [""]}', 'in_review 0.00 screening_failed, coinsurance', 'skills[0] is not a text of 1 to 500 bytes'),
    ('{verdict: "approve", skills: for i in 1..21 return "s"}', 'in_review 0.00 screening_failed, coinsurance', 'skills has 21 entries, at most 20 are taken'),
    ('{verdict: "approve", priority: 10}', 'in_review 0.00 screening_failed, coinsurance', 'priority is not a whole number from 1 to 9'),
    ('{verdict: "approve", priority: 1.5}', 'in_review 0.00 screening_failed, coinsurance', 'priority is not a whole number from 1 to 9'),
    ('{verdict: if count(for i in 1..100000, j in 1..100000 return i) > 0 then "approve" else "deny"}', 'in_review 0.00 screening_failed, coinsurance', '%more than%');
SELECT count(t.model('M' || n, expression)), count(t.plan('P' || n, 'M' || n)), count(t.enroll('P' || n, 'A' || n)) FROM answer \gset
SELECT is(replace(t.goes('A' || n, 'A' || n, '100.00'), ' B-A' || n, ''), wanted, expression) FROM answer ORDER BY n;
SELECT is((SELECT string_agg(expression, ', ' ORDER BY n) FROM answer WHERE coalesce(t.said('A' || n) ->> 'error', '') NOT LIKE coalesce(error, '')), NULL, 'what was wrong with it stands in the decision');
SELECT is((SELECT count(*) FROM assure.balance b JOIN assure.claim c USING (account_id) JOIN assure.decision d USING (account_id, claim_id) WHERE d.verdict <> 'approve' AND c.ref LIKE 'A%'), 0::bigint,
    'what the model denies or pends books nothing');
SELECT is(t.task('A6'), '5 {}', 'a task without wishes is as before');

-- What was flagged is left to a person, whatever the model says.
SELECT is(t.goes('F' || n, 'A' || n, '5000.00'), format('in_review 0.00 amount_review%s, coinsurance B-F%s', CASE n WHEN 4 THEN ', screening, screening' ELSE '' END, n), 'flagged: ' || expression) FROM answer WHERE n IN (1, 4, 5) ORDER BY n;

-- What it is handed.
SELECT t.model('Echo', '{verdict: "pend", reasons: [string(claim.ref), string(claim.event_date), string(claim.bills[1].items[1].amount), string(claim.bills[1].provider.grade), string(result.paid), string(result.submitted),
    string(result.outcome), string(result.bills[1].paid), string(result.benefits[1].coinsurance), string(result.reasons), string(member.age), string(member.sex), string(member.enrolled_on), string(policy.ref), string(policy.plan),
    string(policy.branch), string(policy.starts_on), string(flags)]}') \gset
SELECT t.plan('ECHO', 'Echo'), t.enroll('ECHO', 'E1') \gset
SELECT is(t.goes('E1', 'E1', '5000.00'), 'in_review 0.00 amount_review, screening' || repeat(', screening', 17) || ', coinsurance B-E1', 'a model that tells what it is handed');
SELECT is((SELECT string_agg(r ->> 'text', '|' ORDER BY n) FROM assure.claim_status('E1') s, jsonb_array_elements(s.reasons) WITH ORDINALITY x (r, n) WHERE r ->> 'code' = 'screening'),
    'E1|2024-03-10|5000|3|4000|5000|pay|4000|1000|["coinsurance"]|43|F|2024-01-01|P-GD|ECHO|GD|2024-01-01|["amount_review"]', 'claim, result, member, policy, flags');

-- History: of the person, before this claim, by event; what this chunk pays already counts.
SELECT t.model('Past', '{reasons: [string([history.claims_30, history.claims_90, history.claims_365, history.paid_30, history.paid_90, history.paid_365, history.providers_365, history.same_diagnosis_365])]}') \gset
SELECT t.plan('PAST', 'Past'), t.enroll('PAST', 'H1'), t.enroll('PAST', 'H2') \gset
SELECT assure.enroll('{"policy": "P-GD", "certificate": "H1", "member_ref": "H1b", "name": "y", "birth_date": "1981-05-04", "sex": "M", "region": "440305", "plan": "PAST", "relationship": "spouse", "enrolled_on": "2024-01-01"}') \gset
CREATE FUNCTION t.past(ref text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT r ->> 'text' FROM assure.claim_status(ref) s, jsonb_array_elements(s.reasons) r WHERE r ->> 'code' = 'screening' $$;
CREATE FUNCTION t.hand_in(ref text, member text, day text, diagnosis text, provider text) RETURNS bigint LANGUAGE sql AS $$
    SELECT assure.submit_claim(t.claim(ref, member, '100.00', jsonb_build_object('policy', 'P-GD', 'event_date', day, 'diagnoses', jsonb_build_array(diagnosis), 'submitted_at', '2024-12-20T09:00:00+08:00',
        'bills', jsonb_build_array(t.bill(ref, '100.00', jsonb_build_object('from', day, 'provider', jsonb_build_object('code', provider))))))) $$;
SELECT t.hand_in('H1', 'H1', '2024-03-01', 'J18.9', 'H1'), t.hand_in('H2', 'H1', '2024-05-01', 'j18.1', 'H2'), t.hand_in('H3', 'H1', '2024-05-30', 'S82.6', 'H2'), t.hand_in('H4', 'H1b', '2024-05-30', 'J18.9', 'H1'),
    t.hand_in('H5', 'H1', '2024-05-31', 'J18.0', 'PH'), t.hand_in('H6', 'H1', '2024-04-30', 'J18.0', 'PH'), t.hand_in('H7', 'H2', '2024-05-31', 'J18.0', 'PH') \gset
SELECT is(assure.adjudicate_pending(), 7, 'seven claims in one chunk');
SELECT is(t.past('H1'), '[0, 0, 0, 0, 0, 0, 0, 0]', 'the first has no history');
SELECT is(t.past('H2'), '[0, 1, 1, 0, 80, 80, 1, 1]', '61 days after it, the same category');
SELECT is(t.past('H3'), '[1, 1, 2, 80, 80, 160, 2, 0]', '29 and 90 days after the others');
SELECT is(t.past('H4'), '[0, 0, 0, 0, 0, 0, 0, 0]', 'the spouse has a history of their own');
SELECT is(t.past('H5'), '[1, 2, 3, 80, 160, 240, 2, 2]', '30 days are not within 30 days');
SELECT is(t.past('H6'), '[0, 1, 1, 0, 80, 80, 1, 1]', 'an event before those does not see them');
SELECT is(t.past('H7'), '[0, 0, 0, 0, 0, 0, 0, 0]', 'nor somebody else');
SELECT t.hand_in('H8', 'H1', '2024-06-01', 'J18.0', 'H1') \gset
SELECT is(assure.adjudicate('H8'), 'approve', 'from the tables, in a later chunk');
SELECT is(t.past('H8'), '[2, 4, 5, 160, 320, 400, 3, 4]', 'the same');

-- Words that JSON has to escape are hashed as they are printed.
SELECT t.model('Words', '{reasons: ["a\"b\\c\td\ne\rf", "中\u0001", ""[1 = 2]]}'), t.plan('WORDS', 'Words'), t.enroll('WORDS', 'W1') \gset
SELECT t.model('Words', '{reasons: ["a\"b\\c\td\ne\rf", "中\u0001\u001f"]}') \gset
SELECT is(t.goes('W1', 'W1', '10.00', jsonb_build_object('bills', jsonb_build_array(t.bill(E'W"1\\2', '10.00')))), E'approved 8.00 screening, screening, coinsurance W"1\\2', 'words of a model with quotes, tabs and controls');

-- Documents are built without jsonb's own writer: they are what jsonb makes of their text.
SELECT is(t.goes('W2', 'L4', '1.00', jsonb_build_object('bills', (SELECT jsonb_agg(t.bill('W2-' || b, '1.00', jsonb_build_object('items', (SELECT jsonb_agg(jsonb_build_object('no', l * b, 'category', 'drug', 'amount', '1.00'))
    FROM generate_series(1, 200) l)))) FROM generate_series(1, 3) b))), 'approved 600.00', 'a claim of 600 lines');
CREATE TEMP TABLE built AS SELECT d.result, d.reasons FROM assure.decision d JOIN assure.claim USING (account_id, claim_id) WHERE ref IN ('W1', 'W2', 'A4');
SELECT is((SELECT count(*) FROM built WHERE result <> result::text::jsonb OR reasons <> reasons::text::jsonb), 0::bigint, 'equal');
SELECT is((SELECT count(*) FROM built WHERE pg_column_size(result || '{}'::jsonb) <> pg_column_size(result::text::jsonb)), 0::bigint, 'as large');
SELECT is((SELECT string_agg(result #>> format('{bills,%s,items,%s,no}', b, l)::text[], ' ' ORDER BY b, l) FROM built, unnest('{0,1,2}'::int[]) b, unnest('{0,31,32,33,199}'::int[]) l WHERE result ->> 'paid' = '600.00'),
    '1 32 33 34 200 2 64 66 68 400 3 96 99 102 600', 'and each place is found');

-- Person decides: no model is asked again, and the books are whole.
SELECT is((SELECT count(*) FROM assure.audit_verify()), 0::bigint, 'hashes with all that a decision holds');
SELECT is((SELECT count(*) FROM assure.check_books()), 0::bigint, 'the books balance');
SELECT * FROM finish();
ROLLBACK;
