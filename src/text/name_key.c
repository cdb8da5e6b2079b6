/*-------------------------------------------------------------------------
 *
 * name_key.c
 *		One key for all the ways to write a name.
 *
 * A key is found in steps: characters are decomposed; marks are dropped; NFKC
 * with case folding makes wide letters narrow and small letters of capitals,
 * and drops what cannot be seen (joiners, direction marks, variation
 * selectors); each character is simplified.  A step can undo what an earlier
 * one did: two characters that compose may meet when the dot between them
 * goes.  So they are repeated until nothing changes, and that is why the key
 * of a key is the key itself.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uset.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include "miscadmin.h"

#include "core/compat.h"
#include "text/name.h"

/* Names settle in two passes: the last one changes nothing. */
#define PASSES_MAX	16

/*
 * The marks.  White space, controls, dashes and quotation marks (with the
 * apostrophes among them) are as Unicode has them.  Then by code point: comma,
 * full stops, apostrophes and what is typed for one, spacing accents that NFKC
 * would turn into a space and an accent, middle dots and what is typed for one.
 */
static const char *const mark_pattern =
	"[[:White_Space:][:Cc:][:Dash:][:Quotation_Mark:]"
	"\\u002C\\uFF0C"
	"\\u002E\\u3002\\uFF0E\\uFF61\\u2024\\u2026\\uFE52"
	"\\u0060\\u00B4\\u02B9\\u02BB\\u02BC\\u02BE\\u02BF\\u02C8\\u02CA\\u02CB"
	"\\u055A\\u05F3\\u2032\\u2035\\uA78B\\uA78C\\uFF40"
	"\\u0384\\u1FBD\\u1FBF\\u1FEF\\u1FFD\\u1FFE"
	"\\u00B7\\u0387\\u1427\\u16EB\\u2022\\u2027\\u2043\\u2218\\u2219\\u22C5"
	"\\u25CF\\u25E6\\u2E31\\u2E33\\u30FB\\uFF65\\u318D\\uA78F\\U00010101]";

/*
 * marks gives the set, opened once a backend.
 */
static const USet *
marks(void)
{
	static USet *kept = NULL;
	UChar		pattern[512];
	UErrorCode	code = U_ZERO_ERROR;

	if (kept == NULL)
	{
		Assert(strlen(mark_pattern) < lengthof(pattern));
		u_uastrcpy(pattern, mark_pattern);
		kept = uset_openPattern(pattern, -1, &code);
		if (U_FAILURE(code))
			kept = NULL;
		icu_check(code, "open the set of marks in names");
		uset_freeze(kept);
	}
	return kept;
}

/*
 * name_mark says whether a character only stands between parts of a name.
 */
bool
name_mark(UChar32 character)
{
	return uset_contains(marks(), character);
}

/*
 * normalized applies a normalizer.  A character becomes 18 at the most, so the
 * buffer is taken once more at the size that ICU asks for.
 */
static Utf16
normalized(const UNormalizer2 *normalizer, const Utf16 *source)
{
	Utf16		result = utf16_make(source->length + 16);
	UErrorCode	code = U_ZERO_ERROR;
	int32_t		needed;

	needed = unorm2_normalize(normalizer, source->units, source->length,
							  result.units, result.length, &code);
	if (code == U_BUFFER_OVERFLOW_ERROR)
	{
		pfree(result.units);
		result = utf16_make(needed);
		code = U_ZERO_ERROR;
		needed = unorm2_normalize(normalizer, source->units, source->length,
								  result.units, result.length + 1, &code);
	}
	icu_check(code, "normalize a name");
	result.length = needed;
	return result;
}

/*
 * decompose takes characters apart, so that two ways to write the same ones
 * are alike in all that follows.
 */
static Utf16
decompose(const Utf16 *source)
{
	UErrorCode	code = U_ZERO_ERROR;
	const UNormalizer2 *normalizer = unorm2_getNFDInstance(&code);

	icu_check(code, "open the normalizer");
	return normalized(normalizer, source);
}

/*
 * fold applies NFKC and case folding.
 */
static Utf16
fold(const Utf16 *source)
{
	UErrorCode	code = U_ZERO_ERROR;
	const UNormalizer2 *normalizer = unorm2_getNFKCCasefoldInstance(&code);

	icu_check(code, "open the normalizer");
	return normalized(normalizer, source);
}

/*
 * without_marks drops the marks, and simplifies what stays if it is asked to.
 */
static Utf16
without_marks(const Utf16 *source, bool simplify)
{
	Utf16		kept = utf16_make(source->length * 2);
	int32_t		length = 0;
	int32_t		position = 0;

	while (position < source->length)
	{
		UChar32		character;

		U16_NEXT(source->units, position, source->length, character);
		if (name_mark(character))
			continue;
		if (simplify)
			character = name_variant(character);
		U16_APPEND_UNSAFE(kept.units, length, character);
	}
	kept.length = length;
	return kept;
}

/*
 * read_name converts a name, if it is one by its length.
 */
static Utf16
read_name(const text *name)
{
	if (VARSIZE_ANY_EXHDR(name) > NAME_BYTES_MAX)
		ereport(ERROR,
				errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				errmsg("a name of %d bytes is too long",
					   (int) VARSIZE_ANY_EXHDR(name)),
				errdetail("A name has at most %d bytes.", NAME_BYTES_MAX),
				errhint("Names are meant here, not documents: take part of the text with left()."));
	return utf16_from_utf8(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
}

/*
 * name_fold reads a name folded, with its marks.
 */
Utf16
name_fold(const text *name)
{
	Utf16		source = read_name(name);
	Utf16		apart = decompose(&source);

	return fold(&apart);
}

/*
 * name_key makes the key of a name.
 */
text *
name_key(const text *name)
{
	Utf16		key = read_name(name);

	for (int pass = 0; pass < PASSES_MAX; pass++)
	{
		Utf16		apart = decompose(&key);
		Utf16		bare = without_marks(&apart, false);
		Utf16		folded = fold(&bare);
		Utf16		next = without_marks(&folded, true);

		if (next.length == key.length &&
			u_memcmp(next.units, key.units, key.length) == 0)
			return utf16_to_text(&key);
		key = next;
		CHECK_FOR_INTERRUPTS();
	}
	elog(ERROR, "the key of a name does not settle");
}
