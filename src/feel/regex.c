/*-------------------------------------------------------------------------
 *
 * regex.c
 *		Searching with XPath's regular expressions.
 *
 * ICU reads the UTF-8 text through a UText, so its positions are byte offsets.
 * The last patterns stay compiled, the one used last in front; ICU allocates by
 * malloc, and all that it allocates hangs on the entries here.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <unicode/uregex.h>
#include <unicode/utext.h>

#include "feel/regex.h"

#define CACHE_ENTRIES	32
#define STEPS_LEAST		20		/* of ten thousand of ICU's own steps each */
#define STEP_BYTES		2500	/* of the text, for each of which there is one more */
#define REFERENCE_BYTES 128		/* that a step with a back reference may compare */
#define STEPS_MAX		1000000
#define STACK_BYTES_MAX (4 * 1024 * 1024)
#define ONLY_EMPTY		"the pattern matches the empty string"

typedef struct CachedRegex
{
	URegularExpression *regex;	/* NULL: the entry is free */
	char	   *key;			/* flags, a zero byte, pattern */
	size_t		key_bytes;
	int			groups;
	bool		refers_back;
	bool		checked_empty;
	bool		matches_empty;
} CachedRegex;

static CachedRegex cache[CACHE_ENTRIES];
static UText text_cursor = UTEXT_INITIALIZER;
static UText empty_cursor = UTEXT_INITIALIZER;

/*
 * reason_of puts an error of ICU into words.
 */
static const char *
reason_of(UErrorCode status)
{
	switch (status)
	{
		case U_REGEX_TIME_OUT:
			return "the search takes too many steps";
		case U_REGEX_STACK_OVERFLOW:
			return "the search needs too much memory";
		case U_MEMORY_ALLOCATION_ERROR:
			return "out of memory";
		default:
			return "the pattern is no regular expression";
	}
}

/*
 * is_entry tells whether an entry is for a pattern and flags.
 */
static bool
is_entry(const CachedRegex *entry, const RegexSource *source)
{
	return entry->regex != NULL &&
		entry->key_bytes == source->flags_bytes + 1 + source->pattern_bytes &&
		memcmp(entry->key, source->flags, source->flags_bytes) == 0 &&
		entry->key[source->flags_bytes] == '\0' &&
		memcmp(entry->key + source->flags_bytes + 1, source->pattern,
			   source->pattern_bytes) == 0;
}

/*
 * to_front moves an entry to the front and returns its new place.
 */
static CachedRegex *
to_front(int i)
{
	CachedRegex entry = cache[i];

	if (i > 0)
	{
		memmove(&cache[1], &cache[0], sizeof(CachedRegex) * i);
		cache[0] = entry;
	}
	return &cache[0];
}

/*
 * forget gives an entry's memory back.
 */
static void
forget(CachedRegex *entry)
{
	if (entry->regex != NULL)
		uregex_close(entry->regex);
	free(entry->key);
	memset(entry, 0, sizeof(*entry));
}

/*
 * compile_regex makes an entry of a pattern.
 */
static bool
compile_regex(const RegexSource *source, CachedRegex *entry, const char **reason)
{
	RegexPattern pattern;
	UErrorCode	status = U_ZERO_ERROR;
	UText		pattern_text = UTEXT_INITIALIZER;

	if (!regex_translate(source, &pattern, reason))
		return false;
	entry->groups = pattern.groups;
	entry->refers_back = pattern.refers_back;
	entry->key_bytes = source->flags_bytes + 1 + source->pattern_bytes;
	entry->key = malloc(entry->key_bytes);
	utext_openUTF8(&pattern_text, pattern.text, -1, &status);
	entry->regex = uregex_openUText(&pattern_text, pattern.options, NULL, &status);
	utext_close(&pattern_text);
	free(pattern.text);
	uregex_setStackLimit(entry->regex, STACK_BYTES_MAX, &status);
	if (entry->key == NULL)
		status = U_MEMORY_ALLOCATION_ERROR;
	if (U_FAILURE(status))
	{
		forget(entry);
		*reason = reason_of(status);
		return false;
	}
	memcpy(entry->key, source->flags, source->flags_bytes);
	entry->key[source->flags_bytes] = '\0';
	memcpy(entry->key + source->flags_bytes + 1, source->pattern, source->pattern_bytes);
	return true;
}

/*
 * get_regex gives the compiled pattern; NULL: there is none.
 */
static CachedRegex *
get_regex(const RegexSource *source, const char **reason)
{
	CachedRegex entry = {0};

	for (int i = 0; i < CACHE_ENTRIES; i++)
		if (is_entry(&cache[i], source))
			return to_front(i);
	if (!compile_regex(source, &entry, reason))
		return NULL;
	forget(&cache[CACHE_ENTRIES - 1]);
	cache[CACHE_ENTRIES - 1] = entry;
	return to_front(CACHE_ENTRIES - 1);
}

/*
 * start_search sets the text to search.
 *
 * A search has some steps, and more for a longer text, as many as an honest
 * pattern needs; one that tries all ways runs out of them.  A step that compares
 * with an earlier group may take as long as the text: so the longer that is, the
 * fewer of them.
 */
static bool
start_search(CachedRegex *entry, UText *cursor, const char *text, size_t bytes,
			 const char **reason)
{
	UErrorCode	status = U_ZERO_ERROR;
	size_t		steps = STEPS_LEAST + Min(bytes / STEP_BYTES, STEPS_MAX);

	if (entry->refers_back)
		steps = 1 + steps / (1 + bytes / REFERENCE_BYTES);
	uregex_setTimeLimit(entry->regex, (int32_t) steps, &status);
	utext_openUTF8(cursor, text, (int64_t) bytes, &status);
	uregex_setUText(entry->regex, cursor, &status);
	if (U_FAILURE(status))
		*reason = reason_of(status);
	return U_SUCCESS(status);
}

/*
 * find_next searches on; false: nothing more, or *reason says why not.
 *
 * A search that failed may have grown a great stack, so it is not kept.
 */
static bool
find_next(CachedRegex *entry, const char **reason)
{
	UErrorCode	status = U_ZERO_ERROR;
	bool		found = uregex_findNext(entry->regex, &status);

	if (U_FAILURE(status))
	{
		*reason = reason_of(status);
		forget(entry);
		return false;
	}
	return found;
}

/*
 * matches_empty tells whether a pattern matches the empty string: to split by or
 * replace such a one is an error.
 */
static bool
matches_empty(CachedRegex *entry, const char **reason)
{
	if (!entry->checked_empty)
	{
		if (!start_search(entry, &empty_cursor, "", 0, reason))
			return false;
		entry->matches_empty = find_next(entry, reason);
		entry->checked_empty = *reason == NULL;
	}
	return entry->matches_empty;
}

/*
 * start_each begins a search for all matches.
 */
static CachedRegex *
start_each(const RegexSource *source, const char *text, size_t bytes, const char **reason)
{
	CachedRegex *entry;

	*reason = NULL;
	entry = get_regex(source, reason);
	if (entry == NULL)
		return NULL;
	if (matches_empty(entry, reason))
		*reason = ONLY_EMPTY;
	if (*reason != NULL || !start_search(entry, &text_cursor, text, bytes, reason))
		return NULL;
	return entry;
}

/*
 * group_bounds gives the byte offsets of a group in the match; false: it took no
 * part.
 */
static bool
group_bounds(const CachedRegex *entry, int group, int64 *start, int64 *end)
{
	UErrorCode	status = U_ZERO_ERROR;

	*start = uregex_start64(entry->regex, group, &status);
	*end = uregex_end64(entry->regex, group, &status);
	return U_SUCCESS(status) && *start >= 0;
}

/*
 * regex_matches tells whether the pattern matches anywhere in the text.
 */
bool
regex_matches(const RegexSource *source, const char *text, size_t bytes,
			  bool *found, const char **reason)
{
	CachedRegex *entry;

	*reason = NULL;
	entry = get_regex(source, reason);
	if (entry == NULL || !start_search(entry, &text_cursor, text, bytes, reason))
		return false;
	*found = find_next(entry, reason);
	return *reason == NULL;
}

/*
 * check_replacement sees that each \ stands before \ or $, and each $ before a
 * digit.
 */
static bool
check_replacement(const char *at, const char *end)
{
	while (at < end)
	{
		char		sign = *at++;

		if (sign == '\\' && (at == end || (*at != '\\' && *at != '$')))
			return false;
		if (sign == '$' && (at == end || *at < '0' || *at > '9'))
			return false;
		at += sign == '\\';
	}
	return true;
}

/*
 * emit_group emits what $1 stands for: as many digits as there are groups for.
 * Returns where the number ends.
 */
static const char *
emit_group(const CachedRegex *entry, const char *at, const char *end, const char *text,
		   RegexEmit emit, void *arg)
{
	int			group = *at++ - '0';
	int64		from,
				to;

	while (at < end && *at >= '0' && *at <= '9' && group * 10 + (*at - '0') <= entry->groups)
		group = group * 10 + (*at++ - '0');
	if (group <= entry->groups && group_bounds(entry, group, &from, &to))
		emit(arg, text + from, (size_t) (to - from));
	return at;
}

/*
 * emit_replacement emits the replacement for one match.
 */
static void
emit_replacement(const CachedRegex *entry, const char *at, const char *end,
				 const char *text, RegexEmit emit, void *arg)
{
	while (at < end)
	{
		const char *start = at;

		if (*at == '$')
		{
			at = emit_group(entry, at + 1, end, text, emit, arg);
			continue;
		}
		if (*at == '\\')
			start = ++at;
		/* what was escaped is taken as it is, then all up to the next sign */
		at++;
		while (at < end && *at != '$' && *at != '\\')
			at++;
		emit(arg, start, (size_t) (at - start));
	}
}

/*
 * regex_replace replaces all matches.
 */
bool
regex_replace(const RegexSource *source, const char *text, size_t bytes,
			  const char *replacement, size_t replacement_bytes,
			  RegexEmit emit, void *arg, const char **reason)
{
	const char *end = replacement + replacement_bytes;
	int64		done = 0;
	int64		from,
				to;
	CachedRegex *entry = start_each(source, text, bytes, reason);

	if (entry == NULL)
		return false;
	if (!check_replacement(replacement, end))
	{
		*reason = "the replacement has a \\ or $ that means nothing";
		return false;
	}
	while (find_next(entry, reason) && group_bounds(entry, 0, &from, &to))
	{
		emit(arg, text + done, (size_t) (from - done));
		emit_replacement(entry, replacement, end, text, emit, arg);
		done = to;
	}
	if (*reason == NULL)
		emit(arg, text + done, bytes - (size_t) done);
	return *reason == NULL;
}

/*
 * regex_split gives the pieces between matches.
 */
bool
regex_split(const RegexSource *source, const char *text, size_t bytes,
			RegexEmit emit, void *arg, const char **reason)
{
	int64		done = 0;
	int64		from,
				to;
	CachedRegex *entry = start_each(source, text, bytes, reason);

	if (entry == NULL)
		return false;
	while (find_next(entry, reason) && group_bounds(entry, 0, &from, &to))
	{
		emit(arg, text + done, (size_t) (from - done));
		done = to;
	}
	if (*reason == NULL)
		emit(arg, text + done, bytes - (size_t) done);
	return *reason == NULL;
}
