-- benefit: how a calculation came about.

CREATE FUNCTION assure.trace(terms assure.terms, claim jsonb, used jsonb DEFAULT '{}') RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2000 AS 'MODULE_PATHNAME', 'assure_trace';
COMMENT ON FUNCTION assure.trace(assure.terms, jsonb, jsonb) IS
    'Calculates a claim as evaluate() does and lists every step: amount in, amount out, what was booked where, counters before and after.';
