/*-------------------------------------------------------------------------
 *
 * icd.c
 *		Codes of ICD-10 and ranges of them: read, write, step.
 *
 * Pure: no fmgr, no SPI.  icd.h says how a code is a number.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "type/icd.h"

#define BASE				37
#define DIGIT_MAX			(BASE - 1)
#define CATEGORY_CHARS		3
#define CATEGORIES			2600

/* The dagger in UTF-8, the one multibyte character that is known. */
static const char dagger[] = "\xe2\x80\xa0";

/* What an extension digit weighs by its place; the category weighs BASE^10. */
static const uint64 weights[ICD_EXTENSION_CHARS] = {
	UINT64CONST(129961739795077), UINT64CONST(3512479453921),
	UINT64CONST(94931877133), UINT64CONST(2565726409), UINT64CONST(69343957),
	UINT64CONST(1874161), UINT64CONST(50653), UINT64CONST(1369), 37, 1
};

#define CATEGORY_WEIGHT		UINT64CONST(4808584372417849)

/*
 * digit_of returns an extension character as a digit, 0 for what is none.
 */
static int
digit_of(char c)
{
	c = input_capital(c);
	if (input_is_digit(c))
		return c - '0' + 1;
	return c >= 'A' && c <= 'Z' ? c - 'A' + 11 : 0;
}

/*
 * drop_mark takes a dagger or asterisk off the end: it says what a code is used
 * for, not which one it is.
 */
static size_t
drop_mark(const char *text, size_t length)
{
	size_t		dagger_bytes = sizeof(dagger) - 1;

	if (length > CATEGORY_CHARS && (text[length - 1] == '+' || text[length - 1] == '*'))
		return length - 1;
	if (length >= CATEGORY_CHARS + dagger_bytes &&
		memcmp(text + length - dagger_bytes, dagger, dagger_bytes) == 0)
		return length - dagger_bytes;
	return length;
}

/*
 * icd_parse reads a code, with the point or without it, in capitals or not.
 */
bool
icd_parse(const char *text, size_t length, IcdCode *code, InputFault *fault)
{
	size_t		place = CATEGORY_CHARS;
	uint64		number;
	char		letter;

	length = drop_mark(text, length);
	letter = length > 0 ? input_capital(text[0]) : '\0';
	if (length < CATEGORY_CHARS || letter < 'A' || letter > 'Z' ||
		!input_is_digit(text[1]) || !input_is_digit(text[2]))
		return input_refuse(fault, "A code begins with a letter and two digits.", 0);
	number = ((letter - 'A') * 100 + (text[1] - '0') * 10 + (text[2] - '0')) * CATEGORY_WEIGHT;
	if (length > CATEGORY_CHARS && text[CATEGORY_CHARS] == '.' && ++place == length)
		return input_refuse(fault, "Nothing follows the point.", 0);
	for (int i = 0; place < length; i++, place++)
	{
		int			digit = digit_of(text[place]);

		if (digit == 0)
			return input_refuse(fault, "Character %d is neither a letter nor a digit.", (int) Min(place, PG_INT32_MAX - 1) + 1);
		if (i == ICD_EXTENSION_CHARS)
			return input_refuse(fault, "At most %d letters and digits follow the category.", ICD_EXTENSION_CHARS);
		number += digit * weights[i];
	}
	*code = number;
	return true;
}

/*
 * icd_print writes a code as the book does, but in capitals.
 */
void
icd_print(IcdCode code, char *buffer)
{
	int			category = (int) (code / CATEGORY_WEIGHT);
	uint64		extension = code % CATEGORY_WEIGHT;

	*buffer++ = 'A' + category / 100;
	*buffer++ = '0' + category / 10 % 10;
	*buffer++ = '0' + category % 10;
	if (extension > 0)
		*buffer++ = '.';
	for (int i = 0; extension > 0; i++)
	{
		*buffer++ = "?0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[extension / weights[i]];
		extension %= weights[i];
	}
	*buffer = '\0';
}

/*
 * icd_category returns the category that a code is under.
 */
IcdCode
icd_category(IcdCode code)
{
	return code - code % CATEGORY_WEIGHT;
}

/*
 * weight_of_end returns what the last character of a code weighs: everything
 * under the code has a number less than that above it.
 */
static uint64
weight_of_end(IcdCode code)
{
	uint64		extension = code % CATEGORY_WEIGHT;
	uint64		weight = CATEGORY_WEIGHT;

	for (int i = 0; extension > 0; i++)
	{
		weight = weights[i];
		extension %= weight;
	}
	return weight;
}

/*
 * icd_last_under returns the last code under a code: ten characters long, Z's to
 * the end.
 */
IcdCode
icd_last_under(IcdCode code)
{
	return code + weight_of_end(code) - 1;
}

/*
 * icd_next returns the code after a code: the first one under it, or after the
 * longest ones the first that is under none of them.  There is none after Z99's
 * last, and nobody may ask.
 */
IcdCode
icd_next(IcdCode code)
{
	uint64		weight = weight_of_end(code);

	return weight == 1 ? code + 1 : code + weight / BASE;
}

/*
 * icd_previous returns the code before a code: the one that it is the first
 * under, or the last one under its neighbour.  There is none before A00.
 */
IcdCode
icd_previous(IcdCode code)
{
	uint64		weight = weight_of_end(code);
	bool		is_first = code % CATEGORY_WEIGHT != 0 && code / weight % BASE == 1;

	return is_first ? code - weight : code - 1;
}

/*
 * icd_chapter returns the chapter by the first three characters.  What the book
 * leaves free at the end of a letter counts to the chapter before it.
 */
int
icd_chapter(IcdCode code)
{
	/* by letter; D and H are divided */
	static const int8 chapters[26] = {
		1, 1, 2, 2, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 19, 22, 20, 20, 20, 20, 21
	};
	int			category = (int) (code / CATEGORY_WEIGHT);
	int			letter = category / 100;
	int			number = category % 100;

	if (letter == 'D' - 'A' && number >= 50)
		return 3;
	if (letter == 'H' - 'A' && number >= 60)
		return 8;
	return chapters[letter];
}

/*
 * range_end_parse reads one end of a range: a code, which stands for all under
 * it, or "=" and a code, which stands for itself.
 */
static bool
range_end_parse(const char *text, size_t length, IcdCode *code, bool *is_exact, InputFault *fault)
{
	input_trim(&text, &length);
	*is_exact = length > 0 && text[0] == '=';
	if (*is_exact)
	{
		text++;
		length--;
	}
	return icd_parse(text, length, code, fault);
}

/*
 * icd_range_parse reads "C00-C97", or one end, which is both.
 */
bool
icd_range_parse(const char *text, size_t length, IcdInterval *range, InputFault *fault)
{
	const char *dash = memchr(text, '-', length);
	size_t		first_length = dash ? (size_t) (dash - text) : length;
	bool		is_exact;

	if (!range_end_parse(text, first_length, &range->first, &is_exact, fault))
		return false;
	range->last = range->first;
	if (dash)
	{
		if (is_exact)
			return input_refuse(fault, "A range begins with the code itself: \"=\" stands before its end.", 0);
		if (!range_end_parse(dash + 1, length - first_length - 1, &range->last, &is_exact, fault))
			return false;
	}
	if (!is_exact)
		range->last = icd_last_under(range->last);
	if (range->last < range->first)
		return input_refuse(fault, "The range ends before it begins.", 0);
	return true;
}

/*
 * shortest_of_last returns the shortest code whose last one is "last": what an
 * end is written as.
 */
static IcdCode
shortest_of_last(IcdCode last)
{
	IcdCode		code = last;

	for (int i = ICD_EXTENSION_CHARS - 1; i >= 0 && code / weights[i] % BASE == DIGIT_MAX; i--)
		code -= DIGIT_MAX * weights[i];
	return icd_last_under(code) == last ? code : last;
}

/*
 * icd_range_print writes a range in the shortest way: one code where it stands
 * for the range, else both ends.
 */
void
icd_range_print(const IcdInterval *range, StringInfo out)
{
	IcdCode		end = shortest_of_last(range->last);
	bool		is_exact = icd_last_under(end) != range->last;
	char		buffer[ICD_TEXT_BYTES];

	if (end != range->first)
	{
		icd_print(range->first, buffer);
		appendStringInfoString(out, buffer);
		appendStringInfoChar(out, '-');
	}
	if (is_exact)
		appendStringInfoChar(out, '=');
	icd_print(end, buffer);
	appendStringInfoString(out, buffer);
}
