/*-------------------------------------------------------------------------
 *
 * timing.c
 *		When a clock is due; knows no tables and no present moment.
 *
 * A clock has steps: the warnings of its policy in order, then the target.
 * Beside them it stalls when nothing has moved for too long; a stall is raised
 * once until the next progress.
 *
 * All is working time.  A clock keeps its target as a moment, since when time
 * counts without a pause, and what was left then; the whole follows from the start
 * and the policy, so that nothing is counted while it runs.  What was left is kept
 * though it lies between these two moments: not any more where holidays were loaded
 * since.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "sla/timing.h"

/*
 * whole_usec returns the time that the policy gives a clock, in working time.
 */
static int64
whole_usec(const SlaTiming *timing, TimestampTz started_at)
{
	return worktime_between(&timing->time, started_at, worktime_add(&timing->time, started_at, timing->target));
}

/*
 * after_usec returns the moment that lies so much working time after another;
 * before it, if that is below 0.
 */
static TimestampTz
after_usec(const SlaTiming *timing, TimestampTz from, int64 usec)
{
	return worktime_add(&timing->time, from, (WorkSpan) {.usec = usec});
}

/*
 * timing_start fills the state of a clock that starts.  The deadline counts from
 * when the customer asked; a stall, from when the subject came up.
 */
void
timing_start(const SlaTiming *timing, TimestampTz started_at, TimestampTz now, ClockState *state)
{
	*state = (ClockState) {
		.started_at = started_at,
		.counted_from = started_at,
		.target_at = Max(worktime_add(&timing->time, started_at, timing->target), started_at + 1),
		.progress_at = now,
		.next_step = 1,
		.stalled = false,
		.left_usec = LEFT_IS_ALL
	};
}

/*
 * timing_resume has time count again: the target lies as much working time after
 * now as it lay after the pause began.  A target that had passed stays where it
 * was.  Who paused may have begun after this transaction: that was no pause.
 */
void
timing_resume(const SlaTiming *timing, TimestampTz paused_at, TimestampTz now, ClockState *state)
{
	now = Max(now, paused_at);
	state->left_usec = worktime_between(&timing->time, paused_at, state->target_at);
	if (state->target_at > paused_at)
		state->target_at = after_usec(timing, now, state->left_usec);
	state->counted_from = now;
	state->progress_at = now;
	state->stalled = false;
}

/*
 * timing_move puts a clock under another policy.  Without a pause its target is
 * that of a clock that had started under it; else what was worked before the
 * last pause ended is taken off the new whole.
 */
void
timing_move(const SlaTiming *from, const SlaTiming *to, ClockState *state)
{
	if (state->left_usec == LEFT_IS_ALL)
		state->target_at = worktime_add(&to->time, state->started_at, to->target);
	else
	{
		state->left_usec += whole_usec(to, state->started_at) - whole_usec(from, state->started_at);
		state->target_at = after_usec(to, state->counted_from, state->left_usec);
	}
	state->target_at = Max(state->target_at, state->started_at + 1);
}

/*
 * timing_is_target tells whether a step is the target itself.
 */
bool
timing_is_target(const SlaTiming *timing, int step)
{
	return step == timing->warning_count + 1;
}

/*
 * timing_step_at returns when the next step is due.  A share of the whole is
 * taken in whole microseconds; the division goes first, so that nothing can
 * overflow.  What was due before time counted again is due since then.
 */
TimestampTz
timing_step_at(const SlaTiming *timing, const ClockState *state)
{
	int64		whole;
	int64		wanted;

	if (state->next_step > timing->warning_count + 1)
		return DT_NOEND;
	if (timing_is_target(timing, state->next_step))
		return state->target_at;
	whole = whole_usec(timing, state->started_at);
	wanted = whole / 100 * timing->warn_percent[state->next_step - 1];
	if (state->left_usec != LEFT_IS_ALL)
		wanted -= whole - state->left_usec;
	if (wanted <= 0)
		return state->counted_from;
	return after_usec(timing, state->counted_from, wanted);
}

/*
 * timing_stall_at returns when the subject counts as stalled.
 */
TimestampTz
timing_stall_at(const SlaTiming *timing, const ClockState *state)
{
	if ((timing->stall.days == 0 && timing->stall.usec == 0) || state->stalled)
		return DT_NOEND;
	return worktime_add(&timing->time, state->progress_at, timing->stall);
}

/*
 * timing_next_due returns when the sweep has to look at the clock again.
 */
TimestampTz
timing_next_due(const SlaTiming *timing, const ClockState *state)
{
	return Min(timing_step_at(timing, state), timing_stall_at(timing, state));
}
