/*-------------------------------------------------------------------------
 *
 * status_sql.c
 *		Entry point: where does a claim stand?
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "adjudicate/claim_ref.h"
#include "core/call.h"
#include "core/result_set.h"

PG_FUNCTION_INFO_V1(assure_claim_status);

static SqlPlan read_status = {
	"SELECT c.account_id, c.claim_id, "
	"  CASE WHEN q.claim_id IS NOT NULL THEN 'waiting' WHEN f.claim_id IS NOT NULL THEN 'failed' "
	"    WHEN d.verdict = 'approve' THEN 'approved' WHEN d.verdict = 'deny' THEN 'denied' WHEN d.verdict = 'reverse' THEN 'reversed' ELSE 'in_review' END, "
	"  d.verdict, round(c.submitted_fen / 100.0, 2), round(d.paid_fen / 100.0, 2), d.reasons, c.submitted_at, d.decided_at, d.decision_no, "
	"  t.task_id, t.state, f.error_code || ': ' || f.error_message "
	"FROM assure.claim c "
	"LEFT JOIN assure_internal.claim_queue q ON q.account_id = c.account_id AND q.claim_id = c.claim_id "
	"LEFT JOIN assure.failed_claim f ON f.account_id = c.account_id AND f.claim_id = c.claim_id "
	"LEFT JOIN LATERAL (SELECT * FROM assure.decision d WHERE d.account_id = c.account_id AND d.claim_id = c.claim_id "
	"  ORDER BY d.decision_no DESC LIMIT 1) d ON true "
	"LEFT JOIN assure.task t ON t.subject_kind = 'claim' AND t.account_id = c.account_id AND t.subject_id = c.claim_id "
	"  AND t.state NOT IN ('done', 'cancelled') "
	"WHERE c.account_id = $1 AND c.claim_id = $2",
	{INT8OID, INT8OID}
};

/*
 * assure_claim_status returns one row; a claim that is not there is an error.
 */
PGDLLEXPORT Datum
assure_claim_status(PG_FUNCTION_ARGS)
{
	char	   *ref = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Call		call;
	ClaimPlace	place;
	Datum		values[2];

	result_set_open(fcinfo);
	call_begin(&call, SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_AUDITOR | SCOPE_ADMIN, "claim_status");
	claim_find(ref, &place);
	if ((call.scopes & SCOPE_AUDITOR) == 0)
		claim_require_access(&call, ref, &place);
	values[0] = Int64GetDatum(place.key.account_id);
	values[1] = Int64GetDatum(place.key.claim_id);
	result_set_fill(fcinfo, &read_status, values, NULL);
	call_end(&call);
	return (Datum) 0;
}
