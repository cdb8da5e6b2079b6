-- Deadlines: a policy, a clock for each subject, alerts when something is due.

-- A policy cannot be taken back, and every sweep reads them all: the bounds keep
-- out what could not be computed with.
CREATE SEQUENCE assure.sla_policy_id_seq;
CREATE TABLE assure.sla_policy (
    sla_policy_id bigint PRIMARY KEY DEFAULT nextval('assure.sla_policy_id_seq'),
    code text NOT NULL CHECK (code <> ''),
    version int NOT NULL DEFAULT 1 CHECK (version >= 1),
    target interval NOT NULL CHECK (target > interval '0' AND target <= interval '10 years'),
    warn_percent smallint[] NOT NULL DEFAULT '{}' CHECK (array_position(warn_percent, NULL) IS NULL AND 0 < ALL (warn_percent) AND 100 > ALL (warn_percent) AND cardinality(warn_percent) <= 20),
    stall_after interval CHECK (stall_after > interval '0' AND stall_after <= interval '10 years'),
    subject_kind text NOT NULL DEFAULT 'task' CHECK (subject_kind IN ('task', 'claim', 'service_order')),
    calendar text CHECK (calendar <> ''),
    condition text CHECK (condition <> ''),
    rank smallint NOT NULL DEFAULT 100 CHECK (rank BETWEEN 1 AND 1000),
    escalation jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(escalation) = 'array'),
    UNIQUE (code, version),
    CONSTRAINT sla_policy_work_time CHECK (calendar IS NULL OR (extract(year FROM target) = 0 AND extract(month FROM target) = 0
        AND coalesce(extract(year FROM stall_after) = 0 AND extract(month FROM stall_after) = 0, true))),
    CONSTRAINT sla_policy_condition CHECK (subject_kind = 'task' OR condition IS NOT NULL)
);
COMMENT ON TABLE assure.sla_policy IS 'How long work may take, immutable by version; running clocks keep theirs. assure.put_sla_policy() writes and checks one.';
COMMENT ON COLUMN assure.sla_policy.sla_policy_id IS 'key; what clocks refer to';
COMMENT ON COLUMN assure.sla_policy.code IS 'name';
COMMENT ON COLUMN assure.sla_policy.version IS 'version of that name; the highest is the current one';
COMMENT ON COLUMN assure.sla_policy.target IS 'from start to target; working time of the calendar, without one around the clock';
COMMENT ON COLUMN assure.sla_policy.warn_percent IS 'shares of the target at which a warning is raised, percent';
COMMENT ON COLUMN assure.sla_policy.stall_after IS 'longest time without progress; NULL: not watched';
COMMENT ON COLUMN assure.sla_policy.subject_kind IS 'what it holds for: task, claim (from submission to decision) or service_order';
COMMENT ON COLUMN assure.sla_policy.calendar IS 'calendar whose working time is counted, by name; NULL: around the clock';
COMMENT ON COLUMN assure.sla_policy.condition IS 'FEEL over the subject: which subjects it holds for; NULL: tasks of the queues that name it';
COMMENT ON COLUMN assure.sla_policy.rank IS 'of several whose condition holds the one with the lowest rank counts, then by code';
COMMENT ON COLUMN assure.sla_policy.escalation IS 'list of {on, after, do, by, role}: what is done about an alert until somebody takes notice';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.sla_policy
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER invalidate AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON assure.sla_policy
    FOR EACH STATEMENT EXECUTE FUNCTION assure.invalidate();
ALTER TABLE assure.sla_policy ENABLE ALWAYS TRIGGER invalidate;

CREATE SEQUENCE assure.clock_id_seq;
CREATE TABLE assure.clock (
    clock_id bigint PRIMARY KEY DEFAULT nextval('assure.clock_id_seq'),
    subject_kind text NOT NULL CHECK (subject_kind IN ('task', 'claim', 'service_order')),
    subject_id bigint NOT NULL,
    branch_id bigint NOT NULL,
    sla_policy_id bigint NOT NULL,
    state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'paused', 'stopped')),
    started_at timestamptz NOT NULL,
    target_at timestamptz NOT NULL,
    progress_at timestamptz NOT NULL,
    stopped_at timestamptz,
    next_step smallint NOT NULL DEFAULT 1 CHECK (next_step >= 1),
    stalled boolean NOT NULL DEFAULT false,
    next_due timestamptz,
    paused_at timestamptz,
    paused interval NOT NULL DEFAULT '0' CHECK (paused >= interval '0'),
    resumed_at timestamptz,
    left_usec bigint,
    CHECK (target_at > started_at),
    CHECK ((state = 'stopped') = (stopped_at IS NOT NULL)),
    CHECK (state = 'running' OR next_due IS NULL),
    CONSTRAINT clock_paused_at CHECK ((state = 'paused') = (paused_at IS NOT NULL))
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
CREATE UNIQUE INDEX clock_subject ON assure.clock (subject_kind, subject_id) WHERE state <> 'stopped';
CREATE INDEX clock_next_due ON assure.clock (next_due) WHERE next_due IS NOT NULL;
COMMENT ON TABLE assure.clock IS 'The deadline of one subject; what is stored is the next moment at which something is due.';
COMMENT ON COLUMN assure.clock.clock_id IS 'key';
COMMENT ON COLUMN assure.clock.subject_kind IS 'task, claim or service_order';
COMMENT ON COLUMN assure.clock.subject_id IS 'key of the subject';
COMMENT ON COLUMN assure.clock.branch_id IS 'branch that the subject belongs to';
COMMENT ON COLUMN assure.clock.sla_policy_id IS 'policy version that it runs under';
COMMENT ON COLUMN assure.clock.state IS 'running, paused: no time counts, or stopped';
COMMENT ON COLUMN assure.clock.started_at IS 'start of the time that counts';
COMMENT ON COLUMN assure.clock.target_at IS 'when the subject should be done; after a pause computed anew, from the working time that was left';
COMMENT ON COLUMN assure.clock.progress_at IS 'last progress of the subject';
COMMENT ON COLUMN assure.clock.stopped_at IS 'when it was stopped; before target_at: in time';
COMMENT ON COLUMN assure.clock.next_step IS 'next step to raise: the warnings in order, then the target';
COMMENT ON COLUMN assure.clock.stalled IS 'a stall was raised since the last progress';
COMMENT ON COLUMN assure.clock.next_due IS 'when the sweep has to look at it; NULL: not as things stand';
COMMENT ON COLUMN assure.clock.paused_at IS 'since when it is paused';
COMMENT ON COLUMN assure.clock.paused IS 'how long it was paused before';
COMMENT ON COLUMN assure.clock.resumed_at IS 'since when time counts again, after the last pause; NULL: since started_at';
COMMENT ON COLUMN assure.clock.left_usec IS 'working time that was left then, microseconds; NULL: never paused';

CREATE SEQUENCE assure.alert_id_seq;
CREATE TABLE assure.alert (
    alert_id bigint PRIMARY KEY DEFAULT nextval('assure.alert_id_seq'),
    level text NOT NULL CHECK (level IN ('new', 'stalled', 'overlong')),
    clock_id bigint,
    step smallint NOT NULL CHECK (step >= 0),
    at_target boolean NOT NULL,
    subject_kind text NOT NULL,
    subject_id bigint NOT NULL,
    branch_id bigint NOT NULL,
    due_at timestamptz NOT NULL,
    raised_at timestamptz NOT NULL DEFAULT now(),
    acknowledged_at timestamptz,
    acknowledged_by text,
    resolved_at timestamptz,
    escalations smallint NOT NULL DEFAULT 0 CHECK (escalations >= 0),
    escalate_at timestamptz,
    detail jsonb,
    CONSTRAINT alert_of_clock CHECK ((clock_id IS NULL) = (level = 'new')),
    CONSTRAINT alert_escalate_at CHECK (escalate_at IS NULL OR (acknowledged_at IS NULL AND resolved_at IS NULL)),
    CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX alert_clock_step ON assure.alert (clock_id, step) WHERE resolved_at IS NULL;
CREATE UNIQUE INDEX alert_new ON assure.alert (subject_kind, subject_id, branch_id) WHERE level = 'new' AND resolved_at IS NULL;
CREATE INDEX alert_escalate_at ON assure.alert (escalate_at) WHERE escalate_at IS NOT NULL;
CREATE INDEX alert_open ON assure.alert (branch_id, level) WHERE resolved_at IS NULL;
COMMENT ON TABLE assure.alert IS 'Raised once per clock and step; closes by itself when the subject is done or moves again.';
COMMENT ON COLUMN assure.alert.alert_id IS 'key; consumers read in its order';
COMMENT ON COLUMN assure.alert.level IS 'new: unusual arrivals; stalled: no progress; overlong: a warning point or the target is passed';
COMMENT ON COLUMN assure.alert.clock_id IS 'the clock that raised it; NULL for level new';
COMMENT ON COLUMN assure.alert.step IS '0: stalled; 1 and on: warnings in order, then the target';
COMMENT ON COLUMN assure.alert.at_target IS 'true: the target itself is passed';
COMMENT ON COLUMN assure.alert.subject_kind IS 'task, claim or service_order; queue for level new';
COMMENT ON COLUMN assure.alert.subject_id IS 'key of the subject';
COMMENT ON COLUMN assure.alert.branch_id IS 'branch that the subject belongs to';
COMMENT ON COLUMN assure.alert.due_at IS 'the moment that was passed';
COMMENT ON COLUMN assure.alert.raised_at IS 'when the sweep raised it';
COMMENT ON COLUMN assure.alert.acknowledged_at IS 'when a person took notice';
COMMENT ON COLUMN assure.alert.acknowledged_by IS 'who did';
COMMENT ON COLUMN assure.alert.resolved_at IS 'when its cause was gone';
COMMENT ON COLUMN assure.alert.escalations IS 'how many steps of the policy''s escalation were taken';
COMMENT ON COLUMN assure.alert.escalate_at IS 'when the next one is taken, unless somebody takes notice; NULL: none';
COMMENT ON COLUMN assure.alert.detail IS 'level new: arrivals, expected and deviation';
