/*-------------------------------------------------------------------------
 *
 * calendar_sql.c
 *		Entry points: counting with working time.
 *
 * The first row of a statement checks access, finds which version the name stands
 * for and compiles it; the others compare the name and count.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "calendar/calendar_cache.h"
#include "core/call.h"
#include "core/compat.h"
#include "core/guc.h"
#include "core/json.h"
#include "core/snapshot_mark.h"

#define CALENDAR_SCOPES (SCOPE_ALL & ~SCOPE_BACKUP)

PG_FUNCTION_INFO_V1(assure_work_add);
PG_FUNCTION_INFO_V1(assure_work_between);
PG_FUNCTION_INFO_V1(assure_is_workday);
PG_FUNCTION_INFO_V1(assure_workday_add);

/* What a call site has found out. */
typedef struct CalendarPin
{
	char	   *name;
	int			name_bytes;
	Oid			user;
	uint64		generation;
	uint64		epoch;
	SnapshotMark mark;
	CachedCalendar *calendar;
	const Calendar *beyond;		/* NULL: not needed yet */
} CalendarPin;

/*
 * pin_calendar finds and compiles the calendar: the slow way.
 */
static void
pin_calendar(CalendarPin *pin, FunctionCallInfo fcinfo, const char *function, const text *name)
{
	char	   *code = text_to_cstring(name);
	Call		call;
	int64		version_id;

	pin->calendar = NULL;
	call_begin(&call, CALENDAR_SCOPES, function);
	version_id = calendar_version_find(code);
	if (version_id == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("calendar \"%s\" does not exist", code),
				 errhint("assure.publish_calendar() makes one; CN and CN24 are always there.")));
	pin->generation = config_generation();
	pin->calendar = calendar_load(version_id);
	pin->epoch = calendar_epoch();
	call_end(&call);
	if (pin->name != NULL)
		pfree(pin->name);
	pin->name_bytes = strlen(code);
	pin->name = MemoryContextStrdup(fcinfo->flinfo->fn_mcxt, code);
	pin->user = GetUserId();
	pin->mark = mark_snapshot();
	pin->beyond = NULL;
}

/*
 * pinned_calendar returns what the call site knows of a calendar.
 */
static inline CalendarPin *
pinned_calendar(FunctionCallInfo fcinfo, const char *function)
{
	const text *name = PG_GETARG_TEXT_PP(0);
	CalendarPin *pin = fcinfo->flinfo->fn_extra;

	if (pin == NULL)
		pin = fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(CalendarPin));
	if (pin->calendar == NULL || pin->user != GetUserId() || pin->epoch != calendar_epoch() ||
		pin->name_bytes != (int) VARSIZE_ANY_EXHDR(name) || memcmp(pin->name, VARDATA_ANY(name), pin->name_bytes) != 0 ||
		(pin->generation != config_generation() && !same_snapshot(pin->mark, mark_snapshot())))
		pin_calendar(pin, fcinfo, function, name);
	return pin;
}

/*
 * go_beyond is for days that the calendar does not know: an error, or NULL
 * (false), or the calendar by the week alone, with a warning a statement.
 */
static bool
go_beyond(CalendarPin *pin, const char *function, const Calendar **calendar)
{
	DateADT		first;
	DateADT		last;
	char		from[JSON_DATE_BYTES];
	char		to[JSON_DATE_BYTES];
	bool		is_warning = guc_calendar_missing_year == CALENDAR_MISSING_WARNING && *calendar == pin->calendar->known;

	if (guc_calendar_missing_year == CALENDAR_MISSING_NULL)
		return false;
	calendar_bounds(*calendar, &first, &last);
	if (!is_warning || pin->beyond == NULL)
		ereport(is_warning ? WARNING : ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("calendar \"%s\" does not know the days that are asked for", pin->name),
				 first > last ? errdetail("No year's holidays are loaded.")
				 : errdetail("It knows %s to %s.", iso_date_print(first, from), iso_date_print(last, to)),
				 is_warning ? errhint("They are counted by the week alone, as assure.calendar_missing_year says.")
				 : errhint("Load the holidays of that year into assure.holiday_local, or set assure.calendar_missing_year to warning or null.")));
	if (pin->beyond == NULL)
	{
		Call		call;

		call_begin(&call, CALENDAR_SCOPES, function);
		pin->beyond = calendar_beyond(pin->calendar);
		call_end(&call);
	}
	*calendar = pin->beyond;
	return true;
}

/*
 * assure_work_add moves a moment by working days and working time.
 */
PGDLLEXPORT Datum
assure_work_add(PG_FUNCTION_ARGS)
{
	TimestampTz start = PG_GETARG_TIMESTAMPTZ(1);
	const Interval *work = PG_GETARG_INTERVAL_P(2);
	CalendarPin *pin = pinned_calendar(fcinfo, "work_add");
	const Calendar *calendar = pin->calendar->known;
	TimestampTz result;

	if (work->month != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("work: months are no working time (%d months)", work->month),
				 errhint("Use days, hours and minutes: a month has no fixed number of working days.")));
	while (!calendar_add(calendar, start, work->day, work->time, &result))
		if (!go_beyond(pin, "work_add", &calendar))
			PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(result);
}

/*
 * assure_work_between returns the working time between two moments.
 */
PGDLLEXPORT Datum
assure_work_between(PG_FUNCTION_ARGS)
{
	CalendarPin *pin = pinned_calendar(fcinfo, "work_between");
	const Calendar *calendar = pin->calendar->known;
	Interval   *result;
	int64		work_usec;

	while (!calendar_between(calendar, PG_GETARG_TIMESTAMPTZ(1), PG_GETARG_TIMESTAMPTZ(2), &work_usec))
		if (!go_beyond(pin, "work_between", &calendar))
			PG_RETURN_NULL();
	result = palloc0(sizeof(Interval));
	result->time = work_usec;
	PG_RETURN_INTERVAL_P(result);
}

/*
 * assure_is_workday tells whether a shift begins on a day.
 */
PGDLLEXPORT Datum
assure_is_workday(PG_FUNCTION_ARGS)
{
	CalendarPin *pin = pinned_calendar(fcinfo, "is_workday");
	const Calendar *calendar = pin->calendar->known;
	bool		result;

	while (!calendar_is_workday(calendar, PG_GETARG_DATEADT(1), &result))
		if (!go_beyond(pin, "is_workday", &calendar))
			PG_RETURN_NULL();
	PG_RETURN_BOOL(result);
}

/*
 * assure_workday_add finds the working day so many after a day.
 */
PGDLLEXPORT Datum
assure_workday_add(PG_FUNCTION_ARGS)
{
	CalendarPin *pin = pinned_calendar(fcinfo, "workday_add");
	const Calendar *calendar = pin->calendar->known;
	DateADT		result;

	while (!calendar_workday_add(calendar, PG_GETARG_DATEADT(1), PG_GETARG_INT32(2), &result))
		if (!go_beyond(pin, "workday_add", &calendar))
			PG_RETURN_NULL();
	PG_RETURN_DATEADT(result);
}
