-- What a DBA looks at first: one row a check.

CREATE TABLE assure_internal.health_note (
    check_name text PRIMARY KEY CHECK (check_name IN ('books', 'audit', 'coverage')),
    checked_at timestamptz NOT NULL,
    findings bigint NOT NULL CHECK (findings >= 0)
) WITH (fillfactor = 50);
COMMENT ON TABLE assure_internal.health_note IS 'What checks that are too long for a view found when they last ran; assure.check_health() writes it.';
COMMENT ON COLUMN assure_internal.health_note.check_name IS 'books: assure.check_books(); audit: assure.audit_verify(); coverage: assure.check_coverage()';
COMMENT ON COLUMN assure_internal.health_note.checked_at IS 'when';
COMMENT ON COLUMN assure_internal.health_note.findings IS 'what they complained of, rows';

CREATE VIEW assure_bi.health WITH (security_barrier) AS
    WITH driver AS (SELECT count(*) FILTER (WHERE state = 'overdue') AS overdue, count(*) FILTER (WHERE state = 'paused') AS paused,
            string_agg(job, ', ' ORDER BY job) FILTER (WHERE state = 'overdue') AS overdue_jobs, max(failures) AS failures,
            string_agg(job || ': ' || coalesce(last_error, '?'), '; ' ORDER BY job) FILTER (WHERE failures > 0) AS errors,
            greatest(max(last_ok_at) FILTER (WHERE job = 'sweep'), (SELECT nullif(max(swept_at), '-infinity') FROM assure_internal.sweep_state)) AS swept_at, max(greatest(5 * period, interval '5 minutes')) FILTER (WHERE job = 'sweep') AS patience
        FROM assure_bi.job_status),
    due AS (SELECT count(*) AS clocks, min(next_due) AS since FROM (SELECT next_due FROM assure.clock WHERE next_due < now() - interval '5 minutes' ORDER BY next_due LIMIT 10000) x),
    pending AS (SELECT min(queued_at) AS since FROM (SELECT queued_at FROM assure_internal.claim_queue ORDER BY claim_id LIMIT 1) x),
    aside AS (SELECT count(*) AS claims FROM (SELECT FROM assure.failed_claim LIMIT 10000) x),
    lag AS (SELECT count(*) AS consumers, min(w.created_at) AS since, min(c.consumer) FILTER (WHERE w.created_at IS NOT NULL) AS consumer
        FROM assure_internal.notification_consumer c
        LEFT JOIN LATERAL (SELECT least(
            (SELECT n.created_at FROM assure.notification n WHERE n.notification_id > c.cursor_id ORDER BY n.notification_id LIMIT 1),
            (SELECT n.created_at FROM assure_internal.notification_delivery d JOIN assure.notification n USING (notification_id) WHERE d.consumer = c.consumer
                ORDER BY d.notification_id LIMIT 1)) AS created_at) w ON true),
    -- The first row above all that are sealed; and what was committed late: a seal's snapshot did not see it.
    unsealed AS (SELECT least(
            (SELECT l.logged_at FROM assure.audit_log l WHERE l.audit_id >= coalesce(upper(s.members), 0) ORDER BY l.audit_id LIMIT 1),
            (SELECT l.logged_at FROM assure.audit_log l WHERE l.transaction_id >= pg_snapshot_xmin(s.snapshot) AND l.system_identifier = s.system_identifier
                AND NOT pg_visible_in_snapshot(l.transaction_id, s.snapshot) ORDER BY l.transaction_id LIMIT 1)) AS since
        FROM (VALUES (1)) one LEFT JOIN (SELECT * FROM assure.audit_seal ORDER BY seal_no DESC LIMIT 1) s ON true),
    unmerged AS (SELECT (SELECT min(e.recorded_at) FROM assure.service_event e, assure_internal.coverage_state s WHERE e.event_id > s.watermark) AS since,
        (SELECT count(*) FROM (SELECT FROM assure_internal.coverage_recheck LIMIT 100001) x) AS people),
    unsent AS (SELECT (SELECT s.state_since FROM assure_internal.payment_unfinished f JOIN assure.payment_state s USING (account_id, payment_id) WHERE s.state = 'ordered' ORDER BY f.payment_id LIMIT 1) AS ordered_at,
        (SELECT s.state_since FROM assure_internal.payment_unfinished f JOIN assure.payment_state s USING (account_id, payment_id) WHERE s.state = 'sent' ORDER BY f.payment_id LIMIT 1) AS sent_at),
    untaken AS (SELECT count(*) AS tasks, min(x.wait_until) AS since FROM (SELECT t.wait_until FROM assure.task t WHERE t.state = 'open' AND t.wait_until < now() LIMIT 10000) x),
    known AS (SELECT max(h.day) AS last_day FROM assure.holiday h),
    today AS (SELECT (now() AT TIME ZONE i.time_zone)::date AS day FROM assure_internal.installation i)
    SELECT v.check_name, v.state, v.finding, CASE WHEN v.state <> 'ok' THEN v.what_to_do END AS what_to_do FROM (
        SELECT 1 AS n, 'driver' AS check_name, CASE WHEN overdue > 0 THEN 'fail' WHEN paused > 0 THEN 'warn' ELSE 'ok' END AS state,
            CASE WHEN overdue > 0 THEN 'nothing runs ' || overdue_jobs WHEN paused > 0 THEN paused || ' jobs are paused' ELSE 'jobs run when they are due' END AS finding,
            'List the database in assure.databases, or call assure.install_schedules(); assure.resume(job) ends a pause.' AS what_to_do FROM driver
        UNION ALL SELECT 2 AS n, 'jobs' AS check_name, CASE WHEN failures >= 5 THEN 'fail' WHEN failures > 0 THEN 'warn' ELSE 'ok' END AS state,
            coalesce(errors, 'no job fails') AS finding, 'assure_bi.job_status and the server log say why.' AS what_to_do FROM driver
        UNION ALL SELECT 3 AS n, 'last sweep' AS check_name, CASE WHEN swept_at > now() - patience THEN 'ok' ELSE 'fail' END AS state,
            coalesce('at ' || swept_at, 'never') AS finding, 'Without sweeps no alert is raised: see the checks driver and jobs.' AS what_to_do FROM driver
        UNION ALL SELECT 4 AS n, 'sweep backlog' AS check_name, CASE WHEN clocks = 0 THEN 'ok' WHEN clocks < 10000 THEN 'warn' ELSE 'fail' END AS state,
            CASE WHEN clocks = 0 THEN 'none' ELSE clocks || ' clocks due since ' || since END AS finding, 'CALL assure.sla_sweep(1000000), and see whether the job sweep runs often enough.' AS what_to_do FROM due
        UNION ALL SELECT 5 AS n, 'oldest pending claim' AS check_name, CASE WHEN since < now() - interval '1 day' THEN 'fail' WHEN since < now() - interval '1 hour' THEN 'warn' ELSE 'ok' END AS state,
            coalesce('waits since ' || since, 'none waits') AS finding, 'CALL assure.adjudicate_batch(), and see whether the job adjudicate keeps up.' AS what_to_do FROM pending
        UNION ALL SELECT 6 AS n, 'claims set aside' AS check_name, CASE WHEN claims = 0 THEN 'ok' ELSE 'warn' END AS state, claims || ' claims' AS finding,
            'assure_bi.failed_claim says why; assure.retry_failed_claim(ref) puts one back.' AS what_to_do FROM aside
        UNION ALL SELECT 7 AS n, 'outbox lag' AS check_name, CASE WHEN since < now() - interval '1 hour' THEN 'fail' WHEN since < now() - interval '10 minutes' THEN 'warn' ELSE 'ok' END AS state,
            CASE WHEN consumers = 0 THEN 'no consumer' ELSE coalesce('consumer ' || consumer || ' has not done what came at ' || since, consumers || ' consumers, all done') END AS finding,
            'See whether the consumer runs, takes and acknowledges; assure.forget_consumer() takes away one that is no more.' AS what_to_do FROM lag
        UNION ALL SELECT c.n AS n, c.check_name AS check_name,
            CASE WHEN h.findings > 0 THEN 'fail' WHEN h.checked_at > now() - interval '8 days' THEN 'ok' ELSE 'warn' END AS state,
            coalesce(h.findings || ' findings at ' || h.checked_at, 'never checked') AS finding, c.what_to_do AS what_to_do
            FROM (VALUES (8, 'books', 'SELECT * FROM assure.check_books(); then SELECT assure.check_health().'),
                (9, 'audit', 'SELECT * FROM assure.audit_verify(); then SELECT assure.check_health().'),
                (10, 'coverage', 'SELECT * FROM assure.check_coverage(); then SELECT assure.check_health().')) c (n, check_name, what_to_do)
            LEFT JOIN assure_internal.health_note h USING (check_name)
        UNION ALL SELECT 11 AS n, 'calendar' AS check_name, CASE WHEN last_day IS NULL OR extract(year FROM last_day) < extract(year FROM day) THEN 'fail'
                WHEN extract(year FROM last_day) < extract(year FROM day + 31) THEN 'warn' ELSE 'ok' END AS state,
            coalesce('holidays are known to the end of ' || extract(year FROM last_day), 'no holidays are known') AS finding,
            'Load the next year into assure.holiday_local, then call assure.reapply_policy() for the policies that keep them.' AS what_to_do FROM known, today
        UNION ALL SELECT 12 AS n, 'audit seals' AS check_name, CASE WHEN since < now() - interval '1 hour' THEN 'fail' WHEN since < now() - interval '10 minutes' THEN 'warn' ELSE 'ok' END AS state,
            coalesce('what was logged at ' || since || ' is not sealed', 'all is sealed') AS finding, 'SELECT assure.seal_audit(), and see whether the job seal_audit runs.' AS what_to_do FROM unsealed
        UNION ALL SELECT 13 AS n, 'coverage sets' AS check_name, CASE WHEN since < now() - interval '1 day' OR people > 100000 THEN 'fail' WHEN since < now() - interval '1 hour' THEN 'warn' ELSE 'ok' END AS state,
            coalesce('services recorded at ' || since || ' are not merged', 'all is merged') || CASE WHEN people > 100000 THEN ', more than 100,000 people are queued' ELSE '' END AS finding,
            'CALL assure.merge_coverage(), and see whether the job coverage runs; figures are right, but take long.' AS what_to_do FROM unmerged
        UNION ALL SELECT 14 AS n, 'payments' AS check_name, CASE WHEN ordered_at < now() - interval '7 days' THEN 'fail' WHEN ordered_at < now() - interval '2 days' OR sent_at < now() - interval '10 days' THEN 'warn' ELSE 'ok' END AS state,
            concat_ws(', ', coalesce('ordered at ' || ordered_at || ' and not sent', 'all are sent'), 'sent at ' || sent_at || ' and not answered') AS finding,
            'assure.payments_to_send() has what to give to the bank; assure.payment_paid() and assure.payment_failed() take its answer.' AS what_to_do FROM unsent
        UNION ALL SELECT 15 AS n, 'waiting tasks' AS check_name, CASE WHEN since < now() - interval '1 day' THEN 'fail' WHEN tasks > 0 THEN 'warn' ELSE 'ok' END AS state,
            CASE WHEN tasks = 0 THEN 'none waits beyond its bound' ELSE tasks || ' tasks that nobody has, since ' || since END AS finding,
            'assure.why(task_id) says what keeps people from one; see assure_bi.branch_status and whether the job dispatch runs.' AS what_to_do FROM untaken) v
    ORDER BY v.n;
COMMENT ON VIEW assure_bi.health IS 'One row a check: is all well, and what to do where it is not.';
COMMENT ON COLUMN assure_bi.health.check_name IS 'driver, jobs, last sweep, sweep backlog, oldest pending claim, claims set aside, outbox lag, books, audit, coverage, calendar, audit seals, coverage sets, payments, waiting tasks';
COMMENT ON COLUMN assure_bi.health.state IS 'ok, warn or fail';
COMMENT ON COLUMN assure_bi.health.finding IS 'what was found';
COMMENT ON COLUMN assure_bi.health.what_to_do IS 'what to do; empty: nothing';
