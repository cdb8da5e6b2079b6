/*-------------------------------------------------------------------------
 *
 * eval_call.c
 *		Calls: of functions that an expression defines, of built-in ones, and of
 *		the host's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/builtins.h"
#include "feel/state.h"

/*
 * eval_function makes a function value: the definition and the frame it sees.
 */
FeelValue
eval_function(FeelState *state, const FeelFrame *frame, const Node *node)
{
	FeelFunction *function = arena_alloc0(state->arena, sizeof(FeelFunction));
	FeelValue	value = value_null();

	function->kind = FUNCTION_CLOSURE;
	function->count = node->param_count;
	function->params = node->params;
	function->node = node;
	function->env = frame;
	value.kind = FEEL_FUNCTION;
	value.u.function = function;
	return value;
}

/*
 * feel_host_function makes a function value of the host's.
 */
FeelValue
feel_host_function(FeelArena *arena, FeelString name, int count, const FeelField *params,
				   const FeelType *result, FeelHostRun run, void *data)
{
	FeelFunction *function = arena_alloc0(arena, sizeof(FeelFunction));
	FeelValue	value = value_null();

	function->kind = FUNCTION_HOST;
	function->name = name;
	function->count = count;
	function->params = params;
	function->result = result;
	function->run = run;
	function->data = data;
	value.kind = FEEL_FUNCTION;
	value.u.function = function;
	return value;
}

/*
 * feel_function_arity gives the number of arguments; of a built-in function the
 * most that its first signature takes.
 */
int
feel_function_arity(FeelValue value)
{
	const FeelFunction *function = value.u.function;

	if (function->kind == FUNCTION_BUILTIN)
		return builtin_signature(function->builtin)->count;
	return function->count;
}

/*
 * coerce_argument brings an argument to its parameter's type; false: it is
 * another.
 */
static bool
coerce_argument(FeelState *state, const FeelField *param, FeelValue *value)
{
	FeelValue	coerced = feel_coerce(state, *value, param->type);

	if (coerced.kind == FEEL_NULL && value->kind != FEEL_NULL)
		return false;
	*value = coerced;
	return true;
}

/*
 * call_closure evaluates the body with the arguments as a frame.
 */
static FeelValue
call_closure(FeelState *state, const FeelFunction *function, const FeelValue *args)
{
	FeelFrame  *frame = arena_alloc(state->arena, offsetof(FeelFrame, values) +
									function->count * sizeof(FeelValue));

	if (function->node->is_external)
		return feel_null(state, "external functions are not called");
	frame->parent = function->env;
	frame->binding = function->env->binding;
	if (function->count > 0)
		memcpy(frame->values, args, function->count * sizeof(FeelValue));
	return eval_node(state, frame, function->node->kids[0]);
}

/*
 * call_defined calls a closure or a host's function: arguments in number and
 * type, then the result's type.
 */
static FeelValue
call_defined(FeelState *state, const FeelFunction *function, const FeelValue *args, int count)
{
	FeelValue  *coerced;
	FeelValue	result;

	if (count != function->count)
		return feel_null(state, "the function takes %d arguments, not %d", function->count, count);
	/* not on the stack: calls nest */
	coerced = arena_alloc_array(state->arena, count, sizeof(FeelValue));
	for (int i = 0; i < count; i++)
	{
		coerced[i] = args[i];
		if (!coerce_argument(state, &function->params[i], &coerced[i]))
			return feel_null(state, "argument %d is a %s, of another type than the parameter", i + 1,
							 feel_kind_name(args[i].kind));
	}
	if (function->kind == FUNCTION_CLOSURE)
		return call_closure(state, function, coerced);
	result = function->run(state, function->data, coerced, count);
	return function->result ? feel_coerce(state, result, function->result) : result;
}

/*
 * feel_call calls a function value with arguments in order.
 */
FeelValue
feel_call(FeelState *state, FeelValue callee, const FeelValue *args, int count)
{
	FeelValue	result;

	if (callee.kind != FEEL_FUNCTION)
		return feel_null(state, "a %s is not a function", feel_kind_name(callee.kind));
	state_step(state);
	if (++state->depth > state->limits.depth_max)
		feel_fail_limit(state, "calls nested deeper than %d levels", state->limits.depth_max);
	if (callee.u.function->kind == FUNCTION_BUILTIN)
		result = builtin_call(state, builtin_signature(callee.u.function->builtin), args, count);
	else
		result = call_defined(state, callee.u.function, args, count);
	state->depth--;
	return result;
}

/*
 * feel_call_named puts arguments with names into order.
 */
FeelValue
feel_call_named(FeelState *state, FeelValue callee, const FeelString *names, const FeelValue *args, int count)
{
	const FeelFunction *function = callee.u.function;
	FeelValue  *ordered;

	if (callee.kind != FEEL_FUNCTION)
		return feel_null(state, "a %s is not a function", feel_kind_name(callee.kind));
	if (function->kind == FUNCTION_BUILTIN)
		return builtin_call_named(state, builtin_signature(function->builtin), names, args, count);
	if (count != function->count)
		return feel_null(state, "the function takes %d arguments, not %d", function->count, count);
	ordered = arena_alloc_array(state->arena, count, sizeof(FeelValue));
	for (int i = 0; i < count; i++)
		ordered[i].kind = FEEL_UNBOUND;
	for (int i = 0; i < count; i++)
	{
		int			p = 0;

		while (p < function->count && !string_equal(function->params[p].name, names[i]))
			p++;
		if (p == function->count || ordered[p].kind != FEEL_UNBOUND)
			return feel_null(state, "the function has no parameter \"%.*s\", or it is given twice",
							 names[i].length, names[i].data);
		ordered[p] = args[i];
	}
	return feel_call(state, callee, ordered, count);
}

/*
 * eval_arguments evaluates the arguments of a call.
 */
static void
eval_arguments(FeelState *state, const FeelFrame *frame, Node *const *kids, int count, FeelValue *args)
{
	for (int i = 0; i < count; i++)
		args[i] = eval_node(state, frame, kids[i]);
}

/*
 * eval_call calls whatever the first kid gives.
 */
FeelValue
eval_call(FeelState *state, const FeelFrame *frame, const Node *node)
{
	FeelValue	function = eval_node(state, frame, node->kids[0]);
	int			count = node->count - 1;
	FeelValue  *args = arena_alloc_array(state->arena, count, sizeof(FeelValue));

	eval_arguments(state, frame, node->kids + 1, count, args);
	if (node->names)
		return feel_call_named(state, function, node->names, args, count);
	return feel_call(state, function, args, count);
}

/*
 * eval_builtin calls a built-in function that is known when compiling.
 */
FeelValue
eval_builtin(FeelState *state, const FeelFrame *frame, const Node *node)
{
	FeelValue	few[4];
	FeelValue  *args = few;

	if (node->count > (int) lengthof(few))
		args = arena_alloc_array(state->arena, node->count, sizeof(FeelValue));
	eval_arguments(state, frame, node->kids, node->count, args);
	return builtin_call(state, node->signature, args, node->count);
}
