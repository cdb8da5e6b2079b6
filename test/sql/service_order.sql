\set ECHO none
-- The life of a service order: steps, times, who does it, deadlines; and random
-- walks against a table of what may follow what, written from the documentation.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(99);

CREATE FUNCTION t.ordered(ref text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('ref', ref, 'policy', 'P-BJ', 'member_ref', 'M1', 'service', 'opinion', 'requested_at', '2024-05-01T09:00:00+08:00') || more $$;
-- t.refused(statement) is the error with its detail and hint.
CREATE FUNCTION t.refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'none';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLSTATE || ' ' || SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;
CREATE FUNCTION t.state(ref text) RETURNS text LANGUAGE sql AS $$ SELECT state FROM assure.service_order o WHERE o.ref = state.ref $$;
CREATE FUNCTION t.events(ref text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(e.event, ' ' ORDER BY e.event_id) FROM assure.service_order o JOIN assure.order_event e USING (account_id, order_id) WHERE o.ref = events.ref $$;

-- A catalogue, two suppliers, stewards.
SELECT assure.put_service('{"code": "appointment", "name": "Appointment", "kind": "medical_access", "active_from": "2024-01-01", "standard": {"accept_days": 1, "start_days": 3}, "process": ["call"], "script": "Good morning"}') > 0 AS ok \gset
SELECT assure.put_supplier('{"code": "S-N", "name": "North", "places": [
    {"code": "1", "name": "Beijing", "region": "110108", "open_from": "2024-01-01", "services": ["appointment", "opinion"]},
    {"code": "2", "name": "Guangdong", "region": "440000", "open_from": "2024-01-01", "open_to": "2024-06-30", "services": ["appointment"]}],
    "contracts": [{"ref": "C-N", "valid_from": "2024-01-01", "valid_to": "2024-12-31", "prices": {"appointment": "100.00"}}]}') > 0 AS ok \gset
SELECT assure.put_supplier('{"code": "S-S", "name": "South", "places": [{"code": "1", "name": "Shenzhen", "region": "440300", "open_from": "2024-01-01", "services": ["appointment"]}],
    "contracts": [{"ref": "C-S", "valid_from": "2024-05-01"}]}') > 0 AS ok \gset
SELECT assure.put_steward('{"code": "T-W", "name": "x", "worker": "W-BJ", "active_from": "2024-01-01"}'), assure.put_steward('{"code": "T-N", "name": "x", "supplier": "S-N", "active_from": "2024-01-01", "active_to": "2024-12-31"}'),
    assure.put_steward('{"code": "T-S", "name": "x", "supplier": "S-S", "active_from": "2024-01-01"}') \g /dev/null

-- The whole way.
SELECT is(t.fails($$SELECT assure.order_service(t.ordered('A', '{"service": "appointment"}'))$$), 'none', 'a service is ordered');
SELECT is(t.fails($$SELECT assure.accept_order('A', 'S-N', 'T-N', '2024-05-01 15:00+08')$$), 'none', 'accepted by a supplier, with a steward');
SELECT is(t.fails($$SELECT assure.schedule_order('A', '2024-05-07 10:00+08', scheduled_at => '2024-05-02 10:00+08')$$), 'none', 'scheduled');
SELECT is(t.fails($$SELECT assure.schedule_order('A', '2024-05-08 10:00+08', 'T-W', '2024-05-03 10:00+08')$$), 'none', 'scheduled anew, with another steward');
SELECT is(t.fails($$SELECT assure.start_service('A', '2024-05-08 10:05+08')$$), 'none', 'begun');
SELECT is(t.fails($$SELECT assure.finish_service('A', '2024-05-08 12:00+08')$$), 'none', 'done');
SELECT is(t.fails($$SELECT assure.evaluate_service('A', 5, '很好')$$), 'none', 'and evaluated');
SELECT is(t.events('A'), 'requested accepted scheduled scheduled in_service done evaluated', 'each step is noted');
SELECT is((SELECT concat_ws(' ', o.state, s.code, w.code, v.version, to_char(scheduled_for AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI'), to_char(started_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI'), to_char(finished_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI')) FROM assure.service_order o
    JOIN assure.supplier s USING (supplier_id) JOIN assure.steward w USING (steward_id) JOIN assure.service_version v USING (service_version_id) WHERE o.ref = 'A'),
    'evaluated S-N T-W 1 2024-05-08 10:00 2024-05-08 10:05 2024-05-08 12:00', 'the order holds what is so now');
SELECT is((SELECT concat_ws(' ', score, words) FROM assure.service_evaluation), '5 很好', 'and the customer''s words are kept');
SELECT is((SELECT string_agg(DISTINCT recorded_by, ' ') FROM assure.order_event), session_user::text, 'with who recorded it');
SELECT is((SELECT count(*) FROM assure.audit_log WHERE subject LIKE 'order %'), 7::bigint, 'each step has its audit row');
SELECT is((SELECT concat_ws(' ', insurer, branch_id = (SELECT branch_id FROM assure.branch WHERE code = 'BJ'), customer_region) FROM assure.service_order WHERE ref = 'A'), 'Alpha t 110105', 'insurer, branch and residence of then are kept');
SELECT assure.change_enrollment('{"policy": "P-BJ", "member_ref": "M1", "region": "440305"}') \g /dev/null
SELECT is((SELECT customer_region FROM assure.service_order WHERE ref = 'A'), '110105', 'also when the customer moves');
SELECT assure.change_enrollment('{"policy": "P-BJ", "member_ref": "M1", "region": "110105"}') \g /dev/null
SELECT matches(t.fails('DELETE FROM assure.order_event'), '^AS005 ', 'events are append-only');
SELECT matches(t.fails('UPDATE assure.service_evaluation SET score = 1'), '^AS005 ', 'evaluations too');

-- Again and again.
SELECT assure.order_service(t.ordered('B')) \g /dev/null
SELECT is(t.fails($$SELECT assure.accept_order('B', request_id => 'q1')$$), 'none', 'an order is accepted by the company itself');
SELECT is(t.fails($$SELECT assure.accept_order('B', request_id => 'q1')$$), 'none', 'a retry by request_id does nothing');
SELECT is(t.fails($$SELECT assure.accept_order('B', 'S-N', request_id => 'q1')$$), 'AS003 request_id "q1" was used before for another call', 'with other arguments it is refused');
SELECT is(t.events('B'), 'requested accepted', 'it was once');
SELECT is(t.refused($$SELECT assure.accept_order('B')$$), 'AS201 order "B" is accepted | What may follow: assure.schedule_order(), assure.start_service(), assure.finish_service(), assure.cancel_service(), assure.fail_order(). | assure.accept_order() takes an order that is requested.', 'a second time is refused, and what may follow is said');
SELECT is(t.refused($$SELECT assure.evaluate_service('B', 3)$$), 'AS201 order "B" is accepted | What may follow: assure.schedule_order(), assure.start_service(), assure.finish_service(), assure.cancel_service(), assure.fail_order(). | assure.evaluate_service() takes an order that is done.', 'what is not done is not evaluated');
SELECT is(t.fails($$SELECT assure.fail_order('B', 'supplier did not come')$$), 'none', 'it fails');
SELECT is(t.refused($$SELECT assure.start_service('B')$$), 'AS201 order "B" is failed | Nothing may follow. | assure.start_service() takes an order that is requested, accepted or scheduled.', 'that is the end of it');
SELECT is((SELECT reason FROM assure.order_event WHERE event = 'failed'), 'supplier did not come', 'with its reason');

-- Each retry by request_id, each refusal of a NULL or of what is too long.
SELECT assure.order_service(t.ordered('C')) \g /dev/null
CREATE TEMP TABLE retried (n serial, statement text);
INSERT INTO retried (statement) VALUES ($$SELECT assure.accept_order('C', request_id => 'c1')$$), ($$SELECT assure.wait_for_customer('C', 'abroad', request_id => 'c2')$$), ($$SELECT assure.resume_order('C', request_id => 'c3')$$),
    ($$SELECT assure.schedule_order('C', now() + interval '1 day', request_id => 'c4')$$), ($$SELECT assure.start_service('C', request_id => 'c5')$$), ($$SELECT assure.finish_service('C', now() + interval '1 minute', 'c6')$$),
    ($$SELECT assure.evaluate_service('C', 1, request_id => 'c7')$$), ($$SELECT assure.cancel_service('C', 'twice', NULL, 'c8')$$);
SELECT is(t.fails(statement) || ' ' || t.fails(statement), 'none none', statement) FROM retried ORDER BY n;
SELECT is(t.events('C'), 'requested accepted waiting resumed scheduled in_service done evaluated cancelled', 'each was done once');
SELECT assure.order_service(t.ordered('D')) \g /dev/null
SELECT is(t.fails($$SELECT assure.fail_order('D', 'x', request_id => 'd1')$$) || t.fails($$SELECT assure.fail_order('D', 'x', request_id => 'd1')$$), 'nonenone', 'so does a failure');
CREATE TEMP TABLE bad (n serial, statement text, wanted text);
INSERT INTO bad (statement, wanted) VALUES
    ('SELECT assure.accept_order(NULL)', '22004 ref must not be NULL'), ('SELECT assure.schedule_order(''E'', NULL)', '22004 ref and scheduled_for must not be NULL'),
    ('SELECT assure.finish_service(''E'', NULL)', '22004 ref and finished_at must not be NULL'), ('SELECT assure.evaluate_service(''E'', NULL)', '22004 ref and score must not be NULL'),
    ('SELECT assure.cancel_service(''E'', NULL, NULL)', '22004 ref and reason must not be NULL'), ('SELECT assure.fail_order(''E'', NULL)', '22004 ref and reason must not be NULL'),
    ('SELECT assure.wait_for_customer(''E'', NULL)', '22004 ref and reason must not be NULL'), ('SELECT assure.fail_order(''E'', '''')', '22023 reason has 0 bytes, not 1 to 2000'),
    ('SELECT assure.fail_order(''E'', repeat(''x'', 2001))', '22023 reason has 2001 bytes, not 1 to 2000'), ('SELECT assure.evaluate_service(''E'', 0)', '22023 score: 0 is not 1 to 5'),
    ('SELECT assure.evaluate_service(''E'', 6)', '22023 score: 6 is not 1 to 5'), ('SELECT assure.evaluate_service(''E'', 3, repeat(''x'', 2001))', '22023 words has 2001 bytes, not 1 to 2000'),
    ('SELECT assure.accept_order(''E'', accepted_at => ''infinity'')', '22023 accepted_at: infinity is no moment'), ('SELECT assure.schedule_order(''E'', ''-infinity'')', '22023 scheduled_for: -infinity is no moment'),
    ('SELECT assure.accept_order(''none'')', 'P0002 order "none" does not exist'), ('SELECT assure.resume_order(''none'')', 'P0002 order "none" does not exist'),
    ('SELECT assure.resume_order(''E'')', 'AS201 order "E" does not wait for the customer'),
    ('SELECT assure.accept_order(''E'', accepted_at => ''2024-04-30 00:00+08'')', '22023 accepted_at: 2024-04-30 00:00:00+08 is before the order was requested'),
    ('SELECT assure.start_service(''E'', now() + interval ''11 minutes'')', '22023 started_at: % is in the future'),
    ('SELECT assure.finish_service(''E'', ''2999-01-01 00:00+08'')', '22023 finished_at: 2999-01-01 00:00:00+08 is in the future'),
    ('SELECT assure.accept_order(''E'', ''none'')', '23503 supplier: "none" does not exist'), ('SELECT assure.accept_order(''E'', NULL, ''none'')', '23503 steward: "none" does not exist'),
    ('SELECT assure.accept_order(''E'', ''S-N'', ''T-S'', ''2024-05-02 00:00+08'')', 'AS210 steward: "T-S" is of supplier "S-S", not of the order''s'),
    ('SELECT assure.accept_order(''E'', ''S-N'', accepted_at => ''2025-01-01 00:00+08'')', 'AS210 supplier: "S-N" has no contract on 2025-01-01'),
    ('SELECT assure.accept_order(''E'', NULL, ''T-N'', ''2025-01-01 00:00+08'')', 'AS210 steward: "T-N" is not active on 2025-01-01'),
    ('SELECT assure.accept_order(''E'', ''S-S'', accepted_at => ''2024-05-02 00:00+08'')', 'AS210 supplier: "S-S" has no place for service "Second opinion" in the prefecture of 110105 on 2024-05-02');
SELECT assure.order_service(t.ordered('E')) \g /dev/null
SELECT alike(t.fails(statement), wanted, statement) FROM bad ORDER BY n;
SELECT is(t.events('E'), 'requested', 'refusals leave nothing');

-- What cannot be ordered.
SELECT is(t.refused($$SELECT assure.order_service(t.ordered('F', '{"service": "appointment", "requested_at": "2023-12-31T23:59:59+08:00"}'))$$), 'AS210 service: "appointment" is not offered on 2023-12-31 | assure.service_version says from when to when it is.', 'before its first day a service is not offered');
SELECT assure.put_service('{"code": "appointment", "name": "Appointment", "kind": "medical_access", "active_from": "2024-07-01", "active_to": "2024-07-31"}') > 0 AS ok \gset
SELECT is((SELECT string_agg(t.fails(format('SELECT assure.order_service(t.ordered(%L, %L))', 'V' || d, jsonb_build_object('service', 'appointment', 'requested_at', d || 'T00:00:00+08:00'))), '; ' ORDER BY d)
    FROM unnest('{2024-06-30,2024-07-01,2024-07-31,2024-08-01}'::text[]) d), 'none; none; none; AS210 service: "appointment" is not offered on 2024-08-01', 'after its last day it is not');
SELECT is((SELECT string_agg(v.version::text, ' ' ORDER BY o.ref) FROM assure.service_order o JOIN assure.service_version v USING (service_version_id) WHERE o.ref LIKE 'V%'), '1 2 2', 'each order has the version of its day');
SELECT assure.put_service('{"code": "appointment", "name": "Appointment", "kind": "medical_access", "active_from": "2024-08-01"}') > 0 AS ok \gset
SELECT is(t.fails($$SELECT assure.order_service(t.ordered('F2', '{"service": "appointment", "requested_at": "2024-08-01T00:00:00+08:00"}'))$$), 'none', 'a later version offers it again');
SELECT is(t.fails($$SELECT assure.order_service(t.ordered('G', '{"supplier": "none"}'))$$), '23503 supplier: "none" does not exist', 'an unknown supplier is refused');
SELECT is(t.refused($$SELECT assure.order_service(t.ordered('G', '{"supplier": "S-N", "requested_at": "2023-12-31T23:59:59+08:00"}'))$$), 'AS210 supplier: "S-N" has no contract on 2023-12-31 | Take another supplier, or enter the contract with assure.put_supplier().', 'one out of contract on that day too');
SELECT is(t.refused($$SELECT assure.order_service(t.ordered('G', '{"service": "appointment", "supplier": "S-N", "region": "310104"}'))$$), 'AS210 supplier: "S-N" has no place for service "Appointment" in the prefecture of 310104 on 2024-05-01 | Nobody under contract has one; places are entered with assure.put_supplier().', 'and one without a place there');
SELECT is(t.refused($$SELECT assure.order_service(t.ordered('G', '{"service": "appointment", "supplier": "S-S"}'))$$), 'AS210 supplier: "S-S" has no place for service "Appointment" in the prefecture of 110105 on 2024-05-01 | These have one: S-N.', 'where others have one they are named');
SELECT is(t.fails($$SELECT assure.order_service(t.ordered('G', '{"region": "440399"}'))$$), '23503 region: "440399" does not exist', 'a region that does not exist is refused');
SELECT is(t.fails($$SELECT assure.order_service(t.ordered('G', '{"region": "Beijing"}'))$$), 'AS104 order: region: "Beijing" is no region of six digits', 'and what is none');
SELECT is(t.fails($$SELECT assure.order_service(t.ordered('G1', '{"service": "appointment", "supplier": "S-N", "region": "440305"}'))$$), 'none', 'a place that is a province serves all of it');
SELECT is(t.fails($$SELECT assure.order_service(t.ordered('G2', '{"service": "appointment", "supplier": "S-N", "region": "440305", "requested_at": "2024-07-01T00:00:00+08:00"}'))$$), 'AS210 supplier: "S-N" has no place for service "Appointment" in the prefecture of 440305 on 2024-07-01', 'until it closes');
SELECT is(t.fails($$SELECT assure.order_service(t.ordered('G3', '{"service": "appointment", "supplier": "S-S", "region": "440305"}'))$$), 'none', 'a place serves its prefecture');
SELECT is(t.fails($$SELECT assure.accept_order('G3', NULL, 'T-N', '2024-05-02 00:00+08')$$), 'AS210 steward: "T-N" is of supplier "S-N", not of the order''s', 'the steward is to be of the supplier that was ordered');
SELECT is(t.fails($$SELECT assure.accept_order('G3', NULL, NULL, '2024-05-02 00:00+08')$$), 'none', 'who stays the order''s');
SELECT is((SELECT s.code FROM assure.service_order o JOIN assure.supplier s USING (supplier_id) WHERE o.ref = 'G3'), 'S-S', 'unless another accepts');
SELECT is(t.fails($$SELECT assure.schedule_order('G3', '2024-05-01 00:00+08', NULL, '2024-05-03 00:00+08')$$), '22023 scheduled_for: 2024-05-01 00:00:00+08 is not within two years after it was scheduled', 'an appointment is not before it is made');
SELECT is(t.fails($$SELECT assure.schedule_order('G3', '2027-05-01 00:00+08', NULL, '2024-05-03 00:00+08')$$), '22023 scheduled_for: 2027-05-01 00:00:00+08 is not within two years after it was scheduled', 'nor years ahead');
SELECT assure.order_service(t.ordered('G4', '{"service": "appointment", "supplier": "S-N"}')), assure.accept_order('G4', accepted_at => '2024-05-02 00:00+08') \g /dev/null
SELECT is(t.fails($$SELECT assure.schedule_order('G4', '2025-01-01 00:00+08', NULL, '2024-05-03 00:00+08')$$), 'AS210 supplier: "S-N" has no contract on 2025-01-01', 'and not when the supplier''s contract has ended');
SELECT assure.order_service(t.ordered('G5', '{"service": "appointment"}')), assure.accept_order('G5', NULL, 'T-N', '2024-05-02 00:00+08') \g /dev/null
SELECT is((SELECT s.code FROM assure.service_order o JOIN assure.supplier s USING (supplier_id) WHERE o.ref = 'G5'), 'S-N', 'a supplier''s steward brings the supplier along');

-- Waiting for the customer, and the clock.
SELECT assure.put_sla_policy('{"code": "access", "subject": "service_order", "target": "3 days", "stall_after": "1 day", "condition": "service = \"escort\""}') > 0 AS ok \gset
CREATE FUNCTION t.clock(ref text) RETURNS text LANGUAGE sql AS $$ SELECT c.state FROM assure.clock c JOIN assure.order_ref r ON r.order_id = c.subject_id WHERE c.subject_kind = 'service_order' AND r.ref = clock.ref $$;
SELECT assure.order_service(t.ordered('W', jsonb_build_object('service', 'escort', 'requested_at', now() - interval '2 days'))) \g /dev/null
SELECT is(t.clock('W'), 'running', 'an order under a policy has a clock');
SELECT assure.wait_for_customer('W', 'asks for another day') \g /dev/null
SELECT is(t.clock('W') || ' ' || t.state('W'), 'paused requested', 'that stands still while it waits');
SELECT is(t.refused($$SELECT assure.wait_for_customer('W', 'again')$$), 'AS201 order "W" waits already for the customer | assure.resume_order() ends it, and so does its next step.', 'it waits once');
SELECT assure.accept_order('W') \g /dev/null
SELECT is(t.clock('W') || ' ' || t.events('W'), 'running requested waiting resumed accepted', 'its next step ends the waiting');
UPDATE assure.clock SET stalled = true, next_due = NULL;
SELECT assure.schedule_order('W', now() + interval '1 day') \g /dev/null
SELECT is((SELECT stalled FROM assure.clock), false, 'a step is progress');
SELECT assure.wait_for_customer('W', 'does not answer'), assure.cancel_service('W', 'never answered', NULL) \g /dev/null
SELECT is(t.clock('W') || ' ' || t.events('W'), 'stopped requested waiting resumed accepted scheduled waiting resumed cancelled', 'and the end stops the clock');
SELECT is((SELECT waiting_since FROM assure.service_order WHERE ref = 'W'), NULL, 'nothing waits then');
SELECT is((SELECT bool_and(stopped_at <= target_at) FROM assure.clock), true, 'what waited did not count');

-- What is taken back counts no longer.
SELECT is((SELECT string_agg(event, ' ' ORDER BY event_id) FROM assure.service_event e JOIN assure.service_order o USING (account_id, order_id) WHERE o.ref = 'C'), 'served withdrawn', 'an evaluated service can be cancelled, and is withdrawn');
SELECT is((SELECT string_agg(event, ' ' ORDER BY event_id) FROM assure.service_event e JOIN assure.service_order o USING (account_id, order_id) WHERE o.ref IN ('B', 'W')), NULL, 'what was never done is not');

-- Random walks. What may follow what, as docs/services.md has it; everything else is refused and changes nothing.
CREATE TEMP TABLE allowed (state text, step text, result text);
INSERT INTO allowed SELECT s, step, coalesce(result, s) FROM (VALUES
    ('requested', 'accept', 'accepted'), ('accepted,scheduled', 'schedule', 'scheduled'), ('requested,accepted,scheduled', 'start', 'in_service'),
    ('requested,accepted,scheduled,in_service', 'finish', 'done'), ('done', 'evaluate', 'evaluated'), ('requested,accepted,scheduled,in_service,done,evaluated', 'cancel', 'cancelled'),
    ('requested,accepted,scheduled,in_service', 'fail', 'failed'), ('requested,accepted,scheduled,in_service', 'wait', NULL), ('requested,accepted,scheduled,in_service', 'resume', NULL)) v (states, step, result),
    unnest(string_to_array(states, ',')) s;
CREATE TEMP TABLE walk (n int, step int, did text, was text, wanted text, got text, answer text);
DO $$
DECLARE
    walk_state text; waits boolean; did text; wanted text; answer text;
    calls jsonb := '{"accept": "accept_order(%L)", "schedule": "schedule_order(%L, now() + interval ''1 day'')", "start": "start_service(%L)", "finish": "finish_service(%L, clock_timestamp())",
        "evaluate": "evaluate_service(%L, 4)", "cancel": "cancel_service(%L)", "fail": "fail_order(%L, ''x'')", "wait": "wait_for_customer(%L, ''x'')", "resume": "resume_order(%L)"}';
BEGIN
    PERFORM setseed(0.24);
    FOR n IN 1..250 LOOP
        PERFORM assure.order_service(t.ordered('R' || n));
        walk_state := 'requested'; waits := false;
        FOR i IN 1..9 LOOP
            did := (ARRAY['accept', 'schedule', 'start', 'finish', 'evaluate', 'cancel', 'fail', 'wait', 'resume', 'accept', 'schedule', 'finish', 'wait', 'resume'])[1 + floor(random() * 14)];
            wanted := (SELECT a.result FROM allowed a WHERE a.state = walk_state AND a.step = did AND CASE did WHEN 'wait' THEN NOT waits WHEN 'resume' THEN waits ELSE true END);
            answer := t.fails(format('SELECT assure.' || (calls ->> did), 'R' || n));
            INSERT INTO walk VALUES (n, i, did, walk_state, coalesce(wanted, 'refused'), CASE WHEN answer LIKE 'AS201 %' THEN 'refused' WHEN answer = 'none' THEN t.state('R' || n) ELSE answer END, answer);
            IF wanted IS NOT NULL THEN
                walk_state := wanted; waits := did = 'wait';
            END IF;
        END LOOP;
    END LOOP;
END $$;
SELECT is((SELECT string_agg(format('%s %s: %s, not %s', was, did, got, wanted), '; ' ORDER BY n, step) FROM walk WHERE got <> wanted), NULL, 'random walks go as the table says');
SELECT is((SELECT count(*) FROM (SELECT DISTINCT state, step FROM allowed EXCEPT SELECT was, did FROM walk WHERE wanted <> 'refused') x), 0::bigint, 'all that is allowed was walked');
SELECT cmp_ok((SELECT count(DISTINCT (was, did)) FROM walk WHERE wanted = 'refused'), '>', 35::bigint, 'and much of what is not');
SELECT is((SELECT count(*) FROM (SELECT event, lead(event) OVER (PARTITION BY account_id, order_id ORDER BY event_id) AS next, state, waiting_since FROM assure.order_event JOIN assure.service_order USING (account_id, order_id)) e
    WHERE event = 'waiting' AND next IS DISTINCT FROM 'resumed' AND NOT (next IS NULL AND waiting_since IS NOT NULL)), 0::bigint, 'every waiting is followed by its end, or lasts');
SELECT is((SELECT count(*) FROM (SELECT happened_at < lag(happened_at) OVER (PARTITION BY account_id, order_id ORDER BY event_id) AS back FROM assure.order_event) e WHERE back), 0::bigint, 'and no step is before the last one');
SELECT is((SELECT count(*) FROM assure.service_order o WHERE (o.state IN ('done', 'evaluated')) <> coalesce((SELECT event = 'served'
    FROM assure.service_event e WHERE e.account_id = o.account_id AND e.order_id = o.order_id ORDER BY event_id DESC LIMIT 1), false)), 0::bigint, 'what counts is what is done');
SELECT is(t.whole(), '', 'the books and the audit are whole');
SELECT * FROM finish();
ROLLBACK;
