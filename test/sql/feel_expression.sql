\set ECHO none
-- What FEEL expressions give: every kind of expression, and null where things do not go together.
BEGIN;
\i test/sql-common/setup.psql
CREATE TEMP TABLE given (n serial, expression text, wanted text, context jsonb DEFAULT '{}');
-- arithmetic
INSERT INTO given (expression, wanted) VALUES
 ('1 + 2 * 3', '7'), ('(1 + 2) * 3', '9'), ('10 - 4 - 3', '3'), ('2 ** 3 ** 2', '64'), ('-5 ** 2', '25'), ('- - 5', '5'), ('10+--5', '15'),
 ('0.1 + 0.2', '0.3'), ('1 / 3', '0.3333333333333333333333333333333333'), ('1 / 0', NULL), ('12345678901234567890123456789012345 / 5', '2469135780246913578024691357802468'),
 ('.5 * 2', '1'), ('1.23e4', '12300'), ('1 + "a"', NULL), ('"a" + "b"', '"ab"'), ('"a" - "b"', NULL), ('1 + null', NULL), ('10 ** [10]', NULL), ('-"a"', NULL),
 ('9223372036854775807 + 1', '9223372036854775808'), ('99999999999999999999 * 99999999999999999999', '9999999999999999999800000000000000000000'),
-- comparison
 ('1 = 1.0', 'true'), ('1 != 2', 'true'), ('1 = "1"', NULL), ('null = null', 'true'), ('1 = null', 'false'), ('1 < 2', 'true'), ('"a" < "b"', 'true'), ('1 < "b"', NULL),
 ('[1,2] = [1,2]', 'true'), ('[1,2] = [2,1]', 'false'), ('{a: 1, b: 2} = {b: 2, a: 1}', 'true'), ('{} = []', NULL), ('[1..3] = [1..3]', 'true'), ('[1..3] = [1..3)', 'false'),
 ('(< 10) = (null..10)', 'false'), ('(= 10).start', '10'), ('(function() 1) = (function() 1)', 'false'), ('count = count', 'true'), ('max = min', 'false'),
 ('5 between 1 and 10', 'true'), ('5 between 6 and 10', 'false'), ('5 between "a" and 10', NULL), ('5 between 1 and 10 and true', 'true'),
-- in
 ('5 in [1..5)', 'false'), ('5 in [1..5]', 'true'), ('5 in ]4..5]', 'true'), ('5 in (1, 5, 7)', 'true'), ('5 in (< 3, > 7)', 'false'), ('5 in > 3', 'true'), ('5 in (> 3)', 'true'),
 ('5 in [1,5]', 'true'), ('5 in ([1..3], [4..6])', 'true'), ('5 in [[1..3], [4..6]]', 'true'), ('[1] in [[1], [2]]', 'true'), ('5 in ((1..6))', 'true'), ('5 in (2 + 3)', 'true'),
 ('5 in (2 + 3) * 2', 'false'), ('null in null', 'true'), ('5 in "a"', NULL), ('5 in [1..10[', 'true'), ('10 in [1..10[', 'false'), ('if 10 in [1..10[ then 1 else 2', '2'), ('2 in [1..[3][1]]', 'true'),
-- logic in three values
 ('true and null', NULL), ('false and null', 'false'), ('null and false', 'false'), ('true or null', 'true'), ('null or false', NULL), ('1 and true', NULL), ('"x" or true', 'true'),
 ('true and true or false', 'true'), ('not(true)', 'false'), ('not(null)', NULL), ('not(1)', NULL), ('all([true, null, false])', 'false'), ('all([true, null])', NULL), ('any([])', 'false'), ('all([])', 'true'),
-- if, for, some, every
 ('if true then 1 else 2', '1'), ('if null then 1 else 2', '2'), ('if "x" then 1 else 2', '2'), ('if 1 > 2 then 1 else if 2 > 1 then 3 else 4', '3'),
 ('for i in 1..4 return i * i', '[1, 4, 9, 16]'), ('for i in 3..1 return i', '[3, 2, 1]'), ('for i in [1..3] return i', '[1, 2, 3]'), ('for i in (1..3) return i', '[2]'), ('for x in [1,2], y in [x, 10] return x * y', '[1, 10, 4, 20]'),
 ('for i in 0..4 return if i = 0 then 1 else i * partial[-1]', '[1, 1, 2, 6, 24]'), ('for i in [] return i', '[]'), ('for i in 5 return i', '[5]'), ('for i in null return i', NULL), ('for i in 1.5..3 return i', NULL),
 ('for d in @"2024-02-28"..@"2024-03-01" return d', '["2024-02-28", "2024-02-29", "2024-03-01"]'),
 ('some x in [1,2,3] satisfies x > 2', 'true'), ('every x in [1,2,3] satisfies x > 2', 'false'), ('some x in [] satisfies true', 'false'), ('every x in [] satisfies false', 'true'), ('some x in [1,null] satisfies x > 2', NULL), ('some x in [3,null] satisfies x > 2', 'true'),
 ('(for f in (for i in 1..3 return function(x) x * i) return f(10))', '[10, 20, 30]'),
-- lists and filters
 ('[1,2,3][2]', '2'), ('[1,2,3][-1]', '3'), ('[1,2,3][0]', NULL), ('[1,2,3][4]', NULL), ('[1,2,3][1.5]', NULL), ('[1,2,3][item > 1]', '[2, 3]'), ('[][1]', NULL), ('[][item > 1]', '[]'), ('5[1]', '5'), ('5[item > 6]', '[]'),
 ('null[1]', NULL), ('[1,2,3][null]', '[]'), ('[{x: 1, y: 2}, {x: null, y: 3}][x < 2]', '[{"x": 1, "y": 2}]'), ('[{x: 1}, {y: 3}][x < 2]', '[{"x": 1}]'), ('[{item: 1}, {item: 2}][item >= 2]', '[{"item": 2}]'),
 ('[{a: {b: 1}}, {a: {b: [2.1, 2.2]}}, {a: {b: 3}}].a.b', '[1, [2.1, 2.2], 3]'), ('[[1,2],[3]][1][2]', '2'), ('{l: [1,2,3]}.l[item >= 2][1]', '2'),
-- contexts
 ('{a: 1, b: a + 1}', '{"a": 1, "b": 2}'), ('{a: 1}.a', '1'), ('{a: 1}.b', NULL), ('{"a b": 1, c: a b + 1}.c', '2'), ('{foo bar: 1}.foo bar', '1'), ('{a-b: 3, c: a-b * 2}.c', '6'), ('{"": 1}', '{"": 1}'), ('{}', '{}'), ('{a: 1, a: 2}', NULL), ('{a: 1, b: 2, "a": b}', NULL), ('{a: {a: 1}}.a.a', '1'),
 ('{f: function(n) if n < 2 then 1 else n * f(n - 1), r: f(20)}.r', '2432902008176640000'), ('get value({a b: 1}, "a b")', '1'), ('get entries({a: 1})', '[{"key": "a", "value": 1}]'),
-- functions
 ('(function(a, b) a - b)(5, 3)', '2'), ('(function(a, b) a - b)(b: 5, a: 3)', '-2'), ('(function(a: string) a)(1)', NULL), ('(function(a: number) a)([1])', '1'), ('(function(a: list<number>) a)(1)', '[1]'), ('(function(a) a)()', NULL), ('(function(a) a)(1, 2)', NULL),
 ('(function(a) a)(x: 1)', NULL), ('1(2)', NULL), ('{add: function(x) function(y) x + y}.add(2)(3)', '5'), ('(function() external {java: {class: "x", method signature: "y"}})()', NULL), ('(function(d: date and time) d)(@"2024-01-01")', '"2024-01-01T00:00:00Z"'),
 ('substring(string: "foobar", start position: 3)', '"obar"'), ('substring("foobar", 3, 2)', '"ob"'), ('string length("\uD83D\uDCA9\U01F40E\t")', '3'), ('abs(m: 1)', NULL), ('sum([1,2],3)', NULL), ('sum(1,2,3)', '6'), ('sort([3,1,2], function(x,y) x < y)', '[1, 2, 3]'),
-- kinds
 ('1 instance of number', 'true'), ('null instance of Any', 'false'), ('[1] instance of list<number>', 'true'), ('["a"] instance of list<number>', 'false'), ('{a: 1, b: 2} instance of context<a: number>', 'true'), ('{a: 1} instance of context<a: string>', 'false'),
 ('[1..2] instance of range<number>', 'true'), ('(function(a: string) 1) instance of function<string>->number', 'true'), ('(function(a) 1) instance of function<>->Any', 'false'), ('@"P1D" instance of days and time duration', 'true'), ('@"P1Y" instance of days and time duration', 'false'),
-- dates and times
 ('date("2024-02-29") + @"P1Y"', '"2025-02-28"'), ('@"2024-03-31" - @"P1M"', '"2024-02-29"'), ('@"2024-03-01" - @"2024-02-01"', '"P29D"'), ('@"10:00:00" + @"PT15H"', '"01:00:00"'), ('@"2024-01-01T10:00:00Z" < @"2024-01-01T10:00:00-01:00"', 'true'),
 ('@"P1D" * 2', '"P2D"'), ('@"P1Y" / 2', '"P6M"'), ('@"P1D" / @"PT12H"', '2'), ('@"P1D" + 1', NULL), ('@"P1D" = @"P1Y"', NULL), ('@"nonsense"', NULL), ('@"2024-02-30"', NULL), ('@"2024-01-01".weekday', '1'), ('@"2024-01-01T10:20:30@Asia/Shanghai".time offset', '"PT8H"'),
 ('date and time("2024-01-01T10:20:30").hour', '10'), ('@"2024-01-01".hour', NULL), ('time("10:20:30").minute', '20'), ('-@"P1D"', '"-P1D"'),
-- strings and comments
 (E'"a\\nb"', '"a\nb"'), ('"\d"', '"\\d"'), ('"a\"b"', '"a\"b"'), (E'1 // one\n + 2', '3'), ('1 /* one */ + /* two */ 2', '3'), ('"// no comment"', '"// no comment"'),
 ('"[1..3]"', '"[1..3]"'), ('[1..3)', '"[1..3)"'), ('(>= @"2024-01-01")', '"(>=2024-01-01)"');
-- names of the context
INSERT INTO given (expression, wanted, context) VALUES
 ('a', '1', '{"a": 1}'), ('a', NULL, '{}'), ('a + b', '3', '{"a": 1, "b": 2}'), ('a+b', '7', '{"a": 1, "b": 2, "a+b": 7}'), ('a + b', '7', '{"a": 1, "b": 2, "a+b": 7}'), ('a - b', '8', '{"a - b": 8}'), ('a- b', '-1', '{"a": 1, "b": 2, "a- c": 7}'),
 ('first name + "!"', '"Li!"', '{"first name": "Li"}'), ('days in force > 3', 'true', '{"days in force": 4}'), ('days in force', 'true', '{"days": 4, "force": [4]}'), ('applicant''s age', '5', '{"applicant''s age": 5}'),
 ('claim.due-date', '5', '{"claim": {"due-date": 5}}'), ('claim.due-date', '3', '{"claim": {"due": 5}, "date": 2}'), ('lines[net-price > 3].net-price', '[4]', '{"lines": [{"net-price": 2}, {"net-price": 4}]}'),
 ('lines[item.net-price > 3].net-price', '[4]', '{"lines": [{"net-price": 2}, {"net-price": 4}]}'), ('for l in lines return l.net-price', '[2, 4]', '{"lines": [{"net-price": 2}, {"net-price": 4}]}'), ('{l: [{net-price: 3}], r: l[net-price > 2]}.r[1].net-price', '3', '{}'),
 ('people[age > min age].name', '["y"]', '{"people": [{"age": 5, "name": "x"}, {"age": 15, "name": "y"}], "min age": 10}'), ('a.b', '9', '{"a.b": 9, "a": {"b": 1}}'), ('date', '"x"', '{"date": "x"}'), ('count > 3', 'true', '{"count": 4}'), ('count([1])', '1', '{"count": 4}'),
 ('家庭.年龄', '3', '{"家庭": {"年龄": 3}}'), ('🐎 + 1', '2', '{"🐎": 1}'), ('line 2 total', '7', '{"line 2 total": 7}'), ('waiting for approval', '1', '{"waiting for approval": 1}'), ('x.true value + 1', '2', '{"x": {"true value": 1}}'), ('x.y.z', '1', '{"x": {"y": {"z": 1}}}'), ('x.y.z', NULL, '{"x": {"y": 1}}'), ('x', '{"a": [1, {"b": null}]}', '{"x": {"a": [1, {"b": null}]}}'),
 ('for a in a return a + 1', '[2, 3]', '{"a": [1, 2]}'), ('x[1].a', '1', '{"x": [{"a": 1}]}'), ('x.a', '[1, 2]', '{"x": [{"a": 1}, {"a": 2}]}'), ('claim.amount > 5000 and member.age in [18..60)', 'true', '{"claim": {"amount": 5000.01}, "member": {"age": 18}}'),
 ('x = y', 'true', '{"x": 1.10, "y": 1.1}'), ('x', '1234567890123456789012345678.9', '{"x": 1234567890123456789012345678.9}'), ('x + 0', '0.000000000000000000000001', '{"x": 0.000000000000000000000001}'), ('x', '-0.05', '{"x": -0.0500}'), ('x * 1', '1e30', '{"x": 1000000000000000000000000000000}'),
 ('count(x)', '2', '{"x": {"a": 1, "b": 2}}'), ('count(get entries(x))', '2', '{"x": {"a": 1, "b": 2}}'), ('x instance of number', 'true', '{"x": 1}');
UPDATE given SET wanted = '1' WHERE expression = 'count(x)';

SELECT plan((SELECT count(*) FROM given)::int + 14);
SELECT is(assure.eval(expression::assure.feel, context), wanted::jsonb, format('%s: %s', n, expression)) FROM given ORDER BY n;

-- one text, contexts of different shapes in one statement
SELECT is(string_agg(assure.eval('a-b', c)::text, ' ' ORDER BY i), '1 7 1 7 2', 'a text means what each context makes of it')
    FROM unnest('{"{\"a\":3,\"b\":2}","{\"a-b\":7}","{\"a\":3,\"b\":2}","{\"a\":1,\"b\":5,\"a-b\":7}","{\"a\":5,\"b\":3,\"c\":1}"}'::jsonb[]) WITH ORDINALITY x(c, i);
SELECT is(string_agg(assure.eval(e::assure.feel, '{"x": 5}')::text, ' ' ORDER BY e), '10 6 4', 'expressions from rows') FROM unnest('{x + 1,x * 2,x - 1}'::text[]) WITH ORDINALITY u(e, i) WHERE e IS NOT NULL;
SELECT is(assure.eval(NULL, '{}'), NULL, 'NULL expression');
SELECT is(assure.eval('1', NULL), NULL, 'NULL context');
SELECT is(assure.holds('x > 1', '{"x": 2}'), true, 'holds');
SELECT is(assure.holds('x > 1', '{"x": "a"}'), NULL, 'holds: neither true nor false');
SELECT is(assure.holds('x', '{"x": 1}'), NULL, 'holds: no boolean');
SELECT is(assure.eval_explain('x.y + 1', '{}')::text, '(,null,"{""there is no name \\""x\\"""",""null has no entry \\""y\\"""",""null + number is not defined""}")', 'the reasons for null');
SELECT is(assure.eval_explain('1 + 1', '{}')::text, '(2,number,{})', 'no null, no reasons');
SELECT is(assure.eval_explain('[1/0, "a" < 1, substring(1, 2)]', '{}')::text, '("[null, null, null]",list,"{""/ has no result: out of range, or division by zero"",""string < number is not defined"",""substring(number, number) is not defined""}")', 'reasons inside');
SELECT ok(assure.eval('now()', '{}') = assure.eval('now()', '{}'), 'now is the transaction''s');
SELECT is((SELECT string_agg(DISTINCT provolatile::text || proparallel::text, ',') FROM pg_proc WHERE pronamespace = 'assure'::regnamespace AND proname IN ('eval', 'holds', 'unary_test', 'eval_explain')), 'ss', 'stable, parallel safe');
SELECT is(format('%s', 'a  +  b // c'::assure.feel), 'a  +  b // c', 'the text stays as it was written');
SELECT is(assure.feel_send('1 + 1'), convert_to('1 + 1', 'UTF8'), 'sent as text');
SELECT * FROM finish();
ROLLBACK;
