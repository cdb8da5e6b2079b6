/*-------------------------------------------------------------------------
 *
 * batch_call.h
 *		Procedures that commit as they go.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CORE_BATCH_CALL_H
#define ASSURE_CORE_BATCH_CALL_H

#include "fmgr.h"

#include "core/call.h"

typedef struct BatchCall
{
	Call		call;
	int			scopes_allowed;
	const char *function;
} BatchCall;

/*
 * begin; then for each chunk enter, work, commit; then end.  Between enter and
 * commit the work runs as the owner, in one transaction.
 */
extern void batch_call_begin(BatchCall *batch, FunctionCallInfo fcinfo, int scopes_allowed, const char *function);
extern void batch_call_enter(BatchCall *batch);
extern void batch_call_commit(BatchCall *batch);
extern void batch_call_end(BatchCall *batch);

/*
 * enter, work and commit in one; what lost a race (40001, 40P01) is tried again
 * from the state that it began with.  The state is values only, for it outlives
 * transactions.
 */
typedef void (*BatchWork) (Call *call, void *state);

extern void batch_call_chunk(BatchCall *batch, BatchWork work, void *state, Size state_bytes);

/* The row of a procedure's INOUT parameters. */
extern Datum batch_call_result(FunctionCallInfo fcinfo, Datum *values, bool *nulls);

#endif							/* ASSURE_CORE_BATCH_CALL_H */
