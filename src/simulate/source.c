/*-------------------------------------------------------------------------
 *
 * source.c
 *		Reads the claims of a run, batch by batch.
 *
 * The accounts are those with an enrollment under the plan, or one that was under
 * it until it was changed or withdrawn.  All decisions of an
 * account stand together in the primary key of assure.decision, so a batch is one
 * index scan for a list of accounts, whatever the years and plans; and what a
 * family shares is complete, claims under other plans included.
 *
 * Counters at the start of the period are the ledger's entries of claims whose
 * event was before it, so whoever's claims, terms and corrections they come from.
 *
 * Everything is read under the statement's snapshot, which all processes of a run
 * share (plan_read_fresh in parallel operation).  Nothing is locked.
 *
 * Memory: a batch lives until the next one is asked for; versions of plans and
 * their compiled terms live as long as the source.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "benefit/claim_pack.h"
#include "core/errors.h"
#include "core/plan.h"
#include "simulate/simulate.h"

/* A claim of the batch whose event was before the period. */
typedef struct EarlyClaim
{
	int64		account_id;
	int64		claim_id;
} EarlyClaim;

struct Source
{
	const Run  *run;
	MemoryContext context;		/* of the source itself, and of versions */
	MemoryContext batch_context;
	HTAB	   *versions;		/* SourceVersion by key */
	int			n_counters_allocated;
	SourceBatch batch;
	int			n_early;
	int			n_early_allocated;
	EarlyClaim *early;			/* one may be there several times */
};

/*
 * source_plan_id returns the key of a plan by its code.
 */
int64
source_plan_id(const char *code)
{
	static SqlPlan find = {"SELECT plan_id FROM assure.plan WHERE code = $1", {TEXTOID}};
	Datum		value = CStringGetTextDatum(code);

	if (plan_read_fresh(&find, &value) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("plan: \"%s\" does not exist", code),
				 errhint("assure.plan lists the plans; assure.publish_plan() makes one.")));
	return plan_int64(0, 1, 0);
}

/* The first account of each batch, while accounts are counted. */
typedef struct Starts
{
	MemoryContext context;
	int64		n_accounts;
	int			n_batches;
	int			n_allocated;
	int64	   *starts;
} Starts;

/*
 * starts_add takes the next account, and notes it where a batch begins.
 */
static void
starts_add(const Datum *values, const bool *nulls, void *state)
{
	Starts	   *starts = state;

	if (starts->n_accounts++ % SIMULATE_BATCH_ACCOUNTS != 0)
		return;
	if (starts->n_batches + 1 == starts->n_allocated)
	{
		starts->n_allocated *= 2;
		starts->starts = repalloc(starts->starts, mul_size(sizeof(int64), starts->n_allocated));
	}
	starts->starts[starts->n_batches++] = DatumGetInt64(values[0]);
}

/*
 * source_starts cuts the accounts of the plan, or the sample of them, into
 * batches.
 */
int64 *
source_starts(const RunSpec *spec, int *n_batches)
{
	static SqlPlan list = {
		"SELECT account_id FROM (SELECT account_id FROM assure.enrollment WHERE plan_id = $1 "
		"  UNION SELECT account_id FROM assure.enrollment_change WHERE (before -> 'plan_id')::bigint = $1) x "
		"WHERE (hashint8extended(account_id, 1) & 4294967295) < $2 ORDER BY account_id",
		{INT8OID, INT8OID}
	};
	Starts		starts = {.n_allocated = 256};
	Datum		values[2] = {Int64GetDatum(spec->plan_id), Int64GetDatum(spec->sample_bound)};

	starts.starts = palloc(sizeof(int64) * starts.n_allocated);
	plan_read_each(&list, values, starts_add, &starts);
	starts.starts[starts.n_batches] = PG_INT64_MAX;
	*n_batches = starts.n_batches;
	return starts.starts;
}

/*
 * source_open begins to read.  SPI is connected.
 */
Source *
source_open(const Run *run)
{
	HASHCTL		control = {.keysize = sizeof(int64), .entrysize = sizeof(SourceVersion), .hcxt = CurrentMemoryContext};
	Source	   *source = palloc0(sizeof(Source));

	source->run = run;
	source->context = CurrentMemoryContext;
	source->batch_context = AllocSetContextCreate(CurrentMemoryContext, "pg_assure simulation, batch", ALLOCSET_DEFAULT_SIZES);
	source->versions = hash_create("pg_assure simulation, plan versions", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	return source;
}

/*
 * source_version returns a version of a plan with its terms, NULL for none.
 */
static const SourceVersion *
source_version(Source *source, int64 plan_version_id)
{
	static SqlPlan read = {
		"SELECT plan_id, terms::jsonb FROM assure.plan_version WHERE plan_version_id = $1", {INT8OID}
	};
	SourceVersion *version = hash_search(source->versions, &plan_version_id, HASH_FIND, NULL);
	Datum		value = Int64GetDatum(plan_version_id);
	MemoryContext before;
	Terms	   *terms;
	int64		plan_id;
	bool		isnull;

	if (version != NULL)
		return version;
	if (plan_read_fresh(&read, &value) == 0)
		return NULL;
	before = MemoryContextSwitchTo(source->context);
	plan_id = plan_int64(0, 1, 0);
	terms = terms_from_jsonb(DatumGetJsonbP(plan_datum(0, 2, &isnull)));
	SPI_freetuptable(SPI_tuptable);
	MemoryContextSwitchTo(before);
	version = hash_search(source->versions, &plan_version_id, HASH_ENTER, NULL);
	version->plan_id = plan_id;
	version->terms = terms;
	return version;
}

/*
 * batch_accounts reads the accounts of a batch as an array.
 */
static Datum
batch_accounts(const Run *run, int number)
{
	static SqlPlan list = {
		"SELECT array_agg(account_id) FROM ("
		"  SELECT account_id FROM assure.enrollment WHERE plan_id = $1 AND account_id >= $3 AND account_id < $4 UNION "
		"  SELECT account_id FROM assure.enrollment_change WHERE (before -> 'plan_id')::bigint = $1 AND account_id >= $3 AND account_id < $4) x "
		"WHERE (hashint8extended(account_id, 1) & 4294967295) < $2",
		{INT8OID, INT8OID, INT8OID, INT8OID}
	};
	Datum		values[4] = {
		Int64GetDatum(run->spec.plan_id), Int64GetDatum(run->spec.sample_bound),
		Int64GetDatum(run->starts[number]), Int64GetDatum(run->starts[number + 1])
	};
	Datum		accounts;
	bool		isnull;

	plan_read_fresh(&list, values);
	accounts = plan_datum(0, 1, &isnull);
	accounts = PointerGetDatum(isnull ? construct_empty_array(INT8OID) : DatumGetArrayTypePCopy(accounts));
	SPI_freetuptable(SPI_tuptable);
	return accounts;
}

/*
 * copy_packed copies a packed claim out of its row.
 */
static bytea *
copy_packed(Datum value)
{
	bytea	   *packed = (bytea *) PG_DETOAST_DATUM_PACKED(value);
	bytea	   *copy;

	if ((Pointer) packed != DatumGetPointer(value))
		return packed;
	copy = palloc(VARSIZE_ANY(packed));
	memcpy(copy, packed, VARSIZE_ANY(packed));
	return copy;
}

/*
 * add_early notes a claim whose event was before the period.
 */
static void
add_early(Source *source, int64 account_id, int64 claim_id)
{
	if (source->n_early == source->n_early_allocated)
	{
		source->n_early_allocated *= 2;
		source->early = repalloc_huge(source->early, mul_size(sizeof(EarlyClaim), source->n_early_allocated));
	}
	source->early[source->n_early++] = (EarlyClaim) {account_id, claim_id};
}

/*
 * take_decision adds a decision to the batch, if its claim's event is in the
 * period.
 */
static void
take_decision(const Datum *values, const bool *nulls, void *state)
{
	Source	   *source = state;
	SourceBatch *batch = &source->batch;
	const RunSpec *spec = &source->run->spec;
	MemoryContext before = MemoryContextSwitchTo(source->batch_context);
	bytea	   *input = nulls[8] ? NULL : copy_packed(values[8]);
	DateADT		event_date = nulls[8] ? DatumGetDateADT(values[7]) : claim_packed_event(input);
	SourceClaim *claim;

	if (event_date < spec->first_day || event_date >= spec->end_day)
	{
		if (input != NULL)
			pfree(input);
		if (event_date < spec->first_day)
			add_early(source, DatumGetInt64(values[0]), DatumGetInt64(values[1]));
		MemoryContextSwitchTo(before);
		return;
	}
	if (batch->n_claims == batch->n_claims_allocated)
	{
		batch->n_claims_allocated *= 2;
		batch->claims = repalloc_huge(batch->claims, mul_size(sizeof(SourceClaim), batch->n_claims_allocated));
	}
	claim = &batch->claims[batch->n_claims++];
	claim->account_id = DatumGetInt64(values[0]);
	claim->claim_id = DatumGetInt64(values[1]);
	claim->decision_no = DatumGetInt32(values[2]);
	claim->verdict = *VARDATA_ANY(DatumGetPointer(values[3]));
	claim->paid_fen = DatumGetInt64(values[4]);
	claim->plan_version_id = nulls[5] ? 0 : DatumGetInt64(values[5]);
	claim->version = NULL;
	claim->is_apart = DatumGetBool(values[6]);
	claim->event_date = event_date;
	claim->input = input;
	MemoryContextSwitchTo(before);
}

/*
 * read_decisions reads the decisions of the accounts.  A claim's event stands in
 * its packed input; where there is none, in the claim.  A denial is apart from the
 * calculation if a reason of the pipeline, or a person, gave it.
 */
static void
read_decisions(Source *source, Datum accounts)
{
	static SqlPlan read = {
		"SELECT d.account_id, d.claim_id, d.decision_no, d.verdict, d.paid_fen, d.plan_version_id, "
		"  CASE WHEN d.verdict = 'deny' THEN d.input IS NULL OR jsonb_path_exists(d.reasons, '$[*].code ? "
		"    (@ == \"not_in_force\" || @ == \"late_submission\" || @ == \"duplicate_bill\" || @ == \"denied_by_person\" || "
		"     @ == \"authorization_missing\" || @ == \"screening\")') ELSE false END, "
		"  CASE WHEN d.input IS NULL THEN (SELECT c.event_date FROM assure.claim c "
		"    WHERE c.account_id = d.account_id AND c.claim_id = d.claim_id) END, "
		"  d.input "
		"FROM assure.decision d WHERE d.account_id = ANY ($1)", {INT8ARRAYOID}
	};

	plan_read_each(&read, &accounts, take_decision, source);
}

/*
 * compare_early orders claims by key.
 */
static int
compare_early(const void *a, const void *b)
{
	const EarlyClaim *x = a;
	const EarlyClaim *y = b;

	if (x->account_id != y->account_id)
		return x->account_id < y->account_id ? -1 : 1;
	return x->claim_id < y->claim_id ? -1 : x->claim_id > y->claim_id;
}

/*
 * take_counter adds a ledger entry to the batch, as what it adds to a counter, if
 * its claim's event was before the period.
 */
static void
take_counter(const Datum *values, const bool *nulls, void *state)
{
	Source	   *source = state;
	SourceBatch *batch = &source->batch;
	EarlyClaim	claim = {DatumGetInt64(values[0]), DatumGetInt64(values[6])};
	MemoryContext before;
	SourceCounter *counter;
	char	   *period;
	char	   *measure;

	if (bsearch(&claim, source->early, source->n_early, sizeof(EarlyClaim), compare_early) == NULL)
		return;
	before = MemoryContextSwitchTo(source->batch_context);
	period = TextDatumGetCString(values[3]);
	measure = TextDatumGetCString(values[4]);
	if (batch->n_counters == source->n_counters_allocated)
	{
		source->n_counters_allocated *= 2;
		batch->counters = repalloc_huge(batch->counters, mul_size(sizeof(SourceCounter), source->n_counters_allocated));
	}
	counter = &batch->counters[batch->n_counters++];
	memset(counter, 0, sizeof(*counter));
	counter->account_id = DatumGetInt64(values[0]);
	counter->member_id = DatumGetInt64(values[1]);
	counter->entry.is_family = counter->member_id == 0;
	counter->entry.counter = TextDatumGetCString(values[2]);
	counter->entry.counter_key = text_key(counter->entry.counter);
	counter->entry.measure = strcmp(measure, "paid") == 0 ? MEASURE_AMOUNT : measure_parse(measure);
	counter->entry.value = DatumGetInt64(values[5]);
	if (!period_parse(period, &counter->entry.period_kind, &counter->entry.period_start, &counter->entry.name) ||
		counter->entry.measure == MEASURE_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_IDENTITY),
				 errmsg("a ledger entry of account " INT64_FORMAT " has period \"%s\" and measure \"%s\", which this version does not know",
						counter->account_id, period, measure)));
	MemoryContextSwitchTo(before);
}

/*
 * compare_counters orders counters by account and member.
 */
static int
compare_counters(const void *a, const void *b)
{
	const SourceCounter *x = a;
	const SourceCounter *y = b;

	if (x->account_id != y->account_id)
		return x->account_id < y->account_id ? -1 : 1;
	return x->member_id < y->member_id ? -1 : x->member_id > y->member_id;
}

/* Where naming members has come to among the counters. */
typedef struct MemberNaming
{
	SourceBatch *batch;
	MemoryContext context;
	int			next;
} MemberNaming;

/*
 * name_member gives the counters of a member its reference.  Members come in the
 * order of the counters; some have none.
 */
static void
name_member(const Datum *values, const bool *nulls, void *state)
{
	MemberNaming *naming = state;
	SourceCounter member = {.account_id = DatumGetInt64(values[0]), .member_id = DatumGetInt64(values[1])};
	SourceCounter *counters = naming->batch->counters;
	const char *ref = NULL;
	int			order = -1;

	for (; naming->next < naming->batch->n_counters; naming->next++)
	{
		order = compare_counters(&counters[naming->next], &member);
		if (order > 0)
			return;
		if (order == 0 && ref == NULL)
		{
			MemoryContext before = MemoryContextSwitchTo(naming->context);

			ref = TextDatumGetCString(values[2]);
			MemoryContextSwitchTo(before);
		}
		if (order == 0)
			counters[naming->next].member_ref = ref;
	}
}

/*
 * early_accounts lists the accounts that have claims before the period.
 */
static Datum
early_accounts(const Source *source)
{
	int64	   *accounts = palloc(mul_size(sizeof(int64), source->n_early));
	int			count = 0;

	for (int i = 0; i < source->n_early; i++)
		if (count == 0 || accounts[count - 1] != source->early[i].account_id)
			accounts[count++] = source->early[i].account_id;
	return array_of_int64(accounts, count);
}

/*
 * read_counters reads what was used before the period, entry by entry: adding up
 * is for who replays, for a sum over texts in SQL costs more than all entries.
 * All entries of an account stand together; which of them are of earlier claims
 * is known from the decisions.
 */
static void
read_counters(Source *source)
{
	static SqlPlan read = {
		"SELECT account_id, member_id, counter, period, measure, delta, claim_id "
		"FROM assure.ledger_entry WHERE account_id = ANY ($1)", {INT8ARRAYOID}
	};
	static SqlPlan read_members = {
		"SELECT account_id, member_id, ref FROM assure.member WHERE account_id = ANY ($1) ORDER BY account_id, member_id",
		{INT8ARRAYOID}
	};
	MemberNaming naming = {&source->batch, source->batch_context, 0};
	Datum		accounts;

	if (source->n_early == 0)
		return;
	qsort(source->early, source->n_early, sizeof(EarlyClaim), compare_early);
	accounts = early_accounts(source);
	plan_read_each(&read, &accounts, take_counter, source);
	qsort(source->batch.counters, source->batch.n_counters, sizeof(SourceCounter), compare_counters);
	plan_read_each(&read_members, &accounts, name_member, &naming);
}

/*
 * compare_decisions orders decisions by claim, the current one first.
 */
static int
compare_decisions(const void *a, const void *b)
{
	const SourceClaim *x = a;
	const SourceClaim *y = b;

	if (x->account_id != y->account_id)
		return x->account_id < y->account_id ? -1 : 1;
	if (x->claim_id != y->claim_id)
		return x->claim_id < y->claim_id ? -1 : 1;
	return y->decision_no - x->decision_no;
}

/*
 * compare_claims orders claims by account, event and arrival.
 */
static int
compare_claims(const void *a, const void *b)
{
	const SourceClaim *x = a;
	const SourceClaim *y = b;

	if (x->account_id != y->account_id)
		return x->account_id < y->account_id ? -1 : 1;
	if (x->event_date != y->event_date)
		return x->event_date < y->event_date ? -1 : 1;
	return x->claim_id < y->claim_id ? -1 : x->claim_id > y->claim_id;
}

/*
 * keep_current drops decisions that later ones replaced, orders the rest, and
 * looks up the terms that they applied.
 */
static void
keep_current(Source *source)
{
	SourceBatch *batch = &source->batch;
	int			n_kept = 0;

	qsort(batch->claims, batch->n_claims, sizeof(SourceClaim), compare_decisions);
	for (int i = 0; i < batch->n_claims; i++)
	{
		const SourceClaim *claim = &batch->claims[i];

		if (i == 0 || claim->account_id != claim[-1].account_id || claim->claim_id != claim[-1].claim_id)
			batch->claims[n_kept++] = *claim;
	}
	batch->n_claims = n_kept;
	for (int i = 0; i < n_kept; i++)
		if (batch->claims[i].plan_version_id != 0)
			batch->claims[i].version = source_version(source, batch->claims[i].plan_version_id);
	qsort(batch->claims, batch->n_claims, sizeof(SourceClaim), compare_claims);
}

/*
 * source_next takes the next batch that nobody has taken, and reads it; false
 * when there is none left.
 */
bool
source_next(Source *source, SourceBatch **batch)
{
	uint32		number = pg_atomic_fetch_add_u32(source->run->next_batch, 1);
	MemoryContext before;
	Datum		accounts;

	if (number >= (uint32) source->run->spec.n_batches)
		return false;
	CHECK_FOR_INTERRUPTS();
	MemoryContextReset(source->batch_context);
	before = MemoryContextSwitchTo(source->batch_context);
	memset(&source->batch, 0, sizeof(SourceBatch));
	source->batch.n_claims_allocated = 1024;
	source->batch.claims = palloc(sizeof(SourceClaim) * source->batch.n_claims_allocated);
	source->n_counters_allocated = 256;
	source->batch.counters = palloc(sizeof(SourceCounter) * source->n_counters_allocated);
	source->n_early = 0;
	source->n_early_allocated = 256;
	source->early = palloc(sizeof(EarlyClaim) * source->n_early_allocated);
	accounts = batch_accounts(source->run, (int) number);
	read_decisions(source, accounts);
	read_counters(source);
	keep_current(source);
	MemoryContextSwitchTo(before);
	*batch = &source->batch;
	return true;
}
