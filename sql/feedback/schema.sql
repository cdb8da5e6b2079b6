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

ALTER TABLE assure.complaint ENABLE ROW LEVEL SECURITY;
CREATE POLICY branch ON assure.complaint FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR branch_id = ANY ((SELECT assure.visible_branches())::bigint[]));
ALTER TABLE assure.satisfaction ENABLE ROW LEVEL SECURITY;
CREATE POLICY branch ON assure.satisfaction FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR branch_id = ANY ((SELECT assure.visible_branches())::bigint[]));

-- Views for BI tools: without the customers' own words.
CREATE VIEW assure_bi.complaint WITH (security_barrier) AS
    SELECT c.complaint_id, c.task_id, q.code AS queue, t.product, t.chapter, b.code AS branch, w.code AS worker, assure_bi.mask_name(w.name) AS worker_name,
        c.kind, c.channel, c.state, c.complained_at, c.resolved_at, c.follow_up_task_id
    FROM assure.complaint c JOIN assure.task t USING (task_id) JOIN assure.queue q USING (queue_id)
    JOIN assure.branch b ON b.branch_id = c.branch_id LEFT JOIN assure.worker w ON w.worker_id = c.worker_id;
COMMENT ON VIEW assure_bi.complaint IS 'Complaints about tasks and what became of them.';
COMMENT ON COLUMN assure_bi.complaint.complaint_id IS 'complaint';
COMMENT ON COLUMN assure_bi.complaint.task_id IS 'task';
COMMENT ON COLUMN assure_bi.complaint.queue IS 'its queue';
COMMENT ON COLUMN assure_bi.complaint.product IS 'its product line';
COMMENT ON COLUMN assure_bi.complaint.chapter IS 'chapter of its diagnosis';
COMMENT ON COLUMN assure_bi.complaint.branch IS 'branch of origin';
COMMENT ON COLUMN assure_bi.complaint.worker IS 'who had or did it, by code';
COMMENT ON COLUMN assure_bi.complaint.worker_name IS 'masked name';
COMMENT ON COLUMN assure_bi.complaint.kind IS 'delay, result, manner, information, privacy or other';
COMMENT ON COLUMN assure_bi.complaint.channel IS 'phone, app, portal, letter, visit or regulator';
COMMENT ON COLUMN assure_bi.complaint.state IS 'open, founded, unfounded or withdrawn';
COMMENT ON COLUMN assure_bi.complaint.complained_at IS 'when';
COMMENT ON COLUMN assure_bi.complaint.resolved_at IS 'when it was resolved';
COMMENT ON COLUMN assure_bi.complaint.follow_up_task_id IS 'task that makes it good';

CREATE VIEW assure_bi.satisfaction WITH (security_barrier) AS
    SELECT s.task_id, q.code AS queue, t.product, t.chapter, b.code AS branch, w.code AS worker, assure_bi.mask_name(w.name) AS worker_name,
        s.score, t.state_since AS done_at, s.recorded_at
    FROM assure.satisfaction s JOIN assure.task t USING (task_id) JOIN assure.queue q USING (queue_id)
    JOIN assure.branch b ON b.branch_id = s.branch_id JOIN assure.worker w ON w.worker_id = s.worker_id;
COMMENT ON VIEW assure_bi.satisfaction IS 'Scores that customers gave finished tasks.';
COMMENT ON COLUMN assure_bi.satisfaction.task_id IS 'task';
COMMENT ON COLUMN assure_bi.satisfaction.queue IS 'its queue';
COMMENT ON COLUMN assure_bi.satisfaction.product IS 'its product line';
COMMENT ON COLUMN assure_bi.satisfaction.chapter IS 'chapter of its diagnosis';
COMMENT ON COLUMN assure_bi.satisfaction.branch IS 'branch of origin';
COMMENT ON COLUMN assure_bi.satisfaction.worker IS 'who did it, by code';
COMMENT ON COLUMN assure_bi.satisfaction.worker_name IS 'masked name';
COMMENT ON COLUMN assure_bi.satisfaction.score IS '1 very bad to 5 very good';
COMMENT ON COLUMN assure_bi.satisfaction.done_at IS 'when the task was done';
COMMENT ON COLUMN assure_bi.satisfaction.recorded_at IS 'when the score was entered';
