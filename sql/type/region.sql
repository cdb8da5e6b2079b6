-- type: assure.region, a GB/T 2260 code in four bytes.
--
-- Everything here follows from the digits of the code and reads no table, so a
-- dump restores in any order.

CREATE TYPE assure.region;

CREATE FUNCTION assure.region_in(cstring) RETURNS assure.region
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_in';
COMMENT ON FUNCTION assure.region_in(cstring) IS 'Reads a code of six digits that begins with a province.';

CREATE FUNCTION assure.region_out(assure.region) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_out';
COMMENT ON FUNCTION assure.region_out(assure.region) IS 'Writes a code.';

CREATE FUNCTION assure.region_recv(internal) RETURNS assure.region
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_recv';
COMMENT ON FUNCTION assure.region_recv(internal) IS 'Reads a code from a binary message, checked as hard as text.';

CREATE FUNCTION assure.region_send(assure.region) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_send';
COMMENT ON FUNCTION assure.region_send(assure.region) IS 'Writes a code as a binary message: the number in four bytes.';

CREATE TYPE assure.region (
    INPUT = assure.region_in,
    OUTPUT = assure.region_out,
    RECEIVE = assure.region_recv,
    SEND = assure.region_send,
    LIKE = pg_catalog.int4,
    CATEGORY = 'U'
);
COMMENT ON TYPE assure.region IS 'An administrative division of China: a GB/T 2260 code of six digits, in four bytes.';

-- Casts. Text goes through input and output, as for any type.

CREATE FUNCTION assure.region(int) RETURNS assure.region
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_from_int4';
COMMENT ON FUNCTION assure.region(int) IS 'Takes a number as a code.';

CREATE FUNCTION assure.int4(assure.region) RETURNS int
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_to_int4';
COMMENT ON FUNCTION assure.int4(assure.region) IS 'The code as a number.';

CREATE CAST (int AS assure.region) WITH FUNCTION assure.region(int);
CREATE CAST (assure.region AS int) WITH FUNCTION assure.int4(assure.region);

-- Comparison: the order of the numbers.

CREATE FUNCTION assure.region_eq(assure.region, assure.region) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_eq';
COMMENT ON FUNCTION assure.region_eq(assure.region, assure.region) IS 'Implementation of the operator =.';

CREATE FUNCTION assure.region_ne(assure.region, assure.region) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_ne';
COMMENT ON FUNCTION assure.region_ne(assure.region, assure.region) IS 'Implementation of the operator <>.';

CREATE FUNCTION assure.region_lt(assure.region, assure.region) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_lt';
COMMENT ON FUNCTION assure.region_lt(assure.region, assure.region) IS 'Implementation of the operator <.';

CREATE FUNCTION assure.region_le(assure.region, assure.region) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_le';
COMMENT ON FUNCTION assure.region_le(assure.region, assure.region) IS 'Implementation of the operator <=.';

CREATE FUNCTION assure.region_gt(assure.region, assure.region) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_gt';
COMMENT ON FUNCTION assure.region_gt(assure.region, assure.region) IS 'Implementation of the operator >.';

CREATE FUNCTION assure.region_ge(assure.region, assure.region) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_ge';
COMMENT ON FUNCTION assure.region_ge(assure.region, assure.region) IS 'Implementation of the operator >=.';

CREATE OPERATOR assure.= (
    LEFTARG = assure.region, RIGHTARG = assure.region, FUNCTION = assure.region_eq,
    COMMUTATOR = OPERATOR(assure.=), NEGATOR = OPERATOR(assure.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR assure.= (assure.region, assure.region) IS 'equal to';

CREATE OPERATOR assure.<> (
    LEFTARG = assure.region, RIGHTARG = assure.region, FUNCTION = assure.region_ne,
    COMMUTATOR = OPERATOR(assure.<>), NEGATOR = OPERATOR(assure.=), RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR assure.<> (assure.region, assure.region) IS 'not equal to';

CREATE OPERATOR assure.< (
    LEFTARG = assure.region, RIGHTARG = assure.region, FUNCTION = assure.region_lt,
    COMMUTATOR = OPERATOR(assure.>), NEGATOR = OPERATOR(assure.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR assure.< (assure.region, assure.region) IS 'less than';

CREATE OPERATOR assure.<= (
    LEFTARG = assure.region, RIGHTARG = assure.region, FUNCTION = assure.region_le,
    COMMUTATOR = OPERATOR(assure.>=), NEGATOR = OPERATOR(assure.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR assure.<= (assure.region, assure.region) IS 'less than or equal to';

CREATE OPERATOR assure.> (
    LEFTARG = assure.region, RIGHTARG = assure.region, FUNCTION = assure.region_gt,
    COMMUTATOR = OPERATOR(assure.<), NEGATOR = OPERATOR(assure.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR assure.> (assure.region, assure.region) IS 'greater than';

CREATE OPERATOR assure.>= (
    LEFTARG = assure.region, RIGHTARG = assure.region, FUNCTION = assure.region_ge,
    COMMUTATOR = OPERATOR(assure.<=), NEGATOR = OPERATOR(assure.<), RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR assure.>= (assure.region, assure.region) IS 'greater than or equal to';

CREATE FUNCTION assure.region_cmp(assure.region, assure.region) RETURNS int
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_cmp';
COMMENT ON FUNCTION assure.region_cmp(assure.region, assure.region) IS 'Which of two codes comes first: -1, 0 or 1.';

CREATE FUNCTION assure.region_sortsupport(internal) RETURNS void
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_sortsupport';
COMMENT ON FUNCTION assure.region_sortsupport(internal) IS 'Sorting without a call for each comparison.';

CREATE FUNCTION assure.region_hash(assure.region) RETURNS int
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_hash';
COMMENT ON FUNCTION assure.region_hash(assure.region) IS 'Hash of a code.';

CREATE FUNCTION assure.region_hash_extended(assure.region, bigint) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_hash_extended';
COMMENT ON FUNCTION assure.region_hash_extended(assure.region, bigint) IS 'Hash of a code with a seed.';

CREATE OPERATOR CLASS assure.region_ops DEFAULT FOR TYPE assure.region USING btree AS
    OPERATOR 1 assure.<, OPERATOR 2 assure.<=, OPERATOR 3 assure.=, OPERATOR 4 assure.>=, OPERATOR 5 assure.>,
    FUNCTION 1 assure.region_cmp(assure.region, assure.region),
    FUNCTION 2 assure.region_sortsupport(internal),
    FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS assure.region_ops USING btree IS 'codes in the order of their numbers; serves <@ and @> too';
CREATE OPERATOR CLASS assure.region_hash_ops DEFAULT FOR TYPE assure.region USING hash AS
    OPERATOR 1 assure.=,
    FUNCTION 1 assure.region_hash(assure.region),
    FUNCTION 2 assure.region_hash_extended(assure.region, bigint);
COMMENT ON OPERATOR CLASS assure.region_hash_ops USING hash IS 'codes by hash';
CREATE OPERATOR CLASS assure.region_minmax_ops DEFAULT FOR TYPE assure.region USING brin AS
    OPERATOR 1 assure.<, OPERATOR 2 assure.<=, OPERATOR 3 assure.=, OPERATOR 4 assure.>=, OPERATOR 5 assure.>,
    FUNCTION 1 pg_catalog.brin_minmax_opcinfo(internal),
    FUNCTION 2 pg_catalog.brin_minmax_add_value(internal, internal, internal, internal),
    FUNCTION 3 pg_catalog.brin_minmax_consistent(internal, internal, internal),
    FUNCTION 4 pg_catalog.brin_minmax_union(internal, internal, internal);
COMMENT ON OPERATOR CLASS assure.region_minmax_ops USING brin IS 'least and greatest code of each range of blocks; serves <@ too';

CREATE FUNCTION assure.region_larger(assure.region, assure.region) RETURNS assure.region
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_larger';
COMMENT ON FUNCTION assure.region_larger(assure.region, assure.region) IS 'The larger of two codes.';

CREATE AGGREGATE assure.max(assure.region) (
    SFUNC = assure.region_larger, STYPE = assure.region, COMBINEFUNC = assure.region_larger, SORTOP = OPERATOR(assure.>), PARALLEL = SAFE
);
COMMENT ON AGGREGATE assure.max(assure.region) IS 'Greatest code.';

CREATE FUNCTION assure.region_smaller(assure.region, assure.region) RETURNS assure.region
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_smaller';
COMMENT ON FUNCTION assure.region_smaller(assure.region, assure.region) IS 'The smaller of two codes.';

CREATE AGGREGATE assure.min(assure.region) (
    SFUNC = assure.region_smaller, STYPE = assure.region, COMBINEFUNC = assure.region_smaller, SORTOP = OPERATOR(assure.<), PARALLEL = SAFE
);
COMMENT ON AGGREGATE assure.min(assure.region) IS 'Least code.';

-- What contains what.

CREATE FUNCTION assure.region_last(r assure.region) RETURNS assure.region
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_last';
COMMENT ON FUNCTION assure.region_last(assure.region) IS 'The highest code that may lie in a region: r <@ o is r BETWEEN o AND region_last(o).';

CREATE FUNCTION assure.region_path(r assure.region) RETURNS assure.region[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_path';
COMMENT ON FUNCTION assure.region_path(assure.region) IS 'The codes that contain a region: itself, its prefecture''s, its province''s.';

CREATE FUNCTION assure.province(r assure.region) RETURNS assure.region
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_province';
COMMENT ON FUNCTION assure.province(assure.region) IS 'The province of a region.';

CREATE FUNCTION assure.prefecture(r assure.region) RETURNS assure.region
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_prefecture';
COMMENT ON FUNCTION assure.prefecture(assure.region) IS 'The prefecture of a region, or the group that counties directly under a province or municipality form; NULL for a province. Follows from the digits alone.';

CREATE FUNCTION assure.region_level(r assure.region) RETURNS text
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_level';
COMMENT ON FUNCTION assure.region_level(assure.region) IS 'What a code goes down to: province, prefecture or county.';

CREATE FUNCTION assure.region_contained_support(internal) RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_contained_support';
COMMENT ON FUNCTION assure.region_contained_support(internal) IS 'Tells the planner which index conditions serve <@.';

CREATE FUNCTION assure.region_contains_support(internal) RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_contains_support';
COMMENT ON FUNCTION assure.region_contains_support(internal) IS 'Tells the planner which index conditions serve @>.';

CREATE FUNCTION assure.region_containedsel(internal, oid, internal, int) RETURNS double precision
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_containedsel';
COMMENT ON FUNCTION assure.region_containedsel(internal, oid, internal, int) IS 'Share of rows for which <@ a value holds.';

CREATE FUNCTION assure.region_containedjoinsel(internal, oid, internal, smallint, internal) RETURNS double precision
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_containedjoinsel';
COMMENT ON FUNCTION assure.region_containedjoinsel(internal, oid, internal, smallint, internal) IS 'Share of pairs of rows for which <@ holds.';

CREATE FUNCTION assure.region_containssel(internal, oid, internal, int) RETURNS double precision
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_containssel';
COMMENT ON FUNCTION assure.region_containssel(internal, oid, internal, int) IS 'Share of rows for which @> a value holds.';

CREATE FUNCTION assure.region_containsjoinsel(internal, oid, internal, smallint, internal) RETURNS double precision
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_containsjoinsel';
COMMENT ON FUNCTION assure.region_containsjoinsel(internal, oid, internal, smallint, internal) IS 'Share of pairs of rows for which @> holds.';

CREATE FUNCTION assure.region_contained(assure.region, assure.region) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF SUPPORT assure.region_contained_support PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_contained';
COMMENT ON FUNCTION assure.region_contained(assure.region, assure.region) IS 'Implementation of the operator <@.';

CREATE FUNCTION assure.region_contains(assure.region, assure.region) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF SUPPORT assure.region_contains_support PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_region_contains';
COMMENT ON FUNCTION assure.region_contains(assure.region, assure.region) IS 'Implementation of the operator @>.';

CREATE OPERATOR assure.<@ (
    LEFTARG = assure.region, RIGHTARG = assure.region, FUNCTION = assure.region_contained,
    COMMUTATOR = OPERATOR(assure.@>), RESTRICT = assure.region_containedsel, JOIN = assure.region_containedjoinsel
);
COMMENT ON OPERATOR assure.<@ (assure.region, assure.region) IS 'is the region or lies in it';

CREATE OPERATOR assure.@> (
    LEFTARG = assure.region, RIGHTARG = assure.region, FUNCTION = assure.region_contains,
    COMMUTATOR = OPERATOR(assure.<@), RESTRICT = assure.region_containssel, JOIN = assure.region_containsjoinsel
);
COMMENT ON OPERATOR assure.@> (assure.region, assure.region) IS 'is the region or contains it';
