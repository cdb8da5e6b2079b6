/*-------------------------------------------------------------------------
 *
 * pipeline.c
 *		From a claim and what is known of it to a verdict with reasons.
 *
 * In this order, the first that decides ends it:
 *
 *		in force on the event date?		no: deny, not_in_force
 *		submitted in time?				no: deny, late_submission
 *		calculation
 *		invoice seen before?			pend, duplicate_bill; nothing payable: deny
 *		provider in the directory?		no: pend, provider_unknown
 *		more than the plan lets pass?	pend, amount_review
 *		otherwise						approve; nothing payable: deny
 *
 * Only the last line books counters: what a person has yet to look at, an
 * invoice handed in twice above all, must not meet a deductible.
 *
 * Nothing is read or written here; the chunk holds all of it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "adjudicate/chunk.h"

static const char *const verdict_names[] = {NULL, "approve", "deny", "pend", NULL};
static const char *const reason_names[] = {
	NULL, "not_in_force", "late_submission", "duplicate_bill", "provider_unknown", "amount_review", "denied_by_person"
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
 * pipeline_reason_name returns the code that decisions store.
 */
const char *
pipeline_reason_name(PipelineReason code)
{
	return reason_names[code];
}

/*
 * case_find adds a finding to a case.
 */
static void
case_find(Case *item, PipelineReason code, const char *bill_no)
{
	if (item->finding_count < PIPELINE_REASONS_MAX)
		item->findings[item->finding_count++] = (PipelineFinding) {code, bill_no};
}

/*
 * case_calculate runs the calculation on the balances as they are now.
 */
static void
case_calculate(Chunk *chunk, Case *item)
{
	Used		used;

	balance_set_used(chunk->balances, item->key.account_id, item->member_id, &used);
	benefit_evaluate(item->terms, item->claim, &used, &item->result);
	item->has_result = true;
	item->payable_fen = item->result.paid_fen;
}

/*
 * case_is_late tells whether the claim came after the plan's deadline.
 */
static bool
case_is_late(const Case *item)
{
	return item->submit_within_days > 0 &&
		(int64) item->submitted_on - item->claim->event_date > item->submit_within_days;
}

/*
 * case_review collects what a person has to look at.
 */
static void
case_review(Case *item)
{
	if (item->duplicate_bill_no != NULL)
		case_find(item, PIPELINE_DUPLICATE_BILL, item->duplicate_bill_no);
	if (item->unknown_provider_bill_no != NULL)
		case_find(item, PIPELINE_PROVIDER_UNKNOWN, item->unknown_provider_bill_no);
	if (item->review_above_fen >= 0 && item->payable_fen > item->review_above_fen)
		case_find(item, PIPELINE_AMOUNT_REVIEW, NULL);
}

/*
 * case_refuse denies a case for a finding about the whole claim.
 */
static void
case_refuse(Case *item, PipelineReason code)
{
	case_find(item, code, NULL);
	item->verdict = VERDICT_DENY;
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
	for (int i = 0; i < item->result.n_bookings; i++)
		balance_set_book(chunk->balances, item->key.account_id, item->member_id, &item->result.bookings[i]);
}

/*
 * case_evaluate finds the verdict of one case.  A claim in force without terms
 * on its date is set aside: publishing the version that is missing mends it.
 *
 * A verdict that a person gave (chunk->actor_worker_id) stands in place of the
 * review; the rest is the same for both.
 */
void
case_evaluate(Chunk *chunk, Case *item)
{
	bool		by_person = chunk->actor_worker_id != 0;
	Verdict		asked = item->verdict;

	if (by_person && asked == VERDICT_DENY)
	{
		case_refuse(item, PIPELINE_DENIED_BY_PERSON);
		return;
	}
	if (!item->is_in_force)
	{
		case_refuse(item, PIPELINE_NOT_IN_FORCE);
		return;
	}
	if (item->terms == NULL)
	{
		item->verdict = VERDICT_FAILED;
		item->error_code = "P0002";
		item->error_message = "the member's plan has no version in force on the event date";
		return;
	}
	if (case_is_late(item))
	{
		case_refuse(item, PIPELINE_LATE_SUBMISSION);
		return;
	}
	case_calculate(chunk, item);
	if (!by_person)
		case_review(item);
	if (item->finding_count == 0)
		case_settle(chunk, item);
	else if (item->payable_fen == 0 && item->unknown_provider_bill_no == NULL)
		item->verdict = VERDICT_DENY;
	else
		item->verdict = VERDICT_PEND;
}
