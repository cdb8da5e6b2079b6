\set ECHO none
-- Services: ordered, done, cancelled; and coverage against count(DISTINCT) over a
-- random history, written from the meaning of the words alone.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(37);

CREATE FUNCTION t.ordered(ref text, member text, service text DEFAULT 'opinion', at text DEFAULT '2024-05-01T09:00:00+08:00') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('ref', ref, 'member_ref', member, 'service', service, 'requested_at', at,
        'policy', CASE left(member, 1) WHEN 'M' THEN 'P-BJ' WHEN 'S' THEN 'P-SH' ELSE 'P-GD' END) $$;
-- t.covered(period) is what coverage() says of provinces with anybody insured.
CREATE FUNCTION t.covered(period daterange, place text DEFAULT 'customer', services text[] DEFAULT NULL, insurers text[] DEFAULT NULL, basis text DEFAULT 'any_day') RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s %s/%s', left(region, 2), served, insured), ' ' ORDER BY region) FROM assure.coverage(period, 'province', place, services, insurers, basis) WHERE insured > 0 $$;

-- The life of an order.
SELECT is(assure.order_service(t.ordered('O1', 'M1')), assure.order_service(t.ordered('O1', 'M1')), 'the same order twice is one order');
SELECT matches(t.fails($$SELECT assure.order_service(t.ordered('O1', 'M2'))$$), '^AS103 ref: "O1"', 'another document under its ref is refused');
SELECT matches(t.fails($$SELECT assure.order_service(t.ordered('O2', 'nobody'))$$), '^23503 policy|^23503 member_ref', 'an unknown member is refused');
SELECT is(t.fails($$SELECT assure.order_service(t.ordered('O2', 'M1', 'none'))$$), '23503 service: "none" does not exist', 'an unknown service is refused');
SELECT matches(t.fails($$SELECT assure.order_service(t.ordered('O2', 'M1') - 'policy')$$), '^AS104 .*policy', 'a missing field is named');
SELECT matches(t.fails($$SELECT assure.order_service(t.ordered('O2', 'M1') || '{"when": 1}')$$), '^AS104 .*when', 'an unknown field is named');
SELECT matches(t.fails($$SELECT assure.order_service(t.ordered('O2', 'M1', 'opinion', '2999-01-01T00:00:00Z'))$$), '^AS104 requested_at: .* in the future$', 'an order from the future is refused');
SELECT matches(t.fails($$SELECT assure.order_service(NULL)$$), '^22004 ', 'no order at all is refused');
SELECT is((SELECT count(*) FROM assure.service_order), 1::bigint, 'refusals leave nothing');
SELECT is(t.covered('[2024-05-01,2024-06-01)'), '11 0/2 12 0/1 31 0/1 44 0/1', 'an open order does not count');

SELECT matches(t.fails($$SELECT assure.finish_service('O1', '2024-04-30 09:00+08')$$), '^22023 finished_at: .* before the order was requested$', 'it cannot be done before it was ordered');
SELECT matches(t.fails($$SELECT assure.finish_service('O1', '2999-01-01')$$), '^22023 finished_at: .* in the future$', 'nor in the future');
SELECT is(t.fails($$SELECT assure.finish_service('none', '2024-05-02')$$), 'P0002 order "none" does not exist', 'nor without an order');
SELECT is(t.fails($$SELECT assure.finish_service('O1', '2024-05-31 23:30+08', 'r1')$$), 'none', 'a service is done');
SELECT is(t.fails($$SELECT assure.finish_service('O1', '2024-05-31 23:30+08', 'r1')$$), 'none', 'a retry by request_id does nothing');
SELECT is(t.fails($$SELECT assure.finish_service('O1', '2024-05-31 23:30+08')$$), 'AS201 order "O1" is done', 'a second time is refused');
SELECT is(t.covered('[2024-05-01,2024-06-01)'), '11 1/2 12 0/1 31 0/1 44 0/1', 'and counts at once, in the month of the company''s time zone');
SELECT is(t.covered('[2024-06-01,2024-07-01)'), '11 0/2 12 0/1 31 0/1 44 0/1', 'not in the next one');
SELECT is(t.covered('[2024-05-01,2024-06-01)', 'branch'), '11 1/3 31 0/1 44 0/1', 'by branch the whole family is in one province');
SELECT is(t.covered('[2024-05-01,2024-06-01)', 'customer', '{escort}'), '11 0/2 12 0/1 31 0/1 44 0/1', 'another service was not done');
SELECT is(t.covered('[2024-05-01,2024-06-01)', 'customer', NULL, '{Beta}'), '31 0/1', 'of one insurer only its own');
SELECT is(t.covered('[2025-01-01,2025-02-01)'), '31 0/1 44 0/1', 'who is no longer insured is not counted');
SELECT is(t.fails($$SELECT assure.cancel_service('O1')$$), 'none', 'a finished service can be cancelled');
SELECT is(t.covered('[2024-05-01,2024-06-01)'), '11 0/2 12 0/1 31 0/1 44 0/1', 'and no longer counts');
SELECT is(t.fails($$SELECT assure.cancel_service('O1')$$), 'AS201 order "O1" is cancelled', 'once');
SELECT matches(t.fails($$SELECT assure.finish_service('O1', '2024-05-02')$$), '^AS201 ', 'a cancelled order is not done any more');
SELECT matches(t.fails($$DELETE FROM assure.service_event$$), '^AS005 ', 'events are append-only');

-- What coverage() refuses.
SELECT is((SELECT count(*) FROM assure.coverage('[2024-01-01,2024-02-01)')), 34::bigint, 'every province has a row');
SELECT matches(t.fails($$SELECT assure.coverage('[2024-01-02,2024-02-01)')$$), '^22023 period', 'a span must be of whole months');
SELECT matches(t.fails($$SELECT assure.coverage('[2024-01-01,)')$$), '^22023 period', 'with an end');
SELECT matches(t.fails($$SELECT assure.coverage('empty')$$), '^22023 period', 'not empty');
SELECT matches(t.fails($$SELECT assure.coverage('[2024-01-01,2024-02-01)', 'city')$$), '^22023 by: "city"', 'cities are not there yet');
SELECT matches(t.fails($$SELECT assure.coverage('[2024-01-01,2024-02-01)', place => 'moon')$$), '^22023 place: "moon"', 'a place must be known');
SELECT matches(t.fails($$SELECT assure.coverage('[2024-01-01,2024-02-01)', basis => 'now')$$), '^22023 basis: "now"', 'and a basis');

-- A random history: 300 people who come, change plan and go; 900 orders of which many are done and some taken back.
CREATE FUNCTION t.draw(seed int, below int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT ((hashint8extended(seed, 20240301) & 9223372036854775807) % below)::int $$;
SELECT count(assure.enroll(jsonb_build_object('policy', (ARRAY['P-BJ', 'P-SH', 'P-GD'])[1 + t.draw(i, 3)], 'certificate', 'R' || i / 3, 'member_ref', 'R' || i, 'name', 'x',
    'birth_date', '1990-01-01', 'sex', 'M', 'region', (ARRAY['110101', '320100', '440300', '510100', '650100'])[1 + t.draw(i + 1000, 5)], 'plan', 'STD', 'relationship', 'self',
    'enrolled_on', date '2024-01-01' + t.draw(i + 2000, 300)) || CASE WHEN t.draw(i + 3000, 3) = 0
        THEN jsonb_build_object('ended_on', date '2024-01-01' + t.draw(i + 2000, 300) + t.draw(i + 4000, 200)) ELSE '{}' END)) FROM generate_series(1, 300) i \g /dev/null
SELECT count(assure.enroll(jsonb_build_object('policy', (ARRAY['P-BJ', 'P-SH', 'P-GD'])[1 + t.draw(i, 3)], 'certificate', 'R' || i / 3, 'member_ref', 'R' || i, 'name', 'x',
    'birth_date', '1990-01-01', 'sex', 'M', 'region', '110101', 'plan', 'FREE', 'relationship', 'self', 'enrolled_on', date '2024-01-01' + t.draw(i + 2000, 300) + 100))) FROM generate_series(5, 300, 5) i \g /dev/null
SELECT count(assure.order_service(jsonb_build_object('ref', 'RO' || i, 'policy', (ARRAY['P-BJ', 'P-SH', 'P-GD'])[1 + t.draw(1 + i % 300, 3)], 'member_ref', 'R' || 1 + i % 300,
    'service', (ARRAY['opinion', 'escort'])[1 + i % 2], 'requested_at', to_char(date '2024-01-01' + t.draw(i, 360), 'YYYY-MM-DD"T00:00:00+08:00"')))) FROM generate_series(1, 900) i \g /dev/null
SELECT count(assure.finish_service('RO' || i, (date '2024-01-01' + t.draw(i, 360))::timestamp AT TIME ZONE 'Asia/Shanghai' + interval '3 days')) FROM generate_series(1, 900) i WHERE i % 4 > 0 \g /dev/null
SELECT count(assure.cancel_service('RO' || i)) FROM generate_series(1, 900, 7) i \g /dev/null

-- The slow way: a row for each person and day on which somebody is insured.
CREATE TEMP TABLE insured_day AS
    SELECT DISTINCT e.member_id, m.region AS customer_region, b.region AS branch_region, p.insurer, d::date AS day
    FROM assure.member m JOIN assure.account a USING (account_id) JOIN assure.policy p USING (policy_id) JOIN assure.branch b USING (branch_id),
        generate_series(date '2024-01-01', date '2024-12-31', interval '1 day') d,
        LATERAL (SELECT * FROM assure.enrollment e WHERE e.account_id = m.account_id AND e.member_id = m.member_id AND e.enrolled_on <= d::date
            ORDER BY e.enrolled_on DESC LIMIT 1) e
    WHERE d::date <= coalesce(e.ended_on, 'infinity') AND d::date BETWEEN p.starts_on AND coalesce(p.ends_on, 'infinity');
CREATE FUNCTION t.slowly(period daterange, place text, services text[], insurers text[], basis text) RETURNS text LANGUAGE sql AS $$
    WITH i AS (SELECT DISTINCT member_id, left(CASE place WHEN 'customer' THEN customer_region ELSE branch_region END, 2) AS province FROM insured_day
        WHERE day <@ period AND (basis = 'any_day' OR day = upper(period) - 1) AND (insurers IS NULL OR insurer = ANY (insurers))),
    s AS (SELECT o.member_id, left(CASE place WHEN 'customer' THEN o.customer_region ELSE b.region END, 2) AS province FROM assure.service_order o JOIN assure.branch b USING (branch_id) JOIN assure.service v USING (service_id)
        WHERE o.state = 'done' AND (o.finished_at AT TIME ZONE 'Asia/Shanghai')::date <@ period AND (services IS NULL OR v.code = ANY (services)) AND (insurers IS NULL OR o.insurer = ANY (insurers)))
    SELECT string_agg(format('%s %s/%s', province, served, insured), ' ' ORDER BY province) FROM (
        SELECT province, count(DISTINCT member_id) AS insured, count(DISTINCT member_id) FILTER (WHERE (member_id, province) IN (SELECT member_id, province FROM s)) AS served FROM i GROUP BY province) x $$;
SELECT is((SELECT count(*) FROM (SELECT daterange(f::date, (f + n * interval '1 month')::date) AS period, place, basis, services, insurers
        FROM generate_series(timestamp '2024-01-01', '2024-12-01', '1 month') f, unnest('{1,3}'::int[]) n, unnest('{customer,branch}'::text[]) place, unnest('{any_day,last_day}'::text[]) basis,
            (VALUES (NULL::text[], NULL::text[]), ('{escort}', NULL), (NULL, '{Alpha}')) v (services, insurers)
        WHERE f + n * interval '1 month' <= '2025-01-01') c
    WHERE t.covered(period, place, services, insurers, basis) IS DISTINCT FROM t.slowly(period, place, services, insurers, basis)), 0::bigint,
    'coverage is count(DISTINCT) over every span, place, basis, service and insurer tried');
SELECT cmp_ok((SELECT sum(served) FROM assure.coverage('[2024-01-01,2025-01-01)')), '>', 100::numeric, 'which is of more than a handful');
SELECT is((SELECT count(*) FROM assure.coverage('[2024-01-01,2025-01-01)') WHERE served > insured OR rate > 1), 0::bigint, 'no rate passes 100 %');
SELECT * FROM finish();
ROLLBACK;
