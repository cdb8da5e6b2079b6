-- Rule models: a name, and immutable versions of its DMN text.

CREATE SEQUENCE assure.rule_model_id_seq;
CREATE TABLE assure.rule_model (
    rule_model_id bigint PRIMARY KEY DEFAULT nextval('assure.rule_model_id_seq'),
    name text NOT NULL UNIQUE CHECK (name <> '')
);
COMMENT ON TABLE assure.rule_model IS 'Decision models that are deployed under one name; what they decide stands in their versions.';
COMMENT ON COLUMN assure.rule_model.rule_model_id IS 'key';
COMMENT ON COLUMN assure.rule_model.name IS 'name of the model''s definitions, by which it is called';

CREATE SEQUENCE assure.rule_model_version_id_seq;
CREATE TABLE assure.rule_model_version (
    model_version_id bigint PRIMARY KEY DEFAULT nextval('assure.rule_model_version_id_seq'),
    rule_model_id bigint NOT NULL REFERENCES assure.rule_model,
    version int NOT NULL CHECK (version > 0),
    namespace text NOT NULL,
    dmn text NOT NULL CHECK (dmn <> ''),
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
    imports bigint[] NOT NULL,
    note text,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (rule_model_id, version)
);
CREATE INDEX rule_model_version_namespace ON assure.rule_model_version (namespace, model_version_id);
COMMENT ON TABLE assure.rule_model_version IS 'Versions of a decision model, immutable: a past decision can be made again from the same text. The latest one is in force.';
COMMENT ON COLUMN assure.rule_model_version.model_version_id IS 'key; what decisions refer to';
COMMENT ON COLUMN assure.rule_model_version.rule_model_id IS 'the model';
COMMENT ON COLUMN assure.rule_model_version.version IS 'number within the model, from 1';
COMMENT ON COLUMN assure.rule_model_version.namespace IS 'namespace of the definitions, by which other models import it';
COMMENT ON COLUMN assure.rule_model_version.dmn IS 'the DMN text as it was deployed';
COMMENT ON COLUMN assure.rule_model_version.sha256 IS 'SHA-256 of that text';
COMMENT ON COLUMN assure.rule_model_version.imports IS 'the versions that its imports were bound to, in the order of its imports';
COMMENT ON COLUMN assure.rule_model_version.note IS 'why it was made';
COMMENT ON COLUMN assure.rule_model_version.created_by IS 'session user who deployed it';
COMMENT ON COLUMN assure.rule_model_version.created_at IS 'when it was deployed';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.rule_model_version
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER invalidate AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON assure.rule_model_version
    FOR EACH STATEMENT EXECUTE FUNCTION assure.invalidate();
ALTER TABLE assure.rule_model_version ENABLE ALWAYS TRIGGER invalidate;
