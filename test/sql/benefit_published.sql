\set ECHO none
-- Calculations that insurers and others have published with figures: what is paid
-- is theirs, or follows from their figures by arithmetic that a note spells out.
BEGIN;
\i test/sql-common/setup.psql
SELECT no_plan();

-- t.line(line, n) is a line of a bill, t.bill(spec, n) a bill, t.claim(spec) a
-- claim: an amount stands for a bill of one line; {"lines": [[category, amount,
-- {more}], ..], ..} for a bill; a list of these for several; {"claim": {more}, "bills": [..]}
-- for a claim with more.
CREATE FUNCTION t.line(line jsonb, n bigint) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('no', n, 'category', line->>0, 'amount', line->>1) || coalesce(line->2, '{}') $$;
CREATE FUNCTION t.bill(spec jsonb, n bigint) RETURNS jsonb LANGUAGE sql AS $$
    SELECT CASE jsonb_typeof(spec) WHEN 'string' THEN t.bill(jsonb_build_object('lines', jsonb_build_array(jsonb_build_array('other', spec))), n)
        ELSE jsonb_build_object('no', 'B' || n, 'care', 'outpatient', 'from', '2024-03-01') || (spec - 'lines')
            || jsonb_build_object('items', (SELECT jsonb_agg(t.line(l.value, l.ordinality) ORDER BY l.ordinality) FROM jsonb_array_elements(spec->'lines') WITH ORDINALITY l)) END $$;
CREATE FUNCTION t.claim(spec jsonb) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('ref', 'R', 'policy', 'P', 'member_ref', 'M', 'event_date', '2024-03-01',
            'member', '{"birth_date": "1980-05-04", "sex": "F", "relationship": "self", "policy_start": "2024-01-01", "enrolled_on": "2024-01-01"}'::jsonb)
        || coalesce(CASE WHEN spec ? 'claim' THEN spec->'claim' END, '{}')
        || jsonb_build_object('bills', (SELECT coalesce(jsonb_agg(t.bill(b.value, b.ordinality) ORDER BY b.ordinality), '[]')
            FROM jsonb_array_elements(CASE WHEN jsonb_typeof(spec) = 'array' THEN spec WHEN spec ? 'claim' THEN coalesce(spec->'bills', '[]') ELSE jsonb_build_array(spec) END) WITH ORDINALITY b)) $$;
-- t.paid(terms, specs, family) is what is paid for claims in turn; those of several members keep the family's counters only.
CREATE FUNCTION t.paid(terms text, specs jsonb, family boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE used jsonb := '{}'; spec jsonb; result jsonb; paid text[] := '{}';
BEGIN
    FOR spec IN SELECT s.value FROM jsonb_array_elements(specs) WITH ORDINALITY s ORDER BY s.ordinality LOOP
        result := assure.evaluate(terms::assure.terms, t.claim(spec), used);
        paid := paid || (result->>'paid');
        used := result->'used';
        IF family THEN
            SELECT coalesce(jsonb_object_agg(key, value), '{}') INTO used FROM jsonb_each(used) WHERE key LIKE '%@family';
        END IF;
    END LOOP;
    RETURN array_to_string(paid, ' ');
END $$;
-- t.steps(steps) are terms of one expense benefit.
CREATE FUNCTION t.steps(steps text) RETURNS text LANGUAGE sql AS $$
    SELECT format('{"name": "Published", "benefits": [{"code": "X", "kind": "expense", "steps": [%s]}]}', steps) $$;
-- t.benefits(benefits, shared) are terms of several.
CREATE FUNCTION t.benefits(benefits text, shared text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT format('{"name": "Published", %s "benefits": [%s]}', '"shared": ' || shared || ',', benefits) $$;

CREATE TEMP TABLE published (n serial, source text, what text, terms text, claims jsonb, family boolean DEFAULT false, paid text);
INSERT INTO published (source, what, terms, claims, paid) VALUES
-- deductible, coinsurance, copay, most out of pocket
('HelpBetter', 'copay of 30 on a visit of 200', t.steps('{"copay": {"amount": "30.00"}}'), '["200.00"]', '170.00'),
('HelpBetter', 'scan of 11000 at a contract price of 1500, deductible 1000, 20 %',
    t.steps('{"deductible": {"per": "year", "amount": "1000.00"}}, {"coinsurance": [{"pay": "0.8"}]}'), '[{"lines": [["scan", "11000.00", {"allowed": "1500.00"}]]}]', '400.00'),
('HelpBetter', '1100 borne, then 50000 at 20 %: the rest up to 6000 is borne',
    t.steps('{"deductible": {"per": "year", "amount": "1000.00"}}, {"coinsurance": [{"pay": "0.8"}]}, {"out_of_pocket_max": {"per": "year", "amount": "6000.00"}}'),
    '["1500.00", "50000.00"]', '400.00 45100.00'),
('BCBS Texas', 'deductible 5000, 20 %, at most 6000: reached at a bill of 10000, then all is paid',
    t.steps('{"deductible": {"per": "year", "amount": "5000.00"}}, {"coinsurance": [{"pay": "0.8"}]}, {"out_of_pocket_max": {"per": "year", "amount": "6000.00"}}'),
    '["10000.00", "700.00"]', '4000.00 700.00'),
('BCBS Texas', 'X-ray of 200 after the deductible', t.steps('{"deductible": {"per": "year", "amount": "5000.00"}}, {"coinsurance": [{"pay": "0.8"}]}'), '["5000.00", "200.00"]', '0.00 160.00'),
('BCBS Texas', 'X-ray of 300, 200 at most', t.steps('{"cap": {"per": "item", "amount": "200.00"}}'), '["300.00"]', '200.00'),
('BCBS Illinois', 'deductible 4000, 25 %, at most 5000',
    t.steps('{"deductible": {"per": "year", "amount": "4000.00"}}, {"coinsurance": [{"pay": "0.75"}]}, {"out_of_pocket_max": {"per": "year", "amount": "5000.00"}}'),
    '["4000.00", "200.00", "3800.00", "100.00"]', '0.00 150.00 2850.00 100.00'),
('BCBS Illinois', 'X-ray of 250, 200 at most', t.steps('{"cap": {"per": "item", "amount": "200.00"}}'), '["250.00"]', '200.00'),
('BCBS New Mexico', 'X-ray of 300 at 30 % after a deductible of 4000', t.steps('{"deductible": {"per": "year", "amount": "4000.00"}}, {"coinsurance": [{"pay": "0.7"}]}'), '["4000.00", "300.00"]', '0.00 210.00'),
('BCBS New Mexico', '22 visits of which 20 are covered', t.steps('{"limit": {"per": "year", "count": 20}}'),
    (SELECT jsonb_agg('100.00'::text) FROM generate_series(1, 22)), (SELECT string_agg(CASE WHEN i <= 20 THEN '100.00' ELSE '0.00' END, ' ' ORDER BY i) FROM generate_series(1, 22) i)),
('Medicare Made Clear', 'two stays of one benefit period, one deductible of 1408', t.steps('{"deductible": {"per": "claim", "amount": "1408.00"}}'),
    '[[{"lines": [["stay", "9000.00"]]}, {"from": "2024-04-01", "lines": [["stay", "6000.00"]]}]]', '13592.00'),
('Tan Kin Lian', '6500, of which 500 not claimable, deductible 1000, 10 %',
    t.benefits('{"code": "X", "kind": "expense", "item": {"exclude_categories": ["extra"]}, "steps": [{"deductible": {"per": "year", "amount": "1000.00"}}, {"coinsurance": [{"pay": "0.9"}]}]}'),
    '[{"lines": [["stay", "6000.00"], ["extra", "500.00"]]}]', '4500.00'),
-- 10000 - 1500 - 20 % of 1500 - 15 % of 2000 - 10 % of 5000
('MediShield', 'deductible 1500, then 20 % to 3000, 15 % to 5000, 10 % above, of the whole bill',
    t.steps('{"deductible": {"per": "year", "amount": "1500.00"}}, {"coinsurance": [{"band_on": "visit", "bands": [{"upto": "1500.00", "pay": "0.8"}, {"upto": "3500.00", "pay": "0.85"}, {"pay": "0.9"}]}]}'),
    '["10000.00"]', '7400.00'),
-- 10000 - 1000 - 20 % of 2000 - 15 % of 2000 - 10 % of 5000
('MediShield', 'the same in class C, deductible 1000',
    t.steps('{"deductible": {"per": "year", "amount": "1000.00"}}, {"coinsurance": [{"band_on": "visit", "bands": [{"upto": "2000.00", "pay": "0.8"}, {"upto": "4000.00", "pay": "0.85"}, {"pay": "0.9"}]}]}'),
    '["10000.00"]', '7800.00'),
-- deductibles of the year and of each claim
('Mint', 'super top-up: 150000 and 100000, deductible 100000 a year', t.steps('{"deductible": {"per": "year", "amount": "100000.00"}}'), '["150000.00", "100000.00"]', '50000.00 100000.00'),
('Mint', 'top-up: the same, deductible a claim', t.steps('{"deductible": {"per": "claim", "amount": "100000.00"}}'), '["150000.00", "100000.00"]', '50000.00 0.00'),
('Mint', 'three bills of 200000, deductible 500000 a year', t.steps('{"deductible": {"per": "year", "amount": "500000.00"}}'), '["200000.00", "200000.00", "200000.00"]', '0.00 0.00 100000.00'),
('Mint', 'the same, deductible a claim', t.steps('{"deductible": {"per": "claim", "amount": "500000.00"}}'), '["200000.00", "200000.00", "200000.00"]', '0.00 0.00 0.00'),
('Impact Solution', 'super top-up: 2, 3, 1 lakh above a deductible of 5', t.steps('{"deductible": {"per": "year", "amount": "500000.00"}}, {"limit": {"per": "year", "amount": "2000000.00"}}'),
    '["200000.00", "300000.00", "100000.00"]', '0.00 0.00 100000.00'),
('Acko', 'base of 3 lakh, super top-up of 4 above 3: a bill of 5',
    t.benefits('{"code": "BASE", "kind": "expense", "steps": [{"limit": {"per": "year", "amount": "300000.00"}}]},
        {"code": "SUPER", "kind": "expense", "steps": [{"deductible": {"per": "year", "amount": "300000.00"}}, {"limit": {"per": "year", "amount": "400000.00"}}]}'),
    '["500000.00"]', '500000.00'),
('Kuvera', 'base of 3 lakh, super top-up above 3: bills of 2, 3, 5, all paid by one or the other',
    t.benefits('{"code": "BASE", "kind": "expense", "steps": [{"limit": {"per": "year", "amount": "300000.00"}}]},
        {"code": "SUPER", "kind": "expense", "steps": [{"deductible": {"per": "year", "amount": "300000.00"}}, {"limit": {"per": "year", "amount": "3000000.00"}}]}'),
    '["200000.00", "300000.00", "500000.00"]', '200000.00 300000.00 500000.00'),
('Kuvera', 'of these the super top-up', t.steps('{"deductible": {"per": "year", "amount": "300000.00"}}, {"limit": {"per": "year", "amount": "3000000.00"}}'),
    '["200000.00", "300000.00", "500000.00"]', '0.00 200000.00 500000.00'),
('Yes29', 'million-yuan cover: 18000 left by social insurance, deductible 10000', t.steps('{"offset": ["social"]}, {"deductible": {"per": "year", "amount": "10000.00"}}, {"limit": {"per": "year", "amount": "2000000.00"}}'),
    '[{"social_settled": true, "social_paid": "32000.00", "lines": [["stay", "50000.00", {"class": "A"}]]}]', '8000.00'),
-- teeth
('Delta Dental', 'crown of 800 at 50 %, 1000 a year: 600 are left', t.steps('{"coinsurance": [{"pay": "0.5"}]}, {"limit": {"per": "year", "amount": "1000.00"}}'), '["800.00", "1600.00"]', '400.00 600.00'),
('eMedicare', 'filling of 250 after a deductible of 100, at 80 %', t.steps('{"deductible": {"per": "year", "amount": "100.00"}}, {"coinsurance": [{"pay": "0.8"}]}'), '["250.00"]', '120.00'),
-- 90 + 80 % of (180 - 50) + 50 % of 850
('CodingAce', 'cleaning, filling, crown at contract prices: 100/80/50, deductible 50 on the last two',
    t.benefits('{"code": "P", "kind": "expense", "item": {"categories": ["preventive"]}, "steps": []},
        {"code": "B", "kind": "expense", "item": {"categories": ["basic"]}, "steps": [{"use": "D"}, {"coinsurance": [{"pay": "0.8"}]}, {"use": "MAX"}]},
        {"code": "M", "kind": "expense", "item": {"categories": ["major"]}, "steps": [{"use": "D"}, {"coinsurance": [{"pay": "0.5"}]}, {"use": "MAX"}]}',
        '{"D": {"deductible": {"per": "year", "amount": "50.00"}}, "MAX": {"limit": {"per": "year", "amount": "2000.00"}}}'),
    '[{"lines": [["preventive", "120.00", {"allowed": "90.00"}], ["basic", "240.00", {"allowed": "180.00"}], ["major", "1200.00", {"allowed": "850.00"}]]}]', '619.00'),
-- what another insurer paid: 75 of 125, of which 75 % is promised
('Dentrix', 'maintenance of benefits: 75 % of what is left', t.steps('{"offset": ["other"]}, {"coinsurance": [{"pay": "0.75"}]}'), '[{"other_paid": "75.00", "lines": [["tooth", "125.00"]]}]', '37.50'),
('Dentrix', 'carve-out: 75 % less what was paid', t.steps('{"coinsurance": [{"pay": "0.75"}]}, {"offset": ["other"]}'), '[{"other_paid": "75.00", "lines": [["tooth", "125.00"]]}]', '18.75'),
('Dentrix', 'traditional: 75 %, the bill at most', t.steps('{"coinsurance": [{"pay": "0.75"}]}'), '[{"other_paid": "75.00", "lines": [["tooth", "125.00"]]}]', '50.00'),
-- days in hospital
('Morgan Stanley', '1500 on admission, 400 a day in intensive care (2), 200 else (3)',
    t.benefits('{"code": "ADM", "kind": "daily", "amount": "1500.00", "steps": [{"limit": {"per": "claim", "days": 1}}]}, {"code": "ICU", "kind": "daily", "amount": "400.00", "provider": {"wards": ["special"]}},
        {"code": "DAY", "kind": "daily", "amount": "200.00", "provider": {"wards": ["general"]}}'),
    '[[{"care": "inpatient", "from": "2024-03-01", "to": "2024-03-03", "stay": "S", "provider": {"ward": "special"}, "lines": [["bed", "1.00"]]},
       {"care": "inpatient", "from": "2024-03-03", "to": "2024-03-06", "stay": "S", "provider": {"ward": "general"}, "lines": [["bed", "1.00"]]}]]', '2900.00'),
('Morgan Stanley', '1500 on admission and two days',
    t.benefits('{"code": "ADM", "kind": "daily", "amount": "1500.00", "steps": [{"limit": {"per": "claim", "days": 1}}]}, {"code": "DAY", "kind": "daily", "amount": "200.00"}'),
    '[{"care": "inpatient", "to": "2024-03-03", "lines": [["bed", "1.00"]]}]', '1900.00'),
('SMC', 'three days of which the first does not pay', t.benefits('{"code": "DAY", "kind": "daily", "amount": "1000.00", "from_day": 2}'),
    '[{"care": "inpatient", "to": "2024-03-04", "lines": [["bed", "1.00"]]}]', '2000.00'),
('Cover360', '1000 a day, for 30 days at most', t.benefits('{"code": "DAY", "kind": "daily", "amount": "1000.00", "steps": [{"limit": {"per": "year", "days": 30}}]}'),
    '[{"care": "inpatient", "to": "2024-03-21", "lines": [["bed", "1.00"]]}, {"care": "inpatient", "from": "2024-06-01", "to": "2024-06-21", "lines": [["bed", "1.00"]]}]', '20000.00 10000.00'),
('China, allowance clause', '(days - 3) x 100 of a stay of 12 days', t.benefits('{"code": "DAY", "kind": "daily", "amount": "100.00", "from_day": 4}'),
    '[{"care": "inpatient", "to": "2024-03-13", "lines": [["bed", "1.00"]]}]', '900.00'),
-- sums by illness
('Miller', 'bypass 25 %, then heart attack 100 % of 20000',
    t.benefits('{"code": "CI", "kind": "lump_sum", "amount": "20000.00", "levels": [{"code": "full", "diagnosis": {"include": ["I21", "I63", "N18.5"]}, "pay": "1"}, {"code": "part", "diagnosis": {"include": ["I25"]}, "pay": "0.25"}]}'),
    '[{"claim": {"diagnoses": ["I25.1"]}}, {"claim": {"diagnoses": ["I21.0"], "event_date": "2024-09-01"}}, {"claim": {"diagnoses": ["I63.9"], "event_date": "2025-09-01"}}]', '5000.00 20000.00 20000.00'),
('China, critical illness', 'mild 30 % three times, 90 days between, then severe',
    t.benefits('{"code": "CI", "kind": "lump_sum", "amount": "100000.00", "levels": [{"code": "severe", "diagnosis": {"include": ["C00-C97", "I21"]}, "pay": "1", "max_count": 1},
        {"code": "mild", "diagnosis": {"include": ["D00-D09", "I20", "G45", "K70"]}, "pay": "0.3", "max_count": 3, "interval_days": 90}]}'),
    '[{"claim": {"diagnoses": ["D05"], "event_date": "2024-01-10"}}, {"claim": {"diagnoses": ["I20.0"], "event_date": "2024-04-08"}}, {"claim": {"diagnoses": ["I20.0"], "event_date": "2024-04-09"}},
      {"claim": {"diagnoses": ["D06"], "event_date": "2024-12-01"}}, {"claim": {"diagnoses": ["C50.1"], "event_date": "2025-01-01"}}]', '30000.00 0.00 30000.00 0.00 100000.00'),
-- disability: 100 % at grade 1, 10 % less a grade
('China, disability standard', 'grades 1, 7, 10', t.benefits('{"code": "DIS", "kind": "schedule", "amount": "100000.00", "table": {"1": "1", "2": "0.9", "3": "0.8", "4": "0.7", "5": "0.6", "6": "0.5", "7": "0.4", "8": "0.3", "9": "0.2", "10": "0.1"}}'),
    '[{"claim": {"disability_grades": [10]}}, {"claim": {"disability_grades": [7]}}, {"claim": {"disability_grades": [1]}}]', '10000.00 30000.00 60000.00'),
('China, disability standard', 'the heaviest of several', t.benefits('{"code": "DIS", "kind": "schedule", "amount": "100000.00", "table": {"1": "1", "2": "0.9", "3": "0.8", "4": "0.7", "5": "0.6", "6": "0.5", "7": "0.4", "8": "0.3", "9": "0.2", "10": "0.1"}}'),
    '[{"claim": {"disability_grades": [10, 8, 9, 10]}}]', '30000.00'),
('China, disability standard', 'two of the same grade: one heavier, at most 1', t.benefits('{"code": "DIS", "kind": "schedule", "amount": "100000.00", "table": {"1": "1", "2": "0.9", "3": "0.8", "4": "0.7", "5": "0.6", "6": "0.5", "7": "0.4", "8": "0.3", "9": "0.2", "10": "0.1"}}'),
    '[{"claim": {"disability_grades": [8, 8, 10]}}, {"claim": {"disability_grades": [1, 1]}}]', '40000.00 60000.00');

INSERT INTO published (source, what, terms, claims, family, paid) VALUES
('NC State', 'deductible 300 a person, 900 a family: four persons of 400', t.steps('{"deductible": {"per": "year", "amount": "300.00", "family_amount": "900.00"}}'),
    '["400.00", "400.00", "400.00", "400.00"]', true, '100.00 100.00 100.00 400.00'),
('Your Care Everywhere', '1000 a person, 2000 a family: 1000, then the son 1500, then all', t.steps('{"deductible": {"per": "year", "amount": "1000.00", "family_amount": "2000.00"}}'),
    '["1000.00", "1500.00", "800.00"]', true, '0.00 500.00 800.00'),
('CareCredit', '500 a person, 1000 a family: 100, 200, 300, 50; 350 are left of the next 400', t.steps('{"deductible": {"per": "year", "amount": "500.00", "family_amount": "1000.00"}}'),
    '["100.00", "200.00", "300.00", "50.00", "400.00"]', true, '0.00 0.00 0.00 0.00 50.00'),
('Verywell', '500 a person, 1500 a family of five', t.steps('{"deductible": {"per": "year", "amount": "500.00", "family_amount": "1500.00"}}'),
    '["500.00", "500.00", "500.00", "100.00", "700.00"]', true, '0.00 0.00 0.00 100.00 700.00'),
('Illinois insurers', '5000 a person, 10000 a family, then 80 %', t.steps('{"deductible": {"per": "year", "amount": "5000.00", "family_amount": "10000.00"}}, {"coinsurance": [{"pay": "0.8"}]}'),
    '["6000.00", "4000.00", "2000.00"]', true, '800.00 0.00 800.00'),
('Plum', 'floater: 1, 1.5, 2 lakh of three persons above a common 2', t.steps('{"deductible": {"per": "year", "amount": "200000.00", "scope": "family"}}'),
    '["100000.00", "150000.00", "200000.00"]', true, '0.00 50000.00 200000.00');

SELECT is(t.paid(terms, claims, family), paid, source || ': ' || what) FROM published ORDER BY n;
SELECT cmp_ok(count(*), '>=', 25::bigint, 'at least 25 of them') FROM published;
SELECT * FROM finish();
ROLLBACK;
