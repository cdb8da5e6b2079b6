\set ECHO none
-- What is no FEEL is refused with its place; limits end what is too much; nothing else happens.
BEGIN;
\i test/sql-common/setup.psql
CREATE FUNCTION pg_temp.error_of(expression text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
    PERFORM expression::assure.feel;
    RETURN 'none';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' | ', SQLSTATE || ' ' || SQLERRM, nullif(detail, ''));
END $$;
CREATE TEMP TABLE refused (n serial, expression text, wanted text);
INSERT INTO refused (expression, wanted) VALUES
 ('', 'a value expected, the text ends | Line 1, column 1.'), ('   ', 'a value expected, the text ends | Line 1, column 4.'), ('1 +', 'a value expected, the text ends | Line 1, column 4.'), ('* 2', 'a value expected, not "*" | Line 1, column 1.'),
 ('1 2', 'the end expected, not "2" | Line 1, column 3.'), ('(1', ') expected, the text ends | Line 1, column 3.'), ('1)', 'the end expected, not ")" | Line 1, column 2.'), ('[1, 2', ', or ] expected, the text ends | Line 1, column 6.'), ('[1 2]', ', or ] expected, not "2" | Line 1, column 4.'),
 ('[1..2', 'the end of the range: ], ) or [ expected, the text ends | Line 1, column 6.'), ('{a: 1', ', or } expected, the text ends | Line 1, column 6.'), ('{a 1}', 'a name and : or } expected, not "a" | Line 1, column 2.'), ('{1: 2}', 'a name and : or } expected, not "1" | Line 1, column 2.'),
 ('if a then b', 'else expected, the text ends | Line 1, column 12.'), ('if a b', 'then expected, the text ends | Line 1, column 7.'), ('for in [1] return 1', 'a name of a variable expected, not "in" | Line 1, column 5.'), ('for x in [1]', ', or return expected, the text ends | Line 1, column 13.'), ('some x in y', ', or satisfies expected, the text ends | Line 1, column 12.'),
 ('"abc', 'a string has no end | Line 1, column 1.'), (E'1 +\n  "abc', 'a string has no end | Line 2, column 3.'), ('1 /* x', 'a comment has no end | Line 1, column 3.'), ('"\u12"', '\u needs 4 hexadecimal digits | Line 1, column 2.'), ('"\uD800"', '\u stands for no character | Line 1, column 2.'), ('"\U110000"', '\U stands for no character | Line 1, column 2.'),
 ('a # b', 'unexpected character | Line 1, column 3.'), ('甲 + ×', 'unexpected character | Line 1, column 5.'), ('a ; b', 'unexpected character | Line 1, column 3.'), ('1e99999', 'the number is out of range | Line 1, column 1.'), ('a.', 'a name after the dot expected, the text ends | Line 1, column 3.'), ('a.1', 'the end expected, not ".1" | Line 1, column 2.'),
 ('f(a, b: 1)', 'either all arguments have names or none | Line 1, column 9.'), ('f(a: 1, b)', 'a name of an argument expected, not "b" | Line 1, column 9.'), ('f(1,)', 'a value expected, not ")" | Line 1, column 5.'), ('function a', '( expected, not "a" | Line 1, column 10.'), ('function(1) 2', 'a name of a parameter expected, not "1" | Line 1, column 10.'),
 ('a instance b', 'of expected, not "b" | Line 1, column 12.'), ('a instance of list<', 'a type expected, the text ends | Line 1, column 20.'), ('a instance of function<number>', '-> expected, the text ends | Line 1, column 31.'), ('@1', 'a string after @ expected, not "1" | Line 1, column 2.'), ('?', '? is for unary tests only | Line 1, column 1.'),
 ('and', 'a value expected, not "and" | Line 1, column 1.'), ('a and', 'a value expected, the text ends | Line 1, column 6.'), ('a between 1', 'and expected, the text ends | Line 1, column 12.'), ('a in', 'a value expected, the text ends | Line 1, column 5.'), ('a in (1, 2', ', or ) expected, the text ends | Line 1, column 11.'), ('< 5', 'a value expected, not "<" | Line 1, column 1.'), ('not 5', 'none');
SELECT plan((SELECT count(*) FROM refused)::int + 39);
SELECT is(pg_temp.error_of(expression), CASE wanted WHEN 'none' THEN 'none' ELSE 'AS301 FEEL expression: ' || wanted END, format('%s: %s', n, expression)) FROM refused WHERE expression <> 'not 5' ORDER BY n;
SELECT is(pg_temp.error_of('not 5'), 'none', 'words that stand together are a name, also with a number');

SELECT is(t.fails($$SELECT assure.eval('1', '[1]')$$), '22023 context must be a JSON object', 'a context is an object');
SELECT is(t.fails($$SELECT assure.eval('1', '1')$$), '22023 context must be a JSON object', 'no scalar');
SELECT is(t.fails($$SELECT 'a instance of nothing'::assure.feel$$), 'none', 'a type may be known by a model');
SELECT is(t.fails($$SELECT assure.eval('1 +'::text::assure.feel, '{}')$$), 'AS301 FEEL expression: a value expected, the text ends', 'a text is checked when cast');

-- depth
SELECT is(t.fails(format('SELECT %L::assure.feel', repeat('(', 100000))), 'AS302 FEEL text: nested deeper than 1000 levels', 'parentheses');
SELECT is(t.fails(format('SELECT %L::assure.feel', repeat('[', 100000))), 'AS302 FEEL text: nested deeper than 1000 levels', 'lists');
SELECT is(t.fails(format('SELECT %L::assure.feel', repeat('{a:', 100000))), 'AS302 FEEL text: nested deeper than 1000 levels', 'contexts');
SELECT is(t.fails(format('SELECT %L::assure.feel', repeat(']', 100000))), 'AS302 FEEL text: nested deeper than 1000 levels', 'open ranges');
SELECT is(t.fails(format('SELECT %L::assure.feel', repeat('-', 100000) || '1')), 'AS302 FEEL text: nested deeper than 1000 levels', 'signs');
SELECT is(t.fails(format('SELECT %L::assure.feel', repeat('x in >', 100000) || '1')), 'AS302 FEEL text: nested deeper than 1000 levels', 'tests');
SELECT is(t.fails(format('SELECT %L::assure.feel', repeat('x in (', 100000))), 'AS302 FEEL text: nested deeper than 1000 levels', 'tests in parentheses');
SELECT is(t.fails(format('SELECT %L::assure.feel', repeat('if ', 100000))), 'AS302 FEEL text: nested deeper than 1000 levels', 'if');
SELECT is(t.fails(format('SELECT %L::assure.feel', repeat('function() ', 100000))), 'AS302 FEEL text: nested deeper than 1000 levels', 'functions');
SELECT is(t.fails(format('SELECT %L::assure.feel', 'x instance of ' || repeat('list<', 100000))), 'AS302 FEEL text: nested deeper than 1000 levels', 'types');
SELECT is(t.fails(format('SELECT %L::assure.feel', '1' || repeat('+1', 100000))), 'AS302 FEEL text: nested deeper than 1000 levels', 'a chain of operators');
SELECT is(t.fails(format('SELECT %L::assure.feel', 'x' || repeat('.a', 2000))), 'AS302 FEEL text: nested deeper than 1000 levels', 'a path');
SELECT is(t.fails(format('SELECT assure.eval(%L, %L)', 'true' || repeat(' and true', 10000), '{}')), 'none', 'and is one level however long');
SELECT is(t.fails(format('SELECT assure.eval(%L, %L)', '(' || repeat('x in (', 200) || '1' || repeat(')', 201), '{}')), 'none', 'nothing is read twice');
SELECT is(t.fails(format('SELECT %L::assure.feel', '{' || (SELECT string_agg(format('a%s: 1', i), ', ') FROM generate_series(1, 60000) i) || '}')), 'AS302 FEEL text: more than 10000000 steps to tell its names', 'a context of very many keys');
SELECT is(t.fails(format('SELECT assure.eval(%L, %L)', '[' || (SELECT string_agg(format('a%s', i), ', ') FROM generate_series(1, 60000) i) || ']', '{}')), 'AS302 FEEL text: more than 10000000 steps to tell its names', 'very many names of the data');
SELECT is(t.fails(format('SELECT assure.eval(%L, %L)', '{' || (SELECT string_agg(format('a%s: 1', i), ', ') FROM generate_series(1, 2000) i) || '}', '{}')), 'none', 'many are fine');
SELECT matches(t.fails($$SELECT assure.eval('{f: function(n) f(n + 1)}.f(1)', '{}')$$), '^AS302 FEEL expression: .*nested deeper than 1000 levels', 'endless recursion');
SELECT is(t.fails(format('SELECT assure.eval(%L, %L)', 'x = x', jsonb_build_object('x', (repeat('[', 2000) || repeat(']', 2000))::jsonb))), 'AS302 FEEL expression: values nested deeper than 1000 levels', 'deep data');
-- steps and size
SELECT is(t.fails($$SELECT assure.eval('some i in 1..1000000000 satisfies i < 0', '{}')$$), 'AS302 FEEL expression: more than 10000000 steps', 'a long loop');
SELECT is(t.fails($$SELECT assure.eval('for i in 1..1000000000 return i', '{}')$$), 'AS302 FEEL expression: the values need more than 65536 kilobytes', 'a long list');
SELECT is(t.fails($$SELECT assure.eval('for i in 1..1000000, j in 1..1000000 return 1', '{}')$$), 'AS302 FEEL expression: the values need more than 65536 kilobytes', 'nested loops');
SELECT is(t.fails($$SELECT assure.eval('for i in 0..60 return if i = 0 then "x" else partial[-1] + partial[-1]', '{}')$$), 'AS302 FEEL expression: the values need more than 65536 kilobytes', 'a string that doubles');
SELECT is(t.fails($$SELECT assure.eval('for i in 0..60 return if i = 0 then 1 else [partial[-1], partial[-1]]', '{}')$$), 'AS302 result: as JSON it needs more than 65536 kilobytes', 'a value that shares its parts');
SELECT is(t.fails($$SELECT assure.eval('string(for i in 0..60 return if i = 0 then 1 else [partial[-1], partial[-1]])', '{}')$$), 'AS302 FEEL expression: the values need more than 65536 kilobytes', 'its text');
SELECT matches(t.fails($$SELECT assure.eval('{a: for i in 0..60 return if i = 0 then 1 else [partial[-1], partial[-1]], b: for i in 0..60 return if i = 0 then 1 else [partial[-1], partial[-1]], c: a = b}.c', '{}')$$), '^AS302 FEEL expression: more than 10000000 steps', 'comparing it');
SELECT is(t.fails($$SELECT assure.eval('for i in -9223372036854775808..9223372036854775807 return i', '{}')$$), 'AS302 FEEL expression: a range of too many items', 'the longest range');
SELECT is(t.fails(format('SELECT length(assure.eval(%L, %L)::text)', '"' || repeat('x', 1000000) || '"', '{}')), 'none', 'a long string');
SET LOCAL assure.feel_steps_max = 1;
SELECT is(t.fails($$SELECT assure.eval('some i in 1..10000 satisfies i < 0', '{}')$$), 'AS302 FEEL expression: more than 1000 steps', 'the setting of steps');
SET LOCAL assure.feel_depth_max = 10;
SELECT is(t.fails(format('SELECT %L::assure.feel', repeat('(', 20))), 'AS302 FEEL text: nested deeper than 10 levels', 'the setting of depth');
SET LOCAL assure.feel_size_max = 64;
SELECT is(t.fails(format('SELECT %L::assure.feel', '1' || repeat(' or 1', 10000))), 'AS302 FEEL text: the program needs more than 64 kilobytes', 'the setting of size');
SELECT t.new_role('user') \g /dev/null
SELECT is(t.run('user', 'SET assure.feel_depth_max = 4000'), '42501 permission denied to set parameter "assure.feel_depth_max"', 'nobody raises a limit for himself');
RESET assure.feel_depth_max;
RESET assure.feel_steps_max;
RESET assure.feel_size_max;
SELECT is(assure.eval('1 + 1', '{}'), '2', 'after all that it goes on');
SET LOCAL statement_timeout = '200ms';
CREATE FUNCTION pg_temp.cancelled(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN 'none';
EXCEPTION WHEN query_canceled THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT is(pg_temp.cancelled($$SELECT count(assure.eval('some i in 1..2000000 satisfies i < 0', '{}')) FROM generate_series(1, 1000000)$$), '57014 canceling statement due to statement timeout', 'an evaluation can be cancelled');
RESET statement_timeout;
SELECT is(assure.eval('1 + 1', '{}'), '2', 'and the next one is whole');
SELECT * FROM finish();
ROLLBACK;
