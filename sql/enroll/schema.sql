-- Enrollment by rows: what a file says until it is applied, and what changed of
-- people who were there before.

CREATE TABLE assure.enrollment_row (
    batch text NOT NULL CHECK (batch <> ''),
    row_no int NOT NULL CHECK (row_no >= 1),
    document jsonb,
    document_hash bytea NOT NULL CHECK (octet_length(document_hash) = 32),
    policy_id bigint,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'accepted', 'refused')),
    error_code text CHECK (length(error_code) = 5),
    reason text,
    action text,
    member_ref text,
    member_id bigint,
    rerun_from date,
    claims_to_rerun int,
    staged_by text NOT NULL,
    staged_at timestamptz NOT NULL DEFAULT now(),
    applied_at timestamptz,
    audit_id bigint,
    PRIMARY KEY (batch, row_no),
    CHECK ((state = 'accepted') = (document IS NULL)),
    CHECK ((state = 'refused') = (reason IS NOT NULL))
) WITH (fillfactor = 70);
CREATE INDEX enrollment_row_waiting ON assure.enrollment_row (batch, row_no) WHERE state = 'waiting';
COMMENT ON TABLE assure.enrollment_row IS 'Rows of enrollment files, staged and applied under a batch; each is applied once.';
COMMENT ON COLUMN assure.enrollment_row.batch IS 'the caller''s name of the file';
COMMENT ON COLUMN assure.enrollment_row.row_no IS 'its number in the file';
COMMENT ON COLUMN assure.enrollment_row.document IS 'what the row says; personal; emptied when it is accepted, dropped by assure.discard_enrollment()';
COMMENT ON COLUMN assure.enrollment_row.document_hash IS 'SHA-256 of the document as jsonb prints it: an accepted row cannot be staged with another';
COMMENT ON COLUMN assure.enrollment_row.policy_id IS 'the policy that it names; NULL: none of that name when it was staged';
COMMENT ON COLUMN assure.enrollment_row.state IS 'waiting, accepted or refused';
COMMENT ON COLUMN assure.enrollment_row.error_code IS 'SQLSTATE of the refusal';
COMMENT ON COLUMN assure.enrollment_row.reason IS 'why it was refused: field and reason, no personal values';
COMMENT ON COLUMN assure.enrollment_row.action IS 'join, leave or change, once it is applied';
COMMENT ON COLUMN assure.enrollment_row.member_ref IS 'member reference within the policy, once it is applied';
COMMENT ON COLUMN assure.enrollment_row.member_id IS 'the person, once it is accepted';
COMMENT ON COLUMN assure.enrollment_row.rerun_from IS 'first day from which decided claims are concerned; NULL: none is';
COMMENT ON COLUMN assure.enrollment_row.claims_to_rerun IS 'how many claims were decided under what it changed';
COMMENT ON COLUMN assure.enrollment_row.staged_by IS 'session user who staged it';
COMMENT ON COLUMN assure.enrollment_row.staged_at IS 'when';
COMMENT ON COLUMN assure.enrollment_row.applied_at IS 'when it was accepted or refused';
COMMENT ON COLUMN assure.enrollment_row.audit_id IS 'the audit row of its chunk, if it was accepted';

CREATE SEQUENCE assure.enrollment_change_id_seq;
CREATE TABLE assure.enrollment_change (
    account_id bigint NOT NULL,
    change_id bigint NOT NULL DEFAULT nextval('assure.enrollment_change_id_seq'),
    member_id bigint NOT NULL,
    enrollment_id bigint,
    before jsonb,
    after jsonb,
    audit_id bigint NOT NULL,
    PRIMARY KEY (account_id, change_id)
);
CREATE INDEX enrollment_change_member ON assure.enrollment_change (account_id, member_id);
COMMENT ON TABLE assure.enrollment_change IS 'What changed of members after they joined, append-only: an enrollment that began, ended, changed or was withdrawn, or particulars that were corrected.';
COMMENT ON COLUMN assure.enrollment_change.account_id IS 'the certificate';
COMMENT ON COLUMN assure.enrollment_change.change_id IS 'key within it';
COMMENT ON COLUMN assure.enrollment_change.member_id IS 'the person';
COMMENT ON COLUMN assure.enrollment_change.enrollment_id IS 'the enrollment; NULL: particulars of the person';
COMMENT ON COLUMN assure.enrollment_change.before IS 'what the enrollment was; NULL: it is new';
COMMENT ON COLUMN assure.enrollment_change.after IS 'what it is; NULL: it was withdrawn; of particulars the names of the fields, never their values';
COMMENT ON COLUMN assure.enrollment_change.audit_id IS 'the audit row: who, when and how';

-- Loads look up who else has a resident identity number.
CREATE INDEX member_resident_id ON assure.member (resident_id) WHERE resident_id IS NOT NULL;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.enrollment_change
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();

ALTER TABLE assure.enrollment_row ENABLE ROW LEVEL SECURITY;
CREATE POLICY branch ON assure.enrollment_row FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR (policy_id IS NULL AND staged_by = session_user)
        OR EXISTS (SELECT 1 FROM assure.policy p WHERE p.policy_id = enrollment_row.policy_id));
ALTER TABLE assure.enrollment_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.enrollment_change FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.account a WHERE a.account_id = enrollment_change.account_id));
