\set ECHO none
-- assure.load_regions(): a newer file of divisions, whole or not at all.
BEGIN;
\i test/sql-common/setup.psql
SELECT plan(62);
SET search_path = public, assure, pg_temp;
SELECT t.new_role('admin', 'admin'), t.new_role('supervisor', 'supervisor') \g /dev/null

-- load(lines) loads lines below the header, joined by "|".
CREATE FUNCTION pg_temp.load(lines text, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT t.run('admin', format('SELECT assure.load_regions(%L, ''test''%s)', E'code,name,kind,valid_from_year,valid_to_year,successors\n' || replace(lines, '|', E'\n'), more)) $$;
CREATE FUNCTION pg_temp.rows_of(codes region[]) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', code, name, valid_from_year, valid_to_year, successors, source), ', ' ORDER BY code, valid_from_year) FROM assure.division WHERE code = ANY (codes) $$;

-- What is refused, line and field named.
CREATE TEMP TABLE refused (n serial, lines text, wanted text);
INSERT INTO refused (lines, wanted) VALUES
 ('440399', '1 fields, the header has 6'),
 ('440399,前海区,county,2025,,,', '7 fields, the header has 6'),
 ('44039,前海区,county,2025,,', 'code: "44039" is no GB/T 2260 code'),
 ('470101,前海区,county,2025,,', 'code: "470101" is no GB/T 2260 code'),
 (',前海区,county,2025,,', 'code: missing'),
 ('440399,,county,2025,,', 'name: missing'),
 ('440399,"",county,2025,,', 'name: missing'),
 ('440399,前海区,,2025,,', 'kind: missing'),
 ('440399,前海区,county,,,', 'valid_from_year: missing'),
 ('440399,前海区,district,2025,,', 'kind: not one of province, prefecture, county, group, permit'),
 ('440399,前海区,prefecture,2025,,', 'kind: 440399 is not the code of a prefecture'),
 ('440399,前海区,group,2025,,', 'kind: 440399 is not the code of a group'),
 ('449900,前海市,county,2025,,', 'kind: 449900 is not the code of a county'),
 ('440399,前海区,county,25,,', 'valid_from_year: "25" is no year from 1949 to 2200'),
 ('440399,前海区,county,1948,,', 'valid_from_year: "1948" is no year from 1949 to 2200'),
 ('440399,前海区,county,20x5,,', 'valid_from_year: "20x5" is no year from 1949 to 2200'),
 ('440399,前海区,county,2025,9999,', 'valid_to_year: "9999" is no year from 1949 to 2200'),
 ('440399,前海区,county,2025,2024,', 'valid_to_year: before valid_from_year'),
 ('440399,前海区,county,2025,,{440305}', 'successors: a region that is in force has none'),
 ('440399,前海区,county,2020,2025,440305', 'successors: a list such as {110101,110102} expected'),
 ('440399,前海区,county,2020,2025,{440305', 'successors: a list such as {110101,110102} expected'),
 ('440399,前海区,county,2020,2025,{440305}x', 'successors: a list such as {110101,110102} expected'),
 ('440399,前海区,county,2020,2025,{}', 'successors: "" is no GB/T 2260 code'),
 ('440399,前海区,county,2020,2025,"{440305,}"', 'successors: "" is no GB/T 2260 code'),
 ('440399,前海区,county,2020,2025,"{440305, 440306}"', 'successors: " 440306" is no GB/T 2260 code'),
 ('440399,"前海区,county,2025,,', 'a quote is not closed'),
 ('440399,"前海"区,county,2025,,', 'more after a closing quote'),
 ('440399,前"海"区,county,2025,,', 'a quote within a field that does not begin with one'),
 ('440399,前海区,county,2025,,|440399,前海县,county,2025,,', 'code: 440399 begins twice in 2025'),
 ('440399,前海区,county,2024,,|440399,前海县,county,2025,,', 'valid_to_year: 440399 is in force, but has another name from 2025 on'),
 ('449901,前海区,county,2025,,', '449901 前海区 is in force, but 449900 around it is not'),
 ('440399,前海区,county,2020,2025,{440398}', 'successors: 440398 is unknown');
SELECT is(pg_temp.load(lines), '22023 regions: line 2: ' || wanted, format('refused: %s', wanted)) FROM refused ORDER BY n;
SELECT is(pg_temp.load('440399,前海区,county,2025,,|# note||440398,后海区,county,9,,'), '22023 regions: line 5: valid_from_year: "9" is no year from 1949 to 2200', 'lines are counted as they stand in the file');
SELECT is(pg_temp.load('440300,深圳市,prefecture,1981,2024,'), '22023 regions: 440303 罗湖区 is in force, but 440300 around it is not', 'what the file does not have is kept whole too');
SELECT is(pg_temp.load(repeat(',', 10001)), '22023 regions: line 2: longer than 10000 bytes', 'a line has an end');
SELECT is(t.run('admin', format('SELECT assure.load_regions(%L, %L)', repeat('#', 16777217), 'test')), '54000 regions: 16777217 bytes, at most 16777216 are taken', 'and a file');
SELECT is(t.run('admin', format('SELECT assure.load_regions(%L, %L)', v, 'test')), format('22023 regions: line %s', w), format('header: %s', w)) FROM (VALUES
    ('', '0: there is no header'), (E'# nothing\n', '1: there is no header'), (E'code,name,kind\n', '1: valid_from_year: the column is missing'),
    (E'code,name,kind,valid_from_year,population\n', '1: there is no column "population"'), (E'code,name,kind,code\n', '1: code: the column is there twice')) x(v, w);
SELECT is(t.run('admin', $$SELECT assure.load_regions('code,name,kind,valid_from_year', 'builtin')$$), '22023 source: a text of 1 to 200 bytes expected, other than "builtin"', 'the shipped rows keep their name');
SELECT is(t.run('admin', $$SELECT assure.load_regions('code,name,kind,valid_from_year', NULL)$$), '22004 csv, source and replace must not be NULL', 'a source is needed');
SELECT matches(t.run('supervisor', $$SELECT assure.load_regions('code,name,kind,valid_from_year', 'x')$$), '^42501 ', 'only an administrator loads');
SELECT is((SELECT count(*) FROM region_local), 0::bigint, 'nothing of all this is there');

-- A new county, one that is gone, a new prefecture with a county; byte order mark, notes, quotes, CR, columns in another order.
SELECT is(t.run('admin', format('SELECT assure.load_regions(%L, %L)', E'\uFEFF# 2025\nvalid_from_year,kind,name,code,successors,valid_to_year\r\n2025,county,"前海""新""区",440399,,\r\n\r\n1981,county,南山区,440305,{440399},2025\r\n2025,prefecture,雄安市,139800,,\r\n2025,county,容城县,139801,,', 'file 2025')), '4', 'a file is loaded');
SELECT is(pg_temp.rows_of('{440399,440305,139800,139801}'), '139800 雄安市 2025 file 2025, 139801 容城县 2025 file 2025, 440305 南山区 1981 2025 {440399} file 2025, 440399 前海"新"区 2025 file 2025', 'and stands for what was known of these codes');
SELECT is((SELECT (region_name('440399'), region_known('440399'), successor, s."precision")::text FROM region_successor('440305') s), '("前海""新""区",440399,440399,county)', 'the functions see it at once');
SELECT is((SELECT count(*) FROM prefectures()), 343::bigint, 'the universe has grown');
SELECT is((SELECT string_agg(concat_ws(' ', action, subject, row_count), ', ') FROM audit_log WHERE action = 'load_regions'), 'load_regions regions from file 2025 4', 'it is noted');

-- A later file stands for the earlier one where they speak of the same code; with replace for all of it.
SELECT is(pg_temp.load('440305,南山区,county,1981,,'), '1', 'another file');
SELECT is(pg_temp.rows_of('{440399,440305}'), '440305 南山区 1981 test, 440399 前海"新"区 2025 file 2025', 'replaces the codes that it has');
SELECT is(pg_temp.load('440399,前海区,county,2025,,', ', true'), '1', 'a file in the place of all before');
SELECT is(pg_temp.rows_of('{440399,440305,139801}'), '440305 南山区 1981 builtin, 440399 前海区 2025 test', 'leaves the shipped rows of the others');
SELECT is(pg_temp.load('', ', true'), '0', 'an empty file in the place of all');
SELECT is((SELECT count(*) FROM division WHERE source <> 'builtin'), 0::bigint, 'is the way back');

-- Everything shipped, as a file.
\set file `cat data/region.csv`
SELECT is(t.run('admin', format('SELECT assure.load_regions(%L, ''the same'')', :'file')), (SELECT count(*)::text FROM region_builtin), 'the shipped file can be loaded');
SELECT is((SELECT count(*) FROM (SELECT code, name, kind, valid_from_year, valid_to_year, successors FROM region_builtin EXCEPT SELECT code, name, kind, valid_from_year, valid_to_year, successors FROM division) x), 0::bigint, 'and is the same');
SELECT is(pg_temp.load('440399,前海区,county,2025,,', $$, true, 'r1'$$), '1', 'with a request_id');
SELECT is(pg_temp.load('440399,前海区,county,2025,,', $$, true, 'r1'$$), '1', 'a retry has the first answer');
SELECT is((SELECT count(*) FROM audit_log WHERE action = 'load_regions' AND subject = 'regions from test, all'), 3::bigint, 'and does nothing');
SELECT matches(pg_temp.load('440398,前海区,county,2025,,', $$, true, 'r1'$$), '^AS003 ', 'other arguments under it are refused');
SELECT * FROM finish();
ROLLBACK;
