\set ECHO none
-- Matching profiles: what is refused, with the place; what factors cost, against
-- a slow computation in SQL.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(85);
SELECT t.new_role('op', 'operator'), t.new_role('sup', 'supervisor'), t.new_role('adm', 'admin'), t.new_role('bi', 'bi') \g /dev/null
-- t.put(changes) puts the small profile with members replaced; t.factor(changes) with its factor's.
CREATE FUNCTION t.profile(changes jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_strip_nulls('{"code": "P", "name": "Pé", "factors": [{"code": "a", "parameter": "sla_rate_queue_30", "weight": 1}]}'::jsonb || changes) $$;
CREATE FUNCTION t.put(changes jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$ SELECT t.fails(format('SELECT assure.put_match_profile(%L)', t.profile(changes))) $$;
CREATE FUNCTION t.factor(changes jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT t.put(jsonb_build_object('factors', jsonb_build_array(jsonb_strip_nulls('{"code": "a", "parameter": "sla_rate_queue_30", "weight": 1}'::jsonb || changes)))) $$;
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;

-- Refused: with the place, and nothing changed.
SELECT is(t.put('{"code": null}'), 'AS112 profile: code: missing', 'a profile has a code');
SELECT is(t.put('{"name": null}'), 'AS112 profile: name: missing', 'and a name');
SELECT is(t.put('{"factors": null}'), 'AS112 profile: factors: missing', 'and factors');
SELECT is(t.put('{"factors": []}'), 'AS112 profile: factors: an empty list', 'at least one');
SELECT is(t.put('{"factors": {}}'), 'AS112 profile: factors: a list expected, not an object', 'in a list');
SELECT is(t.put('{"factor": []}'), 'AS112 profile: factor: unknown key', 'a key that is not known');
SELECT is(t.factor('{"code": null}'), 'AS112 profile: factors[0].code: missing', 'a factor has a code');
SELECT is(t.factor('{"weight": null}'), 'AS112 profile: factors[0].weight: missing', 'and a weight');
SELECT is(t.factor('{"weight": "heavy"}'), 'AS112 profile: factors[0].weight: a number such as 1.5 expected, not "heavy"', 'which is a number');
SELECT is(t.factor('{"weight": "1e3"}'), 'AS112 profile: factors[0].weight: a number such as 1.5 expected, not "1e3"', 'as people write it');
SELECT is(t.factor('{"weight": ["1"]}'), 'AS112 profile: factors[0].weight: a string expected, not a list', 'one');
SELECT is(t.factor('{"weight": 0.0000001}'), 'AS112 profile: factors[0].weight: 0.0000001 has more than 6 decimals', 'with six decimals');
SELECT is(t.factor('{"weight": 0}'), '22003 profile: factors[0].weight: 0 is out of range, from 0.000001 to 1000.000000', 'above 0');
SELECT is(t.factor('{"weight": -1}'), '22003 profile: factors[0].weight: -1 is out of range, from 0.000001 to 1000.000000', 'not below');
SELECT is(t.factor('{"weight": "1000.000001"}'), '22003 profile: factors[0].weight: 1000.000001 is out of range, from 0.000001 to 1000.000000', 'and at most 1000');
SELECT is(t.factor('{"parameter": null}'), 'AS112 profile: factors[0]: a parameter or an expression is missing', 'a factor has a parameter');
SELECT is(t.factor('{"parameter": "speed"}'), 'AS112 profile: factors[0].parameter: parameter "speed" does not exist', 'that exists');
SELECT is(t.factor('{"parameter": "sla_rate"}'), 'AS112 profile: factors[0].parameter: parameter "sla_rate" does not exist', 'with scope and window');
SELECT is(t.factor('{"parameter": "sla_rate_queue_31"}'), 'AS112 profile: factors[0].parameter: parameter "sla_rate_queue_31" does not exist', 'that there are');
SELECT is(t.factor('{"parameter": "sla_rate_queue_300"}'), 'AS112 profile: factors[0].parameter: parameter "sla_rate_queue_300" does not exist', 'in full');
SELECT is(t.factor('{"expression": "1"}'), 'AS112 profile: factors[0].expression: a factor has a parameter or an expression, not both', 'or an expression');
SELECT is(t.factor('{"dimension": "beauty"}'), 'AS112 profile: factors[0].dimension: unknown code "beauty", not one of efficiency, quality, effectiveness', 'a dimension is one of three');
SELECT is(t.factor('{"scale": {"worst": 1}}'), 'AS112 profile: factors[0].scale.best: missing', 'a scale has two ends');
SELECT is(t.factor('{"scale": {"worst": 1, "best": "1.0"}}'), 'AS112 profile: factors[0].scale: worst and best are the same', 'that differ');
SELECT is(t.factor('{"scale": {"worst": 1, "best": "2000000000000"}}'), '22003 profile: factors[0].scale.best: 2000000000000 is out of range, from -1000000000000.000000 to 1000000000000.000000', 'and are no astronomy');
SELECT is(t.put('{"factors": [{"code": "a", "parameter": "load", "weight": 1}, {"code": "a", "parameter": "free_slots", "weight": 1}]}'), 'AS112 profile: factors[1]: code "a" stands twice', 'codes are unique');
SELECT is(t.put('{"factors": [{"code": "a", "parameter": "load", "weight": 1}, {"code": "b", "parameter": "load", "weight": 1}]}'), 'AS112 profile: factors[1]: parameter "load" stands twice', 'and so are features of pairs');
SELECT is(t.put(jsonb_build_object('factors', (SELECT jsonb_agg(jsonb_build_object('code', n::text, 'parameter', 'volume_all_7', 'weight', 1)) FROM generate_series(1, 501) n))), '54000 profile: factors: 501 elements, at most 500 are allowed', 'there are 500 at most');
SELECT is(t.factor('{"parameter": null, "expression": "1 +", "dimension": "quality"}'), 'AS112 profile: factors[0].expression: a value expected, the text ends, at line 1, column 4', 'FEEL that is none');
SELECT is(t.factor('{"parameter": null, "expression": "sla_rate_queue_31", "dimension": "quality"}'), 'AS112 profile: factors[0].expression: "sla_rate_queue_31" is not known', 'FEEL over what is not known');
SELECT is(t.factor('{"parameter": null, "expression": "name", "dimension": "quality"}'), 'AS112 profile: factors[0].expression: "name" is not known', 'nor of people''s names');
SELECT is(t.factor('{"parameter": null, "expression": "today()", "dimension": "quality"}'), 'AS112 profile: factors[0].expression: today() has another result each time', 'FEEL that has no result of its own');
SELECT is(t.factor('{"parameter": null, "expression": "level * amount", "dimension": "quality"}'), 'AS112 profile: factors[0].expression: asks for facts of the worker and of the task at once', 'FEEL over a pair');
SELECT is(t.factor('{"parameter": null, "expression": "level", "dimension": "quality"}'), 'AS112 profile: factors[0]: a number needs a scale, {"worst": ..., "best": ...}', 'FEEL without a scale');
SELECT is(t.factor('{"parameter": null, "expression": "level", "scale": {"worst": 1, "best": 5}}'), 'AS112 profile: factors[0]: an expression needs a dimension: efficiency, quality or effectiveness', 'or without a dimension');
SELECT is(t.factor(jsonb_build_object('parameter', NULL, 'expression', repeat('1+', 5001) || '1')), '54000 profile: factors[0].expression: 10003 bytes, at most 10000 are allowed', 'FEEL that is a book');
SELECT is(t.put('{"conditions": ["alive"]}'), 'AS112 profile: conditions[0]: unknown code "alive", not one of same_province, same_branch, not_returned, not_declined', 'conditions that there are');
SELECT is(t.put('{"conditions": [{"code": "x"}]}'), 'AS112 profile: conditions[0].expression: missing', 'or an expression');
SELECT is(t.put('{"conditions": [{"code": "x", "expression": "amount > 5"}]}'), 'AS112 profile: conditions[0].expression: a condition is one on the worker, not on the task', 'on the worker');
SELECT is(t.put('{"conditions": [{"code": "x", "expression": "5"}]}'), 'AS112 profile: conditions[0].expression: is not true or false', 'true or false');
SELECT is(t.put('{"conditions": ["not_returned", "not_returned"]}'), 'AS112 profile: conditions[1]: code "not_returned" stands twice', 'once');
SELECT is(t.put('{"penalties": {"far": 1}}'), 'AS112 profile: penalties.far: unknown key', 'penalties that there are');
SELECT is(t.put('{"penalties": {"other_branch": -0.1}}'), '22003 profile: penalties.other_branch: -0.1 is out of range, from 0.000000 to 100.000000', 'a penalty is not below 0');
SELECT is(t.put('{"penalties": {"levels_below_max": 5}}'), '22003 profile: penalties.levels_below_max: 5 is out of range, from 0 to 4', 'there are five levels');
SELECT is(t.put('{"preferred_worker": 101}'), '22003 profile: preferred_worker: 101 is out of range, from 0.000000 to 100.000000', 'a bonus has a bound');
SELECT is(t.put('{"levelling": {"step": "x"}}'), 'AS112 profile: levelling.step: a number such as 1.5 expected, not "x"', 'levelling is a number');
SELECT is(t.put('{"outside": {"per_hour": 101}}'), '22003 profile: outside.per_hour: 101 is out of range, from 0.000000 to 100.000000', 'ageing has a bound');
SELECT is(t.fails('SELECT assure.put_match_profile(NULL)'), '22004 profile must not be NULL', 'NULL is no profile');
SELECT is(t.fails('SELECT assure.put_match_profile(''[]'')'), 'AS112 profile: an object expected, not a list', 'nor is a list');
SELECT matches(t.run('sup', format('SELECT assure.put_match_profile(%L)', t.profile())), '^42501 ', 'a supervisor puts no profile');
SELECT matches(t.run('op', format('SELECT assure.try_match_profile(%L, ''claim_review'')', t.profile())), '^42501 ', 'an operator tries none');
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'nothing of this wrote a row');

-- Put.
SELECT matches(t.run('adm', format('SELECT assure.put_match_profile(%L, ''r1'')', t.profile())), '^\d+$', 'an administrator puts a profile');
SELECT is(t.run('adm', format('SELECT assure.put_match_profile(%L, ''r1'')', t.profile())), (SELECT match_profile_id::text FROM assure.match_profile WHERE code = 'P'), 'once');
SELECT matches(t.run('adm', format('SELECT assure.put_match_profile(%L, ''r1'')', t.profile('{"name": "other"}'))), '^AS003 ', 'a request is one document');
SELECT is(t.put('{"name": "better", "penalties": {"other_branch": "0.05"}}'), 'none', 'a second version');
SELECT is((SELECT string_agg(version || ' ' || name, ', ' ORDER BY version) FROM assure.match_profile WHERE code = 'P'), '1 Pé, 2 better', 'stands beside the first');
SELECT is(t.fails('UPDATE assure.match_profile SET name = ''x'''), 'AS005 rows of "assure.match_profile" are append-only: update is refused', 'which nobody changes');
SELECT is((SELECT string_agg(subject, ', ' ORDER BY audit_id) FROM assure.audit_log WHERE action = 'put_match_profile'), 'match_profile P version 1, match_profile P version 2', 'both are noted');
SELECT is(t.put((SELECT document FROM assure.match_profile WHERE code = 'default') || '{"code": "copy"}'), 'none', 'the default profile is a profile');
SELECT is(t.put(jsonb_build_object('code', 'all', 'factors', (SELECT jsonb_agg(jsonb_build_object('code', code, 'parameter', code, 'weight', 1) ORDER BY code) FROM assure.match_parameter))), 'none', 'all parameters are parameters');
SELECT is(t.factor('{"parameter": null, "expression": "if attributes.vip = true then 1 else age / 24", "dimension": "quality", "scale": {"worst": 0, "best": "2.5"}}'), 'none', 'a factor on the task');
SELECT is((SELECT round(sum(share)) FROM assure_bi.match_profile WHERE code = 'default'), 1::numeric, 'BI sees the shares of factors');
SELECT is((SELECT count(*) FROM assure_bi.match_profile f LEFT JOIN assure.match_parameter p ON p.code = f.parameter WHERE f.code = 'all' AND f.dimension IS DISTINCT FROM p.dimension), 0::bigint, 'with their dimensions');

-- Measures of 60 workers at random, and what is expected; two queues, products, chapters.
SELECT setseed(0.3) \g /dev/null
INSERT INTO assure.queue (code, name, skill, skill_level) VALUES ('q1', 'One', 'q', 2), ('q2', 'Two', 'q', 4);
INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen) SELECT 'Y' || n, 'x', branch_id, 1 + n % 7, 100000 * n FROM generate_series(1, 60) n JOIN assure.branch b ON b.code = (ARRAY['BJ', 'SH', 'GD'])[1 + n % 3];
INSERT INTO assure.worker_skill SELECT worker_id, 'q', 1 + worker_id % 5 FROM assure.worker WHERE code LIKE 'Y%';
INSERT INTO assure.measure_prior SELECT g.scope, g.key, w, m.measure, 5, random(), CASE WHEN m.smoothing = 'none' THEN 0 ELSE 4 + 20 * random() END, CASE WHEN random() < 0.1 THEN 0 ELSE random() END
    FROM (VALUES ('all', ''), ('queue', 'q1'), ('product', 'LIFE'), ('chapter', '9'), ('chapter', '10')) g (scope, key), unnest('{7,30,90}'::smallint[]) w, (SELECT DISTINCT measure, smoothing FROM assure.match_parameter WHERE kind = 'measure') m WHERE random() < 0.95;
INSERT INTO assure.worker_measure SELECT w.worker_id, g.scope, g.key, d, n, n, n * n, n / 3, n * 1000, n / 2, n * 77, n * 9999, n * 60, n * 90, n / 2, n * 50, n * 4000, n / 3, n * 11, n * 3000, n * 2, n, n / 4, n / 5, n / 2, n / 3, n * 100, n * 30000, n / 3, n / 4, n, n * 9, n / 9, n / 7, n / 5, n / 6, n / 8, n / 2, n, n * 4, n / 9, n / 2, n * 3, n * 19, n / 4, n * 500, n * 900000
    FROM assure.worker w CROSS JOIN (VALUES ('all', ''), ('queue', 'q1'), ('queue', 'q2'), ('product', 'LIFE'), ('product', 'CAR'), ('chapter', '9')) g (scope, key), unnest('{7,30,90}'::smallint[]) d, LATERAL (SELECT floor(random() ^ 3 * 50 + w.worker_id * 0)::int AS n) x WHERE w.code LIKE 'Y%' AND random() < 0.8;
-- t.slow(scope, key, ...) values by the definition of the parameters: own value and cases of a row.
CREATE FUNCTION t.own(m assure.worker_measure, measure text, OUT cases numeric, OUT value numeric) LANGUAGE sql AS $$
    SELECT c, CASE WHEN c > 0 THEN v / CASE WHEN measure ~ '^(volume|points|urgent_volume|amount|handling_median|handling_p90)$' THEN 1 ELSE c END END FROM (SELECT (CASE measure
        WHEN 'handling_mean' THEN m.timed WHEN 'handling_median' THEN m.timed WHEN 'handling_p90' THEN m.timed WHEN 'response_mean' THEN m.responses WHEN 'idle_mean' THEN m.idles WHEN 'acceptance_rate' THEN m.offers
        WHEN 'return_rate' THEN m.accepted WHEN 'daily_volume' THEN m.days WHEN 'cost_per_task' THEN m.costed WHEN 'check_pass_rate' THEN m.checked WHEN 'defect_rate' THEN m.checked WHEN 'overturn_rate' THEN m.appeals_closed
        WHEN 'sla_rate' THEN m.targeted WHEN 'slack_mean' THEN m.targeted WHEN 'satisfaction' THEN m.scored WHEN 'unhappy_rate' THEN m.scored WHEN 'points_per_task' THEN m.pointed
        WHEN 'volume' THEN 1 WHEN 'points' THEN 1 WHEN 'urgent_volume' THEN 1 WHEN 'amount' THEN 1 ELSE m.cases END)::numeric AS c,
        (CASE measure WHEN 'handling_mean' THEN m.handling_seconds / 60.0 WHEN 'handling_median' THEN m.handling_median / 60.0 WHEN 'handling_p90' THEN m.handling_p90 / 60.0 WHEN 'response_mean' THEN m.response_seconds / 60.0
        WHEN 'idle_mean' THEN m.idle_seconds / 60.0 WHEN 'acceptance_rate' THEN m.accepted WHEN 'return_rate' THEN m.returned WHEN 'volume' THEN m.cases WHEN 'daily_volume' THEN m.cases WHEN 'cost_per_task' THEN m.cost_fen / 100.0
        WHEN 'check_pass_rate' THEN m.passed WHEN 'defect_rate' THEN m.defect_weight WHEN 'rework_rate' THEN m.reworked WHEN 'appeal_rate' THEN m.appealed WHEN 'overturn_rate' THEN m.overturned WHEN 'suspend_rate' THEN m.suspended
        WHEN 'sla_rate' THEN m.in_time WHEN 'slack_mean' THEN m.slack_permille / 1000.0 WHEN 'complaint_rate' THEN m.complained WHEN 'satisfaction' THEN m.score WHEN 'unhappy_rate' THEN m.unhappy
        WHEN 'points_per_task' THEN m.points WHEN 'points' THEN m.points WHEN 'urgent_volume' THEN m.urgent WHEN 'amount' THEN m.amount_fen / 100.0 END)::numeric AS v) x $$;
CREATE VIEW t.slow AS
    SELECT w.code AS worker, q.code AS queue, pr.product, ch.chapter, r.code AS parameter,
        CASE WHEN p.centre IS NULL THEN CASE WHEN o.cases > 0 THEN o.value::float8 WHEN r.smoothing = 'none' AND g.key IS NOT NULL THEN 0 END
            WHEN r.smoothing = 'none' THEN coalesce(o.value::float8, 0)
            WHEN coalesce(o.cases, 0) = 0 THEN p.centre ELSE (o.cases::float8 * o.value::float8 + p.strength * p.centre) / (o.cases::float8 + p.strength) END AS value,
        p.centre - CASE r.direction WHEN 'higher' THEN 2 ELSE -2 END * p.spread AS worst, p.centre + CASE r.direction WHEN 'higher' THEN 2 ELSE -2 END * p.spread AS best
    FROM assure.queue q JOIN assure.worker_skill s ON s.skill = q.skill AND s.level >= q.skill_level JOIN assure.worker w USING (worker_id)
    CROSS JOIN (VALUES ('LIFE'), ('CAR'), (NULL)) pr (product) CROSS JOIN (VALUES (9), (10), (NULL)) ch (chapter)
    JOIN assure.match_parameter r ON r.kind = 'measure'
    CROSS JOIN LATERAL (SELECT CASE r.scope WHEN 'all' THEN '' WHEN 'queue' THEN q.code WHEN 'product' THEN pr.product ELSE ch.chapter::text END AS key) g
    LEFT JOIN assure.measure_prior p ON p.scope = r.scope AND p.key = g.key AND p.window_days = r.window_days AND p.measure = r.measure
    LEFT JOIN assure.worker_measure m ON m.worker_id = w.worker_id AND m.scope = r.scope AND m.key = g.key AND m.window_days = r.window_days
    LEFT JOIN LATERAL t.own(m, r.measure) o ON m.worker_id IS NOT NULL;
CREATE FUNCTION t.cost(weight bigint, worst float8, best float8, value float8) RETURNS bigint LANGUAGE sql AS $$
    SELECT CASE WHEN value IS NULL OR worst IS NULL OR worst = best THEN weight / 2 ELSE floor(least(greatest((best - value) / (best - worst), 0), 1) * weight) END::bigint $$;
-- All 300 measures as factors, in each class; a value is kept as float4.
CREATE TEMP TABLE fast AS SELECT q AS in_queue, pr AS in_product, ch AS in_chapter, x.* FROM (VALUES ('q1'), ('q2')) a (q), (VALUES ('LIFE'), ('CAR'), (NULL)) b (pr), (VALUES (9), (10), (NULL)) c (ch),
    LATERAL assure.try_match_profile((SELECT document FROM assure.match_profile WHERE code = 'all'), q, pr, ch) x;
SELECT is((SELECT count(*) FROM fast), (SELECT count(*) FROM t.slow WHERE queue IN ('q1', 'q2')), 'a row for each qualified worker, class and measure');
CREATE TEMP TABLE both_ways AS SELECT f.worker, f.in_queue, f.in_product, f.in_chapter, f.factor, f.value, s.value AS slow_value, f.worst, f.best, f.contribution, f.cost, f.weight, t.cost(f.weight, s.worst, s.best, s.value) AS slow_cost
    FROM fast f JOIN t.slow s ON s.worker = f.worker AND s.queue = f.in_queue AND s.product IS NOT DISTINCT FROM f.in_product AND s.chapter IS NOT DISTINCT FROM f.in_chapter AND s.parameter = f.factor;
SELECT is((SELECT count(*) FROM both_ways WHERE (value IS NULL) <> (slow_value IS NULL) OR abs(value - slow_value) > 1e-6 * greatest(1, abs(slow_value))), 0::bigint, 'values are what the slow way says');
SELECT is((SELECT count(*) FROM both_ways WHERE abs(contribution - slow_cost) > 1), 0::bigint, 'and so is what they cost, to the unit');
SELECT is((SELECT count(*) FROM (SELECT worker, in_queue, in_product, in_chapter FROM both_ways GROUP BY 1, 2, 3, 4 HAVING sum(contribution) <> max(cost)) x), 0::bigint, 'a worker costs the sum of the factors');
SELECT cmp_ok((SELECT count(DISTINCT contribution) FROM both_ways), '>', 1000::bigint, 'which differ');
SELECT is((SELECT count(*) FROM assure.try_match_profile(t.profile(), 'q1')), (SELECT count(*) FROM assure.worker_skill WHERE skill = 'q' AND level >= 2), 'who has too low a level is not there');

-- Expressions: the same through FEEL.
SELECT is((SELECT max(d) FROM (SELECT max(contribution) - min(contribution) AS d FROM assure.try_match_profile(t.profile(jsonb_build_object('factors', jsonb_build_array(
        jsonb_build_object('code', 'plain', 'parameter', 'sla_rate_queue_30', 'weight', 1, 'scale', '{"worst": 0, "best": 1}'::jsonb),
        jsonb_build_object('code', 'feel', 'expression', 'sla_rate_queue_30', 'dimension', 'quality', 'weight', 1, 'scale', '{"worst": 0, "best": 1}'::jsonb)))), 'q1') GROUP BY worker) x) <= 1, true, 'a parameter and an expression of it cost the same');
SELECT is((SELECT string_agg(DISTINCT contribution::text, ' ') FROM assure.try_match_profile(t.profile('{"factors": [{"code": "x", "expression": "level >= 4", "dimension": "quality", "weight": 7}]}'), 'q1')), '0 1000000', 'true is best, without a scale');
SELECT is((SELECT count(*) FROM assure.try_match_profile(t.profile('{"factors": [{"code": "x", "expression": "authority / 1000 + capacity", "dimension": "quality", "weight": 7, "scale": {"worst": 0, "best": 100}}]}'), 'q1') x JOIN assure.worker w ON w.code = x.worker
    WHERE abs(x.value - (w.authority_fen / 100000.0 + w.capacity)::float8) > 1e-6), 0::bigint, 'facts of the worker');
SELECT is((SELECT string_agg(DISTINCT concat_ws(' ', x.value, b.code), ', ') FROM assure.try_match_profile(t.profile('{"factors": [{"code": "x", "expression": "if branch = \"BJ\" and province = \"110000\" then 1 else 2", "dimension": "quality", "weight": 7, "scale": {"worst": 2, "best": 1}}]}'), 'q1') x
    JOIN assure.worker w ON w.code = x.worker JOIN assure.branch b USING (branch_id)), '1 BJ, 2 GD, 2 SH', 'and of the branch');
SELECT is((SELECT string_agg(DISTINCT concat_ws(' ', coalesce(x.value::text, 'unknown'), contribution), ', ') FROM assure.try_match_profile(t.profile('{"factors": [{"code": "x", "expression": "1 / (level - level)", "dimension": "quality", "weight": 7, "scale": {"worst": 2, "best": 1}}]}'), 'q1') x), 'unknown 500000', 'what comes to nothing costs half');
SELECT is((SELECT count(*) FROM (VALUES ('q1', 1), ('q2', 10)) a (q, times), LATERAL assure.try_match_profile(t.profile('{"factors": [{"code": "x", "expression": "if queue = \"q1\" then level else 10 * level", "dimension": "quality", "weight": 7, "scale": {"worst": 0, "best": 100}}]}'), a.q) v
    JOIN assure.worker w ON w.code = v.worker JOIN assure.worker_skill s ON s.worker_id = w.worker_id AND s.skill = 'q' WHERE v.value <> s.level * a.times), 0::bigint, 'and of the class');
-- Conditions.
SELECT is((SELECT string_agg(DISTINCT concat_ws(' ', x.excluded_by, s.level, x.rank IS NULL), ', ') FROM assure.try_match_profile(t.profile('{"conditions": [{"code": "low", "expression": "level >= 3"}, {"code": "high", "expression": "level <= 4"}]}'), 'q1') x
    JOIN assure.worker w ON w.code = x.worker JOIN assure.worker_skill s ON s.worker_id = w.worker_id AND s.skill = 'q'), '3 f, 4 f, high 5 t, low 2 t', 'conditions exclude, the first one that does not hold');
SELECT is((SELECT count(*) FILTER (WHERE excluded_by IS NULL) FROM assure.try_match_profile(t.profile('{"conditions": [{"code": "null", "expression": "level > null"}]}'), 'q1')), 0::bigint, 'what is not true excludes');
SELECT is((SELECT string_agg(worker, ' ' ORDER BY rank) FROM assure.try_match_profile(t.profile('{"factors": [{"code": "x", "expression": "authority", "dimension": "quality", "weight": 7, "scale": {"worst": 0, "best": 60000}}]}'), 'q1') WHERE rank <= 3),
    (SELECT string_agg(code, ' ' ORDER BY authority_fen DESC) FROM (SELECT code, authority_fen FROM assure.worker w JOIN assure.worker_skill s USING (worker_id) WHERE skill = 'q' AND level >= 2 ORDER BY authority_fen DESC LIMIT 3) x), 'the cheapest stands first');
-- Tries that are refused.
SELECT is(t.fails(format('SELECT assure.try_match_profile(%L, ''no'')', t.profile())), 'P0002 queue "no" does not exist', 'a queue that is not there');
SELECT is(t.fails(format('SELECT assure.try_match_profile(%L, ''q1'', NULL, 23)', t.profile())), '22023 chapter is 23, not from 1 to 22', 'a chapter that is none');
SELECT is(t.fails('SELECT assure.try_match_profile(NULL, ''q1'')'), '22004 profile must not be NULL', 'no profile');
SELECT is(t.fails('SELECT assure.try_match_profile(''{}'', ''q1'')'), 'AS112 profile: code: missing', 'a profile that is none');
SELECT matches(t.run('bi', 'SELECT count(*) FROM assure_bi.match_profile'), '^\d+$', 'BI reads profiles');
SELECT matches(t.run('bi', 'SELECT count(*) FROM assure.match_profile'), '^42501 ', 'in their view');
SELECT * FROM finish();
ROLLBACK;
