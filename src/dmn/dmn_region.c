/*-------------------------------------------------------------------------
 *
 * dmn_region.c
 *		Regions of a decision table's inputs, in words.
 *
 * A column whose tests are all of single values is said by these; any other by
 * conditions as FEEL has them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "dmn/dmn_region.h"

#define VALUES_SHOWN_MAX 20		/* of a column in a region */

/*
 * print_value appends a value as FEEL would write it.
 */
static void
print_value(FeelState *state, StringInfo text, FeelValue value)
{
	FeelString	printed = feel_to_string(state, value);

	if (value.kind == FEEL_STRING)
		appendStringInfo(text, "\"%.*s\"", printed.length, printed.data);
	else
		appendBinaryStringInfo(text, printed.data, printed.length);
}

/*
 * print_span appends cells from one to another as a condition.
 */
static void
print_span(FeelState *state, StringInfo text, const char *label, const IndexColumn *column, const IndexSpan *span)
{
	bool		has_low = span->low > 0;
	bool		has_high = span->high < column->cell_count - 1;
	FeelValue	low = has_low ? column->bounds[(span->low - 1) / 2] : value_null();
	FeelValue	high = has_high ? column->bounds[span->high / 2] : value_null();
	bool		low_included = span->low % 2 == 1;
	bool		high_included = span->high % 2 == 1;

	appendStringInfoString(text, label);
	if (span->low == span->high && low_included)
	{
		appendStringInfoString(text, " = ");
		print_value(state, text, low);
	}
	else if (!has_high)
	{
		appendStringInfoString(text, low_included ? " >= " : " > ");
		print_value(state, text, low);
	}
	else if (!has_low)
	{
		appendStringInfoString(text, high_included ? " <= " : " < ");
		print_value(state, text, high);
	}
	else
	{
		appendStringInfoString(text, low_included ? " in [" : " in (");
		print_value(state, text, low);
		appendStringInfoString(text, "..");
		print_value(state, text, high);
		appendStringInfoChar(text, high_included ? ']' : ')');
	}
}

/*
 * print_points appends single values: those of the part, or with `other` values
 * in it those that are not.
 */
static void
print_points(FeelState *state, StringInfo text, const char *label, const IndexColumn *column, const Part *part)
{
	bool		other = part->spans[0].low == 0;
	int			shown = 0;
	int			span = 0;
	StringInfoData values;

	initStringInfo(&values);
	for (int cell = 1; cell < column->cell_count; cell += 2)
	{
		bool		inside;

		while (span < part->count && part->spans[span].high < cell)
			span++;
		inside = span < part->count && part->spans[span].low <= cell;
		if (inside == other || ++shown > VALUES_SHOWN_MAX)
			continue;
		appendStringInfoString(&values, shown > 1 ? ", " : "");
		print_value(state, &values, column->bounds[cell / 2]);
	}
	if (shown > VALUES_SHOWN_MAX)
		appendStringInfo(&values, ", and %d more", shown - VALUES_SHOWN_MAX);
	if (shown == 1)
		appendStringInfo(text, "%s %s %s", label, other ? "!=" : "=", values.data);
	else
		appendStringInfo(text, "%s %s (%s)", label, other ? "not in" : "in", values.data);
}

/*
 * region_words says which inputs a region is made of.
 */
char *
region_words(FeelState *state, const Domain *domain, const Part *region)
{
	StringInfoData text;

	initStringInfo(&text);
	feel_state_reset(state);
	for (int input = 0; input < domain->table->input_count; input++)
	{
		const IndexColumn *column = &domain->table->index->columns[input];
		const char *label = domain->table->inputs[input].label;

		if (same_part(&region[input], &domain->allowed[input]))
			continue;
		appendStringInfoString(&text, text.len > 0 ? ", " : "");
		if (domain->points_only[input])
			print_points(state, &text, label, column, &region[input]);
		else
			for (int i = 0; i < Min(region[input].count, VALUES_SHOWN_MAX); i++)
			{
				appendStringInfoString(&text, i > 0 ? " or " : "");
				print_span(state, &text, label, column, &region[input].spans[i]);
			}
	}
	if (text.len == 0)
		appendStringInfoString(&text, "any input");
	return text.data;
}
