/*-------------------------------------------------------------------------
 *
 * amount_aggregate_sql.c
 *		What SQL calls to aggregate amounts: sum and avg.
 *
 * Both have one state, so a query that asks for both computes it once: how many
 * amounts there were, and their sum in 128 bits.  A sum may pass the bounds of
 * int64 on its way and come back; only the end counts.
 *
 * The state is a plain bigint[] {count, high, low}, not "internal": it can be
 * sent from a Citus worker or stored, and needs no serialisation for parallel
 * plans.  Within an aggregate it is updated in place, as the server does with
 * the state of avg(integer).  Whoever calls these functions by hand gets a new
 * array each time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/int.h"
#include "core/compat.h"
#include "nodes/execnodes.h"
#include "type/amount.h"
#include "utils/array.h"
#include "utils/fmgrprotos.h"

typedef struct SumState
{
	int64		count;
	int64		high;			/* of the sum in fen: its upper 64 bits */
	uint64		low;			/* and its lower */
} SumState;

PG_FUNCTION_INFO_V1(assure_amount_accum);
PG_FUNCTION_INFO_V1(assure_amount_discard);
PG_FUNCTION_INFO_V1(assure_amount_combine);
PG_FUNCTION_INFO_V1(assure_amount_sum);
PG_FUNCTION_INFO_V1(assure_amount_avg);

/*
 * state_of finds the state in its array, and refuses any other array: this one
 * may come from anybody's hand.
 */
static inline SumState *
state_of(ArrayType *array)
{
	SumState   *state = (SumState *) ARR_DATA_PTR(array);

	if (unlikely(ARR_SIZE(array) != ARR_OVERHEAD_NONULLS(1) + sizeof(SumState) ||
				 ARR_NDIM(array) != 1 || ARR_HASNULL(array) ||
				 ARR_ELEMTYPE(array) != INT8OID || state->count < 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("not the state of an aggregate of amounts"),
				 errdetail("A state is an array {count, high, low} of bigint.")));
	return state;
}

/*
 * own_array gives the array in argument 0 to be changed: itself within an
 * aggregate, whose own it is and plain in memory, else a copy.  The test is
 * AggCheckCallContext's, here without a call for each row.
 */
static inline ArrayType *
own_array(FunctionCallInfo fcinfo)
{
	if (fcinfo->context != NULL &&
		(IsA(fcinfo->context, AggState) || IsA(fcinfo->context, WindowAggState)) &&
		!VARATT_IS_EXTENDED(PG_GETARG_POINTER(0)))
		return (ArrayType *) PG_GETARG_POINTER(0);
	return PG_GETARG_ARRAYTYPE_P_COPY(0);
}

/* state_sum_fen puts the halves of the sum together. */
static inline fixed128
state_sum_fen(const SumState *state)
{
	return (fixed128) (((unsigned __int128) (uint64) state->high << 64) | state->low);
}

/*
 * state_add moves the state by a sum and a count.  128 bits overflow after
 * 2^64 amounts of the largest size; only a state made by hand comes there.
 */
static inline void
state_add(SumState *state, fixed128 sum_fen, int64 count)
{
	fixed128	total_fen = state_sum_fen(state);

	if (__builtin_add_overflow(total_fen, sum_fen, &total_fen) ||
		pg_add_s64_overflow(state->count, count, &state->count))
		amount_report_overflow();
	state->high = (int64) (total_fen >> 64);
	state->low = (uint64) total_fen;
}

/* assure_amount_accum takes one more amount into the state. */
PGDLLEXPORT Datum
assure_amount_accum(PG_FUNCTION_ARGS)
{
	ArrayType  *array = own_array(fcinfo);

	state_add(state_of(array), PG_GETARG_AMOUNT(1), 1);
	PG_RETURN_ARRAYTYPE_P(array);
}

/* assure_amount_discard takes an amount out again: a moving window's start. */
PGDLLEXPORT Datum
assure_amount_discard(PG_FUNCTION_ARGS)
{
	ArrayType  *array = own_array(fcinfo);

	state_add(state_of(array), -(fixed128) PG_GETARG_AMOUNT(1), -1);
	PG_RETURN_ARRAYTYPE_P(array);
}

/* assure_amount_combine adds a second state to the first. */
PGDLLEXPORT Datum
assure_amount_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *array = own_array(fcinfo);
	const SumState *other = state_of(PG_GETARG_ARRAYTYPE_P(1));

	state_add(state_of(array), state_sum_fen(other), other->count);
	PG_RETURN_ARRAYTYPE_P(array);
}

/* assure_amount_sum ends sum: NULL of no amounts, an error beyond int64. */
PGDLLEXPORT Datum
assure_amount_sum(PG_FUNCTION_ARGS)
{
	const SumState *state = state_of(PG_GETARG_ARRAYTYPE_P(0));
	fixed128	sum_fen = state_sum_fen(state);

	if (state->count == 0)
		PG_RETURN_NULL();
	if (sum_fen < PG_INT64_MIN || sum_fen > PG_INT64_MAX)
		amount_report_overflow();
	PG_RETURN_AMOUNT((int64) sum_fen);
}

/*
 * assure_amount_avg ends avg: the quotient of sum and count as numeric forms
 * it, so avg(x) and avg(x::numeric(,2)) are the same digits.
 */
PGDLLEXPORT Datum
assure_amount_avg(PG_FUNCTION_ARGS)
{
	const SumState *state = state_of(PG_GETARG_ARRAYTYPE_P(0));

	if (state->count == 0)
		PG_RETURN_NULL();
	return DirectFunctionCall2(numeric_div,
							   NumericGetDatum(amount_fen_sum_to_numeric(state_sum_fen(state))),
							   NumericGetDatum(int64_to_numeric(state->count)));
}
