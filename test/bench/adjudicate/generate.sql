-- A company's year: plans, families, and claims that wait to be adjudicated.
--
-- Variables: members, claims. Everything is drawn from hashes of row numbers, so
-- two runs make the same rows. Rows go straight into the tables, as the owner:
-- what is measured is adjudication, not the handing in.

\set ON_ERROR_STOP 1

-- draw gives a number from 0 to below, always the same for one key and salt.
CREATE FUNCTION draw(key bigint, salt bigint, below int) RETURNS int
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN abs(hashint8extended(key, salt) % below)::int;

INSERT INTO assure.branch (code, name, region)
SELECT 'B' || n, 'Branch ' || n, (ARRAY[110000, 310000, 320000, 330000, 440000])[n]::text FROM generate_series(1, 5) n;
INSERT INTO assure.provider (code, name, region, grade, ownership, in_network)
SELECT 'H-' || n, 'Hospital ' || n, '310000', 1 + n % 3, CASE WHEN n % 5 = 0 THEN 'private' ELSE 'public' END, n % 10 <> 0 FROM generate_series(1, 2000) n;

-- Plan n has 3 + n % 6 benefits, of these eight, each with steps of its own.
CREATE FUNCTION plan_terms(n int) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('name', 'Plan ' || n, 'period', CASE WHEN n % 3 = 0 THEN 'calendar_year' ELSE 'policy_year' END,
        'shared', jsonb_build_object(
            'D', '{"deductible": {"per": "year", "amount": "500.00"}}'::jsonb,
            'FAM', '{"limit": {"per": "year", "scope": "family", "amount": "60000.00"}}'::jsonb),
        'benefits', (SELECT jsonb_agg(b ORDER BY i) FROM jsonb_array_elements(jsonb_build_array(
            jsonb_build_object('code', 'OP', 'kind', 'expense', 'care', '["outpatient", "emergency"]'::jsonb,
                'eligible', '{"A": "1", "B": "0.9", "C": "0", "self_first": "1", "default": "1"}'::jsonb,
                'steps', jsonb_build_array('{"offset": ["social", "other"]}'::jsonb, '{"use": "D"}'::jsonb,
                    jsonb_build_object('coinsurance', jsonb_build_array('{"when": "bill.social_settled", "pay": "0.9"}'::jsonb, jsonb_build_object('pay', (0.6 + n % 4 * 0.05)::text))),
                    '{"limit": {"per": "year", "amount": "20000.00"}}'::jsonb, '{"use": "FAM"}'::jsonb)),
            jsonb_build_object('code', 'IP', 'kind', 'expense', 'care', '["inpatient"]'::jsonb,
                'eligible', '{"A": "1", "B": "0.9", "C": "0.5", "default": "1"}'::jsonb,
                'steps', jsonb_build_array('{"offset": ["social", "other"]}'::jsonb, jsonb_build_object('deductible', jsonb_build_object('per', 'year', 'amount', (n % 5 * 200) || '.00')),
                    '{"coinsurance": [{"when": "bill.social_settled", "pay": "1"}, {"pay": "0.8"}]}'::jsonb, '{"limit": {"per": "year", "amount": "100000.00"}}'::jsonb)),
            '{"code": "PH", "kind": "expense", "care": ["pharmacy"], "steps": [{"copay": {"amount": "20.00"}}, {"coinsurance": [{"pay": "0.8"}]}, {"limit": {"per": "year", "amount": "2000.00"}}]}'::jsonb,
            '{"code": "DENT", "kind": "expense", "care": ["dental"], "steps": [{"coinsurance": [{"pay": "0.5"}]}, {"limit": {"per": "visit", "amount": "300.00"}}, {"limit": {"per": "year", "amount": "1500.00"}}]}'::jsonb,
            '{"code": "ACC", "kind": "expense", "cause": ["accident"], "steps": [{"offset": ["social", "other", "prior"]}, {"limit": {"per": "year", "amount": "10000.00"}}]}'::jsonb,
            '{"code": "EXTRA", "kind": "expense", "care": ["inpatient", "outpatient"], "item": {"categories": ["drug", "exam"]}, "steps": [{"offset": ["social", "other", "prior"]}, {"deductible": {"per": "year", "amount": "1000.00"}}, {"coinsurance": [{"pay": "0.5"}]}, {"limit": {"per": "year", "amount": "5000.00"}}]}'::jsonb,
            '{"code": "BED", "kind": "expense", "care": ["inpatient"], "item": {"categories": ["bed"]}, "steps": [{"offset": ["social", "other", "prior"]}, {"limit": {"per": "day", "amount": "80.00"}}]}'::jsonb,
            '{"code": "CHK", "kind": "expense", "care": ["checkup", "dental", "pharmacy"], "steps": [{"offset": ["prior"]}, {"limit": {"per": "year", "amount": "500.00"}}]}'::jsonb
            )) WITH ORDINALITY AS x (b, i) WHERE i <= 3 + n % 6)) $$;
SELECT count(assure.publish_plan('P' || n, 'Plan ' || n, plan_terms(n)::text::assure.terms, '2020-01-01')) AS plans FROM generate_series(1, 20) n;

INSERT INTO assure.policy (ref, branch_id, insurer, holder, starts_on)
SELECT 'POL-' || n, 1 + n % 5, 'Insurer ' || n % 4, 'Holder ' || n, date '2024-01-01' + n % 300 FROM generate_series(1, 200) n;
INSERT INTO assure.account (policy_id, ref) SELECT 1 + n % 200, 'C-' || n FROM generate_series(1, :members * 2 / 5) n;
INSERT INTO assure_internal.account_book (account_id) SELECT account_id FROM assure.account;
INSERT INTO assure.member (account_id, ref, name, birth_date, sex, region)
SELECT account_id, account_id || '-' || n, 'Member ' || account_id || '-' || n, date '1960-01-01' + draw(account_id * 4 + n, 1, 18000),
    (ARRAY['F', 'M'])[1 + draw(account_id * 4 + n, 2, 2)], '310000'
FROM assure.account, generate_series(1, 1 + account_id % 4) n;
INSERT INTO assure_internal.member_ref (policy_id, ref, account_id, member_id)
SELECT policy_id, m.ref, account_id, member_id FROM assure.member m JOIN assure.account USING (account_id);
INSERT INTO assure.enrollment (account_id, member_id, plan_id, relationship, enrolled_on, continuous_since)
SELECT m.account_id, member_id, 1 + a.policy_id % 20, CASE WHEN split_part(m.ref, '-', 2) = '1' THEN 'self' ELSE 'child' END, '2024-01-01', '2024-01-01'
FROM assure.member m JOIN assure.account a USING (account_id);

-- line_fen is the amount of a line: 5.00 to 805.00.
CREATE FUNCTION line_fen(c bigint, b int, l int) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 500 + draw(c * 32 + b * 8 + l, 14, 80000);

-- Claims of 1 to 3 bills of 1 to 8 lines, in order of submission.
CREATE UNLOGGED TABLE handed_in AS
SELECT c AS claim_id, 1 + draw(c, 3, :members) AS member_id, date '2025-01-01' + (c * 365 / (:claims + 1))::int AS event_date, draw(c, 4, 10) = 0 AS accident,
    (SELECT jsonb_agg(jsonb_build_object('no', c || '-' || b, 'care', care, 'from', event_date, 'to', event_date + CASE care WHEN 'inpatient' THEN draw(c, 5, 12) ELSE 0 END,
            'provider', jsonb_build_object('code', 'H-' || 1 + draw(c, 6, 2000)), 'social_settled', settled,
            'social_paid', CASE WHEN settled THEN to_char(trunc((SELECT sum(line_fen(c, b, l)) FROM generate_series(1, lines) l) * 0.4) / 100, 'FM9999990.00') ELSE '0.00' END,
            'items', (SELECT jsonb_agg(jsonb_build_object('no', l, 'category', (ARRAY['drug', 'drug', 'exam', 'treatment', 'bed', 'material'])[1 + draw(c * 32 + b * 8 + l, 7, 6)],
                'code', 'I' || draw(c * 32 + b * 8 + l, 8, 3000), 'class', (ARRAY['A', 'A', 'B', 'C'])[1 + draw(c * 32 + b * 8 + l, 9, 4)],
                'amount', to_char(line_fen(c, b, l) / 100.0, 'FM9999990.00'))) FROM generate_series(1, lines) l)))
        FROM generate_series(1, 1 + draw(c, 10, 3)) b,
            LATERAL (SELECT 1 + draw(c * 4 + b, 11, 8) AS lines, draw(c * 4 + b, 12, 10) < 7 AS settled,
                (ARRAY['outpatient', 'outpatient', 'outpatient', 'outpatient', 'outpatient', 'emergency', 'pharmacy', 'inpatient', 'inpatient', 'dental'])[1 + draw(c, 13, 10)] AS care) d) AS bills
FROM generate_series(1, :claims::bigint) c, LATERAL (SELECT date '2025-01-01' + (c * 365 / (:claims + 1))::int AS event_date) e;
ALTER TABLE handed_in ADD PRIMARY KEY (claim_id);
INSERT INTO assure.claim (account_id, claim_id, ref, policy_id, member_id, branch_id, cause, event_date, submitted_at, submitted_fen, document, received_at, received_by)
SELECT m.account_id, h.claim_id, 'R-' || h.claim_id, p.policy_id, m.member_id, p.branch_id, cause, h.event_date, (h.event_date + 3 || ' 12:00+08')::timestamptz,
    (SELECT sum((i ->> 'amount')::numeric * 100) FROM jsonb_array_elements(bills) b, jsonb_array_elements(b -> 'items') i),
    jsonb_build_object('ref', 'R-' || h.claim_id, 'policy', p.ref, 'member_ref', m.ref, 'cause', cause, 'event_date', h.event_date,
        'submitted_at', to_char(h.event_date + 3, 'YYYY-MM-DD"T12:00:00+08:00"'), 'diagnoses', jsonb_build_array((ARRAY['J06.9', 'S82.6', 'K29.7', 'I10', 'M54.5'])[1 + draw(h.claim_id, 15, 5)]), 'bills', bills),
    (h.event_date + 3 || ' 12:00+08')::timestamptz, 'bench'
FROM handed_in h JOIN assure.member m ON m.member_id = h.member_id JOIN assure.account a USING (account_id) JOIN assure.policy p USING (policy_id),
    LATERAL (SELECT CASE WHEN h.accident THEN 'accident' ELSE 'illness' END AS cause) c
ORDER BY h.claim_id;
INSERT INTO assure.claim_ref (ref, account_id, claim_id, document_hash)
SELECT ref, account_id, claim_id, sha256(convert_to(document::text, 'UTF8')) FROM assure.claim ORDER BY claim_id;
INSERT INTO assure.bill (account_id, claim_id, position, bill_no, provider_code, care, from_date, to_date, submitted_fen, social_paid_fen, other_paid_fen)
SELECT account_id, claim_id, n, b ->> 'no', b #>> '{provider,code}', b ->> 'care', (b ->> 'from')::date, (b ->> 'to')::date,
    (SELECT sum((i ->> 'amount')::numeric * 100) FROM jsonb_array_elements(b -> 'items') i), (b ->> 'social_paid')::numeric * 100, 0
FROM assure.claim, jsonb_array_elements(document -> 'bills') WITH ORDINALITY AS x (b, n) ORDER BY claim_id, n;
INSERT INTO assure.invoice_key (provider_code, invoice_no, account_id, claim_id) SELECT provider_code, bill_no, account_id, claim_id FROM assure.bill;
INSERT INTO assure_internal.claim_queue (account_id, claim_id, packed, invoices_new)
SELECT account_id, claim_id, assure.pack_claim(document), true FROM assure.claim ORDER BY claim_id;
SELECT setval('assure.claim_id_seq', max(claim_id)) FROM assure.claim;
DROP TABLE handed_in;
VACUUM ANALYZE;
