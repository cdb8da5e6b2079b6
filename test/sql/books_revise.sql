\set ECHO none
-- Decided claims are reversed and calculated again: money, counters, tasks; what a person judged stays.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(79);
SELECT t.new_role('bj', 'operator'), t.new_role('sup', 'supervisor'), t.new_role('adm', 'admin'), t.new_role('aud', 'auditor'), t.new_role('bi', 'bi'), t.new_role('prox', 'proxy') \g /dev/null
SELECT assure.grant_branch(t.role('bj'), 'BJ') \g /dev/null
INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen) SELECT w.code, 'x', branch_id, 0, 0 FROM assure.branch, unnest('{W-1,W-2}'::text[]) w (code) WHERE branch.code = 'BJ';
SELECT assure.set_worker_login(t.role('bj'), 'W-BJ'), assure.set_worker_login(t.role('sup'), 'W-1') \g /dev/null
-- t.decisions(ref) is what was decided of a claim, t.entries(ref, n) what a decision booked.
CREATE FUNCTION t.decisions(ref text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', d.decision_no, d.verdict, round(d.paid_fen / 100.0, 2), d.origin, d.note), ', ' ORDER BY d.decision_no)
    FROM assure.decision d JOIN assure.claim c USING (account_id, claim_id) WHERE c.ref = $1 $$;
CREATE FUNCTION t.entries(ref text, n int) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', e.counter || CASE e.member_id WHEN 0 THEN '@' ELSE '' END, split_part(e.period, ':', 1), e.measure, e.delta), ', ' ORDER BY e.counter, e.measure, e.period)
    FROM assure.ledger_entry e JOIN assure.claim c USING (account_id, claim_id) WHERE c.ref = $1 AND e.decision_no = n $$;
CREATE FUNCTION t.task(ref text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(k.state || coalesce(' ' || s.state, ''), ', ' ORDER BY k.task_id) FROM assure.task k JOIN assure.claim c ON c.claim_id = k.subject_id LEFT JOIN assure.clock s ON s.subject_id = k.task_id WHERE c.ref = $1 $$;

-- A and B of M1: 1,000 pays 400 after the deductible, 2,000 pays 1,600.  W waits, P is pended, D was denied by a person, F is set aside.
SELECT t.verdict(t.claim('A', 'M1', '1000.00')), t.verdict(t.claim('B', 'M1', '2000.00')), assure.submit_claim(t.claim('W', 'M2', '10.00')), t.verdict(t.claim('P', 'M3', '9000.00')), t.verdict(t.claim('D', 'M3', '9000.00')) \g /dev/null
SELECT t.run('sup', 'SELECT assure.decide_claim(''D'', ''deny'', ''no'')') \g /dev/null

-- Refused.
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;
SELECT is(t.run('sup', call), says, call) FROM (VALUES
    (1, 'SELECT assure.reverse_claim(NULL, ''x'')', '22004 ref must not be NULL'),
    (2, 'SELECT assure.reverse_claim(''A'', NULL)', '22004 reason must not be empty'),
    (3, 'SELECT assure.reverse_claim(''A'', '''')', '22004 reason must not be empty'),
    (4, 'SELECT assure.reverse_claim(''none'', ''x'')', 'P0002 claim "none" does not exist'),
    (5, 'SELECT assure.reverse_claim(''W'', ''x'')', 'AS201 claim "W" is not decided yet'),
    (6, 'SELECT assure.readjudicate(NULL, ''x'')', '22004 ref must not be NULL'),
    (7, 'SELECT assure.readjudicate(''A'', '''')', '22004 reason must not be empty'),
    (8, 'SELECT assure.readjudicate(''none'', ''x'')', 'P0002 claim "none" does not exist'),
    (9, 'SELECT assure.readjudicate(''W'', ''x'')', 'AS201 claim "W" is not decided yet'),
    (10, 'SELECT assure.readjudicate(''D'', ''x'')', 'AS201 claim "D" was denied by a person')) v (n, call, says) ORDER BY n;
SELECT is(t.run(role, format('SELECT assure.%s(''A'', ''x'')', name)) LIKE '42501 %', true, format('%s: %s', role, name)) FROM unnest('{bj,prox,aud,bi}'::text[]) WITH ORDINALITY r (role, i), unnest('{reverse_claim,readjudicate}'::text[]) name ORDER BY i, name;
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'no refusal wrote a row');

-- Reversed.
SELECT is(t.run('sup', 'SELECT assure.reverse_claim(''A'', ''another''''s bill'', ''q1'')'), '2', 'a claim is reversed');
SELECT is(t.status('A'), 'reversed 0.00', 'it says so');
SELECT is(t.decisions('A'), '1 approve 400.00 submission, 2 reverse 0.00 reversal another''s bill', 'in a decision of its own, with the reason');
SELECT is(t.entries('A', 1), 'FAM@ year amount 40000, OP year amount 40000, OP year deductible 50000, OP lifetime paid 40000', 'what it had booked');
SELECT is(t.entries('A', 2), 'FAM@ year amount -40000, OP year amount -40000, OP year deductible -50000, OP lifetime paid -40000', 'is booked with the other sign');
SELECT is(t.used('M1'), 'FAM@ amount 160000, OP amount 160000, OP deductible 0, OP paid 160000', 'and used no more');
SELECT is(t.run('sup', 'SELECT assure.reverse_claim(''A'', ''another''''s bill'', ''q1'')'), '2', 'a retry has the same answer');
SELECT is(t.run('sup', 'SELECT assure.reverse_claim(''A'', ''other reason'', ''q1'')'), 'AS003 request_id "q1" was used before for another call', 'not for another call');
SELECT is(t.run('sup', 'SELECT assure.reverse_claim(''A'', ''x'')'), 'AS201 claim "A" is reversed', 'once');
SELECT is(t.run('sup', 'SELECT assure.reverse_claim(''P'', ''withdrawn'')'), '2', 'one that a person has yet to decide');
SELECT is(t.task('P'), 'cancelled stopped', 'takes its task and clock along');
SELECT is(t.entries('P', 2), NULL, 'and books nothing');
SELECT matches(t.run('sup', 'SELECT assure.decide_claim(''P'', ''approve'')'), '^AS201 ', 'nobody decides it any more');
SELECT is(t.run('adm', 'SELECT assure.reverse_claim(''D'', ''x'')'), '3', 'one that a person denied');
SELECT is(t.whole(), '', 'the books are whole');

-- Calculated again, as if it came now: B has met no deductible of its own.
SELECT is(t.run('sup', 'SELECT assure.readjudicate(''A'', ''his bill after all'', false, ''q2'')'), 'approve', 'a reversed claim is calculated again');
SELECT is(t.status('A'), 'approved 400.00 deductible B-A, coinsurance B-A', 'it comes back');
SELECT is(t.run('sup', 'SELECT assure.readjudicate(''A'', ''his bill after all'', false, ''q2'')'), 'approve', 'a retry has the same answer');
SELECT is(t.run('sup', 'SELECT assure.readjudicate(''A'', ''his bill after all'', true, ''q2'')'), 'AS003 request_id "q2" was used before for another call', 'not for another call');
SELECT is(t.decisions('A'), '1 approve 400.00 submission, 2 reverse 0.00 reversal another''s bill, 3 approve 400.00 readjudication his bill after all', 'and did nothing more');
SELECT is(t.run('sup', 'SELECT assure.readjudicate(''B'', ''look again'')'), 'approve', 'one that nothing has changed for');
SELECT is(t.status('B'), 'approved 1600.00 coinsurance B-B', 'stays what it was');
SELECT is(t.entries('B', 2), NULL, 'and books nothing');
SELECT is(t.whole(), '', 'the books are whole');

-- What a person judged stays, unless anew.
SELECT is(t.run('sup', 'SELECT assure.readjudicate(''P'', ''handed in again'')'), 'pend', 'what has to be looked at, is');
SELECT is(t.task('P'), 'cancelled stopped, open running', 'in a new task');
SELECT is(t.run('sup', 'SELECT assure.readjudicate(''P'', ''once more'')'), 'pend', 'pended and calculated again');
SELECT is(t.task('P'), 'cancelled stopped, cancelled stopped, open running', 'has one task');
SELECT is(t.run('sup', 'SELECT assure.decide_claim(''P'', ''approve'', ''[{"bill": "B-P", "item": 1, "allowed": "6500.00", "reason": "x"}]''::jsonb)'), '5', 'a person approves it with an adjustment');
SELECT is(t.status('P'), 'approved 4800.00 contract_price B-P, deductible B-P, coinsurance B-P', 'of 6,500.00');
SELECT is(t.run('sup', 'SELECT assure.readjudicate(''P'', ''x'')'), 'approve', 'calculated again');
SELECT is(t.status('P'), 'approved 4800.00 contract_price B-P, deductible B-P, coinsurance B-P', 'it is approved as adjusted, and asks nobody');
SELECT is((SELECT d.adjustments -> 0 ->> 'allowed' FROM assure.decision d JOIN assure.claim c USING (account_id, claim_id) WHERE c.ref = 'P' AND decision_no = 6), '6500.00', 'the adjustment is handed on');
SELECT t.run('sup', 'SELECT assure.reverse_claim(''P'', ''x'')') \g /dev/null
SELECT is(t.run('sup', 'SELECT assure.readjudicate(''P'', ''x'')') || t.status('P'), 'approveapproved 4800.00 contract_price B-P, deductible B-P, coinsurance B-P', 'after a reversal too');
SELECT is(t.run('sup', 'SELECT assure.readjudicate(''P'', ''x'', true)'), 'pend', 'anew: as if no person had seen it');
SELECT is(t.status('P') || coalesce(t.used('M3'), ''), 'in_review 0.00 amount_review, deductible B-P, coinsurance B-PFAM@ amount 200000, OP amount 0, OP deductible 0, OP paid 0', 'it waits, and nothing is booked');
SELECT is(t.run('sup', 'SELECT assure.readjudicate(''D'', ''x'')'), 'AS201 claim "D" was denied by a person', 'a denial stays, reversed or not');
SELECT is(t.run('sup', 'SELECT assure.readjudicate(''D'', ''x'', true)'), 'pend', 'anew lifts it');
SELECT is(t.whole(), '', 'the books are whole');

-- What is true of the member, the plan and the invoice now counts.
UPDATE assure.enrollment e SET ended_on = '2024-02-01' FROM assure.member m WHERE m.account_id = e.account_id AND m.member_id = e.member_id AND m.ref = 'M1';
SELECT is(t.run('sup', 'SELECT assure.readjudicate(''A'', ''left in February'')'), 'deny', 'not in force any more');
SELECT is(t.status('A'), 'denied 0.00 not_in_force', 'it is denied');
SELECT is(t.entries('A', 4), 'FAM@ year amount -40000, OP year amount -40000, OP year deductible -50000, OP lifetime paid -40000', 'what it booked is taken back');
UPDATE assure.enrollment e SET ended_on = NULL FROM assure.member m WHERE m.account_id = e.account_id AND m.member_id = e.member_id AND m.ref = 'M1';
SELECT is(t.run('sup', 'SELECT assure.readjudicate(''A'', ''did not leave'')'), 'approve', 'in force again');
SELECT is(t.whole(), '', 'the books are whole');
-- An invoice belongs to one claim; that of a reversed claim to the one that corrects it.
CREATE FUNCTION t.corrected(ref text, member text, VARIADIC nos text[]) RETURNS text LANGUAGE sql AS $$
    SELECT t.verdict(t.claim(ref, member, '0.00', jsonb_build_object('bills', (SELECT jsonb_agg(t.bill(no, '700.00')) FROM unnest(nos) no)))) $$;
SELECT is(t.corrected('I1', 'G1', 'INV-1', 'INV-2'), 'approved 1400.00', 'two invoices');
SELECT alike(t.corrected('I2', 'S1', 'INV-2'), 'in_review 0.00 duplicate_bill INV-2, %', 'one of them handed in again');
SELECT is(t.run('sup', 'SELECT assure.reverse_claim(''I1'', ''another member'')'), '2', 'the first claim is reversed');
SELECT is(t.corrected('I3', 'G1', 'INV-1', 'INV-2'), 'approved 1400.00', 'the corrected claim is paid');
SELECT is(t.corrected('I4', 'G1', 'INV-1'), 'in_review 0.00 duplicate_bill INV-1', 'once');
SELECT is(t.run('sup', 'SELECT assure.readjudicate(''I2'', ''x'')'), 'pend', 'what came before is still a duplicate, now of that');
SELECT alike(t.status('I2'), 'in_review 0.00 duplicate_bill INV-2, %', 'it says so');
SELECT is(t.run('sup', 'SELECT assure.readjudicate(''I1'', ''right after all'')'), 'pend', 'and so is the reversed one');
SELECT is((SELECT string_agg(DISTINCT c.ref, ' ') FROM assure.invoice_key i JOIN assure.claim c USING (account_id, claim_id) WHERE i.invoice_no IN ('INV-1', 'INV-2')), 'I3', 'the invoices are those of the corrected claim');
SELECT is(t.run('sup', 'SELECT assure.reverse_claim(''I3'', ''x'')'), '2', 'that is reversed, too');
SELECT is(t.run('sup', 'SELECT assure.readjudicate(''I2'', ''x'')'), 'approve', 'one that waited takes its invoice');
SELECT is(t.status('I2') ~ 'duplicate', false, 'and is a duplicate no longer');
SELECT is(t.run('sup', 'SELECT assure.readjudicate(''I3'', ''x'')'), 'pend', 'what was the third is one');
SELECT is(t.corrected('I5', 'G1', 'INV-5', 'INV-5'), 'in_review 0.00 duplicate_bill INV-5', 'one invoice twice in a claim');
SELECT is(t.whole(), '', 'the books are whole');

SELECT is((SELECT string_agg(DISTINCT r.finding, ' ') FROM assure.claim c, assure.replay(c.ref) r), 'identical not_calculated', 'all that was calculated can be replayed');
SELECT * FROM finish();
ROLLBACK;
