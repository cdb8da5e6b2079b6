-- Why a task goes to whom.

CREATE FUNCTION assure.why(task_id bigint)
    RETURNS TABLE (worker text, rank int, factor text, dimension text, value numeric, weight numeric, contribution numeric, excluded_by text)
    LANGUAGE c STABLE STRICT PARALLEL UNSAFE COST 100000 ROWS 500 AS 'MODULE_PATHNAME', 'assure_why';
REVOKE ALL ON FUNCTION assure.why(bigint) FROM PUBLIC;
COMMENT ON FUNCTION assure.why(bigint) IS 'Who is best for a task and why, by the engine of dispatch: of the ten best each factor with its value, weight and contribution, which add up to what the pair costs and its place is worth; of the others their rank and sum; and what keeps the rest.';
