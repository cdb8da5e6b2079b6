-- benefit: the calculation.

CREATE FUNCTION assure.evaluate(terms assure.terms, claim jsonb, used jsonb DEFAULT '{}') RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'assure_evaluate';
COMMENT ON FUNCTION assure.evaluate(assure.terms, jsonb, jsonb) IS
    'Calculates a claim under terms: who bears each fen, and why. A function of its arguments only.';

CREATE FUNCTION assure.check_claim(claim jsonb) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 500 AS 'MODULE_PATHNAME', 'assure_check_claim';
COMMENT ON FUNCTION assure.check_claim(jsonb) IS
    'Checks a claim document, and gives it back with its defaults filled in.';
