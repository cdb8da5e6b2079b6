/*-------------------------------------------------------------------------
 *
 * eval.c
 *		The evaluator: a walk of the tree.
 *
 * Every node gives a value; what does not fit together gives null and a reason.
 * Depth is counted in eval_node, steps too, so neither recursion nor loops of an
 * expression can outrun the limits.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/state.h"

/*
 * eval_slot gives a slot's value, and asks the host for it the first time.
 */
static FeelValue
eval_slot(FeelState *state, const FeelFrame *frame, int slot)
{
	FeelBinding *binding = frame->binding;

	if (binding->values[slot].kind == FEEL_UNBOUND)
	{
		FeelValue	value = binding->resolve ? binding->resolve(state, binding, slot) : value_null();

		binding->values[slot] = value;
	}
	return binding->values[slot];
}

/*
 * frame_out gives the frame so many frames out.
 */
static const FeelFrame *
frame_out(const FeelFrame *frame, int depth)
{
	while (depth-- > 0)
		frame = frame->parent;
	return frame;
}

/*
 * eval_item_member gives an entry of the item of a filter, or what the name
 * means outside.
 */
static FeelValue
eval_item_member(FeelState *state, const FeelFrame *frame, const Node *node)
{
	FeelValue	item = frame_out(frame, node->item_depth)->values[0];
	FeelValue	value;

	if (item.kind == FEEL_CONTEXT && context_get(state, item, node->name, &value))
		return value;
	if (node->count > 0 && node->kids[0])
		return eval_node(state, frame, node->kids[0]);
	return feel_null(state, "the item has no entry \"%.*s\"", node->name.length, node->name.data);
}

/*
 * eval_list makes a list of what its kids give.
 */
static FeelValue
eval_list(FeelState *state, const FeelFrame *frame, const Node *node)
{
	FeelValue  *items;
	FeelValue	list = value_new_list(state->arena, node->count, &items);

	for (int i = 0; i < node->count; i++)
		items[i] = eval_node(state, frame, node->kids[i]);
	return list;
}

/*
 * eval_context makes a context; each entry sees those before it.
 */
static FeelValue
eval_context(FeelState *state, const FeelFrame *frame, const Node *node)
{
	FeelFrame  *inner = arena_alloc(state->arena, offsetof(FeelFrame, values) + node->count * sizeof(FeelValue));
	FeelEntry  *entries;
	FeelValue	context = value_new_context(state->arena, node->count, &entries);

	inner->parent = frame;
	inner->binding = frame->binding;
	for (int i = 0; i < node->count; i++)
		inner->values[i] = value_null();
	for (int i = 0; i < node->count; i++)
	{
		entries[i].key = node->names[i];
		entries[i].value = inner->values[i] = eval_node(state, inner, node->kids[i]);
	}
	return context;
}

/*
 * eval_junction gives and (or): the first operand that decides does; else one
 * that is no boolean makes it null.
 */
static FeelValue
eval_junction(FeelState *state, const FeelFrame *frame, const Node *node, bool deciding)
{
	bool		unknown = false;

	for (int i = 0; i < node->count; i++)
	{
		FeelValue	value = eval_node(state, frame, node->kids[i]);

		if (value.kind != FEEL_BOOLEAN)
		{
			if (value.kind != FEEL_NULL)
				(void) feel_null(state, "%s: not a boolean but a %s", deciding ? "or" : "and",
								 feel_kind_name(value.kind));
			unknown = true;
		}
		else if (value.u.boolean == deciding)
			return value;
	}
	return unknown ? value_null() : value_from_bool(!deciding);
}

/*
 * eval_between gives a between b and c: a >= b and a <= c.
 */
static FeelValue
eval_between(FeelState *state, const FeelFrame *frame, const Node *node)
{
	FeelValue	value = eval_node(state, frame, node->kids[0]);
	FeelValue	low = eval_node(state, frame, node->kids[1]);
	FeelValue	high = eval_node(state, frame, node->kids[2]);
	FeelValue	above = eval_compare(state, OPERATOR_GREATER_EQUAL, value, low);
	FeelValue	below = eval_compare(state, OPERATOR_LESS_EQUAL, value, high);

	if (above.kind == FEEL_NULL || below.kind == FEEL_NULL)
		return value_null();
	return value_from_bool(above.u.boolean && below.u.boolean);
}

/*
 * eval_in gives value in tests: whether one of them holds.
 */
static FeelValue
eval_in(FeelState *state, const FeelFrame *frame, const Node *node)
{
	FeelValue	value = eval_node(state, frame, node->kids[0]);
	bool		unknown = false;

	for (int i = 1; i < node->count; i++)
	{
		FeelTruth	truth = eval_test(state, frame, node->kids[i], value);

		if (truth == FEEL_TRUE)
			return value_from_bool(true);
		unknown |= truth == FEEL_UNKNOWN;
	}
	return unknown ? value_null() : value_from_bool(false);
}

/*
 * eval_at gives the date, time or duration of a literal @"...".
 */
static FeelValue
eval_at(FeelState *state, const Node *node)
{
	FeelString	text = node->kids[0]->constant.u.string;
	FeelValue	value = feel_temporal_literal(state, text);

	if (value.kind == FEEL_NULL)
		return feel_null(state, "@\"%.*s\" is no date, time or duration", text.length, text.data);
	return value;
}

/*
 * eval_compound gives the value of a node with kids.
 */
static FeelValue
eval_compound(FeelState *state, const FeelFrame *frame, const Node *node)
{
	FeelValue	a;

	switch ((NodeKind) node->kind)
	{
		case NODE_ARITHMETIC:
			a = eval_node(state, frame, node->kids[0]);
			return eval_arithmetic(state, node->op, a, eval_node(state, frame, node->kids[1]));
		case NODE_COMPARE:
			a = eval_node(state, frame, node->kids[0]);
			return eval_compare(state, node->op, a, eval_node(state, frame, node->kids[1]));
		case NODE_AND:
			return eval_junction(state, frame, node, false);
		case NODE_OR:
			return eval_junction(state, frame, node, true);
		case NODE_IF:
			a = eval_node(state, frame, node->kids[0]);
			return eval_node(state, frame, node->kids[a.kind == FEEL_BOOLEAN && a.u.boolean ? 1 : 2]);
		case NODE_PATH:
			return eval_member(state, eval_node(state, frame, node->kids[0]), node->name);
		case NODE_NEGATE:
			return eval_negate(state, eval_node(state, frame, node->kids[0]));
		case NODE_BETWEEN:
			return eval_between(state, frame, node);
		case NODE_IN:
			return eval_in(state, frame, node);
		case NODE_LIST:
			return eval_list(state, frame, node);
		case NODE_CONTEXT:
			return eval_context(state, frame, node);
		case NODE_RANGE:
			return eval_range(state, frame, node);
		case NODE_FOR:
			return eval_for(state, frame, node);
		case NODE_SOME:
		case NODE_EVERY:
			return eval_quantified(state, frame, node);
		case NODE_FILTER:
			return eval_filter(state, frame, node);
		case NODE_CALL:
			return eval_call(state, frame, node);
		case NODE_BUILTIN:
			return eval_builtin(state, frame, node);
		case NODE_INSTANCE_OF:
			return value_from_bool(feel_instance_of(state, eval_node(state, frame, node->kids[0]), node->tested_type));
		case NODE_ITEM_MEMBER:
			return eval_item_member(state, frame, node);
		case NODE_AT:
			return eval_at(state, node);
		default:
			return value_null();
	}
}

/*
 * eval_node gives the value of a node.
 */
FeelValue
eval_node(FeelState *state, const FeelFrame *frame, const Node *node)
{
	FeelValue	value;

	switch ((NodeKind) node->kind)
	{
		case NODE_CONSTANT:
			return node->constant;
		case NODE_SLOT:
			return eval_slot(state, frame, node->slot);
		case NODE_LOCAL:
			return frame_out(frame, node->depth)->values[node->slot];
		case NODE_INPUT:
			return frame->binding->input;
		case NODE_UNKNOWN:
			return feel_null(state, "there is no name \"%.*s\"", node->name.length, node->name.data);
		case NODE_KEY_TWICE:
			return feel_null(state, "the key \"%.*s\" is there twice", node->name.length, node->name.data);
		case NODE_FUNCTION:
			return eval_function(state, frame, node);
		default:
			break;
	}
	state_step(state);
	if (unlikely(++state->depth > state->limits.depth_max))
		feel_fail_limit(state, "nested deeper than %d levels", state->limits.depth_max);
	value = eval_compound(state, frame, node);
	state->depth--;
	return value;
}
