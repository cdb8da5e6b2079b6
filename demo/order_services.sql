-- Hands in every second account's orders and what came of them: most are done,
-- some of those withdrawn, a few cancelled before. Variable: shard, 0 or 1.

SELECT count(assure.order_service(jsonb_build_object('ref', ref, 'policy', policy, 'member_ref', member, 'service', service, 'requested_at', requested_at)))
FROM (SELECT * FROM demo.service_order WHERE shard = :shard ORDER BY requested_at, n) AS o;

SELECT count(*) FROM (
    SELECT assure.finish_service(ref, least(requested_at + days * interval '1 day', demo.anchor()))
    FROM (SELECT * FROM demo.service_order WHERE shard = :shard AND fate < 0.85 ORDER BY requested_at, n) AS o OFFSET 0) AS t;

SELECT count(*) FROM (
    SELECT assure.cancel_service(ref)
    FROM (SELECT * FROM demo.service_order WHERE shard = :shard AND (fate < 0.02 OR fate > 0.93) ORDER BY requested_at, n) AS o OFFSET 0) AS t;
