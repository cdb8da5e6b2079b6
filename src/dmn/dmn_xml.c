/*-------------------------------------------------------------------------
 *
 * dmn_xml.c
 *		XML of a decision model as a tree of its DMN elements.
 *
 * libxml2 hands over events; the tree is ours, so its size follows the text
 * and is the memory context's.  Elements of other namespaces (diagrams,
 * extensions) and prose are left out while reading.
 *
 * A document type ends the reading before anything of it is used: there are no
 * entities, internal or external, and nothing is loaded.  (XML_PARSE_NOENT is
 * what makes libxml2 hand over &amp; in an attribute as &.)
 *
 * Memory: no callback may raise an error, since libxml2's frames are below it;
 * so what they allocate may fail, which stops the parser and is reported after
 * it.  The parser itself belongs to a callback of the memory context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <libxml/parser.h>
#include <libxml/SAX2.h>
#include <libxml/xmlerror.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "dmn/dmn_xml.h"

#define CHUNK_BYTES 65536		/* between looks for a cancel */

/* The model namespaces of DMN 1.1 to 1.5. */
static const char *const model_namespaces[] = {
	"http://www.omg.org/spec/DMN/20151101/dmn.xsd",
	"http://www.omg.org/spec/DMN/20180521/MODEL/",
	"https://www.omg.org/spec/DMN/20191111/MODEL/",
	"https://www.omg.org/spec/DMN/20211108/MODEL/",
	"https://www.omg.org/spec/DMN/20230324/MODEL/"
};

/* DMN elements that say nothing to the engine. */
static const char *const prose[] = {
	"description", "question", "allowedAnswers", "extensionElements", "DMNDI", "textAnnotation", "association",
	"organizationUnit", "performanceIndicator", "businessContextElement", "authorityRequirement", "knowledgeSource"
};

typedef struct XmlReader
{
	XmlDocument *document;
	xmlParserCtxtPtr parser;
	XmlElement *open;			/* innermost element that is kept */
	int			depth;
	int			depth_max;
	int			skipped;		/* depth within what is left out; 0: not in it */
	char	   *text;			/* characters of the open element so far */
	size_t		text_length;
	size_t		text_capacity;
	MemoryContextCallback cleanup;
} XmlReader;

/*
 * reader_stop ends the parsing with a reason; the first one counts.
 */
static void
reader_stop(XmlReader *reader, XmlFault fault, const char *message)
{
	XmlDocument *document = reader->document;

	if (document->fault == XML_FINE)
	{
		document->fault = fault;
		document->fault_line = xmlSAX2GetLineNumber(reader->parser);
		strlcpy(document->message, message, sizeof(document->message));
	}
	xmlStopParser(reader->parser);
}

/*
 * reader_alloc allocates, or stops the parser and returns NULL.
 */
static void *
reader_alloc(XmlReader *reader, size_t size)
{
	void	   *memory = MemoryContextAllocExtended(CurrentMemoryContext, size, MCXT_ALLOC_NO_OOM | MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

	if (memory == NULL)
		reader_stop(reader, XML_OUT_OF_MEMORY, "");
	return memory;
}

/*
 * reader_copy copies characters as a string of C, NULL if that failed.
 */
static const char *
reader_copy(XmlReader *reader, const xmlChar *text, size_t length)
{
	char	   *copy = reader_alloc(reader, length + 1);

	if (copy != NULL)
		memcpy(copy, text, length);
	return copy;
}

/*
 * is_model_namespace knows the versions of DMN.
 */
static bool
is_model_namespace(const xmlChar *uri)
{
	for (int i = 0; uri != NULL && i < (int) lengthof(model_namespaces); i++)
		if (strcmp((const char *) uri, model_namespaces[i]) == 0)
			return true;
	return false;
}

/*
 * is_prose knows what is left out of the tree.
 */
static bool
is_prose(const xmlChar *name)
{
	for (int i = 0; i < (int) lengthof(prose); i++)
		if (strcmp((const char *) name, prose[i]) == 0)
			return true;
	return false;
}

/*
 * element_attributes copies the attributes that libxml2 hands over in fives:
 * name, prefix, namespace, begin and end of the value.  One with a prefix
 * belongs to a tool.
 */
static bool
element_attributes(XmlReader *reader, XmlElement *element, int count, const xmlChar **attributes)
{
	if (count == 0)
		return true;
	element->attributes = reader_alloc(reader, count * sizeof(XmlAttribute));
	if (element->attributes == NULL)
		return false;
	for (int i = 0; i < count; i++)
	{
		const xmlChar **five = attributes + i * 5;
		XmlAttribute *attribute = &element->attributes[element->attribute_count];

		if (five[1] != NULL)
			continue;
		attribute->name = reader_copy(reader, five[0], strlen((const char *) five[0]));
		attribute->value = reader_copy(reader, five[3], five[4] - five[3]);
		if (attribute->name == NULL || attribute->value == NULL)
			return false;
		element->attribute_count++;
	}
	return true;
}

/*
 * element_prefixes keeps the namespaces that hold in an element: types of DMN 1.1
 * are named by them.
 */
static bool
element_prefixes(XmlReader *reader, XmlElement *element, int count, const xmlChar **namespaces)
{
	element->prefixes = reader->open ? reader->open->prefixes : NULL;
	for (int i = 0; i < count; i++)
	{
		const xmlChar *prefix = namespaces[2 * i] ? namespaces[2 * i] : (const xmlChar *) "";
		const xmlChar *uri = namespaces[2 * i + 1] ? namespaces[2 * i + 1] : (const xmlChar *) "";
		XmlPrefix  *entry = reader_alloc(reader, sizeof(XmlPrefix));

		if (entry == NULL)
			return false;
		entry->prefix = reader_copy(reader, prefix, strlen((const char *) prefix));
		entry->uri = reader_copy(reader, uri, strlen((const char *) uri));
		if (entry->prefix == NULL || entry->uri == NULL)
			return false;
		entry->next = element->prefixes;
		element->prefixes = entry;
	}
	return true;
}

/*
 * reader_append puts a new element where it belongs.
 */
static void
reader_append(XmlReader *reader, XmlElement *element)
{
	XmlElement *parent = reader->open;

	element->parent = parent;
	if (parent == NULL)
		reader->document->root = element;
	else if (parent->last == NULL)
		parent->first = parent->last = element;
	else
	{
		parent->last->next = element;
		parent->last = element;
	}
	reader->open = element;
	reader->text_length = 0;
}

/*
 * on_start takes an element's start tag.
 */
static void
on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int namespace_count,
		 const xmlChar **namespaces, int attribute_count, int defaulted_count, const xmlChar **attributes)
{
	XmlReader  *reader = context;
	XmlElement *element;

	if (++reader->depth > reader->depth_max)
		reader_stop(reader, XML_TOO_DEEP, "");
	else if (reader->depth == 1 && (!is_model_namespace(uri) || strcmp((const char *) name, "definitions") != 0))
		reader_stop(reader, XML_NOT_DMN, "");
	else if (reader->skipped > 0 || !is_model_namespace(uri) || is_prose(name))
		reader->skipped++;
	else
	{
		element = reader_alloc(reader, sizeof(XmlElement));
		if (element == NULL || !element_attributes(reader, element, attribute_count, attributes) ||
			!element_prefixes(reader, element, namespace_count, namespaces))
			return;
		element->name = reader_copy(reader, name, strlen((const char *) name));
		if (element->name == NULL)
			return;
		element->text = "";
		element->line = xmlSAX2GetLineNumber(reader->parser);
		reader_append(reader, element);
	}
}

/*
 * on_end takes an end tag.  Only elements without children have text.
 */
static void
on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	XmlReader  *reader = context;
	XmlElement *element = reader->open;

	reader->depth--;
	if (reader->skipped > 0)
	{
		reader->skipped--;
		return;
	}
	if (element->first == NULL && reader->text_length > 0)
	{
		const char *text = reader_copy(reader, (const xmlChar *) reader->text, reader->text_length);

		if (text != NULL)
			element->text = text;
	}
	reader->text_length = 0;
	reader->open = element->parent;
}

/*
 * on_characters gathers text, which comes in pieces.
 */
static void
on_characters(void *context, const xmlChar *text, int length)
{
	XmlReader  *reader = context;
	size_t		needed = reader->text_length + length;

	if (reader->skipped > 0 || reader->open == NULL)
		return;
	if (needed > reader->text_capacity)
	{
		size_t		capacity = Max(needed * 2, 1024);
		char	   *larger = reader_alloc(reader, capacity);

		if (larger == NULL)
			return;
		if (reader->text_length > 0)
			memcpy(larger, reader->text, reader->text_length);
		if (reader->text != NULL)
			pfree(reader->text);
		reader->text = larger;
		reader->text_capacity = capacity;
	}
	memcpy(reader->text + reader->text_length, text, length);
	reader->text_length = needed;
}

/*
 * on_document_type refuses one before its declarations are read.
 */
static void
on_document_type(void *context, const xmlChar *name, const xmlChar *external_id, const xmlChar *system_id)
{
	reader_stop(context, XML_MALFORMED, "a document type is not allowed");
}

/*
 * on_error takes libxml2's first error; warnings are none.
 */
static void
on_error(void *context, xmlErrorPtr error)
{
	XmlReader  *reader = context;
	XmlDocument *document = reader->document;
	char		message[sizeof(document->message)];

	if (error->level == XML_ERR_WARNING || document->fault != XML_FINE)
		return;
	if (error->code == XML_ERR_NO_MEMORY)
	{
		reader_stop(reader, XML_OUT_OF_MEMORY, "");
		return;
	}
	strlcpy(message, error->message ? error->message : "not well-formed", sizeof(message));
	for (size_t length = strlen(message); length > 0 && strchr("\r\n ", message[length - 1]) != NULL;)
		message[--length] = '\0';
	reader_stop(reader, XML_MALFORMED, message);
	document->fault_line = error->line;
}

/*
 * free_parser frees libxml2's memory when the context goes.
 */
static void
free_parser(void *argument)
{
	XmlReader  *reader = argument;

	if (reader->parser != NULL)
		xmlFreeParserCtxt(reader->parser);
	reader->parser = NULL;
}

/*
 * reader_parse feeds the text piece by piece, so that it can be cancelled.
 */
static void
reader_parse(XmlReader *reader, const char *text, size_t length)
{
	XmlDocument *document = reader->document;

	for (size_t done = 0; done < length && document->fault == XML_FINE; done += CHUNK_BYTES)
	{
		CHECK_FOR_INTERRUPTS();
		xmlParseChunk(reader->parser, text + done, (int) Min(CHUNK_BYTES, length - done), 0);
	}
	if (document->fault == XML_FINE)
		xmlParseChunk(reader->parser, text, 0, 1);
	if (document->fault == XML_FINE && (!reader->parser->wellFormed || document->root == NULL))
		reader_stop(reader, XML_MALFORMED, "not well-formed");
}

/*
 * begins tells whether the text begins with a mark.
 */
static bool
begins(const char *text, const char *end, const char *mark)
{
	size_t		length = strlen(mark);

	return (size_t) (end - text) >= length && memcmp(text, mark, length) == 0;
}

/*
 * after returns what follows the first mark in the text; its end if there is none.
 */
static const char *
after(const char *text, const char *end, const char *mark)
{
	for (; text < end; text++)
		if (begins(text, end, mark))
			return text + strlen(mark);
	return end;
}

/*
 * tag_attributes counts the attributes of the tag that begins at *text, and
 * moves behind it.
 */
static int
tag_attributes(const char **text, const char *end)
{
	const char *p = *text;
	char		quote = '\0';
	int			count = 0;

	for (; p < end && (quote != '\0' || *p != '>'); p++)
	{
		if (quote != '\0')
			quote = *p == quote ? '\0' : quote;
		else if (*p == '"' || *p == '\'')
			quote = *p;
		else
			count += *p == '=';
	}
	*text = p;
	return count;
}

/*
 * attributes_check refuses elements of very many attributes before libxml2 sees
 * them: it compares each with all the others, and cannot be cancelled there.  As
 * far as the text is well-formed both see the same tags; there libxml2 stops.
 */
static void
attributes_check(XmlDocument *document, const char *text, size_t length)
{
	const char *end = text + length;
	const char *p = text;

	while ((p = memchr(p, '<', end - p)) != NULL)
	{
		const char *tag = p;

		if (begins(p, end, "<!--"))
			p = after(p + 4, end, "-->");
		else if (begins(p, end, "<![CDATA["))
			p = after(p + 9, end, "]]>");
		else if (begins(p, end, "<?"))
			p = after(p + 2, end, "?>");
		else if (tag_attributes(&p, end) > XML_ATTRIBUTES_MAX)
		{
			document->fault = XML_TOO_MANY_ATTRIBUTES;
			document->fault_line = 1;
			while ((text = memchr(text, '\n', tag - text)) != NULL)
			{
				text++;
				document->fault_line++;
			}
			return;
		}
	}
}

/*
 * xml_read reads a document.  What is wrong with it stands in its fault.  The
 * text is in UTF-8 whatever it declares: it has come through the database's
 * own encoding.
 */
XmlDocument *
xml_read(const char *text, size_t length, int depth_max)
{
	XmlReader  *reader = palloc0(sizeof(XmlReader));
	xmlSAXHandler handler;

	reader->document = palloc0(sizeof(XmlDocument));
	reader->depth_max = depth_max;
	attributes_check(reader->document, text, length);
	if (reader->document->fault != XML_FINE)
		return reader->document;
	memset(&handler, 0, sizeof(handler));
	handler.initialized = XML_SAX2_MAGIC;
	handler.startElementNs = on_start;
	handler.endElementNs = on_end;
	handler.characters = on_characters;
	handler.ignorableWhitespace = on_characters;
	handler.cdataBlock = on_characters;
	handler.internalSubset = on_document_type;
	handler.serror = (xmlStructuredErrorFunc) on_error;
	reader->cleanup.func = free_parser;
	reader->cleanup.arg = reader;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &reader->cleanup);
	reader->parser = xmlCreatePushParserCtxt(&handler, reader, NULL, 0, NULL);
	if (reader->parser == NULL)
		reader->document->fault = XML_OUT_OF_MEMORY;
	else
	{
		xmlCtxtUseOptions(reader->parser, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | XML_PARSE_NOENT);
		reader_parse(reader, text, length);
		free_parser(reader);
	}
	return reader->document;
}

/*
 * xml_attribute returns an attribute's value, or NULL.
 */
const char *
xml_attribute(const XmlElement *element, const char *name)
{
	for (int i = 0; i < element->attribute_count; i++)
		if (strcmp(element->attributes[i].name, name) == 0)
			return element->attributes[i].value;
	return NULL;
}

/*
 * first_named returns the element or the next sibling that has the name; a NULL
 * name is any.
 */
static XmlElement *
first_named(XmlElement *element, const char *name)
{
	while (element != NULL && name != NULL && strcmp(element->name, name) != 0)
		element = element->next;
	return element;
}

/*
 * xml_child returns the first child of a name, or NULL.
 */
XmlElement *
xml_child(const XmlElement *element, const char *name)
{
	return first_named(element->first, name);
}

/*
 * xml_next returns the next sibling of a name, or NULL.
 */
XmlElement *
xml_next(const XmlElement *element, const char *name)
{
	return first_named(element->next, name);
}

/*
 * xml_child_text returns the text of the first child of a name, or NULL.
 */
const char *
xml_child_text(const XmlElement *element, const char *name)
{
	XmlElement *child = xml_child(element, name);

	return child ? child->text : NULL;
}

/*
 * xml_count counts the children of a name.
 */
int
xml_count(const XmlElement *element, const char *name)
{
	int			count = 0;

	for (XmlElement *child = xml_child(element, name); child != NULL; child = xml_next(child, name))
		count++;
	return count;
}

/*
 * xml_prefix_uri returns what a prefix is declared for where the element is, or NULL.
 */
const char *
xml_prefix_uri(const XmlElement *element, const char *prefix, size_t length)
{
	for (const XmlPrefix *entry = element->prefixes; entry != NULL; entry = entry->next)
		if (strlen(entry->prefix) == length && memcmp(entry->prefix, prefix, length) == 0)
			return entry->uri;
	return NULL;
}
