/*-------------------------------------------------------------------------
 *
 * schema_sql.c
 *		The data schema: made, and brought to a newer version.
 *
 * Business data is not the extension's: its tables are ordinary objects of an
 * owner role, so that a dump holds all of them, with the DBA's own indexes and
 * settings, and DROP EXTENSION cannot take the ledger along.  The statements
 * are shipped as rows of assure.schema_script.
 *
 * Locking: a lock for the transaction keeps two calls apart; it is held as long
 * as the DDL beside it is.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlog.h"
#include "catalog/catalog.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "core/call.h"
#include "core/config.h"
#include "core/errors.h"
#include "core/grants.h"
#include "core/guc.h"
#include "core/partition.h"
#include "core/plan.h"
#include "worker/worker.h"

PG_FUNCTION_INFO_V1(assure_create_schema);
PG_FUNCTION_INFO_V1(assure_upgrade_schema);

/*
 * require_installer refuses everybody but who owns the extension's objects, and
 * where nothing can be written.
 */
static void
require_installer(const char *function)
{
	if (!has_privs_of_role(GetUserId(), extension_owner()))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("role \"%s\" may not call assure.%s()", GetUserNameFromId(GetUserId(), false), function),
				 errhint("Call it as the role that created the extension, or as a superuser.")));
	call_require_writable(function);
}

/*
 * check_owner refuses an owner that would defeat the point of having one.
 */
static void
check_owner(Oid owner)
{
	char	   *name = GetUserNameFromId(owner, true);

	if (name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("role with OID %u does not exist", owner)));
	if (IsReservedName(name))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("owner \"%s\" is a predefined role", name),
				 errhint("CREATE ROLE assure_owner NOLOGIN; and name that one.")));
	if (superuser_arg(owner))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("owner \"%s\" is a superuser", name),
				 errdetail("All engine statements run as the owner of the data; it needs no other rights."),
				 errhint("CREATE ROLE assure_owner NOLOGIN; and name that one.")));
}

/*
 * check_time_zone refuses a time zone that is not one of the server's named
 * ones: an abbreviation or a POSIX rule says nothing of daylight saving.
 */
static void
check_time_zone(const char *time_zone)
{
	static SqlPlan find = {"SELECT 1 FROM pg_timezone_names WHERE name = $1", {TEXTOID}};
	Datum		value = CStringGetTextDatum(time_zone);
	pg_tz	   *zone = pg_tzset(time_zone);

	if (zone == NULL || !pg_tz_acceptable(zone) || plan_run(&find, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time_zone \"%s\" is not known", time_zone),
				 errhint("pg_timezone_names lists those that are.")));
}

/*
 * owner_prepare lets the owner create its objects and use the engine's.
 */
static void
owner_prepare(const char *owner)
{
	const char *role = quote_identifier(owner);

	run_utility("GRANT USAGE, CREATE ON SCHEMA assure TO %s", role);
	run_utility("GRANT EXECUTE ON ALL ROUTINES IN SCHEMA assure TO %s", role);
}

/*
 * script_with_partitions lets the clauses in brackets, which are comments
 * otherwise, take effect.
 */
static char *
script_with_partitions(char *script)
{
	StringInfoData result;

	initStringInfo(&result);
	for (const char *at = script; *at != '\0';)
	{
		if (strncmp(at, "/*[", 3) == 0 || strncmp(at, "]*/", 3) == 0)
			at += 3;
		else
			appendStringInfoChar(&result, *at++);
	}
	return result.data;
}

/*
 * run_scripts runs the scripts that lead from one version to the next, as the
 * owner; NULL for a schema from nothing.  Returns how many there were.
 */
static int
run_scripts(Oid owner, int to_version, const int *from_version, bool partitioned)
{
	Oid			types[2] = {INT4OID, INT4OID};
	Datum		values[2] = {Int32GetDatum(to_version), Int32GetDatum(from_version ? *from_version : 0)};
	char		nulls[3] = "  ";
	uint64		count;
	char	  **scripts;
	Identity	before;

	if (from_version == NULL)
		nulls[1] = 'n';
	if (SPI_execute_with_args("SELECT script FROM assure.schema_script "
							  "WHERE schema_version = $1 AND from_version IS NOT DISTINCT FROM $2 ORDER BY position",
							  2, types, values, nulls, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read assure.schema_script");
	count = SPI_processed;
	scripts = palloc(sizeof(char *) * Max(count, 1));
	for (uint64 i = 0; i < count; i++)
		scripts[i] = plan_text(i, 1);
	before = identity_take(owner);
	for (uint64 i = 0; i < count; i++)
		run_utility("%s", partitioned ? script_with_partitions(scripts[i]) : scripts[i]);
	identity_restore(before);
	return (int) count;
}

/*
 * note_installation writes the row that says which version is there.
 */
static void
note_installation(Oid owner, const char *time_zone, int64 partition_rows)
{
	Oid			types[4] = {INT4OID, TEXTOID, INT8OID, INT8OID};
	Datum		values[4];
	Identity	before = identity_take(owner);

	values[0] = Int32GetDatum(ASSURE_SCHEMA_VERSION);
	values[1] = CStringGetTextDatum(time_zone);
	values[2] = Int64GetDatum((int64) GetSystemIdentifier());
	values[3] = Int64GetDatum(partition_rows);
	if (SPI_execute_with_args("INSERT INTO assure_internal.installation (schema_version, time_zone, system_identifier, partition_rows) "
							  "VALUES ($1, $2, $3, nullif($4, 0))", 4, types, values, NULL, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not write assure_internal.installation");
	identity_restore(before);
}

/*
 * require_extension_version refuses an extension whose SQL is of another
 * version than the library: the scripts of the data schema come with the SQL.
 */
static void
require_extension_version(void)
{
	char	   *installed;

	if (SPI_execute("SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'pg_assure'", true, 1) != SPI_OK_SELECT
		|| SPI_processed != 1)
		elog(ERROR, "could not read the extension's version");
	installed = plan_text(0, 1);
	if (strcmp(installed, PG_ASSURE_VERSION) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_SCHEMA_VERSION),
				 errmsg("the extension pg_assure has version \"%s\", its library version \"%s\"",
						installed, PG_ASSURE_VERSION),
				 errhint("Run ALTER EXTENSION pg_assure UPDATE first.")));
}

/*
 * script_begin pins what the scripts are written for, connects SPI, and sees that
 * the scripts are this library's.
 */
static int
script_begin(void)
{
	int			level = NewGUCNestLevel();

	pin_setting("search_path", "pg_catalog, pg_temp");
	pin_setting("check_function_bodies", "on");
	pin_setting("standard_conforming_strings", "on");
	pin_setting("quote_all_identifiers", "off");
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	plan_see_now();
	require_extension_version();
	grants_lock();
	return level;
}

/*
 * script_end undoes script_begin.
 */
static void
script_end(int level)
{
	SPI_finish();
	AtEOXact_GUC(false, level);
}

/*
 * assure_create_schema makes all data tables, indexes, constraints, triggers,
 * policies and views as objects of the owner role.
 */
PGDLLEXPORT Datum
assure_create_schema(PG_FUNCTION_ARGS)
{
	Oid			owner;
	char	   *time_zone;
	int64		partition_rows = PG_ARGISNULL(2) ? 0 : PG_GETARG_INT64(2);
	char	   *owner_name;
	int			level;

	require_installer("create_schema");
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("owner and time_zone must not be NULL")));
	if (!PG_ARGISNULL(2) && partition_rows < PARTITION_ROWS_MIN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("partition_rows is " INT64_FORMAT ", not at least %d", partition_rows, PARTITION_ROWS_MIN),
				 errhint("Some millions suit most; NULL makes plain tables.")));
	owner = PG_GETARG_OID(0);
	time_zone = text_to_cstring(PG_GETARG_TEXT_PP(1));
	check_owner(owner);
	owner_name = GetUserNameFromId(owner, false);
	level = script_begin();
	check_time_zone(time_zone);
	if (OidIsValid(config_owner(true)))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_SCHEMA),
				 errmsg("the data schema of pg_assure exists already, owned by \"%s\"",
						GetUserNameFromId(config_owner(false), false)),
				 errhint("After ALTER EXTENSION pg_assure UPDATE, call assure.upgrade_schema().")));
	owner_prepare(owner_name);
	run_utility("CREATE SCHEMA assure_bi AUTHORIZATION %s", quote_identifier(owner_name));
	run_utility("CREATE SCHEMA assure_internal AUTHORIZATION %s", quote_identifier(owner_name));
	run_scripts(owner, ASSURE_SCHEMA_VERSION, NULL, partition_rows > 0);
	note_installation(owner, time_zone, partition_rows);
	partitions_add(owner);
	script_end(level);
	config_changed();
	worker_wake();
	PG_RETURN_VOID();
}

/*
 * installed_version reads the version of the data schema without refusing one
 * that is not ours.
 */
static int
installed_version(Oid owner)
{
	static SqlPlan read = {"SELECT schema_version FROM assure_internal.installation", {0}};
	Identity	before = identity_take(owner);
	int			version;

	if (plan_run(&read, NULL, NULL) != 1)
		elog(ERROR, "assure_internal.installation has no row");
	version = plan_int32(0, 1, 0);
	identity_restore(before);
	return version;
}

/*
 * assure_upgrade_schema runs the steps from the version that is there to this
 * library's, grants again what scopes allow, and returns the number of steps.
 */
PGDLLEXPORT Datum
assure_upgrade_schema(PG_FUNCTION_ARGS)
{
	Oid			owner = config_owner(false);
	int			steps = 0;
	int			version;
	int			level;

	require_installer("upgrade_schema");
	level = script_begin();
	version = installed_version(owner);
	if (version > ASSURE_SCHEMA_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_SCHEMA_VERSION),
				 errmsg("the data schema has version %d, newer than version %d of this library",
						version, ASSURE_SCHEMA_VERSION),
				 errhint("Install the newer packages.")));
	owner_prepare(GetUserNameFromId(owner, false));
	for (; version < ASSURE_SCHEMA_VERSION; version++)
	{
		Identity	before;

		if (run_scripts(owner, version + 1, &version, false) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_ASSURE_SCHEMA_VERSION),
					 errmsg("the data schema has version %d, from which no step leads to version %d", version, version + 1),
					 errhint("Versions begin with 1; restore the row of assure_internal.installation.")));
		before = identity_take(owner);
		run_utility("UPDATE assure_internal.installation SET schema_version = %d, upgraded_at = now()", version + 1);
		identity_restore(before);
		steps++;
	}
	grants_apply_all();
	script_end(level);
	config_changed();
	worker_wake();
	PG_RETURN_INT32(steps);
}
