\set ECHO none
-- FEEL's functions: what their page shows is so; null, other kinds, too few and too many arguments are null.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/feel_cases.psql
SELECT plan(10);
\set page `cat docs/feel-functions.md`

INSERT INTO cases (e, wanted)
    SELECT m[1], m[2] FROM regexp_split_to_table(:'page', E'\n') line, regexp_matches(line, '\| `([^`]+)` = `([^`]+)` \|$') m;
SELECT cmp_ok((SELECT count(*) FROM cases), '>', 120::bigint, 'the page has examples');
SELECT is_empty($$SELECT pg_temp.wrong_cases()$$, 'and they are real');
TRUNCATE cases;

-- A call of each signature that has a result, its arguments with their names.
CREATE TEMP TABLE call (n serial, name text, names text[], args text[], any_kind int[] DEFAULT '{}', rest boolean DEFAULT false);
INSERT INTO call (name, names, args, any_kind, rest) VALUES
 ('substring', '{string,start position,length}', '{"\"foobar\"",3,3}', '{}', false), ('string length', '{string}', '{"\"foo\""}', '{}', false),
 ('upper case', '{string}', '{"\"foo\""}', '{}', false), ('lower case', '{string}', '{"\"FOO\""}', '{}', false),
 ('substring before', '{string,match}', '{"\"foobar\"","\"bar\""}', '{}', false), ('substring after', '{string,match}', '{"\"foobar\"","\"foo\""}', '{}', false),
 ('contains', '{string,match}', '{"\"foobar\"","\"oba\""}', '{}', false), ('starts with', '{string,match}', '{"\"foobar\"","\"foo\""}', '{}', false), ('ends with', '{string,match}', '{"\"foobar\"","\"bar\""}', '{}', false),
 ('matches', '{input,pattern,flags}', '{"\"foobar\"","\"O+\"","\"i\""}', '{3}', false), ('replace', '{input,pattern,replacement,flags}', '{"\"foobar\"","\"O+\"","\"0\"","\"i\""}', '{4}', false),
 ('split', '{string,delimiter}', '{"\"a,b\"","\",\""}', '{}', false), ('string join', '{list,delimiter}', '{"[\"a\", \"b\"]","\"-\""}', '{2}', false),
 ('number', '{from,grouping separator,decimal separator}', '{"\"1,000.5\"","\",\"","\".\""}', '{2,3}', false), ('number', '{from}', '{"\"1.5\""}', '{}', false), ('string', '{from}', '{5}', '{1}', false),
 ('date', '{from}', '{"\"2024-02-29\""}', '{}', false), ('date', '{year,month,day}', '{2024,2,29}', '{}', false),
 ('time', '{from}', '{"\"10:00:00\""}', '{}', false), ('time', '{hour,minute,second,offset}', '{10,30,0,"@\"PT8H\""}', '{4}', false),
 ('date and time', '{from}', '{"\"2024-02-29T10:00:00\""}', '{}', false), ('date and time', '{date,time}', '{"@\"2024-02-29\"","@\"10:00:00\""}', '{}', false),
 ('date and time', '{year,month,day,hour,minute,second}', '{2024,2,29,10,0,0}', '{}', false), ('date and time', '{year,month,day,hour,minute,second,timezone}', '{2024,2,29,10,0,0,"\"Asia/Shanghai\""}', '{}', false),
 ('duration', '{from}', '{"\"P1D\""}', '{}', false), ('years and months duration', '{from,to}', '{"@\"2020-01-01\"","@\"2024-02-29\""}', '{}', false),
 ('day of year', '{date}', '{"@\"2024-02-29\""}', '{}', false), ('day of week', '{date}', '{"@\"2024-02-29\""}', '{}', false), ('month of year', '{date}', '{"@\"2024-02-29\""}', '{}', false), ('week of year', '{date}', '{"@\"2024-02-29\""}', '{}', false),
 ('decimal', '{n,scale}', '{1.25,1}', '{}', false), ('floor', '{n,scale}', '{1.25,1}', '{}', false), ('ceiling', '{n,scale}', '{1.25,1}', '{}', false), ('round up', '{n,scale}', '{1.25,1}', '{}', false),
 ('round down', '{n,scale}', '{1.25,1}', '{}', false), ('round half up', '{n,scale}', '{1.25,1}', '{}', false), ('round half down', '{n,scale}', '{1.25,1}', '{}', false),
 ('abs', '{n}', '{-1}', '{}', false), ('modulo', '{dividend,divisor}', '{12,5}', '{}', false), ('sqrt', '{number}', '{4}', '{}', false), ('log', '{number}', '{1}', '{}', false), ('exp', '{number}', '{0}', '{}', false),
 ('odd', '{number}', '{1}', '{}', false), ('even', '{number}', '{1}', '{}', false),
 ('not', '{negand}', '{true}', '{}', false), ('all', '{list}', '{"[true]"}', '{}', true), ('any', '{list}', '{"[true]"}', '{}', true),
 ('list contains', '{list,element}', '{"[1, 2]",2}', '{1,2}', false), ('count', '{list}', '{"[1, 2]"}', '{1}', true), ('min', '{list}', '{"[1, 2]"}', '{1}', true), ('max', '{list}', '{"[1, 2]"}', '{1}', true),
 ('sum', '{list}', '{"[1, 2]"}', '{}', true), ('mean', '{list}', '{"[1, 2]"}', '{}', true), ('product', '{list}', '{"[1, 2]"}', '{}', true), ('median', '{list}', '{"[1, 2]"}', '{}', true),
 ('stddev', '{list}', '{"[1, 2]"}', '{}', true), ('mode', '{list}', '{"[1, 2]"}', '{}', true),
 ('sublist', '{list,start position,length}', '{"[1, 2, 3]",2,1}', '{1}', false), ('insert before', '{list,position,newItem}', '{"[1, 2]",1,0}', '{1,3}', false), ('remove', '{list,position}', '{"[1, 2]",1}', '{1}', false),
 ('list replace', '{list,position,newItem}', '{"[1, 2]",1,0}', '{1,3}', false), ('list replace', '{list,match,newItem}', '{"[1, 2]","function(a, b) a > b",0}', '{1,3}', false),
 ('reverse', '{list}', '{"[1, 2]"}', '{1}', false), ('index of', '{list,match}', '{"[1, 2]",2}', '{1,2}', false), ('distinct values', '{list}', '{"[1, 1]"}', '{1}', false), ('flatten', '{list}', '{"[[1]]"}', '{1}', false),
 ('sort', '{list,precedes}', '{"[1, 2]","function(a, b) a > b"}', '{1}', false),
 ('before', '{point1,point2}', '{1,2}', '{}', false), ('before', '{range1,range2}', '{"[1..2]","[3..4]"}', '{}', false), ('before', '{point,range}', '{1,"[3..4]"}', '{}', false), ('before', '{range,point}', '{"[1..2]",3}', '{}', false),
 ('after', '{point1,point2}', '{1,2}', '{}', false), ('after', '{range1,range2}', '{"[1..2]","[3..4]"}', '{}', false), ('meets', '{range1,range2}', '{"[1..3]","[3..4]"}', '{}', false), ('met by', '{range1,range2}', '{"[3..4]","[1..3]"}', '{}', false),
 ('overlaps', '{range1,range2}', '{"[1..3]","[3..4]"}', '{}', false), ('overlaps before', '{range1,range2}', '{"[1..3]","[3..4]"}', '{}', false), ('overlaps after', '{range1,range2}', '{"[1..3]","[3..4]"}', '{}', false),
 ('finishes', '{point,range}', '{3,"[1..3]"}', '{}', false), ('finishes', '{range1,range2}', '{"[2..3]","[1..3]"}', '{}', false), ('finished by', '{range,point}', '{"[1..3]",3}', '{}', false),
 ('includes', '{range,point}', '{"[1..3]",2}', '{}', false), ('includes', '{range1,range2}', '{"[1..3]","[2..3]"}', '{}', false), ('during', '{point,range}', '{2,"[1..3]"}', '{}', false),
 ('starts', '{point,range}', '{1,"[1..3]"}', '{}', false), ('started by', '{range,point}', '{"[1..3]",1}', '{}', false), ('coincides', '{point1,point2}', '{1,1}', '{}', false), ('coincides', '{range1,range2}', '{"[1..3]","[1..3]"}', '{}', false),
 ('range', '{from}', '{"\"[1..3]\""}', '{}', false),
 ('get value', '{m,key}', '{"{a: 1}","\"a\""}', '{}', false), ('get entries', '{m}', '{"{a: 1}"}', '{}', false), ('context', '{entries}', '{"[{key: \"a\", value: 1}]"}', '{}', false),
 ('context put', '{context,key,value}', '{"{a: 1}","\"b\"",1}', '{3}', false), ('context put', '{context,keys,value}', '{"{a: {b: 1}}","[\"a\", \"b\"]",1}', '{3}', false), ('context merge', '{contexts}', '{"[{a: 1}]"}', '{}', false);
CREATE FUNCTION pg_temp.call(name text, args text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT name || '(' || array_to_string(args, ', ') || ')' $$;
CREATE FUNCTION pg_temp.named(name text, names text[], args text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT name || '(' || string_agg(n || ': ' || a, ', ' ORDER BY i DESC) || ')' FROM unnest(names, args) WITH ORDINALITY u(n, a, i) $$;

SELECT is_empty($$SELECT pg_temp.call(name, args) FROM call WHERE pg_temp.value(pg_temp.call(name, args)) IN ('null') OR pg_temp.value(pg_temp.call(name, args)) ~ '^AS'$$, 'each call has a result');
-- before(range, point) and before(point, range) have the same names: there the order says which is meant
SELECT is_empty($$SELECT pg_temp.named(name, names, args) FROM call WHERE name <> 'before' AND pg_temp.value(pg_temp.named(name, names, args)) <> pg_temp.value(pg_temp.call(name, args))$$, 'by name, in any order, it is the same');
INSERT INTO cases (e, wanted) SELECT pg_temp.call(name, args[:i - 1] || 'null'::text || args[i + 1:]), 'null' FROM call, generate_series(1, cardinality(args)) i WHERE i <> ALL (any_kind) ORDER BY n, i;
SELECT is_empty($$SELECT pg_temp.wrong_cases()$$, 'null in, null out');
TRUNCATE cases;
-- a function of no parameters is of no function's kinds
INSERT INTO cases (e, wanted) SELECT pg_temp.call(name, args[:i - 1] || other || args[i + 1:]), 'null' FROM call, generate_series(1, cardinality(args)) i, unnest('{"function() 1","[function() 1, 2]"}'::text[]) other WHERE i <> ALL (any_kind) ORDER BY n, i, other;
SELECT is_empty($$SELECT pg_temp.wrong_cases()$$, 'another kind in, null out');
TRUNCATE cases;
INSERT INTO cases (e, wanted) SELECT pg_temp.call(name, args || 'function() 1'::text), 'null' FROM call WHERE NOT rest ORDER BY n;
SELECT is_empty($$SELECT pg_temp.wrong_cases()$$, 'an argument too many');
TRUNCATE cases;
INSERT INTO cases (e, wanted) SELECT name || '()', 'null' FROM call ORDER BY n;
SELECT is_empty($$SELECT pg_temp.wrong_cases()$$, 'no argument');
TRUNCATE cases;
INSERT INTO cases (e, wanted) SELECT pg_temp.named(name, names[:i - 1] || 'nonsense'::text || names[i + 1:], args), 'null' FROM call, generate_series(1, cardinality(args)) i ORDER BY n, i;
SELECT is_empty($$SELECT pg_temp.wrong_cases()$$, 'a name that is none of the parameters');
TRUNCATE cases;
INSERT INTO cases (e, wanted) SELECT e, 'null' FROM (VALUES ('now(1)'), ('today(null)'), ('append(null, 1)'), ('concatenate([1], null)'), ('union(null, [1])'), ('nonsense(1)'), ('is(1, 1, 1)'), ('not(1, 2)')) v(e);
INSERT INTO cases (e, wanted) VALUES ('before(range: [1..2], point: 3)', 'true'), ('before(point: 3, range: [1..2])', 'false'), ('after(range: [1..2], point: 0)', 'true'), ('after(point: 0, range: [1..2])', 'false');
SELECT is_empty($$SELECT pg_temp.wrong_cases()$$, 'the others');

SELECT * FROM finish();
ROLLBACK;
