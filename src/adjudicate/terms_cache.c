/*-------------------------------------------------------------------------
 *
 * terms_cache.c
 *		Compiled terms by plan version.
 *
 * Versions are immutable rows, so an entry is right for as long as its id
 * means the same row; a change to assure.plan_version (or a restore over it)
 * moves config_generation, and the next chunk starts with an empty cache.  Within
 * a chunk nothing is dropped: its cases point at the terms.
 *
 * Memory: one context a version below the cache's own, so that dropping all is
 * one reset.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "adjudicate/chunk.h"
#include "core/plan.h"

#define TERMS_CACHE_MAX 2000	/* versions; beyond that it starts again */

typedef struct CachedTerms
{
	int64		plan_version_id;	/* key */
	Terms	   *terms;
} CachedTerms;

static MemoryContext cache_context = NULL;
static HTAB *cache = NULL;
static uint64 cache_generation = 0;

/*
 * terms_cache_refresh drops everything when something may have changed, or
 * when there is too much of it.
 */
static void
terms_cache_refresh(void)
{
	HASHCTL		control = {.keysize = sizeof(int64), .entrysize = sizeof(CachedTerms)};

	if (cache != NULL && cache_generation == config_generation() && hash_get_num_entries(cache) < TERMS_CACHE_MAX)
		return;
	if (cache_context == NULL)
		cache_context = AllocSetContextCreate(CacheMemoryContext, "pg_assure compiled terms", ALLOCSET_DEFAULT_SIZES);
	cache = NULL;
	MemoryContextReset(cache_context);
	control.hcxt = cache_context;
	cache = hash_create("pg_assure terms by plan version", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	cache_generation = config_generation();
}

/*
 * terms_cache_find returns the compiled terms of a version, or NULL.
 */
const Terms *
terms_cache_find(int64 plan_version_id)
{
	CachedTerms *entry = cache ? hash_search(cache, &plan_version_id, HASH_FIND, NULL) : NULL;

	return entry ? entry->terms : NULL;
}

/*
 * terms_cache_store compiles terms into the cache.  Their context moves below
 * the cache's when they are whole, so that an error leaves nothing behind.
 */
static void
terms_cache_store(int64 plan_version_id, Jsonb *document)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "terms of one plan version", ALLOCSET_SMALL_SIZES);
	MemoryContext before = MemoryContextSwitchTo(context);
	Terms	   *terms = terms_from_jsonb(document);
	CachedTerms *entry;

	MemoryContextSwitchTo(before);
	entry = hash_search(cache, &plan_version_id, HASH_ENTER, NULL);
	entry->terms = terms;
	MemoryContextSetParent(context, cache_context);
}

/*
 * terms_cache_load makes sure that the versions are in the cache.
 */
void
terms_cache_load(const int64 *plan_version_ids, int count)
{
	static SqlPlan read = {
		"SELECT plan_version_id, terms::jsonb FROM assure.plan_version WHERE plan_version_id = ANY ($1)", {INT8ARRAYOID}
	};
	int64	   *missing = palloc(sizeof(int64) * Max(count, 1));
	int			missing_count = 0;
	Datum		ids;
	uint64		rows;

	terms_cache_refresh();
	for (int i = 0; i < count; i++)
		if (terms_cache_find(plan_version_ids[i]) == NULL)
			missing[missing_count++] = plan_version_ids[i];
	if (missing_count == 0)
		return;
	ids = array_of_int64(missing, missing_count);
	rows = plan_run(&read, &ids, NULL);
	for (uint64 i = 0; i < rows; i++)
	{
		bool		isnull;

		terms_cache_store(plan_int64(i, 1, 0), DatumGetJsonbP(plan_datum(i, 2, &isnull)));
	}
}
