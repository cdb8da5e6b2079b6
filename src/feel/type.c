/*-------------------------------------------------------------------------
 *
 * type.c
 *		Whether a value has a type, whether a type conforms to another, and
 *		bringing values to types.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/builtins.h"
#include "feel/state.h"

/* By FeelTypeKind, of the types that are a kind of values and no more. */
static const FeelKind kind_of_type[] = {
	[FEEL_TYPE_NULL] = FEEL_NULL,
	[FEEL_TYPE_BOOLEAN] = FEEL_BOOLEAN,
	[FEEL_TYPE_NUMBER] = FEEL_NUMBER,
	[FEEL_TYPE_STRING] = FEEL_STRING,
	[FEEL_TYPE_DATE] = FEEL_DATE,
	[FEEL_TYPE_TIME] = FEEL_TIME,
	[FEEL_TYPE_DATE_TIME] = FEEL_DATE_TIME,
	[FEEL_TYPE_DAYS_DURATION] = FEEL_DAYS_DURATION,
	[FEEL_TYPE_MONTHS_DURATION] = FEEL_MONTHS_DURATION
};

static bool has_type(FeelState *state, FeelValue value, const FeelType *type, bool null_passes);

/*
 * passes_allowed tells whether a value that has a type passes its tests, and
 * what is inside of it those of theirs.  Null inside of others passes.
 */
static bool
passes_allowed(FeelState *state, FeelValue value, const FeelType *type)
{
	FeelBinding binding = {.input = value};

	if (type->kind == FEEL_TYPE_LIST && type->element != NULL)
		for (int32 i = 0; i < list_count(value); i++)
		{
			FeelValue	item = list_items(state, value)[i];

			if (item.kind != FEEL_NULL && !passes_allowed(state, item, type->element))
				return false;
		}
	if (type->kind == FEEL_TYPE_CONTEXT)
		for (int i = 0; i < type->field_count; i++)
		{
			FeelValue	member;

			if (context_get(state, value, type->fields[i].name, &member) && member.kind != FEEL_NULL &&
				!passes_allowed(state, member, type->fields[i].type))
				return false;
		}
	if (type->allowed != NULL)
	{
		FeelValue	result = feel_run(state, type->allowed, &binding);

		return result.kind == FEEL_BOOLEAN && result.u.boolean;
	}
	return true;
}

/*
 * list_has_type tells whether all items are of the element's type.
 */
static bool
list_has_type(FeelState *state, FeelValue value, const FeelType *type)
{
	const FeelValue *items;
	int32		count;

	if (value.kind != FEEL_LIST)
		return false;
	if (type->element == NULL || type->element->kind == FEEL_TYPE_ANY)
		return true;
	items = list_items(state, value);
	count = list_count(value);
	for (int32 i = 0; i < count; i++)
	{
		state_step(state);
		if (!has_type(state, items[i], type->element, true))
			return false;
	}
	return true;
}

/*
 * context_has_type tells whether all fields are there, of their types.
 */
static bool
context_has_type(FeelState *state, FeelValue value, const FeelType *type)
{
	if (value.kind != FEEL_CONTEXT)
		return false;
	for (int i = 0; i < type->field_count; i++)
	{
		FeelValue	member;

		if (!context_get(state, value, type->fields[i].name, &member) ||
			!has_type(state, member, type->fields[i].type, true))
			return false;
	}
	return true;
}

/*
 * range_has_type tells whether both ends are of the element's type.
 */
static bool
range_has_type(FeelState *state, FeelValue value, const FeelType *type)
{
	if (value.kind != FEEL_RANGE)
		return false;
	if (type->element == NULL || type->element->kind == FEEL_TYPE_ANY)
		return true;
	return has_type(state, value.u.range->low, type->element, true) &&
		has_type(state, value.u.range->high, type->element, true);
}

/*
 * function_has_type tells whether the function takes what the type's arguments
 * are, and gives its result.  What a built-in function or a body gives is not
 * declared, so it fits any.
 */
static bool
function_has_type(FeelValue value, const FeelType *type)
{
	const FeelFunction *function;

	if (value.kind != FEEL_FUNCTION)
		return false;
	if (type->is_open)
		return true;
	function = value.u.function;
	if (function->kind == FUNCTION_BUILTIN)
	{
		const Signature *signature = builtin_signature(function->builtin);

		return type->field_count >= signature->required &&
			(signature->is_variadic || type->field_count <= signature->count);
	}
	if (function->count != type->field_count)
		return false;
	for (int i = 0; i < type->field_count; i++)
		if (function->params[i].type->kind != FEEL_TYPE_ANY &&
			!feel_type_conforms(type->fields[i].type, function->params[i].type))
			return false;
	if (type->element && function->result && function->result->kind != FEEL_TYPE_ANY)
		return feel_type_conforms(function->result, type->element);
	return true;
}

/*
 * has_type tells whether the value is of the type; inside of others null is of
 * every type.
 */
static bool
has_type(FeelState *state, FeelValue value, const FeelType *type, bool null_passes)
{
	bool		has;

	if (value.kind == FEEL_NULL)
		return null_passes || type->kind == FEEL_TYPE_NULL;
	if (++state->depth > state->limits.depth_max)
		feel_fail_limit(state, "values nested deeper than %d levels", state->limits.depth_max);
	switch (type->kind)
	{
		case FEEL_TYPE_ANY:
		case FEEL_TYPE_DATA:
			has = true;
			break;
		case FEEL_TYPE_LIST:
			has = list_has_type(state, value, type);
			break;
		case FEEL_TYPE_CONTEXT:
			has = context_has_type(state, value, type);
			break;
		case FEEL_TYPE_RANGE:
			has = range_has_type(state, value, type);
			break;
		case FEEL_TYPE_FUNCTION:
			has = function_has_type(value, type);
			break;
		default:
			has = value.kind == kind_of_type[type->kind];
			break;
	}
	state->depth--;
	return has;
}

/*
 * feel_instance_of tells whether a value is of a type; null is of none.
 */
bool
feel_instance_of(FeelState *state, FeelValue value, const FeelType *type)
{
	return has_type(state, value, type, false);
}

/*
 * fields_conform tells whether a context type has at least the fields of another,
 * each conforming.
 */
static bool
fields_conform(const FeelType *type, const FeelType *to)
{
	for (int i = 0; i < to->field_count; i++)
	{
		int			f = 0;

		while (f < type->field_count && !string_equal(type->fields[f].name, to->fields[i].name))
			f++;
		if (f == type->field_count || !feel_type_conforms(type->fields[f].type, to->fields[i].type))
			return false;
	}
	return true;
}

/*
 * signature_conforms: parameters the other way round, the result this way.
 */
static bool
signature_conforms(const FeelType *type, const FeelType *to)
{
	if (to->is_open)
		return true;
	if (type->is_open || type->field_count != to->field_count)
		return false;
	for (int i = 0; i < to->field_count; i++)
		if (!feel_type_conforms(to->fields[i].type, type->fields[i].type))
			return false;
	return type->element == NULL || to->element == NULL || feel_type_conforms(type->element, to->element);
}

/*
 * feel_type_conforms tells whether every value of a type is one of another, too.
 */
bool
feel_type_conforms(const FeelType *type, const FeelType *to)
{
	if (to->kind == FEEL_TYPE_ANY || to->kind == FEEL_TYPE_DATA || type == to || type->kind == FEEL_TYPE_NULL)
		return true;
	if (type->kind != to->kind)
		return false;
	switch (to->kind)
	{
		case FEEL_TYPE_LIST:
		case FEEL_TYPE_RANGE:
			if (to->element == NULL || type->element == NULL)
				return to->element == NULL || to->element->kind == FEEL_TYPE_ANY;
			return feel_type_conforms(type->element, to->element);
		case FEEL_TYPE_CONTEXT:
			return fields_conform(type, to);
		case FEEL_TYPE_FUNCTION:
			return signature_conforms(type, to);
		default:
			return true;
	}
}

/*
 * fits tells whether the value is of the type and passes its tests.
 */
static bool
fits(FeelState *state, FeelValue value, const FeelType *type)
{
	return has_type(state, value, type, false) && passes_allowed(state, value, type);
}

/*
 * feel_coerce brings a value to a type, or gives null.
 */
FeelValue
feel_coerce(FeelState *state, FeelValue value, const FeelType *type)
{
	if (value.kind == FEEL_NULL || type == NULL || fits(state, value, type))
		return value;
	if (value.kind == FEEL_LIST && type->kind != FEEL_TYPE_LIST && list_count(value) == 1 &&
		fits(state, list_items(state, value)[0], type))
		return list_items(state, value)[0];
	if (type->kind == FEEL_TYPE_LIST && value.kind != FEEL_LIST)
	{
		FeelValue  *items;
		FeelValue	list = value_new_list(state->arena, 1, &items);

		items[0] = value;
		if (fits(state, list, type))
			return list;
	}
	if (type->kind == FEEL_TYPE_DATE_TIME && value.kind == FEEL_DATE)
		return value_from_date_time(state->arena, date_time_from_date(value_date(value), zone_from_offset(0)));
	return feel_null(state, "a %s is not of the type %.*s", feel_kind_name(value.kind),
					 type->name.length > 0 ? type->name.length : 8, type->name.length > 0 ? type->name.data : "expected");
}
