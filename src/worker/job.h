/*-------------------------------------------------------------------------
 *
 * job.h
 *		Jobs: what runs again and again, and how it went; inside this room.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_WORKER_JOB_H
#define ASSURE_WORKER_JOB_H

#include "postgres.h"

#include "datatype/timestamp.h"

#include "core/config.h"

#define EXTENSION_NAME "pg_assure"

/* The scopes of which a role needs one to run jobs. */
#define JOB_SCOPES (SCOPE_SUPERVISOR | SCOPE_ADMIN)

#define JOB_COUNT 8

/* A job as the library knows it; its row in assure_internal.job has the rest. */
typedef struct Job
{
	const char *name;
	int			number;			/* job_no of its row; part of its lock */
	const char *command;
	bool		on_deadline;	/* background workers run it when a deadline comes, too */
} Job;

/* What its row says of when it runs. */
typedef struct JobState
{
	const Job  *job;
	TimestampTz next_run_at;
	int			period_seconds;
	bool		on_arrival;
	int			failures;		/* in a row, but for a run at hand */
} JobState;

extern const Job *job_at(int index);
extern const Job *job_find(const char *name);

/*
 * Holds off DROP EXTENSION until the end of the transaction, and fails if the
 * extension is gone.
 */
extern void extension_lock(void);

/*
 * Runs a job if it is due (or by force) and nobody else runs it, and returns
 * whether it did.  Commits; needs a non-atomic SPI connection.
 */
extern bool job_run(const Job *job, bool force);

/*
 * Notes in the current transaction why a run ended; false if none was noted as
 * started.
 */
extern bool job_record_failure(const Job *job, const char *sqlstate, const char *message, int *failures);

/* Fills in the jobs that are not paused, earliest first. */
extern int	job_list(JobState states[JOB_COUNT]);

extern void job_pause(const Job *job);
extern void job_resume(const Job *job);

#endif							/* ASSURE_WORKER_JOB_H */
