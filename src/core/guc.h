/*-------------------------------------------------------------------------
 *
 * guc.h
 *		Settings, and the state behind them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CORE_GUC_H
#define ASSURE_CORE_GUC_H

#include "postgres.h"

/* assure.actor holds a worker's key as text; only assure.act_as() sets it */
#define ACTOR_SETTING "assure.actor"

extern char *guc_actor;
extern char *guc_databases;
extern char *guc_worker_role;
extern int	guc_request_retention_days;
extern int	guc_appeals_max;
extern int	guc_small_cell;
extern int	guc_feel_depth_max;
extern int	guc_feel_steps_max; /* thousands */
extern int	guc_feel_size_max;	/* kB */
extern int	guc_dmn_size_max_kb;
extern int	guc_dmn_depth_max;
extern int	guc_dmn_cache_size_kb;
extern int	guc_memberset_memory_kb;
extern int	guc_match_memory_kb;
extern int	guc_match_threads;
#define MATCH_THREADS_MAX 64
extern int	guc_calendar_missing_year;

/* What days are that a calendar does not know. */
typedef enum CalendarMissing
{
	CALENDAR_MISSING_ERROR, CALENDAR_MISSING_WARNING, CALENDAR_MISSING_NULL
} CalendarMissing;

extern void guc_init(void);

/* Are so many people too few to be told apart, and not none? */
extern bool is_small_cell(int64 people);

/* Sets a setting until AtEOXact_GUC of the nest level that is open. */
extern void pin_setting(const char *name, const char *value);

#endif							/* ASSURE_CORE_GUC_H */
