-- benefit: the type assure.terms, what a plan promises.
--
-- Its bytes are those of jsonb, so it casts to jsonb for nothing and compares
-- as jsonb does; its input refuses what does not compile, and reads no table.

CREATE TYPE assure.terms;

CREATE FUNCTION assure.terms_in(cstring) RETURNS assure.terms
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_terms_in';
COMMENT ON FUNCTION assure.terms_in(cstring) IS 'Reads terms from text, and refuses what does not compile.';

CREATE FUNCTION assure.terms_out(assure.terms) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_terms_out';
COMMENT ON FUNCTION assure.terms_out(assure.terms) IS 'Writes terms as canonical JSON.';

CREATE FUNCTION assure.terms_recv(internal) RETURNS assure.terms
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_terms_recv';
COMMENT ON FUNCTION assure.terms_recv(internal) IS 'Reads terms from a binary message, checked as hard as text.';

CREATE FUNCTION assure.terms_send(assure.terms) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_terms_send';
COMMENT ON FUNCTION assure.terms_send(assure.terms) IS 'Writes terms as a binary message: a version byte and the JSON.';

CREATE TYPE assure.terms (
    INPUT = assure.terms_in,
    OUTPUT = assure.terms_out,
    RECEIVE = assure.terms_recv,
    SEND = assure.terms_send,
    LIKE = pg_catalog.jsonb,
    STORAGE = extended,
    CATEGORY = 'U'
);
COMMENT ON TYPE assure.terms IS 'What a plan promises: benefits, filters and steps, as JSON that has been checked.';

CREATE FUNCTION assure.terms(jsonb) RETURNS assure.terms
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'assure_terms_from_jsonb';
COMMENT ON FUNCTION assure.terms(jsonb) IS 'Takes a jsonb as terms, and refuses what does not compile.';

CREATE CAST (assure.terms AS jsonb) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (jsonb AS assure.terms) WITH FUNCTION assure.terms(jsonb);
