\set ECHO none
-- Expressions and unary tests are equal where they are written alike.
BEGIN;
\i test/sql-common/setup.psql
SELECT plan(14);
SET search_path = public, assure, pg_temp;

SELECT setseed(0.4);
CREATE TEMP TABLE rule AS SELECT i, e AS v, e::feel AS e, e::feel_tests AS c FROM (SELECT i, CASE i % 4 WHEN 0 THEN format('a%s + %s', i % 7, i % 5) WHEN 1 THEN format('"%s"', chr(19968 + i))
    WHEN 2 THEN format('[%s..%s]', i % 10, i % 10 + 5) ELSE format('"%s" = x', repeat(md5((i % 20)::text), 200)) END AS e FROM generate_series(1, 400) i) x;
SELECT ok((SELECT max(pg_column_size(e)) < max(length(v)) FROM rule), 'some are compressed');
SELECT is((SELECT array_agg(i ORDER BY e, i) FROM rule), (SELECT array_agg(i ORDER BY v COLLATE "C", i) FROM rule), 'the order is that of the texts');
SELECT is((SELECT array_agg(i ORDER BY c, i) FROM rule), (SELECT array_agg(i ORDER BY v COLLATE "C", i) FROM rule), 'of tests too');
SELECT is((SELECT count(*) FROM rule a, rule b WHERE a.i % 10 = 0 AND ((a.e < b.e, a.e <= b.e, a.e = b.e, a.e >= b.e, a.e > b.e, a.e <> b.e) IS DISTINCT FROM
    (a.v < b.v COLLATE "C", a.v <= b.v COLLATE "C", a.v = b.v, a.v >= b.v COLLATE "C", a.v > b.v COLLATE "C", a.v <> b.v) OR feel_cmp(a.e, b.e) <> feel_tests_cmp(a.c, b.c))), 0::bigint, 'the operators agree with it');
SELECT is((SELECT count(DISTINCT e) FROM rule), (SELECT count(DISTINCT v) FROM rule), 'distinct by sorting');
SELECT is((SELECT count(*) FROM (SELECT e FROM rule GROUP BY e) x), (SELECT count(DISTINCT v) FROM rule), 'and by hash');
SELECT is((SELECT count(*) FROM (SELECT c FROM rule UNION SELECT c FROM rule) x), (SELECT count(DISTINCT v) FROM rule), 'a union of tests');
SELECT is((SELECT count(*) FROM rule a JOIN rule b USING (e)), (SELECT count(*) FROM rule a JOIN rule b USING (v)), 'a join');
SELECT is((SELECT count(*) FROM rule WHERE (feel_hash(e), feel_hash_extended(e, 0) & 4294967295) IS DISTINCT FROM (feel_tests_hash(c), feel_hash(e)::bigint & 4294967295)), 0::bigint, 'seed 0 gives the hash, of tests too');
CREATE TEMP TABLE once (e feel PRIMARY KEY, c feel_tests UNIQUE);
INSERT INTO once VALUES ('a + 1', '< 5');
SELECT matches(t.fails($$INSERT INTO once VALUES ('a + 1', '< 6')$$), '^23505 ', 'an expression is once under a key');
SELECT matches(t.fails($$INSERT INTO once VALUES ('a +  1', '< 5')$$), '^23505 ', 'and so are tests');
SELECT is(t.fails($$INSERT INTO once VALUES ('a +  1', '<5')$$), 'none', 'a blank more is another text');
SELECT is((SELECT count(*) FROM once WHERE e = 'a + 1'), 1::bigint, 'found by a literal');
SELECT is((SELECT string_agg(p.proname, ' ') FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode WHERE o.oprleft IN ('feel'::regtype, 'feel_tests'::regtype) AND NOT p.proleakproof), NULL, 'the operators are leakproof');
SELECT * FROM finish();
ROLLBACK;
