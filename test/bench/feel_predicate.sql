-- A FEEL predicate over a million rows beside the same predicate in plain SQL on jsonb, in one run.
--     psql -X -f test/bench/feel_predicate.sql
-- Each is run three times, in turns; the last lines are milliseconds (the best of three) and their ratio.
\set QUIET 1
\pset pager off
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_assure;
SET max_parallel_workers_per_gather = 0;
SET jit = off;
CREATE TEMP TABLE doc AS SELECT jsonb_build_object(
        'claim', jsonb_build_object('amount', round((i * 37 % 20000)::numeric + (i % 100) / 100.0, 2), 'id', i, 'status', 'open'),
        'member', jsonb_build_object('age', i % 90, 'name', 'n' || i)) AS ctx
    FROM generate_series(1, 1000000) i;
VACUUM ANALYZE doc;
CREATE TEMP TABLE peer (name text PRIMARY KEY, predicate text);
INSERT INTO peer VALUES
    ('nothing', 'ctx IS NOT NULL'),
    ('SQL', $$(ctx->'claim'->>'amount')::numeric > 5000 AND (ctx->'member'->>'age')::numeric >= 18 AND (ctx->'member'->>'age')::numeric < 60$$),
    ('holds', $$assure.holds('claim.amount > 5000 and member.age in [18..60)', ctx)$$),
    ('eval', $$assure.eval('claim.amount > 5000 and member.age in [18..60)', ctx) = 'true'$$);
CREATE TEMP TABLE run (name text, ms numeric, rows bigint);
DO $$
DECLARE p record; began timestamptz; n bigint;
BEGIN
    FOR i IN 1..3 LOOP
        FOR p IN SELECT * FROM peer ORDER BY name LOOP
            began := clock_timestamp();
            EXECUTE 'SELECT count(*) FROM doc WHERE ' || p.predicate INTO n;
            INSERT INTO run VALUES (p.name, 1000 * extract(epoch FROM clock_timestamp() - began), n);
        END LOOP;
    END LOOP;
END $$;
SELECT name, round(min(ms)) AS ms, round(min(ms) / (SELECT min(ms) FROM run WHERE name = 'SQL'), 2) AS times_sql, min(rows) AS rows FROM run GROUP BY name ORDER BY min(ms);
