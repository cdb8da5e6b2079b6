/*-------------------------------------------------------------------------
 *
 * person.c
 *		A person who asks for work: locked, with what decides which tasks are open.
 *
 * Locking: the worker's row, the lock on what the worker has in hand; what is in
 * hand is counted after it is taken, under a snapshot of then.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"

#include "core/errors.h"
#include "core/index_read.h"
#include "core/plan.h"
#include "work/person.h"

#define SKILLS_AT_FIRST 8

/*
 * column_of returns a column of the row at hand.
 */
static Datum
column_of(const IndexRead *read, const char *name, bool *isnull)
{
	return slot_getattr(read->slot, index_read_column(read, name), isnull);
}

/*
 * text_of returns a copy of a text column; NULL stays NULL.
 */
static char *
text_of(const IndexRead *read, const char *name)
{
	bool		isnull;
	Datum		value = column_of(read, name, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/*
 * number_of returns a column that is never NULL.
 */
static Datum
number_of(const IndexRead *read, const char *name)
{
	bool		isnull;

	return column_of(read, name, &isnull);
}

/*
 * skills_read reads what a person can do.
 */
static void
skills_read(Person *person, Snapshot snapshot)
{
	IndexRead	read = {"worker_skill", "worker_skill_pkey"};
	int			capacity = SKILLS_AT_FIRST;

	person->skills = palloc(sizeof(char *) * capacity);
	person->levels = palloc(sizeof(int) * capacity);
	index_read_open(&read);
	index_read_key(&read, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(person->worker_id));
	index_read_start(&read, snapshot);
	while (index_read_next(&read))
	{
		if (person->skill_count == capacity)
		{
			capacity *= 2;
			person->skills = repalloc(person->skills, mul_size(sizeof(char *), capacity));
			person->levels = repalloc(person->levels, mul_size(sizeof(int), capacity));
		}
		person->skills[person->skill_count] = text_of(&read, "skill");
		person->levels[person->skill_count++] = DatumGetInt16(number_of(&read, "level"));
	}
	index_read_close(&read);
}

/*
 * person_lock locks the row of a worker and reads it.
 */
bool
person_lock(const char *code, int64 worker_id, Person *person)
{
	IndexRead	by_code = {"worker", "worker_code_key"};
	IndexRead	by_key = {"worker", "worker_pkey"};
	IndexRead  *read = code != NULL ? &by_code : &by_key;
	Snapshot	snapshot = RegisterSnapshot(fresh_snapshot());
	bool		is_locked = false;

	index_read_open(read);
	if (code != NULL)
		index_read_key(read, 1, BTEqualStrategyNumber, F_TEXTEQ, CStringGetTextDatum(code));
	else
		index_read_key(read, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(worker_id));
	index_read_start(read, snapshot);
	if (index_read_next(read))
	{
		ItemPointerData tid = read->slot->tts_tid;

		is_locked = index_read_lock(read, &tid, snapshot, LOCK_AS_IS);
	}
	if (is_locked)
		*person = (Person) {
			.worker_id = DatumGetInt64(number_of(read, "worker_id")), .code = text_of(read, "code"), .status = text_of(read, "status"),
			.calendar = text_of(read, "calendar"), .capacity = DatumGetInt32(number_of(read, "capacity")),
			.branch_id = DatumGetInt64(number_of(read, "branch_id")), .authority_fen = DatumGetInt64(number_of(read, "authority_fen"))
		};
	index_read_close(read);
	UnregisterSnapshot(snapshot);
	return is_locked;
}

/*
 * outside_capacity returns how much work of other branches a person may have in
 * hand, as OUTSIDE_CAPACITY has it, and refuses who belongs to a branch that is
 * offline.
 */
static int
outside_capacity(const Person *person, Snapshot snapshot)
{
	IndexRead	read = {"branch", "branch_pkey"};
	int64		take_in = 0;
	const char *status = "offline";

	index_read_open(&read);
	index_read_key(&read, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(person->branch_id));
	index_read_start(&read, snapshot);
	if (index_read_next(&read))
	{
		status = text_of(&read, "status");
		take_in = DatumGetInt16(number_of(&read, "take_in"));
	}
	index_read_close(&read);
	if (strcmp(status, "offline") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NOT_QUALIFIED), errmsg("worker \"%s\" belongs to a branch that is offline", person->code),
				 errhint("assure.set_branch_status() brings it back.")));
	return strcmp(status, "online") == 0 ? (int) ((person->capacity * take_in + 99) / 100) : 0;
}

/*
 * person_count counts what the person has in hand.
 */
void
person_count(Person *person, Snapshot snapshot)
{
	IndexRead	read = {"task", "task_worker"};
	int			outside = 0;
	int			outside_max = outside_capacity(person, snapshot);
	AttrNumber	branch_id;

	skills_read(person, snapshot);
	index_read_open(&read);
	branch_id = index_read_column(&read, "branch_id");
	index_read_key(&read, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(person->worker_id));
	index_read_start(&read, snapshot);
	while (index_read_next(&read))
	{
		bool		isnull;

		person->load++;
		if (DatumGetInt64(slot_getattr(read.slot, branch_id, &isnull)) != person->branch_id)
			outside++;
	}
	index_read_close(&read);
	person->takes_outside = outside < outside_max;
	if (person->load >= person->capacity)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NOT_QUALIFIED), errmsg("worker \"%s\" has no room for another task", person->code),
				 errhint("Complete or return one first.")));
}

/*
 * person_level returns how well a person can do something.
 */
int
person_level(const Person *person, const char *skill)
{
	for (int i = 0; i < person->skill_count; i++)
		if (strcmp(person->skills[i], skill) == 0)
			return person->levels[i];
	return 0;
}

/*
 * person_can tells whether a person has the skills of a queue.
 */
bool
person_can(const Person *person, const CachedQueue *queue)
{
	for (int i = 0; i < queue->need_count; i++)
		if (person_level(person, queue->needs[i].skill) < queue->needs[i].level)
			return false;
	return true;
}
