/*-------------------------------------------------------------------------
 *
 * value.c
 *		Making values, and reading lists and contexts that may be lazy.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/builtin.h"

#define INDEX_ENTRIES_MIN 16	/* a context of more is looked up by hash */

struct FeelList
{
	int32		count;
	FeelValue  *items;			/* NULL: not filled yet */
	const FeelLazyList *lazy;
	void	   *data;
};

struct FeelContext
{
	int32		count;
	FeelEntry  *entries;		/* NULL: not filled yet */
	int32	   *index;			/* open hash of entries + 1; NULL: none yet */
	uint32		index_mask;
	const FeelLazyContext *lazy;
	void	   *data;
};

/* ---- strings ---- */

/*
 * string_equal compares bytes: one text has one form.
 */
bool
string_equal(FeelString a, FeelString b)
{
	return a.length == b.length && memcmp(a.data, b.data, a.length) == 0;
}

/*
 * string_compare orders by code point.
 */
int
string_compare(FeelString a, FeelString b)
{
	int			order = memcmp(a.data, b.data, Min(a.length, b.length));

	return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

/*
 * string_chars counts code points: bytes that do not go on with one.
 */
int32
string_chars(FeelString s)
{
	int32		chars = 0;

	if (s.chars >= 0)
		return s.chars;
	for (int32 i = 0; i < s.length; i++)
		chars += ((unsigned char) s.data[i] & 0xC0) != 0x80;
	return chars;
}

/*
 * string_copy copies the bytes into the arena.
 */
FeelString
string_copy(FeelArena *arena, FeelString s)
{
	s.data = arena_copy(arena, s.data, s.length);
	return s;
}

/*
 * string_c copies with an end, for those who need one.
 */
const char *
string_c(FeelArena *arena, FeelString s)
{
	char	   *copy = arena_alloc(arena, (size_t) s.length + 1);

	memcpy(copy, s.data, s.length);
	copy[s.length] = '\0';
	return copy;
}

/*
 * buffer_begin begins an empty text.
 */
void
buffer_begin(FeelBuffer *buffer, FeelArena *arena)
{
	buffer->arena = arena;
	buffer->length = 0;
	buffer->size = 64;
	buffer->data = arena_alloc(arena, buffer->size);
}

/*
 * buffer_append appends bytes, growing by doubling.
 */
void
buffer_append(FeelBuffer *buffer, const char *data, size_t length)
{
	if (length > buffer->size - buffer->length)
	{
		size_t		size = buffer->size;
		char	   *grown;

		while (length > size - buffer->length)
		{
			/* a string's length is an int32; what is larger the arena's cap refuses */
			size = size > PG_INT32_MAX / 2 ? SIZE_MAX / 2 : size * 2;
		}
		grown = arena_alloc(buffer->arena, size);
		memcpy(grown, buffer->data, buffer->length);
		buffer->data = grown;
		buffer->size = size;
	}
	if (length > 0)
		memcpy(buffer->data + buffer->length, data, length);
	buffer->length += length;
}

/*
 * buffer_append_string appends a string.
 */
void
buffer_append_string(FeelBuffer *buffer, FeelString s)
{
	buffer_append(buffer, s.data, s.length);
}

/*
 * buffer_append_char appends one byte.
 */
void
buffer_append_char(FeelBuffer *buffer, char c)
{
	buffer_append(buffer, &c, 1);
}

/*
 * buffer_append_code_point appends a character as UTF-8.
 */
void
buffer_append_code_point(FeelBuffer *buffer, uint32 c)
{
	char		bytes[4];
	int			n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char head[] = {0, 0, 0xC0, 0xE0, 0xF0};

	for (int i = n - 1; i > 0; i--, c >>= 6)
		bytes[i] = (char) (0x80 | (c & 0x3F));
	bytes[0] = (char) (head[n] | c);
	buffer_append(buffer, bytes, n);
}

/*
 * buffer_string gives what has been appended.
 */
FeelString
buffer_string(const FeelBuffer *buffer)
{
	return feel_string(buffer->data, buffer->length);
}

/* ---- temporal values ---- */

/*
 * value_of_kind makes a value whose content follows.
 */
static FeelValue
value_of_kind(FeelKind kind)
{
	FeelValue	v = value_null();

	v.kind = kind;
	return v;
}

/*
 * value_from_date makes a date's value.
 */
FeelValue
value_from_date(FeelDate date)
{
	FeelValue	v = value_of_kind(FEEL_DATE);

	v.u.date = date;
	return v;
}

/*
 * value_from_time makes a time's value.
 */
FeelValue
value_from_time(FeelArena *arena, FeelTime time)
{
	FeelValue	v = value_of_kind(FEEL_TIME);
	FeelTime   *held = arena_alloc(arena, sizeof(*held));

	*held = time;
	v.u.time = held;
	return v;
}

/*
 * value_from_date_time makes a date and time's value.
 */
FeelValue
value_from_date_time(FeelArena *arena, FeelDateTime date_time)
{
	FeelValue	v = value_of_kind(FEEL_DATE_TIME);
	FeelDateTime *held = arena_alloc(arena, sizeof(*held));

	*held = date_time;
	v.u.date_time = held;
	return v;
}

/*
 * value_from_days makes a days and time duration's value.
 */
FeelValue
value_from_days(FeelArena *arena, FeelDaysDuration days)
{
	FeelValue	v = value_of_kind(FEEL_DAYS_DURATION);
	FeelDaysDuration *held = arena_alloc(arena, sizeof(*held));

	*held = days;
	v.u.days = held;
	return v;
}

/*
 * value_from_months makes a years and months duration's value.
 */
FeelValue
value_from_months(FeelMonthsDuration months)
{
	FeelValue	v = value_of_kind(FEEL_MONTHS_DURATION);

	v.u.months = months;
	return v;
}

/*
 * value_from_range makes a range's value.
 */
FeelValue
value_from_range(FeelArena *arena, FeelRange range)
{
	FeelValue	v = value_of_kind(FEEL_RANGE);
	FeelRange  *held = arena_alloc(arena, sizeof(*held));

	*held = range;
	v.u.range = held;
	return v;
}

/* ---- lists ---- */

/*
 * value_new_list makes a list with room for its items.
 */
FeelValue
value_new_list(FeelArena *arena, int32 count, FeelValue **items)
{
	FeelValue	v = value_of_kind(FEEL_LIST);
	FeelList   *list = arena_alloc0(arena, sizeof(FeelList));

	list->count = count;
	list->items = *items = arena_alloc_array(arena, count, sizeof(FeelValue));
	v.u.list = list;
	return v;
}

/*
 * value_lazy_list makes a list whose items the host fills in when they are asked
 * for.
 */
FeelValue
value_lazy_list(FeelArena *arena, const FeelLazyList *lazy, void *data, int32 count)
{
	FeelValue	v = value_of_kind(FEEL_LIST);
	FeelList   *list = arena_alloc0(arena, sizeof(FeelList));

	list->count = count;
	list->lazy = lazy;
	list->data = data;
	v.u.list = list;
	return v;
}

/*
 * list_count gives the number of items.
 */
int32
list_count(FeelValue list)
{
	return list.u.list->count;
}

/*
 * list_items gives the items, and fetches them from the host the first time.
 */
const FeelValue *
list_items(FeelState *state, FeelValue value)
{
	FeelList   *list = value.u.list;

	if (list->items == NULL)
	{
		FeelValue  *items = arena_alloc_array(feel_arena(state), list->count, sizeof(FeelValue));

		feel_step(state, list->count);
		list->lazy->fill(state, list->data, items);
		list->items = items;
	}
	return list->items;
}

/*
 * list_begin begins a list that grows.
 */
void
list_begin(FeelListBuilder *builder, FeelArena *arena)
{
	builder->arena = arena;
	builder->items = NULL;
	builder->count = builder->size = 0;
}

/*
 * list_append appends an item.
 */
void
list_append(FeelListBuilder *builder, FeelValue item)
{
	if (builder->count == builder->size)
	{
		int32		size = builder->size == 0 ? 8 : builder->size * 2;
		FeelValue  *items = arena_alloc_array(builder->arena, size, sizeof(FeelValue));

		if (builder->count > 0)
			memcpy(items, builder->items, builder->count * sizeof(FeelValue));
		builder->items = items;
		builder->size = size;
	}
	builder->items[builder->count++] = item;
}

/*
 * list_end makes the list; its items are the builder's, no copy.
 */
FeelValue
list_end(FeelListBuilder *builder)
{
	FeelValue	v = value_of_kind(FEEL_LIST);
	FeelList   *list = arena_alloc0(builder->arena, sizeof(FeelList));

	if (builder->items == NULL)
		builder->items = arena_alloc(builder->arena, 0);
	list->count = builder->count;
	list->items = builder->items;
	v.u.list = list;
	return v;
}

/* ---- contexts ---- */

/*
 * value_new_context makes a context with room for its entries.
 */
FeelValue
value_new_context(FeelArena *arena, int32 count, FeelEntry **entries)
{
	FeelValue	v = value_of_kind(FEEL_CONTEXT);
	FeelContext *context = arena_alloc0(arena, sizeof(FeelContext));

	context->count = count;
	context->entries = *entries = arena_alloc_array(arena, count, sizeof(FeelEntry));
	v.u.context = context;
	return v;
}

/*
 * value_lazy_context makes a context that the host looks into when it is asked.
 */
FeelValue
value_lazy_context(FeelArena *arena, const FeelLazyContext *lazy, void *data, int32 count)
{
	FeelValue	v = value_of_kind(FEEL_CONTEXT);
	FeelContext *context = arena_alloc0(arena, sizeof(FeelContext));

	context->count = count;
	context->lazy = lazy;
	context->data = data;
	v.u.context = context;
	return v;
}

/*
 * context_count gives the number of entries.
 */
int32
context_count(FeelValue context)
{
	return context.u.context->count;
}

/*
 * context_entries gives the entries, and fetches them from the host the first
 * time.
 */
const FeelEntry *
context_entries(FeelState *state, FeelValue value)
{
	FeelContext *context = value.u.context;

	if (context->entries == NULL)
	{
		FeelEntry  *entries = arena_alloc_array(feel_arena(state), context->count, sizeof(FeelEntry));

		feel_step(state, context->count);
		context->lazy->fill(state, context->data, entries);
		context->entries = entries;
	}
	return context->entries;
}

/*
 * hash_key is FNV-1a: keys are short.
 */
static uint32
hash_key(FeelString key)
{
	uint32		hash = 2166136261u;

	for (int32 i = 0; i < key.length; i++)
		hash = (hash ^ (unsigned char) key.data[i]) * 16777619u;
	return hash;
}

/*
 * context_make_index builds the hash of a large context.
 */
static void
context_make_index(FeelState *state, FeelContext *context)
{
	uint32		size = 32;
	int32	   *index;

	while (size < (uint32) context->count * 2)
		size *= 2;
	index = arena_alloc0(feel_arena(state), size * sizeof(int32));
	for (int32 i = 0; i < context->count; i++)
	{
		uint32		slot = hash_key(context->entries[i].key) & (size - 1);

		while (index[slot] != 0)
			slot = (slot + 1) & (size - 1);
		index[slot] = i + 1;
	}
	context->index_mask = size - 1;
	context->index = index;
}

/*
 * context_find gives the place of a key; -1: none.
 */
static int32
context_find(FeelState *state, FeelContext *context, FeelString key)
{
	if (context->count < INDEX_ENTRIES_MIN)
	{
		for (int32 i = 0; i < context->count; i++)
			if (string_equal(context->entries[i].key, key))
				return i;
		return -1;
	}
	if (context->index == NULL)
		context_make_index(state, context);
	for (uint32 slot = hash_key(key) & context->index_mask; context->index[slot] != 0;
		 slot = (slot + 1) & context->index_mask)
		if (string_equal(context->entries[context->index[slot] - 1].key, key))
			return context->index[slot] - 1;
	return -1;
}

/*
 * context_get gives the value of a key; false: there is none.
 */
bool
context_get(FeelState *state, FeelValue value, FeelString key, FeelValue *result)
{
	FeelContext *context = value.u.context;
	int32		found;

	if (context->entries == NULL)
		return context->lazy->get(state, context->data, key, result);
	found = context_find(state, context, key);
	if (found >= 0)
		*result = context->entries[found].value;
	return found >= 0;
}

/*
 * context_put gives a copy with one entry replaced, or added last.
 */
FeelValue
context_put(FeelState *state, FeelValue value, FeelString key, FeelValue item)
{
	const FeelEntry *old = context_entries(state, value);
	int32		count = context_count(value);
	int32		found = context_find(state, value.u.context, key);
	FeelEntry  *entries;
	FeelValue	result = value_new_context(feel_arena(state), found < 0 ? count + 1 : count, &entries);

	feel_step(state, count);
	if (count > 0)
		memcpy(entries, old, count * sizeof(FeelEntry));
	if (found < 0)
		found = count;
	entries[found].key = key;
	entries[found].value = item;
	return result;
}
