/*-------------------------------------------------------------------------
 *
 * match.h
 *		What the room "match" offers: work finds people.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_MATCH_MATCH_H
#define ASSURE_MATCH_MATCH_H

#include "core/call.h"

/*
 * match_tasks gives those of the tasks that are open to the people who have room,
 * all at once and at the least cost; who has something keeps it.  The prices of
 * the last dispatch stand for what else the places are needed for.  In the
 * caller's transaction: workers and tasks are locked as tasks_reserve() does.
 * Returns how many found somebody.
 */
extern int64 match_tasks(Call *call, const int64 *task_ids, int count, const char *reason);

#endif							/* ASSURE_MATCH_MATCH_H */
