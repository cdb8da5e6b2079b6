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

#include "core/config.h"
#include "core/grants.h"
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
	if (code < 0)
		elog(ERROR, "could not run \"%s\": %s", sql.data, SPI_result_code_string(code));
	pfree(sql.data);
}

/*
 * run_statements runs each statement that the query returns, as another role.
 */
static void
run_statements(Oid role, const char *query, const char *argument)
{
	Oid			type = TEXTOID;
	Datum		value = CStringGetTextDatum(argument);
	uint64		count;
	char	  **statements;
	Identity	before;

	if (SPI_execute_with_args(query, 1, &type, &value, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not list privileges");
	count = SPI_processed;
	statements = palloc(mul_size(sizeof(char *), Max(count, 1)));
	for (uint64 i = 0; i < count; i++)
		statements[i] = plan_text(i, 1);
	before = identity_take(role);
	for (uint64 i = 0; i < count; i++)
		run_utility("%s", statements[i]);
	identity_restore(before);
}

/*
 * What the scopes of a role amount to.  Tables are looked up among those that
 * the data's owner owns, so that "all tables" is all of them and no other.
 */
static const char *const routine_grants =
"SELECT 'GRANT USAGE ON SCHEMA assure TO ' || quote_ident($1) "
"UNION SELECT format('GRANT EXECUTE ON ROUTINE %s TO %I', r.object, $1) "
"FROM assure.scope_right r JOIN assure.access_grant g ON g.scope = r.scope "
"WHERE g.role_name = $1 AND r.kind = 'routine'";

static const char *const relation_grants =
"SELECT 'GRANT USAGE ON SCHEMA assure_bi TO ' || quote_ident($1) "
"UNION SELECT format('GRANT %s ON %s TO %I', CASE r.kind WHEN 'read' THEN 'SELECT' ELSE 'SELECT, INSERT, UPDATE, DELETE' END, r.object, $1) "
"FROM assure.scope_right r JOIN assure.access_grant g ON g.scope = r.scope "
"WHERE g.role_name = $1 AND r.kind IN ('read', 'write') "
"UNION SELECT format('GRANT USAGE ON SCHEMA %I TO %I', r.object, $1) "
"FROM assure.scope_right r JOIN assure.access_grant g ON g.scope = r.scope "
"WHERE g.role_name = $1 AND r.kind = 'read all' AND r.object <> 'assure' "
"UNION SELECT format('GRANT SELECT ON %s %I.%I TO %I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, r.object, c.relname, $1) "
"FROM assure.scope_right r JOIN assure.access_grant g ON g.scope = r.scope "
"JOIN pg_catalog.pg_class c ON c.relnamespace::regnamespace::text = r.object AND c.relkind IN ('r', 'p', 'v', 'm', 'S') "
"JOIN pg_catalog.pg_class i ON i.oid = 'assure_internal.installation'::regclass AND i.relowner = c.relowner "
"WHERE g.role_name = $1 AND r.kind = 'read all'";

static const char *const routine_revokes =
"SELECT format('REVOKE %s FROM %I', what, $1) FROM (VALUES "
"('EXECUTE ON ALL ROUTINES IN SCHEMA assure'), ('USAGE ON SCHEMA assure')) v(what)";

static const char *const relation_revokes =
"SELECT format('REVOKE ALL ON %s %I.%I FROM %I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.relnamespace::regnamespace, c.relname, $1) "
"FROM pg_catalog.pg_class c JOIN pg_catalog.pg_class i ON i.oid = 'assure_internal.installation'::regclass AND i.relowner = c.relowner "
"WHERE c.relnamespace::regnamespace::text IN ('assure', 'assure_bi', 'assure_internal') AND c.relkind IN ('r', 'p', 'v', 'm', 'S') "
"UNION SELECT 'REVOKE USAGE ON SCHEMA assure_bi, assure_internal FROM ' || quote_ident($1)";

/*
 * run_both runs one list as the extension's owner and one as the data's.  The
 * lists are read as the extension's owner, who is made able to read the grants.
 */
static void
run_both(const char *role, const char *routines, const char *relations)
{
	Identity	before = identity_take(extension_owner());

	run_statements(extension_owner(), routines, role);
	run_statements(config_owner(false), relations, role);
	identity_restore(before);
}

/*
 * grants_apply gives a role all that its scopes allow.
 */
void
grants_apply(const char *role)
{
	run_both(role, routine_grants, relation_grants);
}

/*
 * grants_withdraw takes back all that any scope allows.
 */
void
grants_withdraw(const char *role)
{
	run_both(role, routine_revokes, relation_revokes);
}

/*
 * grants_apply_all gives every role with a scope what it allows now: after an
 * upgrade brought new functions or views.
 */
void
grants_apply_all(void)
{
	Identity	before = identity_take(config_owner(false));
	uint64		count;
	char	  **roles;

	if (SPI_execute("SELECT DISTINCT g.role_name FROM assure.access_grant g "
					"JOIN pg_catalog.pg_roles r ON r.rolname = g.role_name ORDER BY 1", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read assure.access_grant");
	count = SPI_processed;
	roles = palloc(mul_size(sizeof(char *), Max(count, 1)));
	for (uint64 i = 0; i < count; i++)
		roles[i] = plan_text(i, 1);
	identity_restore(before);
	for (uint64 i = 0; i < count; i++)
		grants_apply(roles[i]);
}
