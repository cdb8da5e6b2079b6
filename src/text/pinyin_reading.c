/*-------------------------------------------------------------------------
 *
 * pinyin_reading.c
 *		How one Han character is read, by ICU.
 *
 * ICU's Han-Latin/Names knows the readings of names: some hold anywhere in
 * one, some only for the character that it begins with.  But it takes a tenth
 * of a millisecond a name, and forgets a space now and then.  What it says of
 * one character depends on that character and on whether it comes first, so
 * each is asked once a backend in both positions, and remembered without its
 * tone.  The few pairs of characters that ICU reads together are in our own
 * table (pinyin_surname.c).
 *
 * A backend remembers at most the Han characters that there are, 98,000, in
 * about 4 MB; names use some 6,000.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <unicode/unorm2.h>
#include <unicode/utf16.h>

#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "core/compat.h"
#include "text/name.h"

#define CHARACTERS_EXPECTED		1024

/* What comes before a character to make it a later one: "one", read yi. */
#define LEADER			0x4E00
#define LEADER_SYLLABLE	"yi"

#define COMBINING_DIAERESIS		0x0308

/*
 * readings gives the hash table of what is remembered.
 */
static HTAB *
readings(void)
{
	static HTAB *kept = NULL;

	if (kept == NULL)
	{
		HASHCTL		control = {0};

		control.keysize = sizeof(UChar32);
		control.entrysize = sizeof(HanReading);
		control.hcxt = AllocSetContextCreate(CacheMemoryContext,
											 "assure pinyin readings",
											 ALLOCSET_DEFAULT_SIZES);
		kept = hash_create("assure pinyin readings", CHARACTERS_EXPECTED,
						   &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	return kept;
}

/*
 * write_syllable strips what ICU wrote of tones and spaces.  Anything but
 * small letters is no syllable: the reading is not known, and stays "".
 */
static void
write_syllable(const Utf16 *latin, const char *leader, char *syllable)
{
	UErrorCode	code = U_ZERO_ERROR;
	const UNormalizer2 *decomposer = unorm2_getNFDInstance(&code);
	UChar		units[32];
	char		letters[32];
	int32_t		length;
	int			count = 0;
	Size		leader_length = strlen(leader);

	icu_check(code, "open the normalizer");
	length = unorm2_normalize(decomposer, latin->units, latin->length, units,
							  lengthof(units), &code);
	if (U_FAILURE(code))
		return;
	for (int32_t i = 0; i < length; i++)
	{
		if (units[i] >= 'a' && units[i] <= 'z')
			letters[count++] = (char) units[i];
		else if (units[i] == COMBINING_DIAERESIS && count > 0)
			letters[count - 1] = 'v';
		else if (units[i] != ' ' && (units[i] < 0x0300 || units[i] > 0x036F))
			return;
	}
	letters[count] = '\0';
	if (strncmp(letters, leader, leader_length) == 0 &&
		count - leader_length < SYLLABLE_BYTES)
		strlcpy(syllable, letters + leader_length, SYLLABLE_BYTES);
}

/*
 * ask_icu reads a character in both positions.
 */
static void
ask_icu(HanReading *reading)
{
	static UTransliterator *kept = NULL;
	UTransliterator *reader = icu_transliterator(&kept, "Han-Latin/Names");
	UChar		units[1 + U16_MAX_LENGTH] = {LEADER};
	int32_t		length = 1;
	Utf16		latin;

	U16_APPEND_UNSAFE(units, length, reading->character);
	latin = icu_transliterate(reader, units + 1, length - 1);
	write_syllable(&latin, "", reading->first);
	latin = icu_transliterate(reader, units, length);
	write_syllable(&latin, LEADER_SYLLABLE, reading->later);
}

/*
 * han_reading gives a character's readings, from memory if it was asked for
 * before.
 */
const HanReading *
han_reading(UChar32 character)
{
	HTAB	   *table = readings();
	HanReading *found = hash_search(table, &character, HASH_FIND, NULL);

	if (found == NULL)
	{
		HanReading	reading = {.character = character};

		ask_icu(&reading);
		found = hash_search(table, &character, HASH_ENTER, NULL);
		*found = reading;
	}
	return found;
}
