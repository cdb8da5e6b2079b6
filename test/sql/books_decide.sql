\set ECHO none
-- A person decides with adjustments, and a second one above the plan's amount.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(71);
SELECT t.new_role('bj', 'operator'), t.new_role('app', 'operator'), t.new_role('one', 'supervisor'), t.new_role('two', 'supervisor'), t.new_role('aud', 'auditor'), t.new_role('bi', 'bi') \g /dev/null
SELECT assure.grant_branch(t.role('bj'), 'BJ'), assure.grant_branch(t.role('app'), 'BJ') \g /dev/null
INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen) SELECT w.code, 'x', branch_id, 0, 0 FROM assure.branch, unnest('{W-1,W-2}'::text[]) w (code) WHERE branch.code = 'BJ';
SELECT assure.set_worker_login(t.role('bj'), 'W-BJ'), assure.set_worker_login(t.role('one'), 'W-1'), assure.set_worker_login(t.role('two'), 'W-2') \g /dev/null
-- TWO: class C counts half; reviewed above 100, a second person above 2,000.
SELECT assure.publish_plan('{"code": "TWO", "name": "Two", "valid_from": "2024-01-01", "review_above": "100.00", "second_approval_above": "2000.00", "terms": {"name": "Two", "benefits": [
    {"code": "ALL", "kind": "expense", "eligible": {"A": "1", "C": "0.5", "default": "1"}, "steps": [{"offset": ["social"]}, {"limit": {"per": "year", "amount": "19000.00"}}]}]}}') \g /dev/null
SELECT assure.enroll('{"policy": "P-BJ", "certificate": "T", "member_ref": "MT", "name": "x", "birth_date": "1980-05-04", "sex": "F", "region": "110105", "relationship": "self", "plan": "TWO", "enrolled_on": "2024-01-01"}') \g /dev/null
CREATE FUNCTION t.given(ref text, worker text) RETURNS bigint LANGUAGE sql AS $$
    UPDATE assure.task SET state = 'reserved', worker_id = (SELECT worker_id FROM assure.worker w WHERE w.code = $2)
    WHERE state = 'open' AND subject_id = (SELECT claim_id FROM assure.claim c WHERE c.ref = $1) RETURNING task_id $$;
-- t.decide(role, ref, verdict, adjustments, note) decides, t.decisions(ref) is what was decided of a claim.
CREATE FUNCTION t.decide(role text, ref text, verdict text, adjustments jsonb, note text DEFAULT NULL, request_id text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT t.run(role, format('SELECT assure.decide_claim(%L, %L, %L::jsonb, %L, %L)', ref, verdict, adjustments, note, request_id)) $$;
CREATE FUNCTION t.decisions(ref text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', d.decision_no, d.verdict, round(d.paid_fen / 100.0, 2), d.origin, w.code, d.adjustments), E'\n' ORDER BY d.decision_no)
    FROM assure.decision d JOIN assure.claim c USING (account_id, claim_id) LEFT JOIN assure.worker w ON w.worker_id = d.actor_worker_id WHERE c.ref = $1 $$;
-- Bills of three lines: A 600, C 400, without class 100; 50 paid by social insurance.
CREATE FUNCTION t.three(ref text) RETURNS text LANGUAGE sql AS $$
    SELECT t.verdict(t.claim(ref, 'MT', '1.00', jsonb_build_object('bills', jsonb_build_array(t.bill('B-' || ref, '1.00', '{"social_paid": "50.00", "items": [
        {"no": 1, "category": "drug", "class": "A", "amount": "600.00"}, {"no": 2, "category": "drug", "class": "C", "amount": "400.00"}, {"no": 3, "category": "bed", "amount": "100.00"}]}'))))) $$;

-- Adjustments that are refused leave nothing.
SELECT is(t.three('A'), 'in_review 0.00 amount_review, ineligible B-A, offset B-A', 'a claim waits for a person');
SELECT t.given('A', 'W-BJ') \g /dev/null
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;
SELECT is(t.decide('bj', 'A', 'approve', adjustments::jsonb), 'AS106 adjustments: ' || says, says) FROM (VALUES
    (1, '{}', 'a list expected, not an object'),
    (2, '[1]', '[0]: an object expected, not a number'),
    (3, '[{"bill": "B-A", "item": 1, "allowed": "1.00"}]', '[0].reason: missing'),
    (4, '[{"item": 1, "allowed": "1.00", "reason": "x"}]', '[0].bill: missing'),
    (5, '[{"bill": "B-X", "item": 1, "allowed": "1.00", "reason": "x"}]', '[0].bill: the claim has no such bill'),
    (6, '[{"bill": "B-A", "item": 9, "allowed": "1.00", "reason": "x"}]', '[0].item: the bill has no such line'),
    (7, '[{"bill": "B-A", "item": 1, "reason": "x"}]', '[0]: changes nothing'),
    (8, '[{"bill": "B-A", "item": 1, "allowed": "600.01", "reason": "x"}]', '[0].allowed: is above the amount'),
    (9, '[{"bill": "B-A", "item": 1, "amount": "1.00", "reason": "x"}]', '[0].amount: unknown key'),
    (10, '[{"bill": "B-A", "item": 1, "class": "D", "reason": "x"}]', '[0].class: unknown code "D", not one of A, B, C'),
    (11, '[{"bill": "B-A", "item": 1, "exclude": false, "reason": "x"}]', '[0].exclude: is true or absent'),
    (12, '[{"bill": "B-A", "item": 1, "exclude": true, "class": "A", "reason": "x"}]', '[0]: what is excluded is not adjusted as well'),
    (13, '[{"bill": "B-A", "item": 1, "class": "A", "reason": "x"}, {"bill": "B-A", "item": 1, "class": "B", "reason": "x"}]', '[1]: is adjusted twice'),
    (14, '[{"bill": "B-A", "nth": 2, "item": 1, "class": "A", "reason": "x"}]', '[0].nth: the claim has no such bill'),
    (15, '[{"bill": "B-A", "item": 1, "allowed": "-1.00", "reason": "x"}]', '[0].allowed: -1.00 is negative'),
    (16, '[{"bill": "B-A", "social_paid": "2000.00", "reason": "x"}]', 'bill "B-A": social_paid: payments by others exceed the bill''s amount')) v (n, adjustments, says) ORDER BY n;
SELECT is(t.decide('bj', 'A', 'deny', '[]'), '22023 adjustments are for an approval, and the verdict is "deny"', 'a denial has none');
SELECT is(t.decide('bj', 'A', 'pend', '[]'), '22023 verdict "pend" is not known', 'a person approves or denies');
SELECT is(t.decide('bj', NULL, 'approve', '[]'), '22004 ref and verdict must not be NULL', 'a claim');
SELECT is(t.decide('bj', 'none', 'approve', '[]'), 'P0002 claim "none" does not exist', 'that is there');
SELECT matches(t.decide(role, 'A', 'approve', '[]'), '^42501 ', role || ' may not') FROM unnest('{aud,bi}'::text[]) role;
SELECT matches(t.decide('app', 'A', 'approve', '[]'), '^AS004 ', 'an application decides nothing');
SELECT is(t.decide('bj', 'A', 'approve', '[{"bill": "B-A", "exclude": true, "reason": "x"}]') LIKE 'AS201 claim % cannot be approved: nothing of it is payable', true, 'nothing is left to be approved');
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'no refusal wrote a row');

-- Adjusted: class C counts half; the second line is no drug of the list.
SELECT is(t.decide('bj', 'A', 'approve', '[{"bill": "B-A", "item": 1, "allowed": "500.00", "reason": "price list"}, {"bill": "B-A", "item": 2, "exclude": true, "reason": "cosmetic"}]', 'seen', 'q1'), '2', 'approved as adjusted');
SELECT is(t.status('A'), 'approved 550.00 contract_price B-A, offset B-A', '500 and 100, less 50');
SELECT is(t.decide('bj', 'A', 'approve', '[{"bill": "B-A", "item": 1, "allowed": "500.00", "reason": "price list"}, {"bill": "B-A", "item": 2, "exclude": true, "reason": "cosmetic"}]', 'seen', 'q1'), '2', 'a retry has the same answer');
SELECT is(t.decide('bj', 'A', 'approve', '[]', 'seen', 'q1'), 'AS003 request_id "q1" was used before for another call', 'not with other adjustments');
SELECT is(t.decisions('A'), E'1 pend 0.00 submission\n2 approve 550.00 person W-BJ [{"bill": "B-A", "item": 1, "reason": "price list", "allowed": "500.00"}, {"bill": "B-A", "item": 2, "reason": "cosmetic", "exclude": true}]', 'what was changed is kept with who did');
SELECT is((SELECT array_agg(i ->> 'paid' ORDER BY i ->> 'no') FROM assure.decision d JOIN assure.claim c USING (account_id, claim_id), jsonb_array_elements(d.result -> 'bills' -> 0 -> 'items') i WHERE c.ref = 'A' AND decision_no = 2),
    '{458.33,0.00,91.67}', 'the lines are paid as adjusted');
SELECT is((SELECT document -> 'bills' -> 0 -> 'items' -> 1 ->> 'amount' FROM assure.claim WHERE ref = 'A'), '400.00', 'the document stays as it was handed in');
SELECT is(t.used('MT'), 'ALL amount 55000, ALL paid 55000', 'booked as adjusted');
SELECT t.three('B'), t.given('B', 'W-BJ') \g /dev/null
SELECT is(t.decide('bj', 'B', 'approve', '[{"bill": "B-B", "item": 2, "class": "A", "reason": "x"}, {"bill": "B-B", "item": 3, "self_first": "10.00", "reason": "x"}, {"bill": "B-B", "social_paid": "0.00", "social_settled": true, "reason": "x"}]'), '2', 'class, first share, payments by others');
SELECT is(t.status('B'), 'approved 1100.00', 'count as they were said');
SELECT t.three('C'), t.given('C', 'W-BJ') \g /dev/null
SELECT is(t.run('bj', 'SELECT assure.decide_claim(''C'', ''approve'', ''as it is'')'), '2', 'the call of 0.1, without adjustments');
SELECT is(t.status('C'), 'approved 850.00 ineligible B-C, offset B-C', 'pays what is calculated');
SELECT t.three('D'), t.given('D', 'W-BJ') \g /dev/null
SELECT is(t.decide('bj', 'D', 'approve', NULL), '2', 'NULL adjusts nothing');
SELECT is(t.decisions('D'), E'1 pend 0.00 submission\n2 approve 850.00 person W-BJ []', 'and an empty list says that a person has seen it');
-- A literal without a type is a note, and adjustments that are taken for one would pay all of it.
SELECT t.three('N'), t.given('N', 'W-BJ') \g /dev/null
SELECT is(t.run('bj', format($$SELECT assure.decide_claim('N', 'approve', %L, 'why')$$, x)), '22023 the note is a list of adjustments', 'a note cannot be ' || x)
    FROM unnest(ARRAY['[{"bill": "B-N", "exclude": true, "reason": "x"}]', E'\t[ ]', ' [ {"bill": "B-N"} ] ', '{"bill": "B-N"}']) x;
SELECT is(t.status('N') LIKE 'in_review %', true, 'nothing was decided');
SELECT is(t.run('bj', $$SELECT assure.decide_claim('N', 'approve', adjustments => '[]', note => '[{seen')$$), '2', 'by name it is what it is');
SELECT t.three('O'), t.given('O', 'W-BJ') \g /dev/null
SELECT is(t.run('bj', $$SELECT assure.decide_claim('O', 'approve', '[seen] by the doctor [2]')$$), '2', 'and a note may have brackets');
-- A bill that is not the last one is left out, and those behind it are paid.
SELECT t.verdict(t.claim('Q', 'S1', '1000.00')), t.verdict(t.claim('R', 'S1', '1.00', jsonb_build_object('bills', jsonb_build_array(t.bill('B-Q', '800.00'), t.bill('B-R1', '200.00'), t.bill('B-R2', '100.00')))))\g /dev/null
SELECT is(t.status('R') LIKE 'in_review 0.00 duplicate_bill B-Q,%', true, 'the first of three bills was handed in before');
SELECT is(t.decide('one', 'R', 'approve', '[{"bill": "B-Q", "exclude": true, "reason": "handed in before"}]'), '2', 'it is left out');
SELECT is((SELECT string_agg(b ->> 'no', ' ' ORDER BY n) FROM assure.decision d JOIN assure.claim c USING (account_id, claim_id), jsonb_array_elements(d.result -> 'bills') WITH ORDINALITY x (b, n) WHERE c.ref = 'R' AND decision_no = 2), 'B-R1 B-R2', 'the others are calculated');
SELECT is((SELECT finding FROM assure.replay('R', 2)), 'identical', 'and again to the byte');
SELECT is(t.whole(), '', 'the books are whole');

-- Four eyes above the plan's amount.
SELECT is(t.verdict(t.claim('E', 'MT', '3000.00')), 'in_review 0.00 amount_review', 'a claim of 3,000.00');
SELECT is(t.run('one', 'SELECT assure.decide_claim(''E'', ''approve'')'), '2', 'one person approves');
SELECT is(t.status('E'), 'in_review 0.00 second_approval', 'it waits for a second');
SELECT is((SELECT count(*) FROM assure.ledger_entry e JOIN assure.claim c USING (account_id, claim_id) WHERE c.ref = 'E'), 0::bigint, 'nothing is booked');
SELECT is((SELECT count(*) FROM assure.task t JOIN assure.claim c ON c.claim_id = t.subject_id JOIN assure.worker w ON w.worker_id = ANY (t.excluded_worker_ids) WHERE c.ref = 'E' AND t.state = 'open' AND w.code = 'W-1'), 1::bigint, 'the task is kept from the first');
SELECT matches(t.run('one', 'SELECT assure.decide_claim(''E'', ''approve'')'), '^AS202 ', 'who cannot confirm himself');
SELECT matches(t.run('one', 'SELECT assure.decide_claim(''E'', ''deny'')'), '^AS202 ', 'nor deny');
SELECT is(t.run('two', 'SELECT assure.decide_claim(''E'', ''approve'')'), '3', 'a second person confirms');
SELECT is(t.decisions('E'), E'1 pend 0.00 submission\n2 pend 0.00 person W-1 []\n3 approve 3000.00 person W-2 []', 'both stand behind it');
SELECT t.verdict(t.claim('F', 'MT', '2500.00')) \g /dev/null
SELECT is(t.decide('one', 'F', 'approve', '[{"bill": "B-F", "item": 1, "allowed": "2400.00", "reason": "x"}]'), '2', 'the first approves as adjusted');
SELECT is(t.run('two', 'SELECT assure.decide_claim(''F'', ''approve'')'), '3', 'the second without a word confirms that');
SELECT is(t.status('F'), 'approved 2400.00 contract_price B-F', 'and not what was handed in');
SELECT t.verdict(t.claim('G', 'MT', '2300.00')) \g /dev/null
SELECT is(t.run('one', 'SELECT assure.decide_claim(''G'', ''approve'')'), '2', 'the first approves all');
SELECT is(t.decide('two', 'G', 'approve', '[{"bill": "B-G", "item": 1, "allowed": "2200.00", "reason": "x"}]'), '3', 'the second otherwise');
SELECT is(t.status('G') LIKE 'in_review 0.00 second_approval%', true, 'that is a first approval');
SELECT is(t.run('one', 'SELECT assure.decide_claim(''G'', ''deny'')'), '4', 'and the other one may deny');
SELECT is(t.status('G'), 'denied 0.00 denied_by_person', 'nothing is paid');
SELECT is(t.whole(), '', 'the books are whole');
SELECT is((SELECT count(*) FROM assure.claim c, assure.replay(c.ref) r WHERE r.finding <> 'identical' AND r.verdict <> 'deny'), 0::bigint, 'every calculation can be replayed');
SELECT * FROM finish();
ROLLBACK;
