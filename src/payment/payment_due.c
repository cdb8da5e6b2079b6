/*-------------------------------------------------------------------------
 *
 * payment_due.c
 *		Which claims have an open amount, kept where it changes.
 *
 * Most claims are decided once and have no journal: whether those are open is
 * known without a look at it.
 *
 * Locking: the caller has the books of the accounts (accounts_lock).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "storage/shmem.h"

#include "core/plan.h"
#include "payment/payment.h"

/*
 * key_params makes the two array parameters by which claims are named.
 */
static void
key_params(const ClaimKey *keys, int count, Datum *values)
{
	Column		accounts;
	Column		claims;

	column_start(&accounts, INT8OID);
	column_start(&claims, INT8OID);
	for (int i = 0; i < count; i++)
	{
		column_add_int64(&accounts, keys[i].account_id);
		column_add_int64(&claims, keys[i].claim_id);
	}
	values[0] = column_array(&accounts);
	values[1] = column_array(&claims);
}

/*
 * queue_first queues claims whose first decision pays something.
 */
static void
queue_first(const ClaimKey *keys, int count)
{
	static SqlPlan insert = {
		"INSERT INTO assure_internal.payment_due (account_id, claim_id) SELECT * FROM unnest($1, $2)", {INT8ARRAYOID, INT8ARRAYOID}
	};
	Datum		values[2];

	if (count == 0)
		return;
	key_params(keys, count, values);
	plan_run(&insert, values, NULL);
}

#define OPEN_OF_KEYS \
	"FROM unnest($1, $2) AS k (account_id, claim_id) " \
	"CROSS JOIN LATERAL (SELECT d.paid_fen FROM assure.decision d " \
	"  WHERE d.account_id = k.account_id AND d.claim_id = k.claim_id ORDER BY d.decision_no DESC LIMIT 1) d " \
	"CROSS JOIN LATERAL (SELECT coalesce(sum(e.amount_fen), 0) AS paid_fen FROM assure.payment_entry e " \
	"  WHERE e.account_id = k.account_id AND e.claim_id = k.claim_id) j "

/*
 * payments_due_again puts claims into the queue or takes them out of it, by what
 * is open of them now.
 */
void
payments_due_again(const ClaimKey *keys, int count)
{
	static SqlPlan insert = {
		"INSERT INTO assure_internal.payment_due (account_id, claim_id) SELECT DISTINCT k.account_id, k.claim_id " OPEN_OF_KEYS
		"WHERE d.paid_fen <> j.paid_fen ON CONFLICT DO NOTHING", {INT8ARRAYOID, INT8ARRAYOID}
	};
	static SqlPlan delete = {
		"DELETE FROM assure_internal.payment_due q USING (SELECT k.account_id, k.claim_id " OPEN_OF_KEYS
		"WHERE d.paid_fen = j.paid_fen) s WHERE q.account_id = s.account_id AND q.claim_id = s.claim_id", {INT8ARRAYOID, INT8ARRAYOID}
	};
	Datum		values[2];

	if (count == 0)
		return;
	key_params(keys, count, values);
	plan_run(&insert, values, NULL);
	plan_run(&delete, values, NULL);
}

/*
 * payments_due queues what a chunk decided.
 */
void
payments_due(const Chunk *chunk)
{
	ClaimKey   *first = palloc(mul_size(sizeof(ClaimKey), Max(chunk->count, 1)));
	ClaimKey   *again = palloc(mul_size(sizeof(ClaimKey), Max(chunk->count, 1)));
	int			first_count = 0;
	int			again_count = 0;

	for (int i = 0; i < chunk->count; i++)
	{
		const Case *item = &chunk->cases[i];

		if (item->verdict == VERDICT_FAILED)
			continue;
		if (item->last_decision_no > 0)
			again[again_count++] = item->key;
		else if (item->paid_fen > 0)
			first[first_count++] = item->key;
	}
	queue_first(first, first_count);
	payments_due_again(again, again_count);
}
