/*-------------------------------------------------------------------------
 *
 * payment.h
 *		What the room "payment" offers: claims that are owed something are queued,
 *		and the checks of its books.
 *
 * What a claim is owed is what its current decision pays; payments are a signed
 * journal by claim; open is the difference.  Whoever writes decisions calls
 * payments_due() in the same transaction, with the books of the accounts locked.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_PAYMENT_PAYMENT_H
#define ASSURE_PAYMENT_PAYMENT_H

#include "adjudicate/book_checks.h"
#include "adjudicate/chunk.h"

/* Queues the claims of a chunk whose open amount is not 0, and no other. */
extern void payments_due(const Chunk *chunk);

/* Does so for claims by their keys, whatever changed of them. */
extern void payments_due_again(const ClaimKey *keys, int count);

/* What assure.check_books() asks of payments. */
extern const BookChecks payment_checks;

#endif							/* ASSURE_PAYMENT_PAYMENT_H */
