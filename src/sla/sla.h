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

struct SlaPolicy;

typedef struct ClockStart
{
	int64		subject_id;		/* the task; not known before it is there */
	int64		branch_id;
	const char *sla_code;		/* where no policy's condition holds; NULL: no deadline */
	TimestampTz started_at;

	/* Of a task, what conditions may ask. */
	const char *queue;
	int			priority;
	int64		amount_fen;
	const char *subject_kind;
	int64		account_id;
	int64		claim_id;

	/* What clocks_plan() finds. */
	const struct SlaPolicy *policy; /* NULL: no clock */
	TimestampTz target_at;
} ClockStart;

/*
 * All work on the clocks of tasks, in the caller's call.  clocks_plan finds the
 * deadlines of tasks that are about to be opened, clocks_start starts the clocks
 * once their keys are filled in.
 */
extern void clocks_plan(ClockStart *starts, int count);
extern void clocks_start(const ClockStart *starts, int count);
extern void clocks_progress(const int64 *task_ids, int count);
extern void clocks_stop(const int64 *task_ids, int count);


/*
 * A paused clock raises nothing; resumed, as much working time is left as there
 * was.  The clock of a task's claim pauses with it.
 */
extern void clocks_pause(const int64 *task_ids, int count);

/* Returns the deadline that the clock of the task has then; DT_NOEND: it has none. */
extern TimestampTz clocks_resume(int64 task_id);

/* Claims, from submission to decision, and service orders, if a policy holds for them. */
extern void claim_clock_start(int64 claim_id, int64 branch_id, TimestampTz submitted_at);
extern void claim_clocks_stop(const int64 *claim_ids, int count);
extern void order_clock_start(int64 order_id, int64 branch_id, TimestampTz requested_at);
extern void order_clock_progress(int64 order_id);
extern void order_clock_pause(int64 order_id);
extern void order_clock_resume(int64 order_id);
extern void order_clocks_stop(const int64 *order_ids, int count);

#endif							/* ASSURE_SLA_SLA_H */
