-- Post-check: plans, defects, draws, verdicts.

CREATE FUNCTION assure.draw_sample(seed text, task_ids bigint[], strata int[], rates numeric[]) RETURNS bigint[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'assure_draw_sample';
COMMENT ON FUNCTION assure.draw_sample(text, bigint[], int[], numeric[]) IS 'Draws of a list of tasks as a post-check does: of each stratum its rate, at least one task. strata has the numbers of each task''s strata, one task after another; a stratum is the place of its rate in rates.';

CREATE FUNCTION assure.put_check_plan(plan jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_put_check_plan';
REVOKE ALL ON FUNCTION assure.put_check_plan(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.put_check_plan(jsonb, text) IS 'Says how much of a queue''s finished work is checked, and what divides it into strata; a new version, whose key is returned.';

CREATE FUNCTION assure.put_defect(defect jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_put_defect';
REVOKE ALL ON FUNCTION assure.put_defect(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.put_defect(jsonb, text) IS 'Puts a defect with its weight into the catalogue; a new version, whose key is returned.';

CREATE FUNCTION assure.draw_checks(period daterange, seed text, queue text DEFAULT NULL, request_id text DEFAULT NULL)
    RETURNS TABLE (check_draw_id bigint, queue_code text, population bigint, sample bigint)
    LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 ROWS 10 AS 'MODULE_PATHNAME', 'assure_draw_checks';
REVOKE ALL ON FUNCTION assure.draw_checks(daterange, text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.draw_checks(daterange, text, text, text) IS 'Draws the work that was finished on the days of a period, of one queue or of all that have a plan, and opens a task for each check. The same period and seed again give what was drawn.';

CREATE FUNCTION assure.record_check(verdict jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_record_check';
REVOKE ALL ON FUNCTION assure.record_check(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.record_check(jsonb, text) IS 'The verdict of a checker: it passes, or has defects and goes to who did the work; returns the check.';

CREATE FUNCTION assure.record_rectification(task_id bigint, note text, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_record_rectification';
REVOKE ALL ON FUNCTION assure.record_rectification(bigint, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.record_rectification(bigint, text, text) IS 'Says that the defects are mended, and how; returns the task of who checks again.';

CREATE FUNCTION assure.close_draw(check_draw_id bigint, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_close_draw';
REVOKE ALL ON FUNCTION assure.close_draw(bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.close_draw(bigint, text) IS 'Closes a draw all of whose checks have passed.';
