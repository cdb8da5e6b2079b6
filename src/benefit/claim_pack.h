/*-------------------------------------------------------------------------
 *
 * claim_pack.h
 *		A claim as it is calculated, in few bytes: what a decision keeps as
 *		its input, and what many claims are calculated from without a parser.
 *
 * claim_pack() writes a claim that is normalized and sealed: what was stated,
 * what the directory, contracts and people put in its place, and what is left
 * of each line after refunds with the payments by others on it.
 * claim_unpack() gives it back, so that benefit_evaluate() and claim_to_jsonb()
 * say of it what they said of the claim that was packed.
 *
 * One claim has one packed form, and claim_unpack() takes no other:
 * claim_pack(claim_unpack(x)) is x.
 *
 * Memory.  The unpacked claim is one chunk of CurrentMemoryContext: pfree()
 * of the claim frees all of it.  It does not point into the packed bytes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_BENEFIT_CLAIM_PACK_H
#define ASSURE_BENEFIT_CLAIM_PACK_H

#include "benefit/benefit.h"

extern bytea *claim_pack(const Claim *claim);

/* The claim is sealed.  Bytes that are no packed claim: ERRCODE_DATA_CORRUPTED where they were
 * stored, ERRCODE_INVALID_BINARY_REPRESENTATION where a caller gave them.  The bytea may have a
 * short header, but it is not compressed or stored elsewhere. */
extern Claim *claim_unpack(const bytea *packed);
extern Claim *claim_unpack_argument(const bytea *packed);

/* Its event date alone, for less (claim_packed_event.c).  A claim without one is
 * refused in the same way. */
extern DateADT claim_packed_event(const bytea *packed);

#endif							/* ASSURE_BENEFIT_CLAIM_PACK_H */
