\set ECHO none
-- Jobs without workers and without pg_cron: paused, resumed, run by hand, and
-- what is said of schedules.
\i test/sql-common/setup.psql
SELECT t.new_role('admin', 'admin'), t.new_role('bi', 'bi') \gset
SELECT t.role('admin') AS admin, t.role('bi') AS bi \gset

-- A run by hand commits, so it stands outside of the checks' transaction.
CALL assure.run_job('sweep');
CALL assure.run_job('housekeep');

BEGIN;
SELECT plan(34);

SELECT results_eq($$SELECT job, state, failures, driven_by FROM assure_bi.job_status ORDER BY job$$,
    $$VALUES ('adjudicate', 'waiting', 0, NULL), ('check', 'waiting', 0, NULL), ('coverage', 'waiting', 0, NULL), ('dispatch', 'waiting', 0, NULL),
             ('housekeep', 'waiting', 0, 'session'), ('measure', 'waiting', 0, NULL), ('seal_audit', 'waiting', 0, NULL), ('sweep', 'waiting', 0, 'session')$$,
    'there are eight jobs, and a session has run two of them');
SELECT is(total_runs, 1::bigint, 'a run is counted') FROM assure_internal.job WHERE name = 'sweep';
SELECT ok(started_at IS NULL AND last_ok_at IS NOT NULL AND next_run_at > last_ok_at, 'and at its end the next is set')
    FROM assure_internal.job WHERE name = 'housekeep';

-- states
UPDATE assure_internal.job SET next_run_at = now() - interval '1 day' WHERE name = 'dispatch';
SELECT is(state, 'overdue', 'a job that nothing drives is overdue') FROM assure_bi.job_status WHERE job = 'dispatch';
SELECT matches(driven_by, 'assure.databases.*assure.install_schedules', 'and what could drive it is named') FROM assure_bi.job_status WHERE job = 'dispatch';
UPDATE assure_internal.job SET next_run_at = now() - interval '2 minutes', failures = 2 WHERE name = 'dispatch';
SELECT is(state, 'failing', 'a job that failed and waits is failing') FROM assure_bi.job_status WHERE job = 'dispatch';
SELECT ok(pg_try_advisory_lock(1634956146, 2), 'an advisory lock of a job''s keys can be taken by anybody');
SELECT is(state, 'failing', 'and holds up no job') FROM assure_bi.job_status WHERE job = 'dispatch';
SELECT ok(pg_advisory_unlock(1634956146, 2), 'it is another one');

-- paused
SET LOCAL ROLE :"admin";
SELECT lives_ok($$SELECT assure.pause('dispatch')$$, 'an administrator pauses a job');
SELECT lives_ok($$SELECT assure.pause('dispatch')$$, 'again is no error');
SELECT is(state, 'paused', 'it is shown') FROM assure_bi.job_status WHERE job = 'dispatch';
RESET ROLE;
SELECT is(paused_by, session_user::text, 'with who paused it') FROM assure_internal.job WHERE name = 'dispatch';
SELECT is((SELECT count(*) FROM assure.audit_log WHERE action = 'pause' AND subject = 'job dispatch'), 1::bigint, 'and audited, once');
SELECT lives_ok($$SELECT assure.resume('dispatch')$$, 'it is resumed');
SELECT ok(NOT paused AND paused_by IS NULL AND next_run_at <= now(), 'and due') FROM assure_internal.job WHERE name = 'dispatch';
SELECT lives_ok($$SELECT assure.resume('sweep')$$, 'one that is not paused may be resumed');
SELECT is((SELECT count(*) FROM assure.audit_log WHERE action = 'resume'), 1::bigint, 'which changes nothing');

-- what is refused
SELECT throws_like($$SELECT assure.pause('swep')$$, 'job "swep" is not known', 'a job that does not exist cannot be paused');
SELECT throws_ok($$SELECT assure.resume(NULL)$$, '22004', 'job must not be NULL', 'nor can none');
SELECT throws_ok($$CALL assure.run_job('sweep')$$, '25001', NULL, 'no job runs in a transaction');
SELECT throws_ok($$DO 'BEGIN CALL assure.run_job(''sweep''); END'$$, '25001', NULL, 'nor in a DO in one');
SELECT throws_ok($$UPDATE assure_internal.job SET period_seconds = 0$$, '23514', NULL, 'a period is a second at least');
SELECT throws_ok($$UPDATE assure_internal.job SET next_run_at = 'infinity'$$, '23514', NULL, 'never is not a time: pause it');
SET LOCAL ROLE :"bi";
SELECT throws_ok($$SELECT assure.pause('sweep')$$, '42501', NULL, 'the scope bi pauses nothing');
SELECT throws_ok($$CALL assure.run_job('sweep')$$, '42501', NULL, 'runs nothing');
SELECT throws_ok($$SELECT * FROM assure.install_schedules()$$, '42501', NULL, 'schedules nothing');
SELECT lives_ok($$SELECT * FROM assure_bi.job_status$$, 'but sees how the jobs are');
RESET ROLE;

-- schedules, pg_cron being elsewhere or not at all
SELECT throws_ok($$SELECT * FROM assure.install_schedules()$$, '55000', 'pg_cron is not installed', 'without pg_cron there are no schedules');
SELECT is(assure.remove_schedules(), 0, 'and none to remove');
SET LOCAL cron.database_name = 'the cron database';
SELECT results_eq($$SELECT job, schedule, installed FROM assure.install_schedules()$$,
    $$VALUES ('adjudicate', '* * * * *', false), ('dispatch', '* * * * *', false), ('sweep', '* * * * *', false),
             ('housekeep', '17 3 * * *', false), ('check', '37 3 * * *', false), ('measure', '7 */6 * * *', false), ('seal_audit', '* * * * *', false), ('coverage', '*/5 * * * *', false), ('purge_run_details', '27 3 * * *', false)$$,
    'with pg_cron in another database there is what to run there');
SELECT is(command, format('SELECT cron.schedule_in_database(%L, %L, %L, %L, %L)', 'assure_sweep@' || current_database(), '* * * * *',
        'CALL assure.run_job(''sweep'')', current_database(), current_user), 'as a call')
    FROM assure.install_schedules() WHERE job = 'sweep';
SELECT is(note, 'run this command in database "the cron database", where pg_cron lives', 'and where')
    FROM assure.install_schedules() WHERE job = 'sweep';
UPDATE assure_internal.job SET period_seconds = CASE name WHEN 'adjudicate' THEN 300 WHEN 'dispatch' THEN 7200 ELSE period_seconds END;
SELECT is(array_agg(schedule ORDER BY job), ARRAY['*/5 * * * *', '7 */2 * * *'], 'by their periods')
    FROM assure.install_schedules() WHERE job IN ('adjudicate', 'dispatch');

SELECT * FROM finish();
ROLLBACK;
