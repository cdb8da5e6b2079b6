/*-------------------------------------------------------------------------
 *
 * plan_cache.c
 *		Versions of plans: compiled terms, and who else has to look.
 *
 * Versions are immutable rows, so an entry is right for as long as its id
 * means the same row; a change to assure.plan_version (or a restore over it)
 * moves config_generation, and the next chunk starts with an empty cache.  Within
 * a chunk nothing is dropped: its cases point at the versions.
 *
 * Memory: one context a version below the cache's own, so that dropping all is
 * one reset.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "adjudicate/chunk.h"
#include "core/plan.h"

#define PLAN_CACHE_MAX 2000		/* versions; beyond that it starts again */

typedef struct CachedVersion
{
	int64		plan_version_id;	/* key */
	PlanVersion *plan;
} CachedVersion;

static MemoryContext cache_context = NULL;
static HTAB *cache = NULL;
static uint64 cache_generation = 0;

static SqlPlan read_versions = {
	"SELECT plan_version_id, terms::jsonb, review_above_fen, second_approval_above_fen, submit_within_days, "
	"  authorize_care, authorization_missing, screening_model, screening_decision, code "
	"FROM assure.plan_version JOIN assure.plan USING (plan_id) WHERE plan_version_id = ANY ($1)", {INT8ARRAYOID}
};

/*
 * plan_cache_refresh drops everything when something may have changed, or when
 * there is too much of it.
 */
static void
plan_cache_refresh(void)
{
	HASHCTL		control = {.keysize = sizeof(int64), .entrysize = sizeof(CachedVersion)};

	if (cache != NULL && cache_generation == config_generation() && hash_get_num_entries(cache) < PLAN_CACHE_MAX)
		return;
	if (cache_context == NULL)
		cache_context = AllocSetContextCreate(CacheMemoryContext, "pg_assure plan versions", ALLOCSET_DEFAULT_SIZES);
	cache = NULL;
	MemoryContextReset(cache_context);
	control.hcxt = cache_context;
	cache = hash_create("pg_assure plan versions by key", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	cache_generation = config_generation();
}

/*
 * plan_cache_find returns a version that was loaded, or NULL.
 */
const PlanVersion *
plan_cache_find(int64 plan_version_id)
{
	CachedVersion *entry = cache ? hash_search(cache, &plan_version_id, HASH_FIND, NULL) : NULL;

	return entry ? entry->plan : NULL;
}

/*
 * care_set reads a list of kinds of care as bits.
 */
static uint32
care_set(uint64 row, int column)
{
	bool		isnull;
	Datum		value = plan_datum(row, column, &isnull);
	Datum	   *items;
	int			count;
	uint32		set = 0;

	if (isnull)
		return 0;
	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT, &items, NULL, &count);
	for (int i = 0; i < count; i++)
		set |= 1u << care_parse(TextDatumGetCString(items[i]));
	return set;
}

/*
 * version_read makes a version of a row of read_versions, in the current memory
 * context.
 */
static PlanVersion *
version_read(uint64 row)
{
	PlanVersion *plan = palloc0(sizeof(PlanVersion));
	bool		isnull;

	plan->plan_version_id = plan_int64(row, 1, 0);
	plan->terms = terms_from_jsonb(DatumGetJsonbP(plan_datum(row, 2, &isnull)));
	plan->review_above_fen = plan_int64(row, 3, -1);
	plan->second_approval_above_fen = plan_int64(row, 4, -1);
	plan->submit_within_days = plan_int32(row, 5, 0);
	plan->authorize_care = care_set(row, 6);
	plan->authorization_denies = strcmp(plan_text(row, 7), "deny") == 0;
	plan->screening_model = plan_text(row, 8);
	plan->screening_decision = plan_text(row, 9);
	plan->plan_code = plan_text(row, 10);
	return plan;
}

/*
 * version_store compiles a version into the cache.  Its context moves below the
 * cache's when it is whole, so that an error leaves nothing behind.
 */
static void
version_store(uint64 row)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "one plan version", ALLOCSET_SMALL_SIZES);
	MemoryContext before = MemoryContextSwitchTo(context);
	PlanVersion *plan = version_read(row);
	CachedVersion *entry;

	MemoryContextSwitchTo(before);
	entry = hash_search(cache, &plan->plan_version_id, HASH_ENTER, NULL);
	entry->plan = plan;
	MemoryContextSetParent(context, cache_context);
}

/*
 * plan_cache_load makes sure that the versions are in the cache.
 */
void
plan_cache_load(const int64 *plan_version_ids, int count)
{
	int64	   *missing = palloc(sizeof(int64) * Max(count, 1));
	int			missing_count = 0;
	Datum		ids;
	uint64		rows;

	plan_cache_refresh();
	for (int i = 0; i < count; i++)
		if (plan_cache_find(plan_version_ids[i]) == NULL)
			missing[missing_count++] = plan_version_ids[i];
	if (missing_count == 0)
		return;
	ids = array_of_int64(missing, missing_count);
	rows = plan_run(&read_versions, &ids, NULL);
	for (uint64 i = 0; i < rows; i++)
		version_store(i);
}
