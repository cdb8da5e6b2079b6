/*-------------------------------------------------------------------------
 *
 * builtin_string.c
 *		Functions of FEEL on strings.
 *
 * Lengths and positions count code points of Unicode, from 1, and from the end
 * if they are negative.  Strings are UTF-8, so that a search by bytes finds only
 * whole characters, and results that are part of an argument point into it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <unicode/ucasemap.h>

#include "feel/builtin.h"
#include "feel/regex.h"

extern const FeelBuiltin builtin_string[];

/*
 * skip_chars gives the byte offset that is count code points behind one.
 */
static int32
skip_chars(FeelString s, int32 offset, int64 count)
{
	if (s.chars == s.length)
		return (int32) Min((int64) s.length, offset + count);
	for (; count > 0 && offset < s.length; count--)
	{
		offset++;
		while (offset < s.length && ((unsigned char) s.data[offset] & 0xC0) == 0x80)
			offset++;
	}
	return offset;
}

/*
 * find_string gives the byte offset of a string within another; -1: none.
 */
static int32
find_string(FeelString s, FeelString wanted)
{
	const char *found;

	if (wanted.length == 0)
		return 0;
	found = memmem(s.data, s.length, wanted.data, wanted.length);
	return found == NULL ? -1 : (int32) (found - s.data);
}

/*
 * part gives a part of a string, by bytes.
 */
static FeelValue
part(FeelString s, int32 from, int32 to)
{
	return value_from_string(feel_string(s.data + from, (size_t) (to - from)));
}

/*
 * builtin_substring gives the characters from a position on, all or some.
 */
static FeelValue
builtin_substring(FeelState *state, const FeelValue *args, int count)
{
	FeelString	s = args[0].u.string;
	int64		start;
	int64		length;
	int64		chars;
	int32		from;

	s.chars = string_chars(s);
	chars = s.chars;
	length = chars;
	feel_step(state, s.length / 64);
	if (!number_truncate_int64(args[1].u.number, &start) || start == 0 ||
		start > chars || start < -chars)
		return feel_null(state, "the string has no such position");
	if (!args[2].absent && (!number_truncate_int64(args[2].u.number, &length) || length <= 0))
		return feel_null(state, "the length of a substring is at least 1");
	from = skip_chars(s, 0, start > 0 ? start - 1 : chars + start);
	return part(s, from, skip_chars(s, from, Min(length, chars)));
}

/*
 * builtin_string_length counts characters.
 */
static FeelValue
builtin_string_length(FeelState *state, const FeelValue *args, int count)
{
	feel_step(state, args[0].u.string.length / 64);
	return value_from_int64(string_chars(args[0].u.string));
}

typedef int32_t (*CaseMapping) (const UCaseMap *map, char *target, int32_t size,
								const char *source, int32_t length, UErrorCode *status);

/*
 * map_case maps a string by Unicode's rules, those of no one language.
 *
 * The map is opened once a process.
 */
static FeelValue
map_case(FeelState *state, FeelString s, CaseMapping mapping)
{
	static UCaseMap *map = NULL;
	UErrorCode	status = U_ZERO_ERROR;
	size_t		size = (size_t) s.length + 16;
	char	   *text;
	int32_t		length;

	feel_step(state, s.length / 16);
	if (map == NULL)
		map = ucasemap_open("", 0, &status);
	if (U_FAILURE(status))
		return feel_null(state, "the case of letters is not known");
	text = arena_alloc(feel_arena(state), size);
	length = mapping(map, text, (int32_t) size, s.data, s.length, &status);
	if (status == U_BUFFER_OVERFLOW_ERROR)
	{
		status = U_ZERO_ERROR;
		size = (size_t) length + 1;
		text = arena_alloc(feel_arena(state), size);
		length = mapping(map, text, (int32_t) size, s.data, s.length, &status);
	}
	if (U_FAILURE(status))
		return feel_null(state, "the case of the string cannot be changed");
	return value_from_string(feel_string(text, (size_t) length));
}

/*
 * builtin_upper_case maps to upper case.
 */
static FeelValue
builtin_upper_case(FeelState *state, const FeelValue *args, int count)
{
	return map_case(state, args[0].u.string, ucasemap_utf8ToUpper);
}

/*
 * builtin_lower_case maps to lower case.
 */
static FeelValue
builtin_lower_case(FeelState *state, const FeelValue *args, int count)
{
	return map_case(state, args[0].u.string, ucasemap_utf8ToLower);
}

/*
 * builtin_substring_before gives what stands before the first occurrence; the
 * empty string if there is none.
 */
static FeelValue
builtin_substring_before(FeelState *state, const FeelValue *args, int count)
{
	int32		at = find_string(args[0].u.string, args[1].u.string);

	return part(args[0].u.string, 0, Max(at, 0));
}

/*
 * builtin_substring_after gives what stands behind the first occurrence; the
 * empty string if there is none.
 */
static FeelValue
builtin_substring_after(FeelState *state, const FeelValue *args, int count)
{
	FeelString	s = args[0].u.string;
	int32		at = find_string(s, args[1].u.string);

	return part(s, at < 0 ? s.length : at + args[1].u.string.length, s.length);
}

/*
 * builtin_contains tells whether a string stands in another.
 */
static FeelValue
builtin_contains(FeelState *state, const FeelValue *args, int count)
{
	return value_from_bool(find_string(args[0].u.string, args[1].u.string) >= 0);
}

/*
 * builtin_starts_with tells whether a string begins with another.
 */
static FeelValue
builtin_starts_with(FeelState *state, const FeelValue *args, int count)
{
	FeelString	s = args[0].u.string;
	FeelString	wanted = args[1].u.string;

	return value_from_bool(wanted.length <= s.length &&
						   memcmp(s.data, wanted.data, wanted.length) == 0);
}

/*
 * builtin_ends_with tells whether a string ends with another.
 */
static FeelValue
builtin_ends_with(FeelState *state, const FeelValue *args, int count)
{
	FeelString	s = args[0].u.string;
	FeelString	wanted = args[1].u.string;

	return value_from_bool(wanted.length <= s.length &&
						   memcmp(s.data + s.length - wanted.length, wanted.data,
								  wanted.length) == 0);
}

/* ---- regular expressions ---- */

/*
 * get_source makes pattern and flags ready; flags may be null.
 */
static bool
get_source(FeelValue pattern, FeelValue flags, RegexSource *source)
{
	source->pattern = pattern.u.string.data;
	source->pattern_bytes = (size_t) pattern.u.string.length;
	source->flags = "";
	source->flags_bytes = 0;
	if (flags.kind == FEEL_STRING)
	{
		source->flags = flags.u.string.data;
		source->flags_bytes = (size_t) flags.u.string.length;
	}
	return flags.kind == FEEL_STRING || flags.kind == FEEL_NULL;
}

/*
 * builtin_matches tells whether a pattern matches somewhere.
 */
static FeelValue
builtin_matches(FeelState *state, const FeelValue *args, int count)
{
	FeelString	input = args[0].u.string;
	RegexSource source;
	const char *reason = "flags are a string";
	bool		found;

	feel_step(state, input.length / 16);
	if (!get_source(args[1], args[2], &source) ||
		!regex_matches(&source, input.data, (size_t) input.length, &found, &reason))
		return feel_null(state, "matches: %s", reason);
	return value_from_bool(found);
}

typedef struct Replaced
{
	FeelState  *state;
	FeelBuffer	buffer;
} Replaced;

/*
 * add_piece appends a piece of a replaced text.
 */
static void
add_piece(void *arg, const char *piece, size_t bytes)
{
	Replaced   *replaced = arg;

	feel_step(replaced->state, 1);
	buffer_append(&replaced->buffer, piece, bytes);
}

/*
 * builtin_replace replaces what a pattern matches.
 */
static FeelValue
builtin_replace(FeelState *state, const FeelValue *args, int count)
{
	FeelString	input = args[0].u.string;
	FeelString	replacement = args[2].u.string;
	RegexSource source;
	const char *reason = "flags are a string";
	Replaced	replaced = {.state = state};

	feel_step(state, input.length / 16);
	buffer_begin(&replaced.buffer, feel_arena(state));
	if (!get_source(args[1], args[3], &source) ||
		!regex_replace(&source, input.data, (size_t) input.length, replacement.data,
					   (size_t) replacement.length, add_piece, &replaced, &reason))
		return feel_null(state, "replace: %s", reason);
	return value_from_string(buffer_string(&replaced.buffer));
}

typedef struct Pieces
{
	FeelState  *state;
	FeelListBuilder list;
} Pieces;

/*
 * add_item appends a piece of a split text.
 */
static void
add_item(void *arg, const char *piece, size_t bytes)
{
	Pieces	   *pieces = arg;

	feel_step(pieces->state, 1);
	list_append(&pieces->list, value_from_string(feel_string(piece, bytes)));
}

/*
 * builtin_split splits a string where a pattern matches.
 */
static FeelValue
builtin_split(FeelState *state, const FeelValue *args, int count)
{
	FeelString	input = args[0].u.string;
	RegexSource source;
	const char *reason = NULL;
	Pieces		pieces = {.state = state};

	feel_step(state, input.length / 16);
	list_begin(&pieces.list, feel_arena(state));
	(void) get_source(args[1], value_null(), &source);
	if (!regex_split(&source, input.data, (size_t) input.length, add_item, &pieces, &reason))
		return feel_null(state, "split: %s", reason);
	return list_end(&pieces.list);
}

/*
 * builtin_string_join joins strings, with a delimiter or without; null items are
 * left out.
 */
static FeelValue
builtin_string_join(FeelState *state, const FeelValue *args, int count)
{
	const FeelValue *items = list_items(state, args[0]);
	FeelBuffer	buffer;
	bool		is_first = true;

	if (args[1].kind != FEEL_STRING && args[1].kind != FEEL_NULL)
		return feel_null(state, "a delimiter is a string");
	buffer_begin(&buffer, feel_arena(state));
	for (int32 i = 0; i < list_count(args[0]); i++)
	{
		feel_step(state, 1);
		if (items[i].kind == FEEL_NULL)
			continue;
		if (items[i].kind != FEEL_STRING)
			return feel_null(state, "string join is of strings, not of a %s",
							 feel_kind_name(items[i].kind));
		if (!is_first && args[1].kind == FEEL_STRING)
			buffer_append_string(&buffer, args[1].u.string);
		buffer_append_string(&buffer, items[i].u.string);
		is_first = false;
	}
	return value_from_string(buffer_string(&buffer));
}

const FeelBuiltin builtin_string[] = {
	{"substring", "string: string, start position: number, length?: number", builtin_substring},
	{"string length", "string: string", builtin_string_length},
	{"upper case", "string: string", builtin_upper_case},
	{"lower case", "string: string", builtin_lower_case},
	{"substring before", "string: string, match: string", builtin_substring_before},
	{"substring after", "string: string, match: string", builtin_substring_after},
	{"contains", "string: string, match: string", builtin_contains},
	{"starts with", "string: string, match: string", builtin_starts_with},
	{"ends with", "string: string, match: string", builtin_ends_with},
	{"matches", "input: string, pattern: string, flags?: any", builtin_matches},
	{"replace", "input: string, pattern: string, replacement: string, flags?: any",
	builtin_replace},
	{"split", "string: string, delimiter: string", builtin_split},
	{"string join", "list: list, delimiter?: any", builtin_string_join},
	{NULL}
};
