-- Draws 30,000 orders of health services over the last year, to the insured of
-- some provinces more than to those of others. order_services.sql hands them in.
-- Appointments, escorts, check-ups and dental care go to who does them there.

CREATE TEMP TABLE offer AS
    SELECT b.supplier, coalesce(b.prefecture, b.province)::text AS region, unnest(b.services) AS service FROM assure_bi.supplier b;
ANALYZE offer;
CREATE UNLOGGED TABLE demo.service_order AS
WITH keen AS (
    SELECT code, 0.15 + demo.draw(code::bigint, 300) ^ 2 AS keenness FROM demo.province
), drawn AS (
    SELECT d.n, p.shard, p.policy, p.ref AS member, p.relationship, p.sex, p.age, p.enrolled_on, p.region,
        -- of two that are drawn, the one where they like the service more
        row_number() OVER (PARTITION BY d.n ORDER BY k.keenness * demo.draw(d.n * 2 + try, 302) DESC, try) AS place
    FROM generate_series(1, :orders) AS d (n) CROSS JOIN generate_series(0, 1) AS try
    JOIN demo.person p ON p.n = 1 + floor(:people * demo.draw(d.n * 2 + try, 301))::bigint
    JOIN keen k ON k.code = p.province
), asked AS (
SELECT n, shard, policy, member, region, 'S-' || lpad(n::text, 7, '0') AS ref,
    CASE WHEN age < 18 AND demo.draw(n, 303) < 0.4 THEN 'EYES' WHEN sex = 'F' AND age BETWEEN 24 AND 38 AND demo.draw(n, 303) < 0.1 THEN 'PREGNANCY'
         ELSE (ARRAY['CHECKUP', 'CHECKUP', 'ONLINE', 'ONLINE', 'ONLINE', 'CLINIC', 'CLINIC', 'ESCORT', 'VACCINE', 'VACCINE', 'TEETH', 'MIND', 'CHRONIC', 'WARD', 'TCM'])[demo.die(n, 304, 15)] END AS service,
    demo.anchor() - interval '1 hour' - 360 * demo.draw(n, 305) * interval '1 day' AS requested_at,
    demo.draw(n, 306) AS fate, demo.die(n, 307, 12) AS days
FROM drawn WHERE place = 1)
SELECT a.*, s.supplier, a.service IN ('CLINIC', 'WARD') AS is_access
FROM asked a LEFT JOIN LATERAL (SELECT min(o.supplier) AS supplier FROM offer o WHERE o.service = a.service
    AND o.region IN (assure.prefecture(a.region::assure.region)::text, assure.province(a.region::assure.region)::text)) s ON true;
ANALYZE demo.service_order;
