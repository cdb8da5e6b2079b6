\set ECHO none
-- What is drawn of a list of tasks: against a slow reference, and what must hold of every draw.
BEGIN;
\i test/sql-common/setup.psql
SELECT plan(25);
-- t.slow(seed, ids, strata, rates) draws once more, in SQL, from what is promised: the tasks of each stratum by SHA-256 of
-- seed and task, and of these the first ones.
CREATE FUNCTION t.slow(seed text, ids bigint[], strata int[], rates numeric[]) RETURNS bigint[] LANGUAGE sql AS $$
    WITH m AS (SELECT ids[1 + (n - 1) / (cardinality(strata) / cardinality(ids))] AS id, s FROM unnest(strata) WITH ORDINALITY x (s, n)),
    r AS (SELECT id, s, substr(sha256(convert_to(octet_length(seed) || ':' || seed || octet_length(id::text) || ':' || id, 'UTF8')), 1, 8) AS rank FROM m),
    d AS (SELECT id, rank, row_number() OVER (PARTITION BY s ORDER BY rank, id) AS place, greatest(ceil(count(*) OVER (PARTITION BY s) * rates[s]), 1) AS quota FROM r)
    SELECT coalesce(array_agg(id ORDER BY rank, id), '{}') FROM (SELECT DISTINCT id, rank FROM d WHERE place <= quota) x $$;
-- t.history(n) is a random list of tasks in random strata of random rates, from the seed n.
CREATE TABLE t.history (n int PRIMARY KEY, seed text, ids bigint[], strata int[], rates numeric[], per_task int);
SELECT setseed(0.29) \g /dev/null
INSERT INTO t.history SELECT n, 'seed ' || n, ids, ARRAY(SELECT (1 + floor(random() * s))::int FROM generate_series(1, cardinality(ids) * p) WHERE n > 0),
        ARRAY(SELECT CASE floor(random() * 5) WHEN 0 THEN 0 WHEN 1 THEN 1 ELSE round((random() * 0.3)::numeric, 3) END FROM generate_series(1, s) WHERE n > 0), p
    FROM (SELECT n, 1 + floor(random() * 4)::int AS p, 1 + floor(random() * 20)::int AS s,
        ARRAY(SELECT DISTINCT (random() * 9e15)::bigint FROM generate_series(1, 1 + (random() * 120)::int) WHERE n > 0) AS ids FROM generate_series(1, 200) n) x;

SELECT is(assure.draw_sample('a', '{1,2,3}', '{1,1,1}', '{0.5}'), t.slow('a', '{1,2,3}', '{1,1,1}', '{0.5}'), 'three tasks, half of them: two');
SELECT is(cardinality(assure.draw_sample('a', '{1,2,3}', '{1,1,1}', '{0.5}')), 2, 'rounded up');
SELECT is(assure.draw_sample('a', '{}', '{}', '{0.5}'), '{}', 'nothing of nothing');
SELECT is(cardinality(assure.draw_sample('a', '{1,2,3}', '{1,1,2}', '{0,0}')), 2, 'one of each stratum, whatever the rate');
SELECT is(cardinality(assure.draw_sample('a', '{1,2,3}', '{1,1,2}', '{1,1}')), 3, 'all of all');
SELECT isnt(assure.draw_sample('a', (SELECT array_agg(i) FROM generate_series(1, 100) i), array_fill(1, '{100}'), '{0.1}'),
    assure.draw_sample('b', (SELECT array_agg(i) FROM generate_series(1, 100) i), array_fill(1, '{100}'), '{0.1}'), 'another seed draws otherwise');
SELECT is((SELECT string_agg(n::text, ' ') FROM t.history WHERE assure.draw_sample(seed, ids, strata, rates) <> t.slow(seed, ids, strata, rates)), NULL, '200 random lists: as the reference draws');
SELECT cmp_ok((SELECT sum(cardinality(ids)) FROM t.history), '>', 5000::bigint, 'which are not small');
-- The rows in another order.
CREATE FUNCTION t.turned(h t.history) RETURNS bigint[] LANGUAGE sql AS $$
    SELECT assure.draw_sample(h.seed, (SELECT array_agg(h.ids[i] ORDER BY i DESC) FROM generate_subscripts(h.ids, 1) i),
        (SELECT array_agg(h.strata[(i - 1) * h.per_task + k] ORDER BY i DESC, k) FROM generate_subscripts(h.ids, 1) i, generate_series(1, h.per_task) k), h.rates) $$;
SELECT is((SELECT string_agg(n::text, ' ') FROM t.history h WHERE assure.draw_sample(seed, ids, strata, rates) <> t.turned(h)), NULL, 'the same from rows in another order');
SELECT is((SELECT string_agg(n::text, ' ') FROM t.history h, LATERAL (SELECT s, count(*) AS members, count(*) FILTER (WHERE ids[1 + (k - 1) / per_task] = ANY (assure.draw_sample(seed, ids, strata, rates))) AS drawn
        FROM unnest(strata) WITH ORDINALITY x (s, k) GROUP BY s) x WHERE drawn < greatest(1, ceil(members * rates[s]))), NULL, 'each stratum has its share, and at least one');
SELECT is((SELECT string_agg(n::text, ' ') FROM t.history h WHERE NOT assure.draw_sample(seed, ids, strata, rates) <@
    assure.draw_sample(seed, ids, strata, (SELECT array_agg(least(r * 1.5, 1)) FROM unnest(rates) r))), NULL, 'a higher rate draws the same and more');
SELECT is((SELECT string_agg(n::text, ' ') FROM t.history h WHERE EXISTS (SELECT FROM unnest(assure.draw_sample(seed, ids, strata, rates)) d WHERE d <> ALL (ids))), NULL, 'nothing but of the list');
-- Fair: of 20,000 draws of one in ten, each of ten tasks about as often.
SELECT cmp_ok((SELECT max(abs(n - 2000)) FROM (SELECT count(*) AS n FROM generate_series(1, 20000) s, unnest(assure.draw_sample('s' || s, '{1,2,3,4,5,6,7,8,9,10}', '{1,1,1,1,1,1,1,1,1,1}', '{0.1}')) d GROUP BY d) x),
    '<', 200::bigint, 'no task comes up more often than another');

SELECT is(t.fails($$SELECT assure.draw_sample('', '{1}', '{1}', '{1}')$$), '22023 seed is empty or longer than 200 bytes', 'no seed');
SELECT is(t.fails($$SELECT assure.draw_sample(repeat('x', 201), '{1}', '{1}', '{1}')$$), '22023 seed is empty or longer than 200 bytes', 'a long one');
SELECT is(t.fails($$SELECT assure.draw_sample('a', '{1,NULL}', '{1,1}', '{1}')$$), '22023 task_ids is not a list without NULL', 'a NULL');
SELECT is(t.fails($$SELECT assure.draw_sample('a', '{{1},{2}}', '{1,1}', '{1}')$$), '22023 task_ids is not a list without NULL', 'a table');
SELECT is(t.fails($$SELECT assure.draw_sample('a', '{1,2}', '{1,2}', '{1}')$$), '22023 strata: 2 is not a number from 1 to 1', 'a stratum without rate');
SELECT is(t.fails($$SELECT assure.draw_sample('a', '{1,2}', '{1,0}', '{1}')$$), '22023 strata: 0 is not a number from 1 to 1', 'stratum 0');
SELECT is(t.fails($$SELECT assure.draw_sample('a', '{1,2}', '{1,1,1}', '{1}')$$), '22023 strata has 3 numbers for 2 tasks', 'one more stratum');
SELECT is(t.fails($$SELECT assure.draw_sample('a', '{1,2}', '{}', '{1}')$$), '22023 strata has 0 numbers for 2 tasks', 'none');
SELECT is(t.fails($$SELECT assure.draw_sample('a', '{1}', '{1}', '{1.1}')$$), '22023 rates: element 1 is not between 0 and 1', 'a rate above 1');
SELECT is(t.fails($$SELECT assure.draw_sample('a', '{1}', '{1}', '{-0.1}')$$), '22023 rates: element 1 is not between 0 and 1', 'below 0');
SELECT is(t.fails($$SELECT assure.draw_sample('a', '{1}', '{1}', '{NaN}')$$), '22023 rates: element 1 is not between 0 and 1', 'none');
SELECT is(assure.draw_sample(NULL, '{1}', '{1}', '{1}'), NULL, 'NULL of NULL');
SELECT * FROM finish();
ROLLBACK;
