/*-------------------------------------------------------------------------
 *
 * calculate_fixed.c
 *		Runs the fixed benefits of a claim: allowances by day, lump sums,
 *		schedules by disability grade.
 *
 * They come after all bills, in the order of the terms.  None of them is
 * indemnity: what they pay depends on the event, on days and on what they have
 * paid before, and not on what was spent.
 *
 * A benefit that responds comes to a gross amount; what is taken from it is
 * over a limit, and the rest is paid:  gross = over_limit + paid.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/calculate.h"
#include "benefit/fixed_terms.h"
#include "core/errors.h"
#include "core/fixed.h"
#include "miscadmin.h"
#include "storage/shmem.h"

/* What is left of a level's promise, and the group that it would pay for. */
typedef struct LevelMatch
{
	const Level *level;			/* NULL: none fits */
	const char *group;
} LevelMatch;

/*
 * key_of makes a key of the member's counter that a name or a day tells apart.
 */
static CounterKey
key_of(int counter, PeriodKind kind, DateADT start, const char *name,
	   Measure measure)
{
	return counter_pack(counter, false, kind, start, measure, name);
}

/*
 * begin begins a benefit on the visit.  False where it does not respond.
 */
static bool
begin(Work *work, BenefitSplit *split)
{
	ReasonCode	reason = filter_test(work, work->benefit);

	if (work->trace)
		trace_begin(work);
	if (reason != REASON_NONE)
	{
		add_silence(work, reason);
		return false;
	}
	memset(split, 0, sizeof(*split));
	split->benefit_code = work->benefit->code;
	work->split = split;
	work->step = NULL;
	work->n_pending = 0;
	work->reason_first = work->result->n_reasons;
	return true;
}

/*
 * set_gross says what a benefit would pay, if nothing limited it; the rule is
 * the part of the terms that says so.
 */
static void
set_gross(Work *work, int64 gross_fen, const char *rule)
{
	work->split->submitted_fen = gross_fen;
	work->amount_fen = gross_fen;
	if (work->trace)
		trace_row(work, TRACE_FIXED, gross_fen, CATEGORY_NONE,
				  REASON_NONE)->rule = rule;
}

/*
 * cut takes from the amount what is not paid, but for steps, which do so
 * themselves.
 */
static void
cut(Work *work, ReasonCode reason, int64 cut_fen, int counter, int64 limit)
{
	int64		amount_in_fen = work->amount_fen;

	work->amount_fen -= cut_fen;
	work->split->over_limit_fen += cut_fen;
	add_reason(work, reason, cut_fen, work->terms->counters[counter], limit);
	if (work->trace)
		(void) trace_row(work, TRACE_FIXED, amount_in_fen,
						 CATEGORY_OVER_LIMIT, reason);
}

/*
 * finish pays what is left, books it, and adds a row to the result.
 */
static FixedResult *
finish(Work *work)
{
	ClaimResult *result = work->result;
	FixedResult *row = &result->fixed[result->n_fixed++];
	BenefitSplit *split = work->split;

	split->paid_fen = work->amount_fen;
	ensure_sum(work, split->paid_fen >= 0 && split->over_limit_fen >= 0 &&
			   split->paid_fen + split->over_limit_fen == split->submitted_fen,
			   "the parts are not the whole");
	add_own_amounts(work);
	book_pending(work);
	result->paid_fen += split->paid_fen;
	if (result->paid_fen > FIXED_FEN_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("claim: what its benefits pay is out of range")));
	row->benefit_code = work->benefit->code;
	row->level = NULL;
	row->grade = 0;
	row->bill = work->bill;
	row->days = -1;
	row->paid_fen = split->paid_fen;
	if (work->trace)
		trace_end(work);
	return row;
}

/* ----- daily ----- */

/*
 * stay_days says how many days of a bill pay: the days of its stay from the
 * first that does, where earlier bills of the stay have taken some.  All days
 * of the bill are days of the stay from then on.
 */
static int64
stay_days(Work *work)
{
	const ClaimBill *bill = work->bill;
	int64		days = Max((int64) bill->to_date - bill->from_date, 1);
	int64		unpaid_days = work->benefit->fixed->from_day - 1;
	int64		before_days = 0;

	if (bill->stay)
	{
		CounterKey	key = key_of(work->benefit_index, PERIOD_STAY, 0,
								 bill->stay, MEASURE_DAYS);

		before_days = counters_get(work->counters, &key);
		(void) add_pending(work, PENDING_FIXED, &key, days, -1);
	}
	return Max(before_days + days - Max(before_days, unpaid_days), 0);
}

/*
 * run_days_limit lets at most the days through that are left in the period,
 * and says how many.
 */
static int64
run_days_limit(Work *work, const Step *step, int64 days)
{
	CounterKey	key = counter_key(work, step->counter, step->is_family,
								  step->per, MEASURE_DAYS);
	int64		left = Max(step->days - counters_get(work->counters, &key), 0);
	int64		paid_days = Min(days, left);

	book(work, CATEGORY_OVER_LIMIT, REASON_LIMIT_DAYS,
		 (days - paid_days) * work->benefit->fixed->amount_fen,
		 work->terms->counters[step->counter], step->days);
	if (work->trace)
	{
		trace_last(work)->days = paid_days;
		trace_counter(work, &key, step->days);
	}
	return paid_days;
}

/*
 * book_days books the days that were paid, in the counter of each limit.
 */
static void
book_days(Work *work, int64 days)
{
	int			i;

	for (i = 0; i < work->benefit->n_steps; i++)
	{
		const Step *step = &work->benefit->steps[i];
		CounterKey	key;

		if (step->days < 0)
			continue;
		key = counter_key(work, step->counter, step->is_family, step->per,
						  MEASURE_DAYS);
		(void) add_pending(work, PENDING_FIXED, &key, days, step->days);
	}
}

/*
 * gross_of_days is what so many days would pay; a claim cannot hold more.
 */
static int64
gross_of_days(const Work *work, int64 days)
{
	fixed128	gross_fen = (fixed128) work->benefit->fixed->amount_fen * days;

	if (gross_fen > FIXED_FEN_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("claim: bills[%d]: the allowance of " INT64_FORMAT " days is out of range",
						work->bill->position, days)));
	return (int64) gross_fen;
}

/*
 * run_daily runs an allowance on one bill.
 */
static void
run_daily(Work *work)
{
	BenefitSplit split;
	FixedResult *row;
	int64		days;
	int			i;

	if (!begin(work, &split))
		return;
	days = stay_days(work);
	set_gross(work, gross_of_days(work, days), NULL);
	if (work->trace)
	{
		trace_last(work)->days = days;
		if (work->n_pending > 0)
			trace_counter(work, &work->pending[0].key, -1);
	}
	for (i = 0; i < work->benefit->n_steps; i++)
	{
		work->step = &work->benefit->steps[i];
		if (work->step->days >= 0)
			days = run_days_limit(work, work->step, days);
		else
			run_step(work, work->step);
	}
	work->step = NULL;
	if (work->amount_fen == 0)
		days = 0;
	book_days(work, days);
	row = finish(work);
	row->days = days;
}

/* ----- lump_sum ----- */

/*
 * find_group finds the first entry of a level's include that any diagnosis of
 * the claim fits.
 */
static const char *
find_group(const Claim *claim, const Level *level)
{
	int			i;
	int			j;

	for (i = 0; i < level->n_groups; i++)
		for (j = 0; j < claim->n_diagnoses; j++)
			if (claim->icd_codes[j].text[0] != '\0' &&
				icd_in_range(&claim->icd_codes[j], &level->groups[i].range))
				return level->groups[i].text;
	return NULL;
}

/*
 * find_level finds the level that decides: of those that fit, the first with
 * the highest share.
 */
static LevelMatch
find_level(const Work *work)
{
	const FixedTerms *fixed = work->benefit->fixed;
	const Claim *claim = work->claim;
	LevelMatch	match = {NULL, NULL};
	int			i;

	for (i = 0; i < fixed->n_levels; i++)
	{
		const Level *level = &fixed->levels[i];
		const char *group;

		if (match.level && level->pay_micro <= match.level->pay_micro)
			continue;
		group = find_group(claim, level);
		if (group == NULL ||
			icd_in_ranges(claim->icd_codes, claim->n_diagnoses,
						  level->excludes, level->n_excludes))
			continue;
		match.level = level;
		match.group = group;
	}
	return match;
}

/*
 * level_refusal says why a level does not pay again, and by which number.
 */
static ReasonCode
level_refusal(const Work *work, const LevelMatch *match, int64 *limit)
{
	const Level *level = match->level;
	CounterKey	count = key_of(level->counter, PERIOD_LIFETIME, 0, NULL,
							   MEASURE_COUNT);
	CounterKey	group = key_of(level->counter, PERIOD_GROUP, 0, match->group,
							   MEASURE_COUNT);
	DateADT		last;

	*limit = level->max_count;
	if (level->max_count >= 0 &&
		counters_get(work->counters, &count) >= level->max_count)
		return REASON_LIMIT_COUNT;
	*limit = 1;
	if (counters_get(work->counters, &group) > 0)
		return REASON_SAME_GROUP;
	*limit = level->interval_days;
	if (level->interval_days >= 0 &&
		counters_last_event(work->counters, level->counter, &last) &&
		(int64) work->date - last < level->interval_days)
		return REASON_INTERVAL;
	return REASON_NONE;
}

/*
 * ask_level asks for what a level keeps: how often, how much, when and for
 * which group it has paid.
 */
static void
ask_level(Work *work, const LevelMatch *match)
{
	const Level *level = match->level;
	CounterKey	count = key_of(level->counter, PERIOD_LIFETIME, 0, NULL,
							   MEASURE_COUNT);
	CounterKey	amount = key_of(level->counter, PERIOD_LIFETIME, 0, NULL,
								MEASURE_AMOUNT);
	CounterKey	event = key_of(level->counter, PERIOD_EVENT, work->date, NULL,
							   MEASURE_COUNT);
	CounterKey	group = key_of(level->counter, PERIOD_GROUP, 0, match->group,
							   MEASURE_COUNT);
	int64		times = work->amount_fen > 0 ? 1 : 0;

	(void) ask(work, PENDING_FIXED, &count, times, level->max_count);
	(void) ask(work, PENDING_PAID, &amount, 0, -1);
	(void) ask(work, PENDING_FIXED, &event, times, -1);
	(void) ask(work, PENDING_FIXED, &group, times, 1);
}

/*
 * run_levels runs a lump sum by levels.
 */
static void
run_levels(Work *work)
{
	LevelMatch	match = find_level(work);
	BenefitSplit *split = work->split;
	ReasonCode	refusal;
	int64		limit;

	if (match.level == NULL)
	{
		add_silence(work, REASON_LEVEL_NONE);
		return;
	}
	set_gross(work, fixed_share(work->benefit->fixed->amount_fen,
								match.level->pay_micro), match.level->rule);
	refusal = level_refusal(work, &match, &limit);
	if (refusal != REASON_NONE)
		cut(work, refusal, split->submitted_fen, match.level->counter, limit);
	ask_level(work, &match);
	finish(work)->level = match.level->code;
}

/*
 * run_once runs a lump sum without levels: once in a lifetime.
 */
static void
run_once(Work *work)
{
	int			counter = work->benefit_index;
	CounterKey	count = key_of(counter, PERIOD_LIFETIME, 0, NULL,
							   MEASURE_COUNT);
	CounterKey	amount = key_of(counter, PERIOD_LIFETIME, 0, NULL,
								MEASURE_AMOUNT);

	set_gross(work, work->benefit->fixed->amount_fen, NULL);
	if (counters_get(work->counters, &count) > 0 ||
		counters_get(work->counters, &amount) > 0)
		cut(work, REASON_ONCE, work->amount_fen, counter, 1);
	(void) ask(work, PENDING_FIXED, &count, work->amount_fen > 0 ? 1 : 0, 1);
	(void) finish(work);
}

/*
 * run_lump_sum runs a lump sum.
 */
static void
run_lump_sum(Work *work)
{
	BenefitSplit split;

	if (!begin(work, &split))
		return;
	if (work->benefit->fixed->n_levels > 0)
		run_levels(work);
	else
		run_once(work);
}

/* ----- schedule ----- */

/*
 * find_grade finds the grade that counts: the heaviest, one grade heavier where
 * two or more share it, 0 for none.
 */
static int
find_grade(const Claim *claim)
{
	int			heaviest = 0;
	int			count = 0;
	int			i;

	for (i = 0; i < claim->n_disability_grades; i++)
	{
		int			grade = claim->disability_grades[i];

		if (heaviest == 0 || grade < heaviest)
		{
			heaviest = grade;
			count = 0;
		}
		if (grade == heaviest)
			count++;
	}
	return count > 1 ? Max(heaviest - 1, 1) : heaviest;
}

/*
 * run_schedule runs a schedule: what the grade is worth, less what the benefit
 * has paid before.
 */
static void
run_schedule(Work *work)
{
	const FixedTerms *fixed = work->benefit->fixed;
	CounterKey	lifetime = key_of(work->benefit_index, PERIOD_LIFETIME, 0,
								  NULL, MEASURE_AMOUNT);
	BenefitSplit split;
	int64		before_fen;
	int			grade;
	int			i;

	if (!begin(work, &split))
		return;
	grade = find_grade(work->claim);
	if (grade == 0 || fixed->share_micro[grade] < 0)
	{
		add_silence(work, REASON_GRADE_NONE);
		return;
	}
	set_gross(work, fixed_share(fixed->amount_fen, fixed->share_micro[grade]),
			  fixed->rule);
	before_fen = counters_get(work->counters, &lifetime);
	cut(work, REASON_LIMIT_LIFETIME, Min(before_fen, work->amount_fen),
		work->benefit_index, split.submitted_fen);
	for (i = 0; i < work->benefit->n_steps; i++)
	{
		work->step = &work->benefit->steps[i];
		run_step(work, work->step);
	}
	work->step = NULL;
	finish(work)->grade = grade;
}

/* ----- all ----- */

/*
 * run_on_event runs a benefit on the event of the claim, which has no bill.
 */
static void
run_on_event(Work *work)
{
	const Claim *claim = work->claim;

	if (!claim->has_event_date)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_INVALID_CLAIM),
				 errmsg("claim: event_date: missing"),
				 errhint("The terms pay fixed sums for an event, by its date.")));
	open_visit(work, NULL, claim->n_bills, claim->event_date);
	if (work->benefit->kind == KIND_LUMP_SUM)
		run_lump_sum(work);
	else
		run_schedule(work);
}

/*
 * run_on_bills runs a benefit on each bill of the claim.
 */
static void
run_on_bills(Work *work)
{
	const Claim *claim = work->claim;
	int			i;

	for (i = 0; i < claim->n_bills; i++)
	{
		CHECK_FOR_INTERRUPTS();
		open_visit(work, claim->order[i], i, claim->order[i]->from_date);
		run_daily(work);
	}
}

/*
 * run_fixed runs the fixed benefits in the order of the terms.
 */
void
run_fixed(Work *work)
{
	Size		n_rows = mul_size(work->terms->n_fixed,
								  Max(work->claim->n_bills, 1));
	int			i;

	work->result->fixed = palloc(mul_size(sizeof(FixedResult), n_rows));
	for (i = 0; i < work->terms->n_benefits; i++)
	{
		work->benefit = &work->terms->benefits[i];
		work->benefit_index = i;
		if (work->benefit->kind == KIND_DAILY)
			run_on_bills(work);
		else if (work->benefit->kind != KIND_EXPENSE)
			run_on_event(work);
	}
}
