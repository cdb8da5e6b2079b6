\set ECHO none
-- Decision tables against a reference: random tables and inputs, each rule tested by plain SQL. What the index finds is what testing every rule finds.
BEGIN;
\i test/sql-common/setup.psql
SELECT plan(12);
SELECT setseed(0.271);

-- A test is {"any"}, {"low", "high", "low_in", "high_in"} (one end may be missing) or {"in": [...]}, each with "not"; of numbers, or of texts by their place.
CREATE FUNCTION t.value(kind text, n numeric) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind WHEN 'number' THEN n::text WHEN 'string' THEN '"v' || to_char(n * 10, 'FM000000') || '"' ELSE to_char(date '2024-01-01' + n::int, '"date(\""YYYY-MM-DD"\")"') END $$;
CREATE FUNCTION t.json(kind text, n numeric) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind WHEN 'number' THEN to_jsonb(n) WHEN 'string' THEN to_jsonb('v' || to_char(n * 10, 'FM000000')) ELSE to_jsonb(to_char(date '2024-01-01' + n::int, 'YYYY-MM-DD')) END $$;
CREATE FUNCTION t.random_test(size int) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE r float := random(); a int := random() * size; b int := random() * size;
BEGIN
    RETURN CASE WHEN r < 0.15 THEN '{"any": true}'
        WHEN r < 0.35 THEN jsonb_build_object('in', jsonb_build_array(a))
        WHEN r < 0.5 THEN jsonb_build_object('in', jsonb_build_array(a, b, (random() * size)::int))
        WHEN r < 0.6 THEN jsonb_build_object('in', jsonb_build_array(a, b), 'not', true)
        WHEN r < 0.7 THEN jsonb_build_object('low', a, 'low_in', random() < 0.5)
        WHEN r < 0.8 THEN jsonb_build_object('high', a, 'high_in', random() < 0.5)
        ELSE jsonb_build_object('low', least(a, b), 'high', greatest(a, b), 'low_in', random() < 0.5, 'high_in', random() < 0.5) END;
END $$;
CREATE FUNCTION t.cell(kind text, test jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN test ? 'any' THEN '-'
        WHEN test ? 'in' THEN format(CASE WHEN test ? 'not' THEN 'not(%s)' ELSE '%s' END, (SELECT string_agg(t.value(kind, x::numeric), ', ') FROM jsonb_array_elements_text(test -> 'in') x))
        WHEN NOT test ? 'high' THEN format('%s %s', CASE WHEN (test ->> 'low_in')::boolean THEN '>=' ELSE '>' END, t.value(kind, (test ->> 'low')::numeric))
        WHEN NOT test ? 'low' THEN format('%s %s', CASE WHEN (test ->> 'high_in')::boolean THEN '<=' ELSE '<' END, t.value(kind, (test ->> 'high')::numeric))
        ELSE format('%s%s..%s%s', CASE WHEN (test ->> 'low_in')::boolean THEN '[' ELSE '(' END, t.value(kind, (test ->> 'low')::numeric),
            t.value(kind, (test ->> 'high')::numeric), CASE WHEN (test ->> 'high_in')::boolean THEN ']' ELSE ')' END) END $$;
-- The reference: does a test hold for a number?  Null is in no interval, and not outside of one either way that FEEL can tell.
CREATE FUNCTION t.holds(test jsonb, n numeric) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN test ? 'any' THEN true
        WHEN test ? 'in' THEN (n IS NOT NULL AND EXISTS (SELECT FROM jsonb_array_elements_text(test -> 'in') x WHERE x::numeric = n)) <> (test ? 'not')
        ELSE n IS NOT NULL AND CASE WHEN NOT test ? 'low' THEN true WHEN (test ->> 'low_in')::boolean THEN n >= (test ->> 'low')::numeric ELSE n > (test ->> 'low')::numeric END
            AND CASE WHEN NOT test ? 'high' THEN true WHEN (test ->> 'high_in')::boolean THEN n <= (test ->> 'high')::numeric ELSE n < (test ->> 'high')::numeric END END $$;

-- t.tables(tables, rules, inputs asked, size of the domain, kinds) compares, and returns the first difference.
CREATE FUNCTION t.compare(tables int, rules int, asked int, size int, kinds text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE tests jsonb[]; width int := cardinality(kinds); cells jsonb; point numeric[]; wanted text; got text; seen int := 0;
BEGIN
    FOR i IN 1..tables LOOP
        SELECT array_agg(row ORDER BY n) INTO tests FROM (SELECT n, jsonb_agg(t.random_test(size)) AS row FROM generate_series(1, rules) n, generate_series(1, width) GROUP BY n) x;
        SELECT jsonb_agg((SELECT jsonb_agg(t.cell(kinds[k], tests[r] -> (k - 1)) ORDER BY k) FROM generate_series(1, width) k) || to_jsonb(r) ORDER BY r) INTO cells FROM generate_series(1, rules) r;
        PERFORM assure.deploy_model(assure.table_model(jsonb_build_object('name', 'T', 'hit_policy', 'R', 'outputs', '[{"name": "o"}]'::jsonb, 'rules', cells,
            'inputs', (SELECT jsonb_agg(jsonb_build_object('name', 'i' || k, 'type', kinds[k]) ORDER BY k) FROM generate_series(1, width) k))));
        FOR j IN 1..asked LOOP
            point := ARRAY(SELECT CASE WHEN random() < 0.04 THEN NULL WHEN kinds[k] = 'date' OR random() < 0.7 THEN (random() * (size + 2) - 1)::int ELSE (random() * size * 2)::int / 2.0 END FROM generate_series(1, width) k);
            SELECT coalesce(jsonb_agg(r ORDER BY r), '[]')::text INTO wanted FROM generate_series(1, rules) r
                WHERE NOT EXISTS (SELECT FROM generate_series(1, width) k WHERE NOT t.holds(tests[r] -> (k - 1), point[k]));
            got := assure.decide('T', 'T', (SELECT jsonb_object_agg('i' || k, t.json(kinds[k], point[k])) FROM generate_series(1, width) k))::text;
            seen := seen + (wanted <> '[]')::int;
            IF got IS DISTINCT FROM wanted THEN
                RETURN left(format('%s: %s, not %s, of %s', point, got, wanted, cells), 2000);
            END IF;
        END LOOP;
    END LOOP;
    RETURN CASE WHEN seen > 0 THEN 'same' ELSE 'nothing ever matched' END;
END $$;
SELECT is(t.compare(20, 8, 40, 10, '{number}'), 'same', 'a column of numbers');
SELECT is(t.compare(20, 8, 40, 10, '{string}'), 'same', 'of texts');
SELECT is(t.compare(20, 8, 40, 10, '{date}'), 'same', 'of dates');
SELECT is(t.compare(20, 20, 40, 6, '{number,string,number}'), 'same', 'several columns');
SELECT is(t.compare(10, 64, 40, 12, '{number,date}'), 'same', 'a word of bits');
SELECT is(t.compare(6, 65, 40, 12, '{number,string}'), 'same', 'and one more rule');
SELECT is(t.compare(4, 400, 40, 30, '{string,number,number}'), 'same', 'some hundred rules: bits');
SELECT is(t.compare(2, 700, 40, 2000, '{number,string}'), 'same', 'many values: lists');

-- A table of many rules of which each value has one: it is found, whatever its place.
SELECT assure.deploy_model(assure.table_model(jsonb_build_object('name', 'T', 'hit_policy', 'U', 'inputs', '[{"name": "code", "type": "string"}, {"name": "n", "type": "number"}]'::jsonb, 'outputs', '[{"name": "o"}]'::jsonb,
    'rules', (SELECT jsonb_agg(jsonb_build_array(format('"C%s"', i % 50), format('[%s..%s)', i, i + 50), i)) FROM generate_series(0, 4999) i)))) \g /dev/null
SELECT is((SELECT count(*) FROM generate_series(0, 4999) i WHERE assure.decide('T', 'T', jsonb_build_object('code', 'C' || i % 50, 'n', i))::int IS DISTINCT FROM i), 0::bigint, 'each of 5,000 rules is found');
SELECT is((SELECT count(*) FROM generate_series(0, 4999) i WHERE assure.decide('T', 'T', jsonb_build_object('code', 'C' || i % 50, 'n', i + 49.5))::int IS DISTINCT FROM i), 0::bigint, 'to its end');
SELECT is((SELECT count(*) FROM generate_series(0, 4949) i WHERE assure.decide('T', 'T', jsonb_build_object('code', 'C' || i % 50, 'n', i + 50))::int IS DISTINCT FROM i + 50), 0::bigint, 'where the next begins');
SELECT is((SELECT count(*) FROM generate_series(0, 99) i WHERE assure.decide('T', 'T', jsonb_build_object('code', 'D' || i % 50, 'n', i)) IS NOT NULL), 0::bigint, 'and none where there is none');
SELECT * FROM finish();
ROLLBACK;
