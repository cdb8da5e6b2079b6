-- Type amount: money as whole fen, written in yuan with two decimals.
--
-- Casts from and to other numbers are for assignment, none is implicit: money
-- and numbers do not mix unseen, and no operator of the built-in numbers gets a
-- rival. With literals and columns of other numbers amounts compare through
-- operators with numeric, to which every integer type casts by itself.

CREATE TYPE assure.amount;

CREATE FUNCTION assure.amount_in(cstring) RETURNS assure.amount
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_in';
COMMENT ON FUNCTION assure.amount_in(cstring) IS 'Reads an amount: at most two decimals, nothing but digits, a sign and a point.';

CREATE FUNCTION assure.amount_out(assure.amount) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_out';
COMMENT ON FUNCTION assure.amount_out(assure.amount) IS 'Writes an amount with two decimals.';

CREATE FUNCTION assure.amount_recv(internal) RETURNS assure.amount
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_recv';
COMMENT ON FUNCTION assure.amount_recv(internal) IS 'Reads an amount from a binary message: eight bytes of fen.';

CREATE FUNCTION assure.amount_send(assure.amount) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_send';
COMMENT ON FUNCTION assure.amount_send(assure.amount) IS 'Writes an amount as a binary message: eight bytes of fen.';

-- Category N as all numbers, so that untyped literals go on resolving as before:
-- another category among the candidates would make abs('1') ambiguous.
CREATE TYPE assure.amount (
    INPUT = assure.amount_in,
    OUTPUT = assure.amount_out,
    RECEIVE = assure.amount_recv,
    SEND = assure.amount_send,
    LIKE = pg_catalog.int8,
    CATEGORY = 'N'
);
COMMENT ON TYPE assure.amount IS 'Money with two decimals, kept as a 64-bit number of fen; whatever does not fit is an error.';

-- ---------------------------------------------------------------------------
-- Comparison
-- ---------------------------------------------------------------------------

-- Estimators for the inequalities of every type here whose values are integers.

CREATE FUNCTION assure.ordinal_ltsel(internal, oid, internal, integer) RETURNS double precision
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_ordinal_ltsel';
COMMENT ON FUNCTION assure.ordinal_ltsel(internal, oid, internal, integer) IS 'Estimates < of a type whose values are integers, for the planner.';

CREATE FUNCTION assure.ordinal_lesel(internal, oid, internal, integer) RETURNS double precision
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_ordinal_lesel';
COMMENT ON FUNCTION assure.ordinal_lesel(internal, oid, internal, integer) IS 'Estimates <= of a type whose values are integers, for the planner.';

CREATE FUNCTION assure.ordinal_gtsel(internal, oid, internal, integer) RETURNS double precision
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_ordinal_gtsel';
COMMENT ON FUNCTION assure.ordinal_gtsel(internal, oid, internal, integer) IS 'Estimates > of a type whose values are integers, for the planner.';

CREATE FUNCTION assure.ordinal_gesel(internal, oid, internal, integer) RETURNS double precision
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_ordinal_gesel';
COMMENT ON FUNCTION assure.ordinal_gesel(internal, oid, internal, integer) IS 'Estimates >= of a type whose values are integers, for the planner.';

CREATE FUNCTION assure.amount_lt(assure.amount, assure.amount) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_lt';
COMMENT ON FUNCTION assure.amount_lt(assure.amount, assure.amount) IS 'Whether an amount is less than another.';

CREATE FUNCTION assure.amount_le(assure.amount, assure.amount) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_le';
COMMENT ON FUNCTION assure.amount_le(assure.amount, assure.amount) IS 'Whether an amount is at most another.';

CREATE FUNCTION assure.amount_eq(assure.amount, assure.amount) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_eq';
COMMENT ON FUNCTION assure.amount_eq(assure.amount, assure.amount) IS 'Whether an amount equals another.';

CREATE FUNCTION assure.amount_ge(assure.amount, assure.amount) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_ge';
COMMENT ON FUNCTION assure.amount_ge(assure.amount, assure.amount) IS 'Whether an amount is at least another.';

CREATE FUNCTION assure.amount_gt(assure.amount, assure.amount) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_gt';
COMMENT ON FUNCTION assure.amount_gt(assure.amount, assure.amount) IS 'Whether an amount is greater than another.';

CREATE FUNCTION assure.amount_ne(assure.amount, assure.amount) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_ne';
COMMENT ON FUNCTION assure.amount_ne(assure.amount, assure.amount) IS 'Whether an amount differs from another.';

CREATE OPERATOR assure.< (
    FUNCTION = assure.amount_lt, LEFTARG = assure.amount, RIGHTARG = assure.amount,
    COMMUTATOR = OPERATOR(assure.>), NEGATOR = OPERATOR(assure.>=),
    RESTRICT = assure.ordinal_ltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR assure.<= (
    FUNCTION = assure.amount_le, LEFTARG = assure.amount, RIGHTARG = assure.amount,
    COMMUTATOR = OPERATOR(assure.>=), NEGATOR = OPERATOR(assure.>),
    RESTRICT = assure.ordinal_lesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR assure.= (
    FUNCTION = assure.amount_eq, LEFTARG = assure.amount, RIGHTARG = assure.amount,
    COMMUTATOR = OPERATOR(assure.=), NEGATOR = OPERATOR(assure.<>),
    HASHES, MERGES,
    RESTRICT = eqsel, JOIN = eqjoinsel
);
CREATE OPERATOR assure.>= (
    FUNCTION = assure.amount_ge, LEFTARG = assure.amount, RIGHTARG = assure.amount,
    COMMUTATOR = OPERATOR(assure.<=), NEGATOR = OPERATOR(assure.<),
    RESTRICT = assure.ordinal_gesel, JOIN = scalargejoinsel
);
CREATE OPERATOR assure.> (
    FUNCTION = assure.amount_gt, LEFTARG = assure.amount, RIGHTARG = assure.amount,
    COMMUTATOR = OPERATOR(assure.<), NEGATOR = OPERATOR(assure.<=),
    RESTRICT = assure.ordinal_gtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR assure.<> (
    FUNCTION = assure.amount_ne, LEFTARG = assure.amount, RIGHTARG = assure.amount,
    COMMUTATOR = OPERATOR(assure.<>), NEGATOR = OPERATOR(assure.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);

-- With a numeric, and so with every integer and every literal of a number. Exact,
-- nothing is rounded. With a constant the planner makes them comparisons of two
-- amounts; with a parameter of a generic plan an index serves them as they are.

CREATE FUNCTION assure.amount_compare_support(internal) RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_compare_support';
COMMENT ON FUNCTION assure.amount_compare_support(internal) IS 'Makes comparisons of amounts with constant numbers comparisons of amounts, for the planner.';

CREATE FUNCTION assure.amount_numeric_lt(assure.amount, numeric) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF COST 4 SUPPORT assure.amount_compare_support PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_numeric_lt';
COMMENT ON FUNCTION assure.amount_numeric_lt(assure.amount, numeric) IS 'Whether an amount is less than a number.';

CREATE FUNCTION assure.amount_numeric_le(assure.amount, numeric) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF COST 4 SUPPORT assure.amount_compare_support PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_numeric_le';
COMMENT ON FUNCTION assure.amount_numeric_le(assure.amount, numeric) IS 'Whether an amount is at most a number.';

CREATE FUNCTION assure.amount_numeric_eq(assure.amount, numeric) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF COST 4 SUPPORT assure.amount_compare_support PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_numeric_eq';
COMMENT ON FUNCTION assure.amount_numeric_eq(assure.amount, numeric) IS 'Whether an amount equals a number.';

CREATE FUNCTION assure.amount_numeric_ge(assure.amount, numeric) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF COST 4 SUPPORT assure.amount_compare_support PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_numeric_ge';
COMMENT ON FUNCTION assure.amount_numeric_ge(assure.amount, numeric) IS 'Whether an amount is at least a number.';

CREATE FUNCTION assure.amount_numeric_gt(assure.amount, numeric) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF COST 4 SUPPORT assure.amount_compare_support PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_numeric_gt';
COMMENT ON FUNCTION assure.amount_numeric_gt(assure.amount, numeric) IS 'Whether an amount is greater than a number.';

CREATE FUNCTION assure.amount_numeric_ne(assure.amount, numeric) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF COST 4 SUPPORT assure.amount_compare_support PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_numeric_ne';
COMMENT ON FUNCTION assure.amount_numeric_ne(assure.amount, numeric) IS 'Whether an amount differs from a number.';

CREATE OPERATOR assure.< (
    FUNCTION = assure.amount_numeric_lt, LEFTARG = assure.amount, RIGHTARG = numeric,
    COMMUTATOR = OPERATOR(assure.>), NEGATOR = OPERATOR(assure.>=),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR assure.<= (
    FUNCTION = assure.amount_numeric_le, LEFTARG = assure.amount, RIGHTARG = numeric,
    COMMUTATOR = OPERATOR(assure.>=), NEGATOR = OPERATOR(assure.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR assure.= (
    FUNCTION = assure.amount_numeric_eq, LEFTARG = assure.amount, RIGHTARG = numeric,
    COMMUTATOR = OPERATOR(assure.=), NEGATOR = OPERATOR(assure.<>),
    MERGES,
    RESTRICT = eqsel, JOIN = eqjoinsel
);
CREATE OPERATOR assure.>= (
    FUNCTION = assure.amount_numeric_ge, LEFTARG = assure.amount, RIGHTARG = numeric,
    COMMUTATOR = OPERATOR(assure.<=), NEGATOR = OPERATOR(assure.<),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);
CREATE OPERATOR assure.> (
    FUNCTION = assure.amount_numeric_gt, LEFTARG = assure.amount, RIGHTARG = numeric,
    COMMUTATOR = OPERATOR(assure.<), NEGATOR = OPERATOR(assure.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR assure.<> (
    FUNCTION = assure.amount_numeric_ne, LEFTARG = assure.amount, RIGHTARG = numeric,
    COMMUTATOR = OPERATOR(assure.<>), NEGATOR = OPERATOR(assure.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);

CREATE FUNCTION assure.numeric_amount_lt(numeric, assure.amount) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF COST 4 SUPPORT assure.amount_compare_support PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_numeric_amount_lt';
COMMENT ON FUNCTION assure.numeric_amount_lt(numeric, assure.amount) IS 'Whether a number is less than an amount.';

CREATE FUNCTION assure.numeric_amount_le(numeric, assure.amount) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF COST 4 SUPPORT assure.amount_compare_support PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_numeric_amount_le';
COMMENT ON FUNCTION assure.numeric_amount_le(numeric, assure.amount) IS 'Whether a number is at most an amount.';

CREATE FUNCTION assure.numeric_amount_eq(numeric, assure.amount) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF COST 4 SUPPORT assure.amount_compare_support PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_numeric_amount_eq';
COMMENT ON FUNCTION assure.numeric_amount_eq(numeric, assure.amount) IS 'Whether a number equals an amount.';

CREATE FUNCTION assure.numeric_amount_ge(numeric, assure.amount) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF COST 4 SUPPORT assure.amount_compare_support PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_numeric_amount_ge';
COMMENT ON FUNCTION assure.numeric_amount_ge(numeric, assure.amount) IS 'Whether a number is at least an amount.';

CREATE FUNCTION assure.numeric_amount_gt(numeric, assure.amount) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF COST 4 SUPPORT assure.amount_compare_support PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_numeric_amount_gt';
COMMENT ON FUNCTION assure.numeric_amount_gt(numeric, assure.amount) IS 'Whether a number is greater than an amount.';

CREATE FUNCTION assure.numeric_amount_ne(numeric, assure.amount) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF COST 4 SUPPORT assure.amount_compare_support PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_numeric_amount_ne';
COMMENT ON FUNCTION assure.numeric_amount_ne(numeric, assure.amount) IS 'Whether a number differs from an amount.';

CREATE OPERATOR assure.< (
    FUNCTION = assure.numeric_amount_lt, LEFTARG = numeric, RIGHTARG = assure.amount,
    COMMUTATOR = OPERATOR(assure.>), NEGATOR = OPERATOR(assure.>=),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR assure.<= (
    FUNCTION = assure.numeric_amount_le, LEFTARG = numeric, RIGHTARG = assure.amount,
    COMMUTATOR = OPERATOR(assure.>=), NEGATOR = OPERATOR(assure.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR assure.= (
    FUNCTION = assure.numeric_amount_eq, LEFTARG = numeric, RIGHTARG = assure.amount,
    COMMUTATOR = OPERATOR(assure.=), NEGATOR = OPERATOR(assure.<>),
    MERGES,
    RESTRICT = eqsel, JOIN = eqjoinsel
);
CREATE OPERATOR assure.>= (
    FUNCTION = assure.numeric_amount_ge, LEFTARG = numeric, RIGHTARG = assure.amount,
    COMMUTATOR = OPERATOR(assure.<=), NEGATOR = OPERATOR(assure.<),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);
CREATE OPERATOR assure.> (
    FUNCTION = assure.numeric_amount_gt, LEFTARG = numeric, RIGHTARG = assure.amount,
    COMMUTATOR = OPERATOR(assure.<), NEGATOR = OPERATOR(assure.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR assure.<> (
    FUNCTION = assure.numeric_amount_ne, LEFTARG = numeric, RIGHTARG = assure.amount,
    COMMUTATOR = OPERATOR(assure.<>), NEGATOR = OPERATOR(assure.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);

CREATE FUNCTION assure.amount_numeric_cmp(assure.amount, numeric) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF COST 4 PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_numeric_cmp';
COMMENT ON FUNCTION assure.amount_numeric_cmp(assure.amount, numeric) IS 'Orders an amount and a number: negative, zero, positive.';

CREATE FUNCTION assure.numeric_amount_cmp(numeric, assure.amount) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF COST 4 PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_numeric_amount_cmp';
COMMENT ON FUNCTION assure.numeric_amount_cmp(numeric, assure.amount) IS 'Orders a number and an amount: negative, zero, positive.';

CREATE FUNCTION assure.amount_in_range_numeric(assure.amount, assure.amount, numeric, boolean, boolean) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT COST 4 PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_in_range_numeric';
COMMENT ON FUNCTION assure.amount_in_range_numeric(assure.amount, assure.amount, numeric, boolean, boolean) IS 'Bounds of window frames by RANGE, with a number for the offset.';

CREATE FUNCTION assure.amount_cmp(assure.amount, assure.amount) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_cmp';
COMMENT ON FUNCTION assure.amount_cmp(assure.amount, assure.amount) IS 'Orders two amounts: negative, zero, positive.';

CREATE FUNCTION assure.amount_sortsupport(internal) RETURNS void
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_sortsupport';
COMMENT ON FUNCTION assure.amount_sortsupport(internal) IS 'Sorts amounts as 64-bit integers.';

CREATE FUNCTION assure.amount_in_range(assure.amount, assure.amount, assure.amount, boolean, boolean) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_in_range';
COMMENT ON FUNCTION assure.amount_in_range(assure.amount, assure.amount, assure.amount, boolean, boolean) IS 'Bounds of window frames by RANGE.';

CREATE FUNCTION assure.amount_hash(assure.amount) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_hash';
COMMENT ON FUNCTION assure.amount_hash(assure.amount) IS 'Hash of an amount.';

CREATE FUNCTION assure.amount_hash_extended(assure.amount, bigint) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_hash_extended';
COMMENT ON FUNCTION assure.amount_hash_extended(assure.amount, bigint) IS '64-bit hash of an amount, with a seed.';

-- Two numerics under names of their own. A btree family is whole only with them:
-- a merge of amounts with numerics has to sort numerics. The built-in operators
-- must not stand in a second family: the planner could take either for an ORDER
-- BY, and then not know an index of the other for it.

CREATE OPERATOR assure.<# (
    FUNCTION = pg_catalog.numeric_lt, LEFTARG = numeric, RIGHTARG = numeric,
    COMMUTATOR = OPERATOR(assure.>#), NEGATOR = OPERATOR(assure.>=#),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR assure.<# (numeric, numeric) IS '< of two numerics, for merges of amounts with numerics';
CREATE OPERATOR assure.<=# (
    FUNCTION = pg_catalog.numeric_le, LEFTARG = numeric, RIGHTARG = numeric,
    COMMUTATOR = OPERATOR(assure.>=#), NEGATOR = OPERATOR(assure.>#),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR assure.<=# (numeric, numeric) IS '<= of two numerics, for merges of amounts with numerics';
CREATE OPERATOR assure.=# (
    FUNCTION = pg_catalog.numeric_eq, LEFTARG = numeric, RIGHTARG = numeric,
    COMMUTATOR = OPERATOR(assure.=#), MERGES,
    RESTRICT = eqsel, JOIN = eqjoinsel
);
COMMENT ON OPERATOR assure.=# (numeric, numeric) IS '= of two numerics, for merges of amounts with numerics';
CREATE OPERATOR assure.>=# (
    FUNCTION = pg_catalog.numeric_ge, LEFTARG = numeric, RIGHTARG = numeric,
    COMMUTATOR = OPERATOR(assure.<=#), NEGATOR = OPERATOR(assure.<#),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR assure.>=# (numeric, numeric) IS '>= of two numerics, for merges of amounts with numerics';
CREATE OPERATOR assure.># (
    FUNCTION = pg_catalog.numeric_gt, LEFTARG = numeric, RIGHTARG = numeric,
    COMMUTATOR = OPERATOR(assure.<#), NEGATOR = OPERATOR(assure.<=#),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR assure.># (numeric, numeric) IS '> of two numerics, for merges of amounts with numerics';

CREATE OPERATOR CLASS assure.amount_ops DEFAULT FOR TYPE assure.amount USING btree AS
    OPERATOR 1 assure.<,
    OPERATOR 2 assure.<=,
    OPERATOR 3 assure.=,
    OPERATOR 4 assure.>=,
    OPERATOR 5 assure.>,
    FUNCTION 1 assure.amount_cmp(assure.amount, assure.amount),
    FUNCTION 2 assure.amount_sortsupport(internal),
    FUNCTION 3 assure.amount_in_range(assure.amount, assure.amount, assure.amount, boolean, boolean),
    FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS assure.amount_ops USING btree IS 'Amounts by size.';

ALTER OPERATOR FAMILY assure.amount_ops USING btree ADD
    OPERATOR 1 assure.< (assure.amount, numeric),
    OPERATOR 2 assure.<= (assure.amount, numeric),
    OPERATOR 3 assure.= (assure.amount, numeric),
    OPERATOR 4 assure.>= (assure.amount, numeric),
    OPERATOR 5 assure.> (assure.amount, numeric),
    OPERATOR 1 assure.< (numeric, assure.amount),
    OPERATOR 2 assure.<= (numeric, assure.amount),
    OPERATOR 3 assure.= (numeric, assure.amount),
    OPERATOR 4 assure.>= (numeric, assure.amount),
    OPERATOR 5 assure.> (numeric, assure.amount),
    OPERATOR 1 assure.<# (numeric, numeric),
    OPERATOR 2 assure.<=# (numeric, numeric),
    OPERATOR 3 assure.=# (numeric, numeric),
    OPERATOR 4 assure.>=# (numeric, numeric),
    OPERATOR 5 assure.># (numeric, numeric),
    FUNCTION 1 (numeric, numeric) pg_catalog.numeric_cmp(numeric, numeric),
    FUNCTION 2 (numeric, numeric) pg_catalog.numeric_sortsupport(internal),
    FUNCTION 1 (assure.amount, numeric) assure.amount_numeric_cmp(assure.amount, numeric),
    FUNCTION 1 (numeric, assure.amount) assure.numeric_amount_cmp(numeric, assure.amount),
    FUNCTION 3 (assure.amount, numeric) assure.amount_in_range_numeric(assure.amount, assure.amount, numeric, boolean, boolean);

CREATE OPERATOR CLASS assure.amount_ops DEFAULT FOR TYPE assure.amount USING hash AS
    OPERATOR 1 assure.=,
    FUNCTION 1 assure.amount_hash(assure.amount),
    FUNCTION 2 assure.amount_hash_extended(assure.amount, bigint);
COMMENT ON OPERATOR CLASS assure.amount_ops USING hash IS 'Equal amounts.';

CREATE OPERATOR CLASS assure.amount_minmax_ops DEFAULT FOR TYPE assure.amount USING brin AS
    OPERATOR 1 assure.<,
    OPERATOR 2 assure.<=,
    OPERATOR 3 assure.=,
    OPERATOR 4 assure.>=,
    OPERATOR 5 assure.>,
    FUNCTION 1 pg_catalog.brin_minmax_opcinfo(internal),
    FUNCTION 2 pg_catalog.brin_minmax_add_value(internal, internal, internal, internal),
    FUNCTION 3 pg_catalog.brin_minmax_consistent(internal, internal, internal),
    FUNCTION 4 pg_catalog.brin_minmax_union(internal, internal, internal);
COMMENT ON OPERATOR CLASS assure.amount_minmax_ops USING brin IS 'The least and the largest amount of a range of blocks.';

ALTER OPERATOR FAMILY assure.amount_minmax_ops USING brin ADD
    OPERATOR 1 assure.< (assure.amount, numeric),
    OPERATOR 2 assure.<= (assure.amount, numeric),
    OPERATOR 3 assure.= (assure.amount, numeric),
    OPERATOR 4 assure.>= (assure.amount, numeric),
    OPERATOR 5 assure.> (assure.amount, numeric);

-- ---------------------------------------------------------------------------
-- Arithmetic
-- ---------------------------------------------------------------------------

CREATE FUNCTION assure.amount_pl(assure.amount, assure.amount) RETURNS assure.amount
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_pl';
COMMENT ON FUNCTION assure.amount_pl(assure.amount, assure.amount) IS 'Adds two amounts.';

CREATE OPERATOR assure.+ (
    FUNCTION = assure.amount_pl, LEFTARG = assure.amount, RIGHTARG = assure.amount,
    COMMUTATOR = OPERATOR(assure.+)
);

CREATE FUNCTION assure.amount_mi(assure.amount, assure.amount) RETURNS assure.amount
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_mi';
COMMENT ON FUNCTION assure.amount_mi(assure.amount, assure.amount) IS 'Subtracts an amount from another.';

CREATE OPERATOR assure.- (
    FUNCTION = assure.amount_mi, LEFTARG = assure.amount, RIGHTARG = assure.amount
);

CREATE FUNCTION assure.amount_um(assure.amount) RETURNS assure.amount
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_um';
COMMENT ON FUNCTION assure.amount_um(assure.amount) IS 'Turns the sign of an amount.';

CREATE OPERATOR assure.- (
    FUNCTION = assure.amount_um, RIGHTARG = assure.amount
);

CREATE FUNCTION assure.abs(assure.amount) RETURNS assure.amount
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_abs';
COMMENT ON FUNCTION assure.abs(assure.amount) IS 'The amount without its sign.';

CREATE FUNCTION assure.prorate(amount assure.amount, part bigint, whole bigint) RETURNS assure.amount
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_prorate';
COMMENT ON FUNCTION assure.prorate(assure.amount, bigint, bigint) IS 'amount * part / whole, rounded once, half away from zero.';

-- There is one product and one quotient with a number, that with numeric; where
-- the number is an integer or a decimal constant, the planner takes prorate().

CREATE FUNCTION assure.amount_mul_support(internal) RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_mul_support';
COMMENT ON FUNCTION assure.amount_mul_support(internal) IS 'Makes products of amounts with integers and constants prorate(), for the planner.';

CREATE FUNCTION assure.amount_div_support(internal) RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_div_support';
COMMENT ON FUNCTION assure.amount_div_support(internal) IS 'Makes quotients of amounts and integers or constants prorate(), for the planner.';

CREATE FUNCTION assure.amount_mul(assure.amount, numeric) RETURNS assure.amount
    LANGUAGE c IMMUTABLE STRICT COST 4 SUPPORT assure.amount_mul_support PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_mul';
COMMENT ON FUNCTION assure.amount_mul(assure.amount, numeric) IS 'Multiplies an amount by a number, rounded half away from zero.';

CREATE OPERATOR assure.* (
    FUNCTION = assure.amount_mul, LEFTARG = assure.amount, RIGHTARG = numeric,
    COMMUTATOR = OPERATOR(assure.*)
);

CREATE FUNCTION assure.numeric_mul_amount(numeric, assure.amount) RETURNS assure.amount
    LANGUAGE c IMMUTABLE STRICT COST 4 SUPPORT assure.amount_mul_support PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_numeric_mul_amount';
COMMENT ON FUNCTION assure.numeric_mul_amount(numeric, assure.amount) IS 'Multiplies a number by an amount, rounded half away from zero.';

CREATE OPERATOR assure.* (
    FUNCTION = assure.numeric_mul_amount, LEFTARG = numeric, RIGHTARG = assure.amount,
    COMMUTATOR = OPERATOR(assure.*)
);

CREATE FUNCTION assure.amount_div(assure.amount, numeric) RETURNS assure.amount
    LANGUAGE c IMMUTABLE STRICT COST 10 SUPPORT assure.amount_div_support PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_div';
COMMENT ON FUNCTION assure.amount_div(assure.amount, numeric) IS 'Divides an amount by a number, rounded half away from zero.';

CREATE OPERATOR assure./ (
    FUNCTION = assure.amount_div, LEFTARG = assure.amount, RIGHTARG = numeric
);

CREATE FUNCTION assure.amount_ratio(assure.amount, assure.amount) RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT COST 5 PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_ratio';
COMMENT ON FUNCTION assure.amount_ratio(assure.amount, assure.amount) IS 'Divides an amount by another, as numeric divides.';

CREATE OPERATOR assure./ (
    FUNCTION = assure.amount_ratio, LEFTARG = assure.amount, RIGHTARG = assure.amount
);

-- ---------------------------------------------------------------------------
-- Casts
-- ---------------------------------------------------------------------------

-- To an amount by assignment, from what may have more than fen too, rounded as
-- a numeric(,2) column would. None is implicit: were one, a comparison of any
-- integer with a numeric would find our operators as good as the built-in ones,
-- and be ambiguous. To integers, where the fen are lost, only on demand.

CREATE FUNCTION assure.amount(numeric) RETURNS assure.amount
    LANGUAGE c IMMUTABLE STRICT COST 4 PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_from_numeric';
COMMENT ON FUNCTION assure.amount(numeric) IS 'Rounds a number of yuan to an amount, half away from zero.';

CREATE CAST (numeric AS assure.amount) WITH FUNCTION assure.amount(numeric) AS ASSIGNMENT;

CREATE FUNCTION assure.amount(bigint) RETURNS assure.amount
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_from_int8';
COMMENT ON FUNCTION assure.amount(bigint) IS 'Takes a number of yuan as an amount.';

CREATE CAST (bigint AS assure.amount) WITH FUNCTION assure.amount(bigint) AS ASSIGNMENT;

CREATE FUNCTION assure.amount(integer) RETURNS assure.amount
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_from_int4';
COMMENT ON FUNCTION assure.amount(integer) IS 'Takes a number of yuan as an amount.';

CREATE CAST (integer AS assure.amount) WITH FUNCTION assure.amount(integer) AS ASSIGNMENT;

CREATE FUNCTION assure.amount(smallint) RETURNS assure.amount
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_from_int2';
COMMENT ON FUNCTION assure.amount(smallint) IS 'Takes a number of yuan as an amount.';

CREATE CAST (smallint AS assure.amount) WITH FUNCTION assure.amount(smallint) AS ASSIGNMENT;

CREATE FUNCTION assure.amount_to_numeric(assure.amount) RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT COST 2 PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_to_numeric';
COMMENT ON FUNCTION assure.amount_to_numeric(assure.amount) IS 'An amount as a number with two decimals.';

CREATE CAST (assure.amount AS numeric) WITH FUNCTION assure.amount_to_numeric(assure.amount) AS ASSIGNMENT;

CREATE FUNCTION assure.amount_to_int8(assure.amount) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_to_int8';
COMMENT ON FUNCTION assure.amount_to_int8(assure.amount) IS 'An amount rounded to whole yuan, half away from zero.';

CREATE CAST (assure.amount AS bigint) WITH FUNCTION assure.amount_to_int8(assure.amount);

CREATE FUNCTION assure.amount_to_int4(assure.amount) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_to_int4';
COMMENT ON FUNCTION assure.amount_to_int4(assure.amount) IS 'An amount rounded to whole yuan, half away from zero.';

CREATE CAST (assure.amount AS integer) WITH FUNCTION assure.amount_to_int4(assure.amount);

CREATE FUNCTION assure.amount_to_int2(assure.amount) RETURNS smallint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_to_int2';
COMMENT ON FUNCTION assure.amount_to_int2(assure.amount) IS 'An amount rounded to whole yuan, half away from zero.';

CREATE CAST (assure.amount AS smallint) WITH FUNCTION assure.amount_to_int2(assure.amount);

-- to_json, to_jsonb, row_to_json, json_build_object and their kin look for this
-- cast, and with it write a number.

CREATE FUNCTION assure.amount_to_json(assure.amount) RETURNS json
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_to_json';
COMMENT ON FUNCTION assure.amount_to_json(assure.amount) IS 'An amount as a JSON number with two decimals.';

CREATE CAST (assure.amount AS json) WITH FUNCTION assure.amount_to_json(assure.amount);

-- Between amounts and columns of whole fen: the same 64 bits.

CREATE FUNCTION assure.fen(assure.amount) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_fen';
COMMENT ON FUNCTION assure.fen(assure.amount) IS 'The amount in fen.';

CREATE FUNCTION assure.from_fen(bigint) RETURNS assure.amount
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_fen';
COMMENT ON FUNCTION assure.from_fen(bigint) IS 'The amount of so many fen.';

-- ---------------------------------------------------------------------------
-- Aggregates
-- ---------------------------------------------------------------------------

-- One plain state for sum and avg: {count, high, low}, a sum of 128 bits.

CREATE FUNCTION assure.amount_accum(bigint[], assure.amount) RETURNS bigint[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_accum';
COMMENT ON FUNCTION assure.amount_accum(bigint[], assure.amount) IS 'Takes an amount into the state of sum and avg.';

CREATE FUNCTION assure.amount_discard(bigint[], assure.amount) RETURNS bigint[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_discard';
COMMENT ON FUNCTION assure.amount_discard(bigint[], assure.amount) IS 'Takes an amount out of the state of sum and avg.';

CREATE FUNCTION assure.amount_combine(bigint[], bigint[]) RETURNS bigint[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_combine';
COMMENT ON FUNCTION assure.amount_combine(bigint[], bigint[]) IS 'Adds up two states of sum and avg.';

CREATE FUNCTION assure.amount_sum(bigint[]) RETURNS assure.amount
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_sum';
COMMENT ON FUNCTION assure.amount_sum(bigint[]) IS 'The sum that a state stands for.';

CREATE FUNCTION assure.amount_avg(bigint[]) RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_avg';
COMMENT ON FUNCTION assure.amount_avg(bigint[]) IS 'The average that a state stands for.';

CREATE FUNCTION assure.amount_larger(assure.amount, assure.amount) RETURNS assure.amount
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_larger';
COMMENT ON FUNCTION assure.amount_larger(assure.amount, assure.amount) IS 'The larger of two amounts.';

CREATE FUNCTION assure.amount_smaller(assure.amount, assure.amount) RETURNS assure.amount
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_amount_smaller';
COMMENT ON FUNCTION assure.amount_smaller(assure.amount, assure.amount) IS 'The smaller of two amounts.';

CREATE AGGREGATE assure.sum(assure.amount) (
    SFUNC = assure.amount_accum, STYPE = bigint[], INITCOND = '{0,0,0}',
    FINALFUNC = assure.amount_sum, COMBINEFUNC = assure.amount_combine,
    MSFUNC = assure.amount_accum, MINVFUNC = assure.amount_discard, MSTYPE = bigint[],
    MINITCOND = '{0,0,0}', MFINALFUNC = assure.amount_sum, PARALLEL = SAFE
);
COMMENT ON AGGREGATE assure.sum(assure.amount) IS 'The sum of amounts; beyond the range of amounts an error, whatever its way there.';

CREATE AGGREGATE assure.avg(assure.amount) (
    SFUNC = assure.amount_accum, STYPE = bigint[], INITCOND = '{0,0,0}',
    FINALFUNC = assure.amount_avg, COMBINEFUNC = assure.amount_combine,
    MSFUNC = assure.amount_accum, MINVFUNC = assure.amount_discard, MSTYPE = bigint[],
    MINITCOND = '{0,0,0}', MFINALFUNC = assure.amount_avg, PARALLEL = SAFE
);
COMMENT ON AGGREGATE assure.avg(assure.amount) IS 'The average of amounts, the digits that avg(numeric) gives.';

CREATE AGGREGATE assure.min(assure.amount) (
    SFUNC = assure.amount_smaller, STYPE = assure.amount, COMBINEFUNC = assure.amount_smaller,
    SORTOP = OPERATOR(assure.<), PARALLEL = SAFE
);
COMMENT ON AGGREGATE assure.min(assure.amount) IS 'The least amount.';

CREATE AGGREGATE assure.max(assure.amount) (
    SFUNC = assure.amount_larger, STYPE = assure.amount, COMBINEFUNC = assure.amount_larger,
    SORTOP = OPERATOR(assure.>), PARALLEL = SAFE
);
COMMENT ON AGGREGATE assure.max(assure.amount) IS 'The largest amount.';

