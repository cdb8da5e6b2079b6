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

/*
 * builtin_get_value gives an entry by its key.
 */
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

/* ---- making contexts ---- */

#define PATH_LENGTH_MAX 100

/*
 * compare_keys orders entries by key, equal ones by where they stand.
 */
static int
compare_keys(const void *a, const void *b)
{
	const FeelEntry *x = *(FeelEntry *const *) a;
	const FeelEntry *y = *(FeelEntry *const *) b;
	int			order = string_compare(x->key, y->key);

	return order != 0 ? order : (x > y) - (x < y);
}

/*
 * unite_entries keeps one of entries with the same key, in the first one's place
 * and with the last one's value, and returns how many are left.
 */
static int32
unite_entries(FeelState *state, FeelEntry *entries, int32 count)
{
	FeelEntry **sorted = arena_alloc_array(feel_arena(state), count, sizeof(FeelEntry *));
	int32		kept = 0;

	feel_step(state, count);
	for (int32 i = 0; i < count; i++)
		sorted[i] = &entries[i];
	qsort(sorted, count, sizeof(FeelEntry *), compare_keys);
	for (int32 i = count - 1; i > 0; i--)
		if (string_equal(sorted[i - 1]->key, sorted[i]->key))
		{
			sorted[i - 1]->value = sorted[i]->value;
			sorted[i]->key.data = NULL;
		}
	for (int32 i = 0; i < count; i++)
		if (entries[i].key.data != NULL)
			entries[kept++] = entries[i];
	return kept;
}

/*
 * finish_context makes a context of entries.
 */
static FeelValue
finish_context(FeelState *state, const FeelEntry *entries, int32 count)
{
	FeelEntry  *own;
	FeelValue	context = value_new_context(feel_arena(state), count, &own);

	if (count > 0)
		memcpy(own, entries, sizeof(FeelEntry) * (size_t) count);
	return context;
}

/*
 * builtin_context_of makes a context of a list of {key, value}.
 */
static FeelValue
builtin_context_of(FeelState *state, const FeelValue *args, int count)
{
	const FeelValue *items = list_items(state, args[0]);
	int32		item_count = list_count(args[0]);
	FeelEntry  *entries = arena_alloc_array(feel_arena(state), item_count, sizeof(FeelEntry));

	for (int32 i = 0; i < item_count; i++)
	{
		FeelValue	key;

		feel_step(state, 1);
		if (items[i].kind != FEEL_CONTEXT ||
			!context_get(state, items[i], FEEL_STRING_LITERAL("key"), &key) ||
			!context_get(state, items[i], FEEL_STRING_LITERAL("value"), &entries[i].value) ||
			key.kind != FEEL_STRING)
			return feel_null(state, "an entry is {key: a string, value: anything}");
		entries[i].key = key.u.string;
		if (entries[i].key.data == NULL)
			entries[i].key.data = "";
	}
	if (unite_entries(state, entries, item_count) != item_count)
		return feel_null(state, "a key is given twice");
	return finish_context(state, entries, item_count);
}

/*
 * builtin_context_merge puts contexts together; a later entry replaces an earlier
 * one.
 */
static FeelValue
builtin_context_merge(FeelState *state, const FeelValue *args, int count)
{
	const FeelValue *items = list_items(state, args[0]);
	int64		total = 0;
	int32		filled = 0;
	FeelEntry  *entries;

	for (int32 i = 0; i < list_count(args[0]); i++)
	{
		feel_step(state, 1);
		if (items[i].kind != FEEL_CONTEXT)
			return feel_null(state, "a %s is no context", feel_kind_name(items[i].kind));
		total += context_count(items[i]);
	}
	if (total > PG_INT32_MAX)
		feel_fail_limit(state, "a context of more than %d entries", PG_INT32_MAX);
	entries = arena_alloc_array(feel_arena(state), (size_t) total, sizeof(FeelEntry));
	for (int32 i = 0; i < list_count(args[0]); i++)
	{
		const FeelEntry *from = context_entries(state, items[i]);

		for (int32 j = 0; j < context_count(items[i]); j++)
		{
			entries[filled] = from[j];
			if (entries[filled].key.data == NULL)
				entries[filled].key.data = "";
			filled++;
		}
	}
	return finish_context(state, entries, unite_entries(state, entries, filled));
}

/*
 * builtin_context_put sets one entry.
 */
static FeelValue
builtin_context_put(FeelState *state, const FeelValue *args, int count)
{
	feel_step(state, context_count(args[0]));
	return context_put(state, args[0], args[1].u.string, args[2]);
}

/*
 * builtin_context_put_path sets an entry of a context in a context ..., which
 * must all be there.
 */
static FeelValue
builtin_context_put_path(FeelState *state, const FeelValue *args, int count)
{
	const FeelValue *keys = list_items(state, args[1]);
	int32		key_count = list_count(args[1]);
	FeelValue	path[PATH_LENGTH_MAX];
	FeelValue	value = args[2];

	if (key_count == 0 || key_count > PATH_LENGTH_MAX)
		return feel_null(state, "a path has from 1 to %d keys", PATH_LENGTH_MAX);
	path[0] = args[0];
	for (int32 i = 0; i < key_count; i++)
	{
		if (keys[i].kind != FEEL_STRING)
			return feel_null(state, "a key is a string");
		if (path[i].kind != FEEL_CONTEXT)
			return feel_null(state, "the path leads through a %s", feel_kind_name(path[i].kind));
		if (i + 1 < key_count && !context_get(state, path[i], keys[i].u.string, &path[i + 1]))
			return feel_null(state, "the path leads to no entry");
	}
	for (int32 i = key_count - 1; i >= 0; i--)
	{
		feel_step(state, context_count(path[i]));
		value = context_put(state, path[i], keys[i].u.string, value);
	}
	return value;
}

const FeelBuiltin builtin_context[] = {
	{"get value", "m: context, key: string", builtin_get_value},
	{"get entries", "m: context", builtin_get_entries},
	{"context", "entries: list", builtin_context_of},
	{"context put", "context: context, key: string, value: any", builtin_context_put},
	{"context put", "context: context, keys: list, value: any", builtin_context_put_path},
	{"context merge", "contexts: list", builtin_context_merge},
	{NULL}
};
