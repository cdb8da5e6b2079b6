-- What workers have done, in numbers, and what a good match is.

-- Sums and counts, whole numbers: whoever finds the same history finds the same
-- row, and a refresh writes only rows that changed.
CREATE TABLE assure.worker_measure (
    worker_id bigint NOT NULL,
    scope text NOT NULL CHECK (scope IN ('all', 'queue', 'product', 'chapter')),
    key text NOT NULL CHECK ((scope = 'all') = (key = '')),
    window_days smallint NOT NULL CHECK (window_days IN (7, 30, 90)),
    cases int NOT NULL,
    days int NOT NULL,
    cases_square bigint NOT NULL,
    urgent int NOT NULL,
    amount_fen bigint NOT NULL,
    timed int NOT NULL,
    handling_seconds bigint NOT NULL,
    handling_square bigint NOT NULL,
    handling_median int NOT NULL,
    handling_p90 int NOT NULL,
    responses int NOT NULL,
    response_seconds bigint NOT NULL,
    response_square bigint NOT NULL,
    idles int NOT NULL,
    idle_seconds bigint NOT NULL,
    idle_square bigint NOT NULL,
    offers int NOT NULL,
    accepted int NOT NULL,
    returned int NOT NULL,
    suspended int NOT NULL,
    targeted int NOT NULL,
    in_time int NOT NULL,
    slack_permille bigint NOT NULL,
    slack_square bigint NOT NULL,
    checked int NOT NULL,
    passed int NOT NULL,
    defect_weight bigint NOT NULL,
    defect_square bigint NOT NULL,
    reworked int NOT NULL,
    appealed int NOT NULL,
    appeals_closed int NOT NULL,
    overturned int NOT NULL,
    complained int NOT NULL,
    scored int NOT NULL,
    score bigint NOT NULL,
    score_square bigint NOT NULL,
    unhappy int NOT NULL,
    pointed int NOT NULL,
    points bigint NOT NULL,
    points_square bigint NOT NULL,
    costed int NOT NULL,
    cost_fen bigint NOT NULL,
    cost_square bigint NOT NULL,
    PRIMARY KEY (worker_id, scope, key, window_days)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE assure.worker_measure IS 'What a worker did in the last days, in sums and counts: over all work, and by queue, product line and chapter of diagnoses. assure.refresh_match_measures() writes it from the history; assure_bi.worker_measure shows it as rates and means.';
COMMENT ON COLUMN assure.worker_measure.worker_id IS 'the worker';
COMMENT ON COLUMN assure.worker_measure.scope IS 'all, queue, product or chapter: which work counts';
COMMENT ON COLUMN assure.worker_measure.key IS 'code of the queue or product, number of the chapter; empty for all';
COMMENT ON COLUMN assure.worker_measure.window_days IS 'what ended on one of the last so many days counts, today included';
COMMENT ON COLUMN assure.worker_measure.cases IS 'finished tasks';
COMMENT ON COLUMN assure.worker_measure.days IS 'days on which at least one was finished';
COMMENT ON COLUMN assure.worker_measure.cases_square IS 'sum of the squares of the tasks of each day';
COMMENT ON COLUMN assure.worker_measure.urgent IS 'tasks of priority 8 or 9';
COMMENT ON COLUMN assure.worker_measure.amount_fen IS 'sum of what was at stake, fen';
COMMENT ON COLUMN assure.worker_measure.timed IS 'tasks whose handling time is known: they were accepted before they were done';
COMMENT ON COLUMN assure.worker_measure.handling_seconds IS 'sum of handling times: from acceptance to the end, without suspensions, 100 days at most';
COMMENT ON COLUMN assure.worker_measure.handling_square IS 'sum of their squares';
COMMENT ON COLUMN assure.worker_measure.handling_median IS 'half of the tasks took at most so long, seconds; 0 where none is timed';
COMMENT ON COLUMN assure.worker_measure.handling_p90 IS 'nine of ten took at most so long, seconds; 0 where none is timed';
COMMENT ON COLUMN assure.worker_measure.responses IS 'tasks that were reserved before they were accepted';
COMMENT ON COLUMN assure.worker_measure.response_seconds IS 'sum of the times from reservation to acceptance';
COMMENT ON COLUMN assure.worker_measure.response_square IS 'sum of their squares';
COMMENT ON COLUMN assure.worker_measure.idles IS 'tasks that were begun on a day on which another was finished before';
COMMENT ON COLUMN assure.worker_measure.idle_seconds IS 'sum of the times without any of these tasks in hand before them, 0 where there was one';
COMMENT ON COLUMN assure.worker_measure.idle_square IS 'sum of their squares';
COMMENT ON COLUMN assure.worker_measure.offers IS 'reservations that came to an end: accepted, given back or run out';
COMMENT ON COLUMN assure.worker_measure.accepted IS 'of these, accepted';
COMMENT ON COLUMN assure.worker_measure.returned IS 'given back after acceptance';
COMMENT ON COLUMN assure.worker_measure.suspended IS 'tasks that waited for the customer in this worker''s hands';
COMMENT ON COLUMN assure.worker_measure.targeted IS 'tasks with a deadline';
COMMENT ON COLUMN assure.worker_measure.in_time IS 'of these, finished in time';
COMMENT ON COLUMN assure.worker_measure.slack_permille IS 'sum of the shares of the time to the deadline that were left, thousandths from -1000 to 1000';
COMMENT ON COLUMN assure.worker_measure.slack_square IS 'sum of their squares';
COMMENT ON COLUMN assure.worker_measure.checked IS 'tasks with a verdict of the post-check';
COMMENT ON COLUMN assure.worker_measure.passed IS 'of these, passed in the first round';
COMMENT ON COLUMN assure.worker_measure.defect_weight IS 'sum of the weights of the defects that the first round found';
COMMENT ON COLUMN assure.worker_measure.defect_square IS 'sum of the squares of a task''s weight';
COMMENT ON COLUMN assure.worker_measure.reworked IS 'claims that were reversed or adjudicated again afterwards';
COMMENT ON COLUMN assure.worker_measure.appealed IS 'decisions appealed against';
COMMENT ON COLUMN assure.worker_measure.appeals_closed IS 'of these, looked at again';
COMMENT ON COLUMN assure.worker_measure.overturned IS 'of these, changed';
COMMENT ON COLUMN assure.worker_measure.complained IS 'tasks with a founded complaint about this worker';
COMMENT ON COLUMN assure.worker_measure.scored IS 'tasks that the customer gave a score';
COMMENT ON COLUMN assure.worker_measure.score IS 'sum of the scores, 1 to 5';
COMMENT ON COLUMN assure.worker_measure.score_square IS 'sum of their squares';
COMMENT ON COLUMN assure.worker_measure.unhappy IS 'scores of 1 and 2';
COMMENT ON COLUMN assure.worker_measure.pointed IS 'tasks that gave points';
COMMENT ON COLUMN assure.worker_measure.points IS 'sum of the points';
COMMENT ON COLUMN assure.worker_measure.points_square IS 'sum of the squares of a task''s points';
COMMENT ON COLUMN assure.worker_measure.costed IS 'tasks that were settled between branches';
COMMENT ON COLUMN assure.worker_measure.cost_fen IS 'sum of what their branches of origin were debited, fen';
COMMENT ON COLUMN assure.worker_measure.cost_square IS 'sum of the squares of a task''s cost';

CREATE TABLE assure.measure_prior (
    scope text NOT NULL CHECK (scope IN ('all', 'queue', 'product', 'chapter')),
    key text NOT NULL CHECK ((scope = 'all') = (key = '')),
    window_days smallint NOT NULL CHECK (window_days IN (7, 30, 90)),
    measure text NOT NULL,
    workers int NOT NULL,
    centre numeric NOT NULL,
    strength numeric NOT NULL CHECK (strength >= 0),
    spread numeric NOT NULL CHECK (spread >= 0),
    PRIMARY KEY (scope, key, window_days, measure)
) WITH (fillfactor = 80);
-- Written with all measures, at each of their refreshes: what backends keep of them goes.
CREATE TRIGGER invalidate AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON assure.measure_prior
    FOR EACH STATEMENT EXECUTE FUNCTION assure.invalidate();
ALTER TABLE assure.measure_prior ENABLE ALWAYS TRIGGER invalidate;
COMMENT ON TABLE assure.measure_prior IS 'What is expected of a worker of whom nothing is known, by group and measure, fitted by the group''s moments: own values are drawn towards the centre, as if strength more cases had been seen there.';
COMMENT ON COLUMN assure.measure_prior.scope IS 'all, queue, product or chapter';
COMMENT ON COLUMN assure.measure_prior.key IS 'code of the queue or product, number of the chapter; empty for all';
COMMENT ON COLUMN assure.measure_prior.window_days IS 'window';
COMMENT ON COLUMN assure.measure_prior.measure IS 'measure, as assure.match_parameter names it';
COMMENT ON COLUMN assure.measure_prior.workers IS 'workers with at least one case';
COMMENT ON COLUMN assure.measure_prior.centre IS 'mean of the group, each case counting once; of volumes each worker';
COMMENT ON COLUMN assure.measure_prior.strength IS 'how many cases the centre weighs: few where workers differ, many where only chance does; 0: volumes are not drawn anywhere';
COMMENT ON COLUMN assure.measure_prior.spread IS 'how much workers differ, chance left out: standard deviation';

-- The history of a worker, by index.
CREATE INDEX task_done_by ON assure.task (worker_id, state_since) WHERE state = 'done';
CREATE INDEX task_event_given_up ON assure.task_event (worker_id, happened_at) WHERE event IN ('returned', 'expired');

-- A claim's tasks know their product and chapter from it.
CREATE TRIGGER classify BEFORE INSERT ON assure.task
    FOR EACH ROW EXECUTE FUNCTION assure.classify_task();

-- One row a finished task: all that is measured of it.
CREATE VIEW assure_internal.measured_case AS
    SELECT t.task_id, t.worker_id, q.code AS queue, t.product, t.chapter, t.state_since AS done_at, t.priority, t.amount_fen,
        e.accepted_at,
        CASE WHEN e.handling_seconds <= 8640000 THEN e.handling_seconds WHEN e.handling_seconds > 0 THEN 8640000 END AS handling_seconds,
        CASE WHEN e.response_seconds <= 8640000 THEN e.response_seconds WHEN e.response_seconds > 0 THEN 8640000 END AS response_seconds,
        coalesce(e.suspended, false) AS suspended,
        t.state_since <= t.due_at AS in_time,
        CASE WHEN t.due_at > t.created_at THEN greatest(-1000, least(1000,
            round(1000 * extract(epoch FROM t.due_at - t.state_since) / extract(epoch FROM t.due_at - t.created_at))))::int END AS slack_permille,
        k.passed, k.weight,
        t.subject_kind = 'claim' AND EXISTS (SELECT 1 FROM assure.decision d WHERE d.account_id = t.account_id AND d.claim_id = t.subject_id
            AND d.decided_at > t.state_since AND d.origin IN ('reversal', 'readjudication')) AS reworked,
        a.appealed, a.closed, a.overturned,
        EXISTS (SELECT 1 FROM assure.complaint c WHERE c.task_id = t.task_id AND c.worker_id = t.worker_id AND c.state = 'founded') AS complained,
        s.score, p.points, m.cost_fen
    FROM assure.task t JOIN assure.queue q USING (queue_id)
    CROSS JOIN LATERAL (
        SELECT min(x.happened_at) FILTER (WHERE x.event = 'accepted') AS accepted_at,
            sum(extract(epoch FROM x.until - x.happened_at)) FILTER (WHERE x.event = 'accepted')::bigint AS handling_seconds,
            (array_agg(extract(epoch FROM x.until - x.happened_at) ORDER BY x.event_id) FILTER (WHERE x.event = 'reserved' AND x.next = 'accepted'))[1]::bigint AS response_seconds,
            bool_or(x.event = 'suspended') AS suspended
        FROM (SELECT v.event_id, v.event, v.worker_id, v.happened_at, lead(v.happened_at) OVER moves AS until, lead(v.event) OVER moves AS next
            FROM assure.task_event v WHERE v.task_id = t.task_id AND v.event NOT IN ('noted', 'shared', 'kept') WINDOW moves AS (ORDER BY v.event_id)) x
        WHERE x.worker_id = t.worker_id) e
    LEFT JOIN LATERAL (SELECT v.passed, v.weight FROM assure.check_sample x JOIN assure.check_verdict v USING (check_id)
        WHERE x.task_id = t.task_id AND v.round = 1 AND v.author_worker_id = t.worker_id) k ON true
    CROSS JOIN LATERAL (SELECT count(*) > 0 AS appealed, coalesce(bool_or(x.state IN ('upheld', 'changed')), false) AS closed, coalesce(bool_or(x.state = 'changed'), false) AS overturned
        FROM assure.appeal x JOIN assure.decision d USING (account_id, claim_id, decision_no)
        WHERE t.subject_kind = 'claim' AND x.account_id = t.account_id AND x.claim_id = t.subject_id
            AND d.actor_worker_id = t.worker_id AND d.decided_at = t.state_since) a
    LEFT JOIN assure.satisfaction s ON s.task_id = t.task_id
    CROSS JOIN LATERAL (SELECT sum(x.base + x.difficulty + x.speed + x.quality) AS points FROM assure.point_entry x
        WHERE x.task_id = t.task_id AND x.worker_id = t.worker_id) p
    CROSS JOIN LATERAL (SELECT sum(x.amount_fen)::bigint AS cost_fen FROM assure.settlement_posting x
        WHERE x.task_id = t.task_id AND x.worker_id = t.worker_id) m
    WHERE t.state = 'done';
COMMENT ON VIEW assure_internal.measured_case IS 'Finished tasks with all that is measured of them; what is NULL is not known of a task and does not count.';
COMMENT ON COLUMN assure_internal.measured_case.task_id IS 'task';
COMMENT ON COLUMN assure_internal.measured_case.worker_id IS 'who did it';
COMMENT ON COLUMN assure_internal.measured_case.queue IS 'code of its queue';
COMMENT ON COLUMN assure_internal.measured_case.product IS 'product line';
COMMENT ON COLUMN assure_internal.measured_case.chapter IS 'chapter of its diagnosis';
COMMENT ON COLUMN assure_internal.measured_case.done_at IS 'when it was done';
COMMENT ON COLUMN assure_internal.measured_case.priority IS 'priority';
COMMENT ON COLUMN assure_internal.measured_case.amount_fen IS 'amount at stake, fen';
COMMENT ON COLUMN assure_internal.measured_case.accepted_at IS 'when this worker first began it';
COMMENT ON COLUMN assure_internal.measured_case.handling_seconds IS 'time in this worker''s hands after acceptance, without suspensions, 100 days at most';
COMMENT ON COLUMN assure_internal.measured_case.response_seconds IS 'from the first reservation that was accepted to the acceptance';
COMMENT ON COLUMN assure_internal.measured_case.suspended IS 'true: it waited for the customer in these hands';
COMMENT ON COLUMN assure_internal.measured_case.in_time IS 'done before its deadline; NULL: none';
COMMENT ON COLUMN assure_internal.measured_case.slack_permille IS 'share of the time to the deadline that was left, thousandths';
COMMENT ON COLUMN assure_internal.measured_case.passed IS 'passed its post-check in the first round; NULL: not checked';
COMMENT ON COLUMN assure_internal.measured_case.weight IS 'weight of the defects found then';
COMMENT ON COLUMN assure_internal.measured_case.reworked IS 'true: the claim was reversed or adjudicated again afterwards';
COMMENT ON COLUMN assure_internal.measured_case.appealed IS 'true: the decision was appealed against';
COMMENT ON COLUMN assure_internal.measured_case.closed IS 'true: and looked at again';
COMMENT ON COLUMN assure_internal.measured_case.overturned IS 'true: and changed';
COMMENT ON COLUMN assure_internal.measured_case.complained IS 'true: a complaint about this worker was founded';
COMMENT ON COLUMN assure_internal.measured_case.score IS 'score of the customer';
COMMENT ON COLUMN assure_internal.measured_case.points IS 'points it gave; NULL: none';
COMMENT ON COLUMN assure_internal.measured_case.cost_fen IS 'what its branch of origin was debited, fen; NULL: not settled';

-- One row a reservation or acceptance that came to nothing.
CREATE VIEW assure_internal.measured_refusal AS
    SELECT v.task_id, v.worker_id, q.code AS queue, t.product, t.chapter, v.happened_at AS refused_at,
        v.event = 'returned' AND EXISTS (SELECT 1 FROM assure.task_event x
            WHERE x.task_id = v.task_id AND x.event_id < v.event_id AND x.event = 'accepted' AND x.worker_id = v.worker_id
              AND NOT EXISTS (SELECT 1 FROM assure.task_event y WHERE y.task_id = v.task_id AND y.event_id > x.event_id AND y.event_id < v.event_id
                AND y.event NOT IN ('noted', 'shared', 'kept'))) AS was_accepted
    FROM assure.task_event v JOIN assure.task t USING (task_id) JOIN assure.queue q USING (queue_id)
    WHERE v.event IN ('returned', 'expired');
COMMENT ON VIEW assure_internal.measured_refusal IS 'Tasks that a worker gave back, or let the reservation of run out; was_accepted: after having begun.';
COMMENT ON COLUMN assure_internal.measured_refusal.task_id IS 'task';
COMMENT ON COLUMN assure_internal.measured_refusal.worker_id IS 'who gave it up';
COMMENT ON COLUMN assure_internal.measured_refusal.queue IS 'code of its queue';
COMMENT ON COLUMN assure_internal.measured_refusal.product IS 'product line';
COMMENT ON COLUMN assure_internal.measured_refusal.chapter IS 'chapter of its diagnosis';
COMMENT ON COLUMN assure_internal.measured_refusal.refused_at IS 'when';
COMMENT ON COLUMN assure_internal.measured_refusal.was_accepted IS 'true: given back after acceptance';

-- Profiles: what a queue holds to be a good match. Immutable by version.
CREATE SEQUENCE assure.match_profile_id_seq;
CREATE TABLE assure.match_profile (
    match_profile_id bigint PRIMARY KEY DEFAULT nextval('assure.match_profile_id_seq'),
    code text NOT NULL CHECK (code <> ''),
    version int NOT NULL DEFAULT 1 CHECK (version >= 1),
    name text NOT NULL CHECK (name <> ''),
    document jsonb NOT NULL CHECK (jsonb_typeof(document) = 'object'),
    put_by text NOT NULL DEFAULT session_user,
    put_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (code, version)
);
COMMENT ON TABLE assure.match_profile IS 'What makes a good match, immutable by version; assure.put_match_profile() checks and writes one, queues name one by code.';
COMMENT ON COLUMN assure.match_profile.match_profile_id IS 'key';
COMMENT ON COLUMN assure.match_profile.code IS 'name, as queues give it';
COMMENT ON COLUMN assure.match_profile.version IS 'version of that name; the highest is the current one';
COMMENT ON COLUMN assure.match_profile.name IS 'name for people';
COMMENT ON COLUMN assure.match_profile.document IS 'the profile as it was put; docs/measures.md has its keys';
COMMENT ON COLUMN assure.match_profile.put_by IS 'session user who put it';
COMMENT ON COLUMN assure.match_profile.put_at IS 'when';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.match_profile
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER invalidate AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON assure.match_profile
    FOR EACH STATEMENT EXECUTE FUNCTION assure.invalidate();
ALTER TABLE assure.match_profile ENABLE ALWAYS TRIGGER invalidate;

-- A sum over cases becomes a mean that is drawn to the group's.
CREATE FUNCTION assure_bi.drawn(sum numeric, cases bigint, centre numeric, strength numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
    AS $$ SELECT round((sum + strength * centre) / nullif(cases + strength, 0), 4) $$;
COMMENT ON FUNCTION assure_bi.drawn(numeric, bigint, numeric, numeric) IS 'A mean over cases, drawn to a centre that weighs so many more.';

CREATE VIEW assure_bi.worker_measure WITH (security_barrier) AS
    SELECT w.code AS worker, assure_bi.mask_name(w.name) AS name, b.code AS branch, m.scope, m.key, m.window_days::int AS window_days,
        m.cases AS volume, m.urgent AS urgent_volume, round(m.amount_fen / 100.0, 2) AS amount, m.points,
        assure_bi.drawn(m.handling_seconds / 60.0, m.timed, p.handling_mean_centre, p.handling_mean_strength) AS handling_mean,
        assure_bi.drawn(m.handling_median * m.timed / 60.0, m.timed, p.handling_median_centre, p.handling_median_strength) AS handling_median,
        assure_bi.drawn(m.handling_p90 * m.timed / 60.0, m.timed, p.handling_p90_centre, p.handling_p90_strength) AS handling_p90,
        assure_bi.drawn(m.response_seconds / 60.0, m.responses, p.response_mean_centre, p.response_mean_strength) AS response_mean,
        assure_bi.drawn(m.idle_seconds / 60.0, m.idles, p.idle_mean_centre, p.idle_mean_strength) AS idle_mean,
        assure_bi.drawn(m.accepted::numeric, m.offers, p.acceptance_rate_centre, p.acceptance_rate_strength) AS acceptance_rate,
        assure_bi.drawn(m.returned::numeric, m.accepted, p.return_rate_centre, p.return_rate_strength) AS return_rate,
        assure_bi.drawn(m.cases::numeric, m.days, p.daily_volume_centre, p.daily_volume_strength) AS daily_volume,
        assure_bi.drawn(m.cost_fen / 100.0, m.costed, p.cost_per_task_centre, p.cost_per_task_strength) AS cost_per_task,
        assure_bi.drawn(m.passed::numeric, m.checked, p.check_pass_rate_centre, p.check_pass_rate_strength) AS check_pass_rate,
        assure_bi.drawn(m.defect_weight::numeric, m.checked, p.defect_rate_centre, p.defect_rate_strength) AS defect_rate,
        assure_bi.drawn(m.reworked::numeric, m.cases, p.rework_rate_centre, p.rework_rate_strength) AS rework_rate,
        assure_bi.drawn(m.appealed::numeric, m.cases, p.appeal_rate_centre, p.appeal_rate_strength) AS appeal_rate,
        assure_bi.drawn(m.overturned::numeric, m.appeals_closed, p.overturn_rate_centre, p.overturn_rate_strength) AS overturn_rate,
        assure_bi.drawn(m.suspended::numeric, m.cases, p.suspend_rate_centre, p.suspend_rate_strength) AS suspend_rate,
        assure_bi.drawn(m.in_time::numeric, m.targeted, p.sla_rate_centre, p.sla_rate_strength) AS sla_rate,
        assure_bi.drawn(m.slack_permille / 1000.0, m.targeted, p.slack_mean_centre, p.slack_mean_strength) AS slack_mean,
        assure_bi.drawn(m.complained::numeric, m.cases, p.complaint_rate_centre, p.complaint_rate_strength) AS complaint_rate,
        assure_bi.drawn(m.score::numeric, m.scored, p.satisfaction_centre, p.satisfaction_strength) AS satisfaction,
        assure_bi.drawn(m.unhappy::numeric, m.scored, p.unhappy_rate_centre, p.unhappy_rate_strength) AS unhappy_rate,
        assure_bi.drawn(m.points::numeric, m.pointed, p.points_per_task_centre, p.points_per_task_strength) AS points_per_task,
        m.timed, m.offers, m.accepted, m.targeted, m.checked, m.appeals_closed, m.scored, m.costed
    FROM assure.worker_measure m JOIN assure.worker w USING (worker_id) JOIN assure.branch b USING (branch_id)
    LEFT JOIN (SELECT p.scope, p.key, p.window_days,
            max(p.centre) FILTER (WHERE p.measure = 'handling_mean') AS handling_mean_centre, max(p.strength) FILTER (WHERE p.measure = 'handling_mean') AS handling_mean_strength,
            max(p.centre) FILTER (WHERE p.measure = 'handling_median') AS handling_median_centre, max(p.strength) FILTER (WHERE p.measure = 'handling_median') AS handling_median_strength,
            max(p.centre) FILTER (WHERE p.measure = 'handling_p90') AS handling_p90_centre, max(p.strength) FILTER (WHERE p.measure = 'handling_p90') AS handling_p90_strength,
            max(p.centre) FILTER (WHERE p.measure = 'response_mean') AS response_mean_centre, max(p.strength) FILTER (WHERE p.measure = 'response_mean') AS response_mean_strength,
            max(p.centre) FILTER (WHERE p.measure = 'idle_mean') AS idle_mean_centre, max(p.strength) FILTER (WHERE p.measure = 'idle_mean') AS idle_mean_strength,
            max(p.centre) FILTER (WHERE p.measure = 'acceptance_rate') AS acceptance_rate_centre, max(p.strength) FILTER (WHERE p.measure = 'acceptance_rate') AS acceptance_rate_strength,
            max(p.centre) FILTER (WHERE p.measure = 'return_rate') AS return_rate_centre, max(p.strength) FILTER (WHERE p.measure = 'return_rate') AS return_rate_strength,
            max(p.centre) FILTER (WHERE p.measure = 'daily_volume') AS daily_volume_centre, max(p.strength) FILTER (WHERE p.measure = 'daily_volume') AS daily_volume_strength,
            max(p.centre) FILTER (WHERE p.measure = 'cost_per_task') AS cost_per_task_centre, max(p.strength) FILTER (WHERE p.measure = 'cost_per_task') AS cost_per_task_strength,
            max(p.centre) FILTER (WHERE p.measure = 'check_pass_rate') AS check_pass_rate_centre, max(p.strength) FILTER (WHERE p.measure = 'check_pass_rate') AS check_pass_rate_strength,
            max(p.centre) FILTER (WHERE p.measure = 'defect_rate') AS defect_rate_centre, max(p.strength) FILTER (WHERE p.measure = 'defect_rate') AS defect_rate_strength,
            max(p.centre) FILTER (WHERE p.measure = 'rework_rate') AS rework_rate_centre, max(p.strength) FILTER (WHERE p.measure = 'rework_rate') AS rework_rate_strength,
            max(p.centre) FILTER (WHERE p.measure = 'appeal_rate') AS appeal_rate_centre, max(p.strength) FILTER (WHERE p.measure = 'appeal_rate') AS appeal_rate_strength,
            max(p.centre) FILTER (WHERE p.measure = 'overturn_rate') AS overturn_rate_centre, max(p.strength) FILTER (WHERE p.measure = 'overturn_rate') AS overturn_rate_strength,
            max(p.centre) FILTER (WHERE p.measure = 'suspend_rate') AS suspend_rate_centre, max(p.strength) FILTER (WHERE p.measure = 'suspend_rate') AS suspend_rate_strength,
            max(p.centre) FILTER (WHERE p.measure = 'sla_rate') AS sla_rate_centre, max(p.strength) FILTER (WHERE p.measure = 'sla_rate') AS sla_rate_strength,
            max(p.centre) FILTER (WHERE p.measure = 'slack_mean') AS slack_mean_centre, max(p.strength) FILTER (WHERE p.measure = 'slack_mean') AS slack_mean_strength,
            max(p.centre) FILTER (WHERE p.measure = 'complaint_rate') AS complaint_rate_centre, max(p.strength) FILTER (WHERE p.measure = 'complaint_rate') AS complaint_rate_strength,
            max(p.centre) FILTER (WHERE p.measure = 'satisfaction') AS satisfaction_centre, max(p.strength) FILTER (WHERE p.measure = 'satisfaction') AS satisfaction_strength,
            max(p.centre) FILTER (WHERE p.measure = 'unhappy_rate') AS unhappy_rate_centre, max(p.strength) FILTER (WHERE p.measure = 'unhappy_rate') AS unhappy_rate_strength,
            max(p.centre) FILTER (WHERE p.measure = 'points_per_task') AS points_per_task_centre, max(p.strength) FILTER (WHERE p.measure = 'points_per_task') AS points_per_task_strength
        FROM assure.measure_prior p GROUP BY p.scope, p.key, p.window_days) p ON p.scope = m.scope AND p.key = m.key AND p.window_days = m.window_days;
COMMENT ON VIEW assure_bi.worker_measure IS 'What workers did in the last days, as matching sees it: rates and means drawn to those of all workers where there are few cases.';
COMMENT ON COLUMN assure_bi.worker_measure.worker IS 'worker, by code';
COMMENT ON COLUMN assure_bi.worker_measure.name IS 'masked name';
COMMENT ON COLUMN assure_bi.worker_measure.branch IS 'branch that employs';
COMMENT ON COLUMN assure_bi.worker_measure.scope IS 'all, queue, product or chapter: which work counts';
COMMENT ON COLUMN assure_bi.worker_measure.key IS 'code of the queue or product, number of the chapter; empty for all';
COMMENT ON COLUMN assure_bi.worker_measure.window_days IS 'so many of the last days count, today included';
COMMENT ON COLUMN assure_bi.worker_measure.volume IS 'finished tasks';
COMMENT ON COLUMN assure_bi.worker_measure.urgent_volume IS 'finished tasks of priority 8 or 9';
COMMENT ON COLUMN assure_bi.worker_measure.amount IS 'what was at stake in them, yuan';
COMMENT ON COLUMN assure_bi.worker_measure.points IS 'points they gave';
COMMENT ON COLUMN assure_bi.worker_measure.handling_mean IS 'mean time from acceptance to the end, minutes; drawn to the centre';
COMMENT ON COLUMN assure_bi.worker_measure.handling_median IS 'median of these times, minutes; drawn to the centre';
COMMENT ON COLUMN assure_bi.worker_measure.handling_p90 IS 'time that nine of ten tasks did not pass, minutes; drawn to the centre';
COMMENT ON COLUMN assure_bi.worker_measure.response_mean IS 'mean time from reservation to acceptance, minutes; drawn to the centre';
COMMENT ON COLUMN assure_bi.worker_measure.idle_mean IS 'mean time without a task in hand before one is begun, minutes; drawn to the centre';
COMMENT ON COLUMN assure_bi.worker_measure.acceptance_rate IS 'reservations accepted, share; drawn to the centre';
COMMENT ON COLUMN assure_bi.worker_measure.return_rate IS 'accepted tasks given back, share; drawn to the centre';
COMMENT ON COLUMN assure_bi.worker_measure.daily_volume IS 'finished tasks for each day with one, tasks; drawn to the centre';
COMMENT ON COLUMN assure_bi.worker_measure.cost_per_task IS 'cost of a task that was settled, yuan; drawn to the centre';
COMMENT ON COLUMN assure_bi.worker_measure.check_pass_rate IS 'post-checks passed in the first round, share; drawn to the centre';
COMMENT ON COLUMN assure_bi.worker_measure.defect_rate IS 'weight of defects for each checked task, weight; drawn to the centre';
COMMENT ON COLUMN assure_bi.worker_measure.rework_rate IS 'claims reversed or adjudicated again, share; drawn to the centre';
COMMENT ON COLUMN assure_bi.worker_measure.appeal_rate IS 'decisions appealed against, share; drawn to the centre';
COMMENT ON COLUMN assure_bi.worker_measure.overturn_rate IS 'decisions changed on appeal, share; drawn to the centre';
COMMENT ON COLUMN assure_bi.worker_measure.suspend_rate IS 'tasks that waited for the customer, share; drawn to the centre';
COMMENT ON COLUMN assure_bi.worker_measure.sla_rate IS 'tasks finished within their deadline, share; drawn to the centre';
COMMENT ON COLUMN assure_bi.worker_measure.slack_mean IS 'time to the deadline that was left, share; drawn to the centre';
COMMENT ON COLUMN assure_bi.worker_measure.complaint_rate IS 'tasks with a founded complaint, share; drawn to the centre';
COMMENT ON COLUMN assure_bi.worker_measure.satisfaction IS 'mean score of customers, score; drawn to the centre';
COMMENT ON COLUMN assure_bi.worker_measure.unhappy_rate IS 'scores of 1 and 2, share; drawn to the centre';
COMMENT ON COLUMN assure_bi.worker_measure.points_per_task IS 'points for each task that gave some, points; drawn to the centre';
COMMENT ON COLUMN assure_bi.worker_measure.timed IS 'tasks whose handling time is known';
COMMENT ON COLUMN assure_bi.worker_measure.offers IS 'reservations accepted, given back or run out';
COMMENT ON COLUMN assure_bi.worker_measure.accepted IS 'of these, accepted';
COMMENT ON COLUMN assure_bi.worker_measure.targeted IS 'tasks with a deadline';
COMMENT ON COLUMN assure_bi.worker_measure.checked IS 'tasks with a verdict of the post-check';
COMMENT ON COLUMN assure_bi.worker_measure.appeals_closed IS 'decisions looked at again';
COMMENT ON COLUMN assure_bi.worker_measure.scored IS 'tasks that the customer gave a score';
COMMENT ON COLUMN assure_bi.worker_measure.costed IS 'tasks that were settled between branches';

CREATE VIEW assure_bi.measure_prior WITH (security_barrier) AS
    SELECT p.measure, p.scope, p.key, p.window_days::int AS window_days, p.workers, round(p.centre, 4) AS centre,
        round(p.strength, 1) AS strength, round(p.spread, 4) AS spread
    FROM assure.measure_prior p;
COMMENT ON VIEW assure_bi.measure_prior IS 'What is expected of workers, by measure and group: what values of a few cases are drawn to.';
COMMENT ON COLUMN assure_bi.measure_prior.measure IS 'measure';
COMMENT ON COLUMN assure_bi.measure_prior.scope IS 'all, queue, product or chapter';
COMMENT ON COLUMN assure_bi.measure_prior.key IS 'code of the queue or product, number of the chapter; empty for all';
COMMENT ON COLUMN assure_bi.measure_prior.window_days IS 'so many of the last days count, today included';
COMMENT ON COLUMN assure_bi.measure_prior.workers IS 'workers with at least one case';
COMMENT ON COLUMN assure_bi.measure_prior.centre IS 'mean of the group, in the unit of the measure';
COMMENT ON COLUMN assure_bi.measure_prior.strength IS 'how many cases it weighs; a million: workers do not differ beyond chance';
COMMENT ON COLUMN assure_bi.measure_prior.spread IS 'how much workers differ, chance left out: standard deviation';

CREATE VIEW assure_bi.match_profile WITH (security_barrier) AS
    SELECT p.code, p.version, p.version = max(p.version) OVER (PARTITION BY p.code) AS is_current, p.name, f.value ->> 'code' AS factor,
        coalesce(f.value ->> 'dimension', r.dimension) AS dimension, f.value ->> 'parameter' AS parameter, f.value ->> 'expression' AS expression,
        (f.value ->> 'weight')::numeric AS weight,
        round((f.value ->> 'weight')::numeric / sum((f.value ->> 'weight')::numeric) OVER (PARTITION BY p.match_profile_id), 4) AS share, p.put_at
    FROM assure.match_profile p CROSS JOIN LATERAL jsonb_array_elements(p.document -> 'factors') AS f (value)
    LEFT JOIN assure.match_parameter r ON r.code = f.value ->> 'parameter';
COMMENT ON VIEW assure_bi.match_profile IS 'Matching profiles, a row for each factor.';
COMMENT ON COLUMN assure_bi.match_profile.code IS 'profile';
COMMENT ON COLUMN assure_bi.match_profile.version IS 'version';
COMMENT ON COLUMN assure_bi.match_profile.is_current IS 'true: the highest version, which counts';
COMMENT ON COLUMN assure_bi.match_profile.name IS 'name of the profile';
COMMENT ON COLUMN assure_bi.match_profile.factor IS 'factor';
COMMENT ON COLUMN assure_bi.match_profile.dimension IS 'efficiency, quality or effectiveness';
COMMENT ON COLUMN assure_bi.match_profile.parameter IS 'what it is the value of; NULL: an expression';
COMMENT ON COLUMN assure_bi.match_profile.expression IS 'FEEL; NULL: a parameter';
COMMENT ON COLUMN assure_bi.match_profile.weight IS 'weight, as it was put';
COMMENT ON COLUMN assure_bi.match_profile.share IS 'its share of all weights';
COMMENT ON COLUMN assure_bi.match_profile.put_at IS 'when the version was put';

-- What weighs where a queue names no profile.
INSERT INTO assure.match_profile (code, name, put_by, document) VALUES ('default', 'Balanced', 'pg_assure', '{"code": "default", "name": "Balanced",
    "factors": [
        {"code": "speed", "parameter": "handling_median_queue_30", "weight": 2},
        {"code": "speed_of_product", "parameter": "handling_mean_product_90", "weight": 1},
        {"code": "acceptance", "parameter": "acceptance_rate_all_30", "weight": 1},
        {"code": "free", "parameter": "load", "weight": 2},
        {"code": "not_too_good", "parameter": "skill_excess", "weight": 1},
        {"code": "authority_kept", "parameter": "authority_headroom", "weight": 1},
        {"code": "pass_rate", "parameter": "check_pass_rate_queue_90", "weight": 3},
        {"code": "defects", "parameter": "defect_rate_all_90", "weight": 2},
        {"code": "rework", "parameter": "rework_rate_queue_90", "weight": 1},
        {"code": "overturned", "parameter": "overturn_rate_all_90", "weight": 1},
        {"code": "knows_chapter", "parameter": "volume_chapter_90", "weight": 1},
        {"code": "in_time", "parameter": "sla_rate_queue_30", "weight": 2},
        {"code": "complaints", "parameter": "complaint_rate_all_90", "weight": 1},
        {"code": "satisfaction", "parameter": "satisfaction_all_90", "weight": 1},
        {"code": "same_province", "parameter": "same_province", "weight": 1},
        {"code": "same_customer", "parameter": "same_customer", "weight": 1},
        {"code": "makes_deadline", "parameter": "slack_fit", "weight": 2}],
    "conditions": ["not_declined"],
    "penalties": {"other_branch": 0.02, "other_province": 0.05},
    "preferred_worker": 0.2,
    "levelling": {"step": 0.01, "most": 0.3},
    "outside": {"base": 1, "per_priority": 0.1, "per_hour": 0.01}}');
