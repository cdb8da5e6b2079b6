-- Plans as documents.

CREATE FUNCTION assure.publish_plan(plan jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_publish_plan_document';
REVOKE ALL ON FUNCTION assure.publish_plan(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.publish_plan(jsonb, text) IS 'Publishes a version of a plan: {code, name, terms, valid_from, note, review_above, submit_within_days, second_approval_above, screening: {model, decision}, authorization: {care, missing}}; what stands after valid_from is optional. Returns the version''s key.';
