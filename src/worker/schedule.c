/*-------------------------------------------------------------------------
 *
 * schedule.c
 *		Schedules of pg_cron that drive the jobs.
 *
 * pg_cron lives in one database of the server, cron.database_name.  There its
 * functions are called with the caller's own rights, so that the schedules
 * belong to the caller and run as that role.  From any other database they
 * cannot be called; what to run there is returned instead.
 *
 * A schedule calls assure.run_job(), which claims the job as a background
 * worker does: both at once do no double work.  pg_cron counts in minutes; a
 * job with a shorter period runs once a minute.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#include "audit/audit.h"
#include "core/call.h"
#include "core/plan.h"
#include "worker/job.h"
#include "worker/schedule.h"

#define SCHEDULE_PREFIX "assure_"
#define PURGE_NAME "purge_run_details"

/* Runs of our own schedules only: a superuser's DELETE would see everybody's. */
#define PURGE_COMMAND \
	"DELETE FROM cron.job_run_details d USING cron.job j " \
	"WHERE j.jobid = d.jobid AND starts_with(j.jobname::text, '" SCHEDULE_PREFIX "') " \
	"AND coalesce(d.end_time, d.start_time) < now() - interval '7 days'"

#define MINUTE_S 60
#define HOUR_S 3600
#define DAY_S 86400

/*
 * cron_is_here tells whether pg_cron can be called in this database; *elsewhere
 * is the database in which it lives otherwise, or NULL.
 */
static bool
cron_is_here(const char **elsewhere)
{
	const char *database = GetConfigOption("cron.database_name", true, false);

	*elsewhere = NULL;
	if (OidIsValid(get_extension_oid("pg_cron", true)))
		return true;
	if (database && database[0] != '\0' && strcmp(database, get_database_name(MyDatabaseId)) != 0)
		*elsewhere = database;
	return false;
}

/*
 * refuse_without_cron says what to do where there is no pg_cron.
 */
static void
refuse_without_cron(void)
{
	bool		is_loaded = GetConfigOption("cron.database_name", true, false) != NULL;

	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("pg_cron is not installed"),
			 is_loaded ?
			 errhint("Run CREATE EXTENSION pg_cron in this database first.") :
			 errhint("Install the package postgresql-%s-cron, add pg_cron to shared_preload_libraries, restart the server and run CREATE EXTENSION pg_cron; or use background workers, by assure.databases and assure.worker_role.",
					 PG_MAJORVERSION)));
}

/*
 * cron_require_usage refuses a caller who may not call pg_cron.
 */
static void
cron_require_usage(void)
{
	char	   *role = GetUserNameFromId(GetUserId(), false);

	if (SPI_execute("SELECT pg_catalog.has_schema_privilege('cron', 'USAGE')", true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not look up the privileges on schema cron");
	if (!plan_bool(0, 1))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("role \"%s\" may not call pg_cron", role),
				 errdetail("Schedules are registered with the caller's own rights, and run as the caller."),
				 errhint("GRANT USAGE ON SCHEMA cron TO %s;", quote_identifier(role))));
}

/*
 * schedule_of writes a period in pg_cron's five fields; what runs less often than
 * daily is called daily, and runs when it is due.
 */
static char *
schedule_of(int period_seconds)
{
	if (period_seconds < 2 * MINUTE_S)
		return pstrdup("* * * * *");
	if (period_seconds < HOUR_S)
		return psprintf("*/%d * * * *", period_seconds / MINUTE_S);
	if (period_seconds < DAY_S)
		return psprintf("7 */%d * * *", period_seconds / HOUR_S);
	return pstrdup(period_seconds < 2 * DAY_S ? "17 3 * * *" : "37 3 * * *");
}

/*
 * read_periods returns the periods of all jobs, after the access check.
 */
static void
read_periods(int periods[JOB_COUNT])
{
	static SqlPlan find = {"SELECT period_seconds FROM assure_internal.job WHERE name = $1", {TEXTOID}};
	Call		call;

	call_begin(&call, SCOPE_ADMIN, "install_schedules");
	for (int i = 0; i < JOB_COUNT; i++)
	{
		Datum		name = CStringGetTextDatum(job_at(i)->name);

		periods[i] = plan_run(&find, &name, NULL) == 1 ? plan_int32(0, 1, DAY_S) : DAY_S;
	}
	audit_write_one(&call, "pg_cron");
	call_end(&call);
}

/*
 * schedules_fill writes what pg_cron is to run, and when.
 */
static void
schedules_fill(Schedule schedules[SCHEDULE_COUNT])
{
	int			periods[JOB_COUNT];
	Schedule   *purge = &schedules[JOB_COUNT];

	read_periods(periods);
	for (int i = 0; i < JOB_COUNT; i++)
	{
		schedules[i].job = job_at(i)->name;
		schedules[i].schedule = schedule_of(periods[i]);
		schedules[i].command = psprintf("CALL assure.run_job('%s')", job_at(i)->name);
		schedules[i].note = periods[i] < MINUTE_S ?
			psprintf("period %d s, but pg_cron runs it once a minute", periods[i]) : NULL;
	}
	purge->job = PURGE_NAME;
	purge->schedule = "27 3 * * *";
	purge->command = PURGE_COMMAND;
	purge->note = "keeps a week of cron.job_run_details";
}

/*
 * schedule_here registers one schedule; registered again, it is replaced.
 */
static void
schedule_here(Schedule *schedule)
{
	Oid			types[3] = {TEXTOID, TEXTOID, TEXTOID};
	Datum		values[3] = {
		CStringGetTextDatum(psprintf(SCHEDULE_PREFIX "%s", schedule->job)),
		CStringGetTextDatum(schedule->schedule),
		CStringGetTextDatum(schedule->command)
	};

	if (SPI_execute_with_args("SELECT cron.schedule($1, $2, $3)", 3, types, values, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not register the schedule of job \"%s\"", schedule->job);
	schedule->is_installed = true;
}

/*
 * schedule_elsewhere turns a schedule into the call to make where pg_cron lives.
 * Its name there has that of this database, for others may have the same jobs.
 */
static void
schedule_elsewhere(Schedule *schedule, const char *cron_database)
{
	char	   *database = get_database_name(MyDatabaseId);

	if (strcmp(schedule->job, PURGE_NAME) == 0)
		schedule->command = psprintf("SELECT cron.schedule('" SCHEDULE_PREFIX PURGE_NAME "', %s, %s)",
									 quote_literal_cstr(schedule->schedule),
									 quote_literal_cstr(schedule->command));
	else
		schedule->command = psprintf("SELECT cron.schedule_in_database(%s, %s, %s, %s, %s)",
									 quote_literal_cstr(psprintf(SCHEDULE_PREFIX "%s@%s", schedule->job, database)),
									 quote_literal_cstr(schedule->schedule),
									 quote_literal_cstr(schedule->command),
									 quote_literal_cstr(database),
									 quote_literal_cstr(GetUserNameFromId(GetUserId(), false)));
	schedule->is_installed = false;
	schedule->note = psprintf("run this command in database %s, where pg_cron lives", quote_identifier(cron_database));
}

/*
 * schedule_install registers the schedules, or says what to run where that is
 * not possible from here.
 */
void
schedule_install(Schedule schedules[SCHEDULE_COUNT])
{
	const char *elsewhere;
	bool		is_here;

	schedules_fill(schedules);
	is_here = cron_is_here(&elsewhere);
	if (!is_here && elsewhere == NULL)
		refuse_without_cron();
	if (!is_here)
	{
		for (int i = 0; i < SCHEDULE_COUNT; i++)
			schedule_elsewhere(&schedules[i], elsewhere);
		return;
	}
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	cron_require_usage();
	for (int i = 0; i < SCHEDULE_COUNT; i++)
		schedule_here(&schedules[i]);
	SPI_finish();
}

/*
 * names_of_schedules returns the names under which schedules are registered.
 */
static Datum
names_of_schedules(void)
{
	Datum		names[SCHEDULE_COUNT];

	for (int i = 0; i < JOB_COUNT; i++)
		names[i] = CStringGetTextDatum(psprintf(SCHEDULE_PREFIX "%s", job_at(i)->name));
	names[JOB_COUNT] = CStringGetTextDatum(SCHEDULE_PREFIX PURGE_NAME);
	return PointerGetDatum(construct_array(names, SCHEDULE_COUNT, TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * schedule_remove takes the caller's schedules for this database away and
 * returns how many there were.
 */
int
schedule_remove(void)
{
	Oid			type = TEXTARRAYOID;
	Datum		names = names_of_schedules();
	const char *elsewhere;
	Call		call;
	uint64		removed;

	call_begin(&call, SCOPE_ADMIN, "remove_schedules");
	audit_write_one(&call, "pg_cron");
	call_end(&call);
	if (!cron_is_here(&elsewhere))
	{
		if (elsewhere)
			ereport(NOTICE,
					(errmsg("pg_cron lives in database \"%s\"", elsewhere),
					 errhint("Run there: SELECT cron.unschedule(jobid) FROM cron.job "
							 "WHERE database = %s AND starts_with(jobname::text, '" SCHEDULE_PREFIX "');",
							 quote_literal_cstr(get_database_name(MyDatabaseId)))));
		return 0;
	}
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	cron_require_usage();
	if (SPI_execute_with_args("SELECT cron.unschedule(jobid) FROM cron.job "
							  "WHERE jobname::text = ANY ($1) AND database = current_database() AND username = current_user",
							  1, &type, &names, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not remove schedules");
	removed = SPI_processed;
	SPI_finish();
	return (int) removed;
}
