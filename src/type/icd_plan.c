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
 * The share of rows is read off the statistics of the column, code by code for
 * the most common, by place in the histogram for the rest.
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
#include "type/icd.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(assure_icd_range_support);
PG_FUNCTION_INFO_V1(assure_icd_set_support);
PG_FUNCTION_INFO_V1(assure_icd_range_sel);
PG_FUNCTION_INFO_V1(assure_icd_set_sel);

/* Where there are no statistics, or the range is not known: a chapter or so. */
#define DEFAULT_SHARE 0.01

/*
 * end_of makes the expression of one end of a range or set: the constant, where
 * the range is one, else the call.  It is found without regard to who may use the
 * schema, for the query may come through a view.
 */
static Expr *
end_of(PlannerInfo *root, Oid beside, const char *name, Node *container)
{
	Oid			type = exprType(container);
	oidvector  *arguments = buildoidvector(&type, 1);
	Oid			function = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(name),
										   PointerGetDatum(arguments), ObjectIdGetDatum(get_func_namespace(beside)));
	FuncExpr   *call;

	if (!OidIsValid(function))
		return NULL;
	call = makeFuncExpr(function, get_func_rettype(function), list_make1(copyObject(container)),
						InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
	return (Expr *) eval_const_expressions(root, (Node *) call);
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
 * place_in_histogram returns the share of a histogram's rows that come before a
 * code, as if codes were spread evenly within each of its bins.
 */
static double
place_in_histogram(const AttStatsSlot *slot, IcdCode code)
{
	int			low = 0;
	int			high = slot->nvalues - 1;
	IcdCode		from;
	IcdCode		to;

	if (code <= DatumGetIcd(slot->values[low]))
		return 0.0;
	if (code > DatumGetIcd(slot->values[high]))
		return 1.0;
	while (high - low > 1)
	{
		int			middle = (low + high) / 2;

		if (code > DatumGetIcd(slot->values[middle]))
			low = middle;
		else
			high = middle;
	}
	from = DatumGetIcd(slot->values[low]);
	to = DatumGetIcd(slot->values[high]);
	return (low + (double) (code - from) / (double) (to - from)) / (slot->nvalues - 1);
}

/*
 * share_within returns the share of a column's rows that lie in any of the
 * intervals, each of them having one code at least; the default where there are no
 * statistics that may be read.
 */
static double
share_within(VariableStatData *variable, Oid function, const IcdInterval *intervals, int count)
{
	Form_pg_statistic statistic;
	AttStatsSlot slot;
	double		common = 0.0;
	double		within = 0.0;
	double		rest = DEFAULT_SHARE;
	int			n_common = 0;
	bool		is_default;

	if (!HeapTupleIsValid(variable->statsTuple) || !statistic_proc_security_check(variable, function))
		return DEFAULT_SHARE;
	statistic = (Form_pg_statistic) GETSTRUCT(variable->statsTuple);
	if (get_attstatsslot(&slot, variable->statsTuple, STATISTIC_KIND_MCV, InvalidOid,
						 ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
	{
		for (int i = 0; i < slot.nvalues; i++)
		{
			common += slot.numbers[i];
			if (icd_set_has(intervals, count, DatumGetIcd(slot.values[i])))
				within += slot.numbers[i];
		}
		n_common = slot.nvalues;
		free_attstatsslot(&slot);
	}
	if (get_attstatsslot(&slot, variable->statsTuple, STATISTIC_KIND_HISTOGRAM, InvalidOid, ATTSTATSSLOT_VALUES))
	{
		double		one_code = 1.0 / Max(get_variable_numdistinct(variable, &is_default) - n_common, 1.0);

		rest = 0.0;
		for (int i = 0; slot.nvalues > 1 && i < count; i++)
			rest += Max(place_in_histogram(&slot, intervals[i].last + 1) -
						place_in_histogram(&slot, intervals[i].first), one_code);
		rest = Min(rest, 1.0);
		free_attstatsslot(&slot);
	}
	within += rest * Max(1.0 - common - statistic->stanullfrac, 0.0);
	CLAMP_PROBABILITY(within);
	return within;
}

/*
 * restriction estimates "code <@ value" and "value @> code"; a column of ranges
 * or sets before or behind the operator has no statistics of codes.
 */
static double
restriction(FunctionCallInfo fcinfo, bool is_set)
{
	PlannerInfo *root = (PlannerInfo *) PG_GETARG_POINTER(0);
	Oid			operator = PG_GETARG_OID(1);
	List	   *arguments = (List *) PG_GETARG_POINTER(2);
	VariableStatData variable;
	Node	   *other;
	bool		is_first;
	Oid			left;
	Oid			right;
	double		share = DEFAULT_SHARE;

	if (!get_restriction_variable(root, arguments, PG_GETARG_INT32(3), &variable, &other, &is_first))
		return DEFAULT_SHARE;
	op_input_types(operator, &left, &right);
	if (IsA(other, Const) && ((Const *) other)->constisnull)
		share = 0.0;
	else if (IsA(other, Const) && get_typlen(is_first ? left : right) == sizeof(IcdCode))
	{
		Datum		value = ((Const *) other)->constvalue;

		if (is_set)
		{
			IcdSet	   *set = DatumGetIcdSet(value);

			share = share_within(&variable, get_opcode(operator), set->intervals, ICD_SET_COUNT(set));
		}
		else
			share = share_within(&variable, get_opcode(operator), (IcdInterval *) DatumGetPointer(value), 1);
	}
	ReleaseVariableStats(variable);
	return share;
}

/*
 * assure_icd_range_sel estimates codes in a range.
 */
PGDLLEXPORT Datum
assure_icd_range_sel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(restriction(fcinfo, false));
}

/*
 * assure_icd_set_sel estimates codes in a set.
 */
PGDLLEXPORT Datum
assure_icd_set_sel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(restriction(fcinfo, true));
}
