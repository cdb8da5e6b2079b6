/*-------------------------------------------------------------------------
 *
 * open_tasks.c
 *		The open tasks that a person may do, the most urgent of all lists.
 *
 * A list is the open tasks of one queue and one class of authority, in order of
 * urgency, of a branch (index task_open_branch) or of all that share theirs
 * (task_open).  Authority stands in these indexes too: what a person has no
 * authority for is passed over without a look at its row.  As soon as there are
 * enough candidates, a list is read no further than to the worst of them.
 *
 * Locking: none but that of open_tasks_lock, which waits for nobody.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "access/xact.h"
#include "catalog/pg_type_d.h"
#include "storage/shmem.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "core/plan.h"
#include "work/open_tasks.h"

/* Work of the person's own branch comes before what is as urgent. */
#define BRANCH_LEAD_SECONDS (4 * 3600.0)

#define CANDIDATES_AT_FIRST 64

/* How far, in seconds, the urgency in an index may be from the one that is computed here. */
#define URGENCY_ROUNDING 0.001

/* Numbers of columns of assure.task, as they were found in this table. */
static struct TaskColumns
{
	Oid			table;
	AttrNumber	task_id;
	AttrNumber	branch_id;
	AttrNumber	priority;
	AttrNumber	created_at;
	AttrNumber	skills;
	AttrNumber	excluded_worker_ids;
	AttrNumber	due_at;
	AttrNumber	wait_until;
	AttrNumber	declined_worker_ids;
	AttrNumber	declined_until;
}			columns;

/*
 * columns_find finds the columns that are read here.
 */
static void
columns_find(const IndexRead *read)
{
	if (columns.table == RelationGetRelid(read->table))
		return;
	columns.table = InvalidOid;
	columns.task_id = index_read_column(read, "task_id");
	columns.branch_id = index_read_column(read, "branch_id");
	columns.priority = index_read_column(read, "priority");
	columns.created_at = index_read_column(read, "created_at");
	columns.skills = index_read_column(read, "skills");
	columns.excluded_worker_ids = index_read_column(read, "excluded_worker_ids");
	columns.due_at = index_read_column(read, "due_at");
	columns.wait_until = index_read_column(read, "wait_until");
	columns.declined_worker_ids = index_read_column(read, "declined_worker_ids");
	columns.declined_until = index_read_column(read, "declined_until");
	columns.table = RelationGetRelid(read->table);
}

/*
 * open_tasks_begin finds the lists of a person.
 */
void
open_tasks_begin(OpenTasks *tasks, const Person *person, Snapshot snapshot)
{
	int			count;
	const CachedQueue *queues = queues_get(&count);

	*tasks = (OpenTasks) {
		.person = person, .snapshot = snapshot, .of_branch = {"task", "task_open_branch"}, .of_all = {"task", "task_open"},
		.queues = palloc(mul_size(sizeof(CachedQueue *), Max(count, 1))),
		.capacity = CANDIDATES_AT_FIRST, .candidates = palloc(sizeof(Candidate) * CANDIDATES_AT_FIRST)
	};
	for (int i = 0; i < count; i++)
		if (person_can(person, &queues[i]))
		{
			tasks->queues[tasks->queue_count++] = &queues[i];
			tasks->keeps_rows |= queues[i].profile != NULL;
		}
	index_read_open(&tasks->of_branch);
	index_read_open(&tasks->of_all);
	columns_find(&tasks->of_all);
}

/*
 * open_tasks_end ends the reading.
 */
void
open_tasks_end(OpenTasks *tasks)
{
	index_read_close(&tasks->of_branch);
	index_read_close(&tasks->of_all);
}

/*
 * authority_step returns the class of an authority, as AUTHORITY_STEP has it.
 */
static int
authority_step(int64 authority_fen)
{
	static const int64 steps_fen[] = {500000, 5000000, 50000000};
	int			step = 0;

	while (step < (int) lengthof(steps_fen) && authority_fen > steps_fen[step])
		step++;
	return step;
}

/*
 * open_tasks_lists returns how many lists there are.
 */
int
open_tasks_lists(const OpenTasks *tasks)
{
	return tasks->queue_count * (authority_step(tasks->person->authority_fen) + 1);
}

/*
 * has_skills tells whether a person has what a task asks beside its queue, at any
 * level.
 */
static bool
has_skills(const Person *person, Datum array)
{
	ArrayType  *skills = DatumGetArrayTypeP(array);
	Datum	   *needed;
	int			count;

	if (ArrayGetNItems(ARR_NDIM(skills), ARR_DIMS(skills)) == 0)
		return true;
	deconstruct_array(skills, TEXTOID, -1, false, TYPALIGN_INT, &needed, NULL, &count);
	for (int i = 0; i < count; i++)
		if (person_level(person, TextDatumGetCString(needed[i])) == 0)
			return false;
	return true;
}

/*
 * is_for tells whether the task at hand is open to a person: four eyes, further
 * skills, not returned just now.
 */
static bool
is_for(const Person *person, TupleTableSlot *slot)
{
	bool		isnull;
	TimestampTz declined_until = DatumGetTimestampTz(slot_getattr(slot, columns.declined_until, &isnull));

	if (!isnull && declined_until > GetCurrentTransactionStartTimestamp() &&
		array_has_int64(slot_getattr(slot, columns.declined_worker_ids, &isnull), person->worker_id))
		return false;
	return !array_has_int64(slot_getattr(slot, columns.excluded_worker_ids, &isnull), person->worker_id) &&
		has_skills(person, slot_getattr(slot, columns.skills, &isnull));
}

/*
 * urgency gives the order of the task at hand, as TASK_URGENCY has it.
 */
static double
urgency(TupleTableSlot *slot)
{
	bool		has_no_due;
	bool		has_no_bound;
	bool		isnull;
	TimestampTz due_at = DatumGetTimestampTz(slot_getattr(slot, columns.due_at, &has_no_due));
	TimestampTz wait_until = DatumGetTimestampTz(slot_getattr(slot, columns.wait_until, &has_no_bound));
	int			priority = DatumGetInt16(slot_getattr(slot, columns.priority, &isnull));
	TimestampTz moment;

	if (has_no_due && has_no_bound)
		moment = DatumGetTimestampTz(slot_getattr(slot, columns.created_at, &isnull));
	else
		moment = has_no_due ? wait_until : has_no_bound ? due_at : Min(due_at, wait_until);
	return moment / (double) USECS_PER_SEC + SECS_PER_DAY * (5 - priority);
}

/*
 * by_rank orders candidates.
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
 * open_tasks_sort puts the best first.
 */
void
open_tasks_sort(OpenTasks *tasks)
{
	qsort(tasks->candidates, tasks->count, sizeof(Candidate), by_rank);
}

/*
 * candidate_add puts a candidate in its place, and drops the worst if there are
 * more than so many.
 */
static void
candidate_add(OpenTasks *tasks, const Candidate *candidate, int most)
{
	int			place = tasks->count;

	while (place > 0 && by_rank(candidate, &tasks->candidates[place - 1]) < 0)
		place--;
	if (place >= most)
		return;
	if (tasks->count == tasks->capacity)
	{
		tasks->capacity *= 2;
		tasks->candidates = repalloc(tasks->candidates, mul_size(sizeof(Candidate), tasks->capacity));
	}
	if (tasks->count < most)
		tasks->count++;
	memmove(&tasks->candidates[place + 1], &tasks->candidates[place], sizeof(Candidate) * (tasks->count - 1 - place));
	tasks->candidates[place] = *candidate;
}

/*
 * list_read reads the first of a list, whose keys are set, until the worst of
 * enough candidates is better.
 */
static void
list_read(OpenTasks *tasks, IndexRead *list, const CachedQueue *queue, double lead, int of_each, int most)
{
	bool		is_shared = list == &tasks->of_all;
	int			found = 0;

	index_read_start(list, tasks->snapshot);
	while (found < of_each && index_read_next(list))
	{
		Candidate	candidate = {.rank = urgency(list->slot) - lead, .queue = queue, .tid = list->slot->tts_tid};
		bool		isnull;

		if (tasks->count >= most && candidate.rank > tasks->candidates[tasks->count - 1].rank)
			break;
		if (index_read_is_held(list, tasks->snapshot) || !is_for(tasks->person, list->slot) ||
			(is_shared && DatumGetInt64(slot_getattr(list->slot, columns.branch_id, &isnull)) == tasks->person->branch_id))
			continue;
		candidate.task_id = DatumGetInt64(slot_getattr(list->slot, columns.task_id, &isnull));
		candidate.row = tasks->keeps_rows ? ExecCopySlotHeapTuple(list->slot) : NULL;
		candidate_add(tasks, &candidate, most);
		found++;
	}
}

/*
 * list_start sets the keys of a list and reads its first.
 */
static void
list_start(OpenTasks *tasks, IndexRead *list, const CachedQueue *queue, int step, int of_each, int most)
{
	const Person *person = tasks->person;
	double		lead = list == &tasks->of_branch ? BRANCH_LEAD_SECONDS : 0;
	double		bound = tasks->count < most ? get_float8_infinity() : tasks->candidates[tasks->count - 1].rank + lead + URGENCY_ROUNDING;
	AttrNumber	column = 1;

	if (list == &tasks->of_branch)
		index_read_key(list, column++, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(person->branch_id));
	index_read_key(list, column++, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(queue->queue_id));
	index_read_key(list, column++, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(step));
	index_read_key(list, column, BTLessEqualStrategyNumber, F_FLOAT8LE, Float8GetDatum(bound));
	index_read_key(list, column + 1, BTLessEqualStrategyNumber, F_INT8LE, Int64GetDatum(person->authority_fen));
	list_read(tasks, list, queue, lead, of_each, most);
}

/*
 * open_tasks_read reads the first of each list, and of all lists the best.
 */
void
open_tasks_read(OpenTasks *tasks, int of_each, int most)
{
	tasks->count = 0;
	for (int q = 0; q < tasks->queue_count; q++)
		for (int step = 0; step <= authority_step(tasks->person->authority_fen); step++)
		{
			if (tasks->person->takes_outside)
				list_start(tasks, &tasks->of_all, tasks->queues[q], step, of_each, most);
			list_start(tasks, &tasks->of_branch, tasks->queues[q], step, of_each, most);
		}
}

/*
 * open_tasks_lock locks a candidate.
 */
bool
open_tasks_lock(OpenTasks *tasks, Candidate *candidate)
{
	return index_read_lock(&tasks->of_all, &candidate->tid, tasks->snapshot, LOCK_AS_READ);
}
