\set ECHO none
-- assure.memberset: bytes from outside are a sound Roaring bitmap, or refused.
BEGIN;
\i test/sql-common/setup.psql
SET LOCAL search_path TO public, assure;
SELECT plan(14);
SELECT setseed(0.44) \g /dev/null
-- Little-endian numbers, as the format has them.
CREATE FUNCTION pg_temp.u16(VARIADIC n int[]) RETURNS bytea LANGUAGE sql AS $$ SELECT string_agg(decode(lpad(to_hex(x & 255), 2, '0') || lpad(to_hex(x >> 8 & 255), 2, '0'), 'hex'), '' ORDER BY i) FROM pg_catalog.unnest(n) WITH ORDINALITY u(x, i) $$;
CREATE FUNCTION pg_temp.u32(n bigint) RETURNS bytea LANGUAGE sql AS $$ SELECT pg_temp.u16((n & 65535)::int, (n >> 16)::int) $$;
CREATE FUNCTION pg_temp.bits(first int, last int) RETURNS bytea LANGUAGE sql AS $$ SELECT string_agg(decode(CASE WHEN k * 8 >= first AND k * 8 + 7 <= last THEN 'ff' ELSE '00' END, 'hex'), '' ORDER BY k) FROM generate_series(0, 8191) k $$;
-- plain(keys and members, offsets, containers), runs(flags, keys and members, containers)
CREATE FUNCTION pg_temp.plain(blocks int, keys int[], offsets bytea, body bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT pg_temp.u32(12346) || pg_temp.u32(blocks) || coalesce(pg_temp.u16(VARIADIC keys), '') || offsets || body $$;
CREATE FUNCTION pg_temp.runs(blocks int, flags bytea, keys int[], body bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT pg_temp.u32(12347 + (blocks - 1) * 65536::bigint) || flags || pg_temp.u16(VARIADIC keys) || body $$;

-- Sound bytes, canonical or not: the value is always canonical.
CREATE TEMP TABLE sound (n serial, bytes bytea, written text, canonical boolean);
INSERT INTO sound (bytes, written, canonical) VALUES
    (pg_temp.plain(0, NULL, '', ''), '{}', true),
    (pg_temp.plain(1, '{0,1}', pg_temp.u32(16), pg_temp.u16(1, 5)), '{1,5}', true),
    (pg_temp.plain(2, '{0,0,32767,0}', pg_temp.u32(24) || pg_temp.u32(26), pg_temp.u16(7, 65535)), '{7,2147483647}', true),
    (pg_temp.runs(1, '\x01', '{0,9}', pg_temp.u16(1, 0, 9)), '{0-9}', true),
    (pg_temp.runs(2, '\x02', '{0,0,1,9}', pg_temp.u16(5, 1, 0, 9)), '{5,65536-65545}', true),
    (pg_temp.plain(1, '{0,9}', pg_temp.u32(16), pg_temp.u16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)), '{0-9}', false),
    (pg_temp.runs(1, '\x01', '{0,0}', pg_temp.u16(1, 5, 0)), '{5}', false),
    (pg_temp.runs(1, '\x01', '{0,2}', pg_temp.u16(2, 5, 0, 7, 1)), '{5,7,8}', false),
    (pg_temp.runs(1, '\x00', '{0,1}', pg_temp.u16(5, 7)), '{5,7}', false),
    (pg_temp.runs(1, '\x01', '{3,65535}', pg_temp.u16(1, 0, 65535)), '{196608-262143}', true),
    (pg_temp.plain(1, '{0,65535}', pg_temp.u32(16), pg_temp.bits(0, 65535)), '{0-65535}', false),
    (pg_temp.plain(1, '{0,4103}', pg_temp.u32(16), pg_temp.bits(8, 4111)), '{8-4111}', false);
SELECT is((SELECT string_agg(format('%s: %s', n, bytes::memberset), '; ' ORDER BY n) FROM sound WHERE bytes::memberset::text <> written), NULL, 'sound bytes are read');
SELECT is((SELECT string_agg(format('%s: %s', n, bytes::memberset::bytea), '; ' ORDER BY n) FROM sound WHERE (bytes::memberset::bytea = bytes) <> canonical), NULL, 'and kept where they are canonical');
SELECT is((SELECT string_agg(format('%s: %s', n, bytes::memberset::bytea), '; ' ORDER BY n) FROM sound WHERE bytes::memberset::bytea <> written::memberset::bytea), NULL, 'else made so');

CREATE TEMP TABLE broken (n serial, bytes bytea, wanted text);
INSERT INTO broken (bytes, wanted) VALUES
    ('', 'the header is none, or cut off'), ('\x3a', 'the header is none, or cut off'), ('\x3a300000', 'the header is none, or cut off'), ('\x0000000000000000', 'the header is none, or cut off'), ('\x3930000001000000', 'the header is none, or cut off'),
    (pg_temp.plain(1, NULL, '', ''), 'the header is none, or cut off'), (pg_temp.plain(32769, NULL, '', ''), 'the header is none, or cut off'), (pg_temp.u32(12346) || '\xffffffff', 'the header is none, or cut off'),
    (pg_temp.u32(12347), 'the header is none, or cut off'), (pg_temp.u32(4294914107), 'the header is none, or cut off'),
    (pg_temp.plain(0, NULL, '', '\x00'), 'more bytes follow'), (pg_temp.plain(1, '{0,1}', pg_temp.u32(16), pg_temp.u16(1, 5, 6)), 'more bytes follow'), (pg_temp.runs(1, '\x01', '{0,9}', pg_temp.u16(1, 0, 9) || '\x00'), 'more bytes follow'),
    (pg_temp.plain(1, '{0,1}', pg_temp.u32(16), pg_temp.u16(1)), 'it is cut off'), (pg_temp.plain(1, '{0,1}', pg_temp.u32(16), pg_temp.u16(1) || '\x05'), 'it is cut off'), (pg_temp.plain(1, '{0,4999}', pg_temp.u32(16), pg_temp.u16(1)), 'it is cut off'),
    (pg_temp.runs(1, '\x01', '{0,9}', ''), 'it is cut off'), (pg_temp.runs(1, '\x01', '{0,9}', '\x01'), 'it is cut off'), (pg_temp.runs(1, '\x01', '{0,9}', pg_temp.u16(1, 0)), 'it is cut off'), (pg_temp.runs(1, '\x01', '{0,9}', pg_temp.u16(65535, 0, 9)), 'it is cut off'),
    (pg_temp.plain(1, '{0,1}', pg_temp.u32(15), pg_temp.u16(1, 5)), 'an offset is wrong'), (pg_temp.plain(1, '{0,1}', pg_temp.u32(4294967295), pg_temp.u16(1, 5)), 'an offset is wrong'),
    (pg_temp.plain(2, '{0,0,1,0}', pg_temp.u32(24) || pg_temp.u32(24), pg_temp.u16(7, 8)), 'an offset is wrong'),
    (pg_temp.plain(2, '{1,0,0,0}', pg_temp.u32(24) || pg_temp.u32(26), pg_temp.u16(7, 8)), 'keys do not ascend'), (pg_temp.plain(2, '{1,0,1,0}', pg_temp.u32(24) || pg_temp.u32(26), pg_temp.u16(7, 8)), 'keys do not ascend'),
    (pg_temp.plain(1, '{32768,0}', pg_temp.u32(16), pg_temp.u16(1)), 'a member number is greater than 2147483647'), (pg_temp.plain(1, '{65535,0}', pg_temp.u32(16), pg_temp.u16(1)), 'a member number is greater than 2147483647'),
    (pg_temp.plain(1, '{0,1}', pg_temp.u32(16), pg_temp.u16(5, 1)), 'the members of an array do not ascend'), (pg_temp.plain(1, '{0,1}', pg_temp.u32(16), pg_temp.u16(5, 5)), 'the members of an array do not ascend'),
    (pg_temp.plain(1, '{0,4103}', pg_temp.u32(16), pg_temp.bits(8, 4119)), 'the bits are not as many as the header says'), (pg_temp.plain(1, '{0,65535}', pg_temp.u32(16), pg_temp.bits(8, 65535)), 'the bits are not as many as the header says'),
    (pg_temp.runs(1, '\x01', '{0,0}', pg_temp.u16(0)), 'the members of runs are not as many as the header says'), (pg_temp.runs(1, '\x01', '{0,8}', pg_temp.u16(1, 0, 9)), 'the members of runs are not as many as the header says'),
    (pg_temp.runs(1, '\x01', '{0,3}', pg_temp.u16(2, 5, 1, 5, 1)), 'runs do not ascend, or touch'), (pg_temp.runs(1, '\x01', '{0,3}', pg_temp.u16(2, 5, 1, 7, 1)), 'runs do not ascend, or touch'), (pg_temp.runs(1, '\x01', '{0,3}', pg_temp.u16(2, 50, 1, 7, 1)), 'runs do not ascend, or touch'),
    (pg_temp.runs(1, '\x01', '{0,9}', pg_temp.u16(1, 65530, 9)), 'a run leaves its block'), (pg_temp.runs(1, '\x01', '{0,65535}', pg_temp.u16(1, 1, 65535)), 'a run leaves its block');
SELECT is((SELECT string_agg(format('%s: %s', n, t.fails(format('SELECT %L::bytea::assure.memberset', bytes))), '; ' ORDER BY n) FROM broken WHERE t.fails(format('SELECT %L::bytea::assure.memberset', bytes)) <> '22P03 these bytes are no memberset: ' || wanted), NULL, 'broken bytes are refused for what is broken');
SELECT is((SELECT string_agg(DISTINCT wanted, '; ') FROM broken WHERE wanted NOT IN ('the header is none, or cut off', 'more bytes follow', 'it is cut off', 'an offset is wrong', 'keys do not ascend', 'a member number is greater than 2147483647',
    'the members of an array do not ascend', 'the bits are not as many as the header says', 'the members of runs are not as many as the header says', 'runs do not ascend, or touch', 'a run leaves its block')), NULL, 'for every reason that there is');

-- Mutations of sound bytes: refused, or another value that is sound in all it does.
CREATE TEMP TABLE seed AS SELECT n, bytes FROM sound WHERE octet_length(bytes) < 8000;
INSERT INTO seed SELECT 100 + k, memberset_agg(CASE k WHEN 1 THEN (random() * 300)::int WHEN 2 THEN (random() * 400000)::int ELSE (m / 3) * 7 + m % 3 END)::bytea FROM generate_series(1, 3) k, generate_series(1, 200) m GROUP BY k;
INSERT INTO seed SELECT 110, ((SELECT memberset_agg(m * 3) FROM generate_series(1, 5000) m) | '{100000-120000,2000000,2000007}')::bytea;
INSERT INTO seed SELECT 111, '{1-1000,65536,70000-80000,131072-200000,262144,262146,262148-300000}'::memberset::bytea;
CREATE FUNCTION pg_temp.mutate(bytes bytea) RETURNS bytea LANGUAGE plpgsql VOLATILE AS $$
DECLARE size int := octet_length(bytes); head int := least(size, 80); k int;
BEGIN
    FOR k IN 1 .. 1 + floor(random() * 3)::int LOOP
        CASE floor(random() * 6)::int
        WHEN 0 THEN bytes := set_byte(bytes, floor(random() * head)::int, floor(random() * 256)::int);
        WHEN 1 THEN bytes := set_byte(bytes, floor(random() * size)::int, floor(random() * 256)::int);
        WHEN 2 THEN bytes := set_bit(bytes, floor(random() * 8 * head)::bigint, floor(random() * 2)::int);
        WHEN 3 THEN bytes := set_bit(bytes, floor(random() * 8 * size)::bigint, floor(random() * 2)::int);
        WHEN 4 THEN bytes := overlay(bytes PLACING substr(bytes, 1 + floor(random() * size)::int, 2) FROM 1 + floor(random() * (size - 1))::int);
        ELSE bytes := substr(bytes, 1, floor(random() * size)::int) || CASE WHEN random() < 0.5 THEN substr(bytes, 1 + floor(random() * size)::int) ELSE '' END; END CASE;
        size := octet_length(bytes); head := least(size, 80);
        EXIT WHEN size < 8;
    END LOOP;
    RETURN bytes;
END $$;
CREATE FUNCTION pg_temp.tried(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE s assure.memberset; listed int[];
BEGIN
    BEGIN s := bytes::assure.memberset; EXCEPTION WHEN invalid_binary_representation THEN RETURN 'refused'; END;
    IF count(s) > 1000000 THEN RETURN 'sound'; END IF;
    listed := s::int[];
    IF cardinality(listed) <> count(s) OR listed::assure.memberset::bytea <> s::bytea OR s::text::assure.memberset::bytea <> s::bytea OR ((s | '{5}') - 5)::bytea <> (s - 5)::bytea
        OR (s & s)::bytea <> s::bytea OR (s # s)::text <> '{}' OR (SELECT memberset_agg(m) FROM pg_catalog.unnest(listed) m) IS DISTINCT FROM (CASE WHEN listed <> '{}' THEN s END) THEN RETURN 'wrong: ' || bytes; END IF;
    RETURN 'sound';
END $$;
CREATE TEMP TABLE mutant AS SELECT answer, pg_catalog.count(*) AS n FROM (SELECT pg_temp.tried(pg_temp.mutate(bytes)) AS answer FROM seed, generate_series(1, 700)) x GROUP BY answer;
SELECT is((SELECT string_agg(DISTINCT answer, ' ') FROM mutant WHERE answer NOT IN ('refused', 'sound')), NULL, 'of thousands of mutants none is read wrongly');
SELECT ok((SELECT min(n) > 500 FROM mutant), 'many are refused, and many are sound sets');
SELECT is((SELECT string_agg(DISTINCT pg_temp.tried(substr(bytes, 1, k)), ' ') FROM seed, generate_series(0, octet_length(bytes) - 1) k WHERE n IN (111, 102, 5, 10)), 'refused', 'no beginning of a set is a set');

-- The wire: COPY and its header around a value.
CREATE TEMP TABLE wire (set memberset);
CREATE FUNCTION pg_temp.copy_bytes(value bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT '\x5047434f50590aff0d0a00'::bytea || int4send(0) || int4send(0) || int2send(1::int2) || int4send(octet_length(value)) || value || int2send((-1)::int2) $$;
SELECT encode(pg_temp.copy_bytes(bytes), 'hex') AS good FROM sound WHERE n = 5 \gset
SELECT encode(pg_temp.copy_bytes(bytes), 'hex') AS bad FROM broken WHERE wanted = 'runs do not ascend, or touch' LIMIT 1 \gset
\setenv good :good
\setenv bad :bad
\copy wire FROM PROGRAM 'printf %s "$good" | perl -ne "print pack q(H*), \$_"' (FORMAT binary)
SELECT is((SELECT set::text FROM wire), '{5,65536-65545}', 'a binary message is read');
SELECT is((SELECT memberset_send(set) = set::bytea FROM wire), true, 'and sent');
\set ON_ERROR_STOP false
SAVEPOINT s;
\copy wire FROM PROGRAM 'printf %s "$bad" | perl -ne "print pack q(H*), \$_"' (FORMAT binary)
ROLLBACK TO s;
\set ON_ERROR_STOP true
SELECT is((SELECT pg_catalog.count(*) FROM wire), 1::bigint, 'a broken one is not');

-- Values on disk that are none, as nothing but a broken disk makes them: an error or an answer, whatever is asked, and the server lives.
ALTER EXTENSION pg_assure DROP CAST (bytea AS assure.memberset);
DROP CAST (bytea AS assure.memberset);
CREATE CAST (bytea AS assure.memberset) WITHOUT FUNCTION;
CREATE TEMP TABLE ruin (n serial, set memberset);
INSERT INTO ruin (set) SELECT bytes::memberset FROM broken;
INSERT INTO ruin (set) SELECT pg_temp.mutate(bytes)::memberset FROM seed, generate_series(1, 40);
CREATE TEMP TABLE asked AS SELECT n, e, t.fails(format('SELECT %s FROM ruin WHERE n = %s', e, n)) AS answer FROM ruin, unnest(ARRAY['assure.count(set)', 'set OPERATOR(assure.@>) 5', 'set OPERATOR(assure.@>) 70000', 'assure.first_member(set)',
    'assure.last_member(set)', 'assure.member_rank(set, 70000)', 'assure.member_at(set, 3)', 'assure.slice(set, 1, 5)', 'set OPERATOR(assure.|) set', 'set OPERATOR(assure.&) ''{1-9}''', 'set OPERATOR(assure.&) ''{5-200000}''', 'set OPERATOR(assure.-) ''{1-9}''', 'set OPERATOR(assure.#) ''{1-9}''', 'set OPERATOR(assure.=) ''{1}''',
    'assure.memberset_hash(set)', 'assure.union_agg(set)', 'assure.union_count_agg(set)', 'set::text', '(SELECT sum(m) FROM assure.unnest(set) m)', 'set::int[]',
    '(SELECT assure.count(assure.union_agg(x)) FROM (VALUES (''{1,70000}''::assure.memberset), (set), (''{0-100000}''), (set)) v(x))', 'assure.intersect_count(set, ''{5-200000}'')', 'set OPERATOR(assure.@>) set']) e;
SELECT is((SELECT string_agg(DISTINCT answer, '; ') FROM asked WHERE answer <> 'none' AND answer NOT LIKE 'XX001 a stored memberset is broken%'), NULL, 'broken values are called so, or answered');
SELECT ok((SELECT bool_and(answer <> 'none') FROM asked WHERE e ~ 'assure\.[-#]' AND n <= (SELECT pg_catalog.count(*) FROM broken)), 'libroaring gets none of them');
INSERT INTO ruin (set) SELECT memberset_agg(m * 17) FROM generate_series(1, 200000) m;
INSERT INTO ruin (set) SELECT substr(set::bytea, 1, octet_length(set::bytea) / k)::memberset FROM (SELECT set FROM ruin ORDER BY n DESC LIMIT 1) x, unnest('{2,5,9}'::int[]) k;
INSERT INTO ruin (set) SELECT overlay(set::bytea PLACING '\xffffff7f' FROM 9 + 4 * 52 + k)::memberset FROM (SELECT set FROM ruin ORDER BY n DESC LIMIT 1 OFFSET 3) x, unnest('{0,4,8,100}'::int[]) k;
CREATE TEMP TABLE asked_long AS SELECT n, e, t.fails(format('SELECT %s FROM ruin WHERE n = %s', e, n)) AS answer FROM (SELECT n FROM ruin ORDER BY n DESC LIMIT 7) x,
    unnest(ARRAY['assure.first_member(set)', 'assure.last_member(set)', '(SELECT bool_or(set OPERATOR(assure.@>) (m * 17)) FROM generate_series(1, 200000, 3000) m)']) e;
SELECT is((SELECT string_agg(DISTINCT answer, '; ') FROM asked_long WHERE answer <> 'none'), 'XX001 a stored memberset is broken: its parts do not fit together', 'nor are parts of long ones believed');
SELECT * FROM finish();
ROLLBACK;
