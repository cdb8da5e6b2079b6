/*-------------------------------------------------------------------------
 *
 * request.c
 *		Calls that may be retried: the first answer is kept by request_id.
 *
 * Locking: the row is inserted before the work.  A second call with the same
 * request_id waits on the key until the first one ends, then finds its answer
 * or, if it was rolled back, does the work itself.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/numeric.h"

#include "core/digest.h"
#include "core/errors.h"
#include "core/plan.h"
#include "core/request.h"

#define REQUEST_ID_LENGTH_MAX 200

/*
 * request_find returns the answer kept for the request, after checking that it
 * was the same call.
 */
static Jsonb *
request_find(Call *call, const char *request_id, Datum arguments_hash)
{
	static SqlPlan find = {
		"SELECT function = $2 AND arguments_hash = $3, answer "
		"FROM assure_internal.request WHERE request_id = $1",
		{TEXTOID, TEXTOID, BYTEAOID}
	};
	Datum		values[3] = {CStringGetTextDatum(request_id), CStringGetTextDatum(call->function), arguments_hash};
	bool		isnull;
	Datum		answer;

	if (plan_run(&find, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("request_id \"%s\" is being answered by a concurrent call", request_id),
				 errhint("Retry the transaction.")));
	if (!plan_bool(0, 1))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_REQUEST_REUSED),
				 errmsg("request_id \"%s\" was used before for another call", request_id),
				 errhint("Use a new request_id for each call, and the same one only to retry it unchanged.")));
	answer = plan_datum(0, 2, &isnull);
	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_REQUEST_REUSED),
				 errmsg("request_id \"%s\" is in use by an outer call of this transaction", request_id)));
	return DatumGetJsonbPCopy(answer);
}

/*
 * request_begin claims the request_id, or returns the first answer.
 */
Jsonb *
request_begin(Call *call, const char *request_id, StringInfo arguments)
{
	static SqlPlan claim = {
		"INSERT INTO assure_internal.request (request_id, function, arguments_hash) "
		"VALUES ($1, $2, $3) ON CONFLICT (request_id) DO NOTHING",
		{TEXTOID, TEXTOID, BYTEAOID}
	};
	RowHash		hash;
	Datum		values[3];

	if (request_id == NULL)
		return NULL;
	if (request_id[0] == '\0' || strlen(request_id) > REQUEST_ID_LENGTH_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("request_id has %zu bytes, not 1 to %d", strlen(request_id), REQUEST_ID_LENGTH_MAX)));
	digest_text(arguments, call->session_role);
	digest_int64(arguments, call_actor(call));
	hash = digest_finish(arguments);
	values[0] = CStringGetTextDatum(request_id);
	values[1] = CStringGetTextDatum(call->function);
	values[2] = hash_datum(&hash);
	if (plan_run(&claim, values, NULL) == 1)
		return NULL;
	return request_find(call, request_id, values[2]);
}

/*
 * request_end keeps the answer of a call that claimed its request_id.
 */
void
request_end(const char *request_id, Jsonb *answer)
{
	static SqlPlan keep = {
		"UPDATE assure_internal.request SET answer = $2 WHERE request_id = $1", {TEXTOID, JSONBOID}
	};
	Datum		values[2];

	if (request_id == NULL)
		return;
	values[0] = CStringGetTextDatum(request_id);
	values[1] = JsonbPGetDatum(answer);
	plan_run(&keep, values, NULL);
}

/*
 * scalar_value returns the one value of such a jsonb.
 */
static JsonbValue
scalar_value(Jsonb *answer)
{
	JsonbValue	value;

	if (!JsonbExtractScalar(&answer->root, &value))
		elog(ERROR, "the answer kept for a request is not a scalar");
	return value;
}

/*
 * request_end_int64 keeps a number as the answer.
 */
void
request_end_int64(const char *request_id, int64 answer)
{
	JsonbValue	value;

	value.type = jbvNumeric;
	value.val.numeric = int64_to_numeric(answer);
	request_end(request_id, JsonbValueToJsonb(&value));
}

/*
 * request_answer_int64 reads it back.
 */
int64
request_answer_int64(Jsonb *answer)
{
	JsonbValue	value = scalar_value(answer);

	return DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(value.val.numeric)));
}

/*
 * request_end_text keeps a text as the answer.
 */
void
request_end_text(const char *request_id, const char *answer)
{
	JsonbValue	value;

	value.type = jbvString;
	value.val.string.val = (char *) answer;
	value.val.string.len = strlen(answer);
	request_end(request_id, JsonbValueToJsonb(&value));
}

/*
 * request_answer_text reads it back.
 */
char *
request_answer_text(Jsonb *answer)
{
	JsonbValue	value = scalar_value(answer);

	return pnstrdup(value.val.string.val, value.val.string.len);
}
