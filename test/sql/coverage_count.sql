\set ECHO none
-- Orders and what coverage counts: people, exactly, once.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(46);
CREATE FUNCTION t."order"(ref text, member text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('ref', ref, 'member_ref', member, 'policy', CASE left(member, 1) WHEN 'M' THEN 'P-BJ' WHEN 'S' THEN 'P-SH' ELSE 'P-GD' END,
        'service', 'opinion', 'requested_at', '2024-02-10T09:00:00+08:00') || more $$;
-- Provinces with anybody: "11 2/3, ...".
CREATE FUNCTION t.covered(period daterange, place text DEFAULT 'customer', services text[] DEFAULT NULL, insurers text[] DEFAULT NULL, basis text DEFAULT 'any_day') RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(format('%s %s/%s', left(region, 2), served, insured), ', ' ORDER BY region), '')
    FROM assure.coverage(period, place => $2, services => $3, insurers => $4, basis => $5) WHERE insured > 0 OR served > 0 $$;

SELECT is((SELECT count(*) FROM assure.coverage('[2024-01-01,2024-02-01)')), 34::bigint, 'every province has its row');
SELECT is(t.covered('[2024-01-01,2025-01-01)'), '11 0/2, 12 0/1, 31 0/1, 44 0/1', 'insured by where they live');
SELECT is(t.covered('[2024-01-01,2025-01-01)', 'branch'), '11 0/3, 31 0/1, 44 0/1', 'by the branch that insures');
SELECT is(t.covered('[2024-01-01,2025-01-01)', insurers => '{Beta}'), '31 0/1', 'of an insurer');
SELECT is(t.covered('[2023-01-01,2024-01-01)'), '', 'nobody before it began');
SELECT is(t.covered('[2025-01-01,2025-02-01)'), '31 0/1, 44 0/1', 'a policy that ended covers no more');
SELECT is(t.covered('[2024-12-01,2025-02-01)'), '11 0/2, 12 0/1, 31 0/1, 44 0/1', 'any day counts');
SELECT is(t.covered('[2024-12-01,2025-02-01)', basis => 'last_day'), '31 0/1, 44 0/1', 'or the last day alone');
SELECT is((SELECT rate FROM assure.coverage('[2024-01-01,2024-02-01)') WHERE region = '540000'), NULL, 'no rate where nobody is insured');

-- Orders.
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;
SELECT is(assure.order_service(t."order"('O1', 'M1')), assure.order_service(t."order"('O1', 'M1')), 'the same order is one order');
SELECT is(assure.order_service(t."order"('O1', 'M1'), 'r1'), assure.order_service(t."order"('O1', 'M1'), 'r1'), 'with a request_id too');
SELECT is(t.fails($$SELECT assure.order_service(t."order"('O1', 'M2'))$$), 'AS103 ref: "O1" was ordered before with another document', 'another document is refused');
SELECT is(t.fails($$SELECT assure.order_service(t."order"('X', 'M9'))$$), '23503 member_ref: "M9" does not exist', 'an unknown member');
SELECT is(t.fails($$SELECT assure.order_service(t."order"('X', 'M1', '{"policy": "P-NO"}'))$$), '23503 policy: "P-NO" does not exist', 'policy');
SELECT is(t.fails($$SELECT assure.order_service(t."order"('X', 'M1', '{"service": "none"}'))$$), '23503 service: "none" does not exist', 'service');
SELECT is(t.fails($$SELECT assure.order_service(t."order"('X', 'M1', '{"requested_at": "2999-01-01T00:00:00Z"}'))$$), 'AS104 requested_at: 2999-01-01 08:00:00+08 is in the future', 'from the future');
SELECT alike(t.fails($$SELECT assure.order_service(t."order"('X', 'M1') - 'ref')$$), 'AS104 order: ref: missing%', 'without a ref');
SELECT alike(t.fails($$SELECT assure.order_service(t."order"('X', 'M1', '{"more": 1}'))$$), 'AS104 order: more: unknown key%', 'with more');
SELECT is(t.fails('SELECT assure.order_service(NULL)'), '22004 order must not be NULL', 'NULL');
SELECT is(t.grown((SELECT counts FROM before)), 'assure.audit_log +1, assure.order_event +1, assure.order_ref +1, assure.service_order +1, assure_internal.request +1', 'one order was written');
SELECT is(t.covered('[2024-01-01,2025-01-01)'), '11 0/2, 12 0/1, 31 0/1, 44 0/1', 'an order counts for nothing yet');

-- Done.
SELECT matches(t.fails($$SELECT assure.finish_service('O1', '2024-02-10 08:59:59+08')$$), '^22023 finished_at: .* is before the order was requested$', 'not before it was requested');
SELECT matches(t.fails($$SELECT assure.finish_service('O1', '2999-01-01')$$), '^22023 finished_at: .* is in the future$', 'nor in the future');
SELECT is(t.fails($$SELECT assure.finish_service('none', '2024-03-01')$$), 'P0002 order "none" does not exist', 'nor what is not there');
SELECT is(t.fails($$SELECT assure.finish_service('O1', NULL)$$), '22004 ref and finished_at must not be NULL', 'nor NULL');
SELECT assure.finish_service('O1', '2024-02-29T16:30:00Z', 'f1') \g /dev/null
SELECT assure.finish_service('O1', '2024-02-29T16:30:00Z', 'f1') \g /dev/null
SELECT is(t.fails($$SELECT assure.finish_service('O1', '2024-03-02')$$), 'AS201 order "O1" is done', 'once');
SELECT is(t.covered('[2024-02-01,2024-03-01)'), '11 0/2, 12 0/1, 31 0/1, 44 0/1', 'in the month of the company''s day');
SELECT is(t.covered('[2024-03-01,2024-04-01)'), '11 1/2, 12 0/1, 31 0/1, 44 0/1', 'which is March');
SELECT is(t.covered('[2024-03-01,2024-04-01)', 'branch'), '11 1/3, 31 0/1, 44 0/1', 'for the branch too');
SELECT is(t.covered('[2024-03-01,2024-04-01)', services => '{escort}'), '11 0/2, 12 0/1, 31 0/1, 44 0/1', 'not for another service');
SELECT is((SELECT rate FROM assure.coverage('[2024-03-01,2024-04-01)') WHERE region = '110000'), 0.500000, 'the rate has six places');
SELECT assure.order_service(t."order"('O2', 'M1', '{"service": "escort"}')), assure.finish_service('O2', '2024-03-15'), assure.order_service(t."order"('O3', 'M1')), assure.finish_service('O3', '2024-04-15') \g /dev/null
SELECT is(t.covered('[2024-03-01,2024-05-01)'), '11 1/2, 12 0/1, 31 0/1, 44 0/1', 'a person counts once over services and months');

-- Cancelled.
SELECT assure.cancel_service('O1', 'c1') \g /dev/null
SELECT assure.cancel_service('O1', 'c1') \g /dev/null
SELECT is(t.fails($$SELECT assure.cancel_service('O1')$$), 'AS201 order "O1" is cancelled', 'once');
SELECT is(t.covered('[2024-03-01,2024-04-01)'), '11 1/2, 12 0/1, 31 0/1, 44 0/1', 'another service keeps the person in the month');
SELECT assure.cancel_service('O2') \g /dev/null
SELECT is(t.covered('[2024-03-01,2024-04-01)'), '11 0/2, 12 0/1, 31 0/1, 44 0/1', 'without it he is out');
SELECT is(t.covered('[2024-03-01,2024-05-01)'), '11 1/2, 12 0/1, 31 0/1, 44 0/1', 'but for April');
SELECT is(t.fails($$SELECT assure.finish_service('O1', '2024-03-02')$$), 'AS201 order "O1" is cancelled', 'what is cancelled is not done');
SELECT is((SELECT string_agg(event, ' ' ORDER BY event_id) FROM assure.service_event), 'served served served withdrawn withdrawn', 'events only grow');
SELECT is((SELECT count(*) FROM assure.audit_log WHERE action = 'cancel_service'), 2::bigint, 'cancellations are noted');

-- Periods and words.
SELECT is(t.fails($$SELECT assure.coverage('[2024-01-02,2024-02-01)')$$), '22023 period: not a span of whole months', 'whole months only');
SELECT is(t.fails($$SELECT assure.coverage('[2024-01-01,)')$$), '22023 period: not a span of whole months', 'with an end');
SELECT is(t.fails($$SELECT assure.coverage('empty')$$), '22023 period: not a span of whole months', 'not empty');
SELECT is(t.fails($$SELECT assure.coverage('[-infinity,2024-02-01)')$$), '22023 period: not a span of whole months', 'not infinite');
SELECT is(t.fails($$SELECT assure.coverage('[2024-01-01,2024-02-01)', place => 'moon')$$), '22023 place: "moon" is not supported', 'a place that is none');
SELECT is(t.fails($$SELECT assure.coverage(NULL)$$), '22004 period, by, place and basis must not be NULL', 'NULL');
SELECT is(t.whole(), '', 'the books are whole');
SELECT * FROM finish();
ROLLBACK;
