/*-------------------------------------------------------------------------
 *
 * network_sql.c
 *		Entry point: in how many prefectures a service can be done.
 *
 * The prefectures are those of a universe, which is part of the figure.  A place
 * counts in the prefecture that it lies in, a place that is a province in all of
 * that province's; it counts on a day on which it is open and its supplier under
 * contract.  A branch is in the prefecture of its seat; one whose seat is a province
 * in none, and one outside the universe is not counted.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "core/call.h"
#include "core/result_set.h"

PG_FUNCTION_INFO_V1(assure_network_coverage);

static SqlPlan count_places = {
	"WITH u AS MATERIALIZED (SELECT region FROM assure.prefectures($1)), "
	"b AS (SELECT DISTINCT u.region FROM u JOIN assure.branch b ON b.region::assure.region OPERATOR(assure.<@) u.region), "
	"p AS (SELECT DISTINCT o.service_id, u.region FROM assure.supplier_place p JOIN assure.supplier_offer o USING (supplier_place_id) "
	"  JOIN u ON p.region OPERATOR(assure.<@) u.region OR u.region OPERATOR(assure.<@) p.region "
	"  WHERE $2 BETWEEN p.open_from AND p.open_to AND EXISTS (SELECT 1 FROM assure.supplier_contract c "
	"    WHERE c.supplier_id = p.supplier_id AND $2 BETWEEN c.valid_from AND c.valid_to)), "
	"n AS (SELECT (SELECT count(*) FROM u) AS all_count, (SELECT count(*) FROM b) AS branch_count) "
	"SELECT s.code, s.name, s.kind, n.all_count::int, count(p.region)::int, round(count(p.region)::numeric / nullif(n.all_count, 0), 6), "
	"  n.branch_count::int, count(b.region)::int, round(count(b.region)::numeric / nullif(n.branch_count, 0), 6) "
	"FROM assure.service s CROSS JOIN n LEFT JOIN p USING (service_id) LEFT JOIN b ON b.region OPERATOR(assure.=) p.region "
	"GROUP BY s.service_id, n.all_count, n.branch_count ORDER BY s.code",
	{INT4OID, DATEOID}
};

/*
 * assure_network_coverage counts prefectures with a place, by service.
 */
PGDLLEXPORT Datum
assure_network_coverage(PG_FUNCTION_ARGS)
{
	Call		call;
	Datum		values[2];

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("universe must not be NULL")));
	result_set_open(fcinfo);
	call_begin(&call, SCOPE_BI | SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_AUDITOR | SCOPE_ADMIN, "network_coverage");
	call_allow_scans(&call);
	values[0] = PG_GETARG_DATUM(0);
	values[1] = PG_ARGISNULL(1) ? DirectFunctionCall1(timestamptz_date, TimestampTzGetDatum(GetCurrentTimestamp())) : PG_GETARG_DATUM(1);
	result_set_fill(fcinfo, &count_places, values, NULL);
	call_end(&call);
	return (Datum) 0;
}
