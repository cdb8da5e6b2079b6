\set ECHO none
-- assure.memberset: the algebra of random sets against lists and SQL's own set operations.
BEGIN;
\i test/sql-common/setup.psql
SET LOCAL search_path TO public, assure;
SELECT plan(26);
SELECT setseed(0.22) \g /dev/null

-- Sets of every kind of container, and of the sizes at which kinds change.  Bits and runs are what a block holds of many; "few" blocks have no offsets.
CREATE TEMP TABLE v (n serial PRIMARY KEY, shape text, list int[], set memberset);
CREATE FUNCTION pg_temp.keep(shape text, members int[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO v (shape, list) SELECT shape, coalesce((SELECT array_agg(DISTINCT m ORDER BY m) FROM pg_catalog.unnest(members) m), '{}') $$;
CREATE FUNCTION pg_temp.random_members(size int, low int, high int) RETURNS int[] LANGUAGE sql VOLATILE AS $$
    SELECT array_agg(low + floor(random() * (high::bigint - low + 1))::int) FROM generate_series(1, size) $$;
CREATE FUNCTION pg_temp.range_members(first int, last int) RETURNS int[] LANGUAGE sql AS $$ SELECT array_agg(m) FROM generate_series(first, last) m $$;
SELECT pg_temp.keep('empty', '{}'), pg_temp.keep('ends', '{0,2147483647}'), pg_temp.keep('border', '{65535,65536}') \g /dev/null
SELECT pg_temp.keep('sparse', pg_temp.random_members(300, 0, 2147483647)), pg_temp.keep('scattered', pg_temp.random_members(3000, 0, 1000000)) FROM generate_series(1, 3) \g /dev/null
SELECT pg_temp.keep('array', pg_temp.random_members(2500, 0, 65535)), pg_temp.keep('bits', pg_temp.random_members(14000, 0, 65535)), pg_temp.keep('two blocks', pg_temp.random_members(9000, 60000, 131071)) FROM generate_series(1, 3) \g /dev/null
SELECT pg_temp.keep('every second ' || k, (SELECT array_agg(2 * m) FROM generate_series(1, k) m)) FROM unnest('{4095,4096,4097,32767}'::int[]) k \g /dev/null
SELECT pg_temp.keep('range', pg_temp.range_members(1000, 1000 + k)) FROM unnest('{0,1,2,4095,4096,64535,64536,70000,140000}'::int[]) k \g /dev/null
SELECT pg_temp.keep('all but one', array_remove(pg_temp.range_members(0, 65535), 777)), pg_temp.keep('whole block', pg_temp.range_members(65536, 131071)) \g /dev/null
SELECT pg_temp.keep('runs', (SELECT array_agg(m) FROM generate_series(0, 90) k, LATERAL (SELECT (random() * 200000)::int AS a) f, generate_series(a, a + k * 7) m)) FROM generate_series(1, 3) \g /dev/null
-- In a tie of sizes runs and arrays, or runs and bits, take the same bytes: 1 + 2 runs are 2 + 4 * runs bytes.
SELECT pg_temp.keep('tie', (SELECT array_agg(m) FROM (SELECT 10 * k AS m FROM generate_series(1, 50) k UNION ALL SELECT 10 * k + 1 FROM generate_series(1, 50) k UNION ALL SELECT 12) x)),
    pg_temp.keep('tie of bits', (SELECT array_agg(m) FROM generate_series(0, 2047) k, generate_series(30 * k, 30 * k + 2) m)), pg_temp.keep('no tie of bits', (SELECT array_agg(m) FROM generate_series(0, 2046) k, generate_series(30 * k, 30 * k + 2) m)) \g /dev/null
UPDATE v SET set = list;
ANALYZE v;
SELECT ok((SELECT pg_catalog.count(*) BETWEEN 30 AND 45 FROM v), 'there are sets of every shape');

-- Each by itself.
SELECT is((SELECT string_agg(shape, '; ' ORDER BY n) FROM v WHERE set::int[] <> list), NULL, 'a set is the list it was made of');
SELECT is((SELECT string_agg(shape, '; ' ORDER BY n) FROM v WHERE count(set) <> cardinality(list)), NULL, 'is counted');
SELECT is((SELECT string_agg(shape, '; ' ORDER BY n) FROM v WHERE set::text::memberset::bytea <> set::bytea OR set::bytea::memberset::bytea <> set::bytea), NULL, 'is the same through text and bytes');
SELECT is((SELECT string_agg(shape, '; ' ORDER BY n) FROM v WHERE (SELECT coalesce(array_agg(m), '{}') FROM assure.unnest(set) m) <> list), NULL, 'gives its members as rows');
SELECT is((SELECT string_agg(shape, '; ' ORDER BY n) FROM v WHERE (first_member(set), last_member(set)) IS DISTINCT FROM (SELECT (min(m), max(m)) FROM pg_catalog.unnest(list) m)), NULL, 'has a first and a last member');
CREATE TEMP TABLE probe AS SELECT DISTINCT m FROM (SELECT floor(random() * 200000)::int AS m FROM generate_series(1, 150) UNION ALL SELECT floor(random() * 2147483648)::int FROM generate_series(1, 20) UNION ALL SELECT list[1 + floor(random() * cardinality(list))::int] FROM v, generate_series(1, 2)) x WHERE m IS NOT NULL;
SELECT is((SELECT string_agg(DISTINCT shape, '; ') FROM v, probe WHERE (set @> m) <> (m = ANY (list))), NULL, 'has a member or not');
SELECT is((SELECT string_agg(DISTINCT shape, '; ') FROM v, (SELECT m FROM probe LIMIT 40) p WHERE member_rank(set, m) <> (SELECT pg_catalog.count(*) FROM pg_catalog.unnest(list) x WHERE x <= m)), NULL, 'ranks members');
SELECT is((SELECT string_agg(DISTINCT shape, '; ') FROM v, (SELECT m FROM probe LIMIT 100) p WHERE member_at(set, m % 20000) IS DISTINCT FROM list[1 + m % 20000]), NULL, 'finds them by position');
SELECT is((SELECT string_agg(DISTINCT shape, '; ') FROM v, (SELECT m % 15000 AS skip, (m * 7::bigint) % 9000 AS take FROM probe LIMIT 60) p WHERE slice(set, skip, take)::int[] <> list[1 + skip:skip + take]), NULL, 'is sliced');
SELECT is((SELECT string_agg(DISTINCT shape, '; ') FROM v, (SELECT m % 15000 AS skip, (m * 7::bigint) % 9000 AS take FROM probe LIMIT 60) p WHERE slice(set, skip, take)::bytea <> (list[1 + skip:skip + take])::memberset::bytea), NULL, 'into canonical bytes');

-- Each pair: what SQL says of the members, as canonical bytes.
CREATE TEMP TABLE pair AS SELECT a.n AS an, b.n AS bn, a.shape || ' with ' || b.shape AS what, a.set AS a, b.set AS b, a.list AS al, b.list AS bl,
        (a.list[1:0] || coalesce(ARRAY(SELECT m FROM pg_catalog.unnest(a.list) m INTERSECT SELECT m FROM pg_catalog.unnest(b.list) m), '{}')) AS both_list
    FROM v a, v b WHERE (a.n * 7 + b.n * 3) % 4 = 0 OR a.n = b.n;
SELECT is((SELECT string_agg(what, '; ' ORDER BY an, bn) FROM pair WHERE (a & b)::bytea <> both_list::memberset::bytea), NULL, 'a & b');
SELECT is((SELECT string_agg(what, '; ' ORDER BY an, bn) FROM pair WHERE (a | b)::bytea <> (al || bl)::memberset::bytea), NULL, 'a | b');
SELECT is((SELECT string_agg(what, '; ' ORDER BY an, bn) FROM pair WHERE (a - b)::bytea <> ARRAY(SELECT m FROM pg_catalog.unnest(al) m EXCEPT SELECT m FROM pg_catalog.unnest(bl) m)::memberset::bytea), NULL, 'a - b');
SELECT is((SELECT string_agg(what, '; ' ORDER BY an, bn) FROM pair WHERE (a # b)::bytea <> ARRAY(SELECT m FROM pg_catalog.unnest(al || bl) m GROUP BY m HAVING pg_catalog.count(*) = 1)::memberset::bytea), NULL, 'a # b');
SELECT is((SELECT string_agg(what, '; ' ORDER BY an, bn) FROM pair WHERE (a && b) <> (both_list <> '{}')), NULL, 'a && b');
SELECT is((SELECT string_agg(what, '; ' ORDER BY an, bn) FROM pair WHERE (a @> b) <> (cardinality(both_list) = cardinality(bl)) OR (b <@ a) <> (a @> b)), NULL, 'a @> b, b <@ a');
SELECT is((SELECT string_agg(what, '; ' ORDER BY an, bn) FROM pair WHERE intersect_count(a, b) <> cardinality(both_list) OR union_count(a, b) <> cardinality(al) + cardinality(bl) - cardinality(both_list)), NULL, 'counts of both and of either');
SELECT is((SELECT string_agg(what, '; ' ORDER BY an, bn) FROM pair WHERE memberset_cmp(a, b) <> btarraycmp(al, bl)), NULL, 'order');
-- Whatever way a set came about, its bytes are the same.
SELECT is((SELECT string_agg(what, '; ' ORDER BY an, bn) FROM pair WHERE ((a # b) # b)::bytea <> a::bytea OR ((a - b) | (a & b))::bytea <> a::bytea OR ((a | b) - (b - a))::bytea <> a::bytea), NULL, 'and what is put together again has the bytes it had');
SELECT is((SELECT string_agg(shape, '; ' ORDER BY n) FROM v WHERE list <> '{}' AND ((set - list[1]) | list[1])::bytea <> set::bytea), NULL, 'also member by member');
SELECT ok((SELECT bool_or(a @> b AND a <> b AND b <> '{}') AND bool_or(NOT a && b) AND bool_or(a && b AND NOT a @> b) FROM pair), 'pairs of every kind were among them');

-- Stored out of line, where single containers are read.
CREATE TEMP TABLE stored AS SELECT 1 AS n, memberset_agg(m) AS set FROM (SELECT (random() * 3000000)::int AS m FROM generate_series(1, 100000) UNION ALL SELECT 131072 + (random() * 65535)::int FROM generate_series(1, 20000) UNION ALL SELECT m FROM generate_series(400000, 500000) m) x;
INSERT INTO stored SELECT 2, memberset_agg((k << 16) + k % 7) FROM generate_series(0, 32767) k;
INSERT INTO stored SELECT 3, memberset_agg((k << 16) + j * 3) FROM generate_series(0, 20000) k, generate_series(0, k % 3) j;
CREATE TEMP TABLE loose AS SELECT n, set::int[] AS list FROM stored;
SELECT ok((SELECT bool_and(pg_column_size(set) > 100000) FROM stored), 'long values');
SELECT is((SELECT string_agg(n::text, ' ') FROM stored JOIN loose USING (n) WHERE count(set) <> cardinality(list) OR first_member(set) <> list[1] OR last_member(set) <> list[cardinality(list)]), NULL, 'are counted, and have first and last members');
CREATE TEMP TABLE one AS SELECT n, m FROM (SELECT n, list[1 + floor(random() * cardinality(list))::int] + k % 2 AS m FROM loose, generate_series(1, 300) k) x WHERE m IS NOT NULL UNION SELECT n, m FROM loose, probe;
SELECT is((SELECT string_agg(DISTINCT one.n::text, ' ') FROM one JOIN stored USING (n) WHERE (set @> m) <> EXISTS (SELECT FROM assure.unnest(set & ARRAY[m]::memberset))), NULL, 'members are found in them');
SELECT is((SELECT string_agg(DISTINCT n::text, ' ') FROM (SELECT one.n, pg_catalog.count(*) FILTER (WHERE set @> m) AS found, pg_catalog.count(*) FILTER (WHERE x.member IS NOT NULL) AS wanted FROM one JOIN stored USING (n)
    LEFT JOIN (SELECT n, unnest(list) AS member FROM loose) x ON x.n = one.n AND x.member = one.m GROUP BY one.n) y WHERE found <> wanted), NULL, 'as many as there are');
SELECT * FROM finish();
ROLLBACK;
