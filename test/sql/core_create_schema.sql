\set ECHO none
-- What create_schema() refuses, and what every function says before it.
\set QUIET 1
\pset format unaligned
\pset tuples_only true
\pset pager off
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION pg_assure;
SELECT current_database() AS db \gset
CREATE ROLE :"db";
-- The error of a statement, which is undone where there is none.
CREATE FUNCTION pg_temp.fails(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RAISE SQLSTATE 'T0000' USING MESSAGE = 'none';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT plan(41);

-- Every function that needs the data says that there is none.
CREATE TEMP TABLE call (n serial, statement text);
INSERT INTO call (statement) VALUES
    ('SELECT assure.submit_claim(''{}''::jsonb)'), ('SELECT assure.submit_claim(''{}''::text)'), ('SELECT assure.adjudicate(''x'')'), ('SELECT assure.adjudicate_pending()'),
    ('SELECT assure.retry_failed_claim(''x'')'), ('SELECT assure.decide_claim(''x'', ''deny'')'), ('SELECT * FROM assure.claim_status(''x'')'), ('SELECT * FROM assure.check_books()'),
    ('SELECT * FROM assure.audit_verify()'), ('SELECT assure.accept_task(1)'), ('SELECT assure.return_task(1, ''x'')'), ('SELECT assure.acknowledge_alert(1)'),
    ('SELECT assure.add_policy(''{}'')'), ('SELECT assure.enroll(''{}'')'), ('SELECT assure.publish_plan(''x'', ''x'', ''{"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}'', ''2024-01-01'')'),
    ('SELECT assure.order_service(''{}'')'), ('SELECT assure.finish_service(''x'', now())'), ('SELECT assure.cancel_service(''x'')'), ('SELECT * FROM assure.coverage(''[2024-01-01,2024-02-01)'')'),
    ('SELECT assure.grant_access(current_database()::name, ''bi'')'), ('SELECT assure.revoke_access(current_database()::name, ''bi'')'), ('SELECT assure.grant_branch(current_database()::name, ''x'')'),
    ('SELECT assure.revoke_branch(current_database()::name, ''x'')'), ('SELECT assure.set_worker_login(current_database()::name, ''x'')'), ('SELECT assure.act_as(''x'')'), ('SELECT assure.housekeep()'), ('SELECT assure.upgrade_schema()'),
    ('SELECT assure.sees_all_branches()'), ('SELECT assure.visible_branches()');
SELECT is(pg_temp.fails(statement), format('AS001 the data schema of pg_assure does not exist in database "%s"', :'db'), statement) FROM call ORDER BY n;

SELECT isnt(assure.version(), NULL, 'the version is known without it');
SELECT is((SELECT outcome FROM jsonb_to_record(assure.evaluate('{"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}', '{"member": {"birth_date": "1990-01-01", "sex": "F", "relationship": "self", "enrolled_on": "2024-01-01"}}'::jsonb)) x (outcome text)),
    'deny', 'and claims can be calculated');

-- Refusals.
SELECT matches(pg_temp.fails('SELECT assure.create_schema(current_user::regrole)'), '^22023 owner ".*" is a superuser$', 'the owner must not be a superuser');
SELECT is(pg_temp.fails('SELECT assure.create_schema(0::regrole)'), '42704 role with OID 0 does not exist', 'must be a role');
SELECT is(pg_temp.fails('SELECT assure.create_schema(1::regrole)'), '42704 role with OID 1 does not exist', 'that exists');
SELECT is(pg_temp.fails('SELECT assure.create_schema(''pg_monitor'')'), '22023 owner "pg_monitor" is a predefined role', 'and is no predefined role');
SELECT is(pg_temp.fails(format('SELECT assure.create_schema(%L, ''Mars/Olympus'')', :'db')), '22023 time_zone "Mars/Olympus" is not known', 'the time zone must be known');
SELECT is(pg_temp.fails(format('SELECT assure.create_schema(%L, '''')', :'db')), '22023 time_zone "" is not known', 'and named');
SELECT matches(pg_temp.fails(format('SELECT assure.create_schema(%L, ''FOO5'')', :'db')), '^22023 time_zone "FOO5"', 'not made up');
SELECT is((SELECT count(*) FROM pg_namespace WHERE nspname IN ('assure_bi', 'assure_internal')), 0::bigint, 'refusals leave nothing');

-- A hostile session does not change what is made.
SET standard_conforming_strings = off;
SET escape_string_warning = off;
SET quote_all_identifiers = on;
SET search_path = '';
SET default_table_access_method = heap;
SELECT assure.create_schema(pg_catalog.current_database()::pg_catalog.regrole) IS NULL AS made \gset
RESET ALL;
SET client_min_messages = warning;
SELECT is((SELECT string_agg(pg_get_constraintdef(oid), ' ' ORDER BY conname) FROM pg_constraint WHERE conrelid = 'assure.ledger_entry'::regclass AND contype = 'c' AND conname = 'ledger_entry_period_check'),
    $$CHECK ((period ~ '^(lifetime|(year|day|event):\d{4}-\d\d-\d\d|(stay|group):.+)$'::text))$$, 'settings of the session do not change what create_schema makes');
SELECT is(pg_temp.fails('SELECT assure.adjudicate_pending()'), 'T0000 none', 'after it the functions work');
SELECT * FROM finish();
ROLLBACK;
