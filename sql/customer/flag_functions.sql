-- Flags of people.

CREATE FUNCTION assure.set_member_flags(member jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_set_member_flags';
REVOKE ALL ON FUNCTION assure.set_member_flags(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.set_member_flags(jsonb, text) IS 'Makes the flags of a person those of {policy, member_ref, flags}; returns how many came or went.';
