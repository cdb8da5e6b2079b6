/*-------------------------------------------------------------------------
 *
 * decide_claim_sql.c
 *		Entry points: a person decides a claim that is pended.
 *
 * A person approves, as it is calculated or as adjusted, or denies.  Above the
 * amount of the plan version an approval needs a second person.  The first
 * approval is then a decision like any other: verdict pend, reason
 * second_approval, with who approved, the adjustments and the result; nothing is
 * booked, and the claim comes back as a new task.  The second person
 *
 *		approves as the first did (adjustments NULL, or the same list): approve,
 *			unless more would be paid now than the first approved
 *		approves otherwise: that is the first approval now, for a third person
 *			or the first one to confirm
 *		denies: deny
 *
 * and is neither who approved before nor who handed the claim in.  So two
 * persons stand behind every such payment, in the rows of the claim's decisions.
 *
 * Locking: the account's book, the task, then what chunk_write() writes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "adjudicate/claim_ref.h"
#include "adjudicate/entries.h"
#include "adjudicate/judgement.h"
#include "appeal/appeal.h"
#include "core/digest.h"
#include "core/errors.h"
#include "core/fixed.h"
#include "core/plan.h"
#include "core/request.h"
#include "sla/sla.h"
#include "work/task.h"

#define DECIDE_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_ADMIN)

PG_FUNCTION_INFO_V1(assure_decide_claim);
PG_FUNCTION_INFO_V1(assure_decide_claim_adjusted);

/* What a person says. */
typedef struct Decider
{
	Call		call;
	const char *ref;
	int64		actor_id;
	Verdict		verdict;
	Jsonb	   *adjustments;	/* NULL: none, or those that the first approved */
	const char *note;
	bool		is_appeal;		/* the claim is decided, and that was appealed against */
} Decider;

/*
 * parse_verdict reads the verdict of a person.
 */
static Verdict
parse_verdict(const char *text)
{
	if (strcmp(text, "approve") == 0)
		return VERDICT_APPROVE;
	if (strcmp(text, "deny") == 0)
		return VERDICT_DENY;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("verdict \"%s\" is not known", text),
			 errhint("A person approves or denies: 'approve', 'deny'.")));
}

/*
 * check_decider refuses who may not decide this claim: another person has its
 * task, they handed it in themselves, or approved it first.
 */
static void
check_decider(const Decider *decider, const Task *task, const ClaimPlace *place, const Standing *standing)
{
	if (place->received_actor_id == decider->actor_id)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NOT_QUALIFIED),
				 errmsg("claim \"%s\" was handed in by the same worker", decider->ref),
				 errhint("Four eyes: another person decides.")));
	if (standing->awaits_second && standing->actor_worker_id == decider->actor_id)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NOT_QUALIFIED),
				 errmsg("claim \"%s\" was approved by the same worker before", decider->ref),
				 errhint("Four eyes: a second person confirms or differs.")));
	task_require_holder(&decider->call, task, decider->actor_id, decider->ref);
}

/*
 * check_authority refuses an amount beyond what the person may decide.  What a
 * claim pays can have changed since its task came up, so it is asked of what is
 * paid now; an error undoes the decision.
 */
static void
check_authority(const Decider *decider, int64 amount_fen)
{
	static SqlPlan find = {"SELECT authority_fen FROM assure.worker WHERE worker_id = $1", {INT8OID}};
	Datum		value = Int64GetDatum(decider->actor_id);
	char		amount[FIXED_PRINT_BYTES];

	if (decider->call.scopes & SCOPE_SUPERVISOR)
		return;
	if (plan_run(&find, &value, NULL) != 1 || plan_int64(0, 1, 0) < amount_fen)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NOT_QUALIFIED),
				 errmsg("claim \"%s\" is beyond the authority of worker \"%s\"", decider->ref, worker_code(decider->actor_id)),
				 errdetail("The amount at stake is %s yuan.", fixed_print_fen(amount_fen, amount)),
				 errhint("A supervisor, or a worker with that authority, decides.")));
}

/*
 * is_same_list tells whether two lists of adjustments are the same; none is as
 * an empty one.
 */
static bool
is_same_list(Jsonb *a, Jsonb *b)
{
	if (a == NULL || b == NULL)
		return (a == NULL || JB_ROOT_COUNT(a) == 0) && (b == NULL || JB_ROOT_COUNT(b) == 0);
	return compareJsonbContainers(&a->root, &b->root) == 0;
}

/*
 * case_ask puts what the person says to the case.
 */
static void
case_ask(const Decider *decider, const Standing *standing, Case *item)
{
	Jsonb	   *adjustments = decider->adjustments;

	item->origin = decider->is_appeal ? ORIGIN_APPEAL : ORIGIN_PERSON;
	if (standing->awaits_second && adjustments == NULL)
		adjustments = standing->adjustments;
	if (decider->verdict == VERDICT_DENY)
		adjustments = NULL;
	case_judge_by_person(item, adjustments);
	item->asked = decider->verdict;
	if (standing->awaits_second && is_same_list(adjustments, standing->adjustments))
		item->approved_fen = standing->payable_fen;
}

/*
 * decide_case calculates the claim as the person says.  One that is appealed
 * against may have booked: what it books now is the difference.
 */
static Case *
decide_case(const Decider *decider, Chunk *chunk, ClaimKey key, const Standing *standing)
{
	ClaimEntries *entries;
	Case	   *item;

	chunk_load(chunk, &key, 1);
	item = chunk->cases;
	entries = entries_load(&key, 1);
	entries_take_off(chunk, item, entries);
	case_ask(decider, standing, item);
	case_evaluate(chunk, item);
	entries_net(item, entries);
	if (decider->verdict == VERDICT_APPROVE && item->verdict != VERDICT_APPROVE && item->verdict != VERDICT_PEND)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("claim " INT64_FORMAT " cannot be approved: nothing of it is payable", key.claim_id),
				 errhint("Deny it, or see assure.claim_status() for the reasons.")));
	return item;
}

/*
 * decide writes a person's verdict on the claim, which is pended or appealed
 * against, and ends its task; a first approval makes a new one.
 */
static int64
decide(Decider *decider)
{
	Chunk		chunk = {.call = &decider->call,.actor_worker_id = decider->actor_id,.note = decider->note};
	ClaimPlace	place;
	Standing   *standing;
	Task		task;
	Case	   *item;

	claim_find(decider->ref, &place);
	claim_require_access(&decider->call, decider->ref, &place);
	accounts_lock(&place.key, 1);
	if (!task_lock_of_claim(place.key.account_id, place.key.claim_id, &task))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("claim \"%s\" does not wait for a person", decider->ref),
				 errhint("See assure.claim_status() for what it is.")));
	standing = standings_load(&place.key, 1);
	check_decider(decider, &task, &place, standing);
	task_require_active(&task, decider->actor_id);
	decider->is_appeal = appeal_is_open(&place.key);
	item = decide_case(decider, &chunk, place.key, standing);
	check_authority(decider, Max(task.amount_fen, item->payable_fen));
	task_move(&decider->call, &task, "done", "done", decider->actor_id, decider->actor_id, NULL);
	clocks_stop(&task.task_id, 1);
	chunk_write(&chunk);
	if (decider->is_appeal)
		appeal_decided(&decider->call, &place.key, item->last_decision_no + 1, decider->actor_id, decider->note);
	return item->last_decision_no + 1;
}

/*
 * decider_read reads the arguments that both functions have.
 */
static void
decider_read(FunctionCallInfo fcinfo, Decider *decider, int note, StringInfo arguments)
{
	char	   *verdict;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("ref and verdict must not be NULL")));
	decider->ref = text_to_cstring(PG_GETARG_TEXT_PP(0));
	verdict = text_to_cstring(PG_GETARG_TEXT_PP(1));
	decider->verdict = parse_verdict(verdict);
	decider->note = PG_ARGISNULL(note) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(note));
	initStringInfo(arguments);
	digest_text(arguments, decider->ref);
	digest_text(arguments, verdict);
	digest_text(arguments, decider->note);
}

/*
 * decide_call is the call around a decision.
 */
static int64
decide_call(Decider *decider, const char *request_id, StringInfo arguments)
{
	Jsonb	   *answer;
	int64		decision_no;

	call_begin(&decider->call, DECIDE_SCOPES, "decide_claim");
	answer = request_begin(&decider->call, request_id, arguments);
	if (answer != NULL)
		decision_no = request_answer_int64(answer);
	else
	{
		decider->actor_id = call_actor_required(&decider->call);
		decision_no = decide(decider);
		request_end_int64(request_id, decision_no);
	}
	call_end(&decider->call);
	return decision_no;
}

/*
 * refuse_adjustments_as_note refuses a note that has the shape of a JSON object,
 * or of a list of them.  A parameter or literal without a type makes PostgreSQL
 * take the function whose third argument is text, and the claim would be paid in
 * full as if nothing had been adjusted.
 */
static void
refuse_adjustments_as_note(const char *note)
{
	const char *blank = " \t\r\n";
	const char *inner;
	const char *last;

	if (note == NULL)
		return;
	note += strspn(note, blank);
	if (*note != '[' && *note != '{')
		return;
	inner = note + 1 + strspn(note + 1, blank);
	last = note + strlen(note) - 1;
	while (strchr(blank, *last) != NULL)
		last--;
	if (*last == (*note == '[' ? ']' : '}') && (inner == last || *inner == (*note == '[' ? '{' : '"')))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the note is a list of adjustments"),
				 errhint("Give adjustments the type jsonb, as in $3::jsonb or adjustments => '[...]'.")));
}

/*
 * assure_decide_claim is the verdict of a person on a claim that is pended.
 */
PGDLLEXPORT Datum
assure_decide_claim(PG_FUNCTION_ARGS)
{
	Decider		decider = {0};
	char	   *request_id = PG_ARGISNULL(3) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(3));
	StringInfoData arguments;

	decider_read(fcinfo, &decider, 2, &arguments);
	refuse_adjustments_as_note(decider.note);
	PG_RETURN_INT32((int32) decide_call(&decider, request_id, &arguments));
}

/*
 * assure_decide_claim_adjusted is the same with adjustments.
 */
PGDLLEXPORT Datum
assure_decide_claim_adjusted(PG_FUNCTION_ARGS)
{
	Decider		decider = {0};
	char	   *request_id = PG_ARGISNULL(4) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(4));
	StringInfoData arguments;

	decider_read(fcinfo, &decider, 3, &arguments);
	if (!PG_ARGISNULL(2))
	{
		decider.adjustments = PG_GETARG_JSONB_P(2);
		digest_text(&arguments, JsonbToCString(NULL, &decider.adjustments->root, VARSIZE(decider.adjustments)));
		if (decider.verdict == VERDICT_DENY)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("adjustments are for an approval, and the verdict is \"deny\""),
					 errhint("Say in the note why it is denied.")));
	}
	PG_RETURN_INT32((int32) decide_call(&decider, request_id, &arguments));
}
