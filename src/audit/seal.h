/*-------------------------------------------------------------------------
 *
 * seal.h
 *		Seals over the audit log; inside this room.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_AUDIT_SEAL_H
#define ASSURE_AUDIT_SEAL_H

#include "core/call.h"
#include "core/digest.h"

/* What tells a seal from every other one: what is kept outside of the database. */
typedef struct Anchor
{
	int64		seal_no;
	RowHash		hash;
} Anchor;

/* Reads an anchor as assure.export_seals() prints it. */
extern Anchor anchor_parse(const char *text);
extern char *anchor_print(const Anchor *anchor);

/*
 * Seals what has not been sealed; returns how many rows, and the last seal in
 * *last if there were any.
 */
extern int64 audit_seal(Anchor *last);

#endif							/* ASSURE_AUDIT_SEAL_H */
