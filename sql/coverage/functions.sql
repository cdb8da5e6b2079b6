CREATE FUNCTION assure.order_service("order" jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_order_service';
REVOKE ALL ON FUNCTION assure.order_service(jsonb, text) FROM PUBLIC;

CREATE FUNCTION assure.finish_service(ref text, finished_at timestamptz, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_finish_service';
REVOKE ALL ON FUNCTION assure.finish_service(text, timestamptz, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.finish_service(text, timestamptz, text) IS 'Records that an ordered service was done; it counts for the customer''s province at once.';

CREATE FUNCTION assure.cancel_service(ref text, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_cancel_service';
REVOKE ALL ON FUNCTION assure.cancel_service(text, text) FROM PUBLIC;

CREATE FUNCTION assure.coverage(period daterange, by text DEFAULT 'province', place text DEFAULT 'customer',
        services text[] DEFAULT NULL, insurers text[] DEFAULT NULL, basis text DEFAULT 'any_day')
    RETURNS TABLE (region text, name text, insured bigint, served bigint, rate numeric)
    LANGUAGE c STABLE PARALLEL UNSAFE ROWS 34 COST 100000 AS 'MODULE_PATHNAME', 'assure_coverage';
REVOKE ALL ON FUNCTION assure.coverage(daterange, text, text, text[], text[], text) FROM PUBLIC;
COMMENT ON FUNCTION assure.coverage(daterange, text, text, text[], text[], text) IS 'Distinct customers insured and served in a span of whole months, by province of the customer or of the branch; every province has its row.';
