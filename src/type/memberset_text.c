/*-------------------------------------------------------------------------
 *
 * memberset_text.c
 *		The text form: members and ranges between braces, "{1,2,5-9}".
 *
 * Written in order, three members in a row and more as a range; read in any
 * order, also where members repeat or ranges overlap.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"

#include "type/memberset.h"

typedef struct TextCursor
{
	const char *text;
	size_t		at;
} TextCursor;

/*
 * skip_spaces goes over white space.
 */
static void
skip_spaces(TextCursor *cursor)
{
	while (cursor->text[cursor->at] != '\0' && strchr(" \t\n\r\f\v", cursor->text[cursor->at]) != NULL)
		cursor->at++;
}

/*
 * skip_sign goes over a sign, if it is the next one, and the white space around it.
 */
static bool
skip_sign(TextCursor *cursor, char sign)
{
	skip_spaces(cursor);
	if (cursor->text[cursor->at] != sign)
		return false;
	cursor->at++;
	skip_spaces(cursor);
	return true;
}

/*
 * read_member reads a member number.
 */
static TextFault
read_member(TextCursor *cursor, uint32 *member)
{
	uint64		number = 0;
	size_t		begin = cursor->at;
	size_t		at = begin;

	for (; cursor->text[at] >= '0' && cursor->text[at] <= '9'; at++)
		if (number <= MEMBER_MAX)
			number = number * 10 + (uint64) (cursor->text[at] - '0');
	if (at == begin)
		return TEXT_SYNTAX;
	if (number > MEMBER_MAX)
		return TEXT_OUT_OF_RANGE;
	cursor->at = at;
	*member = (uint32) number;
	return TEXT_SOUND;
}

/*
 * read_range reads a member or a range, and adds it.
 */
static TextFault
read_range(TextCursor *cursor, MemberUnion *members)
{
	size_t		begin = cursor->at;
	uint32		first;
	uint32		last;
	TextFault	fault = read_member(cursor, &first);

	if (fault != TEXT_SOUND)
		return fault;
	last = first;
	if (skip_sign(cursor, '-') && (fault = read_member(cursor, &last)) != TEXT_SOUND)
		return fault;
	if (last < first)
	{
		cursor->at = begin;
		return TEXT_BACKWARDS;
	}
	return union_add_range(members, first, last) ? TEXT_SOUND : TEXT_TOO_BIG;
}

/*
 * text_read adds what a text says to a union.  Where it returns a fault, "at"
 * is the byte at which reading stopped.
 */
TextFault
text_read(const char *text, MemberUnion *members, size_t *at)
{
	TextCursor	cursor = {text, 0};
	TextFault	fault = skip_sign(&cursor, '{') ? TEXT_SOUND : TEXT_SYNTAX;

	if (fault == TEXT_SOUND && !skip_sign(&cursor, '}'))
	{
		do
		{
			CHECK_FOR_INTERRUPTS();
			fault = read_range(&cursor, members);
		} while (fault == TEXT_SOUND && skip_sign(&cursor, ','));
		if (fault == TEXT_SOUND && !skip_sign(&cursor, '}'))
			fault = TEXT_SYNTAX;
	}
	if (fault == TEXT_SOUND && text[cursor.at] != '\0')
		fault = TEXT_SYNTAX;
	*at = cursor.at;
	return fault;
}

/*
 * write_number appends a number in digits.
 */
static void
write_number(StringInfo text, uint32 number)
{
	char		digits[10];
	int			at = sizeof(digits);

	do
	{
		digits[--at] = (char) ('0' + number % 10);
		number /= 10;
	} while (number != 0);
	appendBinaryStringInfo(text, digits + at, (int) sizeof(digits) - at);
}

/*
 * text_write writes a set as text.
 */
char *
text_write(const SetReader *reader)
{
	StringInfoData text;
	MemberWalk	walk;
	uint32		first;
	uint32		last;

	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	member_walk_begin(&walk, reader);
	while (member_walk_next(&walk, &first, &last))
	{
		CHECK_FOR_INTERRUPTS();
		if (text.len > 1)
			appendStringInfoChar(&text, ',');
		write_number(&text, first);
		if (last == first)
			continue;
		appendStringInfoChar(&text, last == first + 1 ? ',' : '-');
		write_number(&text, last);
	}
	appendStringInfoChar(&text, '}');
	return text.data;
}
