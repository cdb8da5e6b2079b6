/*-------------------------------------------------------------------------
 *
 * open_tasks.h
 *		The open tasks that a person may do, the most urgent of all lists.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_WORK_OPEN_TASKS_H
#define ASSURE_WORK_OPEN_TASKS_H

#include "postgres.h"

#include "access/htup.h"
#include "storage/itemptr.h"

#include "core/index_read.h"
#include "work/person.h"

typedef struct Candidate
{
	int64		task_id;
	double		rank;			/* the smallest is the best */
	const CachedQueue *queue;
	ItemPointerData tid;
	HeapTuple	row;			/* where rows are kept, else NULL */
} Candidate;

typedef struct OpenTasks
{
	const Person *person;
	const CachedQueue **queues; /* those whose skills the person has */
	int			queue_count;
	bool		keeps_rows;		/* a queue names a matching profile */
	IndexRead	of_branch;		/* tasks of the person's branch, */
	IndexRead	of_all;			/* and those that all branches share */
	Snapshot	snapshot;
	int			count;
	int			capacity;
	Candidate  *candidates;
} OpenTasks;

extern void open_tasks_begin(OpenTasks *tasks, const Person *person, Snapshot snapshot);

/* How many lists there are. */
extern int	open_tasks_lists(const OpenTasks *tasks);

/* Reads so many of each list that nobody holds, the best of all lists first, and keeps the best of them. */
extern void open_tasks_read(OpenTasks *tasks, int of_each, int most);

/* Puts the best first again. */
extern void open_tasks_sort(OpenTasks *tasks);

/* Locks a candidate that is still as it was read, waiting for nobody. */
extern bool open_tasks_lock(OpenTasks *tasks, Candidate *candidate);

extern void open_tasks_end(OpenTasks *tasks);

#endif							/* ASSURE_WORK_OPEN_TASKS_H */
