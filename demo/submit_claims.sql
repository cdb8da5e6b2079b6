-- Hands in every second account's claims, in the order in which customers did.
-- Variable: shard, 0 or 1.

SELECT count(assure.submit_claim(document))
FROM (SELECT document FROM demo.claim_document WHERE shard = :shard ORDER BY nth) AS d;
