-- create_schema(partition_rows => ...): the tables that grow are partitioned,
-- partitions are made ahead, and nothing fails where that came late.
\set ECHO none
\set QUIET 1
\pset format unaligned
\pset tuples_only true
\set ON_ERROR_STOP 1
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS pg_assure;
CREATE ROLE test_partition_owner NOLOGIN;
SELECT plan(16);

SELECT throws_ok($$SELECT assure.create_schema('test_partition_owner', partition_rows => 999)$$,
    '22023', 'partition_rows is 999, not at least 1000', 'a partition of next to nothing is refused');
SELECT lives_ok($$SELECT assure.create_schema('test_partition_owner', partition_rows => 1000)$$, 'a partitioned schema is made');
SELECT is((SELECT array_agg(relname::text ORDER BY relname) FROM pg_class WHERE relkind = 'p' AND relnamespace = 'assure'::regnamespace),
    '{audit_log,bill,claim,decision,ledger_entry,payment,payment_entry,task_event}', 'the tables that grow are partitioned');
SELECT is((SELECT array_agg(c.relname::text ORDER BY c.relname) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'assure.claim'::regclass), '{claim_default,claim_p0,claim_p1}', 'the first partitions and a default one are there');
SELECT is((SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('assure', 'assure_internal', 'assure_bi') AND c.relkind IN ('r', 'p') AND c.relname ~ '_(p\d+|default)$'
    AND c.relowner <> 'test_partition_owner'::regrole), 0::bigint, 'all partitions are the owner''s');

SELECT assure.housekeep();
SELECT is((SELECT count(*) FROM pg_inherits WHERE inhparent = 'assure.claim'::regclass), 3::bigint, 'housekeeping adds none before they are needed');

SELECT setval('assure.audit_id_seq', 1500);
SELECT assure.housekeep();
SELECT ok(to_regclass('assure.audit_log_p2') IS NOT NULL, 'housekeeping adds the partition after the one in use');

SELECT setval('assure.audit_id_seq', 9500);
SET ROLE test_partition_owner;
INSERT INTO assure.audit_log (action, session_role) VALUES ('test', 'test');
RESET ROLE;
SELECT is((SELECT count(*) FROM ONLY assure.audit_log_default), 1::bigint, 'a row beyond the last partition goes to the default one');
SELECT lives_ok('SELECT assure.housekeep()', 'housekeeping goes on after rows went to the default partition');
SELECT ok(to_regclass('assure.audit_log_p9') IS NULL, 'the span whose rows are in the default partition gets none');
SELECT ok(to_regclass('assure.audit_log_p10') IS NOT NULL AND to_regclass('assure.audit_log_p11') IS NOT NULL, 'the spans after it do');
SELECT throws_ok('DELETE FROM assure.audit_log', 'AS005', NULL, 'a partitioned log is append-only too');
SELECT is(assure.upgrade_schema(), 0, 'an up-to-date partitioned schema needs no step');
-- A row of the installation that was damaged: errors that say so, and no crash.
UPDATE assure_internal.installation SET schema_version = 0;
SELECT throws_ok('SELECT assure.upgrade_schema()', 'AS002', 'the data schema has version 0, from which no step leads to version 1', 'a version that never was');
UPDATE assure_internal.installation SET schema_version = 2;
SELECT lives_ok('DELETE FROM assure_internal.installation WHERE assure.housekeep() IS NOT NULL', 'it is taken away by who has the database keep house meanwhile');
DELETE FROM assure_internal.installation;
SELECT throws_ok('SELECT assure.housekeep()', 'AS001', NULL, 'without it nothing works');
SELECT * FROM finish();
ROLLBACK;
