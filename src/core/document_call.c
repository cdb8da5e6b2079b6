/*-------------------------------------------------------------------------
 *
 * document_call.c
 *		The frame of a call that takes one document, or one key.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "core/digest.h"
#include "core/document_call.h"
#include "core/request.h"

/*
 * document_call runs such a call: the document is its first argument, the
 * request_id its second.
 */
int64
document_call(FunctionCallInfo fcinfo, const char *argument, int scopes, const char *function, DocumentWork work)
{
	char	   *request_id = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	Jsonb	   *document;
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;
	int64		key;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", argument)));
	document = PG_GETARG_JSONB_P(0);
	initStringInfo(&arguments);
	if (request_id != NULL)
		digest_text(&arguments, JsonbToCString(NULL, &document->root, VARSIZE(document)));
	call_begin(&call, scopes, function);
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		key = request_answer_int64(answer);
	else
	{
		key = work(&call, document);
		request_end_int64(request_id, key);
	}
	call_end(&call);
	return key;
}

/*
 * key_call runs such a call: the key is its first argument, the request_id its
 * second.
 */
void
key_call(FunctionCallInfo fcinfo, const char *argument, int scopes, const char *function, KeyWork work)
{
	char	   *request_id = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	int64		key = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);
	StringInfoData arguments;
	Call		call;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", argument)));
	initStringInfo(&arguments);
	digest_int64(&arguments, key);
	call_begin(&call, scopes, function);
	if (request_begin(&call, request_id, &arguments) == NULL)
	{
		work(&call, key);
		request_end_int64(request_id, key);
	}
	call_end(&call);
}
