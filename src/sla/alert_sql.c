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
#include "core/errors.h"
#include "core/plan.h"
#include "core/request.h"

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
	char	   *request_id = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	int64		alert_id;
	StringInfoData arguments;
	Call		call;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("alert_id must not be NULL")));
	alert_id = PG_GETARG_INT64(0);
	initStringInfo(&arguments);
	digest_int64(&arguments, alert_id);
	call_begin(&call, SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR, "acknowledge_alert");
	if (request_begin(&call, request_id, &arguments) == NULL)
	{
		acknowledge(&call, alert_id);
		request_end_int64(request_id, alert_id);
	}
	call_end(&call);
	PG_RETURN_VOID();
}
