/*-------------------------------------------------------------------------
 *
 * json.c
 *		A typed reader over Jsonb that knows where it is; see json.h.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "core/compat.h"
#include "core/fixed.h"
#include "core/errors.h"
#include "core/json.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/numeric.h"

#define SHOWN_BYTES_MAX		60	/* of a value or key in a message */
#define NUMBER_BYTES_MAX	64	/* a longer JSON number is no whole number */

/* ----- errors ----- */

/*
 * clip_text copies the beginning of a text for a message: what a document
 * holds may be long, and is not ours.
 */
static char *
clip_text(const char *text, int length)
{
	int			shown = pg_mbcliplen(text, length, SHOWN_BYTES_MAX);

	return shown < length ? psprintf("%.*s...", shown, text)
		: pnstrdup(text, length);
}

/*
 * append_path writes the path of a node: its parent's, then its key or index.
 */
static void
append_path(StringInfo out, const DocNode *node)
{
	if (node->parent == NULL)
		return;
	append_path(out, node->parent);
	if (node->key == NULL)
		appendStringInfo(out, "[%d]", node->index);
	else
	{
		if (out->len > 0)
			appendStringInfoChar(out, '.');
		appendStringInfoString(out, clip_text(node->key, node->key_bytes));
	}
}

/*
 * doc_path gives the path of a node, a copy.
 */
char *
doc_path(const DocNode *node)
{
	StringInfoData path;

	initStringInfo(&path);
	append_path(&path, node);
	return path.data;
}

static void fail_va(const DocNode *node, int sqlstate, const char *hint,
					const char *format, va_list args)
			__attribute__((format(printf, 4, 0)));

/*
 * fail_va records the first error of a reader; later ones are consequences.
 */
static void
fail_va(const DocNode *node, int sqlstate, const char *hint,
		const char *format, va_list args)
{
	DocReader *reader = node->reader;
	char		message[1024];

	if (reader->failed)
		return;
	vsnprintf(message, sizeof(message), format, args);
	reader->failed = true;
	reader->sqlstate = sqlstate;
	reader->path = doc_path(node);
	reader->message = pstrdup(message);
	reader->hint = hint ? pstrdup(hint) : NULL;
}

/*
 * doc_fail records an error at a node with any SQLSTATE and a hint or NULL.
 */
void
doc_fail(const DocNode *node, int sqlstate, const char *hint,
		  const char *format,...)
{
	va_list		args;

	va_start(args, format);
	fail_va(node, sqlstate, hint, format, args);
	va_end(args);
}

/*
 * doc_fail_invalid records that a node is not what the document may hold.
 */
void
doc_fail_invalid(const DocNode *node, const char *format,...)
{
	va_list		args;

	va_start(args, format);
	fail_va(node, node->reader->sqlstate_invalid, NULL, format, args);
	va_end(args);
}

/*
 * doc_report raises the recorded error, if there is one: softly where the
 * caller's context asks for that, else by throwing.
 */
void
doc_report(const DocReader *reader, Node *escontext)
{
	if (!reader->failed)
		return;
	ereturn_compat(escontext,,
				   (errcode(reader->sqlstate),
					reader->path[0] == '\0'
					? errmsg("%s: %s", reader->document, reader->message)
					: errmsg("%s: %s: %s", reader->document, reader->path,
							 reader->message),
					reader->path[0] != '\0' ? errfield(reader->path) : 0,
					reader->hint ? errhint("%s", reader->hint) : 0));
}

/*
 * type_name says what a value is, for messages.
 */
static const char *
type_name(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvNull:
			return "null";
		case jbvString:
			return "a string";
		case jbvNumeric:
			return "a number";
		case jbvBool:
			return "a boolean";
		case jbvBinary:
			return JsonContainerIsObject(value->val.binary.data)
				? "an object" : "a list";
		default:
			return "something else";
	}
}

/*
 * expect checks the type of a scalar; false after an error, now or earlier.
 */
static bool
expect(const DocNode *node, enum jbvType type, const char *wanted)
{
	if (node->reader->failed)
		return false;
	if (node->value.type == type)
		return true;
	doc_fail_invalid(node, "%s expected, not %s", wanted,
					  type_name(&node->value));
	return false;
}

/* ----- containers ----- */

/*
 * doc_open starts reading a document.
 */
void
doc_open(DocReader *reader, DocNode *root, Jsonb *document,
		  const char *name, int sqlstate_invalid)
{
	memset(reader, 0, sizeof(*reader));
	reader->document = name;
	reader->sqlstate_invalid = sqlstate_invalid;
	memset(root, 0, sizeof(*root));
	root->reader = reader;
	if (JB_ROOT_IS_SCALAR(document))
		JsonbExtractScalar(&document->root, &root->value);
	else
	{
		root->value.type = jbvBinary;
		root->value.val.binary.data = &document->root;
		root->value.val.binary.len = VARSIZE(document) - VARHDRSZ;
	}
}

/*
 * is_container says whether a node is an object (or a list).
 */
static bool
is_container(const DocNode *node, bool is_object)
{
	return node->value.type == jbvBinary &&
		JsonContainerIsObject(node->value.val.binary.data) == is_object;
}

/*
 * fail_unknown_key records that an object does not know a key, and which it knows:
 * who misspelt one sees the right one.
 */
static void
fail_unknown_key(const DocNode *node, const char *const *keys)
{
	StringInfoData hint;

	if (node->reader->failed)
		return;
	initStringInfo(&hint);
	for (int i = 0; keys[i]; i++)
		appendStringInfo(&hint, "%s%s", i == 0 ? "Keys here are " : ", ", keys[i]);
	doc_fail(node, node->reader->sqlstate_invalid, hint.len > 0 ? psprintf("%s.", hint.data) : NULL, "unknown key");
}

/*
 * doc_object checks that a node is an object that holds only the given keys,
 * or any keys where "keys" is NULL.  An unknown key is an error, for it is a
 * promise or a fact that would be passed over.
 */
bool
doc_object(const DocNode *node, const char *const *keys)
{
	DocEach	each;
	DocNode	child;

	if (node->reader->failed)
		return false;
	if (!is_container(node, true))
	{
		doc_fail_invalid(node, "an object expected, not %s",
						  type_name(&node->value));
		return false;
	}
	if (keys == NULL)
		return true;
	doc_each_begin(&each, node);
	while (doc_each_next(&each, &child))
	{
		const char *const *known = keys;

		while (*known && !((int) strlen(*known) == child.key_bytes &&
						   memcmp(*known, child.key, child.key_bytes) == 0))
			known++;
		if (*known == NULL)
			fail_unknown_key(&child, keys);
	}
	return !node->reader->failed;
}

/*
 * doc_object_size counts the members of an object.
 */
int
doc_object_size(const DocNode *node)
{
	return is_container(node, true)
		? JsonContainerSize(node->value.val.binary.data) : 0;
}

/*
 * attach makes a child of a node, without a value yet.
 */
static void
attach(const DocNode *node, const char *key, int key_bytes, int index,
	   DocNode *child)
{
	memset(child, 0, sizeof(*child));
	child->reader = node->reader;
	child->parent = node;
	child->key = key;
	child->key_bytes = key_bytes;
	child->index = index;
}

/*
 * doc_member looks a member up; false where it is absent.
 */
bool
doc_member(const DocNode *node, const char *key, DocNode *child)
{
	attach(node, key, strlen(key), 0, child);
	if (node->reader->failed || !is_container(node, true))
		return false;
	return getKeyJsonValueFromContainer(node->value.val.binary.data, key,
										child->key_bytes,
										&child->value) != NULL;
}

/*
 * doc_require looks a member up that must be there.
 */
bool
doc_require(const DocNode *node, const char *key, DocNode *child)
{
	if (doc_member(node, key, child))
		return true;
	doc_fail_invalid(child, "missing");
	return false;
}

/*
 * doc_list checks that a node is a list of so many elements, and says how
 * many; 0 after an error.
 */
int
doc_list(const DocNode *node, int count_min, int count_max)
{
	int			count;

	if (node->reader->failed)
		return 0;
	if (!is_container(node, false))
	{
		doc_fail_invalid(node, "a list expected, not %s",
						  type_name(&node->value));
		return 0;
	}
	count = JsonContainerSize(node->value.val.binary.data);
	if (count < count_min)
	{
		if (count == 0)
			doc_fail_invalid(node, "an empty list");
		else
			doc_fail_invalid(node, "%d elements, at least %d are wanted", count, count_min);
		return 0;
	}
	if (count > count_max)
	{
		doc_fail(node, ERRCODE_PROGRAM_LIMIT_EXCEEDED, NULL,
				  "%d elements, at most %d are allowed", count, count_max);
		return 0;
	}
	return count;
}

/*
 * doc_element takes one element of a list that doc_list() has measured.
 */
void
doc_element(const DocNode *node, int index, DocNode *child)
{
	JsonbValue *value;

	attach(node, NULL, 0, index, child);
	if (node->reader->failed)
		return;
	value = getIthJsonbValueFromContainer(node->value.val.binary.data, index);
	child->value = *value;
	pfree(value);
}

/*
 * doc_each_begin starts a walk over the members of an object.
 */
void
doc_each_begin(DocEach *each, const DocNode *node)
{
	JsonbValue	skipped;

	each->node = node;
	each->iterator = NULL;
	if (node->reader->failed || !is_container(node, true))
		return;
	each->iterator = JsonbIteratorInit(node->value.val.binary.data);
	(void) JsonbIteratorNext(&each->iterator, &skipped, true);
}

/*
 * doc_each_next takes the next member; false at the end, and after an error.
 */
bool
doc_each_next(DocEach *each, DocNode *child)
{
	JsonbValue	key;

	if (each->iterator == NULL || each->node->reader->failed)
		return false;
	if (JsonbIteratorNext(&each->iterator, &key, true) != WJB_KEY)
		return false;
	attach(each->node, key.val.string.val, key.val.string.len, 0, child);
	(void) JsonbIteratorNext(&each->iterator, &child->value, true);
	return true;
}

/* ----- values ----- */

/*
 * is_control says whether a character is one that no text holds; a formula may
 * be written on several lines.
 */
static bool
is_control(char c, bool is_formula)
{
	if (is_formula && (c == '\t' || c == '\n' || c == '\r'))
		return false;
	return (unsigned char) c < ' ' || c == 0x7f;
}

/*
 * read_text reads a string that says something: not empty, no control
 * characters, at most so many bytes.
 */
static char *
read_text(const DocNode *node, int bytes_max, bool is_formula)
{
	const char *text;
	int			length;
	int			i;

	if (!expect(node, jbvString, "a string"))
		return pstrdup("");
	text = node->value.val.string.val;
	length = node->value.val.string.len;
	if (length == 0)
		doc_fail_invalid(node, "an empty string");
	else if (length > bytes_max)
		doc_fail(node, ERRCODE_PROGRAM_LIMIT_EXCEEDED, NULL,
				  "%d bytes, at most %d are allowed", length, bytes_max);
	for (i = 0; i < length && !node->reader->failed; i++)
		if (is_control(text[i], is_formula))
			doc_fail_invalid(node, "a control character");
	return node->reader->failed ? pstrdup("") : pnstrdup(text, length);
}

/*
 * doc_text reads a text.
 */
char *
doc_text(const DocNode *node, int bytes_max)
{
	return read_text(node, bytes_max, false);
}

/*
 * doc_formula reads the text of an expression.
 */
char *
doc_formula(const DocNode *node, int bytes_max)
{
	return read_text(node, bytes_max, true);
}

/*
 * doc_bool reads true or false.
 */
bool
doc_bool(const DocNode *node)
{
	return expect(node, jbvBool, "true or false") && node->value.val.boolean;
}

/*
 * doc_integer reads a JSON number that is whole and within the bounds.
 */
int64
doc_integer(const DocNode *node, int64 least, int64 most)
{
	char	   *text;
	int64		value = 0;
	FixedParse	parsed;

	if (!expect(node, jbvNumeric, "a whole number"))
		return 0;
	text = DatumGetCString(DirectFunctionCall1(numeric_out,
											   NumericGetDatum(node->value.val.numeric)));
	parsed = strlen(text) > NUMBER_BYTES_MAX ? FIXED_OUT_OF_RANGE
		: fixed_parse(text, strlen(text), 0, FIXED_FEN_MAX, &value);
	if (parsed == FIXED_MALFORMED || parsed == FIXED_TOO_PRECISE)
		doc_fail_invalid(node, "a whole number expected, not %s",
						  clip_text(text, strlen(text)));
	else if (parsed == FIXED_OUT_OF_RANGE || value < least || value > most)
		doc_fail(node, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, NULL,
				  "%s is out of range, from " INT64_FORMAT " to " INT64_FORMAT,
				  clip_text(text, strlen(text)), least, most);
	return node->reader->failed ? 0 : value;
}

/*
 * read_fixed reads a string that holds a number with a fixed scale.
 */
static int64
read_fixed(const DocNode *node, int places, int64 bound, bool may_be_negative,
		   const char *wanted)
{
	const char *text;
	char		most[FIXED_PRINT_BYTES];
	int			length;
	int64		value;

	if (!expect(node, jbvString, wanted))
		return 0;
	text = node->value.val.string.val;
	length = node->value.val.string.len;
	switch (fixed_parse(text, length, places, bound, &value))
	{
		case FIXED_OK:
			if (value >= 0 || may_be_negative)
				return value;
			doc_fail_invalid(node, "%s is negative", clip_text(text, length));
			break;
		case FIXED_MALFORMED:
			doc_fail_invalid(node, "%s expected, not \"%s\"", wanted,
							  clip_text(text, length));
			break;
		case FIXED_TOO_PRECISE:
			doc_fail_invalid(node, "%s has more than %d decimals",
							  clip_text(text, length), places);
			break;
		case FIXED_OUT_OF_RANGE:
			doc_fail(node, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, psprintf("Write %s, at most %s.", wanted, fixed_print(bound, places, most)),
					  "%s is out of range", clip_text(text, length));
			break;
	}
	return 0;
}

/*
 * doc_amount reads money that cannot be negative, as fen.
 */
int64
doc_amount(const DocNode *node)
{
	return read_fixed(node, FIXED_FEN_PLACES, FIXED_FEN_MAX, false,
					  "an amount such as \"1234.50\"");
}

/*
 * doc_signed_amount reads money of a line that may be a refund.
 */
int64
doc_signed_amount(const DocNode *node)
{
	return read_fixed(node, FIXED_FEN_PLACES, FIXED_FEN_MAX, true,
					  "an amount such as \"1234.50\"");
}

/*
 * doc_share reads a share from 0 to 1, as millionths.
 */
int64
doc_share(const DocNode *node)
{
	return read_fixed(node, FIXED_MICRO_PLACES, FIXED_MICRO_ONE, false,
					  "a share from 0 to 1 such as \"0.85\"");
}

/*
 * doc_decimal reads a signed number with up to six decimals, as millionths.
 */
int64
doc_decimal(const DocNode *node, int64 bound_micro)
{
	return read_fixed(node, FIXED_MICRO_PLACES, bound_micro, true,
					  "a number such as \"1.5\"");
}

/*
 * doc_date reads "2024-03-01".
 */
DateADT
doc_date(const DocNode *node)
{
	DateADT		date;

	if (!expect(node, jbvString, "a date such as \"2024-03-01\""))
		return 0;
	if (iso_date_parse(node->value.val.string.val,
					   node->value.val.string.len, &date))
		return date;
	doc_fail_invalid(node, "\"%s\" is not a date such as \"2024-03-01\"",
					  clip_text(node->value.val.string.val,
								node->value.val.string.len));
	return 0;
}

/*
 * doc_timestamp reads a moment with its offset: without one it would mean
 * something else in each session.
 */
TimestampTz
doc_timestamp(const DocNode *node)
{
	TimestampTz moment;

	if (!expect(node, jbvString,
				"a time such as \"2024-03-10T09:00:00+08:00\""))
		return 0;
	if (iso_timestamp_parse(node->value.val.string.val,
							node->value.val.string.len, &moment))
		return moment;
	doc_fail_invalid(node, "\"%s\" is not a time with its offset such as "
					  "\"2024-03-10T09:00:00+08:00\"",
					  clip_text(node->value.val.string.val,
								node->value.val.string.len));
	return 0;
}

/*
 * doc_code reads one of the names of a table: its index, from 1 (the table
 * starts with a place for 0, "not stated", and ends with NULL).
 */
int
doc_code(const DocNode *node, const char *const *names)
{
	StringInfoData known;
	int			i;

	if (!expect(node, jbvString, "a string"))
		return 0;
	for (i = 1; names[i]; i++)
		if ((int) strlen(names[i]) == node->value.val.string.len &&
			memcmp(names[i], node->value.val.string.val,
				   node->value.val.string.len) == 0)
			return i;
	initStringInfo(&known);
	for (i = 1; names[i]; i++)
		appendStringInfo(&known, "%s%s", i > 1 ? ", " : "", names[i]);
	doc_fail_invalid(node, "unknown code \"%s\", not one of %s",
					  clip_text(node->value.val.string.val,
								node->value.val.string.len), known.data);
	pfree(known.data);
	return 0;
}

/*
 * doc_code_set reads a list of such names as a set of bits, bit i for index i.
 */
uint32
doc_code_set(const DocNode *node, const char *const *names)
{
	int			count = doc_list(node, 1, 32);
	uint32		set = 0;
	int			i;

	for (i = 0; i < count; i++)
	{
		DocNode	child;

		doc_element(node, i, &child);
		set |= UINT32_C(1) << doc_code(&child, names);
	}
	return set;
}
