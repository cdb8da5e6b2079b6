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

#include "access/stratnum.h"
#include "access/xact.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"

#include "calendar/calendar_cache.h"
#include "core/errors.h"
#include "core/plan.h"
#include "sla/sla.h"
#include "work/pool.h"
#include "work/queue_cache.h"
#include "work/reservation.h"
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

/* What a locked worker has room for. */
typedef struct Room
{
	int64		worker_id;
	int64		authority_fen;
	int64		branch_id;
	int			all;			/* tasks */
	int			outside;		/* of other branches, among them */
} Room;

/*
 * rooms_read reads what room locked workers have, by key.
 */
static Room *
rooms_read(Datum locked, int *count)
{
	static SqlPlan read = {
		"SELECT w.worker_id, w.authority_fen, w.branch_id, w.capacity - coalesce(l.load, 0)::int, " OUTSIDE_CAPACITY " - coalesce(l.outside, 0)::int "
		"FROM assure.worker w JOIN assure.branch b USING (branch_id) "
		"LEFT JOIN LATERAL (SELECT count(*) AS load, count(*) FILTER (WHERE t.branch_id <> w.branch_id) AS outside FROM assure.task t "
		"  WHERE t.worker_id = w.worker_id AND t.state IN ('reserved', 'accepted')) l ON true "
		"WHERE w.worker_id = ANY ($1) AND b.status <> 'offline' ORDER BY w.worker_id", {INT8ARRAYOID}
	};
	Room	   *rooms;

	*count = (int) plan_read_fresh(&read, &locked);
	rooms = palloc(mul_size(sizeof(Room), Max(*count, 1)));
	for (int i = 0; i < *count; i++)
		rooms[i] = (Room) {plan_int64(i, 1, 0), plan_int64(i, 2, 0), plan_int64(i, 3, 0), plan_int32(i, 4, 0), plan_int32(i, 5, 0)};
	return rooms;
}

/*
 * room_compare orders rooms by their workers.
 */
static int
room_compare(const void *a, const void *b)
{
	int64		x = ((const Room *) a)->worker_id;
	int64		y = ((const Room *) b)->worker_id;

	return x < y ? -1 : x > y;
}

/* A pair as the caller has it. */
typedef struct Pair
{
	int64		task_id;
	int64		worker_id;
	int			number;
} Pair;

/*
 * pair_compare orders pairs by their tasks: so these are locked.
 */
static int
pair_compare(const void *a, const void *b)
{
	const Pair *x = a;
	const Pair *y = b;

	if (x->task_id != y->task_id)
		return x->task_id < y->task_id ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* What is looked at of the tasks. */
typedef struct TaskReading
{
	IndexRead	read;
	Snapshot	snapshot;
	AttrNumber	state;
	AttrNumber	queue_id;
	AttrNumber	branch_id;
	AttrNumber	kept_branch_id;
	AttrNumber	amount_fen;
	AttrNumber	authority_fen;
	AttrNumber	excluded_worker_ids;
} TaskReading;

/*
 * reading_open opens the tasks, by key.
 */
static void
reading_open(TaskReading *tasks)
{
	tasks->read = (IndexRead) {"task", "task_pkey"};
	tasks->snapshot = RegisterSnapshot(fresh_snapshot());
	index_read_open(&tasks->read);
	tasks->state = index_read_column(&tasks->read, "state");
	tasks->queue_id = index_read_column(&tasks->read, "queue_id");
	tasks->branch_id = index_read_column(&tasks->read, "branch_id");
	tasks->kept_branch_id = index_read_column(&tasks->read, "kept_branch_id");
	tasks->amount_fen = index_read_column(&tasks->read, "amount_fen");
	tasks->authority_fen = index_read_column(&tasks->read, "authority_fen");
	tasks->excluded_worker_ids = index_read_column(&tasks->read, "excluded_worker_ids");
}

/*
 * reading_close closes them.
 */
static void
reading_close(TaskReading *tasks)
{
	index_read_close(&tasks->read);
	UnregisterSnapshot(tasks->snapshot);
}

/*
 * is_open tells whether the task at hand is.
 */
static bool
is_open(const TaskReading *tasks)
{
	bool		isnull;
	text	   *state = DatumGetTextPP(slot_getattr(tasks->read.slot, tasks->state, &isnull));

	return VARSIZE_ANY_EXHDR(state) == strlen("open") && memcmp(VARDATA_ANY(state), "open", strlen("open")) == 0;
}

/*
 * lock_open locks a task if it is open and nobody holds it, and has it as the row
 * at hand.
 */
static bool
lock_open(TaskReading *tasks, int64 task_id)
{
	ItemPointerData tid;

	index_read_key(&tasks->read, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(task_id));
	index_read_start(&tasks->read, tasks->snapshot);
	if (!index_read_next(&tasks->read) || !is_open(tasks))
		return false;
	tid = tasks->read.slot->tts_tid;
	return index_read_lock(&tasks->read, &tid, tasks->snapshot, LOCK_AS_IS) && is_open(tasks);
}

/*
 * take_room gives a place of a worker to the task at hand; false: there is none
 * for it, or the task is not for the worker.
 */
static bool
take_room(const TaskReading *tasks, Room *room)
{
	TupleTableSlot *slot = tasks->read.slot;
	bool		is_free;
	bool		isnull;
	Datum		authority_fen = slot_getattr(slot, tasks->authority_fen, &isnull);
	Datum		kept_branch_id = slot_getattr(slot, tasks->kept_branch_id, &is_free);
	bool		is_outside;

	if (isnull)
		authority_fen = slot_getattr(slot, tasks->amount_fen, &isnull);
	is_outside = DatumGetInt64(slot_getattr(slot, tasks->branch_id, &isnull)) != room->branch_id;
	if (DatumGetInt64(authority_fen) > room->authority_fen || (!is_free && DatumGetInt64(kept_branch_id) != room->branch_id) ||
		array_has_int64(slot_getattr(slot, tasks->excluded_worker_ids, &isnull), room->worker_id))
		return false;
	if (room->all <= 0 || (is_outside && room->outside <= 0))
		return false;
	room->all--;
	room->outside -= is_outside;
	return true;
}

/*
 * until_of returns when the task at hand goes back to the pool.
 */
static TimestampTz
until_of(const TaskReading *tasks, const CachedQueue *queues, int count)
{
	bool		isnull;
	int64		queue_id = DatumGetInt64(slot_getattr(tasks->read.slot, tasks->queue_id, &isnull));

	for (int i = 0; i < count; i++)
		if (queues[i].queue_id == queue_id)
			return queue_reserved_until(&queues[i]);
	elog(ERROR, "queue " INT64_FORMAT " does not exist", queue_id);
}

/*
 * pairs_reserve gives of the pairs, which are ordered by task, as many as there is
 * room for, and returns how many, with their tasks.
 */
static int
pairs_reserve(Call *call, const Pair *pairs, int count, Room *rooms, int room_count, const char *reason, int64 *given, bool *is_given)
{
	TaskReading tasks;
	ReservationWrite write;
	int			queue_count;
	const CachedQueue *queues = queues_get(&queue_count);

	reading_open(&tasks);
	reservations_begin(&write, &tasks.read);
	for (int i = 0; i < count; i++)
	{
		Room		wanted = {pairs[i].worker_id};
		Room	   *room = bsearch(&wanted, rooms, room_count, sizeof(Room), room_compare);
		Reservation reservation = {pairs[i].task_id, pairs[i].worker_id};

		if (room == NULL || !lock_open(&tasks, pairs[i].task_id) || !take_room(&tasks, room))
			continue;
		reservation.until = until_of(&tasks, queues, queue_count);
		worker_sweep_at(reservation.until);
		given[write.count] = pairs[i].task_id;
		is_given[pairs[i].number] = true;
		reservations_add(&write, tasks.read.slot, &reservation);
	}
	reading_close(&tasks);
	reservations_end(&write, call, reason);
	return write.count;
}

/*
 * tasks_reserve gives tasks to workers, as task.h says.
 */
int
tasks_reserve(Call *call, const int64 *task_ids, const int64 *worker_ids, int count,
			  const char *reason, bool *is_given)
{
	Pair	   *pairs = palloc(mul_size(sizeof(Pair), Max(count, 1)));
	int64	   *given = palloc(mul_size(sizeof(int64), Max(count, 1)));
	Room	   *rooms;
	int			room_count;
	int			given_count;

	memset(is_given, false, count);
	if (count == 0)
		return 0;
	for (int i = 0; i < count; i++)
		pairs[i] = (Pair) {task_ids[i], worker_ids[i], i};
	qsort(pairs, count, sizeof(Pair), pair_compare);
	rooms = rooms_read(workers_lock(array_of_int64(worker_ids, count)), &room_count);
	given_count = pairs_reserve(call, pairs, count, rooms, room_count, reason, given, is_given);
	if (given_count > 0)
		clocks_progress(given, given_count);
	return given_count;
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
