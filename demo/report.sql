-- What a dashboard sees; run as the role assure_bi.

\pset border 1
\pset footer off
\pset linestyle ascii
\pset null ''
\pset numericlocale on

\echo
\echo 'Claims by outcome'
\echo
SELECT coalesce(state, 'all') AS outcome, sum(claims) AS claims, round(100 * sum(claims) / sum(sum(claims)) FILTER (WHERE state IS NOT NULL) OVER (), 1) AS "%",
    sum(submitted) AS submitted, sum(paid) AS paid
FROM assure_bi.claim_outcome GROUP BY GROUPING SETS ((state), ()) ORDER BY state IS NULL, sum(claims) DESC;

\echo 'Why: claims that were not paid or need a person, by their first reason'
\echo
SELECT state AS outcome, main_reason AS reason, claims, submitted
FROM assure_bi.claim_outcome WHERE state <> 'approved' ORDER BY state, claims DESC;

\echo 'Money by insurer (yuan)'
\echo
SELECT insurer, count(*) AS claims, sum(submitted) AS submitted, sum(paid) AS paid, round(100 * sum(paid) / sum(submitted), 1) AS "paid %",
    round(sum(paid) / count(*) FILTER (WHERE state = 'approved'), 2) AS "average payment"
FROM assure_bi.claim GROUP BY insurer ORDER BY claims DESC;

\echo 'Tasks: what people have to decide (reserved: given to somebody; open: nobody has room or the authority)'
\echo
SELECT queue, state, tasks, amount AS "amount at stake"
FROM assure_bi.queue_monitor ORDER BY queue, tasks DESC;

\echo 'The busiest branches'
\echo
SELECT branch, count(*) AS workers, count(*) FILTER (WHERE status = 'on_shift') AS "on shift",
    sum(capacity) FILTER (WHERE status = 'on_shift') AS capacity, sum(load) AS tasks
FROM assure_bi.worker_load GROUP BY branch ORDER BY tasks DESC, branch LIMIT 8;

\echo 'Alerts by level'
\echo
SELECT level, CASE WHEN at_target THEN 'the deadline is passed' WHEN level = 'stalled' THEN 'no progress' ELSE 'a warning point is passed' END AS meaning,
    count(*) AS alerts, to_char(min(due_at), 'YYYY-MM-DD HH24:MI') AS "due since"
FROM assure_bi.open_alert GROUP BY level, at_target ORDER BY level, at_target DESC;
SELECT queue, tasks, in_time AS "done in time", overdue, round(100 * attainment, 1) AS "in time %" FROM assure_bi.sla_attainment;

\echo 'Services'
\echo
SELECT service, name, sum(orders) FILTER (WHERE state IN ('done', 'evaluated')) AS done, sum(orders) FILTER (WHERE state IN ('requested', 'accepted', 'scheduled', 'in_service')) AS open,
    sum(orders) FILTER (WHERE state = 'cancelled') AS cancelled
FROM assure_bi.service_usage GROUP BY service, name ORDER BY sum(orders) DESC;

\echo 'Coverage: insured customers who were served in the last twelve months, by where they live'
\echo
SELECT region, name AS province, insured, served, round(100 * rate, 1) AS "rate %", repeat('#', round(40 * rate)::int) AS " "
FROM assure.coverage(daterange((date_trunc('month', now()) - interval '11 months')::date, (date_trunc('month', now()) + interval '1 month')::date))
ORDER BY rate DESC NULLS LAST, region;
