/*-------------------------------------------------------------------------
 *
 * places.c
 *		What sets are kept for: prefectures, and codes that went elsewhere.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "coverage/facts.h"

/*
 * kept_row notes a code that is kept.
 */
static void
kept_row(const Datum *values, const bool *nulls, void *state)
{
	Region		region = DatumGetInt32(values[0]);

	(void) hash_search(state, &region, HASH_ENTER, NULL);
}

/*
 * places_read reads the codes that are kept as they are.
 */
HTAB *
places_read(void)
{
	static SqlPlan read = {"SELECT code::int FROM assure_internal.kept_region", {0}};
	HASHCTL		control = {.keysize = sizeof(Region), .entrysize = sizeof(Region), .hcxt = CurrentMemoryContext};
	HTAB	   *kept = hash_create("codes that are kept", 4096, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);

	plan_scan_each(&read, NULL, kept_row, kept);
	return kept;
}

/*
 * place_of returns what a code is kept for: itself, the prefecture, or where it
 * names none the province.
 */
Region
place_of(const HTAB *kept, Region region)
{
	Region		prefecture;

	if (hash_search((HTAB *) kept, &region, HASH_FIND, NULL) != NULL || !region_prefecture(region, &prefecture))
		return region;
	return prefecture;
}
