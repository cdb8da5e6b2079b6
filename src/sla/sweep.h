/*-------------------------------------------------------------------------
 *
 * sweep.h
 *		The parts of a sweep; each works in the caller's transaction.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_SLA_SWEEP_H
#define ASSURE_SLA_SWEEP_H

#include "core/call.h"
#include "datatype/timestamp.h"

/* What a sweep has come to. */
typedef struct SweepCount
{
	int64		alert_count;
	int64		alert_id_max;	/* 0: none */
	int			due;			/* of the last chunk: found */
	int			taken;			/* of these, not in others' hands */
	TimestampTz due_last;		/* the last moment that was found due */
} SweepCount;

/* Both read from a moment on. */
extern void raise_chunk(TimestampTz from, int clock_count_max, SweepCount *count);
extern void escalate_chunk(Call *call, TimestampTz from, SweepCount *count);
extern void arrivals_check(SweepCount *count);

#endif							/* ASSURE_SLA_SWEEP_H */
