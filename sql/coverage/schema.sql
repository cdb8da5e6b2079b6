-- Health services: what is ordered, what was done, who was served.

CREATE SEQUENCE assure.service_id_seq;
CREATE TABLE assure.service (
    service_id bigint PRIMARY KEY DEFAULT nextval('assure.service_id_seq'),
    code text NOT NULL UNIQUE CHECK (code <> ''),
    name text NOT NULL CHECK (name <> ''),
    kind text NOT NULL DEFAULT 'other' CHECK (kind IN ('second_opinion', 'medical_access', 'escort', 'check_up', 'dental', 'online_doctor', 'medicine_delivery', 'rehabilitation', 'other'))
);
COMMENT ON TABLE assure.service IS 'Catalogue of health services.';
COMMENT ON COLUMN assure.service.service_id IS 'key';
COMMENT ON COLUMN assure.service.code IS 'code, as order documents name it';
COMMENT ON COLUMN assure.service.name IS 'name';
COMMENT ON COLUMN assure.service.kind IS 'second_opinion, medical_access: appointments for access to medical care, escort, check_up, dental, online_doctor, medicine_delivery, rehabilitation or other';

CREATE SEQUENCE assure.order_id_seq;
CREATE TABLE assure.order_ref (
    ref text PRIMARY KEY CHECK (ref <> ''),
    account_id bigint NOT NULL,
    order_id bigint NOT NULL DEFAULT nextval('assure.order_id_seq') UNIQUE,
    document_hash bytea NOT NULL CHECK (octet_length(document_hash) = 32)
);
COMMENT ON TABLE assure.order_ref IS 'Routing by the caller''s reference, and what makes ordering twice one order.';
COMMENT ON COLUMN assure.order_ref.ref IS 'the caller''s key of the order';
COMMENT ON COLUMN assure.order_ref.account_id IS 'the certificate';
COMMENT ON COLUMN assure.order_ref.order_id IS 'the order within it';
COMMENT ON COLUMN assure.order_ref.document_hash IS 'SHA-256 of the document as jsonb prints it';

CREATE TABLE assure.service_order (
    account_id bigint NOT NULL,
    order_id bigint NOT NULL,
    ref text NOT NULL,
    member_id bigint NOT NULL,
    service_id bigint NOT NULL REFERENCES assure.service,
    branch_id bigint NOT NULL,
    insurer text NOT NULL,
    customer_region text NOT NULL CHECK (customer_region ~ '^[1-9][0-9]{5}$'),
    requested_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'accepted', 'scheduled', 'in_service', 'done', 'evaluated', 'cancelled', 'failed')),
    finished_at timestamptz,
    service_version_id bigint,
    service_region text CHECK (service_region ~ '^[1-9][0-9]{5}$'),
    supplier_id bigint,
    steward_id bigint,
    scheduled_for timestamptz,
    started_at timestamptz,
    waiting_since timestamptz,
    state_at timestamptz,
    PRIMARY KEY (account_id, order_id),
    FOREIGN KEY (account_id, member_id) REFERENCES assure.member,
    CONSTRAINT service_order_done CHECK (state NOT IN ('done', 'evaluated') OR finished_at IS NOT NULL),
    CONSTRAINT service_order_times CHECK (started_at >= requested_at AND finished_at >= coalesce(started_at, requested_at)),
    CONSTRAINT service_order_waiting CHECK (waiting_since IS NULL OR state IN ('requested', 'accepted', 'scheduled', 'in_service'))
) WITH (fillfactor = 80);
CREATE INDEX service_order_supplier ON assure.service_order (supplier_id, finished_at) WHERE supplier_id IS NOT NULL;
COMMENT ON TABLE assure.service_order IS 'A health service for a customer: requested -> accepted -> scheduled -> in_service -> done -> evaluated; cancelled, or failed.';
COMMENT ON COLUMN assure.service_order.account_id IS 'the certificate';
COMMENT ON COLUMN assure.service_order.order_id IS 'key within it';
COMMENT ON COLUMN assure.service_order.ref IS 'the caller''s key of the order';
COMMENT ON COLUMN assure.service_order.member_id IS 'the customer';
COMMENT ON COLUMN assure.service_order.service_id IS 'the service';
COMMENT ON COLUMN assure.service_order.branch_id IS 'the branch that insures the customer';
COMMENT ON COLUMN assure.service_order.insurer IS 'the insurer of the group';
COMMENT ON COLUMN assure.service_order.customer_region IS 'where the customer lived when it was ordered, GB/T 2260';
COMMENT ON COLUMN assure.service_order.requested_at IS 'when it was asked for';
COMMENT ON COLUMN assure.service_order.state IS 'requested, accepted, scheduled, in_service, done, evaluated, cancelled or failed';
COMMENT ON COLUMN assure.service_order.finished_at IS 'when the service was done';
COMMENT ON COLUMN assure.service_order.service_version_id IS 'version of the service that was in force when it was asked for; NULL: none';
COMMENT ON COLUMN assure.service_order.service_region IS 'where it is to be done, GB/T 2260; NULL: where the customer lived';
COMMENT ON COLUMN assure.service_order.supplier_id IS 'who does it; NULL: not known yet, or nobody under contract';
COMMENT ON COLUMN assure.service_order.steward_id IS 'the person who does it; NULL: not known';
COMMENT ON COLUMN assure.service_order.scheduled_for IS 'the appointment';
COMMENT ON COLUMN assure.service_order.started_at IS 'when the service began';
COMMENT ON COLUMN assure.service_order.waiting_since IS 'since when it waits for the customer; NULL: it does not';
COMMENT ON COLUMN assure.service_order.state_at IS 'when its last step was; NULL: before 0.2';

CREATE SEQUENCE assure.service_event_id_seq;
CREATE TABLE assure.service_event (
    account_id bigint NOT NULL,
    event_id bigint NOT NULL DEFAULT nextval('assure.service_event_id_seq'),
    order_id bigint NOT NULL,
    event text NOT NULL CHECK (event IN ('served', 'withdrawn')),
    member_id bigint NOT NULL,
    service_id bigint NOT NULL,
    branch_id bigint NOT NULL,
    insurer text NOT NULL,
    customer_region text NOT NULL,
    served_on date NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    person_no int NOT NULL CHECK (person_no >= 0),
    prefecture assure.region NOT NULL,
    branch_province assure.region NOT NULL,
    service_region assure.region,
    PRIMARY KEY (account_id, event_id),
    FOREIGN KEY (account_id, order_id) REFERENCES assure.service_order
);
CREATE INDEX service_event_event_id ON assure.service_event USING brin (event_id) WITH (pages_per_range = 32, autosummarize = true);
CREATE INDEX service_event_withdrawn ON assure.service_event (account_id, order_id) WHERE event = 'withdrawn';
COMMENT ON TABLE assure.service_event IS 'What coverage counts, append-only: the latest event of an order says whether its service was done, by whom it counts and where. Written by service_event_write() only.';
COMMENT ON COLUMN assure.service_event.account_id IS 'the certificate';
COMMENT ON COLUMN assure.service_event.event_id IS 'key within it, in order; cells have what is not above assure_internal.coverage_state.watermark';
COMMENT ON COLUMN assure.service_event.order_id IS 'the order';
COMMENT ON COLUMN assure.service_event.event IS 'served: done, or stated anew with another person or place; withdrawn: the order was cancelled afterwards, or what comes next states it anew';
COMMENT ON COLUMN assure.service_event.member_id IS 'the customer who was served';
COMMENT ON COLUMN assure.service_event.service_id IS 'the service';
COMMENT ON COLUMN assure.service_event.branch_id IS 'the branch that insures';
COMMENT ON COLUMN assure.service_event.insurer IS 'the insurer of the group';
COMMENT ON COLUMN assure.service_event.customer_region IS 'where the customer lived on that day, by the default list of bases';
COMMENT ON COLUMN assure.service_event.served_on IS 'day of the service in the company''s time zone';
COMMENT ON COLUMN assure.service_event.recorded_at IS 'when it was recorded';
COMMENT ON COLUMN assure.service_event.person_no IS 'number of the person in sets';
COMMENT ON COLUMN assure.service_event.prefecture IS 'prefecture of the customer''s location; of a code that was in assure_internal.kept_region that code';
COMMENT ON COLUMN assure.service_event.branch_province IS 'province of the branch that insures';
COMMENT ON COLUMN assure.service_event.service_region IS 'where the service was done; NULL: nowhere in particular, or not known';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.service_event
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
