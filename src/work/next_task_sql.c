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
#include "utils/array.h"
#include "utils/builtins.h"

#include "core/digest.h"
#include "core/errors.h"
#include "core/guc.h"
#include "core/plan.h"
#include "core/request.h"
#include "sla/sla.h"
#include "work/pool.h"

#define NEXT_TASK_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR)

/* Read of all lists together, at least two of each; and of each, if others were faster with all of those. */
#define CANDIDATES_FEW 16
#define CANDIDATES_MANY 64

/* Tried at once; what was taken meanwhile is passed over. */
#define TAKE_TASKS 16

/* Work of the person's own branch comes before what is as urgent. */
#define BRANCH_LEAD_SECONDS (4 * 3600.0)

PG_FUNCTION_INFO_V1(assure_next_task);

typedef struct Candidate
{
	int64		task_id;
	double		rank;			/* the smallest is the best */
} Candidate;

/* The person who is locked, with what decides which tasks are open to him. */
typedef struct Person
{
	int64		worker_id;
	char	   *code;
	int64		branch_id;
	int64		authority_fen;
	int			authority_step;
	bool		has_outside_room;
	Datum		skills;			/* text[] */
	Datum		queue_ids;		/* bigint[]: those whose skills he has */
	int			queue_count;
} Person;

/*
 * person_refuse says why a person's row was not to be had.
 */
static void
person_refuse(const char *named, int64 actor_id)
{
	static SqlPlan find = {"SELECT 1 FROM assure.worker WHERE code = $1", {TEXTOID}};
	Datum		value;

	if (named != NULL)
	{
		value = CStringGetTextDatum(named);
		if (plan_run(&find, &value, NULL) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_NO_DATA_FOUND), errmsg("worker \"%s\" does not exist", named)));
	}
	ereport(ERROR,
			(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
			 named != NULL ? errmsg("worker \"%s\" is being given work by a concurrent session", named) :
			 errmsg("worker " INT64_FORMAT " is being given work by a concurrent session", actor_id),
			 errhint("Look at what the person has in hand, or call again.")));
}

/*
 * person_lock locks the row of who the task is for, and refuses who is not on
 * shift: who calls, or whom a supervisor names.
 */
static int64
person_lock(Call *call, const char *named, int64 actor_id)
{
	static SqlPlan lock = {
		"SELECT worker_id, code, status, calendar FROM assure.worker WHERE worker_id = $1 FOR NO KEY UPDATE SKIP LOCKED", {INT8OID}, NULL, true
	};
	static SqlPlan lock_named = {
		"SELECT worker_id, code, status, calendar FROM assure.worker WHERE code = $1 FOR NO KEY UPDATE SKIP LOCKED", {TEXTOID}, NULL, true
	};
	Datum		value = named != NULL ? CStringGetTextDatum(named) : Int64GetDatum(actor_id);
	int64		worker_id;
	char	   *code;
	char	   *status;
	char	   *calendar;

	if (plan_run(named != NULL ? &lock_named : &lock, &value, NULL) == 0)
		person_refuse(named, actor_id);
	worker_id = plan_int64(0, 1, 0);
	code = plan_text(0, 2);
	status = plan_text(0, 3);
	calendar = plan_text(0, 4);
	if (worker_id != actor_id && (call->scopes & SCOPE_SUPERVISOR) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("worker \"%s\" is somebody else", code),
				 errhint("A supervisor may take tasks for others; leave worker out to take one for the person who calls.")));
	if (strcmp(status, "on_shift") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NOT_QUALIFIED), errmsg("worker \"%s\" is not on shift", code),
				 errhint("assure.set_worker_status() says when a worker is.")));
	if (!shift_is_on(calendar))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NOT_QUALIFIED), errmsg("worker \"%s\" is not on shift", code),
				 errdetail("It is no working time in the calendar \"%s\".", calendar),
				 errhint("assure.put_worker() sets another calendar.")));
	return worker_id;
}

/*
 * person_read reads what the locked person has in hand and may do, under a fresh
 * snapshot, and refuses who has no room.
 */
static void
person_read(int64 worker_id, Person *person)
{
	static SqlPlan read = {
		"SELECT w.code, b.status = 'offline', w.capacity - d.load <= 0, w.branch_id, w.authority_fen, "
		AUTHORITY_STEP("w.authority_fen") ", " OUTSIDE_CAPACITY " - d.outside > 0, "
		"ARRAY(SELECT skill FROM assure.worker_skill s WHERE s.worker_id = $1), "
		"ARRAY(SELECT q.queue_id FROM assure.worker_skill k JOIN assure.queue q ON k.skill = q.skill AND k.level >= q.skill_level WHERE k.worker_id = $1 "
		"  AND NOT EXISTS (SELECT 1 FROM assure.queue_skill n WHERE n.queue_id = q.queue_id AND NOT EXISTS (SELECT 1 FROM assure.worker_skill m "
		"    WHERE m.worker_id = $1 AND m.skill = n.skill AND m.level >= n.level))) "
		"FROM assure.worker w JOIN assure.branch b USING (branch_id) CROSS JOIN LATERAL (SELECT count(*) AS load, "
		"  count(*) FILTER (WHERE t.branch_id <> w.branch_id) AS outside FROM assure.task t "
		"  WHERE t.worker_id = $1 AND t.state IN ('reserved', 'accepted')) d WHERE w.worker_id = $1", {INT8OID}, NULL, true
	};
	Datum		value = Int64GetDatum(worker_id);
	bool		isnull;

	plan_read_fresh(&read, &value);
	*person = (Person) {
		.worker_id = worker_id,
		.code = plan_text(0, 1),
		.branch_id = plan_int64(0, 4, 0),
		.authority_fen = plan_int64(0, 5, 0),
		.authority_step = plan_int32(0, 6, 0),
		.has_outside_room = plan_bool(0, 7),
		.skills = PointerGetDatum(DatumGetArrayTypePCopy(plan_datum(0, 8, &isnull))),
		.queue_ids = PointerGetDatum(DatumGetArrayTypePCopy(plan_datum(0, 9, &isnull)))
	};
	person->queue_count = ArrayGetNItems(ARR_NDIM(DatumGetArrayTypeP(person->queue_ids)), ARR_DIMS(DatumGetArrayTypeP(person->queue_ids)));
	if (plan_bool(0, 2))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NOT_QUALIFIED), errmsg("worker \"%s\" belongs to a branch that is offline", person->code),
				 errhint("assure.set_branch_status() brings it back.")));
	if (plan_bool(0, 3))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NOT_QUALIFIED), errmsg("worker \"%s\" has no room for another task", person->code),
				 errhint("Complete or return one first.")));
}

/* $1 worker, $3 authority, $4 skills */
#define OPEN_TASK_FOR_ME \
	"t.state = 'open' AND t.queue_id = q.queue_id AND " TASK_STEP " = s.step AND coalesce(t.authority_fen, t.amount_fen) <= $3 " \
	"AND $1 <> ALL (t.excluded_worker_ids) AND (cardinality(t.skills) = 0 OR t.skills <@ $4) " \
	"AND (t.declined_until IS NULL OR t.declined_until <= now() OR $1 <> ALL (t.declined_worker_ids)) " \
	"ORDER BY " TASK_URGENCY " LIMIT $7"

/*
 * candidates_read reads the first of each list; the rows of one task may be two.
 */
static uint64
candidates_read(const Person *person, int of_each)
{
	static SqlPlan read = {
		"SELECT c.task_id, c.rank FROM unnest($5) q (queue_id) CROSS JOIN generate_series(0, $6) s (step) CROSS JOIN LATERAL ("
		"  (SELECT t.task_id, " TASK_URGENCY " - $9 AS rank FROM assure.task t WHERE t.branch_id = $2 AND " OPEN_TASK_FOR_ME ") "
		"  UNION ALL "
		"  (SELECT t.task_id, " TASK_URGENCY " FROM assure.task t WHERE $8 AND t.kept_branch_id IS NULL AND " OPEN_TASK_FOR_ME ")) c",
		{INT8OID, INT8OID, INT8OID, TEXTARRAYOID, INT8ARRAYOID, INT4OID, INT4OID, BOOLOID, FLOAT8OID}, NULL, true
	};
	Datum		values[9] = {
		Int64GetDatum(person->worker_id), Int64GetDatum(person->branch_id), Int64GetDatum(person->authority_fen), person->skills,
		person->queue_ids, Int32GetDatum(person->authority_step), Int32GetDatum(of_each), BoolGetDatum(person->has_outside_room),
		Float8GetDatum(BRANCH_LEAD_SECONDS)
	};

	return plan_read_fresh(&read, values);
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
	Candidate  *candidates = palloc(mul_size(sizeof(Candidate), Max(rows, 1)));
	int64	   *task_ids = palloc(mul_size(sizeof(int64), Max(rows, 1)));
	bool		isnull;

	for (uint64 i = 0; i < rows; i++)
		candidates[i] = (Candidate) {plan_int64(i, 1, 0), DatumGetFloat8(plan_datum(i, 2, &isnull))};
	qsort(candidates, rows, sizeof(Candidate), by_rank);
	*count = 0;
	for (uint64 i = 0; i < rows; i++)
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
		"t AS (UPDATE assure.task t SET state = 'reserved', state_since = now(), worker_id = $2, state_until = " RESERVED_UNTIL
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
	int			of_each[2] = {0, CANDIDATES_MANY};
	int64		worker_id;
	int64		actor_id;
	Person		person;

	/* The lists are read in the order of their indexes and nothing else. */
	pin_setting("enable_bitmapscan", "off");
	pin_setting("enable_sort", "off");
	actor_id = code == NULL ? call_actor_required(call) : call_actor(call);
	worker_id = person_lock(call, code, actor_id);
	person_read(worker_id, &person);
	of_each[0] = Max(2, CANDIDATES_FEW / Max(1, person.queue_count * (person.authority_step + 1)));
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
