\set ECHO none
BEGIN;
\i test/sql-common/benefit.psql

SELECT plan(20);

-- A number from 0 to below "most" that depends on its arguments only.
CREATE FUNCTION pg_temp.pick(key text, n int, most int) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT (abs(hashtextextended(key || ':' || n, 7) % most))::int $$;
CREATE FUNCTION pg_temp.yuan(fen bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT (fen / 100.0)::numeric(20, 2)::text $$;
-- Plan n: most kinds of steps, shared ones, conditions; amounts vary.
CREATE FUNCTION pg_temp.plan_of(n int) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object(
        'shared', jsonb_build_object(
            'D', jsonb_build_object('deductible', jsonb_build_object('per', (ARRAY['visit', 'year', 'claim'])[1 + n % 3], 'amount', pg_temp.yuan(1000 + 37 * n), 'credit', '["social"]'::jsonb)),
            'C', jsonb_build_object('copay', '{"amount": "15.00"}'::jsonb),
            'M', jsonb_build_object('out_of_pocket_max', jsonb_build_object('per', 'year', 'amount', pg_temp.yuan(3000 + 91 * n))),
            'L', jsonb_build_object('limit', jsonb_build_object('per', 'year', 'scope', 'family', 'amount', pg_temp.yuan(40000 + 997 * n)))),
        'benefits', jsonb_build_array(
            jsonb_build_object('code', 'X', 'kind', 'expense', 'when', 'count(bill.items) > ' || n % 3, 'eligible', '{"A": "1", "B": "0.85", "default": "0.5"}'::jsonb,
                'steps', jsonb_build_array('{"cap": {"per": "item", "amount": "250.00"}}'::jsonb, '{"offset": ["social"]}'::jsonb, '{"use": "D"}'::jsonb, '{"use": "C"}'::jsonb,
                    jsonb_build_object('coinsurance', jsonb_build_array(
                        jsonb_build_object('when', 'bill.social_paid > 50', 'band_on', 'year', 'bands', jsonb_build_array(jsonb_build_object('upto', pg_temp.yuan(9000), 'pay', '0.7'), '{"pay": "0.9"}'::jsonb)),
                        '{"when": "bill.items[1].category = \"exam\"", "band_on": "visits", "bands": [{"upto": 1, "pay": "0.9"}, {"pay": "0.4"}]}'::jsonb, '{"pay": "0.6", "max": "80.00"}'::jsonb)),
                    '{"use": "M"}'::jsonb, jsonb_build_object('limit', jsonb_build_object('per', 'year', 'amount', pg_temp.yuan(8000 + 53 * n), 'categories', '["drug"]'::jsonb, 'code', 'drug')),
                    '{"limit": {"per": "day", "amount": "90.00"}}'::jsonb, '{"use": "L"}'::jsonb)),
            jsonb_build_object('code', 'Y', 'kind', 'expense', 'item', '{"categories": ["drug", "exam"]}'::jsonb,
                'steps', '[{"use": "D"}, {"coinsurance": [{"pay": "0.5"}]}, {"use": "M"}, {"offset": ["social", "prior"]}, {"limit": {"per": "year", "count": 2}}, {"use": "L"}]'::jsonb),
            jsonb_build_object('code', 'Z', 'kind', 'expense', 'item', '{"classes": ["C"]}'::jsonb, 'steps', '[{"use": "C"}]'::jsonb))) $$;
CREATE TEMP TABLE made AS
SELECT n, pg_temp.plan_of(n) AS plan, pg_temp.claim((SELECT jsonb_agg(pg_temp.bill('B' || b, date '2024-03-01' + pg_temp.pick('day', n * 10 + b, 4),
           (SELECT jsonb_agg(pg_temp.line(l, pg_temp.yuan(500 + pg_temp.pick('fen', n * 100 + b * 10 + l, 40000)),
                jsonb_build_object('category', (ARRAY['drug', 'exam', 'bed'])[1 + pg_temp.pick('category', n * 100 + b * 10 + l, 3)], 'class', (ARRAY['A', 'B', 'C'])[1 + pg_temp.pick('class', n * 100 + b * 10 + l, 3)],
                                   'social_paid', pg_temp.yuan(pg_temp.pick('social', n * 100 + b * 10 + l, 500))))) FROM generate_series(1, 1 + n % 5) l)))
       FROM generate_series(1, 1 + n % 3) b)) AS claim
FROM generate_series(1, 400) n;
CREATE TEMP TABLE step AS
SELECT n, i, r ->> 'bill' AS bill, r ->> 'benefit' AS benefit, r ->> 'stage' AS stage, r ->> 'kind' AS kind, (r ->> 'in')::numeric AS amount_in, (r ->> 'out')::numeric AS amount_out,
       (r ->> 'booked')::numeric AS booked, r ->> 'category' AS category, r ->> 'reason' AS reason, r -> 'counters' AS counters, r -> 'rule' AS rule, (r ->> 'step')::int AS place, r ->> 'shared' AS shared, r
FROM made, LATERAL jsonb_array_elements(assure.trace(plan::assure.terms, claim)) WITH ORDINALITY t(r, i);
CREATE TEMP TABLE result AS SELECT n, assure.evaluate(plan::assure.terms, claim) AS result FROM made;
CREATE TEMP TABLE split AS
SELECT n, b ->> 'no' AS bill, s.* FROM result, jsonb_array_elements(result -> 'bills') b,
    jsonb_to_recordset(b -> 'benefits') s(code text, submitted numeric, ineligible numeric, "offset" numeric, deductible numeric, copay numeric, coinsurance numeric, over_limit numeric, paid numeric);

SELECT cmp_ok((SELECT count(*) FROM step), '>', 10000::bigint, 'there is something to look at');
SELECT is((SELECT count(DISTINCT kind) FROM step), 7::bigint, 'all kinds of steps');
SELECT is_empty('SELECT * FROM step WHERE amount_in - booked <> amount_out', 'in less booked is out');
SELECT is_empty($$SELECT * FROM (SELECT step.*, lag(amount_out) OVER (PARTITION BY n, bill, benefit ORDER BY i) AS before FROM step WHERE stage <> 'filter') x WHERE before <> amount_in$$, 'each goes on where the one before ended');
SELECT is_empty($$SELECT n, bill, code, submitted FROM split EXCEPT (SELECT DISTINCT ON (n, bill, benefit) n, bill, benefit, amount_in FROM step WHERE stage <> 'filter' ORDER BY n, bill, benefit, i)$$, 'the first takes what was submitted');
SELECT is_empty($$SELECT n, bill, code, paid FROM split EXCEPT SELECT n, bill, benefit, amount_out FROM step WHERE stage = 'paid'$$, 'the last pays what is paid');
SELECT is_empty($$SELECT n, bill, code, v.category, v.amount FROM split, LATERAL (VALUES ('ineligible', ineligible), ('offset', "offset"), ('deductible', deductible), ('copay', copay), ('coinsurance', coinsurance), ('over_limit', over_limit)) v(category, amount) WHERE v.amount <> 0
                  EXCEPT SELECT n, bill, benefit, category, sum(booked) FROM step GROUP BY 1, 2, 3, 4$$, 'the rows of a category add up to it');
SELECT is_empty($$SELECT n, bill, benefit, category FROM step WHERE booked <> 0 EXCEPT SELECT n, bill, code, v.category FROM split, LATERAL (VALUES ('ineligible'), ('offset'), ('deductible'), ('copay'), ('coinsurance'), ('over_limit')) v(category)$$, 'and book under no other');
SELECT is_empty($$SELECT n, r ->> 'bill', r ->> 'benefit', r ->> 'code' FROM result, jsonb_array_elements(result -> 'reasons') r WHERE r ->> 'amount' IS NULL
                  EXCEPT SELECT n, bill, benefit, reason FROM step WHERE stage = 'filter'$$, 'a benefit that does not respond has a row with its reason');
SELECT is_empty($$SELECT n, bill, benefit, reason, sum(booked) FROM step WHERE booked <> 0 GROUP BY 1, 2, 3, 4 HAVING sum(booked) <> 0
                  EXCEPT SELECT n, r ->> 'bill', r ->> 'benefit', r ->> 'code', sum((r ->> 'amount')::numeric) FROM result, jsonb_array_elements(result -> 'reasons') r GROUP BY 1, 2, 3, 4$$, 'reasons say what rows say');
SELECT is_empty($$SELECT * FROM step WHERE kind = 'out_of_pocket_max' AND booked > 0$$, 'a maximum out of pocket only gives back');
SELECT cmp_ok((SELECT count(*) FROM step WHERE kind = 'out_of_pocket_max' AND booked < 0), '>', 50::bigint, 'and does');
SELECT is_empty($$SELECT * FROM step WHERE stage = 'step' AND kind <> 'limit' AND counters IS NULL AND kind IN ('deductible', 'out_of_pocket_max') AND NOT (kind = 'out_of_pocket_max' AND booked < 0)$$, 'what counts shows its counter');
SELECT is_empty($$SELECT * FROM step, jsonb_array_elements(counters) c WHERE (c ->> 'after')::numeric < (c ->> 'before')::numeric$$, 'counters only grow');
SELECT is_empty($$(SELECT DISTINCT ON (n, c ->> 'counter', c ->> 'period', c ->> 'measure') n, c ->> 'counter', c ->> 'period', c ->> 'measure', (c ->> 'after')::numeric
                  FROM step, jsonb_array_elements(counters) c WHERE c ->> 'period' NOT IN ('visit', 'claim') AND (c ->> 'after')::numeric <> 0 ORDER BY 1, 2, 3, 4, i DESC)
                  EXCEPT SELECT n, counter, period, measure, value::numeric FROM result, jsonb_each(result -> 'used') u(counter, periods), jsonb_each(periods) p(period, measures), jsonb_each_text(measures) m(measure, value)$$, 'and end where used ends');
SELECT is_empty($$SELECT n, counter, period, measure FROM result, jsonb_each(result -> 'used') u(counter, periods), jsonb_each(periods) p(period, measures), jsonb_each_text(measures) m(measure, value)
                  EXCEPT SELECT n, c ->> 'counter', c ->> 'period', c ->> 'measure' FROM step, jsonb_array_elements(counters) c$$, 'nothing is used that no row shows');
SELECT is_empty($$SELECT * FROM step JOIN made USING (n) WHERE stage = 'step' AND rule <> CASE WHEN shared IS NULL THEN plan #> ARRAY['benefits', (CASE benefit WHEN 'X' THEN 0 WHEN 'Y' THEN 1 ELSE 2 END)::text, 'steps', place::text] ELSE plan #> ARRAY['shared', shared] END$$, 'the rule is the step of the terms');
SELECT is_empty($$SELECT DISTINCT kind, r ->> 'case' FROM step WHERE (kind = 'coinsurance' AND benefit = 'X') AND r ->> 'case' IS NULL$$, 'a coinsurance says which case held');
SELECT is((SELECT string_agg(DISTINCT r ->> 'case', ' ' ORDER BY r ->> 'case') FROM step WHERE kind = 'coinsurance'), '0 1 2', 'each of them somewhere');

-- what a shared step had taken before
SELECT is((SELECT jsonb_agg(jsonb_build_array(r ->> 'booked', r ->> 'closed', r #>> '{counters,0,before}', r #>> '{counters,0,after}') ORDER BY i)
           FROM jsonb_array_elements(assure.trace('{"shared": {"D": {"deductible": {"per": "year", "amount": "500.00"}}}, "benefits": [{"code": "X", "kind": "expense", "item": {"categories": ["drug"]}, "steps": [{"use": "D"}]}, {"code": "Y", "kind": "expense", "steps": [{"use": "D"}]}]}',
                                         pg_temp.claim(pg_temp.bill('B', '2024-03-01', jsonb_build_array(pg_temp.line(1, '300.00'), pg_temp.line(2, '300.00', '{"category": "exam"}')))))) WITH ORDINALITY t(r, i) WHERE r ->> 'kind' = 'deductible'),
          '[["300.00", null, "0.00", "300.00"], ["500.00", "300.00", "300.00", "500.00"]]', 'what a shared step had taken earlier is told apart');

SELECT * FROM finish();
ROLLBACK;
