-- Re-runs: that claims were calculated again in order of event, and what it came to.

CREATE SEQUENCE assure.rerun_id_seq;
CREATE TABLE assure.claim_rerun (
    account_id bigint NOT NULL,
    rerun_id bigint NOT NULL DEFAULT nextval('assure.rerun_id_seq'),
    from_date date NOT NULL CHECK (isfinite(from_date)),
    member_ids bigint[] NOT NULL,
    claim_count int NOT NULL CHECK (claim_count >= 0),
    changed_count int NOT NULL CHECK (changed_count BETWEEN 0 AND claim_count),
    paid_before_fen bigint NOT NULL CHECK (paid_before_fen >= 0),
    paid_fen bigint NOT NULL CHECK (paid_fen >= 0),
    rerun_at timestamptz NOT NULL DEFAULT now(),
    rerun_by text NOT NULL,
    actor_worker_id bigint,
    audit_id bigint NOT NULL,
    newest_plan_version_id bigint NOT NULL,
    PRIMARY KEY (account_id, rerun_id)
);
COMMENT ON TABLE assure.claim_rerun IS 'Re-runs of claims that were booked, append-only; the claims that changed have decisions of origin rerun.';
COMMENT ON COLUMN assure.claim_rerun.account_id IS 'the certificate';
COMMENT ON COLUMN assure.claim_rerun.rerun_id IS 'key within it, in order';
COMMENT ON COLUMN assure.claim_rerun.from_date IS 'claims with an event on this day or later were calculated again';
COMMENT ON COLUMN assure.claim_rerun.member_ids IS 'the members whose claims they were';
COMMENT ON COLUMN assure.claim_rerun.claim_count IS 'how many claims';
COMMENT ON COLUMN assure.claim_rerun.changed_count IS 'how many of them have a new decision';
COMMENT ON COLUMN assure.claim_rerun.paid_before_fen IS 'what all of them paid before, fen';
COMMENT ON COLUMN assure.claim_rerun.paid_fen IS 'what all of them pay now, fen';
COMMENT ON COLUMN assure.claim_rerun.rerun_at IS 'when';
COMMENT ON COLUMN assure.claim_rerun.rerun_by IS 'session user';
COMMENT ON COLUMN assure.claim_rerun.actor_worker_id IS 'the worker behind that session; NULL: an application';
COMMENT ON COLUMN assure.claim_rerun.audit_id IS 'its audit row';
COMMENT ON COLUMN assure.claim_rerun.newest_plan_version_id IS 'the newest version of any plan that it knew; 0: none';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.claim_rerun
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
ALTER TABLE assure.claim_rerun ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.claim_rerun FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.account a WHERE a.account_id = claim_rerun.account_id));
