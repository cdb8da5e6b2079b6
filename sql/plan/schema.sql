-- Plans: a name, and immutable versions of its terms.

CREATE SEQUENCE assure.plan_id_seq;
CREATE TABLE assure.plan (
    plan_id bigint PRIMARY KEY DEFAULT nextval('assure.plan_id_seq'),
    code text NOT NULL UNIQUE CHECK (code <> ''),
    name text NOT NULL CHECK (name <> '')
);
COMMENT ON TABLE assure.plan IS 'What is sold under one name; what it promises stands in its versions.';
COMMENT ON COLUMN assure.plan.plan_id IS 'key';
COMMENT ON COLUMN assure.plan.code IS 'the company''s own code';
COMMENT ON COLUMN assure.plan.name IS 'name';

CREATE SEQUENCE assure.plan_version_id_seq;
CREATE TABLE assure.plan_version (
    plan_version_id bigint PRIMARY KEY DEFAULT nextval('assure.plan_version_id_seq'),
    plan_id bigint NOT NULL REFERENCES assure.plan,
    valid_from date NOT NULL CHECK (isfinite(valid_from)),
    terms assure.terms NOT NULL,
    review_above_fen bigint CHECK (review_above_fen >= 0),
    submit_within_days int CHECK (submit_within_days > 0),
    note text,
    published_by text NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    second_approval_above_fen bigint CHECK (second_approval_above_fen >= 0),
    screening_model text CHECK (screening_model <> ''),
    screening_decision text CHECK (screening_decision <> ''),
    authorize_care text[],
    authorization_missing text NOT NULL DEFAULT 'pend' CHECK (authorization_missing IN ('pend', 'deny')),
    UNIQUE (plan_id, valid_from)
);
COMMENT ON TABLE assure.plan_version IS 'Terms of a plan from a day on, immutable. In force on a day: the version with the latest valid_from not after it, so versions can neither overlap nor leave a gap.';
COMMENT ON COLUMN assure.plan_version.plan_version_id IS 'key; what decisions refer to';
COMMENT ON COLUMN assure.plan_version.plan_id IS 'the plan';
COMMENT ON COLUMN assure.plan_version.valid_from IS 'first event date that it holds for';
COMMENT ON COLUMN assure.plan_version.terms IS 'what it promises';
COMMENT ON COLUMN assure.plan_version.review_above_fen IS 'a payment above this is decided by a person; NULL: never for its amount';
COMMENT ON COLUMN assure.plan_version.submit_within_days IS 'a claim submitted later than this after its event is denied; NULL: no deadline';
COMMENT ON COLUMN assure.plan_version.note IS 'why it was made';
COMMENT ON COLUMN assure.plan_version.published_by IS 'session user who published it';
COMMENT ON COLUMN assure.plan_version.published_at IS 'when it was published';
COMMENT ON COLUMN assure.plan_version.second_approval_above_fen IS 'four eyes: a payment above this that a person approves needs a second person; NULL: never';
COMMENT ON COLUMN assure.plan_version.screening_model IS 'decision model that screens calculated claims, its version in force when the claim is decided; NULL: none';
COMMENT ON COLUMN assure.plan_version.screening_decision IS 'the decision of that model that is asked';
COMMENT ON COLUMN assure.plan_version.authorize_care IS 'kinds of care that need an authorization before treatment; NULL: none';
COMMENT ON COLUMN assure.plan_version.authorization_missing IS 'what becomes of a claim without the authorization it needs: pend or deny';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.plan_version
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER invalidate AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON assure.plan_version
    FOR EACH STATEMENT EXECUTE FUNCTION assure.invalidate();
ALTER TABLE assure.plan_version ENABLE ALWAYS TRIGGER invalidate;
