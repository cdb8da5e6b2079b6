/*-------------------------------------------------------------------------
 *
 * calculate.c
 *		Joins terms, a claim and what is used: who bears each fen, and why.
 *
 * Bills by from-date, then number; on each bill the benefits in the order of
 * the terms, so that earlier ones pay first.  A benefit that responds takes
 * the eligible amount of its lines through its steps, then indemnity holds it
 * within what is open on the lines, then what is paid is split over them, and
 * only then are counters booked.
 *
 * A function of its arguments: no SPI, no fmgr, no clock, no settings.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/benefit_dates.h"
#include "benefit/calculate.h"
#include "benefit/claim_engine.h"
#include "core/errors.h"
#include "core/fixed.h"
#include "miscadmin.h"
#include "storage/shmem.h"

/*
 * push_reason adds one reason to the result.
 */
static Reason *
push_reason(Work *work, ReasonCode code)
{
	ClaimResult *result = work->result;
	Reason	   *reason;

	if (result->n_reasons == work->n_reasons_allocated)
	{
		work->n_reasons_allocated *= 2;
		result->reasons = repalloc(result->reasons,
								   mul_size(sizeof(Reason),
											work->n_reasons_allocated));
	}
	reason = &result->reasons[result->n_reasons++];
	memset(reason, 0, sizeof(*reason));
	reason->code = code;
	reason->bill_no = work->bill->no;
	reason->benefit_code = work->benefit->code;
	reason->limit = -1;
	return reason;
}

/*
 * add_reason says why an amount was booked; none was booked, nothing is said.
 */
void
add_reason(Work *work, ReasonCode code, int64 amount_fen, const char *counter,
		   int64 limit)
{
	Reason	   *reason;

	if (amount_fen == 0)
		return;
	reason = push_reason(work, code);
	reason->has_amount = true;
	reason->amount_fen = amount_fen;
	reason->counter = counter;
	reason->limit = limit;
}

/*
 * is_same_key says whether two keys name the same counter.
 */
static bool
is_same_key(const CounterKey *a, const CounterKey *b)
{
	return a->counter == b->counter && a->is_family == b->is_family &&
		a->kind == b->kind && a->start == b->start && a->measure == b->measure;
}

/*
 * add_pending notes a booking for after the last step.  What is paid is booked
 * once in a counter, whoever asked for it; the tightest limit is in force.
 */
void
add_pending(Work *work, PendingKind kind, const CounterKey *key, int64 delta,
			int64 limit)
{
	Pending    *pending;
	int			i;

	for (i = 0; i < work->n_pending && kind != PENDING_FIXED; i++)
	{
		pending = &work->pending[i];
		if (pending->kind != kind || !is_same_key(&pending->key, key))
			continue;
		if (limit >= 0 && (pending->limit < 0 || limit < pending->limit))
			pending->limit = limit;
		return;
	}
	Assert(work->n_pending < PENDING_MAX);
	pending = &work->pending[work->n_pending++];
	pending->kind = kind;
	pending->key = *key;
	pending->delta = delta;
	pending->limit = limit;
}

/*
 * book_pending books what the steps asked for, now that it is known what came
 * of them.
 */
static void
book_pending(Work *work)
{
	int64		paid_fen = work->split->paid_fen;
	int			i;

	for (i = 0; i < work->n_pending; i++)
	{
		const Pending *pending = &work->pending[i];

		switch (pending->kind)
		{
			case PENDING_FIXED:
				counters_add(work->counters, &pending->key, pending->delta,
							 pending->limit);
				break;
			case PENDING_PAID:
				counters_add(work->counters, &pending->key, paid_fen,
							 pending->limit);
				break;
			case PENDING_VISIT:
				if (paid_fen > 0)
					counters_add_visit(work->counters, &pending->key,
									   work->bill_index, pending->limit);
				break;
		}
	}
	work->n_pending = 0;
}

/*
 * line_eligible says what of a line counts: by the share of its class, with
 * the part to be borne first at its own share.  Rounded once.
 */
static int64
line_eligible(const Benefit *benefit, const ClaimLine *line)
{
	int64		share_micro = benefit->share_micro[line->item_class];
	int64		first_micro = benefit->self_first_micro >= 0
		? benefit->self_first_micro : share_micro;
	fixed128	parts = (fixed128) line->net_self_first_fen * first_micro +
		(fixed128) (line->net_allowed_fen - line->net_self_first_fen) *
		share_micro;

	return (int64) fixed_div_round(parts, FIXED_MICRO_ONE);
}

/*
 * take_lines lets lines through, and books what does not count.
 */
static void
take_lines(Work *work)
{
	const ClaimBill *bill = work->bill;
	int64		contract_fen = 0;
	int			i;

	work->amount_fen = 0;
	for (i = 0; i < bill->n_lines; i++)
	{
		const ClaimLine *line = &bill->lines[i];

		work->is_let[i] = filter_takes_line(&work->benefit->filter, line);
		work->eligible_fen[i] = 0;
		if (!work->is_let[i])
			continue;
		work->eligible_fen[i] = line_eligible(work->benefit, line);
		work->amount_fen += work->eligible_fen[i];
		contract_fen += line->net_amount_fen - line->net_allowed_fen;
	}
	work->split->benefit_code = work->benefit->code;
	work->split->submitted_fen = bill->submitted_fen;
	work->split->ineligible_fen = bill->submitted_fen - work->amount_fen;
	add_reason(work, REASON_CONTRACT_PRICE, contract_fen, NULL, -1);
	add_reason(work, REASON_INELIGIBLE,
			   work->split->ineligible_fen - contract_fen, NULL, -1);
}

/*
 * ensure raises an internal error where money does not add up.  Never a wrong
 * payment.
 */
static void
ensure(const Work *work, bool holds, const char *what)
{
	if (unlikely(!holds))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_IDENTITY),
				 errmsg("calculation of bill \"%s\", benefit \"%s\" does not add up: %s",
						work->bill->no, work->benefit->code, what),
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

	ensure(work, total_fen == split->submitted_fen, "the parts are not the whole");
	ensure(work, split->ineligible_fen >= 0 && split->offset_fen >= 0 &&
		   split->deductible_fen >= 0 && split->copay_fen >= 0 &&
		   split->coinsurance_fen >= 0 && split->over_limit_fen >= 0 &&
		   split->paid_fen >= 0, "a part is negative");
}

/*
 * line_open says what nobody has paid on a line yet.
 */
static int64
line_open(const Work *work, int i)
{
	const ClaimLine *line = &work->bill->lines[i];

	return line->net_amount_fen - line->net_social_fen - line->net_other_fen -
		work->prior_fen[i];
}

/*
 * pay holds the amount within what is open on the lines that count (indemnity)
 * and splits what is paid over them.
 */
static void
pay(Work *work)
{
	int			n_lines = work->bill->n_lines;
	int64	   *bounds_fen = work->scratch_fen;
	int64	   *shares_fen = palloc(mul_size(sizeof(int64), n_lines));
	int64		bound_fen;
	int64		paid_fen = 0;
	int			i;

	for (i = 0; i < n_lines; i++)
		bounds_fen[i] = work->eligible_fen[i] > 0 ? line_open(work, i) : 0;
	bound_fen = sum_fen(bounds_fen, n_lines);
	if (work->amount_fen > bound_fen)
	{
		work->split->over_limit_fen += work->amount_fen - bound_fen;
		add_reason(work, REASON_INDEMNITY, work->amount_fen - bound_fen, NULL,
				   -1);
		work->amount_fen = bound_fen;
	}
	spread_bounded(work->amount_fen, work->eligible_fen, bounds_fen, n_lines,
				   shares_fen);
	for (i = 0; i < n_lines; i++)
	{
		ensure(work, shares_fen[i] >= 0 && shares_fen[i] <= bounds_fen[i],
			   "a line is paid beyond what is open on it");
		paid_fen += shares_fen[i];
		work->prior_fen[i] += shares_fen[i];
		work->bill_result->line_paid_fen[i] += shares_fen[i];
	}
	ensure(work, paid_fen == work->amount_fen, "the lines are not the payment");
	work->split->paid_fen = work->amount_fen;
	work->bill_result->paid_fen += work->amount_fen;
	pfree(shares_fen);
}

/*
 * run_benefit runs one benefit on one bill.
 */
static void
run_benefit(Work *work)
{
	ReasonCode	reason = filter_test(&work->benefit->filter, work->claim,
									 work->bill);
	CounterKey	year;
	CounterKey	lifetime;
	int			i;

	if (reason != REASON_NONE)
	{
		(void) push_reason(work, reason);
		return;
	}
	work->split = &work->bill_result->splits[work->bill_result->n_splits++];
	memset(work->split, 0, sizeof(*work->split));
	work->n_pending = 0;
	take_lines(work);
	for (i = 0; i < work->benefit->n_steps; i++)
		run_step(work, &work->benefit->steps[i]);
	pay(work);
	check_split(work);
	year = counter_key(work, work->benefit_index, false, PERIOD_YEAR,
					   MEASURE_AMOUNT);
	lifetime = counter_key(work, work->benefit_index, false, PERIOD_LIFETIME,
						   MEASURE_AMOUNT);
	add_pending(work, PENDING_PAID, &year, 0, -1);
	add_pending(work, PENDING_PAID, &lifetime, 0, -1);
	book_pending(work);
}

/*
 * run_bill runs all benefits on one bill.
 */
static void
run_bill(Work *work, const ClaimBill *bill)
{
	int			n_lines = bill->n_lines;
	int			i;

	work->bill = bill;
	work->days = (int64) bill->to_date - bill->from_date + 1;
	work->year_start = work->terms->is_calendar_year
		? calendar_year_start(bill->from_date)
		: policy_year_start(work->claim->member.policy_start, bill->from_date);
	work->bill_result = &work->result->bills[work->bill_index];
	work->bill_result->bill = bill;
	work->bill_result->splits =
		palloc(mul_size(sizeof(BenefitSplit), work->terms->n_benefits));
	work->bill_result->line_paid_fen = palloc0(mul_size(sizeof(int64), n_lines));
	memset(work->prior_fen, 0, mul_size(sizeof(int64), n_lines));
	for (i = 0; i < work->terms->n_shared; i++)
		work->shared[i].is_open = false;
	for (i = 0; i < work->terms->n_counters; i++)
		work->credits[i].is_open = false;
	for (i = 0; i < work->terms->n_benefits; i++)
	{
		CHECK_FOR_INTERRUPTS();
		work->benefit = &work->terms->benefits[i];
		work->benefit_index = i;
		run_benefit(work);
	}
	work->result->paid_fen += work->bill_result->paid_fen;
	work->result->submitted_fen += bill->submitted_fen;
}

/*
 * compare_bills orders bills by from-date, then number by byte, then as they
 * stand in the document.
 */
static int
compare_bills(const void *left, const void *right)
{
	const ClaimBill *a = *(const ClaimBill *const *) left;
	const ClaimBill *b = *(const ClaimBill *const *) right;
	int			order;

	if (a->from_date != b->from_date)
		return a->from_date < b->from_date ? -1 : 1;
	order = strcmp(a->no, b->no);
	return order != 0 ? order : a->position - b->position;
}

/*
 * order_bills puts the bills into the order of calculation.
 */
static const ClaimBill **
order_bills(const Claim *claim)
{
	const ClaimBill **order = palloc(mul_size(sizeof(ClaimBill *),
											  Max(claim->n_bills, 1)));
	int			i;

	for (i = 0; i < claim->n_bills; i++)
		order[i] = &claim->bills[i];
	qsort(order, claim->n_bills, sizeof(ClaimBill *), compare_bills);
	return order;
}

/*
 * open_work makes the arrays that all bills use.
 */
static void
open_work(Work *work, const Terms *terms, const Claim *claim,
		  const Used *used, ClaimResult *result)
{
	Size		count;
	int			i;

	memset(work, 0, sizeof(*work));
	memset(result, 0, sizeof(*result));
	work->terms = terms;
	work->claim = claim;
	work->result = result;
	work->counters = counters_open(terms, used);
	work->n_lines_max = 1;
	for (i = 0; i < claim->n_bills; i++)
		work->n_lines_max = Max(work->n_lines_max, claim->bills[i].n_lines);
	count = work->n_lines_max;
	work->shared = palloc0(mul_size(sizeof(SharedVisit),
									Max(terms->n_shared, 1)));
	work->credits = palloc0(mul_size(sizeof(CreditVisit), terms->n_counters));
	work->scratch_fen = palloc(mul_size(sizeof(int64), count));
	work->prior_fen = palloc(mul_size(sizeof(int64), count));
	work->eligible_fen = palloc(mul_size(sizeof(int64), count));
	work->is_let = palloc(mul_size(sizeof(bool), count));
	work->n_reasons_allocated = 16;
	result->reasons = palloc(sizeof(Reason) * work->n_reasons_allocated);
	result->n_bills = claim->n_bills;
	result->bills = palloc0(mul_size(sizeof(BillResult),
									 Max(claim->n_bills, 1)));
}

/*
 * check_member refuses a claim that lacks what the terms need of the member.
 */
static void
check_member(const Terms *terms, const Claim *claim)
{
	if (!claim->has_member)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_INVALID_CLAIM),
				 errmsg("claim: member: missing")));
	if (terms->has_family_year && !claim->member.has_policy_start)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_INVALID_CLAIM),
				 errmsg("claim: member.policy_start: missing"),
				 errhint("The terms count for the family by policy year, which begins on the same day for all members.")));
}

/*
 * benefit_evaluate calculates a claim.
 */
void
benefit_evaluate(const Terms *terms, const Claim *claim, const Used *used,
				 ClaimResult *result)
{
	const ClaimBill **order;
	Work		work;
	int			i;

	check_member(terms, claim);
	open_work(&work, terms, claim, used, result);
	order = order_bills(claim);
	for (i = 0; i < claim->n_bills; i++)
	{
		work.bill_index = i;
		run_bill(&work, order[i]);
	}
	result->is_paid = result->paid_fen > 0;
	counters_close(work.counters, result);
}
