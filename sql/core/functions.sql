-- Life cycle, access, who acts.

CREATE FUNCTION assure.version() RETURNS text
    LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_version';
COMMENT ON FUNCTION assure.version() IS 'Version of the library that this session runs.';

CREATE FUNCTION assure.invalidate() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_invalidate';
REVOKE ALL ON FUNCTION assure.invalidate() FROM PUBLIC;
COMMENT ON FUNCTION assure.invalidate() IS 'Statement trigger: tells every backend to read its configuration afresh.';

CREATE FUNCTION assure.refuse_change() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_refuse_change';
REVOKE ALL ON FUNCTION assure.refuse_change() FROM PUBLIC;
COMMENT ON FUNCTION assure.refuse_change() IS 'Statement trigger of append-only tables: refuses update, delete and truncate.';

CREATE FUNCTION assure.audit_change() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_audit_change';
REVOKE ALL ON FUNCTION assure.audit_change() FROM PUBLIC;
COMMENT ON FUNCTION assure.audit_change() IS 'Row trigger of configuration: notes table and key in the audit log.';

CREATE FUNCTION assure.create_schema(owner regrole, time_zone text DEFAULT 'Asia/Shanghai', partition_rows bigint DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_create_schema';
REVOKE ALL ON FUNCTION assure.create_schema(regrole, text, bigint) FROM PUBLIC;
COMMENT ON FUNCTION assure.create_schema(regrole, text, bigint) IS 'Makes all data tables, views and policies as ordinary objects of a role that is no superuser; time_zone is the company''s. With partition_rows the tables that grow are partitioned by so many keys. Called once, by who created the extension.';

CREATE FUNCTION assure.upgrade_schema() RETURNS int
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_upgrade_schema';
REVOKE ALL ON FUNCTION assure.upgrade_schema() FROM PUBLIC;
COMMENT ON FUNCTION assure.upgrade_schema() IS 'Brings the data schema to the version of the library, after ALTER EXTENSION UPDATE or a restore onto newer packages; returns the number of steps, 0 if nothing was to do. Grants again what the scopes allow.';

CREATE FUNCTION assure.grant_access(role name, scope text) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_grant_access';
REVOKE ALL ON FUNCTION assure.grant_access(name, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.grant_access(name, text) IS 'Gives a role a scope: bi, operator, proxy, supervisor, auditor, admin or backup.';

CREATE FUNCTION assure.revoke_access(role name, scope text) RETURNS boolean
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_revoke_access';
REVOKE ALL ON FUNCTION assure.revoke_access(name, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.revoke_access(name, text) IS 'Takes a scope back; false: the role did not have it.';

CREATE FUNCTION assure.grant_branch(role name, branch text) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_grant_branch';
REVOKE ALL ON FUNCTION assure.grant_branch(name, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.grant_branch(name, text) IS 'Opens a branch, by its code, to a role with the scope operator or proxy.';

CREATE FUNCTION assure.revoke_branch(role name, branch text) RETURNS boolean
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_revoke_branch';
REVOKE ALL ON FUNCTION assure.revoke_branch(name, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.revoke_branch(name, text) IS 'Closes a branch to a role; false: it was not open.';

CREATE FUNCTION assure.set_worker_login(role name, worker text) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_set_worker_login';
REVOKE ALL ON FUNCTION assure.set_worker_login(name, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.set_worker_login(name, text) IS 'Binds a database role to the one worker who logs in with it; NULL unbinds.';

CREATE FUNCTION assure.act_as(worker text) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_act_as';
REVOKE ALL ON FUNCTION assure.act_as(text) FROM PUBLIC;
COMMENT ON FUNCTION assure.act_as(text) IS 'For roles with the scope proxy: names the worker on whose behalf this transaction acts; ends with the transaction, and is audited.';

CREATE FUNCTION assure.housekeep() RETURNS bigint
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_housekeep';
REVOKE ALL ON FUNCTION assure.housekeep() FROM PUBLIC;
COMMENT ON FUNCTION assure.housekeep() IS 'Daily work: drops answers to requests older than assure.request_retention, and adds the partitions that will be needed next. Returns the number of answers dropped.';

CREATE FUNCTION assure.sees_all_branches() RETURNS boolean
    LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'assure_sees_all_branches';
COMMENT ON FUNCTION assure.sees_all_branches() IS 'For row-level security: do the caller''s scopes reach over all branches?';

CREATE FUNCTION assure.visible_branches() RETURNS bigint[]
    LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'assure_visible_branches';
COMMENT ON FUNCTION assure.visible_branches() IS 'For row-level security: the branches that are open to the caller.';

CREATE FUNCTION assure.acting_worker() RETURNS bigint
    LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'assure_acting_worker';
COMMENT ON FUNCTION assure.acting_worker() IS 'The worker on whose behalf the caller acts: of assure.act_as(), else of the login; NULL: nobody.';
REVOKE ALL ON FUNCTION assure.acting_worker() FROM PUBLIC;
REVOKE ALL ON FUNCTION assure.sees_all_branches() FROM PUBLIC;
REVOKE ALL ON FUNCTION assure.visible_branches() FROM PUBLIC;
