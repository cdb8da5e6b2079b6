-- Health services: the steps of an order.

COMMENT ON FUNCTION assure.order_service(jsonb, text) IS 'Orders a health service: {ref, policy, member_ref, service, requested_at} and, where they are known, region and supplier; the same document under the same ref is one order. Returns its key.';
COMMENT ON FUNCTION assure.cancel_service(text, text) IS 'Cancels an order; a service that was done no longer counts.';

CREATE FUNCTION assure.accept_order(ref text, supplier text DEFAULT NULL, steward text DEFAULT NULL, accepted_at timestamptz DEFAULT NULL, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_accept_order';
REVOKE ALL ON FUNCTION assure.accept_order(text, text, text, timestamptz, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.accept_order(text, text, text, timestamptz, text) IS 'Records that a supplier, a steward or the company takes a requested order on; who does it must be able to on that day.';

CREATE FUNCTION assure.finish_services(orders jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_finish_services';
REVOKE ALL ON FUNCTION assure.finish_services(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.finish_services(jsonb, text) IS 'As assure.finish_service() for a list [{ref, finished_at}], all of it or nothing: one statement a table instead of one an order. Returns how many.';

CREATE FUNCTION assure.schedule_order(ref text, scheduled_for timestamptz, steward text DEFAULT NULL, scheduled_at timestamptz DEFAULT NULL, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_schedule_order';
REVOKE ALL ON FUNCTION assure.schedule_order(text, timestamptz, text, timestamptz, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.schedule_order(text, timestamptz, text, timestamptz, text) IS 'Records the appointment of an accepted order, or another one instead.';

CREATE FUNCTION assure.start_service(ref text, started_at timestamptz DEFAULT NULL, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_start_service';
REVOKE ALL ON FUNCTION assure.start_service(text, timestamptz, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.start_service(text, timestamptz, text) IS 'Records that the service began: until then counts the time of access.';

CREATE FUNCTION assure.evaluate_service(ref text, score int, words text DEFAULT NULL, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_evaluate_service';
REVOKE ALL ON FUNCTION assure.evaluate_service(text, int, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.evaluate_service(text, int, text, text) IS 'Records what the customer thought of a service that was done: 1 worst to 5 best, and words.';

CREATE FUNCTION assure.cancel_service(ref text, reason text, cancelled_at timestamptz, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_cancel_service_reason';
REVOKE ALL ON FUNCTION assure.cancel_service(text, text, timestamptz, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.cancel_service(text, text, timestamptz, text) IS 'Cancels an order and keeps why and since when (NULL: now); a service that was done no longer counts.';

CREATE FUNCTION assure.fail_order(ref text, reason text, failed_at timestamptz DEFAULT NULL, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_fail_order';
REVOKE ALL ON FUNCTION assure.fail_order(text, text, timestamptz, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.fail_order(text, text, timestamptz, text) IS 'Records that an ordered service could not be done, and why.';

CREATE FUNCTION assure.wait_for_customer(ref text, reason text, waiting_since timestamptz DEFAULT NULL, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_wait_for_customer';
REVOKE ALL ON FUNCTION assure.wait_for_customer(text, text, timestamptz, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.wait_for_customer(text, text, timestamptz, text) IS 'Records that an order waits for the customer, and why: its clock stands still, and no time of access counts, until it is resumed or comes to its next step.';

CREATE FUNCTION assure.resume_order(ref text, resumed_at timestamptz DEFAULT NULL, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_resume_order';
REVOKE ALL ON FUNCTION assure.resume_order(text, timestamptz, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.resume_order(text, timestamptz, text) IS 'Records that the customer has answered and an order goes on.';

-- The directories.

CREATE FUNCTION assure.put_service(service jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_put_service';
REVOKE ALL ON FUNCTION assure.put_service(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.put_service(jsonb, text) IS 'Enters a service in the catalogue, or a new version of it: {code, name, kind, active_from, active_to, standard, process, script}. Returns the key of the version.';

CREATE FUNCTION assure.put_supplier(supplier jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_put_supplier';
REVOKE ALL ON FUNCTION assure.put_supplier(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.put_supplier(jsonb, text) IS 'Enters a supplier, or changes what is named of it: {code, name, places, contracts}. Returns its key.';

CREATE FUNCTION assure.put_steward(steward jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_put_steward';
REVOKE ALL ON FUNCTION assure.put_steward(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.put_steward(jsonb, text) IS 'Enters or changes a health steward: {code, name, phone, worker or supplier, active_from, active_to}. Returns the key.';

CREATE FUNCTION assure.put_contact(contact jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_put_contact';
REVOKE ALL ON FUNCTION assure.put_contact(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.put_contact(jsonb, text) IS 'Enters or changes a contact: {code, party, party_code, name, duty, phone, email, region, active_to}. Returns the key.';

-- Statements of suppliers.

CREATE FUNCTION assure.load_statement(statement jsonb, rows jsonb, request_id text DEFAULT NULL) RETURNS int
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_load_statement';
REVOKE ALL ON FUNCTION assure.load_statement(jsonb, jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.load_statement(jsonb, jsonb, text) IS 'Loads rows {row_no, order, service, served_on, amount}, at most 100,000 at once, of a supplier''s statement {ref, supplier, from, to}; what cannot be read is marked. Returns how many rows are new.';

CREATE FUNCTION assure.reconcile_statement(ref text, request_id text DEFAULT NULL) RETURNS int
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_reconcile_statement';
REVOKE ALL ON FUNCTION assure.reconcile_statement(text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.reconcile_statement(text, text) IS 'Matches an open statement with the orders, row by row; returns how many rows and services are not matched.';

CREATE FUNCTION assure.settle_statement(ref text, request_id text DEFAULT NULL) RETURNS numeric
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_settle_statement';
REVOKE ALL ON FUNCTION assure.settle_statement(text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.settle_statement(text, text) IS 'Settles a statement all of which is matched, each service once; returns its sum in yuan.';

CREATE FUNCTION assure.withdraw_statement(ref text, reason text, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_withdraw_statement';
REVOKE ALL ON FUNCTION assure.withdraw_statement(text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.withdraw_statement(text, text, text) IS 'Closes an open statement that is not to be settled; a corrected one is loaded under a new ref.';

-- Samples and targets.

CREATE FUNCTION assure.draw_service_sample(kind text, year int, seed text, share numeric DEFAULT 0.3, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_draw_service_sample';
REVOKE ALL ON FUNCTION assure.draw_service_sample(text, int, text, numeric, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.draw_service_sample(text, int, text, numeric, text) IS 'Draws of the suppliers or stewards active in a year as many as lack to the share, in an order that the seed repeats. Returns the key of the draw.';

CREATE FUNCTION assure.record_sample_finding(finding jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_record_sample_finding';
REVOKE ALL ON FUNCTION assure.record_sample_finding(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.record_sample_finding(jsonb, text) IS 'Keeps what was found of a drawn supplier or steward: {kind, year, code, passed, found_on, findings}. Returns its key.';

CREATE FUNCTION assure.put_coverage_target(target jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_put_coverage_target';
REVOKE ALL ON FUNCTION assure.put_coverage_target(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.put_coverage_target(jsonb, text) IS 'Sets a target of a year: {code, year, measure, comparison, goal, service_kind, universe, note}. Returns its key.';

CREATE FUNCTION assure.network_coverage(universe int DEFAULT 342, as_of date DEFAULT NULL)
    RETURNS TABLE (service text, name text, kind text, prefectures int, with_place int, share numeric, with_branch int, branch_with_place int, branch_share numeric)
    LANGUAGE c STABLE PARALLEL UNSAFE ROWS 20 COST 100000 AS 'MODULE_PATHNAME', 'assure_network_coverage';
REVOKE ALL ON FUNCTION assure.network_coverage(int, date) FROM PUBLIC;
COMMENT ON FUNCTION assure.network_coverage(int, date) IS 'Prefectures of a universe in which a service can be done on a day (NULL: today), and of those in which a branch is; by service.';
