/*-------------------------------------------------------------------------
 *
 * finished.c
 *		Finished work is booked: what branches owe each other, points of persons.
 *
 * Both are written in the transaction that finishes the task, so what is read is
 * right to the last one.  A queue without tariff or point rule writes nothing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "storage/shmem.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "core/plan.h"
#include "settlement/posting.h"
#include "settlement/settlement.h"
#include "sla/facts.h"
#include "work/task_condition.h"

/*
 * level_of returns the level of difficulty of a task: the last condition that is
 * true of it counts.
 */
static int
level_of(Datum conditions, Jsonb *facts)
{
	Datum	   *elements;
	int			count;

	deconstruct_array(DatumGetArrayTypeP(conditions), TEXTOID, -1, false, TYPALIGN_INT, &elements, NULL, &count);
	for (int i = count; i > 0; i--)
		if (task_condition_holds(TextDatumGetCString(elements[i - 1]), facts))
			return i + 1;
	return 1;
}

/*
 * difficulties returns the level of each task as a smallint[].
 */
static Datum
difficulties(const int64 *task_ids, int count)
{
	static SqlPlan read = {
		"SELECT k.n::int4, r.levels FROM unnest($1) WITH ORDINALITY k (task_id, n) JOIN assure.task t USING (task_id) "
		"CROSS JOIN LATERAL (SELECT d.levels FROM assure.difficulty_rule d WHERE d.queue_id = t.queue_id ORDER BY d.version DESC LIMIT 1) r "
		"WHERE cardinality(r.levels) > 0", {INT8ARRAYOID}, .generic = true
	};
	Datum		ids = array_of_int64(task_ids, count);
	int			rows = (int) plan_run(&read, &ids, NULL);
	int		   *levels = palloc(mul_size(sizeof(int), count));
	int		   *places = palloc(mul_size(sizeof(int), Max(rows, 1)));
	Datum	   *conditions = palloc(mul_size(sizeof(Datum), Max(rows, 1)));
	int64	   *asked = palloc(mul_size(sizeof(int64), Max(rows, 1)));
	Jsonb	  **facts;
	Column		column;

	for (int i = 0; i < count; i++)
		levels[i] = 1;
	for (int i = 0; i < rows; i++)
	{
		bool		isnull;

		places[i] = plan_int32(i, 1, 1) - 1;
		conditions[i] = PointerGetDatum(DatumGetArrayTypePCopy(plan_datum(i, 2, &isnull)));
		asked[i] = task_ids[places[i]];
	}
	facts = rows > 0 ? task_facts(asked, rows) : NULL;
	for (int i = 0; i < rows; i++)
		levels[places[i]] = level_of(conditions[i], facts[i]);
	column_start(&column, INT2OID);
	for (int i = 0; i < count; i++)
		column_add(&column, Int16GetDatum((int16) levels[i]));
	return column_array(&column);
}

/*
 * settle books what the branches of origin owe those whose workers did the tasks.
 */
static void
settle(Call *call, const Datum *ids_and_levels)
{
	static SqlPlan read = {
		"SELECT t.task_id, t.queue_id, t.branch_id, w.branch_id, w.worker_id, k.difficulty::int4, f.tariff_id, f.amount_fen "
		"FROM unnest($1, $2) k (task_id, difficulty) JOIN assure.task t USING (task_id) JOIN assure.worker w ON w.worker_id = t.worker_id "
		"CROSS JOIN LATERAL (SELECT x.tariff_id, x.amounts[least(k.difficulty, cardinality(x.amounts))] AS amount_fen FROM assure.tariff x "
		"  WHERE x.queue_id = t.queue_id AND x.valid_from <= now()::date ORDER BY x.valid_from DESC LIMIT 1) f "
		"WHERE w.branch_id <> t.branch_id AND f.amount_fen > 0 ORDER BY t.task_id", {INT8ARRAYOID, INT2ARRAYOID}, .generic = true
	};
	int			rows = (int) plan_run(&read, ids_and_levels, NULL);
	Posting    *postings = palloc(mul_size(sizeof(Posting), Max(rows, 1)));

	for (int i = 0; i < rows; i++)
		postings[i] = (Posting)
	{
		.task_id = plan_int64(i, 1, 0), .queue_id = plan_int64(i, 2, 0), .kind = "work",
			.debtor_branch_id = plan_int64(i, 3, 0), .creditor_branch_id = plan_int64(i, 4, 0), .worker_id = plan_int64(i, 5, 0),
			.difficulty = plan_int32(i, 6, 1), .tariff_id = plan_int64(i, 7, 0), .amount_fen = plan_int64(i, 8, 0), .tasks = 1
	};
	postings_write(call, postings, rows);
}

/*
 * give_points books the points of who did the tasks.
 */
static void
give_points(const Datum *ids_and_levels)
{
	static SqlPlan insert = {
		"INSERT INTO assure.point_entry (month, worker_id, branch_id, queue_id, task_id, kind, tasks, base, difficulty, speed, quality, point_rule_id) "
		"SELECT date_trunc('month', now())::date, w.worker_id, w.branch_id, t.queue_id, t.task_id, 'done', 1, r.base, "
		"  coalesce(r.difficulty[least(k.difficulty, cardinality(r.difficulty))], 0), "
		"  CASE WHEN t.due_at IS NULL THEN 0 WHEN now() > t.due_at THEN r.late "
		"    ELSE coalesce((SELECT s.points FROM unnest(r.speed_percent, r.speed_points) s (percent, points) "
		"      WHERE now() - t.created_at <= (t.due_at - t.created_at) * (s.percent / 100.0::float8) ORDER BY s.percent LIMIT 1), 0) END, "
		"  0, r.point_rule_id "
		"FROM unnest($1, $2) k (task_id, difficulty) JOIN assure.task t USING (task_id) JOIN assure.worker w ON w.worker_id = t.worker_id "
		"CROSS JOIN LATERAL (SELECT x.* FROM assure.point_rule x WHERE x.queue_id = t.queue_id ORDER BY x.version DESC LIMIT 1) r "
		"ORDER BY t.task_id", {INT8ARRAYOID, INT2ARRAYOID}, .generic = true
	};

	plan_run(&insert, ids_and_levels, NULL);
}

/*
 * work_finished books tasks that this transaction has made done.
 */
void
work_finished(Call *call, const int64 *task_ids, int count)
{
	Datum		values[2];

	if (count == 0)
		return;
	values[0] = array_of_int64(task_ids, count);
	values[1] = difficulties(task_ids, count);
	settle(call, values);
	give_points(values);
}

#define POINT_COLUMNS 9

/*
 * points_take_back books the opposite of all points of a locked task; false: there
 * are none.
 */
static bool
points_take_back(int64 task_id)
{
	static SqlPlan read = {
		"SELECT worker_id, branch_id, queue_id, max(point_rule_id), -sum(tasks), -sum(base), -sum(difficulty), -sum(speed), -sum(quality) "
		"FROM assure.point_entry WHERE task_id = $1 GROUP BY 1, 2, 3 "
		"HAVING sum(tasks) <> 0 OR sum(base) <> 0 OR sum(difficulty) <> 0 OR sum(speed) <> 0 OR sum(quality) <> 0 ORDER BY 1, 2", {INT8OID}
	};
	static SqlPlan insert = {
		"INSERT INTO assure.point_entry (month, task_id, kind, worker_id, branch_id, queue_id, point_rule_id, tasks, base, difficulty, speed, quality) "
		"SELECT date_trunc('month', now())::date, $10, 'annulled', u.* FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) u",
		{INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8OID}
	};
	Datum		values[POINT_COLUMNS + 1] = {Int64GetDatum(task_id)};
	Column		columns[POINT_COLUMNS];
	uint64		rows = plan_read_fresh(&read, values);

	if (rows == 0)
		return false;
	for (int c = 0; c < POINT_COLUMNS; c++)
	{
		column_start(&columns[c], INT8OID);
		for (uint64 i = 0; i < rows; i++)
			column_add_int64(&columns[c], plan_int64(i, c + 1, 0));
		values[c] = column_array(&columns[c]);
	}
	values[POINT_COLUMNS] = Int64GetDatum(task_id);
	plan_run(&insert, values, NULL);
	return true;
}

/*
 * work_annulled books the opposite of all that is booked of a locked task now: who
 * locked it before has not changed its row, so that an old snapshot would take it
 * back twice.
 */
bool
work_annulled(Call *call, int64 task_id, const char *reason)
{
	static SqlPlan read = {
		"SELECT queue_id, debtor_branch_id, creditor_branch_id, worker_id, max(difficulty)::int4, sum(amount_fen)::bigint FROM assure.settlement_posting "
		"WHERE task_id = $1 GROUP BY 1, 2, 3, 4 HAVING sum(amount_fen) <> 0 ORDER BY 2, 3, 4", {INT8OID}
	};
	Datum		value = Int64GetDatum(task_id);
	int			rows = (int) plan_read_fresh(&read, &value);
	Posting    *postings = palloc(mul_size(sizeof(Posting), Max(rows, 1)));

	for (int i = 0; i < rows; i++)
		postings[i] = (Posting)
	{
		.task_id = task_id, .queue_id = plan_int64(i, 1, 0), .kind = "correction", .debtor_branch_id = plan_int64(i, 2, 0),
			.creditor_branch_id = plan_int64(i, 3, 0), .worker_id = plan_int64(i, 4, 0), .difficulty = plan_int32(i, 5, 1),
			.amount_fen = -plan_int64(i, 6, 0), .tasks = -1, .reason = reason
	};
	postings_write(call, postings, rows);
	return points_take_back(task_id) || rows > 0;
}

/*
 * work_checked books the points for the first post-check of a task, unless its
 * result does not count.
 */
void
work_checked(int64 task_id, int64 author_worker_id, bool passed, int weight)
{
	static SqlPlan insert = {
		"INSERT INTO assure.point_entry (month, worker_id, branch_id, queue_id, task_id, kind, tasks, base, difficulty, speed, quality, point_rule_id) "
		"SELECT date_trunc('month', now())::date, w.worker_id, w.branch_id, t.queue_id, t.task_id, 'checked', 0, 0, 0, 0, "
		"  CASE WHEN $3 THEN r.pass ELSE r.defect * $4 END, r.point_rule_id "
		"FROM assure.task t JOIN assure.worker w ON w.worker_id = $2 "
		"CROSS JOIN LATERAL (SELECT x.* FROM assure.point_rule x WHERE x.queue_id = t.queue_id ORDER BY x.version DESC LIMIT 1) r "
		"WHERE t.task_id = $1 AND NOT EXISTS (SELECT FROM assure.point_entry e WHERE e.task_id = $1 AND e.kind = 'annulled')", {INT8OID, INT8OID, BOOLOID, INT4OID}
	};
	Datum		values[4] = {Int64GetDatum(task_id), Int64GetDatum(author_worker_id), BoolGetDatum(passed), Int32GetDatum(weight)};

	plan_run(&insert, values, NULL);
}
