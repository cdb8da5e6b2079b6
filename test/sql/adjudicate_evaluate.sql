\set ECHO none
-- What is stored is what assure.evaluate() says of the same terms, claim and
-- counters: over 150 claims of all kinds, drawn the same at each run.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(9);

-- A plan with most of what terms can say.
SELECT assure.publish_plan('FULL', 'Full', '{
    "name": "Full", "period": "policy_year",
    "shared": {"D": {"deductible": {"per": "year", "amount": "100.00", "family_amount": "150.00", "credit": ["social"]}},
               "FAM": {"limit": {"per": "year", "scope": "family", "amount": "4500.00"}}},
    "benefits": [
        {"code": "OP", "kind": "expense", "care": ["outpatient", "emergency"], "provider": {"min_grade": 2}, "eligible": {"A": "1", "B": "0.9", "C": "0", "default": "0.5"},
         "steps": [{"cap": {"per": "item", "amount": "300.00"}}, {"offset": ["social", "other"]}, {"use": "D"}, {"copay": {"amount": "5.00"}},
                   {"coinsurance": [{"pay": "0.7"}]},
                   {"limit": {"per": "year", "count": 5}}, {"limit": {"per": "day", "amount": "500.00"}}, {"use": "FAM"}]},
        {"code": "IP", "kind": "expense", "care": ["inpatient"], "steps": [{"offset": ["social", "prior"]}, {"use": "D"}, {"limit": {"per": "lifetime", "amount": "2500.00"}}, {"use": "FAM"}]},
        {"code": "CATCH", "kind": "expense", "provider": {"network": true}, "steps": [{"offset": ["social", "other", "prior"]}, {"coinsurance": [{"pay": "0.3"}]}, {"limit": {"per": "claim", "amount": "77.77"}}]}]}', '2024-01-01') IS NOT NULL AS published \gset
SELECT count(assure.enroll('{"policy": "P-SH", "certificate": "FF", "name": "x", "sex": "F", "region": "310104", "plan": "FULL", "enrolled_on": "2024-01-01"}'::jsonb || m)) FROM jsonb_array_elements('[
    {"member_ref": "S10", "birth_date": "1975-02-03", "relationship": "self"}, {"member_ref": "S11", "birth_date": "1976-02-03", "relationship": "spouse"},
    {"member_ref": "S12", "birth_date": "2016-02-03", "relationship": "child", "enrolled_on": "2024-02-15"}]') m \gset

-- A number from 0 to n - 1 that depends on nothing but its arguments.
CREATE FUNCTION t.draw(seed int, place text, n int) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT (('x' || left(encode(sha256(convert_to(seed || ' ' || place, 'UTF8')), 'hex'), 8))::bit(32)::bigint % n)::int $$;
CREATE FUNCTION t.drawn_bill(seed int, b int, day date) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('no', format('V%s-%s', seed, b), 'from', day + b, 'to', day + b + CASE care WHEN 'inpatient' THEN t.draw(seed, b || 'days', 9) ELSE 0 END, 'care', care,
        'provider', jsonb_build_object('code', (ARRAY['H1', 'H2', 'PH', 'H1'])[1 + t.draw(seed, b || 'provider', 4)], 'grade', 1, 'ward', 'general'),
        'social_paid', to_char(t.draw(seed, b || 'social', 5000) / 100.0, 'FM990.00'),
        'items', (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('no', i, 'category', 'drug', 'class', (ARRAY['A', 'B', 'C', NULL])[1 + t.draw(seed, b || 'class' || i, 4)],
            'amount', to_char((5000 + t.draw(seed, b || 'amount' || i, 60000)) / 100.0, 'FM9990.00')))) FROM generate_series(1, 1 + t.draw(seed, b || 'items', 3)) i))
    FROM (SELECT (ARRAY['outpatient', 'emergency', 'inpatient', 'outpatient', 'dental'])[1 + t.draw(seed, b || 'care', 5)] AS care) x $$;
CREATE FUNCTION t.drawn_claim(seed int) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT t.claim('V' || seed, (ARRAY['S10', 'S11', 'S12'])[1 + t.draw(seed, 'member', 3)], '1.00', jsonb_build_object(
        'event_date', day, 'submitted_at', '2025-06-30T00:00:00Z', 'cause', (ARRAY['illness', 'accident'])[1 + t.draw(seed, 'cause', 2)],
        'diagnoses', jsonb_build_array((ARRAY['J18.9', 'D05.1', 'C44.3', 'S82.6'])[1 + t.draw(seed, 'diagnosis', 4)]),
        'disability_grades', CASE t.draw(seed, 'grade', 8) WHEN 0 THEN '[9]'::jsonb WHEN 1 THEN '[10, 10]' ELSE '[]' END,
        'bills', (SELECT coalesce(jsonb_agg(t.drawn_bill(seed, b, day)), '[]') FROM generate_series(1, t.draw(seed, 'bills', 4)) b)))
    FROM (SELECT '2024-03-01'::date + t.draw(seed, 'day', 400) AS day) x $$;

-- The claim as adjudication sees it: member from the enrollment, providers from the directory.
CREATE FUNCTION t.seen_claim(ref text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT c.document || jsonb_build_object('member', jsonb_build_object('birth_date', m.birth_date, 'sex', m.sex, 'relationship', e.relationship, 'policy_start', p.starts_on,
            'enrolled_on', e.enrolled_on, 'continuous_since', e.continuous_since),
        'bills', (SELECT coalesce(jsonb_agg(b || jsonb_build_object('provider', jsonb_build_object('code', v.code, 'ward', 'general', 'grade', v.grade, 'ownership', v.ownership,
            'network', v.in_network, 'region', v.region)) ORDER BY n), '[]') FROM jsonb_array_elements(c.document -> 'bills') WITH ORDINALITY x (b, n)
            JOIN assure.provider v ON v.code = b #>> '{provider,code}'))
    FROM assure.claim c JOIN assure.member m USING (account_id, member_id) JOIN assure.policy p USING (policy_id) JOIN assure.enrollment e USING (account_id, member_id) WHERE c.ref = $1 $$;
-- What is used of a member's and the family's counters, in the shape of assure.evaluate(): the money paid is its amount of a lifetime.
CREATE FUNCTION t.used_json(member text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_object_agg(counter, periods), '{}') FROM (
        SELECT counter, jsonb_object_agg(period, measures) AS periods FROM (
            SELECT b.counter || CASE WHEN b.member_id = 0 THEN '@family' ELSE '' END AS counter, b.period,
                jsonb_object_agg(CASE b.measure WHEN 'paid' THEN 'amount' ELSE b.measure END, CASE WHEN b.measure = 'count' THEN to_jsonb(b.value) ELSE to_jsonb(to_char(b.value / 100.0, 'FM999999990.00')) END) AS measures
            FROM assure.balance b JOIN assure.member m ON m.account_id = b.account_id AND b.member_id IN (0, m.member_id)
            WHERE m.ref = $1 AND b.value <> 0 GROUP BY 1, 2) x GROUP BY counter) y $$;
CREATE FUNCTION t.untexted(reasons jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce(jsonb_agg(r - 'text' ORDER BY n), '[]') FROM jsonb_array_elements(reasons) WITH ORDINALITY x (r, n) $$;

CREATE TEMP TABLE seen (n int, ref text, before jsonb, expected jsonb, after jsonb, verdict text, error text);
DO $$
DECLARE claim jsonb; s seen;
BEGIN
    FOR i IN 1 .. 150 LOOP
        claim := t.drawn_claim(i);
        s := NULL; s.n := i; s.ref := claim ->> 'ref';
        BEGIN
            PERFORM assure.submit_claim(claim);
            s.before := t.used_json(claim ->> 'member_ref');
            s.verdict := assure.adjudicate(s.ref);
            s.after := t.used_json(claim ->> 'member_ref');
            SELECT assure.evaluate(v.terms, t.seen_claim(s.ref), s.before) INTO s.expected FROM assure.plan_version v JOIN assure.plan p USING (plan_id) WHERE p.code = 'FULL';
        EXCEPTION WHEN OTHERS THEN
            s.error := SQLSTATE || ' ' || SQLERRM;
        END;
        INSERT INTO seen VALUES (s.*);
    END LOOP;
END $$;
SELECT is((SELECT string_agg(ref || ': ' || error, '; ' ORDER BY n) FROM seen WHERE error IS NOT NULL), NULL, 'every claim is adjudicated and calculated');
SELECT is((SELECT string_agg(DISTINCT verdict, ' ' ORDER BY verdict) FROM seen), 'approve deny', 'some pay, some do not');
SELECT is((SELECT string_agg(DISTINCT s ->> 'code', ' ' ORDER BY s ->> 'code') FROM assure.decision d, jsonb_array_elements(d.reasons) s WHERE s ->> 'code' IN ('limit_year', 'limit_count', 'limit_day', 'limit_lifetime', 'limit_claim', 'deductible')),
    'deductible limit_claim limit_count limit_day limit_lifetime limit_year', 'for many reasons');
SELECT is((SELECT string_agg(ref, ' ' ORDER BY n) FROM seen JOIN assure.claim c USING (ref) JOIN assure.decision d USING (account_id, claim_id)
    WHERE d.result IS DISTINCT FROM expected - 'used' - 'reasons'), NULL, 'results are those of assure.evaluate()');
SELECT is((SELECT string_agg(ref, ' ' ORDER BY n) FROM seen JOIN assure.claim c USING (ref) JOIN assure.decision d USING (account_id, claim_id)
    WHERE t.untexted(d.reasons) IS DISTINCT FROM t.untexted(expected -> 'reasons')), NULL, 'reasons too');
SELECT is((SELECT string_agg(ref, ' ' ORDER BY n) FROM seen JOIN assure.claim c USING (ref) JOIN assure.decision d USING (account_id, claim_id)
    WHERE d.paid_fen <> (expected ->> 'paid')::numeric * 100 OR d.submitted_fen <> (expected ->> 'submitted')::numeric * 100), NULL, 'amounts too');
SELECT is((SELECT string_agg(format('%s %s', ref, (SELECT string_agg(k, ' ') FROM (SELECT jsonb_object_keys(after || (expected -> 'used')) k) x
    WHERE (after -> k) IS DISTINCT FROM (expected -> 'used' -> k))), '; ' ORDER BY n) FROM seen WHERE after IS DISTINCT FROM expected -> 'used'), NULL, 'and so are the counters afterwards');
SELECT is((SELECT sum(paid_fen) FROM assure.decision), (SELECT sum(delta) FROM assure.ledger_entry WHERE measure = 'paid'), 'what is paid is what is booked');
SELECT is(t.whole(), '', 'the books are whole');
SELECT * FROM finish();
ROLLBACK;
