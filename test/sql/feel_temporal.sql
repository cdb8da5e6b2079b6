\set ECHO none
-- FEEL's dates, times and durations: text, and arithmetic beside PostgreSQL's over random dates.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/feel_cases.psql
SELECT plan(17);
SET LOCAL TimeZone = 'UTC';

-- text: what is read, as it is printed
INSERT INTO cases (e, wanted) SELECT format('string(@"%s")', t), to_json(p) FROM (VALUES
 ('2024-02-29', '2024-02-29'), ('-0001-01-01', '-0001-01-01'), ('0000-02-29', '0000-02-29'), ('999999999-12-31', '999999999-12-31'), ('-999999999-01-01', '-999999999-01-01'),
 ('12345-01-01', '12345-01-01'), ('00:00:00', '00:00:00'), ('23:59:59.999999999', '23:59:59.999999999'), ('10:00:00.5000', '10:00:00.5'), ('24:00:00', '00:00:00'),
 ('10:00:00.1234567899', '10:00:00.123456789'), ('10:00:00Z', '10:00:00Z'), ('10:00:00+00:00', '10:00:00Z'), ('10:00:00-00:00', '10:00:00Z'), ('10:00:00+08:00', '10:00:00+08:00'),
 ('10:00:00-18:00', '10:00:00-18:00'), ('10:00:00+01:02:03', '10:00:00+01:02:03'), ('10:00:00@Asia/Shanghai', '10:00:00@Asia/Shanghai'), ('10:00:00@Etc/GMT+5', '10:00:00@Etc/GMT+5'),
 ('2024-12-31T24:00:00', '2025-01-01T00:00:00'), ('2024-03-01T09:08:07', '2024-03-01T09:08:07'), ('2024-03-01T09:08:07@EST5EDT', '2024-03-01T09:08:07@EST5EDT'),
 ('-2024-03-01T09:08:07.25+05:45', '-2024-03-01T09:08:07.25+05:45'), ('999999999-12-31T23:59:59@Europe/Paris', '999999999-12-31T23:59:59@Europe/Paris'),
 ('PT0S', 'PT0S'), ('P0D', 'PT0S'), ('-P0D', 'PT0S'), ('PT36H', 'P1DT12H'), ('PT90M', 'PT1H30M'), ('P1DT2H3M4.005S', 'P1DT2H3M4.005S'), ('-PT1.5S', '-PT1.5S'), ('PT0.S', 'PT0S'),
 ('-P1DT0.000000001S', '-P1DT0.000000001S'), ('PT86400S', 'P1D'), ('P106751991167300D', 'P106751991167300D'), ('P0M', 'P0M'), ('P0Y', 'P0M'), ('P14M', 'P1Y2M'), ('P1Y', 'P1Y'), ('-P25M', '-P2Y1M'),
 ('P999999999Y11M', 'P999999999Y11M')) v(t, p);
SELECT is_empty($$SELECT pg_temp.wrong_cases()$$, 'dates, times and durations are read and printed');
TRUNCATE cases;
INSERT INTO cases (e, wanted) SELECT format(f, t), 'null' FROM (VALUES
 ('2023-02-29'), ('1900-02-29'), ('2024-00-01'), ('2024-13-01'), ('2024-01-00'), ('2024-01-32'), ('2024-04-31'), ('24-01-01'), ('02024-01-01'), ('+2024-01-01'), ('2024-1-01'), ('2024-01-1'),
 ('2024/01/01'), ('20240101'), ('2024-01-01Z'), (' 2024-01-01'), ('2024-01-01 '), ('1000000000-01-01'), (''), ('today'), ('2024-01-01T'), ('2024-01-01 00:00:00'), ('2024-01-01T24:00:01'), ('2024-01-01T25:00:00'),
 ('2024-01-01T00:60:00'), ('2024-01-01T00:00:60'), ('2024-01-01T00:00'), ('2024-01-01T0:00:00'), ('2024-01-01T00:00:00.'), ('2024-01-01T00:00:00z'), ('2024-01-01t00:00:00'), ('2024-01-01T00:00:00+18:01'),
 ('2024-01-01T00:00:00+8:00'), ('2024-01-01T00:00:00+0800'), ('2024-01-01T00:00:00@'), ('2024-01-01T00:00:00@Mars/Olympus'), ('2024-01-01T00:00:00@ABC5DEF'), ('2024-01-01T00:00:00@<+08>-8'),
 ('2024-01-01T00:00:00@../Asia/Shanghai'), ('2024-01-01T00:00:00+08:00@Asia/Shanghai'), ('999999999-12-31T24:00:00'), ('2024-01-01T00:00:00@' || repeat('x', 100))) v(t),
 (VALUES ('date("%s")'), ('time("%s")'), ('date and time("%s")'), ('duration("%s")')) w(f);
SELECT is_empty($$SELECT pg_temp.wrong_cases()$$, 'what is no date or time is null');
TRUNCATE cases;
INSERT INTO cases (e, wanted) SELECT format('duration("%s")', t), 'null' FROM (VALUES
 ('P'), ('PT'), ('-P'), ('P1'), ('1D'), ('P1DT'), ('P1H'), ('PT1D'), ('P1S'), ('P1.5D'), ('PT1.5H'), ('P-1D'), ('+P1D'), ('--P1D'), ('P1D '), ('p1d'), ('P1M1Y'), ('PT1S1M'), ('P1Y2D'), ('P1M2D'), ('P1YT1H'), ('P1W'),
 ('P1D2D'), ('PT.5S'), ('PT1,5S'), ('P99999999999999999999D'), ('P9223372036854775807M1Y'), ('P106751991167301D'), ('P9223372036854775807Y')) v(t);
SELECT is_empty($$SELECT pg_temp.wrong_cases()$$, 'what is no duration is null');
TRUNCATE cases;

-- rules
INSERT INTO cases (e, wanted) VALUES
 ('@"2024-01-31" + @"P1M"', '"2024-02-29"'), ('@"2023-01-31" + @"P1M"', '"2023-02-28"'), ('@"2024-03-31" - @"P1M"', '"2024-02-29"'), ('@"2024-02-29" + @"P1Y"', '"2025-02-28"'),
 ('@"2024-01-31T10:00:00" + @"P1M"', '"2024-02-29T10:00:00"'), ('@"0001-01-01" - @"P1D"', '"0000-12-31"'), ('@"2024-03-01" - @"PT1S"', '"2024-02-29"'), ('@"2024-03-01" + @"PT23H"', '"2024-03-01"'),
 ('@"999999999-12-31" + @"P1D"', 'null'), ('@"-999999999-01-01" - @"P1M"', 'null'), ('@"2024-01-01" + @"P9223372036854775807M"', 'null'), ('@"2024-01-01" + 1', 'null'),
 ('@"23:00:00" + @"PT2H"', '"01:00:00"'), ('@"01:00:00" - @"PT2H"', '"23:00:00"'), ('@"10:00:00+08:00" - @"01:00:00Z"', '"PT1H"'), ('@"10:00:00" - @"10:00:00Z"', 'null'),
 ('@"10:00:00" < @"11:00:00"', 'true'), ('@"10:00:00+08:00" < @"03:00:00Z"', 'true'), ('@"10:00:00" < @"11:00:00Z"', 'null'), ('@"2024-01-01T00:00:00" < @"2024-01-01T00:00:00Z"', 'null'),
 ('@"2024-07-01T12:00:00@Europe/Paris" = @"2024-07-01T10:00:00Z"', 'true'), ('@"2024-01-01T12:00:00@Europe/Paris" = @"2024-01-01T11:00:00Z"', 'true'),
 ('@"10:00:00@Europe/Paris" = @"09:00:00Z"', 'true'), ('@"10:00:00@Australia/Sydney" = @"00:00:00Z"', 'true'),
 -- an hour over a change of clocks is an hour; the hour that is left out, and the one that comes twice
 ('@"2024-03-31T01:30:00@Europe/Paris" + @"PT1H"', '"2024-03-31T03:30:00@Europe/Paris"'), ('@"2024-10-27T02:30:00@Europe/Paris" + @"PT1H"', '"2024-10-27T02:30:00@Europe/Paris"'),
 ('@"2024-10-27T02:30:00@Europe/Paris" = @"2024-10-27T00:30:00Z"', 'true'), ('@"2024-03-31T02:30:00@Europe/Paris" = @"2024-03-31T01:30:00Z"', 'true'),
 ('@"2024-03-30T12:00:00@Europe/Paris" + @"P1D"', '"2024-03-31T13:00:00@Europe/Paris"'),
 ('@"2024-07-01T12:00:00@Europe/Paris".time offset', '"PT2H"'), ('@"12:00:00@Europe/Paris".time offset', '"PT1H"'), ('@"12:00:00".time offset', 'null'), ('@"12:00:00@Europe/Paris".timezone', '"Europe/Paris"'),
 ('@"2024-01-02T00:00:00Z" - @"2024-01-01"', '"P1D"'), ('@"2024-01-02T00:00:00" - @"2024-01-01"', 'null'),
 ('@"P1D" = @"PT24H"', 'true'), ('@"P1Y" = @"P12M"', 'true'), ('@"P1M" < @"P31D"', 'null'), ('@"P1D" * 1.5', '"P1DT12H"'), ('@"P1M" * 1.5', '"P1M"'), ('@"PT1S" / 3', '"PT0.333333333S"'),
 ('-@"PT1S" / 3', '"-PT0.333333333S"'), ('@"P1D" / @"PT1H"', '24'), ('@"P1Y" / @"P5M"', '2.4'), ('@"P1D" / 0', 'null'), ('@"P1D" / @"P1M"', 'null'), ('@"P100000000000000D" * 100000', 'null'),
 ('@"-P1DT2H3M4S".days', '-1'), ('@"-P1DT2H3M4S".seconds', '-4'), ('@"-P3Y2M".months', '-2'), ('@"P1D".months', 'null'),
 ('@"10:00:00.5" > @"10:00:00.4"', 'true'), ('@"10:00:00.5" = @"10:00:00.4"', 'true'), ('is(@"10:00:00.5", @"10:00:00.4")', 'false');
SELECT is_empty($$SELECT pg_temp.wrong_cases()$$, 'rules of calendar and clock');
TRUNCATE cases;

-- beside PostgreSQL, over random dates
SELECT setseed(0.25);
CREATE TEMP TABLE day AS
    SELECT i, date '0001-01-01' + trunc(random() * 3650000)::int AS a, date '0001-01-01' + trunc(random() * 3650000)::int AS b,
           trunc(random() * 100000)::int - 50000 AS days, trunc(random() * 2400)::int - 1200 AS months, NULL::jsonb AS context
    FROM generate_series(1, 4000) i;
DELETE FROM day WHERE extract(year FROM a) + months / 12 < 2 OR extract(year FROM a) + days / 365 < 2;
UPDATE day SET context = jsonb_build_object('a', to_char(a, 'YYYY-MM-DD'), 'b', to_char(b, 'YYYY-MM-DD'), 'd', format('P%sD', abs(days)), 'm', format('P%sM', abs(months)), 's', sign(days), 't', sign(months));
CREATE FUNCTION pg_temp.got(e text, context jsonb) RETURNS text LANGUAGE sql AS $$ SELECT assure.eval(e::assure.feel, context) #>> '{}' $$;
SELECT cmp_ok((SELECT count(*) FROM day), '>', 3500::bigint, 'thousands of dates');
SELECT is_empty($$SELECT * FROM (SELECT *, pg_temp.got('string(date(a) + duration(d) * s)', context) AS got, to_char(a + days, 'FMYYYY-MM-DD') AS wanted FROM day) x WHERE got <> lpad(wanted, greatest(10, length(wanted)), '0')$$, 'days are added');
SELECT is_empty($$SELECT * FROM (SELECT *, pg_temp.got('string(date(a) + duration(m) * t)', context) AS got, to_char(a + make_interval(months => months), 'FMYYYY-MM-DD') AS wanted FROM day) x WHERE got <> lpad(wanted, greatest(10, length(wanted)), '0')$$, 'months are added');
SELECT is_empty($$SELECT a, b FROM day WHERE pg_temp.got('(date(a) - date(b)) / @"P1D"', context)::numeric <> a - b$$, 'days between');
SELECT is_empty($$SELECT a, b FROM (SELECT a, b, context, age(greatest(a, b)::timestamp, least(a, b)::timestamp) AS age FROM day WHERE extract(day FROM a) < 29 AND extract(day FROM b) < 29) x
    WHERE pg_temp.got('years and months duration(date(a), date(b)) / @"P1M"', context)::numeric <> sign(b - a) * (extract(year FROM age) * 12 + extract(month FROM age))$$, 'months between');
SELECT is_empty($$SELECT a FROM day WHERE assure.eval('[date(a).weekday, day of year(date(a)), week of year(date(a)), date(a).year, date(a).month, date(a).day]', context)
    <> jsonb_build_array(extract(isodow FROM a), extract(doy FROM a), extract(week FROM a), extract(year FROM a), extract(month FROM a), extract(day FROM a))$$, 'parts of a date');
SELECT is_empty($$SELECT a FROM day WHERE assure.eval('[day of week(date(a)), month of year(date(a))]', context) <> jsonb_build_array(to_char(a, 'FMDay'), to_char(a, 'FMMonth'))$$, 'names of days and months');
SELECT is_empty($$SELECT a, b FROM day WHERE assure.eval('[date(a) < date(b), date(a) = date(b), date(a) >= date(b)]', context) <> jsonb_build_array(a < b, a = b, a >= b)$$, 'order of dates');

-- moments in zones; at a change of clocks the two may differ, so those hours are left out
CREATE TEMP TABLE moment AS
    SELECT timestamp '1950-01-01' + trunc(random() * 3.15e9) * interval '1 second' AS at, (trunc(random() * 2e6)::int - 1e6)::int AS seconds,
           (ARRAY['Asia/Shanghai', 'Europe/Paris', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Etc/UTC', 'America/St_Johns', 'Africa/Monrovia'])[1 + i % 8] AS zone, NULL::jsonb AS context
    FROM generate_series(1, 4000) i;
DELETE FROM moment WHERE (at - interval '1 day') AT TIME ZONE zone + interval '2 days' <> (at + interval '1 day') AT TIME ZONE zone;
UPDATE moment SET context = jsonb_build_object('at', to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS') || '@' || zone, 'd', format('PT%sS', abs(seconds)), 's', sign(seconds));
SELECT is_empty($$SELECT at, zone, context, assure.eval('(date and time(at) - @"1970-01-01T00:00:00Z") / @"PT1S"', context) FROM moment
    WHERE pg_temp.got('(date and time(at) - @"1970-01-01T00:00:00Z") / @"PT1S"', context)::numeric <> extract(epoch FROM at AT TIME ZONE zone)$$, 'local times are the moments that the server says');
SELECT is_empty($$SELECT at, zone FROM moment WHERE pg_temp.got('string(date and time(at) + duration(d) * s)', context)
    <> to_char((at AT TIME ZONE zone + seconds * interval '1 second') AT TIME ZONE zone, 'YYYY-MM-DD"T"HH24:MI:SS') || '@' || zone$$, 'seconds are added over changes of clocks');
SELECT is_empty($$SELECT at, zone FROM moment WHERE pg_temp.got('date and time(at).time offset / @"PT1S"', context)::numeric <> extract(epoch FROM at - (at AT TIME ZONE zone) AT TIME ZONE 'UTC')$$, 'offsets');

-- the clock is the transaction's, in the session's zone
SET LOCAL TimeZone = 'Asia/Shanghai';
SELECT is(assure.eval('[string(today()), today() = date(now()), now().timezone]', '{}'), jsonb_build_array(to_char(now(), 'YYYY-MM-DD'), true, 'Asia/Shanghai'), 'today and now');
SELECT is(assure.eval('(now() - @"1970-01-01T00:00:00Z") / @"PT1S"', '{}')::text::numeric, extract(epoch FROM now()), 'now to the microsecond');

SELECT * FROM finish();
ROLLBACK;
