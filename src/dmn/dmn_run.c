/*-------------------------------------------------------------------------
 *
 * dmn_run.c
 *		Evaluates a model: nodes when they are asked for, boxes, functions.
 *
 * frame		what nodes are worth; the call of a decision service has one of its own
 * activation	the slots of a node, or of a function defined in it, while it runs
 *
 * An expression asks for a required node by its slot; the node is evaluated
 * then, once a frame.  A function that is defined in a node takes a copy of the
 * slots as they are, since names of iterations change after it.
 *
 * Memory: all in the arena of the evaluation.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "dmn/dmn_model.h"

/* What a function value of this room stands for. */
typedef struct Closure
{
	DmnFrame   *frame;
	const DmnNode *node;
	const DmnFunction *function;
	const FeelValue *captured;	/* slots below the parameters */
} Closure;

/* Members of an import, as a context. */
typedef struct ImportData
{
	DmnFrame   *frame;
	const DmnRequired *required;
} ImportData;

static FeelValue node_value(FeelState *state, DmnFrame *frame, const DmnNode *node);

/*
 * is_kind_of_type tells the common cases in which a value has a type without
 * further ado.
 */
static inline bool
is_kind_of_type(int kind, const FeelType *type)
{
	if (type->allowed != NULL)
		return false;
	switch (type->kind)
	{
		case FEEL_TYPE_NUMBER:
			return kind == FEEL_NUMBER;
		case FEEL_TYPE_STRING:
			return kind == FEEL_STRING;
		case FEEL_TYPE_BOOLEAN:
			return kind == FEEL_BOOLEAN;
		case FEEL_TYPE_DATE:
			return kind == FEEL_DATE;
		default:
			return false;
	}
}

/*
 * dmn_typed brings a value to a declared type; NULL: any.
 */
FeelValue
dmn_typed(FeelState *state, FeelValue value, const FeelType *type)
{
	if (type == NULL || value.kind == FEEL_NULL || is_kind_of_type(value.kind, type))
		return value;
	return feel_coerce(state, value, type);
}

/*
 * import_get looks up a member of an import.
 */
static bool
import_get(FeelState *state, void *data, FeelString key, FeelValue *value)
{
	const ImportData *import = data;

	for (int i = 0; i < import->required->member_count; i++)
		if (string_equal(import->required->members[i].name, key))
		{
			*value = node_value(state, import->frame, import->required->members[i].node);
			return true;
		}
	return false;
}

/*
 * import_fill evaluates all members of an import.
 */
static void
import_fill(FeelState *state, void *data, FeelEntry *entries)
{
	const ImportData *import = data;

	for (int i = 0; i < import->required->member_count; i++)
	{
		entries[i].key = import->required->members[i].name;
		entries[i].value = node_value(state, import->frame, import->required->members[i].node);
	}
}

/*
 * resolve gives the value of a slot that nobody asked for yet.
 */
static FeelValue
resolve(FeelState *state, FeelBinding *binding, int slot)
{
	static const FeelLazyContext import_context = {import_get, import_fill};
	DmnActivation *activation = binding->data;
	const DmnRequired *required = &activation->node->required[slot];
	ImportData *import;

	if (slot >= activation->node->required_count)
		return value_null();
	if (required->node != NULL)
		return node_value(state, activation->frame, required->node);
	import = arena_alloc(feel_arena(state), sizeof(ImportData));
	*import = (ImportData) {activation->frame, required};
	return value_lazy_context(feel_arena(state), &import_context, import, required->member_count);
}

/*
 * activation_begin makes the slots of a node, none of them asked for yet.
 */
static DmnActivation *
activation_begin(FeelState *state, DmnFrame *frame, const DmnNode *node)
{
	DmnActivation *activation = arena_alloc(feel_arena(state), sizeof(DmnActivation));

	activation->frame = frame;
	activation->node = node;
	activation->slot_count = node->slot_count;
	activation->binding.values = arena_alloc_array(feel_arena(state), Max(node->slot_count, 1), sizeof(FeelValue));
	for (int i = 0; i < node->slot_count; i++)
		activation->binding.values[i].kind = FEEL_UNBOUND;
	activation->binding.resolve = resolve;
	activation->binding.data = activation;
	activation->binding.input = value_null();
	return activation;
}

/* ---- functions ---- */

/*
 * closure_run calls a function that is defined in a model.
 */
static FeelValue
closure_run(FeelState *state, void *data, const FeelValue *args, int count)
{
	const Closure *closure = data;
	const DmnFunction *function = closure->function;
	DmnActivation *activation;

	check_stack_depth();
	if (function->body == NULL)
		return feel_null(state, "a function that is not written in FEEL has no value");
	activation = activation_begin(state, closure->frame, closure->node);
	if (closure->captured != NULL)
		memcpy(activation->binding.values, closure->captured, sizeof(FeelValue) * function->slot);
	for (int i = 0; i < count; i++)
		activation->binding.values[function->slot + i] = args[i];
	return dmn_box_run(state, activation, function->body);
}

/*
 * frame_create makes a frame in which no node is known.
 */
static DmnFrame *
frame_create(FeelState *state, const DmnModel *model, const DmnInputs *inputs, DmnTrace *trace)
{
	DmnFrame   *frame = arena_alloc(feel_arena(state), sizeof(DmnFrame));

	*frame = (DmnFrame) {.model = model, .inputs = inputs, .trace = trace};
	frame->values = arena_alloc_array(feel_arena(state), Max(model->node_count, 1), sizeof(FeelValue));
	for (int i = 0; i < model->node_count; i++)
		frame->values[i].kind = FEEL_UNBOUND;
	return frame;
}

/*
 * service_outputs evaluates a service's decisions in its frame: one is the
 * value, several are a context.
 */
static FeelValue
service_outputs(FeelState *state, DmnFrame *frame, const DmnNode *node)
{
	FeelEntry  *entries;
	FeelValue	context;

	if (node->service_output_count == 1)
		return node_value(state, frame, node->service_outputs[0]);
	context = value_new_context(feel_arena(state), node->service_output_count, &entries);
	for (int i = 0; i < node->service_output_count; i++)
	{
		entries[i].key = node->service_outputs[i]->name;
		entries[i].value = node_value(state, frame, node->service_outputs[i]);
	}
	return context;
}

/*
 * service_run calls a decision service: what it is given stands for its inputs
 * there, and nowhere else.
 */
static FeelValue
service_run(FeelState *state, void *data, const FeelValue *args, int count)
{
	const Closure *closure = data;
	const DmnNode *node = closure->node;
	DmnFrame   *frame;

	check_stack_depth();
	frame = frame_create(state, closure->frame->model, closure->frame->inputs, closure->frame->trace);
	for (int i = 0; i < count; i++)
		frame->values[node->service_inputs[i]->number] = args[i];
	return service_outputs(state, frame, node);
}

/*
 * closure_value makes a function value.
 */
static FeelValue
closure_value(FeelState *state, DmnFrame *frame, const DmnNode *node, const DmnFunction *function, FeelHostRun run,
			  const FeelType *result, const FeelValue *captured)
{
	Closure    *closure = arena_alloc(feel_arena(state), sizeof(Closure));

	*closure = (Closure) {frame, node, function, captured};
	return feel_host_function(feel_arena(state), function->name, function->parameter_count, function->parameters,
							  result, run, closure);
}

/* ---- inputs and nodes ---- */

/*
 * given_value looks for a value that the caller gave: by number, by name, or in
 * a context with the name of the import.
 */
static FeelValue
given_value(FeelState *state, const DmnInputs *inputs, const DmnNode *node)
{
	FeelValue	value;

	if (node->input_number >= 0 && inputs->values != NULL && inputs->values[node->input_number].kind != FEEL_UNBOUND)
		return inputs->values[node->input_number];
	if (inputs->context.kind != FEEL_CONTEXT)
		return value_null();
	if (context_get(state, inputs->context, node->name, &value))
		return value;
	if (node->import_name != NULL &&
		context_get(state, inputs->context, feel_string(node->import_name, strlen(node->import_name)), &value) &&
		value.kind == FEEL_CONTEXT && context_get(state, value, node->name, &value))
		return value;
	return feel_null(state, "input \"%.*s\" is not given", node->name.length, node->name.data);
}

/*
 * given_typed is such a value, brought to a type.
 */
static FeelValue
given_typed(FeelState *state, const DmnInputs *inputs, const DmnNode *node)
{
	FeelValue	value = given_value(state, inputs, node);

	return inputs->is_json ? dmn_input_value(state, value, node->type) : dmn_typed(state, value, node->type);
}

/*
 * node_evaluate evaluates a node.
 */
static FeelValue
node_evaluate(FeelState *state, DmnFrame *frame, const DmnNode *node)
{
	switch (node->kind)
	{
		case DMN_INPUT:
			return given_typed(state, frame->inputs, node);
		case DMN_DECISION:
			if (node->box == NULL)
				return given_typed(state, frame->inputs, node);
			return dmn_typed(state, dmn_box_run(state, activation_begin(state, frame, node), node->box), node->type);
		case DMN_KNOWLEDGE:
			return closure_value(state, frame, node, node->function, closure_run, node->type ? node->type : node->function->result, NULL);
		case DMN_SERVICE:
			return closure_value(state, frame, node, node->function, service_run, node->type, NULL);
	}
	pg_unreachable();
}

/*
 * node_value is what a node is worth in a frame; evaluated once.
 */
static FeelValue
node_value(FeelState *state, DmnFrame *frame, const DmnNode *node)
{
	FeelValue  *value = &frame->values[node->number];

	if (value->kind == FEEL_UNBOUND)
	{
		check_stack_depth();
		*value = node_evaluate(state, frame, node);
	}
	return *value;
}

/* ---- boxes ---- */

/*
 * context_run evaluates a context's entries, each seen by those after it.
 */
static FeelValue
context_run(FeelState *state, DmnActivation *activation, const DmnBox *box)
{
	FeelEntry  *entries;
	FeelValue	context;

	if (box->has_twins)
		return feel_null(state, "a context has two entries of one name");
	for (int i = 0; i < box->name_count; i++)
	{
		FeelValue	value = dmn_box_run(state, activation, box->children[i]);

		activation->binding.values[box->slot + i] = value;
	}
	if (box->has_result)
		return dmn_box_run(state, activation, box->children[box->name_count]);
	context = value_new_context(feel_arena(state), box->name_count, &entries);
	for (int i = 0; i < box->name_count; i++)
		entries[i] = (FeelEntry) {box->names[i], activation->binding.values[box->slot + i]};
	return context;
}

/*
 * boxes_run evaluates the items of a list.
 */
static FeelValue
boxes_run(FeelState *state, DmnActivation *activation, const DmnBox *box)
{
	FeelValue  *items;
	FeelValue	list = value_new_list(feel_arena(state), box->child_count, &items);

	for (int i = 0; i < box->child_count; i++)
		items[i] = dmn_box_run(state, activation, box->children[i]);
	return list;
}

/*
 * relation_run evaluates rows to contexts.
 */
static FeelValue
relation_run(FeelState *state, DmnActivation *activation, const DmnBox *box)
{
	int			columns = box->name_count;
	int			rows = columns > 0 ? box->child_count / columns : 0;
	FeelValue  *items;
	FeelValue	list = value_new_list(feel_arena(state), rows, &items);

	for (int row = 0; row < rows; row++)
	{
		FeelEntry  *entries;

		items[row] = value_new_context(feel_arena(state), columns, &entries);
		for (int i = 0; i < columns; i++)
			entries[i] = (FeelEntry) {box->names[i], dmn_box_run(state, activation, box->children[row * columns + i])};
	}
	return list;
}

/*
 * function_run makes a function of its definition, with the slots as they are.
 */
static FeelValue
function_run(FeelState *state, DmnActivation *activation, const DmnBox *box)
{
	const DmnFunction *function = box->function;
	FeelValue  *captured = arena_alloc_array(feel_arena(state), Max(function->slot, 1), sizeof(FeelValue));
	FeelValue	value;

	memcpy(captured, activation->binding.values, sizeof(FeelValue) * function->slot);
	value = closure_value(state, activation->frame, activation->node, function, closure_run, function->result, captured);
	if (function->sees_itself)
		captured[function->slot - 1] = value;
	return value;
}

/*
 * invocation_run calls a function with named arguments.
 */
static FeelValue
invocation_run(FeelState *state, DmnActivation *activation, const DmnBox *box)
{
	FeelValue	function = dmn_box_run(state, activation, box->children[0]);
	FeelValue  *args = arena_alloc_array(feel_arena(state), Max(box->name_count, 1), sizeof(FeelValue));

	for (int i = 0; i < box->name_count; i++)
		args[i] = dmn_box_run(state, activation, box->children[i + 1]);
	if (function.kind != FEEL_FUNCTION)
		return feel_null(state, "what is invoked is a %s, not a function", feel_kind_name(function.kind));
	return feel_call_named(state, function, box->names, args, box->name_count);
}

/*
 * conditional_run evaluates one of two branches; a null condition is not true.
 */
static FeelValue
conditional_run(FeelState *state, DmnActivation *activation, const DmnBox *box)
{
	FeelValue	condition = dmn_box_run(state, activation, box->children[0]);

	if (condition.kind != FEEL_BOOLEAN && condition.kind != FEEL_NULL)
		return feel_null(state, "a condition is a %s, not a boolean", feel_kind_name(condition.kind));
	return dmn_box_run(state, activation, box->children[condition.kind == FEEL_BOOLEAN && condition.u.boolean ? 1 : 2]);
}

/*
 * filter_own evaluates a filter whose match is a box of its own.
 */
static FeelValue
filter_own(FeelState *state, DmnActivation *activation, const DmnBox *box, FeelValue in)
{
	int32		count = 0;
	const FeelValue *items = feel_run_over(state, in, &count);
	FeelListBuilder kept;

	if (items == NULL)
		return value_null();
	list_begin(&kept, feel_arena(state));
	for (int i = 0; i < count; i++)
	{
		FeelValue	match;

		feel_step(state, 1);
		activation->binding.values[box->slot] = items[i];
		for (int j = 0; j < box->name_count; j++)
			if (items[i].kind != FEEL_CONTEXT ||
				!context_get(state, items[i], box->names[j], &activation->binding.values[box->slot + 1 + j]))
				activation->binding.values[box->slot + 1 + j] = value_null();
		match = dmn_box_run(state, activation, box->children[1]);
		if (match.kind != FEEL_BOOLEAN && match.kind != FEEL_NULL)
			return feel_null(state, "the match of a filter is a %s, not a boolean", feel_kind_name(match.kind));
		if (match.kind == FEEL_BOOLEAN && match.u.boolean)
			list_append(&kept, items[i]);
	}
	return list_end(&kept);
}

/*
 * filter_run evaluates a filter.
 */
static FeelValue
filter_run(FeelState *state, DmnActivation *activation, const DmnBox *box)
{
	FeelValue	in = dmn_box_run(state, activation, box->children[0]);

	if (box->program == NULL)
		return filter_own(state, activation, box, in);
	activation->binding.values[box->slot] = in;
	return feel_run(state, box->program, &activation->binding);
}

/* What a for gave so far, as a list that costs nothing until it is read. */
typedef struct Partial
{
	const FeelValue *results;
	int			count;
} Partial;

/*
 * partial_fill copies what a for gave so far.
 */
static void
partial_fill(FeelState *state, void *data, FeelValue *items)
{
	const Partial *partial = data;

	feel_step(state, partial->count);
	memcpy(items, partial->results, sizeof(FeelValue) * partial->count);
}

/*
 * for_run gathers what the body gives for each item.
 */
static FeelValue
for_run(FeelState *state, DmnActivation *activation, const DmnBox *box, const FeelValue *items, int count)
{
	static const FeelLazyList partial_list = {partial_fill};
	FeelValue  *results;
	FeelValue	list = value_new_list(feel_arena(state), count, &results);

	for (int i = 0; i < count; i++)
	{
		Partial    *so_far = arena_alloc(feel_arena(state), sizeof(Partial));

		feel_step(state, 1);
		*so_far = (Partial) {results, i};
		activation->binding.values[box->slot] = items[i];
		activation->binding.values[box->slot + 1] = value_lazy_list(feel_arena(state), &partial_list, so_far, i);
		results[i] = dmn_box_run(state, activation, box->children[1]);
	}
	return list;
}

/*
 * quantified_run asks the body of each item: some is true if one is, every if
 * all are.  What is neither true nor false makes no answer.
 */
static FeelValue
quantified_run(FeelState *state, DmnActivation *activation, const DmnBox *box, const FeelValue *items, int count)
{
	bool		decisive = box->kind == DMN_BOX_SOME;
	bool		decided = false;
	bool		unknown = false;

	for (int i = 0; i < count; i++)
	{
		FeelValue	satisfies;

		feel_step(state, 1);
		activation->binding.values[box->slot] = items[i];
		satisfies = dmn_box_run(state, activation, box->children[1]);
		if (satisfies.kind == FEEL_NULL)
			unknown = true;
		else if (satisfies.kind != FEEL_BOOLEAN)
			return feel_null(state, "satisfies is a %s, not a boolean", feel_kind_name(satisfies.kind));
		else if (satisfies.u.boolean == decisive)
			decided = true;
	}
	if (decided)
		return value_from_bool(decisive);
	return unknown ? value_null() : value_from_bool(!decisive);
}

/*
 * iterator_run evaluates for, some and every.
 */
static FeelValue
iterator_run(FeelState *state, DmnActivation *activation, const DmnBox *box)
{
	FeelValue	in = dmn_box_run(state, activation, box->children[0]);
	int32		count = 0;
	const FeelValue *items = feel_run_over(state, in, &count);

	if (items == NULL)
		return value_null();
	if (box->kind == DMN_BOX_FOR)
		return for_run(state, activation, box, items, count);
	return quantified_run(state, activation, box, items, count);
}

/*
 * box_value evaluates a box without its type.
 */
static FeelValue
box_value(FeelState *state, DmnActivation *activation, const DmnBox *box)
{
	switch (box->kind)
	{
		case DMN_BOX_LITERAL:
			return feel_run(state, box->program, &activation->binding);
		case DMN_BOX_TABLE:
			return dmn_table_run(state, activation, box->table);
		case DMN_BOX_CONTEXT:
			return context_run(state, activation, box);
		case DMN_BOX_BOXES:
			return boxes_run(state, activation, box);
		case DMN_BOX_RELATION:
			return relation_run(state, activation, box);
		case DMN_BOX_FUNCTION:
			return function_run(state, activation, box);
		case DMN_BOX_INVOCATION:
			return invocation_run(state, activation, box);
		case DMN_BOX_CONDITIONAL:
			return conditional_run(state, activation, box);
		case DMN_BOX_FILTER:
			return filter_run(state, activation, box);
		case DMN_BOX_FOR:
		case DMN_BOX_SOME:
		case DMN_BOX_EVERY:
			return iterator_run(state, activation, box);
	}
	pg_unreachable();
}

/*
 * dmn_box_run evaluates a box.
 */
FeelValue
dmn_box_run(FeelState *state, DmnActivation *activation, const DmnBox *box)
{
	return dmn_typed(state, box_value(state, activation, box), box->type);
}

/* ---- entry ---- */

typedef struct Question
{
	const DmnModel *model;
	const DmnNode *node;
	const DmnInputs *inputs;
	DmnTrace   *trace;
} Question;

/*
 * function_asked calls a knowledge model or a service with the arguments that
 * the caller gave by the names of its parameters.
 */
static FeelValue
function_asked(FeelState *state, DmnFrame *frame, const DmnNode *node)
{
	const DmnFunction *function = node->function;
	FeelValue  *args = arena_alloc_array(feel_arena(state), Max(function->parameter_count, 1), sizeof(FeelValue));

	for (int i = 0; i < function->parameter_count; i++)
	{
		DmnNode		parameter = {.name = function->parameters[i].name, .type = function->parameters[i].type, .input_number = -1};

		if (node->kind == DMN_SERVICE)
			parameter = *node->service_inputs[i];
		args[i] = given_typed(state, frame->inputs, &parameter);
	}
	return feel_call(state, node_value(state, frame, node), args, function->parameter_count);
}

/*
 * question_answer is dmn_decide within feel_protect.
 */
static FeelValue
question_answer(FeelState *state, void *arg)
{
	const Question *question = arg;
	DmnFrame   *frame = frame_create(state, question->model, question->inputs, question->trace);

	if (question->node->kind == DMN_KNOWLEDGE || question->node->kind == DMN_SERVICE)
		return function_asked(state, frame, question->node);
	return node_value(state, frame, question->node);
}

/*
 * dmn_decide_traced evaluates a node, and tells the trace of the rules.
 */
bool
dmn_decide_traced(FeelState *state, const DmnModel *model, const DmnNode *node, const DmnInputs *inputs,
				  DmnTrace *trace, FeelValue *value, FeelError *error)
{
	Question	question = {model, node, inputs, trace};

	return feel_protect(state, question_answer, &question, value, error);
}

/*
 * dmn_decide evaluates a node.
 */
bool
dmn_decide(FeelState *state, const DmnModel *model, const DmnNode *node, const DmnInputs *inputs,
		   FeelValue *value, FeelError *error)
{
	return dmn_decide_traced(state, model, node, inputs, NULL, value, error);
}
