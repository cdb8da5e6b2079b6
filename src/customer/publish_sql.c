/*-------------------------------------------------------------------------
 *
 * publish_sql.c
 *		Entry points: a version of a plan is published.
 *
 * As 0.1 has it, with an argument for each setting; or as one document, which
 * knows all of them:
 *
 *		code, name, terms, valid_from, note
 *		review_above			amount: a payment above it is reviewed
 *		submit_within_days		deadline
 *		second_approval_above	amount: above it a second person approves
 *		screening				{model, decision}: asked about calculated claims
 *		authorization			{care, missing}: what needs one; pend or deny
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "audit/audit.h"
#include "benefit/benefit_names.h"
#include "core/call.h"
#include "core/document_call.h"
#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"
#include "core/request.h"
#include "dmn/dmn.h"

PG_FUNCTION_INFO_V1(assure_publish_plan);
PG_FUNCTION_INFO_V1(assure_publish_plan_document);

#define NAME_BYTES_MAX 200
#define NOTE_BYTES_MAX 10000

/* A version to be published. */
typedef struct PlanDraft
{
	char	   *code;
	char	   *name;
	Datum		terms;			/* jsonb, or terms, which is held alike */
	DateADT		valid_from;
	int64		review_above_fen;	/* -1: never */
	int32		submit_within_days; /* 0: no deadline */
	char	   *note;			/* NULL: none */
	int64		second_approval_above_fen;	/* -1: never */
	char	   *screening_model;	/* NULL: none */
	char	   *screening_decision;
	uint32		authorize_care; /* bits by CareKind */
	bool		authorization_denies;
} PlanDraft;

/*
 * digest_argument adds an argument of any type to the bytes of a request.
 */
static void
digest_argument(StringInfo bytes, FunctionCallInfo fcinfo, int number, PGFunction output)
{
	if (PG_ARGISNULL(number))
		digest_null(bytes);
	else
		digest_text(bytes, DatumGetCString(DirectFunctionCall1(output, PG_GETARG_DATUM(number))));
}

/*
 * publish_arguments writes the canonical bytes of publish_plan's arguments; in
 * the call, for a date is printed by a setting that is pinned there.
 */
static void
publish_arguments(FunctionCallInfo fcinfo, StringInfo bytes)
{
	initStringInfo(bytes);
	digest_argument(bytes, fcinfo, 0, textout);
	digest_argument(bytes, fcinfo, 1, textout);
	digest_argument(bytes, fcinfo, 2, jsonb_out);
	digest_argument(bytes, fcinfo, 3, date_out);
	digest_argument(bytes, fcinfo, 4, numeric_out);
	digest_argument(bytes, fcinfo, 5, int4out);
	digest_argument(bytes, fcinfo, 6, textout);
}

/*
 * check_screening refuses a model or decision that is not there: found out now,
 * and not when the first claim is pended for it.
 */
static void
check_screening(const PlanDraft *draft)
{
	const DmnModel *model;
	const char *decision = draft->screening_decision;

	if (draft->screening_model == NULL || decision == NULL)
		return;
	model = dmn_model_load(dmn_version_find(draft->screening_model, DMN_VERSION_IN_FORCE));
	if (dmn_node_find(model, feel_string(decision, strlen(decision))) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("plan: screening.decision: model \"%s\" has no decision \"%s\"", draft->screening_model, decision),
				 errhint("See docs/benefits.md for what a screening model is handed and says.")));
}

/*
 * care_array makes a text[] of kinds of care.
 */
static Datum
care_array(uint32 set)
{
	Column		column;

	column_start(&column, TEXTOID);
	for (int i = 1; care_names[i] != NULL; i++)
		if (set & (1u << i))
			column_add_text(&column, care_names[i]);
	return column_array(&column);
}

#define VERSION_PARAMS 13

static SqlPlan insert_version = {
	"WITH p AS (INSERT INTO assure.plan AS p (code, name) VALUES ($1, $2) "
	"  ON CONFLICT (code) DO UPDATE SET name = excluded.name RETURNING plan_id) "
	"INSERT INTO assure.plan_version (plan_id, valid_from, terms, review_above_fen, submit_within_days, note, published_by, "
	"  second_approval_above_fen, screening_model, screening_decision, authorize_care, authorization_missing) "
	"SELECT plan_id, $3, ($4::jsonb)::assure.terms, $5, $6, $7, $8, $9, $10, $11, $12, $13 FROM p "
	"ON CONFLICT (plan_id, valid_from) DO NOTHING RETURNING plan_version_id",
	{TEXTOID, TEXTOID, DATEOID, JSONBOID, INT8OID, INT4OID, TEXTOID, TEXTOID, INT8OID, TEXTOID, TEXTOID, TEXTARRAYOID, TEXTOID}
};

/*
 * text_param sets a parameter to a text; NULL stays NULL.
 */
static void
text_param(Datum *value, char *null, const char *text)
{
	*value = text ? CStringGetTextDatum(text) : (Datum) 0;
	*null = text ? ' ' : 'n';
}

/*
 * version_params makes the parameters of insert_version.
 */
static void
version_params(const PlanDraft *draft, Call *call, Datum *values, char *nulls)
{
	memset(nulls, ' ', VERSION_PARAMS);
	text_param(&values[0], &nulls[0], draft->code);
	text_param(&values[1], &nulls[1], draft->name);
	values[2] = DateADTGetDatum(draft->valid_from);
	values[3] = draft->terms;
	values[4] = Int64GetDatum(draft->review_above_fen);
	nulls[4] = draft->review_above_fen < 0 ? 'n' : ' ';
	values[5] = Int32GetDatum(draft->submit_within_days);
	nulls[5] = draft->submit_within_days == 0 ? 'n' : ' ';
	text_param(&values[6], &nulls[6], draft->note);
	text_param(&values[7], &nulls[7], call->session_role);
	values[8] = Int64GetDatum(draft->second_approval_above_fen);
	nulls[8] = draft->second_approval_above_fen < 0 ? 'n' : ' ';
	text_param(&values[9], &nulls[9], draft->screening_model);
	text_param(&values[10], &nulls[10], draft->screening_decision);
	values[11] = care_array(draft->authorize_care);
	nulls[11] = draft->authorize_care == 0 ? 'n' : ' ';
	text_param(&values[12], &nulls[12], draft->authorization_denies ? "deny" : "pend");
}

/*
 * publish writes the version and returns its key.
 */
static int64
publish(Call *call, const PlanDraft *draft)
{
	Datum		values[VERSION_PARAMS];
	char		nulls[VERSION_PARAMS];
	char		day[JSON_DATE_BYTES];
	int64		plan_version_id;

	check_screening(draft);
	version_params(draft, call, values, nulls);
	if (plan_run(&insert_version, values, nulls) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("plan \"%s\" has a version from %s already", draft->code, iso_date_print(draft->valid_from, day)),
				 errhint("Versions are immutable: publish one that is valid from another day.")));
	plan_version_id = plan_int64(0, 1, 0);
	audit_write_one(call, psprintf("plan %s version " INT64_FORMAT, draft->code, plan_version_id));
	return plan_version_id;
}

/*
 * review_above reads that argument as fen, -1 for NULL; refuses an amount that
 * is not one of whole fen.
 */
static int64
review_above(FunctionCallInfo fcinfo)
{
	static SqlPlan read = {
		"SELECT CASE WHEN $1 >= 0 AND $1 = round($1, 2) AND $1 < 10::numeric ^ 15 THEN ($1 * 100)::bigint END", {NUMERICOID}
	};
	Datum		value;
	int64		amount_fen;

	if (PG_ARGISNULL(4))
		return -1;
	value = PG_GETARG_DATUM(4);
	plan_run(&read, &value, NULL);
	amount_fen = plan_int64(0, 1, -1);
	if (amount_fen < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("review_above is %s, not an amount from 0 of at most two decimals",
						DatumGetCString(DirectFunctionCall1(numeric_out, value)))));
	return amount_fen;
}

/*
 * draft_of_arguments makes a draft of the arguments of 0.1.
 */
static void
draft_of_arguments(FunctionCallInfo fcinfo, PlanDraft *draft)
{
	*draft = (PlanDraft) {.second_approval_above_fen = -1};
	draft->code = text_to_cstring(PG_GETARG_TEXT_PP(0));
	draft->name = text_to_cstring(PG_GETARG_TEXT_PP(1));
	draft->terms = PG_GETARG_DATUM(2);
	draft->valid_from = PG_GETARG_DATEADT(3);
	draft->review_above_fen = review_above(fcinfo);
	draft->submit_within_days = PG_ARGISNULL(5) ? 0 : PG_GETARG_INT32(5);
	if (!PG_ARGISNULL(5) && draft->submit_within_days < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("submit_within_days is %d, not at least 1", draft->submit_within_days),
				 errhint("Leave it out for no deadline.")));
	draft->note = PG_ARGISNULL(6) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(6));
}

/*
 * assure_publish_plan publishes a version of a plan's terms from a day on.
 */
PGDLLEXPORT Datum
assure_publish_plan(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(7) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(7));
	StringInfoData arguments;
	PlanDraft	draft;
	Call		call;
	Jsonb	   *answer;
	int64		plan_version_id;

	for (int i = 0; i < 4; i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("code, name, terms and valid_from must not be NULL")));
	if (DATE_NOT_FINITE(PG_GETARG_DATEADT(3)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("valid_from: not a finite date")));
	call_begin(&call, SCOPE_ADMIN, "publish_plan");
	publish_arguments(fcinfo, &arguments);
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		plan_version_id = request_answer_int64(answer);
	else
	{
		draft_of_arguments(fcinfo, &draft);
		plan_version_id = publish(&call, &draft);
		request_end_int64(request_id, plan_version_id);
	}
	call_end(&call);
	PG_RETURN_INT64(plan_version_id);
}

/*
 * screening_read reads {model, decision}.
 */
static void
screening_read(const DocNode *node, PlanDraft *draft)
{
	static const char *const keys[] = {"model", "decision", NULL};
	DocNode		child;

	if (!doc_object(node, keys))
		return;
	if (doc_require(node, "model", &child))
		draft->screening_model = doc_text(&child, NAME_BYTES_MAX);
	if (doc_require(node, "decision", &child))
		draft->screening_decision = doc_text(&child, NAME_BYTES_MAX);
}

/*
 * authorization_read reads {care, missing}.
 */
static void
authorization_read(const DocNode *node, PlanDraft *draft)
{
	static const char *const keys[] = {"care", "missing", NULL};
	static const char *const missing[] = {"", "pend", "deny", NULL};
	DocNode		child;

	if (!doc_object(node, keys))
		return;
	if (doc_require(node, "care", &child))
		draft->authorize_care = doc_code_set(&child, care_names);
	if (doc_member(node, "missing", &child))
		draft->authorization_denies = doc_code(&child, missing) == 2;
}

/*
 * read_settings reads who else has to look at the claims of a version.
 */
static void
read_settings(const DocNode *root, PlanDraft *draft)
{
	DocNode		node;

	if (doc_member(root, "review_above", &node))
		draft->review_above_fen = doc_amount(&node);
	if (doc_member(root, "submit_within_days", &node))
		draft->submit_within_days = (int32) doc_integer(&node, 1, PG_INT32_MAX);
	if (doc_member(root, "second_approval_above", &node))
		draft->second_approval_above_fen = doc_amount(&node);
	if (doc_member(root, "screening", &node))
		screening_read(&node, draft);
	if (doc_member(root, "authorization", &node))
		authorization_read(&node, draft);
}

/*
 * draft_of_document makes a draft of a plan document.
 */
static void
draft_of_document(Jsonb *document, PlanDraft *draft)
{
	static const char *const keys[] = {"code", "name", "terms", "valid_from", "note", "review_above", "submit_within_days",
	"second_approval_above", "screening", "authorization", NULL};
	DocReader	reader;
	DocNode		root;
	DocNode		node;

	*draft = (PlanDraft) {.review_above_fen = -1, .second_approval_above_fen = -1};
	doc_open(&reader, &root, document, "plan", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		if (doc_require(&root, "code", &node))
			draft->code = doc_text(&node, NAME_BYTES_MAX);
		if (doc_require(&root, "name", &node))
			draft->name = doc_text(&node, NAME_BYTES_MAX);
		if (doc_require(&root, "terms", &node))
			draft->terms = JsonbPGetDatum(JsonbValueToJsonb(&node.value));
		if (doc_require(&root, "valid_from", &node))
			draft->valid_from = doc_date(&node);
		if (doc_member(&root, "note", &node))
			draft->note = doc_text(&node, NOTE_BYTES_MAX);
		read_settings(&root, draft);
	}
	doc_report(&reader, NULL);
}

/*
 * publish_document publishes what one document says.
 */
static int64
publish_document(Call *call, Jsonb *document)
{
	PlanDraft	draft;

	draft_of_document(document, &draft);
	return publish(call, &draft);
}

/*
 * assure_publish_plan_document does the same of one document.
 */
PGDLLEXPORT Datum
assure_publish_plan_document(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "plan", SCOPE_ADMIN, "publish_plan", publish_document));
}
