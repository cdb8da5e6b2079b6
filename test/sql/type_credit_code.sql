\set ECHO none
-- The type assure.credit_code: what it accepts and refuses, order, sorting, binary messages.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/codes.psql
SELECT plan(51);
SET search_path = public, assure, t, pg_temp;
SELECT setseed(0.321);
\set alphabet 0123456789ABCDEFGHJKLMNPQRTUWXY

-- The check character by the standard's table of weights; the type computes them.
CREATE FUNCTION pg_temp.checked(body text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT body || substr('0123456789ABCDEFGHJKLMNPQRTUWXY0', 32 - (sum((position(substr(body, i, 1) IN '0123456789ABCDEFGHJKLMNPQRTUWXY') - 1)
        * ('{1,3,9,27,19,26,16,17,20,29,25,13,8,24,10,30,28}'::int[])[i]) % 31)::int, 1) FROM generate_series(1, 17) i $$;

-- The example of GB 32100.
SELECT is('91350100M000100Y43'::credit_code::text, '91350100M000100Y43', 'the standard''s example');
SELECT is('91350100m000100y43'::credit_code, '91350100M000100Y43'::credit_code, 'small letters are taken for capitals');
SELECT is(region('91350100M000100Y43'::credit_code)::text, '350100', 'its region');
SELECT is(pg_column_size('91350100M000100Y43'::credit_code), 18, 'eighteen bytes');
SELECT is(pg_temp.checked('91350100M000100Y4'), '91350100M000100Y43', 'the reference knows it too');

-- Refused, and what is said of it.
SELECT is(refusal('credit_code', v), '22P02 invalid input for type credit_code. ' || detail, format('refused: %L', v)) FROM (VALUES
    ('', '18 characters are expected, and here are 0 bytes.'),
    ('91350100M000100Y4', '18 characters are expected, and here are 17 bytes.'),
    ('91350100M000100Y433', '18 characters are expected, and here are 19 bytes.'),
    (' 91350100M000100Y43', '18 characters are expected, and here are 19 bytes.'),
    ('91350100M000100Y43 ', '18 characters are expected, and here are 19 bytes.'),
    ('9135010-M000100Y43', 'Character 8 is not a digit: characters 3 to 8 are the code of a region.'),
    ('91A50100M000100Y43', 'Character 3 is not a digit: characters 3 to 8 are the code of a region.'),
    ('9135010OM000100Y43', 'Character 8 is not a digit: characters 3 to 8 are the code of a region.'),
    ('I1350100M000100Y43', 'Character 1 is neither a digit nor a letter other than I, O, S, V and Z.'),
    ('91350100MOOO1OOY43', 'Character 10 is neither a digit nor a letter other than I, O, S, V and Z.'),
    ('91350100M000100S43', 'Character 16 is neither a digit nor a letter other than I, O, S, V and Z.'),
    ('91350100M000100V43', 'Character 16 is neither a digit nor a letter other than I, O, S, V and Z.'),
    ('91350100M000100z43', 'Character 16 is neither a digit nor a letter other than I, O, S, V and Z.'),
    ('91350100M000100Y4O', 'Character 18 is neither a digit nor a letter other than I, O, S, V and Z.'),
    ('91350100M000100年', 'Character 16 is neither a digit nor a letter other than I, O, S, V and Z.'),
    ('91350100M000100Y42', 'The check character does not fit the other 17 characters.'),
    ('19350100M000100Y43', 'The check character does not fit the other 17 characters.')) x(v, detail);

-- 2,000 codes.
CREATE TEMP TABLE code AS SELECT i, pg_temp.checked(body) AS v FROM (SELECT i, substr('123456789ANY', 1 + floor(random() * 12)::int, 1) || (1 + floor(random() * 5))::int
        || (ARRAY['110000','440300','310115','100000','510100'])[1 + floor(random() * 5)::int] || (SELECT string_agg(substr(:'alphabet', 1 + floor(random() * 31)::int, 1), '') FROM generate_series(1, 9) WHERE i > 0) AS body
    FROM generate_series(1, 2000) i) x;
ALTER TABLE code ADD c credit_code;
UPDATE code SET c = v::credit_code;
SELECT is((SELECT count(*) FROM code WHERE c::text <> v OR lower(v)::credit_code <> c), 0::bigint, '2,000 random codes go there and back');
SELECT is((SELECT count(*) FROM code WHERE region(c)::text IS DISTINCT FROM nullif(substr(v, 3, 6), '100000')), 0::bigint, 'region; the whole country is none');
SELECT is(region(pg_temp.checked('91990000M00000000')::credit_code), NULL, 'nor are digits of no province');
SELECT is((SELECT count(DISTINCT right(v, 1)) FROM code), 31::bigint, 'they end in every character of the alphabet');

-- Slips.
SELECT is((SELECT count(*) FROM code, generate_series(1, 18) p, unnest(string_to_array(:'alphabet' || 'IOSVZ -', NULL)) ch
    WHERE i <= 25 AND substr(v, p, 1) <> ch AND accepted('credit_code', overlay(v PLACING ch FROM p FOR 1))), 0::bigint, 'every other character in any place is refused');
SELECT is((SELECT count(*) FROM code, generate_series(1, 17) p
    WHERE i <= 1000 AND substr(v, p, 1) <> substr(v, p + 1, 1) AND accepted('credit_code', overlay(v PLACING substr(v, p + 1, 1) || substr(v, p, 1) FROM p FOR 2))), 0::bigint, 'two neighbours changed over are refused');
SELECT is((SELECT count(*) FROM code, generate_series(1, 18) p WHERE i <= 100 AND accepted('credit_code', overlay(v PLACING '' FROM p FOR 1))), 0::bigint, 'one character missing is refused');
CREATE TEMP TABLE fuzz AS SELECT i, CASE i % 2 WHEN 0 THEN translate(v, substr(v, 1 + (random() * 17)::int, 1), substr('aX0年+.-9', 1 + (random() * 7)::int, 1)) ELSE (SELECT string_agg(chr(33 + (random() * 90)::int), '') FROM generate_series(1, 18) WHERE i > 0) END AS f, v FROM code;
SELECT is((SELECT count(*) FROM fuzz WHERE accepted('credit_code', f) AND (upper(f) !~ '^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$' OR upper(f) <> pg_temp.checked(left(upper(f), 17)))), 0::bigint, '2,000 random texts: none is accepted that is not whole');
SELECT is((SELECT count(*) FROM fuzz WHERE length(f) > 3 AND position(f IN refusal('credit_code', f)) > 0), 0::bigint, 'and no message holds what was refused');

-- Order, sorting, hash, indexes.
SELECT is((SELECT array_agg(v ORDER BY c) FROM code), (SELECT array_agg(v ORDER BY v COLLATE "C") FROM code), 'the order is that of the texts');
INSERT INTO code SELECT 2000 + i, pg_temp.checked('91440300MA5E12' || lpad(i::text, 3, '0')), pg_temp.checked('91440300MA5E12' || lpad(i::text, 3, '0'))::credit_code FROM generate_series(1, 300) i;
SELECT is((SELECT array_agg(v ORDER BY c) FROM code), (SELECT array_agg(v ORDER BY v COLLATE "C") FROM code), 'with many that begin alike');
SELECT is((SELECT array_agg(v ORDER BY c DESC NULLS LAST) FROM code), (SELECT array_agg(v ORDER BY v COLLATE "C" DESC) FROM code), 'and backwards');
SELECT is((SELECT count(*) FROM code a JOIN code b ON b.i IN (a.i + 1, a.i) WHERE (a.c < b.c, a.c <= b.c, a.c = b.c, a.c >= b.c, a.c > b.c, a.c <> b.c, credit_code_cmp(a.c, b.c)) IS DISTINCT FROM
    (a.v < b.v COLLATE "C", a.v <= b.v COLLATE "C", a.v = b.v, a.v >= b.v COLLATE "C", a.v > b.v COLLATE "C", a.v <> b.v, CASE WHEN a.v < b.v COLLATE "C" THEN -1 WHEN a.v = b.v THEN 0 ELSE 1 END)), 0::bigint, 'the operators agree with text');
SELECT is((SELECT count(*) FROM code WHERE credit_code_hash(c) <> credit_code_hash(v::credit_code) OR (credit_code_hash_extended(c, 0) & 4294967295) <> (credit_code_hash(c)::bigint & 4294967295)), 0::bigint, 'equal codes have equal hashes, and seed 0 the same');
SELECT cmp_ok((SELECT count(DISTINCT credit_code_hash(c)) FROM code), '>', 2290::bigint, 'others differ');
CREATE TEMP TABLE firm AS SELECT i, c FROM code;
CREATE UNIQUE INDEX firm_c ON firm (c);
ANALYZE firm;
SET LOCAL plan_cache_mode = force_generic_plan;
PREPARE one(credit_code) AS SELECT i FROM firm WHERE c = $1;
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
SELECT is(plan_of($$EXECUTE one('91350100M000100Y43')$$), 'Index Scan using firm_c on firm Index Cond: (c = $1)', 'a btree index serves =, with a parameter too');
SELECT is((SELECT count(*) FROM code JOIN firm USING (c)), 2300::bigint, 'a join by it');
DROP INDEX firm_c;
CREATE INDEX firm_h ON firm USING hash (c);
SELECT is(plan_of($$SELECT i FROM firm WHERE c = '91350100M000100Y43'$$), $$Index Scan using firm_h on firm Index Cond: (c = '91350100M000100Y43'::credit_code)$$, 'a hash index serves =');
SELECT is((SELECT count(*) FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode WHERE oprleft = 'credit_code'::regtype AND NOT proleakproof), 0::bigint, 'the operators are leakproof');

-- Binary messages.
SELECT is(credit_code_send('91350100M000100Y43'), '91350100M000100Y43'::bytea, 'sent as its characters');
SELECT is((SELECT count(*) FROM code WHERE i <= 100 AND receive('assure.credit_code', credit_code_send(c)) <> v), 0::bigint, 'and read so');
SELECT is(receive('assure.credit_code', '91350100m000100y43'), '91350100M000100Y43', 'in small letters too');
SELECT is(receive('assure.credit_code', m), e, format('refused: %s', m)) FROM (VALUES
    (''::bytea, '22P03 invalid binary value of type credit_code'), ('91350100M000100Y4', '22P03 invalid binary value of type credit_code'), ('91350100M000100Y433', '22P03 invalid binary value of type credit_code'),
    ('91350100M000100Y42', '22P03 invalid binary value of type credit_code'), ('\x39310033', '22021 invalid byte sequence for encoding "UTF8": 0x00'), ('\xff', '22021 invalid byte sequence for encoding "UTF8": 0xff')) x(m, e);
SELECT is((SELECT count(*) FROM code WHERE i <= 200 AND receive('assure.credit_code', overlay(v::bytea PLACING substr(sha256(v::bytea), 1, 1) FROM 1 + i % 18 FOR 1)) !~ '^22P03|^22021' AND get_byte(sha256(v::bytea), 0) <> get_byte(v::bytea, i % 18)), 0::bigint, 'one random byte changed is refused');
SELECT * FROM finish();
ROLLBACK;
