\set ECHO none
-- Joins, leaves and changes by rows: what files get right and wrong.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SET LOCAL datestyle = 'ISO';
SELECT no_plan();
-- t.row(more) is a join of a subscriber; t.try(rows) what becomes of rows: "no code reason, ..."; t.covers(ref) a member's covers.
CREATE FUNCTION t.row(more jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT '{"action": "join", "policy": "P-SH", "certificate": "C1", "member_ref": "A", "name": "李明", "birth_date": "1985-03-04", "sex": "M", "region": "310104", "plan": "STD", "relationship": "self", "enrolled_on": "2024-03-01"}'::jsonb || more $$;
CREATE FUNCTION t.kid(more jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT t.row('{"member_ref": "B", "name": "李小", "birth_date": "2024-03-01", "sex": "F", "relationship": "child"}' || more) $$;
CREATE FUNCTION t.leave(ref text, day text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('action', 'leave', 'policy', 'P-SH', 'member_ref', ref, 'ended_on', day) || more $$;
CREATE FUNCTION t.change(ref text, more jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('action', 'change', 'policy', 'P-SH', 'member_ref', ref) || more $$;
CREATE FUNCTION t.try(rows jsonb, dry_run boolean DEFAULT false) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(concat_ws(' ', r.row_no, CASE WHEN r.accepted THEN 'ok' ELSE r.error_code || ' ' || r.reason END), '; ' ORDER BY n), '')
    FROM assure.enroll_rows(rows, dry_run) WITH ORDINALITY r (row_no, action, member_ref, member_id, accepted, error_code, reason, rerun_from, claims_to_rerun, n) $$;
CREATE FUNCTION t.covers(member text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s %s %s-%s since %s', p.code, e.relationship, e.enrolled_on, coalesce(e.ended_on::text, ''), e.continuous_since), ', ' ORDER BY e.enrolled_on)
    FROM assure.member m JOIN assure.enrollment e USING (account_id, member_id) JOIN assure.plan p USING (plan_id) WHERE m.ref = member $$;
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;

-- What is wrong in a row by itself.
CREATE TEMP TABLE refused (n serial, row jsonb, wanted text);
INSERT INTO refused (row, wanted) VALUES
    ('5', '22023 an object expected'), ('{}', '22023 action: missing'), ('{"action": "hire"}', '22023 action: not one of join, leave, change'), (t.row('{"row_no": 0}'), '22003 row_no: '),
    (t.row('{}') - 'policy', '22023 policy: missing'), (t.row('{"policy": "P-NO"}'), '23503 policy: "P-NO" does not exist'), (t.row('{"plan": "GOLD"}'), '23503 plan: "GOLD" does not exist'),
    (t.row('{"region": "990000"}'), '23503 region: "990000" does not exist'), (t.row('{"region": "Shanghai"}'), '23503 region: "Shanghai" does not exist'), (t.row('{"colour": 1}'), '22023 colour: unknown key'),
    (t.row('{"name": ""}'), '22023 name: an empty string'), (t.row('{"name": "a\u0001"}'), '22023 name: a control character'), (t.row(jsonb_build_object('name', repeat('x', 201))), '54000 name: 201 bytes'),
    (t.row('{"birth_date": "1985-02-30"}'), '22023 birth_date: '), (t.row('{"birth_date": "infinity"}'), '22023 birth_date: '), (t.row('{"enrolled_on": "-infinity"}'), '22023 enrolled_on: '), (t.row('{"enrolled_on": "45352"}'), '22023 enrolled_on: '), (t.row('{"enrolled_on": 45352}'), '22023 enrolled_on: '),
    (t.row('{"birth_date": "2024-03-02"}'), '22023 birth_date: is after enrolled_on'), (t.row('{"ended_on": "2024-02-29"}'), '22023 ended_on: is before enrolled_on'), (t.row('{"continuous_since": "2024-03-02"}'), '22023 continuous_since: is after enrolled_on'),
    (t.row('{"continuous_since": "1985-03-03"}'), '22023 continuous_since: is before birth_date'), (t.row('{"enrolled_on": "2023-12-31"}'), '22023 plan: "STD" has no terms on 2023-12-31 yet'),
    (t.row('{"policy": "P-BJ", "enrolled_on": "2025-01-01"}'), '22023 enrolled_on: is after the policy ends, on 2024-12-31'), (t.row('{"policy": "P-BJ", "ended_on": "2025-01-01"}'), '22023 ended_on: is after the policy ends, on 2024-12-31'),
    (t.row('{"resident_id": "310104198503041234"}'), '22023 resident_id: '), (t.row('{"resident_id": "12345"}'), '22023 resident_id: '), (t.row('{"sex": "f"}'), '22023 sex: '), (t.row('{"relationship": "uncle"}'), '22023 relationship: '),
    (t.kid('{}'), '23503 relationship: certificate "C1" has no subscriber on 2024-03-01'), (t.leave('A', '2024-05-01'), '23503 member_ref: "A" is not a member of policy "P-SH"'),
    (t.change('A', '{"phone": "1"}'), '23503 member_ref: "A" is not a member'), (t.leave('S1', 'infinity'), '22023 ended_on: '), (t.leave('S1', '2023-06-01', '{"member_ref": "S1"}'), 'P0002 ended_on: member "S1" is not covered on 2023-06-01'),
    (t.change('S1', '{}'), '22023 nothing is stated that could change'), (t.change('S1', '{"plan": "FREE"}'), '22023 from: missing'), (t.change('S1', '{"plan": "FREE", "from": "2023-12-31"}'), 'P0002 from: member "S1" is not covered on 2023-12-31'),
    (t.change('S1', '{"plan": "FREE", "from": "2024-02-01", "enrolled_on": "2024-02-02"}'), '22023 enrolled_on: is corrected in a row of its own'), (t.change('S1', '{"relationship": "spouse", "from": "2024-02-01"}'), '22023 relationship: who is the subscriber'),
    (t.change('S1', '{"enrolled_on": "2023-12-01"}'), '22023 enrolled_on: is before the policy starts'), (t.change('S1', '{"continuous_since": "2024-01-02"}'), '22023 continuous_since: is after the cover begins'), (t.change('S1', '{"ended_on": "2023-12-31"}'), '22023 ended_on: is before the cover begins'),
    (t.change('S1', '{"birth_date": "2024-01-02"}'), '22023 birth_date: is after the cover begins'), (t.change('S1', '{"certificate": "X", "phone": "1"}'), 'AS103 member_ref: "S1" is another person or on another certificate'), (t.change('S1', '{"resident_id": "1"}'), '22023 resident_id: ');
SELECT ok(starts_with(substr(e, 3), wanted), format('%s%s', wanted, CASE WHEN starts_with(substr(e, 3), wanted) THEN '' ELSE ' but: ' || e END))
FROM refused, LATERAL (SELECT CASE WHEN row ? 'row_no' THEN t.try(jsonb_build_array(row)) ELSE t.try(jsonb_build_array(row)) END) x (e) ORDER BY n;
SELECT is((SELECT count(*) FROM assure.enroll_rows((SELECT jsonb_agg(row ORDER BY n) FROM refused)) WHERE NOT accepted), (SELECT count(*) FROM refused), 'together they are refused as well');
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'and nothing of them is written');
SELECT is(t.fails('SELECT assure.enroll_rows(NULL)'), '22004 rows and dry_run must not be NULL', 'no rows');
SELECT alike(t.fails('SELECT assure.enroll_rows(''{}'')'), '22023 rows: a list expected%', 'rows are a list');
SELECT is(t.try('[]'), '', 'which may be empty');
SELECT assure.publish_plan('NEW', 'New', '{"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}', '2024-03-02') IS NOT NULL AS published \gset
SELECT is(t.try(jsonb_build_array(t.row('{"plan": "NEW"}'), t.change('S1', '{"plan": "NEW", "from": "2024-03-01"}'))), '1 22023 plan: "NEW" has no terms on 2024-03-01 yet; 2 22023 plan: "NEW" has no terms on 2024-03-01 yet', 'a plan has terms on the first day');
SAVEPOINT plans;
SELECT is(t.try(jsonb_build_array(t.row('{"plan": "NEW", "enrolled_on": "2024-03-05"}'), t.change('A', '{"enrolled_on": "2024-03-01"}'), t.change('A', '{"enrolled_on": "2024-03-02"}'))), '1 ok; 2 22023 enrolled_on: plan "NEW" has no terms on 2024-03-01 yet; 3 ok', 'also when that day is corrected');
ROLLBACK TO plans;
UPDATE before SET counts = (SELECT array_agg(c) FROM t.counts() c);
SELECT is((SELECT row_no FROM assure.enroll_rows('[1, {"row_no": 0}]') OFFSET 1), 2, 'a number that is none is the place');

-- A family joins, in any order; a dry run says so and writes nothing.
SELECT is(t.try(jsonb_build_array(t.kid('{}'), t.row('{"resident_id": "31010419850304123x"}')), true), '1 23503 relationship: certificate "C1" has no subscriber on 2024-03-01. Enroll who is insured as "self" on that certificate, in the same load or before.; 2 22023 resident_id: ' ||
    (SELECT substr(r.reason, 14) FROM assure.enroll_rows(jsonb_build_array(t.row('{"resident_id": "31010419850304123x"}')), true) r), 'a number with a wrong check character stops the family');
SELECT is(t.try(jsonb_build_array(t.kid('{}'), t.row('{}')), true), '1 ok; 2 ok', 'a dry run accepts a newborn before the father');
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'and writes nothing');
SELECT is(t.try(jsonb_build_array(t.kid('{}'), t.row('{}'), t.row('{"certificate": "C2", "member_ref": "Z", "plan": "NO"}'))), '1 ok; 2 ok; 3 23503 plan: "NO" does not exist', 'the family joins, another row does not');
SELECT is(t.grown((SELECT counts FROM before)), 'assure.account +1, assure.audit_log +1, assure.enrollment +2, assure.member +2, assure_internal.account_book +1, assure_internal.coverage_recheck +2, assure_internal.member_ref +2', 'with these rows');
SELECT is((SELECT concat_ws(' ', action, row_count, detail) FROM assure.audit_log ORDER BY audit_id DESC LIMIT 1), 'enroll_rows 2 {"join": 2, "leave": 0, "change": 0}', 'one audit row says how many');
SELECT is(t.covers('B'), 'STD child 2024-03-01- since 2024-03-01', 'the newborn is covered from birth');

-- What does not fit who is there.
SELECT is(t.try(jsonb_build_array(t.row('{}'))), '1 23505 enrolled_on: member "A" is enrolled from that day already', 'joined already');
SELECT is(t.try(jsonb_build_array(t.row('{"enrolled_on": "2024-04-01"}'))), '1 23505 enrolled_on: member "A" is covered from 2024-03-01 on. Another plan or relationship is a change; a member who comes again has left before.', 'covered already');
SELECT is(t.try(jsonb_build_array(t.row('{"enrolled_on": "2024-02-01"}'))), '1 23505 enrolled_on: member "A" is covered from 2024-03-01 on. Another plan or relationship is a change; a member who comes again has left before.', 'covered later');
SELECT is(t.try(jsonb_build_array(t.row('{"name": "Other", "enrolled_on": "2025-01-01"}'))), '1 AS103 member_ref: "A" is another person or on another certificate of policy "P-SH". Use a new member_ref for a new person.', 'another person');
SELECT is(t.try(jsonb_build_array(t.row('{"certificate": "C9"}'))), '1 AS103 member_ref: "A" is another person or on another certificate of policy "P-SH". Use a new member_ref for a new person.', 'another certificate');
SELECT is(t.try(jsonb_build_array(t.row('{"member_ref": "A2"}'))), '1 23505 relationship: certificate "C1" has a subscriber already, member "A"', 'a second subscriber');
SELECT is(t.try(jsonb_build_array(t.kid('{"member_ref": "B2", "birth_date": "1980-01-01"}'))), '1 22023 birth_date: a child that is not younger than the subscriber', 'a child older than the father');
SELECT is(t.try(jsonb_build_array(t.kid('{"member_ref": "B2", "relationship": "parent"}'))), '1 22023 birth_date: a parent who is not older than the subscriber', 'a parent younger than the son');
SELECT is(t.try(jsonb_build_array(t.kid('{"member_ref": "B2", "enrolled_on": "2024-03-01", "birth_date": "2024-03-02"}'))), '1 22023 birth_date: is after enrolled_on', 'covered before birth');

-- Resident identity numbers: 18 characters, or 15 of the old form.
SELECT assure.resident_id('11010519491231002X')::text AS f49, assure.resident_id('130503670401001')::text AS m67 \gset
SELECT is(t.try(jsonb_build_array(t.row(jsonb_build_object('certificate', 'R1', 'member_ref', 'R1', 'resident_id', :'f49')))), '1 22023 birth_date: is not the one in resident_id', 'another birthday');
SELECT is(t.try(jsonb_build_array(t.row(jsonb_build_object('certificate', 'R1', 'member_ref', 'R1', 'birth_date', '1949-12-31', 'resident_id', :'f49')))), '1 22023 sex: is not the one in resident_id', 'another sex');
SELECT is(t.try(jsonb_build_array(t.row(jsonb_build_object('certificate', 'R1', 'member_ref', 'R1', 'birth_date', '1949-12-31', 'sex', 'F', 'resident_id', :'f49')),
    t.row(jsonb_build_object('certificate', 'R2', 'member_ref', 'R2', 'birth_date', '1949-12-31', 'sex', 'F', 'resident_id', :'f49')))), '1 ok; 2 23505 resident_id: member "R1" on certificate "R1" has the same and is covered', 'twice under one policy');
SELECT is(t.try(jsonb_build_array(t.row(jsonb_build_object('certificate', 'R2', 'member_ref', 'R2', 'birth_date', '1949-12-31', 'sex', 'F', 'resident_id', :'f49')))), '1 23505 resident_id: member "R1" on certificate "R1" has the same and is covered', 'in another load too');
SELECT is(t.try(jsonb_build_array(t.row(jsonb_build_object('policy', 'P-GD', 'certificate', 'R2', 'member_ref', 'R2', 'birth_date', '1949-12-31', 'sex', 'F', 'resident_id', :'f49')))), '1 ok', 'under another policy it is free');
SELECT is(t.try(jsonb_build_array(t.row('{"certificate": "R3", "member_ref": "R3", "birth_date": "1967-04-01", "resident_id": "130503670401001"}'))), '1 ok', 'the old form');
SELECT is((SELECT resident_id FROM assure.member WHERE ref = 'R3'), :'m67', 'is stored as the new one');
SELECT is(t.try(jsonb_build_array(t.leave('R1', '2024-06-30'), t.row(jsonb_build_object('certificate', 'R4', 'member_ref', 'R4', 'birth_date', '1949-12-31', 'sex', 'F', 'resident_id', :'f49', 'enrolled_on', '2024-07-01')))), '1 ok; 2 ok', 'who has left may come back under another number of the employer');
SELECT is(t.try(jsonb_build_array(t.change('A', jsonb_build_object('resident_id', :'f49')))), '1 22023 birth_date: is not the one in resident_id', 'a number is corrected with the birthday');
SELECT is(t.try(jsonb_build_array(t.change('A', jsonb_build_object('resident_id', :'f49', 'birth_date', '1949-12-31', 'sex', 'F')))), '1 23505 resident_id: member "R1" on certificate "R1" has the same and is covered', 'and not to another''s');

-- Leaves, and coming again.
SELECT is(t.try(jsonb_build_array(t.leave('A', '2024-06-30'))), '1 AS201 ended_on: 1 of the dependants are covered longer: "B". State "with_dependants": true, or let them leave too.', 'a subscriber does not leave alone');
SELECT is(t.try(jsonb_build_array(t.leave('A', '2024-06-30'), t.leave('B', '2024-06-30'))), '1 ok; 2 ok', 'the dependants may stand below');
SELECT is(concat_ws('; ', t.covers('A'), t.covers('B')), 'STD self 2024-03-01-2024-06-30 since 2024-03-01; STD child 2024-03-01-2024-06-30 since 2024-03-01', 'both have left');
SELECT is(t.try(jsonb_build_array(t.leave('A', '2024-06-30'))), '1 AS201 ended_on: the cover of member "A" ends on that day already', 'once');
SELECT is(t.try(jsonb_build_array(t.leave('A', '2024-07-01'))), '1 P0002 ended_on: member "A" is not covered on 2024-07-01. The last day of cover, or the day before it begins for one who never came.', 'not later');
SELECT is(t.try(jsonb_build_array(t.row('{"enrolled_on": "2024-07-01", "plan": "FREE", "region": "310105"}'), t.kid('{"enrolled_on": "2024-08-01"}'))), '1 ok; 2 ok', 'they come again');
SELECT is(concat_ws('; ', t.covers('A'), t.covers('B')), 'STD self 2024-03-01-2024-06-30 since 2024-03-01, FREE self 2024-07-01- since 2024-03-01; STD child 2024-03-01-2024-06-30 since 2024-03-01, STD child 2024-08-01- since 2024-08-01', 'without a gap the cover is continuous, with one it is not');
SELECT is((SELECT region FROM assure.member WHERE ref = 'A'), '310105', 'and say where they live now');
SELECT is(t.try(jsonb_build_array(t.leave('A', '2024-05-31', '{"with_dependants": true}'))), '1 ok', 'a leave takes back what would follow without a gap');
SELECT is(concat_ws('; ', t.covers('A'), t.covers('B')), 'STD self 2024-03-01-2024-05-31 since 2024-03-01; STD child 2024-03-01-2024-05-31 since 2024-03-01', 'of the family');
SELECT is(t.try(jsonb_build_array(t.row('{"enrolled_on": "2025-01-01"}'), t.leave('A', '2024-04-30'))), '1 ok; 2 AS201 ended_on: member "A" is covered again from 2025-01-01 on, after a gap', 'but not what follows a gap');
SELECT is(t.try(jsonb_build_array(t.leave('A', '2024-12-31'))), '1 ok', 'who never came leaves on the day before');
SELECT is(t.covers('A'), 'STD self 2024-03-01-2024-05-31 since 2024-03-01', 'and was never covered');
SELECT is(t.try(jsonb_build_array(t.row('{"enrolled_on": "2024-06-01", "ended_on": "2024-08-31"}'), t.kid('{"enrolled_on": "2024-06-01"}'))), '1 ok; 2 22023 ended_on: the subscriber''s cover ends before, on 2024-08-31', 'a dependant is not covered longer than the subscriber');

-- Changes.
SELECT is(t.try(jsonb_build_array(t.change('A', '{"plan": "FREE", "from": "2024-07-01"}'))), '1 ok', 'another plan from a day on');
SELECT is(t.covers('A'), 'STD self 2024-03-01-2024-05-31 since 2024-03-01, STD self 2024-06-01-2024-06-30 since 2024-03-01, FREE self 2024-07-01-2024-08-31 since 2024-03-01', 'ends one cover and begins another, with its end and continuity');
SELECT is(t.try(jsonb_build_array(t.change('A', '{"plan": "STD", "from": "2024-07-01"}'))), '1 ok', 'from its own first day');
SELECT is(t.covers('A'), 'STD self 2024-03-01-2024-05-31 since 2024-03-01, STD self 2024-06-01-2024-06-30 since 2024-03-01, STD self 2024-07-01-2024-08-31 since 2024-03-01', 'it changes in place');
SELECT is(t.try(jsonb_build_array(t.change('A', '{"ended_on": null}'))), '1 ok', 'an end is opened');
SELECT is(t.try(jsonb_build_array(t.change('A', '{"enrolled_on": "2024-06-15"}'))), '1 23505 enrolled_on: the member''s cover before would be met', 'days do not meet the cover before');
SELECT is(t.try(jsonb_build_array(t.change('A', '{"from": "2024-06-01", "ended_on": "2024-07-15"}'))), '1 23505 ended_on: the member''s next cover would be met', 'nor the next');
SELECT is(t.try(jsonb_build_array(t.change('A', '{"enrolled_on": "2024-07-02"}'))), '1 ok', 'a first day is corrected');
SELECT is(split_part(t.covers('A'), ', ', 3), 'STD self 2024-07-02- since 2024-03-01', 'and the continuity stays');
SELECT is(t.try(jsonb_build_array(t.change('A', '{"name": "李明明", "phone": "13900001111", "birth_date": "1985-03-05"}'))), '1 ok', 'particulars are corrected');
SELECT is((SELECT concat_ws(' ', name, phone, birth_date) FROM assure.member WHERE ref = 'A'), '李明明 13900001111 1985-03-05', 'as stated');
SELECT is((SELECT c.after::text FROM assure.enrollment_change c JOIN assure.member USING (account_id, member_id) WHERE ref = 'A' ORDER BY change_id DESC LIMIT 1), '{"particulars": ["name", "birth_date", "phone"]}', 'what changed is noted without its values');
SELECT is((SELECT string_agg(concat_ws(' > ', coalesce(c.before ->> 'ended_on', '-'), coalesce(c.after ->> 'ended_on', '-')), ', ' ORDER BY change_id) FROM assure.enrollment_change c JOIN assure.member USING (account_id, member_id) WHERE ref = 'B'),
    '- > 2024-06-30, - > -, - > -, 2024-06-30 > 2024-05-31', 'so is every cover that changed, began or was withdrawn');
SELECT is(t.try(jsonb_build_array(t.change('A', '{"phone": "13900001111"}'))), '1 ok', 'nothing new is nothing');
SELECT is((SELECT count(*) FROM assure.enrollment_change c WHERE NOT EXISTS (SELECT FROM assure.audit_log a WHERE a.audit_id = c.audit_id)), 0::bigint, 'each change has its audit row');

-- Rows of one member in one load see each other.
SELECT is(t.try(jsonb_build_array(t.row('{"certificate": "D", "member_ref": "D1", "enrolled_on": "2024-02-01"}'), t.change('D1', '{"plan": "FREE", "from": "2024-03-01"}'), t.leave('D1', '2024-03-31'),
    t.row('{"certificate": "D", "member_ref": "D1", "enrolled_on": "2024-05-01"}'), t.row('{"certificate": "D", "member_ref": "D1", "enrolled_on": "2024-05-01"}'))),
    '1 ok; 2 ok; 3 ok; 4 ok; 5 23505 enrolled_on: member "D1" is enrolled from that day already', 'a whole life in one file');
SELECT is(t.covers('D1'), 'STD self 2024-02-01-2024-02-29 since 2024-02-01, FREE self 2024-03-01-2024-03-31 since 2024-02-01, STD self 2024-05-01- since 2024-05-01', 'in the order of its rows');
SELECT is(t.try((SELECT jsonb_agg(t.kid(jsonb_build_object('certificate', 'BIG', 'member_ref', 'BIG' || i, 'relationship', CASE i WHEN 1 THEN 'self' ELSE 'child' END, 'birth_date', CASE i WHEN 1 THEN '1980-01-01' ELSE '2010-01-01' END)) ORDER BY i) FROM generate_series(1, 101) i), true) ~
    '101 54000 certificate: "BIG" has 100 members, at most 100 are allowed', true, 'a certificate is a family');

-- Claims that were decided under what changes.
SELECT is(t.verdict(t.claim('E1', 'M1', '1500.00')), 'approved 800.00 deductible B-E1, coinsurance B-E1', 'a claim of 10 March');
SELECT is((SELECT concat_ws(' ', rerun_from, claims_to_rerun) FROM assure.enroll_rows(jsonb_build_array(t.leave('M1', '2024-03-09', '{"policy": "P-BJ", "with_dependants": true}')), true)), '2024-03-10 1', 'is concerned by an end before it');
SELECT is((SELECT concat_ws(' ', rerun_from, claims_to_rerun) FROM assure.enroll_rows(jsonb_build_array(t.leave('M1', '2024-03-10', '{"policy": "P-BJ", "with_dependants": true}')), true)), '0', 'not by one on its day');
SELECT is((SELECT concat_ws(' ', rerun_from, claims_to_rerun, hint) FROM assure.change_enrollment('{"policy": "P-BJ", "member_ref": "M1", "plan": "FREE", "from": "2024-02-01"}', 'c1')), '2024-02-01 1 assure.rerun() calculates them again; try it with dry_run first.', 'a single change tells');
SELECT is((SELECT concat_ws(' ', rerun_from, claims_to_rerun, hint) FROM assure.change_enrollment('{"policy": "P-BJ", "member_ref": "M1", "plan": "FREE", "from": "2024-02-01"}', 'c1')), '2024-02-01 1 assure.rerun() calculates them again; try it with dry_run first.', 'retried too');
SELECT is((SELECT count(*) FROM assure.enrollment e JOIN assure.member m USING (account_id, member_id) WHERE m.ref = 'M1'), 2::bigint, 'and is made once');
SELECT is((SELECT concat_ws(' ', rerun_from, claims_to_rerun) FROM assure.change_enrollment('{"policy": "P-BJ", "member_ref": "M1", "phone": "1"}')), '0', 'a telephone concerns none');
SELECT is((SELECT concat_ws(' ', rerun_from, claims_to_rerun, hint) FROM assure.end_enrollment('P-BJ', 'M3', '2024-03-31')), '0', 'an end without claims');
SELECT alike(t.fails('SELECT assure.end_enrollment(''P-BJ'', ''M1'', ''2024-03-31'')'), 'AS201 ended_on: 1 of the dependants are covered longer: "M2"%', 'a subscriber does not end alone');
SELECT is((SELECT claims_to_rerun FROM assure.end_enrollment('P-BJ', 'M1', '2024-02-29', true)), 1, 'with the dependants');
SELECT is((SELECT string_agg(m.ref || ' ' || e.ended_on, ', ' ORDER BY m.ref, e.enrolled_on) FROM assure.enrollment e JOIN assure.member m USING (account_id, member_id) WHERE m.ref IN ('M1', 'M2', 'M3')), 'M1 2024-01-31, M1 2024-02-29, M2 2024-02-29, M3 2024-02-29', 'all end');
SELECT is(t.fails('SELECT assure.end_enrollment(''P-BJ'', ''M1'', ''infinity'')'), '22023 ended_on: not a date of the years 1800 to 2999', 'infinity is no day');
SELECT is(t.fails('SELECT assure.end_enrollment(''P-BJ'', ''M1'', ''12024-03-31'')'), '22023 ended_on: not a date of the years 1800 to 2999', 'nor is one that documents do not have');
SELECT is(t.fails('SELECT assure.end_enrollment(''P-BJ'', ''M1'', NULL)'), '22004 policy, member_ref, ended_on and with_dependants must not be NULL', 'NULL neither');
SELECT is(t.fails('SELECT assure.end_enrollment(''P-NO'', ''M1'', ''2024-03-31'')'), '23503 policy: "P-NO" does not exist', 'no such policy');
SELECT is(t.fails('SELECT assure.end_enrollment(''P-BJ'', ''Q'', ''2024-03-31'')'), '23503 member_ref: "Q" is not a member of policy "P-BJ"', 'no such member');
SELECT is(t.fails('SELECT assure.change_enrollment(''{"policy": "P-BJ"}'')'), '22023 change: member_ref: missing', 'a change names the member');
SELECT is(t.fails('SELECT assure.change_enrollment(NULL)'), '22004 change must not be NULL', 'NULL is no change');
SELECT is(t.fails($$SELECT assure.publish_plan('X', 'x', '{"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}', 'infinity')$$), '22023 valid_from: not a finite date', 'a plan is valid from a day');

-- A reason is kept, so it does not hold what stood in the wrong column.
SELECT is(t.try(jsonb_build_array(t.row('{"birth_date": "310104198503041235"}'), t.row('{"sex": "310104198503041235"}'), t.row('{"relationship": "\" is not a date, not one of us"}'), t.row('{"enrolled_on": "a\" is not a date or so"}'))),
    '1 22023 birth_date: not a date such as "2024-03-01"; 2 22023 sex: not one of F, M; 3 22023 relationship: not one of self, spouse, child, parent; 4 22023 enrolled_on: not a date such as "2024-03-01"', 'a reason quotes no values');
SELECT is(t.fails('SELECT assure.change_enrollment(''{"policy": "P-BJ", "member_ref": "M1", "birth_date": "19800504"}'')'), '22023 change: birth_date: not a date such as "2024-03-01"', 'nor does an error');

-- A retry returns the first answer.
CREATE TEMP TABLE first AS SELECT * FROM assure.enroll_rows(jsonb_build_array(t.row('{"certificate": "Q", "member_ref": "Q1"}'), 7), false, 'q');
SELECT is((SELECT count(*) FROM (SELECT * FROM assure.enroll_rows(jsonb_build_array(t.row('{"certificate": "Q", "member_ref": "Q1"}'), 7), false, 'q') EXCEPT TABLE first) x), 0::bigint, 'a retry returns the first answer');
SELECT is(t.fails('SELECT assure.enroll_rows(''[]'', false, ''q'')'), 'AS003 request_id "q" was used before for another call', 'to the same rows only');

-- Staging.
UPDATE before SET counts = (SELECT array_agg(c) FROM t.counts() c);
SELECT is(assure.stage_enrollment('HR', jsonb_build_array(t.row('{"row_no": 1, "certificate": "H", "member_ref": "H1"}'), t.row('{"row_no": 2, "policy": "P-NO"}'))), 2, 'rows are staged');
SELECT is(t.grown((SELECT counts FROM before)), 'assure.audit_log +1, assure.enrollment_row +2', 'as rows');
SELECT is(assure.stage_enrollment('HR', jsonb_build_array(t.row('{"row_no": 2, "certificate": "H", "member_ref": "H2"}'))), 1, 'one is replaced');
SELECT is((SELECT string_agg(concat_ws(' ', row_no, state, document ->> 'member_ref', policy_id IS NOT NULL), ', ' ORDER BY row_no) FROM assure.enrollment_row), '1 waiting H1 t, 2 waiting H2 t', 'by its number');
SELECT is(t.fails($$SELECT assure.stage_enrollment('HR', '[{"action": "join"}]')$$), '22023 rows: [0].row_no: missing', 'a number is needed');
SELECT is(t.fails($$SELECT assure.stage_enrollment('HR', '[{"row_no": 3}, {"row_no": 3}]')$$), '22023 rows: row_no 3 stands twice', 'once');
SELECT is(t.fails($$SELECT assure.stage_enrollment('', '[]')$$), '22023 batch has 0 bytes, not 1 to 200', 'and a name');
SELECT is(t.fails($$SELECT assure.stage_enrollment('HR', NULL)$$), '22004 rows must not be NULL', 'and rows');
SELECT alike(t.fails($$CALL assure.apply_enrollment('HR')$$), '25001 assure.apply_enrollment() commits as it goes%', 'it is applied outside of transactions');
SELECT is(assure.discard_enrollment('HR'), 2, 'what was not accepted is dropped');
SELECT is((SELECT count(*) FROM assure.enrollment_row), 0::bigint, 'with its personal data');

-- Who may: the branch of each row decides; another's batch is not touched, nor seen.
SELECT t.new_role('portal', 'proxy'), t.new_role('other', 'operator'), t.new_role('bi', 'bi') \g /dev/null
SELECT assure.grant_branch(t.role('portal'), 'SH'), assure.grant_branch(t.role('other'), 'GD') \g /dev/null
SELECT is(t.run('portal', format('SELECT accepted, error_code FROM assure.enroll_rows(%L, true) ORDER BY row_no', jsonb_build_array(t.row('{"certificate": "W", "member_ref": "W"}'), t.row('{"policy": "P-GD", "certificate": "W", "member_ref": "W"}')))), E't,\nf,42501', 'rows of branches that are open');
SELECT alike(t.run('portal', 'SELECT assure.end_enrollment(''P-GD'', ''G1'', ''2024-05-01'')'), '42501 policy "P-GD" belongs to a branch that is not open to role%', 'a single call too');
SELECT is(t.run('portal', format('SELECT assure.stage_enrollment(''P'', %L)', jsonb_build_array(t.row('{"row_no": 1}'), t.row('{"row_no": 2, "policy": "P-GD"}'), t.row('{"row_no": 3, "policy": "P-NO"}')))), '3', 'the portal stages');
SELECT is(t.run('portal', 'SELECT row_no FROM assure.enrollment_row ORDER BY 1'), E'1\n3', 'and sees what is of its branches, or nobody''s');
SELECT is(t.run('other', 'SELECT row_no FROM assure.enrollment_row ORDER BY 1'), '2', 'as others do');
SELECT alike(t.run('other', 'SELECT assure.stage_enrollment(''P'', ''[]'')'), 'AS103 batch "P" was staged by role%', 'a batch is of who staged it');
SELECT alike(t.run('other', 'SELECT assure.discard_enrollment(''P'')'), 'AS103 batch "P" was staged by role%', 'who may drop it');
SELECT alike(t.run('bi', 'SELECT assure.enroll_rows(''[]'')'), '42501 %', 'BI enrolls nobody');
SELECT is(t.fails('DELETE FROM assure.enrollment_change'), 'AS005 rows of "assure.enrollment_change" are append-only: delete is refused', 'what changed stays');

-- Many rows at random: what is accepted is whole.
SELECT setseed(0.4);
CREATE TEMP TABLE many AS SELECT i AS n, CASE WHEN random() < 0.5 THEN t.row(jsonb_build_object('certificate', 'X' || c, 'member_ref', 'X' || c || '-' || m, 'birth_date', CASE m WHEN 0 THEN '1980-01-01' ELSE '2010-01-01' END,
        'relationship', CASE m WHEN 0 THEN 'self' ELSE 'child' END, 'enrolled_on', d, 'plan', CASE WHEN random() < 0.5 THEN 'STD' ELSE 'FREE' END))
    WHEN random() < 0.5 THEN t.leave('X' || c || '-' || m, d::text, CASE WHEN random() < 0.5 THEN '{"with_dependants": true}'::jsonb ELSE '{}' END)
    ELSE t.change('X' || c || '-' || m, jsonb_build_object('plan', CASE WHEN random() < 0.5 THEN 'STD' ELSE 'FREE' END, 'from', d)) END AS row
    FROM (SELECT i, (random() * 20)::int AS c, (random() * 2)::int AS m, '2024-01-01'::date + (random() * 300)::int AS d FROM generate_series(1, 3000) i) x;
CREATE TEMP TABLE outcome AS SELECT * FROM assure.enroll_rows((SELECT jsonb_agg(row ORDER BY n) FROM many));
SELECT cmp_ok((SELECT count(*) FROM outcome WHERE accepted), '>', 200::bigint, 'many rows at random, many accepted');
CREATE TEMP VIEW cover AS SELECT e.*, m.ref, daterange(enrolled_on, ended_on, '[]') AS days FROM assure.enrollment e JOIN assure.member m USING (account_id, member_id) WHERE m.ref LIKE 'X%-%';
SELECT is((SELECT count(*) FROM cover a JOIN cover b ON a.account_id = b.account_id AND a.member_id = b.member_id AND a.enrollment_id < b.enrollment_id AND a.days && b.days), 0::bigint, 'nobody is covered twice');
SELECT is((SELECT count(*) FROM cover c WHERE relationship <> 'self' AND NOT c.days <@ (SELECT range_agg(s.days) FROM cover s WHERE s.account_id = c.account_id AND s.relationship = 'self')), 0::bigint, 'no dependant without the subscriber');
SELECT is((SELECT count(*) FROM assure.member m WHERE ref LIKE 'X%-%' AND NOT EXISTS (SELECT FROM assure_internal.member_ref r WHERE r.member_id = m.member_id AND r.ref = m.ref)), 0::bigint, 'everybody has a route');
SELECT is((SELECT count(*) FROM assure.account a WHERE NOT EXISTS (SELECT FROM assure.member m WHERE m.account_id = a.account_id)), 0::bigint, 'no certificate is empty');
SELECT is(t.whole(), '', 'the books are whole');
SELECT * FROM finish();
ROLLBACK;
