/*-------------------------------------------------------------------------
 *
 * zones.h
 *		The server's time zones for FEEL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_FEEL_ZONES_H
#define ASSURE_FEEL_ZONES_H

#include "postgres.h"

/* FeelZones.offset over the server's zone data; data is not used. */
extern bool zones_offset(void *data, const char *zone, int64 seconds, bool is_local,
						 int32 *offset_seconds);

#endif							/* ASSURE_FEEL_ZONES_H */
