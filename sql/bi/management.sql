-- What the management of an insurer asks, a view a question: by month or quarter in
-- the company's time zone, people masked or counted.

-- A payment is made of entries, and a claim is paid by them.  What came over from
-- 0.1 has no payment, and no moment of its own.
CREATE VIEW assure_bi.claim_payment WITH (security_barrier) AS
    SELECT e.account_id, e.entry_id, e.claim_id, e.payment_id, c.ref, p.ref AS policy, p.insurer, b.code AS branch, y.kind AS payee_kind, y.provider_code AS provider,
        round(e.amount_fen / 100.0, 2) AS amount, e.is_void, s.state, e.booked_at, c.submitted_at,
        CASE WHEN s.state = 'paid' THEN coalesce(s.value_on, (s.state_since AT TIME ZONE i.time_zone)::date) END AS paid_on,
        CASE WHEN s.state = 'paid' THEN coalesce(s.value_on, (s.state_since AT TIME ZONE i.time_zone)::date) - (c.submitted_at AT TIME ZONE i.time_zone)::date END AS days_to_payment
    FROM assure_internal.installation i CROSS JOIN assure.payment_entry e
    JOIN assure.claim c ON c.account_id = e.account_id AND c.claim_id = e.claim_id
    JOIN assure.policy p ON p.policy_id = c.policy_id JOIN assure.branch b ON b.branch_id = c.branch_id
    LEFT JOIN assure.payment a ON a.account_id = e.account_id AND a.payment_id = e.payment_id
    LEFT JOIN assure.payee y ON y.account_id = a.account_id AND y.payee_id = a.payee_id
    LEFT JOIN assure.payment_state s ON s.account_id = e.account_id AND s.payment_id = e.payment_id;
COMMENT ON VIEW assure_bi.claim_payment IS 'What was ordered and paid for each claim: the entries of payments. The sum of a claim''s rows is what is ordered or paid of it.';
COMMENT ON COLUMN assure_bi.claim_payment.account_id IS 'certificate';
COMMENT ON COLUMN assure_bi.claim_payment.entry_id IS 'entry';
COMMENT ON COLUMN assure_bi.claim_payment.claim_id IS 'claim';
COMMENT ON COLUMN assure_bi.claim_payment.payment_id IS 'payment that it is part of; empty: carried over from before payments were kept here';
COMMENT ON COLUMN assure_bi.claim_payment.ref IS 'the caller''s key of the claim';
COMMENT ON COLUMN assure_bi.claim_payment.policy IS 'policy number';
COMMENT ON COLUMN assure_bi.claim_payment.insurer IS 'insurer of the group';
COMMENT ON COLUMN assure_bi.claim_payment.branch IS 'branch that insures';
COMMENT ON COLUMN assure_bi.claim_payment.payee_kind IS 'member, policyholder or provider';
COMMENT ON COLUMN assure_bi.claim_payment.provider IS 'provider that is paid; empty: a customer is';
COMMENT ON COLUMN assure_bi.claim_payment.amount IS 'yuan; negative: set off, recovered, or the opposite of an entry that is void';
COMMENT ON COLUMN assure_bi.claim_payment.is_void IS 'true: an opposite entry, since its payment failed or was cancelled';
COMMENT ON COLUMN assure_bi.claim_payment.state IS 'of the payment: ordered, sent, paid, failed or cancelled';
COMMENT ON COLUMN assure_bi.claim_payment.booked_at IS 'when it was ordered';
COMMENT ON COLUMN assure_bi.claim_payment.submitted_at IS 'when the claim was handed in';
COMMENT ON COLUMN assure_bi.claim_payment.paid_on IS 'day of the payment: the bank''s date, else the day on which it was reported; empty: not paid';
COMMENT ON COLUMN assure_bi.claim_payment.days_to_payment IS 'days from the day on which the claim was handed in; empty: not paid';

-- Of a claim that a person or a rule kept from being paid as calculated, the first
-- decision says what it would have come to and why it was stopped.
CREATE VIEW assure_bi.saving WITH (security_barrier) AS
    SELECT f.account_id, f.claim_id, c.ref, p.insurer, b.code AS branch, n.code AS plan, assure.main_reason(f.reasons) AS finding, k.verdict = 'deny' AS denied,
        k.origin, round((f.result ->> 'paid')::numeric, 2) AS calculated, round(k.paid_fen / 100.0, 2) AS paid,
        round((f.result ->> 'paid')::numeric - k.paid_fen / 100.0, 2) AS saved, k.decided_at,
        date_trunc('month', k.decided_at AT TIME ZONE i.time_zone)::date AS month
    FROM assure_internal.installation i CROSS JOIN assure.decision f
    JOIN assure.decision k ON k.account_id = f.account_id AND k.claim_id = f.claim_id AND NOT EXISTS (SELECT FROM assure.decision l
        WHERE l.account_id = k.account_id AND l.claim_id = k.claim_id AND l.decision_no = k.decision_no + 1)
    JOIN assure.claim c ON c.account_id = f.account_id AND c.claim_id = f.claim_id
    JOIN assure.policy p ON p.policy_id = c.policy_id JOIN assure.branch b ON b.branch_id = c.branch_id
    LEFT JOIN assure.plan_version v ON v.plan_version_id = f.plan_version_id LEFT JOIN assure.plan n ON n.plan_id = v.plan_id
    WHERE f.decision_no = 1 AND f.verdict IN ('pend', 'deny') AND k.verdict IN ('approve', 'deny')
        AND (f.result ->> 'paid')::numeric > k.paid_fen / 100.0;
COMMENT ON VIEW assure_bi.saving IS 'Decided claims that a finding stopped and that are paid less than was calculated then: duplicates, unknown providers, screening, large amounts.';
COMMENT ON COLUMN assure_bi.saving.account_id IS 'certificate';
COMMENT ON COLUMN assure_bi.saving.claim_id IS 'claim';
COMMENT ON COLUMN assure_bi.saving.ref IS 'the caller''s key';
COMMENT ON COLUMN assure_bi.saving.insurer IS 'insurer of the group';
COMMENT ON COLUMN assure_bi.saving.branch IS 'branch that insures';
COMMENT ON COLUMN assure_bi.saving.plan IS 'code of the plan';
COMMENT ON COLUMN assure_bi.saving.finding IS 'code of what stopped it: duplicate_bill, provider_unknown, screening, amount_review, authorization_missing, ...';
COMMENT ON COLUMN assure_bi.saving.denied IS 'true: it is denied now; false: less is paid';
COMMENT ON COLUMN assure_bi.saving.origin IS 'what the current decision comes from: submission, person, readjudication, rerun or appeal';
COMMENT ON COLUMN assure_bi.saving.calculated IS 'what it came to when it was stopped, yuan';
COMMENT ON COLUMN assure_bi.saving.paid IS 'what is paid now, yuan';
COMMENT ON COLUMN assure_bi.saving.saved IS 'the difference, yuan';
COMMENT ON COLUMN assure_bi.saving.decided_at IS 'when the current decision was made';
COMMENT ON COLUMN assure_bi.saving.month IS 'first day of that month';

CREATE VIEW assure_bi.sla_clock WITH (security_barrier) AS
    SELECT k.clock_id, k.subject_kind, k.subject_id, q.code AS queue, b.code AS branch, left(b.region, 2) || '0000' AS province, p.code AS policy, p.version AS policy_version,
        k.state, k.started_at, k.target_at, k.stopped_at, k.stopped_at <= k.target_at AS in_time, k.state = 'running' AND k.target_at < now() AS overdue,
        date_trunc('month', k.stopped_at AT TIME ZONE i.time_zone)::date AS month
    FROM assure_internal.installation i CROSS JOIN assure.clock k
    LEFT JOIN assure.task t ON k.subject_kind = 'task' AND t.task_id = k.subject_id LEFT JOIN assure.queue q ON q.queue_id = t.queue_id
    LEFT JOIN assure.branch b ON b.branch_id = k.branch_id LEFT JOIN assure.sla_policy p ON p.sla_policy_id = k.sla_policy_id;
COMMENT ON VIEW assure_bi.sla_clock IS 'Deadlines one by one: avg(in_time::int) is the attainment of any month, queue, branch or policy.';
COMMENT ON COLUMN assure_bi.sla_clock.clock_id IS 'clock';
COMMENT ON COLUMN assure_bi.sla_clock.subject_kind IS 'task, claim or service_order';
COMMENT ON COLUMN assure_bi.sla_clock.subject_id IS 'its key';
COMMENT ON COLUMN assure_bi.sla_clock.queue IS 'queue of a task';
COMMENT ON COLUMN assure_bi.sla_clock.branch IS 'branch that it belongs to';
COMMENT ON COLUMN assure_bi.sla_clock.province IS 'province of that branch';
COMMENT ON COLUMN assure_bi.sla_clock.policy IS 'SLA policy';
COMMENT ON COLUMN assure_bi.sla_clock.policy_version IS 'its version';
COMMENT ON COLUMN assure_bi.sla_clock.state IS 'running, paused or stopped';
COMMENT ON COLUMN assure_bi.sla_clock.started_at IS 'when it began';
COMMENT ON COLUMN assure_bi.sla_clock.target_at IS 'the deadline, as pauses moved it';
COMMENT ON COLUMN assure_bi.sla_clock.stopped_at IS 'when the work was done; empty: it is not';
COMMENT ON COLUMN assure_bi.sla_clock.in_time IS 'whether that was before the deadline; empty: not done';
COMMENT ON COLUMN assure_bi.sla_clock.overdue IS 'true: not done, its time counts, and the deadline is past';
COMMENT ON COLUMN assure_bi.sla_clock.month IS 'first day of the month in which it was done';

CREATE VIEW assure_bi.backlog WITH (security_barrier) AS
    SELECT q.code AS queue, b.code AS branch, a.band, a.band_no, count(*) AS tasks, count(*) FILTER (WHERE t.worker_id IS NULL) AS with_nobody,
        count(*) FILTER (WHERE t.state = 'suspended') AS suspended, count(*) FILTER (WHERE t.due_at < now()) AS overdue, round(sum(t.amount_fen) / 100.0, 2) AS amount,
        min(t.created_at) AS oldest
    FROM assure.task t JOIN assure.queue q ON q.queue_id = t.queue_id LEFT JOIN assure.branch b ON b.branch_id = t.branch_id
    JOIN (VALUES (1, 'under 1 day'::text, '-infinity'::numeric, 1::numeric), (2, '1 to 3 days', 1, 3), (3, '3 to 7 days', 3, 7), (4, '7 to 14 days', 7, 14),
        (5, '14 to 30 days', 14, 30), (6, 'over 30 days', 30, 'infinity')) a (band_no, band, least_days, below_days)
        ON extract(epoch FROM now() - t.created_at) / 86400 >= a.least_days AND extract(epoch FROM now() - t.created_at) / 86400 < a.below_days
    WHERE t.state IN ('open', 'reserved', 'accepted', 'suspended') GROUP BY q.code, b.code, a.band, a.band_no;
COMMENT ON VIEW assure_bi.backlog IS 'Unfinished tasks by age, queue and branch.';
COMMENT ON COLUMN assure_bi.backlog.queue IS 'code of the queue';
COMMENT ON COLUMN assure_bi.backlog.branch IS 'branch of origin';
COMMENT ON COLUMN assure_bi.backlog.band IS 'age: time since they came up';
COMMENT ON COLUMN assure_bi.backlog.band_no IS 'its place in order of age, 1 to 6';
COMMENT ON COLUMN assure_bi.backlog.tasks IS 'tasks that are not finished';
COMMENT ON COLUMN assure_bi.backlog.with_nobody IS 'of these, with nobody';
COMMENT ON COLUMN assure_bi.backlog.suspended IS 'of these, waiting for the customer';
COMMENT ON COLUMN assure_bi.backlog.overdue IS 'of these, past their deadline';
COMMENT ON COLUMN assure_bi.backlog.amount IS 'amount at stake, yuan';
COMMENT ON COLUMN assure_bi.backlog.oldest IS 'when the oldest of them came up';

CREATE VIEW assure_bi.productivity WITH (security_barrier) AS
    SELECT t.month, b.code AS branch, w.code AS worker, assure_bi.mask_name(w.name) AS name, q.code AS queue, t.tasks, round(t.amount_fen / 100.0, 2) AS amount,
        t.with_deadline, t.in_time, t.days
    FROM (SELECT date_trunc('month', t.state_since AT TIME ZONE i.time_zone)::date AS month, t.worker_id, t.queue_id, count(*) AS tasks, sum(t.amount_fen) AS amount_fen,
            count(t.due_at) AS with_deadline, count(*) FILTER (WHERE t.state_since <= t.due_at) AS in_time,
            count(DISTINCT (t.state_since AT TIME ZONE i.time_zone)::date) AS days
        FROM assure_internal.installation i CROSS JOIN assure.task t WHERE t.state = 'done' AND t.worker_id IS NOT NULL GROUP BY 1, 2, 3) t
    JOIN assure.worker w ON w.worker_id = t.worker_id JOIN assure.branch b ON b.branch_id = w.branch_id JOIN assure.queue q ON q.queue_id = t.queue_id;
COMMENT ON VIEW assure_bi.productivity IS 'Finished tasks by month, worker and queue; times and quality of a worker are in worker_measure.';
COMMENT ON COLUMN assure_bi.productivity.month IS 'first day of the month';
COMMENT ON COLUMN assure_bi.productivity.branch IS 'branch that employs the worker now';
COMMENT ON COLUMN assure_bi.productivity.worker IS 'worker, by code';
COMMENT ON COLUMN assure_bi.productivity.name IS 'masked name';
COMMENT ON COLUMN assure_bi.productivity.queue IS 'code of the queue';
COMMENT ON COLUMN assure_bi.productivity.tasks IS 'tasks done';
COMMENT ON COLUMN assure_bi.productivity.amount IS 'what was at stake in them, yuan';
COMMENT ON COLUMN assure_bi.productivity.with_deadline IS 'of these, with a deadline';
COMMENT ON COLUMN assure_bi.productivity.in_time IS 'of these, done before it';
COMMENT ON COLUMN assure_bi.productivity.days IS 'days on which the worker finished one of the queue';

CREATE VIEW assure_bi.coverage_by_quarter WITH (security_barrier) AS
    WITH today AS (SELECT date_trunc('quarter', now() AT TIME ZONE i.time_zone)::date AS quarter, date_trunc('month', now() AT TIME ZONE i.time_zone)::date AS month
        FROM assure_internal.installation i),
    period AS (SELECT s::date AS starts_on, least((s + interval '3 months')::date, (t.month + interval '1 month')::date) AS ends_on
        FROM today t, generate_series(t.quarter - interval '24 months', t.quarter::timestamp, interval '3 months') s),
    figures AS (SELECT p.starts_on, p.ends_on, c.code, c.name, c.insured, c.served, c.rate, lag(c.served) OVER province AS served_before, lag(c.rate) OVER province AS rate_before
        FROM period p CROSS JOIN LATERAL assure.coverage_detail(daterange(p.starts_on, p.ends_on), 'province') c WINDOW province AS (PARTITION BY c.code ORDER BY p.starts_on))
    SELECT f.starts_on, f.ends_on - 1 AS ends_on, f.code AS region, f.name, f.insured, f.served, f.rate, f.served_before, f.rate_before, f.rate - f.rate_before AS rate_change
    FROM figures f WHERE f.starts_on > (SELECT p.starts_on FROM period p ORDER BY p.starts_on LIMIT 1);
COMMENT ON VIEW assure_bi.coverage_by_quarter IS 'Coverage by the province where the customer lives, the last eight quarters, each beside the one before.';
COMMENT ON COLUMN assure_bi.coverage_by_quarter.starts_on IS 'first day of the quarter';
COMMENT ON COLUMN assure_bi.coverage_by_quarter.ends_on IS 'its last day, or that of this month';
COMMENT ON COLUMN assure_bi.coverage_by_quarter.region IS 'GB/T 2260 code of the province';
COMMENT ON COLUMN assure_bi.coverage_by_quarter.name IS 'its name';
COMMENT ON COLUMN assure_bi.coverage_by_quarter.insured IS 'distinct customers insured';
COMMENT ON COLUMN assure_bi.coverage_by_quarter.served IS 'of these, served';
COMMENT ON COLUMN assure_bi.coverage_by_quarter.rate IS 'served out of insured; empty: nobody is insured';
COMMENT ON COLUMN assure_bi.coverage_by_quarter.served_before IS 'served in the quarter before';
COMMENT ON COLUMN assure_bi.coverage_by_quarter.rate_before IS 'the rate then';
COMMENT ON COLUMN assure_bi.coverage_by_quarter.rate_change IS 'the difference';

CREATE VIEW assure_bi.complaint_rate WITH (security_barrier) AS
    WITH today AS (SELECT i.time_zone, date_trunc('quarter', now() AT TIME ZONE i.time_zone)::date AS quarter, date_trunc('month', now() AT TIME ZONE i.time_zone)::date AS month
        FROM assure_internal.installation i),
    period AS (SELECT s::date AS starts_on, least((s + interval '3 months')::date, (t.month + interval '1 month')::date) AS ends_on
        FROM today t, generate_series(t.quarter - interval '21 months', t.quarter::timestamp, interval '3 months') s),
    counted AS (SELECT date_trunc('quarter', c.complained_at AT TIME ZONE t.time_zone)::date AS starts_on, left(b.region, 2) || '0000' AS code, count(*) AS complaints,
            count(*) FILTER (WHERE c.state = 'founded') AS founded, count(*) FILTER (WHERE c.state = 'open') AS open
        FROM today t CROSS JOIN assure.complaint c JOIN assure.branch b ON b.branch_id = c.branch_id GROUP BY 1, 2)
    SELECT p.starts_on, p.ends_on - 1 AS ends_on, d.code AS province, d.name, d.insured, coalesce(c.complaints, 0) AS complaints, coalesce(c.founded, 0) AS founded,
        coalesce(c.open, 0) AS open, round(coalesce(c.complaints, 0) * 1000.0 / nullif(d.insured, 0), 2) AS per_thousand,
        round(coalesce(c.founded, 0) * 1000.0 / nullif(d.insured, 0), 2) AS founded_per_thousand
    FROM period p CROSS JOIN LATERAL assure.coverage_detail(daterange(p.starts_on, p.ends_on), 'province', 'branch') d
    LEFT JOIN counted c ON c.starts_on = p.starts_on AND c.code = d.code;
COMMENT ON VIEW assure_bi.complaint_rate IS 'Complaints out of the customers insured, by quarter and province of the branch, the last eight quarters.';
COMMENT ON COLUMN assure_bi.complaint_rate.starts_on IS 'first day of the quarter';
COMMENT ON COLUMN assure_bi.complaint_rate.ends_on IS 'its last day, or that of this month';
COMMENT ON COLUMN assure_bi.complaint_rate.province IS 'GB/T 2260 code of the province of the branch';
COMMENT ON COLUMN assure_bi.complaint_rate.name IS 'its name';
COMMENT ON COLUMN assure_bi.complaint_rate.insured IS 'distinct customers insured by branches there';
COMMENT ON COLUMN assure_bi.complaint_rate.complaints IS 'complaints about work of these branches';
COMMENT ON COLUMN assure_bi.complaint_rate.founded IS 'of these, founded';
COMMENT ON COLUMN assure_bi.complaint_rate.open IS 'of these, not resolved yet';
COMMENT ON COLUMN assure_bi.complaint_rate.per_thousand IS 'complaints for each 1,000 insured; empty: nobody is insured';
COMMENT ON COLUMN assure_bi.complaint_rate.founded_per_thousand IS 'founded ones for each 1,000 insured';

-- All of a supplier by year: what was done and not, how soon, what customers said,
-- what was billed rightly, what a check found.
CREATE VIEW assure_bi.supplier_quality WITH (security_barrier) AS
    WITH ended AS (SELECT o.supplier_id, extract(year FROM coalesce(o.finished_at, o.state_at, o.requested_at) AT TIME ZONE i.time_zone)::int AS year,
            count(*) AS orders, count(*) FILTER (WHERE o.state IN ('done', 'evaluated')) AS done, count(*) FILTER (WHERE o.state = 'failed') AS failed,
            count(*) FILTER (WHERE o.state = 'cancelled') AS cancelled, count(e.score) AS evaluated, round(avg(e.score), 2) AS score, count(*) FILTER (WHERE e.score <= 2) AS low
        FROM assure_internal.installation i CROSS JOIN assure.service_order o LEFT JOIN assure.service_evaluation e ON e.account_id = o.account_id AND e.order_id = o.order_id
        WHERE o.supplier_id IS NOT NULL AND o.state IN ('done', 'evaluated', 'failed', 'cancelled') GROUP BY 1, 2),
    timely AS (SELECT t.supplier, t.year, round(avg(t.access_days), 2) AS access_days, round(avg(t.in_standard::int), 4) AS in_standard
        FROM assure_bi.service_time t WHERE t.supplier IS NOT NULL GROUP BY 1, 2),
    billed AS (SELECT s.supplier, extract(year FROM s.period_to)::int AS year, count(*) FILTER (WHERE s.row_no IS NOT NULL) AS billed_rows,
            count(*) FILTER (WHERE s.verdict = 'matched') AS matched_rows
        FROM assure_bi.supplier_statement s WHERE s.state <> 'withdrawn' AND s.verdict IS NOT NULL GROUP BY 1, 2)
    SELECT s.code AS supplier, s.name, e.year, e.orders, e.done, e.failed, e.cancelled, t.access_days, t.in_standard, e.evaluated, e.score, e.low, b.billed_rows, b.matched_rows,
        round(b.matched_rows::numeric / nullif(b.billed_rows, 0), 4) AS matched_share, c.passed AS check_passed
    FROM ended e JOIN assure.supplier s USING (supplier_id) LEFT JOIN timely t ON t.supplier = s.code AND t.year = e.year
    LEFT JOIN billed b ON b.supplier = s.code AND b.year = e.year LEFT JOIN assure_bi.supplier_sample c ON c.kind = 'supplier' AND c.code = s.code AND c.year = e.year;
COMMENT ON VIEW assure_bi.supplier_quality IS 'Suppliers by year: services done, failed and cancelled, times, scores, statements, checks.';
COMMENT ON COLUMN assure_bi.supplier_quality.supplier IS 'code of the supplier';
COMMENT ON COLUMN assure_bi.supplier_quality.name IS 'its name';
COMMENT ON COLUMN assure_bi.supplier_quality.year IS 'year in which the orders ended';
COMMENT ON COLUMN assure_bi.supplier_quality.orders IS 'orders that ended';
COMMENT ON COLUMN assure_bi.supplier_quality.done IS 'of these, done';
COMMENT ON COLUMN assure_bi.supplier_quality.failed IS 'of these, could not be done';
COMMENT ON COLUMN assure_bi.supplier_quality.cancelled IS 'of these, cancelled';
COMMENT ON COLUMN assure_bi.supplier_quality.access_days IS 'mean working days until a service began, of those that began in the year';
COMMENT ON COLUMN assure_bi.supplier_quality.in_standard IS 'share of these that kept to the standard, of those that have one';
COMMENT ON COLUMN assure_bi.supplier_quality.evaluated IS 'services that customers gave a score';
COMMENT ON COLUMN assure_bi.supplier_quality.score IS 'mean score, 1 to 5';
COMMENT ON COLUMN assure_bi.supplier_quality.low IS 'scores of 1 and 2';
COMMENT ON COLUMN assure_bi.supplier_quality.billed_rows IS 'rows of statements whose period ends in the year and that were matched; empty: none';
COMMENT ON COLUMN assure_bi.supplier_quality.matched_rows IS 'of these, all was right';
COMMENT ON COLUMN assure_bi.supplier_quality.matched_share IS 'matched_rows out of billed_rows';
COMMENT ON COLUMN assure_bi.supplier_quality.check_passed IS 'what the check of the year found; empty: not looked at';
