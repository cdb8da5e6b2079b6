/*-------------------------------------------------------------------------
 *
 * pg_assure.c
 *		The library's entry: what happens when it is loaded.
 *
 * Loaded by the first function that is called, everything works; loaded
 * through shared_preload_libraries, the background workers run as well.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_namespace.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "core/config.h"
#include "core/guc.h"
#include "worker/worker.h"

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

PG_FUNCTION_INFO_V1(assure_check_database);
PG_FUNCTION_INFO_V1(assure_version);

/*
 * _PG_init defines settings, registers callbacks and, under preload, workers.
 */
PGDLLEXPORT void
_PG_init(void)
{
	guc_init();
	config_init();
	if (process_shared_preload_libraries_in_progress)
		worker_init();
}

/*
 * check_schema_owner refuses a schema assure that belongs to somebody who could
 * drop or add objects behind the installer's back.
 */
static void
check_schema_owner(void)
{
	HeapTuple	tuple = SearchSysCache1(NAMESPACENAME, CStringGetDatum("assure"));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "schema assure does not exist");
	owner = ((Form_pg_namespace) GETSTRUCT(tuple))->nspowner;
	ReleaseSysCache(tuple);
	if (owner != GetUserId() && !superuser_arg(owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("schema \"assure\" belongs to role \"%s\"", GetUserNameFromId(owner, true)),
				 errhint("Drop it, or make a superuser its owner, and create the extension again.")));
}

/*
 * assure_check_database refuses a database that the extension must not be in.
 */
PGDLLEXPORT Datum
assure_check_database(PG_FUNCTION_ARGS)
{
	if (GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("pg_assure needs a database with encoding UTF8, not %s", GetDatabaseEncodingName()),
				 errhint("Create one with CREATE DATABASE ... ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0, or with another locale of that encoding.")));
	check_schema_owner();
	PG_RETURN_VOID();
}

/*
 * assure_version returns the version of the library that is loaded.
 */
PGDLLEXPORT Datum
assure_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(PG_ASSURE_VERSION));
}
