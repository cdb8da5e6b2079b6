/*-------------------------------------------------------------------------
 *
 * json_number.c
 *		Small whole numbers of documents, as numeric.
 *
 * The lines of bills are numbered, and a decision holds and hashes those
 * numbers: to make and to print a numeric takes longer than the rest of a line.
 *
 * Memory: the numbers live as long as the backend.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"
#include "utils/numeric.h"

#include "core/json.h"

static Numeric numbers[SMALL_NUMBER_MAX + 1];	/* from 1 */

/*
 * numbers_make makes them, at first use.
 */
static void
numbers_make(void)
{
	MemoryContext before = MemoryContextSwitchTo(TopMemoryContext);

	for (int i = SMALL_NUMBER_MAX; i > 0; i--)
		if (numbers[i] == NULL)
			numbers[i] = int64_to_numeric(i);
	MemoryContextSwitchTo(before);
}

/*
 * small_number returns a small number, or NULL.  It is not to be freed.
 */
Numeric
small_number(int64 value)
{
	if (value < 1 || value > SMALL_NUMBER_MAX)
		return NULL;
	if (unlikely(numbers[1] == NULL))
		numbers_make();
	return numbers[value];
}

/*
 * small_number_value returns the value of a small number, or -1.  A numeric ends
 * with its last digit (of base 10,000): that says which number it may be, and
 * comparison whether it is.
 */
int
small_number_value(Numeric number)
{
	Size		size = VARSIZE(number);
	Numeric		small;
	int16		digit;

	if (size < VARHDRSZ + sizeof(digit))
		return -1;
	memcpy(&digit, (char *) number + size - sizeof(digit), sizeof(digit));
	small = small_number(digit);
	return small != NULL && VARSIZE(small) == size && memcmp(small, number, size) == 0 ? digit : -1;
}
