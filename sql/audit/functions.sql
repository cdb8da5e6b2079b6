CREATE FUNCTION assure.audit_verify(from_moment timestamptz DEFAULT NULL, to_moment timestamptz DEFAULT NULL)
    RETURNS TABLE (audit_id bigint, subject text, finding text)
    LANGUAGE c STABLE PARALLEL UNSAFE COST 100000 AS 'MODULE_PATHNAME', 'assure_audit_verify';
REVOKE ALL ON FUNCTION assure.audit_verify(timestamptz, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION assure.audit_verify(timestamptz, timestamptz) IS 'Computes the hashes of decisions and ledger entries again, of the chunks written in a span of time; a row for each that is not as it was written. No row: all are.';
