/*-------------------------------------------------------------------------
 *
 * batch.c
 *		Runs chunks: guarded, retried, bisected.
 *
 * A chunk runs in one subtransaction.  A serialization failure or deadlock
 * undoes it and it is tried again; any other error halves it, until the claim
 * that raises it stands alone and is set aside in assure.failed_claim.  An error
 * that is the server's (cancelled, out of disk, a missing privilege), or that
 * every claim of a chunk raises, goes to the caller: setting aside all of them
 * would be worse.
 *
 * Memory: each attempt has a context of its own, deleted after it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"

#include "adjudicate/batch.h"
#include "core/errors.h"
#include "core/plan.h"

#define CHUNK_RETRIES_MAX 5

/* So many claims do not all fail for reasons of their own. */
#define FAILURES_SUSPICIOUS 20

/*
 * chunk_run loads, evaluates and writes claims whose accounts are locked.
 */
static void
chunk_run(Chunk *chunk, const ClaimKey *keys, int count)
{
	chunk_load(chunk, keys, count);
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		case_evaluate(chunk, &chunk->cases[i]);
	}
	chunk_write(chunk);
}

/*
 * still_waiting locks the accounts of the keys and returns which claims of
 * these accounts, up to the last key, are still waiting: another session may
 * have taken some between the reading and the lock.
 */
static int
still_waiting(const ClaimKey *keys, int count, ClaimKey **waiting)
{
	static SqlPlan read = {
		"SELECT account_id, claim_id FROM assure_internal.claim_queue "
		"WHERE account_id = ANY ($1) AND claim_id = ANY ($2) ORDER BY claim_id", {INT8ARRAYOID, INT8ARRAYOID}
	};
	Column		accounts;
	Column		claims;
	Datum		values[2];
	int			rows;

	accounts_lock(keys, count);
	column_start(&accounts, INT8OID);
	column_start(&claims, INT8OID);
	for (int i = 0; i < count; i++)
	{
		column_add_int64(&accounts, keys[i].account_id);
		column_add_int64(&claims, keys[i].claim_id);
	}
	values[0] = column_array(&accounts);
	values[1] = column_array(&claims);
	rows = (int) plan_run(&read, values, NULL);
	*waiting = palloc(sizeof(ClaimKey) * Max(rows, 1));
	for (int i = 0; i < rows; i++)
		(*waiting)[i] = (ClaimKey) {plan_int64(i, 1, 0), plan_int64(i, 2, 0)};
	return rows;
}

/*
 * chunk_attempt adjudicates the claims of the keys that still wait, and counts
 * them.
 */
static void
chunk_attempt(Call *call, const ClaimKey *keys, int count, BatchCount *counted)
{
	Chunk		chunk = {.call = call, .is_queued = true};
	ClaimKey   *waiting;
	int			waiting_count = still_waiting(keys, count, &waiting);

	if (waiting_count == 0)
		return;
	chunk_run(&chunk, waiting, waiting_count);
	for (int i = 0; i < chunk.count; i++)
	{
		if (chunk.cases[i].verdict == VERDICT_FAILED)
			counted->failed_count++;
		else
			counted->claim_count++;
	}
}

/*
 * chunk_try runs an attempt in a subtransaction and returns its error, or NULL.
 */
static ErrorData *
chunk_try(Call *call, const ClaimKey *keys, int count, BatchCount *counted)
{
	MemoryContext caller_context = CurrentMemoryContext;
	ResourceOwner caller_owner = CurrentResourceOwner;
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "pg_assure chunk", ALLOCSET_DEFAULT_SIZES);
	BatchCount	attempt = {0};
	ErrorData  *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(work);
	PG_TRY();
	{
		PushActiveSnapshot(GetTransactionSnapshot());
		chunk_attempt(call, keys, count, &attempt);
		PopActiveSnapshot();
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(caller_context);
		CurrentResourceOwner = caller_owner;
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller_context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(caller_context);
		CurrentResourceOwner = caller_owner;
	}
	PG_END_TRY();
	MemoryContextDelete(work);
	if (error == NULL)
	{
		counted->claim_count += attempt.claim_count;
		counted->failed_count += attempt.failed_count;
	}
	return error;
}

/*
 * is_transient tells whether the same work may succeed when tried again.
 */
static bool
is_transient(int sqlstate)
{
	return sqlstate == ERRCODE_T_R_SERIALIZATION_FAILURE || sqlstate == ERRCODE_T_R_DEADLOCK_DETECTED;
}

/*
 * is_of_the_server tells whether an error comes from the server or the session,
 * rather than from what stands in a claim, its terms or a trigger on them.
 */
static bool
is_of_the_server(int sqlstate)
{
	switch (ERRCODE_TO_CATEGORY(sqlstate))
	{
		case ERRCODE_CONNECTION_EXCEPTION:
		case ERRCODE_INVALID_TRANSACTION_STATE:
		case ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION:
		case ERRCODE_TRANSACTION_ROLLBACK:
		case ERRCODE_INSUFFICIENT_RESOURCES:
		case ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE:
		case ERRCODE_TO_CATEGORY(ERRCODE_ADMIN_SHUTDOWN):
		case ERRCODE_SYSTEM_ERROR:
			return true;
		default:
			return sqlstate == ERRCODE_INSUFFICIENT_PRIVILEGE ||
				sqlstate == ERRCODE_DATA_CORRUPTED || sqlstate == ERRCODE_INDEX_CORRUPTED;
	}
}

/* A claim whose own adjudication raised an error. */
typedef struct FailedClaim
{
	ClaimKey	key;
	ErrorData  *error;
} FailedClaim;

/*
 * set_aside moves one claim from the waiting ones to the failed ones.
 */
static void
set_aside(const FailedClaim *failed, BatchCount *counted)
{
	static SqlPlan move = {
		"WITH gone AS (DELETE FROM assure_internal.claim_queue WHERE account_id = $1 AND claim_id = $2 RETURNING *) "
		"INSERT INTO assure.failed_claim (account_id, claim_id, error_code, error_message) "
		"SELECT account_id, claim_id, $3, $4 FROM gone",
		{INT8OID, INT8OID, TEXTOID, TEXTOID}
	};
	Datum		values[4];

	values[0] = Int64GetDatum(failed->key.account_id);
	values[1] = Int64GetDatum(failed->key.claim_id);
	values[2] = CStringGetTextDatum(unpack_sql_state(failed->error->sqlerrcode));
	values[3] = CStringGetTextDatum(failed->error->message);
	counted->failed_count += plan_run(&move, values, NULL);
}

/*
 * chunk_bisect adjudicates the claims of the keys whatever some of them do, and
 * lists those that failed.
 */
static void
chunk_bisect(Call *call, const ClaimKey *keys, int count, BatchCount *counted, List **failures)
{
	ErrorData  *error = NULL;

	for (int attempt = 0; attempt < CHUNK_RETRIES_MAX; attempt++)
	{
		CHECK_FOR_INTERRUPTS();
		error = chunk_try(call, keys, count, counted);
		if (error == NULL)
			return;
		if (!is_transient(error->sqlerrcode))
			break;
	}
	if (is_of_the_server(error->sqlerrcode))
		ReThrowError(error);
	if (count == 1)
	{
		FailedClaim *failed = palloc(sizeof(FailedClaim));

		failed->key = keys[0];
		failed->error = error;
		*failures = lappend(*failures, failed);
		return;
	}
	FreeErrorData(error);
	chunk_bisect(call, keys, count / 2, counted, failures);
	chunk_bisect(call, keys + count / 2, count - count / 2, counted, failures);
}

/*
 * chunk_guarded adjudicates the claims of the keys and sets aside those that
 * fail.  When all of many fail, it is not the claims: the error is raised, and
 * they stay where they are.
 */
static void
chunk_guarded(Call *call, const ClaimKey *keys, int count, BatchCount *counted)
{
	List	   *failures = NIL;
	ListCell   *cell;

	chunk_bisect(call, keys, count, counted, &failures);
	if (count >= FAILURES_SUSPICIOUS && list_length(failures) == count)
		ReThrowError(((FailedClaim *) linitial(failures))->error);
	foreach(cell, failures)
		set_aside(lfirst(cell), counted);
}

/*
 * queue_next reads the next waiting claims of the cursor's shard, in order of
 * submission, without a lock.
 */
static int
queue_next(const QueueCursor *cursor, int claim_count_max, ClaimKey **keys)
{
	static SqlPlan read = {
		"SELECT account_id, claim_id FROM assure_internal.claim_queue "
		"WHERE claim_id > $1 AND ($3 = 1 OR mod(hashint8extended(account_id, 0) & x'7fffffff'::bigint, $3) = $2) "
		"ORDER BY claim_id LIMIT $4", {INT8OID, INT8OID, INT8OID, INT4OID}
	};
	Datum		values[4];
	int			rows;

	values[0] = Int64GetDatum(cursor->after_claim_id);
	values[1] = Int64GetDatum(cursor->shard);
	values[2] = Int64GetDatum(cursor->shards);
	values[3] = Int32GetDatum(claim_count_max);
	rows = (int) plan_run(&read, values, NULL);
	*keys = palloc(sizeof(ClaimKey) * Max(rows, 1));
	for (int i = 0; i < rows; i++)
		(*keys)[i] = (ClaimKey) {plan_int64(i, 1, 0), plan_int64(i, 2, 0)};
	return rows;
}

/*
 * batch_chunk adjudicates the next waiting claims and moves the cursor past
 * them.  The cursor keeps a batch from reading again what it has done, dead
 * index entries included.
 */
bool
batch_chunk(Call *call, QueueCursor *cursor, int claim_count_max, BatchCount *count)
{
	ClaimKey   *keys;
	int			key_count = queue_next(cursor, claim_count_max, &keys);

	if (key_count == 0)
		return false;
	chunk_guarded(call, keys, key_count, count);
	cursor->after_claim_id = keys[key_count - 1].claim_id;
	pfree(keys);
	return true;
}

/*
 * claim_adjudicate adjudicates one waiting claim.
 */
Verdict
claim_adjudicate(Call *call, ClaimKey key)
{
	Chunk		chunk = {.call = call, .is_queued = true};

	chunk_run(&chunk, &key, 1);
	return chunk.cases[0].verdict;
}
