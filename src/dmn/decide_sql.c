/*-------------------------------------------------------------------------
 *
 * decide_sql.c
 *		Entry points: a decision is made, or explained.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/tuplestore.h"

#include "core/errors.h"
#include "core/result_set.h"
#include "dmn/pins.h"
#include "feel/feel_sql.h"

PG_FUNCTION_INFO_V1(assure_decide);
PG_FUNCTION_INFO_V1(assure_explain_decision);

/*
 * version_of is the fourth argument of a call that has one.
 */
static int
version_of(FunctionCallInfo fcinfo)
{
	int			version;

	if (PG_NARGS() < 4)
		return DMN_VERSION_IN_FORCE;
	version = PG_GETARG_INT32(3);
	if (version < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("version is %d, versions count from 1", version)));
	return version;
}

/*
 * inputs_of makes inputs of a document.
 */
static DmnInputs
inputs_of(FeelState *state, const Jsonb *document)
{
	if (!JB_ROOT_IS_OBJECT(document))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("context is not a JSON object")));
	return (DmnInputs) {.context = feel_from_jsonb(state, document), .is_json = true};
}

/*
 * assure_decide makes a decision.
 */
PGDLLEXPORT Datum
assure_decide(PG_FUNCTION_ARGS)
{
	Jsonb	   *document = PG_GETARG_JSONB_P(2);
	PinnedNode	pinned = pins_ask(fcinfo, "decide", PG_GETARG_TEXT_PP(0), PG_GETARG_TEXT_PP(1), version_of(fcinfo));
	DmnInputs	inputs = inputs_of(pinned.state, document);
	FeelValue	value;
	FeelError	error;

	if (!dmn_decide(pinned.state, pinned.model, pinned.node, &inputs, &value, &error))
		feel_raise(&error, pinned.node->label);
	if (value.kind == FEEL_NULL)
		PG_RETURN_NULL();
	PG_RETURN_JSONB_P(feel_to_jsonb(pinned.state, value));
}

/* Where the rows of an explanation go. */
typedef struct Explanation
{
	ReturnSetInfo *result;
} Explanation;

/*
 * text_value is a text of C as a value.
 */
static FeelValue
text_value(const char *text)
{
	return value_from_string(feel_string(text, strlen(text)));
}

/*
 * explain_inputs lists by input what was asked, the value, the test, and
 * whether it holds.
 */
static FeelValue
explain_inputs(FeelState *state, const DmnTable *table, int rule, const FeelValue *inputs, const FeelValue *holds)
{
	FeelValue  *items;
	FeelValue	list = value_new_list(feel_arena(state), table->input_count, &items);

	for (int i = 0; i < table->input_count; i++)
	{
		FeelEntry  *entries;

		items[i] = value_new_context(feel_arena(state), 4, &entries);
		entries[0] = (FeelEntry) {FEEL_STRING_LITERAL("input"), text_value(table->inputs[i].label)};
		entries[1] = (FeelEntry) {FEEL_STRING_LITERAL("value"), inputs[i]};
		entries[2] = (FeelEntry) {FEEL_STRING_LITERAL("test"), text_value(table->tests[(size_t) rule * table->input_count + i].text)};
		entries[3] = (FeelEntry) {FEEL_STRING_LITERAL("holds"), holds[i]};
	}
	return list;
}

/*
 * explain_outputs gives the outputs of a rule by name; the only one of a table
 * may have none, and is `output`.
 */
static FeelValue
explain_outputs(FeelState *state, const DmnTable *table, const FeelValue *outputs)
{
	FeelEntry  *entries;
	FeelValue	context = value_new_context(feel_arena(state), table->output_count, &entries);

	for (int i = 0; i < table->output_count; i++)
		entries[i] = (FeelEntry) {table->outputs[i].name.length > 0 ? table->outputs[i].name : FEEL_STRING_LITERAL("output"), outputs[i]};
	return context;
}

/*
 * explain_rule puts a rule into the result.
 */
static void
explain_rule(FeelState *state, void *data, const DmnNode *node, const DmnTable *table, int rule, bool matched,
			 const FeelValue *inputs, const FeelValue *holds, const FeelValue *outputs)
{
	const Explanation *explanation = data;
	Datum		values[5];
	bool		nulls[5] = {false};

	values[0] = PointerGetDatum(cstring_to_text_with_len(node->name.data, node->name.length));
	values[1] = Int32GetDatum(rule + 1);
	values[2] = BoolGetDatum(matched);
	values[3] = JsonbPGetDatum(feel_to_jsonb(state, explain_inputs(state, table, rule, inputs, holds)));
	nulls[4] = !matched;
	values[4] = matched ? JsonbPGetDatum(feel_to_jsonb(state, explain_outputs(state, table, outputs))) : (Datum) 0;
	tuplestore_putvalues(explanation->result->setResult, explanation->result->setDesc, values, nulls);
}

/*
 * assure_explain_decision shows the rules of the tables that a decision asks.
 */
PGDLLEXPORT Datum
assure_explain_decision(PG_FUNCTION_ARGS)
{
	Jsonb	   *document = PG_GETARG_JSONB_P(2);
	Explanation explanation;
	DmnTrace	trace = {.rule = explain_rule, .data = &explanation};
	PinnedNode	pinned;
	DmnInputs	inputs;
	FeelValue	value;
	FeelError	error;

	result_set_open(fcinfo);
	explanation.result = (ReturnSetInfo *) fcinfo->resultinfo;
	pinned = pins_ask(fcinfo, "explain_decision", PG_GETARG_TEXT_PP(0), PG_GETARG_TEXT_PP(1), version_of(fcinfo));
	inputs = inputs_of(pinned.state, document);
	if (!dmn_decide_traced(pinned.state, pinned.model, pinned.node, &inputs, &trace, &value, &error))
		feel_raise(&error, pinned.node->label);
	return (Datum) 0;
}
