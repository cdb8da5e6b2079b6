-- The catalogue, suppliers with their places and prices, stewards, contacts, and
-- this year's targets. Check-ups and dental care are to be had in most of the
-- prefectures with a branch, not in all.

SELECT count(assure.put_service(jsonb_build_object('code', s.code, 'name', s.name, 'kind', k.kind, 'active_from', '2020-01-01',
    'standard', CASE k.kind WHEN 'medical_access' THEN '{"accept_days": 1, "start_days": 5, "words": "within five working days"}' ELSE '{"finish_days": 10}' END::jsonb,
    'process', '["call the customer", "choose place and day", "send the voucher", "ask how it was"]'::jsonb, 'script', '您好，这里是健康管理中心。')))
FROM assure.service s JOIN (VALUES ('CHECKUP', 'check_up'), ('CLINIC', 'medical_access'), ('ESCORT', 'escort'), ('ONLINE', 'online_doctor'), ('VACCINE', 'other'), ('TEETH', 'dental'),
    ('MIND', 'other'), ('CHRONIC', 'other'), ('WARD', 'medical_access'), ('TCM', 'rehabilitation'), ('EYES', 'other'), ('PREGNANCY', 'other')) k (code, kind) USING (code);

-- BEIXING does appointments and escorts in all provinces of the mainland; of the others each has places in every third prefecture.
CREATE TEMP VIEW prefecture AS SELECT p.region::text AS region, p.name, row_number() OVER (ORDER BY p.region) AS n FROM assure.prefectures(342) p;
SELECT assure.put_supplier(jsonb_build_object('code', 'BEIXING', 'name', '北星健康', 'contracts', '[{"ref": "SC-1", "valid_from": "2020-01-01", "prices": {"CLINIC": "120.00", "WARD": "300.00", "ESCORT": "260.00"}}]'::jsonb,
    'places', (SELECT jsonb_agg(jsonb_build_object('code', code::text, 'name', name, 'region', code::text, 'open_from', '2020-01-01', 'services', '["CLINIC", "WARD", "ESCORT"]'::jsonb))
        FROM assure.division WHERE kind = 'province' AND in_force AND left(code::text, 2) NOT IN ('71', '81', '82'))));
SELECT count(assure.put_supplier(jsonb_build_object('code', code, 'name', name, 'contracts', jsonb_build_array(jsonb_build_object('ref', ref, 'valid_from', '2020-01-01', 'prices', prices)),
    'places', (SELECT jsonb_agg(jsonb_build_object('code', region, 'name', p.name || suffix, 'region', region, 'open_from', '2020-01-01', 'services', (SELECT jsonb_agg(x) FROM jsonb_object_keys(prices) x)))
        FROM prefecture p WHERE p.n % 3 = part OR part = 0 AND left(region, 2) IN ('11', '31', '44')))))
FROM (VALUES ('MEIKANG', '美康体检', 'SC-2', '{"CHECKUP": "580.00"}'::jsonb, 0, '体检中心'), ('RUIZE', '瑞泽体检', 'SC-3', '{"CHECKUP": "540.00", "EYES": "60.00"}', 1, '体检中心'),
    ('YASHI', '雅士口腔', 'SC-4', '{"TEETH": "150.00"}', 1, '口腔门诊'), ('BAICHI', '佰齿口腔', 'SC-5', '{"TEETH": "140.00"}', 2, '口腔门诊'), ('ANXIN', '安心医护', 'SC-6', '{"VACCINE": "90.00"}', 2, '门诊部')) v (code, name, ref, prices, part, suffix);

SELECT count(assure.put_steward(jsonb_build_object('code', 'H' || lpad(n::text, 2, '0'), 'name', demo.family_name(3000000 + n) || demo.given_name(3000000 + n, 'F'), 'phone', '1990000' || lpad(n::text, 4, '0'), 'supplier', 'BEIXING', 'active_from', '2020-01-01')))
FROM generate_series(1, 20) n;
SELECT count(assure.put_contact(jsonb_build_object('code', 'C-' || s.code, 'party', 'supplier', 'party_code', s.code, 'name', demo.family_name(3100000 + s.supplier_id) || demo.given_name(3100000 + s.supplier_id, 'M'),
    'duty', 'orders and statements', 'phone', '400000' || lpad(s.supplier_id::text, 4, '0')))) FROM assure.supplier s;

SELECT count(assure.put_coverage_target(x || jsonb_build_object('year', extract(year FROM demo.today())::int))) FROM jsonb_array_elements('[
    {"code": "provinces", "measure": "provinces_served", "comparison": ">=", "goal": "31"}, {"code": "served", "measure": "served_share", "comparison": ">", "goal": "0.035"},
    {"code": "growth", "measure": "served_growth", "comparison": ">=", "goal": "0.1"}, {"code": "check-up", "measure": "branch_place_share", "comparison": ">=", "goal": "1", "service_kind": "check_up", "universe": 342},
    {"code": "dental", "measure": "branch_place_share", "comparison": ">=", "goal": "1", "service_kind": "dental", "universe": 342}, {"code": "access", "measure": "access_days_change", "comparison": "<=", "goal": "-1"},
    {"code": "suppliers", "measure": "supplier_sample_share", "comparison": ">=", "goal": "0.3"}, {"code": "stewards", "measure": "steward_sample_share", "comparison": ">=", "goal": "0.3"}]') x;
