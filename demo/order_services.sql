-- Hands in every second account's orders and what came of them: most are done,
-- some of those withdrawn, a few cancelled before. Appointments go all the way,
-- some of them wait for the customer; a third of what is done is evaluated.
-- Variable: shard, 0 or 1.

SELECT count(assure.order_service(jsonb_strip_nulls(jsonb_build_object('ref', ref, 'policy', policy, 'member_ref', member, 'service', service, 'requested_at', requested_at, 'supplier', supplier))))
FROM (SELECT * FROM demo.service_order WHERE shard = :shard ORDER BY requested_at, n) AS o;

-- When it was done; an appointment begins an hour before.
CREATE TEMP VIEW done AS
    SELECT *, least(requested_at + days * interval '1 day', demo.anchor()) AS finished_at, least(requested_at + days * interval '1 day', demo.anchor()) - interval '1 hour' AS started_at
    FROM demo.service_order WHERE shard = :shard AND fate < 0.85;

SELECT count(*) FROM (
    SELECT assure.accept_order(ref, steward => CASE WHEN supplier = 'BEIXING' THEN 'H' || lpad(demo.die(n, 310, 20)::text, 2, '0') END, accepted_at => least(requested_at + interval '3 hours', started_at)),
        CASE WHEN demo.draw(n, 311) < 0.1 AND days > 1 THEN assure.wait_for_customer(ref, 'asks for another day', least(requested_at + interval '4 hours', started_at)) END,
        assure.schedule_order(ref, started_at + interval '1 minute', NULL, least(requested_at + interval '20 hours', started_at)), assure.start_service(ref, started_at)
    FROM (SELECT * FROM done WHERE is_access ORDER BY requested_at, n) AS o OFFSET 0) AS t;

SELECT count(*) FROM (
    SELECT assure.finish_service(ref, finished_at)
    FROM (SELECT * FROM done ORDER BY requested_at, n) AS o OFFSET 0) AS t;

SELECT count(*) FROM (
    SELECT assure.evaluate_service(ref, (ARRAY[5, 5, 5, 4, 4, 3, 2, 1])[demo.die(n, 312, 8)])
    FROM (SELECT * FROM done WHERE demo.draw(n, 313) < 0.33 ORDER BY requested_at, n) AS o OFFSET 0) AS t;

SELECT count(*) FROM (
    SELECT CASE WHEN fate > 0.97 THEN assure.fail_order(ref, 'supplier had no appointment') ELSE assure.cancel_service(ref) END
    FROM (SELECT * FROM demo.service_order WHERE shard = :shard AND (fate < 0.02 OR fate > 0.93) ORDER BY requested_at, n) AS o OFFSET 0) AS t;
