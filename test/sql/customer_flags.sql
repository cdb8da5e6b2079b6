\set ECHO none
-- Flags of people: all that hold at once, by who may work on the branch.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(22);
SELECT t.new_role('op', 'operator'), t.new_role('far', 'operator'), t.new_role('reader', 'bi') \g /dev/null
SELECT assure.grant_branch(t.role('op'), 'SH'), assure.grant_branch(t.role('far'), 'BJ') \g /dev/null
CREATE FUNCTION t.flag(flags jsonb, policy text DEFAULT 'P-SH', member text DEFAULT 'S1') RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('policy', policy, 'member_ref', member, 'flags', flags) $$;
CREATE FUNCTION t.flags() RETURNS text LANGUAGE sql AS $$ SELECT string_agg(flag, ' ' ORDER BY flag) FROM assure.member_flag JOIN assure.member m USING (account_id, member_id) WHERE m.ref = 'S1' $$;

SELECT is(assure.set_member_flags(t.flag('["vip", "hearing_impaired"]')), 2::bigint, 'two flags');
SELECT is(t.flags(), 'hearing_impaired vip', 'are there');
SELECT is(assure.set_member_flags(t.flag('["vip", "vip", "x1"]')), 2::bigint, 'one comes and one goes');
SELECT is(t.flags(), 'vip x1', 'what is stated is what holds');
SELECT is(assure.set_member_flags(t.flag('["x1", "vip"]')), 0::bigint, 'the same again changes nothing');
SELECT is((SELECT count(*) FROM assure.audit_log WHERE action = 'set_member_flags'), 2::bigint, 'and is not noted; each change is');
SELECT is(assure.set_member_flags(t.flag('[]'), 'r1'), 2::bigint, 'none');
SELECT is(assure.set_member_flags(t.flag('[]'), 'r1'), 2::bigint, 'a retry has the first answer');
SELECT is(t.flags(), NULL, 'all are gone');

SELECT is(t.fails(format('SELECT assure.set_member_flags(%L)', d)), a, 'refused: ' || d::text) FROM (VALUES
    (1, t.flag('["VIP"]'), '22023 member: flags[0]: "VIP" is no flag: a letter, then letters, digits and _, in lower case'),
    (2, t.flag('["a b"]'), '22023 member: flags[0]: "a b" is no flag: a letter, then letters, digits and _, in lower case'),
    (3, t.flag('[1]'), '22023 member: flags[0]: a string expected, not a number'),
    (4, t.flag('"vip"'), '22023 member: flags: a list expected, not a string'),
    (5, t.flag('[]') - 'flags', '22023 member: flags: missing'),
    (6, t.flag('[]', 'none'), '23503 policy: "none" does not exist'),
    (7, t.flag('[]', 'P-SH', 'none'), '23503 member_ref: "none" is not a member of policy "P-SH"'),
    (8, t.flag('[]') || '{"x": 1}', '22023 member: x: unknown key')) v (n, d, a) ORDER BY n;
SELECT is(t.fails('SELECT assure.set_member_flags(NULL)'), '22004 member must not be NULL', 'refused: NULL');
SELECT is(t.run('op', format('SELECT assure.set_member_flags(%L)', t.flag('["vip"]'))), '1', 'who has the branch may');
SELECT matches(t.run('far', format('SELECT assure.set_member_flags(%L)', t.flag('["vip"]'))), '^42501 ', 'who has another may not');
SELECT matches(t.run('reader', format('SELECT assure.set_member_flags(%L)', t.flag('["vip"]'))), '^42501 ', 'nor who has no such scope');
SELECT is(t.run('op', 'SELECT count(*) FROM assure.member_flag') || t.run('far', 'SELECT count(*) FROM assure.member_flag'), '10', 'and each sees those of the branch');
SELECT * FROM finish();
ROLLBACK;
