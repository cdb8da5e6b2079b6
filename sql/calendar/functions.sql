-- Working time.

CREATE FUNCTION assure.work_add(calendar text, start timestamptz, work interval) RETURNS timestamptz
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'assure_work_add';
REVOKE ALL ON FUNCTION assure.work_add(text, timestamptz, interval) FROM PUBLIC;
COMMENT ON FUNCTION assure.work_add(text, timestamptz, interval) IS 'The moment that lies so much working time after another, or before it: days are whole working days, hours and minutes are working time.';

CREATE FUNCTION assure.work_between(calendar text, a timestamptz, b timestamptz) RETURNS interval
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'assure_work_between';
REVOKE ALL ON FUNCTION assure.work_between(text, timestamptz, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION assure.work_between(text, timestamptz, timestamptz) IS 'The working time from a to b, in hours and minutes; negative where b is before a.';

CREATE FUNCTION assure.is_workday(calendar text, day date) RETURNS boolean
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'assure_is_workday';
REVOKE ALL ON FUNCTION assure.is_workday(text, date) FROM PUBLIC;
COMMENT ON FUNCTION assure.is_workday(text, date) IS 'Whether a shift begins on that day.';

CREATE FUNCTION assure.workday_add(calendar text, day date, n int) RETURNS date
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'assure_workday_add';
REVOKE ALL ON FUNCTION assure.workday_add(text, date, int) FROM PUBLIC;
COMMENT ON FUNCTION assure.workday_add(text, date, int) IS 'The n-th working day after a day; n below 0: before it; 0: the day itself.';

CREATE FUNCTION assure.publish_calendar(code text, definition jsonb, note text DEFAULT NULL, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_publish_calendar';
REVOKE ALL ON FUNCTION assure.publish_calendar(text, jsonb, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.publish_calendar(text, jsonb, text, text) IS 'Publishes a version of a calendar, {time_zone, week, holidays, days, base}, and makes it the one in force; versions are immutable. Returns the version''s key.';
