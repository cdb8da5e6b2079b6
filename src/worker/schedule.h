/*-------------------------------------------------------------------------
 *
 * schedule.h
 *		Schedules of pg_cron that drive the jobs; inside this room.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_WORKER_SCHEDULE_H
#define ASSURE_WORKER_SCHEDULE_H

#include "postgres.h"

#include "worker/job.h"

/* The jobs, and the purge of what pg_cron keeps of their runs. */
#define SCHEDULE_COUNT (JOB_COUNT + 1)

typedef struct Schedule
{
	const char *job;
	const char *schedule;		/* as pg_cron writes it */
	const char *command;		/* what pg_cron runs, or what to run where it lives */
	bool		is_installed;
	const char *note;
} Schedule;

/* Registers the schedules, or says what to run where that is not possible from here. */
extern void schedule_install(Schedule schedules[SCHEDULE_COUNT]);

/* Takes the caller's schedules for this database away and returns how many there were. */
extern int	schedule_remove(void);

#endif							/* ASSURE_WORKER_SCHEDULE_H */
