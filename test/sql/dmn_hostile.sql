\set ECHO none
-- Decision models that mean harm, or are broken: an error with its place, nothing else.
BEGIN;
\i test/sql-common/setup.psql
SELECT plan(37);
CREATE FUNCTION t.around(body text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="H" namespace="urn:h">' || body || '</definitions>' $$;
CREATE FUNCTION t.deploy(text) RETURNS text LANGUAGE sql AS $$ SELECT t.fails(format('SELECT assure.deploy_model(%L)', $1)) $$;

-- Entities.
SELECT is(t.deploy('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' || t.around('<decision name="X"><literalExpression><text>"&a;"</text></literalExpression></decision>')), 'AS311 dmn: a document type is not allowed, at line 1', 'no external entity');
SELECT is(t.deploy('<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x.dtd"> %p;]>' || t.around('')), 'AS311 dmn: a document type is not allowed, at line 1', 'no parameter entity');
SELECT is(t.deploy('<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">' || t.around('')), 'AS311 dmn: a document type is not allowed, at line 1', 'no external subset');
SELECT is(t.deploy('<!DOCTYPE x [<!ENTITY a0 "ha">' || (SELECT string_agg(format('<!ENTITY a%s "%s">', i, repeat(format('&a%s;', i - 1), 10)), '' ORDER BY i) FROM generate_series(1, 20) i) || ']>' || t.around('<decision name="&a20;"/>')),
    'AS311 dmn: a document type is not allowed, at line 1', 'no laughs');
SELECT matches(t.deploy(t.around('<decision name="&nothing;"/>')), '^AS311 dmn: Entity ''nothing'' not defined, at line 1$', 'no entity that is not defined');
SELECT is(t.deploy(t.around('<decision name="&lt;&amp;&#65;"><literalExpression><text>"&lt;&#x4e2d;&gt;"</text></literalExpression></decision>')), 'none', 'the five of XML, and numbers, are fine');
SELECT is(assure.decide('H', '<&A', '{}'), '"<中>"', 'and are what they stand for');
SELECT is(t.deploy(t.around('<decision name="X"><literalExpression><text><![CDATA["<" + "&"]]></text></literalExpression></decision>')), 'none', 'so is CDATA');
SELECT is(assure.decide('H', 'X', '{}'), '"<&"', 'as it is');

-- What is no model.
CREATE TEMP TABLE broken (n serial, text text, wanted text);
INSERT INTO broken (text, wanted) VALUES
    ('', 'AS311 dmn: %'), (' ', 'AS311 dmn: %'), ('x', 'AS311 dmn: %, at line 1'), ('{"name": "X"}', 'AS311 dmn: %'),
    (left(t.around('<decision name="X"/>'), 60), 'AS311 dmn: %'), (left(t.around('<decision name="X"/>'), -1), 'AS311 dmn: %'),
    (t.around('') || t.around(''), 'AS311 dmn: %'), (t.around('<decision name="X">'), 'AS311 dmn: %'), (t.around('<decision name="X"></input>'), 'AS311 dmn: %'),
    (t.around('<decision name="X" name="Y"/>'), 'AS311 dmn: %'), (t.around('<decision name=X/>'), 'AS311 dmn: %'), (t.around(E'<decision name="\x01"/>'), 'AS311 dmn: %'),
    ('<x/>', 'AS311 dmn: the root element is not definitions of DMN 1.1 to 1.5'), ('<definitions name="X" namespace="x"/>', 'AS311 dmn: the root element is not definitions of DMN 1.1 to 1.5'),
    ('<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" name="X"/>', 'AS311 dmn: the root element is not definitions of DMN 1.1 to 1.5'),
    ('<definitions xmlns="http://www.omg.org/spec/DMN/20151101/dmn.xsd" namespace="x"/>', 'AS311 definitions has no name'),
    ('<definitions xmlns="http://www.omg.org/spec/DMN/20151101/dmn.xsd" name="x"/>', 'AS311 definitions has no namespace');
SELECT ok(e LIKE wanted, format('%s: %s%s', n, wanted, CASE WHEN e LIKE wanted THEN '' ELSE ' but: ' || e END)) FROM broken, LATERAL t.deploy(text) e ORDER BY n;
SELECT is(t.deploy('<?xml version="1.0" encoding="UTF-16"?>' || t.around('<decision name="中"/>')), 'none', 'the declared encoding is the file''s, not that of the text here');

-- Size and depth.
SELECT is(t.deploy(t.around(repeat('<x xmlns="urn:x">', 200) || repeat('</x>', 200))), 'AS312 dmn: elements are nested deeper than 100, at line 1', 'too deep');
SELECT is(t.deploy(E'<!-- a -->\n' || t.around(format('<decision name="X"%s/>', (SELECT string_agg(format(' a%s=">"', i), '') FROM generate_series(1, 300000) i)))), 'AS312 dmn: an element has more than 256 attributes, at line 2', 'too many attributes');
SELECT is(t.deploy(t.around(format('<decision name="X"%s/>', (SELECT string_agg(format(' xmlns:a%s=''urn:%s''', i, i), '') FROM generate_series(1, 300) i)))), 'AS312 dmn: an element has more than 256 attributes, at line 1', 'or namespaces');
SELECT is(t.deploy(t.around(format('<!--%s--><?x %s?><description><![CDATA[%s]]>%s</description><decision name="A" label="%s"/>', e, e, '<a' || e, e, e))), 'none', 'signs elsewhere are no attributes') FROM repeat('=', 1000) e;
SET assure.dmn_size_max = '2kB';
SELECT is(t.deploy(t.around('<!--' || repeat('x', 2000) || '-->')), 'AS312 dmn: the model has 2114 bytes, at most 2048 are allowed', 'too long');
RESET assure.dmn_size_max;
SELECT is(t.deploy(t.around((SELECT string_agg(format('<decision id="d%s" name="D%s">%s<literalExpression><text>1</text></literalExpression></decision>', i, i,
    CASE WHEN i > 1 THEN format('<informationRequirement><requiredDecision href="#d%s"/></informationRequirement>', i - 1) END), '' ORDER BY i DESC) FROM generate_series(1, 300) i))),
    'AS312 dmn: more than 200 requirements are one behind another', 'a graph too deep');
SELECT is(t.deploy(t.around('<decision name="X"><literalExpression><text>' || repeat('(', 20000) || '1' || repeat(')', 20000) || '</text></literalExpression></decision>')) ~ '^AS3(02|11) ', true, 'an expression too deep');
SELECT is(t.deploy(t.around('<inputData id="i" name="I"/><decision name="X">' || repeat('<informationRequirement><requiredInput href="#i"/></informationRequirement>', 1001) || '</decision>')),
    'AS312 dmn: 1001 requirements, at most 1000 are allowed', 'too many requirements');
SELECT is(t.deploy(t.around((SELECT string_agg(format('<itemDefinition name="T%s"><typeRef>T%s</typeRef></itemDefinition>', i, i + 1), '') FROM generate_series(1, 10001) i))), 'AS312 dmn: 10001 item definitions, at most 10000 are allowed', 'too many types');
SELECT matches(t.deploy(t.around((SELECT string_agg(format('<itemDefinition name="T%s"><typeRef>T%s</typeRef></itemDefinition>', i, i + 1), '') FROM generate_series(1, 9999) i))), '^(AS311|54001) ', 'types that hang on each other');
SELECT * FROM finish();
ROLLBACK;
