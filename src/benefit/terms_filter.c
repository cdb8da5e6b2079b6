/*-------------------------------------------------------------------------
 *
 * terms_filter.c
 *		Reads what a benefit responds to, and which share of a line counts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/benefit_names.h"
#include "benefit/calculate.h"
#include "core/fixed.h"
#include "core/json.h"
#include "storage/shmem.h"

#define AGE_MAX				150
#define WAITING_DAYS_MAX	36500
#define WAITING_MONTHS_MAX	1200
#define GRADE_MAX			3

static const char *const provider_keys[] = {
	"min_grade", "ownership", "wards", "network", NULL
};
static const char *const diagnosis_keys[] = {"include", "exclude", NULL};
static const char *const waiting_keys[] = {
	"days", "months", "waived_for", NULL
};
static const char *const waiver_names[] = {"", "accident", "renewal", NULL};
static const char *const item_keys[] = {
	"categories", "exclude_categories", "codes", "exclude_codes", "classes",
	NULL
};
static const char *const eligible_keys[] = {
	"A", "B", "C", "self_first", "default", NULL
};

#define WAIVER_ACCIDENT		(1 << 1)
#define WAIVER_RENEWAL		(1 << 2)

/*
 * optional_set reads a list of codes as a set, 0 where it is absent.
 */
static uint32
optional_set(const DocNode *node, const char *key, const char *const *names)
{
	DocNode		child;

	return doc_member(node, key, &child) ? doc_code_set(&child, names) : 0;
}

/*
 * read_provider reads the filter on the bill's provider.
 */
static void
read_provider(const DocNode *benefit, Filter *filter)
{
	DocNode		node;
	DocNode		child;

	if (!doc_member(benefit, "provider", &node) ||
		!doc_object(&node, provider_keys))
		return;
	filter->has_provider = true;
	if (doc_member(&node, "min_grade", &child))
		filter->min_grade = (int) doc_integer(&child, 0, GRADE_MAX);
	filter->ownerships = optional_set(&node, "ownership", ownership_names);
	filter->wards = optional_set(&node, "wards", ward_names);
	if (doc_member(&node, "network", &child))
		filter->network = doc_bool(&child);
}

/*
 * icd_range_read reads "C00-C97", or one code, which is the range of its
 * children.
 */
void
icd_range_read(const DocNode *node, IcdRange *range)
{
	char	   *text = doc_text(node, CLAIM_TEXT_BYTES_MAX);
	char	   *dash = strchr(text, '-');
	char		low[ICD_BYTES_MAX];
	char		high[ICD_BYTES_MAX];

	if (node->reader->failed)
		return;
	if (dash)
		*dash = '\0';
	if (!icd_normalize(text, low, sizeof(low)) ||
		!icd_normalize(dash ? dash + 1 : text, high, sizeof(high)))
		doc_fail_invalid(node, "not an ICD-10 code or range such as \"C00-C97\"");
	else if (strncmp(low, high, strlen(high)) > 0)
		doc_fail_invalid(node, "the range ends before it begins");
	pfree(text);
	if (node->reader->failed)
		return;
	range->low = pstrdup(low);
	range->high = pstrdup(high);
	icd_range_seal(range);
}

/*
 * compare_lows orders ranges by where they begin.
 */
static int
compare_lows(const void *left, const void *right)
{
	return strcmp(((const IcdRange *) left)->low, ((const IcdRange *) right)->low);
}

/*
 * ends_after says whether a range that ends at "a" goes on beyond one that ends
 * at "b".  An end covers its children: C34 ends after C34.9.
 */
static bool
ends_after(const char *a, const char *b)
{
	size_t		common = Min(strlen(a), strlen(b));
	int			order = strncmp(a, b, common);

	return order != 0 ? order > 0 : strlen(a) < strlen(b);
}

/*
 * order_ranges sorts ranges and has each one end where the furthest so far does.
 */
static void
order_ranges(IcdRange *ranges, int count)
{
	int			i;

	qsort(ranges, count, sizeof(IcdRange), compare_lows);
	for (i = 1; i < count; i++)
		if (ends_after(ranges[i - 1].high, ranges[i].high))
		{
			ranges[i].high = ranges[i - 1].high;
			icd_range_seal(&ranges[i]);
		}
}

/*
 * icd_ranges_read reads a list of codes and ranges.
 */
IcdRange *
icd_ranges_read(const DocNode *node, const char *key, int *count)
{
	DocNode		list;
	IcdRange   *ranges;
	int			i;

	*count = 0;
	if (!doc_member(node, key, &list))
		return NULL;
	*count = doc_list(&list, 1, TERMS_LIST_MAX);
	ranges = palloc0(mul_size(sizeof(IcdRange), Max(*count, 1)));
	for (i = 0; i < *count && !node->reader->failed; i++)
	{
		DocNode		child;

		doc_element(&list, i, &child);
		icd_range_read(&child, &ranges[i]);
	}
	if (!node->reader->failed)
		order_ranges(ranges, *count);
	return ranges;
}

/*
 * read_diagnosis reads the filter on diagnoses.
 */
static void
read_diagnosis(const DocNode *benefit, Filter *filter)
{
	DocNode		node;

	if (!doc_member(benefit, "diagnosis", &node) ||
		!doc_object(&node, diagnosis_keys))
		return;
	filter->includes = icd_ranges_read(&node, "include", &filter->n_includes);
	filter->excludes = icd_ranges_read(&node, "exclude", &filter->n_excludes);
}

/*
 * read_age reads [min, max], both ends in.
 */
static void
read_age(const DocNode *benefit, Filter *filter)
{
	DocNode		list;
	DocNode		child;

	if (!doc_member(benefit, "age", &list))
		return;
	if (doc_list(&list, 1, TERMS_LIST_MAX) != 2)
	{
		doc_fail_invalid(&list, "two ages expected, such as [18, 60]");
		return;
	}
	doc_element(&list, 0, &child);
	filter->age_min = (int) doc_integer(&child, 0, AGE_MAX);
	doc_element(&list, 1, &child);
	filter->age_max = (int) doc_integer(&child, 0, AGE_MAX);
	if (filter->age_max < filter->age_min)
		doc_fail_invalid(&list, "the range ends before it begins");
}

/*
 * read_waiting reads the waiting period, in days or in months.
 */
static void
read_waiting(const DocNode *benefit, Filter *filter)
{
	DocNode		node;
	DocNode		child;
	uint32		waivers;

	if (!doc_member(benefit, "waiting", &node) ||
		!doc_object(&node, waiting_keys))
		return;
	if (doc_member(&node, "days", &child))
		filter->waiting_days = (int) doc_integer(&child, 0, WAITING_DAYS_MAX);
	if (doc_member(&node, "months", &child))
		filter->waiting_months =
			(int) doc_integer(&child, 0, WAITING_MONTHS_MAX);
	if ((filter->waiting_days < 0) == (filter->waiting_months < 0))
		doc_fail_invalid(&node, "either \"days\" or \"months\" is expected");
	waivers = optional_set(&node, "waived_for", waiver_names);
	filter->waived_for_accident = (waivers & WAIVER_ACCIDENT) != 0;
	filter->waived_for_renewal = (waivers & WAIVER_RENEWAL) != 0;
}

/*
 * compare_keys orders texts by their keys.
 */
static int
compare_keys(const void *left, const void *right)
{
	TextKey		a = text_key(*(char *const *) left);
	TextKey		b = text_key(*(char *const *) right);

	return text_key_is_before(a, b) ? -1 : text_key_is_before(b, a);
}

/*
 * text_list_read reads a list of texts and orders it by key.
 */
void
text_list_read(const DocNode *node, const char *key, TextList *texts)
{
	DocNode		list;
	int			i;

	if (!doc_member(node, key, &list))
		return;
	texts->count = doc_list(&list, 1, TERMS_LIST_MAX);
	texts->texts = palloc(mul_size(sizeof(char *), Max(texts->count, 1)));
	texts->keys = palloc(mul_size(sizeof(TextKey), Max(texts->count, 1)));
	for (i = 0; i < texts->count; i++)
	{
		DocNode		child;

		doc_element(&list, i, &child);
		texts->texts[i] = doc_text(&child, CLAIM_TEXT_BYTES_MAX);
	}
	qsort(texts->texts, texts->count, sizeof(char *), compare_keys);
	for (i = 0; i < texts->count; i++)
		texts->keys[i] = text_key(texts->texts[i]);
}

/*
 * read_item reads the filter on lines.
 */
static void
read_item(const DocNode *benefit, Filter *filter)
{
	DocNode		node;

	if (!doc_member(benefit, "item", &node) || !doc_object(&node, item_keys))
		return;
	text_list_read(&node, "categories", &filter->categories);
	text_list_read(&node, "exclude_categories", &filter->exclude_categories);
	text_list_read(&node, "codes", &filter->codes);
	text_list_read(&node, "exclude_codes", &filter->exclude_codes);
	filter->classes = optional_set(&node, "classes", item_class_names);
	filter->has_item = true;
}

/*
 * filter_read reads all filters of a benefit.  Those that its kind does not
 * have were refused as unknown keys.
 */
void
filter_read(const DocNode *benefit, Terms *terms, Filter *filter)
{
	DocNode		child;

	filter->min_grade = -1;
	filter->network = -1;
	filter->age_min = -1;
	filter->age_max = -1;
	filter->waiting_days = -1;
	filter->waiting_months = -1;
	filter->causes = optional_set(benefit, "cause", cause_names);
	filter->cares = optional_set(benefit, "care", care_names);
	read_provider(benefit, filter);
	read_diagnosis(benefit, filter);
	read_age(benefit, filter);
	if (doc_member(benefit, "sex", &child))
		filter->sex = (Sex) doc_code(&child, sex_names);
	filter->relationships = optional_set(benefit, "relationship",
										 relationship_names);
	read_waiting(benefit, filter);
	filter->has_person = filter->age_min >= 0 || filter->sex != SEX_NONE ||
		filter->relationships != 0 || filter->waiting_days >= 0 ||
		filter->waiting_months >= 0;
	if (doc_member(benefit, "when", &child))
		filter->when = condition_read(&child, terms);
	read_item(benefit, filter);
}

/*
 * rule_text writes an object of the terms as JSON, for traces.
 */
const char *
rule_text(const DocNode *node)
{
	const JsonbValue *value = &node->value;

	if (node->reader->failed || value->type != jbvBinary)
		return NULL;
	return JsonbToCString(NULL, value->val.binary.data, value->val.binary.len);
}

/*
 * optional_share reads a share, or gives a default.
 */
static int64
optional_share(const DocNode *node, const char *key, int64 absent_micro)
{
	DocNode		child;

	return doc_member(node, key, &child) ? doc_share(&child) : absent_micro;
}

/*
 * eligible_read reads the share of a line that counts, by its class.  A class
 * that can come through the item filter has to have one, so that nobody's
 * silence decides what a class is worth.
 */
void
eligible_read(const DocNode *node, Benefit *benefit)
{
	DocNode		eligible;
	int64		default_micro;
	int			item_class;

	for (item_class = CLASS_NONE; item_class <= CLASS_C; item_class++)
		benefit->share_micro[item_class] = FIXED_MICRO_ONE;
	benefit->self_first_micro = -1;
	benefit->is_whole = true;
	if (!doc_member(node, "eligible", &eligible) ||
		!doc_object(&eligible, eligible_keys))
		return;
	benefit->is_whole = false;
	benefit->eligible_rule = rule_text(&eligible);
	default_micro = optional_share(&eligible, "default", -1);
	if (default_micro >= 0)
		benefit->share_micro[CLASS_NONE] = default_micro;
	for (item_class = CLASS_A; item_class <= CLASS_C; item_class++)
	{
		uint32		classes = benefit->filter.classes;
		bool		can_come = classes == 0 ||
			(classes & (UINT32_C(1) << item_class)) != 0;
		int64		share_micro = optional_share(&eligible,
												 item_class_names[item_class],
												 default_micro);

		if (share_micro < 0 && can_come)
			doc_fail_invalid(&eligible,
							 "class %s has neither a share nor a \"default\"",
							 item_class_names[item_class]);
		benefit->share_micro[item_class] = Max(share_micro, 0);
	}
	benefit->self_first_micro = optional_share(&eligible, "self_first", -1);
}
