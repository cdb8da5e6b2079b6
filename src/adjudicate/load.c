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
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/guc.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

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

/*
 * Claims with their members and what those were enrolled in on the event date.
 * Policies and versions of plans are few and many claims have the same: they are
 * read once each, and looked up in memory.
 */
static SqlPlan read_claims = {
	"SELECT k.n, c.member_id, c.policy_id, c.branch_id, coalesce(c.received_actor_id, 0), c.submitted_at, c.submitted_at::date, c.event_date, "
	"  m.birth_date, m.sex, coalesce(e.plan_id, 0), e.relationship, e.enrolled_on, e.continuous_since, coalesce(e.ended_on, 'infinity'), "
	"  CASE WHEN k.needs_document THEN c.document END "
	"FROM unnest($1, $2, $3) WITH ORDINALITY AS k (account_id, claim_id, needs_document, n) "
	"JOIN assure.claim c ON c.account_id = k.account_id AND c.claim_id = k.claim_id "
	"JOIN assure.member m ON m.account_id = c.account_id AND m.member_id = c.member_id "
	"LEFT JOIN LATERAL (SELECT * FROM assure.enrollment e "
	"  WHERE e.account_id = c.account_id AND e.member_id = c.member_id AND e.enrolled_on <= c.event_date "
	"  ORDER BY e.enrolled_on DESC LIMIT 1) e ON true",
	{INT8ARRAYOID, INT8ARRAYOID, BOOLARRAYOID}
};

/* What was read of a case and is yet to be completed by its policy and plan. */
typedef struct CaseStart
{
	int64		policy_id;
	int64		plan_id;		/* 0: not enrolled on the event date */
	DateADT		event_date;
	DateADT		ended_on;
} CaseStart;

/* The cases being read. */
typedef struct CaseReader
{
	Chunk	   *chunk;
	CaseStart  *starts;
} CaseReader;

/*
 * case_read is a PlanRowCallback that fills a case from a row of read_claims.
 */
static void
case_read(const Datum *values, const bool *nulls, void *state)
{
	CaseReader *reader = state;
	int64		place = DatumGetInt64(values[0]) - 1;
	Case	   *item = &reader->chunk->cases[place];
	CaseStart  *start = &reader->starts[place];

	CHECK_FOR_INTERRUPTS();
	item->member_id = DatumGetInt64(values[1]);
	item->branch_id = DatumGetInt64(values[3]);
	item->received_actor_id = DatumGetInt64(values[4]);
	item->submitted_at = DatumGetTimestampTz(values[5]);
	item->submitted_on = DatumGetDateADT(values[6]);
	start->policy_id = DatumGetInt64(values[2]);
	start->event_date = DatumGetDateADT(values[7]);
	start->plan_id = DatumGetInt64(values[10]);
	if (item->claim == NULL)
		item->claim = claim_from_jsonb((Jsonb *) PG_DETOAST_DATUM_COPY(values[15]), CLAIM_NEEDS_KEYS);
	if (start->plan_id == 0)
		return;
	item->member.birth_date = DatumGetDateADT(values[8]);
	item->member.sex = sex_parse(TextDatumGetCString(values[9]));
	item->member.relationship = relationship_parse(TextDatumGetCString(values[11]));
	item->member.enrolled_on = DatumGetDateADT(values[12]);
	item->member.continuous_since = DatumGetDateADT(values[13]);
	start->ended_on = DatumGetDateADT(values[14]);
}

/* A policy, or a version of a plan: what holds of a key in some days. */
typedef struct KeyDays
{
	int64		key;			/* policy_id, plan_id */
	DateADT		first;
	DateADT		last;
	int64		plan_version_id;
} KeyDays;

/* Rows in order of key, with those first that begin last. */
typedef struct KeyDaysList
{
	int			count;
	int			capacity;
	KeyDays    *rows;
} KeyDaysList;

/*
 * days_add is a PlanRowCallback that adds a row of key, first and last day, and
 * version.
 */
static void
days_add(const Datum *values, const bool *nulls, void *state)
{
	KeyDaysList *list = state;

	if (list->count == list->capacity)
	{
		list->capacity *= 2;
		list->rows = repalloc(list->rows, mul_size(sizeof(KeyDays), list->capacity));
	}
	list->rows[list->count++] = (KeyDays)
	{
		DatumGetInt64(values[0]), DatumGetDateADT(values[1]), DatumGetDateADT(values[2]), DatumGetInt64(values[3])
	};
}

/*
 * days_read reads what the plan finds of so many keys, each once; it sorts them.
 */
static KeyDaysList
days_read(SqlPlan *plan, int64 *keys, int count)
{
	KeyDaysList list = {0, 64, palloc(sizeof(KeyDays) * 64)};
	Datum		value;

	qsort(keys, count, sizeof(int64), compare_int64);
	count = (int) qunique(keys, count, sizeof(int64), compare_int64);
	value = array_of_int64(keys, count);
	if (count > 0)
		plan_run_each(plan, &value, days_add, &list);
	return list;
}

/*
 * days_find returns the row of the key that began last on the day, or NULL.
 */
static const KeyDays *
days_find(const KeyDaysList *list, int64 key, DateADT day)
{
	int			low = 0;
	int			high = list->count;

	while (low < high)
	{
		int			middle = (low + high) / 2;
		const KeyDays *row = &list->rows[middle];

		if (row->key < key || (row->key == key && row->first > day))
			low = middle + 1;
		else
			high = middle;
	}
	return low < list->count && list->rows[low].key == key ? &list->rows[low] : NULL;
}

/*
 * complete_cases finds out who is in force, and under which version of his plan.
 */
static void
complete_cases(Chunk *chunk, const CaseStart *starts)
{
	static SqlPlan read_policies = {
		"SELECT policy_id, starts_on, coalesce(ends_on, 'infinity'), 0::bigint FROM assure.policy "
		"WHERE policy_id = ANY ($1) ORDER BY policy_id", {INT8ARRAYOID}
	};
	static SqlPlan read_versions = {
		"SELECT plan_id, valid_from, date 'infinity', plan_version_id FROM assure.plan_version "
		"WHERE plan_id = ANY ($1) ORDER BY plan_id, valid_from DESC", {INT8ARRAYOID}
	};
	int64	   *policy_ids = palloc(mul_size(sizeof(int64), chunk->count));
	int64	   *plan_ids = palloc(mul_size(sizeof(int64), chunk->count));
	int			enrolled_count = 0;
	KeyDaysList policies;
	KeyDaysList versions;

	for (int i = 0; i < chunk->count; i++)
	{
		if (starts[i].plan_id == 0)
			continue;
		policy_ids[enrolled_count] = starts[i].policy_id;
		plan_ids[enrolled_count++] = starts[i].plan_id;
	}
	policies = days_read(&read_policies, policy_ids, enrolled_count);
	versions = days_read(&read_versions, plan_ids, enrolled_count);
	for (int i = 0; i < chunk->count; i++)
	{
		Case	   *item = &chunk->cases[i];
		const CaseStart *start = &starts[i];
		const KeyDays *version = days_find(&versions, start->plan_id, start->event_date);
		const KeyDays *policy = days_find(&policies, start->policy_id, start->event_date);

		item->plan_version_id = version != NULL ? version->plan_version_id : 0;
		item->is_in_force = start->plan_id != 0 && start->event_date <= start->ended_on &&
			policy != NULL && start->event_date <= policy->last;
		if (!item->is_in_force)
		{
			item->member = (ClaimMember) {0};
			continue;
		}
		item->member.policy_start = policy->first;
		item->member.has_policy_start = true;
		claim_set_member(item->claim, &item->member);
	}
}

/*
 * read_decided notes how often each case was decided before.
 */
static void
read_decided(Chunk *chunk, Datum *keys)
{
	static SqlPlan read = {
		"SELECT k.n::int4 - 1, d.decision_no FROM unnest($1, $2) WITH ORDINALITY AS k (account_id, claim_id, n) "
		"CROSS JOIN LATERAL (SELECT max(d.decision_no) AS decision_no FROM assure.decision d "
		"  WHERE d.account_id = k.account_id AND d.claim_id = k.claim_id) d",
		{INT8ARRAYOID, INT8ARRAYOID}
	};
	uint64		rows = plan_run(&read, keys, NULL);

	for (uint64 i = 0; i < rows; i++)
		chunk->cases[plan_int32(i, 1, 0)].last_decision_no = plan_int32(i, 2, 0);
}

/*
 * read_cases reads what the tables hold of the chunk's cases, then their facts.
 * A claim that waits has no decision yet, and its document was read before.
 */
static void
read_cases(Chunk *chunk, bool are_waiting)
{
	static const Oid types[3] = {INT8OID, INT8OID, BOOLOID};
	CaseReader	reader = {chunk, palloc0(mul_size(sizeof(CaseStart), Max(chunk->count, 1)))};
	Column		columns[3];
	Datum		values[3];
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
	rows = plan_run_each(&read_claims, values, case_read, &reader);
	if (rows != (uint64) chunk->count)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_IDENTITY),
				 errmsg("%d claims were to be read and " UINT64_FORMAT " were found", chunk->count, rows)));
	complete_cases(chunk, reader.starts);
	if (!are_waiting)
		read_decided(chunk, values);
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
