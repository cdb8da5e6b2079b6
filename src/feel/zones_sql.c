/*-------------------------------------------------------------------------
 *
 * zones_sql.c
 *		The server's time zones for FEEL.
 *
 * Zones are those of the IANA data base that the server reads.  The server knows
 * more names than that: rules such as "ABC5DEF", which FEEL has not.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "pgtime.h"

#include "core/wall_time.h"
#include "feel/zones.h"

/*
 * is_rule tells whether the server might read a name as a rule.
 *
 * A rule has an offset in digits, and of the data base's names only a few have a
 * digit: those of fixed offsets and of the United States' old zones.
 */
static bool
is_rule(const char *zone)
{
	static const char *const with_digits[] = {
		"GMT0", "GMT+0", "GMT-0", "EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT"
	};

	if (strpbrk(zone, "0123456789<,") == NULL || pg_strncasecmp(zone, "Etc/GMT", 7) == 0)
		return false;
	for (size_t i = 0; i < lengthof(with_digits); i++)
		if (pg_strcasecmp(zone, with_digits[i]) == 0)
			return false;
	return true;
}

/*
 * zones_offset gives the offset of a named zone, as FeelZones asks.
 */
bool
zones_offset(void *data, const char *zone, int64 seconds, bool is_local,
			 int32 *offset_seconds)
{
	pg_tz	   *tz = is_rule(zone) ? NULL : pg_tzset(zone);

	if (tz == NULL || !pg_tz_acceptable(tz))
		return false;
	return is_local ? offset_of_wall(tz, seconds, offset_seconds) :
		offset_at(tz, seconds, offset_seconds);
}
