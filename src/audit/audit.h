/*-------------------------------------------------------------------------
 *
 * audit.h
 *		What the room "audit" offers: append-only rows that say who did what.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_AUDIT_AUDIT_H
#define ASSURE_AUDIT_AUDIT_H

#include "core/call.h"
#include "core/digest.h"

typedef struct AuditRow
{
	int64		audit_id;		/* taken before with audit_next_id(); 0: a new one */
	const char *action;			/* NULL: the function of the call */
	const char *subject;		/* keys, never personal values; may be NULL */
	int			row_count;
	const RowHash *row_hashes;		/* of those rows, in order; NULL: not hashed */
	const char *detail;			/* JSON text of more keys and figures; may be NULL */
} AuditRow;

/*
 * Lets rows of append-only tables be updated, for who erases a person and nobody
 * else, until it is called again with false; who does ends it on errors, too.
 */
extern void audit_guard_lift(bool lifted);

/* A key for a row that others have to refer to before it is written. */
extern int64 audit_next_id(void);

/* The call must be entered and SPI connected. */
extern void audit_write(Call *call, const AuditRow *row);
extern void audit_write_one(Call *call, const char *subject);

#endif							/* ASSURE_AUDIT_AUDIT_H */
