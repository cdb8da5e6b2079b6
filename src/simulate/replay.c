/*-------------------------------------------------------------------------
 *
 * replay.c
 *		Replays the claims of accounts twice: under the terms that their decisions
 *		applied (before), and those of the plan under the draft (after).
 *
 * Both sides begin with the counters of the start of the period and carry their
 * own from claim to claim, in order of event and arrival: what a calculation says
 * is used after a claim is what the next one of the member starts from, and what
 * is the family's the next one of any member.  So the difference is the draft's
 * alone.  Claims of other plans in the account are replayed under their own terms
 * on both sides, for counters by the same name are shared.
 *
 * A claim that cannot be calculated under either terms (the draft needs what it
 * lacks) is counted as failed and leaves both sides as they are.  Its error is
 * caught without a subtransaction, which parallel operation does not allow: the
 * calculation is pure, so its memory is all that it leaves behind.  Errors that do
 * not speak of the claim are raised.
 *
 * Memory: one context an account, one a claim in it, both reset.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/memutils.h"

#include "benefit/claim_pack.h"
#include "core/errors.h"
#include "simulate/simulate.h"

typedef enum Side
{
	SIDE_BEFORE, SIDE_AFTER
} Side;

#define SIDES				(SIDE_AFTER + 1)
#define PLACES_CACHED		256 /* power of two */
#define CLAIM_CONTEXT_BYTES	(32 * 1024) /* what most claims take, kept at a reset */

/* What is used, of a member or of the family, on one side. */
typedef struct Carried
{
	int			n_entries;
	int			n_allocated;
	UsedEntry  *entries;
} Carried;

/* What a claim of the plan came to. */
typedef struct Outcome
{
	int			next;			/* the member's next one, -1: none */
	int			month;
	int64		decided_fen;
	int64		paid_fen[SIDES];
	int			first_part;
	int			n_parts;
} Outcome;

/* What a benefit paid of it. */
typedef struct Part
{
	int			benefit;		/* place in the tally */
	int64		paid_fen[SIDES];
} Part;

typedef struct Member
{
	const char *ref;
	Carried		carried[SIDES];
	int			first_outcome;	/* -1: none */
	int			last_outcome;
} Member;

/* Where a benefit stands in the tally, by the address of its code. */
typedef struct CachedPlace
{
	const char *code;
	int			place;
} CachedPlace;

typedef struct Replay
{
	const Run  *run;
	Source	   *source;
	Tally	   *tally;
	MemoryContext account_context;
	MemoryContext claim_context;
	CachedPlace places[PLACES_CACHED];
	int16	   *months;			/* by day of the period */
	int64		member_number;	/* counts members; marks what has counted one */
	int64	   *month_marks;
	int			n_benefit_marks;
	int64	   *benefit_marks;
	/* the account; arrays keep their memory */
	Carried		family[SIDES];
	int			n_members;
	int			n_members_allocated;
	Member	   *members;
	int			n_outcomes;
	int			n_outcomes_allocated;
	Outcome    *outcomes;
	int			n_parts;
	int			n_parts_allocated;
	Part	   *parts;
} Replay;

/*
 * carried_add adds an entry.  Its name is copied, for it may be the claim's; that of
 * its counter is the terms' or the batch's.
 */
static void
carried_add(Carried *carried, const UsedEntry *entry)
{
	UsedEntry  *to;

	if (carried->n_entries == carried->n_allocated)
	{
		carried->n_allocated = Max(16, carried->n_allocated * 2);
		carried->entries = carried->entries == NULL
			? palloc(sizeof(UsedEntry) * carried->n_allocated)
			: repalloc(carried->entries, mul_size(sizeof(UsedEntry), carried->n_allocated));
	}
	to = &carried->entries[carried->n_entries++];
	*to = *entry;
	if (entry->name != NULL)
		to->name = pstrdup(entry->name);
}

/*
 * carried_sum adds what a claim before the period used to the entry of its key.
 */
static void
carried_sum(Carried *carried, const UsedEntry *entry)
{
	for (int i = 0; i < carried->n_entries; i++)
	{
		UsedEntry  *to = &carried->entries[i];

		if (to->period_start == entry->period_start && to->period_kind == entry->period_kind && to->measure == entry->measure &&
			strcmp(to->counter, entry->counter) == 0 && (entry->name == NULL || strcmp(to->name, entry->name) == 0))
		{
			to->value += entry->value;
			return;
		}
	}
	carried_add(carried, entry);
}

/*
 * find_member finds a member of the account by reference, and makes one that is
 * new.
 */
static int
find_member(Replay *replay, const char *ref)
{
	Member	   *member;

	for (int i = 0; i < replay->n_members; i++)
		if (strcmp(replay->members[i].ref, ref) == 0)
			return i;
	if (replay->n_members == replay->n_members_allocated)
	{
		replay->n_members_allocated *= 2;
		replay->members = repalloc(replay->members, mul_size(sizeof(Member), replay->n_members_allocated));
	}
	member = &replay->members[replay->n_members];
	memset(member, 0, sizeof(*member));
	member->ref = MemoryContextStrdup(replay->account_context, ref);
	member->first_outcome = -1;
	return replay->n_members++;
}

/*
 * join_used hands a calculation what it may read: the member's and the family's.
 */
static void
join_used(const Carried *member, const Carried *family, Used *used)
{
	used->n_entries = member->n_entries + family->n_entries;
	used->entries = palloc(mul_size(sizeof(UsedEntry), Max(used->n_entries, 1)));
	if (member->n_entries > 0)
		memcpy(used->entries, member->entries, sizeof(UsedEntry) * member->n_entries);
	if (family->n_entries > 0)
		memcpy(used->entries + member->n_entries, family->entries, sizeof(UsedEntry) * family->n_entries);
}

/*
 * carry takes what is used after a claim as what the next one starts from.
 */
static void
carry(Replay *replay, Member *member, Side side, const ClaimResult *result)
{
	MemoryContext before;
	Used		used;

	result_used(result, &used);
	before = MemoryContextSwitchTo(replay->account_context);
	member->carried[side].n_entries = 0;
	replay->family[side].n_entries = 0;
	for (int i = 0; i < used.n_entries; i++)
		carried_add(used.entries[i].is_family ? &replay->family[side] : &member->carried[side], &used.entries[i]);
	MemoryContextSwitchTo(before);
}

/*
 * is_of_claim tells whether an error speaks of the claim, or of what its terms
 * make of it, and not of the server or of this run.
 */
static bool
is_of_claim(int sqlstate)
{
	return sqlstate == ERRCODE_ASSURE_INVALID_CLAIM || sqlstate == ERRCODE_PROGRAM_LIMIT_EXCEEDED ||
		sqlstate == ERRCODE_ASSURE_FEEL_LIMIT || sqlstate == ERRCODE_ASSURE_FEEL_INVALID ||
		ERRCODE_TO_CATEGORY(sqlstate) == ERRCODE_DATA_EXCEPTION;
}

/*
 * calculate runs a claim on both sides; NULL, or the error that it raised.
 */
static ErrorData *
calculate(Replay *replay, const Claim *claim, const Member *member, const Terms *const *terms, ClaimResult *results)
{
	MemoryContext context = CurrentMemoryContext;
	ErrorData  *volatile error = NULL;

	PG_TRY();
	{
		for (int side = SIDE_BEFORE; side < SIDES; side++)
		{
			Used	   *used = palloc(sizeof(Used));	/* results look at it */

			join_used(&member->carried[side], &replay->family[side], used);
			benefit_evaluate(terms[side], claim, used, &results[side]);
		}
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (!is_of_claim(error->sqlerrcode))
			PG_RE_THROW();
		FlushErrorState();
	}
	PG_END_TRY();
	return error;
}

/*
 * benefit_place finds a benefit in the tally by its code in compiled terms, which
 * stay where they are during a run.
 */
static int
benefit_place(Replay *replay, const char *code)
{
	CachedPlace *cached = &replay->places[((uintptr_t) code / sizeof(void *)) % PLACES_CACHED];

	if (cached->code != code)
	{
		cached->code = code;
		cached->place = tally_benefit(replay->tally, code);
	}
	return cached->place;
}

/*
 * add_part adds what a benefit paid to the parts of an outcome.
 */
static void
add_part(Replay *replay, Outcome *outcome, Side side, const char *code, int64 paid_fen)
{
	int			place;
	Part	   *part;

	if (paid_fen == 0)
		return;
	place = benefit_place(replay, code);
	for (part = &replay->parts[outcome->first_part]; part < &replay->parts[replay->n_parts]; part++)
		if (part->benefit == place)
		{
			part->paid_fen[side] += paid_fen;
			return;
		}
	if (replay->n_parts == replay->n_parts_allocated)
	{
		replay->n_parts_allocated *= 2;
		replay->parts = repalloc_huge(replay->parts, mul_size(sizeof(Part), replay->n_parts_allocated));
	}
	part = &replay->parts[replay->n_parts++];
	memset(part, 0, sizeof(*part));
	part->benefit = place;
	part->paid_fen[side] = paid_fen;
	outcome->n_parts++;
}

/*
 * add_outcome notes what a claim of the plan came to, in the list of its member.
 */
static void
add_outcome(Replay *replay, Member *member, const SourceClaim *source, const ClaimResult *results)
{
	Outcome    *outcome;

	if (replay->n_outcomes == replay->n_outcomes_allocated)
	{
		replay->n_outcomes_allocated *= 2;
		replay->outcomes = repalloc_huge(replay->outcomes, mul_size(sizeof(Outcome), replay->n_outcomes_allocated));
	}
	if (member->first_outcome < 0)
		member->first_outcome = replay->n_outcomes;
	else
		replay->outcomes[member->last_outcome].next = replay->n_outcomes;
	member->last_outcome = replay->n_outcomes;
	outcome = &replay->outcomes[replay->n_outcomes++];
	outcome->next = -1;
	outcome->month = replay->months[source->event_date - replay->run->spec.first_day];
	outcome->decided_fen = source->paid_fen;
	outcome->first_part = replay->n_parts;
	outcome->n_parts = 0;
	for (int side = SIDE_BEFORE; side < SIDES; side++)
	{
		const ClaimResult *result = &results[side];

		outcome->paid_fen[side] = result->paid_fen;
		for (int b = 0; b < result->n_bills; b++)
			for (int s = 0; s < result->bills[b].n_splits; s++)
				add_part(replay, outcome, side, result->bills[b].splits[s].benefit_code, result->bills[b].splits[s].paid_fen);
		for (int f = 0; f < result->n_fixed; f++)
			add_part(replay, outcome, side, result->fixed[f].benefit_code, result->fixed[f].paid_fen);
	}
}

/*
 * add_change shows the tally a claim whose payment changes.
 */
static void
add_change(Replay *replay, const SourceClaim *source, const Claim *claim, const ClaimResult *results)
{
	Change		change = {
		.account_id = source->account_id, .claim_id = source->claim_id, .event_date = source->event_date,
		.decided_fen = source->paid_fen, .before_fen = results[SIDE_BEFORE].paid_fen, .after_fen = results[SIDE_AFTER].paid_fen
	};

	strlcpy(change.ref, claim->ref != NULL ? claim->ref : "", sizeof(change.ref));
	tally_change(replay->tally, &change);
}

/*
 * add_other counts a claim of another plan that the draft changes by counters
 * that both plans use.
 */
static void
add_other(Replay *replay, const SourceClaim *source, const ClaimResult *results)
{
	Sums	   *sums = &replay->tally->others;

	sums->claims++;
	sums->decided_fen += source->paid_fen;
	sums->before_fen += results[SIDE_BEFORE].paid_fen;
	sums->after_fen += results[SIDE_AFTER].paid_fen;
}

/*
 * is_of_plan tells whether a claim's decision applied a version of the plan.
 */
static bool
is_of_plan(const Replay *replay, const SourceClaim *source)
{
	return source->version != NULL && source->version->plan_id == replay->run->spec.plan_id;
}

/*
 * replay_claim replays one claim and carries what it used.
 */
static void
replay_claim(Replay *replay, const SourceClaim *source)
{
	MemoryContext before = MemoryContextSwitchTo(replay->claim_context);
	bool		is_planned = is_of_plan(replay, source);
	const Terms *terms[SIDES] = {source->version->terms, is_planned ? replay->run->draft : source->version->terms};
	ClaimResult results[SIDES];
	Claim	   *claim;
	Member	   *member;
	ErrorData  *error;

	CHECK_FOR_INTERRUPTS();
	MemoryContextReset(replay->claim_context);
	claim = claim_unpack(source->input);
	member = &replay->members[find_member(replay, claim->member_ref != NULL ? claim->member_ref : "")];
	error = calculate(replay, claim, member, terms, results);
	if (error != NULL)
		tally_failure(replay->tally, error->sqlerrcode, error->message, source->paid_fen);
	else
	{
		for (int side = SIDE_BEFORE; side < SIDES; side++)
			carry(replay, member, side, &results[side]);
		if (is_planned)
			add_outcome(replay, member, source, results);
		if (results[SIDE_BEFORE].paid_fen != results[SIDE_AFTER].paid_fen)
		{
			if (is_planned)
				add_change(replay, source, claim, results);
			else
				add_other(replay, source, results);
		}
	}
	MemoryContextSwitchTo(before);
}

/*
 * skip_kind tells why a claim is not replayed: only what the calculation decided
 * is, for what a person or a rule besides the terms decided would be decided so
 * again.
 */
static SkipKind
skip_kind(const SourceClaim *source)
{
	switch (source->verdict)
	{
		case 'p':
			return SKIP_PENDED;
		case 'r':
			return SKIP_REVERSED;
		case 'd':
			return source->is_apart ? SKIP_DENIED : SKIP_NONE;
		default:
			return source->input == NULL ? SKIP_NO_INPUT : SKIP_NONE;
	}
}

/*
 * sums_claim adds one claim to sums, and its member if a mark says that it is
 * new to them.
 */
static void
sums_claim(Sums *sums, bool is_new_member, int64 decided_fen, const int64 *paid_fen)
{
	sums->claims++;
	sums->members += is_new_member;
	sums->decided_fen += decided_fen;
	sums->before_fen += paid_fen[SIDE_BEFORE];
	sums->after_fen += paid_fen[SIDE_AFTER];
}

/*
 * make_marks makes room for the marks of all benefits that the tally has.
 */
static void
make_marks(Replay *replay)
{
	int			n_marks = replay->tally->n_benefits_allocated;
	int64	   *marks;

	if (replay->tally->n_benefits <= replay->n_benefit_marks)
		return;
	marks = MemoryContextAllocZero(replay->tally->context, mul_size(sizeof(int64), n_marks));
	if (replay->n_benefit_marks > 0)
	{
		memcpy(marks, replay->benefit_marks, sizeof(int64) * replay->n_benefit_marks);
		pfree(replay->benefit_marks);
	}
	replay->benefit_marks = marks;
	replay->n_benefit_marks = n_marks;
}

/*
 * tally_parts adds what the benefits paid of one claim.
 */
static void
tally_parts(Replay *replay, const Outcome *outcome)
{
	Tally	   *tally = replay->tally;

	make_marks(replay);
	for (int i = outcome->first_part; i < outcome->first_part + outcome->n_parts; i++)
	{
		const Part *part = &replay->parts[i];
		int64	   *mark = &replay->benefit_marks[part->benefit];

		sums_claim(&tally->benefits[part->benefit].sums, *mark != replay->member_number, 0, part->paid_fen);
		*mark = replay->member_number;
	}
}

/*
 * tally_member adds up the claims of one member, and what becomes of it; returns
 * the difference.
 */
static int64
tally_member(Replay *replay, const Member *member)
{
	Tally	   *tally = replay->tally;
	Sums		sums = {.members = 1};
	MemberOutcome outcome_kind;
	int64		difference_fen;

	replay->member_number++;
	for (int i = member->first_outcome; i >= 0; i = replay->outcomes[i].next)
	{
		const Outcome *outcome = &replay->outcomes[i];
		int64	   *mark = &replay->month_marks[outcome->month];

		sums_claim(&sums, false, outcome->decided_fen, outcome->paid_fen);
		sums_claim(&tally->months[outcome->month], *mark != replay->member_number, outcome->decided_fen, outcome->paid_fen);
		*mark = replay->member_number;
		tally_parts(replay, outcome);
	}
	difference_fen = (int64) (sums.after_fen - sums.before_fen);
	outcome_kind = difference_fen > 0 ? MEMBER_GAINS : difference_fen < 0 ? MEMBER_LOSES : MEMBER_UNCHANGED;
	sums_add(&tally->outcomes[outcome_kind], &sums);
	sums_add(&tally->total, &sums);
	return difference_fen;
}

/*
 * tally_account adds up an account, member by member.
 */
static void
tally_account(Replay *replay)
{
	int64		difference_fen = 0;

	if (replay->n_outcomes == 0)
		return;
	for (int i = 0; i < replay->n_members; i++)
		if (replay->members[i].first_outcome >= 0)
			difference_fen += tally_member(replay, &replay->members[i]);
	replay->tally->accounts++;
	replay->tally->squares += (int128) difference_fen * difference_fen;
}

/*
 * open_account forgets the last account, and takes the counters that this one
 * begins with; both sides the same.
 */
static void
open_account(Replay *replay, const SourceCounter *counters, int n_counters)
{
	MemoryContext before;

	MemoryContextReset(replay->account_context);
	memset(replay->family, 0, sizeof(replay->family));
	replay->n_members = 0;
	replay->n_outcomes = 0;
	replay->n_parts = 0;
	before = MemoryContextSwitchTo(replay->account_context);
	for (int i = 0; i < n_counters; i++)
	{
		Carried    *sides = counters[i].member_ref == NULL ? replay->family
			: replay->members[find_member(replay, counters[i].member_ref)].carried;

		for (int side = SIDE_BEFORE; side < SIDES; side++)
			carried_sum(&sides[side], &counters[i].entry);
	}
	MemoryContextSwitchTo(before);
}

/*
 * replay_account replays the claims of one account, unless none is of the plan.
 */
static void
replay_account(Replay *replay, const SourceClaim *claims, int n_claims, const SourceCounter *counters, int n_counters)
{
	bool		has_work = false;

	for (int i = 0; i < n_claims; i++)
	{
		SkipKind	skip = skip_kind(&claims[i]);

		if (!is_of_plan(replay, &claims[i]))
			continue;
		has_work |= skip == SKIP_NONE;
		replay->tally->skipped[skip].claims++;
		replay->tally->skipped[skip].decided_fen += claims[i].paid_fen;
	}
	if (!has_work)
		return;
	open_account(replay, counters, n_counters);
	for (int i = 0; i < n_claims; i++)
		if (claims[i].version != NULL && skip_kind(&claims[i]) == SKIP_NONE)
			replay_claim(replay, &claims[i]);
	tally_account(replay);
}

/*
 * replay_batch replays the accounts of a batch.
 */
static void
replay_batch(Replay *replay, const SourceBatch *batch)
{
	int			counter = 0;
	int			end;

	for (int first = 0; first < batch->n_claims; first = end)
	{
		int64		account_id = batch->claims[first].account_id;
		int			first_counter;

		for (end = first; end < batch->n_claims && batch->claims[end].account_id == account_id; end++)
			;
		while (counter < batch->n_counters && batch->counters[counter].account_id < account_id)
			counter++;
		first_counter = counter;
		while (counter < batch->n_counters && batch->counters[counter].account_id == account_id)
			counter++;
		replay_account(replay, &batch->claims[first], end - first, &batch->counters[first_counter], counter - first_counter);
	}
}

/*
 * months_of_days says for each day of the period in which of its months it is.
 */
static int16 *
months_of_days(const RunSpec *spec)
{
	int			n_days = spec->end_day - spec->first_day;
	int16	   *months = palloc(mul_size(sizeof(int16), n_days));

	StaticAssertStmt(SIMULATE_MONTHS_MAX <= PG_INT16_MAX, "months of a period do not fit int16");
	for (int i = 0; i < n_days; i++)
		months[i] = (int16) tally_month(spec, spec->first_day + i);
	return months;
}

/*
 * replay_all replays batches until there is none left.  SPI is connected.
 */
void
replay_all(const Run *run, Tally *tally)
{
	Replay	   *replay = palloc0(sizeof(Replay));
	SourceBatch *batch;

	replay->run = run;
	replay->source = source_open(run);
	replay->tally = tally;
	replay->account_context = AllocSetContextCreate(CurrentMemoryContext, "pg_assure simulation, account", ALLOCSET_DEFAULT_SIZES);
	replay->claim_context = AllocSetContextCreate(CurrentMemoryContext, "pg_assure simulation, claim",
												  0, CLAIM_CONTEXT_BYTES, ALLOCSET_DEFAULT_MAXSIZE);
	replay->months = months_of_days(&run->spec);
	replay->month_marks = palloc0(mul_size(sizeof(int64), tally->n_months));
	replay->n_members_allocated = 8;
	replay->members = palloc(sizeof(Member) * replay->n_members_allocated);
	replay->n_outcomes_allocated = 64;
	replay->outcomes = palloc(sizeof(Outcome) * replay->n_outcomes_allocated);
	replay->n_parts_allocated = 64;
	replay->parts = palloc(sizeof(Part) * replay->n_parts_allocated);
	while (source_next(replay->source, &batch))
		replay_batch(replay, batch);
}
