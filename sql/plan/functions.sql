-- Plans: published in versions.

CREATE FUNCTION assure.publish_plan(code text, name text, terms assure.terms, valid_from date,
        review_above numeric DEFAULT NULL, submit_within_days int DEFAULT NULL, note text DEFAULT NULL,
        request_id text DEFAULT NULL, settings jsonb DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_publish_plan';
REVOKE ALL ON FUNCTION assure.publish_plan(text, text, assure.terms, date, numeric, int, text, text, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION assure.publish_plan(text, text, assure.terms, date, numeric, int, text, text, jsonb) IS 'Publishes a version of a plan''s terms from a day on, and makes the plan if it is new; versions are immutable. Settings: {second_approval_above, screening: {model, decision}, authorization: {care, missing}}. Returns the version''s key.';
