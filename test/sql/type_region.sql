\set ECHO none
-- The type assure.region: what it accepts and refuses, order, containment, binary messages.
BEGIN;
\i test/sql-common/setup.psql
SELECT plan(43);
SET search_path = public, assure, pg_temp;
\set provinces '{11,12,13,14,15,21,22,23,31,32,33,34,35,36,37,41,42,43,44,45,46,50,51,52,53,54,61,62,63,64,65,71,81,82,83}'

-- Text.
SELECT is('440305'::region::text, '440305', 'a code is written as it is read');
SELECT is(t.fails(format('SELECT %L::assure.region', v)), format('22P02 invalid region: "%s"', v), format('refused: %L', v))
    FROM (VALUES ('44030'), ('4403050'), (' 440305'), ('440305 '), ('44030x'), ('４４０３'), ('+44030'), ('-44030'), ('470000'), ('100000'), ('000000'), ('990101'), ('')) x(v);
SELECT is(t.fails(format('SELECT %L::assure.region', repeat('省', 30))), format('22P02 invalid region: "%s..."', repeat('省', 13)), 'a long value is cut between characters');
SELECT is(t.fails($$SELECT '470000'::assure.region$$), '22P02 invalid region: "470000"', 'a province that there is not');
CREATE FUNCTION pg_temp.detail(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
    EXECUTE statement;
    RETURN 'none';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN detail;
END $$;
SELECT is(pg_temp.detail($$SELECT '4403'::assure.region$$), 'A region is a GB/T 2260 code of six digits.', 'the detail says what is expected');
SELECT is(pg_temp.detail($$SELECT '070000'::assure.region$$), 'There is no province 07.', 'or that there is no such province');

-- Every number of six digits, and its text.
CREATE TEMP TABLE code AS SELECT n, lpad(n::text, 6, '0') AS digits, left(lpad(n::text, 6, '0'), 2) = ANY (:'provinces'::text[]) AS valid FROM generate_series(0, 999999) n;
ALTER TABLE code ADD r region;
UPDATE code SET r = n::region WHERE valid;
SELECT is((SELECT count(*) FROM code WHERE valid), 350000::bigint, '35 provinces of 10,000 codes each');
SELECT is((SELECT count(*) FROM code WHERE valid AND (r::text <> digits OR r::int <> n OR digits::region <> r)), 0::bigint, 'text and number go there and back');
CREATE FUNCTION pg_temp.accepted(statement text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN true;
EXCEPTION WHEN invalid_text_representation OR numeric_value_out_of_range THEN
    RETURN false;
END $$;
SELECT setseed(0.44);
CREATE TEMP TABLE fuzz AS SELECT i, CASE i % 3 WHEN 0 THEN lpad((random() * 999999)::int::text, 6, '0')
    WHEN 1 THEN left((random() * 9999999)::int::text, 5 + (random() * 3)::int) ELSE overlay((110000 + random() * 700000)::int::text PLACING substr('aA ０一.+-', 1 + (random() * 7)::int, 1) FROM 1 + (random() * 5)::int FOR 1) END AS v
    FROM generate_series(1, 3000) i;
SELECT is((SELECT string_agg(v, ' ' ORDER BY i) FROM fuzz WHERE pg_temp.accepted(format('SELECT %L::assure.region', v)) IS DISTINCT FROM (v ~ '^[0-9]{6}$' AND left(v, 2) = ANY (:'provinces'::text[]))), NULL, '3,000 random texts: accepted are those of six digits and a province');
SELECT is((SELECT string_agg(n::text, ' ' ORDER BY n) FROM (SELECT n FROM code WHERE n % 499 = 0 UNION VALUES (-1), (-440305), (1000000), (2147483647), (-2147483648)) x
    WHERE pg_temp.accepted(format('SELECT (%s)::assure.region', n)) IS DISTINCT FROM (n BETWEEN 0 AND 999999 AND left(lpad(n::text, 6, '0'), 2) = ANY (:'provinces'::text[]))), NULL, 'numbers alike');
SELECT is(t.fails('SELECT 4403::assure.region'), '22003 invalid region: 4403', 'the number in words');
SELECT is(t.fails('CREATE TEMP TABLE c AS SELECT 440305 = ''440305''::assure.region AS e'), '42883 operator does not exist: integer = region', 'a number is not taken for a code by itself');

-- Order, hash, extremes.
SELECT is((SELECT count(*) FROM (SELECT digits, lead(digits) OVER (ORDER BY r) AS next FROM code WHERE valid) x WHERE next <= digits), 0::bigint, 'the order is that of the digits');
SELECT is((SELECT count(*) FROM fuzz a JOIN fuzz b ON b.i = a.i + 3, LATERAL (SELECT a.v::region AS x, b.v::region AS y) r
    WHERE a.i % 3 = 0 AND left(a.v, 2) = ANY (:'provinces'::text[]) AND left(b.v, 2) = ANY (:'provinces'::text[])
    AND (x < y, x <= y, x = y, x >= y, x > y, x <> y, region_cmp(x, y)) IS DISTINCT FROM
        (a.v < b.v, a.v <= b.v, a.v = b.v, a.v >= b.v, a.v > b.v, a.v <> b.v, CASE WHEN a.v < b.v THEN -1 WHEN a.v = b.v THEN 0 ELSE 1 END)), 0::bigint, 'the operators agree with text');
SELECT is((SELECT (min(r), max(r), count(DISTINCT r))::text FROM code), '(110000,839999,350000)', 'min, max, distinct');
SELECT cmp_ok((SELECT count(DISTINCT region_hash(r)) FROM code WHERE n % 10 = 0 AND valid), '>', 34990::bigint, 'hashes differ');
SELECT is(region_hash_extended('440305', 0) & 4294967295, region_hash('440305')::bigint & 4294967295, 'the extended hash with seed 0 has the same low half');

-- What follows from the digits, by a reference on text.
SELECT is((SELECT count(*) FROM code WHERE valid AND (province(r)::text, region_level(r), region_path(r)::text[], region_last(r)::text) IS DISTINCT FROM
    (left(digits, 2) || '0000', CASE WHEN right(digits, 4) = '0000' THEN 'province' WHEN right(digits, 2) = '00' THEN 'prefecture' ELSE 'county' END,
     CASE WHEN right(digits, 4) = '0000' THEN ARRAY[digits] WHEN right(digits, 2) = '00' OR substr(digits, 3, 2) = '00' THEN ARRAY[digits, left(digits, 2) || '0000']
          ELSE ARRAY[digits, left(digits, 4) || '00', left(digits, 2) || '0000'] END,
     CASE WHEN right(digits, 4) = '0000' THEN left(digits, 2) || '9999' WHEN right(digits, 2) = '00' THEN left(digits, 4) || '99' ELSE digits END)), 0::bigint, 'province, level, path, last');
SELECT is((SELECT count(*) FROM code WHERE valid AND prefecture(r)::text IS DISTINCT FROM
    CASE WHEN left(digits, 2) >= '71' THEN left(digits, 2) || '0000' WHEN right(digits, 4) <> '0000' THEN left(digits, 4) || '00' END), 0::bigint, 'prefecture');
SELECT is((SELECT count(*) FROM (SELECT *, CASE region_level(r) WHEN 'province' THEN left(digits, 2) WHEN 'prefecture' THEN left(digits, 4) ELSE digits END AS beginning FROM code
        WHERE valid AND (n % 4870 = 0 OR digits IN ('440000', '440300', '440305', '429000', '429004', '110000', '110100', '810000'))) b
    JOIN code a ON a.valid AND (a.n % 53 = 0 OR a.digits LIKE '44%')
    WHERE ((a.r <@ b.r), (b.r @> a.r)) IS DISTINCT FROM (a.digits LIKE b.beginning || '%', a.digits LIKE b.beginning || '%')), 0::bigint, 'r <@ o: the digits of r begin with those of o');
SELECT ok('429004'::region <@ '429000' AND prefecture('429004') = '429000'::region AND province('429004') = '420000'::region, 'counties directly under a province form a group of their own');

-- Binary messages: a row of COPY with these bytes.
CREATE TEMP TABLE message (r region);
CREATE FUNCTION pg_temp.receive(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE file bytea := '\x5047434f50590aff0d0a00'::bytea || '\x00000000000000000001'::bytea || int4send(length(bytes)) || bytes || '\xffff'::bytea; octal text;
BEGIN
    TRUNCATE message;
    SELECT string_agg('\' || lpad(((get_byte(file, i) >> 6) * 100 + (get_byte(file, i) >> 3) % 8 * 10 + get_byte(file, i) % 8)::text, 3, '0'), '' ORDER BY i) INTO octal FROM generate_series(0, length(file) - 1) i;
    EXECUTE format('COPY pg_temp.message FROM PROGRAM %L (FORMAT binary)', format('printf ''%s''', octal));
    RETURN (SELECT r FROM message);
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT is(pg_temp.receive(region_send('440305')), '440305', 'a message is read as it is sent');
SELECT is(region_send('440305'), '\x0006b7f1'::bytea, 'and is the number');
SELECT is(pg_temp.receive('\x00000000'), '22P03 invalid region: 0', 'no number of a code');
SELECT is(pg_temp.receive('\x7fffffff'), '22P03 invalid region: 2147483647', 'a great one');
SELECT is(pg_temp.receive('\xfff9480f'), '22P03 invalid region: -440305', 'a negative one');
SELECT is(pg_temp.receive('\x06b7f1'), '08P01 insufficient data left in message', 'too short');
SELECT is(pg_temp.receive('\x0006b7f100'), '22P03 incorrect binary data format', 'too long');
SELECT is((SELECT string_agg(n::text, ' ' ORDER BY n) FROM (SELECT (random() * 1100000)::int AS n FROM generate_series(1, 150)) x
    WHERE pg_temp.receive(int4send(n)) IS DISTINCT FROM CASE WHEN n BETWEEN 100000 AND 999999 AND left(n::text, 2) = ANY (:'provinces'::text[]) THEN n::text ELSE '22P03 invalid region: ' || n END), NULL, 'random numbers are checked as hard as text');

SELECT is((SELECT array_agg(r ORDER BY r DESC) FROM unnest('{440305,110000,440300}'::region[]) r)::text, '{440305,440300,110000}', 'arrays');
SELECT is(t.fails($$SELECT '{440305,47}'::assure.region[]$$), '22P02 invalid region: "47"', 'of codes only');
SELECT * FROM finish();
ROLLBACK;
