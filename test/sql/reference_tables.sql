\set ECHO none
-- Holidays, population, ICD-10: what is shipped, and a user's own rows.
BEGIN;
\i test/sql-common/setup.psql
SELECT plan(27);
SET search_path = public, assure, pg_temp;
SET datestyle = 'ISO, YMD';
SELECT t.new_role('admin', 'admin'), t.new_role('bi', 'bi') \g /dev/null

-- Holidays.
SELECT is((SELECT format('%s to %s', min(day), max(day)) FROM holiday_builtin), '2004-01-01 to 2026-10-10', 'announcements of 2004 to 2026');
SELECT is((SELECT string_agg(format('%s %s', y, n), ', ' ORDER BY y) FROM (SELECT extract(year FROM day) AS y, count(*) AS n FROM holiday_builtin WHERE kind = 'holiday' GROUP BY 1) x WHERE n NOT BETWEEN 15 AND 33), NULL, 'a plausible number of days a year');
SELECT is((SELECT string_agg(day::text, ' ' ORDER BY day) FROM holiday_builtin WHERE kind = 'makeup_workday' AND extract(isodow FROM day) < 6), NULL, 'what is worked for a holiday is a weekend day');
SELECT is((SELECT string_agg(y::text, ' ') FROM generate_series(2004, 2026) y WHERE (SELECT count(*) FROM holiday_builtin WHERE extract(year FROM day) = y AND kind = 'holiday' AND (extract(month FROM day), extract(day FROM day)) IN ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))) <> 5), NULL, 'New Year, May Day and National Day are each year''s');
SELECT is((SELECT string_agg(y::text, ' ') FROM generate_series(2008, 2026) y WHERE (SELECT count(DISTINCT name) FROM holiday_builtin WHERE extract(year FROM day) = y AND name IN ('清明节', '端午节', '中秋节')) < 2), NULL, 'and since 2008 the traditional ones');
SELECT is((SELECT string_agg(name || ' ' || kind, ', ') FROM holiday WHERE day IN ('2015-09-04', '2011-06-05', '2024-02-18')), '端午节 holiday, 中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日 holiday, 春节 makeup_workday', 'days that lists get wrong');
SELECT is(t.run('admin', $$INSERT INTO assure.holiday_local VALUES ('2027-01-01', '元旦', 'holiday', 'announced in 2026'), ('2026-10-01', '国庆节', 'ordinary', 'we work'), ('2026-10-02', '公司日', 'holiday', NULL)$$), 'done', 'an administrator adds days');
SELECT is((SELECT string_agg(day || ' ' || name, ', ' ORDER BY day) FROM holiday WHERE day IN ('2026-10-01', '2026-10-02', '2026-10-03', '2027-01-01')), '2026-10-02 公司日, 2026-10-03 国庆节, 2027-01-01 元旦', 'they stand for the shipped ones of the day');
SELECT is(t.run('admin', $$DELETE FROM assure.holiday_local WHERE day = '2026-10-01'$$), 'done', 'and takes them back');
SELECT is((SELECT name FROM holiday WHERE day = '2026-10-01'), '国庆节', 'the shipped one shows again');
SELECT is((SELECT string_agg(concat_ws(' ', action, subject), ', ' ORDER BY audit_id) FROM audit_log WHERE action LIKE 'configure.%'), 'configure.insert holiday_local 2027-01-01, configure.insert holiday_local 2026-10-01, configure.insert holiday_local 2026-10-02, configure.delete holiday_local 2026-10-01', 'each is noted');
SELECT matches(t.run('admin', $$INSERT INTO assure.holiday_local VALUES ('2027-01-02', '元旦', 'weekend')$$), '^23514 ', 'of three kinds');
SELECT matches(t.run('admin', $$INSERT INTO assure.holiday_local VALUES ('2027-01-02', '', 'holiday')$$), '^23514 ', 'with a name');
SELECT matches(t.run('admin', $$INSERT INTO assure.holiday_local VALUES ('2027-01-01', '元旦', 'holiday')$$), '^23505 ', 'once a day');
SELECT matches(t.run('bi', $$INSERT INTO assure.holiday_local VALUES ('2027-01-03', '元旦', 'holiday')$$), '^42501 ', 'by administrators');
SELECT matches(t.run('admin', $$DELETE FROM assure.holiday_builtin$$), '^42501 ', 'the shipped rows are nobody''s to change');
SELECT is(t.run('bi', $$SELECT count(*) > 700 FROM assure.holiday$$), 't', 'readers read the view');

-- Population.
SELECT is((SELECT (count(*), sum(population))::text FROM population_builtin WHERE region_level(code) = 'province'), '(31,1409778724)', '31 provinces have the sum that was published');
SELECT is((SELECT (count(*), sum(population))::text FROM population_builtin WHERE region_level(code) <> 'province'), '(342,1409778724)', 'and so have the 342 groups');
SELECT is((SELECT string_agg(p.code::text, ' ' ORDER BY p.code) FROM population_builtin p WHERE region_level(p.code) = 'province'
    AND population <> (SELECT sum(population) FROM population_builtin c WHERE c.code <@ p.code AND c.code <> p.code)), NULL, 'province by province');
SELECT is((SELECT string_agg(region::text, ' ' ORDER BY region) FROM (SELECT region FROM prefectures() EXCEPT SELECT code FROM population_builtin) x), NULL, 'each group has its figure');
SELECT is((SELECT string_agg(code::text, ' ' ORDER BY code) FROM population_builtin p WHERE NOT EXISTS (SELECT FROM division d WHERE d.code = p.code)), NULL, 'and each code is known');

-- ICD-10.
SELECT is((SELECT count(*) FROM icd_chapter), 22::bigint, '22 chapters');
SELECT is((SELECT string_agg(a.roman || ' ' || b.roman, ', ') FROM icd_chapter a JOIN icd_chapter b ON b.chapter <> a.chapter AND a.first_code COLLATE "C" <= b.last_code AND b.first_code COLLATE "C" <= a.last_code), NULL, 'that do not overlap');
SELECT is((SELECT string_agg(b.first_code, ' ' ORDER BY b.first_code) FROM icd_block b LEFT JOIN icd_chapter c USING (chapter) WHERE c.chapter IS NULL OR b.first_code COLLATE "C" < c.first_code OR b.last_code COLLATE "C" > c.last_code), NULL, 'a block is in its chapter');
SELECT is((SELECT string_agg(a.first_code || '-' || a.last_code || ' ' || b.first_code || '-' || b.last_code, ', ') FROM icd_block a JOIN icd_block b
    ON a.first_code COLLATE "C" < b.first_code AND b.first_code COLLATE "C" <= a.last_code AND a.last_code COLLATE "C" < b.last_code), NULL, 'blocks lie apart or one in another');
SELECT is((SELECT string_agg(x.code || ' ' || (SELECT b.name_en FROM icd_block b WHERE x.code COLLATE "C" >= b.first_code AND x.code COLLATE "C" <= b.last_code ORDER BY b.first_code COLLATE "C" DESC, b.last_code COLLATE "C" LIMIT 1), ', ' ORDER BY x.code)
    FROM (VALUES ('C50'), ('J18'), ('U07'), ('W01')) x(code)), 'C50 Malignant neoplasm of breast, J18 Influenza and pneumonia, U07 Provisional assignment of new diseases of uncertain etiology or emergency use, W01 Falls', 'a code belongs to the narrowest');
SELECT * FROM finish();
ROLLBACK;
