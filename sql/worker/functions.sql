-- Jobs: run, paused, driven by pg_cron.

CREATE PROCEDURE assure.run_job(job text, force boolean DEFAULT false)
    LANGUAGE c AS 'MODULE_PATHNAME', 'assure_run_job';
REVOKE ALL ON PROCEDURE assure.run_job(text, boolean) FROM PUBLIC;
COMMENT ON PROCEDURE assure.run_job(text, boolean) IS 'Runs a job if it is due, or by force, unless it is paused or somebody else runs it; outside of a transaction. assure_bi.job_status lists them.';

CREATE FUNCTION assure.pause(job text) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_pause';
REVOKE ALL ON FUNCTION assure.pause(text) FROM PUBLIC;
COMMENT ON FUNCTION assure.pause(text) IS 'Keeps a job from being run until it is resumed; a run at hand goes on to its end.';

CREATE FUNCTION assure.resume(job text) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_resume';
REVOKE ALL ON FUNCTION assure.resume(text) FROM PUBLIC;
COMMENT ON FUNCTION assure.resume(text) IS 'Has a paused job run again, and background workers look at once.';

CREATE FUNCTION assure.install_schedules(OUT job text, OUT schedule text, OUT command text, OUT installed boolean, OUT note text)
    RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 ROWS 5 AS 'MODULE_PATHNAME', 'assure_install_schedules';
REVOKE ALL ON FUNCTION assure.install_schedules() FROM PUBLIC;
COMMENT ON FUNCTION assure.install_schedules() IS 'Registers the jobs with pg_cron as the caller, and a purge of their run details; where pg_cron lives in another database, returns what to run there.';

CREATE FUNCTION assure.remove_schedules() RETURNS int
    LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'assure_remove_schedules';
REVOKE ALL ON FUNCTION assure.remove_schedules() FROM PUBLIC;
COMMENT ON FUNCTION assure.remove_schedules() IS 'Takes the caller''s schedules for this database away from pg_cron, and returns how many there were.';
