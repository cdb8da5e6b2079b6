/*-------------------------------------------------------------------------
 *
 * benefit_filter.c
 *		Does a benefit respond to a bill, and which lines does it let through?
 *
 * The tests are made in the order of the documentation's table; the first that
 * does not hold gives the one reason.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/benefit_dates.h"
#include "benefit/calculate.h"
#include "common/hashfn.h"

/*
 * has_bit says whether a set holds a value; a set that is not stated holds all.
 */
static bool
has_bit(uint32 set, int value)
{
	return set == 0 || (set & (UINT32_C(1) << value)) != 0;
}

/*
 * icd_normalize brings an ICD-10 code into the form that is compared: capitals,
 * no point, no dagger or asterisk mark.  False for what is no code.  The
 * national extensions (I10.x00x002) count as children like any longer code.
 */
bool
icd_normalize(const char *text, char *buffer, int buffer_bytes)
{
	int			length = 0;
	int			i;

	for (i = 0; text[i]; i++)
	{
		char		c = text[i];

		if (c >= 'a' && c <= 'z')
			c += 'A' - 'a';
		if (c == '.' && i == 3 && text[4] != '\0')
			continue;
		if ((c == '+' || c == '*') && i > 2 && text[i + 1] == '\0')
			break;
		if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9'))
			return false;
		if (length + 1 >= buffer_bytes)
			return false;
		buffer[length++] = c;
	}
	buffer[length] = '\0';
	return length >= 3 && buffer[0] >= 'A' && buffer[1] <= '9';
}

/*
 * icd_in_range says whether a code lies in a range; its end covers its
 * children.
 */
bool
icd_in_range(const IcdCode *code, const IcdRange *range)
{
	return strcmp(range->low, code->text) <= 0 &&
		strncmp(code->text, range->high, strlen(range->high)) <= 0;
}

/*
 * is_in_ranges says whether a code lies in any of the ranges: if in any, then
 * in the last that begins at it or before it.
 */
static bool
is_in_ranges(const IcdCode *code, const IcdRange *ranges, int n_ranges)
{
	int			low = 0;
	int			high = n_ranges;

	/* the ranges before "low" begin at the code or before it */
	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (strcmp(ranges[middle].low, code->text) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 && icd_in_range(code, &ranges[low - 1]);
}

/*
 * icd_in_ranges says whether any of the codes lies in any of the ranges.
 */
bool
icd_in_ranges(const IcdCode *codes, int n_codes, const IcdRange *ranges,
			  int n_ranges)
{
	int			i;

	for (i = 0; i < n_codes && n_ranges > 0; i++)
		if (codes[i].text[0] != '\0' &&
			is_in_ranges(&codes[i], ranges, n_ranges))
			return true;
	return false;
}

/*
 * test_provider holds what a bill states of its provider against the filter;
 * what is not stated does not pass.
 */
static bool
test_provider(const Filter *filter, const ClaimProvider *provider)
{
	if (filter->min_grade >= 0 && provider->grade < filter->min_grade)
		return false;
	if (filter->ownerships &&
		(provider->ownership == OWNERSHIP_NONE ||
		 !has_bit(filter->ownerships, provider->ownership)))
		return false;
	if (filter->wards &&
		(provider->ward == WARD_NONE || !has_bit(filter->wards, provider->ward)))
		return false;
	return filter->network < 0 || provider->network == filter->network;
}

/*
 * test_diagnosis holds the bill's own diagnoses, or else the claim's, against
 * the filter.
 */
static ReasonCode
test_diagnosis(const Filter *filter, const Work *work)
{
	bool		is_own = work->bill && work->bill->n_diagnoses > 0;
	const IcdCode *codes = is_own ? work->bill->icd_codes
		: work->claim->icd_codes;
	int			count = is_own ? work->bill->n_diagnoses
		: work->claim->n_diagnoses;

	if (icd_in_ranges(codes, count, filter->excludes, filter->n_excludes))
		return REASON_DIAGNOSIS_EXCLUDED;
	if (filter->n_includes > 0 &&
		!icd_in_ranges(codes, count, filter->includes, filter->n_includes))
		return REASON_DIAGNOSIS_NOT_INCLUDED;
	return REASON_NONE;
}

/*
 * is_waiting says whether the visit falls into the waiting period.
 */
static bool
is_waiting(const Filter *filter, const Work *work)
{
	const ClaimMember *member = &work->claim->member;

	if (filter->waiting_days < 0 && filter->waiting_months < 0)
		return false;
	if (filter->waived_for_accident && work->claim->cause == CAUSE_ACCIDENT)
		return false;
	if (filter->waived_for_renewal &&
		member->continuous_since < member->enrolled_on)
		return false;
	if (filter->waiting_days >= 0)
		return work->date < member->enrolled_on + filter->waiting_days;
	return work->date < add_months(member->enrolled_on,
								   filter->waiting_months);
}

/*
 * test_member holds the person against the filter.
 */
static ReasonCode
test_member(const Filter *filter, const Work *work)
{
	const ClaimMember *member = &work->claim->member;

	if (filter->age_min >= 0)
	{
		int			age = completed_years(member->birth_date, work->date);

		if (age < filter->age_min || age > filter->age_max)
			return REASON_AGE;
	}
	if (filter->sex != SEX_NONE && filter->sex != member->sex)
		return REASON_SEX;
	if (!has_bit(filter->relationships, member->relationship))
		return REASON_RELATIONSHIP;
	return is_waiting(filter, work) ? REASON_WAITING_PERIOD : REASON_NONE;
}

/*
 * text_hash hashes a text of a line, or of a list that lines are held against.
 */
uint32
text_hash(const char *text)
{
	return hash_bytes((const unsigned char *) text, (int) strlen(text));
}

/*
 * text_key brings a text into the form that is compared.  Most are so short
 * that a loop is quicker than asking for their length.
 */
TextKey
text_key(const char *text)
{
	TextKey		key = {0, 0};
	int			length;

	for (length = 0; length < 15 && text[length] != '\0'; length++)
	{
		uint64		byte = (unsigned char) text[length];

		if (length < 8)
			key.head |= byte << (length * 8);
		else
			key.tail |= byte << ((length - 8) * 8);
	}
	if (text[length] == '\0')
		key.tail |= (uint64) length << 56;
	else
		key.tail = UINT64CONST(0xFF) << 56 | text_hash(text);
	return key;
}

/*
 * takes_line says whether the item filter lets a line through.
 */
static bool
takes_line(const Filter *filter, const ClaimLine *line)
{
	if (filter->classes != 0 &&
		(line->item_class == CLASS_NONE ||
		 !has_bit(filter->classes, line->item_class)))
		return false;
	if (filter->categories.count > 0 &&
		!text_list_has(&filter->categories, line->category,
					   line->category_key))
		return false;
	if (text_list_has(&filter->exclude_categories, line->category,
					  line->category_key))
		return false;
	if (filter->codes.count > 0 &&
		(line->code == NULL ||
		 !text_list_has(&filter->codes, line->code, line->code_key)))
		return false;
	return line->code == NULL ||
		!text_list_has(&filter->exclude_codes, line->code, line->code_key);
}

/*
 * let_lines notes which lines the item filter lets through; says whether there
 * are any.  A refund has been netted and is no line any more.
 */
static bool
let_lines(Work *work, const Filter *filter)
{
	bool		is_any = false;
	int			i;

	work->is_let = work->all.is_let;
	if (!filter->has_item)
		return true;
	for (i = 0; i < work->bill->n_lines; i++)
	{
		work->own.is_let[i] = work->all.is_let[i] &&
			takes_line(filter, &work->bill->lines[i]);
		is_any |= work->own.is_let[i];
	}
	work->is_let = work->own.is_let;
	return is_any;
}

/*
 * filter_test says why a benefit does not respond to the visit, or
 * REASON_NONE.  What a filter asks of a bill, no event of a claim has: terms
 * of fixed benefits that are paid by claim do not ask it.
 */
ReasonCode
filter_test(Work *work, const Benefit *benefit)
{
	const Filter *filter = &benefit->filter;
	const ClaimBill *bill = work->bill;
	ReasonCode	reason;

	if (!has_bit(filter->causes, work->claim->cause))
		return REASON_CAUSE;
	if (bill && !has_bit(filter->cares, bill->care))
		return REASON_CARE;
	if (bill && filter->has_provider && !test_provider(filter, &bill->provider))
		return REASON_PROVIDER;
	reason = filter->n_includes + filter->n_excludes > 0
		? test_diagnosis(filter, work) : REASON_NONE;
	if (reason == REASON_NONE && filter->has_person)
		reason = test_member(filter, work);
	if (reason == REASON_NONE && filter->when &&
		!condition_holds(work, filter->when))
		reason = REASON_CONDITION;
	if (reason == REASON_NONE && bill && benefit->kind == KIND_EXPENSE &&
		!let_lines(work, filter))
		reason = REASON_ITEM;
	return reason;
}
