-- What views for BI ask of every row that they show.

CREATE FUNCTION assure.main_reason(reasons jsonb) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'assure_main_reason';
COMMENT ON FUNCTION assure.main_reason(jsonb) IS 'The code of the reason of a decision that weighs most: a finding about the whole claim, else the one with the largest amount. NULL: none.';
