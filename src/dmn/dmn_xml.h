/*-------------------------------------------------------------------------
 *
 * dmn_xml.h
 *		XML of a decision model as a tree of its DMN elements.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_DMN_XML_H
#define ASSURE_DMN_XML_H

#include "postgres.h"

typedef struct XmlAttribute
{
	const char *name;			/* without prefix */
	const char *value;
} XmlAttribute;

/* A prefix that is declared; the default namespace has the prefix "". */
typedef struct XmlPrefix
{
	const char *prefix;
	const char *uri;
	struct XmlPrefix *next;		/* of the element or those around it */
} XmlPrefix;

typedef struct XmlElement
{
	const char *name;			/* without prefix */
	const char *text;			/* characters directly inside; never NULL */
	int			line;
	int			attribute_count;
	XmlAttribute *attributes;
	XmlPrefix  *prefixes;		/* that hold here, the innermost first */
	struct XmlElement *parent;
	struct XmlElement *first;	/* child */
	struct XmlElement *last;
	struct XmlElement *next;	/* sibling */
} XmlElement;

#define XML_ATTRIBUTES_MAX 256	/* of an element, its namespaces included */

typedef enum XmlFault
{
	XML_FINE,
	XML_MALFORMED,				/* no well-formed XML, or a document type in it */
	XML_NOT_DMN,				/* the root is no definitions of a known version */
	XML_TOO_DEEP,
	XML_TOO_MANY_ATTRIBUTES,
	XML_OUT_OF_MEMORY
} XmlFault;

typedef struct XmlDocument
{
	XmlElement *root;
	XmlFault	fault;
	int			fault_line;
	char		message[256];	/* what is wrong, for XML_MALFORMED */
} XmlDocument;

extern XmlDocument *xml_read(const char *text, size_t length, int depth_max);

extern const char *xml_attribute(const XmlElement *element, const char *name);
extern XmlElement *xml_child(const XmlElement *element, const char *name);
extern XmlElement *xml_next(const XmlElement *element, const char *name);
extern const char *xml_child_text(const XmlElement *element, const char *name);
extern int	xml_count(const XmlElement *element, const char *name);
extern const char *xml_prefix_uri(const XmlElement *element, const char *prefix, size_t length);

#endif							/* ASSURE_DMN_XML_H */
