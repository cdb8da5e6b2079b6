/*-------------------------------------------------------------------------
 *
 * payment_order.h
 *		Payments that are made together, inside the room.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_PAYMENT_PAYMENT_ORDER_H
#define ASSURE_PAYMENT_PAYMENT_ORDER_H

#include "adjudicate/chunk.h"

typedef struct PaymentEntry
{
	int64		claim_id;
	int64		amount_fen;		/* above 0: paid; below 0: taken back */
} PaymentEntry;

/* A payment is the sum of its entries. */
typedef struct Payment
{
	int64		account_id;
	int64		payee_id;
	int32		payee_version;
	int64		amount_fen;
	int			first_entry;
	int			entry_count;
	const char *bank_ref;		/* the bank's number of money that came back; NULL: to be ordered */
	int64		payment_id;		/* filled by payments_write */
} Payment;

typedef struct PaymentBatch
{
	Payment    *payments;
	int			count;
	int			capacity;
	PaymentEntry *entries;
	int			entry_count;
	int			entry_capacity;
	int			without_payee_count;	/* claims that nobody can be paid for yet */
} PaymentBatch;

/* A payment takes the entries that are added until the next one is begun. */
extern void payment_begin(PaymentBatch *batch, int64 account_id, int64 payee_id, int32 payee_version);
extern void payment_add(PaymentBatch *batch, int64 claim_id, int64 amount_fen);

/* In SQL, of a claim c: who is paid for it, chosen or by rule; NULL: nobody yet. */
#define PAYEE_OF_CLAIM \
	"coalesce((SELECT y.payee_id FROM assure.claim_payee y " \
	"  WHERE y.account_id = c.account_id AND y.claim_id = c.claim_id ORDER BY y.choice_no DESC LIMIT 1), " \
	"(SELECT y.payee_id FROM assure.payee y WHERE y.account_id = c.account_id AND y.kind = 'member' AND y.member_id = c.member_id), " \
	"(SELECT y.payee_id FROM assure.payee y WHERE y.account_id = c.account_id AND y.kind = 'policyholder'))"

/*
 * What a payee has of a claim, over its entries e, their payments p and states s:
 * what the bank has transferred, less all that is taken back.
 */
#define HELD_FEN \
	"sum(CASE WHEN p.payment_id IS NULL OR s.state = 'paid' THEN e.amount_fen " \
	"  WHEN s.state IN ('ordered', 'sent') THEN least(e.amount_fen, 0) ELSE 0 END)::bigint"
#define ENTRY_JOINS \
	"LEFT JOIN assure.payment p ON p.account_id = e.account_id AND p.payment_id = e.payment_id " \
	"LEFT JOIN assure.payment_state s ON s.account_id = e.account_id AND s.payment_id = e.payment_id "

/*
 * In SQL: whether payment p, which has not left yet, pays for a claim more than it
 * is owed by now.  Such a claim is queued, so that this is soon told.
 */
#define IS_OUTDATED \
	"EXISTS (SELECT FROM assure.payment_entry e JOIN assure_internal.claim_open o ON o.account_id = e.account_id AND o.claim_id = e.claim_id " \
	"WHERE e.account_id = p.account_id AND e.payment_id = p.payment_id AND e.amount_fen > 0 AND o.open_fen < 0)"

/*
 * All three cancel what is ordered and has not left, with the books of the
 * accounts locked: what is outdated; what goes to a payee who has changed; what
 * goes for a claim to anybody but that payee.  It is open again, for the next order.
 */
extern void payments_cancel_outdated(Call *call, const int64 *account_ids, int count);
extern void payments_cancel_payee(Call *call, int64 account_id, int64 payee_id);
extern void payments_cancel_claim(Call *call, ClaimKey key, int64 payee_id);

/* Both with the books of the accounts locked. */
extern void payments_plan(PaymentBatch *batch, const int64 *account_ids, int count, bool set_off);
extern void payments_write(Call *call, PaymentBatch *batch);

/* Notes to which payments the bank's numbers belong: arrays that go together. */
extern void bank_refs_write(Datum account_ids, Datum payment_ids, Datum bank_refs);

#endif							/* ASSURE_PAYMENT_PAYMENT_ORDER_H */
