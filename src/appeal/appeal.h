/*-------------------------------------------------------------------------
 *
 * appeal.h
 *		What the room "appeal" offers: a decision on a claim closes its appeal.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_APPEAL_APPEAL_H
#define ASSURE_APPEAL_APPEAL_H

#include "adjudicate/chunk.h"

/* Both with the books of the account locked. */
extern bool appeal_is_open(const ClaimKey *key);

/*
 * Closes the open appeal of the claim by the decision that a person has just
 * made: upheld where it comes to the same, changed otherwise.  A decision that a
 * second person has to confirm does not close it: the claim's new task is then
 * the appeal's, and kept from the same people.
 */
extern void appeal_decided(Call *call, const ClaimKey *key, int32 decision_no, int64 actor_id, const char *note);

#endif							/* ASSURE_APPEAL_APPEAL_H */
