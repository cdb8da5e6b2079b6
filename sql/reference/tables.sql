-- Reference data that the extension ships, read-only; a user's own rows live in
-- tables of the data schema beside them.

CREATE TABLE assure.region_builtin (
    code text PRIMARY KEY CHECK (code ~ '^[1-9][0-9]{5}$'),
    name text NOT NULL CHECK (name <> '')
);
GRANT SELECT ON assure.region_builtin TO PUBLIC;
COMMENT ON TABLE assure.region_builtin IS 'The provinces of GB/T 2260, shipped with the extension and read-only.';
COMMENT ON COLUMN assure.region_builtin.code IS 'GB/T 2260 code, six digits';
COMMENT ON COLUMN assure.region_builtin.name IS 'name in Chinese';
