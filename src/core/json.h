/*-------------------------------------------------------------------------
 *
 * json.h
 *		A typed reader over Jsonb that knows where it is.
 *
 * A document is read by asking for what it should hold: an object with these
 * keys, an amount, a date.  Whatever is otherwise is an error that names the
 * JSON path (bills[0].items[2].amount).
 *
 * The first error sticks to the reader; after it every read gives a harmless
 * value (0, "", no elements) at once.  So the code that reads a document needs
 * no checks of its own between reads, and the caller decides how the error is
 * raised: doc_report() throws, or returns softly where PostgreSQL 16 asks for
 * that.
 *
 * Nodes live on the caller's stack and point at their parents, so a child must
 * not outlive its parent.  Strings handed out are copies.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CORE_JSON_H
#define ASSURE_CORE_JSON_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "nodes/nodes.h"
#include "utils/date.h"
#include "lib/stringinfo.h"
#include "utils/jsonb.h"

#define JSON_DATE_BYTES			11	/* "2024-03-01" and its end */
#define JSON_TIMESTAMP_BYTES	32	/* "2024-03-01T09:00:00.123456Z" */
#define JSON_YEAR_MIN			1800	/* dates of documents */
#define JSON_YEAR_MAX			2999

typedef struct DocReader
{
	const char *document;		/* what is read, for messages: "claim" */
	int			sqlstate_invalid;	/* for what is not as it should be */
	bool		failed;
	int			sqlstate;		/* of the first error; so are the rest */
	char	   *path;
	char	   *message;
	char	   *hint;			/* NULL: none */
} DocReader;

typedef struct DocNode
{
	DocReader *reader;
	const struct DocNode *parent;	/* NULL: the document */
	const char *key;			/* NULL: an element of a list */
	int			key_bytes;
	int			index;
	JsonbValue	value;
} DocNode;

/* Walks the members of an object whose keys are the author's. */
typedef struct DocEach
{
	const DocNode *node;
	JsonbIterator *iterator;
} DocEach;

extern void doc_open(DocReader *reader, DocNode *root, Jsonb *document,
					  const char *name, int sqlstate_invalid);
extern void doc_report(const DocReader *reader, Node *escontext);
extern char *doc_path(const DocNode *node);

/* pg_attribute_printf names a style that clang does not know. */
extern void doc_fail(const DocNode *node, int sqlstate, const char *hint,
					 const char *format,...)
			__attribute__((format(printf, 4, 5)));
extern void doc_fail_invalid(const DocNode *node, const char *format,...)
			__attribute__((format(printf, 2, 3)));

/* Containers.  "keys" ends with NULL. */
extern bool doc_object(const DocNode *node, const char *const *keys);
extern bool doc_member(const DocNode *node, const char *key, DocNode *child);
extern bool doc_require(const DocNode *node, const char *key, DocNode *child);
extern int	doc_list(const DocNode *node, int count_min, int count_max);
extern void doc_element(const DocNode *node, int index, DocNode *child);
extern void doc_each_begin(DocEach *each, const DocNode *node);
extern bool doc_each_next(DocEach *each, DocNode *child);
extern int	doc_object_size(const DocNode *node);

/* Values. */
extern char *doc_text(const DocNode *node, int bytes_max);
extern char *doc_formula(const DocNode *node, int bytes_max);
extern bool doc_bool(const DocNode *node);
extern int64 doc_integer(const DocNode *node, int64 least, int64 most);
extern int64 doc_amount(const DocNode *node);
extern int64 doc_signed_amount(const DocNode *node);
extern int64 doc_share(const DocNode *node);
extern int64 doc_decimal(const DocNode *node, int64 bound_micro);
extern DateADT doc_date(const DocNode *node);
extern TimestampTz doc_timestamp(const DocNode *node);
extern int	doc_code(const DocNode *node, const char *const *names);
extern uint32 doc_code_set(const DocNode *node, const char *const *names);

/* Dates as documents write them; independent of any setting. */
extern bool iso_date_parse(const char *text, int length, DateADT *date);
extern char *iso_date_print(DateADT date, char *buffer);
extern bool iso_timestamp_parse(const char *text, int length,
								TimestampTz *moment);
extern char *iso_timestamp_print(TimestampTz moment, char *buffer);

/* Writing (json_write.c): one member of the object that is being pushed. */
extern void doc_push_key(JsonbParseState **state, const char *key);
extern void doc_push_text(JsonbParseState **state, const char *key,
						   const char *text);
extern void doc_push_amount(JsonbParseState **state, const char *key,
							 int64 amount_fen);
extern void doc_push_integer(JsonbParseState **state, const char *key,
							  int64 value);
extern void doc_push_bool(JsonbParseState **state, const char *key,
						   bool value);
extern void doc_push_date(JsonbParseState **state, const char *key,
						   DateADT date);
extern void doc_push_element_text(JsonbParseState **state, const char *text);

/* json_print.c: the text as jsonb prints it, appended. */
extern void doc_print(StringInfo text, Jsonb *document);

#endif							/* ASSURE_CORE_JSON_H */
