/*-------------------------------------------------------------------------
 *
 * pool_sql.c
 *		Entry points: people and branches come and go, shares move, and what
 *		waited too long goes back.
 *
 * What a change takes away from people goes back to the pool in the same
 * transaction, each task with a row of history that says why; nothing is given
 * here, but by move_branch, which has the tasks of the branch matched at once.
 *
 * Locking: pool.h says in which order.  Who goes is locked before his tasks are
 * read, so nobody gives him another one meanwhile.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/builtins.h"

#include "audit/audit.h"
#include "core/errors.h"
#include "core/plan.h"
#include "core/request.h"
#include "match/match.h"
#include "sla/sla.h"
#include "work/pool.h"
#include "worker/worker.h"

#define POOL_SCOPES (SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define REASON_BYTES_MAX 1000
#define SWEEP_TASKS_MAX 100000

PG_FUNCTION_INFO_V1(assure_set_worker_status);
PG_FUNCTION_INFO_V1(assure_set_branch_status);
PG_FUNCTION_INFO_V1(assure_set_branch_share);
PG_FUNCTION_INFO_V1(assure_move_branch);
PG_FUNCTION_INFO_V1(assure_task_sweep);

/*
 * text_argument reads a text that must be there.
 */
static char *
text_argument(FunctionCallInfo fcinfo, int argument, const char *name)
{
	char	   *value = PG_ARGISNULL(argument) ? pstrdup("") : text_to_cstring(PG_GETARG_TEXT_PP(argument));

	if (value[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be empty", name)));
	if (strlen(value) > REASON_BYTES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_STRING_DATA_RIGHT_TRUNCATION),
				 errmsg("%s has %zu bytes, not at most %d", name, strlen(value), REASON_BYTES_MAX)));
	return value;
}

/*
 * require_status refuses a status that is none of those there are.
 */
static void
require_status(const char *status, const char *const *known, const char *list)
{
	for (int i = 0; known[i] != NULL; i++)
		if (strcmp(known[i], status) == 0)
			return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("status \"%s\" is not known", status),
			 errhint("It is one of %s.", list)));
}

/* Tasks that are locked to be put back, and who has them. */
typedef struct HeldTasks
{
	int			count;
	int64	   *task_ids;
	int64	   *worker_ids;
} HeldTasks;

/*
 * held_lock runs a statement that locks tasks: key, worker.
 */
static HeldTasks
held_lock(SqlPlan *lock, const Datum *values)
{
	HeldTasks	held = {(int) plan_run(lock, values, NULL)};

	held.task_ids = palloc(mul_size(sizeof(int64), Max(held.count, 1)));
	held.worker_ids = palloc(mul_size(sizeof(int64), Max(held.count, 1)));
	for (int i = 0; i < held.count; i++)
	{
		held.task_ids[i] = plan_int64(i, 1, 0);
		held.worker_ids[i] = plan_int64(i, 2, 0);
	}
	return held;
}

/*
 * displace puts tasks back whose people or branch went.
 */
static int64
displace(Call *call, HeldTasks held, const char *reason)
{
	tasks_put_back(call, held.task_ids, held.worker_ids, held.count, "displaced", false, call_actor(call), reason);
	return held.count;
}

/* ----- people ----- */

/* What workers have in hand that is to be taken from them. */
#define TASKS_TO_DISPLACE \
	"SELECT t.task_id, t.worker_id FROM assure.task t JOIN assure.worker w USING (worker_id) " \
	"WHERE t.worker_id = ANY ($1) AND t.state IN ('reserved', 'accepted') AND (t.state = 'reserved' OR $2) " \
	"AND (NOT $3 OR t.branch_id <> w.branch_id)"

/*
 * workers_displace takes from workers, who are locked, what is reserved for them,
 * and if they do not come back soon what they began.  What they were given after
 * the transaction's snapshot was taken is not seen by it: then it is to be retried.
 */
static HeldTasks
workers_displace(Call *call, Datum worker_ids, bool accepted_too, bool outside_only, const char *reason)
{
	static SqlPlan lock = {TASKS_TO_DISPLACE " ORDER BY t.task_id FOR UPDATE OF t", {INT8ARRAYOID, BOOLOID, BOOLOID}};
	static SqlPlan find = {TASKS_TO_DISPLACE, {INT8ARRAYOID, BOOLOID, BOOLOID}};
	Datum		values[3] = {worker_ids, BoolGetDatum(accepted_too), BoolGetDatum(outside_only)};
	HeldTasks	held = held_lock(&lock, values);

	if (IsolationUsesXactSnapshot() && plan_read_fresh(&find, values) > (uint64) held.count)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("tasks were given to these workers by a concurrent session"), errhint("Retry the transaction.")));
	(void) displace(call, held, reason);
	return held;
}

/*
 * set_worker_status is what assure_set_worker_status does once; returns how many
 * tasks went back.
 */
static int64
set_worker_status(Call *call, const char *code, const char *status, const char *reason)
{
	static SqlPlan update = {
		"UPDATE assure.worker SET status = $2, status_since = now(), status_reason = $3 WHERE worker_id = $1 AND status <> $2",
		{INT8OID, TEXTOID, TEXTOID}
	};
	int64		worker_id = worker_lock(code);
	Datum		values[3] = {Int64GetDatum(worker_id), CStringGetTextDatum(status), CStringGetTextDatum(reason)};
	AuditRow	row = {.subject = psprintf("worker " INT64_FORMAT " %s", worker_id, status)};

	if (plan_run(&update, values, NULL) == 0)
		return 0;
	if (strcmp(status, "on_shift") != 0)
		row.row_count = workers_displace(call, array_of_int64(&worker_id, 1), strcmp(status, "left") == 0, false,
										 psprintf("worker %s %s: %s", code, status, reason)).count;
	audit_write(call, &row);
	return row.row_count;
}

/*
 * assure_set_worker_status says that a person is on shift, off shift, or has
 * left.
 */
PGDLLEXPORT Datum
assure_set_worker_status(PG_FUNCTION_ARGS)
{
	static const char *const known[] = {"on_shift", "off_shift", "left", NULL};
	char	   *code = text_argument(fcinfo, 0, "worker");
	char	   *status = text_argument(fcinfo, 1, "status");
	char	   *reason = text_argument(fcinfo, 2, "reason");
	char	   *request_id = PG_ARGISNULL(3) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(3));
	StringInfoData arguments;
	Jsonb	   *answer;
	int64		count;
	Call		call;

	require_status(status, known, "on_shift, off_shift and left");
	initStringInfo(&arguments);
	digest_text(&arguments, code);
	digest_text(&arguments, status);
	digest_text(&arguments, reason);
	call_begin(&call, POOL_SCOPES, "set_worker_status");
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		count = request_answer_int64(answer);
	else
	{
		count = set_worker_status(&call, code, status, reason);
		request_end_int64(request_id, count);
	}
	call_end(&call);
	PG_RETURN_INT64(count);
}

/* ----- branches ----- */

#define SHARE_AGAIN(where) \
	"WITH t AS (UPDATE assure.task t SET kept_branch_id = n.kept_branch_id FROM (SELECT t.task_id, " KEPT_BRANCH("t.task_id") " AS kept_branch_id " \
	"    FROM assure.task t JOIN assure.queue q USING (queue_id) JOIN assure.branch b ON b.branch_id = t.branch_id " \
	"    WHERE t.state = 'open' AND " where " ORDER BY t.task_id FOR UPDATE OF t) n " \
	"  WHERE t.task_id = n.task_id AND t.kept_branch_id IS DISTINCT FROM n.kept_branch_id RETURNING t.task_id, t.kept_branch_id) " \
	"INSERT INTO assure.task_event (task_id, event, session_role, actor_worker_id, reason) " \
	"SELECT task_id, CASE WHEN kept_branch_id IS NULL THEN 'shared' ELSE 'kept' END, $2, nullif($3, 0), $4 FROM t ORDER BY task_id"

/* Tasks that are reserved for people of other branches, but are kept to their own now. */
#define LENT_TASKS(where) \
	"SELECT t.task_id, t.worker_id FROM assure.task t JOIN assure.queue q USING (queue_id) JOIN assure.branch b ON b.branch_id = t.branch_id " \
	"JOIN assure.worker w ON w.worker_id = t.worker_id " \
	"WHERE t.state = 'reserved' AND w.branch_id <> t.branch_id AND " KEPT_BRANCH("t.task_id") " IS NOT NULL AND " where \
	" ORDER BY t.task_id FOR UPDATE OF t"

/*
 * share_again brings the tasks that wait, and those offered elsewhere, to the
 * share that holds now; returns how many changed.
 */
static int64
share_again(Call *call, SqlPlan *open, SqlPlan *lent, int64 key, const char *reason)
{
	Datum		values[4] = {Int64GetDatum(key), CStringGetTextDatum(call->session_role),
	Int64GetDatum(call_actor(call)), CStringGetTextDatum(reason)};
	int64		count = displace(call, held_lock(lent, values), reason);

	return count + (int64) plan_run(open, values, NULL);
}

/*
 * branch_share_again does so for the tasks of a branch, whose row is locked.
 */
int64
branch_share_again(Call *call, int64 branch_id, const char *reason)
{
	static SqlPlan open = {SHARE_AGAIN("t.branch_id = $1"), {INT8OID, TEXTOID, INT8OID, TEXTOID}};
	static SqlPlan lent = {LENT_TASKS("t.branch_id = $1"), {INT8OID}};

	return share_again(call, &open, &lent, branch_id, reason);
}

/*
 * queue_share_again does so for the tasks of a queue, whose row is locked.
 */
int64
queue_share_again(Call *call, int64 queue_id, const char *reason)
{
	static SqlPlan open = {SHARE_AGAIN("t.queue_id = $1"), {INT8OID, TEXTOID, INT8OID, TEXTOID}};
	static SqlPlan lent = {LENT_TASKS("t.queue_id = $1"), {INT8OID}};

	return share_again(call, &open, &lent, queue_id, reason);
}

/*
 * branch_lock locks a branch by code.
 */
static int64
branch_lock(const char *code)
{
	static SqlPlan lock = {"SELECT branch_id FROM assure.branch WHERE code = $1 FOR NO KEY UPDATE", {TEXTOID}};
	Datum		value = CStringGetTextDatum(code);

	if (plan_run(&lock, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("branch \"%s\" does not exist", code),
				 errhint("assure.put_branch() makes one.")));
	return plan_int64(0, 1, 0);
}

/*
 * branch_workers_lock locks the people of a branch and returns their keys.
 */
static Datum
branch_workers_lock(int64 branch_id)
{
	static SqlPlan lock = {
		"SELECT worker_id FROM assure.worker WHERE branch_id = $1 ORDER BY worker_id FOR NO KEY UPDATE", {INT8OID}
	};
	Datum		value = Int64GetDatum(branch_id);
	uint64		rows = plan_run(&lock, &value, NULL);
	Column		ids;

	column_start(&ids, INT8OID);
	for (uint64 i = 0; i < rows; i++)
		column_add_int64(&ids, plan_int64(i, 1, 0));
	return column_array(&ids);
}

/*
 * set_branch_status sets a branch's status; displaced is what its people had.
 * Returns how many tasks changed hands or their share.
 */
static int64
set_branch_status(Call *call, const char *code, const char *status, const char *reason, HeldTasks *displaced)
{
	static SqlPlan update = {
		"UPDATE assure.branch SET status = $2, status_since = now(), status_reason = $3 WHERE branch_id = $1 AND status <> $2",
		{INT8OID, TEXTOID, TEXTOID}
	};
	int64		branch_id = branch_lock(code);
	Datum		values[3] = {Int64GetDatum(branch_id), CStringGetTextDatum(status), CStringGetTextDatum(reason)};
	bool		is_offline = strcmp(status, "offline") == 0;
	char	   *why = psprintf("branch %s %s: %s", code, status, reason);
	AuditRow	row = {.subject = psprintf("branch " INT64_FORMAT " %s", branch_id, status)};
	int64		count;

	*displaced = (HeldTasks) {0};
	if (plan_run(&update, values, NULL) == 0)
		return 0;
	if (strcmp(status, "online") != 0)
		*displaced = workers_displace(call, branch_workers_lock(branch_id), is_offline, !is_offline, why);
	count = displaced->count + branch_share_again(call, branch_id, why);
	row.row_count = (int) count;
	audit_write(call, &row);
	return count;
}

/*
 * branch_status_argument reads a branch's status.
 */
static char *
branch_status_argument(FunctionCallInfo fcinfo, int argument)
{
	static const char *const known[] = {"online", "reduced", "offline", NULL};
	char	   *status = text_argument(fcinfo, argument, "status");

	require_status(status, known, "online, reduced and offline");
	return status;
}

/*
 * branch_status_call reads branch, status and reason, and does the work once.
 */
static Datum
branch_status_call(FunctionCallInfo fcinfo, const char *function,
				   int64 (*work) (Call *call, const char *code, const char *status, const char *reason))
{
	char	   *code = text_argument(fcinfo, 0, "branch");
	char	   *status = branch_status_argument(fcinfo, 1);
	char	   *reason = text_argument(fcinfo, 2, "reason");
	char	   *request_id = PG_ARGISNULL(3) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(3));
	StringInfoData arguments;
	Jsonb	   *answer;
	int64		count;
	Call		call;

	initStringInfo(&arguments);
	digest_text(&arguments, code);
	digest_text(&arguments, status);
	digest_text(&arguments, reason);
	call_begin(&call, POOL_SCOPES, function);
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		count = request_answer_int64(answer);
	else
	{
		count = work(&call, code, status, reason);
		request_end_int64(request_id, count);
	}
	call_end(&call);
	PG_RETURN_INT64(count);
}

/*
 * set_status is what assure_set_branch_status does once.
 */
static int64
set_status(Call *call, const char *code, const char *status, const char *reason)
{
	HeldTasks	displaced;

	return set_branch_status(call, code, status, reason, &displaced);
}

/*
 * assure_set_branch_status says how far a branch can work.
 */
PGDLLEXPORT Datum
assure_set_branch_status(PG_FUNCTION_ARGS)
{
	return branch_status_call(fcinfo, "set_branch_status", set_status);
}

/*
 * set_branch_share is what assure_set_branch_share does once; a share below 0 is
 * left as it is.
 */
static int64
set_branch_share(Call *call, const char *code, int share_out, int take_in, const char *reason)
{
	static SqlPlan update = {
		"UPDATE assure.branch SET share_out = CASE WHEN $2 < 0 THEN share_out ELSE $2 END, take_in = CASE WHEN $3 < 0 THEN take_in ELSE $3 END "
		"WHERE branch_id = $1 RETURNING share_out::int, take_in::int", {INT8OID, INT4OID, INT4OID}
	};
	int64		branch_id = branch_lock(code);
	Datum		values[3] = {Int64GetDatum(branch_id), Int32GetDatum(share_out), Int32GetDatum(take_in)};
	AuditRow	row = {0};

	plan_run(&update, values, NULL);
	row.subject = psprintf("branch " INT64_FORMAT " shares %d takes %d", branch_id, plan_int32(0, 1, 0), plan_int32(0, 2, 0));
	row.row_count = (int) branch_share_again(call, branch_id, psprintf("branch %s shares %d %%: %s", code, plan_int32(0, 1, 0), reason));
	audit_write(call, &row);
	return row.row_count;
}

/*
 * percent_argument reads a share; -1 for none.
 */
static int
percent_argument(FunctionCallInfo fcinfo, int argument, const char *name)
{
	int			percent = PG_ARGISNULL(argument) ? -1 : PG_GETARG_INT32(argument);

	if (!PG_ARGISNULL(argument) && (percent < 0 || percent > 100))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s is %d, not from 0 to 100 percent", name, percent)));
	return percent;
}

/*
 * assure_set_branch_share says how much of its work a branch gives out, and how
 * much of that of others it takes in.
 */
PGDLLEXPORT Datum
assure_set_branch_share(PG_FUNCTION_ARGS)
{
	char	   *code = text_argument(fcinfo, 0, "branch");
	int			share_out = percent_argument(fcinfo, 1, "share_out");
	int			take_in = percent_argument(fcinfo, 2, "take_in");
	char	   *reason = text_argument(fcinfo, 3, "reason");
	char	   *request_id = PG_ARGISNULL(4) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(4));
	StringInfoData arguments;
	Jsonb	   *answer;
	int64		count;
	Call		call;

	initStringInfo(&arguments);
	digest_text(&arguments, code);
	digest_int64(&arguments, share_out);
	digest_int64(&arguments, take_in);
	digest_text(&arguments, reason);
	call_begin(&call, POOL_SCOPES, "set_branch_share");
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		count = request_answer_int64(answer);
	else
	{
		count = set_branch_share(&call, code, share_out, take_in, reason);
		request_end_int64(request_id, count);
	}
	call_end(&call);
	PG_RETURN_INT64(count);
}

/*
 * move_branch is what assure_move_branch does once: sets the status, then gives
 * what that opened, and what else of the branch is open, to whoever is qualified
 * anywhere; returns how many found somebody.
 */
static int64
move_branch(Call *call, const char *code, const char *status, const char *reason)
{
	static SqlPlan find = {
		"SELECT task_id FROM assure.task WHERE branch_id = $1 AND state = 'open' UNION SELECT unnest($2) ORDER BY 1", {INT8OID, INT8ARRAYOID}
	};
	HeldTasks	displaced;
	Datum		values[2];
	int64	   *task_ids;
	int			count;

	(void) set_branch_status(call, code, status, reason, &displaced);
	values[0] = Int64GetDatum(branch_lock(code));
	values[1] = array_of_int64(displaced.task_ids, displaced.count);
	count = (int) plan_run(&find, values, NULL);
	task_ids = palloc(mul_size(sizeof(int64), Max(count, 1)));
	for (int i = 0; i < count; i++)
		task_ids[i] = plan_int64(i, 1, 0);
	return match_tasks(call, task_ids, count, psprintf("branch %s %s: %s", code, status, reason));
}

/*
 * assure_move_branch says how far a branch can work and has its work done by
 * others in the same call.
 */
PGDLLEXPORT Datum
assure_move_branch(PG_FUNCTION_ARGS)
{
	return branch_status_call(fcinfo, "move_branch", move_branch);
}

/* ----- what waited too long ----- */

/*
 * reservations_end puts back what was not accepted in time; for a while it is not
 * offered to the same people.
 */
static int64
reservations_end(Call *call, int count_max)
{
	static SqlPlan find = {
		"SELECT task_id FROM assure.task WHERE state = 'reserved' AND state_until <= now() ORDER BY state_until LIMIT $1", {INT4OID}
	};
	static SqlPlan lock = {
		"SELECT task_id, worker_id FROM assure.task WHERE task_id = ANY ($1) AND state = 'reserved' AND state_until <= now() "
		"ORDER BY task_id FOR UPDATE SKIP LOCKED", {INT8ARRAYOID}
	};
	Datum		value = Int32GetDatum(count_max);
	uint64		rows = plan_run(&find, &value, NULL);
	Column		ids;
	HeldTasks	held;

	column_start(&ids, INT8OID);
	for (uint64 i = 0; i < rows; i++)
		column_add_int64(&ids, plan_int64(i, 1, 0));
	value = column_array(&ids);
	held = held_lock(&lock, &value);
	tasks_put_back(call, held.task_ids, held.worker_ids, held.count, "expired", true, 0, "not accepted in time");
	return held.count;
}

/*
 * suspensions_end brings back what was suspended until now.
 */
static int64
suspensions_end(Call *call, int count_max)
{
	static SqlPlan find = {
		"SELECT task_id FROM assure.task WHERE state = 'suspended' AND state_until <= now() ORDER BY state_until LIMIT $1 FOR UPDATE SKIP LOCKED", {INT4OID}
	};
	Datum		value = Int32GetDatum(count_max);
	uint64		rows = plan_run(&find, &value, NULL);
	int64	   *task_ids = palloc(mul_size(sizeof(int64), Max(rows, 1)));

	for (uint64 i = 0; i < rows; i++)
		task_ids[i] = plan_int64(i, 1, 0);
	for (uint64 i = 0; i < rows; i++)
	{
		Task		task;

		CHECK_FOR_INTERRUPTS();
		if (task_lock(task_ids[i], &task))
			task_resume(call, &task, 0, "the time is over");
	}
	return (int64) rows;
}

/*
 * sweep_again has the workers look when the next reservation or suspension ends.
 */
static void
sweep_again(void)
{
	static SqlPlan find = {
		"SELECT min(state_until) FROM assure.task WHERE state IN ('reserved', 'suspended')", {0}
	};
	TimestampTz next;

	plan_run(&find, NULL, NULL);
	next = plan_int64(0, 1, DT_NOEND);
	if (next != DT_NOEND)
		worker_sweep_at(next);
}

/*
 * assure_task_sweep puts back what was reserved or suspended for too long, and
 * returns how much.
 */
PGDLLEXPORT Datum
assure_task_sweep(PG_FUNCTION_ARGS)
{
	int			count_max = PG_ARGISNULL(0) ? SWEEP_TASKS_MAX : PG_GETARG_INT32(0);
	int64		count;
	Call		call;

	if (count_max < 1 || count_max > SWEEP_TASKS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_tasks is %d, not from 1 to %d", count_max, SWEEP_TASKS_MAX)));
	call_begin(&call, POOL_SCOPES, "task_sweep");
	count = reservations_end(&call, count_max);
	count += suspensions_end(&call, count_max);
	sweep_again();
	call_end(&call);
	PG_RETURN_INT64(count);
}
