/*-------------------------------------------------------------------------
 *
 * timing.h
 *		When a clock is due; knows no tables and no present moment.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_SLA_TIMING_H
#define ASSURE_SLA_TIMING_H

#include "sla/worktime.h"

#define SLA_WARNINGS_MAX 20		/* a CHECK of assure.sla_policy */

typedef struct SlaTiming
{
	WorkTime	time;
	WorkSpan	target;
	WorkSpan	stall;			/* all 0: not watched */
	int			warning_count;
	int			warn_percent[SLA_WARNINGS_MAX]; /* ascending */
} SlaTiming;

typedef struct ClockState
{
	TimestampTz started_at;
	TimestampTz counted_from;	/* started_at, or the end of the last pause */
	TimestampTz target_at;
	TimestampTz progress_at;
	int			next_step;		/* 1 to warning_count: warnings; + 1: the target; + 2: none left */
	bool		stalled;		/* raised since the last progress */
	int64		left_usec;		/* working time that was left at counted_from; LEFT_IS_ALL */
} ClockState;

/* Never paused: what was left at the start is the whole. */
#define LEFT_IS_ALL PG_INT64_MIN

/* A clock that starts. */
extern void timing_start(const SlaTiming *timing, TimestampTz started_at, TimestampTz now, ClockState *state);

/* What was left at the pause is left at its end. */
extern void timing_resume(const SlaTiming *timing, TimestampTz paused_at, TimestampTz now, ClockState *state);

/* The work that was done under one policy counts under the other. */
extern void timing_move(const SlaTiming *from, const SlaTiming *to, ClockState *state);

/* These return DT_NOEND where nothing is left to come. */
extern TimestampTz timing_step_at(const SlaTiming *timing, const ClockState *state);
extern TimestampTz timing_stall_at(const SlaTiming *timing, const ClockState *state);
extern TimestampTz timing_next_due(const SlaTiming *timing, const ClockState *state);
extern bool timing_is_target(const SlaTiming *timing, int step);

#endif							/* ASSURE_SLA_TIMING_H */
