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
