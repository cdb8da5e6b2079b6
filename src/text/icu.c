/*-------------------------------------------------------------------------
 *
 * icu.c
 *		What every use of ICU needs: UTF-16 text, errors, open objects.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <unicode/ustring.h>
#include <unicode/uversion.h>

#include "utils/memutils.h"

#include "core/compat.h"
#include "text/icu.h"

/* A syllable, with what ICU puts around it while it works. */
#define GROWTH	64

/*
 * icu_check raises what ICU reports; warnings are none of our business.
 */
void
icu_check(UErrorCode code, const char *doing)
{
	if (U_SUCCESS(code))
		return;
	ereport(ERROR,
			errcode(code == U_MEMORY_ALLOCATION_ERROR ? ERRCODE_OUT_OF_MEMORY :
					ERRCODE_SYSTEM_ERROR),
			errmsg("could not %s: %s", doing, u_errorName(code)),
			errdetail("The library is ICU %s.", icu_version_text()));
}

/*
 * utf16_make gives an empty text with room for so many units, and one more.
 */
Utf16
utf16_make(int32_t length)
{
	Utf16		made;

	if (length < 0 || (Size) length >= MaxAllocSize / sizeof(UChar))
		ereport(ERROR,
				errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				errmsg("a text of %d UTF-16 units is too long", length));
	made.units = palloc(((Size) length + 1) * sizeof(UChar));
	made.length = length;
	return made;
}

/*
 * utf16_from_utf8 converts a text; UTF-16 never has more units than UTF-8 has
 * bytes.  What is not UTF-8 (the server lets none through) is an error, not a
 * replacement character.
 */
Utf16
utf16_from_utf8(const char *bytes, int byte_count)
{
	Utf16		made = utf16_make(byte_count);
	UErrorCode	code = U_ZERO_ERROR;

	u_strFromUTF8(made.units, made.length + 1, &made.length, bytes, byte_count,
				  &code);
	icu_check(code, "read a text as UTF-8");
	return made;
}

/*
 * utf16_to_text converts back; a unit becomes three bytes at most.
 */
text *
utf16_to_text(const Utf16 *source)
{
	Size		size = (Size) source->length * 3 + 1;
	text	   *result;
	int32_t		byte_count;
	UErrorCode	code = U_ZERO_ERROR;

	if (size > MaxAllocSize - VARHDRSZ)
		ereport(ERROR,
				errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				errmsg("a text of %d UTF-16 units is too long", source->length));
	result = palloc(VARHDRSZ + size);
	u_strToUTF8(VARDATA(result), (int32_t) size, &byte_count, source->units,
				source->length, &code);
	icu_check(code, "write a text as UTF-8");
	SET_VARSIZE(result, VARHDRSZ + byte_count);
	return result;
}

/*
 * icu_transliterator opens a transliterator at its first use; later calls
 * cost nothing.
 */
UTransliterator *
icu_transliterator(UTransliterator **kept, const char *id)
{
	UChar		name[64];
	UErrorCode	code = U_ZERO_ERROR;

	if (*kept == NULL)
	{
		Assert(strlen(id) < lengthof(name));
		u_uastrcpy(name, id);
		*kept = utrans_openU(name, -1, UTRANS_FORWARD, NULL, 0, NULL, &code);
		if (U_FAILURE(code))
			*kept = NULL;
		icu_check(code, psprintf("open the transliterator %s", id));
	}
	return *kept;
}

/*
 * icu_transliterate gives a character or two transliterated.
 */
Utf16
icu_transliterate(UTransliterator *transliterator, const UChar *units,
				  int32_t length)
{
	Utf16		result = utf16_make(length + GROWTH);
	int32_t		capacity = result.length;
	int32_t		limit = length;
	UErrorCode	code = U_ZERO_ERROR;

	memcpy(result.units, units, (Size) length * sizeof(UChar));
	result.length = length;
	utrans_transUChars(transliterator, result.units, &result.length, capacity,
					   0, &limit, &code);
	icu_check(code, "transliterate a character");
	return result;
}

/*
 * icu_version_text names the ICU at work, "72.1".
 */
char *
icu_version_text(void)
{
	UVersionInfo version;
	char	   *result = palloc(U_MAX_VERSION_STRING_LENGTH);

	u_getVersion(version);
	u_versionToString(version, result);
	return result;
}
