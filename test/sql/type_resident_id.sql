\set ECHO none
-- The type assure.resident_id: what it accepts and refuses, what a number says, order, binary messages.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/codes.psql
SELECT plan(88);
SET search_path = public, assure, t, pg_temp;
SET DateStyle = ISO;
SELECT setseed(0.11643);
\set provinces '{11,12,13,14,15,21,22,23,31,32,33,34,35,36,37,41,42,43,44,45,46,50,51,52,53,54,61,62,63,64,65,71,81,82,83}'

-- The check character by the standard's two tables; the type computes it otherwise.
CREATE FUNCTION pg_temp.checked(body text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT body || substr('10X98765432', 1 + (sum(substr(body, i, 1)::int * ('{7,9,10,5,8,4,2,1,6,3,7,9,10,5,8,4,2}'::int[])[i]) % 11)::int, 1) FROM generate_series(1, 17) i $$;

-- The examples of GB 11643.
SELECT is('11010519491231002X'::resident_id::text, '11010519491231002X', 'the standard''s woman of Beijing');
SELECT is('440524188001010014'::resident_id::text, '440524188001010014', 'the standard''s man of Guangdong');
SELECT is(('11010519491231002X'::resident_id::text, region('11010519491231002X'::resident_id)::text, birth_date('11010519491231002X'), sex('11010519491231002X'))::text, '(11010519491231002X,110105,1949-12-31,F)', 'what her number says');
SELECT is((region('440524188001010014'::resident_id)::text, birth_date('440524188001010014'), sex('440524188001010014'))::text, '(440524,1880-01-01,M)', 'what his number says');
SELECT is('11010519491231002x'::resident_id, '11010519491231002X'::resident_id, 'a small x is taken for the capital');
SELECT is(pg_typeof('11010519491231002X'::resident_id)::text || ' ' || pg_column_size('11010519491231002X'::resident_id), 'resident_id 8', 'eight bytes');

-- The old form.
SELECT is('110105491231002'::resident_id::text, '11010519491231002X', 'fifteen characters become eighteen');
SELECT is('110105491231002'::resident_id, '11010519491231002X'::resident_id, 'and are the same value');
SELECT is(birth_date('110105000101002'), '1900-01-01'::date, 'the year 00 is 1900');
SELECT is(birth_date('110105991231002'), '1999-12-31'::date, 'and 99 is 1999');

-- Refused, and what is said of it: never the number.
SELECT is(refusal('resident_id', v), '22P02 invalid input for type resident_id. ' || detail, format('refused: %L', v)) FROM (VALUES
    ('', '18 characters are expected, or 15 of the old form, and here are 0 bytes.'),
    ('1', '18 characters are expected, or 15 of the old form, and here are 1 bytes.'),
    ('11010519491231002', '18 characters are expected, or 15 of the old form, and here are 17 bytes.'),
    ('11010519491231002XX', '18 characters are expected, or 15 of the old form, and here are 19 bytes.'),
    (' 11010519491231002X', '18 characters are expected, or 15 of the old form, and here are 19 bytes.'),
    ('11010519491231002X ', '18 characters are expected, or 15 of the old form, and here are 19 bytes.'),
    ('1101051949123100', '18 characters are expected, or 15 of the old form, and here are 16 bytes.'),
    ('110105194912310', 'The date of birth in it does not exist.'),
    ('110105 19491231002', 'Character 7 is not a digit.'),
    ('11010519491231002Y', 'Character 18 is neither a digit nor X.'),
    ('11010519491231X02X', 'Character 15 is not a digit.'),
    ('-1010519491231002X', 'Character 1 is not a digit.'),
    ('110105194912310２', 'Character 16 is not a digit.'),
    ('110105194912310020', 'The check character does not fit the other 17 characters.'),
    ('110105194912310021', 'The check character does not fit the other 17 characters.'),
    ('11010549123100X', 'Character 15 is not a digit.'),
    ('11010549I231002', 'Character 9 is not a digit.'),
    ('160105491231002', 'It does not begin with the code of a province.'),
    ('000000194912310021', 'It does not begin with the code of a province.'),
    ('990105491231002', 'It does not begin with the code of a province.'),
    ('110105490230002', 'The date of birth in it does not exist.'),
    ('110105490229002', 'The date of birth in it does not exist.'),
    ('110105491301002', 'The date of birth in it does not exist.'),
    ('110105490001002', 'The date of birth in it does not exist.'),
    ('110105490100002', 'The date of birth in it does not exist.'),
    ('110105490431002', 'The date of birth in it does not exist.')) x(v, detail);
SELECT is(refusal('resident_id', repeat('1', 1000000)), '22P02 invalid input for type resident_id. 18 characters are expected, or 15 of the old form, and here are 1000000 bytes.', 'a long text');
SELECT is(refusal('resident_id', pg_temp.checked(b)), '22P02 invalid input for type resident_id. The date of birth in it does not exist.', format('with a check character that fits: %s', b))
    FROM unnest('{11010519490229002,11010519000229002,11010521000229002,11010519491232002,11010500000101002,11010517991231002,11010522000101002}'::text[]) b;
SELECT is(pg_temp.checked(b)::resident_id::text, pg_temp.checked(b), format('a leap day, and the ends of years: %s', b)) FROM unnest('{11010519480229002,11010520000229002,11010518000101002,11010521991231002}'::text[]) b;

-- Provinces.
SELECT is((SELECT string_agg(lpad(p::text, 2, '0'), ',' ORDER BY p) FROM generate_series(0, 99) p WHERE accepted('resident_id', pg_temp.checked(lpad(p::text, 2, '0') || '010119900101001'))), btrim(:'provinces', '{}'), 'of the hundred pairs of digits, the provinces are accepted');
SELECT is(region(pg_temp.checked(v || '19900101123')::resident_id)::text, v, 'residence permits: ' || v) FROM unnest('{810000,820000,830000}'::text[]) v;

-- 2,000 numbers.
CREATE TEMP TABLE id AS SELECT i, pg_temp.checked(digits) AS v, digits FROM (SELECT i, (:'provinces'::text[])[1 + floor(random() * 35)::int] || lpad(floor(random() * 10000)::text, 4, '0')
        || to_char('1900-01-01'::date + floor(random() * 45000)::int, 'YYYYMMDD') || lpad(floor(random() * 1000)::text, 3, '0') AS digits FROM generate_series(1, 2000) i) x;
ALTER TABLE id ADD r resident_id;
UPDATE id SET r = v::resident_id;
SELECT is((SELECT count(*) FROM id WHERE r::text <> v OR lower(v)::resident_id <> r), 0::bigint, '2,000 random numbers go there and back');
SELECT is((SELECT count(*) FROM id WHERE (region(r)::text, birth_date(r), sex(r)) IS DISTINCT FROM
    (left(v, 6), to_date(substr(v, 7, 8), 'YYYYMMDD'), CASE WHEN substr(v, 17, 1)::int % 2 = 1 THEN 'M' ELSE 'F' END)), 0::bigint, 'region, birth_date, sex');
SELECT is((SELECT count(*) FROM id WHERE v LIKE '______19%' AND (left(v, 6) || substr(v, 9, 9))::resident_id <> r), 0::bigint, 'the old form of those born before 2000');
SELECT is((SELECT count(*) FROM id WHERE right(v, 1) = 'X') BETWEEN 100 AND 300, true, 'some of them end in X');

-- Slips.
SELECT is((SELECT count(*) FROM id, generate_series(1, 18) p, unnest(string_to_array('0,1,2,3,4,5,6,7,8,9,X,x,A, ,-', ',')) c
    WHERE i <= 60 AND upper(substr(v, p, 1)) <> upper(c) AND accepted('resident_id', overlay(v PLACING c FROM p FOR 1))), 0::bigint, 'every other character in any place is refused');
SELECT is((SELECT count(*) FROM id, generate_series(1, 17) p
    WHERE substr(v, p, 1) <> substr(v, p + 1, 1) AND accepted('resident_id', overlay(v PLACING substr(v, p + 1, 1) || substr(v, p, 1) FROM p FOR 2))), 0::bigint, 'two neighbours changed over are refused');
SELECT is((SELECT count(*) FROM id, generate_series(1, 18) p WHERE i <= 200 AND accepted('resident_id', overlay(v PLACING '' FROM p FOR 1))), 0::bigint, 'one character missing is refused');
CREATE TEMP TABLE fuzz AS SELECT i, CASE i % 3 WHEN 0 THEN left(v, (random() * 18)::int) WHEN 1 THEN translate(v, substr(v, 1 + (random() * 17)::int, 1), substr('aX0年+.-9', 1 + (random() * 7)::int, 1)) ELSE (SELECT string_agg(chr(33 + (random() * 90)::int), '') FROM generate_series(1, 18) WHERE i > 0) END AS f, v FROM id;
SELECT is((SELECT count(*) FROM fuzz WHERE f <> v AND accepted('resident_id', f) AND f !~ '^[0-9]{15}$' AND (f !~ '^[0-9]{17}[0-9X]$' OR f <> pg_temp.checked(left(f, 17)))), 0::bigint, '2,000 random texts: none is accepted that is not whole');
SELECT is((SELECT count(*) FROM fuzz WHERE position(f IN refusal('resident_id', f)) > 0 AND length(f) > 3 AND NOT accepted('resident_id', f)), 0::bigint, 'and no message holds what was refused');

-- Ages.
SELECT is((SELECT string_agg(coalesce(age_on(pg_temp.checked('11010519480229002')::resident_id, d)::text, 'null'), ' ' ORDER BY d) FROM unnest('{1948-02-28,1948-02-29,1949-02-28,1949-03-01,1952-02-28,1952-02-29,2024-02-29}'::date[]) d), 'null 0 0 1 3 4 76', 'born on 29 February: the year is complete on 1 March where there is no 29th');
SELECT is((SELECT count(*) FROM id, unnest('{2023-12-31,2024-02-29,2025-02-28,2040-06-15}'::date[]) d
    WHERE age_on(r, d) IS DISTINCT FROM CASE WHEN d >= birth_date(r) THEN to_char(d, 'YYYY')::int - substr(v, 7, 4)::int - (to_char(d, 'MMDD') < substr(v, 11, 4))::int END), 0::bigint, 'completed years by the calendar');
SELECT is(fails($$SELECT assure.age_on('11010519491231002X', 'infinity')$$), '22023 there is no age on an infinite date', 'no age on no day');
SELECT is(fails($$SELECT assure.age_on('11010519491231002X', '-infinity')$$), '22023 there is no age on an infinite date', 'on neither');
SELECT is(age_on('11010519491231002X', NULL), NULL, 'nor on an unknown one');

-- What may be shown.
SELECT is(mask('11010519491231002X'), '11************002X', 'province and last four characters');
SELECT is((SELECT count(*) FROM id WHERE mask(r) <> left(v, 2) || repeat('*', 12) || right(v, 4)), 0::bigint, 'of all');

-- Order, hash, indexes.
SELECT is((SELECT count(*) FROM (SELECT v, lead(v) OVER (ORDER BY r) AS next FROM id) x WHERE next COLLATE "C" < v), 0::bigint, 'the order is that of the texts');
SELECT is((SELECT count(*) FROM id a JOIN id b ON b.i IN (a.i + 1, a.i) WHERE (a.r < b.r, a.r <= b.r, a.r = b.r, a.r >= b.r, a.r > b.r, a.r <> b.r, resident_id_cmp(a.r, b.r)) IS DISTINCT FROM
    (a.digits < b.digits COLLATE "C", a.digits <= b.digits COLLATE "C", a.digits = b.digits, a.digits >= b.digits COLLATE "C", a.digits > b.digits COLLATE "C", a.digits <> b.digits,
     CASE WHEN a.digits < b.digits COLLATE "C" THEN -1 WHEN a.digits = b.digits THEN 0 ELSE 1 END)), 0::bigint, 'the operators agree with text');
SELECT is((SELECT count(*) FROM id WHERE resident_id_hash(r) <> resident_id_hash(v::resident_id) OR (resident_id_hash_extended(r, 0) & 4294967295) <> (resident_id_hash(r)::bigint & 4294967295)), 0::bigint, 'equal numbers have equal hashes, and seed 0 the same');
SELECT cmp_ok((SELECT count(DISTINCT resident_id_hash(r)) FROM id), '>', 1990::bigint, 'others differ');
CREATE TEMP TABLE person AS SELECT i, r FROM id;
CREATE INDEX person_r ON person (r);
ANALYZE person;
SELECT is((SELECT count(*) FROM id WHERE i <= 50 AND abs(rows_of(format('SELECT i FROM pg_temp.person WHERE r < %L', v)) - (SELECT count(*) FROM person p WHERE p.r < id.r)) > 30), 0::bigint, 'how many numbers come before one is estimated within a bin of the histogram');
SET LOCAL plan_cache_mode = force_generic_plan;
PREPARE one(resident_id) AS SELECT i FROM person WHERE r = $1;
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
SELECT is(plan_of($$EXECUTE one('11010519491231002X')$$), 'Index Scan using person_r on person Index Cond: (r = $1)', 'a btree index serves =, with a parameter too');
SELECT is((SELECT count(*) FROM id JOIN person USING (r)), 2000::bigint, 'a join by it');
DROP INDEX person_r;
CREATE INDEX person_h ON person USING hash (r);
SELECT is(plan_of($$SELECT i FROM person WHERE r = '110105491231002'$$), $$Index Scan using person_h on person Index Cond: (r = '11010519491231002X'::resident_id)$$, 'a hash index serves =');
SELECT is((SELECT count(*) FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode WHERE oprleft = 'resident_id'::regtype AND NOT proleakproof), 0::bigint, 'the operators are leakproof');

-- Binary messages.
SELECT is(resident_id_send('11010519491231002X'), int8send(11010519491231002), 'sent as the number of the first 17 digits');
SELECT is((SELECT count(*) FROM id WHERE i <= 100 AND receive('assure.resident_id', resident_id_send(r)) <> v), 0::bigint, 'and read so');
SELECT is(receive('assure.resident_id', m), e, format('refused: %s', m)) FROM (VALUES
    (int8send(0), '22P03 invalid binary value of type resident_id'), (int8send(-1), '22P03 invalid binary value of type resident_id'),
    (int8send(9223372036854775807), '22P03 invalid binary value of type resident_id'), (int8send(-9223372036854775808), '22P03 invalid binary value of type resident_id'),
    (int8send(16010519491231002), '22P03 invalid binary value of type resident_id'), (int8send(11010519490229002), '22P03 invalid binary value of type resident_id'),
    (int4send(5), '08P01 insufficient data left in message'), (int8send(11010519491231002) || '\x00', '22P03 incorrect binary data format')) x(m, e);
SELECT is((SELECT count(*) FROM (SELECT floor(random() * 1e17)::bigint AS n FROM generate_series(1, 200)) x WHERE (receive('assure.resident_id', int8send(n)) NOT LIKE '22P03%')
    IS DISTINCT FROM accepted('resident_id', pg_temp.checked(lpad(n::text, 17, '0')))), 0::bigint, 'random messages are checked as hard as text');
SELECT * FROM finish();
ROLLBACK;
