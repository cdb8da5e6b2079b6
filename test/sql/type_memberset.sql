\set ECHO none
-- assure.memberset: text, casts, comparison, questions to one set.
BEGIN;
\i test/sql-common/setup.psql
SET LOCAL search_path TO public, assure;
SELECT plan(59);

-- Text that is read, and how it is written.
CREATE TEMP TABLE accepted (n serial, given text, written text);
INSERT INTO accepted (given, written) VALUES
    ('{}', '{}'), (' { } ', '{}'), ('{0}', '{0}'), ('{5,5,5}', '{5}'), ('{1,2}', '{1,2}'), ('{1,2,3}', '{1-3}'), ('{3,1,2}', '{1-3}'), ('{7-7}', '{7}'),
    ('{5-9,1,2}', '{1,2,5-9}'), ('{1-5,4-9}', '{1-9}'), ('{1-5,6-9}', '{1-9}'), (E'{ 1 ,\n2\t-\r4 }', '{1-4}'), ('{007}', '{7}'), ('{2147483647}', '{2147483647}'),
    ('{65535,65536}', '{65535,65536}'), ('{65534-65537}', '{65534-65537}'), ('{0-65535}', '{0-65535}'), ('{0-65536}', '{0-65536}'), ('{0-131071,65535}', '{0-131071}'),
    ('{2147418112-2147483647}', '{2147418112-2147483647}'), ('{0-2147483647}', '{0-2147483647}'), ('{0-2147483647,5}', '{0-2147483647}'), ('{00000000000000000000000000001}', '{1}');
SELECT is((SELECT string_agg(format('%s: %s', given, given::memberset), '; ' ORDER BY n) FROM accepted WHERE given::memberset::text <> written), NULL, 'text is read and written');
SELECT is((SELECT string_agg(given, '; ' ORDER BY n) FROM accepted WHERE given::memberset::text::memberset <> given::memberset), NULL, 'what was written is read as the same');

CREATE TEMP TABLE refused (n serial, given text, wanted text);
INSERT INTO refused (given, wanted) VALUES
    ('', '22P02 invalid input syntax for type assure.memberset: ""'), ('{', '22P02 invalid input syntax for type assure.memberset: "{"'), ('}', '22P02 %'), ('1,2', '22P02 %'), ('{1', '22P02 %'),
    ('{1,}', '22P02 %'), ('{,1}', '22P02 %'), ('{1,,2}', '22P02 %'), ('{1 2}', '22P02 %'), ('{1}x', '22P02 %'), ('{1}}', '22P02 %'), ('{-1}', '22P02 %'), ('{1-}', '22P02 %'), ('{1--2}', '22P02 %'),
    ('{1-2-3}', '22P02 %'), ('{+1}', '22P02 %'), ('{1.5}', '22P02 %'), ('{1e3}', '22P02 %'), ('{a}', '22P02 %'), ('{NULL}', '22P02 %'), ('{"1"}', '22P02 %'), ('{{1}}', '22P02 %'), ('[1,2]', '22P02 %'), ('{１}', '22P02 %'),
    ('{2147483648}', '22003 member number "2147483648" is out of range'), ('{99999999999999999999999999}', '22003 %'), ('{1-2147483648}', '22003 %'), ('{4294967296}', '22003 %'), ('{18446744073709551616}', '22003 %'),
    ('{9-5}', '22P02 a range of members ends before it begins: "9-5}"'), ('{2147483647-0}', '22P02 a range %'),
    ('{' || repeat('x', 200), '22P02 invalid input syntax for type assure.memberset: "{' || repeat('x', 79) || '..."');
SELECT is((SELECT string_agg(format('%s: %s', given, t.fails(format('SELECT %L::assure.memberset', given))), '; ' ORDER BY n) FROM refused
    WHERE t.fails(format('SELECT %L::assure.memberset', given)) NOT LIKE wanted), NULL, 'text that is none is refused');

-- Lists.
SELECT is('{3,1,2,3}'::int[]::memberset, '{1-3}', 'a list becomes a set');
SELECT is('{}'::int[]::memberset, '{}', 'an empty one too');
SELECT is('[5:6]={1,2}'::int[]::memberset, '{1,2}', 'wherever it begins');
SELECT is('{1,2,5-9}'::memberset::int[], '{1,2,5,6,7,8,9}', 'a set becomes a list');
SELECT is('{}'::memberset::int[], '{}', 'an empty one too');
SELECT is(members('{65535-65537,2147483647}'), '{65535,65536,65537,2147483647}', 'with greatest numbers');
SELECT is(t.fails($$SELECT '{1,-1}'::int[]::assure.memberset$$), '22003 member number -1 is out of range', 'negative numbers are no members');
SELECT is(t.fails($$SELECT '{1,NULL}'::int[]::assure.memberset$$), '22004 a list of members holds a null', 'nor is null');
SELECT is(t.fails($$SELECT '{{1,2},{3,4}}'::int[]::assure.memberset$$), '2202E a list of members has one dimension, not 2', 'nor lists');
SELECT is(t.fails($$SELECT '{0-1000000000}'::assure.memberset::int[]$$), '54000 a set of 1000000001 members is too big for an array', 'and no list is longer than it can be');
CREATE TEMP TABLE assigned (a memberset, b int[]);
INSERT INTO assigned VALUES ('{4,5}'::int[], '{6,7}'::memberset);
SELECT results_eq('SELECT a::text, b FROM assigned', $$VALUES ('{4,5}', '{6,7}'::int[])$$, 'lists and sets are assigned to each other');

-- Comparison, as the lists of the members compare.
SELECT setseed(0.11) \g /dev/null
CREATE TEMP TABLE v AS SELECT n, array_agg(DISTINCT x ORDER BY x) AS list FROM (
    SELECT n, CASE n % 3 WHEN 0 THEN (random() * 3)::int WHEN 1 THEN (random() * 3)::int + 65534 ELSE ((random() * 2)::int << 16) + (random() * 2)::int END AS x
    FROM generate_series(1, 120) n, LATERAL generate_series(1, 1 + n % 4) k) x GROUP BY n;
INSERT INTO v VALUES (0, '{}'), (-1, '{2147483647}'), (-2, '{0,1,2,3,4,5,6,7,8,9}'), (-3, '{0,1,2,3,4,5,6,7,8,10}'), (-4, '{0,1,2,3,4,5,6,7,8}');
ALTER TABLE v ADD set memberset;
UPDATE v SET set = list;
SELECT is((SELECT pg_catalog.count(*) FROM v a, v b WHERE (a.set = b.set, a.set <> b.set, a.set < b.set, a.set <= b.set, a.set > b.set, a.set >= b.set)
    <> (a.list = b.list, a.list <> b.list, a.list < b.list, a.list <= b.list, a.list > b.list, a.list >= b.list)), 0::bigint, 'sets compare as the lists of their members do');
SELECT is((SELECT pg_catalog.count(*) FROM v a, v b WHERE memberset_cmp(a.set, b.set) <> btarraycmp(a.list, b.list)), 0::bigint, 'in the btree''s order too');
SELECT is((SELECT pg_catalog.count(*) FROM v a, v b WHERE a.set = b.set AND (memberset_hash(a.set) <> memberset_hash(b.set) OR memberset_hash_extended(a.set, 7) <> memberset_hash_extended(b.set, 7))), 0::bigint, 'equal sets hash alike');
SELECT ok((SELECT pg_catalog.count(DISTINCT memberset_hash(set)) > 0.9 * pg_catalog.count(DISTINCT list) FROM v), 'others mostly not');
SELECT is((SELECT pg_catalog.count(*) FROM v WHERE memberset_hash_extended(set, 0) & 4294967295 <> memberset_hash(set)::bigint & 4294967295), 0::bigint, 'the two hashes agree at seed 0');
SELECT is((SELECT string_agg(list::text, ' ' ORDER BY set) FROM v), (SELECT string_agg(list::text, ' ' ORDER BY list) FROM v), 'sets sort');
SELECT is((SELECT pg_catalog.count(*) FROM (SELECT DISTINCT set FROM v) x), (SELECT pg_catalog.count(*) FROM (SELECT DISTINCT list FROM v) x), 'DISTINCT');
SET LOCAL enable_hashagg = off;
SELECT is((SELECT pg_catalog.count(*) FROM (SELECT set FROM v GROUP BY set) x), (SELECT pg_catalog.count(*) FROM (SELECT list FROM v GROUP BY list) x), 'GROUP BY, sorted');
RESET enable_hashagg;
SELECT is((SELECT pg_catalog.count(*) FROM v a JOIN v b USING (set)), (SELECT pg_catalog.count(*) FROM v a JOIN v b USING (list)), 'a hash join');
SET LOCAL enable_hashjoin = off;
SELECT is((SELECT pg_catalog.count(*) FROM v a JOIN v b USING (set)), (SELECT pg_catalog.count(*) FROM v a JOIN v b USING (list)), 'a merge join');
RESET enable_hashjoin;
CREATE INDEX ON v (set);
CREATE INDEX ON v USING hash (set);
SET LOCAL enable_seqscan = off;
SELECT is((SELECT pg_catalog.count(*) FROM v WHERE set = '{0,1,2,3,4,5,6,7,8}'), 1::bigint, 'an index finds a set');
SELECT is((SELECT pg_catalog.count(*) FROM v WHERE set < '{1}'), (SELECT pg_catalog.count(*) FROM v WHERE list < '{1}'), 'and what is before one');
RESET enable_seqscan;
SELECT is((SELECT string_agg(p.oid::regprocedure::text, ' ' ORDER BY 1) FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode WHERE o.oprleft = 'memberset'::regtype AND o.oprname ~ '^[<>=]+$' AND o.oprname <> '<@' AND NOT p.proleakproof), NULL, 'comparison does not leak');

-- Questions.
SELECT is(count('{}'::memberset), 0::bigint, 'an empty set counts none');
SELECT is(count('{1,2,5-9,65536}'::memberset), 8::bigint, 'a set is counted');
SELECT is(count('{0-2147483647}'::memberset), 2147483648, 'the greatest one too');
SELECT is((SELECT array_agg(is_empty(x::memberset)) FROM unnest('{"{}","{0}"}'::text[]) x), '{t,f}', 'a set is empty or not');
SELECT is(first_member('{7,70000}'), 7, 'first'); SELECT is(last_member('{7,70000}'), 70000, 'and last member');
SELECT is(first_member('{}'), NULL, 'of nothing there is no first'); SELECT is(last_member('{}'), NULL, 'and no last');
SELECT is((SELECT array_agg('{1,2,5-9,65536}'::memberset @> x ORDER BY x) FROM unnest('{-1,0,1,3,5,9,10,65535,65536,65537,2147483647}'::int[]) x), '{f,f,t,f,t,t,f,f,t,f,f}', 'a number is a member or not');
SELECT is((SELECT array_agg(x <@ '{0-2147483647}'::memberset ORDER BY x) FROM unnest('{-2147483648,0,2147483647}'::int[]) x), '{f,t,t}', 'the other way round');
SELECT is((SELECT array_agg(member_rank('{1,2,5-9,65536}', x) ORDER BY x) FROM unnest('{0,1,4,5,7,65535,65536,2147483647}'::int[]) x), '{0,1,2,3,5,7,8,8}', 'ranks');
SELECT is((SELECT array_agg(member_at('{1,2,5-9,65536}', x) ORDER BY x) FROM unnest('{0,1,2,6,7,8,9223372036854775807}'::bigint[]) x), '{1,2,5,9,65536,NULL,NULL}', 'members by position');
SELECT is(t.fails($$SELECT assure.member_rank('{1}', -1)$$), '22003 member number -1 is out of range', 'no rank of a negative number');
SELECT is(t.fails($$SELECT assure.member_at('{1}', -1)$$), '22023 skip must not be negative, but is -1', 'no member before the first');
SELECT is(slice('{1,2,5-9,65536}', 1, 3)::text, '{2,5,6}', 'a slice'); SELECT is(slice('{1,2,5-9,65536}', 6, 100)::text, '{9,65536}', 'beyond the end'); SELECT is(slice('{1,2}', 2, 1)::text, '{}', 'behind it'); SELECT is(slice('{1,2}', 0, 0)::text, '{}', 'of nothing');
SELECT is(t.fails($$SELECT assure.slice('{1}', 0, -1)$$), '22023 take must not be negative, but is -1', 'less than nothing is not taken');
SELECT is((SELECT array_agg(x) FROM assure.unnest('{1,2,65534-65537}'::memberset) x), '{1,2,65534,65535,65536,65537}', 'members are rows');
SELECT is((SELECT pg_catalog.count(*) FROM assure.unnest('{}'::memberset) x), 0::bigint, 'none of an empty set');
SELECT is((SELECT array_agg(x) FROM (SELECT assure.unnest('{5-100}'::memberset) x LIMIT 3) y), '{5,6,7}', 'as many as are wanted');
CREATE FUNCTION pg_temp.rows_planned(query text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE plan json; BEGIN EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan; RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows'; END $$;
SELECT is(pg_temp.rows_planned($$SELECT * FROM assure.unnest('{1-4321}'::assure.memberset)$$), '4321', 'the planner knows how many');
SELECT is(pg_temp.rows_planned($$SELECT * FROM assure.unnest((SELECT '{1-4321}'::assure.memberset))$$), '1000', 'or guesses');

-- One member more or less.
SELECT is(('{1,2}'::memberset | 4)::text, '{1,2,4}', 'a member more'); SELECT is(('{1,2}'::memberset | 2)::text, '{1,2}', 'that was there'); SELECT is(('{1-9}'::memberset - 5)::text, '{1-4,6-9}', 'a member less'); SELECT is(('{1-9}'::memberset - 50)::text, '{1-9}', 'that was not there');
SELECT is(t.fails($$SELECT '{1}'::assure.memberset OPERATOR(assure.|) -1$$), '22003 member number -1 is out of range', 'no negative one');
SELECT is(('{0-2147483647}'::memberset - 2147483647)::text, '{0-2147483646}', 'at the end of all');

-- A dump and its restoration: text and binary copies are the same values.
CREATE TEMP TABLE kept AS SELECT n, set FROM v; CREATE TEMP TABLE as_text (LIKE kept); CREATE TEMP TABLE as_binary (LIKE kept);
INSERT INTO kept SELECT 1000 + k, memberset_agg((random() * CASE k % 3 WHEN 0 THEN 2147483647 WHEN 1 THEN 100000 ELSE 9000 END)::int) FROM generate_series(1, 9) k, generate_series(1, 6000) GROUP BY k;
\setenv copy_file `mktemp`
\copy kept TO PROGRAM 'cat > "$copy_file"'
\copy as_text FROM PROGRAM 'cat "$copy_file"'
\copy kept TO PROGRAM 'cat > "$copy_file"' (FORMAT binary)
\copy as_binary FROM PROGRAM 'cat "$copy_file"; rm "$copy_file"' (FORMAT binary)
SELECT is((SELECT pg_catalog.count(*) FROM kept a JOIN as_text b USING (n) WHERE a.set::bytea = b.set::bytea), (SELECT pg_catalog.count(*) FROM kept), 'a text copy is the same');
SELECT is((SELECT pg_catalog.count(*) FROM kept a JOIN as_binary b USING (n) WHERE a.set::bytea = b.set::bytea), (SELECT pg_catalog.count(*) FROM kept), 'a binary copy too');
SELECT * FROM finish();
ROLLBACK;
