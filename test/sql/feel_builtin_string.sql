\set ECHO none
-- FEEL's functions on strings, beside PostgreSQL's over random strings.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/feel_cases.psql
SELECT plan(12);

INSERT INTO cases (e, wanted) VALUES
 ('substring("foobar", 1)', '"foobar"'), ('substring("foobar", 6)', '"r"'), ('substring("foobar", -6, 2)', '"fo"'), ('substring("foobar", 2, 100)', '"oobar"'), ('substring("foobar", 3, 3.8)', '"oba"'),
 ('substring("😀保é", 2, 1)', '"保"'), ('substring("😀保é", -3)', '"😀保é"'), ('substring("e\u0301x", 2)', '"́x"'), ('string length("😀保é")', '3'), ('string length("")', '0'),
 ('substring before("foobar", "")', '""'), ('substring after("foobar", "")', '"foobar"'), ('substring after("", "a")', '""'), ('substring after("foobar", "r")', '""'), ('substring before("a保b", "保")', '"a"'),
 ('contains("", "")', 'true'), ('contains("foo", "")', 'true'), ('contains("", "a")', 'false'), ('starts with("foo", "")', 'true'), ('starts with("foo", "foobar")', 'false'), ('ends with("foo", "o")', 'true'), ('ends with("foo", "xfoo")', 'false'),
 ('upper case("")', '""'), ('upper case("ﬁx ß ǆ")', '"FIX SS Ǆ"'), ('lower case("ΑΣ İ")', '"ας i̇"'), ('upper case("险a")', '"险A"'),
 ('string join([])', '""'), ('string join([null], ",")', '""'), ('string join(["a"], ",")', '"a"'), ('string join("a", ",")', '"a"'), ('string join(["a", "", "b"], ",")', '"a,,b"'), ('string join(["a", "b"], null)', '"ab"'), ('string join(["a", null, "b"], "、")', '"a、b"'),
 ('split("", ",")', '[""]'), ('split("abc", ",")', '["abc"]'), ('split(",", ",")', '["", ""]'), ('split("a1b22c", "[0-9]+")', '["a", "b", "c"]'), ('split("一、二、三", "、")', '["一", "二", "三"]'),
 ('replace("abc", "b", "")', '"ac"'), ('replace("", "a", "b")', '""'), ('replace("aaa", "a", "$0$0")', '"aaaaaa"'), ('replace("abc", "(b)", "[$1]")', '"a[b]c"'), ('replace("abc", "(b)", "$12")', '"ab2c"'), ('replace("abc", "(x)|b", "<$1>")', '"a<>c"'),
 ('replace("a.b", ".", "x")', '"xxx"'), ('replace("a.b", "\\.", "x")', '"axb"'), ('replace("abc", "b", "\\$\\\\")', '"a$\\c"'), ('replace("保险", "险", "😀")', '"保😀"'), ('replace("AbC", "[a-z]", "x", "i")', '"xxx"'),
 ('matches("", "")', 'true'), ('matches("abc", "")', 'true'), ('matches("abc", "^abc$")', 'true'), ('matches("abc\n", "^abc$")', 'false'), ('matches("a\nb", "^b$")', 'false'), ('matches("a\nb", "^b$", "m")', 'true'),
 ('matches("a\nb", "a.b")', 'false'), ('matches("a\nb", "a.b", "s")', 'true'), ('matches("a b", "a b", "x")', 'false'), ('matches("ab", "a b", "x")', 'true'), ('matches("a b", "a[ ]b", "x")', 'true'), ('matches("aB", "Ab", "ix")', 'true'),
 ('matches("abab", "^(ab)\\1$")', 'true'), ('matches("e", "[a-z-[aeiou]]")', 'false'), ('matches("f", "[a-z-[aeiou]]")', 'true'), ('matches("-", "[a-]")', 'true'), ('matches("]", "\\]")', 'true'), ('matches("保", "\\p{Lo}")', 'true'),
 ('matches("保", "\\p{IsCJKUnifiedIdeographs}")', 'true'), ('matches("a:b-c.1", "^\\i\\c*$")', 'true'), ('matches("1a", "^\\i")', 'false'), ('matches("_", "\\w")', 'false'), ('matches("٣", "\\d")', 'true'), ('matches("aaa", "^a{2,3}?$")', 'true');
SELECT is_empty($$SELECT pg_temp.wrong_cases()$$, 'strings');
TRUNCATE cases;
INSERT INTO cases (e, wanted) SELECT e, 'null' FROM (VALUES
 ('substring("foobar", 0)'), ('substring("foobar", 7)'), ('substring("foobar", -7)'), ('substring("foobar", 1, 0)'), ('substring("foobar", 1, -1)'), ('substring("", 1)'), ('substring("foobar", 1e30)'), ('substring("foobar", "1")'),
 ('string join([1, 2], ",")'), ('string join(["a", 1], ",")'), ('string join(["a"], 1)'), ('string join(null, ",")'), ('split("abc", "")'), ('split("abc", "x*")'), ('split("abc", "(")'),
 ('replace("abc", "x*", "y")'), ('replace("abc", "b", "$")'), ('replace("abc", "b", "$x")'), ('replace("abc", "b", "\\")'), ('replace("abc", "b", "\\n")'), ('replace("abc", "b", "x", "g")'), ('replace("abc", "b", "x", "q")'),
 ('matches("abc", "b", "ii ")'), ('matches("abc", "b", 1)'), ('matches("abc", "[")'), ('matches("abc", "]")'), ('matches("abc", "[]")'), ('matches("abc", "[b-a]")'), ('matches("abc", "[a-\\d]")'), ('matches("abc", "[a[b]]")'), ('matches("abc", "(")'), ('matches("abc", ")")'),
 ('matches("abc", "*")'), ('matches("abc", "a**")'), ('matches("abc", "a*+")'), ('matches("abc", "|*")'), ('matches("abc", "a{2,1}")'), ('matches("abc", "a{,1}")'), ('matches("abc", "a{1")'), ('matches("abc", "a}")'), ('matches("abc", "a{1000000}")'), ('matches("abc", "\\")'),
 ('matches("abc", "\\b")'), ('matches("abc", "\\x")'), ('matches("abc", "\\1")'), ('matches("abc", "(a\\1)")'), ('matches("abc", "(a)\\2")'), ('matches("abc", "[\\1]")'), ('matches("abc", "(?=a)")'), ('matches("abc", "(?i)a")'), ('matches("abc", "(?<x>a)")'), ('matches("abc", "\\p")'),
 ('matches("abc", "\\p{}")'), ('matches("abc", "\\p{Xx}")'), ('matches("abc", "\\p{IsNowhere}")'), ('matches("abc", "\\p{Script=Han}")'), ('matches("abc", "a-[b]]")')) v(e);
SELECT is_empty($$SELECT pg_temp.wrong_cases()$$, 'what has no result');
TRUNCATE cases;
-- patterns that are too much: each is null, soon
INSERT INTO cases (e, wanted) SELECT format('matches(string join(for i in 1..30000 return "a"), "%s")', p), 'null' FROM (VALUES ('^(a+)+$b'), ('(a*)*b'), ('^(a|a)*$b'), ('(.*)\\1\\1x')) v(p);
INSERT INTO cases (e, wanted) VALUES (format('matches("a", "%s")', repeat('(', 300) || 'a' || repeat(')', 300)), 'null'), (format('matches("a", "%s")', repeat('a', 10001)), 'null');
SELECT is_empty($$SELECT pg_temp.wrong_cases()$$, 'what takes too long, or is too deep');

-- random strings of few different characters, so that they meet
SELECT setseed(0.125);
CREATE FUNCTION pg_temp.word(alphabet text, length_max int) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(string_agg(substr(alphabet, 1 + trunc(random() * length(alphabet))::int, 1), ''), '') FROM generate_series(1, trunc(random() * (length_max + 1))::int) $$;
CREATE TEMP TABLE word AS SELECT i, pg_temp.word('ab险😀', 12) AS s, pg_temp.word('ab险😀', 2) AS m, trunc(random() * 14)::int AS p, trunc(random() * 8)::int AS l, NULL::jsonb AS context FROM generate_series(1, 3000) i;
UPDATE word SET context = jsonb_build_object('s', s, 'm', m, 'p', p, 'l', l);
CREATE FUNCTION pg_temp.got(e text, context jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT assure.eval(e::assure.feel, context) $$;
SELECT is_empty($$SELECT s, p, l FROM word WHERE pg_temp.got('substring(s, p, l)', context) IS DISTINCT FROM CASE WHEN p BETWEEN 1 AND length(s) AND l > 0 THEN to_jsonb(substr(s, p, l)) END$$, 'substrings from the start');
SELECT is_empty($$SELECT s, p FROM word WHERE pg_temp.got('substring(s, -p)', context) IS DISTINCT FROM CASE WHEN p BETWEEN 1 AND length(s) THEN to_jsonb(right(s, p)) END$$, 'substrings from the end');
SELECT is_empty($$SELECT s, m FROM word WHERE pg_temp.got('[string length(s), contains(s, m), starts with(s, m), ends with(s, m)]', context)
    <> jsonb_build_array(length(s), strpos(s, m) > 0, starts_with(s, m), right(s, length(m)) = m OR m = '')$$, 'lengths and searches');
SELECT is_empty($$SELECT s, m FROM word WHERE pg_temp.got('[substring before(s, m), substring after(s, m)]', context)
    <> CASE WHEN strpos(s, m) = 0 THEN '["", ""]'::jsonb ELSE jsonb_build_array(left(s, strpos(s, m) - 1), substr(s, strpos(s, m) + length(m))) END$$, 'before and after');
SELECT is_empty($$SELECT s, m FROM word WHERE m <> '' AND pg_temp.got('[replace(s, m, "[$0]"), split(s, m)]', context) <> jsonb_build_array(replace(s, m, '[' || m || ']'), to_jsonb(string_to_array(s, m)))
    AND NOT (s = '' AND pg_temp.got('[replace(s, m, "[$0]"), split(s, m)]', context) = '["", [""]]')$$, 'plain patterns replace and split');
SELECT is_empty($$SELECT s, m FROM word WHERE m <> '' AND pg_temp.got('string join(split(s, m), m)', context) <> to_jsonb(s)$$, 'joining undoes splitting');

-- random patterns that mean the same to PostgreSQL
CREATE FUNCTION pg_temp.pattern(depth int) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE result text := ''; part text;
BEGIN
    FOR i IN 1..1 + trunc(random() * 3)::int LOOP
        part := (ARRAY['a', 'b', '.', '[ab]', '[^a]', '险', '[a-c]'])[1 + trunc(random() * 7)::int];
        IF depth > 0 AND random() < 0.4 THEN
            part := '(' || pg_temp.pattern(depth - 1) || CASE WHEN random() < 0.5 THEN '|' || pg_temp.pattern(depth - 1) ELSE '' END || ')';
        END IF;
        result := result || part || (ARRAY['', '', '', '*', '+', '?', '{2}', '{1,2}'])[1 + trunc(random() * 8)::int];
    END LOOP;
    RETURN result;
END $$;
CREATE TEMP TABLE pattern AS SELECT i, CASE WHEN random() < 0.5 THEN '^' ELSE '' END || pg_temp.pattern(2) || CASE WHEN random() < 0.5 THEN '$' ELSE '' END AS p, pg_temp.word('abc险', 8) AS s FROM generate_series(1, 4000) i;
ALTER TABLE pattern ADD got boolean, ADD got_any_case boolean;
UPDATE pattern SET got = pg_temp.got('matches(s, p)', jsonb_build_object('s', s, 'p', p))::boolean, got_any_case = pg_temp.got('matches(s, p, "i")', jsonb_build_object('s', upper(s), 'p', p))::boolean;
SELECT is_empty($$SELECT s, p, got FROM pattern WHERE got <> (s ~ p)$$, 'matches');
SELECT is_empty($$SELECT s, p, got_any_case FROM pattern WHERE got_any_case <> (upper(s) ~* p)$$, 'matches whatever the case');
SELECT is((SELECT array[count(*) FILTER (WHERE got) > 1000, count(*) FILTER (WHERE NOT got) > 1000, count(*) FILTER (WHERE got IS NULL OR got_any_case IS NULL) < 10] FROM pattern), '{t,t,t}', 'some match, some do not, few try too many ways');

SELECT * FROM finish();
ROLLBACK;
