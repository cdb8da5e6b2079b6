/*-------------------------------------------------------------------------
 *
 * resident_id.c
 *		Reads and writes citizens' numbers by GB 11643.
 *
 * Pure: no fmgr, no SPI, no memory.  Nobody's number is put into a message.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "type/region.h"
#include "type/resident_id.h"
#include "utils/datetime.h"

/* The first numbers were given in 1984, to people of whom some were a hundred. */
#define BIRTH_YEAR_MIN		1800
#define BIRTH_YEAR_MAX		2199

/* Characters of the region, and of region, date and sequence number. */
#define REGION_CHARS		6
#define BODY_CHARS			(RESIDENT_ID_CHARS - 1)

/* The old form: two digits of the year, and no check character. */
#define LEGACY_CENTURY		19

/*
 * check_character computes the last character by ISO 7064 MOD 11-2: as
 * polynomials in 2, all 18 together are 1 modulo 11.
 */
static char
check_character(ResidentId id)
{
	int			weight = 2;
	int			sum = 0;

	for (int i = 0; i < BODY_CHARS; i++)
	{
		sum += (int) (id % 10) * weight;
		weight = weight * 2 % 11;
		id /= 10;
	}
	return "0123456789X"[(12 - sum % 11) % 11];
}

/*
 * read_digits reads digits as a number; a fault has the place of what is none.
 */
static bool
read_digits(const char *text, int first, int count, int64 *number, InputFault *fault)
{
	for (int i = first; i < first + count; i++)
	{
		if (!input_is_digit(text[i]))
			return input_refuse(fault, "Character %d is not a digit.", i + 1);
		*number = *number * 10 + (text[i] - '0');
	}
	return true;
}

/*
 * resident_id_check tests what can be wrong with 17 digits: the province and the
 * date.  Regions below the province come and go, so they are not looked at.
 */
bool
resident_id_check(int64 number, InputFault *fault)
{
	int			date = (int) (number / 1000 % 100000000);
	int			year = date / 10000;
	int			month = date / 100 % 100;
	int			day = date % 100;

	if (number < 0 || number / INT64CONST(100000000000) > 999999 || !region_is_valid(resident_id_region(number)))
		return input_refuse(fault, "It does not begin with the code of a province.", 0);
	if (year < BIRTH_YEAR_MIN || year > BIRTH_YEAR_MAX || month < 1 || month > MONTHS_PER_YEAR ||
		day < 1 || day > day_tab[isleap(year)][month - 1])
		return input_refuse(fault, "The date of birth in it does not exist.", 0);
	return true;
}

/*
 * resident_id_parse reads a number.  One of the old form has a year of two digits
 * and no check character; it is the same value as its new form.
 */
bool
resident_id_parse(const char *text, size_t length, ResidentId *id, InputFault *fault)
{
	int64		number = 0;

	if (length == RESIDENT_ID_LEGACY_CHARS)
	{
		if (!read_digits(text, 0, REGION_CHARS, &number, fault))
			return false;
		number = number * 100 + LEGACY_CENTURY;
		if (!read_digits(text, REGION_CHARS, RESIDENT_ID_LEGACY_CHARS - REGION_CHARS, &number, fault))
			return false;
	}
	else if (length != RESIDENT_ID_CHARS)
		return input_refuse(fault, "18 characters are expected, or 15 of the old form, and here are %d bytes.",
							(int) Min(length, PG_INT32_MAX));
	else if (!read_digits(text, 0, BODY_CHARS, &number, fault))
		return false;
	if (!resident_id_check(number, fault))
		return false;
	if (length == RESIDENT_ID_CHARS)
	{
		char		last = input_capital(text[BODY_CHARS]);

		if (!input_is_digit(last) && last != 'X')
			return input_refuse(fault, "Character %d is neither a digit nor X.", RESIDENT_ID_CHARS);
		if (last != check_character(number))
			return input_refuse(fault, "The check character does not fit the other 17 characters.", 0);
	}
	*id = number;
	return true;
}

/*
 * resident_id_print writes the new form.
 */
void
resident_id_print(ResidentId id, char *buffer)
{
	buffer[RESIDENT_ID_CHARS] = '\0';
	buffer[BODY_CHARS] = check_character(id);
	for (int i = BODY_CHARS - 1; i >= 0; i--)
	{
		buffer[i] = '0' + id % 10;
		id /= 10;
	}
}

/*
 * resident_id_birth_date makes a date of the eight digits.
 */
DateADT
resident_id_birth_date(ResidentId id)
{
	int			date = (int) (id / 1000 % 100000000);

	return date2j(date / 10000, date / 100 % 100, date % 100) - POSTGRES_EPOCH_JDATE;
}
