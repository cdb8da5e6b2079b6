-- Documents that a customer is asked for.

CREATE FUNCTION assure.request_documents(ref text, documents jsonb, days int DEFAULT 10, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_request_documents';
REVOKE ALL ON FUNCTION assure.request_documents(text, jsonb, int, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.request_documents(text, jsonb, int, text) IS 'Asks the customer for documents, a list of {kind, text}, within so many days. The claim''s task is suspended and its clock stands still until they have come.';

CREATE FUNCTION assure.receive_documents(ref text, kinds text[], request_id text DEFAULT NULL) RETURNS int
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_receive_documents';
REVOKE ALL ON FUNCTION assure.receive_documents(text, text[], text) FROM PUBLIC;
COMMENT ON FUNCTION assure.receive_documents(text, text[], text) IS 'Notes documents that came; returns how many are still waited for. With the last one the clock runs on and the task goes back.';

CREATE FUNCTION assure.withdraw_documents(ref text, kinds text[] DEFAULT NULL, request_id text DEFAULT NULL) RETURNS int
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_withdraw_documents';
REVOKE ALL ON FUNCTION assure.withdraw_documents(text, text[], text) FROM PUBLIC;
COMMENT ON FUNCTION assure.withdraw_documents(text, text[], text) IS 'Takes back some of what is waited for, or all of it; returns how many are still waited for.';

CREATE FUNCTION assure.remind_documents(ref text, request_id text DEFAULT NULL) RETURNS int
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_remind_documents';
REVOKE ALL ON FUNCTION assure.remind_documents(text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.remind_documents(text, text) IS 'Notes that the customer was reminded; returns how often by now.';

CREATE FUNCTION assure.close_overdue_documents(max_requests int DEFAULT 1000) RETURNS int
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_close_overdue_documents';
REVOKE ALL ON FUNCTION assure.close_overdue_documents(int) FROM PUBLIC;
COMMENT ON FUNCTION assure.close_overdue_documents(int) IS 'Notes as missing what did not come in time, and gives the tasks back with a note; returns how many requests, 0 when none is overdue.';
