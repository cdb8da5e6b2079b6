/*-------------------------------------------------------------------------
 *
 * small_cell_sql.c
 *		Entry points: groups of people that are too few to be told apart.
 *
 * A masked row with birth year and sex tells a person apart where few of the same
 * policy and province share them.  So these are shown only of cells with enough
 * people; and where some of a policy and province are hidden, as many as it takes
 * that those who are hidden are two cells at least and enough people, too: else
 * the one cell that is hidden is what the others leave of the total.
 *
 * Counting takes a while, so it is done once a day and kept by cell; a cell that
 * is not there is not shown.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "core/call.h"
#include "core/guc.h"
#include "core/plan.h"

PG_FUNCTION_INFO_V1(assure_small_cell);
PG_FUNCTION_INFO_V1(assure_count_small_cells);

/*
 * assure_small_cell returns the setting.  Views call it, for they cannot ask for
 * a setting whose library the session has not loaded.
 */
PGDLLEXPORT Datum
assure_small_cell(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(guc_small_cell);
}

/*
 * assure_count_small_cells counts the cells anew, and returns how many are hidden.
 */
PGDLLEXPORT Datum
assure_count_small_cells(PG_FUNCTION_ARGS)
{
	static SqlPlan clear = {"DELETE FROM assure_internal.member_cell", {0}};
	static SqlPlan count = {
		"INSERT INTO assure_internal.member_cell (policy_id, province, birth_year, sex, members, is_shown) "
		"SELECT policy_id, province, birth_year, sex, members, least_members >= $1 OR (n > 2 AND smaller >= $1 AND members >= $1) FROM ("
		"  SELECT *, min(members) OVER (PARTITION BY policy_id, province) AS least_members, row_number() OVER w AS n, "
		"    coalesce(sum(members) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS smaller FROM ("
		"    SELECT a.policy_id, left(m.region, 2) || '0000' AS province, extract(year FROM m.birth_date)::int AS birth_year, m.sex, count(*) AS members "
		"    FROM assure.member m JOIN assure.account a USING (account_id) GROUP BY 1, 2, 3, 4) c "
		"  WINDOW w AS (PARTITION BY policy_id, province ORDER BY members, birth_year, sex)) c",
		{INT8OID}
	};
	static SqlPlan hidden = {"SELECT count(*) FROM assure_internal.member_cell WHERE NOT is_shown", {0}};
	Datum		least = Int64GetDatum(guc_small_cell);
	Call		call;
	int64		result;

	call_begin(&call, SCOPE_SUPERVISOR | SCOPE_ADMIN, "count_small_cells");
	call_allow_scans(&call);
	plan_run(&clear, NULL, NULL);
	plan_run(&count, &least, NULL);
	plan_run(&hidden, NULL, NULL);
	result = plan_int64(0, 1, 0);
	call_end(&call);
	PG_RETURN_INT64(result);
}
