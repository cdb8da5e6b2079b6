\set ECHO none
-- What-if against the same claims calculated one by one in SQL: families under
-- two plans that share counters, two policy years, claims of all kinds.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
\i test/sql-common/simulate.psql
SELECT plan(24);

SELECT assure.publish_plan('A', 'A', '{
    "name": "A", "period": "policy_year",
    "shared": {"D": {"deductible": {"per": "year", "amount": "300.00", "family_amount": "500.00"}},
               "FAM": {"limit": {"per": "year", "scope": "family", "amount": "9000.00"}}},
    "benefits": [
        {"code": "OP", "kind": "expense", "care": ["outpatient", "emergency"], "eligible": {"A": "1", "B": "0.9", "C": "0", "default": "0.5"},
         "steps": [{"offset": ["social", "other"]}, {"use": "D"}, {"coinsurance": [{"pay": "0.7"}]}, {"limit": {"per": "year", "count": 9}}, {"limit": {"per": "day", "amount": "600.00"}}, {"use": "FAM"}]},
        {"code": "IP", "kind": "expense", "care": ["inpatient"], "steps": [{"offset": ["social", "prior"]}, {"use": "D"}, {"limit": {"per": "lifetime", "amount": "4500.00"}}, {"use": "FAM"}]},
        {"code": "CATCH", "kind": "expense", "provider": {"network": true}, "steps": [{"offset": ["social", "other", "prior"]}, {"coinsurance": [{"pay": "0.3"}]}, {"limit": {"per": "claim", "amount": "77.77"}}]}]}',
    '2024-01-01', 900, 365) IS NOT NULL AS published \gset
SELECT assure.publish_plan('A', 'A', (SELECT jsonb_set(terms::jsonb, '{benefits,0,steps,2}', '{"coinsurance": [{"pay": "0.75"}]}')::assure.terms FROM assure.plan_version JOIN assure.plan USING (plan_id) WHERE code = 'A'), '2024-10-01', 900, 365) IS NOT NULL AS published \gset
SELECT assure.publish_plan('B', 'B', '{
    "name": "B", "shared": {"FAM": {"limit": {"per": "year", "scope": "family", "amount": "7000.00"}}},
    "benefits": [{"code": "OP", "kind": "expense", "steps": [{"coinsurance": [{"pay": "0.9"}]}, {"limit": {"per": "year", "amount": "3000.00"}}, {"use": "FAM"}]}]}', '2024-01-01') IS NOT NULL AS published \gset
-- Eight families of three: two under A, the third under B, some of whom move between the plans.
SELECT count(assure.enroll(jsonb_build_object('policy', 'P-SH', 'certificate', 'F' || f, 'member_ref', format('S%s-%s', f, m), 'name', 'x', 'birth_date', date '1970-01-01' + f * 400 + m * 4000,
    'sex', CASE WHEN m = 2 THEN 'M' ELSE 'F' END, 'relationship', (ARRAY['self', 'spouse', 'child'])[m], 'region', '310104', 'plan', CASE WHEN m = 3 THEN 'B' ELSE 'A' END, 'enrolled_on', '2024-01-01')))
    FROM generate_series(1, 8) f, generate_series(1, 3) m \gset
SELECT count(assure.enroll(jsonb_build_object('policy', 'P-SH', 'certificate', 'F' || f, 'member_ref', format('S%s-2', f), 'name', 'x', 'birth_date', date '1970-01-01' + f * 400 + 8000,
    'sex', 'M', 'relationship', 'spouse', 'region', '310104', 'plan', 'B', 'enrolled_on', '2024-08-01'))) FROM generate_series(1, 3) f \gset

-- A number from 0 to n - 1 that depends on nothing but its arguments.
CREATE FUNCTION t.draw(seed int, place text, n int) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT (('x' || left(encode(sha256(convert_to(seed || ' ' || place, 'UTF8')), 'hex'), 8))::bit(32)::bigint % n)::int $$;
CREATE FUNCTION t.drawn_bill(seed int, b int, day date) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('no', format('V%s-%s', seed, b), 'from', day + b, 'to', day + b + CASE care WHEN 'inpatient' THEN t.draw(seed, b || 'days', 9) ELSE 0 END, 'care', care,
        'provider', jsonb_build_object('code', (ARRAY['H1', 'H2', 'PH', 'H1'])[1 + t.draw(seed, b || 'provider', 4)], 'ward', 'general'),
        'social_paid', to_char(t.draw(seed, b || 'social', 5000) / 100.0, 'FM990.00'),
        'items', (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('no', i, 'category', 'drug', 'class', (ARRAY['A', 'B', 'C', NULL])[1 + t.draw(seed, b || 'class' || i, 4)],
            'amount', to_char((5000 + t.draw(seed, b || 'amount' || i, 60000)) / 100.0, 'FM9990.00')))) FROM generate_series(1, 1 + t.draw(seed, b || 'items', 3)) i))
    FROM (SELECT (ARRAY['outpatient', 'emergency', 'inpatient', 'outpatient', 'dental'])[1 + t.draw(seed, b || 'care', 5)] AS care) x $$;
CREATE FUNCTION t.drawn_claim(seed int) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT t.claim('V' || seed, format('S%s-%s', 1 + t.draw(seed, 'family', 8), 1 + t.draw(seed, 'member', 3)), '1.00', jsonb_build_object(
        'event_date', day, 'submitted_at', to_char(day + 1 + t.draw(seed, 'submitted', 380), 'YYYY-MM-DD"T09:00:00+08:00"'), 'cause', (ARRAY['illness', 'accident'])[1 + t.draw(seed, 'cause', 2)],
        'diagnoses', jsonb_build_array((ARRAY['J18.9', 'D05.1', 'C44.3', 'S82.6'])[1 + t.draw(seed, 'diagnosis', 4)]),
        'disability_grades', CASE t.draw(seed, 'grade', 8) WHEN 0 THEN '[9]'::jsonb WHEN 1 THEN '[10, 10]' ELSE '[]' END,
        'bills', (SELECT coalesce(jsonb_agg(t.drawn_bill(CASE WHEN seed > 1 AND seed % 40 = 0 THEN seed - 1 ELSE seed END, b, day)), '[]') FROM generate_series(1, t.draw(seed, 'bills', 4)) b)))
    FROM (SELECT '2024-01-10'::date + t.draw(seed, 'day', 600) AS day) x $$;
SELECT count(assure.submit_claim(t.drawn_claim(n))) AS claims FROM generate_series(1, 260) n \gset
SELECT assure.adjudicate_pending(1000) AS adjudicated \gset
-- A person denies one and approves another of those that wait; one is reversed.
SELECT t.new_role('head', 'supervisor') \g /dev/null
SELECT assure.set_worker_login(t.role('head'), 'W-SH') \g /dev/null
SELECT array_agg(ref ORDER BY claim_id) AS pended FROM assure.claim c JOIN assure.decision d USING (account_id, claim_id) WHERE verdict = 'pend' \gset
SELECT t.run('head', format('SELECT assure.decide_claim(%L, ''deny'')', (:'pended'::text[])[1])), t.run('head', format('SELECT assure.decide_claim(%L, ''approve'')', (:'pended'::text[])[2])) \gset
INSERT INTO assure.decision (account_id, claim_id, decision_no, verdict, submitted_fen, paid_fen, plan_version_id, reasons, engine, decided_at, decided_by, audit_id, row_hash, origin)
    SELECT account_id, claim_id, decision_no + 1, 'reverse', d.submitted_fen, 0, plan_version_id, '[]', engine, now(), decided_by, audit_id, row_hash, 'reversal'
    FROM assure.decision d JOIN assure.claim c USING (account_id, claim_id) JOIN assure.plan_version USING (plan_version_id) JOIN assure.plan p USING (plan_id)
    WHERE verdict = 'approve' AND p.code = 'A' AND event_date BETWEEN '2024-07-01' AND '2025-01-01' ORDER BY claim_id LIMIT 1;
SELECT t.give_inputs() AS given \gset

SELECT terms::jsonb AS a FROM assure.plan_version JOIN assure.plan USING (plan_id) WHERE code = 'A' AND valid_from = '2024-10-01' \gset
CREATE TEMP TABLE draft (name text PRIMARY KEY, terms assure.terms);
INSERT INTO draft VALUES
    ('more', jsonb_set(:'a'::jsonb, '{benefits,0,steps,2}', '{"coinsurance": [{"pay": "0.95"}]}')::assure.terms),
    ('less', jsonb_set(jsonb_set(:'a'::jsonb, '{shared,D,deductible,amount}', '"800.00"'), '{shared,D,deductible,family_amount}', '"1500.00"')::assure.terms),
    ('family', jsonb_set(:'a'::jsonb, '{shared,FAM,limit,amount}', '"6500.00"')::assure.terms),
    ('year', jsonb_set(:'a'::jsonb, '{period}', '"calendar_year"')::assure.terms),
    ('renamed', replace(:'a', '"OP"', '"AMB"')::assure.terms),
    ('when', jsonb_set(:'a'::jsonb, '{benefits,0,when}', to_jsonb('member.sex = "F" and bill.social_paid > 10'::text))::assure.terms),
    ('fixed', jsonb_set(:'a'::jsonb, '{benefits}', :'a'::jsonb -> 'benefits' || '[
        {"code": "HI", "kind": "daily", "amount": "50.00", "from_day": 2, "steps": [{"limit": {"per": "year", "days": 5}}]},
        {"code": "CI", "kind": "lump_sum", "amount": "3000.00", "levels": [{"code": "mild", "diagnosis": {"include": ["D00-D09", "C44"]}, "pay": "0.3", "max_count": 2, "interval_days": 60},
            {"code": "early", "diagnosis": {"include": ["S82"]}, "pay": "0.1", "max_count": 3}]},
        {"code": "DIS", "kind": "schedule", "amount": "2000.00", "table": {"9": "0.2", "10": "0.1"}, "steps": []}]'::jsonb)::assure.terms),
    ('other', '{"name": "O", "benefits": [{"code": "CATCH", "kind": "expense", "steps": [{"limit": {"per": "lifetime", "amount": "1000.00"}}]}]}');
CREATE TEMP TABLE span (name text, period daterange);
INSERT INTO span VALUES ('middle', '[2024-07-01,2025-07-01)'), ('whole', '[2024-01-01,2026-01-01)'), ('days', '[2024-11-15,2024-12-14]');

SELECT is(t.differs('A', terms, period), NULL, format('%s of %s', d.name, s.name)) FROM draft d, span s WHERE s.name <> 'days' OR d.name IN ('more', 'family') ORDER BY d.name, s.name;

-- That there is something in these sums.
CREATE TEMP TABLE result AS SELECT d.name, x.* FROM draft d, assure.simulate('A', d.terms, '[2024-07-01,2025-07-01)') x;
SELECT ok((SELECT bool_and(claims > 50 AND members > 12 AND decided <> before AND before <> after) FROM result WHERE section = 'total'), 'many claims, whose order matters, and drafts that change something');
SELECT is((SELECT string_agg(item || ' ' || sign(difference), ', ' ORDER BY item) FROM result WHERE section = 'member' AND name = 'more' AND members > 0 AND item <> 'unchanged'),
    'gaining 1, losing -1', 'where a family shares a limit, more for one member is less for another');
SELECT is((SELECT string_agg(item, ', ' ORDER BY item) FROM result WHERE name = 'fixed' AND section = 'benefit' AND after > 0 AND before = 0), 'CI, DIS, HI', 'fixed benefits pay, and are the draft''s alone');
SELECT ok((SELECT count(*) FROM result WHERE section = 'other_plans' AND difference <> 0) >= 2, 'claims of another plan change by what the family shares');
SELECT is((SELECT string_agg(DISTINCT item, ', ' ORDER BY item) FROM result WHERE section = 'not_replayed'), 'denied, pended, reversed', 'what a person or another rule decided, or has yet to decide, is told apart');
SELECT is((SELECT difference FROM assure.simulate('A', :'a', '[2024-11-01,2025-07-01)') WHERE section = 'total'), 0.00, 'the terms in force change nothing');
SELECT * FROM finish();
ROLLBACK;
