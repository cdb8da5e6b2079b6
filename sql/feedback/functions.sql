-- What customers say of the work on their tasks.

CREATE FUNCTION assure.record_complaint(task_id bigint, kind text, reason text, channel text DEFAULT 'phone', request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_record_complaint';
REVOKE ALL ON FUNCTION assure.record_complaint(bigint, text, text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.record_complaint(bigint, text, text, text, text) IS 'Enters a customer''s complaint about a task: kind delay, result, manner, information, privacy or other; channel phone, app, portal, letter, visit or regulator. Returns its key.';

CREATE FUNCTION assure.resolve_complaint(complaint_id bigint, outcome text, note text, follow_up_queue text DEFAULT NULL, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_resolve_complaint';
REVOKE ALL ON FUNCTION assure.resolve_complaint(bigint, text, text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.resolve_complaint(bigint, text, text, text, text) IS 'Says what became of an open complaint: founded, unfounded or withdrawn. A founded one counts for who did the task, and may open a task in a queue that makes it good: returns its key, else NULL.';

CREATE FUNCTION assure.record_satisfaction(task_id bigint, score int, words text DEFAULT NULL, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_record_satisfaction';
REVOKE ALL ON FUNCTION assure.record_satisfaction(bigint, int, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.record_satisfaction(bigint, int, text, text) IS 'Enters the score from 1 to 5 that a customer gives a finished task, once.';
