-- Views for BI tools: stable names and columns, amounts in yuan, people masked.
-- They are the owner's, so that a reader needs no right on the tables below.

CREATE FUNCTION assure_bi.mask_name(name text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
    AS $$ SELECT left(name, 1) || '*' $$;
COMMENT ON FUNCTION assure_bi.mask_name(text) IS 'A name as it may be shown: its first character.';

CREATE FUNCTION assure_bi.mask_middle(value text, shown_left int, shown_right int) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
    AS $$ SELECT CASE WHEN length(value) > shown_left + shown_right
            THEN left(value, shown_left) || repeat('*', length(value) - shown_left - shown_right) || right(value, shown_right)
            ELSE repeat('*', length(value)) END $$;
COMMENT ON FUNCTION assure_bi.mask_middle(text, int, int) IS 'A number as it may be shown: its ends.';

-- People who are too few to be told apart are counted by cell, and hidden below.
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
CREATE VIEW assure_bi.member WITH (security_barrier) AS
    SELECT m.account_id, m.member_id, p.ref AS policy, p.insurer, b.code AS branch, m.ref AS member_ref,
        assure_bi.mask_name(m.name) AS name, assure_bi.mask_middle(m.resident_id, 4, CASE WHEN c.sex IS NULL THEN 0 ELSE 4 END) AS resident_id,
        c.birth_year AS birth_year, c.sex AS sex, assure_bi.mask_middle(m.phone, 3, 4) AS phone,
        left(m.region, 2) || '0000' AS province
    FROM assure.member m JOIN assure.account a USING (account_id) JOIN assure.policy p USING (policy_id) JOIN assure.branch b USING (branch_id)
    LEFT JOIN assure_internal.member_cell c ON c.policy_id = a.policy_id AND c.province = left(m.region, 2) || '0000'
        AND c.birth_year = extract(year FROM m.birth_date)::int AND c.sex = m.sex AND c.is_shown AND c.members >= assure.small_cell();
COMMENT ON VIEW assure_bi.member IS 'Insured people, masked.';
COMMENT ON COLUMN assure_bi.member.account_id IS 'certificate';
COMMENT ON COLUMN assure_bi.member.member_id IS 'person';
COMMENT ON COLUMN assure_bi.member.policy IS 'policy number';
COMMENT ON COLUMN assure_bi.member.insurer IS 'insurer of the group';
COMMENT ON COLUMN assure_bi.member.branch IS 'branch that insures';
COMMENT ON COLUMN assure_bi.member.member_ref IS 'member reference within the policy';
COMMENT ON COLUMN assure_bi.member.name IS 'masked name';
COMMENT ON COLUMN assure_bi.member.resident_id IS 'masked resident identity number; its end, which tells the sex, only where that is shown';
COMMENT ON COLUMN assure_bi.member.birth_year IS 'year of birth; empty: too few of the policy and province share it and the sex';
COMMENT ON COLUMN assure_bi.member.sex IS 'F or M; empty: too few of the policy and province share it and the year of birth';
COMMENT ON COLUMN assure_bi.member.phone IS 'masked telephone';
COMMENT ON COLUMN assure_bi.member.province IS 'province of the stated residence';

-- The current decision is the one that no other follows: so one claim, one branch or
-- all of them are found by the key of decisions, without a sort of all.
CREATE VIEW assure_bi.claim WITH (security_barrier) AS
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
COMMENT ON VIEW assure_bi.claim IS 'Claims with their current decision.';
COMMENT ON COLUMN assure_bi.claim.account_id IS 'certificate';
COMMENT ON COLUMN assure_bi.claim.claim_id IS 'claim';
COMMENT ON COLUMN assure_bi.claim.ref IS 'the caller''s key';
COMMENT ON COLUMN assure_bi.claim.insurer IS 'insurer of the group';
COMMENT ON COLUMN assure_bi.claim.branch IS 'branch that insures';
COMMENT ON COLUMN assure_bi.claim.province IS 'province of that branch';
COMMENT ON COLUMN assure_bi.claim.cause IS 'illness, accident or maternity';
COMMENT ON COLUMN assure_bi.claim.event_date IS 'day of the event';
COMMENT ON COLUMN assure_bi.claim.submitted_at IS 'when it was handed in';
COMMENT ON COLUMN assure_bi.claim.state IS 'waiting, failed, approved, denied, reversed or in_review';
COMMENT ON COLUMN assure_bi.claim.submitted IS 'submitted, yuan';
COMMENT ON COLUMN assure_bi.claim.paid IS 'paid, yuan';
COMMENT ON COLUMN assure_bi.claim.main_reason IS 'code of what weighs most: a finding about the whole claim, else the reason with the largest amount';
COMMENT ON COLUMN assure_bi.claim.decided_at IS 'when it was decided';
COMMENT ON COLUMN assure_bi.claim.decision_no IS 'number of the current decision';
COMMENT ON COLUMN assure_bi.claim.plan_version_id IS 'terms that were applied';
COMMENT ON COLUMN assure_bi.claim.policy IS 'policy number';
COMMENT ON COLUMN assure_bi.claim.plan IS 'code of the plan whose terms were applied; empty: not decided, none in force, or reversed';
COMMENT ON COLUMN assure_bi.claim.member_id IS 'person';

CREATE VIEW assure_bi.bill_line WITH (security_barrier) AS
    SELECT c.account_id, c.claim_id, b.position AS bill, b.value ->> 'no' AS bill_no, l.position AS line,
        l.value ->> 'category' AS category, l.value ->> 'code' AS code, l.value ->> 'class' AS class,
        (l.value ->> 'amount')::numeric AS amount
    FROM assure.claim c
    CROSS JOIN LATERAL jsonb_array_elements(coalesce(c.document -> 'bills', '[]')) WITH ORDINALITY AS b (value, position)
    CROSS JOIN LATERAL jsonb_array_elements(b.value -> 'items') WITH ORDINALITY AS l (value, position);
COMMENT ON VIEW assure_bi.bill_line IS 'The lines of bills, out of the claim documents.';
COMMENT ON COLUMN assure_bi.bill_line.account_id IS 'certificate';
COMMENT ON COLUMN assure_bi.bill_line.claim_id IS 'claim';
COMMENT ON COLUMN assure_bi.bill_line.bill IS 'place of the bill in the claim';
COMMENT ON COLUMN assure_bi.bill_line.bill_no IS 'invoice number';
COMMENT ON COLUMN assure_bi.bill_line.line IS 'place of the line in the bill';
COMMENT ON COLUMN assure_bi.bill_line.category IS 'category of the item';
COMMENT ON COLUMN assure_bi.bill_line.code IS 'code of the item';
COMMENT ON COLUMN assure_bi.bill_line.class IS 'social-insurance class A, B or C';
COMMENT ON COLUMN assure_bi.bill_line.amount IS 'amount, yuan; negative: a refund';

CREATE VIEW assure_bi.claim_outcome WITH (security_barrier) AS
    SELECT state, main_reason, count(*) AS claims, sum(submitted) AS submitted, sum(paid) AS paid
    FROM assure_bi.claim GROUP BY state, main_reason;
COMMENT ON VIEW assure_bi.claim_outcome IS 'Claims and money by state and main reason.';
COMMENT ON COLUMN assure_bi.claim_outcome.state IS 'waiting, failed, approved, denied, reversed or in_review';
COMMENT ON COLUMN assure_bi.claim_outcome.main_reason IS 'code of what weighs most; empty: paid in full';
COMMENT ON COLUMN assure_bi.claim_outcome.claims IS 'number of claims';
COMMENT ON COLUMN assure_bi.claim_outcome.submitted IS 'submitted, yuan';
COMMENT ON COLUMN assure_bi.claim_outcome.paid IS 'paid, yuan';

CREATE VIEW assure_bi.failed_claim WITH (security_barrier) AS
    SELECT f.account_id, f.claim_id, c.ref, b.code AS branch, f.error_code, f.error_message, f.failed_at
    FROM assure.failed_claim f JOIN assure.claim c USING (account_id, claim_id) JOIN assure.branch b USING (branch_id);
COMMENT ON VIEW assure_bi.failed_claim IS 'Claims that a batch set aside, with why; assure.retry_failed_claim(ref) puts one back.';
COMMENT ON COLUMN assure_bi.failed_claim.account_id IS 'certificate';
COMMENT ON COLUMN assure_bi.failed_claim.claim_id IS 'claim';
COMMENT ON COLUMN assure_bi.failed_claim.ref IS 'the caller''s key';
COMMENT ON COLUMN assure_bi.failed_claim.branch IS 'branch that insures';
COMMENT ON COLUMN assure_bi.failed_claim.error_code IS 'SQLSTATE';
COMMENT ON COLUMN assure_bi.failed_claim.error_message IS 'message';
COMMENT ON COLUMN assure_bi.failed_claim.failed_at IS 'when it was set aside';

CREATE VIEW assure_bi.queue_monitor WITH (security_barrier) AS
    SELECT q.code AS queue, q.name, t.state, count(*) AS tasks, min(t.created_at) AS oldest, round(sum(t.amount_fen) / 100.0, 2) AS amount,
        count(*) FILTER (WHERE c.state = 'running' AND c.target_at < now()) AS overdue, min(c.target_at) FILTER (WHERE c.state = 'running') AS next_target_at
    FROM assure.task t JOIN assure.queue q USING (queue_id)
    LEFT JOIN assure.clock c ON c.subject_kind = 'task' AND c.subject_id = t.task_id AND c.state <> 'stopped' GROUP BY q.code, q.name, t.state;
COMMENT ON VIEW assure_bi.queue_monitor IS 'Tasks by queue and state.';
COMMENT ON COLUMN assure_bi.queue_monitor.queue IS 'code of the queue';
COMMENT ON COLUMN assure_bi.queue_monitor.name IS 'name of the queue';
COMMENT ON COLUMN assure_bi.queue_monitor.state IS 'open, reserved, accepted, suspended, done or cancelled';
COMMENT ON COLUMN assure_bi.queue_monitor.tasks IS 'number of tasks';
COMMENT ON COLUMN assure_bi.queue_monitor.oldest IS 'when the oldest of them came up';
COMMENT ON COLUMN assure_bi.queue_monitor.amount IS 'amount at stake, yuan';
COMMENT ON COLUMN assure_bi.queue_monitor.overdue IS 'of these, past their target';
COMMENT ON COLUMN assure_bi.queue_monitor.next_target_at IS 'the earliest target of those whose time counts';

CREATE VIEW assure_bi.worker_load WITH (security_barrier) AS
    SELECT w.code AS worker, b.code AS branch, left(b.region, 2) || '0000' AS province, w.status, w.capacity,
        count(t.task_id) FILTER (WHERE t.state IN ('reserved', 'accepted')) AS load,
        count(t.task_id) FILTER (WHERE t.state = 'reserved') AS reserved, count(t.task_id) FILTER (WHERE t.state = 'accepted') AS accepted,
        count(t.task_id) FILTER (WHERE t.branch_id <> w.branch_id) AS outside, greatest(w.capacity - count(t.task_id), 0) AS room,
        w.calendar, w.status_since, w.status_reason
    FROM assure.worker w JOIN assure.branch b USING (branch_id)
    LEFT JOIN assure.task t ON t.worker_id = w.worker_id AND t.state IN ('reserved', 'accepted')
    GROUP BY w.worker_id, w.code, b.code, b.region, w.status, w.capacity;
COMMENT ON VIEW assure_bi.worker_load IS 'Workers with the tasks they have now.';
COMMENT ON COLUMN assure_bi.worker_load.worker IS 'code of the worker';
COMMENT ON COLUMN assure_bi.worker_load.branch IS 'branch that employs';
COMMENT ON COLUMN assure_bi.worker_load.province IS 'province of that branch';
COMMENT ON COLUMN assure_bi.worker_load.status IS 'on_shift, off_shift or left';
COMMENT ON COLUMN assure_bi.worker_load.capacity IS 'tasks at once';
COMMENT ON COLUMN assure_bi.worker_load.load IS 'tasks reserved or accepted';
COMMENT ON COLUMN assure_bi.worker_load.reserved IS 'of these, reserved';
COMMENT ON COLUMN assure_bi.worker_load.accepted IS 'of these, accepted';
COMMENT ON COLUMN assure_bi.worker_load.outside IS 'of these, of other branches';
COMMENT ON COLUMN assure_bi.worker_load.room IS 'how many more may be given';
COMMENT ON COLUMN assure_bi.worker_load.calendar IS 'calendar of shifts; NULL: the status alone says';
COMMENT ON COLUMN assure_bi.worker_load.status_since IS 'since when the status is what it is';
COMMENT ON COLUMN assure_bi.worker_load.status_reason IS 'why it was set';

CREATE VIEW assure_bi.open_alert WITH (security_barrier) AS
    SELECT a.alert_id, a.level, a.at_target, q.code AS queue, b.code AS branch, a.subject_kind, a.subject_id, a.due_at, a.raised_at, a.acknowledged_at,
        p.code AS policy, a.acknowledged_by, a.escalations, a.escalate_at, a.detail
    FROM assure.alert a LEFT JOIN assure.task t ON a.subject_kind = 'task' AND t.task_id = a.subject_id
    LEFT JOIN assure.queue q ON q.queue_id = CASE a.subject_kind WHEN 'queue' THEN a.subject_id ELSE t.queue_id END
    LEFT JOIN assure.branch b ON b.branch_id = a.branch_id
    LEFT JOIN assure.clock c ON c.clock_id = a.clock_id LEFT JOIN assure.sla_policy p ON p.sla_policy_id = c.sla_policy_id
    WHERE a.resolved_at IS NULL;
COMMENT ON VIEW assure_bi.open_alert IS 'Alerts whose cause is still there.';
COMMENT ON COLUMN assure_bi.open_alert.alert_id IS 'alert';
COMMENT ON COLUMN assure_bi.open_alert.level IS 'new, stalled or overlong';
COMMENT ON COLUMN assure_bi.open_alert.at_target IS 'true: the target itself is passed; false: a warning';
COMMENT ON COLUMN assure_bi.open_alert.queue IS 'queue of the task; level new: the queue that it comes to';
COMMENT ON COLUMN assure_bi.open_alert.branch IS 'branch of the subject';
COMMENT ON COLUMN assure_bi.open_alert.subject_kind IS 'task, claim, service_order or queue';
COMMENT ON COLUMN assure_bi.open_alert.subject_id IS 'its key';
COMMENT ON COLUMN assure_bi.open_alert.due_at IS 'the moment that was passed';
COMMENT ON COLUMN assure_bi.open_alert.raised_at IS 'when it was raised';
COMMENT ON COLUMN assure_bi.open_alert.acknowledged_at IS 'when a person took notice';
COMMENT ON COLUMN assure_bi.open_alert.policy IS 'SLA policy of the clock';
COMMENT ON COLUMN assure_bi.open_alert.acknowledged_by IS 'who did';
COMMENT ON COLUMN assure_bi.open_alert.escalations IS 'steps of the escalation that were taken';
COMMENT ON COLUMN assure_bi.open_alert.escalate_at IS 'when the next one is taken';
COMMENT ON COLUMN assure_bi.open_alert.detail IS 'level new: arrivals, expected and deviation';

CREATE VIEW assure_bi.sla_attainment WITH (security_barrier) AS
    SELECT q.code AS queue, count(*) AS tasks, count(*) FILTER (WHERE c.stopped_at <= c.target_at) AS in_time,
        count(*) FILTER (WHERE c.state = 'running' AND c.target_at < now()) AS overdue,
        round(count(*) FILTER (WHERE c.stopped_at <= c.target_at)::numeric / nullif(count(*) FILTER (WHERE c.state = 'stopped'), 0), 4) AS attainment,
        c.subject_kind, count(*) FILTER (WHERE c.state = 'paused') AS paused
    FROM assure.clock c LEFT JOIN assure.task t ON c.subject_kind = 'task' AND t.task_id = c.subject_id LEFT JOIN assure.queue q USING (queue_id)
    WHERE c.subject_kind <> 'task' OR q.code IS NOT NULL GROUP BY q.code, c.subject_kind;
COMMENT ON VIEW assure_bi.sla_attainment IS 'How many tasks, claims and service orders were done in time.';
COMMENT ON COLUMN assure_bi.sla_attainment.queue IS 'code of the queue; NULL for claims and service orders';
COMMENT ON COLUMN assure_bi.sla_attainment.tasks IS 'tasks, claims or orders with a deadline';
COMMENT ON COLUMN assure_bi.sla_attainment.in_time IS 'done in time';
COMMENT ON COLUMN assure_bi.sla_attainment.overdue IS 'not done and past the target';
COMMENT ON COLUMN assure_bi.sla_attainment.attainment IS 'in_time out of those done';
COMMENT ON COLUMN assure_bi.sla_attainment.subject_kind IS 'task, claim or service_order';
COMMENT ON COLUMN assure_bi.sla_attainment.paused IS 'clocks that stand still';

CREATE VIEW assure_bi.service_usage WITH (security_barrier) AS
    SELECT v.code AS service, v.name, o.insurer, o.state, count(*) AS orders, count(DISTINCT o.member_id) AS customers, v.kind, count(o.waiting_since) AS waiting
    FROM assure.service_order o JOIN assure.service v USING (service_id) GROUP BY v.code, v.name, o.insurer, o.state, v.kind;
COMMENT ON VIEW assure_bi.service_usage IS 'Service orders by service, insurer and state.';
COMMENT ON COLUMN assure_bi.service_usage.service IS 'code of the service';
COMMENT ON COLUMN assure_bi.service_usage.name IS 'name of the service';
COMMENT ON COLUMN assure_bi.service_usage.insurer IS 'insurer of the group';
COMMENT ON COLUMN assure_bi.service_usage.state IS 'requested, accepted, scheduled, in_service, done, evaluated, cancelled or failed';
COMMENT ON COLUMN assure_bi.service_usage.orders IS 'number of orders';
COMMENT ON COLUMN assure_bi.service_usage.customers IS 'distinct customers';
COMMENT ON COLUMN assure_bi.service_usage.kind IS 'kind of the service';
COMMENT ON COLUMN assure_bi.service_usage.waiting IS 'of these orders, waiting for the customer';

-- The current year to the end of this month, whatever the reader's time zone.
CREATE VIEW assure_bi.coverage_by_province WITH (security_barrier) AS
    SELECT c.code AS region, c.name, c.insured, c.served, c.rate, c.outside
    FROM assure_internal.installation i,
        LATERAL assure.coverage_detail(daterange(date_trunc('year', now() AT TIME ZONE i.time_zone)::date,
            (date_trunc('month', now() AT TIME ZONE i.time_zone) + interval '1 month')::date), place => 'branch') c;
COMMENT ON VIEW assure_bi.coverage_by_province IS 'Share of insured customers served this year, by province of the branch that insures.';
COMMENT ON COLUMN assure_bi.coverage_by_province.region IS 'GB/T 2260 code of the province';
COMMENT ON COLUMN assure_bi.coverage_by_province.name IS 'its name';
COMMENT ON COLUMN assure_bi.coverage_by_province.insured IS 'distinct customers insured';
COMMENT ON COLUMN assure_bi.coverage_by_province.served IS 'of these, served';
COMMENT ON COLUMN assure_bi.coverage_by_province.rate IS 'served out of insured; empty: nobody is insured';
COMMENT ON COLUMN assure_bi.coverage_by_province.outside IS 'distinct customers served who were not insured there this year';

CREATE VIEW assure_bi.coverage_by_customer_location WITH (security_barrier) AS
    SELECT c.code AS region, c.name, c.insured, c.served, c.rate, c.outside
    FROM assure_internal.installation i,
        LATERAL assure.coverage_detail(daterange(date_trunc('year', now() AT TIME ZONE i.time_zone)::date,
            (date_trunc('month', now() AT TIME ZONE i.time_zone) + interval '1 month')::date), place => 'customer') c;
COMMENT ON VIEW assure_bi.coverage_by_customer_location IS 'Share of insured customers served this year, by province where the customer lives.';
COMMENT ON COLUMN assure_bi.coverage_by_customer_location.region IS 'GB/T 2260 code of the province';
COMMENT ON COLUMN assure_bi.coverage_by_customer_location.name IS 'its name';
COMMENT ON COLUMN assure_bi.coverage_by_customer_location.insured IS 'distinct customers insured';
COMMENT ON COLUMN assure_bi.coverage_by_customer_location.served IS 'of these, served';
COMMENT ON COLUMN assure_bi.coverage_by_customer_location.rate IS 'served out of insured; empty: nobody is insured';
COMMENT ON COLUMN assure_bi.coverage_by_customer_location.outside IS 'distinct customers served who were not insured there this year';
