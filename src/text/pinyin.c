/*-------------------------------------------------------------------------
 *
 * pinyin.c
 *		Names in pinyin: the words that people type to find them.
 *
 * A name becomes words in small letters with one space between them.  A Han
 * character is a word of its own, its syllable without tone (u with diaeresis
 * is v, as keyboards have it).  Anything else between marks is a word as it
 * stands, folded; Latin letters lose their accents.  A Han character whose
 * reading nobody knows stands for itself.
 *
 * The first Han character of a name is read as a surname.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "core/compat.h"
#include "text/name.h"

typedef struct PinyinWriter
{
	StringInfoData words;
	bool		word_open;		/* a letter would continue the last word */
	bool		latin;			/* the last character written was Latin */
	bool		surname_read;
} PinyinWriter;

/*
 * write_word writes a word that nothing continues.
 */
static void
write_word(PinyinWriter *writer, const char *word)
{
	if (writer->words.len > 0)
		appendStringInfoChar(&writer->words, ' ');
	appendStringInfoString(&writer->words, word);
	writer->word_open = false;
	writer->latin = false;
}

/*
 * utf8 gives a character as a string.
 */
static const char *
utf8(UChar32 character, char *buffer)
{
	int			length = 0;

	U8_APPEND_UNSAFE((uint8_t *) buffer, length, character);
	buffer[length] = '\0';
	return buffer;
}

/*
 * write_letter writes a character that is not Han into the word that is open.
 */
static void
write_letter(PinyinWriter *writer, UChar32 character)
{
	static UTransliterator *kept = NULL;
	UErrorCode	code = U_ZERO_ERROR;
	char		buffer[U8_MAX_LENGTH + 1];

	/* An accent that does not compose with its Latin letter. */
	if (writer->latin && u_charType(character) == U_NON_SPACING_MARK)
		return;

	if (!writer->word_open && writer->words.len > 0)
		appendStringInfoChar(&writer->words, ' ');
	writer->word_open = true;
	writer->latin = uscript_getScript(character, &code) == USCRIPT_LATIN;
	if (!writer->latin || character < 0x80)
		appendStringInfoString(&writer->words, utf8(character, buffer));
	else
	{
		UChar		units[U16_MAX_LENGTH];
		int32_t		length = 0;
		Utf16		ascii;

		U16_APPEND_UNSAFE(units, length, character);
		ascii = icu_transliterate(icu_transliterator(&kept, "Latin-ASCII"),
								  units, length);
		appendStringInfoString(&writer->words,
							   text_to_cstring(utf16_to_text(&ascii)));
	}
}

/*
 * write_han writes a Han character as its reading, and says how many
 * characters it has read: two for some surnames.
 */
static int
write_han(PinyinWriter *writer, UChar32 character, UChar32 next)
{
	bool		surname = !writer->surname_read;
	const NameReading *own = name_reading(character, 0);
	const HanReading *reading;
	const char *word;
	char		buffer[U8_MAX_LENGTH + 1];

	writer->surname_read = true;
	if (surname && next != 0)
	{
		const NameReading *both = name_reading(character, next);

		if (both != NULL)
		{
			write_word(writer, both->first);
			return 2;
		}
	}
	word = own == NULL ? NULL : surname ? own->first : own->later;
	if (word == NULL)
	{
		reading = han_reading(character);
		word = surname ? reading->first : reading->later;
	}
	write_word(writer, word[0] != '\0' ? word : utf8(character, buffer));
	return 1;
}

/*
 * name_pinyin reads a name.
 */
text *
name_pinyin(const text *name)
{
	Utf16		source = name_fold(name);
	PinyinWriter writer = {0};
	int32_t		position = 0;

	initStringInfo(&writer.words);
	while (position < source.length)
	{
		UChar32		character;

		CHECK_FOR_INTERRUPTS();
		U16_NEXT(source.units, position, source.length, character);
		if (name_mark(character))
			writer.word_open = writer.latin = false;
		else if (!u_hasBinaryProperty(character, UCHAR_IDEOGRAPHIC))
			write_letter(&writer, character);
		else
		{
			int32_t		after = position;
			UChar32		next = 0;

			if (after < source.length)
				U16_NEXT(source.units, after, source.length, next);
			if (write_han(&writer, character, next) == 2)
				position = after;
		}
	}
	return cstring_to_text_with_len(writer.words.data, writer.words.len);
}

/*
 * name_initials takes the first character of each word of the pinyin.
 */
text *
name_initials(const text *name)
{
	text	   *pinyin = name_pinyin(name);
	const char *bytes = VARDATA_ANY(pinyin);
	int32_t		length = VARSIZE_ANY_EXHDR(pinyin);
	int32_t		start = 0;
	StringInfoData initials;

	initStringInfo(&initials);
	while (start < length)
	{
		int32_t		end = start;
		const char *space = memchr(bytes + start, ' ', length - start);

		U8_FWD_1((const uint8_t *) bytes, end, length);
		appendBinaryStringInfo(&initials, bytes + start, end - start);
		start = space == NULL ? length : (int32_t) (space - bytes) + 1;
	}
	return cstring_to_text_with_len(initials.data, initials.len);
}
