/*-------------------------------------------------------------------------
 *
 * terms_steps.c
 *		Reads the steps of a benefit, and the shared ones.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/benefit_names.h"
#include "benefit/terms.h"
#include "core/errors.h"
#include "core/fixed.h"
#include "core/json.h"
#include "storage/shmem.h"

#define COUNT_MAX			1000000 /* of paying visits, of days */

static const char *const step_keys[] = {
	"cap", "offset", "deductible", "copay", "coinsurance",
	"out_of_pocket_max", "limit", "use", NULL
};
static const char *const shared_keys[] = {
	"deductible", "copay", "limit", "out_of_pocket_max", NULL
};
static const char *const cap_keys[] = {"per", "amount", NULL};
static const char *const copay_keys[] = {"amount", NULL};
static const char *const deductible_keys[] = {
	"per", "amount", "scope", "family_amount", "credit", "code", NULL
};
static const char *const limit_keys[] = {
	"per", "amount", "count", "days", "scope", "family_amount", "categories",
	"code", NULL
};
static const char *const out_of_pocket_keys[] = {
	"per", "amount", "scope", "family_amount", "code", NULL
};
static const char *const case_keys[] = {
	"when", "pay", "max", "bands", "band_on", NULL
};
static const char *const band_keys[] = {"upto", "pay", NULL};
static const char *const scope_names[] = {"", "member", "family", NULL};

#define SCOPE_FAMILY		2

/* Where a step is read: its own benefit, or under "shared" (benefit -1). */
typedef struct StepPlace
{
	Terms	   *terms;			/* NULL under "shared", where none is used */
	int			benefit;
} StepPlace;

/*
 * required_amount reads an amount that has to be there.
 */
static int64
required_amount(const DocNode *node, const char *key)
{
	DocNode		child;

	return doc_require(node, key, &child) ? doc_amount(&child) : 0;
}

/*
 * optional_amount reads an amount, -1 where it is absent.
 */
static int64
optional_amount(const DocNode *node, const char *key)
{
	DocNode		child;

	return doc_member(node, key, &child) ? doc_amount(&child) : -1;
}

/*
 * required_code reads a code out of a table that has to be there.
 */
static int
required_code(const DocNode *node, const char *key, const char *const *names)
{
	DocNode		child;

	return doc_require(node, key, &child) ? doc_code(&child, names) : 0;
}

/*
 * read_payments reads a list of payments by others as a set; none twice.
 */
static uint32
read_payments(const DocNode *list)
{
	int			count = doc_list(list, 1, PAYMENT_KINDS);
	uint32		payments = 0;
	int			i;

	for (i = 0; i < count; i++)
	{
		DocNode		child;
		uint32		bit;

		doc_element(list, i, &child);
		bit = UINT32_C(1) << doc_code(&child, payment_names);
		if (payments & bit)
			doc_fail_invalid(&child, "is named twice");
		payments |= bit;
	}
	return payments;
}

/*
 * read_scope reads whose counter a step reads: the member's, the family's
 * alone, or both where there is a family amount.
 */
static void
read_scope(const DocNode *node, Step *step)
{
	DocNode		child;

	if (doc_member(node, "scope", &child))
		step->is_family = doc_code(&child, scope_names) == SCOPE_FAMILY;
	step->family_amount_fen = optional_amount(node, "family_amount");
	if (step->family_amount_fen >= 0 && doc_member(node, "family_amount", &child))
	{
		if (step->is_family)
			doc_fail_invalid(&child,
							 "does not go with \"scope\": \"family\", whose amount is the family's already");
		else if (step->count >= 0)
			doc_fail_invalid(&child, "does not go with \"count\"");
		else if (step->days >= 0)
			doc_fail_invalid(&child, "does not go with \"days\"");
	}
}

/*
 * read_counter gives a step the counter of its code, or its benefit's.  The
 * counter of a shared step is its name.
 */
static void
read_counter(const DocNode *node, const StepPlace *place, Step *step)
{
	DocNode		child;
	bool		has_code = doc_member(node, "code", &child);

	if (place->benefit < 0)
	{
		if (has_code)
			doc_fail_invalid(&child, "a shared step's counter is its name");
		return;
	}
	step->counter = has_code
		? terms_step_counter(place->terms, place->benefit, terms_code(&child))
		: place->benefit;
}

/*
 * read_cap reads a cap.
 */
static void
read_cap(const DocNode *node, Step *step)
{
	step->kind = STEP_CAP;
	if (!doc_object(node, cap_keys))
		return;
	step->cap_per = (CapPer) required_code(node, "per", cap_per_names);
	step->amount_fen = required_amount(node, "amount");
}

/*
 * read_deductible reads a deductible.
 */
static void
read_deductible(const DocNode *node, const StepPlace *place, Step *step)
{
	DocNode		child;

	step->kind = STEP_DEDUCTIBLE;
	if (!doc_object(node, deductible_keys))
		return;
	step->per = (PeriodKind) required_code(node, "per", period_names);
	step->amount_fen = required_amount(node, "amount");
	read_scope(node, step);
	if (doc_member(node, "credit", &child))
		step->payments = read_payments(&child);
	read_counter(node, place, step);
}

/*
 * read_copay reads a copay.
 */
static void
read_copay(const DocNode *node, Step *step)
{
	step->kind = STEP_COPAY;
	if (!doc_object(node, copay_keys))
		return;
	step->per = PERIOD_VISIT;
	step->amount_fen = required_amount(node, "amount");
}

/*
 * read_bound reads where a band ends, in fen or in visits.
 */
static int64
read_bound(const DocNode *node, BandOn band_on)
{
	return band_on == BAND_ON_VISITS ? doc_integer(node, 1, COUNT_MAX)
		: doc_amount(node);
}

/*
 * read_bands reads bands: each but the last ends, each after the one before.
 */
static void
read_bands(const DocNode *list, CoinsuranceCase *coinsurance)
{
	int			count = doc_list(list, 1, TERMS_CASES_MAX);
	int64		last = 0;
	int			i;

	coinsurance->bands = palloc0(mul_size(sizeof(Band), Max(count, 1)));
	for (i = 0; i < count && !list->reader->failed; i++)
	{
		Band	   *band = &coinsurance->bands[i];
		DocNode		node;
		DocNode		child;

		doc_element(list, i, &node);
		if (!doc_object(&node, band_keys))
			return;
		if (doc_require(&node, "pay", &child))
			band->pay_micro = doc_share(&child);
		band->upto = PG_INT64_MAX;
		if (!doc_member(&node, "upto", &child))
		{
			if (i + 1 < count)
				doc_fail_invalid(&node, "only the last band has no \"upto\"");
			continue;
		}
		if (i + 1 == count)
			doc_fail_invalid(&child, "the last band has no \"upto\"");
		band->upto = read_bound(&child, coinsurance->band_on);
		if (band->upto <= last)
			doc_fail_invalid(&child, "a band ends after it begins");
		last = band->upto;
	}
	coinsurance->n_bands = count;
}

/*
 * read_one_rate reads "pay": one band without end.
 */
static void
read_one_rate(const DocNode *node, CoinsuranceCase *coinsurance)
{
	coinsurance->n_bands = 1;
	coinsurance->bands = palloc(sizeof(Band));
	coinsurance->bands[0].upto = PG_INT64_MAX;
	coinsurance->bands[0].pay_micro = doc_share(node);
}

/*
 * read_case reads one case of a coinsurance: a rate, or bands of rates.
 */
static void
read_case(const DocNode *node, Terms *terms, CoinsuranceCase *coinsurance)
{
	DocNode		pay;
	DocNode		bands;
	DocNode		child;
	bool		has_pay;
	bool		has_bands;

	if (!doc_object(node, case_keys))
		return;
	if (doc_member(node, "when", &child))
		coinsurance->when = condition_read(&child, terms);
	coinsurance->max_fen = optional_amount(node, "max");
	has_pay = doc_member(node, "pay", &pay);
	has_bands = doc_member(node, "bands", &bands);
	if (has_pay == has_bands)
	{
		doc_fail_invalid(node, "either \"pay\" or \"bands\" is expected");
		return;
	}
	if (has_bands)
	{
		coinsurance->band_on = (BandOn) required_code(node, "band_on",
													  band_on_names);
		read_bands(&bands, coinsurance);
		return;
	}
	if (doc_member(node, "band_on", &child))
		doc_fail_invalid(&child, "goes with \"bands\" only");
	read_one_rate(&pay, coinsurance);
}

/*
 * read_coinsurance reads a coinsurance.  A case that always holds ends the
 * list: what comes after it could never hold.
 */
static void
read_coinsurance(const DocNode *list, const StepPlace *place, Step *step)
{
	int			count = doc_list(list, 1, TERMS_CASES_MAX);
	int			i;

	step->kind = STEP_COINSURANCE;
	step->per = PERIOD_YEAR;	/* of bands that count on */
	step->counter = place->benefit;
	step->cases = palloc0(mul_size(sizeof(CoinsuranceCase), Max(count, 1)));
	for (i = 0; i < count && !list->reader->failed; i++)
	{
		DocNode		child;

		doc_element(list, i, &child);
		if (i > 0 && step->cases[i - 1].when == NULL)
			doc_fail_invalid(&child, "the case before it has no \"when\": it always holds");
		read_case(&child, place->terms, &step->cases[i]);
		step->keeps_base |= step->cases[i].band_on == BAND_ON_YEAR;
		step->keeps_count |= step->cases[i].band_on == BAND_ON_VISITS;
	}
	step->n_cases = count;
}

/*
 * read_out_of_pocket reads a maximum out of pocket.
 */
static void
read_out_of_pocket(const DocNode *node, const StepPlace *place, Step *step)
{
	DocNode		child;

	step->kind = STEP_OUT_OF_POCKET;
	if (!doc_object(node, out_of_pocket_keys))
		return;
	step->per = (PeriodKind) required_code(node, "per", period_names);
	if (step->per != PERIOD_YEAR && doc_member(node, "per", &child))
		doc_fail_invalid(&child, "a maximum out of pocket is per year");
	step->amount_fen = required_amount(node, "amount");
	read_scope(node, step);
	read_counter(node, place, step);
}

/*
 * read_limit_measure reads what a limit bounds: an amount, paying visits, or
 * days of an allowance.
 */
static void
read_limit_measure(const DocNode *node, Step *step)
{
	DocNode		child;

	step->amount_fen = optional_amount(node, "amount");
	if (doc_member(node, "count", &child))
	{
		step->count = doc_integer(&child, 0, COUNT_MAX);
		if (step->per == PERIOD_VISIT)
			doc_fail_invalid(&child, "a visit is always one visit");
	}
	if (doc_member(node, "days", &child))
	{
		step->days = doc_integer(&child, 0, COUNT_MAX);
		if (step->per == PERIOD_DAY)
			doc_fail_invalid(&child, "a day is always one day");
	}
	if ((step->amount_fen >= 0) + (step->count >= 0) + (step->days >= 0) != 1)
		doc_fail_invalid(node, "one of \"amount\", \"count\" and \"days\" is expected");
}

/*
 * read_limit reads a limit.
 */
static void
read_limit(const DocNode *node, const StepPlace *place, Step *step)
{
	DocNode		child;
	DocNode		code;

	step->kind = STEP_LIMIT;
	if (!doc_object(node, limit_keys))
		return;
	step->per = (PeriodKind) required_code(node, "per", period_names);
	read_limit_measure(node, step);
	read_scope(node, step);
	text_list_read(node, "categories", &step->categories);
	if (doc_member(node, "categories", &child))
	{
		if (step->amount_fen < 0)
			doc_fail_invalid(&child, "goes with \"amount\" only");
		else if (place->benefit >= 0 && !doc_member(node, "code", &code))
			doc_fail_invalid(&child, "a limit on categories needs a \"code\"");
	}
	read_counter(node, place, step);
}

/*
 * read_use takes a shared step into a benefit.
 */
static void
read_use(const DocNode *node, const StepPlace *place, Step *step)
{
	char	   *name = doc_text(node, TERMS_CODE_BYTES_MAX);
	int			shared;

	if (node->reader->failed)
		return;
	shared = terms_shared_find(place->terms, name);
	if (shared < 0)
		doc_fail_invalid(node, "there is no \"%s\" under \"shared\"", name);
	else
		*step = place->terms->shared[shared];
}

/*
 * read_step reads one step by its only key.
 */
static void
read_step(const DocNode *node, const char *const *keys,
		  const StepPlace *place, Step *step)
{
	DocNode		child;

	step->amount_fen = -1;
	step->family_amount_fen = -1;
	step->count = -1;
	step->days = -1;
	step->counter = -1;
	step->shared = -1;
	if (!doc_object(node, keys))
		return;
	if (doc_object_size(node) != 1)
		doc_fail_invalid(node, "a step is an object with one key");
	else if (doc_member(node, "cap", &child))
		read_cap(&child, step);
	else if (doc_member(node, "offset", &child))
	{
		step->kind = STEP_OFFSET;
		step->payments = read_payments(&child);
	}
	else if (doc_member(node, "deductible", &child))
		read_deductible(&child, place, step);
	else if (doc_member(node, "copay", &child))
		read_copay(&child, step);
	else if (doc_member(node, "coinsurance", &child))
		read_coinsurance(&child, place, step);
	else if (doc_member(node, "limit", &child))
		read_limit(&child, place, step);
	else if (doc_member(node, "out_of_pocket_max", &child))
		read_out_of_pocket(&child, place, step);
	else if (place->terms && doc_member(node, "use", &child))
		read_use(&child, place, step);
}

/*
 * shared_step_read reads one step under "shared".
 */
void
shared_step_read(const DocNode *node, Step *step)
{
	StepPlace	place = {NULL, -1};

	read_step(node, shared_keys, &place, step);
}

/*
 * is_cost_sharing says whether a step books the member's own share.
 */
static bool
is_cost_sharing(const Step *step)
{
	return step->kind == STEP_DEDUCTIBLE || step->kind == STEP_COPAY ||
		step->kind == STEP_COINSURANCE;
}

/*
 * check_pair holds a step against one before it: caps by line come first, a
 * maximum out of pocket stands between cost sharing and limits, no payment is
 * taken off twice, no shared step is used twice.
 */
static void
check_pair(const DocNode *node, const Step *before, const Step *step)
{
	if (step->kind == STEP_CAP && step->cap_per != CAP_PER_VISIT &&
		(before->kind != STEP_CAP || before->cap_per == CAP_PER_VISIT))
		doc_fail_invalid(node, "a cap per unit or item stands before all other steps");
	if (step->kind == STEP_OUT_OF_POCKET && before->kind == STEP_LIMIT)
		doc_fail_invalid(node, "a maximum out of pocket stands before every limit");
	if (is_cost_sharing(step) && before->kind == STEP_OUT_OF_POCKET)
		doc_fail_invalid(node, "a maximum out of pocket stands after all cost sharing");
	if (step->kind == STEP_OFFSET && before->kind == STEP_OFFSET &&
		(step->payments & before->payments))
		doc_fail_invalid(node, "a payment is taken off in two offsets");
	if (step->shared >= 0 && step->shared == before->shared)
		doc_fail_invalid(node, "the same shared step is used twice");
}

/*
 * check_kind refuses a step that the benefit's kind does not have: fixed
 * benefits have no lines and no member's share, only limits on what they pay,
 * and an allowance limits on its days before those.
 */
static void
check_kind(const DocNode *node, BenefitKind kind, const Step *steps, int at)
{
	const Step *step = &steps[at];

	if (kind == KIND_EXPENSE || step->kind == STEP_NONE)
	{
		if (step->kind == STEP_LIMIT && step->days >= 0)
			doc_fail_invalid(node, "a limit on days goes with benefits of the kind \"daily\" only");
		return;
	}
	if (step->kind != STEP_LIMIT)
		doc_fail_invalid(node, "a benefit of the kind \"%s\" has limits only",
						 kind_names[kind]);
	else if (step->count >= 0 || step->categories.count > 0)
		doc_fail_invalid(node, "a limit on %s goes with benefits of the kind \"expense\" only",
						 step->count >= 0 ? "visits" : "categories");
	else if (step->days >= 0 && kind != KIND_DAILY)
		doc_fail_invalid(node, "a limit on days goes with benefits of the kind \"daily\" only");
	else if (step->days >= 0 && at > 0 && steps[at - 1].days < 0)
		doc_fail_invalid(node, "limits on days stand before limits on amounts");
}

/*
 * booked_measure says which measure of its counter a step books for itself:
 * none, where the counter ends with the bill, or where what is booked is the
 * visit, which may be common.
 */
static Measure
booked_measure(const Step *step)
{
	if (step->kind == STEP_COINSURANCE)
		return step->keeps_base ? MEASURE_BASE : MEASURE_NONE;
	if (step->per == PERIOD_VISIT || step->count >= 0)
		return MEASURE_NONE;
	if (step->kind == STEP_DEDUCTIBLE)
		return MEASURE_DEDUCTIBLE;
	if (step->kind == STEP_OUT_OF_POCKET)
		return MEASURE_MEMBER;
	if (step->kind == STEP_LIMIT)
		return step->days >= 0 ? MEASURE_DAYS : MEASURE_AMOUNT;
	return MEASURE_NONE;
}

/*
 * books_counter says whether a step books the member's, or the family's,
 * counter.
 */
static bool
books_counter(const Step *step, bool is_family)
{
	return is_family ? step->is_family || step->family_amount_fen >= 0
		: !step->is_family;
}

/*
 * check_counters refuses two steps that would book the same measure of the
 * same period in the same counter: what is in it would mean neither.
 */
static void
check_counters(const DocNode *node, const Step *steps, int at)
{
	const Step *step = &steps[at];
	int			i;

	for (i = 0; i < at; i++)
	{
		const Step *other = &steps[i];

		if (booked_measure(step) == MEASURE_NONE ||
			booked_measure(step) != booked_measure(other) ||
			step->per != other->per || step->counter != other->counter)
			continue;
		if ((books_counter(step, false) && books_counter(other, false)) ||
			(books_counter(step, true) && books_counter(other, true)))
			doc_fail(node, ERRCODE_ASSURE_INVALID_TERMS,
					 step->kind == STEP_COINSURANCE
					 ? "Give bands on the year to one coinsurance of the benefit."
					 : "Give one of the two a \"code\", and it has a counter of its own.",
					 "books the same counter as steps[%d]", i);
	}
}

/*
 * steps_read reads the steps of a benefit; there may be none.
 */
void
steps_read(const DocNode *node, Terms *terms, int benefit_index)
{
	Benefit    *benefit = &terms->benefits[benefit_index];
	StepPlace	place;
	DocNode		list;
	int			count;
	int			i;

	if (!doc_member(node, "steps", &list))
		return;
	place.terms = terms;
	place.benefit = benefit_index;
	count = doc_list(&list, 0, TERMS_STEPS_MAX);
	benefit->steps = palloc0(mul_size(sizeof(Step), Max(count, 1)));
	for (i = 0; i < count && !node->reader->failed; i++)
	{
		DocNode		child;
		int			j;

		doc_element(&list, i, &child);
		read_step(&child, step_keys, &place, &benefit->steps[i]);
		if (node->reader->failed)
			break;
		if (benefit->steps[i].rule == NULL)
			benefit->steps[i].rule = rule_text(&child);
		check_kind(&child, benefit->kind, benefit->steps, i);
		for (j = 0; j < i; j++)
			check_pair(&child, &benefit->steps[j], &benefit->steps[i]);
		check_counters(&child, benefit->steps, i);
		benefit->n_steps = i + 1;
	}
}
