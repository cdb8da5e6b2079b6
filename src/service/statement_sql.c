/*-------------------------------------------------------------------------
 *
 * statement_sql.c
 *		Entry points: a supplier's statement is loaded, reconciled, settled or
 *		withdrawn.
 *
 * A row that cannot be read is kept and marked; the same row again under its
 * number changes nothing, another one under it is refused.  A statement is
 * settled when all its rows are matched and nothing is missing, and what is
 * settled has a key by order, so that no two statements can settle one service.
 *
 * Locking: the statement; to settle, then its supplier, so that of two statements
 * of a supplier the second sees what the first has settled; then its orders in the
 * order of their keys, so that none is cancelled meanwhile.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "audit/audit.h"
#include "core/document_call.h"
#include "core/errors.h"
#include "core/request.h"
#include "service/service_document.h"
#include "service/statement.h"

PG_FUNCTION_INFO_V1(assure_load_statement);
PG_FUNCTION_INFO_V1(assure_reconcile_statement);
PG_FUNCTION_INFO_V1(assure_settle_statement);
PG_FUNCTION_INFO_V1(assure_withdraw_statement);

#define STATEMENT_SCOPES (SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define ROWS_MAX		100000
#define ROW_BYTES_MAX	4000

/*
 * statement_lock locks a statement that is to be open, and returns its key.
 */
static int64
statement_lock(const char *ref, const char *function)
{
	static SqlPlan lock = {"SELECT statement_id, state FROM assure.service_statement WHERE ref = $1 FOR NO KEY UPDATE", {TEXTOID}};
	Datum		value = CStringGetTextDatum(ref);

	if (plan_run(&lock, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("statement \"%s\" does not exist", ref),
				 errhint("Statements are loaded with assure.load_statement().")));
	if (strcmp(plan_text(0, 2), "open") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE), errmsg("statement \"%s\" is %s", ref, plan_text(0, 2)),
				 errdetail("Nothing may follow."), errhint("assure.%s() takes a statement that is open.", function)));
	return plan_int64(0, 1, 0);
}

/* ----- load ----- */

/*
 * statement_put makes the statement, or finds it the same and open.
 */
static int64
statement_put(Call *call, Jsonb *document)
{
	static const char *const keys[] = {"ref", "supplier", "from", "to", NULL};
	static SqlPlan find_supplier = {"SELECT supplier_id FROM assure.supplier WHERE code = $1", {TEXTOID}};
	static SqlPlan insert = {
		"INSERT INTO assure.service_statement (ref, supplier_id, period_from, period_to, loaded_by) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (ref) DO NOTHING",
		{TEXTOID, INT8OID, DATEOID, DATEOID, TEXTOID}
	};
	static SqlPlan same = {
		"SELECT supplier_id = $2 AND period_from = $3 AND period_to = $4 FROM assure.service_statement WHERE ref = $1", {TEXTOID, INT8OID, DATEOID, DATEOID}
	};
	char	   *ref = NULL;
	char	   *supplier = NULL;
	DateADT		from = 0;
	DateADT		to = 0;
	DocReader	reader;
	DocNode		root;
	DocNode		node;
	Datum		values[5];

	doc_open(&reader, &root, document, "statement", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		ref = member_text(&root, "ref");
		supplier = member_text(&root, "supplier");
		from = member_date(&root, "from");
		to = member_date(&root, "to");
		if (to < from && doc_member(&root, "to", &node))
			doc_fail_invalid(&node, "is before from");
	}
	doc_report(&reader, NULL);
	values[0] = CStringGetTextDatum(ref);
	values[1] = Int64GetDatum(find_key(&find_supplier, "supplier", supplier, "Suppliers are entered with assure.put_supplier()."));
	values[2] = DateADTGetDatum(from);
	values[3] = DateADTGetDatum(to);
	values[4] = CStringGetTextDatum(call->session_role);
	plan_run(&insert, values, NULL);
	if (plan_run(&same, values, NULL) == 0 || !plan_bool(0, 1))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_REF_CONFLICT),
				 errmsg("ref: statement \"%s\" was loaded before for another supplier or period", ref),
				 errhint("Use the statement's own number; a corrected one has a new one.")));
	return statement_lock(ref, "load_statement");
}

typedef struct RowColumns
{
	Column		row_no;
	Column		source;
	Column		order_ref;
	Column		service_code;
	Column		served_on;
	Column		amount_fen;
	Column		problem;
} RowColumns;

/*
 * row_add reads a row of its own; what is wrong with it is its problem.
 */
static void
row_add(RowColumns *columns, const DocNode *node, int position)
{
	static const char *const keys[] = {"row_no", "order", "service", "served_on", "amount", NULL};
	DocReader	reader = *node->reader;
	DocNode		root = *node;
	DocNode		member;
	Jsonb	   *source = JsonbValueToJsonb(&root.value);
	char	   *order = NULL;
	char	   *service = NULL;
	DateADT		served_on = DATEVAL_NOEND;
	int64		row_no = position;
	int64		amount_fen = 0;

	if (VARSIZE(source) > ROW_BYTES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("rows[%d]: %d bytes, at most %d are allowed", position - 1, (int) VARSIZE(source), ROW_BYTES_MAX)));
	root.reader = &reader;
	root.parent = NULL;
	if (root.value.type == jbvBinary && doc_member(&root, "row_no", &member))
		row_no = doc_integer(&member, 1, PG_INT32_MAX);
	if (reader.failed)
		row_no = position;
	else if (doc_object(&root, keys))
	{
		order = member_text(&root, "order");
		service = member_text_or_null(&root, "service", CODE_BYTES_MAX);
		if (doc_member(&root, "served_on", &member) && member.value.type != jbvNull)
			served_on = doc_date(&member);
		amount_fen = doc_require(&root, "amount", &member) ? doc_amount(&member) : 0;
	}
	column_add_int64(&columns->row_no, row_no);
	column_add(&columns->source, JsonbPGetDatum(source));
	column_add_text(&columns->order_ref, reader.failed ? NULL : order);
	column_add_text(&columns->service_code, reader.failed ? NULL : service);
	if (reader.failed || served_on == DATEVAL_NOEND)
		column_add_null(&columns->served_on);
	else
		column_add(&columns->served_on, DateADTGetDatum(served_on));
	if (reader.failed)
		column_add_null(&columns->amount_fen);
	else
		column_add_int64(&columns->amount_fen, amount_fen);
	column_add_text(&columns->problem, reader.failed ? psprintf("%s%s%s", reader.path, reader.path[0] ? ": " : "", reader.message) : NULL);
}

/*
 * rows_write writes the rows that are new, and returns their number.
 */
static int
rows_write(const char *ref, int64 statement_id, const RowColumns *columns)
{
	static SqlPlan insert = {
		"INSERT INTO assure.service_statement_row (statement_id, row_no, source, order_ref, service_code, served_on, amount_fen, problem) "
		"SELECT $1, u.* FROM unnest($2, $3, $4, $5, $6, $7, $8) u ON CONFLICT (statement_id, row_no) DO NOTHING",
		{INT8OID, INT8ARRAYOID, JSONBARRAYOID, TEXTARRAYOID, TEXTARRAYOID, DATEARRAYOID, INT8ARRAYOID, TEXTARRAYOID}
	};
	static SqlPlan differ = {
		"SELECT min(r.row_no) FROM unnest($2, $3) u (row_no, source) JOIN assure.service_statement_row r "
		"ON r.statement_id = $1 AND r.row_no = u.row_no WHERE r.source <> u.source", {INT8OID, INT8ARRAYOID, JSONBARRAYOID}
	};
	const Column *all[] = {&columns->row_no, &columns->source, &columns->order_ref, &columns->service_code, &columns->served_on, &columns->amount_fen, &columns->problem};
	Datum		values[8];
	int			written;
	int32		row_no;

	values[0] = Int64GetDatum(statement_id);
	for (int i = 0; i < (int) lengthof(all); i++)
		values[i + 1] = column_array(all[i]);
	written = (int) plan_run(&insert, values, NULL);
	plan_run(&differ, values, NULL);
	row_no = plan_int32(0, 1, 0);
	if (row_no != 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_REF_CONFLICT),
				 errmsg("rows: row_no %d of statement \"%s\" was loaded before, or stands there twice, with other values", row_no, ref),
				 errhint("Withdraw the statement and load the corrected one under a new ref; give row_no where it is loaded in parts.")));
	return written;
}

/*
 * statement_load loads rows of a statement, and returns how many are new.
 */
static int64
statement_load(Call *call, Jsonb *document, Jsonb *rows)
{
	static SqlPlan touch = {"UPDATE assure.service_statement SET reconciled_at = NULL WHERE statement_id = $1 RETURNING ref", {INT8OID}};
	AuditRow	audit = {0};
	RowColumns	columns;
	DocReader	reader;
	DocNode		root;
	DocNode		node;
	int64		statement_id;
	int			count;
	Datum		value;

	doc_open(&reader, &root, rows, "rows", ERRCODE_INVALID_PARAMETER_VALUE);
	count = doc_list(&root, 0, ROWS_MAX);
	doc_report(&reader, NULL);
	statement_id = statement_put(call, document);
	column_start(&columns.row_no, INT8OID);
	column_start(&columns.source, JSONBOID);
	column_start(&columns.order_ref, TEXTOID);
	column_start(&columns.service_code, TEXTOID);
	column_start(&columns.served_on, DATEOID);
	column_start(&columns.amount_fen, INT8OID);
	column_start(&columns.problem, TEXTOID);
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		doc_element(&root, i, &node);
		row_add(&columns, &node, i + 1);
	}
	value = Int64GetDatum(statement_id);
	plan_run(&touch, &value, NULL);
	audit.row_count = rows_write(plan_text(0, 1), statement_id, &columns);
	audit.subject = psprintf("statement " INT64_FORMAT, statement_id);
	audit_write(call, &audit);
	return audit.row_count;
}

/*
 * assure_load_statement loads rows of a supplier's statement.
 */
PGDLLEXPORT Datum
assure_load_statement(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	Jsonb	   *document;
	Jsonb	   *rows;
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;
	int64		count;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("statement and rows must not be NULL")));
	document = PG_GETARG_JSONB_P(0);
	rows = PG_GETARG_JSONB_P(1);
	initStringInfo(&arguments);
	if (request_id != NULL)
	{
		digest_text(&arguments, JsonbToCString(NULL, &document->root, VARSIZE(document)));
		digest_text(&arguments, JsonbToCString(NULL, &rows->root, VARSIZE(rows)));
	}
	call_begin(&call, STATEMENT_SCOPES, "load_statement");
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		count = request_answer_int64(answer);
	else
	{
		count = statement_load(&call, document, rows);
		request_end_int64(request_id, count);
	}
	call_end(&call);
	PG_RETURN_INT32((int32) count);
}

/* ----- what becomes of it ----- */

/* What is done with a statement by its reference; the answer is kept for a retry. */
typedef int64 (*StatementWork) (Call *call, const char *ref, const char *reason);

/*
 * statement_call runs such a call: the reference, maybe a reason, a request_id.
 */
static int64
statement_call(FunctionCallInfo fcinfo, const char *function, bool has_reason, StatementWork work)
{
	int			request_argument = has_reason ? 2 : 1;
	char	   *request_id = PG_ARGISNULL(request_argument) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(request_argument));
	char	   *ref;
	char	   *reason = NULL;
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;
	int64		result;

	if (PG_ARGISNULL(0) || (has_reason && PG_ARGISNULL(1)))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", has_reason ? "ref and reason" : "ref")));
	ref = text_to_cstring(PG_GETARG_TEXT_PP(0));
	if (has_reason)
		reason = text_to_cstring(PG_GETARG_TEXT_PP(1));
	if (reason != NULL && (reason[0] == '\0' || strlen(reason) > WORDS_BYTES_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("reason has %zu bytes, not 1 to %d", strlen(reason), WORDS_BYTES_MAX)));
	initStringInfo(&arguments);
	digest_text(&arguments, ref);
	digest_text(&arguments, reason);
	call_begin(&call, STATEMENT_SCOPES, function);
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		result = request_answer_int64(answer);
	else
	{
		result = work(&call, ref, reason);
		request_end_int64(request_id, result);
	}
	call_end(&call);
	return result;
}

/*
 * reconcile matches an open statement anew.
 */
static int64
reconcile(Call *call, const char *ref, const char *reason)
{
	int64		statement_id = statement_lock(ref, "reconcile_statement");
	int64		open_count;

	call_allow_scans(call);
	open_count = statement_match(statement_id);
	audit_write_one(call, psprintf("statement " INT64_FORMAT, statement_id));
	return open_count;
}

/*
 * assure_reconcile_statement matches a statement row by row, and returns how many
 * rows and services are not matched.
 */
PGDLLEXPORT Datum
assure_reconcile_statement(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32((int32) statement_call(fcinfo, "reconcile_statement", false, reconcile));
}

/*
 * refuse_unclean says what is not matched.
 */
static void
refuse_unclean(const char *ref, int64 statement_id)
{
	static SqlPlan tell = {
		"SELECT string_agg(n || ' ' || verdict || ' (' || reason || ')', ', ' ORDER BY verdict, reason) FROM (SELECT verdict, reason, count(*) AS n "
		"  FROM assure.service_statement_match WHERE statement_id = $1 AND verdict <> 'matched' GROUP BY verdict, reason) m", {INT8OID}
	};
	Datum		value = Int64GetDatum(statement_id);

	plan_run(&tell, &value, NULL);
	ereport(ERROR,
			(errcode(ERRCODE_ASSURE_WRONG_STATE), errmsg("statement \"%s\" is not clean", ref),
			 errdetail("Not matched: %s.", plan_text(0, 1)),
			 errhint("assure.reconcile_statement() keeps which rows; correct orders or prices here, or withdraw the statement and load the supplier's corrected one.")));
}

/*
 * settle settles a clean statement, and returns its sum in fen.
 */
static int64
settle(Call *call, const char *ref, const char *reason)
{
	static SqlPlan lock_supplier = {
		"SELECT 1 FROM assure.supplier p WHERE p.supplier_id = (SELECT supplier_id FROM assure.service_statement WHERE statement_id = $1) FOR NO KEY UPDATE OF p", {INT8OID}
	};
	static SqlPlan lock_orders = {
		"SELECT 1 FROM assure.service_order o WHERE (o.account_id, o.order_id) IN (SELECT f.account_id, f.order_id FROM assure.service_statement_row r "
		"  JOIN assure.order_ref f ON f.ref = r.order_ref WHERE r.statement_id = $1) ORDER BY o.order_id FOR SHARE OF o", {INT8OID}
	};
	static SqlPlan insert = {
		"WITH i AS (INSERT INTO assure.service_settled (order_id, statement_id, row_no, amount_fen) "
		"  SELECT order_id, statement_id, row_no, agreed_fen FROM assure.service_statement_match WHERE statement_id = $1 "
		"  ORDER BY order_id RETURNING amount_fen) SELECT coalesce(sum(amount_fen), 0)::bigint, count(*)::int FROM i", {INT8OID}
	};
	static SqlPlan close = {
		"UPDATE assure.service_statement SET state = 'settled', closed_by = $2, closed_at = now() WHERE statement_id = $1", {INT8OID, TEXTOID}
	};
	AuditRow	audit = {0};
	int64		statement_id = statement_lock(ref, "settle_statement");
	int64		sum_fen;
	Datum		values[2];

	call_allow_scans(call);
	values[0] = Int64GetDatum(statement_id);
	values[1] = CStringGetTextDatum(call->session_role);
	plan_run(&lock_supplier, values, NULL);
	plan_run(&lock_orders, values, NULL);
	if (statement_match(statement_id) > 0)
		refuse_unclean(ref, statement_id);
	plan_run(&insert, values, NULL);
	sum_fen = plan_int64(0, 1, 0);
	audit.row_count = plan_int32(0, 2, 0);
	plan_run(&close, values, NULL);
	audit.subject = psprintf("statement " INT64_FORMAT, statement_id);
	audit_write(call, &audit);
	return sum_fen;
}

/*
 * assure_settle_statement settles a clean statement and returns its sum in yuan.
 */
PGDLLEXPORT Datum
assure_settle_statement(PG_FUNCTION_ARGS)
{
	int64		sum_fen = statement_call(fcinfo, "settle_statement", false, settle);

	return DirectFunctionCall3(numeric_in, CStringGetDatum(psprintf(INT64_FORMAT ".%02d", sum_fen / 100, (int) (sum_fen % 100))),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/*
 * withdraw closes a statement that is not to be settled.
 */
static int64
withdraw(Call *call, const char *ref, const char *reason)
{
	static SqlPlan close = {
		"UPDATE assure.service_statement SET state = 'withdrawn', closed_by = $2, closed_at = now(), reason = $3 WHERE statement_id = $1",
		{INT8OID, TEXTOID, TEXTOID}
	};
	int64		statement_id = statement_lock(ref, "withdraw_statement");
	Datum		values[3];

	values[0] = Int64GetDatum(statement_id);
	values[1] = CStringGetTextDatum(call->session_role);
	values[2] = CStringGetTextDatum(reason);
	plan_run(&close, values, NULL);
	audit_write_one(call, psprintf("statement " INT64_FORMAT, statement_id));
	return statement_id;
}

/*
 * assure_withdraw_statement closes a statement that is not to be settled.
 */
PGDLLEXPORT Datum
assure_withdraw_statement(PG_FUNCTION_ARGS)
{
	(void) statement_call(fcinfo, "withdraw_statement", true, withdraw);
	PG_RETURN_VOID();
}
