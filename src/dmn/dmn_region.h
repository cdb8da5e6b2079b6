/*-------------------------------------------------------------------------
 *
 * dmn_region.h
 *		Regions of a decision table's inputs, and their words.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_DMN_DMN_REGION_H
#define ASSURE_DMN_DMN_REGION_H

#include "dmn/dmn_index.h"

/* Cells of a column, in order. */
typedef struct Part
{
	int			count;
	IndexSpan  *spans;
} Part;

/* What the inputs of a table may be at all. */
typedef struct Domain
{
	const DmnTable *table;
	Part	   *allowed;		/* by column */
	bool	   *points_only;	/* by column: between its bounds all values are the same */
} Domain;

/*
 * same_part compares two parts.
 */
static inline bool
same_part(const Part *a, const Part *b)
{
	if (a->count != b->count)
		return false;
	for (int i = 0; i < a->count; i++)
		if (a->spans[i].low != b->spans[i].low || a->spans[i].high != b->spans[i].high)
			return false;
	return true;
}

/* Says which inputs a region, a part by column, is made of; resets the state. */
extern char *region_words(FeelState *state, const Domain *domain, const Part *region);

#endif							/* ASSURE_DMN_DMN_REGION_H */
