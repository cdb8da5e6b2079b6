/*-------------------------------------------------------------------------
 *
 * dmn_input.c
 *		Inputs that came as JSON, brought to the types that a model states.
 *
 * JSON has no dates: a text stands for one where the type says so, also inside
 * lists and structures.  What needs no change is not copied.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "dmn/dmn_model.h"

static FeelValue read_value(FeelState *state, FeelValue value, const FeelType *type, bool *changed);

/*
 * read_text reads a text as what the type says; a text that is none stays one,
 * and is not of the type.
 */
static FeelValue
read_text(FeelState *state, FeelValue value, FeelTypeKind kind)
{
	const FeelZones *zones = feel_zones(state);
	const char *text = value.u.string.data;
	size_t		length = value.u.string.length;
	FeelDate	date;
	FeelTime	time;
	FeelDateTime date_time;
	FeelDaysDuration days;
	FeelMonthsDuration months;

	if (kind == FEEL_TYPE_DATE && date_parse(text, length, &date))
		return value_from_date(date);
	if (kind == FEEL_TYPE_TIME && time_parse(text, length, zones, &time))
		return value_from_time(feel_arena(state), time);
	if (kind == FEEL_TYPE_DATE_TIME && date_time_parse(text, length, zones, &date_time))
		return value_from_date_time(feel_arena(state), date_time);
	if (kind == FEEL_TYPE_DATE_TIME && date_parse(text, length, &date))
		return value_from_date(date);
	if (kind == FEEL_TYPE_DAYS_DURATION && days_parse(text, length, &days))
		return value_from_days(feel_arena(state), days);
	if (kind == FEEL_TYPE_MONTHS_DURATION && months_parse(text, length, &months))
		return value_from_months(months);
	return value;
}

/*
 * read_list reads the items of a list.
 */
static FeelValue
read_list(FeelState *state, FeelValue list, const FeelType *element, bool *changed)
{
	int			count = list_count(list);
	const FeelValue *items = list_items(state, list);
	FeelValue  *copies = arena_alloc_array(feel_arena(state), Max(count, 1), sizeof(FeelValue));
	FeelValue  *read;
	bool		any = false;
	FeelValue	result;

	for (int i = 0; i < count; i++)
		copies[i] = read_value(state, items[i], element, &any);
	if (!any)
		return list;
	*changed = true;
	result = value_new_list(feel_arena(state), count, &read);
	memcpy(read, copies, sizeof(FeelValue) * count);
	return result;
}

/*
 * read_context reads the members of a structure.
 */
static FeelValue
read_context(FeelState *state, FeelValue context, const FeelType *type, bool *changed)
{
	for (int i = 0; i < type->field_count; i++)
	{
		bool		any = false;
		FeelValue	member;

		if (!context_get(state, context, type->fields[i].name, &member))
			continue;
		member = read_value(state, member, type->fields[i].type, &any);
		if (any)
			context = context_put(state, context, type->fields[i].name, member);
		*changed = *changed || any;
	}
	return context;
}

/*
 * read_value reads a value by its type.
 */
static FeelValue
read_value(FeelState *state, FeelValue value, const FeelType *type, bool *changed)
{
	feel_step(state, 1);
	check_stack_depth();
	if (type == NULL)
		return value;
	if (type->kind == FEEL_TYPE_LIST && value.kind == FEEL_LIST)
		return read_list(state, value, type->element, changed);
	if (type->kind == FEEL_TYPE_LIST)
		return read_value(state, value, type->element, changed);
	if (type->kind == FEEL_TYPE_CONTEXT && value.kind == FEEL_CONTEXT)
		return read_context(state, value, type, changed);
	if (value.kind == FEEL_STRING && type->kind != FEEL_TYPE_STRING)
	{
		FeelValue	read = read_text(state, value, type->kind);

		*changed = *changed || read.kind != FEEL_STRING;
		return read;
	}
	return value;
}

/*
 * dmn_input_value brings a value that came as JSON to a declared type.
 */
FeelValue
dmn_input_value(FeelState *state, FeelValue value, const FeelType *type)
{
	bool		changed = false;

	if (type == NULL || value.kind == FEEL_NULL)
		return value;
	if (value.kind == FEEL_STRING || value.kind == FEEL_LIST || value.kind == FEEL_CONTEXT)
		value = read_value(state, value, type, &changed);
	return dmn_typed(state, value, type);
}
