/*-------------------------------------------------------------------------
 *
 * pipeline.c
 *		From a claim and what is known of it to a verdict with reasons.
 *
 * In this order:
 *
 *		invoice handed in before?		pend, duplicate_bill
 *		in force on the event date?		no: deny, not_in_force
 *		version of the plan on it?		no: set aside
 *		submitted in time?				no: deny, late_submission
 *		authorized, where the plan asks?	no: pend or deny, authorization_missing
 *		calculation
 *		provider in the directory?		no: pend, provider_unknown
 *		more than the plan lets pass?	pend, amount_review
 *		decision model of the plan		approve, deny, pend; screening, screening_failed
 *		a person approves above the plan's amount	pend, second_approval
 *		otherwise						approve; nothing payable: deny
 *
 * The first that denies ends it; what pends is collected, and the person sees
 * what would be paid.  A model is asked last and of what is left: it can deny or
 * pend, but cannot lift what an earlier check found, and pays what was
 * calculated, never more.
 *
 * Only the last line books counters: what a person has yet to look at, an
 * invoice handed in twice above all, must not meet a deductible.
 *
 * Nothing is read or written here; the chunk holds all of it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "storage/shmem.h"

#include "adjudicate/chunk.h"
#include "benefit/claim_pack.h"

static const char *const verdict_names[] = {NULL, "approve", "deny", "pend", "reverse", NULL};
static const char *const origin_names[] = {"submission", "person", "reversal", "readjudication", "rerun", "appeal"};
static const char *const reason_names[] = {
	NULL, "not_in_force", "late_submission", "duplicate_bill", "provider_unknown", "amount_review", "denied_by_person",
	"authorization_missing", "screening", "screening_failed", "second_approval"
};

/*
 * verdict_name returns the name that decisions store.
 */
const char *
verdict_name(Verdict verdict)
{
	return verdict_names[verdict];
}

/*
 * origin_name returns the name that decisions store.
 */
const char *
origin_name(Origin origin)
{
	return origin_names[origin];
}

/*
 * pipeline_reason_name returns the code that decisions store.
 */
const char *
pipeline_reason_name(PipelineReason code)
{
	return reason_names[code];
}

/*
 * case_find adds a finding to a case, whose parameters the caller may fill in.
 */
PipelineFinding *
case_find(Case *item, PipelineReason code, const char *bill_no)
{
	PipelineFinding *finding;

	if (item->finding_count == item->finding_capacity)
	{
		item->finding_capacity = Max(4, item->finding_capacity * 2);
		item->findings = item->findings == NULL ? palloc(mul_size(sizeof(PipelineFinding), item->finding_capacity))
			: repalloc(item->findings, mul_size(sizeof(PipelineFinding), item->finding_capacity));
	}
	finding = &item->findings[item->finding_count++];
	*finding = (PipelineFinding) {.code = code, .bill_no = bill_no, .amount_fen = -1, .days = -1};
	return finding;
}

/*
 * case_calculate runs the calculation on the balances as they are now.
 */
static void
case_calculate(Chunk *chunk, Case *item)
{
	Used	   *used = palloc(sizeof(Used));	/* the result goes on pointing to it */

	item->input = claim_pack(item->claim);
	balance_set_used(chunk->balances, item->key.account_id, item->member_id, used);
	benefit_evaluate(item->plan->terms, item->claim, used, &item->result);
	item->has_result = true;
	item->payable_fen = item->result.paid_fen;
}

/*
 * case_is_late tells whether the claim came after the plan's deadline.
 */
static bool
case_is_late(const Case *item)
{
	return item->plan->submit_within_days > 0 &&
		(int64) item->submitted_on - item->claim->event_date > item->plan->submit_within_days;
}

/*
 * case_deny ends a case without its calculation.
 */
static void
case_deny(Case *item)
{
	item->verdict = VERDICT_DENY;
}

/*
 * case_check_duplicate finds an invoice that was handed in before.
 */
static void
case_check_duplicate(Case *item)
{
	if (item->duplicate_bill_no != NULL)
		case_find(item, PIPELINE_DUPLICATE_BILL, item->duplicate_bill_no)->first_claim_id = item->duplicate_claim_id;
}

/*
 * case_check_authorization finds a bill without the authorization that it needs;
 * true: the plan denies for that.
 */
static bool
case_check_authorization(Case *item)
{
	if (item->unauthorized_bill_no == NULL)
		return false;
	case_find(item, PIPELINE_AUTHORIZATION_MISSING, item->unauthorized_bill_no)->text = care_name(item->unauthorized_care);
	return item->plan->authorization_denies;
}

/*
 * case_review collects what a person has to look at once the amount is known.
 */
static void
case_review(Case *item)
{
	if (item->unknown_provider_bill_no != NULL)
		case_find(item, PIPELINE_PROVIDER_UNKNOWN, item->unknown_provider_bill_no);
	if (item->plan->review_above_fen >= 0 && item->payable_fen > item->plan->review_above_fen)
		case_find(item, PIPELINE_AMOUNT_REVIEW, NULL)->amount_fen = item->plan->review_above_fen;
}

/*
 * case_is_booked tells whether the calculation decided the case.  Then its
 * counters are booked, also when nothing is paid: a deductible is met by what
 * the member bore.  A case refused before or against the calculation books
 * nothing; nor does one that a person has yet to decide.
 */
bool
case_is_booked(const Case *item)
{
	return item->is_settled;
}

/*
 * case_settle takes the calculation as the verdict, and books it so that the
 * next case of the account sees it.
 */
static void
case_settle(Chunk *chunk, Case *item)
{
	item->is_settled = true;
	item->verdict = item->payable_fen > 0 ? VERDICT_APPROVE : VERDICT_DENY;
	item->paid_fen = item->payable_fen;
	item->bookings = item->result.bookings;
	item->booking_count = item->result.n_bookings;
	for (int i = 0; i < item->booking_count; i++)
		balance_set_book(chunk->balances, item->key.account_id, item->member_id, &item->bookings[i]);
}

/*
 * case_ask_model asks the decision model of the plan and adds what it says to
 * the findings; returns its verdict.  A model that fails has not seen the claim,
 * so a person does.
 */
static Verdict
case_ask_model(Chunk *chunk, Case *item)
{
	const Screening *screening = case_screen(chunk, item);

	item->screening = screening;
	if (screening->error != NULL)
	{
		case_find(item, PIPELINE_SCREENING_FAILED, NULL)->text = screening->error;
		return VERDICT_PEND;
	}
	for (int i = 0; i < screening->reason_count; i++)
		case_find(item, PIPELINE_SCREENING, NULL)->text = screening->reasons[i];
	return screening->verdict;
}

/*
 * case_judge finds the verdict of a calculated case that no person has decided.
 * Nothing is to be reviewed where nothing is payable, unless that is because the
 * provider is not known.
 */
static void
case_judge(Chunk *chunk, Case *item)
{
	Verdict		model = VERDICT_NONE;
	bool		found;

	case_review(item);
	found = item->finding_count > 0;
	if (found && item->payable_fen == 0 && item->unknown_provider_bill_no == NULL)
	{
		case_deny(item);
		return;
	}
	if (item->plan->screening_model != NULL && (found || item->payable_fen > 0))
		model = case_ask_model(chunk, item);
	if (found || model == VERDICT_PEND)
		item->verdict = VERDICT_PEND;
	else if (model == VERDICT_DENY)
		case_deny(item);
	else
		case_settle(chunk, item);
}

/*
 * case_approve is a person's approval.  Above the plan's amount it takes a second
 * person, unless one has approved as much; a re-run asks nobody again.
 */
static void
case_approve(Chunk *chunk, Case *item)
{
	int64		above_fen = item->plan->second_approval_above_fen;
	bool		asks = item->origin == ORIGIN_PERSON || item->origin == ORIGIN_APPEAL;

	if (asks && above_fen >= 0 && item->payable_fen > above_fen && item->payable_fen > item->approved_fen)
	{
		case_find(item, PIPELINE_SECOND_APPROVAL, NULL)->amount_fen = above_fen;
		item->verdict = VERDICT_PEND;
	}
	else
		case_settle(chunk, item);
}

/*
 * case_evaluate finds the verdict of one case.  A claim in force without terms
 * on its date is set aside: publishing the version that is missing mends it.
 *
 * A verdict that a person gave (item->asked) stands in place of what would pend
 * the case; the rest is the same for both.
 */
void
case_evaluate(Chunk *chunk, Case *item)
{
	bool		by_person = item->asked != VERDICT_NONE;

	if (item->asked == VERDICT_DENY)
	{
		case_find(item, PIPELINE_DENIED_BY_PERSON, NULL);
		case_deny(item);
		return;
	}
	if (!by_person)
		case_check_duplicate(item);
	if (!item->is_in_force)
	{
		case_find(item, PIPELINE_NOT_IN_FORCE, NULL);
		case_deny(item);
		return;
	}
	if (item->plan == NULL)
	{
		item->verdict = VERDICT_FAILED;
		item->error_code = "P0002";
		item->error_message = "the member's plan has no version in force on the event date";
		return;
	}
	if (case_is_late(item))
	{
		case_find(item, PIPELINE_LATE_SUBMISSION, NULL)->days = item->plan->submit_within_days;
		case_deny(item);
		return;
	}
	if (!by_person && case_check_authorization(item))
	{
		case_deny(item);
		return;
	}
	case_calculate(chunk, item);
	if (by_person)
		case_approve(chunk, item);
	else
		case_judge(chunk, item);
}
