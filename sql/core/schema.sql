-- Who owns the data, who may do what, who did what.

COMMENT ON SCHEMA assure_bi IS 'pg_assure: views for BI tools';
COMMENT ON SCHEMA assure_internal IS 'pg_assure: queues, balances and jobs; not an interface';

CREATE TABLE assure_internal.installation (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    schema_version int NOT NULL,
    time_zone text NOT NULL CHECK (time_zone <> ''),
    system_identifier bigint NOT NULL,
    partition_rows bigint CHECK (partition_rows >= 1000),
    created_at timestamptz NOT NULL DEFAULT now(),
    upgraded_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE assure_internal.installation IS 'The one row that says which version the data schema has; the owner of this table is the owner of all of it.';
COMMENT ON COLUMN assure_internal.installation.only_row IS 'always true: there is one row';
COMMENT ON COLUMN assure_internal.installation.schema_version IS 'version of the data schema';
COMMENT ON COLUMN assure_internal.installation.time_zone IS 'the company''s time zone: every date that is derived from a moment is taken in it, never in the session''s';
COMMENT ON COLUMN assure_internal.installation.system_identifier IS 'the cluster that wrote last; another one means the data was restored';
COMMENT ON COLUMN assure_internal.installation.partition_rows IS 'keys a partition of the tables that grow; NULL: they are plain tables';
COMMENT ON COLUMN assure_internal.installation.created_at IS 'when assure.create_schema() ran';
COMMENT ON COLUMN assure_internal.installation.upgraded_at IS 'when assure.upgrade_schema() last changed something';

CREATE TABLE assure.access_grant (
    role_name text NOT NULL CHECK (role_name <> ''),
    scope text NOT NULL CHECK (scope IN ('bi', 'operator', 'proxy', 'supervisor', 'auditor', 'admin', 'backup')),
    granted_by text NOT NULL,
    granted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (role_name, scope)
);
COMMENT ON TABLE assure.access_grant IS 'Access scopes by database role: what the functions check, and what is granted again after an upgrade.';
COMMENT ON COLUMN assure.access_grant.role_name IS 'database role, by name so that a restored dump keeps it';
COMMENT ON COLUMN assure.access_grant.scope IS 'bi, operator, proxy, supervisor, auditor, admin or backup';
COMMENT ON COLUMN assure.access_grant.granted_by IS 'session user who granted it';
COMMENT ON COLUMN assure.access_grant.granted_at IS 'when it was granted';

CREATE TABLE assure_internal.request (
    request_id text PRIMARY KEY CHECK (length(request_id) BETWEEN 1 AND 200),
    function text NOT NULL,
    arguments_hash bytea NOT NULL,
    answer jsonb,
    requested_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 70);
CREATE INDEX request_requested_at ON assure_internal.request (requested_at);
COMMENT ON TABLE assure_internal.request IS 'Answers by request_id: a retried call returns the first answer and does nothing.';
COMMENT ON COLUMN assure_internal.request.request_id IS 'the caller''s own key of the request';
COMMENT ON COLUMN assure_internal.request.function IS 'the function that was called';
COMMENT ON COLUMN assure_internal.request.arguments_hash IS 'SHA-256 of its arguments: the same request_id with others is an error';
COMMENT ON COLUMN assure_internal.request.answer IS 'what the first call returned';
COMMENT ON COLUMN assure_internal.request.requested_at IS 'when it was first called; kept for assure.request_retention';

CREATE SEQUENCE assure.audit_id_seq;
CREATE TABLE assure.audit_log (
    audit_id bigint PRIMARY KEY DEFAULT nextval('assure.audit_id_seq'),
    logged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    action text NOT NULL,
    session_role text NOT NULL,
    actor_worker_id bigint,
    subject text,
    row_count int NOT NULL DEFAULT 1 CHECK (row_count >= 0),
    root_hash bytea CHECK (octet_length(root_hash) = 32),
    detail jsonb,
    transaction_id xid8 DEFAULT pg_current_xact_id(),
    system_identifier bigint
) /*[PARTITION BY RANGE (audit_id)]*/;
CREATE INDEX audit_log_logged_at ON assure.audit_log USING brin (logged_at);
CREATE INDEX audit_log_transaction_id ON assure.audit_log (transaction_id);
COMMENT ON TABLE assure.audit_log IS 'Append-only: who changed what, when. A batch writes one row a chunk, with the root of the hashes of its rows.';
COMMENT ON COLUMN assure.audit_log.audit_id IS 'key, in order of writing';
COMMENT ON COLUMN assure.audit_log.logged_at IS 'when';
COMMENT ON COLUMN assure.audit_log.action IS 'the function or step that made the change';
COMMENT ON COLUMN assure.audit_log.session_role IS 'who: the role that is logged in';
COMMENT ON COLUMN assure.audit_log.actor_worker_id IS 'who: the person behind it (worker_login or act_as); NULL: a job or an application';
COMMENT ON COLUMN assure.audit_log.subject IS 'what it was done to; keys, never personal values';
COMMENT ON COLUMN assure.audit_log.row_count IS 'rows that it stands for';
COMMENT ON COLUMN assure.audit_log.root_hash IS 'SHA-256 over the row hashes of those rows, in their order';
COMMENT ON COLUMN assure.audit_log.detail IS 'more keys and figures; of configuration, what it was before and after';
COMMENT ON COLUMN assure.audit_log.transaction_id IS 'the transaction that wrote it: the seal that it belongs to follows from it; NULL: written under 0.1';
COMMENT ON COLUMN assure.audit_log.system_identifier IS 'the cluster that wrote it, whose transactions are counted; NULL: written under 0.1';

-- Configuration that backends cache: a change tells them.
CREATE TRIGGER invalidate AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON assure_internal.installation
    FOR EACH STATEMENT EXECUTE FUNCTION assure.invalidate();
ALTER TABLE assure_internal.installation ENABLE ALWAYS TRIGGER invalidate;
CREATE TRIGGER invalidate AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON assure.access_grant
    FOR EACH STATEMENT EXECUTE FUNCTION assure.invalidate();
ALTER TABLE assure.access_grant ENABLE ALWAYS TRIGGER invalidate;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
