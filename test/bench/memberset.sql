-- Distinct people from events and from cells, by each way that is installed:
-- count(DISTINCT), int[] with intarray, roaringbitmap, assure.memberset. All in one
-- session without parallel workers, in turn, least of three rounds, in ms. Each
-- way's figures are compared with count(DISTINCT)'s.
\set ECHO none
\set QUIET 1
\pset pager off
\set ON_ERROR_STOP true
SET client_min_messages = warning;
SET max_parallel_workers_per_gather = 0;
SET work_mem = '512MB';
SET search_path = public, assure;
\if :{?events}
\else
\set events 3000000
\endif
CREATE EXTENSION IF NOT EXISTS pg_assure;
CREATE EXTENSION IF NOT EXISTS intarray;
SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'roaringbitmap') AS peer \gset
\if :peer
CREATE EXTENSION IF NOT EXISTS roaringbitmap;
\endif
SELECT setseed(0.5) \g /dev/null
-- 1.5 million customers in 342 prefectures, numbered as they come, and in blocks by residence.
CREATE TEMP TABLE customer AS SELECT c AS came, floor(342 * random() ^ 2)::int AS prefecture FROM generate_series(1, 1500000) c;
CREATE TEMP TABLE numbered AS SELECT came, prefecture, row_number() OVER (ORDER BY prefecture, came)::int AS member FROM customer;
CREATE TEMP TABLE event AS SELECT came, member, prefecture, prefecture / 11 AS province, floor(20 * random() ^ 2)::int AS service, floor(12 * random())::int AS month
    FROM (SELECT 1 + floor(1500000 * random())::int AS came FROM generate_series(1, :events)) e JOIN numbered USING (came);
CREATE TEMP TABLE cell AS SELECT province, prefecture, service, month, array_agg(DISTINCT member ORDER BY member) AS list, memberset_agg(member) AS members, memberset_agg(came) AS came FROM event GROUP BY 1, 2, 3, 4;
\if :peer
ALTER TABLE cell ADD bitmap roaringbitmap, ADD came_bitmap roaringbitmap;
UPDATE cell SET bitmap = rb_build(list), came_bitmap = rb_build(came::int[]);
CREATE TEMP TABLE copied AS TABLE cell; DROP TABLE cell; ALTER TABLE copied RENAME TO cell;
\endif
-- The union by libroaring's algebra of two sets, as an aggregate: of a few only.
CREATE AGGREGATE pg_temp.or_agg(memberset) (SFUNC = memberset_or, STYPE = memberset);
ANALYZE event; ANALYZE cell;
CREATE TEMP TABLE question (q text, groups text, condition text);
INSERT INTO question VALUES ('a: by province, a quarter', 'province', 'month < 3'), ('b: by prefecture and service, a year', 'prefecture, service', 'true'), ('c: by province, a year', 'province', 'true'), ('d: all', '1::int', 'true');
CREATE TEMP TABLE way (n serial, way text, source text, expression text);
INSERT INTO way (way, source, expression) VALUES ('count(DISTINCT) over events', 'event', 'pg_catalog.count(DISTINCT member)'), ('int[] cells, unnested', 'cell', NULL),
    ('memberset cells, union_count_agg', 'cell', 'union_count_agg(members)'), ('memberset cells, count(union_agg)', 'cell', 'assure.count(union_agg(members))'), ('memberset cells, numbered as they come', 'cell', 'union_count_agg(came)'),
    ('memberset cells, libroaring two by two', 'cell', 'assure.count(pg_temp.or_agg(members))');
\if :peer
INSERT INTO way (way, source, expression) VALUES ('roaringbitmap cells, rb_or_cardinality_agg', 'cell', 'rb_or_cardinality_agg(bitmap)'), ('roaringbitmap cells, numbered as they come', 'cell', 'rb_or_cardinality_agg(came_bitmap)');
\endif
CREATE TEMP TABLE measured (q text, n int, ms numeric, answer bigint);
CREATE FUNCTION pg_temp.measure(rounds int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE r int; k record; started timestamptz; answer bigint; statement text;
BEGIN
    FOR r IN 1 .. rounds LOOP
        FOR k IN SELECT * FROM question, way WHERE q !~ '^[cd]' OR way !~ 'two by two' ORDER BY q, n LOOP
            statement := CASE WHEN k.expression IS NULL THEN format('SELECT sum(c) FROM (SELECT pg_catalog.count(DISTINCT m) AS c FROM (SELECT %s, pg_catalog.unnest(list) FROM cell WHERE %s) x(%s, m) GROUP BY %s) y', k.groups, k.condition, CASE WHEN k.q ~ '^b' THEN 'g, h' ELSE 'g' END, CASE WHEN k.q ~ '^b' THEN 'g, h' ELSE 'g' END)
                ELSE format('SELECT sum(c) FROM (SELECT %s AS c FROM %s WHERE %s GROUP BY %s) x', k.expression, k.source, k.condition, CASE WHEN k.q ~ '^d' THEN '()' ELSE k.groups END) END;
            started := clock_timestamp();
            EXECUTE statement INTO answer;
            INSERT INTO measured VALUES (k.q, k.n, 1000 * extract(epoch FROM clock_timestamp() - started), answer);
        END LOOP;
    END LOOP;
END $$;
SELECT pg_temp.measure(3) \g /dev/null
SELECT format('%s events, %s cells; MB: memberset by residence %s, as they come %s, int[] %s', (SELECT pg_catalog.count(*) FROM event), pg_catalog.count(*), sum(pg_column_size(members)) / 1048576, sum(pg_column_size(came)) / 1048576, sum(pg_column_size(list)) / 1048576) AS data FROM cell;
SELECT way, max(ms) FILTER (WHERE q ~ '^a') AS a, max(ms) FILTER (WHERE q ~ '^b') AS b, max(ms) FILTER (WHERE q ~ '^c') AS c, max(ms) FILTER (WHERE q ~ '^d') AS d FROM (SELECT n, q, round(min(ms), 1) AS ms FROM measured GROUP BY n, q) x JOIN way USING (n) GROUP BY n, way ORDER BY n;
SELECT CASE WHEN bool_and(low = high) THEN 'all ways agree' ELSE 'ways DIFFER' END AS answers FROM (SELECT q, min(answer) AS low, max(answer) AS high FROM measured GROUP BY q) x;
