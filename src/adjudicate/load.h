/*-------------------------------------------------------------------------
 *
 * load.h
 *		The parts of loading a chunk; within the room.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_ADJUDICATE_LOAD_H
#define ASSURE_ADJUDICATE_LOAD_H

#include "adjudicate/chunk.h"

/* load.c: the two array parameters by which claims are named */
extern void keys_params(const ClaimKey *keys, int count, Datum *values);

/* load_providers.c: the directory's facts, contracts in force, their prices */
extern void load_providers(Chunk *chunk);

/* load_history.c: what the members of screened claims handed in before */
extern void load_history(Chunk *chunk);

#endif							/* ASSURE_ADJUDICATE_LOAD_H */
