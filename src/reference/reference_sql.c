/*-------------------------------------------------------------------------
 *
 * reference_sql.c
 *		Entry points: what is known of regions, and newer files of them.
 *
 * A code has a row for each name that it had, with the years in which it may have
 * had it: so of the rows that fit a year, the latest counts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"

#include "audit/audit.h"
#include "core/call.h"
#include "core/plan.h"
#include "core/request.h"
#include "core/result_set.h"
#include "reference/region_file.h"
#include "type/region.h"

PG_FUNCTION_INFO_V1(assure_region_name);
PG_FUNCTION_INFO_V1(assure_region_known);
PG_FUNCTION_INFO_V1(assure_region_successor);
PG_FUNCTION_INFO_V1(assure_prefectures);
PG_FUNCTION_INFO_V1(assure_load_regions);

#define SOURCE_BYTES_MAX 200

/* A row of a code that may have been so in year $2; NULL: any, those in force first. */
#define ROW_OF_YEAR \
	"($2 IS NULL OR $2 BETWEEN valid_from_year AND coalesce(valid_to_year, $2)) "
#define LATEST_FIRST \
	"ORDER BY valid_to_year IS NULL DESC, valid_from_year DESC LIMIT 1"

/*
 * year_argument returns the year of a date argument, as a parameter.
 */
static Datum
year_argument(FunctionCallInfo fcinfo, int number, char *null)
{
	DateADT		date;
	int			year;
	int			month;
	int			day;

	*null = PG_ARGISNULL(number) ? 'n' : ' ';
	if (PG_ARGISNULL(number))
		return (Datum) 0;
	date = PG_GETARG_DATEADT(number);
	if (DATE_NOT_FINITE(date))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("as_of: not a finite date")));
	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	return Int32GetDatum(year);
}

/*
 * begin_reading begins a call of what every scope may read.
 */
static void
begin_reading(Call *call, const char *function)
{
	call_begin(call, SCOPE_BI | SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_AUDITOR | SCOPE_ADMIN | SCOPE_BACKUP, function);
}

/*
 * assure_region_name returns the name that a region has or had.
 */
PGDLLEXPORT Datum
assure_region_name(PG_FUNCTION_ARGS)
{
	static SqlPlan find = {
		"SELECT name FROM assure.division WHERE code = $1::assure.region AND " ROW_OF_YEAR
		"ORDER BY CASE WHEN $2 IS NULL THEN valid_to_year IS NULL END DESC, valid_from_year DESC LIMIT 1", {INT4OID, INT4OID}
	};
	MemoryContext caller = CurrentMemoryContext;
	Call		call;
	Datum		values[2];
	char		nulls[3] = "  ";
	text	   *name = NULL;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	values[0] = Int32GetDatum(PG_GETARG_REGION(0));
	values[1] = year_argument(fcinfo, 1, &nulls[1]);
	begin_reading(&call, "region_name");
	if (plan_run(&find, values, nulls) > 0)
	{
		char	   *found = plan_text(0, 1);
		MemoryContext before = MemoryContextSwitchTo(caller);

		name = cstring_to_text(found);
		MemoryContextSwitchTo(before);
	}
	call_end(&call);
	if (name == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(name);
}

/*
 * refuse_unknown names the nearest region around that is known, and the years in
 * which the code was.
 */
static void
refuse_unknown(const Datum *values, const char *nulls)
{
	static SqlPlan find_around = {
		"SELECT format('%s (%s)', code, name) FROM assure.division "
		"WHERE code = ANY (assure.region_path($1::assure.region)) AND code <> $1::assure.region AND " ROW_OF_YEAR
		"ORDER BY code DESC, valid_from_year DESC LIMIT 1", {INT4OID, INT4OID}
	};
	static SqlPlan find_years = {
		"SELECT string_agg(format('%s from %s to %s', name, valid_from_year, coalesce(valid_to_year::text, 'now')), ', ' ORDER BY valid_from_year) "
		"FROM assure.division WHERE code = $1::assure.region", {INT4OID}
	};
	char	   *around = plan_run(&find_around, values, nulls) > 0 ? plan_text(0, 1) : NULL;
	char	   *years;

	plan_run(&find_years, values, NULL);
	years = plan_text(0, 1);
	ereport(ERROR,
			(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
			 nulls[1] == 'n' ? errmsg("region %d does not exist", DatumGetInt32(values[0]))
			 : errmsg("region %d does not exist in %d", DatumGetInt32(values[0]), DatumGetInt32(values[1])),
			 years ? errdetail("The code is %s.", years) : 0,
			 around ? errhint("The nearest known region around it is %s.", around)
			 : errhint("A newer file of regions is loaded with assure.load_regions().")));
}

/*
 * assure_region_known returns the region or refuses it.
 */
PGDLLEXPORT Datum
assure_region_known(PG_FUNCTION_ARGS)
{
	static SqlPlan find = {
		"SELECT FROM assure.division WHERE code = $1::assure.region AND " ROW_OF_YEAR "LIMIT 1", {INT4OID, INT4OID}
	};
	Call		call;
	Datum		values[2];
	char		nulls[3] = "  ";

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	values[0] = Int32GetDatum(PG_GETARG_REGION(0));
	values[1] = year_argument(fcinfo, 1, &nulls[1]);
	begin_reading(&call, "region_known");
	if (plan_run(&find, values, nulls) == 0)
		refuse_unknown(values, nulls);
	call_end(&call);
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/*
 * Walks from a code to those in force: what is gone leads to its successors.  Of
 * a code's rows the one that is in force counts, but where the walk begins in a
 * year the one of that year: the code may have been another place then.  UNION
 * keeps a circle from being walked twice.
 */
static SqlPlan walk = {
	"WITH RECURSIVE first AS (SELECT code, valid_to_year, successors FROM assure.division WHERE code = $1::assure.region AND " ROW_OF_YEAR
	"  ORDER BY CASE WHEN $2 IS NULL THEN valid_to_year IS NULL END DESC, valid_from_year DESC LIMIT 1), "
	"walk AS (SELECT code, valid_to_year, successors FROM first "
	"  UNION SELECT d.code, d.valid_to_year, d.successors FROM walk w CROSS JOIN unnest(w.successors) s, "
	"    LATERAL (SELECT * FROM assure.division WHERE code = s " LATEST_FIRST ") d), "
	"arrived AS (SELECT DISTINCT code FROM walk WHERE valid_to_year IS NULL), "
	"agreed AS (SELECT CASE WHEN count(*) = 0 THEN CASE WHEN EXISTS (SELECT FROM first) THEN 'unresolved' ELSE 'unknown' END "
	"    WHEN count(*) = 1 AND min(code) = $1::assure.region THEN 'exact' "
	"    WHEN count(*) = 1 THEN assure.region_level(min(code)) "
	"    WHEN count(DISTINCT assure.prefecture(code)) = 1 AND count(assure.prefecture(code)) = count(*) THEN 'prefecture' "
	"    WHEN count(DISTINCT assure.province(code)) = 1 THEN 'province' ELSE 'country' END AS precision FROM arrived) "
	"SELECT a.code, (SELECT name FROM assure.division d WHERE d.code = a.code " LATEST_FIRST "), g.precision "
	"FROM agreed g LEFT JOIN arrived a ON true ORDER BY a.code", {INT4OID, INT4OID}
};

/*
 * assure_region_successor returns where a region went.
 */
PGDLLEXPORT Datum
assure_region_successor(PG_FUNCTION_ARGS)
{
	Call		call;
	Datum		values[2];
	char		nulls[3] = "  ";

	result_set_open(fcinfo);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	values[0] = Int32GetDatum(PG_GETARG_REGION(0));
	values[1] = year_argument(fcinfo, 1, &nulls[1]);
	begin_reading(&call, "region_successor");
	result_set_fill(fcinfo, &walk, values, nulls);
	call_end(&call);
	return (Datum) 0;
}

/*
 * assure_prefectures returns the regions of a universe.
 */
PGDLLEXPORT Datum
assure_prefectures(PG_FUNCTION_ARGS)
{
	static SqlPlan find = {
		"SELECT code, name FROM assure.division WHERE in_force AND CASE kind "
		"  WHEN 'prefecture' THEN $1 >= 333 OR name LIKE '%市' "
		"  WHEN 'province' THEN $1 IN (297, 337) AND code IN ('110000', '120000', '310000', '500000') "
		"  WHEN 'group' THEN $1 = 342 ELSE false END ORDER BY code", {INT4OID}
	};
	Call		call;
	int32		universe = PG_GETARG_INT32(0);
	Datum		value = Int32GetDatum(universe);

	if (universe != 293 && universe != 297 && universe != 333 && universe != 337 && universe != 342)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("universe: %d is not one of 293, 297, 333, 337, 342", universe)));
	result_set_open(fcinfo);
	begin_reading(&call, "prefectures");
	call_allow_scans(&call);
	result_set_fill(fcinfo, &find, &value, NULL);
	call_end(&call);
	return (Datum) 0;
}

/*
 * refuse_line raises the first row of the last result: a line and what is wrong.
 */
static void
refuse_line(void)
{
	bool		isnull;
	int			line = DatumGetInt32(plan_datum(0, 1, &isnull));

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 isnull ? errmsg("regions: %s", plan_text(0, 2))
			 : errmsg("regions: line %d: %s", line, plan_text(0, 2))));
}

/*
 * check_file refuses rows that contradict each other: two of a code that begin in
 * one year, and one in force that is not its latest.
 */
static void
check_file(const Datum *values)
{
	static SqlPlan find = {
		"SELECT line, format(CASE WHEN from_year = next_year THEN 'code: %s begins twice in %s' "
		"  ELSE 'valid_to_year: %s is in force, but has another name from %s on' END, code, next_year) "
		"FROM (SELECT line, code, from_year, to_year, lead(from_year) OVER (PARTITION BY code ORDER BY from_year, line) AS next_year "
		"  FROM unnest($1, $2, $3, $4) f (line, code, from_year, to_year)) f "
		"WHERE from_year = next_year OR to_year IS NULL AND next_year IS NOT NULL ORDER BY line LIMIT 1",
		{INT4ARRAYOID, INT4ARRAYOID, INT4ARRAYOID, INT4ARRAYOID}
	};
	Datum		columns[4] = {values[0], values[1], values[4], values[5]};

	if (plan_run(&find, columns, NULL) > 0)
		refuse_line();
}

/*
 * write_rows puts the rows in the place of what was loaded of their codes, or of
 * all that was loaded.
 */
static void
write_rows(const Datum *values, const char *source, bool replace)
{
	static SqlPlan lock = {"LOCK TABLE assure.region_local IN SHARE ROW EXCLUSIVE MODE", {InvalidOid}};
	static SqlPlan clear = {
		"DELETE FROM assure.region_local WHERE $1 OR code = ANY (ARRAY(SELECT c::assure.region FROM unnest($2) c))", {BOOLOID, INT4ARRAYOID}
	};
	static SqlPlan insert = {
		"INSERT INTO assure.region_local (code, name, kind, valid_from_year, valid_to_year, successors, source) "
		"SELECT code::assure.region, name, kind, from_year, to_year, successors::assure.region[], $7 "
		"FROM unnest($1, $2, $3, $4, $5, $6) f (code, name, kind, from_year, to_year, successors)",
		{INT4ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, INT4ARRAYOID, INT4ARRAYOID, TEXTARRAYOID, TEXTOID}
	};
	Datum		cleared[2] = {BoolGetDatum(replace), values[1]};
	Datum		inserted[7];

	plan_run(&lock, NULL, NULL);
	plan_run(&clear, cleared, NULL);
	for (int i = 0; i < 6; i++)
		inserted[i] = values[i + 1];
	inserted[6] = CStringGetTextDatum(source);
	plan_run(&insert, inserted, NULL);
}

/*
 * check_whole refuses a state in which a region in force lies in none that is, or
 * a successor is unknown; the line is that of the file, if it is one of it.
 */
static void
check_whole(const Datum *values)
{
	static SqlPlan find = {
		"WITH f AS (SELECT code::assure.region, min(line) AS line FROM unnest($1, $2) f (line, code) GROUP BY code), "
		"known AS MATERIALIZED (SELECT code, bool_or(in_force) AS in_force FROM assure.division GROUP BY code), "
		"wrong AS (SELECT d.code, format('%s %s is in force, but %s around it is not', d.code, d.name, p.parent) AS problem "
		"  FROM assure.division d, LATERAL (SELECT CASE d.kind WHEN 'county' THEN d.prefecture ELSE d.province END AS parent) p "
		"  WHERE d.in_force AND p.parent <> d.code AND NOT EXISTS (SELECT FROM known k WHERE k.code = p.parent AND k.in_force) "
		"  UNION ALL SELECT d.code, format('successors: %s is unknown', s) FROM assure.division d, unnest(d.successors) s "
		"  WHERE NOT EXISTS (SELECT FROM known k WHERE k.code = s)) "
		"SELECT f.line, problem FROM wrong LEFT JOIN f USING (code) ORDER BY f.line, code, problem LIMIT 1",
		{INT4ARRAYOID, INT4ARRAYOID}
	};

	if (plan_run(&find, values, NULL) > 0)
		refuse_line();
}

/*
 * load reads, writes and checks a file, and returns the number of its rows.
 */
static int
load(Call *call, const char *csv, const char *source, bool replace)
{
	RegionFile	file;
	Datum		values[7];

	if (source[0] == '\0' || strlen(source) > SOURCE_BYTES_MAX || strcmp(source, "builtin") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("source: a text of 1 to %d bytes expected, other than \"builtin\"", SOURCE_BYTES_MAX)));
	region_file_read(&file, csv);
	values[0] = column_array(&file.line);
	values[1] = column_array(&file.code);
	values[2] = column_array(&file.name);
	values[3] = column_array(&file.kind);
	values[4] = column_array(&file.from_year);
	values[5] = column_array(&file.to_year);
	values[6] = column_array(&file.successors);
	call_allow_scans(call);
	check_file(values);
	write_rows(values, source, replace);
	check_whole(values);
	audit_write(call, &(AuditRow) {.subject = psprintf("regions from %s%s", source, replace ? ", all" : ""), .row_count = file.code.count});
	return file.code.count;
}

/*
 * assure_load_regions loads a newer file of divisions.
 */
PGDLLEXPORT Datum
assure_load_regions(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(3) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(3));
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;
	char	   *csv;
	char	   *source;
	int64		count;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("csv, source and replace must not be NULL")));
	csv = text_to_cstring(PG_GETARG_TEXT_PP(0));
	source = text_to_cstring(PG_GETARG_TEXT_PP(1));
	call_begin(&call, SCOPE_ADMIN, "load_regions");
	initStringInfo(&arguments);
	digest_text(&arguments, csv);
	digest_text(&arguments, source);
	digest_int64(&arguments, PG_GETARG_BOOL(2));
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		count = request_answer_int64(answer);
	else
	{
		count = load(&call, csv, source, PG_GETARG_BOOL(2));
		request_end_int64(request_id, count);
	}
	call_end(&call);
	PG_RETURN_INT32((int32) count);
}
