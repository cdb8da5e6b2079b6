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
        (SELECT r ->> 'code' FROM jsonb_array_elements(d.reasons) WITH ORDINALITY AS e (r, n)
            ORDER BY r ? 'benefit', (r ->> 'amount')::numeric DESC NULLS LAST, n LIMIT 1) AS main_reason, d.decided_at, d.decision_no, d.plan_version_id
    FROM assure.claim c
    JOIN assure.policy p USING (policy_id) JOIN assure.branch b ON b.branch_id = c.branch_id
    LEFT JOIN assure_internal.claim_queue q ON q.account_id = c.account_id AND q.claim_id = c.claim_id
    LEFT JOIN assure.failed_claim f ON f.account_id = c.account_id AND f.claim_id = c.claim_id
    LEFT JOIN (SELECT DISTINCT ON (account_id, claim_id) account_id, claim_id, decision_no, verdict, paid_fen, plan_version_id, reasons, decided_at
        FROM assure.decision ORDER BY account_id, claim_id, decision_no DESC) d
        ON d.account_id = c.account_id AND d.claim_id = c.claim_id;
COMMENT ON COLUMN assure_bi.claim.state IS 'waiting, failed, approved, denied, reversed or in_review';
