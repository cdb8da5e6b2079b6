/*-------------------------------------------------------------------------
 *
 * grants.c
 *		Privileges that belong to access scopes.
 *
 * assure.scope_right, shipped, says what a scope may do;
 * assure.access_grant, data, says which role has which scope.  From the two
 * come GRANT statements: on functions as the extension's owner, on tables and
 * views as the owner of the data.  Only statements made here run under those
 * roles, with names quoted by format().
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "core/config.h"
#include "core/grants.h"
#include "core/guc.h"
#include "core/lock.h"
#include "core/plan.h"

/*
 * identity_take becomes a role; an error undoes it with the transaction.
 */
Identity
identity_take(Oid role)
{
	Identity	before;

	GetUserIdAndSecContext(&before.role, &before.security);
	SetUserIdAndSecContext(role, before.security | SECURITY_LOCAL_USERID_CHANGE);
	return before;
}

/*
 * identity_restore becomes who it was before.
 */
void
identity_restore(Identity before)
{
	SetUserIdAndSecContext(before.role, before.security);
}

/*
 * run_utility runs one statement that is made from trusted text.
 */
void
run_utility(const char *format,...)
{
	MemoryContext before = CurrentMemoryContext;
	StringInfoData sql;
	int			code;

	initStringInfo(&sql);
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, format);
		needed = appendStringInfoVA(&sql, format, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&sql, needed);
	}
	code = SPI_execute(sql.data, false, 0);
	MemoryContextSwitchTo(before);
	if (code < 0)
		elog(ERROR, "could not run \"%s\": %s", sql.data, SPI_result_code_string(code));
	pfree(sql.data);
}

/*
 * What the scopes of a role ($1, scopes $2) amount to.  Tables are looked up among
 * those that the data's owner owns, so that "read all" is all of them and no
 * other; who writes a table needs the sequences of its defaults.
 */
static SqlPlan routine_grants = {
	"SELECT 'GRANT USAGE ON SCHEMA assure TO ' || quote_ident($1) "
	"UNION SELECT format('GRANT EXECUTE ON ROUTINE %s TO %I', r.object, $1) "
	"FROM assure.scope_right r WHERE r.scope = ANY ($2) AND r.kind = 'routine'",
	{TEXTOID, TEXTARRAYOID}
};

static SqlPlan relation_grants = {
	"WITH r AS (SELECT kind, object FROM assure.scope_right WHERE scope = ANY ($2)), "
	"owned AS (SELECT c.oid, c.relname, c.relkind, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
	"  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') "
	"  AND c.relowner = (SELECT relowner FROM pg_class WHERE oid = 'assure_internal.installation'::regclass)) "
	"SELECT 'GRANT USAGE ON SCHEMA assure_bi TO ' || quote_ident($1) "
	"UNION SELECT format('GRANT %s ON %s TO %I', CASE kind WHEN 'read' THEN 'SELECT' ELSE 'SELECT, INSERT, UPDATE, DELETE' END, object, $1) "
	"FROM r WHERE kind IN ('read', 'write') "
	"UNION SELECT format('GRANT USAGE ON SEQUENCE %I.%I TO %I', o.nspname, o.relname, $1) "
	"FROM r JOIN pg_attrdef a ON a.adrelid = r.object::regclass "
	"JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = a.oid AND d.refclassid = 'pg_class'::regclass "
	"JOIN owned o ON o.oid = d.refobjid AND o.relkind = 'S' WHERE r.kind = 'write' "
	"UNION SELECT format('GRANT USAGE ON SCHEMA %I TO %I', object, $1) FROM r WHERE kind = 'read all' AND object <> 'assure' "
	"UNION SELECT format('GRANT SELECT ON %s %I.%I TO %I', CASE o.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, o.nspname, o.relname, $1) "
	"FROM r JOIN owned o ON o.nspname = r.object WHERE r.kind = 'read all'",
	{TEXTOID, TEXTARRAYOID}
};

static SqlPlan routine_revokes = {
	"SELECT format('REVOKE %s FROM %I', what, $1) FROM (VALUES "
	"('EXECUTE ON ALL ROUTINES IN SCHEMA assure'), ('USAGE ON SCHEMA assure')) v(what) WHERE $2 IS NOT NULL",
	{TEXTOID, TEXTARRAYOID}
};

static SqlPlan relation_revokes = {
	"SELECT format('REVOKE ALL ON %s %I.%I FROM %I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, n.nspname, c.relname, $1) "
	"FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
	"WHERE n.nspname IN ('assure', 'assure_bi', 'assure_internal') AND c.relkind IN ('r', 'p', 'v', 'm', 'S') "
	"AND c.relowner = (SELECT relowner FROM pg_class WHERE oid = 'assure_internal.installation'::regclass) AND $2 IS NOT NULL "
	"UNION SELECT 'REVOKE USAGE ON SCHEMA assure_bi, assure_internal FROM ' || quote_ident($1)",
	{TEXTOID, TEXTARRAYOID}
};

/*
 * run_statements runs each statement of a list, as another role.
 */
static void
run_statements(Oid role, SqlPlan *list, const Datum *values)
{
	uint64		count = plan_run(list, values, NULL);
	char	  **statements;
	Identity	before;

	statements = palloc(mul_size(sizeof(char *), Max(count, 1)));
	for (uint64 i = 0; i < count; i++)
		statements[i] = plan_text(i, 1);
	before = identity_take(role);
	for (uint64 i = 0; i < count; i++)
		run_utility("%s", statements[i]);
	identity_restore(before);
}

/*
 * scopes_read returns the scopes of a role as an array.  The data's owner can
 * change what stands behind any name of a data table, so it is read as that
 * owner and nobody else.
 */
static Datum
scopes_read(const char *role)
{
	static SqlPlan read = {"SELECT scope FROM assure.access_grant WHERE role_name = $1", {TEXTOID}};
	Datum		value = CStringGetTextDatum(role);
	Identity	before = identity_take(config_owner(false));
	uint64		count = plan_run(&read, &value, NULL);
	Column		scopes;

	column_start(&scopes, TEXTOID);
	for (uint64 i = 0; i < count; i++)
		column_add_text(&scopes, plan_text(i, 1));
	identity_restore(before);
	return column_array(&scopes);
}

/*
 * run_both runs one list as the extension's owner and one as the data's.  The
 * lists are made as the extension's owner, from what is shipped and from the
 * catalogs alone, under a search_path in which the data's owner can put nothing.
 */
static void
run_both(const char *role, SqlPlan *routines, SqlPlan *relations)
{
	Datum		values[2] = {CStringGetTextDatum(role), scopes_read(role)};
	Identity	before = identity_take(extension_owner());
	int			level = NewGUCNestLevel();

	pin_setting("search_path", "pg_catalog, pg_temp");
	pin_setting("quote_all_identifiers", "off");
	run_statements(extension_owner(), routines, values);
	run_statements(config_owner(false), relations, values);
	AtEOXact_GUC(false, level);
	identity_restore(before);
}

/*
 * grants_lock keeps apart, for the transaction, those who change grants or the
 * schema: two GRANTs on one object at once fail.
 */
void
grants_lock(void)
{
	lock_for_transaction(LOCK_SCHEMA);
}

/*
 * grants_apply gives a role all that its scopes allow.
 */
void
grants_apply(const char *role)
{
	run_both(role, &routine_grants, &relation_grants);
}

/*
 * grants_withdraw takes back all that any scope allows.
 */
void
grants_withdraw(const char *role)
{
	run_both(role, &routine_revokes, &relation_revokes);
}

/*
 * grants_apply_all gives every role with a scope what it allows now: after an
 * upgrade brought new functions or views.
 */
void
grants_apply_all(void)
{
	static SqlPlan read = {
		"SELECT DISTINCT g.role_name FROM assure.access_grant g JOIN pg_catalog.pg_roles r ON r.rolname = g.role_name ORDER BY 1", {0}
	};
	Identity	before = identity_take(config_owner(false));
	uint64		count = plan_run(&read, NULL, NULL);
	char	  **roles;

	roles = palloc(mul_size(sizeof(char *), Max(count, 1)));
	for (uint64 i = 0; i < count; i++)
		roles[i] = plan_text(i, 1);
	identity_restore(before);
	for (uint64 i = 0; i < count; i++)
		grants_apply(roles[i]);
}
