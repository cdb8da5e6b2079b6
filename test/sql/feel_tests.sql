\set ECHO none
-- Unary tests: what a cell of a decision table accepts.
BEGIN;
\i test/sql-common/setup.psql
CREATE TEMP TABLE given (n serial, tests text, input jsonb, wanted boolean, context jsonb DEFAULT '{}');
INSERT INTO given (tests, input, wanted) VALUES
 ('-', '5', true), ('-', NULL, true), ('5', '5', true), ('5', '6', false), ('-5', '-5', true), ('- 5', '-5', true), ('1, 2, 3', '2', true), ('1, 2, 3', '4', false), ('"a", "b"', '"b"', true), ('"a"', '1', NULL),
 ('< 5', '4', true), ('< 5', '5', false), ('<= 5', '5', true), ('> 5', '6', true), ('>= 5', '4', false), ('= 5', '5', true), ('!= 5', '5', false), ('< 5', '"a"', NULL), ('< 5', NULL, NULL),
 ('[1..5]', '5', true), ('[1..5)', '5', false), (']1..5]', '1', false), ('(1..5]', '2', true), ('[1..5[', '5', false), ('[1..5], [7..9]', '8', true), ('< 3, > 7', '5', false), ('["a".."c"]', '"b"', true),
 ('not(1, 2)', '3', true), ('not(1, 2)', '2', false), ('not(< 5)', '5', true), ('not([1..5])', '3', false), ('not("a")', '1', NULL), ('not(null)', '1', true), ('null', NULL, true), ('null', '1', false),
 ('true', 'true', true), ('true', 'false', false), ('false', 'false', true), ('not(true)', 'false', true),
 ('? > 3 and ? < 5', '4', true), ('? > 3 and ? < 5', '5', false), ('? = 3 or ? = 4', '4', true), ('count(?) > 1', '[1, 2]', true), ('contains(?, "b")', '"abc"', true), ('not(contains(?, "b"))', '"abc"', false), ('?.a > 1', '{"a": 2}', true), ('some x in ? satisfies x > 2', '[1, 3]', true), ('? > "a"', '1', NULL),
 ('[1, 2, 3]', '2', true), ('[1, 2, 3]', '[1, 2, 3]', true), ('[[1..3], 7]', '2', true), ('1 + 1', '2', true), ('@"2024-01-01"', '"2024-01-01"', NULL), ('string(@"2024-01-01")', '"2024-01-01"', true), ('date(?) > @"2024-01-01"', '"2024-01-02"', true),
 ('(< 5)', '4', true), ('((1..5))', '3', true), ('{a: 1}', '{"a": 1}', true), ('not(1) and true', '1', false);
INSERT INTO given (tests, input, wanted, context) VALUES
 ('< limit', '4', true, '{"limit": 5}'), ('x > 3', '1', true, '{"x": 4}'), ('x > 3', '1', false, '{"x": 2}'), ('x > 3', 'true', true, '{"x": 4}'), ('[low..high]', '4', true, '{"low": 3, "high": 5}'), ('[low - 1..high + 1)', '2', true, '{"low": 3, "high": 5}'), ('minimum age, 7', '5', true, '{"minimum age": 5}'), ('limits', '5', true, '{"limits": [4, 5]}');
SELECT plan((SELECT count(*) FROM given)::int + 6);
SELECT is(assure.unary_test(tests::assure.feel_tests, input, context), wanted, format('%s: %s of %s', n, tests, input)) FROM given ORDER BY n;
SELECT is(assure.unary_test('5', '5'), true, 'without a context');
SELECT is(assure.unary_test(NULL, '5'), NULL, 'NULL tests');
SELECT is(assure.unary_test('5', '5', NULL), NULL, 'NULL context');
SELECT is(t.fails($$SELECT '1 +'::assure.feel_tests$$), 'AS301 FEEL unary tests: a value expected, the text ends', 'checked on input');
SELECT is(t.fails($$SELECT '? > 1'::assure.feel$$), 'AS301 FEEL expression: ? is for unary tests only', '? is for tests');
SELECT is(t.fails($$SELECT '-, 1'::assure.feel_tests$$), 'AS301 FEEL unary tests: a value expected, not ","', '- stands alone');
SELECT * FROM finish();
ROLLBACK;
