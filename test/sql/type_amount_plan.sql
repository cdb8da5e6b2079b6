\set ECHO none
-- What the planner makes of amounts: indexes, joins, estimates, and the forms without numeric.
BEGIN;
\i test/sql-common/setup.psql
SET search_path = public, assure;
SELECT plan(76);
CREATE FUNCTION pg_temp.plan(query text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE line text; plan text := ''; BEGIN FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP plan := plan || line || E'\n'; END LOOP; RETURN plan; END $$;
CREATE FUNCTION pg_temp.rows(query text) RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE plan json; BEGIN EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan; RETURN plan->0->'Plan'->>'Plan Rows'; END $$;
-- The same skewed values as amounts, as fen and as numerics; a few common ones, some NULLs.
SELECT setseed(0.6);
CREATE TABLE bill AS SELECT i AS id, from_fen(v) AS a, v AS b, v / 100.0 AS n, CASE WHEN i % 5 <> 0 THEN from_fen(v) END AS sparse, CASE WHEN i % 5 <> 0 THEN v END AS sparse_b
    FROM (SELECT i, CASE WHEN i % 10 = 0 THEN 5000 ELSE power(i, 1.5)::bigint END AS v FROM generate_series(1, 30000) i) s;
CREATE INDEX bill_a ON bill (a);
CREATE INDEX bill_brin ON bill USING brin (sparse) WITH (pages_per_range = 4);
ANALYZE bill;

-- ---------------------------------------------------------------------------
-- Indexes
-- ---------------------------------------------------------------------------
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
-- The result of a sub-select is $0 to some versions, (InitPlan 1).col1 to others.
SELECT is(replace(substring(pg_temp.plan('SELECT id FROM bill WHERE ' || condition) FROM 'Index Scan using bill_a on bill\s+Index Cond: ([^\n]*)'), '(InitPlan 1).col1', '$0'), wanted, format('%s uses the index', condition)) FROM (VALUES
    ('a > 50000', '(a > ''50000.00''::amount)'), ('a > 50000.00', '(a > ''50000.00''::amount)'), ('a > 50000::bigint', '(a > ''50000.00''::amount)'), ('a = 5::smallint', '(a = ''5.00''::amount)'), ('a > ''50000''', '(a > ''50000.00''::amount)'),
    ('50000 < a', '(a > ''50000.00''::amount)'), ('50000.00 >= a AND 1 < a', '((a <= ''50000.00''::amount) AND (a > ''1.00''::amount))'), ('a BETWEEN 10 AND 20.5', '((a >= ''10.00''::amount) AND (a <= ''20.50''::amount))'),
    ('a > 10.005', '(a > ''10.00''::amount)'), ('a >= 10.005', '(a > ''10.00''::amount)'), ('a < 10.005', '(a <= ''10.00''::amount)'), ('a <= 10.005', '(a <= ''10.00''::amount)'),
    ('a > -10.005', '(a > ''-10.01''::amount)'), ('a <= -10.005', '(a <= ''-10.01''::amount)'), ('10.005 <= a', '(a > ''10.00''::amount)'), ('10.005 > a', '(a <= ''10.00''::amount)'), ('a = 10.005', '(a = 10.005)'),
    ('a < 1e20', '(a < ''100000000000000000000''::numeric)'), ('a < ''NaN''::numeric', '(a < ''NaN''::numeric)'), ('a = ANY (''{1,2.5}''::numeric[])', '(a = ANY (''{1,2.5}''::numeric[]))'),
    ('a > (SELECT 5.5)', '(a > $0)')) v(condition, wanted);
RESET enable_bitmapscan;
SELECT matches(pg_temp.plan('SELECT id FROM bill WHERE a IN (1, 2.50)'), 'BitmapOr', 'a list of numbers is looked up one by one');
SELECT matches(pg_temp.plan('SELECT id FROM bill WHERE a IN (''1'', ''2.50'')'), 'Index Cond: \(a = ANY \(''\{1.00,2.50\}''::amount\[\]\)\)', 'one of amounts as one');
SELECT matches(pg_temp.plan('SELECT id FROM bill WHERE a <> 5 AND 5.001 <> a'), 'Filter: \(\(a <> ''5.00''::amount\) AND \(5.001 <> a\)\)', 'what differs is no range');
SELECT is(pg_temp.plan('SELECT id FROM bill WHERE a > NULL::numeric'), E'Result\n  One-Time Filter: false\n', 'NULL is nothing');
PREPARE by_number (numeric) AS SELECT count(*) FROM bill WHERE a < $1;
PREPARE by_integer (int) AS SELECT count(*) FROM bill WHERE a < $1;
SET LOCAL plan_cache_mode = force_generic_plan;
SELECT matches(pg_temp.plan('EXECUTE by_number(5)'), 'Index Cond: \(a < \$1\)', 'a parameter uses the index in a generic plan too');
SELECT matches(pg_temp.plan('EXECUTE by_integer(5)'), 'Index Cond: \(a < \(\$1\)::numeric\)', 'of any integer type');
SET LOCAL plan_cache_mode = force_custom_plan;
SELECT matches(pg_temp.plan('EXECUTE by_integer(5)'), 'Index Cond: \(a < ''5.00''::amount\)', 'a custom plan has the amount');
RESET plan_cache_mode;
SELECT matches(pg_temp.plan('SELECT max(a) FROM bill'), 'Index Only Scan Backward using bill_a', 'max is the end of the index');
SELECT matches(pg_temp.plan('SELECT min(a) FROM bill'), 'Index Only Scan using bill_a', 'min its start');
SELECT matches(pg_temp.plan('SELECT a FROM bill ORDER BY a LIMIT 3'), 'Index Only Scan using bill_a', 'order comes from the index');
SELECT is((SELECT count(*) FROM bill WHERE a BETWEEN x AND x + '1.00') - (SELECT count(*) FROM bill WHERE n BETWEEN x::numeric AND x::numeric + 1), 0::bigint, format('from %s the index finds what numeric finds', x)) FROM (VALUES ('0'::amount), ('0.99'), ('50'), ('1000'), ('51961.00')) v(x);
SELECT matches(pg_temp.plan('SELECT id FROM bill WHERE sparse > 40000.5'), 'Bitmap Index Scan on bill_brin\s+Index Cond: \(sparse > ''40000.50''::amount\)', 'a BRIN index serves');
SELECT is((SELECT count(*) FROM bill WHERE sparse > 40000.5), (SELECT count(*) FROM bill WHERE sparse_b > 4000050), 'and finds the same');
SELECT is((SELECT count(*) FROM bill WHERE sparse > (SELECT 40000.5)), (SELECT count(*) FROM bill WHERE sparse_b > 4000050), 'with a number that is no constant too');
CREATE TABLE twice (a amount, b bigint);
INSERT INTO twice SELECT from_fen(i % 10), i % 10 FROM generate_series(1, 20000) i;
CREATE INDEX twice_a ON twice (a);
CREATE INDEX twice_b ON twice (b);
SELECT is(pg_relation_size('twice_a'), pg_relation_size('twice_b'), 'an index of amounts is deduplicated, as one of bigint');
CREATE UNIQUE INDEX bill_unique ON bill (id, a);
CREATE TABLE parted (a amount) PARTITION BY RANGE (a);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('0') TO ('100');
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM ('100') TO ('200');
INSERT INTO parted VALUES ('99.99'), ('100');
SELECT matches(pg_temp.plan('SELECT * FROM parted WHERE a >= 100'), '^Seq Scan on parted_2', 'partitions are pruned by a number');
SELECT is((SELECT string_agg(tableoid::regclass || ' ' || a, ', ' ORDER BY a) FROM parted), 'parted_1 99.99, parted_2 100.00', 'and routed');

-- ---------------------------------------------------------------------------
-- Joins
-- ---------------------------------------------------------------------------
RESET enable_seqscan;
SET LOCAL enable_nestloop = off;
SET LOCAL enable_mergejoin = off;
SELECT matches(pg_temp.plan('SELECT count(*) FROM bill x JOIN bill y USING (a)'), 'Hash Join', 'amounts are hashed');
RESET enable_mergejoin;
SELECT matches(pg_temp.plan('SELECT count(*) FROM bill x JOIN bill y ON x.a = y.n'), 'Merge Join', 'amounts and numerics are merged');
SELECT is((SELECT count(*) FROM bill x JOIN bill y ON x.a = y.n WHERE x.id % 10 <> 0), (SELECT count(*) FROM bill x JOIN bill y ON x.n = y.n WHERE x.id % 10 <> 0), 'rightly');
SELECT is((SELECT count(*) FROM bill x JOIN bill y ON y.n = x.a WHERE x.id % 10 <> 0), (SELECT count(*) FROM bill x JOIN bill y ON x.n = y.n WHERE x.id % 10 <> 0), 'the other way round too');
RESET enable_nestloop;
CREATE INDEX bill_n ON bill (n);
SET LOCAL enable_seqscan = off;
SELECT matches(pg_temp.plan('SELECT n FROM bill ORDER BY n LIMIT 3'), 'Index Only Scan using bill_n', 'an index of numerics still serves their order');
RESET enable_seqscan;

-- ---------------------------------------------------------------------------
-- Estimates: those that bigint gets; within a hundredth of the table even.
-- ---------------------------------------------------------------------------
SELECT ok(abs(pg_temp.rows('SELECT FROM bill WHERE ' || condition) - pg_temp.rows('SELECT FROM bill WHERE ' || judge)) <= greatest(2, pg_temp.rows('SELECT FROM bill WHERE ' || judge) / 100), format('%s is estimated as fen are', condition)) FROM (VALUES
    ('a > 10000', 'b > 1000000'), ('a < 100', 'b < 10000'), ('a <= 50', 'b <= 5000'), ('a >= 50', 'b >= 5000'), ('a BETWEEN 1000 AND 1040', 'b BETWEEN 100000 AND 104000'), ('a > 20000 AND a < 20100', 'b > 2000000 AND b < 2010000'),
    ('20000 < a AND 20100.00 > a', '2000000 < b AND 2010000 > b'), ('sparse BETWEEN 1000 AND 3000', 'sparse_b BETWEEN 100000 AND 300000'), ('sparse > 10', 'sparse_b > 1000'), ('a BETWEEN 10 AND 20000 AND a > 500 AND a < 900', 'b BETWEEN 1000 AND 2000000 AND b > 50000 AND b < 90000'),
    ('NOT (a > 10000)', 'NOT (b > 1000000)'), ('a > 10000 AND id > 0', 'b > 1000000 AND id > 0'), ('(a > 1000 AND a < 1100) OR (a > 30000 AND a < 30200)', '(b > 100000 AND b < 110000) OR (b > 3000000 AND b < 3020000)'), ('a = 50', 'b = 5000'), ('a <> 50', 'b <> 5000'),
    ('a > 600 AND a < 500', 'b > 60000 AND b < 50000')) v(condition, judge);
-- Within the first bin of a histogram of ten, where the built-in estimate would be one row or a twentieth of the table.
ALTER TABLE bill ALTER a SET STATISTICS 10;
ANALYZE bill (a);
SELECT ok(pg_temp.rows('SELECT FROM bill WHERE a BETWEEN 20000 AND 20500') BETWEEN (SELECT count(*) FROM bill WHERE a BETWEEN 20000 AND 20500) / 2 AND (SELECT count(*) FROM bill WHERE a BETWEEN 20000 AND 20500) * 2, 'a range within one bin is estimated in proportion');
PREPARE by_range (amount, amount) AS SELECT FROM bill WHERE a BETWEEN $1 AND $2;
SET LOCAL plan_cache_mode = force_generic_plan;
SELECT is(pg_temp.rows('EXECUTE by_range(''1'', ''2'')'), (0.005 * 30000)::bigint, 'one of unknown bounds by the default for ranges');
RESET plan_cache_mode;

-- ---------------------------------------------------------------------------
-- Row-level security: a filter that leaks nothing may go first, and use the index.
-- ---------------------------------------------------------------------------
CREATE VIEW guarded WITH (security_barrier) AS SELECT * FROM bill WHERE id::text ~ '7';
SET LOCAL enable_seqscan = off;
SELECT matches(pg_temp.plan('SELECT id FROM guarded WHERE a > 50000'), 'Index Cond: \(a > ''50000.00''::amount\)', 'comparisons pass a security barrier');
RESET enable_seqscan;

-- ---------------------------------------------------------------------------
-- Products and quotients
-- ---------------------------------------------------------------------------
CREATE FUNCTION pg_temp.output(expression text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE plan json; BEGIN EXECUTE 'EXPLAIN (VERBOSE, FORMAT json) SELECT ' || expression || ' FROM bill' INTO plan; RETURN plan->0->'Plan'->'Output'->>0; END $$;
SELECT is(pg_temp.output(expression), wanted, format('%s', expression)) FROM (VALUES ('a * 2', 'prorate(a, ''2''::bigint, ''1''::bigint)'), ('0.850 * a', 'prorate(a, ''85''::bigint, ''100''::bigint)'), ('a * id', 'prorate(a, (id)::bigint, ''1''::bigint)'), ('a * b', 'prorate(a, b, ''1''::bigint)'),
    ('a / id::smallint', 'prorate(a, ''1''::bigint, ((id)::smallint)::bigint)'), ('a / 1.5', 'prorate(a, ''10''::bigint, ''15''::bigint)'), ('a * -0.5', 'prorate(a, ''-5''::bigint, ''10''::bigint)'), ('a * n', '(a * n)'), ('a * 0.1234567890123456789', '(a * 0.1234567890123456789)'), ('a / a', '(a / a)')) v(expression, wanted);
SELECT * FROM finish();
ROLLBACK;
