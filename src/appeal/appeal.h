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

/*
 * Closes the open appeal of the claim, if there is one, by the decision that a
 * person has just made: upheld where it comes to the same, changed otherwise.
 * The caller has the books of the account and ends the task.
 */
extern void appeal_decided(Call *call, const ClaimKey *key, int32 decision_no, int64 actor_id, const char *note);

#endif							/* ASSURE_APPEAL_APPEAL_H */
