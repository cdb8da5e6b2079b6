-- What the extension ships, read-only.  No row of a user ever lives here: data
-- tables are ordinary objects of an owner role, made by assure.create_schema().

CREATE TABLE assure.schema_script (
    schema_version int NOT NULL,
    from_version int,
    position int NOT NULL,
    room text NOT NULL,
    script text NOT NULL,
    PRIMARY KEY (schema_version, position)
);
REVOKE ALL ON assure.schema_script FROM PUBLIC;
COMMENT ON TABLE assure.schema_script IS 'The statements that make the data schema, and the steps between its versions; assure.create_schema() and assure.upgrade_schema() run them as the owner role.';
COMMENT ON COLUMN assure.schema_script.schema_version IS 'the version of the data schema that this script leads to';
COMMENT ON COLUMN assure.schema_script.from_version IS 'the version that it starts from; NULL: from nothing';
COMMENT ON COLUMN assure.schema_script.position IS 'order of execution within its version';
COMMENT ON COLUMN assure.schema_script.room IS 'the source file that it was made from';
COMMENT ON COLUMN assure.schema_script.script IS 'SQL statements, every name qualified';

-- Never queried: its relation-cache invalidation tells every backend to look
-- afresh at what it has cached (settings, grants, versions by name).
CREATE TABLE assure.invalidation_marker (nothing int PRIMARY KEY);
REVOKE ALL ON assure.invalidation_marker FROM PUBLIC;
COMMENT ON TABLE assure.invalidation_marker IS 'An event without rows: a change of configuration sends the invalidation of this table, and backends drop what they cached.';
COMMENT ON COLUMN assure.invalidation_marker.nothing IS 'never filled';

-- One row for each thing that a scope may do; assure.grant_access() reads it.
CREATE TABLE assure.scope_right (
    scope text NOT NULL CHECK (scope IN ('bi', 'operator', 'proxy', 'supervisor', 'auditor', 'admin', 'backup')),
    kind text NOT NULL CHECK (kind IN ('routine', 'read', 'write', 'read all')),
    object text NOT NULL,
    PRIMARY KEY (scope, kind, object)
);
REVOKE ALL ON assure.scope_right FROM PUBLIC;
COMMENT ON TABLE assure.scope_right IS 'What each access scope may call and read.';
COMMENT ON COLUMN assure.scope_right.scope IS 'the access scope';
COMMENT ON COLUMN assure.scope_right.kind IS 'routine: EXECUTE; read: SELECT on a table or view; write: INSERT, UPDATE and DELETE too; read all: SELECT on everything of a schema, sequences too';
COMMENT ON COLUMN assure.scope_right.object IS 'qualified name, for routines with argument types; for read all a schema';
