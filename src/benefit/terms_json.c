/*-------------------------------------------------------------------------
 *
 * terms_json.c
 *		Reads terms: the plan as a whole; benefits, shared steps, counters.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/benefit_names.h"
#include "benefit/terms.h"
#include "core/errors.h"
#include "core/fixed.h"
#include "core/json.h"
#include "miscadmin.h"
#include "storage/shmem.h"

static const char *const terms_keys[] = {
	"name", "period", "shared", "benefits", NULL
};
/* The keys of a benefit by its kind. */
#define HEAD_KEYS \
	"code", "name", "kind", "cause", "diagnosis", "age", "sex", \
	"relationship", "waiting", "when"

static const char *const expense_keys[] = {
	HEAD_KEYS, "care", "provider", "item", "eligible", "steps", NULL
};
static const char *const daily_keys[] = {
	HEAD_KEYS, "care", "provider", "steps", "amount", "from_day", NULL
};
static const char *const lump_sum_keys[] = {
	HEAD_KEYS, "amount", "levels", NULL
};
static const char *const schedule_keys[] = {
	HEAD_KEYS, "amount", "table", "steps", NULL
};
static const char *const *const benefit_keys[] = {
	NULL, expense_keys, daily_keys, lump_sum_keys, schedule_keys
};
static const char *const period_basis_names[] = {
	"", "policy_year", "calendar_year", NULL
};

#define BASIS_CALENDAR_YEAR		2

/*
 * check_code refuses what would make two counters look alike: "." and "@" are
 * what their names are put together with.
 */
static void
check_code(const DocNode *node, const char *code)
{
	if (strpbrk(code, ".@") != NULL)
		doc_fail_invalid(node, "a code holds no \".\" and no \"@\"");
}

/*
 * terms_code reads the code of a benefit or of a step.
 */
char *
terms_code(const DocNode *node)
{
	char	   *code = doc_text(node, TERMS_CODE_BYTES_MAX);

	check_code(node, code);
	return code;
}

/*
 * terms_shared_find finds a shared step by its name, -1 for none.
 */
int
terms_shared_find(const Terms *terms, const char *name)
{
	int			i;

	for (i = 0; i < terms->n_shared; i++)
		if (strcmp(terms->counters[terms->n_benefits + i], name) == 0)
			return i;
	return -1;
}

/*
 * terms_step_counter gives the counter of a step that has a code, BENEFIT.code,
 * and makes it where it is new.  Those of the benefit that is being read are
 * the last ones.
 */
int
terms_step_counter(Terms *terms, int benefit, const char *code)
{
	char	   *name = psprintf("%s.%s", terms->benefits[benefit].code, code);
	size_t		head_bytes = strlen(terms->benefits[benefit].code) + 1;
	int			i;

	for (i = terms->n_counters - 1;
		 i >= terms->n_benefits + terms->n_shared &&
		 strncmp(terms->counters[i], name, head_bytes) == 0; i--)
		if (strcmp(terms->counters[i], name) == 0)
			return i;
	terms->counters = repalloc(terms->counters,
							   mul_size(sizeof(char *), terms->n_counters + 1));
	terms->counters[terms->n_counters] = name;
	return terms->n_counters++;
}

/*
 * read_name reads a name for people, which has no further meaning.
 */
static void
read_name(const DocNode *node)
{
	DocNode		child;

	if (doc_member(node, "name", &child))
		(void) doc_text(&child, TERMS_NAME_BYTES_MAX);
}

/*
 * read_shared reads the shared steps; their counters follow the benefits'.
 */
static void
read_shared(const DocNode *root, Terms *terms)
{
	DocNode		node;
	DocNode		child;
	DocEach		each;
	int			count;
	int			i = 0;

	if (!doc_member(root, "shared", &node) || !doc_object(&node, NULL))
		return;
	count = doc_object_size(&node);
	if (count == 0)
		doc_fail_invalid(&node, "an empty object");
	if (count > TERMS_SHARED_MAX)
		doc_fail(&node, ERRCODE_PROGRAM_LIMIT_EXCEEDED, NULL,
				 "%d steps, at most %d are allowed", count, TERMS_SHARED_MAX);
	terms->shared = palloc0(mul_size(sizeof(Step), Max(count, 1)));
	doc_each_begin(&each, &node);
	while (doc_each_next(&each, &child))
	{
		char	   *name = pnstrdup(child.key, child.key_bytes);

		if (child.key_bytes == 0 || child.key_bytes > TERMS_CODE_BYTES_MAX)
			doc_fail_invalid(&child, "a name has 1 to %d bytes",
							 TERMS_CODE_BYTES_MAX);
		check_code(&child, name);
		shared_step_read(&child, &terms->shared[i]);
		terms->shared[i].shared = i;
		terms->shared[i].rule = rule_text(&child);
		terms->shared[i].counter = terms->n_counters;
		terms->counters = repalloc(terms->counters,
								   mul_size(sizeof(char *),
											terms->n_counters + 1));
		terms->counters[terms->n_counters++] = name;
		i++;
		terms->n_shared = i;
	}
}

/*
 * read_benefit_head reads the kind and the code of a benefit.
 */
static void
read_benefit_head(const DocNode *node, Benefit *benefit)
{
	DocNode		child;

	if (!doc_object(node, NULL) || !doc_require(node, "kind", &child))
		return;
	benefit->kind = (BenefitKind) doc_code(&child, kind_names);
	if (benefit->kind == KIND_NONE ||
		!doc_object(node, benefit_keys[benefit->kind]))
		return;
	if (doc_require(node, "code", &child))
		benefit->code = terms_code(&child);
	read_name(node);
}

/*
 * check_unique refuses a code that an earlier benefit has.
 */
static void
check_unique(const DocNode *node, const Terms *terms, int benefit)
{
	DocNode		child;
	int			i;

	for (i = 0; i < benefit && !node->reader->failed; i++)
		if (strcmp(terms->benefits[i].code, terms->benefits[benefit].code) == 0 &&
			doc_member(node, "code", &child))
			doc_fail_invalid(&child, "\"%s\" is the code of benefits[%d] too",
							 terms->benefits[benefit].code, i);
}

/*
 * read_heads reads the codes of all benefits, which are the first counters.
 */
static void
read_heads(const DocNode *list, Terms *terms)
{
	int			i;

	terms->n_benefits = doc_list(list, 1, TERMS_BENEFITS_MAX);
	terms->benefits = palloc0(mul_size(sizeof(Benefit),
									   Max(terms->n_benefits, 1)));
	terms->counters = palloc(mul_size(sizeof(char *),
									  Max(terms->n_benefits, 1)));
	for (i = 0; i < terms->n_benefits && !list->reader->failed; i++)
	{
		DocNode		child;

		doc_element(list, i, &child);
		read_benefit_head(&child, &terms->benefits[i]);
		check_unique(&child, terms, i);
		terms->counters[i] = terms->benefits[i].code;
	}
	terms->n_counters = terms->n_benefits;
}

/*
 * check_shared_names refuses a benefit that has the name of a shared step:
 * they would count in one counter.
 */
static void
check_shared_names(const DocNode *list, const Terms *terms)
{
	int			i;

	for (i = 0; i < terms->n_benefits && !list->reader->failed; i++)
		if (terms_shared_find(terms, terms->benefits[i].code) >= 0)
		{
			DocNode		node;
			DocNode		child;

			doc_element(list, i, &node);
			if (doc_member(&node, "code", &child))
				doc_fail_invalid(&child, "\"%s\" is the name of a shared step too",
								 terms->benefits[i].code);
		}
}

/*
 * note_own_limits notes whether a limit counts in the amounts that a benefit
 * keeps anyway.
 */
static void
note_own_limits(Benefit *benefit, int index)
{
	int			i;

	for (i = 0; i < benefit->n_steps; i++)
	{
		const Step *step = &benefit->steps[i];

		if (step->kind != STEP_LIMIT || step->amount_fen < 0 ||
			step->is_family || step->counter != index)
			continue;
		benefit->limits_year |= step->per == PERIOD_YEAR;
		benefit->limits_lifetime |= step->per == PERIOD_LIFETIME;
	}
}

/*
 * read_benefit reads what a benefit responds to and what it promises.
 */
static void
read_benefit(const DocNode *node, Terms *terms, int index)
{
	Benefit    *benefit = &terms->benefits[index];

	filter_read(node, terms, &benefit->filter);
	if (benefit->kind == KIND_DAILY && benefit->filter.cares == 0)
		benefit->filter.cares = UINT32_C(1) << CARE_INPATIENT;
	eligible_read(node, benefit);
	steps_read(node, terms, index);
	note_own_limits(benefit, index);
	if (benefit->kind == KIND_EXPENSE || node->reader->failed)
		return;
	terms_fixed_read(node, terms, index);
	terms->n_fixed++;
}

/*
 * note_family notes whether any step that is used keeps a family's counter.
 */
static void
note_family(Terms *terms)
{
	int			i;
	int			j;

	for (i = 0; i < terms->n_benefits; i++)
		for (j = 0; j < terms->benefits[i].n_steps; j++)
		{
			const Step *step = &terms->benefits[i].steps[j];

			if ((!step->is_family && step->family_amount_fen < 0) ||
				step->per < PERIOD_DAY)
				continue;
			terms->has_family_counter = true;
			if (step->per == PERIOD_YEAR && !terms->is_calendar_year)
				terms->has_family_year = true;
		}
}

/*
 * terms_compile reads terms.  After an error, which the reader holds, the
 * result is not to be used.
 */
Terms *
terms_compile(DocReader *reader, Jsonb *document)
{
	Terms	   *terms = palloc0(sizeof(Terms));
	DocNode		root;
	DocNode		list;
	DocNode		child;
	int			i;

	doc_open(reader, &root, document, "terms", ERRCODE_ASSURE_INVALID_TERMS);
	if (!doc_object(&root, terms_keys))
		return terms;
	read_name(&root);
	if (doc_member(&root, "period", &child))
		terms->is_calendar_year =
			doc_code(&child, period_basis_names) == BASIS_CALENDAR_YEAR;
	if (!doc_require(&root, "benefits", &list))
		return terms;
	read_heads(&list, terms);
	if (!reader->failed)
		read_shared(&root, terms);
	if (!reader->failed)
		check_shared_names(&list, terms);
	for (i = 0; i < terms->n_benefits && !reader->failed; i++)
	{
		CHECK_FOR_INTERRUPTS();
		doc_element(&list, i, &child);
		read_benefit(&child, terms, i);
	}
	if (!reader->failed)
	{
		note_family(terms);
		terms_counters_index(terms);
	}
	return terms;
}

/*
 * terms_from_jsonb reads terms and throws what is wrong with them.
 */
Terms *
terms_from_jsonb(Jsonb *document)
{
	DocReader	reader;
	Terms	   *terms = terms_compile(&reader, document);

	doc_report(&reader, NULL);
	return terms;
}

/*
 * terms_has_family_counter says whether a family's counter is kept.
 */
bool
terms_has_family_counter(const Terms *terms)
{
	return terms->has_family_counter;
}
