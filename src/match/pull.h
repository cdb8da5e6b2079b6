/*-------------------------------------------------------------------------
 *
 * pull.h
 *		Which of the tasks at hand is the best for one person who asks.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_MATCH_PULL_H
#define ASSURE_MATCH_PULL_H

#include "work/open_tasks.h"

/*
 * pull_rank ranks candidates that were read with their rows by what a dispatch
 * would gain by giving each to the person: the outside option of the task, which
 * priority and age are in, less the cost of the pair.  Who is excluded by a profile
 * from one does not get it.  The price of the person's room is the same with all
 * tasks, and so decides nothing.
 */
extern void pull_rank(OpenTasks *tasks);

#endif							/* ASSURE_MATCH_PULL_H */
