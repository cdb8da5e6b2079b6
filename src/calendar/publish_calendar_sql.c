/*-------------------------------------------------------------------------
 *
 * publish_calendar_sql.c
 *		Entry point: a version of a calendar is published.
 *
 * Locking: the calendar's row, so that two versions do not get one number.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "audit/audit.h"
#include "calendar/calendar_cache.h"
#include "calendar/definition.h"
#include "core/call.h"
#include "core/errors.h"
#include "core/plan.h"
#include "core/request.h"

PG_FUNCTION_INFO_V1(assure_publish_calendar);

/*
 * find_base finds the version that a definition stands on; 0: on none.  The
 * chain below it is not endless, for every link was there before.
 */
static int64
find_base(const Definition *definition)
{
	static SqlPlan count = {
		"WITH RECURSIVE b AS (SELECT base_version_id, 1 AS n FROM assure.calendar_version WHERE calendar_version_id = $1 "
		"UNION ALL SELECT v.base_version_id, n + 1 FROM b JOIN assure.calendar_version v ON v.calendar_version_id = b.base_version_id) "
		"SELECT coalesce(max(n), 1)::int4 FROM b", {INT8OID}
	};
	int64		version_id;
	Datum		value;

	if (definition->base == NULL)
		return 0;
	version_id = calendar_version_find(definition->base);
	if (version_id == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_INVALID_CALENDAR),
				 errmsg("calendar: base: \"%s\" does not exist", definition->base),
				 errhint("assure.calendar lists them; CN and CN24 are always there.")));
	value = Int64GetDatum(version_id);
	plan_run(&count, &value, NULL);
	if (plan_int32(0, 1, 0) >= CALENDAR_BASES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_INVALID_CALENDAR),
				 errmsg("calendar: base: more than %d calendars stand on each other", CALENDAR_BASES_MAX)));
	return version_id;
}

/*
 * publish writes the version and returns its key.
 */
static int64
publish(FunctionCallInfo fcinfo, Call *call, const char *code)
{
	static SqlPlan lock = {
		"INSERT INTO assure.calendar AS c (code) VALUES ($1) ON CONFLICT (code) DO UPDATE SET code = c.code RETURNING calendar_id", {TEXTOID}
	};
	static SqlPlan insert = {
		"INSERT INTO assure.calendar_version (calendar_id, version, definition, base_version_id, note, published_by) "
		"SELECT $1, 1 + coalesce(max(version), 0), $2, nullif($3, 0), $4, $5 FROM assure.calendar_version WHERE calendar_id = $1 "
		"RETURNING calendar_version_id, version", {INT8OID, JSONBOID, INT8OID, TEXTOID, TEXTOID}
	};
	int64		base_version_id = find_base(definition_from_jsonb(PG_GETARG_JSONB_P(1)));
	Datum		values[5];
	char		nulls[6] = "     ";
	int64		version_id;

	values[0] = PG_GETARG_DATUM(0);
	plan_run(&lock, values, NULL);
	values[0] = Int64GetDatum(plan_int64(0, 1, 0));
	values[1] = PG_GETARG_DATUM(1);
	values[2] = Int64GetDatum(base_version_id);
	values[3] = PG_GETARG_DATUM(2);
	nulls[3] = PG_ARGISNULL(2) ? 'n' : ' ';
	values[4] = CStringGetTextDatum(call->session_role);
	plan_run(&insert, values, nulls);
	version_id = plan_int64(0, 1, 0);
	audit_write_one(call, psprintf("calendar %s version %d", code, plan_int32(0, 2, 0)));
	return version_id;
}

/*
 * check_code refuses names that are no names, or taken.
 */
static char *
check_code(FunctionCallInfo fcinfo)
{
	char	   *code;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("code and definition must not be NULL")));
	code = text_to_cstring(PG_GETARG_TEXT_PP(0));
	if (code[0] == '\0' || strlen(code) > 200)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("code is empty or longer than 200 bytes")));
	if (strcmp(code, "CN") == 0 || strcmp(code, "CN24") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_RESERVED_NAME),
				 errmsg("code: \"%s\" is a calendar of the extension", code),
				 errhint("Take another name, and \"%s\" as its base.", code)));
	return code;
}

/*
 * assure_publish_calendar checks a definition and makes it the version in force.
 */
PGDLLEXPORT Datum
assure_publish_calendar(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(3) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(3));
	char	   *code = check_code(fcinfo);
	Jsonb	   *definition = PG_GETARG_JSONB_P(1);
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;
	int64		version_id;

	initStringInfo(&arguments);
	digest_text(&arguments, code);
	digest_text(&arguments, JsonbToCString(NULL, &definition->root, VARSIZE(definition)));
	digest_text(&arguments, PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2)));
	call_begin(&call, SCOPE_ADMIN, "publish_calendar");
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		version_id = request_answer_int64(answer);
	else
	{
		version_id = publish(fcinfo, &call, code);
		request_end_int64(request_id, version_id);
	}
	call_end(&call);
	PG_RETURN_INT64(version_id);
}
