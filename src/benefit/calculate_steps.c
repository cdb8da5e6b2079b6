/*-------------------------------------------------------------------------
 *
 * calculate_steps.c
 *		The steps of a benefit: each takes an amount in, lets an amount out and
 *		books the difference under one category, with a reason.  Here: caps,
 *		offsets, deductibles, copays.
 *
 * Steps read counters as they stood before this benefit; what they would book
 * waits (add_pending) until the last step has run.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/calculate.h"
#include "benefit/claim_engine.h"
#include "core/fixed.h"
#include "storage/shmem.h"

/*
 * period_amount gives an amount for a period: of a day, times the bill's days.
 */
int64
period_amount(const Work *work, PeriodKind per, int64 amount_fen)
{
	return per == PERIOD_DAY
		? fixed_clamp((fixed128) amount_fen * work->days) : amount_fen;
}

/*
 * room_in says what is left of an amount in a counter, never below zero.
 */
int64
room_in(const Work *work, const CounterKey *key, int64 amount_fen)
{
	return Max(amount_fen - counters_get(work->counters, key), 0);
}

/*
 * ask notes a booking for after the last step, and writes its counter down.
 */
Pending *
ask(Work *work, PendingKind kind, const CounterKey *key, int64 delta,
	int64 limit)
{
	if (work->trace)
		trace_counter(work, key, limit);
	return add_pending(work, kind, key, delta, limit);
}

/* ----- cap, offset ----- */

/*
 * cap_lines cuts each line at the amount for its quantity, or at the amount.
 */
static void
cap_lines(Work *work, const Step *step)
{
	int64	   *eligible_fen = work->own.eligible_fen;
	int64		cut_fen = 0;
	int			i;

	if (work->eligible_fen != eligible_fen)
		memcpy(eligible_fen, work->eligible_fen,
			   sizeof(int64) * work->bill->n_lines);
	work->eligible_fen = eligible_fen;
	for (i = 0; i < work->bill->n_lines; i++)
	{
		int64		cap_fen = step->amount_fen;
		int64		over_fen;

		if (step->cap_per == CAP_PER_UNIT)
			cap_fen = fixed_clamp(fixed_div_round((fixed128) step->amount_fen *
												  work->bill->lines[i].quantity_micro,
												  FIXED_MICRO_ONE));
		over_fen = eligible_fen[i] - cap_fen;
		if (!work->is_let[i] || over_fen <= 0)
			continue;
		eligible_fen[i] = cap_fen;
		cut_fen += over_fen;
	}
	book(work, CATEGORY_OVER_LIMIT, REASON_CAP, cut_fen, NULL,
		 step->amount_fen);
}

/*
 * run_cap cuts lines, or the visit.
 */
static void
run_cap(Work *work, const Step *step)
{
	if (step->cap_per != CAP_PER_VISIT)
		cap_lines(work, step);
	else
		book(work, CATEGORY_OVER_LIMIT, REASON_CAP,
			 Max(work->amount_fen - step->amount_fen, 0), NULL,
			 step->amount_fen);
}

/*
 * line_payment says what others have paid of one kind on a line.
 */
static int64
line_payment(const Work *work, int line, Payment payment)
{
	switch (payment)
	{
		case PAYMENT_SOCIAL:
			return work->bill->lines[line].net_social_fen;
		case PAYMENT_OTHER:
			return work->bill->lines[line].net_other_fen;
		case PAYMENT_PRIOR:
			return work->prior_fen[line];
		case PAYMENT_NONE:
			break;
	}
	return 0;
}

/*
 * run_offset takes off what others have paid on the lines let through.
 */
static void
run_offset(Work *work, const Step *step)
{
	int64		social_mask = -(int64) ((step->payments >> PAYMENT_SOCIAL) & 1);
	int64		other_mask = -(int64) ((step->payments >> PAYMENT_OTHER) & 1);
	int64		prior_mask = -(int64) ((step->payments >> PAYMENT_PRIOR) & 1);
	int64		social_fen = 0;
	int64		other_fen = 0;
	int64		prior_fen = 0;
	int64		paid_fen;
	int			i;

	if (work->is_let == work->all.is_let)
	{
		social_fen = work->social_fen;
		other_fen = work->other_fen;
		prior_fen = work->bill_result->paid_fen;
	}
	else
		for (i = 0; i < work->bill->n_lines; i++)
			if (work->is_let[i])
			{
				social_fen += work->bill->lines[i].net_social_fen;
				other_fen += work->bill->lines[i].net_other_fen;
				prior_fen += work->prior_fen[i];
			}
	paid_fen = (social_fen & social_mask) + (other_fen & other_mask) +
		(prior_fen & prior_mask);
	work->offset_payments |= step->payments;
	book(work, CATEGORY_OFFSET, REASON_OFFSET,
		 Min(work->amount_fen, paid_fen), NULL, -1);
}

/* ----- deductible, copay ----- */

/*
 * open_shared gives the state of a shared step on this bill, NULL for a step
 * of the benefit's own.
 */
static SharedVisit *
open_shared(Work *work, const Step *step)
{
	SharedVisit *visit;

	if (step->shared < 0)
		return NULL;
	visit = &work->shared[step->shared];
	if (visit->is_open)
		return visit;
	if (visit->closed_fen == NULL)
		visit->closed_fen = palloc(mul_size(sizeof(int64),
											work->claim->n_lines_max));
	memset(visit->closed_fen, 0, mul_size(sizeof(int64), work->bill->n_lines));
	visit->taken_fen = 0;
	visit->is_open = true;
	return visit;
}

/*
 * open_credit gives what of this bill's payments has been credited to a
 * counter.
 */
static CreditVisit *
open_credit(Work *work, int counter)
{
	CreditVisit *credit;
	int			payment;

	if (work->credits == NULL)
		work->credits = palloc0(mul_size(sizeof(CreditVisit),
										 work->terms->n_counters));
	credit = &work->credits[counter];
	if (credit->is_open)
		return credit;
	for (payment = PAYMENT_SOCIAL; payment < PAYMENT_KINDS; payment++)
	{
		if (credit->credited_fen[payment] == NULL)
			credit->credited_fen[payment] =
				palloc(mul_size(sizeof(int64), work->claim->n_lines_max));
		memset(credit->credited_fen[payment], 0,
			   mul_size(sizeof(int64), work->bill->n_lines));
	}
	credit->is_open = true;
	return credit;
}

/*
 * closed_before says what the shared step took earlier on the lines of this
 * benefit, as far as they count here.  It stays closed: this benefit books it
 * again under the same category, and the counter does not.
 */
static int64
closed_before(const Work *work, const SharedVisit *visit)
{
	int64		closed_fen = 0;
	int			i;

	if (visit == NULL)
		return 0;
	for (i = 0; i < work->bill->n_lines; i++)
		if (work->is_let[i])
			closed_fen += Min(visit->closed_fen[i], work->eligible_fen[i]);
	return Min(closed_fen, work->amount_fen);
}

/*
 * close_lines notes on which lines a shared step took an amount: split as what
 * is paid is, and nothing is taken where it was taken before.
 */
static void
close_lines(Work *work, SharedVisit *visit, int64 taken_fen)
{
	int			n_lines = work->bill->n_lines;
	int64	   *open_fen = work->scratch_fen;
	int64	   *shares_fen = work->part_fen;
	int			i;

	if (visit == NULL || taken_fen == 0)
		return;
	for (i = 0; i < n_lines; i++)
		open_fen[i] = Max(work->eligible_fen[i] - visit->closed_fen[i], 0);
	spread_bounded(taken_fen, work->eligible_fen, open_fen, n_lines,
				   shares_fen);
	for (i = 0; i < n_lines; i++)
		visit->closed_fen[i] += shares_fen[i];
}

/*
 * take_credit counts payments on the lines towards a deductible, at most "most"
 * fen, and each fen once to a counter; says how much counted.
 */
static int64
take_credit(Work *work, const Step *step, int64 most_fen)
{
	CreditVisit *credit;
	int64		credit_fen = 0;
	int			payment;
	int			i;

	if (step->payments == 0)
		return 0;
	credit = open_credit(work, step->counter);
	for (payment = PAYMENT_SOCIAL; payment < PAYMENT_KINDS; payment++)
	{
		if ((step->payments & (UINT32_C(1) << payment)) == 0)
			continue;
		for (i = 0; i < work->bill->n_lines; i++)
		{
			int64		fen;

			if (!work->is_let[i])
				continue;
			fen = Min(line_payment(work, i, (Payment) payment) -
					  credit->credited_fen[payment][i],
					  most_fen - credit_fen);
			credit_fen += fen;
			credit->credited_fen[payment][i] += fen;
		}
	}
	return credit_fen;
}

/*
 * run_deductible takes what remains of a deductible: of the member's, of the
 * family's, or the smaller of both.
 */
static void
run_deductible(Work *work, const Step *step)
{
	SharedVisit *visit = open_shared(work, step);
	bool		has_family = step->is_family || step->family_amount_fen >= 0;
	int64		amount_fen = period_amount(work, step->per, step->amount_fen);
	int64		family_fen = step->is_family ? amount_fen
		: period_amount(work, step->per, step->family_amount_fen);
	CounterKey	own = counter_key(work, step->counter, false, step->per,
								  MEASURE_DEDUCTIBLE);
	CounterKey	family = counter_key(work, step->counter, true, step->per,
									 MEASURE_DEDUCTIBLE);
	int64		again_fen = closed_before(work, visit);
	int64		remaining_fen = PG_INT64_MAX;
	int64		credit_fen;
	int64		taken_fen;
	TraceRow   *row;

	if (!step->is_family)
		remaining_fen = room_in(work, &own, amount_fen);
	if (has_family)
		remaining_fen = Min(remaining_fen, room_in(work, &family, family_fen));
	credit_fen = take_credit(work, step, remaining_fen);
	taken_fen = Min(work->amount_fen - again_fen, remaining_fen - credit_fen);
	close_lines(work, visit, taken_fen);
	book(work, CATEGORY_DEDUCTIBLE, REASON_DEDUCTIBLE, again_fen + taken_fen,
		 work->terms->counters[step->counter], amount_fen);
	if (work->trace)
	{
		row = trace_last(work);
		row->closed_fen = again_fen;
		row->credit_fen = credit_fen;
	}
	if (!step->is_family)
		ask(work, PENDING_FIXED, &own, taken_fen + credit_fen, amount_fen);
	if (has_family)
		ask(work, PENDING_FIXED, &family, taken_fen + credit_fen, family_fen);
}

/*
 * run_copay takes a fixed amount a visit; a shared one once for all benefits.
 */
static void
run_copay(Work *work, const Step *step)
{
	SharedVisit *visit = open_shared(work, step);
	int64		again_fen = closed_before(work, visit);
	int64		remaining_fen = step->amount_fen -
		(visit ? visit->taken_fen : 0);
	int64		taken_fen = Min(work->amount_fen - again_fen, remaining_fen);

	close_lines(work, visit, taken_fen);
	if (visit)
		visit->taken_fen += taken_fen;
	book(work, CATEGORY_COPAY, REASON_COPAY, again_fen + taken_fen,
		 visit ? work->terms->counters[step->counter] : NULL,
		 step->amount_fen);
	if (work->trace)
		trace_last(work)->closed_fen = again_fen;
}

/*
 * run_step runs one step.
 */
void
run_step(Work *work, const Step *step)
{
	switch (step->kind)
	{
		case STEP_CAP:
			run_cap(work, step);
			break;
		case STEP_OFFSET:
			run_offset(work, step);
			break;
		case STEP_DEDUCTIBLE:
			run_deductible(work, step);
			break;
		case STEP_COPAY:
			run_copay(work, step);
			break;
		case STEP_COINSURANCE:
			run_coinsurance(work, step);
			break;
		case STEP_OUT_OF_POCKET:
			run_out_of_pocket(work, step);
			break;
		case STEP_LIMIT:
			run_limit(work, step);
			break;
		case STEP_NONE:
			break;
	}
}
