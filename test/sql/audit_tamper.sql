\set ECHO none
-- Whoever changes, removes or adds a decision or an entry behind the engine's
-- back is found, and so is a balance that does not add up.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(29);
SELECT count(assure.submit_claim(t.claim('C' || i, (ARRAY['M1', 'M2', 'S1'])[1 + i % 3], '700.00'))) FROM generate_series(1, 6) i \g /dev/null
SELECT assure.adjudicate_pending(4) \g /dev/null
SELECT assure.adjudicate_pending(4) \g /dev/null
SELECT t.verdict(t.claim('BIG', 'M3', '9000.00')) \g /dev/null
SELECT is(t.whole(), '', 'as it was written, all is whole');
SELECT is((SELECT count(*) FROM assure.audit_log WHERE root_hash IS NOT NULL), 3::bigint, 'an audit row a chunk');

-- t.tampered(statement) is what is found after a change that the owner makes with the guards off; undone.
CREATE FUNCTION t.tampered(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
    BEGIN
        SET LOCAL session_replication_role = replica;
        EXECUTE statement;
        SET LOCAL session_replication_role = origin;
        SELECT concat_ws(' / ', (SELECT string_agg(DISTINCT check_name, ' ' ORDER BY check_name) FROM assure.check_books()),
            (SELECT string_agg(DISTINCT finding, ' ' ORDER BY finding) FROM assure.audit_verify())) INTO found;
        RAISE SQLSTATE 'T0000';
    EXCEPTION WHEN SQLSTATE 'T0000' THEN NULL;
    END;
    RETURN found;
END $$;
CREATE TEMP TABLE tampering (n serial, statement text, wanted text);
INSERT INTO tampering (statement, wanted) VALUES
    ('UPDATE assure.decision SET note = ''x'' WHERE claim_id = 1', 'row was changed'),
    ('UPDATE assure.decision SET reasons = reasons || ''[{"code": "x"}]'' WHERE claim_id = 1', 'row was changed'),
    ('UPDATE assure.decision SET decided_by = ''me'' WHERE claim_id = 1', 'row was changed'),
    ('UPDATE assure.decision SET decided_at = decided_at + interval ''1 microsecond'' WHERE claim_id = 1', 'row was changed'),
    ('UPDATE assure.decision SET result = NULL WHERE claim_id = 1', 'row was changed'),
    ('UPDATE assure.decision SET paid_fen = paid_fen + 1 WHERE claim_id = 1', 'decision_is_sum_of_entries / row was changed'),
    ('UPDATE assure.decision SET row_hash = sha256(''x'') WHERE claim_id = 1', 'row was changed rows were exchanged'),
    ('DELETE FROM assure.decision WHERE claim_id = 7', 'claim_waits_or_is_decided task_has_a_pended_claim / it stands for 1 rows, 0 are there'),
    ('UPDATE assure.ledger_entry SET delta = delta + 1 WHERE claim_id = 1 AND measure = ''paid''', 'balance_is_sum_of_entries decision_is_sum_of_entries / row was changed'),
    ('UPDATE assure.ledger_entry SET member_id = member_id + 1 WHERE claim_id = 1 AND measure = ''paid''', 'balance_is_sum_of_entries / row was changed'),
    ('INSERT INTO assure.decision SELECT account_id, claim_id, 2, verdict, submitted_fen, paid_fen, plan_version_id, reasons, result, engine, note, decided_at, decided_by, actor_worker_id, audit_id, row_hash FROM assure.decision WHERE claim_id = 7',
        'it stands for 1 rows, 2 are there row was changed'),
    ('UPDATE assure.balance SET value = value - 1 WHERE measure = ''paid'' AND member_id = (SELECT member_id FROM assure.member WHERE ref = ''M1'')', 'balance_is_sum_of_entries'),
    ('DELETE FROM assure.balance WHERE counter = ''FAM''', 'balance_is_sum_of_entries'),
    ('UPDATE assure.balance SET limit_value = 1 WHERE false', ''),
    ('DELETE FROM assure.task', 'pended_claim_has_a_task'),
    ('UPDATE assure.task SET state = ''cancelled''', 'pended_claim_has_a_task'),
    ('INSERT INTO assure_internal.claim_queue SELECT account_id, claim_id FROM assure.claim WHERE claim_id = 1', 'claim_waits_or_is_decided'),
    ('DELETE FROM assure.claim_ref WHERE claim_id = 1', 'claim_has_its_ref'),
    ('UPDATE assure.claim SET ref = ''other'' WHERE claim_id = 1', 'claim_has_its_ref'),
    ('UPDATE assure.claim SET branch_id = 0 WHERE claim_id = 1', 'reference_exists'),
    ('UPDATE assure.audit_log SET root_hash = sha256(''x'') WHERE root_hash IS NOT NULL', 'rows were exchanged'),
    ('UPDATE assure.audit_log SET row_count = row_count + 1 WHERE root_hash IS NOT NULL', 'it stands for');
SELECT ok(CASE WHEN wanted = '' THEN found = '' ELSE starts_with(found, wanted) OR found LIKE '%' || wanted || '%' END, format('%s%s', left(statement, 90), CASE WHEN starts_with(found, wanted) OR found LIKE '%' || wanted || '%' THEN '' ELSE ': ' || found END))
    FROM tampering, LATERAL t.tampered(statement) found ORDER BY n;
SELECT alike(t.tampered('DELETE FROM assure.audit_log WHERE root_hash IS NOT NULL'), 'decision_has_its_audit_row%', 'an audit row that is gone');
SELECT is((SELECT string_agg(DISTINCT finding, ' ') FROM assure.audit_verify('2999-01-01')), NULL, 'a span with nothing in it');
SELECT is(t.whole(), '', 'all of it was undone');
-- Actions are noted with who did them; no personal value is.
SELECT is((SELECT count(*) FROM assure.audit_log a, assure.member m WHERE a::text LIKE '%' || m.name || '%' OR a::text LIKE '%' || m.phone || '%' OR a::text LIKE '%' || m.resident_id || '%'), 0::bigint, 'no name, telephone or identity number is in the log');
SELECT is((SELECT count(*) FROM assure.audit_log WHERE action = 'enroll'), (SELECT count(*) FROM assure.enrollment), 'every enrollment is noted');
SELECT * FROM finish();
ROLLBACK;
