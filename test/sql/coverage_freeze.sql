\set ECHO none
-- A report of coverage is kept as it was, whatever changes afterwards.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(33);

SELECT assure.order_service(jsonb_build_object('ref', 'O' || n, 'policy', 'P-BJ', 'member_ref', 'M1', 'service', CASE n WHEN 1 THEN 'opinion' ELSE 'escort' END, 'requested_at', '2024-05-01T09:00:00+08:00')) FROM generate_series(1, 2) n \g /dev/null
SELECT assure.finish_service('O1', '2024-05-02 09:00+08') \g /dev/null
-- t.now(...) is what coverage says now, t.frozen(report) what the report says, as text.
CREATE FUNCTION t.now(span daterange, by text, services text[] DEFAULT NULL, location text[] DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', region, code, name, insured, served, rate, outside), ', ' ORDER BY code) FROM assure.coverage_detail(span, by, services => services, location => location) $$;
CREATE FUNCTION t.frozen(name text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', region, code, name, insured, served, rate, outside), ', ' ORDER BY row_no) FROM assure_bi.coverage_report WHERE report = frozen.name $$;

SELECT is(t.fails($$SELECT assure.freeze_coverage('{"name": "May", "period": "[2024-05-01,2024-06-01)", "note": "to the board"}', 'f1')$$), 'none', 'a report is frozen');
SELECT is(t.frozen('May'), t.now('[2024-05-01,2024-06-01)', 'province'), 'it says what coverage says');
SELECT is((SELECT sum(served) FROM assure_bi.coverage_report WHERE report = 'May'), 1::numeric, 'somebody was served');
SELECT is((SELECT DISTINCT concat_ws(' ', to_char(period_from, 'YYYY-MM-DD'), to_char(period_to, 'YYYY-MM-DD'), by, place, services, insurers, basis, location, universe, note, frozen_by = session_user, frozen_at = now()) FROM assure_bi.coverage_report WHERE report = 'May'),
    '2024-05-01 2024-05-31 province customer any_day {residence,contract,branch,resident_id} to the board t t', 'with what was asked for, who asked, and when');
SELECT is((SELECT pg_visible_in_snapshot(pg_current_xact_id(), seen) FROM assure.coverage_report), false, 'and which transactions it has seen');
SELECT is((SELECT concat_ws(' ', action, subject = 'coverage report ' || report_id) FROM assure.coverage_report JOIN assure.audit_log USING (audit_id)), 'freeze_coverage t', 'the audit has it');
SELECT assure.freeze_coverage('{"name": "prefectures", "period": "[2024-01-01,2025-01-01)", "by": "prefecture", "services": ["opinion", "escort"]}'),
    assure.freeze_coverage('{"name": "cities", "period": "[2024-01-01,2025-01-01)", "by": "prefecture", "universe": 293}'),
    assure.freeze_coverage('{"name": "services", "period": "[2024-05-01,2024-06-01)", "by": "service", "place": "branch", "insurers": ["Alpha"], "basis": "last_day"}'),
    assure.freeze_coverage('{"name": "branches", "period": "[2024-05-01,2024-06-01)", "location": ["branch", "residence"]}') \g /dev/null
SELECT is(t.frozen('prefectures'), t.now('[2024-01-01,2025-01-01)', 'prefecture', '{opinion,escort}'), 'by prefecture, of some services');
SELECT is((SELECT count(*) || ' ' || min(universe) FROM assure_bi.coverage_report WHERE report = 'prefectures'), '342 342', 'all prefectures');
SELECT is((SELECT count(*) || ' ' || min(universe) FROM assure_bi.coverage_report WHERE report = 'cities'), '293 293', 'or those of a universe');
SELECT is(t.frozen('branches'), t.now('[2024-05-01,2024-06-01)', 'province', NULL, '{branch,residence}'), 'by another list of the location');
SELECT isnt(t.frozen('branches'), t.frozen('May'), 'which is another figure');
SELECT is((SELECT string_agg(code || ' ' || served, ', ' ORDER BY code) FROM assure_bi.coverage_report WHERE report = 'services'), 'escort 0, opinion 1', 'by service, by branch, of an insurer, on the last day');

-- What happens afterwards.
CREATE TEMP TABLE was AS SELECT name, t.frozen(name) AS text FROM assure.coverage_report;
SELECT assure.cancel_service('O1'), assure.finish_service('O2', '2024-05-03 09:00+08'),
    assure.put_location('{"policy": "P-BJ", "member_ref": "M1", "region": "440305", "valid_from": "2024-01-01", "source": "letter"}') \g /dev/null
UPDATE assure.service SET name = 'Another', code = 'other' WHERE code = 'escort';
SELECT assure.refresh_coverage() \g /dev/null
SELECT isnt(t.now('[2024-05-01,2024-06-01)', 'province'), (SELECT text FROM was WHERE name = 'May'), 'the figures change');
SELECT is((SELECT string_agg(name, ', ') FROM was WHERE text IS DISTINCT FROM t.frozen(name)), NULL, 'the reports do not');
SELECT matches(t.fails('UPDATE assure.coverage_report SET note = NULL'), '^AS005 ', 'nobody changes a report');
SELECT matches(t.fails('UPDATE assure.coverage_report_row SET served = 0'), '^AS005 ', 'nor its rows');
SELECT matches(t.fails('DELETE FROM assure.coverage_report_row'), '^AS005 ', 'nobody deletes them');
SELECT matches(t.fails('TRUNCATE assure.coverage_report CASCADE'), '^AS005 ', 'in no way');

-- Refused, and nothing kept.
SELECT is((SELECT report_id FROM assure.coverage_report WHERE name = 'May'), assure.freeze_coverage('{"name": "May", "period": "[2024-05-01,2024-06-01)", "note": "to the board"}', 'f1'), 'a retry by request_id is the first answer');
SELECT is(t.fails($$SELECT assure.freeze_coverage('{"name": "May", "period": "[2024-05-01,2024-06-01)"}')$$), 'AS103 name: a report "May" was frozen before', 'a name is used once');
CREATE FUNCTION t.refused(more jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT t.fails(format('SELECT assure.freeze_coverage(%L)', '{"name": "x", "period": "[2024-05-01,2024-06-01)"}'::jsonb || more)) $$;
SELECT matches(t.refused('{"period": "[2024-05-02,2024-06-01)"}'), '^22023 period', 'whole months');
SELECT matches(t.refused('{"period": "May"}'), '^22P02 ', 'a period');
SELECT matches(t.refused('{"by": "city"}'), '^22023 by', 'a known dimension');
SELECT matches(t.refused('{"services": ["none"]}'), '^23503 services', 'a known service');
SELECT matches(t.refused('{"services": []}'), '^22023 ', 'no empty list');
SELECT matches(t.refused('{"location": ["moon"]}'), '^22023 location', 'a known basis of the location');
SELECT matches(t.refused('{"universe": 342}'), '^22023 report', 'no universe of what is not by prefecture');
SELECT matches(t.refused('{"by": "prefecture", "universe": 300}'), '^22023 universe', 'a known one');
SELECT matches(t.refused('{"colour": "red"}'), '^22023 report', 'nothing else');
SELECT matches(t.fails($$SELECT assure.freeze_coverage('{"name": "x"}')$$), '^22023 report', 'nothing less');
SELECT is((SELECT count(*) FROM assure.coverage_report WHERE name = 'x'), 0::bigint, 'nothing of that is kept');
SELECT t.new_role('bi', 'bi') \g /dev/null
SELECT is(t.run('bi', $$SELECT count(*) FROM assure_bi.coverage_report WHERE report = 'May'$$), '34', 'who reports reads them');
SELECT is(t.whole(), '', 'the books and the audit are whole');
SELECT * FROM finish();
ROLLBACK;
