-- Reference data of the user, beside what the extension ships: one view of each.

CREATE TABLE assure.region_local (
    code assure.region NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    kind text NOT NULL,
    valid_from_year int NOT NULL,
    valid_to_year int CHECK (valid_to_year >= valid_from_year),
    successors assure.region[],
    source text NOT NULL CHECK (source <> ''),
    loaded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (code, valid_from_year),
    CHECK (CASE kind WHEN 'group' THEN assure.region_level(code) = 'prefecture' WHEN 'permit' THEN assure.region_level(code) = 'province'
        ELSE kind = assure.region_level(code) END),
    CHECK (successors IS NULL OR valid_to_year IS NOT NULL)
);
COMMENT ON TABLE assure.region_local IS 'Divisions that assure.load_regions() loaded; they stand for all that the shipped rows say of the same code.';
COMMENT ON COLUMN assure.region_local.code IS 'GB/T 2260 code';
COMMENT ON COLUMN assure.region_local.name IS 'name in Chinese';
COMMENT ON COLUMN assure.region_local.kind IS 'province, prefecture, county, group or permit';
COMMENT ON COLUMN assure.region_local.valid_from_year IS 'first year in which the code may have had the name';
COMMENT ON COLUMN assure.region_local.valid_to_year IS 'last year in which it may have had it; NULL: in force';
COMMENT ON COLUMN assure.region_local.successors IS 'where it went; NULL: in force, or not known';
COMMENT ON COLUMN assure.region_local.source IS 'where the row is from, as load_regions was told';
COMMENT ON COLUMN assure.region_local.loaded_at IS 'when it was loaded';

CREATE VIEW assure.division AS
    SELECT d.code, d.name, d.kind, assure.prefecture(d.code) AS prefecture, assure.province(d.code) AS province,
        d.valid_from_year, d.valid_to_year, d.valid_to_year IS NULL AS in_force, d.successors, d.source
    FROM (SELECT code, name, kind, valid_from_year, valid_to_year, successors, source FROM assure.region_local
        UNION ALL
        SELECT b.code, b.name, b.kind, b.valid_from_year, b.valid_to_year, b.successors, 'builtin'::text AS source FROM assure.region_builtin b
        WHERE NOT EXISTS (SELECT FROM assure.region_local l WHERE l.code OPERATOR(assure.=) b.code)) d;
COMMENT ON VIEW assure.division IS 'Administrative divisions of China: those that were loaded, and of all other codes those that the extension ships.';
COMMENT ON COLUMN assure.division.code IS 'GB/T 2260 code';
COMMENT ON COLUMN assure.division.name IS 'name in Chinese';
COMMENT ON COLUMN assure.division.kind IS 'province, prefecture, county, group or permit';
COMMENT ON COLUMN assure.division.prefecture IS 'the prefecture or group that it is in or is';
COMMENT ON COLUMN assure.division.province IS 'the province that it is in or is';
COMMENT ON COLUMN assure.division.valid_from_year IS 'first year in which the code may have had the name';
COMMENT ON COLUMN assure.division.valid_to_year IS 'last year in which it may have had it; NULL: in force';
COMMENT ON COLUMN assure.division.in_force IS 'whether the code has that name now';
COMMENT ON COLUMN assure.division.successors IS 'where it went; NULL: in force, or not known';
COMMENT ON COLUMN assure.division.source IS 'builtin, or what load_regions was told';

CREATE TABLE assure.holiday_local (
    day date PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),
    kind text NOT NULL CHECK (kind IN ('holiday', 'makeup_workday', 'ordinary')),
    note text
);
COMMENT ON TABLE assure.holiday_local IS 'Holidays and make-up workdays of the company''s own: an announcement that is newer than the shipped rows, or a day off. A row stands for the shipped one of the same day.';
COMMENT ON COLUMN assure.holiday_local.day IS 'the day';
COMMENT ON COLUMN assure.holiday_local.name IS 'name of the holiday';
COMMENT ON COLUMN assure.holiday_local.kind IS 'holiday; makeup_workday: a weekend day that is worked; ordinary: neither, takes the shipped row of the day away';
COMMENT ON COLUMN assure.holiday_local.note IS 'why';
CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON assure.holiday_local
    FOR EACH ROW EXECUTE FUNCTION assure.audit_change();
CREATE TRIGGER invalidate AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON assure.holiday_local
    FOR EACH STATEMENT EXECUTE FUNCTION assure.invalidate();
ALTER TABLE assure.holiday_local ENABLE ALWAYS TRIGGER invalidate;

CREATE VIEW assure.holiday AS
    SELECT day, name, kind FROM assure.holiday_local WHERE kind <> 'ordinary'
    UNION ALL
    SELECT b.day, b.name, b.kind FROM assure.holiday_builtin b
    WHERE NOT EXISTS (SELECT FROM assure.holiday_local l WHERE l.day = b.day);
COMMENT ON VIEW assure.holiday IS 'Holidays and make-up workdays: the company''s own, and of all other days those that the extension ships.';
COMMENT ON COLUMN assure.holiday.day IS 'the day';
COMMENT ON COLUMN assure.holiday.name IS 'name of the holiday';
COMMENT ON COLUMN assure.holiday.kind IS 'holiday or makeup_workday';
