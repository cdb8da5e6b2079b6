-- types: assure.icd_range, codes of ICD-10 from one to another, and
-- assure.icd_set, ranges of them with exceptions.
--
-- A literal beside an operator that takes either is a set: so icd_set is the
-- preferred type of their category.

CREATE TYPE assure.icd_range;

CREATE FUNCTION assure.icd_range_in(cstring) RETURNS assure.icd_range
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_range_in';
COMMENT ON FUNCTION assure.icd_range_in(cstring) IS 'Reads a range such as C00-C97, or a code for it and all under it.';

CREATE FUNCTION assure.icd_range_out(assure.icd_range) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_range_out';
COMMENT ON FUNCTION assure.icd_range_out(assure.icd_range) IS 'Writes a range.';

CREATE FUNCTION assure.icd_range_recv(internal) RETURNS assure.icd_range
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_range_recv';
COMMENT ON FUNCTION assure.icd_range_recv(internal) IS 'Reads a range from a binary message, which is its text.';

CREATE FUNCTION assure.icd_range_send(assure.icd_range) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_range_send';
COMMENT ON FUNCTION assure.icd_range_send(assure.icd_range) IS 'Writes a range as a binary message: its text.';

CREATE TYPE assure.icd_range (
    INPUT = assure.icd_range_in,
    OUTPUT = assure.icd_range_out,
    RECEIVE = assure.icd_range_recv,
    SEND = assure.icd_range_send,
    INTERNALLENGTH = 16,
    ALIGNMENT = double,
    STORAGE = plain,
    CATEGORY = 'i'
);
COMMENT ON TYPE assure.icd_range IS 'A range of codes of ICD-10; its end covers what is under it.';

-- Comparison: by where they begin, then by where they end.

CREATE FUNCTION assure.icd_range_eq(assure.icd_range, assure.icd_range) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_range_eq';
COMMENT ON FUNCTION assure.icd_range_eq(assure.icd_range, assure.icd_range) IS 'Implementation of the operator =.';

CREATE FUNCTION assure.icd_range_ne(assure.icd_range, assure.icd_range) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_range_ne';
COMMENT ON FUNCTION assure.icd_range_ne(assure.icd_range, assure.icd_range) IS 'Implementation of the operator <>.';

CREATE FUNCTION assure.icd_range_lt(assure.icd_range, assure.icd_range) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_range_lt';
COMMENT ON FUNCTION assure.icd_range_lt(assure.icd_range, assure.icd_range) IS 'Implementation of the operator <.';

CREATE FUNCTION assure.icd_range_le(assure.icd_range, assure.icd_range) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_range_le';
COMMENT ON FUNCTION assure.icd_range_le(assure.icd_range, assure.icd_range) IS 'Implementation of the operator <=.';

CREATE FUNCTION assure.icd_range_gt(assure.icd_range, assure.icd_range) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_range_gt';
COMMENT ON FUNCTION assure.icd_range_gt(assure.icd_range, assure.icd_range) IS 'Implementation of the operator >.';

CREATE FUNCTION assure.icd_range_ge(assure.icd_range, assure.icd_range) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_range_ge';
COMMENT ON FUNCTION assure.icd_range_ge(assure.icd_range, assure.icd_range) IS 'Implementation of the operator >=.';

CREATE OPERATOR assure.= (
    LEFTARG = assure.icd_range, RIGHTARG = assure.icd_range, FUNCTION = assure.icd_range_eq,
    COMMUTATOR = OPERATOR(assure.=), NEGATOR = OPERATOR(assure.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR assure.= (assure.icd_range, assure.icd_range) IS 'equal to';

CREATE OPERATOR assure.<> (
    LEFTARG = assure.icd_range, RIGHTARG = assure.icd_range, FUNCTION = assure.icd_range_ne,
    COMMUTATOR = OPERATOR(assure.<>), NEGATOR = OPERATOR(assure.=), RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR assure.<> (assure.icd_range, assure.icd_range) IS 'not equal to';

CREATE OPERATOR assure.< (
    LEFTARG = assure.icd_range, RIGHTARG = assure.icd_range, FUNCTION = assure.icd_range_lt,
    COMMUTATOR = OPERATOR(assure.>), NEGATOR = OPERATOR(assure.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR assure.< (assure.icd_range, assure.icd_range) IS 'less than';

CREATE OPERATOR assure.<= (
    LEFTARG = assure.icd_range, RIGHTARG = assure.icd_range, FUNCTION = assure.icd_range_le,
    COMMUTATOR = OPERATOR(assure.>=), NEGATOR = OPERATOR(assure.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR assure.<= (assure.icd_range, assure.icd_range) IS 'less than or equal to';

CREATE OPERATOR assure.> (
    LEFTARG = assure.icd_range, RIGHTARG = assure.icd_range, FUNCTION = assure.icd_range_gt,
    COMMUTATOR = OPERATOR(assure.<), NEGATOR = OPERATOR(assure.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR assure.> (assure.icd_range, assure.icd_range) IS 'greater than';

CREATE OPERATOR assure.>= (
    LEFTARG = assure.icd_range, RIGHTARG = assure.icd_range, FUNCTION = assure.icd_range_ge,
    COMMUTATOR = OPERATOR(assure.<=), NEGATOR = OPERATOR(assure.<), RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR assure.>= (assure.icd_range, assure.icd_range) IS 'greater than or equal to';

CREATE FUNCTION assure.icd_range_cmp(assure.icd_range, assure.icd_range) RETURNS int
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_range_cmp';
COMMENT ON FUNCTION assure.icd_range_cmp(assure.icd_range, assure.icd_range) IS 'Which of two ranges comes first: -1, 0 or 1.';

CREATE FUNCTION assure.icd_range_hash(assure.icd_range) RETURNS int
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_range_hash';
COMMENT ON FUNCTION assure.icd_range_hash(assure.icd_range) IS 'Hash of a range.';

CREATE FUNCTION assure.icd_range_hash_extended(assure.icd_range, bigint) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_range_hash_extended';
COMMENT ON FUNCTION assure.icd_range_hash_extended(assure.icd_range, bigint) IS 'Hash of a range with a seed.';

CREATE OPERATOR CLASS assure.icd_range_ops DEFAULT FOR TYPE assure.icd_range USING btree AS
    OPERATOR 1 assure.<, OPERATOR 2 assure.<=, OPERATOR 3 assure.=, OPERATOR 4 assure.>=, OPERATOR 5 assure.>,
    FUNCTION 1 assure.icd_range_cmp(assure.icd_range, assure.icd_range),
    FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS assure.icd_range_ops USING btree IS 'ranges: by where they begin, then by where they end';
CREATE OPERATOR CLASS assure.icd_range_hash_ops DEFAULT FOR TYPE assure.icd_range USING hash AS
    OPERATOR 1 assure.=,
    FUNCTION 1 assure.icd_range_hash(assure.icd_range),
    FUNCTION 2 assure.icd_range_hash_extended(assure.icd_range, bigint);
COMMENT ON OPERATOR CLASS assure.icd_range_hash_ops USING hash IS 'ranges by hash';

CREATE FUNCTION assure.icd_range(assure.icd) RETURNS assure.icd_range
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_range_from_icd';
COMMENT ON FUNCTION assure.icd_range(assure.icd) IS 'The code and all that is under it.';

CREATE CAST (assure.icd AS assure.icd_range) WITH FUNCTION assure.icd_range(assure.icd) AS IMPLICIT;

CREATE FUNCTION assure.lower(assure.icd_range) RETURNS assure.icd
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_range_lower';
COMMENT ON FUNCTION assure.lower(assure.icd_range) IS 'The first code of the range.';

CREATE FUNCTION assure.upper(assure.icd_range) RETURNS assure.icd
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_range_upper';
COMMENT ON FUNCTION assure.upper(assure.icd_range) IS 'The last code of the range, up to ten Z after the category.';

-- The type assure.icd_set.

CREATE TYPE assure.icd_set;

CREATE FUNCTION assure.icd_set_in(cstring) RETURNS assure.icd_set
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_in';
COMMENT ON FUNCTION assure.icd_set_in(cstring) IS 'Reads ranges with commas between them, and after the word except those that are not in it.';

CREATE FUNCTION assure.icd_set_out(assure.icd_set) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_out';
COMMENT ON FUNCTION assure.icd_set_out(assure.icd_set) IS 'Writes a set: sorted, with nothing said twice.';

CREATE FUNCTION assure.icd_set_recv(internal) RETURNS assure.icd_set
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_recv';
COMMENT ON FUNCTION assure.icd_set_recv(internal) IS 'Reads a set from a binary message, which is its text.';

CREATE FUNCTION assure.icd_set_send(assure.icd_set) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_send';
COMMENT ON FUNCTION assure.icd_set_send(assure.icd_set) IS 'Writes a set as a binary message: its text.';

CREATE TYPE assure.icd_set (
    INPUT = assure.icd_set_in,
    OUTPUT = assure.icd_set_out,
    RECEIVE = assure.icd_set_recv,
    SEND = assure.icd_set_send,
    INTERNALLENGTH = variable,
    ALIGNMENT = double,
    STORAGE = extended,
    CATEGORY = 'i',
    PREFERRED = true
);
COMMENT ON TYPE assure.icd_set IS 'A set of codes of ICD-10: ranges with exceptions.';

-- Comparison: by their ranges, one after another.

CREATE FUNCTION assure.icd_set_eq(assure.icd_set, assure.icd_set) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_eq';
COMMENT ON FUNCTION assure.icd_set_eq(assure.icd_set, assure.icd_set) IS 'Implementation of the operator =.';

CREATE FUNCTION assure.icd_set_ne(assure.icd_set, assure.icd_set) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_ne';
COMMENT ON FUNCTION assure.icd_set_ne(assure.icd_set, assure.icd_set) IS 'Implementation of the operator <>.';

CREATE FUNCTION assure.icd_set_lt(assure.icd_set, assure.icd_set) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_lt';
COMMENT ON FUNCTION assure.icd_set_lt(assure.icd_set, assure.icd_set) IS 'Implementation of the operator <.';

CREATE FUNCTION assure.icd_set_le(assure.icd_set, assure.icd_set) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_le';
COMMENT ON FUNCTION assure.icd_set_le(assure.icd_set, assure.icd_set) IS 'Implementation of the operator <=.';

CREATE FUNCTION assure.icd_set_gt(assure.icd_set, assure.icd_set) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_gt';
COMMENT ON FUNCTION assure.icd_set_gt(assure.icd_set, assure.icd_set) IS 'Implementation of the operator >.';

CREATE FUNCTION assure.icd_set_ge(assure.icd_set, assure.icd_set) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_ge';
COMMENT ON FUNCTION assure.icd_set_ge(assure.icd_set, assure.icd_set) IS 'Implementation of the operator >=.';

CREATE OPERATOR assure.= (
    LEFTARG = assure.icd_set, RIGHTARG = assure.icd_set, FUNCTION = assure.icd_set_eq,
    COMMUTATOR = OPERATOR(assure.=), NEGATOR = OPERATOR(assure.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR assure.= (assure.icd_set, assure.icd_set) IS 'equal to';

CREATE OPERATOR assure.<> (
    LEFTARG = assure.icd_set, RIGHTARG = assure.icd_set, FUNCTION = assure.icd_set_ne,
    COMMUTATOR = OPERATOR(assure.<>), NEGATOR = OPERATOR(assure.=), RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR assure.<> (assure.icd_set, assure.icd_set) IS 'not equal to';

CREATE OPERATOR assure.< (
    LEFTARG = assure.icd_set, RIGHTARG = assure.icd_set, FUNCTION = assure.icd_set_lt,
    COMMUTATOR = OPERATOR(assure.>), NEGATOR = OPERATOR(assure.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR assure.< (assure.icd_set, assure.icd_set) IS 'less than';

CREATE OPERATOR assure.<= (
    LEFTARG = assure.icd_set, RIGHTARG = assure.icd_set, FUNCTION = assure.icd_set_le,
    COMMUTATOR = OPERATOR(assure.>=), NEGATOR = OPERATOR(assure.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR assure.<= (assure.icd_set, assure.icd_set) IS 'less than or equal to';

CREATE OPERATOR assure.> (
    LEFTARG = assure.icd_set, RIGHTARG = assure.icd_set, FUNCTION = assure.icd_set_gt,
    COMMUTATOR = OPERATOR(assure.<), NEGATOR = OPERATOR(assure.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR assure.> (assure.icd_set, assure.icd_set) IS 'greater than';

CREATE OPERATOR assure.>= (
    LEFTARG = assure.icd_set, RIGHTARG = assure.icd_set, FUNCTION = assure.icd_set_ge,
    COMMUTATOR = OPERATOR(assure.<=), NEGATOR = OPERATOR(assure.<), RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR assure.>= (assure.icd_set, assure.icd_set) IS 'greater than or equal to';

CREATE FUNCTION assure.icd_set_cmp(assure.icd_set, assure.icd_set) RETURNS int
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_cmp';
COMMENT ON FUNCTION assure.icd_set_cmp(assure.icd_set, assure.icd_set) IS 'Which of two sets comes first: -1, 0 or 1.';

CREATE FUNCTION assure.icd_set_hash(assure.icd_set) RETURNS int
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_hash';
COMMENT ON FUNCTION assure.icd_set_hash(assure.icd_set) IS 'Hash of a set.';

CREATE FUNCTION assure.icd_set_hash_extended(assure.icd_set, bigint) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_hash_extended';
COMMENT ON FUNCTION assure.icd_set_hash_extended(assure.icd_set, bigint) IS 'Hash of a set with a seed.';

CREATE OPERATOR CLASS assure.icd_set_ops DEFAULT FOR TYPE assure.icd_set USING btree AS
    OPERATOR 1 assure.<, OPERATOR 2 assure.<=, OPERATOR 3 assure.=, OPERATOR 4 assure.>=, OPERATOR 5 assure.>,
    FUNCTION 1 assure.icd_set_cmp(assure.icd_set, assure.icd_set),
    FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS assure.icd_set_ops USING btree IS 'sets: by their ranges, one after another';
CREATE OPERATOR CLASS assure.icd_set_hash_ops DEFAULT FOR TYPE assure.icd_set USING hash AS
    OPERATOR 1 assure.=,
    FUNCTION 1 assure.icd_set_hash(assure.icd_set),
    FUNCTION 2 assure.icd_set_hash_extended(assure.icd_set, bigint);
COMMENT ON OPERATOR CLASS assure.icd_set_hash_ops USING hash IS 'sets by hash';

CREATE FUNCTION assure.icd_set(assure.icd_range) RETURNS assure.icd_set
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_from_range';
COMMENT ON FUNCTION assure.icd_set(assure.icd_range) IS 'The set of one range.';

CREATE CAST (assure.icd_range AS assure.icd_set) WITH FUNCTION assure.icd_set(assure.icd_range) AS IMPLICIT;

CREATE FUNCTION assure.icd_ranges(assure.icd_set) RETURNS assure.icd_range[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_ranges';
COMMENT ON FUNCTION assure.icd_ranges(assure.icd_set) IS 'The ranges of the set, sorted, with a code between any two.';

CREATE FUNCTION assure.lower(assure.icd_set) RETURNS assure.icd
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_lower';
COMMENT ON FUNCTION assure.lower(assure.icd_set) IS 'The first code of the set; null if it is empty.';

CREATE FUNCTION assure.upper(assure.icd_set) RETURNS assure.icd
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_upper';
COMMENT ON FUNCTION assure.upper(assure.icd_set) IS 'The last code of the set; null if it is empty.';

-- Containment.

CREATE FUNCTION assure.icd_range_support(internal) RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_range_support';
COMMENT ON FUNCTION assure.icd_range_support(internal) IS 'Tells the planner how a btree index of codes serves <@ and @> with a range.';

CREATE FUNCTION assure.icd_range_sel(internal, oid, internal, int) RETURNS double precision
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_range_sel';
COMMENT ON FUNCTION assure.icd_range_sel(internal, oid, internal, int) IS 'Share of rows whose code is in a range.';

CREATE FUNCTION assure.icd_range_joinsel(internal, oid, internal, smallint, internal) RETURNS double precision
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_range_joinsel';
COMMENT ON FUNCTION assure.icd_range_joinsel(internal, oid, internal, smallint, internal) IS 'Share of pairs of rows whose code is in the range.';

CREATE FUNCTION assure.icd_set_support(internal) RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_support';
COMMENT ON FUNCTION assure.icd_set_support(internal) IS 'Tells the planner how a btree index of codes serves <@ and @> with a set.';

CREATE FUNCTION assure.icd_set_sel(internal, oid, internal, int) RETURNS double precision
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_sel';
COMMENT ON FUNCTION assure.icd_set_sel(internal, oid, internal, int) IS 'Share of rows whose code is in a set.';

CREATE FUNCTION assure.icd_set_joinsel(internal, oid, internal, smallint, internal) RETURNS double precision
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_joinsel';
COMMENT ON FUNCTION assure.icd_set_joinsel(internal, oid, internal, smallint, internal) IS 'Share of pairs of rows whose code is in the set.';

CREATE FUNCTION assure.icd_in_range(assure.icd, assure.icd_range) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF SUPPORT assure.icd_range_support PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_in_range';
COMMENT ON FUNCTION assure.icd_in_range(assure.icd, assure.icd_range) IS 'Implementation of the operator <@.';

CREATE FUNCTION assure.icd_range_has(assure.icd_range, assure.icd) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF SUPPORT assure.icd_range_support PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_range_has';
COMMENT ON FUNCTION assure.icd_range_has(assure.icd_range, assure.icd) IS 'Implementation of the operator @>.';

CREATE OPERATOR assure.<@ (
    LEFTARG = assure.icd, RIGHTARG = assure.icd_range, FUNCTION = assure.icd_in_range,
    COMMUTATOR = OPERATOR(assure.@>), RESTRICT = assure.icd_range_sel, JOIN = assure.icd_range_joinsel
);
COMMENT ON OPERATOR assure.<@ (assure.icd, assure.icd_range) IS 'is in the range';

CREATE OPERATOR assure.@> (
    LEFTARG = assure.icd_range, RIGHTARG = assure.icd, FUNCTION = assure.icd_range_has,
    COMMUTATOR = OPERATOR(assure.<@), RESTRICT = assure.icd_range_sel, JOIN = assure.icd_range_joinsel
);
COMMENT ON OPERATOR assure.@> (assure.icd_range, assure.icd) IS 'has the code';

CREATE FUNCTION assure.icd_range_contains(assure.icd_range, assure.icd_range) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_range_contains';
COMMENT ON FUNCTION assure.icd_range_contains(assure.icd_range, assure.icd_range) IS 'Implementation of the operator @>.';

CREATE FUNCTION assure.icd_range_contained(assure.icd_range, assure.icd_range) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_range_contained';
COMMENT ON FUNCTION assure.icd_range_contained(assure.icd_range, assure.icd_range) IS 'Implementation of the operator <@.';

CREATE FUNCTION assure.icd_range_overlaps(assure.icd_range, assure.icd_range) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_range_overlaps';
COMMENT ON FUNCTION assure.icd_range_overlaps(assure.icd_range, assure.icd_range) IS 'Implementation of the operator &&.';

CREATE OPERATOR assure.@> (
    LEFTARG = assure.icd_range, RIGHTARG = assure.icd_range, FUNCTION = assure.icd_range_contains,
    COMMUTATOR = OPERATOR(assure.<@), RESTRICT = contsel, JOIN = contjoinsel
);
COMMENT ON OPERATOR assure.@> (assure.icd_range, assure.icd_range) IS 'has all of';

CREATE OPERATOR assure.<@ (
    LEFTARG = assure.icd_range, RIGHTARG = assure.icd_range, FUNCTION = assure.icd_range_contained,
    COMMUTATOR = OPERATOR(assure.@>), RESTRICT = contsel, JOIN = contjoinsel
);
COMMENT ON OPERATOR assure.<@ (assure.icd_range, assure.icd_range) IS 'is all in';

CREATE OPERATOR assure.&& (
    LEFTARG = assure.icd_range, RIGHTARG = assure.icd_range, FUNCTION = assure.icd_range_overlaps,
    COMMUTATOR = OPERATOR(assure.&&), RESTRICT = areasel, JOIN = areajoinsel
);
COMMENT ON OPERATOR assure.&& (assure.icd_range, assure.icd_range) IS 'has a code in common with';

CREATE FUNCTION assure.icd_in_set(assure.icd, assure.icd_set) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF SUPPORT assure.icd_set_support PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_in_set';
COMMENT ON FUNCTION assure.icd_in_set(assure.icd, assure.icd_set) IS 'Implementation of the operator <@.';

CREATE FUNCTION assure.icd_set_has(assure.icd_set, assure.icd) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF SUPPORT assure.icd_set_support PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_has';
COMMENT ON FUNCTION assure.icd_set_has(assure.icd_set, assure.icd) IS 'Implementation of the operator @>.';

CREATE OPERATOR assure.<@ (
    LEFTARG = assure.icd, RIGHTARG = assure.icd_set, FUNCTION = assure.icd_in_set,
    COMMUTATOR = OPERATOR(assure.@>), RESTRICT = assure.icd_set_sel, JOIN = assure.icd_set_joinsel
);
COMMENT ON OPERATOR assure.<@ (assure.icd, assure.icd_set) IS 'is in the set';

CREATE OPERATOR assure.@> (
    LEFTARG = assure.icd_set, RIGHTARG = assure.icd, FUNCTION = assure.icd_set_has,
    COMMUTATOR = OPERATOR(assure.<@), RESTRICT = assure.icd_set_sel, JOIN = assure.icd_set_joinsel
);
COMMENT ON OPERATOR assure.@> (assure.icd_set, assure.icd) IS 'has the code';

CREATE FUNCTION assure.icd_set_contains(assure.icd_set, assure.icd_set) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_contains';
COMMENT ON FUNCTION assure.icd_set_contains(assure.icd_set, assure.icd_set) IS 'Implementation of the operator @>.';

CREATE FUNCTION assure.icd_set_contained(assure.icd_set, assure.icd_set) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_contained';
COMMENT ON FUNCTION assure.icd_set_contained(assure.icd_set, assure.icd_set) IS 'Implementation of the operator <@.';

CREATE FUNCTION assure.icd_set_overlaps(assure.icd_set, assure.icd_set) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_overlaps';
COMMENT ON FUNCTION assure.icd_set_overlaps(assure.icd_set, assure.icd_set) IS 'Implementation of the operator &&.';

CREATE OPERATOR assure.@> (
    LEFTARG = assure.icd_set, RIGHTARG = assure.icd_set, FUNCTION = assure.icd_set_contains,
    COMMUTATOR = OPERATOR(assure.<@), RESTRICT = contsel, JOIN = contjoinsel
);
COMMENT ON OPERATOR assure.@> (assure.icd_set, assure.icd_set) IS 'has all of';

CREATE OPERATOR assure.<@ (
    LEFTARG = assure.icd_set, RIGHTARG = assure.icd_set, FUNCTION = assure.icd_set_contained,
    COMMUTATOR = OPERATOR(assure.@>), RESTRICT = contsel, JOIN = contjoinsel
);
COMMENT ON OPERATOR assure.<@ (assure.icd_set, assure.icd_set) IS 'is all in';

CREATE OPERATOR assure.&& (
    LEFTARG = assure.icd_set, RIGHTARG = assure.icd_set, FUNCTION = assure.icd_set_overlaps,
    COMMUTATOR = OPERATOR(assure.&&), RESTRICT = areasel, JOIN = areajoinsel
);
COMMENT ON OPERATOR assure.&& (assure.icd_set, assure.icd_set) IS 'has a code in common with';

-- Sets of sets.

CREATE FUNCTION assure.icd_set_union(assure.icd_set, assure.icd_set) RETURNS assure.icd_set
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_union';
COMMENT ON FUNCTION assure.icd_set_union(assure.icd_set, assure.icd_set) IS 'Implementation of the operator +.';

CREATE OPERATOR assure.+ (
    LEFTARG = assure.icd_set, RIGHTARG = assure.icd_set, FUNCTION = assure.icd_set_union,
    COMMUTATOR = OPERATOR(assure.+)
);
COMMENT ON OPERATOR assure.+ (assure.icd_set, assure.icd_set) IS 'the codes of both';

CREATE FUNCTION assure.icd_set_difference(assure.icd_set, assure.icd_set) RETURNS assure.icd_set
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_difference';
COMMENT ON FUNCTION assure.icd_set_difference(assure.icd_set, assure.icd_set) IS 'Implementation of the operator -.';

CREATE OPERATOR assure.- (LEFTARG = assure.icd_set, RIGHTARG = assure.icd_set, FUNCTION = assure.icd_set_difference);
COMMENT ON OPERATOR assure.- (assure.icd_set, assure.icd_set) IS 'the codes of the first that are not in the second';

CREATE FUNCTION assure.icd_set_intersection(assure.icd_set, assure.icd_set) RETURNS assure.icd_set
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icd_set_intersection';
COMMENT ON FUNCTION assure.icd_set_intersection(assure.icd_set, assure.icd_set) IS 'Implementation of the operator *.';

CREATE OPERATOR assure.* (
    LEFTARG = assure.icd_set, RIGHTARG = assure.icd_set, FUNCTION = assure.icd_set_intersection,
    COMMUTATOR = OPERATOR(assure.*)
);
COMMENT ON OPERATOR assure.* (assure.icd_set, assure.icd_set) IS 'the codes that are in both';
