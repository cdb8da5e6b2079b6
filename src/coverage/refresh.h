/*-------------------------------------------------------------------------
 *
 * refresh.h
 *		Bringing the sets up; inside this room.
 *
 * Who calls holds LOCK_COVERAGE until the end of the transaction.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_COVERAGE_REFRESH_H
#define ASSURE_COVERAGE_REFRESH_H

#include "postgres.h"

#include "coverage/sets.h"

/* Months that sets of the insured are kept for: [from, to). */
typedef struct MonthRange
{
	int			from;
	int			to;
} MonthRange;

typedef struct CoverageState
{
	int64		watermark;
	MonthRange	insured;		/* empty: none are built */
} CoverageState;

extern CoverageState coverage_state_read(void);

/* refresh_served.c: what happened up to an event, and people who are to be looked at again. */
extern int64 served_refresh(int64 watermark, int64 upto);

/* refresh_insured.c */
extern int64 insured_refresh(MonthRange built, MonthRange wanted);

/* settled.c: the highest event key below which none is to come. */
extern int64 events_settled(int wait_ms);

#endif							/* ASSURE_COVERAGE_REFRESH_H */
