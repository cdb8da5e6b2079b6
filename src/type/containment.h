/*-------------------------------------------------------------------------
 *
 * containment.h
 *		Estimates for <@ and @> of types whose containers are intervals.
 *
 * An element is a number of at most 64 bits that is passed by value and never
 * negative, and its order is that of the numbers.  A container is one interval
 * of them or several, sorted and apart: a region, a range or a set of codes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_TYPE_CONTAINMENT_H
#define ASSURE_TYPE_CONTAINMENT_H

#include "postgres.h"

#include "fmgr.h"
#include "nodes/pathnodes.h"
#include "utils/selfuncs.h"

typedef struct NumberInterval
{
	uint64		first;			/* both belong to it */
	uint64		last;
} NumberInterval;

/* What is in a container. */
typedef struct Contents
{
	const NumberInterval *intervals;
	int			count;
	NumberInterval	only;			/* room for a container that is one interval */
	double		default_share;	/* of rows, where there are no statistics */
} Contents;

/* Fills in what is in a container. */
typedef void (*ContentsOf) (Datum container, Contents *contents);

/* Where the container is not known when planning, or nothing of the elements. */
#define CONTAINMENT_DEFAULT_SHARE	0.01

/* intervals_have says whether a number lies in any of the intervals. */
extern bool intervals_have(const NumberInterval *intervals, int count, uint64 number);

/* containment_share estimates "elements <@ a value": the share of rows. */
extern double containment_share(VariableStatData *elements, Oid function, const Contents *contents);

/* containment_join estimates the operator between two columns, as a JOIN estimator is called. */
extern double containment_join(FunctionCallInfo fcinfo, bool element_first, ContentsOf contents_of);

#endif							/* ASSURE_TYPE_CONTAINMENT_H */
