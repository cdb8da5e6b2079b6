/*-------------------------------------------------------------------------
 *
 * smooth_sql.c
 *		Entry points: smoothing by itself, for whatever is counted of a group.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "catalog/pg_type_d.h"
#include "utils/array.h"

#include "measure/smooth.h"

#define MEMBERS_MAX 1000000

PG_FUNCTION_INFO_V1(assure_smoothed_rates);
PG_FUNCTION_INFO_V1(assure_smoothed_means);

/*
 * numbers_read reads an array of numbers without NULLs; *count is its length, or
 * what it has to be if that is not below 0.
 */
static double *
numbers_read(ArrayType *array, Oid type, const char *name, int *count)
{
	Datum	   *elements;
	bool	   *nulls;
	int			found;
	double	   *numbers;

	deconstruct_array(array, type, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &elements, &nulls, &found);
	if (*count >= 0 && found != *count)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s has %d elements, not %d", name, found, *count),
				 errhint("All arrays have an element for each member of the group.")));
	if (found > MEMBERS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("%s has %d elements, more than %d", name, found, MEMBERS_MAX)));
	*count = found;
	numbers = palloc(sizeof(double) * Max(found, 1));
	for (int i = 0; i < found; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s[%d] is NULL", name, i + 1)));
		numbers[i] = type == INT8OID ? (double) DatumGetInt64(elements[i]) : DatumGetFloat8(elements[i]);
		if (!isfinite(numbers[i]))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("%s[%d] is not a finite number", name, i + 1)));
	}
	return numbers;
}

/*
 * refuse_unless raises what a member of the group cannot be.
 */
static void
refuse_unless(bool holds, const char *what, int member)
{
	if (!holds)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s of member %d are out of range", what, member + 1)));
}

/*
 * numbers_array makes a float8[].
 */
static ArrayType *
numbers_array(const double *numbers, int count)
{
	Datum	   *elements = palloc(sizeof(Datum) * Max(count, 1));

	for (int i = 0; i < count; i++)
		elements[i] = Float8GetDatum(numbers[i]);
	return construct_array(elements, count, FLOAT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}

/*
 * assure_smoothed_rates smooths rates of a group.
 */
PGDLLEXPORT Datum
assure_smoothed_rates(PG_FUNCTION_ARGS)
{
	int			count = -1;
	double	   *hits = numbers_read(PG_GETARG_ARRAYTYPE_P(0), INT8OID, "hits", &count);
	double	   *cases = numbers_read(PG_GETARG_ARRAYTYPE_P(1), INT8OID, "cases", &count);
	SmoothGroup group = {0};
	SmoothPrior prior;

	for (int i = 0; i < count; i++)
	{
		refuse_unless(cases[i] >= 0, "cases", i);
		refuse_unless(hits[i] >= 0 && hits[i] <= cases[i], "hits", i);
		smooth_add(&group, cases[i], cases[i] > 0 ? hits[i] / cases[i] : 0, 0);
	}
	if (!smooth_rate(&group, &prior))
		PG_RETURN_NULL();
	for (int i = 0; i < count; i++)
		hits[i] = smooth_value(&prior, cases[i], cases[i] > 0 ? hits[i] / cases[i] : 0);
	PG_RETURN_ARRAYTYPE_P(numbers_array(hits, count));
}

/*
 * assure_smoothed_means smooths means of a group.
 */
PGDLLEXPORT Datum
assure_smoothed_means(PG_FUNCTION_ARGS)
{
	int			count = -1;
	double	   *cases = numbers_read(PG_GETARG_ARRAYTYPE_P(0), INT8OID, "cases", &count);
	double	   *sums = numbers_read(PG_GETARG_ARRAYTYPE_P(1), FLOAT8OID, "sums", &count);
	double	   *squares = numbers_read(PG_GETARG_ARRAYTYPE_P(2), FLOAT8OID, "squares", &count);
	SmoothGroup group = {0};
	SmoothPrior prior;

	for (int i = 0; i < count; i++)
	{
		refuse_unless(cases[i] >= 0, "cases", i);
		refuse_unless(squares[i] >= 0, "squares", i);
		if (cases[i] > 0)
			smooth_add(&group, cases[i], sums[i] / cases[i], squares[i] - sums[i] * sums[i] / cases[i]);
	}
	if (!smooth_mean(&group, SMOOTH_OF_MEAN, &prior))
		PG_RETURN_NULL();
	for (int i = 0; i < count; i++)
		sums[i] = smooth_value(&prior, cases[i], cases[i] > 0 ? sums[i] / cases[i] : 0);
	PG_RETURN_ARRAYTYPE_P(numbers_array(sums, count));
}
