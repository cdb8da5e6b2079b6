\set ECHO none
-- Catalogue, suppliers, stewards, contacts, samples, network and targets: what is
-- taken, what is refused, and the figures against the same counted by hand.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(88);

-- The catalogue: versions.
SELECT assure.put_service('{"code": "dental", "name": "Dental", "kind": "dental", "active_from": "2024-01-01", "standard": {"start_days": 3, "words": "in three days"}, "process": ["call", "book"], "script": "Hello\nthere"}') AS v1 \gset
SELECT is(assure.put_service('{"code": "dental", "name": "Dental", "kind": "dental", "active_from": "2024-01-01", "standard": {"start_days": 3, "words": "in three days"}, "process": ["call", "book"], "script": "Hello\nthere"}'), :v1::bigint, 'the same again is the same version');
SELECT isnt(assure.put_service('{"code": "dental", "name": "Teeth", "kind": "dental", "active_from": "2024-07-01"}'), :v1::bigint, 'another is a new one');
SELECT is((SELECT string_agg(concat_ws(' ', s.name, v.version, v.active_from - date '2024-01-01', v.active_to, v.standard, v.process, v.script), ' | ' ORDER BY v.version) FROM assure.service s JOIN assure.service_version v USING (service_id) WHERE s.code = 'dental'),
    E'Teeth 1 0 infinity {"words": "in three days", "start_days": 3} ["call", "book"] Hello\nthere | Teeth 2 182 infinity {} [] ', 'versions stay, name and kind are of the service');
SELECT is((SELECT count(*) FROM assure.audit_log WHERE subject LIKE 'service version %'), 2::bigint, 'what was new is in the audit');
SELECT matches(t.fails('UPDATE assure.service_version SET script = '''''), '^AS005 ', 'a version does not change');
SELECT is(assure.put_service('{"code": "opinion", "name": "Second opinion", "kind": "second_opinion", "active_from": "2024-01-01"}', 'q'), assure.put_service('{"code": "opinion", "name": "Second opinion", "kind": "second_opinion", "active_from": "2024-01-01"}', 'q'), 'a retry has the same answer');

-- Suppliers.
CREATE FUNCTION t.place(code text, region text, services text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('code', code, 'name', 'x', 'region', region, 'open_from', '2024-01-01', 'services', services::jsonb) || more $$;
SELECT assure.put_supplier(jsonb_build_object('code', 'A', 'name', 'Alpha care', 'places', jsonb_build_array(t.place('1', '110108', '["dental", "opinion"]'), t.place('2', '310000', '["dental"]')),
    'contracts', '[{"ref": "C1", "valid_from": "2024-01-01", "prices": {"dental": "80.00", "opinion": "200.00"}}]'::jsonb)) AS a \gset
SELECT is(assure.put_supplier('{"code": "A", "name": "Alpha"}'), :a::bigint, 'a supplier is found by its code');
SELECT is((SELECT string_agg(concat_ws(' ', name, place, province, prefecture, services, contract_to), '; ' ORDER BY place) FROM assure_bi.supplier), 'Alpha 1 110000 110100 {dental,opinion} infinity; Alpha 2 310000 {dental} infinity', 'what is not named stays');
SELECT assure.put_supplier(jsonb_build_object('code', 'A', 'name', 'Alpha', 'places', jsonb_build_array(t.place('1', '110108', '["dental"]', '{"open_to": "2024-06-30"}')),
    'contracts', '[{"ref": "C1", "valid_from": "2024-01-01", "valid_to": "2024-12-31", "prices": {"dental": "90.00", "opinion": null}}]'::jsonb)) \g /dev/null
SELECT is((SELECT string_agg(concat_ws(' ', place, services, to_char(open_to, 'YYYY-MM-DD'), to_char(contract_to, 'YYYY-MM-DD')), '; ' ORDER BY place) FROM assure_bi.supplier WHERE place = '1'), '1 {dental} 2024-06-30 2024-12-31', 'a place closes and offers less, a contract ends');
SELECT is((SELECT string_agg(concat_ws(' ', v.code, revision, coalesce(price_fen::text, 'none')), ', ' ORDER BY v.code, revision) FROM assure.supplier_price JOIN assure.service v USING (service_id)), 'dental 1 8000, dental 2 9000, opinion 1 20000, opinion 2 none', 'prices have revisions');
SELECT matches(t.fails('DELETE FROM assure.supplier_price'), '^AS005 ', 'that stay');

CREATE TEMP TABLE bad (n serial, statement text, wanted text);
INSERT INTO bad (statement, wanted) VALUES
    ($$SELECT assure.put_service(NULL)$$, '22004 service must not be NULL'),
    ($$SELECT assure.put_service('{"code": "x", "name": "x", "kind": "massage", "active_from": "2024-01-01"}')$$, '22023 service: kind: unknown code "massage", not one of second_opinion, medical_access, escort, check_up, dental, online_doctor, medicine_delivery, rehabilitation, other'),
    ($$SELECT assure.put_service('{"code": "x", "kind": "dental", "active_from": "2024-01-01"}')$$, '22023 service: name: missing'),
    ($$SELECT assure.put_service('{"code": "x", "name": "x", "kind": "dental", "active_from": "2024-01-03", "active_to": "2024-01-01"}')$$, '22023 service: active_to: is before the day before the first one'),
    ($$SELECT assure.put_service('{"code": "x", "name": "x", "kind": "dental", "active_from": "2024-01-03", "standard": {"start_days": -1}}')$$, '22003 service: standard.start_days: -1 is out of range, from 0 to 1000'),
    ($$SELECT assure.put_service('{"code": "x", "name": "x", "kind": "dental", "active_from": "2024-01-03", "process": [1]}')$$, '22023 service: process[0]: a string expected, not a number'),
    ($$SELECT assure.put_supplier('{"code": "", "name": "x"}')$$, '22023 supplier: code: an empty string'),
    ($$SELECT assure.put_supplier(jsonb_build_object('code', 'B', 'name', 'x', 'places', jsonb_build_array(t.place('1', '440399', '[]'))))$$, '23503 region: "440399" does not exist'),
    ($$SELECT assure.put_supplier(jsonb_build_object('code', 'B', 'name', 'x', 'places', jsonb_build_array(t.place('1', '44', '[]'))))$$, '22023 supplier: places[0].region: "44" is no region of six digits'),
    ($$SELECT assure.put_supplier(jsonb_build_object('code', 'B', 'name', 'x', 'places', jsonb_build_array(t.place('1', '440300', '["dental", "none"]'))))$$, '23503 service: "none" does not exist'),
    ($$SELECT assure.put_supplier('{"code": "B", "name": "x", "contracts": [{"ref": "C9", "valid_from": "2024-01-01", "prices": {"none": "1.00"}}]}')$$, '23503 service: "none" does not exist'),
    ($$SELECT assure.put_supplier('{"code": "B", "name": "x", "contracts": [{"ref": "C9", "valid_from": "2024-01-01", "prices": {"dental": "-1.00"}}]}')$$, '22023 supplier: contracts[0].prices.dental: -1.00 is negative'),
    ($$SELECT assure.put_supplier('{"code": "B", "name": "x", "contracts": [{"ref": "C1", "valid_from": "2024-01-01"}]}')$$, 'AS103 ref: contract "C1" was entered before for another supplier or another first day'),
    ($$SELECT assure.put_supplier('{"code": "A", "name": "x", "contracts": [{"ref": "C1", "valid_from": "2024-01-02"}]}')$$, 'AS103 ref: contract "C1" was entered before for another supplier or another first day'),
    ($$SELECT assure.put_steward('{"code": "s", "name": "x", "worker": "none", "active_from": "2024-01-01"}')$$, '23503 worker: "none" does not exist'),
    ($$SELECT assure.put_steward('{"code": "s", "name": "x", "supplier": "none", "active_from": "2024-01-01"}')$$, '23503 supplier: "none" does not exist'),
    ($$SELECT assure.put_steward('{"code": "s", "name": "x", "worker": "W-BJ", "supplier": "A", "active_from": "2024-01-01"}')$$, '22023 steward: supplier: a worker of the company is not a supplier''s'),
    ($$SELECT assure.put_contact('{"code": "c", "party": "supplier", "party_code": "none", "name": "x", "duty": "x", "phone": "1"}')$$, '23503 supplier: "none" does not exist'),
    ($$SELECT assure.put_contact('{"code": "c", "party": "branch", "party_code": "none", "name": "x", "duty": "x", "phone": "1"}')$$, '23503 branch: "none" does not exist'),
    ($$SELECT assure.put_contact('{"code": "c", "party": "friend", "party_code": "none", "name": "x", "duty": "x", "phone": "1"}')$$, '22023 contact: party: unknown code "friend", not one of branch, supplier, provider, insurer, other'),
    ($$SELECT assure.put_contact('{"code": "c", "party": "other", "party_code": "none", "name": "x", "duty": "x"}')$$, '22023 contact: neither phone nor email'),
    ($$SELECT assure.put_contact('{"code": "c", "party": "other", "party_code": "x", "name": "x", "duty": "x", "phone": "1", "region": "999999"}')$$, '22023 contact: region: "999999" is no region of six digits'),
    ($$SELECT assure.put_coverage_target('{"code": "t", "year": 2024, "measure": "joy", "comparison": ">=", "goal": "1"}')$$, '22023 target: measure: unknown code "joy"%'),
    ($$SELECT assure.put_coverage_target('{"code": "t", "year": 2024, "measure": "served_share", "comparison": "=", "goal": "1"}')$$, '22023 target: comparison: unknown code "="%'),
    ($$SELECT assure.put_coverage_target('{"code": "t", "year": 2024, "measure": "network_share", "comparison": ">=", "goal": "1"}')$$, '22023 target: service_kind and universe are missing'),
    ($$SELECT assure.put_coverage_target('{"code": "t", "year": 2024, "measure": "network_share", "comparison": ">=", "goal": "1", "service_kind": "dental", "universe": 300}')$$, '22023 target: universe: not one of 293, 297, 333, 337, 342'),
    ($$SELECT assure.put_coverage_target('{"code": "t", "year": 2024, "measure": "served_share", "comparison": ">=", "goal": "1", "service_kind": "dental", "universe": 342}')$$, '22023 target: service_kind and universe are not for measure "served_share"'),
    ($$SELECT assure.put_coverage_target('{"code": "t", "year": 1066, "measure": "served_share", "comparison": ">=", "goal": "1"}')$$, '22003 target: year: 1066 is out of range, from 1990 to 2999'),
    ($$SELECT assure.draw_service_sample('branch', 2024, 's')$$, '22023 kind: "branch" is neither supplier nor steward'), ($$SELECT assure.draw_service_sample('supplier', 1066, 's')$$, '22023 year: 1066 is not 1990 to 2999'),
    ($$SELECT assure.draw_service_sample('supplier', 2024, '')$$, '22023 seed has 0 bytes, not 1 to 200'), ($$SELECT assure.draw_service_sample('supplier', 2024, NULL)$$, '22004 kind, year, seed and share must not be NULL'),
    ($$SELECT assure.draw_service_sample('supplier', 2024, 's', 0)$$, '22023 share: not above 0 and at most 1'), ($$SELECT assure.draw_service_sample('supplier', 2024, 's', 1.01)$$, '22023 share: not above 0 and at most 1'),
    ($$SELECT assure.draw_service_sample('supplier', 2024, 's', 'NaN')$$, '22023 share: not above 0 and at most 1'),
    ($$SELECT assure.record_sample_finding('{"kind": "supplier", "year": 2024, "code": "A", "passed": true, "found_on": "2024-05-01"}')$$, 'P0002 supplier "A" was not drawn for 2024'),
    ($$SELECT assure.record_sample_finding('{"kind": "supplier", "year": 2024, "code": "A", "passed": true, "found_on": "2999-05-01"}')$$, '22023 finding: found_on: is in the future'),
    ($$SELECT assure.record_sample_finding('{"kind": "supplier", "year": 2024, "code": "A", "passed": false, "found_on": "2024-05-01"}')$$, '22023 finding: findings are missing, and it has not passed'),
    ($$SELECT * FROM assure.network_coverage(300)$$, '22023 %'), ($$SELECT * FROM assure.network_coverage(NULL)$$, '22004 universe must not be NULL');
SELECT alike(t.fails(statement), wanted, statement) FROM bad ORDER BY n;
SELECT is((SELECT count(*) FROM assure.supplier), 1::bigint, 'refusals leave nothing');

-- Stewards and contacts, masked.
SELECT assure.put_steward('{"code": "T1", "name": "王小明", "phone": "13900001234", "worker": "W-BJ", "active_from": "2024-01-01"}'), assure.put_steward('{"code": "T2", "name": "李四", "supplier": "A", "active_from": "2024-01-01", "active_to": "2024-03-31"}'),
    assure.put_steward('{"code": "T3", "name": "赵六", "active_from": "2025-01-01"}'), assure.put_contact('{"code": "K1", "party": "supplier", "party_code": "A", "name": "钱七", "duty": "appointments", "phone": "02155667788", "email": "qian@example.com", "region": "310000"}'),
    assure.put_contact('{"code": "K2", "party": "insurer", "party_code": "Alpha", "name": "孙八", "duty": "complaints", "email": "s@example.com", "active_to": "2024-12-31"}') \g /dev/null
SELECT is((SELECT string_agg(concat_ws(' ', code, party, party_code, name, duty, phone, email, region), '; ' ORDER BY code) FROM assure_bi.contact),
    'K1 supplier A 钱* appointments 021****7788 q*************** 310000; K2 insurer Alpha 孙* complaints s************; T1 worker W-BJ 王* steward 139****1234; T2 supplier A 李* steward; T3 steward 赵* steward', 'people are masked');
SELECT is(assure.put_contact('{"code": "K1", "party": "other", "party_code": "x", "name": "x", "duty": "x", "phone": "1"}'), (SELECT contact_id FROM assure.contact WHERE code = 'K1'), 'a contact is changed as a whole');
SELECT is((SELECT concat_ws(' ', party, email, region) FROM assure.contact WHERE code = 'K1'), 'other', 'what is not said is not there any more');

-- Samples: reproducible, topped up, at least the share.
SELECT assure.put_supplier(jsonb_build_object('code', 'S' || i, 'name', 'x', 'contracts', jsonb_build_array(jsonb_build_object('ref', 'CS' || i, 'valid_from', CASE WHEN i <= 10 THEN '2024-01-01' ELSE '2025-03-01' END, 'valid_to', CASE WHEN i <= 10 THEN '2024-12-31' END)))) FROM generate_series(1, 20) i \g /dev/null
SELECT assure.draw_service_sample('supplier', 2024, 'lot 7', request_id => 'd') AS d1 \gset
SELECT is(assure.draw_service_sample('supplier', 2024, 'lot 7', request_id => 'd'), :d1::bigint, 'a retry draws nothing');
SELECT is((SELECT concat_ws(' ', active_count, drawn_count) FROM assure.service_sample WHERE sample_id = :d1), '11 4', 'three tenths of eleven are four');
SELECT is((SELECT string_agg(code, ' ' ORDER BY rank) FROM assure.service_sample_item WHERE sample_id = :d1), (SELECT string_agg(code, ' ' ORDER BY sha256(convert_to('lot 7:' || code, 'UTF8'))) FROM (SELECT 'A' UNION SELECT 'S' || i FROM generate_series(1, 10) i) c (code)), 'in the order of the hashes, as anybody can compute it');
SELECT is((SELECT string_agg(code, ' ' ORDER BY rank) FROM assure_bi.supplier_sample WHERE year = 2024), (SELECT string_agg(code, ' ' ORDER BY h) FROM (SELECT code, sha256(convert_to('lot 7:' || code, 'UTF8')) AS h FROM (SELECT 'A' UNION SELECT 'S' || i FROM generate_series(1, 10) i) c (code) ORDER BY h LIMIT 4) x), 'the first are drawn');
SELECT assure.draw_service_sample('supplier', 2024, 'lot 8') AS draw \gset
SELECT is((SELECT drawn_count FROM assure.service_sample WHERE sample_id = :draw), 0, 'a second draw of the year lacks nothing');
SELECT assure.put_supplier(jsonb_build_object('code', 'N' || i, 'name', 'x', 'contracts', jsonb_build_array(jsonb_build_object('ref', 'CN' || i, 'valid_from', '2024-10-01')))) FROM generate_series(1, 5) i \g /dev/null
SELECT assure.draw_service_sample('supplier', 2024, 'lot 9') AS draw \gset
SELECT is((SELECT concat_ws(' ', active_count, drawn_count) FROM assure.service_sample WHERE sample_id = :draw), '16 1', 'with more suppliers it draws what lacks');
SELECT is((SELECT count(*) FROM assure_bi.supplier_sample WHERE year = 2024) - (SELECT count(DISTINCT code) FROM assure_bi.supplier_sample WHERE year = 2024), 0::bigint, 'nobody twice');
SELECT assure.draw_service_sample('steward', 2024, 'x', 0.5) AS draw \gset
SELECT is((SELECT concat_ws(' ', active_count, drawn_count) FROM assure.service_sample WHERE sample_id = :draw), '2 1', 'stewards are drawn by themselves');
SELECT assure.draw_service_sample('steward', 2023, 'x') AS draw \gset
SELECT is((SELECT concat_ws(' ', active_count, drawn_count) FROM assure.service_sample WHERE sample_id = :draw), '0 0', 'of nobody nobody');
SELECT count(assure.record_sample_finding(jsonb_build_object('kind', 'supplier', 'year', 2024, 'code', code, 'passed', rank > 1, 'found_on', '2024-11-01', 'findings', CASE WHEN rank = 1 THEN '[{"code": "records", "words": "no files"}]' ELSE '[]' END::jsonb)))
    FROM assure_bi.supplier_sample WHERE year = 2024 AND kind = 'supplier' AND seed = 'lot 7' \g /dev/null
SELECT is((SELECT concat_ws(' ', active, drawn, checked, passed, drawn_share, checked_share) FROM assure_bi.sample_share WHERE kind = 'supplier' AND year = 2024), '16 5 4 3 0.3125 0.2500', 'drawn is not looked at');
SELECT count(assure.record_sample_finding(jsonb_build_object('kind', 'supplier', 'year', 2024, 'code', code, 'passed', true, 'found_on', '2024-11-02'))) FROM assure_bi.supplier_sample WHERE year = 2024 AND kind = 'supplier' AND (seed = 'lot 9' OR rank = 1) \g /dev/null
SELECT is((SELECT concat_ws(' ', checked, passed, checked_share) FROM assure_bi.sample_share WHERE kind = 'supplier' AND year = 2024), '5 5 0.3125', 'the latest finding counts');
SELECT matches(t.fails('DELETE FROM assure.sample_finding'), '^AS005 ', 'findings stay');
SELECT matches(t.fails('UPDATE assure.service_sample_item SET drawn = true'), '^AS005 ', 'draws too');

-- The network, in each universe, against places counted by hand.
SELECT assure.put_supplier(jsonb_build_object('code', 'W', 'name', 'x', 'places', jsonb_build_array(t.place('1', '440305', '["dental"]'), t.place('2', '440304', '["dental"]'), t.place('3', '440000', '["opinion"]'), t.place('4', '429004', '["dental"]'), t.place('5', '320100', '["escort"]', '{"open_to": "2024-01-31"}')),
    'contracts', '[{"ref": "CW", "valid_from": "2024-01-01"}]'::jsonb)) \g /dev/null
SELECT is((SELECT string_agg(concat_ws(' ', service, prefectures, with_place, with_branch, branch_with_place, branch_share), '; ' ORDER BY service) FROM assure.network_coverage(342, '2024-03-01')),
    'dental 342 4 3 3 1.000000; escort 342 0 3 0 0.000000; opinion 342 21 3 1 0.333333', 'a place counts in its prefecture, a province''s in all of its; closed ones not');
SELECT is((SELECT string_agg(concat_ws(' ', service, prefectures, with_place, with_branch, branch_with_place), '; ' ORDER BY service) FROM assure.network_coverage(293, '2024-03-01')), 'dental 293 1 1 1; escort 293 0 1 0; opinion 293 21 1 1', 'of the cities only Shenzhen has a branch');
SELECT is((SELECT string_agg(concat_ws(' ', service, prefectures, with_place, with_branch, branch_with_place), '; ' ORDER BY service) FROM assure.network_coverage(297, '2024-03-01')), 'dental 297 3 3 3; escort 297 0 3 0; opinion 297 21 3 1', 'with the municipalities all three have') ;
SELECT is((SELECT string_agg(concat_ws(' ', service, with_place), '; ' ORDER BY service) FROM assure.network_coverage(342, '2024-01-15')), 'dental 4; escort 1; opinion 21', 'on another day other places are open');
SELECT is((SELECT string_agg(concat_ws(' ', service, with_place), '; ' ORDER BY service) FROM assure.network_coverage(342, '2023-12-31')), 'dental 0; escort 0; opinion 0', 'before the contracts none');
SELECT is((SELECT string_agg(DISTINCT universe || ' ' || prefectures, ', ' ORDER BY universe || ' ' || prefectures) FROM assure_bi.network_coverage), '293 293, 297 297, 333 333, 337 337, 342 342', 'the view has each universe with its figure');
SELECT is((SELECT string_agg(format('%s %s', universe, n.service), ', ' ORDER BY universe, n.service) FROM assure_bi.network_coverage n WHERE (with_place, branch_with_place) IS DISTINCT FROM
    (SELECT (count(DISTINCT u.region::text)::int, (count(DISTINCT u.region::text) FILTER (WHERE EXISTS (SELECT FROM assure.branch b WHERE left(b.region, 4) = left(u.region::text, 4) OR (right(u.region::text, 4) = '0000' AND left(b.region, 2) = left(u.region::text, 2)))))::int)
     FROM assure.prefectures(n.universe) u, assure.supplier s JOIN assure.supplier_place p USING (supplier_id) JOIN assure.supplier_offer o USING (supplier_place_id) JOIN assure.service v USING (service_id)
     WHERE v.code = n.service AND now()::date <= p.open_to AND EXISTS (SELECT FROM assure.supplier_contract c WHERE c.supplier_id = s.supplier_id AND now()::date <= c.valid_to AND c.valid_from <= now()::date)
     AND (left(p.region::text, 4) = left(u.region::text, 4) OR (right(p.region::text, 4) = '0000' OR right(u.region::text, 4) = '0000') AND left(p.region::text, 2) = left(u.region::text, 2)))), NULL, 'as the digits of the codes say');

-- Targets against facts.
SELECT assure.put_service('{"code": "access", "name": "Access", "kind": "medical_access", "active_from": "2023-01-01", "standard": {"accept_days": 1, "start_days": 2}}') \g /dev/null
-- t.done(ref, member, from, to, service) is a service from request to begin; requested on days of a week in May.
CREATE FUNCTION t.done(ref text, member text, asked text, begun text, service text DEFAULT 'access') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM assure.order_service(jsonb_build_object('ref', ref, 'policy', CASE left(member, 1) WHEN 'M' THEN 'P-BJ' WHEN 'S' THEN 'P-SH' ELSE 'P-GD' END, 'member_ref', member, 'service', service, 'requested_at', asked || 'T10:00:00+08:00'));
    PERFORM assure.accept_order(ref, accepted_at => (asked || ' 11:00+08')::timestamptz);
    PERFORM assure.start_service(ref, (begun || ' 09:00+08')::timestamptz);
    PERFORM assure.finish_service(ref, (begun || ' 12:00+08')::timestamptz);
END $$;
-- 2024: 30 April to 6 May is one working day (holiday 1 to 5 May, 28 April and 11 May are worked): 2024-05-06. 2025: a plain week in June.
SELECT t.done('Y1', 'M1', '2024-04-30', '2024-05-06'), t.done('Y2', 'M2', '2024-06-17', '2024-06-21'), t.done('Y3', 'S1', '2024-05-10', '2024-05-13'), t.done('Z1', 'S1', '2025-06-16', '2025-06-17'), t.done('Z2', 'G1', '2025-06-13', '2025-06-16'), t.done('Z3', 'G1', '2025-06-14', '2025-06-15') \g /dev/null
SELECT is((SELECT string_agg(concat_ws(' ', o.ref, t.year, accept_days, t.access_days, t.in_standard), '; ' ORDER BY o.ref) FROM assure_bi.service_time t JOIN assure.service_order o USING (order_id)),
    'Y1 2024 0 1 t; Y2 2024 0 4 f; Y3 2024 0 2 t; Z1 2025 0 1 t; Z2 2025 0 1 t; Z3 2025 0 0 t', 'working days by dates, with holidays and make-up workdays');
SELECT is((SELECT string_agg(concat_ws(' ', service, year, orders, access_days, access_days_before, access_days_change, in_standard), '; ' ORDER BY year) FROM assure_bi.service_timeliness), 'access 2024 3 2.33 0.6667; access 2025 3 0.67 2.33 -1.66 1.0000', 'year against year');
SELECT is((SELECT count(*) FROM (SELECT a.d FROM generate_series(timestamp '2024-01-01', '2025-12-31', '1 day') a (d)) x WHERE
    assure.is_workday('CN', x.d::date) <> coalesce((SELECT h.kind = 'makeup_workday' FROM assure.holiday h WHERE h.day = x.d::date), extract(isodow FROM x.d) < 6)), 0::bigint, 'which are those of the calendar CN');
-- What waited for the customer does not count.
SELECT assure.order_service('{"ref": "W1", "policy": "P-GD", "member_ref": "G1", "service": "escort", "requested_at": "2025-06-16T10:00:00+08:00"}'), assure.wait_for_customer('W1', 'abroad', '2025-06-17 10:00+08'), assure.resume_order('W1', '2025-06-19 10:00+08'),
    assure.wait_for_customer('W1', 'again', '2025-06-20 10:00+08'), assure.start_service('W1', '2025-06-24 10:00+08'), assure.finish_service('W1', '2025-06-25 10:00+08') \g /dev/null
SELECT is((SELECT concat_ws(' ', access_days, waited_days, finish_days, coalesce(in_standard::text, 'none')) FROM assure_bi.service_time WHERE service = 'escort'), '2 4 3 none', 'what waited for the customer does not count');
SELECT assure.evaluate_service('Z1', 5, 'good'), assure.evaluate_service('Z2', 2) \g /dev/null
SELECT is((SELECT string_agg(concat_ws(' ', service, year, done, evaluated, share, score, low, with_words), '; ' ORDER BY service, year) FROM assure_bi.service_evaluation), 'access 2024 3 0 0.0000 0 0; access 2025 3 2 0.6667 3.50 1 1; escort 2025 1 0 0.0000 0 0', 'evaluations, without words');
SELECT is((SELECT string_agg(concat_ws(' ', service, insurer, state, orders, customers, kind, waiting), '; ' ORDER BY service, insurer, state) FROM assure_bi.service_usage), 'access Alpha done 3 3 medical_access 0; access Alpha evaluated 1 1 medical_access 0; access Beta done 1 1 medical_access 0; access Beta evaluated 1 1 medical_access 0; escort Alpha done 1 1 other 0', 'usage');
SELECT is((SELECT concat_ws(' ', ref, service, kind, branch, province, customer_province, customer, state, overdue, score) FROM assure_bi.service_order WHERE ref = 'Z2'), 'Z2 access medical_access GD 440000 440000 赵* evaluated f 2', 'the monitor masks people');

SELECT count(assure.put_coverage_target(x || jsonb_build_object('year', y))) FROM jsonb_array_elements('[
    {"code": "provinces", "measure": "provinces_served", "comparison": ">=", "goal": "31"}, {"code": "share", "measure": "served_share", "comparison": ">", "goal": "0.035"},
    {"code": "growth", "measure": "served_growth", "comparison": ">=", "goal": "0.1"}, {"code": "dental", "measure": "branch_place_share", "comparison": ">=", "goal": "1", "service_kind": "dental", "universe": 342},
    {"code": "net", "measure": "network_share", "comparison": ">=", "goal": "0.5", "service_kind": "dental", "universe": 337}, {"code": "access", "measure": "access_days_change", "comparison": "<=", "goal": "-1"},
    {"code": "suppliers", "measure": "supplier_sample_share", "comparison": ">=", "goal": "0.3"}, {"code": "stewards", "measure": "steward_sample_share", "comparison": ">=", "goal": "0.3", "note": "as agreed"}]') x, unnest('{2024,2025}'::int[]) y \g /dev/null
SELECT is((SELECT string_agg(concat_ws(' ', code, coalesce(fact::text, '-'), comparison, goal, coalesce(met::text, '-')), '; ' ORDER BY code) FROM assure_bi.coverage_target WHERE year = 2024),
    'access - <= -1 -; dental 0.666667 >= 1 false; growth - >= 0.1 -; net 0.005935 >= 0.5 false; provinces 2 >= 31 false; share 0.6 > 0.035 true; stewards 0 >= 0.3 false; suppliers 0.2941 >= 0.3 false', 'targets of 2024');
SELECT is((SELECT string_agg(concat_ws(' ', code, coalesce(fact::text, '-'), comparison, goal, coalesce(met::text, '-')), '; ' ORDER BY code) FROM assure_bi.coverage_target WHERE year = 2025),
    'access -1.666667 <= -1 true; dental 0.333333 >= 1 false; growth -0.333333 >= 0.1 false; net 0.002967 >= 0.5 false; provinces 2 >= 31 false; share 1 > 0.035 true; stewards 0 >= 0.3 false; suppliers 0 >= 0.3 false', 'targets of 2025');
SELECT is((SELECT string_agg(concat_ws(' ', code, service_kind, universe, note), '; ' ORDER BY code) FROM assure_bi.coverage_target WHERE year = 2024 AND (universe IS NOT NULL OR note IS NOT NULL)), 'dental dental 342; net dental 337; stewards as agreed', 'each network figure has its universe');
SELECT is(assure.put_coverage_target('{"code": "share", "year": 2024, "measure": "served_share", "comparison": ">", "goal": "0.9"}'), (SELECT coverage_target_id FROM assure.coverage_target WHERE code = 'share' AND year = 2024), 'a target is changed');
SELECT is((SELECT met FROM assure_bi.coverage_target WHERE code = 'share' AND year = 2024), false, 'and held against the same fact');
SELECT is(t.whole(), '', 'the books and the audit are whole');
SELECT * FROM finish();
ROLLBACK;
