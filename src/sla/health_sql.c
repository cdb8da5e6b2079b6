/*-------------------------------------------------------------------------
 *
 * health_sql.c
 *		Entry point: checks that are too long for a view are run and noted.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "core/call.h"
#include "core/plan.h"

PG_FUNCTION_INFO_V1(assure_check_health);

/*
 * note keeps what a check found.
 */
static int64
note(SqlPlan *check, const char *check_name)
{
	static SqlPlan write = {
		"INSERT INTO assure_internal.health_note (check_name, checked_at, findings) VALUES ($1, now(), $2) "
		"ON CONFLICT (check_name) DO UPDATE SET checked_at = excluded.checked_at, findings = excluded.findings", {TEXTOID, INT8OID}
	};
	Datum		values[2];
	int64		findings;

	plan_run(check, NULL, NULL);
	findings = plan_int64(0, 1, 0);
	values[0] = CStringGetTextDatum(check_name);
	values[1] = Int64GetDatum(findings);
	plan_run(&write, values, NULL);
	return findings;
}

/*
 * assure_check_health verifies books, audit and coverage, as the owner of the data, and
 * notes for the view what was found.
 */
PGDLLEXPORT Datum
assure_check_health(PG_FUNCTION_ARGS)
{
	static SqlPlan books = {"SELECT count(*) FROM assure.check_books()", {0}};
	static SqlPlan audit = {"SELECT count(*) FROM assure.audit_verify()", {0}};
	static SqlPlan coverage = {"SELECT count(*) FROM assure.check_coverage()", {0}};
	Call		call;
	int64		findings;

	call_begin(&call, SCOPE_SUPERVISOR | SCOPE_ADMIN, "check_health");
	findings = note(&books, "books") + note(&audit, "audit") + note(&coverage, "coverage");
	call_end(&call);
	PG_RETURN_INT64(findings);
}
