-- Claims as handed in, what waits to be adjudicated, what was decided.
--
-- A claim's state is never a column of the claim.  It waits if it has a row in
-- claim_queue (or was set aside in failed_claim); otherwise its decision with
-- the highest decision_no is the current one.  claim, bill and decision rows
-- are only ever inserted.

CREATE SEQUENCE assure.claim_id_seq;

CREATE TABLE assure.claim_ref (
    ref text PRIMARY KEY CHECK (ref <> ''),
    account_id bigint NOT NULL,
    claim_id bigint NOT NULL DEFAULT nextval('assure.claim_id_seq') UNIQUE,
    document_hash bytea NOT NULL CHECK (octet_length(document_hash) = 32)
);
COMMENT ON TABLE assure.claim_ref IS 'Routing by the caller''s reference, and what makes submitting twice one claim.';
COMMENT ON COLUMN assure.claim_ref.ref IS 'the caller''s key of the claim';
COMMENT ON COLUMN assure.claim_ref.account_id IS 'the certificate';
COMMENT ON COLUMN assure.claim_ref.claim_id IS 'the claim within it';
COMMENT ON COLUMN assure.claim_ref.document_hash IS 'SHA-256 of the document as jsonb prints it: the same ref with another document is refused';

CREATE TABLE assure.claim (
    account_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    ref text NOT NULL,
    policy_id bigint NOT NULL,
    member_id bigint NOT NULL,
    branch_id bigint NOT NULL,
    cause text NOT NULL CHECK (cause IN ('illness', 'accident', 'maternity')),
    event_date date NOT NULL CHECK (isfinite(event_date)),
    submitted_at timestamptz NOT NULL CHECK (isfinite(submitted_at)),
    submitted_fen bigint NOT NULL CHECK (submitted_fen >= 0),
    document jsonb NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    received_by text NOT NULL,
    received_actor_id bigint,
    PRIMARY KEY (account_id, claim_id),
    FOREIGN KEY (account_id, member_id) REFERENCES assure.member
) /*[PARTITION BY RANGE (claim_id)]*/;
CREATE INDEX claim_member ON assure.claim (account_id, member_id, event_date);
CREATE INDEX claim_branch_id ON assure.claim (branch_id, claim_id);
COMMENT ON TABLE assure.claim IS 'A claim as it was handed in; never changed.';
COMMENT ON COLUMN assure.claim.account_id IS 'the certificate';
COMMENT ON COLUMN assure.claim.claim_id IS 'key within it, in order of arrival';
COMMENT ON COLUMN assure.claim.ref IS 'the caller''s key of the claim';
COMMENT ON COLUMN assure.claim.policy_id IS 'the policy that it is made under';
COMMENT ON COLUMN assure.claim.member_id IS 'the insured person';
COMMENT ON COLUMN assure.claim.branch_id IS 'the branch that insures: who may see it';
COMMENT ON COLUMN assure.claim.cause IS 'illness, accident or maternity';
COMMENT ON COLUMN assure.claim.event_date IS 'day of the event: it selects enrollment and plan version';
COMMENT ON COLUMN assure.claim.submitted_at IS 'when the customer handed it in';
COMMENT ON COLUMN assure.claim.submitted_fen IS 'sum of its bills, fen';
COMMENT ON COLUMN assure.claim.document IS 'the claim document as received: the evidence, and what is adjudicated';
COMMENT ON COLUMN assure.claim.received_at IS 'when it was stored';
COMMENT ON COLUMN assure.claim.received_by IS 'session user who submitted it';
COMMENT ON COLUMN assure.claim.received_actor_id IS 'the worker behind that session; NULL: an application';

CREATE TABLE assure.bill (
    account_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    position int NOT NULL CHECK (position >= 1),
    bill_no text NOT NULL,
    provider_code text,
    care text NOT NULL CHECK (care IN ('outpatient', 'emergency', 'inpatient', 'pharmacy', 'dental', 'checkup', 'maternity')),
    from_date date NOT NULL CHECK (isfinite(from_date)),
    to_date date NOT NULL CHECK (to_date >= from_date),
    submitted_fen bigint NOT NULL CHECK (submitted_fen >= 0),
    social_paid_fen bigint NOT NULL CHECK (social_paid_fen >= 0),
    other_paid_fen bigint NOT NULL CHECK (other_paid_fen >= 0),
    PRIMARY KEY (account_id, claim_id, position),
    FOREIGN KEY (account_id, claim_id) REFERENCES assure.claim,
    CHECK (social_paid_fen + other_paid_fen <= submitted_fen)
) /*[PARTITION BY RANGE (claim_id)]*/;
CREATE INDEX bill_provider_code ON assure.bill (provider_code, from_date);
COMMENT ON TABLE assure.bill IS 'The bills of a claim, for queries; their lines stay in the document and are shown by assure_bi.bill_line.';
COMMENT ON COLUMN assure.bill.account_id IS 'the certificate';
COMMENT ON COLUMN assure.bill.claim_id IS 'the claim';
COMMENT ON COLUMN assure.bill.position IS 'place in the document, from 1';
COMMENT ON COLUMN assure.bill.bill_no IS 'invoice number';
COMMENT ON COLUMN assure.bill.provider_code IS 'who issued it; NULL: not stated';
COMMENT ON COLUMN assure.bill.care IS 'kind of care';
COMMENT ON COLUMN assure.bill.from_date IS 'first day of treatment';
COMMENT ON COLUMN assure.bill.to_date IS 'last day of treatment';
COMMENT ON COLUMN assure.bill.submitted_fen IS 'sum of its lines, fen';
COMMENT ON COLUMN assure.bill.social_paid_fen IS 'paid by social insurance, fen';
COMMENT ON COLUMN assure.bill.other_paid_fen IS 'paid by others, fen';

CREATE TABLE assure.invoice_key (
    provider_code text NOT NULL,
    invoice_no text NOT NULL,
    account_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    PRIMARY KEY (provider_code, invoice_no)
);
COMMENT ON TABLE assure.invoice_key IS 'The claim that an invoice belongs to, over all customers: the first that handed it in, or once that is reversed the one that took it over; any other is a duplicate.';
COMMENT ON COLUMN assure.invoice_key.provider_code IS 'who issued it';
COMMENT ON COLUMN assure.invoice_key.invoice_no IS 'its number';
COMMENT ON COLUMN assure.invoice_key.account_id IS 'certificate of the claim';
COMMENT ON COLUMN assure.invoice_key.claim_id IS 'the claim';

CREATE TABLE assure_internal.claim_queue (
    account_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    queued_at timestamptz NOT NULL DEFAULT now(),
    packed bytea,
    invoices_new boolean NOT NULL DEFAULT false,
    PRIMARY KEY (account_id, claim_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
CREATE INDEX claim_queue_claim_id ON assure_internal.claim_queue (claim_id);
COMMENT ON TABLE assure_internal.claim_queue IS 'Claims that wait for adjudication: found without looking at done work.';
COMMENT ON COLUMN assure_internal.claim_queue.account_id IS 'the certificate';
COMMENT ON COLUMN assure_internal.claim_queue.claim_id IS 'the claim';
COMMENT ON COLUMN assure_internal.claim_queue.queued_at IS 'since when it waits';
COMMENT ON COLUMN assure_internal.claim_queue.packed IS 'the claim as it was read when it was handed in, so that its document is parsed once; NULL: to be read from the document';
COMMENT ON COLUMN assure_internal.claim_queue.invoices_new IS 'true: nobody had handed in one of its invoices before, and so nobody ever has; false: to be looked up';

CREATE TABLE assure.failed_claim (
    account_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    error_code text NOT NULL CHECK (length(error_code) = 5),
    error_message text NOT NULL,
    failed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, claim_id),
    FOREIGN KEY (account_id, claim_id) REFERENCES assure.claim
);
COMMENT ON TABLE assure.failed_claim IS 'Claims that a batch set aside because their own adjudication raised an error; assure.retry_failed_claim() puts one back.';
COMMENT ON COLUMN assure.failed_claim.account_id IS 'the certificate';
COMMENT ON COLUMN assure.failed_claim.claim_id IS 'the claim';
COMMENT ON COLUMN assure.failed_claim.error_code IS 'SQLSTATE';
COMMENT ON COLUMN assure.failed_claim.error_message IS 'message';
COMMENT ON COLUMN assure.failed_claim.failed_at IS 'when';

CREATE TABLE assure.decision (
    account_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    decision_no int NOT NULL CHECK (decision_no >= 1),
    verdict text NOT NULL CHECK (verdict IN ('approve', 'deny', 'pend', 'reverse')),
    submitted_fen bigint NOT NULL CHECK (submitted_fen >= 0),
    paid_fen bigint NOT NULL CHECK (paid_fen >= 0),
    plan_version_id bigint,
    reasons jsonb NOT NULL CHECK (jsonb_typeof(reasons) = 'array'),
    result jsonb,
    engine text NOT NULL,
    note text,
    decided_at timestamptz NOT NULL,
    decided_by text NOT NULL,
    actor_worker_id bigint,
    audit_id bigint NOT NULL,
    row_hash bytea NOT NULL CHECK (octet_length(row_hash) = 32),
    origin text NOT NULL DEFAULT 'submission' CHECK (origin IN ('submission', 'person', 'reversal', 'readjudication', 'rerun', 'appeal')),
    adjustments jsonb,
    screening jsonb,
    input bytea,
    ledger_horizon bigint,
    input_salt bytea CHECK (octet_length(input_salt) = 16),
    input_hash bytea CHECK (octet_length(input_hash) = 32),
    PRIMARY KEY (account_id, claim_id, decision_no),
    FOREIGN KEY (account_id, claim_id) REFERENCES assure.claim,
    CHECK (paid_fen <= submitted_fen OR result -> 'fixed' <> '[]'),
    CHECK ((verdict = 'approve') = (paid_fen > 0))
) /*[PARTITION BY RANGE (claim_id)]*/;
CREATE INDEX decision_audit_id ON assure.decision (audit_id);
COMMENT ON TABLE assure.decision IS 'What was decided of a claim, append-only; the highest decision_no is the current one.';
COMMENT ON COLUMN assure.decision.account_id IS 'the certificate';
COMMENT ON COLUMN assure.decision.claim_id IS 'the claim';
COMMENT ON COLUMN assure.decision.decision_no IS '1 for the first decision on the claim';
COMMENT ON COLUMN assure.decision.verdict IS 'approve: something is paid; deny: nothing; pend: a person must decide; reverse: what was booked is undone';
COMMENT ON COLUMN assure.decision.submitted_fen IS 'what was submitted, fen';
COMMENT ON COLUMN assure.decision.paid_fen IS 'what is owed by this decision, fen; 0 while it is pended';
COMMENT ON COLUMN assure.decision.plan_version_id IS 'the terms that were applied; NULL where none were in force';
COMMENT ON COLUMN assure.decision.reasons IS 'list of {code, bill, benefit, amount}: why; codes are listed in docs/benefits.md';
COMMENT ON COLUMN assure.decision.result IS 'the calculation, as assure.evaluate() returns it without used and reasons; what a pended claim would be paid stands here';
COMMENT ON COLUMN assure.decision.engine IS 'version that calculated';
COMMENT ON COLUMN assure.decision.note IS 'what the person who decided noted';
COMMENT ON COLUMN assure.decision.decided_at IS 'when';
COMMENT ON COLUMN assure.decision.decided_by IS 'session user';
COMMENT ON COLUMN assure.decision.actor_worker_id IS 'the worker who decided; NULL: the engine';
COMMENT ON COLUMN assure.decision.audit_id IS 'the audit row of the chunk it was written in, which holds the root of its hashes';
COMMENT ON COLUMN assure.decision.row_hash IS 'SHA-256 over the canonical bytes of the row; docs/security.md shows how to compute it';
COMMENT ON COLUMN assure.decision.origin IS 'what led to it: submission, person, reversal, readjudication, rerun or appeal';
COMMENT ON COLUMN assure.decision.adjustments IS 'what the person who decided changed of the claim, as assure.decide_claim() takes it; empty: nothing; NULL: no person''s judgement stands behind it';
COMMENT ON COLUMN assure.decision.screening IS 'what the decision model of the plan said, and its version; NULL: it was not asked';
COMMENT ON COLUMN assure.decision.input IS 'the claim as it was calculated, packed: member, providers, contract prices and adjustments filled in; NULL: not calculated, or decided under 0.1';
COMMENT ON COLUMN assure.decision.ledger_horizon IS 'the account''s ledger entries below this key were known to the calculation; NULL: not calculated, or decided under 0.1';
COMMENT ON COLUMN assure.decision.input_salt IS 'random bytes before the input in its hash; NULL with the input, so that the hash of what was erased tells nothing';
COMMENT ON COLUMN assure.decision.input_hash IS 'SHA-256 over input_salt and input; NULL: not calculated, or decided under 0.1';

-- Documents are compressed the fast way where the server has it: it takes a
-- tenth of the time of the default, and a decision waits for it.
DO $$
BEGIN
    IF (SELECT 'lz4' = ANY (enumvals) FROM pg_catalog.pg_settings WHERE name = 'default_toast_compression') THEN
        ALTER TABLE assure.claim ALTER document SET COMPRESSION lz4;
        ALTER TABLE assure.decision ALTER reasons SET COMPRESSION lz4, ALTER result SET COMPRESSION lz4, ALTER input SET COMPRESSION lz4;
    END IF;
END $$;

CREATE SEQUENCE assure.ledger_entry_id_seq;
CREATE TABLE assure.ledger_entry (
    account_id bigint NOT NULL,
    entry_id bigint NOT NULL DEFAULT nextval('assure.ledger_entry_id_seq'),
    claim_id bigint NOT NULL,
    decision_no int NOT NULL,
    member_id bigint NOT NULL CHECK (member_id >= 0),
    counter text NOT NULL CHECK (counter <> ''),
    period text NOT NULL CHECK (period ~ '^(lifetime|(year|day|event):\d{4}-\d\d-\d\d|(stay|group):.+)$'),
    measure text NOT NULL CHECK (measure ~ '^[a-z_]+$'),
    delta bigint NOT NULL CHECK (delta <> 0),
    row_hash bytea NOT NULL CHECK (octet_length(row_hash) = 32),
    PRIMARY KEY (account_id, entry_id),
    FOREIGN KEY (account_id, claim_id, decision_no) REFERENCES assure.decision
) /*[PARTITION BY RANGE (entry_id)]*/;
CREATE INDEX ledger_entry_decision ON assure.ledger_entry (account_id, claim_id, decision_no);
COMMENT ON TABLE assure.ledger_entry IS 'The benefit ledger, append-only: what a decision paid and what it used of each counter.';
COMMENT ON COLUMN assure.ledger_entry.account_id IS 'the certificate';
COMMENT ON COLUMN assure.ledger_entry.entry_id IS 'key within it, in order of booking';
COMMENT ON COLUMN assure.ledger_entry.claim_id IS 'the claim';
COMMENT ON COLUMN assure.ledger_entry.decision_no IS 'the decision that booked it';
COMMENT ON COLUMN assure.ledger_entry.member_id IS 'whose counter; 0: the family''s';
COMMENT ON COLUMN assure.ledger_entry.counter IS 'benefit, benefit.step or shared name in the terms';
COMMENT ON COLUMN assure.ledger_entry.period IS 'lifetime; year: and day: with their first day; stay: with its id; event: with its day and group: with its text, which a benefit has paid for';
COMMENT ON COLUMN assure.ledger_entry.measure IS 'paid: the money itself, fen; amount, deductible, base, member: fen; count: visits, payments; days: days that paid, or of a stay';
COMMENT ON COLUMN assure.ledger_entry.delta IS 'what is added to the balance';
COMMENT ON COLUMN assure.ledger_entry.row_hash IS 'SHA-256 over the canonical bytes of the row';

CREATE TABLE assure.balance (
    account_id bigint NOT NULL,
    member_id bigint NOT NULL CHECK (member_id >= 0),
    counter text NOT NULL,
    period text NOT NULL,
    measure text NOT NULL,
    value bigint NOT NULL CHECK (value >= 0),
    limit_value bigint CHECK (limit_value >= 0),
    PRIMARY KEY (account_id, member_id, counter, period, measure),
    CONSTRAINT balance_within_limit CHECK (value <= limit_value)
) WITH (fillfactor = 80);
COMMENT ON TABLE assure.balance IS 'What is used of each counter: the sum of its ledger entries, never beyond its limit.';
COMMENT ON COLUMN assure.balance.account_id IS 'the certificate';
COMMENT ON COLUMN assure.balance.member_id IS 'whose; 0: the family''s';
COMMENT ON COLUMN assure.balance.counter IS 'as in the ledger';
COMMENT ON COLUMN assure.balance.period IS 'as in the ledger';
COMMENT ON COLUMN assure.balance.measure IS 'as in the ledger';
COMMENT ON COLUMN assure.balance.value IS 'sum of the entries';
COMMENT ON COLUMN assure.balance.limit_value IS 'limit in force when it was last added to; NULL: none';

CREATE TABLE assure_internal.account_book (
    account_id bigint PRIMARY KEY,
    revision bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 70);
COMMENT ON TABLE assure_internal.account_book IS 'One row an account: whoever books on it updates this row first, which is the lock on all its balances, those not yet there included.';
COMMENT ON COLUMN assure_internal.account_book.account_id IS 'the certificate';
COMMENT ON COLUMN assure_internal.account_book.revision IS 'how often its books were opened for writing';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.claim
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.bill
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.decision
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
