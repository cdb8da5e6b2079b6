-- What recording a service costs beside a bare insert of such a row: 20,000
-- orders, a statement each, in one session, turn by turn.

SET session_replication_role = replica;
INSERT INTO assure.service_order (account_id, order_id, ref, member_id, service_id, branch_id, insurer, customer_region, requested_at, state, finished_at)
SELECT account_id, 1000000000 + member_id, 'F' || member_id, member_id, 1, 1, 'Insurer 1', region, '2025-06-01', 'done', '2025-06-02'
FROM assure.member WHERE member_id <= 20000;
SET session_replication_role = origin;
CREATE TABLE bare (LIKE assure.service_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
    PRIMARY KEY (account_id, event_id), FOREIGN KEY (account_id, order_id) REFERENCES assure.service_order);

-- finish_cost() is both times in microseconds a row, and the ratio.
CREATE FUNCTION finish_cost() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    o record;
    since timestamptz;
    bare_usec numeric;
    ours_usec numeric;
    n int := 0;
BEGIN
    CREATE TEMP TABLE row_of ON COMMIT DROP AS SELECT o.*, m.person_no, assure.prefecture(m.region::assure.region) AS prefecture
        FROM assure.service_order o JOIN assure.member m USING (account_id, member_id) WHERE o.order_id > 1000000000;
    since := clock_timestamp();
    FOR o IN SELECT * FROM row_of LOOP
        INSERT INTO bare (account_id, order_id, event, member_id, service_id, branch_id, insurer, customer_region, served_on, person_no, prefecture, branch_province)
        VALUES (o.account_id, o.order_id, 'served', o.member_id, o.service_id, o.branch_id, o.insurer, o.customer_region, '2025-06-02', o.person_no, o.prefecture, '110000');
        n := n + 1;
    END LOOP;
    bare_usec := extract(epoch FROM clock_timestamp() - since) * 1000000 / n;
    since := clock_timestamp();
    FOR o IN SELECT * FROM row_of LOOP
        -- as coverage_served() in src/coverage/service_event.c
        INSERT INTO assure.service_event (account_id, order_id, event, member_id, service_id, branch_id, insurer, customer_region, served_on,
            person_no, prefecture, branch_province, service_region)
        SELECT o.account_id, o.order_id, 'served', o.member_id, o.service_id, o.branch_id, o.insurer, x.region::text, o.finished_at::date,
            m.person_no, coalesce((SELECT kept.code FROM assure_internal.kept_region kept WHERE kept.code OPERATOR(assure.=) x.region),
                coalesce(assure.prefecture(x.region), x.region)), assure.province(b.region::assure.region), o.service_region::assure.region
        FROM assure.service_order s JOIN assure.member m USING (account_id, member_id) JOIN assure.branch b USING (branch_id),
            LATERAL (SELECT coalesce((SELECT l.region FROM assure.customer_location l WHERE l.account_id = m.account_id AND l.member_id = m.member_id
                AND l.basis = 'residence' AND l.valid_from <= s.finished_at::date AND (l.valid_to IS NULL OR l.valid_to >= s.finished_at::date)
                ORDER BY l.location_id DESC LIMIT 1), m.region::assure.region) AS region OFFSET 0) x
        WHERE s.account_id = o.account_id AND s.order_id = o.order_id;
    END LOOP;
    ours_usec := extract(epoch FROM clock_timestamp() - since) * 1000000 / n;
    RETURN format('finished order: bare insert %s us, recorded %s us, %s times', round(bare_usec, 1), round(ours_usec, 1), round(ours_usec / bare_usec, 2));
END $$;
