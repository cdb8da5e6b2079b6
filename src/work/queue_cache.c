/*-------------------------------------------------------------------------
 *
 * queue_cache.c
 *		Queues as they are now: what they ask of people.
 *
 * Read at once and kept until something of the configuration changes; triggers of
 * both tables say so.
 *
 * Memory: a context of its own, emptied when it is filled anew.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "storage/shmem.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "core/config.h"
#include "core/plan.h"
#include "work/queue_cache.h"

static MemoryContext cache_context = NULL;
static CachedQueue *cache;
static int	cache_count;
static uint64 cache_generation = 0; /* no generation is 0: nothing is cached */

/*
 * queue_read reads a queue of the last result, without its skills.
 */
static void
queue_read(uint64 row, CachedQueue *queue)
{
	bool		isnull;
	Datum		reserve_for = plan_datum(row, 4, &isnull);

	*queue = (CachedQueue) {.queue_id = plan_int64(row, 1, 0), .code = plan_text(row, 2), .profile = plan_text(row, 3), .sla_code = plan_text(row, 9)};
	if (!isnull)
	{
		queue->reserve_for = palloc(sizeof(Interval));
		*queue->reserve_for = *DatumGetIntervalP(reserve_for);
	}
	queue->wait_hours = DatumGetFloat8(plan_datum(row, 5, &isnull));
	queue->needs = palloc(mul_size(sizeof(QueueNeed), plan_int64(row, 6, 1)));
}

/*
 * cache_fill reads all queues.
 */
static void
cache_fill(void)
{
	static SqlPlan read = {
		"SELECT q.queue_id, q.code, q.profile, q.reserve_for, (extract(epoch FROM q.wait_max) / 3600)::float8, "
		"  count(*) OVER (PARTITION BY q.queue_id), n.skill, n.level::int4, q.sla_code "
		"FROM assure.queue q CROSS JOIN LATERAL (SELECT 0 AS place, q.skill, q.skill_level AS level UNION ALL "
		"  SELECT 1, s.skill, s.level FROM assure.queue_skill s WHERE s.queue_id = q.queue_id) n ORDER BY q.queue_id, n.place, n.skill", {0}
	};
	uint64		generation = config_generation();
	MemoryContext before;
	uint64		rows;

	cache_generation = 0;
	if (cache_context == NULL)
		cache_context = AllocSetContextCreate(CacheMemoryContext, "pg_assure queues", ALLOCSET_DEFAULT_SIZES);
	MemoryContextReset(cache_context);
	rows = plan_read_fresh(&read, NULL);
	before = MemoryContextSwitchTo(cache_context);
	cache = palloc(mul_size(sizeof(CachedQueue), Max(rows, 1)));
	cache_count = 0;
	for (uint64 i = 0; i < rows; i++)
	{
		CachedQueue *queue = &cache[Max(cache_count - 1, 0)];

		if (cache_count == 0 || queue->queue_id != plan_int64(i, 1, 0))
		{
			queue = &cache[cache_count++];
			queue_read(i, queue);
		}
		queue->needs[queue->need_count++] = (QueueNeed) {plan_text(i, 7), plan_int32(i, 8, 0)};
	}
	MemoryContextSwitchTo(before);
	cache_generation = generation;
}

/*
 * queues_get returns all queues.
 */
const CachedQueue *
queues_get(int *count)
{
	if (cache_generation != config_generation())
		cache_fill();
	*count = cache_count;
	return cache;
}

/*
 * queue_find returns a queue by code, or NULL.
 */
const CachedQueue *
queue_find(const char *code)
{
	int			count;
	const CachedQueue *queues = queues_get(&count);

	for (int i = 0; i < count; i++)
		if (strcmp(queues[i].code, code) == 0)
			return &queues[i];
	return NULL;
}

/*
 * queue_reserved_until returns when a task of a queue that is reserved now goes
 * back to the pool.
 */
TimestampTz
queue_reserved_until(const CachedQueue *queue)
{
	if (queue->reserve_for == NULL)
		return DT_NOEND;
	return DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval, TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()),
												   IntervalPGetDatum(queue->reserve_for)));
}
