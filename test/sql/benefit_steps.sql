\set ECHO none
BEGIN;
\i test/sql-common/benefit.psql

-- Each step with figures worked out by hand: what is paid, who bears the rest, what the counters hold.
-- One benefit X, bills of one line unless a test says more.
CREATE FUNCTION pg_temp.run(steps jsonb, bills jsonb, used jsonb DEFAULT '{}', more jsonb DEFAULT '{}', member jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT assure.evaluate(pg_temp.terms(jsonb_build_object('steps', steps), more)::assure.terms, pg_temp.claim(bills, member), used) $$;
CREATE FUNCTION pg_temp.one(amount text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT pg_temp.bill('B', '2024-03-01', pg_temp.line(1, amount), more) $$;
-- n bills B1, B2, ... of an amount each, a day apart
CREATE FUNCTION pg_temp.several(n int, amount text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_agg(pg_temp.bill('B' || i, date '2024-02-29' + i, pg_temp.line(1, amount), more) ORDER BY i) FROM generate_series(1, n) i $$;
-- the parts of a split that are not zero
CREATE FUNCTION pg_temp.split(result jsonb, bill int DEFAULT 0, benefit int DEFAULT 0) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(k || ' ' || (s ->> k), ', ' ORDER BY n)
    FROM (SELECT result #> ARRAY['bills', bill::text, 'benefits', benefit::text] AS s) x,
         unnest(ARRAY['ineligible', 'offset', 'deductible', 'copay', 'coinsurance', 'over_limit', 'paid']) WITH ORDINALITY k(k, n)
    WHERE s ->> k <> '0.00' $$;

SELECT plan(75);

-- coinsurance: cases
\set cases '[{"coinsurance": [{"when": "bill.social_settled", "pay": "0.8"}, {"when": "bill.care = \\"emergency\\"", "pay": "0.5"}, {"when": "null", "pay": "0"}]}]'
SELECT is(pg_temp.split(pg_temp.run(:'cases', pg_temp.one('100.00', '{"social_settled": true}'))), 'coinsurance 20.00, paid 80.00', 'the first case that holds');
SELECT is(pg_temp.split(pg_temp.run(:'cases', pg_temp.one('100.00', '{"social_settled": true, "care": "emergency"}'))), 'coinsurance 20.00, paid 80.00', 'and no later one');
SELECT is(pg_temp.split(pg_temp.run(:'cases', pg_temp.one('100.00', '{"care": "emergency"}'))), 'coinsurance 50.00, paid 50.00', 'the second');
SELECT is(pg_temp.split(pg_temp.run(:'cases', pg_temp.one('100.00'))), 'paid 100.00', 'no case holds: paid in full; null is not true');
SELECT is(pg_temp.split(pg_temp.run('[{"coinsurance": [{"when": "get value(bill.items[1], \"no\")", "pay": "0"}, {"when": "get value(bill, \"no\")", "pay": "0"}, {"when": "bill.provider.grade > 2", "pay": "0"}, {"pay": "0.9"}]}]', pg_temp.one('100.00'))),
          'coinsurance 10.00, paid 90.00', 'a number, a text, null: anything but true');
SELECT is(pg_temp.split(pg_temp.run('[{"coinsurance": [{"pay": "0.333333"}]}]', pg_temp.one('100.01'))), 'coinsurance 66.67, paid 33.34', 'what goes out is rounded, half away from zero');

-- coinsurance: bands
\set visit '[{"coinsurance": [{"band_on": "visit", "bands": [{"upto": "100.00", "pay": "0.5"}, {"upto": "300.00", "pay": "0.8"}, {"pay": "1"}]}]}]'
SELECT is(pg_temp.split(pg_temp.run(:'visit', pg_temp.one('100.00'))), 'coinsurance 50.00, paid 50.00', 'a band ends with its upto');
SELECT is(pg_temp.split(pg_temp.run(:'visit', pg_temp.one('350.00'))), 'coinsurance 90.00, paid 260.00', 'three slices');
SELECT is(pg_temp.run(:'visit', pg_temp.one('350.00')) -> 'used', '{"X": {"year:2024-01-01": {"amount": "260.00"}, "lifetime": {"amount": "260.00"}}}', 'bands on the visit keep no base');
\set year '[{"deductible": {"per": "visit", "amount": "50.00"}}, {"coinsurance": [{"band_on": "year", "bands": [{"upto": "100.00", "pay": "0"}, {"pay": "0.9"}]}]}]'
SELECT is(pg_temp.paid(pg_temp.run(:'year', pg_temp.several(3, '120.00'))), 'B1 X 0.00, B2 X 36.00, B3 X 63.00', 'slices go on from the year''s base');
SELECT is(pg_temp.run(:'year', pg_temp.several(3, '120.00')) #> '{used,X,year:2024-01-01}', '{"amount": "99.00", "base": "210.00"}', 'which is what went into coinsurance, paid or not');
SELECT is(pg_temp.run('[{"coinsurance": [{"when": "bill.social_settled", "pay": "0.5"}, {"band_on": "year", "bands": [{"upto": "100.00", "pay": "0"}, {"pay": "0.9"}]}]}]',
                      pg_temp.several(1, '80.00', '{"social_settled": true}')) #> '{used,X,year:2024-01-01}', '{"amount": "40.00", "base": "80.00"}', 'whichever case held');
SELECT is(pg_temp.run('[{"coinsurance": [{"band_on": "year", "bands": [{"upto": "100.00", "pay": "0"}, {"pay": "0.9"}]}]}]', pg_temp.one('40.00'), '{"X": {"year:2023-01-01": {"base": "500.00"}}}') ->> 'paid', '0.00', 'the base of another year counts for nothing');
\set visits '[{"coinsurance": [{"band_on": "visits", "bands": [{"upto": 2, "pay": "1"}, {"upto": 3, "pay": "0.5"}, {"pay": "0"}]}]}]'
SELECT is(pg_temp.paid(pg_temp.run(:'visits', pg_temp.several(5, '10.00'))), 'B1 X 10.00, B2 X 10.00, B3 X 5.00, B4 X 0.00, B5 X 0.00', 'the rate of the visit''s number');
SELECT is(pg_temp.run(:'visits', pg_temp.several(5, '10.00')) #> '{used,X,year:2024-01-01}', '{"amount": "25.00", "count": 3}', 'paying visits are counted');
SELECT is(pg_temp.paid(pg_temp.run('[{"offset": ["social"]}, {"coinsurance": [{"band_on": "visits", "bands": [{"upto": 1, "pay": "1"}, {"pay": "0.1"}]}]}]',
                                   pg_temp.several(1, '10.00', '{"social_paid": "10.00"}') || pg_temp.bill('C', '2024-04-01', pg_temp.line(1, '10.00')))), 'B1 X 0.00, C X 10.00', 'a visit that pays nothing is none');
SELECT is(pg_temp.split(pg_temp.run('[{"coinsurance": [{"pay": "0.5", "max": "30.00"}]}]', pg_temp.one('100.00'))), 'coinsurance 30.00, paid 70.00', 'the member bears at most max a visit');
SELECT is(pg_temp.split(pg_temp.run('[{"coinsurance": [{"pay": "0.5", "max": "0.00"}]}]', pg_temp.one('100.00'))), 'paid 100.00', 'max may be nothing');
SELECT is(pg_temp.split(pg_temp.run('[{"coinsurance": [{"pay": "0.5"}]}, {"coinsurance": [{"pay": "0.5"}]}]', pg_temp.one('100.00'))), 'coinsurance 75.00, paid 25.00', 'one coinsurance after another');

-- out of pocket
\set oop '[{"deductible": {"per": "year", "amount": "100.00"}}, {"copay": {"amount": "10.00"}}, {"coinsurance": [{"pay": "0.5"}]}, {"out_of_pocket_max": {"per": "year", "amount": "150.00"}}]'
SELECT is(pg_temp.split(pg_temp.run(:'oop', pg_temp.one('160.00'))), 'deductible 100.00, copay 10.00, coinsurance 25.00, paid 25.00', 'below the maximum');
SELECT is(pg_temp.split(pg_temp.run(:'oop', pg_temp.one('300.00'))), 'deductible 100.00, copay 10.00, coinsurance 40.00, paid 150.00', 'above it coinsurance goes back out');
SELECT is(pg_temp.run(:'oop', pg_temp.one('300.00')) -> 'used', '{"X": {"year:2024-01-01": {"amount": "150.00", "deductible": "100.00", "member": "150.00"}, "lifetime": {"amount": "150.00"}}}', 'the member''s own share is kept');
SELECT is(pg_temp.reasons(pg_temp.run(:'oop', pg_temp.one('300.00'))), 'B X deductible 100.00, B X copay 10.00, B X coinsurance 40.00', 'a reason says what was borne in the end');
SELECT is(pg_temp.split(pg_temp.run(:'oop', pg_temp.one('300.00'), '{"X": {"year:2024-01-01": {"member": "45.00"}}}')), 'deductible 100.00, copay 5.00, paid 195.00', 'then copay');
SELECT is(pg_temp.reasons(pg_temp.run(:'oop', pg_temp.one('300.00'), '{"X": {"year:2024-01-01": {"member": "45.00"}}}')), 'B X deductible 100.00, B X copay 5.00', 'a reason of which nothing is left goes');
SELECT is(pg_temp.split(pg_temp.run(:'oop', pg_temp.one('300.00'), '{"X": {"year:2024-01-01": {"member": "120.00"}}}')), 'deductible 30.00, paid 270.00', 'then the deductible');
SELECT is(pg_temp.run(:'oop', pg_temp.one('300.00'), '{"X": {"year:2024-01-01": {"member": "120.00"}}}') #> '{used,X,year:2024-01-01}', '{"amount": "270.00", "deductible": "100.00", "member": "150.00"}', 'which stays met');
SELECT is(pg_temp.split(pg_temp.run(:'oop', pg_temp.one('300.00'), '{"X": {"year:2024-01-01": {"member": "900.00"}}}')), 'paid 300.00', 'a member who has borne more bears nothing');
SELECT is(pg_temp.split(pg_temp.run('[{"coinsurance": [{"pay": "0.5"}]}, {"out_of_pocket_max": {"per": "year", "amount": "10.00"}}, {"limit": {"per": "visit", "amount": "60.00"}}]', pg_temp.one('100.00'))),
          'coinsurance 10.00, over_limit 30.00, paid 60.00', 'a limit comes after it, and is no share of the member');
\set family '[{"coinsurance": [{"pay": "0"}]}, {"out_of_pocket_max": {"per": "year", "amount": "100.00", "family_amount": "150.00"}}]'
SELECT is(r -> 'used', '{"X": {"year:2024-01-01": {"amount": "150.00", "member": "50.00"}, "lifetime": {"amount": "150.00"}}, "X@family": {"year:2024-01-01": {"member": "150.00"}}}', 'the smaller of the member''s and the family''s')
FROM pg_temp.run(:'family', pg_temp.one('200.00'), '{"X@family": {"year:2024-01-01": {"member": "100.00"}}}') r;
SELECT is(r -> 'used', '{"X": {"year:2024-01-01": {"amount": "50.00"}, "lifetime": {"amount": "50.00"}}, "X@family": {"year:2024-01-01": {"member": "150.00"}}}', 'scope family: only the family''s')
FROM pg_temp.run('[{"coinsurance": [{"pay": "0"}]}, {"out_of_pocket_max": {"per": "year", "amount": "150.00", "scope": "family"}}]', pg_temp.one('200.00'), '{"X@family": {"year:2024-01-01": {"member": "0.00"}}}') r;
SELECT is(pg_temp.split(pg_temp.run('[{"coinsurance": [{"pay": "0.5"}]}, {"out_of_pocket_max": {"per": "year", "amount": "40.00"}}, {"out_of_pocket_max": {"per": "year", "amount": "30.00", "code": "b"}}]', pg_temp.one('100.00'))), 'coinsurance 30.00, paid 70.00', 'two of them: the tighter one');
SELECT is(pg_temp.run('[{"coinsurance": [{"pay": "0.5"}]}, {"out_of_pocket_max": {"per": "year", "amount": "40.00"}}, {"out_of_pocket_max": {"per": "year", "amount": "30.00", "code": "b"}}]', pg_temp.one('100.00')) -> 'used',
          '{"X": {"year:2024-01-01": {"amount": "70.00", "member": "30.00"}, "lifetime": {"amount": "70.00"}}, "X.b": {"year:2024-01-01": {"member": "30.00"}}}', 'and both keep what the member bore in the end');
SELECT is(pg_temp.paid(r), 'B X 60.00, B Y 90.00', 'shared: common to two benefits')
FROM assure.evaluate('{"shared": {"M": {"out_of_pocket_max": {"per": "year", "amount": "50.00"}}}, "benefits": [{"code": "X", "kind": "expense", "item": {"categories": ["drug"]}, "steps": [{"coinsurance": [{"pay": "0.6"}]}, {"use": "M"}]}, {"code": "Y", "kind": "expense", "item": {"categories": ["exam"]}, "steps": [{"coinsurance": [{"pay": "0.6"}]}, {"use": "M"}]}]}'::assure.terms,
         pg_temp.claim(pg_temp.bill('B', '2024-03-01', jsonb_build_array(pg_temp.line(1, '100.00'), pg_temp.line(2, '100.00', '{"category": "exam"}'))))) r;

-- limits on categories
\set mixed '[{"no": 1, "category": "drug", "amount": "300.00"}, {"no": 2, "category": "exam", "amount": "100.00"}, {"no": 3, "category": "drug", "amount": "100.00"}]'
\set drugs '[{"limit": {"per": "year", "amount": "200.00", "categories": ["drug"], "code": "drug"}}]'
SELECT is(pg_temp.lines(pg_temp.run(:'drugs', pg_temp.bill('B', '2024-03-01', :'mixed'))), '1 150.00, 2 100.00, 3 50.00', 'the part on the categories is cut, in proportion');
SELECT is(pg_temp.run(:'drugs', pg_temp.bill('B', '2024-03-01', :'mixed')) -> 'used', '{"X": {"year:2024-01-01": {"amount": "300.00"}, "lifetime": {"amount": "300.00"}}, "X.drug": {"year:2024-01-01": {"amount": "200.00"}}}', 'its counter holds what was paid on them');
SELECT is(pg_temp.reasons(pg_temp.run(:'drugs', pg_temp.bill('B', '2024-03-01', :'mixed'))), 'B X limit_year 200.00', 'the reason');
SELECT is(pg_temp.lines(pg_temp.run(:'drugs', pg_temp.bill('B', '2024-03-01', :'mixed'), '{"X.drug": {"year:2024-01-01": {"amount": "199.99"}}}')), '1 0.01, 2 100.00, 3 0.00', 'one fen of room goes to the largest remainder');
SELECT is(pg_temp.lines(pg_temp.run(:'drugs', pg_temp.bill('B', '2024-03-01', :'mixed'), '{"X.drug": {"year:2024-01-01": {"amount": "500.00"}}}')), '1 0.00, 2 100.00, 3 0.00', 'no room, nothing on them');
SELECT is(pg_temp.lines(pg_temp.run(:'drugs'::jsonb || '[{"coinsurance": [{"pay": "0.5"}]}]', pg_temp.bill('B', '2024-03-01', :'mixed'))), '1 90.00, 2 30.00, 3 30.00', 'what later steps leave is split by eligible amounts again, within the cut');
SELECT is(pg_temp.run(:'drugs'::jsonb || '[{"coinsurance": [{"pay": "0.5"}]}]', pg_temp.bill('B', '2024-03-01', :'mixed')) #>> '{used,X.drug,year:2024-01-01,amount}', '120.00', 'and the counter holds what of it fell on the categories');
SELECT is(pg_temp.lines(pg_temp.run('[{"offset": ["social"]}, {"limit": {"per": "year", "amount": "200.00", "categories": ["drug"], "code": "drug"}}]',
                                    pg_temp.bill('B', '2024-03-01', '[{"no": 1, "category": "drug", "amount": "300.00"}, {"no": 2, "category": "bed", "amount": "300.00", "social_paid": "280.00"}]'))), '1 200.00, 2 20.00', 'what falls on the categories is what a payment there would be');
SELECT is(pg_temp.paid(pg_temp.run('[{"limit": {"per": "claim", "amount": "150.00", "categories": ["drug"], "code": "drug"}}]', pg_temp.several(3, '100.00'))), 'B1 X 100.00, B2 X 50.00, B3 X 0.00', 'per claim');
SELECT is(r -> 'used' -> 'X.drug@family', '{"year:2024-01-01": {"amount": "250.00"}}', 'with the family''s amount')
FROM pg_temp.run('[{"limit": {"per": "year", "amount": "200.00", "family_amount": "250.00", "categories": ["drug"], "code": "drug"}}]', pg_temp.one('100.00'), '{"X.drug@family": {"year:2024-01-01": {"amount": "190.00"}}}') r;
SELECT is(r ->> 'paid' || ' ' || (r #>> '{used,K,year:2024-01-01,amount}'), '120.00 120.00', 'shared by two benefits')
FROM assure.evaluate('{"shared": {"K": {"limit": {"per": "year", "amount": "120.00", "categories": ["drug"]}}}, "benefits": [{"code": "X", "kind": "expense", "steps": [{"coinsurance": [{"pay": "0.5"}]}, {"use": "K"}]}, {"code": "Y", "kind": "expense", "steps": [{"offset": ["prior"]}, {"use": "K"}]}]}'::assure.terms, pg_temp.claim(pg_temp.one('200.00'))) r;
SELECT is(pg_temp.split(pg_temp.run('[{"limit": {"per": "year", "amount": "1.00", "categories": ["bed"], "code": "bed"}}]', pg_temp.one('100.00'))), 'paid 100.00', 'no line of the categories, no cut');

-- limits on the whole
SELECT is(pg_temp.paid(pg_temp.run('[{"limit": {"per": "claim", "amount": "150.00"}}]', pg_temp.several(2, '100.00'))), 'B1 X 100.00, B2 X 50.00', 'per claim');
SELECT is(pg_temp.run('[{"limit": {"per": "claim", "amount": "150.00"}}]', pg_temp.several(2, '100.00'), '{}') -> 'used', '{"X": {"year:2024-01-01": {"amount": "150.00"}, "lifetime": {"amount": "150.00"}}}', 'whose counter ends with it');
SELECT is(pg_temp.split(pg_temp.run('[{"limit": {"per": "day", "amount": "40.00"}}]', pg_temp.one('300.00', '{"to": "2024-03-03"}'))), 'over_limit 180.00, paid 120.00', 'per day, over three days');
SELECT is(pg_temp.run('[{"limit": {"per": "day", "amount": "40.00"}}]', pg_temp.one('300.00', '{"to": "2024-03-03"}')) #> '{used,X,day:2024-03-01}', '{"amount": "120.00"}', 'booked on its from-date');
SELECT is(pg_temp.paid(pg_temp.run('[{"limit": {"per": "lifetime", "count": 2}}]', pg_temp.several(3, '1.00'))), 'B1 X 1.00, B2 X 1.00, B3 X 0.00', 'the first two paying visits');
SELECT is(pg_temp.run('[{"limit": {"per": "year", "count": 2}}, {"limit": {"per": "year", "count": 9, "code": "c"}}]', pg_temp.several(3, '1.00')) -> 'used', '{"X": {"year:2024-01-01": {"amount": "2.00", "count": 2}, "lifetime": {"amount": "2.00"}}, "X.c": {"year:2024-01-01": {"count": 2}}}', 'what pays nothing in the end is not counted anywhere');
SELECT is(pg_temp.paid(pg_temp.run('[{"limit": {"per": "year", "amount": "100.00", "scope": "family"}}]', pg_temp.one('100.00'), '{"X@family": {"year:2024-01-01": {"amount": "60.00"}}}')), 'B X 40.00', 'the family''s alone');
SELECT is(pg_temp.paid(pg_temp.run('[{"limit": {"per": "year", "amount": "100.00"}}]', pg_temp.one('100.00'), '{"X": {"year:2024-03-01": {"amount": "100.00"}}}', '{}', '{"policy_start": "2023-03-02"}')), 'B X 100.00', 'the year is that of the policy');

-- deductibles
SELECT is(pg_temp.split(pg_temp.run('[{"deductible": {"per": "day", "amount": "40.00"}}]', pg_temp.one('300.00', '{"to": "2024-03-03"}'))), 'deductible 120.00, paid 180.00', 'per day, over three days');
SELECT is(pg_temp.split(pg_temp.run('[{"deductible": {"per": "year", "amount": "100.00"}}, {"deductible": {"per": "year", "amount": "50.00", "code": "b"}}]', pg_temp.one('300.00'))), 'deductible 150.00, paid 150.00', 'two, each with its counter');
SELECT is(pg_temp.split(r) || '; ' || (r #>> '{used,X,year:2024-01-01,deductible}'), 'offset 80.00, deductible 20.00, paid 100.00; 100.00', 'credit counts towards it')
FROM pg_temp.run('[{"offset": ["social"]}, {"deductible": {"per": "year", "amount": "100.00", "credit": ["social"]}}]', pg_temp.one('200.00', '{"social_paid": "80.00"}')) r;
SELECT is(pg_temp.split(r) || '; ' || (r #>> '{used,X,year:2024-01-01,deductible}'), 'offset 180.00, paid 20.00; 100.00', 'no further than it')
FROM pg_temp.run('[{"offset": ["social"]}, {"deductible": {"per": "year", "amount": "100.00", "credit": ["social"]}}]', pg_temp.one('200.00', '{"social_paid": "180.00"}')) r;
SELECT is((r #>> '{used,D,year:2024-01-01,deductible}'), '80.00', 'a fen of credit once, though two benefits name it')
FROM assure.evaluate('{"shared": {"D": {"deductible": {"per": "year", "amount": "500.00", "credit": ["social"]}}}, "benefits": [{"code": "X", "kind": "expense", "steps": [{"offset": ["social"]}, {"use": "D"}]}, {"code": "Y", "kind": "expense", "steps": [{"offset": ["social"]}, {"use": "D"}]}]}'::assure.terms, pg_temp.claim(pg_temp.one('80.00', '{"social_paid": "80.00"}'))) r;

-- offset, prior, carve-out
SELECT is(pg_temp.split(pg_temp.run('[{"coinsurance": [{"pay": "0.8"}]}, {"offset": ["social"]}]', pg_temp.one('100.00', '{"social_paid": "30.00"}'))), 'offset 30.00, coinsurance 20.00, paid 50.00', 'an offset after cost sharing takes it whole');
SELECT is(pg_temp.split(pg_temp.run('[{"offset": ["social"]}, {"coinsurance": [{"pay": "0.8"}]}]', pg_temp.one('100.00', '{"social_paid": "30.00"}'))), 'offset 30.00, coinsurance 14.00, paid 56.00', 'before it, cost sharing is of the rest');
SELECT is(pg_temp.split(pg_temp.run('[{"coinsurance": [{"pay": "0.2"}]}, {"offset": ["social"]}]', pg_temp.one('100.00', '{"social_paid": "30.00"}'))), 'offset 20.00, coinsurance 80.00', 'never below zero');
CREATE TEMP TABLE prior AS
SELECT assure.evaluate('{"benefits": [{"code": "X", "kind": "expense", "item": {"categories": ["drug"]}, "steps": [{"coinsurance": [{"pay": "0.5"}]}]}, {"code": "Y", "kind": "expense", "steps": [{"offset": ["prior"]}, {"coinsurance": [{"pay": "0.8"}]}]}, {"code": "Z", "kind": "expense", "item": {"categories": ["exam"]}}]}'::assure.terms,
         pg_temp.claim(pg_temp.bill('B', '2024-03-01', :'mixed'))) AS result;
SELECT is(pg_temp.paid(result), 'B X 200.00, B Y 240.00, B Z 52.00', 'what earlier benefits paid, line by line; then what is open') FROM prior;
SELECT is(pg_temp.reasons(result), 'B X ineligible 100.00, B X coinsurance 200.00, B Y offset 200.00, B Y coinsurance 60.00, B Z ineligible 400.00, B Z indemnity 48.00', 'the reasons') FROM prior;
SELECT is(pg_temp.lines(result), '1 294.00, 2 100.00, 3 98.00', 'the lines') FROM prior;

-- copay, caps
SELECT is(pg_temp.split(pg_temp.run('[{"copay": {"amount": "120.00"}}]', pg_temp.one('100.00'))), 'copay 100.00', 'a copay never takes more than there is');
SELECT is(pg_temp.paid(r), 'B X 0.00, B Y 80.00', 'shared: once a visit')
FROM assure.evaluate('{"shared": {"C": {"copay": {"amount": "120.00"}}}, "benefits": [{"code": "X", "kind": "expense", "item": {"categories": ["drug"]}, "steps": [{"use": "C"}]}, {"code": "Y", "kind": "expense", "item": {"categories": ["exam"]}, "steps": [{"use": "C"}]}]}'::assure.terms,
         pg_temp.claim(pg_temp.bill('B', '2024-03-01', jsonb_build_array(pg_temp.line(1, '100.00'), pg_temp.line(2, '100.00', '{"category": "exam"}'))))) r;
SELECT is(pg_temp.lines(pg_temp.run('[{"cap": {"per": "item", "amount": "60.00"}}, {"cap": {"per": "visit", "amount": "100.00"}}]', pg_temp.bill('B', '2024-03-01', :'mixed'))), '1 33.34, 2 33.33, 3 33.33', 'a payment is split by what is left after caps by line');

-- when, of a benefit
CREATE FUNCTION pg_temp.pays(condition text, more jsonb DEFAULT '{}', claim jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN r #> '{bills,0,benefits}' <> '[]' THEN 'pays' ELSE r #>> '{reasons,0,code}' END
    FROM assure.evaluate(pg_temp.terms(jsonb_build_object('when', condition))::assure.terms,
             pg_temp.claim(pg_temp.bill('B', '2024-03-01', '[{"no": 1, "category": "drug", "class": "B", "code": "D1", "amount": "100.00", "self_first": "10.00"}, {"no": 2, "category": "bed", "amount": "200.50", "quantity": "2.5"}]', more), '{}', claim)) r $$;
SELECT is(pg_temp.pays('bill.social_settled'), 'condition', 'false: the benefit does not respond');
SELECT is(pg_temp.pays('bill.social_settled', '{"social_settled": true}'), 'pays', 'true: it does');
SELECT is_empty($$SELECT c FROM unnest(ARRAY['member.birth_date = date("1990-05-04")', 'member.sex = "F" and member.relationship = "self"', 'member.policy_start = member.enrolled_on and member.continuous_since = date("2024-01-01")',
    'claim.cause = "illness" and claim.ref = null and claim.diagnoses = []', 'claim.event_date = null and claim.submitted_at = null', 'count(claim.bills) = 1 and claim.bills[1].no = "B"', 'claim.member.sex = member.sex',
    'bill.from = date("2024-03-01") and bill.to = bill.from and bill.from.month = 3', 'bill.care = "outpatient" and bill.stay = null', 'bill.provider.code = null and bill.provider.grade = null and bill.provider.network = null',
    'bill.social_paid = 0 and bill.other_paid = 0', 'sum(bill.items.amount) = 300.50', 'bill.items[2].quantity = 2.5 and bill.items[1].quantity = 1', 'bill.items[1].allowed = 100 and bill.items[1].self_first = 10',
    'bill.items[category = "bed"].class = [null]', 'bill.items.code = ["D1", null]', 'some i in bill.items satisfies i.class = "B"', 'every i in bill.items satisfies i.social_paid = 0',
    'date("2024-03-31") - bill.from = duration("P30D")', 'get value(bill, "no") = "B"', 'count(get entries(bill.provider)) = 6', 'bill.items[1].no + bill.items[2].no = 3']) c WHERE pg_temp.pays(c) <> 'pays'$$,
    'what a condition sees: defaults filled in, amounts and quantities numbers, dates dates');
SELECT is(pg_temp.pays('bill.social_paid = 30.01 and bill.provider.grade = 3 and bill.provider.network and bill.diagnoses[1] = "C34" and claim.event_date < bill.from and claim.submitted_at = date and time("2024-03-10T01:00:00Z")',
                       '{"social_paid": "30.01", "provider": {"grade": 3, "network": true}, "diagnoses": ["C34"]}', '{"event_date": "2024-02-28", "submitted_at": "2024-03-10T09:00:00+08:00"}'), 'pays', 'what the document states');
SELECT is(pg_temp.error_of(format('SELECT assure.evaluate(%L::assure.terms, %L)', pg_temp.terms('{"when": "some a in 1..2000 satisfies some b in 1..2000 satisfies a * b < 0"}'), pg_temp.claim(pg_temp.one('1.00')))),
          'AS302 terms: benefits[0].when: more than 1000000 steps | Write the condition so that it takes less than 1000000 steps and 16 MB.', 'a condition that takes too long');
SELECT is(pg_temp.reasons(assure.evaluate(pg_temp.terms('{"when": "false", "item": {"categories": ["bed"]}}')::assure.terms, pg_temp.claim(pg_temp.one('1.00')))), 'B X condition', 'a condition comes before the lines');
SELECT is(pg_temp.reasons(assure.evaluate(pg_temp.terms('{"when": "false", "sex": "M"}')::assure.terms, pg_temp.claim(pg_temp.one('1.00')))), 'B X sex', 'and after the person');

SELECT * FROM finish();
ROLLBACK;
