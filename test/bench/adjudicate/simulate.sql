-- What-if over the year: assure.simulate() by one process and by two, against the
-- same replay in PL/pgSQL with assure.evaluate() and what is used carried along as
-- JSON, which what both pay is held against.

\set ON_ERROR_STOP 1
\pset format unaligned
\pset tuples_only on

-- The draft of a plan: a deductible of 800.00 instead of 500.00, and a tenth less of outpatient care.
CREATE FUNCTION draft_of(of_plan text) RETURNS assure.terms LANGUAGE sql STABLE AS $$
    SELECT jsonb_set(jsonb_set(terms::jsonb, '{shared,D,deductible,amount}', '"800.00"'), '{benefits,0,steps,2}', '{"coinsurance": [{"when": "bill.social_settled", "pay": "0.8"}, {"pay": "0.55"}]}')::assure.terms
    FROM assure.plan_version JOIN assure.plan USING (plan_id) WHERE code = of_plan $$;

-- What one writes without assure.simulate(): claim by claim, in order of account, event and claim.
CREATE FUNCTION what_if(plan text, draft assure.terms, period daterange, share numeric, OUT claims bigint, OUT before numeric, OUT after numeric) LANGUAGE plpgsql AS $$
DECLARE
    k record; r jsonb; account bigint;
    used_before jsonb; used_after jsonb;  -- by member, and of the family
BEGIN
    claims := 0; before := 0; after := 0;
    FOR k IN SELECT c.account_id, c.member_id::text AS member, v.terms, c.document || jsonb_build_object('member', jsonb_build_object('birth_date', m.birth_date, 'sex', m.sex,
                'relationship', e.relationship, 'policy_start', p.starts_on, 'enrolled_on', e.enrolled_on, 'continuous_since', e.continuous_since),
            'bills', (SELECT jsonb_agg(b || jsonb_build_object('provider', jsonb_build_object('code', h.code, 'grade', h.grade, 'ownership', h.ownership, 'network', h.in_network, 'region', h.region)) ORDER BY n)
                FROM jsonb_array_elements(c.document -> 'bills') WITH ORDINALITY x (b, n) JOIN assure.provider h ON h.code = b #>> '{provider,code}')) AS claim
        FROM assure.claim c JOIN assure.decision d ON d.account_id = c.account_id AND d.claim_id = c.claim_id JOIN assure.plan_version v USING (plan_version_id) JOIN assure.plan l USING (plan_id)
        JOIN assure.member m ON m.account_id = c.account_id AND m.member_id = c.member_id JOIN assure.policy p USING (policy_id) JOIN assure.enrollment e ON e.account_id = c.account_id AND e.member_id = c.member_id
        WHERE l.code = plan AND c.event_date <@ period AND d.verdict IN ('approve', 'deny') AND d.input IS NOT NULL AND (hashint8extended(c.account_id, 1) & 4294967295) < ceil(share * 4294967296)
        ORDER BY c.account_id, c.event_date, c.claim_id
    LOOP
        IF account IS DISTINCT FROM k.account_id THEN
            account := k.account_id; used_before := '{}'; used_after := '{}';
        END IF;
        r := assure.evaluate(k.terms, k.claim, coalesce(used_before -> k.member, '{}') || coalesce(used_before -> 'family', '{}'));
        used_before := used_before || jsonb_build_object(k.member, (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(r -> 'used') WHERE key NOT LIKE '%@family'),
            'family', (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(r -> 'used') WHERE key LIKE '%@family'));
        before := before + (r ->> 'paid')::numeric;
        r := assure.evaluate(draft, k.claim, coalesce(used_after -> k.member, '{}') || coalesce(used_after -> 'family', '{}'));
        used_after := used_after || jsonb_build_object(k.member, (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(r -> 'used') WHERE key NOT LIKE '%@family'),
            'family', (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(r -> 'used') WHERE key LIKE '%@family'));
        after := after + (r ->> 'paid')::numeric;
        claims := claims + 1;
    END LOOP;
END $$;

-- One run of every plan, by so many workers beside the caller; the slowest and the median.
CREATE FUNCTION timed(workers int, plans int, OUT rate text) LANGUAGE plpgsql AS $$
DECLARE
    started timestamptz; n bigint; claims bigint := 0; seconds numeric := 0; took numeric; rates numeric[] := '{}'; least_workers int;
BEGIN
    PERFORM set_config('max_parallel_workers_per_gather', workers::text, true);
    least_workers := workers;
    FOR p IN 1..plans LOOP
        started := clock_timestamp();
        SELECT x.claims, least(least_workers, (detail ->> 'workers')::int) INTO n, least_workers FROM assure.simulate('P' || p, draft_of('P' || p), '[2025-01-01,2026-01-01)') x WHERE section = 'total';
        took := extract(epoch FROM clock_timestamp() - started);
        claims := claims + n; seconds := seconds + took; rates := rates || n / took;
    END LOOP;
    rate := format('simulate, %s worker(s) beside the caller: %s claims of %s plans, %s claims/s in all, a plan median %s, slowest %s', least_workers, claims, plans, round(claims / seconds),
        (SELECT round(percentile_cont(0.5) WITHIN GROUP (ORDER BY r)::numeric) FROM unnest(rates) r), (SELECT round(min(r)) FROM unnest(rates) r));
END $$;

SELECT timed(0, 20) \g /dev/null
SELECT timed(0, 20);
SELECT timed(1, 20);
SELECT clock_timestamp() AS started \gset
SELECT * FROM what_if('P5', draft_of('P5'), '[2025-01-01,2026-01-01)', 0.05) \gset slow_
SELECT extract(epoch FROM clock_timestamp() - :'started') AS slow_seconds \gset
SELECT claims AS fast_claims, before AS fast_before, after AS fast_after FROM assure.simulate('P5', draft_of('P5'), '[2025-01-01,2026-01-01)', 0.05) WHERE section = 'total' \gset
SELECT format('in PL/pgSQL: %s claims/s; what both pay is %s', round(:slow_claims / :slow_seconds),
    CASE WHEN (:slow_claims, :slow_before, :slow_after) = (:fast_claims, :fast_before, :fast_after) THEN 'the same' ELSE format('NOT the same: %s %s %s, %s %s %s', :slow_claims, :slow_before, :slow_after, :fast_claims, :fast_before, :fast_after) END);
DROP FUNCTION draft_of, what_if, timed;
