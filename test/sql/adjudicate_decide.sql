\set ECHO none
-- A person decides: with a task, the authority, four eyes.  And tasks: taken, given back.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(73);
SELECT t.new_role('bj', 'operator'), t.new_role('sh', 'operator'), t.new_role('gd', 'operator'), t.new_role('sup', 'supervisor'), t.new_role('app', 'operator') \g /dev/null
SELECT assure.grant_branch(t.role('bj'), 'BJ'), assure.grant_branch(t.role('sh'), 'SH'), assure.grant_branch(t.role('gd'), 'GD'), assure.grant_branch(t.role('app'), 'BJ'),
    assure.grant_branch(t.role('app'), 'SH'), assure.grant_branch(t.role('app'), 'GD') \g /dev/null
INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen) SELECT 'W-CHIEF', 'x', branch_id, 0, 0 FROM assure.branch WHERE code = 'BJ';
SELECT assure.set_worker_login(t.role('bj'), 'W-BJ'), assure.set_worker_login(t.role('sh'), 'W-SH'), assure.set_worker_login(t.role('gd'), 'W-GD'), assure.set_worker_login(t.role('sup'), 'W-CHIEF') \g /dev/null

-- t.given(ref, worker) reserves the claim's task, as a dispatch does.
CREATE FUNCTION t.given(ref text, worker text) RETURNS bigint LANGUAGE sql AS $$
    UPDATE assure.task SET state = 'reserved', worker_id = (SELECT worker_id FROM assure.worker w WHERE w.code = $2)
    WHERE state = 'open' AND subject_id = (SELECT claim_id FROM assure.claim c WHERE c.ref = $1) RETURNING task_id $$;
CREATE FUNCTION t.task(ref text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(' ', k.state, w.code, (SELECT string_agg(e.event || coalesce('/' || e.reason, ''), ' ' ORDER BY e.event_id) FROM assure.task_event e WHERE e.task_id = k.task_id))
    FROM assure.task k JOIN assure.claim c ON c.claim_id = k.subject_id LEFT JOIN assure.worker w USING (worker_id) WHERE c.ref = $1 $$;
CREATE FUNCTION t.duplicate(ref text, member text, amount text) RETURNS jsonb LANGUAGE sql AS $$ SELECT t.claim(ref, member, amount, jsonb_build_object('bills', jsonb_build_array(t.bill('DUP', amount)))) $$;
SELECT assure.submit_claim(t.duplicate('FIRST', 'G1', '1.00')) \g /dev/null
-- Pended: 9000 of M1 in BJ (pays 6800), 700 of S1 in SH (a duplicate, pays 160), 6000 of G1 in GD (a duplicate, pays 6000 beyond 1000 of W-GD).
SELECT is(t.verdict(t.claim('B', 'M1', '9000.00')), 'in_review 0.00 amount_review, deductible B-B, coinsurance B-B', 'pended for its amount'),
       t.verdict(t.duplicate('S', 'S1', '700.00')), t.verdict(t.duplicate('G', 'G1', '6000.00')), t.verdict(t.claim('A', 'M2', '600.00')) \gset x_
SELECT :'x_is';
SELECT is(t.task('B'), 'open created', 'its task is open');

-- Refusals, which leave nothing.
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;
SELECT is(t.run('app', 'SELECT assure.decide_claim(''B'', ''approve'')'), format('AS004 assure.decide_claim() needs a person, and session role "%s" is none', t.role('app')), 'an application decides nothing');
SELECT matches(t.run('bj', 'SELECT assure.decide_claim(''B'', ''approve'')'), '^AS202 task \d+ of claim "B" is not with worker "[^"]+"$', 'nor who has not the task');
SELECT is(t.given('B', 'W-BJ') > 0 AND t.given('S', 'W-SH') > 0 AND t.given('G', 'W-GD') > 0, true, 'tasks are given');
SELECT matches(t.run('sh', 'SELECT assure.decide_claim(''B'', ''approve'')'), '^(42501|AS202) ', 'nor another worker');
SELECT is(t.run('bj', 'SELECT assure.decide_claim(''B'', ''pend'')'), '22023 verdict "pend" is not known', 'a person approves or denies');
SELECT is(t.run('bj', 'SELECT assure.decide_claim(''B'', ''APPROVE'')'), '22023 verdict "APPROVE" is not known', 'in these words');
SELECT is(t.run('bj', 'SELECT assure.decide_claim(''B'', NULL)'), '22004 ref and verdict must not be NULL', 'not NULL');
SELECT is(t.run('bj', 'SELECT assure.decide_claim(NULL, ''deny'')'), '22004 ref and verdict must not be NULL', 'on a claim');
SELECT is(t.run('bj', 'SELECT assure.decide_claim(''none'', ''deny'')'), 'P0002 claim "none" does not exist', 'that exists');
SELECT is(t.run('bj', 'SELECT assure.decide_claim(''A'', ''deny'')'), 'AS201 claim "A" does not wait for a person', 'and waits for a person');
SELECT matches(t.run('gd', 'SELECT assure.decide_claim(''G'', ''approve'')'), '^AS202 claim "G" is beyond the authority of worker "[^"]+"$', 'an amount beyond the authority');
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'no refusal wrote a row');

-- Approve, deny.
SELECT is(t.run('bj', 'SELECT assure.accept_task(' || task_id || ')'), '""', 'the worker begins') FROM assure.task WHERE amount_fen = 680000;
SELECT is(t.run('bj', 'SELECT assure.decide_claim(''B'', ''approve'', ''seen the bill'', ''q1'')'), '2', 'and approves');
SELECT is(t.status('B'), 'approved 6800.00 deductible B-B, coinsurance B-B', 'the claim is paid');
SELECT is(t.task('B'), 'done W-BJ created accepted done', 'the task is done');
SELECT is((SELECT string_agg(concat_ws(' ', d.decision_no, d.verdict, d.paid_fen, d.note, d.decided_by, w.code), ', ' ORDER BY d.decision_no)
    FROM assure.decision d JOIN assure.claim c USING (account_id, claim_id) LEFT JOIN assure.worker w ON w.worker_id = d.actor_worker_id WHERE c.ref = 'B'),
    format('1 pend 0 %s, 2 approve 680000 seen the bill %s W-BJ', session_user, t.role('bj')), 'both decisions are kept, with who made them');
SELECT is((SELECT k.state FROM assure.clock k JOIN assure.task t ON t.task_id = k.subject_id WHERE t.amount_fen = 680000), 'stopped', 'the clock stands still');
SELECT is(t.run('bj', 'SELECT assure.decide_claim(''B'', ''approve'', ''seen the bill'', ''q1'')'), '2', 'a retry has the same answer');
SELECT is(t.run('bj', 'SELECT assure.decide_claim(''B'', ''deny'', ''seen the bill'', ''q1'')'), 'AS003 request_id "q1" was used before for another call', 'not for another verdict');
SELECT is(t.run('bj', 'SELECT assure.decide_claim(''B'', ''deny'')'), 'AS201 claim "B" does not wait for a person', 'what is decided is decided');
SELECT is(t.run('sh', 'SELECT assure.decide_claim(''S'', ''deny'', ''a copy'')'), '2', 'a reserved task can be decided at once');
SELECT is(t.status('S'), 'denied 0.00 denied_by_person', 'denied');
SELECT is(t.used('S1'), '', 'books nothing');
SELECT is(t.run('sup', 'SELECT assure.decide_claim(''G'', ''approve'')'), '2', 'a supervisor decides above the authority, on another''s task');
SELECT is(t.status('G'), 'approved 6000.00', 'and it is paid');
SELECT is(t.task('G'), 'done W-CHIEF created done', 'the task is the supervisor''s');

-- Four eyes.
SELECT t.run('bj', 'SELECT assure.submit_claim(t.claim(''E'', ''M2'', ''9000.00''))'), assure.adjudicate('E') \g /dev/null
SELECT is((SELECT w.code FROM assure.task k JOIN assure.worker w ON w.worker_id = ANY (k.excluded_worker_ids)), 'W-BJ', 'who handed it in is kept from its task');
SELECT matches(t.fails('SELECT t.given(''E'', ''W-BJ'')'), '^23514 ', 'by a constraint');
SELECT is(t.run('bj', 'SELECT assure.decide_claim(''E'', ''approve'')'), 'AS202 claim "E" was handed in by the same worker', 'and from deciding');
SELECT assure.grant_access(t.role('bj'), 'supervisor') \g /dev/null
SELECT is(t.run('bj', 'SELECT assure.decide_claim(''E'', ''approve'')'), 'AS202 claim "E" was handed in by the same worker', 'as a supervisor too');
SELECT assure.revoke_access(t.role('bj'), 'supervisor') \g /dev/null

-- Work that comes from another branch.
SELECT is(t.given('E', 'W-SH') > 0, true, 'a task goes to a worker of another branch');
SELECT is(t.run('sh', 'SELECT count(*) FROM assure.task WHERE state = ''reserved'''), '1', 'who sees the task');
SELECT is(t.run('sh', 'SELECT count(*) FROM assure.claim WHERE ref = ''E'''), '1', 'and the claim');
SELECT is(t.run('sh', 'SELECT state FROM assure.claim_status(''E'')'), 'in_review', 'and its status');
SELECT is(t.run('sh', 'SELECT assure.decide_claim(''E'', ''deny'')'), '2', 'and decides');
SELECT is(t.run('sh', 'SELECT count(*) FROM assure.claim WHERE ref = ''E'''), '0', 'then no longer');

-- A decision is made on the books as they are then.
SELECT t.verdict(t.claim('U', 'M3', '1.00', jsonb_build_object('bills', jsonb_build_array(t.bill('U', '1000.00', '{"provider": {"code": "H9"}}'))))) \g /dev/null
SELECT is((SELECT amount_fen FROM assure.task WHERE state = 'open'), 40000::bigint, 'an unknown provider: 400 would be paid');
SELECT is(t.verdict(t.claim('V', 'M3', '500.00')), 'denied 0.00 deductible B-V', 'meanwhile the deductible is met');
UPDATE assure.worker SET authority_fen = 50000 WHERE code = 'W-BJ';
SELECT is(t.given('U', 'W-BJ') > 0, true, 'a worker with an authority of 500');
SELECT matches(t.run('bj', 'SELECT assure.decide_claim(''U'', ''approve'')'), '^AS202 claim "U" is beyond the authority of worker "[^"]+"$', 'cannot pay the 800 that it comes to now');
UPDATE assure.worker SET authority_fen = 80000 WHERE code = 'W-BJ';
SELECT is(t.run('bj', 'SELECT assure.decide_claim(''U'', ''approve'')'), '2', 'with one of 800 he can');
SELECT is(t.status('U'), 'approved 800.00 coinsurance U', 'and that is paid');
SELECT t.verdict(t.duplicate('W', 'M1', '5000.00')) \g /dev/null
SELECT t.verdict(t.claim('X', 'M1', '3750.00')) \g /dev/null
SELECT t.given('W', 'W-BJ') \g /dev/null
UPDATE assure.worker SET authority_fen = 2000000 WHERE code = 'W-BJ';
SELECT is(t.run('bj', 'SELECT assure.decide_claim(''W'', ''approve'')'), '2', 'a limit that was used up meanwhile');
SELECT is(t.status('W'), 'approved 200.00 coinsurance DUP, limit_year DUP', 'pays what is left');
SELECT t.verdict(t.claim('Y', 'M2', '1.00', jsonb_build_object('bills', jsonb_build_array(t.bill('Y', '6000.00', '{"provider": {"code": "H9"}}'))))) \g /dev/null
UPDATE assure.enrollment e SET ended_on = '2024-02-01' FROM assure.member m WHERE m.account_id = e.account_id AND m.member_id = e.member_id AND m.ref = 'M2';
SELECT t.given('Y', 'W-BJ') \g /dev/null
SELECT matches(t.run('bj', 'SELECT assure.decide_claim(''Y'', ''approve'')'), '^AS201 claim \d+ cannot be approved: nothing of it is payable$', 'what is no longer payable cannot be approved');
SELECT is(t.run('bj', 'SELECT assure.decide_claim(''Y'', ''deny'')'), '2', 'only denied');

-- Who left the company decides no more.
SELECT t.verdict(t.duplicate('Z', 'M3', '100.00')) \g /dev/null
SELECT t.given('Z', 'W-BJ') \g /dev/null
UPDATE assure.worker SET status = 'left' WHERE code = 'W-BJ';
SELECT matches(t.run('bj', 'SELECT assure.decide_claim(''Z'', ''deny'')'), '^AS', 'who left decides no more');
UPDATE assure.worker SET status = 'on_shift' WHERE code = 'W-BJ';

-- Tasks: accept and return.
SELECT k.task_id AS task FROM assure.task k JOIN assure.claim c ON c.claim_id = k.subject_id WHERE c.ref = 'Z' \gset
SELECT is(t.run('sh', 'SELECT assure.accept_task(' || :task || ')') LIKE 'AS202 task % is not with worker %', true, 'another''s task cannot be accepted');
SELECT is(t.run('bj', 'SELECT assure.accept_task(' || :task || ', ''a1'')'), '""', 'one''s own can');
SELECT is(t.run('bj', 'SELECT assure.accept_task(' || :task || ', ''a1'')'), '""', 'and retried');
SELECT is(t.run('bj', 'SELECT assure.accept_task(' || :task || ')'), format('AS201 task %s is accepted', :task), 'not twice');
SELECT is(t.run('bj', 'SELECT assure.return_task(' || :task || ', '''')'), '22004 reason must not be empty', 'a return needs a reason');
SELECT is(t.run('sh', 'SELECT assure.return_task(' || :task || ', ''x'')') LIKE 'AS202 %', true, 'and the task');
SELECT is(t.run('bj', 'SELECT assure.return_task(' || :task || ', ''I know him'')'), '""', 'given back');
SELECT is(t.task('Z'), 'open created accepted returned/I know him', 'it is open again');
SELECT is(t.run('bj', 'SELECT assure.return_task(' || :task || ', ''x'')') LIKE 'AS20_ task %', true, 'once');
SELECT is(t.run('sup', 'SELECT assure.return_task(' || :task || ', ''x'')'), format('AS201 task %s is open', :task), 'by nobody');
SELECT is(t.run('sup', 'SELECT assure.accept_task(' || :task || ')'), format('AS201 task %s is open', :task), 'an open one is not accepted');
SELECT is(t.run('sup', 'SELECT assure.accept_task(0)'), 'P0002 task 0 does not exist', 'nor one that is not there');
SELECT is(t.run('bj', 'SELECT assure.accept_task(NULL)'), '22004 task_id must not be NULL', 'no task is no success');
SELECT is(t.run('sup', 'SELECT assure.decide_claim(''Z'', ''deny'')'), '2', 'a supervisor may decide what nobody has');
SELECT is(t.task('Z'), 'done W-CHIEF created accepted returned/I know him done', 'and has done it');

-- Append-only.
SELECT is(t.fails(format('%s assure.%s', verb, name)), format('AS005 rows of "assure.%s" are append-only: %s is refused', name, what), format('%s of %s', what, name))
    FROM unnest('{claim,decision,ledger_entry,audit_log}'::text[]) WITH ORDINALITY n (name, i), (VALUES (1, 'DELETE FROM', 'delete'), (2, 'TRUNCATE', 'truncate')) v (j, verb, what)
    WHERE NOT (verb = 'TRUNCATE' AND name <> 'audit_log' AND name <> 'ledger_entry') ORDER BY i, j;
SELECT is(t.fails('UPDATE assure.decision SET paid_fen = 1'), 'AS005 rows of "assure.decision" are append-only: update is refused', 'update of decision');
SELECT is(t.whole(), '', 'the books are whole, and the rows as they were written');
SELECT * FROM finish();
ROLLBACK;
