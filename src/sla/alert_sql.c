/*-------------------------------------------------------------------------
 *
 * alert_sql.c
 *		Entry point: somebody takes notice of an alert.
 *
 * Locking: the alert's row.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "storage/shmem.h"
#include "utils/builtins.h"

#include "audit/audit.h"
#include "core/document_call.h"
#include "core/errors.h"
#include "core/plan.h"

PG_FUNCTION_INFO_V1(assure_acknowledge_alert);

/*
 * acknowledge notes who took notice of an open alert.
 */
static void
acknowledge(Call *call, int64 alert_id)
{
	static SqlPlan find = {
		"SELECT branch_id FROM assure.alert WHERE alert_id = $1", {INT8OID}
	};
	static SqlPlan update = {
		"UPDATE assure.alert SET acknowledged_at = now(), acknowledged_by = $2, escalate_at = NULL "
		"WHERE alert_id = $1 AND acknowledged_at IS NULL", {INT8OID, TEXTOID}
	};
	Datum		values[2] = {Int64GetDatum(alert_id), CStringGetTextDatum(call->session_role)};

	if (plan_run(&find, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("alert " INT64_FORMAT " does not exist", alert_id)));
	call_require_branch(call, plan_int64(0, 1, 0), psprintf("alert " INT64_FORMAT, alert_id));
	if (plan_run(&update, values, NULL) == 1)
		audit_write_one(call, psprintf("alert " INT64_FORMAT, alert_id));
}

/*
 * assure_acknowledge_alert notes that a person took notice; the first one stays.
 */
PGDLLEXPORT Datum
assure_acknowledge_alert(PG_FUNCTION_ARGS)
{
	key_call(fcinfo, "alert_id", SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR, "acknowledge_alert", acknowledge);
	PG_RETURN_VOID();
}
