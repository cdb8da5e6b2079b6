\set ECHO none
BEGIN;
\i test/sql-common/benefit.psql

-- Filters: a benefit with one filter, one bill, and what comes of it ('' : it pays).
CREATE TEMP TABLE filters (n serial, benefit jsonb, member jsonb DEFAULT '{}', claim jsonb DEFAULT '{}', bill jsonb DEFAULT '{}', line jsonb DEFAULT '{}', wanted text DEFAULT '');
INSERT INTO filters (benefit, claim, wanted) VALUES
 ('{"cause": ["illness"]}', '{}', ''),
 ('{"cause": ["illness"]}', '{"cause": "accident"}', 'cause'),
 ('{"diagnosis": {"include": ["C00-C97"]}}', '{}', 'diagnosis_not_included'),
 ('{"diagnosis": {"include": ["C00-C97"]}}', '{"diagnoses": ["J18.9", "C97.1"]}', ''),
 ('{"diagnosis": {"include": ["C00-C97"]}}', '{"diagnoses": ["D00"]}', 'diagnosis_not_included'),
 ('{"diagnosis": {"include": ["S82"]}}', '{"diagnoses": ["S82.6"]}', ''),
 ('{"diagnosis": {"include": ["S82.6"]}}', '{"diagnoses": ["S82"]}', 'diagnosis_not_included'),
 ('{"diagnosis": {"include": ["i10"]}}', '{"diagnoses": ["I10.x00x002"]}', ''),
 ('{"diagnosis": {"exclude": ["O80-O84"]}}', '{"diagnoses": ["S82.6", "O84.9"]}', 'diagnosis_excluded'),
 ('{"diagnosis": {"exclude": ["O80-O84"]}}', '{"diagnoses": ["O85"]}', ''),
 ('{"diagnosis": {"exclude": ["O80-O84"]}}', '{}', ''),
 ('{"diagnosis": {"include": ["C00-C97"], "exclude": ["C44"]}}', '{"diagnoses": ["C44.1"]}', 'diagnosis_excluded');
INSERT INTO filters (benefit, bill, wanted) VALUES
 ('{"care": ["outpatient"]}', '{}', ''),
 ('{"care": ["inpatient", "dental"]}', '{}', 'care'),
 ('{"diagnosis": {"include": ["S82"]}}', '{"diagnoses": ["S82.6"]}', ''),
 ('{"provider": {"min_grade": 2}}', '{"provider": {"grade": 2}}', ''),
 ('{"provider": {"min_grade": 2}}', '{"provider": {"grade": 1}}', 'provider'),
 ('{"provider": {"min_grade": 0}}', '{}', 'provider'),
 ('{"provider": {"ownership": ["public"]}}', '{"provider": {"ownership": "public"}}', ''),
 ('{"provider": {"ownership": ["public"]}}', '{"provider": {"grade": 3}}', 'provider'),
 ('{"provider": {"wards": ["general", "special"]}}', '{"provider": {"ward": "international"}}', 'provider'),
 ('{"provider": {"network": true}}', '{"provider": {"network": true}}', ''),
 ('{"provider": {"network": true}}', '{}', 'provider'),
 ('{"provider": {"network": false}}', '{"provider": {"network": false}}', '');
INSERT INTO filters (benefit, member, wanted) VALUES
 ('{"age": [33, 33]}', '{}', ''),
 ('{"age": [34, 60]}', '{}', 'age'),
 ('{"age": [34, 60]}', '{"birth_date": "1990-03-01"}', ''),
 ('{"age": [34, 60]}', '{"birth_date": "1990-03-02"}', 'age'),
 ('{"age": [0, 150]}', '{"birth_date": "2024-03-02"}', 'age'),
 ('{"sex": "F"}', '{}', ''),
 ('{"sex": "M"}', '{}', 'sex'),
 ('{"relationship": ["self", "spouse"]}', '{}', ''),
 ('{"relationship": ["spouse"]}', '{}', 'relationship'),
 ('{"waiting": {"days": 60}}', '{}', ''),
 ('{"waiting": {"days": 61}}', '{}', 'waiting_period'),
 ('{"waiting": {"months": 2}}', '{}', ''),
 ('{"waiting": {"months": 1}}', '{"enrolled_on": "2024-01-31"}', ''),
 ('{"waiting": {"months": 1}}', '{"enrolled_on": "2024-02-02"}', 'waiting_period'),
 ('{"waiting": {"days": 90, "waived_for": ["renewal"]}}', '{"continuous_since": "2023-01-01"}', ''),
 ('{"waiting": {"days": 90, "waived_for": ["renewal"]}}', '{}', 'waiting_period'),
 ('{"waiting": {"days": 90, "waived_for": ["accident"]}}', '{"continuous_since": "2023-01-01"}', 'waiting_period');
INSERT INTO filters (benefit, claim, wanted) VALUES
 ('{"waiting": {"days": 90, "waived_for": ["accident"]}}', '{"cause": "accident"}', '');
INSERT INTO filters (benefit, line, wanted) VALUES
 ('{"item": {"categories": ["bed", "drug"]}}', '{}', ''),
 ('{"item": {"categories": ["bed"]}}', '{}', 'item'),
 ('{"item": {"exclude_categories": ["drug"]}}', '{}', 'item'),
 ('{"item": {"codes": ["D1"]}}', '{"code": "D1"}', ''),
 ('{"item": {"codes": ["D1"]}}', '{}', 'item'),
 ('{"item": {"exclude_codes": ["D1"]}}', '{"code": "D1"}', 'item'),
 ('{"item": {"exclude_codes": ["D1"]}}', '{}', ''),
 ('{"item": {"classes": ["A"]}}', '{}', ''),
 ('{"item": {"classes": ["B", "C"]}}', '{}', 'item'),
 ('{"cause": ["accident"], "care": ["dental"], "sex": "M"}', '{}', 'cause');

-- Steps: the benefit's steps on one bill of 1000.00 in a class A line, from 1 to 3 March.
CREATE TEMP TABLE steps (n serial, steps jsonb, used jsonb DEFAULT '{}', bill jsonb DEFAULT '{}', paid text, reasons text);
INSERT INTO steps (steps, used, bill, paid, reasons) VALUES
 ('[]', '{}', '{}', '1000.00', ''),
 ('[]', '{}', '{"social_paid": "400.00"}', '600.00', 'indemnity 400.00'),
 ('[{"offset": ["social"]}]', '{}', '{"social_paid": "400.00", "other_paid": "100.00"}', '500.00', 'offset 400.00, indemnity 100.00'),
 ('[{"offset": ["social", "other", "prior"]}]', '{}', '{"social_paid": "400.00", "other_paid": "100.00"}', '500.00', 'offset 500.00'),
 ('[{"coinsurance": [{"pay": "0.8"}]}, {"offset": ["social"]}]', '{}', '{"social_paid": "400.00"}', '400.00', 'coinsurance 200.00, offset 400.00'),
 ('[{"offset": ["social"]}, {"coinsurance": [{"pay": "0.8"}]}]', '{}', '{"social_paid": "400.00"}', '480.00', 'offset 400.00, coinsurance 120.00'),
 ('[{"coinsurance": [{"pay": "0.333333"}]}]', '{}', '{}', '333.33', 'coinsurance 666.67'),
 ('[{"coinsurance": [{"pay": "0.5", "max": "300.00"}]}]', '{}', '{}', '700.00', 'coinsurance 300.00'),
 ('[{"coinsurance": [{"pay": "0"}]}]', '{}', '{}', '0.00', 'coinsurance 1000.00'),
 ('[{"copay": {"amount": "50.00"}}]', '{}', '{}', '950.00', 'copay 50.00'),
 ('[{"copay": {"amount": "5000.00"}}]', '{}', '{}', '0.00', 'copay 1000.00'),
 ('[{"cap": {"per": "item", "amount": "300.00"}}]', '{}', '{}', '300.00', 'cap 700.00'),
 ('[{"copay": {"amount": "50.00"}}, {"cap": {"per": "visit", "amount": "300.00"}}]', '{}', '{}', '300.00', 'copay 50.00, cap 650.00'),
 ('[{"deductible": {"per": "year", "amount": "300.00"}}]', '{"X": {"year:2024-01-01": {"deductible": "250.00"}}}', '{}', '950.00', 'deductible 50.00'),
 ('[{"deductible": {"per": "year", "amount": "300.00"}}]', '{"X": {"year:2023-01-01": {"deductible": "250.00"}}}', '{}', '700.00', 'deductible 300.00'),
 ('[{"deductible": {"per": "year", "amount": "300.00"}}]', '{"X": {"year:2024-01-01": {"deductible": "9250.00"}}}', '{}', '1000.00', ''),
 ('[{"deductible": {"per": "year", "amount": "300.00", "code": "a"}}]', '{"X": {"year:2024-01-01": {"deductible": "250.00"}}, "X.a": {"year:2024-01-01": {"deductible": "200.00"}}}', '{}', '900.00', 'deductible 100.00'),
 ('[{"deductible": {"per": "year", "amount": "300.00", "credit": ["social"]}}]', '{}', '{"social_paid": "100.00"}', '800.00', 'deductible 200.00'),
 ('[{"deductible": {"per": "year", "amount": "300.00", "family_amount": "500.00"}}]', '{"X@family": {"year:2024-01-01": {"deductible": "450.00"}}}', '{}', '950.00', 'deductible 50.00'),
 ('[{"deductible": {"per": "year", "amount": "300.00", "scope": "family"}}]', '{"X": {"year:2024-01-01": {"deductible": "300.00"}}}', '{}', '700.00', 'deductible 300.00'),
 ('[{"deductible": {"per": "lifetime", "amount": "300.00"}}]', '{"X": {"lifetime": {"deductible": "100.00"}}}', '{}', '800.00', 'deductible 200.00'),
 ('[{"deductible": {"per": "day", "amount": "100.00"}}]', '{}', '{"to": "2024-03-03"}', '700.00', 'deductible 300.00'),
 ('[{"limit": {"per": "day", "amount": "100.00"}}]', '{}', '{"to": "2024-03-03"}', '300.00', 'limit_day 700.00'),
 ('[{"limit": {"per": "day", "amount": "100.00"}}]', '{"X": {"day:2024-03-01": {"amount": "80.00"}}}', '{}', '20.00', 'limit_day 980.00'),
 ('[{"limit": {"per": "year", "amount": "20000.00"}}]', '{"X": {"year:2024-01-01": {"amount": "19999.99"}}}', '{}', '0.01', 'limit_year 999.99'),
 ('[{"limit": {"per": "lifetime", "amount": "500.00"}}]', '{"X": {"lifetime": {"amount": "600.00"}}}', '{}', '0.00', 'limit_lifetime 1000.00'),
 ('[{"limit": {"per": "year", "amount": "500.00", "family_amount": "800.00"}}]', '{"X@family": {"year:2024-01-01": {"amount": "700.00"}}}', '{}', '100.00', 'limit_year 900.00'),
 ('[{"limit": {"per": "claim", "amount": "500.00"}}, {"limit": {"per": "visit", "amount": "400.00"}}]', '{}', '{}', '400.00', 'limit_claim 500.00, limit_visit 100.00'),
 ('[{"limit": {"per": "year", "count": 3}}]', '{"X": {"year:2024-01-01": {"count": 2}}}', '{}', '1000.00', ''),
 ('[{"limit": {"per": "year", "count": 3}}]', '{"X": {"year:2024-01-01": {"count": 3}}}', '{}', '0.00', 'limit_count 1000.00');

-- What "used" may not be.
CREATE TEMP TABLE unused (n serial, used jsonb, wanted text);
INSERT INTO unused (used, wanted) VALUES
 ('[]', 'AS105 used: an object expected, not a list'),
 ('{"X": 1}', 'AS105 used: X: an object expected, not a number'),
 ('{"X": {"year": {}}}', 'AS105 used: X.year: not a period such as "year:2024-01-01", "day:2024-03-02" or "lifetime"'),
 ('{"X": {"year:2024-02-30": {}}}', 'AS105 used: X.year:2024-02-30: not a period such as "year:2024-01-01", "day:2024-03-02" or "lifetime"'),
 ('{"X": {"lifetime": {"total": "1.00"}}}', 'AS105 used: X.lifetime.total: unknown key'),
 ('{"X": {"lifetime": {"amount": "-1.00"}}}', 'AS105 used: X.lifetime.amount: -1.00 is negative'),
 ('{"X": {"lifetime": {"amount": 1}}}', 'AS105 used: X.lifetime.amount: an amount such as "1234.50" expected, not a number'),
 ('{"X": {"lifetime": {"count": "1"}}}', 'AS105 used: X.lifetime.count: a whole number expected, not a string'),
 ('{"X": {"lifetime": {"count": -1}}}', '22003 used: X.lifetime.count: -1 is out of range, from 0 to 2147483647'),
 ('{"X": {"lifetime": {"groups": "D00"}}}', 'AS105 used: X.lifetime.groups: a list expected, not a string'),
 ('{"": {}}', 'AS105 used: a name has 1 to 200 bytes');

SELECT plan((SELECT count(*) FROM filters)::int + (SELECT count(*) FROM steps)::int + (SELECT count(*) FROM unused)::int + 17);

SELECT is(pg_temp.reasons(assure.evaluate(pg_temp.terms(benefit)::assure.terms, pg_temp.claim(pg_temp.bill('B', '2024-03-01', pg_temp.line(1, '100.00', line), bill), member, claim))),
          CASE wanted WHEN '' THEN '' ELSE 'B X ' || wanted END, format('filter %s', n)) FROM filters ORDER BY n;
SELECT is(r ->> 'paid' || ': ' || replace(pg_temp.reasons(r), 'B X ', ''), paid || ': ' || reasons, format('steps %s', n))
FROM steps, LATERAL assure.evaluate(pg_temp.terms(jsonb_build_object('steps', steps))::assure.terms, pg_temp.claim(pg_temp.bill('B', '2024-03-01', pg_temp.line(1, '1000.00'), bill)), used) r ORDER BY n;
SELECT is(pg_temp.error_of(format('SELECT assure.evaluate(%L, %L, %L)', pg_temp.terms('{}'), pg_temp.claim('[]'), used)), wanted, format('used %s', n)) FROM unused ORDER BY n;

-- nothing to pay
SELECT is(assure.evaluate(pg_temp.terms('{}')::assure.terms, pg_temp.claim('[]')), '{"outcome": "deny", "paid": "0.00", "submitted": "0.00", "bills": [], "fixed": [], "used": {}, "reasons": []}', 'a claim without bills');
SELECT is(assure.evaluate(pg_temp.terms('{"sex": "M"}')::assure.terms, pg_temp.claim(pg_temp.bill('B', '2024-03-01', pg_temp.line(7, '5.00')))) - 'reasons',
          '{"outcome": "deny", "paid": "0.00", "submitted": "5.00", "bills": [{"no": "B", "benefits": [], "items": [{"no": 7, "paid": "0.00"}]}], "fixed": [], "used": {}}', 'a benefit that does not respond has no row');
SELECT is(assure.evaluate(NULL, '{}'), NULL, 'strict');

-- eligible amounts
SELECT is(pg_temp.lines(r), '1 95.00, 2 40.00, 3 0.00, 4 70.00', 'the share by class, and of the part to be borne first')
FROM assure.evaluate(pg_temp.terms('{"eligible": {"A": "1", "B": "0.5", "C": "0", "self_first": "0.5", "default": "0.7"}}')::assure.terms,
        pg_temp.claim(pg_temp.bill('B', '2024-03-01', jsonb_build_array(pg_temp.line(1, '100.00', '{"self_first": "10.00"}'), pg_temp.line(2, '100.00', '{"class": "B", "allowed": "80.00"}'),
                                   pg_temp.line(3, '100.00', '{"class": "C"}'), pg_temp.line(4, '100.00') - 'class')))) r;
SELECT is(pg_temp.lines(r), '1 20.00, 2 80.00', 'a line that would get more than is open gets what is open, and the others the rest')
FROM assure.evaluate(pg_temp.terms('{"steps": [{"limit": {"per": "visit", "amount": "100.00"}}]}')::assure.terms,
        pg_temp.claim(pg_temp.bill('B', '2024-03-01', jsonb_build_array(pg_temp.line(1, '100.00', '{"social_paid": "80.00"}'), pg_temp.line(2, '100.00'))))) r;
SELECT is(pg_temp.paid(r), 'B X 400.00, B Y 500.00', 'a later benefit sees what an earlier one paid')
FROM assure.evaluate('{"benefits": [{"code": "X", "kind": "expense", "steps": [{"limit": {"per": "visit", "amount": "400.00"}}]}, {"code": "Y", "kind": "expense", "steps": [{"copay": {"amount": "100.00"}}, {"offset": ["prior"]}]}]}'::assure.terms,
        pg_temp.claim(pg_temp.bill('B', '2024-03-01', pg_temp.line(1, '1000.00')))) r;

-- years
SELECT is((SELECT string_agg(k, ', ' ORDER BY k) FROM jsonb_object_keys(r #> '{used,X}') k), 'lifetime, year:2023-02-28, year:2024-02-29, year:2025-02-28', 'a policy year from 29 February')
FROM assure.evaluate(pg_temp.terms('{}')::assure.terms,
        pg_temp.claim((SELECT jsonb_agg(pg_temp.bill('B' || d, d::date, pg_temp.line(1, '1.00'))) FROM unnest('{2024-02-28, 2024-02-29, 2025-02-27, 2025-02-28}'::text[]) d), '{"policy_start": "2020-02-29"}')) r;
SELECT is((SELECT string_agg(k, ', ' ORDER BY k) FROM jsonb_object_keys(r #> '{used,X}') k), 'lifetime, year:2023-07-01, year:2024-07-01', 'a policy year')
FROM assure.evaluate(pg_temp.terms('{}')::assure.terms,
        pg_temp.claim((SELECT jsonb_agg(pg_temp.bill('B' || d, d::date, pg_temp.line(1, '1.00'))) FROM unnest('{2024-06-30, 2024-07-01}'::text[]) d), '{"policy_start": "2024-07-01"}')) r;
SELECT is((SELECT string_agg(k, ', ' ORDER BY k) FROM jsonb_object_keys(r #> '{used,X}') k), 'lifetime, year:2023-01-01, year:2024-01-01', 'a calendar year')
FROM assure.evaluate(pg_temp.terms('{}', '{"period": "calendar_year"}')::assure.terms,
        pg_temp.claim((SELECT jsonb_agg(pg_temp.bill('B' || d, d::date, pg_temp.line(1, '1.00'))) FROM unnest('{2023-12-31, 2024-01-01}'::text[]) d), '{"policy_start": "2023-07-01"}')) r;
SELECT is(pg_temp.error_of(format('SELECT assure.evaluate(%L, %L)', pg_temp.terms('{"steps": [{"limit": {"per": "year", "amount": "1.00", "scope": "family"}}]}'), pg_temp.claim('[]') #- '{member,policy_start}')),
          'AS101 claim: member.policy_start: missing | The terms count for the family by policy year, which begins on the same day for all members.', 'a family''s policy year has to be known');
SELECT is(pg_temp.error_of(format('SELECT assure.evaluate(%L, %L)', pg_temp.terms('{"steps": [{"limit": {"per": "year", "amount": "1.00", "scope": "family"}}]}', '{"period": "calendar_year"}'), pg_temp.claim('[]') #- '{member,policy_start}')), 'none', 'a calendar year is the same for all');

-- order
SELECT is(pg_temp.paid(r), 'B9 X 60.00, B10 X 40.00, B2 X 0.00', 'bills by from-date, then number as bytes')
FROM assure.evaluate(pg_temp.terms('{"steps": [{"limit": {"per": "claim", "amount": "100.00"}}]}')::assure.terms,
        pg_temp.claim(jsonb_build_array(pg_temp.bill('B2', '2024-03-02', pg_temp.line(1, '60.00')), pg_temp.bill('B10', '2024-03-02', pg_temp.line(1, '60.00')), pg_temp.bill('B9', '2024-03-01', pg_temp.line(1, '60.00'))))) r;

-- counters
SELECT is(r -> 'used', '{"X": {"year:2024-01-01": {"amount": "5.00"}, "lifetime": {"amount": "5.00"}, "stay:S1": {"days": 3}}, "CI.mild": {"lifetime": {"count": 1, "amount": "30000.00", "last": "2024-02-01", "groups": ["D00-D09"]}}, "OLD": {}, "OLDER": {"lifetime": {}}, "HI": {"year:2024-01-01": {"days": 97, "amount": "0.00"}}}', 'counters that the terms do not know pass through; zeros of those they know are left out')
FROM assure.evaluate(pg_temp.terms('{}')::assure.terms, pg_temp.claim(pg_temp.bill('B', '2024-03-01', pg_temp.line(1, '5.00'))),
        '{"X": {"year:2023-01-01": {"amount": "0.00"}, "day:2024-03-01": {}, "stay:S1": {"days": 3}}, "CI.mild": {"lifetime": {"count": 1, "amount": "30000.00", "last": "2024-02-01", "groups": ["D00-D09"]}}, "OLD": {}, "OLDER": {"lifetime": {}}, "HI": {"year:2024-01-01": {"days": 97, "amount": "0.00"}}}') r;
SELECT is(r -> 'used', '{"X": {"year:2024-01-01": {"amount": "60.00", "deductible": "40.00"}, "lifetime": {"amount": "60.00"}, "day:2024-03-01": {"amount": "60.00"}}, "X@family": {"year:2024-01-01": {"amount": "60.00"}}, "X.v": {"lifetime": {"count": 1}}}', 'each step keeps what it needs')
FROM assure.evaluate(pg_temp.terms('{"steps": [{"deductible": {"per": "year", "amount": "40.00"}}, {"limit": {"per": "day", "amount": "500.00"}}, {"limit": {"per": "year", "amount": "900.00", "scope": "family"}}, {"limit": {"per": "lifetime", "count": 9, "code": "v"}}, {"limit": {"per": "claim", "amount": "900.00"}}]}')::assure.terms, pg_temp.claim(pg_temp.bill('B', '2024-03-01', pg_temp.line(1, '100.00')))) r;

-- texts
SELECT is(r #>> '{reasons,0,text}', '900.00 above what is left of the limit of 100.00 a year', 'a reason in a sentence')
FROM assure.evaluate(pg_temp.terms('{"steps": [{"limit": {"per": "year", "amount": "100.00"}}]}')::assure.terms, pg_temp.claim(pg_temp.bill('B', '2024-03-01', pg_temp.line(1, '1000.00')))) r;

-- many plans at one call site, each more often than once: none is taken for another
SELECT ok(bool_and(r ->> 'paid' = (n % 40) || '.00'), 'forty plans in one query')
FROM generate_series(1, 400) n, LATERAL assure.evaluate(pg_temp.terms(jsonb_build_object('steps', jsonb_build_array(jsonb_build_object('limit', jsonb_build_object('per', 'visit', 'amount', (n % 40)::text)))))::assure.terms, pg_temp.claim(pg_temp.bill('B', '2024-03-01', pg_temp.line(1, '1000.00')))) r;
-- no setting of the session has a say
SELECT assure.evaluate(pg_temp.terms('{}')::assure.terms, pg_temp.claim(pg_temp.bill('B', '2024-03-01', pg_temp.line(1, '5.00')))) AS before \gset
SET LOCAL timezone = 'Pacific/Kiritimati';
SET LOCAL datestyle = 'German';
SET LOCAL lc_numeric = 'C';
SELECT is(assure.evaluate(pg_temp.terms('{}')::assure.terms, pg_temp.claim(pg_temp.bill('B', '2024-03-01', pg_temp.line(1, '5.00')))), :'before'::jsonb, 'in any time zone and date style');

SELECT * FROM finish();
ROLLBACK;
