\set ECHO none
-- Names in pinyin: surnames, given names, what is not Han, and every character.
BEGIN;
\i test/sql-common/setup.psql
SELECT no_plan();

CREATE TEMP TABLE reading (n serial, name text, pinyin text, initials text);
INSERT INTO reading (name, pinyin, initials) VALUES
 ('欧阳娜娜', 'ou yang na na', 'oynn'),
 ('歐陽·娜娜', 'ou yang na na', 'oynn'),
 ('张三', 'zhang san', 'zs'),
 ('張三', 'zhang san', 'zs'),
 ('李 四', 'li si', 'ls'),
 ('吕绿', 'lv lv', 'll'),
 ('虐女略', 'nve nv lve', 'nnl'),
-- surnames that ICU reads
 ('单雄信', 'shan xiong xin', 'sxx'),
 ('曾国藩', 'zeng guo fan', 'zgf'),
 ('解缙', 'xie jin', 'xj'),
 ('查良镛', 'zha liang yong', 'zly'),
 ('仇英', 'qiu ying', 'qy'),
 ('区大相', 'ou da xiang', 'odx'),
 ('任长霞', 'ren chang xia', 'rcx'),
 ('华罗庚', 'hua luo geng', 'hlg'),
 ('盖叫天', 'ge jiao tian', 'gjt'),
 ('种师道', 'chong shi dao', 'csd'),
 ('翟天临', 'zhai tian lin', 'ztl'),
-- surnames of our own table
 ('朴树', 'piao shu', 'ps'),
 ('刀郎', 'dao lang', 'dl'),
 ('缪昌明', 'miao chang ming', 'mcm'),
 ('覃海洋', 'qin hai yang', 'qhy'),
 ('阚清子', 'kan qing zi', 'kqz'),
 ('尉健行', 'wei jian xing', 'wjx'),
 ('薄一波', 'bo yi bo', 'byb'),
 ('乜一', 'nie yi', 'ny'),
-- of two characters
 ('尉迟恭', 'yu chi gong', 'ycg'),
 ('万俟卨', 'mo qi xie', 'mqx'),
 ('单于夫罗', 'chan yu fu luo', 'cyfl'),
 ('长孙无忌', 'zhang sun wu ji', 'zswj'),
 ('澹台灭明', 'tan tai mie ming', 'ttmm'),
 ('令狐冲', 'ling hu chong', 'lhc'),
 ('诸葛亮', 'zhu ge liang', 'zgl'),
 ('万事通', 'wan shi tong', 'wst'),
 ('长春', 'chang chun', 'cc'),
 ('单于', 'chan yu', 'cy'),
-- traditional forms
 ('單雄信', 'shan xiong xin', 'sxx'),
 ('區大相', 'ou da xiang', 'odx'),
 ('蓋叫天', 'ge jiao tian', 'gjt'),
 ('樂毅', 'yue yi', 'yy'),
 ('尉遲恭', 'yu chi gong', 'ycg'),
 ('萬俟卨', 'mo qi xie', 'mqx'),
 ('長孫無忌', 'zhang sun wu ji', 'zswj'),
-- the same characters where a name does not begin
 ('王单', 'wang dan', 'wd'),
 ('李区', 'li qu', 'lq'),
 ('王朴', 'wang pu', 'wp'),
 ('王晟', 'wang sheng', 'ws'),
 ('温庭筠', 'wen ting yun', 'wty'),
 ('王单于', 'wang dan yu', 'wdy'),
 ('买买提·单增', 'mai mai ti dan zeng', 'mmtdz'),
-- a tradition simplified elsewhere is read as it stands
 ('乾隆', 'qian long', 'ql'),
-- what is not Han
 ('José Müller-Łódź', 'jose muller lodz', 'jml'),
 ('O''Brien, Anne Marie', 'o brien anne marie', 'obam'),
 ('ＺＨＡＮＧ３', 'zhang3', 'z'),
 ('张三AB', 'zhang san ab', 'zsa'),
 ('AB张三', 'ab zhang san', 'azs'),
 ('AB单三2', 'ab shan san 2', 'ass2'),
 ('İx' || chr(772), 'ix', 'i'),
 ('Straße Æsir', 'strasse aesir', 'sa'),
 ('Иван', 'иван', 'и'),
 ('たなか', 'たなか', 'た'),
 ('أحمد', 'أحمد', 'أ'),
 ('山田たろう', 'shan tian たろう', 'stた'),
 ('𠮷野', '𠮷 ye', '𠮷y'),
 ('张' || chr(917760) || chr(8205) || '三', 'zhang san', 'zs'),
 (chr(63744), 'qi', 'q'),
 ('〇', 'ling', 'l'),
 ('张*', 'zhang *', 'z*'),
 ('', '', ''),
 (' ·— ', '', '');
SELECT is(assure.pinyin(name) || ' / ' || assure.pinyin_initials(name), pinyin || ' / ' || initials, name) FROM reading ORDER BY n;
SELECT is(assure.pinyin(NULL), NULL, 'NULL');
SELECT is(assure.pinyin_initials(NULL), NULL, 'NULL');

-- The table of readings.
\set rows `sed -n 's|^	{0x\([0-9A-F]*\), \(0x\)*\([0-9A-F]*\), \(.*\), \([^,]*\)},.*/\* \(.*\) \*/$|\1;\3;\4;\5;\6|p' src/text/pinyin_surname.c`
CREATE TEMP TABLE own AS SELECT n, f[1] AS code, f[2] AS next, nullif(trim(f[3], '"'), 'NULL') AS first, nullif(trim(f[4], '"'), 'NULL') AS later, f[5] AS name
FROM regexp_split_to_table(trim(:'rows', E'\n'), E'\n') WITH ORDINALITY x (line, n), LATERAL (SELECT string_to_array(line, ';') AS f) s;
SELECT ok(count(*) > 30, 'the table is read') FROM own;
SELECT is(string_agg(name, ' '), NULL, 'the comments say what the code has') FROM own
WHERE code <> upper(to_hex(ascii(name))) OR next <> CASE length(name) WHEN 1 THEN '0' ELSE upper(to_hex(ascii(substr(name, 2)))) END;
SELECT is(string_agg(name, ' '), NULL, 'sorted, none twice') FROM (SELECT name, (name COLLATE "C") <= lag(name COLLATE "C") OVER (ORDER BY n) AS wrong FROM own) o WHERE wrong;
SELECT is(string_agg(name, ' '), NULL, 'each is read so where a name begins') FROM own WHERE assure.pinyin(name || '一') <> first || ' yi';
SELECT is(string_agg(name, ' '), NULL, 'and elsewhere') FROM own WHERE assure.pinyin('一' || name) <> 'yi ' || later;
SELECT is(string_agg(name, ' '), NULL, 'none says nothing') FROM own WHERE first IS NULL AND later IS NULL;

-- Every Han character of the basic plane: a syllable, or itself.
CREATE TEMP TABLE han AS SELECT chr(c) AS c, assure.pinyin(chr(c)) AS first, assure.pinyin('一' || chr(c)) AS later FROM generate_series(19968, 40869) c;
SELECT is(string_agg(c, ''), NULL, 'a character is one word wherever it stands') FROM han WHERE first LIKE '% %' OR later NOT LIKE 'yi %' OR later LIKE 'yi % %';
\set syllable '(([bpmfdtnlgkhjqxrzcsyw]|[zcs]h)?([aoe]|[ae]i|[ao]u|ao|[ae]n|[ae]ng|ong|i|i[aeu]|iao|i[an]n?g?|iong|u|u[aeoi]|uai|u[an]n?g?|v|ve|van|vn)|er|m|n|ng|hm|hng|r)'
SELECT is(string_agg(format('%s %s', c, first), ', '), NULL, 'and the word is a syllable') FROM han WHERE first <> c AND first !~ ('^' || :'syllable' || '$') OR later <> 'yi ' || c AND later !~ ('^yi ' || :'syllable' || '$');
SELECT ok(count(*) < 100, 'nearly all are known') FROM han WHERE first = c;
SELECT is(count(*), 0::bigint, 'initials are those of the words') FROM han WHERE assure.pinyin_initials(c || c) <> left(first, 1) || left(split_part(later, ' ', 2), 1) AND later <> 'yi ' || c AND assure.pinyin(c || c) NOT LIKE 'chan yu';

-- The same words, whatever stands between the characters; random names.
SELECT setseed(0.5) \g /dev/null
CREATE TEMP TABLE random_name AS
SELECT n, array_agg(chr(19968 + floor(random() * 20900)::int) ORDER BY i) AS part FROM generate_series(1, 3000) n, generate_series(1, 2 + n % 4) i GROUP BY n;
SELECT is(count(*), 0::bigint, 'spaces, dots, joiners change nothing') FROM random_name
WHERE assure.pinyin(array_to_string(part, '')) <> assure.pinyin(' ' || array_to_string(part, chr(8205)) || '·')
   OR cardinality(part) > 2 AND assure.pinyin(part[1] || part[2] || '· ' || part[3]) <> assure.pinyin(part[1] || part[2] || part[3]);
SELECT is(count(*), 0::bigint, 'as many initials as words') FROM random_name
WHERE length(assure.pinyin_initials(array_to_string(part, ''))) <> cardinality(string_to_array(assure.pinyin(array_to_string(part, '')), ' '));
SELECT is(count(*), 0::bigint, 'pinyin of pinyin is itself') FROM random_name, LATERAL (SELECT assure.pinyin(array_to_string(part, '')) AS p) p
WHERE p ~ '^[a-z ]*$' AND assure.pinyin(p) <> p;
SELECT is(count(*), 0::bigint, 'each character that there is: words, one space between') FROM generate_series(1, 210000) c, LATERAL (SELECT CASE WHEN c NOT BETWEEN 55296 AND 57343 THEN assure.pinyin('a' || chr(c) || 'b' || chr(c)) END AS p) p
WHERE p <> trim(p) OR p LIKE '%  %' OR p !~ 'a.*b';

-- Hostile ones.
SELECT is(length(assure.pinyin_initials(repeat('张', 1365))), 1365, 'as long as may be');
SELECT is(t.fails($$SELECT assure.pinyin(repeat('x', 4097))$$), '54000 a name of 4097 bytes is too long', 'too long');
SELECT is(t.fails($$SELECT assure.pinyin_initials(repeat('张', 1000000))$$), '54000 a name of 3000000 bytes is too long', 'far too long');
SELECT is(assure.pinyin('e' || repeat(chr(769) || chr(803), 1000)), 'e', 'a storm of accents');
SELECT is(assure.pinyin(chr(769) || '张' || chr(769)), chr(769) || ' zhang ' || chr(769), 'accents without a letter');
SELECT is(length(assure.pinyin(repeat(chr(65018), 1365))), 1365 * 15 + 1365 * 3, 'characters that become four words');
SELECT is(assure.pinyin(repeat(chr(8205), 1365)), '', 'nothing but joiners');
SELECT * FROM finish();
ROLLBACK;
