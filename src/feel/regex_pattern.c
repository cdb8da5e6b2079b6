/*-------------------------------------------------------------------------
 *
 * regex_pattern.c
 *		Patterns of XPath in the notation of ICU.
 *
 * XPath's notation is smaller than ICU's, and stricter: what it does not have
 * (look-around, possessive quantifiers, \b) is an error, not an extension.  What
 * both have and mean differently is written out:
 *
 *		.		any character but line feed and carriage return
 *		$		the end of the text, not also before a last line feed
 *		\w \s	by XML Schema's definition
 *		\i \c	characters of XML names
 *		[a-z-[aeiou]]	a difference of sets
 *		\p{IsGreek}		a block of Unicode
 *
 * Flag x takes white space out first, but not from within brackets.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <unicode/uregex.h>
#include <unicode/utf8.h>

#include "feel/regex.h"

#define CLASS_DEPTH_MAX		10
#define GROUP_DEPTH_MAX		100
#define CLASSES_MAX			1000
#define FOLDED_CLASSES_MAX	50	/* ICU is slow to add the other cases of a great set */
#define REPEAT_MAX			100000
#define TEXT_BYTES_MAX		(1024 * 1024)

#define NAME_START \
	"\\:A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D" \
	"\\u037F-\\u1FFF\\u200C-\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF" \
	"\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\U00010000-\\U000EFFFF"
#define NAME_MORE	"\\-\\.0-9\\u00B7\\u0300-\\u036F\\u203F-\\u2040"

/* What is being translated, and what came of it. */
typedef struct Translator
{
	const char *at;
	const char *end;
	char	   *text;			/* from malloc */
	size_t		bytes;
	size_t		size;
	const char *reason;			/* of failure, the first one */
	bool		dot_all;
	bool		multiline;
	bool		can_repeat;		/* does something precede that may be repeated? */
	int			groups;
	int			classes;
	int			classes_max;
	bool		refers_back;
	int			depth;
	int			open[GROUP_DEPTH_MAX];	/* numbers of open groups, 0: has none */
	bool		closed[REGEX_GROUPS_MAX + 1];
} Translator;

static bool put_class(Translator *t, int depth);

/*
 * fail keeps the first reason.
 */
static bool
fail(Translator *t, const char *reason)
{
	if (t->reason == NULL)
		t->reason = reason;
	return false;
}

/*
 * put appends bytes to the translation, which is terminated.
 */
static bool
put(Translator *t, const char *bytes, size_t count)
{
	if (t->bytes + count >= t->size)
	{
		size_t		size = Max(t->size * 2, t->bytes + count + 1);
		char	   *text = size > TEXT_BYTES_MAX ? NULL : realloc(t->text, size);

		if (text == NULL)
			return fail(t, "the pattern is too long");
		t->text = text;
		t->size = size;
	}
	memcpy(t->text + t->bytes, bytes, count);
	t->bytes += count;
	t->text[t->bytes] = '\0';
	return true;
}

/*
 * put_text appends a text.
 */
static bool
put_text(Translator *t, const char *text)
{
	return put(t, text, strlen(text));
}

/*
 * put_literal appends a character so that ICU takes it for itself.
 */
static bool
put_literal(Translator *t, const char *character, size_t bytes)
{
	bool		is_sign = bytes == 1 && !isalnum((unsigned char) *character) &&
		*character > ' ' && (unsigned char) *character < 0x7F;

	return (!is_sign || put_text(t, "\\")) && put(t, character, bytes);
}

/*
 * next_is tells whether a character comes next.
 */
static bool
next_is(const Translator *t, char wanted)
{
	return t->at < t->end && *t->at == wanted;
}

/*
 * take_character takes one code point.
 */
static bool
take_character(Translator *t, const char **start, size_t *bytes, UChar32 *code)
{
	int32_t		i = 0;

	*start = t->at;
	U8_NEXT((const uint8_t *) t->at, i, (int32_t) (t->end - t->at), *code);
	if (*code < 0)
		return fail(t, "the pattern is no valid UTF-8");
	t->at += i;
	*bytes = (size_t) i;
	return true;
}

/*
 * put_property translates what follows \p or \P: {Lu} or {IsGreek}.
 */
static bool
put_property(Translator *t, char letter)
{
	const char *start;
	const char *close;
	char		head[3] = {'\\', letter, '\0'};
	size_t		bytes;

	if (!next_is(t, '{'))
		return fail(t, "\\p is not followed by a property in braces");
	start = ++t->at;
	close = memchr(start, '}', (size_t) (t->end - start));
	if (close == NULL || close == start || close - start > 60)
		return fail(t, "\\p is not followed by a property in braces");
	bytes = (size_t) (close - start);
	for (const char *c = start; c < close; c++)
		if (!isalnum((unsigned char) *c) && *c != '-')
			return fail(t, "\\p names no property");
	t->at = close + 1;
	if (bytes > 2 && memcmp(start, "Is", 2) == 0)
		return put_text(t, head) && put_text(t, "{block=") &&
			put(t, start + 2, bytes - 2) && put_text(t, "}");
	if (bytes > 2)
		return fail(t, "\\p names no property");
	return put_text(t, head) && put_text(t, "{gc=") && put(t, start, bytes) &&
		put_text(t, "}");
}

/*
 * put_class_escape translates \d \s \w \i \c, their opposites and \p; false with
 * no reason set: the letter is none of them.
 */
static bool
put_class_escape(Translator *t, char letter)
{
	switch (letter)
	{
		case 'd':
			return put_text(t, "[\\p{Nd}]");
		case 'D':
			return put_text(t, "[^\\p{Nd}]");
		case 's':
			return put_text(t, "[\\u0020\\u0009\\u000A\\u000D]");
		case 'S':
			return put_text(t, "[^\\u0020\\u0009\\u000A\\u000D]");
		case 'w':
			return put_text(t, "[^\\p{P}\\p{Z}\\p{C}]");
		case 'W':
			return put_text(t, "[\\p{P}\\p{Z}\\p{C}]");
		case 'i':
			return put_text(t, "[" NAME_START "]");
		case 'I':
			return put_text(t, "[^" NAME_START "]");
		case 'c':
			return put_text(t, "[" NAME_START NAME_MORE "]");
		case 'C':
			return put_text(t, "[^" NAME_START NAME_MORE "]");
		case 'p':
		case 'P':
			return put_property(t, letter);
		default:
			return false;
	}
}

/*
 * single_escape gives the character that a letter behind \ stands for; 0: none.
 */
static char
single_escape(char letter)
{
	switch (letter)
	{
		case 'n':
			return '\n';
		case 'r':
			return '\r';
		case 't':
			return '\t';
		default:
			return letter != '\0' && strchr("\\|.?*+(){}-[]^$", letter) != NULL ? letter : '\0';
	}
}

/*
 * take_member takes a character of a class, plain or escaped.  *is_set: it was a
 * set such as \d, which is already written.
 */
static bool
take_member(Translator *t, char literal[8], size_t *bytes, UChar32 *code, bool *is_set)
{
	const char *start;

	*is_set = false;
	if (t->at == t->end)
		return fail(t, "a bracket is not closed");
	if (*t->at == '[')
		return fail(t, "a bracket within brackets");
	if (*t->at != '\\')
	{
		if (!take_character(t, &start, bytes, code))
			return false;
		memcpy(literal, start, *bytes);
		return true;
	}
	if (++t->at == t->end)
		return fail(t, "a backslash at the end");
	*is_set = put_class_escape(t, *t->at++);
	/* the property has moved on past its braces */
	if (*is_set || t->reason != NULL)
		return t->reason == NULL;
	literal[0] = single_escape(t->at[-1]);
	*code = (UChar32) literal[0];
	*bytes = 1;
	return literal[0] != '\0' || fail(t, "an unknown escape");
}

/*
 * put_range takes a member of a class and, if it begins a range, its end.
 */
static bool
put_range(Translator *t)
{
	char		literal[8];
	size_t		bytes = 0;
	UChar32		low = 0,
				high = 0;
	bool		is_set;

	if (!take_member(t, literal, &bytes, &low, &is_set))
		return false;
	if (is_set)
		return true;
	if (!put_literal(t, literal, bytes))
		return false;
	if (!next_is(t, '-') || t->at + 1 == t->end || t->at[1] == ']' || t->at[1] == '[')
		return true;
	t->at++;
	if (!put_text(t, "-") || !take_member(t, literal, &bytes, &high, &is_set))
		return false;
	if (is_set || high < low)
		return fail(t, "a range ends before it begins");
	return put_literal(t, literal, bytes);
}

/*
 * put_difference translates the rest of a class behind "-[": [a-[b]] becomes
 * [[a]--[b]], so that a ^ in the first stays its own.
 */
static bool
put_difference(Translator *t, size_t start, int depth)
{
	if (!put_text(t, "]--") || !put_class(t, depth + 1) || !put_text(t, "]"))
		return false;
	if (!next_is(t, ']'))
		return fail(t, "something follows a difference of brackets");
	t->at++;
	/* room for one more bracket before the first */
	if (!put_text(t, "]"))
		return false;
	memmove(t->text + start + 1, t->text + start, t->bytes - start - 1);
	t->text[start] = '[';
	return true;
}

/*
 * put_class translates what follows "[".
 */
static bool
put_class(Translator *t, int depth)
{
	size_t		start = t->bytes;
	bool		is_empty = true;

	if (depth > CLASS_DEPTH_MAX || ++t->classes > t->classes_max)
		return fail(t, "too many brackets");
	if (!put_text(t, "["))
		return false;
	if (next_is(t, '^'))
	{
		t->at++;
		if (!put_text(t, "^"))
			return false;
	}
	for (;;)
	{
		if (t->at == t->end)
			return fail(t, "a bracket is not closed");
		if (*t->at == ']')
		{
			t->at++;
			return is_empty ? fail(t, "empty brackets") : put_text(t, "]");
		}
		if (!is_empty && *t->at == '-' && t->at + 1 < t->end && t->at[1] == '[')
		{
			t->at += 2;
			return put_difference(t, start, depth);
		}
		if (!put_range(t))
			return false;
		is_empty = false;
	}
}

/*
 * put_back_reference translates \1: as many digits as there are groups for.
 */
static bool
put_back_reference(Translator *t)
{
	int			group = *t->at++ - '0';
	char		text[16] = "(?:\\";
	int			at = 4;

	while (t->at < t->end && *t->at >= '0' && *t->at <= '9' &&
		   group * 10 + (*t->at - '0') <= t->groups)
		group = group * 10 + (*t->at++ - '0');
	if (group == 0 || group > t->groups || !t->closed[group])
		return fail(t, "a reference to a group that is not there");
	t->refers_back = true;
	if (group >= 100)
		text[at++] = (char) ('0' + group / 100);
	if (group >= 10)
		text[at++] = (char) ('0' + group / 10 % 10);
	text[at++] = (char) ('0' + group % 10);
	text[at] = ')';
	return put_text(t, text);
}

/*
 * put_escape translates what follows \ outside of brackets.
 */
static bool
put_escape(Translator *t)
{
	char		single;

	if (t->at == t->end)
		return fail(t, "a backslash at the end");
	t->can_repeat = true;
	if (*t->at >= '0' && *t->at <= '9')
		return put_back_reference(t);
	single = single_escape(*t->at++);
	if (single != '\0')
		return put_literal(t, &single, 1);
	if (++t->classes > CLASSES_MAX)
		return fail(t, "too many sets of characters");
	/* these have both cases of what they have */
	return put_text(t, "(?-i:") &&
		(put_class_escape(t, t->at[-1]) || fail(t, "an unknown escape")) && put_text(t, ")");
}

/*
 * open_group translates "(" and what says that it has no number.
 */
static bool
open_group(Translator *t)
{
	bool		has_number = !next_is(t, '?');

	if (t->depth == GROUP_DEPTH_MAX || t->groups == REGEX_GROUPS_MAX)
		return fail(t, "too many groups");
	if (!has_number)
	{
		if (t->end - t->at < 2 || t->at[1] != ':')
			return fail(t, "(? is followed by something else than a colon");
		t->at += 2;
	}
	t->open[t->depth++] = has_number ? ++t->groups : 0;
	t->can_repeat = false;
	return put_text(t, has_number ? "(" : "(?:");
}

/*
 * close_group translates ")".
 */
static bool
close_group(Translator *t)
{
	if (t->depth == 0)
		return fail(t, "a parenthesis is closed that is not open");
	t->closed[t->open[--t->depth]] = true;
	t->can_repeat = true;
	return put_text(t, ")");
}

/*
 * take_repeat_count takes digits within braces; -1: none.
 */
static int
take_repeat_count(Translator *t)
{
	int			count = -1;

	for (; t->at < t->end && *t->at >= '0' && *t->at <= '9'; t->at++)
		count = Min(Max(count, 0) * 10 + (*t->at - '0'), REPEAT_MAX + 1);
	return count;
}

/*
 * put_repeat translates *, +, ? or {n,m}, and the ? behind it.
 */
static bool
put_repeat(Translator *t, char sign)
{
	const char *start = t->at - 1;

	if (!t->can_repeat)
		return fail(t, "nothing to repeat");
	t->can_repeat = false;
	if (sign == '{')
	{
		int			low = take_repeat_count(t);
		int			high = low;

		if (next_is(t, ','))
		{
			t->at++;
			high = next_is(t, '}') ? REPEAT_MAX : take_repeat_count(t);
		}
		if (low < 0 || high < low || high > REPEAT_MAX || !next_is(t, '}'))
			return fail(t, "braces that say no number of times");
		t->at++;
	}
	if (next_is(t, '?'))
		t->at++;
	return put(t, start, (size_t) (t->at - start));
}

/*
 * put_atom translates one step of a pattern.
 */
static bool
put_atom(Translator *t)
{
	const char *start;
	size_t		bytes;
	UChar32		code;

	if (!take_character(t, &start, &bytes, &code))
		return false;
	switch (code)
	{
		case '\\':
			return put_escape(t);
		case '[':
			t->can_repeat = true;
			return put_class(t, 1);
		case '(':
			return open_group(t);
		case ')':
			return close_group(t);
		case '*':
		case '+':
		case '?':
		case '{':
			return put_repeat(t, (char) code);
		case '|':
			t->can_repeat = false;
			return put_text(t, "|");
		case '.':
			t->can_repeat = true;
			return put_text(t, t->dot_all ? "[\\u0000-\\U0010FFFF]" : "[^\\n\\r]");
		case '^':
			t->can_repeat = false;
			return put_text(t, "^");
		case '$':
			t->can_repeat = false;
			return put_text(t, t->multiline ? "$" : "\\z");
		case ']':
		case '}':
			return fail(t, "a bracket or brace is closed that is not open");
		default:
			t->can_repeat = true;
			return put_literal(t, start, bytes);
	}
}

/*
 * read_flags reads "smix".
 */
static bool
read_flags(const RegexSource *source, Translator *t, uint32 *options, bool *extended)
{
	*options = UREGEX_UNIX_LINES;
	*extended = false;
	t->classes_max = CLASSES_MAX;
	for (size_t i = 0; i < source->flags_bytes; i++)
		switch (source->flags[i])
		{
			case 's':
				t->dot_all = true;
				break;
			case 'm':
				t->multiline = true;
				*options |= UREGEX_MULTILINE;
				break;
			case 'i':
				*options |= UREGEX_CASE_INSENSITIVE;
				t->classes_max = FOLDED_CLASSES_MAX;
				break;
			case 'x':
				*extended = true;
				break;
			default:
				return fail(t, "an unknown flag, not one of s, m, i, x");
		}
	return true;
}

/*
 * strip_spaces copies a pattern without white space outside of brackets and
 * returns the bytes left.
 */
static size_t
strip_spaces(const char *pattern, size_t bytes, char *stripped)
{
	int			depth = 0;
	bool		escaped = false;
	size_t		kept = 0;

	for (size_t i = 0; i < bytes; i++)
	{
		char		c = pattern[i];

		if (depth == 0 && c != '\0' && strchr(" \t\n\r", c) != NULL)
			continue;
		stripped[kept++] = c;
		if (!escaped && c == '[')
			depth++;
		else if (!escaped && c == ']' && depth > 0)
			depth--;
		escaped = !escaped && c == '\\';
	}
	return kept;
}

/*
 * regex_translate checks a pattern and translates it; false: reason says why not.
 */
bool
regex_translate(const RegexSource *source, RegexPattern *pattern, const char **reason)
{
	Translator	t = {0};
	char	   *stripped = NULL;
	bool		extended;
	bool		done;

	done = source->pattern_bytes <= REGEX_PATTERN_BYTES_MAX ||
		fail(&t, "the pattern is too long");
	done = done && read_flags(source, &t, &pattern->options, &extended);
	t.at = source->pattern;
	t.end = source->pattern + source->pattern_bytes;
	if (done && extended)
	{
		stripped = malloc(source->pattern_bytes + 1);
		done = stripped != NULL || fail(&t, "out of memory");
		if (done)
		{
			t.end = stripped + strip_spaces(source->pattern, source->pattern_bytes, stripped);
			t.at = stripped;
		}
	}
	/* ICU knows no empty pattern */
	done = done && put_text(&t, t.at == t.end ? "(?:)" : "");
	while (done && t.at < t.end)
		done = put_atom(&t);
	if (done && t.depth > 0)
		done = fail(&t, "a parenthesis is not closed");
	free(stripped);
	pattern->text = t.text;
	pattern->groups = t.groups;
	pattern->refers_back = t.refers_back;
	*reason = t.reason;
	if (!done)
		free(t.text);
	return done;
}
