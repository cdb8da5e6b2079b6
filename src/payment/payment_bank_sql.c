/*-------------------------------------------------------------------------
 *
 * payment_bank_sql.c
 *		Entry points: what the bank tells of payments, many at once.
 *
 *		ordered -> sent -> paid
 *		sent, paid -> failed			(the bank returns it, sometimes late)
 *		ordered -> cancelled
 *
 * Rows come as a JSON array of {payment_id or bank_ref, amount, on, reason}; each is
 * accepted or refused with its reason, and one that is refused keeps no other
 * from being accepted.  A row that says what is so already is accepted and
 * changes nothing, so a file loaded twice is loaded once.
 *
 * What failed or is cancelled is void: its entries are booked again with the
 * other sign, which opens its claims.
 *
 * Locking: where claims are opened, the books of the accounts first
 * (accounts_lock); then the rows of payment_state, in the order of their keys.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/jsonb.h"

#include "adjudicate/chunk.h"
#include "audit/audit.h"
#include "core/digest.h"
#include "core/errors.h"
#include "core/fixed.h"
#include "core/json.h"
#include "core/plan.h"
#include "core/request.h"
#include "core/result_set.h"
#include "payment/payment.h"
#include "payment/payment_order.h"

#define BANK_SCOPES (SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define BANK_ROWS_MAX 100000
#define REF_BYTES_MAX 200
#define REASON_BYTES_MAX 1000

PG_FUNCTION_INFO_V1(assure_payment_sent);
PG_FUNCTION_INFO_V1(assure_payment_paid);
PG_FUNCTION_INFO_V1(assure_payment_failed);
PG_FUNCTION_INFO_V1(assure_cancel_payment);

/* A change of state: where it leads, and from which states. */
typedef struct Transition
{
	const char *function;
	const char *to_state;
	const char *from_states[3]; /* NULL ends */
	bool		is_void;		/* the payment's entries are undone */
	bool		is_final;		/* nobody waits for it any more */
	bool		leaves;			/* the money leaves: what is not owed any more may not */
} Transition;

static const Transition sent = {"payment_sent", "sent", {"ordered"}, false, false, true};
static const Transition paid = {"payment_paid", "paid", {"sent"}, false, true, false};
static const Transition failed = {"payment_failed", "failed", {"sent", "paid"}, true, true, false};
static const Transition cancelled = {"cancel_payment", "cancelled", {"ordered"}, true, true, false};

/* One row, as it came and what became of it. */
typedef struct BankRow
{
	int64		payment_id;		/* as told, then as found; 0: not told, or not found */
	char	   *bank_ref;		/* NULL: not told */
	bool		has_amount;
	int64		amount_fen;
	bool		has_value_on;
	DateADT		value_on;
	char	   *reason;			/* NULL: not told */

	int64		account_id;
	char	   *state;			/* of its payment, after it; NULL: not found */
	char	   *known_bank_ref; /* NULL: none yet */
	bool		is_outdated;	/* its payment is to leave and pays too much by now */
	bool		changes;		/* this row brings its payment into the new state */
	bool		is_repeated;	/* it was in that state already */
	bool		adds_bank_ref;
	char	   *refusal;		/* NULL: accepted */
} BankRow;

/*
 * row_read reads one row; what is wrong with it is its refusal.
 */
static void
row_read(JsonbValue *value, const Transition *transition, BankRow *row)
{
	static const char *const keys[] = {"payment_id", "bank_ref", "amount", "on", "reason", NULL};
	DocReader	reader;
	DocNode		root;
	DocNode		node;

	doc_open(&reader, &root, JsonbValueToJsonb(value), "payment", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		if (doc_member(&root, "payment_id", &node))
			row->payment_id = doc_integer(&node, 1, PG_INT64_MAX);
		if (doc_member(&root, "bank_ref", &node))
			row->bank_ref = doc_text(&node, REF_BYTES_MAX);
		row->has_amount = doc_member(&root, "amount", &node);
		if (row->has_amount)
			row->amount_fen = doc_signed_amount(&node);
		row->has_value_on = doc_member(&root, "on", &node);
		if (row->has_value_on)
			row->value_on = doc_date(&node);
		if (doc_member(&root, "reason", &node))
			row->reason = doc_text(&node, REASON_BYTES_MAX);
		if (row->payment_id == 0 && row->bank_ref == NULL)
			doc_fail_invalid(&root, "names neither payment_id nor bank_ref");
		else if (transition->is_void && row->reason == NULL)
			doc_fail_invalid(&root, "has no reason");
	}
	if (reader.failed)
		row->refusal = reader.path != NULL && reader.path[0] != '\0' ? psprintf("%s: %s", reader.path, reader.message) : reader.message;
}

/*
 * rows_read reads all rows of the document.
 */
static int
rows_read(Jsonb *document, const Transition *transition, BankRow **rows)
{
	int			count = JB_ROOT_IS_ARRAY(document) && !JB_ROOT_IS_SCALAR(document) ? (int) JB_ROOT_COUNT(document) : -1;

	if (count < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("payments is not a list"),
				 errhint("It is a JSON array of objects, a payment each.")));
	if (count > BANK_ROWS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("payments has %d rows, more than %d", count, BANK_ROWS_MAX),
				 errhint("Divide the file.")));
	*rows = palloc0(mul_size(sizeof(BankRow), Max(count, 1)));
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		row_read(getIthJsonbValueFromContainer(&document->root, i), transition, &(*rows)[i]);
	}
	return count;
}

/*
 * row_find gives a row what was found for it: the payment with its amount, and
 * the payment that has the bank's number.
 */
static void
row_find(BankRow *row, int64 account_id, int64 payment_id, int64 amount_fen, int64 of_bank_ref)
{
	char		told[FIXED_PRINT_BYTES];
	char		ordered[FIXED_PRINT_BYTES];

	if (account_id == 0)
	{
		row->refusal = row->bank_ref == NULL || row->payment_id != 0 ?
			psprintf("payment " INT64_FORMAT " does not exist", row->payment_id) :
			psprintf("no payment has bank_ref \"%s\"", row->bank_ref);
		return;
	}
	if (of_bank_ref != 0 && row->payment_id != 0 && of_bank_ref != row->payment_id)
		row->refusal = psprintf("bank_ref \"%s\" is that of payment " INT64_FORMAT, row->bank_ref, of_bank_ref);
	else if (row->has_amount && row->amount_fen != amount_fen)
		row->refusal = psprintf("payment " INT64_FORMAT " is of %s, not %s", payment_id,
								fixed_print_fen(amount_fen, ordered), fixed_print_fen(row->amount_fen, told));
	row->account_id = account_id;
	row->payment_id = payment_id;
}

/*
 * rows_find finds the payment of each row: by its own number, else by the
 * bank's.  A number of the bank that is new belongs to the first row that has it
 * together with a payment.
 */
static void
rows_find(BankRow *rows, int count)
{
	static SqlPlan find = {
		"SELECT coalesce(p.account_id, 0), coalesce(p.payment_id, 0), coalesce(p.amount_fen, 0), CASE WHEN u.bank_ref IS NULL THEN 0 "
		"  ELSE coalesce(b.payment_id, first_value(p.payment_id) OVER (PARTITION BY u.bank_ref ORDER BY p.payment_id IS NULL, u.n), 0) END "
		"FROM unnest($1, $2) WITH ORDINALITY AS u (payment_id, bank_ref, n) "
		"LEFT JOIN assure.payment_bank_ref b ON b.bank_ref = u.bank_ref "
		"LEFT JOIN assure.payment p ON p.payment_id = coalesce(u.payment_id, b.payment_id) "
		"ORDER BY u.n", {INT8ARRAYOID, TEXTARRAYOID}
	};
	Column		columns[2];
	Datum		values[2];

	column_start(&columns[0], INT8OID);
	column_start(&columns[1], TEXTOID);
	for (int i = 0; i < count; i++)
	{
		column_add_key(&columns[0], rows[i].payment_id);
		column_add_text(&columns[1], rows[i].refusal == NULL ? rows[i].bank_ref : NULL);
	}
	values[0] = column_array(&columns[0]);
	values[1] = column_array(&columns[1]);
	plan_run(&find, values, NULL);
	for (int i = 0; i < count; i++)
		if (rows[i].refusal == NULL)
			row_find(&rows[i], plan_int64(i, 1, 0), plan_int64(i, 2, 0), plan_int64(i, 3, 0), plan_int64(i, 4, 0));
}

/*
 * compare_rows orders rows by payment, those of one payment as they came.
 */
static int
compare_rows(const void *a, const void *b)
{
	const BankRow *x = *(BankRow *const *) a;
	const BankRow *y = *(BankRow *const *) b;

	if (x->account_id != y->account_id)
		return x->account_id < y->account_id ? -1 : 1;
	if (x->payment_id != y->payment_id)
		return x->payment_id < y->payment_id ? -1 : 1;
	return x < y ? -1 : x > y;
}

/*
 * rows_lock locks the payments of the rows, and returns the rows that have one in
 * the order of the payments, each with its payment's state.
 */
static int
rows_lock(BankRow *rows, int count, const Transition *transition, BankRow ***found)
{
	static SqlPlan lock = {
		"SELECT p.account_id, p.payment_id, p.state, p.bank_ref, $3 AND p.state = 'ordered' AND " IS_OUTDATED " FROM assure.payment_state p "
		"JOIN (SELECT DISTINCT * FROM unnest($1, $2)) AS u (account_id, payment_id) USING (account_id, payment_id) "
		"ORDER BY p.account_id, p.payment_id FOR NO KEY UPDATE OF p", {INT8ARRAYOID, INT8ARRAYOID, BOOLOID}
	};
	Column		columns[2];
	Datum		values[3];
	ClaimKey   *keys = palloc0(mul_size(sizeof(ClaimKey), Max(count, 1)));
	int			found_count = 0;
	int			locked;

	*found = palloc(mul_size(sizeof(BankRow *), Max(count, 1)));
	column_start(&columns[0], INT8OID);
	column_start(&columns[1], INT8OID);
	for (int i = 0; i < count; i++)
		if (rows[i].refusal == NULL)
		{
			keys[found_count].account_id = rows[i].account_id;
			(*found)[found_count++] = &rows[i];
			column_add_int64(&columns[0], rows[i].account_id);
			column_add_int64(&columns[1], rows[i].payment_id);
		}
	if (transition->is_void)
		accounts_lock(keys, found_count);
	qsort(*found, found_count, sizeof(BankRow *), compare_rows);
	values[0] = column_array(&columns[0]);
	values[1] = column_array(&columns[1]);
	values[2] = BoolGetDatum(transition->leaves);
	locked = (int) plan_run(&lock, values, NULL);
	for (int i = 0, at = 0; i < found_count; i++)
	{
		BankRow    *row = (*found)[i];

		while (at < locked && plan_int64(at, 2, 0) != row->payment_id)
			at++;
		if (at == locked)
			ereport(ERROR,
					(errcode(ERRCODE_ASSURE_IDENTITY), errmsg("payment " INT64_FORMAT " has no state", row->payment_id)));
		row->state = plan_text(at, 3);
		row->known_bank_ref = plan_text(at, 4);
		row->is_outdated = plan_bool(at, 5);
	}
	return found_count;
}

/*
 * row_judge decides whether a row changes its payment, which is in the row's
 * state.
 */
static void
row_judge(BankRow *row, const Transition *transition)
{
	bool		allowed = false;

	if (row->bank_ref != NULL && row->known_bank_ref != NULL && strcmp(row->bank_ref, row->known_bank_ref) != 0)
	{
		row->refusal = psprintf("payment " INT64_FORMAT " has bank_ref \"%s\"", row->payment_id, row->known_bank_ref);
		return;
	}
	row->is_repeated = strcmp(row->state, transition->to_state) == 0;
	if (!row->is_repeated)
	{
		for (int i = 0; transition->from_states[i] != NULL; i++)
			allowed = allowed || strcmp(row->state, transition->from_states[i]) == 0;
		if (!allowed)
		{
			row->refusal = psprintf("payment " INT64_FORMAT " is %s", row->payment_id, row->state);
			return;
		}
		if (row->is_outdated)
		{
			row->refusal = psprintf("payment " INT64_FORMAT " pays more than is owed by now", row->payment_id);
			return;
		}
		row->changes = true;
		row->state = pstrdup(transition->to_state);
	}
	row->adds_bank_ref = row->bank_ref != NULL && row->known_bank_ref == NULL;
	if (row->adds_bank_ref)
		row->known_bank_ref = row->bank_ref;
}

/*
 * rows_judge judges the rows in the order of their payments; of several rows of
 * one, each meets what the one before it left.
 */
static void
rows_judge(BankRow **found, int count, const Transition *transition)
{
	for (int i = 0; i < count; i++)
	{
		if (i > 0 && found[i - 1]->payment_id == found[i]->payment_id)
		{
			found[i]->state = found[i - 1]->state;
			found[i]->known_bank_ref = found[i - 1]->known_bank_ref;
		}
		row_judge(found[i], transition);
	}
}

/* The payments that the rows touch, in columns. */
typedef struct Touched
{
	Column		columns[5];		/* account, payment, bank's date, reason, bank's number if it is new */
	Column		changed[2];		/* account, payment: those that come into the new state */
} Touched;

/*
 * touched_add adds a payment by the rows that speak of it.
 */
static void
touched_add(Touched *touched, BankRow **rows, int count)
{
	const BankRow *change = NULL;
	const char *bank_ref = NULL;

	for (int i = 0; i < count; i++)
	{
		if (rows[i]->changes)
			change = rows[i];
		if (rows[i]->adds_bank_ref)
			bank_ref = rows[i]->bank_ref;
	}
	if (change == NULL && bank_ref == NULL)
		return;
	column_add_int64(&touched->columns[0], rows[0]->account_id);
	column_add_int64(&touched->columns[1], rows[0]->payment_id);
	if (change != NULL && change->has_value_on)
		column_add(&touched->columns[2], DateADTGetDatum(change->value_on));
	else
		column_add_null(&touched->columns[2]);
	column_add_text(&touched->columns[3], change != NULL ? change->reason : NULL);
	column_add_text(&touched->columns[4], bank_ref);
	if (change == NULL)
		return;
	column_add_int64(&touched->changed[0], change->account_id);
	column_add_int64(&touched->changed[1], change->payment_id);
}

/*
 * touched_collect goes through the rows, payment by payment.
 */
static void
touched_collect(Touched *touched, BankRow **found, int count)
{
	static const Oid types[5] = {INT8OID, INT8OID, DATEOID, TEXTOID, TEXTOID};
	int			next;

	for (int i = 0; i < 5; i++)
		column_start(&touched->columns[i], types[i]);
	for (int i = 0; i < 2; i++)
		column_start(&touched->changed[i], INT8OID);
	for (int from = 0; from < count; from = next)
	{
		for (next = from + 1; next < count && found[next]->payment_id == found[from]->payment_id; next++)
			;
		touched_add(touched, &found[from], next - from);
	}
}

/*
 * write_void books the entries of the payments again with the other sign, and
 * sees to what is open then.
 */
static void
write_void(const Datum *values)
{
	static SqlPlan insert = {
		"INSERT INTO assure.payment_entry (account_id, payment_id, claim_id, amount_fen, is_void) "
		"SELECT e.account_id, e.payment_id, e.claim_id, -e.amount_fen, true FROM unnest($1, $2) AS u (account_id, payment_id) "
		"JOIN assure.payment_entry e ON e.account_id = u.account_id AND e.payment_id = u.payment_id "
		"WHERE NOT e.is_void ORDER BY e.account_id, e.entry_id RETURNING account_id, claim_id", {INT8ARRAYOID, INT8ARRAYOID}
	};
	int			rows = (int) plan_run(&insert, values, NULL);
	ClaimKey   *keys = palloc(mul_size(sizeof(ClaimKey), Max(rows, 1)));

	for (int i = 0; i < rows; i++)
		keys[i] = (ClaimKey) {plan_int64(i, 1, 0), plan_int64(i, 2, 0)};
	payments_due_again(keys, rows);
}

/*
 * rows_write brings the payments into the new state, and notes which in one
 * audit row.  One update a payment: a file touches whole pages of them, which
 * have room for that.
 */
static void
rows_write(Call *call, BankRow **found, int count, const Transition *transition)
{
	static SqlPlan update = {
		"UPDATE assure.payment_state s SET state = $6, bank_ref = coalesce(u.bank_ref, s.bank_ref), "
		"  state_since = CASE WHEN s.state = $6 THEN s.state_since ELSE now() END, "
		"  value_on = CASE WHEN s.state = $6 THEN s.value_on ELSE u.value_on END, "
		"  reason = CASE WHEN s.state = $6 THEN s.reason ELSE u.reason END "
		"FROM unnest($1, $2, $3, $4, $5) AS u (account_id, payment_id, value_on, reason, bank_ref) "
		"WHERE s.account_id = u.account_id AND s.payment_id = u.payment_id",
		{INT8ARRAYOID, INT8ARRAYOID, DATEARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTOID}
	};
	static SqlPlan finish = {
		"DELETE FROM assure_internal.payment_unfinished f USING unnest($1, $2) AS u (account_id, payment_id) "
		"WHERE f.account_id = u.account_id AND f.payment_id = u.payment_id", {INT8ARRAYOID, INT8ARRAYOID}
	};
	static SqlPlan list = {"SELECT jsonb_build_object('payments', to_jsonb($1))::text", {INT8ARRAYOID}};
	Touched		touched;
	AuditRow	row = {0};
	Datum		values[6];
	Datum		changed[2];

	touched_collect(&touched, found, count);
	row.row_count = touched.columns[0].count;
	if (row.row_count == 0)
		return;
	for (int i = 0; i < 5; i++)
		values[i] = column_array(&touched.columns[i]);
	values[5] = CStringGetTextDatum(transition->to_state);
	if (plan_run(&update, values, NULL) != (uint64) row.row_count)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_IDENTITY), errmsg("%d payments were to change and " UINT64_FORMAT " did", row.row_count, SPI_processed)));
	plan_run(&list, &values[1], NULL);
	row.detail = plan_text(0, 1);
	bank_refs_write(values[0], values[1], values[4]);
	for (int i = 0; i < 2; i++)
		changed[i] = column_array(&touched.changed[i]);
	if (transition->is_final)
		plan_run(&finish, changed, NULL);
	if (transition->is_void)
		write_void(changed);
	audit_write(call, &row);
}

/*
 * rows_apply does all that a file asks for, as far as it can be done.
 */
static void
rows_apply(Call *call, BankRow *rows, int count, const Transition *transition)
{
	BankRow   **found;
	int			found_count;

	rows_find(rows, count);
	found_count = rows_lock(rows, count, transition, &found);
	rows_judge(found, found_count, transition);
	rows_write(call, found, found_count, transition);
}

/*
 * cancel_found cancels the payments, which are ordered, that a query finds.
 */
static void
cancel_found(Call *call, SqlPlan *find, Datum *values, const char *reason)
{
	int			row_count = (int) plan_run(find, values, NULL);
	BankRow    *rows;

	if (row_count == 0)
		return;
	rows = palloc0(mul_size(sizeof(BankRow), row_count));
	for (int i = 0; i < row_count; i++)
	{
		rows[i].payment_id = plan_int64(i, 1, 0);
		rows[i].reason = pstrdup(reason);
	}
	rows_apply(call, rows, row_count, &cancelled);
}

#define FIND_ORDERED \
	"SELECT p.payment_id FROM assure_internal.payment_unfinished f JOIN assure.payment_state s USING (account_id, payment_id) " \
	"JOIN assure.payment p USING (account_id, payment_id) WHERE s.state = 'ordered' AND "

/*
 * payments_cancel_outdated cancels what is ordered of the accounts and pays for a
 * claim more than it is owed by now: what remains is ordered anew.
 */
void
payments_cancel_outdated(Call *call, const int64 *account_ids, int count)
{
	static SqlPlan find = {FIND_ORDERED "f.account_id = ANY ($1) AND " IS_OUTDATED " ORDER BY p.account_id, p.payment_id", {INT8ARRAYOID}};
	Datum		value = array_of_int64(account_ids, count);

	cancel_found(call, &find, &value, "a claim is owed less by now");
}

/*
 * payments_cancel_payee cancels what is ordered to a payee who has changed.
 */
void
payments_cancel_payee(Call *call, int64 account_id, int64 payee_id)
{
	static SqlPlan find = {FIND_ORDERED "f.account_id = $1 AND p.payee_id = $2 ORDER BY p.payment_id", {INT8OID, INT8OID}};
	Datum		values[2] = {Int64GetDatum(account_id), Int64GetDatum(payee_id)};

	cancel_found(call, &find, values, "the payee has changed");
}

/*
 * payments_cancel_claim cancels what is ordered for a claim to anybody but the
 * payee who is paid for it from now on.
 */
void
payments_cancel_claim(Call *call, ClaimKey key, int64 payee_id)
{
	static SqlPlan find = {
		FIND_ORDERED "f.account_id = $1 AND p.payee_id <> $3 AND EXISTS (SELECT FROM assure.payment_entry e WHERE e.account_id = p.account_id "
		"AND e.payment_id = p.payment_id AND e.claim_id = $2 AND e.amount_fen > 0) ORDER BY p.payment_id", {INT8OID, INT8OID, INT8OID}
	};
	Datum		values[3] = {Int64GetDatum(key.account_id), Int64GetDatum(key.claim_id), Int64GetDatum(payee_id)};

	cancel_found(call, &find, values, "another payee was chosen");
}

/*
 * answer_params makes the array parameters of the answer: a row for each that
 * came.
 */
static void
answer_params(const BankRow *rows, int count, Datum *values)
{
	Column		columns[5];

	column_start(&columns[0], INT8OID);
	column_start(&columns[1], BOOLOID);
	column_start(&columns[2], TEXTOID);
	column_start(&columns[3], TEXTOID);
	column_start(&columns[4], BOOLOID);
	for (int i = 0; i < count; i++)
	{
		column_add_key(&columns[0], rows[i].payment_id);
		column_add(&columns[1], BoolGetDatum(rows[i].refusal == NULL));
		column_add_text(&columns[2], rows[i].state);
		column_add_text(&columns[3], rows[i].refusal);
		column_add(&columns[4], BoolGetDatum(rows[i].refusal == NULL && rows[i].is_repeated));
	}
	for (int i = 0; i < 5; i++)
		values[i] = column_array(&columns[i]);
}

#define ANSWER_COLUMNS \
	"SELECT n::int4 AS row_no, u.payment_id, u.accepted, u.state, u.refusal, u.repeated " \
	"FROM unnest($1, $2, $3, $4, $5) WITH ORDINALITY AS u (payment_id, accepted, state, refusal, repeated, n) ORDER BY n"

/*
 * bank_tells is what the three calls do.
 */
static Datum
bank_tells(FunctionCallInfo fcinfo, const Transition *transition)
{
	static SqlPlan answer = {ANSWER_COLUMNS, {INT8ARRAYOID, BOOLARRAYOID, TEXTARRAYOID, TEXTARRAYOID, BOOLARRAYOID}};
	static SqlPlan keep = {
		"SELECT coalesce(jsonb_agg(to_jsonb(a) ORDER BY row_no), '[]') FROM (" ANSWER_COLUMNS ") a", {INT8ARRAYOID, BOOLARRAYOID, TEXTARRAYOID, TEXTARRAYOID, BOOLARRAYOID}
	};
	static SqlPlan again = {
		"SELECT * FROM jsonb_to_recordset($1) AS a (row_no int4, payment_id int8, accepted bool, state text, refusal text, repeated bool) ORDER BY 1", {JSONBOID}
	};
	char	   *request_id = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	Jsonb	   *document;
	StringInfoData arguments;
	Call		call;
	Jsonb	   *first;
	Datum		values[5];

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("payments must not be NULL")));
	document = PG_GETARG_JSONB_P(0);
	result_set_open(fcinfo);
	call_begin(&call, BANK_SCOPES, transition->function);
	initStringInfo(&arguments);
	if (request_id != NULL)
		digest_text(&arguments, JsonbToCString(NULL, &document->root, VARSIZE(document)));
	first = request_begin(&call, request_id, &arguments);
	if (first != NULL)
	{
		values[0] = JsonbPGetDatum(first);
		result_set_fill(fcinfo, &again, values, NULL);
	}
	else
	{
		BankRow    *rows;
		int			count = rows_read(document, transition, &rows);
		bool		isnull;

		rows_apply(&call, rows, count, transition);
		answer_params(rows, count, values);
		if (request_id != NULL)
		{
			plan_run(&keep, values, NULL);
			request_end(request_id, DatumGetJsonbP(plan_datum(0, 1, &isnull)));
		}
		result_set_fill(fcinfo, &answer, values, NULL);
	}
	call_end(&call);
	return (Datum) 0;
}

/*
 * assure_payment_sent notes payments that were handed to the bank.
 */
PGDLLEXPORT Datum
assure_payment_sent(PG_FUNCTION_ARGS)
{
	return bank_tells(fcinfo, &sent);
}

/*
 * assure_payment_paid notes payments that the bank has made.
 */
PGDLLEXPORT Datum
assure_payment_paid(PG_FUNCTION_ARGS)
{
	return bank_tells(fcinfo, &paid);
}

/*
 * assure_payment_failed notes payments that the bank returned.
 */
PGDLLEXPORT Datum
assure_payment_failed(PG_FUNCTION_ARGS)
{
	return bank_tells(fcinfo, &failed);
}

/*
 * assure_cancel_payment takes back a payment that was not handed to the bank; a
 * second time it changes nothing.
 */
PGDLLEXPORT Datum
assure_cancel_payment(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	BankRow		row = {0};
	StringInfoData arguments;
	Call		call;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("payment_id and reason must not be NULL")));
	row.payment_id = PG_GETARG_INT64(0);
	row.reason = text_to_cstring(PG_GETARG_TEXT_PP(1));
	initStringInfo(&arguments);
	digest_int64(&arguments, row.payment_id);
	digest_text(&arguments, row.reason);
	call_begin(&call, BANK_SCOPES, cancelled.function);
	if (request_begin(&call, request_id, &arguments) == NULL)
	{
		rows_apply(&call, &row, 1, &cancelled);
		if (row.refusal != NULL)
			ereport(ERROR,
					(errcode(row.state == NULL ? ERRCODE_NO_DATA_FOUND : ERRCODE_ASSURE_WRONG_STATE), errmsg("%s", row.refusal),
					 errhint("Only a payment that is ordered and not sent can be cancelled.")));
		request_end_int64(request_id, PG_GETARG_INT64(0));
	}
	call_end(&call);
	PG_RETURN_VOID();
}
