-- Type memberset: a compressed set of member numbers, over Roaring bitmaps.

CREATE TYPE assure.memberset;

CREATE FUNCTION assure.memberset_in(cstring) RETURNS assure.memberset
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'assure_memberset_in';
COMMENT ON FUNCTION assure.memberset_in(cstring) IS 'Reads a set from text such as {1,2,5-9}.';

CREATE FUNCTION assure.memberset_out(assure.memberset) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'assure_memberset_out';
COMMENT ON FUNCTION assure.memberset_out(assure.memberset) IS 'Writes a set as text, members in order, three in a row and more as a range.';

CREATE FUNCTION assure.memberset_recv(internal) RETURNS assure.memberset
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'assure_memberset_recv';
COMMENT ON FUNCTION assure.memberset_recv(internal) IS 'Reads a set from a binary message: a Roaring bitmap in portable format, checked to the last bit.';

CREATE FUNCTION assure.memberset_send(assure.memberset) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'assure_memberset_send';
COMMENT ON FUNCTION assure.memberset_send(assure.memberset) IS 'Writes a set as a binary message: a Roaring bitmap in portable format.';

-- Out of line and never compressed: the containers are compressed already, and
-- so one of them can be read without the others.
CREATE TYPE assure.memberset (
    INPUT = assure.memberset_in,
    OUTPUT = assure.memberset_out,
    RECEIVE = assure.memberset_recv,
    SEND = assure.memberset_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = external,
    CATEGORY = 'U'
);
COMMENT ON TYPE assure.memberset IS 'A set of member numbers from 0 to 2147483647, as a compressed bitmap; equal sets have equal bytes.';

-- Casts.

CREATE FUNCTION assure.memberset(integer[]) RETURNS assure.memberset
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 500 AS 'MODULE_PATHNAME', 'assure_memberset_from_array';
COMMENT ON FUNCTION assure.memberset(integer[]) IS 'Makes a set of the numbers in a list, in any order and as often as they come.';

CREATE FUNCTION assure.members(set assure.memberset) RETURNS integer[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 500 AS 'MODULE_PATHNAME', 'assure_memberset_to_array';
COMMENT ON FUNCTION assure.members(set assure.memberset) IS 'Lists the members of a set in order.';

CREATE FUNCTION assure.memberset(bytea) RETURNS assure.memberset
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'assure_memberset_from_bytes';
COMMENT ON FUNCTION assure.memberset(bytea) IS 'Takes a Roaring bitmap in portable format, as other programs write it, and refuses what is broken.';

CREATE CAST (integer[] AS assure.memberset) WITH FUNCTION assure.memberset(integer[]) AS ASSIGNMENT;
CREATE CAST (assure.memberset AS integer[]) WITH FUNCTION assure.members(assure.memberset) AS ASSIGNMENT;
CREATE CAST (bytea AS assure.memberset) WITH FUNCTION assure.memberset(bytea);
CREATE CAST (assure.memberset AS bytea) WITHOUT FUNCTION;

-- Comparison: as the sorted lists of members would compare.

CREATE FUNCTION assure.memberset_eq(assure.memberset, assure.memberset) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'assure_memberset_eq';
COMMENT ON FUNCTION assure.memberset_eq(assure.memberset, assure.memberset) IS 'Says whether two sets are equal.';

CREATE FUNCTION assure.memberset_ne(assure.memberset, assure.memberset) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'assure_memberset_ne';
COMMENT ON FUNCTION assure.memberset_ne(assure.memberset, assure.memberset) IS 'Says whether two sets are not equal.';

CREATE FUNCTION assure.memberset_lt(assure.memberset, assure.memberset) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'assure_memberset_lt';
COMMENT ON FUNCTION assure.memberset_lt(assure.memberset, assure.memberset) IS 'Says whether the first set comes before the second.';

CREATE FUNCTION assure.memberset_le(assure.memberset, assure.memberset) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'assure_memberset_le';
COMMENT ON FUNCTION assure.memberset_le(assure.memberset, assure.memberset) IS 'Says whether the first set comes before the second, or equals it.';

CREATE FUNCTION assure.memberset_gt(assure.memberset, assure.memberset) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'assure_memberset_gt';
COMMENT ON FUNCTION assure.memberset_gt(assure.memberset, assure.memberset) IS 'Says whether the first set comes after the second.';

CREATE FUNCTION assure.memberset_ge(assure.memberset, assure.memberset) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'assure_memberset_ge';
COMMENT ON FUNCTION assure.memberset_ge(assure.memberset, assure.memberset) IS 'Says whether the first set comes after the second, or equals it.';

CREATE FUNCTION assure.memberset_cmp(assure.memberset, assure.memberset) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'assure_memberset_cmp';
COMMENT ON FUNCTION assure.memberset_cmp(assure.memberset, assure.memberset) IS 'Orders two sets, for btree.';

CREATE FUNCTION assure.memberset_hash(assure.memberset) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'assure_memberset_hash';
COMMENT ON FUNCTION assure.memberset_hash(assure.memberset) IS 'Hashes a set.';

CREATE FUNCTION assure.memberset_hash_extended(assure.memberset, bigint) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'assure_memberset_hash_extended';
COMMENT ON FUNCTION assure.memberset_hash_extended(assure.memberset, bigint) IS 'Hashes a set with a seed.';

CREATE OPERATOR assure.= (
    LEFTARG = assure.memberset, RIGHTARG = assure.memberset, FUNCTION = assure.memberset_eq,
    COMMUTATOR = OPERATOR(assure.=), NEGATOR = OPERATOR(assure.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR assure.= (assure.memberset, assure.memberset) IS 'equal';
CREATE OPERATOR assure.<> (
    LEFTARG = assure.memberset, RIGHTARG = assure.memberset, FUNCTION = assure.memberset_ne,
    COMMUTATOR = OPERATOR(assure.<>), NEGATOR = OPERATOR(assure.=), RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR assure.<> (assure.memberset, assure.memberset) IS 'not equal';
CREATE OPERATOR assure.< (
    LEFTARG = assure.memberset, RIGHTARG = assure.memberset, FUNCTION = assure.memberset_lt,
    COMMUTATOR = OPERATOR(assure.>), NEGATOR = OPERATOR(assure.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR assure.< (assure.memberset, assure.memberset) IS 'the first before the second';
CREATE OPERATOR assure.<= (
    LEFTARG = assure.memberset, RIGHTARG = assure.memberset, FUNCTION = assure.memberset_le,
    COMMUTATOR = OPERATOR(assure.>=), NEGATOR = OPERATOR(assure.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR assure.<= (assure.memberset, assure.memberset) IS 'the first before the second, or equal';
CREATE OPERATOR assure.> (
    LEFTARG = assure.memberset, RIGHTARG = assure.memberset, FUNCTION = assure.memberset_gt,
    COMMUTATOR = OPERATOR(assure.<), NEGATOR = OPERATOR(assure.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR assure.> (assure.memberset, assure.memberset) IS 'the first after the second';
CREATE OPERATOR assure.>= (
    LEFTARG = assure.memberset, RIGHTARG = assure.memberset, FUNCTION = assure.memberset_ge,
    COMMUTATOR = OPERATOR(assure.<=), NEGATOR = OPERATOR(assure.<), RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR assure.>= (assure.memberset, assure.memberset) IS 'the first after the second, or equal';

CREATE OPERATOR CLASS assure.memberset_ops DEFAULT FOR TYPE assure.memberset USING btree AS
    OPERATOR 1 assure.<, OPERATOR 2 assure.<=, OPERATOR 3 assure.=, OPERATOR 4 assure.>=, OPERATOR 5 assure.>,
    FUNCTION 1 assure.memberset_cmp(assure.memberset, assure.memberset);
CREATE OPERATOR CLASS assure.memberset_ops DEFAULT FOR TYPE assure.memberset USING hash AS
    OPERATOR 1 assure.=,
    FUNCTION 1 assure.memberset_hash(assure.memberset),
    FUNCTION 2 assure.memberset_hash_extended(assure.memberset, bigint);

-- Algebra.

CREATE FUNCTION assure.memberset_or(assure.memberset, assure.memberset) RETURNS assure.memberset
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 500 AS 'MODULE_PATHNAME', 'assure_memberset_or';
COMMENT ON FUNCTION assure.memberset_or(assure.memberset, assure.memberset) IS 'Gives the members of either set.';

CREATE FUNCTION assure.memberset_and(assure.memberset, assure.memberset) RETURNS assure.memberset
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 500 AS 'MODULE_PATHNAME', 'assure_memberset_and';
COMMENT ON FUNCTION assure.memberset_and(assure.memberset, assure.memberset) IS 'Gives the members of both sets.';

CREATE FUNCTION assure.memberset_andnot(assure.memberset, assure.memberset) RETURNS assure.memberset
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 500 AS 'MODULE_PATHNAME', 'assure_memberset_andnot';
COMMENT ON FUNCTION assure.memberset_andnot(assure.memberset, assure.memberset) IS 'Gives the members of the first set that are not in the second.';

CREATE FUNCTION assure.memberset_xor(assure.memberset, assure.memberset) RETURNS assure.memberset
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 500 AS 'MODULE_PATHNAME', 'assure_memberset_xor';
COMMENT ON FUNCTION assure.memberset_xor(assure.memberset, assure.memberset) IS 'Gives the members of exactly one of two sets.';

CREATE FUNCTION assure.memberset_or(assure.memberset, integer) RETURNS assure.memberset
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 500 AS 'MODULE_PATHNAME', 'assure_memberset_or_member';
COMMENT ON FUNCTION assure.memberset_or(assure.memberset, integer) IS 'Gives a set with a member more.';

CREATE FUNCTION assure.memberset_andnot(assure.memberset, integer) RETURNS assure.memberset
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 500 AS 'MODULE_PATHNAME', 'assure_memberset_andnot_member';
COMMENT ON FUNCTION assure.memberset_andnot(assure.memberset, integer) IS 'Gives a set without a member.';

CREATE FUNCTION assure.memberset_contains(assure.memberset, assure.memberset) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 300 AS 'MODULE_PATHNAME', 'assure_memberset_contains';
COMMENT ON FUNCTION assure.memberset_contains(assure.memberset, assure.memberset) IS 'Says whether all members of the second set are in the first.';

CREATE FUNCTION assure.memberset_contained(assure.memberset, assure.memberset) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 300 AS 'MODULE_PATHNAME', 'assure_memberset_contained';
COMMENT ON FUNCTION assure.memberset_contained(assure.memberset, assure.memberset) IS 'Says whether all members of the first set are in the second.';

CREATE FUNCTION assure.memberset_overlaps(assure.memberset, assure.memberset) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 300 AS 'MODULE_PATHNAME', 'assure_memberset_overlaps';
COMMENT ON FUNCTION assure.memberset_overlaps(assure.memberset, assure.memberset) IS 'Says whether two sets have a member in common.';

CREATE FUNCTION assure.memberset_has(assure.memberset, integer) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'assure_memberset_has';
COMMENT ON FUNCTION assure.memberset_has(assure.memberset, integer) IS 'Says whether a number is a member of a set.';

CREATE FUNCTION assure.memberset_member_of(integer, assure.memberset) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'assure_memberset_member_of';
COMMENT ON FUNCTION assure.memberset_member_of(integer, assure.memberset) IS 'Says whether a number is a member of a set.';

CREATE OPERATOR assure.| (
    LEFTARG = assure.memberset, RIGHTARG = assure.memberset, FUNCTION = assure.memberset_or,
    COMMUTATOR = OPERATOR(assure.|)
);
COMMENT ON OPERATOR assure.| (assure.memberset, assure.memberset) IS 'the members of either set';
CREATE OPERATOR assure.& (
    LEFTARG = assure.memberset, RIGHTARG = assure.memberset, FUNCTION = assure.memberset_and,
    COMMUTATOR = OPERATOR(assure.&)
);
COMMENT ON OPERATOR assure.& (assure.memberset, assure.memberset) IS 'the members of both sets';
CREATE OPERATOR assure.- (
    LEFTARG = assure.memberset, RIGHTARG = assure.memberset, FUNCTION = assure.memberset_andnot
);
COMMENT ON OPERATOR assure.- (assure.memberset, assure.memberset) IS 'the members of the first set that are not in the second';
CREATE OPERATOR assure.# (
    LEFTARG = assure.memberset, RIGHTARG = assure.memberset, FUNCTION = assure.memberset_xor,
    COMMUTATOR = OPERATOR(assure.#)
);
COMMENT ON OPERATOR assure.# (assure.memberset, assure.memberset) IS 'the members of exactly one of two sets';
CREATE OPERATOR assure.| (
    LEFTARG = assure.memberset, RIGHTARG = integer, FUNCTION = assure.memberset_or
);
COMMENT ON OPERATOR assure.| (assure.memberset, integer) IS 'the set with a member more';
CREATE OPERATOR assure.- (
    LEFTARG = assure.memberset, RIGHTARG = integer, FUNCTION = assure.memberset_andnot
);
COMMENT ON OPERATOR assure.- (assure.memberset, integer) IS 'the set without a member';
CREATE OPERATOR assure.@> (
    LEFTARG = assure.memberset, RIGHTARG = assure.memberset, FUNCTION = assure.memberset_contains,
    COMMUTATOR = OPERATOR(assure.<@), RESTRICT = contsel, JOIN = contjoinsel
);
COMMENT ON OPERATOR assure.@> (assure.memberset, assure.memberset) IS 'the second set is part of the first';
CREATE OPERATOR assure.<@ (
    LEFTARG = assure.memberset, RIGHTARG = assure.memberset, FUNCTION = assure.memberset_contained,
    COMMUTATOR = OPERATOR(assure.@>), RESTRICT = contsel, JOIN = contjoinsel
);
COMMENT ON OPERATOR assure.<@ (assure.memberset, assure.memberset) IS 'the first set is part of the second';
CREATE OPERATOR assure.&& (
    LEFTARG = assure.memberset, RIGHTARG = assure.memberset, FUNCTION = assure.memberset_overlaps,
    COMMUTATOR = OPERATOR(assure.&&), RESTRICT = contsel, JOIN = contjoinsel
);
COMMENT ON OPERATOR assure.&& (assure.memberset, assure.memberset) IS 'the sets have a member in common';
CREATE OPERATOR assure.@> (
    LEFTARG = assure.memberset, RIGHTARG = integer, FUNCTION = assure.memberset_has,
    COMMUTATOR = OPERATOR(assure.<@), RESTRICT = contsel, JOIN = contjoinsel
);
COMMENT ON OPERATOR assure.@> (assure.memberset, integer) IS 'the number is a member';
CREATE OPERATOR assure.<@ (
    LEFTARG = integer, RIGHTARG = assure.memberset, FUNCTION = assure.memberset_member_of,
    COMMUTATOR = OPERATOR(assure.@>), RESTRICT = contsel, JOIN = contjoinsel
);
COMMENT ON OPERATOR assure.<@ (integer, assure.memberset) IS 'the number is a member';

-- Questions to a set.

CREATE FUNCTION assure.count(set assure.memberset) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'assure_memberset_count';
COMMENT ON FUNCTION assure.count(set assure.memberset) IS 'Counts the members of a set. Not the aggregate count().';

CREATE FUNCTION assure.is_empty(set assure.memberset) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'assure_memberset_is_empty';
COMMENT ON FUNCTION assure.is_empty(set assure.memberset) IS 'Says whether a set has no member.';

CREATE FUNCTION assure.union_count(a assure.memberset, b assure.memberset) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 300 AS 'MODULE_PATHNAME', 'assure_memberset_union_count';
COMMENT ON FUNCTION assure.union_count(a assure.memberset, b assure.memberset) IS 'Counts the members of either set, without making that set.';

CREATE FUNCTION assure.intersect_count(a assure.memberset, b assure.memberset) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 300 AS 'MODULE_PATHNAME', 'assure_memberset_intersect_count';
COMMENT ON FUNCTION assure.intersect_count(a assure.memberset, b assure.memberset) IS 'Counts the members of both sets, without making that set.';

CREATE FUNCTION assure.first_member(set assure.memberset) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'assure_memberset_first_member';
COMMENT ON FUNCTION assure.first_member(set assure.memberset) IS 'Gives the smallest member of a set, NULL where it is empty.';

CREATE FUNCTION assure.last_member(set assure.memberset) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'assure_memberset_last_member';
COMMENT ON FUNCTION assure.last_member(set assure.memberset) IS 'Gives the greatest member of a set, NULL where it is empty.';

CREATE FUNCTION assure.member_rank(set assure.memberset, member integer) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'assure_memberset_member_rank';
COMMENT ON FUNCTION assure.member_rank(set assure.memberset, member integer) IS 'Counts the members of a set up to a number, that number included.';

CREATE FUNCTION assure.member_at(set assure.memberset, skip bigint) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'assure_memberset_member_at';
COMMENT ON FUNCTION assure.member_at(set assure.memberset, skip bigint) IS 'Gives the member before which so many others come, NULL where there is none.';

CREATE FUNCTION assure.slice(set assure.memberset, skip bigint, take bigint) RETURNS assure.memberset
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'assure_memberset_slice';
COMMENT ON FUNCTION assure.slice(set assure.memberset, skip bigint, take bigint) IS 'Gives members by their position: passes over some, and takes at most so many.';

CREATE FUNCTION assure.memberset_unnest_support(internal) RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_memberset_unnest_support';
COMMENT ON FUNCTION assure.memberset_unnest_support(internal) IS 'Tells the planner how many rows unnest() of a known set has.';

CREATE FUNCTION assure.unnest(set assure.memberset) RETURNS SETOF integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 1000 SUPPORT assure.memberset_unnest_support AS 'MODULE_PATHNAME', 'assure_memberset_unnest';
COMMENT ON FUNCTION assure.unnest(set assure.memberset) IS 'Gives the members of a set as rows, in order.';

-- Aggregates.  Their state is a memberset; while it grows it is kept unpacked.

CREATE FUNCTION assure.memberset_add(assure.memberset, integer) RETURNS assure.memberset
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_memberset_add_member';
COMMENT ON FUNCTION assure.memberset_add(assure.memberset, integer) IS 'Adds a member to the state of an aggregate.';

CREATE FUNCTION assure.memberset_add(assure.memberset, assure.memberset) RETURNS assure.memberset
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'assure_memberset_add_set';
COMMENT ON FUNCTION assure.memberset_add(assure.memberset, assure.memberset) IS 'Adds a set to the state of an aggregate, or combines two.';

CREATE FUNCTION assure.memberset_total(assure.memberset) RETURNS bigint
    LANGUAGE c IMMUTABLE PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'assure_memberset_count';
COMMENT ON FUNCTION assure.memberset_total(assure.memberset) IS 'Counts the members at the end of an aggregate; nothing has none.';

CREATE AGGREGATE assure.memberset_agg(integer) (
    SFUNC = assure.memberset_add, STYPE = assure.memberset, COMBINEFUNC = assure.memberset_add, PARALLEL = SAFE
);
COMMENT ON AGGREGATE assure.memberset_agg(integer) IS 'Makes a set of numbers; nulls do not count, and of nothing else it is NULL.';

CREATE AGGREGATE assure.union_agg(assure.memberset) (
    SFUNC = assure.memberset_add, STYPE = assure.memberset, COMBINEFUNC = assure.memberset_add, PARALLEL = SAFE
);
COMMENT ON AGGREGATE assure.union_agg(assure.memberset) IS 'Makes the union of sets.';

CREATE AGGREGATE assure.union_count_agg(assure.memberset) (
    SFUNC = assure.memberset_add, STYPE = assure.memberset, COMBINEFUNC = assure.memberset_add, PARALLEL = SAFE, FINALFUNC = assure.memberset_total
);
COMMENT ON AGGREGATE assure.union_count_agg(assure.memberset) IS 'Counts the members of the union of sets; 0 where there is none.';

CREATE AGGREGATE assure.intersect_agg(assure.memberset) (
    SFUNC = assure.memberset_and, STYPE = assure.memberset, COMBINEFUNC = assure.memberset_and, PARALLEL = SAFE
);
COMMENT ON AGGREGATE assure.intersect_agg(assure.memberset) IS 'Makes the set of the members that all sets have.';
