/*-------------------------------------------------------------------------
 *
 * batch.h
 *		Runs chunks: guarded, retried, bisected.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_ADJUDICATE_BATCH_H
#define ASSURE_ADJUDICATE_BATCH_H

#include "adjudicate/chunk.h"

#define CHUNK_CLAIMS 500		/* claims a transaction */

/* Which waiting claims a batch takes: those of its shard, from a key on. */
typedef struct QueueCursor
{
	int64		after_claim_id;
	int			shard;
	int			shards;
} QueueCursor;

typedef struct BatchCount
{
	int64		claim_count;	/* decided */
	int64		failed_count;	/* set aside */
} BatchCount;

/* Adjudicates up to claim_count_max waiting claims; false: there are no more. */
extern bool batch_chunk(Call *call, QueueCursor *cursor, int claim_count_max, BatchCount *count);

/* Adjudicates a claim whose account is locked, if it waits (else VERDICT_NONE); errors go to the caller. */
extern Verdict claim_adjudicate(Call *call, ClaimKey key);

#endif							/* ASSURE_ADJUDICATE_BATCH_H */
