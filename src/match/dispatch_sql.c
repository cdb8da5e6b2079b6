/*-------------------------------------------------------------------------
 *
 * dispatch_sql.c
 *		Open tasks are given to workers on shift.
 *
 * The assignment is made on a snapshot without locks; what it chose is applied
 * in chunks.  A chunk takes a lock for its transaction, one for all queues because
 * a worker may serve several, so that loads are counted and raised by one
 * dispatch at a time.  It gives out only tasks that are still open to workers who
 * still have room; what was lost meanwhile is counted, and stays open for the
 * next dispatch.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "nodes/pg_list.h"
#include "portability/instr_time.h"
#include "storage/shmem.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include "audit/audit.h"
#include "core/batch_call.h"
#include "core/errors.h"
#include "core/lock.h"
#include "core/plan.h"
#include "match/assign.h"
#include "sla/sla.h"

#define DISPATCH_CHUNK_TASKS 500
#define DISPATCH_TASKS_MAX 20000	/* a queue and call; the next call goes on */
#define DISPATCH_SCOPES (SCOPE_SUPERVISOR | SCOPE_ADMIN)

PG_FUNCTION_INFO_V1(assure_dispatch);

/* The tasks of one queue that need the same skills, their workers, and who was chosen. */
typedef struct Pool
{
	int64		queue_id;
	MatchQueue	queue;
	char	   *skill;
	Datum		more_skills;	/* text[] */
	int			task_count;
	MatchTask  *tasks;
	int			worker_count;
	MatchWorker *workers;
	int		   *worker_of;
} Pool;

typedef struct DispatchCount
{
	int64		assigned;
	int64		unassigned;
	int64		lost;
} DispatchCount;

/*
 * read_excluded fills who may not do a task from the last column of its row.
 */
static void
read_excluded(MatchTask *task, uint64 row)
{
	bool		isnull;
	Datum	   *elements;
	int64	   *ids;

	deconstruct_array(DatumGetArrayTypeP(plan_datum(row, 5, &isnull)), INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &elements, NULL, &task->excluded_count);
	ids = palloc(mul_size(sizeof(int64), Max(task->excluded_count, 1)));
	for (int i = 0; i < task->excluded_count; i++)
		ids[i] = DatumGetInt64(elements[i]);
	task->excluded_worker_ids = ids;
}

/*
 * pool_read_tasks reads the open tasks of a pool, most urgent first.
 */
static void
pool_read_tasks(Pool *pool, int task_count_max)
{
	static SqlPlan read = {
		"SELECT t.task_id, t.branch_id, left(b.region, 2)::int4, t.amount_fen, t.excluded_worker_ids "
		"FROM assure.task t JOIN assure.branch b USING (branch_id) "
		"WHERE t.state = 'open' AND t.queue_id = $1 AND t.skills = $3 ORDER BY t.priority DESC, t.task_id LIMIT $2",
		{INT8OID, INT4OID, TEXTARRAYOID}
	};
	Datum		values[3] = {Int64GetDatum(pool->queue_id), Int32GetDatum(task_count_max), pool->more_skills};

	pool->task_count = (int) plan_run(&read, values, NULL);
	pool->tasks = palloc(mul_size(sizeof(MatchTask), Max(pool->task_count, 1)));
	for (int i = 0; i < pool->task_count; i++)
		pool->tasks[i] = (MatchTask)
	{
		.task_id = plan_int64(i, 1, 0), .branch_id = plan_int64(i, 2, 0), .province = plan_int32(i, 3, 0),
			.amount_fen = plan_int64(i, 4, 0)
	};
	for (int i = 0; i < pool->task_count; i++)
		read_excluded(&pool->tasks[i], i);
}

/*
 * pool_read_workers reads the workers on shift who have the skills and room.
 */
static void
pool_read_workers(Pool *pool)
{
	static SqlPlan read = {
		"SELECT w.worker_id, w.branch_id, left(b.region, 2)::int4, w.authority_fen, w.capacity, "
		"  coalesce(l.load, 0)::int4, b.status = 'online', s.level::int4 "
		"FROM assure.worker w JOIN assure.branch b USING (branch_id) "
		"JOIN assure.worker_skill s ON s.worker_id = w.worker_id AND s.skill = $1 "
		"LEFT JOIN (SELECT worker_id, count(*) AS load FROM assure.task "
		"  WHERE state IN ('reserved', 'accepted') GROUP BY worker_id) l ON l.worker_id = w.worker_id "
		"WHERE w.status = 'on_shift' AND b.status <> 'offline' AND w.capacity > coalesce(l.load, 0) "
		"  AND NOT EXISTS (SELECT 1 FROM unnest($2) AS n (skill) WHERE NOT EXISTS (SELECT 1 FROM assure.worker_skill m "
		"    WHERE m.worker_id = w.worker_id AND m.skill = n.skill)) "
		"ORDER BY w.worker_id", {TEXTOID, TEXTARRAYOID}
	};
	Datum		values[2] = {CStringGetTextDatum(pool->skill), pool->more_skills};

	pool->worker_count = (int) plan_run(&read, values, NULL);
	pool->workers = palloc(mul_size(sizeof(MatchWorker), Max(pool->worker_count, 1)));
	for (int i = 0; i < pool->worker_count; i++)
		pool->workers[i] = (MatchWorker)
	{
		plan_int64(i, 1, 0), plan_int64(i, 2, 0), plan_int32(i, 3, 0), plan_int64(i, 4, 0),
			plan_int32(i, 5, 0), plan_int32(i, 6, 0), plan_bool(i, 7), plan_int32(i, 8, 0)
	};
}

/*
 * pools_read makes a pool of the open tasks of each queue that need the same
 * skills, and solves it.
 */
static List *
pools_read(int64 task_count_max, DispatchCount *count)
{
	static SqlPlan read = {
		"SELECT q.queue_id, q.skill, q.skill_level::int4, q.shareable, t.skills FROM assure.queue q "
		"JOIN (SELECT DISTINCT queue_id, skills FROM assure.task WHERE state = 'open') t USING (queue_id) "
		"ORDER BY q.queue_id, t.skills", {0}
	};
	uint64		rows = plan_run(&read, NULL, NULL);
	List	   *pools = NIL;
	ListCell   *cell;

	for (uint64 i = 0; i < rows; i++)
	{
		Pool	   *pool = palloc0(sizeof(Pool));
		bool		isnull;

		pool->queue_id = plan_int64(i, 1, 0);
		pool->skill = plan_text(i, 2);
		pool->queue = (MatchQueue) {plan_int32(i, 3, 0), plan_bool(i, 4)};
		pool->more_skills = PointerGetDatum(DatumGetArrayTypePCopy(plan_datum(i, 5, &isnull)));
		pools = lappend(pools, pool);
	}
	foreach(cell, pools)
	{
		Pool	   *pool = lfirst(cell);
		int			assigned;

		pool_read_tasks(pool, (int) Min(task_count_max, DISPATCH_TASKS_MAX));
		pool_read_workers(pool);
		pool->worker_of = palloc(mul_size(sizeof(int), Max(pool->task_count, 1)));
		assigned = assign(&pool->queue, pool->tasks, pool->task_count, pool->workers, pool->worker_count, pool->worker_of);
		count->unassigned += pool->task_count - assigned;
		task_count_max -= pool->task_count;
	}
	return pools;
}

static SqlPlan apply = {
	"WITH p AS (SELECT u.task_id, u.worker_id, row_number() OVER (PARTITION BY u.worker_id ORDER BY u.n) AS place "
	"    FROM unnest($1, $2) WITH ORDINALITY AS u (task_id, worker_id, n)), "
	"l AS (SELECT worker_id, count(*) AS load FROM assure.task "
	"    WHERE state IN ('reserved', 'accepted') AND worker_id = ANY ($2) GROUP BY worker_id), "
	"t AS (UPDATE assure.task t SET state = 'reserved', state_since = now(), worker_id = p.worker_id "
	"    FROM p JOIN assure.worker w ON w.worker_id = p.worker_id AND w.status = 'on_shift' LEFT JOIN l ON l.worker_id = p.worker_id "
	"    WHERE t.task_id = p.task_id AND t.state = 'open' AND coalesce(l.load, 0) + p.place <= w.capacity "
	"    RETURNING t.task_id, t.worker_id), "
	"e AS (INSERT INTO assure.task_event (task_id, event, worker_id, session_role, actor_worker_id) "
	"    SELECT task_id, 'reserved', worker_id, $3, nullif($4, 0) FROM t) "
	"SELECT task_id FROM t",
	{INT8ARRAYOID, INT8ARRAYOID, TEXTOID, INT8OID}
};

/*
 * chunk_apply reserves up to a chunk of what was chosen, from a task on;
 * returns the next task to go on with.
 */
static int
chunk_apply(Call *call, Pool *pool, int from, DispatchCount *count)
{
	Column		tasks;
	Column		workers;
	Datum		values[4];
	int64	   *reserved;
	int			rows;
	int			next = from;
	AuditRow	row = {0};

	column_start(&tasks, INT8OID);
	column_start(&workers, INT8OID);
	for (; next < pool->task_count && tasks.count < DISPATCH_CHUNK_TASKS; next++)
		if (pool->worker_of[next] >= 0)
		{
			column_add_int64(&tasks, pool->tasks[next].task_id);
			column_add_int64(&workers, pool->workers[pool->worker_of[next]].worker_id);
		}
	if (tasks.count == 0)
		return next;
	lock_for_transaction(LOCK_DISPATCH);
	values[0] = column_array(&tasks);
	values[1] = column_array(&workers);
	values[2] = CStringGetTextDatum(call->session_role);
	values[3] = Int64GetDatum(call_actor(call));
	rows = (int) plan_run(&apply, values, NULL);
	reserved = palloc(mul_size(sizeof(int64), Max(rows, 1)));
	for (int i = 0; i < rows; i++)
		reserved[i] = plan_int64(i, 1, 0);
	clocks_progress(reserved, rows);
	row.row_count = rows;
	row.subject = psprintf("queue " INT64_FORMAT, pool->queue_id);
	audit_write(call, &row);
	count->assigned += rows;
	count->lost += tasks.count - rows;
	return next;
}

/*
 * solve reads and solves in a transaction of its own; the pools live in the
 * given context, over the commits that follow.
 */
static List *
solve(BatchCall *batch, MemoryContext context, int64 task_count_max, DispatchCount *count)
{
	MemoryContext before;
	List	   *pools;

	batch_call_enter(batch);
	before = MemoryContextSwitchTo(context);
	pools = pools_read(task_count_max, count);
	MemoryContextSwitchTo(before);
	batch_call_commit(batch);
	return pools;
}

/*
 * dispatch_result makes the row of the INOUT parameter: a record with one
 * column, which is an assure.dispatch_result.
 */
static Datum
dispatch_result(FunctionCallInfo fcinfo, const DispatchCount *count, double milliseconds)
{
	TupleDesc	descriptor;
	TupleDesc	inner;
	Datum		values[4];
	bool		nulls[4] = {false, false, false, false};
	Datum		result;

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "the procedure has no INOUT parameters");
	inner = lookup_rowtype_tupdesc_copy(TupleDescAttr(descriptor, 0)->atttypid, -1);
	values[0] = Int64GetDatum(count->assigned);
	values[1] = Int64GetDatum(count->unassigned);
	values[2] = Int64GetDatum(count->lost);
	values[3] = Float8GetDatum(milliseconds);
	result = HeapTupleGetDatum(heap_form_tuple(inner, values, nulls));
	return batch_call_result(fcinfo, &result, nulls);
}

/*
 * assure_dispatch assigns open tasks.
 */
PGDLLEXPORT Datum
assure_dispatch(PG_FUNCTION_ARGS)
{
	int64		task_count_max = PG_ARGISNULL(0) ? PG_INT32_MAX : PG_GETARG_INT32(0);
	DispatchCount count = {0};
	BatchCall	batch;
	MemoryContext context;
	List	   *pools;
	ListCell   *cell;
	instr_time	started;
	instr_time	elapsed;

	if (task_count_max < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_tasks is " INT64_FORMAT ", not at least 1", task_count_max)));
	INSTR_TIME_SET_CURRENT(started);
	batch_call_begin(&batch, fcinfo, DISPATCH_SCOPES, "dispatch");
	context = AllocSetContextCreate(CurrentMemoryContext, "pg_assure dispatch", ALLOCSET_DEFAULT_SIZES);
	pools = solve(&batch, context, task_count_max, &count);
	foreach(cell, pools)
	{
		Pool	   *pool = lfirst(cell);

		for (int from = 0; from < pool->task_count;)
		{
			batch_call_enter(&batch);
			from = chunk_apply(&batch.call, pool, from, &count);
			batch_call_commit(&batch);
		}
	}
	batch_call_end(&batch);
	INSTR_TIME_SET_CURRENT(elapsed);
	INSTR_TIME_SUBTRACT(elapsed, started);
	return dispatch_result(fcinfo, &count, INSTR_TIME_GET_MILLISEC(elapsed));
}
