/*-------------------------------------------------------------------------
 *
 * input.h
 *		What the readers of codes have in common.
 *
 * A reader is pure: it says what is wrong and where, and its caller makes an
 * error of that.  What is said names places and expectations, never the value.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_TYPE_INPUT_H
#define ASSURE_TYPE_INPUT_H

#include "postgres.h"

typedef struct InputFault
{
	const char *detail;			/* a sentence; may hold one %d, for the number */
	int			number;
	const char *item;			/* set by readers of lists: the item that it is about */
	size_t		item_length;
} InputFault;

/*
 * input_refuse notes what is wrong, and returns false for its caller to return.
 */
static inline bool
input_refuse(InputFault *fault, const char *detail, int number)
{
	fault->detail = detail;
	fault->number = number;
	return false;
}

/*
 * input_is_space says whether a byte is white space, in every locale alike.
 */
static inline bool
input_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/*
 * input_trim takes white space off both ends of an item of a list.  A code alone
 * has none: one way to write it.
 */
static inline void
input_trim(const char **text, size_t *length)
{
	while (*length > 0 && input_is_space(**text))
	{
		(*text)++;
		(*length)--;
	}
	while (*length > 0 && input_is_space((*text)[*length - 1]))
		(*length)--;
}

/*
 * input_capital returns the capital of a letter of ASCII, any other byte as it is.
 */
static inline char
input_capital(char c)
{
	return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

/*
 * input_is_digit says whether a byte is a digit of ASCII.
 */
static inline bool
input_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

#endif							/* ASSURE_TYPE_INPUT_H */
