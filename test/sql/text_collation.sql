\set ECHO none
-- The collations: Chinese by pinyin and by stroke.
BEGIN;
\i test/sql-common/setup.psql
SELECT plan(15);

CREATE TEMP TABLE surname (name text);
INSERT INTO surname VALUES ('王'), ('丁'), ('张'), ('李'), ('陈'), ('于'), ('马'), ('赵'), ('欧阳'), ('曾'), ('白'), ('一'), ('龚');
SELECT is(string_agg(name, ' ' ORDER BY name COLLATE assure.zh_pinyin), '白 曾 陈 丁 龚 李 马 欧阳 王 一 于 张 赵', 'by pinyin, each character by its usual reading: zeng stands at ceng') FROM surname;
SELECT is(string_agg(name, ' ' ORDER BY name COLLATE assure.zh_stroke), '一 丁 于 马 王 白 张 李 欧阳 陈 赵 龚 曾', 'by stroke, as ICU counts them: one more in chen') FROM surname;
SELECT is(string_agg(name, ' ' ORDER BY name COLLATE assure.zh_pinyin DESC), '赵 张 于 一 王 欧阳 马 李 龚 丁 陈 曾 白', 'and back') FROM surname;
SELECT is(string_agg(x, ' ' ORDER BY x COLLATE assure.zh_pinyin), '10 阿 abc', 'digits, characters, letters') FROM unnest('{阿,abc,10}'::text[]) x;
SELECT is(string_agg(x, ' ' ORDER BY x COLLATE assure.zh_pinyin), '李明 李强 李四 张三', 'whole names') FROM unnest('{张三,李四,李明,李强}'::text[]) x;
SELECT is(string_agg(name, ' ' ORDER BY assure.pinyin(name) COLLATE "C", name COLLATE assure.zh_pinyin), '白 陈 丁 龚 李 马 欧阳 王 一 于 曾 张 赵', 'by pinyin as surnames are read') FROM surname;
SELECT is(string_agg(name, ' ' ORDER BY assure.pinyin(name) COLLATE "C", name COLLATE assure.zh_pinyin), '李民 李名 李明 李酩 李命', 'and what reads alike by tone, then by stroke') FROM unnest('{李命,李名,李明,李民,李酩}'::text[]) name;
SELECT ok(NOT 'a' = 'A' COLLATE assure.zh_pinyin AND NOT '歐' = '欧' COLLATE assure.zh_stroke, 'deterministic: equal is the same');
SELECT is(string_agg(format('%s %s %s', collname, collprovider, collisdeterministic), ', ' ORDER BY collname), 'zh_pinyin i t, zh_stroke i t', 'of ICU') FROM pg_collation WHERE collnamespace = 'assure'::regnamespace;
SELECT is(count(*), 2::bigint, 'members of the extension, so not in a dump') FROM pg_depend d JOIN pg_collation c ON d.classid = 'pg_collation'::regclass AND d.objid = c.oid
    JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid WHERE d.deptype = 'e' AND e.extname = 'pg_assure' AND c.collnamespace = 'assure'::regnamespace;
SELECT is(count(*), 2::bigint, 'with comments') FROM pg_collation c WHERE collnamespace = 'assure'::regnamespace AND obj_description(c.oid, 'pg_collation') <> '';
SELECT is(count(*), 0::bigint, 'of the version at work') FROM pg_collation c WHERE collnamespace = 'assure'::regnamespace AND collversion IS DISTINCT FROM pg_collation_actual_version(oid);

CREATE TEMP TABLE list (name text COLLATE assure.zh_pinyin);
INSERT INTO list SELECT name FROM surname;
CREATE INDEX ON list (name);
SET LOCAL enable_seqscan = off;
SET LOCAL enable_sort = off;
SELECT is((SELECT array_agg(name::text) FROM (SELECT name FROM list ORDER BY name LIMIT 3) x), '{白,曾,陈}', 'in an index');
SELECT is(string_agg(name, ' ' ORDER BY name), '王 一 于', 'and a range of it') FROM list WHERE name >= '王' AND name < '张';
SELECT is(t.fails($$SELECT '一' COLLATE assure.zh_pinyin < '丁' COLLATE assure.zh_stroke$$), '42P21 collation mismatch between explicit collations "zh_pinyin" and "zh_stroke"', 'one at a time');
SELECT * FROM finish();
ROLLBACK;
