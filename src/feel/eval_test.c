/*-------------------------------------------------------------------------
 *
 * eval_test.c
 *		Unary tests, in, and ranges.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/state.h"

/*
 * eval_range makes a range.  Its ends have to be of one kind that has an order;
 * one that is null makes the range null unless the other end decides the kind.
 */
FeelValue
eval_range(FeelState *state, const FeelFrame *frame, const Node *node)
{
	FeelRange	range = {.form = node->op, .low_included = node->low_included, .high_included = node->high_included};
	FeelValue	low = eval_node(state, frame, node->kids[0]);
	FeelValue	high;
	int			order;

	range.low = range.high = value_null();
	switch ((FeelRangeForm) node->op)
	{
		case FEEL_RANGE_LESS:
			range.high = low;
			break;
		case FEEL_RANGE_GREATER:
			range.low = low;
			break;
		case FEEL_RANGE_EQUAL:
			range.low = range.high = low;
			break;
		case FEEL_RANGE_UNEQUAL:
			range.high = low;
			break;
		case FEEL_RANGE_INTERVAL:
			high = eval_node(state, frame, node->kids[1]);
			if (low.kind != FEEL_NULL && high.kind != FEEL_NULL && !feel_compare(state, low, high, &order))
				return feel_null(state, "a range from %s to %s is not defined", feel_kind_name(low.kind),
								 feel_kind_name(high.kind));
			range.low = low;
			range.high = high;
			break;
	}
	return value_from_range(state->arena, range);
}

/*
 * truth_of_comparison gives input operator operand.
 */
static FeelTruth
truth_of_comparison(FeelState *state, FeelOperator operator, FeelValue input, FeelValue operand)
{
	FeelValue	value = eval_compare(state, operator, input, operand);

	return value.kind == FEEL_NULL ? FEEL_UNKNOWN : (FeelTruth) value.u.boolean;
}

/*
 * list_accepts tells whether the input is in a list: equal to an item, or in an
 * item that is a range or a list.
 */
static FeelTruth
list_accepts(FeelState *state, FeelValue list, FeelValue input)
{
	const FeelValue *items = list_items(state, list);
	int32		count = list_count(list);

	if (input.kind == FEEL_LIST && feel_equal(state, input, list) == FEEL_TRUE)
		return FEEL_TRUE;
	for (int32 i = 0; i < count; i++)
	{
		state_step(state);
		if (items[i].kind == FEEL_RANGE && input.kind != FEEL_RANGE)
		{
			if (feel_in_range(state, input, items[i].u.range) == FEEL_TRUE)
				return FEEL_TRUE;
		}
		else if (feel_equal(state, input, items[i]) == FEEL_TRUE)
			return FEEL_TRUE;
	}
	return FEEL_FALSE;
}

/*
 * value_accepts tells whether the input passes a test that is a value: a range
 * or a list that has it, or the value itself.
 */
static FeelTruth
value_accepts(FeelState *state, FeelValue value, FeelValue input)
{
	FeelTruth	truth;

	if (value.kind == FEEL_RANGE && input.kind != FEEL_RANGE)
	{
		truth = feel_in_range(state, input, value.u.range);
		if (truth == FEEL_UNKNOWN)
			(void) feel_null(state, "a %s cannot be compared with the ends of the range", feel_kind_name(input.kind));
		return truth;
	}
	if (value.kind == FEEL_LIST)
		return list_accepts(state, value, input);
	truth = feel_equal(state, input, value);
	if (truth == FEEL_UNKNOWN)
		(void) feel_null(state, "%s = %s is not defined", feel_kind_name(input.kind), feel_kind_name(value.kind));
	return truth;
}

/*
 * eval_test tells whether the input passes one test.  A test that speaks of the
 * input by ? and gives a boolean is decided by it, as is any other boolean when
 * the input is none.
 */
FeelTruth
eval_test(FeelState *state, const FeelFrame *frame, const Node *test, FeelValue input)
{
	FeelValue	value = eval_node(state, frame, test->kids[0]);

	if (test->kind == NODE_TEST_COMPARE)
		return truth_of_comparison(state, test->op, input, value);
	if (test->uses_input)
	{
		if (value.kind == FEEL_BOOLEAN)
			return (FeelTruth) value.u.boolean;
		if (value.kind == FEEL_NULL)
			return FEEL_UNKNOWN;
	}
	if (value.kind == FEEL_BOOLEAN && input.kind != FEEL_BOOLEAN && test->decides)
		return (FeelTruth) value.u.boolean;
	return value_accepts(state, value, input);
}

/*
 * eval_tests tells whether the input passes one of the tests, or, negated, none.
 */
FeelTruth
eval_tests(FeelState *state, const FeelFrame *frame, const Node *tests, FeelValue input)
{
	bool		unknown = false;

	if (tests->count == 0)
		return FEEL_TRUE;
	for (int i = 0; i < tests->count; i++)
	{
		FeelTruth	truth = eval_test(state, frame, tests->kids[i], input);

		if (truth == FEEL_TRUE)
			return tests->negated ? FEEL_FALSE : FEEL_TRUE;
		unknown |= truth == FEEL_UNKNOWN;
	}
	if (unknown)
		return FEEL_UNKNOWN;
	return tests->negated ? FEEL_TRUE : FEEL_FALSE;
}
