-- Claims of 1-3 bills with 1-8 lines against 20 plans of 3-8 benefits, most of them with a condition in FEEL
-- somewhere, and members with 5-15 values used: how many a second does the core calculate?
\set ON_ERROR_STOP true
\pset tuples_only true
SET client_min_messages = notice;
SELECT setseed(0.5);
SET timezone = 'UTC';
CREATE FUNCTION pg_temp.bench_core(terms jsonb[], plans int[], claims jsonb[], used jsonb[], rounds int, traced bool)
    RETURNS float8 LANGUAGE c AS :'library', 'bench_core';

-- the benefits that plans are made of, in the order of a cascade
CREATE TEMP TABLE benefit (n int, terms jsonb);
INSERT INTO benefit VALUES
 (1, '{"code": "OP", "kind": "expense", "care": ["outpatient", "emergency"], "eligible": {"A": "1", "B": "0.9", "C": "0", "self_first": "1"},
       "steps": [{"offset": ["social", "other", "prior"]}, {"use": "D"}, {"coinsurance": [{"when": "bill.social_settled", "pay": "0.8"}, {"pay": "0.6"}]}, {"limit": {"per": "year", "amount": "20000.00"}}, {"use": "FAM"}]}'),
 (2, '{"code": "IP", "kind": "expense", "care": ["inpatient"], "provider": {"min_grade": 2}, "steps": [{"offset": ["social", "other", "prior"]}, {"deductible": {"per": "year", "amount": "300.00", "family_amount": "900.00", "credit": ["social"]}},
       {"coinsurance": [{"band_on": "year", "bands": [{"upto": "5000.00", "pay": "0.8"}, {"upto": "20000.00", "pay": "0.85"}, {"pay": "0.9"}]}]}, {"out_of_pocket_max": {"per": "year", "amount": "10000.00"}}, {"limit": {"per": "year", "amount": "300000.00"}}]}'),
 (3, '{"code": "DRUG", "kind": "expense", "item": {"categories": ["drug"]}, "steps": [{"offset": ["social", "other", "prior"]}, {"copay": {"amount": "20.00"}}, {"coinsurance": [{"pay": "0.7", "max": "300.00"}]}, {"limit": {"per": "visit", "amount": "500.00"}}, {"limit": {"per": "year", "count": 24}}]}'),
 (4, '{"code": "DENT", "kind": "expense", "care": ["dental"], "waiting": {"days": 90, "waived_for": ["renewal"]}, "steps": [{"coinsurance": [{"pay": "0.5"}]}, {"limit": {"per": "year", "amount": "2000.00"}}]}'),
 (5, '{"code": "CRIT", "kind": "expense", "diagnosis": {"include": ["C00-C97", "I21-I22", "N18"], "exclude": ["C44"]}, "steps": [{"offset": ["social", "other", "prior"]}, {"limit": {"per": "lifetime", "amount": "1000000.00"}}]}'),
 (6, '{"code": "EXAM", "kind": "expense", "when": "member.relationship = \"self\" and bill.provider.grade >= 2", "item": {"exclude_categories": ["drug"], "classes": ["A", "B"]}, "steps": [{"offset": ["social", "prior"]}, {"coinsurance": [{"pay": "0.9"}]}, {"limit": {"per": "day", "amount": "800.00"}}]}'),
 (7, '{"code": "SENIOR", "kind": "expense", "age": [50, 100], "steps": [{"offset": ["social", "other", "prior"]}, {"coinsurance": [{"pay": "0.5"}]}, {"limit": {"per": "year", "amount": "3000.00"}}]}'),
 (8, '{"code": "TOPUP", "kind": "expense", "steps": [{"limit": {"per": "year", "amount": "1000.00", "categories": ["nursing", "bed"], "code": "bed"}}, {"coinsurance": [{"pay": "0.9"}]}, {"offset": ["social", "other", "prior"]}, {"use": "FAM"}]}');
CREATE TEMP TABLE plan AS
SELECT p, jsonb_build_object('shared', '{"D": {"deductible": {"per": "year", "amount": "500.00"}}, "FAM": {"limit": {"per": "year", "scope": "family", "amount": "50000.00"}}}'::jsonb,
                             'benefits', (SELECT jsonb_agg(b.terms ORDER BY b.n) FROM (SELECT * FROM benefit ORDER BY (n * 7 + p * 3) % 8, n LIMIT 3 + p % 6) b)) AS terms
FROM generate_series(0, 19) p;

CREATE TEMP TABLE test_case AS
SELECT c, (random() * 19)::int AS p,
       jsonb_build_object(
           'cause', CASE WHEN random() < 0.1 THEN 'accident' ELSE 'illness' END,
           'diagnoses', jsonb_build_array((ARRAY['J06.9', 'I10', 'C34.1', 'K29.7', 'S82.6'])[1 + (random() * 4)::int]),
           'member', jsonb_build_object('birth_date', to_char(date '1950-01-01' + (random() * 25000)::int, 'YYYY-MM-DD'), 'sex', CASE WHEN random() < 0.5 THEN 'F' ELSE 'M' END,
                                        'relationship', CASE WHEN random() < 0.7 THEN 'self' ELSE 'child' END,
                                        'policy_start', '2023-04-01', 'enrolled_on', '2023-04-01'),
           'bills', (SELECT jsonb_agg(jsonb_build_object(
                        'no', 'B' || b, 'care', (ARRAY['outpatient', 'outpatient', 'inpatient', 'pharmacy', 'dental'])[1 + (random() * 4)::int],
                        'from', to_char(date '2024-01-01' + c % 300 + b, 'YYYY-MM-DD'), 'social_settled', random() < 0.6,
                        'provider', jsonb_build_object('code', 'H-1', 'grade', 1 + (random() * 2)::int, 'ownership', 'public', 'network', true),
                        'items', (SELECT jsonb_agg(jsonb_build_object('no', l, 'category', (ARRAY['drug', 'exam', 'lab', 'bed', 'nursing', 'material'])[1 + (random() * 5)::int],
                                         'code', 'I' || (random() * 500)::int, 'class', (ARRAY['A', 'B', 'C'])[1 + (random() * 2)::int], 'quantity', (1 + (random() * 4)::int)::text,
                                         'amount', (a / 100.0)::numeric(12, 2)::text, 'social_paid', CASE WHEN random() < 0.3 THEN (a / 250.0)::numeric(12, 2)::text ELSE '0' END))
                                  FROM generate_series(1, 1 + (random() * 7)::int + b * 0) l, LATERAL (SELECT 100 + (random() * 40000)::int + l * 0 AS a) x)))
                     FROM generate_series(1, 1 + (random() * 2)::int + c * 0) b)) AS claim,
       (SELECT coalesce(jsonb_object_agg(k, jsonb_build_object('year:2023-04-01', v, 'lifetime', jsonb_build_object('amount', '500.00'))), '{}') FROM (
            SELECT k, CASE k WHEN 'D' THEN '{"deductible": "200.00"}'::jsonb ELSE '{"amount": "500.00", "count": 2}' END AS v
            FROM unnest(ARRAY['OP', 'IP', 'DRUG', 'D', 'FAM@family', 'EXAM', 'TOPUP']) k WHERE random() + c * 0 < 0.6) u) AS used
FROM generate_series(1, :claims) c;
SELECT format('%s claims, %s bills, %s lines, %s benefits a plan', count(*), sum(jsonb_array_length(claim -> 'bills')),
              sum((SELECT sum(jsonb_array_length(b -> 'items')) FROM jsonb_array_elements(claim -> 'bills') b)),
              (SELECT round(avg(jsonb_array_length(terms -> 'benefits')), 1) FROM plan)) FROM test_case;
SELECT format('%s: %s claims a second', CASE WHEN traced THEN 'traced' ELSE 'plain' END,
              to_char(pg_temp.bench_core((SELECT array_agg(terms ORDER BY p) FROM plan), array_agg(p ORDER BY c), array_agg(claim ORDER BY c), array_agg(used ORDER BY c), :rounds, traced), 'FM9,999,999'))
FROM test_case, unnest(ARRAY[false, true]) traced GROUP BY traced ORDER BY traced;
