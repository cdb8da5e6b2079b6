\set ECHO none
-- assure.optimal_match: right against trying all assignments, and what it refuses.
BEGIN;
\i test/sql-common/setup.psql
SELECT plan(40);
SELECT t.new_role('nobody'), t.role('nobody') AS nobody \gset
GRANT USAGE ON SCHEMA assure TO :"nobody";
SELECT setseed(0.42) \g /dev/null

CREATE TABLE e (problem int, task_id bigint, worker_id bigint, cost bigint);
CREATE TABLE w (problem int, worker_id bigint, capacity int);
CREATE TABLE o (problem int, task_id bigint, outside bigint);
GRANT SELECT ON e, w, o TO PUBLIC;
CREATE FUNCTION solve(n int, with_outside bool) RETURNS TABLE (assigned int, cost bigint, dual_bound bigint, optimal bool) LANGUAGE sql AS $$
    SELECT s.assigned, s.cost, s.dual_bound, s.optimal FROM assure.optimal_match_summary(format('SELECT task_id, worker_id, cost FROM e WHERE problem = %s', n),
        format('SELECT worker_id, capacity FROM w WHERE problem = %s', n), CASE WHEN with_outside THEN format('SELECT task_id, outside FROM o WHERE problem = %s', n) END) s $$;
CREATE FUNCTION matched(n int, with_outside bool) RETURNS SETOF e LANGUAGE sql AS $$
    SELECT n, m.* FROM assure.optimal_match(format('SELECT task_id, worker_id, cost FROM e WHERE problem = %s', n),
        format('SELECT worker_id, capacity FROM w WHERE problem = %s', n), CASE WHEN with_outside THEN format('SELECT task_id, outside FROM o WHERE problem = %s', n) END) m $$;

-- The reference tries every assignment: a task a level, workers with what is left of them.
CREATE FUNCTION tried(n int, with_outside bool, OUT assigned int, OUT cost bigint) LANGUAGE plpgsql AS $$
DECLARE
    task record;
BEGIN
    CREATE TEMP TABLE state ON COMMIT DROP AS SELECT 0 AS assigned, 0::bigint AS cost, '{}'::bigint[] AS taken;
    FOR task IN SELECT task_id FROM (SELECT task_id FROM e WHERE problem = n UNION SELECT task_id FROM o WHERE problem = n AND with_outside) x LOOP
        CREATE TEMP TABLE next AS
            SELECT s.assigned + (c.worker_id IS NOT NULL)::int AS assigned, s.cost + c.cost AS cost, CASE WHEN c.worker_id IS NULL THEN s.taken ELSE s.taken || c.worker_id END AS taken
            FROM state s, LATERAL (
                SELECT e.worker_id, e.cost FROM e JOIN w ON w.problem = n AND w.worker_id = e.worker_id
                WHERE e.problem = n AND e.task_id = task.task_id AND (SELECT count(*) FROM unnest(s.taken) x WHERE x = e.worker_id) < w.capacity
                UNION ALL SELECT NULL, CASE WHEN with_outside THEN (SELECT outside FROM o WHERE problem = n AND o.task_id = task.task_id) ELSE 0 END) c;
        DROP TABLE state;
        ALTER TABLE next RENAME TO state;
    END LOOP;
    SELECT s.assigned, s.cost INTO tried.assigned, tried.cost FROM state s ORDER BY CASE WHEN with_outside THEN 0 ELSE -s.assigned END, s.cost LIMIT 1;
    DROP TABLE state;
END $$;

-- 40 small problems, with ties, tasks without edges, workers without capacity, costs of any sign.
INSERT INTO w SELECT p, 100 + i, (random() * 2.4)::int FROM generate_series(1, 40) p, generate_series(1, 4) i;
INSERT INTO e SELECT p, t, 100 + i, CASE WHEN p % 3 = 0 THEN (random() * 3)::int ELSE (random() * 200)::int - 100 END
    FROM generate_series(1, 40) p, generate_series(1, 5) t, generate_series(1, 4) i WHERE random() < 0.6;
INSERT INTO o SELECT p, t, (random() * 150)::int - 50 FROM generate_series(1, 40) p, generate_series(1, 5) t;
CREATE TABLE compared AS
    SELECT p, x AS with_outside, s.assigned, s.cost, s.dual_bound, s.optimal, r.assigned AS tried_assigned, r.cost AS tried_cost
    FROM generate_series(1, 40) p, unnest(ARRAY[false, true]) x, solve(p, x) s, tried(p, x) r;
SELECT is((SELECT string_agg(format('%s/%s', p, with_outside), ' ' ORDER BY p) FROM compared WHERE cost <> tried_cost), NULL, '40 problems, with outside options and without: as cheap as the best of all assignments');
SELECT is((SELECT string_agg(p::text, ' ' ORDER BY p) FROM compared WHERE NOT with_outside AND assigned <> tried_assigned), NULL, 'without outside options, as many tasks as can be');
SELECT is((SELECT count(*) FROM compared WHERE NOT optimal OR dual_bound <> cost), 0::bigint, 'all proven');
SELECT is((SELECT count(*) FROM generate_series(1, 40) p, unnest(ARRAY[false, true]) x, LATERAL (SELECT sum(m.cost) AS sum, count(*) AS n FROM matched(p, x) m) m, solve(p, x) s
    WHERE s.assigned <> n OR coalesce(sum, 0) + CASE WHEN x THEN (SELECT coalesce(sum(outside), 0) FROM o WHERE problem = p AND task_id NOT IN (SELECT task_id FROM matched(p, x))) ELSE 0 END <> s.cost), 0::bigint, 'the rows add up to the summary');
SELECT is((SELECT count(*) FROM generate_series(1, 40) p, matched(p, true) m WHERE NOT EXISTS (SELECT 1 FROM e WHERE (e.problem, e.task_id, e.worker_id, e.cost) = (p, m.task_id, m.worker_id, m.cost))), 0::bigint, 'only edges that exist, at their cost');
SELECT is((SELECT count(*) FROM (SELECT m.problem, m.worker_id FROM generate_series(1, 40) p, matched(p, false) m JOIN w USING (problem, worker_id) GROUP BY m.problem, m.worker_id, capacity HAVING count(*) > capacity) x), 0::bigint, 'nobody beyond the capacity');
SELECT is((SELECT count(*) FROM generate_series(1, 40) p, LATERAL (SELECT count(*) - count(DISTINCT task_id) AS d FROM matched(p, false)) x WHERE d > 0), 0::bigint, 'no task twice');

-- The same problem in other units and from another zero costs the same, in 128-bit prices too.
SELECT is((SELECT count(*) FROM generate_series(1, 40) p, solve(p, false) s, assure.optimal_match_summary(format('SELECT task_id, worker_id, cost * 10000000000000000 + 7 AS cost FROM e WHERE problem = %s', p), format('SELECT worker_id, capacity FROM w WHERE problem = %s', p)) b
    WHERE b.cost <> s.cost * 10000000000000000 + 7 * s.assigned OR NOT b.optimal), 0::bigint, 'costs of seventeen digits, 128-bit prices: the same assignments');
SELECT is((SELECT row(assigned, cost, optimal)::text FROM assure.optimal_match_summary('SELECT t::bigint AS task_id, w::bigint AS worker_id, CASE WHEN t = w THEN -9223372036854775808 ELSE 9223372036854775807 END::bigint AS cost FROM generate_series(1, 1) t, generate_series(1, 2) w', 'SELECT w AS worker_id, 1 AS capacity FROM generate_series(1, 2) w')), '(1,-9223372036854775808,t)', 'the ends of bigint');
SELECT is(t.fails($$SELECT assure.optimal_match_summary('SELECT t AS task_id, 1 AS worker_id, 9223372036854775807 AS cost FROM generate_series(1, 2) t', 'SELECT 1 AS worker_id, 2 AS capacity')$$), '22003 sum of the costs is out of range for type bigint', 'a sum beyond them is an error');

-- Special shapes.
CREATE FUNCTION summary(edges text, workers text, tasks text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$ SELECT s::text FROM assure.optimal_match_summary(edges, workers, tasks) s $$;
SELECT is(summary('SELECT t AS task_id, w AS worker_id, 5 AS cost FROM generate_series(1, 40) t, generate_series(1, 10) w', 'SELECT w AS worker_id, 4 AS capacity FROM generate_series(1, 10) w'), '(40,10,400,40,200,200,t)', 'ties everywhere, all places needed');
SELECT is(summary('SELECT t AS task_id, w AS worker_id, 5 AS cost FROM generate_series(1, 41) t, generate_series(1, 10) w', 'SELECT w AS worker_id, 4 AS capacity FROM generate_series(1, 10) w'), '(41,10,410,40,200,200,t)', 'ties everywhere, one too many');
SELECT is(summary('SELECT t AS task_id, 1 AS worker_id, t AS cost FROM generate_series(1, 1000) t', 'SELECT 1 AS worker_id, 500 AS capacity'), '(1000,1,1000,500,125250,125250,t)', 'one worker for all takes the cheapest');
SELECT is(summary('SELECT t AS task_id, 1 AS worker_id, t AS cost FROM generate_series(1, 10) t', 'SELECT 1 AS worker_id, 0 AS capacity'), '(10,1,10,0,0,0,t)', 'capacity 0');
SELECT is(summary('SELECT 1 AS task_id, 1 AS worker_id, 1 AS cost WHERE false', 'SELECT 1 AS worker_id, 0 AS capacity WHERE false'), '(0,0,0,0,0,0,t)', 'nothing at all');
SELECT is(summary('SELECT 1 AS task_id, 1 AS worker_id, 1 AS cost WHERE false', 'SELECT 1 AS worker_id, 1 AS capacity', 'SELECT t AS task_id, t * 10 AS outside FROM generate_series(1, 3) t'), '(3,1,0,0,60,60,t)', 'tasks without edges stay outside');
SELECT is(summary('SELECT 1 AS task_id, 1 AS worker_id, 10 AS cost', 'SELECT 1 AS worker_id, 1 AS capacity', 'SELECT 1 AS task_id, -5 AS outside'), '(1,1,1,0,-5,-5,t)', 'an outside option cheaper than the worker');
SELECT is(summary('SELECT 1 AS task_id, 1 AS worker_id, 10 AS cost', 'SELECT 1 AS worker_id, 1 AS capacity', 'SELECT 1 AS task_id, 1000000000000 AS outside'), '(1,1,1,1,10,10,t)', 'a very large outside option');
SELECT is(summary('SELECT 1::smallint AS task_id, 1::int AS worker_id, (-3)::smallint AS cost', 'SELECT 1::smallint AS worker_id, 2147483647 AS capacity'), '(1,1,1,1,-3,-3,t)', 'columns of any integer type, the largest capacity');
SELECT is(summary('SELECT 7 AS cost, ''x''::text AS note, 1 AS worker_id, 1 AS task_id', 'SELECT 1 AS capacity, 1 AS worker_id'), '(1,1,1,1,7,7,t)', 'columns are found by name');
-- Everybody wants the good ones: the prices climb, and more tasks than places.
SELECT is((SELECT optimal AND assigned = 1800 AND cost = dual_bound FROM assure.optimal_match_summary('SELECT t AS task_id, w AS worker_id, w * 1000 + (t * 7919 + w * 104729) % 300 AS cost FROM generate_series(1, 2000) t, generate_series(1, 60) w WHERE (t + w) % 3 > 0', 'SELECT w AS worker_id, 30 AS capacity FROM generate_series(1, 60) w')), true, 'a contest over too few places ends, with its proof');
SELECT is((SELECT count(DISTINCT h) FROM (SELECT md5(string_agg(x.m::text, ',' ORDER BY (x.m).task_id)) AS h FROM generate_series(1, 3) n, LATERAL (SELECT m, n AS again FROM matched(3 + 0 * n, false) m) x GROUP BY n) y), 1::bigint, 'the same rows each time');

-- Refused, each naming the argument and the value.
CREATE FUNCTION refused(edges text, workers text DEFAULT 'SELECT 1 AS worker_id, 1 AS capacity', tasks text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$ SELECT t.fails(format('SELECT assure.optimal_match_summary(%L, %L, %L)', edges, workers, tasks)) $$;
SELECT is(refused('SELECT 1 AS task_id, 2 AS worker_id, 3 AS cost'), '23503 edges_sql: worker_id 2 is not in workers_sql', 'an unknown worker');
SELECT is(refused('SELECT 1 AS task_id, 1 AS worker_id, 3 AS cost', tasks => 'SELECT 2 AS task_id, 3 AS outside'), '23503 edges_sql: task_id 1 is not in tasks_sql', 'an unknown task');
SELECT is(refused('SELECT 1 AS task_id, 1 AS worker_id, c AS cost FROM generate_series(3, 4) c'), '23505 edges_sql: task_id 1 and worker_id 1 stand in two rows', 'an edge twice');
SELECT is(refused('SELECT 1 AS task_id, 1 AS worker_id, 3 AS cost', 'SELECT 1 AS worker_id, c AS capacity FROM generate_series(3, 4) c'), '23505 workers_sql: worker_id 1 stands in two rows', 'a worker twice');
SELECT is(refused('SELECT 1 AS task_id, 1 AS worker_id, 3 AS cost', tasks => 'SELECT 1 AS task_id, c AS outside FROM generate_series(3, 4) c'), '23505 tasks_sql: task_id 1 stands in two rows', 'a task twice');
SELECT is(refused('SELECT 1 AS task_id, 1 AS worker_id, NULL::bigint AS cost'), '22004 edges_sql: cost is NULL in a row', 'a cost that is NULL');
SELECT is(refused('SELECT 1 AS task_id, 1 AS worker_id, 3 AS cost', 'SELECT 1 AS worker_id, -1 AS capacity'), '22003 workers_sql: capacity -1 of worker 1 is not between 0 and 2147483647', 'a capacity below 0');
SELECT is(refused('SELECT 1 AS task_id, 1 AS worker_id, 3.5 AS cost'), '42804 edges_sql: column "cost" is of type numeric, not bigint', 'a cost that is no integer');
SELECT is(refused('SELECT 1 AS task_id, 1 AS worker_id'), '42703 edges_sql: column "cost" is missing', 'a column that is missing');
SELECT is(refused('SELEKT 1'), '42601 syntax error at or near "SELEKT"', 'no SQL');
SELECT is(refused('SELECT 1 AS task_id, 1 AS worker_id, 3 AS cost; SELECT 1'), '22023 edges_sql is not a single query that returns rows', 'two statements');
SELECT is(refused('DELETE FROM e'), '22023 edges_sql is not a single query that returns rows', 'a statement without rows');
SELECT is(refused('DELETE FROM e RETURNING task_id, worker_id, cost'), '0A000 DELETE is not allowed in a non-volatile function', 'a statement that writes');
SELECT is(t.fails('SELECT assure.optimal_match(NULL, NULL)'), '22004 edges_sql must not be NULL', 'NULL');
SET LOCAL assure.match_memory = '1MB';
SELECT is(refused('SELECT t AS task_id, 1 AS worker_id, t AS cost FROM generate_series(1, 200000) t'), '53400 matching problem needs more memory than assure.match_memory allows', 'more than the memory allowed');
RESET assure.match_memory;
CREATE FUNCTION cancelled(edges text, workers text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM assure.optimal_match_summary(edges, workers);
    RETURN 'none';
EXCEPTION WHEN query_canceled THEN
    RETURN SQLSTATE;
END $$;
SET LOCAL statement_timeout = '50ms';
SELECT is(cancelled('SELECT t AS task_id, w AS worker_id, (t::bigint * 7919 * w) % 1000003 AS cost FROM generate_series(1, 3000) t, generate_series(1, 3000) w', 'SELECT w AS worker_id, 1 AS capacity FROM generate_series(1, 3000) w'), '57014', 'can be cancelled');
RESET statement_timeout;
SELECT matches(t.run('nobody', $$SELECT assure.optimal_match('SELECT 1 AS task_id, 1 AS worker_id, 1 AS cost FROM assure_internal.installation', 'SELECT 1 AS worker_id, 1 AS capacity')$$), '^42501 permission denied', 'with the caller''s rights');
SELECT is(t.run('nobody', $$SELECT optimal FROM assure.optimal_match_summary('SELECT 1 AS task_id, 1 AS worker_id, 1 AS cost', 'SELECT 1 AS worker_id, 1 AS capacity')$$), 't', 'and everybody may');
SELECT * FROM finish();
ROLLBACK;
