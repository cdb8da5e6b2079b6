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

#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "core/config.h"
#include "core/guc.h"
#include "worker/worker.h"

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

PG_FUNCTION_INFO_V1(assure_require_utf8);
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
 * assure_require_utf8 refuses a database in another encoding.
 */
PGDLLEXPORT Datum
assure_require_utf8(PG_FUNCTION_ARGS)
{
	if (GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("pg_assure needs a database with encoding UTF8, not %s", GetDatabaseEncodingName()),
				 errhint("Create one with CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0.")));
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
