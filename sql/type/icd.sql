-- type: assure.icd, a code of ICD-10 with national extensions in eight bytes.
--
-- A code is a number in the order of the book, so that what is under a code is
-- one interval. Text goes through input and output, as for any type. The
-- comparisons have the built-in estimators, for the planner pairs those of a
-- range, such as the two that stand for <@ on an index.

CREATE TYPE assure.icd;

CREATE FUNCTION assure.icd_in(cstring) RETURNS assure.icd
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_in';
COMMENT ON FUNCTION assure.icd_in(cstring) IS 'Reads a code, in capitals or not, with the point or without.';

CREATE FUNCTION assure.icd_out(assure.icd) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_out';
COMMENT ON FUNCTION assure.icd_out(assure.icd) IS 'Writes a code in capitals.';

CREATE FUNCTION assure.icd_recv(internal) RETURNS assure.icd
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_recv';
COMMENT ON FUNCTION assure.icd_recv(internal) IS 'Reads a code from a binary message, which is its text.';

CREATE FUNCTION assure.icd_send(assure.icd) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_send';
COMMENT ON FUNCTION assure.icd_send(assure.icd) IS 'Writes a code as a binary message: its text.';

CREATE TYPE assure.icd (
    INPUT = assure.icd_in,
    OUTPUT = assure.icd_out,
    RECEIVE = assure.icd_recv,
    SEND = assure.icd_send,
    LIKE = pg_catalog.int8,
    CATEGORY = 'U'
);
COMMENT ON TYPE assure.icd IS 'A code of ICD-10, national clinical and health-insurance extensions included.';

-- Comparison: in the order of the book.

CREATE FUNCTION assure.icd_eq(assure.icd, assure.icd) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_eq';
COMMENT ON FUNCTION assure.icd_eq(assure.icd, assure.icd) IS 'Implementation of the operator =.';

CREATE FUNCTION assure.icd_ne(assure.icd, assure.icd) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_ne';
COMMENT ON FUNCTION assure.icd_ne(assure.icd, assure.icd) IS 'Implementation of the operator <>.';

CREATE FUNCTION assure.icd_lt(assure.icd, assure.icd) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_lt';
COMMENT ON FUNCTION assure.icd_lt(assure.icd, assure.icd) IS 'Implementation of the operator <.';

CREATE FUNCTION assure.icd_le(assure.icd, assure.icd) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_le';
COMMENT ON FUNCTION assure.icd_le(assure.icd, assure.icd) IS 'Implementation of the operator <=.';

CREATE FUNCTION assure.icd_gt(assure.icd, assure.icd) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_gt';
COMMENT ON FUNCTION assure.icd_gt(assure.icd, assure.icd) IS 'Implementation of the operator >.';

CREATE FUNCTION assure.icd_ge(assure.icd, assure.icd) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_ge';
COMMENT ON FUNCTION assure.icd_ge(assure.icd, assure.icd) IS 'Implementation of the operator >=.';

CREATE OPERATOR assure.= (
    LEFTARG = assure.icd, RIGHTARG = assure.icd, FUNCTION = assure.icd_eq,
    COMMUTATOR = OPERATOR(assure.=), NEGATOR = OPERATOR(assure.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR assure.= (assure.icd, assure.icd) IS 'equal to';

CREATE OPERATOR assure.<> (
    LEFTARG = assure.icd, RIGHTARG = assure.icd, FUNCTION = assure.icd_ne,
    COMMUTATOR = OPERATOR(assure.<>), NEGATOR = OPERATOR(assure.=), RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR assure.<> (assure.icd, assure.icd) IS 'not equal to';

CREATE OPERATOR assure.< (
    LEFTARG = assure.icd, RIGHTARG = assure.icd, FUNCTION = assure.icd_lt,
    COMMUTATOR = OPERATOR(assure.>), NEGATOR = OPERATOR(assure.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR assure.< (assure.icd, assure.icd) IS 'less than';

CREATE OPERATOR assure.<= (
    LEFTARG = assure.icd, RIGHTARG = assure.icd, FUNCTION = assure.icd_le,
    COMMUTATOR = OPERATOR(assure.>=), NEGATOR = OPERATOR(assure.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR assure.<= (assure.icd, assure.icd) IS 'less than or equal to';

CREATE OPERATOR assure.> (
    LEFTARG = assure.icd, RIGHTARG = assure.icd, FUNCTION = assure.icd_gt,
    COMMUTATOR = OPERATOR(assure.<), NEGATOR = OPERATOR(assure.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR assure.> (assure.icd, assure.icd) IS 'greater than';

CREATE OPERATOR assure.>= (
    LEFTARG = assure.icd, RIGHTARG = assure.icd, FUNCTION = assure.icd_ge,
    COMMUTATOR = OPERATOR(assure.<=), NEGATOR = OPERATOR(assure.<), RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR assure.>= (assure.icd, assure.icd) IS 'greater than or equal to';

CREATE FUNCTION assure.icd_cmp(assure.icd, assure.icd) RETURNS int
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_cmp';
COMMENT ON FUNCTION assure.icd_cmp(assure.icd, assure.icd) IS 'Which of two codes comes first: -1, 0 or 1.';

CREATE FUNCTION assure.icd_sortsupport(internal) RETURNS void
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_sortsupport';
COMMENT ON FUNCTION assure.icd_sortsupport(internal) IS 'Sorting without a call for each comparison.';

CREATE FUNCTION assure.icd_hash(assure.icd) RETURNS int
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_hash';
COMMENT ON FUNCTION assure.icd_hash(assure.icd) IS 'Hash of a code.';

CREATE FUNCTION assure.icd_hash_extended(assure.icd, bigint) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_hash_extended';
COMMENT ON FUNCTION assure.icd_hash_extended(assure.icd, bigint) IS 'Hash of a code with a seed.';

CREATE OPERATOR CLASS assure.icd_ops DEFAULT FOR TYPE assure.icd USING btree AS
    OPERATOR 1 assure.<, OPERATOR 2 assure.<=, OPERATOR 3 assure.=, OPERATOR 4 assure.>=, OPERATOR 5 assure.>,
    FUNCTION 1 assure.icd_cmp(assure.icd, assure.icd),
    FUNCTION 2 assure.icd_sortsupport(internal),
    FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS assure.icd_ops USING btree IS 'codes: in the order of the book';
CREATE OPERATOR CLASS assure.icd_hash_ops DEFAULT FOR TYPE assure.icd USING hash AS
    OPERATOR 1 assure.=,
    FUNCTION 1 assure.icd_hash(assure.icd),
    FUNCTION 2 assure.icd_hash_extended(assure.icd, bigint);
COMMENT ON OPERATOR CLASS assure.icd_hash_ops USING hash IS 'codes by hash';

CREATE FUNCTION assure.icd_larger(assure.icd, assure.icd) RETURNS assure.icd
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_larger';
COMMENT ON FUNCTION assure.icd_larger(assure.icd, assure.icd) IS 'The larger of two codes.';

CREATE AGGREGATE assure.max(assure.icd) (
    SFUNC = assure.icd_larger, STYPE = assure.icd, COMBINEFUNC = assure.icd_larger, SORTOP = OPERATOR(assure.>), PARALLEL = SAFE
);
COMMENT ON AGGREGATE assure.max(assure.icd) IS 'The greatest of codes.';

CREATE FUNCTION assure.icd_smaller(assure.icd, assure.icd) RETURNS assure.icd
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_smaller';
COMMENT ON FUNCTION assure.icd_smaller(assure.icd, assure.icd) IS 'The smaller of two codes.';

CREATE AGGREGATE assure.min(assure.icd) (
    SFUNC = assure.icd_smaller, STYPE = assure.icd, COMBINEFUNC = assure.icd_smaller, SORTOP = OPERATOR(assure.<), PARALLEL = SAFE
);
COMMENT ON AGGREGATE assure.min(assure.icd) IS 'The least of codes.';

-- What the code says.

CREATE FUNCTION assure.chapter(assure.icd) RETURNS int
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_chapter';
COMMENT ON FUNCTION assure.chapter(assure.icd) IS 'The number of the chapter, 1 to 22.';

CREATE FUNCTION assure.icd_category(assure.icd) RETURNS assure.icd
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_category';
COMMENT ON FUNCTION assure.icd_category(assure.icd) IS 'The category that the code is under: its first three characters.';
