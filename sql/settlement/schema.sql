-- Settlement between branches, and points of persons: both are booked in the
-- transaction that finishes a task, so they are right to the last one.

-- How difficult a queue's tasks are: tariffs and points ask for the level.
CREATE SEQUENCE assure.difficulty_rule_id_seq;
CREATE TABLE assure.difficulty_rule (
    difficulty_rule_id bigint PRIMARY KEY DEFAULT nextval('assure.difficulty_rule_id_seq'),
    queue_id bigint NOT NULL REFERENCES assure.queue,
    version int NOT NULL CHECK (version >= 1),
    levels text[] NOT NULL CHECK (cardinality(levels) <= 4 AND array_position(levels, NULL) IS NULL),
    put_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (queue_id, version)
);
COMMENT ON TABLE assure.difficulty_rule IS 'When a task of a queue is difficult, immutable by version; the highest version counts for what is finished from then on.';
COMMENT ON COLUMN assure.difficulty_rule.difficulty_rule_id IS 'key';
COMMENT ON COLUMN assure.difficulty_rule.queue_id IS 'the queue';
COMMENT ON COLUMN assure.difficulty_rule.version IS '1 for the first';
COMMENT ON COLUMN assure.difficulty_rule.levels IS 'FEEL conditions over the task for the levels 2 to 5; the last one that is true counts, none: level 1';
COMMENT ON COLUMN assure.difficulty_rule.put_at IS 'when it was put';

CREATE SEQUENCE assure.tariff_id_seq;
CREATE TABLE assure.tariff (
    tariff_id bigint PRIMARY KEY DEFAULT nextval('assure.tariff_id_seq'),
    queue_id bigint NOT NULL REFERENCES assure.queue,
    valid_from date NOT NULL CHECK (isfinite(valid_from)),
    amounts bigint[] NOT NULL CHECK (cardinality(amounts) >= 1 AND cardinality(amounts) <= 5 AND 0 <= ALL (amounts) AND array_position(amounts, NULL) IS NULL),
    put_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (queue_id, valid_from)
);
COMMENT ON TABLE assure.tariff IS 'What a branch pays for a task that another does for it; the latest valid_from not after the day counts. Immutable.';
COMMENT ON COLUMN assure.tariff.tariff_id IS 'key; what postings refer to';
COMMENT ON COLUMN assure.tariff.queue_id IS 'the queue';
COMMENT ON COLUMN assure.tariff.valid_from IS 'first day';
COMMENT ON COLUMN assure.tariff.amounts IS 'by level of difficulty, from 1; the last one for those above, fen';
COMMENT ON COLUMN assure.tariff.put_at IS 'when it was put';

-- One row has both sides, so that what one branch gets is what another gives:
-- there is no way to write the one without the other.
CREATE SEQUENCE assure.settlement_posting_id_seq;
CREATE TABLE assure.settlement_posting (
    posting_id bigint PRIMARY KEY DEFAULT nextval('assure.settlement_posting_id_seq'),
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    task_id bigint NOT NULL,
    queue_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('work', 'correction')),
    debtor_branch_id bigint NOT NULL,
    creditor_branch_id bigint NOT NULL CHECK (creditor_branch_id <> debtor_branch_id),
    worker_id bigint NOT NULL,
    difficulty smallint NOT NULL CHECK (difficulty BETWEEN 1 AND 5),
    tariff_id bigint,
    amount_fen bigint NOT NULL CHECK (amount_fen <> 0 AND (kind = 'correction' OR amount_fen > 0)),
    tasks smallint NOT NULL CHECK (tasks BETWEEN -1 AND 1 AND (kind = 'correction' OR tasks = 1)),
    reason text,
    booked_at timestamptz NOT NULL,
    booked_by text NOT NULL,
    actor_worker_id bigint,
    audit_id bigint NOT NULL,
    row_hash bytea NOT NULL CHECK (octet_length(row_hash) = 32),
    CHECK (kind = 'work' OR reason IS NOT NULL)
);
CREATE INDEX settlement_posting_task ON assure.settlement_posting (task_id);
CREATE INDEX settlement_posting_month ON assure.settlement_posting (month, debtor_branch_id, creditor_branch_id);
CREATE INDEX settlement_posting_audit_id ON assure.settlement_posting (audit_id);
COMMENT ON TABLE assure.settlement_posting IS 'What a branch owes another for a task, append-only: both sides of the double entry in one row. A mistake is undone by a correction of the opposite amount, in a month that is open.';
COMMENT ON COLUMN assure.settlement_posting.posting_id IS 'key';
COMMENT ON COLUMN assure.settlement_posting.month IS 'month that it is settled in, by its first day';
COMMENT ON COLUMN assure.settlement_posting.task_id IS 'the task';
COMMENT ON COLUMN assure.settlement_posting.queue_id IS 'its queue';
COMMENT ON COLUMN assure.settlement_posting.kind IS 'work: a task was finished; correction';
COMMENT ON COLUMN assure.settlement_posting.debtor_branch_id IS 'branch of origin: it is debited';
COMMENT ON COLUMN assure.settlement_posting.creditor_branch_id IS 'branch whose worker did it: it is credited';
COMMENT ON COLUMN assure.settlement_posting.worker_id IS 'who did it';
COMMENT ON COLUMN assure.settlement_posting.difficulty IS 'level, 1 to 5';
COMMENT ON COLUMN assure.settlement_posting.tariff_id IS 'the tariff; NULL: a correction to an amount that was named';
COMMENT ON COLUMN assure.settlement_posting.amount_fen IS 'what the debtor owes the creditor, fen; below 0: takes back';
COMMENT ON COLUMN assure.settlement_posting.tasks IS '1: the task is paid for from now on; -1: no longer; 0: as before, for another amount';
COMMENT ON COLUMN assure.settlement_posting.reason IS 'why, for a correction';
COMMENT ON COLUMN assure.settlement_posting.booked_at IS 'when';
COMMENT ON COLUMN assure.settlement_posting.booked_by IS 'session user';
COMMENT ON COLUMN assure.settlement_posting.actor_worker_id IS 'the worker behind that session; NULL: a job or an application';
COMMENT ON COLUMN assure.settlement_posting.audit_id IS 'the audit row, which holds the root of the hashes';
COMMENT ON COLUMN assure.settlement_posting.row_hash IS 'SHA-256 over the canonical bytes of the row';

CREATE TABLE assure.settlement_close (
    month date PRIMARY KEY CHECK (extract(day FROM month) = 1),
    closed_at timestamptz NOT NULL DEFAULT now(),
    closed_by text NOT NULL,
    actor_worker_id bigint,
    posting_count bigint NOT NULL CHECK (posting_count >= 0)
);
COMMENT ON TABLE assure.settlement_close IS 'Months that are closed, append-only: nothing is booked in them any more.';
COMMENT ON COLUMN assure.settlement_close.month IS 'first day of the month';
COMMENT ON COLUMN assure.settlement_close.closed_at IS 'when';
COMMENT ON COLUMN assure.settlement_close.closed_by IS 'session user';
COMMENT ON COLUMN assure.settlement_close.actor_worker_id IS 'the worker behind that session; NULL: a job or an application';
COMMENT ON COLUMN assure.settlement_close.posting_count IS 'postings of the month';

CREATE TABLE assure.settlement_line (
    month date NOT NULL REFERENCES assure.settlement_close,
    debtor_branch_id bigint NOT NULL,
    creditor_branch_id bigint NOT NULL CHECK (creditor_branch_id <> debtor_branch_id),
    task_count bigint NOT NULL,
    amount_fen bigint NOT NULL,
    PRIMARY KEY (month, debtor_branch_id, creditor_branch_id)
);
COMMENT ON TABLE assure.settlement_line IS 'What a closed month came to for each pair of branches, append-only.';
COMMENT ON COLUMN assure.settlement_line.month IS 'the month';
COMMENT ON COLUMN assure.settlement_line.debtor_branch_id IS 'who owes';
COMMENT ON COLUMN assure.settlement_line.creditor_branch_id IS 'whom';
COMMENT ON COLUMN assure.settlement_line.task_count IS 'tasks that are paid for from then on, less those that no longer are';
COMMENT ON COLUMN assure.settlement_line.amount_fen IS 'how much, fen';

-- Points of persons.
CREATE SEQUENCE assure.point_rule_id_seq;
CREATE TABLE assure.point_rule (
    point_rule_id bigint PRIMARY KEY DEFAULT nextval('assure.point_rule_id_seq'),
    queue_id bigint NOT NULL REFERENCES assure.queue,
    version int NOT NULL CHECK (version >= 1),
    base int NOT NULL,
    difficulty int[] NOT NULL,
    speed_percent int[] NOT NULL,
    speed_points int[] NOT NULL,
    late int NOT NULL,
    pass int NOT NULL,
    defect int NOT NULL,
    put_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (queue_id, version),
    CHECK (cardinality(speed_percent) = cardinality(speed_points) AND cardinality(difficulty) <= 5)
);
COMMENT ON TABLE assure.point_rule IS 'What points a queue''s tasks give, immutable by version; the highest version counts for what is finished from then on.';
COMMENT ON COLUMN assure.point_rule.point_rule_id IS 'key; what entries refer to';
COMMENT ON COLUMN assure.point_rule.queue_id IS 'the queue';
COMMENT ON COLUMN assure.point_rule.version IS '1 for the first';
COMMENT ON COLUMN assure.point_rule.base IS 'for each task';
COMMENT ON COLUMN assure.point_rule.difficulty IS 'beside it by level of difficulty, from 1; the last one for those above';
COMMENT ON COLUMN assure.point_rule.speed_percent IS 'shares of the time to the target, percent, ascending';
COMMENT ON COLUMN assure.point_rule.speed_points IS 'for a task finished within that share';
COMMENT ON COLUMN assure.point_rule.late IS 'for a task finished after its target';
COMMENT ON COLUMN assure.point_rule.pass IS 'for a task that passed its first post-check';
COMMENT ON COLUMN assure.point_rule.defect IS 'for each unit of weight of the defects found then';
COMMENT ON COLUMN assure.point_rule.put_at IS 'when it was put';

CREATE SEQUENCE assure.point_entry_id_seq;
CREATE TABLE assure.point_entry (
    entry_id bigint PRIMARY KEY DEFAULT nextval('assure.point_entry_id_seq'),
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    worker_id bigint NOT NULL,
    branch_id bigint NOT NULL,
    queue_id bigint NOT NULL,
    task_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('done', 'checked', 'annulled')),
    tasks smallint NOT NULL CHECK (tasks BETWEEN -1 AND 1),
    base int NOT NULL,
    difficulty int NOT NULL,
    speed int NOT NULL,
    quality int NOT NULL,
    point_rule_id bigint NOT NULL,
    booked_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX point_entry_task ON assure.point_entry (task_id);
CREATE INDEX point_entry_month ON assure.point_entry (month, worker_id);
COMMENT ON TABLE assure.point_entry IS 'Points of persons, append-only: for a task that was done, for its post-check, and the other way round where its result was annulled.';
COMMENT ON COLUMN assure.point_entry.entry_id IS 'key';
COMMENT ON COLUMN assure.point_entry.month IS 'month that they count for, by its first day';
COMMENT ON COLUMN assure.point_entry.worker_id IS 'whose';
COMMENT ON COLUMN assure.point_entry.branch_id IS 'branch of that worker then';
COMMENT ON COLUMN assure.point_entry.queue_id IS 'queue of the task';
COMMENT ON COLUMN assure.point_entry.task_id IS 'the task';
COMMENT ON COLUMN assure.point_entry.kind IS 'done, checked or annulled';
COMMENT ON COLUMN assure.point_entry.tasks IS '1: it counts as a task; 0: it does not; -1: it no longer does';
COMMENT ON COLUMN assure.point_entry.base IS 'for the task';
COMMENT ON COLUMN assure.point_entry.difficulty IS 'for its difficulty';
COMMENT ON COLUMN assure.point_entry.speed IS 'for the time it took';
COMMENT ON COLUMN assure.point_entry.quality IS 'for its first post-check';
COMMENT ON COLUMN assure.point_entry.point_rule_id IS 'the rule they come from';
COMMENT ON COLUMN assure.point_entry.booked_at IS 'when';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.difficulty_rule
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.tariff
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.settlement_posting
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.settlement_close
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.settlement_line
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.point_rule
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.point_entry
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();

ALTER TABLE assure.settlement_posting ENABLE ROW LEVEL SECURITY;
CREATE POLICY branch ON assure.settlement_posting FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR debtor_branch_id = ANY ((SELECT assure.visible_branches())::bigint[])
        OR creditor_branch_id = ANY ((SELECT assure.visible_branches())::bigint[]));
ALTER TABLE assure.point_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY branch ON assure.point_entry FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR branch_id = ANY ((SELECT assure.visible_branches())::bigint[])
        OR worker_id = (SELECT assure.acting_worker()));

-- Views for BI tools.
CREATE VIEW assure_bi.settlement_entry WITH (security_barrier) AS
    SELECT p.posting_id, p.month, b.code AS branch, o.code AS counterparty, p.task_id, q.code AS queue, p.kind, p.difficulty,
        round(s.amount_fen / 100.0, 2) AS amount, p.reason, p.booked_at, c.month IS NOT NULL AS closed
    FROM assure.settlement_posting p
    CROSS JOIN LATERAL (VALUES (p.debtor_branch_id, p.creditor_branch_id, -p.amount_fen), (p.creditor_branch_id, p.debtor_branch_id, p.amount_fen))
        AS s (branch_id, counterparty_id, amount_fen)
    JOIN assure.branch b ON b.branch_id = s.branch_id JOIN assure.branch o ON o.branch_id = s.counterparty_id
    JOIN assure.queue q USING (queue_id) LEFT JOIN assure.settlement_close c USING (month);
COMMENT ON VIEW assure_bi.settlement_entry IS 'Settlement between branches as double entries: two rows a posting, whose amounts add up to 0.';
COMMENT ON COLUMN assure_bi.settlement_entry.posting_id IS 'posting';
COMMENT ON COLUMN assure_bi.settlement_entry.month IS 'month that it is settled in, by its first day';
COMMENT ON COLUMN assure_bi.settlement_entry.branch IS 'branch';
COMMENT ON COLUMN assure_bi.settlement_entry.counterparty IS 'the other branch';
COMMENT ON COLUMN assure_bi.settlement_entry.task_id IS 'task';
COMMENT ON COLUMN assure_bi.settlement_entry.queue IS 'its queue';
COMMENT ON COLUMN assure_bi.settlement_entry.kind IS 'work or correction';
COMMENT ON COLUMN assure_bi.settlement_entry.difficulty IS 'level, 1 to 5';
COMMENT ON COLUMN assure_bi.settlement_entry.amount IS 'yuan; above 0: the branch gets, below 0: it gives';
COMMENT ON COLUMN assure_bi.settlement_entry.reason IS 'why, for a correction';
COMMENT ON COLUMN assure_bi.settlement_entry.booked_at IS 'when';
COMMENT ON COLUMN assure_bi.settlement_entry.closed IS 'true: its month is closed';

CREATE VIEW assure_bi.leaderboard WITH (security_barrier) AS
    SELECT x.month, b.code AS branch, q.code AS queue, w.code AS worker, assure_bi.mask_name(w.name) AS name,
        x.tasks, x.base, x.difficulty, x.speed, x.quality, x.points,
        rank() OVER (PARTITION BY x.month, x.queue_id ORDER BY x.points DESC) AS rank,
        rank() OVER (PARTITION BY x.month, x.queue_id, x.branch_id ORDER BY x.points DESC) AS branch_rank
    FROM (SELECT e.month, e.branch_id, e.queue_id, e.worker_id, sum(e.tasks) AS tasks, sum(e.base) AS base, sum(e.difficulty) AS difficulty,
            sum(e.speed) AS speed, sum(e.quality) AS quality, sum(e.base + e.difficulty + e.speed + e.quality) AS points
        FROM assure.point_entry e GROUP BY 1, 2, 3, 4) x
    JOIN assure.branch b USING (branch_id) JOIN assure.queue q USING (queue_id) JOIN assure.worker w USING (worker_id);
COMMENT ON VIEW assure_bi.leaderboard IS 'Points by month, queue and worker, right to the last finished task; ranks among all branches, and within the branch.';
COMMENT ON COLUMN assure_bi.leaderboard.month IS 'first day of the month';
COMMENT ON COLUMN assure_bi.leaderboard.branch IS 'branch of the worker then';
COMMENT ON COLUMN assure_bi.leaderboard.queue IS 'queue';
COMMENT ON COLUMN assure_bi.leaderboard.worker IS 'worker, by code';
COMMENT ON COLUMN assure_bi.leaderboard.name IS 'masked name';
COMMENT ON COLUMN assure_bi.leaderboard.tasks IS 'tasks done';
COMMENT ON COLUMN assure_bi.leaderboard.base IS 'points for them';
COMMENT ON COLUMN assure_bi.leaderboard.difficulty IS 'points for their difficulty';
COMMENT ON COLUMN assure_bi.leaderboard.speed IS 'points for the time they took';
COMMENT ON COLUMN assure_bi.leaderboard.quality IS 'points for their post-checks';
COMMENT ON COLUMN assure_bi.leaderboard.points IS 'all points';
COMMENT ON COLUMN assure_bi.leaderboard.rank IS 'place among all of that month and queue';
COMMENT ON COLUMN assure_bi.leaderboard.branch_rank IS 'place among those of the same branch';
