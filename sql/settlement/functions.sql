-- Settlement between branches, and points of persons.

CREATE FUNCTION assure.put_difficulty(difficulty jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_put_difficulty';
REVOKE ALL ON FUNCTION assure.put_difficulty(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.put_difficulty(jsonb, text) IS 'Says when a queue''s tasks are difficult: conditions of the levels 2 to 5, for what is finished from now on; returns the key.';

CREATE FUNCTION assure.put_tariff(tariff jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_put_tariff';
REVOKE ALL ON FUNCTION assure.put_tariff(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.put_tariff(jsonb, text) IS 'Says what a branch pays for a queue''s task that another does, by difficulty, from a day on; returns the key.';

CREATE FUNCTION assure.put_point_rule(point_rule jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_put_point_rule';
REVOKE ALL ON FUNCTION assure.put_point_rule(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.put_point_rule(jsonb, text) IS 'Says what points a queue''s tasks give, for what is finished from now on; returns the key.';

CREATE FUNCTION assure.settlement_statement(month date)
    RETURNS TABLE (branch text, counterparty text, tasks_done bigint, earned numeric, tasks_given bigint, owed numeric, net numeric, closed boolean)
    LANGUAGE c STABLE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'assure_settlement_statement';
REVOKE ALL ON FUNCTION assure.settlement_statement(date) FROM PUBLIC;
COMMENT ON FUNCTION assure.settlement_statement(date) IS 'What branches owe each other for a month, netted by pair; the row without counterparty is the sum of its branch. The nets of all branches add up to 0.';

CREATE FUNCTION assure.close_settlement(month date, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_close_settlement';
REVOKE ALL ON FUNCTION assure.close_settlement(date, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.close_settlement(date, text) IS 'Closes a month that is over, for good; months are closed one after another. Returns how many postings it has.';

CREATE FUNCTION assure.correct_settlement(task_id bigint, amount numeric, reason text, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_correct_settlement';
REVOKE ALL ON FUNCTION assure.correct_settlement(bigint, numeric, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.correct_settlement(bigint, numeric, text, text) IS 'Brings what is owed for a finished task to an amount: the difference is booked in an open month.';

CREATE FUNCTION assure.annul_work(task_id bigint, reason text, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_annul_work';
REVOKE ALL ON FUNCTION assure.annul_work(bigint, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.annul_work(bigint, text, text) IS 'Takes back settlement and points of a finished task whose result does not count any more, by entries of the opposite amount.';
