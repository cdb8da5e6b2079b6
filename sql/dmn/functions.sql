-- Decision models.

CREATE TYPE assure.model_version AS (
    model text,
    version int,
    model_version_id bigint,
    sha256 text,
    note text,
    created_by text,
    created_at timestamptz
);
COMMENT ON TYPE assure.model_version IS 'A version of a decision model, as assure.deploy_model() returns it.';
COMMENT ON COLUMN assure.model_version.model IS 'name of the model';
COMMENT ON COLUMN assure.model_version.version IS 'number within the model, from 1';
COMMENT ON COLUMN assure.model_version.model_version_id IS 'key in assure.rule_model_version';
COMMENT ON COLUMN assure.model_version.sha256 IS 'SHA-256 of the text, hexadecimal';
COMMENT ON COLUMN assure.model_version.note IS 'why it was made';
COMMENT ON COLUMN assure.model_version.created_by IS 'session user who deployed it';
COMMENT ON COLUMN assure.model_version.created_at IS 'when it was deployed';

CREATE FUNCTION assure.deploy_model(dmn text, note text DEFAULT NULL, request_id text DEFAULT NULL) RETURNS assure.model_version
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_deploy_model';
REVOKE ALL ON FUNCTION assure.deploy_model(text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.deploy_model(text, text, text) IS 'Checks a DMN model and makes it the version of its name that is in force; the same text with the same imports again is the same version.';

CREATE FUNCTION assure.decide(model text, decision text, context jsonb) RETURNS jsonb
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 200 AS 'MODULE_PATHNAME', 'assure_decide';
REVOKE ALL ON FUNCTION assure.decide(text, text, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION assure.decide(text, text, jsonb) IS 'The result of a decision, decision service or business knowledge model of a model''s version in force, for the inputs in the context.';

CREATE FUNCTION assure.decide(model text, decision text, context jsonb, version int) RETURNS jsonb
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 200 AS 'MODULE_PATHNAME', 'assure_decide';
REVOKE ALL ON FUNCTION assure.decide(text, text, jsonb, int) FROM PUBLIC;
COMMENT ON FUNCTION assure.decide(text, text, jsonb, int) IS 'The same of a version by its number: a past decision again.';

CREATE FUNCTION assure.explain_decision(model text, decision text, context jsonb)
        RETURNS TABLE (decision text, rule int, matched boolean, inputs jsonb, outputs jsonb)
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 10000 ROWS 50 AS 'MODULE_PATHNAME', 'assure_explain_decision';
REVOKE ALL ON FUNCTION assure.explain_decision(text, text, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION assure.explain_decision(text, text, jsonb) IS 'Each rule of each decision table that was asked on the way to a decision: whether it matched, and by input the value, the test and whether it holds.';

CREATE FUNCTION assure.explain_decision(model text, decision text, context jsonb, version int)
        RETURNS TABLE (decision text, rule int, matched boolean, inputs jsonb, outputs jsonb)
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 10000 ROWS 50 AS 'MODULE_PATHNAME', 'assure_explain_decision';
REVOKE ALL ON FUNCTION assure.explain_decision(text, text, jsonb, int) FROM PUBLIC;
COMMENT ON FUNCTION assure.explain_decision(text, text, jsonb, int) IS 'The same of a version by its number.';

CREATE FUNCTION assure.check_table(model text, decision text)
        RETURNS TABLE (kind text, rules int[], region text)
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100000 ROWS 10 AS 'MODULE_PATHNAME', 'assure_check_table';
REVOKE ALL ON FUNCTION assure.check_table(text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.check_table(text, text) IS 'Findings about a decision table: inputs that no rule covers, rules that never fire, rules that clash under the hit policy, and columns that cannot be analysed.';

CREATE FUNCTION assure.table_model(definition jsonb) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'assure_table_model';
COMMENT ON FUNCTION assure.table_model(jsonb) IS 'DMN text of a decision table that is given as rows: {name, decision, hit_policy, inputs, outputs, rules}.';
