/*-------------------------------------------------------------------------
 *
 * credit_code.c
 *		Reads unified social credit codes by GB 32100.
 *
 * Pure: no fmgr, no SPI, no memory.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "type/credit_code.h"

#define BASE				31
#define BODY_CHARS			(CREDIT_CODE_CHARS - 1)
#define REGION_FIRST		2
#define REGION_END			8
#define PREFIX_CHARS		14

static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/*
 * value_of returns a character's value in the standard's table, which is its
 * place in the alphabet; -1: it is none of it.
 */
static int
value_of(char c)
{
	const char *place = c == '\0' ? NULL : strchr(alphabet, c);

	return place ? (int) (place - alphabet) : -1;
}

/*
 * check_character computes the last character: character i weighs 3^(i-1), and
 * all 18 together are 0 modulo 31, the last one weighing 1.
 */
static char
check_character(const char *chars)
{
	int			weight = 1;
	int			sum = 0;

	for (int i = 0; i < BODY_CHARS; i++)
	{
		sum += value_of(chars[i]) * weight;
		weight = weight * 3 % BASE;
	}
	return alphabet[(BASE - sum % BASE) % BASE];
}

/*
 * credit_code_parse reads a code.  The check character of the organisation code
 * within (character 17) is not tested: the last one finds every single slip by
 * itself, so the test could only refuse a code that was registered like that.
 */
bool
credit_code_parse(const char *text, size_t length, CreditCode *code, InputFault *fault)
{
	if (length != CREDIT_CODE_CHARS)
		return input_refuse(fault, "18 characters are expected, and here are %d bytes.", (int) Min(length, PG_INT32_MAX));
	for (int i = 0; i < CREDIT_CODE_CHARS; i++)
	{
		char		c = input_capital(text[i]);

		if (i >= REGION_FIRST && i < REGION_END && !input_is_digit(c))
			return input_refuse(fault, "Character %d is not a digit: characters 3 to 8 are the code of a region.",
								i + 1);
		if (value_of(c) < 0)
			return input_refuse(fault, "Character %d is neither a digit nor a letter other than I, O, S, V and Z.",
								i + 1);
		code->chars[i] = c;
	}
	if (code->chars[BODY_CHARS] != check_character(code->chars))
		return input_refuse(fault, "The check character does not fit the other 17 characters.", 0);
	return true;
}

/*
 * credit_code_region reads the region; 100000 is the whole country.
 */
int32
credit_code_region(const CreditCode *code)
{
	int32		region = 0;

	for (int i = REGION_FIRST; i < REGION_END; i++)
		region = region * 10 + (code->chars[i] - '0');
	return region;
}

/*
 * credit_code_prefix packs as many characters into 64 bits as they hold: two of
 * the alphabet, six digits, six of the alphabet.
 */
uint64
credit_code_prefix(const CreditCode *code)
{
	uint64		prefix = 0;

	for (int i = 0; i < PREFIX_CHARS; i++)
		prefix = prefix * (i >= REGION_FIRST && i < REGION_END ? 10 : BASE) + value_of(code->chars[i]);
	return prefix;
}
