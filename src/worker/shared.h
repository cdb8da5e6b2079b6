/*-------------------------------------------------------------------------
 *
 * shared.h
 *		What the launcher, its workers and all sessions share; inside this room.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_WORKER_SHARED_H
#define ASSURE_WORKER_SHARED_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "storage/latch.h"

/* The most databases that assure.databases may list. */
#define DATABASE_MAX 64

/* What the launcher reads of a database's slot. */
typedef struct SlotState
{
	Oid			database;		/* InvalidOid: the slot is free */
	TimestampTz next_due;		/* DT_NOEND: a worker is about to say */
	bool		woken;			/* something arrived */
	TimestampTz sweep_at;		/* when a deadline may come; DT_NOEND: none is known */
	uint64		reports;		/* how often next_due was reported */
} SlotState;

extern void shared_init(void);

/* For the launcher. */
extern void shared_attach_launcher(Latch *latch);
extern void shared_list_databases(const Oid *databases, int count);
extern SlotState shared_slot(int slot);
extern void shared_slot_take(int slot, bool *woken, bool *sweep);
extern void shared_slot_put_back(int slot, bool woken, bool sweep);
extern void shared_all_due(void);

/* For whoever works in a database; all of them do nothing where there is no slot. */
extern void shared_report(TimestampTz next_due);
extern void shared_report_woken(void);
extern void shared_mute_sweep(TimestampTz until);
extern bool shared_complain(const char *message, int *failures);
extern void shared_fit(void);

#endif							/* ASSURE_WORKER_SHARED_H */
