\set ECHO none
-- The divisions that are shipped: properties of all of them, and what the functions say of single ones.
BEGIN;
\i test/sql-common/setup.psql
SELECT plan(42);
SET search_path = public, assure, pg_temp;

-- All of them.
SELECT is((SELECT string_agg(format('%s %s', kind, n), ', ' ORDER BY kind) FROM (SELECT kind, count(*) AS n FROM division WHERE in_force GROUP BY kind) x),
    'county 2872, group 9, permit 1, prefecture 333, province 34', 'in force: 34 provinces, 333 prefectures, 9 groups, 2,846 counties and 26 of Hong Kong and Macau');
SELECT cmp_ok((SELECT count(DISTINCT code) FROM division WHERE kind = 'county' AND NOT in_force), '>', 3200::bigint, 'and thousands of codes that are gone');
SELECT is((SELECT count(*) FROM (SELECT code FROM region_builtin WHERE valid_to_year IS NULL GROUP BY code HAVING count(*) > 1) x), 0::bigint, 'a code has one name in force');
SELECT is((SELECT count(*) FROM region_builtin a JOIN region_builtin b USING (code) WHERE a.valid_to_year IS NULL AND b.valid_from_year > a.valid_from_year), 0::bigint, 'and it is the latest');
SELECT is((SELECT count(*) FROM region_builtin WHERE kind <> CASE WHEN kind IN ('group', 'permit') THEN kind ELSE region_level(code) END), 0::bigint, 'the kind is what the digits say');
SELECT is((SELECT string_agg(code::text, ' ' ORDER BY code) FROM region_builtin WHERE valid_from_year < 1981 OR valid_to_year > 2024 OR valid_from_year > 2024), NULL, 'from 1981 to 2024');
SELECT is((SELECT string_agg(d.code::text, ' ' ORDER BY d.code) FROM division d WHERE d.kind = 'county' AND d.in_force AND d.code < '710000'
    AND (SELECT count(*) FROM prefectures(342) p WHERE d.code <@ p.region) <> 1), NULL, 'a county in force is in exactly one of the 342 groups');
SELECT is((SELECT count(*) FROM division d WHERE d.kind = 'county' AND d.in_force AND d.code < '710000' AND NOT EXISTS (SELECT FROM prefectures(342) p WHERE p.region = prefecture(d.code))), 0::bigint, 'that of prefecture()');
SELECT is((SELECT string_agg(p.region::text, ' ' ORDER BY p.region) FROM prefectures() p WHERE NOT EXISTS (SELECT FROM division d WHERE d.kind = 'county' AND d.in_force AND d.code <@ p.region)), '441900 442000 460400 620200', 'four prefectures have no counties');
SELECT is((SELECT count(*) FROM division WHERE kind = 'county' AND in_force AND code::text LIKE '__90__'), 32::bigint, '32 counties are directly under a province');
SELECT is((SELECT string_agg(DISTINCT province::text, ' ' ORDER BY province::text) FROM division WHERE kind = 'county' AND in_force AND code::text LIKE '__90__'), '410000 420000 460000 650000', 'of four provinces');
SELECT is((SELECT string_agg(d.code::text, ' ' ORDER BY d.code) FROM division d WHERE d.in_force AND d.code <> d.province
    AND NOT EXISTS (SELECT FROM division u WHERE u.in_force AND u.code = CASE d.kind WHEN 'county' THEN d.prefecture ELSE d.province END)), NULL, 'what is around a division in force is in force');
SELECT is((SELECT string_agg(format('%s: %s', d.code, s), ', ' ORDER BY d.code) FROM division d, unnest(d.successors) s WHERE NOT EXISTS (SELECT FROM division x WHERE x.code = s AND x.in_force)), NULL, 'successors are in force');
SELECT is((SELECT string_agg(format('%s: %s', d.code, s), ', ' ORDER BY d.code) FROM division d, unnest(d.successors) s WHERE province(s) <> d.province
    AND (d.province, province(s)) NOT IN (('510000', '500000'), ('440000', '460000'))), NULL, 'and in the same province, but for what became Chongqing and Hainan');
SELECT is((SELECT count(*) FROM region_builtin WHERE successors = '{}'), 0::bigint, 'none is written as NULL');
SELECT is((SELECT format('%s of %s', count(*) FILTER (WHERE successors IS NULL), count(*)) FROM division WHERE kind = 'prefecture' AND NOT in_force), '194 of 196', 'of abolished prefectures it is not guessed where they went');

-- prefectures()
SELECT is((SELECT string_agg(format('%s:%s', u, (SELECT count(*) FROM prefectures(u))), ' ' ORDER BY u) FROM unnest('{293,297,333,337,342}'::int[]) u), '293:293 297:297 333:333 337:337 342:342', 'a universe has as many as its name says');
SELECT is((SELECT string_agg(region::text, ' ' ORDER BY region) FROM (SELECT region FROM prefectures(297) EXCEPT SELECT region FROM prefectures(293)) x), '110000 120000 310000 500000', 'the municipalities are wholes in the industry''s count');
SELECT is((SELECT string_agg(region::text, ' ' ORDER BY region) FROM (SELECT region FROM prefectures() EXCEPT SELECT region FROM prefectures(333)) x), '110100 120100 310100 419000 429000 469000 500100 500200 659000', 'and nine groups in that which leaves no county out');
SELECT is(t.fails('SELECT assure.prefectures(300)'), '22023 universe: 300 is not one of 293, 297, 333, 337, 342', 'another universe is refused');

-- region_name()
SELECT is(region_name('440305'), '南山区', 'a name');
SELECT is(region_name('110103'), '崇文区', 'the last name of what is gone');
SELECT is((region_name('469025', '2005-06-01'), region_name('469025', '2020-01-01'), region_name('469025'))::text, '(定安县,白沙黎族自治县,白沙黎族自治县)', 'a code that was used twice');
SELECT is((region_name('110103', '2005-01-01'), region_name('110103', '2020-01-01'))::text, '(崇文区,)', 'no name in a year in which it was gone');
SELECT is((region_name('449999'), region_name(NULL))::text, '(,)', 'no name of what is no division');
SELECT is(t.fails($$SELECT assure.region_name('440305', 'infinity')$$), '22023 as_of: not a finite date', 'infinity is no day');

-- region_known()
SELECT is((region_known('440305'), region_known('110103'), region_known('110103', '2009-12-31'), region_known('830000'), region_known(NULL))::text, '(440305,110103,110103,830000,)', 'what is known is handed through');
SELECT is(t.fails($$SELECT assure.region_known('440399')$$), '23503 region 440399 does not exist', 'what is not is refused');
SELECT is(t.fails($$SELECT assure.region_known('110103', '2020-01-01')$$), '23503 region 110103 does not exist in 2020', 'and what was not in that year');
CREATE FUNCTION pg_temp.more(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'none';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' ', nullif(detail, ''), nullif(hint, ''));
END $$;
SELECT is(pg_temp.more($$SELECT assure.region_known('440399')$$), 'The nearest known region around it is 440300 (深圳市).', 'the nearest region around it is named');
SELECT is(pg_temp.more($$SELECT assure.region_known('449900')$$), 'The nearest known region around it is 440000 (广东省).', 'which may be the province');
SELECT is(pg_temp.more($$SELECT assure.region_known('110103', '2020-01-01')$$), 'The code is 崇文区 from 1981 to 2010. The nearest known region around it is 110100 (北京市).', 'and the years of the code');
SELECT is(pg_temp.more($$SELECT assure.region_known('810000', '1990-01-01')$$), 'The code is 香港特别行政区 from 1997 to now. A newer file of regions is loaded with assure.load_regions().', 'around a province is nothing');

-- region_successor()
CREATE FUNCTION pg_temp.successor(r region, as_of date DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', s.successor, s.name, s."precision"), ', ' ORDER BY s.successor) FROM assure.region_successor(r, as_of) s $$;
SELECT is(pg_temp.successor('440305'), '440305 南山区 exact', 'in force: itself');
SELECT is(pg_temp.successor('130502', '2019-01-01'), '130502 襄都区 exact', 'renamed: itself');
SELECT is(pg_temp.successor('110221'), '110114 昌平区 county', 'another code, the same place');
SELECT is(pg_temp.successor('130421'), '130402 邯山区 prefecture, 130403 丛台区 prefecture, 130404 复兴区 prefecture', 'divided within its prefecture');
SELECT is(pg_temp.successor('469025', '2005-06-01'), '469021 定安县 county', 'a code that another place has now');
SELECT is(pg_temp.successor('132200'), 'unresolved', 'it is not known where');
SELECT is(pg_temp.successor('440399'), 'unknown', 'no such code');
SELECT is((SELECT count(*) FROM (SELECT DISTINCT code FROM division) d WHERE NOT EXISTS (SELECT FROM region_successor(d.code))), 0::bigint, 'every code has an answer');

-- The type needs no table: with none of them filled, values are read and indexed.
CREATE TEMP TABLE restored (r region PRIMARY KEY);
TRUNCATE assure.region_builtin;
INSERT INTO restored VALUES ('440305'), ('110103'), ('449999');
SELECT is((SELECT count(*) FROM restored WHERE r <@ '440000'), 2::bigint, 'values restore before any table is filled');
SELECT * FROM finish();
ROLLBACK;
