-- complain if the script is sourced in psql rather than by CREATE EXTENSION
\echo Use "CREATE EXTENSION pg_assure" to load this file. \quit

SET LOCAL search_path TO pg_catalog, pg_temp;

-- The schema is named in the control file, so it is no member of the extension:
-- DROP EXTENSION, with CASCADE too, leaves the data tables that stand in it.
COMMENT ON SCHEMA assure IS 'pg_assure: the types, functions and tables that callers know';

-- Names of people and places are compared and folded as UTF-8 everywhere; any
-- other encoding is refused before anything is created.  So is a schema assure
-- that somebody else made beforehand and could take objects out of.
CREATE FUNCTION assure.check_database() RETURNS void
    LANGUAGE c VOLATILE PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_check_database';
REVOKE ALL ON FUNCTION assure.check_database() FROM PUBLIC;
COMMENT ON FUNCTION assure.check_database() IS 'Refuses a database whose encoding is not UTF8, or whose schema assure belongs to somebody else.';
SELECT assure.check_database();
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

CREATE TABLE assure.region_builtin (
    code text PRIMARY KEY CHECK (code ~ '^[1-9][0-9]{5}$'),
    name text NOT NULL CHECK (name <> '')
);
GRANT SELECT ON assure.region_builtin TO PUBLIC;
COMMENT ON TABLE assure.region_builtin IS 'The provinces of GB/T 2260, shipped with the extension and read-only.';
COMMENT ON COLUMN assure.region_builtin.code IS 'GB/T 2260 code, six digits';
COMMENT ON COLUMN assure.region_builtin.name IS 'name in Chinese';

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
CREATE FUNCTION assure.audit_verify(from_moment timestamptz DEFAULT NULL, to_moment timestamptz DEFAULT NULL)
    RETURNS TABLE (audit_id bigint, subject text, finding text)
    LANGUAGE c STABLE PARALLEL UNSAFE COST 100000 AS 'MODULE_PATHNAME', 'assure_audit_verify';
REVOKE ALL ON FUNCTION assure.audit_verify(timestamptz, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION assure.audit_verify(timestamptz, timestamptz) IS 'Computes the hashes of decisions and ledger entries again, of the chunks written in a span of time; a row for each that is not as it was written. No row: all are.';
-- benefit: the type assure.terms, what a plan promises.
--
-- Its bytes are those of jsonb, so it casts to jsonb for nothing and compares
-- as jsonb does; its input refuses what does not compile, and reads no table.

CREATE TYPE assure.terms;

CREATE FUNCTION assure.terms_in(cstring) RETURNS assure.terms
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_terms_in';
COMMENT ON FUNCTION assure.terms_in(cstring) IS 'Reads terms from text, and refuses what does not compile.';

CREATE FUNCTION assure.terms_out(assure.terms) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_terms_out';
COMMENT ON FUNCTION assure.terms_out(assure.terms) IS 'Writes terms as canonical JSON.';

CREATE FUNCTION assure.terms_recv(internal) RETURNS assure.terms
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_terms_recv';
COMMENT ON FUNCTION assure.terms_recv(internal) IS 'Reads terms from a binary message, checked as hard as text.';

CREATE FUNCTION assure.terms_send(assure.terms) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_terms_send';
COMMENT ON FUNCTION assure.terms_send(assure.terms) IS 'Writes terms as a binary message: a version byte and the JSON.';

CREATE TYPE assure.terms (
    INPUT = assure.terms_in,
    OUTPUT = assure.terms_out,
    RECEIVE = assure.terms_recv,
    SEND = assure.terms_send,
    LIKE = pg_catalog.jsonb,
    STORAGE = extended,
    CATEGORY = 'U'
);
COMMENT ON TYPE assure.terms IS 'What a plan promises: benefits, filters and steps, as JSON that has been checked.';

CREATE FUNCTION assure.terms(jsonb) RETURNS assure.terms
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'assure_terms_from_jsonb';
COMMENT ON FUNCTION assure.terms(jsonb) IS 'Takes a jsonb as terms, and refuses what does not compile.';

CREATE CAST (assure.terms AS jsonb) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (jsonb AS assure.terms) WITH FUNCTION assure.terms(jsonb);
-- benefit: the calculation.

CREATE FUNCTION assure.evaluate(terms assure.terms, claim jsonb, used jsonb DEFAULT '{}') RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'assure_evaluate';
COMMENT ON FUNCTION assure.evaluate(assure.terms, jsonb, jsonb) IS
    'Calculates a claim under terms: who bears each fen, and why. A function of its arguments only.';

CREATE FUNCTION assure.check_claim(claim jsonb) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 500 AS 'MODULE_PATHNAME', 'assure_check_claim';
COMMENT ON FUNCTION assure.check_claim(jsonb) IS
    'Checks a claim document, and gives it back with its defaults filled in.';
CREATE FUNCTION assure.publish_plan(code text, name text, terms assure.terms, valid_from date,
        review_above numeric DEFAULT NULL, submit_within_days int DEFAULT NULL, note text DEFAULT NULL,
        request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_publish_plan';
REVOKE ALL ON FUNCTION assure.publish_plan(text, text, assure.terms, date, numeric, int, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.publish_plan(text, text, assure.terms, date, numeric, int, text, text) IS 'Publishes a version of a plan''s terms from a day on, and makes the plan if it is new; versions are immutable. Returns the version''s key.';

CREATE FUNCTION assure.add_policy(policy jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_add_policy';
REVOKE ALL ON FUNCTION assure.add_policy(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.add_policy(jsonb, text) IS 'Makes a policy: {ref, branch, insurer, holder, starts_on, ends_on}; the same one again returns the same key.';

CREATE FUNCTION assure.enroll(member jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_enroll';
REVOKE ALL ON FUNCTION assure.enroll(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.enroll(jsonb, text) IS 'Enrolls a person: {policy, certificate, member_ref, name, resident_id, birth_date, sex, phone, region, plan, relationship, enrolled_on, continuous_since, ended_on}. Returns the member''s key.';
-- Claims: handed in, adjudicated, decided, looked at.

CREATE FUNCTION assure.submit_claim(claim jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_submit_claim';
REVOKE ALL ON FUNCTION assure.submit_claim(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.submit_claim(jsonb, text) IS 'Hands in a claim document and returns its key. The same document under the same ref is one claim; another document under it is an error.';

CREATE FUNCTION assure.submit_claim(claim text, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_submit_claim_text';
REVOKE ALL ON FUNCTION assure.submit_claim(text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.submit_claim(text, text) IS 'The same for drivers that bind a string as text.';

CREATE FUNCTION assure.adjudicate(ref text, request_id text DEFAULT NULL) RETURNS text
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_adjudicate';
REVOKE ALL ON FUNCTION assure.adjudicate(text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.adjudicate(text, text) IS 'Adjudicates a claim now, if it waits, and returns its current verdict: approve, deny or pend.';

CREATE FUNCTION assure.adjudicate_pending(max_claims int DEFAULT 500) RETURNS int
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_adjudicate_pending';
REVOKE ALL ON FUNCTION assure.adjudicate_pending(int) FROM PUBLIC;
COMMENT ON FUNCTION assure.adjudicate_pending(int) IS 'Adjudicates waiting claims in this transaction, in order of submission; returns how many, 0 when none waits.';

CREATE PROCEDURE assure.adjudicate_batch(max_claims int DEFAULT NULL, shard int DEFAULT 0, shards int DEFAULT 1,
        INOUT adjudicated bigint DEFAULT NULL, INOUT failed bigint DEFAULT NULL)
    LANGUAGE c AS 'MODULE_PATHNAME', 'assure_adjudicate_batch';
REVOKE ALL ON PROCEDURE assure.adjudicate_batch(int, int, int, bigint, bigint) FROM PUBLIC;
COMMENT ON PROCEDURE assure.adjudicate_batch(int, int, int, bigint, bigint) IS 'Adjudicates what waits, 500 claims a transaction. Run several at once with shards 0 to shards - 1: all claims of one account are in one shard. A claim that raises an error is set aside in assure.failed_claim.';

CREATE FUNCTION assure.retry_failed_claim(ref text) RETURNS boolean
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_retry_failed_claim';
REVOKE ALL ON FUNCTION assure.retry_failed_claim(text) FROM PUBLIC;
COMMENT ON FUNCTION assure.retry_failed_claim(text) IS 'Puts a claim that was set aside back among the waiting ones; false: it was not set aside.';

CREATE FUNCTION assure.decide_claim(ref text, verdict text, note text DEFAULT NULL, request_id text DEFAULT NULL) RETURNS int
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_decide_claim';
REVOKE ALL ON FUNCTION assure.decide_claim(text, text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.decide_claim(text, text, text, text) IS 'A person''s verdict, approve or deny, on a claim that is pended; ends its task. Needs the task, or the scope supervisor. Returns the number of the decision.';

CREATE FUNCTION assure.claim_status(ref text)
    RETURNS TABLE (account_id bigint, claim_id bigint, state text, verdict text, submitted numeric, paid numeric,
        reasons jsonb, submitted_at timestamptz, decided_at timestamptz, decision_no int, task_id bigint, task_state text, error text)
    LANGUAGE c STABLE STRICT PARALLEL UNSAFE ROWS 1 COST 1000 AS 'MODULE_PATHNAME', 'assure_claim_status';
REVOKE ALL ON FUNCTION assure.claim_status(text) FROM PUBLIC;
COMMENT ON FUNCTION assure.claim_status(text) IS 'Where a claim stands: waiting, failed, approved, denied or in_review; with amounts, reasons and the task of who reviews it.';

CREATE FUNCTION assure.check_books()
    RETURNS TABLE (check_name text, account_id bigint, subject text, finding text)
    LANGUAGE c STABLE STRICT PARALLEL UNSAFE COST 100000 AS 'MODULE_PATHNAME', 'assure_check_books';
REVOKE ALL ON FUNCTION assure.check_books() FROM PUBLIC;
COMMENT ON FUNCTION assure.check_books() IS 'What does not balance, a row each: balances against entries, decisions against entries, limits, claims that neither wait nor are decided. No row: the books are whole.';
CREATE TYPE assure.dispatch_result AS (assigned bigint, unassigned bigint, lost bigint, milliseconds float8);
COMMENT ON TYPE assure.dispatch_result IS 'What a dispatch came to: tasks assigned; left open for lack of a qualified worker with room; lost to a change in the meantime, open for the next one; time taken.';

CREATE FUNCTION assure.accept_task(task_id bigint, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_accept_task';
REVOKE ALL ON FUNCTION assure.accept_task(bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.accept_task(bigint, text) IS 'The worker who has a reserved task begins it.';

CREATE FUNCTION assure.return_task(task_id bigint, reason text, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_return_task';
REVOKE ALL ON FUNCTION assure.return_task(bigint, text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.return_task(bigint, text, text) IS 'The worker who has a task gives it back to the pool, with a reason.';

CREATE PROCEDURE assure.dispatch(max_tasks int DEFAULT NULL, INOUT result assure.dispatch_result DEFAULT NULL)
    LANGUAGE c AS 'MODULE_PATHNAME', 'assure_dispatch';
REVOKE ALL ON PROCEDURE assure.dispatch(int, assure.dispatch_result) FROM PUBLIC;
COMMENT ON PROCEDURE assure.dispatch(int, assure.dispatch_result) IS 'Reserves open tasks for workers on shift who have the skill, the authority and room, most urgent first; commits as it goes.';
CREATE PROCEDURE assure.sla_sweep(max_clocks int DEFAULT 10000, INOUT alerts bigint DEFAULT NULL)
    LANGUAGE c AS 'MODULE_PATHNAME', 'assure_sla_sweep';
REVOKE ALL ON PROCEDURE assure.sla_sweep(int, bigint) FROM PUBLIC;
COMMENT ON PROCEDURE assure.sla_sweep(int, bigint) IS 'Raises alerts for the clocks that are due, 1,000 a transaction, and sends one NOTIFY assure_alert with the highest key.';

CREATE FUNCTION assure.acknowledge_alert(alert_id bigint, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_acknowledge_alert';
REVOKE ALL ON FUNCTION assure.acknowledge_alert(bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.acknowledge_alert(bigint, text) IS 'Notes who took notice of an alert; the first one stays.';
CREATE FUNCTION assure.order_service("order" jsonb, request_id text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_order_service';
REVOKE ALL ON FUNCTION assure.order_service(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.order_service(jsonb, text) IS 'Orders a health service: {ref, policy, member_ref, service, requested_at}; the same document under the same ref is one order. Returns its key.';

CREATE FUNCTION assure.finish_service(ref text, finished_at timestamptz, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_finish_service';
REVOKE ALL ON FUNCTION assure.finish_service(text, timestamptz, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.finish_service(text, timestamptz, text) IS 'Records that an ordered service was done; it counts for the customer''s province at once.';

CREATE FUNCTION assure.cancel_service(ref text, request_id text DEFAULT NULL) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_cancel_service';
REVOKE ALL ON FUNCTION assure.cancel_service(text, text) FROM PUBLIC;
COMMENT ON FUNCTION assure.cancel_service(text, text) IS 'Cancels an order; a service that was done no longer counts.';

CREATE FUNCTION assure.coverage(period daterange, by text DEFAULT 'province', place text DEFAULT 'customer',
        services text[] DEFAULT NULL, insurers text[] DEFAULT NULL, basis text DEFAULT 'any_day')
    RETURNS TABLE (region text, name text, insured bigint, served bigint, rate numeric)
    LANGUAGE c STABLE PARALLEL UNSAFE ROWS 34 COST 100000 AS 'MODULE_PATHNAME', 'assure_coverage';
REVOKE ALL ON FUNCTION assure.coverage(daterange, text, text, text[], text[], text) FROM PUBLIC;
COMMENT ON FUNCTION assure.coverage(daterange, text, text, text[], text[], text) IS 'Distinct customers insured and served in a span of whole months, by province of the customer or of the branch; every province has its row.';
-- Jobs: run, paused, driven by pg_cron.

CREATE PROCEDURE assure.run_job(job text, force boolean DEFAULT false)
    LANGUAGE c AS 'MODULE_PATHNAME', 'assure_run_job';
REVOKE ALL ON PROCEDURE assure.run_job(text, boolean) FROM PUBLIC;
COMMENT ON PROCEDURE assure.run_job(text, boolean) IS 'Runs a job (adjudicate, dispatch, sweep or housekeep) if it is due, or by force, unless it is paused or somebody else runs it; outside of a transaction.';

CREATE FUNCTION assure.pause(job text) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_pause';
REVOKE ALL ON FUNCTION assure.pause(text) FROM PUBLIC;
COMMENT ON FUNCTION assure.pause(text) IS 'Keeps a job from being run until it is resumed; a run at hand goes on to its end.';

CREATE FUNCTION assure.resume(job text) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'assure_resume';
REVOKE ALL ON FUNCTION assure.resume(text) FROM PUBLIC;
COMMENT ON FUNCTION assure.resume(text) IS 'Has a paused job run again, and background workers look at once.';

CREATE FUNCTION assure.install_schedules(OUT job text, OUT schedule text, OUT command text, OUT installed boolean, OUT note text)
    RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 ROWS 5 AS 'MODULE_PATHNAME', 'assure_install_schedules';
REVOKE ALL ON FUNCTION assure.install_schedules() FROM PUBLIC;
COMMENT ON FUNCTION assure.install_schedules() IS 'Registers the jobs with pg_cron as the caller, and a purge of their run details; where pg_cron lives in another database, returns what to run there.';

CREATE FUNCTION assure.remove_schedules() RETURNS int
    LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'assure_remove_schedules';
REVOKE ALL ON FUNCTION assure.remove_schedules() FROM PUBLIC;
COMMENT ON FUNCTION assure.remove_schedules() IS 'Takes the caller''s schedules for this database away from pg_cron, and returns how many there were.';
-- What each access scope may call and read; docs/security.md has it as a table.
-- Every function, table and view is listed for at least one scope, or named as
-- nobody's in the test that reads this list.

INSERT INTO assure.scope_right (scope, kind, object) VALUES
    ('operator', 'routine', 'assure.submit_claim(jsonb, text)'),
    ('operator', 'routine', 'assure.submit_claim(text, text)'),
    ('operator', 'routine', 'assure.adjudicate(text, text)'),
    ('operator', 'routine', 'assure.decide_claim(text, text, text, text)'),
    ('operator', 'routine', 'assure.add_policy(jsonb, text)'),
    ('operator', 'routine', 'assure.enroll(jsonb, text)'),
    ('operator', 'routine', 'assure.order_service(jsonb, text)'),
    ('operator', 'routine', 'assure.finish_service(text, timestamptz, text)'),
    ('operator', 'routine', 'assure.cancel_service(text, text)'),
    ('proxy', 'routine', 'assure.submit_claim(jsonb, text)'),
    ('proxy', 'routine', 'assure.submit_claim(text, text)'),
    ('proxy', 'routine', 'assure.adjudicate(text, text)'),
    ('proxy', 'routine', 'assure.decide_claim(text, text, text, text)'),
    ('proxy', 'routine', 'assure.add_policy(jsonb, text)'),
    ('proxy', 'routine', 'assure.enroll(jsonb, text)'),
    ('proxy', 'routine', 'assure.order_service(jsonb, text)'),
    ('proxy', 'routine', 'assure.finish_service(text, timestamptz, text)'),
    ('proxy', 'routine', 'assure.cancel_service(text, text)'),
    ('supervisor', 'routine', 'assure.submit_claim(jsonb, text)'),
    ('supervisor', 'routine', 'assure.submit_claim(text, text)'),
    ('supervisor', 'routine', 'assure.adjudicate(text, text)'),
    ('supervisor', 'routine', 'assure.decide_claim(text, text, text, text)'),
    ('supervisor', 'routine', 'assure.add_policy(jsonb, text)'),
    ('supervisor', 'routine', 'assure.enroll(jsonb, text)'),
    ('supervisor', 'routine', 'assure.order_service(jsonb, text)'),
    ('supervisor', 'routine', 'assure.finish_service(text, timestamptz, text)'),
    ('supervisor', 'routine', 'assure.cancel_service(text, text)'),
    ('admin', 'routine', 'assure.submit_claim(jsonb, text)'),
    ('admin', 'routine', 'assure.submit_claim(text, text)'),
    ('admin', 'routine', 'assure.adjudicate(text, text)'),
    ('admin', 'routine', 'assure.decide_claim(text, text, text, text)'),
    ('admin', 'routine', 'assure.add_policy(jsonb, text)'),
    ('admin', 'routine', 'assure.enroll(jsonb, text)'),
    ('admin', 'routine', 'assure.order_service(jsonb, text)'),
    ('admin', 'routine', 'assure.finish_service(text, timestamptz, text)'),
    ('admin', 'routine', 'assure.cancel_service(text, text)'),
    ('operator', 'routine', 'assure.claim_status(text)'),
    ('proxy', 'routine', 'assure.claim_status(text)'),
    ('supervisor', 'routine', 'assure.claim_status(text)'),
    ('admin', 'routine', 'assure.claim_status(text)'),
    ('auditor', 'routine', 'assure.claim_status(text)'),
    ('operator', 'routine', 'assure.accept_task(bigint, text)'),
    ('operator', 'routine', 'assure.return_task(bigint, text, text)'),
    ('operator', 'routine', 'assure.acknowledge_alert(bigint, text)'),
    ('proxy', 'routine', 'assure.accept_task(bigint, text)'),
    ('proxy', 'routine', 'assure.return_task(bigint, text, text)'),
    ('proxy', 'routine', 'assure.acknowledge_alert(bigint, text)'),
    ('supervisor', 'routine', 'assure.accept_task(bigint, text)'),
    ('supervisor', 'routine', 'assure.return_task(bigint, text, text)'),
    ('supervisor', 'routine', 'assure.acknowledge_alert(bigint, text)'),
    ('supervisor', 'routine', 'assure.adjudicate_pending(int)'),
    ('supervisor', 'routine', 'assure.adjudicate_batch(int, int, int, bigint, bigint)'),
    ('supervisor', 'routine', 'assure.retry_failed_claim(text)'),
    ('supervisor', 'routine', 'assure.dispatch(int, assure.dispatch_result)'),
    ('supervisor', 'routine', 'assure.sla_sweep(int, bigint)'),
    ('supervisor', 'routine', 'assure.housekeep()'),
    ('admin', 'routine', 'assure.adjudicate_pending(int)'),
    ('admin', 'routine', 'assure.adjudicate_batch(int, int, int, bigint, bigint)'),
    ('admin', 'routine', 'assure.retry_failed_claim(text)'),
    ('admin', 'routine', 'assure.dispatch(int, assure.dispatch_result)'),
    ('admin', 'routine', 'assure.sla_sweep(int, bigint)'),
    ('admin', 'routine', 'assure.housekeep()'),
    ('auditor', 'routine', 'assure.check_books()'),
    ('supervisor', 'routine', 'assure.check_books()'),
    ('admin', 'routine', 'assure.check_books()'),
    ('auditor', 'routine', 'assure.audit_verify(timestamptz, timestamptz)'),
    ('admin', 'routine', 'assure.audit_verify(timestamptz, timestamptz)'),
    ('bi', 'routine', 'assure.coverage(daterange, text, text, text[], text[], text)'),
    ('operator', 'routine', 'assure.coverage(daterange, text, text, text[], text[], text)'),
    ('supervisor', 'routine', 'assure.coverage(daterange, text, text, text[], text[], text)'),
    ('auditor', 'routine', 'assure.coverage(daterange, text, text, text[], text[], text)'),
    ('admin', 'routine', 'assure.coverage(daterange, text, text, text[], text[], text)'),
    ('admin', 'routine', 'assure.grant_access(name, text)'),
    ('admin', 'routine', 'assure.revoke_access(name, text)'),
    ('admin', 'routine', 'assure.grant_branch(name, text)'),
    ('admin', 'routine', 'assure.revoke_branch(name, text)'),
    ('admin', 'routine', 'assure.set_worker_login(name, text)'),
    ('admin', 'routine', 'assure.publish_plan(text, text, assure.terms, date, numeric, int, text, text)'),
    ('proxy', 'routine', 'assure.act_as(text)'),
    ('supervisor', 'routine', 'assure.run_job(text, boolean)'),
    ('admin', 'routine', 'assure.run_job(text, boolean)'),
    ('supervisor', 'routine', 'assure.pause(text)'),
    ('admin', 'routine', 'assure.pause(text)'),
    ('supervisor', 'routine', 'assure.resume(text)'),
    ('admin', 'routine', 'assure.resume(text)'),
    ('admin', 'routine', 'assure.install_schedules()'),
    ('admin', 'routine', 'assure.remove_schedules()'),
    ('bi', 'routine', 'assure.sees_all_branches()'),
    ('bi', 'routine', 'assure.visible_branches()'),
    ('operator', 'routine', 'assure.acting_worker()'),
    ('proxy', 'routine', 'assure.acting_worker()'),
    ('supervisor', 'routine', 'assure.acting_worker()'),
    ('auditor', 'routine', 'assure.acting_worker()'),
    ('admin', 'routine', 'assure.acting_worker()'),
    ('backup', 'routine', 'assure.acting_worker()'),
    ('bi', 'routine', 'assure.acting_worker()'),
    ('operator', 'routine', 'assure.sees_all_branches()'),
    ('operator', 'routine', 'assure.visible_branches()'),
    ('proxy', 'routine', 'assure.sees_all_branches()'),
    ('proxy', 'routine', 'assure.visible_branches()'),
    ('supervisor', 'routine', 'assure.sees_all_branches()'),
    ('supervisor', 'routine', 'assure.visible_branches()'),
    ('auditor', 'routine', 'assure.sees_all_branches()'),
    ('auditor', 'routine', 'assure.visible_branches()'),
    ('admin', 'routine', 'assure.sees_all_branches()'),
    ('admin', 'routine', 'assure.visible_branches()'),
    ('backup', 'routine', 'assure.sees_all_branches()'),
    ('backup', 'routine', 'assure.visible_branches()'),
    ('bi', 'read', 'assure_bi.member'),
    ('bi', 'read', 'assure_bi.claim'),
    ('bi', 'read', 'assure_bi.bill_line'),
    ('bi', 'read', 'assure_bi.failed_claim'),
    ('supervisor', 'read', 'assure_bi.failed_claim'),
    ('admin', 'read', 'assure_bi.failed_claim'),
    ('bi', 'read', 'assure_bi.claim_outcome'),
    ('bi', 'read', 'assure_bi.queue_monitor'),
    ('bi', 'read', 'assure_bi.worker_load'),
    ('bi', 'read', 'assure_bi.open_alert'),
    ('bi', 'read', 'assure_bi.sla_attainment'),
    ('bi', 'read', 'assure_bi.service_usage'),
    ('bi', 'read', 'assure_bi.coverage_by_province'),
    ('bi', 'read', 'assure_bi.coverage_by_customer_location'),
    ('bi', 'read', 'assure_bi.job_status'),
    ('supervisor', 'read', 'assure_bi.member'),
    ('supervisor', 'read', 'assure_bi.claim'),
    ('supervisor', 'read', 'assure_bi.bill_line'),
    ('supervisor', 'read', 'assure_bi.claim_outcome'),
    ('supervisor', 'read', 'assure_bi.queue_monitor'),
    ('supervisor', 'read', 'assure_bi.worker_load'),
    ('supervisor', 'read', 'assure_bi.open_alert'),
    ('supervisor', 'read', 'assure_bi.sla_attainment'),
    ('supervisor', 'read', 'assure_bi.service_usage'),
    ('supervisor', 'read', 'assure_bi.coverage_by_province'),
    ('supervisor', 'read', 'assure_bi.coverage_by_customer_location'),
    ('supervisor', 'read', 'assure_bi.job_status'),
    ('admin', 'read', 'assure_bi.member'),
    ('admin', 'read', 'assure_bi.claim'),
    ('admin', 'read', 'assure_bi.bill_line'),
    ('admin', 'read', 'assure_bi.claim_outcome'),
    ('admin', 'read', 'assure_bi.queue_monitor'),
    ('admin', 'read', 'assure_bi.worker_load'),
    ('admin', 'read', 'assure_bi.open_alert'),
    ('admin', 'read', 'assure_bi.sla_attainment'),
    ('admin', 'read', 'assure_bi.service_usage'),
    ('admin', 'read', 'assure_bi.coverage_by_province'),
    ('admin', 'read', 'assure_bi.coverage_by_customer_location'),
    ('admin', 'read', 'assure_bi.job_status'),
    ('operator', 'read', 'assure.claim'),
    ('operator', 'read', 'assure.bill'),
    ('operator', 'read', 'assure.decision'),
    ('operator', 'read', 'assure.failed_claim'),
    ('operator', 'read', 'assure.ledger_entry'),
    ('operator', 'read', 'assure.balance'),
    ('operator', 'read', 'assure.task'),
    ('operator', 'read', 'assure.task_event'),
    ('operator', 'read', 'assure.alert'),
    ('operator', 'read', 'assure.clock'),
    ('operator', 'read', 'assure.service_order'),
    ('operator', 'read', 'assure.service_event'),
    ('operator', 'read', 'assure.policy'),
    ('operator', 'read', 'assure.account'),
    ('operator', 'read', 'assure.member'),
    ('operator', 'read', 'assure.enrollment'),
    ('operator', 'read', 'assure.branch'),
    ('operator', 'read', 'assure.provider'),
    ('operator', 'read', 'assure.plan'),
    ('operator', 'read', 'assure.plan_version'),
    ('operator', 'read', 'assure.service'),
    ('operator', 'read', 'assure.queue'),
    ('operator', 'read', 'assure.sla_policy'),
    ('operator', 'read', 'assure.worker'),
    ('operator', 'read', 'assure.worker_skill'),
    ('proxy', 'read', 'assure.claim'),
    ('proxy', 'read', 'assure.bill'),
    ('proxy', 'read', 'assure.decision'),
    ('proxy', 'read', 'assure.failed_claim'),
    ('proxy', 'read', 'assure.ledger_entry'),
    ('proxy', 'read', 'assure.balance'),
    ('proxy', 'read', 'assure.task'),
    ('proxy', 'read', 'assure.task_event'),
    ('proxy', 'read', 'assure.alert'),
    ('proxy', 'read', 'assure.clock'),
    ('proxy', 'read', 'assure.service_order'),
    ('proxy', 'read', 'assure.service_event'),
    ('proxy', 'read', 'assure.policy'),
    ('proxy', 'read', 'assure.account'),
    ('proxy', 'read', 'assure.member'),
    ('proxy', 'read', 'assure.enrollment'),
    ('proxy', 'read', 'assure.branch'),
    ('proxy', 'read', 'assure.provider'),
    ('proxy', 'read', 'assure.plan'),
    ('proxy', 'read', 'assure.plan_version'),
    ('proxy', 'read', 'assure.service'),
    ('proxy', 'read', 'assure.queue'),
    ('proxy', 'read', 'assure.sla_policy'),
    ('proxy', 'read', 'assure.worker'),
    ('proxy', 'read', 'assure.worker_skill'),
    ('supervisor', 'read', 'assure.claim'),
    ('supervisor', 'read', 'assure.bill'),
    ('supervisor', 'read', 'assure.decision'),
    ('supervisor', 'read', 'assure.failed_claim'),
    ('supervisor', 'read', 'assure.ledger_entry'),
    ('supervisor', 'read', 'assure.balance'),
    ('supervisor', 'read', 'assure.task'),
    ('supervisor', 'read', 'assure.task_event'),
    ('supervisor', 'read', 'assure.alert'),
    ('supervisor', 'read', 'assure.clock'),
    ('supervisor', 'read', 'assure.service_order'),
    ('supervisor', 'read', 'assure.service_event'),
    ('supervisor', 'read', 'assure.policy'),
    ('supervisor', 'read', 'assure.account'),
    ('supervisor', 'read', 'assure.member'),
    ('supervisor', 'read', 'assure.enrollment'),
    ('supervisor', 'read', 'assure.branch'),
    ('supervisor', 'read', 'assure.provider'),
    ('supervisor', 'read', 'assure.plan'),
    ('supervisor', 'read', 'assure.plan_version'),
    ('supervisor', 'read', 'assure.service'),
    ('supervisor', 'read', 'assure.queue'),
    ('supervisor', 'read', 'assure.sla_policy'),
    ('supervisor', 'read', 'assure.worker'),
    ('supervisor', 'read', 'assure.worker_skill'),
    ('admin', 'read', 'assure.access_grant'),
    ('admin', 'read', 'assure.branch_access'),
    ('admin', 'read', 'assure.worker_login'),
    ('admin', 'read', 'assure.plan'),
    ('admin', 'read', 'assure.plan_version'),
    ('admin', 'read', 'assure.audit_log'),
    ('admin', 'write', 'assure.branch'),
    ('admin', 'write', 'assure.provider'),
    ('admin', 'write', 'assure.service'),
    ('admin', 'write', 'assure.worker'),
    ('admin', 'write', 'assure.worker_skill'),
    ('admin', 'write', 'assure.queue'),
    ('admin', 'write', 'assure.sla_policy'),
    ('auditor', 'read all', 'assure'),
    ('auditor', 'read all', 'assure_bi'),
    ('backup', 'read all', 'assure'),
    ('backup', 'read all', 'assure_bi'),
    ('backup', 'read all', 'assure_internal');

INSERT INTO assure.schema_script (schema_version, from_version, position, room, script)
VALUES (1, NULL, 1, 'core/schema', $schema_script$-- Who owns the data, who may do what, who did what.

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
    detail jsonb
) /*[PARTITION BY RANGE (audit_id)]*/;
CREATE INDEX audit_log_logged_at ON assure.audit_log USING brin (logged_at);
COMMENT ON TABLE assure.audit_log IS 'Append-only: who changed what, when. A batch writes one row a chunk, with the root of the hashes of its rows.';
COMMENT ON COLUMN assure.audit_log.audit_id IS 'key, in order of writing';
COMMENT ON COLUMN assure.audit_log.logged_at IS 'when';
COMMENT ON COLUMN assure.audit_log.action IS 'the function or step that made the change';
COMMENT ON COLUMN assure.audit_log.session_role IS 'who: the role that is logged in';
COMMENT ON COLUMN assure.audit_log.actor_worker_id IS 'who: the person behind it (worker_login or act_as); NULL: a job or an application';
COMMENT ON COLUMN assure.audit_log.subject IS 'what it was done to; keys, never personal values';
COMMENT ON COLUMN assure.audit_log.row_count IS 'rows that it stands for';
COMMENT ON COLUMN assure.audit_log.root_hash IS 'SHA-256 over the row hashes of those rows, in their order';
COMMENT ON COLUMN assure.audit_log.detail IS 'more keys and figures';

-- Configuration that backends cache: a change tells them.
CREATE TRIGGER invalidate AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON assure_internal.installation
    FOR EACH STATEMENT EXECUTE FUNCTION assure.invalidate();
ALTER TABLE assure_internal.installation ENABLE ALWAYS TRIGGER invalidate;
CREATE TRIGGER invalidate AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON assure.access_grant
    FOR EACH STATEMENT EXECUTE FUNCTION assure.invalidate();
ALTER TABLE assure.access_grant ENABLE ALWAYS TRIGGER invalidate;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
$schema_script$);

INSERT INTO assure.schema_script (schema_version, from_version, position, room, script)
VALUES (1, NULL, 2, 'provider/schema', $schema_script$-- Branches that insure and work, providers that treat.  Small reference tables.

CREATE SEQUENCE assure.branch_id_seq;
CREATE TABLE assure.branch (
    branch_id bigint PRIMARY KEY DEFAULT nextval('assure.branch_id_seq'),
    code text NOT NULL UNIQUE CHECK (code <> ''),
    name text NOT NULL CHECK (name <> ''),
    region text NOT NULL CHECK (region ~ '^[1-9][0-9]{5}$'),
    status text NOT NULL DEFAULT 'online' CHECK (status IN ('online', 'reduced', 'offline'))
);
COMMENT ON TABLE assure.branch IS 'A province''s or city''s office: it insures customers, and its people work on the pool of tasks.';
COMMENT ON COLUMN assure.branch.branch_id IS 'key';
COMMENT ON COLUMN assure.branch.code IS 'the company''s own code';
COMMENT ON COLUMN assure.branch.name IS 'name';
COMMENT ON COLUMN assure.branch.region IS 'GB/T 2260 code of its seat';
COMMENT ON COLUMN assure.branch.status IS 'online; reduced: takes no new outside work; offline: its people get nothing';

CREATE TABLE assure.branch_access (
    role_name text NOT NULL CHECK (role_name <> ''),
    branch_id bigint NOT NULL REFERENCES assure.branch,
    PRIMARY KEY (role_name, branch_id)
);
CREATE INDEX branch_access_branch_id ON assure.branch_access (branch_id);
COMMENT ON TABLE assure.branch_access IS 'The branches whose claims, tasks and customers an operator role sees and works on.';
COMMENT ON COLUMN assure.branch_access.role_name IS 'database role with the scope operator or proxy';
COMMENT ON COLUMN assure.branch_access.branch_id IS 'the branch';

CREATE SEQUENCE assure.provider_id_seq;
CREATE TABLE assure.provider (
    provider_id bigint PRIMARY KEY DEFAULT nextval('assure.provider_id_seq'),
    code text NOT NULL UNIQUE CHECK (code <> ''),
    name text NOT NULL CHECK (name <> ''),
    region text NOT NULL CHECK (region ~ '^[1-9][0-9]{5}$'),
    grade smallint NOT NULL CHECK (grade BETWEEN 0 AND 3),
    ownership text NOT NULL CHECK (ownership IN ('public', 'private')),
    in_network boolean NOT NULL
);
COMMENT ON TABLE assure.provider IS 'Hospitals, clinics and pharmacies; a stored claim takes these facts from here, not from its document.';
COMMENT ON COLUMN assure.provider.provider_id IS 'key';
COMMENT ON COLUMN assure.provider.code IS 'code as claim documents name it';
COMMENT ON COLUMN assure.provider.name IS 'name';
COMMENT ON COLUMN assure.provider.region IS 'GB/T 2260 code of its seat';
COMMENT ON COLUMN assure.provider.grade IS 'grade 1 to 3 as hospitals are graded in China, 0 ungraded';
COMMENT ON COLUMN assure.provider.ownership IS 'public or private';
COMMENT ON COLUMN assure.provider.in_network IS 'whether it is under contract';
$schema_script$);

INSERT INTO assure.schema_script (schema_version, from_version, position, room, script)
VALUES (1, NULL, 3, 'plan/schema', $schema_script$-- Plans: a name, and immutable versions of its terms.

CREATE SEQUENCE assure.plan_id_seq;
CREATE TABLE assure.plan (
    plan_id bigint PRIMARY KEY DEFAULT nextval('assure.plan_id_seq'),
    code text NOT NULL UNIQUE CHECK (code <> ''),
    name text NOT NULL CHECK (name <> '')
);
COMMENT ON TABLE assure.plan IS 'What is sold under one name; what it promises stands in its versions.';
COMMENT ON COLUMN assure.plan.plan_id IS 'key';
COMMENT ON COLUMN assure.plan.code IS 'the company''s own code';
COMMENT ON COLUMN assure.plan.name IS 'name';

CREATE SEQUENCE assure.plan_version_id_seq;
CREATE TABLE assure.plan_version (
    plan_version_id bigint PRIMARY KEY DEFAULT nextval('assure.plan_version_id_seq'),
    plan_id bigint NOT NULL REFERENCES assure.plan,
    valid_from date NOT NULL CHECK (isfinite(valid_from)),
    terms assure.terms NOT NULL,
    review_above_fen bigint CHECK (review_above_fen >= 0),
    submit_within_days int CHECK (submit_within_days > 0),
    note text,
    published_by text NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (plan_id, valid_from)
);
COMMENT ON TABLE assure.plan_version IS 'Terms of a plan from a day on, immutable. In force on a day: the version with the latest valid_from not after it, so versions can neither overlap nor leave a gap.';
COMMENT ON COLUMN assure.plan_version.plan_version_id IS 'key; what decisions refer to';
COMMENT ON COLUMN assure.plan_version.plan_id IS 'the plan';
COMMENT ON COLUMN assure.plan_version.valid_from IS 'first event date that it holds for';
COMMENT ON COLUMN assure.plan_version.terms IS 'what it promises';
COMMENT ON COLUMN assure.plan_version.review_above_fen IS 'a payment above this is decided by a person; NULL: never for its amount';
COMMENT ON COLUMN assure.plan_version.submit_within_days IS 'a claim submitted later than this after its event is denied; NULL: no deadline';
COMMENT ON COLUMN assure.plan_version.note IS 'why it was made';
COMMENT ON COLUMN assure.plan_version.published_by IS 'session user who published it';
COMMENT ON COLUMN assure.plan_version.published_at IS 'when it was published';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.plan_version
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER invalidate AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON assure.plan_version
    FOR EACH STATEMENT EXECUTE FUNCTION assure.invalidate();
ALTER TABLE assure.plan_version ENABLE ALWAYS TRIGGER invalidate;
$schema_script$);

INSERT INTO assure.schema_script (schema_version, from_version, position, room, script)
VALUES (1, NULL, 4, 'customer/schema', $schema_script$-- Policies, certificates (accounts), the people on them and their enrollment.
-- account_id leads every key: counters, batches and shards stay within one account.

CREATE SEQUENCE assure.policy_id_seq;
CREATE TABLE assure.policy (
    policy_id bigint PRIMARY KEY DEFAULT nextval('assure.policy_id_seq'),
    ref text NOT NULL UNIQUE CHECK (ref <> ''),
    branch_id bigint NOT NULL REFERENCES assure.branch,
    insurer text NOT NULL CHECK (insurer <> ''),
    holder text NOT NULL CHECK (holder <> ''),
    starts_on date NOT NULL CHECK (isfinite(starts_on)),
    ends_on date CHECK (ends_on >= starts_on)
);
CREATE INDEX policy_branch_id ON assure.policy (branch_id);
COMMENT ON TABLE assure.policy IS 'The contract: a group''s or a family''s.';
COMMENT ON COLUMN assure.policy.policy_id IS 'key';
COMMENT ON COLUMN assure.policy.ref IS 'policy number, as claim documents name it';
COMMENT ON COLUMN assure.policy.branch_id IS 'the branch that insures';
COMMENT ON COLUMN assure.policy.insurer IS 'the insurer of the group';
COMMENT ON COLUMN assure.policy.holder IS 'policyholder';
COMMENT ON COLUMN assure.policy.starts_on IS 'first day; policy years start on its anniversary';
COMMENT ON COLUMN assure.policy.ends_on IS 'last day that is covered; NULL: open';

CREATE SEQUENCE assure.account_id_seq;
CREATE TABLE assure.account (
    account_id bigint PRIMARY KEY DEFAULT nextval('assure.account_id_seq'),
    policy_id bigint NOT NULL REFERENCES assure.policy,
    ref text NOT NULL CHECK (ref <> ''),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (policy_id, ref)
);
COMMENT ON TABLE assure.account IS 'The certificate: a subscriber and dependants, who share counters. Its key never changes.';
COMMENT ON COLUMN assure.account.account_id IS 'key, first in the key of everything that belongs to it';
COMMENT ON COLUMN assure.account.policy_id IS 'the policy';
COMMENT ON COLUMN assure.account.ref IS 'certificate number within the policy';
COMMENT ON COLUMN assure.account.created_at IS 'when it was entered';

CREATE SEQUENCE assure.member_id_seq;
CREATE TABLE assure.member (
    account_id bigint NOT NULL REFERENCES assure.account,
    member_id bigint NOT NULL DEFAULT nextval('assure.member_id_seq') CHECK (member_id BETWEEN 1 AND 4294967295),
    ref text NOT NULL CHECK (ref <> ''),
    name text NOT NULL CHECK (name <> ''),
    resident_id text CHECK (resident_id ~ '^[1-9][0-9]{16}[0-9X]$'),
    birth_date date NOT NULL CHECK (isfinite(birth_date)),
    sex text NOT NULL CHECK (sex IN ('F', 'M')),
    phone text,
    region text NOT NULL CHECK (region ~ '^[1-9][0-9]{5}$'),
    PRIMARY KEY (account_id, member_id)
);
CREATE INDEX member_member_id ON assure.member (member_id);
COMMENT ON TABLE assure.member IS 'A person as insured under one certificate.';
COMMENT ON COLUMN assure.member.account_id IS 'the certificate';
COMMENT ON COLUMN assure.member.member_id IS 'the person; never used for another one, and fits 32 bits unsigned, so that sets of people can be bitmaps';
COMMENT ON COLUMN assure.member.ref IS 'member reference within the policy, as claim documents name it';
COMMENT ON COLUMN assure.member.name IS 'name; personal';
COMMENT ON COLUMN assure.member.resident_id IS 'resident identity number; personal';
COMMENT ON COLUMN assure.member.birth_date IS 'date of birth; personal';
COMMENT ON COLUMN assure.member.sex IS 'F or M';
COMMENT ON COLUMN assure.member.phone IS 'telephone; personal';
COMMENT ON COLUMN assure.member.region IS 'GB/T 2260 code of the stated residence: the customer''s location';

CREATE TABLE assure_internal.member_ref (
    policy_id bigint NOT NULL,
    ref text NOT NULL,
    account_id bigint NOT NULL,
    member_id bigint NOT NULL,
    PRIMARY KEY (policy_id, ref)
);
COMMENT ON TABLE assure_internal.member_ref IS 'Routing: policy and member reference to the account and person.';
COMMENT ON COLUMN assure_internal.member_ref.policy_id IS 'the policy';
COMMENT ON COLUMN assure_internal.member_ref.ref IS 'member reference within it';
COMMENT ON COLUMN assure_internal.member_ref.account_id IS 'the certificate';
COMMENT ON COLUMN assure_internal.member_ref.member_id IS 'the person';

CREATE SEQUENCE assure.enrollment_id_seq;
CREATE TABLE assure.enrollment (
    account_id bigint NOT NULL,
    enrollment_id bigint NOT NULL DEFAULT nextval('assure.enrollment_id_seq'),
    member_id bigint NOT NULL,
    plan_id bigint NOT NULL REFERENCES assure.plan,
    relationship text NOT NULL CHECK (relationship IN ('self', 'spouse', 'child', 'parent')),
    enrolled_on date NOT NULL CHECK (isfinite(enrolled_on)),
    continuous_since date NOT NULL CHECK (continuous_since <= enrolled_on),
    ended_on date CHECK (ended_on >= enrolled_on),
    PRIMARY KEY (account_id, enrollment_id),
    UNIQUE (account_id, member_id, enrolled_on),
    FOREIGN KEY (account_id, member_id) REFERENCES assure.member
);
COMMENT ON TABLE assure.enrollment IS 'A member''s cover under a plan. In force on a day: the enrollment with the latest enrolled_on not after it, unless it ended before it; two can never count at once.';
COMMENT ON COLUMN assure.enrollment.account_id IS 'the certificate';
COMMENT ON COLUMN assure.enrollment.enrollment_id IS 'key within it';
COMMENT ON COLUMN assure.enrollment.member_id IS 'the person';
COMMENT ON COLUMN assure.enrollment.plan_id IS 'the plan (tier) that covers the member';
COMMENT ON COLUMN assure.enrollment.relationship IS 'to the subscriber: self, spouse, child or parent';
COMMENT ON COLUMN assure.enrollment.enrolled_on IS 'first day of cover; waiting periods run from it';
COMMENT ON COLUMN assure.enrollment.continuous_since IS 'first day of uninterrupted cover; earlier than enrolled_on for a renewal';
COMMENT ON COLUMN assure.enrollment.ended_on IS 'last day of cover; NULL: open';
$schema_script$);

INSERT INTO assure.schema_script (schema_version, from_version, position, room, script)
VALUES (1, NULL, 5, 'claim/schema', $schema_script$-- Claims as handed in, what waits to be adjudicated, what was decided.
--
-- A claim's state is never a column of the claim.  It waits if it has a row in
-- claim_queue (or was set aside in failed_claim); otherwise its decision with
-- the highest decision_no is the current one.  claim, bill and decision rows
-- are only ever inserted.

CREATE SEQUENCE assure.claim_id_seq;

CREATE TABLE assure.claim_ref (
    ref text PRIMARY KEY CHECK (ref <> ''),
    account_id bigint NOT NULL,
    claim_id bigint NOT NULL DEFAULT nextval('assure.claim_id_seq') UNIQUE,
    document_hash bytea NOT NULL CHECK (octet_length(document_hash) = 32)
);
COMMENT ON TABLE assure.claim_ref IS 'Routing by the caller''s reference, and what makes submitting twice one claim.';
COMMENT ON COLUMN assure.claim_ref.ref IS 'the caller''s key of the claim';
COMMENT ON COLUMN assure.claim_ref.account_id IS 'the certificate';
COMMENT ON COLUMN assure.claim_ref.claim_id IS 'the claim within it';
COMMENT ON COLUMN assure.claim_ref.document_hash IS 'SHA-256 of the document as jsonb prints it: the same ref with another document is refused';

CREATE TABLE assure.claim (
    account_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    ref text NOT NULL,
    policy_id bigint NOT NULL,
    member_id bigint NOT NULL,
    branch_id bigint NOT NULL,
    cause text NOT NULL CHECK (cause IN ('illness', 'accident', 'maternity')),
    event_date date NOT NULL CHECK (isfinite(event_date)),
    submitted_at timestamptz NOT NULL CHECK (isfinite(submitted_at)),
    submitted_fen bigint NOT NULL CHECK (submitted_fen >= 0),
    document jsonb NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    received_by text NOT NULL,
    received_actor_id bigint,
    PRIMARY KEY (account_id, claim_id),
    FOREIGN KEY (account_id, member_id) REFERENCES assure.member
) /*[PARTITION BY RANGE (claim_id)]*/;
CREATE INDEX claim_member ON assure.claim (account_id, member_id, event_date);
CREATE INDEX claim_branch_id ON assure.claim (branch_id, claim_id);
COMMENT ON TABLE assure.claim IS 'A claim as it was handed in; never changed.';
COMMENT ON COLUMN assure.claim.account_id IS 'the certificate';
COMMENT ON COLUMN assure.claim.claim_id IS 'key within it, in order of arrival';
COMMENT ON COLUMN assure.claim.ref IS 'the caller''s key of the claim';
COMMENT ON COLUMN assure.claim.policy_id IS 'the policy that it is made under';
COMMENT ON COLUMN assure.claim.member_id IS 'the insured person';
COMMENT ON COLUMN assure.claim.branch_id IS 'the branch that insures: who may see it';
COMMENT ON COLUMN assure.claim.cause IS 'illness, accident or maternity';
COMMENT ON COLUMN assure.claim.event_date IS 'day of the event: it selects enrollment and plan version';
COMMENT ON COLUMN assure.claim.submitted_at IS 'when the customer handed it in';
COMMENT ON COLUMN assure.claim.submitted_fen IS 'sum of its bills, fen';
COMMENT ON COLUMN assure.claim.document IS 'the claim document as received: the evidence, and what is adjudicated';
COMMENT ON COLUMN assure.claim.received_at IS 'when it was stored';
COMMENT ON COLUMN assure.claim.received_by IS 'session user who submitted it';
COMMENT ON COLUMN assure.claim.received_actor_id IS 'the worker behind that session; NULL: an application';

CREATE TABLE assure.bill (
    account_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    position int NOT NULL CHECK (position >= 1),
    bill_no text NOT NULL,
    provider_code text,
    care text NOT NULL CHECK (care IN ('outpatient', 'emergency', 'inpatient', 'pharmacy', 'dental', 'checkup', 'maternity')),
    from_date date NOT NULL CHECK (isfinite(from_date)),
    to_date date NOT NULL CHECK (to_date >= from_date),
    submitted_fen bigint NOT NULL CHECK (submitted_fen >= 0),
    social_paid_fen bigint NOT NULL CHECK (social_paid_fen >= 0),
    other_paid_fen bigint NOT NULL CHECK (other_paid_fen >= 0),
    PRIMARY KEY (account_id, claim_id, position),
    FOREIGN KEY (account_id, claim_id) REFERENCES assure.claim,
    CHECK (social_paid_fen + other_paid_fen <= submitted_fen)
) /*[PARTITION BY RANGE (claim_id)]*/;
CREATE INDEX bill_provider_code ON assure.bill (provider_code, from_date);
COMMENT ON TABLE assure.bill IS 'The bills of a claim, for queries; their lines stay in the document and are shown by assure_bi.bill_line.';
COMMENT ON COLUMN assure.bill.account_id IS 'the certificate';
COMMENT ON COLUMN assure.bill.claim_id IS 'the claim';
COMMENT ON COLUMN assure.bill.position IS 'place in the document, from 1';
COMMENT ON COLUMN assure.bill.bill_no IS 'invoice number';
COMMENT ON COLUMN assure.bill.provider_code IS 'who issued it; NULL: not stated';
COMMENT ON COLUMN assure.bill.care IS 'kind of care';
COMMENT ON COLUMN assure.bill.from_date IS 'first day of treatment';
COMMENT ON COLUMN assure.bill.to_date IS 'last day of treatment';
COMMENT ON COLUMN assure.bill.submitted_fen IS 'sum of its lines, fen';
COMMENT ON COLUMN assure.bill.social_paid_fen IS 'paid by social insurance, fen';
COMMENT ON COLUMN assure.bill.other_paid_fen IS 'paid by others, fen';

CREATE TABLE assure.invoice_key (
    provider_code text NOT NULL,
    invoice_no text NOT NULL,
    account_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    PRIMARY KEY (provider_code, invoice_no)
);
COMMENT ON TABLE assure.invoice_key IS 'The first claim that handed in an invoice, over all customers; a later one is a duplicate.';
COMMENT ON COLUMN assure.invoice_key.provider_code IS 'who issued it';
COMMENT ON COLUMN assure.invoice_key.invoice_no IS 'its number';
COMMENT ON COLUMN assure.invoice_key.account_id IS 'certificate of the first claim';
COMMENT ON COLUMN assure.invoice_key.claim_id IS 'the first claim';

CREATE TABLE assure_internal.claim_queue (
    account_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    queued_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, claim_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
CREATE INDEX claim_queue_claim_id ON assure_internal.claim_queue (claim_id);
COMMENT ON TABLE assure_internal.claim_queue IS 'Claims that wait for adjudication: found without looking at done work.';
COMMENT ON COLUMN assure_internal.claim_queue.account_id IS 'the certificate';
COMMENT ON COLUMN assure_internal.claim_queue.claim_id IS 'the claim';
COMMENT ON COLUMN assure_internal.claim_queue.queued_at IS 'since when it waits';

CREATE TABLE assure.failed_claim (
    account_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    error_code text NOT NULL CHECK (length(error_code) = 5),
    error_message text NOT NULL,
    failed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, claim_id),
    FOREIGN KEY (account_id, claim_id) REFERENCES assure.claim
);
COMMENT ON TABLE assure.failed_claim IS 'Claims that a batch set aside because their own adjudication raised an error; assure.retry_failed_claim() puts one back.';
COMMENT ON COLUMN assure.failed_claim.account_id IS 'the certificate';
COMMENT ON COLUMN assure.failed_claim.claim_id IS 'the claim';
COMMENT ON COLUMN assure.failed_claim.error_code IS 'SQLSTATE';
COMMENT ON COLUMN assure.failed_claim.error_message IS 'message';
COMMENT ON COLUMN assure.failed_claim.failed_at IS 'when';

CREATE TABLE assure.decision (
    account_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    decision_no int NOT NULL CHECK (decision_no >= 1),
    verdict text NOT NULL CHECK (verdict IN ('approve', 'deny', 'pend')),
    submitted_fen bigint NOT NULL CHECK (submitted_fen >= 0),
    paid_fen bigint NOT NULL CHECK (paid_fen >= 0),
    plan_version_id bigint,
    reasons jsonb NOT NULL CHECK (jsonb_typeof(reasons) = 'array'),
    result jsonb,
    engine text NOT NULL,
    note text,
    decided_at timestamptz NOT NULL,
    decided_by text NOT NULL,
    actor_worker_id bigint,
    audit_id bigint NOT NULL,
    row_hash bytea NOT NULL CHECK (octet_length(row_hash) = 32),
    PRIMARY KEY (account_id, claim_id, decision_no),
    FOREIGN KEY (account_id, claim_id) REFERENCES assure.claim,
    CHECK (paid_fen <= submitted_fen OR result -> 'fixed' <> '[]'),
    CHECK ((verdict = 'approve') = (paid_fen > 0))
) /*[PARTITION BY RANGE (claim_id)]*/;
CREATE INDEX decision_audit_id ON assure.decision (audit_id);
COMMENT ON TABLE assure.decision IS 'What was decided of a claim, append-only; the highest decision_no is the current one.';
COMMENT ON COLUMN assure.decision.account_id IS 'the certificate';
COMMENT ON COLUMN assure.decision.claim_id IS 'the claim';
COMMENT ON COLUMN assure.decision.decision_no IS '1 for the first decision on the claim';
COMMENT ON COLUMN assure.decision.verdict IS 'approve: something is paid; deny: nothing; pend: a person must decide';
COMMENT ON COLUMN assure.decision.submitted_fen IS 'what was submitted, fen';
COMMENT ON COLUMN assure.decision.paid_fen IS 'what is owed by this decision, fen; 0 while it is pended';
COMMENT ON COLUMN assure.decision.plan_version_id IS 'the terms that were applied; NULL where none were in force';
COMMENT ON COLUMN assure.decision.reasons IS 'list of {code, bill, benefit, amount}: why; codes are listed in docs/benefits.md';
COMMENT ON COLUMN assure.decision.result IS 'the calculation, as assure.evaluate() returns it without used and reasons; what a pended claim would be paid stands here';
COMMENT ON COLUMN assure.decision.engine IS 'version that calculated';
COMMENT ON COLUMN assure.decision.note IS 'what the person who decided noted';
COMMENT ON COLUMN assure.decision.decided_at IS 'when';
COMMENT ON COLUMN assure.decision.decided_by IS 'session user';
COMMENT ON COLUMN assure.decision.actor_worker_id IS 'the worker who decided; NULL: the engine';
COMMENT ON COLUMN assure.decision.audit_id IS 'the audit row of the chunk it was written in, which holds the root of its hashes';
COMMENT ON COLUMN assure.decision.row_hash IS 'SHA-256 over the canonical bytes of the row; docs/security.md shows how to compute it';

CREATE SEQUENCE assure.ledger_entry_id_seq;
CREATE TABLE assure.ledger_entry (
    account_id bigint NOT NULL,
    entry_id bigint NOT NULL DEFAULT nextval('assure.ledger_entry_id_seq'),
    claim_id bigint NOT NULL,
    decision_no int NOT NULL,
    member_id bigint NOT NULL CHECK (member_id >= 0),
    counter text NOT NULL CHECK (counter <> ''),
    period text NOT NULL CHECK (period ~ '^(lifetime|(year|day):\d{4}-\d\d-\d\d)$'),
    measure text NOT NULL CHECK (measure ~ '^[a-z_]+$'),
    delta bigint NOT NULL CHECK (delta <> 0),
    row_hash bytea NOT NULL CHECK (octet_length(row_hash) = 32),
    PRIMARY KEY (account_id, entry_id),
    FOREIGN KEY (account_id, claim_id, decision_no) REFERENCES assure.decision
) /*[PARTITION BY RANGE (entry_id)]*/;
CREATE INDEX ledger_entry_decision ON assure.ledger_entry (account_id, claim_id, decision_no);
COMMENT ON TABLE assure.ledger_entry IS 'The benefit ledger, append-only: what a decision paid and what it used of each counter.';
COMMENT ON COLUMN assure.ledger_entry.account_id IS 'the certificate';
COMMENT ON COLUMN assure.ledger_entry.entry_id IS 'key within it, in order of booking';
COMMENT ON COLUMN assure.ledger_entry.claim_id IS 'the claim';
COMMENT ON COLUMN assure.ledger_entry.decision_no IS 'the decision that booked it';
COMMENT ON COLUMN assure.ledger_entry.member_id IS 'whose counter; 0: the family''s';
COMMENT ON COLUMN assure.ledger_entry.counter IS 'benefit, benefit.step or shared name in the terms';
COMMENT ON COLUMN assure.ledger_entry.period IS 'lifetime, or year: and day: with their first day';
COMMENT ON COLUMN assure.ledger_entry.measure IS 'paid: the money itself, fen; amount, deductible, base, member: fen; count: visits';
COMMENT ON COLUMN assure.ledger_entry.delta IS 'what is added to the balance';
COMMENT ON COLUMN assure.ledger_entry.row_hash IS 'SHA-256 over the canonical bytes of the row';

CREATE TABLE assure.balance (
    account_id bigint NOT NULL,
    member_id bigint NOT NULL CHECK (member_id >= 0),
    counter text NOT NULL,
    period text NOT NULL,
    measure text NOT NULL,
    value bigint NOT NULL CHECK (value >= 0),
    limit_value bigint CHECK (limit_value >= 0),
    PRIMARY KEY (account_id, member_id, counter, period, measure),
    CONSTRAINT balance_within_limit CHECK (value <= limit_value)
) WITH (fillfactor = 80);
COMMENT ON TABLE assure.balance IS 'What is used of each counter: the sum of its ledger entries, never beyond its limit.';
COMMENT ON COLUMN assure.balance.account_id IS 'the certificate';
COMMENT ON COLUMN assure.balance.member_id IS 'whose; 0: the family''s';
COMMENT ON COLUMN assure.balance.counter IS 'as in the ledger';
COMMENT ON COLUMN assure.balance.period IS 'as in the ledger';
COMMENT ON COLUMN assure.balance.measure IS 'as in the ledger';
COMMENT ON COLUMN assure.balance.value IS 'sum of the entries';
COMMENT ON COLUMN assure.balance.limit_value IS 'limit in force when it was last added to; NULL: none';

CREATE TABLE assure_internal.account_book (
    account_id bigint PRIMARY KEY,
    revision bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 70);
COMMENT ON TABLE assure_internal.account_book IS 'One row an account: whoever books on it updates this row first, which is the lock on all its balances, those not yet there included.';
COMMENT ON COLUMN assure_internal.account_book.account_id IS 'the certificate';
COMMENT ON COLUMN assure_internal.account_book.revision IS 'how often its books were opened for writing';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.claim
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.bill
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.decision
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
$schema_script$);

INSERT INTO assure.schema_script (schema_version, from_version, position, room, script)
VALUES (1, NULL, 6, 'sla/schema', $schema_script$-- Deadlines: a policy, a clock for each subject, alerts when something is due.

-- A policy cannot be taken back, and every sweep reads them all: the bounds keep
-- out what could not be computed with.
CREATE SEQUENCE assure.sla_policy_id_seq;
CREATE TABLE assure.sla_policy (
    sla_policy_id bigint PRIMARY KEY DEFAULT nextval('assure.sla_policy_id_seq'),
    code text NOT NULL CHECK (code <> ''),
    version int NOT NULL DEFAULT 1 CHECK (version >= 1),
    target interval NOT NULL CHECK (target > interval '0' AND target <= interval '10 years'),
    warn_percent smallint[] NOT NULL DEFAULT '{}' CHECK (array_position(warn_percent, NULL) IS NULL AND 0 < ALL (warn_percent) AND 100 > ALL (warn_percent) AND cardinality(warn_percent) <= 20),
    stall_after interval CHECK (stall_after > interval '0' AND stall_after <= interval '10 years'),
    UNIQUE (code, version)
);
COMMENT ON TABLE assure.sla_policy IS 'How long work may take, immutable by version; running clocks keep theirs. Time runs around the clock.';
COMMENT ON COLUMN assure.sla_policy.sla_policy_id IS 'key; what clocks refer to';
COMMENT ON COLUMN assure.sla_policy.code IS 'name';
COMMENT ON COLUMN assure.sla_policy.version IS 'version of that name; the highest is the current one';
COMMENT ON COLUMN assure.sla_policy.target IS 'from start to target';
COMMENT ON COLUMN assure.sla_policy.warn_percent IS 'shares of the target at which a warning is raised, percent';
COMMENT ON COLUMN assure.sla_policy.stall_after IS 'longest time without progress; NULL: not watched';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.sla_policy
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();

CREATE SEQUENCE assure.clock_id_seq;
CREATE TABLE assure.clock (
    clock_id bigint PRIMARY KEY DEFAULT nextval('assure.clock_id_seq'),
    subject_kind text NOT NULL CHECK (subject_kind IN ('task')),
    subject_id bigint NOT NULL,
    branch_id bigint NOT NULL,
    sla_policy_id bigint NOT NULL,
    state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'stopped')),
    started_at timestamptz NOT NULL,
    target_at timestamptz NOT NULL,
    progress_at timestamptz NOT NULL,
    stopped_at timestamptz,
    next_step smallint NOT NULL DEFAULT 1 CHECK (next_step >= 1),
    stalled boolean NOT NULL DEFAULT false,
    next_due timestamptz,
    CHECK (target_at > started_at),
    CHECK ((state = 'stopped') = (stopped_at IS NOT NULL)),
    CHECK (state = 'running' OR next_due IS NULL)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
CREATE UNIQUE INDEX clock_subject ON assure.clock (subject_kind, subject_id) WHERE state <> 'stopped';
CREATE INDEX clock_next_due ON assure.clock (next_due) WHERE next_due IS NOT NULL;
COMMENT ON TABLE assure.clock IS 'The deadline of one subject; what is stored is the next moment at which something is due.';
COMMENT ON COLUMN assure.clock.clock_id IS 'key';
COMMENT ON COLUMN assure.clock.subject_kind IS 'task';
COMMENT ON COLUMN assure.clock.subject_id IS 'key of the subject';
COMMENT ON COLUMN assure.clock.branch_id IS 'branch that the subject belongs to';
COMMENT ON COLUMN assure.clock.sla_policy_id IS 'policy version that it runs under';
COMMENT ON COLUMN assure.clock.state IS 'running or stopped';
COMMENT ON COLUMN assure.clock.started_at IS 'start of the time that counts';
COMMENT ON COLUMN assure.clock.target_at IS 'when the subject should be done';
COMMENT ON COLUMN assure.clock.progress_at IS 'last progress of the subject';
COMMENT ON COLUMN assure.clock.stopped_at IS 'when it was stopped; before target_at: in time';
COMMENT ON COLUMN assure.clock.next_step IS 'next step to raise: the warnings in order, then the target';
COMMENT ON COLUMN assure.clock.stalled IS 'a stall was raised since the last progress';
COMMENT ON COLUMN assure.clock.next_due IS 'when the sweep has to look at it; NULL: never again';

CREATE SEQUENCE assure.alert_id_seq;
CREATE TABLE assure.alert (
    alert_id bigint PRIMARY KEY DEFAULT nextval('assure.alert_id_seq'),
    level text NOT NULL CHECK (level IN ('new', 'stalled', 'overlong')),
    clock_id bigint NOT NULL,
    step smallint NOT NULL CHECK (step >= 0),
    at_target boolean NOT NULL,
    subject_kind text NOT NULL,
    subject_id bigint NOT NULL,
    branch_id bigint NOT NULL,
    due_at timestamptz NOT NULL,
    raised_at timestamptz NOT NULL DEFAULT now(),
    acknowledged_at timestamptz,
    acknowledged_by text,
    resolved_at timestamptz,
    CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX alert_clock_step ON assure.alert (clock_id, step) WHERE resolved_at IS NULL;
CREATE INDEX alert_open ON assure.alert (branch_id, level) WHERE resolved_at IS NULL;
COMMENT ON TABLE assure.alert IS 'Raised once per clock and step; closes by itself when the subject is done or moves again.';
COMMENT ON COLUMN assure.alert.alert_id IS 'key; consumers read in its order';
COMMENT ON COLUMN assure.alert.level IS 'new: unusual arrivals; stalled: no progress; overlong: a warning point or the target is passed';
COMMENT ON COLUMN assure.alert.clock_id IS 'the clock that raised it';
COMMENT ON COLUMN assure.alert.step IS '0: stalled; 1 and on: warnings in order, then the target';
COMMENT ON COLUMN assure.alert.at_target IS 'true: the target itself is passed';
COMMENT ON COLUMN assure.alert.subject_kind IS 'task';
COMMENT ON COLUMN assure.alert.subject_id IS 'key of the subject';
COMMENT ON COLUMN assure.alert.branch_id IS 'branch that the subject belongs to';
COMMENT ON COLUMN assure.alert.due_at IS 'the moment that was passed';
COMMENT ON COLUMN assure.alert.raised_at IS 'when the sweep raised it';
COMMENT ON COLUMN assure.alert.acknowledged_at IS 'when a person took notice';
COMMENT ON COLUMN assure.alert.acknowledged_by IS 'who did';
COMMENT ON COLUMN assure.alert.resolved_at IS 'when its cause was gone';
$schema_script$);

INSERT INTO assure.schema_script (schema_version, from_version, position, room, script)
VALUES (1, NULL, 7, 'work/schema', $schema_script$-- People, queues, tasks.  A task's subject is a reference without foreign key:
-- tasks stay in one place, their subjects may be distributed.

CREATE SEQUENCE assure.worker_id_seq;
CREATE TABLE assure.worker (
    worker_id bigint PRIMARY KEY DEFAULT nextval('assure.worker_id_seq'),
    code text NOT NULL UNIQUE CHECK (code <> ''),
    name text NOT NULL CHECK (name <> ''),
    branch_id bigint NOT NULL REFERENCES assure.branch,
    status text NOT NULL DEFAULT 'on_shift' CHECK (status IN ('on_shift', 'off_shift', 'left')),
    capacity int NOT NULL CHECK (capacity >= 0),
    authority_fen bigint NOT NULL CHECK (authority_fen >= 0)
);
CREATE INDEX worker_branch_id ON assure.worker (branch_id);
COMMENT ON TABLE assure.worker IS 'A person who does tasks.';
COMMENT ON COLUMN assure.worker.worker_id IS 'key';
COMMENT ON COLUMN assure.worker.code IS 'the company''s own code';
COMMENT ON COLUMN assure.worker.name IS 'name';
COMMENT ON COLUMN assure.worker.branch_id IS 'the branch that employs';
COMMENT ON COLUMN assure.worker.status IS 'on_shift: may be given tasks; off_shift; left: no longer employed';
COMMENT ON COLUMN assure.worker.capacity IS 'tasks at once';
COMMENT ON COLUMN assure.worker.authority_fen IS 'largest amount that this person may decide, fen';

CREATE TABLE assure.worker_skill (
    worker_id bigint NOT NULL REFERENCES assure.worker,
    skill text NOT NULL CHECK (skill <> ''),
    level smallint NOT NULL CHECK (level BETWEEN 1 AND 5),
    PRIMARY KEY (worker_id, skill)
);
COMMENT ON TABLE assure.worker_skill IS 'What a worker can do, and how well.';
COMMENT ON COLUMN assure.worker_skill.worker_id IS 'the worker';
COMMENT ON COLUMN assure.worker_skill.skill IS 'the skill, as queues name it';
COMMENT ON COLUMN assure.worker_skill.level IS '1 beginner to 5 expert';

CREATE TABLE assure.worker_login (
    role_name text PRIMARY KEY CHECK (role_name <> ''),
    worker_id bigint NOT NULL UNIQUE REFERENCES assure.worker
);
COMMENT ON TABLE assure.worker_login IS 'Database roles that are one person; portals with a shared role use assure.act_as() instead.';
COMMENT ON COLUMN assure.worker_login.role_name IS 'database role, by name';
COMMENT ON COLUMN assure.worker_login.worker_id IS 'the worker who logs in with it';

CREATE SEQUENCE assure.queue_id_seq;
CREATE TABLE assure.queue (
    queue_id bigint PRIMARY KEY DEFAULT nextval('assure.queue_id_seq'),
    code text NOT NULL UNIQUE CHECK (code <> ''),
    name text NOT NULL CHECK (name <> ''),
    skill text NOT NULL CHECK (skill <> ''),
    skill_level smallint NOT NULL DEFAULT 1 CHECK (skill_level BETWEEN 1 AND 5),
    shareable boolean NOT NULL DEFAULT true,
    sla_code text
);
COMMENT ON TABLE assure.queue IS 'A kind of work: what it takes to do it and how long it may take.';
COMMENT ON COLUMN assure.queue.queue_id IS 'key';
COMMENT ON COLUMN assure.queue.code IS 'name, as functions take it';
COMMENT ON COLUMN assure.queue.name IS 'name for people';
COMMENT ON COLUMN assure.queue.skill IS 'skill that it needs';
COMMENT ON COLUMN assure.queue.skill_level IS 'least level of that skill';
COMMENT ON COLUMN assure.queue.shareable IS 'true: anybody qualified in any branch; false: the branch of origin only';
COMMENT ON COLUMN assure.queue.sla_code IS 'SLA policy, by code: a new task takes its highest version; NULL: no deadline';

CREATE SEQUENCE assure.task_id_seq;
CREATE TABLE assure.task (
    task_id bigint PRIMARY KEY DEFAULT nextval('assure.task_id_seq'),
    queue_id bigint NOT NULL REFERENCES assure.queue,
    subject_kind text NOT NULL CHECK (subject_kind IN ('claim')),
    account_id bigint NOT NULL,
    subject_id bigint NOT NULL,
    branch_id bigint NOT NULL,
    amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
    priority smallint NOT NULL DEFAULT 5 CHECK (priority BETWEEN 1 AND 9),
    excluded_worker_id bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'reserved', 'accepted', 'done', 'cancelled')),
    state_since timestamptz NOT NULL DEFAULT now(),
    worker_id bigint,
    CHECK (CASE WHEN state = 'open' THEN worker_id IS NULL WHEN state = 'cancelled' THEN true ELSE worker_id IS NOT NULL END),
    CHECK (worker_id <> excluded_worker_id)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
CREATE UNIQUE INDEX task_subject ON assure.task (subject_kind, account_id, subject_id) WHERE state NOT IN ('done', 'cancelled');
CREATE INDEX task_open ON assure.task (priority DESC, task_id) WHERE state = 'open';
CREATE INDEX task_worker ON assure.task (worker_id) WHERE state IN ('reserved', 'accepted');
COMMENT ON TABLE assure.task IS 'Work for a person. open -> reserved -> accepted -> done; a returned one is open again; cancelled from anywhere but done.';
COMMENT ON COLUMN assure.task.task_id IS 'key';
COMMENT ON COLUMN assure.task.queue_id IS 'kind of work';
COMMENT ON COLUMN assure.task.subject_kind IS 'claim';
COMMENT ON COLUMN assure.task.account_id IS 'certificate of the subject';
COMMENT ON COLUMN assure.task.subject_id IS 'the claim';
COMMENT ON COLUMN assure.task.branch_id IS 'branch of origin';
COMMENT ON COLUMN assure.task.amount_fen IS 'amount at stake: who takes it needs that authority, fen';
COMMENT ON COLUMN assure.task.priority IS '9 is most urgent';
COMMENT ON COLUMN assure.task.excluded_worker_id IS 'four eyes: who did the earlier stage and may not do this one';
COMMENT ON COLUMN assure.task.created_at IS 'when it came up';
COMMENT ON COLUMN assure.task.state IS 'open, reserved, accepted, done or cancelled';
COMMENT ON COLUMN assure.task.state_since IS 'when it came into that state';
COMMENT ON COLUMN assure.task.worker_id IS 'who has it or did it';

CREATE SEQUENCE assure.task_event_id_seq;
CREATE TABLE assure.task_event (
    task_id bigint NOT NULL,
    event_id bigint NOT NULL DEFAULT nextval('assure.task_event_id_seq'),
    happened_at timestamptz NOT NULL DEFAULT now(),
    event text NOT NULL CHECK (event IN ('created', 'reserved', 'accepted', 'returned', 'done', 'cancelled')),
    worker_id bigint,
    session_role text NOT NULL,
    actor_worker_id bigint,
    reason text,
    PRIMARY KEY (task_id, event_id)
) /*[PARTITION BY RANGE (event_id)]*/;
COMMENT ON TABLE assure.task_event IS 'Every change of a task, append-only.';
COMMENT ON COLUMN assure.task_event.task_id IS 'the task';
COMMENT ON COLUMN assure.task_event.event_id IS 'key within it, in order';
COMMENT ON COLUMN assure.task_event.happened_at IS 'when';
COMMENT ON COLUMN assure.task_event.event IS 'created, reserved, accepted, returned, done or cancelled';
COMMENT ON COLUMN assure.task_event.worker_id IS 'the worker it concerns';
COMMENT ON COLUMN assure.task_event.session_role IS 'who made the change: the role that is logged in';
COMMENT ON COLUMN assure.task_event.actor_worker_id IS 'the person behind it; NULL: a job';
COMMENT ON COLUMN assure.task_event.reason IS 'why, for a return or a cancellation';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.task_event
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();

-- What adjudication needs to be there from the first day.
INSERT INTO assure.sla_policy (code, target, warn_percent, stall_after)
    VALUES ('claim_review', interval '3 days', '{50,80}', interval '1 day');
INSERT INTO assure.queue (code, name, skill, sla_code)
    VALUES ('claim_review', 'Claim review', 'claim_review', 'claim_review');
$schema_script$);

INSERT INTO assure.schema_script (schema_version, from_version, position, room, script)
VALUES (1, NULL, 8, 'coverage/schema', $schema_script$-- Health services: what is ordered, what was done, who was served.

CREATE SEQUENCE assure.service_id_seq;
CREATE TABLE assure.service (
    service_id bigint PRIMARY KEY DEFAULT nextval('assure.service_id_seq'),
    code text NOT NULL UNIQUE CHECK (code <> ''),
    name text NOT NULL CHECK (name <> '')
);
COMMENT ON TABLE assure.service IS 'Catalogue of health services.';
COMMENT ON COLUMN assure.service.service_id IS 'key';
COMMENT ON COLUMN assure.service.code IS 'code, as order documents name it';
COMMENT ON COLUMN assure.service.name IS 'name';

CREATE SEQUENCE assure.order_id_seq;
CREATE TABLE assure.order_ref (
    ref text PRIMARY KEY CHECK (ref <> ''),
    account_id bigint NOT NULL,
    order_id bigint NOT NULL DEFAULT nextval('assure.order_id_seq') UNIQUE,
    document_hash bytea NOT NULL CHECK (octet_length(document_hash) = 32)
);
COMMENT ON TABLE assure.order_ref IS 'Routing by the caller''s reference, and what makes ordering twice one order.';
COMMENT ON COLUMN assure.order_ref.ref IS 'the caller''s key of the order';
COMMENT ON COLUMN assure.order_ref.account_id IS 'the certificate';
COMMENT ON COLUMN assure.order_ref.order_id IS 'the order within it';
COMMENT ON COLUMN assure.order_ref.document_hash IS 'SHA-256 of the document as jsonb prints it';

CREATE TABLE assure.service_order (
    account_id bigint NOT NULL,
    order_id bigint NOT NULL,
    ref text NOT NULL,
    member_id bigint NOT NULL,
    service_id bigint NOT NULL REFERENCES assure.service,
    branch_id bigint NOT NULL,
    insurer text NOT NULL,
    customer_region text NOT NULL CHECK (customer_region ~ '^[1-9][0-9]{5}$'),
    requested_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'done', 'cancelled')),
    finished_at timestamptz,
    PRIMARY KEY (account_id, order_id),
    FOREIGN KEY (account_id, member_id) REFERENCES assure.member,
    CHECK (state <> 'done' OR finished_at IS NOT NULL),
    CHECK (finished_at >= requested_at)
) WITH (fillfactor = 80);
COMMENT ON TABLE assure.service_order IS 'A health service for a customer: requested -> done, or cancelled from either.';
COMMENT ON COLUMN assure.service_order.account_id IS 'the certificate';
COMMENT ON COLUMN assure.service_order.order_id IS 'key within it';
COMMENT ON COLUMN assure.service_order.ref IS 'the caller''s key of the order';
COMMENT ON COLUMN assure.service_order.member_id IS 'the customer';
COMMENT ON COLUMN assure.service_order.service_id IS 'the service';
COMMENT ON COLUMN assure.service_order.branch_id IS 'the branch that insures the customer';
COMMENT ON COLUMN assure.service_order.insurer IS 'the insurer of the group';
COMMENT ON COLUMN assure.service_order.customer_region IS 'where the customer lived when it was ordered, GB/T 2260';
COMMENT ON COLUMN assure.service_order.requested_at IS 'when it was asked for';
COMMENT ON COLUMN assure.service_order.state IS 'requested, done or cancelled';
COMMENT ON COLUMN assure.service_order.finished_at IS 'when the service was done';

CREATE SEQUENCE assure.service_event_id_seq;
CREATE TABLE assure.service_event (
    account_id bigint NOT NULL,
    event_id bigint NOT NULL DEFAULT nextval('assure.service_event_id_seq'),
    order_id bigint NOT NULL,
    event text NOT NULL CHECK (event IN ('served', 'withdrawn')),
    member_id bigint NOT NULL,
    service_id bigint NOT NULL,
    branch_id bigint NOT NULL,
    insurer text NOT NULL,
    customer_region text NOT NULL,
    served_on date NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, event_id),
    UNIQUE (account_id, order_id, event),
    FOREIGN KEY (account_id, order_id) REFERENCES assure.service_order
);
CREATE INDEX service_event_served_on ON assure.service_event (served_on);
COMMENT ON TABLE assure.service_event IS 'What coverage counts, append-only: a finished service, and its withdrawal when the order is cancelled afterwards.';
COMMENT ON COLUMN assure.service_event.account_id IS 'the certificate';
COMMENT ON COLUMN assure.service_event.event_id IS 'key within it, in order';
COMMENT ON COLUMN assure.service_event.order_id IS 'the order';
COMMENT ON COLUMN assure.service_event.event IS 'served or withdrawn';
COMMENT ON COLUMN assure.service_event.member_id IS 'the customer who was served';
COMMENT ON COLUMN assure.service_event.service_id IS 'the service';
COMMENT ON COLUMN assure.service_event.branch_id IS 'the branch that insures';
COMMENT ON COLUMN assure.service_event.insurer IS 'the insurer of the group';
COMMENT ON COLUMN assure.service_event.customer_region IS 'the customer''s location';
COMMENT ON COLUMN assure.service_event.served_on IS 'day of the service in the company''s time zone';
COMMENT ON COLUMN assure.service_event.recorded_at IS 'when it was recorded';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.service_event
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();
$schema_script$);

INSERT INTO assure.schema_script (schema_version, from_version, position, room, script)
VALUES (1, NULL, 9, 'worker/schema', $schema_script$-- Jobs: what runs again and again, and how it went.
--
-- One row a job, updated twice a run: no index but the key, so that each update
-- stays on its page.

CREATE TABLE assure_internal.job (
    name text PRIMARY KEY CHECK (name <> ''),
    job_no smallint NOT NULL CHECK (job_no > 0),
    period_seconds int NOT NULL CHECK (period_seconds BETWEEN 1 AND 2678400),
    on_arrival boolean NOT NULL DEFAULT false,
    paused boolean NOT NULL DEFAULT false,
    paused_by text,
    paused_at timestamptz,
    next_run_at timestamptz NOT NULL DEFAULT now() CHECK (isfinite(next_run_at)),
    started_at timestamptz CHECK (isfinite(started_at)),
    started_by text CHECK (started_by IN ('worker', 'pg_cron', 'session')),
    last_ok_at timestamptz,
    last_duration_ms bigint CHECK (last_duration_ms >= 0),
    failures int NOT NULL DEFAULT 0 CHECK (failures >= 0),
    last_error_at timestamptz,
    last_error_code text,
    last_error text,
    total_runs bigint NOT NULL DEFAULT 0,
    total_failures bigint NOT NULL DEFAULT 0,
    CHECK (paused = (paused_at IS NOT NULL) AND paused = (paused_by IS NOT NULL)),
    CHECK (started_at IS NULL OR started_by IS NOT NULL)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
COMMENT ON TABLE assure_internal.job IS 'The jobs that background workers or pg_cron drive; what each does is fixed.';
COMMENT ON COLUMN assure_internal.job.name IS 'name of the job';
COMMENT ON COLUMN assure_internal.job.job_no IS 'its number in the library, objid of the lock that is held while it runs; pg_locks shows it as advisory with classid 1634956146 and objsubid 3';
COMMENT ON COLUMN assure_internal.job.period_seconds IS 'from one start to the next; the owner of the table may change it';
COMMENT ON COLUMN assure_internal.job.on_arrival IS 'background workers also run it, about once a second at most, when something arrives';
COMMENT ON COLUMN assure_internal.job.paused IS 'not run until assure.resume(job)';
COMMENT ON COLUMN assure_internal.job.paused_by IS 'session user who paused it';
COMMENT ON COLUMN assure_internal.job.paused_at IS 'when it was paused';
COMMENT ON COLUMN assure_internal.job.next_run_at IS 'when it is due; while it runs: when it would be due if this run failed';
COMMENT ON COLUMN assure_internal.job.started_at IS 'start of a run that has not ended, or was interrupted; counted in failures and total_failures until it ends well';
COMMENT ON COLUMN assure_internal.job.started_by IS 'what drove the last run: worker (a background worker), pg_cron or session (somebody''s CALL)';
COMMENT ON COLUMN assure_internal.job.last_ok_at IS 'end of the last run that went well';
COMMENT ON COLUMN assure_internal.job.last_duration_ms IS 'how long that took, milliseconds';
COMMENT ON COLUMN assure_internal.job.failures IS 'runs in a row that failed; each doubles the wait, an hour at most';
COMMENT ON COLUMN assure_internal.job.last_error_at IS 'when a run last failed; of one that was interrupted, its start';
COMMENT ON COLUMN assure_internal.job.last_error_code IS 'SQLSTATE of that failure; NULL: interrupted';
COMMENT ON COLUMN assure_internal.job.last_error IS 'its message, the first 500 bytes';
COMMENT ON COLUMN assure_internal.job.total_runs IS 'runs so far';
COMMENT ON COLUMN assure_internal.job.total_failures IS 'of these, failed';

INSERT INTO assure_internal.job (name, job_no, period_seconds, on_arrival) VALUES
    ('adjudicate', 1, 30, true),
    ('dispatch', 2, 60, false),
    ('sweep', 3, 5, false),
    ('housekeep', 4, 86400, false);

CREATE VIEW assure_bi.job_status AS
SELECT s.job, s.period, s.paused,
       CASE WHEN s.paused THEN 'paused'
            WHEN s.running THEN 'running'
            WHEN s.next_run_at < now() - greatest(5 * s.period, interval '5 minutes') THEN 'overdue'
            WHEN s.failures > 0 THEN 'failing'
            ELSE 'waiting' END AS state,
       s.next_run_at, s.last_ok_at,
       make_interval(secs => s.last_duration_ms / 1000.0) AS last_duration,
       s.failures, s.last_error_at, s.last_error_code, s.last_error,
       CASE WHEN s.next_run_at < now() - greatest(5 * s.period, interval '5 minutes') AND NOT s.paused AND NOT s.running
            THEN 'nothing: list the database in assure.databases, or call assure.install_schedules()'
            ELSE s.started_by END AS driven_by,
       s.total_runs, s.total_failures, s.paused_by, s.paused_at
FROM (
    SELECT j.name AS job, make_interval(secs => j.period_seconds) AS period, j.paused, r.running,
           j.next_run_at, j.last_ok_at, j.last_duration_ms,
           -- a run at hand is counted as failed until it ends
           j.failures - (r.running AND j.started_at IS NOT NULL)::int AS failures,
           j.total_failures - (r.running AND j.started_at IS NOT NULL)::int AS total_failures,
           j.last_error_at, j.last_error_code, j.last_error, j.started_by, j.total_runs, j.paused_by, j.paused_at
    FROM assure_internal.job j
    CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT FROM pg_catalog.pg_locks l
            WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 3
              AND l.classid = 1634956146::oid AND l.objid = j.job_no::oid
              AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())
        ) AS running
    ) r
) s;
COMMENT ON VIEW assure_bi.job_status IS 'The jobs: when they run, how the last run went, and whether anything drives them.';
COMMENT ON COLUMN assure_bi.job_status.job IS 'name of the job';
COMMENT ON COLUMN assure_bi.job_status.period IS 'from one start to the next';
COMMENT ON COLUMN assure_bi.job_status.paused IS 'not run until it is resumed';
COMMENT ON COLUMN assure_bi.job_status.state IS 'waiting, running, failing (the last run failed; it is tried again), paused, or overdue (should have run long ago: nothing drives it, or the work piles up)';
COMMENT ON COLUMN assure_bi.job_status.next_run_at IS 'when it is due';
COMMENT ON COLUMN assure_bi.job_status.last_ok_at IS 'end of the last run that went well';
COMMENT ON COLUMN assure_bi.job_status.last_duration IS 'how long that took';
COMMENT ON COLUMN assure_bi.job_status.failures IS 'runs in a row that failed';
COMMENT ON COLUMN assure_bi.job_status.last_error_at IS 'when a run last failed';
COMMENT ON COLUMN assure_bi.job_status.last_error_code IS 'SQLSTATE of that failure; NULL: the run was interrupted';
COMMENT ON COLUMN assure_bi.job_status.last_error IS 'its message';
COMMENT ON COLUMN assure_bi.job_status.driven_by IS 'what ran it last (worker, pg_cron or session); of an overdue job, what to do';
COMMENT ON COLUMN assure_bi.job_status.total_runs IS 'runs so far';
COMMENT ON COLUMN assure_bi.job_status.total_failures IS 'of these, failed';
COMMENT ON COLUMN assure_bi.job_status.paused_by IS 'who paused it';
COMMENT ON COLUMN assure_bi.job_status.paused_at IS 'when it was paused';
$schema_script$);

INSERT INTO assure.schema_script (schema_version, from_version, position, room, script)
VALUES (1, NULL, 10, 'bi/schema', $schema_script$-- Views for BI tools: stable names and columns, amounts in yuan, people masked.
-- They are the owner's, so that a reader needs no right on the tables below.

CREATE FUNCTION assure_bi.mask_name(name text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
    AS $$ SELECT left(name, 1) || '*' $$;
COMMENT ON FUNCTION assure_bi.mask_name(text) IS 'A name as it may be shown: its first character.';

CREATE FUNCTION assure_bi.mask_middle(value text, shown_left int, shown_right int) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
    AS $$ SELECT CASE WHEN length(value) > shown_left + shown_right
            THEN left(value, shown_left) || repeat('*', length(value) - shown_left - shown_right) || right(value, shown_right)
            ELSE repeat('*', length(value)) END $$;
COMMENT ON FUNCTION assure_bi.mask_middle(text, int, int) IS 'A number as it may be shown: its ends.';

CREATE VIEW assure_bi.member WITH (security_barrier) AS
    SELECT m.account_id, m.member_id, p.ref AS policy, p.insurer, b.code AS branch, m.ref AS member_ref,
        assure_bi.mask_name(m.name) AS name, assure_bi.mask_middle(m.resident_id, 4, 4) AS resident_id,
        extract(year FROM m.birth_date)::int AS birth_year, m.sex, assure_bi.mask_middle(m.phone, 3, 4) AS phone,
        left(m.region, 2) || '0000' AS province
    FROM assure.member m JOIN assure.account a USING (account_id) JOIN assure.policy p USING (policy_id) JOIN assure.branch b USING (branch_id);
COMMENT ON VIEW assure_bi.member IS 'Insured people, masked.';
COMMENT ON COLUMN assure_bi.member.account_id IS 'certificate';
COMMENT ON COLUMN assure_bi.member.member_id IS 'person';
COMMENT ON COLUMN assure_bi.member.policy IS 'policy number';
COMMENT ON COLUMN assure_bi.member.insurer IS 'insurer of the group';
COMMENT ON COLUMN assure_bi.member.branch IS 'branch that insures';
COMMENT ON COLUMN assure_bi.member.member_ref IS 'member reference within the policy';
COMMENT ON COLUMN assure_bi.member.name IS 'masked name';
COMMENT ON COLUMN assure_bi.member.resident_id IS 'masked resident identity number';
COMMENT ON COLUMN assure_bi.member.birth_year IS 'year of birth';
COMMENT ON COLUMN assure_bi.member.sex IS 'F or M';
COMMENT ON COLUMN assure_bi.member.phone IS 'masked telephone';
COMMENT ON COLUMN assure_bi.member.province IS 'province of the stated residence';

CREATE VIEW assure_bi.claim WITH (security_barrier) AS
    SELECT c.account_id, c.claim_id, c.ref, p.insurer, b.code AS branch, left(b.region, 2) || '0000' AS province, c.cause, c.event_date,
        c.submitted_at,
        CASE WHEN q.claim_id IS NOT NULL THEN 'waiting' WHEN f.claim_id IS NOT NULL THEN 'failed'
             WHEN d.verdict = 'approve' THEN 'approved' WHEN d.verdict = 'deny' THEN 'denied' ELSE 'in_review' END AS state,
        round(c.submitted_fen / 100.0, 2) AS submitted, round(coalesce(d.paid_fen, 0) / 100.0, 2) AS paid,
        (SELECT r ->> 'code' FROM jsonb_array_elements(d.reasons) WITH ORDINALITY AS e (r, n)
            ORDER BY r ? 'benefit', (r ->> 'amount')::numeric DESC NULLS LAST, n LIMIT 1) AS main_reason, d.decided_at, d.decision_no, d.plan_version_id
    FROM assure.claim c
    JOIN assure.policy p USING (policy_id) JOIN assure.branch b ON b.branch_id = c.branch_id
    LEFT JOIN assure_internal.claim_queue q ON q.account_id = c.account_id AND q.claim_id = c.claim_id
    LEFT JOIN assure.failed_claim f ON f.account_id = c.account_id AND f.claim_id = c.claim_id
    LEFT JOIN (SELECT DISTINCT ON (account_id, claim_id) * FROM assure.decision ORDER BY account_id, claim_id, decision_no DESC) d
        ON d.account_id = c.account_id AND d.claim_id = c.claim_id;
COMMENT ON VIEW assure_bi.claim IS 'Claims with their current decision.';
COMMENT ON COLUMN assure_bi.claim.account_id IS 'certificate';
COMMENT ON COLUMN assure_bi.claim.claim_id IS 'claim';
COMMENT ON COLUMN assure_bi.claim.ref IS 'the caller''s key';
COMMENT ON COLUMN assure_bi.claim.insurer IS 'insurer of the group';
COMMENT ON COLUMN assure_bi.claim.branch IS 'branch that insures';
COMMENT ON COLUMN assure_bi.claim.province IS 'province of that branch';
COMMENT ON COLUMN assure_bi.claim.cause IS 'illness, accident or maternity';
COMMENT ON COLUMN assure_bi.claim.event_date IS 'day of the event';
COMMENT ON COLUMN assure_bi.claim.submitted_at IS 'when it was handed in';
COMMENT ON COLUMN assure_bi.claim.state IS 'waiting, failed, approved, denied or in_review';
COMMENT ON COLUMN assure_bi.claim.submitted IS 'submitted, yuan';
COMMENT ON COLUMN assure_bi.claim.paid IS 'paid, yuan';
COMMENT ON COLUMN assure_bi.claim.main_reason IS 'code of what weighs most: a finding about the whole claim, else the reason with the largest amount';
COMMENT ON COLUMN assure_bi.claim.decided_at IS 'when it was decided';
COMMENT ON COLUMN assure_bi.claim.decision_no IS 'number of the current decision';
COMMENT ON COLUMN assure_bi.claim.plan_version_id IS 'terms that were applied';

CREATE VIEW assure_bi.bill_line WITH (security_barrier) AS
    SELECT c.account_id, c.claim_id, b.position AS bill, b.value ->> 'no' AS bill_no, l.position AS line,
        l.value ->> 'category' AS category, l.value ->> 'code' AS code, l.value ->> 'class' AS class,
        (l.value ->> 'amount')::numeric AS amount
    FROM assure.claim c
    CROSS JOIN LATERAL jsonb_array_elements(coalesce(c.document -> 'bills', '[]')) WITH ORDINALITY AS b (value, position)
    CROSS JOIN LATERAL jsonb_array_elements(b.value -> 'items') WITH ORDINALITY AS l (value, position);
COMMENT ON VIEW assure_bi.bill_line IS 'The lines of bills, out of the claim documents.';
COMMENT ON COLUMN assure_bi.bill_line.account_id IS 'certificate';
COMMENT ON COLUMN assure_bi.bill_line.claim_id IS 'claim';
COMMENT ON COLUMN assure_bi.bill_line.bill IS 'place of the bill in the claim';
COMMENT ON COLUMN assure_bi.bill_line.bill_no IS 'invoice number';
COMMENT ON COLUMN assure_bi.bill_line.line IS 'place of the line in the bill';
COMMENT ON COLUMN assure_bi.bill_line.category IS 'category of the item';
COMMENT ON COLUMN assure_bi.bill_line.code IS 'code of the item';
COMMENT ON COLUMN assure_bi.bill_line.class IS 'social-insurance class A, B or C';
COMMENT ON COLUMN assure_bi.bill_line.amount IS 'amount, yuan; negative: a refund';

CREATE VIEW assure_bi.claim_outcome WITH (security_barrier) AS
    SELECT state, main_reason, count(*) AS claims, sum(submitted) AS submitted, sum(paid) AS paid
    FROM assure_bi.claim GROUP BY state, main_reason;
COMMENT ON VIEW assure_bi.claim_outcome IS 'Claims and money by state and main reason.';
COMMENT ON COLUMN assure_bi.claim_outcome.state IS 'waiting, failed, approved, denied or in_review';
COMMENT ON COLUMN assure_bi.claim_outcome.main_reason IS 'code of what weighs most; empty: paid in full';
COMMENT ON COLUMN assure_bi.claim_outcome.claims IS 'number of claims';
COMMENT ON COLUMN assure_bi.claim_outcome.submitted IS 'submitted, yuan';
COMMENT ON COLUMN assure_bi.claim_outcome.paid IS 'paid, yuan';

CREATE VIEW assure_bi.failed_claim WITH (security_barrier) AS
    SELECT f.account_id, f.claim_id, c.ref, b.code AS branch, f.error_code, f.error_message, f.failed_at
    FROM assure.failed_claim f JOIN assure.claim c USING (account_id, claim_id) JOIN assure.branch b USING (branch_id);
COMMENT ON VIEW assure_bi.failed_claim IS 'Claims that a batch set aside, with why; assure.retry_failed_claim(ref) puts one back.';
COMMENT ON COLUMN assure_bi.failed_claim.account_id IS 'certificate';
COMMENT ON COLUMN assure_bi.failed_claim.claim_id IS 'claim';
COMMENT ON COLUMN assure_bi.failed_claim.ref IS 'the caller''s key';
COMMENT ON COLUMN assure_bi.failed_claim.branch IS 'branch that insures';
COMMENT ON COLUMN assure_bi.failed_claim.error_code IS 'SQLSTATE';
COMMENT ON COLUMN assure_bi.failed_claim.error_message IS 'message';
COMMENT ON COLUMN assure_bi.failed_claim.failed_at IS 'when it was set aside';

CREATE VIEW assure_bi.queue_monitor WITH (security_barrier) AS
    SELECT q.code AS queue, q.name, t.state, count(*) AS tasks, min(t.created_at) AS oldest, round(sum(t.amount_fen) / 100.0, 2) AS amount
    FROM assure.task t JOIN assure.queue q USING (queue_id) GROUP BY q.code, q.name, t.state;
COMMENT ON VIEW assure_bi.queue_monitor IS 'Tasks by queue and state.';
COMMENT ON COLUMN assure_bi.queue_monitor.queue IS 'code of the queue';
COMMENT ON COLUMN assure_bi.queue_monitor.name IS 'name of the queue';
COMMENT ON COLUMN assure_bi.queue_monitor.state IS 'open, reserved, accepted, done or cancelled';
COMMENT ON COLUMN assure_bi.queue_monitor.tasks IS 'number of tasks';
COMMENT ON COLUMN assure_bi.queue_monitor.oldest IS 'when the oldest of them came up';
COMMENT ON COLUMN assure_bi.queue_monitor.amount IS 'amount at stake, yuan';

CREATE VIEW assure_bi.worker_load WITH (security_barrier) AS
    SELECT w.code AS worker, b.code AS branch, left(b.region, 2) || '0000' AS province, w.status, w.capacity,
        count(t.task_id) FILTER (WHERE t.state IN ('reserved', 'accepted')) AS load
    FROM assure.worker w JOIN assure.branch b USING (branch_id)
    LEFT JOIN assure.task t ON t.worker_id = w.worker_id AND t.state IN ('reserved', 'accepted')
    GROUP BY w.worker_id, w.code, b.code, b.region, w.status, w.capacity;
COMMENT ON VIEW assure_bi.worker_load IS 'Workers with the tasks they have now.';
COMMENT ON COLUMN assure_bi.worker_load.worker IS 'code of the worker';
COMMENT ON COLUMN assure_bi.worker_load.branch IS 'branch that employs';
COMMENT ON COLUMN assure_bi.worker_load.province IS 'province of that branch';
COMMENT ON COLUMN assure_bi.worker_load.status IS 'on_shift, off_shift or left';
COMMENT ON COLUMN assure_bi.worker_load.capacity IS 'tasks at once';
COMMENT ON COLUMN assure_bi.worker_load.load IS 'tasks reserved or accepted';

CREATE VIEW assure_bi.open_alert WITH (security_barrier) AS
    SELECT a.alert_id, a.level, a.at_target, q.code AS queue, b.code AS branch, a.subject_kind, a.subject_id, a.due_at, a.raised_at, a.acknowledged_at
    FROM assure.alert a LEFT JOIN assure.task t ON a.subject_kind = 'task' AND t.task_id = a.subject_id
    LEFT JOIN assure.queue q USING (queue_id) LEFT JOIN assure.branch b ON b.branch_id = a.branch_id
    WHERE a.resolved_at IS NULL;
COMMENT ON VIEW assure_bi.open_alert IS 'Alerts whose cause is still there.';
COMMENT ON COLUMN assure_bi.open_alert.alert_id IS 'alert';
COMMENT ON COLUMN assure_bi.open_alert.level IS 'new, stalled or overlong';
COMMENT ON COLUMN assure_bi.open_alert.at_target IS 'true: the target itself is passed; false: a warning';
COMMENT ON COLUMN assure_bi.open_alert.queue IS 'queue of the task';
COMMENT ON COLUMN assure_bi.open_alert.branch IS 'branch of the subject';
COMMENT ON COLUMN assure_bi.open_alert.subject_kind IS 'task';
COMMENT ON COLUMN assure_bi.open_alert.subject_id IS 'the task';
COMMENT ON COLUMN assure_bi.open_alert.due_at IS 'the moment that was passed';
COMMENT ON COLUMN assure_bi.open_alert.raised_at IS 'when it was raised';
COMMENT ON COLUMN assure_bi.open_alert.acknowledged_at IS 'when a person took notice';

CREATE VIEW assure_bi.sla_attainment WITH (security_barrier) AS
    SELECT q.code AS queue, count(*) AS tasks, count(*) FILTER (WHERE c.stopped_at <= c.target_at) AS in_time,
        count(*) FILTER (WHERE c.state = 'running' AND c.target_at < now()) AS overdue,
        round(count(*) FILTER (WHERE c.stopped_at <= c.target_at)::numeric / nullif(count(*) FILTER (WHERE c.state = 'stopped'), 0), 4) AS attainment
    FROM assure.clock c JOIN assure.task t ON c.subject_kind = 'task' AND t.task_id = c.subject_id JOIN assure.queue q USING (queue_id)
    GROUP BY q.code;
COMMENT ON VIEW assure_bi.sla_attainment IS 'How many tasks were done in time.';
COMMENT ON COLUMN assure_bi.sla_attainment.queue IS 'code of the queue';
COMMENT ON COLUMN assure_bi.sla_attainment.tasks IS 'tasks with a deadline';
COMMENT ON COLUMN assure_bi.sla_attainment.in_time IS 'done in time';
COMMENT ON COLUMN assure_bi.sla_attainment.overdue IS 'not done and past the target';
COMMENT ON COLUMN assure_bi.sla_attainment.attainment IS 'in_time out of those done';

CREATE VIEW assure_bi.service_usage WITH (security_barrier) AS
    SELECT v.code AS service, v.name, o.insurer, o.state, count(*) AS orders, count(DISTINCT o.member_id) AS customers
    FROM assure.service_order o JOIN assure.service v USING (service_id) GROUP BY v.code, v.name, o.insurer, o.state;
COMMENT ON VIEW assure_bi.service_usage IS 'Service orders by service, insurer and state.';
COMMENT ON COLUMN assure_bi.service_usage.service IS 'code of the service';
COMMENT ON COLUMN assure_bi.service_usage.name IS 'name of the service';
COMMENT ON COLUMN assure_bi.service_usage.insurer IS 'insurer of the group';
COMMENT ON COLUMN assure_bi.service_usage.state IS 'requested, done or cancelled';
COMMENT ON COLUMN assure_bi.service_usage.orders IS 'number of orders';
COMMENT ON COLUMN assure_bi.service_usage.customers IS 'distinct customers';

-- The current year to the end of this month, whatever the reader's time zone.
CREATE VIEW assure_bi.coverage_by_province WITH (security_barrier) AS
    SELECT c.region, c.name, c.insured, c.served, c.rate
    FROM assure_internal.installation i,
        LATERAL assure.coverage(daterange(date_trunc('year', now() AT TIME ZONE i.time_zone)::date,
            (date_trunc('month', now() AT TIME ZONE i.time_zone) + interval '1 month')::date), place => 'branch') c;
COMMENT ON VIEW assure_bi.coverage_by_province IS 'Share of insured customers served this year, by province of the branch that insures.';
COMMENT ON COLUMN assure_bi.coverage_by_province.region IS 'GB/T 2260 code of the province';
COMMENT ON COLUMN assure_bi.coverage_by_province.name IS 'its name';
COMMENT ON COLUMN assure_bi.coverage_by_province.insured IS 'distinct customers insured';
COMMENT ON COLUMN assure_bi.coverage_by_province.served IS 'of these, served';
COMMENT ON COLUMN assure_bi.coverage_by_province.rate IS 'served out of insured; empty: nobody is insured';

CREATE VIEW assure_bi.coverage_by_customer_location WITH (security_barrier) AS
    SELECT c.region, c.name, c.insured, c.served, c.rate
    FROM assure_internal.installation i,
        LATERAL assure.coverage(daterange(date_trunc('year', now() AT TIME ZONE i.time_zone)::date,
            (date_trunc('month', now() AT TIME ZONE i.time_zone) + interval '1 month')::date), place => 'customer') c;
COMMENT ON VIEW assure_bi.coverage_by_customer_location IS 'Share of insured customers served this year, by province where the customer lives.';
COMMENT ON COLUMN assure_bi.coverage_by_customer_location.region IS 'GB/T 2260 code of the province';
COMMENT ON COLUMN assure_bi.coverage_by_customer_location.name IS 'its name';
COMMENT ON COLUMN assure_bi.coverage_by_customer_location.insured IS 'distinct customers insured';
COMMENT ON COLUMN assure_bi.coverage_by_customer_location.served IS 'of these, served';
COMMENT ON COLUMN assure_bi.coverage_by_customer_location.rate IS 'served out of insured; empty: nobody is insured';
$schema_script$);

INSERT INTO assure.schema_script (schema_version, from_version, position, room, script)
VALUES (1, NULL, 11, 'access/schema', $schema_script$-- Row-level security, and the audit of configuration.
--
-- An operator role sees what belongs to the branches that are open to it, and the
-- work that the person behind it has in hand, wherever that comes from.
--
-- Who computes works as the owner and sees everything; these policies filter
-- only what is shown to roles that read the tables themselves.

ALTER TABLE assure.claim ENABLE ROW LEVEL SECURITY;
CREATE POLICY branch ON assure.claim FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR branch_id = ANY ((SELECT assure.visible_branches())::bigint[])
        OR (account_id, claim_id) IN (SELECT t.account_id, t.subject_id FROM assure.task t
            WHERE t.worker_id = (SELECT assure.acting_worker()) AND t.state IN ('reserved', 'accepted') AND t.subject_kind = 'claim'));
ALTER TABLE assure.task ENABLE ROW LEVEL SECURITY;
CREATE POLICY branch ON assure.task FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR branch_id = ANY ((SELECT assure.visible_branches())::bigint[])
        OR worker_id = (SELECT assure.acting_worker()));
ALTER TABLE assure.alert ENABLE ROW LEVEL SECURITY;
CREATE POLICY branch ON assure.alert FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR branch_id = ANY ((SELECT assure.visible_branches())::bigint[]));
ALTER TABLE assure.clock ENABLE ROW LEVEL SECURITY;
CREATE POLICY branch ON assure.clock FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR branch_id = ANY ((SELECT assure.visible_branches())::bigint[]));
ALTER TABLE assure.service_order ENABLE ROW LEVEL SECURITY;
CREATE POLICY branch ON assure.service_order FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR branch_id = ANY ((SELECT assure.visible_branches())::bigint[]));
ALTER TABLE assure.policy ENABLE ROW LEVEL SECURITY;
CREATE POLICY branch ON assure.policy FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR branch_id = ANY ((SELECT assure.visible_branches())::bigint[]));

-- What hangs on a claim, an order or a policy is seen with it.
ALTER TABLE assure.bill ENABLE ROW LEVEL SECURITY;
CREATE POLICY claim ON assure.bill FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.claim c
        WHERE c.account_id = bill.account_id AND c.claim_id = bill.claim_id));
ALTER TABLE assure.decision ENABLE ROW LEVEL SECURITY;
CREATE POLICY claim ON assure.decision FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.claim c
        WHERE c.account_id = decision.account_id AND c.claim_id = decision.claim_id));
ALTER TABLE assure.failed_claim ENABLE ROW LEVEL SECURITY;
CREATE POLICY claim ON assure.failed_claim FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.claim c
        WHERE c.account_id = failed_claim.account_id AND c.claim_id = failed_claim.claim_id));
ALTER TABLE assure.ledger_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY claim ON assure.ledger_entry FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.claim c
        WHERE c.account_id = ledger_entry.account_id AND c.claim_id = ledger_entry.claim_id));
ALTER TABLE assure.task_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.task_event FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.task t WHERE t.task_id = task_event.task_id));
ALTER TABLE assure.service_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.service_event FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.service_order o WHERE o.account_id = service_event.account_id AND o.order_id = service_event.order_id));
ALTER TABLE assure.account ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.account FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.policy p WHERE p.policy_id = account.policy_id));
ALTER TABLE assure.member ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.member FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.account a WHERE a.account_id = member.account_id));
ALTER TABLE assure.enrollment ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.enrollment FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.account a WHERE a.account_id = enrollment.account_id));
ALTER TABLE assure.balance ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.balance FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.account a WHERE a.account_id = balance.account_id));

-- Configuration that an administrator writes by plain SQL is noted.
CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON assure.branch
    FOR EACH ROW EXECUTE FUNCTION assure.audit_change();
CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON assure.provider
    FOR EACH ROW EXECUTE FUNCTION assure.audit_change();
CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON assure.service
    FOR EACH ROW EXECUTE FUNCTION assure.audit_change();
CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON assure.worker
    FOR EACH ROW EXECUTE FUNCTION assure.audit_change();
CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON assure.worker_skill
    FOR EACH ROW EXECUTE FUNCTION assure.audit_change();
CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON assure.queue
    FOR EACH ROW EXECUTE FUNCTION assure.audit_change();
CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON assure.sla_policy
    FOR EACH ROW EXECUTE FUNCTION assure.audit_change();
$schema_script$);

INSERT INTO assure.region_builtin (code,name) VALUES
	('110000', convert_from(decode('e58c97e4baace5b882', 'hex'), 'UTF8')),
	('120000', convert_from(decode('e5a4a9e6b4a5e5b882', 'hex'), 'UTF8')),
	('130000', convert_from(decode('e6b2b3e58c97e79c81', 'hex'), 'UTF8')),
	('140000', convert_from(decode('e5b1b1e8a5bfe79c81', 'hex'), 'UTF8')),
	('150000', convert_from(decode('e58685e89299e58fa4e887aae6b2bbe58cba', 'hex'), 'UTF8')),
	('210000', convert_from(decode('e8bebde5ae81e79c81', 'hex'), 'UTF8')),
	('220000', convert_from(decode('e59089e69e97e79c81', 'hex'), 'UTF8')),
	('230000', convert_from(decode('e9bb91e9be99e6b19fe79c81', 'hex'), 'UTF8')),
	('310000', convert_from(decode('e4b88ae6b5b7e5b882', 'hex'), 'UTF8')),
	('320000', convert_from(decode('e6b19fe88b8fe79c81', 'hex'), 'UTF8')),
	('330000', convert_from(decode('e6b599e6b19fe79c81', 'hex'), 'UTF8')),
	('340000', convert_from(decode('e5ae89e5bebde79c81', 'hex'), 'UTF8')),
	('350000', convert_from(decode('e7a68fe5bbbae79c81', 'hex'), 'UTF8')),
	('360000', convert_from(decode('e6b19fe8a5bfe79c81', 'hex'), 'UTF8')),
	('370000', convert_from(decode('e5b1b1e4b89ce79c81', 'hex'), 'UTF8')),
	('410000', convert_from(decode('e6b2b3e58d97e79c81', 'hex'), 'UTF8')),
	('420000', convert_from(decode('e6b996e58c97e79c81', 'hex'), 'UTF8')),
	('430000', convert_from(decode('e6b996e58d97e79c81', 'hex'), 'UTF8')),
	('440000', convert_from(decode('e5b9bfe4b89ce79c81', 'hex'), 'UTF8')),
	('450000', convert_from(decode('e5b9bfe8a5bfe5a3aee6978fe887aae6b2bbe58cba', 'hex'), 'UTF8')),
	('460000', convert_from(decode('e6b5b7e58d97e79c81', 'hex'), 'UTF8')),
	('500000', convert_from(decode('e9878de5ba86e5b882', 'hex'), 'UTF8')),
	('510000', convert_from(decode('e59b9be5b79de79c81', 'hex'), 'UTF8')),
	('520000', convert_from(decode('e8b4b5e5b79ee79c81', 'hex'), 'UTF8')),
	('530000', convert_from(decode('e4ba91e58d97e79c81', 'hex'), 'UTF8')),
	('540000', convert_from(decode('e8a5bfe8978fe887aae6b2bbe58cba', 'hex'), 'UTF8')),
	('610000', convert_from(decode('e99995e8a5bfe79c81', 'hex'), 'UTF8')),
	('620000', convert_from(decode('e79498e88283e79c81', 'hex'), 'UTF8')),
	('630000', convert_from(decode('e99d92e6b5b7e79c81', 'hex'), 'UTF8')),
	('640000', convert_from(decode('e5ae81e5a48fe59b9ee6978fe887aae6b2bbe58cba', 'hex'), 'UTF8')),
	('650000', convert_from(decode('e696b0e79686e7bbb4e590bee5b094e887aae6b2bbe58cba', 'hex'), 'UTF8')),
	('710000', convert_from(decode('e58fb0e6b9bee79c81', 'hex'), 'UTF8')),
	('810000', convert_from(decode('e9a699e6b8afe789b9e588abe8a18ce694bfe58cba', 'hex'), 'UTF8')),
	('820000', convert_from(decode('e6beb3e997a8e789b9e588abe8a18ce694bfe58cba', 'hex'), 'UTF8'));
