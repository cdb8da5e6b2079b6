-- pg_assure 0.1 to 0.2: what goes or changes before the new parts come.

\echo Use "ALTER EXTENSION pg_assure UPDATE" to load this file. \quit

SET LOCAL search_path TO pg_catalog, pg_temp;

-- Shipped rows come anew, all of them.
DROP TABLE assure.region_builtin;
DELETE FROM assure.schema_script;
DELETE FROM assure.scope_right;

-- match: what a dispatch came to.
ALTER TYPE assure.dispatch_result ADD ATTRIBUTE moved bigint, ADD ATTRIBUTE cost bigint, ADD ATTRIBUTE dual_bound bigint, ADD ATTRIBUTE optimal boolean;
COMMENT ON TYPE assure.dispatch_result IS 'What a dispatch came to: tasks assigned; left open, as that is cheaper or nobody qualified has room; lost to a change in the meantime, open for the next one; time taken; reserved tasks that were moved; what the assignment costs in units of a millionth, the sum below which none can come, and whether the two are equal, which proves it the best.';
COMMENT ON PROCEDURE assure.dispatch(int, assure.dispatch_result) IS 'Reserves open tasks for workers on shift: of all ways to do it the one that costs least by the matching profiles of the queues, and proves it. Tasks that are only reserved may move. With max_tasks the most urgent open tasks only. Commits as it goes.';

-- worker: there are more jobs.
COMMENT ON PROCEDURE assure.run_job(text, boolean) IS 'Runs a job if it is due, or by force, unless it is paused or somebody else runs it; outside of a transaction. assure_bi.job_status lists them.';
