-- Policies, clocks, notifications: what 0.2 added.

CREATE FUNCTION assure.put_sla_policy(policy jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_put_sla_policy';
REVOKE ALL ON FUNCTION assure.put_sla_policy(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.put_sla_policy(jsonb, text) IS 'Checks an SLA policy, {code, subject, calendar, target, warnings, stall_after, condition, rank, escalation}, and makes it the current version of its code; clocks that run keep theirs. Returns its key.';

CREATE PROCEDURE assure.reapply_policy(code text, INOUT clocks bigint DEFAULT NULL)
    LANGUAGE c AS 'MODULE_PATHNAME', 'assure_reapply_policy';
REVOKE ALL ON PROCEDURE assure.reapply_policy(text, bigint) FROM PUBLIC;
COMMENT ON PROCEDURE assure.reapply_policy(text, bigint) IS 'Puts the open clocks of all versions of an SLA policy under its current one, with calendars as they are now, 1,000 a transaction; clocks: how many moved. Called again it goes on with what is left.';

CREATE FUNCTION assure.sla_deadlines(code text, started_at timestamptz, pauses timestamptz[] DEFAULT '{}',
        OUT step int, OUT percent int, OUT due_at timestamptz) RETURNS SETOF record
    LANGUAGE c STABLE STRICT PARALLEL UNSAFE COST 1000 ROWS 3 AS 'MODULE_PATHNAME', 'assure_sla_deadlines';
REVOKE ALL ON FUNCTION assure.sla_deadlines(text, timestamptz, timestamptz[]) FROM PUBLIC;
COMMENT ON FUNCTION assure.sla_deadlines(text, timestamptz, timestamptz[]) IS 'When the warnings and the target of a clock under the current version of a policy would be due; pauses are begin and end in turn.';

CREATE FUNCTION assure.pause_clock(clock_id bigint, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_pause_clock';
REVOKE ALL ON FUNCTION assure.pause_clock(bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.pause_clock(bigint, text) IS 'Has no time count for a clock, until assure.resume_clock().';

CREATE FUNCTION assure.resume_clock(clock_id bigint, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_resume_clock';
REVOKE ALL ON FUNCTION assure.resume_clock(bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.resume_clock(bigint, text) IS 'Has time count again for a paused clock: as much working time is left as there was.';

CREATE FUNCTION assure.take_notifications(consumer text, max int DEFAULT 100, lease interval DEFAULT '5 minutes',
        OUT notification_id bigint, OUT kind text, OUT role_name text, OUT times int, OUT created_at timestamptz, OUT alert_id bigint, OUT level text,
        OUT at_target boolean, OUT subject_kind text, OUT subject_id bigint, OUT branch text, OUT due_at timestamptz, OUT resolved boolean) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 ROWS 100 AS 'MODULE_PATHNAME', 'assure_take_notifications';
REVOKE ALL ON FUNCTION assure.take_notifications(text, int, interval) FROM PUBLIC;
COMMENT ON FUNCTION assure.take_notifications(text, int, interval) IS 'Hands out notifications that a consumer has not seen, and again, when the lease is over, those it did not acknowledge. Sessions with one consumer name share the work; each name gets all.';

CREATE FUNCTION assure.acknowledge_notifications(consumer text, notification_ids bigint[]) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_acknowledge_notifications';
REVOKE ALL ON FUNCTION assure.acknowledge_notifications(text, bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION assure.acknowledge_notifications(text, bigint[]) IS 'Notes that a consumer is done with notifications; returns how many were outstanding. Calling it again does no harm.';

CREATE FUNCTION assure.forget_consumer(consumer text) RETURNS boolean
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_forget_consumer';
REVOKE ALL ON FUNCTION assure.forget_consumer(text) FROM PUBLIC;
COMMENT ON FUNCTION assure.forget_consumer(text) IS 'Takes a consumer of notifications away that does not come any more, with what it has not acknowledged; false: there is none of that name.';

CREATE FUNCTION assure.forecast_arrivals(weeks int DEFAULT 8) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_forecast_arrivals';
REVOKE ALL ON FUNCTION assure.forecast_arrivals(int) FROM PUBLIC;
COMMENT ON FUNCTION assure.forecast_arrivals(int) IS 'Computes, from the last weeks, the arrivals that are expected of the queues in assure.arrival_watch, by weekday and hour; housekeeping calls it daily. Returns the rows of assure.arrival_forecast.';

CREATE FUNCTION assure.check_health() RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_check_health';
REVOKE ALL ON FUNCTION assure.check_health() FROM PUBLIC;
COMMENT ON FUNCTION assure.check_health() IS 'Runs assure.check_books(), assure.audit_verify() and assure.check_coverage() and notes for assure_bi.health what they found. Returns the number of findings.';
