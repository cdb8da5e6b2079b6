/*-------------------------------------------------------------------------
 *
 * json_build.h
 *		Builds a document whose keys are known, in a third of the time that
 *		pushJsonbValue() takes.
 *
 *		build_start(&builder);
 *		build_open_object(&builder, NULL);		of a list, or the document itself
 *		build_text(&builder, "code", code);		of an object: with its key
 *		build_open_list(&builder, "bills");
 *		...
 *		build_close(&builder);
 *		build_close(&builder);
 *		document = build_finish(&builder);
 *
 * Keys are literals, each once in an object, in any order.  The document is what
 * jsonb holds, byte for byte.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CORE_JSON_BUILD_H
#define ASSURE_CORE_JSON_BUILD_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

#define BUILD_DEPTH_MAX 16

/* A value of an object or list that is still open. */
typedef struct BuildEntry
{
	const char *key;			/* NULL: of a list */
	int			key_bytes;
	uint32		type;			/* of its JEntry */
	int			start;			/* in bytes */
	int			length;
} BuildEntry;

typedef struct DocBuilder
{
	StringInfoData bytes;		/* values of what is open, in the order they came */
	StringInfoData closing;		/* what is being closed */
	int			entry_count;
	int			entry_capacity;
	BuildEntry *entries;
	int			depth;
	struct
	{
		bool		is_object;
		const char *key;
		int			first_entry;
		int			start;
	}			open[BUILD_DEPTH_MAX];
} DocBuilder;

extern void build_start(DocBuilder *builder);
extern void build_open_object(DocBuilder *builder, const char *key);
extern void build_open_list(DocBuilder *builder, const char *key);
extern void build_close(DocBuilder *builder);
extern void build_text(DocBuilder *builder, const char *key, const char *text);
extern void build_amount(DocBuilder *builder, const char *key, int64 amount_fen);
extern void build_integer(DocBuilder *builder, const char *key, int64 value);
extern void build_document(DocBuilder *builder, const char *key, const Jsonb *document);
extern Jsonb *build_finish(DocBuilder *builder);

#endif							/* ASSURE_CORE_JSON_BUILD_H */
