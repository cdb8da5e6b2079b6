/*-------------------------------------------------------------------------
 *
 * dispatch.c
 *		A dispatch: the pool is read and solved, prices are published, what was
 *		chosen is applied.
 *
 * Solving takes no lock.  What it chose is applied as if it were any other call
 * that gives work to people, so nothing that changed meanwhile is overrun: a task
 * that is gone, a worker who left, a place that was taken are lost, and counted.
 *
 * A task that moves is first taken from who has it, and then given like an open
 * one; so no capacity is passed while tasks go around in a circle, and one that
 * finds its new place taken is open.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "portability/instr_time.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "audit/audit.h"
#include "core/guc.h"
#include "core/plan.h"
#include "match/dispatch.h"
#include "match/match.h"
#include "work/task.h"

/*
 * milliseconds_since gives the time since a start, and starts anew.
 */
static double
milliseconds_since(instr_time *start)
{
	instr_time	now;
	instr_time	elapsed;

	INSTR_TIME_SET_CURRENT(now);
	elapsed = now;
	INSTR_TIME_SUBTRACT(elapsed, *start);
	*start = now;
	return INSTR_TIME_GET_MILLISEC(elapsed);
}

/*
 * check_memory refuses a pool that the engine cannot hold.
 */
static void
check_memory(const Pool *pool)
{
	Size		bytes = mul_size((Size) pool->class_count * 64, (Size) pool->worker_count + 1);

	bytes = add_size(bytes, mul_size(sizeof(PoolTask) + sizeof(ScoreTask) + 700, (Size) pool->task_count));
	bytes = add_size(bytes, mul_size(sizeof(PoolName) + 2 * sizeof(ScorePatch) + 8, (Size) pool->name_count));
	if (bytes / 1024 > (Size) guc_match_memory_kb)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("dispatch needs more memory than assure.match_memory allows"),
				 errdetail("%d tasks in %d classes and %d workers need %zu kB, the limit is %d kB.",
						   pool->task_count, pool->class_count, pool->worker_count, bytes / 1024, guc_match_memory_kb),
				 errhint("Raise assure.match_memory, or name max_tasks.")));
}

/*
 * row_of hands the engine's rows to the search.
 */
static int32
row_of(void *source, int32 task, const int32 **workers, const int32 **costs)
{
	return score_row(source, task, workers, costs);
}

/*
 * column_of hands it all pairs of a worker.
 */
static int32
column_of(void *source, int32 worker, int32 *tasks, int32 *costs)
{
	return score_column(source, worker, tasks, costs);
}

/*
 * pool_solve solves a problem and proves it.
 */
void
pool_solve(PoolProblem *problem, WideSolution *solution, MatchProof *proof, double *solve_milliseconds, double *proof_milliseconds)
{
	Scorer	   *scorer;
	instr_time	clock;

	INSTR_TIME_SET_CURRENT(clock);
	scorer = scorer_create(&problem->input);
	problem->wide.row = row_of;
	problem->wide.column = column_of;
	problem->wide.row_max = scorer_row_max(scorer);
	problem->wide.member_count = guc_match_threads;
	problem->wide.sources = palloc(sizeof(void *) * guc_match_threads);
	for (int m = 0; m < guc_match_threads; m++)
		problem->wide.sources[m] = m == 0 ? scorer : scorer_twin(scorer);
	if (problem->hours != NULL)
	{
		hours_solve(problem->hours, solution, proof);
		*solve_milliseconds = milliseconds_since(&clock);
		*proof_milliseconds = 0;
		return;
	}
	wide_solve(&problem->wide, solution);
	*solve_milliseconds = milliseconds_since(&clock);
	match_prove(&problem->wide, &problem->input, solution, proof);
	*proof_milliseconds = milliseconds_since(&clock);
}

/*
 * compare_assignments orders by worker, so that a chunk is of few of them.
 */
static int
compare_assignments(const void *a, const void *b)
{
	const Assignment *x = a;
	const Assignment *y = b;

	if (x->worker_id != y->worker_id)
		return x->worker_id < y->worker_id ? -1 : 1;
	return x->task_id < y->task_id ? -1 : x->task_id > y->task_id;
}

/*
 * take_assignments notes which tasks change hands.
 */
static void
take_assignments(const PoolProblem *problem, const WideSolution *solution, MemoryContext context, Dispatch *dispatch)
{
	const Pool *pool = problem->pool;

	dispatch->assignments = MemoryContextAllocHuge(context, mul_size(sizeof(Assignment), (Size) Max(pool->task_count, 1)));
	for (int32 t = 0; t < pool->task_count; t++)
	{
		const PoolTask *task = &pool->tasks[problem->task_of[t]];
		int32		node = solution->worker_of[t];
		int64		worker_id = node < 0 ? 0 : pool->workers[problem->worker_of_node[node]].worker_id;

		if (task->holder_id == 0)
		{
			dispatch->open_count++;
			dispatch->unassigned += worker_id == 0;
		}
		else
			dispatch->reserved_count++;
		if (worker_id != task->holder_id)
			dispatch->assignments[dispatch->count++] = (Assignment) {task->task_id, worker_id, task->holder_id};
	}
	qsort(dispatch->assignments, dispatch->count, sizeof(Assignment), compare_assignments);
}

/*
 * profile_names lists the profiles of a pool.
 */
static Datum
profile_names(const Pool *pool)
{
	Column		names;

	column_start(&names, TEXTOID);
	for (int q = 0; q < pool->queue_count; q++)
	{
		const MatchProfile *profile = pool->queues[q].profile;
		bool		is_new = true;

		for (int i = 0; i < q; i++)
			is_new = is_new && pool->queues[i].profile != profile;
		if (is_new)
			column_add_text(&names, psprintf("%s:%d", profile->code, profile->version));
	}
	return column_array(&names);
}

/*
 * write_run writes what a dispatch found and the prices of its workers.
 */
static void
write_run(Call *call, const PoolProblem *problem, const WideSolution *solution, Dispatch *dispatch)
{
	static SqlPlan insert = {
		"INSERT INTO assure.dispatch_run (session_role, tasks, reserved, workers, pairs, unassigned, cost, dual_bound, optimal, "
		"  read_milliseconds, solve_milliseconds, proof_milliseconds, profiles) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING dispatch_run_id",
		{TEXTOID, INT4OID, INT4OID, INT4OID, INT8OID, INT4OID, INT8OID, INT8OID, BOOLOID, INT4OID, INT4OID, INT4OID, TEXTARRAYOID}
	};
	static SqlPlan publish = {
		"INSERT INTO assure.match_price (worker_id, price, dispatch_run_id) "
		"SELECT worker_id, price, $3 FROM unnest($1, $2) u (worker_id, price) "
		"ON CONFLICT (worker_id) DO UPDATE SET price = excluded.price, dispatch_run_id = excluded.dispatch_run_id "
		"WHERE assure.match_price.price <> excluded.price", {INT8ARRAYOID, INT4ARRAYOID, INT8OID}
	};
	Datum		values[13] = {
		CStringGetTextDatum(call->session_role), Int32GetDatum(dispatch->open_count), Int32GetDatum(dispatch->reserved_count),
		Int32GetDatum(dispatch->worker_count), Int64GetDatum(dispatch->pair_count), Int32GetDatum((int32) dispatch->unassigned),
		Int64GetDatum(dispatch->cost), Int64GetDatum(dispatch->dual_bound), BoolGetDatum(dispatch->is_optimal),
		Int32GetDatum((int32) dispatch->read_milliseconds), Int32GetDatum((int32) dispatch->solve_milliseconds),
		Int32GetDatum((int32) dispatch->proof_milliseconds), profile_names(problem->pool)
	};
	Column		workers;
	Column		prices;

	plan_run(&insert, values, NULL);
	dispatch->dispatch_run_id = plan_int64(0, 1, 0);
	column_start(&workers, INT8OID);
	column_start(&prices, INT4OID);
	for (int w = 0; w < problem->pool->worker_count; w++)
	{
		int32		node = problem->first_node[w];

		if (problem->wide.first_place[node] == problem->wide.first_place[node + 1])
			continue;
		column_add_int64(&workers, problem->pool->workers[w].worker_id);
		column_add(&prices, Int32GetDatum((int32) (solution->price[node] / solution->scale)));
	}
	values[0] = column_array(&workers);
	values[1] = column_array(&prices);
	values[2] = Int64GetDatum(dispatch->dispatch_run_id);
	plan_run(&publish, values, NULL);
}

/*
 * dispatch_solve reads, solves and proves; with a call it also publishes.
 */
void
dispatch_solve(const PoolScope *scope, MemoryContext context, Dispatch *dispatch, Call *publisher)
{
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "pg_assure dispatch problem", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(work);
	Pool		pool;
	PoolProblem problem;
	WideSolution solution;
	MatchProof	proof;
	int64		shift;
	instr_time	clock;

	memset(dispatch, 0, sizeof(*dispatch));
	INSTR_TIME_SET_CURRENT(clock);
	pool_read(&pool, scope);
	check_memory(&pool);
	pool_prepare(&pool, &problem, scope->with_prices);
	dispatch->read_milliseconds = milliseconds_since(&clock);
	pool_solve(&problem, &solution, &proof, &dispatch->solve_milliseconds, &dispatch->proof_milliseconds);
	shift = (int64) problem.shift * pool.task_count;
	dispatch->cost = proof.cost - shift;
	dispatch->dual_bound = proof.dual_bound - shift;
	dispatch->is_optimal = proof.is_optimal;
	dispatch->pair_count = proof.pair_count;
	dispatch->worker_count = pool.worker_count;
	take_assignments(&problem, &solution, context, dispatch);
	if (publisher != NULL && pool.task_count > 0)
		write_run(publisher, &problem, &solution, dispatch);
	MemoryContextSwitchTo(before);
	MemoryContextDelete(work);
}

/*
 * dispatch_release takes up to a chunk of the tasks that move from those who have
 * them reserved, from an assignment on; returns the next to go on with.
 */
int
dispatch_release(Call *call, Dispatch *dispatch, int from, int chunk_tasks)
{
	static SqlPlan lock = {
		"SELECT t.task_id, t.worker_id FROM unnest($1, $2) u (task_id, worker_id) JOIN assure.task t USING (task_id) "
		"WHERE t.state = 'reserved' AND t.worker_id = u.worker_id ORDER BY t.task_id FOR UPDATE OF t SKIP LOCKED", {INT8ARRAYOID, INT8ARRAYOID}
	};
	Column		tasks;
	Column		workers;
	Datum		values[2];
	int64	   *task_ids;
	int64	   *worker_ids;
	int			count;
	int			next = from;

	column_start(&tasks, INT8OID);
	column_start(&workers, INT8OID);
	for (; next < dispatch->count && tasks.count < chunk_tasks; next++)
		if (dispatch->assignments[next].holder_id != 0)
		{
			column_add_int64(&tasks, dispatch->assignments[next].task_id);
			column_add_int64(&workers, dispatch->assignments[next].holder_id);
		}
	if (tasks.count == 0)
		return next;
	values[0] = column_array(&tasks);
	values[1] = column_array(&workers);
	count = (int) plan_run(&lock, values, NULL);
	task_ids = palloc(mul_size(sizeof(int64), (Size) Max(count, 1)));
	worker_ids = palloc(mul_size(sizeof(int64), (Size) Max(count, 1)));
	for (int i = 0; i < count; i++)
	{
		task_ids[i] = plan_int64(i, 1, 0);
		worker_ids[i] = plan_int64(i, 2, 0);
	}
	tasks_put_back(call, task_ids, worker_ids, count, "displaced", false, call_actor(call), "moved by dispatch");
	dispatch->moved += count;
	return next;
}

/*
 * audit_chunk notes a chunk of assignments, task and worker of each: the history
 * of a task is not sealed, the log is.
 */
static void
audit_chunk(Call *call, const int64 *task_ids, const int64 *worker_ids, const bool *is_given, int count, int given)
{
	AuditRow	row = {.subject = "tasks", .row_count = given};
	StringInfoData detail;

	initStringInfo(&detail);
	for (int i = 0; i < count; i++)
		if (is_given[i])
			appendStringInfo(&detail, "%s[" INT64_FORMAT ", " INT64_FORMAT "]", detail.len > 0 ? ", " : "{\"given\": [", task_ids[i], worker_ids[i]);
	if (detail.len > 0)
	{
		appendStringInfoString(&detail, "]}");
		row.detail = detail.data;
	}
	audit_write(call, &row);
}

/*
 * dispatch_reserve gives up to a chunk of tasks to the workers who were chosen,
 * from an assignment on; returns the next to go on with.
 */
int
dispatch_reserve(Call *call, Dispatch *dispatch, int from, int chunk_tasks, const char *reason)
{
	int64	   *task_ids = palloc(sizeof(int64) * chunk_tasks);
	int64	   *worker_ids = palloc(sizeof(int64) * chunk_tasks);
	bool	   *is_given = palloc(sizeof(bool) * chunk_tasks);
	int			count = 0;
	int			given;
	int			next = from;

	for (; next < dispatch->count && count < chunk_tasks; next++)
		if (dispatch->assignments[next].worker_id != 0)
		{
			task_ids[count] = dispatch->assignments[next].task_id;
			worker_ids[count++] = dispatch->assignments[next].worker_id;
		}
	if (count == 0)
		return next;
	given = tasks_reserve(call, task_ids, worker_ids, count, reason, is_given);
	dispatch->assigned += given;
	dispatch->lost += count - given;
	if (given > 0)
		audit_chunk(call, task_ids, worker_ids, is_given, count, given);
	return next;
}

/*
 * match_tasks gives some tasks to people, as match.h says.
 */
int64
match_tasks(Call *call, const int64 *task_ids, int count, const char *reason)
{
	PoolScope	scope = {.task_ids = task_ids, .task_count = count, .with_prices = true};
	Dispatch	dispatch;

	if (count == 0)
		return 0;
	dispatch_solve(&scope, CurrentMemoryContext, &dispatch, NULL);
	for (int from = 0; from < dispatch.count;)
	{
		CHECK_FOR_INTERRUPTS();
		from = dispatch_reserve(call, &dispatch, from, 1000, reason);
	}
	return dispatch.assigned;
}
