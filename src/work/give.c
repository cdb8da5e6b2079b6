/*-------------------------------------------------------------------------
 *
 * give.c
 *		Tasks are given to people: open -> reserved, whoever decided it.
 *
 * A worker's row is the lock on what the person has in hand.  Loads are counted
 * after it is taken, under a fresh snapshot, so nobody is given more than there
 * is room for, whatever isolation level the caller has.  Neither workers nor
 * tasks are waited for: what somebody else holds is passed over.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "storage/shmem.h"
#include "utils/builtins.h"

#include "calendar/calendar_cache.h"
#include "core/errors.h"
#include "core/plan.h"
#include "sla/sla.h"
#include "work/pool.h"
#include "worker/worker.h"

/*
 * shift_is_on tells whether it is working time now in a calendar of shifts.  One
 * that is not known any more has no working time.
 */
bool
shift_is_on(const char *calendar)
{
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	CachedCalendar *cached;
	int64		version_id;
	int64		work_usec = 0;

	if (calendar == NULL)
		return true;
	version_id = calendar_version_find(calendar);
	if (version_id == 0)
		return false;
	cached = calendar_load(version_id);
	if (!calendar_between(cached->known, now, now + 1, &work_usec))
		(void) calendar_between(calendar_beyond(cached), now, now + 1, &work_usec);
	return work_usec > 0;
}

/*
 * workers_lock locks the rows of those workers that nobody else holds, and
 * returns the keys of those who are on shift.
 */
static Datum
workers_lock(Datum worker_ids)
{
	static SqlPlan lock = {
		"SELECT worker_id, calendar FROM assure.worker WHERE worker_id = ANY ($1) AND status = 'on_shift' "
		"ORDER BY worker_id FOR NO KEY UPDATE SKIP LOCKED", {INT8ARRAYOID}
	};
	int			rows = (int) plan_run(&lock, &worker_ids, NULL);
	int64	   *locked = palloc(mul_size(sizeof(int64), Max(rows, 1)));
	char	  **calendars = palloc(mul_size(sizeof(char *), Max(rows, 1)));
	int			count = 0;

	for (int i = 0; i < rows; i++)
	{
		locked[i] = plan_int64(i, 1, 0);
		calendars[i] = plan_text(i, 2);
	}
	for (int i = 0; i < rows; i++)
		if (shift_is_on(calendars[i]))
			locked[count++] = locked[i];
	return array_of_int64(locked, count);
}

/*
 * rooms_read reads what room locked workers have, for all work and for that of
 * other branches, as three arrays: key, room, room outside.
 */
static void
rooms_read(Datum locked, Datum *rooms)
{
	static SqlPlan read = {
		"SELECT w.worker_id, w.capacity - coalesce(l.load, 0)::int, " OUTSIDE_CAPACITY " - coalesce(l.outside, 0)::int "
		"FROM assure.worker w JOIN assure.branch b USING (branch_id) "
		"LEFT JOIN LATERAL (SELECT count(*) AS load, count(*) FILTER (WHERE t.branch_id <> w.branch_id) AS outside FROM assure.task t "
		"  WHERE t.worker_id = w.worker_id AND t.state IN ('reserved', 'accepted')) l ON true "
		"WHERE w.worker_id = ANY ($1) AND b.status <> 'offline'", {INT8ARRAYOID}
	};
	uint64		rows = plan_read_fresh(&read, &locked);
	Column		columns[3];

	for (int i = 0; i < 3; i++)
		column_start(&columns[i], i == 0 ? INT8OID : INT4OID);
	for (uint64 i = 0; i < rows; i++)
	{
		column_add_int64(&columns[0], plan_int64(i, 1, 0));
		column_add(&columns[1], Int32GetDatum(plan_int32(i, 2, 0)));
		column_add(&columns[2], Int32GetDatum(plan_int32(i, 3, 0)));
	}
	for (int i = 0; i < 3; i++)
		rooms[i] = column_array(&columns[i]);
}

/* Of the pairs whose task is there to be had, as many as there is room for. */
static SqlPlan reserve = {
	"WITH r AS (SELECT * FROM unnest($3, $4, $5) r (worker_id, room, outside_room)), "
	"p AS (SELECT u.task_id, u.n, r.worker_id, r.room, r.outside_room FROM unnest($1, $2) WITH ORDINALITY u (task_id, worker_id, n) JOIN r USING (worker_id)), "
	"o AS (SELECT task_id, queue_id, branch_id, kept_branch_id, excluded_worker_ids, coalesce(authority_fen, amount_fen) AS authority_fen FROM assure.task "
	"  WHERE task_id = ANY ($1) AND state = 'open' ORDER BY task_id FOR UPDATE SKIP LOCKED), "
	"f AS (SELECT p.*, q.reserve_for, o.branch_id <> w.branch_id AS outside, "
	"    row_number() OVER (PARTITION BY w.worker_id ORDER BY p.n) AS place, "
	"    row_number() OVER (PARTITION BY w.worker_id, o.branch_id <> w.branch_id ORDER BY p.n) AS side_place "
	"  FROM p JOIN o USING (task_id) JOIN assure.worker w USING (worker_id) JOIN assure.queue q USING (queue_id) "
	"  WHERE o.authority_fen <= w.authority_fen AND (o.kept_branch_id IS NULL OR o.kept_branch_id = w.branch_id) "
	"    AND w.worker_id <> ALL (o.excluded_worker_ids)), "
	"t AS (UPDATE assure.task t SET state = 'reserved', state_since = now(), worker_id = f.worker_id, state_until = now() + f.reserve_for "
	"  FROM f WHERE t.task_id = f.task_id AND f.place <= f.room AND (NOT f.outside OR f.side_place <= f.outside_room) RETURNING t.task_id, t.worker_id, t.state_until), "
	"e AS (INSERT INTO assure.task_event (task_id, event, worker_id, session_role, actor_worker_id, reason) "
	"  SELECT task_id, 'reserved', worker_id, $6, nullif($7, 0), $8 FROM t ORDER BY task_id) "
	"SELECT u.n::int, u.task_id, t.state_until FROM unnest($1, $2) WITH ORDINALITY u (task_id, worker_id, n) JOIN t USING (task_id, worker_id)",
	{INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT4ARRAYOID, INT4ARRAYOID, TEXTOID, INT8OID, TEXTOID}
};

/*
 * tasks_reserve gives tasks to workers, as task.h says.
 */
int
tasks_reserve(Call *call, const int64 *task_ids, const int64 *worker_ids, int count,
			  const char *reason, bool *is_given)
{
	Datum		values[8];
	char		nulls[9] = "        ";
	int64	   *given;
	int			rows;

	memset(is_given, false, count);
	if (count == 0)
		return 0;
	values[0] = array_of_int64(task_ids, count);
	values[1] = array_of_int64(worker_ids, count);
	rooms_read(workers_lock(values[1]), &values[2]);
	values[5] = CStringGetTextDatum(call->session_role);
	values[6] = Int64GetDatum(call_actor(call));
	values[7] = reason ? CStringGetTextDatum(reason) : (Datum) 0;
	nulls[7] = reason ? ' ' : 'n';
	rows = (int) plan_run(&reserve, values, nulls);
	given = palloc(mul_size(sizeof(int64), Max(rows, 1)));
	for (int i = 0; i < rows; i++)
	{
		is_given[plan_int32(i, 1, 0) - 1] = true;
		given[i] = plan_int64(i, 2, 0);
		worker_sweep_at(plan_int64(i, 3, DT_NOEND));
	}
	clocks_progress(given, rows);
	return rows;
}

/*
 * What keeps a worker w of branch b from a task t of a queue q, but for shifts by
 * the calendar; NULL: nothing does.
 */
#define REFUSAL \
	"CASE WHEN w.status <> 'on_shift' THEN 'is ' || replace(w.status, '_', ' ') " \
	"WHEN b.status = 'offline' THEN 'belongs to a branch that is offline' " \
	"WHEN w.worker_id = ANY (t.excluded_worker_ids) THEN 'did an earlier stage of it' " \
	"WHEN coalesce(t.authority_fen, t.amount_fen) > w.authority_fen THEN 'has no authority for its amount' " \
	"WHEN n.skill IS NOT NULL THEN format('lacks the skill \"%s\" at level %s', n.skill, n.level) " \
	"WHEN t.kept_branch_id <> w.branch_id THEN 'belongs to another branch than the one it is kept to' " \
	"WHEN l.load >= w.capacity THEN 'has no room' " \
	"WHEN t.branch_id <> w.branch_id AND l.outside >= " OUTSIDE_CAPACITY " THEN 'has no room for work of other branches' END"

/*
 * worker_lock locks a worker by code and returns the key.
 */
int64
worker_lock(const char *code)
{
	static SqlPlan lock = {
		"SELECT worker_id FROM assure.worker WHERE code = $1 FOR NO KEY UPDATE", {TEXTOID}
	};
	Datum		value = CStringGetTextDatum(code);

	if (plan_run(&lock, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("worker \"%s\" does not exist", code),
				 errhint("assure.put_worker() makes one.")));
	return plan_int64(0, 1, 0);
}

/*
 * worker_require_fit refuses a locked worker who may not be given the task, and
 * says what is in the way.
 */
void
worker_require_fit(int64 worker_id, int64 task_id)
{
	static SqlPlan ask = {
		"SELECT " REFUSAL ", w.calendar, w.code FROM assure.task t JOIN assure.queue q USING (queue_id), assure.worker w JOIN assure.branch b USING (branch_id) "
		"CROSS JOIN LATERAL (SELECT count(*) AS load, count(*) FILTER (WHERE h.branch_id <> w.branch_id) AS outside FROM assure.task h "
		"  WHERE h.worker_id = w.worker_id AND h.state IN ('reserved', 'accepted') AND h.task_id <> $1) l "
		"LEFT JOIN LATERAL (SELECT n.skill, n.level FROM (SELECT q.skill, q.skill_level AS level UNION ALL "
		"    SELECT s.skill, s.level FROM assure.queue_skill s WHERE s.queue_id = t.queue_id UNION ALL SELECT skill, 1::smallint FROM unnest(t.skills) skill) n "
		"  WHERE NOT EXISTS (SELECT 1 FROM assure.worker_skill k WHERE k.worker_id = w.worker_id AND k.skill = n.skill AND k.level >= n.level) "
		"  ORDER BY n.skill, n.level LIMIT 1) n ON true "
		"WHERE t.task_id = $1 AND w.worker_id = $2", {INT8OID, INT8OID}
	};
	Datum		values[2] = {Int64GetDatum(task_id), Int64GetDatum(worker_id)};
	char	   *refusal;
	char	   *calendar;
	char	   *code;

	plan_read_fresh(&ask, values);
	refusal = plan_text(0, 1);
	calendar = plan_text(0, 2);
	code = plan_text(0, 3);
	if (refusal == NULL && !shift_is_on(calendar))
		refusal = "is off shift by the calendar";
	if (refusal != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NOT_QUALIFIED),
				 errmsg("task " INT64_FORMAT " cannot go to worker \"%s\", who %s", task_id, code, refusal),
				 errhint("Assign it to another worker, or leave it to assure.dispatch().")));
}
