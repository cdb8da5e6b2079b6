/*-------------------------------------------------------------------------
 *
 * shown.h
 *		A value from outside, as a message shows it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_TYPE_SHOWN_H
#define ASSURE_TYPE_SHOWN_H

#include "postgres.h"

#include "mb/pg_wchar.h"

#define SHOWN_BYTES_MAX 40

/*
 * shown returns a copy of a text, cut between characters where it is long.
 */
static inline const char *
shown(const char *text, int length)
{
	return psprintf("%.*s%s", pg_mbcliplen(text, length, SHOWN_BYTES_MAX), text, length > SHOWN_BYTES_MAX ? "..." : "");
}

#endif							/* ASSURE_TYPE_SHOWN_H */
