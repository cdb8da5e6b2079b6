/*-------------------------------------------------------------------------
 *
 * calculate_share.c
 *		Coinsurance, and the maximum that a member bears out of pocket.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/calculate.h"
#include "core/fixed.h"

/* ----- coinsurance ----- */

/*
 * find_case finds the first case that holds, NULL for none.
 */
static const CoinsuranceCase *
find_case(Work *work, const Step *step)
{
	int			i;

	for (i = 0; i < step->n_cases; i++)
	{
		const CoinsuranceCase *coinsurance = &step->cases[i];

		if (coinsurance->when == NULL ||
			condition_holds(work, coinsurance->when))
			return coinsurance;
	}
	return NULL;
}

/*
 * pay_slices pays each slice of an amount at the rate of its band, from where
 * the slices before it ended; rounded once.
 */
static int64
pay_slices(const CoinsuranceCase *coinsurance, int64 from_fen,
		   int64 amount_fen)
{
	fixed128	parts = 0;
	int64		at_fen = from_fen;
	int64		end_fen = from_fen + amount_fen;
	int			i;

	if (coinsurance->n_bands == 1)
		return fixed_share(amount_fen, coinsurance->bands[0].pay_micro);
	for (i = 0; i < coinsurance->n_bands && at_fen < end_fen; i++)
	{
		const Band *band = &coinsurance->bands[i];
		int64		to_fen = Min(band->upto, end_fen);

		if (to_fen <= at_fen)
			continue;
		parts += (fixed128) (to_fen - at_fen) * band->pay_micro;
		at_fen = to_fen;
	}
	return (int64) fixed_div_round(parts, FIXED_MICRO_ONE);
}

/*
 * visit_rate gives the rate of the visit that this one would be, if it pays.
 */
static int64
visit_rate(const CoinsuranceCase *coinsurance, int64 visits_before)
{
	int			i = 0;

	while (coinsurance->bands[i].upto < visits_before + 1)
		i++;
	return coinsurance->bands[i].pay_micro;
}

/*
 * pay_share says what a case lets out of the amount.
 */
static int64
pay_share(const Work *work, const Step *step,
		  const CoinsuranceCase *coinsurance)
{
	CounterKey	key;

	switch (coinsurance->band_on)
	{
		case BAND_ON_NONE:
		case BAND_ON_VISIT:
			break;
		case BAND_ON_YEAR:
			key = counter_key(work, step->counter, false, PERIOD_YEAR,
							  MEASURE_BASE);
			return pay_slices(coinsurance, counters_get(work->counters, &key),
							  work->amount_fen);
		case BAND_ON_VISITS:
			key = counter_key(work, step->counter, false, PERIOD_YEAR,
							  MEASURE_COUNT);
			return fixed_share(work->amount_fen,
							   visit_rate(coinsurance,
										  counters_get(work->counters, &key)));
	}
	return pay_slices(coinsurance, 0, work->amount_fen);
}

/*
 * keep_counters asks for what the bands of a coinsurance go on from, whichever
 * case held.
 */
static void
keep_counters(Work *work, const Step *step, int64 base_fen)
{
	CounterKey	key;

	if (step->keeps_base)
	{
		key = counter_key(work, step->counter, false, PERIOD_YEAR,
						  MEASURE_BASE);
		(void) ask(work, PENDING_FIXED, &key, base_fen, -1);
	}
	if (step->keeps_count)
	{
		key = counter_key(work, step->counter, false, PERIOD_YEAR,
						  MEASURE_COUNT);
		(void) ask(work, PENDING_VISIT, &key, 0, -1);
	}
}

/*
 * run_coinsurance lets a share out, and what the member would bear beyond the
 * most for a visit.  Where no case holds, all goes out.
 */
void
run_coinsurance(Work *work, const Step *step)
{
	const CoinsuranceCase *coinsurance = find_case(work, step);
	int64		base_fen = work->amount_fen;
	int64		borne_fen = 0;
	int64		max_fen = -1;

	if (coinsurance)
	{
		borne_fen = base_fen - pay_share(work, step, coinsurance);
		max_fen = coinsurance->max_fen;
	}
	if (max_fen >= 0)
		borne_fen = Min(borne_fen, max_fen);
	book(work, CATEGORY_COINSURANCE, REASON_COINSURANCE, borne_fen, NULL,
		 max_fen);
	if (work->trace && coinsurance)
		trace_last(work)->case_index = (int) (coinsurance - step->cases);
	keep_counters(work, step, base_fen);
}

/* ----- out of pocket ----- */

/*
 * unsay takes an amount back from the reasons of this benefit that say why it
 * was booked, the latest first; one of which nothing is left goes.
 */
static void
unsay(Work *work, ReasonCode code, int64 amount_fen)
{
	ClaimResult *result = work->result;
	int			i;

	for (i = result->n_reasons - 1; i >= work->reason_first && amount_fen > 0;
		 i--)
	{
		Reason	   *reason = &result->reasons[i];
		int64		taken_fen = Min(reason->amount_fen, amount_fen);

		if (reason->code != code)
			continue;
		reason->amount_fen -= taken_fen;
		amount_fen -= taken_fen;
		if (reason->amount_fen > 0)
			continue;
		memmove(reason, reason + 1,
				sizeof(Reason) * (result->n_reasons - i - 1));
		result->n_reasons--;
	}
}

/*
 * give_back gives back out as paid what a category holds, at most an amount;
 * says what is left of the amount.
 */
static int64
give_back(Work *work, Category category, ReasonCode code, int64 back_fen)
{
	int64	   *amounts_fen = &work->split->submitted_fen;
	int64		given_fen = Min(amounts_fen[category], back_fen);
	int64		amount_in_fen = work->amount_fen;

	unsay(work, code, given_fen);
	amounts_fen[category] -= given_fen;
	work->amount_fen += given_fen;
	if (work->trace && (given_fen > 0 || category == CATEGORY_COINSURANCE))
		(void) trace_row(work, TRACE_STEP, amount_in_fen, category, code);
	return back_fen - given_fen;
}

/*
 * run_out_of_pocket gives back what the member bears above the most for the
 * year: coinsurance, then copay, then deductible.  What came of it is booked
 * after the last step.
 */
void
run_out_of_pocket(Work *work, const Step *step)
{
	const BenefitSplit *split = work->split;
	bool		has_family = step->is_family || step->family_amount_fen >= 0;
	int64		family_fen = step->is_family ? step->amount_fen
		: step->family_amount_fen;
	CounterKey	own = counter_key(work, step->counter, false, step->per,
								  MEASURE_MEMBER);
	CounterKey	family = counter_key(work, step->counter, true, step->per,
									 MEASURE_MEMBER);
	int64		room_fen = PG_INT64_MAX;
	int64		back_fen;

	if (!step->is_family)
		room_fen = room_in(work, &own, step->amount_fen);
	if (has_family)
		room_fen = Min(room_fen, room_in(work, &family, family_fen));
	back_fen = Max(split->deductible_fen + split->copay_fen +
				   split->coinsurance_fen - room_fen, 0);
	back_fen = give_back(work, CATEGORY_COINSURANCE, REASON_COINSURANCE,
						 back_fen);
	back_fen = give_back(work, CATEGORY_COPAY, REASON_COPAY, back_fen);
	(void) give_back(work, CATEGORY_DEDUCTIBLE, REASON_DEDUCTIBLE, back_fen);
	if (!step->is_family)
		(void) ask(work, PENDING_MEMBER, &own, 0, step->amount_fen);
	if (has_family)
		(void) ask(work, PENDING_MEMBER, &family, 0, family_fen);
}
