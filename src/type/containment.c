/*-------------------------------------------------------------------------
 *
 * containment.c
 *		How many rows a containment lets through, by what ANALYZE knows.
 *
 * Elements are told by value for the most common, by place in the histogram for
 * the rest.  Containers are sampled: a column's most common values and histogram
 * are some of them with their shares, and a join is estimated as the average
 * over these.  All that is palloc'd stays in the planner's context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "type/containment.h"

#include "access/htup_details.h"
#include "catalog/pg_statistic.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"

/* What ANALYZE knows of a column; a slot without values is empty. */
typedef struct ColumnShape
{
	AttStatsSlot common;		/* most common values and their shares */
	AttStatsSlot histogram;
	double		share_null;
	double		share_common;
	double		distinct_rest;	/* values that are not among the common */
} ColumnShape;

/*
 * intervals_have finds the last interval that begins at a number or before it.
 */
bool
intervals_have(const NumberInterval *intervals, int count, uint64 number)
{
	int			low = 0;
	int			high = count;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (intervals[middle].first <= number)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 && number <= intervals[low - 1].last;
}

/*
 * shape_take reads the statistics of a column; false: there are none that may be
 * read.  Leakproof operators always may.
 */
static bool
shape_take(ColumnShape *shape, VariableStatData *variable, Oid function)
{
	bool		is_default;

	if (!HeapTupleIsValid(variable->statsTuple) || !statistic_proc_security_check(variable, function))
		return false;
	memset(shape, 0, sizeof(*shape));
	shape->share_null = ((Form_pg_statistic) GETSTRUCT(variable->statsTuple))->stanullfrac;
	get_attstatsslot(&shape->common, variable->statsTuple, STATISTIC_KIND_MCV, InvalidOid,
					 ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS);
	get_attstatsslot(&shape->histogram, variable->statsTuple, STATISTIC_KIND_HISTOGRAM, InvalidOid, ATTSTATSSLOT_VALUES);
	for (int i = 0; i < shape->common.nvalues; i++)
		shape->share_common += shape->common.numbers[i];
	shape->distinct_rest = Max(get_variable_numdistinct(variable, &is_default) - shape->common.nvalues, 1.0);
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
 * place_in_histogram returns the share of a histogram's rows below a number, as
 * if values were spread evenly within each of its bins.
 */
static double
place_in_histogram(const AttStatsSlot *slot, uint64 number)
{
	int			low = 0;
	int			high = slot->nvalues - 1;
	uint64		from;
	uint64		to;

	if (number <= DatumGetUInt64(slot->values[low]))
		return 0.0;
	if (number > DatumGetUInt64(slot->values[high]))
		return 1.0;
	while (high - low > 1)
	{
		int			middle = (low + high) / 2;

		if (number > DatumGetUInt64(slot->values[middle]))
			low = middle;
		else
			high = middle;
	}
	from = DatumGetUInt64(slot->values[low]);
	to = DatumGetUInt64(slot->values[high]);
	return (low + (double) (number - from) / (double) (to - from)) / (slot->nvalues - 1);
}

/*
 * share_within returns the share of a column's rows that lie in a container.  An
 * interval, however short, is that of one value at least.
 */
static double
share_within(const ColumnShape *shape, const Contents *contents)
{
	double		within = 0.0;
	double		rest = contents->default_share;

	for (int i = 0; i < shape->common.nvalues; i++)
		if (intervals_have(contents->intervals, contents->count, DatumGetUInt64(shape->common.values[i])))
			within += shape->common.numbers[i];
	if (shape->histogram.nvalues > 1)
	{
		rest = 0.0;
		for (int i = 0; i < contents->count; i++)
			rest += Max(place_in_histogram(&shape->histogram, contents->intervals[i].last + 1) -
						place_in_histogram(&shape->histogram, contents->intervals[i].first),
						1.0 / shape->distinct_rest);
	}
	within += Min(rest, 1.0) * Max(1.0 - shape->share_common - shape->share_null, 0.0);
	CLAMP_PROBABILITY(within);
	return within;
}

/*
 * containment_share estimates elements in a container that is known.
 */
double
containment_share(VariableStatData *elements, Oid function, const Contents *contents)
{
	ColumnShape shape;
	double		share;

	if (!shape_take(&shape, elements, function))
		return contents->default_share;
	share = share_within(&shape, contents);
	shape_free(&shape);
	return share;
}

/*
 * matched_by returns the share of elements within one container, or, where there
 * are so many rows of them, how sure it is that any is.
 */
static double
matched_by(const ColumnShape *elements, Datum container, ContentsOf contents_of, double rows)
{
	Contents	contents;

	CHECK_FOR_INTERRUPTS();
	contents_of(container, &contents);
	return Min(rows * share_within(elements, &contents), 1.0);
}

/*
 * share_of_sample averages matched_by over the containers that statistics hold.
 * Values that are too wide for statistics are taken for ones like the others.
 */
static double
share_of_sample(const ColumnShape *elements, const ColumnShape *containers, ContentsOf contents_of, double rows)
{
	double		weights = containers->share_common;
	double		matched = 0.0;
	double		rest = Max(1.0 - weights - containers->share_null, 0.0) / Max(containers->histogram.nvalues, 1);

	for (int i = 0; i < containers->common.nvalues; i++)
		matched += containers->common.numbers[i] * matched_by(elements, containers->common.values[i], contents_of, rows);
	for (int i = 0; i < containers->histogram.nvalues; i++)
	{
		matched += rest * matched_by(elements, containers->histogram.values[i], contents_of, rows);
		weights += rest;
	}
	return weights > 0.0 ? matched / weights * (1.0 - containers->share_null) : CONTAINMENT_DEFAULT_SHARE;
}

/*
 * containment_join estimates the operator between two columns.
 *
 * EXISTS and NOT EXISTS ask for the share of left rows that have a match at all.
 * Where these are containers, each of them is asked whether the elements leave it
 * empty.  Where they are elements, each container on the other side matches a
 * share of them, and no two the same, for what is listed seldom overlaps.
 */
double
containment_join(FunctionCallInfo fcinfo, bool element_first, ContentsOf contents_of)
{
	PlannerInfo *root = (PlannerInfo *) PG_GETARG_POINTER(0);
	Oid			function = get_opcode(PG_GETARG_OID(1));
	List	   *arguments = (List *) PG_GETARG_POINTER(2);
	SpecialJoinInfo *special = (SpecialJoinInfo *) PG_GETARG_POINTER(4);
	bool		is_any = special->jointype == JOIN_SEMI || special->jointype == JOIN_ANTI;
	VariableStatData left;
	VariableStatData right;
	VariableStatData *elements;
	VariableStatData *containers;
	VariableStatData *other;
	ColumnShape element_shape;
	ColumnShape container_shape;
	double		rows;
	bool		reversed;
	double		share = CONTAINMENT_DEFAULT_SHARE;

	get_join_variables(root, arguments, special, &left, &right, &reversed);
	elements = element_first ? &left : &right;
	containers = element_first ? &right : &left;
	other = reversed ? &left : &right;
	rows = is_any && other->rel != NULL ? Max(other->rel->rows, 1.0) : 1.0;
	if (shape_take(&element_shape, elements, function))
	{
		if (shape_take(&container_shape, containers, function))
		{
			share = share_of_sample(&element_shape, &container_shape, contents_of, other == elements ? rows : 1.0);
			if (other == elements)
				rows = 1.0;
			shape_free(&container_shape);
		}
		shape_free(&element_shape);
	}
	share *= rows;
	CLAMP_PROBABILITY(share);
	ReleaseVariableStats(left);
	ReleaseVariableStats(right);
	return share;
}
