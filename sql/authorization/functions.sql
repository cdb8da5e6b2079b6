-- Authorizations: what was agreed before treatment.

CREATE FUNCTION assure.put_authorization("authorization" jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_put_authorization';
REVOKE ALL ON FUNCTION assure.put_authorization(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.put_authorization(jsonb, text) IS 'Notes what was agreed before treatment: {ref, policy, member_ref, care, provider, from, to, limit}; provider and limit are optional. The same one again returns the same key.';

CREATE FUNCTION assure.withdraw_authorization(ref text, reason text, request_id text DEFAULT NULL) RETURNS boolean
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_withdraw_authorization';
REVOKE ALL ON FUNCTION assure.withdraw_authorization(text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.withdraw_authorization(text, text, text) IS 'Withdraws an authorization; claims decided before keep their decision. False: it was withdrawn before.';
