/*-------------------------------------------------------------------------
 *
 * batch_call.c
 *		Procedures that commit as they go.
 *
 * A commit ends the role and the settings that call_enter took on, so each
 * chunk enters anew: access is checked again, and a change of configuration is
 * seen, at each.  There is no active snapshot between transactions, so each
 * chunk pushes one.
 *
 * A chunk is READ COMMITTED whatever the session's default: it waits for the lock
 * on the books and then reads what the one before it left.
 *
 * Memory: a chunk has an SPI connection of its own below the procedure's; what
 * it read and allocated goes with that.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/guc.h"
#include "utils/snapmgr.h"

#include "core/attempt.h"
#include "core/batch_call.h"

/*
 * batch_call_begin refuses to run where it cannot commit, and connects SPI.
 */
void
batch_call_begin(BatchCall *batch, FunctionCallInfo fcinfo, int scopes_allowed, const char *function)
{
	if (fcinfo->context == NULL || !IsA(fcinfo->context, CallContext) ||
		castNode(CallContext, fcinfo->context)->atomic)
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("assure.%s() commits as it goes and cannot run inside a transaction block", function),
				 errhint("CALL it by itself, outside BEGIN and outside functions.")));
	batch->scopes_allowed = scopes_allowed;
	batch->function = function;
	if (SPI_connect_ext(SPI_OPT_NONATOMIC) != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");

	/* The CALL itself has taken a snapshot; too late for this transaction. */
	if (IsolationUsesXactSnapshot())
		SPI_commit();
}

/*
 * batch_call_enter begins a chunk.
 */
void
batch_call_enter(BatchCall *batch)
{
	CHECK_FOR_INTERRUPTS();
	if (IsolationUsesXactSnapshot())
		(void) set_config_option("transaction_isolation", "read committed", PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_LOCAL, true, 0, false);
	PushActiveSnapshot(GetTransactionSnapshot());
	call_begin(&batch->call, batch->scopes_allowed, batch->function);
}

/*
 * batch_call_commit ends a chunk for good.
 */
void
batch_call_commit(BatchCall *batch)
{
	call_end(&batch->call);
	PopActiveSnapshot();
	SPI_commit();
}

/* A chunk of work as it is tried. */
typedef struct ChunkTry
{
	Call	   *call;
	BatchWork	work;
	void	   *state;
	const void *before;			/* the state that each try begins with */
	Size		state_bytes;
} ChunkTry;

/*
 * chunk_work tries a chunk.
 */
static bool
chunk_work(void *data)
{
	ChunkTry   *it = data;

	memcpy(it->state, it->before, it->state_bytes);
	it->work(it->call, it->state);
	return true;
}

/*
 * batch_call_chunk does a chunk of work in a transaction of its own.
 */
void
batch_call_chunk(BatchCall *batch, BatchWork work, void *state, Size state_bytes)
{
	void	   *before;
	ErrorData  *error;

	batch_call_enter(batch);
	before = palloc(state_bytes);
	memcpy(before, state, state_bytes);
	error = attempt(chunk_work, &(ChunkTry) {&batch->call, work, state, before, state_bytes});
	if (error != NULL)
		ReThrowError(error);
	batch_call_commit(batch);
}

/*
 * batch_call_end disconnects SPI.
 */
void
batch_call_end(BatchCall *batch)
{
	SPI_finish();
}

/*
 * batch_call_result makes the row of the INOUT parameters.
 */
Datum
batch_call_result(FunctionCallInfo fcinfo, Datum *values, bool *nulls)
{
	TupleDesc	descriptor;

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "the procedure has no INOUT parameters");
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls));
}
