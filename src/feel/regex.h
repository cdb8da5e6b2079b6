/*-------------------------------------------------------------------------
 *
 * regex.h
 *		Regular expressions as XPath and XQuery have them, on ICU.
 *
 * A pattern is checked and translated (regex_pattern.c) and compiled once; the
 * last few stay compiled.  Work on one search is limited in steps and in stack.
 *
 * Texts are UTF-8.  Every function returns false with a reason, a static text
 * without a period, where there is no result: a pattern that is none, an unknown
 * flag, a limit.
 *
 * Compiled patterns and ICU's cursors are held by static variables here, so a
 * callback that never returns (because the evaluation is ended) loses nothing.
 * A callback must not use regular expressions itself.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_FEEL_REGEX_H
#define ASSURE_FEEL_REGEX_H

#include "postgres.h"

#define REGEX_PATTERN_BYTES_MAX 10000
#define REGEX_GROUPS_MAX		255

/* A pattern and its flags, some of "smix". */
typedef struct RegexSource
{
	const char *pattern;
	size_t		pattern_bytes;
	const char *flags;
	size_t		flags_bytes;
} RegexSource;

/* takes a piece of the result; it points into the text or the replacement */
typedef void (*RegexEmit) (void *arg, const char *piece, size_t bytes);

extern bool regex_matches(const RegexSource *source, const char *text, size_t bytes,
						  bool *found, const char **reason);

/* The pieces, put together, are the text with all matches replaced. */
extern bool regex_replace(const RegexSource *source, const char *text, size_t bytes,
						  const char *replacement, size_t replacement_bytes,
						  RegexEmit emit, void *arg, const char **reason);

/* The pieces are what stands between the matches. */
extern bool regex_split(const RegexSource *source, const char *text, size_t bytes,
						RegexEmit emit, void *arg, const char **reason);

/* ---- regex_pattern.c ---- */

typedef struct RegexPattern
{
	char	   *text;			/* ICU's notation, terminated; from malloc */
	uint32		options;		/* ICU's UREGEX_ flags */
	int			groups;
	bool		refers_back;	/* does it have \1 or such? */
} RegexPattern;

extern bool regex_translate(const RegexSource *source, RegexPattern *pattern, const char **reason);

#endif							/* ASSURE_FEEL_REGEX_H */
