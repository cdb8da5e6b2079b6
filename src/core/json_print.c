/*-------------------------------------------------------------------------
 *
 * json_print.c
 *		Prints a document as jsonb prints itself, in one walk.
 *
 * The text is what the hash of a row is computed of, so it is written for every
 * decision; JsonbToCString() takes an iterator's steps for each value of it.
 * The bytes are the same.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "core/json.h"

static void print_container(StringInfo text, JsonbContainer *container);

/*
 * room makes room for so many bytes, and for the zero at the end, and returns
 * their place.
 */
static inline char *
room(StringInfo text, int bytes)
{
	if (unlikely(text->maxlen - text->len <= bytes))
		enlargeStringInfo(text, bytes);
	return text->data + text->len;
}

/*
 * put writes bytes whose number is known where it is called.
 */
static inline void
put(StringInfo text, const char *bytes, int count)
{
	memcpy(room(text, count), bytes, count);
	text->len += count;
}

/*
 * print_escaped prints a character that does not stand for itself.
 */
static void
print_escaped(StringInfo text, unsigned char c)
{
	switch (c)
	{
		case '\b':
			put(text, "\\b", 2);
			break;
		case '\f':
			put(text, "\\f", 2);
			break;
		case '\n':
			put(text, "\\n", 2);
			break;
		case '\r':
			put(text, "\\r", 2);
			break;
		case '\t':
			put(text, "\\t", 2);
			break;
		case '"':
			put(text, "\\\"", 2);
			break;
		case '\\':
			put(text, "\\\\", 2);
			break;
		default:
			appendStringInfo(text, "\\u%04x", c);
	}
}

/*
 * print_string prints a string, escaped where it must be.
 */
static void
print_string(StringInfo text, const char *data, int length)
{
	char	   *to = room(text, length + 2);

	*to++ = '"';
	for (int i = 0; i < length; i++)
	{
		unsigned char c = data[i];

		if (likely(c >= ' ' && c != '"' && c != '\\'))
		{
			*to++ = c;
			continue;
		}
		text->len = to - text->data;
		print_escaped(text, c);
		to = room(text, length - i);
	}
	*to++ = '"';
	text->len = to - text->data;
}

/*
 * print_number prints a number; a small whole one, as most are, without taking
 * it apart.
 */
static void
print_number(StringInfo text, Numeric number)
{
	int			small = small_number_value(number);
	char	   *digits;

	if (small >= 0)
	{
		text->len += pg_ultoa_n(small, room(text, MAXINT8LEN));
		return;
	}
	digits = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(number)));
	appendStringInfoString(text, digits);
	pfree(digits);
}

/*
 * print_value prints one child of a container, which stands so far behind base.
 */
static void
print_value(StringInfo text, JEntry entry, char *base, uint32 offset, uint32 length)
{
	if (JBE_ISSTRING(entry))
		print_string(text, base + offset, length);
	else if (JBE_ISNUMERIC(entry))
		print_number(text, (Numeric) (base + INTALIGN(offset)));
	else if (JBE_ISCONTAINER(entry))
		print_container(text, (JsonbContainer *) (base + INTALIGN(offset)));
	else if (JBE_ISNULL(entry))
		put(text, "null", 4);
	else if (JBE_ISBOOL_TRUE(entry))
		put(text, "true", 4);
	else
		put(text, "false", 5);
}

/*
 * print_object prints an object: its keys stand before its values.
 */
static void
print_object(StringInfo text, JsonbContainer *object)
{
	int			count = JsonContainerSize(object);
	char	   *base = (char *) &object->children[count * 2];
	uint32		key_offset = 0;
	uint32		offset = getJsonbOffset(object, count);

	put(text, "{", 1);
	for (int i = 0; i < count; i++)
	{
		uint32		key_start = key_offset;
		uint32		start = offset;

		JBE_ADVANCE_OFFSET(key_offset, object->children[i]);
		JBE_ADVANCE_OFFSET(offset, object->children[count + i]);
		if (i > 0)
			put(text, ", ", 2);
		print_string(text, base + key_start, key_offset - key_start);
		put(text, ": ", 2);
		print_value(text, object->children[count + i], base, start, offset - start);
	}
	put(text, "}", 1);
}

/*
 * print_container prints an object, an array, or the single value of a document
 * that is neither.
 */
static void
print_container(StringInfo text, JsonbContainer *container)
{
	int			count = JsonContainerSize(container);
	char	   *base = (char *) &container->children[count];
	bool		is_list = !JsonContainerIsScalar(container);
	uint32		offset = 0;

	check_stack_depth();
	if (JsonContainerIsObject(container))
	{
		print_object(text, container);
		return;
	}
	if (is_list)
		put(text, "[", 1);
	for (int i = 0; i < count; i++)
	{
		uint32		start = offset;

		JBE_ADVANCE_OFFSET(offset, container->children[i]);
		if (i > 0)
			put(text, ", ", 2);
		print_value(text, container->children[i], base, start, offset - start);
	}
	if (is_list)
		put(text, "]", 1);
}

/*
 * doc_print appends the text of a document.
 */
void
doc_print(StringInfo text, Jsonb *document)
{
	print_container(text, &document->root);
	text->data[text->len] = '\0';
}
