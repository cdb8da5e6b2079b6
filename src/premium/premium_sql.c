/*-------------------------------------------------------------------------
 *
 * premium_sql.c
 *		Entry points: premium is recorded, corrected by counter-entries, and spread
 *		over months.
 *
 * A single record is a list of one whose refusal is raised.  Nothing is locked:
 * entries are only added, and that one is undone once is a unique key.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/tuplestore.h"

#include "audit/audit.h"
#include "core/call.h"
#include "core/document_call.h"
#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"
#include "core/request.h"
#include "core/result_set.h"
#include "premium/premium_months.h"

PG_FUNCTION_INFO_V1(assure_spread_by_month);
PG_FUNCTION_INFO_V1(assure_record_premium);
PG_FUNCTION_INFO_V1(assure_record_premiums);
PG_FUNCTION_INFO_V1(assure_correct_premium);

#define PREMIUM_SCOPES	(SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define PREMIUM_ROWS_MAX 100000
#define TEXT_BYTES_MAX	200
#define NOTE_BYTES_MAX	2000

typedef struct PremiumRow
{
	char	   *policy;
	char	   *plan;			/* NULL: not told apart */
	const char *kind;
	DateADT		from;
	DateADT		to;
	int64		amount_fen;
	DateADT		booked_on;
	char	   *note;			/* NULL: none */
	int64		policy_id;		/* resolved */
	int64		plan_id;
	int64		entry_id;		/* of an accepted one */
	int			sqlstate;		/* 0: accepted */
	char	   *reason;
} PremiumRow;

/*
 * assure_spread_by_month spreads an amount over the months of a period.
 */
PGDLLEXPORT Datum
assure_spread_by_month(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *info = (ReturnSetInfo *) fcinfo->resultinfo;
	DateADT		from = PG_GETARG_DATEADT(1);
	DateADT		to = PG_GETARG_DATEADT(2);
	MonthShare	shares[PREMIUM_MONTHS_MAX];
	int			count;

	if (DATE_NOT_FINITE(from) || DATE_NOT_FINITE(to) || to < from || to - from >= PREMIUM_DAYS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the period is not of 1 to %d days", PREMIUM_DAYS_MAX)));
	if (PG_GETARG_INT64(0) == PG_INT64_MIN)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("total_fen is out of range")));
	InitMaterializedSRF(fcinfo, 0);
	count = premium_spread(PG_GETARG_INT64(0), from, to, shares);
	for (int i = 0; i < count; i++)
	{
		Datum		values[2] = {DateADTGetDatum(shares[i].month), Int64GetDatum(shares[i].amount_fen)};
		bool		nulls[2] = {false, false};

		tuplestore_putvalues(info->setResult, info->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * row_refuse refuses a row; the first reason counts.
 */
static void
row_refuse(PremiumRow *row, int sqlstate, char *reason)
{
	if (row->sqlstate != 0)
		return;
	row->sqlstate = sqlstate;
	row->reason = reason;
}

/*
 * optional_text reads a text member that may be absent.
 */
static char *
optional_text(DocNode *root, const char *key, int bytes_max)
{
	DocNode		node;

	return doc_member(root, key, &node) ? doc_text(&node, bytes_max) : NULL;
}

/*
 * required_date reads a date member.
 */
static DateADT
required_date(DocNode *root, const char *key)
{
	DocNode		node;

	return doc_require(root, key, &node) ? doc_date(&node) : 0;
}

/*
 * premium_read reads a row; what is not as it should be refuses it.
 */
static void
premium_read(const DocNode *node, PremiumRow *row)
{
	static const char *const keys[] = {"policy", "plan", "kind", "from", "to", "amount", "on", "note", NULL};
	static const char *const kinds[] = {"", "due", "received", NULL};
	DocReader	reader = *node->reader;
	DocNode		root = *node;
	DocNode		member;

	root.reader = &reader;
	root.parent = NULL;
	memset(row, 0, sizeof(*row));
	if (doc_object(&root, keys))
	{
		row->policy = doc_require(&root, "policy", &member) ? doc_text(&member, TEXT_BYTES_MAX) : NULL;
		row->plan = optional_text(&root, "plan", TEXT_BYTES_MAX);
		row->kind = doc_require(&root, "kind", &member) ? kinds[doc_code(&member, kinds)] : NULL;
		row->from = required_date(&root, "from");
		row->to = required_date(&root, "to");
		row->amount_fen = doc_require(&root, "amount", &member) ? doc_amount(&member) : 0;
		row->booked_on = required_date(&root, "on");
		row->note = optional_text(&root, "note", NOTE_BYTES_MAX);
	}
	if (reader.failed)
		row_refuse(row, reader.sqlstate, psprintf("%s%s%s", reader.path, reader.path[0] ? ": " : "", reader.message));
	else if (row->amount_fen == 0)
		row_refuse(row, ERRCODE_INVALID_PARAMETER_VALUE, "amount: is 0");
	else if (row->to < row->from)
		row_refuse(row, ERRCODE_INVALID_PARAMETER_VALUE, "to: is before from");
	else if (row->to - row->from >= PREMIUM_DAYS_MAX)
		row_refuse(row, ERRCODE_INVALID_PARAMETER_VALUE, psprintf("to: the period is longer than %d days", PREMIUM_DAYS_MAX));
}

/*
 * rows_resolve finds policies and plans, and refuses what does not exist, is not
 * open, or lies outside the policy.
 */
static void
rows_resolve(Call *call, PremiumRow *rows, int count)
{
	static SqlPlan find = {
		"SELECT p.policy_id, p.branch_id, k.from_date < p.starts_on OR k.to_date > coalesce(p.ends_on, 'infinity'), n.plan_id "
		"FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS k (policy, plan, from_date, to_date, n) "
		"LEFT JOIN assure.policy p ON p.ref = k.policy LEFT JOIN assure.plan n ON n.code = k.plan ORDER BY k.n",
		{TEXTARRAYOID, TEXTARRAYOID, DATEARRAYOID, DATEARRAYOID}
	};
	static const Oid types[] = {TEXTOID, TEXTOID, DATEOID, DATEOID};
	Column		columns[4];
	Datum		values[4];
	int64	   *branches = palloc(mul_size(sizeof(int64), (Size) count + 1));
	int64		open_branch = 0;

	for (int i = 0; i < 4; i++)
		column_start(&columns[i], types[i]);
	for (int i = 0; i < count; i++)
	{
		column_add_text(&columns[0], rows[i].policy);
		column_add_text(&columns[1], rows[i].plan);
		column_add(&columns[2], DateADTGetDatum(rows[i].from));
		column_add(&columns[3], DateADTGetDatum(rows[i].to));
	}
	for (int i = 0; i < 4; i++)
		values[i] = column_array(&columns[i]);
	plan_run(&find, values, NULL);
	for (int i = 0; i < count; i++)
	{
		rows[i].policy_id = plan_int64(i, 1, 0);
		branches[i] = plan_int64(i, 2, 0);
		rows[i].plan_id = plan_int64(i, 4, 0);
		if (rows[i].policy_id == 0 && rows[i].policy != NULL)
			row_refuse(&rows[i], ERRCODE_FOREIGN_KEY_VIOLATION, psprintf("policy: \"%s\" does not exist", rows[i].policy));
		else if (rows[i].plan != NULL && rows[i].plan_id == 0)
			row_refuse(&rows[i], ERRCODE_FOREIGN_KEY_VIOLATION, psprintf("plan: \"%s\" does not exist", rows[i].plan));
		else if (plan_bool(i, 3))
			row_refuse(&rows[i], ERRCODE_INVALID_PARAMETER_VALUE, "from, to: the period is not within the policy's");
	}
	for (int i = 0; i < count; i++)
	{
		if (rows[i].sqlstate != 0 || branches[i] == open_branch)
			continue;
		if (call_branch_is_open(call, branches[i]))
			open_branch = branches[i];
		else
			row_refuse(&rows[i], ERRCODE_INSUFFICIENT_PRIVILEGE,
					   psprintf("policy \"%s\" belongs to a branch that is not open to role \"%s\"", rows[i].policy,
								GetUserNameFromId(call->caller, false)));
	}
}

/*
 * rows_write writes the accepted rows; their keys are taken in order.
 */
static void
rows_write(Call *call, PremiumRow *rows, int count)
{
	static SqlPlan insert = {
		"INSERT INTO assure.premium_entry (policy_id, plan_id, kind, period_from, period_to, amount_fen, booked_on, note, booked_by, audit_id, entry_id) "
		"SELECT policy_id, plan_id, kind, period_from, period_to, amount_fen, booked_on, note, $9, $10, entry_id "
		"FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $11) "
		"  AS k (policy_id, plan_id, kind, period_from, period_to, amount_fen, booked_on, note, entry_id)",
		{INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID, DATEARRAYOID, DATEARRAYOID, INT8ARRAYOID, DATEARRAYOID, TEXTARRAYOID, TEXTOID, INT8OID, INT8ARRAYOID}
	};
	static SqlPlan take = {"SELECT nextval('assure.premium_entry_id_seq') FROM generate_series(1, $1)", {INT4OID}};
	static const Oid types[] = {INT8OID, INT8OID, TEXTOID, DATEOID, DATEOID, INT8OID, DATEOID, TEXTOID, INT8OID};
	AuditRow	audit = {.subject = "premium"};
	Column		columns[9];
	Datum		values[11];
	Datum		wanted;

	for (int i = 0; i < count; i++)
		audit.row_count += rows[i].sqlstate == 0;
	if (audit.row_count == 0)
		return;
	wanted = Int32GetDatum(audit.row_count);
	plan_run(&take, &wanted, NULL);
	for (int i = 0; i < 9; i++)
		column_start(&columns[i], types[i]);
	for (int i = 0, taken = 0; i < count; i++)
	{
		if (rows[i].sqlstate != 0)
			continue;
		rows[i].entry_id = plan_int64(taken++, 1, 0);
		column_add_int64(&columns[0], rows[i].policy_id);
		column_add_key(&columns[1], rows[i].plan_id);
		column_add_text(&columns[2], rows[i].kind);
		column_add(&columns[3], DateADTGetDatum(rows[i].from));
		column_add(&columns[4], DateADTGetDatum(rows[i].to));
		column_add_int64(&columns[5], rows[i].amount_fen);
		column_add(&columns[6], DateADTGetDatum(rows[i].booked_on));
		column_add_text(&columns[7], rows[i].note);
		column_add_int64(&columns[8], rows[i].entry_id);
	}
	audit.audit_id = audit_next_id();
	for (int i = 0; i < 8; i++)
		values[i] = column_array(&columns[i]);
	values[8] = CStringGetTextDatum(call->session_role);
	values[9] = Int64GetDatum(audit.audit_id);
	values[10] = column_array(&columns[8]);
	plan_run(&insert, values, NULL);
	audit_write(call, &audit);
}

/*
 * answer_rows gives the outcome of each row, and keeps it for a retry.
 */
static void
answer_rows(FunctionCallInfo fcinfo, const char *request_id, const PremiumRow *rows, int count, Jsonb *answer)
{
	static SqlPlan make = {
		"SELECT coalesce(jsonb_agg(jsonb_build_array(entry_id, error_code, reason) ORDER BY n), '[]') "
		"FROM unnest($1, $2, $3) WITH ORDINALITY AS k (entry_id, error_code, reason, n)", {INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID}
	};
	static SqlPlan give = {
		"SELECT n::int, (e ->> 0)::bigint, e ->> 0 IS NOT NULL, e ->> 1, e ->> 2 "
		"FROM jsonb_array_elements($1) WITH ORDINALITY AS k (e, n) ORDER BY n", {JSONBOID}
	};
	Datum		value;

	if (answer == NULL)
	{
		Column		columns[3];
		Datum		values[3];
		bool		isnull;

		column_start(&columns[0], INT8OID);
		column_start(&columns[1], TEXTOID);
		column_start(&columns[2], TEXTOID);
		for (int i = 0; i < count; i++)
		{
			column_add_key(&columns[0], rows[i].entry_id);
			column_add_text(&columns[1], rows[i].sqlstate ? unpack_sql_state(rows[i].sqlstate) : NULL);
			column_add_text(&columns[2], rows[i].reason);
		}
		for (int i = 0; i < 3; i++)
			values[i] = column_array(&columns[i]);
		plan_run(&make, values, NULL);
		answer = DatumGetJsonbPCopy(plan_datum(0, 1, &isnull));
		request_end(request_id, answer);
	}
	value = JsonbPGetDatum(answer);
	result_set_fill(fcinfo, &give, &value, NULL);
}

/*
 * document_argument checks the document and writes the canonical bytes of a call
 * with it.
 */
static Jsonb *
document_argument(FunctionCallInfo fcinfo, const char *name, StringInfo arguments)
{
	Jsonb	   *document;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", name)));
	document = PG_GETARG_JSONB_P(0);
	initStringInfo(arguments);
	if (!PG_ARGISNULL(1))
		digest_text(arguments, JsonbToCString(NULL, &document->root, VARSIZE(document)));
	return document;
}

/*
 * record_one records the premium of a document.
 */
static int64
record_one(Call *call, Jsonb *document)
{
	DocReader	reader;
	DocNode		root;
	PremiumRow	row;

	doc_open(&reader, &root, document, "premium", ERRCODE_INVALID_PARAMETER_VALUE);
	premium_read(&root, &row);
	if (row.sqlstate == 0)
		rows_resolve(call, &row, 1);
	if (row.sqlstate != 0)
		ereport(ERROR,
				(errcode(row.sqlstate), errmsg("premium: %s", row.reason)));
	rows_write(call, &row, 1);
	return row.entry_id;
}

/*
 * assure_record_premium records one premium and returns its key.
 */
PGDLLEXPORT Datum
assure_record_premium(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "premium", PREMIUM_SCOPES, "record_premium", record_one));
}

/*
 * assure_record_premiums records premium by rows.
 */
PGDLLEXPORT Datum
assure_record_premiums(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	StringInfoData arguments;
	Jsonb	   *document = document_argument(fcinfo, "premiums", &arguments);
	DocReader	reader;
	DocNode		root;
	PremiumRow *rows = NULL;
	int			count = 0;
	Call		call;
	Jsonb	   *answer;

	result_set_open(fcinfo);
	call_begin(&call, PREMIUM_SCOPES, "record_premiums");
	answer = request_begin(&call, request_id, &arguments);
	if (answer == NULL)
	{
		doc_open(&reader, &root, document, "premiums", ERRCODE_INVALID_PARAMETER_VALUE);
		count = doc_list(&root, 0, PREMIUM_ROWS_MAX);
		doc_report(&reader, NULL);
		rows = palloc(mul_size(sizeof(PremiumRow), (Size) count + 1));
		for (int i = 0; i < count; i++)
		{
			DocNode		node;

			CHECK_FOR_INTERRUPTS();
			doc_element(&root, i, &node);
			premium_read(&node, &rows[i]);
		}
		rows_resolve(&call, rows, count);
		rows_write(&call, rows, count);
	}
	answer_rows(fcinfo, request_id, rows, count, answer);
	call_end(&call);
	return (Datum) 0;
}

/*
 * correct writes the counter-entry and returns its key.
 */
static int64
correct(Call *call, const char *policy, int64 entry_id, const char *note)
{
	static SqlPlan find = {
		"SELECT p.policy_id, p.branch_id, e.entry_id IS NOT NULL, e.corrects_id IS NOT NULL FROM assure.policy p "
		"LEFT JOIN assure.premium_entry e ON e.policy_id = p.policy_id AND e.entry_id = $2 WHERE p.ref = $1", {TEXTOID, INT8OID}
	};
	static SqlPlan insert = {
		"INSERT INTO assure.premium_entry (policy_id, plan_id, kind, period_from, period_to, amount_fen, booked_on, corrects_id, note, booked_by, audit_id) "
		"SELECT policy_id, plan_id, kind, period_from, period_to, -amount_fen, booked_on, entry_id, $3, $4, $5 FROM assure.premium_entry "
		"WHERE policy_id = $1 AND entry_id = $2 ON CONFLICT (policy_id, corrects_id) DO NOTHING RETURNING entry_id",
		{INT8OID, INT8OID, TEXTOID, TEXTOID, INT8OID}
	};
	AuditRow	audit = {.row_count = 1};
	Datum		values[5] = {CStringGetTextDatum(policy), Int64GetDatum(entry_id)};
	int64		counter_id;

	if (plan_run(&find, values, NULL) == 0 || !plan_bool(0, 3))
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("policy \"%s\" has no premium entry " INT64_FORMAT, policy, entry_id)));
	if (plan_bool(0, 4))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE), errmsg("premium entry " INT64_FORMAT " is a counter-entry", entry_id),
				 errhint("What is right is recorded anew.")));
	values[0] = Int64GetDatum(plan_int64(0, 1, 0));
	call_require_branch(call, plan_int64(0, 2, 0), psprintf("policy \"%s\"", policy));
	audit.audit_id = audit_next_id();
	values[2] = CStringGetTextDatum(note);
	values[3] = CStringGetTextDatum(call->session_role);
	values[4] = Int64GetDatum(audit.audit_id);
	if (plan_run(&insert, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE), errmsg("premium entry " INT64_FORMAT " is corrected already", entry_id)));
	counter_id = plan_int64(0, 1, 0);
	audit.subject = psprintf("premium entry " INT64_FORMAT, entry_id);
	audit_write(call, &audit);
	return counter_id;
}

/*
 * assure_correct_premium undoes an entry of premium.
 */
PGDLLEXPORT Datum
assure_correct_premium(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(3) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(3));
	char	   *policy;
	char	   *note;
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;
	int64		counter_id;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("policy, entry_id and note must not be NULL")));
	policy = text_to_cstring(PG_GETARG_TEXT_PP(0));
	note = text_to_cstring(PG_GETARG_TEXT_PP(2));
	initStringInfo(&arguments);
	digest_text(&arguments, policy);
	digest_int64(&arguments, PG_GETARG_INT64(1));
	digest_text(&arguments, note);
	call_begin(&call, PREMIUM_SCOPES, "correct_premium");
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		counter_id = request_answer_int64(answer);
	else
	{
		counter_id = correct(&call, policy, PG_GETARG_INT64(1), note);
		request_end_int64(request_id, counter_id);
	}
	call_end(&call);
	PG_RETURN_INT64(counter_id);
}
