/*-------------------------------------------------------------------------
 *
 * literal.c
 *		Temporal literals, names of kinds, and the text of values.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/lexer.h"
#include "feel/state.h"

static const char *const kind_names[] = {
	[FEEL_NULL] = "null",
	[FEEL_BOOLEAN] = "boolean",
	[FEEL_NUMBER] = "number",
	[FEEL_STRING] = "string",
	[FEEL_DATE] = "date",
	[FEEL_TIME] = "time",
	[FEEL_DATE_TIME] = "date and time",
	[FEEL_DAYS_DURATION] = "days and time duration",
	[FEEL_MONTHS_DURATION] = "years and months duration",
	[FEEL_LIST] = "list",
	[FEEL_CONTEXT] = "context",
	[FEEL_RANGE] = "range",
	[FEEL_FUNCTION] = "function",
	[FEEL_UNBOUND] = "unbound slot"
};

/*
 * feel_kind_name gives the name of a kind, for messages.
 */
const char *
feel_kind_name(int kind)
{
	return kind_names[kind];
}

/*
 * feel_temporal_literal reads @"...": the text says by its letters which kind it
 * is.
 */
FeelValue
feel_temporal_literal(FeelState *state, FeelString text)
{
	const FeelZones *zones = feel_zones(state);
	FeelDaysDuration days;
	FeelMonthsDuration months;
	FeelDateTime date_time;
	FeelDate	date;
	FeelTime	time;

	if (text.length == 0)
		return value_null();
	if (text.data[0] == 'P' || (text.length > 1 && text.data[0] == '-' && text.data[1] == 'P'))
	{
		if (days_parse(text.data, text.length, &days))
			return value_from_days(state->arena, days);
		if (months_parse(text.data, text.length, &months))
			return value_from_months(months);
		return value_null();
	}
	if (date_parse(text.data, text.length, &date))
		return value_from_date(date);
	if (time_parse(text.data, text.length, zones, &time))
		return value_from_time(state->arena, time);
	if (date_time_parse(text.data, text.length, zones, &date_time))
		return value_from_date_time(state->arena, date_time);
	return value_null();
}

static void append_value(FeelState *state, FeelBuffer *buffer, FeelValue value, bool quote);

/*
 * append_quoted appends a string literal.
 */
static void
append_quoted(FeelBuffer *buffer, FeelString s)
{
	buffer_append_char(buffer, '"');
	for (int32 i = 0; i < s.length; i++)
	{
		if (s.data[i] == '"' || s.data[i] == '\\')
			buffer_append_char(buffer, '\\');
		buffer_append_char(buffer, s.data[i]);
	}
	buffer_append_char(buffer, '"');
}

/*
 * append_text appends a text of the program's own.
 */
static void
append_text(FeelBuffer *buffer, const char *text)
{
	buffer_append(buffer, text, strlen(text));
}

/*
 * append_list appends [a, b].
 */
static void
append_list(FeelState *state, FeelBuffer *buffer, FeelValue list)
{
	const FeelValue *items = list_items(state, list);
	int32		count = list_count(list);

	buffer_append_char(buffer, '[');
	for (int32 i = 0; i < count; i++)
	{
		if (i > 0)
			append_text(buffer, ", ");
		append_value(state, buffer, items[i], true);
	}
	buffer_append_char(buffer, ']');
}

/*
 * is_name tells whether a key can stand without quotes: words, with single
 * spaces between them.
 */
static bool
is_name(FeelString key)
{
	bool		start = true;

	for (int32 i = 0; i < key.length;)
	{
		int			size;
		uint32		c = lexer_code_point(key.data, key.length, i, &size);

		if (start ? !(i == 0 ? lexer_is_name_start(c) : lexer_is_name_part(c)) :
			!lexer_is_name_part(c) && c != ' ')
			return false;
		start = c == ' ';
		i += size;
	}
	return key.length > 0 && !start;
}

/*
 * append_context appends {key: value}.
 */
static void
append_context(FeelState *state, FeelBuffer *buffer, FeelValue context)
{
	const FeelEntry *entries = context_entries(state, context);
	int32		count = context_count(context);

	buffer_append_char(buffer, '{');
	for (int32 i = 0; i < count; i++)
	{
		if (i > 0)
			append_text(buffer, ", ");
		if (is_name(entries[i].key))
			buffer_append_string(buffer, entries[i].key);
		else
			append_quoted(buffer, entries[i].key);
		append_text(buffer, ": ");
		append_value(state, buffer, entries[i].value, true);
	}
	buffer_append_char(buffer, '}');
}

/*
 * append_range appends a range as it is written.
 */
static void
append_range(FeelState *state, FeelBuffer *buffer, const FeelRange *range)
{
	switch ((FeelRangeForm) range->form)
	{
		case FEEL_RANGE_INTERVAL:
			buffer_append_char(buffer, range->low_included ? '[' : '(');
			append_value(state, buffer, range->low, true);
			append_text(buffer, "..");
			append_value(state, buffer, range->high, true);
			buffer_append_char(buffer, range->high_included ? ']' : ')');
			return;
		case FEEL_RANGE_LESS:
			append_text(buffer, range->high_included ? "(<=" : "(<");
			append_value(state, buffer, range->high, true);
			break;
		case FEEL_RANGE_GREATER:
			append_text(buffer, range->low_included ? "(>=" : "(>");
			append_value(state, buffer, range->low, true);
			break;
		case FEEL_RANGE_EQUAL:
		case FEEL_RANGE_UNEQUAL:
			append_text(buffer, range->form == FEEL_RANGE_EQUAL ? "(=" : "(!=");
			append_value(state, buffer, range->high, true);
			break;
	}
	buffer_append_char(buffer, ')');
}

/*
 * append_function appends the names of the parameters; a body has no text.
 */
static void
append_function(FeelBuffer *buffer, const FeelFunction *function)
{
	append_text(buffer, "function(");
	for (int i = 0; function->kind != FUNCTION_BUILTIN && i < function->count; i++)
	{
		if (i > 0)
			append_text(buffer, ", ");
		buffer_append_string(buffer, function->params[i].name);
	}
	buffer_append_char(buffer, ')');
}

/*
 * append_scalar appends a value that holds no others.
 */
static void
append_scalar(FeelBuffer *buffer, FeelValue value)
{
	char		text[Max(NUMBER_PRINT_MAX, TEMPORAL_PRINT_MAX)];
	size_t		length = 0;

	switch ((FeelKind) value.kind)
	{
		case FEEL_BOOLEAN:
			append_text(buffer, value.u.boolean ? "true" : "false");
			break;
		case FEEL_NUMBER:
			length = number_print(value.u.number, text);
			break;
		case FEEL_DATE:
			length = date_print(value_date(value), text);
			break;
		case FEEL_TIME:
			length = time_print(value_time(value), text);
			break;
		case FEEL_DATE_TIME:
			length = date_time_print(value_date_time(value), text);
			break;
		case FEEL_DAYS_DURATION:
			length = days_print(value_days(value), text);
			break;
		case FEEL_MONTHS_DURATION:
			length = months_print(value_months(value), text);
			break;
		default:
			append_text(buffer, "null");
			break;
	}
	buffer_append(buffer, text, length);
}

/*
 * append_value appends the text of any value.
 */
static void
append_value(FeelState *state, FeelBuffer *buffer, FeelValue value, bool quote)
{
	state_step(state);
	if (++state->depth > state->limits.depth_max)
		feel_fail_limit(state, "values nested deeper than %d levels", state->limits.depth_max);
	switch ((FeelKind) value.kind)
	{
		case FEEL_STRING:
			if (quote)
				append_quoted(buffer, value.u.string);
			else
				buffer_append_string(buffer, value.u.string);
			break;
		case FEEL_LIST:
			append_list(state, buffer, value);
			break;
		case FEEL_CONTEXT:
			append_context(state, buffer, value);
			break;
		case FEEL_RANGE:
			append_range(state, buffer, value.u.range);
			break;
		case FEEL_FUNCTION:
			append_function(buffer, value.u.function);
			break;
		default:
			append_scalar(buffer, value);
			break;
	}
	state->depth--;
}

/*
 * feel_to_string gives the text of a value.
 */
FeelString
feel_to_string(FeelState *state, FeelValue value)
{
	FeelBuffer	buffer;

	if (value.kind == FEEL_STRING)
		return value.u.string;
	buffer_begin(&buffer, state->arena);
	append_value(state, &buffer, value, false);
	return buffer_string(&buffer);
}
