/*-------------------------------------------------------------------------
 *
 * wall_time.c
 *		Offsets of time zones, at moments and at times that the wall's clock shows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "datatype/timestamp.h"

#include "core/wall_time.h"

/*
 * offset_at gives the offset of a zone at a moment of UTC; false: the server
 * does not know that far.
 */
bool
offset_at(pg_tz *tz, int64 seconds, int32 *offset_seconds)
{
	pg_time_t	moment = seconds;
	struct pg_tm *tm = pg_localtime(&moment, tz);

	if (tm == NULL)
		return false;
	*offset_seconds = (int32) tm->tm_gmtoff;
	return true;
}

/*
 * offset_of_wall gives the offset at a time that the zone's clock shows.
 *
 * When clocks are put back it shows some times twice: the first is meant.  When
 * they are put forward it leaves some out: those count on from before the
 * change.  So the offset of the day before decides, unless only the one of the
 * day after gives the time back that was asked for.
 */
bool
offset_of_wall(pg_tz *tz, int64 seconds, int32 *offset_seconds)
{
	int32		before,
				after,
				there;

	if (!offset_at(tz, seconds - SECS_PER_DAY, &before) ||
		!offset_at(tz, seconds + SECS_PER_DAY, &after))
		return false;
	*offset_seconds = before;
	if (before == after ||
		!offset_at(tz, seconds - before, &there) || there == before)
		return true;
	if (offset_at(tz, seconds - after, &there) && there == after)
		*offset_seconds = after;
	return true;
}
