\set ECHO none
-- SLA policies: documents that are refused, versions, deadlines against a reference that goes minute by minute.
BEGIN;
\i test/sql-common/setup.psql
SELECT no_plan();
SELECT t.new_role('adm', 'admin'), t.new_role('op', 'operator') \g /dev/null

-- Refused, with the path.
CREATE FUNCTION t.put(policy jsonb) RETURNS text LANGUAGE sql AS $$ SELECT t.run('adm', format('SELECT assure.put_sla_policy(%L)', policy)) $$;
CREATE FUNCTION t.refused(more jsonb) RETURNS text LANGUAGE sql AS $$ SELECT t.put('{"code": "x", "calendar": "CN", "target": "2 days", "warnings": [50, 80]}'::jsonb || more) $$;
CREATE TEMP TABLE refusal (more jsonb, answer text);
INSERT INTO refusal VALUES
    ('{"x": 1}', 'x: unknown key'),
    ('{"code": ""}', 'code: an empty string'),
    ('{"subject": "member"}', 'subject: unknown code "member", not one of task, claim, service_order'),
    ('{"calendar": "MARS"}', 'calendar: "MARS" does not exist'),
    ('{"target": 2}', 'target: a string expected, not a number'),
    ('{"target": "2 months"}', 'target: "2 months" is no length of working time, or longer than ten years'),
    ('{"target": "0 days"}', 'target: "0 days" is no length of working time, or longer than ten years'),
    ('{"target": "-1 day"}', 'target: "-1 day" is no length of working time, or longer than ten years'),
    ('{"target": "5000 days"}', 'target: "5000 days" is no length of working time, or longer than ten years'),
    ('{"target": "2"}', 'target: "2" is no length of working time, or longer than ten years'),
    ('{"stall_after": "soon"}', 'stall_after: "soon" is no length of working time, or longer than ten years'),
    ('{"warnings": [80, 50]}', 'warnings[1]: 50 is not above 80'),
    ('{"warnings": [0]}', NULL), ('{"warnings": [100]}', NULL), ('{"warnings": 50}', NULL),
    ('{"rank": 0}', NULL), ('{"rank": 1001}', NULL),
    ('{"condition": "amount >"}', NULL),
    ('{"condition": "colour = \"red\""}', 'condition: "colour" is not known of a task'),
    ('{"condition": "service = \"x\""}', 'condition: "service" is not known of a task'),
    ('{"subject": "service_order", "condition": "queue = \"x\""}', 'condition: "queue" is not known of a service_order'),
    ('{"subject": "claim"}', 'condition must say which claims it holds for'),
    ('{"escalation": {}}', NULL), ('{"escalation": [{}]}', 'escalation[0].on: missing'),
    ('{"escalation": [{"on": 60, "do": "return"}]}', 'escalation[0].on: 60 is no warning point'),
    ('{"escalation": [{"on": "never", "do": "return"}]}', 'escalation[0].on: unknown code "never", not one of stalled, target'),
    ('{"escalation": [{"on": "target", "do": "shout"}]}', 'escalation[0].do: unknown code "shout", not one of raise_priority, tell, return'),
    ('{"escalation": [{"on": "target", "do": "tell"}]}', 'escalation[0].role: missing'),
    ('{"escalation": [{"on": "target", "do": "raise_priority", "by": 9}]}', NULL),
    ('{"escalation": [{"on": "target", "do": "return", "by": 1}]}', 'escalation[0].by: belongs to raise_priority only'),
    ('{"escalation": [{"on": "target", "do": "return", "role": "x"}]}', 'escalation[0].role: belongs to tell only'),
    ('{"escalation": [{"on": "target", "after": "1 week", "do": "return"}]}', NULL),
    ('{"subject": "claim", "condition": "true", "escalation": [{"on": "target", "do": "return"}]}', 'escalation[0].do: only tasks have a priority and a worker');
SELECT matches(t.refused(more), '^(AS111|22003|22023) policy: ', 'refused: ' || more::text) FROM refusal ORDER BY more;
SELECT is(t.refused(more), 'AS111 policy: ' || answer, 'in words') FROM refusal WHERE answer IS NOT NULL AND answer NOT LIKE '%missing' ORDER BY more;
SELECT is(t.put(d), a, 'not a policy') FROM (VALUES ('[]'::jsonb, 'AS111 policy: an object expected, not a list'), ('{"code": "x"}', 'AS111 policy: target: missing')) v (d, a);
SELECT is(t.fails('SELECT assure.put_sla_policy(NULL)'), '22004 policy must not be NULL', 'nor NULL');
SELECT matches(t.run('op', 'SELECT assure.put_sla_policy(''{}'')'), '^42501 ', 'nor by who has not the scope');
SELECT is((SELECT count(*) FROM assure.sla_policy WHERE code = 'x'), 0::bigint, 'nothing was written');

-- Versions.
SELECT matches(t.put('{"code": "x", "calendar": "CN", "target": "2 days 90 minutes", "warnings": [50, 80], "stall_after": "4 hours", "rank": 7, "condition": "amount > 100 and branch = \"BJ\"",
    "escalation": [{"on": "stalled", "do": "return"}, {"on": 80, "do": "raise_priority", "by": 2}, {"on": "target", "after": "1 hour", "do": "tell", "role": "chief"}]}'), '^\d+$', 'a policy is put');
SELECT is((SELECT concat_ws('|', version, subject_kind, calendar, target, stall_after, warn_percent, condition, rank, jsonb_array_length(escalation)) FROM assure.sla_policy WHERE code = 'x'),
    '1|task|CN|@ 2 days 1 hour 30 mins|@ 4 hours|{50,80}|amount > 100 and branch = "BJ"|7|3', 'as it was written');
SELECT matches(t.put('{"code": "x", "target": "36 hours"}'), '^\d+$', 'another version');
SELECT is((SELECT concat_ws('|', version, calendar, target, stall_after, warn_percent, escalation) FROM assure.sla_policy WHERE code = 'x' AND version = 2), '2|@ 36 hours|{}|[]', 'around the clock');
SELECT is(t.put('{"code": "x", "subject": "claim", "condition": "true", "target": "36 hours"}'), 'AS111 policy: subject: "x" is a policy for tasks', 'a code is for one kind of subject');
SELECT is(t.run('adm', 'SELECT assure.put_sla_policy(''{"code": "y", "target": "1 hour"}'', ''r1'') = assure.put_sla_policy(''{"code": "y", "target": "1 hour"}'', ''r1'')'), 't', 'a retry has the first answer');
SELECT is((SELECT count(*) FROM assure.sla_policy WHERE code = 'y'), 1::bigint, 'and writes nothing');
SELECT matches(t.fails('INSERT INTO assure.sla_policy (code, target, calendar) VALUES (''z'', ''1 month'', ''CN'')'), '^23514 ', 'months are no working time, by hand neither');
SELECT matches(t.fails('INSERT INTO assure.sla_policy (code, target, subject_kind) VALUES (''z'', ''1 day'', ''claim'')'), '^23514 ', 'nor a policy of claims without a condition');

-- Deadlines.
CREATE FUNCTION t.due(code text, started_at timestamptz, pauses timestamptz[] DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(percent || ' ' || to_char(due_at AT TIME ZONE 'Asia/Shanghai', 'MM-DD HH24:MI'), ', ' ORDER BY step) FROM assure.sla_deadlines(code, started_at, pauses) $$;
SELECT t.put('{"code": "two", "calendar": "CN", "target": "2 days", "warnings": [50]}'), t.put('{"code": "eight", "calendar": "CN", "target": "8 hours", "warnings": [25, 50]}') \g /dev/null
SELECT is(t.due('two', '2025-09-29 10:00+08'), '50 09-30 10:00, 100 10-09 10:00', 'over the national holidays');
SELECT is(t.due('eight', '2025-03-03 16:00+08'), '25 03-03 18:00, 50 03-04 11:00, 100 03-04 16:00', 'hours of work');
SELECT is(t.due('eight', '2025-03-03 16:00+08', '{2025-03-03 17:00+08,2025-03-05 17:00+08}'), '25 03-05 18:00, 50 03-06 11:00, 100 03-06 16:00', 'a pause of two working days');
SELECT is(t.due('eight', '2025-03-03 16:00+08', '{2025-03-08 10:00+08,2025-03-09 10:00+08}'), '25 03-09 10:00, 50 03-09 10:00, 100 03-04 16:00', 'a pause after the target moves nothing');
SELECT is(t.fails('SELECT * FROM assure.sla_deadlines(''none'', now())'), 'P0002 SLA policy "none" does not exist', 'no policy');
SELECT is(t.fails('SELECT * FROM assure.sla_deadlines(''two'', ''infinity'')'), '22023 started_at is not a moment', 'no moment');
SELECT matches(t.fails(format('SELECT * FROM assure.sla_deadlines(''two'', ''2025-01-01'', %L)', p)), '^22023 pauses', 'no pauses: ' || p)
    FROM unnest(ARRAY['{2025-01-02}', '{2025-01-03,2025-01-02}', '{2024-01-03,2025-01-02}', '{NULL,2025-01-02}', '{2025-01-02,infinity}']) p;

-- The reference: a minute after the other, those that count.
SELECT setseed(0.7);
SELECT assure.publish_calendar('NIGHT', '{"time_zone": "Europe/Berlin", "week": {"mon": ["22:00-06:00"], "tue": ["08:00-12:00", "13:00-17:30"], "sat": ["22:00-04:00"], "sun": ["01:00-05:00", "23:00-01:00"]}}') \g /dev/null
CREATE FUNCTION t.reference(cal text, target_minutes int, percent int, started_at timestamptz, pauses timestamptz[]) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
    needed int := target_minutes * percent / 100;
    counted int := 0; at timestamptz := started_at;
BEGIN
    -- The first moment at which so many minutes have been worked.
    LOOP
        IF counted >= needed THEN RETURN at; END IF;
        IF NOT EXISTS (SELECT FROM generate_series(1, cardinality(pauses), 2) k WHERE at >= pauses[k] AND at < pauses[k + 1])
            AND assure.work_between(cal, at, at + interval '1 minute') > interval '0' THEN
            counted := counted + 1;
        END IF;
        at := at + interval '1 minute';
    END LOOP;
END $$;
CREATE TEMP TABLE trial AS
    SELECT n, cal, 100 * (1 + (random() * 10)::int) AS minutes, started_at, CASE WHEN n % 4 = 0 THEN '{}' ELSE ARRAY[p, p + q, p + q + r, p + q + r + s] END AS pauses
    FROM (SELECT n, (ARRAY['CN', 'NIGHT', 'CN24'])[1 + n % 3] AS cal, started_at, started_at + (random() * 2000)::int * interval '1 minute' AS p, (random() * 3000)::int * interval '1 minute' AS q,
            (random() * 1500)::int * interval '1 minute' AS r, (random() * 3000)::int * interval '1 minute' AS s
        FROM (SELECT n, '2025-03-20 00:00+00'::timestamptz + (random() * 30 * 1440)::int * interval '1 minute' AS started_at FROM generate_series(1, 24) n OFFSET 0) x OFFSET 0) y;
SELECT t.put(jsonb_build_object('code', 'trial ' || n, 'calendar', cal, 'target', minutes || ' minutes', 'warnings', '[10, 50, 93]'::jsonb)) FROM trial \g /dev/null
-- A step that had passed when a pause ended is due at that end at the latest; which step that is the reference says.
CREATE TEMP TABLE compared AS SELECT n, d.percent, d.due_at, t.reference(cal, minutes, d.percent, started_at, pauses) AS expected, pauses, cal, started_at, minutes
    FROM trial, LATERAL assure.sla_deadlines('trial ' || n, started_at, pauses) d;
SELECT is((SELECT count(*) FROM compared), 96::bigint, '96 deadlines');
SELECT is((SELECT string_agg(concat_ws(' ', n, cal, percent, due_at, expected), '; ' ORDER BY n, percent) FROM compared c WHERE due_at <> expected
    AND NOT (cardinality(pauses) > 0 AND expected <= pauses[3] AND due_at = pauses[4])), NULL, 'are those of the reference');
SELECT cmp_ok((SELECT count(*) FROM compared WHERE due_at = expected), '>', 40::bigint, 'most of them to come after the pauses');
SELECT * FROM finish();
ROLLBACK;
