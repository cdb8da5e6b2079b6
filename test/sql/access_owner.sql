\set ECHO none
-- The owner of the data is no superuser and cannot become one: whatever it puts
-- in the way of the engine, functions, triggers, views, policies, checks, runs as
-- itself, also when a superuser calls.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(8);
SELECT t.new_role('op', 'operator'), t.new_role('adm', 'admin'), t.new_role('x') \g /dev/null

CREATE TABLE t.ran (place text, who text, super boolean);
GRANT INSERT ON t.ran TO PUBLIC;
CREATE FUNCTION t.note(place text) RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    INSERT INTO t.ran SELECT place, current_user, rolsuper FROM pg_roles WHERE rolname = current_user;
    RETURN true;
END $$;
SET LOCAL ROLE :"owner";
-- Functions and operators that fit better than those of pg_catalog.
CREATE FUNCTION assure.format(text, text, text) RETURNS text LANGUAGE sql AS $$ SELECT pg_catalog.format('%s', CASE WHEN t.note('format') THEN 'SELECT 1' END) $$;
CREATE FUNCTION assure.format(text, text, name) RETURNS text LANGUAGE sql AS $$ SELECT assure.format($1, $2, $3::text) $$;
CREATE FUNCTION assure.format(text, text, text, text, text) RETURNS text LANGUAGE sql AS $$ SELECT assure.format($1, $2, $3) $$;
CREATE FUNCTION assure.format(text, text, text, name, text) RETURNS text LANGUAGE sql AS $$ SELECT assure.format($1, $2, $3) $$;
CREATE FUNCTION assure.quote_ident(name) RETURNS text LANGUAGE sql AS $$ SELECT CASE WHEN t.note('quote_ident') THEN $1::text END $$;
CREATE FUNCTION assure.same(text, name) RETURNS boolean LANGUAGE sql AS $$ SELECT t.note('operator') $$;
CREATE OPERATOR assure.= (LEFTARG = text, RIGHTARG = name, FUNCTION = assure.same);
-- A trigger and a check on every table, a policy that is forced on the owner.
CREATE FUNCTION assure.trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM t.note('trigger ' || TG_TABLE_NAME); RETURN coalesce(NEW, OLD); END $$;
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname IN ('assure', 'assure_internal') AND c.relkind = 'r' AND pg_get_userbyid(c.relowner) = current_user LOOP
        EXECUTE format('CREATE TRIGGER trap BEFORE INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION assure.trap()', name);
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT trap CHECK (t.note(%L)) NOT VALID', name, 'check ' || name);
    END LOOP;
END $$;
RESET ROLE;
SELECT format('GRANT SELECT ON assure.branch_access TO %I', t.role('op')) \gexec

SELECT is(t.fails(format('SELECT assure.grant_access(%L, ''bi''), assure.grant_access(%1$L, ''auditor''), assure.revoke_access(%1$L, ''auditor''), assure.grant_branch(%1$L, ''BJ''), assure.revoke_branch(%1$L, ''BJ'')', t.role('x'))), 'none', 'access is granted and taken back by a superuser');
SELECT is(t.fails('SELECT assure.upgrade_schema()'), 'none', 'the schema is upgraded');
SELECT is(t.verdict(t.claim('C1', 'M1', '600.00')), 'approved 80.00 deductible B-C1, coinsurance B-C1', 'a claim is adjudicated');
SELECT is(t.fails(format('SELECT assure.set_worker_login(%L, ''W-BJ''), assure.housekeep()', t.role('x'))), 'none', 'and more');
SELECT is(has_table_privilege(t.role('x'), 'assure_bi.claim', 'SELECT'), true, 'the grants were those meant');
SELECT is((SELECT string_agg(DISTINCT place || ' as ' || who, ', ') FROM t.ran WHERE super), NULL, 'nothing of the owner''s ran as a superuser');
SELECT ok((SELECT count(DISTINCT place) > 10 FROM t.ran WHERE who = :'owner'), 'it ran as the owner');

-- A view in place of a table that the engine reads.
DELETE FROM t.ran;
SET LOCAL ROLE :"owner";
ALTER TABLE assure.access_grant RENAME TO access_grant_real;
CREATE VIEW assure.access_grant AS SELECT * FROM assure.access_grant_real WHERE t.note('view');
ALTER TABLE assure_internal.installation RENAME TO installation_real;
CREATE VIEW assure_internal.installation AS SELECT * FROM assure_internal.installation_real WHERE t.note('view');
RESET ROLE;
SELECT t.fails(format('SELECT assure.grant_access(%L, ''bi'')', t.role('x'))), t.fails(format('SELECT assure.revoke_access(%L, ''bi'')', t.role('x'))), t.fails('SELECT assure.upgrade_schema()'), t.fails('SELECT assure.adjudicate(''C1'')'),
    t.run('op', 'SELECT count(*) FROM assure.claim') \g /dev/null
SELECT is((SELECT string_agg(DISTINCT place || ' as ' || who, ', ') FROM t.ran WHERE super), NULL, 'nor do views in the place of tables');
SELECT * FROM finish();
ROLLBACK;
