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
push_split(DocBuilder *builder, const BenefitSplit *split)
{
	build_open_object(builder, NULL);
	build_text(builder, "code", split->benefit_code);
	build_amount(builder, "submitted", split->submitted_fen);
	build_amount(builder, "ineligible", split->ineligible_fen);
	build_amount(builder, "offset", split->offset_fen);
	build_amount(builder, "deductible", split->deductible_fen);
	build_amount(builder, "copay", split->copay_fen);
	build_amount(builder, "coinsurance", split->coinsurance_fen);
	build_amount(builder, "over_limit", split->over_limit_fen);
	build_amount(builder, "paid", split->paid_fen);
	build_close(builder);
}

/*
 * push_bill pushes one bill: its benefits, and what is paid on each line.
 */
static void
push_bill(DocBuilder *builder, const BillResult *bill)
{
	int			i;

	build_open_object(builder, NULL);
	build_text(builder, "no", bill->bill->no);
	build_open_list(builder, "benefits");
	for (i = 0; i < bill->n_splits; i++)
		push_split(builder, &bill->splits[i]);
	build_close(builder);
	build_open_list(builder, "items");
	for (i = 0; i < bill->bill->n_lines; i++)
	{
		build_open_object(builder, NULL);
		build_integer(builder, "no", bill->bill->lines[i].no);
		build_amount(builder, "paid", bill->line_paid_fen[i]);
		build_close(builder);
	}
	build_close(builder);
	build_close(builder);
}

/*
 * push_fixed pushes what a fixed benefit pays.
 */
static void
push_fixed(DocBuilder *builder, const FixedResult *fixed)
{
	build_open_object(builder, NULL);
	build_text(builder, "code", fixed->benefit_code);
	if (fixed->level)
		build_text(builder, "level", fixed->level);
	if (fixed->bill)
		build_text(builder, "bill", fixed->bill->no);
	if (fixed->days >= 0)
		build_integer(builder, "days", fixed->days);
	build_amount(builder, "paid", fixed->paid_fen);
	build_close(builder);
}

/*
 * push_reason_members pushes what is kept of a reason: its code and parameters.
 */
static void
push_reason_members(DocBuilder *builder, const Reason *reason)
{
	build_text(builder, "code", reason_name(reason->code));
	if (reason->bill_no)
		build_text(builder, "bill", reason->bill_no);
	build_text(builder, "benefit", reason->benefit_code);
	if (reason->has_amount)
		build_amount(builder, "amount", reason->amount_fen);
}

/*
 * reason_push pushes one reason as decisions keep it, without words.
 */
void
reason_push(DocBuilder *builder, const Reason *reason)
{
	build_open_object(builder, NULL);
	push_reason_members(builder, reason);
	build_close(builder);
}

/*
 * push_reason pushes one reason with its words.
 */
static void
push_reason(DocBuilder *builder, const Reason *reason)
{
	build_open_object(builder, NULL);
	push_reason_members(builder, reason);
	build_text(builder, "text", reason_text(reason));
	build_close(builder);
}

/*
 * push_core pushes the members of the result that say who bears what.
 */
static void
push_core(DocBuilder *builder, const ClaimResult *result)
{
	build_text(builder, "outcome", result->is_paid ? "pay" : "deny");
	build_amount(builder, "paid", result->paid_fen);
	build_amount(builder, "submitted", result->submitted_fen);
	build_open_list(builder, "bills");
	for (int i = 0; i < result->n_bills; i++)
	{
		CHECK_FOR_INTERRUPTS();
		push_bill(builder, &result->bills[i]);
	}
	build_close(builder);
	build_open_list(builder, "fixed");
	for (int i = 0; i < result->n_fixed; i++)
		push_fixed(builder, &result->fixed[i]);
	build_close(builder);
}

/*
 * result_core_to_jsonb writes the result without used and reasons, which a
 * stored decision keeps elsewhere.
 */
Jsonb *
result_core_to_jsonb(const ClaimResult *result)
{
	DocBuilder	builder;

	build_start(&builder);
	build_open_object(&builder, NULL);
	push_core(&builder, result);
	build_close(&builder);
	return build_finish(&builder);
}

/*
 * result_to_jsonb writes the whole result.
 */
Jsonb *
result_to_jsonb(const ClaimResult *result)
{
	DocBuilder	builder;
	Used		used;
	int			i;

	result_used(result, &used);
	build_start(&builder);
	build_open_object(&builder, NULL);
	push_core(&builder, result);
	build_document(&builder, "used", used_to_jsonb(&used));
	build_open_list(&builder, "reasons");
	for (i = 0; i < result->n_reasons; i++)
		push_reason(&builder, &result->reasons[i]);
	build_close(&builder);
	build_close(&builder);
	return build_finish(&builder);
}
