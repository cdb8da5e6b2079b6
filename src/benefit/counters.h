/*-------------------------------------------------------------------------
 *
 * counters.h
 *		What is used, while a claim is calculated: what was handed in and what
 *		this claim has added so far.
 *
 * Inside the room only.  Also holds the counters of a visit and of a claim,
 * which live no longer than the calculation.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_BENEFIT_COUNTERS_H
#define ASSURE_BENEFIT_COUNTERS_H

#include "benefit/terms.h"

typedef struct CounterKey
{
	int			counter;		/* index in the terms */
	bool		is_family;
	PeriodKind	kind;
	DateADT		start;			/* of a visit: its place in the claim; else as
								 * in UsedEntry */
	Measure		measure;
	const char *name;			/* stay, group; not looked at with the others */
} CounterKey;

typedef struct Counters Counters;

extern Counters *counters_open(const Terms *terms, const Used *used);
extern int64 counters_get(const Counters *counters, const CounterKey *key);
extern bool counters_last_event(const Counters *counters, int counter,
								DateADT *last);
extern bool counters_has_visit(const Counters *counters,
							   const CounterKey *key, int bill);
extern void counters_add(Counters *counters, const CounterKey *key,
						 int64 delta, int64 limit);
extern void counters_add_visit(Counters *counters, const CounterKey *key,
							   int bill, int64 limit);
extern void counters_close(const Counters *counters, ClaimResult *result);

#endif							/* ASSURE_BENEFIT_COUNTERS_H */
