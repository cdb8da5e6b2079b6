-- For BI: orders, their times, suppliers and what they bill, samples, the network,
-- targets.  People are masked, the words of customers are not shown.

CREATE VIEW assure_bi.service_order WITH (security_barrier) AS
    SELECT o.account_id, o.order_id, o.ref, v.code AS service, v.kind, o.insurer, b.code AS branch, left(b.region, 2) || '0000' AS province,
        left(o.customer_region, 2) || '0000' AS customer_province, assure_bi.mask_name(m.name) AS customer, s.code AS supplier, w.code AS steward, o.state,
        o.waiting_since, o.requested_at, coalesce(o.state_at, o.finished_at, o.requested_at) AS state_at, o.scheduled_for, o.started_at, o.finished_at,
        c.target_at, coalesce(c.state = 'running' AND c.target_at < now(), false) AS overdue, e.score
    FROM assure.service_order o JOIN assure.service v USING (service_id) JOIN assure.branch b USING (branch_id)
    JOIN assure.member m ON m.account_id = o.account_id AND m.member_id = o.member_id
    LEFT JOIN assure.supplier s USING (supplier_id) LEFT JOIN assure.steward w USING (steward_id)
    LEFT JOIN assure.clock c ON c.subject_kind = 'service_order' AND c.subject_id = o.order_id AND c.state <> 'stopped'
    LEFT JOIN assure.service_evaluation e ON e.account_id = o.account_id AND e.order_id = o.order_id;
COMMENT ON VIEW assure_bi.service_order IS 'Where each service order stands.';
COMMENT ON COLUMN assure_bi.service_order.account_id IS 'certificate';
COMMENT ON COLUMN assure_bi.service_order.order_id IS 'order';
COMMENT ON COLUMN assure_bi.service_order.ref IS 'the caller''s key';
COMMENT ON COLUMN assure_bi.service_order.service IS 'code of the service';
COMMENT ON COLUMN assure_bi.service_order.kind IS 'kind of the service';
COMMENT ON COLUMN assure_bi.service_order.insurer IS 'insurer of the group';
COMMENT ON COLUMN assure_bi.service_order.branch IS 'branch that insures';
COMMENT ON COLUMN assure_bi.service_order.province IS 'province of that branch';
COMMENT ON COLUMN assure_bi.service_order.customer_province IS 'province where the customer lived';
COMMENT ON COLUMN assure_bi.service_order.customer IS 'masked name';
COMMENT ON COLUMN assure_bi.service_order.supplier IS 'code of the supplier';
COMMENT ON COLUMN assure_bi.service_order.steward IS 'code of the steward';
COMMENT ON COLUMN assure_bi.service_order.state IS 'requested, accepted, scheduled, in_service, done, evaluated, cancelled or failed';
COMMENT ON COLUMN assure_bi.service_order.waiting_since IS 'since when it waits for the customer';
COMMENT ON COLUMN assure_bi.service_order.requested_at IS 'when it was asked for';
COMMENT ON COLUMN assure_bi.service_order.state_at IS 'when its last step was';
COMMENT ON COLUMN assure_bi.service_order.scheduled_for IS 'the appointment';
COMMENT ON COLUMN assure_bi.service_order.started_at IS 'when the service began';
COMMENT ON COLUMN assure_bi.service_order.finished_at IS 'when it was done';
COMMENT ON COLUMN assure_bi.service_order.target_at IS 'when it should be done; empty: no deadline, or its clock has stopped';
COMMENT ON COLUMN assure_bi.service_order.overdue IS 'not done and past that';
COMMENT ON COLUMN assure_bi.service_order.score IS 'what the customer gave it, 1 to 5';

-- Working days are counted by dates, in the company's time zone: the working days
-- after the first day, up to the last one.  A day works as assure.holiday says, else
-- by the week; so years without holidays have figures, too.  How many there were up
-- to each day is one array, so that a day is looked up without a join.
CREATE VIEW assure_bi.service_time WITH (security_barrier) AS
    WITH span AS (SELECT min(requested_at)::date - 1 AS first, greatest(max(requested_at), max(finished_at), max(started_at), max(state_at))::date + 1 AS last
        FROM assure.service_order),
    calendar AS MATERIALIZED (SELECT i.time_zone, c.day_before, c.n FROM assure_internal.installation i CROSS JOIN
        (SELECT min(x.day) - 1 AS day_before, array_agg(x.n ORDER BY x.day) AS n
            FROM (SELECT d::date AS day, (sum(CASE WHEN coalesce(h.kind = 'makeup_workday', extract(isodow FROM d) < 6) THEN 1 ELSE 0 END) OVER (ORDER BY d))::int AS n
                FROM span CROSS JOIN LATERAL generate_series(span.first::timestamp, span.last::timestamp, interval '1 day') d
                LEFT JOIN assure.holiday h ON h.day = d::date) x) c),
    waiting AS (SELECT e.account_id, e.order_id, sum(c.n[(u.until AT TIME ZONE c.time_zone)::date - c.day_before]
            - c.n[(e.happened_at AT TIME ZONE c.time_zone)::date - c.day_before])::int AS days
        FROM calendar c CROSS JOIN assure.order_event e CROSS JOIN LATERAL (SELECT x.happened_at FROM assure.order_event x
            WHERE x.account_id = e.account_id AND x.order_id = e.order_id AND x.event_id > e.event_id ORDER BY x.event_id LIMIT 1) u (until)
        JOIN assure.service_order o ON o.account_id = e.account_id AND o.order_id = e.order_id
        WHERE e.event = 'waiting' AND u.until <= coalesce(o.started_at, o.finished_at) GROUP BY e.account_id, e.order_id),
    step AS (SELECT account_id, order_id, min(happened_at) FILTER (WHERE event = 'accepted') AS accepted_at, min(happened_at) FILTER (WHERE event = 'scheduled') AS scheduled_at
        FROM assure.order_event WHERE event IN ('accepted', 'scheduled') GROUP BY account_id, order_id)
    SELECT o.account_id, o.order_id, v.code AS service, v.kind, o.insurer, br.code AS branch, left(br.region, 2) || '0000' AS province, s.code AS supplier,
        extract(year FROM coalesce(o.started_at, o.finished_at) AT TIME ZONE c.time_zone)::int AS year,
        k.accept_days, k.schedule_days, k.access_days, k.waited_days, k.finish_days,
        CASE WHEN x.standard ?| '{accept_days,schedule_days,start_days,finish_days}' THEN
            coalesce(k.accept_days <= (x.standard ->> 'accept_days')::int, true) AND coalesce(k.schedule_days <= (x.standard ->> 'schedule_days')::int, true)
            AND coalesce(k.access_days <= (x.standard ->> 'start_days')::int, true) AND coalesce(k.finish_days <= (x.standard ->> 'finish_days')::int, true) END AS in_standard
    FROM assure.service_order o CROSS JOIN calendar c JOIN assure.service v USING (service_id) JOIN assure.branch br USING (branch_id)
    LEFT JOIN step e ON e.account_id = o.account_id AND e.order_id = o.order_id
    LEFT JOIN waiting w ON w.account_id = o.account_id AND w.order_id = o.order_id
    LEFT JOIN assure.supplier s USING (supplier_id) LEFT JOIN assure.service_version x USING (service_version_id)
    CROSS JOIN LATERAL (SELECT c.n[(o.requested_at AT TIME ZONE c.time_zone)::date - c.day_before] AS requested OFFSET 0) r
    CROSS JOIN LATERAL (SELECT c.n[(e.accepted_at AT TIME ZONE c.time_zone)::date - c.day_before] - r.requested AS accept_days,
        c.n[(e.scheduled_at AT TIME ZONE c.time_zone)::date - c.day_before] - r.requested AS schedule_days,
        c.n[(coalesce(o.started_at, o.finished_at) AT TIME ZONE c.time_zone)::date - c.day_before] - r.requested - coalesce(w.days, 0) AS access_days,
        coalesce(w.days, 0) AS waited_days,
        c.n[(o.finished_at AT TIME ZONE c.time_zone)::date - c.day_before] - r.requested - coalesce(w.days, 0) AS finish_days OFFSET 0) k
    WHERE o.state IN ('in_service', 'done', 'evaluated');
COMMENT ON VIEW assure_bi.service_time IS 'How long each service took that began, in working days from the request; what waited for the customer does not count.';
COMMENT ON COLUMN assure_bi.service_time.account_id IS 'certificate';
COMMENT ON COLUMN assure_bi.service_time.order_id IS 'order';
COMMENT ON COLUMN assure_bi.service_time.service IS 'code of the service';
COMMENT ON COLUMN assure_bi.service_time.kind IS 'kind of the service';
COMMENT ON COLUMN assure_bi.service_time.insurer IS 'insurer of the group';
COMMENT ON COLUMN assure_bi.service_time.branch IS 'branch that insures';
COMMENT ON COLUMN assure_bi.service_time.province IS 'province of that branch';
COMMENT ON COLUMN assure_bi.service_time.supplier IS 'code of the supplier';
COMMENT ON COLUMN assure_bi.service_time.year IS 'year in which the service began';
COMMENT ON COLUMN assure_bi.service_time.accept_days IS 'until it was accepted, waiting included; empty: that was not recorded';
COMMENT ON COLUMN assure_bi.service_time.schedule_days IS 'until it was first scheduled, waiting included; empty: it was not';
COMMENT ON COLUMN assure_bi.service_time.access_days IS 'until the service began, or was done where its begin was not recorded';
COMMENT ON COLUMN assure_bi.service_time.waited_days IS 'what waited for the customer before';
COMMENT ON COLUMN assure_bi.service_time.finish_days IS 'until it was done; empty: it is not yet';
COMMENT ON COLUMN assure_bi.service_time.in_standard IS 'whether all that is known kept to the standard of its day; empty: there is none';

CREATE VIEW assure_bi.service_timeliness WITH (security_barrier) AS
    WITH y AS (SELECT service, kind, year, count(*) AS orders, round(avg(access_days), 2) AS access_days, round(avg(finish_days), 2) AS finish_days,
            round(count(*) FILTER (WHERE in_standard)::numeric / nullif(count(in_standard), 0), 4) AS in_standard
        FROM assure_bi.service_time GROUP BY service, kind, year)
    SELECT y.service, y.kind, y.year, y.orders, y.access_days, y.finish_days, b.access_days AS access_days_before,
        y.access_days - b.access_days AS access_days_change, y.in_standard
    FROM y LEFT JOIN y b ON b.service = y.service AND b.year = y.year - 1;
COMMENT ON VIEW assure_bi.service_timeliness IS 'Mean time of access by service, year against year.';
COMMENT ON COLUMN assure_bi.service_timeliness.service IS 'code of the service';
COMMENT ON COLUMN assure_bi.service_timeliness.kind IS 'kind of the service';
COMMENT ON COLUMN assure_bi.service_timeliness.year IS 'year in which the services began';
COMMENT ON COLUMN assure_bi.service_timeliness.orders IS 'how many';
COMMENT ON COLUMN assure_bi.service_timeliness.access_days IS 'mean working days until the service began';
COMMENT ON COLUMN assure_bi.service_timeliness.finish_days IS 'mean working days until it was done';
COMMENT ON COLUMN assure_bi.service_timeliness.access_days_before IS 'access_days of the year before';
COMMENT ON COLUMN assure_bi.service_timeliness.access_days_change IS 'the difference; below 0: it has become quicker';
COMMENT ON COLUMN assure_bi.service_timeliness.in_standard IS 'share that kept to the standard, of those that have one';

CREATE VIEW assure_bi.service_evaluation WITH (security_barrier) AS
    SELECT v.code AS service, v.kind, s.code AS supplier, extract(year FROM o.finished_at AT TIME ZONE i.time_zone)::int AS year, count(*) AS done, count(e.score) AS evaluated,
        round(count(e.score)::numeric / count(*), 4) AS share, round(avg(e.score), 2) AS score, count(*) FILTER (WHERE e.score <= 2) AS low, count(e.words) AS with_words
    FROM assure_internal.installation i CROSS JOIN assure.service_order o JOIN assure.service v USING (service_id) LEFT JOIN assure.supplier s USING (supplier_id)
    LEFT JOIN assure.service_evaluation e ON e.account_id = o.account_id AND e.order_id = o.order_id
    WHERE o.state IN ('done', 'evaluated') GROUP BY v.code, v.kind, s.code, extract(year FROM o.finished_at AT TIME ZONE i.time_zone);
COMMENT ON VIEW assure_bi.service_evaluation IS 'What customers thought of services, by service, supplier and year.';
COMMENT ON COLUMN assure_bi.service_evaluation.service IS 'code of the service';
COMMENT ON COLUMN assure_bi.service_evaluation.kind IS 'kind of the service';
COMMENT ON COLUMN assure_bi.service_evaluation.supplier IS 'code of the supplier; empty: none';
COMMENT ON COLUMN assure_bi.service_evaluation.year IS 'year in which the services were done';
COMMENT ON COLUMN assure_bi.service_evaluation.done IS 'services done';
COMMENT ON COLUMN assure_bi.service_evaluation.evaluated IS 'of these, evaluated';
COMMENT ON COLUMN assure_bi.service_evaluation.share IS 'evaluated out of done';
COMMENT ON COLUMN assure_bi.service_evaluation.score IS 'mean score, 1 to 5';
COMMENT ON COLUMN assure_bi.service_evaluation.low IS 'scores of 1 and 2';
COMMENT ON COLUMN assure_bi.service_evaluation.with_words IS 'evaluations with words';

CREATE VIEW assure_bi.supplier WITH (security_barrier) AS
    SELECT s.code AS supplier, s.name, p.code AS place, p.name AS place_name, assure.province(p.region)::text AS province, assure.prefecture(p.region)::text AS prefecture,
        p.open_from, p.open_to, (SELECT array_agg(v.code ORDER BY v.code) FROM assure.supplier_offer o JOIN assure.service v USING (service_id)
            WHERE o.supplier_place_id = p.supplier_place_id) AS services,
        (SELECT max(c.valid_to) FROM assure.supplier_contract c WHERE c.supplier_id = s.supplier_id AND c.valid_to >= c.valid_from) AS contract_to
    FROM assure.supplier s LEFT JOIN assure.supplier_place p USING (supplier_id);
COMMENT ON VIEW assure_bi.supplier IS 'Suppliers and their places.';
COMMENT ON COLUMN assure_bi.supplier.supplier IS 'code of the supplier';
COMMENT ON COLUMN assure_bi.supplier.name IS 'its name';
COMMENT ON COLUMN assure_bi.supplier.place IS 'code of the place; empty: it has none';
COMMENT ON COLUMN assure_bi.supplier.place_name IS 'name of the place';
COMMENT ON COLUMN assure_bi.supplier.province IS 'province of the place';
COMMENT ON COLUMN assure_bi.supplier.prefecture IS 'prefecture of the place; empty: it is for all of the province';
COMMENT ON COLUMN assure_bi.supplier.open_from IS 'first day of the place';
COMMENT ON COLUMN assure_bi.supplier.open_to IS 'its last day; infinity: open';
COMMENT ON COLUMN assure_bi.supplier.services IS 'codes of what the place offers';
COMMENT ON COLUMN assure_bi.supplier.contract_to IS 'last day of the supplier''s contracts; empty: it has none';

CREATE VIEW assure_bi.contact WITH (security_barrier) AS
    SELECT c.code, c.party, c.party_code, assure_bi.mask_name(c.name) AS name, c.duty, assure_bi.mask_middle(c.phone, 3, 4) AS phone, assure_bi.mask_middle(c.email, 1, 0) AS email,
        c.region::text AS region, c.active_to
    FROM assure.contact c
    UNION ALL
    SELECT s.code AS code, CASE WHEN s.worker_id IS NOT NULL THEN 'worker' WHEN s.supplier_id IS NOT NULL THEN 'supplier' ELSE 'steward' END AS party,
        coalesce(w.code, p.code) AS party_code, assure_bi.mask_name(s.name) AS name, 'steward'::text AS duty, assure_bi.mask_middle(s.phone, 3, 4) AS phone, NULL::text AS email,
        NULL::text AS region, s.active_to AS active_to
    FROM assure.steward s LEFT JOIN assure.worker w USING (worker_id) LEFT JOIN assure.supplier p ON p.supplier_id = s.supplier_id;
COMMENT ON VIEW assure_bi.contact IS 'The contact directory and the health stewards, masked.';
COMMENT ON COLUMN assure_bi.contact.code IS 'code of the contact or steward';
COMMENT ON COLUMN assure_bi.contact.party IS 'branch, supplier, provider, insurer or other; of stewards worker, supplier, or steward: on their own';
COMMENT ON COLUMN assure_bi.contact.party_code IS 'its code';
COMMENT ON COLUMN assure_bi.contact.name IS 'masked name';
COMMENT ON COLUMN assure_bi.contact.duty IS 'what the person is called about; steward';
COMMENT ON COLUMN assure_bi.contact.phone IS 'masked telephone';
COMMENT ON COLUMN assure_bi.contact.email IS 'masked mail address';
COMMENT ON COLUMN assure_bi.contact.region IS 'region that the person looks after; empty: all';
COMMENT ON COLUMN assure_bi.contact.active_to IS 'last day; infinity: open';

CREATE VIEW assure_bi.supplier_statement WITH (security_barrier) AS
    SELECT s.ref AS statement, p.code AS supplier, s.period_from, s.period_to, s.state, x.row_no, coalesce(o.ref, x.order_ref) AS order_ref, v.code AS service,
        x.verdict, x.reason, round(x.stated_fen / 100.0, 2) AS stated, round(x.agreed_fen / 100.0, 2) AS agreed, o.state AS order_state, x.problem
    FROM assure.service_statement s JOIN assure.supplier p USING (supplier_id)
    JOIN (SELECT coalesce(m.statement_id, r.statement_id) AS statement_id, coalesce(m.row_no, r.row_no) AS row_no, m.order_id, r.order_ref, m.verdict, m.reason,
            coalesce(m.stated_fen, r.amount_fen) AS stated_fen, m.agreed_fen, r.problem
        FROM assure.service_statement_row r FULL JOIN assure.service_statement_match m ON m.statement_id = r.statement_id AND m.row_no = r.row_no) x USING (statement_id)
    LEFT JOIN assure.order_ref f ON f.order_id = x.order_id LEFT JOIN assure.service_order o ON o.account_id = f.account_id AND o.order_id = f.order_id
    LEFT JOIN assure.service v USING (service_id);
COMMENT ON VIEW assure_bi.supplier_statement IS 'Rows of suppliers'' statements with what came of them, and what they lack.';
COMMENT ON COLUMN assure_bi.supplier_statement.statement IS 'number of the statement';
COMMENT ON COLUMN assure_bi.supplier_statement.supplier IS 'code of the supplier';
COMMENT ON COLUMN assure_bi.supplier_statement.period_from IS 'first day of service';
COMMENT ON COLUMN assure_bi.supplier_statement.period_to IS 'last day of service';
COMMENT ON COLUMN assure_bi.supplier_statement.state IS 'open, settled or withdrawn';
COMMENT ON COLUMN assure_bi.supplier_statement.row_no IS 'number of the row; empty: the statement lacks it';
COMMENT ON COLUMN assure_bi.supplier_statement.order_ref IS 'the order; empty: the row names none';
COMMENT ON COLUMN assure_bi.supplier_statement.service IS 'code of the order''s service; empty: the order is not known';
COMMENT ON COLUMN assure_bi.supplier_statement.verdict IS 'matched, amount_differs, missing_here, missing_there, twice or invalid; empty: not reconciled yet';
COMMENT ON COLUMN assure_bi.supplier_statement.reason IS 'why, as a code';
COMMENT ON COLUMN assure_bi.supplier_statement.stated IS 'billed, yuan';
COMMENT ON COLUMN assure_bi.supplier_statement.agreed IS 'price under the contract of the day, yuan; empty: none';
COMMENT ON COLUMN assure_bi.supplier_statement.order_state IS 'state of the order now: cancelled after it was settled stands out here';
COMMENT ON COLUMN assure_bi.supplier_statement.problem IS 'what is wrong with the row itself';

CREATE VIEW assure_bi.supplier_sample WITH (security_barrier) AS
    SELECT s.kind, s.year, i.code, i.rank, s.seed, s.drawn_at, f.found_on, f.passed, coalesce(jsonb_array_length(f.findings), 0) AS findings
    FROM assure.service_sample s JOIN assure.service_sample_item i USING (sample_id)
    LEFT JOIN (SELECT DISTINCT ON (sample_id, subject_id) sample_id, subject_id, found_on, passed, findings FROM assure.sample_finding
        ORDER BY sample_id, subject_id, finding_id DESC) f ON f.sample_id = i.sample_id AND f.subject_id = i.subject_id
    WHERE i.drawn;
COMMENT ON VIEW assure_bi.supplier_sample IS 'Suppliers and stewards that were drawn, and what was found.';
COMMENT ON COLUMN assure_bi.supplier_sample.kind IS 'supplier or steward';
COMMENT ON COLUMN assure_bi.supplier_sample.year IS 'year that it counts for';
COMMENT ON COLUMN assure_bi.supplier_sample.code IS 'code of the supplier or steward';
COMMENT ON COLUMN assure_bi.supplier_sample.rank IS 'place in the order of the draw';
COMMENT ON COLUMN assure_bi.supplier_sample.seed IS 'what the draw is repeated from';
COMMENT ON COLUMN assure_bi.supplier_sample.drawn_at IS 'when it was drawn';
COMMENT ON COLUMN assure_bi.supplier_sample.found_on IS 'day of the check; empty: not looked at yet';
COMMENT ON COLUMN assure_bi.supplier_sample.passed IS 'whether all was in order';
COMMENT ON COLUMN assure_bi.supplier_sample.findings IS 'how many findings';

CREATE VIEW assure_bi.sample_share WITH (security_barrier) AS
    WITH year AS (SELECT DISTINCT kind, year FROM assure.service_sample),
    active AS (
        SELECT y.kind, y.year, s.code FROM year y JOIN assure.supplier s ON y.kind = 'supplier' AND EXISTS (SELECT FROM assure.supplier_contract c
            WHERE c.supplier_id = s.supplier_id AND c.valid_to >= c.valid_from AND c.valid_from <= make_date(y.year, 12, 31) AND c.valid_to >= make_date(y.year, 1, 1))
        UNION ALL
        SELECT y.kind AS kind, y.year AS year, t.code AS code FROM year y JOIN assure.steward t ON y.kind = 'steward' AND t.active_to >= t.active_from
            AND t.active_from <= make_date(y.year, 12, 31) AND t.active_to >= make_date(y.year, 1, 1))
    SELECT a.kind, a.year, count(*) AS active, count(s.code) AS drawn, count(s.found_on) AS checked, count(*) FILTER (WHERE s.passed) AS passed,
        round(count(s.code)::numeric / count(*), 4) AS drawn_share, round(count(s.found_on)::numeric / count(*), 4) AS checked_share
    FROM active a LEFT JOIN assure_bi.supplier_sample s USING (kind, year, code) GROUP BY a.kind, a.year;
COMMENT ON VIEW assure_bi.sample_share IS 'Which share of the active suppliers and stewards was drawn and looked at, by year.';
COMMENT ON COLUMN assure_bi.sample_share.kind IS 'supplier or steward';
COMMENT ON COLUMN assure_bi.sample_share.year IS 'the year';
COMMENT ON COLUMN assure_bi.sample_share.active IS 'active on any day of the year, as the directory has it now';
COMMENT ON COLUMN assure_bi.sample_share.drawn IS 'of these, drawn';
COMMENT ON COLUMN assure_bi.sample_share.checked IS 'of these, looked at';
COMMENT ON COLUMN assure_bi.sample_share.passed IS 'of these, in order';
COMMENT ON COLUMN assure_bi.sample_share.drawn_share IS 'drawn out of active';
COMMENT ON COLUMN assure_bi.sample_share.checked_share IS 'looked at out of active: the share that was sampled';

CREATE VIEW assure_bi.network_coverage WITH (security_barrier) AS
    SELECT u.universe, n.service, n.name, n.kind, n.prefectures, n.with_place, n.share, n.with_branch, n.branch_with_place, n.branch_share
    FROM unnest('{293,297,333,337,342}'::int[]) AS u (universe) CROSS JOIN LATERAL assure.network_coverage(u.universe) n;
COMMENT ON VIEW assure_bi.network_coverage IS 'In how many prefectures each service can be done today, by universe of prefectures.';
COMMENT ON COLUMN assure_bi.network_coverage.universe IS 'the prefectures that are counted: 293, 297, 333, 337 or 342';
COMMENT ON COLUMN assure_bi.network_coverage.service IS 'code of the service';
COMMENT ON COLUMN assure_bi.network_coverage.name IS 'its name';
COMMENT ON COLUMN assure_bi.network_coverage.kind IS 'its kind';
COMMENT ON COLUMN assure_bi.network_coverage.prefectures IS 'prefectures of the universe';
COMMENT ON COLUMN assure_bi.network_coverage.with_place IS 'of these, with a place';
COMMENT ON COLUMN assure_bi.network_coverage.share IS 'with_place out of prefectures';
COMMENT ON COLUMN assure_bi.network_coverage.with_branch IS 'prefectures in which a branch is';
COMMENT ON COLUMN assure_bi.network_coverage.branch_with_place IS 'of these, with a place';
COMMENT ON COLUMN assure_bi.network_coverage.branch_share IS 'branch_with_place out of with_branch';

-- Facts are computed once for each year that has a target.  A year that has not
-- ended counts to the end of this month, and is held against the same months of
-- the year before.
CREATE VIEW assure_bi.coverage_target WITH (security_barrier) AS
    WITH today AS (SELECT (now() AT TIME ZONE time_zone)::date AS day FROM assure_internal.installation),
    year AS (SELECT DISTINCT t.year, make_date(t.year, 1, 1) AS first,
            greatest(make_date(t.year, 2, 1), least(make_date(t.year + 1, 1, 1), (date_trunc('month', d.day::timestamp) + interval '1 month')::date)) AS after
        FROM assure.coverage_target t CROSS JOIN today d),
    served AS MATERIALIZED (SELECT y.year, b.insured, b.served, c.provinces, a.served AS served_before
        FROM year y
        CROSS JOIN LATERAL (SELECT sum(v.insured) AS insured, sum(v.served) AS served FROM assure.coverage(daterange(y.first, y.after), place => 'branch') v) b
        CROSS JOIN LATERAL (SELECT count(*) AS provinces FROM assure.coverage(daterange(y.first, y.after), place => 'customer') v
            WHERE v.served > 0 AND left(v.region::text, 2) NOT IN ('71', '81', '82')) c
        CROSS JOIN LATERAL (SELECT sum(v.served) AS served FROM assure.coverage(daterange((y.first - interval '1 year')::date, (y.after - interval '1 year')::date), place => 'branch') v) a),
    access AS MATERIALIZED (SELECT s.year, avg(s.access_days) AS days FROM assure_bi.service_time s WHERE s.kind = 'medical_access' GROUP BY s.year),
    network AS MATERIALIZED (SELECT t.coverage_target_id, min(n.share) AS share, min(n.branch_share) AS branch_share
        FROM assure.coverage_target t JOIN year y USING (year) CROSS JOIN today d
        CROSS JOIN LATERAL assure.network_coverage(t.universe, least(d.day, y.after - 1)) n WHERE t.universe IS NOT NULL AND n.kind = t.service_kind GROUP BY t.coverage_target_id),
    sample AS MATERIALIZED (SELECT x.kind, x.year, x.checked_share FROM assure_bi.sample_share x),
    fact AS (SELECT t.coverage_target_id, trim_scale(round(CASE t.measure
            WHEN 'provinces_served' THEN s.provinces
            WHEN 'served_share' THEN s.served / nullif(s.insured, 0)
            WHEN 'served_growth' THEN s.served / nullif(s.served_before, 0) - 1
            WHEN 'branch_place_share' THEN coalesce(n.branch_share, 0)
            WHEN 'network_share' THEN coalesce(n.share, 0)
            WHEN 'access_days_change' THEN a.days - b.days
            WHEN 'supplier_sample_share' THEN coalesce((SELECT x.checked_share FROM sample x WHERE x.kind = 'supplier' AND x.year = t.year), 0)
            WHEN 'steward_sample_share' THEN coalesce((SELECT x.checked_share FROM sample x WHERE x.kind = 'steward' AND x.year = t.year), 0) END, 6)) AS fact
        FROM assure.coverage_target t LEFT JOIN served s USING (year) LEFT JOIN network n USING (coverage_target_id)
        LEFT JOIN access a ON a.year = t.year LEFT JOIN access b ON b.year = t.year - 1)
    SELECT t.code, t.year, t.measure, t.service_kind, t.universe, t.comparison, t.goal, f.fact,
        CASE t.comparison WHEN '>=' THEN f.fact >= t.goal WHEN '>' THEN f.fact > t.goal WHEN '<=' THEN f.fact <= t.goal ELSE f.fact < t.goal END AS met, t.note
    FROM assure.coverage_target t JOIN fact f USING (coverage_target_id);
COMMENT ON VIEW assure_bi.coverage_target IS 'Targets of a year against the facts.';
COMMENT ON COLUMN assure_bi.coverage_target.code IS 'name of the target';
COMMENT ON COLUMN assure_bi.coverage_target.year IS 'the year; one that has not ended counts to the end of this month, and is held against the same months of the year before';
COMMENT ON COLUMN assure_bi.coverage_target.measure IS 'what is measured';
COMMENT ON COLUMN assure_bi.coverage_target.service_kind IS 'kind of service; of several services of the kind the one with the least counts';
COMMENT ON COLUMN assure_bi.coverage_target.universe IS 'the prefectures that are counted';
COMMENT ON COLUMN assure_bi.coverage_target.comparison IS 'how the fact has to stand to the goal';
COMMENT ON COLUMN assure_bi.coverage_target.goal IS 'the goal';
COMMENT ON COLUMN assure_bi.coverage_target.fact IS 'the fact; empty: there is nothing to measure';
COMMENT ON COLUMN assure_bi.coverage_target.met IS 'whether it is reached; empty: there is nothing to measure';
COMMENT ON COLUMN assure_bi.coverage_target.note IS 'why it was set';
