\set ECHO none
-- The documentation says what the database says: tables, columns, views, routines, rights, errors.
BEGIN;
\i test/sql-common/setup.psql
SELECT plan(10);
\set tables `cat docs/tables.md`
\set query `cat docs/query.md docs/jobs.md`
\set calls `cat docs/*.md`
\set security `cat docs/security.md`
\set errors `cat docs/errors.md`
\set codes `sed -n "s/.*MAKE_SQLSTATE('\(.\)', '\(.\)', '\(.\)', '\(.\)', '\(.\)').*/\1\2\3\4\5/p" src/core/errors.h`
\set settings `sed -n 's/.*DefineCustom[A-Za-z]*Variable("\(assure[a-z_.]*\)".*/\1/p' src/core/guc.c`
\set guide `cat docs/operate.md`
\set locks `sed -n 's/^#define LOCK_[A-Z]*[^0-9]*\([0-9]\{4\}\)[^0-9].*/\1/p' src/core/lock.h`
\set operate `cat docs/operate.md docs/jobs.md docs/call.md docs/security.md`

CREATE TEMP VIEW documented AS
    SELECT c.oid, n.nspname || '.' || c.relname AS name, c.relkind, a.attname, col_description(c.oid, a.attnum) AS comment
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE n.nspname IN ('assure', 'assure_bi', 'assure_internal') AND c.relkind IN ('r', 'v')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e');

-- What serves a type, an operator, an aggregate, a cast or the planner is not called by name.
CREATE TEMP VIEW supports AS
    SELECT unnest(ARRAY[typinput, typoutput, typreceive, typsend, typmodin, typmodout, typanalyze, typsubscript]::oid[]) AS support FROM pg_type WHERE typnamespace = 'assure'::regnamespace
    UNION SELECT unnest(ARRAY[oprcode, oprrest, oprjoin]::oid[]) FROM pg_operator WHERE oprnamespace = 'assure'::regnamespace
    UNION SELECT amproc FROM pg_amproc
    UNION SELECT castfunc FROM pg_cast
    UNION SELECT prosupport FROM pg_proc WHERE pronamespace = 'assure'::regnamespace
    UNION SELECT unnest(ARRAY[rngcanonical, rngsubdiff]::oid[]) FROM pg_range
    UNION SELECT unnest(ARRAY[aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn, aggmfinalfn]::oid[]) FROM pg_aggregate;

SELECT is((SELECT string_agg(DISTINCT name, ' ' ORDER BY name) FROM documented WHERE relkind = 'r' AND position('### ' || name || E'\n' IN :'tables') = 0), NULL, 'every table has its heading in docs/tables.md');
SELECT is((SELECT string_agg(name || '.' || attname, ' ' ORDER BY name, attname) FROM documented WHERE relkind = 'r' AND position(format(' | %s |', comment) IN :'tables') = 0), NULL, 'and every column its comment');
SELECT is((SELECT string_agg(DISTINCT name, ' ' ORDER BY name) FROM documented WHERE relkind = 'v' AND position(name IN :'query') = 0), NULL, 'every view is in docs/query.md or docs/jobs.md');
SELECT is((SELECT string_agg(name || '.' || attname, ' ' ORDER BY name, attname) FROM documented WHERE relkind = 'v' AND position(format('| %s |', attname) IN :'query') = 0 AND position('`' || attname || '`' IN :'query') = 0), NULL, 'and every column of it');
SELECT is((SELECT string_agg(DISTINCT p.proname, ' ' ORDER BY p.proname) FROM pg_proc p WHERE p.pronamespace = 'assure'::regnamespace AND p.prorettype <> 'trigger'::regtype
    AND p.proname <> 'check_database' AND p.oid NOT IN (SELECT support FROM pg_temp.supports) AND position(p.proname IN :'calls') = 0), NULL, 'every routine is in the pages for its callers');
SELECT is((SELECT string_agg(DISTINCT split_part(object, '(', 1), ' ' ORDER BY split_part(object, '(', 1)) FROM assure.scope_right
    WHERE kind <> 'read all' AND position(split_part(split_part(object, '(', 1), '.', 2) IN :'security') = 0), NULL, 'everything that a scope may do is in docs/security.md');
SELECT is((SELECT string_agg(code, ' ' ORDER BY code) FROM regexp_split_to_table(:'codes', E'\\s+') code WHERE code <> '' AND position(code IN :'errors') = 0), NULL, 'every SQLSTATE of our own is in docs/errors.md');
SELECT is((SELECT string_agg(name, ' ' ORDER BY name) FROM regexp_split_to_table(:'settings', E'\\s+') name WHERE name <> '' AND position(name IN :'operate') = 0), NULL, 'every setting is in docs/operate.md or docs/jobs.md');
SELECT is((SELECT string_agg(check_name, ', ' ORDER BY check_name) FROM assure_bi.health WHERE position(format(E'\n| `%s` |', check_name) IN :'guide') = 0), NULL, 'docs/operate.md says what to do for each row of health');
SELECT is((SELECT string_agg(key, ' ' ORDER BY key) FROM regexp_split_to_table(:'locks', E'\\s+') key WHERE key <> '' AND position(format(E'\n| %s', key) IN :'guide') = 0), NULL, 'and what each lock is');
SELECT * FROM finish();
ROLLBACK;
