-- What dispatches came to, and the prices that they leave behind.

CREATE SEQUENCE assure.dispatch_run_id_seq;
CREATE TABLE assure.dispatch_run (
    dispatch_run_id bigint PRIMARY KEY DEFAULT nextval('assure.dispatch_run_id_seq'),
    started_at timestamptz NOT NULL DEFAULT now(),
    session_role text NOT NULL,
    tasks int NOT NULL,
    reserved int NOT NULL,
    workers int NOT NULL,
    pairs bigint NOT NULL,
    assigned int NOT NULL DEFAULT 0,
    moved int NOT NULL DEFAULT 0,
    unassigned int NOT NULL,
    lost int NOT NULL DEFAULT 0,
    cost bigint NOT NULL,
    dual_bound bigint NOT NULL,
    optimal boolean NOT NULL,
    read_milliseconds int NOT NULL,
    solve_milliseconds int NOT NULL,
    proof_milliseconds int NOT NULL,
    apply_milliseconds int,
    profiles text[] NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX dispatch_run_started_at ON assure.dispatch_run (started_at);
COMMENT ON TABLE assure.dispatch_run IS 'Dispatches that had something to decide: what they found, what it costs, and the proof.';
COMMENT ON COLUMN assure.dispatch_run.dispatch_run_id IS 'key';
COMMENT ON COLUMN assure.dispatch_run.started_at IS 'when the pool was read';
COMMENT ON COLUMN assure.dispatch_run.session_role IS 'who called it: the role that is logged in';
COMMENT ON COLUMN assure.dispatch_run.tasks IS 'tasks that were open';
COMMENT ON COLUMN assure.dispatch_run.reserved IS 'tasks that were reserved and could move';
COMMENT ON COLUMN assure.dispatch_run.workers IS 'people on shift';
COMMENT ON COLUMN assure.dispatch_run.pairs IS 'eligible pairs of a task and a worker, all of which the proof looked at';
COMMENT ON COLUMN assure.dispatch_run.assigned IS 'open tasks that were reserved for somebody';
COMMENT ON COLUMN assure.dispatch_run.moved IS 'reserved tasks that were taken from who had them';
COMMENT ON COLUMN assure.dispatch_run.unassigned IS 'open tasks that are better left open';
COMMENT ON COLUMN assure.dispatch_run.lost IS 'assignments that a change in the meantime made void';
COMMENT ON COLUMN assure.dispatch_run.cost IS 'sum of the pairs, their places and the outside options of tasks left open, units: a million from the best pair to the worst';
COMMENT ON COLUMN assure.dispatch_run.dual_bound IS 'no assignment costs less, units';
COMMENT ON COLUMN assure.dispatch_run.optimal IS 'cost = dual_bound, so none is better';
COMMENT ON COLUMN assure.dispatch_run.read_milliseconds IS 'time to read the pool and sum up measures';
COMMENT ON COLUMN assure.dispatch_run.solve_milliseconds IS 'time to score and to solve';
COMMENT ON COLUMN assure.dispatch_run.proof_milliseconds IS 'time of the proof';
COMMENT ON COLUMN assure.dispatch_run.apply_milliseconds IS 'time to write the assignment; NULL: it goes on, or did not come to its end';
COMMENT ON COLUMN assure.dispatch_run.profiles IS 'matching profiles, code:version';

CREATE TABLE assure.match_price (
    worker_id bigint PRIMARY KEY,
    price int NOT NULL CHECK (price >= 0),
    dispatch_run_id bigint NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);
COMMENT ON TABLE assure.match_price IS 'What a free place of a worker is worth: the prices of the last dispatch that the worker had room in. A single decision that adds them to its costs looks ahead.';
COMMENT ON COLUMN assure.match_price.worker_id IS 'the worker';
COMMENT ON COLUMN assure.match_price.price IS 'what the next place is worth to the others, units';
COMMENT ON COLUMN assure.match_price.dispatch_run_id IS 'dispatch that found it';

-- Who did work of the same customer, and what people did today.
CREATE INDEX task_done_account ON assure.task (account_id, worker_id) WHERE state = 'done';
