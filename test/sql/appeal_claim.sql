\set ECHO none
-- Appeals: somebody who had no part in the claim looks at it again.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
\i test/sql-common/payment.psql
SELECT plan(75);
SELECT t.new_role('bj', 'operator'), t.new_role('sh', 'operator'), t.new_role('gd', 'operator'), t.new_role('app', 'operator'), t.new_role('sup', 'supervisor'), t.new_role('bi', 'bi') \g /dev/null
SELECT assure.grant_branch(t.role(r), b) FROM (VALUES ('bj', 'BJ'), ('sh', 'BJ'), ('sh', 'GD'), ('gd', 'GD'), ('app', 'BJ'), ('app', 'GD')) x (r, b) \g /dev/null
INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen) SELECT w, 'x', branch_id, 5, 2000000 FROM assure.branch, unnest('{W-CHIEF,W-4}'::text[]) w WHERE branch.code = 'BJ';
INSERT INTO assure.worker_skill SELECT worker_id, 'claim_review', 3 FROM assure.worker WHERE code = 'W-4';
SELECT assure.set_worker_login(t.role(r), w) FROM (VALUES ('bj', 'W-BJ'), ('sh', 'W-SH'), ('gd', 'W-GD'), ('sup', 'W-CHIEF')) x (r, w) \g /dev/null
CREATE FUNCTION t.given(ref text, worker text) RETURNS bigint LANGUAGE sql AS $$
    UPDATE assure.task SET state = 'reserved', worker_id = (SELECT worker_id FROM assure.worker w WHERE w.code = $2)
    WHERE state = 'open' AND subject_id = (SELECT claim_id FROM assure.claim c WHERE c.ref = $1) RETURNING task_id $$;
-- t.appeals(ref) is what became of its appeals; t.kept(ref) who is kept from its open task, and in which queue that is.
CREATE FUNCTION t.appeals(ref text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(concat_ws(' ', a.decision_no, a.state, a.outcome_decision_no, a.note), ', ' ORDER BY a.appeal_id) FROM assure.appeal a JOIN assure.claim c USING (account_id, claim_id) WHERE c.ref = $1 $$;
CREATE FUNCTION t.kept(ref text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(' ', q.code, (SELECT string_agg(w.code, ' ' ORDER BY w.code) FROM assure.worker w WHERE w.worker_id = ANY (k.excluded_worker_ids)))
    FROM assure.task k JOIN assure.queue q USING (queue_id) JOIN assure.claim c ON c.claim_id = k.subject_id WHERE c.ref = $1 AND k.state NOT IN ('done', 'cancelled') $$;
-- A: pended, denied by W-BJ.  P: paid by the engine.  W waits, N is pended.
SELECT t.verdict(t.claim('A', 'M1', '9000.00')), t.given('A', 'W-BJ'), t.run('bj', 'SELECT assure.decide_claim(''A'', ''deny'', ''no cover'')') \g /dev/null
SELECT t.approved('P', '400.00'), assure.submit_claim(t.claim('W', 'M2', '10.00')), t.verdict(t.claim('N', 'M3', '9000.00')) \g /dev/null

-- Refused.
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;
SELECT is(t.fails('SELECT assure.appeal_claim(''A'', '''')'), '22004 reason must not be empty', 'an appeal has a reason');
SELECT is(t.fails('SELECT assure.appeal_claim(NULL, ''x'')'), '22004 ref must not be empty', 'and a claim');
SELECT is(t.fails('SELECT assure.appeal_claim(''A'', repeat(''x'', 4001))'), '54000 reason has 4001 bytes, more than 4000', 'not a book');
SELECT is(t.fails('SELECT assure.appeal_claim(''X'', ''x'')'), 'P0002 claim "X" does not exist', 'of a claim that is there');
SELECT is(t.fails('SELECT assure.appeal_claim(''W'', ''x'')'), 'AS201 claim "W" is not decided', 'and decided');
SELECT is(t.fails('SELECT assure.appeal_claim(''N'', ''x'')'), 'AS201 claim "N" is in review', 'not in review');
SELECT matches(t.run('gd', 'SELECT assure.appeal_claim(''A'', ''x'')'), '^42501 ', 'by who has the branch');
SELECT matches(t.run('bi', 'SELECT assure.appeal_claim(''A'', ''x'')'), '^42501 ', 'and the scope');
SELECT is(t.run('sup', 'SELECT assure.uphold_appeal(''A'', ''x'')'), 'AS201 claim "A" has no open appeal', 'what is not appealed against is not upheld');
SELECT is(t.run('sup', 'SELECT assure.withdraw_appeal(''A'', ''x'')'), 'AS201 claim "A" has no open appeal', 'nor withdrawn');
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'no refusal wrote a row');

-- Entered by an application.
SELECT matches(t.run('app', 'SELECT assure.appeal_claim(''A'', ''there is cover'', ''q1'')'), '^\d+$', 'an application enters an appeal');
SELECT matches(t.run('app', 'SELECT assure.appeal_claim(''A'', ''there is cover'', ''q1'')'), '^\d+$', 'a retry');
SELECT is(t.appeals('A'), '2 open', 'enters it once');
SELECT is(t.status('A'), 'denied 0.00 denied_by_person', 'the decision stands meanwhile');
SELECT is(t.kept('A'), 'claim_appeal W-BJ', 'its task is kept from who decided');
SELECT is((SELECT count(*) FROM assure.clock k JOIN assure.task t ON t.task_id = k.subject_id JOIN assure.queue q USING (queue_id) WHERE q.code = 'claim_appeal' AND k.target_at = now() + interval '10 days'), 1::bigint, 'and has a deadline of its own');
SELECT is(t.whole(), '', 'the books are whole');
SELECT is(t.fails('SELECT assure.appeal_claim(''A'', ''again'')'), 'AS201 claim "A" is in review', 'one appeal at a time');
SELECT is(t.fails('SELECT assure.reverse_claim(''A'', ''x'')'), 'AS201 claim "A" is appealed against', 'nor is it reversed meanwhile');
SELECT is(t.fails('SELECT assure.readjudicate(''A'', ''x'')'), 'AS201 claim "A" is appealed against', 'nor calculated again');
SELECT matches(t.fails('SELECT t.given(''A'', ''W-BJ'')'), '^23514 ', 'who decided does not get the task');
SELECT assure.grant_access(t.role('bj'), 'supervisor') \g /dev/null
SELECT matches(t.run('bj', 'SELECT assure.decide_claim(''A'', ''approve'')'), '^AS202 worker "[^"]+" did an earlier stage of task \d+$', 'nor decides as a supervisor');
SELECT matches(t.run('bj', 'SELECT assure.uphold_appeal(''A'', ''x'')'), '^AS202 worker "[^"]+" did an earlier stage of task \d+$', 'nor upholds');
SELECT assure.revoke_access(t.role('bj'), 'supervisor') \g /dev/null
SELECT matches(t.run('sh', 'SELECT assure.uphold_appeal(''A'', ''x'')'), '^AS202 task \d+ of claim "A" is not with worker "[^"]+"$', 'nor who has not the task');
SELECT is(t.run('app', 'SELECT assure.uphold_appeal(''A'', ''x'')') LIKE 'AS004 %', true, 'nor an application');
SELECT is(t.fails('SELECT assure.uphold_appeal(''A'', NULL)'), '22004 note must not be empty', 'nor without a note');
-- Changed: another decision.
SELECT is(t.given('A', 'W-SH') > 0, true, 'another worker gets it');
SELECT is(t.run('sh', 'SELECT assure.decide_claim(''A'', ''approve'', ''there is'')'), '3', 'and approves');
SELECT is(t.appeals('A'), '2 changed 3 there is', 'the appeal has changed the decision');
SELECT is(t.status('A'), 'approved 6800.00 deductible B-A, coinsurance B-A', 'the claim is paid');
SELECT is((SELECT origin FROM assure.decision d JOIN assure.claim c USING (account_id, claim_id) WHERE c.ref = 'A' AND decision_no = 3), 'appeal', 'by a decision that says where it comes from');
SELECT is((SELECT string_agg(concat_ws(' ', state, paid_before, paid_after), ', ') FROM assure_bi.appeal), 'changed 0.00 6800.00', 'as BI sees');
SELECT is(t.open(), 'A 6800.00, P 400.00', 'and is owed');
SELECT is(t.whole(), '', 'the books are whole');
-- A second appeal, against what was paid: kept from both; upheld.
SELECT is(t.run('bj', 'SELECT assure.appeal_claim(''A'', ''all of it'')') ~ '^\d+$', true, 'a second appeal, entered by a worker');
SELECT is(t.kept('A'), 'claim_appeal W-BJ W-SH', 'is kept from all of them');
SELECT assure.set_worker_login(t.role('gd'), 'W-4'), t.given('A', 'W-4') \g /dev/null
SELECT is(t.run('gd', 'SELECT assure.uphold_appeal(''A'', ''it is right'', ''u1'')'), '""', 'the decision is upheld');
SELECT is(t.run('gd', 'SELECT assure.uphold_appeal(''A'', ''it is right'', ''u1'')'), '""', 'a retry');
SELECT is(t.appeals('A'), '2 changed 3 there is, 3 upheld it is right', 'and nothing changed');
SELECT is((SELECT string_agg(t.state, ' ') FROM assure.task t JOIN assure.claim c ON c.claim_id = t.subject_id WHERE c.ref = 'A'), 'done done done', 'its tasks are done');
SELECT is(t.fails('SELECT assure.appeal_claim(''A'', ''once more'')'), 'AS201 claim "A" was appealed against 2 times', 'twice, as the company has set');

-- A paid claim: the new decision books the difference.
SELECT assure.order_pending_payments() \g /dev/null
SELECT t.run('app', 'SELECT assure.appeal_claim(''P'', ''more'')') \g /dev/null
SELECT is(t.run('app', 'SELECT assure.withdraw_appeal(''P'', ''changed my mind'')'), '""', 'an appeal is withdrawn');
SELECT is(t.appeals('P'), '1 withdrawn changed my mind', 'by the customer');
SELECT is((SELECT string_agg(t.state, ' ') FROM assure.task t JOIN assure.claim c ON c.claim_id = t.subject_id WHERE c.ref = 'P'), 'cancelled', 'and its task cancelled');
SELECT t.run('app', 'SELECT assure.appeal_claim(''P'', ''more'')'), t.given('P', 'W-SH') \g /dev/null
SELECT is(t.run('sh', 'SELECT assure.decide_claim(''P'', ''approve'', ''the same'')'), '2', 'a decision that comes to the same');
SELECT is(t.appeals('P'), '1 withdrawn changed my mind, 1 upheld 2 the same', 'upholds');
SELECT is(t.open(), '', 'and owes nothing more');
SELECT is((SELECT count(*) FROM assure.ledger_entry e JOIN assure.claim c USING (account_id, claim_id) WHERE c.ref = 'P' AND e.decision_no = 2), 0::bigint, 'nor books anything');
SELECT t.run('app', 'SELECT assure.appeal_claim(''P'', ''more'')') \g /dev/null
SELECT is(t.kept('P'), 'claim_appeal W-SH', 'who looked at it before is kept from the next');
SELECT is(t.run('sup', 'SELECT assure.decide_claim(''P'', ''deny'', ''not covered at all'')'), '3', 'it can also end worse');
SELECT is(t.appeals('P'), '1 withdrawn changed my mind, 1 upheld 2 the same, 2 changed 3 not covered at all', 'changed');
SELECT is(t.open(), 'P -400.00', 'what was ordered is to be recovered');
SELECT is((SELECT sum(delta) FROM assure.ledger_entry e JOIN assure.claim c USING (account_id, claim_id) WHERE c.ref = 'P'), 0::numeric, 'and nothing stays booked');
SELECT is(t.whole(), '', 'the books are whole');

-- With documents, and with a second person.
SELECT assure.publish_plan('FREE', 'Free', '{"name": "Free", "benefits": [{"code": "ALL", "kind": "expense", "steps": []}]}', '2024-02-01') IS NOT NULL AS published \gset
ALTER TABLE assure.plan_version DISABLE TRIGGER append_only;
UPDATE assure.plan_version v SET second_approval_above_fen = 10000 FROM assure.plan p WHERE p.plan_id = v.plan_id AND p.code = 'FREE' AND valid_from = '2024-02-01';
ALTER TABLE assure.plan_version ENABLE TRIGGER append_only;
SELECT t.approved('D', '700.00'), t.run('app', 'SELECT assure.appeal_claim(''D'', ''more'')'), t.given('D', 'W-SH') \g /dev/null
SELECT matches(t.run('sh', 'SELECT assure.request_documents(''D'', ''[{"kind": "a", "text": "a"}]'')'), '^\d+$', 'who looks at an appeal may ask for documents');
SELECT is(t.run('app', 'SELECT assure.receive_documents(''D'', ''{a}'')'), '0', 'and gets them');
SELECT is(t.run('sh', 'SELECT assure.decide_claim(''D'', ''approve'', ''first'')'), '2', 'one person approves');
SELECT is(t.status('D') || ', ' || t.appeals('D'), 'in_review 0.00 second_approval, 1 open', 'a second has to: the appeal is still open');
SELECT is(t.kept('D'), 'claim_appeal W-SH', 'its task is the appeal''s now');
SELECT is(assure.order_pending_payments(), 0, 'meanwhile nothing is paid nor taken back');
SELECT is(t.whole(), '', 'the books are whole');
SELECT is(t.run('app', 'SELECT assure.withdraw_appeal(''D'', ''x'')'), 'AS201 claim "D" waits for a second approval', 'nor is the appeal withdrawn: nobody would decide the claim');
SELECT is(t.run('sup', 'SELECT assure.uphold_appeal(''D'', ''x'')'), 'AS201 claim "D" waits for a second approval', 'nor upheld without a decision');
SELECT is(t.run('sup', 'SELECT assure.decide_claim(''D'', ''approve'', NULL)'), '3', 'the second approves');
SELECT is(t.appeals('D'), '1 upheld 3', 'and it is upheld');
SELECT is(t.whole(), '', 'the books are whole');

-- Who upheld an appeal has a part in the claim.
SELECT t.approved('U', '30.00'), t.run('app', 'SELECT assure.appeal_claim(''U'', ''more'')'), t.given('U', 'W-SH') \g /dev/null
SELECT is(t.run('sh', 'SELECT assure.uphold_appeal(''U'', ''no'')'), '""', 'an appeal is upheld');
SELECT t.run('app', 'SELECT assure.appeal_claim(''U'', ''more'')') \g /dev/null
SELECT is(t.kept('U'), 'claim_appeal W-SH', 'and the next one kept from who did that');

-- Calculated again in order of event while it is appealed against.
SELECT t.verdict(t.claim('E', 'M2', '9000.00', '{"event_date": "2023-12-10", "bills": [{"no": "B-E", "care": "outpatient", "from": "2023-12-10", "provider": {"code": "H1"},
    "items": [{"no": 1, "category": "drug", "class": "A", "amount": "9000.00"}]}]}')), t.run('app', 'SELECT assure.appeal_claim(''E'', ''we joined in December'')') \g /dev/null
SELECT is(t.status('E'), 'denied 0.00 not_in_force', 'a claim from before the enrollment is appealed against');
UPDATE assure.policy SET starts_on = '2023-12-01' WHERE ref = 'P-BJ';
UPDATE assure.enrollment e SET enrolled_on = '2023-12-01', continuous_since = '2023-12-01' FROM assure.member m WHERE m.account_id = e.account_id AND m.member_id = e.member_id AND m.ref = 'M2';
ALTER TABLE assure.plan_version DISABLE TRIGGER append_only;
UPDATE assure.plan_version v SET valid_from = '2023-12-01' FROM assure.plan p WHERE p.plan_id = v.plan_id AND p.code = 'STD';
ALTER TABLE assure.plan_version ENABLE TRIGGER append_only;
SELECT is((SELECT string_agg(concat_ws(' ', claim, verdict, changed), ', ') FROM assure.rerun('P-BJ', 'M2', '2023-12-01', false) r (claim, member, event, before, verdict, paid_before, paid, more, changed, no) WHERE claim = 'E'), 'E deny f', 'that would now go to a person, who has it already');
SELECT is(t.kept('E'), 'claim_appeal', 'as the appeal');
SELECT t.given('E', 'W-SH') \g /dev/null
SELECT is(t.run('sh', 'SELECT assure.decide_claim(''E'', ''approve'', ''you did'')'), '2', 'who decides');
SELECT is(t.appeals('E') || ', ' || t.status('E'), '1 changed 2 you did, approved 5200.00 deductible B-E, coinsurance B-E, limit_year B-E', 'by what is in force now');
SELECT is(t.whole(), '', 'the books are whole');
SELECT * FROM finish();
ROLLBACK;
