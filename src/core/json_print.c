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
 * print_string prints a string, escaped where it must be.
 */
static void
print_string(StringInfo text, const char *data, int length)
{
	int			first = 0;

	appendStringInfoChar(text, '"');
	for (int i = 0; i < length; i++)
	{
		unsigned char c = data[i];

		if (c >= ' ' && c != '"' && c != '\\')
			continue;
		appendBinaryStringInfo(text, data + first, i - first);
		first = i + 1;
		switch (c)
		{
			case '\b':
				appendStringInfoString(text, "\\b");
				break;
			case '\f':
				appendStringInfoString(text, "\\f");
				break;
			case '\n':
				appendStringInfoString(text, "\\n");
				break;
			case '\r':
				appendStringInfoString(text, "\\r");
				break;
			case '\t':
				appendStringInfoString(text, "\\t");
				break;
			case '"':
				appendStringInfoString(text, "\\\"");
				break;
			case '\\':
				appendStringInfoString(text, "\\\\");
				break;
			default:
				appendStringInfo(text, "\\u%04x", c);
		}
	}
	appendBinaryStringInfo(text, data + first, length - first);
	appendStringInfoChar(text, '"');
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
	{
		char	   *digits = DatumGetCString(DirectFunctionCall1(numeric_out, PointerGetDatum(base + INTALIGN(offset))));

		appendStringInfoString(text, digits);
		pfree(digits);
	}
	else if (JBE_ISCONTAINER(entry))
		print_container(text, (JsonbContainer *) (base + INTALIGN(offset)));
	else if (JBE_ISNULL(entry))
		appendBinaryStringInfo(text, "null", 4);
	else if (JBE_ISBOOL_TRUE(entry))
		appendBinaryStringInfo(text, "true", 4);
	else
		appendBinaryStringInfo(text, "false", 5);
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

	appendStringInfoChar(text, '{');
	for (int i = 0; i < count; i++)
	{
		uint32		key_start = key_offset;
		uint32		start = offset;

		JBE_ADVANCE_OFFSET(key_offset, object->children[i]);
		JBE_ADVANCE_OFFSET(offset, object->children[count + i]);
		if (i > 0)
			appendBinaryStringInfo(text, ", ", 2);
		print_string(text, base + key_start, key_offset - key_start);
		appendBinaryStringInfo(text, ": ", 2);
		print_value(text, object->children[count + i], base, start, offset - start);
	}
	appendStringInfoChar(text, '}');
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
		appendStringInfoChar(text, '[');
	for (int i = 0; i < count; i++)
	{
		uint32		start = offset;

		JBE_ADVANCE_OFFSET(offset, container->children[i]);
		if (i > 0)
			appendBinaryStringInfo(text, ", ", 2);
		print_value(text, container->children[i], base, start, offset - start);
	}
	if (is_list)
		appendStringInfoChar(text, ']');
}

/*
 * doc_print appends the text of a document.
 */
void
doc_print(StringInfo text, Jsonb *document)
{
	print_container(text, &document->root);
}
