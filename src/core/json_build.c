/*-------------------------------------------------------------------------
 *
 * json_build.c
 *		Builds a document whose keys are known.
 *
 * Values are gathered as they come.  When an object or list is closed, it is
 * put together (a header, an entry for each key and value, the bytes of the keys
 * in their order, the bytes of the values) and takes the place of its values;
 * where a value has to be aligned, it is aligned in what it stands in, so what
 * was put together can be moved as it is.  jsonb.h describes the format.
 *
 * Memory: the builder's parts are palloc'd where build_start was called, and
 * freed by build_finish.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "storage/shmem.h"
#include "utils/numeric.h"

#include "core/fixed.h"
#include "core/json_build.h"

/*
 * build_start makes an empty builder.
 */
void
build_start(DocBuilder *builder)
{
	initStringInfo(&builder->bytes);
	initStringInfo(&builder->closing);
	builder->entry_count = 0;
	builder->entry_capacity = 64;
	builder->entries = palloc(sizeof(BuildEntry) * builder->entry_capacity);
	builder->depth = 0;
}

/*
 * entry_add adds a value that stands from start to the end of what was gathered.
 */
static void
entry_add(DocBuilder *builder, const char *key, uint32 type, int start)
{
	BuildEntry *entry;

	if (builder->entry_count == builder->entry_capacity)
	{
		builder->entry_capacity *= 2;
		builder->entries = repalloc(builder->entries, mul_size(sizeof(BuildEntry), builder->entry_capacity));
	}
	entry = &builder->entries[builder->entry_count++];
	entry->key = key;
	entry->key_bytes = key ? (int) strlen(key) : 0;
	entry->type = type;
	entry->start = start;
	entry->length = builder->bytes.len - start;
}

/*
 * build_open opens an object or a list.
 */
static void
build_open(DocBuilder *builder, const char *key, bool is_object)
{
	if (builder->depth == BUILD_DEPTH_MAX)
		elog(ERROR, "a document is built deeper than %d", BUILD_DEPTH_MAX);
	builder->open[builder->depth].is_object = is_object;
	builder->open[builder->depth].key = key;
	builder->open[builder->depth].first_entry = builder->entry_count;
	builder->open[builder->depth].start = builder->bytes.len;
	builder->depth++;
}

/*
 * build_open_object opens an object.
 */
void
build_open_object(DocBuilder *builder, const char *key)
{
	build_open(builder, key, true);
}

/*
 * build_open_list opens a list.
 */
void
build_open_list(DocBuilder *builder, const char *key)
{
	build_open(builder, key, false);
}

/*
 * key_is_before tells the order of keys in jsonb: shorter first, then by byte.
 */
static bool
key_is_before(const BuildEntry *a, const BuildEntry *b)
{
	if (a->key_bytes != b->key_bytes)
		return a->key_bytes < b->key_bytes;
	return memcmp(a->key, b->key, a->key_bytes) < 0;
}

/*
 * sort_keys orders the entries of an object, of which there are few.
 */
static void
sort_keys(BuildEntry *entries, int count)
{
	for (int i = 1; i < count; i++)
	{
		BuildEntry	entry = entries[i];
		int			place = i;

		for (; place > 0 && key_is_before(&entry, &entries[place - 1]); place--)
			entries[place] = entries[place - 1];
		entries[place] = entry;
	}
}

/*
 * note_entry writes the number-th JEntry of what is being closed, for bytes that
 * end where it ends now.  Every so many entries hold an offset and not a length.
 */
static void
note_entry(StringInfo closing, int number, uint32 type, int base, int start)
{
	uint32		end = closing->len - base;
	JEntry		entry;

	if (end > JENTRY_OFFLENMASK)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("total size of jsonb elements exceeds the maximum of %u bytes", JENTRY_OFFLENMASK)));
	entry = number % JB_OFFSET_STRIDE == 0 ? type | end | JENTRY_HAS_OFF : type | (uint32) (closing->len - start);
	memcpy(closing->data + sizeof(uint32) + sizeof(JEntry) * number, &entry, sizeof(entry));
}

/*
 * put_together makes the container of some entries in builder->closing.
 */
static void
put_together(DocBuilder *builder, const BuildEntry *entries, int count, bool is_object)
{
	StringInfo	closing = &builder->closing;
	uint32		header = (uint32) count | (is_object ? JB_FOBJECT : JB_FARRAY);
	int			entry_bytes = (int) sizeof(JEntry) * count * (is_object ? 2 : 1);
	int			base = (int) sizeof(header) + entry_bytes;

	resetStringInfo(closing);
	enlargeStringInfo(closing, base);
	memcpy(closing->data, &header, sizeof(header));
	closing->len = base;
	for (int i = 0; i < count && is_object; i++)
	{
		int			start = closing->len;

		appendBinaryStringInfo(closing, entries[i].key, entries[i].key_bytes);
		note_entry(closing, i, JENTRY_ISSTRING, base, start);
	}
	for (int i = 0; i < count; i++)
	{
		int			start = closing->len;

		if (entries[i].type != JENTRY_ISSTRING)
			while (closing->len % sizeof(uint32) != 0)
				appendStringInfoChar(closing, '\0');
		appendBinaryStringInfo(closing, builder->bytes.data + entries[i].start, entries[i].length);
		note_entry(closing, is_object ? count + i : i, entries[i].type, base, start);
	}
}

/*
 * build_close closes what was opened last.
 */
void
build_close(DocBuilder *builder)
{
	int			level = --builder->depth;
	int			first = builder->open[level].first_entry;
	int			start = builder->open[level].start;
	int			count = builder->entry_count - first;

	if (builder->open[level].is_object)
		sort_keys(&builder->entries[first], count);
	put_together(builder, &builder->entries[first], count, builder->open[level].is_object);
	builder->entry_count = first;
	builder->bytes.len = start;
	appendBinaryStringInfo(&builder->bytes, builder->closing.data, builder->closing.len);
	entry_add(builder, builder->open[level].key, JENTRY_ISCONTAINER, start);
}

/*
 * build_text adds a text.
 */
void
build_text(DocBuilder *builder, const char *key, const char *text)
{
	int			start = builder->bytes.len;

	appendBinaryStringInfo(&builder->bytes, text, (int) strlen(text));
	entry_add(builder, key, JENTRY_ISSTRING, start);
}

/*
 * build_amount adds an amount, which is a text of yuan.
 */
void
build_amount(DocBuilder *builder, const char *key, int64 amount_fen)
{
	char		text[FIXED_PRINT_BYTES];

	build_text(builder, key, fixed_print_fen(amount_fen, text));
}

/*
 * build_integer adds a whole number.
 */
void
build_integer(DocBuilder *builder, const char *key, int64 value)
{
	int			start = builder->bytes.len;
	Numeric		number = int64_to_numeric(value);

	appendBinaryStringInfo(&builder->bytes, (char *) number, VARSIZE(number));
	pfree(number);
	entry_add(builder, key, JENTRY_ISNUMERIC, start);
}

/*
 * build_document adds a document, an object or a list, as it is.
 */
void
build_document(DocBuilder *builder, const char *key, const Jsonb *document)
{
	int			start = builder->bytes.len;

	appendBinaryStringInfo(&builder->bytes, (const char *) &document->root, VARSIZE(document) - VARHDRSZ);
	entry_add(builder, key, JENTRY_ISCONTAINER, start);
}

/*
 * build_finish returns the document, once all that was opened is closed.
 */
Jsonb *
build_finish(DocBuilder *builder)
{
	Size		size = add_size(VARHDRSZ, builder->bytes.len);
	Jsonb	   *document = palloc(size);

	Assert(builder->depth == 0 && builder->entry_count == 1);
	SET_VARSIZE(document, size);
	memcpy(VARDATA(document), builder->bytes.data, builder->bytes.len);
	pfree(builder->bytes.data);
	pfree(builder->closing.data);
	pfree(builder->entries);
	return document;
}
