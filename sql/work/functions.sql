CREATE TYPE assure.dispatch_result AS (assigned bigint, unassigned bigint, lost bigint, milliseconds float8,
    moved bigint, cost bigint, dual_bound bigint, optimal boolean);
COMMENT ON TYPE assure.dispatch_result IS 'What a dispatch came to: tasks assigned; left open, as that is cheaper or nobody qualified has room; lost to a change in the meantime, open for the next one; time taken; reserved tasks that were moved; what the assignment costs in units of a millionth, the sum below which none can come, and whether the two are equal, which proves it the best.';

CREATE FUNCTION assure.accept_task(task_id bigint, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_accept_task';
REVOKE ALL ON FUNCTION assure.accept_task(bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.accept_task(bigint, text) IS 'The worker who has a reserved task begins it.';

CREATE FUNCTION assure.return_task(task_id bigint, reason text, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_return_task';
REVOKE ALL ON FUNCTION assure.return_task(bigint, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.return_task(bigint, text, text) IS 'The worker who has a task gives it back to the pool, with a reason.';

CREATE PROCEDURE assure.dispatch(max_tasks int DEFAULT NULL, INOUT result assure.dispatch_result DEFAULT NULL)
    LANGUAGE c AS 'MODULE_PATHNAME', 'assure_dispatch';
REVOKE ALL ON PROCEDURE assure.dispatch(int, assure.dispatch_result) FROM PUBLIC;
COMMENT ON PROCEDURE assure.dispatch(int, assure.dispatch_result) IS 'Reserves open tasks for workers on shift: of all ways to do it the one that costs least by the matching profiles of the queues, and proves it. Tasks that are only reserved may move. With max_tasks the most urgent open tasks only. Commits as it goes.';
