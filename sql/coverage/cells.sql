-- Where customers live, the numbers of people, and the sets of people that
-- coverage is counted from.
--
-- A set says who: served in a span of months at a place, or insured there.  What
-- happened since is no column of it: service_event above the watermark, and the
-- people in coverage_recheck, are read with it in one snapshot.

-- Where customers live.

CREATE SEQUENCE assure.customer_location_id_seq;
CREATE TABLE assure.customer_location (
    account_id bigint NOT NULL,
    location_id bigint NOT NULL DEFAULT nextval('assure.customer_location_id_seq'),
    member_id bigint NOT NULL,
    basis text NOT NULL CHECK (basis IN ('residence', 'contract', 'branch', 'resident_id')),
    region assure.region NOT NULL,
    valid_from date NOT NULL CHECK (isfinite(valid_from)),
    valid_to date CHECK (valid_to >= valid_from AND isfinite(valid_to)),
    source text NOT NULL CHECK (source <> ''),
    audit_id bigint NOT NULL,
    PRIMARY KEY (account_id, location_id),
    FOREIGN KEY (account_id, member_id) REFERENCES assure.member
);
CREATE INDEX customer_location_member ON assure.customer_location (account_id, member_id);
COMMENT ON TABLE assure.customer_location IS 'Where a customer lives, append-only: of the rows of a basis that hold on a day the last one counts; without one residence is assure.member.region, contract is assure.policy_location, branch is its seat, resident_id what the number begins with.';
COMMENT ON COLUMN assure.customer_location.account_id IS 'the certificate';
COMMENT ON COLUMN assure.customer_location.location_id IS 'key within it, in order';
COMMENT ON COLUMN assure.customer_location.member_id IS 'the customer';
COMMENT ON COLUMN assure.customer_location.basis IS 'residence: stated residence; contract: place of the group contract; branch; resident_id';
COMMENT ON COLUMN assure.customer_location.region IS 'GB/T 2260 code';
COMMENT ON COLUMN assure.customer_location.valid_from IS 'first day';
COMMENT ON COLUMN assure.customer_location.valid_to IS 'last day; NULL: open';
COMMENT ON COLUMN assure.customer_location.source IS 'who says so';
COMMENT ON COLUMN assure.customer_location.audit_id IS 'the audit row: who, when and how';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.customer_location
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
ALTER TABLE assure.customer_location ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.customer_location FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.account a WHERE a.account_id = customer_location.account_id));

CREATE SEQUENCE assure.policy_location_id_seq;
CREATE TABLE assure.policy_location (
    location_id bigint PRIMARY KEY DEFAULT nextval('assure.policy_location_id_seq'),
    policy_id bigint NOT NULL REFERENCES assure.policy,
    region assure.region NOT NULL,
    valid_from date NOT NULL CHECK (isfinite(valid_from)),
    valid_to date CHECK (valid_to >= valid_from AND isfinite(valid_to)),
    source text NOT NULL CHECK (source <> ''),
    audit_id bigint NOT NULL
);
CREATE INDEX policy_location_policy_id ON assure.policy_location (policy_id);
COMMENT ON TABLE assure.policy_location IS 'The place of a group contract, append-only: of the rows that hold on a day the last one counts.';
COMMENT ON COLUMN assure.policy_location.location_id IS 'key, in order';
COMMENT ON COLUMN assure.policy_location.policy_id IS 'the policy';
COMMENT ON COLUMN assure.policy_location.region IS 'GB/T 2260 code';
COMMENT ON COLUMN assure.policy_location.valid_from IS 'first day';
COMMENT ON COLUMN assure.policy_location.valid_to IS 'last day; NULL: open';
COMMENT ON COLUMN assure.policy_location.source IS 'who says so';
COMMENT ON COLUMN assure.policy_location.audit_id IS 'the audit row: who, when and how';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.policy_location
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
ALTER TABLE assure.policy_location ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.policy_location FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.policy p WHERE p.policy_id = policy_location.policy_id));

CREATE VIEW assure_internal.kept_region AS
    SELECT DISTINCT d.code FROM assure.division d
    WHERE NOT EXISTS (SELECT FROM assure.division c WHERE c.code OPERATOR(assure.=) d.code AND c.in_force)
        AND (NOT EXISTS (SELECT FROM assure.division p WHERE p.code OPERATOR(assure.=) d.prefecture AND p.in_force)
            OR EXISTS (SELECT FROM unnest(d.successors) s (code) WHERE assure.prefecture(s.code) OPERATOR(assure.<>) d.prefecture));
COMMENT ON VIEW assure_internal.kept_region IS 'Codes of former times that went to another prefecture, or nobody knows where: sets of people are kept for them as they are, all others count in their prefecture.';
COMMENT ON COLUMN assure_internal.kept_region.code IS 'GB/T 2260 code';

-- Numbers of people: a block of 65,536 is one container of a set.

CREATE TABLE assure_internal.number_block (
    block_no int PRIMARY KEY CHECK (block_no BETWEEN 0 AND 24575),
    region assure.region NOT NULL,
    used int NOT NULL CHECK (used BETWEEN 0 AND 65536)
) WITH (fillfactor = 50);
CREATE INDEX number_block_region ON assure_internal.number_block (region, block_no);
COMMENT ON TABLE assure_internal.number_block IS 'Blocks of person numbers by prefecture; a session takes from one that no other has in hand, or opens the next.';
COMMENT ON COLUMN assure_internal.number_block.block_no IS 'key: the numbers from 65536 * block_no';
COMMENT ON COLUMN assure_internal.number_block.region IS 'the prefecture where who gets them lives when first enrolled';
COMMENT ON COLUMN assure_internal.number_block.used IS 'so many of them are dealt out';
INSERT INTO assure_internal.number_block (block_no, region, used)
    SELECT person_no / 65536, assure.min(coalesce(assure.prefecture(region::assure.region), region::assure.region)), max(person_no % 65536) + 1
    FROM assure.member WHERE person_no < 1610612736 GROUP BY 1;
CREATE SEQUENCE assure_internal.number_block_seq AS int MINVALUE 0 MAXVALUE 24575 START 0;
SELECT setval('assure_internal.number_block_seq', max(block_no)) FROM assure_internal.number_block HAVING max(block_no) IS NOT NULL;

-- Sets of people.

CREATE TABLE assure_internal.served_cell (
    place text COLLATE "C" NOT NULL CHECK (place IN ('customer', 'branch')),
    span text COLLATE "C" NOT NULL CHECK (span IN ('month', 'year')),
    starts_on date NOT NULL,
    service_id bigint NOT NULL,
    insurer text COLLATE "C" NOT NULL,
    region assure.region NOT NULL,
    members assure.memberset NOT NULL,
    PRIMARY KEY (starts_on, service_id, span, place, insurer, region)
) WITH (fillfactor = 80);
COMMENT ON TABLE assure_internal.served_cell IS 'Who was served, by span of time, service and insurer, and by prefecture of the customer or by province of the branch.';
COMMENT ON COLUMN assure_internal.served_cell.place IS 'customer: region is a prefecture; branch: a province';
COMMENT ON COLUMN assure_internal.served_cell.span IS 'month or year';
COMMENT ON COLUMN assure_internal.served_cell.starts_on IS 'its first day';
COMMENT ON COLUMN assure_internal.served_cell.service_id IS 'the service';
COMMENT ON COLUMN assure_internal.served_cell.insurer IS 'the insurer of the group';
COMMENT ON COLUMN assure_internal.served_cell.region IS 'where the customer lived when served, of a code in assure_internal.kept_region that code; or province of the branch that insures';
COMMENT ON COLUMN assure_internal.served_cell.members IS 'person numbers';

CREATE TABLE assure_internal.served_total (
    place text COLLATE "C" NOT NULL CHECK (place IN ('customer', 'branch')),
    span text COLLATE "C" NOT NULL CHECK (span IN ('month', 'quarter', 'year')),
    starts_on date NOT NULL,
    insurer text COLLATE "C" NOT NULL,
    region assure.region NOT NULL,
    members assure.memberset NOT NULL,
    PRIMARY KEY (starts_on, span, place, insurer, region)
) WITH (fillfactor = 80);
COMMENT ON TABLE assure_internal.served_total IS 'Who was served, over all services: by prefecture of the customer, or by province of the branch.';
COMMENT ON COLUMN assure_internal.served_total.place IS 'customer: region is a prefecture; branch: a province';
COMMENT ON COLUMN assure_internal.served_total.span IS 'month, quarter or year';
COMMENT ON COLUMN assure_internal.served_total.starts_on IS 'its first day';
COMMENT ON COLUMN assure_internal.served_total.insurer IS 'the insurer of the group; empty: all together';
COMMENT ON COLUMN assure_internal.served_total.region IS 'the place, its code of the time';
COMMENT ON COLUMN assure_internal.served_total.members IS 'person numbers';

CREATE TABLE assure_internal.insured_total (
    place text COLLATE "C" NOT NULL CHECK (place IN ('customer', 'branch')),
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('start', 'joined', 'left', 'any')),
    span text COLLATE "C" NOT NULL CHECK (span IN ('month', 'quarter', 'year')),
    starts_on date NOT NULL,
    insurer text COLLATE "C" NOT NULL,
    region assure.region NOT NULL,
    members assure.memberset NOT NULL,
    PRIMARY KEY (starts_on, span, place, kind, insurer, region),
    CHECK (kind = 'joined' OR (kind = 'any') = (span <> 'month'))
) WITH (fillfactor = 80);
COMMENT ON TABLE assure_internal.insured_total IS 'Who is insured: at the start of a month, and who joined in a span; whoever is insured on any day of a period was so at its start, or joined. Who of these is not insured there on the last day of a month any more, has left.';
COMMENT ON COLUMN assure_internal.insured_total.place IS 'customer: region is a prefecture; branch: a province';
COMMENT ON COLUMN assure_internal.insured_total.kind IS 'start: on the first day; joined: since a day of the span, or moved there; left: of both, not on the last day; any: of a quarter or year, on any of its days';
COMMENT ON COLUMN assure_internal.insured_total.span IS 'month, quarter or year';
COMMENT ON COLUMN assure_internal.insured_total.starts_on IS 'its first day';
COMMENT ON COLUMN assure_internal.insured_total.insurer IS 'the insurer of the group; empty: all together';
COMMENT ON COLUMN assure_internal.insured_total.region IS 'the place, its code of the time';
COMMENT ON COLUMN assure_internal.insured_total.members IS 'person numbers';

CREATE TABLE assure_internal.coverage_state (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    watermark bigint NOT NULL DEFAULT 0,
    insured_from date NOT NULL DEFAULT '2000-01-01',
    insured_to date NOT NULL DEFAULT '2000-01-01',
    refreshed_at timestamptz,
    CHECK (insured_to >= insured_from)
) WITH (fillfactor = 50);
COMMENT ON TABLE assure_internal.coverage_state IS 'How far the sets are: one row, changed with them in one transaction.';
COMMENT ON COLUMN assure_internal.coverage_state.only_row IS 'always true: there is one row';
COMMENT ON COLUMN assure_internal.coverage_state.watermark IS 'events up to this key are in the sets of the served; those above are read beside them';
COMMENT ON COLUMN assure_internal.coverage_state.insured_from IS 'the first month that the sets of the insured have';
COMMENT ON COLUMN assure_internal.coverage_state.insured_to IS 'the first month after the last that they have';
COMMENT ON COLUMN assure_internal.coverage_state.refreshed_at IS 'when the sets were last brought up';
INSERT INTO assure_internal.coverage_state DEFAULT VALUES;

CREATE SEQUENCE assure_internal.coverage_recheck_id_seq;
CREATE TABLE assure_internal.coverage_recheck (
    recheck_id bigint PRIMARY KEY DEFAULT nextval('assure_internal.coverage_recheck_id_seq'),
    kind text NOT NULL CHECK (kind IN ('served', 'insured')),
    person_no int NOT NULL
);
COMMENT ON TABLE assure_internal.coverage_recheck IS 'People of whom the sets do not say the truth: they are counted from events or enrollments until the sets are brought up.';
COMMENT ON COLUMN assure_internal.coverage_recheck.recheck_id IS 'key, in order';
COMMENT ON COLUMN assure_internal.coverage_recheck.kind IS 'served: a service was withdrawn or stated anew; insured: enrollment, policy or location changed';
COMMENT ON COLUMN assure_internal.coverage_recheck.person_no IS 'number of the person';

-- Reports as they were.

CREATE SEQUENCE assure.coverage_report_id_seq;
CREATE TABLE assure.coverage_report (
    report_id bigint PRIMARY KEY DEFAULT nextval('assure.coverage_report_id_seq'),
    name text NOT NULL UNIQUE CHECK (name <> ''),
    period daterange NOT NULL,
    by text NOT NULL,
    place text NOT NULL,
    services text[],
    insurers text[],
    basis text NOT NULL,
    location text[] NOT NULL,
    universe int CHECK ((universe IS NOT NULL) = (by = 'prefecture')),
    note text CHECK (note <> ''),
    frozen_at timestamptz NOT NULL DEFAULT now(),
    frozen_by text NOT NULL,
    seen pg_snapshot NOT NULL,
    audit_id bigint NOT NULL
);
COMMENT ON TABLE assure.coverage_report IS 'Reports of coverage as they were, append-only; what was asked for.';
COMMENT ON COLUMN assure.coverage_report.report_id IS 'key';
COMMENT ON COLUMN assure.coverage_report.name IS 'its name, once';
COMMENT ON COLUMN assure.coverage_report.period IS 'whole months, without the day that it ends with';
COMMENT ON COLUMN assure.coverage_report.by IS 'all, province, prefecture, insurer or service';
COMMENT ON COLUMN assure.coverage_report.place IS 'customer or branch';
COMMENT ON COLUMN assure.coverage_report.services IS 'only these; NULL: all';
COMMENT ON COLUMN assure.coverage_report.insurers IS 'only these; NULL: all';
COMMENT ON COLUMN assure.coverage_report.basis IS 'any_day or last_day';
COMMENT ON COLUMN assure.coverage_report.location IS 'bases of the customer''s location, in order';
COMMENT ON COLUMN assure.coverage_report.universe IS 'by prefecture: which are counted, as assure.prefectures() takes it';
COMMENT ON COLUMN assure.coverage_report.note IS 'what it was for';
COMMENT ON COLUMN assure.coverage_report.frozen_at IS 'when it was counted';
COMMENT ON COLUMN assure.coverage_report.frozen_by IS 'session user';
COMMENT ON COLUMN assure.coverage_report.seen IS 'the transactions that it has seen: what was committed before';
COMMENT ON COLUMN assure.coverage_report.audit_id IS 'the audit row: who, when and how';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.coverage_report
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();

CREATE TABLE assure.coverage_report_row (
    report_id bigint NOT NULL REFERENCES assure.coverage_report,
    row_no int NOT NULL CHECK (row_no >= 1),
    region assure.region,
    code text,
    name text,
    insured bigint NOT NULL CHECK (insured >= 0),
    served bigint NOT NULL CHECK (served BETWEEN 0 AND insured),
    rate numeric,
    outside bigint NOT NULL CHECK (outside >= 0),
    PRIMARY KEY (report_id, row_no)
);
COMMENT ON TABLE assure.coverage_report_row IS 'Figures of reports of coverage as they were, append-only.';
COMMENT ON COLUMN assure.coverage_report_row.report_id IS 'the report';
COMMENT ON COLUMN assure.coverage_report_row.row_no IS 'number of the row within it';
COMMENT ON COLUMN assure.coverage_report_row.region IS 'the region, where it is about one';
COMMENT ON COLUMN assure.coverage_report_row.code IS 'code of what it is about; NULL: all together';
COMMENT ON COLUMN assure.coverage_report_row.name IS 'its name then';
COMMENT ON COLUMN assure.coverage_report_row.insured IS 'distinct customers insured';
COMMENT ON COLUMN assure.coverage_report_row.served IS 'of these, served';
COMMENT ON COLUMN assure.coverage_report_row.rate IS 'served out of insured; NULL: nobody was insured';
COMMENT ON COLUMN assure.coverage_report_row.outside IS 'served without being insured there';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.coverage_report_row
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();

-- What changes who is insured beside enrollment.
CREATE TRIGGER coverage_noted AFTER UPDATE OF branch_id, insurer, starts_on, ends_on ON assure.policy FOR EACH ROW
    EXECUTE FUNCTION assure.coverage_noted();
CREATE TRIGGER coverage_noted AFTER UPDATE ON assure.branch FOR EACH ROW
    WHEN (old.region IS DISTINCT FROM new.region) EXECUTE FUNCTION assure.coverage_noted();
CREATE TRIGGER coverage_noted AFTER INSERT OR UPDATE OR DELETE ON assure.region_local FOR EACH STATEMENT
    EXECUTE FUNCTION assure.coverage_noted();
CREATE TRIGGER invalidate AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON assure.region_local
    FOR EACH STATEMENT EXECUTE FUNCTION assure.invalidate();
ALTER TABLE assure.region_local ENABLE ALWAYS TRIGGER invalidate;
