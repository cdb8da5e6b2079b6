\set ECHO none
-- What changes and leaves do to a family: nobody without a subscriber, no two of them.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SET LOCAL datestyle = 'ISO';
SELECT no_plan();
-- t.join, t.change, t.leave make rows of certificate C; t.try tells what becomes of rows, t.covers who is covered when.
CREATE FUNCTION t.join(ref text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT '{"action": "join", "policy": "P-SH", "certificate": "C", "name": "李明", "birth_date": "1985-03-04", "sex": "M", "region": "310104", "plan": "STD", "relationship": "self", "enrolled_on": "2024-03-01"}'::jsonb
        || jsonb_build_object('member_ref', ref) || CASE WHEN ref LIKE 'K%' THEN '{"relationship": "child", "birth_date": "2010-01-01"}'::jsonb ELSE '{}' END || more $$;
CREATE FUNCTION t.change(ref text, more jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('action', 'change', 'policy', 'P-SH', 'member_ref', ref) || more $$;
CREATE FUNCTION t.leave(ref text, day text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('action', 'leave', 'policy', 'P-SH', 'member_ref', ref, 'ended_on', day) || more $$;
CREATE FUNCTION t.try(VARIADIC rows jsonb[]) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(CASE WHEN r.accepted THEN 'ok' ELSE r.error_code || ' ' || r.reason END, '; ' ORDER BY n)
    FROM assure.enroll_rows(to_jsonb(rows)) WITH ORDINALITY r (row_no, action, member_ref, member_id, accepted, error_code, reason, rerun_from, claims_to_rerun, n) $$;
CREATE FUNCTION t.covers() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', m.ref, e.enrolled_on, e.ended_on), ', ' ORDER BY m.ref, e.enrolled_on)
    FROM assure.member m JOIN assure.enrollment e USING (account_id, member_id) JOIN assure.account a USING (account_id) WHERE a.ref = 'C' $$;

-- Changes of days and of birthdays, one after another, each refused.
SAVEPOINT family;
SELECT is(t.try(t.join('A', '{"ended_on": "2024-12-31"}'), t.join('K', '{"ended_on": "2024-12-31"}')), 'ok; ok', 'a family');
SELECT is(t.try(t.change('A', '{"enrolled_on": "2024-06-01"}')), '23503 enrolled_on: member "K" would have no subscriber on 2024-03-01', 'a subscriber does not begin after the dependants');
SELECT is(t.try(t.change('K', '{"enrolled_on": "2024-02-01"}')), '23503 enrolled_on: member "K" would have no subscriber on 2024-02-01', 'nor a dependant before');
SELECT is(t.try(t.change('K', '{"ended_on": null}')), '22023 ended_on: member "K" would be covered longer than the subscriber', 'nor is one covered longer');
SELECT is(t.try(t.change('K', '{"birth_date": "1985-03-04"}')), '22023 birth_date: member "K" would be a child that is not younger than the subscriber', 'nor a child older');
SELECT is(t.try(t.change('A', '{"birth_date": "2010-01-01"}')), '22023 birth_date: member "K" would be a child that is not younger than the subscriber', 'nor the subscriber younger');
SELECT is(t.try(t.change('K', '{"relationship": "parent", "from": "2024-03-01"}')), '22023 birth_date: member "K" would be a parent that is not older than the subscriber', 'nor a child a parent');
SELECT is(t.covers(), 'A 2024-03-01 2024-12-31, K 2024-03-01 2024-12-31', 'nothing is changed by what is refused');
SELECT is(t.try(t.change('K', '{"ended_on": "2025-06-30"}'), t.change('A', '{"ended_on": null}')), 'ok; ok', 'what another row makes acceptable waits for it');
SELECT is(t.try(t.change('K', '{"enrolled_on": "2024-02-01"}'), t.change('A', '{"enrolled_on": "2024-02-01"}')), 'ok; ok', 'at the other end too');
SELECT is(t.try(t.change('K', '{"phone": "1", "birth_date": "2011-01-01"}'), t.change('A', '{"plan": "FREE", "from": "2024-04-01"}')), 'ok; ok', 'what fits is changed');
ROLLBACK TO family;

-- What assure.enroll() was told may be changed, though it does not fit.
SELECT count(assure.enroll(t.join(ref) - 'action' || more)) FROM (VALUES ('K', '{}'::jsonb), ('A', '{"enrolled_on": "2024-06-01"}')) x (ref, more) \gset
SELECT is(t.try(t.change('K', '{"continuous_since": "2023-03-01"}')), 'ok', 'a dependant without a subscriber');
ROLLBACK TO family;

-- One subscriber after another.
SELECT is(t.try(t.join('A', '{"ended_on": "2024-06-30"}'), t.join('K1', '{"ended_on": "2024-06-30"}'), t.join('B', '{"enrolled_on": "2024-07-01"}'), t.join('K1', '{"enrolled_on": "2024-07-01"}'), t.join('K2', '{"enrolled_on": "2024-09-01"}')),
    'ok; ok; ok; ok; ok', 'two subscribers, one after the other');
SELECT is(t.try(t.change('A', '{"ended_on": null}')), '23505 relationship: certificate "C" would have another subscriber beside member "A"', 'the first does not come back beside the second');
SELECT is(t.try(t.change('B', '{"enrolled_on": "2024-06-30"}')), '23505 relationship: certificate "C" would have another subscriber beside member "A"', 'nor the second before');
SELECT is(t.try(t.leave('A', '2024-04-30')), 'AS201 ended_on: 1 of the dependants are covered longer: "K1". State "with_dependants": true, or let them leave too.', 'the first leaves no dependants behind, though the second comes');
SELECT is(t.try(t.leave('A', '2024-04-30', '{"with_dependants": true}')), 'ok', 'the first leaves with the dependants');
SELECT is(t.covers(), 'A 2024-03-01 2024-04-30, B 2024-07-01, K1 2024-03-01 2024-04-30, K1 2024-07-01, K2 2024-09-01', 'and takes nothing from the family of the second');
SELECT is(t.try(t.leave('B', '2024-12-31', '{"with_dependants": true}')), 'ok', 'so does the second');
SELECT is(t.covers(), 'A 2024-03-01 2024-04-30, B 2024-07-01 2024-12-31, K1 2024-03-01 2024-04-30, K1 2024-07-01 2024-12-31, K2 2024-09-01 2024-12-31', 'with all who are left');
ROLLBACK TO family;

-- One person under two references is covered once, whatever the rows leave out.
\set number '''{"certificate": "E", "resident_id": "310104198503041235", "enrolled_on": "2024-07-01"}'''
SELECT is(t.try(t.join('A', '{"resident_id": "310104198503041235", "ended_on": "2024-06-30"}')) || t.try(t.join('E', :number)), 'okok', 'somebody comes again under another reference');
SELECT is(t.try(t.change('A', '{"ended_on": null}')), '23505 resident_id: member "E" on certificate "E" has the same and is covered', 'an end that opens again meets it');
SELECT is(t.try(t.change('E', '{"enrolled_on": "2024-06-30"}')), '23505 resident_id: member "A" on certificate "C" has the same and is covered', 'and so does an earlier day');
SELECT is(t.try(t.join('A', '{"enrolled_on": "2024-08-01"}')), '23505 resident_id: member "E" on certificate "E" has the same and is covered', 'and a row without the number');
SELECT is(t.try(t.change('E', '{"ended_on": "2024-07-31"}')) || t.try(t.join('A', '{"enrolled_on": "2024-08-01"}')), 'okok', 'one after the other is none');
SELECT is(t.try(t.leave('A', '2024-07-31'), t.change('E', '{"ended_on": null}')), 'ok; ok', 'in one load too');
ROLLBACK TO family;

-- Many rows at random, day by day against what must hold.
SELECT setseed(0.7);
CREATE TEMP TABLE many AS SELECT i AS n, CASE
        WHEN kind < 0.4 THEN t.join(who, jsonb_build_object('certificate', 'R' || c, 'member_ref', 'R' || c || who, 'enrolled_on', d, 'ended_on', CASE WHEN random() < 0.7 THEN d + (random() * 100)::int END))
        WHEN kind < 0.6 THEN t.leave('R' || c || who, d::text, CASE WHEN random() < 0.5 THEN '{"with_dependants": true}'::jsonb ELSE '{}' END)
        WHEN kind < 0.7 THEN t.change('R' || c || who, jsonb_build_object('plan', CASE WHEN random() < 0.5 THEN 'STD' ELSE 'FREE' END, 'from', d))
        WHEN kind < 0.8 THEN t.change('R' || c || who, jsonb_build_object('enrolled_on', d))
        WHEN kind < 0.85 THEN t.change('R' || c || who, jsonb_build_object('birth_date', '1980-01-01'::date + (random() * 14000)::int))
        ELSE t.change('R' || c || who, jsonb_build_object('ended_on', CASE WHEN random() < 0.7 THEN d END, 'from', d - (random() * 60)::int)) END AS row
    FROM (SELECT i, random() AS kind, (random() * 40)::int AS c, (ARRAY['A', 'B', 'K1', 'K2'])[1 + floor(random() * 4)::int] AS who, '2024-01-01'::date + (random() * 300)::int AS d FROM generate_series(1, 6000) i) x;
CREATE TEMP TABLE outcome AS SELECT p.part, r.* FROM (SELECT n % 4 AS part, jsonb_agg(row ORDER BY n) AS rows FROM many GROUP BY 1) p, LATERAL assure.enroll_rows(p.rows) r;
SELECT cmp_ok((SELECT count(*) FROM outcome WHERE accepted AND action = a), '>', least_wanted::bigint, 'enough is accepted: ' || a) FROM (VALUES ('join', 200), ('leave', 50), ('change', 100)) x (a, least_wanted);
SELECT is((SELECT string_agg(DISTINCT error_code, ' ' ORDER BY error_code) FROM outcome), '22023 23503 23505 AS103 AS201 P0002', 'and much refused');
CREATE TEMP VIEW cover AS SELECT e.*, m.ref, m.birth_date, daterange(enrolled_on, ended_on, '[]') AS days FROM assure.enrollment e JOIN assure.member m USING (account_id, member_id) WHERE m.ref LIKE 'R%';
SELECT is((SELECT string_agg(a.ref, ' ') FROM cover a JOIN cover b ON a.account_id = b.account_id AND a.member_id = b.member_id AND a.enrollment_id < b.enrollment_id AND a.days && b.days), NULL, 'nobody is covered twice');
SELECT is((SELECT string_agg(a.ref, ' ') FROM cover a JOIN cover b ON a.account_id = b.account_id AND a.member_id <> b.member_id AND a.relationship = 'self' AND b.relationship = 'self' AND a.days && b.days), NULL, 'no certificate has two subscribers on a day');
SELECT is((SELECT string_agg(c.ref, ' ') FROM cover c WHERE relationship <> 'self' AND NOT c.days <@ (SELECT coalesce(range_agg(s.days), '{}') FROM cover s WHERE s.account_id = c.account_id AND s.relationship = 'self')), NULL, 'no dependant is covered without a subscriber');
SELECT is((SELECT string_agg(c.ref, ' ') FROM cover c JOIN cover s ON s.account_id = c.account_id AND s.relationship = 'self' AND s.days @> c.enrolled_on WHERE c.relationship = 'child' AND c.birth_date <= s.birth_date), NULL, 'no child is older');
SELECT is((SELECT string_agg(ref, ' ') FROM cover WHERE birth_date > enrolled_on OR continuous_since > enrolled_on OR continuous_since < birth_date), NULL, 'nor covered before birth');
SELECT is((SELECT string_agg(m.ref, ' ') FROM assure.member m JOIN assure.account a USING (account_id) JOIN assure.enrollment_change h USING (account_id, member_id) WHERE h.after -> 'ended_on' IS NOT NULL AND (h.after ->> 'ended_on')::date < (h.after ->> 'enrolled_on')::date), NULL, 'nor ended before it began');
SELECT is(t.whole(), '', 'the books are whole');
SELECT * FROM finish();
ROLLBACK;
