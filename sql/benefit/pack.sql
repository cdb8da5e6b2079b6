-- benefit: packed claims.

CREATE FUNCTION assure.pack_claim(claim jsonb) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 500 AS 'MODULE_PATHNAME', 'assure_pack_claim';
COMMENT ON FUNCTION assure.pack_claim(jsonb) IS
    'Packs a claim document into the bytes that a decision keeps as its input.';

CREATE FUNCTION assure.unpack_claim(packed bytea) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'assure_unpack_claim';
COMMENT ON FUNCTION assure.unpack_claim(bytea) IS
    'Writes a packed claim, such as the input of a decision, as a claim document.';

CREATE FUNCTION assure.evaluate_packed(terms assure.terms, packed bytea, used jsonb DEFAULT '{}') RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200 AS 'MODULE_PATHNAME', 'assure_evaluate_packed';
COMMENT ON FUNCTION assure.evaluate_packed(assure.terms, bytea, jsonb) IS
    'Calculates a packed claim under terms, as evaluate() does a document: the replay of a decision from its input.';
