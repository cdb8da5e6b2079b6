\set ECHO none
-- Authorizations before treatment, and what contracts with providers allow.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(67);

SELECT assure.publish_plan(jsonb_build_object('code', code, 'name', code, 'valid_from', '2024-01-01', 'review_above', '5000.00',
    'terms', '{"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}'::jsonb, 'authorization', jsonb_build_object('care', '["inpatient", "dental"]'::jsonb, 'missing', missing)))
    FROM (VALUES ('ASK', 'pend'), ('MUST', 'deny')) v (code, missing) \g /dev/null
SELECT count(assure.enroll(jsonb_build_object('policy', 'P-GD', 'certificate', m, 'member_ref', m, 'name', 'x', 'birth_date', '1980-05-04', 'sex', 'F', 'region', '440305',
    'plan', plan, 'relationship', 'self', 'enrolled_on', '2024-01-01'))) FROM (VALUES ('A1', 'ASK'), ('A2', 'ASK'), ('D1', 'MUST')) v (m, plan) \gset
-- t.stay(no, amount, day, provider): a bill of a stay in hospital; t.goes(ref, member, bills): a claim's way.
CREATE FUNCTION t.stay(no text, amount text, day text DEFAULT '2024-03-10', provider text DEFAULT 'H1') RETURNS jsonb LANGUAGE sql AS $$
    SELECT t.bill(no, amount, jsonb_build_object('care', 'inpatient', 'from', day, 'provider', jsonb_build_object('code', provider))) $$;
CREATE FUNCTION t.goes(ref text, member text, VARIADIC bills jsonb[]) RETURNS text LANGUAGE sql AS $$
    SELECT t.verdict(t.claim(ref, member, '1.00', jsonb_build_object('policy', 'P-GD', 'bills', to_jsonb(bills)))) $$;
CREATE FUNCTION t.put(ref text, member text, more jsonb DEFAULT '{}') RETURNS bigint LANGUAGE sql AS $$
    SELECT assure.put_authorization(jsonb_build_object('ref', ref, 'policy', 'P-GD', 'member_ref', member, 'care', 'inpatient', 'from', '2024-03-01', 'to', '2024-03-31') || more) $$;

-- The document.
CREATE TEMP TABLE wrong (n serial, more text, wanted text);
INSERT INTO wrong (more, wanted) VALUES
    ('{"ref": null}', '22023 authorization: ref: %'), ('{"policy": "none"}', '23503 policy: "none" does not exist'), ('{"member_ref": "none"}', '23503 member_ref: "none" is not a member of policy "P-GD"'),
    ('{"care": "surgery"}', '22023 authorization: care: %'), ('{"provider": "none"}', '23503 provider: "none" does not exist'), ('{"from": "2024-04-01"}', '22023 authorization: to: is before from'),
    ('{"limit": 100}', '22023 authorization: limit: %'), ('{"limit": "-1.00"}', '22023 authorization: limit: %'), ('{"kind": 1}', '22023 authorization: kind: %');
SELECT alike(t.fails(format('SELECT t.put(''W'', ''A1'', %L)', more)), wanted, more) FROM wrong ORDER BY n;
SELECT is(t.fails('SELECT assure.put_authorization(NULL)'), '22004 authorization must not be NULL', 'NULL');
SELECT is((SELECT count(*) FROM assure.authorization), 0::bigint, 'nothing of it is kept');

-- The stage.
SELECT is(t.goes('A1', 'A1', t.stay('A1', '100.00')), 'in_review 0.00 authorization_missing A1', 'a stay without authorization is pended');
SELECT is((SELECT reasons -> 0 FROM assure.claim_status('A1')), '{"bill": "A1", "care": "inpatient", "code": "authorization_missing"}', 'with the bill and the care');
SELECT is((SELECT result ->> 'paid' FROM assure.decision JOIN assure.claim USING (account_id, claim_id) WHERE ref = 'A1'), '100.00', 'what would be paid is known');
SELECT is(t.goes('A2', 'A1', t.bill('A2', '100.00')), 'approved 100.00', 'care that needs none');
SELECT is(t.goes('D1', 'D1', t.stay('D1', '100.00')), 'denied 0.00 authorization_missing D1', 'or it is denied, as the plan says');
SELECT is((SELECT result FROM assure.decision JOIN assure.claim USING (account_id, claim_id) WHERE ref = 'D1'), NULL, 'and not calculated');
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;
SELECT t.put('Z1', 'A1') AS z1 \gset
SELECT is(t.grown((SELECT counts FROM before)), 'assure."authorization" +1, assure.audit_log +1, assure.authorization_ref +1', 'putting one writes these rows');
SELECT is(t.put('Z1', 'A1'), :z1::bigint, 'the same again is the same');
SELECT is(t.fails('SELECT t.put(''Z1'', ''A1'', ''{"limit": "1.00"}'')'), 'AS103 ref: authorization "Z1" was put before with other values', 'another under its ref is refused');
SELECT is(assure.put_authorization('{"ref": "Z2", "policy": "P-GD", "member_ref": "A2", "care": "inpatient", "from": "2024-03-01", "to": "2024-03-31", "provider": "H1", "limit": "1000.00"}', 'q1'),
    assure.put_authorization('{"ref": "Z2", "policy": "P-GD", "member_ref": "A2", "care": "inpatient", "from": "2024-03-01", "to": "2024-03-31", "provider": "H1", "limit": "1000.00"}', 'q1'), 'a retry returns the first answer');
SELECT is(t.goes('A3', 'A1', t.stay('A3', '100.00')), 'approved 100.00', 'a stay with one');
SELECT is(t.goes('A4', 'A1', t.stay('A4', '100.00', '2024-03-01')), 'approved 100.00', 'on its first day');
SELECT is(t.goes('A5', 'A1', t.stay('A5', '100.00', '2024-03-31')), 'approved 100.00', 'on its last');
SELECT is(t.goes('A6', 'A1', t.stay('A6', '100.00', '2024-02-29')), 'in_review 0.00 authorization_missing A6', 'the day before');
SELECT is(t.goes('A7', 'A1', t.stay('A7', '100.00', '2024-04-01')), 'in_review 0.00 authorization_missing A7', 'the day after');
SELECT is(t.goes('A8', 'A1', t.bill('A8', '100.00', '{"care": "dental"}')), 'in_review 0.00 authorization_missing A8', 'for other care');
SELECT is(t.goes('B1', 'A2', t.stay('B1', '1000.00')), 'approved 1000.00', 'up to its limit');
SELECT is(t.goes('B2', 'A2', t.stay('B2', '1000.01')), 'in_review 0.00 authorization_missing B2', 'a fen more');
SELECT is(t.goes('B3', 'A2', t.stay('B3', '600.00'), t.stay('B3b', '600.00')), 'in_review 0.00 authorization_missing B3b', 'the bills of a claim add up');
SELECT is(t.goes('B4', 'A2', t.stay('B4', '600.00'), t.bill('B4b', '600.00')), 'approved 1200.00', 'those that need one');
SELECT is(t.goes('B5', 'A2', t.stay('B5', '10.00', provider => 'H2')), 'in_review 0.00 authorization_missing B5', 'by another provider');
SELECT is(t.goes('B6', 'A2', t.bill('B6', '10.00', '{"care": "inpatient", "provider": {}}')), 'in_review 0.00 authorization_missing B6', 'or by none that is stated');
SELECT t.put('Z3', 'A2', '{"provider": "H1", "limit": "500.00"}') \g /dev/null
SELECT is(t.goes('B7', 'A2', t.stay('B7', '600.00'), t.stay('B7b', '400.00'), t.stay('B7c', '400.00')), 'approved 1400.00', 'two authorizations, three bills');
SELECT is(t.goes('D2', 'A2', t.stay('B7', '10.00')), 'in_review 0.00 duplicate_bill B7', 'authorized, and handed in before');
SELECT is(t.goes('D3', 'D1', t.stay('B7', '10.00')), 'denied 0.00 duplicate_bill B7, authorization_missing B7', 'what is denied names all that was found');

-- Withdrawing.
SELECT is(t.fails('SELECT assure.withdraw_authorization(''none'', ''x'')'), 'P0002 authorization "none" does not exist', 'one that is not there');
SELECT is(t.fails('SELECT assure.withdraw_authorization(''Z1'', '''')'), '22004 ref and reason must not be empty', 'without reason');
SELECT is(assure.withdraw_authorization('Z1', 'asked by the hospital', 'q2'), true, 'withdrawn');
SELECT is(assure.withdraw_authorization('Z1', 'asked by the hospital', 'q2'), true, 'a retry returns the first answer');
SELECT is(assure.withdraw_authorization('Z1', 'again'), false, 'once');
SELECT is((SELECT ROW(state, reason)::text FROM assure.authorization WHERE ref = 'Z1'), '(withdrawn,"asked by the hospital")', 'with its reason');
SELECT is(t.goes('C1', 'A1', t.stay('C1', '100.00')), 'in_review 0.00 authorization_missing C1', 'it covers nothing any more');
SELECT is((SELECT state FROM assure.claim_status('A3')), 'approved', 'a claim decided before keeps its decision');
SELECT t.new_role('auditor', 'auditor'), t.new_role('op', 'operator') \g /dev/null
SELECT alike(t.run('auditor', 'SELECT assure.withdraw_authorization(''Z2'', ''x'')'), '42501 %', 'not by an auditor');
SELECT alike(t.run('op', 'SELECT assure.withdraw_authorization(''Z2'', ''x'')'), '42501 %', 'nor by who does not work for the branch');
SELECT is(t.run('op', 'SELECT count(*) FROM assure.authorization'), '0', 'who sees none of it either');
SELECT assure.grant_branch(t.role('op'), 'GD') \g /dev/null
SELECT is(t.run('op', 'SELECT count(*) FROM assure.authorization'), '3', 'with the branch, all');
SELECT is(t.run('op', 'SELECT assure.withdraw_authorization(''Z2'', ''x'')'), 't', 'and may withdraw');

-- Contract prices: allowed is the lesser of the amount and price times quantity.
INSERT INTO assure.provider_contract (ref, provider_code, valid_from, valid_to, in_network, created_by) VALUES
    ('K1', 'H1', '2024-01-01', 'infinity', true, 'x'), ('K2', 'H1', '2024-06-01', '2024-06-30', false, 'x'), ('K3', 'H1', '2024-07-01', '2024-06-30', false, 'x');
INSERT INTO assure.contract_price (contract_id, code, revision, price_fen, audit_id)
    SELECT contract_id, code, revision, price_fen, 1 FROM assure.provider_contract JOIN (VALUES ('K1', 'X', 1, 9900), ('K1', 'X', 2, 4000), ('K1', 'Y', 1, 500), ('K1', 'Y', 2, NULL), ('K2', 'X', 1, 1000), ('K3', 'X', 1, 1))
        v (ref, code, revision, price_fen) USING (ref);
-- t.line(ref, line, day, provider): what a claim of one line at H1 is paid under FREE.
CREATE FUNCTION t.line(ref text, line text, day text DEFAULT '2024-03-10', provider text DEFAULT 'H1') RETURNS text LANGUAGE sql AS $$
    SELECT t.verdict(t.claim(ref, 'G1', '1.00', jsonb_build_object('event_date', day, 'submitted_at', '2024-12-01T00:00:00Z', 'bills', jsonb_build_array(t.bill(ref, '1.00', jsonb_build_object('from', day,
        'provider', jsonb_build_object('code', provider), 'items', jsonb_build_array('{"no": 1, "category": "drug"}'::jsonb || line::jsonb))))))) $$;
CREATE TEMP TABLE priced (n serial, line text, day text, provider text, wanted text, why text);
INSERT INTO priced (line, day, provider, wanted, why) VALUES
    ('{"code": "X", "amount": "100.00"}', '2024-03-10', 'H1', 'approved 40.00 contract_price', 'the latest price'),
    ('{"code": "X", "amount": "100.00", "quantity": "2"}', '2024-03-10', 'H1', 'approved 80.00 contract_price', 'times quantity'),
    ('{"code": "X", "amount": "30.00"}', '2024-03-10', 'H1', 'approved 30.00', 'never more than the amount'),
    ('{"code": "X", "amount": "100.00", "allowed": "20.00"}', '2024-03-10', 'H1', 'approved 40.00 contract_price', 'whatever the document allows'),
    ('{"code": "Y", "amount": "100.00"}', '2024-03-10', 'H1', 'approved 100.00', 'a price that is agreed no more'),
    ('{"code": "Z", "amount": "100.00"}', '2024-03-10', 'H1', 'approved 100.00', 'a code without price'),
    ('{"amount": "100.00"}', '2024-03-10', 'H1', 'approved 100.00', 'a line without code'),
    ('{"code": "X", "amount": "100.00"}', '2024-06-30', 'H1', 'approved 10.00 contract_price', 'a special contract, on its last day'),
    ('{"code": "X", "amount": "100.00"}', '2024-07-01', 'H1', 'approved 40.00 contract_price', 'gives way to the one around it'),
    ('{"code": "X", "amount": "100.00"}', '2024-03-10', 'H2', 'approved 100.00', 'another provider''s'),
    ('{"code": "X", "amount": "100.00", "quantity": "0.000001"}', '2024-03-10', 'H1', 'denied 0.00 contract_price', 'next to nothing'),
    ('{"code": "X", "amount": "100.00", "quantity": "999999999"}', '2024-03-10', 'H1', 'approved 100.00', 'very much of it');
SELECT is(replace(t.line('L' || n, line, day, provider), ' L' || n, ''), wanted, why) FROM priced ORDER BY n;
SELECT is(t.verdict(t.claim('R1', 'G1', '1.00', jsonb_build_object('bills', jsonb_build_array(t.bill('R1', '1.00', '{"items": [{"no": 1, "category": "drug", "code": "X", "amount": "100.00", "quantity": "2"},
    {"no": 2, "category": "drug", "code": "X", "amount": "-50.00"}]}'))))), 'approved 40.00 contract_price R1', 'a refund takes from what is allowed in proportion');
SELECT is((SELECT assure.unpack_claim(input) #>> '{bills,0,items,0,allowed}' FROM assure.decision JOIN assure.claim USING (account_id, claim_id) WHERE ref = 'L1'), '40.00', 'the input of the decision has the allowed price');
SELECT is((SELECT assure.unpack_claim(input) #> '{bills,0,provider}' ->> 'grade' FROM assure.decision JOIN assure.claim USING (account_id, claim_id) WHERE ref = 'L1'), '3', 'and the provider''s facts');
SELECT is((SELECT ledger_horizon IS NOT NULL AND NOT EXISTS (SELECT 1 FROM assure.ledger_entry e WHERE e.account_id = d.account_id AND e.claim_id = d.claim_id AND e.entry_id < d.ledger_horizon)
    FROM assure.decision d JOIN assure.claim USING (account_id, claim_id) WHERE ref = 'L1'), true, 'and a horizon before its own entries');
SELECT is((SELECT count(*) FROM assure.audit_verify()), 0::bigint, 'all is as written');
SELECT is((SELECT count(*) FROM assure.check_books()), 0::bigint, 'and balances');
SELECT * FROM finish();
ROLLBACK;
