\set ECHO none
-- Groups of people that are too few to be told apart, in the masked view of members.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT t.new_role('bi', 'bi'), t.new_role('sup', 'supervisor'), t.new_role('op', 'operator') \g /dev/null
SELECT plan(16);
SELECT is(t.run('bi', 'SELECT assure.small_cell()'), '5', 'five people are enough');
SELECT throws_ok('SET assure.small_cell = 1', '55P02', NULL, 'which no session changes');
SELECT is(t.run('bi', 'SELECT count(*) FROM assure_bi.member WHERE birth_year IS NOT NULL OR sex IS NOT NULL'), '0', 'before they are counted nobody is told apart');

-- A thousand people of three policies and three provinces, some years rare; the same each time.
CREATE FUNCTION t.draw(n int, salt int, below int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT (abs(hashint8extended(n, salt)) % below)::int $$;
INSERT INTO assure.account (policy_id, ref) SELECT p.policy_id, 'X' FROM assure.policy p;
INSERT INTO assure.member (account_id, ref, name, resident_id, birth_date, sex, region)
SELECT a.account_id, 'X' || n, '某' || n, '110101198005041' || lpad(n::text, 3, '0'), make_date(1950 + (t.draw(n, 1, 40) * t.draw(n, 2, 40) / 40), 1 + t.draw(n, 3, 12), 1), (ARRAY['F', 'M'])[1 + t.draw(n, 4, 10) / 7],
    (ARRAY['110105', '310104', '440305'])[1 + t.draw(n, 5, 20) / 9]
FROM generate_series(1, 999) n JOIN assure.account a ON a.ref = 'X' AND a.policy_id = (SELECT policy_id FROM assure.policy ORDER BY policy_id OFFSET t.draw(n, 6, 3) LIMIT 1);
SELECT is(t.run('op', 'SELECT assure.count_small_cells()') LIKE '42501 %', true, 'an operator does not count');
SELECT is(t.run('sup', 'SELECT assure.count_small_cells()')::bigint > 0, true, 'a supervisor counts');
CREATE TEMP TABLE shown AS SELECT v.*, m.birth_date, extract(year FROM m.birth_date)::int AS real_year, m.sex AS real_sex FROM assure_bi.member v JOIN assure.member m USING (account_id, member_id);
SELECT ok((SELECT count(*) FILTER (WHERE sex IS NULL) BETWEEN 50 AND 900 AND count(*) FILTER (WHERE sex IS NOT NULL) > 90 FROM shown), 'some are told apart, some are not');
SELECT is((SELECT count(*) FROM shown WHERE sex IS NOT NULL AND (birth_year, sex) IS DISTINCT FROM (real_year, real_sex)), 0::bigint, 'what is shown is true');
SELECT is((SELECT count(*) FROM shown WHERE (sex IS NULL) <> (birth_year IS NULL)), 0::bigint, 'both are shown or none');
SELECT is((SELECT min(n) >= 5 FROM (SELECT count(*) AS n FROM shown WHERE sex IS NOT NULL GROUP BY policy, province, birth_year, sex) x), true, 'no group that is shown has fewer than five');
SELECT is((SELECT count(*) FROM (SELECT policy, province FROM shown GROUP BY 1, 2 HAVING count(*) FILTER (WHERE sex IS NULL) BETWEEN 1 AND 4 AND count(*) >= 5) x), 0::bigint, 'those who are hidden are five at least, where there are five');
SELECT is((SELECT count(*) FROM (SELECT policy, province FROM shown GROUP BY 1, 2 HAVING count(DISTINCT (real_year, real_sex)) FILTER (WHERE sex IS NULL) = 1 AND bool_or(sex IS NOT NULL)) x), 0::bigint, 'and of two kinds, so that none is what the others leave of the total');
SELECT is((SELECT count(*) FROM shown WHERE sex IS NULL AND right(resident_id, 1) <> '*'), 0::bigint, 'the end of the identity number, which tells the sex, is hidden with it');
SELECT is((SELECT sum(n) FROM (SELECT province, count(*) AS n FROM assure_bi.member GROUP BY province) x), (SELECT count(*)::numeric FROM assure.member), 'provinces stay exact');
-- A cell that shrank after it was counted.
SELECT policy_id, province, birth_year, sex FROM assure_internal.member_cell WHERE is_shown ORDER BY members, policy_id, province, birth_year, sex LIMIT 1 \gset
UPDATE assure_internal.member_cell SET members = 4 WHERE policy_id = :policy_id AND province = :'province' AND birth_year = :birth_year AND sex = :'sex';
SELECT is((SELECT count(*) FROM assure_bi.member v JOIN assure.policy p ON p.ref = v.policy WHERE p.policy_id = :policy_id AND v.province = :'province' AND birth_year = :birth_year AND v.sex = :'sex'), 0::bigint, 'a cell below the setting is not shown, whenever it was counted');
SELECT is(t.run('sup', 'SELECT assure.count_small_cells()')::bigint > 0, true, 'it is counted anew');
SELECT is((SELECT count(*) > 0 FROM assure_bi.member v JOIN assure.policy p ON p.ref = v.policy WHERE p.policy_id = :policy_id AND v.province = :'province' AND birth_year = :birth_year AND v.sex = :'sex'), true, 'and shown again');
SELECT * FROM finish();
ROLLBACK;
