/*-------------------------------------------------------------------------
 *
 * check_task.c
 *		The tasks of post-checks: who checks, and who mends.
 *
 * A task to check is kept from everybody who had a hand in what is checked: who
 * did an earlier stage of the work, the work, or its mending.  That is a column of
 * the task with a constraint, so it holds on every path on which a task comes to
 * a person.  A task to mend is with who did the work, as if accepted; given back,
 * anybody may do it but the checkers.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "storage/shmem.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "core/plan.h"
#include "postcheck/postcheck.h"
#include "work/task.h"

/* What a worker was told of, or wrote on, is no hand in it. */
#define HAS_A_HAND "NOT IN ('created', 'reserved', 'expired', 'displaced', 'shared', 'kept')"

/* Who had a hand in a check's work, by the worker and by who acted. */
#define HANDS_IN(tasks) \
	"(SELECT e.worker_id FROM assure.task_event e WHERE e.task_id IN (" tasks ") AND e.event " HAS_A_HAND \
	" UNION SELECT e.actor_worker_id FROM assure.task_event e WHERE e.task_id IN (" tasks ") AND e.event " HAS_A_HAND ")"

/*
 * workers_read copies the workers of a bigint[].
 */
static const int64 *
workers_read(Datum array, int *count)
{
	Datum	   *elements;
	int64	   *workers;

	deconstruct_array(DatumGetArrayTypeP(array), INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &elements, NULL, count);
	workers = palloc(mul_size(sizeof(int64), Max(*count, 1)));
	for (int i = 0; i < *count; i++)
		workers[i] = DatumGetInt64(elements[i]);
	return workers;
}

/*
 * starts_read makes the tasks of the rows of the last result: queue, check,
 * account, branch, amount, who may not do it.
 */
static TaskStart *
starts_read(const char *subject_kind, int rows)
{
	TaskStart  *starts = palloc0(mul_size(sizeof(TaskStart), Max(rows, 1)));

	for (int i = 0; i < rows; i++)
	{
		bool		isnull;

		starts[i].subject_kind = subject_kind;
		starts[i].claim_id = plan_int64(i, 2, 0);
		starts[i].account_id = plan_int64(i, 3, 0);
		starts[i].branch_id = plan_int64(i, 4, 0);
		starts[i].amount_fen = plan_int64(i, 5, 0);
		starts[i].priority = TASK_PRIORITY_NORMAL;
		starts[i].started_at = GetCurrentTimestamp();
		starts[i].excluded_worker_ids = workers_read(plan_datum(i, 6, &isnull), &starts[i].excluded_count);
	}
	return starts;
}

/*
 * check_tasks_open opens tasks of who checks.  The checks are of one plan.
 */
void
check_tasks_open(Call *call, const int64 *check_ids, int count)
{
	static SqlPlan read = {
		"SELECT q.code, s.check_id, s.account_id, s.branch_id, s.amount_fen, ARRAY(SELECT x FROM (SELECT s.author_worker_id AS x "
		"    UNION SELECT unnest(t.excluded_worker_ids) "
		"    UNION " HANDS_IN("SELECT s.task_id UNION ALL SELECT m.task_id FROM assure.task m WHERE m.subject_kind = '" RECTIFY_SUBJECT "' AND m.subject_id = s.check_id")
		"    UNION SELECT c.received_actor_id FROM assure.claim c WHERE s.subject_kind = 'claim' AND c.account_id = s.account_id AND c.claim_id = s.subject_id "
		"    UNION SELECT d.actor_worker_id FROM assure.decision d WHERE s.subject_kind = 'claim' AND d.account_id = s.account_id AND d.claim_id = s.subject_id) y "
		"  WHERE x IS NOT NULL ORDER BY x) "
		"FROM unnest($1) WITH ORDINALITY k (check_id, n) JOIN assure.check_sample s USING (check_id) JOIN assure.check_draw d USING (check_draw_id) "
		"JOIN assure.check_plan p USING (check_plan_id) JOIN assure.queue q ON q.queue_id = p.check_queue_id LEFT JOIN assure.task t ON t.task_id = s.task_id ORDER BY k.n",
		{INT8ARRAYOID}
	};
	static SqlPlan write = {
		"INSERT INTO assure.check_stage AS g (check_id, task_id) SELECT * FROM unnest($1, $2) "
		"ON CONFLICT (check_id) DO UPDATE SET round = g.round + 1, stage = 'checking', task_id = excluded.task_id, stage_since = now()",
		{INT8ARRAYOID, INT8ARRAYOID}
	};
	Datum		values[2] = {array_of_int64(check_ids, count)};
	int64	   *task_ids = palloc(mul_size(sizeof(int64), Max(count, 1)));
	TaskStart  *starts;
	char	   *queue;

	if (count == 0)
		return;
	if (plan_run(&read, values, NULL) != (uint64) count)
		elog(ERROR, "%d checks are not as many", count);
	queue = plan_text(0, 1);
	starts = starts_read(CHECK_SUBJECT, count);
	tasks_open_in(call, queue, starts, count, task_ids);
	values[1] = array_of_int64(task_ids, count);
	plan_run(&write, values, NULL);
}

/*
 * give_to_author has the one who did the work mend it.  The checker, in whose call
 * this is, does not act on that task: who checks again may be the same.
 */
static void
give_to_author(Call *call, int64 task_id, int64 author_worker_id)
{
	static SqlPlan find = {"SELECT 1 FROM assure.worker WHERE worker_id = $1 AND status <> 'left'", {INT8OID}};
	Datum		value = Int64GetDatum(author_worker_id);
	Task		task;

	if (plan_run(&find, &value, NULL) == 0 || !task_lock(task_id, &task))
		return;
	task_move(call, &task, "accepted", "accepted", author_worker_id, 0, "who did the work mends it");
}

/*
 * rectify_task_open opens the task of who mends and has the check stand there.
 */
int64
rectify_task_open(Call *call, int64 check_id)
{
	static SqlPlan read = {
		"SELECT q.code, s.check_id, s.account_id, s.branch_id, s.amount_fen, "
		"  ARRAY(SELECT DISTINCT v.checker_worker_id FROM assure.check_verdict v WHERE v.check_id = s.check_id ORDER BY 1), s.author_worker_id "
		"FROM assure.check_sample s JOIN assure.check_draw d USING (check_draw_id) JOIN assure.check_plan p USING (check_plan_id) "
		"JOIN assure.queue q ON q.queue_id = p.rectify_queue_id WHERE s.check_id = $1", {INT8OID}
	};
	static SqlPlan write = {
		"UPDATE assure.check_stage SET stage = 'rectifying', task_id = $2, stage_since = now() WHERE check_id = $1", {INT8OID, INT8OID}
	};
	Datum		values[2] = {Int64GetDatum(check_id)};
	TaskStart  *start;
	char	   *queue;
	int64		author_worker_id;
	int64		task_id;

	if (plan_run(&read, values, NULL) != 1)
		elog(ERROR, "check " INT64_FORMAT " is not there", check_id);
	queue = plan_text(0, 1);
	author_worker_id = plan_int64(0, 7, 0);
	start = starts_read(RECTIFY_SUBJECT, 1);
	task_id = task_open(call, queue, start);
	give_to_author(call, task_id, author_worker_id);
	values[1] = Int64GetDatum(task_id);
	plan_run(&write, values, NULL);
	return task_id;
}
