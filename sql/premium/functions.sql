CREATE FUNCTION assure.spread_by_month(total_fen bigint, from_date date, to_date date) RETURNS TABLE (month date, amount_fen bigint)
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 12 AS 'MODULE_PATHNAME', 'assure_spread_by_month';
COMMENT ON FUNCTION assure.spread_by_month(bigint, date, date) IS 'Spreads an amount over the months of a period by their days, in whole fen that add up: what is left of rounding down goes to the largest remainders, of equal ones to the earlier month.';

CREATE FUNCTION assure.record_premium(premium jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_record_premium';
REVOKE ALL ON FUNCTION assure.record_premium(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.record_premium(jsonb, text) IS 'Records premium of a policy: {policy, plan, kind, from, to, amount, on, note}. Returns the entry''s key.';

CREATE FUNCTION assure.record_premiums(premiums jsonb, request_id text DEFAULT NULL)
    RETURNS TABLE (row_no int, entry_id bigint, accepted boolean, error_code text, reason text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1000 AS 'MODULE_PATHNAME', 'assure_record_premiums';
REVOKE ALL ON FUNCTION assure.record_premiums(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.record_premiums(jsonb, text) IS 'Records premium by rows, at most 100,000: each accepted, or refused with its reason.';

CREATE FUNCTION assure.correct_premium(policy text, entry_id bigint, note text, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_correct_premium';
REVOKE ALL ON FUNCTION assure.correct_premium(text, bigint, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.correct_premium(text, bigint, text, text) IS 'Undoes an entry of premium by one of the opposite amount; what is right is recorded anew. Returns the key of the counter-entry.';
