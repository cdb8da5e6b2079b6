\set ECHO none
BEGIN;
\i test/sql-common/benefit.psql

SELECT plan(35);

-- A number from 0 to below "most" that depends on its arguments only.
CREATE FUNCTION pg_temp.pick(key text, n int, most int) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT (abs(hashtextextended(key || ':' || n, 7) % most))::int $$;
CREATE FUNCTION pg_temp.yuan(fen bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT (fen / 100.0)::numeric(20, 2)::text $$;
CREATE FUNCTION pg_temp.day(n int) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT to_char(date '2024-01-01' + n, 'YYYY-MM-DD') $$;
CREATE FUNCTION pg_temp.unpack_error(packed bytea) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.error_of(format('SELECT assure.unpack_claim(%L)', packed)) $$;

-- Claims with every part that a claim may have, each there or not by chance.
CREATE TEMP TABLE made_line AS
SELECT n, b, jsonb_agg(jsonb_strip_nulls(jsonb_build_object('no', CASE n % 5 WHEN 0 THEN l * 3 WHEN 1 THEN 9 - l ELSE l END, 'category', (ARRAY['drug', 'exam', '药品'])[1 + pg_temp.pick('cat', key, 3)],
    'code', CASE WHEN pg_temp.pick('has code', key, 3) > 0 THEN 'D' || pg_temp.pick('code', key, 40) END,
    'class', (ARRAY['A', 'B', 'C', NULL])[1 + pg_temp.pick('class', key, 4)],
    'quantity', CASE pg_temp.pick('q', key, 4) WHEN 0 THEN NULL ELSE (pg_temp.pick('quantity', key, 9000) / 1000.0 + 0.001)::numeric(9, 3)::text END,
    'amount', pg_temp.yuan(CASE WHEN is_refund THEN -1 - pg_temp.pick('back', key, 60) ELSE fen END),
    'allowed', CASE WHEN NOT is_refund AND pg_temp.pick('allow', key, 3) = 0 THEN pg_temp.yuan(fen - fen / 4) END,
    'self_first', CASE WHEN NOT is_refund AND pg_temp.pick('first', key, 3) = 0 THEN pg_temp.yuan(fen / 9) END,
    'social_paid', CASE WHEN NOT is_refund AND n % 4 = 0 AND pg_temp.pick('social', key, 2) = 0 THEN pg_temp.yuan(fen / 3) END)) ORDER BY l) AS lines, sum(CASE WHEN is_refund THEN -61 ELSE fen END) AS net
FROM (SELECT n, b, l, n * 100 + b * 10 + l AS key, l = 4 AND n % 3 = 0 AS is_refund, 300 + pg_temp.pick('fen', n * 100 + b * 10 + l, 900000) / (1 + 99 * (l % 3)) AS fen
      FROM generate_series(1, 1200) n, generate_series(1, n % 4) b, generate_series(1, 1 + (n / 4 + b) % 7) l) x GROUP BY n, b;
CREATE TEMP TABLE made_bill AS
SELECT n, jsonb_agg(jsonb_strip_nulls(jsonb_build_object('no', 'INV-' || key, 'care', (ARRAY['outpatient', 'emergency', 'inpatient', 'pharmacy', 'dental', 'checkup', 'maternity'])[1 + pg_temp.pick('care', key, 7)],
    'from', pg_temp.day(day), 'to', CASE pg_temp.pick('to', key, 2) WHEN 0 THEN pg_temp.day(day + pg_temp.pick('days', key, 90)) END,
    'stay', CASE pg_temp.pick('stay', key, 3) WHEN 0 THEN 'S' || n END,
    'diagnoses', CASE pg_temp.pick('diagnosed', key, 3) WHEN 0 THEN '["K35.8", "j20"]'::jsonb END,
    'provider', CASE pg_temp.pick('provided', key, 5) WHEN 0 THEN NULL WHEN 1 THEN '{"network": false, "grade": 0}' ELSE jsonb_build_object('code', 'H-' || key % 40, 'grade', key % 4, 'ownership', (ARRAY['public', 'private'])[1 + key % 2],
        'ward', (ARRAY['general', 'special', 'international'])[1 + key % 3], 'network', key % 2 = 0, 'region', '310104') END,
    'social_settled', CASE key % 3 WHEN 0 THEN true WHEN 1 THEN false END,
    'social_paid', CASE WHEN n % 4 > 0 AND key % 2 = 0 THEN pg_temp.yuan(net * pg_temp.pick('paid', key, 60) / 100) END,
    'other_paid', CASE key % 3 WHEN 1 THEN pg_temp.yuan(net * pg_temp.pick('other', key, 20) / 100) END,
    'items', lines)) ORDER BY b) AS bills
FROM (SELECT *, n * 10 + b AS key, pg_temp.pick('from', n * 10 + b, 700) AS day FROM made_line) x GROUP BY n;
CREATE TEMP TABLE made AS
SELECT n, jsonb_strip_nulls(jsonb_build_object('ref', CASE n % 2 WHEN 0 THEN 'R-' || n END, 'policy', CASE n % 3 WHEN 0 THEN 'P-' || n % 9 END, 'member_ref', CASE n % 5 WHEN 0 THEN 'M' END,
    'cause', (ARRAY['illness', 'accident', 'maternity', NULL])[1 + n % 4], 'event_date', CASE n % 7 WHEN 0 THEN NULL WHEN 1 THEN '2999-12-31' WHEN 2 THEN '1800-01-01' ELSE pg_temp.day(n % 500) END,
    'submitted_at', CASE n % 3 WHEN 1 THEN to_char(timestamp '2024-01-01 08:00:00.000001' + n * interval '7:11:13.77', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+08:00' END,
    'diagnoses', CASE n % 3 WHEN 1 THEN '["S82.6", "I10.x00x002"]'::jsonb END, 'disability_grades', CASE n % 4 WHEN 2 THEN '[1, 10, 7]'::jsonb END, 'bills', bills,
    'member', jsonb_build_object('birth_date', pg_temp.day(-n * 30), 'sex', (ARRAY['F', 'M'])[1 + n % 2], 'relationship', (ARRAY['self', 'spouse', 'child', 'parent'])[1 + n % 4], 'enrolled_on', pg_temp.day(-n),
        'continuous_since', CASE n % 3 WHEN 0 THEN pg_temp.day(-n - 77) END, 'policy_start', CASE n % 2 WHEN 0 THEN pg_temp.day(n % 200 - 100) END))) AS claim
FROM generate_series(1, 1200) n LEFT JOIN made_bill USING (n);
CREATE TEMP TABLE packed AS SELECT n, claim, assure.pack_claim(claim) AS packed FROM made;
CREATE TEMP TABLE plan_of AS SELECT x::assure.terms AS terms FROM (VALUES
    ('{"shared": {"D": {"deductible": {"per": "year", "amount": "500.00", "credit": ["social"]}}},
       "benefits": [{"code": "A", "kind": "expense", "care": ["inpatient", "outpatient"], "provider": {"min_grade": 1}, "item": {"exclude_codes": ["D7"]}, "steps": [{"cap": {"per": "unit", "amount": "90.00"}}, {"offset": ["social"]}, {"use": "D"}]},
                    {"code": "B", "kind": "expense", "cause": ["illness", "accident"], "diagnosis": {"exclude": ["J00-J22"]}, "age": [2, 70], "eligible": {"A": "1", "default": "0.5", "self_first": "0.2"},
                     "steps": [{"offset": ["prior", "other"]}, {"use": "D"}, {"coinsurance": [{"pay": "0.8", "max": "300.00"}]}, {"limit": {"per": "day", "amount": "700.00"}}]}]}')) v(x);

SELECT is((SELECT count(*) FROM packed), 1200::bigint, 'there are claims');
SELECT is_empty('SELECT n FROM packed WHERE assure.unpack_claim(packed) <> assure.check_claim(claim)', 'a packed claim is the claim');
SELECT is_empty('SELECT n FROM packed WHERE assure.pack_claim(assure.unpack_claim(packed)) <> packed', 'packed again it has the same bytes');
SELECT is_empty('SELECT n FROM packed WHERE assure.pack_claim(assure.check_claim(claim)) <> packed', 'one claim has one packed form');
SELECT is_empty('SELECT n FROM packed, plan_of WHERE assure.evaluate_packed(terms, packed) <> assure.evaluate(terms, claim)', 'a packed claim is calculated as its document is');
SELECT is_empty($$SELECT n FROM packed, plan_of, LATERAL (SELECT assure.evaluate(terms, claim) -> 'used' AS used) u
                  WHERE assure.evaluate_packed(terms, packed, used) <> assure.evaluate(terms, claim, used)$$, 'and after other claims');
SELECT cmp_ok((SELECT count(*) FROM packed, plan_of WHERE assure.evaluate_packed(terms, packed) ->> 'outcome' = 'pay'), '>', 300::bigint, 'many of them are paid');
SELECT is((SELECT count(DISTINCT packed) FROM packed), (SELECT count(DISTINCT assure.check_claim(claim)) FROM packed), 'different claims have different bytes');
SELECT is(assure.unpack_claim(assure.pack_claim('{}')), assure.check_claim('{}'), 'an empty claim');
SELECT is(octet_length(assure.pack_claim('{}')), 13, 'takes thirteen bytes');
SELECT is(assure.unpack_claim(assure.pack_claim(c)), assure.check_claim(c), 'refunds that shrink their lines') FROM (SELECT pg_temp.claim(pg_temp.bill('B', '2024-03-01',
    jsonb_build_array(pg_temp.line(1, '10.00', '{"social_paid": "8.00", "allowed": "9.00"}'), pg_temp.line(2, '10.00'), pg_temp.line(3, '-5.00', '{"social_paid": "-4.00", "quantity": "-2"}')))) AS c) x;
SELECT is(assure.evaluate_packed(pg_temp.terms('{}')::assure.terms, assure.pack_claim(c)) -> 'bills', assure.evaluate(pg_temp.terms('{}')::assure.terms, c) -> 'bills', 'and are netted once') FROM (SELECT pg_temp.claim(pg_temp.bill('B', '2024-03-01',
    jsonb_build_array(pg_temp.line(1, '10.00', '{"social_paid": "8.00"}'), pg_temp.line(2, '10.00'), pg_temp.line(3, '-5.00', '{"social_paid": "-4.00"}')))) AS c) x;
SELECT is(assure.unpack_claim(assure.pack_claim(c)), assure.check_claim(c), 'amounts up to the largest') FROM (SELECT pg_temp.claim(pg_temp.bill('B', '2024-03-01',
    jsonb_build_array(pg_temp.line(2147483647, '999999999999.99', '{"quantity": "1000000000"}'), pg_temp.line(0, '0.00')), '{"social_paid": "999999999999.99"}')) AS c) x;
SELECT is(assure.unpack_claim(assure.pack_claim(c)), assure.check_claim(c), 'a claim of many lines') FROM (SELECT pg_temp.claim((SELECT jsonb_agg(pg_temp.bill('B' || b, '2024-03-01', lines)) FROM generate_series(1, 20) b,
    LATERAL (SELECT jsonb_agg(pg_temp.line(l, '10.00', jsonb_build_object('code', 'C' || l * b))) AS lines FROM generate_series(1, 500) l) x)) AS c) x;
SELECT is(pg_temp.error_of(format('SELECT assure.evaluate_packed(%L, %L)', pg_temp.terms('{}'), assure.pack_claim('{}'))), 'AS101 claim: member: missing', 'what a document has to have, a packed claim has to have');

-- what is no packed claim
CREATE TEMP TABLE sample AS SELECT assure.pack_claim('{"ref": "A", "policy": "P", "diagnoses": ["S82.6"], "member": {"birth_date": "1990-05-04", "sex": "F", "relationship": "self", "enrolled_on": "2024-01-01"},
    "bills": [{"no": "B", "care": "inpatient", "from": "2024-03-01", "to": "2024-03-04", "items": [{"no": 1, "category": "药", "amount": "3.00"}, {"no": 2, "category": "drug", "code": "D", "amount": "700.00", "quantity": "2"}]}]}') AS packed;
SELECT is(pg_temp.unpack_error(''), '22P03 the bytes are not a packed claim: they end too early | assure.pack_claim() packs a document.', 'no bytes');
SELECT is(pg_temp.unpack_error('\x02'), '22P03 the bytes are not a packed claim: an unknown version | assure.pack_claim() packs a document.', 'another version');
SELECT is(pg_temp.unpack_error('\x0100f8000000000000'), '22P03 the bytes are not a packed claim: an unknown flag | assure.pack_claim() packs a document.', 'a flag of the future');
SELECT is(pg_temp.unpack_error('\x010000000000000000'), '22P03 the bytes are not a packed claim: the cause is missing | assure.pack_claim() packs a document.', 'no cause');
SELECT is(pg_temp.unpack_error('\x010100ffffffffffffffffff01000000000000'), '22P03 the bytes are not a packed claim: a count is too large | assure.pack_claim() packs a document.', 'more bills than there can be');
SELECT is(pg_temp.unpack_error('\x01010001ff7f0000000000'), '22P03 the bytes are not a packed claim: a count is too large | assure.pack_claim() packs a document.', 'more lines than bytes');
SELECT is(pg_temp.unpack_error('\x010100ffffffffffffffffff02000000000000'), '22P03 the bytes are not a packed claim: a number is too large | assure.pack_claim() packs a document.', 'a number beyond 64 bits');
SELECT is(pg_temp.unpack_error('\x0101008000000000000000'), '22P03 the bytes are not a packed claim: a number is longer than it need be | assure.pack_claim() packs a document.', 'a number with a zero in front');
SELECT is(pg_temp.unpack_error('\x01010000000000010200000000'), '22P03 the bytes are not a packed claim: a text is empty or too long | assure.pack_claim() packs a document.', 'an empty text');
SELECT is(pg_temp.unpack_error('\x010100000000000102ff00000000'), '22P03 the bytes are not a packed claim: a text is not UTF-8 | assure.pack_claim() packs a document.', 'a text in no known encoding');
SELECT is(pg_temp.unpack_error('\x01010000000000020442004100000000'), '22P03 the bytes are not a packed claim: the texts are not in order | assure.pack_claim() packs a document.', 'texts out of order');
SELECT is(pg_temp.unpack_error('\x01010000000000020441004100000000'), '22P03 the bytes are not a packed claim: the texts are not in order | assure.pack_claim() packs a document.', 'a text twice');
SELECT is(pg_temp.unpack_error('\x010100000000000102410000000000'), '22P03 the bytes are not a packed claim: a text is not used | assure.pack_claim() packs a document.', 'a text that nothing names');
SELECT is(pg_temp.unpack_error('\x0101000000000000000100000000'), '22P03 the bytes are not a packed claim: there is no such text | assure.pack_claim() packs a document.', 'a text that is not there');
SELECT is(pg_temp.unpack_error(packed || '\x00'), '22P03 the bytes are not a packed claim: there are bytes behind the claim | assure.pack_claim() packs a document.', 'bytes behind the claim') FROM sample;
SELECT is_empty($$SELECT n, e FROM sample, generate_series(0, octet_length(packed) - 1) n, LATERAL pg_temp.unpack_error(substr(packed, 1, n)) e WHERE e !~ '^22P03 '$$, 'every claim that was cut off is refused');
SELECT is(pg_temp.unpack_error('\x0151010102010007174100420044005000533833383600643d756700e889af00000400000100010523000001010302f4890103020007acadff038c0603262d'),
    '22P03 the bytes are not a packed claim: what is left of a bill is not its sum | assure.pack_claim() packs a document.', 'a refund that takes nothing');
-- A byte that is changed is refused, or makes another claim, whose packed form it then is. (Of a refund the packed claim says what is left
-- of the other lines; that is held within the line and within the bill, and not calculated again.)
CREATE FUNCTION pg_temp.changed(packed bytea) RETURNS text LANGUAGE plpgsql AS $$
BEGIN RETURN CASE WHEN assure.unpack_claim(packed)::text ~ '"amount": "-' THEN 'a refund' WHEN assure.pack_claim(assure.unpack_claim(packed)) = packed THEN 'another' ELSE 'not canonical' END;
EXCEPTION WHEN invalid_binary_representation THEN RETURN 'refused'; WHEN SQLSTATE 'AS101' THEN RETURN 'no diagnosis'; END $$;
CREATE TEMP TABLE changes AS SELECT n, v, pg_temp.changed(set_byte(packed, n, v)) AS what FROM sample, generate_series(0, octet_length(packed) - 1) n, generate_series(0, 255, 3) v;
SELECT is_empty($$SELECT * FROM changes WHERE what = 'not canonical'$$, 'no other form of a claim is taken');
SELECT cmp_ok((SELECT count(*) FROM changes WHERE what = 'refused'), '>', (SELECT count(*) FROM changes WHERE what = 'another'), 'most changes are seen');
SELECT cmp_ok((SELECT avg(octet_length(packed)) FROM packed WHERE n % 4 = 2), '<', 330.0, 'a claim of two bills is small');

SELECT * FROM finish();
ROLLBACK;
