\set ECHO none
-- assure.memberset: the aggregates, serial and parallel, in windows, and within their memory.
BEGIN;
\i test/sql-common/setup.psql
SET LOCAL search_path TO public, assure;
SELECT plan(45);
SELECT setseed(0.33) \g /dev/null

-- Nothing, and nulls.
SELECT is((SELECT memberset_agg(x) FROM unnest('{}'::int[]) x), NULL, 'of no members there is no set');
SELECT is((SELECT memberset_agg(x) FROM unnest('{NULL,NULL}'::int[]) x), NULL, 'nor of nulls');
SELECT is((SELECT memberset_agg(x)::text FROM unnest('{NULL,3,NULL,1,3}'::int[]) x), '{1,3}', 'nulls do not count');
SELECT is((SELECT union_agg(x) FROM unnest('{}'::memberset[]) x), NULL, 'of no sets there is no union');
SELECT is((SELECT union_count_agg(x) FROM unnest('{}'::memberset[]) x), 0::bigint, 'but it counts none');
SELECT is((SELECT union_count_agg(x) FROM unnest('{NULL}'::memberset[]) x), 0::bigint, 'of nulls too');
SELECT is((SELECT union_agg(x)::text FROM unnest(ARRAY[NULL, '{}', NULL]::memberset[]) x), '{}', 'an empty set is a set');
SELECT is((SELECT union_agg(x)::text FROM unnest(ARRAY[NULL, '{1,2}', '{}', '{2,70000}']::memberset[]) x), '{1,2,70000}', 'a union');
SELECT is((SELECT intersect_agg(x)::text FROM unnest(ARRAY[NULL, '{1-9}', '{5-20,70000}', '{0-6}']::memberset[]) x), '{5,6}', 'an intersection');
SELECT is((SELECT intersect_agg(x) FROM unnest('{NULL}'::memberset[]) x), NULL, 'of nulls there is none');
SELECT is(t.fails('SELECT assure.memberset_agg(x) FROM unnest(''{1,-7}''::int[]) x'), '22003 member number -7 is out of range', 'negative numbers are no members');

-- Rows of people, and the same as sets by cell.
CREATE TABLE fact AS SELECT g, k % 12 AS month, k % 5 AS service,
        CASE g % 4 WHEN 0 THEN floor(random() * 2147483648)::int WHEN 1 THEN (g << 16) + floor(random() * 65536)::int WHEN 2 THEN (random() * 12000)::int ELSE 65000 + k / 20 END AS member
    FROM generate_series(0, 15) g, generate_series(1, 8000) k;
CREATE TABLE cell AS SELECT g, month, service, memberset_agg(member) AS members FROM fact GROUP BY g, month, service;
INSERT INTO cell VALUES (3, 99, 0, '{0-200000}'), (3, 99, 1, '{131072-196607}'), (4, 99, 1, '{}'), (5, 99, 1, NULL);
ANALYZE fact; ANALYZE cell;
CREATE VIEW wanted AS SELECT g, array_agg(DISTINCT m ORDER BY m) AS list FROM (SELECT g, member AS m FROM fact UNION ALL SELECT 3, generate_series(0, 200000)) x GROUP BY g;
SELECT is((SELECT pg_catalog.count(*) FROM (SELECT g, month, service, array_agg(DISTINCT member ORDER BY member) AS list FROM fact GROUP BY g, month, service) f JOIN cell USING (g, month, service) WHERE members::int[] = list), (SELECT pg_catalog.count(*) - 4 FROM cell), 'sets hold the members of their rows');
SELECT is((SELECT string_agg(g::text, ' ') FROM wanted JOIN (SELECT g, union_agg(members) AS set FROM cell GROUP BY g) x USING (g) WHERE set::int[] <> list), NULL, 'unions hold the members of their sets');
SELECT is((SELECT string_agg(g::text, ' ') FROM wanted JOIN (SELECT g, union_count_agg(members) AS n FROM cell GROUP BY g) x USING (g) WHERE n <> cardinality(list)), NULL, 'and are counted');
SELECT is((SELECT string_agg(g::text, ' ') FROM wanted JOIN (SELECT g, count(union_agg(members)) AS n FROM cell GROUP BY g) x USING (g) WHERE n <> cardinality(list)), NULL, 'in either way');
SELECT is((SELECT string_agg(g::text, ' ') FROM wanted JOIN (SELECT g, union_agg(members ORDER BY month DESC, service) AS set FROM cell GROUP BY g) x USING (g) WHERE set::bytea <> list::memberset::bytea), NULL, 'with the same bytes in any order');
SELECT is((SELECT string_agg(g::text, ' ') FROM (SELECT g, intersect_agg(u) AS set FROM (SELECT g, service, union_agg(members) AS u FROM cell WHERE month < 12 GROUP BY g, service) y GROUP BY g) x
    WHERE set::int[] <> ARRAY(SELECT member FROM fact WHERE fact.g = x.g GROUP BY member HAVING pg_catalog.count(DISTINCT service) = 5 ORDER BY member)), NULL, 'intersections hold the members of all their sets');
SELECT is((SELECT union_agg(members) FILTER (WHERE month = 1)::text FROM cell WHERE g = 7 AND service = 1), (SELECT members::text FROM cell WHERE g = 7 AND month = 1 AND service = 1), 'FILTER');
SELECT is((SELECT union_agg(DISTINCT members) FROM cell), (SELECT union_agg(members) FROM cell), 'DISTINCT');
SELECT is((SELECT string_agg(coalesce(g, -1)::text, ' ') FROM (SELECT g, month, union_count_agg(members) AS n, memberset_agg(g) AS gs FROM cell GROUP BY ROLLUP (g, month)) x WHERE month IS NULL AND n <> (SELECT pg_catalog.count(DISTINCT m) FROM cell, assure.unnest(members) m WHERE x.g IS NULL OR cell.g = x.g)), NULL, 'ROLLUP');

-- A hash aggregate that spills to disk, and one that mixes hashing and sorting.
CREATE TEMP TABLE many AS SELECT m % 3000 AS a, m % 7 AS b, memberset_agg(m * k) AS set FROM generate_series(1, 12000) m, generate_series(1, 9) k GROUP BY m;
CREATE TEMP TABLE by_sort AS SELECT a, string_agg(DISTINCT m::text, ' ' ORDER BY m::text) AS listed FROM many, assure.unnest(set) m GROUP BY a;
SET LOCAL work_mem = '64kB'; SET LOCAL hash_mem_multiplier = 1; SET LOCAL enable_sort = off;
CREATE FUNCTION pg_temp.batches(query text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE line text; BEGIN FOR line IN EXECUTE 'EXPLAIN (ANALYZE, TIMING off, SUMMARY off, COSTS off) ' || query LOOP IF line ~ 'Batches' THEN RETURN substring(line FROM 'Batches: (\d+)'); END IF; END LOOP; RETURN 'none'; END $$;
SELECT ok(pg_temp.batches('SELECT a, assure.union_agg(set) FROM many GROUP BY a')::int > 1, 'a hash aggregate spills');
SELECT is((SELECT pg_catalog.count(*) FROM (SELECT a, union_agg(set) AS set FROM many GROUP BY a) x JOIN by_sort USING (a) WHERE listed = (SELECT string_agg(m::text, ' ' ORDER BY m::text) FROM assure.unnest(set) m)), 3000::bigint, 'and has every group right');
SELECT is((SELECT pg_catalog.count(*) FROM (SELECT a, b, union_count_agg(set) AS n, union_agg(set) AS set FROM many GROUP BY GROUPING SETS ((a), (b), (a, b), ())) x WHERE n <> count(set)), 0::bigint, 'in grouping sets too');
SELECT is((SELECT pg_catalog.count(*) FROM (SELECT b, union_count_agg(set) AS n FROM many GROUP BY GROUPING SETS ((a), (b), (a, b), ()) HAVING GROUPING(a) = 1 AND GROUPING(b) = 0) x
    JOIN (SELECT b, pg_catalog.count(DISTINCT m) AS wanted FROM many, assure.unnest(set) m GROUP BY b) y USING (b) WHERE n = wanted), 7::bigint, 'with the right counts');
RESET enable_sort; RESET work_mem; RESET hash_mem_multiplier;

-- Results that are used further.
SELECT is((SELECT (union_agg(members) & '{0-9}') <@ union_agg(members) AND union_agg(members) @> 0 AND NOT is_empty(union_agg(members)) FROM cell), true, 'results are operands');
CREATE TEMP TABLE kept AS SELECT g, union_agg(members) AS set FROM cell GROUP BY g;
SELECT is((SELECT string_agg(g::text, ' ') FROM wanted JOIN kept USING (g) WHERE set::bytea <> list::memberset::bytea), NULL, 'and are kept in tables');
SELECT is((SELECT union_agg(set) FROM kept), (SELECT union_agg(members) FROM cell), 'to be united further, also out of line');
DO $$
DECLARE s assure.memberset; was text;
BEGIN
    SELECT union_agg(members) INTO s FROM cell WHERE g = 7;
    was := s::text;
    PERFORM assure.memberset_add(s, 5), assure.memberset_add(s, '{1-100}'::assure.memberset);
    IF s::text <> was THEN RAISE 'a variable changed'; END IF;
END $$;
SELECT pass('a variable that was an operand keeps its value');

-- Windows: the running union is read while it grows.
SELECT is((SELECT string_agg(month::text, ' ') FROM (SELECT month, service, union_agg(members) OVER w AS set, union_count_agg(members) OVER w AS n FROM cell WHERE g = 2 WINDOW w AS (ORDER BY month, service)) x
    WHERE n <> count(set) OR n <> (SELECT pg_catalog.count(DISTINCT m) FROM cell, assure.unnest(members) m WHERE g = 2 AND (cell.month, cell.service) <= (x.month, x.service))), NULL, 'in a window that grows');
SELECT is((SELECT string_agg(month::text, ' ') FROM (SELECT month, service, union_agg(members) OVER w AS set, memberset_agg(month) OVER w AS months, intersect_agg(members) OVER w AS common FROM cell WHERE g = 2 WINDOW w AS (ORDER BY month, service ROWS 2 PRECEDING)) x
    WHERE count(set) <> (SELECT pg_catalog.count(DISTINCT m) FROM cell, assure.unnest(members) m WHERE g = 2 AND (cell.month * 5 + cell.service) BETWEEN x.month * 5 + x.service - 2 AND x.month * 5 + x.service) OR NOT set @> common OR NOT months @> month), NULL, 'and in one that moves');

-- Parallel plans: partial states travel as plain values.
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE line text; all_lines text := ''; BEGIN FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP all_lines := all_lines || line || E'\n'; END LOOP; RETURN all_lines; END $$;
CREATE TEMP TABLE serial AS SELECT g, union_agg(members) AS set, union_count_agg(members) AS n, intersect_agg(members) AS common FROM cell GROUP BY g;
CREATE TEMP TABLE serial_fact AS SELECT g, memberset_agg(member) AS set FROM fact GROUP BY g;
SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0; SET LOCAL max_parallel_workers_per_gather = 3; SET LOCAL parallel_leader_participation = off;
ALTER TABLE cell SET (parallel_workers = 3); ALTER TABLE fact SET (parallel_workers = 3);
SELECT matches(pg_temp.plan_of('SELECT g, assure.union_agg(members), assure.union_count_agg(members), assure.intersect_agg(members) FROM cell GROUP BY g'), 'Finalize (.|\n)*Gather(.|\n)*Partial', 'a plan with workers');
CREATE TABLE parallel AS SELECT g, union_agg(members) AS set, union_count_agg(members) AS n, intersect_agg(members) AS common FROM cell GROUP BY g;
SELECT is((SELECT string_agg(g::text, ' ') FROM parallel p JOIN serial s USING (g) WHERE p.set::bytea <> s.set::bytea OR p.n <> s.n OR p.common::bytea <> s.common::bytea), NULL, 'gives what a serial one does');
SELECT is((SELECT pg_catalog.count(*) FROM parallel), 16::bigint, 'of every group');
SELECT matches(pg_temp.plan_of('SELECT g, assure.memberset_agg(member) FROM fact GROUP BY g'), 'Finalize (.|\n)*Gather(.|\n)*Partial', 'the same for members');
SELECT is((SELECT string_agg(g::text, ' ') FROM (SELECT g, memberset_agg(member) AS set FROM fact GROUP BY g) p JOIN serial_fact s USING (g) WHERE p.set::bytea <> s.set::bytea), NULL, 'that are many rows');
SELECT is((SELECT union_count_agg(members) FROM cell), (SELECT pg_catalog.count(DISTINCT m) FROM cell, assure.unnest(members) m), 'and for all of them');
SELECT is((SELECT (union_count_agg(members), intersect_agg(members), union_agg(members))::text FROM cell WHERE g > 100), '(0,,)', 'also where there is none');
SELECT is((SELECT string_agg(a.aggfnoid::regproc::text, ' ') FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid WHERE p.pronamespace = 'assure'::regnamespace AND a.aggtransfn::text ~ 'memberset' AND (a.aggcombinefn = 0 OR a.aggtranstype = 'internal'::regtype OR p.proparallel <> 's')), NULL,
    'every state is a memberset, and can be combined anywhere');

-- Memory: each set in work within its limit.
SET LOCAL assure.memberset_memory = '1MB';
CREATE TEMP TABLE huge AS SELECT k, ('{' || (k * 65536 + 1) || '-' || (k * 65536 + 60000) || '}')::memberset AS set FROM generate_series(0, 300) k;
SELECT is((SELECT string_agg(t.fails(statement), E'\n') FROM (VALUES ('SELECT assure.union_agg(set) FROM huge'), ('SELECT assure.union_count_agg(set) FROM huge'), ('SELECT assure.memberset_agg(x) FROM generate_series(1, 20000000, 13) x'),
    ('SELECT ARRAY(SELECT generate_series(1, 20000000, 13))::assure.memberset'), ('SELECT string_agg(replace(replace(set::text, ''{'', ''''), ''}'', ''''), '','')::text::bytea IS NULL, (''{'' || string_agg(replace(replace(set::text, ''{'', ''''), ''}'', ''''), '','') || ''}'')::assure.memberset FROM huge')) v(statement) WHERE t.fails(statement) NOT LIKE '53400 a memberset in work needs more memory than assure.memberset_memory allows'), NULL, 'aggregates, lists and texts keep to it');
RESET assure.memberset_memory;
CREATE TEMP TABLE wide AS SELECT memberset_agg(k * 5) AS set FROM generate_series(1, 5000000) k;
SET LOCAL assure.memberset_memory = '1MB';
SELECT is((SELECT string_agg(t.fails(format('SELECT %s FROM wide', e)), E'\n') FROM unnest('{"set OPERATOR(assure.|) set","set OPERATOR(assure.|) 5","set OPERATOR(assure.#) set","set OPERATOR(assure.-) 5"}'::text[]) e WHERE t.fails(format('SELECT %s FROM wide', e)) NOT LIKE '53400 %'), NULL, 'operators too');
SELECT is(t.fails('SELECT set OPERATOR(assure.&) ''{1-9}'' FROM wide'), 'none', 'but what is in common takes no more than the smaller set');
SELECT is((SELECT (count(set), set @> 5, set = set, set @> set, set && set, union_count(set, '{1}'), count(slice(set, 10, 10)))::text FROM wide), '(5000000,t,t,t,t,5000001,10)', 'what needs none goes on');
SELECT matches(t.fails('SET assure.memberset_memory = ''1kB'''), '^22023 1 kB is outside the valid range for parameter "assure.memberset_memory" \(1024 .*\.\. 2147483647', 'the limit has limits');
SELECT t.new_role('any', 'bi') \g /dev/null
SELECT is(t.run('any', 'SET assure.memberset_memory = ''1GB'''), '42501 permission denied to set parameter "assure.memberset_memory"', 'and is not everybody''s to set');
SELECT is(t.run('any', $$SELECT assure.count('{1}'::assure.memberset OPERATOR(assure.|) '{2}'), assure.union_count_agg('{1,2}'::assure.memberset)$$), '2,2', 'the type is');
SELECT * FROM finish();
ROLLBACK;
