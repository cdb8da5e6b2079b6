/*-------------------------------------------------------------------------
 *
 * place_sql.c
 *		Entry point: what a set of people is kept for, of one region.
 *
 * The prefecture, but a code of former times that went elsewhere stays what it
 * is (assure_internal.kept_region).  To find out takes a query over all divisions
 * of then and now, so each backend keeps what it found, until divisions change;
 * what was read while they did is not kept.
 *
 * Memory: a few thousand codes at most, below CacheMemoryContext.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "core/config.h"
#include "core/plan.h"
#include "type/region.h"

PG_FUNCTION_INFO_V1(assure_coverage_place);

/* What was found out of a code. */
typedef struct KnownPlace
{
	Region		region;
	Region		place;
} KnownPlace;

/*
 * known_places returns what this backend has found out, nothing after divisions
 * changed.
 */
static HTAB *
known_places(void)
{
	static HTAB *places = NULL;
	static uint64 generation = 0;
	HASHCTL		control = {.keysize = sizeof(Region), .entrysize = sizeof(KnownPlace), .hcxt = CacheMemoryContext};

	if (places != NULL && generation == config_generation())
		return places;
	if (places != NULL)
		hash_destroy(places);
	places = NULL;
	places = hash_create("places of regions", 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	generation = config_generation();
	return places;
}

/*
 * place_find looks a region up in the divisions of now.
 */
static Region
place_find(Region region)
{
	static SqlPlan find = {
		"SELECT coalesce((SELECT k.code FROM assure_internal.kept_region k WHERE k.code OPERATOR(assure.=) $1::assure.region), "
		"  assure.prefecture($1::assure.region), $1::assure.region)::int", {INT4OID}
	};
	Datum		value = Int32GetDatum(region);
	Region		place;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	plan_read_fresh(&find, &value);
	place = plan_int32(0, 1, region);
	SPI_finish();
	return place;
}

/*
 * assure_coverage_place returns what sets are kept for.
 */
PGDLLEXPORT Datum
assure_coverage_place(PG_FUNCTION_ARGS)
{
	Region		region = PG_GETARG_REGION(0);
	KnownPlace *known = hash_search(known_places(), &region, HASH_FIND, NULL);
	uint64		generation = config_generation();
	Region		place;

	if (known != NULL)
		PG_RETURN_REGION(known->place);
	place = place_find(region);
	if (generation == config_generation())
	{
		known = hash_search(known_places(), &region, HASH_ENTER, NULL);
		known->place = place;
	}
	PG_RETURN_REGION(place);
}
