-- A group's year: customers in prefectures, insured by branches of their province
-- or another one, and services that were done for them.
--
-- Variables: customers, events. All is drawn from hashes of row numbers, so two
-- runs make the same rows. Rows go straight into the tables: what is measured is
-- coverage, not enrollment and not orders.

\set ON_ERROR_STOP 1
SET session_replication_role = replica;	-- foreign keys: the orders are left out

-- draw gives a number from 0 to below, always the same for one key and salt.
CREATE FUNCTION draw(key bigint, salt bigint, below int) RETURNS int
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN abs(hashint8extended(key, salt) % below)::int;

-- 340 prefectures, 31 branches, 4 insurers, 20 services; a policy for each branch and insurer.
CREATE UNLOGGED TABLE place AS
    SELECT row_number() OVER (ORDER BY region::text) - 1 AS place, region, assure.province(region) AS province FROM assure.prefectures(342) ORDER BY 1 LIMIT 340;
INSERT INTO assure.branch (branch_id, code, name, region)
    SELECT row_number() OVER (ORDER BY province::text), province::text, 'Branch ' || province, province::text FROM (SELECT DISTINCT province FROM place) p;
INSERT INTO assure.service (service_id, code, name) SELECT n, 'S' || n, 'Service ' || n FROM generate_series(1, 20) n;
INSERT INTO assure.policy (policy_id, ref, branch_id, insurer, holder, starts_on)
    SELECT branch_id * 4 + n, branch_id || '-' || n, branch_id, 'Insurer ' || n, 'Holder', '2020-01-01' FROM assure.branch, generate_series(0, 3) n;

-- Customer c lives in place c * 340 / customers; one of 20 is insured by a branch somewhere; four make a certificate.
CREATE VIEW customer AS
    SELECT c, c / 4 AS account_id, p.place, p.region, b.branch_id, assure.province(b.region::assure.region) AS branch_province, draw(c / 4, 2, 4) AS insurer_no,
        (p.place * ((:customers / 340 + 65536) / 65536) * 65536 + (c - p.place * (:customers / 340)))::int AS person_no
    FROM generate_series(0, :customers - 1) c JOIN place p ON p.place = least(c / (:customers / 340), 339)
    JOIN assure.branch b ON b.branch_id = CASE WHEN draw(c / 4, 1, 20) = 0 THEN 1 + draw(c / 4, 3, 31) ELSE (SELECT x.branch_id FROM assure.branch x WHERE x.code = p.province::text) END;
CREATE UNLOGGED TABLE customer_row AS SELECT * FROM customer;
INSERT INTO assure.account (account_id, policy_id, ref)
    SELECT account_id, min(branch_id * 4 + insurer_no), 'C' || account_id FROM customer_row GROUP BY account_id;
INSERT INTO assure.member (account_id, member_id, ref, name, birth_date, sex, region, person_no)
    SELECT account_id, c + 1, 'M' || c, 'x', '1990-01-01', 'M', region::text, person_no FROM customer_row;
-- Seven of ten are insured since before the year, one of ten leaves in it.
INSERT INTO assure.enrollment (account_id, member_id, plan_id, relationship, enrolled_on, continuous_since, ended_on)
    SELECT account_id, c + 1, 1, 'self', d, d, CASE WHEN draw(c, 6, 10) = 0 THEN greatest(d, date '2025-01-01' + draw(c, 7, 365)) END
    FROM (SELECT *, CASE WHEN draw(c, 4, 10) < 7 THEN date '2024-01-01' + draw(c, 5, 366) ELSE date '2025-01-01' + draw(c, 5, 365) END AS d FROM customer_row) x;

-- Event e was on day e * 365 / events; services are not asked for alike.
INSERT INTO assure.service_event (account_id, event_id, order_id, event, member_id, service_id, branch_id, insurer, customer_region, served_on,
        person_no, prefecture, branch_province)
    SELECT k.account_id, e, e, 'served', k.c + 1, 1 + least(draw(e, 9, 20), draw(e, 10, 20)), k.branch_id, 'Insurer ' || k.insurer_no, k.region::text,
        date '2025-01-01' + (e::bigint * 365 / (:events + 1))::int, k.person_no, k.region, k.branch_province
    FROM generate_series(1, :events) e JOIN customer_row k ON k.c = draw(e, 8, :customers) ORDER BY e;
SELECT setval('assure.service_event_id_seq', :events) \g /dev/null
DROP TABLE customer_row;
VACUUM (ANALYZE) assure.service_event;
VACUUM (ANALYZE) assure.member;
VACUUM (ANALYZE) assure.enrollment;
VACUUM (ANALYZE) assure.account;
ANALYZE assure.policy;
ANALYZE assure.branch;
