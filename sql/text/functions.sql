-- Text: names as keys and in pinyin, amounts in words, Chinese collations.
--
-- All of it is ICU's work. The functions are immutable as collations are: as
-- long as ICU stays the same. What is stored of them, indexes too, belongs to
-- the version that assure.icu_version() names.

CREATE FUNCTION assure.name_key(name text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'assure_name_key';
COMMENT ON FUNCTION assure.name_key(text) IS
    'The key by which names are compared: NFKC, case folded, simplified characters, no marks or spaces between parts. Indexes on it are rebuilt after an upgrade of ICU.';

CREATE FUNCTION assure.pinyin(name text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'assure_pinyin';
COMMENT ON FUNCTION assure.pinyin(text) IS
    'A name in pinyin without tones, a word a character, the first read as a surname. Stored values are made anew after an upgrade of ICU.';

CREATE FUNCTION assure.pinyin_initials(name text) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'assure_pinyin_initials';
COMMENT ON FUNCTION assure.pinyin_initials(text) IS
    'The first letters of the words of assure.pinyin().';

CREATE FUNCTION assure.amount_in_words(amount assure.amount, locale text DEFAULT 'zh') RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'assure_amount_in_words';
COMMENT ON FUNCTION assure.amount_in_words(assure.amount, text) IS
    'An amount in words: capital figures as on Chinese vouchers (zh, zh-Hant), the spell-out of ICU in other languages.';

CREATE FUNCTION assure.icu_version() RETURNS text
    LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_icu_version';
COMMENT ON FUNCTION assure.icu_version() IS
    'The version of ICU at work: to be stored with what name_key() and pinyin() made.';

CREATE COLLATION assure.zh_pinyin (provider = icu, locale = 'zh-u-co-pinyin');
COMMENT ON COLLATION assure.zh_pinyin IS 'Chinese by pinyin, for lists of names and places.';

CREATE COLLATION assure.zh_stroke (provider = icu, locale = 'zh-u-co-stroke');
COMMENT ON COLLATION assure.zh_stroke IS 'Chinese by the number of strokes, for lists in the order of surname strokes.';
