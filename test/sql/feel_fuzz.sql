\set ECHO none
-- Any text is an expression or is refused with a place; any expression ends; and nothing grows.
BEGIN;
\i test/sql-common/setup.psql
SELECT plan(12);
SELECT setseed(0.4) \g /dev/null
-- what becomes of a text: ok, refused (with a line and a column), limit; anything else is its error
CREATE FUNCTION pg_temp.fate(text, tests boolean DEFAULT false) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
    IF tests THEN
        PERFORM assure.unary_test($1::assure.feel_tests, '5', '{"a": 1, "b": {"a": [1, 2]}, "a b": "x"}');
    ELSE
        PERFORM assure.eval($1::assure.feel, '{"a": 1, "b": {"a": [1, 2]}, "a b": "x"}');
    END IF;
    RETURN 'ok';
EXCEPTION WHEN SQLSTATE 'AS301' THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN CASE WHEN detail ~ '^Line [0-9]+, column [0-9]+\.$' THEN 'refused' ELSE 'no place: ' || $1 END;
    WHEN SQLSTATE 'AS302' THEN RETURN 'limit';
    WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM || ': ' || $1;
END $$;
SET LOCAL assure.feel_steps_max = 100;
SET LOCAL assure.feel_size_max = '4MB';
CREATE TEMP TABLE word AS SELECT * FROM unnest(ARRAY['+', '-', '*', '/', '**', '(', ')', '[', ']', '{', '}', ',', ':', '.', '..', '<', '<=', '>', '>=', '=', '!=', '->', '@', '?', '''', 'and', 'or', 'not', 'if', 'then', 'else', 'for', 'in', 'return',
    'some', 'every', 'satisfies', 'between', 'instance', 'of', 'function', 'external', 'null', 'true', 'false', 'a', 'b', 'a b', 'item', 'partial', '1', '2.5', '0', '-1', '"x"', '"\u0041"', '@"2024-01-01"', '@"P1D"', '@"PT1H"', '@"10:00:00"',
    'count(', 'sum(', 'date(', 'string(', 'sort(', 'list<', 'context<', 'number', 'date and time', 'substring(', 'string length(', 'split(', 'replace(', 'min(', '[1,2,3]', '{a: 1}', '(1..3]', '//', '/*', '*/', '1..3', 'for i in 1..3 return', 'function(x) x', 'b.a', 'a.b', 'i', 'x']) WITH ORDINALITY w(word, n);
CREATE FUNCTION pg_temp.soup(words int) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT string_agg(w.word, CASE WHEN random() < 0.7 THEN ' ' ELSE '' END ORDER BY r.i)
    FROM (SELECT i, (1 + floor(random() * (SELECT count(*) FROM word)))::int AS n FROM generate_series(1, words) i) r JOIN word w ON w.n = r.n $$;
CREATE FUNCTION pg_temp.noise(chars int) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT string_agg(chr((1 + floor(random() * CASE WHEN random() < 0.8 THEN 126 ELSE 50000 END))::int), '') FROM generate_series(1, chars) $$;
CREATE TEMP TABLE fate AS SELECT 'soup' AS kind, pg_temp.fate(pg_temp.soup(1 + i % 12), i % 3 = 0) AS fate FROM generate_series(1, 12000) i
    UNION ALL SELECT 'noise', pg_temp.fate(pg_temp.noise(1 + i % 20), i % 3 = 0) FROM generate_series(1, 6000) i;
-- a whole expression with a piece cut out, doubled or replaced
CREATE TEMP TABLE whole AS SELECT * FROM unnest(ARRAY['if a > 1 then [1,2,3][item > a] else {x: 1, y: x + 2}.y', 'for i in 1..3, j in [1,2] return i * j + sum(b.a)', 'some x in b.a satisfies x between 1 and 3 and x in (1, > 2, [5..9))',
    '(function(x: number, y) x + y)(y: 2, x: a) instance of list<number>', 'date("2024-01-01") + @"P1D" > date and time("2024-01-01T10:00:00@Europe/Paris")', 'substring(string: "foobar", start position: 2) = "\"\\x" + string(a b)', '{f: function(n) if n < 2 then 1 else n * f(n - 1), g: f(5)}.g ** -2 / 3']) WITH ORDINALITY w(text, n);
INSERT INTO fate SELECT 'cut', pg_temp.fate(overlay(text PLACING CASE i % 3 WHEN 0 THEN '' WHEN 1 THEN substr(text, p, 5) || substr(text, p, 5) ELSE pg_temp.soup(1) END FROM p FOR 1 + i % 5), i % 4 = 0)
    FROM (SELECT *, 1 + floor(random() * length(text))::int AS p FROM whole, generate_series(1, 900) i) x;
SELECT is((SELECT string_agg(fate, '; ') FROM (SELECT fate FROM fate WHERE fate NOT IN ('ok', 'refused', 'limit') LIMIT 5) x), NULL, 'every text has one of three fates');
SELECT ok((SELECT count(*) > 500 FROM fate WHERE kind = 'soup' AND fate = 'ok'), 'some of the soup is FEEL');
SELECT ok((SELECT count(*) > 5000 FROM fate WHERE kind = 'soup' AND fate = 'refused'), 'most of it is not');
SELECT ok((SELECT count(*) > 5000 FROM fate WHERE kind = 'noise' AND fate = 'refused'), 'noise is not');
SELECT ok((SELECT count(*) > 500 FROM fate WHERE kind = 'cut' AND fate = 'ok') AND (SELECT count(*) > 1000 FROM fate WHERE kind = 'cut' AND fate = 'refused'), 'of what was cut both are there');
RESET assure.feel_steps_max;
RESET assure.feel_size_max;

-- properties over random numbers
SELECT is((SELECT count(*) FROM (SELECT round((random() * 2000 - 1000)::numeric, (random() * 6)::int) AS x, round((random() * 2000 - 1000)::numeric, (random() * 6)::int) AS y FROM generate_series(1, 2000)) r, jsonb_build_object('x', x, 'y', y) c
    WHERE (assure.eval('x + y', c), assure.eval('x * y', c), assure.eval('x < y', c), assure.eval('x - y = -(y - x)', c)) IS DISTINCT FROM (to_jsonb(x + y), to_jsonb(x * y), to_jsonb(x < y), 'true'::jsonb)), 0::bigint, 'numbers are the server''s numerics');
SELECT is((SELECT count(*) FROM (SELECT trunc((random() * 1e18)::numeric * (random() * 1e18)::numeric) / (10::numeric ^ (random() * 30)::int) AS x FROM generate_series(1, 2000)) r
    WHERE length(regexp_replace(x::text, '[^0-9]', '', 'g')) <= 34 AND assure.eval('x', jsonb_build_object('x', x)) IS DISTINCT FROM to_jsonb(x)), 0::bigint, 'all digits of a number come back');
SELECT is((SELECT count(*) FROM (SELECT (random() * 50)::int AS x, (random() * 50)::int AS lo, (random() * 50)::int AS hi FROM generate_series(1, 2000)) r, jsonb_build_object('x', x, 'lo', lo, 'hi', hi) c
    WHERE (assure.holds('x in [lo..hi]', c), assure.holds('x in (lo..hi)', c), assure.holds('x between lo and hi', c), assure.holds('x in (< lo, > hi)', c)) IS DISTINCT FROM (x BETWEEN lo AND hi, x > lo AND x < hi, x BETWEEN lo AND hi, x < lo OR x > hi)), 0::bigint, 'ranges');
SELECT is((SELECT count(*) FROM (SELECT array_agg((random() * 20)::int) AS l FROM generate_series(1, 4000) i GROUP BY i / 8) r, jsonb_build_object('l', l) c
    WHERE (assure.eval('sum(l)', c), assure.eval('sort(l)', c), assure.eval('count(l[item > 10])', c)) IS DISTINCT FROM
        ((SELECT to_jsonb(sum(x)) FROM unnest(l) x), (SELECT jsonb_agg(x ORDER BY x) FROM unnest(l) x), (SELECT to_jsonb(count(*)) FROM unnest(l) x WHERE x > 10))), 0::bigint, 'lists');

-- memory: the same after many evaluations, many texts and many shapes
CREATE FUNCTION pg_temp.feel_bytes() RETURNS bigint LANGUAGE sql VOLATILE AS $$ SELECT sum(total_bytes)::bigint FROM pg_backend_memory_contexts $$;
SELECT count(assure.eval('for x in l return {a: x, b: string(x)}', jsonb_build_object('l', '[1,2,3,4,5,6,7,8,9]'::jsonb))) FROM generate_series(1, 1000) \g /dev/null
SELECT pg_temp.feel_bytes() AS before \gset
CREATE TEMP TABLE growth AS SELECT max(bytes) - min(bytes) AS bytes FROM (SELECT CASE WHEN i % 20000 = 0 THEN pg_temp.feel_bytes() END AS bytes, assure.eval('for x in l return {a: x, b: string(x)}', jsonb_build_object('l', '[1,2,3,4,5,6,7,8,9]'::jsonb, 'i', i)) FROM generate_series(1, 100000) i OFFSET 0) x;
SELECT ok(bytes < 100000, 'a hundred thousand evaluations in a statement need no more than twenty thousand') FROM growth;
SELECT count(assure.eval(format('x + %s', i)::assure.feel, '{"x": 1}')) FROM generate_series(1, 30000) i \g /dev/null
SELECT ok(pg_temp.feel_bytes() - :before < 60000000, 'programs of thirty thousand texts are not kept for ever');
SELECT is((SELECT count(DISTINCT assure.eval('a-b-c', CASE i % 3 WHEN 0 THEN '{"a":9,"b":2,"c":1}' WHEN 1 THEN '{"a-b":5,"c":2}' ELSE '{"a":3,"b-c":1}' END::jsonb)) FROM generate_series(1, 1000) i), 3::bigint, 'three shapes, three programs');
SELECT * FROM finish();
ROLLBACK;
