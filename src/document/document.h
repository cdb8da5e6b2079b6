/*-------------------------------------------------------------------------
 *
 * document.h
 *		What the room "document" offers: what a claim waits for is let go.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_DOCUMENT_DOCUMENT_H
#define ASSURE_DOCUMENT_DOCUMENT_H

#include "adjudicate/chunk.h"

/*
 * Withdraws all that the claim's customer was asked for and has not handed in,
 * because its task, which the caller has locked, ends for another reason.
 */
extern void documents_let_go(Call *call, const ClaimKey *key, int64 actor_id);

#endif							/* ASSURE_DOCUMENT_DOCUMENT_H */
