\set ECHO none
-- FEEL's numbers: text, and arithmetic beside PostgreSQL's numeric over random operands.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/feel_cases.psql
SELECT plan(14);

-- text
INSERT INTO cases (e, wanted) VALUES
 ('0', '0'), ('-0', '0'), ('0.00', '0'), ('007', '7'), ('1.10', '1.1'), ('.5', '0.5'), ('-.5', '-0.5'),
 ('100', '100'), ('1e3', '1000'), ('1.5E-3', '0.0015'), ('1.5e+3', '1500'),
 ('9223372036854775807', '9223372036854775807'), ('9223372036854775807 + 1', '9223372036854775808'),
 ('-9223372036854775808 - 1', '-9223372036854775809'), ('-(-9223372036854775808)', '9223372036854775808'),
 ('1234567890123456789012345678901234', '1234567890123456789012345678901234'),
 ('12345678901234567890123456789012345', '12345678901234567890123456789012340'),
 ('12345678901234567890123456789012355', '12345678901234567890123456789012360'),
 ('0.1234567890123456789012345678901234567', '0.1234567890123456789012345678901235'),
 ('0.000000000000000000000000000001', '0.000000000000000000000000000001'),
 ('string(10 ** 100)', '"1E+100"'), ('string(10 ** 99)', '"1' || repeat('0', 99) || '"'), ('string(-10 ** -200)', '"1E-200"'),
 ('string(1.25 * 10 ** 6000)', '"1.25E+6000"'), ('string(1.10)', '"1.1"'), ('string(1.0)', '"1"'), ('string(-0.50)', '"-0.5"'),
 ('number("12.50")', '12.5'), ('number("-3")', '-3'), ('number("1e2")', '100'), ('number(".5")', '0.5'),
 ('number("1.000.000,01", ".", ",")', '1000000.01'), ('number("1 000", " ", ".")', '1000'), ('number("1,000", ",", null)', '1000'),
 ('number("1.000", ".", null)', '1000'), ('number("1,5", null, ",")', '1.5'), ('number(from: "2,5", grouping separator: ".", decimal separator: ",")', '2.5');
SELECT is_empty($$SELECT pg_temp.wrong_cases()$$, 'numbers are read and printed');
TRUNCATE cases;
INSERT INTO cases (e, wanted) SELECT e, 'null' FROM (VALUES
 ('number("")'), ('number(" 1")'), ('number("1 ")'), ('number("1.")'), ('number("+1")'), ('number("1e")'), ('number("--1")'), ('number("0x10")'),
 ('number("NaN")'), ('number("Infinity")'), ('number("1,5")'), ('number("1.5", null, ",")'), ('number("1", ".", ".")'), ('number("1", "x", ".")'),
 ('number("1", ",", " ")'), ('number("1", "")'), ('number("1", "", ".")'), ('number("1", ",")'), ('number(1)'), ('number(null)'), ('number("1e7000")'),
 ('number("' || repeat('9', 7000) || '")'), ('1 / 0'), ('0 / 0'), ('0 ** -1'), ('(-8) ** 0.5'), ('10 ** 6145'), ('9.99e6144 * 10'), ('9e6144 + 9e6144'), ('2 ** 1e10'),
 ('sqrt(-1)'), ('log(0)'), ('log(-1)'), ('exp(20000)'), ('modulo(1, 0)'), ('1 + "1"'), ('1 - null'), ('1 * true'), ('-"1"')) v(e);
SELECT is_empty($$SELECT pg_temp.wrong_cases()$$, 'what is no number is null');
TRUNCATE cases;

-- results
INSERT INTO cases (e, wanted) VALUES
 ('0.1 + 0.2', '0.3'), ('0.1 * 3', '0.3'), ('1 / 3', '0.3333333333333333333333333333333333'), ('2 / 3', '0.6666666666666666666666666666666667'),
 ('1 / 4', '0.25'), ('10 / 4 * 4', '10'), ('1.10 = 1.1', 'true'), ('0 = -0', 'true'), ('1e20 = 100000000000000000000', 'true'), ('1e-400 > 0', 'true'),
 ('2 ** 10', '1024'), ('2 ** -2', '0.25'), ('1.1 ** 20', '6.72749994932560009201'), ('2 ** 0.5', '1.414213562373095048801688724209698'), ('0 ** 0', '1'),
 ('(-2) ** 3', '-8'), ('3 ** -2', '0.1111111111111111111111111111111111'), ('2 ** 112', '5192296858534827628530496329220096'),
 ('1.0001 ** 1000000', '26747109931421401729483544817907130000000000'),
 ('sqrt(2)', '1.414213562373095048801688724209698'), ('sqrt(0)', '0'), ('sqrt(1.44)', '1.2'), ('exp(0)', '1'), ('log(1)', '0'),
 ('exp(1)', '2.718281828459045235360287471352662'), ('log(10)', '2.302585092994045684017991454684364'),
 ('modulo(10.1, 4.5)', '1.1'), ('modulo(-10.1, 4.5)', '3.4'), ('modulo(10.1, -4.5)', '-3.4'), ('modulo(-10.1, -4.5)', '-1.1'), ('modulo(1e6000, 7)', '1'),
 ('odd(5)', 'true'), ('odd(-1)', 'true'), ('odd(0)', 'false'), ('even(5)', 'false'), ('even(-2)', 'true'), ('even(1e30)', 'true'), ('odd(1.5)', 'null'), ('even(0.5)', 'null'),
 ('abs(-5)', '5'), ('abs(5)', '5'), ('abs(-9223372036854775808)', '9223372036854775808');
SELECT is_empty($$SELECT pg_temp.wrong_cases()$$, 'results of arithmetic');
TRUNCATE cases;

-- beside numeric: the exact result, rounded to 34 digits, half to even
CREATE FUNCTION pg_temp.round34(x numeric) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    digits text := trim(LEADING '0' FROM replace(trim_scale(abs(x))::text, '.', ''));
    scale int := scale(trim_scale(x));
    lost int := length(digits) - 34;
    kept numeric;
    rest text;
BEGIN
    IF lost <= 0 THEN
        RETURN x;
    END IF;
    kept := left(digits, 34)::numeric;
    rest := substr(digits, 35);
    IF rest > '5' AND rtrim(rest, '0') <> '5' OR rtrim(rest, '0') = '5' AND kept % 2 = 1 THEN
        kept := kept + 1;
    END IF;
    RETURN sign(x) * (kept::text || 'e' || lost - scale)::numeric;
END $$;
SELECT is(pg_temp.round34('12345678901234567890123456789012345'), '12345678901234567890123456789012340', 'round34 rounds a half to even');
SELECT is(pg_temp.round34('0.012345678901234567890123456789012355000'), '0.01234567890123456789012345678901236', 'round34 rounds a fraction');

-- random digits, half of them few
CREATE FUNCTION pg_temp.operand() RETURNS numeric LANGUAGE sql VOLATILE AS $$
    SELECT CASE WHEN random() < 0.5 THEN -1 ELSE 1 END
        * (substr(trunc(random() * 1e15)::bigint::text || trunc(random() * 1e15)::bigint::text || trunc(random() * 1e15)::bigint::text,
                  1, CASE WHEN random() < 0.5 THEN 1 + trunc(random() * 12)::int ELSE 1 + trunc(random() * 34)::int END)
           || 'e' || trunc(random() * 40)::int - 30)::numeric $$;
SELECT setseed(0.5);
CREATE TEMP TABLE pair AS
    SELECT i, pg_temp.operand() AS a, CASE WHEN i % 50 = 0 THEN 0 ELSE pg_temp.operand() END AS b, NULL::jsonb AS context FROM generate_series(1, 4000) i;
UPDATE pair SET context = jsonb_build_object('a', a, 'b', b);
CREATE FUNCTION pg_temp.got(e text, context jsonb) RETURNS numeric LANGUAGE sql AS $$ SELECT (assure.eval(e::assure.feel, context) #>> '{}')::numeric $$;
SELECT is_empty($$SELECT a, b, pg_temp.got('a + b', context) FROM pair WHERE pg_temp.got('a + b', context) <> pg_temp.round34(a + b)$$, 'sums');
SELECT is_empty($$SELECT a, b, pg_temp.got('a - b', context) FROM pair WHERE pg_temp.got('a - b', context) <> pg_temp.round34(a - b)$$, 'differences');
SELECT is_empty($$SELECT a, b, pg_temp.got('a * b', context) FROM pair WHERE pg_temp.got('a * b', context) <> pg_temp.round34(a * b)$$, 'products');
-- a quotient of 90 digits, with a last digit that tells whether something is left
CREATE FUNCTION pg_temp.quotient(a numeric, b numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT ((div(a * 1e120, b) * 10 + CASE WHEN mod(a * 1e120, b) <> 0 THEN sign(a) * sign(b) ELSE 0 END)::text || 'e-121')::numeric $$;
SELECT is_empty($$SELECT a, b, pg_temp.got('a / b', context) FROM pair WHERE b <> 0 AND pg_temp.got('a / b', context) <> pg_temp.round34(pg_temp.quotient(a, b))$$, 'quotients');
SELECT is((SELECT count(*) FROM pair WHERE b = 0 AND pg_temp.got('a / b', context) IS NULL AND pg_temp.got('modulo(a, b)', context) IS NULL), 80::bigint, 'nothing is divided by 0');
SELECT is_empty($$SELECT a, b, assure.eval('[a < b, a <= b, a = b, a > b]', context) FROM pair
    WHERE assure.eval('[a < b, a <= b, a = b, a > b]', context) <> jsonb_build_array(a < b, a <= b, a = b, a > b)$$, 'order');
SELECT is_empty($$SELECT a, b, pg_temp.got('modulo(a, b)', context) FROM pair WHERE b <> 0
    AND pg_temp.got('modulo(a, b)', context) <> pg_temp.round34(mod(a, b) + CASE WHEN mod(a, b) <> 0 AND sign(a) <> sign(b) THEN b ELSE 0 END)$$, 'remainders');
SELECT is_empty($$SELECT a, s, assure.eval('[round half up(a, s), round down(a, s), floor(a, s), ceiling(a, s)]', jsonb_build_object('a', a, 's', s))
    FROM pair, generate_series(-3, 12, 3) s WHERE i <= 500 AND assure.eval('[round half up(a, s), round down(a, s), floor(a, s), ceiling(a, s)]', jsonb_build_object('a', a, 's', s))
    <> jsonb_build_array(pg_temp.round34(round(a, s)), pg_temp.round34(trunc(a, s)),
                         pg_temp.round34(trunc(a, s) - CASE WHEN a < trunc(a, s) THEN ('1e' || -s)::numeric ELSE 0 END),
                         pg_temp.round34(trunc(a, s) + CASE WHEN a > trunc(a, s) THEN ('1e' || -s)::numeric ELSE 0 END))$$, 'roundings');
SELECT is_empty($$SELECT a FROM pair WHERE a > 0 AND abs(pg_temp.got('exp(log(a))', context) / a - 1) > 1e-30$$, 'exp undoes log');

SELECT * FROM finish();
ROLLBACK;
