/*-------------------------------------------------------------------------
 *
 * guc.c
 *		Settings of the extension, one small function a room.
 *
 * All of them exist without shared_preload_libraries, so that a session that
 * sets one in a database without workers gets no surprise; what only the
 * workers read is simply not read then.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "utils/guc.h"

#include "core/guc.h"
#include "worker/worker.h"

char	   *guc_actor = NULL;
char	   *guc_databases = NULL;
char	   *guc_worker_role = NULL;
int			guc_request_retention_days = 30;
int			guc_appeals_max = 2;
int			guc_small_cell = 5;
int			guc_feel_depth_max = 1000;
int			guc_feel_steps_max = 10000;
int			guc_feel_size_max = 65536;
int			guc_dmn_size_max_kb = 16 * 1024;
int			guc_dmn_depth_max = 100;
int			guc_dmn_cache_size_kb = 64 * 1024;
int			guc_memberset_memory_kb = 512 * 1024;
int			guc_match_memory_kb = 2 * 1024 * 1024;
int			guc_match_threads = 2;
int			guc_calendar_missing_year = CALENDAR_MISSING_ERROR;

/*
 * guc_init_core defines who acts.  The setting is PGC_INTERNAL: SET cannot
 * reach it, assure.act_as() can, and it ends with the transaction (or the
 * savepoint) like any SET LOCAL.
 */
static void
guc_init_core(void)
{
	DefineCustomStringVariable(ACTOR_SETTING,
							   "Shows the worker on whose behalf this transaction acts.",
							   "Set by assure.act_as() until the end of the transaction.",
							   &guc_actor, "", PGC_INTERNAL,
							   GUC_NO_RESET_ALL | GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE,
							   NULL, NULL, NULL);
	DefineCustomIntVariable("assure.request_retention",
							"Sets how long answers are kept for retries by request_id, in days.",
							NULL, &guc_request_retention_days, 30, 1, 3650, PGC_SIGHUP, 0,
							NULL, NULL, NULL);
}

/*
 * guc_init_feel defines what an expression or a decision may use.  A user cannot
 * raise it; the upper bound of the depth is what the server's stack holds.
 */
static void
guc_init_feel(void)
{
	DefineCustomIntVariable("assure.feel_depth_max",
							"Sets how deep FEEL expressions, calls and values may be nested.",
							NULL, &guc_feel_depth_max, 1000, 10, 4000, PGC_SUSET, 0,
							NULL, NULL, NULL);
	DefineCustomIntVariable("assure.feel_size_max",
							"Sets the most memory of one FEEL evaluation or compilation.",
							NULL, &guc_feel_size_max, 65536, 64, MAX_KILOBYTES, PGC_SUSET, GUC_UNIT_KB,
							NULL, NULL, NULL);
	DefineCustomIntVariable("assure.feel_steps_max",
							"Sets the most steps of one FEEL evaluation, in thousands.",
							"A step is an operation evaluated or an item visited.",
							&guc_feel_steps_max, 10000, 1, PG_INT32_MAX, PGC_SUSET, 0,
							NULL, NULL, NULL);
}

/*
 * guc_init_type defines what values of the types may take.
 */
static void
guc_init_type(void)
{
	DefineCustomIntVariable("assure.memberset_memory",
							"Sets the most memory that one set of members may take while it is worked on.",
							"The state of an aggregate, or the operands and the result of an operator.",
							&guc_memberset_memory_kb, 512 * 1024, 1024, MAX_KILOBYTES, PGC_SUSET, GUC_UNIT_KB,
							NULL, NULL, NULL);
}

/*
 * guc_init_dmn bounds what decision models take.
 */
static void
guc_init_dmn(void)
{
	DefineCustomIntVariable("assure.dmn_cache_size",
							"Sets how much memory a session keeps compiled decision models in.",
							NULL, &guc_dmn_cache_size_kb, 64 * 1024, 1024, MAX_KILOBYTES, PGC_SUSET, GUC_UNIT_KB, NULL, NULL, NULL);
	DefineCustomIntVariable("assure.dmn_depth_max",
							"Sets how deep the elements of a decision model may be nested.",
							NULL, &guc_dmn_depth_max, 100, 10, 1000, PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("assure.dmn_size_max",
							"Sets how long the text of a decision model may be.",
							NULL, &guc_dmn_size_max_kb, 16 * 1024, 1, 512 * 1024, PGC_SUSET, GUC_UNIT_KB, NULL, NULL, NULL);
}

/*
 * guc_init_appeal defines how often the decisions on one claim can be appealed
 * against: a rule of the company, the same for every plan.
 */
static void
guc_init_appeal(void)
{
	DefineCustomIntVariable("assure.appeals_max",
							"Sets how often the decisions on one claim can be appealed against.",
							"0: not at all. An appeal that was withdrawn does not count.",
							&guc_appeals_max, 2, 0, 100, PGC_SIGHUP, 0, NULL, NULL, NULL);
}

/*
 * guc_init_match bounds what a matching problem takes.
 */
static void
guc_init_match(void)
{
	DefineCustomIntVariable("assure.match_memory",
							"Sets the most memory that one matching problem may take.",
							NULL, &guc_match_memory_kb, 2 * 1024 * 1024, 1024, MAX_KILOBYTES, PGC_SUSET, GUC_UNIT_KB, NULL, NULL, NULL);
	DefineCustomIntVariable("assure.match_threads",
							"Sets how many threads work on one dispatch while it looks through all pairs.",
							NULL, &guc_match_threads, 2, 1, MATCH_THREADS_MAX, PGC_SUSET, 0, NULL, NULL, NULL);
}

/*
 * guc_init_calendar defines what becomes of days that no calendar knows.
 */
static void
guc_init_calendar(void)
{
	static const struct config_enum_entry choices[] = {
		{"error", CALENDAR_MISSING_ERROR, false},
		{"warning", CALENDAR_MISSING_WARNING, false},
		{"null", CALENDAR_MISSING_NULL, false},
		{NULL, 0, false}
	};

	DefineCustomEnumVariable("assure.calendar_missing_year",
							 "Sets what working time is in a year whose holidays are not loaded.",
							 "An error, NULL, or counted by the week alone with a warning.",
							 &guc_calendar_missing_year, CALENDAR_MISSING_ERROR, choices, PGC_USERSET, 0, NULL, NULL, NULL);
}

/*
 * guc_init_worker defines where the background workers work, and as whom.
 */
static void
guc_init_worker(void)
{
	DefineCustomStringVariable("assure.databases",
							   "Lists the databases in which background workers run the jobs.",
							   "Names separated by commas; empty: none.",
							   &guc_databases, "", PGC_SIGHUP, GUC_LIST_INPUT, NULL, NULL, NULL);
	DefineCustomStringVariable("assure.worker_role",
							   "Names the role that background workers connect as.",
							   "A role with the scope admin or supervisor, never a superuser; empty: workers do not run.",
							   &guc_worker_role, "", PGC_SIGHUP, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("assure.max_workers",
							"Sets the most background workers that work at once, over all databases.",
							NULL, &worker_count_max, 4, 1, WORKER_COUNT_MAX, PGC_SIGHUP, 0, NULL, NULL, NULL);
}

/*
 * guc_init_privacy defines how few people are too few to be told apart.  A BI
 * tool's session cannot lower it.
 */
static void
guc_init_privacy(void)
{
	DefineCustomIntVariable("assure.small_cell",
							"Sets how many people a group must have to be told apart in masked views.",
							"1: any.", &guc_small_cell, 5, 1, 1000, PGC_SIGHUP, 0, NULL, NULL, NULL);
}

/*
 * is_small_cell tells whether so many people are too few to be told apart.
 */
bool
is_small_cell(int64 people)
{
	return people > 0 && people < guc_small_cell;
}

/*
 * guc_init defines every setting and reserves the prefix, so that a misspelt
 * one is an error instead of silently nothing.
 */
void
guc_init(void)
{
	guc_init_core();
	guc_init_appeal();
	guc_init_privacy();
	guc_init_feel();
	guc_init_dmn();
	guc_init_type();
	guc_init_match();
	guc_init_calendar();
	guc_init_worker();
	MarkGUCPrefixReserved("assure");
}

/*
 * pin_setting sets one of the server's settings until its nest level ends, unless
 * it is so: to look costs a tenth of setting it.
 */
void
pin_setting(const char *name, const char *value)
{
	const char *now = GetConfigOption(name, false, false);

	if (now != NULL && strcmp(now, value) == 0)
		return;
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}
