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
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR assure.<= (
    FUNCTION = assure.amount_le, LEFTARG = assure.amount, RIGHTARG = assure.amount,
    COMMUTATOR = OPERATOR(assure.>=), NEGATOR = OPERATOR(assure.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
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
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);
CREATE OPERATOR assure.> (
    FUNCTION = assure.amount_gt, LEFTARG = assure.amount, RIGHTARG = assure.amount,
    COMMUTATOR = OPERATOR(assure.<), NEGATOR = OPERATOR(assure.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR assure.<> (
    FUNCTION = assure.amount_ne, LEFTARG = assure.amount, RIGHTARG = assure.amount,
    COMMUTATOR = OPERATOR(assure.<>), NEGATOR = OPERATOR(assure.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);

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

CREATE OPERATOR CLASS assure.amount_ops DEFAULT FOR TYPE assure.amount USING hash AS
    OPERATOR 1 assure.=,
    FUNCTION 1 assure.amount_hash(assure.amount),
    FUNCTION 2 assure.amount_hash_extended(assure.amount, bigint);
COMMENT ON OPERATOR CLASS assure.amount_ops USING hash IS 'Equal amounts.';

