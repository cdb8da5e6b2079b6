\set ECHO none
-- Providers, contracts with them, allowed prices.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SET LOCAL datestyle = 'ISO';
SELECT no_plan();
CREATE FUNCTION t.provider(more jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT '{"code": "H9", "name": "Ninth", "region": "110101", "grade": 3, "ownership": "public", "in_network": true}'::jsonb || more $$;
CREATE FUNCTION t.contract(more jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT '{"ref": "K1", "provider": "H1", "valid_from": "2024-01-01", "in_network": true}'::jsonb || more $$;
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;

-- Providers.
SELECT isnt(assure.put_provider(t.provider('{}')), NULL, 'a provider is added');
SELECT is(t.grown((SELECT counts FROM before)), 'assure.audit_log +1, assure.provider +1', 'with these rows');
SELECT is(assure.put_provider(t.provider('{"name": "New", "grade": 2, "ownership": "private", "in_network": false}')), (SELECT provider_id FROM assure.provider WHERE code = 'H9'), 'and changed');
SELECT is((SELECT concat_ws(' ', name, grade, ownership, in_network) FROM assure.provider WHERE code = 'H9'), 'New 2 private f', 'as stated');
SELECT is((SELECT assure.put_provider(t.provider('{"name": "New", "grade": 2, "ownership": "private", "in_network": false}')) IS NOT NULL), true, 'the same again');
SELECT is(t.grown((SELECT counts FROM before)), 'assure.audit_log +2, assure.provider +1', 'is no change');
CREATE TEMP TABLE refused (n serial, what text, doc jsonb, wanted text);
INSERT INTO refused (what, doc, wanted) VALUES
    ('put_provider', '[]', '22023 provider: an object expected'), ('put_provider', t.provider('{}') - 'grade', '22023 provider: grade: missing'), ('put_provider', t.provider('{"grade": 4}'), '22003 provider: grade: '), ('put_provider', t.provider('{"ownership": "state"}'), '22023 provider: ownership: '),
    ('put_provider', t.provider('{"region": "99"}'), '23503 region: "99" does not exist'), ('put_provider', t.provider('{"in_network": 1}'), '22023 provider: in_network: '), ('put_provider', t.provider('{"code": ""}'), '22023 provider: code: '), ('put_provider', t.provider('{"x": 1}'), '22023 provider: x: unknown key'),
    ('put_contract', '{}', '22023 contract: ref: missing'), ('put_contract', t.contract('{"provider": "NO"}'), '23503 provider: "NO" does not exist'), ('put_contract', t.contract('{"valid_from": "infinity"}'), '22023 contract: valid_from: '),
    ('put_contract', t.contract('{"valid_to": "2023-12-30"}'), '22023 contract: valid_to: is before'), ('put_contract', t.contract('{}') - 'in_network', '22023 contract: in_network: missing');
SELECT ok(starts_with(e, wanted), format('%s: %s%s', what, wanted, CASE WHEN starts_with(e, wanted) THEN '' ELSE ' but: ' || e END)) FROM refused, LATERAL t.fails(format('SELECT assure.%s(%L)', what, doc)) e ORDER BY n;
SELECT is(t.fails('SELECT assure.put_provider(NULL)'), '22004 provider must not be NULL', 'NULL');

-- Contracts.
SELECT isnt(assure.put_contract(t.contract('{}'), 'k'), NULL, 'a contract is entered');
SELECT is(assure.put_contract(t.contract('{}'), 'k'), assure.put_contract(t.contract('{}')), 'once');
SELECT is(t.fails(format('SELECT assure.put_contract(%L)', t.contract('{"in_network": false}'))), 'AS103 ref: contract "K1" was entered before with other values', 'it does not change');
SELECT is(assure.put_contract(t.contract('{"valid_to": "2024-12-31"}')), (SELECT contract_id FROM assure.provider_contract), 'but for its end');
SELECT is((SELECT string_agg(valid_to::text, ' ') FROM assure.provider_contract), '2024-12-31', 'which is set');
SELECT count(assure.put_contract(t.contract(c))) AS entered FROM jsonb_array_elements('[{"ref": "K2", "valid_from": "2024-05-01", "valid_to": "2024-05-31", "in_network": false}, {"ref": "K3", "valid_from": "2024-05-10", "valid_to": "2024-05-09"}, {"ref": "K4", "valid_from": "2024-05-20", "valid_to": "2024-05-20"}, {"ref": "K5", "valid_from": "2024-05-20", "valid_to": "2024-05-20"}]') c \gset

-- Prices.
SELECT is((SELECT string_agg(concat_ws(' ', row_no, code, accepted, error_code, reason), '; ' ORDER BY row_no) FROM assure.put_contract_prices('K1', '[{"code": "D1", "price": "12.34"}, {"code": "D1", "price": "1"}, {"code": "D2", "price": null}, {"code": "D3"}, {"code": "D4", "price": "-1"}, {"code": "D5", "price": "0"}, 7, {"price": "1"}, {"code": "D6", "price": "0.001"}]', 'p')),
    '1 D1 t; 2 D1 f 23505 code: "D1" stands in row 1 already; 3 D2 t; 4 D3 f 22023 price: missing; 5 D4 f 22023 price: -1 is negative; 6 D5 t; 7 f 22023 an object expected, not a number; 8 f 22023 code: missing; 9 D6 f 22023 price: 0.001 has more than 2 decimals', 'rows are accepted and refused one by one');
SELECT is((SELECT string_agg(concat_ws(' ', row_no, accepted), ', ' ORDER BY row_no) FROM assure.put_contract_prices('K1', '[{"code": "D1", "price": "12.34"}, {"code": "D1", "price": "1"}, {"code": "D2", "price": null}, {"code": "D3"}, {"code": "D4", "price": "-1"}, {"code": "D5", "price": "0"}, 7, {"price": "1"}, {"code": "D6", "price": "0.001"}]', 'p')), '1 t, 2 f, 3 t, 4 f, 5 f, 6 t, 7 f, 8 f, 9 f', 'a retry says the same');
SELECT is((SELECT count(*) FROM assure.put_contract_prices('K1', '[{"code": "D1", "price": "12.00"}, {"code": "D5", "price": "0.00"}]')), 2::bigint, 'another price');
SELECT is((SELECT string_agg(concat_ws(' ', code, revision, price_fen), ', ' ORDER BY code, revision) FROM assure.contract_price), 'D1 1 1234, D1 2 1200, D5 1 0', 'is another revision, the same is none');
SELECT is((SELECT count(*) FROM assure.put_contract_prices('K1', '[{"code": "D5", "price": null}]')), 1::bigint, 'a price is withdrawn');
SELECT is((SELECT count(*) FROM assure.put_contract_prices('K2', '[{"code": "D1", "price": "9.00"}]')), 1::bigint, 'another contract has its own');
SELECT is(t.fails('SELECT assure.put_contract_prices(''NO'', ''[]'')'), 'P0002 contract "NO" does not exist', 'no such contract');
SELECT is(t.fails('SELECT assure.put_contract_prices(''K1'', ''{}'')'), '22023 prices: a list expected, not an object', 'prices are a list');
SELECT is(t.fails('SELECT assure.put_contract_prices(''K1'', NULL)'), '22004 contract and prices must not be NULL', 'NULL');
SELECT is(t.fails('DELETE FROM assure.contract_price'), 'AS005 rows of "assure.contract_price" are append-only: delete is refused', 'what was agreed stays');

-- Which contract and price count on a day.
CREATE FUNCTION t.price(code text, day date, provider text DEFAULT 'H1') RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', c.ref, c.in_network, p.price_fen) FROM (SELECT * FROM assure.provider_contract c
        WHERE c.provider_code = provider AND c.valid_from <= day AND c.valid_to >= day ORDER BY c.valid_from DESC, c.contract_id DESC LIMIT 1) c
    LEFT JOIN LATERAL (SELECT price_fen FROM assure.contract_price p WHERE p.contract_id = c.contract_id AND p.code = price.code ORDER BY p.revision DESC LIMIT 1) p ON true $$;
SELECT is(t.price('D1', '2024-04-30'), 'K1 t 1200', 'the latest revision');
SELECT is(t.price('D5', '2024-04-30'), 'K1 t', 'none once it is withdrawn');
SELECT is(t.price('D1', '2024-05-15'), 'K2 f 900', 'a contract of a month goes before, and one withdrawn before it began counts for nothing');
SELECT is(t.price('D1', '2024-06-01'), 'K1 t 1200', 'and gives way');
SELECT is(t.price('D1', '2024-05-20'), 'K5 t', 'of two from one day the later');
SELECT is(t.price('D1', '2025-01-01'), NULL, 'after the end there is none');
SELECT is(t.price('D1', '2024-04-30', 'H2'), NULL, 'nor for another provider');
SELECT t.new_role('sup', 'supervisor') \g /dev/null
SELECT alike(t.run('sup', format('SELECT assure.put_contract(%L)', t.contract('{"ref": "S"}'))), '42501 %', 'contracts are an administrator''s');

-- A price takes away from what a document allows, and never adds to it.
CREATE FUNCTION t.priced(ref text, line jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT t.verdict(t.claim(ref, 'G1', '1.00') || jsonb_build_object('bills', jsonb_build_array(t.bill('B-' || ref, '1.00') || jsonb_build_object('items', jsonb_build_array('{"no": 1, "category": "drug", "class": "A", "code": "D1", "amount": "100.00"}' || line))))) $$;
SELECT is(t.priced('P1', '{"quantity": "2"}'), 'approved 24.00 contract_price B-P1', 'two units at 12.00');
SELECT is(t.priced('P2', '{"quantity": "20"}'), 'approved 100.00', 'no more than was asked for');
SELECT is(t.priced('P3', '{"quantity": "2", "allowed": "10.00"}'), 'approved 10.00 contract_price B-P3', 'nor than the document allows');
SELECT is(t.priced('P4', '{"quantity": "2", "allowed": "50.00"}'), 'approved 24.00 contract_price B-P4', 'the lesser of both');

-- Claims at random against the same claims with what is allowed worked out in SQL.
SELECT setseed(0.3);
SELECT assure.publish_plan('SHARES', 'Shares', '{"name": "x", "benefits": [{"code": "ALL", "kind": "expense", "eligible": {"A": "1", "B": "0.9", "C": "0.35", "self_first": "0.5", "default": "0.8"},
    "steps": [{"offset": ["social", "other"]}, {"coinsurance": [{"pay": "0.85"}]}]}]}', '2024-01-01') \gset
SELECT assure.enroll('{"policy": "P-GD", "certificate": "S", "member_ref": "GS", "name": "x", "birth_date": "1980-05-04", "sex": "F", "region": "440305", "plan": "SHARES", "relationship": "self", "enrolled_on": "2024-01-01"}') \gset
SELECT count(assure.put_contract(jsonb_build_object('ref', 'R' || n, 'provider', 'H2', 'valid_from', date '2024-03-01' + (random() * 30)::int, 'valid_to', date '2024-03-31' + (random() * 20)::int, 'in_network', true))) FROM generate_series(1, 6) n \gset
SELECT count(*) FROM generate_series(1, 6) n, generate_series(1, 2) revision, LATERAL assure.put_contract_prices('R' || n, (SELECT coalesce(jsonb_agg(jsonb_build_object('code', 'Q' || c, 'price', CASE WHEN random() < 0.8 THEN round((random() * 60)::numeric, 2)::text END)), '[]')
    FROM generate_series(1, 4) c WHERE n <> 6 AND random() < 0.8)) \gset
CREATE TEMP TABLE drawn AS SELECT n, date '2024-02-20' + (random() * 70)::int AS day, (SELECT jsonb_agg(line || jsonb_build_object('no', i, 'category', 'drug', 'code', 'Q' || c) ORDER BY i) FROM (
        SELECT i, (random() * 5)::int AS c, jsonb_strip_nulls(jsonb_build_object('amount', CASE WHEN i = 6 THEN -least(20, a) ELSE a END::text, 'quantity', CASE WHEN i < 6 THEN round((random() * 4 + 0.001)::numeric, 3)::text END,
            'class', (ARRAY['A', 'B', 'C'])[1 + (random() * 3)::int], 'allowed', CASE WHEN i < 6 AND random() < 0.3 THEN round(a * 0.7, 2)::text END, 'self_first', CASE WHEN i < 6 AND random() < 0.3 THEN round(a * 0.6, 2)::text END)) AS line
        FROM (SELECT i, round((random() * 200 + 20)::numeric, 2) AS a FROM generate_series(1, 6) i WHERE random() < 0.8 AND n > 0) x) y) AS lines
    FROM generate_series(1, 400) n;
UPDATE drawn SET lines = '[{"no": 1, "category": "drug", "code": "Q1", "amount": "50.00"}]' WHERE lines IS NULL OR lines -> 0 ->> 'amount' LIKE '-%';
CREATE FUNCTION t.allowed(line jsonb, day date) RETURNS jsonb LANGUAGE sql AS $$
    SELECT CASE WHEN line ->> 'amount' LIKE '-%' OR x.price IS NULL THEN line
        ELSE line || jsonb_build_object('allowed', a::text, 'self_first', least(coalesce((line ->> 'self_first')::numeric, 0), a)::text) END
    FROM (SELECT split_part(t.price(line ->> 'code', day, 'H2') || ' ', ' ', 3) AS price) y, LATERAL (SELECT nullif(price, '')::numeric / 100 AS price) x,
        LATERAL (SELECT round(least((line ->> 'amount')::numeric, coalesce((line ->> 'allowed')::numeric, 1e9), round(x.price * coalesce((line ->> 'quantity')::numeric, 1), 2)), 2)) z (a) $$;
UPDATE drawn SET lines = (SELECT jsonb_agg(CASE WHEN l ? 'allowed' AND l ? 'self_first' THEN l || '{"self_first": "0.00"}' ELSE l END ORDER BY i) FROM jsonb_array_elements(lines) WITH ORDINALITY x (l, i));
SELECT count(assure.submit_claim(t.claim('D' || n, 'GS', '1.00') || jsonb_build_object('event_date', day, 'submitted_at', '2024-06-01T00:00:00Z',
    'bills', jsonb_build_array(t.bill('D' || n, '1.00') || jsonb_build_object('from', day, 'provider', '{"code": "H2"}'::jsonb, 'items', lines))))) FROM drawn \gset
SELECT is(assure.adjudicate_pending(1000), 400, '400 claims at random');
CREATE TEMP TABLE expected AS SELECT n, (assure.evaluate((SELECT terms FROM assure.plan_version JOIN assure.plan USING (plan_id) WHERE code = 'SHARES'),
    jsonb_build_object('event_date', day, 'member', '{"birth_date": "1980-05-04", "sex": "F", "relationship": "self", "enrolled_on": "2024-01-01"}'::jsonb,
        'bills', jsonb_build_array(t.bill('D' || n, '1.00') || jsonb_build_object('from', day, 'items', (SELECT jsonb_agg(t.allowed(l, day) ORDER BY i) FROM jsonb_array_elements(lines) WITH ORDINALITY x (l, i)))))) ->> 'paid')::numeric AS paid FROM drawn;
SELECT is((SELECT string_agg(format('D%s %s not %s', n, s.paid, e.paid), ', ' ORDER BY n) FROM expected e, assure.claim_status('D' || n) s WHERE s.paid IS DISTINCT FROM e.paid), NULL, 'are paid as their contracts say');
SELECT cmp_ok((SELECT count(*) FROM assure.decision d JOIN assure.claim c USING (account_id, claim_id) WHERE c.ref LIKE 'D%' AND jsonb_path_exists(d.reasons, '$[*].code ? (@ == "contract_price")')), '>', 100::bigint, 'many of them less for it');
SELECT * FROM finish();
ROLLBACK;
