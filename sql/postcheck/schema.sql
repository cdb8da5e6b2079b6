-- Post-check: finished work looked at again by somebody who had no part in it.
--
-- A plan says how much of a queue's work is drawn and of which groups at least
-- one; a draw is what was drawn of a period, from a seed; each drawn task is a
-- check: a task for a checker, whose verdict passes it or names defects; these
-- are mended by who did the work, and checked again, until it passes.

CREATE SEQUENCE assure.defect_id_seq;
CREATE TABLE assure.defect (
    defect_id bigint PRIMARY KEY DEFAULT nextval('assure.defect_id_seq'),
    code text NOT NULL CHECK (code <> ''),
    version int NOT NULL CHECK (version >= 1),
    name text NOT NULL CHECK (name <> ''),
    weight smallint NOT NULL CHECK (weight BETWEEN 1 AND 100),
    active boolean NOT NULL DEFAULT true,
    put_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (code, version)
);
COMMENT ON TABLE assure.defect IS 'The catalogue of defects, immutable by version; the highest version of a code is the current one.';
COMMENT ON COLUMN assure.defect.defect_id IS 'key; what findings refer to';
COMMENT ON COLUMN assure.defect.code IS 'name, as verdicts take it';
COMMENT ON COLUMN assure.defect.version IS '1 for the first';
COMMENT ON COLUMN assure.defect.name IS 'name for people';
COMMENT ON COLUMN assure.defect.weight IS '1 slight to 100 grave';
COMMENT ON COLUMN assure.defect.active IS 'false: verdicts no longer take it';
COMMENT ON COLUMN assure.defect.put_at IS 'when it was put';

CREATE SEQUENCE assure.check_plan_id_seq;
CREATE TABLE assure.check_plan (
    check_plan_id bigint PRIMARY KEY DEFAULT nextval('assure.check_plan_id_seq'),
    queue_id bigint NOT NULL REFERENCES assure.queue,
    version int NOT NULL CHECK (version >= 1),
    rate_micro int NOT NULL CHECK (rate_micro BETWEEN 0 AND 1000000),
    strata jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(strata) = 'array'),
    check_queue_id bigint NOT NULL REFERENCES assure.queue,
    rectify_queue_id bigint NOT NULL REFERENCES assure.queue,
    put_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (queue_id, version)
);
COMMENT ON TABLE assure.check_plan IS 'What is drawn of a queue''s finished work, immutable by version; the highest version is the current one.';
COMMENT ON COLUMN assure.check_plan.check_plan_id IS 'key; what draws refer to';
COMMENT ON COLUMN assure.check_plan.queue_id IS 'whose work is checked';
COMMENT ON COLUMN assure.check_plan.version IS '1 for the first';
COMMENT ON COLUMN assure.check_plan.rate_micro IS 'share that is drawn, of all and of each stratum, millionths';
COMMENT ON COLUMN assure.check_plan.strata IS 'list of what divides the work into strata, as assure.put_check_plan() takes it; at least one task of each stratum is drawn';
COMMENT ON COLUMN assure.check_plan.check_queue_id IS 'where checks are tasks';
COMMENT ON COLUMN assure.check_plan.rectify_queue_id IS 'where rectifications are tasks; its SLA policy is their deadline';
COMMENT ON COLUMN assure.check_plan.put_at IS 'when it was put';

CREATE SEQUENCE assure.check_draw_id_seq;
CREATE TABLE assure.check_draw (
    check_draw_id bigint PRIMARY KEY DEFAULT nextval('assure.check_draw_id_seq'),
    check_plan_id bigint NOT NULL REFERENCES assure.check_plan,
    queue_id bigint NOT NULL REFERENCES assure.queue,
    period daterange NOT NULL CHECK (NOT isempty(period) AND NOT lower_inf(period) AND NOT upper_inf(period)),
    seed text NOT NULL CHECK (seed <> ''),
    population_count bigint NOT NULL CHECK (population_count >= 0),
    sample_count bigint NOT NULL CHECK (sample_count BETWEEN 0 AND population_count),
    drawn_at timestamptz NOT NULL DEFAULT now(),
    drawn_by text NOT NULL,
    actor_worker_id bigint,
    audit_id bigint NOT NULL,
    row_hash bytea NOT NULL CHECK (octet_length(row_hash) = 32)
);
CREATE INDEX check_draw_check_plan_id ON assure.check_draw (check_plan_id);
CREATE INDEX check_draw_period ON assure.check_draw (queue_id, lower(period));
COMMENT ON TABLE assure.check_draw IS 'What was drawn of a queue''s work, once for each day; append-only.';
COMMENT ON COLUMN assure.check_draw.check_draw_id IS 'key';
COMMENT ON COLUMN assure.check_draw.check_plan_id IS 'plan version that it was drawn by';
COMMENT ON COLUMN assure.check_draw.queue_id IS 'whose work';
COMMENT ON COLUMN assure.check_draw.period IS 'days on which the work was finished, in the company''s time zone';
COMMENT ON COLUMN assure.check_draw.seed IS 'what the draw is repeated from';
COMMENT ON COLUMN assure.check_draw.population_count IS 'tasks that were finished';
COMMENT ON COLUMN assure.check_draw.sample_count IS 'tasks that were drawn';
COMMENT ON COLUMN assure.check_draw.drawn_at IS 'when';
COMMENT ON COLUMN assure.check_draw.drawn_by IS 'session user';
COMMENT ON COLUMN assure.check_draw.actor_worker_id IS 'the worker behind that session; NULL: a job or an application';
COMMENT ON COLUMN assure.check_draw.audit_id IS 'the audit row, which holds the root of its hash';
COMMENT ON COLUMN assure.check_draw.row_hash IS 'SHA-256 over the canonical bytes of the row and of its sample';

CREATE SEQUENCE assure.check_id_seq;
CREATE TABLE assure.check_sample (
    check_id bigint PRIMARY KEY DEFAULT nextval('assure.check_id_seq'),
    check_draw_id bigint NOT NULL REFERENCES assure.check_draw,
    task_id bigint NOT NULL UNIQUE,
    queue_id bigint NOT NULL,
    branch_id bigint NOT NULL,
    author_worker_id bigint NOT NULL,
    subject_kind text NOT NULL,
    account_id bigint,
    subject_id bigint,
    amount_fen bigint NOT NULL,
    done_at timestamptz NOT NULL,
    strata text[] NOT NULL
);
-- What a draw reads: the finished tasks of a span of time.
CREATE INDEX task_done ON assure.task (queue_id, state_since) WHERE state = 'done';
CREATE INDEX check_sample_draw ON assure.check_sample (check_draw_id);
CREATE INDEX check_sample_author ON assure.check_sample (author_worker_id, done_at);
COMMENT ON TABLE assure.check_sample IS 'The drawn tasks, append-only; a task is drawn once.';
COMMENT ON COLUMN assure.check_sample.check_id IS 'key';
COMMENT ON COLUMN assure.check_sample.check_draw_id IS 'the draw';
COMMENT ON COLUMN assure.check_sample.task_id IS 'the task that is checked';
COMMENT ON COLUMN assure.check_sample.queue_id IS 'its queue';
COMMENT ON COLUMN assure.check_sample.branch_id IS 'its branch of origin';
COMMENT ON COLUMN assure.check_sample.author_worker_id IS 'who did it';
COMMENT ON COLUMN assure.check_sample.subject_kind IS 'what it was about';
COMMENT ON COLUMN assure.check_sample.account_id IS 'certificate of that; NULL: it has none';
COMMENT ON COLUMN assure.check_sample.subject_id IS 'its key; NULL: it is known outside';
COMMENT ON COLUMN assure.check_sample.amount_fen IS 'amount at stake, fen';
COMMENT ON COLUMN assure.check_sample.done_at IS 'when it was done';
COMMENT ON COLUMN assure.check_sample.strata IS 'the strata that it belongs to';

CREATE TABLE assure.check_stage (
    check_id bigint PRIMARY KEY REFERENCES assure.check_sample,
    round int NOT NULL DEFAULT 1 CHECK (round >= 1),
    stage text NOT NULL DEFAULT 'checking' CHECK (stage IN ('checking', 'rectifying', 'passed')),
    task_id bigint NOT NULL,
    stage_since timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
CREATE UNIQUE INDEX check_stage_task ON assure.check_stage (task_id);
COMMENT ON TABLE assure.check_stage IS 'How far a check is. checking -> passed | rectifying; rectifying -> checking, in the next round.';
COMMENT ON COLUMN assure.check_stage.check_id IS 'the check';
COMMENT ON COLUMN assure.check_stage.round IS '1: the first check; each rectification makes another';
COMMENT ON COLUMN assure.check_stage.stage IS 'checking, rectifying or passed';
COMMENT ON COLUMN assure.check_stage.task_id IS 'the task of who checks or mends; of one that passed, the last';
COMMENT ON COLUMN assure.check_stage.stage_since IS 'since when';

CREATE TABLE assure.check_verdict (
    check_id bigint NOT NULL REFERENCES assure.check_sample,
    round int NOT NULL CHECK (round >= 1),
    queue_id bigint NOT NULL,
    author_worker_id bigint NOT NULL,
    checker_worker_id bigint NOT NULL CHECK (checker_worker_id <> author_worker_id),
    passed boolean NOT NULL,
    weight int NOT NULL CHECK (weight >= 0),
    decided_at timestamptz NOT NULL DEFAULT now(),
    decided_by text NOT NULL,
    note text,
    PRIMARY KEY (check_id, round),
    CHECK (passed = (weight = 0))
);
CREATE INDEX check_verdict_author ON assure.check_verdict (decided_at, author_worker_id) WHERE round = 1;
COMMENT ON TABLE assure.check_verdict IS 'What checkers found, append-only. The first round tells of the quality of the work, the others of its mending.';
COMMENT ON COLUMN assure.check_verdict.check_id IS 'the check';
COMMENT ON COLUMN assure.check_verdict.round IS '1: of the work as it was drawn';
COMMENT ON COLUMN assure.check_verdict.queue_id IS 'queue of the work';
COMMENT ON COLUMN assure.check_verdict.author_worker_id IS 'who did the work';
COMMENT ON COLUMN assure.check_verdict.checker_worker_id IS 'who checked it';
COMMENT ON COLUMN assure.check_verdict.passed IS 'true: no defect';
COMMENT ON COLUMN assure.check_verdict.weight IS 'sum of the weights of its defects';
COMMENT ON COLUMN assure.check_verdict.decided_at IS 'when';
COMMENT ON COLUMN assure.check_verdict.decided_by IS 'session user';
COMMENT ON COLUMN assure.check_verdict.note IS 'what was noted';

CREATE TABLE assure.check_finding (
    check_id bigint NOT NULL,
    round int NOT NULL,
    defect_id bigint NOT NULL REFERENCES assure.defect,
    weight smallint NOT NULL CHECK (weight BETWEEN 1 AND 100),
    note text,
    PRIMARY KEY (check_id, round, defect_id),
    FOREIGN KEY (check_id, round) REFERENCES assure.check_verdict
);
CREATE INDEX check_finding_defect_id ON assure.check_finding (defect_id);
COMMENT ON TABLE assure.check_finding IS 'The defects of a verdict, append-only.';
COMMENT ON COLUMN assure.check_finding.check_id IS 'the check';
COMMENT ON COLUMN assure.check_finding.round IS 'its round';
COMMENT ON COLUMN assure.check_finding.defect_id IS 'the defect, in the version of then';
COMMENT ON COLUMN assure.check_finding.weight IS 'its weight of then';
COMMENT ON COLUMN assure.check_finding.note IS 'what was noted';

CREATE TABLE assure.check_draw_close (
    check_draw_id bigint PRIMARY KEY REFERENCES assure.check_draw,
    closed_at timestamptz NOT NULL DEFAULT now(),
    closed_by text NOT NULL,
    actor_worker_id bigint,
    sample_count bigint NOT NULL CHECK (sample_count >= 0),
    passed_count bigint NOT NULL CHECK (passed_count BETWEEN 0 AND sample_count),
    weight_sum bigint NOT NULL CHECK (weight_sum >= 0)
);
COMMENT ON TABLE assure.check_draw_close IS 'Draws that are closed, append-only: all of the sample has passed in the end, nothing of it changes any more.';
COMMENT ON COLUMN assure.check_draw_close.check_draw_id IS 'the draw';
COMMENT ON COLUMN assure.check_draw_close.closed_at IS 'when';
COMMENT ON COLUMN assure.check_draw_close.closed_by IS 'session user';
COMMENT ON COLUMN assure.check_draw_close.actor_worker_id IS 'the worker behind that session; NULL: a job or an application';
COMMENT ON COLUMN assure.check_draw_close.sample_count IS 'checks';
COMMENT ON COLUMN assure.check_draw_close.passed_count IS 'of which passed in the first round';
COMMENT ON COLUMN assure.check_draw_close.weight_sum IS 'sum of the weights of the first round''s defects';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.defect
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.check_plan
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.check_draw
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.check_sample
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.check_verdict
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.check_finding
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.check_draw_close
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();

-- Who has a check or its rectification in hand sees the claim behind it.
CREATE POLICY post_check ON assure.claim FOR SELECT
    USING ((account_id, claim_id) IN (SELECT s.account_id, s.subject_id FROM assure.check_sample s
        JOIN assure.check_stage g USING (check_id) JOIN assure.task t ON t.task_id = g.task_id
        WHERE t.worker_id = (SELECT assure.acting_worker()) AND t.state IN ('reserved', 'accepted') AND s.subject_kind = 'claim'));
ALTER TABLE assure.check_sample ENABLE ROW LEVEL SECURITY;
CREATE POLICY branch ON assure.check_sample FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR branch_id = ANY ((SELECT assure.visible_branches())::bigint[])
        OR author_worker_id = (SELECT assure.acting_worker())
        OR check_id IN (SELECT g.check_id FROM assure.check_stage g JOIN assure.task t ON t.task_id = g.task_id
            WHERE t.worker_id = (SELECT assure.acting_worker()) AND t.state IN ('reserved', 'accepted')));
ALTER TABLE assure.check_verdict ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.check_verdict FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.check_sample s WHERE s.check_id = check_verdict.check_id));
ALTER TABLE assure.check_finding ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.check_finding FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.check_sample s WHERE s.check_id = check_finding.check_id));

-- Views for BI tools.
CREATE VIEW assure_bi.check_sample WITH (security_barrier) AS
    SELECT s.check_id, s.check_draw_id, q.code AS queue, lower(d.period) AS from_date, upper(d.period) - 1 AS to_date, d.seed,
        s.task_id, b.code AS branch, w.code AS author, assure_bi.mask_name(w.name) AS author_name, round(s.amount_fen / 100.0, 2) AS amount,
        s.done_at, s.strata, g.round, g.stage, g.task_id AS stage_task_id, g.stage_since, c.closed_at AS draw_closed_at
    FROM assure.check_sample s JOIN assure.check_draw d USING (check_draw_id) JOIN assure.queue q ON q.queue_id = s.queue_id
    JOIN assure.check_stage g USING (check_id) JOIN assure.branch b USING (branch_id) JOIN assure.worker w ON w.worker_id = s.author_worker_id
    LEFT JOIN assure.check_draw_close c USING (check_draw_id);
COMMENT ON VIEW assure_bi.check_sample IS 'Tasks drawn for a post-check, and how far each is.';
COMMENT ON COLUMN assure_bi.check_sample.check_id IS 'check';
COMMENT ON COLUMN assure_bi.check_sample.check_draw_id IS 'draw';
COMMENT ON COLUMN assure_bi.check_sample.queue IS 'queue of the work';
COMMENT ON COLUMN assure_bi.check_sample.from_date IS 'first day of the draw';
COMMENT ON COLUMN assure_bi.check_sample.to_date IS 'its last day';
COMMENT ON COLUMN assure_bi.check_sample.seed IS 'its seed';
COMMENT ON COLUMN assure_bi.check_sample.task_id IS 'task that is checked';
COMMENT ON COLUMN assure_bi.check_sample.branch IS 'branch of origin';
COMMENT ON COLUMN assure_bi.check_sample.author IS 'who did it, by code';
COMMENT ON COLUMN assure_bi.check_sample.author_name IS 'masked name';
COMMENT ON COLUMN assure_bi.check_sample.amount IS 'amount at stake, yuan';
COMMENT ON COLUMN assure_bi.check_sample.done_at IS 'when it was done';
COMMENT ON COLUMN assure_bi.check_sample.strata IS 'strata that it belongs to';
COMMENT ON COLUMN assure_bi.check_sample.round IS 'round of checking';
COMMENT ON COLUMN assure_bi.check_sample.stage IS 'checking, rectifying or passed';
COMMENT ON COLUMN assure_bi.check_sample.stage_task_id IS 'task of who checks or mends';
COMMENT ON COLUMN assure_bi.check_sample.stage_since IS 'since when';
COMMENT ON COLUMN assure_bi.check_sample.draw_closed_at IS 'when the draw was closed; empty: it is open';

CREATE VIEW assure_bi.check_result WITH (security_barrier) AS
    SELECT v.check_id, v.round, s.check_draw_id, s.task_id, q.code AS queue, b.code AS branch, a.code AS author, assure_bi.mask_name(a.name) AS author_name,
        k.code AS checker, v.passed, v.weight, f.defects, v.decided_at, s.done_at
    FROM assure.check_verdict v JOIN assure.check_sample s USING (check_id) JOIN assure.queue q ON q.queue_id = v.queue_id
    JOIN assure.branch b USING (branch_id) JOIN assure.worker a ON a.worker_id = v.author_worker_id
    JOIN assure.worker k ON k.worker_id = v.checker_worker_id
    LEFT JOIN LATERAL (SELECT array_agg(d.code ORDER BY d.code COLLATE "C") AS defects FROM assure.check_finding x JOIN assure.defect d USING (defect_id)
        WHERE x.check_id = v.check_id AND x.round = v.round) f ON true;
COMMENT ON VIEW assure_bi.check_result IS 'Verdicts of post-checks. Over round 1: avg(passed::int) is the pass rate, avg(weight) the weighted defect rate.';
COMMENT ON COLUMN assure_bi.check_result.check_id IS 'check';
COMMENT ON COLUMN assure_bi.check_result.round IS '1: of the work as it was drawn; later ones: of its mending';
COMMENT ON COLUMN assure_bi.check_result.check_draw_id IS 'draw';
COMMENT ON COLUMN assure_bi.check_result.task_id IS 'task that was checked';
COMMENT ON COLUMN assure_bi.check_result.queue IS 'its queue';
COMMENT ON COLUMN assure_bi.check_result.branch IS 'its branch of origin';
COMMENT ON COLUMN assure_bi.check_result.author IS 'who did it, by code';
COMMENT ON COLUMN assure_bi.check_result.author_name IS 'masked name';
COMMENT ON COLUMN assure_bi.check_result.checker IS 'who checked it, by code';
COMMENT ON COLUMN assure_bi.check_result.passed IS 'true: no defect';
COMMENT ON COLUMN assure_bi.check_result.weight IS 'sum of the weights of its defects';
COMMENT ON COLUMN assure_bi.check_result.defects IS 'codes of its defects; empty: none';
COMMENT ON COLUMN assure_bi.check_result.decided_at IS 'when the verdict was given';
COMMENT ON COLUMN assure_bi.check_result.done_at IS 'when the work was done';
