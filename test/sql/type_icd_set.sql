\set ECHO none
-- The type assure.icd_set: how sets are read and written, membership, set operations against a reference on text, limits, binary messages.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/codes.psql
SELECT plan(83);
SET search_path = public, assure, t, pg_temp;
SELECT setseed(0.97);

-- Sets that are read, and how they are written.
SELECT is(v::icd_set::text, w, format('set %s', v)) FROM (VALUES
    ('C34', 'C34'), ('C00-C97', 'C00-C97'), ('c00 - c97 ,D00-D09', 'C00-C97,D00-D09'), ('D00-D09,C00-C97', 'C00-C97,D00-D09'), ('C00-C50,C40-C97', 'C00-C97'), ('C00-C50,C51-C97', 'C00-C97'), ('B99,C00', 'B99-C00'),
    ('C00-C97,C34', 'C00-C97'), ('C00-C97, D00-D09 except C44, C73', 'C00-C43,C45-C72,C74-C97,D00-D09'), ('C00-C97 EXCEPT C44', 'C00-C43,C45-C97'), (E'C00-C97\n\texcept\n\tC44', 'C00-C43,C45-C97'),
    ('C34 except C34.9', 'C34 except C34.9'), ('C34 except C34.901', 'C34 except C34.901'), ('C00-C97 except C34.9, C44, C50.1-C50.3', 'C00-C43,C45-C97 except C34.9,C50.1-C50.3'), ('C34 except C34.9 , C34.8', 'C34 except C34.8-C34.9'),
    ('E10.2,E10.5,E10.9', 'E10.2,E10.5,E10.9'), ('J18 except =J18', 'J18.0-J18'), ('J18 except J18.0-J18', '=J18'), ('=J18,J18.0-J18', 'J18'), ('J17-J18 except J18.5-J18', 'J17-J18.4'), ('J17-J19 except J18.5-J18', 'J17-J18.4,J19'),
    ('C34 except C34.z', 'C34-C34.Y'), ('C44 except C00-C97', 'none'), ('none', 'none'), ('None', 'none'), (' none ', 'none'), ('C34 except D00', 'C34'), ('A00-Z99', 'A00-Z99'), ('A00-Z99 except A00-M99', 'N00-Z99'),
    ('C34.0123456789,C34.012345678A', 'C34.0123456789-C34.012345678A')) x(v, w);

-- Refused.
SELECT is(refusal('icd_set', v), format('22P02 invalid input for type icd_set: "%s". %s', item, detail), format('refused: %L', v)) FROM (VALUES
    ('', '', 'A code begins with a letter and two digits.'), (',', '', 'A code begins with a letter and two digits.'), ('C34,', '', 'A code begins with a letter and two digits.'), ('C34,,C35', '', 'A code begins with a letter and two digits.'),
    ('C34, flu, C35', ' flu', 'A code begins with a letter and two digits.'), ('C34,C97-C00', 'C97-C00', 'The range ends before it begins.'), ('except C34', 'except C34', 'A code begins with a letter and two digits.'),
    ('C34 except', 'C34 except', 'Character 4 is neither a letter nor a digit.'), ('C34 except ', 'C34 except', 'Character 4 is neither a letter nor a digit.'), ('C34 except C34.9 except C34.8', ' C34.9 except C34.8', 'Character 6 is neither a letter nor a digit.'),
    ('C34 except none', ' none', 'A code begins with a letter and two digits.'), ('none, C34', 'none', 'A code begins with a letter and two digits.'), ('C34;C35', 'C34;C35', 'Character 4 is neither a letter nor a digit.'),
    ('C34 C35', 'C34 C35', 'Character 4 is neither a letter nor a digit.'), ('!C34', '!C34', 'A code begins with a letter and two digits.'), ('C34.1exceptC34.9', 'C34.1exceptC34.9', 'Character 15 is neither a letter nor a digit.')) x(v, item, detail);

-- 400 random sets of codes with short extensions, so that they meet often, and a reference: texts, tested one after another.
CREATE FUNCTION pg_temp.code(kind int) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT substr('ABZ', 1 + floor(random() * 3)::int, 1) || substr('019', 1 + floor(random() * 3)::int, 1) || floor(random() * 10)::int
        || CASE WHEN kind % 3 > 0 THEN substr('019XZ', 1 + floor(random() * 5)::int, 1) ELSE '' END || CASE WHEN kind % 3 > 1 THEN substr('09Z', 1 + floor(random() * 3)::int, 1) ELSE '' END $$;
CREATE TEMP TABLE code AS SELECT DISTINCT v COLLATE "C" AS v, v::icd AS c FROM (SELECT pg_temp.code(i) AS v FROM generate_series(1, 1500) i UNION ALL SELECT left('B09' || x, n) FROM unnest('{0ZZZZZZZZZ,ZZZZZZZZZZ,0000000000,X900000000}'::text[]) x, generate_series(3, 13) n) y;
CREATE TEMP TABLE part AS SELECT i AS set_id, is_exception, low, CASE WHEN high >= low THEN high ELSE low END AS high
    FROM (SELECT i, k > 4 AS is_exception, pg_temp.code(i + k) COLLATE "C" AS low, pg_temp.code(i / 2 + k) COLLATE "C" AS high FROM generate_series(1, 400) i, generate_series(1, 8) k WHERE random() < 0.6 OR k = 1) x;
CREATE INDEX ON part (set_id);
ANALYZE part;
CREATE TEMP TABLE a_set AS SELECT set_id, (string_agg(low || ' - ' || high, ', ' ORDER BY random()) FILTER (WHERE NOT is_exception)
        || coalesce(' except ' || string_agg(low || '-' || high, ',' ORDER BY random()) FILTER (WHERE is_exception), '')) AS v FROM part GROUP BY set_id;
ALTER TABLE a_set ADD s icd_set;
UPDATE a_set SET s = v::icd_set;
CREATE TEMP TABLE truth AS SELECT set_id, code.v, c, EXISTS (SELECT FROM part p WHERE p.set_id = a.set_id AND NOT is_exception AND code.v >= low AND left(code.v, length(high)) <= high)
        AND NOT EXISTS (SELECT FROM part p WHERE p.set_id = a.set_id AND is_exception AND code.v >= low AND left(code.v, length(high)) <= high) AS is_in
    FROM a_set a, code WHERE a.set_id % 8 = length(code.v) % 8 OR a.set_id <= 60;
CREATE INDEX ON truth (set_id, v);
SELECT is((SELECT count(*) FROM truth m JOIN a_set USING (set_id) WHERE (c <@ s, s @> c) IS DISTINCT FROM (is_in, is_in)), 0::bigint, 'membership is that of the reference');
SELECT cmp_ok((SELECT count(*) FROM truth WHERE is_in), '>', 5000::bigint, 'of which there is enough');
SELECT is((SELECT count(*) FROM a_set WHERE s::text::icd_set <> s OR s::text::icd_set::text <> s::text), 0::bigint, 'sets go there and back');
SELECT is((SELECT count(*) FROM a_set, LATERAL (SELECT count(*) AS n, coalesce(string_agg(r::text, ',' ORDER BY r), 'none')::icd_set AS again FROM unnest(icd_ranges(s)) r) x WHERE again <> s OR n <> cardinality(icd_ranges(s))), 0::bigint, 'the ranges of a set make it');
SELECT is((SELECT count(*) FROM a_set, LATERAL (SELECT r, lead(r) OVER (ORDER BY n) AS next FROM unnest(icd_ranges(s)) WITH ORDINALITY x(r, n)) y WHERE upper(r) >= lower(next)), 0::bigint, 'they are sorted and apart');
SELECT is((SELECT count(*) FROM a_set WHERE (lower(s), upper(s)) IS DISTINCT FROM ((SELECT min(lower(r)) FROM unnest(icd_ranges(s)) r), (SELECT max(upper(r)) FROM unnest(icd_ranges(s)) r))), 0::bigint, 'first and last code');
SELECT is((lower('none'::icd_set), upper('none'::icd_set), icd_ranges('none'))::text, '(,,{})', 'of nothing');

-- Set operations.
CREATE TEMP TABLE pair AS SELECT a.set_id AS a_id, b.set_id AS b_id, a.s AS a, b.s AS b, a.s + b.s AS plus, a.s - b.s AS minus, a.s * b.s AS times FROM a_set a JOIN a_set b ON a.set_id <= 60 AND b.set_id <= 60 AND (a.set_id * 7 + b.set_id) % 6 = 0;
SELECT is((SELECT count(*) FROM pair p JOIN truth x ON x.set_id = a_id AND length(x.v) < 7 JOIN truth y ON y.set_id = b_id AND y.v = x.v
    WHERE (x.c <@ plus, x.c <@ minus, x.c <@ times) IS DISTINCT FROM (x.is_in OR y.is_in, x.is_in AND NOT y.is_in, x.is_in AND y.is_in)), 0::bigint, 'union, difference, intersection code by code');
SELECT is((SELECT count(*) FROM pair WHERE (a @> b, b <@ a, a && b) IS DISTINCT FROM (b - a = 'none', b - a = 'none', a * b <> 'none')), 0::bigint, 'containment and overlap follow from them');
SELECT is((SELECT count(*) FROM pair WHERE plus <> b + a OR times <> b * a OR times <> a - (a - b) OR minus + times <> a OR NOT plus @> a OR NOT times <@ b OR minus && b OR a - a <> 'none' OR a + a <> a OR a * a <> a
    OR 'A00-Z99' - ('A00-Z99' - a) <> a OR ('A00-Z99' - a) * ('A00-Z99' - b) <> 'A00-Z99' - plus), 0::bigint, 'the laws of sets hold');
SELECT is((SELECT count(*) FROM pair WHERE a @> b AND a <> b) > 0 AND (SELECT count(*) FROM pair WHERE NOT a && b) > 0, true, 'both cases occurred');
SELECT is((SELECT count(*) FROM pair WHERE plus::text::icd_set <> plus OR minus::text::icd_set <> minus OR times::text::icd_set <> times), 0::bigint, 'results go there and back');
SELECT is(('C00-C97'::icd_set - 'C44')::text, 'C00-C43,C45-C97', 'a literal is a set');
SELECT is(('C00-C97'::icd_range <@ 'C00-D48'::icd_set, 'C00-C97'::icd_set @> 'C34'::icd_range, 'C00-C97'::icd_range && 'C97,D00'::icd_set)::text, '(t,t,t)', 'a range is taken for a set');
SELECT is(('C34 except C34.9'::icd_set @> icd 'C34.1', 'C34 except C34.9'::icd_set @> icd 'C34.901', 'C34 except C34.9'::icd_set @> icd 'C34')::text, '(t,f,t)', 'codes and exceptions');

-- The filters of a benefit read the same ranges: a claim is paid for the same codes.
CREATE FUNCTION pg_temp.is_paid(includes jsonb, excludes jsonb, diagnosis text) RETURNS boolean LANGUAGE sql AS $$
    SELECT evaluate(jsonb_build_object('benefits', jsonb_build_array(jsonb_build_object('code', 'X', 'kind', 'expense',
            'diagnosis', jsonb_build_object('include', includes) || CASE WHEN excludes IS NULL THEN '{}' ELSE jsonb_build_object('exclude', excludes) END)))::terms,
        '{"member": {"birth_date": "1990-05-04", "sex": "F", "relationship": "self", "policy_start": "2024-01-01", "enrolled_on": "2024-01-01"},
          "bills": [{"no": "1", "care": "outpatient", "from": "2024-03-02", "items": [{"no": 1, "category": "drug", "class": "A", "amount": "1.00"}]}]}'::jsonb || jsonb_build_object('diagnoses', jsonb_build_array(diagnosis))) ->> 'paid' = '1.00' $$;
SELECT is((SELECT count(*) FROM truth JOIN (SELECT set_id, jsonb_agg(low || '-' || high) FILTER (WHERE NOT is_exception) AS includes, jsonb_agg(low || '-' || high) FILTER (WHERE is_exception) AS excludes
        FROM part GROUP BY set_id) x USING (set_id) WHERE set_id <= 60 AND hashtext(v || set_id) % 7 = 0 AND pg_temp.is_paid(includes, excludes, c::text) <> is_in), 0::bigint, 'a benefit responds to the codes of the set');

-- Order and hash.
SELECT is((SELECT count(*) FROM pair WHERE (a < b, a <= b, a = b, a >= b, a > b, a <> b, icd_set_cmp(a, b)) IS DISTINCT FROM
    (icd_ranges(a) < icd_ranges(b), icd_ranges(a) <= icd_ranges(b), icd_ranges(a) = icd_ranges(b), icd_ranges(a) >= icd_ranges(b), icd_ranges(a) > icd_ranges(b), icd_ranges(a) <> icd_ranges(b),
     CASE WHEN icd_ranges(a) < icd_ranges(b) THEN -1 WHEN a = b THEN 0 ELSE 1 END)), 0::bigint, 'the order is that of the ranges');
SELECT is((SELECT count(*) FROM pair WHERE icd_set_hash(plus) <> icd_set_hash(b + a) OR (icd_set_hash_extended(a, 0) & 4294967295) <> (icd_set_hash(a)::bigint & 4294967295)), 0::bigint, 'equal sets have equal hashes');
SELECT cmp_ok((SELECT count(DISTINCT icd_set_hash(s)) FROM a_set), '>=', (SELECT count(DISTINCT s) - 1 FROM a_set), 'others differ');
CREATE TEMP TABLE kept (s icd_set PRIMARY KEY);
INSERT INTO kept SELECT DISTINCT s FROM a_set;
SELECT is((SELECT count(*) FROM kept JOIN a_set USING (s)), 400::bigint, 'a key of sets');
SELECT is(fails($$INSERT INTO pg_temp.kept SELECT s FROM pg_temp.a_set WHERE set_id = 1$$), '23505 duplicate key value violates unique constraint "kept_pkey"', 'that refuses an equal one');

-- Long sets: compressed, stored out of line, limited.
CREATE TEMP TABLE long AS SELECT (SELECT string_agg(chr(65 + n / 100) || lpad((n % 100)::text, 2, '0') || '.' || d, ',') FROM generate_series(0, 1999) n, unnest('{1,3,5,7,9}'::int[]) d)::icd_set AS s;
SELECT is((SELECT (cardinality(icd_ranges(s)), s::text::icd_set = s, s @> icd 'K05.301', s @> icd 'K05.401', s @> icd 'K05', s @> icd 'Z99.9')::text FROM long), '(10000,t,t,f,f,f)', 'ten thousand ranges');
SELECT is((SELECT count(*) FROM long, code WHERE (c <@ s) IS DISTINCT FROM (substr(v, 4, 1) IN ('1', '3', '5', '7', '9') AND v < 'U')), 0::bigint, 'membership in them');
SELECT is(fails($$SELECT s + 'Z99' FROM pg_temp.long$$), '54000 a set of diagnosis codes has 10001 ranges, more than 10000', 'no more than that');
SELECT is((SELECT (s + 'K05') @> s AND NOT s @> (s + 'K05') FROM long), true, 'joined ranges make room');
SELECT matches(refusal('icd_set', repeat('C34,', 10000) || 'C34'), 'A list has at most 10000 codes and ranges\.$', 'a list has a limit');
SELECT matches(refusal('icd_set', (SELECT 'A00-Z99 except ' || substr(s::text, 1, length(s::text)) FROM long)), 'A set has at most 10000 ranges\.$', 'exceptions may not make too many');
SELECT is((repeat('C34,', 9999) || 'C34')::icd_set::text, 'C34', 'which is reached');

-- Sets of a table, one after another at one call site: kept while they are the same, and no longer.
CREATE TEMP TABLE plan_set (id int, s icd_set);
INSERT INTO plan_set SELECT k, (SELECT string_agg(chr(65 + n / 100) || lpad((n % 100)::text, 2, '0') || '.' || (n * k) % 10, ',') FROM generate_series(0, 300 * k) n)::icd_set FROM generate_series(1, 6) k;
INSERT INTO plan_set VALUES (7, 'C34'), (8, 'none'), (9, (SELECT string_agg('B' || n || '.1', ',') FROM generate_series(10, 99) n)::icd_set);
INSERT INTO plan_set SELECT id + 10, s FROM plan_set;
SELECT is((SELECT string_agg(DISTINCT CASE WHEN pg_column_size(s) < 128 THEN 'short' WHEN pg_column_size(s) < 2000 THEN 'compressed' ELSE 'out of line' END, ', ') FROM plan_set WHERE id < 10), 'compressed, out of line, short', 'stored in every way');
CREATE TEMP TABLE seen AS SELECT i, (chr(65 + i % 20) || lpad((i / 20 % 100)::text, 2, '0') || '.' || i % 7)::icd AS c FROM generate_series(1, 200) i;
SELECT is((SELECT count(*) FROM (SELECT c, s FROM seen, LATERAL (SELECT s FROM plan_set WHERE id % 10 > 0 ORDER BY CASE WHEN i % 3 = 0 THEN id ELSE -id END) p OFFSET 0) x
    WHERE (c <@ s, s @> c) IS DISTINCT FROM (SELECT (coalesce(bool_or(c >= lower(r) AND c <= upper(r)), false), coalesce(bool_or(c >= lower(r) AND c <= upper(r)), false)) FROM unnest(icd_ranges(s)) r)), 0::bigint, 'each is tested as itself');

-- Binary messages.
SELECT is(icd_set_send('D00,C00-C97 except C34.9'), 'C00-C97,D00 except C34.9'::bytea, 'a set is sent as its text');
SELECT is((SELECT count(*) FROM a_set WHERE set_id <= 60 AND receive('assure.icd_set', icd_set_send(s)) <> s::text), 0::bigint, 'and read so');
SELECT is(receive('assure.icd_set', m), e, format('refused: %s', m)) FROM (VALUES
    (''::bytea, '22P03 invalid input for type icd_set: ""'), ('C97-C00', '22P03 invalid input for type icd_set: "C97-C00"'), ('\x0000000100000000', '22021 invalid byte sequence for encoding "UTF8": 0x00')) x(m, e);
CREATE TEMP TABLE fuzz AS SELECT set_id, overlay(v PLACING substr('.x0年+*-,/ C', 1 + floor(random() * 11)::int, 1) FROM 1 + floor(random() * length(v))::int FOR (random() * 2)::int) AS f FROM a_set;
SELECT is((SELECT string_agg(f, '; ' ORDER BY set_id) FROM fuzz, LATERAL (SELECT receive('assure.icd_set', convert_to(f, 'UTF8')) AS r) x WHERE set_id <= 200
    AND (r NOT LIKE '22P03%') IS DISTINCT FROM accepted('icd_set', f)), NULL, 'damaged messages are checked as hard as text');
SELECT is((SELECT count(*) FROM fuzz WHERE CASE WHEN accepted('icd_set', f) THEN f::icd_set::text::icd_set <> f::icd_set END), 0::bigint, 'and what is accepted goes there and back');
SELECT * FROM finish();
ROLLBACK;
