-- What customers say of the work on their tasks.

CREATE SEQUENCE assure.complaint_id_seq;
CREATE TABLE assure.complaint (
    complaint_id bigint PRIMARY KEY DEFAULT nextval('assure.complaint_id_seq'),
    task_id bigint NOT NULL,
    worker_id bigint,
    branch_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('delay', 'result', 'manner', 'information', 'privacy', 'other')),
    reason text NOT NULL CHECK (reason <> ''),
    channel text NOT NULL DEFAULT 'phone' CHECK (channel IN ('phone', 'app', 'portal', 'letter', 'visit', 'regulator')),
    complained_at timestamptz NOT NULL DEFAULT now(),
    recorded_by text NOT NULL,
    recorded_worker_id bigint,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'founded', 'unfounded', 'withdrawn')),
    resolved_at timestamptz,
    resolved_by text,
    resolved_worker_id bigint,
    note text,
    follow_up_task_id bigint,
    CHECK ((state = 'open') = (resolved_at IS NULL) AND (state = 'open') = (resolved_by IS NULL)),
    CONSTRAINT complaint_four_eyes CHECK (resolved_worker_id <> worker_id)
) WITH (fillfactor = 80);
CREATE INDEX complaint_task ON assure.complaint (task_id);
CREATE INDEX complaint_open ON assure.complaint (branch_id, complained_at) WHERE state = 'open';
COMMENT ON TABLE assure.complaint IS 'Complaints of customers about a task, open -> founded, unfounded or withdrawn; founded ones count for who did it.';
COMMENT ON COLUMN assure.complaint.complaint_id IS 'key';
COMMENT ON COLUMN assure.complaint.task_id IS 'the task it concerns';
COMMENT ON COLUMN assure.complaint.worker_id IS 'who had or did the task when it was recorded; NULL: nobody';
COMMENT ON COLUMN assure.complaint.branch_id IS 'branch of origin of the task';
COMMENT ON COLUMN assure.complaint.kind IS 'delay, result, manner, information, privacy or other';
COMMENT ON COLUMN assure.complaint.reason IS 'in the customer''s words';
COMMENT ON COLUMN assure.complaint.channel IS 'phone, app, portal, letter, visit or regulator';
COMMENT ON COLUMN assure.complaint.complained_at IS 'when it was recorded';
COMMENT ON COLUMN assure.complaint.recorded_by IS 'session user who entered it';
COMMENT ON COLUMN assure.complaint.recorded_worker_id IS 'the worker behind that session; NULL: an application';
COMMENT ON COLUMN assure.complaint.state IS 'open, founded, unfounded or withdrawn';
COMMENT ON COLUMN assure.complaint.resolved_at IS 'when it was resolved';
COMMENT ON COLUMN assure.complaint.resolved_by IS 'session user who resolved it';
COMMENT ON COLUMN assure.complaint.resolved_worker_id IS 'the worker behind that session: never who the complaint is about';
COMMENT ON COLUMN assure.complaint.note IS 'what was found';
COMMENT ON COLUMN assure.complaint.follow_up_task_id IS 'task that makes good what was founded; NULL: none';

CREATE TABLE assure.satisfaction (
    task_id bigint PRIMARY KEY,
    worker_id bigint NOT NULL,
    branch_id bigint NOT NULL,
    score smallint NOT NULL CHECK (score BETWEEN 1 AND 5),
    words text CHECK (words <> ''),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by text NOT NULL,
    recorded_worker_id bigint
);
COMMENT ON TABLE assure.satisfaction IS 'What customers gave the work on a finished task, 1 to 5; once a task.';
COMMENT ON COLUMN assure.satisfaction.task_id IS 'the task';
COMMENT ON COLUMN assure.satisfaction.worker_id IS 'who did it';
COMMENT ON COLUMN assure.satisfaction.branch_id IS 'branch of origin of the task';
COMMENT ON COLUMN assure.satisfaction.score IS '1 very bad to 5 very good';
COMMENT ON COLUMN assure.satisfaction.words IS 'in the customer''s words; NULL: none';
COMMENT ON COLUMN assure.satisfaction.recorded_at IS 'when';
COMMENT ON COLUMN assure.satisfaction.recorded_by IS 'session user who entered it';
COMMENT ON COLUMN assure.satisfaction.recorded_worker_id IS 'the worker behind that session; NULL: an application';
