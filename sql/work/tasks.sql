-- The life of tasks of any kind, and the pool: queues, people, branches.

CREATE FUNCTION assure.create_task(queue text, subject jsonb, details jsonb DEFAULT '{}', request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_create_task';
REVOKE ALL ON FUNCTION assure.create_task(text, jsonb, jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.create_task(text, jsonb, jsonb, text) IS 'Opens a task about {kind, ref, ...}; details: {amount, branch, priority, region, attributes, skills, excluded, ref}. Returns its key; under a known ref that of the task that has it.';

CREATE FUNCTION assure.next_task(worker text DEFAULT NULL, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_next_task';
REVOKE ALL ON FUNCTION assure.next_task(text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.next_task(text, text) IS 'Reserves the best open task for the person who calls (a supervisor may name another) and returns its key; NULL: there is none.';

CREATE FUNCTION assure.assign_task(task_id bigint, worker text, reason text, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_assign_task';
REVOKE ALL ON FUNCTION assure.assign_task(bigint, text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.assign_task(bigint, text, text, text) IS 'Reserves an open or reserved task for a worker by name; skill, authority, four eyes and room count here too.';

CREATE FUNCTION assure.suspend_task(task_id bigint, reason text, until timestamptz DEFAULT NULL, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_suspend_task';
REVOKE ALL ON FUNCTION assure.suspend_task(bigint, text, timestamptz, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.suspend_task(bigint, text, timestamptz, text) IS 'Has a task wait, its clock too, until a moment or until assure.resume_task().';

CREATE FUNCTION assure.resume_task(task_id bigint, note text DEFAULT NULL, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_resume_task';
REVOKE ALL ON FUNCTION assure.resume_task(bigint, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.resume_task(bigint, text, text) IS 'Ends the wait: the task is reserved for who had it, or open.';

CREATE FUNCTION assure.complete_task(task_id bigint, result jsonb DEFAULT NULL, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_complete_task';
REVOKE ALL ON FUNCTION assure.complete_task(bigint, jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.complete_task(bigint, jsonb, text) IS 'The worker who accepted a task says that it is done, and what came of it. Tasks of claims end with assure.decide_claim().';

CREATE FUNCTION assure.cancel_task(task_id bigint, reason text, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_cancel_task';
REVOKE ALL ON FUNCTION assure.cancel_task(bigint, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.cancel_task(bigint, text, text) IS 'Ends a task that need not be done any more.';

CREATE FUNCTION assure.task_sweep(max_tasks int DEFAULT 10000) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'assure_task_sweep';
REVOKE ALL ON FUNCTION assure.task_sweep(int) FROM PUBLIC;
COMMENT ON FUNCTION assure.task_sweep(int) IS 'Puts back what was reserved and not accepted in time, brings back what was suspended until now; returns how many. The job "sweep" calls it.';

CREATE FUNCTION assure.set_worker_status(worker text, status text, reason text, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'assure_set_worker_status';
REVOKE ALL ON FUNCTION assure.set_worker_status(text, text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.set_worker_status(text, text, text, text) IS 'Says that a person is on_shift, off_shift (what is reserved goes back at once) or left (what was accepted too). Returns how many tasks went back.';

CREATE FUNCTION assure.set_branch_status(branch text, status text, reason text, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE COST 100000 AS 'MODULE_PATHNAME', 'assure_set_branch_status';
REVOKE ALL ON FUNCTION assure.set_branch_status(text, text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.set_branch_status(text, text, text, text) IS 'Says that a branch is online, reduced or offline: its people''s tasks go back to the pool and its own become everybody''s in the same call; back online its share holds again. Returns how many tasks that moved.';

CREATE FUNCTION assure.set_branch_share(branch text, share_out int, take_in int, reason text, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE COST 100000 AS 'MODULE_PATHNAME', 'assure_set_branch_share';
REVOKE ALL ON FUNCTION assure.set_branch_share(text, int, int, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.set_branch_share(text, int, int, text, text) IS 'Sets how much of its work a branch gives out and how much of its people''s room outside work may take, percent; NULL leaves it. Returns how many tasks that moved.';

CREATE PROCEDURE assure.move_branch(branch text, status text, reason text, INOUT result assure.dispatch_result DEFAULT NULL)
    LANGUAGE c AS 'MODULE_PATHNAME', 'assure_move_branch';
REVOKE ALL ON PROCEDURE assure.move_branch(text, text, text, assure.dispatch_result) FROM PUBLIC;
COMMENT ON PROCEDURE assure.move_branch(text, text, text, assure.dispatch_result) IS 'assure.set_branch_status(), then a dispatch: what may be shared of an offline branch is with others when it returns, urgent tasks first.';

CREATE FUNCTION assure.put_branch(branch jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_put_branch';
REVOKE ALL ON FUNCTION assure.put_branch(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.put_branch(jsonb, text) IS 'Adds or changes a branch: {code, name, region, share_out, take_in}. Returns its key.';

CREATE FUNCTION assure.put_queue(queue jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_put_queue';
REVOKE ALL ON FUNCTION assure.put_queue(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.put_queue(jsonb, text) IS 'Adds or changes a queue: {code, name, skills, shareable, sla, authority, profile, reserve_for, wait_max, return_pause}. Returns its key.';

CREATE FUNCTION assure.put_worker(worker jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_put_worker';
REVOKE ALL ON FUNCTION assure.put_worker(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.put_worker(jsonb, text) IS 'Adds or changes a worker: {code, name, branch, capacity, authority, skills, calendar}. Returns the key.';
