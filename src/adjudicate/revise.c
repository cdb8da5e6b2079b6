/*-------------------------------------------------------------------------
 *
 * revise.c
 *		One decided claim is decided again: reversed, or calculated again.
 *
 * What the claim has booked is taken off the balances in memory; then it is
 * calculated, or not; what it books is the difference (entries.c).  So no
 * balance passes through a state beyond its limit, and a claim never meets its
 * own entries.
 *
 * Locking: the account's book first, then the claim's task, then what
 * chunk_write() writes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "adjudicate/entries.h"
#include "adjudicate/invoice.h"
#include "adjudicate/judgement.h"
#include "adjudicate/revise.h"
#include "appeal/appeal.h"
#include "core/errors.h"
#include "document/document.h"
#include "sla/sla.h"
#include "work/task.h"

/* A claim that is decided again. */
typedef struct Revision
{
	Chunk		chunk;
	Standing   *standing;
	ClaimEntries *entries;
	Case	   *item;
} Revision;

/*
 * revision_begin locks the books, reads how the claim stands and takes off what
 * it has booked.  A claim that was never decided has nothing to be revised.
 */
static void
revision_begin(Revision *revision, Call *call, const char *ref, ClaimKey key, Origin origin, const char *reason)
{
	accounts_lock(&key, 1);
	revision->standing = standings_load(&key, 1);
	if (revision->standing->verdict == VERDICT_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("claim \"%s\" is not decided yet", ref),
				 errhint("See assure.claim_status(); assure.adjudicate() decides what waits.")));
	if (appeal_is_open(&key))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("claim \"%s\" is appealed against", ref),
				 errhint("Decide the appeal with assure.decide_claim() or assure.uphold_appeal(), or end it with assure.withdraw_appeal().")));
	if (origin == ORIGIN_READJUDICATION)
		invoices_take_over(key);
	revision->chunk = (Chunk) {.call = call, .actor_worker_id = call_actor(call), .note = reason};
	chunk_load(&revision->chunk, &key, 1);
	revision->item = revision->chunk.cases;
	revision->item->origin = origin;
	revision->entries = entries_load(&key, 1);
	entries_take_off(&revision->chunk, revision->item, revision->entries);
}

/*
 * end_task ends the task of a claim that a person was to decide.
 */
static void
end_task(Call *call, ClaimKey key, int64 actor_id, const char *reason)
{
	Task		task;

	if (!task_lock_of_claim(key.account_id, key.claim_id, &task))
		return;
	documents_let_go(call, &key, actor_id);
	task_move(call, &task, "cancelled", "cancelled", task.worker_id, actor_id, reason);
	clocks_stop(&task.task_id, 1);
}

/*
 * revision_end writes the new decision.
 */
static void
revision_end(Revision *revision)
{
	entries_net(revision->item, revision->entries);
	if (revision->standing->verdict == VERDICT_PEND)
		end_task(revision->chunk.call, revision->item->key, revision->chunk.actor_worker_id, revision->chunk.note);
	chunk_write(&revision->chunk);
}

/*
 * claim_reverse undoes what a claim has booked.
 */
int32
claim_reverse(Call *call, const char *ref, ClaimKey key, const char *reason)
{
	Revision	revision;

	revision_begin(&revision, call, ref, key, ORIGIN_REVERSAL, reason);
	if (revision.standing->verdict == VERDICT_REVERSE)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("claim \"%s\" is reversed", ref),
				 errhint("assure.readjudicate() calculates it again.")));
	revision.item->verdict = VERDICT_REVERSE;
	revision.item->plan_version_id = 0;
	revision_end(&revision);
	return revision.item->last_decision_no + 1;
}

/*
 * claim_readjudicate calculates a claim again.  A first approval that waits for
 * the second is no judgement yet: it goes.
 */
Verdict
claim_readjudicate(Call *call, const char *ref, ClaimKey key, bool is_anew, const char *reason)
{
	Revision	revision;

	revision_begin(&revision, call, ref, key, ORIGIN_READJUDICATION, reason);
	if (!is_anew && revision.standing->is_denied_by_person)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("claim \"%s\" was denied by a person", ref),
				 errhint("assure.readjudicate() with anew => true lifts the denial.")));
	if (!is_anew && !revision.standing->awaits_second)
		case_keep_judgement(revision.item, revision.standing);
	case_evaluate(&revision.chunk, revision.item);
	case_require_verdict(revision.item, ref);
	revision_end(&revision);
	return revision.item->verdict;
}
