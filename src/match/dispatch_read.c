/*-------------------------------------------------------------------------
 *
 * dispatch_read.c
 *		Reads the pool of a dispatch, set-wise, without a lock.
 *
 * Tables of people and queues first, since the rows of tasks are taken with a
 * look at them; then tasks, row by row as the executor finds them; then what is
 * asked for by some profiles only.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/xact.h"
#include "common/hashfn.h"
#include "storage/shmem.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "calendar/calendar_cache.h"
#include "core/plan.h"
#include "match/dispatch_pool.h"

#define HOURS_OF_A_SHIFT 24

/* Numbers by text, and by key. */
typedef struct TextEntry
{
	const char *text;
	int			number;
	char		status;
} TextEntry;

#define SH_PREFIX text_map
#define SH_ELEMENT_TYPE TextEntry
#define SH_KEY_TYPE const char *
#define SH_KEY text
#define SH_HASH_KEY(table, key) hash_bytes((const unsigned char *) (key), (int) strlen(key))
#define SH_EQUAL(table, a, b) (strcmp(a, b) == 0)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

typedef struct Reading
{
	Pool	   *pool;
	int64		task_capacity;
	int64		name_capacity;
	int64		held_capacity;
	text_map_hash *classes;
	text_map_hash *skills;
	int			class_capacity;
	int			skill_capacity;
	StringInfoData name;
	int			branch_last;	/* of the last row: the next is likely of the same */
	int			queue_last;
} Reading;

/*
 * grow makes room for one more element.
 */
static void *
grow(void *array, int64 count, int64 *capacity, Size size)
{
	if (array != NULL && count < *capacity)
		return array;
	*capacity = Max(*capacity * 2, 256);
	if (array == NULL)
		return MemoryContextAllocHuge(CurrentMemoryContext, mul_size(size, (Size) *capacity));
	return repalloc_huge(array, mul_size(size, (Size) *capacity));
}

/*
 * skill_number gives a skill its number.
 */
static int
skill_number(Reading *reading, const char *skill)
{
	Pool	   *pool = reading->pool;
	bool		found;
	TextEntry  *entry = text_map_lookup(reading->skills, skill);

	if (entry != NULL)
		return entry->number;
	entry = text_map_insert(reading->skills, pstrdup(skill), &found);
	entry->number = pool->skill_count;
	if (pool->skill_count == reading->skill_capacity)
	{
		reading->skill_capacity = Max(reading->skill_capacity * 2, 16);
		pool->skills = pool->skills == NULL ? palloc(sizeof(char *) * reading->skill_capacity) :
			repalloc(pool->skills, sizeof(char *) * reading->skill_capacity);
	}
	pool->skills[pool->skill_count] = entry->text;
	return pool->skill_count++;
}

/*
 * read_branches reads all branches, by key.
 */
static void
read_branches(Pool *pool)
{
	static SqlPlan read = {
		"SELECT branch_id, code, left(region, 4)::int4, left(region, 2)::int4, status = 'online', status = 'offline', take_in::int4 "
		"FROM assure.branch ORDER BY branch_id", {0}
	};

	pool->branch_count = (int) plan_run(&read, NULL, NULL);
	pool->branches = palloc(mul_size(sizeof(PoolBranch), (Size) Max(pool->branch_count, 1)));
	for (int i = 0; i < pool->branch_count; i++)
		pool->branches[i] = (PoolBranch)
	{
		.branch_id = plan_int64(i, 1, 0), .code = plan_text(i, 2),
			.place = {i, plan_int32(i, 3, 0), plan_int32(i, 4, 0)},
			.takes_in = plan_bool(i, 5), .is_offline = plan_bool(i, 6), .take_in = plan_int32(i, 7, 0)
	};
}

/*
 * branch_number finds a branch.
 */
static int
branch_number(const Pool *pool, int64 branch_id)
{
	int			low = 0;
	int			high = pool->branch_count - 1;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (pool->branches[middle].branch_id < branch_id)
			low = middle + 1;
		else
			high = middle;
	}
	if (low > high || pool->branches[low].branch_id != branch_id)
		elog(ERROR, "branch " INT64_FORMAT " does not exist", branch_id);
	return low;
}

/*
 * read_queues reads all queues with the skills that they need, and their
 * profiles.
 */
static void
read_queues(Reading *reading)
{
	static SqlPlan read = {
		"SELECT q.queue_id, q.code, q.profile, (extract(epoch FROM q.wait_max) / 3600)::float8, "
		"  q.skill, q.skill_level::int4, s.skill, s.level::int4 "
		"FROM assure.queue q LEFT JOIN assure.queue_skill s USING (queue_id) ORDER BY q.queue_id, s.skill", {0}
	};
	Pool	   *pool = reading->pool;
	int			rows = (int) plan_run(&read, NULL, NULL);
	char	  **profiles = palloc(mul_size(sizeof(char *), (Size) Max(rows, 1)));

	pool->queues = palloc0(mul_size(sizeof(PoolQueue), (Size) Max(rows, 1)));
	for (int i = 0; i < rows; i++)
	{
		PoolQueue  *queue = &pool->queues[Max(pool->queue_count - 1, 0)];
		bool		isnull;

		if (pool->queue_count == 0 || queue->queue_id != plan_int64(i, 1, 0))
		{
			queue = &pool->queues[pool->queue_count];
			profiles[pool->queue_count++] = plan_text(i, 3);
			queue->queue_id = plan_int64(i, 1, 0);
			queue->code = plan_text(i, 2);
			queue->wait_hours = DatumGetFloat8(plan_datum(i, 4, &isnull));
			queue->needs = palloc(mul_size(sizeof(PoolNeed), (Size) rows + 1));
			queue->needs[queue->need_count++] = (PoolNeed) {skill_number(reading, plan_text(i, 5)), plan_int32(i, 6, 0)};
		}
		plan_datum(i, 7, &isnull);
		if (!isnull)
			queue->needs[queue->need_count++] = (PoolNeed) {skill_number(reading, plan_text(i, 7)), plan_int32(i, 8, 0)};
	}
	for (int q = 0; q < pool->queue_count; q++)
		pool->queues[q].profile = profile_current(profiles[q]);
}

/*
 * queue_number finds a queue; there are few.
 */
static int
queue_number(const Pool *pool, int64 queue_id)
{
	for (int q = 0; q < pool->queue_count; q++)
		if (pool->queues[q].queue_id == queue_id)
			return q;
	elog(ERROR, "queue " INT64_FORMAT " does not exist", queue_id);
}

/*
 * class_make adds a class with the needs of its queue and those of its tasks.
 */
static int
class_make(Reading *reading, int queue_no, const char *product, int chapter, ArrayType *skills)
{
	Pool	   *pool = reading->pool;
	const PoolQueue *queue = &pool->queues[queue_no];
	PoolClass  *of_class;
	Datum	   *elements = NULL;
	int			count = 0;

	if (skills != NULL)
		deconstruct_array(skills, TEXTOID, -1, false, TYPALIGN_INT, &elements, NULL, &count);
	if (pool->class_count == reading->class_capacity)
	{
		reading->class_capacity = Max(reading->class_capacity * 2, 64);
		pool->classes = pool->classes == NULL ? palloc(mul_size(sizeof(PoolClass), (Size) reading->class_capacity)) :
			repalloc_huge(pool->classes, mul_size(sizeof(PoolClass), (Size) reading->class_capacity));
	}
	of_class = &pool->classes[pool->class_count];
	*of_class = (PoolClass) {queue_no, product, chapter, queue->need_count};
	of_class->needs = palloc(mul_size(sizeof(PoolNeed), (Size) queue->need_count + count));
	memcpy(of_class->needs, queue->needs, sizeof(PoolNeed) * queue->need_count);
	for (int i = 0; i < count; i++)
		of_class->needs[of_class->need_count++] = (PoolNeed) {skill_number(reading, TextDatumGetCString(elements[i])), 1};
	return pool->class_count++;
}

/*
 * class_number finds the class of a task, and makes it if it is new.
 */
static int
class_number(Reading *reading, int queue_no, Datum product, bool no_product, int chapter, ArrayType *skills)
{
	StringInfo	name = &reading->name;
	char	   *product_text = no_product ? NULL : TextDatumGetCString(product);
	bool		found;
	TextEntry  *entry;

	resetStringInfo(name);
	appendStringInfo(name, "%d %d %s", queue_no, chapter, product_text ? product_text : "");
	if (skills != NULL)
	{
		char	   *text = OidOutputFunctionCall(F_ARRAY_OUT, PointerGetDatum(skills));

		appendStringInfo(name, "\n%s", text);
		pfree(text);
	}
	entry = text_map_lookup(reading->classes, name->data);
	if (entry == NULL)
	{
		entry = text_map_insert(reading->classes, pstrdup(name->data), &found);
		entry->number = class_make(reading, queue_no, product_text, chapter, skills);
	}
	else if (product_text != NULL)
		pfree(product_text);
	return entry->number;
}

/*
 * add_name notes that a task names a worker.
 */
static void
add_name(Reading *reading, int32 task, PoolNamed named, int64 worker_id)
{
	Pool	   *pool = reading->pool;

	pool->names = grow(pool->names, pool->name_count, &reading->name_capacity, sizeof(PoolName));
	pool->names[pool->name_count++] = (PoolName) {task, named, worker_id};
}

/*
 * add_names notes the workers of an array; most are empty.
 */
static void
add_names(Reading *reading, int32 task, PoolNamed named, Datum array)
{
	ArrayType  *workers = DatumGetArrayTypeP(array);
	int			count = ArrayGetNItems(ARR_NDIM(workers), ARR_DIMS(workers));
	const int64 *ids = (const int64 *) ARR_DATA_PTR(workers);

	for (int i = 0; i < count && !ARR_HASNULL(workers); i++)
		add_name(reading, task, named, ids[i]);
}

#define TASK_COLUMNS \
	"t.task_id, t.queue_id, t.branch_id, t.kept_branch_id IS NOT NULL, coalesce(t.authority_fen, t.amount_fen), t.amount_fen, t.priority::int4, " \
	"date_part('epoch', now() - t.created_at) / 3600, date_part('epoch', t.due_at - now()) / 3600, " \
	"CASE WHEN t.state = 'reserved' THEN t.worker_id END, t.product, t.chapter::int4, nullif(t.skills, '{}'), t.excluded_worker_ids, t.declined_worker_ids, " \
	"coalesce(t.declined_until > now(), false), t.attributes "

/*
 * task_take takes a row of a task.
 */
static void
task_take(const Datum *values, const bool *nulls, void *state)
{
	Reading    *reading = state;
	Pool	   *pool = reading->pool;
	int32		number = pool->task_count;
	PoolTask   *task;
	ArrayType  *skills = nulls[12] ? NULL : DatumGetArrayTypeP(values[12]);
	int64		branch_id = DatumGetInt64(values[2]);
	int64		queue_id = DatumGetInt64(values[1]);

	if (number == PG_INT32_MAX / 2)
		elog(ERROR, "too many tasks");
	pool->tasks = grow(pool->tasks, number, &reading->task_capacity, sizeof(PoolTask));
	pool->task_count++;
	if (pool->queues[reading->queue_last].queue_id != queue_id)
		reading->queue_last = queue_number(pool, queue_id);
	if (pool->branches[reading->branch_last].branch_id != branch_id)
		reading->branch_last = branch_number(pool, branch_id);
	task = &pool->tasks[number];
	*task = (PoolTask)
	{
		.task_id = DatumGetInt64(values[0]),
			.class_no = class_number(reading, reading->queue_last, values[10], nulls[10], nulls[11] ? 0 : DatumGetInt32(values[11]), skills),
			.branch = reading->branch_last, .is_kept = DatumGetBool(values[3]), .authority_fen = DatumGetInt64(values[4]),
			.amount_fen = DatumGetInt64(values[5]), .priority = DatumGetInt32(values[6]), .age_hours = DatumGetFloat8(values[7]),
			.slack_hours = nulls[8] ? NAN : DatumGetFloat8(values[8]), .holder_id = nulls[9] ? 0 : DatumGetInt64(values[9])
	};
	if (task->holder_id != 0)
		add_name(reading, number, NAMED_HOLDER, task->holder_id);
	add_names(reading, number, NAMED_EXCLUDED, values[13]);
	add_names(reading, number, DatumGetBool(values[15]) ? NAMED_PAUSED : NAMED_DECLINED, values[14]);
	if (pool->queues[reading->queue_last].profile->has_task_factors)
		task->attributes = DatumGetJsonbPCopy(values[16]);
}

/*
 * read_tasks reads the tasks of a scope.
 */
static void
read_tasks(Reading *reading, const PoolScope *scope)
{
	static SqlPlan all = {"SELECT " TASK_COLUMNS "FROM assure.task t WHERE t.state = 'open'", {0}};
	static SqlPlan urgent = {
		"SELECT " TASK_COLUMNS "FROM assure.task t WHERE t.state = 'open' "
		"ORDER BY coalesce(least(t.due_at, t.wait_until), t.created_at) - (t.priority - 5) * interval '1 day', t.task_id LIMIT $1", {INT4OID}
	};
	static SqlPlan reserved = {"SELECT " TASK_COLUMNS "FROM assure.task t WHERE t.state = 'reserved'", {0}};
	static SqlPlan named = {"SELECT " TASK_COLUMNS "FROM assure.task t WHERE t.task_id = ANY ($1) AND ($2 OR t.state = 'open')", {INT8ARRAYOID, BOOLOID}};
	Datum		open_max = Int32GetDatum(scope->open_max);

	reading->classes = text_map_create(CurrentMemoryContext, 256, NULL);
	initStringInfo(&reading->name);
	if (reading->pool->queue_count == 0 || reading->pool->branch_count == 0)
		return;
	if (scope->task_ids != NULL)
	{
		Datum		values[2] = {array_of_int64(scope->task_ids, scope->task_count), BoolGetDatum(scope->with_everybody)};

		plan_run_each(&named, values, task_take, reading);
	}
	else if (scope->open_max < PG_INT32_MAX)
		plan_run_each(&urgent, &open_max, task_take, reading);
	else
		plan_run_each(&all, NULL, task_take, reading);
	if (scope->with_reserved)
		plan_run_each(&reserved, NULL, task_take, reading);
}

/*
 * held_take notes a task that stays where it is.
 */
static void
held_take(const Datum *values, const bool *nulls, void *state)
{
	Reading    *reading = state;
	Pool	   *pool = reading->pool;
	int			queue_no = queue_number(pool, DatumGetInt64(values[1]));
	ArrayType  *skills = nulls[4] ? NULL : DatumGetArrayTypeP(values[4]);

	pool->helds = grow(pool->helds, pool->held_count, &reading->held_capacity, sizeof(PoolHeld));
	pool->helds[pool->held_count++] = (PoolHeld) {DatumGetInt64(values[0]),
	class_number(reading, queue_no, values[2], nulls[2], nulls[3] ? 0 : DatumGetInt32(values[3]), skills)};
}

/*
 * read_held reads what people have in hand and keep, where tasks take time.
 */
static void
read_held(Reading *reading, const PoolScope *scope)
{
	static SqlPlan read = {
		"SELECT t.worker_id, t.queue_id, t.product, t.chapter::int4, nullif(t.skills, '{}') FROM assure.task t "
		"WHERE t.state = 'accepted' OR (t.state = 'reserved' AND NOT $1)", {BOOLOID}
	};
	Pool	   *pool = reading->pool;
	Datum		value = BoolGetDatum(scope->with_reserved);

	for (int c = 0; c < pool->class_count; c++)
		pool->takes_hours |= pool->queues[pool->classes[c].queue].profile->takes_hours;
	if (pool->takes_hours)
		plan_run_each(&read, &value, held_take, reading);
}

/* A calendar of shifts at the moment of the dispatch. */
typedef struct ShiftNow
{
	const char *name;
	bool		is_on;
	float8		hours;			/* left of the shift */
} ShiftNow;

/*
 * works_until tells whether all the time from now to then is worked.
 */
static bool
works_until(CachedCalendar *calendar, TimestampTz now, TimestampTz then)
{
	int64		work_usec = 0;

	if (!calendar_between(calendar->known, now, then, &work_usec))
		(void) calendar_between(calendar_beyond(calendar), now, then, &work_usec);
	return work_usec == then - now;
}

/*
 * shift_find looks up what a calendar says of now; those of one pool are few.
 */
static ShiftNow
shift_find(const char *name, TimestampTz now, List **known)
{
	ListCell   *cell;
	ShiftNow   *shift;
	int64		version_id;
	int64		low = 0;
	int64		high = HOURS_OF_A_SHIFT * 60;

	foreach(cell, *known)
	{
		shift = lfirst(cell);
		if (strcmp(shift->name, name) == 0)
			return *shift;
	}
	shift = palloc0(sizeof(ShiftNow));
	shift->name = name;
	version_id = calendar_version_find(name);
	if (version_id != 0)
	{
		CachedCalendar *calendar = calendar_load(version_id);

		shift->is_on = works_until(calendar, now, now + 1);
		while (low < high)
		{
			int64		middle = (low + high + 1) / 2;

			if (works_until(calendar, now, now + middle * USECS_PER_MINUTE))
				low = middle;
			else
				high = middle - 1;
		}
		shift->hours = low / 60.0;
	}
	*known = lappend(*known, shift);
	return *shift;
}

/*
 * read_workers reads the people who are there: on shift, in branches that are
 * not offline.
 */
static void
read_workers(Pool *pool, const PoolScope *scope)
{
	static SqlPlan read = {
		"SELECT w.worker_id, w.code, w.branch_id, w.authority_fen, w.capacity, w.calendar, w.status = 'on_shift' AND b.status <> 'offline', "
		"  coalesce(l.home, 0)::int4, coalesce(l.outside, 0)::int4, coalesce(p.price, 0)::int4 "
		"FROM assure.worker w JOIN assure.branch b USING (branch_id) "
		"LEFT JOIN (SELECT t.worker_id, count(*) FILTER (WHERE t.branch_id = v.branch_id) AS home, count(*) FILTER (WHERE t.branch_id <> v.branch_id) AS outside "
		"  FROM assure.task t JOIN assure.worker v USING (worker_id) WHERE t.state = 'accepted' OR (t.state = 'reserved' AND NOT $1) GROUP BY t.worker_id) l "
		"  ON l.worker_id = w.worker_id "
		"LEFT JOIN assure.match_price p ON p.worker_id = w.worker_id "
		"WHERE CASE WHEN $2 THEN w.status <> 'left' ELSE w.status = 'on_shift' AND b.status <> 'offline' END ORDER BY w.worker_id",
		{BOOLOID, BOOLOID}
	};
	Datum		values[2] = {BoolGetDatum(scope->with_reserved), BoolGetDatum(scope->with_everybody)};
	int			rows = (int) plan_run(&read, values, NULL);
	char	  **calendars = palloc(mul_size(sizeof(char *), (Size) Max(rows, 1)));
	List	   *shifts = NIL;

	pool->workers = palloc0(mul_size(sizeof(PoolWorker), (Size) Max(rows, 1)));
	for (int i = 0; i < rows; i++)
	{
		calendars[i] = plan_text(i, 6);
		pool->workers[i] = (PoolWorker)
		{
			.worker_id = plan_int64(i, 1, 0), .code = plan_text(i, 2), .branch = branch_number(pool, plan_int64(i, 3, 0)),
				.authority_fen = plan_int64(i, 4, 0), .capacity = plan_int32(i, 5, 0), .is_on = plan_bool(i, 7),
				.fixed_home = plan_int32(i, 8, 0), .fixed_outside = plan_int32(i, 9, 0), .price = plan_int32(i, 10, 0), .shift_hours = NAN, .case_mix = NAN
		};
	}
	for (int i = 0; i < rows; i++)
	{
		PoolWorker *worker = &pool->workers[i];

		if (calendars[i] != NULL)
		{
			ShiftNow	shift = shift_find(calendars[i], pool->now, &shifts);

			worker->is_on = worker->is_on && shift.is_on;
			worker->shift_hours = shift.hours;
		}
		if (worker->is_on || scope->with_everybody)
			pool->workers[pool->worker_count++] = *worker;
	}
}

/*
 * level_take notes a worker's level in a skill.
 */
static void
level_take(const Datum *values, const bool *nulls, void *state)
{
	Reading    *reading = state;
	int			worker = pool_worker_number(reading->pool, DatumGetInt64(values[0]));

	if (worker >= 0)
		reading->pool->levels[(Size) (DatumGetInt32(values[1]) - 1) * reading->pool->worker_count + worker] = (uint8) DatumGetInt32(values[2]);
}

/*
 * read_levels reads who has which of the skills that are asked for.
 */
static void
read_levels(Reading *reading)
{
	static SqlPlan read = {
		"SELECT s.worker_id, u.n::int4, s.level::int4 FROM unnest($1) WITH ORDINALITY u (skill, n) JOIN assure.worker_skill s USING (skill)", {TEXTARRAYOID}
	};
	Pool	   *pool = reading->pool;
	Column		skills;
	Datum		value;

	pool->levels = MemoryContextAllocExtended(CurrentMemoryContext, mul_size((Size) pool->skill_count + 1, (Size) pool->worker_count + 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	column_start(&skills, TEXTOID);
	for (int i = 0; i < pool->skill_count; i++)
		column_add_text(&skills, pool->skills[i]);
	value = column_array(&skills);
	plan_run_each(&read, &value, level_take, reading);
}

/*
 * known_take notes that a worker knows the customer of a task.
 */
static void
known_take(const Datum *values, const bool *nulls, void *state)
{
	add_name(state, (int32) DatumGetInt64(values[0]) - 1, NAMED_KNOWN, DatumGetInt64(values[1]));
}

/*
 * preferred_take notes that a task asks for a worker.
 */
static void
preferred_take(const Datum *values, const bool *nulls, void *state)
{
	add_name(state, (int32) DatumGetInt64(values[0]) - 1, NAMED_PREFERRED, DatumGetInt64(values[1]));
}

/*
 * returns_take notes how often a task was given back.
 */
static void
returns_take(const Datum *values, const bool *nulls, void *state)
{
	Reading    *reading = state;

	reading->pool->tasks[DatumGetInt64(values[0]) - 1].returns = (int) DatumGetInt64(values[1]);
}

/*
 * mix_take notes a worker's share of hard cases.
 */
static void
mix_take(const Datum *values, const bool *nulls, void *state)
{
	Reading    *reading = state;
	int			worker = pool_worker_number(reading->pool, DatumGetInt64(values[0]));

	if (worker >= 0)
		reading->pool->workers[worker].case_mix = DatumGetFloat8(values[1]);
}

/*
 * read_mix reads of all workers the share of hard cases among today's, less that
 * of all: tasks of queues for the experienced, or of more than 20,000 yuan.
 */
static void
read_mix(Reading *reading)
{
	static SqlPlan read = {
		"WITH c AS (SELECT t.worker_id, q.skill_level >= 3 OR coalesce(t.authority_fen, t.amount_fen) > 2000000 AS is_hard "
		"  FROM assure.task t JOIN assure.queue q USING (queue_id) WHERE t.state = 'done' AND t.state_since >= date_trunc('day', now()) "
		"  UNION ALL SELECT t.worker_id, q.skill_level >= 3 OR coalesce(t.authority_fen, t.amount_fen) > 2000000 "
		"  FROM assure.task t JOIN assure.queue q USING (queue_id) WHERE t.state IN ('reserved', 'accepted')) "
		"SELECT worker_id, (avg(is_hard::int) - (SELECT avg(is_hard::int) FROM c))::float8 FROM c GROUP BY worker_id", {0}
	};

	plan_run_each(&read, NULL, mix_take, reading);
}

/*
 * read_more reads what some profiles ask for: who did work of the same customer,
 * whom a task prefers, how often it was given back.
 */
static void
read_more(Reading *reading)
{
	static SqlPlan known = {
		"SELECT DISTINCT u.n, d.worker_id FROM unnest($1) WITH ORDINALITY u (task_id, n) JOIN assure.task t USING (task_id) "
		"JOIN assure.task d ON d.account_id = t.account_id AND d.state = 'done' AND d.state_since > now() - interval '90 days' ORDER BY 1, 2", {INT8ARRAYOID}
	};
	static SqlPlan preferred = {
		"SELECT u.n, w.worker_id FROM unnest($1) WITH ORDINALITY u (task_id, n) JOIN assure.task t USING (task_id) "
		"JOIN assure.worker w ON w.code = t.attributes ->> 'preferred_worker' WHERE t.attributes ? 'preferred_worker' ORDER BY 1", {INT8ARRAYOID}
	};
	static SqlPlan returns = {
		"SELECT u.n, count(*) FROM unnest($1) WITH ORDINALITY u (task_id, n) JOIN assure.task_event e USING (task_id) WHERE e.event = 'returned' GROUP BY 1", {INT8ARRAYOID}
	};
	Pool	   *pool = reading->pool;
	uint32		features = 0;
	bool		has_bonus = false;
	bool		has_task_factors = false;
	Column		ids;
	Datum		value;

	for (int c = 0; c < pool->class_count; c++)
	{
		const MatchProfile *profile = pool->queues[pool->classes[c].queue].profile;

		features |= profile->pair_features;
		has_bonus |= profile->preferred_bonus != 0;
		has_task_factors |= profile->has_task_factors;
	}
	if (features & (1 << PAIR_CASE_MIX))
		read_mix(reading);
	has_bonus |= (features & (1 << PAIR_PREFERRED)) != 0;
	if (!has_bonus && !has_task_factors && (features & (1 << PAIR_SAME_CUSTOMER)) == 0)
		return;
	column_start(&ids, INT8OID);
	for (int t = 0; t < pool->task_count; t++)
		column_add_int64(&ids, pool->tasks[t].task_id);
	value = column_array(&ids);
	if (features & (1 << PAIR_SAME_CUSTOMER))
		plan_run_each(&known, &value, known_take, reading);
	if (has_bonus)
		plan_run_each(&preferred, &value, preferred_take, reading);
	if (has_task_factors)
		plan_run_each(&returns, &value, returns_take, reading);
}

/*
 * pool_read reads the pool of a scope.
 */
void
pool_read(Pool *pool, const PoolScope *scope)
{
	Reading		reading = {.pool = pool};

	memset(pool, 0, sizeof(*pool));
	pool->now = GetCurrentTransactionStartTimestamp();
	reading.skills = text_map_create(CurrentMemoryContext, 64, NULL);
	read_branches(pool);
	read_queues(&reading);
	read_tasks(&reading, scope);
	read_held(&reading, scope);
	read_workers(pool, scope);
	read_levels(&reading);
	read_more(&reading);
}
