/*-------------------------------------------------------------------------
 *
 * condition.c
 *		Conditions in FEEL: "when" of a benefit, and of a case of coinsurance.
 *
 * A condition is compiled with the terms, against the types of member, claim
 * and bill, so that a name that none of them has is refused when the terms are
 * stored.  A function that reads the clock is refused too: what a claim pays
 * does not depend on the moment at which it is calculated.
 *
 * Limits are this file's own, and no setting: the same terms give the same
 * result everywhere.
 *
 * Memory: programs, the state and its working memory live as long as the
 * terms; an evaluation uses the working memory and nothing else.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/calculate.h"
#include "benefit/condition.h"
#include "core/errors.h"
#include "core/json.h"
#include "feel/feel_sql.h"

#define DEPTH_MAX		200
#define STEPS_MAX		1000000
#define SIZE_MAX_BYTES	(16 * 1024 * 1024)

/* Of all terms of one plan; one evaluation at a time. */
struct Conditions
{
	FeelArena  *programs;
	FeelScope  *scope;
	FeelState  *state;
	FeelHost	host;
};

struct Condition
{
	Conditions *pool;
	const FeelProgram *program;
	PlainCondition *plain;		/* of the program; NULL: it needs FEEL */
	const char *path;			/* in the terms, for errors */
};

/*
 * zone_of_conditions says where conditions live: nowhere in particular.
 */
static const char *
zone_of_conditions(void *data)
{
	return "UTC";
}

/*
 * limits_of gives the limits of compiling and evaluating.
 */
static FeelLimits
limits_of(const Conditions *pool)
{
	FeelLimits	limits = {
		.depth_max = DEPTH_MAX,
		.steps_max = STEPS_MAX,
		.size_max = SIZE_MAX_BYTES,
		.host = &pool->host
	};

	return limits;
}

/*
 * open_pool makes what conditions of the terms have in common.
 */
static Conditions *
open_pool(void)
{
	Conditions *pool = palloc0(sizeof(Conditions));
	FeelLimits	limits;

	pool->host = *feel_server_host();
	pool->host.zone = zone_of_conditions;
	limits = limits_of(pool);
	pool->programs = feel_arena_create(CurrentMemoryContext, SIZE_MAX_BYTES);
	pool->scope = condition_scope(pool->programs);
	pool->state = feel_state_create(pool->programs,
									feel_arena_create(CurrentMemoryContext,
													  SIZE_MAX_BYTES),
									&pool->host, &limits);
	return pool;
}

/*
 * refuse refuses a text at a position; columns count characters, lines from 1.
 */
static void
refuse(const DocNode *node, const char *text, int position, const char *what,
	   FeelString name)
{
	int			line = 1;
	int			column = 1;
	int			i;

	for (i = 0; i < position && text[i]; i++)
	{
		if (text[i] == '\n')
		{
			line++;
			column = 1;
		}
		else if (((unsigned char) text[i] & 0xC0) != 0x80)
			column++;
	}
	doc_fail_invalid(node, "line %d, column %d: %s \"%.*s\"", line, column,
					 what, name.length, name.data);
}

/*
 * check_names refuses names that nothing has, functions that read the clock, and
 * what is no condition: it would never hold.
 */
static void
check_names(const DocNode *node, const FeelProgram *program, const char *text)
{
	FeelString	name;
	int			position;

	if (feel_program_unknown(program, &name, &position))
		refuse(node, text, position, "unknown name", name);
	else if (feel_program_unknown_entry(program, &name, &position))
		refuse(node, text, position, "there is no entry", name);
	else if (feel_program_volatile(program, &name, &position))
		refuse(node, text, position,
			   "a result that depends on when it is calculated:", name);
	else if (!feel_program_may_hold(program))
		doc_fail(node, node->reader->sqlstate_invalid,
				 "Compare it with something: \"bill.social_paid > 0\".",
				 "is not true or false");
}

/*
 * condition_read compiles the text of a condition.
 */
Condition *
condition_read(const DocNode *node, Terms *terms)
{
	char	   *text = doc_formula(node, TERMS_FEEL_BYTES_MAX);
	Condition  *condition = palloc0(sizeof(Condition));
	FeelError	error;
	FeelLimits	limits;

	if (node->reader->failed)
		return NULL;
	if (terms->conditions == NULL)
		terms->conditions = open_pool();
	condition->pool = terms->conditions;
	limits = limits_of(condition->pool);
	condition->program = feel_compile(condition->pool->programs,
									  condition->pool->scope, FEEL_EXPRESSION,
									  NULL, text, strlen(text), &limits,
									  &error);
	if (condition->program == NULL)
	{
		doc_fail(node, error.kind == FEEL_ERROR_LIMIT
				 ? ERRCODE_ASSURE_FEEL_LIMIT : ERRCODE_ASSURE_INVALID_TERMS,
				 NULL, "line %d, column %d: %s", error.line, error.column,
				 error.message);
		return NULL;
	}
	check_names(node, condition->program, text);
	condition->path = doc_path(node);
	condition->plain = condition_plain(feel_program_plain(condition->pool->programs,
														  condition->program));
	return condition;
}

/*
 * resolve_slot gives member, claim or bill when it is first asked for.
 */
static FeelValue
resolve_slot(FeelState *state, FeelBinding *binding, int slot)
{
	const Work *work = binding->data;

	switch ((ConditionSlot) slot)
	{
		case SLOT_MEMBER:
			return value_of_member(state, &work->claim->member);
		case SLOT_CLAIM:
			return value_of_claim(state, work->claim);
		case SLOT_BILL:
			return value_of_bill(state, work->bill);
	}
	return value_null();
}

/*
 * condition_holds evaluates a condition on the visit.
 */
bool
condition_holds(Work *work, const Condition *condition)
{
	FeelValue	values[CONDITION_SLOTS];
	FeelBinding binding = {.values = values, .resolve = resolve_slot, .data = work};
	FeelValue	value;
	FeelError	error;
	int			i;

	if (condition->plain)
		return plain_holds(condition->plain, work->claim, work->bill);
	for (i = 0; i < CONDITION_SLOTS; i++)
		values[i].kind = FEEL_UNBOUND;
	feel_state_reset(condition->pool->state);
	if (!feel_evaluate(condition->pool->state, condition->program, &binding,
					   &value, &error))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_FEEL_LIMIT),
				 errmsg("terms: %s: %s", condition->path, error.message),
				 errhint("Write the condition so that it takes less than %d steps and %d MB.",
						 STEPS_MAX, SIZE_MAX_BYTES / (1024 * 1024))));
	return value.kind == FEEL_BOOLEAN && value.u.boolean;
}
