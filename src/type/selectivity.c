/*-------------------------------------------------------------------------
 *
 * selectivity.c
 *		How many rows an inequality lets through, for types that are integers.
 *
 * With the built-in estimators a type of ours is seen half: they find the bin
 * of the histogram that holds the constant, by the type's own comparison, but
 * within the bin they can measure built-in types only and take its middle.  A
 * range inside of one bin, up to a hundredth of the table, is then estimated as
 * one row.  Here the values are shown to them as the integers that they are.
 *
 * That costs us something: the planner knows by the names of the built-in
 * estimators that x > a AND x < b is a range, and would multiply the estimates
 * of ours as if the two were independent.  So the estimators agree among
 * themselves.  Of all bounds on a variable in one conjunction, the tightest
 * upper one says P(x < b), the tightest lower one P(a < x < b) / P(x < b), and
 * any other 1.  The product is what the range lets through.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "type/selectivity.h"

#include "access/htup_details.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

PG_FUNCTION_INFO_V1(assure_ordinal_ltsel);
PG_FUNCTION_INFO_V1(assure_ordinal_lesel);
PG_FUNCTION_INFO_V1(assure_ordinal_gtsel);
PG_FUNCTION_INFO_V1(assure_ordinal_gesel);

/* What an inequality of ours says of its variable. */
typedef struct Bound
{
	bool		is_lower;		/* variable > constant */
	double		share;			/* of all rows; DEFAULT_INEQ_SEL: unknown */
} Bound;

/* The tightest bounds of a conjunction on one variable. */
typedef struct Range
{
	const List *upper;			/* the arguments of the clause; NULL: none */
	const List *lower;
	double		upper_share;
	double		lower_share;
} Range;

/*
 * ordinal_type is the built-in integer type of a type's length, or the type
 * itself where there is none.
 */
static Oid
ordinal_type(Oid type)
{
	int16		length;
	bool		is_by_value;

	get_typlenbyval(type, &length, &is_by_value);
	if (!is_by_value)
		return type;
	switch (length)
	{
		case sizeof(int16):
			return INT2OID;
		case sizeof(int32):
			return INT4OID;
		case sizeof(int64):
			return INT8OID;
		default:
			return type;
	}
}

/*
 * share_below_or_above is the share of rows for which "variable operator
 * constant" holds: of the common values each by itself, of the others by the
 * histogram.  NULLs are in no share.
 */
static double
share_below_or_above(PlannerInfo *root, VariableStatData *variable,
					 Oid operator_id, bool is_lower, bool is_equal,
					 Oid collation, Datum constant)
{
	Oid			type = variable->vartype;
	FmgrInfo	comparison;
	double		common;
	double		common_through;
	double		histogram;
	double		share;

	if (!HeapTupleIsValid(variable->statsTuple))
		return DEFAULT_INEQ_SEL;
	fmgr_info(get_opcode(operator_id), &comparison);
	common_through = mcv_selectivity(variable, &comparison, collation, constant,
									 true, &common);
	variable->vartype = ordinal_type(type);
	histogram = ineq_histogram_selectivity(root, variable, operator_id,
										   &comparison, is_lower, is_equal,
										   collation, constant,
										   variable->vartype);
	variable->vartype = type;
	share = 1.0 - common -
		((Form_pg_statistic) GETSTRUCT(variable->statsTuple))->stanullfrac;
	share = share * (histogram >= 0.0 ? histogram : 0.5) + common_through;
	CLAMP_PROBABILITY(share);
	return share;
}

/*
 * bound_of reads a clause as a bound.  False where it is none: the variable is
 * then not set, else the caller releases it.
 */
static bool
bound_of(PlannerInfo *root, Oid operator_id, List *args, int var_rel,
		 bool is_lower, bool is_equal, Oid collation,
		 VariableStatData *variable, Bound *bound)
{
	Node	   *other;
	bool		is_var_left;

	if (!get_restriction_variable(root, args, var_rel, variable, &other,
								  &is_var_left))
		return false;
	if (!is_var_left)
	{
		operator_id = get_commutator(operator_id);
		is_lower = !is_lower;
	}
	bound->is_lower = is_lower;
	if (!IsA(other, Const) || !OidIsValid(operator_id))
		bound->share = DEFAULT_INEQ_SEL;
	else if (((Const *) other)->constisnull)
		bound->share = 0.0;
	else
		bound->share = share_below_or_above(root, variable, operator_id,
											is_lower, is_equal, collation,
											((Const *) other)->constvalue);
	return true;
}

/*
 * direction_of says which inequality an operator is, from its estimator.  False
 * where that is none of ours.
 */
static bool
direction_of(Oid operator_id, bool *is_lower, bool *is_equal)
{
	Oid			estimator = get_oprrest(operator_id);
	FmgrInfo	function;

	if (!OidIsValid(estimator))
		return false;
	fmgr_info(estimator, &function);
	*is_lower = function.fn_addr == assure_ordinal_gtsel ||
		function.fn_addr == assure_ordinal_gesel;
	*is_equal = function.fn_addr == assure_ordinal_lesel ||
		function.fn_addr == assure_ordinal_gesel;
	return *is_lower || *is_equal || function.fn_addr == assure_ordinal_ltsel;
}

/* plain_clause takes the planner's wrapping off a clause, the way it looks too. */
static Node *
plain_clause(Node *clause)
{
	RestrictInfo *info = (RestrictInfo *) clause;

	if (!IsA(clause, RestrictInfo))
		return clause;
	return (Node *) (info->orclause != NULL ? info->orclause : info->clause);
}

/*
 * conjunction_of finds the list of clauses, all of which must hold, that has
 * the clause with these very arguments in it.  NIL where there is none.
 */
static List *
conjunction_of(List *clauses, bool is_and, const List *args)
{
	ListCell   *cell;

	check_stack_depth();
	foreach(cell, clauses)
	{
		Node	   *clause = plain_clause(lfirst(cell));
		List	   *found = NIL;

		if (IsA(clause, OpExpr) && ((OpExpr *) clause)->args == args)
			return is_and ? clauses : list_make1(clause);
		if (IsA(clause, BoolExpr) && ((BoolExpr *) clause)->boolop != NOT_EXPR)
			found = conjunction_of(((BoolExpr *) clause)->args,
								   ((BoolExpr *) clause)->boolop == AND_EXPR, args);
		if (found != NIL)
			return found;
	}
	return NIL;
}

/*
 * range_of finds the tightest bounds that a conjunction sets to a variable.
 */
static void
range_of(PlannerInfo *root, List *conjunction, int var_rel, const Node *var,
		 Range *range)
{
	ListCell   *cell;

	memset(range, 0, sizeof(*range));
	foreach(cell, conjunction)
	{
		OpExpr	   *clause = (OpExpr *) plain_clause(lfirst(cell));
		VariableStatData variable;
		Bound		bound;
		bool		is_lower;
		bool		is_equal;

		if (!IsA(clause, OpExpr) || list_length(clause->args) != 2 ||
			!direction_of(clause->opno, &is_lower, &is_equal) ||
			!bound_of(root, clause->opno, clause->args, var_rel, is_lower,
					  is_equal, clause->inputcollid, &variable, &bound))
			continue;
		if (equal(variable.var, var))
		{
			if (bound.is_lower &&
				(range->lower == NULL || bound.share < range->lower_share))
			{
				range->lower = clause->args;
				range->lower_share = bound.share;
			}
			if (!bound.is_lower &&
				(range->upper == NULL || bound.share < range->upper_share))
			{
				range->upper = clause->args;
				range->upper_share = bound.share;
			}
		}
		ReleaseVariableStats(variable);
	}
}

/*
 * range_share is the share of rows between both bounds: what the two have in
 * common.  A range that ends where it starts still has one value; one that ends
 * before, nothing to speak of.
 */
static double
range_share(VariableStatData *variable, const Range *range)
{
	bool		is_default;
	double		one_value = 1.0 / get_variable_numdistinct(variable, &is_default);
	double		share = range->lower_share + range->upper_share - 1.0;

	if (range->lower_share == DEFAULT_INEQ_SEL ||
		range->upper_share == DEFAULT_INEQ_SEL)
		return DEFAULT_RANGE_INEQ_SEL;
	if (HeapTupleIsValid(variable->statsTuple))
		share += ((Form_pg_statistic) GETSTRUCT(variable->statsTuple))->stanullfrac;
	if (share >= one_value)
		return share;
	return share < -one_value ? 1.0e-10 : one_value;
}

/*
 * ordinal_selectivity is what the four estimators do: the share of the bound by
 * itself, or, where its conjunction makes it one side of a range, its part.
 */
static Datum
ordinal_selectivity(FunctionCallInfo fcinfo, bool is_lower, bool is_equal)
{
	PlannerInfo *root = (PlannerInfo *) PG_GETARG_POINTER(0);
	List	   *args = (List *) PG_GETARG_POINTER(2);
	int			var_rel = PG_GETARG_INT32(3);
	VariableStatData variable;
	Bound		bound;
	Range		range = {NULL};
	double		result;

	if (!bound_of(root, PG_GETARG_OID(1), args, var_rel, is_lower, is_equal,
				  PG_GET_COLLATION(), &variable, &bound))
		PG_RETURN_FLOAT8(DEFAULT_INEQ_SEL);
	result = bound.share;
	if (variable.rel != NULL)
		range_of(root, conjunction_of(variable.rel->baserestrictinfo, true, args),
				 var_rel, variable.var, &range);
	if (range.lower != NULL && range.upper != NULL && bound.is_lower &&
		range.lower == args && range.upper_share > 0.0)
		result = range_share(&variable, &range) / range.upper_share;
	else if ((bound.is_lower ? range.lower : range.upper) != args &&
			 (bound.is_lower ? range.lower : range.upper) != NULL)
		result = 1.0;
	ReleaseVariableStats(variable);
	CLAMP_PROBABILITY(result);
	PG_RETURN_FLOAT8(result);
}

/* assure_ordinal_ltsel estimates <. */
PGDLLEXPORT Datum
assure_ordinal_ltsel(PG_FUNCTION_ARGS)
{
	return ordinal_selectivity(fcinfo, false, false);
}

/* assure_ordinal_lesel estimates <=. */
PGDLLEXPORT Datum
assure_ordinal_lesel(PG_FUNCTION_ARGS)
{
	return ordinal_selectivity(fcinfo, false, true);
}

/* assure_ordinal_gtsel estimates >. */
PGDLLEXPORT Datum
assure_ordinal_gtsel(PG_FUNCTION_ARGS)
{
	return ordinal_selectivity(fcinfo, true, false);
}

/* assure_ordinal_gesel estimates >=. */
PGDLLEXPORT Datum
assure_ordinal_gesel(PG_FUNCTION_ARGS)
{
	return ordinal_selectivity(fcinfo, true, true);
}
