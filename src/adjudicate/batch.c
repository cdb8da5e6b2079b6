/*-------------------------------------------------------------------------
 *
 * batch.c
 *		Runs chunks: guarded, retried, bisected.
 *
 * A chunk is an attempt (core/attempt.h): tried again when others get in its way.
 * An error of its own halves it, until the claim that raises it stands alone and
 * is set aside in assure.failed_claim.  One that every claim of a chunk raises
 * goes to the caller: setting aside all of them would be worse.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "adjudicate/batch.h"
#include "core/attempt.h"
#include "core/errors.h"
#include "core/plan.h"

/*
 * What a chunk allocates at first.  The C library gives a block of this size back
 * to the system once; from then on it keeps it for the next chunk, whose pages then
 * need not be mapped anew.
 */
#define CHUNK_MEMORY_BYTES (16 * 1024 * 1024)

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

/* Claims, and what came of them. */
typedef struct ChunkTry
{
	Call	   *call;
	const ClaimKey *keys;
	int			count;
	BatchCount	came_to;
} ChunkTry;

/*
 * adjudicate_work adjudicates the claims that still wait, and counts them.  Where
 * others did all of it before, the locks on their accounts go: the caller goes on
 * to other claims, and would take locks in no order.
 */
static bool
adjudicate_work(void *data)
{
	ChunkTry   *it = data;
	Chunk		chunk = {.call = it->call};

	MemoryContextSwitchTo(AllocSetContextCreate(CurrentMemoryContext, "pg_assure chunk", ALLOCSET_DEFAULT_MINSIZE,
												CHUNK_MEMORY_BYTES, CHUNK_MEMORY_BYTES));
	it->came_to = (BatchCount) {0};
	accounts_lock(it->keys, it->count);
	chunk_take(&chunk, it->keys, it->count);
	if (chunk.count == 0)
		return false;
	chunk_run(&chunk);
	for (int i = 0; i < chunk.count; i++)
	{
		if (chunk.cases[i].verdict == VERDICT_FAILED)
			it->came_to.failed_count++;
		else
			it->came_to.claim_count++;
	}
	return true;
}

/*
 * lock_work only locks the accounts of the claims.
 */
static bool
lock_work(void *data)
{
	ChunkTry   *it = data;

	accounts_lock(it->keys, it->count);
	return true;
}

/*
 * try_chunk adjudicates claims, all or none, and returns what kept it from that.
 */
static ErrorData *
try_chunk(Call *call, const ClaimKey *keys, int count, BatchCount *counted)
{
	ChunkTry	it = {call, keys, count, {0}};
	ErrorData  *error = attempt(adjudicate_work, &it);

	if (error == NULL)
	{
		counted->claim_count += it.came_to.claim_count;
		counted->failed_count += it.came_to.failed_count;
	}
	return error;
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
	error = try_chunk(call, keys, half, counted);
	if (error != NULL)
		chunk_bisect(call, keys, half, error, counted, failures);
	error = try_chunk(call, keys + half, count - half, counted);
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
	ErrorData  *error = try_chunk(call, keys, count, counted);
	ChunkTry	locking = {call, keys, count, {0}};
	ErrorData  *lock_error;
	List	   *failures = NIL;
	ListCell   *cell;

	if (error == NULL)
		return;
	lock_error = attempt(lock_work, &locking);
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
