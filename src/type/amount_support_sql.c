/*-------------------------------------------------------------------------
 *
 * amount_support_sql.c
 *		What the planner calls: simpler forms of operators with a numeric.
 *
 * An amount meets every other number through operators with numeric, so that
 * there is one choice and never an ambiguity.  Where the number is a constant,
 * or an integer that was cast, the planner is given the form that needs no
 * numeric at all:
 *
 *   amount > 5000			amount > '5000.00'::amount
 *   amount >= 12.345		amount > '12.34'::amount
 *   amount * 0.85			prorate(amount, 85, 100)
 *   amount / quantity		prorate(amount, 1, quantity)
 *
 * The first two then use indexes and statistics as any comparison of amounts.
 * Each form has the value of the original for every amount, NULL included.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/nbtree.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "type/amount.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

/* <> has no place in a btree family; this one is ours. */
#define DIFFERS_STRATEGY	0

/* Digits of a decimal constant that int64 surely holds, as does its scale. */
#define DECIMAL_DIGITS_MAX	18

PG_FUNCTION_INFO_V1(assure_amount_compare_support);
PG_FUNCTION_INFO_V1(assure_amount_mul_support);
PG_FUNCTION_INFO_V1(assure_amount_div_support);

/* A call of a function of one amount and one numeric, in either order. */
typedef struct MixedCall
{
	Oid			funcid;
	Oid			amount_type;
	Expr	   *amount;
	Expr	   *number;
	bool		is_number_first;
} MixedCall;

/*
 * mixed_call_of takes the request apart.  False where it is none for us.
 */
static bool
mixed_call_of(Node *node, MixedCall *call)
{
	FuncExpr   *function;

	if (!IsA(node, SupportRequestSimplify))
		return false;
	function = ((SupportRequestSimplify *) node)->fcall;
	if (list_length(function->args) != 2)
		return false;
	call->funcid = function->funcid;
	call->amount = linitial(function->args);
	call->number = lsecond(function->args);
	call->is_number_first = exprType((Node *) call->amount) == NUMERICOID;
	if (call->is_number_first)
	{
		call->amount = lsecond(function->args);
		call->number = linitial(function->args);
	}
	call->amount_type = exprType((Node *) call->amount);
	return exprType((Node *) call->number) == NUMERICOID;
}

/*
 * constant_of gives the numeric of an expression that is a constant, and of
 * which one can speak: NULL for any other, for NaN and infinities.
 */
static Numeric
constant_of(const Expr *expr)
{
	const Const *constant = (const Const *) expr;
	Numeric		value;

	if (!IsA(expr, Const) || constant->constisnull)
		return NULL;
	value = DatumGetNumeric(constant->constvalue);
	return numeric_is_nan(value) || numeric_is_inf(value) ? NULL : value;
}

/*
 * strategy_of finds which comparison a function is, from the operators of the
 * type's btree family.  False for none.
 */
static bool
strategy_of(const MixedCall *call, Oid family, int *strategy)
{
	Oid			left = call->is_number_first ? NUMERICOID : call->amount_type;
	Oid			right = call->is_number_first ? call->amount_type : NUMERICOID;
	Oid			equals = get_opfamily_member(family, left, right, BTEqualStrategyNumber);
	Oid			differs = OidIsValid(equals) ? get_negator(equals) : InvalidOid;

	for (*strategy = BTLessStrategyNumber; *strategy <= BTMaxStrategyNumber; (*strategy)++)
	{
		Oid			operator_id = get_opfamily_member(family, left, right, *strategy);

		if (OidIsValid(operator_id) && get_opcode(operator_id) == call->funcid)
			return true;
	}
	*strategy = DIFFERS_STRATEGY;
	return OidIsValid(differs) && get_opcode(differs) == call->funcid;
}

/*
 * floor_fen_of rounds a number of yuan down to an amount, and says whether it
 * was one.  False beyond what amounts reach.
 */
static bool
floor_fen_of(Numeric yuan, int64 *floor_fen, bool *is_exact)
{
	Datum		fen = DirectFunctionCall2(numeric_mul, NumericGetDatum(yuan),
										  NumericGetDatum(int64_to_numeric(AMOUNT_FEN_PER_YUAN)));
	Datum		whole = DirectFunctionCall1(numeric_floor, fen);

	if (DatumGetBool(DirectFunctionCall2(numeric_lt, whole,
										 NumericGetDatum(int64_to_numeric(PG_INT64_MIN)))) ||
		DatumGetBool(DirectFunctionCall2(numeric_gt, whole,
										 NumericGetDatum(int64_to_numeric(PG_INT64_MAX)))))
		return false;
	*floor_fen = DatumGetInt64(DirectFunctionCall1(numeric_int8, whole));
	*is_exact = DatumGetBool(DirectFunctionCall2(numeric_eq, fen, whole));
	return true;
}

/*
 * floor_strategy is the comparison with the floor that equals a comparison with
 * a number between two fen: x >= 12.345 is x > 12.34, x < 12.345 is x <= 12.34.
 * No such for = and <>.
 */
static int
floor_strategy(int strategy)
{
	switch (strategy)
	{
		case BTLessStrategyNumber:
		case BTLessEqualStrategyNumber:
			return BTLessEqualStrategyNumber;
		case BTGreaterStrategyNumber:
		case BTGreaterEqualStrategyNumber:
			return BTGreaterStrategyNumber;
		default:
			return InvalidStrategy;
	}
}

/*
 * assure_amount_compare_support gives for a comparison with a constant number
 * that with an amount.
 */
PGDLLEXPORT Datum
assure_amount_compare_support(PG_FUNCTION_ARGS)
{
	MixedCall	call;
	Numeric		number;
	Oid			family;
	Oid			operator_id;
	int			strategy;
	int64		floor_fen;
	bool		is_exact;
	OpExpr	   *result;

	if (!mixed_call_of((Node *) PG_GETARG_POINTER(0), &call) ||
		(number = constant_of(call.number)) == NULL ||
		!floor_fen_of(number, &floor_fen, &is_exact))
		PG_RETURN_POINTER(NULL);
	family = lookup_type_cache(call.amount_type, TYPECACHE_BTREE_OPFAMILY)->btree_opf;
	if (!OidIsValid(family) || !strategy_of(&call, family, &strategy))
		PG_RETURN_POINTER(NULL);
	if (call.is_number_first && strategy != DIFFERS_STRATEGY)
		strategy = BTCommuteStrategyNumber(strategy);
	if (!is_exact && (strategy = floor_strategy(strategy)) == InvalidStrategy)
		PG_RETURN_POINTER(NULL);
	operator_id = get_opfamily_member(family, call.amount_type, call.amount_type,
									  strategy == DIFFERS_STRATEGY ? BTEqualStrategyNumber : strategy);
	if (strategy == DIFFERS_STRATEGY)
		operator_id = get_negator(operator_id);
	result = (OpExpr *) make_opclause(operator_id, BOOLOID, false, call.amount,
									  (Expr *) makeConst(call.amount_type, -1, InvalidOid,
														 sizeof(int64), AmountGetDatum(floor_fen),
														 false, FLOAT8PASSBYVAL),
									  InvalidOid, InvalidOid);
	set_opfuncid(result);
	PG_RETURN_POINTER(result);
}

/*
 * make_bigint makes a constant of type bigint.
 */
static Expr *
make_bigint(int64 value)
{
	return (Expr *) makeConst(INT8OID, -1, InvalidOid, sizeof(int64),
							  Int64GetDatum(value), false, FLOAT8PASSBYVAL);
}

/*
 * decimal_of takes a constant as a fraction of a bigint and a power of ten:
 * 0.850 is 85 / 100.  False where it has more digits than that.
 */
static bool
decimal_of(Numeric value, Expr **part, Expr **whole)
{
	Datum		trimmed = DirectFunctionCall1(numeric_trim_scale, NumericGetDatum(value));
	const char *text = DatumGetCString(DirectFunctionCall1(numeric_out, trimmed));
	bool		is_negative = *text == '-';
	bool		is_fraction = false;
	int64		digits = 0;
	int64		power = 1;
	int			n_digits = 0;

	for (text += is_negative ? 1 : 0; *text != '\0'; text++)
	{
		if (*text == '.')
		{
			is_fraction = true;
			continue;
		}
		if (++n_digits > DECIMAL_DIGITS_MAX)
			return false;
		digits = digits * 10 + (*text - '0');
		if (is_fraction)
			power *= 10;
	}
	*part = make_bigint(is_negative ? -digits : digits);
	*whole = make_bigint(power);
	return true;
}

/*
 * fraction_of takes a number that is an integer cast to numeric, or a constant
 * with few digits, as a fraction of two bigints.  False for any other.
 */
static bool
fraction_of(Expr *number, Expr **part, Expr **whole)
{
	const FuncExpr *cast = (const FuncExpr *) number;
	Oid			widen = InvalidOid;
	Numeric		constant = constant_of(number);

	if (constant != NULL)
		return decimal_of(constant, part, whole);
	if (!IsA(number, FuncExpr))
		return false;
	if (cast->funcid == F_NUMERIC_INT4)
		widen = F_INT8_INT4;
	else if (cast->funcid == F_NUMERIC_INT2)
		widen = F_INT8_INT2;
	else if (cast->funcid != F_NUMERIC_INT8)
		return false;
	*part = linitial(cast->args);
	*whole = make_bigint(1);
	if (OidIsValid(widen))
		*part = (Expr *) makeFuncExpr(widen, INT8OID, list_make1(*part),
									  InvalidOid, InvalidOid, COERCE_IMPLICIT_CAST);
	return true;
}

/*
 * prorate_call makes the call of prorate(amount, part, whole), which stands in
 * the schema of the function that it replaces.
 */
static Node *
prorate_call(const MixedCall *call, Expr *part, Expr *whole)
{
	Oid			types[] = {call->amount_type, INT8OID, INT8OID};
	Oid			prorate = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid,
										  CStringGetDatum("prorate"),
										  PointerGetDatum(buildoidvector(types, lengthof(types))),
										  ObjectIdGetDatum(get_func_namespace(call->funcid)));

	if (!OidIsValid(prorate))
		return NULL;
	return (Node *) makeFuncExpr(prorate, call->amount_type,
								 list_make3(call->amount, part, whole),
								 InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
}

/*
 * assure_amount_mul_support gives for a product with an integer or a decimal
 * constant that in integers.
 */
PGDLLEXPORT Datum
assure_amount_mul_support(PG_FUNCTION_ARGS)
{
	MixedCall	call;
	Expr	   *part;
	Expr	   *whole;

	if (!mixed_call_of((Node *) PG_GETARG_POINTER(0), &call) ||
		!fraction_of(call.number, &part, &whole))
		PG_RETURN_POINTER(NULL);
	PG_RETURN_POINTER(prorate_call(&call, part, whole));
}

/*
 * assure_amount_div_support does so for a quotient, which is the product with
 * the fraction turned over.
 */
PGDLLEXPORT Datum
assure_amount_div_support(PG_FUNCTION_ARGS)
{
	MixedCall	call;
	Expr	   *part;
	Expr	   *whole;

	if (!mixed_call_of((Node *) PG_GETARG_POINTER(0), &call) ||
		!fraction_of(call.number, &part, &whole))
		PG_RETURN_POINTER(NULL);
	PG_RETURN_POINTER(prorate_call(&call, whole, part));
}
