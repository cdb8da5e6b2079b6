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

CREATE VIEW assure_bi.service_place_by_customer_location WITH (security_barrier) AS
    WITH today AS (SELECT date_trunc('month', now() AT TIME ZONE i.time_zone)::date AS month FROM assure_internal.installation i),
    fact AS (SELECT DISTINCT ON (e.account_id, e.order_id) e.event, e.served_on, e.person_no, assure.province(e.service_region)::text AS service_province,
            assure.province(e.prefecture)::text AS customer_province
        FROM assure.service_event e ORDER BY e.account_id, e.order_id, e.event_id DESC),
    spanned AS (SELECT s.span, date_trunc(s.span, f.served_on)::date AS starts_on, f.service_province, f.customer_province, f.person_no
        FROM fact f, today t, (VALUES ('month'::text), ('year'::text)) s (span)
        WHERE f.event = 'served' AND f.served_on >= date_trunc('year', t.month) - interval '1 year')
    SELECT s.span, s.starts_on, s.service_province, p.name AS service_province_name, s.customer_province, c.name AS customer_province_name,
        count(DISTINCT s.person_no) AS served, count(*) AS services
    FROM spanned s LEFT JOIN assure.division p ON p.code::text = s.service_province AND p.in_force
        LEFT JOIN assure.division c ON c.code::text = s.customer_province AND c.in_force
    GROUP BY s.span, s.starts_on, s.service_province, p.name, s.customer_province, c.name;
COMMENT ON VIEW assure_bi.service_place_by_customer_location IS 'Where services were done, by where the customers live: this year and last, by month and by year. It reads all events.';
COMMENT ON COLUMN assure_bi.service_place_by_customer_location.span IS 'month or year';
COMMENT ON COLUMN assure_bi.service_place_by_customer_location.starts_on IS 'its first day';
COMMENT ON COLUMN assure_bi.service_place_by_customer_location.service_province IS 'province where the service was done; empty: nowhere in particular';
COMMENT ON COLUMN assure_bi.service_place_by_customer_location.service_province_name IS 'its name';
COMMENT ON COLUMN assure_bi.service_place_by_customer_location.customer_province IS 'province where the customer lived, by the code of that time';
COMMENT ON COLUMN assure_bi.service_place_by_customer_location.customer_province_name IS 'its name';
COMMENT ON COLUMN assure_bi.service_place_by_customer_location.served IS 'distinct customers';
COMMENT ON COLUMN assure_bi.service_place_by_customer_location.services IS 'services';
