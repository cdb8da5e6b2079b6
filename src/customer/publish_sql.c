/*-------------------------------------------------------------------------
 *
 * publish_sql.c
 *		Entry point: a version of a plan is published.
 *
 * Its terms, and who else has to look at its claims.  What came after 0.1 stands
 * in one document, settings, that is checked key by key:
 *
 *		second_approval_above	amount: above it a second person approves
 *		screening				{model, decision}: asked about calculated claims
 *		authorization			{care, missing}: what needs one, and pend or deny
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
#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"
#include "core/request.h"
#include "dmn/dmn.h"

PG_FUNCTION_INFO_V1(assure_publish_plan);

#define NAME_BYTES_MAX 200
#define ARG_REQUEST_ID 7
#define ARG_SETTINGS 8			/* 0.1 has no such argument */

/* The settings of a version. */
typedef struct PlanSettings
{
	int64		second_approval_above_fen;	/* -1: never */
	char	   *screening_model;	/* NULL: none */
	char	   *screening_decision;
	uint32		authorize_care; /* bits by CareKind */
	bool		authorization_denies;
} PlanSettings;

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
 * has_settings tells whether the call comes with settings: a script of 0.1 has
 * no such argument.
 */
static bool
has_settings(FunctionCallInfo fcinfo)
{
	return PG_NARGS() > ARG_SETTINGS && !PG_ARGISNULL(ARG_SETTINGS);
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
	if (has_settings(fcinfo))
		digest_argument(bytes, fcinfo, ARG_SETTINGS, jsonb_out);
}

static SqlPlan insert_version = {
	"WITH p AS (INSERT INTO assure.plan AS p (code, name) VALUES ($1, $2) "
	"  ON CONFLICT (code) DO UPDATE SET name = excluded.name RETURNING plan_id) "
	"INSERT INTO assure.plan_version (plan_id, valid_from, terms, review_above_fen, submit_within_days, note, published_by, "
	"  second_approval_above_fen, screening_model, screening_decision, authorize_care, authorization_missing) "
	"SELECT plan_id, $3, ($4::jsonb)::assure.terms, ($5 * 100)::bigint, $6, $7, $8, $9, $10, $11, $12, $13 FROM p "
	"ON CONFLICT (plan_id, valid_from) DO NOTHING RETURNING plan_version_id",
	{TEXTOID, TEXTOID, DATEOID, JSONBOID, NUMERICOID, INT4OID, TEXTOID, TEXTOID, INT8OID, TEXTOID, TEXTOID, TEXTARRAYOID, TEXTOID}
};

#define VERSION_PARAMS 13

/*
 * screening_read reads {model, decision}.
 */
static void
screening_read(const DocNode *node, PlanSettings *settings)
{
	static const char *const keys[] = {"model", "decision", NULL};
	DocNode		child;

	if (!doc_object(node, keys))
		return;
	if (doc_require(node, "model", &child))
		settings->screening_model = doc_text(&child, NAME_BYTES_MAX);
	if (doc_require(node, "decision", &child))
		settings->screening_decision = doc_text(&child, NAME_BYTES_MAX);
}

/*
 * authorization_read reads {care, missing}.
 */
static void
authorization_read(const DocNode *node, PlanSettings *settings)
{
	static const char *const keys[] = {"care", "missing", NULL};
	static const char *const missing[] = {"", "pend", "deny", NULL};
	DocNode		child;

	if (!doc_object(node, keys))
		return;
	if (doc_require(node, "care", &child))
		settings->authorize_care = doc_code_set(&child, care_names);
	if (doc_member(node, "missing", &child))
		settings->authorization_denies = doc_code(&child, missing) == 2;
}

/*
 * settings_read reads and checks the settings; absent: none of them.
 */
static void
settings_read(FunctionCallInfo fcinfo, PlanSettings *settings)
{
	static const char *const keys[] = {"second_approval_above", "screening", "authorization", NULL};
	DocReader	reader;
	DocNode		root;
	DocNode		node;

	*settings = (PlanSettings) {.second_approval_above_fen = -1};
	if (!has_settings(fcinfo))
		return;
	doc_open(&reader, &root, PG_GETARG_JSONB_P(ARG_SETTINGS), "settings", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		if (doc_member(&root, "second_approval_above", &node))
			settings->second_approval_above_fen = doc_amount(&node);
		if (doc_member(&root, "screening", &node))
			screening_read(&node, settings);
		if (doc_member(&root, "authorization", &node))
			authorization_read(&node, settings);
	}
	doc_report(&reader, NULL);
}

/*
 * check_screening refuses a model or decision that is not there: found out now,
 * and not when the first claim is pended for it.
 */
static void
check_screening(const PlanSettings *settings)
{
	const DmnModel *model;
	const char *decision = settings->screening_decision;

	if (settings->screening_model == NULL)
		return;
	model = dmn_model_load(dmn_version_find(settings->screening_model, DMN_VERSION_IN_FORCE));
	if (dmn_node_find(model, feel_string(decision, strlen(decision))) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("settings.screening.decision: model \"%s\" has no decision \"%s\"", settings->screening_model, decision),
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

/*
 * settings_params fills the parameters of insert_version that settings are.
 */
static void
settings_params(const PlanSettings *settings, Datum *values, char *nulls)
{
	values[0] = Int64GetDatum(settings->second_approval_above_fen);
	nulls[0] = settings->second_approval_above_fen < 0 ? 'n' : ' ';
	nulls[1] = nulls[2] = settings->screening_model == NULL ? 'n' : ' ';
	if (settings->screening_model != NULL)
	{
		values[1] = CStringGetTextDatum(settings->screening_model);
		values[2] = CStringGetTextDatum(settings->screening_decision);
	}
	nulls[3] = settings->authorize_care == 0 ? 'n' : ' ';
	if (settings->authorize_care != 0)
		values[3] = care_array(settings->authorize_care);
	values[4] = CStringGetTextDatum(settings->authorization_denies ? "deny" : "pend");
}

/*
 * check_review_above refuses an amount that is not one of whole fen.
 */
static void
check_review_above(FunctionCallInfo fcinfo)
{
	static SqlPlan check = {"SELECT $1 >= 0 AND $1 = round($1, 2) AND $1 < 10::numeric ^ 15", {NUMERICOID}};
	Datum		value;

	if (PG_ARGISNULL(4))
		return;
	value = PG_GETARG_DATUM(4);
	plan_run(&check, &value, NULL);
	if (!plan_bool(0, 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("review_above is %s, not an amount of at most two decimals",
						DatumGetCString(DirectFunctionCall1(numeric_out, value)))));
}

/*
 * publish writes the version and returns its key.
 */
static int64
publish(FunctionCallInfo fcinfo, Call *call)
{
	Datum		values[VERSION_PARAMS] = {0};
	char		nulls[VERSION_PARAMS + 1] = "             ";
	PlanSettings settings;
	char	   *code = text_to_cstring(PG_GETARG_TEXT_PP(0));
	int64		plan_version_id;

	check_review_above(fcinfo);
	settings_read(fcinfo, &settings);
	check_screening(&settings);
	for (int i = 0; i < 7; i++)
	{
		values[i] = PG_GETARG_DATUM(i);
		nulls[i] = PG_ARGISNULL(i) ? 'n' : ' ';
	}
	values[2] = PG_GETARG_DATUM(3);
	values[3] = PG_GETARG_DATUM(2);
	values[7] = CStringGetTextDatum(call->session_role);
	settings_params(&settings, &values[8], &nulls[8]);
	if (plan_run(&insert_version, values, nulls) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("plan \"%s\" has a version from %s already", code,
						DatumGetCString(DirectFunctionCall1(date_out, PG_GETARG_DATUM(3)))),
				 errhint("Versions are immutable: publish one that is valid from another day.")));
	plan_version_id = plan_int64(0, 1, 0);
	audit_write_one(call, psprintf("plan %s version " INT64_FORMAT, code, plan_version_id));
	return plan_version_id;
}

/*
 * assure_publish_plan publishes a version of a plan's terms from a day on.
 */
PGDLLEXPORT Datum
assure_publish_plan(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(ARG_REQUEST_ID) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(ARG_REQUEST_ID));
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;
	int64		plan_version_id;

	for (int i = 0; i < 4; i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("code, name, terms and valid_from must not be NULL")));
	call_begin(&call, SCOPE_ADMIN, "publish_plan");
	publish_arguments(fcinfo, &arguments);
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		plan_version_id = request_answer_int64(answer);
	else
	{
		plan_version_id = publish(fcinfo, &call);
		request_end_int64(request_id, plan_version_id);
	}
	call_end(&call);
	PG_RETURN_INT64(plan_version_id);
}
