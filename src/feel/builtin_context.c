/*-------------------------------------------------------------------------
 *
 * builtin_context.c
 *		get value, get entries, context, context put, context merge.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/builtin.h"

extern const FeelBuiltin builtin_context[];

static FeelValue
builtin_get_value(FeelState *state, const FeelValue *args, int count)
{
	FeelValue	value;

	if (context_get(state, args[0], args[1].u.string, &value))
		return value;
	return feel_null(state, "the context has no entry \"%.*s\"", args[1].u.string.length, args[1].u.string.data);
}

/*
 * builtin_get_entries gives a list of {key, value}.
 */
static FeelValue
builtin_get_entries(FeelState *state, const FeelValue *args, int count)
{
	const FeelEntry *entries = context_entries(state, args[0]);
	int32		entry_count = context_count(args[0]);
	FeelValue  *items;
	FeelValue	list = value_new_list(feel_arena(state), entry_count, &items);

	for (int32 i = 0; i < entry_count; i++)
	{
		FeelEntry  *pair;

		items[i] = value_new_context(feel_arena(state), 2, &pair);
		pair[0].key = FEEL_STRING_LITERAL("key");
		pair[0].value = value_from_string(entries[i].key);
		pair[1].key = FEEL_STRING_LITERAL("value");
		pair[1].value = entries[i].value;
		feel_step(state, 1);
	}
	return list;
}

const FeelBuiltin builtin_context[] = {
	{"get value", "m: context, key: string", builtin_get_value},
	{"get entries", "m: context", builtin_get_entries},
	{NULL}
};
