\set ECHO none
BEGIN;
\i test/sql-common/benefit.psql

SELECT plan(27);

-- 1: the terms of the documentation
\set terms '{"name": "Group medical, staff tier", "period": "policy_year", "shared": {"D": {"deductible": {"per": "year", "amount": "500.00"}}, "FAM": {"limit": {"per": "year", "scope": "family", "amount": "50000.00"}}}, "benefits": [{"code": "OP", "kind": "expense", "care": ["outpatient", "emergency"], "eligible": {"A": "1", "B": "1", "C": "0", "self_first": "1"}, "steps": [{"offset": ["social", "other", "prior"]}, {"use": "D"}, {"coinsurance": [{"when": "bill.social_settled", "pay": "0.8"}, {"pay": "0.6"}]}, {"limit": {"per": "year", "amount": "20000.00"}}, {"use": "FAM"}]}]}'
CREATE TEMP TABLE one AS
SELECT assure.evaluate(:'terms'::assure.terms, pg_temp.claim(jsonb_agg(
           pg_temp.bill('B' || n, date '2024-03-01' + n, pg_temp.line(1, '500.00'),
                        '{"social_settled": true, "social_paid": "300.00"}') ORDER BY n))) AS result
FROM generate_series(1, 3) n;
SELECT is(pg_temp.paid(result), 'B1 OP 0.00, B2 OP 0.00, B3 OP 80.00', '1: three bills on the deductible') FROM one;
SELECT is(result #> '{bills,2,benefits,0}', '{"code": "OP", "submitted": "500.00", "ineligible": "0.00", "offset": "300.00", "deductible": "100.00", "copay": "0.00", "coinsurance": "20.00", "over_limit": "0.00", "paid": "80.00"}', '1: the split of the third') FROM one;
SELECT is(result -> 'used', '{"D": {"year:2024-01-01": {"deductible": "500.00"}}, "OP": {"year:2024-01-01": {"amount": "80.00"}, "lifetime": {"amount": "80.00"}}, "FAM@family": {"year:2024-01-01": {"amount": "80.00"}}}', '1: what is used afterwards') FROM one;
SELECT is(result - '{bills,used,reasons}'::text[], '{"outcome": "pay", "paid": "80.00", "submitted": "1500.00", "fixed": []}', '1: the head of the result') FROM one;
SELECT is(pg_temp.reasons(result), 'B1 OP offset 300.00, B1 OP deductible 200.00, B2 OP offset 300.00, B2 OP deductible 200.00, B3 OP offset 300.00, B3 OP deductible 100.00, B3 OP coinsurance 20.00', '1: the reasons') FROM one;
-- the same three bills as three claims, each with what the one before has used
WITH RECURSIVE chain AS (
    SELECT 0 AS n, '{"used": {}}'::jsonb AS result
    UNION ALL
    SELECT n + 1, assure.evaluate(:'terms'::assure.terms, pg_temp.claim(pg_temp.bill('B' || n + 1, date '2024-03-02' + n, pg_temp.line(1, '500.00'), '{"social_settled": true, "social_paid": "300.00"}')), result -> 'used')
    FROM chain WHERE n < 3)
SELECT is(string_agg(result ->> 'paid', ', ' ORDER BY n), '0.00, 0.00, 80.00', '1: as three claims') FROM chain WHERE n > 0;

-- 2
SELECT is(pg_temp.paid(assure.evaluate(pg_temp.terms('{"steps": [{"cap": {"per": "unit", "amount": "60.00"}}, {"deductible": {"per": "visit", "amount": "50.00"}}]}')::assure.terms,
          pg_temp.claim(pg_temp.bill('B', '2024-03-01', pg_temp.line(1, '300.00', '{"quantity": "3"}'))))), 'B X 130.00', '2: a cap by unit, then a deductible');

-- 3
SELECT is(r -> 'paid' || (r #> '{used,X}'), '["2600.00", {"year:2024-01-01": {"amount": "2600.00", "base": "7000.00"}, "lifetime": {"amount": "2600.00"}}]', '3: bands that go on from the year''s base')
FROM assure.evaluate(pg_temp.terms('{"steps": [{"coinsurance": [{"band_on": "year", "bands": [{"upto": "5000.00", "pay": "0.8"}, {"pay": "0.9"}]}]}]}')::assure.terms,
         pg_temp.claim(pg_temp.bill('B', '2024-03-01', pg_temp.line(1, '3000.00'))), '{"X": {"year:2024-01-01": {"base": "4000.00"}}}') r;

-- 4: a deductible of the member within one of the family; members in turn
\set terms4 '{"benefits": [{"code": "X", "kind": "expense", "steps": [{"deductible": {"per": "year", "amount": "300.00", "family_amount": "900.00"}}]}]}'
WITH RECURSIVE chain AS (
    SELECT 0 AS n, '{"used": {}}'::jsonb AS result
    UNION ALL
    SELECT n + 1, assure.evaluate(:'terms4'::assure.terms,
                      pg_temp.claim(pg_temp.bill('B', '2024-03-01', pg_temp.line(1, (ARRAY['250.00', '350.00', '400.00', '500.00'])[n + 1]))),
                      -- the next member has the family's counters and none of its own
                      CASE WHEN n = 0 THEN '{}' ELSE jsonb_build_object('X@family', result #> '{used,X@family}') END)
    FROM chain WHERE n < 4)
SELECT is(string_agg(result ->> 'paid', ', ' ORDER BY n), '0.00, 50.00, 100.00, 450.00', '4: four members') FROM chain WHERE n > 0;

-- 5
\set terms5 '{"benefits": [{"code": "HI", "kind": "daily", "amount": "100.00", "from_day": 4, "steps": [{"limit": {"per": "year", "days": 180}}]}]}'
SELECT is(jsonb_path_query_array(r, '$.fixed[*].paid') || jsonb_path_query_array(r, '$.fixed[*].days') || (r #> '{used,HI,year:2024-01-01}'), '["9700.00", "8300.00", 97, 83, {"amount": "18000.00", "days": 180}]', '5: an allowance by day')
FROM assure.evaluate(:'terms5'::assure.terms,
         pg_temp.claim(jsonb_build_array(pg_temp.bill('A', '2024-01-10', pg_temp.line(1, '1.00'), '{"care": "inpatient", "to": "2024-04-19"}'),
                                         pg_temp.bill('B', '2024-06-01', pg_temp.line(1, '1.00'), '{"care": "inpatient", "to": "2024-09-09"}')))) r;

-- 6
SELECT is(r -> 'paid' || (r #> '{used,X}'), '["100.00", {"year:2024-01-01": {"amount": "100.00"}, "lifetime": {"amount": "100.00"}}]', '6: a limit counts what was paid in the end')
FROM assure.evaluate(pg_temp.terms('{"steps": [{"limit": {"per": "year", "amount": "20000.00"}}, {"limit": {"per": "visit", "amount": "100.00"}}]}')::assure.terms,
         pg_temp.claim(pg_temp.bill('B', '2024-03-01', pg_temp.line(1, '300.00')))) r;

-- 7
SELECT is(pg_temp.paid(r), 'B AB 150.00, B C 400.00', '7: social insurance stands on classes A and B')
FROM assure.evaluate('{"benefits": [{"code": "AB", "kind": "expense", "item": {"classes": ["A", "B"]}}, {"code": "C", "kind": "expense", "item": {"classes": ["C"]}}]}'::assure.terms,
         pg_temp.claim(pg_temp.bill('B', '2024-03-01', jsonb_build_array(pg_temp.line(1, '600.00'), pg_temp.line(2, '400.00', '{"class": "C"}')), '{"social_paid": "450.00"}'))) r;

-- 8
CREATE TEMP TABLE eight AS
SELECT assure.evaluate(pg_temp.terms('{"steps": [{"limit": {"per": "visit", "amount": "50.00", "categories": ["drug"], "code": "drug"}}]}')::assure.terms,
         pg_temp.claim(pg_temp.bill('B', '2024-03-01', jsonb_build_array(pg_temp.line(1, '300.00'), pg_temp.line(2, '300.00', '{"category": "bed", "social_paid": "280.00"}'))))) AS result;
SELECT is(pg_temp.paid(result), 'B X 70.00', '8: a limit on a category, and what is open on the other') FROM eight;
SELECT is(pg_temp.lines(result), '1 50.00, 2 20.00', '8: the lines') FROM eight;

-- 9
CREATE TEMP TABLE nine AS
SELECT assure.evaluate(pg_temp.terms('{"eligible": {"A": "1", "B": "1", "C": "0"}}')::assure.terms,
         pg_temp.claim(pg_temp.bill('B', '2024-03-01', jsonb_build_array(pg_temp.line(1, '500.00', '{"social_paid": "400.00"}'), pg_temp.line(2, '400.00', '{"class": "C"}'))))) AS result;
SELECT is(pg_temp.paid(result), 'B X 100.00', '9: what is open on a line that does not count is no room') FROM nine;
SELECT is(pg_temp.reasons(result), 'B X ineligible 400.00, B X indemnity 400.00', '9: the reasons') FROM nine;
SELECT is(pg_temp.lines(result), '1 100.00, 2 0.00', '9: the lines') FROM nine;

-- 10
CREATE TEMP TABLE ten AS
SELECT assure.evaluate('{"shared": {"D": {"deductible": {"per": "year", "amount": "500.00"}}}, "benefits": [{"code": "X", "kind": "expense", "item": {"categories": ["drug"]}, "steps": [{"use": "D"}]}, {"code": "Y", "kind": "expense", "item": {"categories": ["exam"]}, "steps": [{"use": "D"}]}]}'::assure.terms,
         pg_temp.claim(pg_temp.bill('B', '2024-03-01', jsonb_build_array(pg_temp.line(1, '300.00'), pg_temp.line(2, '300.00', '{"category": "exam"}'))))) AS result;
SELECT is(pg_temp.paid(result), 'B X 0.00, B Y 100.00', '10: a shared deductible over two benefits') FROM ten;
SELECT is(result #> '{used,D}', '{"year:2024-01-01": {"deductible": "500.00"}}', '10: is met once') FROM ten;

-- beside them: what a shared step took on a line stays closed, and is booked once
CREATE TEMP TABLE shared AS
SELECT assure.evaluate('{"shared": {"D": {"deductible": {"per": "year", "amount": "500.00"}}, "C": {"copay": {"amount": "20.00"}}}, "benefits": [{"code": "X", "kind": "expense", "steps": [{"use": "D"}, {"use": "C"}, {"limit": {"per": "visit", "amount": "60.00"}}]}, {"code": "Y", "kind": "expense", "steps": [{"use": "D"}, {"use": "C"}, {"offset": ["prior"]}]}]}'::assure.terms,
         pg_temp.claim(pg_temp.bill('B', '2024-03-01', pg_temp.line(1, '600.00')))) AS result;
SELECT is(pg_temp.paid(result), 'B X 60.00, B Y 20.00', 'two benefits on the same line share a deductible and a copay') FROM shared;
SELECT is(result #>> '{bills,0,benefits,1,deductible}', '500.00', 'the later one books the deductible under the same category') FROM shared;
SELECT is(result #> '{used,D}', '{"year:2024-01-01": {"deductible": "500.00"}}', 'and the counter once') FROM shared;

-- a credit counts once, whichever benefit sees it
CREATE TEMP TABLE credit AS
SELECT assure.evaluate('{"shared": {"D": {"deductible": {"per": "year", "amount": "500.00", "credit": ["social"]}}}, "benefits": [{"code": "X", "kind": "expense", "steps": [{"offset": ["social"]}, {"use": "D"}]}, {"code": "Y", "kind": "expense", "steps": [{"offset": ["social", "prior"]}, {"use": "D"}]}]}'::assure.terms,
         pg_temp.claim(pg_temp.bill('B', '2024-03-01', pg_temp.line(1, '900.00'), '{"social_paid": "200.00"}'))) AS result;
SELECT is(pg_temp.paid(result), 'B X 400.00, B Y 0.00', 'a payment credited to a deductible') FROM credit;
SELECT is(result #> '{used,D}', '{"year:2024-01-01": {"deductible": "500.00"}}', 'is met by 200 of credit and 300 taken') FROM credit;
SELECT is(result #>> '{bills,0,benefits,0,deductible}', '300.00', 'of which the benefit books what was taken') FROM credit;

-- a limit on the number of visits
SELECT is(pg_temp.paid(r), 'B1 X 0.00, B2 X 50.00, B3 X 50.00, B4 X 0.00', 'only a visit that pays is counted')
FROM assure.evaluate(pg_temp.terms('{"steps": [{"deductible": {"per": "year", "amount": "100.00"}}, {"limit": {"per": "year", "count": 2}}, {"coinsurance": [{"pay": "0.5"}]}]}')::assure.terms,
         pg_temp.claim((SELECT jsonb_agg(pg_temp.bill('B' || n, date '2024-03-01' + n, pg_temp.line(1, '100.00')) ORDER BY n) FROM generate_series(1, 4) n))) r;
SELECT is(r #> '{used,Z}', '{"year:2024-01-01": {"count": 1}}', 'a visit on which two benefits pay is counted once in what they share')
FROM assure.evaluate('{"shared": {"Z": {"limit": {"per": "year", "count": 1}}}, "benefits": [{"code": "X", "kind": "expense", "item": {"categories": ["drug"]}, "steps": [{"use": "Z"}]}, {"code": "Y", "kind": "expense", "item": {"categories": ["exam"]}, "steps": [{"use": "Z"}]}]}'::assure.terms,
         pg_temp.claim(pg_temp.bill('B', '2024-03-01', jsonb_build_array(pg_temp.line(1, '300.00'), pg_temp.line(2, '300.00', '{"category": "exam"}'))))) r;

SELECT * FROM finish();
ROLLBACK;
