-- Seals over the audit log.

CREATE FUNCTION assure.seal_audit() RETURNS bigint
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'assure_seal_audit';
REVOKE ALL ON FUNCTION assure.seal_audit() FROM PUBLIC;
COMMENT ON FUNCTION assure.seal_audit() IS 'Seals the rows of the audit log that no seal has, and writes the anchor of the last seal to the server log; returns how many rows there were.';

CREATE FUNCTION assure.export_seals(from_seal bigint DEFAULT 1)
    RETURNS TABLE (seal_no bigint, sealed_at timestamptz, row_count int, logged_from timestamptz, logged_to timestamptz, anchor text)
    LANGUAGE c STABLE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'assure_export_seals';
REVOKE ALL ON FUNCTION assure.export_seals(bigint) FROM PUBLIC;
COMMENT ON FUNCTION assure.export_seals(bigint) IS 'Seals from a number on, each with its anchor: the text to keep outside of the database and to verify with.';

CREATE FUNCTION assure.drop_audit(before timestamptz, anchor text) RETURNS int
    LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'assure_drop_audit';
REVOKE ALL ON FUNCTION assure.drop_audit(timestamptz, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.drop_audit(timestamptz, text) IS 'Drops the partitions of the audit log whose rows were all written before a moment and are in seals up to that of the anchor; returns how many there were. Seals stay, and verification says what was dropped.';

CREATE FUNCTION assure.audit_verify(from_moment timestamptz, to_moment timestamptz, anchor text)
    RETURNS TABLE (audit_id bigint, subject text, finding text)
    LANGUAGE c STABLE PARALLEL UNSAFE COST 100000 AS 'MODULE_PATHNAME', 'assure_audit_verify_anchor';
REVOKE ALL ON FUNCTION assure.audit_verify(timestamptz, timestamptz, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.audit_verify(timestamptz, timestamptz, text) IS 'The same, and whether the seal of the anchor is that of the database: an anchor from outside shows also what an owner of the data rebuilt.';
COMMENT ON FUNCTION assure.audit_verify(timestamptz, timestamptz) IS 'Computes the hashes of seals, audit rows, decisions, ledger entries and payments again, of a span of time; a row for each that is not as it was written. No row: all are.';
