/*-------------------------------------------------------------------------
 *
 * task.h
 *		What the room "work" offers: tasks for people.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_WORK_TASK_H
#define ASSURE_WORK_TASK_H

#include "datatype/timestamp.h"

#include "utils/jsonb.h"

#include "core/call.h"

/* What a task is begun with; what is left out is 0 or NULL. */
typedef struct TaskStart
{
	int64		account_id;
	int64		claim_id;		/* key of the subject, a claim unless the kind says otherwise */
	int64		branch_id;
	int64		amount_fen;
	int			priority;
	const int64 *excluded_worker_ids;	/* who may not do it */
	int			excluded_count;
	TimestampTz started_at;		/* the deadline counts from here */
	int			skill_count;	/* beside that of the queue */
	const char *const *skills;
	const char *subject_kind;	/* NULL: claim */
	const char *subject_ref;
	Jsonb	   *subject;
	const char *region;
	Jsonb	   *attributes;		/* an object */
	const char *ref;			/* the caller's own, not known yet */
} TaskStart;

#define TASK_PRIORITY_NORMAL 5
#define CLAIM_REVIEW_QUEUE "claim_review"

/* Opens a claim-review task for each, with its event and its clock. */
extern void tasks_open(Call *call, const TaskStart *starts, int count);

/* Opens tasks in a queue and fills in their keys, in the order of the starts. */
extern void tasks_open_in(Call *call, const char *queue, const TaskStart *starts, int count, int64 *task_ids);

/* Opens one task in a queue and returns its key. */
extern int64 task_open(Call *call, const char *queue, const TaskStart *start);

typedef struct Task
{
	int64		task_id;
	char	   *state;
	int64		worker_id;		/* 0: nobody */
	int64		branch_id;
	int64		amount_fen;
	bool		is_of_claim;
	bool		is_of_check;	/* a post-check, or the mending of what it found */
} Task;

/* Locks the unfinished task of a claim; false if there is none. */
extern bool task_lock_of_claim(int64 account_id, int64 claim_id, Task *task);
extern bool task_lock(int64 task_id, Task *task);

/*
 * For who moves the clocks of tasks by themselves: tasks_lock locks tasks before
 * their clocks, as everybody does; tasks_note_due copies the deadlines of tasks from
 * their clocks, which keep them.
 */
extern void tasks_lock(Datum task_ids);
extern void tasks_note_due(Datum task_ids);
extern void task_move(Call *call, Task *task, const char *event, const char *to_state,
					  int64 worker_id, int64 actor_id, const char *reason);

/*
 * A suspended task waits for somebody outside: it is with its worker but takes
 * no room, and its clock stands still.  It comes back to that worker, or to the
 * pool if the worker is not on shift.
 */
extern void task_suspend(Call *call, Task *task, int64 actor_id, const char *reason);
extern void task_resume(Call *call, Task *task, int64 actor_id, const char *note);
extern void task_note(Call *call, const Task *task, int64 actor_id, const char *note);

/*
 * tasks_reserve gives open tasks to workers, each of a pair (workers may stand in
 * it several times), and tells in is_given which of them it could: it locks the
 * workers' rows, passing over those that somebody else holds, and gives to who is
 * still on shift, has room, and is qualified; the task is reserved until the time
 * of its queue is over, with its event and its clock's progress.  Reason may be
 * NULL.  Returns how many.  Every path that gives work to a person ends here.
 */
extern int	tasks_reserve(Call *call, const int64 *task_ids, const int64 *worker_ids, int count,
						  const char *reason, bool *is_given);

/*
 * tasks_put_back opens tasks again that are locked and with somebody (their
 * workers stand beside them), under the share that their branch gives out now.
 * is_declined: for a while they are not offered to who had them.
 */
extern void tasks_put_back(Call *call, const int64 *task_ids, const int64 *worker_ids, int count,
						   const char *event, bool is_declined, int64 actor_id, const char *reason);

/* Refuses a change of a task that its state does not allow, and says which are. */
extern void task_refuse(const Task *task, const char *function) __attribute__((noreturn));

/* Refuses a suspended task, and a worker who did an earlier stage. */
extern void task_require_active(const Task *task, int64 worker_id);

/* Refuses who neither has the task nor is a supervisor; ref is the claim's, or NULL. */
extern void task_require_holder(const Call *call, const Task *task, int64 actor_id, const char *ref);

/* The code of a worker, for a message. */
extern const char *worker_code(int64 worker_id);

#endif							/* ASSURE_WORK_TASK_H */
