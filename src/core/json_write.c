/*-------------------------------------------------------------------------
 *
 * json_write.c
 *		Writes members of a Jsonb object, in the form that json.c reads.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "core/fixed.h"
#include "core/json.h"
#include "utils/numeric.h"

/*
 * doc_push_key pushes the key of a member whose value comes next.
 */
void
doc_push_key(JsonbParseState **state, const char *key)
{
	JsonbValue	value;

	value.type = jbvString;
	value.val.string.val = unconstify(char *, key);
	value.val.string.len = strlen(key);
	(void) pushJsonbValue(state, WJB_KEY, &value);
}

/*
 * push_text pushes a string as a value or an element.
 */
static void
push_text(JsonbParseState **state, JsonbIteratorToken token, const char *text)
{
	JsonbValue	value;

	value.type = jbvString;
	value.val.string.val = unconstify(char *, text);
	value.val.string.len = strlen(text);
	(void) pushJsonbValue(state, token, &value);
}

/*
 * doc_push_text pushes a member that is a string; "text" has to stay until
 * the whole value is made.
 */
void
doc_push_text(JsonbParseState **state, const char *key, const char *text)
{
	doc_push_key(state, key);
	push_text(state, WJB_VALUE, text);
}

/*
 * doc_push_element_text pushes an element of a list that is a string.
 */
void
doc_push_element_text(JsonbParseState **state, const char *text)
{
	push_text(state, WJB_ELEM, text);
}

/*
 * doc_push_amount pushes a member that is money: a string with two decimals.
 */
void
doc_push_amount(JsonbParseState **state, const char *key, int64 amount_fen)
{
	char		buffer[FIXED_PRINT_BYTES];

	doc_push_text(state, key, pstrdup(fixed_print_fen(amount_fen, buffer)));
}

/*
 * doc_push_integer pushes a member that is a JSON number.
 */
void
doc_push_integer(JsonbParseState **state, const char *key, int64 value)
{
	JsonbValue	number;

	doc_push_key(state, key);
	number.type = jbvNumeric;
	number.val.numeric = int64_to_numeric(value);
	(void) pushJsonbValue(state, WJB_VALUE, &number);
}

/*
 * doc_push_bool pushes a member that is true or false.
 */
void
doc_push_bool(JsonbParseState **state, const char *key, bool value)
{
	JsonbValue	boolean;

	doc_push_key(state, key);
	boolean.type = jbvBool;
	boolean.val.boolean = value;
	(void) pushJsonbValue(state, WJB_VALUE, &boolean);
}

/*
 * doc_push_date pushes a member that is a date.
 */
void
doc_push_date(JsonbParseState **state, const char *key, DateADT date)
{
	char		buffer[JSON_DATE_BYTES];

	doc_push_text(state, key, pstrdup(iso_date_print(date, buffer)));
}
