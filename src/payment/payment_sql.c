/*-------------------------------------------------------------------------
 *
 * payment_sql.c
 *		Entry points: payments are ordered, handed to the bank, come back.
 *
 * Ordering walks the queue of open claims by account, so that all that is open
 * of an account is seen together; the books of the accounts are locked before
 * what is open is read, so two sessions never order the same.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "adjudicate/claim_ref.h"
#include "audit/audit.h"
#include "core/batch_call.h"
#include "core/digest.h"
#include "core/errors.h"
#include "core/fixed.h"
#include "core/plan.h"
#include "core/request.h"
#include "core/result_set.h"
#include "payment/payment_order.h"

#define PAYMENT_SCOPES (SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define CHUNK_ACCOUNTS 500
#define PENDING_ACCOUNTS_MAX 10000
#define TO_SEND_MAX 100000
#define BANK_REF_BYTES_MAX 200

PG_FUNCTION_INFO_V1(assure_order_pending_payments);
PG_FUNCTION_INFO_V1(assure_order_payments);
PG_FUNCTION_INFO_V1(assure_payments_to_send);
PG_FUNCTION_INFO_V1(assure_record_recovery);

typedef struct OrderCount
{
	int64		payment_count;
	int64		entry_count;
	int64		without_payee_count;
	int64		amount_fen;
} OrderCount;

/*
 * accounts_next reads the next accounts of which something is open, after a key.
 */
static int
accounts_next(int64 after_account_id, int account_count_max, int64 **account_ids)
{
	static SqlPlan read = {
		"WITH RECURSIVE a AS ((SELECT account_id, 1 AS n FROM assure_internal.payment_due WHERE account_id > $1 ORDER BY account_id LIMIT 1) "
		"UNION ALL SELECT x.account_id, a.n + 1 FROM a CROSS JOIN LATERAL (SELECT q.account_id FROM assure_internal.payment_due q "
		"  WHERE q.account_id > a.account_id ORDER BY q.account_id LIMIT 1) x WHERE a.n < $2) SELECT account_id FROM a", {INT8OID, INT4OID}
	};
	Datum		values[2] = {Int64GetDatum(after_account_id), Int32GetDatum(account_count_max)};
	int			count = (int) plan_run(&read, values, NULL);

	*account_ids = palloc(sizeof(int64) * Max(count, 1));
	for (int i = 0; i < count; i++)
		(*account_ids)[i] = plan_int64(i, 1, 0);
	return count;
}

/*
 * order_chunk orders what is open of the next accounts and moves the cursor past
 * them; false if there are none.
 */
static bool
order_chunk(Call *call, int64 *after_account_id, int account_count_max, bool set_off, OrderCount *count)
{
	PaymentBatch batch = {0};
	int64	   *account_ids;
	int			account_count = accounts_next(*after_account_id, account_count_max, &account_ids);
	ClaimKey   *keys;

	if (account_count == 0)
		return false;
	keys = palloc0(sizeof(ClaimKey) * account_count);
	for (int i = 0; i < account_count; i++)
		keys[i].account_id = account_ids[i];
	accounts_lock(keys, account_count);
	payments_cancel_outdated(call, account_ids, account_count);
	payments_plan(&batch, account_ids, account_count, set_off);
	payments_write(call, &batch);
	count->payment_count += batch.count;
	count->entry_count += batch.entry_count;
	count->without_payee_count += batch.without_payee_count;
	for (int i = 0; i < batch.count; i++)
		count->amount_fen += batch.payments[i].amount_fen;
	*after_account_id = account_ids[account_count - 1];
	return true;
}

/*
 * assure_order_pending_payments orders payments in the caller's transaction.
 * Accounts of which nothing can be ordered are passed over, so that 0 means that
 * nothing is left to order.
 */
PGDLLEXPORT Datum
assure_order_pending_payments(PG_FUNCTION_ARGS)
{
	int32		account_count_max = PG_GETARG_INT32(0);
	bool		set_off = PG_GETARG_BOOL(1);
	OrderCount	count = {0};
	int64		after_account_id = PG_INT64_MIN;
	Call		call;

	if (account_count_max < 1 || account_count_max > PENDING_ACCOUNTS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_accounts is %d, not between 1 and %d", account_count_max, PENDING_ACCOUNTS_MAX),
				 errhint("For more, CALL assure.order_payments(), which commits as it goes.")));
	call_begin(&call, PAYMENT_SCOPES, "order_pending_payments");
	while (count.payment_count == 0 && order_chunk(&call, &after_account_id, account_count_max, set_off, &count))
		CHECK_FOR_INTERRUPTS();
	call_end(&call);
	PG_RETURN_INT32((int32) count.payment_count);
}

/* How far assure_order_payments has come. */
typedef struct Progress
{
	bool		set_off;
	int64		after_account_id;
	OrderCount	count;
	bool		more;
} Progress;

/*
 * chunk_work orders a chunk.
 */
static void
chunk_work(Call *call, void *state)
{
	Progress   *progress = state;

	progress->more = order_chunk(call, &progress->after_account_id, CHUNK_ACCOUNTS, progress->set_off, &progress->count);
}

/*
 * assure_order_payments orders all that is open, a chunk a transaction; again
 * where a deadlock undid it.
 */
PGDLLEXPORT Datum
assure_order_payments(PG_FUNCTION_ARGS)
{
	BatchCall	batch;
	Progress	progress = {PG_ARGISNULL(0) || PG_GETARG_BOOL(0), PG_INT64_MIN};
	Datum		values[4];
	bool		nulls[4] = {false, false, false, false};

	batch_call_begin(&batch, fcinfo, PAYMENT_SCOPES, "order_payments");
	do
		batch_call_chunk(&batch, chunk_work, &progress, sizeof(progress));
	while (progress.more);
	batch_call_end(&batch);
	values[0] = Int64GetDatum(progress.count.payment_count);
	values[1] = Int64GetDatum(progress.count.entry_count);
	values[2] = DirectFunctionCall2(numeric_div, NumericGetDatum(int64_to_numeric(progress.count.amount_fen)),
									NumericGetDatum(int64_to_numeric(100)));
	values[2] = DirectFunctionCall2(numeric_round, values[2], Int32GetDatum(2));
	values[3] = Int64GetDatum(progress.count.without_payee_count);
	return batch_call_result(fcinfo, values, nulls);
}

static SqlPlan read_to_send = {
	"SELECT p.account_id, p.payment_id, v.name, v.bank, v.bank_account, round(p.amount_fen / 100.0, 2) "
	"FROM assure_internal.payment_unfinished u "
	"JOIN assure.payment_state s ON s.account_id = u.account_id AND s.payment_id = u.payment_id "
	"JOIN assure.payment p ON p.account_id = u.account_id AND p.payment_id = u.payment_id "
	"JOIN assure.payee_version v ON v.account_id = p.account_id AND v.payee_id = p.payee_id AND v.version = p.payee_version "
	"WHERE s.state = 'ordered' AND NOT " IS_OUTDATED " ORDER BY u.payment_id LIMIT $1", {INT4OID}
};

/*
 * assure_payments_to_send lists what is ordered and not yet sent, for the file
 * that goes to the bank: with names and accounts, so it is noted who read them.
 * What pays too much by now does not leave; the next order makes it anew.
 */
PGDLLEXPORT Datum
assure_payments_to_send(PG_FUNCTION_ARGS)
{
	Datum		value = Int32GetDatum(PG_GETARG_INT32(0));
	AuditRow	row = {0};
	Call		call;

	if (PG_GETARG_INT32(0) < 1 || PG_GETARG_INT32(0) > TO_SEND_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_payments is %d, not between 1 and %d", PG_GETARG_INT32(0), TO_SEND_MAX)));
	result_set_open(fcinfo);
	call_begin(&call, PAYMENT_SCOPES, "payments_to_send");
	result_set_fill(fcinfo, &read_to_send, &value, NULL);
	row.row_count = (int) SPI_processed;
	audit_write(&call, &row);
	call_end(&call);
	return (Datum) 0;
}

/*
 * recovery_of returns the payment by which the money with this number of the
 * bank came back, 0 if it is not known.  Another claim or amount is an error, and
 * so is what has failed: it is not there any more, whatever was recorded.
 */
static int64
recovery_of(const char *bank_ref, const ClaimKey *key, int64 amount_fen)
{
	static SqlPlan find = {
		"SELECT b.payment_id, e.account_id = $2 AND e.claim_id = $3 AND p.amount_fen = -$4, s.state = 'failed' "
		"FROM assure.payment_bank_ref b JOIN assure.payment_entry e ON e.account_id = b.account_id AND e.payment_id = b.payment_id "
		"JOIN assure.payment p ON p.account_id = b.account_id AND p.payment_id = b.payment_id "
		"JOIN assure.payment_state s ON s.account_id = b.account_id AND s.payment_id = b.payment_id "
		"WHERE b.bank_ref = $1 AND NOT e.is_void ORDER BY e.entry_id LIMIT 1", {TEXTOID, INT8OID, INT8OID, INT8OID}
	};
	Datum		values[4];

	values[0] = CStringGetTextDatum(bank_ref);
	values[1] = Int64GetDatum(key->account_id);
	values[2] = Int64GetDatum(key->claim_id);
	values[3] = Int64GetDatum(amount_fen);
	if (plan_run(&find, values, NULL) == 0)
		return 0;
	if (!plan_bool(0, 2))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_REF_CONFLICT),
				 errmsg("bank_ref: \"%s\" was recorded before for something else", bank_ref),
				 errhint("The bank's number stands for one movement of money.")));
	if (plan_bool(0, 3))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("bank_ref: \"%s\" was recorded before and has failed since", bank_ref),
				 errhint("Money that came after all has a number of its own.")));
	return plan_int64(0, 1, 0);
}

static SqlPlan find_holder = {
	"SELECT h.payee_id, h.held_fen, (SELECT max(v.version) FROM assure.payee_version v WHERE v.account_id = $1 AND v.payee_id = h.payee_id) "
	"FROM (SELECT coalesce(p.payee_id, c.payee_id) AS payee_id, max(e.entry_id) AS last_entry_id, " HELD_FEN " AS held_fen "
	"  FROM (SELECT c.account_id, c.claim_id, " PAYEE_OF_CLAIM " AS payee_id FROM assure.claim c WHERE c.account_id = $1 AND c.claim_id = $2) c "
	"  JOIN assure.payment_entry e ON e.account_id = c.account_id AND e.claim_id = c.claim_id " ENTRY_JOINS " GROUP BY 1) h "
	"WHERE h.payee_id IS NOT NULL AND h.held_fen > 0 AND ($3 = 0 OR h.payee_id = $3) ORDER BY h.last_entry_id DESC LIMIT 1",
	{INT8OID, INT8OID, INT8OID}
};

/*
 * recover books money that came back for a claim, and returns its payment.
 */
static int64
recover(Call *call, const char *ref, int64 amount_fen, const char *bank_ref, int64 payee_id)
{
	static SqlPlan find_open = {
		"SELECT open_fen FROM assure_internal.claim_open WHERE account_id = $1 AND claim_id = $2", {INT8OID, INT8OID}
	};
	PaymentBatch batch = {0};
	ClaimPlace	place;
	Datum		values[3];
	int64		to_recover_fen;
	int64		payment_id;
	char		came_back[FIXED_PRINT_BYTES];
	char		open[FIXED_PRINT_BYTES];

	claim_find(ref, &place);
	accounts_lock(&place.key, 1);
	payment_id = recovery_of(bank_ref, &place.key, amount_fen);
	if (payment_id != 0)
		return payment_id;
	values[0] = Int64GetDatum(place.key.account_id);
	values[1] = Int64GetDatum(place.key.claim_id);
	values[2] = Int64GetDatum(payee_id);
	to_recover_fen = plan_run(&find_open, values, NULL) == 0 ? 0 : -plan_int64(0, 1, 0);
	if (amount_fen > to_recover_fen)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("claim \"%s\" has not so much to recover", ref),
				 errdetail("%s came back, %s is to be recovered.", fixed_print_fen(amount_fen, came_back),
						   fixed_print_fen(Max(to_recover_fen, 0), open)),
				 errhint("assure_bi.recovery_open lists what is to be recovered.")));
	if (plan_run(&find_holder, values, NULL) == 0 || plan_int64(0, 2, 0) < amount_fen)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("no payee of claim \"%s\" has received so much of it", ref),
				 errhint("Record what came from each payee by itself, with payee_id; a payment that is not made yet is cancelled instead, by assure.cancel_payment().")));
	payment_begin(&batch, place.key.account_id, plan_int64(0, 1, 0), plan_int32(0, 3, 0));
	payment_add(&batch, place.key.claim_id, -amount_fen);
	batch.payments[0].bank_ref = bank_ref;
	payments_write(call, &batch);
	return batch.payments[0].payment_id;
}

/*
 * amount_argument reads an amount in yuan: above 0, of whole fen.
 */
static int64
amount_argument(Datum amount)
{
	static SqlPlan convert = {
		"SELECT CASE WHEN $1 > 0 AND $1 = round($1, 2) AND $1 < 10::numeric ^ 12 THEN ($1 * 100)::bigint ELSE 0 END", {NUMERICOID}
	};
	int64		amount_fen;

	plan_run(&convert, &amount, NULL);
	amount_fen = plan_int64(0, 1, 0);
	if (amount_fen == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("amount is %s, not an amount above 0 of at most two decimals",
						DatumGetCString(DirectFunctionCall1(numeric_out, amount)))));
	return amount_fen;
}

/*
 * assure_record_recovery notes money that came back for a claim; the same number
 * of the bank again changes nothing.
 */
PGDLLEXPORT Datum
assure_record_recovery(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(4) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(4));
	int64		payee_id = PG_ARGISNULL(3) ? 0 : PG_GETARG_INT64(3);
	char	   *ref;
	char	   *bank_ref;
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;
	int64		payment_id;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("ref, amount and bank_ref must not be NULL")));
	ref = text_to_cstring(PG_GETARG_TEXT_PP(0));
	bank_ref = text_to_cstring(PG_GETARG_TEXT_PP(2));
	if (bank_ref[0] == '\0' || strlen(bank_ref) > BANK_REF_BYTES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("bank_ref has %zu bytes, not 1 to %d", strlen(bank_ref), BANK_REF_BYTES_MAX)));
	initStringInfo(&arguments);
	digest_text(&arguments, ref);
	digest_text(&arguments, DatumGetCString(DirectFunctionCall1(numeric_out, PG_GETARG_DATUM(1))));
	digest_text(&arguments, bank_ref);
	digest_int64(&arguments, payee_id);
	call_begin(&call, PAYMENT_SCOPES, "record_recovery");
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		payment_id = request_answer_int64(answer);
	else
	{
		payment_id = recover(&call, ref, amount_argument(PG_GETARG_DATUM(1)), bank_ref, payee_id);
		request_end_int64(request_id, payment_id);
	}
	call_end(&call);
	PG_RETURN_INT64(payment_id);
}
