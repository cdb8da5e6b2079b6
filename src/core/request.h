/*-------------------------------------------------------------------------
 *
 * request.h
 *		Calls that may be retried: the first answer is kept by request_id.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CORE_REQUEST_H
#define ASSURE_CORE_REQUEST_H

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

#include "core/call.h"

/*
 * request_begin takes what stands in a caller's request_id (NULL: none was
 * given) and the canonical bytes of the other arguments.  It returns the first
 * answer if there is one; else NULL, and the call does its work and hands its
 * answer to request_end.  An answer is for who asked first, nobody else.
 */
extern Jsonb *request_begin(Call *call, const char *request_id, StringInfo arguments);
extern void request_end(const char *request_id, Jsonb *answer);

extern void request_end_int64(const char *request_id, int64 answer);
extern int64 request_answer_int64(Jsonb *answer);
extern void request_end_text(const char *request_id, const char *answer);
extern char *request_answer_text(Jsonb *answer);

#endif							/* ASSURE_CORE_REQUEST_H */
