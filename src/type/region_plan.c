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
#include "type/region.h"

PG_FUNCTION_INFO_V1(assure_region_contained_support);
PG_FUNCTION_INFO_V1(assure_region_contains_support);
PG_FUNCTION_INFO_V1(assure_region_containedsel);
PG_FUNCTION_INFO_V1(assure_region_containssel);
PG_FUNCTION_INFO_V1(assure_region_containedjoinsel);
PG_FUNCTION_INFO_V1(assure_region_containsjoinsel);

/* Shares of rows where there are no statistics: of a province, prefecture, county. */
static const double default_shares[] = {0.03, 0.003, 0.0004};

/* Where the outer region is not known when planning. */
#define DEFAULT_SHARE 0.01

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
 * position_in_histogram returns the share of a histogram's rows below a number,
 * as if codes were spread evenly within each of its bins.
 */
static double
position_in_histogram(const AttStatsSlot *slot, double number)
{
	int			low = 0;
	int			high = slot->nvalues - 1;
	double		from;
	double		to;

	if (number <= DatumGetRegion(slot->values[low]))
		return 0.0;
	if (number > DatumGetRegion(slot->values[high]))
		return 1.0;
	while (high - low > 1)
	{
		int			middle = (low + high) / 2;

		if (number > DatumGetRegion(slot->values[middle]))
			low = middle;
		else
			high = middle;
	}
	from = DatumGetRegion(slot->values[low]);
	to = DatumGetRegion(slot->values[high]);
	return (low + (number - from) / (to - from)) / (slot->nvalues - 1);
}

/* What ANALYZE knows of a column; a slot without values is empty. */
typedef struct ColumnShape
{
	AttStatsSlot common;		/* most common values and their shares */
	AttStatsSlot histogram;
	double		share_null;
} ColumnShape;

/*
 * shape_take reads the statistics of a column; false: there are none that may be
 * read.  Leakproof operators always may.
 */
static bool
shape_take(ColumnShape *shape, VariableStatData *variable, Oid function)
{
	if (!HeapTupleIsValid(variable->statsTuple) || !statistic_proc_security_check(variable, function))
		return false;
	memset(shape, 0, sizeof(*shape));
	shape->share_null = ((Form_pg_statistic) GETSTRUCT(variable->statsTuple))->stanullfrac;
	get_attstatsslot(&shape->common, variable->statsTuple, STATISTIC_KIND_MCV, InvalidOid,
					 ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS);
	get_attstatsslot(&shape->histogram, variable->statsTuple, STATISTIC_KIND_HISTOGRAM, InvalidOid, ATTSTATSSLOT_VALUES);
	return true;
}

/*
 * shape_free frees what shape_take took.
 */
static void
shape_free(ColumnShape *shape)
{
	free_attstatsslot(&shape->common);
	free_attstatsslot(&shape->histogram);
}

/*
 * share_within returns the share of a column's rows that lie in a region.
 */
static double
share_within(const ColumnShape *shape, Region outer)
{
	double		common = 0.0;
	double		within = 0.0;
	double		rest = default_shares[region_level(outer)];

	for (int i = 0; i < shape->common.nvalues; i++)
	{
		common += shape->common.numbers[i];
		if (region_contains(outer, DatumGetRegion(shape->common.values[i])))
			within += shape->common.numbers[i];
	}
	if (shape->histogram.nvalues > 1)
		rest = position_in_histogram(&shape->histogram, region_last(outer) + 0.5) - position_in_histogram(&shape->histogram, outer - 0.5);
	within += rest * Max(1.0 - common - shape->share_null, 0.0);
	CLAMP_PROBABILITY(within);
	return within;
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
		return DEFAULT_SHARE;
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
	ColumnShape shape;
	Node	   *other;
	bool		column_first;
	double		share = DEFAULT_SHARE;

	if (!get_restriction_variable(root, arguments, varRelid, &variable, &other, &column_first))
		return DEFAULT_SHARE;
	if (IsA(other, Const) && ((Const *) other)->constisnull)
		share = 0.0;
	else if (IsA(other, Const))
	{
		Region		value = DatumGetRegion(((Const *) other)->constvalue);

		if (column_first != inner_first)
			share = share_around(&variable, value);
		else if (shape_take(&shape, &variable, get_opcode(operator)))
		{
			share = share_within(&shape, value);
			shape_free(&shape);
		}
		else
			share = default_shares[region_level(value)];
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
 * share_of_sample returns the share of inner's rows within an outer region, on
 * average over the values of outer that its statistics hold.
 */
static double
share_of_sample(const ColumnShape *inner, const ColumnShape *outer)
{
	double		sum = 0.0;
	double		weights = 0.0;
	double		rest;

	for (int i = 0; i < outer->common.nvalues; i++)
	{
		sum += outer->common.numbers[i] * share_within(inner, DatumGetRegion(outer->common.values[i]));
		weights += outer->common.numbers[i];
	}
	rest = Max(1.0 - weights - outer->share_null, 0.0) / Max(outer->histogram.nvalues, 1);
	for (int i = 0; i < outer->histogram.nvalues; i++)
	{
		sum += rest * share_within(inner, DatumGetRegion(outer->histogram.values[i]));
		weights += rest;
	}
	return weights > 0.0 ? sum : DEFAULT_SHARE;
}

/*
 * share_matched returns the share of rows that have a match on the other side at
 * all, which EXISTS asks for: each row there matches a share of them, and no two
 * the same, for regions that are listed seldom overlap.
 */
static double
share_matched(double share, VariableStatData *other)
{
	if (other->rel != NULL)
		share *= Max(other->rel->rows, 1.0);
	CLAMP_PROBABILITY(share);
	return share;
}

/*
 * join estimates the operator between two columns; inner_first: for <@.
 */
static double
join(FunctionCallInfo fcinfo, bool inner_first)
{
	PlannerInfo *root = (PlannerInfo *) PG_GETARG_POINTER(0);
	Oid			function = get_opcode(PG_GETARG_OID(1));
	List	   *arguments = (List *) PG_GETARG_POINTER(2);
	SpecialJoinInfo *special = (SpecialJoinInfo *) PG_GETARG_POINTER(4);
	VariableStatData left;
	VariableStatData right;
	VariableStatData *inner;
	VariableStatData *outer;
	ColumnShape inner_shape;
	ColumnShape outer_shape;
	bool		reversed;
	double		share = DEFAULT_SHARE;

	get_join_variables(root, arguments, special, &left, &right, &reversed);
	inner = inner_first ? &left : &right;
	outer = inner_first ? &right : &left;
	if (shape_take(&inner_shape, inner, function))
	{
		if (shape_take(&outer_shape, outer, function))
		{
			share = share_of_sample(&inner_shape, &outer_shape);
			shape_free(&outer_shape);
		}
		shape_free(&inner_shape);
	}
	if (special->jointype == JOIN_SEMI || special->jointype == JOIN_ANTI)
		share = share_matched(share, reversed ? &left : &right);
	ReleaseVariableStats(left);
	ReleaseVariableStats(right);
	return share;
}

/*
 * assure_region_containedjoinsel estimates <@ between columns.
 */
PGDLLEXPORT Datum
assure_region_containedjoinsel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(join(fcinfo, true));
}

/*
 * assure_region_containsjoinsel estimates @> between columns.
 */
PGDLLEXPORT Datum
assure_region_containsjoinsel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(join(fcinfo, false));
}
