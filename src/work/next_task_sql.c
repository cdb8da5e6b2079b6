/*-------------------------------------------------------------------------
 *
 * next_task_sql.c
 *		Entry point: a person asks for the next task.
 *
 * Open tasks stand in two indexes, by queue and class of authority in order of
 * urgency: those of a branch, and those that all branches share.  The first few
 * of each list that the person is qualified for are the candidates; the best of
 * them that nobody holds is reserved.  So the cost follows the lists, not the
 * tasks that wait, and what a person may not have is not read.
 *
 * Locking: the person's row, then one task; neither is waited for.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "storage/shmem.h"
#include "utils/builtins.h"

#include "core/digest.h"
#include "core/errors.h"
#include "core/guc.h"
#include "core/plan.h"
#include "core/request.h"
#include "sla/sla.h"
#include "work/pool.h"

#define NEXT_TASK_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR)

/* Read of each list first; and if others were faster with all of them. */
#define CANDIDATES_FEW 8
#define CANDIDATES_MANY 64

/* Tried at once; what was taken meanwhile is passed over. */
#define TAKE_TASKS 16

/* Work of the person's own branch or province comes before what is as urgent. */
#define BRANCH_LEAD_SECONDS (4 * 3600.0)
#define PROVINCE_LEAD_SECONDS (2 * 3600.0)

PG_FUNCTION_INFO_V1(assure_next_task);

typedef struct Candidate
{
	int64		task_id;
	double		rank;			/* the smallest is the best */
} Candidate;

/* The person, as the locked row says. */
typedef struct Person
{
	int64		worker_id;
	char	   *code;
	char	   *status;
	char	   *calendar;
	int64		branch_id;
} Person;

/*
 * person_find finds who the task is for: who calls, or whom a supervisor names.
 */
static int64
person_find(Call *call, const char *code)
{
	static SqlPlan find = {"SELECT worker_id FROM assure.worker WHERE code = $1", {TEXTOID}};
	Datum		value;
	int64		worker_id;

	if (code == NULL)
		return call_actor_required(call);
	value = CStringGetTextDatum(code);
	if (plan_run(&find, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("worker \"%s\" does not exist", code)));
	worker_id = plan_int64(0, 1, 0);
	if ((call->scopes & SCOPE_SUPERVISOR) == 0 && call_actor_required(call) != worker_id)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("worker \"%s\" is somebody else", code),
				 errhint("A supervisor may take tasks for others; leave worker out to take one for the person who calls.")));
	return worker_id;
}

/*
 * person_lock locks the person's row and refuses who is not on shift.
 */
static void
person_lock(int64 worker_id, Person *person)
{
	static SqlPlan lock = {
		"SELECT code, status, calendar, branch_id FROM assure.worker WHERE worker_id = $1 FOR NO KEY UPDATE SKIP LOCKED", {INT8OID}, NULL, true
	};
	Datum		value = Int64GetDatum(worker_id);

	if (plan_run(&lock, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
				 errmsg("worker " INT64_FORMAT " is being given work by a concurrent session", worker_id),
				 errhint("Look at what the person has in hand, or call again.")));
	*person = (Person) {worker_id, plan_text(0, 1), plan_text(0, 2), plan_text(0, 3), plan_int64(0, 4, 0)};
	if (strcmp(person->status, "on_shift") != 0 || !shift_is_on(person->calendar))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NOT_QUALIFIED), errmsg("worker \"%s\" is not on shift", person->code),
				 strcmp(person->status, "on_shift") != 0 ? errhint("assure.set_worker_status() says when a worker is.") :
				 errdetail("It is no working time in the calendar \"%s\".", person->calendar)));
}

#define OPEN_TASK_FOR_ME \
	"t.state = 'open' AND t.queue_id = l.queue_id AND " TASK_STEP " = l.step AND coalesce(t.authority_fen, t.amount_fen) <= me.authority_fen " \
	"AND me.worker_id <> ALL (t.excluded_worker_ids) AND t.skills <@ me.skills " \
	"AND NOT (me.worker_id = ANY (t.declined_worker_ids) AND t.declined_until > now()) "

/*
 * candidates_read reads the first of each list, none where there is no room; the
 * rows of one task may be two.
 */
static uint64
candidates_read(const Person *person, int of_each)
{
	static SqlPlan read = {
		"WITH me AS MATERIALIZED (SELECT w.worker_id, w.branch_id, w.authority_fen, left(b.region, 2) AS province, b.status = 'offline' AS is_offline, "
		"    w.capacity - d.load AS room, " OUTSIDE_CAPACITY " - d.outside AS outside_room, "
		"    ARRAY(SELECT skill FROM assure.worker_skill s WHERE s.worker_id = w.worker_id) AS skills "
		"  FROM assure.worker w JOIN assure.branch b USING (branch_id) CROSS JOIN LATERAL (SELECT count(*) AS load, "
		"    count(*) FILTER (WHERE t.branch_id <> w.branch_id) AS outside FROM assure.task t "
		"    WHERE t.worker_id = w.worker_id AND t.state IN ('reserved', 'accepted')) d WHERE w.worker_id = $1), "
		"l AS MATERIALIZED (SELECT q.queue_id, s.step FROM me, assure.queue q, "
		"    generate_series(0, " AUTHORITY_STEP("me.authority_fen") ") s (step) "
		"  WHERE me.room > 0 AND NOT me.is_offline AND EXISTS (SELECT 1 FROM assure.worker_skill k WHERE k.worker_id = $1 AND k.skill = q.skill AND k.level >= q.skill_level) "
		"    AND NOT EXISTS (SELECT 1 FROM assure.queue_skill n WHERE n.queue_id = q.queue_id AND NOT EXISTS (SELECT 1 FROM assure.worker_skill k "
		"      WHERE k.worker_id = $1 AND k.skill = n.skill AND k.level >= n.level))) "
		"SELECT me.is_offline, me.room::int, c.task_id, c.urgency - CASE WHEN c.branch_id = me.branch_id THEN $3 WHEN c.province = me.province THEN $4 ELSE 0 END "
		"FROM me LEFT JOIN (l CROSS JOIN LATERAL ("
		"  (SELECT t.task_id, " TASK_URGENCY " AS urgency, t.branch_id, NULL AS province FROM me, assure.task t WHERE t.branch_id = me.branch_id AND " OPEN_TASK_FOR_ME
		"    ORDER BY " TASK_URGENCY " LIMIT $2) "
		"  UNION ALL "
		"  (SELECT t.task_id, " TASK_URGENCY " AS urgency, t.branch_id, left(b.region, 2) FROM me, assure.task t JOIN assure.branch b ON b.branch_id = t.branch_id "
		"    WHERE me.outside_room > 0 AND t.kept_branch_id IS NULL AND " OPEN_TASK_FOR_ME
		"    ORDER BY " TASK_URGENCY " LIMIT $2)) c) ON true",
		{INT8OID, INT4OID, FLOAT8OID, FLOAT8OID}, NULL, true
	};
	Datum		values[4] = {Int64GetDatum(person->worker_id), Int32GetDatum(of_each),
	Float8GetDatum(BRANCH_LEAD_SECONDS), Float8GetDatum(PROVINCE_LEAD_SECONDS)};
	uint64		rows = plan_read_fresh(&read, values);

	if (plan_bool(0, 1))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NOT_QUALIFIED), errmsg("worker \"%s\" belongs to a branch that is offline", person->code),
				 errhint("assure.set_branch_status() brings it back.")));
	if (plan_int32(0, 2, 0) <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NOT_QUALIFIED), errmsg("worker \"%s\" has no room for another task", person->code),
				 errhint("Complete or return one first.")));
	return rows;
}

/*
 * by_rank orders candidates, the rows of one task beside each other.
 */
static int
by_rank(const void *a, const void *b)
{
	const Candidate *one = a;
	const Candidate *other = b;

	if (one->rank != other->rank)
		return one->rank < other->rank ? -1 : 1;
	return one->task_id == other->task_id ? 0 : one->task_id < other->task_id ? -1 : 1;
}

/*
 * candidates_sort returns the keys that were read, the best first, each once.
 */
static int64 *
candidates_sort(uint64 rows, int *count)
{
	Candidate  *candidates = palloc(mul_size(sizeof(Candidate), rows));
	int64	   *task_ids = palloc(mul_size(sizeof(int64), rows));
	bool		isnull;
	int			read = 0;

	for (uint64 i = 0; i < rows; i++)
		if (plan_int64(i, 3, 0) != 0)
			candidates[read++] = (Candidate) {plan_int64(i, 3, 0), DatumGetFloat8(plan_datum(i, 4, &isnull))};
	qsort(candidates, read, sizeof(Candidate), by_rank);
	*count = 0;
	for (int i = 0; i < read; i++)
		if (*count == 0 || task_ids[*count - 1] != candidates[i].task_id)
			task_ids[(*count)++] = candidates[i].task_id;
	return task_ids;
}

/*
 * take reserves the first of the tasks that is open and nobody holds; 0: none is.
 * The tasks are looked at one by one, in the order of the array.
 */
static int64
take(Call *call, const Person *person, int64 actor_id, const int64 *task_ids, int count)
{
	static SqlPlan reserve = {
		"WITH p AS (SELECT o.* FROM unnest($1) u (task_id) CROSS JOIN LATERAL (SELECT t.task_id, t.queue_id FROM assure.task t "
		"    WHERE t.task_id = u.task_id AND t.state = 'open' AND (t.kept_branch_id IS NULL OR t.kept_branch_id = $5) FOR UPDATE SKIP LOCKED) o LIMIT 1), "
		"t AS (UPDATE assure.task t SET state = 'reserved', state_since = now(), worker_id = $2, reserved_until = " RESERVED_UNTIL
		"  FROM p JOIN assure.queue q USING (queue_id) WHERE t.task_id = p.task_id RETURNING t.task_id) "
		"INSERT INTO assure.task_event (task_id, event, worker_id, session_role, actor_worker_id) "
		"SELECT task_id, 'reserved', $2, $3, nullif($4, 0) FROM t RETURNING task_id",
		{INT8ARRAYOID, INT8OID, TEXTOID, INT8OID, INT8OID}, NULL, true
	};
	Datum		values[5] = {0, Int64GetDatum(person->worker_id), CStringGetTextDatum(call->session_role),
	Int64GetDatum(actor_id), Int64GetDatum(person->branch_id)};

	for (int from = 0; from < count; from += TAKE_TASKS)
	{
		values[0] = array_of_int64(task_ids + from, Min(count - from, TAKE_TASKS));
		if (plan_run(&reserve, values, NULL) > 0)
			return plan_int64(0, 1, 0);
	}
	return 0;
}

/*
 * next_task gives the best task there is to a person; 0: there is none.
 */
static int64
next_task(Call *call, const char *code)
{
	static const int of_each[] = {CANDIDATES_FEW, CANDIDATES_MANY};
	Person		person;
	int64		actor_id;

	/* The lists are read in the order of their indexes and nothing else. */
	pin_setting("enable_bitmapscan", "off");
	pin_setting("enable_sort", "off");
	person_lock(person_find(call, code), &person);
	actor_id = code == NULL ? person.worker_id : call_actor(call);
	for (int i = 0; i < (int) lengthof(of_each); i++)
	{
		int			count;
		int64	   *task_ids = candidates_sort(candidates_read(&person, of_each[i]), &count);
		int64		task_id = take(call, &person, actor_id, task_ids, count);

		if (task_id != 0)
		{
			clocks_progress(&task_id, 1);
			return task_id;
		}
		if (count == 0)
			break;
	}
	return 0;
}

/*
 * assure_next_task reserves the best open task for the person who calls, and
 * returns its key; NULL: there is none.
 */
PGDLLEXPORT Datum
assure_next_task(PG_FUNCTION_ARGS)
{
	char	   *code = PG_ARGISNULL(0) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *request_id = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	StringInfoData arguments;
	int64		task_id;
	Jsonb	   *answer;
	Call		call;

	initStringInfo(&arguments);
	if (code == NULL)
		digest_null(&arguments);
	else
		digest_text(&arguments, code);
	call_begin(&call, NEXT_TASK_SCOPES, "next_task");
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		task_id = request_answer_int64(answer);
	else
	{
		task_id = next_task(&call, code);
		request_end_int64(request_id, task_id);
	}
	call_end(&call);
	if (task_id == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(task_id);
}
