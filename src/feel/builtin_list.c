/*-------------------------------------------------------------------------
 *
 * builtin_list.c
 *		Functions of FEEL that make lists of lists, look into them, and sort.
 *
 * Positions count from 1, and from the end if they are negative.  Equality is
 * that of =, and what does not compare is not equal.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/builtin.h"

extern const FeelBuiltin builtin_list[];

/*
 * is_equal tells whether two values are equal for sure.
 */
static bool
is_equal(FeelState *state, FeelValue a, FeelValue b)
{
	feel_step(state, 1);
	return feel_equal(state, a, b) == FEEL_TRUE;
}

/*
 * get_index gives the index, from 0, of a position; false: there is none such.
 */
static bool
get_index(FeelValue position, int32 count, int32 *index)
{
	int64		at;

	if (!number_truncate_int64(position.u.number, &at) || at == 0 || at > count || at < -count)
		return false;
	*index = (int32) (at > 0 ? at - 1 : count + at);
	return true;
}

/*
 * no_position gives null for a position that a list does not have.
 */
static FeelValue
no_position(FeelState *state)
{
	return feel_null(state, "the list has no such position");
}

/*
 * copy_items copies items to a place and returns the place behind them.
 */
static FeelValue *
copy_items(FeelState *state, FeelValue *to, const FeelValue *from, int32 count)
{
	feel_step(state, count);
	if (count > 0)
		memcpy(to, from, sizeof(FeelValue) * (size_t) count);
	return to + count;
}

/*
 * builtin_list_contains tells whether an item is in a list.
 */
static FeelValue
builtin_list_contains(FeelState *state, const FeelValue *args, int count)
{
	const FeelValue *items = list_items(state, args[0]);

	for (int32 i = 0; i < list_count(args[0]); i++)
		if (is_equal(state, items[i], args[1]))
			return value_from_bool(true);
	return value_from_bool(false);
}

/*
 * builtin_index_of gives the positions at which an item is.
 */
static FeelValue
builtin_index_of(FeelState *state, const FeelValue *args, int count)
{
	const FeelValue *items = list_items(state, args[0]);
	FeelListBuilder positions;

	list_begin(&positions, feel_arena(state));
	for (int32 i = 0; i < list_count(args[0]); i++)
		if (is_equal(state, items[i], args[1]))
			list_append(&positions, value_from_int64((int64) i + 1));
	return list_end(&positions);
}

/*
 * builtin_sublist gives the items from a position on, all or some.
 */
static FeelValue
builtin_sublist(FeelState *state, const FeelValue *args, int count)
{
	int32		item_count = list_count(args[0]);
	int32		start;
	int64		length;
	FeelValue  *items;
	FeelValue	list;

	if (!get_index(args[1], item_count, &start))
		return no_position(state);
	length = (int64) item_count - start;
	if (!args[2].absent)
	{
		int64		rest = length;

		if (!number_truncate_int64(args[2].u.number, &length) || length < 1 || length > rest)
			return feel_null(state, "the list has not so many items");
	}
	list = value_new_list(feel_arena(state), (int32) length, &items);
	copy_items(state, items, list_items(state, args[0]) + start, (int32) length);
	return list;
}

/*
 * join_lists puts lists one behind the other; an item that is no list counts as
 * the list of it.
 */
static FeelValue
join_lists(FeelState *state, FeelValue lists)
{
	const FeelValue *parts = list_items(state, lists);
	FeelListBuilder joined;

	list_begin(&joined, feel_arena(state));
	for (int32 i = 0; i < list_count(lists); i++)
	{
		const FeelValue *items;

		if (parts[i].kind == FEEL_NULL)
			return feel_null(state, "null is no list");
		if (parts[i].kind != FEEL_LIST)
		{
			list_append(&joined, parts[i]);
			continue;
		}
		items = list_items(state, parts[i]);
		feel_step(state, list_count(parts[i]));
		for (int32 j = 0; j < list_count(parts[i]); j++)
			list_append(&joined, items[j]);
	}
	return list_end(&joined);
}

/*
 * builtin_concatenate puts lists one behind the other.
 */
static FeelValue
builtin_concatenate(FeelState *state, const FeelValue *args, int count)
{
	return join_lists(state, args[0]);
}

/*
 * builtin_append adds items at the end.
 */
static FeelValue
builtin_append(FeelState *state, const FeelValue *args, int count)
{
	int32		item_count = list_count(args[0]);
	int32		more_count = list_count(args[1]);
	FeelValue  *items;
	FeelValue	list = value_new_list(feel_arena(state), item_count + more_count, &items);

	items = copy_items(state, items, list_items(state, args[0]), item_count);
	copy_items(state, items, list_items(state, args[1]), more_count);
	return list;
}

/*
 * splice gives a list with some items at an index replaced by others.
 */
static FeelValue
splice(FeelState *state, FeelValue list, int32 index, int32 removed, const FeelValue *put,
	   int32 put_count)
{
	const FeelValue *old = list_items(state, list);
	int32		item_count = list_count(list);
	FeelValue  *items;
	FeelValue	result = value_new_list(feel_arena(state), item_count - removed + put_count, &items);

	items = copy_items(state, items, old, index);
	items = copy_items(state, items, put, put_count);
	copy_items(state, items, old + index + removed, item_count - index - removed);
	return result;
}

/*
 * builtin_insert_before puts an item before the one at a position.
 */
static FeelValue
builtin_insert_before(FeelState *state, const FeelValue *args, int count)
{
	int32		index;

	if (!get_index(args[1], list_count(args[0]), &index))
		return no_position(state);
	return splice(state, args[0], index, 0, &args[2], 1);
}

/*
 * builtin_remove leaves out the item at a position.
 */
static FeelValue
builtin_remove(FeelState *state, const FeelValue *args, int count)
{
	int32		index;

	if (!get_index(args[1], list_count(args[0]), &index))
		return no_position(state);
	return splice(state, args[0], index, 1, NULL, 0);
}

/*
 * builtin_list_replace puts another item in the place of the one at a position.
 */
static FeelValue
builtin_list_replace(FeelState *state, const FeelValue *args, int count)
{
	int32		index;

	if (!get_index(args[1], list_count(args[0]), &index))
		return no_position(state);
	return splice(state, args[0], index, 1, &args[2], 1);
}

/*
 * builtin_list_replace_matching puts an item in the place of all those for which
 * a function of the old and the new one says so.
 */
static FeelValue
builtin_list_replace_matching(FeelState *state, const FeelValue *args, int count)
{
	const FeelValue *old = list_items(state, args[0]);
	int32		item_count = list_count(args[0]);
	FeelValue  *items;
	FeelValue	list;

	if (feel_function_arity(args[1]) != 2)
		return feel_null(state, "the match function takes an item and the new item");
	list = value_new_list(feel_arena(state), item_count, &items);
	for (int32 i = 0; i < item_count; i++)
	{
		FeelValue	pair[2] = {old[i], args[2]};
		FeelValue	matches = feel_call(state, args[1], pair, 2);

		feel_step(state, 1);
		if (matches.kind != FEEL_BOOLEAN)
			return feel_null(state, "the match function gave no boolean");
		items[i] = matches.u.boolean ? args[2] : old[i];
	}
	return list;
}

/*
 * builtin_reverse turns a list around.
 */
static FeelValue
builtin_reverse(FeelState *state, const FeelValue *args, int count)
{
	const FeelValue *old = list_items(state, args[0]);
	int32		item_count = list_count(args[0]);
	FeelValue  *items;
	FeelValue	list = value_new_list(feel_arena(state), item_count, &items);

	feel_step(state, item_count);
	for (int32 i = 0; i < item_count; i++)
		items[i] = old[item_count - 1 - i];
	return list;
}

#define HASH_DEPTH_MAX 4

/*
 * mix spreads the bits of a hash.
 */
static uint64
mix(uint64 hash)
{
	hash = (hash ^ hash >> 33) * UINT64CONST(0xFF51AFD7ED558CCD);
	return hash ^ hash >> 33;
}

/*
 * hash_bytes hashes a string.
 */
static uint64
hash_bytes(FeelString string)
{
	uint64		hash = UINT64CONST(0xCBF29CE484222325);

	for (int32 i = 0; i < string.length; i++)
		hash = (hash ^ (unsigned char) string.data[i]) * UINT64CONST(0x100000001B3);
	return mix(hash);
}

/*
 * hash_moment hashes a date, or a date and time, to the second: a date equals
 * the date and time of its midnight.
 */
static uint64
hash_moment(FeelState *state, FeelDateTime date_time)
{
	FeelDate	epoch_date = {1970, 1, 1};
	FeelZone	zone = {.kind = FEEL_ZONE_NONE};
	FeelDaysDuration since = {0};

	if (date_time.time.zone.kind != FEEL_ZONE_NONE)
		zone = zone_from_offset(0);
	(void) date_time_sub(date_time, date_time_from_date(epoch_date, zone), feel_zones(state),
						 &since);
	return mix((uint64) since.seconds);
}

/*
 * hash_value gives equal values equal hashes; those that lie deep, and times,
 * have one for all.
 */
static uint64
hash_value(FeelState *state, FeelValue value, int depth)
{
	uint64		hash = 0;

	feel_step(state, 1);
	switch ((FeelKind) value.kind)
	{
		case FEEL_NUMBER:
			return number_hash(value.u.number);
		case FEEL_BOOLEAN:
			return value.u.boolean;
		case FEEL_STRING:
			return hash_bytes(value.u.string);
		case FEEL_DATE:
			return hash_moment(state, date_time_from_date(value_date(value), zone_from_offset(0)));
		case FEEL_DATE_TIME:
			return hash_moment(state, value_date_time(value));
		case FEEL_DAYS_DURATION:
			return mix((uint64) value_days(value).seconds);
		case FEEL_MONTHS_DURATION:
			return mix((uint64) value_months(value).months);
		case FEEL_LIST:
			for (int32 i = 0; depth < HASH_DEPTH_MAX && i < list_count(value); i++)
				hash = mix(hash + hash_value(state, list_items(state, value)[i], depth + 1));
			return hash;
		case FEEL_CONTEXT:
			/* a sum, since the order of entries does not matter */
			for (int32 i = 0; depth < HASH_DEPTH_MAX && i < context_count(value); i++)
			{
				const FeelEntry *entry = &context_entries(state, value)[i];

				hash += mix(hash_bytes(entry->key) + hash_value(state, entry->value, depth + 1));
			}
			return hash;
		default:
			return (uint64) value.kind;
	}
}

/*
 * builtin_distinct_values keeps the first of equal items.
 *
 * Slots of a table with open addressing hold positions in the list of those
 * kept, from 1.
 */
static FeelValue
builtin_distinct_values(FeelState *state, const FeelValue *args, int count)
{
	const FeelValue *items = list_items(state, args[0]);
	int32		item_count = list_count(args[0]);
	FeelListBuilder kept;
	size_t		size = 16;
	uint32	   *slots;

	while (size < (size_t) item_count * 2)
		size *= 2;
	slots = arena_alloc_array(feel_arena(state), size, sizeof(uint32));
	memset(slots, 0, sizeof(uint32) * size);
	list_begin(&kept, feel_arena(state));
	for (int32 i = 0; i < item_count; i++)
	{
		size_t		at = hash_value(state, items[i], 0) & (size - 1);

		while (slots[at] != 0 && !is_equal(state, kept.items[slots[at] - 1], items[i]))
			at = (at + 1) & (size - 1);
		if (slots[at] != 0)
			continue;
		list_append(&kept, items[i]);
		slots[at] = (uint32) kept.count;
	}
	return list_end(&kept);
}

/*
 * builtin_union joins lists and keeps the first of equal items.
 */
static FeelValue
builtin_union(FeelState *state, const FeelValue *args, int count)
{
	FeelValue	joined = join_lists(state, args[0]);

	return joined.kind == FEEL_LIST ? builtin_distinct_values(state, &joined, 1) : joined;
}

#define FLATTEN_DEPTH_MAX 1000

/*
 * flatten_into adds the items of a list, and those of the lists in it.
 */
static void
flatten_into(FeelState *state, FeelListBuilder *flat, FeelValue list, int depth)
{
	const FeelValue *items = list_items(state, list);

	if (depth > FLATTEN_DEPTH_MAX)
		feel_fail_limit(state, "lists nested deeper than %d levels", FLATTEN_DEPTH_MAX);
	for (int32 i = 0; i < list_count(list); i++)
	{
		feel_step(state, 1);
		if (items[i].kind == FEEL_LIST)
			flatten_into(state, flat, items[i], depth + 1);
		else
			list_append(flat, items[i]);
	}
}

/*
 * builtin_flatten gives one list of all items of lists within lists.
 */
static FeelValue
builtin_flatten(FeelState *state, const FeelValue *args, int count)
{
	FeelListBuilder flat;

	list_begin(&flat, feel_arena(state));
	flatten_into(state, &flat, args[0], 0);
	return list_end(&flat);
}

/* ---- sorting ---- */

typedef struct Sort
{
	FeelState  *state;
	FeelValue	precedes;		/* null: the order of < */
	bool		failed;			/* it gave no boolean, or items do not compare */
} Sort;

/*
 * comes_before tells whether b has to stand before a.
 */
static bool
comes_before(Sort *sort, FeelValue b, FeelValue a)
{
	FeelValue	pair[2] = {b, a};
	FeelValue	answer;
	int			order = 0;

	feel_step(sort->state, 1);
	if (sort->precedes.kind == FEEL_NULL)
	{
		sort->failed |= !feel_compare(sort->state, b, a, &order);
		return order < 0;
	}
	answer = feel_call(sort->state, sort->precedes, pair, 2);
	if (answer.kind != FEEL_BOOLEAN)
	{
		sort->failed = true;
		return false;
	}
	return answer.u.boolean;
}

/*
 * merge puts two sorted halves of from together in to; of items that neither
 * precedes, the earlier stays the earlier.
 */
static void
merge(Sort *sort, const FeelValue *from, FeelValue *to, int32 middle, int32 count)
{
	int32		left = 0;
	int32		right = middle;

	for (int32 i = 0; i < count; i++)
		if (right < count && (left == middle || comes_before(sort, from[right], from[left])))
			to[i] = from[right++];
		else
			to[i] = from[left++];
}

/*
 * sort_items sorts items, of which spare is a copy.
 */
static void
sort_items(Sort *sort, FeelValue *items, FeelValue *spare, int32 count)
{
	int32		middle = count / 2;

	if (count < 2 || sort->failed)
		return;
	sort_items(sort, spare, items, middle);
	sort_items(sort, spare + middle, items + middle, count - middle);
	merge(sort, spare, items, middle, count);
}

/*
 * builtin_sort sorts a list by a function that says which of two items precedes.
 */
static FeelValue
builtin_sort(FeelState *state, const FeelValue *args, int count)
{
	const FeelValue *old = list_items(state, args[0]);
	int32		item_count = list_count(args[0]);
	Sort		sort = {.state = state, .precedes = args[1]};
	FeelValue  *items;
	FeelValue  *spare;
	FeelValue	list = value_new_list(feel_arena(state), item_count, &items);

	if (args[1].kind == FEEL_FUNCTION && feel_function_arity(args[1]) != 2)
		return feel_null(state, "the function that sorts takes two items");
	value_new_list(feel_arena(state), item_count, &spare);
	copy_items(state, items, old, item_count);
	copy_items(state, spare, old, item_count);
	sort_items(&sort, items, spare, item_count);
	if (sort.failed)
		return feel_null(state, "the items have no order");
	return list;
}

const FeelBuiltin builtin_list[] = {
	{"list contains", "list: list, element: any", builtin_list_contains},
	{"index of", "list: list, match: any", builtin_index_of},
	{"sublist", "list: list, start position: number, length?: number", builtin_sublist},
	{"append", "list: list, item*: any", builtin_append},
	{"concatenate", "list*: any", builtin_concatenate},
	{"insert before", "list: list, position: number, newItem: any", builtin_insert_before},
	{"remove", "list: list, position: number", builtin_remove},
	{"list replace", "list: list, position: number, newItem: any", builtin_list_replace},
	{"list replace", "list: list, match: function, newItem: any",
	builtin_list_replace_matching},
	{"reverse", "list: list", builtin_reverse},
	{"distinct values", "list: list", builtin_distinct_values},
	{"union", "list*: any", builtin_union},
	{"flatten", "list: list", builtin_flatten},
	{"sort", "list: list, precedes?: function", builtin_sort},
	{NULL}
};
