-- Appeals: a decision looked at again by somebody who had no part in it.
--
-- open -> upheld | changed | withdrawn.  An open appeal is a task of the claim in
-- the queue claim_appeal, kept from everybody who decided the claim before.

CREATE SEQUENCE assure.appeal_id_seq;
CREATE TABLE assure.appeal (
    account_id bigint NOT NULL,
    appeal_id bigint NOT NULL DEFAULT nextval('assure.appeal_id_seq'),
    claim_id bigint NOT NULL,
    decision_no int NOT NULL,
    task_id bigint NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    appealed_at timestamptz NOT NULL DEFAULT now(),
    appealed_by text NOT NULL,
    actor_worker_id bigint,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'upheld', 'changed', 'withdrawn')),
    closed_at timestamptz,
    closed_by text,
    closed_worker_id bigint,
    outcome_decision_no int,
    note text,
    PRIMARY KEY (account_id, appeal_id),
    FOREIGN KEY (account_id, claim_id, decision_no) REFERENCES assure.decision,
    FOREIGN KEY (account_id, claim_id, outcome_decision_no) REFERENCES assure.decision,
    CHECK ((state = 'open') = (closed_at IS NULL) AND (state = 'open') = (closed_by IS NULL)),
    CHECK (state <> 'changed' OR outcome_decision_no > decision_no)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX appeal_open ON assure.appeal (account_id, claim_id) WHERE state = 'open';
CREATE INDEX appeal_claim ON assure.appeal (account_id, claim_id);
COMMENT ON TABLE assure.appeal IS 'Appeals against decisions; one open a claim, and as many in all as assure.appeals_max says. open -> upheld, changed or withdrawn.';
COMMENT ON COLUMN assure.appeal.account_id IS 'the certificate';
COMMENT ON COLUMN assure.appeal.appeal_id IS 'key within it';
COMMENT ON COLUMN assure.appeal.claim_id IS 'the claim';
COMMENT ON COLUMN assure.appeal.decision_no IS 'the decision appealed against';
COMMENT ON COLUMN assure.appeal.task_id IS 'the task of who looks at it again';
COMMENT ON COLUMN assure.appeal.reason IS 'why, in the customer''s words';
COMMENT ON COLUMN assure.appeal.appealed_at IS 'when';
COMMENT ON COLUMN assure.appeal.appealed_by IS 'session user who entered it';
COMMENT ON COLUMN assure.appeal.actor_worker_id IS 'the worker behind that session; NULL: an application';
COMMENT ON COLUMN assure.appeal.state IS 'open; upheld: the decision stays as it was; changed; withdrawn';
COMMENT ON COLUMN assure.appeal.closed_at IS 'when it was closed';
COMMENT ON COLUMN assure.appeal.closed_by IS 'session user who closed it';
COMMENT ON COLUMN assure.appeal.closed_worker_id IS 'the worker behind that session; NULL: an application';
COMMENT ON COLUMN assure.appeal.outcome_decision_no IS 'the decision that was made on it; NULL: none was needed';
COMMENT ON COLUMN assure.appeal.note IS 'what the person who closed it noted';

ALTER TABLE assure.appeal ENABLE ROW LEVEL SECURITY;
CREATE POLICY claim ON assure.appeal FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.claim c
        WHERE c.account_id = appeal.account_id AND c.claim_id = appeal.claim_id));

CREATE VIEW assure_bi.appeal WITH (security_barrier) AS
    SELECT a.account_id, a.claim_id, a.appeal_id, c.ref, l.insurer, b.code AS branch, a.state, a.appealed_at, a.closed_at,
        round(d.paid_fen / 100.0, 2) AS paid_before, round(coalesce(o.paid_fen, d.paid_fen) / 100.0, 2) AS paid_after
    FROM assure.appeal a JOIN assure.claim c USING (account_id, claim_id) JOIN assure.policy l USING (policy_id)
    JOIN assure.branch b ON b.branch_id = c.branch_id
    JOIN assure.decision d ON d.account_id = a.account_id AND d.claim_id = a.claim_id AND d.decision_no = a.decision_no
    LEFT JOIN assure.decision o ON o.account_id = a.account_id AND o.claim_id = a.claim_id AND o.decision_no = a.outcome_decision_no;
COMMENT ON VIEW assure_bi.appeal IS 'Appeals and what came of them.';
COMMENT ON COLUMN assure_bi.appeal.account_id IS 'certificate';
COMMENT ON COLUMN assure_bi.appeal.claim_id IS 'claim';
COMMENT ON COLUMN assure_bi.appeal.appeal_id IS 'appeal';
COMMENT ON COLUMN assure_bi.appeal.ref IS 'the caller''s key of the claim';
COMMENT ON COLUMN assure_bi.appeal.insurer IS 'insurer of the group';
COMMENT ON COLUMN assure_bi.appeal.branch IS 'branch that insures';
COMMENT ON COLUMN assure_bi.appeal.state IS 'open, upheld, changed or withdrawn';
COMMENT ON COLUMN assure_bi.appeal.appealed_at IS 'when';
COMMENT ON COLUMN assure_bi.appeal.closed_at IS 'when it was closed';
COMMENT ON COLUMN assure_bi.appeal.paid_before IS 'paid by the decision appealed against, yuan';
COMMENT ON COLUMN assure_bi.appeal.paid_after IS 'paid by the decision on the appeal, yuan';
