\pset footer off
\echo Waits from coming up to being given to a person and to being begun, hours, beside the bound
SELECT queue, priority, count(*) AS tasks, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY given)::numeric, 1) AS median, round(percentile_cont(0.99) WITHIN GROUP (ORDER BY given)::numeric, 1) AS p99,
    round(max(given), 1) AS longest, round(max(begun), 1) AS longest_begun, round(max(bound), 0) AS bound, count(*) FILTER (WHERE given > bound) AS beyond
FROM (SELECT queue, priority, extract(epoch FROM waited) / 3600 AS given, extract(epoch FROM waited_begun) / 3600 AS begun, extract(epoch FROM wait_max) / 3600 AS bound FROM sim.wait) x GROUP BY 1, 2 ORDER BY 1, 2 DESC;
\echo Tasks done by each of a group of equals
SELECT b.code AS branch, count(*) AS people, min(n) AS least, round(avg(n), 1) AS mean, max(n) AS most, round(stddev_pop(n) / nullif(avg(n), 0), 3) AS deviation
FROM (SELECT w.worker_id, w.branch_id, count(t.task_id) AS n FROM assure.worker w LEFT JOIN assure.task t ON t.worker_id = w.worker_id AND t.state = 'done' GROUP BY 1, 2) x
JOIN assure.branch b USING (branch_id) GROUP BY 1 ORDER BY 1;
\echo Tasks past their bound that the first dispatch after it did not give away
SELECT count(*) AS tasks FROM sim.wait WHERE waited > bound;
