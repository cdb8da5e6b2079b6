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
    points bigint NOT NULL,
    points_square bigint NOT NULL,
    costed int NOT NULL,
    cost_fen bigint NOT NULL,
    cost_square bigint NOT NULL,
    PRIMARY KEY (worker_id, scope, key, window_days)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE assure.worker_measure IS 'What a worker did in a window of the last days, in sums and counts: over all work, and by queue, product line and chapter of diagnoses. assure.refresh_match_measures() writes it from the history; assure_bi.worker_measure shows it as rates and means.';

CREATE TABLE assure.measure_prior (
    scope text NOT NULL CHECK (scope IN ('all', 'queue', 'product', 'chapter')),
    key text NOT NULL,
    window_days smallint NOT NULL,
    measure text NOT NULL,
    workers int NOT NULL,
    cases bigint NOT NULL,
    centre float8 NOT NULL,
    strength float8 NOT NULL CHECK (strength >= 0),
    spread float8 NOT NULL CHECK (spread >= 0),
    PRIMARY KEY (scope, key, window_days, measure)
) WITH (fillfactor = 80);
COMMENT ON TABLE assure.measure_prior IS 'What is expected of a worker of whom nothing is known, by measure and group, fitted by the group''s moments: a worker''s own value is drawn towards the centre as if strength more cases had been seen there.';

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
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.match_profile
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER invalidate AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON assure.match_profile
    FOR EACH STATEMENT EXECUTE FUNCTION assure.invalidate();
ALTER TABLE assure.match_profile ENABLE ALWAYS TRIGGER invalidate;
