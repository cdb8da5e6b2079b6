-- What a factor of a matching profile may be: measures of workers, in scopes and
-- windows, and features of a pair of a task and a worker.  Read-only; the library
-- computes what stands here.

CREATE TABLE assure.match_parameter (
    code text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('measure', 'pair')),
    measure text NOT NULL,
    scope text CHECK (scope IN ('all', 'queue', 'product', 'chapter')),
    window_days int CHECK (window_days IN (7, 30, 90)),
    dimension text NOT NULL CHECK (dimension IN ('efficiency', 'quality', 'effectiveness')),
    unit text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('higher', 'lower')),
    worst numeric,
    best numeric,
    smoothing text CHECK (smoothing IN ('rate', 'mean', 'quantile', 'none')),
    computed text NOT NULL,
    CHECK ((kind = 'measure') = (scope IS NOT NULL) AND (kind = 'measure') = (window_days IS NOT NULL) AND (kind = 'measure') = (smoothing IS NOT NULL)),
    CHECK ((kind = 'pair') = (worst IS NOT NULL) AND (kind = 'pair') = (best IS NOT NULL))
);
GRANT SELECT ON assure.match_parameter TO PUBLIC;
COMMENT ON TABLE assure.match_parameter IS 'Parameters of matching: what a factor of a profile may be. Measures are computed from the history by assure.refresh_match_measures(), features of a pair while it is scored.';
COMMENT ON COLUMN assure.match_parameter.code IS 'name, as profiles and their expressions give it';
COMMENT ON COLUMN assure.match_parameter.kind IS 'measure: of a worker, in a scope and a window; pair: of a task and a worker';
COMMENT ON COLUMN assure.match_parameter.measure IS 'what is measured, without scope and window; of a pair its code';
COMMENT ON COLUMN assure.match_parameter.scope IS 'which work counts: all, that of the task''s queue, product line or chapter of diagnoses; NULL: of a pair';
COMMENT ON COLUMN assure.match_parameter.window_days IS 'how many of the last days count, today included; NULL: of a pair';
COMMENT ON COLUMN assure.match_parameter.dimension IS 'efficiency, quality or effectiveness: where it belongs unless the profile says otherwise';
COMMENT ON COLUMN assure.match_parameter.unit IS 'unit of its values';
COMMENT ON COLUMN assure.match_parameter.direction IS 'higher or lower: which is better';
COMMENT ON COLUMN assure.match_parameter.worst IS 'of a pair: the value that is worst unless the profile says otherwise; NULL: two spreads from the group''s centre';
COMMENT ON COLUMN assure.match_parameter.best IS 'of a pair: the value that is best unless the profile says otherwise; NULL: two spreads from the group''s centre';
COMMENT ON COLUMN assure.match_parameter.smoothing IS 'how values of a few cases are drawn to the group''s centre: rate (beta-binomial), mean or quantile (normal-normal), none; NULL: of a pair';
COMMENT ON COLUMN assure.match_parameter.computed IS 'how it is computed';

INSERT INTO assure.match_parameter (code, kind, measure, scope, window_days, dimension, unit, direction, smoothing, computed)
SELECT m.measure || '_' || s.scope || '_' || w.days, 'measure', m.measure, s.scope, w.days, m.dimension, m.unit, m.direction, m.smoothing,
    m.computed || ', ' || s.words || ', in the last ' || w.days || ' days'
FROM (VALUES
    ('handling_mean', 'efficiency', 'minutes', 'lower', 'mean', 'mean time from acceptance to the end of finished tasks, without suspensions'),
    ('handling_median', 'efficiency', 'minutes', 'lower', 'quantile', 'median of the same times'),
    ('handling_p90', 'efficiency', 'minutes', 'lower', 'quantile', 'the time that nine of ten tasks did not pass'),
    ('response_mean', 'efficiency', 'minutes', 'lower', 'mean', 'mean time from reservation to acceptance of finished tasks'),
    ('idle_mean', 'efficiency', 'minutes', 'lower', 'mean', 'mean time without a task in hand before one is begun, from the second of a day on'),
    ('acceptance_rate', 'efficiency', 'share', 'higher', 'rate', 'reservations that were accepted, of all that were accepted, given back or ran out'),
    ('return_rate', 'efficiency', 'share', 'lower', 'rate', 'tasks given back after acceptance, of those accepted'),
    ('volume', 'efficiency', 'tasks', 'higher', 'none', 'finished tasks'),
    ('daily_volume', 'efficiency', 'tasks a day', 'higher', 'mean', 'finished tasks for each day with one'),
    ('cost_per_task', 'efficiency', 'yuan', 'lower', 'mean', 'what the branch of origin is debited for a finished task that was settled between branches'),
    ('check_pass_rate', 'quality', 'share', 'higher', 'rate', 'post-checks passed in the first round, of those with a verdict'),
    ('defect_rate', 'quality', 'weight a task', 'lower', 'mean', 'weight of the defects found in the first round for each checked task'),
    ('rework_rate', 'quality', 'share', 'lower', 'rate', 'claims that were reversed or adjudicated again afterwards, of the finished tasks'),
    ('appeal_rate', 'quality', 'share', 'lower', 'rate', 'decisions appealed against, of the finished tasks'),
    ('overturn_rate', 'quality', 'share', 'lower', 'rate', 'decisions changed on appeal, of those that were looked at again'),
    ('suspend_rate', 'quality', 'share', 'lower', 'rate', 'tasks that had to wait for the customer, of the finished ones'),
    ('sla_rate', 'effectiveness', 'share', 'higher', 'rate', 'tasks finished within their deadline, of those finished that had one'),
    ('slack_mean', 'effectiveness', 'share', 'higher', 'mean', 'share of the time to the deadline that is left when a task is finished, from -1 to 1'),
    ('complaint_rate', 'effectiveness', 'share', 'lower', 'rate', 'tasks with a founded complaint, of the finished ones'),
    ('satisfaction', 'effectiveness', 'score', 'higher', 'mean', 'mean of the scores from 1 to 5 that customers gave'),
    ('unhappy_rate', 'effectiveness', 'share', 'lower', 'rate', 'scores of 1 and 2, of all that customers gave'),
    ('points_per_task', 'effectiveness', 'points', 'higher', 'mean', 'points for each finished task that gave some'),
    ('points', 'effectiveness', 'points', 'higher', 'none', 'points of the finished tasks'),
    ('urgent_volume', 'effectiveness', 'tasks', 'higher', 'none', 'finished tasks of priority 8 or 9'),
    ('amount', 'effectiveness', 'yuan', 'higher', 'none', 'what was at stake in the finished tasks')
    ) AS m (measure, dimension, unit, direction, smoothing, computed)
CROSS JOIN (VALUES ('all', 'over all work'), ('queue', 'over tasks of the same queue'), ('product', 'over tasks of the same product line'),
    ('chapter', 'over tasks with a diagnosis of the same chapter')) AS s (scope, words)
CROSS JOIN (VALUES (7), (30), (90)) AS w (days);

INSERT INTO assure.match_parameter (code, kind, measure, dimension, unit, direction, worst, best, computed) VALUES
    ('skill_margin', 'pair', 'skill_margin', 'quality', 'levels', 'higher', -2, 2, 'the worker''s level in the skill of the queue, less the level that it needs'),
    ('skill_excess', 'pair', 'skill_excess', 'efficiency', 'levels', 'lower', 4, 0, 'by how many levels the worker is above what the queue needs'),
    ('authority_headroom', 'pair', 'authority_headroom', 'efficiency', 'share', 'lower', 1, 0, 'share of the worker''s authority that the task does not need'),
    ('same_branch', 'pair', 'same_branch', 'effectiveness', '0 or 1', 'higher', 0, 1, 'the worker is of the task''s branch of origin'),
    ('same_prefecture', 'pair', 'same_prefecture', 'effectiveness', '0 or 1', 'higher', 0, 1, 'the worker''s branch is in the prefecture of the task'),
    ('same_province', 'pair', 'same_province', 'effectiveness', '0 or 1', 'higher', 0, 1, 'the worker''s branch is in the province of the task'),
    ('same_customer', 'pair', 'same_customer', 'effectiveness', '0 or 1', 'higher', 0, 1, 'the worker did a task of the same certificate in the last 90 days'),
    ('preferred', 'pair', 'preferred', 'effectiveness', '0 or 1', 'higher', 0, 1, 'the task names the worker as preferred'),
    ('load', 'pair', 'load', 'efficiency', 'share', 'lower', 1, 0, 'share of the worker''s capacity that is taken'),
    ('free_slots', 'pair', 'free_slots', 'efficiency', 'tasks', 'higher', 0, 20, 'tasks that the worker still has room for'),
    ('shift_fit', 'pair', 'shift_fit', 'efficiency', 'ratio', 'higher', 0, 2, 'what is left of the worker''s shift, in expected handling times, at most 10'),
    ('slack_fit', 'pair', 'slack_fit', 'effectiveness', 'ratio', 'higher', 0, 2, 'what is left to the task''s deadline, in expected handling times of the worker, at most 10'),
    ('case_mix', 'pair', 'case_mix', 'quality', 'share', 'lower', 1, -1, 'share of hard cases among the worker''s tasks today, less that of the group'),
    ('more_skills', 'pair', 'more_skills', 'quality', 'levels', 'higher', 0, 5, 'the worker''s mean level in what the task needs beside the skill of its queue; 5 where it needs nothing'),
    ('returned_before', 'pair', 'returned_before', 'efficiency', '0 or 1', 'lower', 1, 0, 'the worker gave this task back before'),
    ('declined_before', 'pair', 'declined_before', 'efficiency', '0 or 1', 'lower', 1, 0, 'the worker let a reservation of this task run out');
