\set ECHO none
-- Coverage from sets against count(DISTINCT) over a random history, before and
-- after the sets are brought up and with some of it beside them.  The slow way
-- is written from the meaning of the words alone: a row for each person and day.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT no_plan();

-- t.draw(below) is a random number; t.pick(list) one of a list.
CREATE FUNCTION t.draw(below int) RETURNS int LANGUAGE sql VOLATILE AS $$ SELECT floor(random() * below)::int $$;
CREATE FUNCTION t.pick(VARIADIC list text[]) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT list[1 + floor(random() * cardinality(list))::int] $$;
CREATE FUNCTION t.day() RETURNS date LANGUAGE sql VOLATILE AS $$ SELECT date '2024-01-01' + t.draw(500) $$;
-- Codes of today, of which one stands directly under a province; of former times with one successor, two in one
-- prefecture, in another prefecture, in another province; and one that nobody knows where it went.
CREATE FUNCTION t.place() RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT t.pick('110101', '110105', '320102', '320500', '440300', '440305', '441900', '429004', '440000', '110103', '371202', '510202', '341402', '710000') $$;

-- What each code counts as in a report: province and prefecture.
CREATE TEMP TABLE counts_as (code text PRIMARY KEY, province text, prefecture text);
INSERT INTO counts_as VALUES
    ('110101', '110000', '110100'), ('110105', '110000', '110100'), ('320102', '320000', '320100'), ('320500', '320000', '320500'),
    ('440300', '440000', '440300'), ('440305', '440000', '440300'), ('441900', '440000', '441900'), ('429004', '420000', '429000'),
    ('440000', '440000', '440000'), ('110103', '110000', '110100'), ('371202', '370000', '370100'), ('510202', '500000', '500100'),
    ('341402', '340000', NULL), ('710000', '710000', '710000'), ('310104', '310000', '310100'), ('120101', '120000', '120100');
UPDATE counts_as c SET prefecture = coalesce((SELECT CASE WHEN count(DISTINCT assure.prefecture(s.successor)) = 1 THEN min(assure.prefecture(s.successor)::text) END
    FROM assure.region_successor('341402') s), '341402') WHERE code = '341402';

-- The slow way.  A person is a resident_id, else a member.
CREATE VIEW t.lives AS
    SELECT m.account_id, m.member_id, coalesce(m.resident_id, m.member_id::text) AS person, d::date AS day,
        coalesce((SELECT l.region::text FROM assure.customer_location l WHERE l.account_id = m.account_id AND l.member_id = m.member_id AND l.basis = 'residence'
            AND d BETWEEN l.valid_from AND coalesce(l.valid_to, d::date) ORDER BY l.location_id DESC LIMIT 1), m.region) AS customer_region
    FROM assure.member m, generate_series(date '2024-01-01', date '2025-06-30', interval '1 day') d;
CREATE FUNCTION t.slow(span daterange, by text, place text, services text[], insurers text[], basis text)
    RETURNS TABLE (code text, insured bigint, served bigint, outside bigint) LANGUAGE sql AS $$
    WITH insured AS (
        SELECT DISTINCT l.person, CASE by WHEN 'all' THEN 'all' WHEN 'service' THEN 'all' WHEN 'insurer' THEN p.insurer WHEN 'province' THEN c.province ELSE c.prefecture END AS g
        FROM t.lives l JOIN assure.account a USING (account_id) JOIN assure.policy p USING (policy_id) JOIN assure.branch b USING (branch_id)
        JOIN counts_as c ON c.code = CASE place WHEN 'customer' THEN l.customer_region ELSE CASE left(b.region, 2) WHEN '11' THEN '110101' WHEN '31' THEN '310104' ELSE '440300' END END
        WHERE l.day <@ CASE basis WHEN 'any_day' THEN span ELSE daterange(upper(span) - 1, upper(span)) END
            AND l.day BETWEEN p.starts_on AND coalesce(p.ends_on, l.day) AND (insurers IS NULL OR p.insurer = ANY (insurers))
            AND coalesce((SELECT coalesce(e.ended_on, l.day) >= l.day FROM assure.enrollment e WHERE e.account_id = l.account_id AND e.member_id = l.member_id AND e.enrolled_on <= l.day
                ORDER BY e.enrolled_on DESC LIMIT 1), false)),
    served AS (
        SELECT DISTINCT l.person, CASE by WHEN 'all' THEN 'all' WHEN 'service' THEN v.code WHEN 'insurer' THEN o.insurer WHEN 'province' THEN c.province ELSE c.prefecture END AS g
        FROM assure.service_order o JOIN assure.service v USING (service_id) JOIN assure.branch b USING (branch_id)
        JOIN t.lives l ON l.account_id = o.account_id AND l.member_id = o.member_id AND l.day = (o.finished_at AT TIME ZONE 'Asia/Shanghai')::date
        JOIN counts_as c ON c.code = CASE place WHEN 'customer' THEN l.customer_region ELSE CASE left(b.region, 2) WHEN '11' THEN '110101' WHEN '31' THEN '310104' ELSE '440300' END END
        WHERE o.state IN ('done', 'evaluated') AND l.day <@ span AND (services IS NULL OR v.code = ANY (services)) AND (insurers IS NULL OR o.insurer = ANY (insurers))),
    g AS (SELECT g FROM served UNION SELECT g FROM insured WHERE by <> 'service' UNION SELECT v.code FROM assure.service v WHERE by = 'service' AND (services IS NULL OR v.code = ANY (services)))
    SELECT g.g, (SELECT count(*) FROM insured i WHERE i.g = CASE by WHEN 'service' THEN 'all' ELSE g.g END),
        (SELECT count(*) FROM served s WHERE s.g = g.g AND EXISTS (SELECT FROM insured i WHERE i.person = s.person AND i.g = CASE by WHEN 'service' THEN 'all' ELSE g.g END)),
        (SELECT count(*) FROM served s WHERE s.g = g.g AND NOT EXISTS (SELECT FROM insured i WHERE i.person = s.person AND i.g = CASE by WHEN 'service' THEN 'all' ELSE g.g END))
    FROM g $$;

-- t.differs(...) is what the two say differently, as text.
CREATE FUNCTION t.differs(span daterange, by text, place text, services text[], insurers text[], basis text, location text[] DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s %s %s %s %s %s: %s slow %s/%s+%s, coverage %s/%s+%s', span, by, place, services, insurers, basis, code, s.served, s.insured, s.outside, c.served, c.insured, c.outside), E'\n')
    FROM t.slow(span, by, place, services, insurers, basis) s
    FULL JOIN (SELECT coalesce(code, 'all') AS code, insured, served, outside FROM assure.coverage_detail(span, by, place, services, insurers, basis, location)) c USING (code)
    WHERE (coalesce(s.insured, 0), coalesce(s.served, 0), coalesce(s.outside, 0)) IS DISTINCT FROM (coalesce(c.insured, 0), coalesce(c.served, 0), coalesce(c.outside, 0)) $$;
-- t.asks(n) asks n random questions; empty: the answers agree.
CREATE FUNCTION t.asks(n int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
    span daterange;
    first date;
    dimension text;
    place text;
BEGIN
    FOR i IN 1 .. n LOOP
        first := date '2024-01-01' + make_interval(months => t.draw(15));
        span := daterange(first, (first + make_interval(months => 1 + t.draw(least(12, (date '2025-06-01' - first) / 30))))::date);
        IF i % 4 = 0 THEN span := '[2024-01-01,2025-01-01)'; END IF;
        dimension := t.pick('all', 'province', 'province', 'prefecture', 'insurer', 'service');
        place := CASE WHEN dimension = 'prefecture' THEN 'customer' ELSE t.pick('customer', 'branch') END;
        answer := concat_ws(E'\n', answer, t.differs(span, dimension, place, CASE t.draw(3) WHEN 0 THEN '{opinion}' WHEN 1 THEN '{escort,opinion}' END::text[],
            CASE t.draw(3) WHEN 0 THEN '{Beta}' WHEN 1 THEN '{Alpha,Gamma}' END::text[], t.pick('any_day', 'last_day'), CASE t.draw(4) WHEN 0 THEN '{residence,branch}'::text[] END));
    END LOOP;
    RETURN coalesce(answer, '');
END $$;

-- Things that happen.  Each may be refused; then nothing happened.
CREATE FUNCTION t.happens(i int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    m record;
    on_day date;
BEGIN
    SELECT * INTO m FROM assure.member JOIN assure.account USING (account_id) JOIN (SELECT policy_id, ref AS policy, starts_on FROM assure.policy) p USING (policy_id)
        WHERE NOT member.ref = 'M1' ORDER BY random() LIMIT 1;
    on_day := t.day();
    CASE t.draw(12)
    WHEN 0, 1 THEN PERFORM assure.enroll(jsonb_strip_nulls(jsonb_build_object('policy', t.pick('P-BJ', 'P-SH', 'P-GD', 'P-X'), 'certificate', 'C' || i, 'member_ref', 'X' || i, 'name', 'x',
        'birth_date', '1990-01-01', 'sex', 'M', 'region', t.place(), 'plan', 'STD', 'relationship', 'self', 'enrolled_on', on_day,
        'resident_id', CASE t.draw(2) WHEN 0 THEN '11010119900101' || lpad(t.draw(15)::text, 4, '0') END, 'ended_on', CASE t.draw(3) WHEN 0 THEN on_day + t.draw(200) END)));
    WHEN 2 THEN PERFORM assure.enroll_rows(jsonb_build_array(jsonb_build_object('action', 'change', 'policy', m.policy, 'member_ref', m.ref, 'plan', t.pick('STD', 'FREE'), 'from', on_day)));
    WHEN 3 THEN PERFORM assure.enroll_rows(jsonb_build_array(jsonb_build_object('action', 'leave', 'policy', m.policy, 'member_ref', m.ref, 'ended_on', on_day)));
    WHEN 4 THEN PERFORM assure.put_location(jsonb_strip_nulls(jsonb_build_object('policy', m.policy, 'member_ref', m.ref, 'region', t.place(), 'valid_from', on_day,
        'valid_to', CASE t.draw(3) WHEN 0 THEN on_day + t.draw(100) END, 'source', 'letter')));
    WHEN 5 THEN PERFORM assure.enroll_rows(jsonb_build_array(jsonb_build_object('action', 'change', 'policy', m.policy, 'member_ref', m.ref, 'region', t.place())));
    WHEN 6 THEN UPDATE assure.member SET resident_id = NULL WHERE false;
        PERFORM assure.enroll_rows(jsonb_build_array(jsonb_build_object('action', 'change', 'policy', m.policy, 'member_ref', m.ref, 'resident_id', '11010119900101' || lpad(t.draw(15)::text, 3, '0') || 'X')));
    WHEN 7 THEN UPDATE assure.policy SET starts_on = starts_on + t.draw(30) - 15, ends_on = CASE t.draw(2) WHEN 0 THEN date '2024-09-01' + t.draw(300) END, insurer = t.pick('Alpha', 'Beta', 'Gamma')
        WHERE ref = t.pick('P-BJ', 'P-SH', 'P-GD', 'P-X');
    WHEN 8 THEN PERFORM assure.cancel_service((SELECT ref FROM assure.service_order WHERE state = 'done' ORDER BY random() LIMIT 1));
    ELSE PERFORM assure.order_service(jsonb_build_object('ref', 'O' || i, 'policy', m.policy, 'member_ref', m.ref, 'service', t.pick('opinion', 'escort', 'dental'),
            'requested_at', to_char(on_day, 'YYYY-MM-DD"T"12:00:00+08:00')));
        on_day := on_day + t.draw(20);
        IF i % 2 = 0 THEN
            PERFORM assure.finish_service('O' || i, (on_day + time '22:00') AT TIME ZONE 'Asia/Shanghai');
        ELSE
            PERFORM assure.finish_services(jsonb_build_array(jsonb_build_object('ref', 'O' || i, 'finished_at', to_char(on_day, 'YYYY-MM-DD"T"22:00:00+08:00'))));
        END IF;
    END CASE;
EXCEPTION WHEN OTHERS THEN
    IF SQLSTATE NOT IN ('22023', '23503', '23505', '23514', 'AS201', 'P0002', 'AS103', '22004') THEN RAISE; END IF;
END $$;

INSERT INTO assure.service (code, name) VALUES ('dental', 'Dental');
SELECT assure.add_policy('{"ref": "P-X", "branch": "GD", "insurer": "Gamma", "holder": "Dora", "starts_on": "2024-03-10"}') \g /dev/null
SELECT setseed(0.20240301) \g /dev/null
SELECT count(t.happens(i)) FROM generate_series(1, 400) i \g /dev/null
SELECT cmp_ok((SELECT count(*) FROM assure.service_event), '>', 60::bigint, 'a history of services');
SELECT is(t.asks(12), '', 'the sets are empty: all is counted from the facts');
SELECT cmp_ok(assure.refresh_coverage(), '>', 0::bigint, 'the sets are brought up');
SELECT is((SELECT count(*) FROM assure_internal.coverage_recheck), 0::bigint, 'nobody waits');
SELECT is_empty('SELECT * FROM assure.check_coverage()', 'the sets are what the facts say');
SELECT is(t.asks(16), '', 'from sets');
SELECT is(assure.refresh_coverage(), 0::bigint, 'nothing is left to do');
SELECT is(t.asks(4), '', 'and nothing changed');
SELECT count(t.happens(i)) FROM generate_series(401, 480) i \g /dev/null
SELECT is(t.asks(16), '', 'sets, and what happened since');
SELECT is_empty('SELECT * FROM assure.check_coverage()', 'who waits is passed over');
SELECT assure.refresh_coverage() \g /dev/null
SELECT is_empty('SELECT * FROM assure.check_coverage()', 'brought up, they agree');
SELECT is(t.asks(16), '', 'brought up');
SELECT count(t.happens(i)) FROM generate_series(481, 700) i \g /dev/null
SELECT is(t.asks(12), '', 'more beside them');
SELECT assure.refresh_coverage() \g /dev/null
SELECT is_empty('SELECT * FROM assure.check_coverage()', 'again');
SELECT is(t.asks(16), '', 'brought up again');

-- What reports rest on that read events themselves.
SELECT is((SELECT count(*) FROM (SELECT 1 FROM assure.service_event GROUP BY account_id, order_id HAVING count(*) > 1 AND count(*) FILTER (WHERE event = 'withdrawn') <> count(*) / 2) x), 0::bigint,
    'of an order with more than one event each was taken back before the next');
SELECT cmp_ok((SELECT count(*) FROM (SELECT 1 FROM assure.service_event GROUP BY account_id, order_id HAVING count(*) > 2) x), '>', 0::bigint, 'and some were stated anew');
CREATE FUNCTION t.places() RETURNS TABLE (span text, starts_on date, service_province text, customer_province text, served bigint, services bigint) LANGUAGE sql AS $$
    SELECT s.span, date_trunc(s.span, e.served_on)::date, assure.province(e.service_region)::text, assure.province(e.prefecture)::text, count(DISTINCT e.person_no), count(*)
    FROM (SELECT DISTINCT ON (account_id, order_id) * FROM assure.service_event ORDER BY account_id, order_id, event_id DESC) e, (VALUES ('month'), ('year')) s (span)
    WHERE e.event = 'served' AND e.served_on >= (date_trunc('year', now() AT TIME ZONE 'Asia/Shanghai') - interval '1 year')::date GROUP BY 1, 2, 3, 4 $$;
SELECT is_empty('(SELECT * FROM t.places() EXCEPT SELECT span, starts_on, service_province, customer_province, served, services FROM assure_bi.service_place_by_customer_location)
    UNION ALL (SELECT span, starts_on, service_province, customer_province, served, services FROM assure_bi.service_place_by_customer_location EXCEPT SELECT * FROM t.places())', 'places of services by places of customers');

-- What is wrong is found.
UPDATE assure_internal.served_cell SET members = assure.slice(members, 1, 1000000) WHERE span = 'month' AND starts_on = (SELECT min(starts_on) FROM assure_internal.served_cell);
UPDATE assure_internal.insured_total SET members = members OPERATOR(assure.|) 12345 WHERE span = 'month' AND kind = 'start' AND place = 'branch' AND insurer = '' AND starts_on = '2024-06-01';
SELECT is((SELECT string_agg(DISTINCT what, ', ' ORDER BY what) FROM assure.check_coverage() WHERE missing + extra > 0), 'insured: any day of a quarter, insured: any day of a year, insured: start, served in a month, served in a quarter, served in a year', 'sets that are wrong are named');
DELETE FROM assure_internal.insured_total WHERE kind = 'left' AND place = 'customer' AND insurer = '';
SELECT cmp_ok((SELECT sum(missing) FROM assure.check_coverage() WHERE what = 'insured: left'), '>', 0::numeric, 'those that are gone too');
SELECT * FROM finish();
ROLLBACK;
