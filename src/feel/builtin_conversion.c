/*-------------------------------------------------------------------------
 *
 * builtin_conversion.c
 *		number() and string(), FEEL's conversions beside those of dates.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/builtin.h"

extern const FeelBuiltin builtin_conversion[];

/*
 * get_separator gives a separator: a character, or 0 for null; false: it is none
 * of those allowed.
 */
static bool
get_separator(FeelValue argument, const char *allowed, char *separator)
{
	*separator = '\0';
	if (argument.kind == FEEL_NULL)
		return true;
	if (argument.kind != FEEL_STRING || argument.u.string.length != 1)
		return false;
	*separator = *argument.u.string.data;
	return *separator != '\0' && strchr(allowed, *separator) != NULL;
}

/*
 * read_number reads a number whose digits may be grouped.
 */
static FeelValue
read_number(FeelState *state, FeelString from, char grouping, char decimal)
{
	char	   *text = arena_alloc(feel_arena(state), (size_t) from.length + 1);
	size_t		length = 0;
	FeelNumber	number;

	feel_step(state, from.length / 16);
	for (int32 i = 0; i < from.length; i++)
	{
		char		c = from.data[i];

		if (c == grouping && grouping != '\0')
			continue;
		if (c == decimal)
			c = '.';
		else if (c == '.')
			return feel_null(state, "a point is not the decimal separator here");
		text[length++] = c;
	}
	if (!number_parse(text, length, &number))
		return feel_null(state, "no number such as 1234.56");
	return value_from_number(number);
}

/*
 * builtin_number_of reads a number as FEEL writes it.
 */
static FeelValue
builtin_number_of(FeelState *state, const FeelValue *args, int count)
{
	return read_number(state, args[0].u.string, '\0', '.');
}

/*
 * builtin_number_grouped reads a number with separators of its own.
 */
static FeelValue
builtin_number_grouped(FeelState *state, const FeelValue *args, int count)
{
	char		grouping;
	char		decimal;

	if (!get_separator(args[1], " ,.", &grouping) || !get_separator(args[2], ",.", &decimal) ||
		(grouping != '\0' && grouping == decimal))
		return feel_null(state, "separators are a comma, a point or, of groups, a space; "
						 "and not the same");
	if (decimal == '\0')
		decimal = grouping == '.' ? '\0' : '.';
	return read_number(state, args[0].u.string, grouping, decimal);
}

/*
 * builtin_string_of gives the text of a value.
 */
static FeelValue
builtin_string_of(FeelState *state, const FeelValue *args, int count)
{
	if (args[0].kind == FEEL_NULL)
		return feel_null(state, "null has no text");
	return value_from_string(feel_to_string(state, args[0]));
}

const FeelBuiltin builtin_conversion[] = {
	{"number", "from: string", builtin_number_of},
	{"number", "from: string, grouping separator: any, decimal separator: any",
	builtin_number_grouped},
	{"string", "from: any", builtin_string_of},
	{NULL}
};
