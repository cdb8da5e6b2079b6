CREATE FUNCTION assure.enroll_rows(rows jsonb, dry_run boolean DEFAULT false, request_id text DEFAULT NULL)
    RETURNS TABLE (row_no int, action text, member_ref text, member_id bigint, accepted boolean, error_code text, reason text,
        rerun_from date, claims_to_rerun int)
    LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1000 AS 'MODULE_PATHNAME', 'assure_enroll_rows';
REVOKE ALL ON FUNCTION assure.enroll_rows(jsonb, boolean, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.enroll_rows(jsonb, boolean, text) IS 'Joins, leaves and changes of members by rows, at most 100,000, in one transaction: each accepted, or refused with its reason. With dry_run nothing is written.';

CREATE FUNCTION assure.stage_enrollment(batch text, rows jsonb, request_id text DEFAULT NULL) RETURNS int
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_stage_enrollment';
REVOKE ALL ON FUNCTION assure.stage_enrollment(text, jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.stage_enrollment(text, jsonb, text) IS 'Puts rows of a file, each with its row_no, into assure.enrollment_row; accepted ones that come again are passed over, others replaced. Returns how many wait.';

CREATE PROCEDURE assure.apply_enrollment(batch text, INOUT accepted bigint DEFAULT NULL, INOUT refused bigint DEFAULT NULL)
    LANGUAGE c AS 'MODULE_PATHNAME', 'assure_apply_enrollment';
REVOKE ALL ON PROCEDURE assure.apply_enrollment(text, bigint, bigint) FROM PUBLIC;
COMMENT ON PROCEDURE assure.apply_enrollment(text, bigint, bigint) IS 'Applies the rows of a batch that wait, 5000 a transaction; assure.enrollment_row says what became of each.';

CREATE FUNCTION assure.discard_enrollment(batch text, request_id text DEFAULT NULL) RETURNS int
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_discard_enrollment';
REVOKE ALL ON FUNCTION assure.discard_enrollment(text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.discard_enrollment(text, text) IS 'Drops the rows of a batch that were not accepted, and the personal data in them; returns how many.';

CREATE FUNCTION assure.end_enrollment(policy text, member_ref text, ended_on date, with_dependants boolean DEFAULT false, request_id text DEFAULT NULL)
    RETURNS TABLE (member_id bigint, rerun_from date, claims_to_rerun int, hint text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1 AS 'MODULE_PATHNAME', 'assure_end_enrollment';
REVOKE ALL ON FUNCTION assure.end_enrollment(text, text, date, boolean, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.end_enrollment(text, text, date, boolean, text) IS 'Ends a member''s cover with its last day, and on request the dependants''; tells how many claims were decided for days after it.';

CREATE FUNCTION assure.change_enrollment(change jsonb, request_id text DEFAULT NULL)
    RETURNS TABLE (member_id bigint, rerun_from date, claims_to_rerun int, hint text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1 AS 'MODULE_PATHNAME', 'assure_change_enrollment';
REVOKE ALL ON FUNCTION assure.change_enrollment(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.change_enrollment(jsonb, text) IS 'Changes plan or relationship from a day on, or corrects a member''s particulars or days; tells how many claims were decided under what changed.';
