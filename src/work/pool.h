/*-------------------------------------------------------------------------
 *
 * pool.h
 *		What the files of this room share: fragments of statements.
 *
 * Locking, in this order: a branch, workers by key, tasks by key, clocks.  Who
 * gives work to a person holds the person's row, and waits for nobody's: rows
 * that somebody else holds are passed over.  Who takes work away waits.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_WORK_POOL_H
#define ASSURE_WORK_POOL_H

#include "work/task.h"

#define SUBJECT_CLAIM "claim"

/*
 * Which branch a task is kept to, NULL for none, of a queue q and the task's
 * branch b.  A number of 0 to 99 that the task keeps for life says whether it is
 * in the share that its branch gives out: what is moved out by a greater share
 * comes back by the smaller one.
 */
#define KEPT_BRANCH(task_id) \
	"CASE WHEN b.status = 'offline' OR (q.shareable AND (hashint8(" task_id ") & 2147483647) % 100 < b.share_out) THEN NULL ELSE b.branch_id END"

/* Work of other branches that a worker w of branch b may have in hand at once. */
#define OUTSIDE_CAPACITY \
	"CASE b.status WHEN 'online' THEN ((w.capacity::bigint * b.take_in + 99) / 100)::int ELSE 0 END"

/* The class of an amount of authority, as the indexes of open tasks have it. */
#define AUTHORITY_STEP(authority_fen) \
	"width_bucket(" authority_fen " - 1, '{500000,5000000,50000000}'::bigint[])"

/*
 * Order of urgency of a task t, as these indexes have it; the smallest comes first.
 * A moment does not move, so what waits is overtaken ever less and never starves.
 */
#define TASK_STEP AUTHORITY_STEP("coalesce(t.authority_fen, t.amount_fen)")
#define TASK_URGENCY \
	"(date_part('epoch', coalesce(least(t.due_at, t.wait_until), t.created_at) - timestamptz '2000-01-01 00:00:00+00') + 86400 * (5 - t.priority))"

/* When a task of a queue q that is reserved now goes back to the pool. */
#define RESERVED_UNTIL "now() + q.reserve_for"

/* Whether a worker on shift by the status is so by the calendar; NULL: none. */
extern bool shift_is_on(const char *calendar);

/*
 * worker_lock locks a worker by code; worker_require_fit refuses a locked one who
 * may not be given the task, and says what is in the way.
 */
extern int64 worker_lock(const char *code);
extern void worker_require_fit(int64 worker_id, int64 task_id);

/* The open tasks of a branch or queue that is locked, under its share of now. */
extern int64 branch_share_again(Call *call, int64 branch_id, const char *reason);
extern int64 queue_share_again(Call *call, int64 queue_id, const char *reason);

#endif							/* ASSURE_WORK_POOL_H */
