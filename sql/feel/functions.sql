-- FEEL: two types, whose input checks the grammar, and evaluation over jsonb.

CREATE TYPE assure.feel;
CREATE TYPE assure.feel_tests;

CREATE FUNCTION assure.feel_in(cstring) RETURNS assure.feel
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'assure_feel_in';
COMMENT ON FUNCTION assure.feel_in(cstring) IS 'input of assure.feel';

CREATE FUNCTION assure.feel_out(assure.feel) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_feel_out';
COMMENT ON FUNCTION assure.feel_out(assure.feel) IS 'output of assure.feel';

CREATE FUNCTION assure.feel_recv(internal) RETURNS assure.feel
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'assure_feel_recv';
COMMENT ON FUNCTION assure.feel_recv(internal) IS 'binary input of assure.feel';

CREATE FUNCTION assure.feel_send(assure.feel) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_feel_send';
COMMENT ON FUNCTION assure.feel_send(assure.feel) IS 'binary output of assure.feel';

CREATE TYPE assure.feel (
    INPUT = assure.feel_in,
    OUTPUT = assure.feel_out,
    RECEIVE = assure.feel_recv,
    SEND = assure.feel_send,
    LIKE = text,
    COLLATABLE = false
);
COMMENT ON TYPE assure.feel IS 'text of a FEEL expression; its grammar is checked on input';

CREATE FUNCTION assure.feel(expression text) RETURNS assure.feel
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'assure_feel_from_text';
COMMENT ON FUNCTION assure.feel(text) IS 'a text as a FEEL expression, its grammar checked';

CREATE CAST (text AS assure.feel) WITH FUNCTION assure.feel(text) AS ASSIGNMENT;
COMMENT ON CAST (text AS assure.feel) IS 'checks the grammar';
CREATE CAST (assure.feel AS text) WITHOUT FUNCTION AS ASSIGNMENT;
COMMENT ON CAST (assure.feel AS text) IS 'the expression as it was written';

CREATE FUNCTION assure.feel_tests_in(cstring) RETURNS assure.feel_tests
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'assure_feel_tests_in';
COMMENT ON FUNCTION assure.feel_tests_in(cstring) IS 'input of assure.feel_tests';

CREATE FUNCTION assure.feel_tests_out(assure.feel_tests) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_feel_out';
COMMENT ON FUNCTION assure.feel_tests_out(assure.feel_tests) IS 'output of assure.feel_tests';

CREATE FUNCTION assure.feel_tests_recv(internal) RETURNS assure.feel_tests
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'assure_feel_tests_recv';
COMMENT ON FUNCTION assure.feel_tests_recv(internal) IS 'binary input of assure.feel_tests';

CREATE FUNCTION assure.feel_tests_send(assure.feel_tests) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_feel_send';
COMMENT ON FUNCTION assure.feel_tests_send(assure.feel_tests) IS 'binary output of assure.feel_tests';

CREATE TYPE assure.feel_tests (
    INPUT = assure.feel_tests_in,
    OUTPUT = assure.feel_tests_out,
    RECEIVE = assure.feel_tests_recv,
    SEND = assure.feel_tests_send,
    LIKE = text,
    COLLATABLE = false
);
COMMENT ON TYPE assure.feel_tests IS 'text of FEEL unary tests, as a cell of a decision table holds them; its grammar is checked on input';

CREATE FUNCTION assure.feel_tests(tests text) RETURNS assure.feel_tests
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'assure_feel_tests_from_text';
COMMENT ON FUNCTION assure.feel_tests(text) IS 'a text as FEEL unary tests, its grammar checked';

CREATE CAST (text AS assure.feel_tests) WITH FUNCTION assure.feel_tests(text) AS ASSIGNMENT;
COMMENT ON CAST (text AS assure.feel_tests) IS 'checks the grammar';
CREATE CAST (assure.feel_tests AS text) WITHOUT FUNCTION AS ASSIGNMENT;
COMMENT ON CAST (assure.feel_tests AS text) IS 'the tests as they were written';

-- Equal means written alike: so rules can be grouped, made unique, joined.

CREATE FUNCTION assure.feel_lt(assure.feel, assure.feel) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_feel_lt';
COMMENT ON FUNCTION assure.feel_lt(assure.feel, assure.feel) IS 'Whether the text of expressions is less than another: <.';

CREATE FUNCTION assure.feel_le(assure.feel, assure.feel) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_feel_le';
COMMENT ON FUNCTION assure.feel_le(assure.feel, assure.feel) IS 'Whether the text of expressions is less than or equal to another: <=.';

CREATE FUNCTION assure.feel_eq(assure.feel, assure.feel) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_feel_eq';
COMMENT ON FUNCTION assure.feel_eq(assure.feel, assure.feel) IS 'Whether the text of expressions is equal another: =.';

CREATE FUNCTION assure.feel_ne(assure.feel, assure.feel) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_feel_ne';
COMMENT ON FUNCTION assure.feel_ne(assure.feel, assure.feel) IS 'Whether the text of expressions is not equal another: <>.';

CREATE FUNCTION assure.feel_ge(assure.feel, assure.feel) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_feel_ge';
COMMENT ON FUNCTION assure.feel_ge(assure.feel, assure.feel) IS 'Whether the text of expressions is greater than or equal to another: >=.';

CREATE FUNCTION assure.feel_gt(assure.feel, assure.feel) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_feel_gt';
COMMENT ON FUNCTION assure.feel_gt(assure.feel, assure.feel) IS 'Whether the text of expressions is greater than another: >.';

CREATE OPERATOR assure.< (
    LEFTARG = assure.feel, RIGHTARG = assure.feel, FUNCTION = assure.feel_lt,
    COMMUTATOR = OPERATOR(assure.>), NEGATOR = OPERATOR(assure.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR assure.< (assure.feel, assure.feel) IS 'less than, by their texts';

CREATE OPERATOR assure.<= (
    LEFTARG = assure.feel, RIGHTARG = assure.feel, FUNCTION = assure.feel_le,
    COMMUTATOR = OPERATOR(assure.>=), NEGATOR = OPERATOR(assure.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR assure.<= (assure.feel, assure.feel) IS 'less than or equal to, by their texts';

CREATE OPERATOR assure.= (
    LEFTARG = assure.feel, RIGHTARG = assure.feel, FUNCTION = assure.feel_eq,
    COMMUTATOR = OPERATOR(assure.=), NEGATOR = OPERATOR(assure.<>), HASHES, MERGES, RESTRICT = eqsel, JOIN = eqjoinsel
);
COMMENT ON OPERATOR assure.= (assure.feel, assure.feel) IS 'equal, by their texts';

CREATE OPERATOR assure.<> (
    LEFTARG = assure.feel, RIGHTARG = assure.feel, FUNCTION = assure.feel_ne,
    COMMUTATOR = OPERATOR(assure.<>), NEGATOR = OPERATOR(assure.=), RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR assure.<> (assure.feel, assure.feel) IS 'not equal, by their texts';

CREATE OPERATOR assure.>= (
    LEFTARG = assure.feel, RIGHTARG = assure.feel, FUNCTION = assure.feel_ge,
    COMMUTATOR = OPERATOR(assure.<=), NEGATOR = OPERATOR(assure.<), RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR assure.>= (assure.feel, assure.feel) IS 'greater than or equal to, by their texts';

CREATE OPERATOR assure.> (
    LEFTARG = assure.feel, RIGHTARG = assure.feel, FUNCTION = assure.feel_gt,
    COMMUTATOR = OPERATOR(assure.<), NEGATOR = OPERATOR(assure.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR assure.> (assure.feel, assure.feel) IS 'greater than, by their texts';

CREATE FUNCTION assure.feel_cmp(assure.feel, assure.feel) RETURNS int
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_feel_cmp';
COMMENT ON FUNCTION assure.feel_cmp(assure.feel, assure.feel) IS 'Which of two expressions comes first by its text: -1, 0 or 1.';

CREATE FUNCTION assure.feel_hash(assure.feel) RETURNS int
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_feel_hash';
COMMENT ON FUNCTION assure.feel_hash(assure.feel) IS 'Hash of the text of expressions.';

CREATE FUNCTION assure.feel_hash_extended(assure.feel, bigint) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_feel_hash_extended';
COMMENT ON FUNCTION assure.feel_hash_extended(assure.feel, bigint) IS 'Hash of the text of expressions with a seed.';

CREATE OPERATOR CLASS assure.feel_ops DEFAULT FOR TYPE assure.feel USING btree AS
    OPERATOR 1 assure.<, OPERATOR 2 assure.<=, OPERATOR 3 assure.=, OPERATOR 4 assure.>=, OPERATOR 5 assure.>,
    FUNCTION 1 assure.feel_cmp(assure.feel, assure.feel),
    FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS assure.feel_ops USING btree IS 'expressions: by their texts';
CREATE OPERATOR CLASS assure.feel_hash_ops DEFAULT FOR TYPE assure.feel USING hash AS
    OPERATOR 1 assure.=,
    FUNCTION 1 assure.feel_hash(assure.feel),
    FUNCTION 2 assure.feel_hash_extended(assure.feel, bigint);
COMMENT ON OPERATOR CLASS assure.feel_hash_ops USING hash IS 'expressions by hash of their texts';

CREATE FUNCTION assure.feel_tests_lt(assure.feel_tests, assure.feel_tests) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_feel_lt';
COMMENT ON FUNCTION assure.feel_tests_lt(assure.feel_tests, assure.feel_tests) IS 'Whether the text of unary tests is less than another: <.';

CREATE FUNCTION assure.feel_tests_le(assure.feel_tests, assure.feel_tests) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_feel_le';
COMMENT ON FUNCTION assure.feel_tests_le(assure.feel_tests, assure.feel_tests) IS 'Whether the text of unary tests is less than or equal to another: <=.';

CREATE FUNCTION assure.feel_tests_eq(assure.feel_tests, assure.feel_tests) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_feel_eq';
COMMENT ON FUNCTION assure.feel_tests_eq(assure.feel_tests, assure.feel_tests) IS 'Whether the text of unary tests is equal another: =.';

CREATE FUNCTION assure.feel_tests_ne(assure.feel_tests, assure.feel_tests) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_feel_ne';
COMMENT ON FUNCTION assure.feel_tests_ne(assure.feel_tests, assure.feel_tests) IS 'Whether the text of unary tests is not equal another: <>.';

CREATE FUNCTION assure.feel_tests_ge(assure.feel_tests, assure.feel_tests) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_feel_ge';
COMMENT ON FUNCTION assure.feel_tests_ge(assure.feel_tests, assure.feel_tests) IS 'Whether the text of unary tests is greater than or equal to another: >=.';

CREATE FUNCTION assure.feel_tests_gt(assure.feel_tests, assure.feel_tests) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_feel_gt';
COMMENT ON FUNCTION assure.feel_tests_gt(assure.feel_tests, assure.feel_tests) IS 'Whether the text of unary tests is greater than another: >.';

CREATE OPERATOR assure.< (
    LEFTARG = assure.feel_tests, RIGHTARG = assure.feel_tests, FUNCTION = assure.feel_tests_lt,
    COMMUTATOR = OPERATOR(assure.>), NEGATOR = OPERATOR(assure.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR assure.< (assure.feel_tests, assure.feel_tests) IS 'less than, by their texts';

CREATE OPERATOR assure.<= (
    LEFTARG = assure.feel_tests, RIGHTARG = assure.feel_tests, FUNCTION = assure.feel_tests_le,
    COMMUTATOR = OPERATOR(assure.>=), NEGATOR = OPERATOR(assure.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR assure.<= (assure.feel_tests, assure.feel_tests) IS 'less than or equal to, by their texts';

CREATE OPERATOR assure.= (
    LEFTARG = assure.feel_tests, RIGHTARG = assure.feel_tests, FUNCTION = assure.feel_tests_eq,
    COMMUTATOR = OPERATOR(assure.=), NEGATOR = OPERATOR(assure.<>), HASHES, MERGES, RESTRICT = eqsel, JOIN = eqjoinsel
);
COMMENT ON OPERATOR assure.= (assure.feel_tests, assure.feel_tests) IS 'equal, by their texts';

CREATE OPERATOR assure.<> (
    LEFTARG = assure.feel_tests, RIGHTARG = assure.feel_tests, FUNCTION = assure.feel_tests_ne,
    COMMUTATOR = OPERATOR(assure.<>), NEGATOR = OPERATOR(assure.=), RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR assure.<> (assure.feel_tests, assure.feel_tests) IS 'not equal, by their texts';

CREATE OPERATOR assure.>= (
    LEFTARG = assure.feel_tests, RIGHTARG = assure.feel_tests, FUNCTION = assure.feel_tests_ge,
    COMMUTATOR = OPERATOR(assure.<=), NEGATOR = OPERATOR(assure.<), RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR assure.>= (assure.feel_tests, assure.feel_tests) IS 'greater than or equal to, by their texts';

CREATE OPERATOR assure.> (
    LEFTARG = assure.feel_tests, RIGHTARG = assure.feel_tests, FUNCTION = assure.feel_tests_gt,
    COMMUTATOR = OPERATOR(assure.<), NEGATOR = OPERATOR(assure.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR assure.> (assure.feel_tests, assure.feel_tests) IS 'greater than, by their texts';

CREATE FUNCTION assure.feel_tests_cmp(assure.feel_tests, assure.feel_tests) RETURNS int
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_feel_cmp';
COMMENT ON FUNCTION assure.feel_tests_cmp(assure.feel_tests, assure.feel_tests) IS 'Which of two unary tests comes first by its text: -1, 0 or 1.';

CREATE FUNCTION assure.feel_tests_hash(assure.feel_tests) RETURNS int
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_feel_hash';
COMMENT ON FUNCTION assure.feel_tests_hash(assure.feel_tests) IS 'Hash of the text of unary tests.';

CREATE FUNCTION assure.feel_tests_hash_extended(assure.feel_tests, bigint) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_feel_hash_extended';
COMMENT ON FUNCTION assure.feel_tests_hash_extended(assure.feel_tests, bigint) IS 'Hash of the text of unary tests with a seed.';

CREATE OPERATOR CLASS assure.feel_tests_ops DEFAULT FOR TYPE assure.feel_tests USING btree AS
    OPERATOR 1 assure.<, OPERATOR 2 assure.<=, OPERATOR 3 assure.=, OPERATOR 4 assure.>=, OPERATOR 5 assure.>,
    FUNCTION 1 assure.feel_tests_cmp(assure.feel_tests, assure.feel_tests),
    FUNCTION 4 pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS assure.feel_tests_ops USING btree IS 'unary tests: by their texts';
CREATE OPERATOR CLASS assure.feel_tests_hash_ops DEFAULT FOR TYPE assure.feel_tests USING hash AS
    OPERATOR 1 assure.=,
    FUNCTION 1 assure.feel_tests_hash(assure.feel_tests),
    FUNCTION 2 assure.feel_tests_hash_extended(assure.feel_tests, bigint);
COMMENT ON OPERATOR CLASS assure.feel_tests_hash_ops USING hash IS 'unary tests by hash of their texts';

CREATE FUNCTION assure.eval(expression assure.feel, context jsonb) RETURNS jsonb
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'assure_eval';
COMMENT ON FUNCTION assure.eval(assure.feel, jsonb) IS 'the value of a FEEL expression; the keys of context are its names; NULL if it is null';

CREATE FUNCTION assure.holds(condition assure.feel, context jsonb) RETURNS boolean
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'assure_holds';
COMMENT ON FUNCTION assure.holds(assure.feel, jsonb) IS 'whether a FEEL condition is true; NULL if it is neither true nor false';

CREATE FUNCTION assure.unary_test(tests assure.feel_tests, input jsonb, context jsonb DEFAULT '{}') RETURNS boolean
    LANGUAGE c STABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'assure_unary_test';
COMMENT ON FUNCTION assure.unary_test(assure.feel_tests, jsonb, jsonb) IS 'whether the input passes FEEL unary tests; a NULL input is null';

CREATE FUNCTION assure.eval_explain(expression assure.feel, context jsonb,
    OUT value jsonb, OUT kind text, OUT reasons text[]) RETURNS record
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'assure_eval_explain';
COMMENT ON FUNCTION assure.eval_explain(assure.feel, jsonb) IS 'the value of a FEEL expression, its kind, and why parts of it are null';
