-- A day of the accounts department: what is owed is ordered, handed to the bank,
-- and what the bank answers is noted; some payments come back.

CALL assure.order_payments();
CREATE TEMP TABLE handed_over AS SELECT * FROM assure.payments_to_send(100000);
SELECT count(*) FILTER (WHERE accepted) AS sent FROM assure.payment_sent((SELECT jsonb_agg(jsonb_build_object('payment_id', payment_id, 'bank_ref', 'BK' || payment_id)) FROM handed_over));
SELECT count(*) FILTER (WHERE accepted) AS paid FROM assure.payment_paid((SELECT jsonb_agg(jsonb_build_object('payment_id', payment_id, 'bank_ref', 'BK' || payment_id)) FROM handed_over WHERE payment_id % 200 <> 0));
SELECT count(*) FILTER (WHERE accepted) AS returned FROM assure.payment_failed((SELECT jsonb_agg(jsonb_build_object('payment_id', payment_id, 'bank_ref', 'BK' || payment_id, 'reason', 'account closed')) FROM handed_over WHERE payment_id % 200 = 0));
