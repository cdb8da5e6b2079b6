/*-------------------------------------------------------------------------
 *
 * invoice.h
 *		To which claim an invoice belongs; within the room.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_ADJUDICATE_INVOICE_H
#define ASSURE_ADJUDICATE_INVOICE_H

#include "adjudicate/chunk.h"

/*
 * invoices_take_over gives a claim those of its invoices that belong to claims
 * which are reversed.  The keys of all its invoices are locked, so that a reversed
 * claim that is calculated again and the one that corrects it do not both have one.
 */
extern void invoices_take_over(ClaimKey key);

#endif							/* ASSURE_ADJUDICATE_INVOICE_H */
