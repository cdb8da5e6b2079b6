-- Documents that a customer is asked for while a claim is reviewed.
--
-- Each document that is asked for is an item: waiting -> received | withdrawn |
-- missing; missing -> received, late.  A request is open as long as one of its
-- items is waiting; meanwhile the claim's task is suspended and its clock stands
-- still.  When the last item has left waiting, for whatever reason, the request
-- is closed, the clock runs on and the task goes back to who asked.

CREATE SEQUENCE assure.document_request_id_seq;
CREATE TABLE assure.document_request (
    account_id bigint NOT NULL,
    document_request_id bigint NOT NULL DEFAULT nextval('assure.document_request_id_seq'),
    claim_id bigint NOT NULL,
    task_id bigint NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now(),
    asked_by text NOT NULL,
    asked_worker_id bigint NOT NULL,
    due_on date NOT NULL CHECK (isfinite(due_on)),
    reminders int NOT NULL DEFAULT 0 CHECK (reminders >= 0),
    reminded_at timestamptz,
    closed_at timestamptz,
    PRIMARY KEY (account_id, document_request_id),
    FOREIGN KEY (account_id, claim_id) REFERENCES assure.claim,
    CHECK ((reminders > 0) = (reminded_at IS NOT NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX document_request_open ON assure.document_request (account_id, claim_id) WHERE closed_at IS NULL;
CREATE INDEX document_request_due ON assure.document_request (due_on, document_request_id) WHERE closed_at IS NULL;
CREATE INDEX document_request_claim ON assure.document_request (account_id, claim_id);
COMMENT ON TABLE assure.document_request IS 'What the customer was asked for while a claim was reviewed; open while one of its items is waiting, one open a claim.';
COMMENT ON COLUMN assure.document_request.account_id IS 'the certificate';
COMMENT ON COLUMN assure.document_request.document_request_id IS 'key within it';
COMMENT ON COLUMN assure.document_request.claim_id IS 'the claim';
COMMENT ON COLUMN assure.document_request.task_id IS 'the task that is suspended for it';
COMMENT ON COLUMN assure.document_request.asked_at IS 'when';
COMMENT ON COLUMN assure.document_request.asked_by IS 'session user who asked';
COMMENT ON COLUMN assure.document_request.asked_worker_id IS 'the worker who asked';
COMMENT ON COLUMN assure.document_request.due_on IS 'last day to hand in, in the company''s time zone; what waits after it is missing';
COMMENT ON COLUMN assure.document_request.reminders IS 'how often the customer was reminded';
COMMENT ON COLUMN assure.document_request.reminded_at IS 'when last';
COMMENT ON COLUMN assure.document_request.closed_at IS 'when the last item left waiting; NULL: open';

CREATE TABLE assure.document_item (
    account_id bigint NOT NULL,
    document_request_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind <> ''),
    text text NOT NULL CHECK (text <> ''),
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'received', 'withdrawn', 'missing')),
    state_since timestamptz NOT NULL DEFAULT now(),
    state_by text NOT NULL,
    actor_worker_id bigint,
    PRIMARY KEY (account_id, document_request_id, kind),
    FOREIGN KEY (account_id, document_request_id) REFERENCES assure.document_request
) WITH (fillfactor = 80);
COMMENT ON TABLE assure.document_item IS 'One document that was asked for. waiting -> received, withdrawn or missing; missing -> received, late.';
COMMENT ON COLUMN assure.document_item.account_id IS 'the certificate';
COMMENT ON COLUMN assure.document_item.document_request_id IS 'the request';
COMMENT ON COLUMN assure.document_item.kind IS 'what is asked for: the company''s own code';
COMMENT ON COLUMN assure.document_item.text IS 'in words for the customer';
COMMENT ON COLUMN assure.document_item.state IS 'waiting, received, withdrawn, or missing: it did not come in time';
COMMENT ON COLUMN assure.document_item.state_since IS 'since when';
COMMENT ON COLUMN assure.document_item.state_by IS 'session user who brought it there';
COMMENT ON COLUMN assure.document_item.actor_worker_id IS 'the worker behind that session; NULL: a job or an application';

ALTER TABLE assure.document_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY claim ON assure.document_request FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.claim c
        WHERE c.account_id = document_request.account_id AND c.claim_id = document_request.claim_id));
ALTER TABLE assure.document_item ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.document_item FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.document_request r
        WHERE r.account_id = document_item.account_id AND r.document_request_id = document_item.document_request_id));

CREATE VIEW assure_bi.document_request WITH (security_barrier) AS
    SELECT r.account_id, r.claim_id, r.document_request_id, c.ref, b.code AS branch, r.asked_at, r.due_on, r.reminders, r.closed_at,
        i.items, i.waiting, i.received, i.withdrawn, i.missing
    FROM assure.document_request r JOIN assure.claim c USING (account_id, claim_id) JOIN assure.branch b USING (branch_id)
    CROSS JOIN LATERAL (SELECT count(*) AS items, count(*) FILTER (WHERE state = 'waiting') AS waiting, count(*) FILTER (WHERE state = 'received') AS received,
            count(*) FILTER (WHERE state = 'withdrawn') AS withdrawn, count(*) FILTER (WHERE state = 'missing') AS missing
        FROM assure.document_item i WHERE i.account_id = r.account_id AND i.document_request_id = r.document_request_id) i;
COMMENT ON VIEW assure_bi.document_request IS 'What customers were asked for, and how much of it came.';
COMMENT ON COLUMN assure_bi.document_request.account_id IS 'certificate';
COMMENT ON COLUMN assure_bi.document_request.claim_id IS 'claim';
COMMENT ON COLUMN assure_bi.document_request.document_request_id IS 'request';
COMMENT ON COLUMN assure_bi.document_request.ref IS 'the caller''s key of the claim';
COMMENT ON COLUMN assure_bi.document_request.branch IS 'branch that insures';
COMMENT ON COLUMN assure_bi.document_request.asked_at IS 'when the customer was asked';
COMMENT ON COLUMN assure_bi.document_request.due_on IS 'last day to hand in';
COMMENT ON COLUMN assure_bi.document_request.reminders IS 'how often the customer was reminded';
COMMENT ON COLUMN assure_bi.document_request.closed_at IS 'when nothing was waited for any more; empty: open';
COMMENT ON COLUMN assure_bi.document_request.items IS 'documents asked for';
COMMENT ON COLUMN assure_bi.document_request.waiting IS 'of these, waited for';
COMMENT ON COLUMN assure_bi.document_request.received IS 'of these, received';
COMMENT ON COLUMN assure_bi.document_request.withdrawn IS 'of these, no longer asked for';
COMMENT ON COLUMN assure_bi.document_request.missing IS 'of these, not come in time';
