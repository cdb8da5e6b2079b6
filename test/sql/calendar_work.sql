\set ECHO none
-- Working time: against a reference that looks at every minute, and by examples.
BEGIN;
\i test/sql-common/setup.psql
SELECT plan(61);
SELECT t.new_role('boss', 'admin'), t.new_role('reader', 'bi'), t.new_role('nobody') \g /dev/null
SET TIME ZONE 'UTC';
SELECT setseed(0.7) \g /dev/null

-- The reference knows the definition as rows, and which minutes of the wall's clock are worked. Two calendars keep the national holidays.
CREATE TABLE cal (code text PRIMARY KEY, zone text);
CREATE TABLE shift (code text, weekday int, lo int, hi int);
CREATE TABLE exception (code text, day date, lo int, hi int);
CREATE FUNCTION shifts_of(c text, d date) RETURNS TABLE (lo int, hi int) LANGUAGE sql STABLE AS $$
    SELECT e.lo, e.hi FROM exception e WHERE e.code = c AND e.day = d
    UNION ALL SELECT s.lo, s.hi FROM shift s LEFT JOIN assure.holiday h ON s.code IN ('c3', 'c6') AND h.day = d
        WHERE s.code = c AND NOT EXISTS (SELECT FROM exception e WHERE e.code = c AND e.day = d)
        AND s.weekday = CASE h.kind WHEN 'makeup_workday' THEN (SELECT min(weekday) FROM shift f WHERE f.code = c) WHEN 'holiday' THEN 0 ELSE extract(isodow FROM d) END $$;
-- Random weeks: up to three shifts a day, some over midnight, free days, exceptions of both kinds. No shift begins or ends between 1:00 and 3:59, where clocks change.
INSERT INTO cal SELECT 'c' || i, (ARRAY['Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'UTC', 'Australia/Lord_Howe'])[1 + i % 5] FROM generate_series(1, 10) i;
INSERT INTO shift SELECT code, w, lo * 30, hi * 30 FROM cal, generate_series(1, 7) w, LATERAL (SELECT (random() * 4)::int AS k WHERE w > 0) x,
    LATERAL (VALUES (1, 0 + 8, 8 + (random() * 6)::int + 1), (2, 18, 18 + (random() * 14)::int + 1), (3, 34, 34 + (random() * 14)::int + 1), (4, 44, 56 + 1 + (random() * 2)::int)) s (n, lo, hi) WHERE n = k OR n = k - 2;
INSERT INTO exception SELECT code, date '2025-03-01' + i * 3, 600, 600 + (random() * 600)::int FROM cal, generate_series(1, 100) i WHERE random() < 0.3;
CREATE FUNCTION shift_text(lo int, hi int) RETURNS text LANGUAGE sql AS $$ SELECT format('%s:%s-%s:%s', lpad((lo / 60)::text, 2, '0'), lpad((lo % 60)::text, 2, '0'), lpad((hi % 1440 / 60)::text, 2, '0'), lpad((hi % 60)::text, 2, '0')) $$;
SELECT count(assure.publish_calendar(code, jsonb_build_object('time_zone', zone, 'holidays', CASE WHEN code IN ('c3', 'c6') THEN 'CN' ELSE 'none' END,
    'week', (SELECT jsonb_object_agg((ARRAY['mon','tue','wed','thu','fri','sat','sun'])[weekday], list) FROM (SELECT weekday, jsonb_agg(shift_text(lo, hi) ORDER BY lo) AS list FROM shift s WHERE s.code = cal.code GROUP BY weekday) x),
    'days', (SELECT jsonb_agg(jsonb_build_object('day', day, 'shifts', jsonb_build_array(shift_text(lo, hi)))) FROM exception e WHERE e.code = cal.code)))) FROM cal \g /dev/null

-- Every minute of windows of nine days, around both changes of the clocks and elsewhere.
CREATE TABLE day_shift AS SELECT code, d::date AS day, lo, hi FROM cal, generate_series(date '2025-01-01', '2025-12-31', interval '1 day') d, shifts_of(code, d::date);
CREATE INDEX ON day_shift (code, day);
CREATE TABLE minute AS SELECT code, w, at, EXISTS (SELECT FROM day_shift s WHERE s.code = m.code AND (s.day = m.day AND minute_of_day >= lo AND minute_of_day < hi OR s.day = m.day - 1 AND minute_of_day + 1440 >= lo AND minute_of_day + 1440 < hi)) AS worked
    FROM (SELECT code, w, at, wall::date AS day, (extract(hour FROM wall) * 60 + extract(minute FROM wall))::int AS minute_of_day
        FROM cal, (VALUES (1, timestamptz '2025-03-06'), (2, '2025-03-27'), (3, '2025-10-24'), (4, '2025-07-15'), (5, '2025-09-26'), (6, '2025-01-25')) v (w, starts), generate_series(starts, starts + interval '5 days', interval '1 minute') at, LATERAL (SELECT at AT TIME ZONE zone AS wall) z
        WHERE (code, w) IN (('c1', 2), ('c1', 3), ('c2', 1), ('c2', 4), ('c4', 2), ('c5', 4), ('c6', 3), ('c7', 1), ('c9', 1), ('c3', 4), ('c3', 5), ('c6', 5), ('c6', 6), ('c3', 6))) m;
CREATE TABLE run AS SELECT code, w, at, worked, row_number() OVER (PARTITION BY code, w ORDER BY at) AS n, sum(worked::int) OVER (PARTITION BY code, w ORDER BY at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM minute;
UPDATE run SET before = 0 WHERE before IS NULL;
CREATE INDEX ON run (code, w, at);
CREATE INDEX ON run (code, w, n);
CREATE TABLE drawn AS SELECT code, w, 1 + (random() * 7000)::int AS i, 1 + (random() * 7000)::int AS j FROM (SELECT DISTINCT code, w FROM run) c, generate_series(1, 120);
ANALYZE run, drawn;
CREATE TABLE pair AS SELECT code, w, a.at AS a, a.before AS wa, b.at AS b, b.before AS wb
    FROM drawn d JOIN run a USING (code, w) JOIN run b USING (code, w) WHERE a.n = i AND b.n = j;
SELECT is((SELECT count(*) FROM pair) > 1000, true, 'there are pairs of moments');
SELECT is((SELECT count(*) FROM pair WHERE assure.work_between(code, a, b) <> (wb - wa) * interval '1 minute'), 0::bigint, 'work_between counts the worked minutes, forward and back, over both changes of the clocks');
SELECT is((SELECT count(*) FROM pair WHERE wb > wa AND assure.work_add(code, a, (wb - wa) * interval '1 minute') <> (SELECT min(at) FROM run r WHERE r.code = pair.code AND r.w = pair.w AND r.at > a AND r.before = wb)), 0::bigint, 'work_add comes to the first moment by which so much was worked');
SELECT is((SELECT count(*) FROM pair WHERE wb < wa AND assure.work_add(code, a, (wb - wa) * interval '1 minute') <> (SELECT max(at) FROM run r WHERE r.code = pair.code AND r.w = pair.w AND r.at < a AND r.before = wb)
    AND wb > 0), 0::bigint, 'and back to the last moment before which so much was left');
SELECT is((SELECT count(*) FROM pair, LATERAL (SELECT assure.work_add(code, a, interval '37 minutes 12.345678 seconds') AS x) y WHERE assure.work_between(code, a, x) <> interval '37 minutes 12.345678 seconds'), 0::bigint, 'what is added lies between, to the microsecond');
SELECT is((SELECT count(*) FROM pair, LATERAL (SELECT assure.work_add(code, a, interval '300 hours') AS x) y WHERE assure.work_between(code, a, x) <> interval '300 hours' OR assure.work_between(code, x, a) <> interval '-300 hours'), 0::bigint, 'over weeks too');
SELECT is((SELECT count(*) FROM pair WHERE assure.work_add(code, a, '0') <> a), 0::bigint, 'nothing added is the same moment');
SELECT is((SELECT count(*) FROM cal, generate_series(date '2025-01-01', '2025-12-31', interval '1 day') d WHERE assure.is_workday(code, d::date) <> EXISTS (SELECT FROM day_shift s WHERE s.code = cal.code AND s.day = d::date)), 0::bigint, 'a working day is one on which a shift begins');
SELECT is((SELECT count(*) FROM cal, generate_series(date '2025-05-01', '2025-08-31', interval '11 days') d, (VALUES (1), (2), (7), (30)) n (n)
    WHERE assure.workday_add(code, d::date, n) <> (SELECT x::date FROM generate_series(d + interval '1 day', d + interval '90 days', interval '1 day') x WHERE EXISTS (SELECT FROM day_shift s WHERE s.code = cal.code AND s.day = x::date) ORDER BY x OFFSET n - 1 LIMIT 1)), 0::bigint, 'workday_add counts them on');
SELECT is((SELECT count(*) FROM cal, generate_series(date '2025-05-01', '2025-08-31', interval '11 days') d, (VALUES (1), (2), (7), (30)) n (n)
    WHERE assure.workday_add(code, d::date, -n) <> (SELECT x::date FROM generate_series(d - interval '90 days', d - interval '1 day', interval '1 day') x WHERE EXISTS (SELECT FROM day_shift s WHERE s.code = cal.code AND s.day = x::date) ORDER BY x DESC OFFSET n - 1 LIMIT 1)), 0::bigint, 'and back');

-- Whole days: from a moment that one shift covers to the same time of the n-th working day, both ways, over both changes of the clocks too. Times that the clock shows twice or never are left out.
CREATE TABLE covered AS SELECT r.code, r.at, s.day, wall, v.n FROM run r JOIN cal USING (code), LATERAL (SELECT r.at AT TIME ZONE zone AS wall) x, (VALUES (1), (2), (17), (-1), (-3), (150), (-40)) v (n), day_shift s
    WHERE r.n % 97 = 5 AND s.code = r.code AND s.day IN (wall::date, wall::date - 1) AND (SELECT count(*) FROM day_shift o WHERE o.code = r.code AND o.day IN (wall::date, wall::date - 1) AND wall >= o.day + o.lo * interval '1 minute' AND wall < o.day + o.hi * interval '1 minute') = 1
    AND wall >= s.day + s.lo * interval '1 minute' AND wall < s.day + s.hi * interval '1 minute';
CREATE TABLE moved AS SELECT c.code, c.at, c.n, zone, wall + (target - c.day) * interval '1 day' AS wall, target
    FROM covered c JOIN cal USING (code), LATERAL (SELECT CASE WHEN n > 0 THEN (SELECT d.day FROM (SELECT DISTINCT day FROM day_shift d WHERE d.code = c.code AND d.day > c.day ORDER BY day OFFSET n - 1 LIMIT 1) d)
        ELSE (SELECT d.day FROM (SELECT DISTINCT day FROM day_shift d WHERE d.code = c.code AND d.day < c.day ORDER BY day DESC OFFSET -n - 1 LIMIT 1) d) END AS target) t;
CREATE TABLE days_compared AS SELECT assure.work_add(code, at, make_interval(days => n)) AS got, m.wall AT TIME ZONE m.zone AS expected, code, n FROM moved m
    WHERE m.wall::time NOT BETWEEN '00:59' AND '04:01' AND EXISTS (SELECT FROM day_shift s WHERE s.code = m.code AND s.day = target AND m.wall >= target + s.lo * interval '1 minute' AND m.wall < target + s.hi * interval '1 minute');
SELECT cmp_ok((SELECT count(*) FROM days_compared), '>', 500::bigint, 'there are moments to be moved by days');
SELECT is((SELECT count(*) FROM days_compared WHERE got <> expected), 0::bigint, 'whole days lead to the same time of the working day so many on or back');

-- The calendar of China, each year of data: weekdays that are no holiday, and the weekends that are worked instead.
SELECT is((SELECT string_agg(y::text, ' ') FROM (SELECT extract(year FROM d)::int AS y FROM generate_series(date '2004-01-01', '2026-12-31', interval '1 day') d LEFT JOIN assure.holiday h ON h.day = d::date
    WHERE assure.is_workday('CN', d::date) <> CASE h.kind WHEN 'holiday' THEN false WHEN 'makeup_workday' THEN true ELSE extract(isodow FROM d) < 6 END GROUP BY 1) x), NULL, 'CN: 2004 to 2026 as announced');
SELECT is((SELECT count(*) FROM generate_series(date '2024-01-01', '2024-12-31', interval '1 day') d WHERE assure.is_workday('CN', d::date)), 251::bigint, 'CN: 251 working days in 2024');
SET TIME ZONE 'Asia/Shanghai';
SELECT is(assure.work_add('CN', '2025-09-30 17:00+08', '2 hours'), '2025-10-09 10:00+08'::timestamptz, 'over the national day, 1 to 8 October 2025');
SELECT is(assure.work_add('CN', '2025-09-26 10:00+08', '1 day'), '2025-09-28 10:00+08'::timestamptz, 'Sunday 28 September 2025 is worked instead');
SELECT is(assure.work_add('CN', '2025-09-26 12:30+08', '1 day'), '2025-09-28 13:00+08'::timestamptz, 'at noon nobody works: it counts as 13:00');
SELECT is(assure.work_add('CN', '2025-03-03 18:00+08', '1 day'), '2025-03-04 18:00+08'::timestamptz, 'from the end of a day to the end of the next');
SELECT is(assure.work_add('CN', '2025-03-08 15:00+08', '1 day'), '2025-03-11 09:00+08'::timestamptz, 'a Saturday counts as Monday morning');
SELECT is(assure.work_add('CN', '2025-03-08 15:00+08', '-1 day'), '2025-03-06 18:00+08'::timestamptz, 'or, going back, as Friday evening');
SELECT is(assure.work_add('CN', '2025-03-03 16:00+08', '2 hours'), '2025-03-03 18:00+08'::timestamptz, 'the end of a shift, not the beginning of the next');
SELECT is(assure.work_add('CN', '2025-03-04 09:30+08', '-30 minutes'), '2025-03-04 09:00+08'::timestamptz, 'going back, the beginning');
SELECT is(assure.work_add('CN', '2025-03-03 16:00+08', '1 day 3 hours'), '2025-03-05 10:00+08'::timestamptz, 'days first, then hours');
SELECT is(assure.work_between('CN', '2025-01-01', '2026-01-01'), (SELECT count(*) FILTER (WHERE assure.is_workday('CN', d::date)) FROM generate_series(date '2025-01-01', '2025-12-31', interval '1 day') d) * interval '8 hours', 'eight hours each working day');
SELECT is(assure.work_between('CN', '2025-03-04 10:00+08', '2025-03-03 10:00+08'), interval '-8 hours', 'negative where the second is earlier');
SELECT is(assure.work_add('CN24', '2025-09-30 17:00+08', '36 hours'), '2025-10-02 05:00+08'::timestamptz, 'CN24 runs all hours');
SELECT is(assure.work_add('CN24', '2025-09-30 17:00+08', '2 days'), '2025-10-02 17:00+08'::timestamptz, 'and all days');

-- One calendar stands on another.
SELECT assure.publish_calendar('XJ', '{"base": "CN", "week": {"mon": ["10:00-14:00", "16:00-20:00"], "tue": ["10:00-14:00", "16:00-20:00"], "wed": ["10:00-14:00", "16:00-20:00"], "thu": ["10:00-14:00", "16:00-20:00"], "fri": ["10:00-14:00", "16:00-20:00"]},
    "days": [{"day": "2025-03-31", "shifts": [], "name": "Festival", "published_on": "2025-01-10"}, {"day": "2025-10-01", "shifts": ["10:00-12:00"], "name": "emergency desk"}]}') \g /dev/null
SELECT assure.publish_calendar('XJ-2', '{"base": "XJ", "time_zone": "UTC", "holidays": "none", "days": [{"day": "2025-03-31", "shifts": ["08:00-09:00"]}]}') \g /dev/null
SELECT is(assure.work_add('XJ', '2025-03-28 19:00+08', '2 hours'), '2025-04-01 11:00+08'::timestamptz, 'its own week and festival');
SELECT is(assure.is_workday('XJ', '2025-10-02'), false, 'the base''s national holidays');
SELECT is(assure.work_between('XJ', '2025-10-01', '2025-10-02'), interval '2 hours', 'its own exception over them');
SELECT is(assure.work_between('XJ', '2025-09-28', '2025-09-29'), interval '8 hours', 'on a make-up day the shifts of its own first working day');
SELECT is(assure.is_workday('XJ-2', '2025-10-02'), true, 'a third one without national holidays');
SELECT is(assure.work_between('XJ-2', '2025-03-31 00:00+00', '2025-04-01 00:00+00'), interval '1 hour', 'its exception over its base''s, in its own time zone');

-- A new version is in force for the next statement; a base stays the version that it was.
SELECT assure.publish_calendar('XJ', '{"base": "CN24"}', 'all hours now') \g /dev/null
SELECT is(assure.work_between('XJ', '2025-03-31', '2025-04-01'), interval '24 hours', 'the new version is in force');
SELECT is(assure.work_between('XJ-2', '2025-03-31 00:00+00', '2025-04-01 00:00+00'), interval '1 hour', 'who stands on the old one still does');
SELECT is((SELECT string_agg(version || ' ' || coalesce(note, '-'), ', ' ORDER BY version) FROM assure.calendar_version JOIN assure.calendar USING (calendar_id) WHERE code = 'XJ'), '1 -, 2 all hours now', 'both are kept');

-- Years that are not loaded.
SELECT is(t.fails($$SELECT assure.work_add('CN', '2026-12-31 17:00+08', '2 hours')$$), '22008 calendar "CN" does not know the days that are asked for', 'a year that is not loaded is an error');
SELECT is(t.fails($$SELECT assure.is_workday('CN', '2003-12-31')$$), '22008 calendar "CN" does not know the days that are asked for', 'before the first as well');
SELECT is(t.fails($$SELECT assure.work_add('CN', 'infinity', '2 hours')$$), '22008 calendar "CN" does not know the days that are asked for', 'and never');
SET LOCAL assure.calendar_missing_year = 'null';
SELECT is(assure.work_add('CN', '2026-12-31 17:00+08', '2 hours'), NULL, 'or NULL');
SET LOCAL assure.calendar_missing_year = 'warning';
SET LOCAL client_min_messages = error;
SELECT is(assure.work_add('CN', '2026-12-31 17:00+08', '2 hours'), '2027-01-01 10:00+08'::timestamptz, 'or by the week alone, with a warning');
SELECT is(t.fails($$SELECT assure.work_add('CN', '2049-12-31 17:00+08', '2 hours')$$), '22008 calendar "CN" does not know the days that are asked for', 'which ends too');
RESET client_min_messages;
RESET assure.calendar_missing_year;
INSERT INTO assure.holiday_local VALUES ('2027-01-01', '元旦', 'holiday');
SELECT is(assure.work_add('CN', '2026-12-31 17:00+08', '2 hours'), '2027-01-04 10:00+08'::timestamptz, 'holidays that are loaded count at once');
INSERT INTO assure.holiday_local VALUES ('2026-01-05', '元旦', 'holiday');
SELECT is(assure.is_workday('CN', '2026-01-05'), false, 'a notice in the middle of a year too');

-- Refused.
CREATE FUNCTION refused(definition text) RETURNS text LANGUAGE sql AS $$ SELECT t.fails(format('SELECT assure.publish_calendar(%L, %L)', 'bad', definition)) $$;
SELECT is(t.fails($$SELECT assure.work_add('XX', now(), '1 day')$$), 'P0002 calendar "XX" does not exist', 'an unknown calendar');
SELECT is(t.fails($$SELECT assure.work_add('CN', now(), '1 month')$$), '22023 work: months are no working time (1 months)', 'a month');
SELECT is(refused('{"week": {}}'), 'AS110 calendar: time_zone and week must be stated where there is no base', 'neither time zone nor base');
SELECT is(refused('{"time_zone": "Mars/Olympus", "week": {}}'), 'AS110 calendar: time_zone: time zone "Mars/Olympus" is not known', 'an unknown time zone');
SELECT is(refused('{"base": "CN", "week": {"mon": ["9:00-12:00"]}}'), 'AS110 calendar: week.mon[0]: "9:00-12:00" is not a shift such as "09:00-12:00"', 'a time not written so');
SELECT is(refused('{"base": "CN", "week": {"mon": ["24:00-25:00"]}}'), 'AS110 calendar: week.mon[0]: "24:00-25:00" is not a shift such as "09:00-12:00"', 'an hour that is none');
SELECT is(refused('{"base": "CN", "week": {"mon": ["09:00-12:00", "11:00-13:00"]}}'), 'AS110 calendar: week.mon[1]: begins before the shift before it ends', 'shifts that overlap');
SELECT is(refused('{"base": "CN", "week": {"xxx": []}}'), 'AS110 calendar: week.xxx: unknown key', 'no day of the week');
SELECT is(refused('{"base": "CN", "days": [{"day": "2025-01-01", "shifts": []}, {"day": "2025-01-01", "shifts": []}]}'), 'AS110 calendar: days: 2025-01-01 stands there twice', 'a day twice');
SELECT is(refused('{"base": "YY"}'), 'AS110 calendar: base: "YY" does not exist', 'an unknown base');
SELECT is(refused('{"base": "CN", "holidays": "FR"}') ~ '^AS110 calendar: holidays: ', true, 'unknown holidays');
SELECT is(t.fails($$SELECT assure.publish_calendar('CN', '{"base": "CN24"}')$$), '42939 code: "CN" is a calendar of the extension', 'a name that is taken');
SELECT is(t.fails($$SELECT assure.publish_calendar(NULL, '{}')$$), '22004 code and definition must not be NULL', 'NULL');
SELECT is(t.run('reader', $$SELECT assure.work_between('CN', '2025-03-03', '2025-03-04') = interval '8 hours'$$), 't', 'whoever has a scope may count');
SELECT matches(t.run('nobody', $$SELECT assure.work_between('CN', '2025-03-03', '2025-03-04')$$), '^42501 ', 'nobody else');
SELECT matches(t.run('reader', $$SELECT assure.publish_calendar('x', '{"base": "CN"}')$$), '^42501 ', 'publishing is for administrators');
SELECT is(t.run('boss', $$SELECT assure.publish_calendar('x', '{"base": "CN"}', NULL, 'r1') = assure.publish_calendar('x', '{"base": "CN"}', NULL, 'r1')$$), 't', 'who may retry');
SELECT * FROM finish();
ROLLBACK;
