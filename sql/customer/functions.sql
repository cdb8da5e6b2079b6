CREATE FUNCTION assure.add_policy(policy jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_add_policy';
REVOKE ALL ON FUNCTION assure.add_policy(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.add_policy(jsonb, text) IS 'Makes a policy: {ref, branch, insurer, holder, starts_on, ends_on}; the same one again returns the same key.';

CREATE FUNCTION assure.enroll(member jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_enroll';
REVOKE ALL ON FUNCTION assure.enroll(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.enroll(jsonb, text) IS 'Enrolls a person: {policy, certificate, member_ref, name, resident_id, birth_date, sex, phone, region, plan, relationship, enrolled_on, continuous_since, ended_on}. Returns the member''s key.';
