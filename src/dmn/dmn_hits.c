/*-------------------------------------------------------------------------
 *
 * dmn_hits.c
 *		A decision table's value: inputs, rules that match, hit policy.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "dmn/dmn_model.h"

/* The outputs of a rule that matched, for ordering and comparing. */
typedef struct Hit
{
	int			order;			/* among those that matched */
	const FeelValue *outputs;
	const int  *ranks;			/* by output */
	int			rank_count;
} Hit;

/*
 * dmn_test_holds runs a test on a value.
 */
bool
dmn_test_holds(FeelState *state, DmnActivation *activation, const DmnTest *test, FeelValue value)
{
	FeelValue	holds;

	if (test->program == NULL)
		return true;
	activation->binding.input = value;
	holds = feel_run(state, test->program, &activation->binding);
	return holds.kind == FEEL_BOOLEAN && holds.u.boolean;
}

/*
 * dmn_input_read evaluates the inputs; false: one is not allowed, and so the
 * table has no value.
 */
bool
dmn_input_read(FeelState *state, DmnActivation *activation, const DmnTable *table, FeelValue *values)
{
	for (int i = 0; i < table->input_count; i++)
	{
		const DmnInput *input = &table->inputs[i];
		FeelValue	allowed;

		values[i] = dmn_typed(state, feel_run(state, input->program, &activation->binding), input->type);
		if (input->allowed == NULL || values[i].kind == FEEL_NULL)
			continue;
		activation->binding.input = values[i];
		allowed = feel_run(state, input->allowed, &activation->binding);
		if (allowed.kind != FEEL_BOOLEAN || !allowed.u.boolean)
		{
			(void) feel_null(state, "input \"%s\" is none of its allowed values", input->label);
			return false;
		}
	}
	return true;
}

/*
 * output_value evaluates one output of a rule.
 */
static FeelValue
output_value(FeelState *state, DmnActivation *activation, const DmnTable *table, int rule, int output)
{
	const DmnResult *result = &table->results[(size_t) rule * table->output_count + output];
	FeelValue	value = result->constant;

	if (value.kind == FEEL_UNBOUND)
		value = feel_run(state, result->program, &activation->binding);
	return dmn_typed(state, value, table->outputs[output].type);
}

/*
 * outputs_value makes one value of a row of outputs.
 */
static FeelValue
outputs_value(FeelState *state, const DmnTable *table, const FeelValue *outputs)
{
	FeelEntry  *entries;
	FeelValue	context;

	if (table->output_count == 1)
		return outputs[0];
	context = value_new_context(feel_arena(state), table->output_count, &entries);
	for (int i = 0; i < table->output_count; i++)
		entries[i] = (FeelEntry) {table->outputs[i].name, outputs[i]};
	return context;
}

/*
 * default_value is the value where no rule matches.
 */
static FeelValue
default_value(FeelState *state, DmnActivation *activation, const DmnTable *table)
{
	FeelValue  *outputs = arena_alloc_array(feel_arena(state), table->output_count, sizeof(FeelValue));
	FeelValue  *items;

	if (table->has_default)
	{
		for (int i = 0; i < table->output_count; i++)
			outputs[i] = table->outputs[i].otherwise ? dmn_typed(state, feel_run(state, table->outputs[i].otherwise, &activation->binding), table->outputs[i].type)
				: value_null();
		return outputs_value(state, table, outputs);
	}
	if (table->aggregation == DMN_COUNT)
		return value_from_int64(0);
	if (table->policy == DMN_RULE_ORDER || table->policy == DMN_OUTPUT_ORDER ||
		(table->policy == DMN_COLLECT && table->aggregation == DMN_LIST))
		return value_new_list(feel_arena(state), 0, &items);
	return feel_null(state, "no rule of the decision table matches");
}

/*
 * rank_of is the place of a value among those of its output.
 */
static int
rank_of(FeelState *state, const DmnOutput *output, FeelValue value)
{
	for (int i = 0; i < output->value_count; i++)
		if (feel_equal(state, output->values[i], value) == FEEL_TRUE)
			return i;
	return output->value_count;
}

/*
 * compare_hits orders by priority of the first output, then the next; equal
 * ones stay in the order of the rules.
 */
static int
compare_hits(const void *a, const void *b)
{
	const Hit  *x = a;
	const Hit  *y = b;

	for (int i = 0; i < x->rank_count; i++)
		if (x->ranks[i] != y->ranks[i])
			return x->ranks[i] - y->ranks[i];
	return x->order - y->order;
}

/*
 * hits_read evaluates the outputs of all rules that matched.
 */
static Hit *
hits_read(FeelState *state, DmnActivation *activation, const DmnTable *table, const int *rules, int count)
{
	Hit		   *hits = arena_alloc_array(feel_arena(state), count, sizeof(Hit));

	for (int i = 0; i < count; i++)
	{
		FeelValue  *outputs = arena_alloc_array(feel_arena(state), table->output_count, sizeof(FeelValue));

		for (int j = 0; j < table->output_count; j++)
			outputs[j] = output_value(state, activation, table, rules[i], j);
		hits[i] = (Hit) {.order = i, .outputs = outputs};
	}
	return hits;
}

/*
 * hits_order orders hits by priority.
 */
static void
hits_order(FeelState *state, const DmnTable *table, Hit *hits, int count)
{
	for (int i = 0; i < count; i++)
	{
		int		   *ranks = arena_alloc_array(feel_arena(state), table->output_count, sizeof(int));

		for (int j = 0; j < table->output_count; j++)
			ranks[j] = rank_of(state, &table->outputs[j], hits[i].outputs[j]);
		hits[i].ranks = ranks;
		hits[i].rank_count = table->output_count;
	}
	feel_step(state, count);
	qsort(hits, count, sizeof(Hit), compare_hits);
}

/*
 * hits_agree tells whether all hits have the same outputs, as ANY wants.
 */
static bool
hits_agree(FeelState *state, const DmnTable *table, const Hit *hits, int count)
{
	for (int i = 1; i < count; i++)
		for (int j = 0; j < table->output_count; j++)
			if (feel_equal(state, hits[0].outputs[j], hits[i].outputs[j]) != FEEL_TRUE)
				return false;
	return true;
}

/*
 * aggregate_output makes one value of an output over all hits.
 */
static FeelValue
aggregate_output(FeelState *state, const DmnTable *table, const Hit *hits, int count, int output)
{
	FeelValue	total = hits[0].outputs[output];

	if (table->aggregation == DMN_COUNT)
		return value_from_int64(count);
	if (table->aggregation == DMN_SUM && total.kind != FEEL_NUMBER)
		return feel_null(state, "an output to be added up is a %s, not a number", feel_kind_name(total.kind));
	for (int i = 1; i < count; i++)
	{
		FeelValue	value = hits[i].outputs[output];
		int			order;

		if (table->aggregation == DMN_SUM)
		{
			if (value.kind != FEEL_NUMBER || !number_add(total.u.number, value.u.number, &total.u.number))
				return feel_null(state, "an output to be added up is no number, or the sum is too large");
		}
		else if (!feel_compare(state, total, value, &order))
			return feel_null(state, "outputs of which the %s is asked cannot be compared",
							 table->aggregation == DMN_MIN ? "least" : "greatest");
		else if (table->aggregation == DMN_MIN ? order > 0 : order < 0)
			total = value;
	}
	return total;
}

/*
 * hits_aggregate makes one value of all hits, by output.
 */
static FeelValue
hits_aggregate(FeelState *state, const DmnTable *table, const Hit *hits, int count)
{
	FeelValue  *outputs = arena_alloc_array(feel_arena(state), table->output_count, sizeof(FeelValue));

	for (int i = 0; i < table->output_count; i++)
		outputs[i] = aggregate_output(state, table, hits, count, i);
	return outputs_value(state, table, outputs);
}

/*
 * hits_list makes a list of all hits.
 */
static FeelValue
hits_list(FeelState *state, const DmnTable *table, const Hit *hits, int count)
{
	FeelValue  *items;
	FeelValue	list = value_new_list(feel_arena(state), count, &items);

	for (int i = 0; i < count; i++)
		items[i] = outputs_value(state, table, hits[i].outputs);
	return list;
}

/*
 * dmn_hits_result applies the hit policy to the rules that matched, which are
 * in the order of the table.
 */
FeelValue
dmn_hits_result(FeelState *state, DmnActivation *activation, const DmnTable *table, const int *rules, int count)
{
	Hit		   *hits;

	if (count == 0)
		return default_value(state, activation, table);
	if (table->policy == DMN_UNIQUE && count > 1)
		return feel_null(state, "rules %d and %d both match, and the hit policy is UNIQUE", rules[0] + 1, rules[1] + 1);
	hits = hits_read(state, activation, table, rules, count);
	switch (table->policy)
	{
		case DMN_UNIQUE:
		case DMN_FIRST:
			return outputs_value(state, table, hits[0].outputs);
		case DMN_ANY:
			if (!hits_agree(state, table, hits, count))
				return feel_null(state, "rules match with different outputs, and the hit policy is ANY");
			return outputs_value(state, table, hits[0].outputs);
		case DMN_PRIORITY:
			hits_order(state, table, hits, count);
			return outputs_value(state, table, hits[0].outputs);
		case DMN_OUTPUT_ORDER:
			hits_order(state, table, hits, count);
			return hits_list(state, table, hits, count);
		case DMN_RULE_ORDER:
			return hits_list(state, table, hits, count);
		case DMN_COLLECT:
			return table->aggregation == DMN_LIST ? hits_list(state, table, hits, count) : hits_aggregate(state, table, hits, count);
	}
	pg_unreachable();
}

/*
 * table_trace tells of every rule whether it matched, and which test did not
 * hold.
 */
static void
table_trace(FeelState *state, DmnActivation *activation, const DmnTable *table, const FeelValue *values)
{
	DmnTrace   *trace = activation->frame->trace;
	FeelValue  *holds = arena_alloc_array(feel_arena(state), Max(table->input_count, 1), sizeof(FeelValue));
	FeelValue  *outputs = arena_alloc_array(feel_arena(state), table->output_count, sizeof(FeelValue));

	for (int rule = 0; rule < table->rule_count; rule++)
	{
		bool		matched = true;

		for (int input = 0; input < table->input_count; input++)
		{
			bool		test = dmn_test_holds(state, activation, &table->tests[(size_t) rule * table->input_count + input], values[input]);

			holds[input] = value_from_bool(test);
			matched = matched && test;
		}
		for (int output = 0; output < table->output_count; output++)
			outputs[output] = matched ? output_value(state, activation, table, rule, output) : value_null();
		trace->rule(state, trace->data, activation->node, table, rule, matched, values, holds, outputs);
	}
}

/*
 * dmn_table_run evaluates a table.
 */
FeelValue
dmn_table_run(FeelState *state, DmnActivation *activation, const DmnTable *table)
{
	FeelValue  *values = arena_alloc_array(feel_arena(state), Max(table->input_count, 1), sizeof(FeelValue));
	int			most = table->policy == DMN_FIRST ? 1 : table->policy == DMN_UNIQUE ? 2 : table->rule_count;
	int		   *rules;
	int			count;

	if (!dmn_input_read(state, activation, table, values))
		return value_null();
	if (activation->frame->trace != NULL)
		table_trace(state, activation, table, values);
	rules = arena_alloc_array(feel_arena(state), Max(most, 1), sizeof(int));
	count = dmn_index_match(state, activation, table, values, most, rules);
	return dmn_hits_result(state, activation, table, rules, count);
}
