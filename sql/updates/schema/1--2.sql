-- Data schema 1 to 2: what changes of the parts that 0.1 had.

-- claim
ALTER TABLE assure.decision DROP CONSTRAINT decision_verdict_check;
ALTER TABLE assure.decision ADD CONSTRAINT decision_verdict_check CHECK (verdict IN ('approve', 'deny', 'pend', 'reverse'));
ALTER TABLE assure.decision
    ADD COLUMN origin text NOT NULL DEFAULT 'submission' CHECK (origin IN ('submission', 'person', 'reversal', 'readjudication', 'rerun', 'appeal')),
    ADD COLUMN adjustments jsonb,
    ADD COLUMN screening jsonb,
    ADD COLUMN input bytea,
    ADD COLUMN ledger_horizon bigint;
COMMENT ON COLUMN assure.decision.verdict IS 'approve: something is paid; deny: nothing; pend: a person must decide; reverse: what was booked is undone';
COMMENT ON COLUMN assure.decision.origin IS 'what led to it: submission, person, reversal, readjudication, rerun or appeal';
COMMENT ON COLUMN assure.decision.adjustments IS 'what the person who decided changed of the claim, as assure.decide_claim() takes it; empty: nothing; NULL: no person''s judgement stands behind it';
COMMENT ON COLUMN assure.decision.screening IS 'what the decision model of the plan said, and its version; NULL: it was not asked';
COMMENT ON COLUMN assure.decision.input IS 'the claim as it was calculated, packed: member, providers, contract prices and adjustments filled in; NULL: not calculated, or decided under 0.1';
COMMENT ON COLUMN assure.decision.ledger_horizon IS 'the account''s ledger entries below this key were known to the calculation; NULL: not calculated, or decided under 0.1';
-- Documents are compressed the fast way where the server has it: it takes a
-- tenth of the time of the default, and a decision waits for it.
DO $$
BEGIN
    IF (SELECT 'lz4' = ANY (enumvals) FROM pg_catalog.pg_settings WHERE name = 'default_toast_compression') THEN
        ALTER TABLE assure.claim ALTER document SET COMPRESSION lz4;
        ALTER TABLE assure.decision ALTER reasons SET COMPRESSION lz4, ALTER result SET COMPRESSION lz4, ALTER input SET COMPRESSION lz4;
    END IF;
END $$;

ALTER TABLE assure_internal.claim_queue
    ADD COLUMN packed bytea,
    ADD COLUMN invoices_new boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN assure_internal.claim_queue.packed IS 'the claim as it was read when it was handed in, so that its document is parsed once; NULL: to be read from the document';
COMMENT ON COLUMN assure_internal.claim_queue.invoices_new IS 'true: nobody had handed in one of its invoices before, and so nobody ever has; false: to be looked up';

-- claim: the ledger of fixed benefits
ALTER TABLE assure.ledger_entry DROP CONSTRAINT ledger_entry_period_check;
ALTER TABLE assure.ledger_entry ADD CONSTRAINT ledger_entry_period_check CHECK (period ~ '^(lifetime|(year|day|event):\d{4}-\d\d-\d\d|(stay|group):.+)$');
COMMENT ON COLUMN assure.ledger_entry.period IS 'lifetime; year: and day: with their first day; stay: with its id; event: with its day and group: with its text, which a benefit has paid for';
COMMENT ON COLUMN assure.ledger_entry.measure IS 'paid: the money itself, fen; amount, deductible, base, member: fen; count: visits, payments; days: days that paid, or of a stay';

-- plan
ALTER TABLE assure.plan_version
    ADD COLUMN second_approval_above_fen bigint CHECK (second_approval_above_fen >= 0),
    ADD COLUMN screening_model text CHECK (screening_model <> ''),
    ADD COLUMN screening_decision text CHECK (screening_decision <> ''),
    ADD COLUMN authorize_care text[],
    ADD COLUMN authorization_missing text NOT NULL DEFAULT 'pend' CHECK (authorization_missing IN ('pend', 'deny'));
COMMENT ON COLUMN assure.plan_version.second_approval_above_fen IS 'four eyes: a payment above this that a person approves needs a second person; NULL: never';
COMMENT ON COLUMN assure.plan_version.screening_model IS 'decision model that screens calculated claims, its version in force when the claim is decided; NULL: none';
COMMENT ON COLUMN assure.plan_version.screening_decision IS 'the decision of that model that is asked';
COMMENT ON COLUMN assure.plan_version.authorize_care IS 'kinds of care that need an authorization before treatment; NULL: none';
COMMENT ON COLUMN assure.plan_version.authorization_missing IS 'what becomes of a claim without the authorization it needs: pend or deny';

-- worker: workers sweep when something is due, the period is for what they do not hear of
UPDATE assure_internal.job SET period_seconds = 60 WHERE name = 'sweep' AND period_seconds = 5;
INSERT INTO assure_internal.job (name, job_no, period_seconds, on_arrival) VALUES ('check', 5, 604800, false);

-- work
ALTER TABLE assure.task ADD COLUMN skills text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN assure.task.skills IS 'skills that it needs beside that of its queue, at any level';

-- bi
CREATE OR REPLACE VIEW assure_bi.claim WITH (security_barrier) AS
    SELECT c.account_id, c.claim_id, c.ref, p.insurer, b.code AS branch, left(b.region, 2) || '0000' AS province, c.cause, c.event_date,
        c.submitted_at,
        CASE WHEN q.claim_id IS NOT NULL THEN 'waiting' WHEN f.claim_id IS NOT NULL THEN 'failed'
             WHEN d.verdict = 'approve' THEN 'approved' WHEN d.verdict = 'deny' THEN 'denied' WHEN d.verdict = 'reverse' THEN 'reversed' ELSE 'in_review' END AS state,
        round(c.submitted_fen / 100.0, 2) AS submitted, round(coalesce(d.paid_fen, 0) / 100.0, 2) AS paid,
        assure.main_reason(d.reasons) AS main_reason, d.decided_at, d.decision_no, d.plan_version_id, p.ref AS policy, n.code AS plan, c.member_id
    FROM assure.claim c
    JOIN assure.policy p USING (policy_id) JOIN assure.branch b ON b.branch_id = c.branch_id
    LEFT JOIN assure_internal.claim_queue q ON q.account_id = c.account_id AND q.claim_id = c.claim_id
    LEFT JOIN assure.failed_claim f ON f.account_id = c.account_id AND f.claim_id = c.claim_id
    LEFT JOIN assure.decision d ON d.account_id = c.account_id AND d.claim_id = c.claim_id AND NOT EXISTS (SELECT FROM assure.decision l
        WHERE l.account_id = d.account_id AND l.claim_id = d.claim_id AND l.decision_no = d.decision_no + 1)
    LEFT JOIN assure.plan_version v ON v.plan_version_id = d.plan_version_id LEFT JOIN assure.plan n ON n.plan_id = v.plan_id;
COMMENT ON COLUMN assure_bi.claim.state IS 'waiting, failed, approved, denied, reversed or in_review';
COMMENT ON COLUMN assure_bi.claim.policy IS 'policy number';
COMMENT ON COLUMN assure_bi.claim.plan IS 'code of the plan whose terms were applied; empty: not decided, none in force, or reversed';
COMMENT ON COLUMN assure_bi.claim.member_id IS 'person';
COMMENT ON COLUMN assure_bi.claim_outcome.state IS 'waiting, failed, approved, denied, reversed or in_review';

-- sla: clocks pause.
ALTER TABLE assure.clock ADD COLUMN paused_at timestamptz;
ALTER TABLE assure.clock ADD COLUMN paused interval NOT NULL DEFAULT '0' CHECK (paused >= interval '0');
ALTER TABLE assure.clock DROP CONSTRAINT clock_state_check;
ALTER TABLE assure.clock ADD CONSTRAINT clock_state_check CHECK (state IN ('running', 'paused', 'stopped'));
ALTER TABLE assure.clock ADD CONSTRAINT clock_paused_at CHECK ((state = 'paused') = (paused_at IS NOT NULL));
COMMENT ON COLUMN assure.clock.state IS 'running, paused: no time counts, or stopped';
COMMENT ON COLUMN assure.clock.next_due IS 'when the sweep has to look at it; NULL: not as things stand';
COMMENT ON COLUMN assure.clock.paused_at IS 'since when it is paused';
COMMENT ON COLUMN assure.clock.paused IS 'how long it was paused before';

-- sla: policies have calendars, conditions and escalation; clocks of claims and service orders.
ALTER TABLE assure.sla_policy
    ADD COLUMN subject_kind text NOT NULL DEFAULT 'task' CHECK (subject_kind IN ('task', 'claim', 'service_order')),
    ADD COLUMN calendar text CHECK (calendar <> ''),
    ADD COLUMN condition text CHECK (condition <> ''),
    ADD COLUMN rank smallint NOT NULL DEFAULT 100 CHECK (rank BETWEEN 1 AND 1000),
    ADD COLUMN escalation jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(escalation) = 'array'),
    ADD CONSTRAINT sla_policy_work_time CHECK (calendar IS NULL OR (extract(year FROM target) = 0 AND extract(month FROM target) = 0
        AND coalesce(extract(year FROM stall_after) = 0 AND extract(month FROM stall_after) = 0, true))),
    ADD CONSTRAINT sla_policy_condition CHECK (subject_kind = 'task' OR condition IS NOT NULL);
COMMENT ON TABLE assure.sla_policy IS 'How long work may take, immutable by version; running clocks keep theirs. assure.put_sla_policy() writes and checks one.';
COMMENT ON COLUMN assure.sla_policy.target IS 'from start to target; working time of the calendar, without one around the clock';
COMMENT ON COLUMN assure.sla_policy.subject_kind IS 'what it holds for: task, claim (from submission to decision) or service_order';
COMMENT ON COLUMN assure.sla_policy.calendar IS 'calendar whose working time is counted, by name; NULL: around the clock';
COMMENT ON COLUMN assure.sla_policy.condition IS 'FEEL over the subject: which subjects it holds for; NULL: tasks of the queues that name it';
COMMENT ON COLUMN assure.sla_policy.rank IS 'of several whose condition holds the one with the lowest rank counts, then by code';
COMMENT ON COLUMN assure.sla_policy.escalation IS 'list of {on, after, do, by, role}: what is done about an alert until somebody takes notice';
CREATE TRIGGER invalidate AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON assure.sla_policy
    FOR EACH STATEMENT EXECUTE FUNCTION assure.invalidate();
ALTER TABLE assure.sla_policy ENABLE ALWAYS TRIGGER invalidate;
ALTER TABLE assure.clock ADD COLUMN resumed_at timestamptz;
ALTER TABLE assure.clock ADD COLUMN left_usec bigint;
COMMENT ON COLUMN assure.clock.left_usec IS 'working time that was left then, microseconds; NULL: never paused';
ALTER TABLE assure.clock DROP CONSTRAINT clock_subject_kind_check;
ALTER TABLE assure.clock ADD CONSTRAINT clock_subject_kind_check CHECK (subject_kind IN ('task', 'claim', 'service_order'));
COMMENT ON COLUMN assure.clock.subject_kind IS 'task, claim or service_order';
COMMENT ON COLUMN assure.clock.target_at IS 'when the subject should be done; after a pause computed anew, from the working time that was left';
COMMENT ON COLUMN assure.clock.resumed_at IS 'since when time counts again, after the last pause; NULL: since started_at';
ALTER TABLE assure.alert ALTER COLUMN clock_id DROP NOT NULL;
ALTER TABLE assure.alert
    ADD COLUMN escalations smallint NOT NULL DEFAULT 0 CHECK (escalations >= 0),
    ADD COLUMN escalate_at timestamptz,
    ADD COLUMN detail jsonb,
    ADD CONSTRAINT alert_of_clock CHECK ((clock_id IS NULL) = (level = 'new')),
    ADD CONSTRAINT alert_escalate_at CHECK (escalate_at IS NULL OR (acknowledged_at IS NULL AND resolved_at IS NULL));
CREATE UNIQUE INDEX alert_new ON assure.alert (subject_kind, subject_id, branch_id) WHERE level = 'new' AND resolved_at IS NULL;
CREATE INDEX alert_escalate_at ON assure.alert (escalate_at) WHERE escalate_at IS NOT NULL;
COMMENT ON COLUMN assure.alert.clock_id IS 'the clock that raised it; NULL for level new';
COMMENT ON COLUMN assure.alert.subject_kind IS 'task, claim or service_order; queue for level new';
COMMENT ON COLUMN assure.alert.escalations IS 'how many steps of the policy''s escalation were taken';
COMMENT ON COLUMN assure.alert.escalate_at IS 'when the next one is taken, unless somebody takes notice; NULL: none';
COMMENT ON COLUMN assure.alert.detail IS 'level new: arrivals, expected and deviation';

-- work: tasks are suspended, and kept from several workers.
ALTER TABLE assure.task ADD COLUMN excluded_worker_ids bigint[] NOT NULL DEFAULT '{}';
UPDATE assure.task SET excluded_worker_ids = ARRAY[excluded_worker_id] WHERE excluded_worker_id IS NOT NULL;
ALTER TABLE assure.task DROP COLUMN excluded_worker_id;
ALTER TABLE assure.task DROP CONSTRAINT task_state_check;
ALTER TABLE assure.task ADD CONSTRAINT task_state_check CHECK (state IN ('open', 'reserved', 'accepted', 'suspended', 'done', 'cancelled'));
ALTER TABLE assure.task DROP CONSTRAINT task_check;
ALTER TABLE assure.task ADD CONSTRAINT task_check
    CHECK (CASE WHEN state = 'open' THEN worker_id IS NULL WHEN state IN ('suspended', 'cancelled') THEN true ELSE worker_id IS NOT NULL END);
ALTER TABLE assure.task ADD CONSTRAINT task_four_eyes CHECK (worker_id <> ALL (excluded_worker_ids));
COMMENT ON TABLE assure.task IS 'Work for a person. open -> reserved -> accepted -> done; a returned one is open again; suspended while the customer is waited for, then back with who had it; cancelled from anywhere but done.';
COMMENT ON COLUMN assure.task.state IS 'open, reserved, accepted, suspended, done or cancelled';
COMMENT ON COLUMN assure.task.excluded_worker_ids IS 'four eyes: who did an earlier stage and may not do this one';
ALTER TABLE assure.task_event DROP CONSTRAINT task_event_event_check;
ALTER TABLE assure.task_event ADD CONSTRAINT task_event_event_check
    CHECK (event IN ('created', 'reserved', 'accepted', 'returned', 'suspended', 'resumed', 'noted', 'done', 'cancelled'));
COMMENT ON COLUMN assure.task_event.event IS 'created, reserved, accepted, returned, suspended, resumed, noted, done or cancelled';
COMMENT ON COLUMN assure.task_event.reason IS 'why, for a return, a suspension or a cancellation; what is to be known, for a resumption or a note';
COMMENT ON COLUMN assure_bi.queue_monitor.state IS 'open, reserved, accepted, suspended, done or cancelled';

-- work: the queues of appeals and post-checks. The note of changes asks for the new version of the schema, which comes last.
ALTER TABLE assure.sla_policy DISABLE TRIGGER audit_change;
ALTER TABLE assure.queue DISABLE TRIGGER audit_change;
INSERT INTO assure.sla_policy (code, target, warn_percent, stall_after) VALUES ('claim_appeal', interval '10 days', '{50,80}', interval '3 days'),
    ('claim_check', interval '5 days', '{80}', interval '3 days'), ('claim_rectify', interval '2 days', '{50,80}', interval '1 day')
    ON CONFLICT DO NOTHING;
INSERT INTO assure.queue (code, name, skill, skill_level, sla_code) VALUES ('claim_appeal', 'Appeals', 'claim_review', 2, 'claim_appeal'),
    ('claim_check', 'Post-check of claims', 'post_check', 1, 'claim_check'), ('claim_rectify', 'Rectification of claims', 'claim_review', 1, 'claim_rectify')
    ON CONFLICT DO NOTHING;
ALTER TABLE assure.queue ENABLE TRIGGER audit_change;
ALTER TABLE assure.sla_policy ENABLE TRIGGER audit_change;
-- simulate: the accounts of a plan
CREATE INDEX enrollment_plan_id ON assure.enrollment (plan_id, account_id);

-- bi: deadlines of claims and service orders.
CREATE OR REPLACE VIEW assure_bi.queue_monitor WITH (security_barrier) AS
    SELECT q.code AS queue, q.name, t.state, count(*) AS tasks, min(t.created_at) AS oldest, round(sum(t.amount_fen) / 100.0, 2) AS amount,
        count(*) FILTER (WHERE c.state = 'running' AND c.target_at < now()) AS overdue, min(c.target_at) FILTER (WHERE c.state = 'running') AS next_target_at
    FROM assure.task t JOIN assure.queue q USING (queue_id)
    LEFT JOIN assure.clock c ON c.subject_kind = 'task' AND c.subject_id = t.task_id AND c.state <> 'stopped' GROUP BY q.code, q.name, t.state;
CREATE OR REPLACE VIEW assure_bi.open_alert WITH (security_barrier) AS
    SELECT a.alert_id, a.level, a.at_target, q.code AS queue, b.code AS branch, a.subject_kind, a.subject_id, a.due_at, a.raised_at, a.acknowledged_at,
        p.code AS policy, a.acknowledged_by, a.escalations, a.escalate_at, a.detail
    FROM assure.alert a LEFT JOIN assure.task t ON a.subject_kind = 'task' AND t.task_id = a.subject_id
    LEFT JOIN assure.queue q ON q.queue_id = CASE a.subject_kind WHEN 'queue' THEN a.subject_id ELSE t.queue_id END
    LEFT JOIN assure.branch b ON b.branch_id = a.branch_id
    LEFT JOIN assure.clock c ON c.clock_id = a.clock_id LEFT JOIN assure.sla_policy p ON p.sla_policy_id = c.sla_policy_id
    WHERE a.resolved_at IS NULL;
CREATE OR REPLACE VIEW assure_bi.sla_attainment WITH (security_barrier) AS
    SELECT q.code AS queue, count(*) AS tasks, count(*) FILTER (WHERE c.stopped_at <= c.target_at) AS in_time,
        count(*) FILTER (WHERE c.state = 'running' AND c.target_at < now()) AS overdue,
        round(count(*) FILTER (WHERE c.stopped_at <= c.target_at)::numeric / nullif(count(*) FILTER (WHERE c.state = 'stopped'), 0), 4) AS attainment,
        c.subject_kind, count(*) FILTER (WHERE c.state = 'paused') AS paused
    FROM assure.clock c LEFT JOIN assure.task t ON c.subject_kind = 'task' AND t.task_id = c.subject_id LEFT JOIN assure.queue q USING (queue_id)
    WHERE c.subject_kind <> 'task' OR q.code IS NOT NULL GROUP BY q.code, c.subject_kind;
COMMENT ON COLUMN assure_bi.queue_monitor.overdue IS 'of these, past their target';
COMMENT ON COLUMN assure_bi.queue_monitor.next_target_at IS 'the earliest target of those whose time counts';
COMMENT ON COLUMN assure_bi.open_alert.policy IS 'SLA policy of the clock';
COMMENT ON COLUMN assure_bi.open_alert.acknowledged_by IS 'who did';
COMMENT ON COLUMN assure_bi.open_alert.escalations IS 'steps of the escalation that were taken';
COMMENT ON COLUMN assure_bi.open_alert.escalate_at IS 'when the next one is taken';
COMMENT ON COLUMN assure_bi.open_alert.detail IS 'level new: arrivals, expected and deviation';
COMMENT ON COLUMN assure_bi.sla_attainment.subject_kind IS 'task, claim or service_order';
COMMENT ON COLUMN assure_bi.sla_attainment.paused IS 'clocks that stand still';
COMMENT ON VIEW assure_bi.sla_attainment IS 'How many tasks, claims and service orders were done in time.';
COMMENT ON COLUMN assure_bi.sla_attainment.queue IS 'code of the queue; NULL for claims and service orders';
COMMENT ON COLUMN assure_bi.sla_attainment.tasks IS 'tasks, claims or orders with a deadline';
COMMENT ON COLUMN assure_bi.open_alert.queue IS 'queue of the task; level new: the queue that it comes to';
COMMENT ON COLUMN assure_bi.open_alert.subject_kind IS 'task, claim, service_order or queue';
COMMENT ON COLUMN assure_bi.open_alert.subject_id IS 'its key';

-- work: branches share, workers have shifts, queues bounds, tasks subjects of any kind.
ALTER TABLE assure.branch
    ADD COLUMN share_out smallint NOT NULL DEFAULT 100 CHECK (share_out BETWEEN 0 AND 100),
    ADD COLUMN take_in smallint NOT NULL DEFAULT 100 CHECK (take_in BETWEEN 0 AND 100),
    ADD COLUMN status_since timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN status_reason text CHECK (status_reason <> '');
COMMENT ON COLUMN assure.branch.status IS 'online; reduced: its people get no work of other branches; offline: its people get nothing, and all of its work is for the other branches, that of local queues too';
COMMENT ON COLUMN assure.branch.share_out IS 'how much of its work in shareable queues people of other branches may do, percent';
COMMENT ON COLUMN assure.branch.take_in IS 'how much of the capacity of each of its people work of other branches may take, percent, rounded up';
COMMENT ON COLUMN assure.branch.status_since IS 'since when the status is what it is';
COMMENT ON COLUMN assure.branch.status_reason IS 'why it was set';
ALTER TABLE assure.worker
    ADD COLUMN calendar text CHECK (calendar <> ''),
    ADD COLUMN status_since timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN status_reason text CHECK (status_reason <> '');
COMMENT ON COLUMN assure.worker.calendar IS 'calendar of shifts, by name: outside its working time nothing is given; NULL: the status alone says';
COMMENT ON COLUMN assure.worker.status_since IS 'since when the status is what it is';
COMMENT ON COLUMN assure.worker.status_reason IS 'why it was set';
ALTER TABLE assure.queue
    ADD COLUMN authority text CHECK (authority <> ''),
    ADD COLUMN profile text CHECK (profile <> ''),
    ADD COLUMN reserve_for interval DEFAULT interval '4 hours' CHECK (reserve_for >= interval '1 second' AND reserve_for <= interval '1 year'),
    ADD COLUMN wait_max interval NOT NULL DEFAULT interval '7 days' CHECK (wait_max >= interval '1 second' AND wait_max <= interval '1 year'),
    ADD COLUMN return_pause interval NOT NULL DEFAULT interval '15 minutes' CHECK (return_pause >= interval '0' AND return_pause <= interval '1 year');
COMMENT ON COLUMN assure.queue.shareable IS 'true: anybody qualified in any branch, for the share that the branch of origin gives out; false: the branch of origin only, unless that is offline';
COMMENT ON COLUMN assure.queue.authority IS 'FEEL over amount, priority and attributes of a task: the authority that it needs, yuan; NULL: its amount';
COMMENT ON COLUMN assure.queue.profile IS 'matching profile that weighs who is best for its tasks, by code; NULL: the built-in one';
COMMENT ON COLUMN assure.queue.reserve_for IS 'how long a reserved task waits to be accepted before it goes back to the pool; NULL: for ever';
COMMENT ON COLUMN assure.queue.wait_max IS 'bound on waiting: from then on a task comes before all that are not past theirs';
COMMENT ON COLUMN assure.queue.return_pause IS 'how long a task is not offered again to who returned it';
ALTER TABLE assure.task ALTER account_id DROP NOT NULL, ALTER subject_id DROP NOT NULL, DROP CONSTRAINT task_subject_kind_check;
ALTER TABLE assure.task ADD CONSTRAINT task_subject_kind_check CHECK (subject_kind ~ '^[a-z][a-z0-9_]{0,62}$');
ALTER TABLE assure.task
    ADD COLUMN task_ref text,
    ADD COLUMN subject_ref text,
    ADD COLUMN subject jsonb,
    ADD COLUMN region text,
    ADD COLUMN attributes jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN authority_fen bigint,
    ADD COLUMN kept_branch_id bigint,
    ADD COLUMN due_at timestamptz,
    ADD COLUMN wait_until timestamptz,
    ADD COLUMN state_until timestamptz,
    ADD COLUMN declined_worker_ids bigint[] NOT NULL DEFAULT '{}',
    ADD COLUMN declined_until timestamptz,
    ADD COLUMN result jsonb;
ALTER TABLE assure.task
    ADD CONSTRAINT task_claim_key CHECK (subject_kind <> 'claim' OR (account_id IS NOT NULL AND subject_id IS NOT NULL));
UPDATE assure.task t SET due_at = c.target_at FROM assure.clock c
    WHERE c.subject_kind = 'task' AND c.subject_id = t.task_id AND c.state <> 'stopped' AND t.state NOT IN ('done', 'cancelled');
UPDATE assure.task t SET wait_until = t.created_at + q.wait_max, kept_branch_id = CASE WHEN NOT q.shareable AND b.status <> 'offline' THEN t.branch_id END,
        state_until = CASE WHEN t.state = 'reserved' THEN now() + q.reserve_for END
    FROM assure.queue q, assure.branch b
    WHERE q.queue_id = t.queue_id AND b.branch_id = t.branch_id AND t.state NOT IN ('done', 'cancelled');
DROP INDEX assure.task_subject;
DROP INDEX assure.task_open;
CREATE UNIQUE INDEX task_claim ON assure.task (subject_kind, account_id, subject_id) WHERE state NOT IN ('done', 'cancelled') AND subject_kind = 'claim';
CREATE INDEX task_subject ON assure.task (subject_kind, subject_id) WHERE subject_kind <> 'claim' AND subject_id IS NOT NULL;
CREATE UNIQUE INDEX task_ref ON assure.task (task_ref) WHERE task_ref IS NOT NULL;
-- Open tasks by class of the authority that they need (so that people without it are led past
-- them), then in order of urgency: the deadline or the bound on waiting, whichever is earlier, a day less for each point of priority above 5.
CREATE INDEX task_open ON assure.task (queue_id, (width_bucket(coalesce(authority_fen, amount_fen) - 1, '{500000,5000000,50000000}'::bigint[])), (date_part('epoch', coalesce(least(due_at, wait_until), created_at) - timestamptz '2000-01-01 00:00:00+00') + 86400 * (5 - priority)), coalesce(authority_fen, amount_fen))
    WHERE state = 'open' AND kept_branch_id IS NULL;
CREATE INDEX task_open_branch ON assure.task (branch_id, queue_id, (width_bucket(coalesce(authority_fen, amount_fen) - 1, '{500000,5000000,50000000}'::bigint[])), (date_part('epoch', coalesce(least(due_at, wait_until), created_at) - timestamptz '2000-01-01 00:00:00+00') + 86400 * (5 - priority)), coalesce(authority_fen, amount_fen))
    WHERE state = 'open';
CREATE INDEX task_state_until ON assure.task (state_until) WHERE state IN ('reserved', 'suspended');
COMMENT ON COLUMN assure.task.subject_kind IS 'what it is about: claim, service_order, policy, task, or a name of the company''s own';
COMMENT ON COLUMN assure.task.account_id IS 'certificate of the subject; NULL: it has none';
COMMENT ON COLUMN assure.task.subject_id IS 'key of the subject: the claim, order, policy or task; NULL: it is known outside, by subject_ref';
COMMENT ON COLUMN assure.task.task_ref IS 'the caller''s own name of the task: a second assure.create_task() with it finds this one; NULL: none';
COMMENT ON COLUMN assure.task.subject_ref IS 'name of the subject, as the caller gave it; NULL: subject_id says';
COMMENT ON COLUMN assure.task.subject IS 'what else the caller said of the subject';
COMMENT ON COLUMN assure.task.region IS 'GB/T 2260 code of where the work belongs; NULL: the seat of its branch';
COMMENT ON COLUMN assure.task.attributes IS 'what expressions of queues and profiles may ask of it';
COMMENT ON COLUMN assure.task.authority_fen IS 'authority that it needs, fen, by the expression of its queue; NULL: its amount';
COMMENT ON COLUMN assure.task.kept_branch_id IS 'the branch whose people alone may do it; NULL: anybody qualified in any branch';
COMMENT ON COLUMN assure.task.due_at IS 'its deadline, as its clock has it; NULL: none';
COMMENT ON COLUMN assure.task.wait_until IS 'bound on waiting: when it came up and wait_max of its queue';
COMMENT ON COLUMN assure.task.state_until IS 'when that ends by itself: a reserved task goes back to the pool, a suspended one comes back; NULL: never; of other states without meaning';
COMMENT ON COLUMN assure.task.declined_worker_ids IS 'who returned it or let it expire: not offered to them before declined_until';
COMMENT ON COLUMN assure.task.declined_until IS 'until when';
COMMENT ON COLUMN assure.task.result IS 'what came of it, as assure.complete_task() took it';
ALTER TABLE assure.task_event DROP CONSTRAINT task_event_event_check;
ALTER TABLE assure.task_event ADD CONSTRAINT task_event_event_check
    CHECK (event IN ('created', 'reserved', 'accepted', 'returned', 'expired', 'displaced', 'suspended', 'resumed', 'shared', 'kept', 'noted', 'done', 'cancelled'));
COMMENT ON COLUMN assure.task_event.event IS 'created; reserved for a worker; accepted or returned by that one; expired: not accepted in time; displaced: the worker or the branch went; suspended, resumed; shared with all branches or kept to its own; noted; done or cancelled';
CREATE OR REPLACE VIEW assure_bi.worker_load WITH (security_barrier) AS
    SELECT w.code AS worker, b.code AS branch, left(b.region, 2) || '0000' AS province, w.status, w.capacity,
        count(t.task_id) FILTER (WHERE t.state IN ('reserved', 'accepted')) AS load,
        count(t.task_id) FILTER (WHERE t.state = 'reserved') AS reserved, count(t.task_id) FILTER (WHERE t.state = 'accepted') AS accepted,
        count(t.task_id) FILTER (WHERE t.branch_id <> w.branch_id) AS outside, greatest(w.capacity - count(t.task_id), 0) AS room,
        w.calendar, w.status_since, w.status_reason
    FROM assure.worker w JOIN assure.branch b USING (branch_id)
    LEFT JOIN assure.task t ON t.worker_id = w.worker_id AND t.state IN ('reserved', 'accepted')
    GROUP BY w.worker_id, w.code, b.code, b.region, w.status, w.capacity;
COMMENT ON COLUMN assure_bi.worker_load.reserved IS 'of these, reserved';
COMMENT ON COLUMN assure_bi.worker_load.accepted IS 'of these, accepted';
COMMENT ON COLUMN assure_bi.worker_load.outside IS 'of these, of other branches';
COMMENT ON COLUMN assure_bi.worker_load.room IS 'how many more may be given';
COMMENT ON COLUMN assure_bi.worker_load.calendar IS 'calendar of shifts; NULL: the status alone says';
COMMENT ON COLUMN assure_bi.worker_load.status_since IS 'since when the status is what it is';
COMMENT ON COLUMN assure_bi.worker_load.status_reason IS 'why it was set';

-- measure: a job, and what workers are measured by.
INSERT INTO assure_internal.job (name, job_no, period_seconds, on_arrival) VALUES ('measure', 6, 21600, false);
ALTER TABLE assure.task
    ADD COLUMN product text CHECK (product <> ''),
    ADD COLUMN chapter smallint CHECK (chapter BETWEEN 1 AND 22);
COMMENT ON COLUMN assure.task.product IS 'product line: the plan of a claim, else what its attributes say; NULL: not known. Measures of workers are kept by it';
COMMENT ON COLUMN assure.task.chapter IS 'ICD-10 chapter of a claim''s first diagnosis, else what its attributes say; NULL: not known';

-- service: the catalogue has kinds; orders have more steps.
ALTER TABLE assure.service ADD COLUMN kind text NOT NULL DEFAULT 'other'
    CHECK (kind IN ('second_opinion', 'medical_access', 'escort', 'check_up', 'dental', 'online_doctor', 'medicine_delivery', 'rehabilitation', 'other'));
COMMENT ON COLUMN assure.service.kind IS 'second_opinion, medical_access: appointments for access to medical care, escort, check_up, dental, online_doctor, medicine_delivery, rehabilitation or other';
ALTER TABLE assure.service_order
    DROP CONSTRAINT service_order_state_check, DROP CONSTRAINT service_order_check, DROP CONSTRAINT service_order_check1,
    ADD COLUMN service_version_id bigint,
    ADD COLUMN service_region text CHECK (service_region ~ '^[1-9][0-9]{5}$'),
    ADD COLUMN supplier_id bigint,
    ADD COLUMN steward_id bigint,
    ADD COLUMN scheduled_for timestamptz,
    ADD COLUMN started_at timestamptz,
    ADD COLUMN waiting_since timestamptz,
    ADD COLUMN state_at timestamptz,
    ADD CONSTRAINT service_order_state_check CHECK (state IN ('requested', 'accepted', 'scheduled', 'in_service', 'done', 'evaluated', 'cancelled', 'failed')),
    ADD CONSTRAINT service_order_done CHECK (state NOT IN ('done', 'evaluated') OR finished_at IS NOT NULL),
    ADD CONSTRAINT service_order_times CHECK (started_at >= requested_at AND finished_at >= coalesce(started_at, requested_at)),
    ADD CONSTRAINT service_order_waiting CHECK (waiting_since IS NULL OR state IN ('requested', 'accepted', 'scheduled', 'in_service'));
CREATE INDEX service_order_supplier ON assure.service_order (supplier_id, finished_at) WHERE supplier_id IS NOT NULL;
COMMENT ON TABLE assure.service_order IS 'A health service for a customer: requested -> accepted -> scheduled -> in_service -> done -> evaluated; cancelled, or failed.';
COMMENT ON COLUMN assure.service_order.state IS 'requested, accepted, scheduled, in_service, done, evaluated, cancelled or failed';
COMMENT ON COLUMN assure.service_order.service_version_id IS 'version of the service that was in force when it was asked for; NULL: none';
COMMENT ON COLUMN assure.service_order.service_region IS 'where it is to be done, GB/T 2260; NULL: where the customer lived';
COMMENT ON COLUMN assure.service_order.supplier_id IS 'who does it; NULL: not known yet, or nobody under contract';
COMMENT ON COLUMN assure.service_order.steward_id IS 'the person who does it; NULL: not known';
COMMENT ON COLUMN assure.service_order.scheduled_for IS 'the appointment';
COMMENT ON COLUMN assure.service_order.started_at IS 'when the service began';
COMMENT ON COLUMN assure.service_order.waiting_since IS 'since when it waits for the customer; NULL: it does not';

-- customer: numbers of people in sets, in blocks of 65,536 by prefecture; one resident_id is one person.
CREATE SEQUENCE assure.person_no_seq AS int START 1610612736 MINVALUE 1610612736;
ALTER TABLE assure.member ADD COLUMN person_no int;
CREATE TEMP TABLE numbered AS
    WITH person AS (SELECT DISTINCT ON (coalesce(resident_id, member_id::text)) coalesce(resident_id, member_id::text) AS person,
            assure.int4(coalesce(assure.prefecture(region::assure.region), region::assure.region)) AS place, member_id
        FROM assure.member ORDER BY coalesce(resident_id, member_id::text), member_id),
    placed AS (SELECT person, place, row_number() OVER (PARTITION BY place ORDER BY member_id) - 1 AS n FROM person),
    block AS (SELECT place, sum((count(*) + 65535) / 65536) OVER (ORDER BY place) - (count(*) + 65535) / 65536 AS first FROM placed GROUP BY place)
    SELECT person, (first * 65536 + n)::int AS person_no FROM placed JOIN block USING (place);
UPDATE assure.member m SET person_no = n.person_no FROM numbered n WHERE n.person = coalesce(m.resident_id, m.member_id::text);
DROP TABLE numbered;
ALTER TABLE assure.member ALTER person_no SET NOT NULL, ALTER person_no SET DEFAULT nextval('assure.person_no_seq'),
    ADD CONSTRAINT member_person_no_check CHECK (person_no >= 0);
CREATE INDEX member_person_no ON assure.member (person_no);
COMMENT ON COLUMN assure.member.region IS 'GB/T 2260 code of the stated residence: the customer''s location, but for what assure.customer_location says of a day';
COMMENT ON COLUMN assure.member.person_no IS 'number of the person in sets: the same for all certificates with one resident_id; dealt out in blocks by residence, see assure_internal.number_block';

-- coverage: what is counted has the person's number and the places of its day.
ALTER TABLE assure.service_event ADD COLUMN person_no int, ADD COLUMN prefecture assure.region, ADD COLUMN branch_province assure.region,
    ADD COLUMN service_region assure.region;
ALTER TABLE assure.service_event DISABLE TRIGGER append_only;
UPDATE assure.service_event e SET person_no = m.person_no, branch_province = assure.province(b.region::assure.region),
    prefecture = coalesce(assure.prefecture(e.customer_region::assure.region), e.customer_region::assure.region)
    FROM assure.member m, assure.branch b WHERE m.account_id = e.account_id AND m.member_id = e.member_id AND b.branch_id = e.branch_id;
ALTER TABLE assure.service_event ENABLE TRIGGER append_only;
ALTER TABLE assure.service_event ALTER person_no SET NOT NULL, ALTER prefecture SET NOT NULL, ALTER branch_province SET NOT NULL,
    ADD CONSTRAINT service_event_person_no_check CHECK (person_no >= 0), DROP CONSTRAINT service_event_account_id_order_id_event_key;
DROP INDEX assure.service_event_served_on;
CREATE INDEX service_event_event_id ON assure.service_event USING brin (event_id) WITH (pages_per_range = 32, autosummarize = true);
CREATE INDEX service_event_withdrawn ON assure.service_event (account_id, order_id) WHERE event = 'withdrawn';
COMMENT ON TABLE assure.service_event IS 'What coverage counts, append-only: the latest event of an order says whether its service was done, by whom it counts and where.';
COMMENT ON COLUMN assure.service_event.event_id IS 'key within it, in order; cells have what is not above assure_internal.coverage_state.watermark';
COMMENT ON COLUMN assure.service_event.event IS 'served: done, or stated anew with another person or place; withdrawn: the order was cancelled afterwards, or what comes next states it anew';
COMMENT ON COLUMN assure.service_event.customer_region IS 'where the customer lived on that day, by the default list of bases';
COMMENT ON COLUMN assure.service_event.person_no IS 'number of the person in sets';
COMMENT ON COLUMN assure.service_event.prefecture IS 'prefecture of the customer''s location; of a code that was in assure_internal.kept_region that code';
COMMENT ON COLUMN assure.service_event.branch_province IS 'province of the branch that insures';
COMMENT ON COLUMN assure.service_event.service_region IS 'where the service was done; NULL: nowhere in particular, or not known';
COMMENT ON COLUMN assure.service_order.state_at IS 'when its last step was; NULL: before 0.2';
CREATE OR REPLACE VIEW assure_bi.service_usage WITH (security_barrier) AS
    SELECT v.code AS service, v.name, o.insurer, o.state, count(*) AS orders, count(DISTINCT o.member_id) AS customers, v.kind, count(o.waiting_since) AS waiting
    FROM assure.service_order o JOIN assure.service v USING (service_id) GROUP BY v.code, v.name, o.insurer, o.state, v.kind;
COMMENT ON COLUMN assure_bi.service_usage.state IS 'requested, accepted, scheduled, in_service, done, evaluated, cancelled or failed';
COMMENT ON COLUMN assure_bi.service_usage.kind IS 'kind of the service';
COMMENT ON COLUMN assure_bi.service_usage.waiting IS 'of these orders, waiting for the customer';
-- audit: seals know the transaction of each row; rows of 0.1 have none.
ALTER TABLE assure.audit_log ADD COLUMN transaction_id xid8, ADD COLUMN system_identifier bigint;
ALTER TABLE assure.audit_log ALTER transaction_id SET DEFAULT pg_current_xact_id();
CREATE INDEX audit_log_transaction_id ON assure.audit_log (transaction_id);
COMMENT ON COLUMN assure.audit_log.transaction_id IS 'the transaction that wrote it: the seal that it belongs to follows from it; NULL: written under 0.1';
COMMENT ON COLUMN assure.audit_log.system_identifier IS 'the cluster that wrote it, whose transactions are counted; NULL: written under 0.1';
COMMENT ON COLUMN assure.audit_log.detail IS 'more keys and figures; of configuration, what it was before and after';
INSERT INTO assure_internal.job (name, job_no, period_seconds) VALUES ('seal_audit', 7, 60);

-- audit: what was calculated can be erased, and its hash stays.
ALTER TABLE assure.decision ADD COLUMN input_salt bytea CHECK (octet_length(input_salt) = 16), ADD COLUMN input_hash bytea CHECK (octet_length(input_hash) = 32);
COMMENT ON COLUMN assure.decision.input_salt IS 'random bytes before the input in its hash; NULL with the input, so that the hash of what was erased tells nothing';
COMMENT ON COLUMN assure.decision.input_hash IS 'SHA-256 over input_salt and input; NULL: not calculated, or decided under 0.1';

-- worker: coverage is brought up.
INSERT INTO assure_internal.job (name, job_no, period_seconds, on_arrival) VALUES ('coverage', 8, 300, false) ON CONFLICT DO NOTHING;

-- bi: coverage says who was served outside.
CREATE OR REPLACE VIEW assure_bi.coverage_by_province WITH (security_barrier) AS
    SELECT c.code AS region, c.name, c.insured, c.served, c.rate, c.outside
    FROM assure_internal.installation i,
        LATERAL assure.coverage_detail(daterange(date_trunc('year', now() AT TIME ZONE i.time_zone)::date,
            (date_trunc('month', now() AT TIME ZONE i.time_zone) + interval '1 month')::date), place => 'branch') c;
COMMENT ON COLUMN assure_bi.coverage_by_province.outside IS 'distinct customers served who were not insured there this year';
CREATE OR REPLACE VIEW assure_bi.coverage_by_customer_location WITH (security_barrier) AS
    SELECT c.code AS region, c.name, c.insured, c.served, c.rate, c.outside
    FROM assure_internal.installation i,
        LATERAL assure.coverage_detail(daterange(date_trunc('year', now() AT TIME ZONE i.time_zone)::date,
            (date_trunc('month', now() AT TIME ZONE i.time_zone) + interval '1 month')::date), place => 'customer') c;
COMMENT ON COLUMN assure_bi.coverage_by_customer_location.outside IS 'distinct customers served who were not insured there this year';

-- bi: people who are too few are not told apart.
CREATE TABLE assure_internal.member_cell (
    policy_id bigint NOT NULL,
    province text NOT NULL,
    birth_year int NOT NULL,
    sex text NOT NULL,
    members bigint NOT NULL CHECK (members > 0),
    is_shown boolean NOT NULL,
    PRIMARY KEY (policy_id, province, birth_year, sex)
);
COMMENT ON TABLE assure_internal.member_cell IS 'Members by what a masked row tells of them; assure.count_small_cells() counts them each day.';
COMMENT ON COLUMN assure_internal.member_cell.policy_id IS 'the policy';
COMMENT ON COLUMN assure_internal.member_cell.province IS 'province of the stated residence';
COMMENT ON COLUMN assure_internal.member_cell.birth_year IS 'year of birth';
COMMENT ON COLUMN assure_internal.member_cell.sex IS 'F or M';
COMMENT ON COLUMN assure_internal.member_cell.members IS 'how many they are';
COMMENT ON COLUMN assure_internal.member_cell.is_shown IS 'true: birth year and sex are shown; false: they are too few, or would tell how many others are';
CREATE OR REPLACE VIEW assure_bi.member WITH (security_barrier) AS
    SELECT m.account_id, m.member_id, p.ref AS policy, p.insurer, b.code AS branch, m.ref AS member_ref,
        assure_bi.mask_name(m.name) AS name, assure_bi.mask_middle(m.resident_id, 4, CASE WHEN c.sex IS NULL THEN 0 ELSE 4 END) AS resident_id,
        c.birth_year AS birth_year, c.sex AS sex, assure_bi.mask_middle(m.phone, 3, 4) AS phone,
        left(m.region, 2) || '0000' AS province
    FROM assure.member m JOIN assure.account a USING (account_id) JOIN assure.policy p USING (policy_id) JOIN assure.branch b USING (branch_id)
    LEFT JOIN assure_internal.member_cell c ON c.policy_id = a.policy_id AND c.province = left(m.region, 2) || '0000'
        AND c.birth_year = extract(year FROM m.birth_date)::int AND c.sex = m.sex AND c.is_shown AND c.members >= assure.small_cell();
COMMENT ON COLUMN assure_bi.member.birth_year IS 'year of birth; empty: too few of the policy and province share it and the sex';
COMMENT ON COLUMN assure_bi.member.resident_id IS 'masked resident identity number; its end, which tells the sex, only where that is shown';
COMMENT ON COLUMN assure_bi.member.sex IS 'F or M; empty: too few of the policy and province share it and the year of birth';
COMMENT ON TABLE assure.invoice_key IS 'The claim that an invoice belongs to, over all customers: the first that handed it in, or once that is reversed the one that took it over; any other is a duplicate.';
COMMENT ON COLUMN assure.invoice_key.account_id IS 'certificate of the claim';
COMMENT ON COLUMN assure.invoice_key.claim_id IS 'the claim';
