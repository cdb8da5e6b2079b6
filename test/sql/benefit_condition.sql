\set ECHO none
BEGIN;
\i test/sql-common/benefit.psql

-- Conditions that are plain comparisons are answered without the evaluator of FEEL. "if C then true else false" is for the
-- evaluator, and holds when C holds: both forms have to say the same, on bills and on events without one.
CREATE TEMP TABLE condition (n serial, text text);
INSERT INTO condition (text) VALUES
    ('bill.social_settled'), ('bill.provider.network'),
    ('bill.social_settled = true'), ('bill.social_settled != true'), ('bill.social_settled = false'), ('bill.social_settled != null'), ('bill.social_settled = 1'),
    ('bill.provider.network = true'), ('bill.provider.network = false'), ('bill.provider.network != false'), ('bill.provider.network != true'), ('bill.provider.network > false'),
    ('bill.care = "inpatient"'), ('"inpatient" = bill.care'), ('bill.care != "inpatient"'), ('bill.care = "none"'), ('bill.care != "none"'), ('bill.care < "inpatient"'), ('bill.care = ""'), ('bill.care = 3'), ('bill.care != 3'),
    ('bill.provider.ward = "special"'), ('bill.provider.ward != "special"'), ('bill.provider.ward = ""'), ('bill.provider.ward != ""'), ('bill.provider.ward = null'), ('bill.provider.ward != null'),
    ('bill.provider.ownership in ("public", "private")'), ('bill.care in ("outpatient", "dental", "none")'), ('bill.care in ["outpatient", "dental"]'), ('bill.care in (not("outpatient"))'), ('bill.care in (null, "dental")'),
    ('bill.provider.grade = 2'), ('bill.provider.grade != 2'), ('bill.provider.grade >= 2'), ('2 <= bill.provider.grade'), ('bill.provider.grade < 2'), ('bill.provider.grade <= 2'), ('2 < bill.provider.grade'), ('2 > bill.provider.grade'),
    ('bill.provider.grade = -1'), ('bill.provider.grade != -1'), ('bill.provider.grade > -1'), ('bill.provider.grade < 99999999999999999999'), ('bill.provider.grade < 1e30'), ('bill.provider.grade > -1e30'), ('bill.provider.grade != 1e30'),
    ('bill.provider.grade = 2.0'), ('bill.provider.grade >= 1.5'), ('bill.provider.grade between 1 and 2'), ('bill.provider.grade between 2 and 1'), ('bill.provider.grade in [1..2]'), ('bill.provider.grade in (> 1)'), ('bill.provider.grade in (<= 1, 3)'), ('bill.provider.grade in (1, 2)'), ('bill.provider.grade = "2"'), ('bill.provider.grade != "2"'),
    ('bill.social_paid = 10'), ('bill.social_paid = 10.00'), ('bill.social_paid > 10'), ('bill.social_paid >= 10'), ('bill.social_paid < 10.005'), ('bill.social_paid > 9.995'), ('bill.social_paid between 0.01 and 10'), ('bill.social_paid = 0'), ('bill.social_paid != 0'), ('bill.social_paid > -5'), ('bill.social_paid + 1 > 10'), ('bill.social_paid < 92233720368547758.07'),
    ('bill.provider.code = "H-1"'), ('bill.provider.code != "H-1"'), ('bill.provider.code > "H-1"'), ('bill.provider.code = "h-1"'), ('bill.provider.code in ("H-1", "H-2")'), ('bill.provider.code = null'), ('bill.no = "B1"'), ('bill.stay = "S"'), ('bill.stay != "S"'), ('claim.ref = "R"'), ('claim.ref != "R"'),
    ('bill.from = date("2024-03-01")'), ('bill.from = @"2024-03-01"'), ('bill.from < date("2024-03-02")'), ('bill.from >= date("2024-03-02")'), ('bill.from between date("2024-02-29") and date("2024-03-01")'), ('bill.from != date("2024-03-01")'), ('bill.from < date and time("2024-03-01T12:00:00Z")'), ('bill.from = "2024-03-01"'), ('member.birth_date < @"1990-05-05"'), ('member.birth_date > @"0001-01-01"'),
    ('member.relationship = "self"'), ('member.relationship != "self"'), ('claim.member.relationship = "self"'), ('claim.cause = "accident"'), ('claim.cause in ("accident", "maternity")'), ('claim.event_date = @"2024-03-01"'), ('claim.event_date != @"2024-03-01"'),
    ('member.relationship = "self" and bill.provider.grade >= 2'), ('bill.provider.grade >= 2 or bill.social_settled'), ('bill.care = "dental" or bill.care = "inpatient" and bill.social_settled'), ('(bill.care = "dental" or bill.care = "inpatient") and bill.social_settled'),
    ('bill.provider.grade > 1 and bill.provider.ward'), ('bill.care or bill.social_settled'), ('bill.provider.grade > 1 or null'), ('bill.provider.grade > 1 and true'), ('not(bill.provider.grade > 1)'), ('not(bill.social_settled) and bill.care != "dental"'),
    ('"C34.1" in bill.diagnoses'), ('count(bill.items) > 1 and bill.social_settled'), ('bill.items.category = "drug"'), ('bill.items[1].category = "drug"'), ('some i in bill.items satisfies i.amount > 50'), ('bill.diagnoses = []');
CREATE TEMP TABLE made (n serial, claim jsonb);
INSERT INTO made (claim)
SELECT pg_temp.claim(pg_temp.bill('B' || (1 + n % 2), date '2024-02-28' + n % 4, CASE n % 2 WHEN 0 THEN pg_temp.line(1, '100.00') ELSE jsonb_build_array(pg_temp.line(1, '60.00', '{"category": "bed"}'), pg_temp.line(2, '40.00')) END,
           jsonb_build_object('care', (ARRAY['outpatient', 'inpatient', 'dental', 'pharmacy'])[1 + n % 4], 'social_paid', (ARRAY['0', '9.99', '10.00', '10.01'])[1 + n / 2 % 4])
           || CASE WHEN n % 3 > 0 THEN jsonb_build_object('social_settled', n % 3 = 1) ELSE '{}' END || CASE WHEN n % 5 = 0 THEN '{"stay": "S"}'::jsonb ELSE '{}' END
           || CASE WHEN n % 7 = 0 THEN '{}' ELSE jsonb_build_object('provider', jsonb_strip_nulls(jsonb_build_object(
                  'code', (ARRAY['H-1', 'H-2', NULL])[1 + n % 3], 'grade', nullif(n % 5, 4), 'ownership', (ARRAY['public', 'private', NULL])[1 + n / 2 % 3],
                  'ward', (ARRAY['special', 'general', NULL, NULL])[1 + n / 3 % 4], 'network', (ARRAY[true, false, NULL])[1 + n / 4 % 3]))) END),
       jsonb_build_object('sex', (ARRAY['F', 'M'])[1 + n % 2], 'relationship', (ARRAY['self', 'spouse', 'child'])[1 + n % 3], 'birth_date', (ARRAY['1990-05-04', '1990-05-05', '1960-01-01'])[1 + n % 3]),
       jsonb_build_object('cause', (ARRAY['illness', 'accident', 'maternity'])[1 + n % 3], 'event_date', to_char(date '2024-02-29' + n % 3, 'YYYY-MM-DD'), 'diagnoses', '["C34.1"]'::jsonb) || CASE WHEN n % 4 = 0 THEN '{"ref": "R"}'::jsonb ELSE '{}' END)
FROM generate_series(1, 60) n;
-- one benefit that asks each bill, one that asks the event, one whose coinsurance asks
CREATE FUNCTION pg_temp.plan_of(condition text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('benefits', jsonb_build_array(
        jsonb_build_object('code', 'X', 'kind', 'expense', 'when', condition, 'steps', '[{"coinsurance": [{"pay": "0.5"}]}]'::jsonb),
        jsonb_build_object('code', 'Y', 'kind', 'expense', 'steps', jsonb_build_array(jsonb_build_object('coinsurance', jsonb_build_array(jsonb_build_object('when', condition, 'pay', '0.25'), '{"pay": "0.1"}'::jsonb)))),
        jsonb_build_object('code', 'L', 'kind', 'lump_sum', 'amount', '1.00', 'when', condition))) $$;
CREATE TEMP TABLE held AS
SELECT c.n, c.text, m.n AS claim, f.form, assure.evaluate(f.terms, m.claim) AS result
FROM condition c, LATERAL (VALUES ('plain', pg_temp.plan_of(c.text)::assure.terms), ('full', pg_temp.plan_of('if ' || c.text || ' then true else false')::assure.terms)) f(form, terms), made m;

SELECT plan(9);
SELECT is((SELECT string_agg(DISTINCT p.text, '; ') FROM held p JOIN held f USING (n, claim) WHERE p.form = 'plain' AND f.form = 'full' AND p.result <> f.result), NULL, 'plain conditions hold where the evaluator says so');
SELECT cmp_ok((SELECT count(DISTINCT n) FROM held), '>', 100::bigint, 'of many conditions');
SELECT cmp_ok((SELECT count(*) FROM (SELECT n FROM held GROUP BY n HAVING count(DISTINCT result #> '{bills,0,benefits}') > 1) x), '>', 60::bigint, 'most of which hold for some and not for others');

-- what is not stated
SELECT is((SELECT string_agg(c || ' ' || pg_temp.paid(assure.evaluate(pg_temp.plan_of(c)::assure.terms, pg_temp.claim(pg_temp.bill('B', '2024-03-01', pg_temp.line(1, '100.00')), '{}', '{"event_date": "2024-03-01"}'))), '; ' ORDER BY n)
           FROM unnest(ARRAY['bill.provider.ward = "special"', 'bill.provider.ward != "special"', 'bill.provider.grade < 3', 'bill.provider.grade != 3', 'bill.provider.network', 'bill.provider.network != true']) WITH ORDINALITY x(c, n)),
          'bill.provider.ward = "special" B Y 10.00; bill.provider.ward != "special" B X 50.00, B Y 25.00; bill.provider.grade < 3 B Y 10.00; '
          'bill.provider.grade != 3 B X 50.00, B Y 25.00; bill.provider.network B Y 10.00; bill.provider.network != true B X 50.00, B Y 25.00', 'null is unequal to every value, and in no order');

-- an event has no bill
SELECT is((SELECT string_agg(c || ' ' || (assure.evaluate(pg_temp.plan_of(c)::assure.terms, (SELECT claim FROM made WHERE n = 1)) #>> '{fixed,0,paid}'), '; ' ORDER BY n)
           FROM unnest(ARRAY['bill.care != "none"', 'claim.cause = "accident"']) WITH ORDINALITY x(c, n)), 'bill.care != "none" 1.00; claim.cause = "accident" 1.00', 'unequal to what is not there');
SELECT is((SELECT assure.evaluate(pg_temp.plan_of('bill.social_paid >= 0')::assure.terms, (SELECT claim FROM made WHERE n = 1)) #>> '{fixed,0,paid}'), NULL, 'and no amount of it is above 0');

-- what is refused stays refused
SELECT matches(pg_temp.terms_error(pg_temp.plan_of('bill.grade > 1')), 'there is no entry', 'an entry that a bill has not');
SELECT matches(pg_temp.terms_error(pg_temp.plan_of('policy.start > 1')), 'unknown name', 'a name that nothing has');
SELECT matches(pg_temp.terms_error(pg_temp.plan_of('bill.care =')), 'syntax|line 1', 'half a comparison');
SELECT * FROM finish();
ROLLBACK;
