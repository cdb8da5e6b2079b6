-- What more a queue asks of people than its first skill.

CREATE TABLE assure.queue_skill (
    queue_id bigint NOT NULL REFERENCES assure.queue,
    skill text NOT NULL CHECK (skill <> ''),
    level smallint NOT NULL DEFAULT 1 CHECK (level BETWEEN 1 AND 5),
    PRIMARY KEY (queue_id, skill)
);
COMMENT ON TABLE assure.queue_skill IS 'Skills that a queue needs beside its first one; assure.put_queue() writes them.';
COMMENT ON COLUMN assure.queue_skill.queue_id IS 'the queue';
COMMENT ON COLUMN assure.queue_skill.skill IS 'the skill, as workers have it';
COMMENT ON COLUMN assure.queue_skill.level IS 'least level of it';
CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON assure.queue_skill
    FOR EACH ROW EXECUTE FUNCTION assure.audit_change();

-- Queues are cached: a change tells every backend.
CREATE TRIGGER invalidate AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON assure.queue
    FOR EACH STATEMENT EXECUTE FUNCTION assure.invalidate();
ALTER TABLE assure.queue ENABLE ALWAYS TRIGGER invalidate;
CREATE TRIGGER invalidate AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON assure.queue_skill
    FOR EACH STATEMENT EXECUTE FUNCTION assure.invalidate();
ALTER TABLE assure.queue_skill ENABLE ALWAYS TRIGGER invalidate;

CREATE VIEW assure_bi.task WITH (security_barrier) AS
    SELECT t.task_id, q.code AS queue, t.subject_kind, coalesce(t.subject_ref, t.subject_id::text) AS subject, t.state, t.state_since,
        b.code AS branch, left(b.region, 2) || '0000' AS province, left(coalesce(t.region, b.region), 2) || '0000' AS region_province,
        w.code AS worker, wb.code AS worker_branch, round(t.amount_fen / 100.0, 2) AS amount, t.priority, t.created_at, t.due_at,
        t.due_at < now() AND t.state NOT IN ('done', 'cancelled') AS overdue, t.wait_until, k.code AS kept_to,
        CASE WHEN t.state IN ('reserved', 'suspended') THEN t.state_until END AS state_until
    FROM assure.task t JOIN assure.queue q USING (queue_id) LEFT JOIN assure.branch b ON b.branch_id = t.branch_id
    LEFT JOIN assure.worker w ON w.worker_id = t.worker_id LEFT JOIN assure.branch wb ON wb.branch_id = w.branch_id
    LEFT JOIN assure.branch k ON k.branch_id = t.kept_branch_id AND t.state = 'open';
COMMENT ON VIEW assure_bi.task IS 'Tasks: what, where, with whom, how urgent.';
COMMENT ON COLUMN assure_bi.task.task_id IS 'key';
COMMENT ON COLUMN assure_bi.task.queue IS 'code of the queue';
COMMENT ON COLUMN assure_bi.task.subject_kind IS 'what it is about: claim, service_order, policy, ...';
COMMENT ON COLUMN assure_bi.task.subject IS 'its name, or its key';
COMMENT ON COLUMN assure_bi.task.state IS 'open, reserved, accepted, suspended, done or cancelled';
COMMENT ON COLUMN assure_bi.task.state_since IS 'when it came into that state';
COMMENT ON COLUMN assure_bi.task.branch IS 'branch of origin';
COMMENT ON COLUMN assure_bi.task.province IS 'province of that branch';
COMMENT ON COLUMN assure_bi.task.region_province IS 'province where the work belongs';
COMMENT ON COLUMN assure_bi.task.worker IS 'who has it or did it';
COMMENT ON COLUMN assure_bi.task.worker_branch IS 'branch of that person';
COMMENT ON COLUMN assure_bi.task.amount IS 'amount at stake, yuan';
COMMENT ON COLUMN assure_bi.task.priority IS '9 is most urgent';
COMMENT ON COLUMN assure_bi.task.created_at IS 'when it came up';
COMMENT ON COLUMN assure_bi.task.due_at IS 'its deadline; NULL: none';
COMMENT ON COLUMN assure_bi.task.overdue IS 'true: that is past and it is not done; NULL: it has no deadline';
COMMENT ON COLUMN assure_bi.task.wait_until IS 'bound on waiting';
COMMENT ON COLUMN assure_bi.task.kept_to IS 'of an open task: the branch whose people alone may do it; NULL: anybody qualified';
COMMENT ON COLUMN assure_bi.task.state_until IS 'when a reserved one goes back unless it is accepted, a suspended one comes back by itself';

CREATE VIEW assure_bi.branch_status WITH (security_barrier) AS
    SELECT b.code AS branch, b.name, left(b.region, 2) || '0000' AS province, b.status, b.status_since, b.status_reason, b.share_out, b.take_in,
        coalesce(p.workers, 0) AS workers, coalesce(p.on_shift, 0) AS on_shift, coalesce(p.capacity, 0) AS capacity,
        coalesce(h.load, 0) AS load, coalesce(h.outside, 0) AS outside,
        coalesce(o.open, 0) AS open, coalesce(o.shared, 0) AS open_shared, coalesce(o.lent, 0) AS lent, coalesce(o.suspended, 0) AS suspended, coalesce(o.overdue, 0) AS overdue
    FROM assure.branch b
    LEFT JOIN (SELECT branch_id, count(*) FILTER (WHERE status <> 'left') AS workers, count(*) FILTER (WHERE status = 'on_shift') AS on_shift,
            sum(capacity) FILTER (WHERE status = 'on_shift') AS capacity FROM assure.worker GROUP BY branch_id) p USING (branch_id)
    LEFT JOIN (SELECT w.branch_id, count(*) AS load, count(*) FILTER (WHERE t.branch_id <> w.branch_id) AS outside
        FROM assure.task t JOIN assure.worker w USING (worker_id) WHERE t.state IN ('reserved', 'accepted') GROUP BY w.branch_id) h USING (branch_id)
    LEFT JOIN (SELECT t.branch_id, count(*) FILTER (WHERE t.state = 'open') AS open, count(*) FILTER (WHERE t.state = 'open' AND t.kept_branch_id IS NULL) AS shared,
            count(*) FILTER (WHERE t.state IN ('reserved', 'accepted') AND w.branch_id <> t.branch_id) AS lent, count(*) FILTER (WHERE t.state = 'suspended') AS suspended,
            count(*) FILTER (WHERE t.due_at < now()) AS overdue
        FROM assure.task t LEFT JOIN assure.worker w USING (worker_id) WHERE t.state NOT IN ('done', 'cancelled') GROUP BY t.branch_id) o USING (branch_id);
COMMENT ON VIEW assure_bi.branch_status IS 'Branches: how far they can work, what they share, what their people have in hand, what waits.';
COMMENT ON COLUMN assure_bi.branch_status.branch IS 'code of the branch';
COMMENT ON COLUMN assure_bi.branch_status.name IS 'name';
COMMENT ON COLUMN assure_bi.branch_status.province IS 'its province';
COMMENT ON COLUMN assure_bi.branch_status.status IS 'online, reduced or offline';
COMMENT ON COLUMN assure_bi.branch_status.status_since IS 'since when';
COMMENT ON COLUMN assure_bi.branch_status.status_reason IS 'why';
COMMENT ON COLUMN assure_bi.branch_status.share_out IS 'how much of its work it gives out, percent';
COMMENT ON COLUMN assure_bi.branch_status.take_in IS 'how much of its people''s room outside work may take, percent';
COMMENT ON COLUMN assure_bi.branch_status.workers IS 'its people';
COMMENT ON COLUMN assure_bi.branch_status.on_shift IS 'of these, on shift';
COMMENT ON COLUMN assure_bi.branch_status.capacity IS 'tasks that those may have at once';
COMMENT ON COLUMN assure_bi.branch_status.load IS 'tasks that its people have in hand';
COMMENT ON COLUMN assure_bi.branch_status.outside IS 'of these, of other branches';
COMMENT ON COLUMN assure_bi.branch_status.open IS 'its own tasks that nobody has';
COMMENT ON COLUMN assure_bi.branch_status.open_shared IS 'of these, those that people of any branch may do';
COMMENT ON COLUMN assure_bi.branch_status.lent IS 'its own tasks that people of other branches have in hand';
COMMENT ON COLUMN assure_bi.branch_status.suspended IS 'its own tasks that wait';
COMMENT ON COLUMN assure_bi.branch_status.overdue IS 'its own unfinished tasks past their deadline';
