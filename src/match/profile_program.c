/*-------------------------------------------------------------------------
 *
 * profile_program.c
 *		Expressions of matching profiles: names, and what they stand for.
 *
 * A slot of the scope is a parameter, by its number, or one of the facts behind
 * them.  An expression sees the worker or the task, not both: it is evaluated
 * once for each of them and not for each pair.
 *
 * Memory: evaluations share one state, emptied before each.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/memutils.h"

#include "feel/feel_json.h"
#include "feel/feel_sql.h"
#include "match/profile_program.h"

#define MICRO 1e6
#define MICRO_PLACES 6
#define MICRO_MAX 9e12			/* the largest value that millionths of fit int64 */

typedef enum Fact
{
	FACT_LEVEL, FACT_AUTHORITY, FACT_CAPACITY, FACT_BRANCH, FACT_PROVINCE,
	FACT_QUEUE, FACT_PRODUCT, FACT_CHAPTER,
	FACT_AMOUNT, FACT_PRIORITY, FACT_AGE, FACT_SLACK, FACT_ORIGIN, FACT_ORIGIN_PROVINCE, FACT_RETURNS, FACT_ATTRIBUTES,
	FACT_COUNT
} Fact;

/* In the order of Fact. */
static const struct
{
	const char *name;
	const char *type;			/* NULL: any */
	int			uses;
	int			scopes_used;
}			facts_known[FACT_COUNT] = {
	{"level", "number", PROGRAM_USES_WORKER, 1 << MEASURE_OF_QUEUE},
	{"authority", "number", PROGRAM_USES_WORKER, 0},
	{"capacity", "number", PROGRAM_USES_WORKER, 0},
	{"branch", "string", PROGRAM_USES_WORKER, 0},
	{"province", "string", PROGRAM_USES_WORKER, 0},
	{"queue", "string", 0, 1 << MEASURE_OF_QUEUE},
	{"product", "string", 0, 1 << MEASURE_OF_PRODUCT},
	{"chapter", "number", 0, 1 << MEASURE_OF_CHAPTER},
	{"amount", "number", PROGRAM_USES_TASK, 0},
	{"priority", "number", PROGRAM_USES_TASK, 0},
	{"age", "number", PROGRAM_USES_TASK, 0},
	{"slack", "number", PROGRAM_USES_TASK, 0},
	{"origin", "string", PROGRAM_USES_TASK, 0},
	{"origin_province", "string", PROGRAM_USES_TASK, 0},
	{"returns", "number", PROGRAM_USES_TASK, 0},
	{"attributes", NULL, PROGRAM_USES_TASK, 0},
};

/*
 * string_of makes a string of FEEL of a C string that lives long enough.
 */
static FeelString
string_of(const char *text)
{
	return feel_string(text, strlen(text));
}

/*
 * profile_scope makes the scope of all names that a profile may use.
 */
FeelScope *
profile_scope(FeelArena *arena)
{
	FeelScope  *scope = feel_scope_create(arena, NULL);
	const FeelType *number = feel_type_builtin(FEEL_STRING_LITERAL("number"));

	for (int i = 0; i < PARAMETER_COUNT; i++)
		feel_scope_add(scope, string_copy(arena, string_of(parameter_name(i))), number);
	for (int i = 0; i < FACT_COUNT; i++)
		feel_scope_add(scope, string_of(facts_known[i].name),
					   facts_known[i].type ? feel_type_builtin(string_of(facts_known[i].type)) : NULL);
	return scope;
}

/*
 * program_uses tells whose facts a program asks for, and on which parts of the
 * class its value depends.
 */
int
program_uses(const FeelProgram *program, int *scopes_used)
{
	int			uses = 0;

	*scopes_used = 0;
	for (int i = 0; i < PARAMETER_COUNT + FACT_COUNT; i++)
	{
		if (!feel_program_uses(program, i))
			continue;
		uses |= i < PARAMETER_COUNT ? PROGRAM_USES_WORKER : facts_known[i - PARAMETER_COUNT].uses;
		*scopes_used |= i < PARAMETER_COUNT ? 1 << parameter_scope(i) : facts_known[i - PARAMETER_COUNT].scopes_used;
	}
	return uses;
}

/*
 * program_uses_returns looks for the name.
 */
bool
program_uses_returns(const FeelProgram *program)
{
	return feel_program_uses(program, PARAMETER_COUNT + FACT_RETURNS);
}

/*
 * program_parameters lists the parameters that a program uses.
 */
int
program_parameters(const FeelProgram *program, int *used)
{
	int			count = 0;

	for (int i = 0; i < PARAMETER_COUNT; i++)
		if (feel_program_uses(program, i))
			used[count++] = i;
	return count;
}

/*
 * program_needs marks what has to be read before a program is evaluated.
 */
void
program_needs(const FeelProgram *program, bool *needed, bool *needs_facts)
{
	for (int i = 0; i < PARAMETER_COUNT; i++)
		needed[i] |= feel_program_uses(program, i);
	for (int i = FACT_LEVEL; i <= FACT_PROVINCE; i++)
		*needs_facts |= feel_program_uses(program, PARAMETER_COUNT + i);
}

/*
 * number_value makes a number of FEEL, to millionths.
 */
static FeelValue
number_value(FeelState *state, double value)
{
	FeelNumber	number = {.form = MICRO_PLACES};

	if (!(fabs(value) < MICRO_MAX))
		return feel_null(state, "not known");
	number.coefficient = llround(value * MICRO);
	return value_from_number(number);
}

/*
 * text_value makes a string of FEEL; NULL is not known.
 */
static FeelValue
text_value(FeelState *state, const char *text)
{
	return text == NULL ? feel_null(state, "not known") : value_from_string(string_of(text));
}

/*
 * worker_fact gives a fact of the worker or the class.
 */
static FeelValue
worker_fact(FeelState *state, const ProfileFacts *facts, Fact fact)
{
	const char *product = facts->of_class ? facts->of_class->product : facts->task->product;
	int			chapter = facts->of_class ? facts->of_class->chapter : facts->task->chapter;

	switch (fact)
	{
		case FACT_LEVEL:
			return value_from_int64(facts->worker->level);
		case FACT_AUTHORITY:
			return number_value(state, facts->worker->authority_fen / 100.0);
		case FACT_CAPACITY:
			return value_from_int64(facts->worker->capacity);
		case FACT_BRANCH:
			return text_value(state, facts->worker->branch);
		case FACT_PROVINCE:
			return text_value(state, facts->worker->province);
		case FACT_QUEUE:
			return text_value(state, facts->of_class ? facts->of_class->queue : facts->task->queue);
		case FACT_PRODUCT:
			return text_value(state, product);
		default:
			return chapter == 0 ? feel_null(state, "not known") : value_from_int64(chapter);
	}
}

/*
 * task_fact gives a fact of the task.
 */
static FeelValue
task_fact(FeelState *state, const MatchTaskFacts *task, Fact fact)
{
	switch (fact)
	{
		case FACT_AMOUNT:
			return number_value(state, task->amount_fen / 100.0);
		case FACT_PRIORITY:
			return value_from_int64(task->priority);
		case FACT_AGE:
			return number_value(state, task->age_hours);
		case FACT_SLACK:
			return number_value(state, task->slack_hours);
		case FACT_ORIGIN:
			return text_value(state, task->origin);
		case FACT_ORIGIN_PROVINCE:
			return text_value(state, task->origin_province);
		case FACT_RETURNS:
			return value_from_int64(task->returns);
		default:
			return task->attributes == NULL ? feel_null(state, "not known") : feel_from_jsonb(state, task->attributes);
	}
}

/* What a binding's resolver needs, and evaluate(). */
typedef struct Evaluation
{
	const FeelProgram *program;
	const ProfileFacts *facts;
} Evaluation;

/*
 * fact_resolve gives the value of a name.
 */
static FeelValue
fact_resolve(FeelState *state, FeelBinding *binding, int slot)
{
	const ProfileFacts *facts = ((Evaluation *) binding->data)->facts;

	if (slot < PARAMETER_COUNT)
		return number_value(state, facts->parameters[slot]);
	if (slot - PARAMETER_COUNT < FACT_AMOUNT)
		return worker_fact(state, facts, slot - PARAMETER_COUNT);
	return task_fact(state, facts->task, slot - PARAMETER_COUNT);
}

/*
 * evaluate binds the facts and runs the program.
 */
static FeelValue
evaluate(FeelState *state, void *arg)
{
	Evaluation *evaluation = arg;
	FeelBinding *binding = arena_alloc0(feel_arena(state), sizeof(FeelBinding));
	int			slots = feel_program_slot_count(evaluation->program);

	binding->values = arena_alloc_array(feel_arena(state), Max(slots, 1), sizeof(FeelValue));
	for (int i = 0; i < slots; i++)
		binding->values[i].kind = FEEL_UNBOUND;
	binding->resolve = fact_resolve;
	binding->data = evaluation;
	return feel_run(state, evaluation->program, binding);
}

/*
 * run evaluates a program; false: a limit was hit.
 */
static bool
run(const FeelProgram *program, const ProfileFacts *facts, FeelValue *value)
{
	static FeelState *state = NULL;
	FeelLimits	limits = feel_limits();
	Evaluation	evaluation = {program, facts};
	FeelError	error;

	if (state == NULL)
	{
		MemoryContext context = AllocSetContextCreate(TopMemoryContext, "matching profiles", ALLOCSET_DEFAULT_SIZES);
		FeelArena  *home = feel_arena_create(context, limits.size_max);

		state = feel_state_create(home, feel_arena_create(context, limits.size_max), feel_server_host(), &limits);
	}
	feel_state_reset(state);
	feel_state_set_limits(state, &limits);
	return feel_protect(state, evaluate, &evaluation, value, &error);
}

/*
 * program_value gives the number that a program comes to.
 */
double
program_value(const FeelProgram *program, const ProfileFacts *facts)
{
	FeelValue	value;
	int128		coefficient;
	int			exponent;

	if (!run(program, facts, &value))
		return NAN;
	if (value.kind == FEEL_BOOLEAN)
		return value.u.boolean ? 1.0 : 0.0;
	if (value.kind != FEEL_NUMBER || !number_to_parts(value.u.number, &coefficient, &exponent))
		return NAN;
	return (double) coefficient * pow(10.0, exponent);
}

/*
 * program_holds tells whether a condition is true; null and what hits a limit is
 * not.
 */
bool
program_holds(const FeelProgram *program, const ProfileFacts *facts)
{
	FeelValue	value;

	return run(program, facts, &value) && value.kind == FEEL_BOOLEAN && value.u.boolean;
}
