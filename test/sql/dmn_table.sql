\set ECHO none
-- Decision tables: hit policies, outputs, tests, explained and checked.
BEGIN;
\i test/sql-common/setup.psql
SELECT plan(111);
-- t.table(policy, rules, outputs) deploys table T over a number N and a text S; t.ask(n, s) asks it.
CREATE FUNCTION t.table(policy text, rules jsonb, outputs jsonb DEFAULT '[{"name": "O"}]', inputs jsonb DEFAULT '[{"name": "N", "type": "number"}, {"name": "S", "type": "string"}]')
    RETURNS void LANGUAGE sql AS $$
    SELECT assure.deploy_model(assure.table_model(jsonb_build_object('name', 'T', 'hit_policy', policy, 'inputs', inputs, 'outputs', outputs, 'rules', rules))) $$;
CREATE FUNCTION t.ask(n numeric, s text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(assure.decide('T', 'T', jsonb_build_object('N', n, 'S', s))::text, 'null') $$;
CREATE FUNCTION t.checked() RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(kind || ' ' || rules::text || ' ' || region, '; ' ORDER BY kind, rules, region COLLATE "C"), 'nothing') FROM assure.check_table('T', 'T') $$;

-- Hit policies, with one output.
\set rules '[["< 10", "-", 1], ["< 20", "-", 2], ["< 30", "\\"a\\"", 3], ["-", "\\"b\\"", 2]]'
SELECT t.table('U', :'rules') \g /dev/null
SELECT is(t.ask(15), '2', 'UNIQUE: the one that matches');
SELECT is(t.ask(5), 'null', 'UNIQUE: null where two do');
SELECT is(t.ask(25), 'null', 'UNIQUE: null where none does');
SELECT t.table('A', :'rules') \g /dev/null
SELECT is(t.ask(15, 'b'), '2', 'ANY: the value that all have');
SELECT is(t.ask(5, 'b'), 'null', 'ANY: null where they differ');
SELECT t.table('F', :'rules') \g /dev/null
SELECT is(t.ask(5, 'a'), '1', 'FIRST: the first');
SELECT is(t.ask(25, 'a'), '3', 'FIRST: another first');
SELECT is(t.ask(25, 'c'), 'null', 'FIRST: none');
SELECT t.table('R', :'rules') \g /dev/null
SELECT is(t.ask(5, 'a'), '[1, 2, 3]', 'RULE ORDER: all, in their order');
SELECT is(t.ask(5, 'b'), '[1, 2, 2]', 'RULE ORDER: also twice the same');
SELECT is(t.ask(25, 'c'), '[]', 'RULE ORDER: none');
SELECT t.table('C', :'rules') \g /dev/null
SELECT is(t.ask(5, 'a'), '[1, 2, 3]', 'COLLECT: all');
SELECT t.table('C+', :'rules') \g /dev/null
SELECT is(t.ask(5, 'b'), '5', 'COLLECT: the sum');
SELECT is(t.ask(25), 'null', 'COLLECT: no sum of nothing');
SELECT t.table('C<', :'rules') \g /dev/null
SELECT is(t.ask(15, 'a'), '2', 'COLLECT: the least');
SELECT t.table('C>', :'rules') \g /dev/null
SELECT is(t.ask(15, 'a'), '3', 'COLLECT: the greatest');
SELECT t.table('C#', :'rules') \g /dev/null
SELECT is(t.ask(5, 'b'), '3', 'COLLECT: the number of rules, equal values too');
SELECT is(t.ask(25), '0', 'COLLECT: zero');
SELECT t.table('P', :'rules', '[{"name": "O", "values": "3, 2, 1"}]') \g /dev/null
SELECT is(t.ask(5, 'a'), '3', 'PRIORITY: the one whose value stands first');
SELECT is(t.ask(5, 'c'), '2', 'PRIORITY: of those that match');
SELECT t.table('O', :'rules', '[{"name": "O", "values": "3, 2, 1"}]') \g /dev/null
SELECT is(t.ask(5, 'a'), '[3, 2, 1]', 'OUTPUT ORDER: all, in the order of the values');
SELECT is(t.ask(5, 'b'), '[2, 2, 1]', 'OUTPUT ORDER: equal ones beside each other');

-- Several outputs, defaults.
\set outputs '[{"name": "O", "type": "number", "values": "2, 1"}, {"name": "why", "type": "string", "values": "\\"x\\", \\"y\\"", "default": "\\"none\\""}]'
\set rules2 '[["< 10", "-", 1, "\\"x\\""], ["< 20", "-", 2, "\\"y\\""], ["< 30", "\\"a\\"", 2, "\\"x\\""]]'
SELECT t.table('U', :'rules2', :'outputs') \g /dev/null
SELECT is(t.ask(15), '{"O": 2, "why": "y"}', 'several outputs are a context');
SELECT is(t.ask(40), '{"O": null, "why": "none"}', 'defaults where no rule matches');
SELECT t.table('P', :'rules2', :'outputs') \g /dev/null
SELECT is(t.ask(5, 'a'), '{"O": 2, "why": "x"}', 'the second output decides between equal first ones');
SELECT t.table('O', :'rules2', :'outputs') \g /dev/null
SELECT is(t.ask(5, 'a'), '[{"O": 2, "why": "x"}, {"O": 2, "why": "y"}, {"O": 1, "why": "x"}]', 'and orders');
SELECT t.table('R', :'rules2', :'outputs') \g /dev/null
SELECT is(t.ask(5), '[{"O": 1, "why": "x"}, {"O": 2, "why": "y"}]', 'a list of contexts');
SELECT t.table('C+', '[["-", "-", 1, 10], ["-", "-", 2, 20]]', '[{"name": "a"}, {"name": "b"}]') \g /dev/null
SELECT is(t.ask(1), '{"a": 3, "b": 30}', 'each output is added up');
SELECT t.table('U', '[["-", "-", "N * 2 + string length(S)"]]') \g /dev/null
SELECT is(t.ask(4, '中文'), '10', 'a result may be an expression');
SELECT t.table('U', '[["-", "-", "\"x\""]]', '[{"name": "O", "type": "number"}]') \g /dev/null
SELECT is(t.ask(1), 'null', 'a result that is not of the output''s type is null');

-- Priorities from the decision's type, where the outputs state none.
CREATE FUNCTION t.ordered(types text, outputs text, results text) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    PERFORM assure.deploy_model('<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="T" namespace="t">' || types || '<decision name="T"><variable name="T" typeRef="R"/><decisionTable hitPolicy="OUTPUT ORDER">'
        || outputs || (SELECT string_agg('<rule>' || (SELECT string_agg('<outputEntry><text>' || cell || '</text></outputEntry>', '' ORDER BY n) FROM regexp_split_to_table(row, ' ') WITH ORDINALITY c(cell, n)) || '</rule>', '' ORDER BY r)
            FROM regexp_split_to_table(results, ',') WITH ORDINALITY x(row, r)) || '</decisionTable></decision></definitions>');
    RETURN assure.decide('T', 'T', '{}');
END $$;
SELECT is(t.ordered('<itemDefinition name="G"><typeRef>string</typeRef><allowedValues><text>"c", "b", "a"</text></allowedValues></itemDefinition><itemDefinition name="R" isCollection="true"><typeRef>G</typeRef></itemDefinition>', '<output/>', '"a","b","c"'),
    '["c", "b", "a"]', 'of the only output');
SELECT is(t.ordered('<itemDefinition name="R" isCollection="true"><itemComponent name="g"><typeRef>string</typeRef><allowedValues><text>"b", "a"</text></allowedValues></itemComponent><itemComponent name="n"><typeRef>number</typeRef></itemComponent></itemDefinition>',
    '<output name="g"/><output name="n"/>', '"a" 1,"b" 2,"a" 3'), '[{"g": "b", "n": 2}, {"g": "a", "n": 1}, {"g": "a", "n": 3}]', 'of one of several');

-- Tests.
CREATE TEMP TABLE test (n serial, cell text, input text, wanted boolean, what text);
INSERT INTO test (cell, input, wanted, what) VALUES
    ('5', '5', true, 'a value'), ('5', '5.0', true, 'the same number'), ('5', '6', false, 'another'), ('5', 'null', false, 'null is no number'), ('5', '"5"', false, 'nor is a text'),
    ('[1..5]', '1', true, 'an end that belongs to it'), ('[1..5]', '5', true, 'the other'), ('(1..5)', '1', false, 'one that does not'), (']1..5[', '5', false, 'in the other notation'), ('[1..5]', '5.000000000000000000000000000000001', false, 'near the end'),
    ('[5..1]', '3', false, 'ends the wrong way round'), ('< 5', '4.9', true, 'less'), ('<= 5', '5', true, 'not more'), ('> 5', '5', false, 'more'), ('>= 5', '5', true, 'not less'), ('= 5', '5', true, 'equal'), ('!= 5', '5', false, 'not equal'), ('!= 5', '4', true, 'not equal to another'),
    ('1, 3, [7..9]', '3', true, 'one of several'), ('1, 3, [7..9]', '8', true, 'in one of several'), ('1, 3, [7..9]', '5', false, 'in none'),
    ('not(5)', '5', false, 'not'), ('not(5)', '6', true, 'not this one'), ('not(1, [3..5])', '4', false, 'not any'), ('not(1, [3..5])', '2', true, 'none of them'),
    ('-', 'null', true, 'anything'), ('null', 'null', true, 'null is null'), ('null', '1', false, 'and nothing else'), ('? > 3 and ? < 5', '4', true, 'with ?'), ('? > 3 and ? < 5', '5', false, 'with ?, not'),
    ('[1, 2, 3]', '2', true, 'in a list'), ('[1, 2, 3]', '4', false, 'not in it'), ('M', '7', true, 'another input'), ('< M', '6', true, 'less than it'), ('M + 1', '8', true, 'calculated from it'),
    ('"a"', '"a"', true, 'a text'), ('"a"', '"A"', false, 'in its case'), ('"a","b"', '"b"', true, 'one of two'), ('not("a","b")', '"c"', true, 'none of two'), ('"中"', '"中"', true, 'of any script'), ('> "a"', '"b"', true, 'after it'),
    ('true', 'true', true, 'true'), ('true', 'false', false, 'not false'), ('false', 'false', true, 'false'), ('false', 'null', false, 'null is not false'),
    ('[date("2024-01-01")..date("2024-12-31")]', '"2024-02-29"', NULL, 'a text is no date without a type');
CREATE FUNCTION t.holds(cell text, input text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM t.table('U', jsonb_build_array(jsonb_build_array(cell, '-', 'true')), '[{"name": "O", "default": "false"}]', '[{"name": "N"}, {"name": "M", "type": "number"}]');
    RETURN assure.decide('T', 'T', jsonb_build_object('N', input::jsonb, 'M', 7))::boolean;
END $$;
SELECT is(t.holds(cell, input), coalesce(wanted, false), format('%s: %s is %s', what, input, cell)) FROM test ORDER BY n;
\set dates '[{"name": "N", "type": "date"}, {"name": "S", "type": "days and time duration"}]'
SELECT t.table('F', '[["[date(\"2024-01-01\")..date(\"2024-03-31\")]", "-", 1], ["-", "< duration(\"P10D\")", 2], ["> date(\"2024-06-30\")", "-", 3]]', '[{"name": "O"}]', :'dates') \g /dev/null
SELECT is((SELECT string_agg(coalesce(assure.decide('T', 'T', jsonb_build_object('N', n, 'S', d))::text, 'null'), ' ' ORDER BY o) FROM (VALUES (1, '2024-01-01', NULL), (2, '2024-03-31', 'P1D'), (3, '2024-04-01', 'PT239H'), (4, '2024-04-01', 'PT240H'), (5, '2024-07-01', 'P10D'), (6, 'x', NULL)) v(o, n, d)),
    '1 1 2 null 3 null', 'dates and durations, where the type says so');
SELECT t.table('C', '[]') \g /dev/null
SELECT is(t.ask(1), '[]', 'a table without rules');

-- Explained.
SELECT t.table('F', '[["< 10", "\"a\"", 1], ["< 20", "-", "N + 1"], ["-", "-", 3]]') \g /dev/null
SELECT is((SELECT string_agg(format('%s %s %s %s %s', decision, rule, matched, inputs, outputs), E'\n' ORDER BY rule) FROM assure.explain_decision('T', 'T', '{"N": 15, "S": "b"}')),
    $$T 1 f [{"test": "< 10", "holds": false, "input": "N", "value": 15}, {"test": "\"a\"", "holds": false, "input": "S", "value": "b"}] 
T 2 t [{"test": "< 20", "holds": true, "input": "N", "value": 15}, {"test": "-", "holds": true, "input": "S", "value": "b"}] {"O": 16}
T 3 t [{"test": "-", "holds": true, "input": "N", "value": 15}, {"test": "-", "holds": true, "input": "S", "value": "b"}] {"O": 3}$$, 'each rule with its tests, matched or not, whatever the policy takes');

-- Checked: gaps.
\set age '[{"name": "N", "type": "number"}, {"name": "S", "type": "string", "values": "\\"a\\", \\"b\\", \\"c\\""}]'
SELECT t.table('U', '[["< 18", "-", 1], ["[18..65)", "-", 2], [">= 65", "-", 3]]') \g /dev/null
SELECT is(t.checked(), 'nothing', 'a whole table');
SELECT t.table('U', '[["< 18", "-", 1], ["[18..65)", "-", 2], ["> 65", "-", 3]]') \g /dev/null
SELECT is(t.checked(), 'gap {} N = 65', 'a point between');
SELECT t.table('U', '[["[0..18]", "-", 1], ["(18..65)", "\"a\"", 2], ["[65..120]", "-", 3]]', inputs => :'age') \g /dev/null
SELECT is(t.checked(), 'gap {} N < 0 or N > 120; gap {} N in (18..65), S in ("b", "c")', 'beyond the ends, and in a box');
SELECT t.table('U', '[["< 18", "\"a\", \"b\"", 1], [">= 18", "-", 2]]') \g /dev/null
SELECT is(t.checked(), 'gap {} N < 18, S not in ("a", "b")', 'any other text');
SELECT t.table('U', '[["< 18", "\"a\", \"b\", \"c\"", 1], [">= 18", "-", 2]]', inputs => :'age') \g /dev/null
SELECT is(t.checked(), 'nothing', 'but for what the input does not allow');
SELECT t.table('U', '[["< 18", "\"a\"", 1]]', '[{"name": "O", "default": "0"}]') \g /dev/null
SELECT is(t.checked(), 'nothing', 'a default covers the rest');
SELECT t.table('U', '[]') \g /dev/null
SELECT is(t.checked(), 'gap {} any input', 'no rules at all');
SELECT t.table('U', '[["true", "-", 1]]', inputs => '[{"name": "N", "type": "boolean"}, {"name": "S"}]') \g /dev/null
SELECT is(t.checked(), 'gap {} N = false', 'the other boolean');
SELECT t.table('U', '[["not(5)", "-", 1]]') \g /dev/null
SELECT is(t.checked(), 'gap {} N = 5', 'what is left out');
SELECT t.table('U', '[["[date(\"2024-01-01\")..date(\"2024-06-30\")]", "-", 1], [">= date(\"2024-07-01\")", "-", 2]]', inputs => :'dates') \g /dev/null
SELECT is(t.checked(), 'gap {} N < 2024-01-01 or N in (2024-06-30..2024-07-01)', 'of dates');

-- Rules that clash.
SELECT t.table('U', '[["<= 18", "-", 1], [">= 18", "\"a\"", 2], ["> 18", "not(\"a\")", 3], ["100", "\"b\"", 3]]') \g /dev/null
SELECT is(t.checked(), 'clash {1,2} N = 18, S = "a"; clash {3,4} N = 100, S = "b"', 'under UNIQUE');
SELECT t.table('A', '[["<= 18", "-", 1], [">= 18", "-", 1], ["> 50", "-", 1.0], ["> 60", "-", 2]]') \g /dev/null
SELECT is(t.checked(), 'clash {2,4} N > 60; clash {3,4} N > 60', 'under ANY only where the results differ');
SELECT t.table('R', '[["<= 18", "-", 1], ["-", "-", 2]]') \g /dev/null
SELECT is(t.checked(), 'nothing', 'not where all may match');

-- Rules that never fire.
SELECT t.table('F', '[["< 10", "-", 1], [">= 10", "\"a\"", 2], ["[0..20]", "\"a\"", 3], ["-", "-", 4]]') \g /dev/null
SELECT is(t.checked(), 'never fires {3,1,2} N in [0..20], S = "a"', 'hidden by those before it together');
SELECT t.table('F', '[["-", "-", 1], ["< 5", "-", 2]]') \g /dev/null
SELECT is(t.checked(), 'never fires {2,1} N < 5', 'behind one for all');
SELECT t.table('U', '[["[5..1]", "-", 1], ["-", "\"z\"", 2], ["-", "\"a\", \"b\", \"c\"", 3]]', inputs => :'age') \g /dev/null
SELECT is(t.checked(), 'never fires {1} no input that is allowed matches; never fires {2} no input that is allowed matches', 'never true, or not allowed');
SELECT t.table('P', '[["< 10", "-", 1], ["-", "-", 2]]', '[{"name": "O", "values": "2, 1"}]') \g /dev/null
SELECT is(t.checked(), 'never fires {1,2} N < 10', 'outranked, under PRIORITY');

-- What is more than constants.
SELECT t.table('U', '[["< 10", "-", 1], ["? > 10 and ? < M", "-", 2], ["> 20", "-", 3]]', inputs => '[{"name": "N", "type": "number"}, {"name": "M", "type": "number"}]') \g /dev/null
SELECT is(t.checked(), 'not analysed {2} N: 1 of 3 tests are more than constants of one kind, and are taken to hold', 'is said');
SELECT is(t.fails($$SELECT assure.check_table('T', 'X')$$), 'P0002 decision model "T" has no decision, decision service or business knowledge model "X"', 'a table that is not there');
SELECT assure.deploy_model('<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="L" namespace="l"><decision name="L"><literalExpression><text>1</text></literalExpression></decision></definitions>') \g /dev/null
SELECT is(t.fails($$SELECT assure.check_table('L', 'L')$$), '22023 decision "L" has no decision table', 'a decision without a table');

-- Rows that are no table.
CREATE TEMP TABLE refused (n serial, definition jsonb, wanted text);
INSERT INTO refused (definition, wanted) VALUES
    ('[]', 'AS311 definition: %'), ('{}', 'AS311 definition: name: missing'), ('{"name": "T", "inputs": [], "outputs": [{"name": "o"}], "rules": []}', 'AS311 definition: inputs: %'),
    ('{"name": "T", "inputs": [{"name": "i"}], "outputs": [], "rules": []}', 'AS311 definition: outputs: %'), ('{"name": "T", "inputs": [{"nam": "i"}], "outputs": [{"name": "o"}], "rules": []}', 'AS311 definition: inputs[0].nam: unknown key'),
    ('{"name": "T", "inputs": [{"name": "i"}], "outputs": [{"name": "o"}], "rules": [["-"]]}', 'AS311 definition: rules[0]: 1 elements, at least 2 are wanted'), ('{"name": "T", "inputs": [{"name": "i"}], "outputs": [{"name": "o"}], "rules": [["-", []]]}', 'AS311 definition: rules[0][1]: %'),
    ('{"name": "T", "hit_policy": "X", "inputs": [{"name": "i"}], "outputs": [{"name": "o"}], "rules": []}', 'AS311 definition: hit_policy: %'), ('{"name": "T", "inputs": [{"name": "i"}], "outputs": [{"name": "o"}]}', 'AS311 definition: rules: missing');
SELECT ok(e LIKE wanted, format('%s%s', wanted, CASE WHEN e LIKE wanted THEN '' ELSE ' but: ' || e END)) FROM refused, LATERAL t.fails(format('SELECT assure.table_model(%L)', definition)) e ORDER BY n;
SELECT is((xpath('//*[local-name()="text"]/text()', assure.table_model('{"name": "a<b&\"c\"", "inputs": [{"name": "i"}], "outputs": [{"name": "o"}], "rules": [["< 1", "\"<&>\""]]}')::xml))::text, '{i,"&lt; 1","\"&lt;&amp;&gt;\""}', 'texts are escaped');
SELECT * FROM finish();
ROLLBACK;
