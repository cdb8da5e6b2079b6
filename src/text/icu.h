/*-------------------------------------------------------------------------
 *
 * icu.h
 *		What every use of ICU needs: UTF-16 text, errors, open objects.
 *
 * PostgreSQL's text is UTF-8, ICU's is UTF-16.  Utf16 is such a text in the
 * current memory context; none of the functions here keeps one.
 *
 * ICU's own objects (transliterators, sets) are opened once a backend, on
 * first use, and stay: they are malloc'd, belong to no memory context, and
 * nothing that can raise runs between opening one and storing it.  What opens
 * objects more often owns them by a memory context callback of its own.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_TEXT_ICU_H
#define ASSURE_TEXT_ICU_H

#include "postgres.h"

#include <unicode/utrans.h>
#include <unicode/utypes.h>

typedef struct Utf16
{
	UChar	   *units;
	int32_t		length;			/* in units; there is room for one more */
} Utf16;

extern Utf16 utf16_from_utf8(const char *bytes, int byte_count);
extern Utf16 utf16_make(int32_t length);
extern text *utf16_to_text(const Utf16 *source);

/* Raises "could not <doing>: U_..._ERROR" if the code is an error. */
extern void icu_check(UErrorCode code, const char *doing);

/* The transliterator of this ID, opened and kept at the first call. */
extern UTransliterator *icu_transliterator(UTransliterator **kept,
										   const char *id);
extern Utf16 icu_transliterate(UTransliterator *transliterator,
							   const UChar *units, int32_t length);

extern char *icu_version_text(void);

#endif							/* ASSURE_TEXT_ICU_H */
