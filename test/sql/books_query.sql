\set ECHO none
-- What is asked of the books: explanations, replays, quotes; and whether they balance.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(98);
SELECT t.new_role('bj', 'operator'), t.new_role('sh', 'operator'), t.new_role('sup', 'supervisor'), t.new_role('adm', 'admin'), t.new_role('aud', 'auditor'), t.new_role('bi', 'bi'), t.new_role('prox', 'proxy') \g /dev/null
INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen) SELECT 'W-1', 'x', branch_id, 0, 0 FROM assure.branch WHERE branch.code = 'BJ';
SELECT assure.grant_branch(t.role('bj'), 'BJ'), assure.grant_branch(t.role('sh'), 'SH'), assure.grant_branch(t.role('prox'), 'BJ'), assure.set_worker_login(t.role('sup'), 'W-1') \g /dev/null
SELECT t.verdict(t.claim('A', 'M1', '1000.00')), t.verdict(t.claim('P', 'M2', '9000.00')), assure.submit_claim(t.claim('W', 'M2', '10.00')), t.verdict(t.claim('R', 'M3', '700.00')), t.run('sup', 'SELECT assure.reverse_claim(''R'', ''x'')'),
    t.verdict(t.claim('L', 'M1', '700.00', '{"submitted_at": "2024-12-20T09:00:00+08:00"}')) \g /dev/null

-- explain_claim().  t.steps(ref, n) is "bill benefit step in>out category reason | counter period before>after/limit", a step a line.
CREATE FUNCTION t.steps(ref text, n int DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', bill, benefit, step, amount_in || '>' || amount_out, category, reason, '| ' || counter || ' ' || measure, period, counter_before || '>' || counter_after || coalesce('/' || counter_limit, '')), E'\n')
    FROM assure.explain_claim(ref, n) $$;
SELECT is(t.steps('A'), 'B-A OP eligible 1000.00>1000.00 ineligible
B-A OP deductible 1000.00>500.00 deductible deductible | OP deductible year:2024-01-01 0.00>500.00/500.00
B-A OP coinsurance 500.00>400.00 coinsurance coinsurance
B-A OP limit 400.00>400.00 over_limit | OP amount year:2024-01-01 0.00>400.00/10000.00
B-A OP limit 400.00>400.00 over_limit | FAM@family amount year:2024-01-01 0.00>400.00/12000.00
B-A OP indemnity 400.00>400.00 over_limit
B-A OP paid 400.00>400.00 paid | OP amount year:2024-01-01 0.00>400.00
B-A OP paid paid | OP amount lifetime 0.00>400.00', 'every step of a benefit, with its counters');
SELECT is((SELECT string_agg(coalesce(step_no::text, '-'), ' ') FROM assure.explain_claim('A')), '- 1 2 3 4 - - -', 'with their places in the terms');
SELECT is((SELECT rule FROM assure.explain_claim('A') WHERE step_no = 1)::jsonb, '{"deductible": {"per": "year", "amount": "500.00"}}'::jsonb, 'by which rule');
SELECT is((SELECT concat_ws(' ', sum(amount_in - amount_out), sum(amount)) FROM assure.explain_claim('A')), '600.00 600.00', 'the steps add up');
SELECT is(split_part(t.steps('P'), E'\n', 1) || ' ' || (SELECT rule FROM assure.explain_claim('P') WHERE step = 'finding'), 'finding amount_review {"above": "5000.00"}', 'what was found stands first');
SELECT is(t.steps('L'), 'finding late_submission', 'refused before it was calculated');
SELECT is(t.steps('R', 2), NULL, 'a reversal has no steps');
SELECT is(t.steps('R'), t.steps('R', 1), 'of a reversed claim the decision before it is explained');
SELECT is(split_part(t.steps('R', 1), E'\n', 2), 'B-R OP deductible 700.00>200.00 deductible deductible | OP deductible year:2024-01-01 0.00>500.00/500.00', 'the decision before it has');
SELECT is((SELECT string_agg(DISTINCT decision_no::text, ' ') FROM assure.explain_claim('R', 1)), '1', 'which says so');
SELECT t.verdict(t.claim('A2', 'M1', '1000.00')) \g /dev/null
SELECT is(t.steps('A'), t.steps('A', 1), 'later claims do not change an explanation');
SELECT is(split_part(t.steps('A2'), E'\n', 2), 'B-A2 OP deductible 1000.00>1000.00 deductible | OP deductible year:2024-01-01 500.00>500.00/500.00', 'a later claim has what was used before it');
SELECT is(t.run(role, 'SELECT count(*) > 5 FROM assure.explain_claim(''A'')'), 't', role || ' may ask') FROM unnest('{bj,prox,sup,aud,adm}'::text[]) role;
SELECT is(t.run(role, 'SELECT * FROM assure.explain_claim(''A'')') LIKE '42501 %', true, role || ' may not') FROM unnest('{sh,bi}'::text[]) role;
SELECT is(t.fails('SELECT * FROM assure.explain_claim(''W'')'), 'P0002 claim "W" is not decided yet', 'what waits has no explanation');
SELECT is(t.fails('SELECT * FROM assure.explain_claim(''X'')'), 'P0002 claim "X" does not exist', 'nor what is not there');
SELECT is(t.fails(format('SELECT * FROM assure.explain_claim(''A'', %s)', n)), format('P0002 claim "A" has no decision %s', n), 'nor a decision that is not there') FROM unnest('{0,-1,2}'::int[]) n;
SELECT is(t.steps(NULL), NULL, 'NULL is nothing');

-- replay().
CREATE FUNCTION t.replayed(ref text, n int DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', decision_no, verdict, is_identical, finding, (SELECT string_agg(d ->> 'field', '+' ORDER BY d ->> 'field') FROM jsonb_array_elements(differences) d)), ', ') FROM assure.replay(ref, n) $$;
SELECT is(t.replayed('A'), '1 approve t identical', 'a decision comes out the same');
SELECT is(t.replayed('P'), '1 pend t identical', 'one that waits for a person too');
SELECT is(t.replayed('R'), '1 approve t identical, 2 reverse not_calculated', 'all decisions of a claim');
SELECT is(t.replayed('R', 2), '2 reverse not_calculated', 'or one');
SELECT is(t.replayed('L'), '1 deny not_calculated', 'what was refused before');
SELECT is(t.replayed('W'), NULL, 'what waits has none');
SELECT is((SELECT engine_now LIKE engine || ', PostgreSQL %' AND engine LIKE 'pg_assure %, ICU %' FROM assure.replay('A')), true, 'with which engine, then and now');
SELECT is(t.fails('SELECT * FROM assure.replay(''A'', 7)'), 'P0002 claim "A" has no decision 7', 'a decision that is not there');
SELECT is(t.fails('SELECT * FROM assure.replay(''X'')'), 'P0002 claim "X" does not exist', 'a claim that is not there');
SELECT is(t.run(role, 'SELECT count(*) FROM assure.replay(''A'')'), '1', role || ' may ask') FROM unnest('{sup,aud,adm}'::text[]) role;
SELECT is(t.run(role, 'SELECT count(*) FROM assure.replay(''A'')') LIKE '42501 %', true, role || ' may not') FROM unnest('{bj,prox,bi}'::text[]) role;
-- t.after(statement, question) is the answer to a question after a statement behind the guards, undone again.
CREATE FUNCTION t.after(statement text, question text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE answer text;
BEGIN
    BEGIN
        SET LOCAL session_replication_role = replica;
        EXECUTE statement;
        SET LOCAL session_replication_role = origin;
        EXECUTE question INTO answer;
        RAISE SQLSTATE 'T0000';
    EXCEPTION WHEN SQLSTATE 'T0000' THEN
        NULL;
    END;
    RETURN answer;
END $$;
SELECT claim_id AS a FROM assure.claim WHERE ref = 'A' \gset
SELECT claim_id AS p, account_id AS account FROM assure.claim WHERE ref = 'P' \gset
SELECT is(t.after(statement || :a, 'SELECT t.replayed(''A'')'), says, statement) FROM (VALUES
    (1, 'UPDATE assure.decision SET result = jsonb_set(result, ''{paid}'', ''"401.00"'') WHERE claim_id = ', '1 approve f differs result'),
    (2, 'UPDATE assure.decision SET paid_fen = 40100 WHERE claim_id = ', '1 approve f differs paid_fen'),
    (3, 'UPDATE assure.decision SET reasons = ''[]'' WHERE claim_id = ', '1 approve f differs reasons'),
    (4, 'UPDATE assure.ledger_entry SET delta = delta + 1 WHERE measure = ''paid'' AND claim_id = ', '1 approve f differs entries'),
    (5, 'UPDATE assure.decision SET input = NULL, engine = ''pg_assure 0.1'' WHERE claim_id = ', '1 approve no_input')) v (n, statement, says) ORDER BY n;
SELECT is(t.after('UPDATE assure.decision SET input = NULL, engine = ''pg_assure 0.1'' WHERE claim_id = ' || :a, 'SELECT t.fails(''SELECT * FROM assure.explain_claim(''''A'''')'')'), 'AS201 decision 1 of claim "A" was made under 0.1, which kept no input', 'a decision of 0.1 is not explained');
SELECT matches(t.after('UPDATE assure.decision SET paid_fen = 40100 WHERE claim_id = ' || :a, 'SELECT t.fails(''SELECT * FROM assure.explain_claim(''''A'''')'')'), '^AS\d+ decision 1 of claim "A" comes out otherwise today$', 'nor one that comes out otherwise');

-- quote().
CREATE FUNCTION t.quoted(policy text, member text, claim jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', q ->> 'verdict', q ->> 'payable', (SELECT string_agg(f ->> 'code', ' ') FROM jsonb_array_elements(q -> 'findings') f), q -> 'result' ->> 'paid') FROM assure.quote(policy, member, claim) q $$;
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;
SELECT is(t.quoted('P-BJ', 'M1', t.claim('Q', 'M1', '1000.00')), 'approve 800.00 800.00', 'what a claim would come to');
SELECT is(t.quoted('P-BJ', 'M3', t.claim('Q', 'M3', '1000.00') - 'ref' - 'policy' - 'member_ref'), 'approve 400.00 400.00', 'who it is for need not stand in it');
SELECT is(t.quoted('P-BJ', 'M3', t.claim('Q', 'M3', '9000.00')), 'pend 6800.00 amount_review 6800.00', 'that somebody would look at it');
SELECT is(t.quoted('P-BJ', 'M3', t.claim('Q', 'M3', '9000.00', '{"submitted_at": "2024-12-20T09:00:00+08:00"}')), 'deny 0.00 late_submission', 'that it comes late');
SELECT is(t.quoted('P-BJ', 'M3', t.claim('Q', 'M3', '9000.00', '{"event_date": "2023-03-10"}')), 'deny 0.00 not_in_force', 'that the member is not in force');
SELECT is(t.quoted('P-BJ', 'M3', t.claim('Q', 'M3', '600.00', jsonb_build_object('bills', jsonb_build_array(t.bill('B-A', '600.00'))))), 'pend 80.00 duplicate_bill 80.00', 'that the invoice has been seen');
SAVEPOINT reversed;
SELECT assure.reverse_claim('A', 'another''s invoice') \g /dev/null
SELECT is(t.quoted('P-BJ', 'M3', t.claim('Q', 'M3', '600.00', jsonb_build_object('bills', jsonb_build_array(t.bill('B-A', '600.00'))))), 'approve 80.00 80.00', 'but not that of a claim that is reversed, which this one would correct');
ROLLBACK TO reversed;
SELECT is((SELECT q -> 'result' -> 'used' -> 'OP' -> 'year:2024-01-01' ->> 'deductible' FROM assure.quote('P-BJ', 'M3', t.claim('Q', 'M3', '200.00')) q), '200.00', 'what would be used then');
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'nothing is written');
SAVEPOINT s;
SET TRANSACTION READ ONLY;
SELECT is(t.quoted('P-BJ', 'M1', t.claim('Q', 'M1', '1000.00')), 'approve 800.00 800.00', 'in a read-only transaction too');
SELECT is((SELECT count(*) FROM assure.explain_claim('A')) + (SELECT count(*) FROM assure.replay('A')) + (SELECT count(*) FROM assure.check_books()) + (SELECT count(*) FROM assure.rerun_needed()), 9::bigint, 'as explain_claim, replay, check_books, rerun_needed');
SELECT is((SELECT count(*) FROM assure.rerun('P-BJ', 'M1', '2024-01-01')), 3::bigint, 'and a dry run');
ROLLBACK TO s;
SELECT is(t.fails(format('SELECT assure.quote(%L, %L, %L)', policy, member, claim)), says, says) FROM (VALUES
    (1, 'P-BJ', 'S1', '{}', 'P0002 member "S1" of policy "P-BJ" does not exist'),
    (2, 'P-BJ', 'M1', '{"policy": "P-SH"}', 'AS101 claim: policy: "P-SH" is not "P-BJ", for which the quote is asked'),
    (3, 'P-BJ', 'M1', '{"member_ref": "M2"}', 'AS101 claim: member_ref: "M2" is not "M1", for which the quote is asked'),
    (4, 'P-BJ', 'M1', '{"bills": [{}]}', 'AS101 claim: bills[0].no: missing')) v (n, policy, member, claim, says) ORDER BY n;
SELECT is(t.run(role, 'SELECT assure.quote(''P-BJ'', ''M1'', t.claim(''Q'', ''M1'', ''1000.00'')) ->> ''payable'''), '800.00', role || ' may ask') FROM unnest('{bj,prox,sup,adm}'::text[]) role;
SELECT is(t.run(role, 'SELECT assure.quote(''P-BJ'', ''M1'', t.claim(''Q'', ''M1'', ''1000.00''))') LIKE '42501 %', true, role || ' may not') FROM unnest('{sh,aud,bi}'::text[]) role;
SELECT is(assure.quote(NULL, 'M1', '{}') IS NULL, true, 'NULL is NULL');

-- check_books(): each thing that does not hold has a name.
SELECT is(t.whole(), '', 'the books are whole');
SELECT is(t.run(role, 'SELECT count(*) FROM assure.check_books()'), '0', role || ' may ask') FROM unnest('{sup,aud,adm}'::text[]) role;
SELECT is(t.run(role, 'SELECT count(*) FROM assure.check_books()') LIKE '42501 %', true, role || ' may not') FROM unnest('{bj,prox,bi}'::text[]) role;
CREATE FUNCTION t.breach(statement text) RETURNS text LANGUAGE sql AS $$ SELECT t.after(statement, 'SELECT string_agg(DISTINCT check_name, '', '' ORDER BY check_name) FROM assure.check_books()') $$;
SELECT is(t.breach(format(statement, :a, :p, :account)), says, says) FROM (VALUES
    (1, 'UPDATE assure.balance SET value = value + 1 WHERE counter = ''OP'' AND measure = ''amount'' AND value > 0', 'balance_is_sum_of_entries'),
    (2, 'DELETE FROM assure.balance WHERE measure = ''paid''', 'balance_is_sum_of_entries'),
    (3, 'UPDATE assure.decision SET paid_fen = paid_fen + 1 WHERE claim_id = %s', 'decision_is_sum_of_entries'),
    (4, 'DELETE FROM assure.ledger_entry WHERE claim_id = %s', 'balance_is_sum_of_entries, decision_is_sum_of_entries'),
    (5, 'ALTER TABLE assure.balance DROP CONSTRAINT balance_within_limit; UPDATE assure.balance SET limit_value = value - 1 WHERE value > 0 AND limit_value IS NOT NULL', 'limit_exceeded'),
    (6, 'UPDATE assure.decision SET verdict = ''pend'', paid_fen = 0 WHERE claim_id = %s', 'decision_is_sum_of_entries, open_claim_is_queued, pended_claim_has_a_task, undecided_claim_books_nothing'),
    (7, 'UPDATE assure.decision SET ledger_horizon = 1000000 WHERE claim_id = %s', 'horizon_is_below_entries'),
    (8, 'UPDATE assure.decision SET audit_id = 1000000 WHERE claim_id = %s', 'decision_has_its_audit_row'),
    (9, 'UPDATE assure.decision SET input = NULL WHERE claim_id = %s', 'calculated_decision_has_input'),
    (10, 'UPDATE assure.decision SET decision_no = 2 WHERE claim_id = %2$s', 'decisions_are_numbered'),
    (11, 'UPDATE assure.decision SET plan_version_id = 1000000 WHERE claim_id = %s', 'reference_exists'),
    (12, 'DELETE FROM assure_internal.account_book WHERE account_id = %3$s', 'account_can_be_locked'),
    (13, 'DELETE FROM assure_internal.claim_queue', 'claim_waits_or_is_decided'),
    (14, 'INSERT INTO assure_internal.claim_queue (account_id, claim_id) VALUES (%3$s, %1$s)', 'claim_waits_or_is_decided'),
    (15, 'DELETE FROM assure.claim_ref WHERE ref = ''A''', 'claim_has_its_ref'),
    (16, 'UPDATE assure.claim SET document = document || ''{"cause": "accident"}'' WHERE claim_id = %s', 'claim_is_as_handed_in'),
    (17, 'UPDATE assure.task SET state = ''cancelled'' WHERE subject_id = %2$s', 'clock_has_an_open_subject, pended_claim_has_a_task'),
    (18, 'UPDATE assure.decision SET verdict = ''deny'' WHERE claim_id = %2$s', 'task_has_a_pended_claim'),
    (19, 'UPDATE assure.claim SET policy_id = 1000000 WHERE claim_id = %s', 'reference_exists')) v (n, statement, says) ORDER BY n;
SELECT is(t.whole(), '', 'the books are whole');
SELECT * FROM finish();
ROLLBACK;
