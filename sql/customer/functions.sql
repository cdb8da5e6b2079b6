CREATE FUNCTION assure.publish_plan(code text, name text, terms assure.terms, valid_from date,
        review_above numeric DEFAULT NULL, submit_within_days int DEFAULT NULL, note text DEFAULT NULL,
        request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_publish_plan';
REVOKE ALL ON FUNCTION assure.publish_plan(text, text, assure.terms, date, numeric, int, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.publish_plan(text, text, assure.terms, date, numeric, int, text, text) IS 'Publishes a version of a plan''s terms from a day on, and makes the plan if it is new; versions are immutable. Returns the version''s key.';

CREATE FUNCTION assure.add_policy(policy jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_add_policy';
REVOKE ALL ON FUNCTION assure.add_policy(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.add_policy(jsonb, text) IS 'Makes a policy: {ref, branch, insurer, holder, starts_on, ends_on}; the same one again returns the same key.';

CREATE FUNCTION assure.enroll(member jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_enroll';
REVOKE ALL ON FUNCTION assure.enroll(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.enroll(jsonb, text) IS 'Enrolls a person: {policy, certificate, member_ref, name, resident_id, birth_date, sex, phone, region, plan, relationship, enrolled_on, continuous_since, ended_on}. Returns the member''s key.';
