-- Reference data that the extension ships, read-only; a user's own rows live in
-- tables of the data schema beside them.

CREATE TABLE assure.region_builtin (
    code assure.region NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    kind text NOT NULL,
    valid_from_year int NOT NULL,
    valid_to_year int CHECK (valid_to_year >= valid_from_year),
    successors assure.region[],
    PRIMARY KEY (code, valid_from_year),
    CHECK (CASE kind WHEN 'group' THEN assure.region_level(code) = 'prefecture' WHEN 'permit' THEN assure.region_level(code) = 'province'
        ELSE kind = assure.region_level(code) END),
    CHECK (successors IS NULL OR valid_to_year IS NOT NULL)
);
GRANT SELECT ON assure.region_builtin TO PUBLIC;
COMMENT ON TABLE assure.region_builtin IS 'Administrative divisions of China, those that are gone too: a row for each name that a code has had.';
COMMENT ON COLUMN assure.region_builtin.code IS 'GB/T 2260 code';
COMMENT ON COLUMN assure.region_builtin.name IS 'name in Chinese';
COMMENT ON COLUMN assure.region_builtin.kind IS 'province, prefecture or county; group: counties directly under a province or municipality; permit: no place, begins residence permits';
COMMENT ON COLUMN assure.region_builtin.valid_from_year IS 'first year in which the code may have had the name';
COMMENT ON COLUMN assure.region_builtin.valid_to_year IS 'last year in which it may have had it; NULL: in force';
COMMENT ON COLUMN assure.region_builtin.successors IS 'where it went; NULL: in force, or not known';

CREATE TABLE assure.population_builtin (
    code assure.region NOT NULL,
    census_year int NOT NULL,
    population bigint NOT NULL CHECK (population > 0),
    PRIMARY KEY (code, census_year)
);
GRANT SELECT ON assure.population_builtin TO PUBLIC;
COMMENT ON TABLE assure.population_builtin IS 'Population of provinces and prefectures by the census; the sum of either is the country without Hong Kong, Macau and Taiwan.';
COMMENT ON COLUMN assure.population_builtin.code IS 'province, prefecture, or group of counties directly under one';
COMMENT ON COLUMN assure.population_builtin.census_year IS 'year of the census';
COMMENT ON COLUMN assure.population_builtin.population IS 'people by place of usual residence';

CREATE TABLE assure.holiday_builtin (
    day date PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),
    kind text NOT NULL CHECK (kind IN ('holiday', 'makeup_workday'))
);
GRANT SELECT ON assure.holiday_builtin TO PUBLIC;
COMMENT ON TABLE assure.holiday_builtin IS 'Public holidays of China and the weekend days that are worked instead, as announced year by year.';
COMMENT ON COLUMN assure.holiday_builtin.day IS 'the day';
COMMENT ON COLUMN assure.holiday_builtin.name IS 'name of the holiday in Chinese, also where it is worked for';
COMMENT ON COLUMN assure.holiday_builtin.kind IS 'holiday, or makeup_workday: worked for one';

CREATE TABLE assure.icd_chapter (
    chapter int PRIMARY KEY CHECK (chapter BETWEEN 1 AND 22),
    roman text NOT NULL UNIQUE,
    first_code text NOT NULL CHECK (first_code ~ '^[A-Z][0-9]{2}$'),
    last_code text NOT NULL CHECK (last_code ~ '^[A-Z][0-9]{2}$'),
    name text NOT NULL,
    name_en text NOT NULL,
    CHECK (first_code COLLATE "C" <= last_code)
);
GRANT SELECT ON assure.icd_chapter TO PUBLIC;
COMMENT ON TABLE assure.icd_chapter IS 'The chapters of ICD-10.';
COMMENT ON COLUMN assure.icd_chapter.chapter IS 'number';
COMMENT ON COLUMN assure.icd_chapter.roman IS 'number as it is printed';
COMMENT ON COLUMN assure.icd_chapter.first_code IS 'first category';
COMMENT ON COLUMN assure.icd_chapter.last_code IS 'last category';
COMMENT ON COLUMN assure.icd_chapter.name IS 'title in Chinese';
COMMENT ON COLUMN assure.icd_chapter.name_en IS 'title in English';

CREATE TABLE assure.icd_block (
    first_code text NOT NULL CHECK (first_code ~ '^[A-Z][0-9]{2}$'),
    last_code text NOT NULL CHECK (last_code ~ '^[A-Z][0-9]{2}$'),
    chapter int NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    PRIMARY KEY (first_code, last_code),
    CHECK (first_code COLLATE "C" <= last_code)
);
GRANT SELECT ON assure.icd_block TO PUBLIC;
COMMENT ON TABLE assure.icd_block IS 'The blocks of ICD-10; some form a wider one. A code belongs to the narrowest that holds it.';
COMMENT ON COLUMN assure.icd_block.first_code IS 'first category';
COMMENT ON COLUMN assure.icd_block.last_code IS 'last category';
COMMENT ON COLUMN assure.icd_block.chapter IS 'the chapter';
COMMENT ON COLUMN assure.icd_block.name IS 'title in Chinese';
COMMENT ON COLUMN assure.icd_block.name_en IS 'title in English';
