/*-------------------------------------------------------------------------
 *
 * batch_sql.c
 *		Entry points: adjudicate one claim, a chunk, or all that wait.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "adjudicate/batch.h"
#include "adjudicate/claim_ref.h"
#include "audit/audit.h"
#include "core/batch_call.h"
#include "core/errors.h"
#include "core/plan.h"
#include "core/request.h"

#define ADJUDICATE_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define BATCH_SCOPES (SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define PENDING_CLAIMS_MAX 10000
#define SHARDS_MAX 256

PG_FUNCTION_INFO_V1(assure_adjudicate);
PG_FUNCTION_INFO_V1(assure_adjudicate_pending);
PG_FUNCTION_INFO_V1(assure_adjudicate_batch);
PG_FUNCTION_INFO_V1(assure_retry_failed_claim);

/*
 * current_verdict returns the verdict of a claim's current decision, or NULL.
 */
static char *
current_verdict(ClaimKey key)
{
	static SqlPlan find = {
		"SELECT verdict FROM assure.decision WHERE account_id = $1 AND claim_id = $2 "
		"ORDER BY decision_no DESC LIMIT 1", {INT8OID, INT8OID}
	};
	Datum		values[2] = {Int64GetDatum(key.account_id), Int64GetDatum(key.claim_id)};

	return plan_run(&find, values, NULL) == 0 ? NULL : plan_text(0, 1);
}

/*
 * requeue puts a claim that was set aside back among the waiting ones; false if
 * it was not set aside.
 */
static bool
requeue(ClaimKey key)
{
	static SqlPlan move = {
		"WITH gone AS (DELETE FROM assure.failed_claim WHERE account_id = $1 AND claim_id = $2 RETURNING *) "
		"INSERT INTO assure_internal.claim_queue (account_id, claim_id) SELECT account_id, claim_id FROM gone",
		{INT8OID, INT8OID}
	};
	Datum		values[2] = {Int64GetDatum(key.account_id), Int64GetDatum(key.claim_id)};

	return plan_run(&move, values, NULL) > 0;
}

/*
 * adjudicate_one adjudicates the claim if it waits, and returns the verdict
 * that is current then.  A claim that was set aside is tried again.
 */
static const char *
adjudicate_one(Call *call, const char *ref, ClaimKey key)
{
	Verdict		verdict;
	char	   *current;

	accounts_lock(&key, 1);
	verdict = claim_adjudicate(call, key);
	if (verdict == VERDICT_NONE && requeue(key))
		verdict = claim_adjudicate(call, key);
	if (verdict == VERDICT_FAILED)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("claim \"%s\" cannot be adjudicated: the member's plan has no version in force on the event date", ref),
				 errhint("Publish one with assure.publish_plan(), then try again.")));
	if (verdict != VERDICT_NONE)
		return verdict_name(verdict);
	current = current_verdict(key);
	if (current == NULL)
		elog(ERROR, "claim \"%s\" neither waits nor has a decision", ref);
	return current;
}

/*
 * assure_adjudicate adjudicates one claim now and returns its verdict; a claim
 * that was decided before keeps its decision.
 */
PGDLLEXPORT Datum
assure_adjudicate(PG_FUNCTION_ARGS)
{
	char	   *ref;
	char	   *request_id = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	MemoryContext result_context = CurrentMemoryContext;
	StringInfoData arguments;
	Call		call;
	ClaimPlace	place;
	Jsonb	   *answer;
	const char *verdict;
	char	   *result;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	ref = text_to_cstring(PG_GETARG_TEXT_PP(0));
	initStringInfo(&arguments);
	digest_text(&arguments, ref);
	call_begin(&call, ADJUDICATE_SCOPES, "adjudicate");
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		verdict = request_answer_text(answer);
	else
	{
		claim_find(ref, &place);
		claim_require_access(&call, ref, &place);
		verdict = adjudicate_one(&call, ref, place.key);
		request_end_text(request_id, verdict);
	}
	result = MemoryContextStrdup(result_context, verdict);
	call_end(&call);
	PG_RETURN_TEXT_P(cstring_to_text(result));
}

/*
 * assure_adjudicate_pending adjudicates one chunk in the caller's transaction.
 * A chunk that a concurrent session took first is passed over, so that 0 means
 * that nothing waits.
 */
PGDLLEXPORT Datum
assure_adjudicate_pending(PG_FUNCTION_ARGS)
{
	int32		claim_count_max = PG_GETARG_INT32(0);
	QueueCursor cursor = {0, 0, 1};
	BatchCount	count = {0};
	Call		call;

	if (claim_count_max < 1 || claim_count_max > PENDING_CLAIMS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_claims is %d, not between 1 and %d", claim_count_max, PENDING_CLAIMS_MAX),
				 errhint("For more, CALL assure.adjudicate_batch(), which commits as it goes.")));
	call_begin(&call, BATCH_SCOPES, "adjudicate_pending");
	while (count.claim_count + count.failed_count == 0 && batch_chunk(&call, &cursor, claim_count_max, &count))
		CHECK_FOR_INTERRUPTS();
	call_end(&call);
	PG_RETURN_INT32((int32) (count.claim_count + count.failed_count));
}

/*
 * batch_arguments reads and checks the arguments of adjudicate_batch.
 */
static int64
batch_arguments(FunctionCallInfo fcinfo, QueueCursor *cursor)
{
	int64		claim_count_max = PG_ARGISNULL(0) ? PG_INT64_MAX : PG_GETARG_INT32(0);

	cursor->shard = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);
	cursor->shards = PG_ARGISNULL(2) ? 1 : PG_GETARG_INT32(2);
	if (claim_count_max < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_claims is " INT64_FORMAT ", not at least 1", claim_count_max)));
	if (cursor->shards < 1 || cursor->shards > SHARDS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("shards is %d, not between 1 and %d", cursor->shards, SHARDS_MAX)));
	if (cursor->shard < 0 || cursor->shard >= cursor->shards)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("shard is %d, not between 0 and %d", cursor->shard, cursor->shards - 1)));
	return claim_count_max;
}

/*
 * assure_adjudicate_batch adjudicates what waits, a chunk a transaction.
 */
PGDLLEXPORT Datum
assure_adjudicate_batch(PG_FUNCTION_ARGS)
{
	QueueCursor cursor = {0};
	BatchCount	count = {0};
	int64		left = batch_arguments(fcinfo, &cursor);
	bool		more = true;
	BatchCall	batch;
	Datum		values[2];
	bool		nulls[2] = {false, false};

	batch_call_begin(&batch, fcinfo, BATCH_SCOPES, "adjudicate_batch");
	while (more && left > 0)
	{
		int64		before = count.claim_count + count.failed_count;

		batch_call_enter(&batch);
		more = batch_chunk(&batch.call, &cursor, (int) Min(left, CHUNK_CLAIMS), &count);
		batch_call_commit(&batch);
		left -= count.claim_count + count.failed_count - before;
	}
	batch_call_end(&batch);
	values[0] = Int64GetDatum(count.claim_count);
	values[1] = Int64GetDatum(count.failed_count);
	return batch_call_result(fcinfo, values, nulls);
}

/*
 * assure_retry_failed_claim puts a claim that a batch set aside back among the
 * waiting ones; false if it is not set aside.
 */
PGDLLEXPORT Datum
assure_retry_failed_claim(PG_FUNCTION_ARGS)
{
	char	   *ref = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Call		call;
	ClaimPlace	place;
	bool		moved;

	call_begin(&call, BATCH_SCOPES, "retry_failed_claim");
	claim_find(ref, &place);
	accounts_lock(&place.key, 1);
	moved = requeue(place.key);
	if (moved)
		audit_write_one(&call, psprintf("claim " INT64_FORMAT, place.key.claim_id));
	call_end(&call);
	PG_RETURN_BOOL(moved);
}
