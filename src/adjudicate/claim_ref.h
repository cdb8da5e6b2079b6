/*-------------------------------------------------------------------------
 *
 * claim_ref.h
 *		Where the claim with a caller's reference is.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_ADJUDICATE_CLAIM_REF_H
#define ASSURE_ADJUDICATE_CLAIM_REF_H

#include "adjudicate/chunk.h"

typedef struct ClaimPlace
{
	ClaimKey	key;
	int64		branch_id;
	int64		received_actor_id;	/* 0: none */
	int64		task_worker_id; /* who has its unfinished task; 0: nobody */
} ClaimPlace;

/* Raises P0002 if there is none. */
extern void claim_find(const char *ref, ClaimPlace *place);

/* Refuses who neither has the claim's branch open nor its task in hand. */
extern void claim_require_access(Call *call, const char *ref, const ClaimPlace *place);

/* Refuses what would calculate a claim anew whose person was erased. */
extern void claim_require_person(const char *ref, const ClaimPlace *place);

#endif							/* ASSURE_ADJUDICATE_CLAIM_REF_H */
