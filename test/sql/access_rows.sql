\set ECHO none
-- Whose rows a role sees and works on, who acts, and what a hostile session may try.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(104);
SELECT t.new_role('bj', 'operator'), t.new_role('two', 'operator'), t.new_role('no', 'operator'), t.new_role('portal', 'proxy'), t.new_role('sup', 'supervisor'),
    t.new_role('aud', 'auditor'), t.new_role('adm', 'admin'), t.new_role('bi', 'bi') \g /dev/null
SELECT assure.grant_branch(t.role('bj'), 'BJ'), assure.grant_branch(t.role('two'), 'BJ'), assure.grant_branch(t.role('two'), 'SH'), assure.grant_branch(t.role('portal'), 'SH') \g /dev/null

-- Claims of each branch, one of each in review, one failed; orders; alerts.
SELECT t.verdict(t.claim('B1', 'M1', '600.00')), t.verdict(t.claim('B2', 'M2', '9000.00')), t.verdict(t.claim('S1', 'S1', '600.00')), t.verdict(t.claim('S2', 'S1', '9000.00')), t.verdict(t.claim('G1', 'G1', '600.00')) \g /dev/null
SELECT assure.order_service(o), assure.finish_service(o ->> 'ref', '2024-05-02T00:00:00Z') FROM jsonb_array_elements('[
    {"ref": "O-B", "policy": "P-BJ", "member_ref": "M1", "service": "opinion", "requested_at": "2024-05-01T00:00:00Z"},
    {"ref": "O-S", "policy": "P-SH", "member_ref": "S1", "service": "opinion", "requested_at": "2024-05-01T00:00:00Z"}]') o \g /dev/null
SELECT assure.evaluate_service(ref, 3) FROM assure.service_order \g /dev/null
INSERT INTO assure.alert (level, clock_id, step, at_target, subject_kind, subject_id, branch_id, due_at) SELECT 'overlong', clock_id, 1, false, subject_kind, subject_id, branch_id, started_at FROM assure.clock;
SELECT assure.change_enrollment(jsonb_build_object('policy', p, 'member_ref', m, 'phone', '1')) FROM (VALUES ('P-BJ', 'M1'), ('P-SH', 'S1'), ('P-GD', 'G1')) x (p, m) \g /dev/null
SELECT assure.set_member_flags(jsonb_build_object('policy', p, 'member_ref', m, 'flags', '["vip"]'::jsonb)) FROM (VALUES ('P-BJ', 'M1'), ('P-SH', 'S1'), ('P-GD', 'G1')) x (p, m) \g /dev/null
SELECT assure.put_authorization(jsonb_build_object('ref', 'A-' || m, 'policy', p, 'member_ref', m, 'care', 'inpatient', 'from', '2024-01-01', 'to', '2024-12-31')) FROM (VALUES ('P-BJ', 'M1'), ('P-SH', 'S1'), ('P-GD', 'G1')) x (p, m) \g /dev/null
SELECT (assure.record_premium(jsonb_build_object('policy', p, 'kind', 'due', 'from', '2024-01-01', 'to', '2024-12-31', 'amount', '1.00', 'on', '2024-01-01')))
    FROM (VALUES ('P-BJ', 'M1'), ('P-SH', 'S1'), ('P-GD', 'G1')) x (p, m) \g /dev/null
SELECT assure.stage_enrollment('F', '[{"row_no": 1, "policy": "P-BJ"}, {"row_no": 2, "policy": "P-SH"}, {"row_no": 3, "policy": "P-GD"}, {"row_no": 4}]') \g /dev/null
INSERT INTO assure.arrival_forecast SELECT 1, branch_id, 1, 0, 1, 1, 4 FROM assure.branch;
INSERT INTO assure.claim_rerun (account_id, from_date, member_ids, claim_count, changed_count, paid_before_fen, paid_fen, rerun_by, audit_id, newest_plan_version_id) SELECT account_id, '2024-01-01', '{1}', 0, 0, 0, 0, 'x', 1, 0 FROM assure.claim;
INSERT INTO assure.failed_claim (account_id, claim_id, error_code, error_message) SELECT account_id, claim_id, 'XX000', 'x' FROM assure.claim;
SELECT assure.put_payee(jsonb_build_object('policy', p, 'certificate', c, 'kind', 'policyholder', 'name', 'x', 'bank', 'x', 'bank_account', '123456')) FROM (VALUES ('P-BJ', 'F1'), ('P-SH', 'S1'), ('P-GD', 'G1')) x (p, c) \g /dev/null
SELECT assure.set_claim_payee(c.ref, y.payee_id) FROM assure.claim c JOIN assure.payee y USING (account_id) WHERE c.ref IN ('B1', 'S1', 'G1') \g /dev/null
SELECT assure.order_pending_payments() \g /dev/null
INSERT INTO assure.document_request (account_id, claim_id, task_id, asked_by, asked_worker_id, due_on) SELECT account_id, claim_id, 1, 'x', 1, '2024-01-01' FROM assure.claim;
INSERT INTO assure.document_item (account_id, document_request_id, kind, text, state_by) SELECT account_id, document_request_id, 'x', 'x', 'x' FROM assure.document_request;
SELECT assure.put_location(jsonb_build_object('policy', p, 'member_ref', m, 'region', '320100', 'valid_from', '2030-01-01', 'source', 'x')), assure.put_location(jsonb_build_object('policy', p, 'region', '320100', 'valid_from', '2024-05-01', 'source', 'x')) FROM (VALUES ('P-BJ', 'M1'), ('P-SH', 'S1'), ('P-GD', 'G1')) x (p, m) \g /dev/null
INSERT INTO assure.appeal (account_id, claim_id, decision_no, task_id, reason, appealed_by) SELECT account_id, claim_id, 1, 1, 'x', 'x' FROM assure.claim;
INSERT INTO assure.erasure (account_id, member_id, reason, erased_by, audit_id) SELECT account_id, member_id, 'x', 'x', 1 FROM assure.member;

-- Of checks, feedback, settlement and points a row of each of two branches; what they hang on is not needed here.
SET LOCAL session_replication_role = replica;
INSERT INTO assure.complaint (task_id, branch_id, kind, reason, recorded_by) SELECT branch_id, branch_id, 'delay', 'x', 'x' FROM assure.branch WHERE code IN ('BJ', 'SH');
INSERT INTO assure.satisfaction (task_id, worker_id, branch_id, score, recorded_by) SELECT branch_id, 1, branch_id, 3, 'x' FROM assure.branch WHERE code IN ('BJ', 'SH');
INSERT INTO assure.check_sample (check_draw_id, task_id, queue_id, branch_id, author_worker_id, subject_kind, amount_fen, done_at, strata) SELECT 1, branch_id, 1, branch_id, 1, 'x', 1, now(), '{}' FROM assure.branch WHERE code IN ('BJ', 'SH');
INSERT INTO assure.check_verdict (check_id, round, queue_id, author_worker_id, checker_worker_id, passed, weight, decided_by) SELECT check_id, 1, 1, 1, 2, false, 1, 'x' FROM assure.check_sample;
INSERT INTO assure.check_finding (check_id, round, defect_id, weight) SELECT check_id, 1, 1, 1 FROM assure.check_sample;
INSERT INTO assure.point_entry (month, worker_id, branch_id, queue_id, task_id, kind, tasks, base, difficulty, speed, quality, point_rule_id) SELECT '2024-05-01', 1, branch_id, 1, 1, 'done', 1, 1, 0, 0, 0, 1 FROM assure.branch WHERE code IN ('BJ', 'SH');
INSERT INTO assure.settlement_posting (month, task_id, queue_id, kind, debtor_branch_id, creditor_branch_id, worker_id, difficulty, amount_fen, tasks, booked_at, booked_by, audit_id, row_hash)
    SELECT '2024-05-01', 1, 1, 'work', b.branch_id, g.branch_id, 1, 1, 1, 1, now(), 'x', 1, sha256('') FROM assure.branch b, assure.branch g WHERE b.code IN ('BJ', 'SH') AND g.code = 'GD';
SET LOCAL session_replication_role = origin;

-- Each table with what is seen of it: "bj two no sup aud".
CREATE TEMP TABLE shown (n serial, name text, wanted text);
INSERT INTO shown (name, wanted) VALUES
    ('claim', '2 4 0 5 5'), ('bill', '2 4 0 5 5'), ('decision', '2 4 0 5 5'), ('failed_claim', '2 4 0 5 5'), ('task', '1 2 0 2 2'), ('task_event', '1 2 0 2 2'), ('clock', '1 2 0 2 2'), ('alert', '1 2 0 2 2'),
    ('policy', '1 2 0 3 3'), ('account', '1 2 0 3 3'), ('member', '3 4 0 5 5'), ('enrollment', '3 4 0 5 5'), ('service_order', '1 2 0 2 2'), ('service_event', '1 2 0 2 2'), ('order_event', '3 6 0 6 6'), ('service_evaluation', '1 2 0 2 2'),
    ('ledger_entry', '4 8 0 10 10'), ('balance', '4 8 0 10 10'), ('enrollment_row', '1 2 0 4 4'), ('enrollment_change', '1 2 0 3 3'), ('premium_entry', '1 2 0 3 3'), ('authorization', '1 2 0 3 3'), ('claim_rerun', '2 4 0 5 5'), ('arrival_forecast', '42501 permission denied for table arrival_forecast 42501 permission denied for table arrival_forecast 42501 permission denied for table arrival_forecast 3 3'),
    ('payee', '1 2 0 3 3'), ('payee_version', '1 2 0 3 3'), ('claim_payee', '1 2 0 3 3'), ('payment', '1 2 0 3 3'), ('payment_entry', '1 2 0 3 3'),
    ('payment_state', '1 2 0 3 3'), ('document_request', '2 4 0 5 5'), ('document_item', '2 4 0 5 5'), ('appeal', '2 4 0 5 5'), ('member_flag', '1 2 0 3 3'), ('erasure', '3 4 0 5 5'),
    ('customer_location', '1 2 0 3 3'), ('policy_location', '1 2 0 3 3'), ('complaint', '1 2 0 2 2'), ('satisfaction', '1 2 0 2 2'),
    ('check_sample', '1 2 0 2 2'), ('check_verdict', '1 2 0 2 2'), ('check_finding', '1 2 0 2 2'), ('point_entry', '1 2 0 2 2'),
    ('settlement_posting', '42501 permission denied for table settlement_posting 42501 permission denied for table settlement_posting 42501 permission denied for table settlement_posting 2 2');
SELECT is((SELECT string_agg(t.run(who, 'SELECT count(*) FROM assure.' || name), ' ' ORDER BY n) FROM unnest('{bj,two,no,sup,aud}'::text[]) WITH ORDINALITY x (who, n)), wanted, 'rows shown of ' || name) FROM shown ORDER BY n;
SELECT is((SELECT string_agg(c.oid::regclass::text, ', ') FROM pg_class c WHERE c.relnamespace = 'assure'::regnamespace AND relrowsecurity AND 'assure.' || relname NOT IN (SELECT 'assure.' || name FROM shown)), NULL, 'all tables with row-level security were tried');
SET LOCAL session_replication_role = replica;
DELETE FROM assure.complaint; DELETE FROM assure.satisfaction; DELETE FROM assure.check_finding; DELETE FROM assure.check_verdict; DELETE FROM assure.check_sample; DELETE FROM assure.point_entry; DELETE FROM assure.settlement_posting;
SET LOCAL session_replication_role = origin;
SELECT is(t.run('two', 'SELECT DISTINCT p.ref FROM assure.claim c JOIN assure.policy p USING (policy_id) ORDER BY 1'), E'P-BJ\nP-SH', 'the rows are those of the branches');
SELECT is(t.run('no', 'SELECT count(*) FROM assure.branch'), '3', 'reference tables are for all who read them');
SELECT is(t.run('bj', 'SELECT count(*) FROM assure.claim WHERE branch_id <> (SELECT branch_id FROM assure.branch WHERE code = ''BJ'')'), '0', 'no condition shows more');
SELECT is(t.run('bj', 'SELECT count(*) FROM assure.access_grant'), '42501 permission denied for table access_grant', 'who has access is not for operators');

-- What a proxy may do to a clock of its branch, and not to another's.
SELECT is((SELECT t.run('portal', format('SELECT assure.pause_clock(%s)', clock_id)) FROM assure.clock JOIN assure.branch USING (branch_id) WHERE code = 'SH' AND subject_kind = 'task'), '""', 'a clock of the branch is paused');
SELECT matches((SELECT t.run('portal', format('SELECT assure.pause_clock(%s)', clock_id)) FROM assure.clock JOIN assure.branch USING (branch_id) WHERE code = 'BJ' AND subject_kind = 'task'), '^42501 clock [0-9]+ belongs to a branch that is not open', 'one of another is not');

DELETE FROM assure.failed_claim;
DELETE FROM assure.document_item;
DELETE FROM assure.document_request;
DELETE FROM assure.appeal;

-- Functions refuse what is of another branch.
CREATE TEMP TABLE refused (n serial, statement text, wanted text);
INSERT INTO refused (statement, wanted) VALUES
    ('SELECT assure.submit_claim(t.claim(''N1'', ''S1'', ''1.00''))', 'policy "P-SH"'), ('SELECT assure.submit_claim(t.claim(''S1'', ''S1'', ''600.00''))', 'policy "P-SH"'), ('SELECT assure.adjudicate(''S1'')', 'claim "S1"'),
    ('SELECT assure.claim_status(''S1'')', 'claim "S1"'), ('SELECT assure.order_service(''{"ref": "N", "policy": "P-SH", "member_ref": "S1", "service": "opinion", "requested_at": "2024-05-01T00:00:00Z"}'')', 'policy "P-SH"'),
    ('SELECT assure.set_member_flags(''{"policy": "P-SH", "member_ref": "S1", "flags": []}'')', 'policy "P-SH"'),
    ('SELECT assure.finish_service(''O-S'', ''2024-06-01'')', 'order "O-S"'), ('SELECT assure.cancel_service(''O-S'')', 'order "O-S"'), ('SELECT assure.cancel_service(''O-S'', ''x'', NULL)', 'order "O-S"'), ('SELECT assure.accept_order(''O-S'')', 'order "O-S"'), ('SELECT assure.wait_for_customer(''O-S'', ''x'')', 'order "O-S"'),
   
    ('SELECT assure.acknowledge_alert(alert_id) FROM assure.alert WHERE branch_id = (SELECT branch_id FROM assure.branch WHERE code = ''SH'')', ''),
    ('SELECT assure.add_policy(''{"ref": "P-N", "branch": "SH", "insurer": "x", "holder": "x", "starts_on": "2024-01-01"}'')', '%'),
    ('SELECT assure.enroll(''{"policy": "P-SH", "certificate": "N", "member_ref": "N", "name": "x", "birth_date": "1980-01-01", "sex": "F", "region": "310101", "plan": "STD", "relationship": "self", "enrolled_on": "2024-01-01"}'')', 'policy "P-SH"');
SELECT alike(t.run('bj', statement), CASE wanted WHEN '' THEN '' ELSE format('42501 %s belongs to a branch that is not open to role "%s"', wanted, t.role('bj')) END, split_part(split_part(statement, '(', 1), '.', 2) || ' of another branch') FROM refused ORDER BY n;
SELECT is(t.run('bj', 'SELECT assure.submit_claim(t.claim(''N2'', ''M1'', ''1.00''))') ~ '^\d+$', true, 'and take what is of the own');
SELECT is(t.run('adm', 'SELECT assure.adjudicate(''N2'')'), 'approve', 'administrators work on all');
SELECT is(t.run('sup', 'SELECT state FROM assure.claim_status(''S1'')'), 'approved', 'supervisors too');
SELECT is(t.run('aud', 'SELECT state FROM assure.claim_status(''S1'')'), 'approved', 'auditors look at all');

-- A kept answer is for who asked.
SELECT is(t.run('bj', 'SELECT assure.adjudicate(''N2'', ''secret'')'), 'approve', 'a request of one role');
SELECT matches(t.run('no', 'SELECT assure.adjudicate(''N2'', ''secret'')'), '^(42501|AS003) ', 'is not answered to another');

-- Roles inherit; what is taken back is gone at once.
CREATE ROLE :"db" ;
SELECT t.new_role('heir') \g /dev/null
SELECT format('GRANT %I TO %I', t.role('bj'), t.role('heir')) \gexec
SELECT is(t.run('heir', 'SELECT count(*) FROM assure.claim'), '3', 'a member of a role sees its branches');
SELECT format('REVOKE %1$I FROM %2$I', t.role('bj'), t.role('heir')), format('ALTER ROLE %I NOINHERIT', t.role('heir')), format('GRANT %1$I TO %2$I', t.role('bj'), t.role('heir')) \gexec
SELECT matches(t.run('heir', 'SELECT count(*) FROM assure.claim'), '^42501 ', 'unless it does not inherit');
SELECT is(assure.revoke_branch(t.role('two'), 'SH'), true, 'a branch is closed');
SELECT is(t.run('two', 'SELECT count(*) FROM assure.claim'), '3', 'and its rows are gone');
SELECT is(assure.revoke_branch(t.role('two'), 'SH'), false, 'only once');
SELECT is(t.fails(format('SELECT assure.grant_branch(%L, ''XX'')', t.role('two'))), 'P0002 branch "XX" does not exist', 'a branch must exist');
SELECT matches(t.fails('SELECT assure.grant_branch(''nobody at all'', ''BJ'')'), '^42704 role "nobody at all" does not exist', 'a role too');
SELECT is(t.fails(format('SELECT assure.grant_access(%L, ''king'')', t.role('two'))), '22023 scope "king" is not known', 'and a scope');

-- Who acts: act_as.
SELECT matches(t.run('bj', 'SELECT assure.act_as(''W-BJ'')'), '^42501 ', 'act_as is for proxies');
SELECT is(t.run('portal', 'SELECT assure.act_as(''W-XX'')'), 'P0002 worker "W-XX" does not exist or has left', 'a worker must exist');
SELECT is(t.run('portal', 'SELECT assure.accept_task(1)'), format('AS004 assure.accept_task() needs a person, and session role "%s" is none', t.role('portal')), 'without it there is nobody');
SAVEPOINT s;
SELECT is(t.run('portal', 'SELECT assure.act_as(''W-SH'')'), '""', 'a proxy names the worker');
SELECT is(current_setting('assure.actor'), (SELECT worker_id::text FROM assure.worker WHERE code = 'W-SH'), 'who then acts');
SELECT is((SELECT format('%s %s', session_role, subject) FROM assure.audit_log WHERE action = 'act_as'), (SELECT format('%s worker %s', t.role('portal'), worker_id) FROM assure.worker WHERE code = 'W-SH'), 'which is noted');
SELECT is(t.run('portal', 'SELECT assure.submit_claim(t.claim(''A1'', ''S1'', ''6000.00''))') ~ '^\d+$', true, 'what he hands in');
SELECT is((SELECT w.code FROM assure.claim c JOIN assure.worker w ON w.worker_id = received_actor_id WHERE ref = 'A1'), 'W-SH', 'is his');
SELECT is(t.run('portal', 'SELECT assure.act_as(''W-BJ'')'), '""', 'another one');
SELECT is(current_setting('assure.actor'), (SELECT worker_id::text FROM assure.worker WHERE code = 'W-BJ'), 'takes his place');
ROLLBACK TO s;
SELECT is(current_setting('assure.actor'), '', 'the end of the savepoint ends it');
SELECT is(t.fails('SET assure.actor = ''1'''), '55P02 parameter "assure.actor" cannot be changed', 'nobody sets it by hand');
SELECT is(t.fails('SELECT set_config(''assure.actor'', ''1'', true)'), '55P02 parameter "assure.actor" cannot be changed', 'in no way');
SELECT is(t.fails('RESET assure.actor'), '55P02 parameter "assure.actor" cannot be changed', 'nor takes it back');
SELECT is(t.fails('SET assure.whatever = ''1'''), '42602 invalid configuration parameter name "assure.whatever"', 'other names in our prefix are refused');
UPDATE assure.worker SET status = 'left' WHERE code = 'W-GD';
SELECT is(t.run('portal', 'SELECT assure.act_as(''W-GD'')'), 'P0002 worker "W-GD" does not exist or has left', 'nobody acts for who has left');

-- A hostile caller: operators, functions and tables of its own in the search path, row security off.
CREATE SCHEMA trap;
GRANT ALL ON SCHEMA trap TO PUBLIC;
SELECT t.run('bj', $$DO $do$ BEGIN
    CREATE FUNCTION trap.caught() RETURNS boolean LANGUAGE plpgsql AS $f$ BEGIN RAISE SQLSTATE 'TRAP0' USING MESSAGE = current_user; END $f$;
    CREATE FUNCTION trap.eq(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT trap.caught()';
    CREATE FUNCTION trap.eq(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT trap.caught()';
    CREATE OPERATOR trap.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = trap.eq);
    CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.eq);
    CREATE FUNCTION trap.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT CASE WHEN trap.caught() THEN NULL::timestamptz END';
    CREATE FUNCTION trap.nextval(regclass) RETURNS bigint LANGUAGE sql AS 'SELECT CASE WHEN trap.caught() THEN 1 END';
    CREATE FUNCTION trap.coalesce(bigint, bigint) RETURNS bigint LANGUAGE sql AS 'SELECT CASE WHEN trap.caught() THEN 1 END';
    CREATE FUNCTION trap.left(text, int) RETURNS text LANGUAGE sql AS 'SELECT CASE WHEN trap.caught() THEN '''' END';
    CREATE FUNCTION trap.round(numeric, int) RETURNS numeric LANGUAGE sql AS 'SELECT CASE WHEN trap.caught() THEN 1 END';
    CREATE TEMP TABLE claim (x int); CREATE TEMP TABLE branch_access (x int); CREATE TEMP TABLE access_grant (x int); CREATE TEMP TABLE u (x int);
END $do$ $$) \g /dev/null
-- t.hostile(role, statement) is t.run() with settings that could change what a statement means.
CREATE FUNCTION t.hostile(role text, statement text) RETURNS text LANGUAGE plpgsql
    SET search_path = pg_temp, trap, pg_catalog, public SET TimeZone = 'America/Los_Angeles' SET DateStyle = 'German' SET IntervalStyle = 'sql_standard'
    SET standard_conforming_strings = off SET escape_string_warning = off SET extra_float_digits = 0 SET bytea_output = escape SET row_security = off
    SET quote_all_identifiers = on SET transform_null_equals = on SET plan_cache_mode = force_custom_plan
    AS $$ BEGIN RETURN t.run(role, statement); END $$;
SELECT is(t.hostile('bj', 'SELECT assure.submit_claim(t.claim(''H1'', ''M3'', ''6000.00'', ''{"submitted_at": "2024-03-09T16:30:00Z"}'')) > 0'), 't', 'a claim in a hostile session');
SELECT is(t.hostile('bj', 'SELECT assure.adjudicate(''H1'')'), 'approve', 'is adjudicated');
SELECT is(t.hostile('bj', 'SELECT assure.claim_status(''H1'')') LIKE '%approved,approve,6000.00,4400.00,%', true, 'and shown');
SELECT is(t.hostile('bj', 'SELECT assure.order_service(''{"ref": "H", "policy": "P-BJ", "member_ref": "M1", "service": "opinion", "requested_at": "2024-12-31T15:59:59Z"}''), assure.finish_service(''H'', ''2024-12-31 16:00:00+00'')') ~ '^\d+,', true, 'a service is done');
SELECT is(t.hostile('bj', 'SELECT rate FROM assure.coverage(''[2024-03-01,2024-04-01)'') WHERE region OPERATOR(pg_catalog.=) ''110000'''), '0.000000', 'coverage is counted');
SELECT is(t.hostile('bj', 'SELECT pg_catalog.count(*) FROM assure.claim'), '42501 query would be affected by row-level security policy for table "claim"', 'row_security = off shows an error, not rows');
SELECT is((SELECT served_on FROM assure.service_event e JOIN assure.service_order o USING (account_id, order_id) WHERE o.ref = 'H'), '2025-01-01', 'days are the company''s');
SELECT is((SELECT event_date FROM assure.claim WHERE ref = 'H1'), '2024-03-10', 'those of claims too');
SELECT is(t.whole(), '', 'the books are whole whatever the session was');
SELECT * FROM finish();
ROLLBACK;
