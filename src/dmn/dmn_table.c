/*-------------------------------------------------------------------------
 *
 * dmn_table.c
 *		Decision tables, compiled.
 *
 * A test that is made of constants only is known by its intervals, a result
 * that is constant by its value; the rest are programs.  In a large table most
 * cells repeat, so each text of a column is compiled once.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/hsearch.h"

#include "dmn/dmn_build.h"

#define COLUMN_COUNT_MAX 1000

/*
 * text_of returns the text in an entry, trimmed; empty for none.
 */
static const char *
text_of(const XmlElement *entry)
{
	const char *text = entry ? xml_child_text(entry, "text") : NULL;

	return text ? dmn_trim(text) : "";
}

/*
 * policy_build reads the hit policy and the aggregation.
 */
static void
policy_build(DmnBuilder *builder, const XmlElement *element, DmnTable *table)
{
	static const char *const policies[] = {"UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT"};
	static const char *const aggregations[] = {"", "SUM", "MIN", "MAX", "COUNT"};
	const char *policy = xml_attribute(element, "hitPolicy");
	const char *aggregation = xml_attribute(element, "aggregation");

	table->policy = DMN_UNIQUE;
	if (policy != NULL)
	{
		int			i = 0;

		while (i < (int) lengthof(policies) && strcmp(policies[i], policy) != 0)
			i++;
		if (i == (int) lengthof(policies))
			dmn_refuse(builder, element, "hit policy \"%s\" does not exist", policy);
		table->policy = (DmnHitPolicy) i;
	}
	if (aggregation != NULL && table->policy == DMN_COLLECT)
	{
		int			i = 1;

		while (i < (int) lengthof(aggregations) && strcmp(aggregations[i], aggregation) != 0)
			i++;
		if (i == (int) lengthof(aggregations))
			dmn_refuse(builder, element, "aggregation \"%s\" does not exist", aggregation);
		table->aggregation = (DmnAggregation) i;
	}
}

/*
 * input_build compiles an input's expression and the values that it allows.
 */
static void
input_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnInput *input)
{
	const XmlElement *expression = xml_child(element, "inputExpression");
	const char *text = text_of(expression);
	const char *allowed = text_of(xml_child(element, "inputValues"));

	if (*text == '\0')
	{
		text = xml_attribute(element, "label");
		if (text == NULL || *(text = dmn_trim(text)) == '\0')
			dmn_refuse(builder, element, "an input has no expression");
	}
	input->label = pstrdup(text);
	input->program = dmn_feel(builder, scope, element, "input expression", FEEL_EXPRESSION, NULL, text);
	input->type = dmn_type_of(builder, expression);
	if (*allowed != '\0')
	{
		input->allowed_text = pstrdup(allowed);
		input->allowed = dmn_feel(builder, scope, element, "inputValues", FEEL_UNARY_TESTS, input->type, allowed);
	}
}

/*
 * output_type is the type of an output; one that states none has what the
 * decision's type says of it.
 */
static const FeelType *
output_type(const DmnBuilder *builder, const DmnTable *table, const DmnOutput *output)
{
	const FeelType *type = builder->node->type;

	if (output->type != NULL && output->type->allowed != NULL)
		return output->type;
	if (type != NULL && type->kind == FEEL_TYPE_LIST && type->allowed == NULL)
		type = type->element;
	if (table->output_count == 1)
		return type;
	for (int i = 0; type != NULL && type->kind == FEEL_TYPE_CONTEXT && i < type->field_count; i++)
		if (string_equal(type->fields[i].name, output->name))
			return type->fields[i].type;
	return NULL;
}

/*
 * priorities_build reads an output's values in their order of priority: those
 * that it lists itself, else those that its type allows.
 */
static void
priorities_build(DmnBuilder *builder, const XmlElement *element, const DmnTable *table, DmnOutput *output)
{
	const char *text = text_of(xml_child(element, "outputValues"));
	const FeelType *type = output_type(builder, table, output);
	const FeelProgram *program;
	FeelIntervals intervals;

	if (*text != '\0')
		program = dmn_feel(builder, NULL, element, "outputValues", FEEL_UNARY_TESTS, output->type, text);
	else
		program = type ? type->allowed : NULL;
	if (program == NULL || !feel_program_intervals(program, &intervals) || intervals.is_any || intervals.negated)
		return;
	output->values = palloc(mul_size(sizeof(FeelValue), Max(intervals.count, 1)));
	for (int i = 0; i < intervals.count; i++)
		if (intervals.ranges[i].low.kind != FEEL_NULL)
			output->values[output->value_count++] = intervals.ranges[i].low;
}

/*
 * output_build compiles a column of results.
 */
static void
output_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnTable *table, DmnOutput *output)
{
	const char *name = xml_attribute(element, "name");
	const char *otherwise = text_of(xml_child(element, "defaultOutputEntry"));

	output->name = dmn_keep(name ? dmn_trim(name) : "");
	output->type = dmn_type_of(builder, element);
	priorities_build(builder, element, table, output);
	if (*otherwise != '\0')
	{
		output->otherwise = dmn_feel(builder, scope, element, "default output", FEEL_EXPRESSION, NULL, otherwise);
		table->has_default = true;
	}
	if (table->output_count > 1 && output->name.length == 0)
		dmn_refuse(builder, element, "one of several outputs has no name");
}

/* ---- cells: a text that stands in a column more than once is compiled once ---- */

typedef struct CellKey
{
	int			column;			/* outputs count on after the inputs */
	const char *text;
} CellKey;

typedef struct Cell
{
	CellKey		key;
	DmnTest		test;			/* of an input */
	DmnResult	result;			/* of an output */
} Cell;

/* A table that is being built. */
typedef struct TableBuild
{
	DmnBuilder *builder;
	FeelScope  *scope;
	DmnTable   *table;
	HTAB	   *cells;
} TableBuild;

/*
 * cell_hash hashes a column and a text.
 */
static uint32
cell_hash(const void *key, Size size)
{
	const CellKey *cell = key;

	return hash_combine(murmurhash32(cell->column), hash_bytes((const unsigned char *) cell->text, strlen(cell->text)));
}

/*
 * cell_match compares columns and texts.
 */
static int
cell_match(const void *a, const void *b, Size size)
{
	const CellKey *x = a;
	const CellKey *y = b;

	return x->column != y->column || strcmp(x->text, y->text) != 0;
}

/*
 * cells_create makes the table of cells, in the scratch memory of the building.
 */
static HTAB *
cells_create(DmnBuilder *builder)
{
	HASHCTL		control = {.keysize = sizeof(CellKey), .entrysize = sizeof(Cell), .hash = cell_hash, .match = cell_match,
	.hcxt = builder->scratch};

	return hash_create("cells of a decision table", 256, &control, HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
}

/*
 * test_build compiles an input entry.
 */
static DmnTest
test_build(const TableBuild *build, const XmlElement *entry, const char *what, int input, const char *text)
{
	const DmnInput *column = &build->table->inputs[input];
	DmnTest		test = {.text = "-", .is_constant = true, .intervals = {.is_any = true}};

	if (*text == '\0' || strcmp(text, "-") == 0)
		return test;
	memset(&test, 0, sizeof(test));
	test.text = pstrdup(text);
	test.program = dmn_feel(build->builder, build->scope, entry, what, FEEL_UNARY_TESTS,
							column->type ? column->type : feel_program_type(column->program), text);
	test.is_constant = feel_program_intervals(test.program, &test.intervals);
	if (test.is_constant && test.intervals.is_any)
		test.program = NULL;
	return test;
}

/*
 * result_build compiles an output entry.
 */
static DmnResult
result_build(const TableBuild *build, const XmlElement *entry, const char *what, const char *text)
{
	DmnResult	result;

	if (*text == '\0' || strcmp(text, "-") == 0)
		text = "null";
	result.text = pstrdup(text);
	result.program = dmn_feel(build->builder, build->scope, entry, what, FEEL_EXPRESSION, NULL, text);
	if (!feel_program_constant(result.program, &result.constant))
		result.constant.kind = FEEL_UNBOUND;
	return result;
}

/*
 * cell_build compiles an entry of a column, unless its text was there before.
 */
static const Cell *
cell_build(const TableBuild *build, const XmlElement *entry, int rule, int column)
{
	int			input_count = build->table->input_count;
	CellKey		key = {column, text_of(entry)};
	Cell	   *cell = hash_search(build->cells, &key, HASH_FIND, NULL);
	DmnTest		test = {0};
	DmnResult	result = {0};
	char		what[64];

	if (cell != NULL)
		return cell;
	if (column < input_count)
	{
		snprintf(what, sizeof(what), "rule %d, input %d", rule + 1, column + 1);
		test = test_build(build, entry, what, column, key.text);
	}
	else
	{
		snprintf(what, sizeof(what), "rule %d, output %d", rule + 1, column - input_count + 1);
		result = result_build(build, entry, what, key.text);
	}
	cell = hash_search(build->cells, &key, HASH_ENTER, NULL);
	cell->test = test;
	cell->result = result;
	return cell;
}

/*
 * rule_build compiles a rule, with the entries in the order of the columns.
 */
static void
rule_build(const TableBuild *build, const XmlElement *element, int rule)
{
	DmnTable   *table = build->table;
	const XmlElement *entry = xml_child(element, "inputEntry");

	if (xml_count(element, "inputEntry") != table->input_count)
		dmn_refuse(build->builder, element, "rule %d has %d input entries, there are %d inputs", rule + 1,
				   xml_count(element, "inputEntry"), table->input_count);
	if (xml_count(element, "outputEntry") != table->output_count)
		dmn_refuse(build->builder, element, "rule %d has %d output entries, there are %d outputs", rule + 1,
				   xml_count(element, "outputEntry"), table->output_count);
	for (int i = 0; i < table->input_count; i++, entry = xml_next(entry, "inputEntry"))
		table->tests[(size_t) rule * table->input_count + i] = cell_build(build, entry, rule, i)->test;
	entry = xml_child(element, "outputEntry");
	for (int i = 0; i < table->output_count; i++, entry = xml_next(entry, "outputEntry"))
		table->results[(size_t) rule * table->output_count + i] = cell_build(build, entry, rule, table->input_count + i)->result;
}

/*
 * table_known is what is known of a table's value.
 */
static const FeelType *
table_known(DmnBuilder *builder, const DmnTable *table)
{
	const FeelType *any = feel_type_builtin(FEEL_STRING_LITERAL("Any"));
	const FeelType *one;

	if (table->aggregation == DMN_COUNT && table->output_count == 1)
		return feel_type_builtin(FEEL_STRING_LITERAL("number"));
	if (table->output_count == 1)
		one = table->outputs[0].type ? table->outputs[0].type : any;
	else
	{
		FeelField  *fields = palloc0(mul_size(sizeof(FeelField), table->output_count));

		for (int i = 0; i < table->output_count; i++)
			fields[i] = (FeelField) {table->outputs[i].name, table->outputs[i].type ? table->outputs[i].type : any};
		one = dmn_type_context(table->output_count, fields);
	}
	if (table->policy == DMN_RULE_ORDER || table->policy == DMN_OUTPUT_ORDER ||
		(table->policy == DMN_COLLECT && table->aggregation == DMN_LIST))
		return feel_type_list(builder->model->arena, one);
	return one;
}

/*
 * columns_build compiles a table's inputs and outputs.
 */
static void
columns_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnTable *table)
{
	int			count = 0;

	table->input_count = xml_count(element, "input");
	table->output_count = xml_count(element, "output");
	dmn_check_count(element, "inputs", table->input_count, COLUMN_COUNT_MAX);
	dmn_check_count(element, "outputs", table->output_count, COLUMN_COUNT_MAX);
	if (table->output_count == 0)
		dmn_refuse(builder, element, "a decision table has no output");
	table->inputs = palloc0(mul_size(sizeof(DmnInput), Max(table->input_count, 1)));
	table->outputs = palloc0(mul_size(sizeof(DmnOutput), table->output_count));
	for (const XmlElement *child = xml_child(element, "input"); child != NULL; child = xml_next(child, "input"))
		input_build(builder, scope, child, &table->inputs[count++]);
	count = 0;
	for (const XmlElement *child = xml_child(element, "output"); child != NULL; child = xml_next(child, "output"))
		output_build(builder, scope, child, table, &table->outputs[count++]);
}

/*
 * check_priorities refuses a table that orders by priorities it does not have.
 */
static void
check_priorities(DmnBuilder *builder, const XmlElement *element, const DmnTable *table)
{
	if (table->policy != DMN_PRIORITY && table->policy != DMN_OUTPUT_ORDER)
		return;
	for (int i = 0; i < table->output_count; i++)
		if (table->outputs[i].value_count > 0)
			return;
	dmn_refuse(builder, element, "hit policy %s needs outputValues that say the order",
			   table->policy == DMN_PRIORITY ? "PRIORITY" : "OUTPUT ORDER");
}

/*
 * dmn_table_build compiles a decision table.
 */
DmnTable *
dmn_table_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, const FeelType **known)
{
	DmnTable   *table = palloc0(sizeof(DmnTable));
	TableBuild	build = {builder, scope, table, cells_create(builder)};
	int			rule = 0;

	policy_build(builder, element, table);
	columns_build(builder, scope, element, table);
	check_priorities(builder, element, table);
	table->rule_count = xml_count(element, "rule");
	table->tests = palloc0(mul_size(mul_size(sizeof(DmnTest), Max(table->rule_count, 1)), Max(table->input_count, 1)));
	table->results = palloc0(mul_size(mul_size(sizeof(DmnResult), Max(table->rule_count, 1)), table->output_count));
	for (const XmlElement *child = xml_child(element, "rule"); child != NULL; child = xml_next(child, "rule"), rule++)
	{
		CHECK_FOR_INTERRUPTS();
		rule_build(&build, child, rule);
	}
	hash_destroy(build.cells);
	table->index = dmn_index_build(builder->model->state, table);
	*known = table_known(builder, table);
	return table;
}
