/*-------------------------------------------------------------------------
 *
 * region_plan.c
 *		What the planner is told about <@ and @> of regions.
 *
 * The codes within a region are one interval [outer, region_last(outer)].  So a
 * btree or BRIN index on the inner side serves the operator by two comparisons,
 * and the share of rows is read off the statistics that ANALYZE keeps of any
 * ordered type.  The other way about, a code lies in three regions at most: an
 * index on the outer side serves the operator by = ANY of those.
 *
 * Both are exact, so the operator itself is not checked again.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_am_d.h"
#include "catalog/pg_proc_d.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type_d.h"
#include "commands/defrem.h"
#include "fmgr.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

#include "type/companion.h"
#include "type/containment.h"
#include "type/region.h"

PG_FUNCTION_INFO_V1(assure_region_contained_support);
PG_FUNCTION_INFO_V1(assure_region_contains_support);
PG_FUNCTION_INFO_V1(assure_region_containedsel);
PG_FUNCTION_INFO_V1(assure_region_containssel);
PG_FUNCTION_INFO_V1(assure_region_containedjoinsel);
PG_FUNCTION_INFO_V1(assure_region_containsjoinsel);

/* Shares of rows where there are no statistics: of a province, prefecture, county. */
static const double default_shares[] = {0.03, 0.003, 0.0004};

/*
 * folded_call makes a call of a function that stands beside another, or its
 * value where the argument is a constant.
 */
static Expr *
folded_call(PlannerInfo *root, Oid beside, const char *name, Node *argument)
{
	return (Expr *) eval_const_expressions(root, companion_call(beside, name, list_make1(argument)));
}

/*
 * inner_conditions makes "inner >= outer AND inner <= region_last(outer)".
 */
static List *
inner_conditions(SupportRequestIndexCondition *request, Node *inner, Node *outer)
{
	Oid			type = exprType(outer);
	Oid			at_least = get_opfamily_member(request->opfamily, type, type, BTGreaterEqualStrategyNumber);
	Oid			at_most = get_opfamily_member(request->opfamily, type, type, BTLessEqualStrategyNumber);
	Expr	   *last;

	if (!OidIsValid(at_least) || !OidIsValid(at_most))
		return NIL;
	last = folded_call(request->root, request->funcid, "region_last", outer);
	if (last == NULL)
		return NIL;
	return list_make2(make_opclause(at_least, BOOLOID, false, (Expr *) inner, (Expr *) outer, InvalidOid, InvalidOid),
					  make_opclause(at_most, BOOLOID, false, (Expr *) inner, last, InvalidOid, InvalidOid));
}

/*
 * outer_conditions makes "outer = ANY (region_path(inner))".
 */
static List *
outer_conditions(SupportRequestIndexCondition *request, Node *inner, Node *outer)
{
	Oid			type = exprType(inner);
	bool		hash = request->index->relam == HASH_AM_OID;
	Oid			equal = get_opfamily_member(request->opfamily, type, type,
											hash ? HTEqualStrategyNumber : BTEqualStrategyNumber);
	ScalarArrayOpExpr *any;
	Expr	   *path;

	if (!OidIsValid(equal) || !request->index->amsearcharray)
		return NIL;
	path = folded_call(request->root, request->funcid, "region_path", inner);
	if (path == NULL)
		return NIL;
	any = makeNode(ScalarArrayOpExpr);
	any->opno = equal;
	any->opfuncid = get_opcode(equal);
	any->useOr = true;
	any->args = list_make2(outer, path);
	any->location = -1;
	return list_make1(any);
}

/*
 * arguments_of returns the arguments of an operator or of a call of its function.
 */
static List *
arguments_of(Node *node)
{
	if (IsA(node, OpExpr))
		return ((OpExpr *) node)->args;
	if (IsA(node, FuncExpr))
		return ((FuncExpr *) node)->args;
	return NIL;
}

/*
 * index_conditions turns containment into what the index knows; inner_first:
 * for <@.
 */
static List *
index_conditions(SupportRequestIndexCondition *request, bool inner_first)
{
	List	   *arguments = arguments_of(request->node);
	Oid			access_method = request->index->relam;
	Node	   *indexed;
	Node	   *other;

	if (list_length(arguments) != 2)
		return NIL;
	if (access_method != BTREE_AM_OID && access_method != BRIN_AM_OID && access_method != HASH_AM_OID)
		return NIL;
	indexed = list_nth(arguments, request->indexarg);
	other = list_nth(arguments, 1 - request->indexarg);
	if (!is_pseudo_constant_for_index(request->root, other, request->index))
		return NIL;
	if ((request->indexarg == 0) == inner_first)
		return access_method == HASH_AM_OID ? NIL : inner_conditions(request, indexed, other);
	return outer_conditions(request, other, indexed);
}

/*
 * support answers the planner's question for conditions that an index can serve;
 * it has no answer to any other.
 */
static List *
support(Node *node, bool inner_first)
{
	List	   *conditions;

	if (!IsA(node, SupportRequestIndexCondition))
		return NIL;
	conditions = index_conditions((SupportRequestIndexCondition *) node, inner_first);
	if (conditions != NIL)
		((SupportRequestIndexCondition *) node)->lossy = false;
	return conditions;
}

/*
 * assure_region_contained_support supports <@.
 */
PGDLLEXPORT Datum
assure_region_contained_support(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(support((Node *) PG_GETARG_POINTER(0), true));
}

/*
 * assure_region_contains_support supports @>.
 */
PGDLLEXPORT Datum
assure_region_contains_support(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(support((Node *) PG_GETARG_POINTER(0), false));
}

/*
 * contents_of gives a region as the interval of codes that it is.
 */
static void
contents_of(Datum container, Contents *contents)
{
	Region		outer = DatumGetRegion(container);

	contents->only.first = (uint64) outer;
	contents->only.last = (uint64) region_last(outer);
	contents->intervals = &contents->only;
	contents->count = 1;
	contents->default_share = default_shares[region_level(outer)];
}

/*
 * share_around returns the share of a column's rows that contain a region: those
 * of the few codes that do.
 */
static double
share_around(VariableStatData *variable, Region inner)
{
	Region		path[REGION_PATH_MAX];
	int			count = region_path(inner, path);
	Oid			equal = get_opfamily_member(get_opclass_family(GetDefaultOpClass(variable->vartype, BTREE_AM_OID)),
											variable->vartype, variable->vartype, BTEqualStrategyNumber);
	double		share = 0.0;

	if (!OidIsValid(equal))
		return CONTAINMENT_DEFAULT_SHARE;
	for (int i = 0; i < count; i++)
		share += var_eq_const(variable, equal, InvalidOid, RegionGetDatum(path[i]), false, true, false);
	CLAMP_PROBABILITY(share);
	return share;
}

/*
 * restriction estimates "column <operator> value"; inner_first: for <@.
 */
static double
restriction(PlannerInfo *root, Oid operator, List *arguments, int varRelid, bool inner_first)
{
	VariableStatData variable;
	Contents	contents;
	Node	   *other;
	bool		column_first;
	double		share = CONTAINMENT_DEFAULT_SHARE;

	if (!get_restriction_variable(root, arguments, varRelid, &variable, &other, &column_first))
		return CONTAINMENT_DEFAULT_SHARE;
	if (IsA(other, Const) && ((Const *) other)->constisnull)
		share = 0.0;
	else if (IsA(other, Const))
	{
		Datum		value = ((Const *) other)->constvalue;

		contents_of(value, &contents);
		share = column_first == inner_first ? containment_share(&variable, get_opcode(operator), &contents) :
			share_around(&variable, DatumGetRegion(value));
	}
	ReleaseVariableStats(variable);
	return share;
}

/*
 * assure_region_containedsel estimates <@ with a value.
 */
PGDLLEXPORT Datum
assure_region_containedsel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(restriction((PlannerInfo *) PG_GETARG_POINTER(0), PG_GETARG_OID(1),
								 (List *) PG_GETARG_POINTER(2), PG_GETARG_INT32(3), true));
}

/*
 * assure_region_containssel estimates @> with a value.
 */
PGDLLEXPORT Datum
assure_region_containssel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(restriction((PlannerInfo *) PG_GETARG_POINTER(0), PG_GETARG_OID(1),
								 (List *) PG_GETARG_POINTER(2), PG_GETARG_INT32(3), false));
}

/*
 * assure_region_containedjoinsel estimates <@ between columns.
 */
PGDLLEXPORT Datum
assure_region_containedjoinsel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(containment_join(fcinfo, true, contents_of));
}

/*
 * assure_region_containsjoinsel estimates @> between columns.
 */
PGDLLEXPORT Datum
assure_region_containsjoinsel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(containment_join(fcinfo, false, contents_of));
}
