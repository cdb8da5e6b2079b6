-- Seals over the audit log, and who was erased.
--
-- A row of the log belongs to the first seal whose snapshot sees its transaction:
-- who commits late is in a later seal, and nobody in none.  A seal also names its
-- rows one by one, so none can be put in, taken away or moved to another one
-- unseen.  Seals hold each other in a chain by the hash of the one before.

CREATE TABLE assure.audit_seal (
    seal_no bigint PRIMARY KEY CHECK (seal_no >= 1),
    previous_hash bytea CHECK (octet_length(previous_hash) = 32),
    system_identifier bigint NOT NULL,
    snapshot pg_snapshot NOT NULL,
    members int8multirange NOT NULL CHECK (NOT isempty(members)),
    row_count int NOT NULL CHECK (row_count > 0),
    logged_from timestamptz NOT NULL,
    logged_to timestamptz NOT NULL CHECK (logged_to >= logged_from),
    fingerprints bytea NOT NULL,
    root_hash bytea NOT NULL CHECK (octet_length(root_hash) = 32),
    sealed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seal_hash bytea NOT NULL CHECK (octet_length(seal_hash) = 32),
    CHECK ((seal_no = 1) = (previous_hash IS NULL)),
    CHECK (octet_length(fingerprints) = 8 * row_count)
);
COMMENT ON TABLE assure.audit_seal IS 'Seals over the audit log, append-only: each names its rows, their hash, and the seal before it.';
COMMENT ON COLUMN assure.audit_seal.seal_no IS 'number, without gaps';
COMMENT ON COLUMN assure.audit_seal.previous_hash IS 'hash of the seal before; NULL: the first one';
COMMENT ON COLUMN assure.audit_seal.system_identifier IS 'the cluster that sealed';
COMMENT ON COLUMN assure.audit_seal.snapshot IS 'the transactions of that cluster whose rows are in this seal or in one before; rows that came from elsewhere are in the first seal of the cluster';
COMMENT ON COLUMN assure.audit_seal.members IS 'keys of its rows of assure.audit_log';
COMMENT ON COLUMN assure.audit_seal.row_count IS 'how many they are';
COMMENT ON COLUMN assure.audit_seal.logged_from IS 'when the earliest of them was written';
COMMENT ON COLUMN assure.audit_seal.logged_to IS 'when the latest was';
COMMENT ON COLUMN assure.audit_seal.fingerprints IS 'the first 8 bytes of each row''s hash, in order of keys: they tell which row was changed';
COMMENT ON COLUMN assure.audit_seal.root_hash IS 'SHA-256 over the hashes of the rows, in order of keys';
COMMENT ON COLUMN assure.audit_seal.sealed_at IS 'when';
COMMENT ON COLUMN assure.audit_seal.seal_hash IS 'SHA-256 over the canonical bytes of the seal; docs/security.md shows how to compute it';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();

CREATE TABLE assure.audit_drop (
    from_id bigint PRIMARY KEY,
    to_id bigint NOT NULL CHECK (to_id >= from_id),
    dropped_at timestamptz NOT NULL DEFAULT now(),
    dropped_by text NOT NULL,
    audit_id bigint NOT NULL
);
COMMENT ON TABLE assure.audit_drop IS 'Spans of the audit log that assure.drop_audit() took away, append-only; their seals stay.';
COMMENT ON COLUMN assure.audit_drop.from_id IS 'first key of the span';
COMMENT ON COLUMN assure.audit_drop.to_id IS 'last key of it';
COMMENT ON COLUMN assure.audit_drop.dropped_at IS 'when';
COMMENT ON COLUMN assure.audit_drop.dropped_by IS 'session user';
COMMENT ON COLUMN assure.audit_drop.audit_id IS 'the audit row that says the same';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.audit_drop
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();

CREATE TABLE assure.erasure (
    account_id bigint NOT NULL,
    member_id bigint NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    erased_at timestamptz NOT NULL DEFAULT now(),
    erased_by text NOT NULL,
    actor_worker_id bigint,
    audit_id bigint NOT NULL,
    PRIMARY KEY (account_id, member_id),
    FOREIGN KEY (account_id, member_id) REFERENCES assure.member
);
COMMENT ON TABLE assure.erasure IS 'Insured people whose personal data were erased; their claims and the books stayed.';
COMMENT ON COLUMN assure.erasure.account_id IS 'the certificate';
COMMENT ON COLUMN assure.erasure.member_id IS 'the person';
COMMENT ON COLUMN assure.erasure.reason IS 'why, as the caller said: not to hold personal values';
COMMENT ON COLUMN assure.erasure.erased_at IS 'when';
COMMENT ON COLUMN assure.erasure.erased_by IS 'session user';
COMMENT ON COLUMN assure.erasure.actor_worker_id IS 'the worker behind that session; NULL: an application';
COMMENT ON COLUMN assure.erasure.audit_id IS 'the audit row';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.erasure
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
ALTER TABLE assure.erasure ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.erasure FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.account a WHERE a.account_id = erasure.account_id));
