/*-------------------------------------------------------------------------
 *
 * number_text.c
 *		FEEL's numbers as text.
 *
 * Printing gives the plain notation, as JSON has it: no exponent unless the
 * number has more than a hundred digits before the point or zeros behind it,
 * no zeros at the end of the fraction, so that equal numbers have equal texts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/number.h"

#define PLAIN_DIGITS_MAX	100 /* of zeros that are written out */
#define READ_DIGITS_MAX		36	/* 34 and one that decides, and one to say "more" */
#define EXPONENT_LIMIT		1000000 /* beyond it all is nothing or too great */
#define TEXT_BYTES_MAX		1000000

/*
 * read_digits reads digits, the significant ones of which it adds to the
 * coefficient.
 *
 * Those beyond what the coefficient holds only raise the exponent; but that
 * something other than zero was among them must be known for rounding, so it is
 * remembered in *more.
 */
static const char *
read_digits(const char *at, const char *end, int128 *coefficient, int *digits,
			int *exponent, bool *more)
{
	for (; at < end && *at >= '0' && *at <= '9'; at++)
	{
		if (*digits < READ_DIGITS_MAX)
		{
			*coefficient = *coefficient * 10 + (*at - '0');
			*digits += *coefficient != 0;
		}
		else
		{
			*more |= *at != '0';
			(*exponent)++;
		}
	}
	return at;
}

/*
 * read_exponent reads what follows an "e"; NULL: no digits do.
 */
static const char *
read_exponent(const char *at, const char *end, int *exponent)
{
	bool		negative = at < end && *at == '-';
	const char *start;
	int			value = 0;

	if (at < end && (*at == '-' || *at == '+'))
		at++;
	for (start = at; at < end && *at >= '0' && *at <= '9'; at++)
		value = Min(value * 10 + (*at - '0'), EXPONENT_LIMIT);
	*exponent += negative ? -value : value;
	return at == start ? NULL : at;
}

/*
 * number_parse reads a number: -12, 12.5, .5, 1.2E-3; false: it is not one, or
 * too great.  All of the text must be the number.
 */
bool
number_parse(const char *text, size_t bytes, FeelNumber *result)
{
	const char *at = text;
	const char *end = text + bytes;
	const char *start;
	bool		negative = bytes > 0 && *text == '-';
	int128		coefficient = 0;
	int			digits = 0;
	int			exponent = 0;
	bool		more = false;

	if (bytes > TEXT_BYTES_MAX)
		return false;
	at += negative;
	start = at;
	at = read_digits(at, end, &coefficient, &digits, &exponent, &more);
	if (at < end && *at == '.')
	{
		start = ++at;
		at = read_digits(at, end, &coefficient, &digits, &exponent, &more);
		exponent -= (int) (at - start);
	}
	if (at == start)
		return false;			/* no digit, or none behind the point */
	if (at < end && (*at == 'e' || *at == 'E'))
		at = read_exponent(at + 1, end, &exponent);
	if (at != end)
		return false;
	if (more)
	{
		coefficient = coefficient * 10 + 1;
		exponent--;
	}
	return number_from_int128(negative ? -coefficient : coefficient, exponent, result);
}

/*
 * write_digits writes the digits of an integer and returns their count.
 */
static int
write_digits(uint128 value, char *text)
{
	char		reversed[40];
	int			count = 0;
	uint64		rest;

	while (value > PG_UINT64_MAX)
	{
		reversed[count++] = (char) ('0' + (int) (value % 10));
		value /= 10;
	}
	rest = (uint64) value;
	do
	{
		reversed[count++] = (char) ('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	for (int i = 0; i < count; i++)
		text[i] = reversed[count - 1 - i];
	return count;
}

/*
 * write_scientific writes d.dddE+n.
 */
static char *
write_scientific(char *at, const char *digits, int count, int exponent)
{
	int			shown = exponent + count - 1;

	*at++ = digits[0];
	if (count > 1)
	{
		*at++ = '.';
		memcpy(at, digits + 1, count - 1);
		at += count - 1;
	}
	*at++ = 'E';
	*at++ = shown < 0 ? '-' : '+';
	return at + write_digits((uint128) abs(shown), at);
}

/*
 * write_plain writes ddd000, ddd.ddd or 0.000ddd.
 */
static char *
write_plain(char *at, const char *digits, int count, int exponent)
{
	int			whole = count + exponent;	/* digits before the point */

	if (whole <= 0)
	{
		*at++ = '0';
		*at++ = '.';
		memset(at, '0', -whole);
		at += -whole;
		memcpy(at, digits, count);
		return at + count;
	}
	memcpy(at, digits, Min(count, whole));
	at += Min(count, whole);
	if (exponent >= 0)
	{
		memset(at, '0', exponent);
		return at + exponent;
	}
	*at++ = '.';
	memcpy(at, digits + whole, count - whole);
	return at + count - whole;
}

/*
 * number_print writes a number, no more than NUMBER_PRINT_MAX bytes and no end of
 * string, and returns how many bytes it wrote.
 */
size_t
number_print(FeelNumber number, char *text)
{
	char		digits[40];
	char	   *at = text;
	int128		coefficient;
	int			exponent;
	int			count;

	if (!number_to_parts(number, &coefficient, &exponent))
	{
		*text = '0';
		return 1;
	}
	if (coefficient < 0)
	{
		*at++ = '-';
		coefficient = -coefficient;
	}
	count = write_digits((uint128) coefficient, digits);
	while (count > 1 && digits[count - 1] == '0')
	{
		count--;
		exponent++;
	}
	if (count + exponent > PLAIN_DIGITS_MAX || count + exponent < -PLAIN_DIGITS_MAX)
		at = write_scientific(at, digits, count, exponent);
	else
		at = write_plain(at, digits, count, exponent);
	return (size_t) (at - text);
}
