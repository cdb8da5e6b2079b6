-- Calendars: a name, and immutable versions of its definition.

CREATE SEQUENCE assure.calendar_id_seq;
CREATE TABLE assure.calendar (
    calendar_id bigint PRIMARY KEY DEFAULT nextval('assure.calendar_id_seq'),
    code text NOT NULL UNIQUE CHECK (code <> '' AND code NOT IN ('CN', 'CN24'))
);
COMMENT ON TABLE assure.calendar IS 'The company''s own calendars of working time; CN and CN24 ship with the extension and have no row.';
COMMENT ON COLUMN assure.calendar.calendar_id IS 'key';
COMMENT ON COLUMN assure.calendar.code IS 'name, as functions take it';

CREATE SEQUENCE assure.calendar_version_id_seq;
CREATE TABLE assure.calendar_version (
    calendar_version_id bigint PRIMARY KEY DEFAULT nextval('assure.calendar_version_id_seq'),
    calendar_id bigint NOT NULL REFERENCES assure.calendar,
    version int NOT NULL CHECK (version > 0),
    definition jsonb NOT NULL CHECK (jsonb_typeof(definition) = 'object'),
    base_version_id bigint,
    note text,
    published_by text NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (calendar_id, version)
);
COMMENT ON TABLE assure.calendar_version IS 'Versions of a calendar, immutable; the latest one is in force.';
COMMENT ON COLUMN assure.calendar_version.calendar_version_id IS 'key';
COMMENT ON COLUMN assure.calendar_version.calendar_id IS 'the calendar';
COMMENT ON COLUMN assure.calendar_version.version IS 'number within the calendar, from 1';
COMMENT ON COLUMN assure.calendar_version.definition IS 'time zone, week, national holidays, days that differ, as assure.publish_calendar() took it';
COMMENT ON COLUMN assure.calendar_version.base_version_id IS 'the version of its base that it stands on; -1: CN; -2: CN24; NULL: none';
COMMENT ON COLUMN assure.calendar_version.note IS 'why it was made';
COMMENT ON COLUMN assure.calendar_version.published_by IS 'session user who published it';
COMMENT ON COLUMN assure.calendar_version.published_at IS 'when it was published';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.calendar_version
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER invalidate AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON assure.calendar_version
    FOR EACH STATEMENT EXECUTE FUNCTION assure.invalidate();
ALTER TABLE assure.calendar_version ENABLE ALWAYS TRIGGER invalidate;
