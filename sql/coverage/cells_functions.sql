CREATE FUNCTION assure.coverage_detail(period daterange, by text DEFAULT 'province', place text DEFAULT 'customer',
        services text[] DEFAULT NULL, insurers text[] DEFAULT NULL, basis text DEFAULT 'any_day', location text[] DEFAULT NULL)
    RETURNS TABLE (region assure.region, code text, name text, insured bigint, served bigint, rate numeric, outside bigint)
    LANGUAGE c STABLE PARALLEL UNSAFE ROWS 34 COST 100000 AS 'MODULE_PATHNAME', 'assure_coverage_detail';
REVOKE ALL ON FUNCTION assure.coverage_detail(daterange, text, text, text[], text[], text, text[]) FROM PUBLIC;
COMMENT ON FUNCTION assure.coverage_detail(daterange, text, text, text[], text[], text, text[]) IS 'As assure.coverage(), with who was served without being insured there, and by another list of bases of the location.';

CREATE FUNCTION assure.refresh_coverage() RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000000 AS 'MODULE_PATHNAME', 'assure_refresh_coverage';
REVOKE ALL ON FUNCTION assure.refresh_coverage() FROM PUBLIC;
COMMENT ON FUNCTION assure.refresh_coverage() IS 'Brings the sets of people up that coverage is counted from, and returns how many events that took. Figures are the same before and after.';

CREATE PROCEDURE assure.merge_coverage(chunk_events int DEFAULT 2000000, INOUT events bigint DEFAULT NULL)
    LANGUAGE c AS 'MODULE_PATHNAME', 'assure_merge_coverage';
REVOKE ALL ON PROCEDURE assure.merge_coverage(int, bigint) FROM PUBLIC;
COMMENT ON PROCEDURE assure.merge_coverage(int, bigint) IS 'As assure.refresh_coverage(), a transaction for each so many events.';

CREATE FUNCTION assure.put_location(location jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_put_location';
REVOKE ALL ON FUNCTION assure.put_location(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.put_location(jsonb, text) IS 'States where a customer lives from a day on, or the place of a group contract: {policy, member_ref, basis, region, valid_from, valid_to, source}. Returns its key.';

CREATE FUNCTION assure.freeze_coverage(report jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE COST 100000 AS 'MODULE_PATHNAME', 'assure_freeze_coverage';
REVOKE ALL ON FUNCTION assure.freeze_coverage(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.freeze_coverage(jsonb, text) IS 'Counts coverage and keeps the figures as they are, for ever: {name, period, by, place, services, insurers, basis, location, universe, note}. Returns the key of the report.';

CREATE FUNCTION assure.coverage_place(assure.region) RETURNS assure.region
    LANGUAGE c STABLE STRICT PARALLEL RESTRICTED COST 1 AS 'MODULE_PATHNAME', 'assure_coverage_place';
REVOKE ALL ON FUNCTION assure.coverage_place(assure.region) FROM PUBLIC;
COMMENT ON FUNCTION assure.coverage_place(assure.region) IS 'What a set of people is kept for: the prefecture, but of a code in assure_internal.kept_region that code.';

CREATE FUNCTION assure.coverage_noted() RETURNS trigger
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'assure_coverage_noted';
REVOKE ALL ON FUNCTION assure.coverage_noted() FROM PUBLIC;
COMMENT ON FUNCTION assure.coverage_noted() IS 'Trigger: whoever is insured under a policy or a branch that was changed is counted anew.';

CREATE FUNCTION assure.check_coverage() RETURNS TABLE (what text, starts_on date, place text, missing bigint, extra bigint)
    LANGUAGE c STABLE PARALLEL UNSAFE ROWS 10 COST 10000000 AS 'MODULE_PATHNAME', 'assure_check_coverage';
REVOKE ALL ON FUNCTION assure.check_coverage() FROM PUBLIC;
COMMENT ON FUNCTION assure.check_coverage() IS 'Compares all sets of people with events and enrollments, and lists those that are wrong: how many people are missing, and how many are there and should not be.';
