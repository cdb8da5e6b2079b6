-- Claims: handed in, adjudicated, decided, looked at.

CREATE FUNCTION assure.submit_claim(claim jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_submit_claim';
REVOKE ALL ON FUNCTION assure.submit_claim(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.submit_claim(jsonb, text) IS 'Hands in a claim document and returns its key. The same document under the same ref is one claim; another document under it is an error.';

CREATE FUNCTION assure.submit_claim(claim text, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_submit_claim_text';
REVOKE ALL ON FUNCTION assure.submit_claim(text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.submit_claim(text, text) IS 'The same for drivers that bind a string as text.';

CREATE FUNCTION assure.adjudicate(ref text, request_id text DEFAULT NULL) RETURNS text
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_adjudicate';
REVOKE ALL ON FUNCTION assure.adjudicate(text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.adjudicate(text, text) IS 'Adjudicates a claim now, if it waits, and returns its current verdict: approve, deny or pend.';

CREATE FUNCTION assure.adjudicate_pending(max_claims int DEFAULT 500) RETURNS int
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_adjudicate_pending';
REVOKE ALL ON FUNCTION assure.adjudicate_pending(int) FROM PUBLIC;
COMMENT ON FUNCTION assure.adjudicate_pending(int) IS 'Adjudicates waiting claims in this transaction, in order of submission; returns how many, 0 when none waits.';

CREATE PROCEDURE assure.adjudicate_batch(max_claims int DEFAULT NULL, shard int DEFAULT 0, shards int DEFAULT 1,
        INOUT adjudicated bigint DEFAULT NULL, INOUT failed bigint DEFAULT NULL)
    LANGUAGE c AS 'MODULE_PATHNAME', 'assure_adjudicate_batch';
REVOKE ALL ON PROCEDURE assure.adjudicate_batch(int, int, int, bigint, bigint) FROM PUBLIC;
COMMENT ON PROCEDURE assure.adjudicate_batch(int, int, int, bigint, bigint) IS 'Adjudicates what waits, 500 claims a transaction. Run several at once with shards 0 to shards - 1: all claims of one account are in one shard. A claim that raises an error is set aside in assure.failed_claim.';

CREATE FUNCTION assure.retry_failed_claim(ref text) RETURNS boolean
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_retry_failed_claim';
REVOKE ALL ON FUNCTION assure.retry_failed_claim(text) FROM PUBLIC;
COMMENT ON FUNCTION assure.retry_failed_claim(text) IS 'Puts a claim that was set aside back among the waiting ones; false: it was not set aside.';

CREATE FUNCTION assure.decide_claim(ref text, verdict text, note text DEFAULT NULL, request_id text DEFAULT NULL) RETURNS int
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_decide_claim';
REVOKE ALL ON FUNCTION assure.decide_claim(text, text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.decide_claim(text, text, text, text) IS 'A person''s verdict, approve or deny, on a claim that is pended; ends its task. Needs the task, or the scope supervisor. Returns the number of the decision.';

CREATE FUNCTION assure.claim_status(ref text)
    RETURNS TABLE (account_id bigint, claim_id bigint, state text, verdict text, submitted numeric, paid numeric,
        reasons jsonb, submitted_at timestamptz, decided_at timestamptz, decision_no int, task_id bigint, task_state text, error text)
    LANGUAGE c STABLE STRICT PARALLEL UNSAFE ROWS 1 COST 1000 AS 'MODULE_PATHNAME', 'assure_claim_status';
REVOKE ALL ON FUNCTION assure.claim_status(text) FROM PUBLIC;
COMMENT ON FUNCTION assure.claim_status(text) IS 'Where a claim stands: waiting, failed, approved, denied or in_review; with amounts, reasons and the task of who reviews it.';

CREATE FUNCTION assure.check_books()
    RETURNS TABLE (check_name text, account_id bigint, subject text, finding text)
    LANGUAGE c STABLE STRICT PARALLEL UNSAFE COST 100000 AS 'MODULE_PATHNAME', 'assure_check_books';
REVOKE ALL ON FUNCTION assure.check_books() FROM PUBLIC;
COMMENT ON FUNCTION assure.check_books() IS 'What does not balance, a row each: balances against entries, decisions against entries, limits, claims that neither wait nor are decided. No row: the books are whole.';
