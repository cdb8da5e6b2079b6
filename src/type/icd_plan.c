/*-------------------------------------------------------------------------
 *
 * icd_plan.c
 *		What the planner is told about code <@ range and code <@ set.
 *
 * A range is an interval of codes, so a btree index of codes serves the
 * operator by two comparisons, exactly.  For a set they are with its first and
 * last code, and the operator is tested again on what they let through.  A value
 * that is known when planning becomes two constants; else the ends are calls of
 * assure.lower() and assure.upper(), so that a generic plan and the inner side of
 * a nested loop use the index too.
 *
 * The share of rows is that of elements in intervals: containment.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_am_d.h"
#include "catalog/pg_proc_d.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "type/companion.h"
#include "type/containment.h"
#include "type/icd.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(assure_icd_range_support);
PG_FUNCTION_INFO_V1(assure_icd_set_support);
PG_FUNCTION_INFO_V1(assure_icd_range_sel);
PG_FUNCTION_INFO_V1(assure_icd_set_sel);
PG_FUNCTION_INFO_V1(assure_icd_range_joinsel);
PG_FUNCTION_INFO_V1(assure_icd_set_joinsel);

/*
 * end_of makes the expression of one end of a range or set: the constant, where
 * the range is one, else the call.
 */
static Expr *
end_of(PlannerInfo *root, Oid beside, const char *name, Node *container)
{
	return (Expr *) eval_const_expressions(root, companion_call(beside, name, list_make1(container)));
}

/*
 * bounds makes "code >= lower(container) AND code <= upper(container)".
 */
static List *
bounds(SupportRequestIndexCondition *request, Node *code, Node *container)
{
	Oid			type = request->index->opcintype[request->indexcol];
	Oid			at_least = get_opfamily_member(request->opfamily, type, type, BTGreaterEqualStrategyNumber);
	Oid			at_most = get_opfamily_member(request->opfamily, type, type, BTLessEqualStrategyNumber);
	Expr	   *lower = end_of(request->root, request->funcid, "lower", container);
	Expr	   *upper = end_of(request->root, request->funcid, "upper", container);

	if (!OidIsValid(at_least) || !OidIsValid(at_most) || lower == NULL || upper == NULL ||
		exprType((Node *) lower) != type)
		return NIL;
	return list_make2(make_opclause(at_least, BOOLOID, false, (Expr *) code, lower, InvalidOid, InvalidOid),
					  make_opclause(at_most, BOOLOID, false, (Expr *) code, upper, InvalidOid, InvalidOid));
}

/*
 * index_conditions answers the planner's question for conditions that an index
 * can serve; it has no answer to any other, nor for an index of ranges.
 */
static List *
index_conditions(Node *node, bool is_exact)
{
	SupportRequestIndexCondition *request;
	List	   *arguments;
	Node	   *container;
	List	   *conditions;

	if (!IsA(node, SupportRequestIndexCondition))
		return NIL;
	request = (SupportRequestIndexCondition *) node;
	if (IsA(request->node, OpExpr))
		arguments = ((OpExpr *) request->node)->args;
	else if (IsA(request->node, FuncExpr))
		arguments = ((FuncExpr *) request->node)->args;
	else
		return NIL;
	if (list_length(arguments) != 2 || request->index->relam != BTREE_AM_OID)
		return NIL;
	container = list_nth(arguments, 1 - request->indexarg);
	if (!is_pseudo_constant_for_index(request->root, container, request->index))
		return NIL;
	conditions = bounds(request, list_nth(arguments, request->indexarg), container);
	if (conditions != NIL)
		request->lossy = !is_exact;
	return conditions;
}

/*
 * assure_icd_range_support supports <@ and @> between codes and ranges.
 */
PGDLLEXPORT Datum
assure_icd_range_support(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(index_conditions((Node *) PG_GETARG_POINTER(0), true));
}

/*
 * assure_icd_set_support supports <@ and @> between codes and sets.
 */
PGDLLEXPORT Datum
assure_icd_set_support(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(index_conditions((Node *) PG_GETARG_POINTER(0), false));
}

/*
 * range_contents gives a range as one interval.
 */
static void
range_contents(Datum container, Contents *contents)
{
	contents->intervals = (IcdInterval *) DatumGetPointer(container);
	contents->count = 1;
	contents->default_share = CONTAINMENT_DEFAULT_SHARE;
}

/*
 * set_contents gives the intervals of a set.
 */
static void
set_contents(Datum container, Contents *contents)
{
	IcdSet	   *set = DatumGetIcdSet(container);

	contents->intervals = set->intervals;
	contents->count = ICD_SET_COUNT(set);
	contents->default_share = CONTAINMENT_DEFAULT_SHARE;
}

/*
 * is_code says whether a type is one of codes, and not of ranges or sets.
 */
static bool
is_code(Oid type)
{
	return get_typlen(type) == sizeof(IcdCode);
}

/*
 * restriction estimates "code <@ value" and "value @> code"; a column of ranges
 * or sets before or behind the operator has no statistics of codes.
 */
static double
restriction(FunctionCallInfo fcinfo, ContentsOf contents_of)
{
	PlannerInfo *root = (PlannerInfo *) PG_GETARG_POINTER(0);
	Oid			operator = PG_GETARG_OID(1);
	List	   *arguments = (List *) PG_GETARG_POINTER(2);
	VariableStatData variable;
	Contents	contents;
	Node	   *other;
	bool		is_first;
	Oid			left;
	Oid			right;
	double		share = CONTAINMENT_DEFAULT_SHARE;

	if (!get_restriction_variable(root, arguments, PG_GETARG_INT32(3), &variable, &other, &is_first))
		return CONTAINMENT_DEFAULT_SHARE;
	op_input_types(operator, &left, &right);
	if (IsA(other, Const) && ((Const *) other)->constisnull)
		share = 0.0;
	else if (IsA(other, Const) && is_code(is_first ? left : right))
	{
		contents_of(((Const *) other)->constvalue, &contents);
		share = containment_share(&variable, get_opcode(operator), &contents);
	}
	ReleaseVariableStats(variable);
	return share;
}

/*
 * join estimates the operator between a column of codes and one of containers.
 */
static double
join(FunctionCallInfo fcinfo, ContentsOf contents_of)
{
	Oid			left;
	Oid			right;

	op_input_types(PG_GETARG_OID(1), &left, &right);
	return containment_join(fcinfo, is_code(left), contents_of);
}

/*
 * assure_icd_range_sel estimates codes in a range.
 */
PGDLLEXPORT Datum
assure_icd_range_sel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(restriction(fcinfo, range_contents));
}

/*
 * assure_icd_set_sel estimates codes in a set.
 */
PGDLLEXPORT Datum
assure_icd_set_sel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(restriction(fcinfo, set_contents));
}

/*
 * assure_icd_range_joinsel estimates codes in ranges.
 */
PGDLLEXPORT Datum
assure_icd_range_joinsel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(join(fcinfo, range_contents));
}

/*
 * assure_icd_set_joinsel estimates codes in sets.
 */
PGDLLEXPORT Datum
assure_icd_set_joinsel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(join(fcinfo, set_contents));
}
