/*-------------------------------------------------------------------------
 *
 * relation_names.c
 *		Relations of schema assure and their columns, by name.
 *
 * For reads and writes without a statement, which would look up a dozen names at each
 * call.  What was found is kept until a name of any relation, column or schema
 * changes, as the system caches have it.
 *
 * Memory: static.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "core/relation_names.h"

#define FOUND_MAX 256			/* a power of 2 */

/* A name that was found: a column of a relation, or a relation, of InvalidOid. */
typedef struct FoundName
{
	const char *name;			/* NULL: nothing */
	Oid			of;
	Oid			number;
} FoundName;

static FoundName found[FOUND_MAX];

/*
 * names_forget hears of changes of names.
 */
static void
names_forget(Datum argument, int cache, uint32 hash)
{
	memset(found, 0, sizeof(found));
}

/*
 * names_watch has changes of names heard of, from the first look on.
 */
static void
names_watch(void)
{
	static bool is_registered = false;

	if (is_registered)
		return;
	CacheRegisterSyscacheCallback(NAMESPACENAME, names_forget, (Datum) 0);
	CacheRegisterSyscacheCallback(RELNAMENSP, names_forget, (Datum) 0);
	CacheRegisterSyscacheCallback(ATTNAME, names_forget, (Datum) 0);
	is_registered = true;
}

/*
 * found_place returns where a name stands, or is to be put.
 */
static FoundName *
found_place(Oid of, const char *name)
{
	uint64		hash = ((uint64) (uintptr_t) name + of) * UINT64CONST(0x9E3779B97F4A7C15);

	return &found[hash >> 56 & (FOUND_MAX - 1)];
}

/*
 * relation_find finds a relation.
 */
Oid
relation_find(const char *name)
{
	FoundName  *place = found_place(InvalidOid, name);
	Oid			relation;

	if (place->name == name && place->of == InvalidOid)
		return place->number;
	names_watch();
	relation = get_relname_relid(name, get_namespace_oid("assure", false));
	if (OidIsValid(relation))
		*place = (FoundName) {name, InvalidOid, relation};
	return relation;
}

/*
 * column_find finds a column of a relation.
 */
AttrNumber
column_find(Oid relation, const char *name)
{
	FoundName  *place = found_place(relation, name);
	AttrNumber	number;

	if (place->name == name && place->of == relation)
		return (AttrNumber) place->number;
	names_watch();
	number = get_attnum(relation, name);
	if (number != InvalidAttrNumber)
		*place = (FoundName) {name, relation, (Oid) number};
	return number;
}
