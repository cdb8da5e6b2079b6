/*-------------------------------------------------------------------------
 *
 * draw_sql.c
 *		Entry points: finished work is drawn for post-checks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgroids.h"
#include "utils/numeric.h"
#include "utils/rangetypes.h"

#include "core/digest.h"
#include "core/plan.h"
#include "core/request.h"
#include "core/result_set.h"
#include "postcheck/draw.h"
#include "postcheck/draw_queue.h"

#define SEED_BYTES_MAX 200
#define DAYS_MAX 366

PG_FUNCTION_INFO_V1(assure_draw_checks);
PG_FUNCTION_INFO_V1(assure_draw_sample);

/*
 * seed_argument refuses a seed that is none.
 */
static char *
seed_argument(FunctionCallInfo fcinfo, int argument)
{
	char	   *seed = PG_ARGISNULL(argument) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(argument));

	if (seed == NULL || seed[0] == '\0' || strlen(seed) > SEED_BYTES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("seed is empty or longer than %d bytes", SEED_BYTES_MAX),
				 errhint("Any text is a seed; the same one draws the same again.")));
	return seed;
}

/*
 * period_check refuses a period that is not over, or too long.
 */
static void
period_check(Datum period)
{
	static SqlPlan check = {
		"SELECT NOT isempty($1) AND NOT lower_inf($1) AND NOT upper_inf($1) AND isfinite(lower($1)) AND isfinite(upper($1)) "
		"  AND upper($1) - lower($1) <= $2, upper($1) <= now()::date", {DATERANGEOID, INT4OID}
	};
	Datum		values[2] = {period, Int32GetDatum(DAYS_MAX)};

	plan_run(&check, values, NULL);
	if (!plan_bool(0, 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("period is not of 1 to %d days", DAYS_MAX),
				 errhint("Write the days: '[2026-10-01,2026-10-31]'.")));
	if (!plan_bool(0, 2))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("period is not over"),
				 errhint("What is finished later would not be drawn: draw up to yesterday.")));
}

/*
 * assure_draw_checks draws the finished work of a period for post-checks, and
 * returns a row for each queue.
 */
PGDLLEXPORT Datum
assure_draw_checks(PG_FUNCTION_ARGS)
{
	static SqlPlan give = {
		"SELECT d.check_draw_id, q.code, d.population_count, d.sample_count FROM assure.check_draw d JOIN assure.queue q USING (queue_id) "
		"WHERE d.check_draw_id = ANY ($1) ORDER BY q.code COLLATE \"C\"", {INT8ARRAYOID}
	};
	char	   *seed = seed_argument(fcinfo, 1);
	char	   *queue = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	char	   *request_id = PG_ARGISNULL(3) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(3));
	StringInfoData arguments;
	Call		call;
	Datum		ids;
	int64	   *draw_ids;
	int			count;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("period must not be NULL")));
	result_set_open(fcinfo);
	call_begin(&call, SCOPE_SUPERVISOR | SCOPE_ADMIN, "draw_checks");
	call_allow_scans(&call);
	period_check(PG_GETARG_DATUM(0));
	initStringInfo(&arguments);
	digest_text(&arguments, OidOutputFunctionCall(F_RANGE_OUT, PG_GETARG_DATUM(0)));
	digest_text(&arguments, seed);
	digest_text(&arguments, queue);
	if (request_begin(&call, request_id, &arguments) == NULL)
		request_end_int64(request_id, 0);
	draw_ids = draws_make(&call, queue, PG_GETARG_DATUM(0), seed, &count);
	ids = array_of_int64(draw_ids, count);
	result_set_fill(fcinfo, &give, &ids, NULL);
	call_end(&call);
	return (Datum) 0;
}

/*
 * array_argument takes an array of one dimension apart and refuses NULLs.
 */
static Datum *
array_argument(FunctionCallInfo fcinfo, int argument, const char *name, Oid element, int16 length, bool by_value, char align, int *count)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(argument);
	Datum	   *elements;

	if (ARR_NDIM(array) > 1 || array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s is not a list without NULL", name)));
	deconstruct_array(array, element, length, by_value, align, &elements, NULL, count);
	return elements;
}

/*
 * rates_argument reads the rates of strata, in millionths.
 */
static int *
rates_argument(FunctionCallInfo fcinfo, int argument, int *count)
{
	Datum	   *elements = array_argument(fcinfo, argument, "rates", NUMERICOID, -1, false, TYPALIGN_INT, count);
	int		   *rates_micro = palloc(mul_size(sizeof(int), Max(*count, 1)));
	Datum		one = DirectFunctionCall1(int4_numeric, Int32GetDatum(DRAW_RATE_ONE));

	for (int i = 0; i < *count; i++)
	{
		double		rate = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, elements[i]));

		if (!(rate >= 0 && rate <= 1))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("rates: element %d is not between 0 and 1", i + 1)));
		rates_micro[i] = DatumGetInt32(DirectFunctionCall1(numeric_int4, DirectFunctionCall2(numeric_mul, elements[i], one)));
	}
	return rates_micro;
}

/*
 * sample_draw draws for assure_draw_sample and returns the tasks in order.
 */
static Datum
sample_draw(const char *seed, const Datum *ids, int count, const Datum *numbers, int strata_per_task, const int *rates_micro, int stratum_count)
{
	DrawTask   *tasks = palloc(mul_size(sizeof(DrawTask), Max(count, 1)));
	int		   *strata = palloc(mul_size(sizeof(int) * Max(strata_per_task, 1), Max(count, 1)));
	bool	   *is_drawn = palloc0(Max(count, 1));
	Column		drawn;

	for (int i = 0; i < count * strata_per_task; i++)
	{
		strata[i] = DatumGetInt32(numbers[i]) - 1;
		if (strata[i] < 0 || strata[i] >= stratum_count)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("strata: %d is not a number from 1 to %d", DatumGetInt32(numbers[i]), stratum_count),
					 errhint("A stratum is the place of its rate in rates.")));
	}
	for (int i = 0; i < count; i++)
		tasks[i] = (DrawTask) {.task_id = DatumGetInt64(ids[i]), .place = i};
	draw_sample(seed, tasks, count, strata, strata_per_task, rates_micro, stratum_count, is_drawn);
	column_start(&drawn, INT8OID);
	for (int i = 0; i < count; i++)
		if (is_drawn[tasks[i].place])
			column_add_int64(&drawn, tasks[i].task_id);
	return column_array(&drawn);
}

/*
 * assure_draw_sample draws of a list of tasks as a post-check does, in the order
 * in which they were drawn.
 */
PGDLLEXPORT Datum
assure_draw_sample(PG_FUNCTION_ARGS)
{
	char	   *seed = seed_argument(fcinfo, 0);
	int			count;
	int			number_count;
	int			stratum_count;
	Datum	   *ids = array_argument(fcinfo, 1, "task_ids", INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &count);
	Datum	   *numbers = array_argument(fcinfo, 2, "strata", INT4OID, sizeof(int32), true, TYPALIGN_INT, &number_count);
	int		   *rates_micro = rates_argument(fcinfo, 3, &stratum_count);

	if (count == 0 ? number_count != 0 : number_count % count != 0 || number_count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("strata has %d numbers for %d tasks", number_count, count),
				 errhint("Give each task as many strata as the others, one task after another.")));
	PG_RETURN_DATUM(sample_draw(seed, ids, count, numbers, count == 0 ? 0 : number_count / count, rates_micro, stratum_count));
}
