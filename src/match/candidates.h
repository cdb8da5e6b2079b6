/*-------------------------------------------------------------------------
 *
 * candidates.h
 *		The pairs of a task that come cheapest at the prices of the moment.
 *
 * A finder belongs to one thread.  Inside the room only.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_MATCH_CANDIDATES_H
#define ASSURE_MATCH_CANDIDATES_H

#include "match/wide.h"

typedef struct Finder
{
	const WideProblem *problem;
	void	   *source;			/* of rows */
	int64		slack;			/* of totals no farther apart one is as good as the other */
	int64		row_count;

	/* what was found */
	const int32 *workers;		/* of the row */
	const int32 *costs;
	int64	   *totals;			/* heap, dearest first */
	int32	   *candidates;		/* their places in the row */
	int64		least;			/* what the cheapest of all comes to, or the limit */
	int64		beyond;			/* what all others come to at least */

	/* prices in units, in the order of the row's workers; they hold for the next
	 * row of the same workers while no price changes */
	bool		is_still;
	int32	   *column;
	const int32 *column_of;
} Finder;

/* Prices, times scale; of one who has no place so much that no pair counts. */
typedef struct FinderPrices
{
	const int64 *price;
	int64		scale;
} FinderPrices;

/* size_max: the most that is ever asked for. */
extern void finder_init(Finder *finder, const WideProblem *problem, void *source, int32 size_max);
extern void finder_resize(Finder *finder, int32 size_max);
extern void finder_free(Finder *finder);

/* A time begins, or ends, in which no price changes. */
extern void finder_stand_still(Finder *finder, bool is_still);

/*
 * finder_find finds the cheapest pairs of a task that come to less than a limit,
 * at most size; returns how many.
 */
extern int32 finder_find(Finder *finder, FinderPrices prices, int32 task, int32 size, int64 limit);

#endif							/* ASSURE_MATCH_CANDIDATES_H */
