/*-------------------------------------------------------------------------
 *
 * program_plain.c
 *		Programs that a host can answer by itself: see FeelPlain.
 *
 * The tree is made once, after compiling; its depth is that of the program's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/ast.h"
#include "feel/state.h"

static bool make_plain(FeelArena *arena, const Node *node, FeelPlain *plain);

/*
 * make_path takes a path from a slot; false where it is something else.
 */
static bool
make_path(FeelArena *arena, const Node *node, FeelPlain *plain)
{
	const Node *from = node;
	FeelString *names;
	int			count = 0;

	while (from->kind == NODE_PATH)
	{
		from = from->kids[0];
		count++;
	}
	if (from->kind != NODE_SLOT)
		return false;
	names = arena_alloc_array(arena, count + 1, sizeof(FeelString));
	plain->kind = FEEL_PLAIN_PATH;
	plain->slot = from->slot;
	plain->name_count = count;
	plain->names = names;
	for (; node->kind == NODE_PATH; node = node->kids[0])
		names[--count] = node->name;
	return true;
}

/*
 * turned gives the operator that says the same with its operands exchanged.
 */
static FeelOperator
turned(FeelOperator operator)
{
	switch (operator)
	{
		case OPERATOR_LESS:
			return OPERATOR_GREATER;
		case OPERATOR_LESS_EQUAL:
			return OPERATOR_GREATER_EQUAL;
		case OPERATOR_GREATER:
			return OPERATOR_LESS;
		case OPERATOR_GREATER_EQUAL:
			return OPERATOR_LESS_EQUAL;
		default:
			return operator;
	}
}

/*
 * range_of makes the range of the values that compare so with a constant.
 */
static FeelRange
range_of(FeelOperator operator, FeelValue constant)
{
	FeelRange	range = {.low = value_null(), .high = value_null()};

	range.low_included = operator == OPERATOR_GREATER_EQUAL || operator == OPERATOR_EQUAL;
	range.high_included = operator == OPERATOR_LESS_EQUAL || operator == OPERATOR_EQUAL;
	switch (operator)
	{
		case OPERATOR_EQUAL:
			range.form = FEEL_RANGE_EQUAL;
			range.low = range.high = constant;
			break;
		case OPERATOR_UNEQUAL:
			range.form = FEEL_RANGE_UNEQUAL;
			range.high = constant;
			break;
		case OPERATOR_LESS:
		case OPERATOR_LESS_EQUAL:
			range.form = FEEL_RANGE_LESS;
			range.high = constant;
			break;
		default:
			range.form = FEEL_RANGE_GREATER;
			range.low = constant;
			break;
	}
	return range;
}

/*
 * is_single tells whether a constant is one value, and not null, which a
 * comparison treats apart.
 */
static bool
is_single(const Node *node)
{
	return node->kind == NODE_CONSTANT && node->constant.kind > FEEL_NULL && node->constant.kind < FEEL_LIST;
}

/*
 * make_comparison takes a comparison of a path with a constant, in either order.
 */
static bool
make_comparison(FeelArena *arena, const Node *node, FeelPlain *plain)
{
	const Node *left = node->kids[0];
	const Node *right = node->kids[1];
	FeelOperator operator = (FeelOperator) node->op;

	if (is_single(left))
	{
		left = node->kids[1];
		right = node->kids[0];
		operator = turned(operator);
	}
	if (!is_single(right) || !make_path(arena, left, plain))
		return false;
	plain->kind = FEEL_PLAIN_RANGE;
	plain->range = range_of(operator, right->constant);
	return true;
}

/*
 * make_between takes a path between two constants.
 */
static bool
make_between(FeelArena *arena, const Node *node, FeelPlain *plain)
{
	if (!is_single(node->kids[1]) || !is_single(node->kids[2]) || !make_path(arena, node->kids[0], plain))
		return false;
	plain->kind = FEEL_PLAIN_RANGE;
	plain->range = (FeelRange){.low = node->kids[1]->constant, .high = node->kids[2]->constant,
		.low_included = true, .high_included = true, .form = FEEL_RANGE_INTERVAL};
	return true;
}

/*
 * make_test takes one of the tests of `in`: a constant, or a comparison with one.
 * A boolean may decide by itself, and is left to the evaluator.
 */
static bool
make_test(FeelArena *arena, const Node *value, const Node *test, FeelPlain *plain)
{
	if ((test->kind != NODE_TEST_VALUE && test->kind != NODE_TEST_COMPARE) || !is_single(test->kids[0]) ||
		test->kids[0]->constant.kind == FEEL_BOOLEAN || !make_path(arena, value, plain))
		return false;
	plain->kind = FEEL_PLAIN_RANGE;
	plain->range = range_of(test->kind == NODE_TEST_COMPARE ? (FeelOperator) test->op : OPERATOR_EQUAL,
							test->kids[0]->constant);
	return true;
}

/*
 * make_parts takes and, or, in: all kids, or none.
 */
static bool
make_parts(FeelArena *arena, const Node *node, FeelPlain *plain)
{
	int			first = node->kind == NODE_IN ? 1 : 0;
	FeelPlain  *parts = arena_alloc_array(arena, node->count, sizeof(FeelPlain));

	plain->kind = node->kind == NODE_AND ? FEEL_PLAIN_ALL : FEEL_PLAIN_ANY;
	plain->part_count = node->count - first;
	plain->parts = parts;
	for (int i = first; i < node->count; i++)
		if (!(node->kind == NODE_IN ? make_test(arena, node->kids[0], node->kids[i], &parts[i - 1])
			  : make_plain(arena, node->kids[i], &parts[i])))
			return false;
	return true;
}

/*
 * make_plain takes a node; false: it is more than what a host can answer.
 */
static bool
make_plain(FeelArena *arena, const Node *node, FeelPlain *plain)
{
	switch ((NodeKind) node->kind)
	{
		case NODE_SLOT:
		case NODE_PATH:
			return make_path(arena, node, plain);
		case NODE_COMPARE:
			return make_comparison(arena, node, plain);
		case NODE_BETWEEN:
			return make_between(arena, node, plain);
		case NODE_AND:
		case NODE_OR:
		case NODE_IN:
			return make_parts(arena, node, plain);
		default:
			return false;
	}
}

/*
 * feel_program_plain gives the program as what a host can answer; NULL: it is
 * more than that.
 */
const FeelPlain *
feel_program_plain(FeelArena *arena, const FeelProgram *program)
{
	FeelPlain  *plain = arena_alloc0(arena, sizeof(FeelPlain));

	if (program->syntax != FEEL_EXPRESSION || !make_plain(arena, program->root, plain))
		return NULL;
	return plain;
}
