/*-------------------------------------------------------------------------
 *
 * enroll_sql.c
 *		Entry points: people are enrolled, changed and leave, one by one or in
 *		rows.
 *
 * One engine serves all of them (enroll.h).  A single call is a load of one row
 * whose refusal is raised.  assure.enroll() takes its document at its word; the
 * others look at the family and the identity number, too.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

#include "audit/audit.h"
#include "core/errors.h"
#include "core/document_call.h"
#include "core/plan.h"
#include "core/request.h"
#include "core/result_set.h"
#include "customer/enroll.h"
#include "customer/enroll_load_call.h"

PG_FUNCTION_INFO_V1(assure_enroll);
PG_FUNCTION_INFO_V1(assure_end_enrollment);
PG_FUNCTION_INFO_V1(assure_change_enrollment);
PG_FUNCTION_INFO_V1(assure_enroll_rows);

#define RERUN_HINT "assure.rerun() calculates them again; try it with dry_run first."

/*
 * reason_field returns the place that a reason begins with; NULL: it names none.
 */
static const char *
reason_field(const char *reason)
{
	size_t		length = strspn(reason, "abcdefghijklmnopqrstuvwxyz_0123456789.[]");

	return length > 0 && reason[length] == ':' ? pnstrdup(reason, length) : NULL;
}

/*
 * row_raise raises the refusal of a single row.
 */
static void
row_raise(const EnrollRow *row, const char *document)
{
	const char *field = row->reason ? reason_field(row->reason) : NULL;

	if (row->state != ROW_REFUSED)
		return;
	ereport(ERROR,
			(errcode(row->sqlstate),
			 row->is_document && document ? errmsg("%s: %s", document, row->reason) : errmsg("%s", row->reason),
			 field ? errfield(field) : 0,
			 row->hint ? errhint("%s", row->hint) : 0));
}

/*
 * enroll_one tries one row, and writes what it changes or raises its refusal.
 */
static void
enroll_one(Call *call, EnrollRow *row, const char *document, bool is_strict)
{
	World	   *world = world_create(call, is_strict);
	AuditRow	audit = {.audit_id = audit_next_id(), .row_count = 1};

	row_raise(row, document);
	world_load(world, row, 1);
	enroll_rows_try(world, row, 1, true);
	row_raise(row, document);
	world_write(world, audit.audit_id);
	audit.subject = psprintf("account " INT64_FORMAT " member " INT64_FORMAT, row->person->certificate->account_id, row->person->member_id);
	audit_write(call, &audit);
}

/*
 * document_arguments writes the canonical bytes of a call with one document.
 */
static void
document_arguments(Jsonb *document, StringInfo bytes)
{
	initStringInfo(bytes);
	digest_text(bytes, JsonbToCString(NULL, &document->root, VARSIZE(document)));
}

/*
 * enroll_document enrolls the person of a document.
 */
static int64
enroll_document(Call *call, Jsonb *document)
{
	EnrollRow	row;

	enroll_row_from_document(document, "member", 1, ENROLL_JOIN, &row);
	enroll_one(call, &row, "member", false);
	return row.person->member_id;
}

/*
 * assure_enroll enrolls a person and returns the member's key.
 */
PGDLLEXPORT Datum
assure_enroll(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "member", ENROLL_SCOPES, "enroll", enroll_document));
}

/*
 * answer_one gives the one row of a call that ended or changed an enrollment, and
 * keeps it for a retry.
 */
static void
answer_one(FunctionCallInfo fcinfo, const char *request_id, const EnrollRow *row, Jsonb *answer)
{
	static SqlPlan make = {
		"SELECT jsonb_build_object('member_id', $1, 'rerun_from', $2, 'claims_to_rerun', $3)", {INT8OID, DATEOID, INT4OID}
	};
	static SqlPlan give = {
		"SELECT ($1 ->> 'member_id')::bigint, ($1 ->> 'rerun_from')::date, ($1 ->> 'claims_to_rerun')::int, "
		"CASE WHEN ($1 ->> 'claims_to_rerun')::int > 0 THEN '" RERUN_HINT "' END", {JSONBOID}
	};
	Datum		value;

	if (answer == NULL)
	{
		Datum		values[3];
		char		nulls[4] = "   ";
		bool		isnull;

		values[0] = Int64GetDatum(row->person->member_id);
		values[1] = DateADTGetDatum(row->rerun_from);
		nulls[1] = DATE_IS_NOEND(row->rerun_from) ? 'n' : ' ';
		values[2] = Int32GetDatum(row->claims_to_rerun);
		plan_run(&make, values, nulls);
		answer = DatumGetJsonbPCopy(plan_datum(0, 1, &isnull));
		request_end(request_id, answer);
	}
	value = JsonbPGetDatum(answer);
	result_set_fill(fcinfo, &give, &value, NULL);
}

/*
 * assure_end_enrollment ends a member's cover.
 */
PGDLLEXPORT Datum
assure_end_enrollment(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(4) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(4));
	EnrollRow	row = {.row_no = 1, .action = ENROLL_LEAVE, .stated = STATED_ENDED_ON, .rerun_from = DATEVAL_NOEND};
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;

	for (int i = 0; i < 4; i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("policy, member_ref, ended_on and with_dependants must not be NULL")));
	result_set_open(fcinfo);
	row.policy = text_to_cstring(PG_GETARG_TEXT_PP(0));
	row.member_ref = text_to_cstring(PG_GETARG_TEXT_PP(1));
	row.ended_on = PG_GETARG_DATEADT(2);
	row.with_dependants = PG_GETARG_BOOL(3);
	if (row.ended_on < date2j(JSON_YEAR_MIN, 1, 1) - POSTGRES_EPOCH_JDATE || row.ended_on > date2j(JSON_YEAR_MAX, 12, 31) - POSTGRES_EPOCH_JDATE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("ended_on: not a date of the years %d to %d", JSON_YEAR_MIN, JSON_YEAR_MAX),
				 errhint("assure.change_enrollment() with \"ended_on\": null opens an end.")));
	initStringInfo(&arguments);
	digest_text(&arguments, row.policy);
	digest_text(&arguments, row.member_ref);
	digest_int64(&arguments, row.ended_on);
	digest_int64(&arguments, row.with_dependants);
	call_begin(&call, ENROLL_SCOPES, "end_enrollment");
	answer = request_begin(&call, request_id, &arguments);
	if (answer == NULL)
		enroll_one(&call, &row, NULL, true);
	answer_one(fcinfo, request_id, &row, answer);
	call_end(&call);
	return (Datum) 0;
}

/*
 * assure_change_enrollment changes or corrects a member and their cover.
 */
PGDLLEXPORT Datum
assure_change_enrollment(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	Jsonb	   *document;
	EnrollRow	row;
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("change must not be NULL")));
	document = PG_GETARG_JSONB_P(0);
	result_set_open(fcinfo);
	document_arguments(document, &arguments);
	call_begin(&call, ENROLL_SCOPES, "change_enrollment");
	answer = request_begin(&call, request_id, &arguments);
	if (answer == NULL)
	{
		enroll_row_from_document(document, "change", 1, ENROLL_CHANGE, &row);
		enroll_one(&call, &row, "change", true);
	}
	answer_one(fcinfo, request_id, &row, answer);
	call_end(&call);
	return (Datum) 0;
}

/*
 * rows_read reads the list of rows.
 */
static EnrollRow *
rows_read(Jsonb *document, int *count)
{
	DocReader	reader;
	DocNode		root;
	EnrollRow  *rows;

	doc_open(&reader, &root, document, "rows", ERRCODE_INVALID_PARAMETER_VALUE);
	*count = doc_list(&root, 0, ENROLL_ROWS_MAX);
	doc_report(&reader, NULL);
	rows = palloc(mul_size(sizeof(EnrollRow), (Size) *count + 1));
	for (int i = 0; i < *count; i++)
	{
		DocNode		node;

		CHECK_FOR_INTERRUPTS();
		doc_element(&root, i, &node);
		enroll_row_read(&node, i + 1, &rows[i]);
	}
	return rows;
}

/*
 * answer_rows gives the outcome of each row, and keeps it for a retry.
 */
static void
answer_rows(FunctionCallInfo fcinfo, const char *request_id, EnrollRow *rows, int count)
{
	static SqlPlan give = {
		"SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)", {OUTCOME_TYPES}
	};
	static SqlPlan keep = {
		"SELECT coalesce(jsonb_agg(jsonb_build_array(a, b, c, d, e, f, g, h, i) ORDER BY n), '[]') "
		"FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) WITH ORDINALITY AS k (a, b, c, d, e, f, g, h, i, n)", {OUTCOME_TYPES}
	};
	Datum		values[OUTCOME_COLUMNS];
	bool		isnull;

	outcome_arrays(rows, count, values);
	result_set_fill(fcinfo, &give, values, NULL);
	if (request_id == NULL)
		return;
	plan_run(&keep, values, NULL);
	request_end(request_id, DatumGetJsonbPCopy(plan_datum(0, 1, &isnull)));
}

/*
 * answer_again gives the outcome that was kept.
 */
static void
answer_again(FunctionCallInfo fcinfo, Jsonb *answer)
{
	static SqlPlan give = {
		"SELECT (e ->> 0)::int, e ->> 1, e ->> 2, (e ->> 3)::bigint, (e ->> 4)::boolean, e ->> 5, e ->> 6, (e ->> 7)::date, (e ->> 8)::int "
		"FROM jsonb_array_elements($1) WITH ORDINALITY AS k (e, n) ORDER BY n", {JSONBOID}
	};
	Datum		value = JsonbPGetDatum(answer);

	result_set_fill(fcinfo, &give, &value, NULL);
}

/*
 * assure_enroll_rows enrolls, changes and ends by rows.
 */
PGDLLEXPORT Datum
assure_enroll_rows(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	bool		dry_run;
	Jsonb	   *document;
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;
	EnrollRow  *rows;
	int			count;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("rows and dry_run must not be NULL")));
	document = PG_GETARG_JSONB_P(0);
	dry_run = PG_GETARG_BOOL(1);
	result_set_open(fcinfo);
	call_begin(&call, ENROLL_SCOPES, "enroll_rows");
	initStringInfo(&arguments);
	if (request_id != NULL)
		document_arguments(document, &arguments);
	digest_int64(&arguments, dry_run);
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		answer_again(fcinfo, answer);
	else
	{
		rows = rows_read(document, &count);
		enroll_load(&call, rows, count, &(EnrollLoad) {.is_last = true, .dry_run = dry_run});
		answer_rows(fcinfo, request_id, rows, count);
	}
	call_end(&call);
	return (Datum) 0;
}
