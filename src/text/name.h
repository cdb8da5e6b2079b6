/*-------------------------------------------------------------------------
 *
 * name.h
 *		Names of persons as keys: folded, and in pinyin.
 *
 * A mark is what stands between the parts of a name and says nothing: spaces,
 * dots, hyphens, apostrophes, quotation marks.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_TEXT_NAME_H
#define ASSURE_TEXT_NAME_H

#include "postgres.h"

#include "text/icu.h"

#define NAME_BYTES_MAX			4096
#define SYLLABLE_BYTES			8	/* "zhuang" and its end */

/* name_key.c */
extern text *name_key(const text *name);
extern Utf16 name_fold(const text *name);
extern bool name_mark(UChar32 character);

/* name_variant.c */
extern UChar32 name_variant(UChar32 character);

/* pinyin.c */
extern text *name_pinyin(const text *name);
extern text *name_initials(const text *name);

/* pinyin_reading.c */
typedef struct HanReading
{
	UChar32		character;		/* the hash key */
	char		first[SYLLABLE_BYTES];	/* where a name begins with it */
	char		later[SYLLABLE_BYTES];	/* elsewhere; "" is unknown */
} HanReading;

extern const HanReading *han_reading(UChar32 character);

/* pinyin_surname.c */
typedef struct NameReading
{
	UChar32		character;
	UChar32		next;			/* of a surname of two characters, or 0 */
	const char *first;			/* as a surname; NULL: ICU is right */
	const char *later;			/* elsewhere; NULL: ICU is right */
} NameReading;

extern const NameReading *name_reading(UChar32 character, UChar32 next);

#endif							/* ASSURE_TEXT_NAME_H */
