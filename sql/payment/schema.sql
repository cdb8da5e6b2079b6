-- Payments: to whom, what was ordered, what came of it.
--
-- A claim is owed what its current decision pays.  Payments are an append-only,
-- signed journal by claim, and what is open of a claim is what it is owed less
-- the sum of its entries: positive, it is to be paid; negative, it is to be
-- recovered, or set off against the payee's next payment.  A payment is the sum
-- of its entries: above 0 a transfer, below 0 money that came back, 0 a pure
-- set-off.  A payment that the bank returns is voided by entries with the other
-- sign, which opens its claims again.

CREATE SEQUENCE assure.payee_id_seq;
CREATE TABLE assure.payee (
    account_id bigint NOT NULL REFERENCES assure.account,
    payee_id bigint NOT NULL DEFAULT nextval('assure.payee_id_seq'),
    kind text NOT NULL CHECK (kind IN ('member', 'policyholder', 'provider')),
    member_id bigint,
    provider_code text,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, payee_id),
    FOREIGN KEY (account_id, member_id) REFERENCES assure.member,
    CHECK ((kind = 'member') = (member_id IS NOT NULL)),
    CHECK ((kind = 'provider') = (provider_code IS NOT NULL))
);
CREATE UNIQUE INDEX payee_subject ON assure.payee (account_id, kind, coalesce(member_id, 0), coalesce(provider_code, ''));
COMMENT ON TABLE assure.payee IS 'Who may be paid for the claims of a certificate: a member, the policyholder, a provider; each once.';
COMMENT ON COLUMN assure.payee.account_id IS 'the certificate';
COMMENT ON COLUMN assure.payee.payee_id IS 'key within it';
COMMENT ON COLUMN assure.payee.kind IS 'member, policyholder or provider';
COMMENT ON COLUMN assure.payee.member_id IS 'the member, for kind member';
COMMENT ON COLUMN assure.payee.provider_code IS 'the provider, for kind provider';
COMMENT ON COLUMN assure.payee.created_at IS 'when it was first put';

CREATE TABLE assure.payee_version (
    account_id bigint NOT NULL,
    payee_id bigint NOT NULL,
    version int NOT NULL CHECK (version >= 1),
    name text NOT NULL CHECK (name <> ''),
    bank text NOT NULL CHECK (bank <> ''),
    bank_account text NOT NULL CHECK (bank_account ~ '^[0-9A-Z]{6,34}$'),
    active boolean NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text NOT NULL,
    actor_worker_id bigint,
    PRIMARY KEY (account_id, payee_id, version),
    FOREIGN KEY (account_id, payee_id) REFERENCES assure.payee
);
COMMENT ON TABLE assure.payee_version IS 'Name and bank account of a payee, append-only; the highest version is the current one, a payment keeps the one that it was ordered to.';
COMMENT ON COLUMN assure.payee_version.account_id IS 'the certificate';
COMMENT ON COLUMN assure.payee_version.payee_id IS 'the payee';
COMMENT ON COLUMN assure.payee_version.version IS '1 for the first';
COMMENT ON COLUMN assure.payee_version.name IS 'holder of the bank account; personal';
COMMENT ON COLUMN assure.payee_version.bank IS 'the bank, as the company writes it: a name or a CNAPS number';
COMMENT ON COLUMN assure.payee_version.bank_account IS 'number of the bank account; personal';
COMMENT ON COLUMN assure.payee_version.active IS 'false: nothing is ordered to this payee any more';
COMMENT ON COLUMN assure.payee_version.changed_at IS 'when it was put';
COMMENT ON COLUMN assure.payee_version.changed_by IS 'session user who put it';
COMMENT ON COLUMN assure.payee_version.actor_worker_id IS 'the worker behind that session; NULL: an application';

CREATE TABLE assure.claim_payee (
    account_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    choice_no int NOT NULL CHECK (choice_no >= 1),
    payee_id bigint NOT NULL,
    chosen_at timestamptz NOT NULL DEFAULT now(),
    chosen_by text NOT NULL,
    actor_worker_id bigint,
    PRIMARY KEY (account_id, claim_id, choice_no),
    FOREIGN KEY (account_id, claim_id) REFERENCES assure.claim,
    FOREIGN KEY (account_id, payee_id) REFERENCES assure.payee
);
COMMENT ON TABLE assure.claim_payee IS 'The payee that was chosen for a claim, append-only; the highest choice_no counts. Without one: the payee of the claim''s member, else of the policyholder.';
COMMENT ON COLUMN assure.claim_payee.account_id IS 'the certificate';
COMMENT ON COLUMN assure.claim_payee.claim_id IS 'the claim';
COMMENT ON COLUMN assure.claim_payee.choice_no IS '1 for the first choice';
COMMENT ON COLUMN assure.claim_payee.payee_id IS 'the payee';
COMMENT ON COLUMN assure.claim_payee.chosen_at IS 'when it was chosen';
COMMENT ON COLUMN assure.claim_payee.chosen_by IS 'session user who chose it';
COMMENT ON COLUMN assure.claim_payee.actor_worker_id IS 'the worker behind that session; NULL: an application';

CREATE SEQUENCE assure.payment_id_seq;
CREATE TABLE assure.payment (
    account_id bigint NOT NULL,
    payment_id bigint NOT NULL DEFAULT nextval('assure.payment_id_seq'),
    payee_id bigint NOT NULL,
    payee_version int NOT NULL,
    amount_fen bigint NOT NULL,
    ordered_at timestamptz NOT NULL,
    ordered_by text NOT NULL,
    actor_worker_id bigint,
    audit_id bigint NOT NULL,
    row_hash bytea NOT NULL CHECK (octet_length(row_hash) = 32),
    PRIMARY KEY (account_id, payment_id),
    FOREIGN KEY (account_id, payee_id, payee_version) REFERENCES assure.payee_version
) /*[PARTITION BY RANGE (payment_id)]*/;
CREATE INDEX payment_payment_id ON assure.payment (payment_id);
CREATE INDEX payment_audit_id ON assure.payment (audit_id);
COMMENT ON TABLE assure.payment IS 'A payment as it was ordered, append-only: the sum of its entries. How far it is stands in payment_state.';
COMMENT ON COLUMN assure.payment.account_id IS 'the certificate';
COMMENT ON COLUMN assure.payment.payment_id IS 'key; unique over all certificates, what is given to the bank as the payment''s own number';
COMMENT ON COLUMN assure.payment.payee_id IS 'who is paid';
COMMENT ON COLUMN assure.payment.payee_version IS 'to the bank account of this version';
COMMENT ON COLUMN assure.payment.amount_fen IS 'above 0: to be transferred; 0: claims were set off against each other, nothing moves; below 0: came back from the payee, fen';
COMMENT ON COLUMN assure.payment.ordered_at IS 'when';
COMMENT ON COLUMN assure.payment.ordered_by IS 'session user';
COMMENT ON COLUMN assure.payment.actor_worker_id IS 'the worker behind that session; NULL: a job or an application';
COMMENT ON COLUMN assure.payment.audit_id IS 'the audit row of the chunk it was ordered in, which holds the root of its hashes';
COMMENT ON COLUMN assure.payment.row_hash IS 'SHA-256 over the canonical bytes of the row and of its entries';

CREATE SEQUENCE assure.payment_entry_id_seq;
CREATE TABLE assure.payment_entry (
    account_id bigint NOT NULL,
    entry_id bigint NOT NULL DEFAULT nextval('assure.payment_entry_id_seq'),
    payment_id bigint,
    claim_id bigint NOT NULL,
    amount_fen bigint NOT NULL CHECK (amount_fen <> 0),
    is_void boolean NOT NULL DEFAULT false,
    booked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, entry_id)
) /*[PARTITION BY RANGE (entry_id)]*/;
CREATE INDEX payment_entry_claim ON assure.payment_entry (account_id, claim_id);
CREATE INDEX payment_entry_payment ON assure.payment_entry (account_id, payment_id);
COMMENT ON TABLE assure.payment_entry IS 'The journal of payments by claim, append-only and signed: what a claim is owed less the sum of its entries is open.';
COMMENT ON COLUMN assure.payment_entry.account_id IS 'the certificate';
COMMENT ON COLUMN assure.payment_entry.entry_id IS 'key within it, in order of booking';
COMMENT ON COLUMN assure.payment_entry.payment_id IS 'the payment; NULL: carried over, what was owed when payments began to be kept here counts as paid by other means';
COMMENT ON COLUMN assure.payment_entry.claim_id IS 'the claim';
COMMENT ON COLUMN assure.payment_entry.amount_fen IS 'above 0: paid for the claim; below 0: taken back, by a set-off, a recovery or a void, fen';
COMMENT ON COLUMN assure.payment_entry.is_void IS 'true: it undoes an entry of a payment that failed or was cancelled';
COMMENT ON COLUMN assure.payment_entry.booked_at IS 'when';

CREATE TABLE assure.payment_state (
    account_id bigint NOT NULL,
    payment_id bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('ordered', 'sent', 'paid', 'failed', 'cancelled')),
    state_since timestamptz NOT NULL DEFAULT now(),
    value_on date CHECK (isfinite(value_on)),
    bank_ref text,
    reason text,
    PRIMARY KEY (account_id, payment_id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
COMMENT ON TABLE assure.payment_state IS 'How far a payment is. ordered -> sent -> paid; sent and paid -> failed, when the bank returns it; ordered -> cancelled. No index but the key, and half of each page is free: a bank file changes whole pages, and the changes stay on them.';
COMMENT ON COLUMN assure.payment_state.account_id IS 'the certificate';
COMMENT ON COLUMN assure.payment_state.payment_id IS 'the payment';
COMMENT ON COLUMN assure.payment_state.state IS 'ordered, sent, paid, failed or cancelled';
COMMENT ON COLUMN assure.payment_state.state_since IS 'since when';
COMMENT ON COLUMN assure.payment_state.value_on IS 'the bank''s date of that, as it told; NULL: not told';
COMMENT ON COLUMN assure.payment_state.bank_ref IS 'the bank''s own number of it; NULL: not told';
COMMENT ON COLUMN assure.payment_state.reason IS 'why it failed or was cancelled';

CREATE TABLE assure.payment_bank_ref (
    bank_ref text PRIMARY KEY CHECK (bank_ref <> ''),
    account_id bigint NOT NULL,
    payment_id bigint NOT NULL
);
COMMENT ON TABLE assure.payment_bank_ref IS 'Routing by the bank''s own number, which belongs to one payment only.';
COMMENT ON COLUMN assure.payment_bank_ref.bank_ref IS 'the bank''s number';
COMMENT ON COLUMN assure.payment_bank_ref.account_id IS 'the certificate';
COMMENT ON COLUMN assure.payment_bank_ref.payment_id IS 'the payment';

CREATE TABLE assure_internal.payment_due (
    account_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    queued_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, claim_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
COMMENT ON TABLE assure_internal.payment_due IS 'Claims whose open amount is not 0: found without looking at those that are settled.';
COMMENT ON COLUMN assure_internal.payment_due.account_id IS 'the certificate';
COMMENT ON COLUMN assure_internal.payment_due.claim_id IS 'the claim';
COMMENT ON COLUMN assure_internal.payment_due.queued_at IS 'since when it is open';

CREATE TABLE assure_internal.payment_unfinished (
    account_id bigint NOT NULL,
    payment_id bigint NOT NULL,
    PRIMARY KEY (account_id, payment_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
CREATE INDEX payment_unfinished_payment_id ON assure_internal.payment_unfinished (payment_id);
COMMENT ON TABLE assure_internal.payment_unfinished IS 'Payments that are ordered or sent: found without looking at those that are paid.';
COMMENT ON COLUMN assure_internal.payment_unfinished.account_id IS 'the certificate';
COMMENT ON COLUMN assure_internal.payment_unfinished.payment_id IS 'the payment';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.payee_version
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.claim_payee
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.payment
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.payment_entry
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();

-- What was decided before there were payments here was paid by other means: it
-- is carried over, or it would all be paid again.
/*[CREATE TABLE assure.payment_entry_default PARTITION OF assure.payment_entry DEFAULT;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.payment_entry_default
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();]*/
INSERT INTO assure.payment_entry (account_id, claim_id, amount_fen)
    SELECT account_id, claim_id, paid_fen FROM (SELECT DISTINCT ON (account_id, claim_id) account_id, claim_id, paid_fen
        FROM assure.decision ORDER BY account_id, claim_id, decision_no DESC) d
    WHERE paid_fen > 0 ORDER BY account_id, claim_id;

-- What hangs on an account or a claim is seen with it.
ALTER TABLE assure.payee ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.payee FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.account a WHERE a.account_id = payee.account_id));
ALTER TABLE assure.payee_version ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.payee_version FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.account a WHERE a.account_id = payee_version.account_id));
ALTER TABLE assure.claim_payee ENABLE ROW LEVEL SECURITY;
CREATE POLICY claim ON assure.claim_payee FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.claim c
        WHERE c.account_id = claim_payee.account_id AND c.claim_id = claim_payee.claim_id));
ALTER TABLE assure.payment ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.payment FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.account a WHERE a.account_id = payment.account_id));
ALTER TABLE assure.payment_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY claim ON assure.payment_entry FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.claim c
        WHERE c.account_id = payment_entry.account_id AND c.claim_id = payment_entry.claim_id));
ALTER TABLE assure.payment_state ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.payment_state FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.account a WHERE a.account_id = payment_state.account_id));

-- Views for BI tools.
CREATE VIEW assure_bi.payment WITH (security_barrier) AS
    SELECT p.account_id, p.payment_id, l.ref AS policy, l.insurer, b.code AS branch, y.kind AS payee_kind, y.provider_code AS provider,
        CASE WHEN y.kind = 'provider' THEN v.name ELSE assure_bi.mask_name(v.name) END AS payee, v.bank,
        assure_bi.mask_middle(v.bank_account, 4, 4) AS bank_account, round(p.amount_fen / 100.0, 2) AS amount,
        s.state, p.ordered_at, s.state_since, s.value_on, s.bank_ref, s.reason
    FROM assure.payment p JOIN assure.payment_state s USING (account_id, payment_id)
    JOIN assure.payee y ON y.account_id = p.account_id AND y.payee_id = p.payee_id
    JOIN assure.payee_version v ON v.account_id = p.account_id AND v.payee_id = p.payee_id AND v.version = p.payee_version
    JOIN assure.account a ON a.account_id = p.account_id JOIN assure.policy l USING (policy_id) JOIN assure.branch b USING (branch_id);
COMMENT ON VIEW assure_bi.payment IS 'Payments with their state, masked.';
COMMENT ON COLUMN assure_bi.payment.account_id IS 'certificate';
COMMENT ON COLUMN assure_bi.payment.payment_id IS 'payment';
COMMENT ON COLUMN assure_bi.payment.policy IS 'policy number';
COMMENT ON COLUMN assure_bi.payment.insurer IS 'insurer of the group';
COMMENT ON COLUMN assure_bi.payment.branch IS 'branch that insures';
COMMENT ON COLUMN assure_bi.payment.payee_kind IS 'member, policyholder or provider';
COMMENT ON COLUMN assure_bi.payment.provider IS 'provider that is paid; empty: a customer is';
COMMENT ON COLUMN assure_bi.payment.payee IS 'who is paid; a customer''s name is masked';
COMMENT ON COLUMN assure_bi.payment.bank IS 'bank';
COMMENT ON COLUMN assure_bi.payment.bank_account IS 'masked bank account';
COMMENT ON COLUMN assure_bi.payment.amount IS 'yuan; 0: a set-off; negative: came back';
COMMENT ON COLUMN assure_bi.payment.state IS 'ordered, sent, paid, failed or cancelled';
COMMENT ON COLUMN assure_bi.payment.ordered_at IS 'when it was ordered';
COMMENT ON COLUMN assure_bi.payment.state_since IS 'since when it is in that state';
COMMENT ON COLUMN assure_bi.payment.value_on IS 'the bank''s date';
COMMENT ON COLUMN assure_bi.payment.bank_ref IS 'the bank''s number';
COMMENT ON COLUMN assure_bi.payment.reason IS 'why it failed or was cancelled';

-- What is open of the claims that are queued: a few, however many there are.
CREATE VIEW assure_internal.claim_open AS
    SELECT q.account_id, q.claim_id, q.queued_at, d.decision_no, d.verdict, d.paid_fen AS owed_fen,
        coalesce(j.paid_fen, 0) AS paid_fen, d.paid_fen - coalesce(j.paid_fen, 0) AS open_fen
    FROM assure_internal.payment_due q
    CROSS JOIN LATERAL (SELECT d.decision_no, d.verdict, d.paid_fen FROM assure.decision d
        WHERE d.account_id = q.account_id AND d.claim_id = q.claim_id ORDER BY d.decision_no DESC LIMIT 1) d
    CROSS JOIN LATERAL (SELECT sum(e.amount_fen)::bigint AS paid_fen FROM assure.payment_entry e
        WHERE e.account_id = q.account_id AND e.claim_id = q.claim_id) j;
COMMENT ON VIEW assure_internal.claim_open IS 'What is open of each claim that waits for a payment or a recovery.';
COMMENT ON COLUMN assure_internal.claim_open.account_id IS 'the certificate';
COMMENT ON COLUMN assure_internal.claim_open.claim_id IS 'the claim';
COMMENT ON COLUMN assure_internal.claim_open.queued_at IS 'since when it is open';
COMMENT ON COLUMN assure_internal.claim_open.decision_no IS 'the current decision';
COMMENT ON COLUMN assure_internal.claim_open.verdict IS 'its verdict';
COMMENT ON COLUMN assure_internal.claim_open.owed_fen IS 'what it owes, fen';
COMMENT ON COLUMN assure_internal.claim_open.paid_fen IS 'sum of the journal, fen';
COMMENT ON COLUMN assure_internal.claim_open.open_fen IS 'the difference: above 0 to pay, below 0 to recover, fen';

CREATE VIEW assure_bi.payment_open WITH (security_barrier) AS
    SELECT o.account_id, o.claim_id, c.ref, l.insurer, b.code AS branch, o.queued_at AS open_since, round(o.owed_fen / 100.0, 2) AS owed,
        round(o.paid_fen / 100.0, 2) AS paid, round(o.open_fen / 100.0, 2) AS open
    FROM assure_internal.claim_open o JOIN assure.claim c USING (account_id, claim_id)
    JOIN assure.policy l USING (policy_id) JOIN assure.branch b ON b.branch_id = c.branch_id WHERE o.open_fen > 0;
COMMENT ON VIEW assure_bi.payment_open IS 'Claims that are owed more than was ordered.';
COMMENT ON COLUMN assure_bi.payment_open.account_id IS 'certificate';
COMMENT ON COLUMN assure_bi.payment_open.claim_id IS 'claim';
COMMENT ON COLUMN assure_bi.payment_open.ref IS 'the caller''s key';
COMMENT ON COLUMN assure_bi.payment_open.insurer IS 'insurer of the group';
COMMENT ON COLUMN assure_bi.payment_open.branch IS 'branch that insures';
COMMENT ON COLUMN assure_bi.payment_open.open_since IS 'since when';
COMMENT ON COLUMN assure_bi.payment_open.owed IS 'owed by the current decision, yuan';
COMMENT ON COLUMN assure_bi.payment_open.paid IS 'ordered or paid, yuan';
COMMENT ON COLUMN assure_bi.payment_open.open IS 'still to pay, yuan';

CREATE VIEW assure_bi.recovery_open WITH (security_barrier) AS
    SELECT o.account_id, o.claim_id, c.ref, l.insurer, b.code AS branch, o.queued_at AS open_since, round(o.owed_fen / 100.0, 2) AS owed,
        round(o.paid_fen / 100.0, 2) AS paid, round(-o.open_fen / 100.0, 2) AS open
    FROM assure_internal.claim_open o JOIN assure.claim c USING (account_id, claim_id)
    JOIN assure.policy l USING (policy_id) JOIN assure.branch b ON b.branch_id = c.branch_id WHERE o.open_fen < 0;
COMMENT ON VIEW assure_bi.recovery_open IS 'Claims for which more was ordered or paid than they are owed now.';
COMMENT ON COLUMN assure_bi.recovery_open.account_id IS 'certificate';
COMMENT ON COLUMN assure_bi.recovery_open.claim_id IS 'claim';
COMMENT ON COLUMN assure_bi.recovery_open.ref IS 'the caller''s key';
COMMENT ON COLUMN assure_bi.recovery_open.insurer IS 'insurer of the group';
COMMENT ON COLUMN assure_bi.recovery_open.branch IS 'branch that insures';
COMMENT ON COLUMN assure_bi.recovery_open.open_since IS 'since when';
COMMENT ON COLUMN assure_bi.recovery_open.owed IS 'owed by the current decision, yuan';
COMMENT ON COLUMN assure_bi.recovery_open.paid IS 'ordered or paid, yuan';
COMMENT ON COLUMN assure_bi.recovery_open.open IS 'to recover, yuan';
