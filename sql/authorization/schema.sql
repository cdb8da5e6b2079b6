-- Authorizations: what was agreed before treatment.

CREATE SEQUENCE assure.authorization_id_seq;
CREATE TABLE assure.authorization (
    account_id bigint NOT NULL,
    authorization_id bigint NOT NULL DEFAULT nextval('assure.authorization_id_seq'),
    ref text NOT NULL CHECK (ref <> ''),
    member_id bigint NOT NULL,
    care text NOT NULL CHECK (care IN ('outpatient', 'emergency', 'inpatient', 'pharmacy', 'dental', 'checkup', 'maternity')),
    provider_code text CHECK (provider_code <> ''),
    valid_from date NOT NULL CHECK (isfinite(valid_from)),
    valid_to date NOT NULL CHECK (isfinite(valid_to)),
    limit_fen bigint CHECK (limit_fen >= 0),
    state text NOT NULL DEFAULT 'granted' CHECK (state IN ('granted', 'withdrawn')),
    state_since timestamptz NOT NULL DEFAULT now(),
    reason text CHECK (reason <> ''),
    PRIMARY KEY (account_id, authorization_id),
    FOREIGN KEY (account_id, member_id) REFERENCES assure.member,
    CHECK (valid_to >= valid_from)
) WITH (fillfactor = 90);
CREATE INDEX authorization_member ON assure.authorization (account_id, member_id);
COMMENT ON TABLE assure.authorization IS 'What was agreed before treatment: plans may ask for one, by kind of care. Only its state changes.';
COMMENT ON COLUMN assure.authorization.account_id IS 'the certificate';
COMMENT ON COLUMN assure.authorization.authorization_id IS 'key within it';
COMMENT ON COLUMN assure.authorization.ref IS 'the caller''s key';
COMMENT ON COLUMN assure.authorization.member_id IS 'the insured person';
COMMENT ON COLUMN assure.authorization.care IS 'kind of care';
COMMENT ON COLUMN assure.authorization.provider_code IS 'by whom; NULL: any provider';
COMMENT ON COLUMN assure.authorization.valid_from IS 'first day on which a bill may begin';
COMMENT ON COLUMN assure.authorization.valid_to IS 'last such day';
COMMENT ON COLUMN assure.authorization.limit_fen IS 'what the bills of one claim under it may add up to, fen; NULL: any amount';
COMMENT ON COLUMN assure.authorization.state IS 'granted or withdrawn; a claim decided before keeps its decision';
COMMENT ON COLUMN assure.authorization.state_since IS 'since when';
COMMENT ON COLUMN assure.authorization.reason IS 'why it was withdrawn';
ALTER TABLE assure.authorization ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.authorization FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.account a WHERE a.account_id = "authorization".account_id));

CREATE TABLE assure.authorization_ref (
    ref text PRIMARY KEY CHECK (ref <> ''),
    account_id bigint NOT NULL,
    authorization_id bigint NOT NULL
);
COMMENT ON TABLE assure.authorization_ref IS 'Routing by the caller''s key of an authorization.';
COMMENT ON COLUMN assure.authorization_ref.ref IS 'the caller''s key';
COMMENT ON COLUMN assure.authorization_ref.account_id IS 'the certificate';
COMMENT ON COLUMN assure.authorization_ref.authorization_id IS 'the authorization within it';
