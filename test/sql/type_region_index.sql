\set ECHO none
-- The type assure.region: how indexes serve containment, and what the planner expects.
BEGIN;
\i test/sql-common/setup.psql
SELECT plan(33);
SET search_path = public, assure, pg_temp;
SELECT setseed(0.1);

-- 60,000 places: a few provinces have most of them, as customers do.
CREATE TEMP TABLE place AS SELECT i, ((ARRAY[44,44,44,44,32,32,32,37,37,41,51,11,62,54])[1 + (random() * 13)::int] * 10000
    + CASE WHEN random() < 0.02 THEN 0 ELSE (1 + (random() * random() * 20)::int) * 100 + CASE WHEN random() < 0.1 THEN 0 ELSE (random() * 40)::int END END)::region AS r
    FROM generate_series(1, 60000) i;
CREATE TEMP TABLE outer_place (r region);
INSERT INTO outer_place VALUES ('440000'), ('440300'), ('440305'), ('540000'), ('620100'), ('110101'), ('320000'), ('830000'), ('321900');
CREATE TEMP TABLE sorted AS SELECT * FROM place ORDER BY r;
ALTER TABLE place ALTER r SET STATISTICS 1000;
ANALYZE place, sorted;

-- The whole plan as a line; whatever depends on cost is switched off by the caller.
CREATE FUNCTION pg_temp.plan_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; whole text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || statement LOOP
        whole := whole || ' ' || btrim(line);
    END LOOP;
    RETURN btrim(whole);
END $$;
CREATE FUNCTION pg_temp.rows_of(statement text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || statement INTO plan;
    RETURN (plan #>> '{0,Plan,Plan Rows}')::float8;
END $$;
-- The rows counted without any index.
CREATE TEMP TABLE truth AS SELECT o.r AS o, (SELECT count(*) FROM place p WHERE left(p.r::text, CASE region_level(o.r) WHEN 'province' THEN 2 WHEN 'prefecture' THEN 4 ELSE 6 END)
    = left(o.r::text, CASE region_level(o.r) WHEN 'province' THEN 2 WHEN 'prefecture' THEN 4 ELSE 6 END)) AS n FROM outer_place o;
-- t.counted is how often an index gives another number.
CREATE FUNCTION pg_temp.wrong(tab text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE t record; n bigint; wrong bigint := 0;
BEGIN
    FOR t IN SELECT * FROM truth LOOP
        EXECUTE format('SELECT count(*) FROM %I WHERE r <@ %L', tab, t.o) INTO n;
        wrong := wrong + (n <> t.n)::int;
        EXECUTE format('SELECT count(*) FROM %I WHERE %L @> r', tab, t.o) INTO n;
        wrong := wrong + (n <> t.n)::int;
    END LOOP;
    RETURN wrong;
END $$;
SELECT is(pg_temp.wrong('place'), 0::bigint, 'without an index');

-- btree
CREATE INDEX place_r ON place (r);
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SELECT is(pg_temp.plan_of($$SELECT r FROM place WHERE r <@ '440000'$$), $$Index Only Scan using place_r on place Index Cond: ((r >= '440000'::region) AND (r <= '449999'::region))$$, 'a btree index serves <@, and the operator is not checked again');
SELECT is(pg_temp.plan_of($$SELECT i FROM place WHERE '440300' @> r$$), $$Index Scan using place_r on place Index Cond: ((r >= '440300'::region) AND (r <= '440399'::region))$$, 'and @> the other way about');
SELECT is(pg_temp.plan_of($$SELECT i FROM place WHERE region_contained(r, '440300')$$), $$Index Scan using place_r on place Index Cond: ((r >= '440300'::region) AND (r <= '440399'::region))$$, 'and the function behind the operator');
SELECT is(pg_temp.plan_of($$SELECT i FROM place WHERE r @> '440305'$$), $$Index Scan using place_r on place Index Cond: (r = ANY ('{440305,440300,440000}'::region[]))$$, 'what contains a place is one of three');
SELECT is(pg_temp.plan_of($$SELECT i FROM place WHERE r <@ NULL$$), 'Result One-Time Filter: false', 'NULL contains nothing');
SELECT is(pg_temp.wrong('place'), 0::bigint, 'the index finds what is there');
SET plan_cache_mode = force_generic_plan;
PREPARE of_region(region) AS SELECT i FROM place WHERE r <@ $1;
SELECT is(pg_temp.plan_of($$EXECUTE of_region('440000')$$), 'Index Scan using place_r on place Index Cond: ((r >= $1) AND (r <= region_last($1)))', 'with a parameter that the plan does not know');
PREPARE above(region) AS SELECT i FROM place WHERE r @> $1;
SELECT is(pg_temp.plan_of($$EXECUTE above('440305')$$), 'Index Scan using place_r on place Index Cond: (r = ANY (region_path($1)))', 'and above one');
SELECT is((SELECT count(*) FROM place WHERE r @> '440305'), (SELECT count(*) FROM place WHERE r::text IN ('440305', '440300', '440000')), 'what is above is right');
CREATE FUNCTION pg_temp.of_region(o region) RETURNS bigint LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT count(*) FROM place WHERE r <@ o); END $$;
SELECT is((SELECT count(*) FROM truth WHERE pg_temp.of_region(o) <> n), 0::bigint, 'parameters of functions');
RESET plan_cache_mode;
SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off;
SELECT matches(pg_temp.plan_of($$SELECT count(*) FROM outer_place o JOIN place p ON p.r <@ o.r$$), 'Index Cond: \(\(r >= o.r\) AND \(r <= region_last\(o.r\)\)\)$', 'a join takes the index by the other table''s value');
SELECT is((SELECT count(*) FROM truth t WHERE n <> (SELECT count(*) FROM outer_place o JOIN place p ON p.r <@ o.r WHERE o.r = t.o)), 0::bigint, 'and is right');
SELECT t.new_role('reader') \g /dev/null
CREATE TEMP VIEW guangdong AS SELECT i FROM place WHERE r <@ '440000';
GRANT SELECT ON guangdong TO PUBLIC;
SELECT is(t.run('reader', 'SELECT count(*) FROM guangdong'), (SELECT n::text FROM truth WHERE o = '440000'), 'a view is read by who may not use the schema');
SELECT doesnt_match(pg_temp.plan_of($$SELECT i FROM place WHERE r <@ ('44' || (random() * 10)::int % 10 || '000')::region$$), 'Index Cond', 'a volatile value is no index condition');
SELECT doesnt_match(pg_temp.plan_of($$SELECT i FROM place WHERE NOT r <@ '440000'$$), 'Index Cond', 'nor is the opposite');
DROP INDEX place_r;
CREATE INDEX place_r ON place (r DESC);
SELECT is(pg_temp.plan_of($$SELECT i FROM place WHERE r <@ '440000'$$), $$Index Scan using place_r on place Index Cond: ((r >= '440000'::region) AND (r <= '449999'::region))$$, 'a descending index');
DROP INDEX place_r;

-- BRIN and hash
SET enable_bitmapscan = on;
CREATE INDEX sorted_r ON sorted USING brin (r) WITH (pages_per_range = 8);
SELECT matches(pg_temp.plan_of($$SELECT i FROM sorted WHERE r <@ '440300'$$), $$Bitmap Index Scan on sorted_r Index Cond: \(\(r >= '440300'::region\) AND \(r <= '440399'::region\)\)$$, 'BRIN serves <@');
SELECT is(pg_temp.wrong('sorted'), 0::bigint, 'and finds what is there');
DROP INDEX sorted_r;
CREATE INDEX place_r ON place USING hash (r);
SELECT doesnt_match(pg_temp.plan_of($$SELECT i FROM place WHERE r <@ '440300'$$), 'Index Cond', 'a hash index cannot');
SELECT matches(pg_temp.plan_of($$SELECT i FROM place WHERE r = '440305'$$), 'Index Cond', 'but serves equality');
SELECT is((SELECT count(*) FROM place WHERE r = '440305'), (SELECT n FROM truth WHERE o = '440305'), 'and finds it');
RESET enable_seqscan;
DROP INDEX place_r;

-- Estimates, within a factor of 1.3 and 60 rows.
SELECT is((SELECT string_agg(format('%s: %s for %s', o, rows, n), ', ' ORDER BY o) FROM truth, LATERAL pg_temp.rows_of(format('SELECT FROM place WHERE r <@ %L', o)) rows
    WHERE rows NOT BETWEEN n / 1.3 - 60 AND n * 1.3 + 60), NULL, '<@ is estimated');
SELECT is((SELECT string_agg(format('%s: %s for %s', v, rows, n), ', ') FROM (VALUES ('440305'), ('320100'), ('110101')) x(v), LATERAL pg_temp.rows_of(format('SELECT FROM place WHERE r @> %L', v)) rows,
    LATERAL (SELECT count(*) AS n FROM place WHERE r @> v::region) c WHERE rows NOT BETWEEN n / 1.3 - 60 AND n * 1.3 + 60), NULL, '@> is estimated');
ANALYZE outer_place;
SELECT is((SELECT format('%s for %s', rows, n) FROM pg_temp.rows_of('SELECT FROM place p JOIN outer_place o ON p.r <@ o.r') rows, (SELECT sum(n) AS n FROM truth) x WHERE rows NOT BETWEEN n / 1.3 AND n * 1.3), NULL, 'a join is estimated');
SELECT is((SELECT format('%s for %s', rows, n) FROM pg_temp.rows_of('SELECT FROM outer_place o JOIN place p ON o.r @> p.r') rows, (SELECT sum(n) AS n FROM truth) x WHERE rows NOT BETWEEN n / 1.3 AND n * 1.3), NULL, 'either way about');
-- A view is for those too who may not use the schema of the operators.
SELECT t.new_role('plain') \g /dev/null
CREATE TABLE kept_place AS SELECT * FROM place;
CREATE INDEX ON kept_place (r);
CREATE VIEW guangdong AS SELECT * FROM kept_place WHERE r <@ '440000';
GRANT SELECT ON guangdong TO PUBLIC;
SELECT is(t.run('plain', 'SELECT pg_catalog.count(*) FROM public.guangdong'), (SELECT n::text FROM truth WHERE o = '440000'), 'a view serves a role without USAGE on the schema of the operators');
-- Rows with a match, each counted once: twenty prefectures of Guangdong, most of its places.
CREATE TEMP TABLE prefecture AS SELECT (440000 + 100 * k)::region AS r FROM generate_series(1, 20) k;
ANALYZE prefecture;
SELECT is((SELECT format('%s for %s', rows, n) FROM pg_temp.rows_of('SELECT FROM place p WHERE EXISTS (SELECT FROM prefecture o WHERE p.r <@ o.r)') rows,
    (SELECT count(*) AS n FROM place p WHERE EXISTS (SELECT FROM prefecture o WHERE p.r <@ o.r)) x WHERE rows NOT BETWEEN n / 1.5 AND n * 1.5), NULL, 'EXISTS is estimated');
SELECT is((SELECT format('%s for %s', rows, n) FROM pg_temp.rows_of('SELECT FROM place p WHERE NOT EXISTS (SELECT FROM prefecture o WHERE o.r @> p.r)') rows,
    (SELECT count(*) AS n FROM place p WHERE NOT EXISTS (SELECT FROM prefecture o WHERE o.r @> p.r)) x WHERE rows NOT BETWEEN n / 1.5 AND n * 1.5), NULL, 'NOT EXISTS is');
SELECT is((SELECT format('%s for %s', rows, n) FROM pg_temp.rows_of('SELECT FROM prefecture o WHERE EXISTS (SELECT FROM place p WHERE p.r <@ o.r)') rows,
    (SELECT count(*) AS n FROM prefecture o WHERE EXISTS (SELECT FROM place p WHERE p.r <@ o.r)) x WHERE rows NOT BETWEEN n / 1.1 AND n * 1.1), NULL, 'and EXISTS on the other side');
-- A domain has the estimates of its base.
CREATE DOMAIN pg_temp.place_code AS region;
CREATE TEMP TABLE domain_place AS SELECT r::pg_temp.place_code AS r FROM place;
ANALYZE domain_place;
SELECT is((SELECT string_agg(format('%s: %s for %s', v, rows, n), ', ') FROM (VALUES ('440305'), ('320100')) x(v), LATERAL pg_temp.rows_of(format('SELECT FROM domain_place WHERE r @> %L', v)) rows,
    LATERAL (SELECT count(*) AS n FROM place WHERE r @> v::region) c WHERE rows NOT BETWEEN n / 1.3 - 60 AND n * 1.3 + 60), NULL, '@> on a domain');
CREATE TEMP TABLE unknown (r region);
INSERT INTO unknown SELECT r FROM place;
SELECT cmp_ok(pg_temp.rows_of($$SELECT FROM unknown WHERE r <@ '440000'$$) / pg_temp.rows_of($$SELECT FROM unknown WHERE r <@ '440300'$$), '>', 5::float8, 'without statistics a province has more than a prefecture');
SELECT is((SELECT string_agg(p.oid::regprocedure::text, ', ' ORDER BY p.oid::regprocedure::text) FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode WHERE o.oprleft = 'region'::regtype AND NOT p.proleakproof), NULL, 'all operators are leakproof: policies and views keep their indexes');
SELECT * FROM finish();
ROLLBACK;
