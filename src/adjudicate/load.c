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
#include "benefit/claim_pack.h"
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

/* A claim that waits has no decision yet, and its document was read before. */
static SqlPlan read_claims = {
	"SELECT c.account_id, c.claim_id, c.member_id, c.branch_id, coalesce(c.received_actor_id, 0), "
	"  c.submitted_at, c.submitted_at::date, CASE WHEN k.needs_document THEN c.document END, m.birth_date, m.sex, p.starts_on, "
	"  e.relationship, e.enrolled_on, e.continuous_since, "
	"  e.plan_id IS NOT NULL AND c.event_date <= coalesce(e.ended_on, 'infinity') "
	"    AND c.event_date BETWEEN p.starts_on AND coalesce(p.ends_on, 'infinity'), "
	"  v.plan_version_id, coalesce(d.decision_no, 0) "
	"FROM unnest($1, $2, $3) WITH ORDINALITY AS k (account_id, claim_id, needs_document, n) "
	"JOIN assure.claim c ON c.account_id = k.account_id AND c.claim_id = k.claim_id "
	"JOIN assure.member m ON m.account_id = c.account_id AND m.member_id = c.member_id "
	"JOIN assure.policy p ON p.policy_id = c.policy_id "
	"LEFT JOIN LATERAL (SELECT * FROM assure.enrollment e "
	"  WHERE e.account_id = c.account_id AND e.member_id = c.member_id AND e.enrolled_on <= c.event_date "
	"  ORDER BY e.enrolled_on DESC LIMIT 1) e ON true "
	"LEFT JOIN LATERAL (SELECT v.plan_version_id FROM assure.plan_version v "
	"  WHERE v.plan_id = e.plan_id AND v.valid_from <= c.event_date ORDER BY v.valid_from DESC LIMIT 1) v ON true "
	"LEFT JOIN LATERAL (SELECT max(d.decision_no) AS decision_no FROM assure.decision d "
	"  WHERE NOT $4 AND d.account_id = c.account_id AND d.claim_id = c.claim_id) d ON true "
	"ORDER BY k.n",
	{INT8ARRAYOID, INT8ARRAYOID, BOOLARRAYOID, BOOLOID}
};

/*
 * case_read fills a case from a row of read_claims.
 */
static void
case_read(Case *item, uint64 row)
{
	bool		isnull;

	item->member_id = plan_int64(row, 3, 0);
	item->branch_id = plan_int64(row, 4, 0);
	item->received_actor_id = plan_int64(row, 5, 0);
	item->submitted_at = plan_int64(row, 6, 0);
	item->submitted_on = plan_int32(row, 7, 0);
	if (item->claim == NULL)
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
 * read_cases reads what the tables hold of the chunk's cases, then their facts.
 */
static void
read_cases(Chunk *chunk, bool are_waiting)
{
	static const Oid types[3] = {INT8OID, INT8OID, BOOLOID};
	Column		columns[3];
	Datum		values[4];
	uint64		rows;

	for (int i = 0; i < 3; i++)
		column_start(&columns[i], types[i]);
	for (int i = 0; i < chunk->count; i++)
	{
		column_add_int64(&columns[0], chunk->cases[i].key.account_id);
		column_add_int64(&columns[1], chunk->cases[i].key.claim_id);
		column_add(&columns[2], BoolGetDatum(chunk->cases[i].claim == NULL));
	}
	for (int i = 0; i < 3; i++)
		values[i] = column_array(&columns[i]);
	values[3] = BoolGetDatum(are_waiting);
	rows = plan_run(&read_claims, values, NULL);
	if (rows != (uint64) chunk->count)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_IDENTITY),
				 errmsg("%d claims were to be read and " UINT64_FORMAT " were found", chunk->count, rows)));
	for (int i = 0; i < chunk->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		case_read(&chunk->cases[i], i);
	}
	chunk_load_facts(chunk);
}

/*
 * chunk_load reads the claims of the keys and all that they are judged by.
 */
void
chunk_load(Chunk *chunk, const ClaimKey *keys, int count)
{
	chunk->count = count;
	chunk->cases = palloc0(mul_size(sizeof(Case), Max(count, 1)));
	for (int i = 0; i < count; i++)
		chunk->cases[i].key = keys[i];
	read_cases(chunk, false);
}

/*
 * compare_claims orders cases by claim, which is the order of submission.
 */
static int
compare_claims(const void *a, const void *b)
{
	return compare_int64(&((const Case *) a)->key.claim_id, &((const Case *) b)->key.claim_id);
}

/*
 * chunk_take takes the claims of the keys that still wait out of the waiting
 * ones, in order of submission: another session may have taken some before the
 * accounts were locked.
 */
void
chunk_take(Chunk *chunk, const ClaimKey *keys, int count)
{
	static SqlPlan take = {
		"DELETE FROM assure_internal.claim_queue q USING unnest($1, $2) k (account_id, claim_id) "
		"WHERE q.account_id = k.account_id AND q.claim_id = k.claim_id "
		"RETURNING q.account_id, q.claim_id, q.packed, q.invoices_new", {INT8ARRAYOID, INT8ARRAYOID}
	};
	Datum		values[2];

	keys_params(keys, count, values);
	chunk->count = (int) plan_run(&take, values, NULL);
	chunk->cases = palloc0(mul_size(sizeof(Case), Max(chunk->count, 1)));
	for (int i = 0; i < chunk->count; i++)
	{
		Case	   *item = &chunk->cases[i];
		bool		isnull;
		Datum		packed = plan_datum(i, 3, &isnull);

		item->key = (ClaimKey) {plan_int64(i, 1, 0), plan_int64(i, 2, 0)};
		item->claim = isnull ? NULL : claim_unpack((bytea *) PG_DETOAST_DATUM_PACKED(packed));
		item->has_new_invoices = plan_bool(i, 4);
	}
	qsort(chunk->cases, chunk->count, sizeof(Case), compare_claims);
	if (chunk->count > 0)
		read_cases(chunk, true);
}
