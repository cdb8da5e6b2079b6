/*-------------------------------------------------------------------------
 *
 * calculate_pay.c
 *		After the last step: indemnity, what is paid on each line, and the proof
 *		that it all adds up.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/calculate.h"
#include "benefit/claim_engine.h"
#include "core/errors.h"

/*
 * sum_is_broken raises an internal error.  Never a wrong payment.
 */
void
sum_is_broken(const Work *work, const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_ASSURE_IDENTITY),
			 errmsg("calculation of bill \"%s\", benefit \"%s\" does not add up: %s",
					work->bill ? work->bill->no : "", work->benefit->code,
					what),
			 errhint("This is a bug in pg_assure; nothing has been paid.")));
}

/*
 * check_split checks the identity of one bill and benefit.
 */
static void
check_split(const Work *work)
{
	const BenefitSplit *split = work->split;
	int64		total_fen = split->ineligible_fen + split->offset_fen +
		split->deductible_fen + split->copay_fen + split->coinsurance_fen +
		split->over_limit_fen + split->paid_fen;

	ensure_sum(work, total_fen == split->submitted_fen,
			   "the parts are not the whole");
	ensure_sum(work, split->ineligible_fen >= 0 && split->offset_fen >= 0 &&
			   split->deductible_fen >= 0 && split->copay_fen >= 0 &&
			   split->coinsurance_fen >= 0 && split->over_limit_fen >= 0 &&
			   split->paid_fen >= 0, "a part is negative");
}

/*
 * open_bill_lines looks at the lines of a bill once for all benefits.
 */
void
open_bill_lines(Work *work)
{
	const ClaimBill *bill = work->bill;
	LinesView  *all = &work->all;
	int			i;

	all->total_fen = 0;
	work->contract_fen = 0;
	work->social_fen = 0;
	work->other_fen = 0;
	for (i = 0; i < bill->n_lines; i++)
	{
		const ClaimLine *line = &bill->lines[i];

		/* a refund has been netted, and has no amounts */
		all->is_let[i] = !line->is_refund;
		all->eligible_fen[i] = line->net_allowed_fen;
		all->total_fen += line->net_allowed_fen;
		work->contract_fen += line->net_amount_fen - line->net_allowed_fen;
		work->social_fen += line->net_social_fen;
		work->other_fen += line->net_other_fen;
		work->prior_fen[i] = 0;
		work->open_fen[i] = line->net_amount_fen - line->net_social_fen -
			line->net_other_fen;
	}
}

/*
 * open_bounds sets what each line may be paid: what nobody has paid on it yet,
 * if anything of it counts.  Limits on categories lower it.
 */
void
open_bounds(Work *work)
{
	int			i;

	if (work->has_bounds)
		return;
	for (i = 0; i < work->bill->n_lines; i++)
	{
		work->bounds_fen[i] = work->eligible_fen[i] > 0 ? work->open_fen[i] : 0;
		work->kept_fen[i] = PG_INT64_MAX;
	}
	work->has_bounds = true;
}

/*
 * hold_indemnity holds the amount within what the lines may be paid.
 */
static void
hold_indemnity(Work *work)
{
	int64		bound_fen;
	int64		amount_in_fen = work->amount_fen;

	open_bounds(work);
	bound_fen = sum_fen(work->bounds_fen, work->bill->n_lines);
	work->amount_fen = Min(work->amount_fen, bound_fen);
	work->split->over_limit_fen += amount_in_fen - work->amount_fen;
	add_reason(work, REASON_INDEMNITY, amount_in_fen - work->amount_fen, NULL,
			   -1);
	if (work->trace)
		(void) trace_row(work, TRACE_INDEMNITY, amount_in_fen,
						 CATEGORY_OVER_LIMIT, REASON_INDEMNITY);
}

/*
 * pay_lines splits what is paid over the lines.
 */
static void
pay_lines(Work *work)
{
	int64	   *line_paid_fen = work->bill_result->line_paid_fen;
	int			n_lines = work->bill->n_lines;
	int64		paid_fen = 0;
	bool		is_within = true;
	int			i;

	spread_bounded(work->amount_fen, work->eligible_fen, work->bounds_fen,
				   n_lines, work->paid_fen);
	for (i = 0; i < n_lines; i++)
	{
		int64		line_fen = work->paid_fen[i];

		is_within &= line_fen >= 0 && line_fen <= work->bounds_fen[i];
		paid_fen += line_fen;
		work->prior_fen[i] += line_fen;
		work->open_fen[i] -= line_fen;
		line_paid_fen[i] += line_fen;
	}
	ensure_sum(work, is_within, "a line is paid beyond what is open on it");
	ensure_sum(work, paid_fen == work->amount_fen,
			   "the lines are not the payment");
}

/*
 * pay holds the amount within indemnity and splits what is paid over the
 * lines.
 */
void
pay(Work *work)
{
	if (work->amount_fen > 0 || work->trace)
		hold_indemnity(work);
	if (work->amount_fen > 0)
		pay_lines(work);
	work->split->paid_fen = work->amount_fen;
	work->bill_result->paid_fen += work->amount_fen;
	check_split(work);
}
