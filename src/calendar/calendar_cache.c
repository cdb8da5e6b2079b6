/*-------------------------------------------------------------------------
 *
 * calendar_cache.c
 *		Compiled calendars of this session, by version.
 *
 * Versions are immutable, but holidays are loaded when they are announced: when
 * the configuration may have changed, all is dropped and compiled anew.
 *
 * Memory: one context below CacheMemoryContext, reset as a whole.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "pgtime.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/hsearch.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "calendar/calendar_cache.h"
#include "calendar/definition.h"
#include "core/config.h"
#include "core/errors.h"
#include "core/plan.h"
#include "core/wall_time.h"

/* What is known of a calendar that does not keep national holidays. */
#define KNOWN_FROM_YEAR		2000
#define KNOWN_TO_YEAR		2049

#define EPOCH_SECONDS		((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY)
#define CACHED_CALENDARS_MAX 200

#define OFFICE "[\"09:00-12:00\", \"13:00-18:00\"]"
#define ALL_DAY "[\"00:00-24:00\"]"

static const char cn_definition[] =
	"{\"time_zone\": \"Asia/Shanghai\", \"holidays\": \"CN\", \"week\": {\"mon\": " OFFICE ", \"tue\": " OFFICE
	", \"wed\": " OFFICE ", \"thu\": " OFFICE ", \"fri\": " OFFICE "}}";
static const char cn24_definition[] =
	"{\"time_zone\": \"Asia/Shanghai\", \"week\": {\"mon\": " ALL_DAY ", \"tue\": " ALL_DAY ", \"wed\": " ALL_DAY
	", \"thu\": " ALL_DAY ", \"fri\": " ALL_DAY ", \"sat\": " ALL_DAY ", \"sun\": " ALL_DAY "}}";

static HTAB *cache = NULL;
static MemoryContext cache_context = NULL;
static uint64 cache_generation;
static uint64 cache_epoch = 0;

/*
 * calendar_epoch moves whenever compiled calendars were dropped.
 */
uint64
calendar_epoch(void)
{
	return cache_epoch;
}

/*
 * calendar_version_find returns the version in force of a name.
 */
int64
calendar_version_find(const char *name)
{
	static SqlPlan find = {
		"SELECT v.calendar_version_id FROM assure.calendar c JOIN assure.calendar_version v USING (calendar_id) "
		"WHERE c.code = $1 ORDER BY v.version DESC LIMIT 1", {TEXTOID}
	};
	Datum		value = CStringGetTextDatum(name);

	if (strcmp(name, "CN") == 0)
		return CALENDAR_CN;
	if (strcmp(name, "CN24") == 0)
		return CALENDAR_CN24;
	return plan_read_fresh(&find, &value) == 0 ? 0 : plan_int64(0, 1, 0);
}

/*
 * wall_to_utc is a WallClock's to_utc for a time zone of the server.
 */
static TimestampTz
wall_to_utc(void *zone, DateADT day, int64 usec_of_day)
{
	TimestampTz wall = day * USECS_PER_DAY + usec_of_day;
	int32		offset = 0;

	(void) offset_of_wall(zone, wall / USECS_PER_SEC + EPOCH_SECONDS, &offset);
	return wall - offset * USECS_PER_SEC;
}

/*
 * wall_from_utc is the way back.
 */
static void
wall_from_utc(void *zone, TimestampTz moment, DateADT *day, int64 *usec_of_day)
{
	int32		offset = 0;
	int64		wall;

	(void) offset_at(zone, moment / USECS_PER_SEC + EPOCH_SECONDS, &offset);
	wall = moment + offset * USECS_PER_SEC;
	*day = (DateADT) (wall / USECS_PER_DAY - (wall % USECS_PER_DAY < 0));
	*usec_of_day = wall - *day * USECS_PER_DAY;
}

/*
 * wall_next_change is its next_change.  Where the server does not say, there may be
 * one on any day.
 */
static TimestampTz
wall_next_change(void *zone, TimestampTz after)
{
	pg_time_t	seconds = after / USECS_PER_SEC + EPOCH_SECONDS;
	pg_time_t	change;
	long		offset_before;
	long		offset_after;
	int			is_dst_before;
	int			is_dst_after;

	switch (pg_next_dst_boundary(&seconds, &offset_before, &is_dst_before, &change, &offset_after, &is_dst_after, zone))
	{
		case 0:
			return DT_NOEND;
		case 1:
			return (change - EPOCH_SECONDS) * USECS_PER_SEC;
		default:
			return after + USECS_PER_DAY;
	}
}

/*
 * read_definition reads a version and all that it stands on.
 */
static Definition *
read_definition(int64 version_id)
{
	static SqlPlan read = {
		"SELECT definition, base_version_id FROM assure.calendar_version WHERE calendar_version_id = $1", {INT8OID}
	};
	Datum		value = Int64GetDatum(version_id);
	Definition *definition;
	int64		base_version_id = 0;
	bool		isnull;

	check_stack_depth();
	if (version_id < 0)
		value = DirectFunctionCall1(jsonb_in, CStringGetDatum(version_id == CALENDAR_CN ? cn_definition : cn24_definition));
	else
	{
		if (plan_read_fresh(&read, &value) == 0)
			elog(ERROR, "calendar version " INT64_FORMAT " is gone", version_id);
		base_version_id = plan_int64(0, 2, 0);
		value = plan_datum(0, 1, &isnull);
	}
	definition = definition_from_jsonb(DatumGetJsonbP(value));
	if (base_version_id != 0)
		definition->standing_on = read_definition(base_version_id);
	return definition;
}

/*
 * read_holidays reads all national holidays, by day.
 */
static int
read_holidays(Holiday **holidays)
{
	static SqlPlan read = {"SELECT day, kind = 'makeup_workday' FROM assure.holiday ORDER BY day", {0}};
	int			count = (int) plan_read_fresh(&read, NULL);

	*holidays = palloc(mul_size(sizeof(Holiday), Max(count, 1)));
	for (int i = 0; i < count; i++)
		(*holidays)[i] = (Holiday) {.day = plan_int32(i, 1, 0), .is_worked = plan_bool(i, 2)};
	return count;
}

/*
 * day_of_year returns the first day of a year.
 */
static DateADT
first_day_of(int year)
{
	return date2j(year, 1, 1) - POSTGRES_EPOCH_JDATE;
}

/*
 * year_of returns the year of a day.
 */
static int
year_of(DateADT day)
{
	int			year;
	int			month;
	int			day_of_month;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &day_of_month);
	return year;
}

/*
 * set_known finds which years are known: where national holidays are kept, those
 * up to the last that is loaded, without a gap.
 */
static void
set_known(WorkPlan *plan, const DefinedWork *work)
{
	int			from = KNOWN_FROM_YEAR;
	int			to = KNOWN_TO_YEAR;

	if (work->has_holidays)
	{
		from = to = work->holiday_count > 0 ? year_of(work->holidays[work->holiday_count - 1].day) : KNOWN_FROM_YEAR - 1;
		for (int i = work->holiday_count - 1; i >= 0; i--)
		{
			int			year = year_of(work->holidays[i].day);

			if (year < from - 1)
				break;
			from = year;
		}
	}
	plan->first_day = first_day_of(from);
	plan->last_day = first_day_of(to + 1) - 1;
}

/*
 * compile makes a calendar of a version: for the years that are known or, beyond
 * them, by the week alone.
 */
static Calendar *
compile(int64 version_id, bool is_beyond)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "calendar to be compiled", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(scratch);
	DefinedWork work;
	WorkPlan	plan = {.shifts_of = defined_work_shifts, .data = &work};
	Holiday    *holidays;
	int			holiday_count = read_holidays(&holidays);
	Calendar   *calendar;

	defined_work_set(&work, read_definition(version_id), holidays, holiday_count);
	plan.wall = (WallClock) {.to_utc = wall_to_utc, .from_utc = wall_from_utc, .next_change = wall_next_change, .zone = pg_tzset(work.time_zone)};
	if (is_beyond)
	{
		plan.first_day = first_day_of(KNOWN_FROM_YEAR);
		plan.last_day = first_day_of(KNOWN_TO_YEAR + 1) - 1;
	}
	else
		set_known(&plan, &work);
	MemoryContextSwitchTo(cache_context);
	calendar = calendar_compile(&plan);
	MemoryContextSwitchTo(before);
	MemoryContextDelete(scratch);
	return calendar;
}

/*
 * cache_refresh drops everything when something may have changed.
 */
static void
cache_refresh(void)
{
	HASHCTL		control = {.keysize = sizeof(int64), .entrysize = sizeof(CachedCalendar)};

	if (cache != NULL && cache_generation == config_generation() && hash_get_num_entries(cache) < CACHED_CALENDARS_MAX)
		return;
	if (cache_context == NULL)
		cache_context = AllocSetContextCreate(CacheMemoryContext, "pg_assure calendars", ALLOCSET_DEFAULT_SIZES);
	cache = NULL;
	cache_epoch++;
	MemoryContextReset(cache_context);
	control.hcxt = cache_context;
	cache = hash_create("pg_assure calendars by version", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	cache_generation = config_generation();
}

/*
 * calendar_load returns a version, compiled.
 */
CachedCalendar *
calendar_load(int64 version_id)
{
	CachedCalendar *cached;
	Calendar   *known;

	cache_refresh();
	cached = hash_search(cache, &version_id, HASH_FIND, NULL);
	if (cached != NULL)
		return cached;
	known = compile(version_id, false);
	cached = hash_search(cache, &version_id, HASH_ENTER, NULL);
	cached->known = known;
	cached->beyond = NULL;
	return cached;
}

/*
 * calendar_beyond returns the calendar by the week alone.
 */
const Calendar *
calendar_beyond(CachedCalendar *cached)
{
	if (cached->beyond == NULL)
		cached->beyond = compile(cached->version_id, true);
	return cached->beyond;
}
