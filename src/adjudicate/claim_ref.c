/*-------------------------------------------------------------------------
 *
 * claim_ref.c
 *		Where the claim with a caller's reference is.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "adjudicate/claim_ref.h"
#include "core/errors.h"
#include "core/plan.h"

/*
 * claim_find looks up a claim by its reference.
 */
void
claim_find(const char *ref, ClaimPlace *place)
{
	static SqlPlan find = {
		"SELECT c.account_id, c.claim_id, c.branch_id, coalesce(c.received_actor_id, 0), coalesce(t.worker_id, 0) "
		"FROM assure.claim_ref r JOIN assure.claim c ON c.account_id = r.account_id AND c.claim_id = r.claim_id "
		"LEFT JOIN assure.task t ON t.subject_kind = 'claim' AND t.account_id = c.account_id AND t.subject_id = c.claim_id "
		"  AND t.state NOT IN ('done', 'cancelled') "
		"WHERE r.ref = $1", {TEXTOID}
	};
	Datum		value = CStringGetTextDatum(ref);

	if (plan_run(&find, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("claim \"%s\" does not exist", ref),
				 errhint("Claims are handed in with assure.submit_claim().")));
	place->key = (ClaimKey) {plan_int64(0, 1, 0), plan_int64(0, 2, 0)};
	place->branch_id = plan_int64(0, 3, 0);
	place->received_actor_id = plan_int64(0, 4, 0);
	place->task_worker_id = plan_int64(0, 5, 0);
}

/*
 * claim_require_access lets the worker who has the claim's task work on it
 * whatever branch it comes from: work goes to who is qualified, anywhere.
 */
void
claim_require_access(Call *call, const char *ref, const ClaimPlace *place)
{
	if (place->task_worker_id == 0 || place->task_worker_id != call_actor(call))
		call_require_branch(call, place->branch_id, psprintf("claim \"%s\"", ref));
}

/*
 * claim_require_person refuses a claim of which nothing is left to calculate from.
 */
void
claim_require_person(const char *ref, const ClaimPlace *place)
{
	static SqlPlan find = {
		"SELECT to_char(x.erased_at, 'YYYY-MM-DD') FROM assure.claim c JOIN assure.erasure x USING (account_id, member_id) "
		"WHERE c.account_id = $1 AND c.claim_id = $2", {INT8OID, INT8OID}
	};
	Datum		values[2] = {Int64GetDatum(place->key.account_id), Int64GetDatum(place->key.claim_id)};

	if (plan_run(&find, values, NULL) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("the person of claim \"%s\" was erased", ref),
				 errdetail("Since %s nothing is left that it could be calculated from; its decisions stay.", plan_text(0, 1)),
				 errhint("Book a difference as a payment or a recovery.")));
}
