\set ECHO none
-- Decision models: deployed, versions, imports, replay, boxes, graph, services, rights.
BEGIN;
\i test/sql-common/setup.psql
SELECT plan(108);
\set terms `cat test/dmn/terms.dmn`
\set cover `cat test/dmn/cover.dmn`
CREATE TABLE t.model AS SELECT :'terms'::text AS terms, :'cover'::text AS cover;
GRANT SELECT ON t.model TO PUBLIC;
CREATE TEMP TABLE input AS SELECT '{"Member": {"name": "Li", "born on": "1960-05-04", "visits": ["2024-03-01", "2024-03-31", "2024-04-01"]}, "Claim date": "2024-05-03", "Amount": 300,
    "Hospital grade": 3, "Shares asked": [0.5, 1], "base": 5, "since": "2024-01-01", "Rate": 0.5}'::jsonb AS c;
-- t.literal(name, text) is a model of one decision, X, with an expression; t.model_of(body) one with any body.
CREATE FUNCTION t.model_of(name text, body text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT format('<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="%s" namespace="urn:test:%s">%s</definitions>', name, name, body) $$;
CREATE FUNCTION t.literal(name text, expression text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT t.model_of(name, '<decision id="x" name="X"><variable name="X"/><literalExpression><text>' || expression || '</text></literalExpression></decision>') $$;

-- Deploying.
SELECT matches(t.fails('SELECT assure.deploy_model(cover) FROM t.model'), '^P0002 dmn: no model with the imported namespace "urn:test:terms" is deployed$', 'what is imported has to be there');
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;
CREATE TEMP TABLE deployed AS SELECT (assure.deploy_model(terms, 'first')).* FROM t.model;
SELECT is((SELECT ROW(model, version, sha256, note, created_by)::text FROM deployed), (SELECT ROW('Terms', 1, encode(sha256(convert_to(terms, 'UTF8')), 'hex'), 'first', session_user)::text FROM t.model), 'a model is deployed');
SELECT is(t.grown((SELECT counts FROM before)), 'assure.audit_log +1, assure.rule_model +1, assure.rule_model_version +1', 'with these rows');
SELECT is((SELECT subject FROM assure.audit_log ORDER BY audit_id DESC LIMIT 1), 'rule model "Terms" version 1', 'and noted');
SELECT is((assure.deploy_model(terms, 'again')).version, 1, 'the same text again is the same version') FROM t.model;
SELECT is((SELECT note FROM assure.rule_model_version), 'first', 'which stays as it is');
SELECT is((assure.deploy_model(cover)).version, 1, 'a model that imports it') FROM t.model;
SELECT is((SELECT imports FROM assure.rule_model_version JOIN assure.rule_model USING (rule_model_id) WHERE name = 'Cover'), (SELECT ARRAY[model_version_id] FROM deployed), 'is bound to the version that was there');
SELECT is((assure.deploy_model(t.literal('R', '1'), request_id => 'r1')).version, 1, 'with a request_id');
SELECT is((assure.deploy_model(t.literal('R', '1'), request_id => 'r1')).version, 1, 'a retry returns the first answer');
SELECT is(t.fails($$SELECT assure.deploy_model(t.literal('R', '2'), request_id => 'r1')$$), 'AS003 request_id "r1" was used before for another call', 'not for another text');
SELECT is(t.fails('SELECT assure.deploy_model(NULL)'), '22004 dmn must not be NULL', 'NULL is refused');
SELECT is((SELECT count(*) FROM assure.rule_model_version v JOIN assure.rule_model USING (rule_model_id) WHERE name = 'R'), 1::bigint, 'and stores nothing');

-- Every kind of box.
SELECT is(assure.decide('Cover', d, c) #>> '{}', wanted, d) FROM input, (VALUES
    ('Age', '63'), ('Rate', '0.9'), ('Paid', '180'), ('Summary', '{"age": 63, "paid": 180}'), ('List', '[300, 600]'),
    ('Relation', '[{"code": "A", "limit of days": 10}, {"code": "B", "limit of days": 20}, {"code": "C", "limit of days": 30}]'),
    ('Filter', '[{"code": "B", "limit of days": 20}]'), ('For', '[10, 21, 32]'), ('Some', 'true'), ('Every', 'true'), ('Conditional', 'much'),
    ('Function', '[900, null, null]'), ('Visits in March', '2'), ('Shares seen', '[0.5, 1]'), ('Fee', '10'), ('Pay', '100'),
    ('Both', '{"List": [300, 600], "Paid": 100}'), ('By service', '[500, 50, 0.9, 300]')) v(d, wanted);
SELECT is(assure.decide('Cover', 'Paid', c || '{"Amount": 50}'), '0', 'a branch not taken') FROM input;
SELECT is(assure.decide('Cover', 'Conditional', c || '{"Amount": 10}'), '"little"', 'the other branch') FROM input;
SELECT is(assure.decide('Cover', 'Every', c || '{"Amount": 299}'), 'false', 'every: one is not') FROM input;
SELECT is(assure.decide('Cover', 'Some', c || '{"Amount": 299}'), 'false', 'some: none is') FROM input;
SELECT is(assure.decide('Cover', 'Not made here', '{"Not made here": "2024-02-29"}'), '"2024-02-29"', 'a decision without logic is given');

-- Boxes mean what the expressions that look like them mean.
CREATE FUNCTION t.boxed(body text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE fails text;
BEGIN
    PERFORM assure.deploy_model(t.model_of('Boxed', replace('<decision name="X">' || body || '</decision>', '«', '<literalExpression><text>')));
    RETURN coalesce(assure.decide('Boxed', 'X', '{}')::text, 'null');
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT is(t.boxed(replace(body, '»', '</text></literalExpression>')), wanted, what) FROM (VALUES
    ('<context><contextEntry><variable name="a"/>«1»</contextEntry><contextEntry><variable name="a"/>«2»</contextEntry></context>', 'null', 'a context with two entries of one name is null'),
    ('<context><contextEntry><variable name="f"/><functionDefinition><formalParameter name="n"/>«if n = 0 then 1 else n * f(n - 1)»</functionDefinition></contextEntry><contextEntry>«f(5)»</contextEntry></context>', '120', 'a function of a context may call itself'),
    ('<context><contextEntry><variable name="f"/><functionDefinition><formalParameter name="n"/>«f(n)»</functionDefinition></contextEntry><contextEntry>«f(5)»</contextEntry></context>', 'AS302 decision "X": values nested deeper than 1000 levels', 'but not without end'),
    ('<for iteratorVariable="i"><in>«[3..1)»</in><return>«i»</return></for>', '[3, 2]', 'for counts down'),
    ('<for iteratorVariable="i"><in>«[@"2024-02-28"..@"2024-03-01"]»</in><return>«i.day»</return></for>', '[28, 29, 1]', 'for counts days'),
    ('<for iteratorVariable="i"><in>«["a".."c"]»</in><return>«i»</return></for>', 'null', 'but not texts'),
    ('<for iteratorVariable="i"><in>«[1..100000000000]»</in><return>«i»</return></for>', 'AS302 decision "X": a range of too many items', 'nor without end'),
    ('<some iteratorVariable="i"><in>«null»</in><satisfies>«true»</satisfies></some>', 'null', 'of null there is nothing to go over')) v(body, wanted, what);

-- Types.
SELECT is(assure.decide('Cover', 'Age', c || '{"Claim date": "2024-05-04"}'), '64', 'a text is a date where the type says so') FROM input;
SELECT is(assure.decide('Cover', 'Age', c || '{"Claim date": "2024-02-30"}'), NULL, 'a text that is no date is null') FROM input;
SELECT is(assure.decide('Cover', 'Age', c - 'Claim date'), NULL, 'a missing input is null') FROM input;
SELECT is(assure.decide('Cover', 'Age', (c - 'Claim date') || '{"terms": {"Claim date": "2024-05-03"}}'), '63', 'an input of an import may be given below its name') FROM input;
SELECT is(assure.decide('Cover', 'List', c || '{"Amount": "300"}'), '[null, null]', 'a text is no number') FROM input;
SELECT is(assure.decide('Cover', 'List', c || '{"Amount": [7]}'), '[7, 14]', 'a list of one is its item') FROM input;
SELECT is(assure.decide('Cover', 'Shares seen', '{"Shares asked": 1}'), '[1]', 'an item is the list of itself');
SELECT is(assure.decide('Cover', 'Shares seen', '{"Shares asked": [0.5, 1.5]}'), NULL, 'a value that is not allowed makes it null');
SELECT is(assure.decide('Cover', 'Rate', c || '{"Hospital grade": 4}'), NULL, 'so does one that a table does not allow') FROM input;
SELECT is(assure.decide('Cover', 'Paid', c || '{"more": {"x": [1]}}'), '180', 'more inputs than asked for do not matter') FROM input;
SELECT is(t.fails($$SELECT assure.decide('Cover', 'Paid', '[1]')$$), '22023 context is not a JSON object', 'a context is an object');
SELECT is(assure.decide('Cover', 'Paid', NULL), NULL, 'NULL gives NULL');
SELECT is(t.fails($$SELECT assure.decide('None', 'Paid', '{}')$$), 'P0002 decision model "None" does not exist', 'a model that is not there');
SELECT is(t.fails($$SELECT assure.decide('Cover', 'None', '{}')$$), 'P0002 decision model "Cover" has no decision, decision service or business knowledge model "None"', 'a decision that is not there');
SELECT is(t.fails($$SELECT assure.decide('Cover', 'Late', '{}')$$), 'P0002 decision model "Cover" has no decision, decision service or business knowledge model "Late"', 'an imported one is not its own');

-- Each decision is made once, and only if it is asked.
SELECT is((SELECT count(*) FROM assure.explain_decision('Cover', 'Summary', (SELECT c FROM input))), 3::bigint, 'the table of a decision that two others ask runs once');
SELECT is((SELECT count(*) FROM assure.explain_decision('Cover', 'List', (SELECT c FROM input))), 0::bigint, 'and not where nobody asks');

-- Versions.
SELECT is((assure.deploy_model(replace(terms, 'then 1 else 0', 'then 2 else 0'))).version, 2, 'another text is another version') FROM t.model;
SELECT is(assure.decide('Cover', 'Age', c), '63', 'who imported the first stays with it') FROM input;
SELECT is((assure.deploy_model(cover)).version, 2, 'until it is deployed again') FROM t.model;
SELECT is(assure.decide('Cover', 'Age', c), '62', 'then it has the new one') FROM input;
SELECT is(assure.decide('Cover', 'Age', c, 1), '63', 'the old one is still there, with its own import') FROM input;
SELECT is(assure.decide('Cover', 'Age', c, 2), '62', 'as is the new one, by number') FROM input;
SELECT is(t.fails($$SELECT assure.decide('Cover', 'Age', '{}', 3)$$), 'P0002 decision model "Cover" has no version 3', 'a version that is not there');
SELECT is(t.fails($$SELECT assure.decide('Cover', 'Age', '{}', 0)$$), '22023 version is 0, versions count from 1', 'versions count from 1');
SELECT is((SELECT count(*) FROM assure.explain_decision('Cover', 'Rate', (SELECT c FROM input), 1) WHERE matched), 1::bigint, 'an old version explains itself');
SELECT matches(t.fails('UPDATE assure.rule_model_version SET note = ''x'''), '^AS005 ', 'versions do not change');
SELECT matches(t.fails('DELETE FROM assure.rule_model_version'), '^AS005 ', 'and do not go');

-- A change is seen by the next statement, in functions too, and not before it is made.
CREATE FUNCTION t.twice() RETURNS text LANGUAGE plpgsql AS $$
DECLARE a jsonb; b jsonb;
BEGIN
    FOR i IN 1..3 LOOP
        a := assure.decide('R', 'X', '{}');
        IF i = 2 THEN PERFORM assure.deploy_model(t.literal('R', '2')); END IF;
        b := assure.decide('R', 'X', '{}');
        IF a <> b OR i = 3 THEN RETURN format('%s %s', a, b); END IF;
    END LOOP;
END $$;
SELECT is(t.twice(), '1 2', 'a deployment is seen by the next call');
SAVEPOINT s;
SELECT assure.deploy_model(t.literal('R', '3')) \g /dev/null
SELECT is(assure.decide('R', 'X', '{}'), '3', 'within a savepoint');
ROLLBACK TO s;
SELECT is(assure.decide('R', 'X', '{}'), '2', 'and gone with it');
SELECT is((SELECT string_agg(assure.decide(m, d, c) #>> '{}', ' ' ORDER BY n) FROM input, (VALUES (1, 'R', 'X'), (2, 'Cover', 'List'), (3, 'Cover', 'Rate'), (4, 'R', 'X')) v(n, m, d)), '2 [300, 600] 0.9 2', 'several models in a statement');

-- What is refused, with the place.
CREATE TEMP TABLE refused (n serial, body text, wanted text);
INSERT INTO refused (body, wanted) VALUES
    ('<decision id="x" name="X"><literalExpression id="here"><text>1 +</text></literalExpression></decision>', 'AS311 decision "X": expression: %, column 4'),
    ('<decision id="x" name="X"><informationRequirement><requiredDecision href="#y"/></informationRequirement></decision>', 'AS311 decision "X": "#y" does not exist'),
    ('<decision id="x" name="X"><informationRequirement><requiredDecision href="#x"/></informationRequirement></decision>', 'AS311 decision "X": requires itself, by "X"'),
    ('<decision id="x" name="X"><informationRequirement><requiredDecision href="#y"/></informationRequirement></decision><decision id="y" name="Y"><informationRequirement><requiredDecision href="#x"/></informationRequirement></decision>', 'AS311 decision "Y": requires itself, by "X"'),
    ('<decision id="x" name="X"/><decision id="x" name="Y"/>', 'AS311 two elements have this id'),
    ('<decision id="x"/>', 'AS311 decision has no name'),
    ('<decision id="x" name="X"><variable name="X" typeRef="Amount"/></decision>', 'AS311 decision "X": type "Amount" does not exist'),
    ('<itemDefinition name="A"><typeRef>B</typeRef></itemDefinition><itemDefinition name="B"><typeRef>A</typeRef></itemDefinition>', 'AS311 type "A" is defined by itself'),
    ('<decision id="x" name="X"><decisionTable hitPolicy="BEST"><output/></decisionTable></decision>', 'AS311 decision "X": hit policy "BEST" does not exist'),
    ('<decision id="x" name="X"><decisionTable hitPolicy="PRIORITY"><output/></decisionTable></decision>', 'AS311 decision "X": hit policy PRIORITY needs outputValues that say the order'),
    ('<decision id="x" name="X"><decisionTable><input><inputExpression><text>1</text></inputExpression></input><output/><rule><outputEntry><text>1</text></outputEntry></rule></decisionTable></decision>', 'AS311 decision "X": rule 1 has 0 input entries, there are 1 inputs'),
    ('<decision id="x" name="X"><decisionTable><input><inputExpression><text>1</text></inputExpression></input><output/><rule id="r"><inputEntry><text>&lt;&lt; 1</text></inputEntry><outputEntry><text>1</text></outputEntry></rule></decisionTable></decision>', 'AS311 decision "X": rule 1, input 1: %'),
    ('<decisionService id="s" name="S"/>', 'AS311 decision service "S": a decision service has no output decision'),
    ('<import name="m" namespace="urn:test:P"/>', 'AS311 the model imports its own namespace'),
    ('<decision id="x" name="X"><literalExpression expressionLanguage="javascript"><text>1</text></literalExpression></decision>', 'AS311 decision "X": expression language "javascript" is not FEEL');
SELECT ok(e LIKE wanted, format('%s%s', wanted, CASE WHEN e LIKE wanted THEN '' ELSE ' but: ' || e END)) FROM refused, LATERAL t.fails(format('SELECT assure.deploy_model(t.model_of(''P'', %L))', body)) e ORDER BY n;
CREATE FUNCTION t.detail(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE d text;
BEGIN
    EXECUTE statement;
    RETURN 'none';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL;
    RETURN d;
END $$;
SELECT is(t.detail($$SELECT assure.deploy_model(t.model_of('P', E'\n\n<decision id="x" name="X">\n<literalExpression id="here"><text>1 +</text></literalExpression></decision>'))$$), 'It is at literalExpression "here", line 4.', 'the element and its line are named');

-- Every version of DMN, a mark at the start, types by prefix, an import without a name.
SELECT is((SELECT string_agg(t.fails(format('SELECT assure.deploy_model(%L)', format('<d:definitions xmlns:d="%s" xmlns:x="urn:x" name="V" namespace="v"><x:other/><d:decision x:name="no" name="X"><d:literalExpression><d:text>1</d:text></d:literalExpression></d:decision></d:definitions>', n))), ' ')
    FROM unnest('{http://www.omg.org/spec/DMN/20151101/dmn.xsd,http://www.omg.org/spec/DMN/20180521/MODEL/,https://www.omg.org/spec/DMN/20191111/MODEL/,https://www.omg.org/spec/DMN/20211108/MODEL/,https://www.omg.org/spec/DMN/20230324/MODEL/}'::text[]) n),
    'none none none none none', 'DMN 1.1 to 1.5');
SELECT is((SELECT max(version) FROM assure.rule_model_version JOIN assure.rule_model USING (rule_model_id) WHERE name = 'V'), 5, 'each its own version');
SELECT is(t.fails('SELECT assure.deploy_model(chr(65279) || t.literal(''V'', ''7''))'), 'none', 'a byte order mark does not matter');
SELECT is(assure.decide('V', 'X', '{}'), '7', 'to the text behind it');
SELECT assure.deploy_model('<definitions xmlns="http://www.omg.org/spec/DMN/20151101/dmn.xsd" xmlns:feel="http://www.omg.org/spec/FEEL/20140401" xmlns:own="v11" xmlns:t="urn:test:terms" name="V11" namespace="v11"><import name="" namespace="urn:test:terms" importType="http://www.omg.org/spec/DMN/20151101/dmn.xsd"/>
    <itemDefinition name="D"><typeRef>feel:date</typeRef></itemDefinition><inputData id="i" name="I"><variable name="I" typeRef="own:D"/></inputData><inputData id="s" name="S"><variable name="S" typeRef="t:Share"/></inputData>
    <decision name="X"><informationRequirement><requiredInput href="#i"/></informationRequirement><informationRequirement><requiredInput href="#s"/></informationRequirement><knowledgeRequirement><requiredKnowledge href="urn:test:terms#age"/></knowledgeRequirement>
    <literalExpression><text>[I.year, S, Age on(I, date("2024-01-01"))]</text></literalExpression></decision></definitions>') \g /dev/null
SELECT is(assure.decide('V11', 'X', '{"I": "2000-06-01", "S": 2}'), '[2000, null, 22]', 'types by prefix, of an import too');
SELECT assure.deploy_model('<definitions xmlns="http://www.omg.org/spec/DMN/20151101/dmn.xsd" xmlns:f="urn:else" name="V11b" namespace="v11b"><itemDefinition name="D"><typeRef xmlns:f="http://www.omg.org/spec/FEEL/20140401">f:date</typeRef></itemDefinition>
    <inputData id="i" name="I"><variable xmlns:own="v11b" name="I" typeRef="own:D"/></inputData><decision name="X"><informationRequirement><requiredInput href="#i"/></informationRequirement><literalExpression><text>I.year</text></literalExpression></decision></definitions>') \g /dev/null
SELECT is(assure.decide('V11b', 'X', '{"I": "2000-06-01"}'), '2000', 'a prefix may be declared where it is used');
SELECT is(t.fails($$SELECT assure.deploy_model('<definitions xmlns="http://www.omg.org/spec/DMN/20151101/dmn.xsd" name="V11c" namespace="v11c"><itemDefinition name="D"><typeRef xmlns:f="http://www.omg.org/spec/FEEL/20140401">f:date</typeRef></itemDefinition><itemDefinition name="E"><typeRef>f:date</typeRef></itemDefinition></definitions>')$$), 'AS311 type "f:date" does not exist', 'and holds only there');

-- A name that is not required.
SET LOCAL client_min_messages = error;
SELECT is(t.fails($$SELECT assure.deploy_model(t.literal('W', 'Foo + 1'))$$), 'none', 'a name that is not known is a warning');
SELECT is(assure.decide('W', 'X', '{"Foo": 1}'), NULL, 'and null');
SET LOCAL client_min_messages = warning;

-- Limits.
SET assure.feel_steps_max = 1;
SELECT assure.deploy_model(t.literal('Long', 'count(for i in 1..100000 return i)')) \g /dev/null
SELECT matches(t.fails($$SELECT assure.decide('Long', 'X', '{}')$$), '^AS302 decision "X": ', 'an evaluation that is too long ends');
RESET assure.feel_steps_max;
SELECT is(assure.decide('Long', 'X', '{}'), '100000', 'and goes on with a higher limit');

-- Rights.
SELECT t.new_role('analyst', 'bi'), t.new_role('boss', 'admin'), t.new_role('nobody') \g /dev/null
SELECT is(t.run('analyst', $$SELECT assure.decide('Cover', 'List', '{"Amount": 1}')$$), E'"[1, 2]"', 'who may decides');
SELECT is(t.run('analyst', 'SELECT assure.deploy_model(terms) FROM t.model'), '42501 permission denied for function deploy_model', 'and does not deploy');
SELECT is(t.run('nobody', $$SELECT assure.decide('Cover', 'List', '{"Amount": 1}')$$), '42501 permission denied for schema assure', 'who may not does not');
SELECT matches(t.run('boss', $$SELECT (assure.deploy_model(t.literal('R', '4'))).version$$), '^3$', 'an administrator deploys');
SELECT is((SELECT created_by FROM assure.rule_model_version ORDER BY model_version_id DESC LIMIT 1), t.role('boss')::text, 'and is noted');
SELECT * FROM finish();
ROLLBACK;
