/*-------------------------------------------------------------------------
 *
 * access_sql.c
 *		Who may do what, and who acts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/syscache.h"

#include "audit/audit.h"
#include "core/call.h"
#include "core/errors.h"
#include "core/grants.h"
#include "core/guc.h"
#include "core/partition.h"
#include "core/plan.h"

PG_FUNCTION_INFO_V1(assure_grant_access);
PG_FUNCTION_INFO_V1(assure_revoke_access);
PG_FUNCTION_INFO_V1(assure_grant_branch);
PG_FUNCTION_INFO_V1(assure_revoke_branch);
PG_FUNCTION_INFO_V1(assure_set_worker_login);
PG_FUNCTION_INFO_V1(assure_act_as);
PG_FUNCTION_INFO_V1(assure_sees_all_branches);
PG_FUNCTION_INFO_V1(assure_visible_branches);
PG_FUNCTION_INFO_V1(assure_acting_worker);
PG_FUNCTION_INFO_V1(assure_housekeep);

/*
 * check_scope refuses the name of a scope that is none.
 */
static void
check_scope(const char *scope)
{
	if (scope_parse(scope) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("scope \"%s\" is not known", scope),
				 errhint("Scopes are %s.", scope_names(SCOPE_ALL))));
}

/*
 * can_bypass_rls tells whether a role reads past row-level security, as a dump
 * has to.
 */
static bool
can_bypass_rls(Oid role)
{
	HeapTuple	tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(role));
	bool		bypass = false;

	if (HeapTupleIsValid(tuple))
	{
		bypass = ((Form_pg_authid) GETSTRUCT(tuple))->rolbypassrls || superuser_arg(role);
		ReleaseSysCache(tuple);
	}
	return bypass;
}

/*
 * assure_grant_access gives a role a scope: what its functions check, and the
 * privileges that belong to it.
 */
PGDLLEXPORT Datum
assure_grant_access(PG_FUNCTION_ARGS)
{
	static SqlPlan insert = {
		"INSERT INTO assure.access_grant (role_name, scope, granted_by) VALUES ($1, $2, $3) "
		"ON CONFLICT (role_name, scope) DO NOTHING", {TEXTOID, TEXTOID, TEXTOID}
	};
	char	   *role = NameStr(*PG_GETARG_NAME(0));
	char	   *scope = text_to_cstring(PG_GETARG_TEXT_PP(1));
	Oid			role_oid = get_role_oid(role, false);
	Call		call;
	Datum		values[3] = {CStringGetTextDatum(role), CStringGetTextDatum(scope)};

	check_scope(scope);
	call_begin(&call, SCOPE_ADMIN, "grant_access");
	grants_lock();
	values[2] = CStringGetTextDatum(call.session_role);
	if (plan_run(&insert, values, NULL) == 1)
		audit_write_one(&call, psprintf("role %s scope %s", role, scope));
	grants_apply(role);
	if (scope_parse(scope) == SCOPE_BACKUP && !can_bypass_rls(role_oid))
		ereport(WARNING,
				(errcode(ERRCODE_WARNING),
				 errmsg("role \"%s\" cannot read past row-level security, so its dump would fail", role),
				 errhint("ALTER ROLE %s BYPASSRLS;", quote_identifier(role))));
	call_end(&call);
	PG_RETURN_VOID();
}

/*
 * assure_revoke_access takes a scope back; what other scopes of the role allow
 * it keeps.
 */
PGDLLEXPORT Datum
assure_revoke_access(PG_FUNCTION_ARGS)
{
	static SqlPlan delete = {
		"DELETE FROM assure.access_grant WHERE role_name = $1 AND scope = $2", {TEXTOID, TEXTOID}
	};
	char	   *role = NameStr(*PG_GETARG_NAME(0));
	char	   *scope = text_to_cstring(PG_GETARG_TEXT_PP(1));
	Call		call;
	Datum		values[2] = {CStringGetTextDatum(role), CStringGetTextDatum(scope)};
	bool		removed;

	check_scope(scope);
	call_begin(&call, SCOPE_ADMIN, "revoke_access");
	grants_lock();
	removed = plan_run(&delete, values, NULL) == 1;
	if (removed)
		audit_write_one(&call, psprintf("role %s scope %s", role, scope));
	if (OidIsValid(get_role_oid(role, true)))
	{
		static SqlPlan find_any = {"SELECT 1 FROM assure.access_grant WHERE role_name = $1", {TEXTOID}};

		grants_withdraw(role);
		if (plan_run(&find_any, values, NULL) > 0)
			grants_apply(role);
	}
	call_end(&call);
	PG_RETURN_BOOL(removed);
}

/*
 * find_branch returns the key of a branch by its code.
 */
static int64
find_branch(const char *code)
{
	static SqlPlan find = {"SELECT branch_id FROM assure.branch WHERE code = $1", {TEXTOID}};
	Datum		value = CStringGetTextDatum(code);

	if (plan_run(&find, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("branch \"%s\" does not exist", code)));
	return plan_int64(0, 1, 0);
}

/*
 * find_worker returns the key of a worker who is still employed.
 */
static int64
find_worker(const char *code)
{
	static SqlPlan find = {"SELECT worker_id FROM assure.worker WHERE code = $1 AND status <> 'left'", {TEXTOID}};
	Datum		value = CStringGetTextDatum(code);

	if (plan_run(&find, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("worker \"%s\" does not exist or has left", code)));
	return plan_int64(0, 1, 0);
}

/*
 * assure_grant_branch opens a branch to an operator role.
 */
PGDLLEXPORT Datum
assure_grant_branch(PG_FUNCTION_ARGS)
{
	static SqlPlan insert = {
		"INSERT INTO assure.branch_access (role_name, branch_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
		{TEXTOID, INT8OID}
	};
	char	   *role = NameStr(*PG_GETARG_NAME(0));
	char	   *branch = text_to_cstring(PG_GETARG_TEXT_PP(1));
	Call		call;
	Datum		values[2] = {CStringGetTextDatum(role)};

	(void) get_role_oid(role, false);
	call_begin(&call, SCOPE_ADMIN, "grant_branch");
	values[1] = Int64GetDatum(find_branch(branch));
	if (plan_run(&insert, values, NULL) == 1)
		audit_write_one(&call, psprintf("role %s branch %s", role, branch));
	call_end(&call);
	PG_RETURN_VOID();
}

/*
 * assure_revoke_branch closes a branch to an operator role.
 */
PGDLLEXPORT Datum
assure_revoke_branch(PG_FUNCTION_ARGS)
{
	static SqlPlan delete = {
		"DELETE FROM assure.branch_access WHERE role_name = $1 AND branch_id = $2", {TEXTOID, INT8OID}
	};
	char	   *role = NameStr(*PG_GETARG_NAME(0));
	char	   *branch = text_to_cstring(PG_GETARG_TEXT_PP(1));
	Call		call;
	Datum		values[2] = {CStringGetTextDatum(role)};
	bool		removed;

	call_begin(&call, SCOPE_ADMIN, "revoke_branch");
	values[1] = Int64GetDatum(find_branch(branch));
	removed = plan_run(&delete, values, NULL) == 1;
	if (removed)
		audit_write_one(&call, psprintf("role %s branch %s", role, branch));
	call_end(&call);
	PG_RETURN_BOOL(removed);
}

/*
 * assure_set_worker_login binds a database role to the one person who logs in
 * with it; a NULL worker unbinds it.
 */
PGDLLEXPORT Datum
assure_set_worker_login(PG_FUNCTION_ARGS)
{
	static SqlPlan bind = {
		"INSERT INTO assure.worker_login (role_name, worker_id) VALUES ($1, $2) "
		"ON CONFLICT (role_name) DO UPDATE SET worker_id = excluded.worker_id", {TEXTOID, INT8OID}
	};
	static SqlPlan find_other = {
		"SELECT role_name FROM assure.worker_login WHERE worker_id = $2 AND role_name <> $1", {TEXTOID, INT8OID}
	};
	static SqlPlan unbind = {"DELETE FROM assure.worker_login WHERE role_name = $1", {TEXTOID}};
	char	   *role;
	Call		call;
	Datum		values[2];

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("role must not be NULL")));
	role = NameStr(*PG_GETARG_NAME(0));
	(void) get_role_oid(role, !PG_ARGISNULL(1) ? false : true);
	call_begin(&call, SCOPE_ADMIN, "set_worker_login");
	values[0] = CStringGetTextDatum(role);
	if (PG_ARGISNULL(1))
	{
		plan_run(&unbind, values, NULL);
		audit_write_one(&call, psprintf("role %s worker none", role));
	}
	else
	{
		values[1] = Int64GetDatum(find_worker(text_to_cstring(PG_GETARG_TEXT_PP(1))));
		if (plan_run(&find_other, values, NULL) > 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNIQUE_VIOLATION),
					 errmsg("worker \"%s\" logs in as role \"%s\" already",
							text_to_cstring(PG_GETARG_TEXT_PP(1)), plan_text(0, 1)),
					 errhint("Unbind that role first: assure.set_worker_login(role, NULL).")));
		plan_run(&bind, values, NULL);
		audit_write_one(&call, psprintf("role %s worker " INT64_FORMAT, role, DatumGetInt64(values[1])));
	}
	call_end(&call);
	PG_RETURN_VOID();
}

/*
 * assure_act_as names the person on whose behalf a shared role acts, until the
 * end of the transaction.
 */
PGDLLEXPORT Datum
assure_act_as(PG_FUNCTION_ARGS)
{
	char	   *worker = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Call		call;
	int64		worker_id;

	call_begin(&call, SCOPE_PROXY, "act_as");
	worker_id = find_worker(worker);
	audit_write_one(&call, psprintf("worker " INT64_FORMAT, worker_id));
	call_end(&call);
	(void) set_config_option(ACTOR_SETTING, psprintf(INT64_FORMAT, worker_id), PGC_INTERNAL,
							 PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
	PG_RETURN_VOID();
}

/*
 * assure_sees_all_branches tells row-level security whether the caller's scopes
 * reach over all branches.
 */
PGDLLEXPORT Datum
assure_sees_all_branches(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL((config_scopes_of(GetUserId()) &
					(SCOPE_SUPERVISOR | SCOPE_AUDITOR | SCOPE_ADMIN | SCOPE_BACKUP)) != 0);
}

/*
 * assure_visible_branches returns the branches that are open to the caller; none
 * where no scope or branch was granted.
 */
PGDLLEXPORT Datum
assure_visible_branches(PG_FUNCTION_ARGS)
{
	static SqlPlan list = {"SELECT role_name, branch_id FROM assure.branch_access", {0}};
	MemoryContext result_context = CurrentMemoryContext;
	MemoryContext before;
	Call		call;
	uint64		count;
	int64	   *branches;
	int			visible = 0;
	Datum		result;

	call_begin_unchecked(&call, "visible_branches");
	count = plan_run(&list, NULL, NULL);
	branches = palloc(sizeof(int64) * Max(count, 1));
	for (uint64 i = 0; i < count; i++)
	{
		Oid			role = get_role_oid(plan_text(i, 1), true);

		if (OidIsValid(role) && has_privs_of_role(call.caller, role))
			branches[visible++] = plan_int64(i, 2, 0);
	}
	before = MemoryContextSwitchTo(result_context);
	result = array_of_int64(branches, visible);
	MemoryContextSwitchTo(before);
	call_end(&call);
	PG_RETURN_DATUM(result);
}

/*
 * assure_acting_worker returns the worker on whose behalf the caller acts, NULL
 * for nobody.
 */
PGDLLEXPORT Datum
assure_acting_worker(PG_FUNCTION_ARGS)
{
	Call		call;
	int64		worker_id;

	call_begin_unchecked(&call, "acting_worker");
	worker_id = call_actor(&call);
	call_end(&call);
	if (worker_id == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(worker_id);
}

/*
 * assure_housekeep drops what is kept only for a time, answers to requests and
 * notifications, and adds the partitions that will be needed next.  A dump reads partitions by
 * their own names, so new ones need their grants.
 */
PGDLLEXPORT Datum
assure_housekeep(PG_FUNCTION_ARGS)
{
	static SqlPlan purge = {
		"DELETE FROM assure_internal.request WHERE requested_at < now() - make_interval(days => $1)", {INT4OID}
	};
	static SqlPlan purge_notifications = {
		"WITH n AS (DELETE FROM assure.notification WHERE created_at < now() - interval '30 days' RETURNING notification_id) "
		"DELETE FROM assure_internal.notification_delivery d USING n WHERE d.notification_id = n.notification_id", {0}
	};
	Datum		days = Int32GetDatum(guc_request_retention_days);
	Call		call;
	uint64		purged;

	call_begin(&call, SCOPE_ADMIN | SCOPE_SUPERVISOR, "housekeep");
	purged = plan_run(&purge, &days, NULL);
	plan_run(&purge_notifications, NULL, NULL);
	if (partitions_add(call.owner) > 0)
	{
		grants_lock();
		grants_apply_all();
	}
	call_end(&call);
	PG_RETURN_INT64((int64) purged);
}
