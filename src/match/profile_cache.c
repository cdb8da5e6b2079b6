/*-------------------------------------------------------------------------
 *
 * profile_cache.c
 *		Matching profiles as they are stored: compiled once, found by code.
 *
 * A version never changes, so it is kept by its key; which one is current is
 * asked again when something of the configuration has changed.  Whoever has a
 * profile may use it to the end of the transaction, also when a new version has
 * come meanwhile: only versions that this transaction has not asked for are
 * dropped, when there are many.
 *
 * Memory: a context for each version.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "core/config.h"
#include "core/plan.h"
#include "feel/feel_sql.h"
#include "match/profile.h"
#include "nodes/pg_list.h"

#define PROFILES_MAX 100
#define DEFAULT_PROFILE "default"

typedef struct CachedProfile
{
	MemoryContext context;
	MatchProfile *profile;
	bool		is_current;		/* as of cache_generation */
	TimestampTz used_at;		/* start of the transaction that last asked for it */
} CachedProfile;

static List *cache = NIL;		/* CachedProfile * */
static uint64 cache_generation;

/*
 * cache_forget marks what is cached as not known to be current, when the
 * configuration has changed.
 */
static void
cache_forget(void)
{
	ListCell   *cell;

	if (cache_generation == config_generation())
		return;
	foreach(cell, cache)
		((CachedProfile *) lfirst(cell))->is_current = false;
	cache_generation = config_generation();
}

/*
 * cache_trim drops versions that nobody can have in hand, when there are many.
 */
static void
cache_trim(void)
{
	ListCell   *cell;

	if (list_length(cache) < PROFILES_MAX)
		return;
	foreach(cell, cache)
	{
		CachedProfile *cached = lfirst(cell);

		if (cached->used_at == GetCurrentTransactionStartTimestamp())
			continue;
		MemoryContextDelete(cached->context);
		cache = foreach_delete_current(cache, cell);
	}
}

/*
 * cache_find returns a version that is cached, by code if it is known to be
 * current, or by key.
 */
static CachedProfile *
cache_find(const char *code, int64 match_profile_id)
{
	ListCell   *cell;

	foreach(cell, cache)
	{
		CachedProfile *cached = lfirst(cell);

		if (match_profile_id != 0 ? cached->profile->match_profile_id == match_profile_id
			: cached->is_current && strcmp(cached->profile->code, code) == 0)
			return cached;
	}
	return NULL;
}

/*
 * cache_add compiles a version and keeps it.
 */
static CachedProfile *
cache_add(int64 match_profile_id, int version, Jsonb *document)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "pg_assure matching profile", ALLOCSET_DEFAULT_SIZES);
	MatchProfile *profile = profile_read(document, feel_arena_create(context, feel_limits().size_max));
	CachedProfile *cached = MemoryContextAllocZero(context, sizeof(CachedProfile));
	MemoryContext before;

	profile->match_profile_id = match_profile_id;
	profile->version = version;
	cached->context = context;
	cached->profile = profile;
	before = MemoryContextSwitchTo(CacheMemoryContext);
	cache = lappend(cache, cached);
	MemoryContextSwitchTo(before);
	MemoryContextSetParent(context, CacheMemoryContext);
	return cached;
}

/*
 * profile_current returns the highest version of a code.
 */
const MatchProfile *
profile_current(const char *code)
{
	static SqlPlan find = {
		"SELECT match_profile_id, version, document FROM assure.match_profile WHERE code = $1 ORDER BY version DESC LIMIT 1", {TEXTOID}
	};
	CachedProfile *cached;
	uint64		generation;
	Datum		value;
	bool		isnull;

	if (code == NULL || code[0] == '\0')
		code = DEFAULT_PROFILE;
	cache_forget();
	cached = cache_find(code, 0);
	if (cached == NULL)
	{
		generation = cache_generation;
		value = CStringGetTextDatum(code);
		if (plan_read_fresh(&find, &value) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_NO_DATA_FOUND),
					 errmsg("matching profile \"%s\" does not exist", code),
					 errhint("assure.put_match_profile() makes its first version; or change the profile of the queue.")));
		cached = cache_find(code, plan_int64(0, 1, 0));
		if (cached == NULL)
		{
			cache_trim();
			cached = cache_add(plan_int64(0, 1, 0), plan_int32(0, 2, 0), DatumGetJsonbP(plan_datum(0, 3, &isnull)));
		}
		cached->is_current = generation == config_generation();
	}
	cached->used_at = GetCurrentTransactionStartTimestamp();
	return cached->profile;
}
