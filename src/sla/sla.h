/*-------------------------------------------------------------------------
 *
 * sla.h
 *		What the room "sla" offers: clocks that start, progress and stop.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_SLA_SLA_H
#define ASSURE_SLA_SLA_H

#include "datatype/timestamp.h"

typedef struct ClockStart
{
	int64		subject_id;		/* the task */
	int64		branch_id;
	const char *sla_code;		/* NULL: no deadline */
	TimestampTz started_at;
} ClockStart;

/* All work on the clocks of tasks, in the caller's call. */
extern void clocks_start(const ClockStart *starts, int count);
extern void clocks_progress(const int64 *task_ids, int count);
extern void clocks_stop(const int64 *task_ids, int count);

/* A paused clock raises nothing; resumed, its deadline has moved by the pause. */
extern void clocks_pause(const int64 *task_ids, int count);
extern void clocks_resume(const int64 *task_ids, int count);

#endif							/* ASSURE_SLA_SLA_H */
