-- What finishing an order costs beside bare statements that write the same rows,
-- in microseconds of the processor an order: one by one, and 200 at once.  The
-- plainest of all, the insert of the one row that coverage counts, stands beside.
-- Turn by turn in one session, so that noise meets all alike.
--
-- Variables: orders, of each kind; a multiple of 200.

\set ON_ERROR_STOP 1
SET session_replication_role = replica;
INSERT INTO assure.service_order (account_id, order_id, ref, member_id, service_id, branch_id, insurer, customer_region, requested_at, state, state_at)
SELECT account_id, k * 1000000000::bigint + member_id, x || member_id, member_id, 1, 1, 'Insurer 1', region, '2025-06-01', 'requested', '2025-06-01'
FROM assure.member, (VALUES ('E', 1), ('B', 2), ('F', 3), ('S', 4), ('L', 5)) v (x, k) WHERE member_id <= :orders;
INSERT INTO assure.order_ref (ref, account_id, order_id, document_hash)
SELECT ref, account_id, order_id, sha256(ref::bytea) FROM assure.service_order WHERE order_id > 1000000000;
SET session_replication_role = origin;
ANALYZE assure.service_order;
ANALYZE assure.order_ref;
CREATE TABLE of_order AS SELECT x.*, m.account_id, m.person_no, m.region, assure.prefecture(m.region::assure.region) AS prefecture
    FROM assure.member m JOIN generate_series(1, :orders) AS x (n) ON x.n = m.member_id;
CREATE UNIQUE INDEX ON of_order (n);
ANALYZE of_order;

-- processor_usec() is the time that this session has had.
CREATE FUNCTION processor_usec() RETURNS numeric LANGUAGE sql VOLATILE AS $$ SELECT split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::numeric / 1000 $$;

CREATE FUNCTION event_alone(first int, last int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE o record;
BEGIN
    FOR o IN SELECT * FROM of_order WHERE n BETWEEN first AND last LOOP
        INSERT INTO assure.service_event (account_id, order_id, event, member_id, service_id, branch_id, insurer, customer_region, served_on, person_no, prefecture, branch_province)
        VALUES (o.account_id, 1000000000::bigint + o.n, 'served', o.n, 1, 1, 'Insurer 1', o.region, '2025-06-02', o.person_no, o.prefecture, '110000');
    END LOOP;
END $$;
CREATE FUNCTION bare(first int, last int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE o record;
BEGIN
    FOR o IN SELECT * FROM of_order WHERE n BETWEEN first AND last LOOP
        UPDATE assure.service_order SET state = 'done', state_at = '2025-06-02', finished_at = '2025-06-02' WHERE account_id = o.account_id AND order_id = 2000000000::bigint + o.n;
        INSERT INTO assure.order_event (account_id, order_id, event, happened_at, recorded_by) VALUES (o.account_id, 2000000000::bigint + o.n, 'done', '2025-06-02', session_user);
        INSERT INTO assure.service_event (account_id, order_id, event, member_id, service_id, branch_id, insurer, customer_region, served_on, person_no, prefecture, branch_province)
        VALUES (o.account_id, 2000000000::bigint + o.n, 'served', o.n, 1, 1, 'Insurer 1', o.region, '2025-06-02', o.person_no, o.prefecture, '110000');
        INSERT INTO assure.audit_log (action, session_role, subject, row_count, audit_id, system_identifier)
        VALUES ('finish_service', session_user, 'order ' || o.n, 1, nextval('assure.audit_id_seq'), 1);
    END LOOP;
END $$;
CREATE FUNCTION finished(first int, last int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE o record;
BEGIN
    FOR o IN SELECT 'F' || n AS ref FROM of_order WHERE n BETWEEN first AND last LOOP
        PERFORM assure.finish_service(o.ref, '2025-06-02');
    END LOOP;
END $$;
CREATE FUNCTION bare_list(first int, last int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE assure.service_order o SET state = 'done', state_at = '2025-06-02', finished_at = '2025-06-02' FROM of_order x
    WHERE x.n BETWEEN first AND last AND o.account_id = x.account_id AND o.order_id = 4000000000::bigint + x.n;
    INSERT INTO assure.order_event (account_id, order_id, event, happened_at, recorded_by)
    SELECT account_id, 4000000000::bigint + n, 'done', '2025-06-02', session_user FROM of_order WHERE n BETWEEN first AND last;
    INSERT INTO assure.service_event (account_id, order_id, event, member_id, service_id, branch_id, insurer, customer_region, served_on, person_no, prefecture, branch_province)
    SELECT account_id, 4000000000::bigint + n, 'served', n, 1, 1, 'Insurer 1', region, '2025-06-02', person_no, prefecture, '110000' FROM of_order WHERE n BETWEEN first AND last;
    INSERT INTO assure.audit_log (action, session_role, subject, row_count, audit_id, system_identifier)
    VALUES ('finish_services', session_user, 'orders', last - first + 1, nextval('assure.audit_id_seq'), 1);
END $$;
CREATE FUNCTION finished_list(first int, last int) RETURNS void LANGUAGE sql AS $$
    SELECT assure.finish_services((SELECT jsonb_agg(jsonb_build_object('ref', 'L' || n, 'finished_at', '2025-06-02T00:00:00+08:00')) FROM of_order WHERE n BETWEEN first AND last)) $$;

CREATE FUNCTION finish_cost(orders int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    ways text[] := '{event_alone,bare,finished,bare_list,finished_list}';
    usec numeric[] := '{0,0,0,0,0}';
    since numeric;
BEGIN
    FOR n IN 1 .. orders BY 200 LOOP
        FOR way IN 1 .. 5 LOOP
            since := processor_usec();
            EXECUTE format('SELECT %I($1, $2)', ways[way]) USING n, n + 199;
            usec[way] := usec[way] + (processor_usec() - since) / orders;
        END LOOP;
    END LOOP;
    RETURN format('the event alone %s us; one by one: same rows bare %s, finished %s, %s times; 200 at once: same rows bare %s, finished %s, %s times, %s times the event alone',
        round(usec[1], 1), round(usec[2], 1), round(usec[3], 1), round(usec[3] / usec[2], 2), round(usec[4], 1), round(usec[5], 1), round(usec[5] / usec[4], 2), round(usec[5] / usec[1], 2));
END $$;
