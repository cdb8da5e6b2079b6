/*-------------------------------------------------------------------------
 *
 * dmn_index.h
 *		The cells of a decision table's columns: dmn_index.c says what they are.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_DMN_DMN_INDEX_H
#define ASSURE_DMN_DMN_INDEX_H

#include "dmn/dmn_model.h"

typedef struct IndexSpan
{
	int32		low;
	int32		high;			/* below low: no cell at all */
	int32		extra;			/* several: where they begin in column->extras */
	int32		extra_count;	/* 0: it is one, low to high */
} IndexSpan;

typedef struct IndexCell
{
	int			count;
	const int32 *list;			/* in order, or */
	const uint64 *bits;
} IndexCell;

typedef struct IndexColumn
{
	int			kind;			/* FeelKind; FEEL_NULL: no constant tests */
	int			bound_count;
	FeelValue  *bounds;
	int64	   *scaled;			/* bounds as integers of the scale, if that goes */
	uint64		scale;
	int			cell_count;
	IndexCell  *cells;			/* NULL: too large */
	IndexSpan  *spans;			/* by rule */
	IndexSpan  *extras;
	int			extra_count;
	int			extra_capacity;
} IndexColumn;

struct DmnIndex
{
	int			word_count;		/* of 64 rules each */
	IndexColumn *columns;
	int		   *residual_first; /* by rule, in residuals; one more at the end */
	int		   *residuals;		/* inputs whose tests are programs */
};

/*
 * index_spans returns the cells in which the test of a rule may hold: one span
 * or more, in order; a span whose high is below its low is none.
 */
static inline const IndexSpan *
index_spans(const IndexColumn *column, int rule, int *count)
{
	const IndexSpan *span = &column->spans[rule];

	*count = Max(span->extra_count, 1);
	return span->extra_count > 0 ? column->extras + span->extra : span;
}

#endif							/* ASSURE_DMN_DMN_INDEX_H */
