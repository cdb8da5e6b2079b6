/*-------------------------------------------------------------------------
 *
 * payment_order.c
 *		What is open becomes payments: planned by payee, and written set-wise.
 *
 * A payee's payment takes all that is open for it: what is to be paid and, as
 * far as that reaches, what is to be recovered.  The payment is the sum, so a
 * set-off is nothing but an entry below 0.
 *
 * To be recovered is only what a payee has: money of payments that the bank has
 * made.  One that is still on its way cannot be taken back and may yet fail.  Of
 * several payees of a claim, who was paid last gives back first.
 *
 * What a person has to decide again is neither paid nor taken back meanwhile.
 *
 * Locking: the caller has the books of the accounts (accounts_lock), which is
 * what keeps two sessions from paying a claim twice.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "common/int.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "audit/audit.h"
#include "core/digest.h"
#include "core/errors.h"
#include "core/plan.h"
#include "payment/payment.h"
#include "payment/payment_order.h"

/*
 * payment_begin begins the next payment of a batch.
 */
void
payment_begin(PaymentBatch *batch, int64 account_id, int64 payee_id, int32 payee_version)
{
	if (batch->count == batch->capacity)
	{
		batch->capacity = Max(64, batch->capacity * 2);
		batch->payments = batch->payments == NULL ? palloc(mul_size(sizeof(Payment), batch->capacity)) :
			repalloc(batch->payments, mul_size(sizeof(Payment), batch->capacity));
	}
	batch->payments[batch->count++] = (Payment)
	{
		.account_id = account_id, .payee_id = payee_id, .payee_version = payee_version, .first_entry = batch->entry_count
	};
}

/*
 * payment_add adds an entry to the last payment of a batch.
 */
void
payment_add(PaymentBatch *batch, int64 claim_id, int64 amount_fen)
{
	Payment    *payment = &batch->payments[batch->count - 1];

	if (batch->entry_count == batch->entry_capacity)
	{
		batch->entry_capacity = Max(256, batch->entry_capacity * 2);
		batch->entries = batch->entries == NULL ? palloc(mul_size(sizeof(PaymentEntry), batch->entry_capacity)) :
			repalloc(batch->entries, mul_size(sizeof(PaymentEntry), batch->entry_capacity));
	}
	batch->entries[batch->entry_count++] = (PaymentEntry) {claim_id, amount_fen};
	payment->entry_count++;
	if (pg_add_s64_overflow(payment->amount_fen, amount_fen, &payment->amount_fen))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("a payment to payee " INT64_FORMAT " is out of range", payment->payee_id)));
}

/* What is open of a claim, for one payee. */
typedef struct DueLine
{
	int64		account_id;
	int64		payee_id;		/* 0: nobody is known, or nobody to whom may be paid */
	int32		payee_version;
	int64		claim_id;
	int64		open_fen;
} DueLine;

static SqlPlan read_lines = {
	"WITH o AS MATERIALIZED (SELECT o.account_id, o.claim_id, o.open_fen, " PAYEE_OF_CLAIM " AS payee_id "
	"  FROM assure_internal.claim_open o JOIN assure.claim c ON c.account_id = o.account_id AND c.claim_id = o.claim_id "
	"  WHERE o.account_id = ANY ($1) AND o.verdict <> 'pend' AND ($2 OR o.open_fen > 0)), "
	"n AS (SELECT o.account_id, o.claim_id, -o.open_fen AS due_fen, coalesce(p.payee_id, o.payee_id) AS payee_id, "
	"    max(e.entry_id) AS last_entry_id, " HELD_FEN " AS held_fen "
	"  FROM o JOIN assure.payment_entry e ON e.account_id = o.account_id AND e.claim_id = o.claim_id " ENTRY_JOINS
	"  WHERE o.open_fen < 0 GROUP BY 1, 2, 3, 4), "
	"r AS (SELECT account_id, claim_id, payee_id, least(held_fen, due_fen - coalesce(sum(held_fen) OVER (PARTITION BY account_id, claim_id "
	"    ORDER BY last_entry_id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS take_fen FROM n WHERE held_fen > 0) "
	"SELECT l.account_id, coalesce(v.payee_id, 0), coalesce(v.version, 0), l.claim_id, l.open_fen::bigint "
	"FROM (SELECT account_id, claim_id, payee_id, open_fen FROM o WHERE open_fen > 0 "
	"  UNION ALL SELECT account_id, claim_id, payee_id, -take_fen FROM r WHERE take_fen > 0) l "
	"LEFT JOIN LATERAL (SELECT x.* FROM (SELECT v.payee_id, v.version, v.active FROM assure.payee_version v "
	"  WHERE v.account_id = l.account_id AND v.payee_id = l.payee_id ORDER BY v.version DESC LIMIT 1) x WHERE x.active) v ON true "
	"ORDER BY 1, 2, 4",
	{INT8ARRAYOID, BOOLOID}
};

/*
 * plan_payee makes the payment of one payee of what is open for it, if anything
 * is to be paid.
 */
static void
plan_payee(PaymentBatch *batch, const DueLine *lines, int count)
{
	int64		left_fen = 0;

	for (int i = 0; i < count; i++)
		if (lines[i].open_fen > 0 && pg_add_s64_overflow(left_fen, lines[i].open_fen, &left_fen))
			left_fen = PG_INT64_MAX;
	if (left_fen == 0)
		return;
	payment_begin(batch, lines[0].account_id, lines[0].payee_id, lines[0].payee_version);
	for (int i = 0; i < count; i++)
	{
		int64		amount_fen = lines[i].open_fen > 0 ? lines[i].open_fen : Max(lines[i].open_fen, -left_fen);

		if (amount_fen == 0)
			continue;
		payment_add(batch, lines[i].claim_id, amount_fen);
		if (amount_fen < 0)
			left_fen += amount_fen;
	}
}

/*
 * payments_plan reads what is open of the accounts and plans its payments.
 */
void
payments_plan(PaymentBatch *batch, const int64 *account_ids, int count, bool set_off)
{
	Datum		values[2] = {array_of_int64(account_ids, count), BoolGetDatum(set_off)};
	int			rows = (int) plan_run(&read_lines, values, NULL);
	DueLine    *lines = palloc(mul_size(sizeof(DueLine), Max(rows, 1)));
	int			next;

	for (int i = 0; i < rows; i++)
		lines[i] = (DueLine)
	{
		plan_int64(i, 1, 0), plan_int64(i, 2, 0), plan_int32(i, 3, 0), plan_int64(i, 4, 0), plan_int64(i, 5, 0)
	};
	for (int from = 0; from < rows; from = next)
	{
		CHECK_FOR_INTERRUPTS();
		for (next = from + 1; next < rows && lines[next].account_id == lines[from].account_id &&
			 lines[next].payee_id == lines[from].payee_id; next++)
			;
		if (lines[from].payee_id != 0)
			plan_payee(batch, &lines[from], next - from);
		else
			for (int i = from; i < next; i++)
				batch->without_payee_count += lines[i].open_fen > 0;
	}
}

/*
 * take_ids takes so many keys from a sequence.
 */
static int64 *
take_ids(SqlPlan *next_values, int count)
{
	Datum		value = Int32GetDatum(count);
	int64	   *ids = palloc(mul_size(sizeof(int64), Max(count, 1)));

	plan_run(next_values, &value, NULL);
	for (int i = 0; i < count; i++)
		ids[i] = plan_int64(i, 1, 0);
	return ids;
}

/* What all payments that are written together have in common. */
typedef struct PaymentWriter
{
	Call	   *call;
	int64		actor_worker_id;
	int64		audit_id;
	TimestampTz ordered_at;
	const int64 *entry_ids;
	RowHash    *hashes;
} PaymentWriter;

/*
 * payment_hash hashes the canonical bytes of a payment and of its entries.
 */
static RowHash
payment_hash(const PaymentWriter *writer, const Payment *payment, const PaymentEntry *entries)
{
	StringInfoData bytes;

	initStringInfo(&bytes);
	digest_int64(&bytes, payment->account_id);
	digest_int64(&bytes, payment->payment_id);
	digest_int64(&bytes, payment->payee_id);
	digest_int64(&bytes, payment->payee_version);
	digest_int64(&bytes, payment->amount_fen);
	digest_moment(&bytes, writer->ordered_at);
	digest_text(&bytes, writer->call->session_role);
	if (writer->actor_worker_id != 0)
		digest_int64(&bytes, writer->actor_worker_id);
	else
		digest_null(&bytes);
	digest_int64(&bytes, writer->audit_id);
	for (int i = 0; i < payment->entry_count; i++)
	{
		digest_int64(&bytes, writer->entry_ids[payment->first_entry + i]);
		digest_int64(&bytes, entries[i].claim_id);
		digest_int64(&bytes, entries[i].amount_fen);
	}
	return digest_finish(&bytes);
}

/*
 * bank_refs_write notes to which payments the bank's numbers belong; NULL is
 * none.  The caller has looked who has them; a session that was faster is met
 * here.
 */
void
bank_refs_write(Datum account_ids, Datum payment_ids, Datum bank_refs)
{
	static SqlPlan insert = {
		"WITH u AS (SELECT * FROM unnest($1, $2, $3) AS u (account_id, payment_id, bank_ref) WHERE u.bank_ref IS NOT NULL), "
		"i AS (INSERT INTO assure.payment_bank_ref (bank_ref, account_id, payment_id) "
		"  SELECT bank_ref, account_id, payment_id FROM u ORDER BY bank_ref ON CONFLICT DO NOTHING RETURNING bank_ref) "
		"SELECT bank_ref FROM u EXCEPT SELECT bank_ref FROM i LIMIT 1", {INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID}
	};
	Datum		values[3] = {account_ids, payment_ids, bank_refs};

	if (plan_run(&insert, values, NULL) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("bank_ref \"%s\" is being noted by a concurrent session", plan_text(0, 1)),
				 errhint("Retry the transaction.")));
}

/*
 * write_payments writes the payments as they were ordered.
 */
static void
write_payments(const PaymentWriter *writer, const PaymentBatch *batch)
{
	static SqlPlan insert = {
		"WITH u AS (SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7) AS u (account_id, payment_id, payee_id, payee_version, amount_fen, row_hash, bank_ref)), "
		"p AS (INSERT INTO assure.payment (account_id, payment_id, payee_id, payee_version, amount_fen, row_hash, ordered_at, ordered_by, actor_worker_id, audit_id) "
		"  SELECT account_id, payment_id, payee_id, payee_version, amount_fen, row_hash, $8, $9, nullif($10, 0), $11 FROM u), "
		"s AS (INSERT INTO assure.payment_state (account_id, payment_id, state, bank_ref) "
		"  SELECT account_id, payment_id, CASE WHEN amount_fen > 0 THEN 'ordered' ELSE 'paid' END, bank_ref FROM u) "
		"INSERT INTO assure_internal.payment_unfinished (account_id, payment_id) SELECT account_id, payment_id FROM u WHERE amount_fen > 0",
		{INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT4ARRAYOID, INT8ARRAYOID, BYTEAARRAYOID, TEXTARRAYOID,
			TIMESTAMPTZOID, TEXTOID, INT8OID, INT8OID}
	};
	Column		columns[7];
	Datum		values[11];

	for (int i = 0; i < 7; i++)
		column_start(&columns[i], get_element_type(insert.types[i]));
	for (int i = 0; i < batch->count; i++)
	{
		const Payment *payment = &batch->payments[i];

		column_add_int64(&columns[0], payment->account_id);
		column_add_int64(&columns[1], payment->payment_id);
		column_add_int64(&columns[2], payment->payee_id);
		column_add(&columns[3], Int32GetDatum(payment->payee_version));
		column_add_int64(&columns[4], payment->amount_fen);
		column_add(&columns[5], hash_datum(&writer->hashes[i]));
		column_add_text(&columns[6], payment->bank_ref);
	}
	for (int i = 0; i < 7; i++)
		values[i] = column_array(&columns[i]);
	values[7] = TimestampTzGetDatum(writer->ordered_at);
	values[8] = CStringGetTextDatum(writer->call->session_role);
	values[9] = Int64GetDatum(writer->actor_worker_id);
	values[10] = Int64GetDatum(writer->audit_id);
	plan_run(&insert, values, NULL);
	bank_refs_write(values[0], values[1], values[6]);
}

/*
 * write_entries writes the journal of the payments, and sees to which of its
 * claims are still open.
 */
static void
write_entries(const PaymentWriter *writer, const PaymentBatch *batch)
{
	static SqlPlan insert = {
		"INSERT INTO assure.payment_entry (account_id, entry_id, payment_id, claim_id, amount_fen) SELECT * FROM unnest($1, $2, $3, $4, $5)",
		{INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID}
	};
	ClaimKey   *keys = palloc(mul_size(sizeof(ClaimKey), Max(batch->entry_count, 1)));
	Column		columns[5];
	Datum		values[5];

	for (int i = 0; i < 5; i++)
		column_start(&columns[i], INT8OID);
	for (int i = 0; i < batch->count; i++)
	{
		const Payment *payment = &batch->payments[i];

		for (int e = payment->first_entry; e < payment->first_entry + payment->entry_count; e++)
		{
			column_add_int64(&columns[0], payment->account_id);
			column_add_int64(&columns[1], writer->entry_ids[e]);
			column_add_int64(&columns[2], payment->payment_id);
			column_add_int64(&columns[3], batch->entries[e].claim_id);
			column_add_int64(&columns[4], batch->entries[e].amount_fen);
			keys[e] = (ClaimKey) {payment->account_id, batch->entries[e].claim_id};
		}
	}
	for (int i = 0; i < 5; i++)
		values[i] = column_array(&columns[i]);
	plan_run(&insert, values, NULL);
	payments_due_again(keys, batch->entry_count);
}

/*
 * payments_write writes a batch: payments, their entries, their state, what is
 * open then, and one audit row with the root of the hashes.
 */
void
payments_write(Call *call, PaymentBatch *batch)
{
	static SqlPlan next_payment = {"SELECT nextval('assure.payment_id_seq') FROM generate_series(1, $1)", {INT4OID}};
	static SqlPlan next_entry = {"SELECT nextval('assure.payment_entry_id_seq') FROM generate_series(1, $1)", {INT4OID}};
	PaymentWriter writer = {.call = call};
	AuditRow	row = {0};
	int64	   *payment_ids;

	if (batch->count == 0)
		return;
	writer.actor_worker_id = call_actor(call);
	writer.audit_id = audit_next_id();
	writer.ordered_at = GetCurrentTransactionStartTimestamp();
	payment_ids = take_ids(&next_payment, batch->count);
	writer.entry_ids = take_ids(&next_entry, batch->entry_count);
	writer.hashes = palloc(mul_size(sizeof(RowHash), batch->count));
	for (int i = 0; i < batch->count; i++)
	{
		Payment    *payment = &batch->payments[i];

		payment->payment_id = payment_ids[i];
		writer.hashes[i] = payment_hash(&writer, payment, &batch->entries[payment->first_entry]);
	}
	write_payments(&writer, batch);
	write_entries(&writer, batch);
	row.audit_id = writer.audit_id;
	row.row_count = batch->count;
	row.row_hashes = writer.hashes;
	audit_write(call, &row);
}
