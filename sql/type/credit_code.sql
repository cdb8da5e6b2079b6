-- type: assure.credit_code, a unified social credit code by GB 32100.

CREATE TYPE assure.credit_code;

CREATE FUNCTION assure.credit_code_in(cstring) RETURNS assure.credit_code
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_credit_code_in';
COMMENT ON FUNCTION assure.credit_code_in(cstring) IS 'Reads 18 characters with their check character.';

CREATE FUNCTION assure.credit_code_out(assure.credit_code) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_credit_code_out';
COMMENT ON FUNCTION assure.credit_code_out(assure.credit_code) IS 'Writes 18 characters.';

CREATE FUNCTION assure.credit_code_recv(internal) RETURNS assure.credit_code
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_credit_code_recv';
COMMENT ON FUNCTION assure.credit_code_recv(internal) IS 'Reads 18 characters from a binary message, checked as hard as text.';

CREATE FUNCTION assure.credit_code_send(assure.credit_code) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_credit_code_send';
COMMENT ON FUNCTION assure.credit_code_send(assure.credit_code) IS 'Writes 18 characters as a binary message.';

CREATE TYPE assure.credit_code (
    INPUT = assure.credit_code_in,
    OUTPUT = assure.credit_code_out,
    RECEIVE = assure.credit_code_recv,
    SEND = assure.credit_code_send,
    INTERNALLENGTH = 18,
    ALIGNMENT = char,
    STORAGE = plain,
    CATEGORY = 'U'
);
COMMENT ON TYPE assure.credit_code IS 'A unified social credit code by GB 32100: department, kind, region, organisation, check character.';

-- Comparison: by their characters.

CREATE FUNCTION assure.credit_code_eq(assure.credit_code, assure.credit_code) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_credit_code_eq';
COMMENT ON FUNCTION assure.credit_code_eq(assure.credit_code, assure.credit_code) IS 'Implementation of the operator =.';

CREATE FUNCTION assure.credit_code_ne(assure.credit_code, assure.credit_code) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_credit_code_ne';
COMMENT ON FUNCTION assure.credit_code_ne(assure.credit_code, assure.credit_code) IS 'Implementation of the operator <>.';

CREATE FUNCTION assure.credit_code_lt(assure.credit_code, assure.credit_code) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_credit_code_lt';
COMMENT ON FUNCTION assure.credit_code_lt(assure.credit_code, assure.credit_code) IS 'Implementation of the operator <.';

CREATE FUNCTION assure.credit_code_le(assure.credit_code, assure.credit_code) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_credit_code_le';
COMMENT ON FUNCTION assure.credit_code_le(assure.credit_code, assure.credit_code) IS 'Implementation of the operator <=.';

CREATE FUNCTION assure.credit_code_gt(assure.credit_code, assure.credit_code) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_credit_code_gt';
COMMENT ON FUNCTION assure.credit_code_gt(assure.credit_code, assure.credit_code) IS 'Implementation of the operator >.';

CREATE FUNCTION assure.credit_code_ge(assure.credit_code, assure.credit_code) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_credit_code_ge';
COMMENT ON FUNCTION assure.credit_code_ge(assure.credit_code, assure.credit_code) IS 'Implementation of the operator >=.';

CREATE OPERATOR assure.= (
    LEFTARG = assure.credit_code, RIGHTARG = assure.credit_code, FUNCTION = assure.credit_code_eq,
    COMMUTATOR = OPERATOR(assure.=), NEGATOR = OPERATOR(assure.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR assure.= (assure.credit_code, assure.credit_code) IS 'equal to';

CREATE OPERATOR assure.<> (
    LEFTARG = assure.credit_code, RIGHTARG = assure.credit_code, FUNCTION = assure.credit_code_ne,
    COMMUTATOR = OPERATOR(assure.<>), NEGATOR = OPERATOR(assure.=), RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR assure.<> (assure.credit_code, assure.credit_code) IS 'not equal to';

CREATE OPERATOR assure.< (
    LEFTARG = assure.credit_code, RIGHTARG = assure.credit_code, FUNCTION = assure.credit_code_lt,
    COMMUTATOR = OPERATOR(assure.>), NEGATOR = OPERATOR(assure.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR assure.< (assure.credit_code, assure.credit_code) IS 'less than';

CREATE OPERATOR assure.<= (
    LEFTARG = assure.credit_code, RIGHTARG = assure.credit_code, FUNCTION = assure.credit_code_le,
    COMMUTATOR = OPERATOR(assure.>=), NEGATOR = OPERATOR(assure.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR assure.<= (assure.credit_code, assure.credit_code) IS 'less than or equal to';

CREATE OPERATOR assure.> (
    LEFTARG = assure.credit_code, RIGHTARG = assure.credit_code, FUNCTION = assure.credit_code_gt,
    COMMUTATOR = OPERATOR(assure.<), NEGATOR = OPERATOR(assure.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR assure.> (assure.credit_code, assure.credit_code) IS 'greater than';

CREATE OPERATOR assure.>= (
    LEFTARG = assure.credit_code, RIGHTARG = assure.credit_code, FUNCTION = assure.credit_code_ge,
    COMMUTATOR = OPERATOR(assure.<=), NEGATOR = OPERATOR(assure.<), RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR assure.>= (assure.credit_code, assure.credit_code) IS 'greater than or equal to';

CREATE FUNCTION assure.credit_code_cmp(assure.credit_code, assure.credit_code) RETURNS int
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_credit_code_cmp';
COMMENT ON FUNCTION assure.credit_code_cmp(assure.credit_code, assure.credit_code) IS 'Which of two codes comes first: -1, 0 or 1.';

CREATE FUNCTION assure.credit_code_sortsupport(internal) RETURNS void
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_credit_code_sortsupport';
COMMENT ON FUNCTION assure.credit_code_sortsupport(internal) IS 'Sorting by numbers made of the first 14 characters.';

CREATE FUNCTION assure.credit_code_hash(assure.credit_code) RETURNS int
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_credit_code_hash';
COMMENT ON FUNCTION assure.credit_code_hash(assure.credit_code) IS 'Hash of a code.';

CREATE FUNCTION assure.credit_code_hash_extended(assure.credit_code, bigint) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_credit_code_hash_extended';
COMMENT ON FUNCTION assure.credit_code_hash_extended(assure.credit_code, bigint) IS 'Hash of a code with a seed.';

CREATE OPERATOR CLASS assure.credit_code_ops DEFAULT FOR TYPE assure.credit_code USING btree AS
    OPERATOR 1 assure.<, OPERATOR 2 assure.<=, OPERATOR 3 assure.=, OPERATOR 4 assure.>=, OPERATOR 5 assure.>,
    FUNCTION 1 assure.credit_code_cmp(assure.credit_code, assure.credit_code),
    FUNCTION 2 assure.credit_code_sortsupport(internal),
    FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS assure.credit_code_ops USING btree IS 'codes: by their characters';
CREATE OPERATOR CLASS assure.credit_code_hash_ops DEFAULT FOR TYPE assure.credit_code USING hash AS
    OPERATOR 1 assure.=,
    FUNCTION 1 assure.credit_code_hash(assure.credit_code),
    FUNCTION 2 assure.credit_code_hash_extended(assure.credit_code, bigint);
COMMENT ON OPERATOR CLASS assure.credit_code_hash_ops USING hash IS 'codes by hash';

-- What the code says.

CREATE FUNCTION assure.region(assure.credit_code) RETURNS assure.region
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_credit_code_region';
COMMENT ON FUNCTION assure.region(assure.credit_code) IS 'The region of registration; null where it is the whole country or none.';
