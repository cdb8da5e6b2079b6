/*-------------------------------------------------------------------------
 *
 * databases.c
 *		Where the workers work and as whom: assure.databases, assure.worker_role.
 *
 * The launcher looks the names up in the shared catalogs, which it can see
 * without being connected to any database, and says once why it leaves one out.
 * What it found stands in the list until the next look.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/relcache.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "core/guc.h"
#include "worker/launcher.h"
#include "worker/shared.h"

/* Why a database or the role is left out; FIT: it is not. */
typedef enum Fitness
{
	FIT,
	DATABASE_MISSING,
	DATABASE_TEMPLATE,
	DATABASE_CLOSED,
	DATABASE_TOO_MANY,
	ROLE_NOT_SET,
	ROLE_MISSING,
	ROLE_SUPERUSER,
	ROLE_NO_LOGIN
} Fitness;

typedef struct Listed
{
	NameData	name;
	Oid			database;		/* InvalidOid: left out */
	Fitness		fitness;
} Listed;

static Listed listed[DATABASE_MAX];
static int	listed_count = 0;
static Oid	role_oid = InvalidOid;
static Fitness role_fitness = FIT;
static bool is_list_broken = false;
static bool is_list_long = false;

/*
 * say logs why a database or the role is left out.
 */
static void
say(Fitness fitness, const char *name)
{
	switch (fitness)
	{
		case FIT:
			break;
		case DATABASE_MISSING:
			ereport(LOG, (errmsg("pg_assure runs no jobs in database \"%s\": it does not exist", name)));
			break;
		case DATABASE_TEMPLATE:
			ereport(LOG, (errmsg("pg_assure runs no jobs in database \"%s\": it is a template", name)));
			break;
		case DATABASE_CLOSED:
			ereport(LOG, (errmsg("pg_assure runs no jobs in database \"%s\": it allows no connections", name)));
			break;
		case DATABASE_TOO_MANY:
			ereport(LOG, (errmsg("pg_assure runs jobs in the first %d of assure.databases only", DATABASE_MAX)));
			break;
		case ROLE_NOT_SET:
			ereport(LOG, (errmsg("pg_assure runs no jobs: assure.worker_role is not set"),
						  errhint("Set it to a role with LOGIN and the access scope admin or supervisor, and reload.")));
			break;
		case ROLE_MISSING:
			ereport(LOG, (errmsg("pg_assure runs no jobs: role \"%s\" of assure.worker_role does not exist", name)));
			break;
		case ROLE_SUPERUSER:
			ereport(LOG, (errmsg("pg_assure runs no jobs: role \"%s\" of assure.worker_role is a superuser", name),
						  errhint("Set it to a role that has no more than the access scope admin or supervisor.")));
			break;
		case ROLE_NO_LOGIN:
			ereport(LOG, (errmsg("pg_assure runs no jobs: role \"%s\" of assure.worker_role has no LOGIN", name)));
			break;
	}
}

/*
 * database_fitness tells whether jobs can run in a database.
 */
static Fitness
database_fitness(Form_pg_database form)
{
	/* a limit below -1 marks what an interrupted DROP DATABASE has left */
	if (form->datconnlimit < -1)
		return DATABASE_MISSING;
	if (form->datistemplate)
		return DATABASE_TEMPLATE;
	if (!form->datallowconn)
		return DATABASE_CLOSED;
	return FIT;
}

/*
 * database_look finds a database and whether jobs can run there.  Without being
 * connected to a database, the index can be used only if the server has cached
 * what it looks like.
 */
static Fitness
database_look(const char *name, Oid *database)
{
	Relation	relation = table_open(DatabaseRelationId, AccessShareLock);
	Fitness		fitness = DATABASE_MISSING;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	*database = InvalidOid;
	ScanKeyInit(&key, Anum_pg_database_datname, BTEqualStrategyNumber, F_NAMEEQ, CStringGetDatum(name));
	scan = systable_beginscan(relation, DatabaseNameIndexId, criticalSharedRelcachesBuilt, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		Form_pg_database form = (Form_pg_database) GETSTRUCT(tuple);

		fitness = database_fitness(form);
		if (fitness == FIT)
			*database = form->oid;
	}
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
	return fitness;
}

/*
 * role_look finds the workers' role and whether it is fit to be that.
 */
static Fitness
role_look(const char *name, Oid *role)
{
	HeapTuple	tuple;
	Form_pg_authid form;
	Fitness		fitness = FIT;

	*role = InvalidOid;
	if (name == NULL || name[0] == '\0')
		return ROLE_NOT_SET;
	tuple = SearchSysCache1(AUTHNAME, CStringGetDatum(name));
	if (!HeapTupleIsValid(tuple))
		return ROLE_MISSING;
	form = (Form_pg_authid) GETSTRUCT(tuple);
	if (form->rolsuper)
		fitness = ROLE_SUPERUSER;
	else if (!form->rolcanlogin)
		fitness = ROLE_NO_LOGIN;
	else
		*role = form->oid;
	ReleaseSysCache(tuple);
	return fitness;
}

/*
 * fitness_before returns what was last said of a database, FIT if nothing.
 */
static Fitness
fitness_before(const Listed *before, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(NameStr(before[i].name), name) == 0)
			return before[i].fitness;
	return FIT;
}

/*
 * list_names splits the setting into names, in the current memory context.
 */
static List *
list_names(void)
{
	List	   *names = NIL;

	if (guc_databases == NULL || guc_databases[0] == '\0')
		return NIL;
	if (SplitIdentifierString(pstrdup(guc_databases), ',', &names))
	{
		is_list_broken = false;
		return names;
	}
	if (!is_list_broken)
		ereport(LOG,
				(errmsg("pg_assure runs no jobs: assure.databases is not a list of names: %s", guc_databases)));
	is_list_broken = true;
	return NIL;
}

/*
 * list_look looks up each name of the list and says what is new of it.
 */
static void
list_look(List *names)
{
	Listed	   *before = palloc(sizeof(listed));
	int			count_before = listed_count;
	ListCell   *cell;

	memcpy(before, listed, sizeof(listed));
	if (list_length(names) > DATABASE_MAX && !is_list_long)
		say(DATABASE_TOO_MANY, NULL);
	is_list_long = list_length(names) > DATABASE_MAX;
	listed_count = 0;
	foreach(cell, names)
	{
		const char *name = lfirst(cell);
		Listed	   *entry = &listed[listed_count];

		if (listed_count == DATABASE_MAX)
			break;
		namestrcpy(&entry->name, name);
		entry->fitness = database_look(name, &entry->database);
		if (entry->fitness != fitness_before(before, count_before, name))
			say(entry->fitness, name);
		listed_count++;
	}
}

/*
 * databases_resolve looks up the settings and gives each fit database a slot.
 */
void
databases_resolve(void)
{
	MemoryContext context = CurrentMemoryContext;
	Oid			fit[DATABASE_MAX];
	int			fit_count = 0;
	Fitness		fitness;

	StartTransactionCommand();
	list_look(list_names());
	fitness = role_look(guc_worker_role, &role_oid);
	if (listed_count > 0 && fitness != role_fitness)
		say(fitness, guc_worker_role);
	if (listed_count > 0)
		role_fitness = fitness;
	CommitTransactionCommand();
	MemoryContextSwitchTo(context);
	for (int i = 0; i < listed_count && OidIsValid(role_oid); i++)
		if (OidIsValid(listed[i].database))
			fit[fit_count++] = listed[i].database;
	shared_list_databases(fit, fit_count);
}

/*
 * databases_name returns the name of a listed database, for messages.
 */
const char *
databases_name(Oid database)
{
	for (int i = 0; i < listed_count; i++)
		if (listed[i].database == database)
			return NameStr(listed[i].name);
	return "?";
}

/*
 * databases_role returns the workers' role; InvalidOid if there is no fit one.
 */
Oid
databases_role(void)
{
	return role_oid;
}
