-- The solver by itself: on the caller's own rows, with the caller's rights, so it
-- is everybody's.

CREATE FUNCTION assure.optimal_match(edges_sql text, workers_sql text, tasks_sql text DEFAULT NULL)
    RETURNS TABLE (task_id bigint, worker_id bigint, cost bigint)
    LANGUAGE c STABLE PARALLEL UNSAFE COST 1000000 ROWS 10000 AS 'MODULE_PATHNAME', 'assure_optimal_match';
COMMENT ON FUNCTION assure.optimal_match(text, text, text) IS 'The best assignment: edges_sql gives task_id, worker_id, cost (any sign), workers_sql worker_id, capacity. Without tasks_sql as many tasks as can be, then the least cost; with it (task_id, outside) the least sum of costs and of the outside options of tasks left out. A row for each task that is assigned. The statements run read-only, with the caller''s rights.';

CREATE FUNCTION assure.optimal_match_summary(edges_sql text, workers_sql text, tasks_sql text DEFAULT NULL,
        OUT tasks int, OUT workers int, OUT edges bigint, OUT assigned int, OUT cost bigint, OUT dual_bound bigint, OUT optimal boolean)
    LANGUAGE c STABLE PARALLEL UNSAFE COST 1000000 AS 'MODULE_PATHNAME', 'assure_optimal_match_summary';
COMMENT ON FUNCTION assure.optimal_match_summary(text, text, text) IS 'What the best assignment costs, and the bound that proves that none costs less: optimal where the two are equal.';
