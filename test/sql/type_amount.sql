\set ECHO none
-- Type amount: its forms, its order, its arithmetic and its casts.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/binary.psql
SET search_path = public, assure;
SELECT plan(136);

-- ---------------------------------------------------------------------------
-- Text
-- ---------------------------------------------------------------------------
SELECT is(given::amount::text, wanted, format('text %L', given)) FROM (VALUES
    ('1234.5', '1234.50'), ('-0.01', '-0.01'), ('0', '0.00'), ('-0', '0.00'), ('-0.00', '0.00'), ('0.1', '0.10'), ('7', '7.00'), ('12.30', '12.30'),
    (' 1.00', '1.00'), (E'1.00 \t\n', '1.00'), ('92233720368547758.07', '92233720368547758.07'), ('-92233720368547758.08', '-92233720368547758.08'),
    ('999999999999.99', '999999999999.99')) v(given, wanted);
SELECT is(t.fails(format('SELECT %L::amount', given)), wanted, format('text %L is refused', given)) FROM (VALUES
    ('1.234', '22P02 amount "1.234" has more than two decimals'), ('1.000', '22P02 amount "1.000" has more than two decimals'), ('0.001', '22P02 amount "0.001" has more than two decimals'),
    ('1 234', '22P02 invalid input syntax for type amount: "1 234"'), ('- 1', '22P02 invalid input syntax for type amount: "- 1"'), ('1. 5', '22P02 invalid input syntax for type amount: "1. 5"'),
    ('NaN', '22P02 invalid input syntax for type amount: "NaN"'), ('Infinity', '22P02 invalid input syntax for type amount: "Infinity"'), ('', '22P02 invalid input syntax for type amount: ""'),
    (' ', '22P02 invalid input syntax for type amount: " "'), ('-', '22P02 invalid input syntax for type amount: "-"'), ('.', '22P02 invalid input syntax for type amount: "."'),
    ('.5', '22P02 invalid input syntax for type amount: ".5"'), ('5.', '22P02 invalid input syntax for type amount: "5."'), ('+5', '22P02 invalid input syntax for type amount: "+5"'),
    ('--5', '22P02 invalid input syntax for type amount: "--5"'), ('1e3', '22P02 invalid input syntax for type amount: "1e3"'), ('0x10', '22P02 invalid input syntax for type amount: "0x10"'),
    ('007', '22P02 invalid input syntax for type amount: "007"'), ('1,000.00', '22P02 invalid input syntax for type amount: "1,000.00"'), ('1.2.3', '22P02 invalid input syntax for type amount: "1.2.3"'),
    ('¥5', '22P02 invalid input syntax for type amount: "¥5"'), ('１', '22P02 invalid input syntax for type amount: "１"'),
    ('92233720368547758.08', '22003 value "92233720368547758.08" is out of range for type amount'), ('-92233720368547758.09', '22003 value "-92233720368547758.09" is out of range for type amount'),
    ('92233720368547759', '22003 value "92233720368547759" is out of range for type amount'), (repeat('9', 40), '22003 value "' || repeat('9', 40) || '" is out of range for type amount'),
    (repeat('9', 40) || 'x', '22P02 invalid input syntax for type amount: "' || repeat('9', 40) || 'x"')) v(given, wanted);

-- Random text: an amount exactly where the grammar says so, and then numeric's value.
SELECT setseed(0.1);
CREATE TEMP TABLE scrap AS SELECT (SELECT string_agg(substr('00123456789..--+e ', 1 + (random() * 17)::int, 1), '') FROM generate_series(1, 1 + (random() * 7)::int + 0 * i)) AS text FROM generate_series(1, 4000) i;
CREATE FUNCTION pg_temp.read(given text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN given::amount::text; EXCEPTION WHEN invalid_text_representation THEN RETURN NULL; END $$;
SELECT is((SELECT string_agg(quote_literal(text), ' ' ORDER BY text) FROM scrap WHERE (pg_temp.read(text) IS NOT NULL) <> (btrim(text) ~ '^-?(0|[1-9][0-9]*)(\.[0-9]{1,2})?$')), NULL, 'random text is read exactly where the grammar allows');
SELECT is((SELECT string_agg(quote_literal(text), ' ' ORDER BY text) FROM scrap WHERE pg_temp.read(text) IS NOT NULL AND pg_temp.read(text) <> text::numeric(20,2)::text), NULL, 'and to the same value as a numeric');
SELECT ok((SELECT count(*) > 300 FROM scrap WHERE pg_temp.read(text) IS NOT NULL), 'of which there were many');

-- ---------------------------------------------------------------------------
-- Binary
-- ---------------------------------------------------------------------------
SELECT is(encode(amount_send('12.34'), 'hex'), '00000000000004d2', 'binary is eight bytes of fen');
SELECT is(t.receive('assure.amount', '\xfffffffffffffffe'), '-0.02', 'and is read as such');
SELECT is(t.receive('assure.amount', '\x8000000000000000'), '-92233720368547758.08', 'down to the least');
SELECT is(t.receive('assure.amount', '\x'), '08P01 insufficient data left in message', 'an empty message is refused');
SELECT is(t.receive('assure.amount', '\x00000000000004'), '08P01 insufficient data left in message', 'one of seven bytes');
SELECT is(t.receive('assure.amount', '\x00000000000004d200'), '22P03 incorrect binary data format', 'one of nine');
SELECT setseed(0.2);
CREATE TEMP TABLE message AS SELECT t.random_bytes(CASE WHEN random() < 0.7 THEN 8 ELSE (random() * 16)::int END + 0 * i) AS bytes FROM generate_series(1, 300) i;
SELECT is((SELECT count(*) FROM (SELECT bytes, t.receive('assure.amount', bytes) AS got FROM message) m
    WHERE CASE WHEN length(bytes) = 8 THEN amount_send(got::amount) <> bytes ELSE got !~ '^(08P01|22P03) ' END), 0::bigint, 'random messages of eight bytes come back as they were, all others are refused');

-- ---------------------------------------------------------------------------
-- Order and hash, numeric being the judge
-- ---------------------------------------------------------------------------
SELECT setseed(0.3);
CREATE TEMP TABLE pair AS SELECT from_fen(a) AS a, from_fen(b) AS b, a / 100.0::numeric AS na, b / 100.0::numeric AS nb, c::numeric / 1000 AS c FROM (
    SELECT x::bigint AS a, (CASE WHEN random() < 0.3 THEN x ELSE (random() - 0.5) * z END)::bigint AS b, (x * 10 + (random() * 4 - 2)::int)::bigint AS c
    FROM (SELECT (random() - 0.5) * z AS x, z FROM (SELECT power(10, (random() * 15)::int) AS z FROM generate_series(1, 3000)) s) s) s;
SELECT is((SELECT count(*) FROM pair WHERE ((a < b), (a <= b), (a = b), (a >= b), (a > b), (a <> b)) IS DISTINCT FROM ((na < nb), (na <= nb), (na = nb), (na >= nb), (na > nb), (na <> nb))), 0::bigint, 'two amounts compare as numbers do');
SELECT is((SELECT count(*) FROM pair WHERE ((a < c), (a <= c), (a = c), (a >= c), (a > c), (a <> c)) IS DISTINCT FROM ((na < c), (na <= c), (na = c), (na >= c), (na > c), (na <> c))), 0::bigint, 'an amount and a number compare exactly');
SELECT is((SELECT count(*) FROM pair WHERE ((c < a), (c <= a), (c = a), (c >= a), (c > a), (c <> a)) IS DISTINCT FROM ((c < na), (c <= na), (c = na), (c >= na), (c > na), (c <> na))), 0::bigint, 'and the other way round');
SELECT is((SELECT count(*) FROM pair WHERE sign(amount_cmp(a, b)) <> sign(na - nb) OR sign(amount_numeric_cmp(a, c)) <> sign(na - c) OR sign(numeric_amount_cmp(c, a)) <> sign(c - na)), 0::bigint, 'the functions of btree agree');
SELECT is((SELECT count(*) FROM pair WHERE a = b AND (amount_hash(a) <> amount_hash(b) OR amount_hash_extended(a, 7) <> amount_hash_extended(b, 7))), 0::bigint, 'equal amounts have equal hashes');
SELECT ok((SELECT count(DISTINCT amount_hash(a)) > 0.99 * count(DISTINCT a) AND count(DISTINCT amount_hash_extended(a, 7)) = count(DISTINCT a) FROM pair), 'and others hardly ever');
SELECT is((SELECT array_agg(na ORDER BY a, na) FROM pair), (SELECT array_agg(na ORDER BY na) FROM pair), 'they sort as numbers');
SELECT is((SELECT count(*) FROM pair WHERE ARRAY[a, b] @> ARRAY[b] IS NOT TRUE OR NOT (ARRAY[a] < ARRAY[b] IS NOT DISTINCT FROM ARRAY[na] < ARRAY[nb])), 0::bigint, 'and so do arrays of them');
SELECT ok('1'::amount < 'NaN'::numeric AND '1'::amount < 'Infinity'::numeric AND '1'::amount > '-Infinity'::numeric AND '1'::amount <> 'NaN'::numeric, 'NaN and infinities are at the ends, as among numerics');
SELECT ok('92233720368547758.07'::amount < 1e20 AND '-92233720368547758.08'::amount > -1e20 AND '92233720368547758.07'::amount < 92233720368547758.08, 'numbers beyond amounts too');
SELECT ok('5'::amount = 5 AND 5::smallint = '5'::amount AND 5::bigint <= '5'::amount AND '5'::amount > 4.999 AND '5'::amount = '5', 'every integer type and every literal compares');
SELECT is(t.fails($$SELECT '5'::amount > 4.9::float8$$), '42883 operator does not exist: amount > double precision', 'a floating point number does not');
SELECT ok((SELECT bool_and(p.proleakproof) FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode WHERE oprnamespace = 'assure'::regnamespace
    AND 'assure.amount'::regtype IN (oprleft, oprright) AND oprname IN ('<', '<=', '=', '>=', '>', '<>')), 'comparisons are leakproof');
SELECT is((SELECT string_agg(opcmethod || ' ' || amvalidate(c.oid), ', ' ORDER BY opcmethod) FROM (SELECT oid, amname AS opcmethod FROM (SELECT c.oid, a.amname FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod
    WHERE opcintype = 'assure.amount'::regtype) x) c), 'brin true, btree true, hash true', 'the operator classes are whole');

-- ---------------------------------------------------------------------------
-- No rival to what is built in: what resolved before does so beside our operators.
-- ---------------------------------------------------------------------------
SELECT is(t.fails('SELECT ' || expression), 'none', format('%s is as unambiguous as ever', expression)) FROM (VALUES ('1::int = 5.5'), ('1::smallint < 5::bigint'), ('2::int * 0.5'), ('2::smallint * 0.5 / 3'), ('abs(''-1'')'),
    ('min(''x'')'), ('round(''1'')'), ('to_json(1)'), ('1 + ''2'''), ('2 * ''3'''), ('(SELECT sum(x) FROM (VALUES (1), (2.5)) v(x))'), ('1 IN (1, 2.5)'), ('1::real > 2'), ('2::bigint / 0.5')) v(expression);

-- ---------------------------------------------------------------------------
-- Arithmetic
-- ---------------------------------------------------------------------------
SELECT is((SELECT count(*) FROM pair WHERE (a + b)::numeric <> na + nb OR (a - b)::numeric <> na - nb OR (-a)::numeric <> -na OR abs(a)::numeric <> abs(na)), 0::bigint, 'sum, difference, opposite and magnitude are those of numbers');
-- The factor from a table: the planner sees no constant.
SELECT setseed(0.4);
CREATE TEMP TABLE product AS SELECT a, na, f, f::int AS n, CASE WHEN f::int = 0 THEN 3 ELSE f::int END AS d FROM (SELECT a, na, ((random() - 0.5) * power(10, (random() * 3)::int))::numeric(10, 4) AS f FROM pair WHERE abs(na) < 1e12) s;
SELECT is((SELECT count(*) FROM product WHERE (a * f)::numeric <> round(na * f, 2) OR (f * a)::numeric <> round(na * f, 2)), 0::bigint, 'a product with a number is rounded half away from zero');
SELECT is((SELECT count(*) FROM product WHERE (a * n)::numeric <> na * n OR (n * a)::numeric <> na * n OR (a * n::bigint)::numeric <> na * n OR (a * n::smallint)::numeric <> na * n), 0::bigint, 'one with an integer is exact');
SELECT is((SELECT count(*) FROM product WHERE (a / d)::numeric <> sign(na) * sign(d) * div(abs(na) * 200 + abs(d), 2 * abs(d)::numeric) / 100), 0::bigint, 'a quotient with an integer is rounded half away from zero');
SELECT is((SELECT count(*) FROM product WHERE f <> 0 AND (a / f)::numeric <> sign(na) * sign(f) * div(abs(na) * 200 + abs(f), 2 * abs(f)) / 100), 0::bigint, 'one with a number too');
-- Numbers of all shapes: few digits and many, before the point and behind it, with zeros at either end, halves of a fen, what is not finite; as they stand in a table, and as an expression leaves them.
SELECT setseed(0.5);
CREATE TEMP TABLE shape AS SELECT i, a, na, f FROM (SELECT i, from_fen(fen) AS a, fen * 0.01 AS na, CASE WHEN i % 100 < 4 THEN (ARRAY['NaN', 'Infinity', '-Infinity', '-0.000'])[1 + i % 100]::numeric
        WHEN i % 7 = 0 THEN ((random() * 2000)::int - 1000 + 0.5) / greatest(abs(fen), 1) ELSE (sign || digits)::numeric / CASE WHEN i % 3 > 0 THEN 1 ELSE ('1' || repeat('0', (random() * random() * 70)::int))::numeric END END AS f
    FROM (SELECT i, ((random() - 0.5) * power(10, (random() * 18)::int))::bigint AS fen, CASE WHEN random() < 0.5 THEN '-' ELSE '' END AS sign, concat((random() * power(10, (random() * 8)::int))::bigint, repeat('0', (random() * random() * 20)::int - 8),
        CASE WHEN random() < 0.8 THEN '.' || repeat('0', (random() * 9)::int) || (random() * power(10, (random() * 8)::int))::bigint || repeat('0', (random() * random() * 80)::int) END) AS digits FROM generate_series(1, 20000) i) s) s;
INSERT INTO shape SELECT 20000 + row_number() OVER (), from_fen(fen), fen * 0.01, f FROM unnest(ARRAY[0, 1, -1, 9223372036854775807, -9223372036854775807, -9223372036854775808]) fen,
    unnest(ARRAY[0, 1, -1, 0.5, 2, 0.49999999999999999, 0.5000000000000001, 0.9999999999999999, 1.0000000000000001, 9999, 10000, 99999999, 9223372036854775807, 9223372036854775808, 92233720368547758, 1e16, 1e-16, 1e17, 1e-17, 1e20, 1e-20, 1e130, 1e-130, 1e3000, -3e-3000, 0.0001, 10000.0001, 12345678.12345678]) f;
CREATE FUNCTION pg_temp.exact(fen numeric, f numeric) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN f = 'NaN' THEN '22003 NaN is not an amount' WHEN f IN ('Infinity', '-Infinity') THEN '22003 infinity is not an amount' WHEN fen NOT BETWEEN -9223372036854775808 AND 9223372036854775807 THEN '22003 amount out of range' ELSE (fen * 0.01)::text END $$;
CREATE FUNCTION pg_temp.computed(operation text, a amount, f numeric) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN CASE operation WHEN '*' THEN a * f WHEN '/' THEN a / f ELSE f::amount END;
EXCEPTION WHEN numeric_value_out_of_range OR division_by_zero THEN RETURN sqlstate || ' ' || sqlerrm;
END $$;
SELECT is((SELECT string_agg(concat_ws(' ', a, f), ', ' ORDER BY i) FROM shape WHERE pg_temp.computed('*', a, f) <> pg_temp.exact(round(na * 100 * f), na * f)), NULL, 'a product with a number of any shape is numeric''s');
SELECT is((SELECT string_agg(concat_ws(' ', a, f), ', ' ORDER BY i) FROM shape WHERE pg_temp.computed('*', a, f) <> pg_temp.computed('*', a, f + 0) OR pg_temp.computed('/', a, f) <> pg_temp.computed('/', a, f + 0)), NULL, 'wherever the number stands');
SELECT is((SELECT string_agg(concat_ws(' ', a, f), ', ' ORDER BY i) FROM shape WHERE pg_temp.computed('/', a, f) <> CASE WHEN f = 0 THEN '22012 division by zero' WHEN f = 'NaN' THEN '22003 cannot divide an amount by NaN'
    WHEN f IN ('Infinity', '-Infinity') THEN '22003 cannot divide an amount by infinity' ELSE pg_temp.exact(sign(na) * sign(f) * div(abs(na) * 200 + abs(f), 2 * abs(f)), f) END), NULL, 'and a quotient');
SELECT is((SELECT string_agg(f::text, ', ' ORDER BY i) FROM shape WHERE pg_temp.computed('amount', a, f) <> pg_temp.exact(round(f * 100), f)), NULL, 'and the amount of such a number');
SELECT ok((SELECT count(*) > 10000 FROM shape WHERE pg_temp.computed('*', a, f) NOT LIKE '22%' AND a <> 0 AND f <> 0) AND (SELECT count(*) > 1000 FROM shape WHERE pg_temp.computed('*', a, f) = '22003 amount out of range'), 'most of these are amounts, many are not');
SELECT is((SELECT count(*) FROM product WHERE a <> 0 AND (a / a <> 1 OR (a + a) / a <> 2)), 0::bigint, 'a ratio is a number');
SELECT is((SELECT count(*) FROM product WHERE prorate(a, n, d)::numeric <> sign(na * n) * sign(d) * div(abs(na * n) * 200 + abs(d), 2 * abs(d)::numeric) / 100), 0::bigint, 'prorate() rounds once');
SELECT is((SELECT string_agg(x::text, ' ') FROM (VALUES ('0.01'::amount * 0.5), ('-0.01'::amount * 0.5), ('0.01'::amount * 0.4999), ('10'::amount / 3), ('-10'::amount / 3), ('0.03'::amount / 2), ('-0.03'::amount / -2), ('0.01'::amount / 0.3), (3 * '0.335'::numeric::amount)) v(x)),
    '0.01 -0.01 0.00 3.33 -3.33 0.02 0.02 0.03 1.02', 'constants are computed alike');
SELECT is('1'::amount / '3'::amount, 1.00 / 3.00, 'the digits of a ratio are those of numeric');
-- 0.5 * (1 - 10^-30): a quotient rounded twice would come to 0.01.
SELECT is('0.01'::amount / (SELECT 2.0000000000000000000000000001), '0.00'::amount, 'a quotient just below a half fen is not rounded up');
SELECT is(t.fails('SELECT ' || expression), wanted, format('%s is an error', expression)) FROM (VALUES
    ('''92233720368547758.07''::amount + ''0.01''', '22003 amount out of range'), ('''-92233720368547758.08''::amount - ''0.01''', '22003 amount out of range'), ('-''-92233720368547758.08''::amount', '22003 amount out of range'),
    ('abs(''-92233720368547758.08''::amount)', '22003 amount out of range'), ('''92233720368547758.07''::amount * 2', '22003 amount out of range'), ('''92233720368547758.07''::amount * (SELECT 1.5)', '22003 amount out of range'),
    ('''-92233720368547758.08''::amount * -1', '22003 amount out of range'), ('''-92233720368547758.08''::amount / -1', '22003 amount out of range'), ('''92233720368547758.07''::amount / 0.5', '22003 amount out of range'),
    ('''92233720368547758.07''::amount / (SELECT 0.5)', '22003 amount out of range'), ('''1''::amount / 0', '22012 division by zero'), ('''1''::amount / (SELECT 0.0)', '22012 division by zero'), ('''1''::amount / ''0''::amount', '22012 division by zero'),
    ('prorate(''1'', 1, 0)', '22012 division by zero'), ('prorate(''92233720368547758.07'', 9223372036854775807, 1)', '22003 amount out of range'), ('''1''::amount * ''NaN''::numeric', '22003 NaN is not an amount'),
    ('''1''::amount * ''Infinity''::numeric', '22003 infinity is not an amount'), ('''1''::amount / ''Infinity''::numeric', '22003 cannot divide an amount by infinity'), ('''1''::amount / ''NaN''::numeric', '22003 cannot divide an amount by NaN'),
    ('''1''::amount * ''2''::amount', '42883 operator does not exist: amount * amount'), ('''1''::amount + 1.5', '42883 operator does not exist: amount + numeric')) v(expression, wanted);

-- ---------------------------------------------------------------------------
-- Casts
-- ---------------------------------------------------------------------------
CREATE TEMP TABLE money (a amount, n numeric(20,2), t text);
INSERT INTO money VALUES (1, '2.50'::amount, '3.5'::amount), (2::bigint, 2, 1), (3::smallint, 3, 1), (1.005, 4, 1), (-1.005, 4, 1), (0.994999, 4, 1);
SELECT is((SELECT string_agg(concat_ws(' ', a, n, t), ', ' ORDER BY a, n) FROM money), '-1.01 4.00 1, 0.99 4.00 1, 1.00 2.50 3.50, 1.01 4.00 1, 2.00 2.00 1, 3.00 3.00 1', 'numbers are assigned to amounts, and amounts to numerics');
SELECT is((SELECT count(*) FROM pair WHERE (c::amount)::numeric <> round(c, 2)), 0::bigint, 'from a numeric as numeric(,2) rounds');
SELECT is((SELECT count(*) FROM pair WHERE abs(na) < 1e9 AND (a::bigint <> round(na) OR a::int <> round(na))), 0::bigint, 'to integers on demand, rounded');
SELECT is((SELECT string_agg(concat_ws(' ', a::smallint, a::int, a::bigint), ', ') FROM (VALUES ('2.50'::amount), ('-2.50'), ('2.49'), ('-0.49')) v(a)), '3 3 3, -3 -3 -3, 2 2 2, 0 0 0', 'half away from zero');
SELECT is('92233720368547758.074999'::numeric::amount::text, '92233720368547758.07', 'what rounds into the range is in it');
SELECT is(t.fails('SELECT ' || expression), wanted, format('%s is an error', expression)) FROM (VALUES
    ('92233720368547758.075::amount', '22003 amount out of range'), ('(-92233720368547758.085)::amount', '22003 amount out of range'), ('1e1000::amount', '22003 amount out of range'), ('92233720368547759::bigint::amount', '22003 amount out of range'),
    ('''NaN''::numeric::amount', '22003 NaN is not an amount'), ('''-Infinity''::numeric::amount', '22003 infinity is not an amount'), ('''3000000000''::amount::int', '22003 integer out of range'), ('''40000''::amount::smallint', '22003 smallint out of range'),
    ('1.5::float8::amount', '42846 cannot cast type double precision to amount'), ('''1''::amount::float8', '42846 cannot cast type amount to double precision')) v(expression, wanted);
SELECT is(t.fails('CREATE TEMP TABLE whole (n int); INSERT INTO whole VALUES (''1.50''::amount)'), '42804 column "n" is of type integer but expression is of type amount', 'fen do not vanish in an assignment to an integer');
SELECT is(ARRAY[fen('-12.34'), fen('92233720368547758.07')], ARRAY[-1234, 9223372036854775807], 'fen() is the number of fen');
SELECT is((SELECT count(*) FROM pair WHERE from_fen(fen(a)) <> a), 0::bigint, 'and from_fen() goes back');

-- JSON
SELECT is(concat_ws(' ', to_json('1234.5'::amount), to_jsonb('-0.5'::amount), json_build_object('a', '1'::amount), jsonb_build_array('1'::amount), row_to_json(row('2'::amount)), to_jsonb(ARRAY['3'::amount, NULL]), '4'::amount::json),
    '1234.50 -0.50 {"a" : 1.00} [1.00] {"f1":2.00} [3.00, null] 4.00', 'in JSON amounts are numbers');
SELECT is((SELECT jsonb_agg(a ORDER BY a)::text || jsonb_object_agg(t, a) FROM (VALUES ('1.10'::amount, 'x')) v(a, t)), '[1.10]{"x": 1.10}', 'in its aggregates too');
SELECT is((SELECT a FROM jsonb_to_record('{"a": 12.5}') r(a amount)), '12.50'::amount, 'and numbers are read back');
SELECT * FROM finish();
ROLLBACK;
