-- Payees, payments and what the bank tells of them.

CREATE FUNCTION assure.put_payee(payee jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_put_payee';
REVOKE ALL ON FUNCTION assure.put_payee(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.put_payee(jsonb, text) IS 'Makes a payee of a certificate, or a new version of its name and bank account, and returns its key. The same again changes nothing.';

CREATE FUNCTION assure.set_claim_payee(ref text, payee_id bigint, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_set_claim_payee';
REVOKE ALL ON FUNCTION assure.set_claim_payee(text, bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.set_claim_payee(text, bigint, text) IS 'Chooses who is paid for a claim from now on: a payee of its certificate.';

CREATE FUNCTION assure.order_pending_payments(max_accounts int DEFAULT 500, set_off boolean DEFAULT true) RETURNS int
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_order_pending_payments';
REVOKE ALL ON FUNCTION assure.order_pending_payments(int, boolean) FROM PUBLIC;
COMMENT ON FUNCTION assure.order_pending_payments(int, boolean) IS 'Orders what is open of some certificates, in this transaction; returns how many payments, 0 when nothing can be ordered.';

CREATE PROCEDURE assure.order_payments(set_off boolean DEFAULT true, INOUT payments bigint DEFAULT NULL, INOUT entries bigint DEFAULT NULL,
        INOUT amount numeric DEFAULT NULL, INOUT without_payee bigint DEFAULT NULL)
    LANGUAGE c AS 'MODULE_PATHNAME', 'assure_order_payments';
REVOKE ALL ON PROCEDURE assure.order_payments(boolean, bigint, bigint, numeric, bigint) FROM PUBLIC;
COMMENT ON PROCEDURE assure.order_payments(boolean, bigint, bigint, numeric, bigint) IS 'Orders all that is open, one payment a payee, 500 certificates a transaction; what is to be recovered is set off against what is to be paid to the same payee.';

CREATE FUNCTION assure.payments_to_send(max_payments int DEFAULT 10000)
    RETURNS TABLE (account_id bigint, payment_id bigint, name text, bank text, bank_account text, amount numeric)
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'assure_payments_to_send';
REVOKE ALL ON FUNCTION assure.payments_to_send(int) FROM PUBLIC;
COMMENT ON FUNCTION assure.payments_to_send(int) IS 'Payments that are ordered and not sent, with names and bank accounts, for the file that goes to the bank; who reads them is noted.';

CREATE FUNCTION assure.payment_sent(payments jsonb, request_id text DEFAULT NULL)
    RETURNS TABLE (row_no int, payment_id bigint, accepted boolean, state text, refusal text, repeated boolean)
    LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'assure_payment_sent';
REVOKE ALL ON FUNCTION assure.payment_sent(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.payment_sent(jsonb, text) IS 'Notes payments that were handed to the bank; each row is accepted, or refused with its reason.';

CREATE FUNCTION assure.payment_paid(payments jsonb, request_id text DEFAULT NULL)
    RETURNS TABLE (row_no int, payment_id bigint, accepted boolean, state text, refusal text, repeated boolean)
    LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'assure_payment_paid';
REVOKE ALL ON FUNCTION assure.payment_paid(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.payment_paid(jsonb, text) IS 'Notes payments that the bank has made; each row is accepted, or refused with its reason.';

CREATE FUNCTION assure.payment_failed(payments jsonb, request_id text DEFAULT NULL)
    RETURNS TABLE (row_no int, payment_id bigint, accepted boolean, state text, refusal text, repeated boolean)
    LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'assure_payment_failed';
REVOKE ALL ON FUNCTION assure.payment_failed(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.payment_failed(jsonb, text) IS 'Notes payments that the bank returned: they are void, and their claims are open again.';

CREATE FUNCTION assure.cancel_payment(payment_id bigint, reason text, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_cancel_payment';
REVOKE ALL ON FUNCTION assure.cancel_payment(bigint, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.cancel_payment(bigint, text, text) IS 'Takes back a payment that was not handed to the bank; its claims are open again.';

CREATE FUNCTION assure.record_recovery(ref text, amount numeric, bank_ref text, payee_id bigint DEFAULT NULL, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_record_recovery';
REVOKE ALL ON FUNCTION assure.record_recovery(text, numeric, text, bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.record_recovery(text, numeric, text, bigint, text) IS 'Notes money that came back for a claim, from the payee who was paid last or the one named; returns its payment, whose amount is below 0. The same bank_ref again changes nothing.';
