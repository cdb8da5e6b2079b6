-- type: assure.resident_id, a citizen's number by GB 11643 in eight bytes.
--
-- Text goes through input and output, as for any type; there is no cast to a
-- number, for nobody computes with it.

CREATE TYPE assure.resident_id;

CREATE FUNCTION assure.resident_id_in(cstring) RETURNS assure.resident_id
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_resident_id_in';
COMMENT ON FUNCTION assure.resident_id_in(cstring) IS 'Reads 18 characters with their check character, or 15 of the old form.';

CREATE FUNCTION assure.resident_id_out(assure.resident_id) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_resident_id_out';
COMMENT ON FUNCTION assure.resident_id_out(assure.resident_id) IS 'Writes 18 characters.';

CREATE FUNCTION assure.resident_id_recv(internal) RETURNS assure.resident_id
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_resident_id_recv';
COMMENT ON FUNCTION assure.resident_id_recv(internal) IS 'Reads the first 17 digits from a binary message: a number in eight bytes.';

CREATE FUNCTION assure.resident_id_send(assure.resident_id) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_resident_id_send';
COMMENT ON FUNCTION assure.resident_id_send(assure.resident_id) IS 'Writes the first 17 digits as a binary message: a number in eight bytes.';

CREATE TYPE assure.resident_id (
    INPUT = assure.resident_id_in,
    OUTPUT = assure.resident_id_out,
    RECEIVE = assure.resident_id_recv,
    SEND = assure.resident_id_send,
    LIKE = pg_catalog.int8,
    CATEGORY = 'U'
);
COMMENT ON TYPE assure.resident_id IS 'A citizen''s identity number by GB 11643: region, date of birth, sex, check character, in eight bytes.';

-- Comparison: by region, date of birth and sequence number, as their texts.

CREATE FUNCTION assure.resident_id_eq(assure.resident_id, assure.resident_id) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_resident_id_eq';
COMMENT ON FUNCTION assure.resident_id_eq(assure.resident_id, assure.resident_id) IS 'Implementation of the operator =.';

CREATE FUNCTION assure.resident_id_ne(assure.resident_id, assure.resident_id) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_resident_id_ne';
COMMENT ON FUNCTION assure.resident_id_ne(assure.resident_id, assure.resident_id) IS 'Implementation of the operator <>.';

CREATE FUNCTION assure.resident_id_lt(assure.resident_id, assure.resident_id) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_resident_id_lt';
COMMENT ON FUNCTION assure.resident_id_lt(assure.resident_id, assure.resident_id) IS 'Implementation of the operator <.';

CREATE FUNCTION assure.resident_id_le(assure.resident_id, assure.resident_id) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_resident_id_le';
COMMENT ON FUNCTION assure.resident_id_le(assure.resident_id, assure.resident_id) IS 'Implementation of the operator <=.';

CREATE FUNCTION assure.resident_id_gt(assure.resident_id, assure.resident_id) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_resident_id_gt';
COMMENT ON FUNCTION assure.resident_id_gt(assure.resident_id, assure.resident_id) IS 'Implementation of the operator >.';

CREATE FUNCTION assure.resident_id_ge(assure.resident_id, assure.resident_id) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_resident_id_ge';
COMMENT ON FUNCTION assure.resident_id_ge(assure.resident_id, assure.resident_id) IS 'Implementation of the operator >=.';

CREATE OPERATOR assure.= (
    LEFTARG = assure.resident_id, RIGHTARG = assure.resident_id, FUNCTION = assure.resident_id_eq,
    COMMUTATOR = OPERATOR(assure.=), NEGATOR = OPERATOR(assure.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR assure.= (assure.resident_id, assure.resident_id) IS 'equal to';

CREATE OPERATOR assure.<> (
    LEFTARG = assure.resident_id, RIGHTARG = assure.resident_id, FUNCTION = assure.resident_id_ne,
    COMMUTATOR = OPERATOR(assure.<>), NEGATOR = OPERATOR(assure.=), RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR assure.<> (assure.resident_id, assure.resident_id) IS 'not equal to';

CREATE OPERATOR assure.< (
    LEFTARG = assure.resident_id, RIGHTARG = assure.resident_id, FUNCTION = assure.resident_id_lt,
    COMMUTATOR = OPERATOR(assure.>), NEGATOR = OPERATOR(assure.>=), RESTRICT = assure.ordinal_ltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR assure.< (assure.resident_id, assure.resident_id) IS 'less than';

CREATE OPERATOR assure.<= (
    LEFTARG = assure.resident_id, RIGHTARG = assure.resident_id, FUNCTION = assure.resident_id_le,
    COMMUTATOR = OPERATOR(assure.>=), NEGATOR = OPERATOR(assure.>), RESTRICT = assure.ordinal_lesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR assure.<= (assure.resident_id, assure.resident_id) IS 'less than or equal to';

CREATE OPERATOR assure.> (
    LEFTARG = assure.resident_id, RIGHTARG = assure.resident_id, FUNCTION = assure.resident_id_gt,
    COMMUTATOR = OPERATOR(assure.<), NEGATOR = OPERATOR(assure.<=), RESTRICT = assure.ordinal_gtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR assure.> (assure.resident_id, assure.resident_id) IS 'greater than';

CREATE OPERATOR assure.>= (
    LEFTARG = assure.resident_id, RIGHTARG = assure.resident_id, FUNCTION = assure.resident_id_ge,
    COMMUTATOR = OPERATOR(assure.<=), NEGATOR = OPERATOR(assure.<), RESTRICT = assure.ordinal_gesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR assure.>= (assure.resident_id, assure.resident_id) IS 'greater than or equal to';

CREATE FUNCTION assure.resident_id_cmp(assure.resident_id, assure.resident_id) RETURNS int
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_resident_id_cmp';
COMMENT ON FUNCTION assure.resident_id_cmp(assure.resident_id, assure.resident_id) IS 'Which of two numbers comes first: -1, 0 or 1.';

CREATE FUNCTION assure.resident_id_sortsupport(internal) RETURNS void
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_resident_id_sortsupport';
COMMENT ON FUNCTION assure.resident_id_sortsupport(internal) IS 'Sorting without a call for each comparison.';

CREATE FUNCTION assure.resident_id_hash(assure.resident_id) RETURNS int
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_resident_id_hash';
COMMENT ON FUNCTION assure.resident_id_hash(assure.resident_id) IS 'Hash of a number.';

CREATE FUNCTION assure.resident_id_hash_extended(assure.resident_id, bigint) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_resident_id_hash_extended';
COMMENT ON FUNCTION assure.resident_id_hash_extended(assure.resident_id, bigint) IS 'Hash of a number with a seed.';

CREATE OPERATOR CLASS assure.resident_id_ops DEFAULT FOR TYPE assure.resident_id USING btree AS
    OPERATOR 1 assure.<, OPERATOR 2 assure.<=, OPERATOR 3 assure.=, OPERATOR 4 assure.>=, OPERATOR 5 assure.>,
    FUNCTION 1 assure.resident_id_cmp(assure.resident_id, assure.resident_id),
    FUNCTION 2 assure.resident_id_sortsupport(internal),
    FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS assure.resident_id_ops USING btree IS 'numbers: by region, date of birth and sequence number, as their texts';
CREATE OPERATOR CLASS assure.resident_id_hash_ops DEFAULT FOR TYPE assure.resident_id USING hash AS
    OPERATOR 1 assure.=,
    FUNCTION 1 assure.resident_id_hash(assure.resident_id),
    FUNCTION 2 assure.resident_id_hash_extended(assure.resident_id, bigint);
COMMENT ON OPERATOR CLASS assure.resident_id_hash_ops USING hash IS 'numbers by hash';

-- What the number says.

CREATE FUNCTION assure.region(assure.resident_id) RETURNS assure.region
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_resident_id_region';
COMMENT ON FUNCTION assure.region(assure.resident_id) IS 'The region of first registration, as its code was then.';

CREATE FUNCTION assure.birth_date(assure.resident_id) RETURNS date
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_resident_id_birth_date';
COMMENT ON FUNCTION assure.birth_date(assure.resident_id) IS 'The date of birth.';

CREATE FUNCTION assure.sex(assure.resident_id) RETURNS text
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_resident_id_sex';
COMMENT ON FUNCTION assure.sex(assure.resident_id) IS 'The sex: F or M.';

CREATE FUNCTION assure.age_on(assure.resident_id, date) RETURNS int
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_resident_id_age_on';
COMMENT ON FUNCTION assure.age_on(assure.resident_id, date) IS 'Completed years on a day; null before birth.';

CREATE FUNCTION assure.mask(assure.resident_id) RETURNS text
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_resident_id_mask';
COMMENT ON FUNCTION assure.mask(assure.resident_id) IS 'The number as it may be shown: the province and the last four characters.';
