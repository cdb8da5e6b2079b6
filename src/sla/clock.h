/*-------------------------------------------------------------------------
 *
 * clock.h
 *		Rows of assure.clock, within the room.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_SLA_CLOCK_H
#define ASSURE_SLA_CLOCK_H

#include "core/plan.h"
#include "sla/timing.h"

typedef struct ClockRow
{
	int64		clock_id;
	int64		sla_policy_id;
	ClockState	state;
	TimestampTz paused_at;		/* DT_NOEND: it is not paused */
} ClockRow;

/* What row_clock() reads, after the key. */
#define CLOCK_STATE \
	"sla_policy_id, started_at, coalesce(resumed_at, started_at), target_at, progress_at, next_step::int4, stalled, paused_at, left_usec"
#define CLOCK_STATE_END 10		/* number of the last of them */

extern void row_clock(uint64 row, ClockRow *clock);
extern void next_due_add(Column *column, const SlaTiming *timing, const ClockState *state);

/* The clock of one subject, by the name of its kind. */
extern void clock_pause(const char *subject_kind, int64 subject_id);
extern void clock_resume(const char *subject_kind, int64 subject_id);

#endif							/* ASSURE_SLA_CLOCK_H */
