/*-------------------------------------------------------------------------
 *
 * load_facts.c
 *		Reads what claims are judged by, set-wise: a few statements whatever
 *		the size of the chunk, and none for what no claim of it asks for.
 *
 * The claims come from memory, not from the tables, so that one that is not
 * stored is judged in the same way.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/qunique.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "adjudicate/load.h"
#include "core/errors.h"
#include "core/guc.h"
#include "core/plan.h"

/*
 * load_plans points each case at the version of its plan.
 */
static void
load_plans(Chunk *chunk)
{
	int64	   *ids = palloc(mul_size(sizeof(int64), Max(chunk->count, 1)));
	int			count = 0;

	for (int i = 0; i < chunk->count; i++)
		if (chunk->cases[i].plan_version_id != 0)
			ids[count++] = chunk->cases[i].plan_version_id;
	plan_cache_load(ids, count);
	for (int i = 0; i < chunk->count; i++)
		chunk->cases[i].plan = plan_cache_find(chunk->cases[i].plan_version_id);
}

/*
 * find_repeated_bill marks a claim that shows the same invoice twice.
 */
static void
find_repeated_bill(Case *item)
{
	const ClaimBill *bills = item->claim->bills;

	for (int b = 1; b < item->claim->n_bills; b++)
		for (int earlier = 0; earlier < b; earlier++)
			if (bills[b].provider.code != NULL && bills[earlier].provider.code != NULL &&
				strcmp(bills[b].no, bills[earlier].no) == 0 &&
				strcmp(bills[b].provider.code, bills[earlier].provider.code) == 0)
			{
				item->duplicate_bill_no = bills[b].no;
				item->duplicate_claim_id = item->key.claim_id;
				return;
			}
}

/*
 * load_duplicates marks the claims with an invoice that an earlier claim, or an
 * earlier bill of the same claim, handed in.  A claim that is only quoted has no key
 * and has not taken over what belongs to a reversed one (invoice.c), as it would.
 */
static void
load_duplicates(Chunk *chunk)
{
	static SqlPlan find = {
		"SELECT k.case_no, k.bill_no, i.claim_id FROM unnest($1, $2, $3, $4) AS k (case_no, claim_id, provider_code, bill_no) "
		"JOIN assure.invoice_key i ON i.provider_code = k.provider_code AND i.invoice_no = k.bill_no "
		"WHERE i.claim_id <> k.claim_id AND (k.claim_id <> 0 OR (SELECT d.verdict FROM assure.decision d "
		"  WHERE d.account_id = i.account_id AND d.claim_id = i.claim_id ORDER BY d.decision_no DESC LIMIT 1) IS DISTINCT FROM 'reverse')",
		{INT4ARRAYOID, INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID}, .generic = true
	};
	static const Oid types[4] = {INT4OID, INT8OID, TEXTOID, TEXTOID};
	Column		columns[4];
	Datum		values[4];
	uint64		rows;

	for (int i = 0; i < 4; i++)
		column_start(&columns[i], types[i]);
	for (int i = 0; i < chunk->count; i++)
	{
		Case	   *item = &chunk->cases[i];

		if (item->has_new_invoices)
			continue;
		find_repeated_bill(item);
		for (int b = 0; b < item->claim->n_bills; b++)
		{
			const ClaimBill *bill = &item->claim->bills[b];

			if (bill->provider.code == NULL)
				continue;
			column_add(&columns[0], Int32GetDatum(i));
			column_add_int64(&columns[1], item->key.claim_id);
			column_add_text(&columns[2], bill->provider.code);
			column_add_text(&columns[3], bill->no);
		}
	}
	if (columns[0].count == 0)
		return;
	for (int i = 0; i < 4; i++)
		values[i] = column_array(&columns[i]);
	rows = plan_run(&find, values, NULL);
	for (uint64 i = 0; i < rows; i++)
	{
		Case	   *item = &chunk->cases[plan_int32(i, 1, 0)];
		char	   *bill_no = plan_text(i, 2);

		if (item->duplicate_bill_no != NULL && strcmp(item->duplicate_bill_no, bill_no) <= 0)
			continue;
		item->duplicate_bill_no = bill_no;
		item->duplicate_claim_id = plan_int64(i, 3, 0);
	}
}

/*
 * balance_read is a PlanRowCallback that makes a balance of a row of
 * load_balances.
 */
static void
balance_read(const Datum *values, const bool *nulls, void *state)
{
	char	   *period = TextDatumGetCString(values[3]);
	char	   *measure = TextDatumGetCString(values[4]);
	BalanceRow	row = {.is_stored = true};

	row.account_id = DatumGetInt64(values[0]);
	row.member_id = DatumGetInt64(values[1]);
	row.counter = TextDatumGetCString(values[2]);
	row.value = DatumGetInt64(values[5]);
	row.limit = nulls[6] ? -1 : DatumGetInt64(values[6]);
	row.place = *(ItemPointer) DatumGetPointer(values[7]);
	row.is_paid = strcmp(measure, "paid") == 0;
	row.measure = row.is_paid ? MEASURE_AMOUNT : measure_parse(measure);
	if (!period_parse(period, &row.period_kind, &row.period_start, &row.name) || row.measure == MEASURE_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_IDENTITY),
				 errmsg("balance of account " INT64_FORMAT " has period \"%s\" and measure \"%s\", which this version does not know",
						row.account_id, period, measure)));
	balance_set_add(state, &row);
	pfree(measure);
}

/* Who has balances: a member of an account, or with member_id 0 its family. */
typedef struct BalanceOwner
{
	int64		account_id;
	int64		member_id;
} BalanceOwner;

/*
 * compare_owners orders owners for qsort and qunique, as the index has them.
 */
static int
compare_owners(const void *a, const void *b)
{
	const BalanceOwner *x = a;
	const BalanceOwner *y = b;

	if (x->account_id != y->account_id)
		return x->account_id < y->account_id ? -1 : 1;
	return x->member_id < y->member_id ? -1 : x->member_id > y->member_id;
}

/*
 * load_balances reads the balances that the chunk's claims may use: those of
 * their members and of the families, each once.  They are a few rows each, for
 * which a bitmap would cost more than they do.
 */
static void
load_balances(Chunk *chunk)
{
	static SqlPlan read = {
		"SELECT b.account_id, b.member_id, b.counter, b.period, b.measure, b.value, b.limit_value, b.ctid "
		"FROM unnest($1, $2) AS k (account_id, member_id) "
		"JOIN assure.balance b ON b.account_id = k.account_id AND b.member_id = k.member_id",
		{INT8ARRAYOID, INT8ARRAYOID}, .generic = true
	};
	BalanceOwner *owners = palloc(mul_size(sizeof(BalanceOwner), 2 * Max(chunk->count, 1)));
	int			count = 2 * chunk->count;
	int			level = NewGUCNestLevel();
	Column		accounts;
	Column		members;
	Datum		values[2];

	pin_setting("enable_bitmapscan", "off");
	for (int i = 0; i < count; i++)
		owners[i] = (BalanceOwner) {chunk->cases[i / 2].key.account_id, i % 2 == 0 ? 0 : chunk->cases[i / 2].member_id};
	qsort(owners, count, sizeof(BalanceOwner), compare_owners);
	count = (int) qunique(owners, count, sizeof(BalanceOwner), compare_owners);
	column_start(&accounts, INT8OID);
	column_start(&members, INT8OID);
	for (int i = 0; i < count; i++)
	{
		column_add_int64(&accounts, owners[i].account_id);
		column_add_int64(&members, owners[i].member_id);
	}
	values[0] = column_array(&accounts);
	values[1] = column_array(&members);
	chunk->balances = balance_set_create();
	plan_run_each(&read, values, balance_read, chunk->balances);
	AtEOXact_GUC(false, level);
}

/* An authorization that may cover bills of one case. */
typedef struct Authorization
{
	int			case_no;
	CareKind	care;
	char	   *provider_code;	/* NULL: any */
	DateADT		valid_from;
	DateADT		valid_to;
	bool		has_limit;
	int64		left_fen;		/* of its limit, for this claim */
} Authorization;

/*
 * needs_authorization tells whether the case's plan asks for one for this bill.
 */
static bool
needs_authorization(const Case *item, const ClaimBill *bill)
{
	return item->plan != NULL && (item->plan->authorize_care & (1u << bill->care)) != 0;
}

/*
 * read_authorizations reads those of the members whose bills need one, by case,
 * those without a limit first.
 */
static Authorization *
read_authorizations(Chunk *chunk, int *count)
{
	static SqlPlan read = {
		"SELECT k.case_no, a.care, a.provider_code, a.valid_from, a.valid_to, a.limit_fen "
		"FROM unnest($1, $2, $3) AS k (case_no, account_id, member_id) "
		"JOIN assure.authorization a ON a.account_id = k.account_id AND a.member_id = k.member_id AND a.state = 'granted' "
		"ORDER BY k.case_no, a.limit_fen NULLS FIRST, a.authorization_id", {INT4ARRAYOID, INT8ARRAYOID, INT8ARRAYOID}
	};
	Column		columns[3];
	Datum		values[3];
	Authorization *found;

	column_start(&columns[0], INT4OID);
	column_start(&columns[1], INT8OID);
	column_start(&columns[2], INT8OID);
	for (int i = 0; i < chunk->count; i++)
	{
		const Case *item = &chunk->cases[i];
		bool		needs = false;

		for (int b = 0; b < item->claim->n_bills; b++)
			needs |= needs_authorization(item, &item->claim->bills[b]);
		if (!needs)
			continue;
		column_add(&columns[0], Int32GetDatum(i));
		column_add_int64(&columns[1], item->key.account_id);
		column_add_int64(&columns[2], item->member_id);
	}
	*count = 0;
	if (columns[0].count == 0)
		return NULL;
	for (int i = 0; i < 3; i++)
		values[i] = column_array(&columns[i]);
	*count = (int) plan_run(&read, values, NULL);
	found = palloc(mul_size(sizeof(Authorization), Max(*count, 1)));
	for (int i = 0; i < *count; i++)
	{
		found[i].case_no = plan_int32(i, 1, 0);
		found[i].care = care_parse(plan_text(i, 2));
		found[i].provider_code = plan_text(i, 3);
		found[i].valid_from = plan_int32(i, 4, 0);
		found[i].valid_to = plan_int32(i, 5, 0);
		found[i].left_fen = plan_int64(i, 6, -1);
		found[i].has_limit = found[i].left_fen >= 0;
	}
	return found;
}

/*
 * take_authorization finds one that covers the bill, and takes the bill's amount
 * from its limit.
 */
static bool
take_authorization(Authorization *found, int count, int case_no, const ClaimBill *bill)
{
	for (int i = 0; i < count && found[i].case_no == case_no; i++)
	{
		Authorization *a = &found[i];

		if (a->care != bill->care || bill->from_date < a->valid_from || bill->from_date > a->valid_to)
			continue;
		if (a->provider_code != NULL && (bill->provider.code == NULL || strcmp(a->provider_code, bill->provider.code) != 0))
			continue;
		if (a->has_limit && a->left_fen < bill->submitted_fen)
			continue;
		if (a->has_limit)
			a->left_fen -= bill->submitted_fen;
		return true;
	}
	return false;
}

/*
 * load_authorizations marks the claims with a bill that needs an authorization
 * and has none.  Bills take what their claim's authorizations allow in the order
 * of the document.
 */
static void
load_authorizations(Chunk *chunk)
{
	int			count;
	Authorization *found = read_authorizations(chunk, &count);
	int			first = 0;

	for (int i = 0; i < chunk->count; i++)
	{
		Case	   *item = &chunk->cases[i];

		while (first < count && found[first].case_no < i)
			first++;
		for (int b = 0; b < item->claim->n_bills && item->unauthorized_bill_no == NULL; b++)
		{
			const ClaimBill *bill = &item->claim->bills[b];

			if (!needs_authorization(item, bill) || take_authorization(found + first, count - first, i, bill))
				continue;
			item->unauthorized_bill_no = bill->no;
			item->unauthorized_care = bill->care;
		}
	}
}

/*
 * chunk_load_facts reads all that the cases are judged by.
 */
void
chunk_load_facts(Chunk *chunk)
{
	load_plans(chunk);
	load_providers(chunk);
	load_duplicates(chunk);
	load_authorizations(chunk);
	load_history(chunk);
	load_balances(chunk);
}
