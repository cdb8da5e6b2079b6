-- Premium by policy and period: what is due and what was received, corrected by
-- counter-entries only.

CREATE SEQUENCE assure.premium_entry_id_seq;
CREATE TABLE assure.premium_entry (
    policy_id bigint NOT NULL REFERENCES assure.policy,
    entry_id bigint NOT NULL DEFAULT nextval('assure.premium_entry_id_seq'),
    plan_id bigint REFERENCES assure.plan,
    kind text NOT NULL CHECK (kind IN ('due', 'received')),
    period_from date NOT NULL CHECK (isfinite(period_from)),
    period_to date NOT NULL CHECK (period_to BETWEEN period_from AND period_from + 3660),
    amount_fen bigint NOT NULL CHECK (amount_fen <> 0),
    booked_on date NOT NULL CHECK (isfinite(booked_on)),
    corrects_id bigint,
    note text,
    booked_by text NOT NULL,
    audit_id bigint NOT NULL,
    PRIMARY KEY (policy_id, entry_id),
    UNIQUE (policy_id, corrects_id),
    CHECK (amount_fen > 0 OR corrects_id IS NOT NULL)
);
COMMENT ON TABLE assure.premium_entry IS 'Premium of a policy for a period, due or received, append-only; a mistake is undone by an entry of the opposite amount.';
COMMENT ON COLUMN assure.premium_entry.policy_id IS 'the policy';
COMMENT ON COLUMN assure.premium_entry.entry_id IS 'key within it';
COMMENT ON COLUMN assure.premium_entry.plan_id IS 'the plan (tier) that it is for; NULL: not told apart';
COMMENT ON COLUMN assure.premium_entry.kind IS 'due or received';
COMMENT ON COLUMN assure.premium_entry.period_from IS 'first day of cover that it is for; it is earned by days from here';
COMMENT ON COLUMN assure.premium_entry.period_to IS 'last such day';
COMMENT ON COLUMN assure.premium_entry.amount_fen IS 'amount, fen; negative in a counter-entry';
COMMENT ON COLUMN assure.premium_entry.booked_on IS 'day on which it became due or came in';
COMMENT ON COLUMN assure.premium_entry.corrects_id IS 'the entry that this one undoes; NULL: none';
COMMENT ON COLUMN assure.premium_entry.note IS 'what was noted';
COMMENT ON COLUMN assure.premium_entry.booked_by IS 'session user who recorded it';
COMMENT ON COLUMN assure.premium_entry.audit_id IS 'the audit row: who, when and how';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.premium_entry
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();

ALTER TABLE assure.premium_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.premium_entry FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.policy p WHERE p.policy_id = premium_entry.policy_id));

-- For BI: by policy, plan and month.  A plan that is not told apart is empty.  A
-- decision takes back what the one before it paid, under that one's plan.
CREATE VIEW assure_bi.loss_ratio WITH (security_barrier) AS
    WITH by_month AS (
        SELECT e.policy_id, e.plan_id, m.month,
            coalesce(sum(m.amount_fen) FILTER (WHERE e.kind = 'due'), 0) AS earned, coalesce(sum(m.amount_fen) FILTER (WHERE e.kind = 'received'), 0) AS received,
            0 AS by_event, 0 AS by_decision
        FROM assure.premium_entry e CROSS JOIN LATERAL assure.spread_by_month(e.amount_fen, e.period_from, e.period_to) m
        GROUP BY 1, 2, 3
        UNION ALL
        SELECT c.policy_id, v.plan_id, x.month, 0, 0, sum(x.by_event), sum(x.by_decision)
        FROM (SELECT c.policy_id, p.plan_version_id, date_trunc('month', c.event_date::timestamp)::date AS event_month,
                date_trunc('month', p.decided_at AT TIME ZONE (SELECT time_zone FROM assure_internal.installation))::date AS decision_month, sum(p.paid_fen) AS paid_fen
            FROM (SELECT account_id, claim_id, decided_at, plan_version_id, paid_fen FROM assure.decision WHERE paid_fen <> 0
                UNION ALL
                SELECT d.account_id AS account_id, d.claim_id AS claim_id, d.decided_at AS decided_at, b.plan_version_id AS plan_version_id, -b.paid_fen AS paid_fen
                FROM assure.decision d JOIN assure.decision b ON b.account_id = d.account_id AND b.claim_id = d.claim_id AND b.decision_no = d.decision_no - 1
                WHERE d.decision_no > 1 AND b.paid_fen <> 0) p
            JOIN assure.claim c USING (account_id, claim_id) GROUP BY 1, 2, 3, 4) c
        LEFT JOIN assure.plan_version v USING (plan_version_id)
        CROSS JOIN LATERAL (VALUES (c.event_month, c.paid_fen, 0::numeric), (c.decision_month, 0, c.paid_fen)) x (month, by_event, by_decision)
        GROUP BY 1, 2, 3)
    SELECT p.ref AS policy, p.insurer, b.code AS branch, n.code AS plan, m.month,
        round(sum(m.earned) / 100.0, 2) AS earned, round(sum(m.received) / 100.0, 2) AS received,
        round(sum(m.by_event) / 100.0, 2) AS paid_by_event, round(sum(m.by_decision) / 100.0, 2) AS paid_by_decision,
        round(sum(m.by_event) / nullif(sum(m.earned), 0), 4) AS ratio_by_event, round(sum(m.by_decision) / nullif(sum(m.earned), 0), 4) AS ratio_by_decision
    FROM by_month m JOIN assure.policy p USING (policy_id) JOIN assure.branch b USING (branch_id) LEFT JOIN assure.plan n USING (plan_id)
    GROUP BY p.ref, p.insurer, b.code, n.code, m.month;
COMMENT ON VIEW assure_bi.loss_ratio IS 'Premium earned and claims paid, by policy, plan and month; sums over its rows are sums over plans or months.';
COMMENT ON COLUMN assure_bi.loss_ratio.policy IS 'policy number';
COMMENT ON COLUMN assure_bi.loss_ratio.insurer IS 'insurer of the group';
COMMENT ON COLUMN assure_bi.loss_ratio.branch IS 'branch that insures';
COMMENT ON COLUMN assure_bi.loss_ratio.plan IS 'code of the plan; empty: the premium is not told apart by plan';
COMMENT ON COLUMN assure_bi.loss_ratio.month IS 'first day of the month';
COMMENT ON COLUMN assure_bi.loss_ratio.earned IS 'premium due, spread over the days of its period, yuan';
COMMENT ON COLUMN assure_bi.loss_ratio.received IS 'premium received, spread over the days of its period, yuan';
COMMENT ON COLUMN assure_bi.loss_ratio.paid_by_event IS 'paid for events of the month, yuan';
COMMENT ON COLUMN assure_bi.loss_ratio.paid_by_decision IS 'paid by decisions of the month, taken back amounts deducted, yuan';
COMMENT ON COLUMN assure_bi.loss_ratio.ratio_by_event IS 'paid_by_event out of earned; empty: nothing was earned';
COMMENT ON COLUMN assure_bi.loss_ratio.ratio_by_decision IS 'paid_by_decision out of earned; empty: nothing was earned';

CREATE VIEW assure_bi.policy_loss_ratio WITH (security_barrier) AS
    SELECT policy, insurer, branch, month, sum(earned) AS earned, sum(received) AS received, sum(paid_by_event) AS paid_by_event,
        sum(paid_by_decision) AS paid_by_decision, round(sum(paid_by_event) / nullif(sum(earned), 0), 4) AS ratio_by_event,
        round(sum(paid_by_decision) / nullif(sum(earned), 0), 4) AS ratio_by_decision
    FROM assure_bi.loss_ratio GROUP BY policy, insurer, branch, month;
COMMENT ON VIEW assure_bi.policy_loss_ratio IS 'Premium earned and claims paid, by policy and month, over all plans.';
COMMENT ON COLUMN assure_bi.policy_loss_ratio.policy IS 'policy number';
COMMENT ON COLUMN assure_bi.policy_loss_ratio.insurer IS 'insurer of the group';
COMMENT ON COLUMN assure_bi.policy_loss_ratio.branch IS 'branch that insures';
COMMENT ON COLUMN assure_bi.policy_loss_ratio.month IS 'first day of the month';
COMMENT ON COLUMN assure_bi.policy_loss_ratio.earned IS 'premium due, spread over the days of its period, yuan';
COMMENT ON COLUMN assure_bi.policy_loss_ratio.received IS 'premium received, spread over the days of its period, yuan';
COMMENT ON COLUMN assure_bi.policy_loss_ratio.paid_by_event IS 'paid for events of the month, yuan';
COMMENT ON COLUMN assure_bi.policy_loss_ratio.paid_by_decision IS 'paid by decisions of the month, taken back amounts deducted, yuan';
COMMENT ON COLUMN assure_bi.policy_loss_ratio.ratio_by_event IS 'paid_by_event out of earned; empty: nothing was earned';
COMMENT ON COLUMN assure_bi.policy_loss_ratio.ratio_by_decision IS 'paid_by_decision out of earned; empty: nothing was earned';
