/*-------------------------------------------------------------------------
 *
 * timer.h
 *		The only clock of the background workers, and how long they wait.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_WORKER_TIMER_H
#define ASSURE_WORKER_TIMER_H

#include "postgres.h"

#include "common/pg_prng.h"
#include "utils/timestamp.h"

/*
 * timer_now returns the present moment.
 */
static inline TimestampTz
timer_now(void)
{
	return GetCurrentTimestamp();
}

/*
 * timer_after returns the moment that lies so many milliseconds after another.
 */
static inline TimestampTz
timer_after(TimestampTz moment, int64 wait_ms)
{
	return moment + wait_ms * INT64CONST(1000);
}

/*
 * timer_backoff returns how long to wait after so many failures in a row: the
 * base, doubled each time, never more than the cap, and 10 percent more or less
 * so that what failed together does not come back together.
 */
static inline int64
timer_backoff(int64 base_ms, int failures, int64 cap_ms)
{
	int64		wait_ms = base_ms;

	for (int i = 0; i < failures && wait_ms < cap_ms; i++)
		wait_ms *= 2;
	return (int64) (Min(wait_ms, cap_ms) * (0.9 + 0.2 * pg_prng_double(&pg_global_prng_state)));
}

#endif							/* ASSURE_WORKER_TIMER_H */
