/*-------------------------------------------------------------------------
 *
 * document_call.h
 *		Calls that take one document, or one key, and a request_id.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CORE_DOCUMENT_CALL_H
#define ASSURE_CORE_DOCUMENT_CALL_H

#include "fmgr.h"
#include "utils/jsonb.h"

#include "core/call.h"

/* What is done with the document, inside of the call; returns the key. */
typedef int64 (*DocumentWork) (Call *call, Jsonb *document);

/*
 * document_call refuses a NULL document (argument is its name), begins the call
 * for who has one of the scopes, and returns the first answer where the request
 * was made before; else that of the work, and keeps it.
 */
extern int64 document_call(FunctionCallInfo fcinfo, const char *argument, int scopes, const char *function, DocumentWork work);

/* What is done to what has the key, inside of the call. */
typedef void (*KeyWork) (Call *call, int64 key);

/*
 * key_call is the same for a call whose argument is a key and that answers
 * nothing.
 */
extern void key_call(FunctionCallInfo fcinfo, const char *argument, int scopes, const char *function, KeyWork work);

#endif							/* ASSURE_CORE_DOCUMENT_CALL_H */
