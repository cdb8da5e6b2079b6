/*-------------------------------------------------------------------------
 *
 * policy_condition.c
 *		Conditions of SLA policies: FEEL over what is known of a subject.
 *
 * The names are the table below; facts.c reads the same ones from the tables.
 *
 * Memory: evaluations share one state, emptied before each.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "feel/feel_json.h"
#include "feel/feel_sql.h"
#include "sla/policy.h"

#define OF(subject) (1 << (subject))
#define OF_ALL (OF(SLA_TASK) | OF(SLA_CLAIM) | OF(SLA_ORDER))
#define OF_CLAIMS (OF(SLA_TASK) | OF(SLA_CLAIM))

static const struct
{
	const char *name;
	const char *type;
	int			subjects;
}			facts_known[] = {
	{"queue", "string", OF(SLA_TASK)},
	{"priority", "number", OF(SLA_TASK)},
	{"amount", "number", OF_CLAIMS},
	{"cause", "string", OF_CLAIMS},
	{"service", "string", OF(SLA_ORDER)},
	{"branch", "string", OF_ALL},
	{"province", "string", OF_ALL},
	{"policy", "string", OF_ALL},
	{"insurer", "string", OF_ALL},
	{"holder", "string", OF_ALL},
	{"customer_age", "number", OF_ALL},
	{"customer_sex", "string", OF_ALL},
	{"customer_province", "string", OF_ALL},
	{"customer_flags", "list", OF_ALL},
};

/*
 * policy_condition_compile compiles a condition; NULL: error is set.  *unknown_name
 * becomes the first name that is not known of such subjects.
 */
const FeelProgram *
policy_condition_compile(FeelArena *arena, SlaSubject subject, const char *text, FeelError *error, char **unknown_name)
{
	FeelLimits	limits = feel_limits();
	FeelScope  *scope = feel_scope_create(arena, NULL);
	const FeelProgram *program;
	FeelString	name;
	int			position;

	for (int i = 0; i < (int) lengthof(facts_known); i++)
		if (facts_known[i].subjects & OF(subject))
		{
			FeelString	fact = {facts_known[i].name, strlen(facts_known[i].name), -1};
			FeelString	type = {facts_known[i].type, strlen(facts_known[i].type), -1};

			feel_scope_add(scope, fact, feel_type_builtin(type));
		}
	program = feel_compile(arena, scope, FEEL_EXPRESSION, NULL, text, strlen(text), &limits, error);
	if (program != NULL && unknown_name != NULL && feel_program_unknown(program, &name, &position))
		*unknown_name = pnstrdup(name.data, name.length);
	return program;
}

/* What a binding's resolver needs. */
typedef struct FactsOf
{
	const FeelProgram *program;
	JsonbContainer *facts;
} FactsOf;

/*
 * fact_resolve gives the value of a name.
 */
static FeelValue
fact_resolve(FeelState *state, FeelBinding *binding, int slot)
{
	FactsOf    *of = binding->data;
	FeelValue	value;

	if (feel_json_entry(state, of->facts, feel_program_slot_name(of->program, slot), &value))
		return value;
	return feel_null(state, "not known");
}

/*
 * evaluate binds the facts and runs the condition.
 */
static FeelValue
evaluate(FeelState *state, void *arg)
{
	FactsOf    *of = arg;
	FeelBinding *binding = arena_alloc0(feel_arena(state), sizeof(FeelBinding));
	int			slots = feel_program_slot_count(of->program);

	binding->values = arena_alloc_array(feel_arena(state), Max(slots, 1), sizeof(FeelValue));
	for (int i = 0; i < slots; i++)
		binding->values[i].kind = FEEL_UNBOUND;
	binding->resolve = fact_resolve;
	binding->data = of;
	return feel_run(state, of->program, binding);
}

/*
 * policy_condition_holds tells whether a condition is true of the facts; null and what
 * hits a limit is not.
 */
bool
policy_condition_holds(const FeelProgram *program, Jsonb *facts)
{
	static FeelState *state = NULL;
	FeelLimits	limits = feel_limits();
	FactsOf		of = {program, &facts->root};
	FeelValue	value;
	FeelError	error;

	if (state == NULL)
	{
		MemoryContext context = AllocSetContextCreate(TopMemoryContext, "SLA conditions", ALLOCSET_DEFAULT_SIZES);
		FeelArena  *home = feel_arena_create(context, limits.size_max);

		state = feel_state_create(home, feel_arena_create(context, limits.size_max), feel_server_host(), &limits);
	}
	feel_state_reset(state);
	feel_state_set_limits(state, &limits);
	return feel_protect(state, evaluate, &of, &value, &error) && value.kind == FEEL_BOOLEAN && value.u.boolean;
}
