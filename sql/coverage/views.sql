-- Coverage over time, and by two places at once.

CREATE VIEW assure_bi.coverage_trend WITH (security_barrier) AS
    WITH today AS (SELECT date_trunc('month', now() AT TIME ZONE i.time_zone)::date AS month FROM assure_internal.installation i),
    period AS (SELECT s.span, p::date AS starts_on, least((p + s.length)::date, (t.month + interval '1 month')::date) AS ends_on, s.length
        FROM today t, (VALUES ('month'::text, interval '1 month'), ('quarter'::text, interval '3 months'), ('year'::text, interval '1 year')) s (span, length),
            generate_series(date_trunc('year', t.month) - interval '1 year', t.month::timestamp, s.length) p),
    figures AS (SELECT p.span, p.starts_on, p.ends_on, c.insured, c.served, c.rate, c.outside, b.served AS served_before, b.rate AS rate_before
        FROM period p, LATERAL assure.coverage_detail(daterange(p.starts_on, p.ends_on), 'all') c,
            LATERAL assure.coverage_detail(daterange((p.starts_on - interval '1 year')::date, (p.ends_on - interval '1 year')::date), 'all') b)
    SELECT f.span, f.starts_on, f.ends_on - 1 AS ends_on, f.insured, f.served, f.rate, f.outside, f.served_before, f.rate_before,
        round((f.served - f.served_before)::numeric / nullif(f.served_before, 0), 4) AS growth
    FROM figures f ORDER BY f.span, f.starts_on;
COMMENT ON VIEW assure_bi.coverage_trend IS 'Coverage of all customers by month, quarter and year, this year and last, each beside the same months a year before.';
COMMENT ON COLUMN assure_bi.coverage_trend.span IS 'month, quarter or year';
COMMENT ON COLUMN assure_bi.coverage_trend.starts_on IS 'its first day';
COMMENT ON COLUMN assure_bi.coverage_trend.ends_on IS 'its last day, or that of this month';
COMMENT ON COLUMN assure_bi.coverage_trend.insured IS 'distinct customers insured';
COMMENT ON COLUMN assure_bi.coverage_trend.served IS 'of these, served';
COMMENT ON COLUMN assure_bi.coverage_trend.rate IS 'served out of insured; empty: nobody is insured';
COMMENT ON COLUMN assure_bi.coverage_trend.outside IS 'distinct customers served who were not insured';
COMMENT ON COLUMN assure_bi.coverage_trend.served_before IS 'served in the same months a year before';
COMMENT ON COLUMN assure_bi.coverage_trend.rate_before IS 'the rate then';
COMMENT ON COLUMN assure_bi.coverage_trend.growth IS 'served more than then, as a share of it; empty: nobody then';

-- An order that has no 'withdrawn' has one event; of the few others the last one
-- counts.  People are sets by month, and the years are unions of those.
CREATE VIEW assure_bi.service_place_by_customer_location WITH (security_barrier) AS
    WITH today AS (SELECT (date_trunc('year', now() AT TIME ZONE i.time_zone) - interval '1 year')::date AS first FROM assure_internal.installation i),
    again AS MATERIALIZED (SELECT DISTINCT account_id, order_id FROM assure.service_event WHERE event = 'withdrawn'),
    fact AS (SELECT e.served_on, e.service_region, e.prefecture, e.person_no
        FROM assure.service_event e WHERE e.event = 'served' AND e.served_on >= (SELECT t.first FROM today t)
            AND NOT EXISTS (SELECT FROM again a WHERE a.account_id = e.account_id AND a.order_id = e.order_id)
        UNION ALL
        SELECT e.served_on AS served_on, e.service_region AS service_region, e.prefecture AS prefecture, e.person_no AS person_no
        FROM (SELECT DISTINCT ON (e.account_id, e.order_id) e.* FROM again a JOIN assure.service_event e USING (account_id, order_id)
            ORDER BY e.account_id, e.order_id, e.event_id DESC) e WHERE e.event = 'served' AND e.served_on >= (SELECT t.first FROM today t)),
    month AS MATERIALIZED (SELECT date_trunc('month', f.served_on::timestamp)::date AS starts_on, assure.province(f.service_region) AS service_province,
            assure.province(f.prefecture) AS customer_province, assure.memberset_agg(f.person_no) AS members, count(*) AS services
        FROM fact f GROUP BY 1, 2, 3),
    spanned AS (SELECT 'month'::text AS span, m.starts_on, m.service_province, m.customer_province, m.members, m.services FROM month m
        UNION ALL
        SELECT 'year'::text AS span, date_trunc('year', m.starts_on::timestamp)::date AS starts_on, m.service_province AS service_province,
            m.customer_province AS customer_province, assure.union_agg(m.members) AS members, sum(m.services)::bigint AS services
        FROM month m GROUP BY 2, 3, 4)
    SELECT s.span, s.starts_on, s.service_province::text AS service_province, p.name AS service_province_name, s.customer_province::text AS customer_province,
        c.name AS customer_province_name, assure.count(s.members) AS served, s.services
    FROM spanned s LEFT JOIN assure.division p ON p.code OPERATOR(assure.=) s.service_province AND p.in_force
        LEFT JOIN assure.division c ON c.code OPERATOR(assure.=) s.customer_province AND c.in_force;
COMMENT ON VIEW assure_bi.service_place_by_customer_location IS 'Where services were done, by where the customers live: this year and last, by month and by year. It reads all events.';
COMMENT ON COLUMN assure_bi.service_place_by_customer_location.span IS 'month or year';
COMMENT ON COLUMN assure_bi.service_place_by_customer_location.starts_on IS 'its first day';
COMMENT ON COLUMN assure_bi.service_place_by_customer_location.service_province IS 'province where the service was done; empty: nowhere in particular';
COMMENT ON COLUMN assure_bi.service_place_by_customer_location.service_province_name IS 'its name';
COMMENT ON COLUMN assure_bi.service_place_by_customer_location.customer_province IS 'province where the customer lived, by the code of that time';
COMMENT ON COLUMN assure_bi.service_place_by_customer_location.customer_province_name IS 'its name';
COMMENT ON COLUMN assure_bi.service_place_by_customer_location.served IS 'distinct customers';
COMMENT ON COLUMN assure_bi.service_place_by_customer_location.services IS 'services';

CREATE VIEW assure_bi.coverage_report WITH (security_barrier) AS
    SELECT r.name AS report, lower(r.period) AS period_from, upper(r.period) - 1 AS period_to, r.by, r.place, r.services, r.insurers, r.basis, r.location, r.universe,
        r.frozen_at, r.frozen_by, r.note, w.row_no, w.region::text AS region, w.code, w.name, w.insured, w.served, w.rate, w.outside
    FROM assure.coverage_report r JOIN assure.coverage_report_row w USING (report_id);
COMMENT ON VIEW assure_bi.coverage_report IS 'Reports of coverage as they were when they were frozen.';
COMMENT ON COLUMN assure_bi.coverage_report.report IS 'name of the report';
COMMENT ON COLUMN assure_bi.coverage_report.period_from IS 'first day';
COMMENT ON COLUMN assure_bi.coverage_report.period_to IS 'last day';
COMMENT ON COLUMN assure_bi.coverage_report.by IS 'what it has a row for: all, province, prefecture, insurer or service';
COMMENT ON COLUMN assure_bi.coverage_report.place IS 'customer: where the customer lives; branch: the branch that insures';
COMMENT ON COLUMN assure_bi.coverage_report.services IS 'only these; empty: all';
COMMENT ON COLUMN assure_bi.coverage_report.insurers IS 'only these; empty: all';
COMMENT ON COLUMN assure_bi.coverage_report.basis IS 'insured on any_day of the period, or on its last_day';
COMMENT ON COLUMN assure_bi.coverage_report.location IS 'bases of the customer''s location, in order';
COMMENT ON COLUMN assure_bi.coverage_report.universe IS 'by prefecture: which are counted';
COMMENT ON COLUMN assure_bi.coverage_report.frozen_at IS 'when it was counted';
COMMENT ON COLUMN assure_bi.coverage_report.frozen_by IS 'session user';
COMMENT ON COLUMN assure_bi.coverage_report.note IS 'what it was for';
COMMENT ON COLUMN assure_bi.coverage_report.row_no IS 'number of the row';
COMMENT ON COLUMN assure_bi.coverage_report.region IS 'the region, where the row is about one';
COMMENT ON COLUMN assure_bi.coverage_report.code IS 'code of what the row is about';
COMMENT ON COLUMN assure_bi.coverage_report.name IS 'its name then';
COMMENT ON COLUMN assure_bi.coverage_report.insured IS 'distinct customers insured';
COMMENT ON COLUMN assure_bi.coverage_report.served IS 'of these, served';
COMMENT ON COLUMN assure_bi.coverage_report.rate IS 'served out of insured; empty: nobody was insured';
COMMENT ON COLUMN assure_bi.coverage_report.outside IS 'served without being insured there';
