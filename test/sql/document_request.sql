\set ECHO none
-- A customer is asked for documents: the clock stands still, they come in parts, late or not at all.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(72);
SELECT t.new_role('bj', 'operator'), t.new_role('sh', 'operator'), t.new_role('app', 'operator'), t.new_role('sup', 'supervisor'), t.new_role('bi', 'bi') \g /dev/null
SELECT assure.grant_branch(t.role('bj'), 'BJ'), assure.grant_branch(t.role('sh'), 'SH'), assure.grant_branch(t.role('app'), 'BJ') \g /dev/null
INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen) SELECT 'W-CHIEF', 'x', branch_id, 0, 0 FROM assure.branch WHERE code = 'BJ';
SELECT assure.set_worker_login(t.role('bj'), 'W-BJ'), assure.set_worker_login(t.role('sh'), 'W-SH'), assure.set_worker_login(t.role('sup'), 'W-CHIEF') \g /dev/null
CREATE FUNCTION t.given(ref text, worker text) RETURNS bigint LANGUAGE sql AS $$
    UPDATE assure.task SET state = 'accepted', worker_id = (SELECT worker_id FROM assure.worker w WHERE w.code = $2)
    WHERE state = 'open' AND subject_id = (SELECT claim_id FROM assure.claim c WHERE c.ref = $1) RETURNING task_id $$;
CREATE FUNCTION t.task(ref text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(' ', k.state, w.code, (SELECT e.event || coalesce('/' || e.reason, '') FROM assure.task_event e WHERE e.task_id = k.task_id ORDER BY e.event_id DESC LIMIT 1))
    FROM assure.task k JOIN assure.claim c ON c.claim_id = k.subject_id LEFT JOIN assure.worker w USING (worker_id) WHERE c.ref = $1 ORDER BY k.task_id DESC LIMIT 1 $$;
CREATE FUNCTION t.clock(ref text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(' ', k.state, CASE WHEN k.next_due IS NULL THEN 'never due' END, CASE WHEN k.paused_at IS NOT NULL THEN 'paused' END)
    FROM assure.clock k JOIN assure.task t ON t.task_id = k.subject_id JOIN assure.claim c ON c.claim_id = t.subject_id WHERE c.ref = $1 ORDER BY k.clock_id DESC LIMIT 1 $$;
CREATE FUNCTION t.items(ref text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(i.kind || ' ' || i.state, ', ' ORDER BY i.document_request_id, i.kind COLLATE "C") FROM assure.document_item i JOIN assure.document_request r USING (account_id, document_request_id) JOIN assure.claim c USING (account_id, claim_id) WHERE c.ref = $1 $$;
\set two '''[{"kind": "invoice", "text": "the invoice itself"}, {"kind": "report", "text": "the doctor''''s report"}]'''
-- Pended, as duplicates of one another.
CREATE FUNCTION t.pended(ref text, member text) RETURNS text LANGUAGE sql AS $$ SELECT t.verdict(t.claim(ref, member, '900.00', jsonb_build_object('bills', jsonb_build_array(t.bill('DUP', '900.00'))))) $$;
SELECT t.pended('FIRST', 'G1'), t.pended('A', 'M1'), t.pended('B', 'M2'), t.pended('C', 'M3'), t.pended('S', 'S1'), t.verdict(t.claim('OK', 'G1', '10.00')) \g /dev/null
SELECT is((SELECT count(*) FROM assure.task WHERE state = 'open'), 4::bigint, 'four claims are in review');
SELECT t.given('A', 'W-BJ'), t.given('C', 'W-BJ') \g /dev/null

-- Refused, with nothing written.
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;
CREATE FUNCTION t.ask(ref text, documents jsonb, days int DEFAULT 10, role text DEFAULT 'bj') RETURNS text LANGUAGE sql AS $$
    SELECT t.run(role, format('SELECT assure.request_documents(%L, %L, %L)', ref, documents, days)) $$;
SELECT is(t.ask('A', '[]'), '22023 documents: an empty list', 'nothing is not asked for');
SELECT ok(starts_with(t.ask('A', d), '22023 documents: '), 'not a request: ' || left(d::text, 60)) FROM unnest(ARRAY['{}', '[1]', '[{}]', '[{"kind": "a"}]', '[{"text": "a"}]', '[{"kind": "", "text": "a"}]', '[{"kind": "a", "text": ""}]',
    '[{"kind": "a", "text": "a", "x": 1}]', '[{"kind": "a", "text": "a"}, {"kind": "a", "text": "b"}]']::jsonb[]) d;
SELECT is(t.ask('A', :two, 0), '22023 days is 0, not between 1 and 366', 'not by today');
SELECT is(t.ask('A', :two, 367), '22023 days is 367, not between 1 and 366', 'nor ever so late');
SELECT is(t.fails('SELECT assure.request_documents(NULL, ''[]'')'), '22004 ref, documents and days must not be NULL', 'NULL');
SELECT is(t.ask('X', :two), 'P0002 claim "X" does not exist', 'not of a claim that is not there');
SELECT is(t.ask('OK', :two, 10, 'sup'), 'AS201 claim "OK" is not in review', 'nor of one that is decided');
SELECT matches(t.ask('B', :two), '^AS202 task \d+ of claim "B" is not with worker "[^"]+"$', 'nor by who has not the task');
SELECT is(t.ask('A', :two, 10, 'app'), format('AS004 assure.request_documents() needs a person, and session role "%s" is none', t.role('app')), 'nor by an application');
SELECT matches(t.ask('A', :two, 10, 'bi'), '^42501 ', 'nor by who has not the scope');
SELECT is(t.run('app', 'SELECT assure.receive_documents(''A'', ''{invoice}'')'), 'P0002 no documents were asked for of claim "A"', 'what was not asked for is not received');
SELECT is(t.run('sup', 'SELECT assure.withdraw_documents(''A'')'), 'P0002 no documents were asked for of claim "A"', 'nor withdrawn');
SELECT is(t.run('app', 'SELECT assure.remind_documents(''A'')'), 'P0002 no documents were asked for of claim "A"', 'nor reminded of');
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'no refusal wrote a row');

-- Asked for: the task is suspended, its clock stands still.
SELECT matches(t.run('bj', format('SELECT assure.request_documents(''A'', %L, 10, ''q1'')', :two)), '^\d+$', 'who has the task asks');
SELECT matches(t.run('bj', format('SELECT assure.request_documents(''A'', %L, 10, ''q1'')', :two)), '^\d+$', 'a retry');
SELECT is((SELECT count(*) FROM assure.document_request), 1::bigint, 'asks once');
SELECT is(t.task('A'), 'suspended W-BJ suspended/2 documents asked for', 'the task is suspended');
SELECT is(t.clock('A'), 'paused never due paused', 'and its clock paused');
SELECT is((SELECT due_on - (now() AT TIME ZONE 'Asia/Shanghai')::date FROM assure.document_request), 10, 'in ten days, by the company''s calendar');
SELECT is(t.run('sup', 'SELECT assure.decide_claim(''A'', ''deny'')') LIKE 'AS201 task % waits for documents of the customer', true, 'meanwhile nobody decides');
SELECT is(t.ask('A', :two) LIKE 'AS201 task % waits for documents of the customer', true, 'nor asks for more');
SELECT is((SELECT load FROM assure_bi.worker_load WHERE worker = 'W-BJ'), 1::bigint, 'it takes no room of its worker');
SELECT is((SELECT concat_ws(' ', ref, items, waiting, reminders) FROM assure_bi.document_request), 'A 2 2 0', 'as BI sees');
SELECT is(t.run('app', 'SELECT assure.remind_documents(''A'')') || t.run('app', 'SELECT assure.remind_documents(''A'')'), '12', 'reminders are counted');
SELECT is(t.whole(), '', 'the books are whole');

-- In parts.
SELECT is(t.run('app', 'SELECT assure.receive_documents(''A'', ''{photo}'')'), '22023 kinds: "photo" was not asked for with claim "A"', 'what was not asked for is refused');
SELECT is(t.run('app', 'SELECT assure.receive_documents(''A'', ''{NULL}'')'), '22023 kinds: "NULL" was not asked for with claim "A"', 'NULL too');
SELECT matches(t.run('sh', 'SELECT assure.receive_documents(''A'', ''{invoice}'')'), '^42501 ', 'and another branch');
SELECT is(t.run('app', 'SELECT assure.receive_documents(''A'', ''{invoice}'', ''d1'')'), '1', 'the invoice comes, one is waited for');
SELECT is(t.run('app', 'SELECT assure.receive_documents(''A'', ''{invoice}'')'), '1', 'it comes again');
SELECT is(t.task('A'), 'suspended W-BJ suspended/2 documents asked for', 'the task waits on');
UPDATE assure.clock SET paused_at = now() - interval '50 hours', started_at = now() - interval '60 hours', target_at = now() + interval '12 hours' WHERE state = 'paused';
SELECT is(t.run('app', 'SELECT assure.receive_documents(''A'', ''{report,invoice}'')'), '0', 'the report comes, after 50 hours');
SELECT is(t.run('app', 'SELECT assure.receive_documents(''A'', ''{invoice}'', ''d1'')'), '1', 'a retry has the first answer');
SELECT is(t.task('A'), 'reserved W-BJ resumed/received: invoice, report', 'the task is back with who asked');
SELECT is(t.clock('A'), 'running', 'and its clock runs');
SELECT is((SELECT concat_ws(' ', target_at = started_at + interval '122 hours', paused = interval '50 hours', next_due = now() + interval '24 hours', progress_at = now()) FROM assure.clock WHERE paused > '0'), 't t t t', 'its deadline is moved by 50 hours, a stall counts from now');
SELECT is(t.items('A'), 'invoice received, report received', 'all is there');
SELECT is(t.run('app', 'SELECT assure.remind_documents(''A'')'), 'AS201 claim "A" waits for no documents', 'there is nothing to remind of');
SELECT is(t.run('bj', 'SELECT assure.withdraw_documents(''A'')'), 'AS201 claim "A" waits for no documents', 'nor to withdraw');
SELECT is(t.run('bj', 'SELECT assure.decide_claim(''A'', ''deny'', ''now'')'), '2', 'now it is decided');

-- Withdrawn, by supervisors also of a task that nobody has; who is not on shift gets nothing back.
SELECT matches(t.ask('B', :two, 5, 'sup'), '^\d+$', 'a supervisor asks, for a task that nobody has');
SELECT matches(t.run('bj', 'SELECT assure.withdraw_documents(''B'')'), '^AS202 ', 'another may not withdraw');
SELECT is(t.run('sup', 'SELECT assure.withdraw_documents(''B'', ''{report}'')'), '1', 'one is withdrawn');
SELECT is(t.run('app', 'SELECT assure.receive_documents(''B'', ''{report}'')'), '1', 'what is withdrawn does not count as received');
SELECT is(t.run('sup', 'SELECT assure.withdraw_documents(''B'')'), '0', 'then the rest');
SELECT is(t.task('B'), 'open resumed/received: none; withdrawn: invoice, report', 'the task is back in the pool');
SELECT t.ask('C', :two) \g /dev/null
UPDATE assure.worker SET status = 'off_shift' WHERE code = 'W-BJ';
SELECT t.run('app', 'SELECT assure.receive_documents(''C'', ''{report,invoice}'')') \g /dev/null
SELECT is(t.task('C'), 'open resumed/received: invoice, report', 'whose worker is not on shift: to the pool');
UPDATE assure.worker SET status = 'on_shift' WHERE code = 'W-BJ';

-- Overdue: the task comes back with a note; what comes late is noted.
SELECT t.given('S', 'W-SH'), t.ask('S', :two, 1, 'sh'), t.run('sh', 'SELECT assure.receive_documents(''S'', ''{report}'')') \g /dev/null
SELECT is(t.run('sup', 'SELECT assure.close_overdue_documents()'), '0', 'nothing is overdue yet');
UPDATE assure.document_request SET due_on = due_on - 1 WHERE closed_at IS NULL;
SELECT is(t.run('sup', 'SELECT assure.close_overdue_documents()'), '0', 'not on the last day');
UPDATE assure.document_request SET due_on = due_on - 1 WHERE closed_at IS NULL;
SELECT matches(t.run('sh', 'SELECT assure.close_overdue_documents()'), '^42501 ', 'not by an operator');
SELECT is(t.fails('SELECT assure.close_overdue_documents(0)'), '22023 max_requests is 0, not between 1 and 10000', 'nor none');
SELECT is(t.run('sup', 'SELECT assure.close_overdue_documents()'), '1', 'the day after, it is');
SELECT is(t.task('S'), 'reserved W-SH resumed/received: report; missing: invoice', 'the task comes back with a note');
SELECT is(t.run('sh', 'SELECT assure.receive_documents(''S'', ''{invoice}'')'), '0', 'it comes late');
SELECT is(t.items('S') || ': ' || t.task('S'), 'invoice received, report received: reserved W-SH noted/1 documents came late', 'and is noted');

-- The claim goes another way: what is waited for is let go.
SELECT t.given('C', 'W-BJ'), t.ask('C', :two) \g /dev/null
SELECT is(t.fails('SELECT assure.reverse_claim(''C'', ''withdrawn by the customer'')'), 'none', 'a claim that waits is reversed');
SELECT is(t.task('C') || ', ' || t.items('C'), 'cancelled W-BJ cancelled/withdrawn by the customer, invoice received, report received, invoice withdrawn, report withdrawn', 'nothing is waited for any more');
SELECT is(t.clock('C'), 'stopped never due', 'and the clock is stopped');
-- The pause began after this transaction: another session's was later and first to end, or the machine's clock was set back.
SELECT t.given('B', 'W-BJ'), t.ask('B', :two) \g /dev/null
UPDATE assure.clock c SET paused_at = now() + interval '1 minute' WHERE state = 'paused';
SELECT is(t.fails('SELECT assure.receive_documents(''B'', ''{invoice,report}'')'), 'none', 'a clock that was paused in the future runs on');
SELECT t.ask('B', '[{"kind": "more", "text": "more"}]') \g /dev/null
UPDATE assure.clock c SET paused_at = now() + interval '1 minute' WHERE state = 'paused';
SELECT is(t.fails('SELECT assure.reverse_claim(''B'', ''x'')'), 'none', 'and stops');
SELECT is((SELECT min(paused) FROM assure.clock), interval '0', 'without having been paused');
SELECT is(t.whole(), '', 'the books are whole');
SELECT * FROM finish();
ROLLBACK;
