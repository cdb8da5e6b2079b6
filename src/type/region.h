/*-------------------------------------------------------------------------
 *
 * region.h
 *		assure.region: a code of GB/T 2260 in four bytes.
 *
 * A code is six digits, PPCCDD: province, prefecture, county; what a code does
 * not go down to is 00.  So the codes within a region are one interval that
 * begins with the region itself, and the order of the numbers is the order of
 * the tree, parents first.  Everything here follows from the digits; whether a
 * code exists, or did, is a matter of the reference tables.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_TYPE_REGION_H
#define ASSURE_TYPE_REGION_H

#include "postgres.h"

typedef int32 Region;

#define DatumGetRegion(datum)	((Region) DatumGetInt32(datum))
#define RegionGetDatum(region)	Int32GetDatum(region)
#define PG_GETARG_REGION(n)		DatumGetRegion(PG_GETARG_DATUM(n))
#define PG_RETURN_REGION(region) return RegionGetDatum(region)

#define REGION_DIGITS			6
#define REGION_PATH_MAX			3

typedef enum RegionLevel
{
	REGION_PROVINCE,
	REGION_PREFECTURE,
	REGION_COUNTY
} RegionLevel;

/* region_is_valid says whether a number is a code of a province that there is. */
extern bool region_is_valid(int32 number);

/* region_parse reads six digits; false: they are no code. */
extern bool region_parse(const char *text, int length, Region *region);

/* region_province returns the province that a region is in. */
static inline Region
region_province(Region region)
{
	return region - region % 10000;
}

/* region_group returns the code with 00 for the county: the prefecture, unless
 * it is the province. */
static inline Region
region_group(Region region)
{
	return region - region % 100;
}

/* region_level returns what a code goes down to. */
static inline RegionLevel
region_level(Region region)
{
	return region % 10000 == 0 ? REGION_PROVINCE : region % 100 == 0 ? REGION_PREFECTURE : REGION_COUNTY;
}

/* region_last returns the highest code that may lie in a region; the lowest is
 * the region's own. */
static inline Region
region_last(Region region)
{
	switch (region_level(region))
	{
		case REGION_PROVINCE:
			return region + 9999;
		case REGION_PREFECTURE:
			return region + 99;
		case REGION_COUNTY:
			break;
	}
	return region;
}

/* region_contains says whether inner is outer or lies in it. */
static inline bool
region_contains(Region outer, Region inner)
{
	return inner >= outer && inner <= region_last(outer);
}

/* region_path fills the codes that contain a region, itself first, the province
 * last, and returns their number. */
extern int	region_path(Region region, Region *path);

/* region_prefecture returns the prefecture; false: the code names none. */
extern bool region_prefecture(Region region, Region *prefecture);

#endif							/* ASSURE_TYPE_REGION_H */
