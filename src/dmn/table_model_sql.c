/*-------------------------------------------------------------------------
 *
 * table_model_sql.c
 *		Entry point: a decision table that is given as rows becomes DMN text.
 *
 * What it writes is checked where every text is, by assure.deploy_model(); here
 * only the shape of the rows is.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "core/errors.h"
#include "core/json.h"

PG_FUNCTION_INFO_V1(assure_table_model);

#define NAME_BYTES_MAX 200
#define CELL_BYTES_MAX 10000
#define COLUMN_COUNT_MAX 200
#define RULE_COUNT_MAX 100000

/* By code; not stated is UNIQUE. */
static const char *const policy_codes[] = {"", "U", "A", "P", "F", "R", "O", "C", "C+", "C<", "C>", "C#", NULL};
static const char *const policy_attributes[] = {
	"hitPolicy=\"UNIQUE\"", "hitPolicy=\"UNIQUE\"", "hitPolicy=\"ANY\"", "hitPolicy=\"PRIORITY\"", "hitPolicy=\"FIRST\"", "hitPolicy=\"RULE ORDER\"",
	"hitPolicy=\"OUTPUT ORDER\"", "hitPolicy=\"COLLECT\"", "hitPolicy=\"COLLECT\" aggregation=\"SUM\"",
	"hitPolicy=\"COLLECT\" aggregation=\"MIN\"", "hitPolicy=\"COLLECT\" aggregation=\"MAX\"", "hitPolicy=\"COLLECT\" aggregation=\"COUNT\""
};

/* A column: an input, or an output. */
typedef struct TableColumn
{
	char	   *name;
	char	   *type;			/* NULL: any */
	char	   *values;			/* NULL: any */
	char	   *expression;		/* of an input; NULL: its name */
	char	   *otherwise;		/* of an output; NULL: none */
} TableColumn;

typedef struct TableRows
{
	char	   *name;
	char	   *decision;
	int			policy;
	int			input_count;
	TableColumn *inputs;
	int			output_count;
	TableColumn *outputs;
} TableRows;

/*
 * write_escaped appends a text as characters or as an attribute's value.
 */
static void
write_escaped(StringInfo xml, const char *text, bool is_attribute)
{
	for (; *text != '\0'; text++)
		switch (*text)
		{
			case '&':
				appendStringInfoString(xml, "&amp;");
				break;
			case '<':
				appendStringInfoString(xml, "&lt;");
				break;
			case '>':
				appendStringInfoString(xml, "&gt;");
				break;
			case '"':
				appendStringInfoString(xml, is_attribute ? "&quot;" : "\"");
				break;
			case '\n':
			case '\r':
			case '\t':
				appendStringInfo(xml, "&#%d;", *text);
				break;
			default:
				appendStringInfoChar(xml, *text);
		}
}

/*
 * write_attribute appends an attribute, if it has a value.
 */
static void
write_attribute(StringInfo xml, const char *name, const char *value)
{
	if (value == NULL)
		return;
	appendStringInfo(xml, " %s=\"", name);
	write_escaped(xml, value, true);
	appendStringInfoChar(xml, '"');
}

/*
 * write_text appends an element that holds a FEEL text, if there is one.
 */
static void
write_text(StringInfo xml, const char *indent, const char *name, const char *type, const char *text)
{
	if (text == NULL)
		return;
	appendStringInfo(xml, "%s<%s", indent, name);
	write_attribute(xml, "typeRef", type);
	appendStringInfoString(xml, "><text>");
	write_escaped(xml, text, false);
	appendStringInfo(xml, "</text></%s>\n", name);
}

/*
 * optional_text reads a member that may be absent.
 */
static char *
optional_text(const DocNode *node, const char *key, int bytes_max)
{
	DocNode	child;

	return doc_member(node, key, &child) ? doc_text(&child, bytes_max) : NULL;
}

/*
 * column_read reads an input or an output.
 */
static void
column_read(const DocNode *node, bool is_input, TableColumn *column)
{
	static const char *const input_keys[] = {"name", "type", "values", "expression", NULL};
	static const char *const output_keys[] = {"name", "type", "values", "default", NULL};
	DocNode		name;

	memset(column, 0, sizeof(*column));
	if (!doc_object(node, is_input ? input_keys : output_keys))
		return;
	if (doc_require(node, "name", &name))
		column->name = doc_text(&name, NAME_BYTES_MAX);
	column->type = optional_text(node, "type", NAME_BYTES_MAX);
	column->values = optional_text(node, "values", CELL_BYTES_MAX);
	column->expression = is_input ? optional_text(node, "expression", CELL_BYTES_MAX) : NULL;
	column->otherwise = is_input ? NULL : optional_text(node, "default", CELL_BYTES_MAX);
}

/*
 * columns_read reads the inputs or the outputs.
 */
static TableColumn *
columns_read(const DocNode *root, const char *key, bool is_input, int *count)
{
	DocNode		list;
	TableColumn *columns;

	*count = 0;
	if (!doc_require(root, key, &list))
		return NULL;
	*count = doc_list(&list, 1, COLUMN_COUNT_MAX);
	columns = palloc0(sizeof(TableColumn) * (*count + 1));
	for (int i = 0; i < *count; i++)
	{
		DocNode		child;

		doc_element(&list, i, &child);
		column_read(&child, is_input, &columns[i]);
	}
	return columns;
}

/*
 * cell_text is the FEEL text of a cell: a text as it is, a number or boolean as
 * JSON prints it, null for any value.
 */
static char *
cell_text(const DocNode *cell)
{
	switch (cell->value.type)
	{
		case jbvNull:
			return pstrdup("-");
		case jbvBool:
			return pstrdup(cell->value.val.boolean ? "true" : "false");
		case jbvNumeric:
			return DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(cell->value.val.numeric)));
		default:
			return doc_text(cell, CELL_BYTES_MAX);
	}
}

/*
 * rule_write reads a rule and writes it.
 */
static void
rule_write(StringInfo xml, const DocNode *rule, int number, const TableRows *table)
{
	int			width = table->input_count + table->output_count;
	int			count = doc_list(rule, width, width);

	appendStringInfo(xml, "      <rule id=\"rule_%d\">\n", number);
	for (int i = 0; i < count; i++)
	{
		DocNode		cell;
		char	   *text;

		doc_element(rule, i, &cell);
		text = cell_text(&cell);
		if (text != NULL)
			write_text(xml, "        ", i < table->input_count ? "inputEntry" : "outputEntry", NULL, text);
	}
	appendStringInfoString(xml, "      </rule>\n");
}

/*
 * head_write writes what stands before the rules.
 */
static void
head_write(StringInfo xml, const TableRows *table)
{
	appendStringInfoString(xml, "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" id=\"definitions\"");
	write_attribute(xml, "name", table->name);
	write_attribute(xml, "namespace", psprintf("urn:assure:table:%s", table->name));
	appendStringInfoString(xml, ">\n");
	for (int i = 0; i < table->input_count; i++)
	{
		appendStringInfo(xml, "  <inputData id=\"input_%d\"", i + 1);
		write_attribute(xml, "name", table->inputs[i].name);
		appendStringInfoString(xml, "><variable");
		write_attribute(xml, "name", table->inputs[i].name);
		write_attribute(xml, "typeRef", table->inputs[i].expression ? NULL : table->inputs[i].type);
		appendStringInfoString(xml, "/></inputData>\n");
	}
	appendStringInfoString(xml, "  <decision id=\"decision\"");
	write_attribute(xml, "name", table->decision);
	appendStringInfoString(xml, ">\n    <variable");
	write_attribute(xml, "name", table->decision);
	appendStringInfoString(xml, "/>\n");
	for (int i = 0; i < table->input_count; i++)
		appendStringInfo(xml, "    <informationRequirement><requiredInput href=\"#input_%d\"/></informationRequirement>\n", i + 1);
	appendStringInfo(xml, "    <decisionTable id=\"table\" %s>\n", policy_attributes[table->policy]);
	for (int i = 0; i < table->input_count; i++)
	{
		const TableColumn *input = &table->inputs[i];

		appendStringInfoString(xml, "      <input>\n");
		write_text(xml, "        ", "inputExpression", input->type, input->expression ? input->expression : input->name);
		write_text(xml, "        ", "inputValues", NULL, input->values);
		appendStringInfoString(xml, "      </input>\n");
	}
	for (int i = 0; i < table->output_count; i++)
	{
		const TableColumn *output = &table->outputs[i];

		appendStringInfoString(xml, "      <output");
		write_attribute(xml, "name", output->name);
		write_attribute(xml, "typeRef", output->type);
		appendStringInfoString(xml, ">\n");
		write_text(xml, "        ", "outputValues", NULL, output->values);
		write_text(xml, "        ", "defaultOutputEntry", NULL, output->otherwise);
		appendStringInfoString(xml, "      </output>\n");
	}
}

/*
 * table_read reads all but the rules.
 */
static void
table_read(const DocNode *root, TableRows *table)
{
	DocNode		node;

	if (doc_require(root, "name", &node))
		table->name = doc_text(&node, NAME_BYTES_MAX);
	table->decision = optional_text(root, "decision", NAME_BYTES_MAX);
	if (table->decision == NULL)
		table->decision = table->name;
	if (doc_member(root, "hit_policy", &node))
		table->policy = doc_code(&node, policy_codes);
	table->inputs = columns_read(root, "inputs", true, &table->input_count);
	table->outputs = columns_read(root, "outputs", false, &table->output_count);
}

/*
 * assure_table_model writes a table as DMN.
 */
PGDLLEXPORT Datum
assure_table_model(PG_FUNCTION_ARGS)
{
	static const char *const keys[] = {"name", "decision", "hit_policy", "inputs", "outputs", "rules", NULL};
	DocReader	reader;
	DocNode		root;
	DocNode		rules;
	TableRows	table = {0};
	StringInfoData xml;

	initStringInfo(&xml);
	doc_open(&reader, &root, PG_GETARG_JSONB_P(0), "definition", ERRCODE_ASSURE_INVALID_MODEL);
	if (doc_object(&root, keys))
		table_read(&root, &table);
	doc_report(&reader, NULL);
	head_write(&xml, &table);
	if (doc_require(&root, "rules", &rules))
	{
		int			count = doc_list(&rules, 0, RULE_COUNT_MAX);

		for (int i = 0; i < count && !reader.failed; i++)
		{
			DocNode		rule;

			CHECK_FOR_INTERRUPTS();
			doc_element(&rules, i, &rule);
			rule_write(&xml, &rule, i + 1, &table);
		}
	}
	doc_report(&reader, NULL);
	appendStringInfoString(&xml, "    </decisionTable>\n  </decision>\n</definitions>\n");
	PG_RETURN_TEXT_P(cstring_to_text_with_len(xml.data, xml.len));
}
