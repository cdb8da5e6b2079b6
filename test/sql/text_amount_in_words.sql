\set ECHO none
-- Amounts in words: the published examples, a decoder that reads them back, a
-- second way to write them, other languages, refusals.
BEGIN;
\i test/sql-common/setup.psql
SELECT no_plan();

CREATE TEMP TABLE example (n serial, amount text, words text);
INSERT INTO example (amount, words) VALUES
 ('1005', '人民币壹仟零伍元整'),
 ('100500.30', '人民币壹拾万零伍佰元叁角整'),
-- those of the rules for vouchers, in the wording with a zero a run where they allow two
 ('1409.50', '人民币壹仟肆佰零玖元伍角整'),
 ('6007.14', '人民币陆仟零柒元壹角肆分'),
 ('1680.32', '人民币壹仟陆佰捌拾元叁角贰分'),
 ('107000.53', '人民币壹拾万零柒仟元伍角叁分'),
 ('16409.02', '人民币壹万陆仟肆佰零玖元零贰分'),
 ('325.04', '人民币叁佰贰拾伍元零肆分'),
-- without yuan
 ('0', '人民币零元整'),
 ('0.01', '人民币壹分'),
 ('0.05', '人民币伍分'),
 ('0.10', '人民币壹角整'),
 ('0.30', '人民币叁角整'),
 ('0.99', '人民币玖角玖分'),
-- places
 ('1', '人民币壹元整'),
 ('10', '人民币壹拾元整'),
 ('10.01', '人民币壹拾元零壹分'),
 ('11', '人民币壹拾壹元整'),
 ('100', '人民币壹佰元整'),
 ('110.10', '人民币壹佰壹拾元壹角整'),
 ('1000', '人民币壹仟元整'),
 ('1010.10', '人民币壹仟零壹拾元壹角整'),
 ('10000', '人民币壹万元整'),
 ('10001', '人民币壹万零壹元整'),
 ('10010', '人民币壹万零壹拾元整'),
 ('11000', '人民币壹万壹仟元整'),
 ('101000', '人民币壹拾万零壹仟元整'),
 ('1000000', '人民币壹佰万元整'),
 ('10000000', '人民币壹仟万元整'),
 ('100000000', '人民币壹亿元整'),
 ('100000001', '人民币壹亿零壹元整'),
 ('100010000', '人民币壹亿零壹万元整'),
 ('101000000', '人民币壹亿零壹佰万元整'),
 ('1050000000', '人民币壹拾亿零伍仟万元整'),
 ('123456789012.34', '人民币壹仟贰佰叁拾肆亿伍仟陆佰柒拾捌万玖仟零壹拾贰元叁角肆分'),
 ('1000000000000', '人民币壹万亿元整'),
 ('1000100000000', '人民币壹万零壹亿元整'),
 ('10000000000000000', '人民币壹亿亿元整'),
 ('92233720368547758.07', '人民币玖亿贰仟贰佰叁拾叁万柒仟贰佰零叁亿陆仟捌佰伍拾肆万柒仟柒佰伍拾捌元零柒分'),
-- negative
 ('-0.05', '人民币负伍分'),
 ('-1005', '人民币负壹仟零伍元整'),
 ('-92233720368547758.08', '人民币负玖亿贰仟贰佰叁拾叁万柒仟贰佰零叁亿陆仟捌佰伍拾肆万柒仟柒佰伍拾捌元零捌分');
SELECT is(assure.amount_in_words(amount::assure.amount), words, amount) FROM example ORDER BY n;
SELECT is(assure.amount_in_words(NULL), NULL, 'NULL');
SELECT is(assure.amount_in_words('1', NULL), NULL, 'no locale');

-- Traditional figures are the same words, sign by sign.
SELECT is(string_agg(amount, ', '), NULL, 'traditional figures') FROM example
WHERE assure.amount_in_words(amount::assure.amount, 'zh-Hant') <> translate(words, '贰叁陆亿万币负元', '貳參陸億萬幣負圓');
SELECT is(assure.amount_in_words('-23461234.05', l), w, l) FROM (VALUES
 ('zh', '人民币负贰仟叁佰肆拾陆万壹仟贰佰叁拾肆元零伍分'),
 ('zh-CN', '人民币负贰仟叁佰肆拾陆万壹仟贰佰叁拾肆元零伍分'),
 ('zh_SG', '人民币负贰仟叁佰肆拾陆万壹仟贰佰叁拾肆元零伍分'),
 ('ZH-hans', '人民币负贰仟叁佰肆拾陆万壹仟贰佰叁拾肆元零伍分'),
 ('zh-Hans-HK', '人民币负贰仟叁佰肆拾陆万壹仟贰佰叁拾肆元零伍分'),
 ('zh-TW', '人民幣負貳仟參佰肆拾陸萬壹仟貳佰參拾肆圓零伍分'),
 ('zh_HK', '人民幣負貳仟參佰肆拾陸萬壹仟貳佰參拾肆圓零伍分'),
 ('zh-Hant', '人民幣負貳仟參佰肆拾陸萬壹仟貳佰參拾肆圓零伍分')) v (l, w);

-- A decoder: the number before the last great place times that place, and so on.
CREATE FUNCTION pg_temp.number(words text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE place record; at int;
BEGIN
    words := ltrim(words, '零');
    IF words = '' THEN
        RETURN 0;
    END IF;
    FOR place IN SELECT * FROM (VALUES ('亿', 100000000), ('万', 10000), ('仟', 1000), ('佰', 100), ('拾', 10)) v (sign, value) LOOP
        at := length(words) - position(place.sign IN reverse(words)) + 1;
        IF at <= length(words) THEN
            RETURN pg_temp.number(left(words, at - 1)) * place.value + pg_temp.number(substr(words, at + 1));
        END IF;
    END LOOP;
    IF length(words) <> 1 OR position(words IN '壹贰叁肆伍陆柒捌玖') = 0 THEN
        RAISE EXCEPTION 'not a figure: %', words;
    END IF;
    RETURN position(words IN '壹贰叁肆伍陆柒捌玖');
END $$;
CREATE FUNCTION pg_temp.decode(words text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE part text[];
BEGIN
    part := regexp_match(words, '^人民币(负?)(?:(.+)元)?(?:零?(.)角)?(?:零?(.)分)?整?$');
    RETURN CASE part[1] WHEN '' THEN 1 ELSE -1 END *
        (pg_temp.number(coalesce(part[2], '')) + pg_temp.number(coalesce(part[3], '')) / 10 + pg_temp.number(coalesce(part[4], '')) / 100);
END $$;

-- The way of old programs: a sign and a place for each digit, then zeros are swept together.
CREATE FUNCTION pg_temp.sweep(yuan bigint) RETURNS text LANGUAGE sql AS $$
    SELECT rtrim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        string_agg(substr('零壹贰叁肆伍陆柒捌玖', d::int + 1, 1) || (ARRAY['', '拾', '佰', '仟'])[1 + place % 4] || CASE place WHEN 4 THEN '万' WHEN 8 THEN '亿' ELSE '' END, '' ORDER BY place DESC),
        '零[仟佰拾]', '零', 'g'), '零+', '零', 'g'), '零亿', '亿零'), '零万', '万零'), '零+', '零', 'g'), '亿零?万', '亿零'), '零+', '零', 'g'), '零')
    FROM (SELECT d, length(yuan::text) - n AS place FROM regexp_split_to_table(yuan::text, '') WITH ORDINALITY x (d, n)) y $$;

-- Random amounts: of every length, with many zeros.
SELECT setseed(0.75) \g /dev/null
CREATE TEMP TABLE random_amount AS
SELECT n, (CASE WHEN random() < 0.1 THEN -1 ELSE 1 END * string_agg(CASE WHEN random() < 0.5 THEN '0' ELSE floor(random() * 10)::text END, '' ORDER BY i)::numeric / 100)::numeric(20, 2) AS amount
FROM generate_series(1, 6000) n, generate_series(1, 1 + n % 18) i GROUP BY n;
INSERT INTO random_amount SELECT -n, n / 100.0 FROM generate_series(0, 2000) n;
INSERT INTO random_amount SELECT 10000 + n, power(10::numeric, n) - 0.01 FROM generate_series(0, 16) n;
CREATE TEMP VIEW written AS SELECT n, r.amount, words FROM random_amount r, LATERAL (SELECT assure.amount_in_words(r.amount::text::assure.amount) AS words) w;
SELECT is(count(*), 0::bigint, 'what is written is read back') FROM written WHERE pg_temp.decode(words) <> amount;
SELECT is(count(*), 0::bigint, 'a second way writes the same yuan') FROM written WHERE trunc(abs(amount)) BETWEEN 1 AND 999999999999
    AND substring(words FROM '^人民币负?(.+)元') <> pg_temp.sweep(trunc(abs(amount))::bigint);
SELECT is(count(*), 0::bigint, 'no two zeros, none before a place or yuan') FROM written WHERE words ~ '零[零仟佰拾万亿角分]|[^币负]零元|^人民币负?零[^元]';
SELECT is(count(*), 0::bigint, 'zero between yuan and fen without jiao') FROM written WHERE (words ~ '元零.分$') <> (mod(trunc(abs(amount) * 10), 10) = 0 AND mod(trunc(abs(amount) * 100), 10) <> 0 AND abs(amount) >= 1);
SELECT is(count(*), 0::bigint, 'whole where there are no fen, and only there') FROM written WHERE (words ~ '整$') <> (mod(trunc(abs(amount) * 100), 10) = 0);
SELECT is(count(*), 0::bigint, 'different amounts, different words') FROM (SELECT words FROM written GROUP BY words HAVING count(DISTINCT amount) > 1) w;

-- Other languages.
SELECT is(assure.amount_in_words(a::assure.amount, l), w, l || ' ' || a) FROM (VALUES
 ('en', '1005', 'one thousand five yuan'),
 ('en', '1234.50', 'one thousand two hundred thirty-four yuan fifty fen'),
 ('en', '0', 'zero yuan'),
 ('en', '0.30', 'thirty fen'),
 ('en', '-0.30', 'minus thirty fen'),
 ('en', '-1234.05', 'minus one thousand two hundred thirty-four yuan five fen'),
 ('en_US', '0.01', 'one fen'),
 ('en-US', '21', 'twenty-one yuan'),
 ('fr', '1234.80', 'mille deux cent trente-quatre yuan quatre-vingts fen'),
 ('de', '1234.50', 'eintausendzweihundertvierunddreißig yuan fünfzig fen'),
 ('ru', '1005', 'одна тысяча пять yuan'),
 ('ja', '1234', '千二百三十四 yuan'),
 ('en', '92233720368547758.07', 'ninety-two quadrillion two hundred thirty-three trillion seven hundred twenty billion three hundred sixty-eight million five hundred forty-seven thousand seven hundred fifty-eight yuan seven fen'),
 ('en', '-92233720368547758.08', 'minus ninety-two quadrillion two hundred thirty-three trillion seven hundred twenty billion three hundred sixty-eight million five hundred forty-seven thousand seven hundred fifty-eight yuan eight fen')) v (l, a, w);
-- More locales than stay open, again and again.
SELECT is(count(DISTINCT (l, assure.amount_in_words('7.07', l))), 14::bigint, 'many locales by turns') FROM generate_series(1, 5), unnest('{en,fr,de,es,it,pt,ru,ja,ko,vi,th,ar,pl,sv}'::text[]) l;
SELECT is(string_agg(l, ' '), NULL, 'no soft hyphens') FROM unnest('{de,sv,nl,da,hu}'::text[]) l WHERE assure.amount_in_words('123456.78', l) LIKE '%' || chr(173) || '%';

-- Refusals.
SELECT is(t.fails(format('SELECT assure.amount_in_words(%L, %L)', '1', l)), format('22023 amounts cannot be written in words for locale "%s"', l), why) FROM (VALUES
 ('xx', 'a language that is none'),
 ('english', 'a name'),
 ('zu', 'a language without words for numbers in ICU'),
 ('und', 'none at all'),
 ('root', 'the root'),
 ('', 'nothing'),
 ('C', 'a server''s locale'),
 ('zh CN', 'a space'),
 ('e', 'too short'),
 ('人民币', 'no letters'),
 ('en''; DROP', 'quotes'),
 (repeat('en-', 100), 'too long')) v (l, why);
SELECT is(t.fails($$SELECT assure.amount_in_words('1.005')$$), t.fails($$SELECT '1.005'::assure.amount$$), 'what is no amount');
SELECT is(t.fails($$SELECT assure.amount_in_words('92233720368547758.08')$$), t.fails($$SELECT '92233720368547758.08'::assure.amount$$), 'too large');
SELECT * FROM finish();
ROLLBACK;
