-- Health services beyond the order itself: the catalogue's versions, who does the
-- services and under which contract, the steps of an order, what suppliers bill,
-- samples, targets.
--
-- In force on a day is the version that starts last, not after the day, and of two
-- from the same day the later one; its end only cuts off. So is a contract of a
-- supplier: of those whose days hold the day, the one that starts last.

-- ----- catalogue -----

CREATE SEQUENCE assure.service_version_id_seq;
CREATE TABLE assure.service_version (
    service_version_id bigint PRIMARY KEY DEFAULT nextval('assure.service_version_id_seq'),
    service_id bigint NOT NULL REFERENCES assure.service,
    version int NOT NULL CHECK (version >= 1),
    active_from date NOT NULL CHECK (isfinite(active_from)),
    active_to date NOT NULL DEFAULT 'infinity' CHECK (active_to >= active_from - 1),
    standard jsonb NOT NULL CHECK (jsonb_typeof(standard) = 'object'),
    process jsonb NOT NULL CHECK (jsonb_typeof(process) = 'array'),
    script text NOT NULL,
    published_by text NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (service_id, version)
);
COMMENT ON TABLE assure.service_version IS 'What a service of the catalogue promises and how it is done, immutable by version. A service without a version is offered without a standard.';
COMMENT ON COLUMN assure.service_version.service_version_id IS 'key; orders keep that of their day';
COMMENT ON COLUMN assure.service_version.service_id IS 'the service';
COMMENT ON COLUMN assure.service_version.version IS '1 for the first';
COMMENT ON COLUMN assure.service_version.active_from IS 'first day of orders that it holds for';
COMMENT ON COLUMN assure.service_version.active_to IS 'last such day; infinity: open; the day before active_from: the service is withdrawn from that day on';
COMMENT ON COLUMN assure.service_version.standard IS 'what is promised: {accept_days, schedule_days, start_days, finish_days} in working days from the request, and words';
COMMENT ON COLUMN assure.service_version.process IS 'the steps for who does it, in order';
COMMENT ON COLUMN assure.service_version.script IS 'what is said to the customer';
COMMENT ON COLUMN assure.service_version.published_by IS 'session user who entered it';
COMMENT ON COLUMN assure.service_version.published_at IS 'when it was entered';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.service_version
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();

-- ----- suppliers -----

CREATE SEQUENCE assure.supplier_id_seq;
CREATE TABLE assure.supplier (
    supplier_id bigint PRIMARY KEY DEFAULT nextval('assure.supplier_id_seq'),
    code text NOT NULL UNIQUE CHECK (code <> ''),
    name text NOT NULL CHECK (name <> '')
);
COMMENT ON TABLE assure.supplier IS 'Who does health services for the company under contract.';
COMMENT ON COLUMN assure.supplier.supplier_id IS 'key';
COMMENT ON COLUMN assure.supplier.code IS 'the company''s own code, as documents name it';
COMMENT ON COLUMN assure.supplier.name IS 'name';

CREATE SEQUENCE assure.supplier_place_id_seq;
CREATE TABLE assure.supplier_place (
    supplier_place_id bigint PRIMARY KEY DEFAULT nextval('assure.supplier_place_id_seq'),
    supplier_id bigint NOT NULL REFERENCES assure.supplier,
    code text NOT NULL CHECK (code <> ''),
    name text NOT NULL CHECK (name <> ''),
    region assure.region NOT NULL,
    open_from date NOT NULL CHECK (isfinite(open_from)),
    open_to date NOT NULL DEFAULT 'infinity' CHECK (open_to >= open_from - 1),
    UNIQUE (supplier_id, code)
);
CREATE INDEX supplier_place_region ON assure.supplier_place (supplier_id, region);
COMMENT ON TABLE assure.supplier_place IS 'Where a supplier does its services. A place serves its prefecture; a place that is a province serves all of it.';
COMMENT ON COLUMN assure.supplier_place.supplier_place_id IS 'key';
COMMENT ON COLUMN assure.supplier_place.supplier_id IS 'the supplier';
COMMENT ON COLUMN assure.supplier_place.code IS 'code within the supplier';
COMMENT ON COLUMN assure.supplier_place.name IS 'name';
COMMENT ON COLUMN assure.supplier_place.region IS 'GB/T 2260 code of where it is';
COMMENT ON COLUMN assure.supplier_place.open_from IS 'first day';
COMMENT ON COLUMN assure.supplier_place.open_to IS 'last day; infinity: open';

CREATE TABLE assure.supplier_offer (
    supplier_place_id bigint NOT NULL REFERENCES assure.supplier_place,
    service_id bigint NOT NULL REFERENCES assure.service,
    PRIMARY KEY (supplier_place_id, service_id)
);
CREATE INDEX supplier_offer_service_id ON assure.supplier_offer (service_id);
COMMENT ON TABLE assure.supplier_offer IS 'The services that a place offers.';
COMMENT ON COLUMN assure.supplier_offer.supplier_place_id IS 'the place';
COMMENT ON COLUMN assure.supplier_offer.service_id IS 'the service';

CREATE SEQUENCE assure.supplier_contract_id_seq;
CREATE TABLE assure.supplier_contract (
    supplier_contract_id bigint PRIMARY KEY DEFAULT nextval('assure.supplier_contract_id_seq'),
    ref text NOT NULL UNIQUE CHECK (ref <> ''),
    supplier_id bigint NOT NULL REFERENCES assure.supplier,
    valid_from date NOT NULL CHECK (isfinite(valid_from)),
    valid_to date NOT NULL DEFAULT 'infinity' CHECK (valid_to >= valid_from - 1)
);
CREATE INDEX supplier_contract_supplier ON assure.supplier_contract (supplier_id, valid_from DESC, supplier_contract_id DESC);
COMMENT ON TABLE assure.supplier_contract IS 'A contract with a supplier. In force on a day: of those whose days hold it the one that starts last, then the one entered last.';
COMMENT ON COLUMN assure.supplier_contract.supplier_contract_id IS 'key';
COMMENT ON COLUMN assure.supplier_contract.ref IS 'the company''s own number of the contract';
COMMENT ON COLUMN assure.supplier_contract.supplier_id IS 'the supplier';
COMMENT ON COLUMN assure.supplier_contract.valid_from IS 'first day of service that it holds for';
COMMENT ON COLUMN assure.supplier_contract.valid_to IS 'last such day; infinity: open; the day before valid_from: withdrawn';

CREATE TABLE assure.supplier_price (
    supplier_contract_id bigint NOT NULL REFERENCES assure.supplier_contract,
    service_id bigint NOT NULL REFERENCES assure.service,
    revision int NOT NULL CHECK (revision >= 1),
    price_fen bigint CHECK (price_fen >= 0),
    audit_id bigint NOT NULL,
    PRIMARY KEY (supplier_contract_id, service_id, revision)
);
COMMENT ON TABLE assure.supplier_price IS 'Price of a service under a contract, append-only; of a service the highest revision counts.';
COMMENT ON COLUMN assure.supplier_price.supplier_contract_id IS 'the contract';
COMMENT ON COLUMN assure.supplier_price.service_id IS 'the service';
COMMENT ON COLUMN assure.supplier_price.revision IS '1 for the first price of a service';
COMMENT ON COLUMN assure.supplier_price.price_fen IS 'price of one service, fen; NULL: no price agreed any more';
COMMENT ON COLUMN assure.supplier_price.audit_id IS 'the audit row of who entered it and when';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.supplier_price
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();

-- ----- people -----

CREATE SEQUENCE assure.steward_id_seq;
CREATE TABLE assure.steward (
    steward_id bigint PRIMARY KEY DEFAULT nextval('assure.steward_id_seq'),
    code text NOT NULL UNIQUE CHECK (code <> ''),
    name text NOT NULL CHECK (name <> ''),
    phone text CHECK (phone <> ''),
    worker_id bigint REFERENCES assure.worker,
    supplier_id bigint REFERENCES assure.supplier,
    active_from date NOT NULL CHECK (isfinite(active_from)),
    active_to date NOT NULL DEFAULT 'infinity' CHECK (active_to >= active_from - 1),
    CHECK (worker_id IS NULL OR supplier_id IS NULL)
);
CREATE INDEX steward_worker_id ON assure.steward (worker_id) WHERE worker_id IS NOT NULL;
CREATE INDEX steward_supplier_id ON assure.steward (supplier_id) WHERE supplier_id IS NOT NULL;
COMMENT ON TABLE assure.steward IS 'Health stewards, the people who do services: a worker of the company, a person of a supplier, or on their own.';
COMMENT ON COLUMN assure.steward.steward_id IS 'key';
COMMENT ON COLUMN assure.steward.code IS 'the company''s own code, as documents name it';
COMMENT ON COLUMN assure.steward.name IS 'name';
COMMENT ON COLUMN assure.steward.phone IS 'telephone';
COMMENT ON COLUMN assure.steward.worker_id IS 'the worker that it is; NULL: none';
COMMENT ON COLUMN assure.steward.supplier_id IS 'the supplier that sends the person; NULL: none';
COMMENT ON COLUMN assure.steward.active_from IS 'first day';
COMMENT ON COLUMN assure.steward.active_to IS 'last day; infinity: open';

CREATE SEQUENCE assure.contact_id_seq;
CREATE TABLE assure.contact (
    contact_id bigint PRIMARY KEY DEFAULT nextval('assure.contact_id_seq'),
    code text NOT NULL UNIQUE CHECK (code <> ''),
    party text NOT NULL CHECK (party IN ('branch', 'supplier', 'provider', 'insurer', 'other')),
    party_code text NOT NULL CHECK (party_code <> ''),
    name text NOT NULL CHECK (name <> ''),
    duty text NOT NULL CHECK (duty <> ''),
    phone text CHECK (phone <> ''),
    email text CHECK (email <> ''),
    region assure.region,
    active_to date NOT NULL DEFAULT 'infinity',
    CHECK (phone IS NOT NULL OR email IS NOT NULL)
);
CREATE INDEX contact_party ON assure.contact (party, party_code);
COMMENT ON TABLE assure.contact IS 'Directory of who is called about what.';
COMMENT ON COLUMN assure.contact.contact_id IS 'key';
COMMENT ON COLUMN assure.contact.code IS 'the company''s own code';
COMMENT ON COLUMN assure.contact.party IS 'where the person is: branch, supplier, provider, insurer or other';
COMMENT ON COLUMN assure.contact.party_code IS 'its code; a name for insurer and other';
COMMENT ON COLUMN assure.contact.name IS 'name';
COMMENT ON COLUMN assure.contact.duty IS 'what the person is called about';
COMMENT ON COLUMN assure.contact.phone IS 'telephone';
COMMENT ON COLUMN assure.contact.email IS 'mail address';
COMMENT ON COLUMN assure.contact.region IS 'GB/T 2260 code of what the person looks after; NULL: all';
COMMENT ON COLUMN assure.contact.active_to IS 'last day; infinity: open';

-- ----- steps of an order -----

CREATE SEQUENCE assure.order_event_id_seq;
CREATE TABLE assure.order_event (
    account_id bigint NOT NULL,
    event_id bigint NOT NULL DEFAULT nextval('assure.order_event_id_seq'),
    order_id bigint NOT NULL,
    event text NOT NULL CHECK (event IN ('requested', 'accepted', 'scheduled', 'waiting', 'resumed', 'in_service', 'done', 'evaluated', 'cancelled', 'failed')),
    happened_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by text NOT NULL,
    actor_worker_id bigint,
    reason text CHECK (reason <> ''),
    supplier_id bigint,
    steward_id bigint,
    scheduled_for timestamptz,
    PRIMARY KEY (account_id, event_id),
    FOREIGN KEY (account_id, order_id) REFERENCES assure.service_order
);
CREATE INDEX order_event_order ON assure.order_event (account_id, order_id);
COMMENT ON TABLE assure.order_event IS 'The steps of service orders, append-only. Orders of before 0.2 have those since.';
COMMENT ON COLUMN assure.order_event.account_id IS 'the certificate';
COMMENT ON COLUMN assure.order_event.event_id IS 'key within it, in order';
COMMENT ON COLUMN assure.order_event.order_id IS 'the order';
COMMENT ON COLUMN assure.order_event.event IS 'the state that it came to; waiting and resumed: for the customer, and no longer';
COMMENT ON COLUMN assure.order_event.happened_at IS 'when it was so';
COMMENT ON COLUMN assure.order_event.recorded_at IS 'when it was recorded';
COMMENT ON COLUMN assure.order_event.recorded_by IS 'session user';
COMMENT ON COLUMN assure.order_event.actor_worker_id IS 'the worker behind that session; NULL: an application';
COMMENT ON COLUMN assure.order_event.reason IS 'why, for waiting, cancelled and failed';
COMMENT ON COLUMN assure.order_event.supplier_id IS 'accepted: the supplier';
COMMENT ON COLUMN assure.order_event.steward_id IS 'accepted and scheduled: the steward';
COMMENT ON COLUMN assure.order_event.scheduled_for IS 'scheduled: the appointment';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.order_event
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
ALTER TABLE assure.order_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.order_event FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.service_order o WHERE o.account_id = order_event.account_id AND o.order_id = order_event.order_id));

CREATE TABLE assure.service_evaluation (
    account_id bigint NOT NULL,
    order_id bigint NOT NULL,
    score smallint NOT NULL CHECK (score BETWEEN 1 AND 5),
    words text CHECK (words <> ''),
    evaluated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, order_id),
    FOREIGN KEY (account_id, order_id) REFERENCES assure.service_order
);
COMMENT ON TABLE assure.service_evaluation IS 'What the customer thought of the service, append-only.';
COMMENT ON COLUMN assure.service_evaluation.account_id IS 'the certificate';
COMMENT ON COLUMN assure.service_evaluation.order_id IS 'the order';
COMMENT ON COLUMN assure.service_evaluation.score IS '1 worst to 5 best';
COMMENT ON COLUMN assure.service_evaluation.words IS 'in the customer''s words';
COMMENT ON COLUMN assure.service_evaluation.evaluated_at IS 'when it was recorded';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.service_evaluation
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
ALTER TABLE assure.service_evaluation ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.service_evaluation FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.service_order o WHERE o.account_id = service_evaluation.account_id AND o.order_id = service_evaluation.order_id));

-- ----- what suppliers bill -----

CREATE SEQUENCE assure.statement_id_seq;
CREATE TABLE assure.service_statement (
    statement_id bigint PRIMARY KEY DEFAULT nextval('assure.statement_id_seq'),
    ref text NOT NULL UNIQUE CHECK (ref <> ''),
    supplier_id bigint NOT NULL REFERENCES assure.supplier,
    period_from date NOT NULL CHECK (isfinite(period_from)),
    period_to date NOT NULL CHECK (isfinite(period_to)),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'settled', 'withdrawn')),
    loaded_by text NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT now(),
    reconciled_at timestamptz,
    closed_by text,
    closed_at timestamptz,
    reason text CHECK (reason <> ''),
    CHECK (period_to >= period_from),
    CHECK ((state = 'open') = (closed_at IS NULL)),
    CHECK ((state = 'open') = (closed_by IS NULL)),
    CHECK ((state = 'withdrawn') = (reason IS NOT NULL))
);
CREATE INDEX service_statement_supplier ON assure.service_statement (supplier_id, period_from);
COMMENT ON TABLE assure.service_statement IS 'What a supplier bills for a period: open -> settled, when every row is matched; or withdrawn.';
COMMENT ON COLUMN assure.service_statement.statement_id IS 'key';
COMMENT ON COLUMN assure.service_statement.ref IS 'the statement''s number';
COMMENT ON COLUMN assure.service_statement.supplier_id IS 'the supplier';
COMMENT ON COLUMN assure.service_statement.period_from IS 'first day of service';
COMMENT ON COLUMN assure.service_statement.period_to IS 'last day of service';
COMMENT ON COLUMN assure.service_statement.state IS 'open, settled or withdrawn';
COMMENT ON COLUMN assure.service_statement.loaded_by IS 'session user who loaded it first';
COMMENT ON COLUMN assure.service_statement.loaded_at IS 'when';
COMMENT ON COLUMN assure.service_statement.reconciled_at IS 'when its rows were last matched; NULL: not since rows were loaded';
COMMENT ON COLUMN assure.service_statement.closed_by IS 'session user who settled or withdrew it';
COMMENT ON COLUMN assure.service_statement.closed_at IS 'when';
COMMENT ON COLUMN assure.service_statement.reason IS 'why it was withdrawn';

CREATE TABLE assure.service_statement_row (
    statement_id bigint NOT NULL REFERENCES assure.service_statement,
    row_no int NOT NULL CHECK (row_no >= 1),
    source jsonb NOT NULL,
    order_ref text,
    service_code text,
    served_on date,
    amount_fen bigint,
    problem text CHECK (problem <> ''),
    PRIMARY KEY (statement_id, row_no)
);
CREATE INDEX service_statement_row_order ON assure.service_statement_row ((source ->> 'order'));
COMMENT ON TABLE assure.service_statement_row IS 'Rows of statements as suppliers gave them, append-only.';
COMMENT ON COLUMN assure.service_statement_row.statement_id IS 'the statement';
COMMENT ON COLUMN assure.service_statement_row.row_no IS 'number of the row within it';
COMMENT ON COLUMN assure.service_statement_row.source IS 'the row as it was handed in';
COMMENT ON COLUMN assure.service_statement_row.order_ref IS 'the order that it names; NULL: none, or not to be read';
COMMENT ON COLUMN assure.service_statement_row.service_code IS 'the service that it names; NULL: none';
COMMENT ON COLUMN assure.service_statement_row.served_on IS 'the day that it names; NULL: none';
COMMENT ON COLUMN assure.service_statement_row.amount_fen IS 'what is billed, fen; NULL: not to be read';
COMMENT ON COLUMN assure.service_statement_row.problem IS 'what is wrong with the row itself; NULL: nothing';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.service_statement_row
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();

CREATE TABLE assure.service_statement_match (
    statement_id bigint NOT NULL REFERENCES assure.service_statement,
    match_no int NOT NULL CHECK (match_no >= 1),
    row_no int,
    order_id bigint,
    verdict text NOT NULL CHECK (verdict IN ('matched', 'amount_differs', 'missing_here', 'missing_there', 'twice', 'invalid')),
    reason text NOT NULL CHECK (reason <> ''),
    stated_fen bigint,
    agreed_fen bigint,
    PRIMARY KEY (statement_id, match_no),
    CHECK (verdict <> 'matched' OR (row_no IS NOT NULL AND order_id IS NOT NULL AND stated_fen = agreed_fen)),
    CHECK ((verdict = 'missing_there') = (row_no IS NULL))
);
COMMENT ON TABLE assure.service_statement_match IS 'What came of each row of a statement, and of each service that it should hold; made anew by each reconciliation until it is closed.';
COMMENT ON COLUMN assure.service_statement_match.statement_id IS 'the statement';
COMMENT ON COLUMN assure.service_statement_match.match_no IS 'number within it: first its rows in their order, then what they lack';
COMMENT ON COLUMN assure.service_statement_match.row_no IS 'the row; NULL: missing there';
COMMENT ON COLUMN assure.service_statement_match.order_id IS 'the order; NULL: none is known under that reference';
COMMENT ON COLUMN assure.service_statement_match.verdict IS 'matched, amount_differs, missing_here, missing_there, twice or invalid';
COMMENT ON COLUMN assure.service_statement_match.reason IS 'why, as a code';
COMMENT ON COLUMN assure.service_statement_match.stated_fen IS 'what is billed, fen';
COMMENT ON COLUMN assure.service_statement_match.agreed_fen IS 'price under the contract of the day of service, fen; NULL: none';

CREATE TABLE assure.service_settled (
    order_id bigint PRIMARY KEY,
    statement_id bigint NOT NULL REFERENCES assure.service_statement,
    row_no int NOT NULL,
    amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
    UNIQUE (statement_id, row_no)
);
COMMENT ON TABLE assure.service_settled IS 'Services that were settled with their supplier, append-only: each once.';
COMMENT ON COLUMN assure.service_settled.order_id IS 'the order';
COMMENT ON COLUMN assure.service_settled.statement_id IS 'the statement that it was settled with';
COMMENT ON COLUMN assure.service_settled.row_no IS 'its row there';
COMMENT ON COLUMN assure.service_settled.amount_fen IS 'what was settled, fen';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.service_settled
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();

-- ----- samples -----

CREATE SEQUENCE assure.service_sample_id_seq;
CREATE TABLE assure.service_sample (
    sample_id bigint PRIMARY KEY DEFAULT nextval('assure.service_sample_id_seq'),
    kind text NOT NULL CHECK (kind IN ('supplier', 'steward')),
    year int NOT NULL CHECK (year BETWEEN 1990 AND 2999),
    share numeric NOT NULL CHECK (share > 0 AND share <= 1),
    seed text NOT NULL CHECK (seed <> ''),
    active_count int NOT NULL CHECK (active_count >= 0),
    drawn_count int NOT NULL CHECK (drawn_count BETWEEN 0 AND active_count),
    drawn_by text NOT NULL,
    drawn_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX service_sample_year ON assure.service_sample (kind, year);
COMMENT ON TABLE assure.service_sample IS 'Draws of suppliers or stewards to be looked at, append-only; a later draw of the year adds what is missing to its share.';
COMMENT ON COLUMN assure.service_sample.sample_id IS 'key';
COMMENT ON COLUMN assure.service_sample.kind IS 'supplier or steward';
COMMENT ON COLUMN assure.service_sample.year IS 'the year that it counts for';
COMMENT ON COLUMN assure.service_sample.share IS 'share of those active that was asked for';
COMMENT ON COLUMN assure.service_sample.seed IS 'what the draw is repeated from';
COMMENT ON COLUMN assure.service_sample.active_count IS 'how many were active in the year when it was drawn';
COMMENT ON COLUMN assure.service_sample.drawn_count IS 'how many were drawn';
COMMENT ON COLUMN assure.service_sample.drawn_by IS 'session user';
COMMENT ON COLUMN assure.service_sample.drawn_at IS 'when';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.service_sample
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();

CREATE TABLE assure.service_sample_item (
    sample_id bigint NOT NULL REFERENCES assure.service_sample,
    rank int NOT NULL CHECK (rank >= 1),
    subject_id bigint NOT NULL,
    code text NOT NULL,
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    drawn boolean NOT NULL,
    PRIMARY KEY (sample_id, rank),
    UNIQUE (sample_id, subject_id)
);
COMMENT ON TABLE assure.service_sample_item IS 'Who was active and not drawn before, in the order of the draw, append-only; the first of them were drawn.';
COMMENT ON COLUMN assure.service_sample_item.sample_id IS 'the draw';
COMMENT ON COLUMN assure.service_sample_item.rank IS 'place in the order of the hashes';
COMMENT ON COLUMN assure.service_sample_item.subject_id IS 'key of the supplier or steward';
COMMENT ON COLUMN assure.service_sample_item.code IS 'its code at the time';
COMMENT ON COLUMN assure.service_sample_item.hash IS 'SHA-256 of seed, a colon and the code: what is ordered by';
COMMENT ON COLUMN assure.service_sample_item.drawn IS 'whether it was drawn';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.service_sample_item
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();

CREATE SEQUENCE assure.sample_finding_id_seq;
CREATE TABLE assure.sample_finding (
    finding_id bigint PRIMARY KEY DEFAULT nextval('assure.sample_finding_id_seq'),
    sample_id bigint NOT NULL,
    subject_id bigint NOT NULL,
    passed boolean NOT NULL,
    findings jsonb NOT NULL CHECK (jsonb_typeof(findings) = 'array'),
    found_on date NOT NULL,
    recorded_by text NOT NULL,
    actor_worker_id bigint,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (sample_id, subject_id) REFERENCES assure.service_sample_item (sample_id, subject_id)
);
CREATE INDEX sample_finding_item ON assure.sample_finding (sample_id, subject_id);
COMMENT ON TABLE assure.sample_finding IS 'What was found of who was drawn, append-only; of several the latest counts.';
COMMENT ON COLUMN assure.sample_finding.finding_id IS 'key, in order';
COMMENT ON COLUMN assure.sample_finding.sample_id IS 'the draw';
COMMENT ON COLUMN assure.sample_finding.subject_id IS 'the supplier or steward';
COMMENT ON COLUMN assure.sample_finding.passed IS 'whether all was in order';
COMMENT ON COLUMN assure.sample_finding.findings IS 'list of {code, words}';
COMMENT ON COLUMN assure.sample_finding.found_on IS 'day of the check';
COMMENT ON COLUMN assure.sample_finding.recorded_by IS 'session user';
COMMENT ON COLUMN assure.sample_finding.actor_worker_id IS 'the worker behind that session; NULL: an application';
COMMENT ON COLUMN assure.sample_finding.recorded_at IS 'when it was recorded';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.sample_finding
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();

-- ----- targets -----

CREATE SEQUENCE assure.coverage_target_id_seq;
CREATE TABLE assure.coverage_target (
    coverage_target_id bigint PRIMARY KEY DEFAULT nextval('assure.coverage_target_id_seq'),
    code text NOT NULL CHECK (code <> ''),
    year int NOT NULL CHECK (year BETWEEN 1990 AND 2999),
    measure text NOT NULL CHECK (measure IN ('provinces_served', 'served_share', 'served_growth', 'branch_place_share', 'network_share', 'access_days_change', 'supplier_sample_share', 'steward_sample_share')),
    comparison text NOT NULL CHECK (comparison IN ('>=', '>', '<=', '<')),
    goal numeric NOT NULL,
    service_kind text,
    universe int CHECK (universe IN (293, 297, 333, 337, 342)),
    note text CHECK (note <> ''),
    UNIQUE (code, year),
    CHECK ((measure IN ('branch_place_share', 'network_share')) = (service_kind IS NOT NULL AND universe IS NOT NULL))
);
COMMENT ON TABLE assure.coverage_target IS 'What is to be reached in a year; assure_bi.coverage_target holds it against the fact.';
COMMENT ON COLUMN assure.coverage_target.coverage_target_id IS 'key';
COMMENT ON COLUMN assure.coverage_target.code IS 'name of the target';
COMMENT ON COLUMN assure.coverage_target.year IS 'the year';
COMMENT ON COLUMN assure.coverage_target.measure IS 'provinces_served, served_share, served_growth, branch_place_share, network_share, access_days_change, supplier_sample_share or steward_sample_share';
COMMENT ON COLUMN assure.coverage_target.comparison IS 'how the fact has to stand to the goal: >=, >, <= or <';
COMMENT ON COLUMN assure.coverage_target.goal IS 'the goal: a number of provinces, a share, or working days';
COMMENT ON COLUMN assure.coverage_target.service_kind IS 'branch_place_share and network_share: kind of service';
COMMENT ON COLUMN assure.coverage_target.universe IS 'branch_place_share and network_share: the prefectures that are counted, as assure.prefectures() takes it';
COMMENT ON COLUMN assure.coverage_target.note IS 'why';
