/*-------------------------------------------------------------------------
 *
 * rerun.c
 *		Claims are calculated again in order of event.
 *
 * What a claim pays depends on what was used before it.  When that changes for
 * the past (a claim was reversed, an enrollment ended, terms were corrected),
 * every later claim that shares a counter with it may pay otherwise.
 *
 * Which claims: those of the members from a day on, by event date, then by claim.
 * If one of them has to do with a counter of the family, so may any claim of the
 * account that has: then those of all such members.  So for every claim that is
 * re-run all later ones that share a counter with it are re-run as well, and it
 * knows exactly the entries of the claims before it in that order.  That is what
 * assure.replay() goes by.
 *
 * All of them are taken off the balances in memory, calculated one after
 * another, and only the differences are written, at the end, in one go: no
 * balance passes through a state beyond its limit.
 *
 * What stays as it is: claims that wait for a person or for adjudication, that
 * are reversed, that a person denied; what would go to a person and is with one
 * already, since it is appealed against.  What a person approved stays approved,
 * as adjusted; what the engine passed stays passed: who re-runs has seen the dry
 * run.  A claim that was refused before its calculation decided it, and would not
 * be now, is looked at like a new one, and may pend.
 *
 * Locking: the account's book, by the caller, first.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/shmem.h"

#include "adjudicate/entries.h"
#include "adjudicate/judgement.h"
#include "adjudicate/revise.h"
#include "adjudicate/write.h"
#include "appeal/appeal.h"
#include "core/json.h"
#include "core/plan.h"

/* The claims in question, in order of event; the arrays go together. */
typedef struct RerunSet
{
	Chunk		chunk;
	Standing   *standings;
	ClaimEntries *entries;
} RerunSet;

/*
 * is_rerun tells whether a claim that stands so is calculated again.
 */
static bool
is_rerun(const Standing *standing)
{
	return (standing->verdict == VERDICT_APPROVE || standing->verdict == VERDICT_DENY) && !standing->is_denied_by_person;
}

/*
 * read_keys reads the decided claims of the account from a day on that can
 * change, with how they stand.  Of a person who was erased nothing is left to
 * calculate from: those claims stay as they were decided.
 */
static int
read_keys(const RerunAsk *ask, ClaimKey **keys, Standing **standings)
{
	static SqlPlan read = {
		"SELECT claim_id FROM assure.claim c WHERE account_id = $1 AND event_date >= $2 "
		"  AND NOT EXISTS (SELECT FROM assure.erasure x WHERE x.account_id = c.account_id AND x.member_id = c.member_id) "
		"ORDER BY event_date, claim_id",
		{INT8OID, DATEOID}
	};
	Datum		values[2] = {Int64GetDatum(ask->account_id), DateADTGetDatum(ask->from_date)};
	int			count = (int) plan_run(&read, values, NULL);
	int			kept = 0;

	*keys = palloc(mul_size(sizeof(ClaimKey), Max(count, 1)));
	for (int i = 0; i < count; i++)
		(*keys)[i] = (ClaimKey) {ask->account_id, plan_int64(i, 1, 0)};
	*standings = standings_load(*keys, count);
	for (int i = 0; i < count; i++)
	{
		if (!is_rerun(&(*standings)[i]))
			continue;
		(*keys)[kept] = (*keys)[i];
		(*standings)[kept++] = (*standings)[i];
	}
	return kept;
}

/*
 * case_shares tells whether the case has to do with a counter of the family.
 */
static bool
case_shares(const Case *item, const ClaimEntries *entries)
{
	if (item->plan != NULL && terms_has_family_counter(item->plan->terms))
		return true;
	for (int i = 0; i < entries->count; i++)
		if (entries->bookings[i].is_family)
			return true;
	return false;
}

/*
 * is_one_of tells whether a member stands in a list.
 */
static bool
is_one_of(int64 member_id, const int64 *member_ids, int count)
{
	for (int i = 0; i < count; i++)
		if (member_ids[i] == member_id)
			return true;
	return false;
}

/*
 * sharing_members lists the members with a case that has to do with a counter of
 * the family.
 */
static int
sharing_members(const RerunSet *set, int64 *member_ids)
{
	int			count = 0;

	for (int i = 0; i < set->chunk.count; i++)
	{
		const Case *item = &set->chunk.cases[i];

		if (case_shares(item, &set->entries[i]) && !is_one_of(item->member_id, member_ids, count))
			member_ids[count++] = item->member_id;
	}
	return count;
}

/*
 * have_shared tells whether a claim of the members ever booked on a counter of
 * the family; one that was reversed is not among the cases.
 */
static bool
have_shared(const RerunAsk *ask)
{
	static SqlPlan find = {
		"SELECT FROM assure.ledger_entry e JOIN assure.claim c ON c.account_id = e.account_id AND c.claim_id = e.claim_id "
		"WHERE e.account_id = $1 AND e.member_id = 0 AND c.member_id = ANY ($2) LIMIT 1",
		{INT8OID, INT8ARRAYOID}
	};
	Datum		values[2] = {Int64GetDatum(ask->account_id), array_of_int64(ask->member_ids, ask->member_count)};

	return plan_run(&find, values, NULL) > 0;
}

/*
 * keep_cases keeps the cases for which is_kept holds.
 */
static void
keep_cases(RerunSet *set, const bool *is_kept)
{
	int			kept = 0;

	for (int i = 0; i < set->chunk.count; i++)
	{
		if (!is_kept[i])
			continue;
		set->chunk.cases[kept] = set->chunk.cases[i];
		set->standings[kept] = set->standings[i];
		set->entries[kept++] = set->entries[i];
	}
	set->chunk.count = kept;
}

/*
 * keep_concerned keeps the claims of the members that are asked for and, if one
 * of them shares a counter of the family, of all members who do.
 */
static void
keep_concerned(RerunSet *set, const RerunAsk *ask)
{
	int64	   *sharing = palloc(mul_size(sizeof(int64), Max(set->chunk.count, 1)));
	int			sharing_count = sharing_members(set, sharing);
	bool	   *is_kept = palloc0(mul_size(sizeof(bool), Max(set->chunk.count, 1)));
	bool		shares = false;

	for (int i = 0; i < ask->member_count; i++)
		shares |= is_one_of(ask->member_ids[i], sharing, sharing_count);
	shares |= have_shared(ask);
	for (int i = 0; i < set->chunk.count; i++)
	{
		int64		member_id = set->chunk.cases[i].member_id;

		is_kept[i] = is_one_of(member_id, ask->member_ids, ask->member_count) ||
			(shares && is_one_of(member_id, sharing, sharing_count));
	}
	keep_cases(set, is_kept);
}

/*
 * case_rerun calculates one claim again.
 */
static void
case_rerun(Chunk *chunk, Case *item, const Standing *standing, const ClaimEntries *entries)
{
	item->origin = ORIGIN_RERUN;
	if (standing->is_by_person)
		case_keep_judgement(item, standing);
	else if (standing->is_settled)
		item->asked = VERDICT_APPROVE;
	case_evaluate(chunk, item);
	case_require_verdict(item, item->claim->ref);
	entries_net(item, entries);
}

/*
 * is_same_document tells whether two documents say the same; NULL is none.
 */
static bool
is_same_document(Jsonb *a, Jsonb *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return compareJsonbContainers(&a->root, &b->root) == 0;
}

/*
 * is_as_decided tells whether a case came out as it stands: by money, counters,
 * calculation and reasons.
 */
static bool
is_as_decided(const Case *item, const Standing *standing)
{
	return item->verdict == standing->verdict && item->paid_fen == standing->paid_fen && item->booking_count == 0 &&
		is_same_document(standing->result, item->has_result ? result_core_to_jsonb(&item->result) : NULL) &&
		is_same_document(standing->reasons, case_reasons_jsonb(item));
}

/*
 * rerun_of tells what came of one claim.  It stays as it is where it would pend
 * and a person has it already: a claim has one task.
 */
static Rerun
rerun_of(const Case *item, const Standing *standing, bool dry_run)
{
	Rerun		rerun = {.key = item->key,.member_id = item->member_id,.event_date = item->claim->event_date};

	rerun.verdict_before = standing->verdict;
	rerun.verdict = item->verdict;
	rerun.paid_before_fen = standing->paid_fen;
	rerun.paid_fen = item->paid_fen;
	rerun.is_changed = !is_as_decided(item, standing);
	if (item->verdict == VERDICT_PEND && appeal_is_open(&item->key))
	{
		rerun.verdict = standing->verdict;
		rerun.is_changed = false;
	}
	rerun.decision_no = item->last_decision_no + (rerun.is_changed && !dry_run ? 1 : 0);
	return rerun;
}

/*
 * write_changed writes the claims that changed.
 */
static void
write_changed(RerunSet *set, const Rerun *reruns)
{
	bool	   *is_kept = palloc(mul_size(sizeof(bool), Max(set->chunk.count, 1)));

	for (int i = 0; i < set->chunk.count; i++)
		is_kept[i] = reruns[i].is_changed;
	keep_cases(set, is_kept);
	if (set->chunk.count > 0)
		chunk_write(&set->chunk);
}

/*
 * account_rerun re-runs claims of one account.
 */
Rerun *
account_rerun(Call *call, const RerunAsk *ask, int *count)
{
	RerunSet	set = {.chunk = {.call = call}};
	char		from[JSON_DATE_BYTES];
	ClaimKey   *keys;
	Rerun	   *reruns;

	*count = read_keys(ask, &keys, &set.standings);
	if (*count == 0)
		return NULL;
	set.chunk.actor_worker_id = call_actor(call);
	set.chunk.note = psprintf("re-run of claims from %s on", iso_date_print(ask->from_date, from));
	chunk_load(&set.chunk, keys, *count);
	set.entries = entries_load(keys, *count);
	keep_concerned(&set, ask);
	*count = set.chunk.count;
	reruns = palloc(mul_size(sizeof(Rerun), Max(*count, 1)));
	for (int i = 0; i < *count; i++)
		entries_take_off(&set.chunk, &set.chunk.cases[i], &set.entries[i]);
	for (int i = 0; i < *count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		case_rerun(&set.chunk, &set.chunk.cases[i], &set.standings[i], &set.entries[i]);
		reruns[i] = rerun_of(&set.chunk.cases[i], &set.standings[i], ask->dry_run);
	}
	if (!ask->dry_run)
		write_changed(&set, reruns);
	return reruns;
}
