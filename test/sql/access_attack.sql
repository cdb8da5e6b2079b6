\set ECHO none
-- A session that puts things of its own in the way of every name: functions and operators of all pg_catalog's
-- names, tables and views of all of ours; and functions in WHERE that tell what they are shown.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(13);
SELECT t.new_role('all', 'operator', 'supervisor', 'admin', 'auditor', 'proxy'), t.new_role('bj', 'operator'), t.new_role('bi', 'bi') \g /dev/null
SELECT assure.grant_branch(t.role('bj'), 'BJ') \g /dev/null
SELECT t.verdict(t.claim('B1', 'M1', '600.00')), t.verdict(t.claim('S1', 'S1', '600.00')), t.verdict(t.claim('S2', 'S1', '9000.00')), assure.submit_claim(t.claim('W1', 'M2', '600.00')) \g /dev/null
SELECT assure.order_service('{"ref": "O", "policy": "P-SH", "member_ref": "S1", "service": "opinion", "requested_at": "2024-05-01T00:00:00Z"}'), assure.finish_service('O', '2024-05-02T00:00:00Z') \g /dev/null
SELECT assure.put_payee(jsonb_build_object('policy', 'P-SH', 'certificate', 'S1', 'kind', 'member', 'member_ref', 'S1', 'name', '王五', 'bank', 'B', 'bank_account', '99988877766')) \g /dev/null

-- Whatever of these is called raises.
CREATE SCHEMA trap;
GRANT USAGE ON SCHEMA trap TO PUBLIC;
CREATE FUNCTION trap.caught(name text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$ BEGIN RAISE SQLSTATE 'TRAP0' USING MESSAGE = name; END $$;
CREATE TEMP TABLE trapped AS SELECT p.oid, p.proname, pg_get_function_identity_arguments(p.oid) AS arguments, pg_get_function_result(p.oid) AS result, count(*) OVER () AS n
    FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f' AND p.provariadic = 0 AND p.prorettype NOT IN ('internal'::regtype, 'trigger'::regtype, 'event_trigger'::regtype, 'cstring'::regtype, 'void'::regtype)
    AND NOT EXISTS (SELECT FROM unnest(p.proargtypes || p.prorettype) a JOIN pg_type t ON t.oid = a WHERE t.typtype = 'p') AND p.proargmodes IS NULL AND p.pronargs > 0;
DO $$
DECLARE f record; o record;
BEGIN
    FOR f IN SELECT * FROM trapped LOOP
        EXECUTE format('CREATE FUNCTION trap.%I(%s) RETURNS %s LANGUAGE plpgsql AS %L', f.proname, regexp_replace(f.arguments, '"?\y(OUT|INOUT)\y"?', '', 'g'), f.result, format('BEGIN PERFORM trap.caught(%L); END', 'function ' || f.proname));
    END LOOP;
    FOR o IN SELECT oprname, oprleft::regtype AS l, oprright::regtype AS r, p.proname FROM pg_operator JOIN pg_proc p ON p.oid = oprcode WHERE oprnamespace = 'pg_catalog'::regnamespace AND p.oid IN (SELECT oid FROM trapped) LOOP
        EXECUTE format('CREATE OPERATOR trap.%s (%s RIGHTARG = %s, FUNCTION = trap.%I)', o.oprname, CASE WHEN o.l::oid <> 0 THEN format('LEFTARG = %s,', o.l) END, o.r, o.proname);
    END LOOP;
END $$;
SELECT ok((SELECT count(*) > 1500 FROM pg_proc WHERE pronamespace = 'trap'::regnamespace) AND (SELECT count(*) > 500 FROM pg_operator WHERE oprnamespace = 'trap'::regnamespace), 'a trap for every name');
-- Temporary tables of all our names: wrong columns, so that whoever reads one fails with 42703 or 42P10.
SELECT format('CREATE TEMP TABLE %I (trap int)', relname) FROM (SELECT DISTINCT relname FROM pg_class WHERE relnamespace IN ('assure'::regnamespace, 'assure_internal'::regnamespace, 'assure_bi'::regnamespace) AND relkind IN ('r', 'v', 'p')
    AND relname NOT IN (SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema())) x \gexec
-- t.attack(role, statement) is the error of a statement in such a session: SQLSTATE and message, 'none' without one.
CREATE FUNCTION t.attack(role text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE state text; message text; who text := t.role(role);
BEGIN
    BEGIN
        PERFORM pg_catalog.set_config('session_authorization', who, true);
        PERFORM pg_catalog.set_config('search_path', 'pg_temp, trap, pg_catalog', true);
        EXECUTE statement;
        RAISE SQLSTATE 'DONE0';
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
    END;
    RETURN CASE state WHEN 'DONE0' THEN 'none' ELSE state || ' ' || message END;
END $$;
SELECT is(t.attack('all', 'SELECT lower(''X'')'), 'TRAP0 function lower', 'the traps work');
SELECT is(t.attack('all', 'SELECT count(*) FROM claim WHERE claim_id = 1'), '42703 column "claim_id" does not exist', 'and so do the tables');

-- Each function, as the test of rights calls it; then what goes deep.
CREATE TEMP TABLE calls (n serial, routine text, statement text);
\set calls `sed -n '/^INSERT INTO call (/,/;$/p' test/sql/access_rights.sql | sed 's/^INSERT INTO call /INSERT INTO calls /'`
:calls
CREATE TEMP TABLE answered AS SELECT n, routine, t.attack('all', statement) AS answer FROM calls WHERE routine !~ '^optimal' AND statement !~ 'session_user|repeat';
SELECT is((SELECT string_agg(routine || ': ' || answer, '; ' ORDER BY n) FROM answered WHERE answer LIKE 'TRAP0 %' OR answer LIKE '42703 column%' OR answer LIKE '42P%'), NULL, 'no function calls what the caller put in the way');
SELECT ok((SELECT count(*) > 90 FROM answered), 'all of them were tried');
CREATE TEMP TABLE deep (n serial, statement text);
INSERT INTO deep (statement) SELECT s FROM unnest(ARRAY[
    'SELECT assure.adjudicate(''W1'')', format('SELECT assure.submit_claim(%L::jsonb)', t.claim('N1', 'M3', '6000.00')), format('SELECT assure.quote(''P-BJ'', ''M1'', %L)', t.claim('Q', 'M1', '100.00')),
    'SELECT assure.claim_status(''S2'')', 'SELECT assure.replay(''B1'')', 'SELECT assure.explain_claim(''B1'')', 'SELECT assure.readjudicate(''B1'', ''x'')', 'SELECT assure.rerun(''P-BJ'', ''M1'', ''2024-01-01'')',
    'SELECT assure.order_pending_payments()', 'SELECT assure.check_books()', 'SELECT assure.audit_verify()', 'SELECT assure.seal_audit()', 'SELECT assure.check_health()', 'SELECT assure.housekeep()', 'SELECT assure.count_small_cells()',
    'SELECT assure.unmask(''claim'', ''B1'', ''x'')', 'SELECT assure.end_enrollment(''P-SH'', ''S1'', ''2024-12-31'')', 'SELECT assure.coverage(''[2024-03-01,2024-06-01)'')', 'SELECT assure.forecast_arrivals()', 'SELECT assure.adjudicate_pending(10)',
    'SELECT assure.put_authorization(''{"ref": "A", "policy": "P-BJ", "member_ref": "M1", "care": "inpatient", "from": "2024-01-01", "to": "2024-12-31"}'')']) s;
SELECT is((SELECT string_agg(statement || ': ' || answer, '; ' ORDER BY n) FROM (SELECT n, statement, t.attack('all', statement) AS answer FROM deep) x WHERE answer <> 'none'), NULL, 'nor where they go deep');
SELECT is((SELECT string_agg(name || ': ' || answer, '; ' ORDER BY name) FROM (SELECT c.oid::regclass::text AS name, t.attack('all', format('TABLE %I.%I', s.nspname, c.relname)) AS answer
    FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname IN ('assure', 'assure_bi') AND c.relkind IN ('r', 'v', 'p') AND has_table_privilege(t.role('all'), c.oid, 'SELECT')) x WHERE answer <> 'none'), NULL, 'nor do tables, policies and views');
SELECT is((SELECT string_agg(name || ': ' || answer, '; ' ORDER BY name) FROM (SELECT c.oid::regclass::text AS name, t.attack('bj', format('TABLE %I.%I', s.nspname, c.relname)) AS answer
    FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname = 'assure' AND c.relkind IN ('r', 'p') AND has_table_privilege(t.role('bj'), c.oid, 'SELECT')) x WHERE answer <> 'none'), NULL, 'those of an operator neither');

-- A function in WHERE, as cheap as can be, that notes what it is shown: rows and values behind a policy or a mask are not.
CREATE TABLE t.seen (place text, value text);
GRANT INSERT ON t.seen TO PUBLIC;
CREATE FUNCTION t.peek(place text, value text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 SET search_path = pg_catalog AS $$ BEGIN INSERT INTO t.seen VALUES (place, value); RETURN true; END $$;
CREATE TEMP TABLE secret AS SELECT unnest(ARRAY['王五', '110101198005041234', '13800005678', '99988877766', '1980-05-04']) AS value;
SELECT is((SELECT string_agg(answer, ', ') FROM (SELECT t.run('bi', format('SELECT count(*) FROM %s x WHERE t.peek(%L, x::text)', c.oid::regclass, c.relname)) AS answer FROM pg_class c
    WHERE c.relnamespace = 'assure_bi'::regnamespace AND c.relkind = 'v' AND has_table_privilege(t.role('bi'), c.oid, 'SELECT')) x WHERE answer !~ '^\d+$'), NULL, 'each masked view is looked at');
SELECT is((SELECT string_agg(DISTINCT place || ' ' || s.value, ', ') FROM t.seen JOIN secret s ON position(s.value IN seen.value) > 0), NULL, 'and shows a function nothing that is masked');
TRUNCATE t.seen;
SELECT t.run('bj', format('SELECT count(*) FROM %s x WHERE t.peek(%L, x::text)', c.oid::regclass, c.relname)) FROM pg_class c WHERE c.relnamespace = 'assure'::regnamespace AND c.relrowsecurity \g /dev/null
SELECT is((SELECT string_agg(DISTINCT place, ', ') FROM t.seen JOIN (SELECT 'P-SH' AS value UNION ALL SELECT '王五' UNION ALL SELECT '99988877766' UNION ALL SELECT '"ref": "S1"') s ON position(s.value IN seen.value) > 0), NULL, 'nor does a table anything of another branch');
SELECT is((SELECT string_agg(relname, ', ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'assure_bi'::regnamespace AND relkind = 'v' AND relname <> 'job_status' AND NOT coalesce('security_barrier=true' = ANY (reloptions) OR 'security_barrier' = ANY (reloptions), false)), NULL, 'every view is a barrier, but that of jobs, which hides no row');

-- What runs with the rights of another role than the caller's.
\set security `cat docs/security.md`
SELECT is((SELECT string_agg(p.oid::regprocedure::text, ', ' ORDER BY 1) FROM pg_proc p WHERE p.pronamespace::regnamespace::text IN ('assure', 'assure_bi', 'assure_internal') AND p.prosecdef
    AND position('`' || replace(p.oid::regprocedure::text, ',', ', ') || '` is `SECURITY DEFINER`' IN :'security') = 0), NULL, 'no function is SECURITY DEFINER but those that docs/security.md gives a reason for');
SELECT * FROM finish();
ROLLBACK;
