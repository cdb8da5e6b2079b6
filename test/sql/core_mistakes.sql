\set ECHO none
-- Mistakes that people make who write plans, rules and policies: each message names the
-- place and the value, and its hint the way out.
BEGIN;
\i test/sql-common/setup.psql
SELECT plan(34);

-- t.told(statement) is the SQLSTATE, message and hint of a statement's error.
CREATE FUNCTION t.told(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE hint text;
BEGIN
    EXECUTE statement;
    RETURN 'none';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLSTATE || ' ' || SQLERRM, nullif(hint, ''));
END $$;
-- t.terms(step) is what is said of a step of a plan; t.rule(cell) of the test in a table.
CREATE FUNCTION t.terms(step text) RETURNS text LANGUAGE sql AS $$
    SELECT t.told(format('SELECT %L::assure.terms', '{"benefits": [{"code": "OP", "kind": "expense", "steps": [' || step || ']}]}')) $$;
CREATE FUNCTION t.rule(cell text) RETURNS text LANGUAGE sql AS $$
    SELECT t.told(format('SELECT assure.deploy_model(assure.table_model(%L))', jsonb_build_object('name', 'T', 'hit_policy', 'U',
        'inputs', '[{"name": "Age", "type": "number"}]'::jsonb, 'outputs', '[{"name": "Pays", "type": "number"}]'::jsonb,
        'rules', jsonb_build_array(jsonb_build_array(cell, 0))))) $$;

-- Keys: which are known.
SELECT is(t.terms('{"deductable": {}}'), 'AS102 terms: benefits[0].steps[0].deductable: unknown key | Keys here are cap, offset, deductible, copay, coinsurance, out_of_pocket_max, limit, use.', 'a misspelt step');
SELECT is(t.terms('{"deductible": {"period": "year", "amount": "1"}}'), 'AS102 terms: benefits[0].steps[0].deductible.period: unknown key | Keys here are per, amount, scope, family_amount, credit, code.', 'a key that another system has');
SELECT is(t.told($$SELECT assure.publish_calendar('X', '{"base": "CN", "week": {"monday": []}}')$$), 'AS110 calendar: week.monday: unknown key | Keys here are mon, tue, wed, thu, fri, sat, sun.', 'a day of the week');
SELECT is(t.told($$SELECT assure.put_queue('{"code": "q", "name": "Q", "skill": {"a": 1}}')$$),
    '22023 queue: skill: unknown key | Keys here are code, name, skills, shareable, sla, authority, profile, reserve_for, wait_max, return_pause.', 'a queue');
SELECT is(t.told($$SELECT assure.put_queue('{"code": "q", "name": "Q", "skills": {"a": 1}, "wait_max": "-2 hours"}')$$),
    '22023 wait_max: "-2 hours" is not between 1 second and 1 year | A length of time is written as "4 hours" or "15 minutes".', 'a wait that is over before it begins');
SELECT is(t.told($$SELECT assure.publish_plan('{"code": "X", "name": "x", "terms": {}, "valid": "2025-01-01"}')$$),
    '22023 plan: valid: unknown key | Keys here are code, name, terms, valid_from, note, review_above, submit_within_days, second_approval_above, screening, authorization.', 'a plan');

-- Numbers: within which bounds.
SELECT is(t.terms('{"coinsurance": [{"pay": "80"}]}'), '22003 terms: benefits[0].steps[0].coinsurance[0].pay: 80 is out of range | Write a share from 0 to 1 such as "0.85", at most 1.000000.', 'percent');
SELECT is(t.terms('{"copay": {"amount": "9999999999999.00"}}'), '22003 terms: benefits[0].steps[0].copay.amount: 9999999999999.00 is out of range | Write an amount such as "1234.50", at most 999999999999.99.', 'an amount');
SELECT is(t.terms('{"coinsurance": [{"pay": "80%"}]}'), 'AS102 terms: benefits[0].steps[0].coinsurance[0].pay: a share from 0 to 1 such as "0.85" expected, not "80%"', 'with its sign');
SELECT is(t.told($$SELECT assure.publish_plan('Z', 'x', '{"benefits": [{"code": "A", "kind": "expense", "steps": []}]}', '2024-01-01', -1)$$),
    '22023 review_above is -1, not an amount from 0 of at most two decimals', 'what is below nothing');

-- Signs of other languages.
SELECT is(t.told($$SELECT assure.eval('a == 1', '{"a": 1}')$$), 'AS301 FEEL expression: "=" expected, not "=="', 'equal');
SELECT is(t.told($$SELECT assure.eval('a <> 1', '{"a": 1}')$$), 'AS301 FEEL expression: "!=" expected, not "<>"', 'not equal');
SELECT is(t.told($$SELECT assure.eval('a => 1', '{"a": 1}')$$), 'AS301 FEEL expression: ">=" expected, not "=>"', 'at least');
SELECT is(t.told($$SELECT assure.eval('a =< 1', '{"a": 1}')$$), 'AS301 FEEL expression: "<=" expected, not "=<"', 'at most');
SELECT is(t.told($$SELECT assure.eval('a = = 1', '{"a": 1}')$$), 'AS301 FEEL expression: a value expected, not "="', 'apart they are no sign');
SELECT is(t.told($$SELECT assure.eval('=', '{}')$$), 'AS301 FEEL expression: a value expected, not "="', 'nor alone');
SELECT is(t.told($$SELECT assure.eval('a = ''x''', '{"a": 1}')$$), 'AS301 FEEL expression: a text in double quotes expected, not "''"', 'quotes');
SELECT is(t.told($$SELECT assure.eval('a && b', '{"a": 1}')$$), 'AS301 FEEL expression: and expected, not "&"', 'and');
SELECT is(t.told($$SELECT assure.eval('a || b', '{"a": 1}')$$), 'AS301 FEEL expression: or expected, not "|"', 'or');
SELECT is(t.told($$SELECT assure.eval('!a', '{"a": 1}')$$), 'AS301 FEEL expression: not(...) expected, not "!"', 'not');
SELECT is(t.rule('=<18'), 'AS311 decision "T": rule 1, input 1: "<=" expected, not "=<" at line 1, column 1', 'in a rule too');
SELECT is(t.rule('<=18'), 'none', 'which takes the right one');

-- Names: which there are.
SELECT is(t.told($$SELECT assure.decide('T', 'Pay', '{}')$$), 'P0002 decision model "T" has no decision, decision service or business knowledge model "Pay" | It has "T".', 'what can be decided');
SELECT is(t.told($$SELECT assure.deploy_model('<html/>')$$),
    'AS311 dmn: the root element is not definitions of DMN 1.1 to 1.5 | A model begins with <definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" ...>; assure.table_model() writes one from rows.', 'no model');
SELECT is(t.told($$SELECT assure.deploy_model('')$$), 'AS311 dmn: the model is empty', 'nothing');

-- Escalations that would never come.
SELECT is(t.told($$SELECT assure.put_sla_policy('{"code": "x", "target": "2 days", "escalation": [{"on": "stalled", "do": "return"}]}')$$),
    'AS111 policy: escalation[0]: on: "stalled" needs stall_after | Say when work stalls: "stall_after": "4 hours".', 'of a stall that is not watched');
SELECT is(t.told($$SELECT assure.put_sla_policy('{"code": "x", "target": "2 days", "stall_after": "1 hour", "escalation": [{"on": "stalled", "do": "return"}]}')$$), 'none', 'of one that is');
SELECT is(t.told($$SELECT assure.put_sla_policy('{"code": "x", "target": "2 days", "warnings": [50], "escalation": [{"on": 80, "do": "return"}]}')$$),
    'AS111 policy: escalation[0].on: 80 is no warning point | Name one of those in "warnings", "stalled" or "target".', 'of a point that is none');

-- Conditions that would never hold.
SELECT is(t.told($$SELECT assure.put_sla_policy('{"code": "x", "target": "2 days", "condition": "amount"}')$$), 'AS111 policy: condition: is not true or false | Compare it with something: "amount > 50000".', 'of a policy');
SELECT is(t.told($$SELECT '{"benefits": [{"code": "OP", "kind": "expense", "when": "bill.social_paid", "steps": []}]}'::assure.terms$$),
    'AS102 terms: benefits[0].when: is not true or false | Compare it with something: "bill.social_paid > 0".', 'of a benefit');
SELECT is(t.told($$SELECT '{"benefits": [{"code": "OP", "kind": "expense", "when": "bill.social_settled", "steps": []}]}'::assure.terms$$), 'none', 'what is true or false may stand alone');

-- A schema without its rows, as a restore of the tables alone leaves it.
DELETE FROM assure_internal.installation;
SELECT is(t.told($$SELECT assure.claim_status('x')$$) LIKE '%was not finished%| After a restore of the tables alone, load their rows too; else remove what is left, and call assure.create_schema() again.', true, 'rows are missing');
SELECT is((SELECT count(*) FROM pg_attribute a JOIN pg_index i ON i.indrelid = a.attrelid AND a.attnum = ANY (i.indkey) OR pg_get_expr(i.indpred, i.indrelid) ~ a.attname
    WHERE i.indrelid = 'assure_internal.number_block'::regclass AND a.attrelid = i.indrelid AND a.attname = 'used'), 0::bigint, 'no index has how many numbers of a block are dealt out: it is updated in place');


-- A schema that a superuser renamed.
ALTER SCHEMA assure RENAME TO elsewhere;
SELECT is(t.told(format('SELECT elsewhere.create_schema(%L)', :'owner')), '3F000 the extension pg_assure has no schema "assure" in database "' || current_database() || '" | If it was renamed: ALTER SCHEMA ... RENAME TO assure.', 'is missed by name');
SELECT * FROM finish();
ROLLBACK;
