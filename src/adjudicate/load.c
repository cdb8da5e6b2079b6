/*-------------------------------------------------------------------------
 *
 * load.c
 *		Reads what a chunk needs, set-wise: five statements whatever its size.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/qunique.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/hsearch.h"

#include "adjudicate/chunk.h"
#include "core/errors.h"
#include "core/guc.h"
#include "core/plan.h"

/* What the directory knows of a provider. */
typedef struct ProviderFacts
{
	char		code[CLAIM_TEXT_BYTES_MAX + 1]; /* key */
	int			grade;
	Ownership	ownership;
	bool		network;
	char	   *region;
} ProviderFacts;

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
static void
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
	"  v.plan_version_id, v.review_above_fen, v.submit_within_days, coalesce(d.decision_no, 0) "
	"FROM unnest($1, $2) WITH ORDINALITY AS k (account_id, claim_id, n) "
	"JOIN assure.claim c ON c.account_id = k.account_id AND c.claim_id = k.claim_id "
	"JOIN assure.member m ON m.account_id = c.account_id AND m.member_id = c.member_id "
	"JOIN assure.policy p ON p.policy_id = c.policy_id "
	"LEFT JOIN LATERAL (SELECT * FROM assure.enrollment e "
	"  WHERE e.account_id = c.account_id AND e.member_id = c.member_id AND e.enrolled_on <= c.event_date "
	"  ORDER BY e.enrolled_on DESC LIMIT 1) e ON true "
	"LEFT JOIN LATERAL (SELECT v.plan_version_id, v.review_above_fen, v.submit_within_days FROM assure.plan_version v "
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
	item->review_above_fen = plan_int64(row, 17, -1);
	item->submit_within_days = plan_int32(row, 18, 0);
	item->last_decision_no = plan_int32(row, 19, 0);
}

/*
 * load_terms points each case at its compiled terms.
 */
static void
load_terms(Chunk *chunk)
{
	int64	   *ids = palloc(mul_size(sizeof(int64), Max(chunk->count, 1)));
	int			count = 0;

	for (int i = 0; i < chunk->count; i++)
		if (chunk->cases[i].plan_version_id != 0)
			ids[count++] = chunk->cases[i].plan_version_id;
	terms_cache_load(ids, count);
	for (int i = 0; i < chunk->count; i++)
		chunk->cases[i].terms = terms_cache_find(chunk->cases[i].plan_version_id);
}

/*
 * read_providers reads the directory's facts of the providers that the chunk's
 * bills name.
 */
static HTAB *
read_providers(Chunk *chunk)
{
	static SqlPlan read = {
		"SELECT p.code, p.grade, p.ownership, p.in_network, p.region FROM assure.bill b "
		"JOIN assure.provider p ON p.code = b.provider_code "
		"JOIN unnest($1, $2) AS k (account_id, claim_id) ON b.account_id = k.account_id AND b.claim_id = k.claim_id "
		"GROUP BY p.provider_id",
		{INT8ARRAYOID, INT8ARRAYOID}
	};
	HASHCTL		control = {.keysize = CLAIM_TEXT_BYTES_MAX + 1, .entrysize = sizeof(ProviderFacts), .hcxt = CurrentMemoryContext};
	HTAB	   *providers = hash_create("pg_assure providers of a chunk", 256, &control, HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	ClaimKey   *keys = palloc(mul_size(sizeof(ClaimKey), Max(chunk->count, 1)));
	Datum		values[2];
	uint64		rows;

	for (int i = 0; i < chunk->count; i++)
		keys[i] = chunk->cases[i].key;
	keys_params(keys, chunk->count, values);
	rows = plan_run(&read, values, NULL);
	for (uint64 i = 0; i < rows; i++)
	{
		ProviderFacts *facts = hash_search(providers, plan_text(i, 1), HASH_ENTER, NULL);
		bool		isnull;

		facts->grade = DatumGetInt16(plan_datum(i, 2, &isnull));
		facts->ownership = ownership_parse(plan_text(i, 3));
		facts->network = plan_bool(i, 4);
		facts->region = plan_text(i, 5);
	}
	return providers;
}

/*
 * bill_take_provider replaces what the document says of a provider by what the
 * directory says; a provider that it does not know passes no filter.
 */
static void
bill_take_provider(Case *item, ClaimBill *bill, HTAB *providers)
{
	ClaimProvider *provider = &bill->provider;
	ProviderFacts *facts = NULL;

	if (provider->code != NULL)
	{
		facts = hash_search(providers, provider->code, HASH_FIND, NULL);
		if (facts == NULL && item->unknown_provider_bill_no == NULL)
			item->unknown_provider_bill_no = bill->no;
	}
	provider->grade = facts ? facts->grade : -1;
	provider->ownership = facts ? facts->ownership : OWNERSHIP_NONE;
	provider->network = facts ? (int) facts->network : -1;
	provider->region = facts ? facts->region : NULL;
}

/*
 * load_providers gives every bill its provider's facts.
 */
static void
load_providers(Chunk *chunk)
{
	HTAB	   *providers = read_providers(chunk);

	for (int i = 0; i < chunk->count; i++)
	{
		Case	   *item = &chunk->cases[i];

		for (int b = 0; b < item->claim->n_bills; b++)
			bill_take_provider(item, &item->claim->bills[b], providers);
	}
}

/*
 * load_duplicates marks the claims with an invoice that an earlier claim, or an
 * earlier bill of the same claim, handed in.
 */
static void
load_duplicates(Chunk *chunk, Datum *keys)
{
	static SqlPlan find = {
		"SELECT k.n::int4, min(b.bill_no) "
		"FROM unnest($1, $2) WITH ORDINALITY AS k (account_id, claim_id, n) "
		"JOIN assure.bill b ON b.account_id = k.account_id AND b.claim_id = k.claim_id "
		"JOIN assure.invoice_key i ON i.provider_code = b.provider_code AND i.invoice_no = b.bill_no "
		"WHERE i.claim_id <> b.claim_id OR EXISTS (SELECT 1 FROM assure.bill o "
		"  WHERE o.account_id = b.account_id AND o.claim_id = b.claim_id AND o.position < b.position "
		"  AND o.provider_code = b.provider_code AND o.bill_no = b.bill_no) "
		"GROUP BY k.n",
		{INT8ARRAYOID, INT8ARRAYOID}
	};
	uint64		rows = plan_run(&find, keys, NULL);

	for (uint64 i = 0; i < rows; i++)
		chunk->cases[plan_int32(i, 1, 0) - 1].duplicate_bill_no = plan_text(i, 2);
}

/*
 * load_balances reads the balances of the chunk's accounts.
 */
static void
load_balances(Chunk *chunk, Datum *keys)
{
	static SqlPlan read = {
		"SELECT account_id, member_id, counter, period, measure, value "
		"FROM assure.balance WHERE account_id = ANY ($1) AND value <> 0", {INT8ARRAYOID}
	};
	uint64		rows;

	chunk->balances = balance_set_create();
	rows = plan_run(&read, keys, NULL);
	for (uint64 i = 0; i < rows; i++)
	{
		BalanceRow	row = {.limit = -1};
		char	   *period = plan_text(i, 4);
		char	   *measure = plan_text(i, 5);

		row.account_id = plan_int64(i, 1, 0);
		row.member_id = plan_int64(i, 2, 0);
		row.counter = plan_text(i, 3);
		row.value = plan_int64(i, 6, 0);
		row.is_paid = strcmp(measure, "paid") == 0;
		row.measure = row.is_paid ? MEASURE_AMOUNT : measure_parse(measure);
		if (!period_parse(period, &row.period_kind, &row.period_start, &row.name) || row.measure == MEASURE_NONE)
			ereport(ERROR,
					(errcode(ERRCODE_ASSURE_IDENTITY),
					 errmsg("balance of account " INT64_FORMAT " has period \"%s\" and measure \"%s\", which this version does not know",
							row.account_id, period, measure)));
		balance_set_add(chunk->balances, &row);
	}
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
	load_terms(chunk);
	load_providers(chunk);
	load_duplicates(chunk, values);
	load_balances(chunk, values);
}
