/*-------------------------------------------------------------------------
 *
 * config.c
 *		What a backend knows of the installation: cached, dropped by invalidation.
 *
 * assure.invalidation_marker is a table that is never queried.  A
 * statement trigger on each table of configuration sends the marker's
 * relation-cache invalidation; it reaches every backend when the change
 * commits, and on standbys through WAL.  The callback only sets a flag: the
 * next call reads afresh, in its own transaction.  Changes of roles come by
 * the syscache in the same way.
 *
 * Memory: one context below CacheMemoryContext, reset at each reading.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "commands/dbcommands.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "core/config.h"
#include "core/errors.h"
#include "core/plan.h"

static const char *const scope_name[] =
{"bi", "operator", "proxy", "supervisor", "auditor", "admin", "backup"};

static MemoryContext config_context = NULL;
static Config config;
static bool config_valid = false;
static uint64 generation = 1;
static Oid	marker_oid = InvalidOid;

PG_FUNCTION_INFO_V1(assure_invalidate);

/*
 * config_forget notes that what is cached may be out of date.
 */
static void
config_forget(void)
{
	config_valid = false;
	generation++;
}

/*
 * config_relcache_callback hears of every relation; ours is the marker.
 */
static void
config_relcache_callback(Datum argument, Oid relation)
{
	if (!OidIsValid(relation) || !OidIsValid(marker_oid) || relation == marker_oid)
		config_forget();
}

/*
 * config_role_callback hears of roles that come, go or change their members.
 */
static void
config_role_callback(Datum argument, int cache, uint32 hash)
{
	config_forget();
}

/*
 * config_init registers the callbacks, once a backend.
 */
void
config_init(void)
{
	CacheRegisterRelcacheCallback(config_relcache_callback, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, config_role_callback, (Datum) 0);
}

/*
 * relation_in finds a relation of a schema, or InvalidOid.
 */
static Oid
relation_in(const char *schema_name, const char *name)
{
	Oid			schema = get_namespace_oid(schema_name, true);

	return OidIsValid(schema) ? get_relname_relid(name, schema) : InvalidOid;
}

/*
 * relation_owner returns the owner of a relation.
 */
static Oid
relation_owner(Oid relation)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relation);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/*
 * extension_owner returns the role that created the extension: who owns what it
 * ships.
 */
Oid
extension_owner(void)
{
	Oid			script = relation_in("assure", "schema_script");

	if (!OidIsValid(script))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_SCHEMA),
				 errmsg("the extension pg_assure has no schema \"assure\" in database \"%s\"",
						get_database_name(MyDatabaseId)),
				 errhint("If it was renamed: ALTER SCHEMA ... RENAME TO assure.")));
	return relation_owner(script);
}

/*
 * config_owner returns the owner of the data: who owns the installation row.
 */
Oid
config_owner(bool missing_ok)
{
	Oid			relation = relation_in("assure_internal", "installation");

	if (!OidIsValid(relation))
	{
		if (missing_ok)
			return InvalidOid;
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_SCHEMA_MISSING),
				 errmsg("the data schema of pg_assure does not exist in database \"%s\"",
						get_database_name(MyDatabaseId)),
				 errhint("Call assure.create_schema() with the role that shall own the data.")));
	}
	return relation_owner(relation);
}

/*
 * scope_parse returns the bit of a scope's name, or 0.
 */
int
scope_parse(const char *name)
{
	for (int i = 0; i < (int) lengthof(scope_name); i++)
		if (strcmp(scope_name[i], name) == 0)
			return 1 << i;
	return 0;
}

/*
 * scope_names lists the scopes of a mask, for messages.
 */
char *
scope_names(int scopes)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < (int) lengthof(scope_name); i++)
		if (scopes & (1 << i))
			appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", scope_name[i]);
	return names.data;
}

/*
 * config_read_grants fills the cached list of scopes by role.  Roles are kept
 * by name; one that does not exist here grants nothing.
 */
static void
config_read_grants(void)
{
	uint64		count;

	if (SPI_execute("SELECT role_name, scope FROM assure.access_grant", true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read assure.access_grant");
	count = SPI_processed;
	config.grants = MemoryContextAlloc(config_context, mul_size(sizeof(RoleScope), Max(count, 1)));
	config.grant_count = 0;
	for (uint64 i = 0; i < count; i++)
	{
		char	   *role = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
		char	   *scope = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2);
		Oid			role_oid = get_role_oid(role, true);

		if (OidIsValid(role_oid))
			config.grants[config.grant_count++] = (RoleScope) {role_oid, scope_parse(scope)};
	}
}

/*
 * config_read reads the installation as its owner, whoever asks, and as it is
 * now: what a transaction with an old snapshot would see must not be kept for
 * the next one.  In parallel operation it is, and is not kept.
 */
static void
config_read(Oid owner)
{
	Oid			caller;
	int			security;

	if (config_context == NULL)
		config_context = AllocSetContextCreate(CacheMemoryContext, "pg_assure configuration",
											   ALLOCSET_SMALL_SIZES);
	MemoryContextReset(config_context);
	GetUserIdAndSecContext(&caller, &security);
	SetUserIdAndSecContext(owner, security | SECURITY_LOCAL_USERID_CHANGE);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	PushActiveSnapshot(fresh_snapshot());
	if (SPI_execute("SELECT schema_version, time_zone FROM assure_internal.installation", true, 1) != SPI_OK_SELECT ||
		SPI_processed != 1)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_SCHEMA_MISSING),
				 errmsg("the data schema of pg_assure was not finished in database \"%s\"",
						get_database_name(MyDatabaseId)),
				 errhint("After a restore of the tables alone, load their rows too; else remove what is left, and call assure.create_schema() again.")));
	config.owner = owner;
	config.schema_version = atoi(SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
	config.time_zone = MemoryContextStrdup(config_context,
										   SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2));
	config_read_grants();
	PopActiveSnapshot();
	SPI_finish();
	SetUserIdAndSecContext(caller, security);
}

/*
 * config_get returns the configuration, read afresh if anything changed, and
 * refuses a data schema of another version than this library's.
 */
const Config *
config_get(void)
{
	Oid			owner = config_owner(false);

	if (!config_valid || config.owner != owner)
	{
		uint64		before;

		marker_oid = relation_in("assure", "invalidation_marker");
		before = generation;
		config_read(owner);
		config_valid = before == generation && !IsInParallelMode();
	}
	if (config.schema_version != ASSURE_SCHEMA_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_SCHEMA_VERSION),
				 errmsg("the data schema has version %d, this library of pg_assure works with version %d",
						config.schema_version, ASSURE_SCHEMA_VERSION),
				 config.schema_version < ASSURE_SCHEMA_VERSION
				 ? errhint("Run ALTER EXTENSION pg_assure UPDATE, then SELECT assure.upgrade_schema().")
				 : errhint("Install the newer packages, and start a new session.")));
	return &config;
}

/*
 * config_generation changes whenever cached configuration may be out of date;
 * other caches compare it.
 */
uint64
config_generation(void)
{
	return generation;
}

/*
 * config_scopes_of returns the scopes of a role and of the roles that it has
 * the privileges of.  A superuser and the owner of the data have all.
 */
int
config_scopes_of(Oid role)
{
	const Config *current = config_get();
	int			scopes = 0;

	if (superuser_arg(role) || role == current->owner)
		return SCOPE_ALL;
	for (int i = 0; i < current->grant_count; i++)
		if (has_privs_of_role(role, current->grants[i].role))
			scopes |= current->grants[i].scope;
	return scopes;
}

/*
 * config_changed tells every backend, at commit, to read afresh.
 */
void
config_changed(void)
{
	Oid			marker = relation_in("assure", "invalidation_marker");

	if (OidIsValid(marker))
		CacheInvalidateRelcacheByRelid(marker);
}

/*
 * assure_invalidate is the statement trigger on tables of configuration.
 */
PGDLLEXPORT Datum
assure_invalidate(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("assure.invalidate() is a trigger function")));
	config_changed();
	return PointerGetDatum(NULL);
}
