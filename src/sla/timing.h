/*-------------------------------------------------------------------------
 *
 * timing.h
 *		When a clock is due; knows no SPI and no present moment.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_SLA_TIMING_H
#define ASSURE_SLA_TIMING_H

#include "postgres.h"

#include "datatype/timestamp.h"

#define SLA_WARNINGS_MAX 20		/* a CHECK of assure.sla_policy */

typedef struct SlaPolicy
{
	int64		sla_policy_id;
	int64		target_usec;
	int64		stall_usec;		/* 0: not watched */
	int			warning_count;
	int			warn_percent[SLA_WARNINGS_MAX]; /* ascending */
} SlaPolicy;

typedef struct ClockState
{
	TimestampTz started_at;
	TimestampTz progress_at;
	int			next_step;		/* 1 to warning_count: warnings; + 1: the target; + 2: none left */
	bool		stalled;		/* raised since the last progress */
} ClockState;

/* Both return DT_NOEND where nothing is left to come. */
extern TimestampTz timing_step_at(const SlaPolicy *policy, const ClockState *state);
extern TimestampTz timing_stall_at(const SlaPolicy *policy, const ClockState *state);
extern TimestampTz timing_next_due(const SlaPolicy *policy, const ClockState *state);
extern bool timing_is_target(const SlaPolicy *policy, int step);

#endif							/* ASSURE_SLA_TIMING_H */
