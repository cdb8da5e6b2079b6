/*-------------------------------------------------------------------------
 *
 * result_json.c
 *		Writes the result of a calculation.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/result_parts.h"
#include "core/json.h"
#include "miscadmin.h"

/*
 * push_split pushes the row of one benefit on one bill.
 */
static void
push_split(JsonbParseState **state, const BenefitSplit *split)
{
	(void) pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	doc_push_text(state, "code", split->benefit_code);
	doc_push_amount(state, "submitted", split->submitted_fen);
	doc_push_amount(state, "ineligible", split->ineligible_fen);
	doc_push_amount(state, "offset", split->offset_fen);
	doc_push_amount(state, "deductible", split->deductible_fen);
	doc_push_amount(state, "copay", split->copay_fen);
	doc_push_amount(state, "coinsurance", split->coinsurance_fen);
	doc_push_amount(state, "over_limit", split->over_limit_fen);
	doc_push_amount(state, "paid", split->paid_fen);
	(void) pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * push_bill pushes one bill: its benefits, and what is paid on each line.
 */
static void
push_bill(JsonbParseState **state, const BillResult *bill)
{
	int			i;

	(void) pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	doc_push_text(state, "no", bill->bill->no);
	doc_push_key(state, "benefits");
	(void) pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (i = 0; i < bill->n_splits; i++)
		push_split(state, &bill->splits[i]);
	(void) pushJsonbValue(state, WJB_END_ARRAY, NULL);
	doc_push_key(state, "items");
	(void) pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (i = 0; i < bill->bill->n_lines; i++)
	{
		(void) pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
		doc_push_integer(state, "no", bill->bill->lines[i].no);
		doc_push_amount(state, "paid", bill->line_paid_fen[i]);
		(void) pushJsonbValue(state, WJB_END_OBJECT, NULL);
	}
	(void) pushJsonbValue(state, WJB_END_ARRAY, NULL);
	(void) pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * push_fixed pushes what a fixed benefit pays.
 */
static void
push_fixed(JsonbParseState **state, const FixedResult *fixed)
{
	(void) pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	doc_push_text(state, "code", fixed->benefit_code);
	if (fixed->level)
		doc_push_text(state, "level", fixed->level);
	if (fixed->bill)
		doc_push_text(state, "bill", fixed->bill->no);
	if (fixed->days >= 0)
		doc_push_integer(state, "days", fixed->days);
	doc_push_amount(state, "paid", fixed->paid_fen);
	(void) pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * push_reason_members pushes what is kept of a reason: its code and parameters.
 */
static void
push_reason_members(JsonbParseState **state, const Reason *reason)
{
	doc_push_text(state, "code", reason_name(reason->code));
	if (reason->bill_no)
		doc_push_text(state, "bill", reason->bill_no);
	doc_push_text(state, "benefit", reason->benefit_code);
	if (reason->has_amount)
		doc_push_amount(state, "amount", reason->amount_fen);
}

/*
 * reason_push pushes one reason as decisions keep it, without words.
 */
void
reason_push(JsonbParseState **state, const Reason *reason)
{
	(void) pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	push_reason_members(state, reason);
	(void) pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * push_reason pushes one reason with its words.
 */
static void
push_reason(JsonbParseState **state, const Reason *reason)
{
	(void) pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	push_reason_members(state, reason);
	doc_push_text(state, "text", reason_text(reason));
	(void) pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * push_core pushes the members of the result that say who bears what.
 */
static void
push_core(JsonbParseState **state, const ClaimResult *result)
{
	doc_push_text(state, "outcome", result->is_paid ? "pay" : "deny");
	doc_push_amount(state, "paid", result->paid_fen);
	doc_push_amount(state, "submitted", result->submitted_fen);
	doc_push_key(state, "bills");
	(void) pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < result->n_bills; i++)
	{
		CHECK_FOR_INTERRUPTS();
		push_bill(state, &result->bills[i]);
	}
	(void) pushJsonbValue(state, WJB_END_ARRAY, NULL);
	doc_push_key(state, "fixed");
	(void) pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < result->n_fixed; i++)
		push_fixed(state, &result->fixed[i]);
	(void) pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

/*
 * result_core_to_jsonb writes the result without used and reasons, which a
 * stored decision keeps elsewhere.
 */
Jsonb *
result_core_to_jsonb(const ClaimResult *result)
{
	JsonbParseState *state = NULL;

	(void) pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_core(&state, result);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

/*
 * result_to_jsonb writes the whole result.
 */
Jsonb *
result_to_jsonb(const ClaimResult *result)
{
	JsonbParseState *state = NULL;
	Used		used;
	int			i;

	(void) pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_core(&state, result);
	doc_push_key(&state, "used");
	result_used(result, &used);
	(void) used_push(&state, &used);
	doc_push_key(&state, "reasons");
	(void) pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (i = 0; i < result->n_reasons; i++)
		push_reason(&state, &result->reasons[i]);
	(void) pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}
