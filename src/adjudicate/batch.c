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
 * chunk_run evaluates and writes the claims of a chunk.
 */
static void
chunk_run(Chunk *chunk)
{
	for (int i = 0; i < chunk->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		case_evaluate(chunk, &chunk->cases[i]);
	}
	chunk_write(chunk);
}

/*
 * chunk_attempt adjudicates the claims of the keys that still wait, and counts
 * them.
 */
static void
chunk_attempt(Call *call, const ClaimKey *keys, int count, BatchCount *counted)
{
	Chunk		chunk = {.call = call};

	accounts_lock(keys, count);
	chunk_take(&chunk, keys, count);
	if (chunk.count == 0)
		return;
	chunk_run(&chunk);
	for (int i = 0; i < chunk.count; i++)
	{
		if (chunk.cases[i].verdict == VERDICT_FAILED)
			counted->failed_count++;
		else
			counted->claim_count++;
	}
}

/*
 * lock_attempt only locks the accounts of the keys.
 */
static void
lock_attempt(Call *call, const ClaimKey *keys, int count, BatchCount *counted)
{
	accounts_lock(keys, count);
}

/* What is tried on claims: all of it, or nothing. */
typedef void (*Attempt) (Call *call, const ClaimKey *keys, int count, BatchCount *counted);

/*
 * try_once makes an attempt in a subtransaction and returns its error, or NULL.
 */
static ErrorData *
try_once(Attempt attempt, Call *call, const ClaimKey *keys, int count, BatchCount *counted)
{
	MemoryContext caller_context = CurrentMemoryContext;
	ResourceOwner caller_owner = CurrentResourceOwner;
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "pg_assure chunk", ALLOCSET_DEFAULT_SIZES);
	BatchCount	now = {0};
	ErrorData  *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(work);
	PG_TRY();
	{
		PushActiveSnapshot(GetTransactionSnapshot());
		attempt(call, keys, count, &now);
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
		counted->claim_count += now.claim_count;
		counted->failed_count += now.failed_count;
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
 * try_repeatedly makes an attempt again while it fails for what others do, and
 * returns the error that is of the claims; one of the server's is raised.
 */
static ErrorData *
try_repeatedly(Attempt attempt, Call *call, const ClaimKey *keys, int count, BatchCount *counted)
{
	ErrorData  *error = NULL;

	for (int i = 0; i < CHUNK_RETRIES_MAX; i++)
	{
		CHECK_FOR_INTERRUPTS();
		error = try_once(attempt, call, keys, count, counted);
		if (error == NULL || !is_transient(error->sqlerrcode))
			break;
	}
	if (error != NULL && is_of_the_server(error->sqlerrcode))
		ReThrowError(error);
	return error;
}

/*
 * chunk_bisect adjudicates claims that failed together with an error, whatever
 * some of them do, and lists those that fail alone.
 */
static void
chunk_bisect(Call *call, const ClaimKey *keys, int count, ErrorData *error, BatchCount *counted, List **failures)
{
	int			half = count / 2;

	if (count == 1)
	{
		FailedClaim *failed = palloc(sizeof(FailedClaim));

		failed->key = keys[0];
		failed->error = error;
		*failures = lappend(*failures, failed);
		return;
	}
	FreeErrorData(error);
	error = try_repeatedly(chunk_attempt, call, keys, half, counted);
	if (error != NULL)
		chunk_bisect(call, keys, half, error, counted, failures);
	error = try_repeatedly(chunk_attempt, call, keys + half, count - half, counted);
	if (error != NULL)
		chunk_bisect(call, keys + half, count - half, error, counted, failures);
}

/*
 * chunk_guarded adjudicates the claims of the keys and sets aside those that
 * fail.  When all of many fail, it is not the claims: the error is raised, and
 * they stay where they are.
 *
 * Before a chunk is taken apart, all its accounts are locked: its parts then
 * hold in no other order what another session may want, and a claim is set
 * aside under the lock of its account as it is adjudicated.
 */
static void
chunk_guarded(Call *call, const ClaimKey *keys, int count, BatchCount *counted)
{
	ErrorData  *error = try_repeatedly(chunk_attempt, call, keys, count, counted);
	ErrorData  *lock_error;
	List	   *failures = NIL;
	ListCell   *cell;

	if (error == NULL)
		return;
	lock_error = try_repeatedly(lock_attempt, call, keys, count, counted);
	if (lock_error != NULL)
		ReThrowError(lock_error);
	chunk_bisect(call, keys, count, error, counted, &failures);
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
 * claim_adjudicate adjudicates one claim, if it waits; VERDICT_NONE: it does not.
 */
Verdict
claim_adjudicate(Call *call, ClaimKey key)
{
	Chunk		chunk = {.call = call};

	chunk_take(&chunk, &key, 1);
	if (chunk.count == 0)
		return VERDICT_NONE;
	chunk_run(&chunk);
	return chunk.cases[0].verdict;
}
