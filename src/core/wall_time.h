/*-------------------------------------------------------------------------
 *
 * wall_time.h
 *		What the clock on the wall shows in a time zone of the server.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CORE_WALL_TIME_H
#define ASSURE_CORE_WALL_TIME_H

#include "postgres.h"

#include "pgtime.h"

/* Seconds count from 1970; false: the server does not know that far. */
extern bool offset_at(pg_tz *tz, int64 seconds, int32 *offset_seconds);
extern bool offset_of_wall(pg_tz *tz, int64 seconds, int32 *offset_seconds);

#endif							/* ASSURE_CORE_WALL_TIME_H */
