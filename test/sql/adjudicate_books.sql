\set ECHO none
-- Decided claims: adjusted, approved by two, reversed, calculated again, re-run, replayed, explained, quoted.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(113);
SELECT t.new_role('bj', 'operator'), t.new_role('sup', 'supervisor'), t.new_role('two', 'supervisor'), t.new_role('three', 'supervisor'), t.new_role('app', 'operator'), t.new_role('aud', 'auditor') \g /dev/null
SELECT assure.grant_branch(t.role('bj'), 'BJ'), assure.grant_branch(t.role('app'), 'BJ') \g /dev/null
INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen) SELECT c, 'x', branch_id, 0, 0 FROM assure.branch, unnest('{W-1,W-2,W-3}'::text[]) c WHERE code = 'BJ';
SELECT assure.set_worker_login(t.role('sup'), 'W-1'), assure.set_worker_login(t.role('two'), 'W-2'), assure.set_worker_login(t.role('three'), 'W-3'), assure.set_worker_login(t.role('bj'), 'W-BJ') \g /dev/null
-- t.decisions(ref) is the claim's decisions: "no verdict paid origin adjustments".
CREATE FUNCTION t.decisions(ref text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(concat_ws(' ', decision_no, verdict, paid_fen, origin, jsonb_array_length(adjustments)), ', ' ORDER BY decision_no)
    FROM assure.decision JOIN assure.claim c USING (account_id, claim_id) WHERE c.ref = $1 $$;
-- t.replayed() is what replays of all decisions find, other than identical.
CREATE FUNCTION t.replayed() RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(concat_ws(' ', c.ref, r.decision_no, r.finding, r.differences), '; ' ORDER BY c.ref, r.decision_no), '')
    FROM assure.claim c CROSS JOIN LATERAL assure.replay(c.ref) r WHERE r.finding NOT IN ('identical', 'not_calculated') $$;
-- t.rerun(member, from, dry) is what a re-run says: "ref old new changed, ...".
CREATE FUNCTION t.rerun(member text, from_date date, dry boolean) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', claim_ref, old_verdict, old_paid, new_verdict, new_paid, is_changed), ', ')
    FROM assure.rerun(CASE left(member, 1) WHEN 'M' THEN 'P-BJ' WHEN 'S' THEN 'P-SH' ELSE 'P-GD' END, member, from_date, dry) $$;

-- Adjustments: a closed set.
CREATE FUNCTION t.adjusted(adjustments text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT string_agg(concat_ws(' ', b ->> 'no', b ->> 'social_paid', l ->> 'no', l ->> 'class', l ->> 'allowed', l ->> 'self_first'), ', ' ORDER BY n, m)
        FROM jsonb_array_elements(assure.adjust_claim(jsonb_build_object('bills', jsonb_build_array(t.bill('X', '100.00'), t.bill('Y', '50.00'), t.bill('Y', '60.00'))), adjustments::jsonb) -> 'bills')
        WITH ORDINALITY x (b, n), jsonb_array_elements(b -> 'items') WITH ORDINALITY y (l, m));
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT is(t.adjusted(a), r, a) FROM (VALUES (1, '[]', 'X 0.00 1 A 100.00 0.00, Y 0.00 1 A 50.00 0.00, Y 0.00 1 A 60.00 0.00'),
    (2, '[{"bill": "X", "item": 1, "allowed": "80.00", "class": "B", "self_first": "8.00", "reason": "r"}]', 'X 0.00 1 B 80.00 8.00, Y 0.00 1 A 50.00 0.00, Y 0.00 1 A 60.00 0.00'),
    (3, '[{"bill": "X", "item": 1, "exclude": true, "reason": "r"}]', 'X 0.00 1 A 0.00 0.00, Y 0.00 1 A 50.00 0.00, Y 0.00 1 A 60.00 0.00'),
    (4, '[{"bill": "Y", "nth": 2, "exclude": true, "reason": "r"}]', 'X 0.00 1 A 100.00 0.00, Y 0.00 1 A 50.00 0.00'),
    (5, '[{"bill": "X", "social_paid": "30.00", "social_settled": true, "reason": "r"}]', 'X 30.00 1 A 100.00 0.00, Y 0.00 1 A 50.00 0.00, Y 0.00 1 A 60.00 0.00'),
    (6, '[{"bill": "Y", "exclude": true, "reason": "r"}]', 'AS106 adjustments: [0].bill: 2 bills of the claim have this number; "nth" says which'),
    (7, '[{"bill": "Z", "exclude": true, "reason": "r"}]', 'AS106 adjustments: [0].bill: the claim has no such bill'),
    (8, '[{"bill": "Y", "nth": 3, "exclude": true, "reason": "r"}]', 'AS106 adjustments: [0].nth: the claim has no such bill'),
    (9, '[{"bill": "X", "item": 2, "exclude": true, "reason": "r"}]', 'AS106 adjustments: [0].item: the bill has no such line'),
    (10, '[{"bill": "X", "item": 1, "allowed": "80.00"}]', 'AS106 adjustments: [0].reason: missing'),
    (11, '[{"bill": "X", "item": 1, "reason": "r"}]', 'AS106 adjustments: [0]: changes nothing'),
    (12, '[{"bill": "X", "item": 1, "amount": "1.00", "reason": "r"}]', 'AS106 adjustments: [0].amount: unknown key'),
    (13, '[{"bill": "X", "allowed": "1.00", "reason": "r"}]', 'AS106 adjustments: [0].allowed: unknown key'),
    (14, '[{"bill": "X", "item": 1, "allowed": "100.01", "reason": "r"}]', 'AS106 adjustments: [0].allowed: is above the amount'),
    (15, '[{"bill": "X", "item": 1, "self_first": "100.01", "reason": "r"}]', 'AS106 adjustments: [0].self_first: is above the allowed amount'),
    (16, '[{"bill": "X", "item": 1, "exclude": false, "reason": "r"}]', 'AS106 adjustments: [0].exclude: is true or absent'),
    (17, '[{"bill": "X", "item": 1, "exclude": true, "class": "A", "reason": "r"}]', 'AS106 adjustments: [0]: what is excluded is not adjusted as well'),
    (18, '[{"bill": "X", "item": 1, "class": "B", "reason": "r"}, {"bill": "X", "item": 1, "class": "C", "reason": "r"}]', 'AS106 adjustments: [1]: is adjusted twice'),
    (19, '[{"bill": "X", "social_paid": "100.01", "reason": "r"}]', 'AS106 adjustments: bill "X": social_paid: payments by others exceed the bill''s amount'),
    (20, '{}', 'AS106 adjustments: a list expected, not an object')) v (n, a, r) ORDER BY n;

-- A person approves as adjusted.
SELECT is(t.verdict(t.claim('A', 'M1', '9000.00')), 'in_review 0.00 amount_review, deductible B-A, coinsurance B-A', 'pended');
SELECT is(t.run('sup', 'SELECT assure.decide_claim(''A'', ''deny'', ''[]''::jsonb)'), '22023 adjustments are for an approval, and the verdict is "deny"', 'a denial takes no adjustments');
SELECT is(t.run('sup', 'SELECT assure.decide_claim(''A'', ''approve'', ''[{"bill": "B-A", "exclude": true, "reason": "x"}]''::jsonb)') LIKE 'AS201 claim % cannot be approved: nothing of it is payable', true, 'nothing left cannot be approved');
SELECT is(t.run('sup', 'SELECT assure.decide_claim(''A'', ''approve'', ''[{"bill": "B-A", "item": 1, "allowed": "2500.00", "reason": "dear"}]''::jsonb, ''seen'', ''q1'')'), '2', 'approved as adjusted');
SELECT is(t.run('sup', 'SELECT assure.decide_claim(''A'', ''approve'', ''[{"bill": "B-A", "item": 1, "allowed": "2500.00", "reason": "dear"}]''::jsonb, ''seen'', ''q1'')'), '2', 'a retry has the same answer');
SELECT is(t.run('sup', 'SELECT assure.decide_claim(''A'', ''approve'', ''[]''::jsonb, ''seen'', ''q1'')'), 'AS003 request_id "q1" was used before for another call', 'not for other adjustments');
SELECT is(t.decisions('A'), '1 pend 0 submission, 2 approve 160000 person 1', 'what is left is paid');
SELECT is(t.used('M1'), 'FAM@ amount 160000, OP amount 160000, OP deductible 50000, OP paid 160000', 'and booked');

-- Four eyes above an amount.
SELECT assure.publish_plan('{"code": "FREE", "name": "Free", "valid_from": "2024-02-01", "review_above": "1000.00", "second_approval_above": "4000.00", "terms": {"name": "Free", "benefits": [{"code": "ALL", "kind": "expense", "steps": []}]}}') IS NOT NULL AS ok \gset
SELECT is(t.verdict(t.claim('F', 'G1', '5000.00')), 'in_review 0.00 amount_review', 'a large claim');
SELECT is(t.run('sup', 'SELECT assure.decide_claim(''F'', ''approve'', ''one'')'), '2', 'the first approval is a decision');
SELECT is(t.status('F'), 'in_review 0.00 second_approval', 'that waits for the second');
SELECT is((SELECT string_agg(concat_ws(' ', k.state, k.amount_fen, w.code), ', ' ORDER BY task_id) FROM assure.task k LEFT JOIN assure.worker w ON w.worker_id = ANY (k.excluded_worker_ids) JOIN assure.claim c ON c.claim_id = k.subject_id WHERE c.ref = 'F'),
    'done 500000, open 500000 W-1', 'as a new task, not for the first');
SELECT is(t.run('sup', 'SELECT assure.decide_claim(''F'', ''approve'')'), 'AS202 claim "F" was approved by the same worker before', 'who does not confirm himself');
SELECT is(t.run('sup', 'SELECT assure.decide_claim(''F'', ''deny'')'), 'AS202 claim "F" was approved by the same worker before', 'nor deny');
SELECT is(t.whole(), '', 'the books are whole meanwhile');
SELECT is(t.run('two', 'SELECT assure.decide_claim(''F'', ''approve'', ''[{"bill": "B-F", "item": 1, "allowed": "4500.00", "reason": "less"}]''::jsonb)'), '3', 'the second differs');
SELECT is(t.decisions('F'), '1 pend 0 submission, 2 pend 0 person 0, 3 pend 0 person 1', 'and is the first now');
SELECT is(t.run('sup', 'SELECT assure.decide_claim(''F'', ''approve'')'), '4', 'whom the other confirms');
SELECT is(t.status('F'), 'approved 4500.00 contract_price B-F', 'then it is paid as adjusted');
SELECT is(t.verdict(t.claim('G', 'G1', '6000.00')), 'in_review 0.00 amount_review', 'another');
SELECT is(t.run('sup', 'SELECT assure.decide_claim(''G'', ''approve'')'), '2', 'approved by one');
SELECT is(t.run('two', 'SELECT assure.decide_claim(''G'', ''deny'', ''no'')'), '3', 'and denied by the second');
SELECT is(t.status('G'), 'denied 0.00 denied_by_person', 'is denied');
SELECT is(t.verdict(t.claim('H', 'G1', '4000.00')), 'in_review 0.00 amount_review', 'one that is not above the amount');
SELECT is(t.run('sup', 'SELECT assure.decide_claim(''H'', ''approve'')'), '2', 'takes one person');
SELECT is(t.status('H'), 'approved 4000.00', 'and is paid');

-- Reverse.
SELECT is(t.verdict(t.claim('B', 'M1', '1000.00', '{"event_date": "2024-03-12"}')), 'approved 800.00 coinsurance B-B', 'after A');
SELECT is(t.verdict(t.claim('C', 'M2', '13000.00', '{"event_date": "2024-03-13"}')), 'in_review 0.00 amount_review, deductible B-C, coinsurance B-C, limit_year B-C', 'the family');
SELECT is(t.run('sup', 'SELECT assure.decide_claim(''C'', ''approve'')'), '2', 'takes what is left of its limit');
SELECT is(t.status('C'), 'approved 9600.00 deductible B-C, coinsurance B-C, limit_year B-C', 'of 12,000');
SELECT assure.submit_claim(t.claim('W', 'M3', '10.00')) \g /dev/null
SELECT is(t.run(who, what), answer, what) FROM (VALUES
    (1, 'app', 'SELECT assure.reverse_claim(''A'', ''x'')', NULL), (2, 'bj', 'SELECT assure.readjudicate(''A'', ''x'')', NULL), (3, 'bj', 'SELECT * FROM assure.rerun(''P-BJ'', ''M1'', ''2024-01-01'')', NULL),
    (4, 'aud', 'SELECT assure.quote(''P-BJ'', ''M1'', ''{}'')', NULL), (5, 'bj', 'SELECT * FROM assure.replay(''A'')', NULL), (6, 'bj', 'SELECT * FROM assure.rerun_needed()', NULL),
    (7, 'sup', 'SELECT assure.reverse_claim(''none'', ''x'')', 'P0002 claim "none" does not exist'), (8, 'sup', 'SELECT assure.reverse_claim(''A'', '''')', '22004 reason must not be empty'),
    (9, 'sup', 'SELECT assure.reverse_claim(''W'', ''x'')', 'AS201 claim "W" is not decided yet'), (10, 'sup', 'SELECT assure.readjudicate(''W'', ''x'')', 'AS201 claim "W" is not decided yet'),
    (11, 'sup', 'SELECT * FROM assure.rerun(''P-BJ'', ''none'', ''2024-01-01'')', 'P0002 member "none" of policy "P-BJ" does not exist'), (12, 'sup', 'SELECT * FROM assure.rerun(''P-BJ'', ''M1'', ''infinity'')', '22023 from_date must be a day, not infinity'),
    (13, 'sup', 'SELECT * FROM assure.rerun(''P-BJ'', ''M1'', NULL)', '22004 policy, member_ref and from_date must not be NULL'), (14, 'sup', 'SELECT * FROM assure.replay(''A'', 9)', 'P0002 claim "A" has no decision 9'),
    (15, 'sup', 'SELECT * FROM assure.explain_claim(''W'')', 'P0002 claim "W" is not decided yet'), (16, 'sup', 'SELECT assure.readjudicate(''G'', ''x'')', 'AS201 claim "G" was denied by a person')) v (n, who, what, answer) WHERE answer IS NOT NULL ORDER BY n;
SELECT matches(t.run(who, what), '^42501 ', what) FROM (VALUES ('app', 'SELECT assure.reverse_claim(''A'', ''x'')'), ('bj', 'SELECT assure.readjudicate(''A'', ''x'')'), ('bj', 'SELECT * FROM assure.rerun(''P-BJ'', ''M1'', ''2024-01-01'')'),
    ('aud', 'SELECT assure.quote(''P-BJ'', ''M1'', ''{}'')'), ('bj', 'SELECT * FROM assure.replay(''A'')'), ('bj', 'SELECT * FROM assure.rerun_needed()'), ('app', 'SELECT assure.quote(''P-SH'', ''S1'', ''{}'')')) v (who, what);
SELECT is((SELECT count(*) FROM assure.rerun_needed()), 0::bigint, 'nobody needs a re-run');
SELECT is(t.run('sup', 'SELECT assure.reverse_claim(''A'', ''not hers'', ''r1'')'), '3', 'A is reversed');
SELECT is(t.run('sup', 'SELECT assure.reverse_claim(''A'', ''not hers'', ''r1'')'), '3', 'once, however often it is asked');
SELECT is(t.run('sup', 'SELECT assure.reverse_claim(''A'', ''again'')'), 'AS201 claim "A" is reversed', 'and not again');
SELECT is(t.status('A'), 'reversed 0.00', 'it says so');
SELECT is((SELECT sum(delta) FILTER (WHERE measure = 'paid') || ' ' || count(*) FROM assure.ledger_entry e JOIN assure.claim c USING (account_id, claim_id) WHERE c.ref = 'A'), '0 8', 'its entries are undone by entries');
SELECT is(t.whole(), '', 'the books are whole');

-- Who should be re-run, and the re-run.
SELECT results_eq('SELECT policy, member_ref, from_date, cause, first_ref FROM assure.rerun_needed()', $$VALUES ('P-BJ', 'M1', date '2024-03-10', 'claim', 'A')$$, 'the later claims of A should be re-run');
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;
SELECT is(t.rerun('M1', '2024-01-01', true), 'B approve 800.00 approve 400.00 t, C approve 9600.00 approve 10000.00 t', 'a dry run says what would be');
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'and writes nothing');
SELECT is(t.rerun('M1', '2024-01-01', false), 'B approve 800.00 approve 400.00 t, C approve 9600.00 approve 10000.00 t', 'the re-run does it');
SELECT is(t.decisions('C'), '1 pend 0 submission, 2 approve 960000 person 0, 3 approve 1000000 rerun 0', 'what a person approved stays approved');
SELECT is(t.rerun('M1', '2024-01-01', false), 'B approve 400.00 approve 400.00 f, C approve 10000.00 approve 10000.00 f', 'a second one changes nothing');
SELECT is((SELECT count(*) FROM assure.rerun_needed()), 0::bigint, 'and nobody needs one');
SELECT is((SELECT string_agg(concat_ws(' ', claim_count, changed_count, paid_before_fen, paid_fen), ', ' ORDER BY rerun_id) FROM assure.claim_rerun), '2 2 1040000 1040000, 2 0 1040000 1040000', 'both are noted');
SELECT is(t.whole(), '', 'the books are whole');

-- Again.
SELECT is(t.run('sup', 'SELECT assure.readjudicate(''A'', ''hers after all'', false, ''a1'')'), 'approve', 'A is calculated again, as the person adjusted it');
SELECT is(t.run('sup', 'SELECT assure.readjudicate(''A'', ''hers after all'', false, ''a1'')'), 'approve', 'once');
SELECT is(t.decisions('A'), '1 pend 0 submission, 2 approve 160000 person 1, 3 reverse 0 reversal, 4 approve 160000 readjudication 1', 'within what is left');
SELECT is(t.run('sup', 'SELECT assure.readjudicate(''H'', ''look again'', true)'), 'pend', 'anew: reviewed again');
SELECT is(t.decisions('H'), '1 pend 0 submission, 2 approve 400000 person 0, 3 pend 0 readjudication', 'nothing is paid meanwhile');
SELECT is(t.whole(), '', 'the books are whole');
SELECT is(t.run('sup', 'SELECT assure.readjudicate(''H'', ''once more'')'), 'pend', 'a pended one is asked anew');
SELECT is((SELECT string_agg(k.state, ' ' ORDER BY task_id) FROM assure.task k JOIN assure.claim c ON c.claim_id = k.subject_id WHERE c.ref = 'H'), 'done cancelled open', 'with a new task');
SELECT is(t.run('sup', 'SELECT assure.reverse_claim(''H'', ''withdrawn'')'), '5', 'and can be withdrawn');
SELECT is(t.run('sup', 'SELECT assure.readjudicate(''G'', ''x'', true)'), 'pend', 'a denial by a person is lifted anew only');

SELECT is(t.rerun('M1', '2024-01-01', false), 'A approve 1600.00 approve 1600.00 t, B approve 400.00 approve 800.00 t, C approve 10000.00 approve 9600.00 t', 'the later claims follow');

-- An enrollment that ended earlier than was known, corrected terms.
UPDATE assure.enrollment e SET ended_on = '2024-03-11' FROM assure.member m WHERE m.account_id = e.account_id AND m.member_id = e.member_id AND m.ref = 'M1';
SELECT results_eq('SELECT member_ref, from_date, cause, first_ref FROM assure.rerun_needed()', $$VALUES ('M1', date '2024-03-12', 'enrollment', 'B')$$, 'an enrollment that ended is seen');
SELECT is(t.rerun('M1', '2024-03-12', false), 'B approve 800.00 deny 0.00 t, C approve 9600.00 approve 10000.00 t', 'what came after it is denied');
SELECT assure.publish_plan('STD', 'Standard', '{"name": "Standard", "shared": {"FAM": {"limit": {"per": "year", "scope": "family", "amount": "5000.00"}}},
    "benefits": [{"code": "OP", "kind": "expense", "steps": [{"use": "FAM"}]}]}', '2024-03-01', 5000, 180) IS NOT NULL AS ok \gset
SELECT results_eq('SELECT member_ref, from_date, cause FROM assure.rerun_needed()', $$VALUES ('M1', date '2024-03-10', 'terms'), ('M2', date '2024-03-13', 'terms')$$, 'other terms are seen');
SELECT is(t.rerun('M2', '2024-03-01', false), 'A approve 1600.00 approve 2500.00 t, B deny 0.00 deny 0.00 f, C approve 10000.00 approve 2500.00 t', 'and re-run');
SELECT is((SELECT count(*) FROM assure.rerun_needed()), 0::bigint, 'then all is as it should be');
SELECT is(t.whole(), '', 'the books are whole');
SELECT is(t.replayed(), '', 'every decision is replayed to the byte');
SELECT is((SELECT string_agg(DISTINCT finding, ' ') FROM assure.claim c, assure.replay(c.ref) WHERE verdict = 'reverse'), 'not_calculated', 'a reversal is no calculation');

SELECT is(assure.is_packed_claim(assure.pack_claim(t.claim('X', 'M1', '1.00'))) || ' ' || assure.is_packed_claim('\x01'), 'true false', 'what is no packed claim is told');

-- Explained, quoted.
SELECT is((SELECT string_agg(concat_ws(' ', step, step_no, amount_in, amount_out, category, amount, counter, counter_before, counter_after), E'\n') FROM assure.explain_claim('B', 1)),
    E'eligible 1000.00 1000.00 ineligible 0.00\ndeductible 1 1000.00 1000.00 deductible 0.00 OP 500.00 500.00\ncoinsurance 2 1000.00 800.00 coinsurance 200.00\nlimit 3 800.00 800.00 over_limit 0.00 OP 1600.00 2400.00\nlimit 4 800.00 800.00 over_limit 0.00 FAM@family 1600.00 2400.00\nindemnity 800.00 800.00 over_limit 0.00\npaid 800.00 800.00 paid 0.00 OP 1600.00 2400.00\npaid paid OP 1600.00 2400.00', 'the steps of a decision, with what it knew');
SELECT is((SELECT string_agg(concat_ws(' ', step, reason), ', ') FROM assure.explain_claim('G', 3)), 'finding denied_by_person', 'a denial has none, but says by whom');
CREATE TEMP TABLE before2 AS SELECT array_agg(c) AS counts FROM t.counts() c;
SELECT is((SELECT q ->> 'verdict' || ' ' || (q ->> 'payable') || ' ' || (q ->> 'findings') FROM assure.quote('P-GD', 'G1', t.claim('Q', 'G1', '700.00') - 'ref' - 'policy' - 'member_ref') q), 'approve 700.00 []', 'a quote');
SELECT is((SELECT q ->> 'verdict' || ' ' || (q ->> 'payable') || ' ' || (q ->> 'findings') FROM assure.quote('P-GD', 'G1', t.claim('Q', 'G1', '1700.00')) q), 'pend 1700.00 [{"code": "amount_review", "above": "1000.00"}]', 'with what the pipeline finds');
SELECT is((SELECT q ->> 'verdict' || ' ' || (q ->> 'findings') FROM assure.quote('P-BJ', 'M1', t.claim('Q', 'M1', '1.00', '{"event_date": "2024-03-13"}')) q), 'deny [{"code": "not_in_force"}]', 'not in force');
SELECT is(t.fails('SELECT assure.quote(''P-GD'', ''G1'', t.claim(''Q'', ''M1'', ''1.00''))'), 'AS101 claim: policy: "P-BJ" is not "P-GD", for which the quote is asked', 'for another policy');
SELECT is(t.fails('SELECT assure.quote(''P-GD'', ''none'', ''{}'')'), 'P0002 member "none" of policy "P-GD" does not exist', 'for nobody');
SELECT is(t.grown((SELECT counts FROM before2)), 'nothing', 'a quote writes nothing');
SET LOCAL transaction_read_only = on;
SELECT is((SELECT q ->> 'payable' FROM assure.quote('P-GD', 'G1', t.claim('Q', 'G1', '700.00')) q), '700.00', 'and works where nothing can be written');
SELECT is((SELECT count(*) FROM assure.rerun('P-BJ', 'M2', '2024-01-01')), 3::bigint, 'so does a dry run');
SELECT * FROM finish();
ROLLBACK;
