-- Jobs: what runs again and again, and how it went.
--
-- One row a job, updated twice a run: no index but the key, so that each update
-- stays on its page.

CREATE TABLE assure_internal.job (
    name text PRIMARY KEY CHECK (name <> ''),
    job_no smallint NOT NULL CHECK (job_no > 0),
    period_seconds int NOT NULL CHECK (period_seconds BETWEEN 1 AND 2678400),
    on_arrival boolean NOT NULL DEFAULT false,
    paused boolean NOT NULL DEFAULT false,
    paused_by text,
    paused_at timestamptz,
    next_run_at timestamptz NOT NULL DEFAULT now() CHECK (isfinite(next_run_at)),
    started_at timestamptz CHECK (isfinite(started_at)),
    started_by text CHECK (started_by IN ('worker', 'pg_cron', 'session')),
    last_ok_at timestamptz,
    last_duration_ms bigint CHECK (last_duration_ms >= 0),
    failures int NOT NULL DEFAULT 0 CHECK (failures >= 0),
    last_error_at timestamptz,
    last_error_code text,
    last_error text,
    total_runs bigint NOT NULL DEFAULT 0,
    total_failures bigint NOT NULL DEFAULT 0,
    CHECK (paused = (paused_at IS NOT NULL) AND paused = (paused_by IS NOT NULL)),
    CHECK (started_at IS NULL OR started_by IS NOT NULL)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
COMMENT ON TABLE assure_internal.job IS 'The jobs that background workers or pg_cron drive; what each does is fixed.';
COMMENT ON COLUMN assure_internal.job.name IS 'name of the job';
COMMENT ON COLUMN assure_internal.job.job_no IS 'its number in the library, objid of the lock that is held while it runs; pg_locks shows it as advisory with classid 1634956146 and objsubid 3';
COMMENT ON COLUMN assure_internal.job.period_seconds IS 'from one start to the next; the owner of the table may change it';
COMMENT ON COLUMN assure_internal.job.on_arrival IS 'background workers also run it, about once a second at most, when something arrives';
COMMENT ON COLUMN assure_internal.job.paused IS 'not run until assure.resume(job)';
COMMENT ON COLUMN assure_internal.job.paused_by IS 'session user who paused it';
COMMENT ON COLUMN assure_internal.job.paused_at IS 'when it was paused';
COMMENT ON COLUMN assure_internal.job.next_run_at IS 'when it is due; while it runs: when it would be due if this run failed';
COMMENT ON COLUMN assure_internal.job.started_at IS 'start of a run that has not ended, or was interrupted; counted in failures and total_failures until it ends well';
COMMENT ON COLUMN assure_internal.job.started_by IS 'what drove the last run: worker (a background worker), pg_cron or session (somebody''s CALL)';
COMMENT ON COLUMN assure_internal.job.last_ok_at IS 'end of the last run that went well';
COMMENT ON COLUMN assure_internal.job.last_duration_ms IS 'how long that took, milliseconds';
COMMENT ON COLUMN assure_internal.job.failures IS 'runs in a row that failed; each doubles the wait, an hour at most';
COMMENT ON COLUMN assure_internal.job.last_error_at IS 'when a run last failed; of one that was interrupted, its start';
COMMENT ON COLUMN assure_internal.job.last_error_code IS 'SQLSTATE of that failure; NULL: interrupted';
COMMENT ON COLUMN assure_internal.job.last_error IS 'its message, the first 500 bytes';
COMMENT ON COLUMN assure_internal.job.total_runs IS 'runs so far';
COMMENT ON COLUMN assure_internal.job.total_failures IS 'of these, failed';

INSERT INTO assure_internal.job (name, job_no, period_seconds, on_arrival) VALUES
    ('adjudicate', 1, 30, true),
    ('dispatch', 2, 60, false),
    ('sweep', 3, 60, false),
    ('housekeep', 4, 86400, false),
    ('check', 5, 604800, false),
    ('measure', 6, 21600, false),
    ('seal_audit', 7, 60, false),
    ('coverage', 8, 300, false);

CREATE VIEW assure_bi.job_status AS
SELECT s.job, s.period, s.paused,
       CASE WHEN s.paused THEN 'paused'
            WHEN s.running THEN 'running'
            WHEN s.next_run_at < now() - greatest(5 * s.period, interval '5 minutes') THEN 'overdue'
            WHEN s.failures > 0 THEN 'failing'
            ELSE 'waiting' END AS state,
       s.next_run_at, s.last_ok_at,
       make_interval(secs => s.last_duration_ms / 1000.0) AS last_duration,
       s.failures, s.last_error_at, s.last_error_code, s.last_error,
       CASE WHEN s.next_run_at < now() - greatest(5 * s.period, interval '5 minutes') AND NOT s.paused AND NOT s.running
            THEN 'nothing: list the database in assure.databases, or call assure.install_schedules()'
            ELSE s.started_by END AS driven_by,
       s.total_runs, s.total_failures, s.paused_by, s.paused_at
FROM (
    SELECT j.name AS job, make_interval(secs => j.period_seconds) AS period, j.paused, r.running,
           j.next_run_at, j.last_ok_at, j.last_duration_ms,
           -- a run at hand is counted as failed until it ends
           j.failures - (r.running AND j.started_at IS NOT NULL)::int AS failures,
           j.total_failures - (r.running AND j.started_at IS NOT NULL)::int AS total_failures,
           j.last_error_at, j.last_error_code, j.last_error, j.started_by, j.total_runs, j.paused_by, j.paused_at
    FROM assure_internal.job j
    CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT FROM pg_catalog.pg_locks l
            WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 3
              AND l.classid = 1634956146::oid AND l.objid = j.job_no::oid
              AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())
        ) AS running
    ) r
) s;
COMMENT ON VIEW assure_bi.job_status IS 'The jobs: when they run, how the last run went, and whether anything drives them.';
COMMENT ON COLUMN assure_bi.job_status.job IS 'name of the job';
COMMENT ON COLUMN assure_bi.job_status.period IS 'from one start to the next';
COMMENT ON COLUMN assure_bi.job_status.paused IS 'not run until it is resumed';
COMMENT ON COLUMN assure_bi.job_status.state IS 'waiting, running, failing (the last run failed; it is tried again), paused, or overdue (should have run long ago: nothing drives it, or the work piles up)';
COMMENT ON COLUMN assure_bi.job_status.next_run_at IS 'when it is due';
COMMENT ON COLUMN assure_bi.job_status.last_ok_at IS 'end of the last run that went well';
COMMENT ON COLUMN assure_bi.job_status.last_duration IS 'how long that took';
COMMENT ON COLUMN assure_bi.job_status.failures IS 'runs in a row that failed';
COMMENT ON COLUMN assure_bi.job_status.last_error_at IS 'when a run last failed';
COMMENT ON COLUMN assure_bi.job_status.last_error_code IS 'SQLSTATE of that failure; NULL: the run was interrupted';
COMMENT ON COLUMN assure_bi.job_status.last_error IS 'its message';
COMMENT ON COLUMN assure_bi.job_status.driven_by IS 'what ran it last (worker, pg_cron or session); of an overdue job, what to do';
COMMENT ON COLUMN assure_bi.job_status.total_runs IS 'runs so far';
COMMENT ON COLUMN assure_bi.job_status.total_failures IS 'of these, failed';
COMMENT ON COLUMN assure_bi.job_status.paused_by IS 'who paused it';
COMMENT ON COLUMN assure_bi.job_status.paused_at IS 'when it was paused';
