\set ECHO none
-- Facts of the catalog that hold for every object, also for those still to come.
\i test/sql-common/setup.psql
SELECT plan(34);

-- The objects in question.
CREATE TEMP TABLE spaces AS SELECT oid AS space, nspname AS name FROM pg_namespace WHERE nspname IN ('assure', 'assure_bi', 'assure_internal');
CREATE TEMP TABLE members AS SELECT classid, objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
    AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pg_assure');
CREATE TEMP TABLE relations AS SELECT c.oid, s.name || '.' || c.relname AS name, c.relkind, c.relowner, c.relrowsecurity,
        EXISTS (SELECT FROM members WHERE classid = 'pg_class'::regclass AND objid = c.oid) AS member
    FROM pg_class c JOIN spaces s ON s.space = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S');
CREATE FUNCTION pg_temp.none(query text, what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
    EXECUTE format('SELECT string_agg(x::text, '', '' ORDER BY x::text COLLATE "C") FROM (%s) q (x)', query) INTO found;
    RETURN is(found, NULL, what);
END $$;

SELECT is((SELECT string_agg(name, ' ' ORDER BY name) FROM spaces), 'assure assure_bi assure_internal', 'there are three schemas');
SELECT ok((SELECT count(*) > 40 FROM relations), 'with tables and views in them');

-- Comments.
SELECT pg_temp.none($$SELECT name FROM spaces WHERE obj_description(space, 'pg_namespace') IS NULL$$, 'every schema has a comment');
SELECT pg_temp.none($$SELECT name FROM relations WHERE relkind <> 'S' AND obj_description(oid, 'pg_class') IS NULL$$, 'every table and view has a comment');
SELECT pg_temp.none($$SELECT r.name || '.' || attname FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid
    WHERE relkind <> 'S' AND attnum > 0 AND NOT attisdropped AND coalesce(col_description(r.oid, attnum), '') = ''$$, 'every column has a comment');
SELECT pg_temp.none($$SELECT p.oid::regprocedure FROM pg_proc p JOIN spaces s ON s.space = p.pronamespace WHERE obj_description(p.oid, 'pg_proc') IS NULL$$, 'every function has a comment');
SELECT pg_temp.none($$SELECT t.oid::regtype FROM pg_type t JOIN spaces s ON s.space = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE t.typcategory <> 'A' AND coalesce(c.relkind, 'c') = 'c' AND obj_description(t.oid, 'pg_type') IS NULL$$, 'every type has a comment');

-- Shape.
SELECT pg_temp.none($$SELECT name FROM relations r WHERE relkind IN ('r', 'p') AND NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = r.oid AND contype = 'p')$$, 'every table has a primary key');
SELECT pg_temp.none($$SELECT t.oid::regtype FROM pg_type t JOIN spaces s ON s.space = t.typnamespace WHERE typtype = 'e'$$, 'there is no enum type');
SELECT pg_temp.none($$SELECT r.name || '.' || attname FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid WHERE attnum > 0 AND (attidentity <> '' OR attgenerated <> '')$$, 'no column is an identity or generated');
-- The log keeps transactions beside the cluster that counts them.
SELECT pg_temp.none($$SELECT r.name || '.' || attname FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid JOIN pg_type t ON t.oid = a.atttypid
    WHERE relkind IN ('r', 'p') AND attnum > 0 AND t.typnamespace = 'pg_catalog'::regnamespace AND (t.typname LIKE 'reg%' OR t.typname IN ('oid', 'xid', 'xid8', 'tid', 'cid', '_oid')) AND r.name || '.' || attname <> 'assure.audit_log.transaction_id'$$, 'no table keeps what does not survive a dump: reg*, oid, xid');
SELECT pg_temp.none($$SELECT name FROM relations WHERE relkind IN ('m', 'f')$$, 'no materialized view, no foreign table');
SELECT pg_temp.none($$SELECT r.name || '.' || attname FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid WHERE relkind IN ('r', 'p') AND attnum > 0 AND atttypid IN ('float4'::regtype, 'float8'::regtype, 'money'::regtype)$$,
    'no table keeps floating point or money');
SELECT pg_temp.none($$SELECT r.name || '.' || attname FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid WHERE relkind IN ('r', 'p') AND attnum > 0 AND atttypid = 'timestamp'::regtype$$, 'no table keeps a time without its zone');
SELECT pg_temp.none($$SELECT r.name || '.' || attname FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid
    WHERE relkind IN ('r', 'p') AND attname ~ '_fen$' AND atttypid <> 'bigint'::regtype$$, 'amounts in fen are bigint');
SELECT pg_temp.none($$SELECT r.name FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid AND attname = 'account_id' JOIN pg_constraint k ON k.conrelid = r.oid AND k.contype = 'p'
    WHERE relkind IN ('r', 'p') AND k.conkey[1] <> a.attnum AND name NOT IN ('assure.claim_ref', 'assure.order_ref', 'assure.authorization_ref', 'assure.invoice_key', 'assure.payment_bank_ref', 'assure_internal.member_ref', 'assure.task', 'assure.check_sample')$$,
    'what belongs to an account has account_id first in its key, but for routing tables and tasks');

-- Foreign keys: within an account, or to small tables that every node has.
SELECT pg_temp.none($$SELECT k.conrelid::regclass || ' ' || k.conname FROM pg_constraint k JOIN relations r ON r.oid = k.conrelid
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attname = 'account_id'
    WHERE k.contype = 'f' AND NOT a.attnum = ANY (k.conkey)
    AND (k.conrelid::regclass::text, k.confrelid::regclass::text) NOT IN (('assure.account', 'assure.policy'), ('assure.enrollment', 'assure.plan'), ('assure.service_order', 'assure.service'), ('assure.task', 'assure.queue'), ('assure.check_sample', 'assure.check_draw'))$$,
    'foreign keys of an account''s tables contain account_id, or lead to a small table');
SELECT pg_temp.none($$SELECT k.conrelid::regclass || ' ' || k.conname FROM pg_constraint k WHERE k.contype = 'f' AND NOT k.convalidated AND k.conrelid IN (SELECT oid FROM relations)$$, 'all of them are validated');
SELECT pg_temp.none($$SELECT k.conrelid::regclass || ' ' || k.conname FROM pg_constraint k JOIN relations r ON r.oid = k.conrelid WHERE k.contype = 'f'
    AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indisvalid AND (i.indkey::smallint[])[0:cardinality(k.conkey) - 1] @> k.conkey)
    AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indkey[0] = (SELECT attnum FROM pg_attribute WHERE attrelid = k.conrelid AND attname = 'account_id'))
    AND k.confrelid::regclass::text NOT IN ('assure.plan', 'assure.service', 'assure.queue', 'assure.policy')$$, 'an index serves every foreign key to what can be deleted');

-- Who owns what: the extension its code, the owner role the data.
SELECT pg_temp.none(format($$SELECT name FROM relations WHERE NOT member AND relowner <> %L::regrole$$, :'owner'), 'all data belongs to the owner role');
SELECT pg_temp.none($$SELECT name FROM relations WHERE member AND name NOT IN ('assure.region_builtin', 'assure.population_builtin', 'assure.holiday_builtin', 'assure.icd_chapter', 'assure.icd_block', 'assure.match_parameter', 'assure.schema_script', 'assure.scope_right', 'assure.invalidation_marker')$$, 'no data table, view or sequence is a member of the extension');
SELECT pg_temp.none($$SELECT extname FROM pg_extension WHERE extname = 'pg_assure' AND extconfig IS NOT NULL$$, 'and none is dumped as its configuration');
SELECT pg_temp.none($$SELECT p.oid::regprocedure FROM pg_proc p JOIN members m ON m.objid = p.oid AND m.classid = 'pg_proc'::regclass JOIN pg_language l ON l.oid = p.prolang
    WHERE l.lanname <> 'c' AND p.prokind <> 'a'$$, 'the extension''s functions are C');
SELECT pg_temp.none($$SELECT p.oid::regprocedure FROM pg_proc p JOIN spaces s ON s.space = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
    WHERE l.lanname <> 'c' AND p.prokind <> 'a' AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (proconfig), false)$$, 'any other function pins its search_path');
SELECT pg_temp.none($$SELECT p.oid::regprocedure FROM pg_proc p JOIN spaces s ON s.space = p.pronamespace WHERE prosecdef$$, 'none is SECURITY DEFINER');
SELECT pg_temp.none($$SELECT name FROM relations WHERE relkind = 'v' AND name LIKE 'assure\_bi.%' AND name <> 'assure_bi.job_status'
    AND NOT coalesce((SELECT 'security_barrier=true' = ANY (reloptions) OR 'security_barrier' = ANY (reloptions) FROM pg_class c WHERE c.oid = relations.oid), false)$$, 'BI views are security barriers');
SELECT pg_temp.none($$SELECT name FROM relations WHERE relkind IN ('r', 'p') AND name LIKE 'assure.%' AND NOT member AND NOT relrowsecurity AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = relations.oid AND attname IN ('account_id', 'branch_id', 'member_id'))
    AND name NOT IN ('assure.claim_ref', 'assure.order_ref', 'assure.authorization_ref', 'assure.invoice_key', 'assure.payment_bank_ref', 'assure.branch', 'assure.branch_access', 'assure.worker')$$, 'whatever belongs to a branch or an account has row-level security, but for routing tables that nobody reads');
SELECT pg_temp.none($$SELECT tgrelid::regclass || ' ' || tgname FROM pg_trigger WHERE tgrelid IN (SELECT oid FROM relations) AND NOT tgisinternal AND tgname = 'invalidate' AND tgenabled <> 'A'$$, 'invalidation fires on replicas too');

-- Life cycle.
SELECT matches(t.fails(format('SELECT assure.create_schema(%L)', :'owner')), '^42P06 the data schema of pg_assure exists already, owned by "test_owner_', 'a second create_schema is refused');
SELECT is(assure.upgrade_schema(), 0, 'there is nothing to upgrade');
SELECT matches(t.fails('DROP EXTENSION pg_assure'), '^2BP01 ', 'DROP EXTENSION is refused while there is data');
SELECT matches(t.fails(format('DROP ROLE %I', :'owner')), '^2BP01 ', 'and so is DROP ROLE of the owner');
SELECT is(assure.version(), (SELECT extversion FROM pg_extension WHERE extname = 'pg_assure'), 'library and extension are of one version');
SELECT results_eq('SELECT schema_version, time_zone FROM assure_internal.installation', $$VALUES (2, 'Asia/Shanghai')$$, 'the installation says what it is');
SELECT * FROM finish();
