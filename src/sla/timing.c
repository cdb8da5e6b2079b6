/*-------------------------------------------------------------------------
 *
 * timing.c
 *		When a clock is due; knows no SPI and no present moment.
 *
 * A clock has steps: the warnings of its policy in order, then the target.
 * Beside them it stalls when nothing has moved for too long; a stall is raised
 * once until the next progress.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "sla/timing.h"

/*
 * timing_is_target tells whether a step is the target itself.
 */
bool
timing_is_target(const SlaPolicy *policy, int step)
{
	return step == policy->warning_count + 1;
}

/*
 * timing_step_at returns when the next step is due.  Shares of the target are
 * taken in whole microseconds; the division goes first, so that no target can
 * overflow.
 */
TimestampTz
timing_step_at(const SlaPolicy *policy, const ClockState *state)
{
	if (state->next_step > policy->warning_count + 1)
		return DT_NOEND;
	if (timing_is_target(policy, state->next_step))
		return state->started_at + policy->target_usec;
	return state->started_at + policy->target_usec / 100 * policy->warn_percent[state->next_step - 1];
}

/*
 * timing_stall_at returns when the subject counts as stalled.
 */
TimestampTz
timing_stall_at(const SlaPolicy *policy, const ClockState *state)
{
	if (policy->stall_usec == 0 || state->stalled)
		return DT_NOEND;
	return state->progress_at + policy->stall_usec;
}

/*
 * timing_next_due returns when the sweep has to look at the clock again.
 */
TimestampTz
timing_next_due(const SlaPolicy *policy, const ClockState *state)
{
	return Min(timing_step_at(policy, state), timing_stall_at(policy, state));
}
