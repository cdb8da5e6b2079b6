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
 * Memory: the arrays that hold one value a line are taken once a claim, for
 * its longest bill, in one piece.
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
 * grow_reasons makes room for more reasons.
 */
static void
grow_reasons(Work *work)
{
	work->n_reasons_allocated *= 2;
	work->result->reasons = repalloc(work->result->reasons,
									 mul_size(sizeof(Reason),
											  work->n_reasons_allocated));
}

/*
 * write_reason writes the next reason, and does not count it yet.
 */
static inline Reason *
write_reason(Work *work, ReasonCode code)
{
	ClaimResult *result = work->result;
	Reason	   *reason;

	if (unlikely(result->n_reasons == work->n_reasons_allocated))
		grow_reasons(work);
	reason = &result->reasons[result->n_reasons];
	reason->code = code;
	reason->bill_no = work->bill ? work->bill->no : NULL;
	reason->benefit_code = work->benefit->code;
	return reason;
}

/*
 * add_reason says why an amount was booked; none was booked, nothing is said:
 * then the next reason takes this one's place, which costs less than to find
 * out beforehand what no processor can guess.
 */
void
add_reason(Work *work, ReasonCode code, int64 amount_fen, const char *counter,
		   int64 limit)
{
	Reason	   *reason = write_reason(work, code);

	reason->has_amount = true;
	reason->amount_fen = amount_fen;
	reason->counter = counter;
	reason->limit = limit;
	work->result->n_reasons += amount_fen != 0;
}

/*
 * add_silence says why a benefit does not respond.
 */
void
add_silence(Work *work, ReasonCode code)
{
	Reason	   *reason = write_reason(work, code);

	reason->has_amount = false;
	reason->amount_fen = 0;
	reason->counter = NULL;
	reason->limit = -1;
	work->result->n_reasons++;
	work->amount_fen = 0;
	if (work->trace)
		(void) trace_row(work, TRACE_SILENT, 0, CATEGORY_NONE, code);
}

/*
 * book moves an amount from the stream into a category.
 */
void
book(Work *work, Category category, ReasonCode code, int64 booked_fen,
	 const char *counter, int64 limit)
{
	int64	   *amounts_fen = &work->split->submitted_fen;
	int64		amount_in_fen = work->amount_fen;

	work->amount_fen -= booked_fen;
	amounts_fen[category] += booked_fen;
	add_reason(work, code, booked_fen, counter, limit);
	if (work->trace)
		(void) trace_row(work, TRACE_STEP, amount_in_fen, category, code);
}

/* ----- bookings that wait ----- */

/*
 * add_pending notes a booking for after the last step.  No two are of the same
 * measure of the same counter but visits, which are counted once anyway.
 */
Pending *
add_pending(Work *work, PendingKind kind, const CounterKey *key, int64 delta,
			int64 limit)
{
	Pending    *pending;

	Assert(work->n_pending < PENDING_MAX);
	pending = &work->pending[work->n_pending++];
	pending->kind = kind;
	pending->key = *key;
	pending->delta = delta;
	pending->limit = limit;
	pending->categories = NULL;
	return pending;
}

/*
 * add_own_amounts asks for what a benefit always keeps: what it paid in the
 * year and in its lifetime; where a limit counts in the same counter, it has
 * asked already.
 */
void
add_own_amounts(Work *work)
{
	CounterKey	year = counter_key(work, work->benefit_index, false,
								   PERIOD_YEAR, MEASURE_AMOUNT);
	CounterKey	lifetime = counter_key(work, work->benefit_index, false,
									   PERIOD_LIFETIME, MEASURE_AMOUNT);

	if (!work->benefit->limits_year)
		(void) add_pending(work, PENDING_PAID, &year, 0, -1);
	if (!work->benefit->limits_lifetime)
		(void) add_pending(work, PENDING_PAID, &lifetime, 0, -1);
	if (work->trace)
	{
		(void) trace_row(work, TRACE_PAID, work->amount_fen, CATEGORY_PAID,
						 REASON_NONE);
		trace_counter(work, &year, -1);
		trace_counter(work, &lifetime, -1);
	}
}

/*
 * paid_on says what of the payment fell on the lines of some categories.
 */
static int64
paid_on(const Work *work, const TextList *categories)
{
	int64		paid_fen = 0;
	int			i;

	for (i = 0; i < work->bill->n_lines; i++)
		if (is_in_categories(work, categories, i))
			paid_fen += work->paid_fen[i];
	return paid_fen;
}

/*
 * book_pending books what the steps asked for, now that it is known what came
 * of them.
 */
void
book_pending(Work *work)
{
	const BenefitSplit *split = work->split;
	int64		by_kind_fen[PENDING_KINDS] = {0};
	int			i;

	by_kind_fen[PENDING_PAID] = split->paid_fen;
	by_kind_fen[PENDING_MEMBER] = split->deductible_fen + split->copay_fen +
		split->coinsurance_fen;
	for (i = 0; i < work->n_pending; i++)
	{
		const Pending *pending = &work->pending[i];
		int64		delta = pending->delta + by_kind_fen[pending->kind];

		if (unlikely(pending->kind == PENDING_LINES && split->paid_fen > 0))
			delta = paid_on(work, pending->categories);
		if (pending->kind != PENDING_VISIT)
			counters_add(work->counters, &pending->key, delta, pending->limit);
		else if (split->paid_fen > 0)
			counters_add_visit(work->counters, &pending->key,
							   work->bill_index, pending->limit);
	}
	work->n_pending = 0;
}

/* ----- a benefit on a bill ----- */

/*
 * line_eligible says what of a line counts: by the share of its class, with
 * the part to be borne first at its own share.  Rounded once.
 */
static inline int64
line_eligible(const Benefit *benefit, const ClaimLine *line)
{
	int64		share_micro = benefit->share_micro[line->item_class];
	int64		first_micro = benefit->self_first_micro >= 0
		? benefit->self_first_micro : share_micro;
	fixed128	parts;

	if (share_micro == first_micro)
		return fixed_share(line->net_allowed_fen, share_micro);
	parts = (fixed128) line->net_self_first_fen * first_micro +
		(fixed128) (line->net_allowed_fen - line->net_self_first_fen) *
		share_micro;
	return (int64) fixed_div_round(parts, FIXED_MICRO_ONE);
}

/*
 * book_ineligible books what of the bill does not count: what other benefits
 * may take, what is above a contract price, what the classes leave out.
 */
static void
book_ineligible(Work *work, int64 eligible_fen, int64 contract_fen)
{
	BenefitSplit *split = work->split;

	split->submitted_fen = work->bill->submitted_fen;
	split->ineligible_fen = split->submitted_fen - eligible_fen;
	add_reason(work, REASON_CONTRACT_PRICE, contract_fen, NULL, -1);
	add_reason(work, REASON_INELIGIBLE, split->ineligible_fen - contract_fen,
			   NULL, -1);
	if (work->trace && contract_fen > 0)
	{
		work->amount_fen = split->submitted_fen - contract_fen;
		(void) trace_row(work, TRACE_ELIGIBLE, split->submitted_fen,
						 CATEGORY_INELIGIBLE, REASON_CONTRACT_PRICE);
	}
	work->amount_fen = eligible_fen;
	if (work->trace)
		(void) trace_row(work, TRACE_ELIGIBLE,
						 split->submitted_fen - contract_fen,
						 CATEGORY_INELIGIBLE, REASON_INELIGIBLE);
}

/*
 * choose_lines takes what counts of the lines that the filter lets through;
 * says what of them is above contract prices.
 */
static int64
choose_lines(Work *work)
{
	const ClaimBill *bill = work->bill;
	LinesView  *own = &work->own;
	int64		contract_fen = 0;
	int			i;

	own->total_fen = 0;
	for (i = 0; i < bill->n_lines; i++)
	{
		const ClaimLine *line = &bill->lines[i];

		int64		mask = -(int64) work->is_let[i];

		own->eligible_fen[i] = line_eligible(work->benefit, line) & mask;
		own->total_fen += own->eligible_fen[i];
		contract_fen += (line->net_amount_fen - line->net_allowed_fen) & mask;
	}
	work->eligible_fen = own->eligible_fen;
	return contract_fen;
}

/*
 * take_lines takes what counts of the lines that the filter lets through, and
 * books what does not.
 */
static void
take_lines(Work *work)
{
	if (work->is_let != work->all.is_let || !work->benefit->is_whole)
	{
		int64		contract_fen = choose_lines(work);

		book_ineligible(work, work->own.total_fen, contract_fen);
		return;
	}
	work->eligible_fen = work->all.eligible_fen;
	book_ineligible(work, work->all.total_fen, work->contract_fen);
}

/*
 * run_benefit runs one benefit on one bill.
 */
static void
run_benefit(Work *work)
{
	const Benefit *benefit = work->benefit;
	ReasonCode	reason = filter_test(work, benefit);
	int			i;

	if (work->trace)
		trace_begin(work);
	if (reason != REASON_NONE)
	{
		add_silence(work, reason);
		return;
	}
	work->split = &work->bill_result->splits[work->bill_result->n_splits++];
	memset(work->split, 0, sizeof(*work->split));
	work->split->benefit_code = benefit->code;
	work->n_pending = 0;
	work->has_bounds = false;
	work->offset_payments = 0;
	work->reason_first = work->result->n_reasons;
	take_lines(work);
	for (i = 0; i < benefit->n_steps; i++)
	{
		work->step = &benefit->steps[i];
		run_step(work, work->step);
	}
	work->step = NULL;
	pay(work);
	add_own_amounts(work);
	book_pending(work);
	if (work->trace)
		trace_end(work);
}

/* ----- a bill, a claim ----- */

/*
 * open_visit begins a bill, or the event of the claim, which has none.
 */
void
open_visit(Work *work, const ClaimBill *bill, int bill_index, DateADT date)
{
	int			i;

	work->bill = bill;
	work->bill_index = bill_index;
	work->date = date;
	work->days = bill ? (int64) bill->to_date - bill->from_date + 1 : 1;
	work->year_start = work->terms->is_calendar_year
		? calendar_year_start(date)
		: policy_year_start(work->claim->member.policy_start, date);
	for (i = 0; i < work->terms->n_shared; i++)
		work->shared[i].is_open = false;
	for (i = 0; i < work->terms->n_counters && work->credits; i++)
		work->credits[i].is_open = false;
}

/*
 * run_bill runs all benefits on one bill.
 */
static void
run_bill(Work *work, const ClaimBill *bill, int bill_index)
{
	int			i;

	CHECK_FOR_INTERRUPTS();
	open_visit(work, bill, bill_index, bill->from_date);
	work->bill_result = &work->result->bills[bill_index];
	open_bill_lines(work);
	for (i = 0; i < work->terms->n_benefits; i++)
	{
		work->benefit = &work->terms->benefits[i];
		work->benefit_index = i;
		if (work->benefit->kind == KIND_EXPENSE)
			run_benefit(work);
	}
	work->result->paid_fen += work->bill_result->paid_fen;
	work->result->submitted_fen += bill->submitted_fen;
}

/*
 * open_lines takes the arrays of one value a line.
 */
static void
open_lines(Work *work)
{
	Size		count = work->claim->n_lines_max;
	int64	   *block = palloc(mul_size(sizeof(int64) * 9 + sizeof(bool) * 2,
										count));

	work->scratch_fen = block;
	work->part_fen = block + count;
	work->prior_fen = block + count * 2;
	work->open_fen = block + count * 3;
	work->bounds_fen = block + count * 4;
	work->paid_fen = block + count * 5;
	work->all.eligible_fen = block + count * 6;
	work->own.eligible_fen = block + count * 7;
	work->kept_fen = block + count * 8;
	work->all.is_let = (bool *) (block + count * 9);
	work->own.is_let = work->all.is_let + count;
}

/*
 * open_bills takes the results of all bills, of their benefits and lines.
 */
static void
open_bills(Work *work)
{
	const Claim *claim = work->claim;
	int			n_expense = work->terms->n_benefits - work->terms->n_fixed;
	Size		n_lines = 0;
	BillResult *bills;
	BenefitSplit *splits;
	int64	   *lines_fen;
	int			i;

	for (i = 0; i < claim->n_bills; i++)
		n_lines += claim->bills[i].n_lines;
	bills = palloc(add_size(mul_size(sizeof(BillResult) +
									 sizeof(BenefitSplit) * n_expense,
									 claim->n_bills),
							mul_size(sizeof(int64), n_lines + 1)));
	splits = (BenefitSplit *) (bills + claim->n_bills);
	lines_fen = (int64 *) (splits + (Size) n_expense * claim->n_bills);
	memset(lines_fen, 0, sizeof(int64) * n_lines);
	for (i = 0; i < claim->n_bills; i++)
	{
		bills[i].bill = claim->order[i];
		bills[i].n_splits = 0;
		bills[i].splits = splits + (Size) n_expense * i;
		bills[i].line_paid_fen = lines_fen;
		bills[i].paid_fen = 0;
		lines_fen += claim->order[i]->n_lines;
	}
	work->result->n_bills = claim->n_bills;
	work->result->bills = bills;
}

/*
 * open_work begins a calculation.
 */
static void
open_work(Work *work, const Terms *terms, const Claim *claim,
		  const Used *used, ClaimResult *result, Trace *trace)
{
	memset(work, 0, offsetof(Work, pending));
	memset(result, 0, sizeof(*result));
	work->terms = terms;
	work->claim = claim;
	work->result = result;
	work->trace = trace;
	work->counters = counters_open(terms, used);
	if (terms->n_shared > 0)
		work->shared = palloc0(mul_size(sizeof(SharedVisit), terms->n_shared));
	open_lines(work);
	work->n_reasons_allocated = 32;
	result->reasons = palloc(sizeof(Reason) * work->n_reasons_allocated);
	open_bills(work);
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
 * benefit_trace calculates a claim, and writes down how where asked to.
 */
void
benefit_trace(const Terms *terms, const Claim *claim, const Used *used,
			  ClaimResult *result, Trace *trace)
{
	Work		work;
	int			i;

	check_member(terms, claim);
	open_work(&work, terms, claim, used, result, trace);
	for (i = 0; i < claim->n_bills; i++)
		run_bill(&work, claim->order[i], i);
	if (terms->n_fixed > 0)
		run_fixed(&work);
	result->is_paid = result->paid_fen > 0;
	counters_close(work.counters, result);
}

/*
 * benefit_evaluate calculates a claim.
 */
void
benefit_evaluate(const Terms *terms, const Claim *claim, const Used *used,
				 ClaimResult *result)
{
	benefit_trace(terms, claim, used, result, NULL);
}
