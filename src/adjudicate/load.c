/*-------------------------------------------------------------------------
 *
 * load.c
 *		Reads the stored claims of a chunk, set-wise, each with its member as the
 *		event date finds him.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/qunique.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/guc.h"

#include "adjudicate/load.h"
#include "core/errors.h"
#include "core/guc.h"
#include "core/plan.h"

/*
 * compare_int64 orders numbers for qsort and qunique.
 */
static int
compare_int64(const void *a, const void *b)
{
	int64		x = *(const int64 *) a;
	int64		y = *(const int64 *) b;

	return x < y ? -1 : x > y;
}

/*
 * accounts_lock takes the lock on the books of every account of the keys, in the
 * order of their keys: that is how an index scan takes a list, and a bitmap scan
 * would not.  It is an UPDATE so that a transaction with an older snapshot fails
 * instead of reading old balances.  An account without its row could not be
 * locked, so nothing is booked on it.
 */
void
accounts_lock(const ClaimKey *keys, int count)
{
	static SqlPlan lock = {
		"UPDATE assure_internal.account_book SET revision = revision + 1 WHERE account_id = ANY ($1)", {INT8ARRAYOID}
	};
	int64	   *accounts = palloc(mul_size(sizeof(int64), Max(count, 1)));
	int			level = NewGUCNestLevel();
	Datum		value;

	pin_setting("enable_bitmapscan", "off");
	for (int i = 0; i < count; i++)
		accounts[i] = keys[i].account_id;
	qsort(accounts, count, sizeof(int64), compare_int64);
	count = (int) qunique(accounts, count, sizeof(int64), compare_int64);
	value = array_of_int64(accounts, count);
	if (plan_run(&lock, &value, NULL) != (uint64) count)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_IDENTITY),
				 errmsg("%d accounts were to be locked and " UINT64_FORMAT " have a row in assure_internal.account_book",
						count, SPI_processed)));
	AtEOXact_GUC(false, level);
}

/*
 * keys_params makes the two array parameters by which the claims are named.
 */
void
keys_params(const ClaimKey *keys, int count, Datum *values)
{
	int64	   *accounts = palloc(mul_size(sizeof(int64), Max(count, 1)));
	int64	   *claims = palloc(mul_size(sizeof(int64), Max(count, 1)));

	for (int i = 0; i < count; i++)
	{
		accounts[i] = keys[i].account_id;
		claims[i] = keys[i].claim_id;
	}
	values[0] = array_of_int64(accounts, count);
	values[1] = array_of_int64(claims, count);
}

static SqlPlan read_claims = {
	"SELECT c.account_id, c.claim_id, c.member_id, c.branch_id, coalesce(c.received_actor_id, 0), "
	"  c.submitted_at, c.submitted_at::date, c.document, m.birth_date, m.sex, p.starts_on, "
	"  e.relationship, e.enrolled_on, e.continuous_since, "
	"  e.plan_id IS NOT NULL AND c.event_date <= coalesce(e.ended_on, 'infinity') "
	"    AND c.event_date BETWEEN p.starts_on AND coalesce(p.ends_on, 'infinity'), "
	"  v.plan_version_id, coalesce(d.decision_no, 0) "
	"FROM unnest($1, $2) WITH ORDINALITY AS k (account_id, claim_id, n) "
	"JOIN assure.claim c ON c.account_id = k.account_id AND c.claim_id = k.claim_id "
	"JOIN assure.member m ON m.account_id = c.account_id AND m.member_id = c.member_id "
	"JOIN assure.policy p ON p.policy_id = c.policy_id "
	"LEFT JOIN LATERAL (SELECT * FROM assure.enrollment e "
	"  WHERE e.account_id = c.account_id AND e.member_id = c.member_id AND e.enrolled_on <= c.event_date "
	"  ORDER BY e.enrolled_on DESC LIMIT 1) e ON true "
	"LEFT JOIN LATERAL (SELECT v.plan_version_id FROM assure.plan_version v "
	"  WHERE v.plan_id = e.plan_id AND v.valid_from <= c.event_date ORDER BY v.valid_from DESC LIMIT 1) v ON true "
	"LEFT JOIN LATERAL (SELECT max(d.decision_no) AS decision_no FROM assure.decision d "
	"  WHERE d.account_id = c.account_id AND d.claim_id = c.claim_id) d ON true "
	"ORDER BY k.n",
	{INT8ARRAYOID, INT8ARRAYOID}
};

/*
 * case_read fills a case from a row of read_claims.
 */
static void
case_read(Case *item, uint64 row)
{
	bool		isnull;

	item->key.account_id = plan_int64(row, 1, 0);
	item->key.claim_id = plan_int64(row, 2, 0);
	item->member_id = plan_int64(row, 3, 0);
	item->branch_id = plan_int64(row, 4, 0);
	item->received_actor_id = plan_int64(row, 5, 0);
	item->submitted_at = plan_int64(row, 6, 0);
	item->submitted_on = plan_int32(row, 7, 0);
	item->claim = claim_from_jsonb(DatumGetJsonbP(plan_datum(row, 8, &isnull)), CLAIM_NEEDS_KEYS);
	item->is_in_force = plan_bool(row, 15);
	if (item->is_in_force)
	{
		item->member.birth_date = plan_int32(row, 9, 0);
		item->member.sex = sex_parse(plan_text(row, 10));
		item->member.policy_start = plan_int32(row, 11, 0);
		item->member.has_policy_start = true;
		item->member.relationship = relationship_parse(plan_text(row, 12));
		item->member.enrolled_on = plan_int32(row, 13, 0);
		item->member.continuous_since = plan_int32(row, 14, 0);
		claim_set_member(item->claim, &item->member);
	}
	item->plan_version_id = plan_int64(row, 16, 0);
	item->last_decision_no = plan_int32(row, 17, 0);
}

/*
 * chunk_load reads the claims of the keys and all that they are judged by.  The
 * accounts must be locked.
 */
void
chunk_load(Chunk *chunk, const ClaimKey *keys, int count)
{
	Datum		values[2];
	uint64		rows;

	keys_params(keys, count, values);
	rows = plan_run(&read_claims, values, NULL);
	if (rows != (uint64) count)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_IDENTITY),
				 errmsg("%d claims were to be read and " UINT64_FORMAT " were found", count, rows)));
	chunk->count = count;
	chunk->cases = palloc0(mul_size(sizeof(Case), Max(count, 1)));
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		case_read(&chunk->cases[i], i);
	}
	chunk_load_facts(chunk);
}
