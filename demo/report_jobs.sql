-- Whether the jobs are alive; run as the role assure_bi.

\pset border 1
\pset footer off
\pset linestyle ascii

\echo 'Jobs that run now'
\echo
SELECT job, period, state, driven_by AS "last driven by", total_runs AS runs, failures, date_trunc('second', next_run_at) AS "next run"
FROM assure_bi.job_status ORDER BY job;
