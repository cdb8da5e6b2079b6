-- Appeals against decisions.

CREATE FUNCTION assure.appeal_claim(ref text, reason text, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_appeal_claim';
REVOKE ALL ON FUNCTION assure.appeal_claim(text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.appeal_claim(text, text, text) IS 'Enters a customer''s appeal against the decision on a claim: a task for somebody who had no part in it. Returns the key of the appeal.';

CREATE FUNCTION assure.uphold_appeal(ref text, note text, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_uphold_appeal';
REVOKE ALL ON FUNCTION assure.uphold_appeal(text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.uphold_appeal(text, text, text) IS 'Closes the open appeal of a claim: the decision stays. assure.decide_claim() changes it.';

CREATE FUNCTION assure.withdraw_appeal(ref text, note text, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_withdraw_appeal';
REVOKE ALL ON FUNCTION assure.withdraw_appeal(text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.withdraw_appeal(text, text, text) IS 'Closes the open appeal of a claim that the customer no longer wants; it does not count any more.';
