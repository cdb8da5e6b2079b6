/*-------------------------------------------------------------------------
 *
 * builtin_boolean.c
 *		not, all, any, is.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/builtin.h"

extern const FeelBuiltin builtin_boolean[];

/*
 * builtin_not gives the other boolean; of anything else null.
 */
static FeelValue
builtin_not(FeelState *state, const FeelValue *args, int count)
{
	if (args[0].kind != FEEL_BOOLEAN)
		return feel_null(state, "not(%s) is not defined", feel_kind_name(args[0].kind));
	return value_from_bool(!args[0].u.boolean);
}

/*
 * decide gives the deciding boolean if an item is it, null if an item is no
 * boolean, else the other one.
 */
static FeelValue
decide(FeelState *state, FeelValue list, bool deciding)
{
	const FeelValue *items = list_items(state, list);
	bool		unknown = false;

	for (int32 i = 0; i < list_count(list); i++)
	{
		feel_step(state, 1);
		if (items[i].kind != FEEL_BOOLEAN)
			unknown = true;
		else if (items[i].u.boolean == deciding)
			return items[i];
	}
	if (unknown)
		return feel_null(state, "an item of the list is no boolean");
	return value_from_bool(!deciding);
}

/*
 * builtin_all tells whether all items are true.
 */
static FeelValue
builtin_all(FeelState *state, const FeelValue *args, int count)
{
	return decide(state, args[0], false);
}

/*
 * builtin_any tells whether an item is true.
 */
static FeelValue
builtin_any(FeelState *state, const FeelValue *args, int count)
{
	return decide(state, args[0], true);
}

/*
 * builtin_is tells whether two values are the same in kind and every part: times
 * with the same zone, not only at the same moment.
 */
static FeelValue
builtin_is(FeelState *state, const FeelValue *args, int count)
{
	if (args[0].kind != args[1].kind)
		return value_from_bool(false);
	if (args[0].kind == FEEL_TIME)
		return value_from_bool(time_identical(value_time(args[0]), value_time(args[1])));
	if (args[0].kind == FEEL_DATE_TIME)
		return value_from_bool(date_time_identical(value_date_time(args[0]), value_date_time(args[1])));
	return value_from_bool(feel_equal(state, args[0], args[1]) == FEEL_TRUE);
}

const FeelBuiltin builtin_boolean[] = {
	{"not", "negand: any", builtin_not},
	{"all", "list...: any", builtin_all},
	{"any", "list...: any", builtin_any},
	{"is", "value1?: any, value2?: any", builtin_is},
	{NULL}
};
