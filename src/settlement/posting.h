/*-------------------------------------------------------------------------
 *
 * posting.h
 *		Postings and their months, within the room.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_SETTLEMENT_POSTING_H
#define ASSURE_SETTLEMENT_POSTING_H

#include "utils/date.h"

#include "core/call.h"

typedef struct Posting
{
	int64		task_id;
	int64		queue_id;
	const char *kind;			/* work or correction */
	int64		debtor_branch_id;
	int64		creditor_branch_id;
	int64		worker_id;
	int			difficulty;
	int64		tariff_id;		/* 0: none */
	int64		amount_fen;
	int			tasks;			/* 1: the task is paid for from now on, -1: no longer; 0: as before */
	const char *reason;			/* NULL: none */
	int64		posting_id;		/* filled when written */
} Posting;

/* Books them in the first month that is open, with one audit row. */
extern void postings_write(Call *call, Posting *postings, int count);

/* The lock of a month, by its first day. */
extern uint32 month_lock(DateADT month);

/* The last closed month; false: none is.  As it is now, whatever the snapshot. */
extern bool month_last_closed(DateADT *month);

/* The first day of the month after, and of a day's month. */
extern DateADT month_after(DateADT month);
extern DateADT settlement_month_of(DateADT day);

#endif							/* ASSURE_SETTLEMENT_POSTING_H */
