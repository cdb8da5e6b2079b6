/*-------------------------------------------------------------------------
 *
 * profile.c
 *		Matching profiles: documents are checked and compiled, and applied.
 *
 * Numbers of a document are JSON numbers or texts with up to six decimals, so
 * that what is written is what counts.  They are read as millionths: of the
 * distance from the best pair to the worst they are units.
 *
 * Memory: the profile, and all it points to, is in the arena; what is needed to
 * read it is in the caller's context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "core/errors.h"
#include "core/fixed.h"
#include "core/json.h"
#include "feel/feel_sql.h"
#include "match/profile_program.h"

#define CODE_BYTES_MAX 200
#define EXPRESSION_BYTES_MAX 10000
#define WEIGHT_MAX 1000
#define PRICE_MAX 100			/* of anything, in distances from best to worst */
#define LEVELS_BELOW_MAX 4
#define SCALE_MAX 1e12

const char *const match_dimension_names[] = {"efficiency", "quality", "effectiveness", NULL};

/* In the order of MatchPairFeature. */
static const struct
{
	const char *name;
	MatchDimension dimension;
	double		worst;
	double		best;
}			pair_features[PAIR_FEATURE_COUNT] = {
	{"skill_margin", DIMENSION_QUALITY, -2, 2},
	{"skill_excess", DIMENSION_EFFICIENCY, 4, 0},
	{"authority_headroom", DIMENSION_EFFICIENCY, 1, 0},
	{"same_branch", DIMENSION_EFFECTIVENESS, 0, 1},
	{"same_prefecture", DIMENSION_EFFECTIVENESS, 0, 1},
	{"same_province", DIMENSION_EFFECTIVENESS, 0, 1},
	{"same_customer", DIMENSION_EFFECTIVENESS, 0, 1},
	{"preferred", DIMENSION_EFFECTIVENESS, 0, 1},
	{"load", DIMENSION_EFFICIENCY, 1, 0},
	{"free_slots", DIMENSION_EFFICIENCY, 0, 20},
	{"shift_fit", DIMENSION_EFFICIENCY, 0, 2},
	{"slack_fit", DIMENSION_EFFECTIVENESS, 0, 2},
	{"case_mix", DIMENSION_QUALITY, 1, -1},
	{"more_skills", DIMENSION_QUALITY, 0, 5},
	{"returned_before", DIMENSION_EFFICIENCY, 1, 0},
	{"declined_before", DIMENSION_EFFICIENCY, 1, 0},
};

/* Conditions that are no expressions, by MatchConditionKind. */
static const char *const condition_names[] = {"", "same_province", "same_branch", "not_returned", "not_declined", NULL};

/* What is needed while a document is read. */
typedef struct ProfileReader
{
	FeelArena  *arena;
	FeelScope  *scope;
	FeelLimits	limits;
	int64	   *weights_micro;
	int64		weight_sum_micro;
} ProfileReader;

/*
 * decimal_read reads a number with up to six decimals, written as a JSON number
 * or as a text, as millionths.
 */
static int64
decimal_read(const DocNode *node, int64 least_micro, int64 most_micro)
{
	char	   *text;
	int64		value = 0;
	FixedParse	parsed;

	if (node->reader->failed)
		return 0;
	if (node->value.type == jbvNumeric)
		text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(node->value.val.numeric)));
	else
		text = doc_text(node, FIXED_PRINT_BYTES);
	if (node->reader->failed)
		return 0;
	parsed = fixed_parse(text, strlen(text), FIXED_MICRO_PLACES, PG_INT64_MAX / 20, &value);
	if (parsed == FIXED_MALFORMED)
		doc_fail_invalid(node, "a number such as 1.5 expected, not \"%s\"", text);
	else if (parsed == FIXED_TOO_PRECISE)
		doc_fail_invalid(node, "%s has more than %d decimals", text, FIXED_MICRO_PLACES);
	else if (parsed == FIXED_OUT_OF_RANGE || value < least_micro || value > most_micro)
	{
		char		least[FIXED_PRINT_BYTES];
		char		most[FIXED_PRINT_BYTES];

		doc_fail(node, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, NULL, "%s is out of range, from %s to %s", text,
				 fixed_print(least_micro, FIXED_MICRO_PLACES, least), fixed_print(most_micro, FIXED_MICRO_PLACES, most));
	}
	return node->reader->failed ? 0 : value;
}

/*
 * price_read reads a member that is a price, 0 to PRICE_MAX; if it is not there,
 * it is what it is by default.
 */
static int32
price_read(const DocNode *node, const char *key, int32 if_missing)
{
	DocNode		child;

	if (!doc_member(node, key, &child))
		return if_missing;
	return (int32) decimal_read(&child, 0, (int64) PRICE_MAX * MATCH_UNITS);
}

/*
 * arena_text copies a text into the profile's memory.
 */
static const char *
arena_text(ProfileReader *reader, const char *text)
{
	return string_c(reader->arena, feel_string(text, strlen(text)));
}

/*
 * code_read reads a code.
 */
static const char *
code_read(ProfileReader *reader, const DocNode *node)
{
	return arena_text(reader, doc_text(node, CODE_BYTES_MAX));
}

/*
 * program_read compiles an expression; what it asks for has to be known, and to
 * be of one side.
 */
static const FeelProgram *
program_read(ProfileReader *reader, const DocNode *node, int *uses, int *scopes_used)
{
	char	   *text = doc_formula(node, EXPRESSION_BYTES_MAX);
	const FeelProgram *program;
	FeelError	error;
	FeelString	name;
	int			position;

	*uses = 0;
	*scopes_used = 0;
	if (node->reader->failed)
		return NULL;
	program = feel_compile(reader->arena, reader->scope, FEEL_EXPRESSION, NULL, text, strlen(text), &reader->limits, &error);
	if (program == NULL)
	{
		doc_fail_invalid(node, "%s, at line %d, column %d", error.message, error.line, error.column);
		return NULL;
	}
	if (feel_program_unknown(program, &name, &position))
		doc_fail(node, ERRCODE_ASSURE_INVALID_PROFILE, "assure.match_parameter lists what is measured, docs/measures.md the facts beside it.",
				 "\"%.*s\" is not known", name.length, name.data);
	else if (feel_program_volatile(program, &name, &position))
		doc_fail_invalid(node, "%.*s() has another result each time", name.length, name.data);
	*uses = program_uses(program, scopes_used);
	if (*uses == (PROGRAM_USES_WORKER | PROGRAM_USES_TASK))
		doc_fail(node, ERRCODE_ASSURE_INVALID_PROFILE, "Make it two factors: what joins a worker and a task is a parameter of the kind pair.",
				 "asks for facts of the worker and of the task at once");
	return program;
}

/*
 * scale_read reads which value is worst and which is best.
 */
static void
scale_read(const DocNode *node, MatchFactor *factor)
{
	static const char *const keys[] = {"worst", "best", NULL};
	DocNode		child;

	if (!doc_object(node, keys))
		return;
	if (doc_require(node, "worst", &child))
		factor->worst = decimal_read(&child, (int64) -SCALE_MAX * MATCH_UNITS, (int64) SCALE_MAX * MATCH_UNITS) / (double) MATCH_UNITS;
	if (doc_require(node, "best", &child))
		factor->best = decimal_read(&child, (int64) -SCALE_MAX * MATCH_UNITS, (int64) SCALE_MAX * MATCH_UNITS) / (double) MATCH_UNITS;
	if (!node->reader->failed && factor->worst == factor->best)
		doc_fail_invalid(node, "worst and best are the same");
	factor->scale_by_group = false;
}

/*
 * measure_dimension tells what a measure is about.
 */
static MatchDimension
measure_dimension(Measure measure)
{
	if (measure < MEASURE_CHECK_PASS_RATE)
		return DIMENSION_EFFICIENCY;
	return measure < MEASURE_SLA_RATE ? DIMENSION_QUALITY : DIMENSION_EFFECTIVENESS;
}

/*
 * parameter_read finds the parameter of a factor: a measure or a pair feature.
 */
static void
parameter_read(const DocNode *node, MatchFactor *factor)
{
	char	   *name = doc_text(node, CODE_BYTES_MAX);

	if (node->reader->failed)
		return;
	factor->parameter = parameter_find(name, strlen(name));
	if (factor->parameter >= 0)
	{
		Measure		measure = parameter_measure(factor->parameter);

		factor->kind = FACTOR_WORKER;
		factor->dimension = measure_dimension(measure);
		factor->scopes_used = 1 << parameter_scope(factor->parameter);
		factor->scale_by_group = true;
		factor->worst = measure_is_better_low(measure) ? 1 : 0;
		factor->best = 1 - factor->worst;
		return;
	}
	for (int i = 0; i < PAIR_FEATURE_COUNT; i++)
		if (strcmp(pair_features[i].name, name) == 0)
		{
			factor->kind = FACTOR_PAIR;
			factor->feature = i;
			factor->dimension = pair_features[i].dimension;
			factor->worst = pair_features[i].worst;
			factor->best = pair_features[i].best;
			return;
		}
	doc_fail(node, ERRCODE_ASSURE_INVALID_PROFILE, "assure.match_parameter lists them.", "parameter \"%s\" does not exist", name);
}

/*
 * factor_read_value reads what a factor is the value of: a parameter or an
 * expression, and its scale.  What is true is best, if nothing else is said.
 */
static void
factor_read_value(ProfileReader *reader, const DocNode *node, MatchFactor *factor)
{
	DocNode		child;
	int			uses;

	factor->parameter = -1;
	if (doc_member(node, "parameter", &child))
	{
		parameter_read(&child, factor);
		if (doc_member(node, "expression", &child))
			doc_fail_invalid(&child, "a factor has a parameter or an expression, not both");
	}
	else if (doc_member(node, "expression", &child))
	{
		factor->program = program_read(reader, &child, &uses, &factor->scopes_used);
		factor->kind = uses & PROGRAM_USES_WORKER ? FACTOR_WORKER : FACTOR_TASK;
		factor->best = 1;
	}
	else
		doc_fail_invalid(node, "a parameter or an expression is missing");
	if (doc_member(node, "scale", &child))
		scale_read(&child, factor);
	else if (factor->program != NULL && feel_program_type(factor->program)->kind == FEEL_TYPE_NUMBER)
		doc_fail_invalid(node, "a number needs a scale, {\"worst\": ..., \"best\": ...}");
}

/*
 * factor_read reads a factor.
 */
static void
factor_read(ProfileReader *reader, const DocNode *node, MatchFactor *factor, int64 *weight_micro)
{
	static const char *const keys[] = {"code", "dimension", "parameter", "expression", "weight", "scale", NULL};
	static const char *const dimensions[] = {"", "efficiency", "quality", "effectiveness", NULL};
	DocNode		child;

	if (!doc_object(node, keys))
		return;
	if (doc_require(node, "code", &child))
		factor->code = code_read(reader, &child);
	factor_read_value(reader, node, factor);
	if (doc_member(node, "dimension", &child))
		factor->dimension = doc_code(&child, dimensions) - 1;
	else if (factor->program != NULL)
		doc_fail_invalid(node, "an expression needs a dimension: efficiency, quality or effectiveness");
	if (doc_require(node, "weight", &child))
		*weight_micro = decimal_read(&child, 1, (int64) WEIGHT_MAX * MATCH_UNITS);
}

/*
 * factors_compare refuses a factor that has another one's code, or its feature
 * of pairs: the scoring knows one scale of each.
 */
static void
factors_compare(const DocNode *node, const MatchFactor *before, const MatchFactor *factor)
{
	if (strcmp(before->code, factor->code) == 0)
		doc_fail_invalid(node, "code \"%s\" stands twice", factor->code);
	if (before->kind == FACTOR_PAIR && factor->kind == FACTOR_PAIR && before->feature == factor->feature)
		doc_fail_invalid(node, "parameter \"%s\" stands twice", pair_features[factor->feature].name);
}

/*
 * factors_read reads the factors; their weights are shares of what they sum up
 * to, and come to MATCH_UNITS together, to the unit.
 */
static void
factors_read(ProfileReader *reader, const DocNode *node, MatchProfile *profile)
{
	int			count = doc_list(node, 1, PROFILE_FACTORS_MAX);
	int64	   *weights = palloc0(sizeof(int64) * Max(count, 1));
	int64		sum = 0;
	int64		before = 0;
	int32		given = 0;

	profile->factors = arena_alloc0(reader->arena, sizeof(MatchFactor) * Max(count, 1));
	for (int i = 0; i < count && !node->reader->failed; i++)
	{
		DocNode		element;

		doc_element(node, i, &element);
		factor_read(reader, &element, &profile->factors[i], &weights[i]);
		for (int j = 0; j < i && !node->reader->failed; j++)
			factors_compare(&element, &profile->factors[j], &profile->factors[i]);
		sum += weights[i];
	}
	for (int i = 0; i < count && !node->reader->failed; i++)
	{
		int32		upto;

		before += weights[i];
		upto = (int32) fixed_div_round((fixed128) before * MATCH_UNITS, Max(sum, 1));
		profile->factors[i].weight = upto - given;
		given = upto;
	}
	profile->factor_count = node->reader->failed ? 0 : count;
}

/*
 * condition_read reads a condition: a name that is built in, or a code with an
 * expression over the worker.
 */
static void
condition_read(ProfileReader *reader, const DocNode *node, MatchCondition *condition)
{
	static const char *const keys[] = {"code", "expression", NULL};
	DocNode		child;
	int			uses;

	if (node->value.type == jbvString)
	{
		condition->kind = (MatchConditionKind) doc_code(node, condition_names);
		condition->code = condition_names[condition->kind];
		return;
	}
	if (!doc_object(node, keys))
		return;
	condition->kind = CONDITION_WORKER;
	if (doc_require(node, "code", &child))
		condition->code = code_read(reader, &child);
	if (!doc_require(node, "expression", &child))
		return;
	condition->program = program_read(reader, &child, &uses, &condition->scopes_used);
	if (!node->reader->failed && (uses & PROGRAM_USES_TASK))
		doc_fail(&child, ERRCODE_ASSURE_INVALID_PROFILE, "A task for which nobody is right belongs to another queue.",
				 "a condition is one on the worker, not on the task");
	if (!node->reader->failed && !feel_program_may_hold(condition->program))
		doc_fail_invalid(&child, "is not true or false");
}

/*
 * conditions_read reads the conditions.
 */
static void
conditions_read(ProfileReader *reader, const DocNode *node, MatchProfile *profile)
{
	int			count = doc_list(node, 0, PROFILE_CONDITIONS_MAX);

	profile->conditions = arena_alloc0(reader->arena, sizeof(MatchCondition) * Max(count, 1));
	for (int i = 0; i < count && !node->reader->failed; i++)
	{
		DocNode		element;

		doc_element(node, i, &element);
		condition_read(reader, &element, &profile->conditions[i]);
		for (int j = 0; j < i && !node->reader->failed; j++)
			if (strcmp(profile->conditions[i].code, profile->conditions[j].code) == 0)
				doc_fail_invalid(&element, "code \"%s\" stands twice", profile->conditions[i].code);
	}
	profile->condition_count = node->reader->failed ? 0 : count;
}

/*
 * prices_read reads what concessions cost, levelling, the bonus and the outside
 * option.
 */
static void
prices_read(const DocNode *root, MatchProfile *profile)
{
	static const char *const penalty_keys[] = {"other_branch", "other_province", "level_below", "levels_below_max", NULL};
	static const char *const level_keys[] = {"step", "most", NULL};
	static const char *const outside_keys[] = {"base", "per_priority", "per_hour", NULL};
	DocNode		node;
	DocNode		child;

	if (doc_member(root, "penalties", &node) && doc_object(&node, penalty_keys))
	{
		profile->penalties.other_branch = price_read(&node, "other_branch", 0);
		profile->penalties.other_province = price_read(&node, "other_province", profile->penalties.other_branch);
		profile->penalties.level_below = price_read(&node, "level_below", 0);
		if (doc_member(&node, "levels_below_max", &child))
			profile->penalties.levels_below_max = (int) doc_integer(&child, 0, LEVELS_BELOW_MAX);
	}
	profile->preferred_bonus = price_read(root, "preferred_worker", 0);
	if (doc_member(root, "levelling", &node) && doc_object(&node, level_keys))
	{
		profile->level_step = price_read(&node, "step", 0);
		profile->level_most = price_read(&node, "most", PRICE_MAX * MATCH_UNITS);
	}
	profile->outside = (MatchOutside) {MATCH_UNITS, MATCH_UNITS / 10, MATCH_UNITS / 100};
	if (doc_member(root, "outside", &node) && doc_object(&node, outside_keys))
	{
		profile->outside.base = price_read(&node, "base", profile->outside.base);
		profile->outside.per_priority = price_read(&node, "per_priority", profile->outside.per_priority);
		profile->outside.per_hour = price_read(&node, "per_hour", profile->outside.per_hour);
	}
}

/*
 * profile_sum_up derives what the scoring asks of the profile as a whole.
 */
static void
profile_sum_up(MatchProfile *profile)
{
	for (int i = 0; i < profile->factor_count; i++)
	{
		const MatchFactor *factor = &profile->factors[i];

		profile->has_worker_factors |= factor->kind == FACTOR_WORKER;
		profile->has_task_factors |= factor->kind == FACTOR_TASK;
		profile->needs_returns |= factor->kind == FACTOR_TASK && program_uses_returns(factor->program);
		if (factor->kind == FACTOR_PAIR)
			profile->pair_features |= UINT32_C(1) << factor->feature;
	}
	for (int i = 0; i < profile->condition_count; i++)
		profile->has_worker_conditions |= profile->conditions[i].kind == CONDITION_WORKER;
	profile->cost_least = -(int64) profile->preferred_bonus;
	profile->cost_most = (int64) MATCH_UNITS + Max(profile->penalties.other_branch, profile->penalties.other_province) +
		(int64) profile->penalties.level_below * profile->penalties.levels_below_max + profile->level_most;
	if (profile->level_step == 0)
		profile->cost_most -= profile->level_most;
}

/*
 * profile_read reads a profile, and raises what is not as it should be.
 */
MatchProfile *
profile_read(Jsonb *document, FeelArena *arena)
{
	static const char *const keys[] = {"code", "name", "factors", "conditions", "penalties", "preferred_worker", "levelling", "outside", "hours", NULL};
	MatchProfile *profile = arena_alloc0(arena, sizeof(MatchProfile));
	ProfileReader reading = {.arena = arena, .scope = profile_scope(arena), .limits = feel_limits()};
	DocReader	reader;
	DocNode		root;
	DocNode		node;

	doc_open(&reader, &root, document, "profile", ERRCODE_ASSURE_INVALID_PROFILE);
	if (doc_object(&root, keys))
	{
		if (doc_require(&root, "code", &node))
			profile->code = code_read(&reading, &node);
		if (doc_require(&root, "name", &node))
			profile->name = code_read(&reading, &node);
		if (doc_require(&root, "factors", &node))
			factors_read(&reading, &node, profile);
		if (doc_member(&root, "conditions", &node))
			conditions_read(&reading, &node, profile);
		prices_read(&root, profile);
		if (doc_member(&root, "hours", &node))
			profile->takes_hours = doc_bool(&node);
	}
	doc_report(&reader, NULL);
	profile_sum_up(profile);
	return profile;
}

/*
 * profile_outside gives the price of leaving a task open.  Of those past the
 * bound the older one costs more; no age costs more than twice the bound.
 */
int64
profile_outside(const MatchProfile *profile, int priority, double age_hours, double hours_max)
{
	const MatchOutside *outside = &profile->outside;
	double		age = Max(age_hours, 0.0);
	double		price = outside->base + (double) outside->per_priority * (priority - 1);

	if (age < hours_max)
		return (int64) (price + outside->per_hour * age);
	return (int64) (outside->base + (double) outside->per_priority * (MATCH_PRIORITY_MAX - 1) + outside->per_hour * Min(age, 2 * hours_max)) +
		(profile->cost_most - profile->cost_least) + 1;
}

/*
 * profile_task_value gives the value of a factor by task.
 */
double
profile_task_value(const MatchProfile *profile, const MatchFactor *factor, const MatchTaskFacts *task)
{
	ProfileFacts facts = {.task = task};

	Assert(factor->kind == FACTOR_TASK);
	return program_value(factor->program, &facts);
}

/*
 * profile_task_cost sums up the factors by task.
 */
int32
profile_task_cost(const MatchProfile *profile, const MatchTaskFacts *task)
{
	int32		cost = 0;

	for (int i = 0; profile->has_task_factors && i < profile->factor_count; i++)
	{
		const MatchFactor *factor = &profile->factors[i];

		if (factor->kind == FACTOR_TASK)
			cost += factor_cost(factor->weight, factor->worst, factor->best, profile_task_value(profile, factor, task));
	}
	return cost;
}
