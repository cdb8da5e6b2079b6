\set ECHO none
-- Keys of names: what meets, what does not, and that a key is its own key.
BEGIN;
\i test/sql-common/setup.psql
SELECT no_plan();

-- Ways to write one name.
CREATE TEMP TABLE same (n serial, a text, b text, why text);
INSERT INTO same (a, b, why) VALUES
 ('歐陽·娜娜', '欧阳娜娜', 'traditional, with a dot'),
 ('ＺＨＡＮＧ　Ｓａｎ', 'zhang san', 'full width letters and space'),
 ('张 三', '张三', 'a space between characters'),
 (E'张\t三\n', '张三', 'controls'),
 ('张' || chr(8203) || '三' || chr(65279), '张三', 'zero width space, byte order mark'),
 ('张' || chr(8204) || chr(8205) || '三', '张三', 'joiners'),
 (chr(8207) || '张三' || chr(8206) || chr(8238), '张三', 'direction marks'),
 ('葛' || chr(917760) || '洪', '葛洪', 'an ideographic variation selector'),
 ('ﾔﾏﾀﾞ', 'ヤマダ', 'half width katakana, its voicing composed'),
 (chr(63744) || '', '豈', 'a compatibility ideograph'),
 (chr(12034) || '三', '丶三', 'a radical for its character'),
 ('O''Brien', 'OBrien', 'an apostrophe'),
 ('O’Brien', 'O´Brien', 'typographic ones and accents typed for one'),
 ('Oʼbrien', 'O`BRIEN', 'letters for one'),
 ('Anne-Marie', 'Anne Marie', 'a hyphen'),
 ('Anne‐Marie', 'Anne—Marie', 'dashes'),
 ('J. R. Smith', 'JR Smith', 'full stops'),
 ('Smith, John', 'Smith John', 'a comma'),
 ('Straße', 'STRASSE', 'case folding, not lower()'),
 ('José', 'JOSE' || chr(769), 'an accent composed and not'),
 ('ﬁnn', 'Finn', 'a ligature'),
 ('鍾書', '钟书', 'two traditional characters'),
 ('锺书', '钟书', 'a standard variant in names'),
 ('嫺', '嫻', 'variants of one character'),
 ('龑', '䶮', 'not known to ICU'),
 ('頔', '𬱖', 'simplified outside the basic plane'),
 ('苧', '苎', 'two characters that ICU sends to each other'),
 ('薴', '苎', 'and one that it sends to them'),
 ('乾', '干', 'many to one');
INSERT INTO same (a, b, why)
SELECT '买买提' || chr(c) || '艾力', '买买提艾力', format('mark U+%s', lpad(upper(to_hex(c)), 4, '0'))
FROM unnest('{32,44,45,46,96,160,180,183,697,699,700,702,703,903,5159,5867,8208,8211,8212,8216,8217,8226,8228,8230,8231,8242,8722,8728,8729,8901,9679,9702,11825,11827,12288,12289,12290,12448,12539,12685,42895,65287,65292,65294,65377,65381,65793}'::int[]) c
WHERE c <> 12289;
SELECT is(assure.name_key(a), assure.name_key(b), why) FROM same ORDER BY n;
SELECT isnt(assure.name_key(a), '', why || ': not empty') FROM same WHERE n <= 29 ORDER BY n;

-- Names that stay apart.
CREATE TEMP TABLE other (n serial, a text, b text, why text);
INSERT INTO other (a, b, why) VALUES
 ('张三', '张四', 'another name'),
 ('José', 'Jose', 'accents count'),
 ('张*', '张', 'a masked name is not a shorter one'),
 ('张〓', '张', 'nor is one with a character missing'),
 ('李□', '李', 'a box'),
 ('张三2', '张三', 'a number'),
 ('张三、李四', '张三李四', 'an enumeration is two persons'),
 ('张三(大)', '张三大', 'brackets'),
 ('阎', '闫', 'two surnames'),
 ('萧', '肖', 'a popular short form that is a surname of its own'),
 ('甯', '宁', 'a standard surname of its own'),
 ('付', '傅', 'two surnames'),
 ('喆', '哲', 'a standard variant for names'),
 ('𠮷野', '吉野', 'outside the basic plane'),
 ('一', '—', 'one is no dash'),
 ('ニー', 'ニ', 'the sign of a long vowel is none either'),
 ('a' || chr(57344), 'a', 'private use: rare characters were kept there'),
 ('a' || chr(201547), 'a', 'characters that this ICU does not know');
SELECT isnt(assure.name_key(a), assure.name_key(b), why) FROM other ORDER BY n;

-- What a key is.
SELECT is(assure.name_key('歐陽·娜娜'), '欧阳娜娜', 'the example');
SELECT is(assure.name_key(''), '', 'nothing');
SELECT is(assure.name_key(' ·—’ '), '', 'nothing but marks');
SELECT is(assure.name_key(NULL), NULL, 'NULL');
SELECT is(assure.name_key('𠮷野家'), '𠮷野家', 'outside the basic plane');
SELECT is(assure.name_key('Ｏ´Ｂｒｉｅｎ'), 'obrien', 'no accent stays of an apostrophe');
SELECT is(assure.name_key('a·' || chr(769)), 'á', 'what meets when a dot goes is composed');

-- The table of variants: every one of them is another's way to write it.
\set pairs `awk '/^\t\{0x/ {print $4 $5}' src/text/name_variant.c`
CREATE TEMP TABLE pair AS SELECT left(x, 1) AS variant, right(x, 1) AS standard, n FROM regexp_split_to_table(trim(:'pairs', E'\n'), E'\n') WITH ORDINALITY p (x, n);
SELECT ok(count(*) > 100, 'the table is read') FROM pair;
SELECT is(string_agg(variant || standard, ' ' ORDER BY n), NULL, 'each variant has its standard as key') FROM pair WHERE assure.name_key(variant) <> standard;
SELECT is(string_agg(variant, ' ' ORDER BY n), NULL, 'sorted, none twice') FROM (SELECT variant, n, lag(ascii(variant)) OVER (ORDER BY n) AS before FROM pair) p WHERE ascii(variant) <= before;
\set codes `awk '/^\t\{0x/ {print substr($1, 4, 5) substr($2, 3, 5) $4 $5}' src/text/name_variant.c`
SELECT is(string_agg(x, ' '), NULL, 'the comments say what the code has')
FROM regexp_split_to_table(trim(:'codes', E'\n'), E'\n') x WHERE left(x, 10) <> lpad(upper(to_hex(ascii(substr(x, 11, 1)))), 5, '0') || lpad(upper(to_hex(ascii(substr(x, 12, 1)))), 5, '0');

-- Idempotence: each character that there is, alone and between letters.
CREATE TEMP TABLE character AS
SELECT chr(c) AS c FROM (SELECT generate_series(1, 55295) UNION ALL SELECT generate_series(57344, 210000) UNION ALL SELECT generate_series(917504, 921599) UNION ALL SELECT generate_series(1114000, 1114111)) x (c);
SELECT is(count(*), 0::bigint, 'each character: the key of its key is its key') FROM character, LATERAL (SELECT assure.name_key(c) AS key) k WHERE assure.name_key(key) <> key;
SELECT is(count(*), 0::bigint, 'and among letters') FROM character, LATERAL (SELECT assure.name_key('e' || c || chr(769) || '中' || c || chr(12441)) AS key) k WHERE assure.name_key(key) <> key;
SELECT is(count(*), 0::bigint, 'white space and dots never stay') FROM character WHERE assure.name_key('x' || c || 'y') ~ '[\s·.,''’-]';
SELECT is(count(*), 0::bigint, 'a key is normal in form C') FROM character WHERE NOT assure.name_key('e' || c || chr(769)) IS NFC NORMALIZED;

-- Random strings over ranges where folding, composing and simplifying meet.
SELECT setseed(0.25) \g /dev/null
CREATE TEMP TABLE random_name AS
SELECT n, string_agg(chr(low + floor(random() * width)::int), '' ORDER BY i) AS name
FROM generate_series(1, 20000) n, generate_series(1, 2 + n % 9) i,
     LATERAL (SELECT (ARRAY[32, 160, 688, 768, 903, 4352, 4449, 8192, 8208, 11904, 12288, 12352, 19968, 13312, 63744, 64256, 65024, 65280, 131072, 917760])[1 + floor(random() * 20 + 0 * n)::int] AS r) x,
     LATERAL (SELECT r AS low, CASE r WHEN 19968 THEN 20992 WHEN 13312 THEN 6592 WHEN 131072 THEN 42720 ELSE 96 END AS width) w
GROUP BY n;
SELECT is(count(*), 0::bigint, 'random names: the key of the key is the key') FROM random_name, LATERAL (SELECT assure.name_key(name) AS key) k WHERE assure.name_key(key) <> key;
SELECT is(count(*), 0::bigint, 'each character: what is canonically the same has one key') FROM character WHERE assure.name_key('中' || c) <> assure.name_key('中' || normalize(c, NFD));
SELECT is(count(*), 0::bigint, 'random names: too') FROM random_name WHERE assure.name_key(normalize(name, NFD)) <> assure.name_key(name);
SELECT is(count(*), 0::bigint, 'a dot between two characters of a name changes nothing') FROM random_name
WHERE assure.name_key('中' || name || '·中') <> assure.name_key('中' || name || '中');

-- Hostile ones.
SELECT is(octet_length(assure.name_key(repeat('张', 1365))), 4095, 'as long as may be');
SELECT is(t.fails($$SELECT assure.name_key(repeat('x', 4097))$$), '54000 a name of 4097 bytes is too long', 'too long');
SELECT is(t.fails($$SELECT assure.name_key(repeat('张', 1000000))$$), '54000 a name of 3000000 bytes is too long', 'far too long');
SELECT ok(length(assure.name_key('e' || repeat(chr(769) || chr(803), 1000))) > 1000, 'a storm of accents');
SELECT is(length(assure.name_key(repeat(chr(65018), 1365))), 1365 * 15, 'characters that become eighteen, three of them spaces');
SELECT is(assure.name_key(repeat(chr(8205), 1365)), '', 'nothing but joiners');
SELECT is(assure.name_key('a' || chr(65535) || chr(1114111) || chr(64976)), 'a' || chr(65535) || chr(1114111) || chr(64976), 'what is no character stays');

-- As an index.
CREATE TEMP TABLE person (name text);
CREATE INDEX ON person (assure.name_key(name));
INSERT INTO person VALUES ('歐陽·娜娜'), ('欧阳娜娜'), ('欧阳 娜娜'), ('张三');
SELECT is(count(*), 3::bigint, 'three ways meet in an index') FROM person WHERE assure.name_key(name) = assure.name_key('欧阳・娜娜');
SELECT is((SELECT string_agg(format('%s %s %s %s', proname, provolatile, proisstrict, proparallel), ', ' ORDER BY proname) FROM pg_proc WHERE pronamespace = 'assure'::regnamespace AND proname IN ('name_key', 'pinyin', 'pinyin_initials', 'amount_in_words', 'icu_version')),
    'amount_in_words i t s, icu_version s f s, name_key i t s, pinyin i t s, pinyin_initials i t s', 'what the planner is told');
SELECT matches(assure.icu_version(), '^[0-9]+(\.[0-9]+)*$', 'the version of ICU');
SELECT * FROM finish();
ROLLBACK;
