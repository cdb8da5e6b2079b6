\set ECHO none
-- Old partitions of the audit log are dropped: their seals stay, and who verifies
-- hears of it without being alarmed.
\i test/sql-common/setup.psql
SELECT t.new_role('adm', 'admin'), t.new_role('sup', 'supervisor') \g /dev/null
SELECT plan(19);
SELECT throws_ok($$SELECT assure.drop_audit(now(), '1:' || repeat('0', 64))$$, '0A000', 'assure.audit_log is not partitioned', 'a plain table is not dropped from');

-- The same schema again, partitioned.
SET client_min_messages = error;
DROP SCHEMA assure_bi, assure_internal CASCADE;
SELECT format('DROP %s assure.%I CASCADE', CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, relname) FROM pg_class c WHERE relnamespace = 'assure'::regnamespace AND relkind IN ('r', 'S', 'v')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') ORDER BY relkind DESC, relname \gexec
RESET client_min_messages;
SELECT assure.create_schema(:'owner', 'Asia/Shanghai', 1000) \g /dev/null
SELECT assure.grant_access(t.role('adm'), 'admin'), assure.grant_access(t.role('sup'), 'supervisor') \g /dev/null
\i test/sql-common/company.psql
CREATE FUNCTION t.found(from_moment timestamptz DEFAULT NULL, to_moment timestamptz DEFAULT NULL) RETURNS text LANGUAGE sql SET client_min_messages = error AS $$
    SELECT coalesce(string_agg(concat_ws(' ', v.audit_id, v.subject, v.finding), '; ' ORDER BY n), '')
    FROM ROWS FROM (assure.audit_verify(from_moment, to_moment)) WITH ORDINALITY v (audit_id, subject, finding, n) $$;

SELECT t.verdict(t.claim('C1', 'M1', '700.00')) \g /dev/null
SELECT assure.seal_audit() \g /dev/null
-- A seal over the end of one partition and the start of the next.
SELECT setval('assure.audit_id_seq', 998) \g /dev/null
SELECT t.verdict(t.claim('C' || i, 'M2', '700.00')) FROM generate_series(2, 5) i \g /dev/null
SELECT assure.seal_audit() \g /dev/null
SELECT assure.housekeep() \g /dev/null
SELECT clock_timestamp() AS now \gset
SELECT anchor AS first FROM assure.export_seals() WHERE seal_no = 1 \gset
SELECT anchor AS last FROM assure.export_seals() WHERE seal_no = 2 \gset
SELECT is(t.found(), '', 'all is whole');
SELECT is(assure.drop_audit(:'now', :'first'), 0, 'rows that the anchor does not cover are not dropped');
SELECT is(assure.drop_audit('2000-01-01', :'last'), 0, 'nor are younger ones');
SELECT throws_ok(format('SELECT assure.drop_audit(%L, %L)', :'now', '2:' || repeat('0', 64)), 'P0002', 'anchor 2 is no seal of this database', 'without the seal in hand nothing is dropped');
SELECT throws_ok(format('SELECT assure.drop_audit(NULL, %L)', :'last'), '22004', NULL, 'nor without saying of when');
SELECT is(t.run('sup', format('SELECT assure.drop_audit(%L, %L)', :'now', :'last')) LIKE '42501 %', true, 'a supervisor drops nothing');
SELECT is(t.run('adm', format('SELECT assure.drop_audit(%L, %L)', :'now', :'last')), '1', 'a partition is dropped');
SELECT is((SELECT string_agg(concat_ws(' ', from_id, to_id, dropped_by), ', ') FROM assure.audit_drop), '0 999 ' || t.role('adm'), 'it is noted which');
SELECT is((SELECT count(*) FROM assure.audit_log WHERE audit_id < 1000), 0::bigint, 'its rows are gone');
SELECT is(t.found(), '', 'which is no cause for alarm');
SELECT assure.seal_audit() \g /dev/null
SELECT is(t.found(), '', 'nor later');
SELECT is((SELECT count(*) FROM assure.check_books()), 0::bigint, 'the books are whole, too');
CREATE FUNCTION t.tampered(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
    BEGIN
        SET LOCAL session_replication_role = replica;
        EXECUTE statement;
        SET LOCAL session_replication_role = origin;
        found := t.found();
        RAISE SQLSTATE 'T0000';
    EXCEPTION WHEN SQLSTATE 'T0000' THEN NULL;
    END;
    RETURN found;
END $$;
SELECT is(t.tampered('UPDATE assure.audit_log SET session_role = ''x'' WHERE audit_id = 1000'), '1000 audit row row was changed', 'what is left of a seal is verified');
SELECT is(t.tampered('DELETE FROM assure.audit_log WHERE audit_id = 1001') ~ '^1001 audit row row is gone; 1001 decision . of claim . no audit row', true, 'and must be there');
SELECT is(t.tampered('UPDATE assure.decision SET note = ''x'' WHERE claim_id = 1') ~ '^\d+ decision 1 of claim 1 row was changed$', true, 'a decision agrees with its own hash after its audit row is gone');
SELECT is(t.tampered('DELETE FROM assure.audit_drop') ~ '^1 audit row row is gone; ', true, 'rows that nobody is noted to have dropped are gone');
SELECT is(t.tampered('UPDATE assure.audit_drop SET to_id = 1003') ~ '^0 audit rows 0 to 1003 no audit row says that they were dropped; 1 audit row row is gone', true, 'nor can more of them be dropped than the log says');
SELECT is(t.tampered('UPDATE assure.audit_log SET subject = ''audit rows 0 to 1003'' WHERE action = ''drop_audit''; UPDATE assure.audit_drop SET to_id = 1003; DELETE FROM assure.audit_log WHERE audit_id = 1001') ~ 'audit row row was changed', true, 'which is sealed');
SELECT * FROM finish();
