\set ECHO none
-- Plans, policies, people: made once, refused by field, and in force by the day.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(45);
CREATE FUNCTION t.policy(ref text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('ref', ref, 'branch', 'BJ', 'insurer', 'Alpha', 'holder', 'Acme', 'starts_on', '2024-01-01') || more $$;
CREATE FUNCTION t.person(ref text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('policy', 'P-BJ', 'certificate', 'N1', 'member_ref', ref, 'name', '陈一', 'birth_date', '1990-05-04', 'sex', 'F',
        'region', '110105', 'plan', 'STD', 'relationship', 'self', 'enrolled_on', '2024-01-01') || more $$;
CREATE TEMP TABLE before AS SELECT (SELECT count(*) FROM assure.policy) AS policies, (SELECT count(*) FROM assure.account) AS accounts, (SELECT count(*) FROM assure.member) AS members,
    (SELECT count(*) FROM assure.enrollment) AS enrollments, (SELECT count(*) FROM assure.plan_version) AS versions, (SELECT count(*) FROM assure_internal.request) AS requests, (SELECT count(*) FROM assure.audit_log) AS audited;

-- Policies that are refused.
SELECT is(t.fails($$SELECT assure.add_policy(t.policy('X', '{"branch": "none"}'))$$), '23503 branch: "none" does not exist', 'an unknown branch');
SELECT matches(t.fails($$SELECT assure.add_policy(t.policy('X', '{"ends_on": "2023-12-31"}'))$$), '^22023 .*ends_on.*before starts_on', 'an end before the start');
SELECT matches(t.fails($$SELECT assure.add_policy(t.policy('X', '{"starts_on": "2024-02-30"}'))$$), '^22023 .*starts_on', 'a day that is none');
SELECT matches(t.fails($$SELECT assure.add_policy(t.policy('X') - 'holder')$$), '^22023 .*holder', 'a field that is missing');
SELECT matches(t.fails($$SELECT assure.add_policy(t.policy('X', '{"colour": "red"}'))$$), '^22023 .*colour', 'a field that nobody knows');
SELECT matches(t.fails($$SELECT assure.add_policy(t.policy('X', '{"ref": ""}'))$$), '^22023 .*ref', 'an empty ref');
SELECT matches(t.fails($$SELECT assure.add_policy(t.policy('X', '{"ref": 7}'))$$), '^22023 .*ref', 'a ref that is a number');
SELECT matches(t.fails($$SELECT assure.add_policy('[]')$$), '^22023 ', 'a list');
SELECT matches(t.fails($$SELECT assure.add_policy(NULL)$$), '^22004 ', 'nothing');
SELECT matches(t.fails($$SELECT assure.add_policy(t.policy('P-BJ'))$$), '^AS103 ref: policy "P-BJ"', 'another policy under a ref that is taken');

-- People who are refused.
SELECT is(t.fails($$SELECT assure.enroll(t.person('X', '{"policy": "none"}'))$$), '23503 policy: "none" does not exist', 'an unknown policy');
SELECT is(t.fails($$SELECT assure.enroll(t.person('X', '{"plan": "none"}'))$$), '23503 plan: "none" does not exist', 'an unknown plan');
SELECT is(t.fails($$SELECT assure.enroll(t.person('X', '{"region": "990101"}'))$$), '23503 region: "990101" does not exist', 'a province that is none');
SELECT is(t.fails($$SELECT assure.enroll(t.person('X', '{"region": "11"}'))$$), '23503 region: "11" does not exist', 'a region that is no code');
SELECT matches(t.fails($$SELECT assure.enroll(t.person('X', '{"relationship": "cousin"}'))$$), '^22023 .*relationship.*cousin', 'a relationship that is none');
SELECT matches(t.fails($$SELECT assure.enroll(t.person('X', '{"sex": "f"}'))$$), '^22023 .*sex', 'a sex that is none');
SELECT is(t.fails($$SELECT assure.enroll(t.person('X', '{"ended_on": "2023-12-31"}'))$$), '22023 member: ended_on: is before enrolled_on', 'an end before the start');
SELECT is(t.fails($$SELECT assure.enroll(t.person('X', '{"continuous_since": "2024-01-02"}'))$$), '22023 member: continuous_since: is after enrolled_on', 'continuity from later on');
SELECT is(t.fails($$SELECT assure.enroll(t.person('X', '{"birth_date": "2024-01-02"}'))$$), '22023 member: birth_date: is after enrolled_on', 'somebody not yet born');
SELECT is(t.fails($$SELECT assure.enroll(t.person('X', '{"resident_id": "12345"}'))$$), '22023 member: resident_id: is not 17 digits and a digit or X', 'a resident number of another shape');
SELECT is(t.fails($$SELECT assure.enroll(t.person('M1', '{"certificate": "F1"}'))$$), 'AS103 member_ref: "M1" is another person or on another certificate of policy "P-BJ"', 'another person under a taken reference');
SELECT matches(t.fails($$SELECT assure.enroll(t.person('M1', '{"name": "张三", "birth_date": "1980-05-04"}'))$$), '^AS103 ', 'a person on another certificate');
SELECT is(t.fails($$SELECT assure.enroll(t.person('M1', '{"certificate": "F1", "name": "张三", "birth_date": "1980-05-04"}'))$$), '23505 enrolled_on: member "M1" is enrolled from that day already', 'twice from one day');

-- Plans that are refused.
SELECT matches(t.fails($$SELECT assure.publish_plan('STD', 'x', '{"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}', '2024-01-01')$$), '^23505 plan "STD" has a version from 2024-01-01 already', 'a second version from one day');
SELECT matches(t.fails($$SELECT assure.publish_plan('X', 'x', '{"name": "x", "benefits": []}', '2024-01-01')$$), '^AS102 .*benefits', 'terms without benefits');
SELECT matches(t.fails($$SELECT assure.publish_plan('X', 'x', '{"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}', '2024-01-01', 0.001)$$), '^22023 review_above', 'a threshold in less than fen');
SELECT matches(t.fails($$SELECT assure.publish_plan('X', 'x', '{"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}', '2024-01-01', -1)$$), '^22023 review_above', 'a threshold below nothing');
SELECT matches(t.fails($$SELECT assure.publish_plan('X', 'x', '{"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}', 'infinity')$$), '^23514 ', 'a version from never');
SELECT matches(t.fails($$SELECT assure.publish_plan('X', NULL, '{"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}', '2024-01-01')$$), '^22004 ', 'a plan without a name');
SELECT matches(t.fails($$UPDATE assure.plan_version SET note = 'x'$$), '^AS005 ', 'a change of a version');

SELECT is((SELECT (before.*)::text FROM before), (SELECT ROW((SELECT count(*) FROM assure.policy), (SELECT count(*) FROM assure.account), (SELECT count(*) FROM assure.member),
    (SELECT count(*) FROM assure.enrollment), (SELECT count(*) FROM assure.plan_version), (SELECT count(*) FROM assure_internal.request), (SELECT count(*) FROM assure.audit_log))::text), 'all of which leaves nothing behind');

-- What is accepted.
SELECT is(assure.add_policy(t.policy('P-NEW')), assure.add_policy(t.policy('P-NEW')), 'a policy twice is one policy');
SELECT is(assure.enroll(t.person('N-1'), 'req-1'), assure.enroll(t.person('N-1'), 'req-1'), 'a retry by request_id enrolls once');
SELECT matches(t.fails($$SELECT assure.enroll(t.person('N-2'), 'req-1')$$), '^AS003 ', 'the request_id serves no other call');
SELECT isnt(assure.enroll(t.person('N-2', '{"name": "陈二"}')), assure.enroll(t.person('N-3', '{"name": "陈三"}')), 'two people are two members');
SELECT is((SELECT count(*) FROM assure.account WHERE ref = 'N1'), 1::bigint, 'of one certificate');
SELECT is((SELECT count(*) FROM assure_internal.account_book b JOIN assure.account a USING (account_id) WHERE a.ref = 'N1'), 1::bigint, 'whose books can be locked');
SELECT is((SELECT count(*) FROM assure.audit_log WHERE action = 'enroll' AND detail IS NULL), 8::bigint, 'each is in the audit log, by keys only');

-- In force by the day: enrollment, policy and plan version.
SELECT is(assure.enroll(t.person('N-1', '{"enrolled_on": "2024-07-01", "continuous_since": "2024-01-01", "plan": "FREE"}')), (SELECT member_id FROM assure.member WHERE ref = 'N-1'), 'a change of plan is a new enrollment of the same person');
CREATE FUNCTION t.on(day text, ref text) RETURNS text LANGUAGE sql AS $$
    SELECT t.verdict(jsonb_build_object('ref', ref, 'policy', 'P-BJ', 'member_ref', 'N-1', 'event_date', day, 'submitted_at', '2025-06-01T09:00:00+08:00',
        'bills', jsonb_build_array(t.bill('B-' || ref, '100.00', jsonb_build_object('from', day))))) $$;
SELECT is(t.on('2023-12-31', 'D1'), 'denied 0.00 not_in_force', 'before the first day nothing is in force');
SELECT is(t.on('2024-06-30', 'D2'), 'denied 0.00 late_submission', 'the last day of the first plan is under its terms');
SELECT is(t.on('2024-07-01', 'D3'), 'approved 100.00', 'the first day of the second under those');
SELECT is(t.on('2025-01-01', 'D4'), 'denied 0.00 not_in_force', 'after the policy''s last day nothing is');
SELECT isnt(assure.publish_plan('FREE', 'Free', '{"name": "Half", "benefits": [{"code": "ALL", "kind": "expense", "steps": [{"coinsurance": [{"pay": "0.5"}]}]}]}', '2024-09-01'), NULL, 'a new version is published');
SELECT is(t.on('2024-08-31', 'D5') || ', ' || t.on('2024-09-01', 'D6'), 'approved 100.00, approved 50.00 coinsurance B-D6', 'and holds from its first day on');
SELECT * FROM finish();
ROLLBACK;
