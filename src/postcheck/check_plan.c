/*-------------------------------------------------------------------------
 *
 * check_plan.c
 *		Plans of post-checks as documents.
 *
 *		"strata": [{"by": "person"}, {"by": "provider", "rate": "0.1"},
 *			{"by": "amount", "bounds": ["1000.00", "10000.00"]},
 *			{"by": "risk", "levels": [{"name": "high", "when": "amount >= 50000", "rate": "1"}]}]
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "core/errors.h"
#include "postcheck/check_plan.h"
#include "postcheck/draw.h"
#include "work/task_condition.h"

#define NAME_BYTES_MAX 60

/*
 * rate_of reads the rate of a stratum, the plan's where it has none.
 */
static int
rate_of(const DocNode *object, int otherwise_micro)
{
	DocNode		node;

	return doc_member(object, "rate", &node) ? (int) doc_share(&node) : otherwise_micro;
}

/*
 * bounds_read reads the bounds of bands of amounts, ascending.
 */
static void
bounds_read(const DocNode *object, CheckPlan *plan)
{
	DocNode		list;

	if (!doc_require(object, "bounds", &list))
		return;
	plan->bound_count = doc_list(&list, 1, CHECK_BOUNDS_MAX);
	for (int i = 0; i < plan->bound_count; i++)
	{
		DocNode		element;

		doc_element(&list, i, &element);
		plan->bounds_fen[i] = doc_amount(&element);
		if (i > 0 && plan->bounds_fen[i] <= plan->bounds_fen[i - 1])
			doc_fail_invalid(&element, "is not above the bound before it");
	}
}

/*
 * levels_read reads the levels of risk.
 */
static void
levels_read(const DocNode *object, CheckPlan *plan)
{
	static const char *const keys[] = {"name", "when", "rate", NULL};
	DocNode		list;

	if (!doc_require(object, "levels", &list))
		return;
	plan->level_count = doc_list(&list, 1, CHECK_LEVELS_MAX);
	for (int i = 0; i < plan->level_count; i++)
	{
		RiskLevel  *level = &plan->levels[i];
		DocNode		element;
		DocNode		node;

		doc_element(&list, i, &element);
		if (!doc_object(&element, keys))
			return;
		level->name = doc_require(&element, "name", &node) ? doc_text(&node, NAME_BYTES_MAX) : NULL;
		level->condition = doc_require(&element, "when", &node) ? task_condition_read(&node) : NULL;
		level->rate_micro = rate_of(&element, plan->rate_micro);
	}
}

/*
 * stratum_read reads one division; each is there once at most.
 */
static void
stratum_read(const DocNode *object, CheckPlan *plan)
{
	static const char *const names[] = {"", "person", "provider", "amount", "risk", NULL};
	static const char *const keys[][4] = {{NULL}, {"by", "rate", NULL}, {"by", "rate", NULL}, {"by", "rate", "bounds", NULL}, {"by", "levels", NULL}};
	static const char *const any_key[] = {"by", "rate", "bounds", "levels", NULL};
	bool	   *flags[] = {NULL, &plan->by_person, &plan->by_provider, &plan->by_amount, &plan->by_risk};
	DocNode		node;
	int			by;

	if (!doc_object(object, any_key) || !doc_require(object, "by", &node))
		return;
	by = doc_code(&node, names);
	if (object->reader->failed || !doc_object(object, keys[by]))
		return;
	if (*flags[by])
		doc_fail_invalid(&node, "\"%s\" is there twice", names[by]);
	*flags[by] = true;
	if (by == 1)
		plan->person_rate_micro = rate_of(object, plan->rate_micro);
	else if (by == 2)
		plan->provider_rate_micro = rate_of(object, plan->rate_micro);
	else if (by == 3)
	{
		plan->amount_rate_micro = rate_of(object, plan->rate_micro);
		bounds_read(object, plan);
	}
	else
		levels_read(object, plan);
}

/*
 * strata_read reads the list of divisions.
 */
static void
strata_read(const DocNode *strata, CheckPlan *plan)
{
	int			count = doc_list(strata, 0, 4);

	for (int i = 0; i < count; i++)
	{
		DocNode		element;

		doc_element(strata, i, &element);
		stratum_read(&element, plan);
	}
}

/*
 * check_plan_read reads rate and strata of a plan.
 */
void
check_plan_read(const DocNode *rate, const DocNode *strata, CheckPlan *plan)
{
	memset(plan, 0, sizeof(*plan));
	plan->rate_micro = (int) doc_share(rate);
	if (strata != NULL)
		strata_read(strata, plan);
}

/*
 * check_plan_stored reads a plan that was checked when it was put.
 */
void
check_plan_stored(int rate_micro, Jsonb *strata, CheckPlan *plan)
{
	DocReader	reader;
	DocNode		root;

	memset(plan, 0, sizeof(*plan));
	plan->rate_micro = rate_micro;
	doc_open(&reader, &root, strata, "strata", ERRCODE_INVALID_PARAMETER_VALUE);
	strata_read(&root, plan);
	doc_report(&reader, NULL);
}
