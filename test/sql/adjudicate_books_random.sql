\set ECHO none
-- Whatever is done to a family's claims, in whatever order: the books are whole, every decision is replayed to
-- the byte, and a re-run from the beginning comes to what assure.evaluate() gives in order of event.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(4);
SELECT t.new_role('sup', 'supervisor') \g /dev/null
INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen) SELECT 'W-1', 'x', branch_id, 0, 0 FROM assure.branch WHERE code = 'BJ';
SELECT assure.set_worker_login(t.role('sup'), 'W-1') \g /dev/null
SELECT assure.publish_plan('STD', 'Standard', '{"name": "Standard",
    "shared": {"D": {"deductible": {"per": "year", "amount": "300.00", "family_amount": "700.00"}}, "FAM": {"limit": {"per": "year", "scope": "family", "amount": "6000.00"}}},
    "benefits": [{"code": "DRUG", "kind": "expense", "item": {"categories": ["drug"]}, "steps": [{"use": "D"}, {"coinsurance": [{"band_on": "year", "bands": [{"upto": "2000.00", "pay": "0.8"}, {"pay": "0.9"}]}]}, {"limit": {"per": "day", "amount": "400.00"}}, {"use": "FAM"}]},
                 {"code": "REST", "kind": "expense", "steps": [{"offset": ["prior"]}, {"use": "D"}, {"limit": {"per": "year", "count": 6}}, {"limit": {"per": "year", "amount": "2500.00"}}, {"use": "FAM"}]},
                 {"code": "HI", "kind": "daily", "amount": "50.00", "from_day": 2, "steps": [{"limit": {"per": "year", "days": 9}}]}]}', '2024-01-02', 900, 180) IS NOT NULL AS ok \gset
-- t.random_claim(n) is the n-th claim of the family, by a seed.
CREATE FUNCTION t.random_claim(n int) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE day date := date '2024-01-05' + (random() * 150)::int;
BEGIN
    RETURN jsonb_build_object('ref', 'R' || n, 'policy', 'P-BJ', 'member_ref', 'M' || 1 + (random() * 2.99 - 0.49)::int % 3, 'event_date', day, 'submitted_at', '2024-06-20T09:00:00+08:00',
        'bills', (SELECT jsonb_agg(jsonb_build_object('no', format('R%s-%s', n, b), 'care', CASE WHEN random() < 0.2 THEN 'inpatient' ELSE 'outpatient' END, 'from', day, 'to', day + (random() * 4)::int,
            'stay', format('S%s', (random() * 9)::int), 'provider', '{"code": "H1"}'::jsonb, 'items', (SELECT jsonb_agg(jsonb_build_object('no', i, 'category', CASE WHEN random() < 0.5 THEN 'drug' ELSE 'exam' END,
            'class', 'A', 'amount', round((random() * random() * 900 + 1)::numeric, 2)::text)) FROM generate_series(1, 1 + (random() * 2)::int) i))) FROM generate_series(1, 1 + (random() * 1.5)::int) b));
END $$;
-- t.act(n) does something to a claim; what is refused is refused.
CREATE FUNCTION t.act(n int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE ref text; answer text; what float := random();
BEGIN
    SELECT c.ref INTO ref FROM assure.claim c ORDER BY random() LIMIT 1;
    RETURN t.run('sup', CASE WHEN what < 0.15 THEN format('SELECT assure.reverse_claim(%L, ''r'')', ref) WHEN what < 0.30 THEN format('SELECT assure.readjudicate(%L, ''r'', %L)', ref, random() < 0.3)
        WHEN what < 0.65 THEN format('SELECT assure.decide_claim(%L, %L, %L::jsonb)', ref, CASE WHEN random() < 0.8 THEN 'approve' ELSE 'deny' END,
            CASE WHEN random() < 0.4 THEN format('[{"bill": "%s-1", "item": 1, "allowed": "%s", "reason": "r"}]', ref, round((random() * 5)::numeric, 2)) END)
        WHEN what < 0.75 THEN format('SELECT count(*) FROM assure.rerun(''P-BJ'', ''M%s'', %L, false)', 1 + (random() * 2)::int, date '2024-01-01' + (random() * 150)::int)
        ELSE format('SELECT count(assure.submit_claim(t.random_claim(%s))) + assure.adjudicate_pending(5)', 100 + n) END);
END $$;
SELECT setseed(0.42) \g /dev/null
SELECT count(assure.submit_claim(t.random_claim(n))) FROM generate_series(1, 30) n \g /dev/null
SELECT assure.adjudicate_pending() \g /dev/null
CREATE TEMP TABLE acts AS SELECT n, t.act(n) AS answer FROM generate_series(1, 150) n;
SELECT is((SELECT string_agg(DISTINCT answer, '; ') FROM acts WHERE answer ~ '^[A-Z0-9]{5} ' AND left(answer, 5) NOT IN ('AS201', '22023', 'AS106')), NULL, 'what is refused is refused for its state');
SELECT is(t.whole(), '', 'the books are whole');
SELECT is((SELECT string_agg(concat_ws(' ', c.ref, r.decision_no, r.finding, r.differences), '; ') FROM assure.claim c CROSS JOIN LATERAL assure.replay(c.ref) r WHERE r.finding NOT IN ('identical', 'not_calculated')), NULL, 'every decision is replayed to the byte');

-- From the beginning, in order of event: each claim by evaluate(), with used carried along.
SELECT count(*) FROM assure.rerun('P-BJ', 'M1', '2024-01-01', false) \g /dev/null
CREATE FUNCTION t.expected() RETURNS TABLE (ref text, paid numeric) LANGUAGE plpgsql AS $$
DECLARE c record; used jsonb := '{}'; own jsonb; family jsonb := '{}'; result jsonb; document jsonb; members jsonb := '{}';
BEGIN
    FOR c IN SELECT cl.ref, cl.document, cl.member_id, d.adjustments, d.verdict, v.terms, d.reasons, m.birth_date, m.sex, e.relationship, e.enrolled_on, e.continuous_since, p.starts_on
        FROM assure.claim cl JOIN LATERAL (SELECT * FROM assure.decision d WHERE d.account_id = cl.account_id AND d.claim_id = cl.claim_id ORDER BY decision_no DESC LIMIT 1) d ON true
        JOIN assure.plan_version v ON v.plan_version_id = d.plan_version_id JOIN assure.member m ON m.member_id = cl.member_id JOIN assure.enrollment e ON e.member_id = cl.member_id JOIN assure.policy p ON p.policy_id = cl.policy_id
        WHERE d.verdict IN ('approve', 'deny') AND NOT d.reasons @> '[{"code": "denied_by_person"}]' ORDER BY cl.event_date, cl.claim_id LOOP
        document := jsonb_set(assure.adjust_claim(c.document, coalesce(c.adjustments, '[]')), '{member}', jsonb_build_object('birth_date', c.birth_date, 'sex', c.sex, 'relationship', c.relationship,
            'policy_start', c.starts_on, 'enrolled_on', c.enrolled_on, 'continuous_since', c.continuous_since));
        own := coalesce(members -> c.member_id::text, '{}') || family;
        result := assure.evaluate(c.terms, document, own);
        family := coalesce((SELECT jsonb_object_agg(k, x) FROM jsonb_each(result -> 'used') u (k, x) WHERE k LIKE '%@family'), '{}');
        members := members || jsonb_build_object(c.member_id::text, coalesce((SELECT jsonb_object_agg(k, x) FROM jsonb_each(result -> 'used') u (k, x) WHERE k NOT LIKE '%@family'), '{}'));
        ref := c.ref; paid := (result ->> 'paid')::numeric;
        RETURN NEXT;
    END LOOP;
END $$;
SELECT is((SELECT string_agg(concat_ws(' ', x.ref, x.paid, s.paid), ', ') FROM t.expected() x CROSS JOIN LATERAL assure.claim_status(x.ref) s WHERE s.paid IS DISTINCT FROM x.paid), NULL, 'a re-run from the beginning is evaluate() in order of event');
SELECT * FROM finish();
ROLLBACK;
