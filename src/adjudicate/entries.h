/*-------------------------------------------------------------------------
 *
 * entries.h
 *		What claims have booked so far, and what is to be booked on top of it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_ADJUDICATE_ENTRIES_H
#define ASSURE_ADJUDICATE_ENTRIES_H

#include "adjudicate/chunk.h"

/* The sums of a claim's entries by counter; those that are 0 are left out. */
typedef struct ClaimEntries
{
	int			count;
	Booking    *bookings;		/* no limits: those are the counters' */
	int64		paid_fen;
} ClaimEntries;

/*
 * Names the counter of a row with member_id, counter, period and measure in
 * columns 2 to 5; and prints a booking: counter, period, measure, delta.
 */
extern void booking_read(uint64 row, Booking *booking);
extern char *booking_text(const Booking *booking);

/* Reads what each claim has booked, into an array of `count`. */
extern ClaimEntries *entries_load(const ClaimKey *keys, int count);

/* Takes what a claim has booked out of the balances of the chunk. */
extern void entries_take_off(Chunk *chunk, const Case *item, const ClaimEntries *entries);

/*
 * Makes the case's bookings what is left to be booked, given what the claim has
 * booked already: its own where it is settled, less those.
 */
extern void entries_net(Case *item, const ClaimEntries *entries);

#endif							/* ASSURE_ADJUDICATE_ENTRIES_H */
