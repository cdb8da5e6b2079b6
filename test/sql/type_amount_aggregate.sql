\set ECHO none
-- Aggregates of amounts: numeric is the judge; windows that move, parallel plans, states.
BEGIN;
\i test/sql-common/setup.psql
SET search_path = public, assure;
SELECT plan(33);
SELECT setseed(0.5);
CREATE TABLE line AS SELECT i, i % 7 AS g, CASE WHEN random() < 0.1 THEN NULL ELSE from_fen(((random() - 0.4) * power(10, (random() * 14)::int))::bigint) END AS a FROM generate_series(1, 20000) i;
ALTER TABLE line ADD n numeric;
UPDATE line SET n = a;
ALTER TABLE line ALTER n TYPE numeric(20,2);

SELECT is((SELECT row(sum(a)::numeric, avg(a), min(a)::numeric, max(a)::numeric, count(a))::text FROM line), (SELECT row(sum(n), avg(n), min(n), max(n), count(n))::text FROM line), 'sum, avg, min and max are those of numeric, to the digit');
SELECT is((SELECT array_agg(row(g, s, v, l, m)::text ORDER BY g) FROM (SELECT g, sum(a)::numeric, avg(a), min(a)::numeric, max(a)::numeric FROM line GROUP BY g) x(g, s, v, l, m)),
    (SELECT array_agg(row(g, s, v, l, m)::text ORDER BY g) FROM (SELECT g, sum(n), avg(n), min(n), max(n) FROM line GROUP BY g) x(g, s, v, l, m)), 'by groups too');
SELECT is((SELECT row(sum(DISTINCT a)::numeric, count(DISTINCT a), sum(a) FILTER (WHERE a > 0)::numeric)::text FROM line), (SELECT row(sum(DISTINCT n), count(DISTINCT n), sum(n) FILTER (WHERE n > 0))::text FROM line), 'with DISTINCT and FILTER');
SELECT is((SELECT row(sum(a), avg(a), min(a), max(a))::text FROM line WHERE false), '(,,,)', 'of nothing they are NULL');
SELECT is((SELECT row(sum(a), avg(a), min(a), max(a))::text FROM line WHERE a IS NULL), '(,,,)', 'of NULLs too');
SELECT is((SELECT pg_typeof(sum(a))::text || ' ' || pg_typeof(avg(a)) || ' ' || pg_typeof(max(a)) FROM line), 'amount numeric amount', 'a sum is an amount, an average a number');

-- Beyond int64 on the way, and at the end.
CREATE TABLE large (i int, a amount);
INSERT INTO large VALUES (1, '92233720368547758.07'), (2, '92233720368547758.07'), (3, '92233720368547758.07'), (4, '-92233720368547758.08'), (5, '-92233720368547758.08'), (6, '5');
SELECT is(t.fails('SELECT sum(a) FROM large'), '22003 amount out of range', 'a sum beyond the range is an error');
INSERT INTO large VALUES (7, '-5.02');
SELECT is((SELECT sum(a ORDER BY i)::text FROM large), '92233720368547758.03', 'one that comes back is not');
SELECT is((SELECT avg(a)::text FROM large), (SELECT avg(a::numeric)::text FROM large), 'an average is exact all the same');
SELECT is((SELECT avg(a)::text FROM large WHERE i <= 3), (SELECT avg(a::numeric)::text FROM large WHERE i <= 3), 'of a sum beyond int64 too');
SELECT is((SELECT avg(a)::text FROM large WHERE i IN (4, 5)), (SELECT avg(a::numeric)::text FROM large WHERE i IN (4, 5)), 'and below');

-- Moving windows: with states that go forth and back.
SELECT is((SELECT count(*) FROM (SELECT sum(a) OVER w AS s, avg(a) OVER w AS v, min(a) OVER w AS l, max(a) OVER w AS m, sum(n) OVER w AS ns, avg(n) OVER w AS nv, min(n) OVER w AS nl, max(n) OVER w AS nm
    FROM line WINDOW w AS (PARTITION BY g ORDER BY i ROWS BETWEEN 3 PRECEDING AND 2 FOLLOWING)) x WHERE row(s::numeric, v, l::numeric, m::numeric)::text <> row(ns, nv, nl, nm)::text), 0::bigint, 'a moving window by rows');
SELECT is((SELECT count(*) FROM (SELECT sum(a) OVER w AS s, avg(a) OVER w AS v, sum(n) OVER w AS ns, avg(n) OVER w AS nv FROM line WHERE i <= 500
    WINDOW w AS (ORDER BY i ROWS BETWEEN 100 FOLLOWING AND 120 FOLLOWING)) x WHERE row(s::numeric, v)::text IS DISTINCT FROM row(ns, nv)::text), 0::bigint, 'one that runs empty is NULL at the end');
SELECT is((SELECT array_agg(s::text ORDER BY i) FROM (SELECT i, sum(a) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s FROM large WHERE i IN (1, 4, 5, 6) AND i <> 5) x), '{92233720368547758.07,-0.01,-92233720368547753.08}', 'at the bounds');
SELECT is(t.fails('SELECT sum(a) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM large'), '22003 amount out of range', 'a frame whose sum is beyond is an error');
SELECT is((SELECT count(*) FROM (SELECT count(*) OVER (ORDER BY a RANGE BETWEEN '5'::amount PRECEDING AND '2.50'::amount FOLLOWING) AS c, count(*) OVER (ORDER BY a RANGE BETWEEN 5 PRECEDING AND 2.5 FOLLOWING) AS d,
    count(*) OVER (ORDER BY n RANGE BETWEEN 5 PRECEDING AND 2.5 FOLLOWING) AS e FROM line) x WHERE c <> e OR d <> e), 0::bigint, 'frames by RANGE, the offset an amount or a number');
SELECT is((SELECT count(*) FROM (SELECT count(*) OVER (ORDER BY a DESC RANGE BETWEEN 5.001 PRECEDING AND '100'::amount FOLLOWING) AS c, count(*) OVER (ORDER BY n DESC RANGE BETWEEN 5.001 PRECEDING AND 100 FOLLOWING) AS e FROM line) x WHERE c <> e), 0::bigint, 'downwards too');
SELECT is((SELECT array_agg(c ORDER BY i) FROM (SELECT i, count(*) OVER (ORDER BY a RANGE BETWEEN '92233720368547758.07'::amount PRECEDING AND '92233720368547758.07'::amount FOLLOWING) AS c FROM large) x), '{4,4,4,3,3,5,4}', 'a frame as wide as the type does not overflow');
SELECT is(t.fails($$SELECT count(*) OVER (ORDER BY a RANGE '-1'::amount PRECEDING) FROM line$$), '22013 invalid preceding or following size in window function', 'a negative offset is an error');
SELECT is(t.fails($$SELECT count(*) OVER (ORDER BY a RANGE -1 PRECEDING) FROM line$$), '22013 invalid preceding or following size in window function', 'a negative number too');

-- States are plain arrays; those made by hand are looked at.
SELECT is(amount_accum(amount_accum('{0,0,0}', '1.50'), '-2'), '{2,-1,-50}', 'a state is count, high and low of the sum');
SELECT is(amount_discard('{2,-1,-50}', '-2'), '{1,0,150}', 'from which an amount is taken');
SELECT is(amount_sum(amount_combine('{2,-1,-50}', '{1,0,150}')), '1.00'::amount, 'and which add up');
CREATE TEMP TABLE part (state bigint[]);
INSERT INTO part VALUES (amount_accum('{0,0,0}', '3'));
SELECT is((SELECT row(amount_accum(state, '1'), amount_sum(state))::text FROM part), '("{2,0,400}",3.00)', 'a stored state is not changed');
SELECT is(t.fails('SELECT ' || expression), wanted, format('%s is an error', expression)) FROM (VALUES
    ('amount_accum(''{0,0}'', ''1'')', '22023 not the state of an aggregate of amounts'), ('amount_accum(''{0,0,NULL}'', ''1'')', '22023 not the state of an aggregate of amounts'), ('amount_accum(''{{0,0,0}}'', ''1'')', '22023 not the state of an aggregate of amounts'),
    ('amount_sum(''{-1,0,0}'')', '22023 not the state of an aggregate of amounts'), ('amount_combine(''{0,0,0}'', ''{}'')', '22023 not the state of an aggregate of amounts'),
    ('amount_combine(''{1,9223372036854775807,0}'', ''{1,9223372036854775807,0}'')', '22003 amount out of range'), ('amount_accum(''{9223372036854775807,0,0}'', ''1'')', '22003 amount out of range')) v(expression, wanted);

-- Parallel: partial states from workers.
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
ANALYZE line;
CREATE FUNCTION pg_temp.plan(query text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE line text; plan text := ''; BEGIN FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP plan := plan || line || E'\n'; END LOOP; RETURN plan; END $$;
SELECT matches(pg_temp.plan('SELECT sum(a), avg(a), min(a), max(a) FROM line'), 'Partial Aggregate', 'the aggregates run in parallel');
SELECT is((SELECT row(sum(a)::numeric, avg(a), min(a)::numeric, max(a)::numeric)::text FROM line), (SELECT row(sum(n), avg(n), min(n), max(n))::text FROM line), 'with the same result');
SELECT * FROM finish();
ROLLBACK;
