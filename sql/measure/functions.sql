-- Measures, and the profiles that weigh them.

CREATE FUNCTION assure.classify_task() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_classify_task';
REVOKE ALL ON FUNCTION assure.classify_task() FROM PUBLIC;
COMMENT ON FUNCTION assure.classify_task() IS 'Row trigger of tasks: fills product line and chapter of diagnoses from the claim, from the task that it is about, or from its attributes.';

CREATE FUNCTION assure.smoothed_rates(hits bigint[], cases bigint[]) RETURNS float8[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'assure_smoothed_rates';
COMMENT ON FUNCTION assure.smoothed_rates(bigint[], bigint[]) IS 'Rates of the members of a group, each drawn to the mean of all: the more, the fewer cases it has, and the less members differ beyond chance (empirical Bayes, beta-binomial, fitted by moments). NULL where nobody has a case.';

CREATE FUNCTION assure.smoothed_means(cases bigint[], sums float8[], squares float8[]) RETURNS float8[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'assure_smoothed_means';
COMMENT ON FUNCTION assure.smoothed_means(bigint[], float8[], float8[]) IS 'Means of the members of a group from how many values each has, their sum and the sum of their squares, each drawn to the mean of all (empirical Bayes, normal-normal, fitted by moments). NULL where nobody has a case.';

CREATE PROCEDURE assure.refresh_match_measures(INOUT changed bigint DEFAULT NULL)
    LANGUAGE c AS 'MODULE_PATHNAME', 'assure_refresh_match_measures';
REVOKE ALL ON PROCEDURE assure.refresh_match_measures(bigint) FROM PUBLIC;
COMMENT ON PROCEDURE assure.refresh_match_measures(bigint) IS 'Computes the measures of all workers from the history of the last 90 days, so many workers a transaction, and what is expected of whom nothing is known. Writes only rows that changed, and returns how many.';

CREATE FUNCTION assure.put_match_profile(profile jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_put_match_profile';
REVOKE ALL ON FUNCTION assure.put_match_profile(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.put_match_profile(jsonb, text) IS 'Checks a matching profile, {code, name, factors, conditions, penalties, preferred_worker, levelling, outside}, and makes it the current version of its code. Returns its key.';

CREATE FUNCTION assure.try_match_profile(profile jsonb, queue text, product text DEFAULT NULL, chapter int DEFAULT NULL,
        OUT worker text, OUT rank bigint, OUT cost bigint, OUT factor text, OUT dimension text, OUT value float8, OUT worst float8, OUT best float8,
        OUT weight bigint, OUT contribution bigint, OUT excluded_by text) RETURNS SETOF record
    LANGUAGE c STABLE PARALLEL UNSAFE COST 10000 ROWS 1000 AS 'MODULE_PATHNAME', 'assure_try_match_profile';
REVOKE ALL ON FUNCTION assure.try_match_profile(jsonb, text, text, int) FROM PUBLIC;
COMMENT ON FUNCTION assure.try_match_profile(jsonb, text, text, int) IS 'What a draft of a profile holds of the people for tasks of a queue, product line and chapter, by its factors on the worker: a row for each qualified worker and factor, costs in millionths of the distance from best to worst. Changes nothing.';
