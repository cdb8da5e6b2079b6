/*-------------------------------------------------------------------------
 *
 * optimal_match_sql.c
 *		Entry points: the solver by itself, on the caller's own rows.
 *
 * Nothing of the extension's data is read: the statements run with the caller's
 * rights, so these functions check no scope.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "core/result_set.h"
#include "match/match_input.h"

PG_FUNCTION_INFO_V1(assure_optimal_match);
PG_FUNCTION_INFO_V1(assure_optimal_match_summary);

/*
 * required_sql returns a statement that must be given.
 */
static char *
required_sql(FunctionCallInfo fcinfo, int number, const char *name)
{
	if (PG_ARGISNULL(number))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", name)));
	return text_to_cstring(PG_GETARG_TEXT_PP(number));
}

/*
 * solve reads the problem of the arguments and solves it.
 */
static void
solve(FunctionCallInfo fcinfo, MatchInput *input, MatchSolution *solution)
{
	char	   *edges_sql = required_sql(fcinfo, 0, "edges_sql");
	char	   *workers_sql = required_sql(fcinfo, 1, "workers_sql");
	char	   *tasks_sql = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));

	match_input_read(input, edges_sql, workers_sql, tasks_sql);
	match_solve(&input->problem, solution);
}

/*
 * assure_optimal_match returns the edges that are taken, a row each.
 */
PGDLLEXPORT Datum
assure_optimal_match(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MatchInput	input;
	MatchSolution solution;

	result_set_open(fcinfo);
	SPI_connect();
	solve(fcinfo, &input, &solution);
	for (int32 t = 0; t < input.problem.task_count; t++)
	{
		Datum		values[3];
		bool		nulls[3] = {false, false, false};

		if ((t & 4095) == 0)
			CHECK_FOR_INTERRUPTS();
		if (solution.worker_of[t] < 0)
			continue;
		values[0] = Int64GetDatum(input.task_ids[t]);
		values[1] = Int64GetDatum(input.worker_ids[solution.worker_of[t]]);
		values[2] = Int64GetDatum(solution.cost_of[t]);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	SPI_finish();
	return (Datum) 0;
}

/*
 * assure_optimal_match_summary returns the size of the problem, what the best
 * assignment costs, and the bound that proves it.
 */
PGDLLEXPORT Datum
assure_optimal_match_summary(PG_FUNCTION_ARGS)
{
	MatchInput	input;
	MatchSolution solution;
	TupleDesc	descriptor;
	Datum		values[7];
	bool		nulls[7] = {false, false, false, false, false, false, false};

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "optimal_match_summary must return a row");
	descriptor = BlessTupleDesc(descriptor);
	SPI_connect();
	solve(fcinfo, &input, &solution);
	values[0] = Int32GetDatum(input.problem.task_count);
	values[1] = Int32GetDatum(input.problem.worker_count);
	values[2] = Int64GetDatum(input.problem.first_edge[input.problem.task_count]);
	values[3] = Int32GetDatum(solution.assigned_count);
	values[4] = Int64GetDatum(solution.cost);
	values[5] = Int64GetDatum(solution.dual_bound);
	values[6] = BoolGetDatum(solution.is_optimal);
	SPI_finish();
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(descriptor, values, nulls)));
}
