/*-------------------------------------------------------------------------
 *
 * companion.c
 *		For planner support functions: calls of functions that stand beside them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_proc_d.h"
#include "fmgr.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "type/companion.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* Arguments that a companion takes at most. */
#define COMPANION_ARGUMENTS_MAX 3

/*
 * companion_call makes a call of the function of that name and of these
 * arguments' types in the schema of another; NULL if there is none.  It is found
 * without regard to who may use the schema, for the query may come through a view.
 */
Node *
companion_call(Oid beside, const char *name, List *arguments)
{
	Oid			types[COMPANION_ARGUMENTS_MAX];
	Oid			function;
	int			count = 0;
	ListCell   *cell;

	Assert(list_length(arguments) <= COMPANION_ARGUMENTS_MAX);
	foreach(cell, arguments)
		types[count++] = exprType(lfirst(cell));
	function = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(name),
							   PointerGetDatum(buildoidvector(types, count)),
							   ObjectIdGetDatum(get_func_namespace(beside)));
	if (!OidIsValid(function))
		return NULL;
	return (Node *) makeFuncExpr(function, get_func_rettype(function), copyObject(arguments),
								 InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
}
