\set ECHO none
BEGIN;
\i test/sql-common/benefit.psql

SELECT plan(15);

-- A number from 0 to below "most" that depends on its arguments only: the same claims in every run and version.
CREATE FUNCTION pg_temp.pick(key text, n int, most int) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT (abs(hashtextextended(key || ':' || n, 42) % most))::int $$;
CREATE FUNCTION pg_temp.yuan(fen bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT (fen / 100.0)::numeric(20, 2)::text $$;
-- Plan n of benefits X and Y, with a deductible, a limit and a share that can be set.
CREATE FUNCTION pg_temp.plan_of(n int, deductible int, most int, pay int) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object(
        'period', (ARRAY['policy_year', 'calendar_year'])[1 + n % 2],
        'shared', jsonb_build_object('D', jsonb_build_object('deductible', jsonb_build_object('per', (ARRAY['visit', 'day', 'year', 'lifetime'])[1 + n % 4], 'amount', pg_temp.yuan(deductible)) || CASE n % 3 WHEN 0 THEN '{"credit": ["social"]}'::jsonb ELSE '{}' END)),
        'benefits', jsonb_build_array(
            jsonb_build_object('code', 'X', 'kind', 'expense',
                'eligible', jsonb_build_object('A', '1', 'B', '0.9', 'default', (ARRAY['0', '0.5', '1', '0.333333'])[1 + n % 4]),
                'steps', jsonb_build_array('{"offset": ["social", "other"]}'::jsonb, '{"use": "D"}'::jsonb, jsonb_build_object('coinsurance', jsonb_build_array(jsonb_build_object('pay', (pay / 1000.0)::numeric(6, 3)::text))),
                    jsonb_build_object('limit', jsonb_build_object('per', (ARRAY['visit', 'day', 'year'])[1 + n % 3], 'amount', pg_temp.yuan(most))))),
            jsonb_build_object('code', 'Y', 'kind', 'expense', 'item', '{"categories": ["drug", "bed"]}'::jsonb,
                'steps', CASE n % 3 WHEN 0 THEN '[]'::jsonb WHEN 1 THEN '[{"use": "D"}, {"offset": ["prior"]}, {"copay": {"amount": "10.00"}}]' ELSE '[{"cap": {"per": "unit", "amount": "33.33"}}, {"limit": {"per": "year", "count": 2}}]' END))) $$;
-- Claim n: one to three bills of one to six lines, some with refunds and payments. Set by set: a function a claim would be planned
-- anew at each call.
CREATE TEMP TABLE made_line AS
SELECT n, b, l, CASE WHEN l = 6 THEN -1 - pg_temp.pick('refund', key, 100) ELSE 101 + pg_temp.pick('fen', key, 60000) / (1 + 999 * (l % 2)) END AS fen,
       (ARRAY['drug', 'exam', 'bed'])[1 + pg_temp.pick('cat', key, 3)] AS category, (ARRAY['A', 'B', 'C'])[1 + pg_temp.pick('class', key, 3)] AS class, 1 + pg_temp.pick('q', key, 3) AS quantity
FROM (SELECT n, b, l, n * 100 + b * 10 + l AS key FROM generate_series(1, 3000) n, generate_series(1, 1 + n % 3) b, generate_series(1, 1 + (n / 3) % 6) l) x;
CREATE TEMP TABLE made_bill AS
SELECT n, b, sum(fen)::int AS net, jsonb_agg(jsonb_build_object('no', l, 'amount', pg_temp.yuan(fen), 'category', category, 'class', class, 'quantity', quantity::text) ORDER BY l) AS lines
FROM made_line GROUP BY n, b;
CREATE TEMP TABLE made AS
SELECT n, jsonb_agg(jsonb_build_object('no', 'B' || b, 'care', 'outpatient', 'from', to_char(date '2024-02-27' + pg_temp.pick('day', n * 10 + b, 5), 'YYYY-MM-DD'), 'items', lines,
                    'social_paid', pg_temp.yuan(net::bigint * pg_temp.pick('social', n * 10 + b, 70) / 100), 'other_paid', pg_temp.yuan(net::bigint * pg_temp.pick('other', n * 10 + b, 30) / 100)) ORDER BY b) AS bills
FROM made_bill GROUP BY n;
CREATE TEMP TABLE cases AS
SELECT n, claim, assure.evaluate(plan::assure.terms, claim) AS result, plan
FROM (SELECT n, pg_temp.claim(bills) AS claim, pg_temp.plan_of(n, 5000, 20000, 800) AS plan FROM made OFFSET 0) x;
CREATE INDEX ON cases (n);
ANALYZE cases;
CREATE TEMP TABLE split AS
SELECT n, b ->> 'no' AS bill, s.* FROM cases, jsonb_array_elements(result -> 'bills') b,
    jsonb_to_recordset(b -> 'benefits') s(code text, submitted numeric, ineligible numeric, "offset" numeric, deductible numeric, copay numeric, coinsurance numeric, over_limit numeric, paid numeric);
CREATE TEMP TABLE line AS
SELECT n, b ->> 'no' AS bill, (i ->> 'paid')::numeric AS paid FROM cases, jsonb_array_elements(result -> 'bills') b, jsonb_array_elements(b -> 'items') i;
CREATE INDEX ON split (n);
CREATE INDEX ON line (n);
ANALYZE split, line;

SELECT cmp_ok((SELECT count(*) FROM split), '>', 5000::bigint, 'there is something to look at');
SELECT is_empty('SELECT * FROM split WHERE submitted <> ineligible + "offset" + deductible + copay + coinsurance + over_limit + paid', 'submitted is the sum of its parts');
SELECT is_empty('SELECT * FROM split WHERE least(ineligible, "offset", deductible, copay, coinsurance, over_limit, paid) < 0', 'no part is below zero');
SELECT is_empty('SELECT n FROM split GROUP BY n HAVING sum(paid) <> (SELECT (result ->> ''paid'')::numeric FROM cases c WHERE c.n = split.n)', 'the claim is paid what its benefits pay');
SELECT is_empty('SELECT n, bill, sum(paid) FROM split GROUP BY 1, 2 EXCEPT SELECT n, bill, sum(paid) FROM line GROUP BY 1, 2', 'so are its lines');
SELECT is_empty($$SELECT n FROM cases, jsonb_array_elements(claim -> 'bills') b, LATERAL (SELECT sum(paid) AS paid FROM line WHERE line.n = cases.n AND bill = b ->> 'no') l
                  WHERE l.paid + (b ->> 'social_paid')::numeric + (b ->> 'other_paid')::numeric > (SELECT sum((i ->> 'amount')::numeric) FROM jsonb_array_elements(b -> 'items') i)$$, 'nobody is paid more than the bill');
SELECT is_empty($$SELECT n FROM cases, LATERAL (SELECT sum((v #>> '{lifetime,amount}')::numeric) AS used FROM jsonb_each(result -> 'used') u(k, v) WHERE k IN ('X', 'Y')) u
                  WHERE coalesce(used, 0) <> (result ->> 'paid')::numeric$$, 'the lifetime counters hold what is paid');
SELECT is_empty($$SELECT n, bill, code, "offset" FROM split WHERE "offset" > 0 EXCEPT SELECT n, r ->> 'bill', r ->> 'benefit', sum((r ->> 'amount')::numeric) FROM cases, jsonb_array_elements(result -> 'reasons') r WHERE r ->> 'code' = 'offset' GROUP BY 1, 2, 3$$, 'every offset has its reason');
SELECT is_empty($$SELECT n, bill, code, over_limit FROM split WHERE over_limit > 0 EXCEPT SELECT n, r ->> 'bill', r ->> 'benefit', sum((r ->> 'amount')::numeric) FROM cases, jsonb_array_elements(result -> 'reasons') r WHERE r ->> 'code' ~ '^(cap|limit_|indemnity)' GROUP BY 1, 2, 3$$, 'and every amount over a limit');

-- the bills of a claim as claims of their own, in the order of calculation, come to the same
WITH RECURSIVE bill AS (
    SELECT n, b, plan, row_number() OVER (PARTITION BY n ORDER BY b ->> 'from', b ->> 'no') AS i FROM cases, jsonb_array_elements(claim -> 'bills') b),
chain AS (
    SELECT n, 0::bigint AS i, '{}'::jsonb AS used, 0.00 AS paid FROM cases
    UNION ALL
    SELECT n, bill.i, r -> 'used', paid + (r ->> 'paid')::numeric FROM chain JOIN bill USING (n),
        LATERAL assure.evaluate(plan::assure.terms, pg_temp.claim(b), chain.used) r
    WHERE bill.i = chain.i + 1)
SELECT is((SELECT count(*) FROM chain JOIN cases USING (n) WHERE chain.i = jsonb_array_length(claim -> 'bills') AND (chain.used <> result -> 'used' OR chain.paid <> (result ->> 'paid')::numeric)), 0::bigint, 'bill by bill or at once');

-- monotone, for the one benefit whose plan changes
CREATE FUNCTION pg_temp.x_paid(n int, claim jsonb, deductible int, most int, pay int) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN RETURN (assure.evaluate((pg_temp.plan_of(n, deductible, most, pay) #- '{benefits,1}')::assure.terms, claim) ->> 'paid')::numeric; END $$;
SELECT is_empty('SELECT n FROM cases WHERE pg_temp.x_paid(n, claim, 5000, 20000, 800) < pg_temp.x_paid(n, claim, 5001 + n, 20000, 800)', 'a higher deductible never pays more');
SELECT is_empty('SELECT n FROM cases WHERE pg_temp.x_paid(n, claim, 5000, 20000, 800) > pg_temp.x_paid(n, claim, 5000, 20001 + n, 800)', 'a higher limit never pays less');
SELECT is_empty('SELECT n FROM cases WHERE pg_temp.x_paid(n, claim, 5000, 20000, 800) > pg_temp.x_paid(n, claim, 5000, 20000, 801 + n % 199)', 'a higher share never pays less');

-- a line and its refund are worth the line that is left
SELECT is_empty($$SELECT n FROM generate_series(1, 1000) n,
    LATERAL assure.evaluate(pg_temp.plan_of(n, 500, 20000, 777)::assure.terms, pg_temp.claim(pg_temp.bill('B', '2024-03-01', jsonb_build_array(pg_temp.line(1, pg_temp.yuan(5000 + n)), pg_temp.line(2, '70.00', '{"class": "B"}'), pg_temp.line(3, pg_temp.yuan(-n))), '{"social_paid": "41.11"}'))) a,
    LATERAL assure.evaluate(pg_temp.plan_of(n, 500, 20000, 777)::assure.terms, pg_temp.claim(pg_temp.bill('B', '2024-03-01', jsonb_build_array(pg_temp.line(1, '50.00'), pg_temp.line(2, '70.00', '{"class": "B"}')), '{"social_paid": "41.11"}'))) b
    WHERE (a -> 'used' <> b -> 'used' OR a -> 'paid' <> b -> 'paid' OR a -> 'reasons' <> b -> 'reasons')$$, 'a refund is as if it had never been billed');
-- a claim and its canonical form come to the same
SELECT is_empty('SELECT n FROM cases WHERE assure.evaluate(plan::assure.terms, assure.check_claim(claim)) <> result', 'a claim is worth what its canonical form is worth');

SELECT * FROM finish();
ROLLBACK;
