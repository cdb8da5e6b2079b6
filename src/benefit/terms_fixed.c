/*-------------------------------------------------------------------------
 *
 * terms_fixed.c
 *		Reads what a daily, lump_sum or schedule benefit promises.
 *
 * The keys that a kind does not have were refused with the benefit's head, and
 * the steps that it does not have with the steps.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/fixed_terms.h"
#include "core/errors.h"
#include "core/fixed.h"
#include "core/json.h"
#include "storage/shmem.h"

#define LEVELS_MAX			200 /* of a lump sum */
#define DAYS_MAX			1000000 /* of a stay, of an interval */
#define COUNT_MAX			1000000 /* of payments */

static const char *const level_keys[] = {
	"code", "diagnosis", "pay", "max_count", "interval_days", NULL
};
static const char *const diagnosis_keys[] = {"include", "exclude", NULL};
static const char *const grade_keys[] = {
	"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", NULL
};

StaticAssertDecl(lengthof(grade_keys) == FIXED_GRADE_MAX + 1, "grades");

/*
 * read_amount reads the sum that a benefit promises.
 */
static void
read_amount(const DocNode *node, FixedTerms *fixed)
{
	DocNode		child;

	if (doc_require(node, "amount", &child))
		fixed->amount_fen = doc_amount(&child);
}

/*
 * read_from_day reads the first day of a stay that pays.
 */
static void
read_from_day(const DocNode *node, FixedTerms *fixed)
{
	DocNode		child;

	fixed->from_day = doc_member(node, "from_day", &child)
		? doc_integer(&child, 1, DAYS_MAX) : 1;
}

/*
 * read_groups reads the diagnoses of a level, in the order in which they are
 * tried: the first that fits is the group.
 */
static void
read_groups(const DocNode *node, Level *level)
{
	DocNode		list;
	int			i;

	if (!doc_require(node, "include", &list))
		return;
	level->n_groups = doc_list(&list, 1, TERMS_LIST_MAX);
	level->groups = palloc0(mul_size(sizeof(LevelGroup),
									 Max(level->n_groups, 1)));
	for (i = 0; i < level->n_groups && !node->reader->failed; i++)
	{
		DocNode		child;

		doc_element(&list, i, &child);
		icd_range_read(&child, &level->groups[i].range);
		level->groups[i].text = doc_text(&child, CLAIM_TEXT_BYTES_MAX);
	}
}

/*
 * optional_count reads a whole number, -1 where it is absent.
 */
static int64
optional_count(const DocNode *node, const char *key, int64 least, int64 most)
{
	DocNode		child;

	return doc_member(node, key, &child)
		? doc_integer(&child, least, most) : -1;
}

/*
 * read_level_code reads the code of a level, which no other level has, and
 * makes its counter.
 */
static void
read_level_code(const DocNode *node, Terms *terms, int benefit, Level *level)
{
	const FixedTerms *fixed = terms->benefits[benefit].fixed;
	DocNode		child;
	int			i;

	if (!doc_require(node, "code", &child))
		return;
	level->code = terms_code(&child);
	for (i = 0; i < fixed->n_levels && !node->reader->failed; i++)
		if (strcmp(fixed->levels[i].code, level->code) == 0)
			doc_fail_invalid(&child, "\"%s\" is the code of levels[%d] too",
							 level->code, i);
	if (!node->reader->failed)
		level->counter = terms_step_counter(terms, benefit, level->code);
}

/*
 * read_level reads one level.
 */
static void
read_level(const DocNode *node, Terms *terms, int benefit, Level *level)
{
	DocNode		child;

	if (!doc_object(node, level_keys))
		return;
	read_level_code(node, terms, benefit, level);
	if (doc_require(node, "diagnosis", &child) &&
		doc_object(&child, diagnosis_keys))
	{
		read_groups(&child, level);
		level->excludes = icd_ranges_read(&child, "exclude",
										  &level->n_excludes);
	}
	if (doc_require(node, "pay", &child))
		level->pay_micro = doc_share(&child);
	level->max_count = optional_count(node, "max_count", 1, COUNT_MAX);
	level->interval_days = optional_count(node, "interval_days", 0, DAYS_MAX);
	level->rule = rule_text(node);
}

/*
 * read_levels reads the levels of a lump sum; without them it is paid once.
 */
static void
read_levels(const DocNode *node, Terms *terms, int benefit)
{
	FixedTerms *fixed = terms->benefits[benefit].fixed;
	DocNode		list;
	int			count;

	if (!doc_member(node, "levels", &list))
		return;
	count = doc_list(&list, 1, LEVELS_MAX);
	fixed->levels = palloc0(mul_size(sizeof(Level), Max(count, 1)));
	while (fixed->n_levels < count && !node->reader->failed)
	{
		DocNode		child;

		doc_element(&list, fixed->n_levels, &child);
		read_level(&child, terms, benefit, &fixed->levels[fixed->n_levels]);
		fixed->n_levels++;
	}
}

/*
 * read_table reads the shares of a schedule by disability grade.
 */
static void
read_table(const DocNode *node, FixedTerms *fixed)
{
	DocNode		table;
	DocNode		child;
	int			i;

	if (!doc_require(node, "table", &table) ||
		!doc_object(&table, grade_keys))
		return;
	if (doc_object_size(&table) == 0)
		doc_fail_invalid(&table, "an empty object");
	for (i = 1; i <= FIXED_GRADE_MAX; i++)
		fixed->share_micro[i] = doc_member(&table, grade_keys[i - 1], &child)
			? doc_share(&child) : -1;
	fixed->rule = rule_text(&table);
}

/*
 * terms_fixed_read reads what a fixed benefit promises.
 */
void
terms_fixed_read(const DocNode *node, Terms *terms, int benefit)
{
	FixedTerms *fixed = palloc0(sizeof(FixedTerms));

	terms->benefits[benefit].fixed = fixed;
	read_amount(node, fixed);
	switch (terms->benefits[benefit].kind)
	{
		case KIND_DAILY:
			read_from_day(node, fixed);
			break;
		case KIND_LUMP_SUM:
			read_levels(node, terms, benefit);
			break;
		case KIND_SCHEDULE:
			read_table(node, fixed);
			break;
		case KIND_NONE:
		case KIND_EXPENSE:
			break;
	}
}
