\set ECHO none
-- Plans, policies, people.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(57);
CREATE FUNCTION t.person(more jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT '{"policy": "P-BJ", "certificate": "C", "member_ref": "C1", "name": "张三", "birth_date": "1990-01-01", "sex": "F", "region": "110105", "plan": "STD", "relationship": "self", "enrolled_on": "2024-03-01"}'::jsonb || more $$;
CREATE FUNCTION t.policy(more jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT '{"ref": "P", "branch": "BJ", "insurer": "Alpha", "holder": "Acme", "starts_on": "2024-01-01"}'::jsonb || more $$;
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;

-- Policies.
SELECT isnt(assure.add_policy(t.policy('{}')), NULL, 'a policy is made');
SELECT is(t.grown((SELECT counts FROM before)), 'assure.audit_log +1, assure.policy +1', 'with these rows');
SELECT is(assure.add_policy(t.policy('{}')), (SELECT policy_id FROM assure.policy WHERE ref = 'P'), 'the same again is the same');
SELECT is(t.fails($$SELECT assure.add_policy(t.policy('{"holder": "Other"}'))$$), 'AS103 ref: policy "P" was added before with other values', 'other values are refused');
SELECT is(t.fails($$SELECT assure.add_policy(t.policy('{"ends_on": "2024-12-31"}'))$$), 'AS103 ref: policy "P" was added before with other values', 'an end too');
CREATE TEMP TABLE refused (n serial, what text, doc jsonb, wanted text);
INSERT INTO refused (what, doc, wanted) VALUES
    ('add_policy', t.policy('{"ref": "Q", "branch": "XX"}'), '23503 branch: "XX" does not exist'), ('add_policy', t.policy('{"ref": "Q"}') - 'holder', '22023 policy: holder: missing'),
    ('add_policy', t.policy('{"ref": ""}'), '22023 policy: ref: '), ('add_policy', t.policy('{"ref": "Q", "more": 1}'), '22023 policy: more: unknown key'),
    ('add_policy', t.policy('{"ref": "Q", "starts_on": "2024-13-01"}'), '22023 policy: starts_on: '), ('add_policy', t.policy('{"ref": "Q", "starts_on": "infinity"}'), '22023 policy: starts_on: '),
    ('add_policy', t.policy('{"ref": "Q", "ends_on": "2023-12-31"}'), '22023 '), ('add_policy', '[]', '22023 policy'),
    ('enroll', t.person('{"policy": "P-NO"}'), '23503 policy: "P-NO" does not exist'), ('enroll', t.person('{"plan": "NO"}'), '23503 plan: "NO" does not exist'),
    ('enroll', t.person('{"region": "999999"}'), '23503 region: "999999" does not exist'), ('enroll', t.person('{"region": "11"}'), '23503 region: "11" does not exist'),
    ('enroll', t.person('{"sex": "X"}'), '22023 member: sex: '), ('enroll', t.person('{"relationship": "friend"}'), '22023 member: relationship: '),
    ('enroll', t.person('{}') - 'name', '22023 member: name: missing'), ('enroll', t.person('{"name": ""}'), '22023 member: name: '), ('enroll', t.person('{"birth_date": "1990-02-30"}'), '22023 member: birth_date: '),
    ('enroll', t.person('{"ended_on": "2024-02-29"}'), '22023 '), ('enroll', t.person('{"continuous_since": "2024-03-02"}'), '22023 '), ('enroll', t.person('{"resident_id": "12345"}'), '22023 '),
    ('enroll', t.person('{"colour": "red"}'), '22023 member: colour: unknown key'), ('enroll', '"x"', '22023 member');
UPDATE before SET counts = (SELECT array_agg(c) FROM t.counts() c);
SELECT ok(starts_with(e, wanted), format('%s: %s%s', what, wanted, CASE WHEN starts_with(e, wanted) THEN '' ELSE ' but: ' || e END)) FROM refused, LATERAL t.fails(format('SELECT assure.%s(%L)', what, doc)) e ORDER BY n;
SELECT is(t.fails('SELECT assure.add_policy(NULL)'), '22004 policy must not be NULL', 'NULL policy');
SELECT is(t.fails('SELECT assure.enroll(NULL)'), '22004 member must not be NULL', 'NULL member');
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'no refusal wrote a row');

-- People.
SELECT isnt(assure.enroll(t.person('{}')), NULL, 'a person is enrolled');
SELECT is(t.grown((SELECT counts FROM before)), 'assure.account +1, assure.audit_log +1, assure.enrollment +1, assure.member +1, assure_internal.account_book +1, assure_internal.coverage_recheck +1, assure_internal.member_ref +1', 'the first of a certificate makes it');
UPDATE before SET counts = (SELECT array_agg(c) FROM t.counts() c);
SELECT isnt(assure.enroll(t.person('{"member_ref": "C2", "name": "李四", "relationship": "spouse"}'), 'e1'), NULL, 'the second');
SELECT is(assure.enroll(t.person('{"member_ref": "C2", "name": "李四", "relationship": "spouse"}'), 'e1'), (SELECT member_id FROM assure.member WHERE ref = 'C2'), 'retried');
SELECT is(t.grown((SELECT counts FROM before)), 'assure.audit_log +1, assure.enrollment +1, assure.member +1, assure_internal.coverage_recheck +1, assure_internal.member_ref +1, assure_internal.request +1', 'joins it');
SELECT is(t.fails($$SELECT assure.enroll(t.person('{}'))$$), '23505 enrolled_on: member "C1" is enrolled from that day already', 'twice from one day is refused');
SELECT is(assure.enroll(t.person('{"enrolled_on": "2024-06-01", "plan": "FREE"}')), (SELECT member_id FROM assure.member WHERE ref = 'C1'), 'from another day is a change of plan');
SELECT is((SELECT count(*) FROM assure.member WHERE ref = 'C1'), 1::bigint, 'of the same person');
SELECT alike(t.fails($$SELECT assure.enroll(t.person('{"name": "Other", "enrolled_on": "2024-07-01"}'))$$), 'AS103 member_ref: "C1" is another person or on another certificate%', 'a member_ref names one person');
SELECT alike(t.fails($$SELECT assure.enroll(t.person('{"certificate": "D", "enrolled_on": "2024-07-01"}'))$$), 'AS103 member_ref: "C1" is another person or on another certificate%', 'on one certificate');
SELECT is((SELECT count(*) FROM assure.account WHERE ref = 'D'), 0::bigint, 'which a refusal does not make');
SELECT is((SELECT continuous_since FROM assure.enrollment e JOIN assure.member m USING (account_id, member_id) WHERE m.ref = 'C2'), '2024-03-01', 'continuous since the first day, unless said');

-- A change of plan counts from its day.
SELECT is(t.verdict(t.claim('E1', 'M1', '1.00') || jsonb_build_object('member_ref', 'C1', 'event_date', '2024-05-31', 'submitted_at', '2024-06-10T00:00:00Z', 'bills', jsonb_build_array(t.bill('E1', '100.00', '{"from": "2024-05-31"}')))), 'denied 0.00 deductible E1', 'before it');
SELECT is(t.verdict(t.claim('E2', 'M1', '1.00') || jsonb_build_object('member_ref', 'C1', 'event_date', '2024-06-01', 'submitted_at', '2024-06-10T00:00:00Z', 'bills', jsonb_build_array(t.bill('E2', '100.00', '{"from": "2024-06-01"}')))), 'approved 100.00', 'from it on');

-- Plans: versions do not change.
SELECT is(t.fails($$SELECT assure.publish_plan('STD', 'x', '{"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}', '2024-01-01')$$), '23505 plan "STD" has a version from 2024-01-01 already', 'a version is not published again');
SELECT is((SELECT name FROM assure.plan WHERE code = 'STD'), 'Standard', 'nor renamed by the attempt');
SELECT alike(t.fails($$SELECT assure.publish_plan('Z', 'x', '{"name": "x", "benefits": []}', '2024-01-01')$$), 'AS102 %', 'terms that do not compile');
SELECT is(t.fails($$SELECT assure.publish_plan('Z', 'x', '{"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}', '2024-01-01', -1)$$), '22023 review_above is -1, not an amount from 0 of at most two decimals', 'a negative amount');
SELECT is(t.fails($$SELECT assure.publish_plan('Z', 'x', '{"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}', '2024-01-01', 1.001)$$), '22023 review_above is 1.001, not an amount from 0 of at most two decimals', 'a tenth of a fen');
SELECT is(t.fails($$SELECT assure.publish_plan('Z', 'x', '{"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}', '2024-01-01', 'NaN')$$), '22023 review_above is NaN, not an amount from 0 of at most two decimals', 'no number');
SELECT is(t.fails($$SELECT assure.publish_plan(NULL, 'x', '{"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}', '2024-01-01')$$), '22004 code, name, terms and valid_from must not be NULL', 'NULL');
SELECT is(t.fails('UPDATE assure.plan_version SET note = ''x'''), 'AS005 rows of "assure.plan_version" are append-only: update is refused', 'a version does not change');
SELECT assure.publish_plan('FREE', 'Free', '{"name": "x", "benefits": [{"code": "ALL", "kind": "expense", "steps": [{"coinsurance": [{"pay": "0.5"}]}]}]}', '2024-07-01', NULL, NULL, 'cheaper') IS NOT NULL AS published \gset
SELECT is(t.verdict(t.claim('E3', 'M1', '1.00') || jsonb_build_object('member_ref', 'C1', 'event_date', '2024-07-01', 'submitted_at', '2024-07-10T00:00:00Z', 'bills', jsonb_build_array(t.bill('E3', '100.00', '{"from": "2024-07-01"}')))), 'approved 50.00 coinsurance E3', 'a new version holds from its day');
SELECT is(t.verdict(t.claim('E4', 'M1', '1.00') || jsonb_build_object('member_ref', 'C1', 'event_date', '2024-06-30', 'submitted_at', '2024-07-10T00:00:00Z', 'bills', jsonb_build_array(t.bill('E4', '100.00', '{"from": "2024-06-30"}')))), 'approved 100.00', 'not before');

-- Persons are masked in the views.
SELECT is((SELECT concat_ws(' ', name, resident_id, phone, birth_year, province) FROM assure_bi.member WHERE member_ref = 'M1'), '张* 1101************** 138****5678 110000', 'a person is masked');
SELECT is((SELECT concat_ws('|', name, resident_id, phone) FROM assure_bi.member WHERE member_ref = 'M2'), '李*|138****5678', 'what is not stated is empty');
SELECT is(t.whole(), '', 'the books are whole');
SELECT * FROM finish();
ROLLBACK;
