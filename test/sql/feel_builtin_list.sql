\set ECHO none
-- FEEL's functions on lists and contexts, beside PostgreSQL's aggregates and arrays over random lists.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/feel_cases.psql
SELECT plan(14);

INSERT INTO cases (e, wanted) VALUES
 ('count([])', '0'), ('count([null])', '1'), ('count("a")', '1'), ('count(1, 2, 3)', '3'), ('min([2])', '2'), ('min([@"PT2H", @"P1D"])', '"PT2H"'), ('max([@"10:00:00", @"09:00:00"])', '"10:00:00"'), ('max("a", "B")', '"a"'),
 ('sum([1])', '1'), ('sum(1, 2)', '3'), ('sum([0.1, 0.2, 0.3])', '0.6'), ('mean([1, 2])', '1.5'), ('mean([1, 1, 2])', '1.333333333333333333333333333333333'), ('product([2, -3])', '-6'), ('product([5, 0])', '0'),
 ('median([3, 1, 2])', '2'), ('median([4, 1])', '2.5'), ('median(5)', '5'), ('stddev([1, 1])', '0'), ('stddev(2, 4)', '1.414213562373095048801688724209698'), ('mode([])', '[]'), ('mode([1.0, 1, 2])', '[1]'), ('mode([3, 1, 2])', '[1, 2, 3]'),
 ('list contains([], null)', 'false'), ('list contains([1, 2], "1")', 'false'), ('list contains([[1], {a: 1}], {a: 1})', 'true'), ('list contains([1.0], 1)', 'true'), ('list contains([null], null)', 'true'), ('list contains(1, 1)', 'true'),
 ('sublist([1, 2, 3], 1)', '[1, 2, 3]'), ('sublist([1, 2, 3], -2, 1)', '[2]'), ('sublist([1, 2, 3], 3)', '[3]'), ('append([], null)', '[null]'), ('append([1], [2])', '[1, [2]]'), ('append(1, 2)', '[1, 2]'), ('concatenate([], [])', '[]'), ('concatenate([1], [[2]], [3])', '[1, [2], 3]'),
 ('insert before([1, 2], -1, 0)', '[1, 0, 2]'), ('insert before([1], 1, null)', '[null, 1]'), ('remove([1], 1)', '[]'), ('remove([1, 2, 3], 2)', '[1, 3]'), ('list replace([1, 2], -1, null)', '[1, null]'), ('list replace([1, 2, 3], function(item, newItem) item > 1, 0)', '[1, 0, 0]'), ('list replace([], function(item, newItem) true, 0)', '[]'),
 ('reverse([])', '[]'), ('reverse([1, [2, 3]])', '[[2, 3], 1]'), ('index of([], 1)', '[]'), ('index of([null, 1, null], null)', '[1, 3]'), ('union([], [])', '[]'), ('union([1, 1], [1.0, "1"])', '[1, "1"]'),
 ('distinct values([])', '[]'), ('distinct values([null, null, 1, null])', '[null, 1]'), ('distinct values([[1], [1.0], {a: 1, b: 2}, {b: 2, a: 1}])', '[[1], {"a": 1, "b": 2}]'),
 ('distinct values([@"2024-01-01", @"2024-01-01T00:00:00Z", @"2024-01-01T08:00:00+08:00", @"P1D", @"PT24H", @"P1Y", @"P12M"])', '["2024-01-01", "P1D", "P1Y"]'),
 ('flatten([])', '[]'), ('flatten([[], [[]]])', '[]'), ('flatten([1, [null, [2]], "a"])', '[1, null, 2, "a"]'), ('flatten(1)', '[1]'),
 ('sort([])', '[]'), ('sort([2, 1])', '[1, 2]'), ('sort([], function(x, y) x < y)', '[]'), ('sort(["b", "a"], function(x, y) string length(x) < string length(y))', '["b", "a"]'), ('sort([{a: 2}, {a: 1}], function(x, y) x.a < y.a)', '[{"a": 1}, {"a": 2}]'),
 ('get value({a: null}, "a")', 'null'), ('get value({"a b": 1}, "a b")', '1'), ('get entries({})', '[]'), ('context([])', '{}'), ('context({key: "a", value: null})', '{"a": null}'), ('context([{key: "", value: [1]}])', '{"": [1]}'), ('context(entries: [{value: 1, key: "a", more: 2}])', '{"a": 1}'),
 ('context(get entries({a: 1, b: {c: 2}}))', '{"a": 1, "b": {"c": 2}}'), ('context put({}, "a", null)', '{"a": null}'), ('context put({a: 1}, "a", 2)', '{"a": 2}'), ('context put({a: 1}, ["b"], 2)', '{"a": 1, "b": 2}'), ('context put({a: {b: {c: 1}}}, ["a", "b", "c"], 2)', '{"a": {"b": {"c": 2}}}'),
 ('context put({a: {}}, ["a", "b"], 2)', '{"a": {"b": 2}}'), ('context merge([])', '{}'), ('context merge([{}, {a: 1}, {}])', '{"a": 1}'), ('context merge({a: 1})', '{"a": 1}'), ('context merge([{a: {b: 1}}, {a: {c: 2}}])', '{"a": {"c": 2}}'),
 ('string(context merge([{b: 1, a: 2}, {c: 3, b: 4}]))', '"{b: 4, a: 2, c: 3}"'),
 ('all([])', 'true'), ('any([])', 'false'), ('all([null, false])', 'false'), ('all([null, true])', 'null'), ('any([null, true])', 'true'), ('any([null, false])', 'null'), ('all(true, false)', 'false');
SELECT is_empty($$SELECT pg_temp.wrong_cases()$$, 'lists and contexts');
TRUNCATE cases;
INSERT INTO cases (e, wanted) SELECT e, 'null' FROM (VALUES
 ('count(null)'), ('min([])'), ('max([])'), ('min([1, "a"])'), ('min([1, null])'), ('max([null])'), ('max([true, false])'), ('max([[1], [2]])'), ('min(@"2024-01-01", @"10:00:00")'), ('sum([])'), ('sum([1, null])'), ('sum([1, "2"])'), ('sum(null)'), ('sum([[1]])'), ('mean([])'), ('product([])'),
 ('median([])'), ('stddev([])'), ('stddev([1])'), ('stddev([1, null])'), ('mode([1, "1"])'), ('mode(null)'), ('sum([9e6144, 9e6144])'), ('product([1e4000, 1e4000])'),
 ('sublist([1, 2, 3], 0)'), ('sublist([1, 2, 3], 4)'), ('sublist([1, 2, 3], -4)'), ('sublist([1, 2, 3], 2, 3)'), ('sublist([1, 2, 3], 1, 0)'), ('sublist([], 1)'), ('insert before([1], 0, 2)'), ('insert before([1], 2, 2)'), ('insert before([], 1, 2)'), ('remove([], 1)'), ('remove([1], 0)'), ('remove([1], -2)'), ('remove([1], "1")'), ('remove([1], 1e30)'),
 ('list replace([1], 2, 0)'), ('list replace([1], 0, 0)'), ('list replace([1], function(a) true, 0)'), ('list replace([1], function(a, b) 1, 0)'), ('list replace([1], null, 0)'), ('sort([1, "a"])'), ('sort([null, 1])'), ('sort([2, 1], function(x) true)'), ('sort([2, 1], function(x, y) 1)'), ('sort([2, 1], "<")'), ('sort([{a: 1}, {a: 2}])'),
 ('get value({a: 1}, "b")'), ('get value({a: 1}, 1)'), ('get value([1], "a")'), ('get entries(1)'), ('context([{key: "a", value: 1}, {key: "a", value: 2}])'), ('context([{key: 1, value: 1}])'), ('context([{key: "a"}])'), ('context([{value: 1}])'), ('context([1])'), ('context(null)'),
 ('context put(null, "a", 1)'), ('context put({}, null, 1)'), ('context put({}, 1, 1)'), ('context put({}, [], 1)'), ('context put({a: 1}, ["a", "b"], 2)'), ('context put({}, ["a", "b"], 2)'), ('context put({}, ["a", 1], 2)'), ('context merge([{}, null])'), ('context merge([1])'), ('context merge(null)')) v(e);
SELECT is_empty($$SELECT pg_temp.wrong_cases()$$, 'what has no result');
TRUNCATE cases;
-- limits, not time: a long list without equal items
INSERT INTO cases (e, wanted) VALUES ('count(distinct values(for i in 1..100000 return i / 3))', '100000'), ('count(distinct values(for i in 1..20000 return {a: i, b: [i]}))', '20000'), ('count(distinct values(for i in 1..20000 return @"2024-01-01" + @"P1D" * i))', '20000'),
 ('sort(for i in 1..100000 return -i)[1]', '-100000'), ('count(context(for i in 1..50000 return {key: string(i), value: i}))', '1'), ('count(get entries(context merge(for i in 1..50000 return context put({}, string(modulo(i, 100)), i))))', '100'),
 ('string length(string join(for i in 1..100000 return "ab", ","))', '299999');
SELECT is_empty($$SELECT pg_temp.wrong_cases()$$, 'long lists');

SELECT setseed(0.75);
CREATE TEMP TABLE list AS
    SELECT i, (SELECT coalesce(jsonb_agg(CASE WHEN random() < 0.5 THEN trunc(random() * 6)::int ELSE round((random() * 20 - 10)::numeric, 1) END), '[]') FROM generate_series(1, trunc(random() * 12)::int + 0 * i)) AS l, 1 + trunc(random() * 10)::int AS p FROM generate_series(1, 2000) i;
CREATE TEMP VIEW item AS SELECT i, p, n, x::numeric AS x FROM list, jsonb_array_elements_text(l) WITH ORDINALITY e(x, n);
CREATE FUNCTION pg_temp.got(e text, l jsonb, p int) RETURNS jsonb LANGUAGE sql AS $$ SELECT assure.eval(e::assure.feel, jsonb_build_object('l', l, 'p', p)) $$;
CREATE FUNCTION pg_temp.items(e text, l jsonb, p int) RETURNS numeric[] LANGUAGE sql AS $$ SELECT array_agg(x::numeric ORDER BY n) FROM jsonb_array_elements_text(pg_temp.got(e, l, p)) WITH ORDINALITY v(x, n) $$;
SELECT is_empty($$SELECT l FROM list JOIN LATERAL (SELECT count(x) AS c, min(x) AS a, max(x) AS b, sum(x) AS s FROM item WHERE item.i = list.i) w ON true
    WHERE pg_temp.got('[count(l), min(l), max(l), sum(l)]', l, p) <> jsonb_build_array(c, a, b, s)$$, 'count, min, max, sum');
SELECT is_empty($$SELECT l FROM list JOIN LATERAL (SELECT avg(x) AS a, stddev_samp(x) AS s, percentile_cont(0.5) WITHIN GROUP (ORDER BY x)::numeric AS m FROM item WHERE item.i = list.i) w ON true
    WHERE abs((pg_temp.got('mean(l)', l, p))::numeric - a) > 1e-15 OR abs((pg_temp.got('stddev(l)', l, p))::numeric - s) > 1e-15 OR abs((pg_temp.got('median(l)', l, p))::numeric - m) > 1e-13
       OR (pg_temp.got('stddev(l)', l, p) IS NULL) <> (s IS NULL) OR (pg_temp.got('mean(l)', l, p) IS NULL) <> (a IS NULL)$$, 'mean, stddev, median');
SELECT is_empty($$SELECT l FROM list JOIN LATERAL (SELECT array_agg(x ORDER BY x) AS w FROM (SELECT x, count(*) AS c, max(count(*)) OVER () AS m FROM item WHERE item.i = list.i GROUP BY x) g WHERE c = m) w ON true
    WHERE pg_temp.items('mode(l)', l, p) IS DISTINCT FROM w$$, 'mode');
SELECT is_empty($$SELECT l FROM list JOIN LATERAL (SELECT array_agg(x ORDER BY x) AS u, array_agg(x ORDER BY x DESC) AS d, array_agg(x ORDER BY n DESC) AS r FROM item WHERE item.i = list.i) w ON true
    WHERE pg_temp.items('sort(l)', l, p) IS DISTINCT FROM u OR pg_temp.items('sort(l, function(x, y) x > y)', l, p) IS DISTINCT FROM d OR pg_temp.items('reverse(l)', l, p) IS DISTINCT FROM r$$, 'sort, reverse');
SELECT is_empty($$SELECT l FROM list JOIN LATERAL (SELECT array_agg(n::numeric ORDER BY trunc(x), n) AS w FROM item WHERE item.i = list.i) w ON true
    WHERE pg_temp.items('for e in sort(for i in 1..count(l) return {n: i, x: round down(l[i], 0)}, function(a, b) a.x < b.x) return e.n', l, p) IS DISTINCT FROM w AND l <> '[]'$$, 'sorting keeps the order of equals');
SELECT is_empty($$SELECT l FROM list JOIN LATERAL (SELECT array_agg(x ORDER BY n) AS w FROM (SELECT x, min(n) AS n FROM item WHERE item.i = list.i GROUP BY x) g) w ON true WHERE pg_temp.items('distinct values(l)', l, p) IS DISTINCT FROM w$$, 'distinct values');
SELECT is_empty($$SELECT l, p FROM list JOIN LATERAL (SELECT array_agg(n::numeric ORDER BY n) AS w FROM item WHERE item.i = list.i AND x = item.p) w ON true WHERE pg_temp.items('index of(l, p)', l, p) IS DISTINCT FROM w$$, 'index of');
SELECT is_empty($$SELECT l, p FROM list JOIN LATERAL (SELECT coalesce(array_agg(x ORDER BY n), '{}') AS a FROM item WHERE item.i = list.i) w ON true
    WHERE pg_temp.items('sublist(l, p)', l, p) IS DISTINCT FROM CASE WHEN p <= cardinality(a) THEN a[p:] END OR pg_temp.items('sublist(l, p, 2)', l, p) IS DISTINCT FROM CASE WHEN p + 1 <= cardinality(a) THEN a[p:p + 1] END$$, 'sublist');
SELECT is_empty($$SELECT l, p FROM list JOIN LATERAL (SELECT coalesce(array_agg(x ORDER BY n), '{}') AS a FROM item WHERE item.i = list.i) w ON true
    WHERE coalesce(pg_temp.items('remove(l, p)', l, p), '{}') IS DISTINCT FROM CASE WHEN p <= cardinality(a) THEN a[:p - 1] || a[p + 1:] ELSE '{}' END
       OR pg_temp.items('insert before(l, p, 99)', l, p) IS DISTINCT FROM CASE WHEN p <= cardinality(a) THEN a[:p - 1] || 99::numeric || a[p:] END
       OR pg_temp.items('list replace(l, p, 99)', l, p) IS DISTINCT FROM CASE WHEN p <= cardinality(a) THEN a[:p - 1] || 99::numeric || a[p + 1:] END$$, 'remove, insert before, list replace');
SELECT is_empty($$SELECT l FROM list WHERE pg_temp.items('concatenate(l, l)', l, p) IS DISTINCT FROM pg_temp.items('l', l, p) || pg_temp.items('l', l, p) OR pg_temp.got('union(l, l) = distinct values(l)', l, p) <> 'true'
    OR pg_temp.got('flatten([l, [l]]) = concatenate(l, l)', l, p) <> 'true' OR pg_temp.got('list contains(l, p)', l, p) <> to_jsonb(EXISTS (SELECT FROM item WHERE item.i = list.i AND x = list.p))$$, 'concatenate, union, flatten, list contains');
SELECT is(assure.eval('context merge(for i in 1..3 return context put({}, string(i), i))', '{}'), '{"1": 1, "2": 2, "3": 3}', 'contexts made in a loop');

SELECT * FROM finish();
ROLLBACK;
