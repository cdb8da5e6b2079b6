/*-------------------------------------------------------------------------
 *
 * settlement.h
 *		What the room "settlement" offers: finished work is booked.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_SETTLEMENT_SETTLEMENT_H
#define ASSURE_SETTLEMENT_SETTLEMENT_H

#include "adjudicate/book_checks.h"
#include "core/call.h"

/*
 * Tasks that this transaction has just made done, by their workers: what their
 * branches owe each other and the points of the workers are booked.  The rows of
 * the tasks are locked by the caller.
 */
extern void work_finished(Call *call, const int64 *task_ids, int count);

/*
 * The other way round for a task whose result does not count any more, with a
 * reason; false: nothing of it is booked.
 */
extern bool work_annulled(Call *call, int64 task_id, const char *reason);

/* The first post-check of a task: the points of who did it. */
extern void work_checked(int64 task_id, int64 author_worker_id, bool passed, int weight);

extern const BookChecks settlement_checks;

#endif							/* ASSURE_SETTLEMENT_SETTLEMENT_H */
