/*-------------------------------------------------------------------------
 *
 * feel_json.c
 *		Values of FEEL from jsonb, lazily, and to jsonb.
 *
 * Objects and arrays become contexts and lists that look into the document when
 * they are asked; strings point into it.  Numbers keep all their digits up to
 * FEEL's 34.  On the way out what JSON has no kind for is the text that string()
 * gives.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "core/compat.h"
#include "core/guc.h"
#include "feel/feel_json.h"

/* The server's numeric, as it is stored since 9.1: numeric.c of any version. */
#define NUMERIC_KIND_MASK		0xC000
#define NUMERIC_NEGATIVE		0x4000
#define NUMERIC_SHORT			0x8000
#define NUMERIC_SPECIAL			0xC000
#define NUMERIC_SHORT_NEGATIVE	0x2000
#define NUMERIC_SHORT_SCALE(h)	(((h) & 0x1F80) >> 7)
#define NUMERIC_SHORT_WEIGHT(h) (((h) & 0x0040 ? ~0x003F : 0) | ((h) & 0x003F))
#define NUMERIC_LONG_SCALE(h)	((h) & 0x3FFF)
#define NUMERIC_GROUPS_MAX		9	/* of four digits: what 128 bits hold */

/*
 * number_of_text converts a numeric by its text: the rare large ones.
 */
static FeelValue
number_of_text(FeelState *state, Numeric numeric)
{
	char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(numeric)));
	FeelNumber	number;
	bool		ok = number_parse(text, strlen(text), &number);

	pfree(text);
	return ok ? value_from_number(number) : feel_null(state, "a number of the data is out of range");
}

/*
 * number_of_numeric converts a numeric by its digits, as they are stored.
 */
static FeelValue
number_of_numeric(FeelState *state, Numeric numeric)
{
	const char *data = VARDATA_ANY(numeric);
	int			bytes = VARSIZE_ANY_EXHDR(numeric);
	uint16		header;
	int			head_bytes;
	int			weight;
	int			scale;
	bool		negative;
	int128		coefficient = 0;
	int			exponent;
	int			groups;
	FeelNumber	number;

	memcpy(&header, data, sizeof(header));
	if ((header & NUMERIC_KIND_MASK) == NUMERIC_SPECIAL)
		return feel_null(state, "a number of the data is no number");
	if ((header & NUMERIC_KIND_MASK) == NUMERIC_SHORT)
	{
		head_bytes = sizeof(uint16);
		weight = NUMERIC_SHORT_WEIGHT(header);
		scale = NUMERIC_SHORT_SCALE(header);
		negative = (header & NUMERIC_SHORT_NEGATIVE) != 0;
	}
	else
	{
		int16		long_weight;

		head_bytes = sizeof(uint16) + sizeof(int16);
		memcpy(&long_weight, data + sizeof(uint16), sizeof(long_weight));
		weight = long_weight;
		scale = NUMERIC_LONG_SCALE(header);
		negative = (header & NUMERIC_KIND_MASK) == NUMERIC_NEGATIVE;
	}
	groups = (bytes - head_bytes) / (int) sizeof(int16);
	if (groups > NUMERIC_GROUPS_MAX)
		return number_of_text(state, numeric);
	for (int i = 0; i < groups; i++)
	{
		int16		digits;

		memcpy(&digits, data + head_bytes + i * sizeof(int16), sizeof(digits));
		coefficient = coefficient * 10000 + digits;
	}
	exponent = groups > 0 ? (weight - (groups - 1)) * 4 : 0;
	/* the last group may have zeros beyond the scale */
	for (; exponent < 0 && -exponent > scale; exponent++)
		coefficient /= 10;
	if (!number_from_int128(negative ? -coefficient : coefficient, exponent, &number))
		return feel_null(state, "a number of the data is out of range");
	return value_from_number(number);
}

static FeelValue value_of_container(FeelState *state, JsonbContainer *container);

/*
 * value_of_json converts one value; what it holds stays where it is.
 */
static FeelValue
value_of_json(FeelState *state, const JsonbValue *json)
{
	switch (json->type)
	{
		case jbvBool:
			return value_from_bool(json->val.boolean);
		case jbvNumeric:
			return number_of_numeric(state, json->val.numeric);
		case jbvString:
			return value_from_string(feel_string(json->val.string.val, json->val.string.len));
		case jbvBinary:
			return value_of_container(state, json->val.binary.data);
		default:
			return value_null();
	}
}

/*
 * fill_list converts the items of an array.
 */
static void
fill_list(FeelState *state, void *data, FeelValue *items)
{
	JsonbIterator *iterator = JsonbIteratorInit(data);
	JsonbValue	json;

	(void) JsonbIteratorNext(&iterator, &json, true);
	while (JsonbIteratorNext(&iterator, &json, true) == WJB_ELEM)
		*items++ = value_of_json(state, &json);
	if (iterator)
		pfree(iterator);
}

static const FeelLazyList json_list = {fill_list};

/*
 * get_entry looks up a key of an object.
 */
static bool
get_entry(FeelState *state, void *data, FeelString key, FeelValue *value)
{
	JsonbValue	json;

	if (getKeyJsonValueFromContainer(data, key.data, key.length, &json) == NULL)
		return false;
	*value = value_of_json(state, &json);
	return true;
}

/*
 * fill_entries converts the pairs of an object, in the order of jsonb.
 */
static void
fill_entries(FeelState *state, void *data, FeelEntry *entries)
{
	JsonbIterator *iterator = JsonbIteratorInit(data);
	JsonbValue	json;

	(void) JsonbIteratorNext(&iterator, &json, true);
	while (JsonbIteratorNext(&iterator, &json, true) == WJB_KEY)
	{
		entries->key = feel_string(json.val.string.val, json.val.string.len);
		(void) JsonbIteratorNext(&iterator, &json, true);
		entries->value = value_of_json(state, &json);
		entries++;
	}
	if (iterator)
		pfree(iterator);
}

static const FeelLazyContext json_context = {get_entry, fill_entries};

/*
 * value_of_container makes the lazy value of an object or array.
 */
static FeelValue
value_of_container(FeelState *state, JsonbContainer *container)
{
	int			count = JsonContainerSize(container);

	if (JsonContainerIsObject(container))
		return value_lazy_context(feel_arena(state), &json_context, container, count);
	return value_lazy_list(feel_arena(state), &json_list, container, count);
}

/*
 * feel_from_jsonb makes the lazy value of a document.
 */
FeelValue
feel_from_jsonb(FeelState *state, const Jsonb *document)
{
	JsonbContainer *root = (JsonbContainer *) &document->root;

	if (JsonContainerIsScalar(root))
	{
		FeelValue	value;

		fill_list(state, root, &value);
		return value;
	}
	return value_of_container(state, root);
}

/*
 * feel_json_entry gives an entry of an object; false: no such key.
 */
bool
feel_json_entry(FeelState *state, JsonbContainer *object, FeelString key, FeelValue *value)
{
	return get_entry(state, object, key, value);
}

/*
 * numeric_of_number converts with all digits.
 */
static Numeric
numeric_of_number(FeelNumber number)
{
	char		text[NUMBER_PRINT_MAX + 1];
	int64		integer;

	if (number_to_int64(number, &integer))
		return int64_to_numeric(integer);
	text[number_print(number, text)] = '\0';
	return DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(text),
											   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

/*
 * scalar_json sets the JSON of a value that is no list and no context.
 */
static void
scalar_json(FeelState *state, FeelValue value, JsonbValue *json)
{
	FeelString	text;

	switch ((FeelKind) value.kind)
	{
		case FEEL_NULL:
			json->type = jbvNull;
			return;
		case FEEL_BOOLEAN:
			json->type = jbvBool;
			json->val.boolean = value.u.boolean;
			return;
		case FEEL_NUMBER:
			json->type = jbvNumeric;
			json->val.numeric = numeric_of_number(value.u.number);
			return;
		default:
			text = feel_to_string(state, value);
			json->type = jbvString;
			json->val.string.val = (char *) text.data;
			json->val.string.len = text.length;
			return;
	}
}

/* A document that is being built. */
typedef struct Writing
{
	FeelState  *state;
	JsonbParseState *parse;
	size_t		bytes;			/* about what it has come to */
	size_t		bytes_max;
} Writing;

/*
 * count_bytes counts what is written: a value that shares its parts can be far
 * larger as a document than in memory.
 */
static void
count_bytes(Writing *writing, size_t bytes)
{
	feel_step(writing->state, 1);
	writing->bytes += bytes + sizeof(JsonbValue);
	if (writing->bytes > writing->bytes_max)
		feel_fail_limit(writing->state, "as JSON it needs more than %zu kilobytes", writing->bytes_max / 1024);
}

/*
 * push_value appends a value to the document; token is WJB_ELEM or WJB_VALUE, by
 * where it stands.
 */
static JsonbValue *
push_value(Writing *writing, FeelValue value, JsonbIteratorToken token)
{
	FeelState  *state = writing->state;
	JsonbParseState **parse = &writing->parse;
	JsonbValue	json;

	check_stack_depth();
	count_bytes(writing, 0);
	if (value.kind == FEEL_LIST)
	{
		const FeelValue *items = list_items(state, value);

		pushJsonbValue(parse, WJB_BEGIN_ARRAY, NULL);
		for (int32 i = 0; i < list_count(value); i++)
			(void) push_value(writing, items[i], WJB_ELEM);
		return pushJsonbValue(parse, WJB_END_ARRAY, NULL);
	}
	if (value.kind == FEEL_CONTEXT)
	{
		const FeelEntry *entries = context_entries(state, value);

		pushJsonbValue(parse, WJB_BEGIN_OBJECT, NULL);
		for (int32 i = 0; i < context_count(value); i++)
		{
			json.type = jbvString;
			json.val.string.val = (char *) entries[i].key.data;
			json.val.string.len = entries[i].key.length;
			count_bytes(writing, json.val.string.len);
			pushJsonbValue(parse, WJB_KEY, &json);
			(void) push_value(writing, entries[i].value, WJB_VALUE);
		}
		return pushJsonbValue(parse, WJB_END_OBJECT, NULL);
	}
	scalar_json(state, value, &json);
	count_bytes(writing, json.type == jbvString ? json.val.string.len : 0);
	return pushJsonbValue(parse, token, &json);
}

typedef struct ToJson
{
	FeelValue	value;
	Jsonb	   *result;
} ToJson;

/*
 * to_json_body converts; reading lazy values may meet a limit.
 */
static FeelValue
to_json_body(FeelState *state, void *arg)
{
	ToJson	   *to = arg;
	Writing		writing = {.state = state, .bytes_max = (size_t) guc_feel_size_max * 1024};
	JsonbValue	json;

	if (to->value.kind == FEEL_LIST || to->value.kind == FEEL_CONTEXT)
		to->result = JsonbValueToJsonb(push_value(&writing, to->value, WJB_ELEM));
	else
	{
		scalar_json(state, to->value, &json);
		to->result = JsonbValueToJsonb(&json);
	}
	return value_null();
}

/*
 * feel_to_jsonb makes the document of a value, or raises AS302.
 */
Jsonb *
feel_to_jsonb(FeelState *state, FeelValue value)
{
	ToJson		to = {.value = value};
	FeelValue	nothing;
	FeelError	error;

	if (!feel_protect(state, to_json_body, &to, &nothing, &error))
		feel_raise(&error, "result");
	return to.result;
}
