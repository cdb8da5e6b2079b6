/*-------------------------------------------------------------------------
 *
 * person.h
 *		A person who asks for work: locked, with what decides which tasks are open.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_WORK_PERSON_H
#define ASSURE_WORK_PERSON_H

#include "postgres.h"

#include "utils/snapshot.h"

#include "core/call.h"
#include "work/queue_cache.h"

typedef struct Person
{
	int64		worker_id;
	char	   *code;
	char	   *status;
	char	   *calendar;		/* NULL: the status alone says */
	int			capacity;
	int64		branch_id;
	int64		authority_fen;
	int			skill_count;
	char	  **skills;
	int		   *levels;
	int			load;			/* tasks in hand */
	bool		takes_outside;	/* there is room for work of other branches */
} Person;

/* person_lock locks the row of a worker, by code or key, and reads it; false: it is not to be had. */
extern bool person_lock(const char *code, int64 worker_id, Person *person);

/*
 * person_count reads what the locked person has in hand, under a snapshot that
 * was taken after, and refuses who has no room.
 */
extern void person_count(Person *person, Snapshot snapshot);

/* How well a person can do something; 0: not at all. */
extern int	person_level(const Person *person, const char *skill);
extern bool person_can(const Person *person, const CachedQueue *queue);

#endif							/* ASSURE_WORK_PERSON_H */
