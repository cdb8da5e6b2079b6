/*-------------------------------------------------------------------------
 *
 * region.c
 *		What the digits of a GB/T 2260 code say.
 *
 * Pure: no fmgr, no SPI, no memory.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "type/region.h"

/*
 * province_exists says whether two digits are a province.  These have not
 * changed since the first edition of the standard but for those that came:
 * Hainan 46, Chongqing 50, Hong Kong 81, Macau 82.  83 is in residence permits of
 * people from Taiwan, whose own code is 71.
 */
static bool
province_exists(int digits)
{
	switch (digits)
	{
		case 11: case 12: case 13: case 14: case 15:
		case 21: case 22: case 23:
		case 31: case 32: case 33: case 34: case 35: case 36: case 37:
		case 41: case 42: case 43: case 44: case 45: case 46:
		case 50: case 51: case 52: case 53: case 54:
		case 61: case 62: case 63: case 64: case 65:
		case 71: case 81: case 82: case 83:
			return true;
		default:
			return false;
	}
}

/*
 * region_is_valid checks the shape of a number and its province, nothing else: a
 * dump must restore in any order, and codes come and go.
 */
bool
region_is_valid(int32 number)
{
	return number >= 100000 && number <= 999999 && province_exists(number / 10000);
}

/*
 * region_parse reads a code from text.
 */
bool
region_parse(const char *text, int length, Region *region)
{
	int32		number = 0;

	if (length != REGION_DIGITS)
		return false;
	for (int i = 0; i < REGION_DIGITS; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return false;
		number = number * 10 + (text[i] - '0');
	}
	*region = number;
	return region_is_valid(number);
}

/*
 * region_path walks up by turning digits to 00; a level that has 00 already is
 * the same code and counts once.
 */
int
region_path(Region region, Region *path)
{
	int			count = 0;

	path[count++] = region;
	if (region_group(region) != path[count - 1])
		path[count++] = region_group(region);
	if (region_province(region) != path[count - 1])
		path[count++] = region_province(region);
	return count;
}

/*
 * region_prefecture returns the group that a region is counted in.  Hong Kong,
 * Macau, Taiwan and the permits of people from there have no prefectures: the
 * whole is one group.  Of other provinces a code of the province names none.
 */
bool
region_prefecture(Region region, Region *prefecture)
{
	*prefecture = region >= 710000 ? region_province(region) : region_group(region);
	return region >= 710000 || region_level(region) != REGION_PROVINCE;
}
