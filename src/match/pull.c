/*-------------------------------------------------------------------------
 *
 * pull.c
 *		Which of the tasks at hand is the best for one person who asks.
 *
 * The few candidates and the person make a pool of a dispatch, so that each pair
 * costs what it does there (score.h); only what that reads set-wise for thousands
 * of people comes from what is known of one, and what a person's measures come to
 * in a class of tasks is kept until measures or profiles change.  The share of
 * hard cases and what is left of a shift are taken as not known.
 *
 * Memory: measures in a context of their own, emptied when they are out of date
 * or many; the rest in CurrentMemoryContext.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/xact.h"
#include "executor/executor.h"
#include "storage/shmem.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "core/config.h"
#include "core/plan.h"
#include "match/dispatch_pool.h"
#include "match/pull.h"

#define PRODUCT_BYTES 64
#define MEASURES_MAX 50000
#define KNOWN_FOR_DAYS 90
#define NEEDS_MAX 64

/* What is kept of a worker's measures in a class. */
typedef struct MeasuredKey
{
	int64		worker_id;
	int64		queue_id;
	int64		match_profile_id;
	int64		chapter;
	char		product[PRODUCT_BYTES];
} MeasuredKey;

typedef struct Measured
{
	MeasuredKey key;
	int32		cost;
	float4		minutes;
	uint8		excluded_by;
} Measured;

static HTAB *measured = NULL;
static uint64 measured_generation = 0;

/* The candidates as a pool. */
typedef struct Pull
{
	OpenTasks  *tasks;
	Pool		pool;
	TupleTableSlot *slot;		/* the row at hand */
	const CachedQueue **queues; /* of the pool's queues */
	int			skill_capacity;
} Pull;

/*
 * column returns a column of the row at hand.
 */
static Datum
column(const Pull *pull, const char *name, bool *isnull)
{
	return slot_getattr(pull->slot, index_read_column(&pull->tasks->of_all, name), isnull);
}

/*
 * skill_number gives a skill its number, and notes how well the person has it.
 */
static int
skill_number(Pull *pull, const char *skill)
{
	Pool	   *pool = &pull->pool;

	for (int i = 0; i < pool->skill_count; i++)
		if (strcmp(pool->skills[i], skill) == 0)
			return i;
	if (pool->skill_count == pull->skill_capacity)
	{
		pull->skill_capacity *= 2;
		pool->skills = repalloc(pool->skills, mul_size(sizeof(char *), pull->skill_capacity));
		pool->levels = repalloc(pool->levels, pull->skill_capacity);
	}
	pool->skills[pool->skill_count] = skill;
	pool->levels[pool->skill_count] = (uint8) person_level(pull->tasks->person, skill);
	return pool->skill_count++;
}

/*
 * queue_number gives a queue its number.
 */
static int
queue_number(Pull *pull, const CachedQueue *queue)
{
	Pool	   *pool = &pull->pool;
	PoolQueue  *new_queue = &pool->queues[pool->queue_count];

	for (int i = 0; i < pool->queue_count; i++)
		if (pull->queues[i] == queue)
			return i;
	*new_queue = (PoolQueue) {
		queue->queue_id, pstrdup(queue->code), profile_current(queue->profile), queue->wait_hours, queue->need_count,
		palloc(mul_size(sizeof(PoolNeed), queue->need_count))
	};
	for (int i = 0; i < queue->need_count; i++)
		new_queue->needs[i] = (PoolNeed) {skill_number(pull, queue->needs[i].skill), queue->needs[i].level};
	pull->queues[pool->queue_count] = queue;
	return pool->queue_count++;
}

/*
 * branch_number gives a branch its number; they are read one by one, for most
 * candidates are of few.
 */
static int
branch_number(Pull *pull, int64 branch_id)
{
	Pool	   *pool = &pull->pool;
	PoolBranch *branch = &pool->branches[pool->branch_count];
	IndexRead	read = {"branch", "branch_pkey"};
	char	   *region = "000000";
	char	   *code = "";
	bool		isnull;

	for (int i = 0; i < pool->branch_count; i++)
		if (pool->branches[i].branch_id == branch_id)
			return i;
	index_read_open(&read);
	index_read_key(&read, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(branch_id));
	index_read_start(&read, pull->tasks->snapshot);
	if (index_read_next(&read))
	{
		region = TextDatumGetCString(slot_getattr(read.slot, index_read_column(&read, "region"), &isnull));
		code = TextDatumGetCString(slot_getattr(read.slot, index_read_column(&read, "code"), &isnull));
	}
	index_read_close(&read);
	*branch = (PoolBranch) {
		.branch_id = branch_id, .code = code, .place = {pool->branch_count, atoi(region) / 100, atoi(region) / 10000},
		.takes_in = pull->tasks->person->takes_outside, .take_in = 100
	};
	return pool->branch_count++;
}

/*
 * class_number gives a class its number; tasks that ask more than their queue
 * make one each.
 */
static int
class_number(Pull *pull, int queue, const char *product, int chapter, Datum skills)
{
	Pool	   *pool = &pull->pool;
	PoolClass  *of_class = &pool->classes[pool->class_count];
	const PoolQueue *of_queue = &pool->queues[queue];
	Datum	   *more;
	int			count;

	deconstruct_array(DatumGetArrayTypeP(skills), TEXTOID, -1, false, TYPALIGN_INT, &more, NULL, &count);
	for (int i = 0; i < pool->class_count && count == 0; i++)
		if (pool->classes[i].queue == queue && pool->classes[i].chapter == chapter && pool->classes[i].need_count == of_queue->need_count &&
			(product == NULL ? pool->classes[i].product == NULL : pool->classes[i].product != NULL && strcmp(pool->classes[i].product, product) == 0))
			return i;
	*of_class = (PoolClass) {queue, product, chapter, of_queue->need_count, palloc(mul_size(sizeof(PoolNeed), add_size(of_queue->need_count, count)))};
	memcpy(of_class->needs, of_queue->needs, sizeof(PoolNeed) * of_queue->need_count);
	for (int i = 0; i < count; i++)
		of_class->needs[of_class->need_count++] = (PoolNeed) {skill_number(pull, TextDatumGetCString(more[i])), 1};
	return pool->class_count++;
}

/*
 * name_add notes that the last task names the person.
 */
static void
name_add(Pull *pull, PoolNamed named)
{
	Pool	   *pool = &pull->pool;

	pool->names[pool->name_count++] = (PoolName) {pool->task_count - 1, named, pull->tasks->person->worker_id};
}

/*
 * has_done tells whether the person did work of a customer lately.
 */
static bool
has_done(const Pull *pull, int64 account_id)
{
	IndexRead	read = {"task", "task_done_account"};
	TimestampTz since = pull->pool.now - KNOWN_FOR_DAYS * USECS_PER_DAY;
	bool		found = false;
	bool		isnull;

	index_read_open(&read);
	index_read_key(&read, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(account_id));
	index_read_key(&read, 2, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(pull->tasks->person->worker_id));
	index_read_start(&read, pull->tasks->snapshot);
	while (!found && index_read_next(&read))
		found = DatumGetTimestampTz(slot_getattr(read.slot, index_read_column(&read, "state_since"), &isnull)) > since;
	index_read_close(&read);
	return found;
}

/*
 * returns_of counts how often a task was given back.
 */
static int
returns_of(const Pull *pull, int64 task_id)
{
	IndexRead	read = {"task_event", "task_event_pkey"};
	int			count = 0;
	bool		isnull;

	index_read_open(&read);
	index_read_key(&read, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(task_id));
	index_read_start(&read, pull->tasks->snapshot);
	while (index_read_next(&read))
		count += strcmp(TextDatumGetCString(slot_getattr(read.slot, index_read_column(&read, "event"), &isnull)), "returned") == 0;
	index_read_close(&read);
	return count;
}

/*
 * names_add notes what the profile of the last task asks of the person by name,
 * and of the task's history.
 */
static void
names_add(Pull *pull, PoolTask *task, const MatchProfile *profile)
{
	const Person *person = pull->tasks->person;
	bool		isnull;
	Datum		declined = column(pull, "declined_worker_ids", &isnull);
	Datum		account_id;
	Datum	   *ids;
	int			count;

	deconstruct_array(DatumGetArrayTypeP(declined), INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &ids, NULL, &count);
	for (int i = 0; i < count; i++)
		if (DatumGetInt64(ids[i]) == person->worker_id)
		{
			name_add(pull, NAMED_DECLINED);
			break;
		}
	account_id = column(pull, "account_id", &isnull);
	if ((profile->pair_features & (1 << PAIR_SAME_CUSTOMER)) != 0 && !isnull && has_done(pull, DatumGetInt64(account_id)))
		name_add(pull, NAMED_KNOWN);
	if (profile->preferred_bonus != 0 || (profile->pair_features & (1 << PAIR_PREFERRED)) != 0)
	{
		Jsonb	   *attributes = DatumGetJsonbP(column(pull, "attributes", &isnull));
		JsonbValue	value;

		if (getKeyJsonValueFromContainer(&attributes->root, "preferred_worker", strlen("preferred_worker"), &value) != NULL &&
			value.type == jbvString && (int) strlen(person->code) == value.val.string.len &&
			memcmp(person->code, value.val.string.val, value.val.string.len) == 0)
			name_add(pull, NAMED_PREFERRED);
	}
	if (profile->has_task_factors)
		task->attributes = DatumGetJsonbPCopy(column(pull, "attributes", &isnull));
	if (profile->needs_returns)
		task->returns = returns_of(pull, task->task_id);
}

/*
 * hours_between returns the hours from one moment to another.
 */
static double
hours_between(TimestampTz from, TimestampTz to)
{
	return (to - from) / (double) USECS_PER_HOUR;
}

/*
 * task_add adds a candidate to the pool.
 */
static void
task_add(Pull *pull, const Candidate *candidate)
{
	Pool	   *pool = &pull->pool;
	PoolTask   *task = &pool->tasks[pool->task_count++];
	int			queue = queue_number(pull, candidate->queue);
	bool		isnull;
	Datum		product;
	Datum		chapter;
	char	   *product_text;

	ExecStoreHeapTuple(candidate->row, pull->slot, false);
	product = column(pull, "product", &isnull);
	product_text = isnull ? NULL : TextDatumGetCString(product);
	chapter = column(pull, "chapter", &isnull);
	*task = (PoolTask) {
		.task_id = candidate->task_id,
		.class_no = class_number(pull, queue, product_text, isnull ? 0 : DatumGetInt16(chapter), column(pull, "skills", &isnull)),
		.branch = branch_number(pull, DatumGetInt64(column(pull, "branch_id", &isnull))),
		.amount_fen = DatumGetInt64(column(pull, "amount_fen", &isnull)), .priority = DatumGetInt16(column(pull, "priority", &isnull)),
		.age_hours = hours_between(DatumGetTimestampTz(column(pull, "created_at", &isnull)), pool->now)
	};
	task->slack_hours = hours_between(pool->now, DatumGetTimestampTz(column(pull, "due_at", &isnull)));
	if (isnull)
		task->slack_hours = NAN;
	task->authority_fen = DatumGetInt64(column(pull, "authority_fen", &isnull));
	if (isnull)
		task->authority_fen = task->amount_fen;
	(void) column(pull, "kept_branch_id", &isnull);
	task->is_kept = !isnull;
	names_add(pull, task, pool->queues[queue].profile);
}

/*
 * measures_begin drops what is kept of measures if it is out of date or too much.
 */
static void
measures_begin(void)
{
	HASHCTL		control = {.keysize = sizeof(MeasuredKey), .entrysize = sizeof(Measured), .hcxt = CacheMemoryContext};

	if (measured != NULL && measured_generation == config_generation() && hash_get_num_entries(measured) < MEASURES_MAX)
		return;
	if (measured != NULL)
		hash_destroy(measured);
	measured = NULL;
	measured_generation = config_generation();
	measured = hash_create("pg_assure measures", 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/*
 * measures_find gives what measures_load() gives, of one worker, from what is kept.
 */
static MatchMeasures *
measures_find(const int64 *worker_ids, int worker_count, const MatchClass *classes, int class_count, const bool *needed)
{
	MatchMeasures *all = palloc0(sizeof(MatchMeasures));

	Assert(worker_count == 1);
	measures_begin();
	all->worker_count = 1;
	all->class_count = class_count;
	all->cost = palloc0(mul_size(sizeof(int32), class_count));
	all->excluded_by = palloc0(class_count);
	all->minutes = palloc0(mul_size(sizeof(float4), class_count));
	for (int c = 0; c < class_count; c++)
	{
		MeasuredKey key;
		Measured   *known = NULL;
		bool		is_kept = classes[c].product == NULL || strlen(classes[c].product) < PRODUCT_BYTES;

		memset(&key, 0, sizeof(key));
		key.worker_id = worker_ids[0];
		key.queue_id = classes[c].queue_id;
		key.match_profile_id = classes[c].profile->match_profile_id;
		key.chapter = classes[c].chapter;
		if (is_kept && classes[c].product != NULL)
			strlcpy(key.product, classes[c].product, PRODUCT_BYTES);
		if (is_kept)
			known = hash_search(measured, &key, HASH_FIND, NULL);
		if (known == NULL)
		{
			MatchMeasures *one = measures_load(worker_ids, 1, &classes[c], 1, needed + c);
			Measured	row = {key, one->cost[0], one->minutes[0], one->excluded_by == NULL ? 0 : one->excluded_by[0]};

			all->cost[c] = row.cost;
			all->minutes[c] = row.minutes;
			all->excluded_by[c] = row.excluded_by;
			if (is_kept && measured_generation == config_generation())
				*(Measured *) hash_search(measured, &key, HASH_ENTER, NULL) = row;
			continue;
		}
		all->cost[c] = known->cost;
		all->minutes[c] = known->minutes;
		all->excluded_by[c] = known->excluded_by;
	}
	return all;
}

/*
 * pull_begin makes a pool of the person and nothing else.
 */
static void
pull_begin(Pull *pull, OpenTasks *tasks)
{
	const Person *person = tasks->person;
	int			count = Max(tasks->count, 1);

	*pull = (Pull) {
		.tasks = tasks, .slot = MakeSingleTupleTableSlot(RelationGetDescr(tasks->of_all.table), &TTSOpsHeapTuple),
		.queues = palloc(mul_size(sizeof(CachedQueue *), Max(tasks->queue_count, 1))), .skill_capacity = NEEDS_MAX
	};
	pull->pool = (Pool) {
		.now = GetCurrentTransactionStartTimestamp(), .queues = palloc(mul_size(sizeof(PoolQueue), Max(tasks->queue_count, 1))),
		.branches = palloc(mul_size(sizeof(PoolBranch), add_size(count, 1))), .classes = palloc(mul_size(sizeof(PoolClass), count)),
		.tasks = palloc(mul_size(sizeof(PoolTask), count)), .worker_count = 1, .workers = palloc0(sizeof(PoolWorker)),
		.skills = palloc(sizeof(char *) * NEEDS_MAX), .levels = palloc(NEEDS_MAX), .names = palloc(mul_size(sizeof(PoolName), mul_size(3, count))),
		.measures_of = measures_find
	};
	pull->pool.workers[0] = (PoolWorker) {
		.worker_id = person->worker_id, .code = person->code, .branch = branch_number(pull, person->branch_id), .authority_fen = person->authority_fen,
		.capacity = person->capacity, .fixed_home = person->load, .shift_hours = NAN, .is_on = true, .case_mix = NAN
	};
}

/*
 * gain_of gives what it brings that the person does a task of the problem; minus
 * infinity: it may not be.
 */
static double
gain_of(const PoolProblem *problem, ScoreTerms *const *terms, int32 task)
{
	const ScoreInput *input = &problem->input;
	const ScoreClass *of_class = &input->classes[input->tasks[task].class_no];
	int			queue = problem->pool->classes[input->tasks[task].class_no].queue;
	double		gain = -INFINITY;

	for (int32 node = problem->first_node[0]; node < problem->first_node[1]; node++)
	{
		ScoreParts	parts;
		ScoreExclusion why;
		int32		cost = score_pair(input, terms[queue], task, score_find(of_class, node), &parts, &why);

		if (why == SCORE_ELIGIBLE)
			gain = Max(gain, (double) problem->wide.outside[task] - cost);
	}
	return gain;
}

/*
 * pull_rank ranks the candidates.
 */
void
pull_rank(OpenTasks *tasks)
{
	Pull		pull;
	PoolProblem problem;
	ScoreTerms **terms;
	int			kept = 0;

	pull_begin(&pull, tasks);
	for (int i = 0; i < tasks->count; i++)
		task_add(&pull, &tasks->candidates[i]);
	pool_prepare(&pull.pool, &problem, false);
	terms = palloc(mul_size(sizeof(ScoreTerms *), Max(pull.pool.queue_count, 1)));
	for (int q = 0; q < pull.pool.queue_count; q++)
		terms[q] = score_terms(pull.pool.queues[q].profile);
	for (int32 t = 0; t < pull.pool.task_count; t++)
		tasks->candidates[problem.task_of[t]].rank = -gain_of(&problem, terms, t);
	for (int i = 0; i < tasks->count; i++)
		if (!isinf(tasks->candidates[i].rank))
			tasks->candidates[kept++] = tasks->candidates[i];
	tasks->count = kept;
	open_tasks_sort(tasks);
	ExecDropSingleTupleTableSlot(pull.slot);
}
