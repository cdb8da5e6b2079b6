/*-------------------------------------------------------------------------
 *
 * dispatch_sql.c
 *		Entry point: open tasks are given to workers on shift.
 *
 * One transaction reads, solves and publishes the prices; then each chunk has a
 * transaction, and within it a subtransaction, so that a serialization failure or
 * a deadlock costs a chunk a second try and no more.  A chunk takes a lock for its
 * transaction, one for all queues, because a worker may serve several: so loads
 * are counted and raised by one dispatch at a time.  After it come the locks of
 * whoever gives work to people (work/pool.h): workers by key, tasks by key.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "portability/instr_time.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include "core/batch_call.h"
#include "core/errors.h"
#include "core/lock.h"
#include "core/plan.h"
#include "match/dispatch.h"

#define DISPATCH_CHUNK_TASKS 1000
#define DISPATCH_SCOPES (SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define RESULT_COLUMNS 8

PG_FUNCTION_INFO_V1(assure_dispatch);

/* What is done to a chunk; returns where the next one begins. */
typedef int (*ChunkStep) (Call *call, Dispatch *dispatch, int from);

/* How far a dispatch is applied. */
typedef struct Progress
{
	Dispatch	dispatch;
	ChunkStep	step;
	int			from;
} Progress;

/*
 * release_step and reserve_step are the two things that are done to chunks.
 */
static int
release_step(Call *call, Dispatch *dispatch, int from)
{
	return dispatch_release(call, dispatch, from, DISPATCH_CHUNK_TASKS);
}

/*
 * reserve_step gives a chunk of tasks to whom they were assigned.
 */
static int
reserve_step(Call *call, Dispatch *dispatch, int from)
{
	return dispatch_reserve(call, dispatch, from, DISPATCH_CHUNK_TASKS, NULL);
}

/*
 * chunk_work does a step to the next chunk.
 */
static void
chunk_work(Call *call, void *state)
{
	Progress   *progress = state;

	lock_for_transaction(LOCK_DISPATCH);
	progress->from = progress->step(call, &progress->dispatch, progress->from);
}

/*
 * apply releases what moves, then reserves.
 */
static void
apply(BatchCall *batch, Dispatch *dispatch)
{
	static const ChunkStep steps[] = {release_step, reserve_step};

	for (int i = 0; i < (int) lengthof(steps); i++)
	{
		Progress	progress = {*dispatch, steps[i], 0};

		/* Nothing moves where nothing was reserved. */
		if (i == 0 && dispatch->reserved_count == 0)
			continue;
		while (progress.from < dispatch->count)
			batch_call_chunk(batch, chunk_work, &progress, sizeof(progress));
		*dispatch = progress.dispatch;
	}
}

/*
 * finish_run writes what became of the assignment.
 */
static void
finish_run(BatchCall *batch, const Dispatch *dispatch, double milliseconds)
{
	static SqlPlan update = {
		"UPDATE assure.dispatch_run SET assigned = $2, moved = $3, lost = $4, apply_milliseconds = $5 WHERE dispatch_run_id = $1",
		{INT8OID, INT4OID, INT4OID, INT4OID, INT4OID}
	};
	Datum		values[5] = {
		Int64GetDatum(dispatch->dispatch_run_id), Int32GetDatum((int32) dispatch->assigned), Int32GetDatum((int32) dispatch->moved),
		Int32GetDatum((int32) dispatch->lost),
		Int32GetDatum((int32) (milliseconds - dispatch->read_milliseconds - dispatch->solve_milliseconds - dispatch->proof_milliseconds))
	};

	if (dispatch->dispatch_run_id == 0)
		return;
	batch_call_enter(batch);
	plan_run(&update, values, NULL);
	batch_call_commit(batch);
}

/*
 * solve reads and solves in a transaction of its own.
 */
static void
solve(BatchCall *batch, MemoryContext context, int open_max, Dispatch *dispatch)
{
	PoolScope	scope = {.open_max = open_max, .with_reserved = true};

	batch_call_enter(batch);
	call_allow_scans(&batch->call);
	dispatch_solve(&scope, context, dispatch, &batch->call);
	batch_call_commit(batch);
}

/*
 * dispatch_result makes the row of the INOUT parameter: a record with one
 * column, which is an assure.dispatch_result.  That of 0.1 has the first columns.
 */
static Datum
dispatch_result(FunctionCallInfo fcinfo, const Dispatch *dispatch, double milliseconds)
{
	TupleDesc	descriptor;
	TupleDesc	inner;
	Datum		values[RESULT_COLUMNS];
	bool		nulls[RESULT_COLUMNS] = {false};
	Datum		result;

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "the procedure has no INOUT parameters");
	inner = lookup_rowtype_tupdesc_copy(TupleDescAttr(descriptor, 0)->atttypid, -1);
	if (inner->natts > RESULT_COLUMNS)
		elog(ERROR, "assure.dispatch_result has %d columns", inner->natts);
	values[0] = Int64GetDatum(dispatch->assigned);
	values[1] = Int64GetDatum(dispatch->unassigned);
	values[2] = Int64GetDatum(dispatch->lost);
	values[3] = Float8GetDatum(milliseconds);
	values[4] = Int64GetDatum(dispatch->moved);
	values[5] = Int64GetDatum(dispatch->cost);
	values[6] = Int64GetDatum(dispatch->dual_bound);
	values[7] = BoolGetDatum(dispatch->is_optimal);
	result = HeapTupleGetDatum(heap_form_tuple(inner, values, nulls));
	return batch_call_result(fcinfo, &result, nulls);
}

/*
 * milliseconds_since gives the time since a start.
 */
static double
milliseconds_since(instr_time started)
{
	instr_time	elapsed;

	INSTR_TIME_SET_CURRENT(elapsed);
	INSTR_TIME_SUBTRACT(elapsed, started);
	return INSTR_TIME_GET_MILLISEC(elapsed);
}

/*
 * assure_dispatch assigns open tasks.
 */
PGDLLEXPORT Datum
assure_dispatch(PG_FUNCTION_ARGS)
{
	int			open_max = PG_ARGISNULL(0) ? PG_INT32_MAX : PG_GETARG_INT32(0);
	BatchCall	batch;
	Dispatch	dispatch;
	MemoryContext context;
	instr_time	started;

	if (open_max < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_tasks is %d, not at least 1", open_max)));
	INSTR_TIME_SET_CURRENT(started);
	batch_call_begin(&batch, fcinfo, DISPATCH_SCOPES, "dispatch");
	context = AllocSetContextCreate(CurrentMemoryContext, "pg_assure dispatch", ALLOCSET_DEFAULT_SIZES);
	solve(&batch, context, open_max, &dispatch);
	apply(&batch, &dispatch);
	finish_run(&batch, &dispatch, milliseconds_since(started));
	batch_call_end(&batch);
	return dispatch_result(fcinfo, &dispatch, milliseconds_since(started));
}
